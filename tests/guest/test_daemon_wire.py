# SPDX-License-Identifier: LGPL-2.1-or-later
"""vireod against clients that keep to no rules: the daemon with its fixture driver, raw sockets."""
import os
import struct

import libvirt
import pytest

import wire
from support import BUILD, Daemon, wait_for
from wire import Client, domain, message, string

FIXTURE = BUILD / 'tests/tools/vireod-fixture'


class FixtureDaemon(Daemon):
    def __init__(self, top, settings='', arguments=()):
        super().__init__(top, arguments)
        self.env['FIXTURE_DIR'] = str(top)
        (top / 'config/libvirt').mkdir(mode=0o700, exist_ok=True)
        (top / 'config/libvirt/libvirtd.conf').write_text(settings)

    def command(self):
        return [str(FIXTURE), '--session', *self.arguments]

    def client(self, **more):
        return Client(self.socket, **more)

    def stop(self):
        super().stop()
        text = (self.top / 'vireod.log').read_text(errors='replace') if (self.top / 'vireod.log').exists() else ''
        assert 'Sanitizer' not in text and 'runtime error' not in text, text[-6000:]
        assert not self.process or self.process.returncode in (0, 1), self.log()

    def proc(self, what):
        return f'/proc/{self.process.pid}/{what}'

    def private_kib(self):
        if os.environ.get('VIREO_SANITIZED'):
            return 0  # sanitizers keep what was freed
        with open(self.proc('smaps_rollup')) as f:
            return sum(int(line.split()[1]) for line in f if line.startswith('Private_'))


@pytest.fixture
def fixture(top):
    if not FIXTURE.exists():
        pytest.skip('the fixture daemon is not built')
    with FixtureDaemon(top) as d:
        with d.client() as c:
            assert c.alive()  # it listens earlier than it serves
        yield d


def settled(d, settings, arguments=()):
    return FixtureDaemon(d, settings, arguments)


# ---- what is answered to calls that may not be made

BAD_CALLS = {
    # what: (message, code)
    'unknown procedure': (message(9999), wire.ERR_RPC),
    'procedure 0': (message(0), wire.ERR_RPC),
    'negative procedure': (message(-5), wire.ERR_RPC),
    'procedure of an event': (message(107), wire.ERR_RPC),
    'unknown version': (message(wire.HOSTNAME, version=2), wire.ERR_RPC),
    'unknown program': (message(wire.HOSTNAME, program=0x1234), wire.ERR_RPC),
    'call with the status of an error': (message(wire.HOSTNAME, status=wire.ERROR), wire.ERR_RPC),
    'arguments cut off': (message(wire.LOOKUP, b'\0\0'), wire.ERR_RPC),
    'string longer than the message': (message(wire.LOOKUP, struct.pack('>I', 1000) + b'abcd'), wire.ERR_RPC),
    'string beyond all limits': (message(wire.LOOKUP, struct.pack('>I', 0xffffffff)), wire.ERR_RPC),
    'keepalive as a call': (message(1, program=wire.KEEPALIVE), wire.ERR_RPC),
    'second opening': (message(wire.OPEN, struct.pack('>I', 0) + struct.pack('>I', 0)), wire.ERR_INTERNAL),
}


@pytest.mark.parametrize('what', BAD_CALLS)
def test_bad_call_is_answered_and_the_client_lives(fixture, what):
    data, code = BAD_CALLS[what]
    with fixture.client() as c:
        c.send(data)
        reply = c.reply()
        assert (reply.kind, reply.serial, reply.status) == (wire.REPLY, 1, wire.ERROR)
        assert (reply.code, reply.domain) == (code, wire.FROM_RPC)
        assert reply.message
        assert c.alive()


PASSED_OVER = {
    'a reply': message(wire.HOSTNAME, kind=wire.REPLY),
    'an event': message(wire.HOSTNAME, kind=wire.MESSAGE),
    'data of a stream that is not open': message(wire.CONSOLE, b'xx', kind=wire.STREAM, status=wire.CONTINUE),
    'the end of a stream that is not open': message(wire.CONSOLE, kind=wire.STREAM),
    'a hole in a stream that is not open': message(wire.CONSOLE, b'\1', kind=wire.STREAM_HOLE, status=wire.CONTINUE),
    'a type that does not exist': message(wire.HOSTNAME, kind=77),
    'keepalive of another version': message(1, program=wire.KEEPALIVE, version=9, kind=wire.MESSAGE),
    'an unknown keepalive message': message(7, program=wire.KEEPALIVE, kind=wire.MESSAGE),
}


@pytest.mark.parametrize('what', PASSED_OVER)
def test_message_is_passed_over(fixture, what):
    with fixture.client() as c:
        c.send(PASSED_OVER[what])
        assert c.alive()  # the next thing that comes is this call's reply


NO_MESSAGES = {
    'length 0': struct.pack('>I', 0),
    'length below a header': struct.pack('>I', 27) + bytes(23),
    'length beyond the limit': struct.pack('>I', 33554432 + 5) + bytes(100),
    'length of 2 GiB': struct.pack('>I', 0x7fffffff) + bytes(100),
    'more descriptors than allowed': message(wire.CREATE_WITH_FILES, struct.pack('>I', 1000), kind=wire.CALL_WITH_FDS),
    'descriptors announced but absent': message(wire.CREATE_WITH_FILES, struct.pack('>I', 2) + bytes(8),
                                                kind=wire.CALL_WITH_FDS) + b'\0\0',
    'noise': bytes(range(255, 0, -1)) * 10,
}


@pytest.mark.parametrize('what', NO_MESSAGES)
def test_no_message_ends_the_client_and_only_it(fixture, what):
    with fixture.client() as other, fixture.client() as c:
        c.send(NO_MESSAGES[what])
        assert c.gone()
        assert other.alive()


def test_order_of_the_handshake(fixture):
    with fixture.client(opened=False) as c:
        reply = c.call(wire.HOSTNAME)
        assert (reply.code, reply.domain) == (wire.ERR_RPC, wire.FROM_RPC) and 'authentication' in reply.message
        assert c.call(wire.AUTH_LIST).payload == struct.pack('>II', 1, 0)
        reply = c.call(wire.HOSTNAME)
        assert (reply.code, reply.domain) == (wire.ERR_INTERNAL, wire.FROM_RPC)
        reply = c.call(wire.OPEN, struct.pack('>I', 1) + string('bogus:///x') + struct.pack('>I', 0))
        assert reply.code == wire.ERR_NO_CONNECT and 'bogus:///x' in reply.message
        assert c.call(wire.OPEN, struct.pack('>I', 1) + string('qemu:///session') + struct.pack('>I', 0)).status == wire.OK
        assert c.alive()
        assert c.call(wire.CLOSE).status == wire.OK
        assert c.gone()


def test_long_message_before_login_is_refused(fixture):
    with fixture.client(opened=False) as c:
        c.send(struct.pack('>I', 1 << 20))
        assert c.gone()


def test_features_are_those_users_know(fixture):
    with fixture.client() as c:
        known = [f for f in range(30) if c.call(wire.FEATURE, struct.pack('>i', f)).payload == struct.pack('>i', 1)]
        # Not those of migration (1 to 7, 12, 13): the drivers here have no steps of it.
        assert known == [*range(8, 12), 14, 15, 16]


def test_half_messages_hold_up_nobody(fixture):
    whole = message(wire.LIB_VERSION)
    with fixture.client() as half, fixture.client() as other:
        for i, byte in enumerate(whole):
            half.send(bytes([byte]))
            if i % 7 == 0:
                assert other.alive()
        assert half.reply().status == wire.OK


def test_clients_that_never_log_in_make_room(top):
    silent = []
    with settled(top, 'max_clients = 6\nmax_anonymous_clients = 3\n') as d:
        for _ in range(3):
            silent.append(d.client(opened=False))
        # No place is free before the silent ones are given up.
        with d.client() as c:
            assert c.alive()
        for c in silent:
            c.close()


def test_more_clients_than_allowed_wait(top):
    with settled(top, 'max_clients = 2\nmax_anonymous_clients = 0\n') as d:
        a, b = d.client(), d.client()
        waiting = d.client(opened=False)
        serial = waiting.post(wire.AUTH_LIST)
        assert a.alive() and b.alive()
        a.close()
        assert waiting.reply().serial == serial
        b.close()
        waiting.close()


# ---- many calls, calls that hang

def test_thousand_calls_at_once_are_all_answered(fixture):
    with fixture.client() as c:
        c.send(b''.join(message(wire.CREATE, domain(f'g{i % 50}'), serial=i) for i in range(1000)))
        c.send(b''.join(message(wire.LIB_VERSION, serial=1000 + i) for i in range(1000)))
        serials = [c.reply().serial for _ in range(2000)]
        assert sorted(serials) == list(range(2000))


def test_thousand_calls_to_a_stuck_guest(fixture):
    with fixture.client() as c, fixture.client() as other:
        c.send(b''.join(message(wire.CREATE, domain('stuck'), serial=i) for i in range(1000)))
        assert other.alive()
        assert c.call(wire.LIB_VERSION).status == wire.OK  # its snapshot calls go on as well
        assert other.call(wire.CREATE, domain('healthy')).status == wire.OK
        serials = set()
        while len(serials) < 1000:
            c.post(wire.DESTROY, domain('stuck'))
            mine = c.serial
            while True:
                reply = c.reply()
                assert reply.status == wire.OK
                if reply.proc == wire.DESTROY:
                    assert reply.serial == mine
                    break
                serials.add(reply.serial)
        assert len(serials) == 1000


def test_stuck_guests_stop_nobody(fixture):
    stuck = [fixture.client() for _ in range(25)]
    for i, c in enumerate(stuck):
        for _ in range(3):
            c.post(wire.CREATE, domain(f'stuck{i}'))
    with fixture.client() as c:
        for _ in range(50):
            assert c.call(wire.CREATE, domain('healthy')).status == wire.OK
            assert c.call(wire.XML, domain('healthy') + struct.pack('>I', 0)).status == wire.OK
        for i in range(25):
            assert c.call(wire.DESTROY, domain(f'stuck{i}')).status == wire.OK
    for i, c in enumerate(stuck):
        replies = 0
        with fixture.client() as killer:
            while replies < 3:  # a start that came after the destroy waits for the next
                killer.call(wire.DESTROY, domain(f'stuck{i}'))
                c.socket.settimeout(0.2)
                try:
                    assert c.reply().status == wire.OK
                    replies += 1
                except TimeoutError:
                    pass
        c.close()


def test_leaving_with_calls_under_way(fixture):
    for _ in range(20):
        c = fixture.client()
        for i in range(10):
            c.post(wire.CREATE, domain(f'stuck{i}'))
        c.close()
    with fixture.client() as c:
        for i in range(10):
            for _ in range(3):
                assert c.call(wire.DESTROY, domain(f'stuck{i}')).status == wire.OK
        assert c.alive()


def test_client_that_does_not_read(fixture):
    """60 replies of 3 MiB wait for a client: the daemon keeps few of them, and loses none."""
    with fixture.client() as c, fixture.client() as other:
        for i in range(60):
            c.post(wire.XML, domain('big') + struct.pack('>I', 0))
        for _ in range(60):
            assert other.alive()
        assert fixture.private_kib() < 40 * 1024
        for i in range(60):
            reply = c.reply()
            assert reply.status == wire.OK and len(reply.payload) > 3 << 20


# ---- keepalive

def test_ping_is_answered_while_calls_hang(fixture):
    with fixture.client() as c:
        for _ in range(200):
            c.post(wire.CREATE, domain('stuck'))
        c.send(message(1, kind=wire.MESSAGE, serial=0, program=wire.KEEPALIVE))
        reply = c.reply()
        assert (reply.program, reply.proc, reply.kind) == (wire.KEEPALIVE, 2, wire.MESSAGE)


def test_client_that_does_not_answer_is_given_up(top):
    with settled(top, 'keepalive_interval = 1\nkeepalive_count = 1\n') as d:
        with d.client() as c, d.client() as quiet:
            assert c.call(wire.FEATURE, struct.pack('>i', 10)).status == wire.OK
            ping = c.reply()
            assert (ping.program, ping.proc) == (wire.KEEPALIVE, 1)
            assert c.gone()
            assert quiet.alive()  # has not said that it answers


# ---- descriptors

def test_descriptors_both_ways(fixture, top):
    with fixture.client() as c:
        files = [open(top / f'f{i}', 'w+') for i in range(5)]
        c.send(message(wire.CREATE_WITH_FILES, struct.pack('>I', 5) + domain('x') + struct.pack('>I', 0), serial=7,
                       kind=wire.CALL_WITH_FDS))
        c.send_fds(f.fileno() for f in files)
        assert c.reply().status == wire.OK
        for f in files:
            f.seek(0)
        assert [f.read() for f in files] == [f'file {i}\n' for i in range(5)]
        for f in files:
            f.close()
        reply = c.call(wire.GRAPHICS_FD, domain('x') + struct.pack('>II', 3, 0))
        assert reply.kind == wire.REPLY_WITH_FDS and reply.payload[:4] == struct.pack('>I', 1)
        fd = c.receive_fd()
        assert os.read(fd, 100) == b'graphics 3 of x'
        os.close(fd)
        assert c.alive()


def test_descriptors_nobody_asked_for(fixture):
    before = len(os.listdir(fixture.proc('fd')))
    for _ in range(20):
        with fixture.client() as c:
            c.send(message(wire.HOSTNAME, struct.pack('>I', 3), kind=wire.CALL_WITH_FDS))
            c.send_fds([0, 1, 2])
            c.reply()
    with fixture.client() as c:
        with pytest.raises((ConnectionError, EOFError)):
            while True:
                c.send_fds([0] * 200)
                assert c.alive()
    wait_for(lambda: len(os.listdir(fixture.proc('fd'))) <= before, 'the descriptors are closed')


# ---- streams

def open_volume(d):
    conn = d.open()
    return conn, conn.storagePoolLookupByName('p').storageVolLookupByName('v')


def test_files_up_and_down(fixture, top):
    conn, volume = open_volume(fixture)
    data = os.urandom(3_000_001)
    stream = conn.newStream()
    volume.upload(stream, 0, 0)
    for i in range(0, len(data), 100_000):
        part = data[i:i + 100_000]
        assert stream.send(part) == len(part)
    stream.finish()
    assert (top / 'v').read_bytes() == data
    stream = conn.newStream()
    volume.download(stream, 1, 2_000_000)
    got = b''
    while part := stream.recv(262120):
        got += part
    stream.finish()
    assert got == data[1:2_000_001]
    conn.close()


def test_sparse_files(fixture, top):
    conn, volume = open_volume(fixture)
    size = 8 << 20
    with open(top / 'v', 'wb') as f:
        f.truncate(size)
        f.seek(1 << 20)
        f.write(b'a' * 65536)
        f.seek(4 << 20)
        f.write(b'b' * 65536)
    whole = (top / 'v').read_bytes()
    stream = conn.newStream()
    volume.download(stream, 0, 0, libvirt.VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM)
    with open(top / 'copy', 'wb') as out:
        stream.sparseRecvAll(lambda st, data, f: f.write(data), lambda st, n, f: f.truncate(f.seek(n, 1)), out)
    stream.finish()
    assert (top / 'copy').read_bytes() == whole
    os.unlink(top / 'v')
    stream = conn.newStream()
    volume.upload(stream, 0, 0, libvirt.VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM)
    stream.sendHole(1 << 20)
    stream.send(b'x' * 10)
    stream.sendHole((1 << 20) - 10)
    stream.finish()
    assert (top / 'v').read_bytes() == bytes(1 << 20) + b'x' * 10 + bytes((1 << 20) - 10)
    conn.close()


def test_more_than_announced_is_an_error(fixture, top):
    conn, volume = open_volume(fixture)
    stream = conn.newStream()
    volume.upload(stream, 0, 10)
    with pytest.raises(libvirt.libvirtError, match='announced'):
        stream.send(b'x' * 20)
        stream.finish()
    # Debian's library, with an event loop, may give up this connection now (with any daemon).
    with fixture.client() as c:
        assert c.alive()


def test_streams_are_aborted_and_abandoned(fixture, top):
    (top / 'v').write_bytes(bytes(20 << 20))
    before = len(os.listdir(fixture.proc('fd')))
    conn, volume = open_volume(fixture)
    for _ in range(5):
        stream = conn.newStream()
        volume.download(stream, 0, 0)
        stream.recv(1000)
        stream.abort()
        stream = conn.newStream()
        volume.upload(stream, 0, 0)
        stream.send(b'abc')
        stream.abort()
        assert conn.getHostname() == 'fixture'
    conn.close()
    del conn, volume, stream  # each holds the connection
    for _ in range(5):  # and the client goes away amid a transfer that it does not read
        with fixture.client() as c:
            assert c.call(wire.DOWNLOAD, wire.volume('p', 'v') + struct.pack('>QQI', 0, 0, 0)).status == wire.OK
    wait_for(lambda: len(os.listdir(fixture.proc('fd'))) <= before, 'the files are closed')
    assert fixture.private_kib() < 16 * 1024


def test_download_waits_for_its_reader(fixture, top):
    (top / 'v').write_bytes(bytes(64 << 20))
    with fixture.client() as c, fixture.client() as other:
        assert c.call(wire.DOWNLOAD, wire.volume('p', 'v') + struct.pack('>QQI', 0, 0, 0)).status == wire.OK
        for _ in range(100):
            assert other.alive()
        assert fixture.private_kib() < 16 * 1024
        got = 0
        while True:
            part = c.reply()
            assert (part.kind, part.status) == (wire.STREAM, wire.CONTINUE)
            if not part.payload:
                break
            got += len(part.payload)
        assert got == 64 << 20
        c.send(message(wire.DOWNLOAD, kind=wire.STREAM, serial=c.serial))
        assert c.reply().status == wire.OK


def test_console_echoes(fixture):
    conn = fixture.open()
    stream = conn.newStream()
    conn.lookupByName('x').openConsole(None, stream, 0)
    for text in (b'hello', b'y' * 10000, b'bye'):
        stream.send(text)
        got = b''
        while len(got) < len(text):
            got += stream.recv(4096)
        assert got == text
    stream.finish()
    with pytest.raises(libvirt.libvirtError) as caught:
        conn.lookupByName('missing')
    assert caught.value.get_error_code() == libvirt.VIR_ERR_NO_DOMAIN
    conn.close()


def test_data_on_a_stream_that_only_goes_down(fixture, top):
    (top / 'v').write_bytes(b'')
    with fixture.client() as c:
        assert c.call(wire.DOWNLOAD, wire.volume('p', 'v') + struct.pack('>QQI', 0, 0, 0)).status == wire.OK
        assert c.reply().payload == b''
        c.send(message(wire.DOWNLOAD, b'zz', kind=wire.STREAM, serial=c.serial, status=wire.CONTINUE))
        assert c.reply().status == wire.ERROR
        c.send(message(wire.DOWNLOAD, kind=wire.STREAM, serial=c.serial, status=wire.ERROR))
        assert (c.reply().status, c.alive()) == (wire.OK, True)


# ---- events

def subscribe(c):
    reply = c.call(wire.EVENT_REGISTER, struct.pack('>iI', libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, 0))
    assert reply.status == wire.OK
    return struct.unpack('>i', reply.payload)[0]


def details(c, count):
    """The running number that the fixture puts in each event."""
    got = []
    for _ in range(count):
        reply = c.reply()
        assert (reply.kind, reply.proc) == (wire.MESSAGE, wire.EVENT_LIFECYCLE)
        got.append(struct.unpack('>ii', reply.payload[-8:])[1])
    return got


def test_events_reach_every_subscriber_once_and_in_order(fixture):
    clients = [fixture.client() for _ in range(20)]
    ids = [subscribe(c) for c in clients]
    assert len(set(ids)) == 20
    with fixture.client() as other:
        assert other.call(wire.RESUME, domain('storm')).status == wire.OK
    for c, number in zip(clients, ids):
        assert details(c, 1000) == list(range(1000, 0, -1))
        assert c.call(wire.EVENT_DEREGISTER, struct.pack('>i', number)).status == wire.OK
        assert c.call(wire.EVENT_DEREGISTER, struct.pack('>i', number)).status == wire.ERROR
        c.close()


def test_nobody_ends_the_subscription_of_another(fixture):
    with fixture.client() as a, fixture.client() as b:
        number = subscribe(a)
        assert b.call(wire.EVENT_DEREGISTER, struct.pack('>i', number)).status == wire.ERROR
        assert b.call(wire.RESUME, domain('x')).status == wire.OK
        assert details(a, 1) == [1]


def test_subscriber_that_does_not_read_is_given_up(fixture):
    with fixture.client() as deaf, fixture.client() as c, fixture.client() as other:
        subscribe(deaf)
        other_id = subscribe(other)
        rounds = 0
        while True:  # until 16 MiB wait for it
            assert c.call(wire.RESUME, domain('storm')).status == wire.OK
            assert details(other, 1000)[-1] == 1
            rounds += 1
            if 'does not read its events' in fixture.log():
                break
            assert rounds < 1000
        assert deaf.gone()
        assert other.call(wire.EVENT_DEREGISTER, struct.pack('>i', other_id)).status == wire.OK
        assert c.alive()


def test_leaving_amid_a_storm(fixture):
    with fixture.client() as c:
        for i in range(20):
            s = fixture.client()
            subscribe(s)
            c.post(wire.RESUME, domain('storm'))
            s.close()
            assert c.reply().status == wire.OK
        assert c.alive()


# ---- leaks

def test_nothing_is_left_of_a_thousand_clients(fixture):
    def visit(times):
        for i in range(times):
            with fixture.client() as c:
                assert c.call(wire.LOOKUP, string('x')).status == wire.OK
                if i % 10 == 0:
                    c.post(wire.CREATE, domain('x'))
    visit(100)
    fds, memory = len(os.listdir(fixture.proc('fd'))), fixture.private_kib()
    visit(1000)
    wait_for(lambda: len(os.listdir(fixture.proc('fd'))) <= fds, 'the sockets are closed')
    assert fixture.private_kib() <= memory + 256


def test_small_when_idle(fixture):
    with fixture.client() as c:
        assert c.alive()
    assert fixture.private_kib() <= 2252
