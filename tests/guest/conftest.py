# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fixtures of the suites that run through real clients against a real vireod.

`daemon` is a private vireod in session mode (own XDG folders): no root, no trace.
`system_daemon` is one in system mode inside its own mount, PID and network
namespaces (root only); its socket folder is visible from outside.
Each gives `.uri`, `.open()`, `.kill()`, `.start()`, `.log()` (see support.py).
"""
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading

import libvirt
import pytest

from support import PATIENCE, SRC, VIREOD, Daemon, SystemDaemon


@pytest.fixture(scope='session', autouse=True)
def event_loop():
    """One default event loop for the session, as applications run it (two folders share this file)."""
    if getattr(libvirt, 'vireo_loop_runs', False):
        yield
        return
    libvirt.vireo_loop_runs = True
    libvirt.virEventRegisterDefaultImpl()
    stop = threading.Event()

    def loop():
        while not stop.is_set():
            libvirt.virEventRunDefaultImpl()
    thread = threading.Thread(target=loop, daemon=True)
    thread.start()
    yield
    stop.set()
    libvirt.virEventAddTimeout(0, lambda *a: None, None)   # wakes the loop up
    thread.join(PATIENCE)


@pytest.fixture
def top():
    # Not pytest's own folders: unix socket paths end at 107 bytes.
    folder = tempfile.mkdtemp(prefix='vt-', dir='/tmp')
    yield pathlib.Path(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def daemon(top):
    if not VIREOD.exists():
        pytest.skip('vireod is not built')
    with Daemon(top) as d:
        yield d


@pytest.fixture
def system_daemon(top):
    if os.geteuid() != 0:
        pytest.skip('system mode needs root')
    os.chmod(top, 0o755)
    with SystemDaemon(top) as d:
        yield d


@pytest.fixture
def conn(daemon):
    c = daemon.open()
    yield c
    try:
        c.close()
    except libvirt.libvirtError:
        pass


@pytest.fixture(scope='session')
def kit():
    """Kernel and initramfs of the test guest."""
    folder = tempfile.mkdtemp(prefix='vt-kit-', dir='/tmp')
    made = subprocess.run([str(SRC / 'tests/tools/guest-kit'), folder], capture_output=True, text=True)
    if made.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(made.stderr.strip())
    os.chmod(folder, 0o755)
    yield pathlib.Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
