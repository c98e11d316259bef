# SPDX-License-Identifier: LGPL-2.1-or-later
"""The daemon may die: its guests go on, and it finds them again."""
import os
import signal

import libvirt

from support import Console, booting, emulators, tiny, wait_for


def test_guests_outlive_the_daemon(daemon, kit):
    conn = daemon.open()
    domain = conn.defineXML(booting(kit))
    domain.create()
    Console(domain).until(b'Vireo guest is up')
    before = emulators(domain.UUIDString()), domain.ID(), domain.XMLDesc()
    paused = conn.createXML(tiny('paused'), libvirt.VIR_DOMAIN_START_PAUSED)
    daemon.restart(signal.SIGKILL)

    conn = daemon.open()
    domain = conn.lookupByName('guest')
    assert (emulators(domain.UUIDString()), domain.ID(), domain.XMLDesc()) == before
    assert domain.state()[0] == libvirt.VIR_DOMAIN_RUNNING
    assert conn.lookupByName('paused').state()[0] == libvirt.VIR_DOMAIN_PAUSED
    console = Console(domain)
    console.type('echo still-$((40 + 2))\n')
    console.until(b'still-42')
    domain.shutdown()
    wait_for(lambda: not domain.isActive(), 'the guest shuts down')
    assert domain.state() == [libvirt.VIR_DOMAIN_SHUTOFF, libvirt.VIR_DOMAIN_SHUTOFF_SHUTDOWN]


def test_an_end_in_the_meantime_is_noticed(daemon):
    conn = daemon.open()
    persistent = conn.defineXML(tiny('persistent'))
    persistent.create()
    transient = conn.createXML(tiny('transient'))
    pids = [emulators(d.UUIDString())[0] for d in (persistent, transient)]
    daemon.kill(signal.SIGKILL)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    daemon.start()
    conn = daemon.open()
    assert not conn.lookupByName('persistent').isActive()
    wait_for(lambda: [d.name() for d in conn.listAllDomains()] == ['persistent'], 'the transient one is cleared away')
    conn.lookupByName('persistent').create()


def test_a_clean_restart_keeps_guests_and_definitions(daemon):
    conn = daemon.open()
    conn.defineXML(tiny('defined'))
    conn.defineXML(tiny('running')).create()
    assert daemon.kill(signal.SIGTERM) == 0
    daemon.start()
    conn = daemon.open()
    state = {d.name(): d.isActive() for d in conn.listAllDomains()}
    assert state == {'defined': 0, 'running': 1}


def test_ids_are_not_used_twice(daemon):
    conn = daemon.open()
    first = conn.createXML(tiny('a')).ID()
    conn.lookupByName('a').destroy()
    second = conn.createXML(tiny('a')).ID()
    daemon.restart(signal.SIGKILL)
    third = daemon.open().createXML(tiny('b')).ID()
    assert first < second < third
