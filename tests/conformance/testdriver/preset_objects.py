# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hosts of files, test:///PATH: networks, interfaces, pools with their volumes, devices."""
import os
import shutil
import tempfile

import libvirt
from record_objects import call, know, name, names, quietly

U = 'eeeeeeee-0000-4000-8000-0000000000%02d'
for i in range(100):
    know(U % i)
folder = tempfile.mkdtemp(prefix='preset-')


def write(path, text):
    full = os.path.join(folder, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, 'w') as f:
        f.write(text)
    return full


def inside(conn):
    """Everything that is there, in no particular order."""
    rows = []
    for n in sorted(conn.listAllNetworks(), key=lambda o: o.name()):
        rows.append('network %s %s %s %s %s' % (n.name(), n.isActive(), n.isPersistent(), n.autostart(), quietly(n.bridgeName)))
        rows.append(n.XMLDesc())
    for p in sorted(conn.listAllStoragePools(), key=lambda o: o.name()):
        rows.append('pool %s %s %s %s %s' % (p.name(), p.isActive(), p.isPersistent(), p.autostart(), p.info()))
        rows.append(p.XMLDesc())
        for v in sorted(p.listAllVolumes(), key=lambda o: o.name()):
            rows.append('volume %s %s %s %s' % (v.name(), v.key(), v.path(), v.info()))
            rows.append(v.XMLDesc())
    for i in sorted(conn.listAllInterfaces(), key=lambda o: o.name()):
        rows.append('interface %s %s %s' % (i.name(), i.isActive(), i.MACString()))
        rows.append(i.XMLDesc())
    for d in sorted(conn.listAllDevices(), key=lambda o: o.name()):
        rows.append('device %s %s %s' % (d.name(), d.parent(), d.listCaps()))
        rows.append(d.XMLDesc())
    rows.append('guests %s' % name(conn.listAllDomains()))
    return '\n'.join(rows)


def connect(path):
    """Without what libxml2 writes by itself about files that are not there."""
    stderr, nothing = os.dup(2), os.open('/dev/null', os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        return libvirt.open('test://' + path)
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(nothing)


def host(label, text):
    path = write('node.xml', text)
    call(lambda: inside(connect(path)), label=label)


NET = '<network><name>n%d</name><uuid>%s</uuid>%s</network>'
POOL = '<pool type="%s"><name>p%d</name><uuid>%s</uuid>%s<target><path>/p%d</path></target>%s</pool>'
VOL = '<volume><name>%s</name><capacity>%d</capacity>%s</volume>'


def pool(number, volumes='', kind='dir', source=''):
    return POOL % (kind, number, U % (20 + number), source, number, volumes)


host('nothing', '<node/>')
host('one of each', '<node>' + NET % (1, U % 1, '<bridge name="virbr9"/>') + '<interface type="ethernet" name="e0"><mac address="aa:bb:cc:00:00:01"/></interface>' +
     pool(1, VOL % ('v', 100, '')) + '<device><name>computer</name><capability type="system"><hardware/><firmware/></capability></device></node>')
host('several', '<node>' + ''.join(NET % (i, U % i, '') for i in range(3)) + pool(1) + pool(2, VOL % ('a', 5, '') + VOL % ('b', 6, '<allocation>1</allocation>')) +
     '<interface type="ethernet" name="e0"/><interface type="ethernet" name="e1"/></node>')
write('net.xml', NET % (5, U % 5, '<forward mode="route"/><ip address="10.0.0.1" netmask="255.0.0.0"/>'))
write('sub/pool.xml', pool(6, VOL % ('inside', 5, '')))
write('sub/vol.xml', VOL % ('outside', 7, '<target><format type="qcow2"/></target>'))
write('if.xml', '<interface type="bridge" name="br0"><bridge><interface type="ethernet" name="e5"/></bridge></interface>')
write('dev.xml', '<device><name>net_eth0</name><parent>computer</parent><capability type="net"><interface>eth0</interface><address>00:11:22:33:44:55</address></capability></device>')
host('files', '<node><network file="net.xml"/><pool file="sub/pool.xml"/><interface file="if.xml"/><device file="dev.xml"/></node>')
host('absolute files', '<node><network file="%s/net.xml"/></node>' % folder)
host('volumes of a pool of a file', '<node><pool file="sub/pool.xml"><volume file="sub/vol.xml"/>' + VOL % ('here', 8, '') + '</pool></node>')
host('volume of a file', '<node>' + pool(1, '<volume file="sub/vol.xml"/>') + '</node>')
for what in ('network', 'pool', 'interface', 'device'):
    host('a file of a %s that is not there' % what, '<node><%s file="nowhere.xml"/></node>' % what)
    host('an empty %s' % what, '<node><%s/></node>' % what)
    host('a file of a %s with something else' % what, '<node><%s file="%s"/></node>' % (what, 'if.xml' if what != 'interface' else 'net.xml'))
host('a volume file that is not there', '<node>' + pool(1, '<volume file="nowhere.xml"/>') + '</node>')
host('a bad volume', '<node>' + pool(1, '<volume/>') + '</node>')
host('a big volume', '<node>' + pool(1, VOL % ('big', 1 << 40, '')) + '</node>')
host('the same volume twice', '<node>' + pool(1, VOL % ('v', 1, '') + VOL % ('v', 2, '')) + '</node>')
host('volumes with paths and keys', '<node>' + pool(1, VOL % ('v', 1, '<key>/k/v</key><target><path>/elsewhere/v</path></target>') +
     VOL % ('w', 1, '<target><path>/elsewhere/w</path></target>') + VOL % ('x', 1, '<key>xx</key>')) + '</node>')
host('the same network twice', '<node>' + NET % (1, U % 1, '') * 2 + '</node>')
host('two networks of a name', '<node>' + NET % (1, U % 1, '') + NET % (1, U % 2, '') + '</node>')
host('two networks of a uuid', '<node>' + NET % (1, U % 1, '') + NET % (2, U % 1, '') + '</node>')
host('the same pool twice', '<node>' + pool(1) * 2 + '</node>')
host('two pools of a source', '<node>' + pool(1) + pool(2).replace('/p2', '/p1') + '</node>')
host('the same interface twice', '<node><interface type="ethernet" name="e0"/><interface type="ethernet" name="e0"/></node>')
host('the same device twice', '<node>' + '<device><name>c</name><capability type="system"/></device>' * 2 + '</node>')
for i, (kind, source) in enumerate((('logical', '<source><device path="/dev/sda1"/></source>'), ('disk', '<source><device path="/dev/sdb"/></source>'),
                                    ('netfs', '<source><host name="h"/><dir path="/d"/></source>'), ('iscsi', '<source><host name="h"/><device path="iqn.x"/></source>'))):
    host('a pool of type ' + kind, '<node>' + pool(i, VOL % ('v', 5, ''), kind, source) + '</node>')
for label, dev in (
        ('vport_ops', '<device><name>scsi_host5</name><parent>computer</parent><capability type="scsi_host"><host>5</host><capability type="fc_host"><wwnn>2000000012341234</wwnn>'
         '<wwpn>1000000012341234</wwpn><fabric_wwn>2000000043214321</fabric_wwn></capability><capability type="vport_ops"/></capability></device>'),
        ('pci', '<device><name>pci_0000_00_1f_2</name><parent>computer</parent><driver><name>ahci</name></driver><capability type="pci"><class>0x010601</class><domain>0</domain><bus>0</bus>'
         '<slot>31</slot><function>2</function><product id="0x2922">chip</product><vendor id="0x8086">maker</vendor><iommuGroup number="5"><address domain="0x0000" bus="0x00" slot="0x1f" function="0x2"/></iommuGroup>'
         '</capability></device>'),
        ('usb', '<device><name>usb_1_1</name><capability type="usb_device"><bus>1</bus><device>2</device><product id="0x0002">hub</product><vendor id="0x1d6b">LF</vendor></capability></device>'),
        ('usb interface', '<device><name>usb_1_1_if</name><capability type="usb"><number>0</number><class>9</class><subclass>0</subclass><protocol>0</protocol></capability></device>'),
        ('scsi', '<device><name>scsi_0_0_0_0</name><capability type="scsi"><host>0</host><bus>0</bus><target>0</target><lun>0</lun><type>disk</type></capability></device>'),
        ('storage', '<device><name>block_sda</name><capability type="storage"><block>/dev/sda</block><bus>ata</bus><drive_type>disk</drive_type><model>M</model><vendor>V</vendor><serial>S</serial>'
         '<size>1000</size><logical_block_size>512</logical_block_size><num_blocks>2</num_blocks></capability></device>'),
        ('cdrom', '<device><name>block_sr0</name><capability type="storage"><block>/dev/sr0</block><drive_type>cdrom</drive_type><capability type="removable"><media_available>1</media_available>'
         '<media_size>5</media_size><media_label>L</media_label></capability></capability></device>'),
        ('net', '<device><name>net_eth1</name><capability type="net"><interface>eth1</interface><address>00:11:22:33:44:55</address><link speed="1000" state="up"/><feature name="rx"/>'
         '<capability type="80203"/></capability></device>'),
        ('mdev', '<device><name>mdev_x</name><parent>pci_0000_00_02_0</parent><capability type="mdev"><type id="i915"/><iommuGroup number="3"/></capability></device>'),
        ('mdev_types', '<device><name>pci_0000_00_02_0</name><capability type="pci"><domain>0</domain><bus>0</bus><slot>2</slot><function>0</function><capability type="mdev_types"><type id="x"><name>y</name>'
         '<deviceAPI>vfio-pci</deviceAPI><availableInstances>3</availableInstances></type></capability><product id="0x1"/><vendor id="0x2"/></capability></device>'),
        ('virtual functions', '<device><name>pci_0000_02_00_0</name><capability type="pci"><domain>0</domain><bus>2</bus><slot>0</slot><function>0</function><product id="0x1"/><vendor id="0x2"/>'
         '<capability type="virt_functions" maxCount="7"><address domain="0x0000" bus="0x02" slot="0x10" function="0x0"/></capability></capability></device>'),
        ('drm', '<device><name>drm_card0</name><capability type="drm"><type>primary</type></capability></device>'),
        ('scsi_target', '<device><name>scsi_target0_0_0</name><capability type="scsi_target"><target>target0:0:0</target></capability></device>'),
        ('scsi_generic', '<device><name>scsi_generic_sg0</name><capability type="scsi_generic"><char>/dev/sg0</char></capability></device>'),
        ('two capabilities', '<device><name>two</name><capability type="scsi_generic"><char>/dev/sg0</char></capability><capability type="drm"><type>render</type></capability></device>'),
        ('nodes and links', '<device><name>nodes</name><devnode type="link">/dev/l</devnode><devnode type="dev">/dev/d</devnode><parent>p</parent><path>/sys/x</path>'
         '<capability type="drm"><type>primary</type></capability></device>'),
        ('no name', '<device><capability type="drm"><type>primary</type></capability></device>'),
        ('no capability', '<device><name>none</name></device>')):
    host('device: ' + label, '<node>' + dev + '</node>')
for text in ('', 'x', '<node>', '<domain/>', '<node><unknown/></node>', '<node><pool type="dir"/></node>'):
    host('document ' + text, text)
call(lambda: connect(folder + '/nowhere.xml'), label='no such file')
call(lambda: connect(folder), label='a folder')

# each connection has a host of its own
path = write('node.xml', '<node>' + NET % (1, U % 1, '') + pool(1) + '</node>')
one, two = libvirt.open('test://' + path), libvirt.open('test://' + path)
call(lambda: one.networkLookupByName('n1').destroy())
call(lambda: (names(one.listNetworks()), names(two.listNetworks())), label='one host each')
shutil.rmtree(folder)
