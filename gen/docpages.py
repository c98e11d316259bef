# SPDX-License-Identifier: LGPL-2.1-or-later
"""Emits the reference pages: one page per object; the overviews are in docindex.py.  Static HTML without
scripts; the style is docpages.css.

usage: docpages.py DESCRIPTION-FOLDER SUPPORT-TABLE OUTPUT-FOLDER
"""
import os
import re
import shutil
import sys
from html import escape

import description
import docindex
import doctext
import docwords
from description import decl
from headers import GATHERED

# Pages in the order of the navigation, with the name that people look for.
PAGES = [('common', 'Typed parameters'), ('error', 'Errors'), ('event', 'Event loop'), ('stream', 'Streams'),
         ('host', 'Connections and hosts'), ('domain', 'Guests'), ('domain-snapshot', 'Snapshots'),
         ('domain-checkpoint', 'Checkpoints'), ('network', 'Networks'), ('storage', 'Storage'),
         ('nodedev', 'Host devices'), ('interface', 'Host interfaces'), ('nwfilter', 'Network filters'),
         ('secret', 'Secrets'), ('qemu', 'QEMU only'), ('lxc', 'LXC only'), ('admin', 'Administration')]
TITLES = dict(PAGES)
# The documents of the calls, and their pages in the other reference, which stands beside this one.
DOCUMENTS = {
    'domain': 'domain_def', 'network': 'network_def', 'networkport': 'network_port_def',
    'filter': 'nwfilter_def',
    'filterbinding': 'nwfilter_binding_def', 'pool': 'storage_pool_def', 'volume': 'storage_vol_def',
    'secret': 'secret_def', 'interface': 'interface_def', 'device': 'node_device_def',
    'domainbackup': 'backup_def', 'domaincheckpoint': 'checkpoint_def', 'domainsnapshot': 'snapshot_def',
}


def page(unit):
    return unit.name + '.html'


def breakable(text):
    """A long name in a table may break behind its dots and underscores."""
    return re.sub(r'([._])(?=\w)', r'\1<wbr>', text)


class Pages:
    def __init__(self, api, texts, support):
        self.api, self.texts = api, texts
        self.drivers, self.support = support
        units = {unit.name: unit for unit in api.units}
        self.units = [(units[name], title) for name, title in PAGES]
        self.home = {}          # public name → page it stands on
        self.kind = {}          # … → what it is
        for kind in ('macros', 'enums', 'handles', 'structs', 'typedefs', 'callbacks', 'variables', 'calls'):
            for rec in getattr(api, kind):
                if not getattr(rec, 'special', False):
                    self.home[rec.name], self.kind[rec.name] = page(rec.unit), rec
        self.told_with = {}     # name of a record → the typedefs that stand with it
        for rec in api.typedefs:
            other = docwords.stands_with(api, rec)
            if other:
                self.told_with.setdefault(other.name, []).append(rec)
        for rec in api.enums:
            for name, _, _, sentinel in rec.values:
                if not sentinel:
                    self.home[name], self.kind[name] = page(rec.unit), rec

    # ------------------------------------------------------------------ words

    def link(self, name, here):
        if name not in self.home:
            return escape(name)
        home = self.home[name]
        return '<a href="%s#%s">%s</a>' % ('' if home == here else home, name, escape(name))

    def prose(self, text, here):
        """Text with `literals`, and public names made links."""
        out = []
        parts = text.split('`')
        for n, part in enumerate(parts):
            if n % 2:
                document = DOCUMENTS.get(part.strip('<>')) if re.search(r' as XML, an? $', parts[n - 1]) else None
                inner = self.link(part, here) if part in self.home else escape(part)
                if document:
                    inner = '<a href="../documents/%s.html">%s</a>' % (document, inner)
                out.append('<code>%s</code>' % inner)
            else:
                out.append(re.sub(r'_?\b(?:_?vir[A-Z]|VIR_|LIBVIR_)\w+\b\*?',
                                  lambda m: '<code>%s</code>' % self.link(m.group(0), here),
                                  escape(part, quote=False)))
        return ''.join(out)

    def linked(self, body, here):
        """Markup in which <code> holds public names."""
        return re.sub(r'<code>((?:vir|VIR_)\w+)</code>',
                      lambda m: '<code>%s</code>' % self.link(m.group(1), here), body)

    def paragraphs(self, doc, here):
        return ''.join(self.code(p[1:], here) if p.startswith('|') else '<p>%s</p>\n' % self.prose(p, here)
                       for p in doc.paragraphs) if doc else ''

    def code(self, text, here):
        return '<pre class="code">%s</pre>\n' % re.sub(
            r'\b(?:vir[A-Z]|VIR_)\w+', lambda m: self.link(m.group(0), here), escape(text, quote=False))

    def ctype(self, text, here):
        return re.sub(r'_?vir[A-Z]\w+', lambda m: self.link(m.group(0), here), escape(text))

    def declaration(self, ctype, name, here):
        text = decl(self.ctype(ctype, here), '\0')
        if ctype.endswith('*') and not text.endswith('*\0'):
            text = text.replace(' \0', '\0')
        return text.replace('\0', name)

    # ------------------------------------------------------------------ entries

    def heading(self, name, kind):
        more = ''.join('<a id="%s"></a>' % t.name for t in self.told_with.get(name, []))
        return '<h3 id="%s">%s<a class="self" href="#%s">%s</a> <span class="kind">%s</span></h3>\n' % (
            name, more, name, escape(name), kind)

    def prototype(self, rec, here):
        args = [self.declaration(a.type, '<i>%s</i>' % a.name, here) for a in rec.args] or ['void']
        name = '<b>%s</b>' % escape(rec.name)
        if rec.kind == 'callback':
            name = '(*%s)' % name
        head = self.declaration(rec.returns, name, here)
        plain = len(re.sub('<[^>]*>', '', head + ', '.join(args)))
        glue = ', ' if plain < 90 else ',\n    '
        open_ = '(' if plain < 90 else '(\n    '
        return '<pre class="proto">%s%s%s)</pre>\n' % (head, open_, glue.join(args))

    def typedefs(self, rec, here, first=()):
        lines = list(first) + ['typedef %s;' % self.declaration(t.type, '<b>%s</b>' % t.name, here)
                               for t in self.told_with.get(rec.name, [])]
        return '<pre class="proto">%s</pre>\n' % '\n'.join(lines) if lines else ''

    def pairs(self, title, rows, cls):
        if not rows:
            return ''
        return '<h4>%s</h4>\n<dl class="%s">\n%s</dl>\n' % (
            title, cls, ''.join('<dt>%s</dt><dd>%s</dd>\n' % row for row in rows))

    def function(self, rec, here):
        doc = self.texts.of.get(rec.name)
        kind = 'callback' if rec.kind == 'callback' else ''
        out = ['<section class="entry">\n', self.heading(rec.name, kind), self.prototype(rec, here),
               self.paragraphs(doc, here)]
        rows = [('<i>%s</i>' % escape(a.name), self.prose(docwords.arg_text(self.api, rec, a, doc) or '',
                                                          here))
                for a in rec.args]
        out.append(self.pairs('Arguments', rows, 'args'))
        result = docwords.result_text(rec, doc)
        if result:
            result = result[0].upper() + result[1:].rstrip('.')
            out.append('<h4>Returns</h4>\n<p class="result">%s.</p>\n' % self.prose(result, here))
        if rec.kind == 'call':
            out.append(self.pairs('Errors', [(self.prose(c, here), self.prose(t, here)) for c, t in
                                             docwords.errors(self.api, rec, doc)], 'errors'))
        out.append(self.facts(rec, here))
        see = docwords.related(self.api, rec, doc)
        if see:
            out.append('<p class="see">See also %s.</p>\n' % ', '.join(
                '<code>%s</code>' % self.link(n, here) for n in see))
        out.append('</section>\n')
        return ''.join(out)

    def facts(self, rec, here):
        rows = [('Since', '<a href="versions.html#v%s">%s</a>' % (rec.since, rec.since))]
        if rec.kind == 'call':
            if rec.name in self.support:
                have = [d for d, yes in zip(self.drivers, self.support[rec.name]) if yes]
                text = ', '.join(d for d in have if d != 'remote') or 'none yet'
                rows.append(('Drivers', text + ('; remote passes it on' if 'remote' in have else '')))
            readonly = docwords.readonly_text(rec)
            if readonly:
                rows.append(('Read-only', self.prose(readonly, here)))
            if rec.access:
                rows.append(('Permission', '; '.join('<a href="permissions.html#%s">%s</a>%s' % (
                    a.perm.replace(':', '-'), a.perm, self.prose(docwords.condition_text(a), here))
                    for a in rec.access)))
            if rec.filters:
                rows.append(('Lists only', 'objects with %s' % ', '.join(rec.filters)))
            if rec.slot:
                rows.append(('Runs', docwords.CLASSES[rec.cls]))
            if rec.wire:
                rows.append(('Wire', '%s program, procedure %d' % rec.wire))
            rows.append(('Symbol', '%s in %s' % (rec.node, rec.library)))
        return '<table class="facts">%s</table>\n' % ''.join(
            '<tr><th>%s</th><td>%s</td></tr>' % row for row in rows)

    def enum(self, rec, here):
        doc = self.texts.of.get(rec.name)
        out = ['<section class="entry">\n', self.heading(rec.name, 'enum'), self.paragraphs(doc, here),
               '<table class="values">\n']
        flags = sum(1 for v in rec.values if v[1] > 2 and v[1] & (v[1] - 1) == 0) > 1 and \
            all(v[1] == 0 or v[1] & (v[1] - 1) == 0 for v in rec.values if v[1] >= 0 and not v[3])
        for name, value, since, sentinel in rec.values:
            if sentinel:
                continue
            told = self.texts.of.get(name)
            number = '1 &lt;&lt; %d' % (value.bit_length() - 1) if flags and value > 0 else value
            out.append('<tr id="%s"><td><code>%s</code></td><td class="number">%s</td><td>%s%s</td></tr>\n' %
                       (
                name, breakable(name), number, self.prose(' '.join(told.paragraphs), here) if told else '',
                ' <span class="since">since %s</span>' % since if since and since != rec.since else ''))
        out.append('</table>\n%s</section>\n' % self.facts(rec, here))
        return ''.join(out)

    def struct(self, rec, here):
        doc = self.texts.of.get(rec.name)
        out = ['<section class="entry">\n', self.heading(rec.name, 'struct'), self.typedefs(rec, here)]
        out += [self.paragraphs(doc, here), '<table class="values">\n']
        told = doc.args if doc else {}
        for name, array, _, ctype, members in rec.fields:
            out.append('<tr><td><code>%s</code></td><td>%s</td></tr>\n' % (
                self.declaration(ctype, '<i>%s</i>' % name, here) + array,
                self.prose(told.get(name, ''), here)))
            for mname, _, mtype in members or []:
                out.append('<tr><td class="member"><code>%s</code></td><td>%s</td></tr>\n' % (
                    self.declaration(mtype, '<i>%s</i>' % mname, here),
                    self.prose(told.get(mname, ''), here)))
        out.append('</table>\n%s</section>\n' % self.facts(rec, here))
        return ''.join(out)

    def handle(self, rec, here):
        own = 'typedef struct %s <b>%s</b>;' % (rec.struct, rec.name)
        return '<section class="entry">\n%s%s%s</section>\n' % (
            self.heading(rec.name, 'handle'), self.typedefs(rec, here, [own]),
            self.paragraphs(self.texts.of.get(rec.name), here))

    def simple(self, rec, here):
        own = '%s%s;' % ('typedef ' if rec.kind == 'typedef' else '',
                         self.declaration(rec.type, '<b>%s</b>' % rec.name, here))
        return '<section class="entry">\n%s%s%s%s</section>\n' % (
            self.heading(rec.name, rec.kind), self.typedefs(rec, here, [own]),
            self.paragraphs(self.texts.of.get(rec.name), here), self.facts(rec, here))

    def macro_function(self, rec, here):
        doc = self.texts.of.get(rec.name)
        text = '<pre class="proto"><b>%s</b>(%s)</pre>\n' % (rec.name, ', '.join(
            '<i>%s</i>' % p for p in rec.params))
        rows = [('<i>%s</i>' % p, self.prose(doc.args[p], here)) for p in rec.params if doc and p in doc.args]
        return '<section class="entry">\n%s%s%s%s%s</section>\n' % (
            self.heading(rec.name, 'macro'), text, self.paragraphs(doc, here),
            self.pairs('Arguments', rows, 'args'), self.facts(rec, here))

    def constants(self, recs, here):
        """Consecutive constants share a table."""
        out = ['<table class="values">\n']
        for rec in recs:
            doc = self.texts.of.get(rec.name)
            value = '"%s"' % escape(rec.value) if rec.ctype == 'string' else rec.value if rec.value is not None \
                else escape(rec.body or '')
            out.append('<tr id="%s"><td><code>%s</code></td><td class="number">%s</td><td>%s '
                       '<span class="since">since %s</span></td></tr>\n' % (
                           rec.name, breakable(rec.name), breakable(str(value)),
                           self.prose(' '.join(doc.paragraphs), here) if doc else '', rec.since))
        return ''.join(out) + '</table>\n'

    # ------------------------------------------------------------------ pages

    def records(self, unit):
        """[(topic or None, [record])]: in the order of the texts, then what has no text yet."""
        named = {r.name: r for kind in ('macros', 'enums', 'handles', 'structs', 'callbacks', 'variables',
                                        'calls',
                                        'typedefs') for r in getattr(self.api, kind) if r.unit is unit}
        named = {n: r for n, r in named.items() if not getattr(r, 'special', False)}
        shown = {t.name for recs in self.told_with.values() for t in recs}
        out = [(topic, []) for topic in [None] + self.texts.topics.get(unit.name, [])]
        groups = {id(topic): recs for topic, recs in out}
        for name in [n for n in self.texts.order if n in named] + [n for n in named if n not in self.texts.of]:
            if name not in shown:
                doc = self.texts.of.get(name)
                groups.get(id(doc.topic if doc else None), out[0][1]).append(named[name])
        return [(topic, recs) for topic, recs in out if recs]

    def entries(self, recs, here):
        out, run = [], []
        emit = {'macro': self.macro_function, 'enum': self.enum, 'handle': self.handle, 'struct': self.struct,
                'callback': self.function, 'call': self.function, 'typedef': self.simple,
                'variable': self.simple}
        for rec in recs + [None]:
            if rec is not None and rec.kind == 'macro' and not rec.params:
                run.append(rec)
                continue
            if run:
                out.append(self.constants(run, here))
                run = []
            if rec is not None:
                out.append(emit[rec.kind](rec, here))
        return ''.join(out)

    def frame(self, title, here, body, contents=''):
        items = ''.join('<li%s><a href="%s.html">%s</a>%s</li>\n' % (
            ' class="here"' if here == name + '.html' else '', name, text,
            contents if here == name + '.html' else '') for name, text in PAGES)
        extra = ''.join('<li%s><a href="%s">%s</a></li>\n' % (
            ' class="here"' if here == href else '', href, text)
                        for href, text in (('names.html', 'All names'), ('versions.html', 'By version'),
                                           ('drivers.html', 'By driver'),
                                           ('permissions.html', 'By permission'),
                                           ('../documents/index.html', 'XML documents')))
        return ('<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
                '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
                '<title>%s – Vireo API reference</title>\n<link rel="stylesheet" href="style.css">\n'
                '</head>\n<body>\n<nav>\n<p class="brand"><a href="index.html">Vireo API</a></p>\n'
                '<ul>\n%s</ul>\n<ul>\n%s</ul>\n</nav>\n'
                '<main>\n%s</main>\n</body>\n</html>\n') % (escape(title), items, extra, body)

    def unit(self, unit):
        here, told = page(unit), self.texts.units.get(unit.name)
        out = ['<h1>%s</h1>\n<p class="header"><code>#include &lt;libvirt/%s&gt;</code> · %s</p>\n' % (
            TITLES[unit.name], 'libvirt.h' if unit.name in GATHERED else unit.header, unit.library)]
        out.append(self.paragraphs(told, here))
        groups = self.records(unit)
        contents = []
        out.append('<div class="overview">\n')
        for n, (topic, recs) in enumerate(groups):
            if topic:
                contents.append('<li><a href="#topic-%d">%s</a></li>\n' % (n, escape(topic.name)))
            calls = [r for r in recs if r.kind == 'call']
            if calls:
                out.append('<h4>%s</h4>\n<table>\n%s</table>\n' % (
                    escape(topic.name if topic else 'Functions'),
                    ''.join('<tr><td><code>%s</code></td><td>%s</td></tr>\n' % (
                        self.link(r.name, here), self.summary(r.name)) for r in calls)))
        out.append('</div>\n')
        for n, (topic, recs) in enumerate(groups):
            if topic:
                out.append('<h2 id="topic-%d">%s</h2>\n' % (n, escape(topic.name)))
                out.append(self.paragraphs(topic, here))
            out.append(self.entries(recs, here))
        sub = '\n<ul>\n%s</ul>\n' % ''.join(contents) if contents else ''
        return self.frame(TITLES[unit.name], here, ''.join(out), sub)

    def summary(self, name):
        doc = self.texts.of.get(name)
        return re.sub('`([^`]*)`', r'<code>\1</code>', escape(doc.summary, quote=False)) if doc else ''


def read_support(path):
    """([driver], {call: [bool]}) from what tools/support printed."""
    with open(path, encoding='utf-8') as lines:
        rows = [line.rstrip('\n').split('\t') for line in lines]
    return rows[0][2:], {row[0]: [cell == 'yes' for cell in row[2:]] for row in rows[1:]}


def main(source, support, target):
    api = description.load(source)
    pages = Pages(api, doctext.load(api, source), read_support(support))
    shutil.rmtree(target, ignore_errors=True)
    for unit in api.units:
        description.write(os.path.join(target, page(unit)), pages.unit(unit))
    for name, text in docindex.overviews(pages):
        description.write(os.path.join(target, name), text)
    shutil.copy(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'docpages.css'),
                os.path.join(target, 'style.css'))


if __name__ == '__main__':
    main(*sys.argv[1:])
