# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program with an event loop of its own, of one thread: nothing else may call into that.

usage: own_loop.py URI GUEST-XML WORDS      starts the guest, waits for its events and for WORDS on its console
test_library.py runs it; it prints what happened, and each call of the loop from another thread.
"""
import select
import sys
import threading
import time

import libvirt

HOME = threading.get_ident()


class Loop:
    def __init__(self):
        self.handles, self.timers, self.last = {}, {}, 0
        calls = (self.add_handle, self.update_handle, self.remove_handle,
                 self.add_timeout, self.update_timeout, self.remove_timeout)
        libvirt.virEventRegisterImpl(*(self.watched(call) for call in calls))

    @staticmethod
    def watched(call):
        def checked(*arguments):
            if threading.get_ident() != HOME:
                print('called from another thread:', call.__name__, flush=True)
            return call(*arguments)
        return checked

    def add(self, table, entry):
        self.last += 1
        table[self.last] = entry
        return self.last

    def add_handle(self, fd, events, call, opaque):
        return self.add(self.handles, [fd, events, opaque, call])

    def update_handle(self, watch, events):
        self.handles[watch][1] = events

    def remove_handle(self, watch):
        libvirt.virEventInvokeFreeCallback(self.handles.pop(watch)[2])
        return 0

    def add_timeout(self, every, call, opaque):
        return self.add(self.timers, [every, time.monotonic() + every / 1000, opaque, call])

    def update_timeout(self, timer, every):
        self.timers[timer][:2] = [every, time.monotonic() + every / 1000]

    def remove_timeout(self, timer):
        libvirt.virEventInvokeFreeCallback(self.timers.pop(timer)[2])
        return 0

    def run_once(self):
        due = [t[1] for t in self.timers.values() if t[0] >= 0]
        poll = select.poll()
        for fd, events, *_ in self.handles.values():
            poll.register(fd, select.POLLIN * bool(events & 1) | select.POLLOUT * bool(events & 2))
        ready = dict(poll.poll(max(0, (min(due) - time.monotonic()) * 1000) if due else None))
        for watch, (fd, _, opaque, call) in list(self.handles.items()):
            events = ready.get(fd, 0)
            happened = bool(events & select.POLLIN) | bool(events & select.POLLOUT) << 1
            if watch in self.handles and happened:
                call(watch, fd, happened, opaque)
        for timer, (every, due, opaque, call) in list(self.timers.items()):
            if timer in self.timers and every >= 0 and due <= time.monotonic():
                self.timers[timer][1] = time.monotonic() + every / 1000
                call(timer, opaque)


def main(uri, xml, words):
    loop = Loop()
    conn = libvirt.open(uri)
    events, said = [], b''
    callback = conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                           lambda c, d, event, detail, opaque: events.append(event), None)
    domain = conn.createXML(xml)
    while libvirt.VIR_DOMAIN_EVENT_STARTED not in events:
        loop.run_once()
    print('started', flush=True)

    stream = conn.newStream(libvirt.VIR_STREAM_NONBLOCK)
    domain.openConsole(None, stream, libvirt.VIR_DOMAIN_CONSOLE_FORCE)

    def readable(stream, _events, _opaque):
        nonlocal said
        data = stream.recv(4096)
        if isinstance(data, bytes):
            said += data
    stream.eventAddCallback(libvirt.VIR_STREAM_EVENT_READABLE, readable, None)
    while words not in said:
        loop.run_once()
    print('spoke', flush=True)
    stream.eventRemoveCallback()
    stream.abort()
    domain.destroy()
    while libvirt.VIR_DOMAIN_EVENT_STOPPED not in events:
        loop.run_once()
    conn.domainEventDeregisterAny(callback)
    print('left over:', len(loop.handles), len(loop.timers))


main(sys.argv[1], sys.argv[2], sys.argv[3].encode())
