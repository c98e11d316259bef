#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which commands and options the sessions have seen succeed and fail.

usage: coverage.py [--table] LOG...      (what our virsh wrote: run the others with VIRSH_LOG_FILE=LOG)

Fails if a command never failed, or if a command, or an option of one, never succeeded and unexercised.txt does
not say why.  --table prints which session each option was first seen to succeed in.
"""
import fnmatch
import glob
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
sys.path.insert(0, os.path.join(TOP, 'tools/virsh'))
import describe  # noqa: E402
from compare import explanations  # noqa: E402


def read(paths):
    """The sessions that saw each "COMMAND" and "COMMAND --OPTION" succeed, and the commands that failed."""
    done, failed = {}, set()
    for path in paths:
        session = os.path.basename(path)
        for line in open(path, errors='replace'):
            m = re.search(r'\] INFO command (\S+)(.*): (done|failed)$', line)
            if line.startswith('# '):
                session = line[2:].rstrip('\n')
            elif m and m.group(3) == 'failed':
                failed.add(m.group(1))
            elif m:
                for what in [m.group(1)] + ['%s %s' % (m.group(1), option) for option in m.group(2).split()]:
                    done.setdefault(what, session)
            else:
                # What cannot be understood does not run.
                m = re.search(r"\] ERROR command '([\w-]+)' (?:requires|doesn't support)", line)
                if m:
                    failed.add(m.group(1))
    return done, failed


def main():
    paths = [a for a in sys.argv[1:] if a != '--table']
    done, failed = read(paths)
    excused = explanations('unexercised.txt')
    used = set()
    files = sorted(glob.glob(os.path.join(TOP, 'tools/virsh/commands/*.cmd')), key=lambda f: 'common' not in f)
    commands = [c for g in describe.read(files) for c in g.commands if g.keyword != 'hidden']
    wrong = 0

    def excuse(what):
        """The line of unexercised.txt that speaks of this: a command, or one with an option; * stands for any."""
        found = [e for e in excused if fnmatch.fnmatchcase(what, e) or fnmatch.fnmatchcase(what.split()[0], e)]
        used.update(found)
        return found

    wanted = [w for c in commands for w in [c.name] + ['%s --%s' % (c.name, o.name) for o in c.options]]
    for what in wanted:
        if '--table' in sys.argv:
            reason = '' if what in done else '; '.join('NOT: ' + excused[e] for e in excuse(what)) or 'NOT'
            print('%-40s %s' % (what, done.get(what, reason)))
        if what not in done and not excuse(what):
            wrong += 1
            print('never succeeded: ' + what)
        elif what in done and what in excused:
            wrong += 1
            print('succeeds after all: ' + what)
    for c in commands:
        if c.name not in failed and c.name not in ('exit', 'quit', 'pwd', 'uri', 'hostname', 'echo'):
            wrong += 1
            print('never failed: ' + c.name)
    for stale in set(excused) - used - set(done):
        wrong += 1
        print('speaks of nothing: ' + stale)
    options = [w for w in wanted if ' ' in w]
    names = [w for w in wanted if ' ' not in w]
    print('%d of %d commands seen to succeed, %d to fail; %d of %d options seen in one that succeeds' % (
        len(done.keys() & set(names)), len(names), len(failed & set(names)), len(done.keys() & set(options)), len(options)))
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
