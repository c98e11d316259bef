#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The test driver of two libraries, call by call.

usage: compare.py LIBRARY-FOLDER [--show N] [SUBJECT…]

Each subject, a script in this folder, is run with the library that the system has (the reference) and
with the one in LIBRARY-FOLDER; their records are compared.  differences.txt lists records that may
differ, with the reason.  The last line is 'N passed, N failed'.
"""
import argparse
import difflib
import fnmatch
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = '/usr/bin/python3'


def records(subject, folder):
    env = {k: v for k, v in os.environ.items() if not k.startswith(('LIBVIRT_', 'LD_', 'PYTHON'))}
    env.update(TZ='UTC', LC_ALL='C.UTF-8', PYTHONDONTWRITEBYTECODE='1')
    if folder:
        env['LD_LIBRARY_PATH'] = folder
    run = subprocess.run([PYTHON, os.path.join(HERE, subject + '.py')], env=env, cwd='/', text=True,
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
    found = {}
    for block in run.stdout.split('== ')[1:]:
        label, _, body = block.partition('\n')
        found[label] = body
    found['(the script)'] = 'ended with %d\n%s' % (run.returncode, run.stderr[-2000:] if run.returncode else '')
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
    parser.add_argument('--show', type=int, default=20)
    parser.add_argument('subjects', nargs='*')
    args = parser.parse_args()
    subjects = [os.path.basename(s).replace('.py', '') for s in args.subjects] or sorted(
        f[:-3] for f in os.listdir(HERE) if f.endswith('.py') and f != 'compare.py' and not f.startswith('record'))
    rows = excused()
    passed = failed = excuses = 0
    for subject in subjects:
        want, got = records(subject, None), records(subject, os.path.abspath(args.folder))
        for label in list(want) + [g for g in got if g not in want]:
            if want.get(label) == got.get(label):
                passed += 1
                continue
            if any(r[0] == subject and fnmatch.fnmatchcase(label, r[1]) for r in rows):
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
