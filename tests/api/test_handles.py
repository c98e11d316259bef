# SPDX-License-Identifier: LGPL-2.1-or-later
"""Handles that outlive what they name, connections that close beneath calls, event loops that stand still: in process
and through the daemon."""
import ctypes
import gc
import os
import subprocess
import sys
import threading

import libvirt
import pytest

from support import BUILD, Daemon, code, tiny, wait_for

GUEST = '<domain type="test"><name>{0}</name><memory unit="KiB">1024</memory><vcpu>1</vcpu><os><type>hvm</type></os></domain>'
MANY = 5000


@pytest.fixture
def conn(host):
    gc.collect()
    conn = host.open()
    yield conn
    try:
        conn.close()
    except libvirt.libvirtError:
        pass


def test_what_a_handle_names_is_gone(host, conn):
    """Somebody else takes it away: every call says so, and the handle itself still knows its name."""
    other = host.open()
    guest = conn.defineXML(GUEST.format('gone'))
    network = conn.networkDefineXML('<network><name>gone</name></network>')
    pool = conn.storagePoolDefineXML('<pool type="dir"><name>gone</name><target><path>/gone</path></target></pool>')
    kept = conn.storagePoolLookupByName('default-pool')
    volume = kept.createXML('<volume><name>gone</name><capacity>1024</capacity></volume>')
    snapshot = conn.lookupByName('test').snapshotCreateXML('<domainsnapshot><name>gone</name></domainsnapshot>')
    other.lookupByName('gone').undefine()
    other.networkLookupByName('gone').undefine()
    other.storagePoolLookupByName('gone').undefine()
    other.storagePoolLookupByName('default-pool').storageVolLookupByName('gone').delete()
    other.lookupByName('test').snapshotLookupByName('gone').delete()
    for call in (guest.info, guest.create, guest.XMLDesc, guest.state, guest.undefine):
        assert code(call) == libvirt.VIR_ERR_NO_DOMAIN
    for call in (network.create, network.XMLDesc, network.undefine):
        assert code(call) == libvirt.VIR_ERR_NO_NETWORK
    for call in (pool.info, pool.create, pool.undefine):
        assert code(call) == libvirt.VIR_ERR_NO_STORAGE_POOL
    for call in (volume.info, volume.XMLDesc, volume.delete):
        assert code(call) == libvirt.VIR_ERR_NO_STORAGE_VOL
    for call in (snapshot.getXMLDesc, snapshot.delete):
        assert code(call) == libvirt.VIR_ERR_NO_DOMAIN_SNAPSHOT
    assert [h.name() for h in (guest, network, pool, volume)] == ['gone'] * 4 and snapshot.getName() == 'gone'
    other.close()


def test_a_name_that_came_back_is_not_it(host, conn):
    """A handle names a guest by its UUID: another of the same name is another."""
    old = conn.defineXML(GUEST.format('again'))
    old.undefine()
    new = conn.defineXML(GUEST.format('again'))
    assert old.UUIDString() != new.UUIDString()
    assert code(old.create) == libvirt.VIR_ERR_NO_DOMAIN and not new.isActive()
    new.undefine()


def test_thousands_of_handles(conn):
    """Each holds the connection; closed it is when the last of them goes."""
    handles = [conn.lookupByName('test') for _ in range(MANY)]
    assert {h.ID() for h in handles} == {1} and len({h.UUIDString() for h in handles}) == 1
    assert conn.close() == 1
    assert handles[-1].info()[0] == libvirt.VIR_DOMAIN_RUNNING, 'a handle still works'
    del handles
    gc.collect()


def test_closed_beneath_calls(host):
    """Threads go on with their guests while the connection is closed: every call is answered as before."""
    conn = host.open()
    guests = [conn.lookupByName('test') for _ in range(8)]
    failures, rounds, go_on = [], [0] * len(guests), threading.Event()

    def work(i):
        try:
            while not go_on.is_set() or rounds[i] < 50:
                assert guests[i].info()[0] == libvirt.VIR_DOMAIN_RUNNING
                rounds[i] += 1
        except Exception as e:  # noqa: B902
            failures.append(e)
    threads = [threading.Thread(target=work, args=(i,)) for i in range(len(guests))]
    for t in threads:
        t.start()
    wait_for(lambda: min(rounds) > 3 or failures, 'they are at it')
    assert conn.close() == 1
    go_on.set()
    for t in threads:
        t.join()
    assert not failures


@pytest.mark.skipif(os.environ['VIREO_LIBRARY'] != 'own', reason='for our library')
def test_the_daemon_goes_beneath_calls(top):
    """Nothing hangs: each call under way ends with an error, and so does each that follows."""
    with Daemon(top) as daemon:
        conn = daemon.open()
        guest = conn.defineXML(tiny())
        ends, started = [], [threading.Event() for _ in range(8)]

        def work(i):
            try:
                while True:
                    guest.info()
                    started[i].set()
            except libvirt.libvirtError as e:
                ends.append(e.get_error_code())
        threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
        for t in threads:
            t.start()
        for event in started:
            event.wait()
        daemon.kill()
        for t in threads:
            t.join()
        assert len(ends) == 8 and set(ends) <= {libvirt.VIR_ERR_SYSTEM_ERROR, libvirt.VIR_ERR_INTERNAL_ERROR, libvirt.VIR_ERR_RPC}
        assert code(guest.info) in (libvirt.VIR_ERR_INTERNAL_ERROR, libvirt.VIR_ERR_SYSTEM_ERROR, libvirt.VIR_ERR_RPC)
        assert not conn.isAlive()
        daemon.start()


LOOP = '''
import libvirt
libvirt.virEventRegisterDefaultImpl()
libvirt.registerErrorHandler(lambda *a: None, None)
conn = libvirt.open({uri!r})
seen, freed = [], []
number = conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                     lambda c, d, event, detail, o: seen.append(event), None)
guest = conn.lookupByName('test')
for i in range(300):       # nobody runs the loop meanwhile
    guest.suspend()
    guest.resume()
assert seen == []
timer = libvirt.virEventAddTimeout(50, lambda *a: None, None)
while len(seen) < 600:
    libvirt.virEventRunDefaultImpl()
assert seen == [libvirt.VIR_DOMAIN_EVENT_SUSPENDED, libvirt.VIR_DOMAIN_EVENT_RESUMED] * 300, 'all, in their order'
for i in range(300):
    guest.suspend()
    guest.resume()
conn.domainEventDeregisterAny(number)
del guest
print('closed with', conn.close())
while True:                # what is left in the queue finds nobody
    libvirt.virEventRunDefaultImpl()
    break
assert len(seen) == 600
print('end')
'''


def test_a_loop_that_stands_still(host):
    done = subprocess.run([sys.executable, '-c', LOOP.format(uri=host.uri)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and done.stdout.split()[-1] == 'end', done.stdout + done.stderr


@pytest.mark.skipif(os.environ['VIREO_LIBRARY'] != 'own', reason='for our library')
def test_wrong_handles(host):
    """In C: freed ones, those of other types, and none: an error each, of the type that was expected."""
    lib = ctypes.CDLL(str(BUILD / 'src/lib/libvirt.so.0'))
    lib.virConnectOpen.restype = lib.virDomainLookupByName.restype = lib.virNetworkLookupByName.restype = ctypes.c_void_p
    lib.virDomainGetName.restype = lib.virNetworkGetName.restype = ctypes.c_char_p
    conn = ctypes.c_void_p(lib.virConnectOpen(host.uri.encode()))
    guest = ctypes.c_void_p(lib.virDomainLookupByName(conn, b'test'))
    network = ctypes.c_void_p(lib.virNetworkLookupByName(conn, b'default'))
    assert lib.virDomainGetName(guest) == b'test' and lib.virNetworkGetName(network) == b'default'
    for wrong in (None, network, conn, ctypes.cast(ctypes.create_string_buffer(512), ctypes.c_void_p)):
        assert lib.virDomainSuspend(wrong) == -1 and lib.virGetLastErrorCode() == libvirt.VIR_ERR_INVALID_DOMAIN
    for wrong in (None, guest, conn):
        assert lib.virNetworkDestroy(wrong) == -1 and lib.virGetLastErrorCode() == libvirt.VIR_ERR_INVALID_NETWORK
    for wrong in (None, guest, network):
        assert lib.virConnectNumOfDomains(wrong) == -1 and lib.virGetLastErrorCode() == libvirt.VIR_ERR_INVALID_CONN
    assert lib.virDomainGetName(guest) == b'test', 'nothing has happened to it'
    assert lib.virDomainFree(guest) == 0 and lib.virNetworkFree(network) == 0 and lib.virConnectClose(conn) == 0
