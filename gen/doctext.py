# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is said about the public names: reads and checks api/doc/*.doc.

    texts = doctext.load(api, folder)   # reads folder/doc/*.doc of the description's units
    texts.of[name] → Doc
    doctext.problems(api, texts)        # what is missing or wrong; run by hand it prints them

headers.py, apixml.py and docpages.py word their output with it and with docwords.py.  The format is
described in docs/design/api-description.md.
"""
import os
import re
import sys

import description
import docwords


class Doc:
    """.paragraphs [text], one that begins with | is code; .args {name: text}, for arguments, fields
    and macro parameters alike; .result; .errors [(code, when)]; .see [name]; .unit; .topic (a Doc, or
    None)."""

    def __init__(self, name, where, unit, topic=None):
        self.name, self.where, self.unit, self.topic = name, where, unit, topic
        self.paragraphs, self.args, self.result, self.errors, self.see = [], {}, None, [], []
        self.shared = []        # errors that the calls of a topic have in common

    @property
    def told_errors(self):
        """The errors of the call and those of its topic."""
        mine = {code for code, _ in self.errors}
        return self.errors + [(code, when) for code, when in self.shared if code not in mine]

    @property
    def summary(self):
        return re.match(r'.*?[.!?](?=\s|$)|.*', self.paragraphs[0]).group(0) if self.paragraphs else ''


class Texts:
    """.of {name: Doc}; .units {unit name: Doc}; .topics {unit name: [Doc]}, in order; .order [name]"""

    def __init__(self):
        self.of, self.units, self.topics, self.order = {}, {}, {}, []


def _read(api, texts, unit, path):
    doc = topic = target = None
    shared = Doc('each', path, unit)        # what holds for the calls from here on, up to the next topic
    texts.topics[unit.name] = []

    def add(line):
        kind, key = target
        if kind == 'text':
            if line is None or not doc.paragraphs or doc.paragraphs[-1] == '':
                doc.paragraphs.append(line or '')
            else:
                doc.paragraphs[-1] += ' ' + line
        elif kind == 'arg':
            doc.args[key] = (doc.args[key] + ' ' + line).strip()
        elif kind == 'result':
            doc.result = (doc.result + ' ' + line).strip()
        elif kind == 'error':
            doc.errors[-1] = (key, (doc.errors[-1][1] + ' ' + line).strip())

    with open(path, encoding='utf-8') as lines:
        for number, line in enumerate(lines, 1):
            where, text = '%s:%d' % (path, number), line.strip()
            if line.startswith('#'):
                continue
            if not text:
                if doc and target and target[0] == 'text' and doc.paragraphs:
                    add(None)
                continue
            if line[0] != ' ':
                name, _, rest = text.partition(' ')
                if name == 'unit':
                    doc = texts.units[unit.name] = Doc(unit.name, where, unit)
                    rest = rest.partition(' ')[2]
                elif name == 'topic':
                    doc = topic = Doc(rest, where, unit)
                    texts.topics[unit.name].append(doc)
                    shared, rest = Doc('each', where, unit), ''
                elif name == 'each':
                    doc = shared
                elif name in texts.of:
                    raise description.DescriptionError('%s: %s is told twice' % (where, name))
                else:
                    doc = texts.of[name] = Doc(name, where, unit, topic)
                    texts.order.append(name)
                    call = api.call.get(name)
                    if call:
                        doc.args = {a.name: shared.args[a.name] for a in call.args if a.name in shared.args}
                        doc.shared = shared.errors if call.slot else []
                target = ('text', None)
                if rest:
                    add(rest)
                continue
            mark, _, rest = text.partition(' ')
            if mark == '|':
                rest = line.strip('\n').lstrip()[2:]
                if doc.paragraphs and doc.paragraphs[-1].startswith('|'):
                    doc.paragraphs[-1] += '\n' + rest
                else:
                    doc.paragraphs.append('|' + rest)
                target = ('code', None)
                continue
            if mark.startswith('@'):
                target = ('arg', mark[1:])
                doc.args[mark[1:]] = ''
            elif mark == '=':
                target, doc.result = ('result', None), ''
            elif mark == '!':
                code, _, rest = rest.partition(' ')
                target = ('error', code)
                doc.errors.append((code, ''))
            elif mark == '>':
                target = ('see', None)
                doc.see += rest.split()
                continue
            else:
                rest = text
                if target[0] != 'text' and line.startswith('  ') and line[2] != ' ':
                    target = ('text', None)     # back at the first level: a new paragraph
                    doc.paragraphs.append('')
            add(rest)
    for told in [texts.units.get(unit.name)] + texts.topics[unit.name] + [texts.of[n] for n in texts.order]:
        if told:
            told.paragraphs = [p for p in told.paragraphs if p]


NAME = re.compile(r'\b(?:vir[A-Z]\w*|VIR_\w+)\b\*?')


def problems(api, texts):
    """What is missing or wrong in the texts: [message]"""
    out, known = [], {}
    for name, rec in docwords.public(api):
        known[name] = rec
        if name not in texts.of or not texts.of[name].paragraphs:
            out.append('%s: nothing is said about %s' % (getattr(rec, 'where', ''), name))
    names = set(known) | {t.name for t in api.typedefs} | set(api.constant)
    for name, doc in texts.of.items():
        if name not in known:
            out.append('%s: there is no %s' % (doc.where, name))
            continue
        rec = known[name]
        if doc.unit is not rec.unit:
            out.append('%s: %s belongs into %s.doc' % (doc.where, name, rec.unit.name))
        fits = []
        if rec.kind in ('call', 'callback') and name == rec.name:
            fits = [a.name for a in rec.args]
            for arg in rec.args:
                if docwords.arg_text(api, rec, arg, doc) is None:
                    out.append('%s: %s says nothing about its argument %s' % (doc.where, name, arg.name))
            if rec.returns != 'void' and docwords.result_text(rec, doc) is None:
                out.append('%s: %s does not say what it returns' % (doc.where, name))
        elif rec.kind == 'struct':
            fits = [f[0] for f in rec.fields] + [m[0] for f in rec.fields for m in f[4] or []]
            out += ['%s: %s says nothing about its field %s' % (doc.where, name, f) for f in fits
                    if f not in doc.args]
        elif rec.kind == 'macro':
            fits = rec.params or []
        out += ['%s: %s has no %s' % (doc.where, name, a) for a in doc.args if a not in fits]
    heads = list(texts.units.values()) + [t for topics in texts.topics.values() for t in topics]
    for doc in list(texts.of.values()) + heads:
        said = ' '.join(doc.paragraphs + list(doc.args.values()) + [doc.result or ''] + doc.see +
                        ['%s %s' % e for e in doc.told_errors])
        for word in NAME.findall(said):
            if word.endswith('*'):
                fine = any(n.startswith(word[:-1]) for n in names)
            else:
                fine = word in names
            if not fine:
                out.append('%s: %s speaks of %s, which does not exist' % (doc.where, doc.name, word))
        if doc not in heads and any(p.startswith('|') for p in doc.paragraphs):
            out.append('%s: code stands in the heads of pages and topics only' % doc.where)
        for code, _ in doc.told_errors:
            if code not in api.constant:
                out.append('%s: there is no error %s' % (doc.where, code))
        if said.count('`') % 2:
            out.append('%s: %s has an odd number of backquotes' % (doc.where, doc.name))
    return out


def load(api, folder):
    """Reads the texts of every unit."""
    texts = Texts()
    for unit in api.units:
        path = os.path.join(folder, 'doc', unit.name + '.doc')
        if os.path.exists(path):
            _read(api, texts, unit, path)
    return texts


def main():
    api = description.load(sys.argv[1])
    wrong = problems(api, load(api, sys.argv[1]))
    print('%d calls, %d constants, %d macros, %d structs, %d callbacks' % (
        len(api.calls), len(api.constant), len(api.macros), len(api.structs), len(api.callbacks)))
    print('\n'.join(wrong + ['%d problems in the texts' % len(wrong)]))
    sys.exit(1 if wrong else 0)


if __name__ == '__main__':
    main()
