# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hosts described by files: their guests."""
import os
import shutil
import tempfile

import libvirt
from record import call, know

folder = tempfile.mkdtemp()
NS = "xmlns:test='http://libvirt.org/schemas/domain/test/1.0'"
UUID = '11111111-2222-4333-8444-000000000061'
know(UUID)


def guest(name='a', more='', uuid=UUID):
    return ("<domain type='test' %s><name>%s</name><uuid>%s</uuid><memory>65536</memory><os><type>hvm</type></os>%s</domain>"
            % (NS, name, uuid, more))


def snapshot(name, parent=None, active='0', state='shutoff'):
    return ("<name>%s</name>%s<state>%s</state><creationTime>5</creationTime>%s%s" % (
        name, '<parent><name>%s</name></parent>' % parent if parent else '', state,
        '' if active is None else '<active>%s</active>' % active, guest().replace(NS, '')))


def inside(*texts):
    return ''.join('<test:domainsnapshot>%s</test:domainsnapshot>' % t for t in texts)


def host(label, text, files=None):
    for name, content in (files or {}).items():
        with open(os.path.join(folder, name), 'w') as f:
            f.write(content)
    path = os.path.join(folder, 'host.xml')
    with open(path, 'w') as f:
        f.write('<node>%s</node>' % text)
    conn = call(libvirt.open, 'test://' + path, label=label, keep=lambda c: 'a host')
    if not conn:
        return None
    call(lambda: sorted((d.name(), d.ID(), d.state(), d.isPersistent(), d.hasManagedSaveImage(), d.autostart())
                        for d in conn.listAllDomains()), label='guests: ' + label)
    for d in sorted(conn.listAllDomains(), key=lambda d: d.name()):
        call(lambda: [(s.getName(), s.numChildren(), s.isCurrent()) for s in
                      sorted(d.listAllSnapshots(), key=lambda s: s.getName())], label='snapshots: ' + label)
    return conn


host('nothing', '')
host('something unknown', '<bogus/>')
host('one', guest())
host('two', guest() + guest('b', uuid='11111111-2222-4333-8444-000000000062'))
for value in list(range(9)) + ['x', '-1', '', '99']:
    host('runstate %s' % value, guest(more='<test:runstate>%s</test:runstate>' % value))
host('without prefix', guest(more="<runstate xmlns='http://libvirt.org/schemas/domain/test/1.0'>5</runstate>"))
host('without namespace', guest(more='<runstate>5</runstate>'))
host('another namespace', guest(more="<runstate xmlns='urn:x'>5</runstate>"))
host('transient', guest(more='<test:transient/>'))
host('transient and off', guest(more='<test:transient/><test:runstate>5</test:runstate>'))
host('transient and paused', guest(more='<test:transient/><test:runstate>3</test:runstate>'))
host('saved', guest(more='<test:hasmanagedsave/>'))
c = host('saved and off', guest(more='<test:hasmanagedsave/><test:runstate>5</test:runstate>'))
call(c.lookupByName('a').create)
call(c.lookupByName('a').hasManagedSaveImage)
host('saved and paused', guest(more='<test:hasmanagedsave/><test:runstate>3</test:runstate>'))
host('malformed', guest().replace('65536', 'x'))
c = host('a file', "<domain file='%s/guest.xml'/>" % folder, {'guest.xml': guest(more='<test:runstate>3</test:runstate>')})
call(c.lookupByName('a').XMLDesc, 0)
host('a relative file', "<domain file='guest.xml'/>")
host('no such file', "<domain file='/nonexistent.xml'/>")
host('a file of junk', "<domain file='junk'/>", {'junk': 'junk'})
host('a file of another kind', "<domain file='other'/>", {'other': '<node/>'})

# what defines a guest is held to the same, and says no more
c = host('defined', '')
for label, more in (('runstate', '<test:runstate>5</test:runstate>'), ('no number', '<test:runstate>x</test:runstate>'),
                    ('no state', '<test:runstate>8</test:runstate>'), ('transient and off', '<test:transient/><test:runstate>5</test:runstate>'),
                    ('saved and running', '<test:hasmanagedsave/>'), ('a fault of another element', '<test:runstate>x</test:runstate><blkiotune><device/></blkiotune>'),
                    ('no target', '<test:runstate>x</test:runstate><devices><disk/></devices>')):
    d = call(c.defineXML, guest(more=more), label='define: ' + label, keep=lambda d: 'a guest')
    if d:
        call(lambda: (d.state(), d.isPersistent(), d.hasManagedSaveImage()), label='as defined: ' + label)

# snapshots
c = host('snapshot', guest(more=inside(snapshot('s1'))))
call(lambda: c.lookupByName('a').snapshotLookupByName('s1').getXMLDesc(), label='its document')
host('current snapshot', guest(more=inside(snapshot('s1', active='1'))))
host('snapshots', guest(more=inside(snapshot('s1'), snapshot('s2', 's1', '1'), snapshot('s3', 's1'))))
host('children first', guest(more=inside(snapshot('s2', 's1'), snapshot('s1'))))
host('two current ones', guest(more=inside(snapshot('s1', active='1'), snapshot('s2', active='1'))))
host('whether current is not said', guest(more=inside(snapshot('s1', active=None))))
host('an element too many', guest(more=inside('<domainsnapshot>%s</domainsnapshot>' % snapshot('s1'))))
host('of a running guest', guest(more=inside(snapshot('s1', state='running'))))
host('of a guest that is off', guest(more='<test:runstate>5</test:runstate>' + inside(snapshot('s1', state='running'))))
host('snapshot in a file', guest(more="<test:domainsnapshot file='%s/snap.xml'/>" % folder),
     {'snap.xml': '<domainsnapshot>%s</domainsnapshot>' % snapshot('s1')})

shutil.rmtree(folder)
