# SPDX-License-Identifier: LGPL-2.1-or-later
"""A bare client of the wire protocol: sends what it likes, true or broken."""
import array
import socket
import struct

REMOTE = 0x20008086
KEEPALIVE = 0x6b656570
CALL, REPLY, MESSAGE, STREAM, CALL_WITH_FDS, REPLY_WITH_FDS, STREAM_HOLE = range(7)
OK, ERROR, CONTINUE = range(3)
# procedures of the remote program
OPEN, CLOSE, CREATE, DESTROY, XML, INFO, LOOKUP = 1, 2, 9, 12, 14, 16, 23
HOSTNAME, FEATURE, AUTH_LIST, LIB_VERSION, CONSOLE, UPLOAD, DOWNLOAD = 59, 60, 66, 157, 201, 208, 209
CREATE_WITH_FILES, GRAPHICS_FD, RESUME = 310, 343, 28
EVENT_REGISTER, EVENT_DEREGISTER, EVENT_LIFECYCLE = 316, 317, 318
ERR_INTERNAL, ERR_NO_CONNECT, ERR_OPERATION_DENIED, ERR_RPC, FROM_RPC = 1, 5, 29, 39, 7


def string(text):
    data = text.encode()
    return struct.pack('>I', len(data)) + data + bytes(-len(data) % 4)


def domain(name):
    """A domain reference; the uuid is one per name."""
    import hashlib
    return string(name) + hashlib.md5(name.encode()).digest() + struct.pack('>i', -1)


def volume(pool, name):
    return string(pool) + string(name) + string(name)


def message(proc, payload=b'', kind=CALL, serial=1, status=OK, program=REMOTE, version=1):
    return struct.pack('>IIIiIII', 28 + len(payload), program, version, proc, kind, serial, status) + payload


class Reply:
    def __init__(self, data):
        self.program, self.version, self.proc, self.kind, self.serial, self.status = struct.unpack('>IIiIII', data[:24])
        self.payload = data[24:]
        if self.status == ERROR and self.payload:
            self.code, self.domain, has = struct.unpack('>iiI', self.payload[:12])
            n = struct.unpack('>I', self.payload[12:16])[0] if has else 0
            self.message = self.payload[16:16 + n].decode()

    def __repr__(self):
        return f'<proc {self.proc} kind {self.kind} serial {self.serial} status {self.status} {self.payload[:80]!r}>'


class Client:
    def __init__(self, path, patience=60, opened=True, read_only=False, uri='qemu:///system'):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(patience)
        self.socket.connect(str(path))
        self.serial = 0
        if opened:
            assert self.call(AUTH_LIST).status == OK
            reply = self.call(OPEN, struct.pack('>I', 1) + string(uri) + struct.pack('>I', 1 if read_only else 0))
            assert reply.status == OK, reply.message

    def send(self, data):
        self.socket.sendall(data)

    def exactly(self, n):
        data = bytearray()
        while len(data) < n:
            part = self.socket.recv(min(n - len(data), 1 << 20))
            if not part:
                raise EOFError(f'{len(data)} of {n} bytes')
            data += part
        return bytes(data)

    def reply(self):
        return Reply(self.exactly(struct.unpack('>I', self.exactly(4))[0] - 4))

    def post(self, proc, payload=b'', **more):
        self.serial += 1
        self.send(message(proc, payload, serial=self.serial, **more))
        return self.serial

    def call(self, proc, payload=b'', **more):
        serial = self.post(proc, payload, **more)
        reply = self.reply()
        assert reply.serial == serial, reply
        return reply

    def send_fds(self, fds):
        for fd in fds:
            self.socket.sendmsg([b'\0'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [fd]))])

    def receive_fd(self):
        data, control, _, _ = self.socket.recvmsg(1, socket.CMSG_SPACE(4))
        assert data == b'\0'
        return array.array('i', control[0][2])[0]

    def alive(self):
        return self.call(HOSTNAME).status == OK

    def gone(self):
        """Whether the daemon has closed (waits for it)."""
        try:
            while self.socket.recv(1 << 16):
                pass
            return True
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()
