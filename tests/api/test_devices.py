# SPDX-License-Identifier: LGPL-2.1-or-later
"""Devices of a test guest come, go and change, in its definition and while it runs."""
import xml.etree.ElementTree as ET

import libvirt
import pytest

from support import code

DISK = "<disk type='file'><source file='%s'/><target dev='%s' bus='virtio'/>%s</disk>"
NET = "<interface type='network'><mac address='52:54:00:00:00:0%d'/><source network='default'/>%s</interface>"
CDROM = "<disk type='file' device='cdrom'>%s<target dev='hda' bus='ide'/></disk>"
LIVE, CONFIG = libvirt.VIR_DOMAIN_AFFECT_LIVE, libvirt.VIR_DOMAIN_AFFECT_CONFIG
ONE_EACH = [
    "<rng model='virtio'><backend model='random'>/dev/random</backend></rng>", "<input type='tablet' bus='usb'/>",
    "<channel type='unix'><target type='virtio' name='x'/></channel>", "<controller type='scsi' index='3'/>",
    "<serial type='pty'/>", "<parallel type='null'/>", "<console type='pty'><target type='virtio'/></console>",
    "<sound model='ac97'/>", "<graphics type='vnc'/>", "<video><model type='vga'/></video>",
    "<hostdev mode='subsystem' type='usb' managed='yes'><source><vendor id='0x1'/><product id='2'/></source></hostdev>",
    "<filesystem type='mount'><source dir='/a'/><target dir='b'/></filesystem>", "<hub type='usb'/>",
    "<watchdog model='i6300esb' action='reset'/>", "<smartcard mode='host'/>", "<memballoon model='virtio'/>",
    "<lease><lockspace>a</lockspace><key>k</key><target path='/l'/></lease>", "<vsock model='virtio'><cid auto='yes'/></vsock>",
    "<shmem name='s'><model type='ivshmem-plain'/><size unit='M'>4</size></shmem>", "<panic model='isa'/>",
    "<memory model='dimm'><target><size unit='KiB'>64</size><node>0</node></target></memory>", "<iommu model='intel'/>",
    DISK % ('/x', 'vdx', ''), NET % (7, ''),
]


@pytest.fixture
def guest():
    conn = libvirt.open('test:///default')
    dom = conn.defineXML("<domain type='test'><name>devices</name><memory>65536</memory><os><type>hvm</type></os>"
                         "<cpu><numa><cell id='0' memory='65536'/></numa></cpu><devices>"
                         + DISK % ('/a', 'vda', '') + CDROM % '' + '</devices></domain>')
    yield dom
    if dom.isActive():
        dom.destroy()
    dom.undefine()
    conn.close()


def devices(dom, kind, flags=0):
    return ET.fromstring(dom.XMLDesc(flags)).findall('devices/' + kind)


def targets(dom, flags=0):
    return [d.find('target').get('dev') for d in devices(dom, 'disk', flags)]


def refused(expected, call, *args):
    assert code(call, *args) == expected


@pytest.mark.parametrize('xml', ONE_EACH, ids=lambda x: x[1:].split()[0].split('>')[0])
def test_every_kind_comes_and_goes(guest, xml):
    guest.attachDeviceFlags(xml, CONFIG)
    element = ET.fromstring(xml).tag
    before = len(devices(guest, element))
    guest.detachDeviceFlags(xml, CONFIG)
    assert len(devices(guest, element)) == before - 1
    refused(libvirt.VIR_ERR_DEVICE_MISSING, guest.detachDeviceFlags, xml, CONFIG)


def test_definition_and_running_guest_are_two(guest):
    guest.create()
    guest.attachDevice(DISK % ('/b', 'vdb', ''))
    guest.attachDeviceFlags(DISK % ('/c', 'vdc', ''), CONFIG)
    guest.attachDeviceFlags(DISK % ('/d', 'vdd', ''), LIVE | CONFIG)
    assert targets(guest) == ['vda', 'vdb', 'vdd', 'hda']
    assert targets(guest, libvirt.VIR_DOMAIN_XML_INACTIVE) == ['vda', 'vdc', 'vdd', 'hda']
    guest.destroy()
    assert targets(guest) == ['vda', 'vdc', 'vdd', 'hda']


def test_all_or_nothing(guest):
    guest.create()
    guest.attachDeviceFlags(DISK % ('/b', 'vdb', ''), CONFIG)
    refused(libvirt.VIR_ERR_OPERATION_INVALID, guest.attachDeviceFlags, DISK % ('/b', 'vdb', ''), LIVE | CONFIG)
    assert targets(guest) == ['vda', 'hda']


def test_what_is_refused(guest):
    refused(libvirt.VIR_ERR_OPERATION_INVALID, guest.attachDevice, DISK % ('/b', 'vdb', ''))
    refused(libvirt.VIR_ERR_OPERATION_INVALID, guest.attachDeviceFlags, DISK % ('/b', 'vda', ''), CONFIG)
    refused(libvirt.VIR_ERR_CONFIG_UNSUPPORTED, guest.attachDeviceFlags, '<bogus/>', CONFIG)
    refused(libvirt.VIR_ERR_XML_DETAIL, guest.attachDeviceFlags, '<disk', CONFIG)
    refused(libvirt.VIR_ERR_INVALID_ARG, guest.attachDeviceFlags, DISK % ('/b', 'vdb', ''), 64)
    refused(libvirt.VIR_ERR_DEVICE_MISSING, guest.detachDeviceFlags, NET % (9, ''), CONFIG)
    guest.attachDeviceFlags("<memballoon model='virtio'/>", CONFIG)
    refused(libvirt.VIR_ERR_OPERATION_INVALID, guest.attachDeviceFlags, "<memballoon model='virtio'/>", CONFIG)
    guest.attachDeviceFlags(NET % (1, ''), CONFIG)
    place = "<address type='pci' domain='0' bus='0' slot='9' function='0'/>"
    refused(libvirt.VIR_ERR_DEVICE_MISSING, guest.detachDeviceFlags, NET % (1, place), CONFIG)


def test_a_medium_changes_while_the_guest_runs(guest):
    guest.create()
    guest.updateDeviceFlags(CDROM % "<source file='/iso'/>", LIVE)
    assert devices(guest, 'disk')[1].find('source').get('file') == '/iso'
    assert devices(guest, 'disk', libvirt.VIR_DOMAIN_XML_INACTIVE)[1].find('source') is None
    refused(libvirt.VIR_ERR_OPERATION_UNSUPPORTED, guest.updateDeviceFlags, DISK % ('/b', 'vda', ''), LIVE)
    guest.updateDeviceFlags(DISK % ('/b', 'vda', ''), CONFIG)
    assert devices(guest, 'disk', libvirt.VIR_DOMAIN_XML_INACTIVE)[0].find('source').get('file') == '/b'
    refused(libvirt.VIR_ERR_DEVICE_MISSING, guest.updateDeviceFlags, DISK % ('/b', 'vdz', ''), CONFIG)


def test_by_alias(guest):
    guest.create()
    guest.attachDeviceFlags(DISK % ('/b', 'vdb', "<alias name='ua-b'/>"), LIVE | CONFIG)
    refused(libvirt.VIR_ERR_DEVICE_MISSING, guest.detachDeviceAlias, 'ua-c', LIVE)
    guest.detachDeviceAlias('ua-b', LIVE)
    assert targets(guest) == ['vda', 'hda']
    assert targets(guest, libvirt.VIR_DOMAIN_XML_INACTIVE) == ['vda', 'vdb', 'hda']
