# SPDX-License-Identifier: LGPL-2.1-or-later
"""A guest's whole life through the clients that people have."""
import os
import shutil
import subprocess
import threading

import libvirt
import pytest

from support import PATIENCE, VIRSH, Console, booting, tiny, wait_for

DEBIAN_VIRSH = '/usr/bin/virsh'


class Events:
    """Life-cycle events of one connection, in the order they came."""

    def __init__(self, conn):
        self.seen = []
        self.conn = conn
        self.id = conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, self.note, None)

    def note(self, conn, domain, event, detail, opaque):
        self.seen.append((domain.name(), event, detail))

    def wait(self, *expected):
        wait_for(lambda: all(e in self.seen for e in expected), f'{expected} (seen: {self.seen})')


def test_python_takes_a_guest_through_its_life(daemon, kit):
    conn = daemon.open()
    events = Events(conn)
    domain = conn.defineXML(booting(kit, extra='<memballoon model="virtio"/><rng model="virtio"><backend model="random">/dev/urandom</backend></rng>'))
    assert domain.ID() == -1 and domain.isPersistent() and not domain.isActive()
    domain.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
    assert domain.state()[0] == libvirt.VIR_DOMAIN_PAUSED
    console = Console(domain)
    domain.resume()
    assert domain.state()[0] == libvirt.VIR_DOMAIN_RUNNING
    console.until(b'Vireo guest is up')
    console.type('echo answer-$((6 * 7))\n')
    console.until(b'answer-42')

    info = domain.info()
    assert info[0] == libvirt.VIR_DOMAIN_RUNNING and info[1] == 128 * 1024 and info[3] == 1 and info[4] > 0
    assert domain.memoryStats()['actual'] == 128 * 1024
    domain.suspend()
    assert domain.state() == [libvirt.VIR_DOMAIN_PAUSED, libvirt.VIR_DOMAIN_PAUSED_USER]
    domain.resume()
    domain.setMemory(100 * 1024)
    wait_for(lambda: domain.info()[2] == 100 * 1024, 'the balloon is inflated')
    domain.setMemoryStatsPeriod(1)
    told = list(wait_for(lambda: 'disk_caches' in domain.memoryStats() and domain.memoryStats(), 'the guest tells of its memory'))
    assert told.index('usable') < told.index('last_update') < told.index('disk_caches') < told.index('rss')
    console.type('poweroff -f\n')
    wait_for(lambda: not domain.isActive(), 'the guest powers itself off')
    assert domain.state() == [libvirt.VIR_DOMAIN_SHUTOFF, libvirt.VIR_DOMAIN_SHUTOFF_SHUTDOWN]
    domain.rename('renamed')
    assert conn.lookupByName('renamed').UUIDString() == domain.UUIDString()
    conn.lookupByName('renamed').undefine()
    assert conn.listAllDomains() == []
    L = libvirt
    events.wait(('guest', L.VIR_DOMAIN_EVENT_DEFINED, L.VIR_DOMAIN_EVENT_DEFINED_ADDED),
                ('guest', L.VIR_DOMAIN_EVENT_STARTED, L.VIR_DOMAIN_EVENT_STARTED_BOOTED),
                ('guest', L.VIR_DOMAIN_EVENT_RESUMED, L.VIR_DOMAIN_EVENT_RESUMED_UNPAUSED),
                ('guest', L.VIR_DOMAIN_EVENT_SUSPENDED, L.VIR_DOMAIN_EVENT_SUSPENDED_PAUSED),
                ('guest', L.VIR_DOMAIN_EVENT_STOPPED, L.VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN),
                ('renamed', L.VIR_DOMAIN_EVENT_UNDEFINED, L.VIR_DOMAIN_EVENT_UNDEFINED_REMOVED))
    conn.close()


@pytest.mark.parametrize('program', [DEBIAN_VIRSH, VIRSH], ids=['debian', 'own'])
def test_virsh_takes_a_guest_through_its_life(daemon, kit, top, program):
    if not os.path.exists(program):
        pytest.skip(f'{program} is not there')

    def virsh(*args, **kw):
        return daemon.virsh(*args, program=program, **kw).stdout.strip()
    (top / 'guest.xml').write_text(booting(kit))
    assert "'guest' defined" in virsh('define', top / 'guest.xml')
    assert "'guest' started" in virsh('start', 'guest', '--paused')
    assert virsh('domstate', 'guest') == 'paused'
    virsh('resume', 'guest')
    assert virsh('domstate', '--reason', 'guest') == 'running (unpaused)'
    assert [l.split() for l in virsh('list', '--all').splitlines()[2:]] == [['1', 'guest', 'running']]
    Console(daemon.open().lookupByName('guest')).until(b'Vireo guest is up')
    events = subprocess.Popen([program, '-c', daemon.uri, 'event', 'guest', '--event', 'lifecycle', '--loop'],
                              env=daemon.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    # It has subscribed when an event that we cause reaches it.
    first = []
    reader = threading.Thread(target=lambda: first.append(events.stdout.readline()), daemon=True)
    reader.start()

    def nudge():
        virsh('suspend', 'guest'), virsh('resume', 'guest')
        reader.join(0.2)
        return first
    wait_for(nudge, 'virsh event shows an event')
    assert "event 'lifecycle' for domain 'guest': " in first[0]
    virsh('shutdown', 'guest')
    wait_for(lambda: virsh('domstate', 'guest') == 'shut off', 'the guest shuts down')
    events.terminate()
    rest = events.stdout.read()
    events.wait(PATIENCE)
    assert 'Stopped' in rest or 'Shutdown' in rest
    assert 'UUID:' in virsh('dominfo', 'guest') and '<name>guest</name>' in virsh('dumpxml', 'guest')
    assert "'guest' has been undefined" in virsh('undefine', 'guest')
    missing = daemon.virsh('domstate', 'guest', program=program, check=False)
    assert missing.returncode == 1 and missing.stderr.startswith('error: ')


def test_transient_guest_leaves_nothing(daemon):
    conn = daemon.open()
    domain = conn.createXML(tiny())
    assert not domain.isPersistent() and domain.isActive()
    domain.destroy()
    with pytest.raises(libvirt.libvirtError) as gone:
        conn.lookupByName('tiny')
    assert gone.value.get_error_code() == libvirt.VIR_ERR_NO_DOMAIN


def test_virt_install_makes_a_guest(daemon, kit):
    """virt-install sits on python3-libvirt, capabilities and domain capabilities."""
    if not shutil.which('virt-install'):
        pytest.skip('virt-install is not installed')
    done = subprocess.run(['virt-install', '--connect', daemon.uri, '--name', 'installed', '--memory', '128',
                           '--virt-type', 'qemu', '--import', '--disk', 'none', '--network', 'none', '--graphics', 'none',
                           '--osinfo', 'detect=off,require=off', '--noautoconsole',
                           '--boot', f'kernel={kit}/kernel,initrd={kit}/initrd,kernel_args=console=ttyS0'],
                          env=daemon.env, capture_output=True, text=True, timeout=PATIENCE * 2)
    assert done.returncode == 0, done.stdout + done.stderr
    domain = daemon.open().lookupByName('installed')
    assert domain.isActive()
    domain.destroy()


FAULTS = [
    ('no such emulator', lambda x: x.replace('/usr/bin/qemu-system-x86_64', '/nonexistent/qemu'), '/nonexistent/qemu'),
    ('emulator that is none', lambda x: x.replace('/usr/bin/qemu-system-x86_64', '/bin/false'), '/bin/false'),
    ('missing disk image', lambda x: x.replace('</devices>', '<disk type="file"><source file="/nonexistent/disk.img"/><target dev="vda" bus="virtio"/></disk></devices>'), '/nonexistent/disk.img'),
    ('broken kernel path', lambda x: x.replace('</os>', '<kernel>/nonexistent/vmlinuz</kernel></os>'), '/nonexistent/vmlinuz'),
]


@pytest.mark.parametrize('what,change,named', FAULTS, ids=[f[0] for f in FAULTS])
def test_a_start_that_fails_names_its_cause(daemon, what, change, named):
    conn = daemon.open()
    with pytest.raises(libvirt.libvirtError) as failed:
        conn.createXML(change(tiny('faulty')))
    assert named in str(failed.value)
    assert conn.listAllDomains() == []
    conn.createXML(tiny('faulty')).destroy()


BAD = [
    ('', 'empty document'),
    ('<domain', 'cut off'),
    ('<domain type="qemu"><name>x</name></domain>', 'no os'),
    ('<network><name>x</name></network>', 'another document'),
    (tiny().replace("<vcpu>1</vcpu>", "<vcpu>many</vcpu>"), 'vcpu that is no number'),
    (tiny().replace("<memory unit='MiB'>64", "<memory unit='parsec'>64"), 'unknown unit'),
    (tiny(name='a/b'), 'name with a slash'),
    ('<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' + tiny(name='&b;'), 'entities'),
    ('<domain type="qemu">' + '<x>' * 100000 + '</domain>', 'deep nesting'),
]


@pytest.mark.parametrize('xml,what', BAD, ids=[b[1] for b in BAD])
def test_bad_documents_are_refused(daemon, xml, what):
    conn = daemon.open()
    with pytest.raises(libvirt.libvirtError) as refused:
        conn.defineXML(xml)
    assert len(str(refused.value)) > 10
    assert conn.listAllDomains() == []


def test_duplicates_are_refused(daemon):
    conn = daemon.open()
    one = conn.defineXML(tiny('one'))
    with pytest.raises(libvirt.libvirtError):
        conn.defineXML(tiny('two').replace('</name>', f'</name><uuid>{one.UUIDString()}</uuid>'))
    other = '11111111-2222-4333-8444-555555555555'
    with pytest.raises(libvirt.libvirtError):
        conn.defineXML(tiny('one').replace('</name>', f'</name><uuid>{other}</uuid>'))
    assert [d.name() for d in conn.listAllDomains()] == ['one']


def test_read_only_connections_may_not_change(daemon):
    daemon.open().defineXML(tiny())
    uri = daemon.uri.replace('libvirt-sock', 'libvirt-sock-ro')
    conn = libvirt.openReadOnly(uri if (daemon.sockets / 'libvirt-sock-ro').exists() else daemon.uri)
    domain = conn.lookupByName('tiny')
    assert domain.info()
    for call in (domain.create, domain.undefine, lambda: conn.defineXML(tiny('other'))):
        with pytest.raises(libvirt.libvirtError) as denied:
            call()
        assert denied.value.get_error_code() in (libvirt.VIR_ERR_OPERATION_DENIED, libvirt.VIR_ERR_OPERATION_INVALID)
