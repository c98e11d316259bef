#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What documents of host objects mean: defaults, what is dropped, what is refused and how.

usage: model-meaning.py FOLDER MODEL_ROUNDTRIP

FOLDER has a file for each kind, a document a line, a tab and what libvirt 9.0.0 makes of it: the document it gives
back, without white space between elements, or CODE/DOMAIN of its error.  A uuid that was not given is *; sizes of
pools, keys and paths of volumes are the driver's and left out, and so is what every guest's answer repeats.
checkpoint.tsv has documents that are always held against their schema; running.tsv has documents as they are told of what runs: nothing of them may be lost.
"""
import os
import re
import subprocess
import sys

folder, tool = sys.argv[1:]
failed = 0


REPEATED = re.compile(
    r"<uuid>\*</uuid>|<(memory|currentMemory) unit='KiB'>409600</\1>|<vcpu placement='static'>1</vcpu>|"
    r"<os><type arch='x86_64'>hvm</type><boot dev='hd'/></os>|<clock offset='utc'/>|<on_\w+>\w+</on_\w+>")


def plain(kind, document, answer):
    m = re.match(r'error (\d+/\d+): ', answer)
    if m:
        return m.group(1)
    answer = re.sub(r'<uuid>([^<]*)</uuid>', lambda m: m.group(0) if m.group(1) in document else '<uuid>*</uuid>', answer)
    if kind == 'domain':
        answer = REPEATED.sub('', re.sub(r'>\s+<', '><', answer))
    if kind == 'pool':
        answer = re.sub(r"<(capacity|allocation|available) unit='bytes'>\d+</\1>\s*", '', answer)
    return re.sub(r'>\s+<', '><', answer.strip())


kinds = sorted(f[:-len('.tsv')] for f in os.listdir(folder) if f.endswith('.tsv'))
print('1..%d' % len(kinds))
for number, kind in enumerate(kinds, 1):
    with open(os.path.join(folder, kind + '.tsv'), encoding='utf-8') as f:
        cases = [line.rstrip('\n').split('\t') for line in f]
    run = subprocess.run([tool, *{'running': ['-l'], 'checkpoint': ['-v']}.get(kind, ['-c']), '-b'], input='\n'.join(c[0] for c in cases) + '\n', capture_output=True, text=True)
    answers = run.stdout.split('\0')[:-1]
    wrong = [(d, want, a) for (d, want), a in zip(cases, answers) if plain(kind, d, a) != want]
    lost = len(answers) != len(cases)
    failed += bool(wrong) or lost
    print('%sok %d - %d documents of %s' % ('not ' if wrong or lost else '', number, len(cases), kind))
    for d, want, a in wrong[:5]:
        print('# %s\n#   expected %s\n#   got      %s' % (d, want, plain(kind, d, a)))
sys.exit(failed != 0)
