# SPDX-License-Identifier: LGPL-2.1-or-later
"""Guests that hang must not be felt by anybody else, and can always be destroyed."""
import os
import signal
import threading

import libvirt
import pytest

from support import PATIENCE, emulators, tiny, wait_for

STUCK = 25


class Hanging(threading.Thread):
    """A call that waits for the monitor of a stopped QEMU, on a connection of its own."""

    def __init__(self, daemon, name):
        super().__init__(daemon=True)
        self.conn = daemon.open()
        self.domain = self.conn.lookupByName(name)
        self.error = None
        self.done = threading.Event()

    def run(self):
        try:
            self.domain.memoryStats()
        except libvirt.libvirtError as e:
            self.error = e
        self.done.set()


@pytest.fixture
def stuck(daemon):
    conn = daemon.open()
    domains = [conn.createXML(tiny(f'stuck{i}')) for i in range(STUCK)]
    pids = [emulators(d.UUIDString())[0] for d in domains]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    calls = [Hanging(daemon, d.name()) for d in domains]
    for call in calls:
        call.start()
    yield conn, domains, pids, calls
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    for call in calls:
        call.join(PATIENCE)


def test_others_do_not_notice(daemon, stuck):
    conn, domains, pids, calls = stuck
    other = daemon.open()
    assert len(other.listAllDomains()) == STUCK
    frozen = other.lookupByName('stuck7')
    assert frozen.info()[0] == libvirt.VIR_DOMAIN_RUNNING
    assert 'stuck7' in frozen.XMLDesc()
    healthy = other.defineXML(tiny('healthy'))
    healthy.create()
    assert healthy.memoryStats()
    assert healthy.isActive()
    healthy.destroy()
    waiting = [c for c in calls if not c.done.is_set()]
    assert len(waiting) == STUCK, 'all of that happened while every stuck call was still waiting'


def test_stuck_guest_is_destroyed_at_once(daemon, stuck):
    conn, domains, pids, calls = stuck
    domains[3].destroy()
    assert len(conn.listAllDomains()) == STUCK - 1
    assert calls[3].done.wait(PATIENCE), 'the call that hung on it ended'
    assert calls[3].error is not None
    assert sum(c.done.is_set() for c in calls) == 1, 'and only that one'


def test_hanging_calls_end_with_the_reason(daemon, stuck):
    conn, domains, pids, calls = stuck
    for call in calls:
        assert call.done.wait(PATIENCE * 2)
        assert call.error is not None
        assert call.domain.name() in str(call.error) or 'answer' in str(call.error)
    # From now on it is known to be unresponsive: such calls fail without waiting again.
    with pytest.raises(libvirt.libvirtError) as again:
        domains[0].memoryStats()
    assert 'answer' in str(again.value)
    # When it answers again, all is well again.
    os.kill(pids[0], signal.SIGCONT)

    def works():
        try:
            return domains[0].memoryStats()
        except libvirt.libvirtError:
            return None
    assert wait_for(works, 'a guest that answers again is used again')
