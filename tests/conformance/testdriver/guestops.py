# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is asked of the guest itself, its agent, its keyboard and screen; statistics."""
import libvirt
from record import call, guest, listen

conn = libvirt.open('test:///default')
listen(conn)
test = conn.lookupByName('test')
DEVICES = """<devices><disk type='file'><source file='/guest/a'/><target dev='vda' bus='virtio'/></disk>
<disk type='file' device='cdrom'><target dev='hda' bus='ide'/></disk>
<disk type='network'><source protocol='nbd' name='x'><host name='h'/></source><target dev='vdb' bus='virtio'/></disk>
<interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/></interface>
<interface type='bridge'><mac address='52:54:00:00:00:02'/><source bridge='br0'/></interface>
<interface type='user'><mac address='52:54:00:00:00:03'/></interface>
<memballoon model='virtio'/></devices>"""
FLAGS = (0, 1, 2, 4)


def shape(value):
    """Of figures that grow with time only their kind."""
    if isinstance(value, dict):
        return {k: shape(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [shape(v) for v in value]
    return 'big' if isinstance(value, int) and value > 10 ** 6 else value


def everything(d):
    # the agent
    for flags in FLAGS:
        call(d.fsFreeze, None, flags)
        call(d.fsFreeze, ['/'], flags)
        call(d.fsFreeze, ['/boot'], flags)
        call(d.fsFreeze, ['/nowhere'], flags)
        call(d.fsThaw, ['/'], flags)
        call(d.fsThaw, None, flags)
        call(d.fsThaw, ['/nowhere'], flags)
        call(d.fSTrim, None, 0, flags)
        call(d.fSTrim, '/', 0, flags)
        call(d.fSTrim, '/boot', 1024, flags)
        call(d.fSTrim, '/nowhere', 0, flags)
        call(d.fsInfo, flags)
        call(d.hostname, flags)
        call(d.getTime, flags, keep=shape)
        call(d.setTime, {'seconds': 100, 'nseconds': 5}, flags)
        call(d.setUserPassword, 'root', 'secret', flags)
        call(d.setUserPassword, 'nobody', 'secret', flags)
        call(d.setUserPassword, 'test', '', flags)
        call(d.guestInfo, 0, flags)
        for source in (0, 1, 2, 3):
            call(d.interfaceAddresses, source, flags)
    call(d.getTime, 0)
    for seconds in (0, -1, 5, 2 ** 40):
        call(d.setTime, {'seconds': seconds}, 0)
        call(d.getTime, 0)
    call(d.setTime, None, 1)
    call(d.setTime, {}, 0)
    call(d.agentSetResponseTimeout, 5, 0)
    call(d.guestVcpus, 0)

    # keyboard, screen, signals, memory
    for codeset in range(-1, 12):
        call(d.sendKey, codeset, 100, [30], 1, 0)
    for keys in ([], [1] * 16, [1] * 17, [0], [255], [256], [70000]):
        call(d.sendKey, 0, 0, keys, len(keys), 0)
    for flags in FLAGS:
        call(d.sendKey, 0, 0, [1], 1, flags)
        call(d.sendProcessSignal, 1, 15, flags)
        call(d.injectNMI, flags)
        call(d.memoryPeek, 0, 4, flags)
        call(d.messages, flags)
        call(d.diskErrors, flags)
        call(d.controlInfo, flags)
    for pid, signal in ((1, 1), (1, 0), (1, 64), (1, 65), (2, 15), (0, 15), (-1, 15), (1, 9)):
        call(d.sendProcessSignal, pid, signal, 0)
        call(d.state)
        call(d.isActive)
        call(d.create) if d.name() != 'transient' else None
    for start, size in ((0, 0), (0, 10), (5, 3), (2 ** 40, 8), (0, 5000)):
        call(d.memoryPeek, start, size, libvirt.VIR_MEMORY_PHYSICAL)
    call(d.blockPeek, 'vda', 0, 4, 0)
    call(d.pMSuspendForDuration, 0, 0, 0)
    call(d.pMWakeup, 0)
    call(d.openConsole, None, conn.newStream(0), 0)
    call(d.openChannel, None, conn.newStream(0), 0)

    # statistics
    for name in ('vda', '/guest/a', 'hda', 'vdb', 'nobody', ''):
        call(d.blockStats, name, keep=shape)
        call(d.blockStatsFlags, name, 0, keep=shape)
        for flags in FLAGS:
            call(d.blockInfo, name, flags)
    for name in ('testnet0', 'testnet1', '52:54:00:00:00:01', '52:54:00:00:00:03', 'nobody', ''):
        call(d.interfaceStats, name, keep=shape)
    call(d.memoryStats, keep=shape)
    for flags in FLAGS:
        call(d.getCPUStats, True, flags, keep=shape)
        call(d.getCPUStats, False, flags, keep=shape)
    call(d.jobInfo)
    for flags in FLAGS:
        call(d.jobStats, flags)
    call(d.abortJob)
    call(d.blockJobInfo, 'vda', 0)
    call(d.perfEvents, keep=lambda r: len(r))
    call(d.vcpus, keep=shape)
    call(d.isUpdated)
    call(d.emulatorPinInfo)


def bulk(label, get, *args):
    call(lambda: sorted(((d.name(), shape(p)) for d, p in get(*args)), key=lambda r: r[0]), label=label)


everything(test)
d = conn.defineXML(guest('off', DEVICES))
everything(d)
d = conn.defineXML(guest('on', DEVICES))
d.create()
everything(d)
call(d.suspend)
call(d.fsFreeze)
call(d.memoryStats, keep=shape)
t = conn.createXML(guest('transient', DEVICES), 0)
everything(t)
for stats in [0] + [1 << i for i in range(14)] + [3, 2 ** 20]:
    bulk('all stats %d' % stats, conn.getAllDomainStats, stats, 0)
    bulk('listed stats %d' % stats, conn.domainListGetStats, [test, d], stats, 0)
for flags in [1 << i for i in range(9)] + [1 << 29, 1 << 30, 1 << 31]:
    bulk('all stats, flags %d' % flags, conn.getAllDomainStats, 0, flags)
    bulk('listed stats, flags %d' % flags, conn.domainListGetStats, [test, d], 1, flags)
call(t.destroy)
everything(t)
bulk('stats of one that is gone', conn.domainListGetStats, [t], 1, 0)
