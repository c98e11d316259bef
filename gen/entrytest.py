# SPDX-License-Identifier: LGPL-2.1-or-later
"""Emits the table of tests of the entry points: a driver whose every slot fails in a known way, and
one function per call that hands it good arguments, one of them spoilt.

usage: entrytest.py DESCRIPTION-FOLDER OUTPUT-FILE
"""
import re
import sys

import description
from description import REFS, decl
from entry import KINDS

FITTING = {'get_metadata': {'type': 'VIR_DOMAIN_METADATA_ELEMENT'},
           'set_metadata': {'type': 'VIR_DOMAIN_METADATA_ELEMENT'}, 'socket': {'fd': 'w->socket'}}
OTHER = ('virConnectPtr', 'virAdmConnectPtr', 'virStreamPtr')


def fake_slots(api):
    out = []
    for family, calls in api.slots().items():
        for call in calls:
            params = ['struct drv_conn *conn'] + [decl(t, n) for t,
                                                  n in call.slot_params()] + ['struct err *err']
            out.append('static int\nfake_%s_%s(%s)\n{\n    return fake_called(conn, "%s", err);\n}\n\n' % (
                family, call.slot[1], ', '.join(params), call.slot[1]))
        out.append('static const struct %s_ops fake_%s = {\n' % (family, family))
        out += ['    .%s = fake_%s_%s,\n' % (c.slot[1], family, c.slot[1]) for c in calls]
        out.append('};\nstatic const struct %s_ops none_%s = { 0 };\n\n' % (family, family))
    return ''.join(out)


def good(a, index):
    """A C expression of a fine value for an argument."""
    if a.role in ('self', 'handle', 'stream') or a.type in REFS or a.type in OTHER:
        if a.type == 'virConnectPtr':
            return 'w->conn'
        return 'w->%s' % KINDS[a.type]
    if a.role == 'flags':
        return 'flags'
    if a.role == 'callback':
        return '(%s)nothing' % a.type
    if a.role in ('free', 'opaque'):
        return 'NULL'
    if a.type == 'const char *':
        return '"text"'
    if a.type.endswith('*') or a.type.endswith('Ptr') or 'const' in a.type:
        return '(void *)w->room[%d]' % index
    return 'number'


def spoilt(call):
    """[(what, argument index or None, replacement, C of the expected code, expected domain)]"""
    out = []
    for check in call.checks:
        if check.what in ('nonnull', 'nonnull-if'):
            # Late: only asked when there is a driver to answer.
            out.append((check.what, check.args[0], 'NULL',
                        'w->late' if check.when == 'late' else 'VIR_ERR_INVALID_ARG'))
        elif check.what == 'nonempty':
            out.append((check.what, check.args[0], '""', 'VIR_ERR_INVALID_ARG'))
        elif check.what in ('positive', 'nonzero'):
            out.append((check.what, check.args[0], '0', 'VIR_ERR_INVALID_ARG'))
        elif check.what == 'nonnegative':
            if not re.match(r'unsigned|size_t', call.arg(check.args[0]).type):
                out.append((check.what, check.args[0], '-1',
                            'w->late' if check.when == 'late' else 'VIR_ERR_INVALID_ARG'))
        elif check.what == 'exclusive':
            out.append((check.what, None, ' | '.join(check.args), 'VIR_ERR_INVALID_ARG'))
        elif check.what == 'requires':
            out.append((check.what, None, check.args[0], 'VIR_ERR_INVALID_ARG'))
        elif check.what == 'max':
            out.append((check.what, check.args[0], '%s + 1' % check.args[1], 'VIR_ERR_INVALID_ARG'))
        elif check.what == 'below':
            out.append((check.what, check.args[0], check.args[1], 'VIR_ERR_INVALID_ARG'))
    for a in call.args:
        if a.role in ('handle', 'stream') and a.type != 'virConnectPtr':
            out.append(('wrong', a.name, '(void *)w->garbage', 'w->code_%s' % KINDS[a.type]))
    return out


def test(call, api):
    args = [good(a, i) for i, a in enumerate(call.args)]
    for check in call.checks: # arguments that must fit each other
        for name, value in FITTING.get(check.args[0], {}).items() if check.what == 'rule' else ():
            args[[a.name for a in call.args].index(name)] = value
    selfindex = next(i for i, a in enumerate(call.args) if a.role == 'self')
    kind = KINDS[call.args[selfindex].type]
    out = ['static void\ntest_%s(const struct world *w)\n{\n    unsigned int flags = 0;\n    int number = 1;\n\n'
           '    (void)flags;\n    (void)number;\n' % call.name]

    def use(values, comment, expect):
        out.append('    (void)%s(%s);\n    expect(w, "%s", "%s", %s);\n' % (
            call.name, ', '.join(values), call.name, comment, expect))

    def changed(index, value):
        return args[:index] + [value] + args[index + 1:]

    use(changed(selfindex, 'NULL'), 'NULL handle', 'w->code_' + kind)
    use(changed(selfindex, '(void *)w->garbage'), 'garbage for a handle', 'w->code_' + kind)
    out.append('    world_readonly(w, true);\n')
    denied = {False: 'VIR_ERR_OPERATION_DENIED'}.get(call.readonly if isinstance(call.readonly, bool)
                                                     else True,
                                                     'w->failure')
    harmless = list(args)
    for word in call.readonly if isinstance(call.readonly, list) else []:
        if '=' in word:
            harmless[[a.name for a in call.args].index(word.split('=')[0])] = '0'
    use(harmless, 'read-only', denied)
    if isinstance(call.readonly, list):
        for word in call.readonly:
            if '=' in word:
                name, value = word.split('=')
                use(changed([a.name for a in call.args].index(name), value), 'read-only, ' + word,
                    'VIR_ERR_OPERATION_DENIED')
            else:
                out.append('    flags = %s;\n' % word)
                use(args, 'read-only, ' + word, 'VIR_ERR_OPERATION_DENIED')
                out.append('    flags = 0;\n')
    out.append('    world_readonly(w, false);\n')
    for what, name, value, code in spoilt(call):
        if name is None:
            out.append('    flags = %s;\n' % value)
            use(args, '%s %s' % (what, value), code)
            out.append('    flags = 0;\n')
            continue
        use(changed([a.name for a in call.args].index(name), value), '%s %s' % (what, name), code)
    use(args, 'good arguments', 'w->failure')
    out.append('}\n\n')
    return ''.join(out)


def main(source, target):
    api = description.load(source)
    calls = [c for c in api.calls if c.slot and c.name not in ('virDomainListGetStats',) and
             not re.search(r'EventRegister|EventDeregister', c.name) and
             c.name not in ('virConnectGetURI',)]
    out = ['/* Generated from the API description; do not edit. */\n'
           '#include "entry-world.h"\n\n', fake_slots(api)]
    out += [test(c, api) for c in calls]
    out.append('const struct entry_test entry_tests[] = {\n')
    out += ['    { "%s", test_%s },\n' % (c.name, c.name) for c in calls]
    out.append('    { 0 },\n};\n\nvoid\nfake_tables(struct drv_conn *conn, bool none)\n{\n')
    for family in api.slots():
        out.append('    conn->%s = none ? &none_%s : &fake_%s;\n' % (family, family, family))
    out.append('}\n')
    description.write(target, ''.join(out))


if __name__ == '__main__':
    main(*sys.argv[1:])
