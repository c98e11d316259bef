# SPDX-License-Identifier: LGPL-2.1-or-later
"""snapshots: made, listed in every way, gone back to, deleted, defined anew."""
import re

import libvirt
from record import call, guest, listen

conn = libvirt.open('test:///default')
listen(conn, ids={0})
dom = conn.lookupByName('test')
DISKS = """<devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/a/one.qcow2'/>
<target dev='vda' bus='virtio'/></disk><disk type='file' device='disk'><source file='/a/two.img'/>
<target dev='vdb' bus='virtio'/></disk><disk type='file' device='cdrom'><target dev='hda' bus='ide'/><readonly/>
</disk></devices>"""


def timeless(text):
    """Without what no two runs have in common, and without the guest, which other subjects look at."""
    text = re.sub('<domain .*</domain>', '[domain]', text, flags=re.S)
    return re.sub(r'(<creationTime>)\d+', r'\1T', re.sub(r"(<name>)\d{9,}", r'\1T', text))


def nameless(moment):
    return re.sub(r'\d{9,}', 'T', moment.getName())


def xml(snap, flags=0):
    return call(snap.getXMLDesc, flags, label='%s.xml %d' % (nameless(snap), flags), keep=timeless)


def make(d, name, flags=0, more=''):
    doc = '<domainsnapshot>%s%s</domainsnapshot>' % ('<name>%s</name>' % name if name else '', more)
    return call(d.snapshotCreateXML, doc, flags, label='%s: create %s %d %s' % (d.name(), name, flags, more[:40]),
                keep=nameless)


def sorted_names(snaps):
    return sorted(s.getName() for s in snaps)


def tree(d):
    """name, its parent, whether it is the current one, of all."""
    rows = []
    for s in sorted(d.listAllSnapshots(), key=lambda s: s.getName()):
        try:
            parent = s.getParent().getName()
        except libvirt.libvirtError as e:
            parent = e.get_error_code()
        rows.append('%s<%s%s' % (s.getName(), parent, '*' if s.isCurrent() else ''))
    return ' '.join(rows)


def look(d, label=''):
    for what in (d.snapshotNum, d.hasCurrentSnapshot):
        call(what, 0, label='%s %s %s' % (d.name(), what.__name__, label))
    call(d.snapshotListNames, 0, label='%s names %s' % (d.name(), label), keep=sorted)
    call(d.snapshotCurrent, 0, label='%s current %s' % (d.name(), label))
    call(tree, d, label='%s tree %s' % (d.name(), label))


# nothing there
look(dom, 'none')
call(dom.snapshotLookupByName, 'x')
call(dom.snapshotNum, 1 << 20)
call(dom.snapshotListNames, 1 << 20)

# a tree: a - b - c, and d beside b
a = make(dom, 'a', more='<description>first</description>')
b = make(dom, 'b')
c = make(dom, 'c')
look(dom, 'abc')
call(dom.revertToSnapshot, a, 0, label='revert to a')
look(dom, 'back')
d = make(dom, 'd')
look(dom, 'abcd')
for s in (a, b, c, d):
    xml(s)
    call(s.hasMetadata, 0, label='metadata ' + s.getName())
    for flags in (0, 1, 2, 4, 8, 1 << 10):
        call(s.numChildren, flags, label='%s children %d' % (s.getName(), flags))
        call(s.listChildrenNames, flags, label='%s children names %d' % (s.getName(), flags), keep=sorted)
    for bit in list(range(12)) + [20]:
        call(s.listAllChildren, 1 << bit, label='%s children all %d' % (s.getName(), 1 << bit), keep=sorted_names)
for bit in list(range(12)) + [20]:
    call(dom.listAllSnapshots, 1 << bit, label='all %d' % (1 << bit), keep=sorted_names)
    call(dom.snapshotNum, 1 << bit, label='num %d' % (1 << bit))
    call(dom.snapshotListNames, 1 << bit, label='names %d' % (1 << bit), keep=sorted)
call(dom.listAllSnapshots, libvirt.VIR_DOMAIN_SNAPSHOT_LIST_TOPOLOGICAL, label='topological',
     keep=lambda l: [s.getName() for s in l].index('a'))
xml(a, libvirt.VIR_DOMAIN_SNAPSHOT_XML_SECURE)
xml(a, 1 << 5)
call(dom.snapshotLookupByName, 'a')
call(dom.snapshotLookupByName, 'x')
call(dom.snapshotLookupByName, 'a', 1)
call(a.getParent, 1)
call(b.getParent, 1, label='parent flags')
call(dom.hasCurrentSnapshot, 1)
call(dom.snapshotCurrent, 1)
call(a.isCurrent, 1, label='is current, flags')
call(a.hasMetadata, 1, label='metadata, flags')

# bad documents, names
for name, more in ((None, '<bad'), ('a', ''), ('', ''), ('x/y', ''), ('..', ''), (None, '<state>weird</state>'),
                   ('m1', "<memory snapshot='external'/>"), ('m2', "<memory snapshot='external' file='relative'/>"),
                   ('m3', "<memory snapshot='internal' file='/m'/>"), ('m4', "<memory snapshot='no'/>"),
                   ('m5', "<memory snapshot='strange'/>"), ('m6', "<memory file='/m'/>"),
                   ('k1', "<disks><disk name='zzz'/></disks>"), ('k2', "<disks><disk name='vda' snapshot='odd'/></disks>"),
                   ('k3', "<disks><disk/></disks>"), ('k4', "<disks><disk name='vda'/><disk name='vda'/></disks>"),
                   ('k5', "<disks><disk name='vda' snapshot='external'><source file='/x'/></disk></disks>"),
                   ('k6', "<disks><disk name='vda' snapshot='internal'/></disks>"),
                   ('k7', "<disks><disk name='vda' snapshot='no'/></disks>"),
                   ('k8', "<disks><disk name='vda' type='odd'/></disks>"),
                   ('p1', '<parent><name>nobody</name></parent>'), ('p2', '<creationTime>12</creationTime>')):
    s = make(dom, name, more=more)
    if s is not None:
        xml(s)
        call(s.delete, 0, label='delete ' + nameless(s))
call(dom.snapshotCreateXML, '<domain/>')
call(dom.snapshotCreateXML, 'text')
call(dom.snapshotCreateXML, '<domainsnapshot><name>q</name><unknown/></domainsnapshot>',
     libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_VALIDATE, label='validate')
for bit in range(12):
    s = make(dom, 'f%d' % bit, 1 << bit)
    if s is not None:
        xml(s)
        call(dom.state, label='state after %d' % bit)
        if not dom.isActive():
            dom.create()
for flags in (1 | 2, 2 | 4, 1 | 8, 8 | 128, 16 | 8, 64, 64 | 16, 256 | 16, 256 | 8):
    s = make(dom, 'g%d' % flags, flags)
    if not dom.isActive():
        dom.create()
call(dom.listAllSnapshots, 0, label='all that came', keep=sorted_names)
look(dom, 'many')

# redefine
text = b.getXMLDesc(0)
call(dom.snapshotCreateXML, text, 1, label='redefine b, the same')
call(dom.snapshotCreateXML, text, 3, label='redefine b, current')
look(dom, 'redefined')
call(dom.snapshotCreateXML, text.replace('<name>b</name>', '<name>new</name>', 1), 1, label='redefine: a new one')
call(dom.snapshotCreateXML, re.sub(r'<parent>.*?</parent>', '<parent><name>c</name></parent>', text, flags=re.S), 1,
     label='redefine: a circle')
call(dom.snapshotCreateXML, re.sub(r'<parent>.*?</parent>', '<parent><name>b</name></parent>', text, flags=re.S), 1,
     label='redefine: its own parent')
call(dom.snapshotCreateXML, re.sub(r'<parent>.*?</parent>', '<parent><name>none</name></parent>', text, flags=re.S), 1,
     label='redefine: no such parent')
call(dom.snapshotCreateXML, text.replace(dom.UUIDString(), '11111111-2222-3333-4444-555555555555'), 1,
     label='redefine: of another')
call(dom.snapshotCreateXML, text.replace('<state>running</state>', '<state>shutoff</state>'), 1, label='redefine: other state')
call(dom.snapshotCreateXML, text.replace('<state>running</state>', '<state>disk-snapshot</state>'), 1,
     label='redefine: a disk snapshot')
call(dom.snapshotCreateXML, text.replace('<state>running</state>', ''), 1, label='redefine: no state')
call(dom.snapshotCreateXML, re.sub('<domain .*</domain>', '', text, flags=re.S), 1, label='redefine: no domain')
call(dom.snapshotCreateXML, '<domainsnapshot><name>bare</name></domainsnapshot>', 1, label='redefine: bare')
call(dom.snapshotCreateXML, '<domainsnapshot><name>bare2</name><state>running</state><creationTime>5</creationTime>'
     '</domainsnapshot>', 1, label='redefine: almost bare')
for label, doc in (('weird', text.replace('>running<', '>weird<')), ('paused', text.replace('>running<', '>paused<')),
                   ('off', text.replace('>running<', '>shutoff<').replace("'internal'/>", "'no'/>", 1))):
    call(dom.snapshotCreateXML, doc, 1, label='redefine: state ' + label)
for label, change in (('new off', ('>running<', '>shutoff<')), ('new disk', ('>running<', '>disk-snapshot<'))):
    call(dom.snapshotCreateXML, text.replace(*change).replace("'internal'/>", "'no'/>", 1).replace('<name>b', '<name>' + label, 1),
         1, label='redefine: ' + label)
for bit in range(4, 10):
    call(dom.listAllSnapshots, 1 << bit, label='redefined, all %d' % (1 << bit), keep=sorted_names)
look(dom, 'redefined more')

# going back
call(dom.suspend)
p = make(dom, 'paused')
xml(p)
call(dom.destroy)
o = make(dom, 'off')
xml(o)
for target in (a, p, o):
    for flags in (0, 1, 2, 3, 4, 8, 1 << 9):
        if target is o and flags in (1, 2):
            continue
        call(dom.revertToSnapshot, target, flags, label='off: to %s %d' % (target.getName(), flags))
        call(dom.state, label='off: state after %s %d' % (target.getName(), flags))
        if dom.isActive():
            dom.destroy()
dom.create()
for target in (a, p, o):
    for flags in (0, 1, 2, 3, 4, 8):
        if target is o and flags in (1, 2):
            continue
        call(dom.revertToSnapshot, target, flags, label='on: to %s %d' % (target.getName(), flags))
        call(dom.state, label='on: state after %s %d' % (target.getName(), flags))
        if not dom.isActive():
            dom.create()
        if dom.state()[0] == 3:
            dom.resume()
look(dom, 'reverted')

# a definition that changed since
call(dom.setMemoryFlags, 1048576, libvirt.VIR_DOMAIN_AFFECT_CONFIG)
call(dom.revertToSnapshot, a, 0, label='after a change')
call(lambda: re.findall('<.*emory .*', dom.XMLDesc(0) + dom.XMLDesc(2)), label='xml after a change')

# deleting
for flags in (1 << 8, 1 | 4, 2, 4):
    call(c.delete, flags, label='delete c %d' % flags)
    look(dom, 'deleted c %d' % flags)
call(c.delete, 0, label='delete c again')
call(c.getXMLDesc, 0, label='xml of a deleted one')
call(c.getParent, 0, label='parent of a deleted one')
call(c.numChildren, 0, label='children of a deleted one')
call(c.isCurrent, 0, label='current: a deleted one')
call(c.hasMetadata, 0, label='metadata of a deleted one')
call(dom.revertToSnapshot, c, 0, label='to a deleted one')
e = make(dom, 'e')
f = make(dom, 'f')
call(e.delete, 0, label='delete e: its child moves up')
look(dom, 'moved up')
call(a.delete, libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN_ONLY, label='children of a only')
look(dom, 'children only')
call(a.delete, libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN, label='a and children')
look(dom, 'all gone')

# other guests: transient, off, with disks
for transient in (False, True):
    doc = guest('disks%d' % transient, DISKS)
    g = conn.createXML(doc, 0) if transient else conn.defineXML(doc)
    s = make(g, 's1')
    if s:
        xml(s)
    for i, more in enumerate(("<disks><disk name='vda' snapshot='external'/></disks>",
                 "<disks><disk name='vda' snapshot='external'><source file='/new'/></disk></disks>",
                 "<disks><disk name='/a/two.img' snapshot='internal'/></disks>",
                 "<disks><disk name='vdb' snapshot='external' type='block'><source dev='/dev/x'/></disk></disks>",
                 "<disks><disk name='vda' snapshot='external'><driver type='raw'/></disk><disk name='vdb' snapshot='no'/></disks>",
                 "<disks><disk name='hda' snapshot='external'/></disks>",
                 "<disks><disk name='vda' snapshot='external'><source file='/same'/></disk>"
                 "<disk name='vdb' snapshot='external'><source file='/same'/></disk></disks>",
                 "<memory snapshot='external' file='/mem'/>")):
        for flags in (0, 16, 4):
            s = make(g, 'x%d-%d' % (i, flags), flags, more)
            if s:
                xml(s)
            if not transient and g.isActive():
                g.destroy()
    call(g.listAllSnapshots, 0, label='%s all' % g.name(), keep=sorted_names)
    for bit in range(12):
        call(g.listAllSnapshots, 1 << bit, label='%s all %d' % (g.name(), 1 << bit), keep=sorted_names)
    if transient:
        if g.isActive():
            call(g.destroy)
        call(lambda: len(conn.lookupByName(g.name()).listAllSnapshots()), label='transient, gone')
    else:
        call(g.undefine)
        call(g.undefineFlags, libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA)
call(conn.listAllDomains, libvirt.VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT, label='domains with snapshots')
make(dom, 'last')
call(conn.listAllDomains, libvirt.VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT, label='domains with snapshots')
call(conn.listAllDomains, libvirt.VIR_CONNECT_LIST_DOMAINS_NO_SNAPSHOT, label='domains without')
call(dom.rename, 'other')
dom.destroy()
call(dom.rename, 'other')
call(dom.undefine)
call(dom.undefineFlags, libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA)

# a guest as a moment keeps it: without the keyboard of the board; what is kept verbatim stands deeper
seen = conn.defineXML("""<domain type='test'><name>seen</name><uuid>5a4f1bb0-1c1e-4a8c-8f0e-9d9f5c3c1f01</uuid><metadata>
<a:notes xmlns:a='urn:a'><a:note>two
 lines</a:note><a:more><a:less/></a:more></a:notes></metadata><memory>65536</memory><os><type>hvm</type></os>
<devices><graphics type='vnc' socket='/x'/></devices></domain>""")


def whole(text):
    return re.sub(r'(<creationTime>)\d+', r'\1T', text)


for state in 'off', 'on':
    if state == 'on':
        seen.create()
    snap = seen.snapshotCreateXML('<domainsnapshot><name>%s</name></domainsnapshot>' % state)
    call(snap.getXMLDesc, 0, label='seen: snapshot, %s' % state, keep=whole)
    call(seen.snapshotCreateXML, snap.getXMLDesc(1), 1, label='seen: defined anew, %s' % state, keep=nameless)
    call(snap.getXMLDesc, 0, label='seen: snapshot defined anew, %s' % state, keep=whole)
    call(seen.revertToSnapshot, snap, 0, label='seen: back, %s' % state)
    call(seen.XMLDesc, 2, label='seen: guest, %s' % state)
seen.destroy()

# to one of a guest that was off, and running: last, because the lives begun here differ
g = conn.defineXML(guest('start', DISKS))
o = make(g, 'off')
for on in (False, True):
    for flags in (1, 2):
        if on and not g.isActive():
            g.create()
        call(g.revertToSnapshot, o, flags, label='start from off, %d %d' % (on, flags))
        call(g.state, label='started from off, %d %d' % (on, flags))
