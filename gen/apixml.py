# SPDX-License-Identifier: LGPL-2.1-or-later
"""Emits libvirt-api.xml and its siblings, which the generators of language bindings read.

usage: apixml.py DESCRIPTION-FOLDER NAME OUTPUT-FILE    NAME: libvirt, libvirt-qemu, …
"""
import sys
from xml.sax.saxutils import escape, quoteattr

import description
from headers import GATHERED

UNITS = {'libvirt': GATHERED + ['error'], 'libvirt-qemu': ['qemu'], 'libvirt-lxc': ['lxc'],
         'libvirt-admin': ['admin']}


def attrs(**values):
    return ''.join(' %s=%s' % (k, quoteattr(str(v))) for k, v in values.items() if v is not None)


def info(text, indent=6):
    return '%s<info><![CDATA[%s]]></info>\n' % (' ' * indent, text)


def value_attrs(value):
    out = {'value': value}
    if value >= 0:
        out['value_hex'] = hex(value)
        if value and value & (value - 1) == 0:
            out['value_bitshift'] = value.bit_length() - 1
    return out


ROLES = {
    'self': 'the object the call is made on', 'handle': 'another object', 'handles': 'a NULL-terminated list',
    'stream': 'the stream that carries the data', 'flags': 'a bitwise-OR of flags', 'in': 'a value',
    'string': 'a string', 'strings': 'a list of strings', 'params': 'typed parameters',
    'out': 'where the result is stored', 'inout': 'a value that is read and replaced',
    'list': 'where the list of objects is stored, or NULL to count', 'callback': 'the function to call back',
    'opaque': 'handed to the callback', 'free': 'frees what is handed to the callback',
}


def returns_info(call):
    if call.returns == 'void':
        return None
    return '%s when it fails' % call.fails


# Generators of bindings choose by "module", the part of the library a function comes from.
MODULES = {'common': 'virtypedparam-public', 'error': 'virerror', 'event': 'virevent'}
CORE = ('virConnectClose', 'virConnectOpen', 'virConnectOpenAuth', 'virConnectOpenReadOnly', 'virGetVersion',
        'virInitialize')


def function(call, stem):
    module = 'libvirt' if call.name in CORE else MODULES.get(call.unit.name, stem)
    out = ['    <function%s>\n' % attrs(name=call.name, file=stem, module=module, version=call.since)]
    out.append(info('%s, available since version %s.' % (call.name, call.since)))
    out.append('      <return%s/>\n' % attrs(type=call.returns, info=returns_info(call)))
    for a in call.args:
        text = ROLES.get(a.role)
        # Generators give an argument a default when its text says so.
        if a.name in call.optional:
            text = '(optional) ' + text
        out.append('      <arg%s/>\n' % attrs(name=a.name, type=a.type, info=text))
    out.append('    </function>\n')
    return ''.join(out)


def functype(rec, stem):
    out = ['    <functype%s>\n' % attrs(name=rec.name, file=stem, module=stem, version=rec.since)]
    out.append(info('%s, available since version %s.' % (rec.name, rec.since)))
    out.append('      <return%s/>\n' % attrs(type=rec.returns))
    for a in rec.args:
        out.append('      <arg%s/>\n' % attrs(name=a.name, type=a.type, info=''))
    out.append('    </functype>\n')
    return ''.join(out)


def struct(name, rec, stem, since):
    out = ['    <struct%s>\n' % attrs(name=name, file=stem, type='struct ' + rec.name, version=since)]
    for field, array, _, ctype, members in rec.fields:
        if members is None:
            text = description.decl(ctype, field) + array if array else ctype
            out.append('      <field%s/>\n' % attrs(name=field, type=text, info=''))
            continue
        out.append('      <field%s>\n        <union>\n' % attrs(name=field, type='union', info=''))
        for mname, _, mtype in members:
            out.append('          <field%s/>\n' % attrs(name=mname, type=mtype, info=''))
        out.append('        </union>\n      </field>\n')
    out.append('    </struct>\n')
    return ''.join(out)


def macro(rec, stem):
    values = {'name': rec.name, 'file': stem}
    if rec.params:
        values['params'] = ','.join(rec.params)
    if rec.ctype == 'string':
        values['string'] = rec.value
    else:
        values['raw'] = rec.body if rec.body is not None else rec.value
    values['version'] = rec.since
    out = ['    <macro%s>\n' % attrs(**values)]
    out.append(info('%s, available since version %s.' % (rec.name, rec.since)))
    for param in rec.params or []:
        out.append('      <arg%s/>\n' % attrs(name=param, info=''))
    out.append('    </macro>\n')
    return ''.join(out)


def unit_symbols(api, unit):
    """[(kind, name, xml)]"""
    stem = unit.header[:-2]
    structs = {'struct ' + s.name: s for s in api.structs}
    out = []
    for rec in api.of(unit, 'macros'):
        if not rec.special:
            out.append(('macro', rec.name, macro(rec, stem)))
    for rec in api.of(unit, 'enums'):
        for name, value, since, _ in rec.values:
            out.append(('enum', name, '    <enum%s/>\n' % attrs(
                name=name, file=stem, **value_attrs(value), type=rec.name, version=since or rec.since)))
        out.append(('typedef', rec.name, '    <typedef%s/>\n' % attrs(
            name=rec.name, file=stem, type='enum', version=rec.since)))
    for rec in api.of(unit, 'handles'):
        out.append(('struct', rec.name, '    <struct%s/>\n' % attrs(
            name=rec.name, file=stem, type='struct ' + rec.struct, version=rec.since)))
    for rec in api.of(unit, 'typedefs'):
        if rec.type in structs:
            out.append(('struct', rec.name, struct(rec.name, structs[rec.type], stem, rec.since)))
        else:
            out.append(('typedef', rec.name, '    <typedef%s>\n%s    </typedef>\n' % (
                attrs(name=rec.name, file=stem, type=rec.type, version=rec.since), info(rec.type))))
    for rec in api.of(unit, 'handles'):
        out.append(('typedef', rec.pointer, '    <typedef%s>\n%s    </typedef>\n' % (
            attrs(name=rec.pointer, file=stem, type=rec.name + ' *', version=rec.since),
            info('a pointer to ' + rec.name))))
    for rec in api.of(unit, 'variables'):
        out.append(('variable', rec.name, '    <variable%s>\n%s    </variable>\n' % (
            attrs(name=rec.name, file=stem, type=rec.type, version=rec.since), info(rec.name))))
    for rec in api.of(unit, 'callbacks'):
        out.append(('function', rec.name, functype(rec, stem)))
    for rec in api.of(unit, 'calls'):
        out.append(('function', rec.name, function(rec, stem)))
    order = ['macro', 'enum', 'typedef', 'struct', 'variable', 'function']
    return sorted(out, key=lambda s: order.index(s[0]))


def main(source, name, target):
    api = description.load(source)
    units = [u for u in api.units if u.name in UNITS[name]]
    out = ['<?xml version="1.0" encoding="UTF-8"?>\n<api name=%s>\n  <files>\n' % quoteattr(name)]
    symbols = {u.name: unit_symbols(api, u) for u in units}
    for unit in units:
        stem = unit.header[:-2]
        out.append('    <file name=%s>\n      <summary>%s</summary>\n      <description>%s</description>\n' % (
            quoteattr(stem), escape('the public interface of ' + unit.name), escape(unit.header)))
        out += ['      <exports%s/>\n' % attrs(symbol=sym, type=kind) for kind, sym, _ in symbols[unit.name]]
        out.append('    </file>\n')
    out.append('  </files>\n  <symbols>\n')
    for unit in units:
        out += [text for _, _, text in symbols[unit.name]]
    out.append('  </symbols>\n</api>\n')
    description.write(target, ''.join(out))


if __name__ == '__main__':
    main(*sys.argv[1:])
