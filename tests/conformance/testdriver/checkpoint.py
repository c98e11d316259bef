# SPDX-License-Identifier: LGPL-2.1-or-later
"""checkpoints: made, listed in every way, defined anew, deleted."""
import re

import libvirt
from record import call, guest, listen

conn = libvirt.open('test:///default')
listen(conn, ids={0})
dom = conn.lookupByName('test')
QCOW = """<devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/a/one.qcow2'/>
<target dev='vda' bus='virtio'/></disk><disk type='file' device='disk'><driver name='qemu' type='raw'/>
<source file='/a/two.img'/><target dev='vdb' bus='virtio'/></disk>
<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/a/three'/>
<target dev='vdc' bus='virtio'/></disk><disk type='file' device='cdrom'><target dev='hda' bus='ide'/><readonly/>
</disk></devices>"""


def timeless(text):
    """Without what no two runs have in common, and without the guest, which other subjects look at."""
    text = re.sub('<domain .*</domain>', '[domain]', text, flags=re.S)
    return re.sub(r"([>'])\d{9,}", r'\1T', text)


def nameless(moment):
    return re.sub(r'\d{9,}', 'T', moment.getName())


def xml(point, flags=0):
    return call(point.getXMLDesc, flags, label='%s.xml %d' % (nameless(point), flags), keep=timeless)


def make(d, name, flags=0, more=''):
    doc = '<domaincheckpoint>%s%s</domaincheckpoint>' % ('<name>%s</name>' % name if name else '', more)
    return call(d.checkpointCreateXML, doc, flags, label='%s: create %s %d %s' % (d.name(), name, flags, more[:40]),
                keep=nameless)


def names(points):
    return sorted(p.getName() for p in points)


def tree(d):
    rows = []
    for p in sorted(d.listAllCheckpoints(), key=lambda p: p.getName()):
        try:
            parent = p.getParent().getName()
        except libvirt.libvirtError as e:
            parent = e.get_error_code()
        rows.append('%s<%s' % (p.getName(), parent))
    return ' '.join(rows)


call(tree, dom, label='none')
call(dom.checkpointLookupByName, 'x')
make(dom, 'a')
dom.destroy()
make(dom, 'a', more='')
dom.create()
g = conn.defineXML(guest('points', QCOW))
make(g, 'off')
call(g.create)
a = make(g, 'a', more='<description>first</description>')
b = make(g, 'b')
c = make(g, 'c')
call(tree, g, label='abc')
for p in (a, b, c):
    if p is None:
        continue
    for flags in (0, 1, 2, 3, 4, 8):
        xml(p, flags)
    call(p.getParent, 0, label='parent of ' + p.getName())
    call(p.getParent, 1, label='parent, flags, of ' + p.getName())
    for bit in range(8):
        call(p.listAllChildren, 1 << bit, label='%s children %d' % (p.getName(), 1 << bit), keep=names)
    call(p.listAllChildren, 0, label='%s children' % p.getName(), keep=names)
for bit in range(8):
    call(g.listAllCheckpoints, 1 << bit, label='all %d' % (1 << bit), keep=names)
call(g.checkpointLookupByName, 'a')
call(g.checkpointLookupByName, 'a', 1)
call(g.checkpointLookupByName, 'zzz')
for name, more in ((None, '<bad'), ('a', ''), ('', ''), ('x/y', ''), (None, ''),
                   ('k1', "<disks><disk name='zzz'/></disks>"), ('k2', "<disks><disk name='vda' checkpoint='odd'/></disks>"),
                   ('k3', "<disks><disk/></disks>"), ('k4', "<disks><disk name='vda'/><disk name='vda'/></disks>"),
                   ('kD', "<disks><disk name='ioemu:vdZ_1'/></disks>"), ('kE', "<disks><disk name='a:\\\\b'/></disks>"), ('kF', "<disks><disk name='vd'/></disks>"),
                   ('k5', "<disks><disk name='vda' checkpoint='no'/></disks>"),
                   ('k6', "<disks><disk name='vda' checkpoint='bitmap' bitmap='own'/></disks>"),
                   ('k7', "<disks><disk name='vda' checkpoint='no' bitmap='own'/></disks>"),
                   ('k8', "<disks><disk name='/a/one.qcow2' checkpoint='bitmap'/></disks>"),
                   ('k9', "<disks><disk name='vdb' checkpoint='bitmap'/></disks>"),
                   ('kA', "<disks><disk name='hda' checkpoint='bitmap'/></disks>"),
                   ('kB', "<disks><disk name='vda' checkpoint='bitmap' size='5'/></disks>"),
                   ('kC', "<disks/>"),
                   ('p1', '<parent><name>nobody</name></parent>'), ('p2', '<creationTime>12</creationTime>')):
    p = make(g, name, more=more)
    if p is not None:
        xml(p)
        call(p.delete, 0, label='delete %s %s' % (name, more))
call(g.checkpointCreateXML, '<domain/>')
call(g.checkpointCreateXML, 'text')
for bit in range(6):
    make(g, 'f%d' % bit, 1 << bit)
make(g, 'f', 5)
call(g.checkpointCreateXML, '<domaincheckpoint><name>v</name><unknown/></domaincheckpoint>', 5, label='validate')
if b is not None:
    text = b.getXMLDesc(0)
    for label, doc in (('the same', text), ('a new one', text.replace('<name>b</name>', '<name>new</name>', 1)),
                       ('its own parent', re.sub(r'<parent>.*?</parent>', '<parent><name>b</name></parent>', text, flags=re.S)),
                       ('a circle', re.sub(r'<parent>.*?</parent>', '<parent><name>c</name></parent>', text, flags=re.S)),
                       ('no such parent', re.sub(r'<parent>.*?</parent>', '<parent><name>none</name></parent>', text, flags=re.S)),
                       ('of another', text.replace(g.UUIDString(), '11111111-2222-3333-4444-555555555555')),
                       ('no domain', re.sub('<domain .*</domain>', '', text, flags=re.S)),
                       ('no time', re.sub('<creationTime>.*</creationTime>', '', text)),
                       ('new, no domain', re.sub('<domain .*</domain>', '', text, flags=re.S).replace('<name>b', '<name>nd', 1)),
                       ('bare', '<domaincheckpoint><name>bare</name></domaincheckpoint>')):
        call(g.checkpointCreateXML, doc, 1, label='redefine: ' + label)
        call(tree, g, label='after redefine: ' + label)
# beside snapshots
call(g.snapshotCreateXML, '<domainsnapshot><name>s</name></domainsnapshot>', 0, label='snapshot beside checkpoints')
s = call(dom.snapshotCreateXML, '<domainsnapshot><name>s</name></domainsnapshot>', 0, label='snapshot of test')
make(dom, 'beside')
call(g.undefine)
call(g.rename, 'points2')
call(conn.listAllDomains, libvirt.VIR_CONNECT_LIST_DOMAINS_HAS_CHECKPOINT, label='with checkpoints', keep=lambda l: sorted(d.name() for d in l))
call(conn.listAllDomains, libvirt.VIR_CONNECT_LIST_DOMAINS_NO_CHECKPOINT, label='without', keep=lambda l: sorted(d.name() for d in l))
if b is not None:
    for flags in (8, 1 | 4, 2):
        call(b.delete, flags, label='delete b %d' % flags)
        call(tree, g, label='after delete b %d' % flags)
    call(b.delete, 0, label='delete b again')
    call(b.getXMLDesc, 0, label='xml of a deleted one')
    call(b.getParent, 0, label='parent of a deleted one')
    d = make(g, 'd')
    e = make(g, 'e')
    call(d.delete, 0, label='delete d: its child moves up')
    call(tree, g, label='after delete d')
    call(a.delete, 4, label='children of a only')
    call(tree, g, label='children only')
    make(g, 'again')
    call(g.destroy)
    make(g, 'off again')
    call(a.delete, 0, label='delete a while off')
    call(g.undefine)
    call(g.undefineFlags, 16)
    call(g.create, label='start once more')
    call(a.delete, 1, label='a and children')
    call(tree, g, label='all gone')
