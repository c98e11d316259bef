# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pairs what travels with what a driver's slot takes: for each procedure that belongs to a public
function, which wire field is which argument, which result goes where.  Both ends are emitted from
these plans (wire_dispatch.py, wire_client.py), so they cannot disagree.

A plan lists inputs and outputs as tuples, first the kind:

  inputs   ref FIELD ARG        a reference to an object
           name FIELD ARG       a node device, by its name alone
           value FIELD ARG      scalar, string or uuid
           array FIELD ARG N    typed parameters, strings, bytes, numbers; N counts them
           count FIELD ARG      how many results the caller has room for
           need FIELD ARG       whether the caller wants the list, or only its length
  outputs  return FIELD         the int the function returns
           ref FIELD            a reference that the caller gets
           string FIELD         a string that the caller gets
           number FIELD CTYPE   a number in *result
           value FIELD ARG      a scalar in *ARG
           stringarg FIELD ARG  a string in *ARG that the caller gets
           struct ARG CTYPE SIZE [(FIELD, MEMBER)]
           array FIELD ARG COUNT      room for COUNT items; returns how many there are
           list FIELD ARG RET   a list of references that the caller gets; returns its length
           params FIELD ARG N   typed parameters into room for *N (0: only ask how many)
           params_new FIELD ARG N     typed parameters that the caller gets

What fits no rule is in HAND (both ends are written by hand) or SESSION (the daemon's session answers).
"""
import description

REFS = {'remote_nonnull_' + r[:-4]: r for r in description.REFS.values() if not r.startswith('admin')}
REFS['admin_nonnull_server'] = 'admin_server_ref'
REFS['admin_nonnull_client'] = 'admin_client_ref'

# Answered by the session, never by a driver.
SESSION = {
    ('remote', n) for n in (
        'connect_open', 'connect_close', 'connect_supports_feature', 'connect_get_uri', 'connect_is_secure',
        'connect_set_identity', 'auth_list', 'auth_sasl_init', 'auth_sasl_start', 'auth_sasl_step',
        'auth_polkit',
        'connect_domain_event_register', 'connect_domain_event_deregister',
        'connect_domain_event_register_any',
        'connect_domain_event_deregister_any', 'connect_domain_event_callback_register_any',
        'connect_domain_event_callback_deregister_any', 'connect_network_event_register_any',
        'connect_network_event_deregister_any', 'connect_storage_pool_event_register_any',
        'connect_storage_pool_event_deregister_any', 'connect_node_device_event_register_any',
        'connect_node_device_event_deregister_any', 'connect_secret_event_register_any',
        'connect_secret_event_deregister_any', 'connect_register_close_callback',
        'connect_unregister_close_callback')
} | {('qemu', 'connect_domain_monitor_event_register'), ('qemu', 'connect_domain_monitor_event_deregister'),
     ('admin', 'connect_open'), ('admin', 'connect_close')}

# Allowed on a session that has not authenticated, or not opened a driver, yet.
NO_AUTH = {'auth_list', 'auth_sasl_init', 'auth_sasl_start', 'auth_sasl_step', 'auth_polkit'}
NO_OPEN = NO_AUTH | {'connect_open', 'connect_close', 'connect_set_identity', 'connect_supports_feature'}
# May overtake what a client and a guest have under way: this is what frees them.
URGENT = {'domain_destroy', 'domain_destroy_flags', 'domain_abort_job', 'domain_abort_job_flags',
          'domain_reset',
          'domain_block_job_abort', 'connect_close'}


class Plan:
    def __init__(self, proc, call):
        self.proc, self.call = proc, call
        self.ins, self.outs = [], []
        self.why = None  # why it has to be written by hand

    @property
    def hand(self):
        return self.why is not None


class Unplanned(Exception):
    pass


def split(call):
    """Arguments that go in and out, without the connection."""
    ins, outs = [], []
    for a in call.args:
        if a.type in description.CONNS:
            continue
        if a.role == 'stream':
            continue
        (outs if a.role in ('out', 'list') else ins).append(a)
    return ins, outs


def plan_ins(wire, plan, ins):
    fields = list(wire.structs[plan.proc.args].fields) if plan.proc.args else []
    spare = []
    ins = list(ins)
    while ins:
        a = ins.pop(0)
        if not fields:
            spare.append(a)
            continue
        f = fields[0]
        kind = wire.resolve(f.type)
        if f.name == 'need_results':
            plan.ins.append(('need', fields.pop(0), None))
            ins.insert(0, a)
            continue
        if a.type in description.REFS:
            if kind == ('struct', f.type) and REFS.get(f.type) == description.REFS[a.type]:
                plan.ins.append(('ref', f, a))
            elif kind[0] == 'string' and a.type == 'virNodeDevicePtr':
                plan.ins.append(('name', f, a))
            else:
                raise Unplanned('%s is no %s' % (f.name, a.type))
        elif f.array == 'variable':
            if a.role not in ('params', 'strings') and not a.type.endswith('*'):
                raise Unplanned('array %s stands for %s' % (f.name, a.name))
            if not ins or ins[0].role != 'in':
                raise Unplanned('nothing counts ' + a.name)
            plan.ins.append(('array', f, a, ins.pop(0)))
        elif kind[0] == 'opaque' and a.type == 'const unsigned char *':
            plan.ins.append(('value', f, a))
        elif a.role == 'string' and (kind[0] == 'string' or kind[0] == 'optional'):
            plan.ins.append(('value', f, a))
        elif a.role == 'inout' and f.name == 'nparams':
            plan.ins.append(('count', f, a))
        elif a.role in ('in', 'flags') and kind[0] == 'basic' and '*' not in a.type:
            if a.type == 'size_t' and f.name != 'size':
                spare.append(a)
                continue
            plan.ins.append(('value', f, a))
        elif a.role == 'inout':
            spare.append(a)
            continue
        else:
            raise Unplanned('%s %s against %s %s' % (a.type, a.name, f.type, f.name))
        fields.pop(0)
    if fields and fields[0].name == 'need_results':
        plan.ins.append(('need', fields.pop(0), None))
    if fields:
        raise Unplanned('nothing gives ' + fields[0].name)
    return spare


def plan_outs(api, wire, plan, outs, spare):
    call = plan.call
    fields = list(wire.structs[plan.proc.ret].fields) if plan.proc.ret else []
    ret = call.returns
    given = set()
    if fields and ret in description.REFS:
        if REFS.get(fields[0].type) != description.REFS[ret]:
            raise Unplanned('%s is no %s' % (fields[0].name, ret))
        plan.outs.append(('ref', fields.pop(0)))
    elif fields and ret in ('char *', 'const char *'):
        if wire.resolve(fields[0].type)[0] not in ('string', 'optional') or fields[0].array:
            raise Unplanned('%s is no string' % fields[0].name)
        plan.outs.append(('string', fields.pop(0)))
    elif fields and ret.startswith('unsigned') and not ret.endswith('*'):
        plan.outs.append(('number', fields.pop(0), ret))
    for a in outs:
        if not fields:
            raise Unplanned('nothing fills ' + a.name)
        f = fields[0]
        base = a.type[:-3] if a.type.endswith('Ptr') else None
        struct = next((s for s in api.structs if base and s.name == '_' + base), None)
        if a.role == 'list':
            if f.type not in REFS or f.array != 'variable' or len(fields) != 2:
                raise Unplanned('%s is no list' % f.name)
            plan.outs.append(('list', f, a, fields[1]))
            fields = []
        elif a.type in ('virTypedParameterPtr', 'virTypedParameterPtr *'):
            if not f.type.endswith('_typed_param') or f.array != 'variable':
                raise Unplanned('%s is no typed parameters' % f.name)
            n = next((s for s in call.args if s.role in ('inout', 'out') and s.name.startswith('n')), None)
            if n is None:
                raise Unplanned('nothing counts ' + a.name)
            kind = 'params' if a.type == 'virTypedParameterPtr' else 'params_new'
            plan.outs.append((kind, f, a, n))
            given.add(n.name)
            fields.pop(0)
            if fields and fields[0].name == 'nparams':
                plan.total = fields.pop(0)
        elif a.name in given:
            continue
        elif struct and struct.name not in ('_virTypedParameter',) and not f.array == 'variable' and len(
                fields) == len(struct.fields):
            size = next((s for s in spare if s.type == 'size_t'), None)
            if size:
                spare.remove(size)
            members = {m[0]: m for m in struct.fields}
            if set(members) != {x.name for x in fields}:
                raise Unplanned('members of %s have other names' % base)
            plan.outs.append(('struct', a, base, size, [(x, members[x.name]) for x in fields]))
            fields = []
        elif f.array == 'variable':
            # How many fit: the argument counted by an input that has "max" in its name.
            n = next((i for i in plan.ins if i[0] == 'value' and i[1].name.startswith('max')), None)
            if n is None or len(fields) != 1 or a.type not in ('int *', 'unsigned long long *', 'char **',
                                                               'char ** const'):
                raise Unplanned('no room for ' + f.name)
            plan.ins[plan.ins.index(n)] = ('count', n[1], n[2])
            plan.outs.append(('array', f, a, n[2]))
            fields.pop(0)
        elif wire.resolve(f.type)[0] == 'basic' and a.type.count('*') == 1 and not a.type.startswith(
                ('char', 'unsigned char', 'void')):
            plan.outs.append(('value', f, a))
            fields.pop(0)
        elif wire.resolve(f.type)[0] in ('string', 'optional') and a.type == 'char **':
            plan.outs.append(('stringarg', f, a))
            fields.pop(0)
        else:
            raise Unplanned('%s against %s' % (a.type, f.name))
    for s in [s for s in spare if s.role == 'inout' and s.name not in given]:
        if len(fields) == 1 and wire.resolve(fields[0].type)[0] == 'basic':
            plan.outs.append(('value', fields.pop(0), s))
            spare.remove(s)
    if len(fields) == 1 and ret == 'int' and wire.resolve(fields[0].type)[0] == 'basic' and not fields[0].array:
        plan.outs.append(('return', fields.pop(0)))
    if fields:
        raise Unplanned('nothing takes ' + fields[0].name)
    left = [s.name for s in spare if s.name not in given]
    if left:
        raise Unplanned('nothing carries ' + ', '.join(left))


def plan_all(api, wire):
    """[Plan] for every call of the programs that a driver table answers; session calls included
    (with .call possibly None)."""
    plans = []
    for program in ('remote', 'qemu', 'lxc', 'admin'):
        for proc in wire.programs[program].procs:
            if proc.kind != 'call':
                continue
            call = api.call.get(proc.api) if proc.api else None
            plan = Plan(proc, call)
            plan.total = None
            plans.append(plan)
            if (program, proc.name) in SESSION:
                plan.why = 'session'
                continue
            if call is None or call.slot is None:
                plan.why = 'no driver has it'
                plan.call = None
                continue
            try:
                if proc.fds:
                    raise Unplanned('descriptors travel')
                ins, outs = split(call)
                spare = plan_ins(wire, plan, ins)
                plan_outs(api, wire, plan, outs, spare)
            except Unplanned as e:
                plan.why = str(e)
    return plans


if __name__ == '__main__':
    import sys
    import wire as wire_mod
    API = description.load(sys.argv[1])
    for p in plan_all(API, wire_mod.load(sys.argv[1] + '/wire')):
        if p.hand:
            print('%-40s %s' % (p.proc.api or p.proc.name, p.why))
        elif len(sys.argv) > 2:
            print(p.proc.api, p.ins, p.outs)
