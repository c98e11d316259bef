# SPDX-License-Identifier: LGPL-2.1-or-later
"""Random elements that are valid under a RelaxNG schema, and documents that are nearly so.

Owns: Schema (reads a grammar with its includes), Sampler (walks it by chance), mutate().  Values of
patterns are made from the patterns themselves; a few names have likelier ones (WORDS), or most
documents would fail at their first made-up word.
"""
import copy
import os
import re
import sys
import xml.etree.ElementTree as ET

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), os.path.join(HERE, '../../../gen')]
import pattern  # noqa: E402
import schema  # noqa: E402
from schema import RNG  # noqa: E402

INTS = {'unsignedInt': (0, 2**32 - 1), 'unsignedLong': (0, 2**64 - 1), 'int': (-2**31, 2**31 - 1),
        'integer': (-2**40, 2**40), 'positiveInteger': (1, 2**40), 'unsignedShort': (0, 65535), 'long': (-2**63, 2**63 - 1),
        'unsignedByte': (0, 255), 'short': (-32768, 32767)}
# (element, attribute or None for its text): likely values.
WORDS = {
    ('disk/target', 'dev'): ['vda', 'vdb', 'sda', 'sdb', 'sdk', 'hda', 'hdb', 'hdc', 'fda', 'xvda'],
    ('loader', None): ['/usr/share/qemu/bios.bin', '/fw/code.fd'],
    ('cpu/model', None): ['qemu64', 'Nehalem', 'EPYC', 'Skylake-Client', 'none-such', 'core2duo'],
    ('feature', 'name'): ['vmx', 'svm', 'invtsc', 'pcid', 'none-such', 'xsave'],
    ('alias', 'name'): ['ua-one', 'ua-two', 'own'],
    ('controller', 'index'): ['0', '1', '2', '3'],
    ('video/model', 'heads'): ['1', '2'],
    ('interface/model', 'type'): ['virtio', 'e1000', 'e1000e', 'rtl8139', 'ne2k_pci', 'vmxnet3', 'usb-net', 'none-such'],
    ('metadata', None): [''],
    ('emulator', None): ['/usr/bin/qemu-system-x86_64'],
    ('codeset', None): ['utf-8'],
}
# Elements and attributes (with @) that most documents do without, as few may have them: parent/name.
RARE = set()


class Schema(schema.Grammar):
    def elements(self, name, inside=None):
        """All <element name=…> of the grammar, or of one define."""
        out = []
        for key, nodes in self.defines.items():
            for n in nodes:
                if inside is None or key == inside:
                    out += [e for e in n.iter(RNG + 'element') if e.get('name') == name]
        return out


class Sampler:
    def __init__(self, schema, rng, density=0.35, depth=6):
        self.s, self.r, self.density, self.depth = schema, rng, density, depth
        self.inner, self.ns = {}, ''

    def element(self, node, parent='', depth=0, ns=''):
        """An element as the <element> node describes it."""
        name = node.get('name') or 'any'
        ns = node.get('ns') or ns
        e = ET.Element('{%s}%s' % (ns, name) if ns else name)
        outer, self.ns = self.ns, ns            # which the elements in it have, too
        e.set('\0', parent)             # for WORDS; taken away at the end
        for c in node:
            self.into(c, e, depth)
        del e.attrib['\0']
        self.ns = outer
        return e

    def word(self, e, attr):
        for key in ((e.get('\0') + '/' + e.tag, attr), (e.tag, attr)):
            if key in WORDS:
                return self.r.choice(WORDS[key])
        return None

    def rare(self, e, tag, name):
        return '%s/%s%s' % (e.tag, '@' if tag == 'attribute' else '', name) in RARE and self.r.random() < 0.8

    def into(self, n, e, depth):
        r, tag = self.r, n.tag.replace(RNG, '') if isinstance(n.tag, str) else ''
        if tag in ('element', 'attribute') and self.rare(e, tag, n.get('name')):
            return
        if tag == 'element':
            if depth < 3 * self.depth and not any(c.tag == RNG + 'notAllowed' for c in n):
                e.append(self.element(n, e.tag, depth + 1, self.ns))
        elif tag == 'attribute':
            if n.get('name'):
                w = self.word(e, n.get('name'))
                e.set(n.get('name'), w if w is not None else ''.join(self.value(c, e) for c in n) if len(n) else 'any')
        elif tag in ('optional', 'zeroOrMore'):
            if r.random() < self.density and depth < self.depth:
                for _ in range(1 if tag == 'optional' else r.choice((1, 1, 2))):
                    self.all(n, e, depth)
        elif tag == 'oneOrMore':
            for _ in range(r.choice((1, 1, 2))):
                self.all(n, e, depth)
        elif tag == 'choice':
            kids = [c for c in n if isinstance(c.tag, str)]
            if kids:
                self.into(r.choice(kids), e, depth)
        elif tag == 'ref':
            for d in self.s.defines.get(n.get('name'), []):
                self.all(d, e, depth)
        elif tag == 'interleave':
            self.mix(n, e, depth)
        elif tag in ('group', 'div', 'mixed', 'start'):
            self.all(n, e, depth)
        elif tag == 'grammar' and depth < self.depth:
            outer = self.s
            for include in n.iter(RNG + 'include'):
                self.s = self.inner.setdefault(include.get('href'), None) or Schema(os.path.join(outer.folder, include.get('href')))
                self.inner[include.get('href')] = self.s
                for start in self.s.start:
                    self.all(start, e, depth)
            self.s = outer
        elif tag in ('text', 'data', 'value', 'list'):
            w = self.word(e, None)
            e.text = (e.text or '') + (w if w is not None else self.value(n, e))

    def mix(self, n, e, depth):
        """What may be in any order: each part keeps its own."""
        first, parts = len(e), []
        for c in n:
            before = len(e)
            self.into(c, e, depth)
            parts.append(list(e)[before:])
        e[first:] = []
        parts = [p for p in parts if p]
        while parts:
            part = self.r.choice(parts)
            e.append(part.pop(0))
            parts = [p for p in parts if p]

    def all(self, n, e, depth):
        for c in n:
            self.into(c, e, depth)

    def value(self, n, e):
        r, tag = self.r, n.tag.replace(RNG, '') if isinstance(n.tag, str) else ''
        if tag == 'value':
            return (n.text or '').strip()
        if tag == 'text':
            return r.choice(['text', 'a b', '/some/path', 'x&y'])
        if tag == 'choice':
            return self.value(r.choice([c for c in n if isinstance(c.tag, str)]), e)
        if tag == 'ref':
            return ''.join(self.value(c, e) for d in self.s.defines.get(n.get('name'), []) for c in d)
        if tag == 'data':
            params = {p.get('name'): p.text or '' for p in n.findall(RNG + 'param')}
            if 'pattern' in params and not ('minInclusive' in params or n.get('type') == 'positiveInteger'):
                return pattern.example(params['pattern'], r)
            if n.get('type') in INTS:
                lo, hi = INTS[n.get('type')]
                lo = max(lo, int(params.get('minInclusive', lo)))
                hi = min(hi, int(params.get('maxInclusive', hi)))
                return str(r.choice((lo, hi, *[min(hi, max(lo, r.randrange(0, 70))) for _ in range(9)])))
            if n.get('type') in ('double', 'float'):
                return '%g' % (r.randrange(1000) / 10)
            return r.choice(['word', 'b', 'x-1'])
        if tag in ('list', 'group', 'optional', 'oneOrMore'):
            return ''.join(self.value(c, e) for c in n)
        return ''


# ---- nearly valid ----------------------------------------------------------------------------------------

BAD = ['', '-1', '0', '1', '99999999999999999999', 'none-such', 'x', '4294967296', '0x10', '256', ' ', 'yes', 'on', 'None']


def _all(root):
    return [(p, c) for p in root.iter() for c in p]


def mutate(root, rng):
    """Changes one thing in a copy of the document; (document, what was done)."""
    root = copy.deepcopy(root)
    pairs = _all(root)
    for _ in range(50):
        how = rng.choice(('value', 'value', 'value', 'drop-attribute', 'drop', 'double', 'split', 'text', 'swap'))
        parent, e = rng.choice(pairs)
        where = '%s/%s' % (parent.tag, e.tag)
        if how in ('value', 'drop-attribute') and e.attrib:
            a = rng.choice(sorted(e.attrib))
            if how == 'drop-attribute':
                del e.attrib[a]
                return root, 'without %s/@%s' % (where, a)
            others = [x.get(a) for _, x in pairs if x.get(a) and x.get(a) != e.get(a)]
            e.set(a, rng.choice(BAD + others[:8]))
            return root, '%s/@%s=%s' % (where, a, e.get(a))
        if how == 'drop':
            parent.remove(e)
            return root, 'without ' + where
        if how == 'double':
            parent.insert(list(parent).index(e) + 1, copy.deepcopy(e))
            return root, 'twice ' + where
        if how == 'split' and len(e) + len(e.attrib) > 1:
            split(parent, e)
            return root, 'in two ' + where
        if how == 'text' and e.text and e.text.strip():
            e.text = rng.choice(BAD)
            return root, '%s=%s' % (where, e.text)
        if how == 'swap':
            other = rng.choice([x for _, x in pairs])
            if other.tag == e.tag and other is not e and other.attrib:
                e.attrib.clear()
                e.attrib.update(other.attrib)
                return root, 'attributes of another ' + where
    return root, 'nothing'


def split(parent, e):
    """The element twice, each with a part of what is in it: who reads single ones may read both."""
    second = copy.deepcopy(e)
    half = (len(second) + 1) // 2
    for n, (a, b) in enumerate(zip(list(e), list(second))):
        (second if n < half else e).remove(b if n < half else a)
    for n, name in enumerate(sorted(e.attrib)):
        if name != 'type' and name != 'mode':
            del (second if n % 2 == 0 else e).attrib[name]
    parent.insert(list(parent).index(e) + 1, second)


def sweep(roots):
    """Every element and attribute that stands in the documents is changed in each way, once for each
    place (elements of one type= are one place): (document, what was done)."""
    seen = set()
    for root in roots:
        parents = {c: p for p in root.iter() for c in p}

        def path(e):
            kind = ''.join("[%s]" % e.get(k) for k in ('type', 'mode', 'model') if e.get(k))
            return (path(parents[e]) + '/' if e in parents else '') + e.tag + kind

        def changed(number, change):
            new = copy.deepcopy(root)
            change(list(new.iter())[number], {c: p for p in new.iter() for c in p})
            return new
        for number, e in enumerate(root.iter()):
            here = path(e)
            for a in sorted(e.attrib):
                if (here, a) in seen:
                    continue
                seen.add((here, a))
                for v in SWEEP:
                    yield changed(number, lambda x, p, v=v: x.set(a, v)), '%s/@%s=%s' % (here, a, v)
                yield changed(number, lambda x, p: x.attrib.pop(a)), '%s/@%s gone' % (here, a)
            if here in seen or e is root:
                continue
            seen.add(here)
            yield changed(number, lambda x, p: p[x].remove(x)), '%s gone' % here
            yield changed(number, lambda x, p: p[x].insert(0, copy.deepcopy(x))), '%s twice' % here
            if len(e) + len(e.attrib) > 1:
                yield changed(number, lambda x, p: split(p[x], x)), '%s in two' % here
            yield changed(number, lambda x, p: x.append(ET.Element('none-such'))), '%s with child' % here
            if (e.text or '').strip():
                for v in SWEEP:
                    yield changed(number, lambda x, p, v=v: setattr(x, 'text', v)), '%s=%s' % (here, v)


SWEEP = ['', 'none-such', '-1', '0', '1', '300', '70000', '99999999999999999999', ' 2', '0x1']


def to_text(root):
    return re.sub('\0', '', ET.tostring(root, encoding='unicode'))
