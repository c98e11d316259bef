#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The documents of model/examples: what the reference shows people is right.

usage: model-examples.py SOURCE_ROOT MODEL_ROUNDTRIP THEIR_SCHEMAS [LIBRARY_FOLDER]

Each is valid in our schema and in that of an installed libvirt, is taken by the parser, also when that refuses what
is not described, and comes back with all that it says.  Those that the test driver has, it takes: that of the library
in LIBRARY_FOLDER, and that of an installed libvirt.  Elements that no example has are few, and told in WITHOUT.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, 'testdriver')]
import compare                  # noqa: E402
import relaxng                  # noqa: E402
from tap import done, report    # noqa: E402

PYTHON = '/usr/bin/python3'     # the one that has the distribution's binding
WITHOUT = {     # elements that no example has, and why
    'pci_address zpci': 'of a device of the host: printed, but in no schema',
    'hostdev_source_address zpci': 'the same, included',
    'network_forward_address zpci': 'the same, included',
    'domain_launch_security handle': 'read and forgotten: a number of one run of the host',
}
SCHEMAS = {     # where the schema has another name than the element
    'pool': 'storagepool', 'volume': 'storagevol', 'filter': 'nwfilter', 'filterbinding': 'nwfilterbinding',
    'device': 'nodedev', 'capabilities': 'capability', 'domainCapabilities': 'domaincaps',
    'storagepoolCapabilities': 'storagepoolcaps',
}
UNSAID = {      # read and written since hosts have it, but in no schema of the level
    'capabilities-newer.xml', 'domaincapabilities-newer.xml',
}
TYPELESS = {'sources'}          # of which nothing can be read: the type stands nowhere in the document
SILENT = {'nocow', 'handle'}    # read, but not written
UNITS = {'': 1, 'b': 1, 'bytes': 1, 'kib': 2 ** 10, 'mib': 2 ** 20, 'm': 2 ** 20, 'gib': 2 ** 30}


def size(element, value, unit):
    """A number with a unit, as bytes."""
    return int(value) * UNITS[element.get(unit, '').lower()] if value.isdigit() else None


def lost(before, after, path=''):
    """What is said in a document and not in the one that came back; sizes may have another unit."""
    path += '/' + before.tag
    sized = next((u for u in ('unit', 'units') if u in before.attrib), None)

    def same(one, other):
        return one == other or sized and size(before, one, sized) is not None and \
            size(before, one, sized) == size(after, other, sized)
    for name, value in before.attrib.items():
        if name != sized and not same(value, after.get(name, '')):
            yield '%s/@%s=%r is %r' % (path, name, value, after.get(name))
    if not same((before.text or '').strip(), (after.text or '').strip()):
        yield '%s: %r is %r' % (path, before.text, after.text)
    for tag in {kid.tag: 0 for kid in before if kid.tag not in SILENT}:
        kids, found = before.findall(tag), after.findall(tag)
        if len(found) < len(kids):
            yield '%s: %d <%s>, of which %d are left' % (path, len(kids), tag, len(found))
        for kid, other in zip(kids, found):
            yield from lost(kid, other, path)


# ---------------------------------------------------------------------- the test driver

KINDS = ('domain', 'network', 'pool', 'volume', 'interface', 'domainsnapshot', 'domaincheckpoint')
NOT_ITS = {
    'domain-xen.xml',           # it has no guests with paravirtualization
    'domain-pseries.xml',       # nor that machine
}
PARTITIONS = """<pool type='disk'><name>sdc</name><source><device path='/dev/sdc'/></source>
<target><path>/dev</path></target></pool>"""
GUEST = """<domain type='test'><name>its</name><memory>1048576</memory><os><type arch='i686'>hvm</type></os><devices>
<disk type='file'><source file='/a'/><target dev='vda'/></disk><disk type='file'><source file='/b'/><target dev='vdb'/></disk>
</devices></domain>"""          # that of the snapshots and checkpoints


def as_test_guest(text):
    """A guest as the test driver runs them: of its type and its machine."""
    text = re.sub(r"(<(?:domain|inactiveDomain)\b[^>]* type=)'[^']*'", r"\1'test'", text, 1)
    text = re.sub(r"<type\b[^>]*>\w+</type>", "<type arch='i686'>hvm</type>", text)
    return text


def try_all(documents):
    """In a process of its own: what the test driver says to each of (name, kind, text); None is yes.

    None for all of them: there is no binding."""
    try:
        import libvirt
    except ImportError:
        return None
    libvirt.registerErrorHandler(lambda *_: None, None)
    answers = {}
    for name, kind, text in documents:
        conn = libvirt.open('test:///default')
        guest = conn.createXML(GUEST)
        try:
            if kind == 'volume' and "type='block'" in text:
                conn.storagePoolCreateXML(PARTITIONS).createXML(text)
            elif kind == 'volume':
                conn.storagePoolLookupByName('default-pool').createXML(text)
            elif kind == 'domainsnapshot':
                guest.snapshotCreateXML(text)
            elif kind == 'domaincheckpoint':
                guest.checkpointCreateXML(text)
            else:
                {'domain': conn.defineXML, 'network': conn.networkDefineXML, 'pool': conn.storagePoolDefineXML,
                 'interface': conn.interfaceDefineXML}[kind](text)
            answers[name] = None
        except libvirt.libvirtError as e:
            answers[name] = '%d/%d %s' % (e.get_error_code(), e.get_error_domain(), e)
        guest = None
        conn.close()            # the last one, so that the next has a new host
    return answers


def driver_answers(documents, folder):
    if not os.path.exists(PYTHON):
        return None
    env = {k: v for k, v in os.environ.items() if not k.startswith(('LIBVIRT_', 'LD_', 'PYTHON'))}
    if folder:
        env.update(compare.sanitizer(folder), LD_LIBRARY_PATH=folder)
    run = subprocess.run([PYTHON, os.path.abspath(__file__), '--try'], input=json.dumps(documents), env=env,
                         capture_output=True, text=True)
    return json.loads(run.stdout) if run.returncode == 0 else {'all': run.stderr[-300:]}


# ---------------------------------------------------------------------- all of it

def main(root, tool, theirs, *folder):
    sys.path.insert(0, os.path.join(root, 'gen'))
    import model_examples
    import model_read
    import model_rng
    m, newer = (model_read.read(model_read.file_names(root), newer=n) for n in (False, True))
    documents = [model_examples.Document(p) for p in model_examples.file_names(root)]
    examples = model_examples.Examples(m, documents)
    report('%d documents have nothing that is not described' % len(documents), examples.unknown)

    with open(os.path.join(root, 'model', 'meson.build'), encoding='utf-8') as f:
        listed = {'%s-%s.xml' % (kind, name) for kind, names in re.findall(r"'(\w+)': \[(.*?)\]", f.read(), re.S)
                  for name in re.findall(r"'([\w-]+)'", names)}
    report('model/meson.build lists them', sorted(listed ^ {d.name for d in documents}))

    missing = ['%s %s' % (struct, path) for struct, path, f in examples.elements() if not examples.places(struct, path, f)]
    report('of %d elements %d are in no example' % (len(list(examples.elements())), len(missing)),
           sorted(set(missing) ^ set(WITHOUT)))
    report('each kind of document has an example',
           [d[2] for d in m.documents if d[0] not in model_read.OWN_DOCUMENTS and not examples.of(d)])

    faults, schemas = [], {}
    with tempfile.TemporaryDirectory() as scratch:
        for d in documents:
            kind, described = d.root.tag, newer if d.newer else m
            if d.name in UNSAID:
                continue
            if (kind, d.newer) not in schemas:
                path = os.path.join(scratch, '%s%d.rng' % (kind, d.newer))
                with open(path, 'w', encoding='utf-8') as f:
                    f.write('\n'.join(model_rng.Schema(described).lines(next(x[0] for x in m.documents if x[2] == kind))))
                schemas[kind, d.newer] = relaxng.Valid(path)
            fault = schemas[kind, d.newer].fault(d.text)
            if fault:
                faults.append('%s: %s' % (d.name, fault))
    report('they are valid in our schemas', faults)

    faults, schemas, tried = [], {}, 0
    for d in documents:
        path = os.path.join(theirs, SCHEMAS.get(d.root.tag, d.root.tag) + '.rng')
        if d.newer or not os.path.exists(path):
            continue
        tried += 1
        if path not in schemas:
            schemas[path] = relaxng.Valid(path)
        fault = schemas[path].fault(d.text)
        if fault:
            faults.append('%s: %s' % (d.name, fault))
    report('%d are valid in the schemas in %s' % (tried, theirs), faults)

    faults = []
    for d in documents:
        if d.root.tag in TYPELESS:
            continue
        with tempfile.NamedTemporaryFile('w', suffix='.xml', encoding='utf-8') as f:
            f.write(d.text)
            f.flush()
            run = subprocess.run([tool, '-v', '-l'] + ['-n'] * d.newer + [f.name], capture_output=True, text=True)
        if run.returncode or not run.stdout.startswith('<'):
            faults.append('%s: %s' % (d.name, run.stdout + run.stderr))
        else:
            faults += ['%s: %s' % (d.name, x) for x in lost(ET.fromstring(d.text), ET.fromstring(run.stdout))]
    report('they are read and written with all that they say', faults)

    some = [(d.name, d.root.tag, as_test_guest(d.text)) for d in documents
            if d.root.tag in KINDS and not d.newer and d.name not in NOT_ITS]
    for place in list(folder) + ['']:
        answers = driver_answers(some, place)
        if answers is not None:
            report('%d are taken by the test driver of %s' % (len(some), 'the library here' if place else 'the system'),
                   ['%s: %s' % (name, answer) for name, answer in answers.items() if answer])
    done()


if __name__ == '__main__':
    if sys.argv[1:] == ['--try']:
        json.dump(try_all(json.load(sys.stdin)), sys.stdout)
    else:
        main(*sys.argv[1:])
