# SPDX-License-Identifier: LGPL-2.1-or-later
"""Emits the table of public functions that tests/api/bad-calls.c calls with bad arguments: for each the kind of
every argument, the combinations of flags that the description knows, and a typed call through dlsym(), so that
one program can ask two libraries.

usage: badcalls.py DESCRIPTION-FOLDER OUTPUT-FILE
"""
import sys

import description
from description import REFS
from entry import KINDS

# What blocks, ends the process or belongs to nobody's error handling.
SKIPPED = {
    'virEventRunDefaultImpl': 'waits for an event',
    'virConnSetErrorFunc': 'would replace the handler that keeps the output clean',
    'virSetErrorFunc': 'would replace the handler that keeps the output clean',
    'virDefaultErrorFunc': 'prints',
}


def kind(arg):
    """One word: how bad-calls.c makes values of an argument."""
    ctype = arg.type.replace(' const', '')
    if ctype in KINDS:
        return KINDS[ctype]
    if arg.role == 'flags':
        return 'flags'
    if arg.role == 'callback':
        return 'callback'
    if arg.role in ('free', 'opaque'):
        return 'null'
    if ctype in ('const char *', 'char *') and arg.role not in ('out', 'inout'):
        return 'string'
    if ctype == 'const char **':
        return 'strings'
    if ctype == 'double':
        return 'double'
    if ctype.endswith('*') or ctype.endswith('Ptr'):
        return 'memory'
    if ctype.startswith('unsigned') or ctype == 'size_t':
        return 'unsigned'
    return 'number'


def flag_sets(call):
    """Flags that exclude each other, lack what they need, or that a read-only connection may not pass."""
    out = []
    for check in call.checks:
        if check.what == 'exclusive':
            out.append(' | '.join(check.args))
        elif check.what == 'requires':
            out.append(check.args[0])
    return out


def emit(call):
    values = []
    for i, a in enumerate(call.args):
        values.append('1.0' if kind(a) == 'double' else '(__typeof__(%s))a[%d]' % (a.type, i))
    result = 'f(%s)' % ', '.join(values)
    ret = call.returns
    if ret == 'void':
        body = '    %s;\n    return 0;\n' % result
    elif ret.endswith('*') or ret.endswith('Ptr'):
        body = '    return %s ? 0 : -1;\n' % result
    else:
        body = '    return (long)%s;\n' % result
    return ('static long\nrun_%s(const long *a, void *symbol)\n{\n    __typeof__(&%s) f = (__typeof__(&%s))symbol;\n\n'
            '    (void)a;\n%s}\n\n' % (call.name, call.name, call.name, body))


def main(source, target):
    api = description.load(source)
    calls = [c for c in api.calls if c.name not in SKIPPED]
    out = ['/* Generated from the API description; do not edit. */\n#include "bad-calls.h"\n\n']
    out += [emit(c) for c in calls]
    out.append('const struct bad_call bad_calls[] = {\n')
    for c in calls:
        kinds = ', '.join('KIND_%s' % kind(a) for a in c.args) or 'KIND_end'
        names = ', '.join('"%s"' % a.name for a in c.args) or 'NULL'
        flags = ', '.join(flag_sets(c) + ['0'])
        out.append('    { "%s", "%s", run_%s, %d, { %s }, { %s },\n      { %s } },\n' % (
            c.name, c.library, c.name, len(c.args), kinds, names, flags))
    out.append('    { 0 },\n};\n')
    description.write(target, ''.join(out))


if __name__ == '__main__':
    main(*sys.argv[1:])
