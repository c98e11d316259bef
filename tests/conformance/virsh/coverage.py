#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which commands the sessions have seen succeed and fail.

usage: coverage.py LOG...      (what our virsh wrote: run compare.py and daemon.py with VIRSH_LOG_FILE=LOG)

Fails if a command never failed, or never succeeded and unexercised.txt does not say why.  That every option is
given at least once is sweep.py's business.
"""
import glob
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
sys.path.insert(0, os.path.join(TOP, 'tools/virsh'))
import describe  # noqa: E402


def main():
    seen = {'done': set(), 'failed': set()}
    for path in sys.argv[1:]:
        for line in open(path, errors='replace'):
            m = re.search(r'\] INFO command ([\w-]+): (done|failed)', line)
            if m:
                seen[m.group(2)].add(m.group(1))
            # What cannot be understood does not run.
            m = re.search(r"\] ERROR command '([\w-]+)' (?:requires|doesn't support)", line)
            if m:
                seen['failed'].add(m.group(1))
    excused = {}
    for line in open(os.path.join(HERE, 'unexercised.txt')):
        if line.strip() and not line.startswith('#'):
            name, _, why = line.strip().partition(' ## ')
            excused[name] = why
    files = sorted(glob.glob(os.path.join(TOP, 'tools/virsh/commands/*.cmd')), key=lambda f: 'common' not in f)
    names = [c.name for g in describe.read(files) for c in g.commands if g.keyword != 'hidden']
    wrong = 0
    for name in names:
        if name not in seen['done'] and name not in excused:
            wrong += 1
            print('never succeeded: ' + name)
        if name in seen['done'] and name in excused:
            wrong += 1
            print('succeeds after all: ' + name)
        if name not in seen['failed'] and name not in ('exit', 'quit', 'pwd', 'uri', 'hostname', 'echo'):
            print('never failed: ' + name)
    print('%d commands: %d seen to succeed, %d to fail, %d excused' % (
        len(names), len(seen['done'] & set(names)), len(seen['failed'] & set(names)), len(excused)))
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
