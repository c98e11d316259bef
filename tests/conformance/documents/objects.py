#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two implementations are given the same documents of everything but guests; what each makes of them is compared.

usage: objects.py [--count N] [--seed N] [--source schema|mutate|model|valid|sweep|plain|faults|machines] [--spoil P] [--schemas DIR] [--show N]
                  [--log FILE] [--uri URI] [--reference COMMAND] [--ours COMMAND | --tool MODEL_ROUNDTRIP] [--again] [--order] [--validate] KIND [BASE...]

KIND is a function of answer.py: network, pool, volume, ….  The documents are
  schema  by chance from the schemas of an installed libvirt
  model   by chance from our description, with --spoil almost valid
  valid   the same, valid in every schema of the format
  mutate  those of BASE (.xml, or .tsv of a document a line) with one thing changed
  sweep   each attribute and element of BASE changed in each way
  plain   those of BASE, again and again: for kinds that do something by chance with each
  faults  those of BASE with each two of the faults that they can have
  machines  guests of other architectures (machines.py), for kind guest_xml
COMMAND runs before answer.py: `env LD_LIBRARY_PATH=…`, or what starts a daemon for it; --tool takes our side from the
model alone, for what no driver of ours has.  With --again both are given what ours wrote of what it took, and
have to take it and write the same, the other side unless it writes so too.  Differences are shown reduced to what makes
them; `explained` beside this
file lists those that are meant, and documents that are wrong in several ways count so, if each fault alone is answered alike.
"""
import argparse
import collections
import glob
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
import faults  # noqa: E402
import machines  # noqa: E402
import model_random  # noqa: E402
import model_read  # noqa: E402
import model_valid  # noqa: E402
import reduce  # noqa: E402
import sample  # noqa: E402

# The schema, its element, and the struct of our description.
KINDS = {
    'network': ('network', 'network', 'network_def'), 'pool': ('storagepool', 'pool', 'storage_pool_def'),
    'volume': ('storagevol', 'volume', 'storage_vol_def'), 'interface': ('interface', 'interface', 'interface_def'),
    'nodedev': ('nodedev', 'device', 'node_device_def'), 'device': ('nodedev', 'device', 'node_device_def'), 'snapshot': ('domainsnapshot', 'domainsnapshot', 'snapshot_def'),
    'checkpoint': ('domaincheckpoint', 'domaincheckpoint', 'checkpoint_def'), 'secret': ('secret', 'secret', 'secret_def'),
    'nwfilter': ('nwfilter', 'filter', 'nwfilter_def'), 'binding': ('nwfilterbinding', 'filterbinding', 'nwfilter_binding_def'),
    'port': ('networkport', 'networkport', 'network_port_def'), 'cpu': ('cpu', 'cpu', 'domain_cpu'),
    'compare': ('cpu', 'cpu', 'domain_cpu'), 'guest_xml': ('domain', 'domain', 'domain_def'),
    'abi': ('domain', 'domain', 'domain_def'),
    'image': ('domain', 'domain', 'domain_def'), 'forms': ('domain', 'domain', 'domain_def'),
}
# What is written of these is read again in another way.
AGAIN = {'snapshot': 'snapshot_again', 'checkpoint': 'checkpoint_again'}
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
    ('forward/address', 'slot'): ['0x02', '3', '0x1f', '1f'], ('forward/address', 'domain'): ['0', '0x0001', '2', 'f'],
    ('parentaddr/address', 'slot'): ['0x02', '3', '0x1f', '1f'], ('parentaddr/address', 'domain'): ['0', '0x0001', '2', 'f'],
    ('permissions/mode', None): ['0644', '755', '0711', '0', '4755'], ('source/name', None): ['src', 's-1', 'a/b'],
    ('srv', 'service'): ['ldap', 'sip', 'x_y'], ('auth/secret', 'uuid'): ['11111111-2222-4333-8444-555555555555'],
    ('backingStore/format', 'type'): ['raw', 'qcow2', 'vmdk', 'ext3'], ('capability/feature', 'name'): ['rx', 'tso', 'rdma', 'vmx'],
}
# What a document of these kinds is mostly refused for.
RARE = {'bandwidth/@classID', 'inbound/@floor', 'outbound/@floor', 'pool/features', 'network/bandwidth', 'dns/@enable', 'volume/backingStore'}
GUEST = "<domain type='test'><name>%s</name><uuid>11111111-2222-4333-8444-55555555555%d</uuid><memory>65536</memory><vcpu>1</vcpu>" \
    "<os><type>hvm</type></os><devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/tmp/od/one.qcow2'/>" \
    "<target dev='vda'/></disk><disk type='file' device='disk'><source file='/tmp/od/two'/><target dev='vdb'/></disk></devices></domain>"


class Source:
    def __init__(self, a):
        self.a = a
        self.schema_name, self.element, self.struct = KINDS[a.kind]
        if a.source == 'schema':
            sample.WORDS.update(WORDS)
            sample.RARE.update(RARE)
            self.schema = sample.Schema(os.path.join(a.schemas, self.schema_name + '.rng'))
        elif a.source in ('model', 'valid'):
            self.m = model_read.read(model_read.file_names(ROOT))
        else:
            self.bases = list(self.read_bases())

    def read_bases(self):
        for t in compare.texts_of(self.a.base):
            try:
                root = ET.fromstring(t)
            except ET.ParseError:
                continue
            if root.tag == self.element and len(root):
                yield root

    def each(self, ask):
        if self.a.source == 'faults':
            yield from faults.documents(self.bases, ask)
            return
        if self.a.source == 'machines':
            yield from machines.documents()
            return
        if self.a.source == 'sweep':
            for doc, _ in sample.sweep(self.bases):
                yield sample.to_text(doc)
            return
        if self.a.source == 'plain':
            for number in range(self.a.count):
                yield sample.to_text(self.bases[number % len(self.bases)])
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
        if self.a.source == 'valid':
            mk = model_valid.Maker(self.m, rng, rng.choice((0.1, 0.3, 0.6)))
            root = ET.fromstring(mk.element(self.element, self.m.structs[self.struct], self.struct, None, 0))
        elif self.a.source == 'model':
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
        if self.element == 'volume' and root.find('capacity') is None and rng.random() < 0.9:
            root.insert(0, ET.fromstring('<capacity>5000</capacity>'))
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


class Tool:
    """Our model alone, in the place of answer.py."""

    def __init__(self, tool, validate=False):
        self.command = [tool, '-c', '-b'] + ['-v'] * validate
        self.start()

    def start(self):
        self.child = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    again = start

    def send(self, question):
        self.child.stdin.write(question[1].strip().replace('\n', '&#10;').encode() + b'\n')
        self.child.stdin.flush()

    def answer(self):
        out = bytearray()
        while not out.endswith(b'\0'):
            byte = self.child.stdout.read1(65536)
            if not byte:
                return None
            out += byte
        text = out[:-1].decode()
        return [['error' if text.startswith('error ') else 'xml', text]]


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
            kind, words = next(compare.differences(a, b))
            return ('' if w[0] == 'xml' else w[0] + ' ') + kind, words
    return None


def again(reference, ours, question):
    """What ours wrote, read by both: what they make of it, and the text that it had to be.  What the other side writes of
    this document too is its own matter."""
    kind, text, seed = question
    want, got = reduce.both(reference, ours, question)
    if not got or got[0][1].startswith('error '):
        return got, got
    first, label = got[0][1], got[0][0]
    told = bool(want) and verdict(text, want[:1], got[:1]) is None
    want, own = reduce.both(reference, ours, [AGAIN.get(kind, kind), first, seed])
    if told or want is None:
        return own and [['ours ' + label, own[0][1]]], [['ours ' + label, first]]
    return [want[0], ['ours ' + label, own[0][1] if own else 'error 0/0: ended']], [[label, first], ['ours ' + label, first]]


def fault(answer):
    """(code and domain, message) of an error, or None."""
    m = answer and re.match(r'error (\d+/\d+): (.*)', answer[-1][1], re.S)
    return m and m.groups()


def kind_of(document, want, got):
    v = verdict(document, want, got)
    return v and v[0]


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--count', type=int, default=1000)
    p.add_argument('--seed', type=int, default=1)
    p.add_argument('--spoil', type=float, default=0.0)
    p.add_argument('--source', choices=('schema', 'mutate', 'model', 'valid', 'sweep', 'plain', 'faults', 'machines'), default='schema')
    p.add_argument('--schemas', default='/usr/share/libvirt/schemas')
    p.add_argument('--show', type=int, default=40)
    p.add_argument('--uri', default='test:///default')
    p.add_argument('--reference', default='')
    p.add_argument('--ours', default='')
    p.add_argument('--tool')
    p.add_argument('--again', action='store_true', help='both read what ours wrote')
    p.add_argument('--validate', action='store_true', help='both hold the documents against their schemas')
    p.add_argument('--order', action='store_true', help='which of several faults is told matters')
    p.add_argument('--log', help='a file for each difference: its kind, the document, both answers and the document made small as JSON')
    p.add_argument('kind', choices=sorted(KINDS))
    p.add_argument('base', nargs='*')
    a = p.parse_args()
    ask = ['/usr/bin/python3', os.path.join(HERE, 'answer.py'), a.uri] + ['validate'] * a.validate
    reference = reduce.Child(shlex.split(a.reference) + ask)
    ours = Tool(a.tool, a.validate) if a.tool else reduce.Child(shlex.split(a.ours) + ask)
    known, donors = compare.explained(), reduce.Donors(
        compare.texts_of(a.base + glob.glob(HERE + '/%s.tsv' % a.kind), False))
    log = open(a.log, 'w', encoding='utf-8') if a.log else None
    kinds, meant, examples, differ = collections.Counter(), collections.Counter(), {}, []
    number = same = accepted = ended = 0

    def both(text, seed):
        return (again if a.again else reduce.both)(reference, ours, [a.kind, text, seed])

    def alone(text):
        """The fault that the reference finds, without the words of the document."""
        w, g = both(text, a.seed)
        return w and g and verdict(text, w, g) is None and reduce.same_words(fault(w), donors.names)
    for number, d in enumerate(Source(a).each(alone), 1):
        w, g = both(d, a.seed + number - 1)
        if w is None:
            ended += 1
            continue
        if not w[0][1].startswith('error '):
            accepted += 1
            donors.add(d)
        kind = verdict(d, w, g) if g else ('ours ended', '')
        if kind is None:
            same += 1
        else:
            differ.append((a.seed + number - 1, d, w, g, kind))

    def is_meant(difference):
        return next((r for k, r in known if k.search(a.kind + ' ' + difference.removeprefix('live '))), None)
    for seed, d, w, g, kind in differ:
        small, reason = d, is_meant(kind[0])
        if reason is None and g and a.kind != 'cpu':
            small, reason = reduce.reduced(d, lambda t: both(t, seed), fault, kind_of, donors, meant=is_meant)
        if reason and not (a.order and reason == reduce.ORDER):
            meant[reason] += 1
            continue
        kinds[kind[0]] += 1
        if log:
            print(json.dumps([kind[0], d, w, g, small]), file=log)
        if kind[0] not in examples or len(small) < len(examples[kind[0]][1]):
            examples[kind[0]] = kind[1], small
    for kind, n in kinds.most_common(a.show):
        print('%4d  %s\n      %s\n      %s' % (n, kind, examples[kind][0], examples[kind][1][:1500]))
    for reason, n in meant.most_common():
        print('%4d  explained: %s' % (n, reason))
    print('%s by %s: %d documents, %d accepted by the reference: %d same, %d explained, %d different in %d ways; %d ended the reference' % (
        a.kind, a.source, number, accepted, same, sum(meant.values()), sum(kinds.values()), len(kinds), ended))
    return 1 if kinds else 0


if __name__ == '__main__':
    sys.exit(main())
