# SPDX-License-Identifier: LGPL-2.1-or-later
"""Emits the reference of the XML documents: a page for each document, a section for each element that has parts of its
own, and in it each attribute and element with what it is for, what it can be and what is special about it.  What
they look like is taken from documents that people wrote (model_examples.py), which stand at the end of each page.
The texts are those of model/texts.  Static HTML without scripts; the style is docpages.css.

usage: model_docs.py OUTPUT-FOLDER STYLE.css TEXT.txt... -- EXAMPLE.xml... -- FILE.model...
"""
import collections
import copy
import os
import re
import shutil
import sys
from html import escape
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import model_examples
import model_read
import model_words
from model_read import Bad

TITLES = {
    'domain_def': 'Guests', 'network_def': 'Networks', 'network_port_def': 'Ports of networks',
    'nwfilter_def': 'Packet filters', 'nwfilter_binding_def': 'Bindings of filters',
    'storage_pool_def': 'Storage pools',
    'storage_vol_def': 'Volumes', 'secret_def': 'Secrets', 'interface_def': 'Host interfaces',
    'node_device_def': 'Host devices', 'snapshot_def': 'Snapshots', 'checkpoint_def': 'Checkpoints',
    'backup_def': 'Backups', 'host_cpu': 'Processors', 'capabilities_def': 'Capabilities of a host',
    'domcaps_def': 'Capabilities of a machine', 'poolcaps_def': 'Capabilities of storage',
    'pool_sources': 'Sources of pools',
    'host_sysinfo': 'Firmware tables',
}


KINDS = {'attr': '@', 'text': '='}     # what stands before a name in a path
NOTES = '<div class="notes">%s</div>'
FEW = 3             # so many attributes of an element that has nothing else stand in its own row


def tag(name):
    return '<code>&lt;%s&gt;</code>' % escape(name)


def full_name(f):
    return '%s:%s' % (f.ns, f.name) if f.ns else f.name


def anchor(struct, path):
    return '%s.%s' % (struct, path.replace('/', '.'))


def block(lines):
    """XML, with the names of elements and the values of attributes set apart."""
    text = re.sub(r'(&lt;/?)([\w:-]+)', r'\1<b>\2</b>', escape('\n'.join(lines), quote=False))
    return '<pre class="code xml">%s</pre>' % re.sub(r"(?<==)'[^']*'", r'<i>\g<0></i>', text)


class Use:
    """Where a struct is an element: a field of another one."""

    def __init__(self, struct, path, f, own, tellers):
        self.struct, self.path, self.field, self.own, self.tellers = struct, path, f, own, tellers


class Page:
    """One document: the sections in the order in which a reader meets the elements."""

    def __init__(self, pages, document):
        self.pages, self.m, self.document = pages, pages.m, document
        self.uses, self.ids, self.whole = {document[1]: []}, set(), pages.examples.of(document)
        self.find(document[1])
        for uses in self.uses.values():             # where it is met most comes first
            uses.sort(key=lambda u: -len(pages.examples.here(u.struct, u.path, u.field)))

    def find(self, struct):
        new = []
        for tellers, path, f, own in self.all_parts(struct):
            if f.type in self.m.structs and f.type not in self.pages.roots:
                new += [f.type] if f.type not in self.uses else []
                self.uses.setdefault(f.type, []).append(Use(struct, path, f, own, tellers))
        # a section is followed by those of its parts
        for name in dict.fromkeys(new):
            self.uses[name] = self.uses.pop(name)
            self.find(name)

    def parts(self, s, owners, prefix, own=None):
        """(structs that may tell it, field, deciding attribute) of what stands in an element."""
        here = next((f for f in s.fields if 'disc' in f.flags), own)
        for f in s.fields:
            if f.kind == 'include':
                yield from self.parts(model_read.included(self.m, f), [(f.type, prefix)] + owners, prefix, here)
            elif not f.name.startswith(model_read.HIDDEN) and 'status' not in f.flags:
                yield owners, f, here

    def all_parts(self, struct, s=None, owners=None, prefix='', own=None):
        """(structs that may tell it, path, field, deciding attribute) of all attributes and elements of a struct."""
        for tellers, f, here in self.parts(s or self.m.structs[struct], owners or [(struct, '')], prefix, own):
            yield tellers, prefix + KINDS.get(f.kind, '') + (f.name or f.cname), f, here
            if f.kind == 'group':
                yield from self.all_parts(struct, f.sub, tellers, prefix + f.name + '/', here)

    # ------------------------------------------------------------------ sections

    def identified(self, name):
        """An attribute id, if there is no other one of that name."""
        if name in self.ids:
            return ''
        self.ids.add(name)
        return ' id="%s"' % escape(name)

    def rows(self, s, owners, struct, prefix, own):
        """(attributes, elements) of a struct or group: (name, notes, what is said) of the former, items of a list."""
        attrs, elements = [], []
        names = [prefix.split('/')[-2]] if prefix else [u.field.name for u in self.uses[struct]] or [self.document[2]]
        for tellers, f, here in self.merged(self.parts(s, owners, prefix, own)):
            if not model_words.stands(f, names, False):
                continue
            path = prefix + KINDS.get(f.kind, '') + (f.name or f.cname)
            said, notes = self.said(tellers, path, f), self.pages.words.notes(f, here, names)
            if f.kind in ('attr', 'text'):
                attrs.append((self.shown(f), notes, said))
                continue
            name = tag(full_name(f))
            if f.type in self.pages.roots:
                name = '<a href="%s.html">%s</a>' % (self.pages.roots[f.type], name)
            elif f.type in self.m.structs:
                name = '<a href="#%s">%s</a>' % (f.type, name)
            example = self.pages.example(struct, path, f, here)
            if f.type not in self.uses or example != self.head(f.type):
                said += block(example)
            if f.kind == 'group':
                inner = self.rows(f.sub, tellers, struct, path + '/', here)
                said += self.listed(*inner) if inner[1] or len(inner[0]) > FEW else self.short(inner[0])
            elements.append('<dt%s>%s%s</dt><dd>%s</dd>' % (self.identified(anchor(struct, path)), name, NOTES % notes,
                                                            said))
        return attrs, elements

    def merged(self, parts):
        """Attributes that are described once for each of several kinds, and are the same to a reader, are one."""
        out, seen = [], {}
        for tellers, f, here in parts:
            same, when = (f.kind, f.name, self.pages.words.of(f)), f.opts.get('when', '!')
            if f.kind == 'attr' and same in seen and when[0] != '!':
                seen[same].opts['when'] += ',' + when
                seen[same].flags &= f.flags
                continue
            if f.kind == 'attr' and when[0] != '!':
                f = seen[same] = copy.copy(f)
                f.opts, f.flags = dict(f.opts), set(f.flags)
            out.append((tellers, f, here))
        return out

    def said(self, tellers, path, f):
        told, value = self.pages.words.told(self.pages.text(tellers, path), f), self.pages.words.of(f)
        return ('<p>%s</p>' % told if told else '') + ('<p class="value">%s</p>' % value if value else '')

    @staticmethod
    def shown(f):
        return '<code>%s</code>' % escape(full_name(f)) if f.kind == 'attr' else '<i>its text</i>'

    @staticmethod
    def short(attrs):
        """Attributes of an element that has nothing else, in its own row."""
        return ''.join('<div class="short"><div>%s</div><div>%s%s</div></div>' % (shown, said, NOTES % notes)
                       for shown, notes, said in attrs)

    @staticmethod
    def listed(attrs, elements):
        rows = ['<dt>%s%s</dt><dd>%s</dd>' % (shown, NOTES % notes, said) for shown, notes, said in attrs]
        return ('<h4>Attributes</h4><dl class="parts">%s</dl>' % '\n'.join(rows) if attrs else '') + \
            ('<h4>Elements</h4><dl class="parts">%s</dl>' % '\n'.join(elements) if elements else '')

    def head(self, struct):
        """The example with which the section of a struct opens."""
        first = self.uses[struct][0]
        return self.pages.example(first.struct, first.path, first.field, first.own)

    def origin(self, struct):
        """In which of the whole documents of this page that example stands."""
        use = self.uses[struct][0]
        for place in self.pages.examples.places(use.struct, use.path, use.field)[:1]:
            if place.document in self.whole:
                return '<p class="where">from <a href="#example-%s">%s</a></p>' % (2 * (place.document.title,))
        return ''

    def more(self, struct):
        """Other examples, of the kinds that it has and the names under which it is used."""
        out, shown = [], self.head(struct)
        for use in self.uses[struct]:
            for place in self.pages.examples.places(use.struct, use.path, use.field):
                lines = place.levels()[1]
                if lines != shown and lines not in out:
                    out.append(lines)
        return '<details><summary>%d more</summary>%s</details>' % (len(out), ''.join(map(block, out))) if out else ''

    def section(self, struct):
        uses = self.uses[struct]
        names = list(dict.fromkeys(full_name(u.field) for u in uses)) or [self.document[2]]
        around = dict.fromkeys((anchor(u.struct, '/'.join(u.path.split('/')[:-1])).rstrip('.'),
                                ' › '.join([self.name_of(u.struct)] + ['<%s>' % p for p in u.path.split('/')[:-1]]))
                               for u in uses)
        level = 2 if not uses or any(u.struct == self.document[1] for u in uses) else 3
        out = ['<section class="entry level%d" id="%s"><h%d>%s <span class="kind">%s</span></h%d>' % (
            level, struct, level, ' '.join(map(tag, names)), struct, level)]
        if uses:
            out.append('<p class="where">in %s</p>' % ', '.join(
                '<a href="#%s"><code>%s</code></a>' % (escape(where), escape(shown)) for where, shown in around))
        told = [self.pages.text(u.tellers, u.path) for u in uses[:1]] + [self.pages.text([(struct, '')], '')]
        out += ['<p>%s</p>' % self.pages.words.told(text) for text in told if text]
        if uses:
            out.append(block(self.head(struct)) + self.origin(struct) + self.more(struct))
        out.append(self.listed(*self.rows(self.m.structs[struct], [(struct, '')], struct, '', None)))
        return '\n'.join(out) + '</section>'

    def inside(self, struct):
        """Which of several elements of one name it is."""
        return ''.join(' <span class="kind">in %s</span>' % escape(self.name_of(u.struct)) for u in self.uses[struct][:1])

    def name_of(self, struct):
        uses = self.uses[struct]
        return '<%s>' % (full_name(uses[0].field) if uses else self.document[2])

    # ------------------------------------------------------------------ the page

    def body(self):
        d = self.document
        out = ['<h1>%s</h1><p class="header">The document %s.</p>' % (escape(TITLES[d[0]]), tag(d[2]))]
        out.append('<div class="overview"><h4>Whole documents</h4><dl class="args">%s</dl></div>' % ''.join(
            '<dt><a href="#example-%s">%s</a></dt><dd>%s</dd>' % (e.title, e.title, escape(e.shows)) for e in self.whole))
        names = sorted(((self.name_of(s), s) for s in self.uses), key=lambda n: (n[0].lower(), n[1]))
        if len(names) > 4:
            often = collections.Counter(n for n, _ in names)
            out.append('<details class="contents"><summary>All %d elements with parts of their own</summary>'
                       '<ul class="names">%s</ul></details>' % (len(names), ''.join(
                           '<li><a href="#%s"><code>%s</code></a>%s</li>' % (
                               s, escape(n), self.inside(s) if often[n] > 1 else '') for n, s in names)))
        out += [self.section(s) for s in self.uses]
        out.append('<h2 id="examples">Whole documents</h2>')
        for e in self.whole:
            out.append('<section class="entry" id="example-%s"><h3>%s</h3><p>%s</p>%s</section>' % (
                e.title, e.title, escape(e.shows), block([e.text])))
        return '\n'.join(out)


class Pages:
    def __init__(self, m, texts, examples):
        self.m, self.texts, self.examples, self.words = m, texts, examples, model_words.Words(m)
        self.documents = [d for d in m.documents if d[0] not in model_read.OWN_DOCUMENTS]
        self.roots = {d[1]: d[0] for d in self.documents}      # which have a page of their own

    def text(self, owners, path):
        """The first that is told: in the struct where the field is described, or in those that include it.
        Owners are (struct, path of the group that includes it)."""
        for struct, base in owners:
            if (struct, path[len(base):]) in self.texts:
                return self.texts[struct, path[len(base):]]
        return ''

    def example(self, struct, path, f, own):
        """The lines of an element as it may be written."""
        places = self.examples.places(struct, path, f)
        return places[0].levels()[1] if places else model_examples.made_up(self.m, f, own)

    def page(self, title, nav_to, body):
        nav = ''.join('<li%s><a href="%s.html">%s</a></li>' % (
            ' class="here"' if d[0] == nav_to else '', d[0], escape(TITLES[d[0]])) for d in self.documents)
        return ('<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"/>'
                '<meta name="viewport" content="width=device-width"/><title>%s</title>'
                '<link rel="stylesheet" href="docpages.css"/></head><body><nav><p class="brand">'
                '<a href="index.html">XML documents</a></p><ul>%s</ul>'
                '<ul><li><a href="../reference/index.html">API reference</a></li></ul></nav>'
                '<main>%s</main></body></html>\n' % (escape(title), nav, body))

    def index(self):
        rows = ''.join('<tr><td><a href="%s.html">%s</a></td><td>%s</td><td>%s</td></tr>' % (
            d[0], tag(d[2]), escape(TITLES[d[0]]), self.words.told(self.text([(d[1], '')], ''))) for d in self.documents)
        notes = {word: why for _, word, why in reversed(model_words.SPECIAL)}
        notes = ''.join('<dt>%s</dt><dd>%s</dd>' % (escape(word), escape(notes[word])) for word in reversed(notes))
        forms = ''.join('<dt id="form-%s">%s</dt><dd><code>%s</code></dd>' % (
            name, escape(words), escape(self.m.forms[name])) for name, words in self.m.form_words.items())
        return ('<h1>XML documents</h1><table class="index">%s</table><h2>Words</h2><dl>%s</dl>'
                '<h2>Forms of texts</h2><p>As regular expressions of XML Schema.</p><dl class="forms">%s</dl>' % (
                    rows, notes, forms))

    def write(self, folder, style):
        os.makedirs(folder, exist_ok=True)
        shutil.copy(style, os.path.join(folder, 'docpages.css'))
        pages = {'index': self.page('XML documents', '', self.index())}
        for d in self.documents:
            pages[d[0]] = self.page(TITLES[d[0]], d[0], Page(self, d).body())
        for name, text in pages.items():
            with open(os.path.join(folder, name + '.html'), 'w', encoding='utf-8') as f:
                f.write(text)


def main(args):
    texts = args.index('--')
    end = args.index('--', texts + 1)
    m = model_read.read(args[end + 1:])
    examples = model_examples.Examples(m, [model_examples.Document(p) for p in args[texts + 1:end]])
    Pages(m, model_read.read_texts(m, args[2:texts]), examples).write(args[0], args[1])


if __name__ == '__main__':
    try:
        main(sys.argv[1:])
    except Bad as e:
        sys.exit(str(e))
