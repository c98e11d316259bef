# SPDX-License-Identifier: LGPL-2.1-or-later
"""Our library and the distribution's make the same calls on the distribution's daemon: the requests
must be the same bytes, and the outcomes the same.  The daemon runs in namespaces of its own."""
import difflib
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get('VIREO_BUILD', 'build')).resolve()
# By path: the suites through clients have a module of that name, too.
_spec = importlib.util.spec_from_file_location('wire_description', HERE.parents[1] / 'gen/wire.py')
wire_mod = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = wire_mod
_spec.loader.exec_module(wire_mod)

WIRE = wire_mod.load(str(HERE.parents[1] / 'api/wire'))
NAMES = {(p.number, q.number): q.name for p in WIRE.programs.values() for q in p.procs}
# Questions that one library asks and the other need not: what the daemon can do, whom to tell of its end,
# the id of a guest that was just started.
OTHERWISE = {'connect_supports_feature', 'connect_register_close_callback', 'connect_unregister_close_callback',
             'connect_is_secure', 'connect_get_lib_version', 'connect_get_type', 'domain_lookup_by_uuid'}
# Outcomes that differ for a reason: arguments that we refuse before they are sent; an error that the
# daemon sends without domain.
EXPLAINED = {'virDomain interfaceParameters', 'virDomain securityLabelList'}

# Sockets, state and folders of its own; everything dies with the process namespace.
SETUP = r'''
set -e
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/libvirt "$1/etc"
for d in /var/lib/libvirt /var/log/libvirt /var/cache/libvirt; do mkdir -p $d; mount -t tmpfs tmpfs $d; done
cp -a /etc/libvirt/. "$1/etc/" 2>/dev/null || true
mount --bind "$1/etc" /etc/libvirt
env -u LD_LIBRARY_PATH /usr/sbin/libvirtd > "$1/daemon.log" 2>&1 &
while ! [ -S /run/libvirt/libvirt-sock ]; do kill -0 $!; sleep 0.05; done
env -u LD_LIBRARY_PATH /usr/bin/python3 "$2/relay.py" "$1/relay" /run/libvirt/libvirt-sock "$1/log" &
while ! [ -S "$1/relay" ]; do kill -0 $!; sleep 0.05; done
LD_LIBRARY_PATH=$3 timeout 120 /usr/bin/python3 "$2/sweep.py" "$1/relay"
'''


def possible():
    return (os.geteuid() == 0 and os.access('/usr/sbin/libvirtd', os.X_OK) and shutil.which('unshare') and
            subprocess.run(['unshare', '-mnpf', 'true'], capture_output=True).returncode == 0)


def requests(log):
    out = []
    for line in open(log, encoding='ascii'):
        _, tag, text = line.split()
        prog, proc, kind = int(text[8:16], 16), int(text[24:32], 16), int(text[32:40], 16)
        name = NAMES.get((prog, proc), '?')
        if tag == 'C' and kind in (0, 4) and name not in OTHERWISE:
            out.append('%s %s' % (name, text[56:]))
    return out


def sweep(folder, library):
    folder.mkdir()
    run = subprocess.run(['unshare', '-m', '-n', '-p', '-f', '--mount-proc', '--propagation', 'private',
                          '--kill-child=KILL', 'sh', '-c', SETUP, 'sh', str(folder), str(HERE / 'wire'), library],
                         capture_output=True, text=True, timeout=180)
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]
    outcomes = [line for line in run.stdout.splitlines() if ' '.join(line.split()[:2]) not in EXPLAINED]
    return requests(folder / 'log'), outcomes


@pytest.mark.skipif(not possible(), reason='needs root, namespaces and the distribution\'s libvirtd')
def test_same_requests(tmp_path):
    theirs, their_outcomes = sweep(tmp_path / 'theirs', '')
    ours, our_outcomes = sweep(tmp_path / 'ours', str(BUILD / 'src/lib'))
    assert len(theirs) > 150
    different = [line for line in difflib.unified_diff(theirs, ours, 'distribution', 'vireo', lineterm='', n=0)]
    assert not different, '\n'.join(different[:40])
    outcomes = [line for line in difflib.unified_diff(their_outcomes, our_outcomes, 'distribution', 'vireo',
                                                      lineterm='', n=0)]
    assert not outcomes, '\n'.join(outcomes[:40])
