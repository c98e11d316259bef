# SPDX-License-Identifier: LGPL-2.1-or-later
"""The API description as objects: what every emitter works from.

    api = description.load(folder)      # reads folder/*.api

An Api holds lists in the order of the files: units, enums, macros, handles,
structs, typedefs, callbacks, variables, calls; and dictionaries by name:
call, handle, constant.  docs/design/api-description.md describes the format.
"""
import os
import re

# The order of the public headers; also the order of include.
UNITS = ['common', 'host', 'domain', 'domain-checkpoint', 'domain-snapshot', 'event', 'interface',
         'network', 'nodedev', 'nwfilter', 'secret', 'storage', 'stream', 'error', 'qemu', 'lxc',
         'admin']
LIBRARIES = ['libvirt.so.0', 'libvirt-qemu.so.0', 'libvirt-lxc.so.0', 'libvirt-admin.so.0']
CLASSES = ('local', 'snapshot', 'query', 'modify', 'long', 'host')
ROLES = ('self', 'handle', 'handles', 'stream', 'flags', 'in', 'string', 'strings', 'params', 'out',
         'inout', 'list', 'callback', 'opaque', 'free')
CHECKS = ('nonnull', 'nonnull-if', 'nonempty', 'positive', 'nonnegative', 'nonzero', 'exclusive',
          'requires', 'max', 'below', 'rule', 'zero-without')

# Public handle type → the plain reference that stands for it below src/lib.
REFS = {
    'virDomainPtr': 'domain_ref', 'virNetworkPtr': 'network_ref',
    'virNetworkPortPtr': 'network_port_ref', 'virInterfacePtr': 'interface_ref',
    'virStoragePoolPtr': 'storage_pool_ref', 'virStorageVolPtr': 'storage_vol_ref',
    'virNodeDevicePtr': 'node_device_ref', 'virSecretPtr': 'secret_ref',
    'virNWFilterPtr': 'nwfilter_ref', 'virNWFilterBindingPtr': 'nwfilter_binding_ref',
    'virDomainSnapshotPtr': 'domain_snapshot_ref',
    'virDomainCheckpointPtr': 'domain_checkpoint_ref',
    'virAdmServerPtr': 'admin_server_ref', 'virAdmClientPtr': 'admin_client_ref',
}
CONNS = ('virConnectPtr', 'virAdmConnectPtr')


class Record:
    """What every record has: name, unit, where it stands."""

    def __init__(self, kind, name, unit, where):
        self.kind, self.name, self.unit, self.where = kind, name, unit, where
        self.since = None

    def __repr__(self):
        return '<%s %s>' % (self.kind, self.name)


class Unit(Record):
    """One file: .header (libvirt-domain.h), .library (libvirt.so.0), .errors (the error domain
    its entry points report in)."""


class Arg:
    """.name, .role (one of ROLES, None for callbacks), .type (C text)."""

    def __init__(self, name, role, ctype):
        self.name, self.role, self.type = name, role, ctype


class Access:
    """.perm 'domain:write'; .flags_set / .flags_unset: applies only when one of the first is
    set / none of the second is set; .param, .value: only when that argument has that value."""

    def __init__(self, words):
        self.perm, self.flags_set, self.flags_unset = words[0], [], []
        self.param = self.value = None
        for word, value in zip(words[1::2], words[2::2]):
            if word == 'if':
                self.flags_set = value.split('|')
            elif word == 'unless':
                self.flags_unset = value.split('|')
            elif word == 'when':
                self.param, self.value = value.split('=')


class Check:
    """.what (one of CHECKS) and .args: argument names or flags.  .when is 'early' (before the read-only
    check), 'late' (after it is known that the driver has the call) or ''."""

    def __init__(self, words):
        self.when = words.pop(0) if words[0] in ('early', 'late') else ''
        self.what, self.args = words[0], words[1:]


class Call(Record):
    """A public function.

    .args [Arg], .returns (C type), .since, .node (symbol version), .wire ('remote', 14) or None,
    .slot ('hypervisor', 'domain_get_xml_desc') or None, .cls (one of CLASSES),
    .hand (body is written by hand though it has a slot), .access [Access], .filters [perm],
    .readonly True, False or the list of flags (or argument=value) that a read-only connection may
    not pass, .checks [Check], .after (what the entry point does to the handle on success), .optional (names of arguments
    that bindings give a default), .fails (the value that says failure, as C text)."""

    @property
    def library(self):
        return self.unit.library

    @property
    def self_arg(self):
        return next((a for a in self.args if a.role == 'self'), None)

    def arg(self, name):
        return next(a for a in self.args if a.name == name)

    @property
    def fails(self):
        ret = self.returns
        if ret.endswith('*') or ret.endswith('Ptr'):
            return 'NULL'
        if ret.startswith('unsigned'):
            return '(unsigned int) -1' if ret == 'unsigned int' else '0'
        return '-1'

    def slot_params(self):
        """[(C declaration type, name)] of the slot without the leading conn and the trailing
        err, by the rule written in src/driver/driver.h."""
        if self.name in SPECIAL_SLOTS:
            return SPECIAL_SLOTS[self.name]
        out = []
        for a in self.args:
            if a.type in CONNS and a.role == 'self':
                continue
            if a.type == 'virConnectPtr':
                out.append(('struct drv_conn *', a.name))
            elif a.type in REFS:
                out.append(('const struct %s *' % REFS[a.type], a.name))
            elif a.type == 'virStreamPtr':
                out.append(('struct stream *', a.name))
            elif a.role == 'list':
                item = re.sub(r' ?\*\*$', '', a.type)
                out.append(('struct %s_list *' % REFS[item], a.name))
            else:
                out.append((a.type, a.name))
        ret = self.returns
        if ret in REFS:
            out.append(('struct %s *' % REFS[ret], 'result'))
        elif ret in ('char *', 'const char *'):
            out.append(('char **', 'result'))
        elif ret == 'unsigned char *':
            out.append(('unsigned char **', 'result'))
        elif ret.startswith('unsigned'):
            out.append((ret + ' *', 'result'))
        return out


_EVENT = [('const struct event_filter *', 'filter'), ('event_deliver', 'deliver'),
          ('void *', 'opaque'), ('event_free_opaque', 'free_opaque')]
_STATS = [('const struct domain_ref *', 'doms'), ('size_t', 'ndoms'), ('unsigned int', 'stats'),
          ('struct domain_stats_list *', 'result'), ('unsigned int', 'flags')]
SPECIAL_SLOTS = {
    'virConnect%sEventRegisterAny' % o: _EVENT
    for o in ('Domain', 'Network', 'NodeDevice', 'Secret', 'StoragePool')}
SPECIAL_SLOTS.update({
    'virConnectDomainQemuMonitorEventRegister':
        _EVENT[:1] + [('const char *', 'event')] + _EVENT[1:] + [('unsigned int', 'flags')],
    'virConnectGetAllDomainStats': _STATS,
    'virDomainListGetStats': _STATS,
})


class Enum(Record):
    """.values [(name, value, since or None, is sentinel)]"""


class Macro(Record):
    """.value str, int or None; .ctype 'string', 'int', 'llong' or None; .params, .body; .special"""


class Handle(Record):
    """An opaque type: name virDomain, .struct _virDomain, .pointer virDomainPtr; .invalid, the error
    code of a bad handle, and .domain, its error domain (None: that of the call)"""

    @property
    def pointer(self):
        return self.name + 'Ptr'


class Struct(Record):
    """name _virDomainInfo, .size, .fields [(name, '[80]' or '', offset, type, members)];
    members is None, or for a union [(name, offset, type)]."""


class Typedef(Record):
    """.type: C text of what the name stands for"""


class Callback(Record):
    """A pointer to function: .args, .returns"""


class Variable(Record):
    """.type, .since, .node"""


class Api:
    def __init__(self):
        self.units, self.enums, self.macros, self.handles, self.structs = [], [], [], [], []
        self.typedefs, self.callbacks, self.variables, self.calls = [], [], [], []
        self.call, self.handle, self.constant, self.macro = {}, {}, {}, {}

    def of(self, unit, what):
        """The records of one unit: api.of(unit, 'calls')"""
        return [r for r in getattr(self, what) if r.unit is unit]

    def slots(self):
        """{family: [Call]} in the order of the description, one call per slot."""
        out, seen = {}, set()
        for call in self.calls:
            if call.slot and call.slot not in seen:
                seen.add(call.slot)
                out.setdefault(call.slot[0], []).append(call)
        return out


class DescriptionError(Exception):
    pass


_KINDS = {'unit': Unit, 'enum': Enum, 'macro': Macro, 'handle': Handle, 'struct': Struct,
          'typedef': Typedef, 'callback': Callback, 'variable': Variable, 'call': Call}
_LISTS = {'unit': 'units', 'enum': 'enums', 'macro': 'macros', 'handle': 'handles',
          'struct': 'structs', 'typedef': 'typedefs', 'callback': 'callbacks',
          'variable': 'variables', 'call': 'calls'}


def _unquote(text):
    import json
    return json.loads(text)


def _start(kind, rest, unit, where):
    name = rest.split()[0]
    rec = _KINDS[kind](kind, name, unit, where)
    if kind in ('call', 'callback'):
        rec.args, rec.returns, rec.node = [], 'void', None
    if kind == 'call':
        rec.wire = rec.slot = rec.cls = None
        rec.hand, rec.access, rec.filters, rec.readonly, rec.checks = False, [], [], True, []
        rec.after, rec.optional = None, []
    elif kind == 'enum':
        rec.values = []
    elif kind == 'struct':
        rec.fields, rec.size = [], 0
    elif kind == 'macro':
        rec.value = rec.ctype = rec.params = rec.body = None
        rec.special = False
    elif kind == 'typedef':
        rec.type = rest.split(None, 1)[1]
    return rec


def _field(rec, key, rest, where):
    words = rest.split()
    kind = rec.kind
    if key == 'since':
        rec.since = words[0]
        if len(words) > 1:
            rec.node = words[1]
    elif key == 'arg':
        if kind == 'call':
            name, role, ctype = rest.split(None, 2)
            if role not in ROLES:
                raise DescriptionError('%s: role %s of %s is not one of %s' % (where, role, name, ROLES))
        else:
            (name, ctype), role = rest.split(None, 1), None
        rec.args.append(Arg(name, role, ctype))
    elif key == 'returns':
        rec.returns = rest
    elif kind == 'call' and key == 'wire':
        rec.wire = (words[0], int(words[1]))
    elif kind == 'call' and key == 'slot':
        rec.slot = (words[0], words[1])
    elif kind == 'call' and key == 'class':
        if words[0] not in CLASSES:
            raise DescriptionError('%s: class %s is not one of %s' % (where, words[0], CLASSES))
        rec.cls = words[0]
    elif kind == 'call' and key == 'body':
        rec.hand = True
    elif kind == 'call' and key == 'access':
        rec.access.append(Access(words))
    elif kind == 'call' and key == 'optional':
        rec.optional = words
    elif kind == 'call' and key == 'after':
        rec.after = words[0]
    elif kind == 'call' and key == 'filter':
        rec.filters.append(words[0])
    elif kind == 'call' and key == 'readonly':
        rec.readonly = {'yes': True, 'no': False}.get(words[0], words[1:])
    elif kind == 'call' and key == 'check':
        check = Check(words)
        if check.what not in CHECKS:
            raise DescriptionError('%s: check %s is not one of %s' % (where, check.what, CHECKS))
        rec.checks.append(check)
    elif kind == 'unit':
        setattr(rec, key, words[0])
    elif kind == 'enum' and key == 'value':
        since = words[words.index('since') + 1] if 'since' in words else None
        rec.values.append((words[0], int(words[1]), since, 'sentinel' in words))
    elif kind == 'macro' and key == 'string':
        rec.value, rec.ctype = _unquote(rest), 'string'
    elif kind == 'macro' and key in ('int', 'llong'):
        rec.value, rec.ctype = int(words[0]), key
    elif kind == 'macro' and key == 'params':
        rec.params = words
    elif kind == 'macro' and key == 'body':
        rec.body = rest
    elif kind == 'macro' and key == 'special':
        rec.special = True
    elif kind == 'handle' and key == 'struct':
        rec.struct = words[0]
    elif kind == 'handle' and key == 'invalid':
        rec.invalid, rec.domain = words[0], words[1] if len(words) > 1 else None
    elif kind == 'variable' and key == 'type':
        rec.type = rest
    elif kind == 'struct' and key == 'size':
        rec.size = int(words[0])
    elif kind == 'struct' and key == 'field':
        name, offset, ctype = rest.split(None, 2)
        array = re.search(r'(\[.*\])?$', name).group(0)
        rec.fields.append((name[:len(name) - len(array)], array, int(offset), ctype, None))
    elif kind == 'struct' and key == 'union':
        rec.fields.append((words[0], '', int(words[1]), 'union', []))
    elif kind == 'struct' and key == 'member':
        name, offset, ctype = rest.split(None, 2)
        rec.fields[-1][4].append((name, int(offset), ctype))
    else:
        raise DescriptionError('%s: a %s has no field %s' % (where, kind, key))


def _read(api, path):
    unit = rec = None
    with open(path, encoding='utf-8') as lines:
        for number, line in enumerate(lines, 1):
            where = '%s:%d' % (path, number)
            text = line.split(' # ')[0].rstrip() if '"' not in line else line.rstrip()
            if not text or text.startswith('#'):
                continue
            key, _, rest = text.strip().partition(' ')
            rest = rest.strip()
            if text[0] != ' ':
                if key not in _KINDS:
                    raise DescriptionError('%s: %s is no kind of record' % (where, key))
                rec = _start(key, rest, unit, where)
                if key == 'unit':
                    unit = rec
                getattr(api, _LISTS[key]).append(rec)
            elif rec is None:
                raise DescriptionError('%s: a field outside of a record' % where)
            else:
                _field(rec, key, rest, where)


def _check(api):
    for call in api.calls:
        if not call.node:
            raise DescriptionError('%s: %s has no symbol node' % (call.where, call.name))
        if call.cls is None or (call.cls == 'local') != (call.slot is None):
            raise DescriptionError('%s: %s needs a slot, or class local' % (call.where, call.name))
        names = [a.name for a in call.args]
        for check in call.checks:
            for word in check.args[1:] if check.what == 'rule' else check.args[:1] if check.what == 'max' else check.args:
                if word not in names and word not in api.constant:
                    raise DescriptionError('%s: %s: check speaks of %s, which is neither argument '
                                           'nor constant' % (call.where, call.name, word))
        flags = []
        for word in call.readonly if isinstance(call.readonly, list) else []:
            flags.append(word.split('=')[-1])
        for access in call.access:
            flags += access.flags_set + access.flags_unset
        for flag in flags:
            if flag not in api.constant:
                raise DescriptionError('%s: %s: unknown flag %s' % (call.where, call.name, flag))


def load(folder):
    """Reads every unit of the description, checks it and returns the Api."""
    api = Api()
    for name in UNITS:
        _read(api, os.path.join(folder, name + '.api'))
    api.call = {c.name: c for c in api.calls}
    api.handle = {h.pointer: h for h in api.handles}
    api.macro = {m.name: m for m in api.macros}
    api.constant = {v[0]: v[1] for e in api.enums for v in e.values}
    _check(api)
    return api


def write(path, text):
    """Writes a generated file, leaving its time alone when nothing changed."""
    try:
        with open(path, encoding='utf-8') as old:
            if old.read() == text:
                return
    except FileNotFoundError:
        pass
    os.makedirs(os.path.dirname(path) or '.', exist_ok=True)
    with open(path, 'w', encoding='utf-8') as out:
        out.write(text)


def version_key(version):
    return [int(n) for n in version.split('.')]


def decl(ctype, name):
    """'char *' 'x' → 'char *x'; 'int' 'x' → 'int x'; 'char **const' works too."""
    return ctype + name if ctype.endswith('*') else '%s %s' % (ctype, name)
