# SPDX-License-Identifier: LGPL-2.1-or-later
"""Emits RelaxNG schemas from the description of the XML documents, one self-contained file per
document, so that editors and validating clients know exactly what the parser reads.

usage: model_rng.py DOCUMENT[:ELEMENT] FILE.model... > DOCUMENT.rng
       model_rng.py --embed DOCUMENT... -- FILE.model... > schemas.c
       model_rng.py --kinds SCHEMA=DOCUMENT[:ELEMENT]... -- FILE.model... > kinds.h
  ELEMENT is the outermost element, if it is not that of the document; --kinds makes the rows of a table in C
  from elements to schemas; --embed one of the schemas of these documents.

A struct whose fields depend on an attribute (disc) becomes a choice of the sets of fields that its
values have; one that depends on the struct around it (up=) becomes one define for each value.
"""
import os
import sys
from xml.sax.saxutils import quoteattr, escape
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import model_read
from model_read import SCALARS, Bad

NUMBER = '[+]?[0-9]+'
HEX = '[+]?([0-9]+|0[xX][0-9a-fA-F]+)'
PATTERNS = {
    'N32': HEX, 'BUS': HEX, 'SLOT': HEX, 'FUNCTION': HEX,
    'U8': NUMBER, 'U16': NUMBER, 'U32': NUMBER, 'U64': NUMBER, 'X8': HEX, 'X16': HEX, 'X32': HEX,
    'X64': HEX, 'I32': '-?[0-9]+', 'I64': '-?[0-9]+', 'OCT': '[0-7]{1,5}', 'SIZE': '[0-9]+',
    'DOUBLE': r'-?[0-9]+(\.[0-9]+)?', 'UUID': '[a-fA-F0-9]{8}(-?[a-fA-F0-9]{4}){3}-?[a-fA-F0-9]{12}',
    'MAC': '([a-fA-F0-9]{1,2}:){5}[a-fA-F0-9]{1,2}',
    'CPUSET': r'\s*\^?[0-9]+(-[0-9]+)?\s*(,\s*\^?[0-9]+(-[0-9]+)?\s*)*',
}
DECIMAL = {'U8', 'U16', 'U32', 'U64', 'I32', 'I64'}
UNIT = '([bB]([yY][tT][eE][sS]?)?)|([kKmMgGtTpPeE]([iI]?[bB])?)'
HEAD = '''<?xml version="1.0"?>
<!-- Generated from model/ by gen/model_rng.py: do not edit. -->
<grammar xmlns="http://relaxng.org/ns/structure/1.0" datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">'''
RAW = '''  <define name="anything">
    <zeroOrMore><choice><text/><attribute><anyName/></attribute>
      <element><anyName/><ref name="anything"/></element></choice></zeroOrMore>
  </define>'''


def must(f):
    """Has a valid document it always?  Under conditions that a schema cannot tell it may be missing."""
    return model_read.must(f) and 'if' not in f.opts


class Schema:
    def __init__(self, m):
        self.m, self.todo, self.done = m, [], set()

    def flat(self, s):
        return model_read.flat(self.m, s)

    @staticmethod
    def exists(f, disc, up):
        return 'later' not in f.flags and model_read.exists(f, disc, up)

    def value(self, f):
        words = model_read.words_of(self.m, f)
        if words:
            return '<choice>%s</choice>' % ''.join('<value>%s</value>' % escape(v) for v in words)
        forms = list(dict.fromkeys(model_read.forms_of(self.m, f)))
        kind = SCALARS[f.type][3]
        if kind == 'STR' and not forms:
            return '<text/>'
        if kind in DECIMAL and 'base0' not in f.flags and model_read.range_of(f):
            lo, hi = model_read.range_of(f)
            return '<data type="integer">%s%s</data>' % (
                '' if lo is None else '<param name="minInclusive">%d</param>' % lo,
                '' if hi is None else '<param name="maxInclusive">%d</param>' % hi)
        if not forms:
            forms = ['(0[xX])?[0-9a-fA-F]+' if 'base16' in f.flags else HEX if 'base0' in f.flags else PATTERNS[kind]]
        return '<data type="string"><param name="pattern">%s</param></data>' % escape('|'.join(forms))

    def unit(self, f):
        if SCALARS.get(f.type, ('',) * 5)[3] != 'SIZE':
            return ''
        return '<optional><attribute name="%s"><data type="string"><param name="pattern">%s</param></data>' \
            '</attribute></optional>' % (f.opts.get('uattr', 'unit'), UNIT)

    def ref(self, f, disc):
        """The define for the struct of a field, in a struct whose disc has this value."""
        s = self.m.structs[f.type]
        if not self.looks_up(s):
            disc = None
        name = f.type + ('' if disc is None else '.' + (disc or 'none-given'))
        if name not in self.done:
            self.done.add(name)
            self.todo.append((name, s, disc))
        return '<ref name=%s/>' % quoteattr(name)

    def looks_up(self, s, seen=()):
        """Does something in s depend on the struct around it?"""
        for f in self.flat(s):
            if 'up' in f.opts or (f.kind == 'group' and self.looks_up(f.sub)):
                return True
            # a struct without disc hands the one around it on to its children
            if f.type in self.m.structs and f.type not in seen and f.type != s.name and \
                    not any('disc' in g.flags for g in self.flat(s)) and \
                    self.looks_up(self.m.structs[f.type], seen + (s.name, f.type)):
                return True
        return False

    def element(self, f, content):
        ns = ' ns=%s' % quoteattr(self.m.namespaces[f.ns]) if f.ns else ''
        return '<element name=%s%s>%s</element>' % (quoteattr(f.name), ns, content)

    def field(self, f, disc, up, needed):
        if f.kind == 'attr':
            x = '<attribute name=%s>%s</attribute>' % (quoteattr(f.name), self.value(f)) + self.unit(f)
            return x if needed else '<optional>%s</optional>' % x
        if f.kind == 'group':
            x = self.element(f, self.content(f.sub, disc, up, True))
        elif f.type == 'raw':
            self.raw = True
            x = self.element(f, '<ref name="anything"/>')
        elif f.type in self.m.structs:
            x = self.element(f, self.ref(f, disc if disc is not None else up))
        elif f.type == 'flag':
            x = self.element(f, '<empty/>')
        else:
            empty = 'keep' in f.flags or 'filled' in f.flags
            x = self.element(f, self.unit(f) + ('<choice>%s<empty/></choice>' if empty else '%s') % self.value(f))
        if f.kind == 'list':
            return '<%s>%s</%s>' % (('oneOrMore', x, 'oneOrMore') if needed else ('zeroOrMore', x, 'zeroOrMore'))
        return x if needed else '<optional>%s</optional>' % x

    def fields(self, fields, disc, up):
        here = [f for f in fields if self.exists(f, disc, up) and not f.name.startswith(model_read.HIDDEN)]
        text = [f for f in here if f.kind == 'text']
        groups = {}
        for f in here:
            if 'one' in f.opts:
                group, _, branch = f.opts['one'].partition(':')
                groups.setdefault(group, {}).setdefault(branch or f.name, []).append(f)
        attrs, kids = [], []
        for f in here:
            if f.kind == 'text':
                continue
            out = attrs if f.kind == 'attr' else kids
            if 'one' not in f.opts:
                out.append(self.field(f, disc, up, must(f)))
                continue
            branches = groups[f.opts['one'].partition(':')[0]]
            # What excludes each other is said where each branch is one attribute or one element, and otherwise only
            # that none of it has to be there: validators stumble over more.
            several = sum(branches.values(), [])
            if len({g.kind == 'attr' for g in several}) > 1 or \
                    f.kind != 'attr' and any(len(b) > 1 for b in branches.values()):
                out.append(self.field(f, disc, up, len(branches) == 1 and must(f)))
            elif f is several[0]:
                out.append('<choice>%s</choice>' % ''.join(
                    '<group>%s</group>' % ''.join(self.field(g, disc, up, must(g)) for g in b) for b in branches.values()))
        body = ''.join(attrs)
        for f in text:
            body += self.unit(f) + ('<text/>' if kids or f.type == 'str' and 'form' not in f.opts else
                                    self.value(f) if must(f) else '<choice>%s<empty/></choice>' % self.value(f))
        if kids:
            body += '<interleave>%s</interleave>' % ''.join(kids)
        return body or '<empty/>'

    def content(self, s, disc, up, group=False):
        fields = list(self.flat(s))
        own = next((f for f in fields if 'disc' in f.flags), None)
        if own is None:
            return self.fields(fields, disc if group else up, up)
        fields.remove(own)
        if own.name.startswith(model_read.HIDDEN):      # not in the XML: any of its values may be meant
            sets = dict.fromkeys(self.fields(fields, v, up) for v in self.m.enums[own.type].values)
            return '<choice>%s</choice>' % ''.join('<group>%s</group>' % b for b in sets)
        sets = {}      # values of disc that have the same content share one branch
        for v in model_read.words_of(self.m, own) + ([] if must(own) else ['']):
            sets.setdefault(self.fields(fields, v, up), []).append(v)
        branches = []
        for body, values in sets.items():
            given = [v for v in values if v]
            attr = '<attribute name=%s><choice>%s</choice></attribute>' % (
                quoteattr(own.name), ''.join('<value>%s</value>' % escape(v) for v in given)) if given else ''
            if '' in values and attr:
                attr = '<optional>%s</optional>' % attr
            if '' in values and not attr and 'default' in own.opts:
                continue
            branches.append('<group>%s%s</group>' % (attr, body))
        if 'default' in own.opts:
            # absent means the default: its branch takes the attribute as optional
            for i, b in enumerate(branches):
                if '<value>%s</value>' % own.opts['default'] in b.split('</attribute>')[0] and \
                        not b.startswith('<group><optional><attribute name=%s' % quoteattr(own.name)):
                    head, rest = b[len('<group>'):].split('</attribute>', 1)
                    branches[i] = '<group><optional>%s</attribute></optional>%s' % (head, rest)
        # a validator that tries branches in turn fails fast on the attribute, unless it may be absent
        branches.sort(key=lambda b: b.startswith('<group><optional>')
                      or not b.startswith('<group><attribute'))
        return branches[0] if len(branches) == 1 else '<choice>%s</choice>' % ''.join(branches)

    def lines(self, document):
        d = find(self.m, document)
        self.raw = False
        yield HEAD
        yield '  <start><element name=%s><ref name=%s/></element></start>' % (quoteattr(d[2]), quoteattr(d[1]))
        self.done.add(d[1])
        self.todo.append((d[1], self.m.structs[d[1]], None))
        while self.todo:
            name, s, up = self.todo.pop(0)
            yield '  <define name=%s>%s</define>' % (quoteattr(name), self.content(s, None, up))
        if self.raw:
            yield RAW
        yield '</grammar>'


def embed(m, documents):
    """The schemas as a table in C."""
    print('#include "model/all-def.h"\n#include "model/valid.h"\n\nconst struct model_schema model_schemas[] = {')
    for name in documents:
        print('    { &%s_document,' % name)
        for line in '\n'.join(Schema(m).lines(name)).split('\n'):
            print('      "%s"' % line.strip().replace('\\', '\\\\').replace('"', '\\"'))
        print('    },')
    print('    { NULL, NULL },\n};')


def find(m, name):
    """(name, struct, element, domain) of a document; the name may say another element."""
    document, _, element = name.partition(':')
    d = next((d for d in m.documents if d[0] == document), None)
    if d is None:
        raise Bad('no document %s' % document)
    return [d[0], d[1], element or d[2], d[3]]


def main(args):
    if not args[0].startswith('--'):
        print('\n'.join(Schema(model_read.read(args[1:])).lines(args[0])))
        return
    end = args.index('--')
    m = model_read.read(args[end + 1:])
    if args[0] == '--embed':
        embed(m, args[1:end])
        return
    for pair in args[1:end]:
        schema, _, document = pair.partition('=')
        print('{ "%s", "%s" },' % (find(m, document)[2], schema))


if __name__ == '__main__':
    try:
        main(sys.argv[1:])
    except Bad as e:
        sys.exit(str(e))
