# SPDX-License-Identifier: LGPL-2.1-or-later
"""What each element looks like in a document: the best place of it in model/examples/*.xml, which people wrote.

The reference (model_docs.py) and its test ask.  An example opens with a comment that says what it shows; one whose
name ends with -newer has what is newer than the format that is read.  They are walked by the description, so that
each element is known as the field that it is.  Where no document has an element, the generator makes it up.
"""
import collections
import os
import random
import re
import sys
import xml.etree.ElementTree as ET
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import model_read
import model_valid

NEWER = '-newer.xml'
ANYTHING = object()     # what decides stands nowhere in the document: any of its values may be meant
LINES = 14              # of an example; longer ones have what is inside of their parts left out
WIDTH = 96              # of a line
PARTS = 9               # of so many parts an example says enough


class Document:
    """One example: what it shows, and its text without that."""

    def __init__(self, path):
        self.name = os.path.basename(path)
        self.title = self.name[:-len('.xml')].partition('-')[2]
        with open(path, encoding='utf-8') as f:
            text = f.read().strip()
        comment = re.match(r'<!--(.*?)-->\s*', text, re.S)
        if not comment:
            raise model_read.Bad('%s: a comment is to say first what it shows' % path)
        self.shows = ' '.join(comment.group(1).split())
        self.text = text[comment.end():]
        self.newer = self.name.endswith(NEWER)
        self.prefixes, self.root = {}, None
        parser = ET.XMLPullParser(('start-ns', 'start'))
        parser.feed(self.text)
        for event, what in parser.read_events():
            if event == 'start-ns':
                self.prefixes[what[1]] = what[0]
            elif self.root is None:
                self.root = what
        parser.close()
        self.rare = self.root.tag == 'domain' and self.root.get('type') not in ('kvm', 'qemu')


def file_names(root):
    folder = os.path.join(root, 'model', 'examples')
    return [os.path.join(folder, n) for n in sorted(os.listdir(folder)) if n.endswith('.xml')]


def exists(f, disc, up):
    return (up if 'up' in f.opts else disc) is ANYTHING or model_read.exists(f, disc, up)


class Place:
    """One occurrence of an element."""

    def __init__(self, element, document, kind=()):
        self.element, self.document, self.kind = element, document, kind

    def value(self):
        """The smaller the better: what most readers have, of which all is to be seen, and which says enough, not more."""
        parts = set()
        for e in self.element.iter():
            parts |= {(e.tag, a) for a in e.attrib} | {e.tag}
        return (self.document.newer, self.document.rare, self.levels()[0], -min(len(parts), PARTS),
                len(ET.tostring(self.element)) // 40, len(self.document.text))

    def levels(self):
        """(how much is left out, the lines that remain)."""
        lines = []
        for level, depth in enumerate((99, 3, 2, 1)):
            lines = self.lines(self.element, 0, depth)
            if len(lines) <= LINES:
                return level, lines
        return 4, lines[:LINES - 2] + ['  …', lines[-1]]

    def tag(self, element):
        space, _, local = element.tag.rpartition('}')
        prefix = self.document.prefixes.get(space[1:])
        return '%s:%s' % (prefix, local) if prefix else local

    def lines(self, element, indent, depth, around=''):
        tag, margin, space = self.tag(element), '  ' * indent, element.tag.rpartition('}')[0][1:]
        head = margin + '<' + tag
        if space != around:
            head += " xmlns:%s='%s'" % (tag.split(':')[0], space)
        column = len(margin) + len(tag) + 1     # of the attributes, where they need several lines
        for k, v in element.attrib.items():
            attr = " %s='%s'" % (k, escape(v))
            wide = len(head.rpartition('\n')[2]) + len(attr) > WIDTH
            head += '\n' + ' ' * column + attr if wide else attr
        text = escape((element.text or '').strip())
        if not len(element):
            return ('%s>%s</%s>' % (head, text, tag) if text else head + '/>').split('\n')
        if indent >= depth:
            return ('%s>…</%s>' % (head, tag)).split('\n')
        out, seen = (head + '>' + text).split('\n'), {}
        for kid in element:
            seen[kid.tag] = seen.get(kid.tag, 0) + 1
            if seen[kid.tag] == 1 or depth > 1:
                out += self.lines(kid, indent + 1, depth, space)
            elif seen[kid.tag] == 2:
                out.append(margin + '  …')
        return out + ['%s</%s>' % (margin, tag)]


def escape(text):
    return text.replace('&', '&amp;').replace('<', '&lt;').replace("'", '&apos;')


class Examples:
    def __init__(self, m, documents):
        self.m, self.documents = m, documents
        self.exact, self.any = {}, {}       # of a field as part of one struct, and wherever it is used
        self.unknown = []                   # elements of examples that the description does not have
        for d in documents:
            for _, struct, element, _ in m.documents:
                if element == d.root.tag:
                    self.walk(d, d.root, m.structs[struct], struct, None, None)

    def of(self, document):
        """The examples of a kind of document: the usual and simple ones first, what is newer last."""
        return sorted((d for d in self.documents if d.root.tag == document[2]), key=lambda d: (d.newer, d.rare, len(d.text)))

    def walk(self, document, element, s, struct, disc, up, prefix=''):
        """Remembers of which field each part of an element is an example.  Of a group, `disc` is that of its struct."""
        fields = list(model_read.flat(self.m, s))
        own = next((f for f in fields if 'disc' in f.flags), None)
        if own is not None:
            hidden = own.name.startswith(model_read.HIDDEN)
            disc = ANYTHING if hidden else element.get(own.name, own.opts.get('default', ''))
        for kid in element:
            space, _, local = kid.tag.rpartition('}')
            f = next((f for f in fields if f.kind not in ('attr', 'text') and f.name == local and
                      self.m.namespaces.get(f.ns, '') == space[1:] and exists(f, disc, up)), None)
            if f is None:
                self.unknown.append('%s: <%s> in <%s>' % (document.name, local, element.tag))
                continue
            inner = f.sub if f.kind == 'group' else self.m.structs.get(f.type)
            # a struct that nothing decides about hands on what is decided around it
            handed = disc if disc is not None else up
            place = Place(kid, document, self.kind_of(kid, inner, handed) if inner else ())
            self.exact.setdefault((struct, prefix + f.name, f.where, f.cname), []).append(place)
            self.any.setdefault((f.where, f.cname), []).append(place)
            if f.kind == 'group':
                self.walk(document, kid, f.sub, struct, disc, up, prefix + f.name + '/')
            elif inner:
                self.walk(document, kid, inner, f.type, None, handed)

    def kind_of(self, element, s, up):
        """Of which kind an element is: the values on which it depends what it can have."""
        names, around = set(), ()
        for f in model_read.flat(self.m, s):
            names |= {f.name} if 'disc' in f.flags else set()
            around = (up,) if 'up' in f.opts else around
            for said in f.opts.get('if', ()):
                names |= {m.group(1) for c in said.split('&') for m in [re.match('([a-zA-Z]+):', c)] if m}
        return around + tuple(element.get(name) for name in sorted(names))

    def elements(self):
        """(struct, path, field) of all elements that the documents of users can have."""
        def parts(s, struct, prefix):
            for f in model_read.flat(self.m, s):
                if f.kind not in ('attr', 'text') and 'status' not in f.flags:
                    yield struct, prefix + f.name, f
                    if f.kind == 'group':
                        yield from parts(f.sub, struct, prefix + f.name + '/')
        todo = [d[1] for d in self.m.documents if d[0] not in model_read.OWN_DOCUMENTS]
        for name in todo:                       # grows while it is read
            for struct, path, f in parts(self.m.structs[name], name, ''):
                yield struct, path, f
                if f.type in self.m.structs and f.type not in todo:
                    todo.append(f.type)

    def places(self, struct, path, f):
        """The best example of the kind that an element has most often, and after it the best ones of its other kinds."""
        found = self.here(struct, path, f) or self.any.get((f.where, f.cname), ())
        best, often = {}, collections.Counter(p.kind for p in found if not p.document.rare)
        for place in sorted(found, key=Place.value):
            best.setdefault(place.kind, place)
        return sorted(best.values(), key=lambda p: often[p.kind] < max(often.values(), default=0))

    def here(self, struct, path, f):
        """All occurrences of an element as part of a struct."""
        return self.exact.get((struct, path, f.where, f.cname), ())


def made_up(m, f, own):
    """Lines of an element of a struct whose deciding attribute has a value for which it exists."""
    disc = None
    spec = f.opts.get('up', ':' + f.opts.get('when', '')).split(':')[1]
    if spec and spec[0] != '!':
        disc = next((v for v in spec.split(',') if v != '-'), None)
    elif own is not None:
        hidden = spec.lstrip('!').split(',') + list(m.enums[own.type].later)
        disc = next((v for v in m.enums[own.type].values if v not in hidden), None)
    around = model_valid.Place('', disc, disc, None)
    if own is not None and disc:
        around.attrs[own.name] = disc
    name = '%s:%s' % (f.ns, f.name) if f.ns else f.name
    if f.type == 'flag':
        return ['<%s/>' % name]
    mk, kind = model_valid.Maker(m, random.Random(0), 0.5, plain=True, depth=2), m.structs.get(f.type)
    if f.kind == 'group':
        x = mk.element(name, f.sub, '', disc, 1, disc, True, around)
    elif kind:
        x = mk.element(name, kind, f.type, disc, 1, around=around)
    else:
        x = '<%s>%s</%s>' % (name, mk.esc(mk.value(f, ('', f.name))), name)
    if f.ns:
        x = x.replace(name, "%s xmlns:%s='%s'" % (name, f.ns, m.namespaces[f.ns]), 1)
    document = Document.__new__(Document)
    document.prefixes = {uri: prefix for prefix, uri in m.namespaces.items()}
    return Place(ET.fromstring(x), document).levels()[1]
