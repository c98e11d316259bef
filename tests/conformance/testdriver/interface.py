# SPDX-License-Identifier: LGPL-2.1-or-later
"""Host interfaces: definitions and their states, look-ups, lists, documents, changes and their rollback."""
import libvirt
from record_objects import FLAGS, call, name, names, quietly

conn = libvirt.open('test:///default')
ro = libvirt.openReadOnly('test:///default')


def iface(n, mac='aa:bb:cc:00:00:01', more='', kind='ethernet'):
    return '<interface type="%s" name="%s">%s%s</interface>' % (kind, n, '<mac address="%s"/>' % mac if mac else '', more)


def world(label='interfaces'):
    call(lambda: (names(conn.listInterfaces()), names(conn.listDefinedInterfaces()), conn.numOfInterfaces(),
                  conn.numOfDefinedInterfaces()) + tuple(quietly(lambda: name(conn.listAllInterfaces(f))) for f in (0, 1, 2, 3)),
         label=label)


def state(i, label=None):
    call(lambda: [quietly(f) for f in (i.isActive, i.name, i.MACString)] + [quietly(i.XMLDesc, f) for f in (0, 1)],
         label='state of ' + (label or i.name()))


world()
eth1 = call(conn.interfaceLookupByName, 'eth1')
state(eth1)
for f in FLAGS[:8]:
    call(conn.listAllInterfaces, f, keep=name)
    call(eth1.XMLDesc, f)
for n in ('nobody', '', 'ETH1'):
    call(conn.interfaceLookupByName, n)
for m in ('aa:bb:cc:dd:ee:ff', 'AA:BB:CC:DD:EE:FF', 'aa:bb:cc:dd:ee:f0', 'x', ''):
    call(conn.interfaceLookupByMACString, m)

# define
a = call(conn.interfaceDefineXML, iface('a'), 0)
state(a)
world()
call(conn.interfaceDefineXML, iface('a', 'aa:bb:cc:00:00:02', '<start mode="onboot"/><mtu size="9000"/>'), 0)
state(a)
state(conn.interfaceLookupByName('a'), 'a, looked up')
call(conn.interfaceLookupByMACString, 'aa:bb:cc:00:00:01')
call(conn.interfaceLookupByMACString, 'aa:bb:cc:00:00:02')
b = call(conn.interfaceDefineXML, iface('b', 'aa:bb:cc:00:00:02'), 0)
call(conn.interfaceLookupByMACString, 'aa:bb:cc:00:00:02', keep=lambda r: 'one of both')
call(conn.interfaceDefineXML, iface('c', None), 0)
for f in FLAGS[:4]:
    call(conn.interfaceDefineXML, iface('f'), f)
    call(a.create, f)
    call(a.destroy, f)
call(conn.interfaceDefineXML, iface('f', more='<foo/>'), 1)
world()
for fn in (a.create, a.create, a.isActive, a.undefine):
    call(fn)
world()
b = call(conn.interfaceDefineXML, iface('b'), 0)
for fn in (b.create, b.destroy, b.destroy, b.isActive, b.create):
    call(fn)
call(conn.interfaceDefineXML, iface('b', 'aa:bb:cc:00:00:09', '<mtu size="7"/>'), 0)
state(b)
world()
call(b.undefine)
for fn in (b.create, b.destroy, b.undefine, b.isActive, b.XMLDesc, b.name, b.MACString):
    call(fn, label='stale ' + fn.__name__)
world()

# documents
for text in ('', 'x', '<interface/>', '<interface type="ethernet"/>', '<interface name="x"/>', '<domain/>', iface(''), iface('x', 'y'),
             iface('x', more='<start mode="none"/>'), iface('x', more='<start mode="hotplug"/>'), iface('x', more='<start mode="x"/>'),
             iface('x', more='<start/>'), iface('x', more='<mtu size="x"/>'),
             iface('x', more='<start mode="onboot"/><protocol family="ipv4"><dhcp/></protocol>'),
             iface('x', more='<start mode="onboot"/><protocol family="ipv4"><dhcp peerdns="no"/></protocol>'),
             iface('x', more='<start mode="onboot"/><protocol family="ipv6"><autoconf/><ip address="::1" prefix="64"/></protocol>'),
             iface('x', more='<start mode="onboot"/><protocol family="ipx"/>'), iface('x', more='<protocol/>'),
             iface('x', more='<start mode="onboot"/><link speed="100" state="up"/>'),
             iface('x', None, '<start mode="onboot"/><bridge stp="off" delay="0.01"><interface type="ethernet" name="e0"><mac address="ab:bb:cc:dd:ee:ff"/></interface><interface type="ethernet" name="e1"/></bridge>', 'bridge'),
             iface('x', None, '', 'bridge'), iface('x', None, '<bridge/>', 'bridge'), iface('x', None, '<bridge delay="x"/>', 'bridge'),
             iface('x', None, '<bond mode="active-backup"><miimon freq="100" updelay="10" carrier="ioctl"/><interface type="ethernet" name="e0"/></bond>', 'bond'),
             iface('x', None, '<bond><interface type="ethernet" name="e0"/></bond>', 'bond'), iface('x', None, '', 'bond'), iface('x', None, '<bond mode="x"/>', 'bond'),
             iface('x', None, '<bond mode="802.3ad"><arpmon interval="5" target="1.2.3.4" validate="all"/><interface type="ethernet" name="e0"/></bond>', 'bond'),
             iface('x', None, '<vlan tag="42"><interface name="e0"/></vlan>', 'vlan'), iface('x', None, '<vlan tag="42"/>', 'vlan'), iface('x', None, '', 'vlan'),
             iface('x', None, '<vlan><interface name="e0"/></vlan>', 'vlan'), iface('x', kind='x')):
    i = call(conn.interfaceDefineXML, text, 0, label='define ' + text)
    if i:
        call(i.XMLDesc, 0, label='document of ' + text)
        call(i.undefine)
world()

# changes
for f in FLAGS[:3]:
    call(conn.changeBegin, f)
    call(conn.changeCommit, f)
    call(conn.changeRollback, f)
call(conn.changeCommit)
call(conn.changeRollback)
call(conn.changeBegin)
call(conn.changeBegin)
call(eth1.destroy)
call(conn.interfaceDefineXML, iface('new'), 0)
call(conn.interfaceDefineXML, iface('eth1', 'aa:bb:cc:00:00:77'), 0)
world()
call(conn.changeRollback)
world()
state(eth1)
state(conn.interfaceLookupByName('eth1'), 'eth1, rolled back')
call(conn.changeRollback)
call(conn.changeBegin)
call(eth1.undefine)
call(conn.interfaceDefineXML, iface('new'), 0)
world()
call(conn.changeCommit)
world()
call(conn.changeCommit)
call(conn.changeRollback)
call(conn.changeBegin)
call(conn.interfaceLookupByName('new').create)
call(conn.changeRollback)
world()
other = libvirt.open('test:///default')
call(conn.changeBegin)
call(other.changeBegin, label='begin of another connection')
call(other.changeRollback, label='rollback of another connection')
call(conn.changeCommit)

# read-only
i = call(ro.interfaceLookupByName, 'new')
for fn in (i.isActive, i.XMLDesc, i.create, i.destroy, i.undefine):
    call(fn, label='read-only ' + fn.__name__)
call(i.XMLDesc, 1, label='read-only inactive document')
for fn in (ro.changeBegin, ro.changeCommit, ro.changeRollback):
    call(fn, label='read-only ' + fn.__name__)
call(ro.interfaceDefineXML, iface('z'), 0, label='read-only define')
call(ro.listAllInterfaces, 0, keep=name, label='read-only list')
