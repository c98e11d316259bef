# SPDX-License-Identifier: LGPL-2.1-or-later
"""Emits the client's half of every procedure: remote-calls.c with the remote driver's tables, or
remote-hand.h with the declarations of the slots that are written by hand.

usage: wire_client.py API-FOLDER calls|hand OUTPUT
"""
import sys

import description
import wire as wire_mod
import wire_plan
from description import decl

# Slots that are written by hand though no procedure, or more than one, stands behind them.
HAND = {'connect_is_alive', 'connect_is_encrypted', 'connect_set_keep_alive', 'connect_get_uri',
        'connect_is_secure',
        'connect_set_identity'}
EVENTS = {'connect_%s_event_%s_any' % (o, d) for o in ('domain', 'network', 'storage_pool', 'node_device',
                                                       'secret')
          for d in ('register', 'deregister')}
EVENTS |= {'connect_domain_qemu_monitor_event_register', 'connect_domain_qemu_monitor_event_deregister'}
# Besides those that fill the caller's room: calls that are told that we take strings.
STRINGS = {'virDomainGetLaunchSecurityInfo', 'virNodeGetSEVInfo'}


def signature(call, prefix):
    params = ['struct drv_conn *conn'] + [decl(t, n) for t, n in call.slot_params()] + ['struct err *err']
    return '%s%s(%s)' % (prefix, call.slot[1], ', '.join(params))


class Body:
    def __init__(self, wire, plan):
        self.wire, self.plan, self.call, self.proc = wire, plan, plan.call, plan.proc
        self.before, self.args, self.copies, self.after = [], [], [], []
        self.result = '0'
        self.room = None

    def inputs(self):
        for item in self.plan.ins:
            kind, f = item[0], item[1]
            arg = item[2]
            if kind == 'ref':
                self.args.append('.%s = *%s' % (f.name, arg.name))
            elif kind == 'name':
                self.args.append('.%s = %s->name' % (f.name, arg.name))
            elif kind == 'value':
                t = self.wire.resolve(f.type)
                if t[0] == 'opaque':
                    self.copies.append('memcpy(a.%s, %s, sizeof(a.%s));' % (f.name, arg.name, f.name))
                elif t[0] != 'basic':
                    self.args.append('.%s = (char *)%s' % (f.name, arg.name))
                elif arg.role == 'flags' and (any(o[0] == 'params' for o in self.plan.outs) or
                                              self.call.name in STRINGS):
                    self.args.append('.%s = %s | VIR_TYPED_PARAM_STRING_OKAY' % (f.name, arg.name))
                elif arg.type == 'size_t':
                    self.args.append('.%s = (uint32_t)%s' % (f.name, arg.name))
                else:
                    self.args.append('.%s = %s' % (f.name, arg.name))
            elif kind == 'array':
                n = item[3].name
                self.copies.append('if (remote_limit((long long)%s, %d, "%s", err) < 0)\n        return -1;'
                                   % (n, f.limit, arg.name))
                if f.type.endswith('_typed_param'):
                    self.copies.append('if (remote_params_out(&reply, %s, %s, %d, &a.%s, &a.%s_n, err) < 0)\n'
                                       '        return -1;' % (arg.name, n, f.limit, f.name, f.name))
                else:
                    self.args += ['.%s = (void *)%s' % (f.name, arg.name),
                                  '.%s_n = (uint32_t)%s' % (f.name, n)]
            elif kind == 'count':
                self.room = arg
                out = next(o for o in self.plan.outs if o[0] in ('array', 'params', 'params_new'))
                limit = out[1].limit
                if out[0] == 'array':
                    self.copies.append('if (remote_limit(%s, %d, "%s", err) < 0)\n        return -1;'
                                       % (arg.name, limit, arg.name))
                    self.args.append('.%s = %s' % (f.name, arg.name))
                elif out[0] == 'params':
                    self.args.append('.%s = MIN(*%s, %d)' % (f.name, arg.name, limit))
                else:
                    self.args.append('.%s = %d' % (f.name, limit))
                self.count_field = f.name
            elif kind == 'need':
                out = next(o for o in self.plan.outs if o[0] == 'list')
                self.args.append('.%s = %s != NULL' % (f.name, out[2].name))

    def outputs(self):
        add = self.after.append
        for item in self.plan.outs:
            kind, f = item[0], item[1]
            if kind == 'ref':
                add('%s_copy(result, &ret.%s);' % (wire_plan.REFS[f.type], f.name))
            elif kind == 'string':
                add('*result = g_strdup(ret.%s);' % f.name)
            elif kind == 'number':
                add('*result = ret.%s;' % f.name)
            elif kind == 'value':
                base = item[2].type.rstrip('*').strip()
                add('if (%s)\n        *%s = (%s)ret.%s;' % (item[2].name, item[2].name, base, f.name))
            elif kind == 'stringarg':
                add('if (%s)\n        *%s = g_strdup(ret.%s);' % (item[2].name, item[2].name, f.name))
            elif kind == 'struct':
                arg, base, size, pairs = item[1:]
                values = ', '.join('.%s = ret.%s' % (m[0], x.name) for x, m in pairs if not x.array)
                add('struct _%s out = { %s };' % (base, values))
                for x, m in pairs:
                    if x.array:
                        add('memcpy(out.%s, ret.%s, sizeof(out.%s));' % (m[0], x.name, m[0]))
                        add('out.%s[sizeof(out.%s) - 1] = 0;' % (m[0], m[0]))
                if size:
                    add('memcpy(%s, &out, MIN(%s, sizeof(out)));' % (arg.name, size.name))
                else:
                    add('*%s = out;' % arg.name)
            elif kind == 'array':
                arg, count = item[2], item[3]
                add('if (remote_limit(ret.%s_n, (uint32_t)MAX(%s, 0), "%s", err) < 0)\n        return -1;'
                    % (f.name, count.name, f.name))
                value = 'g_strdup(ret.%s[i])' % f.name if arg.type.startswith('char') else 'ret.%s[i]' % f.name
                add('for (uint32_t i = 0; i < ret.%s_n; i++)\n        %s[i] = %s;' %
                    (f.name, arg.name, value))
                self.result = '(int)ret.%s_n' % f.name
            elif kind == 'list':
                arg = item[2].name
                t = wire_plan.REFS[f.type]
                add('if (%s) {\n        %s->items = g_new0(struct %s, ret.%s_n + 1);\n        %s->n = ret.%s_n;\n'
                    '        for (uint32_t i = 0; i < ret.%s_n; i++)\n            %s_copy(&%s->items[i], '
                    '&ret.%s[i]);\n    }' % (arg, arg, t, f.name, arg, f.name, f.name, t, arg, f.name))
                self.result = '(int)ret.%s' % item[3].name
            elif kind == 'params':
                arg, count = item[2].name, item[3].name
                if self.plan.total:
                    add('if (a.%s == 0) {\n        *%s = ret.%s;\n        return 0;\n    }'
                        % (self.count_field, count, self.plan.total.name))
                add('if (remote_params_fill((void *)ret.%s, ret.%s_n, %s, %s, err) < 0)\n        return -1;'
                    % (f.name, f.name, arg, count))
            elif kind == 'params_new':
                arg, count = item[2].name, item[3]
                add('int n = 0;')
                add('if (remote_params_new((void *)ret.%s, ret.%s_n, %s, &n, err) < 0)\n        return -1;'
                    % (f.name, f.name, arg))
                add('*%s = (%s)n;' % (count.name, count.type.rstrip('*').strip()))
            elif kind == 'return':
                self.result = 'ret.' + f.name

    def text(self):
        proc = self.proc
        self.inputs()
        self.outputs()
        stream = next((n for t, n in self.call.slot_params() if t == 'struct stream *'), None)
        o = ['static int', signature(self.call, 'call_' if self.call.slot[0] != 'admin' else 'admin_'), '{']
        if proc.args:
            o.append('    struct %s a = { %s };' % (proc.args, ', '.join(self.args) or '0'))
        if proc.ret:
            o.append('    struct %s ret;' % proc.ret)
        o.append('    REMOTE_REPLY_INIT(reply);')
        o += ['    ' + c for c in self.copies]
        fields = ['.program = %s_PROGRAM' % proc.program.name.upper(), '.proc = %s' % proc.symbol]
        if proc.args:
            fields += ['.args_type = XDR_%s' % proc.args, '.args = &a']
        if proc.ret:
            fields += ['.ret_type = XDR_%s' % proc.ret, '.ret = &ret']
        if stream:
            fields.append('.stream = ' + stream)
        o.append('    if (remote_request(conn, &(struct remote_request){ %s }, &reply, err) < 0)\n        return -1;'
                 % ', '.join(fields))
        o += ['    ' + c for c in self.after]
        o.append('    return %s;\n}\n' % self.result)
        return '\n'.join(o)


def is_hand(plan, slot):
    """Written by hand: slots without a plan, and plans that failed."""
    return slot in HAND or slot in EVENTS or (plan is not None and plan.hand and plan.why != 'session')


def main():
    folder, what, output = sys.argv[1:]
    api = description.load(folder)
    wire = wire_mod.load(folder + '/wire')
    plans = {}
    for plan in wire_plan.plan_all(api, wire):
        if plan.call:
            plans.setdefault(plan.call.slot, plan)
    o = ['/* Generated by gen/wire_client.py from api/. */']
    if what == 'hand':
        o.append('#pragma once\n#include "drivers/remote/remote.h"\n')
        for family, calls in api.slots().items():
            for call in calls:
                if is_hand(plans.get(call.slot), call.slot[1]):
                    o.append('int %s;' % signature(call, 'remote_'))
    else:
        o.append('#include "remote-hand.h"\n')
        tables = []
        for family, calls in api.slots().items():
            tables.append('const struct %s_ops remote_%s_ops = {' % (family, family))
            for call in calls:
                plan = plans.get(call.slot)
                if is_hand(plan, call.slot[1]):
                    tables.append('    .%s = remote_%s,' % (call.slot[1], call.slot[1]))
                elif plan and not plan.hand:
                    o.append(Body(wire, plan).text())
                    tables.append('    .%s = %s_%s,' % (call.slot[1],
                                                        'admin' if family == 'admin' else 'call',
                                                        call.slot[1]))
            tables.append('};\n')
        o += tables
    with open(output, 'w', encoding='utf-8') as f:
        f.write('\n'.join(o) + '\n')


if __name__ == '__main__':
    main()
