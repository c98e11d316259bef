# SPDX-License-Identifier: LGPL-2.1-or-later
"""Emits the reference of the XML documents: a page for each document, an entry for each struct, a row for each
attribute and element with its type, unit, valid values, default and what is special about it, and an example of
each element.  The texts are those of model/texts.  Static HTML; the style is docpages.css.

usage: model_docs.py OUTPUT-FOLDER STYLE.css TEXT.txt... -- FILE.model...
"""
import os
import random
import re
import shutil
import sys
from html import escape
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import model_read
import model_valid
from model_read import SCALARS, Bad

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
HIDDEN_DOCUMENTS = {'domain_status'}      # which no user sees
NEWER = '<b title="ignored or refused unless newer_elements is set: newer than the format that is read">from %s</b>'
KINDS = {
    'STR': 'text', 'RAW': 'XML of other namespaces', 'CPUSET': 'list of numbers such as 0-3,^2',
    'UUID': 'uuid',
    'MAC': 'MAC address', 'DOUBLE': 'number', 'OCT': 'octal number', 'U8': '0 to 255', 'U16': '0 to 65535',
    'U32': 'number', 'U64': 'number', 'I32': 'whole number', 'I64': 'whole number',
    'X8': 'number, shown as 0x…',
    'N32': 'number, decimal or 0x…', 'BUS': '0 to 0xff', 'SLOT': '0 to 0x1f', 'FUNCTION': '0 to 7',
    'X16': 'number, shown as 0x…', 'X32': 'number, shown as 0x…', 'X64': 'number, shown as 0x…',
    'FLAG': 'present or not',
}
SPECIAL = [
    ('live', 'running', 'only of a running guest: a definition loses it'),
    ('alias', 'running', 'only of a running guest, '
     'unless it begins with ua-'), ('secret', 'secret', 'shown only to those who may see secrets'),
    ('abi', 'ABI',
     'the guest can tell the difference: it cannot change while the guest runs, migrates or goes back to a '
     'snapshot'), ('positive', 'not 0', 'cannot be 0'), ('status', 'internal', 'in our own files only'),
]


class Example(model_valid.Maker):
    """Made by the generator, with values that a person could have chosen."""
    NAMES = {'name': 'demo', 'path': '/var/lib/demo', 'file': '/var/lib/demo/disk.qcow2', 'dev': 'vda',
             'address': '192.0.2.1',
             'host': 'demo.example', 'port': '5900', 'model': 'virtio',
             'uuid': '6c0cde1e-0a3b-4a2e-9b55-5f3dd0f04a11',
             'netmask': '255.255.255.0', 'gateway': '192.0.2.254', 'network': 'default', 'bridge': 'br0',
             'ip': '192.0.2.7',
             'start': '192.0.2.10', 'end': '192.0.2.99', 'mac': '52:54:00:12:34:56',
             'filter': 'clean-traffic',
             'usage': 'demo', 'username': 'demo', 'pool': 'default', 'volume': 'demo.qcow2',
             'dir': '/srv/demo'}

    def value(self, f, key, place=None):
        made = super().value(f, key, place)
        forms = model_read.forms_of(self.m, f, lambda c: self.holds(c, place))
        likely = [w for w in (self.NAMES.get(f.name, 'demo'), *self.NAMES.values())
                  if not forms or re.fullmatch(forms[0].replace('$', r'\$'), w)]
        if model_read.words_of(self.m, f) or SCALARS[f.type][3] != 'STR' or not likely:
            return made
        return likely[0]


def pretty(xml):
    """Two spaces a level; the XML is our own, so tags are all there is to see."""
    out, level = [], 0
    for tag, text in re.findall(r'(<[^>]*>)([^<]*)', xml):
        if tag.startswith('</'):
            level -= 1
            if out and not out[-1][1]:
                out.append(['  ' * level + tag, ''])
            else:
                out[-1] = [out[-1][0] + out[-1][1] + tag, '']
        else:
            out.append(['  ' * level + tag, text])
            level += not tag.endswith('/>')
    return '\n'.join(a + b for a, b in out)


class Pages:
    def __init__(self, m, texts):
        self.m, self.texts = m, texts
        self.documents = [d for d in m.documents if d[0] not in HIDDEN_DOCUMENTS]

    def text(self, owners, path):
        """The first that is told: in the struct where the field is described, or in those that include it.
        Owners are (struct, path of the group that includes it)."""
        for struct, base in owners:
            if (struct, path[len(base):]) in self.texts:
                return self.texts[struct, path[len(base):]]
        return ''

    # ------------------------------------------------------------------ what a value can be

    def type_of(self, f):
        if f.kind == 'group':
            return ''
        t = f.type
        if t in self.m.structs:
            return '<a href="#%s">%s</a>' % (t, t)
        if t in self.m.enums:
            e = self.m.enums[t]
            return ' '.join('<code>%s</code>%s' % (escape(v),
                                                   NEWER % escape(e.since[v]) if v in e.later else '')
                            for v in e.values)
        if t in ('yesno', 'onoff'):
            return '<code>%s</code> <code>%s</code>' % (('yes', 'no') if t == 'yesno' else ('on', 'off'))
        words, limits, forms = model_read.words_of(self.m, f), model_read.range_of(f), model_read.forms_of(self.m, f)
        if words:
            return ' '.join('<code>%s</code>' % escape(w) for w in words)
        kind, arg = SCALARS[t][3:]
        if forms and kind == 'STR':
            return 'text as %s' % ' or '.join('<code>%s</code>' % escape(x) for x in dict.fromkeys(forms))
        if limits and kind in KINDS and limits[1] is not None:
            return '%d to %d' % (limits[0] or 0, limits[1])
        if kind == 'SIZE':
            shown = f.opts.get('units') or {0: 'bytes', 10: 'KiB', 20: 'MiB'}[arg]
            meant = {0: 'bytes', 10: 'KiB', 20: 'MiB', 30: 'GiB'}[int(f.opts.get('in', arg))]
            return 'size; <code>%s</code> says the unit, %s if not given; shown in %s' % (f.opts.get('uattr', 'unit'), meant,
                                                                                       shown)
        return KINDS[kind]

    def notes(self, f, own):
        out = []
        if 'missing' in f.opts:
            out.append('<b title="a document without it is refused">required</b>')
        elif model_read.must(f):
            out.append('<b title="a valid document has it">always</b>')
        if 'later' in f.flags:
            out.append(NEWER % escape(f.opts['since']))
        if 'default' in f.opts:
            out.append('<b title="taken if it is not given">default <code>%s</code></b>' %
                       escape(f.opts['default']))
        for flag, word, why in SPECIAL:
            if flag in f.flags:
                out.append('<b title="%s">%s</b>' % (escape(why), word))
        if 'since' in f.opts:
            out.append('<span>since %s</span>' % escape(f.opts['since']))
        spec, of = f.opts.get('when'), own.name if own is not None else ''
        if 'up' in f.opts:
            of, spec = f.opts['up'].split(':')
            of = of.replace('_', ' ') + ' around it'
        if spec:
            values = [v if v != '-' else 'not given' for v in spec.lstrip('!').split(',')]
            out.append('<span>%s %s %s</span>' % ('not for' if spec[0] == '!' else 'for', escape(of),
                                                  escape(' '.join(values))))
        return ' '.join(out)

    # ------------------------------------------------------------------ examples

    def example(self, f, own):
        """An element as it may be written, in a struct whose deciding attribute has a value for which it exists."""
        if f.kind in ('attr', 'text') or f.name.startswith(model_read.HIDDEN):
            return ''
        disc = None
        spec = f.opts.get('up', ':' + f.opts.get('when', '')).split(':')[1]
        if spec and spec[0] != '!':
            disc = next((v for v in spec.split(',') if v != '-'), None)
        elif own is not None:
            hidden = spec.lstrip('!').split(',') + list(self.m.enums[own.type].later)
            disc = next((v for v in self.m.enums[own.type].values if v not in hidden), None)
        around = model_valid.Place('', disc, disc, None)
        if own is not None and disc:
            around.attrs[own.name] = disc
        best = ''
        for seed in range(6):
            mk = Example(self.m, random.Random(seed), 0.5, plain=True, depth=3)
            name = '%s:%s' % (f.ns, f.name) if f.ns else f.name
            if f.kind == 'group':
                x = mk.element(name, f.sub, '', disc, 1, disc, True, around)
            elif f.type in self.m.structs:
                x = mk.element(name, self.m.structs[f.type], f.type, disc, 1, around=around)
            elif f.type == 'flag':
                return '<%s/>' % name
            else:
                x = '<%s>%s</%s>' % (name, mk.value(f, ('', f.name)) if f.type == 'raw' else
                                     mk.esc(mk.value(f, ('', f.name))), name)
            if 40 < len(x) < 400:
                return pretty(x)
            best = x if not best or len(best) < len(x) < 400 or len(x) < len(best) and len(best) > 400 else best
        return pretty(best)

    # ------------------------------------------------------------------ pages

    def rows(self, s, owners, prefix, own, used):
        """(attributes, elements) of a struct: rows of tables."""
        attrs, elements = [], []
        here = next((f for f in s.fields if 'disc' in f.flags), own)
        for f in s.fields:
            if f.kind == 'include':
                a, e = self.rows(model_read.included(self.m, f), [(f.type, prefix)] + owners, prefix, here, used)
                attrs += a
                elements += e
                continue
            if f.name.startswith(model_read.HIDDEN) or 'status' in f.flags:
                continue
            path = prefix + {'attr': '@', 'text': '='}.get(f.kind, '') + (f.name or f.cname)
            told = escape(self.text(owners, path))
            name = '%s:%s' % (f.ns, f.name) if f.ns else f.name
            if f.kind in ('attr', 'text'):
                shown = escape(prefix + ('@' + name if f.kind == 'attr' else 'text'))
                attrs.append('<tr><td><code>%s</code></td><td>%s</td><td>%s</td><td>%s</td></tr>' % (
                    shown, self.type_of(f), told, self.notes(f, here)))
                continue
            example = self.example(f, here)
            elements.append('<tr><td><code>&lt;%s&gt;</code>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>\n'
                            '<tr><td colspan="4"><pre class="code">%s</pre></td></tr>' % (
                                escape(prefix + name), ' repeats' if f.kind == 'list' else '',
                                self.type_of(f), told,
                                self.notes(f, here), escape(example)))
            if f.kind == 'group':
                a, e = self.rows(f.sub, owners, path + '/', here, used)
                attrs += a
                elements += e
            elif f.type in self.m.structs and f.type not in used:
                used.append(f.type)
        return attrs, elements

    def entry(self, name, used):
        s = self.m.structs[name]
        attrs, elements = self.rows(s, [(name, '')], '', None, used)
        out = ['<section class="entry" id="%s"><h3>%s</h3>' % (name, name)]
        if self.text([(name, '')], ''):
            out.append('<p>%s</p>' % escape(self.text([(name, '')], '')))
        if attrs:
            out.append('<h4>Attributes</h4><table>%s</table>' % '\n'.join(attrs))
        if elements:
            out.append('<h4>Elements</h4><table>%s</table>' % '\n'.join(elements))
        return '\n'.join(out) + '</section>'

    def page(self, title, nav_to, body):
        nav = ''.join('<li%s><a href="%s.html">%s</a></li>' %
                      (' class="here"' if d[0] == nav_to else '', d[0],
                                                              escape(TITLES[d[0]])) for d in self.documents)
        return ('<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"/><title>%s</title>'
                '<link rel="stylesheet" href="docpages.css"/></head><body><nav><p class="brand">'
                '<a href="index.html">XML documents</a></p><ul>%s</ul>'
                '<ul><li><a href="../reference/index.html">API reference</a></li></ul></nav>'
                '<main>%s</main></body></html>\n' % (
                    escape(title), nav, body))

    def write(self, folder, style):
        os.makedirs(folder, exist_ok=True)
        shutil.copy(style, os.path.join(folder, 'docpages.css'))
        for d in self.documents:
            used, body = [d[1]], []
            for name in used:                 # grows while it is read
                body.append(self.entry(name, used))
            head = '<h1>%s</h1><p>The document <code>&lt;%s&gt;</code>.</p>' % (escape(TITLES[d[0]]), d[2])
            with open(os.path.join(folder, d[0] + '.html'), 'w', encoding='utf-8') as f:
                f.write(self.page(TITLES[d[0]], d[0], head + '\n'.join(body)))
        rows = ''.join('<tr><td><a href="%s.html"><code>&lt;%s&gt;</code></a></td><td>%s</td><td>%s</td></tr>' % (
            d[0], d[2], escape(TITLES[d[0]]), escape(self.text([(d[1], '')], ''))) for d in self.documents)
        notes = ''.join('<dt>%s</dt><dd>%s</dd>' % (escape(w), escape(why)) for _, w, why in SPECIAL)
        with open(os.path.join(folder, 'index.html'), 'w', encoding='utf-8') as f:
            f.write(self.page('XML documents', '',
                              '<h1>XML documents</h1><table>%s</table><h2>Words</h2><dl>%s</dl>' % (
                rows, notes)))


def main(args):
    end = args.index('--')
    m = model_read.read(args[end + 1:])
    Pages(m, model_read.read_texts(m, args[2:end])).write(args[0], args[1])


if __name__ == '__main__':
    try:
        main(sys.argv[1:])
    except Bad as e:
        sys.exit(str(e))
