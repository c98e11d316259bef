#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""usage: host_validate.py OURS REFERENCE — both check this host; checks, results and exit code must agree."""
import re
import subprocess
import sys


def run(program, *args):
    p = subprocess.run([program, *args], capture_output=True, text=True)
    # What to do about it is said in our own words.
    return p.returncode, [re.sub(r' \(.*', '', line) for line in p.stdout.splitlines()]


failed = 0
for args in ([], ['qemu'], ['lxc'], ['-q'], ['bogus'], ['qemu', 'lxc']):
    ours, reference = run(sys.argv[1], *args), run(sys.argv[2], *args)
    if len(args) < 2 and ours != reference or len(args) > 1 and ours[0] != reference[0]:
        failed += 1
        print('DIFFERENT', args, ours, reference, sep='\n')
print('%d passed, %d failed' % (6 - failed, failed))
sys.exit(failed != 0)
