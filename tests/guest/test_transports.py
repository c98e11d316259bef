# SPDX-License-Identifier: LGPL-2.1-or-later
"""Connections from other hosts: TLS, TCP, SASL, on vireod and on another implementation's daemon.

Which library makes them follows from how this is run, so that both ends meet both: tables of what is accepted and
what is refused are the same for all, words are our own library's.  Both daemons run a user's own, the other one
as nobody.
"""
import os
import pathlib
import pty
import shutil
import socket
import struct
import subprocess
import tempfile

import libvirt
import pytest

from pki import Pki
from support import PATIENCE, SRC, VIREOD, VIRSH, Daemon, answers, wait_for
from test_daemon_wire import FIXTURE, FixtureDaemon
from wire import Client

OWN = os.environ.get('VIREO_LIBRARY') == 'own'
LIBVIRTD = '/usr/sbin/libvirtd'
NOBODY = 65534
USER, PASSWORD = 'fred', 'secret=1'
REALM = socket.gethostname()
AUTHNAME, PASSPHRASE = libvirt.VIR_CRED_AUTHNAME, libvirt.VIR_CRED_PASSPHRASE


@pytest.fixture(scope='module')
def pki():
    if not shutil.which('openssl'):
        pytest.skip('openssl is not installed')
    folder = tempfile.mkdtemp(prefix='vt-pki-', dir='/tmp')
    os.chmod(folder, 0o755)
    yield Pki(folder)
    shutil.rmtree(folder)


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


class Ours(Daemon):
    def command(self):
        return [str(VIREOD), '--session', '--listen', '-v']

    def settings(self, text):
        (self.top / 'config/libvirt').mkdir(mode=0o700, exist_ok=True)
        (self.top / 'config/libvirt/libvirtd.conf').write_text(text)


class Other(Ours):
    def command(self):
        for folder, _, files in os.walk(self.top):
            os.chown(folder, NOBODY, NOBODY)
            for name in files:
                os.chown(os.path.join(folder, name), NOBODY, NOBODY)
        self.env['HOME'] = str(self.top)
        return ['setpriv', f'--reuid={NOBODY}', f'--regid={NOBODY}', '--clear-groups', LIBVIRTD, '--listen',
                '-f', str(self.top / 'config/libvirt/libvirtd.conf')]


def needs_sasl():
    if not shutil.which('saslpasswd2'):
        pytest.skip('saslpasswd2 is not installed')


class World:
    """A daemon that listens on 127.0.0.1."""

    def __init__(self, top, kind, pki, extra='', sasl=None, files=None):
        if kind == 'other' and not (os.access(LIBVIRTD, os.X_OK) and os.geteuid() == 0 and shutil.which('setpriv')):
            pytest.skip('needs root, setpriv, and another implementation of the daemon')
        if not VIREOD.exists():
            pytest.skip('vireod is not built')
        os.chmod(top, 0o755)
        self.top, self.kind, self.pki = top, kind, pki
        self.tls, self.tcp = free_port(), free_port()
        files = files or pki.server
        self.daemon = (Other if kind == 'other' else Ours)(top)
        self.daemon.settings(f'listen_addr = "127.0.0.1"\ntls_port = "{self.tls}"\ntcp_port = "{self.tcp}"\n'
                             f'ca_file = "{files}/cacert.pem"\ncert_file = "{files}/servercert.pem"\n'
                             f'key_file = "{files}/serverkey.pem"\n{extra}')
        if sasl is not None:
            needs_sasl()
            folder = top / 'sasl'
            folder.mkdir(exist_ok=True)
            (folder / 'libvirt.conf').write_text(f'mech_list: {sasl}\nsasldb_path: {folder}/db\n')
            subprocess.run(['saslpasswd2', '-p', '-c', '-f', str(folder / 'db'), '-a', 'libvirt', '-u', REALM, USER],
                           input=PASSWORD + '\n', text=True, check=True)
            self.daemon.env['SASL_CONF_PATH'] = str(folder)
            self.daemon.env['LSAN_OPTIONS'] = f'suppressions={SRC}/tests/lsan.supp:print_suppressions=0'

    def uri(self, transport='tls', host='localhost', **params):
        port = f':{self.tls if transport == "tls" else self.tcp}' if transport != 'unix' else ''
        if transport == 'tls':
            params.setdefault('pkipath', self.pki.client)
        if transport == 'unix':
            host, params['socket'] = '', self.daemon.socket
        query = '&'.join(f'{k}={v}' for k, v in params.items())
        return f'test+{transport}://{host}{port}/default' + ('?' + query if query else '')

    def __enter__(self):
        try:
            self.daemon.start()
        except AssertionError:
            if 'made without the library' in self.daemon.log():
                pytest.skip(self.daemon.log().strip())
            raise
        wait_for(lambda: self.reachable(), 'the port is open')
        return self

    def reachable(self):
        try:
            socket.create_connection(('127.0.0.1', self.tls), PATIENCE).close()
            return True
        except OSError:
            return self.daemon.process.poll() is not None

    def __exit__(self, *unused):
        self.daemon.process.terminate()
        self.daemon.process.wait(PATIENCE)
        text = (self.top / 'vireod.log').read_text(errors='replace')
        assert 'Sanitizer' not in text and 'runtime error' not in text, text[-6000:]


DAEMONS = pytest.mark.parametrize('kind', ['ours', 'other'])


def attempt(uri, user=None, password=PASSWORD, types=(AUTHNAME, PASSPHRASE)):
    """None, or the error."""
    def ask(credentials, opaque):
        for c in credentials:
            c[4] = {AUTHNAME: user, PASSPHRASE: password}.get(c[0], '')
        return 0
    try:
        conn = libvirt.openAuth(uri, [list(types), ask, None], 0) if user else libvirt.open(uri)
    except libvirt.libvirtError as e:
        return e
    assert conn.lookupByName('test').name() == 'test'
    assert conn.getURI() == uri
    conn.close()
    return None


# ---- TLS: whose certificate, for what, by whom

# folder of the client, parameters, host, accepted, a word of our library when not
CLIENTS = [
    ('client', {}, 'localhost', True, None),
    ('client', {}, '127.0.0.1', True, None),                   # an address among the certificate's names
    ('client', {'no_verify': 1}, 'localhost', True, None),
    ('client', {'tls_priority': 'NORMAL:-VERS-TLS1.3'}, 'localhost', True, None),
    ('client', {'tls_priority': 'NONSENSE'}, 'localhost', False, 'NONSENSE'),
    ('none', {}, 'localhost', False, 'client'),                 # without a certificate
    ('foreign', {}, 'localhost', False, 'clientcert.pem'),      # of another authority: seen before it is sent
    ('foreign', {'no_sanity': 1}, 'localhost', False, 'client'),
    ('expired', {}, 'localhost', False, 'expired'),
    ('expired', {'no_sanity': 1}, 'localhost', False, 'client'),
    ('serves', {}, 'localhost', False, 'TLS clients'),          # made for servers only
    ('serves', {'no_sanity': 1}, 'localhost', False, 'client'),
    ('otherca', {}, 'localhost', False, 'authority'),           # it does not trust the server's authority
    ('nowhere', {}, 'localhost', False, 'cacert.pem'),
]


@DAEMONS
def test_clients_certificates(top, kind, pki):
    with World(top, kind, pki) as w:
        for folder, params, host, accepted, word in CLIENTS:
            error = attempt(w.uri(host=host, pkipath=pki.top / folder, **params))
            assert (error is None) == accepted, f'{folder} {params} {host}: {error}'
            if error is not None and OWN:
                assert word in str(error), f'{folder} {params}: {error}'
                assert error.get_error_code() in (libvirt.VIR_ERR_SYSTEM_ERROR, libvirt.VIR_ERR_RPC)


SERVERS = [
    ('server', {}, True, None),
    ('named', {}, False, 'elsewhere.example'),                  # the names it has are told
    ('named', {'no_verify': 1}, True, None),
    ('serverexpired', {}, False, 'expired'),
    ('serverexpired', {'no_verify': 1}, True, None),
    ('serverclient', {}, False, 'TLS servers'),                 # made for clients only
]


@DAEMONS
def test_servers_certificates(top, kind, pki):
    for folder, params, accepted, word in SERVERS:
        shutil.rmtree(top)
        top.mkdir()
        with World(top, kind, pki, 'tls_no_sanity_certificate = 1\n', files=pki.top / folder) as w:
            error = attempt(w.uri(**params))
            assert (error is None) == accepted, f'{folder} {params}: {error}'
            assert error is None or not OWN or word in str(error), error


# tls_allowed_dn_list, who comes, accepted
NAMES = [
    ('["C=GB,O=Vireo,CN=fred"]', 'client', True),
    ('["C=GB,O=Vireo,CN=f*"]', 'client', True),
    ('["nobody", "*CN=fred"]', 'client', True),
    ('["CN=fred,O=Vireo,C=GB"]', 'client', False),
    ('["C=GB,O=Vireo,CN=anna"]', 'client', False),
    ('[]', 'client', False),
]


@DAEMONS
def test_distinguished_names(top, kind, pki):
    for names, folder, accepted in NAMES:
        shutil.rmtree(top)
        top.mkdir()
        with World(top, kind, pki, f'tls_allowed_dn_list = {names}\n') as w:
            error = attempt(w.uri(pkipath=pki.top / folder))
            assert (error is None) == accepted, f'{names}: {error}'


@DAEMONS
def test_revoked(top, kind, pki):
    with World(top, kind, pki, f'crl_file = "{pki.top}/ca.crl"\n') as w:
        assert attempt(w.uri()) is None
        assert attempt(w.uri(pkipath=pki.top / 'revoked')) is not None


@DAEMONS
def test_anybody(top, kind, pki):
    with World(top, kind, pki, 'tls_no_verify_certificate = 1\nlisten_tcp = 1\nauth_tcp = "none"\n') as w:
        assert attempt(w.uri(pkipath=pki.top / 'none')) is None
        assert attempt(w.uri('tcp')) is None
        conn = libvirt.open(w.uri('tcp'))
        assert (conn.isSecure(), conn.isEncrypted()) == (0, 0)
        conn = libvirt.open(w.uri())
        assert (conn.isSecure(), conn.isEncrypted()) == (1, 1)


# ---- SASL

# transport, parameters, accepted
MECHANISMS = [
    ('tcp', {}, True),                       # one with a layer is chosen
    ('tcp', {'auth': 'sasl'}, True),
    ('tcp', {'auth': 'sasl.DIGEST-MD5'}, True),
    ('tcp', {'auth': 'sasl.SCRAM-SHA-256'}, False),
    ('tcp', {'auth': 'sasl.PLAIN'}, False),  # it would show the password
    ('tcp', {'auth': 'polkit'}, False),
    ('tcp', {'auth': 'nonsense'}, False),
    ('tls', {}, True),
    ('tls', {'auth': 'sasl.DIGEST-MD5'}, True),
    ('tls', {'auth': 'sasl.SCRAM-SHA-256'}, True),
    ('tls', {'auth': 'sasl.PLAIN'}, True),
    ('unix', {'auth': 'sasl.SCRAM-SHA-256'}, True),
    ('unix', {'auth': 'sasl.PLAIN'}, True),
]
SASL = 'listen_tcp = 1\nauth_tcp = "sasl"\nauth_tls = "sasl"\nauth_unix_rw = "sasl"\n'
NAME = f'{USER}@{REALM}'


@DAEMONS
def test_mechanisms(top, kind, pki):
    with World(top, kind, pki, SASL, sasl='digest-md5 scram-sha-256 plain anonymous') as w:
        for transport, params, accepted in MECHANISMS:
            error = attempt(w.uri(transport, **params), NAME)
            assert (error is None) == accepted, f'{transport} {params}: {error}'
            error = attempt(w.uri(transport, **params), NAME, 'wrong')
            assert error is not None and error.get_error_code() == libvirt.VIR_ERR_AUTH_FAILED, f'{transport} {params}'
        if kind == 'ours':  # also when it is installed, and named in mech_list: anybody could come in
            assert attempt(w.uri('tls', auth='sasl.ANONYMOUS'), NAME) is not None
        error = attempt(w.uri('tcp'), 'nobody')
        assert error is not None and error.get_error_code() == libvirt.VIR_ERR_AUTH_FAILED
        conn = libvirt.openAuth(w.uri('tcp'), [[AUTHNAME, PASSPHRASE], lambda cs, _: answer(cs), None], 0)
        assert (conn.isSecure(), conn.isEncrypted()) == (1, 1)


def answer(credentials):
    for c in credentials:
        c[4] = {AUTHNAME: NAME, PASSPHRASE: PASSWORD}.get(c[0], '')
    return 0


# sasl_allowed_username_list, accepted
USERS = [(f'["{NAME}"]', True), ('["f*"]', True), ('["anna"]', False), ('["anna", "fred@*"]', True), ('[]', False)]


@DAEMONS
def test_user_names(top, kind, pki):
    for names, accepted in USERS:
        shutil.rmtree(top)
        top.mkdir()
        with World(top, kind, pki, f'{SASL}sasl_allowed_username_list = {names}\n', sasl='digest-md5') as w:
            error = attempt(w.uri('tcp'), NAME)
            assert (error is None) == accepted, f'{names}: {error}'


# sections of the file, credential types of the application, accepted
FILES = [
    ('[auth-libvirt-127.0.0.1]\ncredentials=c\n', True, True),
    ('[auth-libvirt-default]\ncredentials=c\n', True, True),
    ('[auth-libvirt-localhost]\ncredentials=c\n', True, False),
    ('[auth-libvirt-127.0.0.1]\ncredentials=d\n', True, False),
    ('[auth-libvirt-127.0.0.1]\n', True, False),
    ('[auth-libvirt-127.0.0.1]\ncredentials=c\n', False, OWN),  # without asking anybody: ours can do it
]


@DAEMONS
def test_file_of_credentials(top, kind, pki, monkeypatch):
    path = top.with_suffix('.auth')
    with World(top, kind, pki, SASL, sasl='digest-md5') as w:
        for by_variable in (True, False):
            for sections, may_ask, accepted in FILES:
                path.write_text(f'# mine\n[credentials-c]\nauthname={NAME}\npassword={PASSWORD}\n{sections}')
                if by_variable:
                    monkeypatch.setenv('LIBVIRT_AUTH_FILE', str(path))
                    uri = w.uri('tcp', host='127.0.0.1')
                else:
                    monkeypatch.delenv('LIBVIRT_AUTH_FILE', raising=False)
                    uri = w.uri('tcp', host='127.0.0.1', authfile=path)

                def refuse(credentials, opaque):
                    return -1
                try:
                    conn = libvirt.openAuth(uri, [[AUTHNAME, PASSPHRASE], refuse, None], 0) if may_ask \
                        else libvirt.open(uri)
                    conn.getHostname()
                    done = True
                except libvirt.libvirtError as e:
                    done = False
                    assert e.get_error_code() in (libvirt.VIR_ERR_AUTH_FAILED, libvirt.VIR_ERR_CONF_SYNTAX), e
                assert done == accepted, f'{sections!r} {may_ask} {by_variable}'
    path.unlink()


def test_terminal(top, pki):
    """virsh asks for what no file tells; a password is not shown."""
    with World(top, 'ours', pki, SASL, sasl='digest-md5') as w:
        child, terminal = pty.fork()
        if child == 0:
            os.execve(VIRSH, [str(VIRSH), '-c', w.uri('tcp'), 'list', '--name'], w.daemon.env)
        said = b''
        for answer in (NAME, PASSWORD, None):
            while not said.endswith(b': '):
                try:
                    said += os.read(terminal, 4096)
                except OSError:     # its end
                    break
            if answer:
                assert said.endswith(b': '), said
                os.write(terminal, answer.encode() + b'\n')
                said += b'|'
        os.close(terminal)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, said
        assert NAME.encode() in said and PASSWORD.encode() not in said and b'test' in said, said


# ---- what travels

@pytest.mark.parametrize('transport', ['tls', 'tcp'])
def test_much_travels(top, pki, transport):
    """Long replies, streams in both directions and events, through ciphers."""
    if not FIXTURE.exists():
        pytest.skip('the fixture daemon is not built')
    w = World(top, 'ours', pki, SASL.replace('auth_tls = "sasl"', ''), sasl='digest-md5')
    fixture = FixtureDaemon(top, (top / 'config/libvirt/libvirtd.conf').read_text(), ['--listen'])
    fixture.env.update(w.daemon.env, FIXTURE_DIR=str(top))
    w.daemon = fixture
    data = os.urandom(1 << 20) * 8
    (top / 'down').write_bytes(data)
    with w:
        uri = w.uri(transport).replace('test+', 'qemu+').replace('/default', '/system')
        conn = libvirt.openAuth(uri, [[AUTHNAME, PASSPHRASE], lambda cs, _: answer(cs), None], 0)
        assert len(conn.lookupByName('big').XMLDesc()) > 3 << 20
        pool = conn.storagePoolLookupByName('pool')
        stream = conn.newStream()
        pool.storageVolLookupByName('down').download(stream, 0, 0)
        got = []
        stream.recvAll(lambda s, chunk, _: got.append(chunk), None)
        stream.finish()
        assert b''.join(got) == data
        stream = conn.newStream()
        at = [0]

        def give(s, n, _):
            chunk = data[at[0]:at[0] + n]
            at[0] += len(chunk)
            return chunk
        pool.storageVolLookupByName('up').upload(stream, 0, 0)
        stream.sendAll(give, None)
        stream.finish()
        assert (top / 'up').read_bytes() == data
        conn.close()


# ---- the administrator

def admin(w, *arguments):
    env = {k: v for k, v in os.environ.items() if k != 'LD_LIBRARY_PATH'}
    return subprocess.run(['virt-admin', '-c',
                           f'libvirtd+unix:///session?socket={w.daemon.sockets}/libvirt-admin-sock', *arguments],
                          env=env, capture_output=True, text=True, timeout=PATIENCE)


def client_info(w, transport):
    """Of the newest client: that which asked whether the port is there may not be gone yet."""
    listed = admin(w, 'client-list', 'libvirtd').stdout.split()
    clients = [number for number, how in zip(listed, listed[1:]) if how == transport]
    return admin(w, 'client-info', 'libvirtd', max(clients, key=int)).stdout


@pytest.mark.skipif(not shutil.which('virt-admin'), reason='virt-admin is not installed')
def test_administrator_sees_who_it_is(top, pki):
    with World(top, 'ours', pki, SASL, sasl='digest-md5') as w:
        for transport in ('tls', 'tcp'):
            conn = libvirt.openAuth(w.uri(transport), [[AUTHNAME, PASSPHRASE], lambda cs, _: answer(cs), None], 0)
            info = client_info(w, transport)
            assert NAME in info and '127.0.0.1:' in info and 'unix_' not in info
            assert ('C=GB,O=Vireo,CN=fred' in info) == (transport == 'tls')
            conn.close()


@pytest.mark.skipif(not shutil.which('virt-admin'), reason='virt-admin is not installed')
def test_certificates_are_renewed(top, pki):
    files = top / 'pki'
    shutil.copytree(pki.server, files)
    with World(top, 'ours', pki, files=files) as w:
        before = libvirt.open(w.uri())
        shutil.copy(pki.top / 'named/servercert.pem', files)
        shutil.copy(pki.top / 'named/serverkey.pem', files)
        assert attempt(w.uri()) is None                         # read only when told to
        assert admin(w, 'server-update-tls', 'libvirtd').returncode == 0
        assert attempt(w.uri()) is not None                     # its name is another now
        assert attempt(w.uri(no_verify=1)) is None
        assert before.lookupByName('test')                      # made before, stays
        (files / 'servercert.pem').write_text('no certificate')
        failed = admin(w, 'server-update-tls', 'libvirtd')
        assert failed.returncode == 1 and 'servercert.pem' in failed.stderr
        assert attempt(w.uri(no_verify=1)) is None              # what was in use stays
        assert 'no TLS socket' in admin(w, 'server-update-tls', 'admin').stderr


# ---- strangers

def closed(s):
    s.settimeout(PATIENCE)
    try:
        while s.recv(4096):
            pass
    except ConnectionError:
        pass
    return True


def test_strangers(top, pki):
    """Half handshakes and noise cost their own connection, and are counted as clients that have not logged in."""
    with World(top, 'ours', pki, 'max_anonymous_clients = 8\nlisten_tcp = 1\nauth_tcp = "sasl"\n') as w:
        silent = [socket.create_connection(('127.0.0.1', w.tls)) for _ in range(4)]
        silent[0].sendall(bytes.fromhex('1603010200010001fc0303') + b'x' * 20)   # the beginning of a hello
        silent[1].sendall(b'\x16')
        noise = socket.create_connection(('127.0.0.1', w.tls))
        noise.sendall(b'GET / HTTP/1.0\r\n\r\n')
        assert closed(noise)
        plain = socket.create_connection(('127.0.0.1', w.tls))                    # the API without TLS
        plain.sendall(struct.pack('>7I', 28, 0x20008086, 1, 66, 0, 0, 0))
        assert closed(plain)
        if shutil.which('virt-admin'):
            wait_for(lambda: 'nclients_unauth       : 4' in admin(w, 'srv-clients-info', 'libvirtd').stdout or
                     '4' in [line.split(':')[1].strip() for line in
                             admin(w, 'srv-clients-info', 'libvirtd').stdout.splitlines() if
                             line.startswith('nclients_unauth ')], 'the silent are counted')
        assert attempt(w.uri()) is None                                           # others are served meanwhile
        with Client(w.daemon.socket, uri='test:///default') as c:
            assert c.alive()
        flood = [socket.create_connection(('127.0.0.1', w.tls)) for _ in range(30)]
        with Client(w.daemon.socket, uri='test:///default') as c:
            assert c.alive()                                                      # when the silent are given up
        assert all(closed(s) for s in silent)                                     # after their ten seconds
        for s in flood:
            s.close()
        assert attempt(w.uri()) is None
        # Before a log-in over TCP only the log-in is answered.
        s = socket.create_connection(('127.0.0.1', w.tcp))
        s.sendall(struct.pack('>7I', 28, 0x20008086, 1, 2, 0, 7, 0))
        reply = s.recv(65536)
        assert struct.unpack('>7I', reply[:28])[4:] == (1, 7, 1)
        # A step before the beginning of one, twice, and then the end.
        s.sendall(struct.pack('>9I', 36, 0x20008086, 1, 69, 0, 8, 0, 1, 0))
        assert struct.unpack('>7I', s.recv(65536)[:28])[4:] == (1, 8, 1)
        s.close()


def test_sockets_from_systemd(top, pki):
    """The unit's name says what a socket is for, or its port does."""
    w = World(top, 'ours', pki, 'listen_tcp = 0\nauth_tcp = "none"\n')
    w.daemon.sockets.mkdir()
    unix = socket.socket(socket.AF_UNIX)
    unix.bind(str(w.daemon.socket))
    sockets = [unix]
    for port in (w.tls, w.tcp, 0):
        s = socket.socket()
        s.bind(('127.0.0.1', port))
        sockets.append(s)
    third = sockets[3].getsockname()[1]
    for s in sockets:
        s.listen(5)

    def descriptors():
        kept = [os.dup2(s.fileno(), 100 + i) for i, s in enumerate(sockets)]
        for i, fd in enumerate(kept):
            os.dup2(fd, 3 + i)

    def run(names):
        command = ['/bin/sh', '-c', f'LISTEN_PID=$$ LISTEN_FDS=4 LISTEN_FDNAMES={names} exec "$0" "$@"', str(VIREOD),
                   '--session']
        with open(top / 'vireod.log', 'ab') as log:
            w.daemon.process = subprocess.Popen(command, env=w.daemon.env, stdin=subprocess.DEVNULL, stdout=log,
                                                stderr=log, close_fds=False, preexec_fn=descriptors)
    run('a:b:c:d')
    assert w.daemon.process.wait(PATIENCE) == 1 and 'tls_port or tcp_port' in w.daemon.log()
    run('a:b:c:mine-tls.socket')
    assert attempt(w.uri()) is None
    assert attempt(w.uri('tcp')) is None
    assert attempt(w.uri().replace(str(w.tls), str(third))) is None
    w.daemon.process.terminate()
    w.daemon.process.wait(PATIENCE)
    for s in sockets:
        s.close()


# ---- settings that cannot be

BAD = [
    ('cert_file = "/nonexistent/cert.pem"\n', '/nonexistent/cert.pem'),
    ('tls_priority = "NONSENSE"\n', 'NONSENSE'),
    ('listen_addr = "no.such.name.invalid"\n', 'no.such.name.invalid'),
    ('listen_tcp = 1\ntcp_min_ssf = 5\n', 'tcp_min_ssf'),
    ('auth_tls = "polkit"\n', 'auth_tls'),
    ('listen_tls = "yes"\n', 'listen_tls'),
]


@pytest.mark.parametrize('text, word', BAD)
def test_settings_that_cannot_be(top, pki, text, word):
    w = World(top, 'ours', pki)
    path = top / 'config/libvirt/libvirtd.conf'
    path.write_text(path.read_text() + text)
    result = subprocess.run(w.daemon.command(), env=w.daemon.env, capture_output=True, text=True, timeout=PATIENCE)
    assert result.returncode == 1 and word in result.stderr, result.stderr


def test_without_listen_nobody_else_is_served(top, pki):
    w = World(top, 'ours', pki, files=pathlib.Path('/nonexistent'))
    w.daemon.command = lambda: [str(VIREOD), '--session']
    w.daemon.start()
    assert answers(w.daemon.socket)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(('127.0.0.1', w.tls))
    w.daemon.stop()
