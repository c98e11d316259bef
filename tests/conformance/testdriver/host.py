# SPDX-License-Identifier: LGPL-2.1-or-later
"""The test host itself: what it has, what it can run."""
import socket

import libvirt
from record import call

conn = libvirt.open('test:///default')

for what in (conn.getType, conn.getVersion, conn.getURI, conn.getCapabilities, conn.getInfo, conn.isAlive,
             conn.isEncrypted, conn.isSecure, conn.getSecurityModel, conn.getFreeMemory, conn.getCPUMap,
             conn.getMemoryStats, conn.numOfDomains, conn.getCPUStats):
    call(what) if what not in (conn.getMemoryStats, conn.getCPUStats) else None
call(lambda: conn.getHostname() == socket.gethostname(), label='host name')
for kind in (None, 'test', 'kvm', 'qemu', 'x', ''):
    call(conn.getMaxVcpus, kind)
for flags in (0, 1, 2):
    call(conn.getSysinfo, flags)
for cpu in (-1, 0, 1, 15, 16, 99):
    call(conn.getCPUStats, cpu)
for cell in (-1, 0, 1, 2):
    call(conn.getMemoryStats, cell)
for first, count in ((0, 1), (0, 2), (1, 1), (0, 3), (1, 5), (2, 1), (0, 0), (-1, 1)):
    call(conn.getCellsFreeMemory, first, count)
for pages, first, count, flags in (([4], 0, 1, 0), ([4, 2048], 0, 2, 0), ([8], 1, 1, 0), ([4], 0, 5, 0), ([1], 0, 1, 0),
                                   ([4], 2, 1, 0), ([4], -1, 1, 0), ([], 0, 1, 0), ([4], 0, 0, 0), ([4], 0, 1, 1),
                                   ([1048576], 0, 2, 0)):
    call(conn.getFreePages, pages, first, count, flags)
call(conn.allocPages, {4: 1}, 0, 1, 0)
call(conn.getMemoryParameters)
call(conn.setMemoryParameters, {'shm_pages_to_scan': 1})
for flags in (0, 1):
    call(conn.getCPUMap, flags)
for arch in ('x86_64', 'i686', 'ppc64', 'aarch64', 's390x', 'mips', 'riscv64', 'x', ''):
    call(conn.getCPUModelNames, arch)
call(conn.getCPUModelNames, 'x86_64', 1)
call(conn.suspendForDuration, 0, 60, 0)
call(conn.findStoragePoolSources, 'dir', None)

CPU = ("<cpu><arch>x86_64</arch><model>Penryn</model><vendor>Intel</vendor><topology sockets='1' cores='2' threads='1'/>"
       "<feature name='dca'/><feature name='xtpr'/></cpu>",
       "<cpu><arch>x86_64</arch><model>core2duo</model><feature name='dca'/></cpu>",
       "<cpu><arch>x86_64</arch><model>Opteron_G3</model></cpu>",
       "<cpu><arch>i686</arch><model>qemu32</model></cpu>", "<cpu><model>Penryn</model></cpu>", "<cpu><arch>x86_64</arch></cpu>",
       "<cpu/>", "<cpu", "", "<cpu mode='host-model'/>", "<cpu match='exact'><model>Nehalem</model></cpu>",
       "<cpu><arch>x86_64</arch><model>bogus</model></cpu>")
for cpu in CPU:
    for flags in (0, 1, 2, 3, 4):
        call(conn.compareCPU, cpu, flags)
for which in ((0,), (0, 1), (0, 2), (1, 1), (3,), (0, 3), (4,), (5,), (6,), (7,), (8,), (10,), (11,), ()):
    for flags in (0, 1, 2, 3, 4):
        call(conn.baselineCPU, [CPU[i] for i in which], flags)
call(conn.baselineHypervisorCPU, None, None, None, None, [CPU[0]], 0)
call(conn.compareHypervisorCPU, None, None, None, None, CPU[0], 0)
call(conn.domainXMLToNative, 'qemu-argv', '<domain/>', 0)
call(conn.domainXMLFromNative, 'qemu-argv', 'qemu', 0)
call(conn.getLibVersion, keep=lambda v: v > 0)
call(conn.setKeepAlive, 5, 3)
call(conn.listAllDomains, 0)
call(conn.newStream, 0, keep=lambda s: type(s).__name__)
ro = libvirt.openReadOnly('test:///default')
for what in (ro.getCapabilities, ro.getInfo, ro.getMaxVcpus):
    call(what, *((None,) if what == ro.getMaxVcpus else ()), label='read-only: ' + what.__name__, keep=lambda r: bool(r))
for uri in ('test:///', 'test://', 'test:', 'test:/default', 'test:///nothing.xml', 'test:///default?x=y',
            'test:///default#f', 'test+x:///default', 'test:///etc/hostname'):
    call(lambda: libvirt.open(uri).getURI(), label='open ' + uri)
