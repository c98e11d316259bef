#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What two daemons say of processors and of what guests can have: the reference's and ours.

usage: compare.py OUR_DAEMON REFERENCE [--show N] [SUBJECT...]       (root; exits with 77 if it cannot run)

Each daemon runs in system mode in namespaces of its own, and ask.py is run beside it.  SUBJECT is a function of
ask.py.  `explained` has differences that are meant: a regular expression over `subject label place`, a tab, the reason;
with `=` before it, the expression is over that and both answers, so that only what is said there is meant.
The last line is 'N passed, N failed'.
"""
import argparse
import collections
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'virsh'))
import daemon  # noqa: E402

SUBJECTS = ('host', 'offers', 'guests', 'calls')


def inside(program, result, subjects):
    """In the namespaces: the daemon, and who asks it."""
    daemon.reap()
    with tempfile.TemporaryDirectory(dir='/tmp') as top:
        daemon.mount(top)
        process = daemon.start(program, top)
        with open(result, 'w') as out:
            code = subprocess.run(['/usr/bin/python3', os.path.join(HERE, 'ask.py'), *subjects], stdout=out).returncode
        process.terminate()
        process.wait(60)
    sys.exit(code)


def asked(program, subjects):
    with tempfile.NamedTemporaryFile() as result:
        code = daemon.namespaces(__file__, os.path.abspath(program), result.name, *subjects)
        if code:
            sys.exit(code)
        return json.load(result)


def explanations():
    for line in open(os.path.join(HERE, 'explained'), encoding='utf-8'):
        if line.strip() and not line.startswith('#'):
            pattern, reason = line.rstrip('\n').split('\t')
            yield pattern.startswith('='), re.compile(pattern.lstrip('=')), reason


def main():
    p = argparse.ArgumentParser(usage=__doc__)
    p.add_argument('--show', type=int, default=40)
    p.add_argument('ours')
    p.add_argument('reference')
    p.add_argument('subjects', nargs='*', default=SUBJECTS)
    a = p.parse_args()
    subjects = a.subjects or SUBJECTS
    want, got = asked(a.reference, subjects), asked(a.ours, subjects)
    known = list(explanations())
    reasons, failed, passed, shown = collections.Counter(), 0, 0, 0
    for subject in subjects:
        count = collections.Counter()
        for label in sorted(want[subject].keys() | got[subject].keys()):
            w, g = want[subject].get(label, {}), got[subject].get(label, {})
            verdict = 'equal'
            for place in sorted(w.keys() | g.keys()):
                if w.get(place) == g.get(place):
                    continue
                where = ' '.join((subject, label, place)).strip()
                both = '%s: %s, ours %s' % (where, w.get(place), g.get(place))
                for whole, pattern, reason in known:
                    if pattern.search(both if whole else where):
                        reasons[reason] += 1
                        verdict = 'explained' if verdict == 'equal' else verdict
                        break
                else:
                    verdict = 'different'
                    if shown < a.show:
                        print(both)
                    shown += 1
            count[verdict] += 1
        print('%s: %d asked about, %d equal, %d explained, %d different'
              % (subject, sum(count.values()), count['equal'], count['explained'], count['different']))
        passed += count['equal'] + count['explained']
        failed += count['different']
    for reason, n in reasons.most_common():
        print('%5d  %s' % (n, reason))
    print('%d passed, %d failed' % (passed, failed))
    sys.exit(failed > 0)


if __name__ == '__main__':
    if sys.argv[1:2] == ['--inside']:
        inside(sys.argv[2], sys.argv[3], sys.argv[4:])
    else:
        main()
