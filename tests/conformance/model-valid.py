#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Random documents against the RelaxNG schemas of an installed libvirt, both ways.

usage: model-valid.py [--count N] [--seed N] SOURCE_ROOT OUR_SCHEMAS THEIR_SCHEMAS MODEL_ROUNDTRIP

  made here   documents of every kind from our description (gen/model_valid.py) are valid in their schema and in ours,
              are accepted by the parser, also when it refuses what is not described, and are the same after being
              copied, written and read again, as XML and as JSON
  one thing too much   a stray attribute or element in any place of those makes the schemas and the parser refuse them
  made there  documents from their schemas (documents/sample.py) are valid in our schema, unless our parser, told to
              refuse what is not described, refuses them too; those it accepts are the same after those ways

Each kind is tried with a fixed seed and with the one given, or a fresh one, which is printed; make check gives one,
since what chance finds there would stop who changed something else.  The judge is relaxng.py; with xmllint's
library (python3-lxml) each document made here is judged a second time, and only where that is known to stumble
(STUMBLES) may it say no.  Without their schemas it says so and passes.
"""
import argparse
import os
import random
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, 'documents')]
import relaxng  # noqa: E402
import sample   # noqa: E402
from tap import done, report  # noqa: E402

KINDS = [   # schema, outermost element, struct
    ('domain', 'domain', 'domain_def'), ('inactiveDomain', 'inactiveDomain', 'domain_def'),
    ('network', 'network', 'network_def'), ('networkport', 'networkport', 'network_port_def'),
    ('nwfilter', 'filter', 'nwfilter_def'), ('nwfilterbinding', 'filterbinding', 'nwfilter_binding_def'),
    ('storagepool', 'pool', 'storage_pool_def'), ('storagevol', 'volume', 'storage_vol_def'),
    ('secret', 'secret', 'secret_def'), ('interface', 'interface', 'interface_def'), ('nodedev', 'device', 'node_device_def'),
    ('domainsnapshot', 'domainsnapshot', 'snapshot_def'), ('domaincheckpoint', 'domaincheckpoint', 'checkpoint_def'),
    ('domainbackup', 'domainbackup', 'backup_def'), ('capability', 'capabilities', 'capabilities_def'),
    ('domaincaps', 'domainCapabilities', 'domcaps_def'),
    ('storagepoolcaps', 'storagepoolCapabilities', 'poolcaps_def'), ('cpu', 'cpu', 'host_cpu'),
]
STUMBLES = [    # where libxml2 says no to a valid document
    # parts of two interleaves, one inside the other, in turn
    re.compile('<bootloader.*<sysinfo.*<os', re.S),
    re.compile('<devnode type=.link'),      # the second of two optional elements of one name, without the first
]
SLOW = {'nwfilter'}     # where it takes the longer the more attributes there are, without bound
DENSITIES = (0.08, 0.2, 0.4)


def second_opinion(path):
    if os.path.basename(path)[:-len('.rng')] in SLOW:
        return None
    try:
        from lxml import etree
    except ImportError:
        return None
    schema = etree.RelaxNG(etree.parse(path))
    return lambda text: schema.validate(etree.fromstring(text))


class Judge:
    """One schema: what is wrong with a document, or None."""

    def __init__(self, path):
        self.schema, self.second = relaxng.Valid(path), second_opinion(path)

    def fault(self, text):
        first = self.schema.fault(text)
        if self.second is not None and self.second(text) != (first is None):
            if first is not None or not any(s.search(text) for s in STUMBLES):
                return 'the two judges disagree: %s' % (first or 'only libxml2 says no')
        return first


def ask(tool, texts, flags):
    """The tool's answers to documents, one a line: what they are written as after all its round trips, or an error."""
    texts = [re.sub(r'^<inactiveDomain\b|\binactiveDomain>\s*$', lambda m: m.group().replace('inactiveD', 'd'), t) for t in texts]
    out = subprocess.run([tool] + flags + ['-l', '-b'], input='\n'.join(t.replace('\n', '&#10;') for t in texts) + '\n',
                         capture_output=True, text=True)
    answers = out.stdout.split('\0')[:-1]
    if len(answers) != len(texts):
        raise SystemExit('the tool ended early (%d): %s' % (out.returncode, out.stderr[-300:]))
    return answers


def made_here(kind, seeds, m, make):
    schema, element, struct = kind
    return [make(m, random.Random(seed), DENSITIES[seed % 3]).element(element, m.structs[struct], struct, None, 0)
            for seed in seeds]


def made_there(grammar, seeds):
    out = []
    for seed in seeds:
        s = sample.Sampler(grammar, random.Random(seed), DENSITIES[seed % 3])
        root = ET.Element('root', {'\0': ''})
        for start in grammar.start:
            s.all(start, root, 0)
        out.append(sample.to_text(root[0]))
    return out


def with_stray(text, rng):
    """The document with an attribute or element that nobody knows, and not where anything may be."""
    root = ET.fromstring(text)
    e = rng.choice([e for e in root.iter() if e.tag != 'metadata' and not e.tag.startswith('{')])
    if rng.random() < 0.5:
        e.set('stray', '1')
    else:
        ET.SubElement(e, 'stray')
    return ET.tostring(root, encoding='unicode')


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--count', type=int, default=40)
    p.add_argument('--seed', type=int, default=0)
    p.add_argument('root')
    p.add_argument('ours')
    p.add_argument('theirs')
    p.add_argument('tool')
    a = p.parse_args()
    if not os.path.isdir(a.theirs):
        print('1..0 # SKIP no schemas in %s' % a.theirs)
        return
    sys.path.insert(0, os.path.join(a.root, 'gen'))
    import model_read
    import model_valid
    sample.WORDS = {}       # likely words are not always valid ones
    m = model_read.read(model_read.file_names(a.root))
    fresh = a.seed or random.SystemRandom().randrange(1000, 10**9)
    seeds = list(range(a.count)) + [fresh + i for i in range(a.count)]
    print('# seeds 0 and %d' % fresh)
    for kind in KINDS:
        name = kind[1]
        theirs, ours = (Judge(os.path.join(folder, kind[0] + '.rng')) for folder in (a.theirs, a.ours))
        texts = made_here(kind, seeds, m, model_valid.Maker)
        plain = [ask(a.tool, texts, flags) for flags in ([], ['-v'])]
        faults = []
        for judge, whose in ((theirs, 'their'), (ours, 'our')):
            faults += ['seed %d, not valid in %s schema: %s' % (s, whose, f)
                       for s, f in zip(seeds, map(judge.fault, texts)) if f]
        faults += ['seed %d: %s' % (s, x) for answers in plain for s, x in zip(seeds, answers) if not x.startswith('<')]
        report('%s: %d documents made here are valid there' % (name, len(texts)), faults)

        strays = [with_stray(t, random.Random(s)) for s, t in zip(seeds, texts)]
        strays = [(s, t) for s, t in zip(seeds, strays) if theirs.schema.fault(t) is not None]
        answers = ask(a.tool, [t for _, t in strays], ['-v'])
        report('%s: %d with one thing too much are refused' % (name, len(strays)),
               ['seed %d, accepted by %s: %s' % (s, 'the parser' if x[0] == '<' else 'our schema', t)
                for (s, t), x in zip(strays, answers) if x[0] == '<' or ours.schema.fault(t) is None])

        texts = made_there(sample.Schema(os.path.join(a.theirs, kind[0] + '.rng')), seeds)
        valid = [(s, t) for s, t in zip(seeds, texts) if theirs.schema.fault(t) is None]
        answers = ask(a.tool, [t for _, t in valid], ['-v'])
        faults, both, refused = [], 0, 0
        for (s, t), answer in zip(valid, answers):
            fault = ours.schema.fault(t)
            both += fault is None
            refused += fault is not None and answer.startswith('error')
            if fault is not None and not answer.startswith('error'):
                faults.append('seed %d, only in our schema not valid: %s' % (s, fault))
        report('%s: of %d documents made there %d are valid here, and %d refused by schema and parser' % (
            name, len(valid), both, refused), faults)
        report('%s: most documents made there are valid there' % name,
               [] if len(valid) >= len(texts) * 0.8 else ['only %d of %d' % (len(valid), len(texts))])
    done()


if __name__ == '__main__':
    main()
