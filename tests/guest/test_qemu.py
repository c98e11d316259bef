# SPDX-License-Identifier: LGPL-2.1-or-later
"""The calls of the QEMU driver, through Debian's python3-libvirt, against real QEMUs."""
import json
import os
import signal
import subprocess
import sys
import threading
import time

import libvirt
import libvirt_qemu
import pytest

from support import PATIENCE, Console, booting, code, emulators, tiny, wait_for

NS = 'http://example.org/vireo'
DEVICES = '''<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{image}'/>
  <target dev='vda' bus='virtio'/></disk><disk type='file' device='cdrom'><target dev='hdc' bus='ide'/></disk>
  <serial type='pty'/><console type='pty'/><channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
  <graphics type='vnc' port='-1' autoport='yes'/><video><model type='vga'/></video><memballoon model='virtio'/>'''


@pytest.fixture
def image(top):
    path = top / 'disk.img'
    path.write_bytes(b'vireo'.ljust(1 << 20, b'\0'))
    return path


@pytest.fixture
def guest(conn, image):
    domain = conn.defineXML(tiny('full', DEVICES.format(image=image)).replace(
        '<vcpu>1</vcpu>', "<vcpu current='1'>2</vcpu>"))
    domain.create()
    yield domain
    try:
        domain.destroy()
    except libvirt.libvirtError:
        pass


def events_of(conn, kind):
    seen = []
    conn.domainEventRegisterAny(None, kind, lambda c, d, *a: seen.append((d.name(), *a[:-1])), None)
    return seen


def test_off_answers(conn):
    domain = conn.defineXML(tiny('off'))
    for call in (domain.suspend, domain.resume, domain.shutdown, domain.reboot, domain.reset, domain.destroy,
                 domain.injectNMI, domain.memoryStats, domain.controlInfo):
        assert code(call) == libvirt.VIR_ERR_OPERATION_INVALID
    assert domain.state() == [libvirt.VIR_DOMAIN_SHUTOFF, libvirt.VIR_DOMAIN_SHUTOFF_UNKNOWN]
    assert code(conn.lookupByName, 'nobody') == libvirt.VIR_ERR_NO_DOMAIN
    assert code(conn.defineXML, '<domain>') == libvirt.VIR_ERR_XML_DETAIL
    assert code(conn.defineXML, tiny('off').replace('<name>', '<uuid>11111111-2222-3333-4444-555555555555</uuid><name>')
                ) == libvirt.VIR_ERR_OPERATION_FAILED
    assert code(domain.createWithFlags, 1 << 20) == libvirt.VIR_ERR_INVALID_ARG
    domain.undefine()
    assert code(conn.lookupByName, 'off') == libvirt.VIR_ERR_NO_DOMAIN


def test_lists_and_filters(conn):
    conn.defineXML(tiny('a')).setAutostart(1)
    conn.defineXML(tiny('b')).create()
    conn.createXML(tiny('c'), libvirt.VIR_DOMAIN_START_PAUSED)
    L = libvirt

    def names(flags):
        return sorted(d.name() for d in conn.listAllDomains(flags))
    assert names(0) == ['a', 'b', 'c']
    assert names(L.VIR_CONNECT_LIST_DOMAINS_ACTIVE) == ['b', 'c']
    assert names(L.VIR_CONNECT_LIST_DOMAINS_INACTIVE) == ['a']
    assert names(L.VIR_CONNECT_LIST_DOMAINS_PERSISTENT) == ['a', 'b']
    assert names(L.VIR_CONNECT_LIST_DOMAINS_TRANSIENT) == ['c']
    assert names(L.VIR_CONNECT_LIST_DOMAINS_RUNNING) == ['b']
    assert names(L.VIR_CONNECT_LIST_DOMAINS_PAUSED | L.VIR_CONNECT_LIST_DOMAINS_SHUTOFF) == ['a', 'c']
    assert names(L.VIR_CONNECT_LIST_DOMAINS_AUTOSTART) == ['a']
    assert names(L.VIR_CONNECT_LIST_DOMAINS_NO_AUTOSTART | L.VIR_CONNECT_LIST_DOMAINS_ACTIVE) == ['b', 'c']
    assert names(L.VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE) == []
    assert names(L.VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT) == []
    assert conn.numOfDomains() == 2 and conn.numOfDefinedDomains() == 1
    assert conn.listDefinedDomains() == ['a'] and len(conn.listDomainsID()) == 2
    assert conn.lookupByID(conn.lookupByName('b').ID()).name() == 'b'


def test_rename(conn):
    domain = conn.defineXML(tiny('before'))
    other = conn.defineXML(tiny('other'))
    assert code(domain.rename, 'other') == libvirt.VIR_ERR_OPERATION_INVALID
    assert code(domain.rename, 'a/b') == libvirt.VIR_ERR_XML_ERROR
    domain.rename('after')
    assert conn.lookupByName('after').UUIDString() == domain.UUIDString()
    assert '<name>after</name>' in conn.lookupByName('after').XMLDesc()
    assert code(conn.lookupByName, 'before') == libvirt.VIR_ERR_NO_DOMAIN
    other.create()
    assert code(other.rename, 'x') == libvirt.VIR_ERR_OPERATION_INVALID


def test_metadata(conn, guest):
    told = events_of(conn, libvirt.VIR_DOMAIN_EVENT_ID_METADATA_CHANGE)
    config, live = libvirt.VIR_DOMAIN_AFFECT_CONFIG, libvirt.VIR_DOMAIN_AFFECT_LIVE
    assert code(guest.metadata, libvirt.VIR_DOMAIN_METADATA_TITLE, None) == libvirt.VIR_ERR_NO_DOMAIN_METADATA
    guest.setMetadata(libvirt.VIR_DOMAIN_METADATA_DESCRIPTION, 'here', None, None, live)
    guest.setMetadata(libvirt.VIR_DOMAIN_METADATA_DESCRIPTION, 'there', None, None, config)
    assert guest.metadata(libvirt.VIR_DOMAIN_METADATA_DESCRIPTION, None) == 'here'
    assert guest.metadata(libvirt.VIR_DOMAIN_METADATA_DESCRIPTION, None, config) == 'there'
    for text in ("<a x='1'><b/>text</a>", '<a/>'):
        guest.setMetadata(libvirt.VIR_DOMAIN_METADATA_ELEMENT, text, 'v', NS, live | config)
        got = guest.metadata(libvirt.VIR_DOMAIN_METADATA_ELEMENT, NS, config)
        assert got.startswith('<a') and 'xmlns' not in got
        assert f'xmlns:v="{NS}"' in guest.XMLDesc() or f"xmlns:v='{NS}'" in guest.XMLDesc()
    guest.setMetadata(libvirt.VIR_DOMAIN_METADATA_ELEMENT, None, None, NS, live | config)
    assert code(guest.metadata, libvirt.VIR_DOMAIN_METADATA_ELEMENT, NS) == libvirt.VIR_ERR_NO_DOMAIN_METADATA
    wait_for(lambda: len(told) == 5, 'an event for each change')


def test_memory_and_vcpus(conn, guest):
    config, live, maximum = (libvirt.VIR_DOMAIN_AFFECT_CONFIG, libvirt.VIR_DOMAIN_AFFECT_LIVE, libvirt.VIR_DOMAIN_MEM_MAXIMUM)
    assert guest.maxMemory() == 65536
    guest.setMemoryFlags(60000, config)
    assert '>60000</currentMemory>' in guest.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)
    guest.setMemoryFlags(131072, config | maximum)
    assert guest.maxMemory() == 65536, 'of the running guest'
    assert code(guest.setMemoryFlags, 131072, live | maximum) == libvirt.VIR_ERR_OPERATION_INVALID
    assert code(guest.setMemoryFlags, 999999, live) == libvirt.VIR_ERR_INVALID_ARG
    guest.setMemory(60000)
    assert guest.memoryStats()['rss'] > 0
    guest.setMemoryStatsPeriod(5, live | config)
    assert "<stats period='5'/>" in guest.XMLDesc()
    assert guest.vcpusFlags(live) == 1 and guest.maxVcpus() == 2
    guest.setVcpusFlags(2, live)
    assert guest.vcpusFlags(live) == 2 and guest.vcpusFlags(config) == 1
    assert len(guest.vcpus()[0]) == 2
    assert code(guest.setVcpusFlags, 3, live) == libvirt.VIR_ERR_INVALID_ARG
    guest.setVcpusFlags(4, config | libvirt.VIR_DOMAIN_VCPU_MAXIMUM)
    assert guest.vcpusFlags(config) == 1 and guest.vcpusFlags(config | libvirt.VIR_DOMAIN_VCPU_MAXIMUM) == 4


def test_vcpus_by_name(conn):
    live = libvirt.VIR_DOMAIN_AFFECT_LIVE
    domain = conn.defineXML(tiny('named', '').replace('<vcpu>1</vcpu>', '''<vcpu current='2'>4</vcpu><vcpus>
      <vcpu id='0' enabled='yes' hotpluggable='no'/><vcpu id='1' enabled='no' hotpluggable='yes'/>
      <vcpu id='2' enabled='no' hotpluggable='yes'/><vcpu id='3' enabled='yes' hotpluggable='yes'/></vcpus>'''))
    domain.create()
    try:
        assert [v[0] for v in domain.vcpus()[0]] == [0, 3]
        domain.setVcpusFlags(3, live)
        assert sorted(v[0] for v in domain.vcpus()[0]) == [0, 1, 3]
        assert code(domain.setVcpusFlags, 5, live) == libvirt.VIR_ERR_INVALID_ARG
    finally:
        domain.destroy()


def test_statistics(conn, guest, image):
    assert guest.blockInfo('vda') == [1 << 20, image.stat().st_blocks * 512, 1 << 20]
    assert guest.blockStats('vda')[4] == -1
    assert guest.blockStatsFlags('')['rd_bytes'] >= 0
    assert code(guest.blockStats, 'vdz') == libvirt.VIR_ERR_INVALID_ARG
    assert guest.blockPeek('vda', 0, 5) == b'vireo'
    conn.defineXML(tiny('silent'))
    stats = {d.name(): s for d, s in conn.getAllDomainStats()}
    assert set(stats) == {'full', 'silent'}
    full = stats['full']
    assert full['state.state'] == libvirt.VIR_DOMAIN_RUNNING and full['block.count'] == 2
    assert full['block.0.name'] == 'vda' and full['block.0.path'] == str(image)
    assert full['block.0.capacity'] == 1 << 20 and full['block.1.rd.reqs'] >= 0
    assert full['balloon.maximum'] == 65536 and full['vcpu.maximum'] == 2 and full['cpu.time'] > 0
    assert stats['silent']['state.state'] == libvirt.VIR_DOMAIN_SHUTOFF and 'cpu.time' not in stats['silent']
    one, = conn.domainListGetStats([guest], libvirt.VIR_DOMAIN_STATS_STATE)
    assert set(one[1]) == {'state.state', 'state.reason'}
    active = conn.getAllDomainStats(0, libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE)
    assert [d.name() for d, s in active] == ['full']
    enforce = libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_ENFORCE_STATS
    assert code(conn.getAllDomainStats, 1 << 25, enforce) == libvirt.VIR_ERR_ARGUMENT_UNSUPPORTED


def test_monitor(conn, guest):
    told = []
    libvirt_qemu.qemuMonitorEventRegister(conn, None, 'STOP', lambda c, d, name, sec, usec, details, o:
                                          told.append(name), None)
    reply = json.loads(libvirt_qemu.qemuMonitorCommand(guest, '{"execute":"query-status"}', 0))
    assert reply['return']['running'] is True
    reply = json.loads(libvirt_qemu.qemuMonitorCommand(guest, '{"execute":"no-such"}', 0))
    assert reply['error']['class'] == 'CommandNotFound'
    assert 'running' in libvirt_qemu.qemuMonitorCommand(guest, 'info status', 1)
    assert code(libvirt_qemu.qemuMonitorCommand, guest, '{', 0) == libvirt.VIR_ERR_INTERNAL_ERROR
    # What somebody does behind our back shows in the state.
    libvirt_qemu.qemuMonitorCommand(guest, '{"execute":"stop"}', 0)
    wait_for(lambda: guest.state() == [libvirt.VIR_DOMAIN_PAUSED, libvirt.VIR_DOMAIN_PAUSED_UNKNOWN], 'it is paused')
    wait_for(lambda: told == ['STOP'], 'the monitor event')
    try:
        libvirt_qemu.qemuMonitorCommand(guest, '{"execute":"quit"}', 0)
    except libvirt.libvirtError as e: # QEMU may be gone before its answer is on its way
        assert 'closed its monitor' in str(e)
    wait_for(lambda: not guest.isActive(), 'it is off')
    assert guest.state()[1] == libvirt.VIR_DOMAIN_SHUTOFF_SHUTDOWN


def test_keys_and_screen(conn, guest):
    guest.sendKey(libvirt.VIR_KEYCODE_SET_LINUX, 0, [29, 56, 111], 3, 0)
    guest.sendKey(libvirt.VIR_KEYCODE_SET_WIN32, 0, [0x41], 1, 0)
    guest.sendKey(libvirt.VIR_KEYCODE_SET_OSX, 0, [0], 1, 0)
    assert code(guest.sendKey, libvirt.VIR_KEYCODE_SET_LINUX, 0, [4000], 1, 0) == libvirt.VIR_ERR_INTERNAL_ERROR
    stream = conn.newStream()
    kind = guest.screenshot(stream, 0)
    picture = []
    stream.recvAll(lambda s, data, o: picture.append(data), None)
    stream.finish()
    assert kind == 'image/png' and b''.join(picture).startswith(b'\x89PNG')
    assert code(guest.screenshot, conn.newStream(), 7) == libvirt.VIR_ERR_OPERATION_INVALID
    assert guest.memoryPeek(0xfffffff0, 1, libvirt.VIR_MEMORY_PHYSICAL) == b'\xea', 'the far jump that every PC starts with'


def test_console_belongs_to_one(conn, guest):
    first = conn.newStream(libvirt.VIR_STREAM_NONBLOCK)
    guest.openConsole(None, first, 0)
    assert code(guest.openConsole, None, conn.newStream(), 0) == libvirt.VIR_ERR_OPERATION_FAILED
    Console(guest)  # takes it by force

    def ended():
        try:
            return first.recv(1) == b''
        except libvirt.libvirtError:
            return True
    wait_for(ended, 'the first console ends')
    assert code(guest.openConsole, 'nix', conn.newStream(), 0) == libvirt.VIR_ERR_INTERNAL_ERROR
    guest.openChannel('org.qemu.guest_agent.0', conn.newStream(), 0)


def test_actions(conn, guest):
    guest.setLifecycleAction(libvirt.VIR_DOMAIN_LIFECYCLE_POWEROFF, libvirt.VIR_DOMAIN_LIFECYCLE_ACTION_RESTART,
                             libvirt.VIR_DOMAIN_AFFECT_LIVE)
    assert '<on_poweroff>restart</on_poweroff>' in guest.XMLDesc()
    assert '<on_poweroff>destroy</on_poweroff>' in guest.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)


def test_ends_with_its_connection(daemon, conn):
    other = daemon.open()
    other.createXML(tiny('auto'), libvirt.VIR_DOMAIN_START_AUTODESTROY)
    assert conn.lookupByName('auto').isActive()
    other.close()
    assert not conn.listAllDomains(), 'who closes its connection is told when its guests have ended'
    # Who dies says nothing.
    client = ('import libvirt, os; c = libvirt.open(%r); c.createXML(%r, libvirt.VIR_DOMAIN_START_AUTODESTROY); os._exit(0)' %
              (daemon.uri, tiny('auto')))
    subprocess.run([sys.executable, '-c', client], check=True)
    wait_for(lambda: not conn.listAllDomains(), 'the guest ends with the connection')


def test_bad_emulators(conn, top):
    words = 'I would rather not'
    script = top / 'qemu-broken'
    script.write_text(f'#!/bin/sh\necho {words} >&2\nexit 1\n')
    script.chmod(0o755)
    for emulator in (script, '/nonexistent/qemu', '/bin/true'):
        assert code(conn.createXML, tiny('broken').replace('/usr/bin/qemu-system-x86_64', str(emulator)), 0)
    assert conn.listAllDomains() == []


def opened(daemon):
    """A half-made QEMU holds the old daemon's sockets for a moment: who answers there serves nobody."""
    try:
        return daemon.open()
    except libvirt.libvirtError:
        return None


def test_daemon_killed_while_a_guest_starts(daemon):
    """Whatever the moment: afterwards a QEMU is a guest that is listed, or it is gone."""
    conn = daemon.open()
    uuid = conn.defineXML(tiny('half')).UUIDString()
    for delay in (0, 2, 5, 10, 15, 20, 30, 40, 60, 90):
        domain = daemon.open().lookupByName('half')

        def start():
            try:
                domain.create()
            except libvirt.libvirtError:
                pass
        thread = threading.Thread(target=start)
        thread.start()
        time.sleep(delay / 1000)  # the moment, not a wait
        daemon.restart(signal.SIGKILL)
        thread.join(PATIENCE)
        conn = wait_for(lambda: opened(daemon), 'the new daemon serves')
        domain = conn.lookupByName('half')
        running = emulators(uuid)
        assert len(running) == domain.isActive(), f'after {delay} ms'
        if running:
            domain.suspend()
            domain.destroy()
        assert not emulators(uuid)
        assert not list((daemon.top / 'runtime').rglob('half.pid'))


def test_dead_and_stopped_emulators(conn):
    told = events_of(conn, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE)
    domain = conn.defineXML(tiny('victim'))
    domain.create()
    os.kill(emulators(domain.UUIDString())[0], signal.SIGKILL)
    wait_for(lambda: ('victim', libvirt.VIR_DOMAIN_EVENT_STOPPED, libvirt.VIR_DOMAIN_EVENT_STOPPED_FAILED) in told,
             'its death is told')
    assert domain.state() == [libvirt.VIR_DOMAIN_SHUTOFF, libvirt.VIR_DOMAIN_SHUTOFF_CRASHED]
    domain.create()
    os.kill(emulators(domain.UUIDString())[0], signal.SIGSTOP)
    assert domain.info()[0] == libvirt.VIR_DOMAIN_RUNNING and '<name>victim</name>' in domain.XMLDesc()
    domain.destroy()
    assert domain.state() == [libvirt.VIR_DOMAIN_SHUTOFF, libvirt.VIR_DOMAIN_SHUTOFF_DESTROYED]
    assert not emulators(domain.UUIDString())


def test_reboot_and_power_off(conn, kit):
    life = events_of(conn, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE)
    reboots = events_of(conn, libvirt.VIR_DOMAIN_EVENT_ID_REBOOT)
    domain = conn.createXML(booting(kit, 'again'))
    console = Console(domain)
    console.until(b'Vireo guest is up')
    before = domain.ID(), domain.state()
    seen = len(life)
    domain.reboot()
    console.said = b''
    console.until(b'Vireo guest is up')
    assert (domain.ID(), domain.state()) == before
    assert reboots and life[seen:] == [], 'a reboot is no end, pause or start'
    domain.shutdown()
    wait_for(lambda: life[seen:] == [
        ('again', libvirt.VIR_DOMAIN_EVENT_SHUTDOWN, libvirt.VIR_DOMAIN_EVENT_SHUTDOWN_GUEST),
        ('again', libvirt.VIR_DOMAIN_EVENT_STOPPED, libvirt.VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN)], 'it is off')


def test_restart_beside_a_stopped_emulator(daemon):
    conn = daemon.open()
    stopped, fine = conn.createXML(tiny('stopped')), conn.createXML(tiny('fine'))
    os.kill(emulators(stopped.UUIDString())[0], signal.SIGSTOP)
    daemon.restart()
    conn = daemon.open()
    assert sorted(d.name() for d in conn.listAllDomains()) == ['fine', 'stopped']
    conn.lookupByName('fine').suspend()
    conn.lookupByName('stopped').destroy()
    assert [d.name() for d in conn.listAllDomains()] == ['fine']
