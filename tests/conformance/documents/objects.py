#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two implementations are given the same documents of everything but guests; what each makes of them is compared.

usage: objects.py [--count N] [--seed N] [--source schema|mutate|model|sweep|machines] [--spoil P] [--schemas DIR] [--show N]
                  [--log FILE] [--uri URI] [--reference COMMAND] [--ours COMMAND | --tool MODEL_ROUNDTRIP] KIND [BASE...]

KIND is a function of answer.py: network, pool, volume, ….  The documents are
  schema  by chance from the schemas of an installed libvirt
  model   by chance from our description, with --spoil almost valid
  mutate  those of BASE (.xml, or .tsv of a document a line) with one thing changed
  sweep   each attribute and element of BASE changed in each way
  machines  guests of other architectures (machines.py), for kind guest_xml
COMMAND runs before answer.py: `env LD_LIBRARY_PATH=…`, or what starts a daemon for it; --tool takes our side from the
model alone, for what no driver of ours has.  `explained` beside this file lists the differences that are meant.
"""
import argparse
import collections
import json
import os
import random
import re
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ET

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
sys.path[:0] = [HERE, os.path.join(ROOT, 'gen'), os.path.join(ROOT, 'tests', 'conformance', 'testdriver')]
import compare  # noqa: E402
import machines  # noqa: E402
import model_random  # noqa: E402
import model_read  # noqa: E402
import sample  # noqa: E402

# The schema, its element, and the struct of our description.
KINDS = {
    'network': ('network', 'network', 'network_def'), 'pool': ('storagepool', 'pool', 'storage_pool_def'),
    'volume': ('storagevol', 'volume', 'storage_vol_def'), 'interface': ('interface', 'interface', 'interface_def'),
    'nodedev': ('nodedev', 'device', 'node_device_def'), 'snapshot': ('domainsnapshot', 'domainsnapshot', 'snapshot_def'),
    'checkpoint': ('domaincheckpoint', 'domaincheckpoint', 'checkpoint_def'), 'secret': ('secret', 'secret', 'secret_def'),
    'nwfilter': ('nwfilter', 'filter', 'nwfilter_def'), 'binding': ('nwfilterbinding', 'filterbinding', 'nwfilter_binding_def'),
    'port': ('networkport', 'networkport', 'network_port_def'), 'cpu': ('cpu', 'cpu', 'domain_cpu'),
    'compare': ('cpu', 'cpu', 'domain_cpu'), 'guest_xml': ('domain', 'domain', 'domain_def'),
}
# Likely values, or most documents would fail at their first made-up word: of the schema's elements.
WORDS = {
    ('domainsnapshot/name', None): ['s1', 's2'], ('domaincheckpoint/name', None): ['c1', 'c2'],
    ('parent/name', None): ['s1', 'p'], ('network/name', None): ['n', 'net-1'], ('pool/name', None): ['p'],
    ('volume/name', None): ['v'], ('disk', 'name'): ['vda', 'vdb', 'vdc', 'vdd', 'hda', '/tmp/od/two', 'vdx'],
    ('state', None): ['running', 'shutoff', 'paused', 'disk-snapshot'], ('device/parent', None): ['scsi_host1', 'computer', 'x'],
    ('filterref', 'filter'): ['clean-traffic', 'no-mac-spoofing', 'none-such'], ('portdev', 'name'): ['od0', 'lo'],
    ('owner/uuid', None): ['11111111-2222-4333-8444-555555555555'], ('model', None): sample.WORDS[('cpu/model', None)],
    ('capacity', None): ['1000', '1000000', '0'], ('allocation', None): ['1000', '1000000', '0'],
    ('creationTime', None): ['1700000000', '1700000001', '0'], ('wwnn', None): ['2000000012341234'], ('wwpn', None): ['1000000012341234', '1000000012341235'],
}
GUEST = "<domain type='test'><name>%s</name><uuid>11111111-2222-4333-8444-55555555555%d</uuid><memory>65536</memory><vcpu>1</vcpu>" \
    "<os><type>hvm</type></os><devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/tmp/od/one.qcow2'/>" \
    "<target dev='vda'/></disk><disk type='file' device='disk'><source file='/tmp/od/two'/><target dev='vdb'/></disk></devices></domain>"


class Source:
    def __init__(self, a):
        self.a = a
        self.schema_name, self.element, self.struct = KINDS[a.kind]
        if a.source == 'schema':
            sample.WORDS.update(WORDS)
            self.schema = sample.Schema(os.path.join(a.schemas, self.schema_name + '.rng'))
        elif a.source == 'model':
            self.m = model_read.read(model_read.file_names(ROOT))
        else:
            self.bases = list(self.read_bases())

    def read_bases(self):
        for path in self.a.base:
            with open(path, encoding='utf-8') as f:
                texts = [line.split('\t')[0] for line in f] if path.endswith('.tsv') else [f.read()]
            for t in texts:
                try:
                    root = ET.fromstring(t)
                except ET.ParseError:
                    continue
                if root.tag == self.element and len(root):
                    yield root

    def each(self):
        if self.a.source == 'machines':
            yield from machines.documents()
            return
        if self.a.source == 'sweep':
            for doc, _ in sample.sweep(self.bases):
                yield sample.to_text(doc)
            return
        for number in range(self.a.count):
            rng = random.Random(self.a.seed * 1000003 + number)
            if self.a.kind == 'cpu':
                yield json.dumps([processor(rng) for _ in range(rng.choice((1, 1, 2, 2, 3)))])
            else:
                yield self.one(rng)

    def one(self, rng):
        if self.a.source == 'mutate':
            root = rng.choice(self.bases)
            for _ in range(rng.choice((1, 1, 2))):
                root = sample.mutate(root, rng)[0] if len(root) else root
            return sample.to_text(root)
        if self.a.source == 'model':
            mk = model_random.Maker(self.m, rng, rng.choice((0.1, 0.3, 0.6)), plain=True, spoil=self.a.spoil,
                                    overrides={('snapshot_def', 'domain'): None, ('snapshot_def', 'inactiveDomain'): None,
                                               ('checkpoint_def', 'domain'): None})
            root = ET.fromstring(mk.element(self.element, self.m.structs[self.struct], self.struct, None, 0))
        else:
            s = sample.Sampler(self.schema, rng, rng.choice((0.1, 0.3, 0.6)))
            root = s.element(rng.choice(self.roots()), '')
        if self.element in ('domainsnapshot', 'domaincheckpoint'):
            for tag in ('domain', 'inactiveDomain'):
                for e in root.findall(tag):
                    root.remove(e)
            if rng.random() < 0.5:
                root.append(ET.fromstring(GUEST % rng.choice((('on', 1), ('off', 2)))))
                if rng.random() < 0.2:
                    e = ET.fromstring(GUEST % rng.choice((('on', 1), ('off', 2))))
                    e.tag = 'inactiveDomain'
                    root.append(e)
        return sample.to_text(root)

    def roots(self):
        return self.schema.elements(self.element, self.schema_root())

    def schema_root(self):
        for s in self.schema.start:
            for e in s.iter(sample.RNG + 'ref'):
                if self.schema.elements(self.element, e.get('name')):
                    return e.get('name')
        return None


MODELS = ('486 pentium3 qemu32 kvm64 qemu64 coreduo core2duo Conroe Penryn Nehalem Nehalem-IBRS Westmere SandyBridge IvyBridge Haswell '
          'Haswell-noTSX Broadwell Skylake-Client Skylake-Client-noTSX-IBRS Skylake-Server-IBRS Cascadelake-Server Icelake-Server '
          'Cooperlake Snowridge athlon phenom Opteron_G1 Opteron_G3 Opteron_G5 EPYC EPYC-IBPB EPYC-Rome EPYC-Milan Dhyana').split()
FEATURES = ('vmx svm x2apic aes avx avx2 pcid ssse3 sse4.1 sse4.2 popcnt xsave osxsave invtsc rdtscp pdpe1gb lahf_lm cx16 rtm hle mpx '
            'arch-capabilities ibrs-all rdctl-no ssbd md-clear spec-ctrl abm 3dnow lm nx tsc_adjust hypervisor monitor ds').split()


def processor(rng):
    """As a host tells of its own, or a guest asks for one."""
    out = '<cpu>' if rng.random() < 0.8 else "<cpu mode='custom' match='%s'>" % rng.choice(('exact', 'minimum', 'strict'))
    if rng.random() < 0.95:
        out += '<arch>%s</arch>' % rng.choice(('x86_64', 'x86_64', 'x86_64', 'x86_64', 'i686', 'aarch64'))
    if rng.random() < 0.97:
        out += '<model>%s</model>' % rng.choice(MODELS + ['none-such'] * (rng.random() < 0.1))
    if rng.random() < 0.4:
        out += '<vendor>%s</vendor>' % rng.choice(('Intel', 'Intel', 'Intel', 'AMD', 'Hygon', 'x'))
    for name in rng.sample(FEATURES, rng.choice((0, 0, 1, 2, 5))):
        policy = rng.choice(('', '', '', '', " policy='require'", " policy='disable'", " policy='optional'", " policy='force'",
                             " policy='forbid'"))
        out += "<feature%s name='%s'/>" % (policy if out.startswith('<cpu mode') else '', name)
    return out + '</cpu>'


def answers(command, documents, kind, seeds):
    """One for each; None where the implementation ended."""
    lines = [json.dumps([kind, d, seed]) for d, seed in zip(documents, seeds)]
    out = []
    while len(out) < len(lines):
        run = subprocess.run(command, input='\n'.join(lines[len(out):]) + '\n', stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        got = [json.loads(x) for x in run.stdout.splitlines() if x.startswith('[')]
        out += got
        if len(out) < len(lines):
            if not out:
                print('# the first document ended it: ' + run.stderr[-500:], file=sys.stderr)
            out.append(None)
    return out


def from_tool(tool, documents):
    text = '\n'.join(d.replace('\n', '&#10;') for d in documents) + '\n'
    run = subprocess.run([tool, '-c', '-b'], input=text, capture_output=True, text=True)
    out = run.stdout.split('\0')[:-1]
    return [[['error' if x.startswith('error ') else 'xml', x]] for x in out]


def given_in(text):
    return set(re.findall(r'[0-9a-fA-F:-]{11,36}', text.lower()))


def canonical(text, document):
    text = re.sub(r'<creationTime>(\d+)</creationTime>',
                  lambda m: m.group(0) if m.group(1) in document else '<creationTime>*</creationTime>', text)
    text = re.sub(r'<name>(\d{9,})</name>', lambda m: m.group(0) if m.group(1) in document else '<name>*</name>', text)
    text = re.sub(r"\b(bitmap=')(\d{9,})'", lambda m: m.group(0) if m.group(2) in document else m.group(1) + "*'", text)
    text = re.sub(r'\.(\d{10})\b', lambda m: m.group(0) if m.group(1) in document else '.*', text)
    return compare.canonical(text, given_in(document))


def verdict(document, want, got):
    """None if equal, or (kind of difference, words)."""
    def short(m):
        return re.sub(r"'[^']*'|\d+", '…', m)
    for w, g in zip(want, got):
        we, ge = w[1].startswith('error '), g[1].startswith('error ')
        wm, gm = (re.match(r'error (\d+/\d+): (.*)', x[1], re.S) for x in (w, g))
        if we and ge:
            if wm.group(1) != gm.group(1):
                return 'error %s, ours %s: %s' % (wm.group(1), gm.group(1), short(wm.group(2))), gm.group(2)
            continue
        if we:
            return 'accepted, want error %s: %s' % (wm.group(1), short(wm.group(2))), wm.group(2)
        if ge:
            return 'refused with %s: %s' % (gm.group(1), short(gm.group(2))), gm.group(2)
        try:
            a = canonical(w[1], document)
        except ET.ParseError:
            continue
        b = canonical(g[1], document)
        if a != b:
            kind, words = compare.difference(a, b)
            return ('' if w[0] == 'xml' else w[0] + ' ') + kind, words
    return None


def without(document):
    """The document, each time without one element or attribute."""
    root = ET.fromstring(document)
    for number, e in enumerate(root.iter()):
        for a in sorted(e.attrib):
            new = ET.fromstring(document)
            del list(new.iter())[number].attrib[a]
            yield sample.to_text(new)
        if e is not root:
            new = ET.fromstring(document)
            parents = {c: p for p in new.iter() for c in p}
            victim = list(new.iter())[number]
            parents[victim].remove(victim)
            yield sample.to_text(new)


def code(answer):
    m = answer and re.match(r'error (\d+/\d+): ', answer[-1][1])
    return m and m.group(1)


def two_faults(differ, first_seed, ask_reference, ask_ours):
    """The numbers of documents that are wrong in several ways, so that only the order differs: parts are taken away as
    long as the reference names the same fault, and then both sides name it."""
    left, found = {n: (d, code(w)) for n, d, w, _ in differ}, set()
    for _ in range(40):
        trials = [(n, t, want) for n, (d, want) in left.items() for t in list(without(d))[:200]]
        seeds = [first_seed + n for n, _, _ in trials]
        texts = [t for _, t, _ in trials]
        ref = ask_reference(texts, seeds)
        kept = [x for x, r in zip(trials, ref) if code(r) == x[2]]
        got = ask_ours([t for _, t, _ in kept], [first_seed + n for n, _, _ in kept])
        found |= {n for (n, _, want), g in zip(kept, got) if code(g) == want}
        smaller = {}
        for n, t, want in kept:
            if n not in found and (n not in smaller or len(t) < len(smaller[n][0])):
                smaller[n] = t, want
        left = smaller
        if not left:
            break
    return found


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--count', type=int, default=1000)
    p.add_argument('--seed', type=int, default=1)
    p.add_argument('--spoil', type=float, default=0.0)
    p.add_argument('--source', choices=('schema', 'mutate', 'model', 'sweep', 'machines'), default='schema')
    p.add_argument('--schemas', default='/usr/share/libvirt/schemas')
    p.add_argument('--show', type=int, default=40)
    p.add_argument('--uri', default='test:///default')
    p.add_argument('--reference', default='')
    p.add_argument('--ours', default='')
    p.add_argument('--tool')
    p.add_argument('--log', help='a file for each difference: its kind, the document and both answers as JSON')
    p.add_argument('kind', choices=sorted(KINDS))
    p.add_argument('base', nargs='*')
    a = p.parse_args()
    documents = list(Source(a).each())
    ask = ['/usr/bin/python3', os.path.join(HERE, 'answer.py'), a.uri]

    def reference(documents, seeds=None):
        return answers(shlex.split(a.reference) + ask, documents, a.kind, seeds or range(a.seed, a.seed + len(documents)))

    def ours(documents, seeds=None):
        return from_tool(a.tool, documents) if a.tool else \
            answers(shlex.split(a.ours) + ask, documents, a.kind, seeds or range(a.seed, a.seed + len(documents)))
    want, got = reference(documents), ours(documents)
    known = compare.explained()
    log = open(a.log, 'w', encoding='utf-8') if a.log else None
    kinds, meant, examples = collections.Counter(), collections.Counter(), {}
    same = accepted = ended = 0
    differ = [(i, d, w, g) for i, (d, w, g) in enumerate(zip(documents, want, got))
              if w and g and code(w) and code(g) and code(w) != code(g)] if a.kind != 'cpu' else []
    order = two_faults(differ, a.seed, reference, ours)
    for number, (d, w, g) in enumerate(zip(documents, want, got)):
        if number in order:
            meant['wrong in several ways, and another one is named'] += 1
            continue
        if w is None:
            ended += 1
            continue
        if g is None:
            kind = 'ours ended', ''
        else:
            accepted += not w[0][1].startswith('error ')
            kind = verdict(d, w, g)
        if kind is None:
            same += 1
            continue
        reason = next((r for k, r in known if k.search(a.kind + ' ' + kind[0])), None)
        if reason:
            meant[reason] += 1
            continue
        kinds[kind[0]] += 1
        if log:
            print(json.dumps([kind[0], d, w, g]), file=log)
        if kind[0] not in examples or len(d) < len(examples[kind[0]][1]):
            examples[kind[0]] = kind[1], d
    for kind, n in kinds.most_common(a.show):
        print('%4d  %s\n      %s\n      %s' % (n, kind, examples[kind][0], examples[kind][1][:1500]))
    for reason, n in meant.most_common():
        print('%4d  meant: %s' % (n, reason))
    print('%s by %s: %d documents, %d accepted by the reference: %d same, %d meant, %d different in %d ways; %d ended the reference' % (
        a.kind, a.source, len(documents), accepted, same, sum(meant.values()), sum(kinds.values()), len(kinds), ended))
    return 1 if kinds else 0


if __name__ == '__main__':
    sys.exit(main())
