#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two implementations are given the same documents of guests; what each makes of them is compared: the
definition that comes back, with --argv the command line that it becomes, or code and domain of the error.

usage: compare.py [--count N] [--seed N] [--kind schema|mutate|model|sweep|plain|machines|pairs] [--schemas DIR] [--save DIR] [--show N]
                  [--only ELEMENT] [--many N] [--board MACHINE] [--argv] [--restart COMMAND] [--log FILE] [--library FOLDER] REFERENCE-URI OUR-URI [BASE.xml...]

  schema  elements by chance from the schemas put into one of the BASE documents
  mutate  one of the BASE documents with one thing changed
  sweep   every attribute and element of the BASE documents changed in each way, as long as --count allows
  plain   the BASE documents
  machines  guests of other architectures (machines.py)
  pairs   each kind of each device with one thing more (pairs.py), of all devices or those that --only names, on PCs
          or --board
  model   elements by chance from our description put into one of the BASE documents

Each side is asked by a process of its own (side.py): with --library ours uses the library in that folder, so that
drivers without a daemon can be compared, too.  A reference that ends is started again.

Differences are counted by kind, each with one example, reduced to what makes the difference (reduce.py); `explained`
beside this file lists those that are meant, with the reason; so are documents that are wrong in several ways, if
each fault alone is answered alike.  The last line counts.
"""
import argparse
import os
import random
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import commandline  # noqa: E402
import machines  # noqa: E402
import pairs  # noqa: E402
import reduce  # noqa: E402
import sample  # noqa: E402
from tally import Tally  # noqa: E402

DEVICES = ['disk', 'controller', 'lease', 'filesystem', 'interface', 'input', 'sound', 'audio', 'hostdev', 'graphics',
           'video', 'console', 'parallel', 'serial', 'channel', 'smartcard', 'hub', 'redirdev', 'redirfilter', 'rng', 'tpm',
           'shmem', 'memory', 'watchdog', 'memballoon', 'panic', 'iommu', 'vsock', 'nvram']
TOP = ['memory', 'currentMemory', 'maxMemory', 'memoryBacking', 'vcpu', 'vcpus', 'iothreads', 'iothreadids',
       'defaultiothread', 'blkiotune', 'memtune', 'cputune', 'numatune', 'resource', 'sysinfo', 'os', 'features', 'cpu', 'clock',
       'on_poweroff', 'on_reboot', 'on_crash', 'on_lockfailure', 'perf', 'pm', 'seclabel', 'keywrap', 'launchSecurity',
       'idmap', 'genid', 'title', 'description', 'bootloader']


def canonical(text, given):
    """Nested tuples: order of attributes and white space do not count."""
    def walk(e):
        a = dict(e.attrib)
        if e.tag == 'mac' and a.get('address', '').lower() not in given:
            a['address'] = '*'
        for k in ('interfaceid', 'instanceid'):
            if k in a and a[k] not in given:
                a[k] = '*'
        t = (e.text or '').strip() or ' ' * (bool(e.text) and not len(e) and '\n' not in e.text)
        if e.tag in ('uuid', 'genid') and t not in given:
            t = '*'
        return e.tag, tuple(sorted(a.items())), t, tuple(walk(c) for c in e)
    return walk(ET.fromstring(text))


def differences(want, got, path=''):
    """(kind of difference, its words) of each; in an element where others stand only that."""
    here = path + '/' + want[0]
    if want[0] != got[0]:
        yield '%s: <%s> for <%s>' % (path, got[0], want[0]), ''
        return
    if want[1] != got[1]:
        w, g = dict(want[1]), dict(got[1])
        keys = sorted(k for k in set(w) | set(g) if w.get(k) != g.get(k))
        yield '%s/@%s' % (here, ',@'.join(keys)), 'want %s, got %s' % ({k: w.get(k) for k in keys}, {k: g.get(k) for k in keys})
    if want[2] != got[2]:
        yield here + ': text for blanks' * (want[2] == ' '), 'want text %r, got %r' % (want[2], got[2])
    for w, g in zip(want[3], got[3]):
        if w != g:
            yield from differences(w, g, here)
        if w[0] != g[0]:
            return
    for more, what in (want[3][len(got[3]):], 'missing'), (got[3][len(want[3]):], 'surplus'):
        for e in more:
            yield '%s: %s <%s>' % (here, what, e[0]), str(dict(e[1]))


class Side(reduce.Child):
    """One implementation of guests (side.py)."""

    def __init__(self, uri, library, argv, restart=None):
        self.restart, self.argv = restart, argv
        env = dict(os.environ)
        if library:
            env['LD_LIBRARY_PATH'] = os.path.abspath(library)
        super().__init__(self.side(uri), env)

    def side(self, uri):
        return [sys.executable, os.path.join(HERE, 'side.py')] + ['--argv'] * self.argv + [uri]

    def again(self):
        self.child.wait()
        if self.restart:
            uri = subprocess.run(self.restart, shell=True, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
            self.command = self.side(uri)
        super().again()


class Source:
    """Documents, one for each number."""

    def __init__(self, a):
        self.a = a
        self.bases = [ET.parse(p).getroot() for p in a.base] if a.kind not in ('plain', 'machines', 'pairs') else []
        self.schema = sample.Schema(os.path.join(a.schemas, 'domain.rng')) if a.kind == 'schema' else None
        if a.kind == 'model':
            root = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
            sys.path.insert(0, os.path.join(root, 'gen'))
            import model_random
            import model_read
            self.random = model_random
            names = ['common', 'domain-devices', 'domain']
            self.m = model_read.read([os.path.join(root, 'model', n + '.model') for n in names])

    def each(self):
        if self.a.kind == 'plain':
            for path in self.a.base:
                with open(path, encoding='utf-8', errors='surrogateescape') as f:
                    yield f.read(), os.path.basename(path)
        elif self.a.kind == 'machines':
            for text in machines.documents():
                yield text, 'machines'
        elif self.a.kind == 'pairs':
            yield from pairs.documents(self.a.only, self.a.board)
        elif self.a.kind == 'sweep':
            for doc, what in sample.sweep(self.bases):
                yield sample.to_text(doc), what
        else:
            for number in range(self.a.count):
                yield self(number)

    def __call__(self, number):
        rng = random.Random(self.a.seed * 1000003 + number)
        root = rng.choice(self.bases)
        if self.a.kind == 'mutate':
            doc, what = sample.mutate(root, rng)
            return sample.to_text(doc), what
        root = ET.fromstring(ET.tostring(root))
        devices = root.find('devices')
        if devices is None:
            devices = ET.SubElement(root, 'devices')
        names = self.a.only or (DEVICES * 2 + TOP)
        what = []
        for _ in range(rng.randint(3, self.a.many) if self.a.many else rng.choice((1, 1, 1, 2))):
            name = rng.choice(names)
            top = name in TOP and (name != 'memory' or rng.random() < 0.5)
            e = self.make(name, top, rng)
            if e is None:
                continue
            what.append(name)
            into = root if top else devices
            old = into.find(name)
            if old is not None and (top or name in ('memballoon', 'watchdog', 'iommu', 'vsock')):
                into.remove(old)
            into.append(e)
        return sample.to_text(root), 'random ' + '+'.join(what)

    def make(self, name, top, rng):
        if self.a.kind == 'model':
            struct = self.m.structs['domain_def']
            where = struct if top else next(f.sub for f in struct.fields if f.name == 'devices')
            f = next((f for f in where.fields if f.name == name), None)
            if f is None:
                return None
            mk = self.random.Maker(self.m, rng, rng.choice((0.15, 0.3, 0.6)), plain=True)
            if f.kind == 'group':
                return ET.fromstring(mk.element(name, f.sub, 'domain_def', None, 0, None, True))
            if f.type not in self.m.structs:
                return None
            return ET.fromstring(mk.element(name, self.m.structs[f.type], f.type, None, 0))
        nodes = [n for d in self.places(name, top) for n in self.schema.elements(name, d)]
        if not nodes:
            return None
        s = sample.Sampler(self.schema, rng, rng.choice((0.1, 0.3, 0.6)))
        return s.element(rng.choice(nodes), 'domain' if top else 'devices')

    def places(self, name, top):
        if top:
            return {'os': ['oshvm'], 'memory': ['resources'], 'cpu': ['cpu'], 'vcpu': ['resources']}.get(
                name, [d for d in self.schema.defines if self.schema.elements(name, d)])
        return {'graphics': ['graphic'], 'memory': ['memorydev'], 'serial': ['serial'], 'nvram': ['nvram'],
                'console': ['console'], 'audio': ['audio'], 'rng': ['rng']}.get(
            name, [name] if name in self.schema.defines else
            [d for d in self.schema.defines if self.schema.elements(name, d)])


def texts_of(paths, refused=True):
    """Documents from files: .xml, or .tsv of a document and what comes back a line."""
    for path in paths:
        with open(path, encoding='utf-8', errors='surrogateescape') as f:
            if not path.endswith('.tsv'):
                yield f.read()
                continue
            for line in f:
                text, _, back = line.partition('\t')
                if refused or not back[:1].isdigit():
                    yield text


def explained():
    """[(pattern, reason)] from the list beside this file."""
    out = []
    path = os.path.join(HERE, 'explained')
    if os.path.exists(path):
        for line in open(path, encoding='utf-8'):
            if line.strip() and not line.startswith('#'):
                pattern, _, reason = line.rstrip('\n').partition('\t')
                out.append((re.compile(pattern), reason.strip()))
    return out


def fault(answer):
    """(code and domain, message) of an error, or None."""
    return (tuple(answer[1:3]), answer[3]) if answer and answer[0] == 'error' else None


def verdict(text, want, got, meant=lambda kind: None):
    """None if equal, or (kind of difference, words): the first that is not meant, or else the first."""
    def short(m):
        return re.sub(r"'[^']*'|\b[0-9a-f]{2}(:[0-9a-f]{2}){5}\b|\d+", '…', m)
    w, g = fault(want), fault(got)
    if w and g:
        return None if w[0] == g[0] else ('error %d/%d, ours %d/%d: %s' % (*w[0], *g[0], short(w[1])), g[1])
    if w:
        return 'accepted, want error %d/%d: %s' % (*w[0], short(w[1])), w[1]
    if g:
        return 'refused with %d/%d: %s' % (*g[0], short(g[1])), g[1]
    if want[0] == 'argv':
        return commandline.difference(want[1], got[1])
    given = set(re.findall(r'[0-9a-fA-F:-]{11,36}', text.lower()))
    try:
        a = canonical(want[1], given)
    except ET.ParseError:
        return 'the reference wrote what no parser reads', ''
    b = canonical(got[1], given)
    all = list(differences(a, b))
    return next((d for d in all if not meant(d[0])), all[0]) if all else None


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--count', type=int, default=1000)
    p.add_argument('--seed', type=int, default=1)
    p.add_argument('--kind', choices=('schema', 'mutate', 'sweep', 'model', 'plain', 'machines', 'pairs'), default='schema')
    p.add_argument('--schemas', default='/usr/share/libvirt/schemas')
    p.add_argument('--log', help='a file for one line for each difference')
    p.add_argument('--restart', help='a command that starts the reference again after it crashed and prints its URI')
    p.add_argument('--library', help='a folder with our libvirt.so')
    p.add_argument('--skip', type=int, default=0)
    p.add_argument('--save')
    p.add_argument('--show', type=int, default=60)
    p.add_argument('--argv', action='store_true', help='compare the command lines that the documents become instead of the definitions')
    p.add_argument('--only', action='append')
    p.add_argument('--board', choices=[machine for arch, machine in pairs.BOARDS], help='the machine of pairs, otherwise PCs')
    p.add_argument('--many', type=int, choices=range(3, 20), metavar='3…19', help='three to so many random elements in each document')
    p.add_argument('reference')
    p.add_argument('ours')
    p.add_argument('base', nargs='*')
    a = p.parse_args()
    reference, ours = Side(a.reference, None, a.argv, a.restart), Side(a.ours, a.library, a.argv)
    donors = reduce.Donors(texts_of(a.base + [os.path.join(HERE, 'domain.tsv')], False))
    tally = Tally(verdict, explained(), fault, donors, a.log)

    def ask(text):
        answers = reduce.both(reference, ours, text)
        if answers[1] is None:
            sys.exit('ours ended at this document:\n%s' % text)
        if answers[0] is None and not a.restart and '+' in a.reference:
            sys.exit('the reference ended at this document:\n%s' % text)
        return answers

    for number, (text, what) in enumerate(Source(a).each()):
        if number < a.skip:
            continue
        if number >= a.skip + a.count:
            break
        if tally.take(number, what, text, ask) and a.save:
            os.makedirs(a.save, exist_ok=True)
            with open('%s/%d.xml' % (a.save, number), 'w', encoding='utf-8') as f:
                f.write(text)
    return tally.report(a.show, 'documents')


if __name__ == '__main__':
    sys.exit(main())
