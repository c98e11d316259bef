# SPDX-License-Identifier: LGPL-2.1-or-later
"""Memory, vCPUs, pins, I/O threads, metadata, life-cycle actions: of the running guest and its definition."""
import libvirt
from record import call, guest, listen

conn = libvirt.open('test:///default')
listen(conn)
FLAGS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 16)
PLACES = """<iothreads>2</iothreads><cputune><vcpupin vcpu='1' cpuset='3-4'/><emulatorpin cpuset='1'/>
<iothreadpin iothread='2' cpuset='5'/></cputune>
<metadata><a:x xmlns:a='urn:a'><a:y z='1'/></a:x></metadata><devices><memballoon model='virtio'/></devices>"""


def state(d):
    call(d.XMLDesc, 0)
    call(d.XMLDesc, 2)


def memory(d):
    for value in (1024, 40000, 65536, 65537, 0, 2 ** 40):
        call(d.setMemory, value)
        call(d.info, keep=lambda i: i[:4])
    for flags in FLAGS:
        call(d.setMemoryFlags, 50000 + flags, flags)
        call(d.setMemoryFlags, 100000 + flags, flags)
        call(d.info, keep=lambda i: i[:4])
        call(d.maxMemory)
    state(d)
    for value in (1024, 70000, 0, 32768, 65536):
        call(d.setMaxMemory, value)
        call(d.maxMemory)
        call(d.info, keep=lambda i: i[:4])
    for flags in FLAGS:
        call(d.setMemoryStatsPeriod, 5, flags)
    call(d.setMemoryStatsPeriod, 0)
    call(d.setMemoryStatsPeriod, -1)
    state(d)


def vcpus(d):
    for value in (1, 2, 3, 0, 32, 33, 70000):
        call(d.setVcpus, value)
        call(d.info, keep=lambda i: i[:4])
    for flags in FLAGS + (9, 10, 11, 12, 13, 14, 15, 17, 18, 32):
        for value in (2, 3, 1):
            call(d.setVcpusFlags, value, flags)
        call(d.vcpusFlags, flags)
        call(d.maxVcpus)
        call(d.info, keep=lambda i: i[:4])
    for flags in (2, 3, 4, 5, 6, 7):
        for value in (0, 4, 33, 40000, 2):
            call(d.setVcpusFlags, value, flags)
    state(d)
    call(d.vcpus, keep=lambda r: ([v[:2] + v[3:] for v in r[0]], r[1]))
    for flags in FLAGS:
        call(d.guestVcpus, flags)
    call(d.setGuestVcpus, '0', 1, 0)
    call(d.setVcpu, '0', 1, 0)
    call(d.setVcpu, '1', 0, 2)


def pins(d):
    for flags in FLAGS:
        call(d.vcpuPinInfo, flags)
        call(d.emulatorPinInfo, flags)
        call(d.ioThreadInfo, flags)
        call(d.pinVcpuFlags, 0, (True, False, True), flags)
        call(d.pinEmulator, (False, True, True), flags)
        call(d.pinIOThread, 1, (False, True, True), flags)
        call(d.addIOThread, 7, flags)
        call(d.ioThreadInfo, flags)
        call(d.setIOThreadParams, 7, {'poll_max_ns': 1000}, flags)
        call(d.setIOThreadParams, 7, {'poll_grow': 2, 'poll_shrink': 3, 'thread_pool_min': 1, 'thread_pool_max': 2}, flags)
        call(d.delIOThread, 7, flags)
    state(d)
    for vcpu in (0, 1, 2, 3):
        call(d.pinVcpu, vcpu, (True,) * 16)
        call(d.pinVcpu, vcpu, (True,) * 4)
        call(d.pinVcpu, vcpu, (False,) * 8)
        call(d.vcpuPinInfo, 0)
    call(d.pinVcpu, 0, (False,) * 20 + (True,))
    call(d.pinEmulator, (False,) * 8, 0)
    call(d.pinEmulator, (True,) * 16, 0)
    call(d.pinIOThread, 9, (True,), 0)
    call(d.pinIOThread, 0, (True,), 0)
    call(d.pinIOThread, 1, (False,), 0)
    call(d.addIOThread, 0, 0)
    call(d.addIOThread, 1, 0)
    call(d.delIOThread, 0, 0)
    call(d.delIOThread, 9, 0)
    call(d.setIOThreadParams, 1, {'bogus': 1}, 0)
    call(d.setIOThreadParams, 1, {'poll_max_ns': 'x'}, 0)
    call(d.setIOThreadParams, 1, {'poll_max_ns': 2 ** 40}, 0)
    call(d.setIOThreadParams, 9, {'poll_max_ns': 1}, 0)
    call(d.delIOThread, 1, 0)
    call(d.vcpuPinInfo, 0)
    state(d)


def words(d):
    for flags in FLAGS:
        for kind in (0, 1, 2, 3):
            call(d.metadata, kind, 'urn:a', flags)
        call(d.setMetadata, 0, 'described', None, None, flags)
        call(d.setMetadata, 1, 'titled', None, None, flags)
        call(d.setMetadata, 2, '<x><y/></x>', 'b', 'urn:b', flags)
        for kind in (0, 1):
            call(d.metadata, kind, None, flags)
        call(d.metadata, 2, 'urn:b', flags)
    state(d)
    for kind, text, key, uri in ((0, 'a\nb', None, None), (1, 'a\nb', None, None), (0, '', None, None),
                                 (1, '', None, None), (0, None, None, None), (1, None, None, None),
                                 (0, 'x', 'k', 'urn:k'), (2, '<a', 'k', 'urn:k'), (2, 'text', 'k', 'urn:k'),
                                 (2, '<a/>', None, 'urn:k'), (2, '<a/>', 'k', None), (2, '', 'k', 'urn:k'),
                                 (2, '<k:a xmlns:k="urn:k">t</k:a>', 'k', 'urn:k'), (2, '<a>t</a>', 'k2', 'urn:k'),
                                 (2, '<a/>', 'b', 'urn:k'), (2, None, 'k', 'urn:k'), (2, None, None, 'urn:k'),
                                 (2, None, 'k', 'urn:k'), (3, 'x', None, None), (-1, 'x', None, None),
                                 (2, '<a/>', 'a', 'urn:a'), (2, '<n xmlns="urn:n"/>', 'n', 'urn:n')):
        call(d.setMetadata, kind, text, key, uri, 0)
        call(d.metadata, 2, 'urn:k', 0)
    call(d.metadata, 2, 'urn:n', 0)
    call(d.metadata, 0, None, 0)
    call(d.metadata, 2, None, 0)
    state(d)


def actions(d):
    for flags in FLAGS:
        for what in (0, 1, 2, 3):
            for action in (0, 1, 2, 3, 4, 5, 6):
                call(d.setLifecycleAction, what, action, flags)
    state(d)


def everything(d):
    for part in (memory, vcpus, pins, words, actions):
        part(d)


a = conn.defineXML(guest('off', PLACES))
everything(a)
a = conn.defineXML(guest('on', PLACES))
a.create()
everything(a)
call(a.destroy)
state(a)
call(a.create)
call(a.suspend)
everything(a)
a = conn.createXML(guest('transient', PLACES), 0)
everything(a)
call(a.destroy)
everything(a)
a = conn.createXML(guest('bare'), 0)
pins(a)
words(a)
