# SPDX-License-Identifier: LGPL-2.1-or-later
"""The form of a definition that another host is given."""
import re

import libvirt
import pytest

from support import code, tiny

MIGRATABLE = libvirt.VIR_DOMAIN_XML_MIGRATABLE
BOARD = ["type='usb'", "model='pci-root'", "<input type='keyboard'", '<audio']
SPICE = "<graphics type='spice' passwd='hidden'/>"
ALIAS = "<controller type='usb'><alias name='ua-a'/></controller>"

# devices, what stays of them, what is left out
CASES = [
    ('', ["<input type='mouse' bus='ps2'/>", '<memballoon'], BOARD),
    ("<controller type='usb' ports='2'/>", [], ["type='usb'"]),
    (ALIAS, ["type='usb'"], []),
    ("<controller type='usb'/><controller type='usb' index='1'/>", ["type='usb' index='0'"], []),
    ("<controller type='pci' index='1' model='pci-bridge'/>", ["model='pci-root'"], []),
    ("<controller type='pci' model='pci-root'><pcihole64>9</pcihole64></controller>", ["model='pci-root'"], []),
    ("<audio id='1' type='alsa'/>", ["<audio id='1' type='alsa'/>"], []),
    ("<audio id='2' type='none'/>", ['<audio'], []),
    (SPICE, ["<graphics type='spice' autoport='no' passwd='hidden'/>"], ['<audio', '<listen']),
    ("<graphics type='vnc'><listen type='socket' socket='/a'/><listen type='address' address='::1'/></graphics>",
     ["<graphics type='vnc' socket='/a'"], ['<listen']),
    ("<serial type='pty'/>", ["<target type='isa-serial'"], []),
]


@pytest.mark.parametrize('devices,stays,goes', CASES)
def test_defined(conn, devices, stays, goes):
    domain = conn.defineXML(tiny('forms', devices))
    xml = domain.XMLDesc(MIGRATABLE)
    assert [w for w in stays if w not in xml] == []
    assert [w for w in goes if w in xml] == []
    # The order is that in which it is read again, with what was left out.
    again = conn.defineXML(xml)
    assert again.XMLDesc(MIGRATABLE) == xml
    domain.undefine()


def test_running(conn, daemon):
    """What this run has on this host goes; what its author said stays."""
    text = tiny('forms', "<disk type='file' device='cdrom'><target dev='hdc' bus='ide'/></disk>"
                "<serial type='pty'/><channel type='unix'><target type='virtio' name='a.b'/></channel>"
                "<graphics type='vnc' passwd='hidden'/><panic/>")
    domain = conn.defineXML(text)
    there = domain.XMLDesc(MIGRATABLE)
    domain.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
    try:
        live = domain.XMLDesc(MIGRATABLE)
        # The CPU that runs is the one that has to be there.
        assert live == there or live == re.sub(r"<model fallback='\w+'>", "<model fallback='forbid'>", there)
        assert "<panic model='isa'/>" in domain.XMLDesc() and "state='disconnected'/>" in domain.XMLDesc()
        assert "passwd='hidden'" in live and "port='-1'" in live and 'alias' not in live and '/dev/pts' not in live
        with pytest.raises(libvirt.libvirtError) as e:
            daemon.open(read_only=True).lookupByName('forms').XMLDesc(MIGRATABLE)
        assert e.value.get_error_code() == libvirt.VIR_ERR_OPERATION_DENIED
    finally:
        domain.destroy()


def test_guests_of_other_hypervisors(conn):
    """What else is wrong with one is told first, as of any: programs know the code."""
    for old, new, wanted in (('', '', libvirt.VIR_ERR_CONFIG_UNSUPPORTED),
                             ("machine='pc'", "machine='xenpv'", libvirt.VIR_ERR_XML_ERROR),
                             ('<name>tiny', '<name>a/b', libvirt.VIR_ERR_XML_ERROR),
                             ('/usr/bin/qemu-system-x86_64', '/usr/lib/xen/bin/qemu-dm', libvirt.VIR_ERR_SYSTEM_ERROR)):
        assert code(conn.defineXML, tiny().replace("type='qemu'", "type='xen'").replace(old, new)) == wanted, new
