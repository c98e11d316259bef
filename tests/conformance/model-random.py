#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Random documents of every kind, made from the description.  Valid ones are accepted, come back unchanged, also by
way of JSON and as a copy, and a change of one value is noticed (the tool checks these itself).  Almost valid ones
are refused with a reason, or come back unchanged too.  What a document means is the same the second time.

usage: model-random.py SOURCE_ROOT MODEL_ROUNDTRIP [COUNT]
"""
import os
import random
import subprocess
import sys

from tap import done, report

root, tool = sys.argv[1:3]
count = int(sys.argv[3]) if len(sys.argv) > 3 else 60
sys.path.insert(0, os.path.join(root, 'gen'))
import model_random  # noqa: E402
import model_read    # noqa: E402

level = model_read.read(model_read.file_names(root))
newer = model_read.read(model_read.file_names(root), newer=True)


def ask(documents, flags):
    """The tool's answers to documents, one a line."""
    text = '\n'.join(d.replace('\n', '&#10;') for d in documents) + '\n'
    out = subprocess.run([tool] + flags + ['-b'], input=text.encode(), capture_output=True)
    answers = out.stdout.decode().split('\0')[:-1]
    if len(answers) != len(documents):
        raise SystemExit('the tool ended early (%d): %s' % (out.returncode, out.stderr.decode()[-300:]))
    return answers


def check(document, struct, element, spoil, flags):
    documents, m = [], newer if '-n' in flags else level
    for seed in range(count):
        maker = model_random.Maker(m, random.Random(seed), (0.2, 0.5, 0.9)[seed % 3], spoil=spoil)
        documents.append(maker.element(element, m.structs[struct], struct, None, 0))
    first = ask(documents, flags)
    lost, good = [], []
    for seed, answer in enumerate(first):
        if answer.startswith('error') or not answer.startswith('<'):
            words = answer.partition(': ')[2]
            if not spoil and '-c' not in flags or not answer.startswith('error ') or not words:
                lost.append('seed %d: %s' % (seed, answer))
        else:
            good.append((seed, answer))
    second = ask([a.strip().replace('\n', ' ') for _, a in good], flags) if good else []
    for (seed, once), again in zip(good, second):
        if once.split() != again.split():
            lost.append('seed %d changes: %s' % (seed, ' '.join(set(again.split()) ^ set(once.split()))))
    kind = ('newer ' if '-n' in flags else '') + ('completed ' if '-c' in flags else '') + ('live ' if '-l' in flags else '') + ('almost valid ' if spoil else '')
    report('%s: %d %srandom documents, %d accepted' % (document, count, kind, len(good)), lost, 3)


for document, struct, element, _ in level.documents:
    check(document, struct, element, 0.0, [])
    check(document, struct, element, 0.0, ['-l'])
    check(document, struct, element, 0.03, [])
    check(document, struct, element, 0.0, ['-c'])
    check(document, struct, element, 0.0, ['-l', '-n'])
done()
