# SPDX-License-Identifier: LGPL-2.1-or-later
"""Stands between client and daemon and writes down each message, descriptors passed on.

usage: relay.py LISTEN TARGET LOG      lines "NUMBER C HEX" (client to daemon), "NUMBER S HEX"
"""
import array
import os
import socket
import struct
import sys
import threading

FDS = socket.CMSG_SPACE(4 * 32)
lock = threading.Lock()


def whole(buf):
    """Bytes of the first message with the zero bytes of its descriptors; 0: not complete."""
    if len(buf) < 28:
        return 0, 0
    n, kind, status = struct.unpack('>I12xI4xI', buf[:28])
    extra = 0
    if len(buf) >= n and (kind == 4 or (kind == 5 and status == 0)):
        extra = struct.unpack('>I', buf[28:32])[0]
    return (n, n + extra) if len(buf) >= n + extra else (0, 0)


def pump(source, sink, tag, log):
    buf = b''
    while True:
        try:
            data, ancillary, _, _ = source.recvmsg(65536, FDS)
        except OSError:
            break
        if not data:
            break
        fds = array.array('i')
        for level, kind, value in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                fds.frombytes(value[:len(value) // 4 * 4])
        buf += data
        while True:
            n, total = whole(buf)
            if not n:
                break
            with lock:
                log.write('%s %s\n' % (tag, buf[:n].hex()))
            buf = buf[total:]
        try:
            if fds:  # receivers look for a descriptor at its own byte only
                if data[:-1]:
                    sink.sendall(data[:-1])
                sink.sendmsg([data[-1:]], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
            else:
                sink.sendall(data)
        except OSError:
            break
        for fd in fds:
            os.close(fd)
    for s in (source, sink):
        try:
            s.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def main():
    listen, target, path = sys.argv[1:]
    log = open(path, 'w', buffering=1, encoding='ascii')
    server = socket.socket(socket.AF_UNIX)
    server.bind(listen)
    server.listen(50)
    number = 0
    while True:
        client, _ = server.accept()
        daemon = socket.socket(socket.AF_UNIX)
        daemon.connect(target)
        number += 1
        for args in ((client, daemon, '%d C' % number, log), (daemon, client, '%d S' % number, log)):
            threading.Thread(target=pump, args=args, daemon=True).start()


main()
