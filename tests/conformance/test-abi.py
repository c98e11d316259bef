# SPDX-License-Identifier: LGPL-2.1-or-later
"""The built libraries against the description: sonames, exported symbols and their versions, and
what an XML reader of bindings finds.

usage: test-abi.py SOURCE-FOLDER LIBRARY-FOLDER
"""
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

source, built = sys.argv[1:]
sys.path.insert(0, os.path.join(source, 'gen'))
import description  # noqa: E402

failures = count = 0


def check(fine, what):
    global failures, count
    count += 1
    failures += not fine
    print('%sok %d - %s' % ('' if fine else 'not ', count, what))


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


api = description.load(os.path.join(source, 'api'))
with open(os.path.join(source, 'src/lib/private.syms'), encoding='utf-8') as lines:
    private = {line.strip() for line in lines if line.strip() and line[0] != '#'}

for library in description.LIBRARIES:
    path = os.path.join(built, library)
    expected = {(r.name, r.node) for r in api.calls + api.variables if r.unit.library == library}
    found, nodes, internal = set(), set(), set()
    for line in run('nm', '-D', '--defined-only', path).splitlines():
        kind, symbol = line.split()[-2:]
        name, _, node = symbol.partition('@@')
        if kind == 'A':
            nodes.add(name.split('@')[0])
        elif node == 'VIREO_PRIVATE':
            internal.add(name)
        else:
            found.add((name, node))
    check(expected - found == set(), '%s exports everything: lacks %s' % (library, sorted(expected - found)[:5]))
    check(found - expected == set(), '%s exports nothing else: has %s' % (library, sorted(found - expected)[:5]))
    check(nodes >= {node for _, node in expected}, '%s defines its version nodes' % library)
    check(internal == (private if library == 'libvirt.so.0' else set()),
          '%s: private symbols as listed: %s' % (library, sorted(internal ^ private)[:5]))
    dynamic = run('readelf', '-d', path)
    soname = re.search(r'SONAME.*\[(.*)\]', dynamic).group(1)
    check(soname == library, '%s has its soname: %s' % (library, soname))
    # Each one more is memory and start-up time of every client: the others are loaded when first needed.
    others = set(re.findall(r'NEEDED.*\[(lib.*)\.so', dynamic)) - {'libvirt', 'libc', 'libglib-2.0', 'libxml2'}
    check('san' in ' '.join(others) or not others, '%s needs no more libraries: %s' % (library, sorted(others)))

for name in ('libvirt', 'libvirt-qemu', 'libvirt-lxc', 'libvirt-admin'):
    root = ElementTree.parse(os.path.join(built, name + '-api.xml')).getroot()
    check(root.tag == 'api' and root.get('name') == name, '%s-api.xml is the API of %s' % (name, name))
    functions = {f.get('name'): f for f in root.iter('function')}
    wanted = {c.name: c for c in api.calls if c.unit.library == name + '.so.0'}
    check(functions.keys() == wanted.keys(), '%s-api.xml has the functions of %s' % (name, name))
    check(all([(a.get('name'), a.get('type')) for a in functions[n].iter('arg')] ==
              [(a.name, a.type) for a in c.args] for n, c in wanted.items()),
          '%s-api.xml has their arguments' % name)

print('1..%d' % count)
sys.exit(1 if failures else 0)
