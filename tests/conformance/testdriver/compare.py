#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The test driver of two libraries, call by call.

usage: compare.py LIBRARY-FOLDER [--daemon VIREOD] [--show N] [SUBJECT…]

Each subject, a script in this folder, is run with the library that the system has (the reference) and
with the one in LIBRARY-FOLDER; their records are compared.  With --daemon our library asks through that daemon, a new one for
each subject, and the reference's still in process.  differences.txt lists records that may differ, with the reason;
what stands there of `remote/SUBJECT` is about the wire.  The last line is 'N passed, N failed'.
"""
import argparse
import difflib
import fnmatch
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = '/usr/bin/python3'


class Daemon:
    """A daemon of its own, ready when it is entered."""

    def __init__(self, program):
        self.program, self.top = program, None

    def __enter__(self):
        self.top = tempfile.mkdtemp(prefix='vt-', dir='/tmp')
        env = {k: v for k, v in os.environ.items() if not k.startswith(('XDG_', 'LIBVIRT_', 'LD_LIBRARY_PATH'))}
        for name in ('RUNTIME_DIR', 'CONFIG_HOME', 'CACHE_HOME', 'DATA_HOME', 'STATE_HOME'):
            env['XDG_' + name] = os.path.join(self.top, name)
            os.mkdir(env['XDG_' + name], 0o700)
        self.process = subprocess.Popen([self.program, '--session'], env=env, cwd='/', stdin=subprocess.DEVNULL)
        self.socket = os.path.join(self.top, 'RUNTIME_DIR/libvirt/libvirt-sock')
        while self.process.poll() is None:
            with socket.socket(socket.AF_UNIX) as attempt:
                if attempt.connect_ex(self.socket) == 0:
                    return self
            time.sleep(0.01)
        raise SystemExit(f'compare: {self.program} ended with {self.process.returncode}')

    def __exit__(self, *exc):
        self.process.terminate()
        self.process.wait(30)
        shutil.rmtree(self.top, ignore_errors=True)


def records(subject, folder, daemon=None):
    """{label: record}"""
    if not daemon:
        return run(subject, folder, '')
    with Daemon(daemon) as server:
        found = run(subject, folder, server.socket)
    if server.process.returncode:  # it broke, or a sanitizer has found something
        found['(the daemon)'] = 'ended with %d' % server.process.returncode
    return found


def sanitizer(folder):
    """What has to be loaded before a library that was built with one; the leaks of Python are not ours."""
    told = subprocess.run(['ldd', os.path.join(folder, 'libvirt.so.0')], stdout=subprocess.PIPE, text=True).stdout
    found = re.search(r'=> (\S*/lib[at]san\S*)', told)
    if not found:
        return {}
    return {'LD_PRELOAD': found[1], 'ASAN_OPTIONS': os.environ.get('ASAN_OPTIONS', '') + ':detect_leaks=0'}


def run(subject, folder, path):
    env = {k: v for k, v in os.environ.items() if not k.startswith(('LIBVIRT_', 'LD_', 'PYTHON'))}
    env.update(TZ='UTC', LC_ALL='C.UTF-8', PYTHONDONTWRITEBYTECODE='1')
    if path:
        env['RECORD_SOCKET'] = path
    if folder:
        env.update(sanitizer(folder))
    if folder and os.environ.get('COVERAGE_LOG'):  # our library's record of what was called (tests/api/coverage)
        env.update(LIBVIRT_LOG_FILTERS='1:libvirt', LIBVIRT_LOG_OUTPUTS='1:file:' + os.environ['COVERAGE_LOG'])
    if folder:
        env['LD_LIBRARY_PATH'] = folder
    done = subprocess.run([PYTHON, os.path.join(HERE, subject + '.py')], env=env, cwd='/', text=True,
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
    found = {}
    for block in done.stdout.split('== ')[1:]:
        label, _, body = block.partition('\n')
        found[label] = body
    found['(the script)'] = 'ended with %d\n%s' % (done.returncode, done.stderr[-2000:] if done.returncode else '')
    return found


def excused():
    """subject, pattern of labels, reason per line."""
    rows = []
    for line in open(os.path.join(HERE, 'differences.txt')):
        if line.strip() and not line.startswith('#'):
            rows.append([field.strip() for field in line.split('|', 2)])
    return rows


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('folder')
    parser.add_argument('--daemon')
    parser.add_argument('--show', type=int, default=20)
    parser.add_argument('subjects', nargs='*')
    args = parser.parse_args()
    subjects = [os.path.basename(s).replace('.py', '') for s in args.subjects] or sorted(
        f[:-3] for f in os.listdir(HERE) if f.endswith('.py') and f != 'compare.py' and not f.startswith('record'))
    rows = excused()
    passed = failed = excuses = 0
    for subject in subjects:
        want, got = records(subject, None), records(subject, os.path.abspath(args.folder),
                                                  args.daemon and os.path.abspath(args.daemon))
        for label in list(want) + [g for g in got if g not in want]:
            if want.get(label) == got.get(label):
                passed += 1
                continue
            if any(r[0] in (subject, 'remote/' + subject if args.daemon else '') and fnmatch.fnmatchcase(label, r[1]) for r in rows):
                excuses += 1
                continue
            failed += 1
            if failed <= args.show:
                print('%s: %s' % (subject, label))
                for line in difflib.unified_diff((want.get(label) or '(no record)').splitlines(),
                                                 (got.get(label) or '(no record)').splitlines(),
                                                 'reference', 'ours', n=1, lineterm=''):
                    if not line.startswith(('---', '+++', '@@')):
                        print('    ' + line)
    print('test driver: %d passed, %d failed, %d differ for a reason' % (passed, failed, excuses))
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
