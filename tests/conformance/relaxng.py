# SPDX-License-Identifier: LGPL-2.1-or-later
"""Is a document valid under a RelaxNG grammar, and if not, at which element or attribute does it go wrong?

A second opinion beside libxml2, which says only that something somewhere below the root does not fit.  Works by
derivatives: a pattern is what may still come, and each attribute, element and text makes a new pattern of it.
Valid(path).fault(text) is None or words.
"""
import os
import re
import xml.etree.ElementTree as ET

RNG = '{http://relaxng.org/ns/structure/1.0}'
EMPTY, NONE, TEXT = ('empty',), ('none',), ('text',)
RANGES = {'unsignedInt': (0, 2**32 - 1), 'unsignedLong': (0, 2**64 - 1), 'int': (-2**31, 2**31 - 1), 'integer': (None, None),
          'positiveInteger': (1, None), 'nonNegativeInteger': (0, None), 'unsignedShort': (0, 65535), 'long': (-2**63, 2**63 - 1),
          'unsignedByte': (0, 255), 'short': (-32768, 32767)}


def choice(a, b):
    if a is NONE or a is b:
        return b
    if b is NONE:
        return a
    return one(('choice', a, b))


def pair(kind, a, b):
    if a is NONE or b is NONE:
        return NONE
    if a is EMPTY:
        return b
    if b is EMPTY:
        return a
    return one((kind, a, b))


KNOWN = {}


def one(p):
    """Equal patterns are the same object, so that what is worked out once is found again."""
    key = (p[0],) + tuple(id(x) if isinstance(x, tuple) else x for x in p[1:])
    return KNOWN.setdefault(key, p)


class Scope:
    """The definitions of one grammar."""

    def __init__(self, path, files):
        self.defines, self.starts, self.made, self.files = {}, [], {}, files
        self.load(path, set())

    def load(self, path, overridden):
        root = self.files.get(path)
        if root is None:
            root = self.files[path] = ET.parse(path).getroot()
        for e in root:
            self.top(e, path, overridden, root.get('ns', ''))

    def top(self, e, path, overridden, ns):
        name = e.get('name')
        if e.tag == RNG + 'include':
            mine = {d.get('name') for d in e.iter(RNG + 'define') if not d.get('combine')}
            mine |= {'\0start'} if e.find(RNG + 'start') is not None else set()
            for d in e:
                self.top(d, path, overridden, ns)
            other = os.path.join(os.path.dirname(path), e.get('href'))
            if other not in self.defines.setdefault('\0files', []):
                self.defines['\0files'].append(other)
                self.load(other, overridden | mine)
        elif e.tag == RNG + 'define' and name not in overridden:
            self.defines.setdefault(name, []).append((e, path, ns))
        elif e.tag == RNG + 'start' and '\0start' not in overridden:
            self.starts.append((e, path, ns))
        elif e.tag == RNG + 'div':
            for d in e:
                self.top(d, path, overridden, ns)

    def define(self, name):
        if name not in self.made:
            self.made[name] = NONE
            out = NONE
            for e, path, ns in self.defines[name]:
                out = choice(out, self.group(e, path, ns))
            self.made[name] = out
        return self.made[name]

    def start(self):
        out = NONE
        for e, path, ns in self.starts:
            out = choice(out, self.group(e, path, ns))
        return out

    def group(self, e, path, ns, kind='group', skip=0):
        out = EMPTY
        for c in [c for c in e if isinstance(c.tag, str)][skip:]:
            out = pair(kind, out, self.pattern(c, path, ns))
        return out

    def pattern(self, e, path, ns):
        tag = e.tag.replace(RNG, '')
        kids = [c for c in e if isinstance(c.tag, str)]
        ns = e.get('ns', ns)
        if tag in ('element', 'attribute'):
            name, skip = e.get('name'), 0
            if name is None and kids[0].tag == RNG + 'anyName':
                name, skip = '*', 1
            elif name is None:
                name, skip = kids[0].text.strip(), 1
            elif tag == 'element' and ns:
                name = '{%s}%s' % (ns, name)
            if tag == 'attribute':
                return one(('attribute', name.strip(), self.group(e, path, ns, skip=skip) if len(kids) > skip else TEXT))
            return one(('element', name.strip(), id(e), Later(lambda: self.group(e, path, ns, skip=skip))))
        if tag in ('group', 'interleave'):
            return self.group(e, path, ns, tag)
        if tag == 'mixed':
            return pair('interleave', TEXT, self.group(e, path, ns))
        if tag == 'choice':
            out = NONE
            for c in kids:
                out = choice(out, self.pattern(c, path, ns))
            return out
        if tag == 'optional':
            return choice(EMPTY, self.group(e, path, ns))
        if tag in ('oneOrMore', 'zeroOrMore'):
            p = self.group(e, path, ns)
            p = one(('more', p)) if p not in (EMPTY, NONE) else p
            return choice(EMPTY, p) if tag == 'zeroOrMore' else p
        if tag == 'ref':
            return self.define(e.get('name'))
        if tag == 'grammar':
            inner = Scope.__new__(Scope)
            inner.defines, inner.starts, inner.made, inner.files = {}, [], {}, self.files
            for c in kids:
                inner.top(c, path, set(), ns)
            return inner.start()
        if tag == 'value':
            return one(('value', ' '.join((e.text or '').split())))
        if tag == 'data':
            ex = e.find(RNG + 'except')
            return one(('data', e.get('type'), tuple((p.get('name'), p.text or '') for p in e.findall(RNG + 'param')),
                        tuple(v.text for v in ex.iter(RNG + 'value')) if ex is not None else ()))
        if tag == 'list':
            return one(('list', self.group(e, path, ns)))
        return {'empty': EMPTY, 'text': TEXT, 'notAllowed': NONE}[tag]


class Later:
    """The content of an element, made when it is needed: grammars are recursive."""

    def __init__(self, make):
        self.make, self.made = make, None

    def __call__(self):
        if self.made is None:
            self.made = self.make()
        return self.made


def nullable(p):
    k = p[0]
    if k == 'empty' or k == 'text':
        return True
    if k == 'choice':
        return nullable(p[1]) or nullable(p[2])
    if k in ('group', 'interleave'):
        return nullable(p[1]) and nullable(p[2])
    return k == 'more' and nullable(p[1])


def fits(p, text):
    """Is a text one of the values of a pattern?"""
    k = p[0]
    if k == 'choice':
        return fits(p[1], text) or fits(p[2], text)
    if k == 'value':
        return ' '.join(text.split()) == p[1]
    if k == 'data':
        return data(p, text)
    if k == 'list':
        rest = p[1]
        for word in text.split():
            rest = derive(rest, 'word', word)
        return nullable(rest)
    if k in ('group', 'interleave'):
        return fits(p[1], text) and nullable(p[2]) or nullable(p[1]) and fits(p[2], text)
    if k == 'more':
        return fits(p[1], text)
    return k == 'text' or k == 'empty' and not text.strip()


COMPILED = {}


def regular(pattern):
    if pattern not in COMPILED:
        COMPILED[pattern] = re.compile(pattern.replace('$', r'\$').replace(r'\i', '[A-Za-z_:]').replace(r'\c', r'[\w.:-]'))
    return COMPILED[pattern]


def data(p, text):
    _, kind, params, but = p
    if text in but:
        return False
    if kind not in ('string', None):
        text = ' '.join(text.split())
    if kind in RANGES:
        if not re.fullmatch('[+-]?[0-9]+', text):
            return False
        lo, hi = RANGES[kind]
        if lo is not None and int(text) < lo or hi is not None and int(text) > hi:
            return False
    elif kind in ('double', 'float') and not re.fullmatch(r'[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?', text):
        return False
    elif kind == 'NCName' and not re.fullmatch(r'[^\W\d][\w.-]*', text):
        return False
    elif kind == 'dateTime' and not re.fullmatch(r'-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?', text):
        return False
    for name, value in params:
        if name == 'pattern' and not regular(value).fullmatch(text):
            return False
        if name == 'minInclusive' and float(text) < float(value) or name == 'maxInclusive' and float(text) > float(value):
            return False
        if name == 'maxLength' and len(text) > int(value) or name == 'minLength' and len(text) < int(value):
            return False
    return True


DERIVED = {}


def derive(p, what, arg, value=None):
    """What may still come after: an attribute, the end of the start tag, an element (already checked to be `arg`),
    text, or a word of a list."""
    k = p[0]
    if k in ('empty', 'none'):
        return p if what == 'close' else NONE
    key = (id(p), what, arg, value)
    if key in DERIVED:
        return DERIVED[key]
    if k == 'choice':
        out = choice(derive(p[1], what, arg, value), derive(p[2], what, arg, value))
    elif k in ('group', 'interleave'):
        if what == 'close':
            out = pair(k, derive(p[1], what, arg), derive(p[2], what, arg))
        else:
            out = pair(k, derive(p[1], what, arg, value), p[2])
            if k == 'interleave' or what == 'attribute':
                out = choice(out, pair(k, p[1], derive(p[2], what, arg, value)))
            elif nullable(p[1]):
                out = choice(out, derive(p[2], what, arg, value))
    elif k == 'more':
        if what == 'close':
            out = derive(p[1], what, arg)
            out = out if out in (EMPTY, NONE) else one(('more', out))
        else:
            out = pair('group', derive(p[1], what, arg, value), choice(p, EMPTY))
    elif k == 'attribute':
        out = NONE if what == 'close' else EMPTY if what == 'attribute' and p[1] in (arg, '*') and fits(p[2], value) else NONE
    elif what == 'close':
        out = p
    elif k == 'element':
        out = EMPTY if what == 'element' and id(p) in arg else NONE
    elif k == 'text':
        out = p if what == 'text' else NONE
    else:
        out = EMPTY if what in ('text', 'word') and fits(p, arg) else NONE
    DERIVED[key] = out
    return out


def elements(p, name, out):
    """The element patterns of one name that may come somewhere in a pattern; None: of any."""
    seen, todo = set(), [p]
    while todo:
        p = todo.pop()
        if id(p) in seen:
            continue
        seen.add(id(p))
        if p[0] == 'element':
            if name is None or p[1] in (name, '*'):
                out.append(p)
        elif p[0] in ('choice', 'group', 'interleave', 'more'):
            todo += p[1:]
    return out


def attributes(p):
    if p[0] == 'attribute':
        return {p[1]}
    return set().union(*[attributes(x) for x in p[1:] if isinstance(x, tuple)]) if p[0] in ('choice', 'group', 'interleave', 'more') else set()


class Valid:
    def __init__(self, path):
        self.start = Scope(path, {}).start()

    def fault(self, text):
        root = ET.fromstring(text)
        DERIVED.clear()
        found = elements(self.start, root.tag, [])
        why = []
        if any(self.within(p, root, '/' + root.tag, why) for p in found):
            return None
        return max(why, key=lambda w: w[0])[1] if why else '%s is no root' % root.tag

    def within(self, p, e, path, why):
        rest = p[3]()
        for a in sorted(e.attrib, key=lambda a: (a not in ('type', 'mode', 'model', 'name'), a)):
            after = derive(rest, 'attribute', a, e.attrib[a])
            if after is NONE:
                why.append((path.count('/'), '%s/@%s=%r' % (path, a, e.attrib[a])))
                return False
            rest = after
        after = derive(rest, 'close', None)
        if after is NONE:
            why.append((path.count('/'), '%s needs one of @%s' % (path, ' @'.join(sorted(attributes(rest))))))
            return False
        rest = after
        if not len(e):
            if fits(rest, e.text or '') or derive(rest, 'text', e.text or '') is not NONE and nullable(derive(rest, 'text', e.text or '')):
                return True
            if (e.text or '').strip():
                why.append((path.count('/'), '%s=%r' % (path, e.text)))
                return False
        elif any((t or '').strip() for t in [e.text] + [c.tail for c in e]):
            rest = derive(rest, 'text', 'x')
        for c in e:
            inner = []
            fitting = frozenset(id(q) for q in elements(rest, c.tag, []) if self.within(q, c, path + '/' + c.tag, inner))
            after = derive(rest, 'element', fitting)
            if after is NONE:
                why += inner if not fitting and inner else \
                    [(path.count('/'), '%s/%s does not fit after %s' % (path, c.tag, [x.tag for x in e][:list(e).index(c)]))]
                return False
            rest = after
        if not nullable(rest):
            why.append((path.count('/'), '%s needs one of <%s>' % (path, '> <'.join(sorted({q[1] for q in elements(rest, None, [])})))))
            return False
        return True
