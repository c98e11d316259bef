# SPDX-License-Identifier: LGPL-2.1-or-later
"""Host devices: look-ups, lists with their filters, documents, and virtual HBAs that come and go."""
import libvirt
from record_objects import FLAGS, call, events, name, names, quietly

conn = libvirt.open('test:///default')
ro = libvirt.openReadOnly('test:///default')
events(conn.nodeDeviceEventRegisterAny, None, None, [0, 1], 'device')


def vhba(parent='<parent>scsi_host1</parent>', wwn='<wwnn>2000000012341234</wwnn><wwpn>1000000012341234</wwpn>', more=''):
    return ('<device>%s<capability type="scsi_host">%s<capability type="fc_host">%s</capability></capability></device>' %
            (parent, more, wwn))


def world(label='devices'):
    call(lambda: (names(conn.listDevices(None)), conn.numOfDevices(None), name(conn.listAllDevices())), label=label)


def state(d, label=None):
    call(lambda: [quietly(f) for f in (d.name, d.parent, d.numOfCaps, d.listCaps)] + [quietly(d.XMLDesc, 0)],
         label='state of ' + (label or d.name()))


world()
for n in names(conn.listDevices(None)):
    state(conn.nodeDeviceLookupByName(n))
for n in ('nobody', '', 'COMPUTER'):
    call(conn.nodeDeviceLookupByName, n)
for cap in ('system', 'scsi_host', 'fc_host', 'vport_ops', 'vports', 'net', 'x', '', 'pci', 'SYSTEM'):
    call(conn.listDevices, cap, keep=names)
    call(conn.numOfDevices, cap)
for f in [0] + FLAGS + [3, 0x50, 0x60000000, 0x10000001, 0x20000001, 0x30000002]:
    call(conn.listAllDevices, f, keep=name)
for f in FLAGS[:3]:
    call(conn.listDevices, None, f)
    call(conn.numOfDevices, None, f)
host1 = conn.nodeDeviceLookupByName('scsi_host1')
for f in FLAGS[:4]:
    call(host1.XMLDesc, f)
call(conn.nodeDeviceLookupSCSIHostByWWN, '2000000012341234', '1000000012341234', 0)
call(conn.nodeDeviceLookupSCSIHostByWWN, '1', '2', 0)

# other calls
for fn in (host1.dettach, host1.reAttach, host1.reset):
    call(fn)
for fn, args in ((host1.detachFlags, (None, 0)), (host1.undefine, (0,)), (host1.create, (0,)), (host1.setAutostart, (1,)),
                 (host1.autostart, ()), (conn.nodeDeviceDefineXML, (vhba(), 0))):
    call(fn, *args)
computer = conn.nodeDeviceLookupByName('computer')
call(computer.destroy, label='destroy computer')
world()

# virtual HBAs
v = call(conn.nodeDeviceCreateXML, vhba(), 0, label='create a vHBA')
if v:
    state(v)
    call(v.destroy, label='destroy ' + v.name())
    state(v)
    call(v.destroy, label='destroy it again')
for f in FLAGS[:4]:
    call(conn.nodeDeviceCreateXML, vhba(), f)
for label, text in (
        ('same again', vhba()), ('other names', vhba(wwn='<wwnn>2000000056785678</wwnn><wwpn>1000000056785679</wwpn>')),
        ('no names', vhba(wwn='')), ('one name', vhba(wwn='<wwnn>2000000056785678</wwnn>')),
        ('the other name', vhba(wwn='<wwpn>2000000056785678</wwpn>')),
        ('bad names', vhba(wwn='<wwnn>x</wwnn><wwpn>y</wwpn>')), ('short names', vhba(wwn='<wwnn>12</wwnn><wwpn>34</wwpn>')),
        ('prefixed names', vhba(wwn='<wwnn>0x2000000012341234</wwnn><wwpn>0x1000000012341234</wwpn>')),
        ('capital names', vhba(wwn='<wwnn>200000001234ABCD</wwnn><wwpn>100000001234ABCD</wwpn>')),
        ('long names', vhba(wwn='<wwnn>20000000123412345</wwnn><wwpn>10000000123412345</wwpn>')),
        ('no parent', vhba('')), ('parent that is not', vhba('<parent>scsi_host77</parent>')),
        ('parent that cannot', vhba('<parent>computer</parent>')), ('parent that is virtual', vhba('<parent>scsi_host11</parent>')),
        ('second parent', vhba('<parent>scsi_host2</parent>')),
        ('parent by its names', vhba("<parent wwnn='2000000012341234' wwpn='1000000012341234'/>")),
        ('parent by wrong names', vhba("<parent wwnn='2000000012341239' wwpn='1000000012341234'/>")),
        ('parent by one name', vhba("<parent wwnn='2000000012341234'/>")),
        ('parent by its fabric', vhba("<parent fabric_wwn='2000000043214321'/>")),
        ('parent by wrong fabric', vhba("<parent fabric_wwn='2000000043214329'/>")),
        ('a name of its own', vhba().replace('<device>', '<device><name>mine</name>')),
        ('a name that is taken', vhba().replace('<device>', '<device><name>scsi_host2</name>')),
        ('a number of its own', vhba(more='<host>77</host>')), ('host and unique id', vhba(more='<host>5</host><unique_id>6</unique_id>')),
        ('no fc_host', '<device><parent>scsi_host1</parent><capability type="scsi_host"/></device>'),
        ('no capability', '<device><parent>scsi_host1</parent></device>'),
        ('vports', '<device><parent>scsi_host1</parent><capability type="scsi_host"><capability type="vport_ops"/></capability></device>'),
        ('a disk', '<device><parent>scsi_host1</parent><capability type="storage"><block>/dev/sdx</block><drive_type>disk</drive_type></capability></device>'),
        ('a net', '<device><parent>computer</parent><capability type="net"><interface>eth7</interface></capability></device>'),
        ('an mdev', '<device><parent>computer</parent><capability type="mdev"><type id="x"/></capability></device>'),
        ('unknown', '<device><parent>scsi_host1</parent><capability type="x"/></device>'),
        ('system', '<device><parent>scsi_host1</parent><capability type="system"/></device>'),
        ('nothing', ''), ('text', 'x'), ('empty', '<device/>'), ('another document', '<domain/>')):
    d = call(conn.nodeDeviceCreateXML, text, 0, label='create: ' + label)
    if d:
        state(d, label)
        state(conn.nodeDeviceLookupByName(d.name()), label + ', looked up')
        call(lambda: name(conn.listAllDevices()), label='with ' + label)
        call(d.destroy, label='destroy: ' + label)
world()
# Kinds of devices that nobody makes are read all the same.
CHILDREN = {'pci': 'domain bus slot function', 'usb_device': 'bus device', 'usb': 'number class subclass protocol', 'net': 'interface',
            'scsi_host': 'host unique_id', 'scsi': 'host bus target lun', 'storage': 'block size', 'drm': 'type', 'mdev': '',
            'ccw': 'cssid ssid devno', 'css': 'cssid ssid devno', 'ap_card': 'ap-adapter', 'ap_queue': 'ap-adapter ap-domain'}
for kind, children in CHILDREN.items():
    children = children.split()
    bodies = [['<%s>0x1</%s>' % (c, c) for c in children[:n]] for n in range(len(children) + 1)]
    bodies += [['<%s>%s</%s>' % (c, 'zz' if c == bad else '0x1', c) for c in children] for bad in children]
    for body in map(''.join, bodies):
        call(conn.nodeDeviceCreateXML, "<device><capability type='%s'>%s</capability></device>" % (kind, body), 0, label='create %s: %s' % (kind, body))
for body in ("<devnode type='a'/>", '<devnode/>', "<devnode type=''/>", "<devnode type='dev'>/x</devnode>", "<devnode type='link'>/z</devnode><devnode type='x'/>",
             "<parent wwpn='2'/>", "<parent wwnn='2'/><capability type='scsi_host'/>", "<parent fabric_wwn='2'/><capability type='scsi_host'/>",
             "<capability type='net'><capability type='scsi'/><interface>e</interface></capability>",
             "<capability type='net'><capability type='80203'/><interface>e</interface></capability>",
             "<capability type='mdev'><type/></capability>", "<parent>computer</parent><capability type='mdev'><type id='x'/></capability>"):
    call(conn.nodeDeviceCreateXML, '<device>%s</device>' % body, 0, label='create: ' + body)
made = [call(conn.nodeDeviceCreateXML, vhba(wwn='<wwnn>20000000567856%02d</wwnn><wwpn>10000000567856%02d</wwpn>' % (i, i)), 0, label='create number %d' % i)
        for i in range(4)]
world()
state(host1)
for f in (0, 4, 8, 16, 32, 64, 128, 256, 1024):
    call(conn.listAllDevices, f, keep=name)
call(host1.destroy, label='destroy a parent')
call(made[1].destroy, label='destroy one of many')
world()
d = call(conn.nodeDeviceCreateXML, vhba(wwn='<wwnn>2000000056785699</wwnn><wwpn>1000000056785699</wwpn>'), 0, label='create after one is gone')
for d in [d for d in (made[0], made[2], made[3], d) if d]:
    call(d.destroy, label='destroy the rest')
world()

r = call(ro.nodeDeviceLookupByName, 'scsi_host2')
for fn in (r.XMLDesc, r.parent, r.listCaps, r.destroy, r.reset):
    call(fn, label='read-only ' + fn.__name__)
call(ro.nodeDeviceCreateXML, vhba(), 0, label='read-only create')
