# SPDX-License-Identifier: LGPL-2.1-or-later
"""Networks: definitions and their lives, look-ups, lists, autostart, documents, bridges, events."""
import libvirt
from record_objects import FLAGS, call, events, know, name, names, quietly

conn = libvirt.open('test:///default')
ro = libvirt.openReadOnly('test:///default')
events(conn.networkEventRegisterAny, None, None, [0], 'network')
U = 'aaaaaaaa-0000-4000-8000-0000000000%02d'
for i in range(100):
    know(U % i)
know('dd8fe884-6c02-601e-7551-cca97df1c5df')


def net(n, number=None, more=''):
    return '<network><name>%s</name>%s%s</network>' % (n, '<uuid>%s</uuid>' % (U % number) if number is not None else '', more)


def world(label='networks'):
    call(lambda: (names(conn.listNetworks()), names(conn.listDefinedNetworks()), conn.numOfNetworks(),
                  conn.numOfDefinedNetworks(), name(conn.listAllNetworks())), label=label)


def state(n):
    call(lambda: [quietly(f) for f in (n.isActive, n.isPersistent, n.autostart, n.name, n.UUIDString, n.bridgeName)] +
         [quietly(n.XMLDesc, 0), quietly(n.XMLDesc, 1)], label='state of ' + n.name())


def lists():
    for f in [0] + FLAGS[:10] + [3, 12, 48, 5, 6, 9, 10, 21, 0x3f, 0x40]:
        call(conn.listAllNetworks, f, keep=name)


# what is there
world()
default = call(conn.networkLookupByName, 'default')
state(default)
lists()
for f in FLAGS:
    call(default.XMLDesc, f, label='XMLDesc 0x%x' % f)
call(default.XMLDesc, 3)

# look-ups
for n in ('nobody', '', 'DEFAULT', 'default '):
    call(conn.networkLookupByName, n)
for u in ('dd8fe884-6c02-601e-7551-cca97df1c5df', 'DD8FE8846C02601E7551CCA97DF1C5DF', 'dd8fe884-6c02-601e-7551-cca97df1c5de',
          'x', '', '00000000-0000-0000-0000-000000000000'):
    call(conn.networkLookupByUUIDString, u)

# define
a = call(conn.networkDefineXML, net('a', 1))
state(a)
world()
lists()
call(conn.networkDefineXML, net('a', 1, '<bridge name="br7"/>'))
state(a)
call(conn.networkDefineXML, net('a', 2))
call(conn.networkDefineXML, net('b', 1))
call(conn.networkDefineXML, net('a'))
state(a)
call(conn.networkDefineXML, net('default', None))
call(conn.networkDefineXML, net('default', 3))
call(conn.networkDefineXML, '<network><name>x</name><uuid>dd8fe884-6c02-601e-7551-cca97df1c5df</uuid></network>')
call(conn.networkCreateXML, net('a', 1))
call(conn.networkCreateXML, net('a', 2))
call(conn.networkCreateXML, net('b', 1))
world()
call(a.create)
state(a)
call(a.create)
world()
call(conn.networkDefineXML, net('a', 1, '<bridge name="br8"/><ip address="10.0.0.1" netmask="255.255.255.0"/>'))
state(a)
call(conn.networkCreateXML, net('a', 1))
call(conn.networkCreateXML, net('a', 2))
call(conn.networkCreateXML, net('b', 1))
call(a.setAutostart, 1)
lists()
state(a)
call(a.setAutostart, 7)
call(a.autostart)
call(a.undefine)
state(a)
world()
call(a.destroy)
state(a)
call(a.destroy)
call(a.undefine)
call(a.setAutostart, 0)
call(a.autostart)
call(a.create)
call(a.undefine)
state(a)
world()
for fn in (a.create, a.destroy, a.undefine, a.isActive, a.isPersistent, a.autostart, a.bridgeName, a.XMLDesc, a.name,
           a.DHCPLeases, a.listAllPorts):
    call(fn)
call(a.setAutostart, 1)

# transient
t = call(conn.networkCreateXML, net('t', 10, '<bridge name="brt"/>'))
state(t)
lists()
call(t.setAutostart, 1)
call(t.autostart)
lists()
call(t.setAutostart, 0)
call(t.autostart)
call(t.undefine)
state(t)
call(t.create)
call(conn.networkCreateXML, net('t', 10))
call(conn.networkCreateXML, net('t', 11))
call(conn.networkCreateXML, net('u', 10))
call(conn.networkDefineXML, net('u', 10))
call(conn.networkDefineXML, net('t', 11))
call(conn.networkDefineXML, net('t', 10, '<mtu size="9000"/>'))
state(t)
call(t.undefine)
state(t)
world()
call(conn.networkDefineXML, net('t', 10, '<mtu size="9001"/>'))
call(t.destroy)
state(t)
call(t.undefine)
world()
t = call(conn.networkCreateXML, net('t', 10))
call(t.destroy)
world()
call(t.destroy)
call(t.isActive)
for f in FLAGS[:6]:
    x = call(conn.networkCreateXMLFlags, net('f', 20), f)
    if x:
        call(x.destroy)
    x = call(conn.networkDefineXMLFlags, net('f', 20), f)
    if x:
        call(x.undefine)
call(conn.networkCreateXMLFlags, '<network><name>f</name><foo/></network>', 1)
call(conn.networkDefineXMLFlags, '<network><name>f</name><foo/></network>', 1)
world()

# names of bridges
made = []
for i in range(5):
    made.append(call(conn.networkDefineXML, net('br%d' % i, 30 + i)))
    call(made[-1].XMLDesc)
    call(made[-1].bridgeName)
for more in ('<bridge name="virbr7"/>', '<bridge name="virbr0"/>', '<bridge name="virbr%d"/>', '<bridge name="x%dy"/>',
             '<bridge name="br0"/>', '<bridge name=""/>', '<bridge/>', '<bridge stp="off" delay="3"/>',
             '<forward mode="bridge"/>', '<forward mode="bridge"/><bridge name="virbr0"/>', '<forward mode="open"/>',
             '<forward mode="private"><interface dev="eth0"/></forward>', '<forward mode="hostdev"><pf dev="eth0"/></forward>',
             '<forward mode="route" dev="eth0"/>', '<forward/>', '<forward mode="none"/>'):
    x = call(conn.networkDefineXML, net('bx', 50, more), label='define with ' + more)
    if x:
        for fn in (x.XMLDesc, x.bridgeName, x.create, x.XMLDesc, x.bridgeName, x.destroy, x.undefine):
            call(fn, label='%s with %s' % (fn.__name__, more))
    x = call(conn.networkCreateXML, net('bx', 50, more), label='create with ' + more)
    if x:
        for fn in (x.XMLDesc, x.bridgeName, x.destroy):
            call(fn, label='%s of one created with %s' % (fn.__name__, more))
call(made[1].undefine)
made[1] = call(conn.networkDefineXML, net('again', 60))
call(made[1].bridgeName)
for m in made:
    call(m.undefine, label='undefine ' + m.name())
world()

# DHCP leases, ports, metadata
for args in ((), (None, 0), ('52:54:00:00:00:01', 0), (None, 1), ('x', 0)):
    call(default.DHCPLeases, *args)
call(default.listAllPorts)
call(default.portLookupByUUIDString, U % 70)
call(default.portCreateXML, '<networkport><uuid>%s</uuid></networkport>' % (U % 70))

# read-only connections
r = ro.networkLookupByName('default')
for fn in (r.isActive, r.isPersistent, r.autostart, r.bridgeName, r.create, r.destroy, r.undefine, r.XMLDesc, r.DHCPLeases):
    call(fn, label='read-only ' + fn.__name__)
call(r.setAutostart, 1, label='read-only setAutostart')
call(ro.networkDefineXML, net('r', 80), label='read-only define')
call(ro.networkCreateXML, net('r', 80), label='read-only create')
call(r.update, 1, 1, 0, '<x/>', 0, label='read-only update')

# the default one
for fn in (default.create, default.destroy, default.destroy, default.isActive, default.create, default.undefine,
           default.isPersistent, default.autostart, default.create, default.destroy, default.isActive):
    call(fn, label='default ' + fn.__name__)
world()
call(conn.networkDefineXML, net('default', 90))
world()

# documents that are none
for text in ('', 'x', '<network/>', '<network></network', '<domain><name>x</name></domain>', '<network><name/></network>',
             '<network><name>a/b</name></network>', '<network><name>a</name><uuid>x</uuid></network>',
             '<network><name>  </name></network>', '<network><name>\n</name></network>'):
    call(conn.networkDefineXML, text, label='define ' + text)
    call(conn.networkCreateXML, text, label='create ' + text)
world()
