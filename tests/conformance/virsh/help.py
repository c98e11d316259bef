#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What help and completion say of each command, and how many bare words each takes, of the reference's program and of ours.

usage: help.py OUR_VIRSH [REFERENCE]      (or virt-admin)

Groups, commands and their order, the line of the synopsis and the heads of the list of options must be equal; the
texts are our own.  Bare words are given to every command, one more each time, until there are too many: what is
missing and what is too much must be told at the same count.  Then every option is completed, and every value of one
on test:///default.  Aliases and hidden commands are asked for as well; nothing runs.  help-differences.txt has what
is newer than the reference or wanted otherwise, an option a line.
"""
import fnmatch
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(TOP, 'tools/virsh'))
import describe  # noqa: E402
from compare import explanations  # noqa: E402

MOST = 12   # bare words; more is any number
KNOWN = {'domain': 'test', 'network': 'default', 'pool': 'default-pool'}


def environment():
    env = dict(os.environ, LC_ALL='C.UTF-8')
    env.pop('LD_LIBRARY_PATH', None)    # each runs on the library it was made for
    return env


def ask(program, lines):
    """What the shell prints on each line."""
    words = [program, '-q'] + ([] if 'admin' in program else ['-c', 'test:///default'])
    text = ''.join('%s\necho --err @@@\n' % line for line in lines)
    p = subprocess.run(words, input=text, env=environment(), text=True, capture_output=True, timeout=100)
    outs = re.split(r'(?:virsh|virt-admin) # echo --err @@@\n', p.stdout)[:-1]
    errs = re.split(r'(?:error: )?@@@\n', p.stderr)
    return [(re.sub(r'^(?:virsh|virt-admin) # .*\n', '', o, count=1), e.strip()) for o, e in zip(outs, errs)]


def completed(program, *words):
    """What the hidden command offers; sorted."""
    p = subprocess.run([program, '-q', '-c', 'test:///default', 'complete', '--', *words], env=environment(), text=True,
                       capture_output=True, timeout=20)
    return sorted(p.stdout.split())


def of_help(text, err):
    """What help has of a command, by option and in order; nothing of its sentences."""
    if not text.strip():
        yield 'there', err
        return
    yield 'name', re.search(r'NAME\n    (\S+)', text).group(1)
    line = re.search(r'SYNOPSIS\n    \S+ ?(.*)', text).group(1)
    parts = re.findall(r'\[\[--\S+ <\w+>\]\.\.\.|\[.*?\](?:\.\.\.)?|\{.*?\}\.\.\.|--\S+ <\w+>|\S+', line)
    options = re.findall(r'^    (\S+(?: <\w+>)?)', text.partition('  OPTIONS\n')[2], re.M)
    for part, option in zip(parts, options):
        yield '--' + re.search(r'\w[\w-]*', option).group(0), '%s, %s' % (part, option)
    if len(parts) != len(options):
        yield 'number of options', (len(parts), len(options))


def facts(program, commands, aliases):
    """A dictionary from (command, option or other subject) to what is said."""
    said = {}
    names = [c.name for c in commands] + aliases
    for name, (out, err) in zip(names, ask(program, ['help ' + n for n in names])):
        said.update({(name, subject): value for subject, value in of_help(out, err)})
    lines = []
    for c in commands:
        needed = len([o for o in c.options if o.required])
        # With --help what is missing is not told; without, too few words never run.
        lines += [(c.name, n, '%s%s%s' % (c.name, ' --help' * (n >= needed), ' w' * n)) for n in range(MOST)]
    for (name, n, _), answer in zip(lines, ask(program, [line for _, _, line in lines])):
        out, err = answer
        said[name, '%d words' % n] = '\n'.join(x for x in err.splitlines() if 'requires' in x or 'unexpected data' in x)
    for c in commands if 'admin' not in program else ():
        said.update({(c.name, o + ' offered'): True for o in completed(program, c.name, '--')})
        before = [w for o in c.options if o.required and o.complete in KNOWN for w in ('--' + o.name, KNOWN[o.complete])]
        for o in c.options:
            if o.type != 'flag' and '--' + o.name not in before:
                said[c.name, '--%s value' % o.name] = ' '.join(completed(program, c.name, *before, '--' + o.name, ''))
    return said


def main():
    ours = os.path.abspath(sys.argv[1])
    program = 'virt-admin' if 'admin' in os.path.basename(ours) else 'virsh'
    reference = sys.argv[2] if len(sys.argv) > 2 else '/usr/bin/' + program
    source = os.path.join(TOP, 'tools', program, 'commands')
    files = sorted((os.path.join(source, f) for f in os.listdir(source)), key=lambda f: 'common' not in f)
    commands = [c for g in describe.read(files) for c in g.commands]
    explained = explanations('help-differences.txt')
    order = [re.findall(r"^ (\S.*'\S+'\)):|^    (\S+)", ask(v, ['help'])[0][0], re.M) for v in (reference, ours)]
    known = {name for _, name in order[0]}
    found = {} if [x for x in order[1] if not x[1] or x[1] in known] == order[0] else {'order': order}
    # What help does not list may be there none the less.
    new = [c.name for c in commands if 'error' in ask(reference, ['help ' + c.name])[0][1]]
    found.update({name: 'not in the reference' for name in new})
    commands = [c for c in commands if c.name not in new]
    aliases = [a for c in commands for a in c.aliases]
    theirs, mine = (facts(v, commands, aliases) for v in (reference, ours))
    order = [[key for key in side if key[1].startswith('--') and key in theirs and key in mine] for side in (theirs, mine)]
    if order[0] != order[1]:
        found['order of options'] = next(pair for pair in zip(*order) if pair[0] != pair[1])
    for key in sorted(theirs.keys() | mine.keys()):
        a, b = theirs.get(key), mine.get(key)
        command, option = key[0], key[1].partition(' ')[0]
        if key[1].endswith(' value'):
            # More is welcome; of an option that is newer the reference offers what it has for none.
            if (command, option) in theirs and set(a.split()) - set(b.split()) - {'none'}:
                found[' '.join(key)] = 'offers %s\n  ours:      %s' % (a, b)
        elif a != b:
            found[' '.join(key)] = '%s\n  ours:      %s' % (a, b)
    different = 0
    for what, how in found.items():
        words = what.split()
        if not any(fnmatch.fnmatchcase(text, e) for e in explained for text in (what, ' '.join(words[:2]), words[0])):
            different += 1
            print('DIFFERENT: %s\n  reference: %s' % (what, how))
    print('%s: %d commands, %d facts, %d different, %d explained' % (
        program, len(commands), len(theirs), different, len(found) - different))
    return 1 if different else 0


if __name__ == '__main__':
    sys.exit(main())
