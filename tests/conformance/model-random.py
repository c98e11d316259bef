#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Random documents of every kind, made from the description: each is accepted, and what is written
for it comes back unchanged (also as a copy and by way of JSON, which the tool checks itself).

usage: model-random.py SOURCE_ROOT MODEL_ROUNDTRIP [COUNT]
"""
import os
import random
import subprocess
import sys
import tempfile

root, tool = sys.argv[1:3]
count = int(sys.argv[3]) if len(sys.argv) > 3 else 40
sys.path.insert(0, os.path.join(root, 'gen'))
import model_random  # noqa: E402
import model_read    # noqa: E402

names = model_read.file_names(root)
m = model_read.read(names)
failed = 0
print('1..%d' % len(m.documents))
with tempfile.TemporaryDirectory() as folder:
    for number, (document, struct, element, _) in enumerate(m.documents, 1):
        lost = []
        for seed in range(count):
            mk = model_random.Maker(m, random.Random(seed), (0.2, 0.5, 0.9)[seed % 3])
            path = os.path.join(folder, '%s-%d.xml' % (element, seed))
            with open(path, 'w', encoding='utf-8') as f:
                f.write(mk.element(element, m.structs[struct], struct, None, 0))
            for flags in ([], ['-l']):
                first = subprocess.run([tool] + flags + [path], capture_output=True)
                again = path + '.again'
                with open(again, 'wb') as f:
                    f.write(first.stdout)
                second = subprocess.run([tool] + flags + [again], capture_output=True)
                if first.returncode or second.returncode or first.stdout != second.stdout:
                    lost.append('seed %d %s: %s' % (seed, flags, (first.stdout if first.returncode else
                                                                  second.stdout)[:300].decode(errors='replace')))
        failed += bool(lost)
        print('%sok %d - %d random documents %s' % ('not ' if lost else '', number, count, document))
        for line in lost[:3]:
            print('# ' + line.replace('\n', ' '))
sys.exit(1 if failed else 0)
