#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The emitted RelaxNG schemas, by libxml2's xmllint: our samples are valid, broken ones are not,
and random documents made from the same description are.

usage: model-schema.py SOURCE_ROOT SCHEMA_FOLDER
"""
import glob
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

root, schemas = sys.argv[1:]
sys.path.insert(0, os.path.join(root, 'gen'))
import model_read    # noqa: E402
import model_valid   # noqa: E402

if not shutil.which('xmllint'):
    print('1..0 # SKIP xmllint is not installed')
    sys.exit(0)

failed = number = 0


def check(name, schema, text, valid):
    global failed, number
    number += 1
    with tempfile.NamedTemporaryFile('w', suffix='.xml', encoding='utf-8') as f:
        f.write(text)
        f.flush()
        r = subprocess.run(['xmllint', '--noout', '--relaxng', os.path.join(schemas, schema), f.name],
                           capture_output=True, text=True, timeout=30)
    ok = (r.returncode == 0) == valid
    failed += not ok
    print('%sok %d - %s is %s' % ('' if ok else 'not ', number, name, 'valid' if valid else 'refused'))
    if not ok:
        print('\n'.join('# ' + line for line in r.stderr.splitlines()[:5]))


for path in sorted(glob.glob(os.path.join(root, 'tests/samples/domain/*.xml'))):
    with open(path, encoding='utf-8') as f:
        sample = f.read()
    check(os.path.basename(path), 'domain.rng', sample, True)
    for what, broken in (('unknown element', sample.replace('<devices>', '<devices><gadget/>')),
                         ('unknown value', re.sub(r"device='disk'", "device='tape'", sample)),
                         ('unknown attribute', sample.replace('<vcpu ', "<vcpu colour='red' "))):
        check(what, 'domain.rng', broken, False)

names = model_read.file_names(root)
m = model_read.read(names)
for schema, struct, element in (('network', 'network_def', 'network'), ('storagepool', 'storage_pool_def', 'pool'),
                                ('storagevol', 'storage_vol_def', 'volume'), ('secret', 'secret_def', 'secret')):
    for seed in range(3):
        mk = model_valid.Maker(m, random.Random(seed), 0.4)
        check('random %s %d' % (element, seed), schema + '.rng', mk.element(element, m.structs[struct], struct, None, 0), True)
print('1..%d' % number)
sys.exit(1 if failed else 0)
