/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the QEMU driver makes of documents, a row each: code and domain of the refusal, where a document is
 * wrong in two ways that of the fault that users are told first, or a part of what comes back.
 */
#include "qemu-fixture.h"

#include <string.h>

#define AUTH(type) \
    "<auth username='u'><secret type='" type "' uuid='11111111-2222-4333-8444-555555555555'/></auth>"
#define NETDISK(protocol, auth)                                                                              \
    "<disk type='network'><source protocol='" protocol "' name='a/b'><host name='h'/></source>" auth \
    "<target dev='vda'/></disk>"
#define UHCI "<controller type='usb' model='piix3-uhci'/>"
#define TABLET "<input type='tablet' bus='usb'/>"
#define HOSTDEV                                                                                              \
    "<hostdev mode='subsystem' type='usb'><source><vendor id='1'/><product id='2'/></source></hostdev>"
#define PORT(n) "<address type='usb' bus='0' port='" n "'/>"
#define DMI "<controller type='pci' index='1' model='dmi-to-pci-bridge'/>"
#define HOSTCARD(address)                                                                                    \
    "<interface type='hostdev'><source><address type='" address "'/></source></interface>"
#define ENCRYPTED(how, more)                                                                                 \
    "<disk type='file'><driver type='qcow2'/><source file='/a'><encryption " how "><secret "                 \
    "type='passphrase' usage='u'/></encryption></source>" more "<target dev='vda'/></disk>"
#define DISK(bus, driver, more)                                                                              \
    "<disk type='file'>" driver "<source file='/a'/><target dev='sda' bus='" bus "'/>" more "</disk>"
#define CACHED "<metadata_cache><max_size>9</max_size></metadata_cache>"
#define VOLUME(driver, more)                                                                                 \
    "<disk type='volume'>" driver "<source pool='a' volume='b'/><target dev='vda'/>" more "</disk>"
#define USB_DISK(driver, more)                                                                               \
    "<disk type='file'>" driver "<source file='/1'/><target dev='sda' bus='usb'/>" more "</disk>"
#define HUB(n) "<hub type='usb'>" PORT(n) "</hub>"
#define ZPCI "<address type='pci'><zpci uid='7'/></address>"
#define LUN(target, more)                                                                                    \
    "<disk type='block' device='lun'><source dev='/dev/a'/><target dev='sda' bus='scsi' " target "/>" more  \
    "</disk>"
/* What has no place on any bus, which is said when places are given. */
#define NO_PLACE "<controller type='xenbus'/>"
#define VCPUS(a, b) "<vcpu current='2'>4</vcpu><vcpus><vcpu " a "/><vcpu " b "/></vcpus>"
#define DIMM(address) \
    "<memory model='dimm'><target><size>1</size><node>0</node></target>" address "</memory>"

static const struct {
    const char *machine, *extra, *devices, *want;
} table[] = {
    /* ---- USB: who chooses first, where, and what if nothing is there to choose from */
    { "pc", "", UHCI TABLET HOSTDEV, "<product id='0x0002'/>\n      </source>\n      " PORT("1") },
    { "pc", "", UHCI TABLET HOSTDEV, "<input type='tablet' bus='usb'>\n      " PORT("2") },
    { "pc", "", "<interface type='hostdev'><source><vendor id='1'/><product id='2'/></source></interface>",
      PORT("1") },
    { "pc", "",
      "<interface type='hostdev'><source writeFiltering='no'><address type='pci' bus='1' slot='2'/></source>"
      "</interface>",
      "67/10" },
    { "pc", "", UHCI "<serial type='pty'><target type='usb-serial'/></serial>" TABLET,
      "<input type='tablet' bus='usb'>\n      " PORT("1") },
    { "pc", "", "<controller type='usb' model='piix3-uhci' ports='0'/>" TABLET, PORT("1") },
    { "pc", "", "<controller type='usb' model='qemu-xhci' ports='0'/>" TABLET, "1/20" },
    { "pc", "",
      "<controller type='usb' index='0' model='piix3-uhci'/>"
      "<controller type='usb' index='1' model='qemu-xhci'/>"
      "<input type='tablet' bus='usb'><address type='usb' bus='1'/></input>",
      "<address type='usb' bus='1' port='1'/>" },
    { "pc", "",
      UHCI "<input type='tablet' bus='usb'>" PORT("1") "</input><input type='tablet' bus='usb'>" PORT(
          "2") "</input>" HOSTDEV,
      "1/20" },
    { "pc", "", "<controller type='usb' model='qusb1'/><redirdev bus='usb' type='pty'/>", "67/10" },
    { "pc", "", "<controller type='usb' model='ich9-uhci1'/>" TABLET, "35/20" },
    { "pc", "", "<controller type='usb' model='none'/><redirdev bus='usb' type='pty'/>", "67/10" },
    { "pc", "", "<controller type='usb' model='none'/><sound model='usb'/>", "67/10" },
    { "pc", "",
      "<interface type='user'><model type='usb-net'/><driver page_per_vq='on'/><address type='drive'/>"
      "</interface>",
      "67/20" },
    { "pc", "", "<controller type='usb' index='1' model='ich9-uhci1'/>", "35/20" },
    { "pc", "",
      "<controller type='usb' index='1' model='ich9-ehci1'/>"
      "<controller type='usb' index='1' model='qemu-xhci'/>",
      "27/20" },
    { "pc", "",
      "<controller type='usb' index='1' model='ich9-ehci1'/>"
      "<controller type='usb' index='1' model='ich9-uhci1'/>"
      "<controller type='usb' index='1' model='ich9-uhci1'/>",
      "27/20" },
    /* Hubs fill before the next bus does, and a hub before the hub beside it. */
    { "pc", "", UHCI "<controller type='usb' index='1' model='piix3-uhci'/>" HUB("1") HUB("2") TABLET,
      PORT("1.1") },
    { "pc", "", UHCI HUB("2") HUB("1") HUB("1.1") HUB("2.1") TABLET, PORT("1.2") },
    { "pc", "", UHCI HUB("2.1") HUB("2"), "27/20" },
    { "pc", "<os><type machine='pc-i440fx-99'>hvm</type></os>",
      "<disk type='file'><source file='/a'/><target dev='sda' bus='usb'/><address type='pci'/></disk>",
      "67/10" },
    /* ---- controllers: models that nobody named, places */
    { "pc", "", "<controller type='scsi'/><sound model='ich6'><address type='drive' target='1'/></sound>",
      "67/10" },
    /* ---- interfaces that are devices of the host are on its bus, whatever model they name */
    { "pc", "",
      "<interface type='hostdev'><source><address type='pci'/></source><model type='usb-net'/></interface>",
      "<model type='usb-net'/>\n      <address type='pci'" },
    { "pc", "",
      "<interface type='user'><model type='virtio-transitional'/><teaming type='persistent'/></interface>",
      "<teaming type='persistent'/>" },
    { "pc", "", "<console type='spiceport'><source channel='a.b'/><target type='virtio'/></console>",
      "67/10" },
    { "pc", "", "<channel type='pty'><target type='virtio'/><address type='pci' domain='1'/></channel>",
      "<target type='virtio'/>\n      <address type='virtio-serial' controller='0' bus='0' port='1'/>" },
    /* ---- what disks cannot have */
    { "q35", "", DISK("sata", "", "<wwn>5000c50015ea71ac</wwn>"), "67/10" },
    { "pc", "", DISK("ide", "", "<wwn>5000c50015ea71ac</wwn>"), "<wwn>5000c50015ea71ac</wwn>" },
    { "pc", "", DISK("usb", "", "<geometry cyls='1' heads='2' secs='3'/>"), "67/10" },
    { "pc", "", DISK("usb", "", "<geometry cyls='0' heads='2' secs='3'/>"), "<target dev='sda' bus='usb'/>" },
    { "pc", "", DISK("scsi", "", "<readonly/><transient/>"), "67/10" },
    { "pc", "", DISK("usb", "", "<transient shareBacking='yes'/>"), "shareBacking='yes'" },
    { "pc", "", DISK("scsi", "<driver type='vmdk'/>", "<encryption format='luks'/>"), "67/10" },
    { "pc", "", VOLUME("", "<shareable/>"), "67/10" },
    { "pc", "", VOLUME("<driver type='raw'/>", "<shareable/>"), "<shareable/>" },
    { "pc", "", VOLUME("<driver type='qcow2'/>", "<shareable/>"), "67/10" },
    /* of several faults: what the disk says of itself, its address, the rest */
    { "pc", "", USB_DISK("", "<address type='pci' slot='9'/><wwn>5000c50015ea71aa</wwn>"), "67/10" },
    { "pc", "", USB_DISK("", "<serial>a/b</serial><vendor>SEA</vendor>"), "67/10" },
    { "pc", "", USB_DISK("<driver type='fat'/>", "<address type='pci' slot='9'/>"), "1/10" },
    { "pc", "",
      "<disk type='file'><source file='/1'/><target dev='sda' bus='scsi'/><geometry cyls='1' heads='2' "
      "secs='3' trans='lba'/><address type='drive' bus='3'/></disk>",
      "1/10" },
    { "pc", "", VOLUME("<driver type='qcow2'/>", "<shareable/><readonly/>"), "<shareable/>" },
    { "pc", "", VOLUME("<driver type='fat'/>", ""), "type='fat'" },
    { "pc", "", "<disk type='file' device='floppy'><driver copy_on_read='on'/><target dev='fda'/></disk>",
      "67/10" },
    { "pc", "", "<disk type='file' device='floppy'><source file='/a'/><target dev='fda'/><transient/></disk>",
      "67/10" },
    { "pc", "", LUN("", "<serial>a/b</serial>"), "67/10" },
    { "pc", "", "<panic model='isa'/><panic/>", "27/20" },
    /* ---- displays with OpenGL, and a channel whose socket QEMU listens at */
    { "pc", "", "<graphics type='spice'><gl enable='yes'/></graphics><graphics type='egl-headless'/>",
      "67/10" },
    { "pc", "",
      "<graphics type='spice'><gl enable='yes'/></graphics>"
      "<graphics type='sdl'><gl enable='yes'/></graphics>",
      "<gl enable='yes'/>" },
    { "pc", "",
      "<channel type='unix'><target type='virtio'/><source mode='connect'><reconnect enabled='no'/></source>"
      "</channel>",
      "1/20" },
    /* ---- PCI: cards of the host come first; devices find no place behind a dmi-to-pci-bridge, bridges do */
    { "q35", "",
      "<hostdev mode='subsystem' type='scsi_host'><source protocol='vhost' "
      "wwpn='naa.5123456789abcde0'/></hostdev>" HOSTCARD("pci' bus='1' slot='2' function='0"),
      "slot='0x02' function='0x0'/>\n      </source>\n      <address type='pci' domain='0x0000' bus='0x02'" },
    { "pc", "", UHCI TABLET HOSTCARD("usb' bus='1' device='2"),
      "device='2'/>\n      </source>\n      " PORT("1") },
    { "q35", "", DMI "<interface type='user'><model type='e1000'/></interface>",
      "<model type='e1000'/>\n      <address type='pci' domain='0x0000' bus='0x02' slot='0x01'" },
    { "q35", "", DMI "<controller type='pci' index='2' model='pci-bridge'/>",
      "<address type='pci' domain='0x0000' bus='0x01' slot='0x00'" },
    /* ---- who decrypts */
    { "pc", "", ENCRYPTED("format='luks'", ""), "<encryption format='luks' engine='qemu'>" },
    { "pc", "", ENCRYPTED("format='luks' engine='librbd'", ""), "67/10" },
    { "pc", "",
      ENCRYPTED("format='luks'", "<backingStore type='file'><format type='raw'/><source file='/b'>"
                                 "<encryption format='qcow'/></source></backingStore>"),
      "67/10" },
    /* ---- other places */
    { "q35", "", "<iommu model='virtio'><address type='pci' bus='1'/></iommu>", "27/20" },
    { "pc", ROOM, DIMM("<address type='drive'/>"), "<address type='dimm' slot='0'/>" },
    { "pc", ROOM, DIMM("<address type='drive'/>") DIMM("") DIMM(""), "1/10" },
    { "pc", "", "<smartcard mode='host'><address type='virtio-serial' controller='3' port='4'/></smartcard>",
      "27/20" },
    { "pc", "", "<smartcard mode='host'><address type='pci' domain='1' slot='4'/></smartcard>", "27/20" },
    { "pc", "", "<smartcard mode='host'><address type='pci' slot='4'/></smartcard>", "67/20" },
    { "pc", "", "<smartcard mode='host'><address type='pci' bus='7'/></smartcard>", "27/20" },
    { "pc", "", "<parallel type='pty'><address type='pci' bus='3' function='5'/></parallel>", "27/20" },
    { "pc", "", "<controller type='usb' model='none'><address type='pci' bus='3'/></controller>",
      "<controller type='usb' index='0' model='none'/>" },
    { "pc", "", "<tpm><backend type='passthrough'/><address type='pci' bus='3'/></tpm>", "27/20" },
    { "pc", "", "<sound model='ac97'><address type='pci'><zpci uid='0xa6'/></address></sound>", "67/10" },
    { "pc", "", "<controller type='fdc'><address type='spapr-vio'/></controller>", "reg='0x00002000'" },
    { "pc", "", "<parallel type='pty'><target port='5'/></parallel><parallel type='pty'/>",
      "<target port='6'/>" },
    /* ---- disks */
    { "pc", "", NETDISK("nbd", AUTH("iscsi")), "67/20" },
    { "pc", "", NETDISK("iscsi", AUTH("ceph")), "67/20" },
    { "pc", "", NETDISK("iscsi", AUTH("iscsi")), "<auth username='u'>" },
    { "pc", "", "<disk type='volume'><source pool='p' volume='v'/><target dev='vda'/></disk>",
      "<driver name='qemu'/>" },
    { "pc", "<os><type>hvm</type><nvram type='volume'><source pool='p' volume='v'/></nvram></os>", "",
      "67/10" },
    { "pc",
      "<os><type>hvm</type><nvram type='file'><source file='/n'><encryption format='luks'>"
      "<secret type='passphrase' uuid='11111111-2222-4333-8444-555555555555' usage='u'/></encryption>"
      "</source></nvram></os>",
      "", "27/0" },
    { "pc", "", "<disk type='file'><source file='/a'/><target dev='vda1'/></disk>", "67/10" },
    { "pc", "",
      "<disk type='file' device='cdrom'><target dev='foo' bus='ide'/><address type='drive'/></disk>",
      "67/10" },
    /* ---- the guest as a whole */
    { "pc", "<cpu mode='host-passthrough'><maxphysaddr mode='emulate'/></cpu>", "", "67/10" },
    { "pc", "<genid/>", "", "67/10" },
    { "pc", "<os><type>hvm</type><firmware><feature enabled='no' name='xsave'/></firmware></os>", "",
      "27/5" },
    { "pc", "<os><type>hvm</type><firmware><feature enabled='no' name='secure-boot'/></firmware></os>", "",
      "35/20" },
    { "pc", "<features><smm state='on'><tseg unit='MiB'>48</tseg></smm></features>", NO_PLACE, "67/10" },
    { "pc", "<os><type>xen</type><boot dev='hd'/></os>",
      "<disk type='file'><source file='/a'/><target dev='vda'/><boot order='1'/></disk>", "67/10" },
    { "pc", "<defaultiothread thread_pool_min='5'/>", NO_PLACE, "1/20" },
    { "pc", "<bootloader>/b</bootloader><defaultiothread thread_pool_min='5'/>", "", "67/10" },
    { "pc",
      "<qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>"
      "<qemu:env name='A' value='b'/>"
      "</qemu:commandline>"
      "<qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><qemu:arg value='-c'/>"
      "</qemu:commandline>",
      "", "<qemu:arg value='-c'/>\n    <qemu:env name='A' value='b'/>" },
    { "pc", "<cputune><shares>0</shares></cputune>", "", "<shares>0</shares>" },
    { "pc", "<cputune><shares>1</shares></cputune>", "", "67/20" },
    { "pc", "<vcpu placement='auto'>4</vcpu>", "", "<memory mode='strict' placement='auto'/>" },
    { "pc", "<numatune><memory nodeset='0'/></numatune>", "", "<memory mode='strict' nodeset='0'/>" },
    { "pc", "<features><hpt/></features>", "", "<boot dev='hd'/>" },
    { "pc", "<features><hpt resizing='enabled'/></features>", "", "67/10" },
    { "pc", "<seclabel model='dac'/>", "", "</devices>\n</domain>" },
    { "pc", "<seclabel type='dynamic' model='none'/>", "", "<seclabel type='none' model='none'/>" },
    { "pc", "<seclabel type='dynamic'><label>x</label></seclabel>", "",
      "<seclabel type='dynamic' relabel='yes'/>" },
    { "pc", "<os><type>exe</type></os>", "", "27/20" },
    { "pc", "<os><type>exe</type><init>/i</init></os>", NO_PLACE, "1/20" },
    { "pc", "<os><type>exe</type><init>/i</init></os>", "", "67/10" },
    { "pc", "<os><type>xen</type></os>", "<input type='tablet'/>", "67/10" },
    { "pc", "<idmap><gid start='0' target='0' count='1'/></idmap>", NO_PLACE, "1/20" },
    { "q35", "<os><type>hvm</type><firmware><feature/></firmware></os>", "", "27/5" },
    { "q35", "<os><type>hvm</type><firmware><feature name='secure-boot'/></firmware></os>", "", "27/5" },
    /* ---- a processor that is not named is the machine's, whatever was to be checked */
    { "pc", "<cpu check='full'/>", "", "check='none'" },
    { "pc", "<cpu check='full'><feature name='vmx'/></cpu>", "", "27/31" },
    /* ---- numbers of zPCI: gone where the board dictates the place, refused elsewhere */
    { "q35", "", "<video>" ZPCI "</video>", "slot='0x01' function='0x0'/>\n    </video>" },
    { "q35", "", "<sound model='ich6'>" ZPCI "</sound>", "67/10" },
    { "pc", "", "<controller type='ide'>" ZPCI "</controller>", "slot='0x01' function='0x1'/>" },
    /* ---- devices that are passed through, and disks that are transient */
    { "pc", "", LUN("", "<encryption format='luks'/>"), "67/20" },
    { "pc", "", LUN("removable='on'", "<encryption format='luks'/>"), "67/20" },
    { "pc", "", LUN("", "<encryption format='default'/>"), "67/10" },
    { "pc", "", LUN("", "<wwn>5000c50015ea71ac</wwn>"), "67/10" },
    { "pc", "", LUN("", "<serial>x</serial>"), "67/10" },
    { "pc", "", LUN("", "<product>x</product>"), "67/10" },
    { "pc", "", LUN("", "<driver name='qemu' copy_on_read='on'/>"), "67/10" },
    { "pc", "", LUN("rotation_rate='7'", ""), "1/10" },
    { "pc", "", LUN("", "<transient/>"), "67/10" },
    { "pc", "", LUN("", ""), "device='lun'" },
    { "pc", "", "<disk type='file' device='cdrom'><target dev='sda' bus='scsi'/><transient/></disk>",
      "67/10" },
    { "pc", "", "<filesystem type='volume'><target dir='t'/></filesystem>", "67/10" },
    /* ---- devices */
    { "pc", "", "<serial type='pty'><target type='isa-debug'/></serial>", "<model name='isa-debugcon'/>" },
    { "pc", "",
      "<serial type='pty'><target type='pci-serial'/><address type='pci' slot='25'/></serial>"
      "<console type='pty'><target type='serial'/></console>",
      "slot='0x19' function='0x0'/>\n    </serial>" },
    { "pc", "", "<console type='unix'><source path='/x'/><address type='pci' slot='25'/></console>",
      "67/10" },
    { "pc", "", "<serial type='pty'><target type='system-serial'/><address type='virtio-mmio'/></serial>",
      "67/10" },
    { "pc", "", "<parallel type='spicevmc'/>" NO_PLACE, "67/20" },
    { "pc", "", "<video><model type='none' ram='90'/></video>", "<model type='none'/>" },
    { "pc", "", "<video><model type='bochs' vram='512'/></video>", "vram='512'" },
    { "pc", "", "<video><model type='none'/><acpi index='3'/></video>",
      "<model type='none'/>\n    </video>" },
    { "pc", "", "<video><model type='none'><acceleration accel3d='yes'/></model></video>",
      "<model type='none'/>" },
    { "pc", "",
      "<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source><address uuid="
      "'11111111-2222-4333-8444-555555555555'/></source><boot order='1'/></hostdev>",
      "67/10" },
    { "pc", "", HOSTDEV HOSTDEV "<watchdog model='diag288'/>", "67/10" },
    { "pc", "", HOSTDEV HOSTDEV, "27/20" },
    { "pc", "",
      "<video><model type='vga' ram='90'/></video><panic model='isa'><address type='spapr-vio'/></panic>",
      "67/10" },
    { "pc", "",
      "<shmem name='s'><server path='/s'/><size unit='M'>4</size><model type='ivshmem-doorbell'/></shmem>",
      "67/10" },
    /* device by device: what QEMU cannot do for the first before what nobody can for the second */
    { "pc", "", NETDISK("tftp", "") "<interface type='user'><target managed='no'/></interface>", "67/10" },
    { "pc", "<on_poweroff>coredump-destroy</on_poweroff>",
      "<interface type='direct'><source dev='e'/><mtu size='1400'/></interface>", "67/10" },
    { "pc", "",
      "<watchdog model='diag288'><alias name='ua-a'/></watchdog>"
      "<shmem name='s'><alias name='ua-a'/></shmem>",
      "67/10" },
    /* what is told early, and what need not be told */
    { "pc", "", "<disk type='file'><source file='/x'/><target dev='sda' bus='sd'/><serial>A</serial></disk>",
      "1/10" },
    { "pc", "",
      "<controller type='virtio-serial' ports='2'/><channel type='pty'><target type='virtio'/></channel>"
      "<channel type='pty'><target type='virtio'/></channel>",
      "controller='1' bus='0' port='1'" },
    { "pc", "", "<disk type='file'><source file='/x'/><target dev='vda'/><readonly/><transient/></disk>",
      "67/10" },
    { "pc", "",
      "<disk type='file'><source file='/x'/><target dev='sda' bus='usb'/><transient "
      "shareBacking='yes'/></disk>",
      "shareBacking='yes'" },
    { "q35",
      "<os><type arch='x86_64' machine='q35'>hvm</type><loader secure='yes' type='rom'>/x</loader></os>"
      "<features><acpi/><smm state='on'/></features>",
      "", "secure='yes'" },
    { "q35", "<features><smm state='on'><tseg unit='KiB'>3</tseg></smm></features>", "", "67/10" },
    { "pc", "",
      "<interface type='hostdev'><source><address type='pci' bus='3' slot='1'/></source>"
      "<model type='usb-net'/></interface>",
      "<model type='usb-net'/>" },
    { "pc", "",
      "<interface type='network'><source network='d'/><model type='virtio-transitional'/>"
      "<teaming type='persistent'/></interface>",
      "<teaming type='persistent'/>" },
    { "pc", "", "<interface type='vdpa'><source dev='/d'/><ip address='10.0.0.1'/></interface>",
      "type='vdpa'" },
    { "pc", "",
      "<disk type='network'><source protocol='nfs' name='/e'><host name='h' port='2049'/></source>"
      "<target dev='vda'/></disk>",
      "67/10" },
    { "pc", "", "<controller type='scsi' model='auto'><driver iothread='1'/></controller>", "27/20" },
    { "pc", "", "<controller type='isa'><driver iothread='1'/></controller>", "27/20" },
    { "pc", "<features><tcg><tb-cache>127</tb-cache></tcg></features>", "", "67/10" },
    { "pc", "", "<interface type='vdpa'><source dev='/d'/><ip address='::' prefix='32'/></interface>",
      "prefix='32'" },
    { "pc", "", "<interface type='network'><source network='n' bridge='b'/></interface>",
      "<source network='n'/>" },
    { "pc", "",
      "<tpm model='spapr-tpm-proxy'><backend type='emulator'><active_pcr_banks><sha512/></active_pcr_banks>"
      "</backend></tpm>",
      "27/20" },
    { "pc", "<iothreads>1</iothreads>", "<controller type='scsi'><driver iothread='1'/></controller>",
      "27/20" },
    { "pc", "",
      "<filesystem accessmode='squash'><driver type='handle'/><source dir='/e'/><target "
      "dir='t'/></filesystem>",
      "67/10" },
    { "pc", "", "<panic/><panic model='isa'/>", "27/20" },
    { "pc", "",
      "<controller type='pci' index='1' model='pci-bridge'><address type='pci' bus='3' "
      "slot='1'/></controller>",
      "1/20" },
    { "pc", "",
      "<controller type='pci' index='1' model='pci-bridge'><address type='pci' bus='1' "
      "slot='1'/></controller>"
      "<input type='tablet' bus='usb'><address type='usb' bus='7' port='1'/></input>",
      "67/10" },
    { "pc", "",
      "<disk type='file'><driver name='qemu' type='qcow2'/><source file='/x'/><backingStore type='file'>"
      "<format type='cow'/><source file='/y'/></backingStore><target dev='vda'/></disk>",
      "67/10" },
    { "pc", "<memoryBacking><access mode='shared'/></memoryBacking>",
      "<disk type='vhostuser'><source type='unix' path='/s'/><target dev='vda'/></disk>",
      "<driver name='qemu' type='raw'/>" },
    { "pc", "",
      "<video><model type='qxl' primary='yes'/></video><video><model type='cirrus'><resolution x='9' y='9'/>"
      "</model></video>",
      "67/10" },
    { "pc", "<cpu mode='maximum'><cache level='1' mode='disable'/></cpu>", "", "67/10" },
    { "pc", "", DISK("scsi", "", "<geometry cyls='1' heads='1' secs='1' trans='none'/>"), "67/10" },
    { "pc", "", DISK("scsi", "<driver type='raw'>" CACHED "</driver>", ""), "67/10" },
    { "pc", "", DISK("scsi", "<driver type='qcow2'>" CACHED "</driver>", ""), "<metadata_cache>" },
    { "pc", "",
      DISK("scsi", "<driver type='qcow2'/>",
           "<backingStore type='file'><format type='raw'>" CACHED
           "</format><source file='/b'/></backingStore>"),
      "67/10" },
    { "pc", "<cpu mode='maximum'><cache level='3' mode='passthrough'/></cpu>", "", "67/10" },
    { "pc",
      "<cpu><numa><cell memory='65536'/><interconnects><latency initiator='0' target='0' type='read' "
      "value='5'/></interconnects></numa></cpu>",
      "", "<latency initiator='0'" },
    { "pc", "", "<controller type='pci' index='256' model='pci-bridge'/>", "67/20" },
    { "q35", "", "<controller type='pci' index='256' model='pcie-root-port'/>", "1/20" },
    { "q35", "",
      "<disk type='file'><source file='/x'/><target dev='hda' bus='ide'/></disk>"
      "<interface type='user'><mtu size='1500'/></interface>",
      "67/10" },
    /* Buses are added for the address of a root as for that of a device, and not for those of bridges. */
    { "q35", "",
      "<controller type='pci' index='0' model='pcie-root'><address type='pci' bus='2' "
      "slot='1'/></controller>",
      "67/20" },
    { "q35", "",
      "<controller type='pci' index='0' model='pcie-root'><address type='pci' bus='2' "
      "slot='0'/></controller>",
      "27/20" },
    { "pc", "",
      "<hostdev mode='subsystem' type='usb'><source><vendor id='1'/><product "
      "id='2'/></source><rom/></hostdev>",
      PORT("1") },
    { "pc", "",
      "<interface type='vdpa'><source dev='/v'/><driver name='vfio' txmode='iothread' "
      "packed='off'/></interface>",
      "<driver packed='off'/>" },
    { "pc", "<seclabel/><vcpu cpuset='x'>1</vcpu>", "<disk type='nope'/>", "27/20" },
    { "pc", "<seclabel type='dynamic'/>", "<disk type='nope'/>", "27/5" },
    { "pc", "", "<video/><video><model type='gop'/></video>", "1/20" },
    { "pc", "",
      "<interface type='user'><model type='spapr-vlan'/><address type='pci' domain='1'/></interface>",
      "spapr-vlan" },
    /* What has no place of its own brings conventional buses where it is given one. */
    { "q35", "", "<controller type='isa'><address type='pci' bus='1' slot='0'/></controller>", "27/20" },
    { "pc", "",
      "<filesystem type='mount'><driver type='loop'/><source dir='/d'/><target dir='t'/><address "
      "type='pci' slot='9'/></filesystem>",
      "67/10" },
    { "pc", "<os><type>exe</type><init>/i</init></os>", "<filesystem type='volume'/>", "67/10" },
    { "pc", "", "<filesystem type='volume'/><interface type='nope'/>", "27/5" },
    /* The first vcpu is there from the start, and all or none have a place in the order. */
    { "pc", VCPUS("id='0' enabled='yes' hotpluggable='yes'", "id='1' enabled='yes'"), "", "67/10" },
    { "pc", VCPUS("id='0' enabled='yes' order='2'", "id='1' enabled='yes' order='1'"), "", "67/10" },
    { "pc", VCPUS("id='0' enabled='yes'", "id='1' enabled='yes' order='2'"), "", "67/10" },
    { "pc", VCPUS("id='0' enabled='yes' order='1'", "id='3' enabled='yes' order='1'"), "",
      "<vcpu id='3' enabled='yes' hotpluggable='no' order='1'/>" },
};

static void
documents(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        ERR_AUTO err = ERR_INIT;
        DOMAIN_DEF_AUTO def = parse(table[i].machine, table[i].extra, table[i].devices, &err);
        g_autofree char *got = def ? domain_def_format(def, MODEL_FORMAT_SECURE)
                                   : g_strdup_printf("%d/%d", err.code, err.domain);
        bool refusal = g_ascii_isdigit(*table[i].want);
        if (refusal ? strcmp(got, table[i].want) : !strstr(got, table[i].want))
            g_error("%s%s: want %s, got %s %s", table[i].extra, table[i].devices, table[i].want, got,
                    def ? "" : err_message(&err));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/qemu-documents", documents);
    return fixture_run();
}
