#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The reference of the XML documents: every element and attribute is told, every element has an example, the pages
are well-formed, no link is dead, and the parser accepts the examples, refusing what is not described.

usage: model-docs.py SOURCE_ROOT MODEL_ROUNDTRIP
"""
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

from tap import done, report

root, tool = sys.argv[1:]
sys.path.insert(0, os.path.join(root, 'gen'))
import model_docs    # noqa: E402
import model_read    # noqa: E402

m = model_read.read(model_read.file_names(root))
texts = model_read.read_texts(m, model_read.text_names(root))
pages = model_docs.Pages(m, texts)
TOLD = ('domain_def', 'network_def', 'storage_pool_def', 'storage_vol_def')


def parts(s, owners, prefix):
    """(structs that may tell it, path, field, deciding attribute) of all parts of a struct that users see."""
    own = next((f for f in s.fields if 'disc' in f.flags), None)
    for f in s.fields:
        if f.kind == 'include':
            yield from parts(m.structs[f.type], [(f.type, prefix)] + owners, prefix)
        elif not f.name.startswith(model_read.HIDDEN) and 'status' not in f.flags:
            yield owners, prefix + {'attr': '@', 'text': '='}.get(f.kind, '') + (f.name or f.cname), f, own
            if f.kind == 'group':
                yield from parts(f.sub, owners, prefix + f.name + '/')


def elements(s, owners, prefix):
    return (x for x in parts(s, owners, prefix) if x[2].kind not in ('attr', 'text'))


untold, without, examples = [], [], []
todo, seen = [struct for _, struct, _, _ in m.documents], set()
while todo:
    struct = todo.pop()
    if struct in seen:
        continue
    seen.add(struct)
    for owners, path, f, own in parts(m.structs[struct], [(struct, '')], ''):
        element = f.kind not in ('attr', 'text')
        if not pages.text(owners, path):
            untold.append('%s has no text for %s' % (struct, path))
        if element and not pages.example(f, own):
            without.append('%s has no example of %s' % (struct, path))
        if f.type in m.structs:
            todo.append(f.type)
report('%d structs: every element and attribute is told' % len(seen), untold)
report('every element has an example', without)

# The examples of what stands directly in a document, put there.
for name, struct, element, _ in m.documents:
    if name not in TOLD:
        continue
    for owners, path, f, own in elements(m.structs[struct], [(struct, '')], ''):
        if f.kind == 'group' or path.count('/') > 1 or f.ns:
            continue
        x = pages.example(f, own).replace('\n', ' ')
        kind = " type='dir'" if element == 'pool' else ''
        for part in reversed(path.split('/')[:-1]):
            x = '<%s>%s</%s>' % (part, x, part)
        examples.append((path, '<%s%s>%s</%s>' % (element, kind, x, element)))
run = subprocess.run([tool, '-v', '-l', '-n', '-b'], input='\n'.join(x for _, x in examples) + '\n', capture_output=True, text=True)
answers = run.stdout.split('\0')[:-1]
report('%d examples are accepted' % len(examples), ['%s: %s' % (path, answer) for (path, _), answer in zip(examples, answers)
                                                   if answer.startswith('error')] + ['lost'] * (len(answers) != len(examples)))

with tempfile.TemporaryDirectory() as folder:
    pages.write(folder, os.path.join(root, 'gen', 'docpages.css'))
    bad, dead = [], []
    trees = {}
    for name in sorted(os.listdir(folder)):
        if name.endswith('.html'):
            try:
                trees[name] = ET.parse(os.path.join(folder, name)).getroot()
            except ET.ParseError as e:
                bad.append('%s: %s' % (name, e))
    ids = {name: {e.get('id') for e in tree.iter() if e.get('id')} for name, tree in trees.items()}
    for name, tree in trees.items():
        for a in tree.iter('a'):
            page, _, anchor = a.get('href').partition('#')
            if page == '../reference/index.html':       # the API, which stands beside it
                continue
            if (page or name) not in trees or (anchor and anchor not in ids[page or name]):
                dead.append('%s: %s' % (name, a.get('href')))
    report('%d pages are well-formed' % len(trees), bad)
    report('no link is dead', dead)
done()
