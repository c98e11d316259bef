#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The reference of the XML documents: every element and attribute is told, the pages are well-formed, and no link
is dead.  That the examples are right is for model-examples.py to see.

usage: model-docs.py SOURCE_ROOT
"""
import os
import sys
import tempfile
import xml.etree.ElementTree as ET

from tap import done, report

root, = sys.argv[1:]
sys.path.insert(0, os.path.join(root, 'gen'))
import model_docs       # noqa: E402
import model_examples   # noqa: E402
import model_read       # noqa: E402

m = model_read.read(model_read.file_names(root))
texts = model_read.read_texts(m, model_read.text_names(root))
documents = [model_examples.Document(p) for p in model_examples.file_names(root)]
pages = model_docs.Pages(m, texts, model_examples.Examples(m, documents))

told, untold, broken = set(), [], []
for page in (model_docs.Page(pages, d) for d in m.documents):
    for struct in page.uses:
        for owners, path, f, own in page.all_parts(struct):
            told.add((struct, path))
            if not pages.text(owners, path):
                untold.append('%s has no text for %s' % (struct, path))
            if f.kind not in ('attr', 'text'):
                try:
                    ET.fromstring('\n'.join(pages.example(struct, path, f, own)))
                except ET.ParseError as e:
                    broken.append('%s %s: %s' % (struct, path, e))
report('%d elements and attributes are told' % len(told), sorted(set(untold)))
report('what is left of long examples is well-formed', broken)

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
    ids = {name: [e.get('id') for e in tree.iter() if e.get('id')] for name, tree in trees.items()}
    report('what can be linked to is there once', ['%s#%s' % (name, i) for name, some in ids.items()
                                                   for i in set(some) if some.count(i) > 1])
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
