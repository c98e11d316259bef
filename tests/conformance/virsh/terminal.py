#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Types the same at a terminal to the reference's virsh and to ours, and compares what is seen.

usage: terminal.py OUR_VIRSH [REFERENCE] [-v] [WORD...]

Each session of terminal.txt is a line: arguments, then " << ", then what is typed, key by key ("\\t" is the tab
key, "\\n" the return key, "\\x04" the end of input).  After a return key the next is typed when the prompt is
there again.  What is left on the screen must be equal, after the texts that are our own: the welcome,
messages behind "error:" and hints; and so must be the exit code.  Lines with " ## " have a difference that is wanted.
"""
import os
import pty
import re
import select
import shlex
import signal
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from compare import FILES, still  # noqa: E402

PROMPT = re.compile(r'virsh [#>]$')


def shown(text):
    """What a screen without an end shows of it: carriage returns, backspaces and erasing are carried out."""
    text = re.sub(r'\x1b\[\?\d+[hl]|\x1b\[[0-9;]*m|\x07|\x1b\[6n', '', text)
    lines, at = [''], 0
    for token in re.findall(r'\x1b\[\d*[A-Z]|.|\n', text, re.S):
        line = lines[-1]
        if token == '\n':
            lines.append('')
            at = 0
        elif token == '\r':
            at = 0
        elif token == '\b':
            at = max(at - 1, 0)
        elif token in ('\x1b[K', '\x1b[0K'):
            lines[-1] = line[:at]
        elif token.startswith('\x1b['):
            n = int(token[2:-1] or 1)
            at = at + n if token[-1] == 'C' else max(at - n, 0) if token[-1] == 'D' else at
        else:
            lines[-1] = line[:at].ljust(at) + token + line[at + 1:]
            at += 1
    return '\n'.join(line.rstrip() for line in lines)


class Terminal:
    def __init__(self, virsh, words, folder):
        self.text = ''
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            env = dict(os.environ, TERM='xterm', LC_ALL='C.UTF-8', TZ='UTC', NO_COLOR='1', HOME=folder, COLUMNS='200',
                       INPUTRC='/dev/null', PS1='', XDG_CACHE_HOME=folder, XDG_CONFIG_HOME=folder)
            env.pop('LD_LIBRARY_PATH', None)
            os.execve(virsh, [virsh, '-c', 'test:///default', *words], env)

    def read(self, enough):
        """Until enough(text) or the end; False at the end."""
        since = len(self.text)
        while not enough(self.text[since:]):
            if not select.select([self.fd], [], [], 10)[0]:
                raise TimeoutError(self.text[since:])
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                data = b''
            if not data:
                return False
            self.text += data.decode(errors='replace')
        return True


def play(terminal, keys):
    alive = terminal.read(lambda text: PROMPT.search(shown(text)))
    for part in re.findall(r'[^\n\x04]*[\n\x04]|[^\n\x04]+', keys):
        if not alive:
            return
        os.write(terminal.fd, part.encode())
        if part[-1] in '\n\x04':
            alive = terminal.read(lambda text: PROMPT.search(shown(text)))
    if alive:
        os.write(terminal.fd, b'\x15quit\n')
        while terminal.read(lambda text: False):
            pass


def run(virsh, line):
    arguments, _, typed = line.partition('<<')
    with tempfile.TemporaryDirectory(prefix='virsh-terminal-') as folder:
        for name, text in FILES.items():
            with open(os.path.join(folder, name), 'w') as f:
                f.write(text)
        terminal = Terminal(virsh, shlex.split(arguments), folder)
        try:
            play(terminal, typed.strip(' ').encode().decode('unicode_escape'))
        except TimeoutError:
            terminal.text += '(hangs)'
            os.kill(terminal.pid, signal.SIGKILL)
        _, status = os.waitpid(terminal.pid, 0)
        text = still(shown(terminal.text).replace(folder, 'FOLDER'))
    text = re.sub(r'(?m)^hint: .*\n', '', text)  # only ours
    text = re.sub(r'(?s)^.*?Welcome.*?(?=virsh [#>])', '', text)
    text = re.sub(r'(?m)^Authorization not available.*\n', '', text)  # of polkit's agent, which may be missing
    return re.sub(r'(?m)^error: .*', 'error:', text), os.waitstatus_to_exitcode(status)


def main():
    args = [a for a in sys.argv[1:] if a != '-v']
    ours, reference, only = os.path.abspath(args[0]), (args + ['/usr/bin/virsh'])[1], args[2:]
    equal = different = explained = 0
    for line in open(os.path.join(HERE, 'terminal.txt')):
        line, _, why = line.rstrip('\n').partition(' ## ')
        if not line or line.startswith('#') or only and not any(word in line for word in only):
            continue
        a, b = run(reference, line), run(ours, line)
        if a == b:
            equal += 1
        elif why:
            explained += 1
        else:
            different += 1
        if a != b and not why or '-v' in sys.argv:
            print('%s: %s\n--- reference %s\n%s\n--- ours %s\n%s' % (
                'EQUAL' if a == b else 'DIFFERENT', line, a[1], a[0], b[1], b[0]))
    print('%d passed, %d failed, %d explained' % (equal, different, explained))
    return 1 if different else 0


if __name__ == '__main__':
    sys.exit(main())
