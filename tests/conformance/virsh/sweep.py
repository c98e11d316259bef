#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every command with every option, alone and in pairs, on the reference's virsh and on ours.

usage: sweep.py OUR_VIRSH [REFERENCE] [--pairs] [--library] [COMMAND...]

The command lines are made from the descriptions in tools/virsh/commands.  They run in batches through
the shell's standard input on test:///default; what each prints and whether it tells of an error must be
equal.  What the reference does not know yet is left out.  Known differences are in sweep-differences.txt,
by a pattern of the command line and a reason; with --library, when our virsh runs on our library, those of
library-differences.txt too.
"""
import glob
import os
import re
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
sys.path.insert(0, os.path.join(TOP, 'tools/virsh'))
sys.path.insert(0, HERE)
import describe  # noqa: E402
from compare import explanations, mark, still  # noqa: E402

# What a required option gets, by kind of completion and by name.
BY_KIND = {'domain': 'test', 'network': 'default', 'pool': 'default-pool', 'iface': 'eth1', 'nodedev': 'computer',
           'disk': 'vda', 'domif': 'aa:bb:cc:dd:ee:ff', 'file': 'domain.xml', 'snapshot': 's1', 'checkpoint': 'c1',
           'secret': 'nope', 'nwfilter': 'nope', 'binding': 'nope', 'volume': 'v1', 'netport': 'nope'}
BY_NAME = {'format': 'qemu-argv', 'size': '1M', 'capacity': '1M', 'codeset': 'linux', 'uri': 'http://x', 'host': 'h',
           'type': 'dir', 'target': 'vdb', 'source': '/tmp/a', 'name': 'p1', 'duration': '5', 'pagesize': '2048',
           'pagecount': '1', 'keycode': 'KEY_A', 'state': 'up', 'vcpulist': '0', 'cpulist': '0', 'command': 'list',
           'section': 'ip-dhcp-host', 'signame': 'term', 'pid': '1', 'kilobytes': '1024', 'count': '1'}
NUMBERS = ('1', '0', '-1', 'x', '5k', "''")
STRINGS = ('x', "''", '1')
# Commands that leave, wait for a person or change what the shell itself is.
LEFT_OUT = {'quit', 'exit', 'cd', 'pwd', 'connect', 'console', 'complete', 'self-test', 'help', 'echo',
            'desc --edit', 'migrate-setmaxdowntime', 'ttyconsole', 'restore', 'send-key'}
BATCH = 25
NEWER = "error: unknown command|doesn't support option --(?!bogus)"


def value(o):
    if o.type == 'number':
        return BY_NAME.get(o.name, '1')
    return BY_NAME.get(o.name) or BY_KIND.get(o.complete) or 'x'


def lines_of(c, pairs):
    required = ['--%s %s' % (o.name, value(o)) for o in c.options if o.required and o.type != 'flag']
    needed = ' '.join([c.name] + required)
    # What would wait for ever ends soon.
    end = ' --timeout 1' if c.name in ('event', 'net-event', 'pool-event', 'nodedev-event', 'secret-event',
                                       'qemu-monitor-event') else ''
    yield needed + end
    for i, r in enumerate(required):
        yield ' '.join([c.name] + required[:i] + required[i + 1:])
        yield ' '.join([c.name] + required[:i] + [r.split()[0] + " ''"] + required[i + 1:]) + end
        yield ' '.join([c.name] + required[:i] + [r.split()[0] + ' bogus'] + required[i + 1:]) + end
    yield needed + ' --bogus'
    flags = [o for o in c.options if o.type == 'flag']
    for o in c.options:
        if o.required:
            continue
        if o.type == 'flag':
            yield '%s --%s%s' % (needed, o.name, end)
        else:
            for v in NUMBERS if o.type == 'number' else STRINGS + ((value(o),) if value(o) not in STRINGS else ()):
                yield '%s --%s %s%s' % (needed, o.name, v, end if o.name != 'timeout' else '')
    if pairs:
        free = [o for o in c.options if not o.required and o.name not in ('timeout', 'loop')]
        for i, a in enumerate(free):
            for b in free[i + 1:]:
                if a.type != 'flag' and b.type != 'flag':
                    continue
                yield needed + ''.join(' --%s' % o.name if o.type == 'flag' else ' --%s %s' % (o.name, value(o))
                                       for o in (a, b)) + end


def run(virsh, lines, timeout):
    """A list of (output, number of errors, text of errors), one a line; None if it hangs."""
    text = ''.join("%s\necho --err '#%d'\necho '#%d'\n" % (line, i, i) for i, line in enumerate(lines))
    env = dict(os.environ, EDITOR='true', VISUAL='true', LC_ALL='C.UTF-8', TZ='UTC', NO_COLOR='1', HOME='/nonexistent')
    env.pop('LD_LIBRARY_PATH', None)    # each virsh runs on the library it was made for
    with tempfile.TemporaryDirectory(prefix='virsh-sweep-') as folder:
        with open(os.path.join(folder, 'domain.xml'), 'w') as f:
            f.write("<domain type='test'><name>d1</name><memory>1024</memory><vcpu>1</vcpu>"
                    "<os><type>hvm</type></os></domain>\n")
        p = subprocess.Popen([virsh, '-q', '-c', 'test:///default'], cwd=folder, env=env, stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors='replace',
                             start_new_session=True)
        try:
            out, err = p.communicate(text, timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(p.pid, signal.SIGKILL)
            p.communicate()
            return None
        out = out.replace(folder, 'FOLDER')
    for typed in sorted(set(text.splitlines()), key=len, reverse=True):
        out = out.replace('virsh # %s\n' % typed, '')  # the echo of what was read
    outs = re.split(r'#\d+\n?', out)
    errs = re.split(r'error: #\d+\n', err)
    return [(still(o.strip('\n')), sum(x.startswith('error:') for x in e.splitlines()), e.strip())
            for o, e in zip(outs, errs[:len(lines)])]


def compare(ours, reference, lines):
    """Yields the lines that differ; what hangs the reference is tried alone and left out."""
    a = run(reference, lines, 15 if len(lines) > 1 else 4)
    mark('sweep.py ' + lines[0].split()[0])
    b = run(ours, lines, 20) if a else None
    if (a is None or b is None or len(a) < len(lines) or len(b) < len(lines)) and len(lines) > 1:
        half = len(lines) // 2
        yield from compare(ours, reference, lines[:half])
        yield from compare(ours, reference, lines[half:])
        return
    if a is None or len(a) < len(lines):
        yield lines[0], None, b and b[0]
        return
    if b is None or len(b) < len(lines):
        yield lines[0], a[0], None
        return
    for line, x, y in zip(lines, a, b):
        if (x[0], x[1] > 0) != (y[0], y[1] > 0) and not re.search(NEWER, x[2]):
            yield line, x, y


def main():
    args = [a for a in sys.argv[1:] if a not in ('--pairs', '--library')]
    ours, rest = os.path.abspath(args[0]), args[1:]
    reference = rest.pop(0) if rest and '/' in rest[0] else '/usr/bin/virsh'
    known = [re.compile(pattern) for pattern in explanations('sweep-differences.txt')]
    newer = explanations('library-differences.txt') if '--library' in sys.argv else ()
    files = sorted(glob.glob(os.path.join(TOP, 'tools/virsh/commands/*.cmd')), key=lambda f: 'common' not in f)
    total = different = accepted = hang = 0
    for c in (c for g in describe.read(files) for c in g.commands):
        if c.name in LEFT_OUT or (rest and c.name not in rest):
            continue
        lines = [x for x in lines_of(c, '--pairs' in sys.argv) if not re.search(r'--(edit|console|loop)\b', x)]
        total += len(lines)
        for at in range(0, len(lines), BATCH):
            for line, a, b in compare(ours, reference, lines[at:at + BATCH]):
                if line in newer or any(k.fullmatch(line) for k in known):
                    accepted += 1
                elif a is None:
                    hang += 1
                else:
                    different += 1
                    print('DIFFERENT: %s\n--- reference (%d errors)\n%s\n%s\n--- ours (%s errors)\n%s\n%s' % (
                        line, a[1], a[0], a[2], b[1] if b else 'hangs', b[0] if b else '', b[2] if b else ''))
    print('%d lines, %d different, %d explained, %d that the reference hangs on or dies of' % (
        total, different, accepted, hang))
    return 1 if different else 0


if __name__ == '__main__':
    sys.exit(main())
