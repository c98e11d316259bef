# SPDX-License-Identifier: LGPL-2.1-or-later
"""Emits C from the description of the XML documents: a header with structs and enumerations, and
a source file with the tables that src/model's engine interprets.

usage: model_emit.py header|source NAME FILE.model... > out
  NAME is the file whose structs and documents are wanted, or "all" for the list of all documents.
"""
import os
import re
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import model_read
from model_read import SCALARS, ARRAYS, INTS, Bad, constant

ELEM_KIND = {'STRUCT': 1, 'LIST': 2, 'GROUP': 3}


def c_type(m, f):
    """(declaration prefix, alignment, size) of the C member behind a field."""
    if f.type in m.enums:
        return 'enum %s ' % f.type, 1, 1
    if f.type in m.structs:
        if f.kind == 'include':
            return 'struct %s ' % f.type, 8, 8
        return 'struct %s *' % f.type, 8, 8
    t, size = SCALARS[f.type][:2]
    return t, 1 if f.type in ARRAYS else size, size


def wants_has(m, f):
    return f.type in SCALARS and f.kind != 'list' and ('zero' in f.flags
                                                       or (SCALARS[f.type][2] and 'nz' not in f.flags))


def members(m, s, out, seen):
    """Flattens a struct and its groups to C members: (alignment, order, declaration)."""
    for f in s.fields:
        if f.kind == 'group':
            if 'keep' in f.flags:
                add(out, seen, f, 'has_' + f.cname, 0, 'bool has_%s : 1;' % f.cname)
            members(m, f.sub, out, seen)
            continue
        t, align, _ = c_type(m, f)
        if f.kind == 'list':
            add(out, seen, f, f.cname, 8, '%s*%s;' % (t, f.cname))
            add(out, seen, f, 'n_' + f.cname, 4, 'uint32_t n_%s;' % f.cname)
            continue
        arr = '[%d]' % ARRAYS[f.type] if f.type in ARRAYS else ''
        add(out, seen, f, f.cname, align, '%s%s%s;' % (t, f.cname, arr))
        if wants_has(m, f):
            add(out, seen, f, 'has_' + f.cname, 0, 'bool has_%s : 1;' % f.cname)


def has_bits(m, name):
    """The has_… members of a struct in the order of their bits."""
    out = []
    members(m, m.structs[name], out, {})
    return [d.split()[1] for align, _, d in sorted(out) if align == 0]


def add(out, seen, f, name, align, decl):
    if name in seen:
        if seen[name] != decl:
            raise Bad('%s: member %s has two types' % (f.where, name))
        return
    seen[name] = decl
    out.append((-align, len(out), decl))


def order(m):
    """Structs in an order in which embedded ones come first."""
    done, out = set(), []

    def visit(n):
        if n in done:
            return
        done.add(n)

        def deps(s):
            for f in s.fields:
                if f.kind == 'group':
                    deps(f.sub)
                elif f.kind == 'include':
                    visit(f.type)
        deps(m.structs[n])
        out.append(n)
    for n in m.structs:
        visit(n)
    return out


HEADER = '''/* Generated from model/ by gen/model_emit.py: do not edit. */
#pragma once

#include "model/model.h"
'''


def emit_header(m, name, mine):
    p = [HEADER]
    for path in m.files:                # what comes before in the list may be used
        base = os.path.basename(path)[:-len('.model')]
        if base == name:
            break
        p.append('#include "model/%s-def.h"' % base)
    p.append('')
    for e in m.enums.values():
        if not mine(e):
            continue
        p.append('enum %s {' % e.name)
        p.append('    %s_UNSET = 0,' % e.name.upper())
        p += ['    %s,' % constant(e.name, v) for v in e.values]
        p.append('} __attribute__((packed));')
        p.append('#define %s_COUNT %d' % (e.name.upper(), len(e.values) + 1))
        p.append('extern const struct model_enum %s_enum;' % e.name)
        p.append('static inline const char *%s_str(enum %s v) { return model_enum_str(&%s_enum, v); }'
                 % (e.name, e.name, e.name))
        p.append('static inline enum %s %s_from(const char *s) { return (enum %s)model_enum_from(&%s_enum, s); }\n'
                 % (e.name, e.name, e.name, e.name))
    for n in order(m):
        s = m.structs[n]
        if not mine(s):
            continue
        out, seen = [], {}
        members(m, s, out, seen)
        p.append('struct %s {' % n)
        p += ['    ' + d for align, _, d in sorted(out) if align]
        bits = [d for align, _, d in sorted(out) if not align]
        if bits:        # one bit each: they are many, and definitions are kept in memory by the thousand
            p += ['    union {', '        struct {'] + ['            ' + d for d in bits]
            p += ['        };', '        uint8_t has_bits[%d];' % ((len(bits) + 7) // 8), '    };']
        if not out:
            p.append('    char unused;')
        p.append('};')
        p.append('extern const struct model_table %s_table;\n' % n)
    for d in m.documents:
        if not mine(m.structs[d[1]]):
            continue
        n, s = d[0], d[1]
        p.append('extern const struct model_document %s_document;' % n)
        p.append('''static inline struct {s} *{n}_new(void) {{ return model_new_doc(&{n}_document); }}
/* 0, or -1 with err filled; flags are MODEL_PARSE_*. */
static inline int {n}_parse(const char *xml, size_t len, unsigned flags, struct {s} **def, struct err *err)
{{ return model_parse(&{n}_document, xml, len, flags, (void **)def, err); }}
/* Never NULL; free() it.  flags are MODEL_FORMAT_*. */
static inline char *{n}_format(const struct {s} *def, unsigned flags) {{ return model_format(def, flags); }}
static inline struct {s} *{n}_ref(const struct {s} *def) {{ return model_ref(def); }}
static inline void {n}_unref(const struct {s} *def) {{ model_unref(def); }}
static inline void {n}_unrefp(struct {s} **def) {{ model_unref(*def); *def = NULL; }}
/* A deep copy in one exactly sized block: editable, and what should be published. */
static inline struct {s} *{n}_copy(const struct {s} *def) {{ return model_copy(def); }}
static inline bool {n}_equal(const struct {s} *a, const struct {s} *b) {{ return model_equal(a, b); }}
#define {N}_AUTO __attribute__((cleanup({n}_unrefp))) struct {s} *
'''.format(n=n, s=s, N=n.upper()))
    return '\n'.join(p)


def abi_structs(m):
    """Names of structs in which something is guest ABI."""
    found = set()

    def inside(s):
        return any('abi' in f.flags or (f.type in found and 'noabi' not in f.flags) or (f.kind == 'group' and inside(f.sub))
                   for f in s.fields)
    while True:
        more = {n for n, s in m.structs.items() if n not in found and inside(s)}
        if not more:
            return found, inside
        found |= more


class Tables:
    """Writes the model_table of each struct; groups become tables of their own."""

    def __init__(self, m):
        self.m, self.out, self.count = m, [], 0
        self.owner = {}     # of a member prefix: the struct whose members these are
        self.abi, self.inside = abi_structs(m)

    def flat(self, s, prefix):
        """Fields of a struct with included structs dissolved: (field, member prefix)."""
        for f in s.fields:
            if f.kind == 'include':
                self.owner[prefix + f.cname + '.'] = f.type
                yield from self.flat(model_read.included(self.m, f), prefix + f.cname + '.')
            else:
                yield f, prefix

    @staticmethod
    def error(f, option):
        if option not in f.opts:
            return '0'
        code, _, domain = f.opts[option].partition(':')
        return 'MODEL_ERROR(%s, %s)' % (model_read.ERRORS[code],
                                        'VIR_FROM_' + domain.upper() if domain else 'MODEL_FROM_DOCUMENT')

    def has(self, top, prefix, f):
        bit = has_bits(self.m, self.owner[prefix]).index('has_' + f.cname)
        return 'MODEL_BIT(offsetof(struct %s, %shas_bits), %d)' % (top, prefix, bit)

    def table(self, cident, s, top, prefix, disc_of, group=False):
        m = self.m
        if not group:
            self.owner = {'': top}
        rows, disc = [], -1
        fields = list(self.flat(s, prefix))
        own = next((f for f, _ in fields if 'disc' in f.flags), None)
        here = own if own is not None else (disc_of if group else None)
        rank = {'attr': 0, 'text': 1}
        fields.sort(key=lambda fp: rank.get(fp[0].kind, 2))
        defaults = sizes = False
        groups = 0
        required = 'true' if any('missing' in f.opts and f.kind == 'attr' for f, _ in fields) else 'false'
        for f, pre in fields:
            fl = ['MODEL_' + x.upper() for x in sorted(f.flags) if x in
                  ('live', 'secret', 'abi', 'required', 'alias', 'keep', 'status', 'always', 'idle',
                   'nounit',
                   'migratable', 'wide', 'open', 'noempty', 'pretty', 'together', 'filled', 'silent',
                   'ignore', 'positive', 'mixed', 'apart',
                   'later', 'base0', 'base16', 'merge', 'spread', 'down')]
            if 'join' in f.flags:
                fl += ['MODEL_MERGE', 'MODEL_JOIN']
            mem = pre + f.cname
            kind, sub, arg, has = None, 'NULL', 0, 'MODEL_NO_OFFSET'
            off = 'offsetof(struct %s, %s)' % (top, mem)
            if 'noabi' not in f.flags and (f.type in self.abi or (f.kind == 'group' and self.inside(f.sub))):
                fl.append('MODEL_ABI')     # of something below
            if f.kind == 'group':
                self.count += 1
                ident = '%s_g%d' % (cident, self.count)
                self.table(ident, f.sub, top, pre, here, group=True)
                kind, sub, off, arg = 'GROUP', '&%s_table' % ident, '0', groups
                groups += 1
                if 'keep' in f.flags:
                    has = self.has(top, pre, f)
            elif f.type in m.structs:
                kind = 'LIST' if f.kind == 'list' else 'STRUCT'
                sub = '&%s_table' % f.type
                if f.kind == 'list':
                    has = 'offsetof(struct %s, %sn_%s)' % (top, pre, f.cname)
            else:
                if f.type in m.enums:
                    kind, sub = 'ENUM', '&%s_enum' % f.type
                else:
                    kind, arg = SCALARS[f.type][3], SCALARS[f.type][4]
                    if f.type in ('yesno', 'onoff'):
                        sub = '&%s_enum' % f.type
                if wants_has(m, f):
                    has = self.has(top, pre, f)
                if f.kind == 'list':
                    fl.append('MODEL_MANY')
                    has = 'offsetof(struct %s, %sn_%s)' % (top, pre, f.cname)
            if 'disc' in f.flags:
                disc = len(rows)
            mask = '0'
            if 'when' in f.opts or 'up' in f.opts:
                up = 'up' in f.opts
                if up:
                    fl.append('MODEL_UP')
                    enum, vals = f.opts['up'].split(':')
                else:
                    if here is None:
                        raise Bad('%s: when= needs an attribute marked disc' % f.where)
                    enum, vals = here.type, f.opts['when']
                neg = vals.startswith('!')
                bits = 0
                for v in vals.lstrip('!').split(','):
                    if v == '-':
                        bits |= 1
                        continue
                    if v not in m.enums[enum].values:
                        raise Bad('%s: %s is no value of %s' % (f.where, v, enum))
                    bits |= 1 << (m.enums[enum].values.index(v) + 1)
                if neg:
                    bits ^= (1 << 64) - 1
                mask = 'UINT64_C(0x%x)' % bits
            default = '0'
            if 'default' in f.opts:
                v = f.opts['default']
                if f.type in m.enums:
                    default = '%d' % (m.enums[f.type].values.index(v) + 1)
                elif f.type in ('yesno', 'onoff'):
                    default = '1' if v in ('yes', 'on') else '2'
                else:
                    default = v
                fl.append('MODEL_DEFAULT')
                defaults = True
            if f.kind == 'attr':
                fl.append('MODEL_ATTR')
            if f.kind == 'text':
                fl.append('MODEL_TEXT')
            unit = 'NULL'
            if kind == 'SIZE':
                shown = f.opts.get('units', {0: 'bytes', 10: 'KiB', 20: 'MiB'}[arg])
                unit = 'NULL' if 'nounit' in f.flags else '" %s=\'%s\'"' % (f.opts.get('uattr', 'unit'), shown)
                default = f.opts.get('in', str(arg))
                sizes = sizes or f.kind in ('attr', 'text')
            rows.append((f.name,
                         '    { "%s", %d, MODEL_K_%s, %d, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s },' % (
                f.name, len(f.name), kind, arg, '"%s"' % m.namespaces[f.ns] if f.ns else 'NULL',
                '"%s:%s"' % (f.ns, f.name) if f.ns else '"%s"' % f.name,
                '|'.join(fl) or '0', off, has, sub, mask, default, unit, self.error(f, 'bad'),
                self.error(f, 'missing'),
                self.error(f, 'twice'), self.error(f, 'beyond' if 'beyond' in f.opts else 'only')), f.kind))
        attrs = [i for i, r in enumerate(rows) if r[2] == 'attr']
        text = next((i for i, r in enumerate(rows) if r[2] == 'text'), -1)
        kids = [i for i, r in enumerate(rows) if r[2] not in ('attr', 'text')]
        o = self.out
        o.append('static const struct model_field %s_fields[] = {' % cident)
        o += [r[1] for r in rows]
        o.append('    { 0 }\n};')
        key = lambda i: (len(rows[i][0]), rows[i][0])
        o.append('static const uint8_t %s_sorted[] = { %s };' % (
            cident, ', '.join(str(i) for i in sorted(attrs, key=key) + sorted(kids, key=key)) or '0'))
        o.append('%sconst struct model_table %s_table = { "%s", %s_fields, %s_sorted, %d, %d, %d, %d, %d, %s, %s, %s, %s, %d, '
                 'sizeof(struct %s), _Alignof(struct %s) };\n' % (
                     'static ' if group else '', cident, cident, cident, cident, len(attrs), len(kids),
                     len(rows), text, disc,
                     'true' if defaults else 'false', required, 'true' if sizes else 'false',
                     'true' if any(f.ns for f, _ in fields) else 'false', 1 if group else 0, top, top))
        if len(rows) > 250:
            raise Bad('struct %s: more than 250 fields in one element' % cident)


def emit_source(m, name, mine):
    p = ['/* Generated from model/ by gen/model_emit.py: do not edit. */',
         '#include <stddef.h>', '#include <libvirt/virterror.h>', '#include "model/%s-def.h"\n' % name]
    if name == 'common':
        for n, v in (('yesno', ('yes', 'no')), ('onoff', ('on', 'off'))):
            p.append('static const char *const %s_names[] = { NULL, "%s", "%s" };' % (n, v[0], v[1]))
            p.append('const struct model_enum %s_enum = { "%s", %s_names, 3, 0 };\n' % (n, n, n))
    for e in m.enums.values():
        if not mine(e):
            continue
        p.append('static const char *const %s_names[] = { NULL, %s };' % (
            e.name, ', '.join('"%s"' % v for v in e.values)))
        later = sum(1 << (e.values.index(v) + 1) for v in e.later)
        p.append('const struct model_enum %s_enum = { "%s", %s_names, %d, UINT64_C(0x%x) };\n' % (
            e.name, e.name, e.name, len(e.values) + 1, later))
    t = Tables(m)
    for n in order(m):
        if mine(m.structs[n]):
            t.table(n, m.structs[n], n, '', None)
    p += t.out
    for d in m.documents:
        if mine(m.structs[d[1]]):
            p.append('const struct model_document %s_document = { "%s", "%s", &%s_table, %s, %s };' % (
                d[0], d[0], d[2], d[1], d[3], 'true' if d[0] in m.open_documents else 'false'))
    return '\n'.join(p) + '\n'


def emit_all(m, what):
    """The list of all documents, for code that is about any of them."""
    if what == 'header':
        p = [HEADER] + ['#include "model/%s-def.h"' % os.path.basename(path)[:-len('.model')]
                        for path in m.files]
        return '\n'.join(p) + '''

#define MODEL_N_DOCUMENTS %d
extern const struct model_document *const model_documents[MODEL_N_DOCUMENTS];
''' % len(m.documents)
    return '''/* Generated from model/ by gen/model_emit.py: do not edit. */
#include "model/all-def.h"

const struct model_document *const model_documents[] = {
%s
};
''' % '\n'.join('    &%s_document,' % d[0] for d in m.documents)


def main():
    what, name, files = sys.argv[1], sys.argv[2], sys.argv[3:]
    try:
        m = model_read.read(files)
        if name == 'all':
            print(emit_all(m, what))
            return
        target = name + '.model'

        def mine(x):
            return re.match(r'(.*/)?' + re.escape(target) + r':\d+$', x.where) is not None
        print((emit_header if what == 'header' else emit_source)(m, name, mine))
    except Bad as e:
        sys.exit(str(e))


if __name__ == '__main__':
    main()
