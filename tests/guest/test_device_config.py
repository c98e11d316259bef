# SPDX-License-Identifier: LGPL-2.1-or-later
"""Devices that come to a definition, change in it and go: what stays on disk, and what is refused without a trace."""
import libvirt
import pytest

from support import code, tiny

CONFIG = libvirt.VIR_DOMAIN_AFFECT_CONFIG
DISK = "<disk type='file' device='cdrom'><source file='/%s.iso'/><target dev='sda' bus='scsi'/></disk>"
RNG = "<rng model='virtio'><backend model='random'>/dev/urandom</backend><alias name='ua-luck'/></rng>"


@pytest.fixture
def domain(conn):
    return conn.defineXML(tiny('house'))


def again(daemon):
    daemon.restart()
    return daemon.open().lookupByName('house')


def test_come_change_go(daemon, domain):
    bare = domain.XMLDesc()
    domain.attachDeviceFlags(DISK % 'a', CONFIG)
    domain.attachDeviceFlags(RNG, CONFIG)
    domain.updateDeviceFlags(DISK % 'b', CONFIG)
    domain = again(daemon)
    xml = domain.XMLDesc()
    assert '/b.iso' in xml and '/a.iso' not in xml and 'ua-luck' in xml
    assert xml.count("<controller type='scsi'") == 1, 'what the disk sits on has come with it'
    domain.detachDeviceAlias('ua-luck', CONFIG)
    domain.detachDeviceFlags(DISK % 'b', CONFIG)
    domain = again(daemon)
    xml = domain.XMLDesc()
    assert 'ua-luck' not in xml and '.iso' not in xml
    assert xml.count('<disk') == bare.count('<disk') and xml.count('<rng') == 0


def test_what_is_refused_leaves_no_trace(daemon, domain):
    domain.attachDeviceFlags(DISK % 'a', CONFIG)
    before = domain.XMLDesc()
    for call, argument, expected in (
            (domain.attachDeviceFlags, DISK % 'other', libvirt.VIR_ERR_OPERATION_INVALID),
            (domain.attachDeviceFlags, '<disk', libvirt.VIR_ERR_XML_DETAIL),
            (domain.attachDeviceFlags, "<nonsense/>", libvirt.VIR_ERR_CONFIG_UNSUPPORTED),
            (domain.attachDeviceFlags, "<disk><target dev='vda' bus='nonsense'/></disk>", libvirt.VIR_ERR_XML_ERROR),
            (domain.updateDeviceFlags, DISK.replace('sda', 'sdq') % 'b', libvirt.VIR_ERR_INVALID_ARG),
            (domain.detachDeviceFlags, RNG, libvirt.VIR_ERR_DEVICE_MISSING),
            (domain.detachDeviceAlias, 'ua-nobody', libvirt.VIR_ERR_INTERNAL_ERROR)):
        assert code(call, argument, CONFIG) == expected, (call, argument)
    assert domain.XMLDesc() == before == again(daemon).XMLDesc()


def test_a_running_guest_keeps_its_devices(domain):
    domain.create()
    try:
        assert code(domain.attachDevice, RNG) == libvirt.VIR_ERR_OPERATION_UNSUPPORTED
        domain.attachDeviceFlags(RNG, CONFIG)
        assert 'ua-luck' in domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE) and 'ua-luck' not in domain.XMLDesc()
    finally:
        domain.destroy()
