# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls that no other suite reaches: each with its effect, or with the exact answer when nothing here can do it."""
import ctypes
import json
import os
import socket
import xml.etree.ElementTree as ET

import libvirt
import libvirt_qemu
import pytest

from support import BUILD, Console, Daemon, booting, tiny, wait_for

own = pytest.mark.skipif(os.environ['VIREO_LIBRARY'] != 'own', reason='for our library')
SEV = """<domain type='test'><name>sealed</name><memory>65536</memory><os><type>hvm</type></os>
<launchSecurity type='sev'><policy>0x1</policy><cbitpos>47</cbitpos><reducedPhysBits>1</reducedPhysBits></launchSecurity>
</domain>"""
FLOPPY = "<disk type='file' device='floppy'><source file='/a/floppy'/><target dev='fdb' bus='fdc'/></disk>"


def refused(call, *args):
    with pytest.raises(libvirt.libvirtError) as e:
        call(*args)
    assert e.value.get_error_message()
    return e.value.get_error_code(), e.value.get_error_domain()


@pytest.fixture
def test_host():
    c = libvirt.open('test:///default')
    yield c
    c.close()


# ---- the test driver ----

@own
def test_a_sealed_guest_has_a_measurement(test_host):
    guest = test_host.createXML(SEV)
    assert guest.launchSecurityInfo() == {'sev-measurement': 'dGVzdA=='}
    guest.destroy()


@own
def test_a_device_goes(test_host):
    guest = test_host.lookupByName('test')
    guest.attachDevice(FLOPPY)
    assert 'fdb' in guest.XMLDesc()
    guest.detachDevice(FLOPPY)
    assert 'fdb' not in guest.XMLDesc()
    code, domain = refused(guest.detachDevice, FLOPPY)
    assert (code, domain) == (libvirt.VIR_ERR_DEVICE_MISSING, libvirt.VIR_FROM_DOMAIN)


@own
def test_node_devices_have_states(test_host):
    device = test_host.nodeDeviceLookupByName('scsi_host1')
    assert device.isActive() == 1 and device.isPersistent() == 1


@own
def test_capabilities_of_guests(test_host):
    told = ET.fromstring(test_host.getDomainCapabilities(None, 'i686', None, 'test', 0))
    assert told.tag == 'domainCapabilities' and told.find('domain').text == 'test' and told.find('arch').text == 'i686'


NO_SUPPORT, NOT_THIS_DRIVER = libvirt.VIR_ERR_NO_SUPPORT, libvirt.VIR_ERR_ARGUMENT_UNSUPPORTED


@own
def test_no_driver_moves_guests(test_host):
    """Between two hosts by the client, or by the driver alone: the exact answer."""
    other, guest = libvirt.open('test:///default'), test_host.lookupByName('test')
    assert refused(guest.migrate, other, 0, None, None, 0)[0] == NO_SUPPORT
    assert refused(guest.migrate2, other, None, 0, None, None, 0)[0] == NO_SUPPORT
    assert refused(guest.migrate3, other, {}, 0)[0] == NO_SUPPORT
    assert refused(guest.migrateToURI, 'test:///default', 0, None, 0)[0] == NOT_THIS_DRIVER
    assert refused(guest.migrateToURI2, 'test:///default', None, None, 0, None, 0)[0] == NOT_THIS_DRIVER
    assert refused(guest.migrateToURI3, 'test:///default', {}, 0)[0] == NOT_THIS_DRIVER
    assert guest.isActive()
    other.close()


@own
def test_no_driver_has_secrets_that_change(test_host):
    assert refused(test_host.secretEventRegisterAny, None, 0, lambda *a: None, None) == (NO_SUPPORT, libvirt.VIR_FROM_SECRET)
    assert refused(test_host.secretEventDeregisterAny, 0) == (NO_SUPPORT, libvirt.VIR_FROM_SECRET)


# ---- containers: what the process that asks does to itself ----

@own
def test_entering_a_container():
    """In a child, as its world changes."""
    pid = os.fork()
    if pid == 0:
        lib = ctypes.CDLL(str(BUILD / 'src/lib/libvirt-lxc.so.0'))
        model, label = ctypes.create_string_buffer(b'none', 514), ctypes.create_string_buffer(4100)
        spaces = (ctypes.c_int * 1)(os.open('/proc/self/ns/uts', os.O_RDONLY))
        old, n = ctypes.POINTER(ctypes.c_int)(), ctypes.c_uint()
        code = 0
        if lib.virDomainLxcEnterSecurityLabel(model, label, None, 0) != 0:
            code |= 1
        main = ctypes.CDLL(str(BUILD / 'src/lib/libvirt.so.0'))
        main.virConnectOpen.restype = main.virDomainLookupByName.restype = ctypes.c_void_p
        host = ctypes.c_void_p(main.virConnectOpen(b'test:///default'))
        guest = ctypes.c_void_p(main.virDomainLookupByName(host, b'test'))
        if lib.virDomainLxcEnterCGroup(guest, 0) == 0:  # guest 1 of a test host has the groups of process 1
            with open('/proc/self/cgroup') as mine, open('/proc/1/cgroup') as its:
                code |= 8 * (mine.read() != its.read())
        elif os.geteuid() == 0 and os.access('/sys/fs/cgroup', os.W_OK):
            code |= 16
        if os.geteuid() == 0:
            if lib.virDomainLxcEnterNamespace(None, 1, spaces, ctypes.byref(n), ctypes.byref(old), 0) != 0 or n.value < 5:
                code |= 2
            elif os.readlink(f'/proc/self/fd/{old[2]}') != os.readlink('/proc/self/ns/uts'):
                code |= 4
        os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


# ---- gateways ----

def test_speaking_for_somebody(top):
    with Daemon(top, ['--verbose']) as daemon:
        c = daemon.open()
        c.setIdentity({'user-name': 'alice', 'unix-user-id': 4711, 'process-id': 99})
        c.setIdentity({'sasl-user-name': 'bob@example.org', 'selinux-context': 'u:r:t'})
        assert 'speaks for alice, process 99 of user 4711' in daemon.log()
        assert 'speaks for bob@example.org' in daemon.log()
        assert refused(c.setIdentity, {'no-such': 'x'}) == (libvirt.VIR_ERR_ARGUMENT_UNSUPPORTED, libvirt.VIR_FROM_NONE)
        assert c.getHostname()
        c.close()


# ---- QEMU's host and guests ----

def test_memory_of_the_host(conn):
    told = conn.getMemoryStats(libvirt.VIR_NODE_MEMORY_STATS_ALL_CELLS)
    assert told['total'] > told['free'] > 0
    if not os.path.exists('/sys/kernel/mm/ksm/run'):
        pytest.skip('this kernel shares no pages')
    before = conn.getMemoryParameters()
    with open('/sys/kernel/mm/ksm/pages_to_scan') as file:
        assert before['shm_pages_to_scan'] == int(file.read())
    if os.geteuid() == 0 and os.access('/sys/kernel/mm/ksm/pages_to_scan', os.W_OK):
        conn.setMemoryParameters({'shm_pages_to_scan': before['shm_pages_to_scan']})
        assert conn.getMemoryParameters() == before


def test_documents_and_commands(conn):
    native = conn.domainXMLToNative('qemu-argv', tiny('argv'))
    assert 'qemu-system-x86_64' in native and 'guest=argv' in native
    told = ET.fromstring(conn.getDomainCapabilities('/usr/bin/qemu-system-x86_64', 'x86_64', 'pc', 'qemu'))
    assert told.find('path').text == '/usr/bin/qemu-system-x86_64' and told.find('domain').text == 'qemu'


@pytest.fixture
def guest(conn, top):
    image = top / 'disk.img'
    image.write_bytes(bytes(1 << 20))
    domain = conn.createXML(tiny('calls', f"""<disk type='file'><driver name='qemu' type='raw'/><source file='{image}'/>
        <target dev='vda' bus='virtio'/></disk><graphics type='vnc' port='-1' autoport='yes'/>
        <video><model type='vga'/></video>"""))
    yield domain
    if domain.isActive():
        domain.destroy()


def test_a_disk_grows(guest):
    guest.blockResize('vda', 2 << 20, libvirt.VIR_DOMAIN_BLOCK_RESIZE_BYTES)
    assert guest.blockInfo('vda')[0] == 2 << 20
    assert refused(guest.blockResize, 'nope', 4096, 0)[0] == libvirt.VIR_ERR_INVALID_ARG


def test_its_screen_answers(guest):
    """Both ways give a socket on which the guest's VNC server says its name."""
    mine, its = socket.socketpair()
    guest.openGraphics(0, its.fileno(), 0)
    its.close()
    with mine:
        assert mine.recv(12) == b'RFB 003.008\n'
    with socket.socket(fileno=guest.openGraphicsFD(0, 0)) as other:
        assert other.recv(12) == b'RFB 003.008\n'
    assert refused(guest.openGraphicsFD, 7, 0)[0] == libvirt.VIR_ERR_INTERNAL_ERROR


def test_no_label_without_a_security_driver(guest):
    assert guest.securityLabelList() == []


def test_a_descriptor_for_the_monitor(guest):
    r, w = os.pipe()
    reply, files = libvirt_qemu.qemuMonitorCommandWithFiles(guest, '{"execute":"getfd","arguments":{"fdname":"x"}}', [w], 0)
    os.close(w)
    assert json.loads(reply)['return'] == {} and files == []
    libvirt_qemu.qemuMonitorCommand(guest, '{"execute":"closefd","arguments":{"fdname":"x"}}', 0)
    with os.fdopen(r, 'rb') as pipe:
        assert pipe.read() == b'', 'nobody holds the other end any more'


def test_monitor_events_end(conn, guest):
    seen = []
    number = libvirt_qemu.qemuMonitorEventRegister(conn, None, None, lambda c, d, name, *a: seen.append(name), None)
    guest.suspend()
    wait_for(lambda: 'STOP' in seen, 'the event')
    libvirt_qemu.qemuMonitorEventDeregister(conn, number)
    del seen[:]
    guest.resume()
    guest.suspend()
    assert seen == []
    with pytest.raises(libvirt.libvirtError):
        libvirt_qemu.qemuMonitorEventDeregister(conn, number)


def test_nothing_to_abort(guest):
    """No call is a job that lasts yet."""
    assert guest.jobInfo()[0] == libvirt.VIR_DOMAIN_JOB_NONE and guest.jobStats() == {'type': libvirt.VIR_DOMAIN_JOB_NONE}
    assert refused(guest.abortJob) == (libvirt.VIR_ERR_OPERATION_INVALID, libvirt.VIR_FROM_QEMU)
    assert refused(guest.abortJobFlags, 0) == (libvirt.VIR_ERR_OPERATION_INVALID, libvirt.VIR_FROM_QEMU)


def test_a_guest_wakes_up(conn, kit):
    sleeps = "<pm><suspend-to-mem enabled='yes'/></pm><devices>"
    domain = conn.createXML(booting(kit, 'sleeper').replace('<devices>', sleeps))
    try:
        console = Console(domain)
        console.until(b'Vireo guest is up')
        assert refused(domain.pMWakeup, 0)[0] == libvirt.VIR_ERR_OPERATION_INVALID
        console.type('echo mem > /sys/power/state\n')
        wait_for(lambda: domain.state()[0] == libvirt.VIR_DOMAIN_PMSUSPENDED, 'it sleeps')
        domain.pMWakeup()
        wait_for(lambda: domain.state()[0] == libvirt.VIR_DOMAIN_RUNNING, 'it is awake')
    finally:
        domain.destroy()
