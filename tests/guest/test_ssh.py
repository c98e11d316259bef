# SPDX-License-Identifier: LGPL-2.1-or-later
"""Connections by ssh, through the program and through a library, on a private sshd; and ext."""
import os
import shlex
import shutil
import socket
import subprocess

import libvirt
import pytest

from support import BUILD, PATIENCE, VIREOD, Daemon, wait_for

OWN = os.environ.get('VIREO_LIBRARY') == 'own'
SSHD = '/usr/sbin/sshd'
HELPERS = {'own': BUILD / 'tools/virt-ssh-helper', 'other': '/usr/bin'}


def script(path, text):
    path.write_text(f'#!/bin/sh\n{text}\n')
    path.chmod(0o755)
    return path


@pytest.fixture
def far(top, daemon):
    """In place of ssh: writes its arguments down and runs the last one, as the far host would."""
    folder = top / 'bin'
    folder.mkdir()
    script(top / 'ssh', f'for a in "$@"; do printf "%s\\n" "$a" >> {top}/arguments; last=$a; done\n'
           f'PATH={folder}:/usr/bin:/bin XDG_RUNTIME_DIR={top}/runtime exec sh -c "$last"')
    return folder


def arguments(top):
    text = (top / 'arguments').read_text()
    (top / 'arguments').unlink()
    return text


# parameters, what ssh is called with before the server's name
OPTIONS = [
    ({}, []),
    ({'keyfile': '/k'}, ['-i', '/k']),
    ({'no_tty': 1}, ['-o', 'BatchMode=yes']),
    ({'no_verify': 1}, ['-o', 'StrictHostKeyChecking=no']),
    ({'no_tty': 0, 'no_verify': 0}, []),
]


def test_how_ssh_is_called(top, daemon, far):
    for params, options in OPTIONS:
        query = ''.join(f'&{k}={v}' for k, v in params.items())
        uri = f'test+ssh://me@host.example:2222/default?command={top}/ssh&socket={daemon.socket}{query}'
        conn = libvirt.open(uri)
        assert conn.lookupByName('test').name() == 'test' and conn.getURI() == uri
        conn.close()
        called = arguments(top).split('\n--\n')
        words = called[0].split('\n')
        for expected in (['-p', '2222'], ['-l', 'me'], ['-T'], ['-e', 'none'], options):
            assert not expected or ' '.join(expected) in ' '.join(words), f'{params}: {words}'
        assert len(words) == 7 + len(options), words
        assert called[1].startswith('host.example\n')


def helper_for(folder, which, sockets):
    program = HELPERS[which] / 'virt-ssh-helper' if which == 'own' else '/usr/bin/virt-ssh-helper'
    if not os.access(program, os.X_OK):
        pytest.skip(f'no {program}')
    if which == 'own':
        script(folder / 'virt-ssh-helper', f'LD_LIBRARY_PATH={BUILD}/src/lib exec {program} "$@"')
    else:
        # It knows root's daemon to be the system's: ours is, where the helper looks.
        script(folder / 'virt-ssh-helper', f'''exec unshare -m sh -c '
            mount -t tmpfs tmpfs /run && mkdir /run/libvirt && mount --bind {sockets} /run/libvirt &&
            exec env -u LD_LIBRARY_PATH {program} "$@"' helper "$@"''')


@pytest.mark.parametrize('proxy', ['auto', 'native', None])
def test_helper_on_the_far_side(top, daemon, far, proxy):
    helper_for(far, 'own', daemon.sockets)
    query = f'&proxy={proxy}' if proxy else ''
    conn = libvirt.open(f'qemu+ssh://host/session?command={top}/ssh{query}')
    assert conn.getHostname() and conn.getType() == 'QEMU'
    conn.close()
    assert 'virt-ssh-helper' in arguments(top)


def test_netcat_on_the_far_side(top, daemon, far):
    script(far / 'virt-ssh-helper', f'touch {top}/helped; exit 1')
    script(far / 'my nc', f'touch {top}/netcat; exec nc "$@"')
    for params in (f'socket={daemon.socket}', f'socket={daemon.socket}&proxy=netcat',
                   f'socket={daemon.socket}&netcat={far}/my%20nc'):
        conn = libvirt.open(f'test+ssh://host/default?command={top}/ssh&{params}')
        assert conn.lookupByName('test')
        conn.close()
    assert (top / 'netcat').exists() and not (top / 'helped').exists()


# parameters, code of the error
REFUSED = [
    ('proxy=nonsense', libvirt.VIR_ERR_INVALID_ARG),
    ('proxy=native&netcat=nc', libvirt.VIR_ERR_INVALID_ARG),
    ('mode=direct', libvirt.VIR_ERR_OPERATION_UNSUPPORTED),
]


def test_what_ssh_cannot_do(top, daemon, far):
    for params, code in REFUSED:
        with pytest.raises(libvirt.libvirtError) as e:
            libvirt.open(f'qemu+ssh://host/session?command={top}/ssh&{params}')
        assert e.value.get_error_code() == code, params
        assert not (top / 'arguments').exists()


def test_why_it_fails_is_told(top, daemon):
    script(top / 'ssh', 'echo "me@host: Permission denied (publickey)." >&2; exit 255')
    with pytest.raises(libvirt.libvirtError) as e:
        libvirt.open(f'qemu+ssh://host/system?command={top}/ssh')
    # Another library may have looked too early, and tells of a broken pipe instead.
    assert not OWN or 'Permission denied (publickey)' in str(e.value), e.value
    assert not OWN or e.value.get_error_code() == libvirt.VIR_ERR_SYSTEM_ERROR
    with pytest.raises(libvirt.libvirtError, match='/nonexistent/ssh' if OWN else None) as e:
        libvirt.open('qemu+ssh://host/system?command=/nonexistent/ssh')
    assert not OWN or e.value.get_error_code() == libvirt.VIR_ERR_SYSTEM_ERROR


def test_ext(top, daemon):
    if not shutil.which('socat'):
        pytest.skip('socat is not installed')
    script(top / 'carrier', f'exec socat STDIO UNIX-CONNECT:{daemon.socket}')
    conn = libvirt.open(f'test+ext:///default?command={top}/carrier')
    assert conn.lookupByName('test')
    conn.close()
    with pytest.raises(libvirt.libvirtError) as e:
        libvirt.open('test+ext:///default')
    assert e.value.get_error_code() == libvirt.VIR_ERR_INVALID_ARG


@pytest.fixture
def sshd(top, daemon):
    if os.geteuid() != 0 or not os.access(SSHD, os.X_OK):
        pytest.skip('needs root and sshd')
    for name in ('host', 'user', 'stranger'):
        subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', str(top / name)], check=True)
    shutil.copy(top / 'user.pub', top / 'authorized')
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        port = s.getsockname()[1]
    far = top / 'far'
    far.mkdir()
    (top / 'sshd_config').write_text(
        f'Port {port}\nListenAddress 127.0.0.1\nHostKey {top}/host\nAuthorizedKeysFile {top}/authorized\n'
        f'StrictModes no\nUsePAM no\nPidFile none\nPasswordAuthentication no\nPermitRootLogin yes\n'
        f'SetEnv PATH={far}:/usr/bin:/bin XDG_RUNTIME_DIR={top}/runtime\n')
    (top / 'ssh_config').write_text(f'UserKnownHostsFile {top}/known\nIdentitiesOnly yes\nIdentityFile none\n')
    script(top / 'ssh', f'exec ssh -F {top}/ssh_config "$@"')
    os.makedirs('/run/sshd', exist_ok=True)
    with open(top / 'sshd.log', 'w') as log:
        process = subprocess.Popen([SSHD, '-D', '-e', '-f', str(top / 'sshd_config')], stderr=log)

    def up():
        try:
            socket.create_connection(('127.0.0.1', port)).close()
            return True
        except OSError:
            assert process.poll() is None, (top / 'sshd.log').read_text()
    wait_for(up, 'sshd answers')
    yield port, far
    process.terminate()
    process.wait(PATIENCE)


@pytest.mark.parametrize('helper', ['own', 'other', None])
def test_through_sshd(top, daemon, sshd, helper):
    port, far = sshd
    if helper:
        helper_for(far, helper, daemon.sockets)
    base = f'qemu+ssh://root@127.0.0.1:{port}/session?command={top}/ssh&no_tty=1'
    way = '&proxy=native' if helper else f'&socket={daemon.socket}'
    with pytest.raises(libvirt.libvirtError) as e:               # whose host key is not known
        libvirt.open(f'{base}{way}&keyfile={top}/user')
    assert 'Host key verification failed' in str(e.value)
    with pytest.raises(libvirt.libvirtError) as e:
        libvirt.open(f'{base}{way}&no_verify=1&keyfile={top}/stranger')
    assert 'Permission denied' in str(e.value)
    conn = libvirt.open(f'{base}{way}&keyfile={top}/user')       # no_verify has written the key down
    assert conn.getType() == 'QEMU' and len(conn.getCapabilities()) > 1000
    assert (conn.isSecure(), conn.isEncrypted()) == (1, 1) if OWN else (1, 0)
    conn.close()


# ---- transport libssh: no program

ECHO, SECRET = libvirt.VIR_CRED_ECHOPROMPT, libvirt.VIR_CRED_NOECHOPROMPT
KEY = {'sshauth': 'privkey'}
# what the file of known hosts has, parameters, what the application answers by type, code of the error (0: accepted),
# and whether the file has a key afterwards
LIBSSH = [
    ('right', KEY, {}, 0, True),
    ('right', {'sshauth': 'agent,privkey'}, {}, 0, True),
    ('right', {}, {}, 0, True),
    ('nothing', KEY, {}, libvirt.VIR_ERR_LIBSSH, False),
    ('nothing', KEY, {ECHO: 'y'}, 0, True),
    ('nothing', KEY, {ECHO: 'n'}, libvirt.VIR_ERR_LIBSSH, False),
    ('nothing', KEY, {SECRET: 'y'}, libvirt.VIR_ERR_LIBSSH, False),
    ('nothing', {**KEY, 'known_hosts_verify': 'auto'}, {}, 0, True),
    ('nothing', {**KEY, 'known_hosts_verify': 'ignore'}, {}, 0, False),
    ('nothing', {**KEY, 'known_hosts_verify': 'normal'}, {}, libvirt.VIR_ERR_LIBSSH, False),
    ('wrong', KEY, {ECHO: 'y'}, libvirt.VIR_ERR_AUTH_FAILED, True),
    ('wrong', {**KEY, 'known_hosts_verify': 'auto'}, {}, libvirt.VIR_ERR_AUTH_FAILED, True),
    ('wrong', {**KEY, 'known_hosts_verify': 'ignore'}, {}, 0, True),
    ('right', {**KEY, 'known_hosts_verify': 'nonsense'}, {}, libvirt.VIR_ERR_INVALID_ARG, True),
    ('right', {'sshauth': 'nonsense'}, {}, libvirt.VIR_ERR_INVALID_ARG, True),
    ('right', {**KEY, 'keyfile': 'stranger'}, {}, libvirt.VIR_ERR_LIBSSH, True),
    ('right', {**KEY, 'keyfile': 'nowhere'}, {}, libvirt.VIR_ERR_AUTH_FAILED, True),
    ('right', {**KEY, 'proxy': 'nonsense'}, {}, libvirt.VIR_ERR_INVALID_ARG, True),
]


def test_libssh(top, daemon, sshd, monkeypatch):
    port, far = sshd
    monkeypatch.delenv('SSH_AUTH_SOCK', raising=False)
    known = top / 'hosts'
    for has, params, answers, code, written in LIBSSH:
        known.unlink(missing_ok=True)
        if has != 'nothing':
            key = (top / ('host.pub' if has == 'right' else 'user.pub')).read_text()
            known.write_text(f'[127.0.0.1]:{port} {key}')
        params = {'keyfile': 'user', **params}
        params['keyfile'] = top / params['keyfile']
        query = ''.join(f'&{k}={v}' for k, v in params.items())

        def answer(credentials, opaque):
            for c in credentials:
                c[4] = answers[c[0]]
            return 0
        got = 0
        try:
            conn = libvirt.openAuth(f'test+libssh://root@127.0.0.1:{port}/default?socket={daemon.socket}'
                                    f'&known_hosts={known}{query}', [list(answers), answer, None], 0)
            assert conn.lookupByName('test').name() == 'test' and conn.isSecure()
            conn.close()
        except libvirt.libvirtError as e:
            got = e.get_error_code()
            if OWN and e.get_error_message().startswith("Transport 'libssh' needs"):
                pytest.skip('built without libssh')
        assert got == code, f'{has} {params} {answers}'
        assert known.exists() == written, f'{has} {params} {answers}'


def test_libssh_carries_much(top, daemon, sshd):
    """Many calls in both directions at once, and an end in the middle."""
    port, far = sshd
    uri = (f'test+libssh://root@127.0.0.1:{port}/default?socket={daemon.socket}&known_hosts={top}/hosts'
           f'&known_hosts_verify=ignore&keyfile={top}/user')
    conns = [libvirt.open(uri) for _ in range(3)]
    conns[0].defineXML("<domain type='test'><name>much</name><memory>1000</memory><description>" + 'x' * 1000000 +
                       "</description><os><type>hvm</type></os></domain>")
    for conn in conns:
        for _ in range(5):
            assert len(conn.lookupByName('much').XMLDesc()) > 1000000
        conn.close()
