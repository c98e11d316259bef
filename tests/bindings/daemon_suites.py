# SPDX-License-Identifier: LGPL-2.1-or-later
"""The suites of `peers` that need a daemon: a private one each, ours or the reference's.

Each has fetch(), which gives a folder, and results(library, folder), which tells what became of each test.
"""
import json
import pathlib
import re
import shutil
import tempfile

from common import SRC, WORK, Failure, base_env, command, private_daemon, run

LONG = 300


def private_system_daemon(top, ours, settings):
    """A system daemon in namespaces of its own; `nsenter -t daemon.init -n` leads to its 127.0.0.1."""
    private_daemon(top)     # leads to support
    import support

    class System(support.SystemDaemon):
        def command(self):
            command = super().command()
            return command if ours else [w if w != str(support.VIREOD) else '/usr/sbin/libvirtd' for w in command]
    file = pathlib.Path(top) / 'daemon.conf'
    file.write_text(settings)
    return System(top, ['--listen', '-f', str(file)])


class GoWire:
    """The tests of github.com/digitalocean/go-libvirt that ask a daemon, over TCP and without any library."""
    version = 'v0.0.0-20261013170128-efbbdf578ac8'
    module = 'github.com/digitalocean/go-libvirt'

    def fetch(self):
        if not shutil.which('go'):
            raise Failure('no go on this machine')
        said = command(['go', 'mod', 'download', '-json', f'{self.module}@{self.version}'], base_env(), WORK)
        return pathlib.Path(json.loads(said)['Dir'])

    def results(self, library, folder):
        program = library.work / 'go-wire.test'
        command(['go', 'test', '-c', '-mod=mod', '-tags', 'integration', '-o', program, '.'], base_env(), folder)
        names = re.findall(r'^func (Test\w+)', (folder / 'libvirt_integration_test.go').read_text(), re.M)
        top = tempfile.mkdtemp(prefix='vw-', dir='/tmp')
        settings = 'listen_tls = 0\nlisten_tcp = 1\nauth_tcp = "none"\nlisten_addr = "127.0.0.1"\n'
        try:
            with private_system_daemon(top, library.name == 'ours', settings) as daemon:
                # What the suite says it wants to find.  A daemon that lacks one of them fails its tests.
                for verb, kind in (('define', 'domain'), ('secret-define', 'secret'), ('pool-define', 'pool')):
                    daemon.virsh(verb, folder / f'testdata/test-{kind}.xml', check=False)
                daemon.virsh('pool-start', 'test', check=False)
                said = run(['nsenter', '-t', daemon.init, '-n', program, '-test.v', '-test.run', f'^({"|".join(names)})$'],
                           base_env(), folder, LONG).stdout
        finally:
            shutil.rmtree(top, ignore_errors=True)
        return go_results(said)


def go_results(said):
    """What `go test -v` tells of each test."""
    results = {}
    for word, name in re.findall(r'^--- (PASS|FAIL|SKIP): (\S+)', said, re.M):
        results[name] = {'PASS': 'passed', 'FAIL': 'failed', 'SKIP': 'skipped'}[word]
        if word == 'FAIL':
            why = re.search(rf'=== RUN +{name}\n(.*?)--- FAIL', said, re.S)
            results[name] += ': ' + (why.group(1).strip()[-300:] if why else '')
    return results


class Guestfs:
    """libguestfs starts its appliance as a guest of ours; by itself where it is the measure."""
    version = 'as installed'

    def fetch(self):
        if not shutil.which('guestfish'):
            raise Failure('no guestfish on this machine')
        return WORK

    def results(self, library, folder):
        scripts = {line for line in (SRC / 'tests/bindings/guestfs.txt').read_text().splitlines()
                   if line and not line.startswith('#')}
        top = tempfile.mkdtemp(prefix='vg-', dir='/tmp')
        results = {}
        try:
            with private_daemon(top) as daemon:
                backend = f'libvirt:{daemon.uri}' if library.name == 'ours' else 'direct'
                env = library.env | {'LIBGUESTFS_BACKEND': backend, 'LIBGUESTFS_BACKEND_SETTINGS': 'force_tcg', 'TMPDIR': top}
                for script in sorted(scripts):
                    done = run(['bash', '-c', script], env, top, LONG)
                    results[script] = f'{done.returncode}\n{done.stdout}{done.stderr[-600:] if done.returncode else ""}'
        finally:
            shutil.rmtree(top, ignore_errors=True)
        return results
