# SPDX-License-Identifier: LGPL-2.1-or-later
"""The library in programs that fork, bring their own event loop, or do odd things in callbacks."""
import gc
import os
import queue
import select
import signal
import subprocess
import sys
import threading

import libvirt
import pytest

from support import PATIENCE

pytestmark = pytest.mark.skipif(os.environ.get('VIREO_LIBRARY') != 'own', reason='needs our library: run check-guest')


@pytest.fixture
def conn(host):
    gc.collect()
    conn = host.open()
    yield conn
    if conn.isAlive():
        for known in range(10):  # a registration keeps its connection, and that its test host
            try:
                conn.domainEventDeregisterAny(known)
            except libvirt.libvirtError:
                pass
        conn.close()


def in_child(work):
    """What `work` returns in a child of fork(), as text; the child ends without running anything of ours."""
    readable, writable = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(writable, repr(work()).encode())
        finally:
            os._exit(0)
    os.close(writable)
    with os.fdopen(readable) as f:
        if not select.select([f], [], [], PATIENCE)[0]:
            os.kill(pid, signal.SIGKILL)
        text = f.read()
    assert os.waitpid(pid, 0)[1] == 0
    return text


def code_of(call):
    try:
        call()
    except libvirt.libvirtError as error:
        return error.get_error_code()
    return 0


def test_a_child_leaves_the_connection_alone(host, conn):
    dom = conn.lookupByName('test')
    remote = '+' in host.uri
    seen = queue.Queue()
    conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                lambda c, d, event, detail, o: seen.put(event), None)
    expected = libvirt.VIR_ERR_INTERNAL_ERROR if remote else 0
    assert in_child(lambda: (code_of(dom.info), code_of(conn.listAllDomains))) == repr((expected, expected))
    assert in_child(conn.close)  # which may say what it wants, but must come back
    assert in_child(lambda: host.open().lookupByName('test').name()) == "'test'"
    # The parent's calls and events go on.
    assert dom.info()[0] == libvirt.VIR_DOMAIN_RUNNING and conn.isAlive()
    dom.suspend()
    assert seen.get(timeout=PATIENCE) == libvirt.VIR_DOMAIN_EVENT_SUSPENDED


def test_children_while_threads_call(host, conn):
    stop = threading.Event()

    def call():
        while not stop.is_set():
            conn.lookupByName('test').info()
    threads = [threading.Thread(target=call) for _ in range(4)]
    for t in threads:
        t.start()
    try:
        for _ in range(20):
            assert in_child(lambda: 'alive') == "'alive'"
            if '+' in host.uri:
                assert in_child(lambda: code_of(conn.listAllDomains)) == str(libvirt.VIR_ERR_INTERNAL_ERROR)
    finally:
        stop.set()
        for t in threads:
            t.join(PATIENCE)
    assert conn.isAlive()


def test_a_child_runs_the_event_loop_of_its_own(host):
    """The parent's loop goes on in a thread; the child has a connection of its own, and a loop."""
    def work():
        conn, seen = host.open(), []
        known = conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                            lambda c, d, event, detail, o: seen.append(event), None)
        conn.lookupByName('test').suspend()
        while not seen:
            libvirt.virEventRunDefaultImpl()
        conn.lookupByName('test').resume()
        conn.domainEventDeregisterAny(known)
        return seen[0]
    for _ in range(5):
        assert in_child(work) == str(libvirt.VIR_DOMAIN_EVENT_SUSPENDED)


def test_a_program_that_becomes_a_daemon_keeps_its_connection(host):
    script = ('import libvirt, os, sys, time\n'
              'conn = libvirt.open(sys.argv[1])\n'
              'parent = os.getpid()\n'
              'if os.fork():\n'
              '    os._exit(0)\n'
              'while os.getppid() == parent: time.sleep(0.01)\n'
              'print([d.name() for d in conn.listAllDomains()], flush=True)\n')
    done = subprocess.run([sys.executable, '-c', script, host.uri], capture_output=True, text=True, timeout=PATIENCE)
    assert done.stdout.strip() == "['test']", done.stderr


def test_a_daemon_reads_no_files_for_others(system_daemon):
    script = ('import libvirt, sys\n'
              'try: print(libvirt.openReadOnly(sys.argv[1]).getType())\n'
              'except libvirt.libvirtError as error: print(error.get_error_code())\n')
    socket = f'{system_daemon.sockets}/libvirt-sock-ro'
    for path, expected in (('/default', 'TEST'), ('/etc/shadow', str(libvirt.VIR_ERR_OPERATION_DENIED))):
        done = subprocess.run(['setpriv', '--reuid=nobody', '--clear-groups', sys.executable, '-c', script,
                               f'test+unix://{path}?socket={socket}'], capture_output=True, text=True, timeout=PATIENCE)
        assert done.stdout.strip() == expected, done.stderr


# ---- callbacks that do odd things ----

def test_a_callback_removes_itself(conn):
    dom, seen = conn.lookupByName('test'), queue.Queue()

    def once(c, d, event, detail, opaque):
        c.domainEventDeregisterAny(known[0])
        seen.put(event)
    known = [conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, once, None)]
    dom.suspend()
    dom.resume()
    assert seen.get(timeout=PATIENCE) == libvirt.VIR_DOMAIN_EVENT_SUSPENDED
    again = queue.Queue()
    conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                lambda c, d, event, detail, o: again.put(event), None)
    dom.destroy()
    while again.get(timeout=PATIENCE) != libvirt.VIR_DOMAIN_EVENT_STOPPED:
        pass
    assert seen.empty()


def test_a_callback_closes_the_connection(host):
    conn, closed = host.open(), queue.Queue()

    def close(c, d, event, detail, opaque):
        c.domainEventDeregisterAny(known[0])
        closed.put(True)
        c.close()
    known = [conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, close, None)]
    conn.lookupByName('test').suspend()
    closed.get(timeout=PATIENCE)
    turned = queue.Queue()
    libvirt.virEventAddTimeout(0, lambda timer, o: (libvirt.virEventRemoveTimeout(timer), turned.put(True)), None)
    turned.get(timeout=PATIENCE)  # the callback has returned: nothing holds the connection any more


def test_a_callback_makes_calls_and_registers_others(conn):
    dom, seen = conn.lookupByName('test'), queue.Queue()

    def first(c, d, event, detail, opaque):
        d.resume()
        c.domainEventRegisterAny(d, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                 lambda *a: seen.put(a[2]), None)
        c.domainEventDeregisterAny(known[0])
        d.destroy()
    known = [conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, first, None)]
    dom.suspend()
    while seen.get(timeout=PATIENCE) != libvirt.VIR_DOMAIN_EVENT_STOPPED:
        pass


def test_timers_and_handles_change_themselves():
    ticks, readable = queue.Queue(), queue.Queue()

    def tick(timer, opaque):
        ticks.put(timer)
        libvirt.virEventUpdateTimeout(timer, 0) if ticks.qsize() < 3 else libvirt.virEventRemoveTimeout(timer)
    timer = libvirt.virEventAddTimeout(0, tick, None)
    assert [ticks.get(timeout=PATIENCE) for _ in range(3)] == [timer] * 3
    reader, writer = os.pipe()

    def ready(watch, fd, events, opaque):
        readable.put((os.read(fd, 1), events))
        libvirt.virEventRemoveHandle(watch)
    watch = libvirt.virEventAddHandle(reader, libvirt.VIR_EVENT_HANDLE_READABLE, ready, None)
    libvirt.virEventUpdateHandle(watch, libvirt.VIR_EVENT_HANDLE_READABLE)
    os.write(writer, b'xy')
    assert readable.get(timeout=PATIENCE) == (b'x', libvirt.VIR_EVENT_HANDLE_READABLE)
    os.close(reader), os.close(writer)
    assert readable.empty()


# ---- the loops of others ----

ASYNCIO = '''
import asyncio, libvirt, libvirtaio, sys
async def main():
    loop = libvirtaio.virEventRegisterAsyncIOImpl()
    conn = libvirt.open(sys.argv[1])
    seen = asyncio.get_running_loop().create_future()
    known = conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                        lambda c, d, event, detail, o: seen.done() or seen.set_result((d.name(), event)), None)
    conn.lookupByName("test").suspend()
    print(await asyncio.wait_for(seen, 60))
    conn.domainEventDeregisterAny(known)
    conn.close()
    await loop.drain()
asyncio.run(main())
'''
GLIB = '''
import gi, sys
gi.require_version("LibvirtGLib", "1.0")
from gi.repository import GLib, LibvirtGLib
LibvirtGLib.event_register()
import libvirt
conn = libvirt.open(sys.argv[1])
main = GLib.MainLoop()
def seen(c, d, event, detail, o):
    print((d.name(), event))
    main.quit()
conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, seen, None)
conn.lookupByName("test").suspend()
main.run()
'''
QT = '''
import libvirt, sys
from PyQt5.QtCore import QCoreApplication, QSocketNotifier, QTimer
READ, WRITE = libvirt.VIR_EVENT_HANDLE_READABLE, libvirt.VIR_EVENT_HANDLE_WRITABLE
app, table = QCoreApplication([]), {}
def add_handle(fd, events, call, opaque):
    watch = len(table) + 1
    pair = {kind: QSocketNotifier(fd, how) for kind, how in ((READ, QSocketNotifier.Read), (WRITE, QSocketNotifier.Write))}
    for kind, notifier in pair.items():
        notifier.activated.connect(lambda *a, kind=kind: call(watch, fd, kind, opaque))
    table[watch] = (pair, opaque)
    update_handle(watch, events)
    return watch
def update_handle(watch, events):
    for kind, notifier in table[watch][0].items():
        notifier.setEnabled(bool(events & kind))
def remove_handle(watch):
    update_handle(watch, 0)
    libvirt.virEventInvokeFreeCallback(table[watch][1])
    return 0
def add_timeout(every, call, opaque):
    number, timer = len(table) + 1, QTimer()
    timer.timeout.connect(lambda: call(number, opaque))
    table[number] = (timer, opaque)
    update_timeout(number, every)
    return number
def update_timeout(number, every):
    table[number][0].stop() if every < 0 else table[number][0].start(every)
def remove_timeout(number):
    table[number][0].stop()
    libvirt.virEventInvokeFreeCallback(table[number][1])
    return 0
libvirt.virEventRegisterImpl(add_handle, update_handle, remove_handle, add_timeout, update_timeout, remove_timeout)
conn = libvirt.open(sys.argv[1])
def seen(c, d, event, detail, o):
    print((d.name(), event))
    c.domainEventDeregisterAny(known)
    app.quit()
known = conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, seen, None)
conn.lookupByName("test").suspend()
app.exec_()
conn.close()
'''
LOOPS = {'asyncio': ('import libvirtaio', ASYNCIO),
         'GLib': ('import gi; gi.require_version("LibvirtGLib", "1.0"); from gi.repository import LibvirtGLib', GLIB),
         'Qt': ('import PyQt5.QtCore', QT)}


@pytest.mark.parametrize('name', LOOPS)
def test_other_loops(host, name):
    probe, script = LOOPS[name]
    if subprocess.run([sys.executable, '-c', probe], capture_output=True).returncode:
        pytest.skip(f'what binds to the loop of {name} is not installed')
    done = subprocess.run([sys.executable, '-c', script, host.uri], capture_output=True, text=True, timeout=PATIENCE)
    assert done.stdout.strip() == "('test', 3)", done.stderr
