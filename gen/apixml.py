# SPDX-License-Identifier: LGPL-2.1-or-later
"""Emits libvirt-api.xml and its siblings, which the generators of language bindings read.

usage: apixml.py DESCRIPTION-FOLDER NAME OUTPUT-FILE    NAME: libvirt, libvirt-qemu, …
"""
import sys
import textwrap
from xml.sax.saxutils import escape, quoteattr

import description
import doctext
import docwords
from headers import GATHERED

UNITS = {'libvirt': GATHERED + ['error'], 'libvirt-qemu': ['qemu'], 'libvirt-lxc': ['lxc'],
         'libvirt-admin': ['admin']}


def attrs(**values):
    return ''.join(' %s=%s' % (k, quoteattr(str(v))) for k, v in values.items() if v is not None)


def info(text):
    """In lines of a length that suits the documentation strings of bindings."""
    lines = '\n\n'.join(textwrap.fill(p, 79, break_long_words=False, break_on_hyphens=False)
                        for p in text.split('\n\n'))
    return '      <info><![CDATA[%s]]></info>\n' % lines


def value_attrs(value):
    out = {'value': value}
    if value >= 0:
        out['value_hex'] = hex(value)
        if value and value & (value - 1) == 0:
            out['value_bitshift'] = value.bit_length() - 1
    return out


# Generators of bindings choose by "module", the part of the library a function comes from.
MODULES = {'common': 'virtypedparam-public', 'error': 'virerror', 'event': 'virevent'}
CORE = ('virConnectClose', 'virConnectOpen', 'virConnectOpenAuth', 'virConnectOpenReadOnly', 'virGetVersion',
        'virInitialize')


class Emitter:
    def __init__(self, api, texts):
        self.api, self.texts = api, texts

    def text(self, rec, name=None):
        doc = self.texts.of.get(name or rec.name)
        return '\n\n'.join(doc.paragraphs) if doc else '%s, available since version %s.' % (rec.name, rec.since)

    def arguments(self, rec, optional=()):
        doc, out = self.texts.of.get(rec.name), []
        for a in rec.args:
            text = docwords.arg_text(self.api, rec, a, doc) or ''
            # Generators give an argument a default when its text says so.
            if a.name in optional:
                text = '(optional) ' + text
            out.append('      <arg%s/>\n' % attrs(name=a.name, type=a.type, info=text))
        return ''.join(out)

    def function(self, call, stem):
        module = 'libvirt' if call.name in CORE else MODULES.get(call.unit.name, stem)
        doc = self.texts.of.get(call.name)
        return ''.join([
            '    <function%s>\n' % attrs(name=call.name, file=stem, module=module, version=call.since),
            info(self.text(call)),
            '      <return%s/>\n' % attrs(type=call.returns, info=docwords.result_text(call, doc)),
            self.arguments(call, call.optional), '    </function>\n'])

    def functype(self, rec, stem):
        doc = self.texts.of.get(rec.name)
        return ''.join([
            '    <functype%s>\n' % attrs(name=rec.name, file=stem, module=stem, version=rec.since),
            info(self.text(rec)),
            '      <return%s/>\n' % attrs(type=rec.returns, info=docwords.result_text(rec, doc)),
            self.arguments(rec), '    </functype>\n'])

    def struct(self, name, rec, stem, since):
        doc = self.texts.of.get(rec.name)
        told = doc.args if doc else {}
        out = ['    <struct%s>\n' % attrs(name=name, file=stem, type='struct ' + rec.name, version=since)]
        if doc:
            out.append(info(self.text(rec)))
        for field, array, _, ctype, members in rec.fields:
            if members is None:
                text = description.decl(ctype, field) + array if array else ctype
                out.append('      <field%s/>\n' % attrs(name=field, type=text, info=told.get(field, '')))
                continue
            out.append('      <field%s>\n        <union>\n' % attrs(name=field, type='union',
                                                                   info=told.get(field, '')))
            for mname, _, mtype in members:
                out.append('          <field%s/>\n' % attrs(name=mname, type=mtype, info=told.get(mname, '')))
            out.append('        </union>\n      </field>\n')
        out.append('    </struct>\n')
        return ''.join(out)

    def macro(self, rec, stem):
        values = {'name': rec.name, 'file': stem}
        if rec.params:
            values['params'] = ','.join(rec.params)
        if rec.ctype == 'string':
            values['string'] = rec.value
        else:
            values['raw'] = rec.body if rec.body is not None else rec.value
        values['version'] = rec.since
        doc = self.texts.of.get(rec.name)
        out = ['    <macro%s>\n' % attrs(**values), info(self.text(rec))]
        for param in rec.params or []:
            out.append('      <arg%s/>\n' % attrs(name=param, info=doc.args.get(param, '') if doc else ''))
        out.append('    </macro>\n')
        return ''.join(out)

    def constants(self, rec, stem):
        out = []
        for name, value, since, _ in rec.values:
            doc = self.texts.of.get(name)
            out.append(('enum', name, '    <enum%s/>\n' % attrs(
                name=name, file=stem, **value_attrs(value), type=rec.name, version=since or rec.since,
                info=' '.join(doc.paragraphs) if doc else None)))
        return out

    def typedef(self, name, ctype, stem, since, text):
        return '    <typedef%s>\n%s    </typedef>\n' % (attrs(name=name, file=stem, type=ctype,
                                                              version=since),
                                                        info(text))

    def unit_symbols(self, unit):
        """[(kind, name, xml)]"""
        api, stem = self.api, unit.header[:-2]
        structs = {'struct ' + s.name: s for s in api.structs}
        out = []
        for rec in api.of(unit, 'macros'):
            if not rec.special:
                out.append(('macro', rec.name, self.macro(rec, stem)))
        for rec in api.of(unit, 'enums'):
            out += self.constants(rec, stem)
            out.append(('typedef', rec.name, self.typedef(rec.name, 'enum', stem, rec.since, self.text(rec))))
        for rec in api.of(unit, 'handles'):
            out.append(('struct', rec.name, '    <struct%s/>\n' % attrs(
                name=rec.name, file=stem, type='struct ' + rec.struct, version=rec.since)))
            out.append(('typedef', rec.pointer, self.typedef(rec.pointer, rec.name + ' *', stem, rec.since,
                                                             self.text(rec))))
        for rec in api.of(unit, 'typedefs'):
            if rec.type in structs:
                out.append(('struct', rec.name, self.struct(rec.name, structs[rec.type], stem, rec.since)))
            else:
                text = docwords.typedef_text(api, rec) or self.text(rec)
                out.append(('typedef', rec.name, self.typedef(rec.name, rec.type, stem, rec.since, text)))
        for rec in api.of(unit, 'variables'):
            out.append(('variable', rec.name, '    <variable%s>\n%s    </variable>\n' % (
                attrs(name=rec.name, file=stem, type=rec.type, version=rec.since), info(self.text(rec)))))
        for rec in api.of(unit, 'callbacks'):
            out.append(('function', rec.name, self.functype(rec, stem)))
        for rec in api.of(unit, 'calls'):
            out.append(('function', rec.name, self.function(rec, stem)))
        order = ['macro', 'enum', 'typedef', 'struct', 'variable', 'function']
        return sorted(out, key=lambda s: order.index(s[0]))


def main(source, name, target):
    api = description.load(source)
    units = [u for u in api.units if u.name in UNITS[name]]
    out = ['<?xml version="1.0" encoding="UTF-8"?>\n<api name=%s>\n  <files>\n' % quoteattr(name)]
    texts = doctext.load(api, source)
    symbols = {u.name: Emitter(api, texts).unit_symbols(u) for u in units}
    for unit in units:
        stem, told = unit.header[:-2], texts.units.get(unit.name)
        out.append('    <file name=%s>\n      <summary>%s</summary>\n      <description>%s</description>\n' %
                   (
            quoteattr(stem), escape(told.summary if told else 'the public interface of ' + unit.name),
            escape(unit.header)))
        out += ['      <exports%s/>\n' % attrs(symbol=sym, type=kind) for kind, sym, _ in symbols[unit.name]]
        out.append('    </file>\n')
    out.append('  </files>\n  <symbols>\n')
    for unit in units:
        out += [text for _, _, text in symbols[unit.name]]
    out.append('  </symbols>\n</api>\n')
    description.write(target, ''.join(out))


if __name__ == '__main__':
    main(*sys.argv[1:])
