# SPDX-License-Identifier: LGPL-2.1-or-later
"""Memory devices of each model in a real guest: what it sees of them, and what the definition says then."""
import re

import libvirt

from support import Console, booting, wait_for

ROOM = '''<maxMemory slots='4' unit='GiB'>4</maxMemory><cpu><numa><cell id='0' cpus='0' memory='262144'/></numa></cpu>'''
TARGET = "<target><size unit='MiB'>%d</size><node>0</node>%s</target>"
MIB = 1024


def device(model, size, source='', target=''):
    t = TARGET % (size, target)
    if model == 'virtio-pmem':
        t = t.replace('<node>0</node>', '')
    return f"<memory model='{model}'>{source}{t}</memory>"


def numbers(pattern, text):
    return [int(n) for n in re.findall(pattern, text)]


def looks(domain):
    xml = domain.XMLDesc()
    return (numbers(r"<current unit='KiB'>(\d+)<", xml), numbers(r"<currentMemory unit='KiB'>(\d+)<", xml),
            re.findall(r"<address type='dimm' slot='\d' base='0x[1-9a-f]\w*'/>", xml))


def test_devices(daemon, conn, kit, top):
    seen = []
    conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_MEMORY_DEVICE_SIZE_CHANGE,
                                lambda c, d, alias, size, _: seen.append((alias, size)), None)
    for name in ('nvdimm', 'pmem'):
        (top / name).write_bytes(b'\0' * (64 << 20))
    devices = (device('dimm', 128) + device('nvdimm', 64, f'<source><path>{top}/nvdimm</path></source>') +
               device('virtio-pmem', 64, f'<source><path>{top}/pmem</path></source>') +
               device('virtio-mem', 128, '', "<block unit='MiB'>2</block><requested unit='MiB'>32</requested>"))
    domain = conn.createXML(booting(kit, 'memory', devices + "<memballoon model='virtio'/>").replace(
        '<features>', ROOM + '<features>').replace("<memory unit='MiB'>128</memory>", "<memory unit='MiB'>640</memory>"))
    try:
        console = Console(domain)
        console.until(b'guest# ')
        # The guest finds the two that keep their contents as disks of that size.
        console.type('cat /sys/block/pmem0/size /sys/block/pmem1/size; echo they"are"there\n')
        console.until(b'theyarethere')
        assert console.said.count(str((64 << 20) // 512).encode()) == 2
        # It takes of virtio-mem what was asked for, piece by piece; the end of it is told and stays.
        wait_for(lambda: ('virtiomem0', 32 * MIB) in seen, 'the guest to take its memory')
        asleep = 128 + 64 + 64
        wait_for(lambda: looks(domain)[0] == [32 * MIB], 'the definition to say it')
        current, memory, places = before = looks(domain)
        assert memory == [(640 - asleep + 32) * MIB] and len(places) == 2
        assert domain.info()[2] == memory[0]
        assert domain.memoryStats()['actual'] == memory[0] - 32 * MIB
        # A daemon that comes back asks again.
        daemon.restart()
        conn = daemon.open()
        domain = conn.lookupByName('memory')
        assert looks(domain) == before
    finally:
        domain.destroy()
