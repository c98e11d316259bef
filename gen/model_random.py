# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes random documents from the description: food for tests and fuzzers.

usage: model_random.py [--seed N] [--count N] [--density P] [--spoil P] STRUCT:ELEMENT FILE.model... > documents
  one document a line.  --spoil makes them almost valid: each value is wrong, each attribute that has to be there
  missing, each element repeated or empty with that probability.
"""
import argparse
import os
import random
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import model_read
from model_read import SCALARS

WORDS = ['a', 'b1', 'net-0', 'x.y', 'data', 'é', 'a&b', "it's", 'long-' + 'x' * 40]
PLAIN = ['a', 'b1', 'net-0', 'data']
WRONG = ['', 'x', '-1', '0', '70000', ' 5 ', 'yes', '99999999999999999999', '0x', '1.5', '\t', '::', '[]']


class Maker:

    def __init__(self, m, rng, density=0.5, plain=False, overrides=None, depth=7, spoil=0.0):
        self.m, self.rng, self.density, self.plain, self.depth, self.spoil = m, rng, density, plain, depth, spoil
        self.overrides = overrides or {}
        self.used = set()
        self.force = set()

    def value(self, f, key):
        r = self.rng
        if self.spoiled():
            return r.choice(WRONG)
        if key in self.overrides:
            v = self.overrides[key]
            return str(v(r) if callable(v) else r.choice(v) if isinstance(v, (list, tuple)) else v)
        t = f.type
        if t in self.m.enums:
            e = self.m.enums[t]
            return r.choice([v for v in e.values if v not in e.later])
        kind = SCALARS[t][3]
        if t == 'yesno':
            return r.choice(('yes', 'no'))
        if t == 'onoff':
            return r.choice(('on', 'off'))
        if kind == 'CPUSET':
            return r.choice(('0', '0-3', '1,3', '0-1,^1'))
        if kind == 'UUID':
            return '%08x-0000-4000-8000-%012x' % (r.getrandbits(32), r.getrandbits(48))
        if kind == 'MAC':
            return '52:54:00:%02x:%02x:%02x' % (r.getrandbits(8), r.getrandbits(8), r.getrandbits(8))
        if kind == 'OCT':
            return '0%o' % r.randrange(512)
        if kind == 'DOUBLE':
            return '%g' % r.randrange(100)
        if kind == 'RAW':
            return '<x:y xmlns:x="urn:x" z="1">t</x:y>'
        if kind in ('U8', 'X8', 'BUS', 'SLOT', 'FUNCTION'):
            return str(r.randrange(1, 8))
        if kind in ('X16', 'X32', 'X64'):
            return hex(r.randrange(1, 200))
        if kind != 'STR':
            return str(r.randrange(1, 200))
        return r.choice(PLAIN if self.plain else WORDS)

    def spoiled(self):
        return self.spoil > 0 and self.rng.random() < self.spoil

    @staticmethod
    def esc(s):
        return s.replace('&', '&amp;').replace('<', '&lt;').replace("'", '&apos;')

    def exists(self, f, disc, up):
        return 'later' not in f.flags and model_read.exists(f, disc, up)

    def fields(self, s):
        return model_read.flat(self.m, s)

    def element(self, name, s, struct, up, depth, disc=None, group=False):
        r = self.rng
        fields = list(self.fields(s))
        own = next((f for f in fields if 'disc' in f.flags), None)
        if own is not None:
            disc = self.value(own, (struct, own.name)) if r.random() < 0.95 or 'default' not in own.opts \
                else own.opts['default']
            if own.name.startswith(model_read.HIDDEN):
                disc = None
        elif not group:
            disc, up = None if own else up, up
        attrs, text, kids = {}, '', []
        for f in fields:
            key = (struct, f.name or 'text')
            if f is own:
                if not f.name.startswith(model_read.HIDDEN):
                    attrs[f.name] = disc
                continue
            if not self.exists(f, disc, up) or f.flags & {'status'} or f.name.startswith(model_read.HIDDEN):
                continue
            want = key in self.force or ('missing' in f.opts
                                         and not self.spoiled()) or r.random() < self.density
            if key in self.overrides and self.overrides[key] is None:
                continue
            if not want:
                continue
            if f.kind == 'attr':
                if f.name not in attrs:
                    attrs[f.name] = self.value(f, key)
            elif f.kind == 'text':
                text = self.esc(self.value(f, key))
            elif f.kind == 'group':
                kids.append(self.element(f.name, f.sub, struct, up, depth + 1, disc, True))
            elif depth < self.depth:
                q = f.name
                pre = ''
                if f.ns:
                    q, pre = '%s:%s' % (f.ns, f.name), " xmlns:%s='%s'" % (f.ns, self.m.namespaces[f.ns])
                for _ in range(r.choice((1, 1, 2)) if f.kind == 'list' else 2 if self.spoiled() else 1):
                    if f.type in self.m.structs:
                        x = self.element(q, self.m.structs[f.type], f.type, disc, depth + 1)
                        kids.append(x.replace('<' + q, '<' + q + pre, 1))
                    elif SCALARS.get(f.type, ('',) * 5)[3] == 'FLAG':
                        kids.append('<%s/>' % q)
                    else:
                        v = self.value(f, key)
                        if f.type != 'raw':
                            v = self.esc(v)
                        kids.append('<%s%s>%s</%s>' % (q, pre, v, q))
            else:
                continue
            self.used.add(key)
        a = list(attrs.items())
        r.shuffle(kids)
        r.shuffle(a)
        head = name + ''.join(" %s='%s'" % (k, self.esc(v)) for k, v in a)
        body = text + ''.join(kids)
        return '<%s>%s</%s>' % (head, body, name) if body else '<%s/>' % head


def arguments():
    """Those of each maker of documents."""
    p = argparse.ArgumentParser()
    p.add_argument('--seed', type=int, default=1)
    p.add_argument('--count', type=int, default=10)
    p.add_argument('--density', type=float, default=0.3)
    p.add_argument('root')
    p.add_argument('files', nargs='+')
    return p


def documents(a, maker):
    """One a number of a.count, by the maker that maker(model, random) makes."""
    m = model_read.read(a.files)
    struct, name = a.root.split(':')
    for i in range(a.count):
        yield maker(m, random.Random(a.seed * 1000003 + i)).element(name, m.structs[struct], struct, None, 0)


def main():
    p = arguments()
    p.add_argument('--spoil', type=float, default=0.0)
    a = p.parse_args()
    for document in documents(a, lambda m, rng: Maker(m, rng, a.density, spoil=a.spoil)):
        print(document.replace('\n', ' '))


if __name__ == '__main__':
    main()
