# SPDX-License-Identifier: LGPL-2.1-or-later
"""The documentation against the description: every public name is told, has its place in the pages,
no link is dead, and comments change nothing in the headers.

usage: test-docs.py SOURCE-FOLDER INCLUDE-FOLDER COMMENTED-FOLDER LIBRARY-FOLDER SUPPORT-TABLE CC
"""
import html.parser
import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

from tap import done, report

source, include, commented, built, support = map(os.path.abspath, sys.argv[1:6])
cc = sys.argv[6]
sys.path.insert(0, os.path.join(source, 'gen'))
import description  # noqa: E402
import docpages     # noqa: E402
import doctext      # noqa: E402
import docwords     # noqa: E402
import model_docs   # noqa: E402


def check(wrong, what):
    report(what, wrong, 20)


class Page(html.parser.HTMLParser):
    VOID = ('meta', 'link', 'wbr')

    def __init__(self, path):
        super().__init__()
        self.ids, self.links, self.open, self.wrong = [], [], [], []
        with open(path, encoding='utf-8') as page:
            self.feed(page.read())
        self.wrong += ['<%s> is not closed' % tag for tag in self.open]

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if 'id' in attrs:
            self.ids.append(attrs['id'])
        if 'href' in attrs:
            self.links.append(attrs['href'])
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append('</%s> closes nothing, line %d' % (tag, self.getpos()[0]))


api = description.load(os.path.join(source, 'api'))
texts = doctext.load(api, os.path.join(source, 'api'))
check(doctext.problems(api, texts), 'every public name is told, and what is said fits')

with tempfile.TemporaryDirectory() as folder:
    docpages.main(os.path.join(source, 'api'), support, folder)
    pages = {name: Page(os.path.join(folder, name)) for name in os.listdir(folder) if name.endswith('.html')}
    check(['%s: %s' % (name, w) for name, page in pages.items() for w in page.wrong], 'the pages are well-formed')
    check(['%s: %s' % (name, i) for name, page in pages.items() for i in set(page.ids) if page.ids.count(i) > 1],
          'anchors are unique on their page')
    dead = []
    for name, page in pages.items():
        for link in page.links:
            target, _, anchor = link.partition('#')
            if target.startswith('../documents/'): # the reference of XML documents, which stands beside this one
                if target[13:-5] not in list(model_docs.TITLES) + ['index']:
                    dead.append('%s: %s' % (name, link))
            elif not os.path.exists(os.path.join(folder, target or name)):
                dead.append('%s: %s' % (name, link))
            elif anchor and anchor not in pages[target or name].ids:
                dead.append('%s: %s' % (name, link))
    check(dead, 'no link is dead')
    named = docwords.public(api) + [(t.name, t) for t in api.typedefs]
    missing = [name for name, rec in named if name not in pages[docpages.page(rec.unit)].ids]
    check(missing, 'every public name has its place')
    reached = {link for name, page in pages.items() for link in page.links}
    check([name for name in pages if name not in reached], 'every page is reached')


def tokens(path):
    """What is left of a header without comments."""
    text = subprocess.run([cc, '-fpreprocessed', '-dD', '-E', '-P', path], check=True, capture_output=True,
                          text=True).stdout
    return text.split()


headers = sorted(n for n in os.listdir(commented) if n.endswith('.h'))
check(sorted({u.header for u in api.units} ^ (set(headers) - {'libvirt.h'})), 'every header is installed')
check([n for n in headers if tokens(os.path.join(commented, n)) != tokens(os.path.join(include, n))],
      'comments change nothing in a header')
compilers = [[cc]] + ([['clang', '-Wdocumentation']] if shutil.which('clang') else [])
for compiler in compilers:
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(commented, os.path.join(folder, 'libvirt'))
        for name in headers:
            run = subprocess.run(compiler + ['-I', folder, '-fsyntax-only', '-Wall', '-Werror', '-x', 'c', '-'],
                                 input='#include <libvirt/%s>\n' % name, capture_output=True, text=True)
            wrong += run.stderr.splitlines() if run.returncode else []
    check(wrong, 'headers with comments compile alone: %s' % ' '.join(compiler))

heads = list(texts.units.values()) + [t for topics in texts.topics.values() for t in topics]
code = [(doc.where, p[1:]) for doc in heads for p in doc.paragraphs if p.startswith('|')]
wrong = [] if code else ['there is none']
for where, text in code:
    run = subprocess.run([cc, '-I', os.path.dirname(include), '-fsyntax-only', '-Wall', '-Werror', '-x', 'c',
                          '-'], input=text, capture_output=True, text=True)
    wrong += [where] + run.stderr.splitlines() if run.returncode else []
check(wrong, 'the examples compile')

for name in ('libvirt', 'libvirt-qemu', 'libvirt-lxc', 'libvirt-admin'):
    root = ElementTree.parse(os.path.join(built, name + '-api.xml')).getroot()
    wrong = []
    for element in root.find('symbols'):
        what, kind = element.get('name'), element.tag
        if kind == 'enum':
            said = element.get('info')
            wrong += [what] if what in texts.of and said != ' '.join(texts.of[what].paragraphs) else []
        elif kind in ('function', 'functype'):
            said = element.find('info').text
            told = ' '.join(texts.of[what].paragraphs) if what in texts.of else said
            wrong += [what] if said.split() != told.split() else []
            wrong += ['%s(%s)' % (what, a.get('name')) for a in element.iter('arg') if not a.get('info')]
            # Generators give a default to an argument whose text begins so: only to those.
            optional = getattr(api.call.get(what), 'optional', [])
            wrong += ['%s(%s): optional?' % (what, a.get('name')) for a in element.iter('arg')
                      if a.get('info').lower().lstrip('( ').startswith('optional') != (a.get('name') in optional)]
    check(wrong, '%s-api.xml hands the texts to bindings' % name)

done()
