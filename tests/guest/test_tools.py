# SPDX-License-Identifier: LGPL-2.1-or-later
"""The small commands: virt-ssh-helper, virt-qemu-run, virt-pki-*."""
import os
import pathlib
import shutil
import signal
import subprocess

import pytest

from support import BUILD, PATIENCE, VIRSH, tiny, wait_for

HELPER = BUILD / 'tools/virt-ssh-helper/virt-ssh-helper'
RUN = BUILD / 'tools/virt-qemu-run/virt-qemu-run'
PKI = BUILD / 'tools/virt-pki'


@pytest.fixture
def ssh(daemon, top):
    """Something that takes ssh's arguments and runs the command here, with or without the helper."""
    folder = top / 'bin'
    folder.mkdir()
    fake = top / 'ssh'
    fake.write_text('#!/bin/sh\nfor last; do :; done\nexec sh -c "$last"\n')
    fake.chmod(0o755)
    env = dict(daemon.env, PATH=f'{folder}:/usr/bin:/bin', VIREOD='/nonexistent')

    def virsh(*args, parameters=''):
        uri = f'qemu+ssh://host.example/session?command={fake}{parameters}'
        return subprocess.run([str(VIRSH), '-c', uri, *args], env=env, capture_output=True, text=True, timeout=PATIENCE,
                              stdin=subprocess.DEVNULL)
    virsh.folder = folder
    return virsh


def test_ssh_uses_the_helper(daemon, ssh):
    (ssh.folder / 'virt-ssh-helper').write_text(f'#!/bin/sh\necho "$@" > {daemon.top}/used\nexec {HELPER} "$@"\n')
    (ssh.folder / 'virt-ssh-helper').chmod(0o755)
    said = ssh('-r', 'uri')
    assert said.returncode == 0 and said.stdout.startswith('qemu+ssh://host.example/session'), said
    assert (daemon.top / 'used').read_text() == '-r qemu:///session\n'


def test_ssh_falls_back_to_netcat(daemon, ssh):
    (ssh.folder / 'nc').write_text('#!/bin/sh\n[ "$1" = -U ] && exec socat - "UNIX-CONNECT:$2"\n')
    (ssh.folder / 'nc').chmod(0o755)
    if not shutil.which('socat'):
        pytest.skip('no socat')
    said = ssh('uri', parameters=f'&socket={daemon.socket}')
    assert said.returncode == 0, said


def test_helper_says_what_is_wrong(daemon):
    for uri, word in (('qemu+ssh://elsewhere/system', 'another host'), ('qemu:///session?socket=/nope', '/nope')):
        said = subprocess.run([str(HELPER), uri], env=daemon.env, capture_output=True, text=True, timeout=PATIENCE,
                              stdin=subprocess.DEVNULL)
        assert said.returncode == 1 and word in said.stderr, said


@pytest.fixture
def solo(top):
    file = top / 'solo.xml'
    file.write_text(tiny('solo'))
    env = dict(os.environ, TMPDIR=str(top), HOME=str(top))

    def start(*args):
        return subprocess.Popen([str(RUN), '-v', *map(str, args), str(file)], env=env, stderr=subprocess.PIPE, text=True)
    return start


def emulator(root):
    pid = int((root / 'run/qemu/run/solo.pid').read_text())
    assert 'guest=solo' in pathlib.Path(f'/proc/{pid}/cmdline').read_text()
    return pid


def test_run_ends_its_guest(top, solo):
    run = solo('--root', top / 'root')
    assert 'runs' in run.stderr.readline()
    pid = emulator(top / 'root')
    run.send_signal(signal.SIGTERM)
    assert run.wait(PATIENCE) == 0
    assert not os.path.exists(f'/proc/{pid}')


def test_run_ends_with_its_guest(top, solo):
    run = solo('-r', top / 'root')
    assert 'runs' in run.stderr.readline()
    os.kill(emulator(top / 'root'), signal.SIGKILL)
    assert run.wait(PATIENCE) == 0
    assert 'has ended' in run.stderr.read()


def test_run_leaves_nothing(top, solo):
    run = solo()
    assert 'runs' in run.stderr.readline()
    run.send_signal(signal.SIGINT)
    assert run.wait(PATIENCE) == 0
    assert not list(top.glob('virt-qemu-run-*'))


def test_run_says_why_not(top):
    for name, text, word in (('bad.xml', '<domain', 'bad.xml'), ('nope.xml', None, 'nope.xml')):
        if text:
            (top / name).write_text(text)
        said = subprocess.run([str(RUN), str(top / name)], capture_output=True, text=True, timeout=PATIENCE,
                              env=dict(os.environ, TMPDIR=str(top)))
        assert said.returncode == 1 and word in said.stderr, said


@pytest.fixture
def certificates(top):
    if not (PKI / 'virt-pki-validate').exists() or not shutil.which('openssl'):
        pytest.skip('needs GnuTLS and openssl')
    (top / 'private').mkdir()
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'private/serverkey.pem', '-out',
                    'servercert.pem', '-days', '5', '-subj', '/C=DE/O=Some, Inc/CN=' + os.uname().nodename,
                    '-addext', 'extendedKeyUsage=serverAuth'], cwd=top, check=True, capture_output=True)
    (top / 'private/serverkey.pem').chmod(0o600)
    shutil.copy(top / 'servercert.pem', top / 'cacert.pem')
    return top


def test_name_of_certificate(certificates):
    words = [str(certificates / 'servercert.pem')]
    ours = subprocess.run([str(PKI / 'virt-pki-query-dn'), *words], capture_output=True, text=True)
    assert ours.stdout == 'C=DE,O=Some\\, Inc,CN=%s\n' % os.uname().nodename
    if os.access('/usr/bin/virt-pki-query-dn', os.X_OK):
        env = {k: v for k, v in os.environ.items() if k != 'LD_LIBRARY_PATH'} # it needs its own library
        theirs = subprocess.run(['/usr/bin/virt-pki-query-dn', *words], capture_output=True, text=True, env=env)
        assert ours.stdout == theirs.stdout


def test_certificates_are_checked(certificates):
    def failures():
        said = subprocess.run([str(PKI / 'virt-pki-validate'), '-p', str(certificates)], capture_output=True, text=True)
        found = [line.split(':')[1].strip() for line in said.stdout.splitlines() if 'FAIL' in line]
        assert said.returncode == (1 if found else 0), said
        return found
    assert failures() == []
    (certificates / 'private/serverkey.pem').chmod(0o644)
    assert failures() == ['Private key is for its owner only']
    subprocess.run(['openssl', 'genrsa', '-out', str(certificates / 'private/serverkey.pem'), '2048'], check=True,
                   capture_output=True)
    assert 'Private key belongs to the certificate' in failures()
    (certificates / 'cacert.pem').unlink()
    assert any(f.startswith('Certificate') and 'cacert' in f for f in failures())


# Options that Debian's programs do not have yet.
NEWER = {('virt-qemu-run', '--version'), ('virt-qemu-run', '-V')}


@pytest.mark.parametrize('tool', ['virt-host-validate/virt-host-validate', 'virt-xml-validate/virt-xml-validate',
                                  'virt-pki/virt-pki-query-dn', 'virt-pki/virt-pki-validate', 'virt-ssh-helper/virt-ssh-helper',
                                  'virt-qemu-run/virt-qemu-run'])
def test_options_end_as_debians(tool):
    """Each option has the exit code, and speaks where, of Debian's program."""
    ours = BUILD / 'tools' / tool
    if not os.access(f'/usr/bin/{ours.name}', os.X_OK) or not ours.exists():
        pytest.skip(f'no {ours.name} to compare with')

    def ends(program, word):
        env = {k: v for k, v in os.environ.items() if k != 'LD_LIBRARY_PATH'} # each needs its own library
        said = subprocess.run([program, *([word] if word else [])], env=env, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=PATIENCE)
        return said.returncode, bool(said.stdout), bool(said.stderr)
    for word in ('-h', '--help', '--version', '-V', '-v', '--bogus', None):
        if (ours.name, word) not in NEWER:
            assert ends(str(ours), word) == ends(f'/usr/bin/{ours.name}', word), word
