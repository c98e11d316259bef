#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every command with --output json: one valid document, that says what the text says.

usage: json_output.py VIRSH [COMMAND...]

Runs on test:///default.  The words and numbers of both forms must be the same, except for those that
change from call to call and those that are decoration of the text.
"""
import glob
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import sweep  # noqa: E402
from compare import run  # noqa: E402

# Beside each command with its required options.
MORE = ['list --all', 'list --all --name', 'list --inactive --name', 'list --all --name --uuid', 'list --all --title',
        'vcpuinfo test --pretty', 'domblkinfo test --all', 'domblkinfo test vda --human', 'domblklist test --details',
        'domblkstat test vda --human', 'cpu-stats test --total', 'freecell --all', 'freepages --all', 'nodecpumap --pretty',
        'net-list --all', 'net-list --name', 'net-list --uuid', 'pool-list --details', 'pool-list --name', 'pool-info default-pool --bytes',
        'iface-list --all', 'nodedev-list --tree', 'domifaddr test --full', 'version --daemon', 'domstats --raw',
        'dominfo test', 'dumpxml test --xpath //disk', 'domtime test --pretty', 'event --list', 'net-event --list',
        'vcpucount test --maximum', 'domstate test --reason', 'net-info default', 'schedinfo test', 'numatune test',
        'domdisplay test --all', 'domiflist test --inactive', 'domid test', 'domuuid test', 'event lifecycle --timeout 1',
        'snapshot-create-as test s1; snapshot-create-as test s2; snapshot-list test',
        'snapshot-create-as test s1; snapshot-create-as test s2; snapshot-list test --tree',
        'snapshot-create-as test s1; snapshot-list test --name', 'snapshot-create-as test s1; snapshot-list test --parent',
        'snapshot-create-as test s1; snapshot-info test s1', 'snapshot-create-as test s1; snapshot-current test --name',
        'checkpoint-create-as test c1; checkpoint-list test', 'checkpoint-create-as test c1; checkpoint-info test c1',
        'vol-create-as default-pool v 1M; vol-list default-pool', 'vol-create-as default-pool v 1M; vol-list default-pool --details',
        'vol-create-as default-pool v 1M; vol-info v default-pool', 'vol-create-as default-pool v 1M; vol-path v default-pool']
# What the text only says around the facts.
DECORATION = set('domain from created vol snapshot checkpoint for successfully out of in'.split())


def words(text):
    text = text.lower().replace('(s)', 's')
    return {w for w in re.findall(r'[a-z0-9]+', text) if not re.fullmatch(r'\d{6,}|\d+s', w)} - DECORATION


def flat(value):
    if isinstance(value, dict):
        return ' '.join('%s %s' % (k, flat(v)) for k, v in value.items())
    if isinstance(value, list):
        return ' '.join(flat(v) for v in value)
    return str(value)


def steady(text):
    """Without what the clock changes."""
    return re.sub(r'\d+\.\d+s|\d+-\d\d-\d\d|\d\d:\d\d:\d\d(\.\d+)?|\b\w{8}-\w{4}-\w{4}-\w{4}-\w{12}\b', ' ', text)


def said(virsh, words_):
    return run(virsh, words_, still=lambda text: text)


def main():
    virsh, only = os.path.abspath(sys.argv[1]), sys.argv[2:]
    files = sorted(glob.glob(os.path.join(sweep.TOP, 'tools/virsh/commands/*.cmd')), key=lambda f: 'common' not in f)
    lines = [next(iter(sweep.lines_of(c, False))) for g in sweep.describe.read(files) for c in g.commands
             if c.name not in sweep.LEFT_OUT | {'edit'}] + MORE
    failed = printed = 0
    for line in lines:
        if only and not any(o in line for o in only):
            continue
        quoted = '"%s"' % line.replace('"', '\\"')
        text, data = said(virsh, '-q ' + quoted), said(virsh, '--output json ' + quoted)
        wrong = None
        value = None
        if data['out'].strip():
            printed += 1
            try:
                value = json.loads(data['out'])
            except ValueError as e:
                wrong = 'not one JSON document: %s' % e
        if text['rc'] != data['rc']:
            wrong = 'ends with %s, not %s' % (data['rc'], text['rc'])
        elif not wrong:
            a, b = words(steady(text['out'])), words(steady(flat(value) if value is not None else ''))
            heads = words(said(virsh, quoted)['out'])  # heads of columns are keys
            if isinstance(value, str) and re.match(r'[\w ]+[:=] ', value) and not line.startswith('echo '):
                wrong = 'a label and its value are a string'
            elif a - b:
                wrong = 'only in the text: %s' % sorted(a - b)
            elif b - a - heads - {'name', 'parent', 'interface'}:
                wrong = 'only in JSON: %s' % sorted(b - a - heads)
        if wrong:
            failed += 1
            print('%s: %s\n--- text\n%s\n--- json\n%s' % (line, wrong, text['out'], data['out']))
    print('%d commands, %d print something, %d failed' % (len(lines), printed, failed))
    return 1 if failed or printed < 100 and not only else 0


if __name__ == '__main__':
    sys.exit(main())
