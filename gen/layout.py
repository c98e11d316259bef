# SPDX-License-Identifier: LGPL-2.1-or-later
"""Emits a C program of compile-time assertions: sizes, offsets, constants and prototypes as the
description has them.

usage: layout.py DESCRIPTION-FOLDER OUTPUT-FILE [NEWEST-VERSION]
With NEWEST-VERSION only what that version had, without sentinels: for other people's headers.
"""
import sys

import description
from description import decl, version_key


def main(source, target, newest=None):
    api = description.load(source)
    limit = version_key(newest) if newest else None
    out = ['/* Generated from the API description; do not edit. */\n'
           '#define VIR_ENUM_SENTINELS\n#include <stddef.h>\n#include <string.h>\n' +
           ''.join('#include <libvirt/%s.h>\n' % h for h in
                   ('libvirt', 'virterror', 'libvirt-qemu', 'libvirt-lxc', 'libvirt-admin')) +
           '\n#define SAME(a, b) __builtin_types_compatible_p(a, b)\n\n']

    def known(since):
        return limit is None or since is None or version_key(since) <= limit

    for enum in api.enums:
        for name, value, since, sentinel in enum.values:
            if known(since or enum.since) and not (sentinel and limit):
                out.append('_Static_assert((long long)%s == %dLL, "%s");\n' % (name, value, name))
    for macro in api.macros:
        if macro.name == 'LIBVIR_VERSION_NUMBER' and limit:
            continue
        if known(macro.since) and macro.ctype in ('int', 'llong'):
            out.append('_Static_assert(%s == %dLL, "%s");\n' % (macro.name, macro.value, macro.name))
        elif known(macro.since) and macro.ctype == 'string':
            out.append('_Static_assert(sizeof(%s) == %d, "%s");\n' % (
                macro.name, len(macro.value.encode()) + 1, macro.name))
    for struct in api.structs:
        if not known(struct.since):
            continue
        name = 'struct ' + struct.name
        out.append('_Static_assert(sizeof(%s) == %d, "%s");\n' % (name, struct.size, name))
        for field, array, offset, ctype, members in struct.fields:
            out.append('_Static_assert(offsetof(%s, %s) == %d, "%s.%s");\n' %
                       (name, field, offset, name, field))
            if members is None and not array:
                out.append('_Static_assert(SAME(__typeof__(((%s *)0)->%s), %s), "%s.%s");\n' % (
                    name, field, ctype, name, field))
    for call in api.calls:
        if known(call.since):
            params = ', '.join(decl(a.type, '').rstrip() for a in call.args) or 'void'
            out.append('_Static_assert(SAME(__typeof__(%s), %s(%s)), "%s");\n' % (
                call.name, call.returns, params, call.name))
    names = [m.name for m in api.macros if m.ctype == 'string' and known(m.since)]
    texts = {m.name: m.value for m in api.macros if m.ctype == 'string'}
    out.append('\nint\nmain(void)\n{\n')
    out += ['    if (strcmp(%s, "%s") != 0)\n        return 1;\n' % (n, texts[n]) for n in names]
    out.append('    return 0;\n}\n')
    description.write(target, ''.join(out))


if __name__ == '__main__':
    main(*sys.argv[1:])
