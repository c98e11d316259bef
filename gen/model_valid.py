# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes random documents that are valid in every schema of the format: texts have the form that the description
tells, what must be there is, and what excludes each other is not there together.

usage: model_valid.py [--seed N] [--count N] [--density P] STRUCT:ELEMENT FILE.model... > documents, one a line
"""
import os
import random
import sys
from fnmatch import fnmatchcase
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import model_random
import model_read
import pattern
from model_read import SCALARS, must

HEX = {'X8', 'X16', 'X32', 'X64'}
PADDED = dict({'hex%d' % n: n for n in range(1, 9)}, hex1w=1, hex2w=2, hex4w=4)
UNITS = ('bytes', 'KiB', 'M', 'GB')


class Place:
    """An element that is being made: what its parts ask about it."""

    def __init__(self, name, disc, up, around):
        self.name, self.disc, self.up, self.around = name, disc, up, around
        self.attrs, self.texts, self.chosen, self.made = {}, {}, {}, set()


class Maker(model_random.Maker):
    def value(self, f, key, place=None):
        r, t = self.rng, f.type
        words = model_read.words_of(self.m, f, lambda c: self.holds(c, place))
        if key in self.overrides:
            return super().value(f, key)
        if words:
            return r.choice(words)
        forms = model_read.forms_of(self.m, f, lambda c: self.holds(c, place))
        if forms:
            return pattern.example(forms[0], r)
        kind = SCALARS[t][3]
        limits = model_read.range_of(f)
        if limits is not None and kind != 'DOUBLE':
            lo = limits[0] or 0
            hi = limits[1] if limits[1] is not None else lo + 1000000
            n = r.choice((lo, hi, r.randint(lo, min(hi, lo + 100)), r.randint(lo, min(hi, lo + 100))))
            return '0x%0*x' % (PADDED.get(t, 1), n) if kind in HEX else str(n)
        if kind in HEX:
            return '0x%0*x' % (PADDED.get(t, 1), r.randrange(1, 16))
        if kind == 'OCT':
            return '0%03o' % r.randrange(512)
        return super().value(f, key)

    # ------------------------------------------------------------------ what can be where

    def stands(self, f, place):
        """Can this part be in the element as far as that is made?"""
        if not self.exists(f, place.disc, place.up) or f.flags & {'status', 'unsaid'} or \
                f.name.startswith(model_read.HIDDEN):
            return False
        return all(self.holds(c, place) for c in f.opts.get('if', ()))

    @staticmethod
    def holds(condition, place):
        """NAME:a,b or NAME:!a,b of an attribute (<NAME> of the text of an element), a,b of the name of the element, +NAME that such a part is there before
        this one; all with ! in front as the opposite and ^ for the element around, and a&b for both."""
        if '&' in condition:
            return all(Maker.holds(c, place) for c in condition.split('&'))
        name, colon, spec = condition.partition(':')
        while name.startswith('^') and place is not None:
            name, place = name[1:], place.around
        if name.lstrip('!').startswith('+'):
            there = place is not None and (name.lstrip('!+') in place.made or name.lstrip('!+') in place.attrs)
            return there != name.startswith('!')
        if not colon:
            return place is not None and any(fnmatchcase(place.name, n) for n in name.lstrip('!').split(',')) != name.startswith('!')
        has = place is not None and (place.attrs.get(name) or place.texts.get(name) or '-') in spec.lstrip('!').split(',')
        return has != spec.startswith('!')

    def excluded(self, f, fields, place):
        """one=GROUP or one=GROUP:BRANCH: of the branches of a group one is chosen."""
        if 'one' not in f.opts:
            return False
        group, _, branch = f.opts['one'].partition(':')
        if group not in place.chosen:
            some = dict.fromkeys(g.opts['one'].partition(':')[2] or g.name for g in fields
                                 if g.opts.get('one', '').partition(':')[0] == group and self.stands(g, place))
            place.chosen[group] = self.rng.choice(list(some)) if some else ''
        return place.chosen[group] != (branch or f.name)

    def wants(self, f, key, place, depth):
        if must(f) or 'usual' in f.flags or key in self.force or any(self.holds(c, place) for c in f.opts.get('need', ())):
            return True
        return (f.kind in ('attr', 'text') or depth < self.depth) and self.rng.random() < self.density

    # ------------------------------------------------------------------ making

    def decide(self, own, key, allowed, place):
        """The value of the attribute that decides about the others: into the place."""
        words = [w for w in model_read.words_of(self.m, own, lambda c: self.holds(c, place)) if allowed is None or w in allowed]
        if own.name.startswith(model_read.HIDDEN):
            place.disc = self.rng.choice(words)
        elif own.name in place.attrs:
            place.disc = place.attrs[own.name]
        elif self.stands(own, place) and (allowed is not None or self.wants(own, key, place, 0) or self.rng.random() < 0.7):
            place.disc = place.attrs[own.name] = self.value(own, key, place) if key in self.overrides else self.rng.choice(words)
        else:
            place.disc = own.opts.get('default', '')

    def element(self, name, s, struct, up, depth, disc=None, group=False, around=None, allowed=None, given=None):
        local = name.split(':')[-1]
        fields = list(self.fields(s))
        own = next((f for f in fields if 'disc' in f.flags), None)
        place = Place(local, disc if group else None, up, around)
        place.attrs.update(given or {})
        text, kids = '', []
        for f in sorted(fields, key=lambda f: f.kind != 'attr'):        # conditions are about attributes
            key = (struct, f.name or 'text')
            if f is own:
                self.decide(f, key, allowed, place)
                continue
            if self.overrides.get(key, '') is None or not self.stands(f, place) or \
                    self.excluded(f, fields, place) or not self.wants(f, key, place, depth):
                continue
            self.used.add(key)
            place.made.add(f.name)
            if f.kind == 'attr':
                if f.name not in place.attrs:
                    place.attrs[f.name] = self.value(f, key, place)
                    self.unit(f, place.attrs)
            elif f.kind == 'text':
                text = self.value(f, key, place)
                if around is not None:
                    around.texts['<%s>' % local] = text
                text = self.esc(text)
                self.unit(f, place.attrs)
            else:
                kids += self.child(f, key, struct, place, depth + 1)
        body = text + ''.join(kids)
        head = name + ''.join(" %s='%s'" % (k, self.esc(v)) for k, v in place.attrs.items())
        return '<%s>%s</%s>' % (head, body, name) if body else '<%s/>' % head

    def child(self, f, key, struct, place, depth):
        """The elements of one field."""
        name, ns = f.name, ''
        if f.ns:
            name, ns = '%s:%s' % (f.ns, f.name), " xmlns:%s='%s'" % (f.ns, self.m.namespaces[f.ns])
        allowed = None
        for said in f.opts.get('nest', ()):
            value, _, inner = said.partition(':')
            if value == (place.disc or '-'):
                allowed = inner.split(',')
        out = []
        for given in self.items(f, allowed):
            if f.kind == 'group':
                x = self.element(name, f.sub, struct, place.up, depth, place.disc, True, place)
            elif f.type in self.m.structs:
                # a struct that nothing decides about hands on what is decided around it
                x = self.element(name, self.m.structs[f.type], f.type, place.disc if place.disc is not None else place.up,
                                 depth, around=place, allowed=allowed, given=given)
            elif f.type == 'flag':
                x = '<%s/>' % name
            elif f.type == 'raw':
                x = '<%s>%s</%s>' % (name, self.value(f, key), name)
            else:
                attrs = {}
                v = self.value(f, key, Place(f.name, None, None, place))
                self.unit(f, attrs)
                x = '<%s%s>%s</%s>' % (name, ''.join(" %s='%s'" % a for a in attrs.items()), self.esc(v), name)
            out.append(x.replace('<' + name, '<' + name + ns, 1))
        return out

    def items(self, f, allowed):
        """Of each element of a list the attributes that are settled; each=ATTRIBUTE: one for each of its words at most,
        in that order."""
        if f.kind != 'list':
            return [None]
        if 'each' in f.opts:
            attr = next(g for g in self.fields(self.m.structs[f.type]) if g.name == f.opts['each'])
            words = allowed or model_read.words_of(self.m, attr)
            return [{attr.name: w} for w in words if must(f) or self.rng.random() < 0.7] or [{attr.name: words[0]}]
        return [None] * int(f.opts['count'] if 'count' in f.opts else min(self.rng.choice((1, 1, 2)), int(f.opts.get('most', 2))))

    def unit(self, f, attrs):
        if 'own_unit' in f.flags:
            attrs[f.opts.get('uattr', 'unit')] = {0: 'bytes', 10: 'KiB', 20: 'MiB'}[SCALARS[f.type][4]]
        elif SCALARS.get(f.type, ('',) * 5)[3] == 'SIZE' and 'nounit' not in f.flags and self.rng.random() < 0.3:
            attrs[f.opts.get('uattr', 'unit')] = self.rng.choice(UNITS)


def main():
    a = model_random.arguments().parse_args()
    for document in model_random.documents(a, lambda m, rng: Maker(m, rng, a.density)):
        print(document.replace('\n', '&#10;'))


if __name__ == '__main__':
    main()
