#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Measures the description of the XML documents against RelaxNG schemas.

usage: model-coverage.py [-v] SOURCE_ROOT SCHEMA_FOLDER

Walks schema and description side by side from each document's root and lists the elements and
attributes that a schema knows and the description does not.  Those in LEFT_OUT have a reason.
Without schemas on this machine it says so and passes.
"""
import os
import sys

import schema
from schema import RNG

DOCUMENTS = [   # schema file, root element, our struct
    ('domain.rng', 'domain', 'domain_def'), ('network.rng', 'network', 'network_def'),
    ('networkport.rng', 'networkport', 'network_port_def'), ('nwfilter.rng', 'filter', 'nwfilter_def'),
    ('nwfilterbinding.rng', 'filterbinding', 'nwfilter_binding_def'), ('storagepool.rng', 'pool', 'storage_pool_def'),
    ('storagevol.rng', 'volume', 'storage_vol_def'), ('secret.rng', 'secret', 'secret_def'),
    ('interface.rng', 'interface', 'interface_def'), ('nodedev.rng', 'device', 'node_device_def'),
    ('domainsnapshot.rng', 'domainsnapshot', 'snapshot_def'),
    ('domaincheckpoint.rng', 'domaincheckpoint', 'checkpoint_def'), ('domainbackup.rng', 'domainbackup', 'backup_def'),
    ('inactiveDomain.rng', 'inactiveDomain', 'domain_def'), ('capability.rng', 'capabilities', 'capabilities_def'),
    ('domaincaps.rng', 'domainCapabilities', 'domcaps_def'),
    ('storagepoolcaps.rng', 'storagepoolCapabilities', 'poolcaps_def'), ('cpu.rng', 'cpu', 'host_cpu'),
]
PARTS = {   # schemas without a document of their own: what includes them
    'basictypes.rng', 'cputypes.rng', 'domaincommon.rng', 'domainoverrides.rng', 'networkcommon.rng', 'nwfilter_params.rng',
    'privatedata.rng', 'storagecommon.rng',
}
LEFT_OUT = {    # (struct or group, name): why it is not described
    ('domain_smartcard', 'target'): 'a smartcard reader has none; the schema borrows that of serial ports',
    ('pool_source/format', 'vendor'): 'stands beside <format>, not inside; the schema allows both',
    ('pool_source/format', 'product'): 'stands beside <format>, not inside; the schema allows both',
}
for _n in ('type', 'managed', 'parent', 'parent_fabric_wwn', 'parent_wwnn', 'parent_wwpn', 'wwnn', 'wwpn', 'parentaddr'):
    LEFT_OUT['hostdev_source/adapter', _n] = 'a guest names the adapter; the schema borrows that of pools'


class Schema(schema.Grammar):
    def content(self, nodes):
        """(attributes, {child element: [nodes]}) of element nodes of one name."""
        attrs, kids, seen = set(), {}, set()

        def walk(e):
            if not isinstance(e.tag, str):
                return
            if e.tag == RNG + 'attribute':
                if e.get('name'):
                    attrs.add(e.get('name'))
            elif e.tag == RNG + 'element':
                forbidden = any(c.tag == RNG + 'notAllowed' for c in e)
                if e.get('name') and not forbidden:
                    kids.setdefault(e.get('name'), []).append(e)
            elif e.tag == RNG + 'ref':
                if e.get('name') not in seen:
                    seen.add(e.get('name'))
                    for d in self.defines.get(e.get('name'), []):
                        for c in d:
                            walk(c)
            elif e.tag == RNG + 'grammar':
                for inc in e.iter(RNG + 'include'):
                    inner = Schema(os.path.join(self.folder, inc.get('href')))
                    a, k = inner.content(inner.start)
                    for name, ns in k.items():
                        kids.setdefault(name, []).extend(n for n in ns)
                        for n in ns:
                            OWNER[n] = inner
            else:
                for c in e:
                    walk(c)
        for n in nodes:
            for c in n:
                walk(c)
        return attrs, kids


OWNER = {}


def model_content(m, s):
    """(attributes, {child: struct or None}) of one of our structs or groups."""
    attrs, kids, raw = set(), {}, set()
    for f in s.fields:
        if f.kind == 'include':
            a, k, r = model_content(m, m.structs[f.type])
            attrs |= a
            for n, v in k.items():
                kids.setdefault(n, []).extend(v)
            raw |= r
        elif f.kind == 'attr':
            attrs.add(f.name)
        elif f.kind == 'text':
            if f.type in ('kib', 'bytes', 'mib'):
                attrs.add(f.opts.get('uattr', 'unit'))
        else:
            kids.setdefault(f.name, [])
            if f.kind == 'group':
                kids[f.name].append(f.sub)
                GROUP[id(f.sub)] = '%s/%s' % (s.name, f.name)
            elif f.type in m.structs:
                kids[f.name].append(m.structs[f.type])
            elif f.type == 'raw':
                raw.add(f.name)
            if f.type in ('kib', 'bytes', 'mib'):
                kids[f.name].append('size')
        if f.kind == 'attr' and f.type in ('kib', 'bytes', 'mib'):
            attrs.add(f.opts.get('uattr', 'unit'))
    return attrs, kids, raw


GROUP = {}
USED = set()      # of LEFT_OUT: those that a schema has and the description has not


def path_of(group):
    return GROUP.get(id(group), '')


def compare(schema, nodes, m, structs, path, seen, out, count):
    key = (tuple(sorted({id(n) for n in nodes})), tuple(id(s) for s in structs))
    if key in seen:
        return
    seen.add(key)
    schema = OWNER.get(nodes[0], schema)
    attrs, kids = schema.content(nodes)
    mine, mine_kids, raw = set(), {}, set()
    for s in structs:
        if s == 'size':
            mine.add('unit')
            continue
        a, k, r = model_content(m, s)
        mine |= a
        raw |= r
        for n, v in k.items():
            mine_kids.setdefault(n, []).extend(v)
    names = {s.name or path_of(s) for s in structs if s != 'size'}

    def left_out(part):
        here = {(n, part) for n in names} & set(LEFT_OUT)
        USED.update(here)
        return here
    for a in sorted(attrs):
        count[0] += 1
        if a not in mine and not left_out(a):
            out.append('%s/@%s' % (path, a))
    for k in sorted(kids):
        count[0] += 1
        if k not in mine_kids:
            if not left_out(k):
                out.append('%s/%s' % (path, k))
        elif k not in raw:
            compare(schema, kids[k], m, mine_kids[k], path + '/' + k, seen, out, count)


def main():
    verbose = '-v' in sys.argv
    root, folder = [a for a in sys.argv[1:] if a != '-v']
    sys.path.insert(0, os.path.join(root, 'gen'))
    import model_read
    if not os.path.isdir(folder):
        print('skipped: no schemas in %s' % folder)
        return 0
    names = model_read.file_names(root)
    m = model_read.read(names)
    missing, count = [], [0]
    for file in sorted(os.listdir(folder)):
        if file.endswith('.rng') and file not in PARTS and file not in [d[0] for d in DOCUMENTS]:
            missing.append('the document of ' + file)
    for file, element, struct in DOCUMENTS:
        s = Schema(os.path.join(folder, file))
        _, kids = s.content(s.start)
        before, n = len(missing), count[0]
        compare(s, kids[element], m, [m.structs[struct]], element, set(), missing, count)
        if verbose:
            print('%-20s %4d known there, %d missing here' % (element, count[0] - n, len(missing) - before))
    missing += ['nothing needs LEFT_OUT %s %s' % x for x in sorted(set(LEFT_OUT) - USED)]
    for p in missing:
        print('missing: %s' % p)
    print('%d elements and attributes compared, %d missing' % (count[0], len(missing)))
    return 1 if missing else 0


if __name__ == '__main__':
    sys.exit(main())
