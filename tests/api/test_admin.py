# SPDX-License-Identifier: LGPL-2.1-or-later
"""The administration of a running daemon: every function of libvirt-admin with its effect and with bad input.
Codes and domains are what another implementation's daemon and library answered to the same calls."""
import ctypes
import os
import queue
import time
from ctypes import byref, c_uint, c_ulonglong

import libvirt
import pytest

from admin import CLOSED, FREED, Admin, Failure
from support import BUILD, PATIENCE, wait_for

pytestmark = pytest.mark.skipif(os.environ.get('VIREO_LIBRARY') != 'own', reason='needs our library: run check-guest')
ARG, UNSUPPORTED = libvirt.VIR_ERR_INVALID_ARG, libvirt.VIR_ERR_ARGUMENT_UNSUPPORTED
NONE, RPC, ADMIN, REMOTE = 0, libvirt.VIR_FROM_RPC, libvirt.VIR_FROM_ADMIN, libvirt.VIR_FROM_REMOTE


@pytest.fixture(scope='module')
def api():
    return Admin(str(BUILD / 'src/lib'))


@pytest.fixture
def uri(daemon):
    return f'libvirtd:///session?socket={daemon.sockets}/libvirt-admin-sock'


@pytest.fixture
def conn(api, uri):
    conn = api.ConnectOpen(uri, 0)
    yield conn
    assert api.ConnectClose(conn) >= 0


@pytest.fixture
def server(api, conn):
    server = api.ConnectLookupServer(conn, 'libvirtd', 0)
    yield server
    api.ServerFree(server)


def failure(call, *args):
    with pytest.raises(Failure) as failed:
        call(*args)
    assert str(failed.value)
    return failed.value.code, failed.value.domain


def test_the_connection(api, conn, uri):
    assert api.ConnectGetURI(conn) == uri and api.ConnectIsAlive(conn) == 1
    version = c_ulonglong()
    assert api.ConnectGetLibVersion(conn, byref(version)) == 0 and version.value == 12008000
    assert api.GetVersion(byref(version)) == 0 and version.value == 12008000
    assert failure(api.GetVersion, None) == (libvirt.VIR_ERR_INTERNAL_ERROR, NONE)
    assert api.ConnectRef(conn) == 0 and api.ConnectClose(conn) == 1


@pytest.mark.parametrize('uri, expected', [
    ('libvirtd+ssh://host/system', (libvirt.VIR_ERR_CONFIG_UNSUPPORTED, ADMIN)),
    ('libvirtd+tcp://host/system', (libvirt.VIR_ERR_CONFIG_UNSUPPORTED, ADMIN)),
    ('libvirtd:///nowhere', (libvirt.VIR_ERR_CONFIG_UNSUPPORTED, ADMIN)),
    ('qemu:///system', (libvirt.VIR_ERR_CONFIG_UNSUPPORTED, ADMIN)),
    ('libvirtd', (libvirt.VIR_ERR_CONFIG_UNSUPPORTED, ADMIN)),
    ('libvirtd:///system?mode=auto', (libvirt.VIR_ERR_CONFIG_UNSUPPORTED, ADMIN)),
    ('libvirtd:///system?socket=/nonexistent', (libvirt.VIR_ERR_SYSTEM_ERROR, RPC)),
])
def test_what_cannot_be_opened(api, uri, expected):
    assert failure(api.ConnectOpen, uri, 0) == expected


def test_unknown_flags_of_opening(api, uri):
    assert failure(api.ConnectOpen, uri, 1) == (ARG, ADMIN)


def test_servers(api, conn):
    servers = api.list('ConnectListServers', conn)
    assert [api.ServerGetName(s) for s in servers] == ['admin', 'libvirtd'] and api.ConnectListServers(conn, None, 0) == 2
    assert failure(api.ConnectListServers, conn, None, 1) == (ARG, ADMIN)
    assert failure(api.ConnectLookupServer, conn, 'none', 0) == (libvirt.VIR_ERR_NO_SERVER, RPC)
    assert all(api.ServerFree(s) == 0 for s in servers)


@pytest.mark.parametrize('change, expected', [
    ({'maxWorkers': 25}, {'maxWorkers': 25}), ({'minWorkers': 3}, {'minWorkers': 3}),
    ({'prioWorkers': 7}, {'prioWorkers': 7}), ({'minWorkers': 2, 'maxWorkers': 2}, {'minWorkers': 2, 'maxWorkers': 2}),
    ({'minWorkers': 1000000}, (ARG, NONE)), ({'maxWorkers': 0}, (ARG, NONE)), ({'freeWorkers': 1}, (UNSUPPORTED, NONE)),
    ({'nWorkers': 1}, (UNSUPPORTED, NONE)), ({'jobQueueDepth': 1}, (UNSUPPORTED, NONE)),
    ({'bogus': 1}, (UNSUPPORTED, NONE)), ({'maxWorkers': 'text'}, (ARG, NONE)),
])
def test_threads(api, server, change, expected):
    before = api.params('ServerGetThreadPoolParameters', server)
    assert set(before) == {'minWorkers', 'maxWorkers', 'nWorkers', 'freeWorkers', 'prioWorkers', 'jobQueueDepth'}
    if isinstance(expected, tuple):
        assert failure(api.set_params, 'ServerSetThreadPoolParameters', server, change) == expected
        expected = {k: before[k] for k in ('minWorkers', 'maxWorkers', 'prioWorkers')}
    else:
        assert api.set_params('ServerSetThreadPoolParameters', server, change) == 0
    after = api.params('ServerGetThreadPoolParameters', server)
    assert {k: after[k] for k in expected} == expected


def test_limits_of_the_configuration(api, daemon, uri):
    """What the file says is what holds."""
    folder = daemon.top / 'config/libvirt'
    folder.mkdir(parents=True, exist_ok=True)
    (folder / 'libvirtd.conf').write_text('max_workers = 30\nmin_workers = 2\nprio_workers = 4\nmax_clients = 70\n'
                                          'max_anonymous_clients = 8\nadmin_max_clients = 9\n')
    daemon.restart()
    conn = api.ConnectOpen(uri, 0)
    server, admin = (api.ConnectLookupServer(conn, name, 0) for name in ('libvirtd', 'admin'))
    threads = api.params('ServerGetThreadPoolParameters', server)
    assert (threads['minWorkers'], threads['maxWorkers'], threads['prioWorkers']) == (2, 30, 4)
    assert 1 <= threads['nWorkers'] <= 30
    told = api.params('ServerGetClientLimits', server)
    assert told == {'nclients_max': 70, 'nclients': 0, 'nclients_unauth_max': 8, 'nclients_unauth': 0}
    told = api.params('ServerGetClientLimits', admin)
    assert told == {'nclients_max': 9, 'nclients': 1, 'nclients_unauth_max': 0, 'nclients_unauth': 0}
    assert api.ServerFree(server) == 0 and api.ServerFree(admin) == 0 and api.ConnectClose(conn) == 0


@pytest.mark.parametrize('change, expected', [
    ({'nclients_max': 100}, {'nclients_max': 100}), ({'nclients_unauth_max': 50}, {'nclients_unauth_max': 50}),
    ({'nclients_max': 1, 'nclients_unauth_max': 1}, {'nclients_max': 1, 'nclients_unauth_max': 1}),
    ({'nclients_unauth_max': 1000000}, (ARG, RPC)), ({'nclients_max': 10}, (ARG, RPC)), ({'nclients_max': 0}, (ARG, RPC)),
    ({'nclients': 5}, (UNSUPPORTED, NONE)), ({'bogus': 5}, (UNSUPPORTED, NONE)),
])
def test_limits_of_clients(api, server, change, expected):
    before = api.params('ServerGetClientLimits', server)
    assert before == {'nclients_max': 5000, 'nclients': 0, 'nclients_unauth_max': 20, 'nclients_unauth': 0}
    if isinstance(expected, tuple):
        assert failure(api.set_params, 'ServerSetClientLimits', server, change) == expected
        expected = before
    else:
        assert api.set_params('ServerSetClientLimits', server, change) == 0
    after = api.params('ServerGetClientLimits', server)
    assert {k: after[k] for k in expected} == expected


def test_clients(api, daemon, conn, server):
    held = daemon.open()
    client, = api.list('ServerListClients', server)
    assert api.ServerListClients(server, None, 0) == 1 and api.params('ServerGetClientLimits', server)['nclients'] == 1
    number = api.ClientGetID(client)
    assert abs(api.ClientGetTimestamp(client) - time.time()) < 3600 and api.ClientGetTransport(client) == 0
    info = api.params('ClientGetInfo', client)
    assert info['unix_process_id'] == os.getpid() and info['unix_user_id'] == os.getuid() and info['readonly'] is False
    again = api.ServerLookupClient(server, c_ulonglong(number), 0)
    assert api.ClientGetID(again) == number
    assert failure(api.ServerLookupClient, server, c_ulonglong(99999), 0) == (libvirt.VIR_ERR_NO_CLIENT, RPC)
    for call in (lambda: api.ServerLookupClient(server, c_ulonglong(number), 1), lambda: api.ClientClose(client, 1),
                 lambda: api.params('ClientGetInfo', client, 1), lambda: api.ServerListClients(server, None, 1)):
        assert failure(call) == (ARG, ADMIN)
    assert held.isAlive()
    told = queue.Queue()
    held.registerCloseCallback(lambda c, reason, o: told.put(reason), None)
    assert api.ClientClose(client, 0) == 0
    assert told.get(timeout=PATIENCE) == libvirt.VIR_CONNECT_CLOSE_REASON_EOF and not held.isAlive()
    assert failure(api.ClientClose, client, 0) == (libvirt.VIR_ERR_NO_CLIENT, RPC)
    with pytest.raises(libvirt.libvirtError) as failed:
        held.listAllDomains()
    assert failed.value.get_error_code() == libvirt.VIR_ERR_INTERNAL_ERROR
    api.ClientFree(client), api.ClientFree(again)


@pytest.mark.parametrize('text, told', [
    ('1:qemu', '1:*qemu* '), ('1:qemu 3:remote', '1:*qemu* 3:*remote* '), ('1:a  2:b', '1:*a* 2:*b* '),
    ('1:+qemu', '1:*qemu* '), ('1:x:y', '1:*x* '), ('', ''), (None, ''),
    ('bogus', None), ('5:qemu', None), ('0:qemu', None), ('1:', None), (':qemu', None),
])
def test_log_filters(api, conn, text, told):
    before = api.text('ConnectGetLoggingFilters', conn)
    if told is None:
        assert failure(api.ConnectSetLoggingFilters, conn, text, 0)[0] == ARG
        assert api.text('ConnectGetLoggingFilters', conn) == before
    else:
        assert api.ConnectSetLoggingFilters(conn, text, 0) == 0
        assert api.text('ConnectGetLoggingFilters', conn) == (len(told.split()), told)
    assert failure(api.ConnectSetLoggingFilters, conn, '1:x', 1) == (ARG, ADMIN)
    assert failure(api.text, 'ConnectGetLoggingFilters', conn, 1) == (ARG, ADMIN)


@pytest.mark.parametrize('text, fine', [
    ('1:stderr', True), ('3:stderr 1:file:/tmp/{}', True), ('bogus', False), ('1:nothing', False), ('5:stderr', False),
    ('1:file', False), ('1:syslog', False), ('1:file:/tmp/{}/x', False),
])
def test_log_outputs(api, conn, daemon, text, fine):
    text = text.replace('/tmp/{}', str(daemon.top / 'out.log'))
    before = api.text('ConnectGetLoggingOutputs', conn)
    if fine:
        assert api.ConnectSetLoggingOutputs(conn, text, 0) == 0
        assert api.text('ConnectGetLoggingOutputs', conn) == (len(text.split()), text)
        if 'file' in text: # and what is logged from now on is there
            api.ConnectSetLoggingFilters(conn, '1:daemon', 0)
            daemon.open().close()
            wait_for(lambda: (daemon.top / 'out.log').stat().st_size, 'the new log is written to')
    else:
        failure(api.ConnectSetLoggingOutputs, conn, text, 0)
        assert api.text('ConnectGetLoggingOutputs', conn) == before
    assert failure(api.ConnectSetLoggingOutputs, conn, '1:stderr', 1) == (ARG, ADMIN)
    assert failure(api.text, 'ConnectGetLoggingOutputs', conn, 1) == (ARG, ADMIN)


def test_tls_files(api, server):
    assert failure(api.ServerUpdateTlsFiles, server, 0) == (libvirt.VIR_ERR_INTERNAL_ERROR, RPC)
    assert failure(api.ServerUpdateTlsFiles, server, 1) == (ARG, ADMIN)


def test_idle_time(api, daemon, uri):
    conn = api.ConnectOpen(uri, 0)
    assert failure(api.ConnectSetDaemonTimeout, conn, c_uint(10), 1) == (ARG, ADMIN)
    assert api.ConnectSetDaemonTimeout(conn, c_uint(0), 0) == 0
    assert api.ConnectSetDaemonTimeout(conn, c_uint(1), 0) == 0
    api.ConnectClose(conn)
    assert daemon.process.wait(PATIENCE) == 0  # nobody is there: it leaves


def test_shutdown_and_the_close_callback(api, daemon, uri):
    conn = api.ConnectOpen(uri, 0)
    told = queue.Queue()
    closed, other = CLOSED(lambda c, reason, o: told.put(reason)), CLOSED(lambda *a: None)
    freed = FREED(lambda o: told.put('freed'))
    assert api.ConnectRegisterCloseCallback(conn, closed, None, freed) == 0
    assert failure(api.ConnectRegisterCloseCallback, conn, closed, None, freed) == (
        libvirt.VIR_ERR_OPERATION_INVALID, ADMIN)
    assert failure(api.ConnectUnregisterCloseCallback, conn, other) == (libvirt.VIR_ERR_OPERATION_INVALID, NONE)
    assert api.ConnectUnregisterCloseCallback(conn, closed) == 0 and told.get(timeout=PATIENCE) == 'freed'
    assert api.ConnectRegisterCloseCallback(conn, closed, None, freed) == 0
    assert failure(api.ConnectDaemonShutdown, conn, 2) == (ARG, ADMIN)
    assert api.ConnectDaemonShutdown(conn, 0) == 0
    assert told.get(timeout=PATIENCE) == libvirt.VIR_CONNECT_CLOSE_REASON_EOF
    assert told.get(timeout=PATIENCE) == 'freed'
    assert daemon.process.wait(PATIENCE) == 0
    assert api.ConnectIsAlive(conn) == 0
    assert failure(api.ConnectListServers, conn, None, 0) == (libvirt.VIR_ERR_INTERNAL_ERROR, RPC)
    api.ConnectClose(conn)


def test_nothing_is_forgiven_but_freeing_nothing(api):
    null = ctypes.c_void_p()
    for name in ('ConnectGetURI', 'ConnectRef', 'ServerGetName', 'ClientGetID', 'ClientGetTimestamp',
                 'ClientGetTransport'):
        assert failure(getattr(api, name), null) == (libvirt.VIR_ERR_INVALID_CONN, ADMIN)
    for name in ('ConnectClose', 'ConnectIsAlive', 'ServerFree', 'ClientFree'):
        assert getattr(api, name)(null) == 0
