# SPDX-License-Identifier: LGPL-2.1-or-later
"""vireod's own life: starting, settings, sockets, signals, leaving."""
import os
import signal
import socket
import stat
import subprocess

import pytest

import wire
from support import PATIENCE, VIREOD, Daemon, SystemDaemon, answers, wait_for
from test_daemon_wire import FIXTURE, FixtureDaemon
from wire import Client, domain, string

NAMES = ['libvirt', 'virtqemud', 'virtnetworkd', 'virtstoraged', 'virtsecretd', 'virtnodedevd', 'virtinterfaced',
         'virtnwfilterd', 'virtproxyd']


@pytest.fixture(autouse=True)
def built():
    if not FIXTURE.exists():
        pytest.skip('the fixture daemon is not built')


def run(d, *arguments, **more):
    return subprocess.run([str(FIXTURE), '--session', *arguments], env=d.env, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=PATIENCE, **more)


def test_every_name_reaches_the_daemon(top):
    with FixtureDaemon(top) as d:
        for name in NAMES:
            with Client(d.sockets / f'{name}-sock') as c:
                assert c.alive()
    assert os.listdir(d.sockets) == []  # nothing is left of a clean end


def test_second_daemon_is_refused(top):
    with FixtureDaemon(top) as d:
        second = run(d)
        assert second.returncode == 1 and str(d.process.pid) in second.stderr and 'vireod.pid' in second.stderr
        second = run(d, '--pid-file', str(top / 'other.pid'))
        assert second.returncode == 1 and 'another daemon answers' in second.stderr
        assert not (top / 'other.pid').exists()
        with d.client() as c:
            assert c.alive()


def test_after_kill_it_starts_again(top):
    with FixtureDaemon(top) as d:
        c = d.client()
        d.restart(signal.SIGKILL)
        assert c.gone()
        with d.client() as c:
            assert c.alive()
        assert int((d.sockets / 'vireod.pid').read_text()) == d.process.pid


def test_something_else_in_the_way_is_left_alone(top):
    d = FixtureDaemon(top)
    d.sockets.mkdir()
    (d.sockets / 'libvirt-sock').write_text('precious')
    result = run(d)
    assert result.returncode == 1 and 'libvirt-sock' in result.stderr
    assert (d.sockets / 'libvirt-sock').read_text() == 'precious'


def test_foreign_daemon_keeps_its_name(top):
    d = FixtureDaemon(top)
    d.sockets.mkdir()
    with socket.socket(socket.AF_UNIX) as foreign:
        foreign.bind(str(d.sockets / 'virtnetworkd-sock'))
        foreign.listen(5)
        with d:
            assert stat.S_ISSOCK(os.lstat(d.sockets / 'virtnetworkd-sock').st_mode)
            wait_for(lambda: 'virtnetworkd-sock' in d.log(), 'the log names it')
            with d.client() as c:
                assert c.alive()
        assert (d.sockets / 'virtnetworkd-sock').exists()


@pytest.mark.parametrize('settings, says', [
    ('max_clients = "many"\n', 'libvirtd.conf:1: max_clients'),
    ('# fine\nlog_level = 9\n', 'libvirtd.conf:2: log_level'),
    ('unix_sock_rw_perms = "rw"\n', 'unix_sock_rw_perms'),
    ('auth_unix_rw = "magic"\n', 'auth_unix_rw'),
    ('log_outputs = "1:nowhere"\n', 'log_outputs'),
    ('log_filters = "qemu"\n', 'log_filters'),
    ('unix_sock_dir = "relative"\n', 'unix_sock_dir'),
    ('host_uuid = "12345"\n', 'host_uuid'),
    ('host_uuid = "00000000-0000-0000-0000-000000000000"\n', 'host_uuid'),
    ('host_uuid_source = "dice"\n', 'host_uuid_source'),
    ('max_clients = \n', 'libvirtd.conf:1: max_clients'),
])
def test_bad_settings_are_named(top, settings, says):
    result = run(FixtureDaemon(top, settings))
    assert result.returncode == 1 and says in result.stderr


def test_unknown_settings_do_not_stop_it(top):
    with FixtureDaemon(top, 'max_clientz = 3\nlisten_tls = 0\ntls_port = "16514"\n') as d:
        assert 'max_clientz' in d.log() and 'tls_port' not in d.log()


@pytest.mark.parametrize('arguments, status', [
    (['--help'], 0), (['-h'], 0), (['--version'], 0), (['-V'], 0), (['--bogus'], 1), (['-t', 'soon'], 1),
    (['-t', '0'], 1), (['stray'], 1), (['-f'], 1), (['-f', '/nonexistent.conf'], 1),
])
def test_command_line(top, arguments, status):
    result = run(FixtureDaemon(top), *arguments)
    assert result.returncode == status
    assert (result.stdout if status == 0 else result.stderr).strip()


def test_background(top):
    d = FixtureDaemon(top)
    pid_file = top / 'bg.pid'
    result = run(d, '--daemon', '--pid-file', str(pid_file))
    assert result.returncode == 0, result.stderr
    pid = int(pid_file.read_text())
    try:
        with Client(d.socket) as c:  # ready as soon as the parent has ended
            assert c.alive()
        again = run(d, '--daemon', '--pid-file', str(pid_file))
        assert again.returncode == 1 and 'holds the pid file' in again.stderr
    finally:
        os.kill(pid, signal.SIGTERM)
    wait_for(lambda: not pid_file.exists(), 'the daemon ends')


def test_leaves_when_idle(top):
    d = FixtureDaemon(top, arguments=['--timeout', '1'])
    d.start()
    with d.client() as c:
        assert c.alive()
    assert d.process.wait(PATIENCE) == 0
    assert os.listdir(d.sockets) == []


def test_ends_with_a_call_hanging(top):
    with FixtureDaemon(top) as d:
        c = d.client()
        c.post(wire.CREATE, domain('stuck'))
        assert c.call(wire.LIB_VERSION).status == wire.OK
        d.process.terminate()
        assert d.process.wait(PATIENCE) == 0
        assert c.gone()


def test_ends_with_connections_open(top):
    """Closing them is the driver's, on threads: it is there until they are closed."""
    with Daemon(top) as d:
        conns = [d.open() for _ in range(40)]  # kept until the end
        d.process.terminate()
        d.process.wait(PATIENCE)
        d.ended_well()
        wait_for(lambda: not any(c.isAlive() for c in conns), 'the clients know, who ask nothing')


def test_reload(top):
    with FixtureDaemon(top, f'log_outputs = "1:file:{top}/a.log"\nlog_level = 3\n') as d:
        conf = top / 'config/libvirt/libvirtd.conf'
        conf.write_text(f'log_outputs = "1:file:{top}/b.log"\nlog_level = 1\n')
        d.process.send_signal(signal.SIGHUP)
        wait_for(lambda: (top / 'b.log').exists() and 'configuration read again' in (top / 'b.log').read_text(), 'reload')
        conf.write_text('log_level = 77\n')
        d.process.send_signal(signal.SIGHUP)
        wait_for(lambda: 'stays' in (top / 'b.log').read_text(), 'the bad file is reported')
        with d.client() as c:
            assert c.alive()


def test_full_disk_for_the_log(top):
    with FixtureDaemon(top, 'log_outputs = "1:file:/dev/full"\nlog_level = 1\n') as d:
        for _ in range(50):
            with d.client() as c:
                assert c.alive()


def test_nobody_reads_its_stderr(top):
    d = FixtureDaemon(top, 'log_level = 1\n')
    read, write = os.pipe()
    d.process = subprocess.Popen(d.command(), env=d.env, stdin=subprocess.DEVNULL, stdout=write, stderr=write)
    os.close(write)
    try:
        wait_for(lambda: answers(d.socket), 'it listens')
        for _ in range(300):
            with d.client() as c:
                assert c.alive()
    finally:
        d.stop()
        os.close(read)


def activated(d, names, env=None):
    """Starts the daemon as systemd does: sockets from descriptor 3 on."""
    d.sockets.mkdir(exist_ok=True)
    listeners = []
    for name in names:
        s = socket.socket(socket.AF_UNIX)
        s.bind(str(d.sockets / name))
        s.listen(5)
        listeners.append(s)

    def descriptors():
        kept = [os.dup2(s.fileno(), 100 + i) for i, s in enumerate(listeners)]
        for i, fd in enumerate(kept):
            os.dup2(fd, 3 + i)
    d.process = subprocess.Popen(
        ['/bin/sh', '-c', f'LISTEN_PID=$$ LISTEN_FDS={len(names)} exec "$0" "$@"', *d.command()],
        env={**d.env, **(env or {})}, stdin=subprocess.DEVNULL, stdout=open(top_log(d), 'ab'), stderr=subprocess.STDOUT,
        close_fds=False, preexec_fn=descriptors)
    return listeners


def top_log(d):
    return d.top / 'vireod.log'


def test_sockets_from_systemd(top):
    d = FixtureDaemon(top)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(str(top / 'notify'))
        notify.settimeout(PATIENCE)
        listeners = activated(d, ['virtqemud-sock', 'virtqemud-sock-ro'], {'NOTIFY_SOCKET': str(top / 'notify')})
        try:
            with Client(d.sockets / 'virtqemud-sock') as c:
                assert c.alive()
            with Client(d.sockets / 'virtqemud-sock-ro', read_only=True) as c:
                reply = c.call(wire.CREATE, domain('x'))
                assert reply.code == wire.ERR_OPERATION_DENIED
            assert notify.recv(100) == b'READY=1'
        finally:
            d.stop()
        assert notify.recv(100) == b'STOPPING=1'
        # They are systemd's: still there for the next start.
        assert sorted(os.listdir(d.sockets)) == ['virtqemud-sock', 'virtqemud-sock-ro']
        for s in listeners:
            s.close()


def test_socket_of_unknown_role_from_systemd(top):
    d = FixtureDaemon(top)
    listeners = activated(d, ['something-else'])
    assert d.process.wait(PATIENCE) == 1 and 'something-else' in d.log()
    for s in listeners:
        s.close()


class FixtureSystemDaemon(SystemDaemon):
    def command(self):
        return [*super().command()[:8], str(FIXTURE), *self.arguments]


def test_system_sockets(top):
    if os.geteuid() != 0:
        pytest.skip('system mode needs root')
    os.chmod(top, 0o755)
    (top / 'x.conf').write_text('unix_sock_group = "nogroup"\nunix_sock_ro_perms = "0755"\n')
    with FixtureSystemDaemon(top, ['-f', str(top / 'x.conf')]) as d:
        modes = {name: oct(os.stat(d.sockets / name).st_mode & 0o777) for name in
                 ('libvirt-sock', 'libvirt-sock-ro', 'libvirt-admin-sock', 'virtqemud-sock-ro')}
        assert modes == {'libvirt-sock': '0o770', 'libvirt-sock-ro': '0o755', 'libvirt-admin-sock': '0o700',
                         'virtqemud-sock-ro': '0o755'}
        import grp
        assert os.stat(d.sockets / 'libvirt-sock').st_gid == grp.getgrnam('nogroup').gr_gid
        # Read-only is the socket's, whatever the client says.
        with Client(d.sockets / 'libvirt-sock-ro') as c:
            assert c.alive()
            reply = c.call(wire.CREATE, domain('x'))
            assert (reply.status, reply.code) == (wire.ERROR, wire.ERR_OPERATION_DENIED)
            assert c.call(wire.LOOKUP, string('x')).status == wire.OK
        with Client(d.socket, read_only=True) as c:
            assert c.call(wire.CREATE, domain('x')).code == wire.ERR_OPERATION_DENIED
        with Client(d.socket) as c:
            assert c.call(wire.CREATE, domain('x')).status == wire.OK


def admin(d, *arguments):
    return subprocess.run(['virt-admin', '-c', f'libvirtd+unix:///system?socket={d.sockets}/libvirt-admin-sock',
                           *arguments], env=d.env, capture_output=True, text=True, timeout=PATIENCE)


def test_administration(top):
    if not any(os.access(f'{p}/virt-admin', os.X_OK) for p in os.environ['PATH'].split(':')):
        pytest.skip('virt-admin is not installed')
    with FixtureDaemon(top) as d:
        assert [line.split()[1] for line in admin(d, 'srv-list').stdout.splitlines()[2:] if line] == ['admin', 'libvirtd']
        with d.client() as c:
            listed = admin(d, 'client-list', 'libvirtd').stdout.split()
            number = listed[listed.index('unix') - 1]
            info = admin(d, 'client-info', 'libvirtd', number).stdout
            assert f'unix_process_id: {os.getpid()}' in info and 'readonly       : no' in info
            assert admin(d, 'client-disconnect', 'libvirtd', number).returncode == 0
            assert c.gone()
        assert 'no client with id' in admin(d, 'client-info', 'libvirtd', number).stderr
        assert "no server 'nope'" in admin(d, 'client-list', 'nope').stderr
        assert admin(d, 'srv-clients-set', 'libvirtd', '--max-clients', '30').returncode == 0
        assert 'nclients_max        : 30' in admin(d, 'srv-clients-info', 'libvirtd').stdout
        assert 'maxWorkers' in admin(d, 'srv-threadpool-info', 'libvirtd').stdout
        assert admin(d, 'daemon-log-filters', '1:daemon 3:core').returncode == 0
        assert '1:*daemon* 3:*core*' in admin(d, 'daemon-log-filters').stdout
        assert admin(d, 'daemon-log-filters', 'nonsense').returncode == 1
        assert admin(d, 'daemon-log-outputs', f'1:file:{top}/admin.log').returncode == 0
        assert f'1:file:{top}/admin.log' in admin(d, 'daemon-log-outputs').stdout


def test_host_uuid(top):
    if not VIREOD.exists():
        pytest.skip('vireod is not built')
    wanted = '8510f1c5-3d3f-4f7b-a7a1-5c30e11d7a42'
    (top / 'x.conf').write_text(f'host_uuid = "{wanted}"\n')
    with Daemon(top, ['-f', str(top / 'x.conf')]) as d:
        assert f'<uuid>{wanted}</uuid>' in d.open().getCapabilities()
