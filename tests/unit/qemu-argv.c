/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * QEMU's command line as domxml-to-native tells it: rows for what connections, storage, memory, and what a
 * guest is given of the host come to.  The frame, CPUs and cards have theirs in qemu-command.c, boards in
 * qemu-machines.c.
 */
#include "qemu-command-text.h"

#define CELL(memory, rest)                                                                                   \
    "<maxMemory slots='4'>1048577</maxMemory><cpu><numa><cell cpus='0' memory='" memory "' " rest            \
    "/></numa></cpu>"
#define MODULE(model, attributes, size, rest) \
    "<memory model='" model "' " attributes ">" rest "<target><size>" size "</size><node>0</node></target>" \
    "</memory>"
#define SERIAL(end) "<serial type='tcp'>" end "<protocol type='raw'/></serial>"
#define FLOPPY(file, drive, order) \
    "<disk type='file' device='floppy'><source file='" file "'/><target dev='" drive "'/>" order "</disk>"
#define BLOCK(rest) \
    "<disk type='block' device='lun'><driver name='qemu' type='raw'/><source dev='/dev/nosuch'>" rest \
    "</source><target dev='vda'/></disk>"
#define SLICED(format)                                                                                       \
    "<disk type='file'><driver name='qemu' type='" format "'/><source file='/a'><slices>"                    \
    "<slice type='storage' offset='512' size='1024'/></slices></source><target dev='vda'/></disk>"
#define NETDISK(source)                                                                                      \
    "<disk type='network'><driver name='qemu' type='raw'/><source " source                                   \
    "</source><target dev='vda'/></disk>"
#define UNIT(rest)                                                                                           \
    "<hostdev mode='subsystem' type='scsi'><source protocol='iscsi' name='iqn.x/3'><host "                   \
    "name='h'/></source>" rest "</hostdev>"
#define FIRMWARE(nvram)                                                                                      \
    "<os><type arch='x86_64' machine='q35'>hvm</type><loader readonly='yes' "                                \
    "type='pflash'>/fw</loader>" nvram "</os><features><acpi/></features>"
#define SHARED "<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>"

static const struct command_row table[] = {
    /* ---- connections */
    { "pc", "", SERIAL("<source mode='bind' host='h' service='1' tls='yes'/>"),
      ",tls-creds=objcharserial0_tls0", "endpoint=client" },
    { "pc", "", SERIAL("<source mode='bind' host='h' service='1' tls='yes'/>"),
      "-object tls-creds-x509,id=objcharserial0_tls0,dir=", "verify-peer=off" },
    { "pc", "", SERIAL("<source mode='connect' host='h' service='1' tls='yes'/>"),
      ",endpoint=client,verify-peer=on", NULL },
    { "pc", "", SERIAL("<source mode='connect' host='h' service='1' tls='no'/>"), "host=h,port=1", "tls" },
    { "pc", "", "<parallel type='dev'><source path='/dev/parport0'/></parallel>",
      "-chardev parallel,id=charparallel0,path=/dev/parport0", NULL },
    { "pc", "", "<serial type='udp'><source mode='connect' service='9'/></serial>",
      ",host=,port=9,localaddr=,localport=0", NULL },
    { "pc", "", "<channel type='unix'><target type='virtio'/></channel>", "/vioser-00-00-01.sock,server=on",
      NULL },
    { "pc", "", "<channel type='qemu-vdagent'><target type='virtio'/></channel>", "virtserialport",
      "com.redhat.spice" },
    { "pc", "",
      "<redirdev bus='usb' type='pty'/><redirfilter><usbdev class='0x8' vendor='0x1234' product='0xbeef' "
      "version='2.5' allow='yes'/><usbdev allow='no'/></redirfilter>",
      "\"filter\":\"0x08:0x1234:0xBEEF:0x0250:1|-1:-1:-1:-1:0\"", NULL },
    { "pc", "", "<serial type='pty'><log file='/l'/></serial>", "logfile=/l\n", NULL },
    { "pc", "", "<serial type='pty'><log file='/l' append='off'/></serial>", "logfile=/l,logappend=off",
      NULL },
    { "pc", "", "<graphics type='spice'/><channel type='spicevmc'><target type='virtio' name='x'/></channel>",
      "is called 'com.redhat.spice.0'", NULL },
    { "pc", "", "<console type='spiceport'><source channel='a'/><target type='virtio'/></console>",
      "needs <graphics type='spice'/>", NULL },
    { "pc", "",
      "<controller type='virtio-serial' ports='2'/><channel type='pty'><target type='virtio'/></channel>"
      "<channel type='pty'><target type='virtio'/></channel>",
      "\"bus\":\"virtio-serial1.0\",\"nr\":1", NULL },
    /* ---- displays */
    { "pc", "", "<graphics type='dbus'/><graphics type='dbus'/>", "several <graphics type='dbus'>", NULL },
    { "pc", "", "<graphics type='spice'><gl enable='yes' rendernode='/d,e'/><listen type='none'/></graphics>",
      "rendernode=/d,,e,", NULL },
    { "pc", "", "<graphics type='spice' autoport='yes'><channel name='main' mode='secure'/></graphics>",
      "port=5901,tls-port=5902,addr=127.0.0.1", NULL },
    { "pc", "", "<graphics type='spice' autoport='yes' defaultMode='secure'/>",
      "-spice tls-port=5902,addr=", "port=5901" },
    { "pc", "", "<graphics type='spice' autoport='yes'/>", "-spice port=5901,addr=", "tls" },
    { "pc", "",
      "<graphics type='spice' port='5909' autoport='no'><channel name='main' mode='secure'/></graphics>",
      "no tlsPort=", NULL },
    { "pc", "",
      "<graphics type='vnc'><listen type='address' address='::1'/><listen type='socket' "
      "socket='/s'/></graphics>",
      "listens in 2 places", NULL },
    { "pc", "", "<graphics type='vnc' autoport='yes' websocket='-1'/>", ",websocket=-1", NULL },
    { "pc", "", "<graphics type='vnc'><listen type='network' network='nosuch'/></graphics>",
      "there is none of", NULL },
    { "pc", "",
      "<graphics type='dbus' p2p='yes'><gl enable='no' rendernode='/r'/><audio id='1'/></graphics>"
      "<audio id='1' type='dbus'/>",
      "-display dbus,p2p=on,gl=off,rendernode=/r,audiodev=audio1", "addr=" },
    { "pc", "", "<graphics type='dbus'/><sound model='ac97'/>", "no <audio>", NULL },
    /* ---- disks and floppies */
    { "q35", "", "<controller type='fdc'/>", "-machine pc-q35", "isa-fdc" },
    { "q35", "", FLOPPY("/a", "fda", "<boot order='1'/>") FLOPPY("/b", "fdb", "<boot order='2'/>"),
      "{\"driver\":\"isa-fdc\",\"bootindexA\":1,\"bootindexB\":2}", NULL },
    { "pc", "", FLOPPY("/a", "fda", "") FLOPPY("/b", "fdb", "<boot order='2'/>"),
      "-global isa-fdc.bootindexB=2", "bootindexA" },
    { "pc", "",
      "<disk type='file'><driver name='qemu' copy_on_read='on' discard='ignore'/><source file='/d'/>"
      "<target dev='vda'/></disk>",
      "\"file\":\"libvirt-1-format\",\"discard\":\"unmap\"}", NULL },
    { "pc", "", SLICED("qcow2"),
      "\"node-name\":\"libvirt-1-slice-sto\",\"offset\":512,\"size\":1024,\"auto-read-only\":true", NULL },
    { "pc", "", SLICED("qcow2"), "\"driver\":\"qcow2\",\"file\":\"libvirt-1-slice-sto\"", NULL },
    { "pc", "", SLICED("raw"), "\"offset\":512,\"size\":1024,\"file\":\"libvirt-1-storage\"", "slice" },
    { "pc", "", BLOCK(""), "\"driver\":\"host_device\"", "pr-" },
    { "pc", "", BLOCK("<reservations managed='yes'/>"), "\"pr-manager\":\"pr-helper0\"", NULL },
    { "pc", "",
      BLOCK("<reservations managed='no'><source type='unix' path='/p' mode='client'/></reservations>"),
      "-object pr-manager-helper,id=pr-helper-libvirt-1-storage,path=/p", "pr-helper0" },
    { "pc", "", "<disk type='block' device='cdrom'><source dev='/dev/sr9999'/><target dev='hdc'/></disk>",
      "\"driver\":\"host_device\"", NULL },
    { "pc", "", NETDISK("protocol='nbd' name='x' tls='yes' tlsHostname='t'><host name='h'/>"),
      "\"tls-creds\":\"objlibvirt-1-storage_tls0\",\"tls-hostname\":\"t\"", NULL },
    { "pc", "", NETDISK("protocol='iscsi' name='iqn.x/1'><host name='::1'/>"), "\"portal\":\"[::1]:3260\"",
      NULL },
    { "pc", "", NETDISK("protocol='rbd' name='p/i'><host name='h'/>"), "\"host\":\"h\",\"port\":\"0\"",
      NULL },
    { "pc", "", NETDISK("protocol='sheepdog' name='v'>"), "one <host>", NULL },
    { "pc", SHARED,
      "<disk type='vhostuser'><driver name='qemu' queues='2' packed='on'/><source type='unix' path='/p'>"
      "<reconnect enabled='yes' timeout='7'/></source><target dev='vda'/></disk>",
      "-chardev socket,id=chr-vu-virtio-disk0,path=/p,reconnect=7", "-blockdev" },
    { "pc", SHARED,
      "<disk type='vhostuser'><driver name='qemu' queues='2' packed='on'/><source type='unix' path='/p'/>"
      "<target dev='vda'/></disk>",
      "{\"driver\":\"vhost-user-blk-pci\",\"num-queues\":2,\"packed\":true,\"chardev\":\"chr-vu-virtio-"
      "disk0\"",
      NULL },
    { "pc", "",
      "<disk type='volume' device='cdrom'><source pool='p' volume='v' startupPolicy='optional'/>"
      "<target dev='hdc'/></disk>",
      "\"driver\":\"ide-cd\"", "\"drive\"" },
    { "pc", "",
      "<disk type='volume'><source pool='p' volume='v' startupPolicy='optional'/><target dev='vda'/></disk>",
      "-machine", "virtio-blk" },
    { "pc", "", "<disk type='volume'><source pool='p' volume='v'/><target dev='vda'/></disk>",
      "no storage pool 'p'", NULL },
    { "pc", "",
      "<disk type='file'><driver name='qemu' type='qcow2'/><source file='/a'/><target dev='vda'/>"
      "<transient shareBacking='yes'/></disk>",
      "-machine", "virtio-blk" },
    { "pc", "",
      "<disk type='file'><source file='/a'/><target dev='vda'/><address type='virtio-mmio'/></disk>",
      "{\"driver\":\"virtio-blk-device\"", NULL },
    { "pc", "",
      "<disk type='file'><source file='/a'/><target dev='sda' bus='usb'/><transient "
      "shareBacking='yes'/></disk>",
      "-machine", "usb-storage" },
    { "pc", "",
      "<disk type='file'><driver name='qemu' type='cow'/><source file='/a'/><target dev='vda'/></disk>",
      "'cow' is no format", NULL },
    { "pc", SHARED, "<disk type='vhostuser'><source type='unix' path='/p'/><target dev='vda'/></disk>",
      "\"driver\":\"vhost-user-blk-pci\",\"chardev\"", NULL },
    /* ---- memory: in whole blocks; what is said of a module goes before what is said of its cell */
    { "pc", CELL("65537", ""), "", "-m size=66560k,slots=4,maxmem=1049600k", NULL },
    { "pc", CELL("65537", ""), "", "-object memory-backend-ram,id=ram-node0,size=68157440", NULL },
    { "pc", CELL("65536", ""), MODULE("dimm", "", "5121", ""), "id=memdimm0,size=6291456", NULL },
    { "pc", CELL("65536", "memAccess='private'"), MODULE("dimm", "", "4096", ""), "/dimm0,share=off", NULL },
    { "pc", CELL("65536", "memAccess='private'"), MODULE("dimm", "access='shared'", "4096", ""),
      "/dimm0,share=on", NULL },
    { "pc", "<memoryBacking><source type='file'/><discard/></memoryBacking>" CELL("65536", "discard='no'"),
      MODULE("dimm", "", "4096", ""), "/dimm0,discard-data=off", "discard-data=on" },
    { "pc", "<memoryBacking><source type='file'/><discard/></memoryBacking>" CELL("65536", ""),
      MODULE("dimm", "discard='no'", "4096", ""), "/dimm0,discard-data=off", NULL },
    { "pc", "<memoryBacking><discard/></memoryBacking>" CELL("65536", ""),
      "<memory model='virtio-pmem' access='shared'><source><path>/p</path></source><target><size>2048</size>"
      "</target></memory>",
      "id=memvirtiopmem0,mem-path=/p,share=on,size=", NULL },
    { "pc", "<numatune><memory mode='strict' nodeset='1000'/></numatune>", "", "NUMA node 1000", NULL },
    { "pc", "<numatune><memory mode='strict' placement='auto'/></numatune>", "", "chosen when it starts",
      NULL },
    /* ---- CPUs, threads, clocks */
    { "pc", "<cpu mode='custom'><model>core2duo</model><cache mode='disable'/></cpu>", "",
      "core2duo,l3-cache=off", "host-cache" },
    { "pc", "<features><kvm><pv-ipi state='off'/></kvm></features>", "", ",kvm-pv-ipi=off", NULL },
    { "pc",
      "<cpu><model>qemu64</model><feature name='osxsave' policy='require'/><feature name='cmt' "
      "policy='require'/><feature name='avx' policy='require'/></cpu>",
      "", "-cpu qemu64,avx=on\n", NULL },
    { "pc", "<cpu><model>qemu64</model><feature name='nosuch' policy='disable'/></cpu>", "",
      "no feature 'nosuch'", NULL },
    { "pc",
      "<vcpu current='2'>3</vcpu><vcpus><vcpu id='0' enabled='yes' hotpluggable='no'/><vcpu id='1' "
      "enabled='no' "
      "hotpluggable='yes'/><vcpu id='2' enabled='yes' hotpluggable='yes'/></vcpus>",
      "", "-smp 1,maxcpus=3", NULL },
    { "pc", "<defaultiothread thread_pool_min='2' thread_pool_max='4'/>", "",
      "-object main-loop,id=main-loop,thread-pool-min=2,thread-pool-max=4", NULL },
    /* ---- of the host */
    { "pc", "", UNIT(""), "\"portal\":\"h:0\",\"target\":\"iqn.x\",\"lun\":3", "auto-read-only" },
    { "pc", "",
      "<controller type='scsi' index='0' model='virtio-scsi'/>" UNIT("<readonly/><boot order='1'/>"),
      "{\"driver\":\"scsi-generic\",\"bus\":\"scsi0.0\",\"channel\":0,\"scsi-id\":0,\"lun\":0,\"drive\":"
      "\"libvirt-1-backend\",\"id\":\"hostdev0\",\"bootindex\":1}",
      NULL },
    { "pc", "", "<controller type='scsi' model='lsilogic'/>" UNIT(""),
      "{\"driver\":\"scsi-generic\",\"bus\":\"scsi0.0\",\"scsi-id\":0,\"drive\"", NULL },
    { "pc", "",
      "<disk type='file'><source file='/a'/><target dev='vda'/></disk><disk type='file' device='cdrom'>"
      "<target dev='hdc'/></disk>" UNIT(""),
      "libvirt-3-backend", NULL },
    { "pc", "",
      "<hostdev mode='subsystem' type='usb'><source guestReset='uninitialized'><address bus='1' device='2'/>"
      "</source></hostdev>",
      "\"guest-reset\":true,\"guest-resets-all\":false", NULL },
    { "pc", "",
      "<hostdev mode='subsystem' type='usb'><source><vendor id='1'/><product id='2'/></source></hostdev>",
      "which USB device", NULL },
    { "pc", "", "<hostdev mode='subsystem' type='pci'><source><address bus='1' slot='2'/></source></hostdev>",
      "which driver passes", NULL },
    { "pc", "",
      "<hostdev mode='subsystem' type='pci'><driver name='vfio'/><source><address bus='1' slot='2'/></source>"
      "<teaming type='transient' persistent='ua-x'/></hostdev><interface type='user'><model type='virtio'/>"
      "<teaming type='persistent'/><alias name='ua-x'/></interface>",
      "\"failover_pair_id\":\"ua-x\"", NULL },
    { "pc", SHARED,
      "<filesystem type='mount'><driver type='virtiofs' packed='on'/><source socket='/s'/><target dir='t'/>"
      "<boot order='3'/></filesystem>",
      "\"packed\":true,\"bootindex\":3", NULL },
    { "pc", SHARED,
      "<filesystem type='mount' accessmode='mapped'><driver type='virtiofs'/><source socket='/s'/>"
      "<target dir='t'/></filesystem>",
      "vhost-user-fs-pci", NULL },
    { "pc", "",
      "<filesystem type='mount' accessmode='mapped'><driver type='handle'/><source dir='/s'/><target "
      "dir='t'/>"
      "</filesystem>",
      "'handle' has accessmode", NULL },
    { "pc", "", "<input type='evdev'/>", "names no device", NULL },
    { "pc", "", "<input type='evdev'><source dev='/e' repeat='off'/></input>", "evdev=/e,repeat=off", NULL },
    { "pc", "<os><type arch='x86_64' machine='pc'>hvm</type><smbios mode='host'/></os>", "",
      "SMBIOS of the host", NULL },
    { "pc",
      "<os><type arch='x86_64' machine='pc'>hvm</type><smbios mode='sysinfo'/></os><sysinfo type='smbios'>"
      "<baseBoard><entry name='serial'>1</entry></baseBoard><baseBoard><entry "
      "name='serial'>2</entry></baseBoard>"
      "</sysinfo>",
      "", "SMBIOS type 2", NULL },
    { "pc", "<os><type arch='x86_64' machine='pc'>hvm</type><smbios mode='sysinfo'/></os>", "",
      "and has none", NULL },
    { "q35", FIRMWARE("<nvram type='block'><source dev='/dev/x'/></nvram>"), "",
      "host_device\",\"filename\":\"/dev/x\",\"node-name\":\"libvirt-pflash1-storage\"", NULL },
    { "q35",
      FIRMWARE("<nvram type='network'><source protocol='nbd' name='x'><host name='h'/></source></nvram>"), "",
      "\"export\":\"x\",\"node-name\":\"libvirt-pflash1-storage\"", NULL },
    { "q35", FIRMWARE("<nvram>/v</nvram>"), "",
      "\"filename\":\"/v\",\"node-name\":\"libvirt-pflash1-storage\"", NULL },
    { "pc", "<clock offset='utc'><timer name='pit'/></clock>", "", "kvm-pit.lost_tick_policy=delay", NULL },
    { "pc", "",
      "<hostdev mode='subsystem' type='usb'><source guestReset='off'><address bus='1' "
      "device='2'/></source></hostdev>",
      "\"guest-reset\":false", "guest-resets-all" },
    { "pc", "",
      "<disk type='network'><auth username='u'><secret type='ceph' usage='s'/></auth><source protocol='rbd' "
      "name='p/v'><host name='h'/></source><target dev='vda'/></disk><hostdev mode='subsystem' type='pci'>"
      "<source><address domain='0' bus='6' slot='1' function='0'/></source></hostdev>",
      "the secret for disk vda", "a PCI device" },
    { "pc", "",
      "<disk type='file'><driver type='qcow2'/><source file='/a'/><backingStore type='file'>"
      "<format type='raw'/><source file='/b'><encryption format='luks'><secret type='passphrase' "
      "usage='s'/></encryption></source></backingStore><target dev='vda'/></disk>",
      "the secret for disk vda", NULL },
    { "pc", "", "<channel type='pty'><target type='xen' name='x'/></channel>", "channels of type 'xen'",
      NULL },
    { "pc", CELL("524288", ""),
      "<memory model='virtio-pmem' "
      "access='shared'><source><path>/n</path></source><target><size>522241</size>"
      "</target></memory>",
      ",size=536870912", NULL },
    { "pc", "",
      "<disk type='file'><source file='/a'/><target dev='vda'/><backingStore type='file'><format "
      "type='qcow2'/>"
      "<source file='/b'/></backingStore></disk>",
      "has nothing below it", NULL },
    { "pc",
      "<memoryBacking><hugepages><page size='1' unit='G'/></hugepages><source type='memfd'/></memoryBacking>",
      "", "hugetlbsize=1073741824,x-use-canonical-path-for-ramblock-id=off,prealloc=on", NULL },
    { "pc", "",
      "<disk type='file'><driver name='qemu' error_policy='enospace'/><source file='/a'/><target dev='vda'/>"
      "</disk>",
      "\"werror\":\"enospc\"", "rerror" },
    { "pc", "", "<disk type='file'><source file='/a'/><target dev='vda'/><shareable/></disk>",
      "\"cache\":{\"direct\":true,\"no-flush\":false}", NULL },
    { "pc", "", "<disk type='file'><source file='/a'/><target dev='vda'/><shareable/><readonly/></disk>",
      "\"read-only\":true", "\"direct\"" },
    { "pc", "", NETDISK("protocol='ssh' name='/x'>"), "ssh needs a <host>", NULL },
    { "pc", "<keywrap><cipher name='aes' state='on'/></keywrap>", "", "wraps no keys", NULL },
    { "pc", "", "<controller type='usb' model='piix3-uhci' ports='4'/>", "are not chosen", NULL },
    { "pc", "",
      "<controller type='usb' model='piix3-uhci'/>"
      "<controller type='usb' index='1' model='piix3-uhci'><master startport='0'/></controller>",
      "its master is not there", NULL },
    { "pc", "", "<controller type='usb' model='vt82c686b-uhci'/>", "no USB controller 'vt82c686b-uhci'",
      NULL },
    /* ---- places where a device never is */
    { "pc", "", "<memballoon model='virtio'><address type='isa'/></memballoon>",
      "(virtio-balloon-pci) cannot have an address of type 'isa'", NULL },
    { "pc", "", "<video><model type='vga'/><address type='drive' controller='7'/></video>",
      "SCSI controller 7", NULL },
    { "pc", "", "<video><model type='vga'/><address type='usb' bus='4'/></video>", "USB controller 4", NULL },
    { "pc", "", "<video><model type='vga'/><address type='usb'/></video><controller type='usb'/>",
      "\"bus\":\"usb.0\",\"port\":\"\"", NULL },
    { "pc", "", "<video><model type='vga'/><address type='virtio-serial' port='4'/></video>",
      "virtio-serial controller 0", NULL },
    { "pc", "",
      "<video><model type='vga'/><address type='virtio-serial' port='4'/></video><controller "
      "type='virtio-serial'/>",
      "\"bus\":\"virtio-serial0.0\",\"nr\":4", NULL },
    { "pc", "",
      "<video><model type='vga'/><address type='drive' target='2' unit='3'/></video><controller type='scsi' "
      "model='virtio-scsi'/>",
      "\"bus\":\"scsi0.0\",\"channel\":0,\"scsi-id\":2,\"lun\":3", NULL },
    { "pc", "", "<video><model type='vga'/><address type='isa' irq='3'/></video>", "\"iobase\":0,\"irq\":3",
      NULL },
    { "pc", "", "<video><model type='vga'/><address type='dimm' slot='3'/></video>", "\"slot\":3", NULL },
    { "pc", "", "<serial type='pty'><address type='isa' irq='3'/></serial>", "\"irq\":3", "iobase" },
    { "pc", "", "<shmem name='s'><model type='ivshmem-plain'/><address type='ccid'/></shmem>",
      "on the PCI bus", NULL },
    { "pc", "", "<channel type='pty'><target type='xen'/></channel>", "'xen'", NULL },
    { "pc",
      "<memoryBacking><hugepages><page size='8' unit='KiB'/></hugepages><source "
      "type='memfd'/></memoryBacking>",
      "", "hugetlbsize=8192", NULL },
    { "pc",
      "<os><type arch='x86_64' machine='pc'>hvm</type><smbios mode='sysinfo'/></os><sysinfo type='smbios'>"
      "<system><entry name='x'>y</entry></system><oemStrings/></sysinfo>",
      "", "-machine", "-smbios" },
    { "pc", "<memoryBacking><hugepages/><source type='memfd'/></memoryBacking>", "", "hugetlbfs", NULL },
    { "pc", "", "<channel type='pty'><target type='none'/></channel>", "'none'", NULL },
    { "pc", "<clock><timer name='rtc' track='guest'/><timer name='rtc' track='wall'/></clock>", "",
      "-rtc base=utc,clock=vm\n", NULL },
    { "pc", "", "<graphics type='sdl'><gl enable='no'/></graphics>", "-display sdl,gl=off", NULL },
    { "pc", "<numatune><memory nodeset='3055'/></numatune>", "", "NUMA node 3055", NULL },
    { "pc", "", NETDISK("protocol='iscsi' name='iqn.x/y'><host name='h'/>"), "ends with 'y'", NULL },
    { "pc", "", NETDISK("protocol='iscsi' name='iqn.x/'><host name='h'/>"), "ends with ''", NULL },
    { "pc", "", NETDISK("protocol='iscsi' name='iqn.x/3'><host name='h'/>"), "\"lun\":3", NULL },
    { "pc", "", "<redirdev bus='usb' type='spicevmc'><alias name='ua-x'/></redirdev><graphics type='spice'/>",
      "spicevmc,id=charua-x,name=usbredir", NULL },
    { "pc", "",
      "<hostdev mode='subsystem' type='usb'><source guestReset='off'><address bus='6' device='8'/></source>"
      "</hostdev>",
      "\"guest-reset\":false", "guest-resets-all" },
    { "pc", "", "<shmem name='s'><model type='ivshmem-plain'/><size unit='M'>3</size></shmem>",
      "power of two", NULL },
    { "pc", "", "<graphics type='vnc' autoport='no'/>", "from 5900 to 65535", NULL },
    { "pc", "", "<graphics type='vnc' autoport='no'><listen type='none'/></graphics>", "-vnc none", NULL },
    { "pc", "<clock offset='utc'><timer name='pit'/></clock>", "", "kvm-pit.lost_tick_policy=delay", NULL },
    { "pc", "<clock offset='utc'><timer name='pit' tickpolicy='catchup'/></clock>", "", "-rtc", "kvm-pit" },
    { "pc", "", "<tpm><backend type='passthrough'><device path='tpm0'/></backend></tpm>", "no path", NULL },
    { "pc", "", "<tpm><backend type='passthrough'><device path='/dev'/></backend></tpm>", "a folder", NULL },
    { "pc", "<os><type arch='x86_64' machine='pc'>hvm</type><smbios mode='sysinfo'/></os>", "", "has none",
      NULL },
};

static void
rows(void)
{
    command_rows(table, G_N_ELEMENTS(table));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/qemu-argv/rows", rows);
    return fixture_run();
}
