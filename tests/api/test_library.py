# SPDX-License-Identifier: LGPL-2.1-or-later
"""python3-libvirt, unmodified, on our libvirt.so.0, against vireod."""
import os
import pathlib
import queue
import subprocess
import sys
import threading

import libvirt
import pytest

from support import BUILD, PATIENCE, booting, wait_for

pytestmark = pytest.mark.skipif(os.environ.get('VIREO_LIBRARY') != 'own', reason="needs our library: run check-guest")

GUEST = '''<domain type='qemu'><name>{name}</name><memory unit='MiB'>64</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices><serial type='pty'/><console type='pty'/></devices></domain>'''


@pytest.fixture
def guest(conn):
    dom = conn.defineXML(GUEST.format(name='library'))
    yield dom
    if dom.isActive():
        dom.destroy()
    dom.undefine()


def test_it_is_our_library():
    with open('/proc/self/maps') as maps:
        mapped = {line.split()[-1] for line in maps if 'libvirt.so.0' in line}
    assert mapped and all(path.startswith(str(BUILD)) for path in mapped)
    assert libvirt.getVersion() == 12008000


@pytest.mark.parametrize('module', ['libvirt', 'libvirt_qemu', 'libvirt_lxc'])
def test_modules_import(module):
    subprocess.run([sys.executable, '-c', f'import {module}'], check=True)


def test_a_life_with_its_events(conn, guest):
    seen = queue.Queue()
    handle = conn.domainEventRegisterAny(guest, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                         lambda c, d, event, detail, opaque: seen.put((d.name(), event)), None)
    assert guest.ID() == -1 and not guest.isActive() and guest.isPersistent()
    guest.create()
    assert guest.ID() > 0 and guest.state()[0] == libvirt.VIR_DOMAIN_RUNNING
    assert conn.lookupByID(guest.ID()).UUID() == guest.UUID()
    guest.suspend()
    assert guest.state()[0] == libvirt.VIR_DOMAIN_PAUSED
    guest.resume()
    assert guest.name() in [d.name() for d in conn.listAllDomains()]
    stats = conn.getAllDomainStats()
    assert [d.name() for d, _ in stats] == ['library'] and stats[0][1]['state.state'] == 1
    guest.destroy()
    assert guest.ID() == -1
    wanted = [libvirt.VIR_DOMAIN_EVENT_STARTED, libvirt.VIR_DOMAIN_EVENT_SUSPENDED, libvirt.VIR_DOMAIN_EVENT_RESUMED,
              libvirt.VIR_DOMAIN_EVENT_STOPPED]
    got = []
    while not got or got[-1] != libvirt.VIR_DOMAIN_EVENT_STOPPED:
        name, event = seen.get(timeout=PATIENCE)
        assert name == 'library'
        got.append(event)
    # A resume also follows the start; each comes once and in order.
    for event in wanted:
        assert event in got
    assert got.index(libvirt.VIR_DOMAIN_EVENT_SUSPENDED) < got.index(libvirt.VIR_DOMAIN_EVENT_STOPPED)
    conn.domainEventDeregisterAny(handle)
    with pytest.raises(libvirt.libvirtError):
        conn.domainEventDeregisterAny(handle)


def test_errors_reach_exception_and_handler(conn):
    told = []
    libvirt.registerErrorHandler(lambda ctx, err: told.append((ctx, err[0], err[1])), 'context')
    try:
        with pytest.raises(libvirt.libvirtError) as failure:
            conn.lookupByName('nobody')
    finally:
        libvirt.registerErrorHandler(lambda *a: None, None)
    assert failure.value.get_error_code() == libvirt.VIR_ERR_NO_DOMAIN
    assert 'nobody' in failure.value.get_error_message()
    assert told == [('context', libvirt.VIR_ERR_NO_DOMAIN, failure.value.get_error_domain())]


def test_errors_go_to_stderr_by_default():
    done = subprocess.run([sys.executable, '-c', 'import libvirt; libvirt.open("nowhere:///x?socket=/nonexistent")'],
                          capture_output=True, text=True)
    assert 'libvirt: ' in done.stderr and ' error : ' in done.stderr


def test_read_only_connections_change_nothing(daemon, guest):
    conn = daemon.open(read_only=True)
    dom = conn.lookupByName('library')
    assert dom.XMLDesc()
    for call in (dom.create, dom.undefine, lambda: dom.XMLDesc(libvirt.VIR_DOMAIN_XML_SECURE),
                 lambda: conn.defineXML(GUEST.format(name='x'))):
        with pytest.raises(libvirt.libvirtError) as failure:
            call()
        assert failure.value.get_error_code() == libvirt.VIR_ERR_OPERATION_DENIED


def test_console_through_the_event_loop(conn, kit):
    dom = conn.createXML(booting(kit))
    stream = conn.newStream(libvirt.VIR_STREAM_NONBLOCK)
    dom.openConsole(None, stream, 0)
    got = []

    def readable(st, events, opaque):
        data = st.recv(4096)
        if isinstance(data, bytes):
            got.append(data)
    stream.eventAddCallback(libvirt.VIR_STREAM_EVENT_READABLE | libvirt.VIR_STREAM_EVENT_HANGUP |
                            libvirt.VIR_STREAM_EVENT_ERROR, readable, None)
    wait_for(lambda: b'Vireo guest is up' in b''.join(got), 'the guest speaks')
    stream.eventUpdateCallback(libvirt.VIR_STREAM_EVENT_READABLE)
    assert stream.send(b'echo $((6 * 7))x\n') == 17
    wait_for(lambda: b'42x' in b''.join(got), 'the guest answers')
    stream.eventRemoveCallback()
    stream.abort()
    dom.destroy()


def test_one_connection_many_threads(conn, guest):
    failures = []

    def work():
        try:
            for _ in range(200):
                dom = conn.lookupByName('library')
                assert dom.info()[0] == libvirt.VIR_DOMAIN_SHUTOFF
                with pytest.raises(libvirt.libvirtError) as failure:
                    conn.lookupByName('nobody')
                assert failure.value.get_error_code() == libvirt.VIR_ERR_NO_DOMAIN
        except BaseException as error:  # noqa: B902  (told by the main thread)
            failures.append(error)
    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not failures


def test_the_application_hears_of_a_lost_daemon(daemon):
    conn = daemon.open()
    reasons = queue.Queue()
    conn.registerCloseCallback(lambda c, reason, opaque: reasons.put(reason), None)
    assert conn.isAlive()
    daemon.kill()
    assert reasons.get(timeout=PATIENCE) in (libvirt.VIR_CONNECT_CLOSE_REASON_EOF,
                                             libvirt.VIR_CONNECT_CLOSE_REASON_ERROR)
    assert not conn.isAlive()
    with pytest.raises(libvirt.libvirtError):
        conn.listAllDomains()
    daemon.start()


def test_names_of_uris_from_the_configuration(daemon):
    if os.geteuid() == 0:
        pytest.skip("root's libvirt.conf is the system's")
    folder = daemon.top / 'config/libvirt'
    folder.mkdir(exist_ok=True)
    (folder / 'libvirt.conf').write_text(f'uri_aliases = [ "mine={daemon.uri}", ]\nuri_default = "mine"\n')
    env = dict(daemon.env, LD_LIBRARY_PATH=os.environ['LD_LIBRARY_PATH'])
    done = subprocess.run([sys.executable, '-c', 'import libvirt; print(libvirt.open().getURI())'], env=env,
                          capture_output=True, text=True)
    assert done.stdout.strip() == daemon.uri, done.stderr


def test_the_environment_names_the_default(daemon):
    env = dict(daemon.env, LD_LIBRARY_PATH=os.environ['LD_LIBRARY_PATH'], LIBVIRT_DEFAULT_URI=daemon.uri)
    done = subprocess.run([sys.executable, '-c', 'import libvirt; print(libvirt.open().getURI())'], env=env,
                          capture_output=True, text=True)
    assert done.stdout.strip() == daemon.uri, done.stderr


def test_what_is_known_of_the_connection(conn):
    assert conn.isAlive() and not conn.isEncrypted() and conn.isSecure()
    assert conn.getType() == 'QEMU' and conn.getLibVersion() == 12008000


def test_an_event_loop_of_one_thread(daemon, kit):
    """Ruby, Perl and asyncio have such: a call from a thread of the library would crash or be lost."""
    env = dict(daemon.env, LD_LIBRARY_PATH=os.environ['LD_LIBRARY_PATH'])
    done = subprocess.run([sys.executable, str(pathlib.Path(__file__).with_name('own_loop.py')), daemon.uri, booting(kit),
                           'Vireo guest is up'], env=env, capture_output=True, text=True, timeout=2 * PATIENCE)
    assert done.stdout.splitlines() == ['started', 'spoke', 'left over: 0 0'], done.stdout + done.stderr
