# SPDX-License-Identifier: LGPL-2.1-or-later
"""Guests of other architectures than PCs, with a device of each kind that says nothing of where it is.

Owns: documents(), what objects.py's source `machines` asks.
"""
MACHINES = (
    ('aarch64', 'virt'), ('armv7l', 'virt'), ('riscv64', 'virt'), ('ppc64', 'pseries'), ('ppc64le', 'pseries'),
    ('s390x', 's390-ccw-virtio'), ('armv7l', 'vexpress-a9'), ('aarch64', 'raspi3b'), ('ppc64', 'powernv'),
)
DEVICES = {
    'disk': ["<disk type='file' device='%s'><source file='/x.img'/><target dev='%s'%s/></disk>" % d for d in (
        ('disk', 'vda', ''), ('disk', 'vda', " bus='virtio'"), ('disk', 'sda', " bus='scsi'"), ('disk', 'sda', " bus='sata'"),
        ('disk', 'sda', " bus='usb'"), ('disk', 'hda', " bus='ide'"), ('disk', 'sda', ''), ('disk', 'hda', ''), ('cdrom', 'sda', ''),
        ('cdrom', 'sda', " bus='scsi'"), ('cdrom', 'hda', ''), ('floppy', 'fda', ''), ('lun', 'sda', " bus='scsi'"), ('disk', 'mmcblk0', " bus='sd'"))],
    'controller': ["<controller type='%s'%s/>" % c for c in (
        ('scsi', ''), ('scsi', " model='virtio-scsi'"), ('scsi', " model='lsilogic'"), ('scsi', " model='ibmvscsi'"), ('usb', ''),
        ('usb', " model='none'"), ('usb', " model='qemu-xhci'"), ('usb', " model='nec-xhci'"), ('usb', " model='pci-ohci'"), ('usb', " model='ich9-ehci1'"),
        ('virtio-serial', ''), ('sata', ''), ('ide', ''), ('fdc', ''), ('pci', " model='pci-root'"), ('pci', " model='pcie-root'"),
        ('pci', " model='pcie-root-port'"), ('pci', " model='pci-bridge'"), ('pci', " index='1' model='pci-root'"), ('ccid', ''))],
    'interface': ["<interface type='user'>%s</interface>" % m for m in [''] + ["<model type='%s'/>" % m for m in (
        'virtio', 'e1000', 'e1000e', 'rtl8139', 'spapr-vlan', 'lan9118', 'smc91c111', 'usb-net', 'virtio-transitional', 'virtio-non-transitional')]],
    'input': ["<input type='%s'%s/>" % i for i in (('tablet', ''), ('mouse', ''), ('keyboard', ''), ('tablet', " bus='usb'"), ('mouse', " bus='ps2'"),
              ('keyboard', " bus='virtio'"), ('tablet', " bus='virtio'"))] + ["<input type='passthrough' bus='virtio'><source evdev='/dev/input/event0'/></input>"],
    'sound': ["<sound model='%s'/>" % m for m in ('ich6', 'ac97', 'es1370', 'usb', 'sb16')],
    'graphics': ["<graphics type='vnc'/>", "<graphics type='spice'/>"],
    'video': ['<video/>'] + ["<video><model type='%s'/></video>" % m for m in ('vga', 'virtio', 'cirrus', 'bochs', 'qxl', 'ramfb', 'none', 'gop')],
    'console': ["<console type='pty'/>"] + ["<console type='pty'><target type='%s'/></console>" % t for t in ('serial', 'virtio', 'sclp', 'sclplm', 'xen')],
    'serial': ["<serial type='pty'/>"] + ["<serial type='pty'><target type='%s'/></serial>" % t for t in (
        'isa-serial', 'system-serial', 'pci-serial', 'usb-serial', 'spapr-vio-serial', 'sclp-serial')] +
              ["<serial type='pty'><target><model name='%s'/></target></serial>" % m for m in ('pl011', '16550a', 'spapr-vty', 'sclpconsole')] +
              ["<serial type='pty'/><serial type='pty'/>"],
    'parallel': ["<parallel type='pty'/>"],
    'channel': ["<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>"],
    'rng': ["<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>"],
    'memballoon': ["<memballoon model='virtio'/>", "<memballoon model='none'/>"],
    'watchdog': ["<watchdog model='%s'/>" % m for m in ('i6300esb', 'diag288', 'ib700', 'itco')],
    'panic': ['<panic/>'] + ["<panic model='%s'/>" % m for m in ('isa', 'pseries', 'hyperv', 's390', 'pvpanic')],
    'tpm': ["<tpm%s><backend type='emulator'/></tpm>" % m for m in ('', " model='tpm-tis'", " model='tpm-crb'", " model='tpm-spapr'", " model='spapr-tpm-proxy'")],
    'iommu': ["<iommu model='%s'/>" % m for m in ('smmuv3', 'intel', 'virtio')],
    'vsock': ["<vsock model='virtio'><cid auto='yes'/></vsock>"],
    'filesystem': ["<filesystem type='mount'><source dir='/s'/><target dir='t'/></filesystem>"],
    'hostdev': ["<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0' bus='1' slot='0' function='0'/></source></hostdev>",
                "<hostdev mode='subsystem' type='usb'><source><vendor id='0x1'/><product id='0x2'/></source></hostdev>",
                "<hostdev mode='subsystem' type='scsi'><source><adapter name='scsi_host0'/><address bus='0' target='0' unit='0'/></source></hostdev>",
                "<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source><address uuid='11111111-2222-4333-8444-555555555556'/></source></hostdev>",
                "<hostdev mode='subsystem' type='mdev' model='vfio-ccw'><source><address uuid='11111111-2222-4333-8444-555555555556'/></source></hostdev>"],
    'redirdev': ["<redirdev bus='usb' type='spicevmc'/>"], 'hub': ["<hub type='usb'/>"], 'nvram': ["<nvram><address type='spapr-vio' reg='0x3000'/></nvram>"],
    'smartcard': ["<smartcard mode='host'/>"], 'shmem': ["<shmem name='s'><model type='ivshmem-plain'/><size unit='M'>4</size></shmem>"],
    'memory': ["<memory model='dimm'><target><size unit='KiB'>262144</size><node>0</node></target></memory>"],
}
TOP = ["<os><type arch='%(arch)s' machine='%(machine)s'>hvm</type><boot dev='hd'/></os>", "<features><acpi/></features>",
       "<features><gic version='3'/></features>", "<features><gic/></features>", "<features><htm state='on'/><hpt resizing='enabled'/></features>",
       "<features><acpi/><apic/><pae/></features>", "<cpu mode='host-model'/>", "<cpu mode='host-passthrough'/>", "<cpu mode='maximum'/>",
       "<cpu><model>cortex-a57</model></cpu>", "<cpu><model>POWER9</model></cpu>", "<cpu><model>z14</model></cpu>", "<cpu><topology sockets='1' cores='1' threads='1'/></cpu>",
       "<clock offset='utc'><timer name='rtc'/></clock>", "<clock offset='localtime'/>", "<pm><suspend-to-mem enabled='yes'/></pm>",
       "<memory unit='KiB'>100000</memory>", "<os firmware='efi'><type arch='%(arch)s' machine='%(machine)s'>hvm</type></os>",
       "<os><type arch='%(arch)s' machine='%(machine)s'>hvm</type><kernel>/k</kernel><dtb>/d</dtb></os>", "<keywrap><cipher name='aes' state='on'/></keywrap>",
       "<launchSecurity type='s390-pv'/>", "<memoryBacking><hugepages/></memoryBacking>", "<iothreads>2</iothreads>"]


def documents():
    import xml.etree.ElementTree as ET
    for arch, machine in MACHINES:
        binary = {'armv7l': 'arm', 'ppc64le': 'ppc64'}.get(arch, arch)
        base = ("<domain type='qemu'><name>q</name><uuid>11111111-2222-4333-8444-555555555551</uuid><memory unit='KiB'>1048576</memory>"
                "<vcpu>1</vcpu><os><type arch='%s' machine='%s'>hvm</type></os><devices><emulator>/usr/bin/qemu-system-%s</emulator></devices></domain>" % (
                    arch, machine, binary))
        yield base
        for kind in sorted(DEVICES):
            for text in DEVICES[kind]:
                yield base.replace('</devices>', text + '</devices>')
        for text in TOP:
            text %= {'arch': arch, 'machine': machine}
            root, e = ET.fromstring(base), ET.fromstring(text)
            old = root.find(e.tag)
            if old is not None:
                root.remove(old)
            root.append(e)
            yield ET.tostring(root, encoding='unicode')
        every = [DEVICES[k][0] for k in sorted(DEVICES) if k not in ('hostdev', 'parallel', 'smartcard', 'nvram', 'memory', 'panic')]
        for i in range(0, len(every), 3):       # several together: whose place comes first
            yield base.replace('</devices>', ''.join(every[i:] + every[:i]) + '</devices>')
        for bus in ("<address type='pci'/>", "<address type='ccw'/>", "<address type='spapr-vio'/>", "<address type='virtio-mmio'/>"):
            for text in ("<rng model='virtio'><backend model='random'/>%s</rng>", "<controller type='scsi' index='0'>%s</controller>",
                         "<interface type='user'><model type='virtio'/>%s</interface>", "<disk type='file'><source file='/x'/><target dev='vda' bus='virtio'/>%s</disk>"):
                yield base.replace('</devices>', text % bus + '</devices>')
