# SPDX-License-Identifier: LGPL-2.1-or-later
"""Shares and limits: blkio, memory, NUMA, scheduler, interface and disk parameters, perf events."""
import libvirt
from record import call, guest, listen

conn = libvirt.open('test:///default')
listen(conn)
FLAGS = (0, 1, 2, 3, 4, 5, 8)
DEVICES = """<blkiotune><weight>200</weight><device><path>/dev/a</path><weight>300</weight><read_iops_sec>7</read_iops_sec>
</device></blkiotune><memtune><hard_limit unit='KiB'>70000</hard_limit></memtune>
<numatune><memory mode='strict' nodeset='0'/></numatune>
<cputune><shares>99</shares><period>5000</period><quota>-1</quota></cputune>
<perf><event name='cmt' enabled='yes'/></perf><devices>
<disk type='file'><source file='/guest/a'/><target dev='vda' bus='virtio'/><iotune><read_bytes_sec>10</read_bytes_sec></iotune></disk>
<disk type='file' device='cdrom'><target dev='hda' bus='ide'/></disk>
<disk type='block'><source dev='/dev/b'/><target dev='vdb' bus='virtio'/></disk>
<interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/><target dev='tap0'/>
<bandwidth><inbound average='5' peak='6' burst='7'/></bandwidth></interface>
<interface type='bridge'><mac address='52:54:00:00:00:02'/><source bridge='br0'/></interface></devices>"""

BLKIO = ({'weight': 500}, {'weight': 50}, {'weight': 1001}, {'weight': 0}, {'weight': 'x'}, {'device_weight': '/dev/a,400'},
         {'device_weight': '/dev/c,400,/dev/d,500'}, {'device_weight': '/dev/d,0'}, {'device_weight': '/dev/a'},
         {'device_weight': 'x'}, {'device_weight': ''}, {'device_weight': '/dev/a,x'}, {'device_weight': '/dev/a,5'},
         {'device_read_iops_sec': '/dev/a,9'}, {'device_write_iops_sec': '/dev/a,9,/dev/b,8'},
         {'device_read_bytes_sec': '/dev/a,9000000000'}, {'device_write_bytes_sec': '/dev/a,9'},
         {'device_read_iops_sec': '/dev/a,-1'}, {'device_read_iops_sec': '/dev/a,99999999999'}, {'bogus': 1},
         {'weight': 300, 'device_weight': '/dev/e,200'}, {})
MEMORY = ({'soft_limit': 30000}, {'hard_limit': 50000}, {'hard_limit': 45000}, {'soft_limit': 40000}, {'swap_hard_limit': 60000},
          {'swap_hard_limit': 100}, {'min_guarantee': 5}, {'hard_limit': 2 ** 60}, {'soft_limit': 2 ** 63 - 1},
          {'hard_limit': 9007199254740991}, {'bogus': 1}, {'hard_limit': 'x'},
          {'hard_limit': 100, 'soft_limit': 90, 'swap_hard_limit': 110}, {'hard_limit': 200, 'swap_hard_limit': 100}, {})
NUMA = ({'numa_nodeset': '1'}, {'numa_nodeset': '0-1'}, {'numa_nodeset': 'x'}, {'numa_nodeset': '5'}, {'numa_nodeset': ''},
        {'numa_nodeset': '99999'}, {'numa_mode': 0}, {'numa_mode': 1}, {'numa_mode': 2}, {'numa_mode': 3}, {'numa_mode': 4},
        {'numa_mode': -1}, {'numa_mode': 0, 'numa_nodeset': '1'}, {'bogus': 1}, {})
SCHED = ({'weight': 10}, {'weight': 0}, {'weight': 2 ** 32}, {'cpu_shares': 5}, {'bogus': 1}, {})
PERF = ({'cmt': True}, {'cmt': False}, {'mbmt': True, 'mbml': True}, {'bogus': True}, {'cpu_cycles': 1}, {'alignment_faults': True}, {})
NET = ({'inbound.average': 1, 'inbound.peak': 2, 'inbound.burst': 3}, {'outbound.average': 10}, {'inbound.average': 0},
       {'inbound.peak': 5}, {'outbound.average': 0}, {'inbound.floor': 5}, {'inbound.average': 2, 'inbound.floor': 1},
       {'outbound.floor': 1}, {'bogus': 1}, {'inbound.average': 'x'}, {'inbound.average': 0, 'outbound.average': 0}, {})
DISK = ({'total_bytes_sec': 100}, {'read_bytes_sec': 100}, {'total_bytes_sec': 100, 'read_bytes_sec': 5},
        {'total_iops_sec': 5, 'write_iops_sec': 5}, {'read_iops_sec': 1, 'write_iops_sec': 2},
        {'total_bytes_sec_max': 5}, {'total_bytes_sec': 5, 'total_bytes_sec_max': 6}, {'total_bytes_sec': 7, 'total_bytes_sec_max': 6},
        {'read_bytes_sec': 5, 'read_bytes_sec_max': 10, 'read_bytes_sec_max_length': 3}, {'size_iops_sec': 4096},
        {'group_name': 'g'}, {'group_name': 'g', 'total_iops_sec': 8}, {'read_iops_sec_max_length': 5}, {'bogus': 1},
        {'total_bytes_sec': 0}, {'total_bytes_sec': 2 ** 62}, {'read_bytes_sec': 5, 'total_bytes_sec_max': 9},
        {'total_bytes_sec': 5, 'read_bytes_sec_max': 9}, {'total_bytes_sec': 'x'}, {})


def state(d):
    call(d.XMLDesc, 0)
    call(d.XMLDesc, 2)


def params(d, read, write, values, *name):
    for flags in FLAGS:
        call(read, *name, flags)
    for value in values:
        call(write, *name, value, 0)
        call(read, *name, 0)
    for flags in FLAGS:
        call(write, *name, values[0], flags)
        call(read, *name, flags)
    state(d)


def everything(d):
    params(d, d.blkioParameters, d.setBlkioParameters, BLKIO)
    params(d, d.memoryParameters, d.setMemoryParameters, MEMORY)
    params(d, d.numaParameters, d.setNumaParameters, NUMA)
    params(d, d.perfEvents, d.setPerfEvents, PERF)
    call(d.schedulerType)
    call(d.schedulerParameters)
    for value in SCHED:
        call(d.setSchedulerParameters, value)
        call(d.schedulerParameters)
    for flags in FLAGS:
        call(d.schedulerParametersFlags, flags)
        call(d.setSchedulerParametersFlags, {'weight': 10}, flags)
    for name in ('tap0', '52:54:00:00:00:01', '52:54:00:00:00:02', 'nobody', ''):
        params(d, d.interfaceParameters, d.setInterfaceParameters, NET if name == 'tap0' else NET[:2], name)
    for name in ('vda', '/guest/a', 'hda', 'vdb', 'nobody', ''):
        params(d, d.blockIoTune, d.setBlockIoTune, DISK if name == 'vda' else DISK[:2], name)
    for flags in (0, 1):
        call(d.launchSecurityInfo, flags)
    call(d.setLaunchSecurityState, {}, 0)
    call(d.securityLabel)
    call(d.securityLabelList)


d = conn.defineXML(guest('off', DEVICES))
everything(d)
d = conn.defineXML(guest('on', DEVICES))
d.create()
everything(d)
d = conn.createXML(guest('transient', DEVICES), 0)
d.suspend()
everything(d)
d = conn.createXML(guest('bare'), 0)
everything(d)
call(d.destroy)
everything(d)
