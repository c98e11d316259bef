# SPDX-License-Identifier: LGPL-2.1-or-later
"""Storage pools: definitions and their lives, look-ups, lists, autostart, documents, capacities, events."""
import libvirt
from record_objects import FLAGS, call, events, know, name, names, quietly

conn = libvirt.open('test:///default')
ro = libvirt.openReadOnly('test:///default')
events(conn.storagePoolEventRegisterAny, None, None, [0, 1], 'pool')
U = 'bbbbbbbb-0000-4000-8000-0000000000%02d'
for i in range(100):
    know(U % i)
know('dfe224cb-28fb-8dd0-c4b2-64eb3f0f4566')


def pool(n, number=None, kind='dir', more=None):
    more = more if more is not None else '<target><path>/p/%s</path></target>' % n
    return '<pool type="%s"><name>%s</name>%s%s</pool>' % (
        kind, n, '<uuid>%s</uuid>' % (U % number) if number is not None else '', more)


def world(label='pools'):
    call(lambda: (names(conn.listStoragePools()), names(conn.listDefinedStoragePools()), conn.numOfStoragePools(),
                  conn.numOfDefinedStoragePools(), name(conn.listAllStoragePools())), label=label)


def state(p):
    call(lambda: [quietly(f) for f in (p.isActive, p.isPersistent, p.autostart, p.name, p.UUIDString, p.info,
                                       p.numOfVolumes, p.listVolumes, p.listAllVolumes)] +
         [quietly(p.XMLDesc, 0)], label='state of ' + p.name())


def lists():
    call(lambda: [(f, quietly(lambda: name(conn.listAllStoragePools(f)))) for f in [0] + FLAGS + [
        3, 12, 48, 5, 6, 9, 10, 21, 0x3f, 0xc0, 0x41, 0x7ffc0, 0x1ffffe, 0x200000]], label='lists')


world()
default = call(conn.storagePoolLookupByName, 'default-pool')
state(default)
lists()
call(lambda: [(f, quietly(default.XMLDesc, f) if f > 1 else 0) for f in FLAGS], label='flags of XMLDesc')
call(default.XMLDesc, 1)

for n in ('nobody', '', 'DEFAULT-POOL'):
    call(conn.storagePoolLookupByName, n)
for u in ('dfe224cb-28fb-8dd0-c4b2-64eb3f0f4566', 'DFE224CB28FB8DD0C4B264EB3F0F4566', 'dfe224cb-28fb-8dd0-c4b2-64eb3f0f4567', 'x'):
    call(conn.storagePoolLookupByUUIDString, u)
for p in ('/default-pool', '/nowhere', ''):
    call(conn.storagePoolLookupByTargetPath, p)

# define
a = call(conn.storagePoolDefineXML, pool('a', 1), 0)
state(a)
world()
lists()
call(conn.storagePoolDefineXML, pool('a', 1, more='<target><path>/other</path></target>'), 0)
state(a)
call(conn.storagePoolDefineXML, pool('a', 2), 0)
call(conn.storagePoolDefineXML, pool('b', 1), 0)
call(conn.storagePoolDefineXML, pool('a'), 0)
call(conn.storagePoolDefineXML, pool('b', 3, more='<target><path>/other</path></target>'), 0)
call(conn.storagePoolDefineXML, pool('default-pool'), 0)
state(a)
call(conn.storagePoolCreateXML, pool('a', 1), 0)
call(conn.storagePoolCreateXML, pool('a', 2), 0)
call(conn.storagePoolCreateXML, pool('c', 1), 0)
call(conn.storagePoolCreateXML, pool('c', 4, more='<target><path>/other</path></target>'), 0)
world()
state(a)
for fn in (a.create, a.create, a.isActive, a.refresh, a.undefine, a.destroy, a.destroy, a.refresh, a.isActive):
    call(fn)
state(a)
a = call(conn.storagePoolDefineXML, pool('a', 1), 0)
for f in FLAGS[:8]:
    call(a.create, f)
    if a.isActive():
        call(a.destroy)
for f in [0] + FLAGS[:8]:
    call(a.build, f)
    call(a.delete, f)
    call(a.refresh, f)
call(a.create)
for f in [0] + FLAGS[:8]:
    call(a.build, f, label='active build %d' % f)
    call(a.delete, f, label='active delete %d' % f)
    call(a.refresh, f, label='active refresh %d' % f)
state(a)
call(conn.storagePoolDefineXML, pool('a', 1, more='<target><path>/new</path></target>'), 0)
state(a)
call(a.XMLDesc, 1)
call(conn.storagePoolCreateXML, pool('a', 1), 0)
call(a.setAutostart, 1)
call(a.autostart)
lists()
call(a.setAutostart, 0)
call(a.setAutostart, 5)
call(a.autostart)
call(a.undefine)
call(a.destroy)
state(a)
call(a.XMLDesc, 1)
call(a.create)
state(a)
call(a.destroy)
call(a.undefine)
for fn in (a.create, a.destroy, a.undefine, a.build, a.delete, a.refresh, a.isActive, a.isPersistent, a.autostart, a.info,
           a.XMLDesc, a.numOfVolumes, a.listVolumes, a.listAllVolumes, a.name):
    call(fn, label='stale ' + fn.__name__)
call(a.setAutostart, 1, label='stale setAutostart')
call(a.createXML, '<volume><name>x</name><capacity>1</capacity></volume>', label='stale createXML')
call(a.storageVolLookupByName, 'x', label='stale storageVolLookupByName')
world()

# transient
t = call(conn.storagePoolCreateXML, pool('t', 10), 0)
state(t)
lists()
call(t.setAutostart, 1)
call(t.autostart)
call(t.undefine)
call(conn.storagePoolCreateXML, pool('t', 10), 0)
call(conn.storagePoolCreateXML, pool('t', 11), 0)
call(conn.storagePoolCreateXML, pool('u', 10), 0)
call(conn.storagePoolDefineXML, pool('t', 11), 0)
call(conn.storagePoolDefineXML, pool('u', 10), 0)
call(conn.storagePoolDefineXML, pool('t', 10, more='<target><path>/q</path></target>'), 0)
state(t)
call(t.destroy)
state(t)
world()
call(t.undefine)
world()
t = call(conn.storagePoolCreateXML, pool('t', 10), 0)
call(t.create)
call(t.destroy)
call(t.isActive)
world()
for f in FLAGS[:8] + [3, 5, 6, 7]:
    t = call(conn.storagePoolCreateXML, pool('t', 10), f, label='create with flags %d' % f)
    if t:
        call(t.destroy)
    t = call(conn.storagePoolDefineXML, pool('t', 10), f, label='define with flags %d' % f)
    if t:
        call(t.undefine)
for f in (0, 1, 8):
    t = call(conn.storagePoolDefineXML, pool('t', 10, more='<target><path>/a</path></target><foo/>'), f)
    if t:
        call(t.undefine)

# kinds
SRC = '<source><host name="h"/><device path="/dev/sda"/><dir path="/d"/><name>n</name><adapter type="scsi_host" name="scsi_host1"/></source>'
for kind in ('dir', 'fs', 'netfs', 'logical', 'disk', 'iscsi', 'iscsi-direct', 'scsi', 'mpath', 'rbd', 'sheepdog', 'gluster', 'zfs', 'vstorage',
             'x', ''):
    p = call(conn.storagePoolDefineXML, pool('k' + kind, None, kind, SRC + '<target><path>/k</path></target>'), 0, label='kind ' + kind)
    p = p or call(conn.storagePoolDefineXML, pool('k' + kind, None, kind, SRC.replace('<source>', '<source><initiator><iqn name="i"/></initiator>') + '<target><path>/k</path></target>'), 0, label='kind ' + kind)
    if p:
        call(p.XMLDesc, label='document of ' + kind)
        call(p.build)
        call(p.create)
        call(p.info)
        call(p.refresh)
lists()
for p in sorted(conn.listAllStoragePools(), key=lambda p: p.name()):
    if p.name().startswith('k'):
        call(p.destroy)
        call(p.delete)
        call(p.undefine)
world()

# read-only connections
r = ro.storagePoolLookupByName('default-pool')
for fn in (r.isActive, r.isPersistent, r.autostart, r.info, r.create, r.destroy, r.undefine, r.build, r.delete, r.refresh,
           r.listVolumes, r.XMLDesc):
    call(fn, label='read-only ' + fn.__name__)
call(r.setAutostart, 1, label='read-only setAutostart')
call(ro.storagePoolDefineXML, pool('r', 80), 0, label='read-only define')
call(ro.storagePoolCreateXML, pool('r', 80), 0, label='read-only create')

# sources
for kind in ('dir', 'logical', 'netfs', 'iscsi', 'fs', 'disk', 'rbd', 'x', '', 'LOGICAL', 'zfs', 'gluster'):
    for spec in (None, '', '<source/>', '<source><host name="h"/></source>', '<source><host name="h" port="1"/></source>', '<source><host/></source>', 'x', '<pool/>',
                 '<source><host name="h"/><host name="i"/></source>', '<source><name>n</name></source>'):
        if kind == 'netfs' and spec and '<source>' in spec + '<source>' * (spec == '<source/>') and 'name="h"' not in spec:
            continue # a source without host ends the reference's process
        call(conn.findStoragePoolSources, kind, spec, 0, label='sources of %s for %s' % (kind, spec))
for f in FLAGS[:4]:
    call(conn.findStoragePoolSources, 'logical', None, f, label='sources, flags %d' % f)
call(conn.getStoragePoolCapabilities) if hasattr(conn, 'getStoragePoolCapabilities') else None

# the default one
for fn in (default.create, default.destroy, default.isActive, default.info, default.undefine, default.isActive):
    call(fn, label='default ' + fn.__name__)
world()

for text in ('', 'x', '<pool/>', '<pool type="dir"/>', '<pool type="dir"><name/></pool>', '<domain/>', '<pool type="dir"><name>a/b</name></pool>',
             '<pool type="dir"><name>a</name></pool>', '<pool type="dir"><name>a</name><target/></pool>', '<pool type="dir"><name>a</name><target><path/></target></pool>',
             '<pool type="x"><name>a</name><target><path>/x</path></target></pool>', '<pool><name>a</name><target><path>/x</path></target></pool>',
             '<pool type="dir"><name>a</name><uuid>x</uuid><target><path>/x</path></target></pool>',
             '<pool type="dir"><name>a</name><target><path>x</path></target></pool>',
             '<pool type="dir"><name>a</name><target><path>/x//y/</path></target></pool>',
             '<pool type="dir"><name>a</name><capacity>5</capacity><allocation>6</allocation><available>7</available><target><path>/x</path></target></pool>'):
    p = call(conn.storagePoolDefineXML, text, 0, label='define ' + text)
    if p:
        call(p.XMLDesc)
        call(p.undefine)
    p = call(conn.storagePoolCreateXML, text, 0, label='create ' + text)
    if p:
        call(p.XMLDesc)
        call(p.destroy)
world()
