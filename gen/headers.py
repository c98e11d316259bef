# SPDX-License-Identifier: LGPL-2.1-or-later
"""Emits the public headers: bare for the build, so that a better text recompiles nothing, and with
comments to be installed.

usage: headers.py DESCRIPTION-FOLDER OUTPUT-FOLDER STAMP
       headers.py --commented DESCRIPTION-FOLDER OUTPUT-FOLDER
"""
import os
import sys

import comments
import description
import doctext
from description import decl

GUARDS = {'common': '__VIR_VIRCOMMON_H__', 'error': 'LIBVIRT_VIRTERROR_H'}
# What a header needs of the others; each can be included alone.
NEEDS = {'common': [], 'host': ['common'], 'domain': ['host'], 'domain-checkpoint': ['domain'],
         'domain-snapshot': ['domain'], 'event': ['common'], 'stream': ['host'], 'qemu': [None],
         'lxc': [None], 'admin': ['common'], 'error': [None]}
# The units that libvirt.h gathers.
GATHERED = ['common', 'host', 'domain', 'domain-checkpoint', 'domain-snapshot', 'event', 'interface',
            'network', 'nodedev', 'nwfilter', 'secret', 'storage', 'stream']

SPECIAL = {
    'VIR_DEPRECATED': '''\
#ifndef VIR_DEPRECATED
# ifdef __GNUC__
#  define VIR_DEPRECATED __attribute__((__deprecated__))
# else
#  define VIR_DEPRECATED
# endif
#endif
''',
    'VIR_EXPORT_VAR': '''\
#ifndef VIR_EXPORT_VAR
# if defined(_WIN32) && !defined(LIBVIRT_STATIC)
#  define VIR_EXPORT_VAR __declspec(dllimport) extern
# else
#  define VIR_EXPORT_VAR extern
# endif
#endif
''',
}


def guard(unit):
    return GUARDS.get(unit.name, 'LIBVIRT_%s_H' % unit.name.upper().replace('-', '_'))


def banner(name):
    return ('/* %s: public interface, generated from the API description; do not edit.\n'
            ' * SPDX-License-Identifier: LGPL-2.1-or-later */\n' % name)


def params(args):
    return ', '.join(decl(a.type, a.name) for a in args) or 'void'


def enum(rec, say):
    out = [say.above(rec.name), 'typedef enum {\n']
    inside = False
    for name, value, since, sentinel in rec.values:
        if sentinel != inside:
            out.append('# ifdef VIR_ENUM_SENTINELS\n' if sentinel else '# endif\n')
            inside = sentinel
        text = '1U << 31' if value == 1 << 31 else str(value)
        out.append('%s    %s = %s,\n' % (say.above(name, '    ', since), name, text))
    if inside:
        out.append('# endif\n')
    out.append('} %s; /* Since: %s */\n' % (rec.name, rec.since))
    return ''.join(out)


def macro(rec, say):
    if rec.special:
        return SPECIAL[rec.name]
    head = '%s# define %s' % (say.above(rec.name, since=rec.since), rec.name)
    if rec.params:
        return '%s(%s) \\\n    %s\n' % (head, ', '.join(rec.params), rec.body)
    if rec.ctype == 'string':
        value = '"%s"' % rec.value.replace('\\', '\\\\').replace('"', '\\"')
    elif rec.ctype == 'llong':
        value = '%dLL' % rec.value
    elif rec.ctype == 'int':
        value = str(rec.value)
    else:
        value = rec.body
    return '%s %s\n' % (head, value)


def struct(rec, say):
    out = [say.above(rec.name), 'struct %s {\n' % rec.name]
    for name, array, _, ctype, members in rec.fields:
        out.append(say.field(rec, name))
        if members is None:
            out.append('    %s%s;\n' % (decl(ctype, name), array))
        else:
            out.append('    union {\n')
            out += ['%s        %s;\n' % (say.field(rec, n, ' ' * 8), decl(t, n)) for n, _, t in members]
            out.append('    } %s;\n' % name)
    out.append('};\n')
    return ''.join(out)


def header(api, unit, say):
    out = [banner(unit.header), '#ifndef %s\n# define %s\n\n' % (guard(unit), guard(unit))]
    if unit.name in ('host', 'common'):
        out.append('# include <stddef.h>\n# include <sys/types.h>\n')
    for need in NEEDS.get(unit.name, ['host']):
        out.append('# include <libvirt/%s>\n' % ('libvirt.h' if need is None else 'libvirt-%s.h' % need))
    out.append('\n# ifdef __cplusplus\nextern "C" {\n# endif\n\n')
    for rec in api.of(unit, 'macros'):
        if not rec.params or rec.special:
            out.append(macro(rec, say))
    out.append('\n')
    for rec in api.of(unit, 'macros'):
        if rec.params and not rec.special:
            out.append(macro(rec, say) + '\n')
    for rec in api.of(unit, 'handles'):
        out.append('%stypedef struct %s %s;\ntypedef %s *%s;\n\n' %
                   (say.above(rec.name), rec.struct, rec.name,
                                                                    rec.name, rec.pointer))
    for rec in api.of(unit, 'enums'):
        out.append(enum(rec, say) + '\n')
    for rec in api.of(unit, 'typedefs'):
        out.append('%stypedef %s;\n' % (say.typedef(rec), decl(rec.type, rec.name)))
    out.append('\n')
    # One that takes another comes after it.
    callbacks = api.of(unit, 'callbacks')
    names = {rec.name for rec in callbacks}
    for rec in sorted(callbacks, key=lambda rec: any(a.type in names for a in rec.args)):
        out.append('%stypedef %s(*%s)(%s);\n%s' % (
            say.call(rec), rec.returns + ('' if rec.returns.endswith('*') else ' '), rec.name,
            params(rec.args),
            say.gap))
    out.append('\n')
    for rec in api.of(unit, 'structs'):
        out.append(struct(rec, say) + '\n')
    for rec in api.of(unit, 'variables'):
        out.append('%sVIR_EXPORT_VAR %s;\n\n' % (say.above(rec.name), decl(rec.type, rec.name)))
    for rec in api.of(unit, 'calls'):
        out.append('%s%s(%s);\n%s' % (say.call(rec), decl(rec.returns, rec.name), params(rec.args), say.gap))
    out.append('\n# ifdef __cplusplus\n}\n# endif\n\n#endif /* %s */\n' % guard(unit))
    return ''.join(out)


def libvirt_h(api):
    out = [banner('libvirt.h'), '#ifndef LIBVIRT_H\n# define LIBVIRT_H\n\n']
    out += ['# include <libvirt/libvirt-%s.h>\n' % name for name in GATHERED]
    out.append('\n#endif /* LIBVIRT_H */\n')
    return ''.join(out)


def main(source, target, stamp=None, commented=False):
    api = description.load(source)
    say = comments.Commented(api, doctext.load(api, source)) if commented else comments.Bare()
    description.write(os.path.join(target, 'libvirt.h'), libvirt_h(api))
    for unit in api.units:
        description.write(os.path.join(target, unit.header), header(api, unit, say))
    if stamp:
        description.write(stamp, 'public headers of %d calls\n' % len(api.calls))


if __name__ == '__main__':
    if sys.argv[1] == '--commented':
        main(*sys.argv[2:], commented=True)
    else:
        main(*sys.argv[1:])
