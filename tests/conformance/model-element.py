#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Does what "Adding an element in ten lines" of docs/design/model-description.md says: takes the lines from the
document, puts them into a copy of the description and changes nothing else; the copy builds, documents with the new
element come back unchanged, wrong ones are refused, the schema knows it, and so do random documents.

usage: model-element.py SOURCE_ROOT
"""
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

root = os.path.abspath(sys.argv[1])
sys.path.insert(0, os.path.join(root, 'gen'))
import model_random  # noqa: E402
import model_read    # noqa: E402

failed = number = 0


def report(what, ok, why=''):
    global failed, number
    number += 1
    failed += not ok
    print('%sok %d - %s' % ('' if ok else 'not ', number, what))
    for line in ([] if ok else why.splitlines()[-15:]):
        print('# ' + line)
    if not ok and number <= 3:      # nothing to ask
        print('1..%d' % number)
        sys.exit(1)


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, **more)


with open(os.path.join(root, 'docs/design/model-description.md'), encoding='utf-8') as f:
    section = f.read().split('## Adding an element in ten lines')[1].split('\n## ')[0]
blocks = ['\n'.join(line[4:] for line in b.split('\n')) for b in re.findall(r'(?:^    .*\n|^\n(?=    ))+', section, re.M)]
types, field = blocks[0], blocks[1].strip()
lines = [line for line in (types + '\n' + field).splitlines() if line.strip()]
report('%d lines: at most ten' % len(lines), 0 < len(lines) <= 10, '\n'.join(lines))

with tempfile.TemporaryDirectory() as folder:
    for name in ('gen', 'model', 'src/model', 'src/base', 'include'):
        shutil.copytree(os.path.join(root, name), os.path.join(folder, name))
    path = os.path.join(folder, 'model/domain-devices.model')
    with open(path, encoding='utf-8') as f:
        text = f.read()
    head, rest = text.split('struct domain_disk {\n', 1)
    place = rest.index('    iotune')
    with open(path, 'w', encoding='utf-8') as f:
        f.write(head + types + '\nstruct domain_disk {\n' + rest[:place] + '    ' + field + '\n' + rest[place:])

    names = model_read.file_names(folder)
    out = os.path.join(folder, 'out', 'model')
    os.makedirs(out)
    for name in [os.path.basename(n)[:-len('.model')] for n in names] + ['all']:
        for kind, suffix in (('header', 'h'), ('source', 'c')):
            made = run(sys.executable, os.path.join(folder, 'gen/model_emit.py'), kind, name, *names)
            if made.returncode:
                report('the description is read', False, made.stderr)
            with open(os.path.join(out, '%s-def.%s' % (name, suffix)), 'w', encoding='utf-8') as f:
                f.write(made.stdout)
    report('the description is read', True)

    packages = shlex.split(run('pkg-config', '--cflags', '--libs', 'glib-2.0', 'libxml-2.0', 'jansson').stdout)
    engine = [os.path.join(folder, 'src/model', f) for f in
              ('arena.c', 'cpuset.c', 'format.c', 'idle.c', 'json.c', 'newer.c', 'parse.c', 'parse-limits.c',
               'parse-value.c', 'parse-report.c', 'raw.c', 'scalar.c', 'scalar-scan.c', 'text.c', 'walk.c')]
    tool = os.path.join(folder, 'tool')
    program = os.path.join(folder, 'tool.c')
    with open(os.path.join(root, 'tests/tools/model-roundtrip.c'), encoding='utf-8') as f:
        source = f.read().replace('document_complete(def, err)', '0')
    with open(program, 'w', encoding='utf-8') as f:
        f.write(source)
        # instead of the checks of guests: what is malformed is told in the order of the document
        f.write('#include "model/read-order.h"\n'
                'unsigned read_part(const char *path, unsigned *depth) { *depth = 0; return 0; }\n'
                'int domain_read(struct domain_def *def, struct read_fault *f, unsigned n, unsigned flags, struct err *err)'
                ' { return 0; }\n'
                'int document_read(const struct model_document *d, void *root, unsigned flags, struct read_fault *f, unsigned n,'
                ' struct err *err) { return 0; }\n'
                'int model_valid(const struct model_document *d, const char *xml, size_t n, struct err *err) { return 0; }\n'
                'int check_chain_read(const struct domain_def *def, const struct domain_disk *d, unsigned depth, struct err *err)'
                ' { return 0; }\n')
    base = [os.path.join(root, 'src/base', f) for f in ('err.c', 'str.c')]
    built = run(*os.environ.get('CC', 'cc').split(), '-O0', '-D_GNU_SOURCE', '-DG_LOG_DOMAIN="x"', '-I' + os.path.join(folder, 'out'), '-I' + os.path.join(folder, 'src'),
                '-I' + os.path.join(folder, 'include'), '-I' + sys.argv[2], '-o', tool, program, *engine, *base,
                *[os.path.join(out, f) for f in os.listdir(out) if f.endswith('.c')], *packages)
    report('it builds', built.returncode == 0, built.stderr)

    def ask(inside, *flags):
        xml = "<domain type='kvm'><name>g</name><devices><disk type='file' device='disk'><target dev='vda'/>%s</disk>" \
            "</devices></domain>" % inside
        return run(tool, *flags, '-b', input=xml + '\n').stdout.rstrip('\0')

    element = "<throttle policy='fair' limit='100' unit='MiB'><note>text</note></throttle>"
    report('it comes back', element in re.sub(r'>\s+<', '><', ask(element)), ask(element))
    report('validation knows it', not ask(element, '-v').startswith('error'), ask(element, '-v'))
    report('the size is read in other units', "limit='2048' unit='MiB'" in ask("<throttle limit='2' unit='GiB'/>"))
    answer = ask("<throttle policy='unfair'/>")
    report('a wrong value is refused with what would be right', "'strict'" in answer and answer.startswith('error'), answer)

    m = model_read.read(names)
    documents = [model_random.Maker(m, random.Random(seed), 0.6).element('disk', m.structs['domain_disk'], 'domain_disk', None, 0)
                 for seed in range(30)]
    with_it = sum('<throttle' in d for d in documents)
    answers = [ask('') if d is None else run(tool, '-b', input='<domain><devices>%s</devices></domain>\n' %
                                             d.replace('\n', ' ')).stdout for d in documents]
    report('%d random disks have it, and JSON and copies keep it' % with_it,
           with_it > 3 and not any(a.startswith('error') for a in answers), next((a for a in answers if a.startswith('error')), ''))
    schema = run(sys.executable, os.path.join(folder, 'gen/model_rng.py'), 'domain_def', *names)
    report('the schema has it', 'name="throttle"' in schema.stdout and 'name="policy"' in schema.stdout, schema.stderr)
print('1..%d' % number)
sys.exit(failed != 0)
