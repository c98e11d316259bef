# SPDX-License-Identifier: LGPL-2.1-or-later
"""Emits the public entry points of one unit: what is mechanical between an application's call and
a driver's slot.  src/lib/entry.h has the helpers that the emitted code calls.

usage: entry.py DESCRIPTION-FOLDER UNIT OUTPUT-FILE
"""
import re
import sys

import description
from description import REFS, decl

# Handles by their pointer type: the name that HANDLE_… and the helpers use.
KINDS = {pointer: ref[:-4] for pointer, ref in REFS.items()}
KINDS.update({'virConnectPtr': 'conn', 'virAdmConnectPtr': 'adm_conn', 'virStreamPtr': 'stream'})


def fail(call, what):
    value = call.fails
    return 'return %s;' % what if value == '-1' else '{\n        %s;\n        return %s;\n    }' % (what, value)


def checks(call):
    """The conditions, each false when the call must not go on."""
    out = []
    selfarg = call.self_arg
    for a in call.args:
        if a.role == 'self':
            out.append('entry_self(&e, HANDLE_%s, %s)' % (KINDS[a.type], a.name))
    out += argument_checks(call, 'early')
    if call.readonly is False:
        out.append('entry_writable(&e)')
    elif isinstance(call.readonly, list):
        flags = [f for f in call.readonly if '=' not in f]
        if flags:
            out.append('entry_writable_for(&e, flags & (%s))' % ' | '.join(flags))
        for word in call.readonly:
            if '=' in word:
                name, value = word.split('=')
                out.append('entry_writable_for(&e, %s == %s)' % (name, value))
    for a in call.args:
        if a.role in ('handle', 'stream'):
            # A stream works on its connection; a handle is but a name, whichever connection of the host it came by.
            out.append('entry_%s(&e, HANDLE_%s, %s)' % ('other' if a.role == 'stream' else 'handle', KINDS[a.type], a.name))
    out += argument_checks(call, '')
    assert selfarg, call.name
    return out


def argument_checks(call, when):
    """The conditions of one moment: 'early', '' or 'late'."""
    out = []
    order = {'nonnull': 0, 'nonempty': 2, 'nonnull-if': 1}
    for check in sorted((c for c in call.checks if c.when == when), key=lambda c: order.get(c.what, 3)):
        if check.what == 'rule':
            out.append('rule_%s(&e, %s)' % (check.args[0], ', '.join(check.args[1:])))
            continue
        if check.what == 'zero-without':
            continue
        name = check.args[0]
        if check.what in ('exclusive', 'requires'):
            a, b = check.args
            test = '(flags & (%s | %s)) != (%s | %s)' % (a, b, a, b)
            if check.what == 'requires':
                test = '!(flags & %s) || (flags & %s)' % (a, b)
            out.append('entry_%s(&e, %s, "%s", "%s")' % (check.what, test, a, b))
            continue
        arg = call.arg(name)
        unsigned = arg.type.startswith('unsigned') or arg.type == 'size_t'
        value = '*' + name if re.match(r'(unsigned )?int \*$', arg.type) else name
        if check.what == 'nonnull':
            out.append('entry_nonnull(&e, "%s", %s)' % (name, '(const void *)%s' % name
                                                        if arg.role == 'callback' else name))
        elif check.what == 'nonnull-if':
            count = call.arg(check.args[1])
            star = '*' if count.type.endswith('*') else ''
            test = '%s%s != 0' % (star, count.name)
            out.append('(!(%s) || entry_nonnull(&e, "%s", %s))' % (test, name, name))
        elif check.what == 'nonempty':
            out.append('entry_nonempty(&e, "%s", %s)' % (name, name))
        elif check.what == 'nonnegative' and not unsigned:
            out.append('entry_that(&e, %s >= 0, "%s", "must not be negative")' % (name, name))
        elif check.what == 'positive':
            out.append('entry_that(&e, %s > 0, "%s", "must be greater than zero")' % (value, name))
        elif check.what == 'nonzero':
            out.append('entry_that(&e, %s != 0, "%s", "must not be zero")' % (name, name))
        elif check.what == 'max':
            out.append('entry_that(&e, %s <= %s, "%s", "is too large")' % (name, check.args[1], name))
        elif check.what == 'below':
            out.append('entry_that(&e, (unsigned int)%s < %s, "%s", "is not a value of its enumeration")' % (
                name, check.args[1], name))
    return out


def refuse(call, conditions):
    """The statement that ends the call unless all conditions hold."""
    text = '    if (%s)\n    %s\n' % (
        ' ||\n        '.join('!' + c for c in conditions),
        ('    ' + fail(call, 'entry_fail(&e)')) if call.fails == '-1' else fail(call, 'entry_fail(&e)'))
    return text.replace(')\n    {\n', ') {\n')


def allocated(call, a):
    """A pointer to a pointer is what the call allocates, unless it is an array of strings that the caller brings."""
    following = call.args[call.args.index(a) + 1:][:1]
    brought = a.type.startswith('char **') and following and following[0].type == 'int'
    return a.role == 'out' and re.search(r'(Ptr \*+|\w \*\*+)$', a.type) and not brought


def body(call):
    family, slot = call.slot
    out, before, after, args = [], [], [], []
    for a in call.args:
        if a.type in description.CONNS and a.role == 'self':
            continue
        if a.role == 'list':
            kind = KINDS[re.sub(r' ?\*\*$', '', a.type)]
            before.append('    struct %s_ref_list list = { 0 };\n' % kind)
            out.append('    if (%s)\n        *%s = NULL;\n' % (a.name, a.name))
            args.append('%s ? &list : NULL' % a.name)
            after.append('    if (%s)\n        rc = handles_%s(e.conn, &list, %s);\n' % (
                a.name, kind, a.name))
        elif allocated(call, a):
            # Callers free it whatever the call says, and drivers leave it alone when there is nothing to tell.
            out.append('    if (%s)\n        *%s = NULL;\n' % (a.name, a.name))
            args.append(a.name)
        elif a.type in REFS:
            args.append('&%s->ref' % a.name)
        elif a.type == 'virStreamPtr':
            args.append('&%s->st' % a.name)
        else:
            args.append(a.name)
    ret, result = call.returns, 'rc'
    if ret in REFS:
        before.append('    struct %s ref = { 0 };\n' % REFS[ret])
        args.append('&ref')
        result = 'handle_new_%s(e.conn, &ref)' % KINDS[ret]
    elif ret != 'int':
        ctype = {'const char *': 'char *'}.get(ret, ret)
        before.append('    %s = 0;\n' % decl(ctype, 'result').replace('*result = 0', '*result = NULL')
                      if not ctype.endswith('*') else '    %s = NULL;\n' % decl(ctype, 'result'))
        args.append('&result')
        result = 'result'
    hook = {'id-refresh': '    handle_domain_refresh(%s);\n',
            'name-refresh': '    handle_domain_refresh(%s);\n',
            'id-gone': '    handle_domain_gone(%s);\n', 'id-settle': '    handle_domain_settle(%s);\n'}
    if call.after:
        after.append(hook[call.after] % call.self_arg.name)
    text = ''.join(before) + '    int rc;\n\n'
    text += refuse(call, checks(call))
    for check in call.checks:
        if check.what == 'zero-without':
            text += '    if (!%s || !%s)\n        return 0;\n' % tuple(check.args)
    text += ''.join(out)
    text += '    if (!e.conn->drv->%s || !e.conn->drv->%s->%s)' % (family, family, slot)
    text += (' ' + fail(call, 'entry_no_support(&e)') if call.fails != '-1'
             else '\n        ' + fail(call, 'entry_no_support(&e)')) + '\n'
    late = argument_checks(call, 'late')
    if late:
        text += refuse(call, late)
    text += '    rc = e.conn->drv->%s->%s(%s);\n' % (family, slot,
                                                     ', '.join(['e.conn->drv'] + args + ['&e.err']))
    text += '    if (rc < 0)' + (' ' + fail(call, 'entry_fail(&e)') if call.fails != '-1'
                                 else '\n        ' + fail(call, 'entry_fail(&e)')) + '\n'
    text += ''.join(after)
    text += '    return %s;\n' % result
    return text


def entry(call, errors):
    params = ', '.join(decl(a.type, a.name) for a in call.args)
    ret = call.returns
    return '%s\n%s(%s)\n{\n    ENTRY("%s", %s);\n%s}\n' % (ret, call.name, params, call.name, errors,
                                                           body(call))


def main(source, name, target):
    api = description.load(source)
    unit = next(u for u in api.units if u.name == name)
    out = ['/* SPDX-License-Identifier: LGPL-2.1-or-later\n'
           ' * Entry points of %s: generated from the API description; do not edit. */\n'
           '#include "lib/rules.h"\n\n' % unit.header]
    out += ['#include <libvirt/%s>\n' % unit.header]
    for call in api.of(unit, 'calls'):
        if call.slot and not call.hand:
            out.append('\n' + entry(call, unit.errors))
    description.write(target, ''.join(out))


if __name__ == '__main__':
    main(*sys.argv[1:])
