# SPDX-License-Identifier: LGPL-2.1-or-later
"""virsh on a terminal and beside a daemon: the console, events, the interactive shell, completion."""
import json
import os
import pty
import re
import select
import subprocess
import time

import pytest

from support import PATIENCE, VIRSH, booting, tiny, wait_for


class Terminal:
    """A program on a pseudo terminal."""

    def __init__(self, daemon, *args, env=()):
        self.seen = b''
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update({'TERM': 'dumb', 'INPUTRC': '/dev/null', **dict(env)})
            os.execv(str(VIRSH), [str(VIRSH), '-c', daemon.uri, *args])

    def until(self, text):
        end = time.monotonic() + PATIENCE
        while text not in self.seen:
            ready, _, _ = select.select([self.fd], [], [], max(0, end - time.monotonic()))
            assert ready, f'waited for {text!r}, saw {self.seen!r}'
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                data = b''
            assert data, f'ended before {text!r}: {self.seen!r}'
            self.seen += data
        before, self.seen = self.seen.split(text, 1)
        return before

    def type(self, data):
        os.write(self.fd, data)

    def end(self):
        """The exit code, once the program has said everything."""
        while True:
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                break
            if not data:
                break
            self.seen += data
        status = os.waitpid(self.pid, 0)[1]
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


@pytest.fixture
def folder(daemon, top):
    def write(name, text):
        (top / name).write_text(text)
        return str(top / name)
    return write


def test_console_is_typed_into_and_left_by_the_escape_character(daemon, kit, folder):
    daemon.virsh('create', folder('guest.xml', booting(kit)), '--paused')
    t = Terminal(daemon, 'console', 'guest', '--resume')
    t.until(b'Escape character is ^] (Ctrl + ])')
    t.until(b'Vireo guest is up')
    # The shell throws away what was typed before its prompt.
    t.until(b'guest# ')
    t.type(b'echo answer-$((6 * 7))\r')
    t.until(b'answer-42')
    t.until(b'guest# ')
    t.type(b'\x1d')
    assert t.end() == 0
    # A second visit, which ends when the guest does.
    t = Terminal(daemon, '-e', '^A', 'console', 'guest', '--force')
    t.until(b'Escape character is ^A')
    t.type(b'echo still-$((40 + 2))\r')
    t.until(b'still-42')
    t.until(b'guest# ')
    t.type(b'poweroff -f\r')
    t.end()
    wait_for(lambda: 'guest' not in daemon.virsh('list', '--name').stdout, 'the guest is gone')


def test_console_needs_a_terminal_and_a_running_guest(daemon, folder):
    daemon.virsh('define', folder('tiny.xml', tiny()))
    p = daemon.virsh('console', 'tiny', check=False)
    assert p.returncode == 1 and 'controlling TTY' in p.stderr
    t = Terminal(daemon, 'console', 'tiny')
    assert t.end() == 1 and b'The domain is not running' in t.seen


def test_events_are_printed_as_they_come(daemon, folder):
    daemon.virsh('define', folder('tiny.xml', tiny()))
    p = subprocess.Popen([str(VIRSH), '-c', daemon.uri, '-q', 'event', '--event', 'lifecycle', '--loop',
                          '--timeout', str(PATIENCE)], stdout=subprocess.PIPE, text=True)
    # Nothing says when the subscription stands, so stir until the first event is seen.
    daemon.virsh('start', 'tiny')
    first = []
    while not first:
        daemon.virsh('suspend', 'tiny')
        daemon.virsh('resume', 'tiny')
        if select.select([p.stdout], [], [], 0.2)[0]:
            first.append(p.stdout.readline())
    assert re.fullmatch(r"event 'lifecycle' for domain 'tiny': \w+ \w+\n", first[0])
    daemon.virsh('destroy', 'tiny')
    for line in p.stdout:
        if line == "event 'lifecycle' for domain 'tiny': Stopped Destroyed\n":
            break
    else:
        pytest.fail('no event of the end')
    p.terminate()
    p.wait()


def test_await_returns_when_the_guest_is_gone(daemon, folder):
    daemon.virsh('create', folder('tiny.xml', tiny()))
    p = daemon.virsh('await', 'tiny', '--condition', 'domain-inactive', '--timeout', '1', check=False)
    assert p.returncode == 1
    p = subprocess.Popen([str(VIRSH), '-c', daemon.uri, 'await', 'tiny', '--condition', 'domain-inactive'],
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    daemon.virsh('destroy', 'tiny')
    # Either it saw the end, or it came too late to find the guest.
    _, err = p.communicate(timeout=PATIENCE)
    assert p.returncode == 0 or 'failed to get domain' in err


def test_interactive_shell_completes_and_remembers(daemon, folder, top):
    daemon.virsh('define', folder('tiny.xml', tiny()))
    t = Terminal(daemon, env={'XDG_CACHE_HOME': str(top)})
    t.until(b'virsh # ')
    t.type(b'domstate --dom\t')
    t.until(b'--domain')
    t.type(b'ti\t')
    t.until(b'tiny')
    t.type(b'\n')
    t.until(b'shut off')
    t.until(b'virsh # ')
    t.type(b'bogus\n')
    t.until(b"error: unknown command: 'bogus'")
    t.type(b'quit\n')
    assert t.end() == 0
    assert 'bogus' in (top / 'libvirt/virsh/history').read_text().splitlines()


def test_names_are_completed_for_the_shell(daemon, folder):
    daemon.virsh('define', folder('tiny.xml', tiny()))
    assert daemon.virsh('-q', 'complete', '--', 'start', 'ti').stdout == 'tiny\n'
    assert daemon.virsh('-q', 'complete', '--', 'start', '--pau').stdout == '--paused\n'


def test_json_for_programs(daemon, folder):
    daemon.virsh('define', folder('tiny.xml', tiny()))
    listed = json.loads(daemon.virsh('--output', 'json', 'list', '--all').stdout)
    assert listed == [{'id': '-', 'name': 'tiny', 'state': 'shut off'}]
    info = json.loads(daemon.virsh('--output', 'json', 'dominfo', 'tiny').stdout)
    assert info['name'] == 'tiny' and info['persistent'] == 'yes'
    stats = json.loads(daemon.virsh('--output', 'json', 'domstats', 'tiny').stdout)
    assert stats[0]['domain'] == 'tiny' and stats[0]['state.state'] == 5


def test_a_daemon_that_dies_is_told_and_found_again(daemon, top):
    t = Terminal(daemon, env={'XDG_CACHE_HOME': str(top)})
    t.until(b'virsh # ')
    t.type(b'list\n')
    t.until(b'State')
    t.until(b'virsh # ')
    daemon.restart()
    # The end of the connection is noticed by the event loop; until then a call may fail once.
    for _ in range(20):
        t.type(b'uri\n')
        said = t.until(b'virsh # ')
        if b'Reconnected' in said:
            break
    else:
        pytest.fail(f'no reconnection: {said!r}')
    t.type(b'quit\n')
    assert t.end() == 0


COMPLETE = r'''
. "$1"
COMP_LINE=$2 COMP_POINT=${#2} COMPREPLY=()
compopt() { :; }
_virsh virsh
printf '%s\n' "${COMPREPLY[@]}"
'''


@pytest.mark.parametrize('typed, offered', [
    ('dominf', ['dominfo']), ('dominfo te', ['test']), ('dominfo --domain te', ['test']), ('dominfo --domain=te', ['test']),
    ('domifstat test aa:bb', ['bb:cc:dd:ee:ff']), ('list --state-p', ['--state-paused']), ('send-key test KEY_LEFTA', ['KEY_LEFTALT']),
    ('attach-disk test /x vdb --cache wr', ['writeback', 'writethrough']), ('help domif-', ['domif-getlink', 'domif-setlink']),
    ('net-info ', ['default']), ('--output ', ['json', 'text']), ('-c test:///d', ['///default']), ('dominfo nothing-of-this', [''])])
def test_bash_completes(typed, offered, tmp_path):
    (tmp_path / 'virsh').symlink_to(VIRSH)
    env = dict(os.environ, PATH=f'{tmp_path}:/usr/bin:/bin', LIBVIRT_DEFAULT_URI='test:///default')
    said = subprocess.run(['bash', '-c', COMPLETE, 'bash', str(VIRSH.parent / 'virsh.bash'), 'virsh ' + typed], env=env,
                          capture_output=True, text=True, timeout=PATIENCE)
    assert said.stdout.splitlines() == offered, said


def test_every_word_has_a_completion_or_is_free():
    """Options that take one of few words, a file or an object offer them; what is left is free text."""
    said = subprocess.run([str(VIRSH), 'self-test', '--completers-missing'], capture_output=True, text=True)
    assert said.returncode == 0 and 0 < len(said.stdout.splitlines()) < 140, said.stdout


@pytest.mark.parametrize('words, hint', [
    (['dominfo', 'tets'], 'hint: there is: test'), (['net-info', 'defalt'], 'hint: there is: default'),
    (['lst'], 'hint: there are: list'), (['list', '--al'], 'hint: there are: --all'),
    (['shutdown', 'test', '--mode', 'apci'], 'hint: --mode may be: acpi'),
    (['send-key', 'test', 'RIGHTSHIFT'], 'hint: --keycode may be: KEY_RIGHTSHIFT'),
    (['setmem', 'test', '1X'], 'hint: a size is a number, of KiB or bytes as help says, or one with a unit, such as 512MiB or 2GiB'),
    (['dominfo'], 'hint: virsh help dominfo tells how it is used'),
    (['-r', 'destroy', 'test'], 'hint: this connection is for looking only: connect to test:///default without --readonly')])
def test_errors_come_with_a_hint(words, hint):
    def said(**env):
        return subprocess.run([str(VIRSH), '-c', 'test:///default', *words], env={**os.environ, **env}, capture_output=True,
                              text=True).stderr.splitlines()
    assert said(VIRSH_HINTS='1')[-1] == hint
    assert not any(line.startswith('hint:') for line in said())


def test_a_reader_that_leaves_is_no_error_to_talk_about():
    said = subprocess.run([f'"{VIRSH}" -c test:///default help | head -1 >/dev/null'], shell=True, capture_output=True, text=True)
    assert said.stderr == ''


def test_a_locale_without_umlauts_shows_bytes(tmp_path):
    (tmp_path / 'u.xml').write_text("<domain type='test'><name>gr\u00fcn</name><memory>1024</memory><os><type>hvm</type></os></domain>")
    for locale, shown in (('C', 'gr\\xc3\\xbcn'), ('C.UTF-8', 'gr\u00fcn')):
        said = subprocess.run([str(VIRSH), '-q', '-c', 'test:///default', f'define {tmp_path}/u.xml; list --all'],
                              env=dict(os.environ, LC_ALL=locale), capture_output=True)
        assert shown in said.stdout.decode(), said
