# SPDX-License-Identifier: LGPL-2.1-or-later
"""Guests with one device, of each kind that its element tells apart, and one thing more said of it.

Owns: documents(), what compare.py's kind `pairs` asks: of each of BASES each of EXTRAS, and each of ADDRESSES.
"""
import xml.etree.ElementTree as ET

BOARDS = (('x86_64', 'pc'), ('x86_64', 'q35'), ('aarch64', 'virt'), ('s390x', 's390-ccw-virtio'), ('ppc64', 'pseries'), ('x86_64', 'microvm'))


def each(pattern, *lists):
    """The pattern with each combination of the values."""
    if not lists:
        return [pattern]
    out = []
    for value in lists[0]:
        text = pattern
        for v in value if isinstance(value, tuple) else (value,):
            text = text.replace('%s', v, 1)
        out += each(text, *lists[1:])
    return out


CHARDEVS = ("<%s type='pty'>%s</%s>", "<%s type='unix'><source mode='bind' path='/s'/>%s</%s>", "<%s type='tcp'><source mode='connect' host='h' service='1'/>%s</%s>",
            "<%s type='spicevmc'>%s</%s>", "<%s type='dbus'>%s</%s>", "<%s type='null'>%s</%s>", "<%s type='file'><source path='/f' append='on'/>%s</%s>",
            "<%s type='stdio'>%s</%s>", "<%s type='qemu-vdagent'>%s</%s>", "<%s type='udp'><source mode='connect' host='h' service='1'/>%s</%s>", "<%s type='nmdm'><source master='/a' slave='/b'/>%s</%s>",
            "<%s type='spiceport'><source channel='a.b'/>%s</%s>", "<%s type='vc'>%s</%s>", "<%s type='dev'><source path='/dev/ttyS7'/>%s</%s>", "<%s type='pipe'><source path='/p'/>%s</%s>")


def chardev(element, targets):
    return [c.replace('%s', element, 1).replace('%s', t, 1).replace('%s', element.split()[0], 1) for c in CHARDEVS for t in targets]


BASES = {
    'disk': each("<disk type='%s' device='%s'><source%s/><target dev='%s' bus='%s'/></disk>",
                 [('file', 'disk', " file='/i'"), ('block', 'disk', " dev='/dev/sdz'"), ('file', 'cdrom', " file='/i'"), ('block', 'cdrom', " dev='/dev/sr0'"),
                  ('file', 'floppy', " file='/i'"), ('block', 'lun', " dev='/dev/sdz'"), ('file', 'lun', " file='/i'"), ('volume', 'disk', " pool='p' volume='v'"),
                  ('network', 'disk', " protocol='nbd' name='n'"), ('network', 'lun', " protocol='iscsi' name='iqn/1'"), ('dir', 'disk', " dir='/d'"),
                  ('nvme', 'disk', " type='pci' namespace='1'"), ('vhostuser', 'disk', " type='unix' path='/s'"), ('file', 'disk', ''), ('file', 'cdrom', '')],
                 [('vda', 'virtio'), ('sda', 'scsi'), ('sdb', 'sata'), ('hda', 'ide'), ('sda', 'usb'), ('fda', 'fdc'), ('mmcblk0', 'sd')]),
    'controller': each("<controller type='%s' index='%s'%s/>", [('scsi', '0', ''), ('scsi', '0', " model='virtio-scsi'"), ('scsi', '0', " model='lsilogic'"), ('scsi', '0', " model='lsisas1078'"),
        ('scsi', '0', " model='lsisas1068'"), ('scsi', '0', " model='am53c974'"), ('scsi', '0', " model='dc390'"), ('scsi', '0', " model='buslogic'"), ('scsi', '0', " model='vmpvscsi'"), ('scsi', '0', " model='ibmvscsi'"),
        ('scsi', '0', " model='virtio-transitional'"), ('scsi', '0', " model='virtio-non-transitional'"), ('scsi', '0', " model='auto'"), ('usb', '0', " model='piix3-uhci'"),
        ('usb', '0', " model='none'"), ('usb', '0', " model='qemu-xhci'"), ('usb', '0', " model='nec-xhci'"), ('usb', '0', " model='pci-ohci'"), ('usb', '0', " model='vt82c686b-uhci'"), ('usb', '0', " model='piix4-uhci'"),
        ('usb', '0', " model='ehci'"), ('usb', '0', " model='ich9-ehci1'"), ('usb', '0', " model='ich9-uhci1'"), ('usb', '0', " model='qusb1'"), ('virtio-serial', '0', ''), ('virtio-serial', '0', " model='virtio'"),
        ('virtio-serial', '0', " model='virtio-transitional'"), ('sata', '0', ''), ('sata', '1', ''), ('ide', '0', ''), ('ide', '0', " model='piix3'"), ('ide', '0', " model='ich6'"), ('fdc', '0', ''), ('ccid', '0', ''), ('xenbus', '0', ''), ('isa', '0', ''),
        ] + [('pci', '1', " model='%s'" % m) for m in ('pci-bridge', 'pcie-root-port', 'dmi-to-pci-bridge', 'pcie-to-pci-bridge', 'pcie-switch-upstream-port',
        'pcie-switch-downstream-port', 'pci-expander-bus', 'pcie-expander-bus', 'pci-root', 'pcie-root')] + [('pci', '0', " model='pci-root'"), ('pci', '0', " model='pcie-root'")]),
    'interface': each("<interface type='%s'>%s<model type='%s'/></interface>", [('user', ''), ('ethernet', ''), ('network', "<source network='default'/>"), ('bridge', "<source bridge='b'/>"),
        ('direct', "<source dev='lo' mode='bridge'/>"), ('vhostuser', "<source type='unix' path='/s' mode='client'/>"), ('server', "<source address='127.0.0.1' port='7'/>"), ('mcast', "<source address='230.0.0.1' port='7'/>"),
        ('udp', "<source address='127.0.0.1' port='7'><local address='127.0.0.1' port='8'/></source>"), ('hostdev', "<source><address type='pci' domain='0' bus='1' slot='0' function='0'/></source>"), ('vdpa', "<source dev='/dev/vhost-vdpa-0'/>"),
        ('internal', "<source name='n'/>"), ('vds', "<source switchid='11111111-2222-4333-8444-555555555555' portid='1' portgroupid='p' connectionid='2'/>"), ('null', '')],
        ['virtio', 'e1000', 'rtl8139', 'e1000e', 'usb-net', 'virtio-transitional', 'netfront', 'spapr-vlan', 'none-such']),
    'filesystem': ["<filesystem type='%s'>%s<target dir='t'/></filesystem>" % f for f in (('mount', "<source dir='/d'/>"), ('mount', "<driver type='virtiofs'/><source dir='/d'/>"),
        ('mount', "<driver type='virtiofs'/><source socket='/s'/>"), ('mount', "<driver type='path'/><source dir='/d'/>"), ('mount', "<driver type='handle'/><source dir='/d'/>"), ('mount', "<driver type='loop'/><source dir='/d'/>"), ('mount', "<driver type='nbd'/><source dir='/d'/>"),
        ('mount', "<driver type='ploop'/><source dir='/d'/>"), ('mount', "<driver type='mtp'/><source dir='/d'/>"), ('template', "<source name='n'/>"), ('file', "<source file='/f'/>"), ('block', "<source dev='/b'/>"), ('ram', "<source usage='9'/>"), ('bind', "<source dir='/d'/>"), ('volume', "<source pool='p' volume='v'/>"), ('volume', ''))],
    'input': each("<input type='%s'%s/>", ['mouse', 'tablet', 'keyboard', 'passthrough', 'evdev'], ['', " bus='usb'", " bus='ps2'", " bus='virtio'", " bus='xen'", " bus='none'", " model='virtio'", " bus='virtio' model='virtio-transitional'", " bus='virtio' model='virtio-non-transitional'"]),
    'sound': each("<sound model='%s'/>", ['ich6', 'ich7', 'ich9', 'ac97', 'es1370', 'sb16', 'pcspk', 'usb']),
    'hostdev': ["<hostdev mode='%s' type='%s'%s><source%s</source></hostdev>" % h for h in (
        ('subsystem', 'pci', '', "><address domain='0' bus='1' slot='0' function='0'/>"), ('subsystem', 'pci', " managed='yes'", "><address domain='0' bus='1' slot='0' function='0'/>"),
        ('subsystem', 'usb', '', "><vendor id='0x1'/><product id='0x2'/>"), ('subsystem', 'usb', '', "><address bus='1' device='2'/>"), ('subsystem', 'scsi', '', "><adapter name='scsi_host0'/><address bus='0' target='0' unit='0'/>"),
        ('subsystem', 'scsi', '', " protocol='iscsi' name='iqn/1'><host name='h'/>"), ('subsystem', 'scsi_host', '', " protocol='vhost' wwpn='naa.5123456789abcde0'>"), ('subsystem', 'scsi_host', " model='virtio-transitional'", " protocol='vhost' wwpn='naa.5123456789abcde0'>"),
        ) + tuple(('subsystem', 'mdev', " model='%s'" % m, "><address uuid='11111111-2222-4333-8444-555555555556'/>") for m in ('vfio-pci', 'vfio-ccw', 'vfio-ap')) + (('subsystem', 'mdev', " model='vfio-pci' display='on'", "><address uuid='11111111-2222-4333-8444-555555555556'/>"),
        ('capabilities', 'storage', '', '><block>/b</block>'), ('capabilities', 'misc', '', '><char>/b</char>'), ('capabilities', 'net', '', '><interface>lo</interface>'))],
    'graphics': each("<graphics type='%s'/>", ['vnc', 'spice', 'sdl', 'rdp', 'desktop', 'egl-headless', 'dbus', "vnc' port='5901", "spice' autoport='yes", "vnc' socket='/s", "vnc' websocket='5700", "spice' tlsPort='5902", "spice' port='5901' tlsPort='5902' listen='127.0.0.1", "dbus' p2p='yes", "dbus' address='unix:path=/s", "sdl' display=':1' xauth='/x"]),
    'video': each("<video><model type='%s'%s/></video>", ['vga', 'cirrus', 'vmvga', 'xen', 'vbox', 'virtio', 'gop', 'none', 'bochs', 'ramfb', 'qxl'], ['', " primary='yes'", " heads='2'", " vram='65536'", " ram='65536'", " vgamem='8192'", " vram64='65536'", " blob='on'"]),
    'console': chardev('console', ['', "<target type='serial'/>", "<target type='virtio'/>", "<target type='sclp'/>", "<target type='xen'/>"]),
    'serial': chardev('serial', [''] + each("<target type='%s'/>", ['isa-serial', 'usb-serial', 'pci-serial', 'spapr-vio-serial', 'system-serial', 'sclp-serial', 'isa-debug'])),
    'parallel': chardev('parallel', ['', "<target port='1'/>"]),
    'channel': chardev('channel', ["<target type='virtio'/>", "<target type='virtio' name='org.qemu.guest_agent.0'/>", "<target type='virtio' name='com.redhat.spice.0'/>", "<target type='guestfwd' address='10.0.2.1' port='4600'/>", "<target type='xen' name='x'/>"]),
    'smartcard': ["<smartcard mode='host'/>", "<smartcard mode='host-certificates'><certificate>a</certificate><certificate>b</certificate><certificate>c</certificate></smartcard>",
                  "<smartcard mode='passthrough' type='spicevmc'/>", "<smartcard mode='passthrough' type='tcp'><source mode='bind' host='h' service='1'/></smartcard>"],
    'hub': ["<hub type='usb'/>"],
    'redirdev': chardev("redirdev bus='usb'", ['']),
    'rng': each("<rng model='%s'><backend model=%s</backend></rng>", ['virtio', 'virtio-transitional', 'virtio-non-transitional'], ["'random'>/dev/urandom", "'random'>", "'random'>/x", "'builtin'>", "'egd' type='unix'><source mode='connect' path='/s'/>", "'egd' type='udp'><source mode='connect' host='h' service='1'/>"]),
    'tpm': each("<tpm%s><backend%s</backend></tpm>", ['', " model='tpm-tis'", " model='tpm-crb'", " model='tpm-spapr'", " model='spapr-tpm-proxy'", " model='tpm-tis-device'"],
                [" type='emulator'>", " type='emulator' version='1.2'>", " type='emulator' version='2.0'>", " type='passthrough'><device path='/dev/tpm0'/>", " type='external'><source type='unix' mode='connect' path='/s'/>", " type='passthrough'>"]),
    'shmem': each("<shmem name='s'%s>%s</shmem>", ['', " role='master'", " role='peer'"], ['', "<model type='ivshmem-plain'/>", "<model type='ivshmem-doorbell'/>", "<model type='ivshmem'/>", "<model type='ivshmem-plain'/><size unit='M'>4</size>", "<model type='ivshmem'/><size unit='M'>3</size>"]),
    'memory': each("<memory model='%s'>%s</memory>", ['dimm', 'nvdimm', 'virtio-pmem', 'virtio-mem', 'sgx-epc', "dimm' access='shared", "dimm' discard='yes", "nvdimm' access='private"], [s + "<target><size unit='M'>%s</size>" % z + t + '</target>' for s in ('', "<source><path>/p</path></source>", "<source><pagesize unit='M'>2</pagesize></source>", "<source><nodemask>0</nodemask></source>", "<source><path>/p</path><pmem/></source>", "<source><path>/p</path><alignsize unit='M'>2</alignsize></source>")
        for z in ('256', '255') for t in ('', "<node>0</node>", "<block unit='M'>2</block><requested unit='M'>4</requested>", "<label><size unit='K'>128</size></label>", "<node>0</node><readonly/>")]),
    'watchdog': each("<watchdog model='%s'/>", ['i6300esb', 'ib700', 'diag288', 'itco']),
    'memballoon': each("<memballoon model='%s'/>", ['virtio', 'xen', 'none', 'virtio-transitional', 'virtio-non-transitional']),
    'panic': each("<panic%s/>", ['', " model='isa'", " model='pseries'", " model='hyperv'", " model='s390'", " model='pvpanic'"]),
    'iommu': each("<iommu model='%s'/>", ['intel', 'smmuv3', 'virtio']),
    'vsock': each("<vsock model='%s'>%s</vsock>", ['virtio', 'virtio-transitional', 'virtio-non-transitional'], ['', "<cid auto='yes'/>", "<cid auto='no' address='3'/>", "<cid auto='no'/>", "<cid address='2'/>"]),
    'nvram': ["<nvram/>"], 'audio': each("<audio id='1' type='%s'/>", ['none', 'alsa', 'coreaudio', 'jack', 'oss', 'pulseaudio', 'sdl', 'spice', 'file', 'dbus']),
}
VIRTIO = ["<driver %s='%s'/>" % (n, v) for n in ('iommu', 'ats', 'packed', 'page_per_vq') for v in ('on', 'off')]
COMMON = ["<alias name='ua-x'/>", "<acpi index='3'/>", "<boot order='1'/>", "<rom bar='off'/>", "<rom file='/r'/>", "<rom enabled='no'/>"]
EXTRAS = {
    'disk': VIRTIO + ["<driver name='qemu' %s='%s'/>" % d for d in (
        ('type', 'raw'), ('type', 'qcow2'), ('type', 'vmdk'), ('type', 'iso'), ('type', 'fat'), ('cache', 'none'), ('cache', 'unsafe'), ('cache', 'directsync'), ('io', 'native'), ('io', 'threads'), ('io', 'io_uring'), ('error_policy', 'stop'), ('rerror_policy', 'ignore'), ('error_policy', 'enospace'), ('copy_on_read', 'on'), ('discard', 'unmap'), ('detect_zeroes', 'unmap'),
        ('iothread', '1'), ('queues', '4'), ('queue_size', '256'), ('queue_size', '3'), ('event_idx', 'on'), ('ioeventfd', 'off'), ('discard_no_unref', 'on'))] + ["<driver name='qemu' cache='none' io='native'/>", "<driver name='qemu' type='qcow2'><metadata_cache><max_size unit='K'>8</max_size></metadata_cache></driver>", "<driver name='tap'/>",
        "<readonly/>", "<shareable/>", "<transient/>", "<transient shareBacking='yes'/>", "<serial>x</serial>", "<serial>a/b</serial>", "<wwn>5000c50015ea71ac</wwn>", "<vendor>v</vendor>", "<product>p</product>", "<geometry cyls='1' heads='2' secs='3'/>", "<geometry cyls='1' heads='2' secs='3' trans='lba'/>", "<blockio logical_block_size='512' physical_block_size='4096'/>",
        "<iotune><read_iops_sec>5</read_iops_sec></iotune>", "<iotune><total_bytes_sec>5</total_bytes_sec><total_bytes_sec_max>9</total_bytes_sec_max><total_bytes_sec_max_length>2</total_bytes_sec_max_length></iotune>", "<iotune><total_bytes_sec>5</total_bytes_sec><group_name>g</group_name></iotune>", "<iotune><size_iops_sec>5</size_iops_sec></iotune>",
        "<mirror type='file' job='copy'><source file='/m'/></mirror>", "<backingStore/>", "<backingStore type='file'><format type='qcow2'/><source file='/b'/></backingStore>", "<encryption format='luks'><secret type='passphrase' usage='u'/></encryption>", "<encryption format='qcow'><secret type='passphrase' usage='u'/></encryption>", "<auth username='u'><secret type='iscsi' usage='u'/></auth>",
        "<target tray='open'/>", "<target removable='on'/>", "<target rotation_rate='7200'/>", "<source startupPolicy='optional'/>", "<source index='3'/>", "<disk sgio='unfiltered'/>", "<disk rawio='yes'/>", "<disk snapshot='external'/>", "<disk snapshot='no'/>", "<disk model='virtio'/>", "<disk model='virtio-transitional'/>", "<disk model='virtio-non-transitional'/>"],
    'controller': VIRTIO + ["<driver %s='%s'/>" % d for d in (('queues', '4'), ('cmd_per_lun', '5'), ('max_sectors', '512'), ('ioeventfd', 'on'), ('iothread', '1'))] + ["<controller ports='4'/>", "<controller ports='40'/>", "<controller vectors='3'/>", "<controller maxGrantFrames='4'/>", "<master startport='2'/>", "<target chassisNr='5'/>", "<target chassis='5'/>", "<target port='5'/>", "<target hotplug='off'/>",
        "<target busNr='200'/>", "<target busNr='2'/>", "<target index='1'/>", "<target><node>0</node></target>", "<model name='pci-bridge'/>", "<model name='pcie-root-port'/>", "<model name='ioh3420'/>", "<model name='pxb'/>", "<pcihole64 unit='K'>1048576</pcihole64>", "<controller model='none'/>", "<controller index='3'/>"],
    'interface': VIRTIO + ["<driver name='vhost'/>", "<driver name='qemu'/>", "<driver name='vfio'/>"] + ["<driver %s='%s'/>" % d for d in (('queues', '4'), ('rx_queue_size', '256'), ('tx_queue_size', '256'), ('txmode', 'timer'), ('ioeventfd', 'on'), ('event_idx', 'off'), ('rss', 'on'), ('rss_hash_report', 'on'))] + ["<driver><host csum='off' mrg_rxbuf='off'/><guest tso4='off'/></driver>", "<driver name='qemu' queues='2'/>",
        "<mtu size='1400'/>", "<coalesce><rx><frames max='3'/></rx></coalesce>", "<filterref filter='clean-traffic'/>", "<vlan><tag id='4'/></vlan>", "<virtualport type='openvswitch'/>", "<virtualport type='802.1Qbh'><parameters profileid='x'/></virtualport>", "<bandwidth><inbound average='5'/></bandwidth>", "<target dev='tap7'/>", "<target dev='vnet3'/>", "<target dev='t' managed='no'/>", "<link state='down'/>", "<ip address='10.0.2.0' prefix='24'/>", "<ip family='ipv6' address='fe80::1' prefix='64'/>",
        "<route address='1.2.3.4' gateway='1.2.3.5'/>", "<tune><sndbuf>5</sndbuf></tune>", "<teaming type='persistent'/>", "<teaming type='transient' persistent='ua-x'/>", "<backend tap='/t'/>", "<backend vhost='/v'/>", "<backend type='passt'/>", "<guest dev='e'/>", "<script path='/x'/>", "<downscript path='/x'/>", "<port isolated='yes'/>", "<interface trustGuestRxFilters='yes'/>", "<interface managed='yes'/>", "<source dev='x'/>", "<mac address='52:54:00:00:00:01' type='static'/>"],
    'filesystem': VIRTIO + ["<filesystem %s='%s'/>" % f for f in (('accessmode', 'mapped'), ('accessmode', 'squash'), ('accessmode', 'passthrough'), ('fmode', '644'), ('dmode', '755'), ('multidevs', 'remap'), ('multidevs', 'forbid'), ('model', 'virtio-transitional'), ('model', 'virtio-non-transitional'))] + ["<readonly/>", "<space_hard_limit unit='K'>4</space_hard_limit>", "<driver wrpolicy='immediate'/>", "<driver format='raw'/>", "<driver queue='64'/>", "<binary path='/v' xattr='on'/>", "<binary><cache mode='always'/></binary>", "<binary><sandbox mode='chroot'/></binary>", "<binary><lock posix='on' flock='off'/></binary>", "<binary><thread_pool size='4'/></binary>", "<binary><openfiles max='5'/></binary>"],
    'input': VIRTIO + ["<source evdev='/dev/input/event0'/>", "<source dev='/dev/input/event0' grab='all' grabToggle='ctrl-ctrl' repeat='on'/>"],
    'sound': ["<codec type='duplex'/>", "<codec type='micro'/>", "<audio id='1'/>", "<audio id='2'/>", "<sound multichannel='yes'/>", "<sound streams='1'/>"],
    'hostdev': ["<driver name='vfio'/>", "<driver name='kvm'/>", "<driver name='xen'/>", "<readonly/>", "<shareable/>", "<teaming type='transient' persistent='ua-x'/>", "<hostdev sgio='unfiltered'/>", "<hostdev rawio='yes'/>", "<hostdev managed='yes'/>", "<hostdev managed='no'/>", "<hostdev ramfb='on' display='on'/>", "<source startupPolicy='optional'/>", "<source writeFiltering='no'/>", "<source guestReset='off'/>"],
    'graphics': ["<listen type='address' address='0.0.0.0'/>", "<listen type='network' network='default'/>", "<listen type='socket' socket='/s'/>", "<listen type='none'/>", "<channel name='main' mode='secure'/>", "<image compression='off'/>", "<jpeg compression='never'/>", "<zlib compression='never'/>", "<playback compression='on'/>", "<streaming mode='all'/>", "<clipboard copypaste='no'/>", "<mouse mode='client'/>", "<filetransfer enable='no'/>", "<gl enable='yes'/>", "<gl enable='yes' rendernode='/dev/dri/renderD128'/>", "<audio id='1'/>"] + ["<graphics %s='%s'/>" % g for g in (
        ('passwd', 'p'), ('passwd', 'longer-than-eight'), ('passwdValidTo', '2030-01-01T00:00:00'), ('connected', 'keep'), ('keymap', 'de'), ('sharePolicy', 'force-shared'), ('defaultMode', 'secure'), ('powerControl', 'yes'), ('fullscreen', 'yes'), ('multiUser', 'yes'), ('replaceUser', 'yes'), ('autoport', 'yes'), ('autoport', 'no'), ('listen', '::1'), ('port', '-1'), ('websocket', '-1'), ('wait', '5'))],
    'video': VIRTIO + ["<driver name='vhostuser'/>", "<driver name='qemu'/>", "<driver vgaconf='off'/>", "<model><acceleration accel3d='yes'/></model>", "<model><acceleration accel2d='yes'/></model>", "<model><acceleration rendernode='/dev/dri/r'/></model>", "<model><resolution x='800' y='600'/></model>"],
    'console': ["<log file='/l'/>", "<target port='0'/>", "<target port='1'/>", "<protocol type='telnet'/>", "<source tls='yes'/>", "<source><reconnect enabled='yes' timeout='3'/></source>", "<source><seclabel model='dac' relabel='no'/></source>"],
    'serial': ["<log file='/l' append='on'/>", "<target port='0'/>", "<target port='1'/>", "<target port='4'/>", "<protocol type='telnet'/>", "<source tls='yes'/>", "<source><reconnect enabled='yes' timeout='3'/></source>", "<target><model name='isa-serial'/></target>", "<target><model name='pl011'/></target>", "<target><model name='16550a'/></target>", "<target><model name='usb-serial'/></target>", "<target><model name='sclpconsole'/></target>", "<target><model name='isa-debugcon'/></target>"],
    'parallel': ["<log file='/l'/>", "<target port='0'/>"],
    'channel': ["<log file='/l'/>", "<source channel='a.b'/>", "<source><clipboard copypaste='yes'/><mouse mode='client'/></source>", "<target state='connected'/>", "<target port='3'/>", "<protocol type='tls'/>"],
    'smartcard': ["<database>/d</database>", "<protocol type='raw'/>", "<log file='/l'/>"], 'redirdev': ["<protocol type='raw'/>", "<log file='/l'/>"],
    'rng': VIRTIO + ["<rate bytes='1234'/>", "<rate bytes='1234' period='2000'/>", "<rate bytes='0'/>"],
    'tpm': ["<backend><active_pcr_banks><sha256/></active_pcr_banks></backend>", "<backend><encryption secret='11111111-2222-4333-8444-555555555556'/></backend>", "<backend persistent_state='yes'/>", "<backend debug='3'/>", "<backend><source type='file' path='/f'/></backend>"],
    'shmem': ["<server/>", "<server path='/s'/>", "<msi/>", "<msi vectors='4' ioeventfd='on'/>", "<msi enabled='off'/>", "<size unit='M'>8</size>"],
    'memory': ["<memory><uuid>11111111-2222-4333-8444-555555555556</uuid></memory>", "<uuid>11111111-2222-4333-8444-555555555556</uuid>"],
    'watchdog': ["<watchdog action='%s'/>" % a for a in ('reset', 'shutdown', 'poweroff', 'pause', 'none', 'dump', 'inject-nmi')],
    'memballoon': VIRTIO + ["<memballoon autodeflate='on'/>", "<memballoon freePageReporting='on'/>", "<stats period='5'/>"],
    'iommu': ["<driver %s='%s'/>" % d for d in (('intremap', 'on'), ('intremap', 'off'), ('caching_mode', 'on'), ('eim', 'on'), ('eim', 'off'), ('iotlb', 'on'), ('aw_bits', '48'), ('dma_translation', 'off'))],
    'vsock': VIRTIO, 'audio': ["<input mixingEngine='no'/>", "<output fixedSettings='yes'><settings frequency='44100' channels='2' format='s16'/></output>", "<input voices='3' bufferLength='10'/>", "<output dev='x'/>", "<input name='n'/>", "<output><settings frequency='5'/></output>", "<audio timerPeriod='40'/>", "<output tryPoll='no' bufferCount='3'/>"],
}
ADDRESSES = ["<address %s/>" % a for a in ("type='pci'", "type='pci' domain='0' bus='0' slot='9' function='0'", "type='pci' domain='0' bus='0' slot='9' function='0' multifunction='on'", "type='pci' domain='0' bus='1' slot='0' function='0'", "type='pci' domain='0' bus='0' slot='0' function='0'", "type='pci' domain='0' bus='0' slot='1' function='1'",
    "type='pci' domain='0' bus='0' slot='9' function='3'", "type='pci' domain='1' bus='0' slot='9' function='0'", "type='drive' controller='0' bus='0' target='0' unit='0'", "type='drive' controller='1' bus='0' target='0' unit='1'", "type='drive' controller='0' bus='1' target='0' unit='0'", "type='drive' controller='0' bus='0' target='1' unit='0'",
    "type='usb' bus='0' port='1'", "type='usb' bus='0' port='9'", "type='usb' bus='3' port='1'", "type='ccid' controller='0' slot='0'", "type='virtio-serial' controller='0' bus='0' port='1'", "type='virtio-serial' controller='0' bus='0' port='0'", "type='virtio-serial' controller='2' bus='0' port='1'", "type='virtio-serial' controller='0' bus='0' port='99'", "type='spapr-vio' reg='0x3000'", "type='spapr-vio'",
    "type='ccw' cssid='0xfe' ssid='0' devno='0x7'", "type='ccw' cssid='0x1' ssid='0' devno='0x7'", "type='virtio-mmio'", "type='isa' iobase='0x505' irq='5'", "type='isa'", "type='dimm' slot='0'", "type='dimm' slot='0' base='0x100000000'", "type='unassigned'")] + ["<address type='pci'><zpci uid='5' fid='6'/></address>", "<address type='pci' domain='0' bus='0' slot='9' function='0'><zpci uid='5'/></address>"]


def put(device, text):
    """Says something more of a device: attributes of an element that it has are added to that."""
    e = ET.fromstring(text)
    d = ET.fromstring(device)
    place = d if e.tag == d.tag else d.find(e.tag)
    if place is None:
        d.append(e)
    else:
        place.attrib.update(e.attrib)
        place.extend(list(e))
    return ET.tostring(d, encoding='unicode')


def guest(arch, machine, device):
    return ("<domain type='qemu'><name>q</name><uuid>11111111-2222-4333-8444-555555555551</uuid>%s<memory unit='KiB'>1048576</memory><vcpu>2</vcpu><iothreads>1</iothreads>"
            "<os><type arch='%s' machine='%s'>hvm</type></os>%s<devices><emulator>/usr/bin/qemu-system-%s</emulator>%s</devices></domain>" % (
                "<maxMemory slots='4' unit='KiB'>4194304</maxMemory>" if device.startswith('<memory ') else '', arch, machine,
                "<cpu><numa><cell memory='1048576' cpus='0-1'/></numa></cpu>" if device.startswith('<memory ') else '', arch, device))


def documents(only=None, board=None):
    """board: the machine, if it is to be another one than that of PCs."""
    boards = [b for b in BOARDS if b[1] == board] or [('x86_64', 'pc'), ('x86_64', 'q35')]
    for kind in only or sorted(BASES):
        for base in BASES[kind]:
            for arch, machine in BOARDS if not board else boards:
                yield guest(arch, machine, base), '%s on %s' % (base, machine)
            for extra in EXTRAS.get(kind, []) + COMMON:
                yield guest(*boards[0], put(base, extra)), '%s with %s' % (base, extra)
        for base in BASES[kind][::1 if len(BASES[kind]) < 40 else 7]:
            for extra in ADDRESSES:
                for arch, machine in boards:
                    yield guest(arch, machine, put(base, extra)), '%s with %s' % (base, extra)
