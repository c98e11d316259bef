/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the QEMU driver makes of definitions for other machines than PCs: defaults, places, refusals.  Small
 * scripts play the emulators, so that the answers are the same everywhere.
 */
#include "qemu-command-text.h"
#include "qemu-fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct board {
    const char *arch, *qemu, *machine, *cpu, *types;
    const char *before; /* machines that the emulator names first */
} boards[] = {
    { "aarch64", "aarch64", "virt", "cortex-a15-arm-cpu", "qemu-xhci virtio-scsi-pci usb-hub" },
    { "armv7l", "arm", "vexpress-a9", "cortex-a9-arm-cpu", "lsi53c895a piix3-usb-uhci cirrus-vga" },
    { "riscv64", "riscv64", "virt", "rv64-riscv-cpu", "qemu-xhci piix3-usb-uhci usb-hub" },
    { "ppc64", "ppc64", "pseries", "power9_v2.0-powerpc64-cpu",
      "qemu-xhci VGA i8042 tpm-spapr spapr-tpm-proxy pc-dimm" },
    { "ppc64", "ppc64", "powernv9", "power9_v2.0-powerpc64-cpu", "qemu-xhci VGA i8042" },
    { "s390x", "s390x", "s390-ccw-virtio", "qemu-s390x-cpu", "qemu-xhci sclpconsole" },
    { "sh4eb", "sh4eb", "shix", "sh7750r-superh-cpu", "piix3-usb-uhci" },
    { "armv6l", "arm", "versatilepb", "arm926-arm-cpu", "lsi53c895a" },
    { "armv7l", "arm", "versatilepb", "arm926-arm-cpu", "lsi53c895a" },
    { "x86_64", "x86_64", "microvm", "qemu64-x86_64-cpu", "piix3-usb-uhci" },
    { "armv6l", "arm", "virt-7.2", "arm926-arm-cpu", "lsi53c895a virtio-net-device" },
    { "ppc64", "ppc64", "ppce500", "e500v2_v30-powerpc64-cpu", "qemu-xhci VGA" },
    { "cris", "cris", "axis-dev88", "crisv32-cris-cpu", "usb-hub" },
    { "ppc", "ppc", "g3beige", "750_v3.1-powerpc-cpu", "qemu-xhci piix3-usb-uhci VGA" },
};

static char *
make_emulator(const struct board *b)
{
    g_autoptr(GString) types = g_string_new(NULL);
    g_auto(GStrv) words = g_strsplit(b->types, " ", -1);
    g_autofree char *name = g_strdup_printf("qemu-%s-%s", b->qemu, b->machine);
    char *path = g_build_filename(root, name, NULL);

    for (char **w = words; *w; w++)
        g_string_append_printf(types, "%s{\"name\": \"%s\"}", w == words ? "" : ", ", *w);
    g_autofree char *script = g_strdup_printf(
        "#!/bin/sh\ncase \"$*\" in *accel=kvm*) exit 1;; esac\ncat << 'EOF'\n{\"QMP\": {}}\n{\"return\": "
        "{}}\n"
        "{\"return\": {\"qemu\": {\"major\": 7, \"minor\": 2, \"micro\": 0}, \"package\": \"\"}}\n"
        "{\"return\": {\"arch\": \"%s\"}}\n{\"return\": [%s{\"name\": \"%s\", \"cpu-max\": 8, "
        "\"default-cpu-type\": \"%s\"}]}\n"
        "{\"return\": [{\"name\": \"cortex-a15\", \"unavailable-features\": []}, "
        "{\"name\": \"cortex-a9\", \"unavailable-features\": []}, "
        "{\"name\": \"arm926\", \"unavailable-features\": []}, "
        "{\"name\": \"qemu\", \"unavailable-features\": []}]}\n"
        "{\"return\": []}\n{\"return\": [%s]}\n"
        "{\"return\": [{\"option\": \"sandbox\", \"parameters\": []}]}\n{\"return\": []}\n{\"return\": []}\n"
        "{\"return\": []}\n{\"return\": [{\"name\": \"device_add\", \"meta-type\": \"command\", "
        "\"arg-type\": \"0\", \"ret-type\": \"0\", \"features\": [\"json-cli\"]}]}\n{\"return\": {}}\nEOF\n",
        b->qemu, b->before ? b->before : "", b->machine, b->cpu, types->str);
    g_assert_true(g_file_set_contents(path, script, -1, NULL));
    g_assert_cmpint(chmod(path, 0755), ==, 0);
    return path;
}

/* The definition as it comes back, or "CODE: message". */
static char *
define(const struct board *b, const char *extra, const char *devices)
{
    ERR_AUTO err = ERR_INIT;
    DOMAIN_DEF_AUTO def = NULL;
    g_autofree char *emulator = make_emulator(b);
    g_autofree char *xml =
        g_strdup_printf("<domain type='qemu'><name>t</name><memory unit='MiB'>64</memory><os><type arch='%s' "
                        "machine='%s'>hvm</type></os>%s<devices><emulator>%s</emulator>%s</devices></domain>",
                        b->arch, b->machine, extra, emulator, devices);

    if (domain_def_parse(xml, strlen(xml), 0, &def, &err) < 0 || qemu_domain_defaults(def, host, 0, &err) < 0)
        return g_strdup_printf("%d: %s", err.code, err.message);
    return domain_def_format(def, 0);
}

static const struct {
    const char *machine, *extra, *devices;
    const char *has, *lacks; /* lacks may be NULL */
} cases[] = {
#define VIRT "virt"
#define NUMA_ROOM                                                                                            \
    "<maxMemory slots='1' unit='GiB'>1</maxMemory><cpu><numa><cell cpus='0' memory='64512'/></numa></cpu>"
#define BOARD_PMEM(address) \
    "<memory model='virtio-pmem' access='shared'><source><path>/x</path></source><target><size>1024</size>"  \
    "</target>" address "</memory>"
    { VIRT, "", "<video/>", "<model type='virtio'", "pcie-to-pci-bridge" },
    { VIRT, "", "<interface type='user'><model type='lan9118'/></interface>", "pcie-to-pci-bridge", NULL },
    { VIRT, "", "<interface type='user'><model type='spapr-vlan'/></interface>", "reg='0x00001000'", NULL },
    { VIRT, "", "<controller type='scsi' model='ibmvscsi'/>", "reg='0x00002000'", NULL },
    { VIRT, "", "<hub type='usb'/>", "67: ", NULL },
    { VIRT,
      "<maxMemory slots='2' unit='GiB'>4</maxMemory><cpu><numa><cell id='0' cpus='0' "
      "memory='65536'/></numa></cpu>",
      "<memory model='dimm'><target><size>1024</size><node>0</node></target></memory>", "67: ", NULL },
    { VIRT, "", "<hub type='usb'/><controller type='usb'/>", "<hub type='usb'>", NULL },
    { VIRT, "", "<controller type='pci' model='pcie-root-port'/>", "27: ", NULL },
    { VIRT, "", "<serial type='pty'><target type='sclp-serial'/></serial>", "67: ", NULL },
    { VIRT, "", "<serial type='pty'><target><model name='spapr-vty'/></target></serial>", "67: ", NULL },
    { VIRT, "", "<serial type='pty'><target type='isa-serial'/></serial>", "type='system-serial'", NULL },
    { VIRT, "", "<console type='pty'><target type='xen'/></console>", "67: ", NULL },
    { VIRT, "", "<console type='pty'><target type='sclp'/></console>", "67: ", NULL },
    { VIRT, "", "<video><model type='qxl'/></video>", "67: ", NULL },
    { VIRT, "", "<input type='mouse' bus='ps2'/>", "67: ", NULL },
    { VIRT, "<pm><suspend-to-mem enabled='yes'/></pm>", "", "67: ", NULL },
    { VIRT, "<cpu mode='host-passthrough'/>", "", "<cpu mode='host-passthrough' check='none'/>", NULL },
    { VIRT, "",
      "<rng model='virtio'><backend model='random'/><address type='virtio-mmio'/></rng><interface "
      "type='user'/>",
      "<model type='virtio'/>\n      <address type='virtio-mmio'/>", "pcie-root-port" },
    { VIRT, "",
      "<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source>"
      "<address uuid='11111111-2222-4333-8444-555555555556'/></source></hostdev>",
      "display='off'", "pcie-to-pci-bridge" },
    { "vexpress-a9", "", "<video/>", "<model type='cirrus'", NULL },
    { "vexpress-a9", "", "<controller type='scsi'/>", "<address type='virtio-mmio'/>", NULL },
    { "vexpress-a9", "", "<serial type='pty'><target type='system-serial'/></serial>", "system-serial",
      "pl011" },
    { "vexpress-a9", "", "<controller type='pci' model='pcie-root'/>", "model='pcie-root'", NULL },
    { "vexpress-a9", "", "<controller type='pci' index='1' model='pcie-root-port'/>", "1: ", NULL },
    { "vexpress-a9", "", "<interface type='user'><address type='pci' slot='5'/></interface>", "27: ", NULL },
    { "axis-dev88", "", "<memballoon model='none'/>", "27: ", NULL },
    { "s390-ccw-virtio", "", "<controller type='usb'/>", "type='usb' index='0' model='none'", NULL },
    { "s390-ccw-virtio", "", "<controller type='usb'><address type='pci'/></controller>",
      "type='usb' index='0'>", NULL },
    { "s390-ccw-virtio", "",
      "<hostdev mode='subsystem' type='mdev' model='vfio-ap' display='on'><source>"
      "<address uuid='11111111-2222-4333-8444-555555555556'/></source></hostdev>",
      "vfio-ap", NULL },
    { "axis-dev88", "", "<memballoon model='none'/><controller type='usb' model='none'/>", "axis-dev88",
      NULL },
    { "vexpress-a9", "", "<controller type='isa'><address type='pci' slot='5'/></controller>", "27: ", NULL },
    { "vexpress-a9", "", "<controller type='pci' index='1' model='pcie-to-pci-bridge'/><hub type='usb'/>",
      "1: ", NULL },
    { "vexpress-a9", "", "<controller type='pci' index='1' model='pci-bridge'/>", "1: ", NULL },
    { "vexpress-a9", "",
      "<disk type='file'><source file='/x'/><target dev='vda'/><address type='spapr-vio'/></disk>",
      "<address type='spapr-vio'/>", NULL },
    { VIRT, "", "<video><model type='gop'/></video>", "1: ", NULL },
    { VIRT, "<features><acpi/></features>",
      "<interface type='user'><address type='pci' domain='3'/></interface>", "27: ", NULL },
    { VIRT, "<clock offset='utc'><timer name='tsc' present='yes'/></clock>", "", "67: ", NULL },
    { VIRT, "<clock offset='utc'><timer name='pit' tickpolicy='catchup'/></clock>", "", "67: ", NULL },
    { VIRT, "<clock offset='utc'><timer name='kvmclock' present='no'/></clock>", "", "kvmclock", NULL },
    { VIRT, "<cpu mode='custom'><model>cortex-a15</model><cache mode='disable'/></cpu>", "", "67: ", NULL },
    { VIRT, "<cpu><maxphysaddr mode='passthrough'/></cpu>", "", "67: ", NULL },
    { VIRT, "", "<controller type='pci' index='0' model='pcie-root'><pcihole64>9</pcihole64></controller>",
      "67: ", NULL },
    { VIRT, "", "<serial type='pty'><target type='isa-debug'/></serial>", "67: ", NULL },
    { "s390-ccw-virtio", "", "<controller type='usb' model='qemu-xhci'/><hub type='usb'/>", "67: ", NULL },
    { "s390-ccw-virtio", "", "<parallel type='file'/>", "1: ", NULL },
    { "s390-ccw-virtio", NUMA_ROOM, BOARD_PMEM(""), "PCI bus", NULL },
    { "s390-ccw-virtio", "", "<watchdog model='diag288'><address type='ccw'/></watchdog>", "on no bus",
      NULL },
    { "s390-ccw-virtio", "",
      "<console type='unix'><source mode='bind' path='/s'/><target type='virtio'/><address "
      "type='pci'/></console>",
      "<console", "zpci" },
    { "s390-ccw-virtio", "",
      "<console type='pty'><address type='ccw' cssid='0xfe' ssid='0' devno='0x7'/></console>", "67: ", NULL },
    { "s390-ccw-virtio", "",
      "<hostdev mode='subsystem' type='mdev' model='vfio-ap'><source>"
      "<address uuid='11111111-2222-4333-8444-555555555556'/></source><address type='pci' "
      "domain='1'/></hostdev>",
      "vfio-ap", "<address type='pci'" },
    { "pseries", "", BOARD_PMEM(""), "27: the memory devices of guest", NULL },
    { "s390-ccw-virtio", NUMA_ROOM, BOARD_PMEM("<address type='pci'/>"), "virtio-pmem-pci", NULL },
    { "s390-ccw-virtio", "", "<memballoon model='xen'/>", "67: ", NULL },
    { "s390-ccw-virtio", "",
      "<interface type='user'><address type='ccw' cssid='0xfe' ssid='0' devno='5'/></interface>"
      "<interface type='user'><address type='ccw' cssid='0xfe' ssid='0' devno='5'/></interface>",
      "27: ", NULL },
    { "pseries", "",
      "<memory model='nvdimm'><source><path>/n</path></source><target><size "
      "unit='KiB'>9</size></target></memory>",
      "27: ", NULL },
    { "powernv9", "", "<nvram/>", "67: ", NULL },
    { "s390-ccw-virtio", "", "<input type='passthrough' bus='virtio'><source evdev='/a'/></input>",
      "67: ", NULL },
    { "pseries", "<features><acpi/></features>", "", "<acpi/>", NULL },
    { "pseries", "", "<controller type='scsi' index='0'><address type='pci'/></controller>", "spapr-vio",
      NULL },
    { "pseries", "",
      "<interface type='user'><model type='spapr-vlan'/><address type='pci' slot='5'/></interface>",
      "reg='0x00001000'", NULL },
    { "pseries", "", "<tpm><backend type='passthrough'/></tpm>", "reg='0x00004000'", NULL },
    { "vexpress-a9", "<vcpu>300</vcpu>", "<controller type='pci' index='1' model='pci-bridge'/>",
      "67: ", NULL },
    { "pseries", "", "<parallel type='pty'/>", "67: ", NULL },
    { "pseries", "",
      "<disk type='file'><source file='/x'/><target dev='vda'/><address type='virtio-mmio'/></disk>",
      "67: ", NULL },
    { "powernv9", "", "", "<model fallback='forbid'>POWER9</model>", NULL },
    { "powernv9", "", "<graphics type='vnc'/>", "<input type='keyboard' bus='usb'>", NULL },
    { "s390-ccw-virtio", "", "<video/>", "<address type='ccw' cssid='0xfe' ssid='0x0' devno='0x0000'/>",
      NULL },
    { "s390-ccw-virtio", "", "<controller type='usb'/>", "model='none'", NULL },
    { "s390-ccw-virtio", "", "<controller type='sata'/>", "67: ", NULL },
    { "s390-ccw-virtio", "", "<controller type='scsi' model='lsisas1078'/>", "67: ", NULL },
    { "s390-ccw-virtio", "<maxMemory slots='1' unit='GiB'>1</maxMemory>", "", "67: ", NULL },
    { "s390-ccw-virtio", "",
      "<memballoon model='none'/><interface type='user'><model type='virtio-net'/></interface>", "zpci",
      "devno" },
    { VIRT, "", "<serial type='pty'><target type='isa-serial'><model name='isa-serial'/></target></serial>",
      "67: ", NULL },
    { "vexpress-a9", "",
      "<disk type='file' device='cdrom'><source file='/a'/><target dev='sda' bus='sd'/></disk>",
      "67: ", NULL },
    { "s390-ccw-virtio", "", "<controller type='scsi' model='vmpvscsi'/>", "67: ", NULL },
    { "s390-ccw-virtio", "", "<sound model='ich9'/>", "67: ", NULL },
    { "s390-ccw-virtio", "<clock><timer name='hpet' present='yes'/></clock>", "", "67: ", NULL },
    { "s390-ccw-virtio", "<clock><timer name='hpet' present='no'/></clock>", "", "'hpet' present='no'",
      NULL },
    { VIRT, "<clock><timer name='kvmclock' present='yes'/></clock>", "", "67: ", NULL },
    { VIRT, "<features><pvspinlock state='off'/></features>", "", "67: ", NULL },
    { VIRT, "<features><vmport state='off'/></features>", "", "67: ", NULL },
    { VIRT, "<features><vmcoreinfo state='on'/></features>", "", "67: ", NULL },
    { "pseries", "<features><hyperv><relaxed state='off'/></hyperv></features>", "", "67: ", NULL },
    { "pseries", "<features><ioapic driver='qemu'/></features>", "", "67: ", NULL },
    { "pseries", "<features><apic eoi='on'/></features>", "", "67: ", NULL },
    { "pseries", "", "<controller type='pci' model='pcie-expander-bus'><target busNr='7'/></controller>",
      "27: ", NULL },
    { "s390-ccw-virtio", "", "<interface type='user'><model type='virtio-transitional'/></interface>",
      "type='ccw'", "zpci" },
    { "s390-ccw-virtio", "", "<memballoon model='virtio-transitional'/>", "devno='0x0000'", NULL },
    { "s390-ccw-virtio", "",
      "<memballoon model='none'/><controller type='scsi' model='virtio-transitional'/>", "devno='0x0000'",
      NULL },
    { "vexpress-a9", "", "<memballoon model='virtio-transitional'/>",
      "<address type='virtio-mmio'/>\n    </memballoon>", NULL },
    { "s390-ccw-virtio", "", "<serial type='pty'><target type='pci-serial'/></serial>", "pci-serial",
      "zpci" },
    { VIRT, "<cpu mode='host-passthrough' migratable='on'/>", "", "67: ", NULL },
    { "shix", "", "", "<controller type='pci' index='0' model='pci-root'/>", NULL },
    { "pseries", "",
      "<controller type='pci' index='1' model='pci-root'><target index='3'/></controller>"
      "<controller type='pci' index='2' model='pci-root'/>",
      "<target index='1'/>", "<target index='2'/>" },
    { "pseries",
      "<maxMemory slots='2' unit='GiB'>4</maxMemory><cpu><numa><cell id='0' cpus='0' "
      "memory='262144'/></numa></cpu>",
      "<memory model='dimm'><target><size>1025</size><node>0</node></target></memory>", ">524288</memory>",
      NULL },
    { "pseries", "",
      "<disk type='file'><source file='/a'/><target dev='vda'/><address type='pci' bus='1' slot='1'/></disk>",
      "index='1' model='pci-root'", "pci-bridge" },
    { "pseries", "", "<hub type='usb'/>", "67: ", NULL },
    { "pseries", "", "<input type='tablet'/><graphics type='vnc'/>", "<input type='keyboard' bus='usb'>",
      "<input type='mouse'" },
    { "s390-ccw-virtio", "",
      "<disk type='file'><source file='/a'/><target dev='vda'/><address type='pci' bus='1' slot='1'/></disk>",
      "model='pci-bridge'", "uid='0x0002'" },
    { "s390-ccw-virtio", "",
      "<interface type='user'><address type='ccw' cssid='0xfe' ssid='0' devno='1'/></interface>"
      "<interface type='user'><address type='ccw' cssid='0xfe' ssid='0' devno='1'/></interface>",
      "27: ", NULL },
    { "microvm", "", "<memballoon model='none'/>", "27: ", NULL },
    { "g3beige", "", "", "type='usb' index='0' model='piix3-uhci'", "<cpu" },
    { "g3beige", "<cpu check='partial'/>", "", "67: ", NULL },
    { "g3beige", "", "<graphics type='vnc'/><video><model type='vga'/></video>", "<video>", "<input" },
};

static void
machines(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        for (size_t k = 0; k < G_N_ELEMENTS(boards); k++) {
            if (strcmp(cases[i].machine, boards[k].machine) != 0)
                continue;
            if (!strcmp(boards[k].arch, "riscv64") && strstr(cases[i].devices, "isa-serial"))
                continue; /* another port stands there */
            g_autofree char *got = define(&boards[k], cases[i].extra, cases[i].devices);
            bool refused = g_str_has_suffix(cases[i].has, ": ");

            if ((refused ? !g_str_has_prefix(got, cases[i].has) : !strstr(got, cases[i].has)) ||
                (cases[i].lacks && strstr(got, cases[i].lacks)))
                g_error("%s %s: %s%s: wanted %s, not %s: %s", boards[k].arch, boards[k].machine,
                        cases[i].extra, cases[i].devices, cases[i].has, cases[i].lacks ? cases[i].lacks : "",
                        got);
        }
}

/* QEMU's command line, an option and its value in each line. */
static const struct {
    const char *machine, *extra, *devices;
    const char *has, *lacks; /* lacks may be NULL */
} lines[] = {
    { "aarch64 virt", "", "", "\n-no-acpi", "-usb" },
    { "armv6l virt-7.2", "", "<interface type='user'/>", "virtio-net-device", NULL },
    { "armv6l virt-7.2", "", "<sound model='ac97'/>", "27: ", NULL },
    { "ppc64 ppce500", "", "", "-machine ppce500", "-cpu" },
    { "armv7l vexpress-a9", "",
      "<filesystem type='mount'><source dir='/s'/><target dir='t'/></filesystem>", "has no place", NULL },
    { "armv7l vexpress-a9", "",
      "<interface type='user'><mac address='52:54:00:00:00:01'/><model type='e1000'/></interface>",
      "-net nic,macaddr=52:54:00:00:00:01,netdev=hostnet0,model=e1000,id=net0", NULL },
    { "riscv64 virt", "<features><pmu state='off'/></features>", "", "say it in <cpu>", NULL },
    { "aarch64 virt", "<features><acpi/></features>",
      "<interface type='user'><address type='pci' domain='1' slot='1'/></interface>", "27: ", NULL },
    { "aarch64 virt", "<features><gic version='3'/></features>", "", ",gic-version=3,dump", NULL },
    { "aarch64 virt", "<features><gic version='3'/></features>", "<iommu model='smmuv3'/>",
      ",gic-version=3,iommu=smmuv3,dump", NULL },
    { "armv7l vexpress-a9", "", "<interface type='user'><mac address='52:54:00:00:00:01'/></interface>",
      "-net nic,macaddr=52:54:00:00:00:01,netdev=hostnet0,model=lan9118,id=net0", "-no-acpi" },
    { "armv7l vexpress-a9", "",
      "<disk type='file'><source file='/a'/><target dev='sdb' bus='sd'/></disk>"
      "<disk type='file'><source file='/b'/><target dev='vda'/></disk>",
      "-drive file=/a,format=raw,if=sd,index=1", "libvirt-2" },
    { "armv7l vexpress-a9", "", "", "\n-usb", NULL },
    { "armv7l vexpress-a9", "",
      "<disk type='file'><driver name='qemu' cache='none' io='native' discard='unmap' copy_on_read='on' "
      "detect_zeroes='unmap'/><source file='/a'/><target dev='sda' bus='sd'/></disk>",
      ",index=0,cache=none,copy-on-read=on,discard=unmap,detect-zeroes=unmap,aio=native", NULL },
    { "s390x s390-ccw-virtio",
      "<keywrap><cipher name='dea' state='off'/><cipher name='aes' state='on'/></keywrap>", "",
      ",usb=off,aes-key-wrap=on,dea-key-wrap=off,", NULL },
    { "riscv64 virt", "", "", "-machine virt,", "-cpu" },
    { "riscv64 virt", "", "<video/>", "\"virtio-vga\"", NULL },
    { "ppc64 powernv9", "", "", "-m 256", NULL },
    { "ppc64 pseries",
      "<features><hpt resizing='required'><maxpagesize>64</maxpagesize></hpt><htm state='on'/><nested-hv "
      "state='off'/>"
      "<ccf-assist state='on'/><cfpc value='fixed'/><sbbc value='broken'/><ibs value='fixed-na'/></features>",
      "",
      ",usb=off,resize-hpt=required,cap-hpt-max-page-size=64k,cap-htm=on,cap-nested-hv=off,cap-ccf-assist=on,"
      "cap-cfpc=fixed,cap-sbbc=broken,cap-ibs=fixed-na,dump",
      NULL },
    { "s390x s390-ccw-virtio", "", "<sound model='ac97'/>",
      "-device {\"driver\":\"zpci\",\"uid\":1,\"fid\":0,\"target\":\"sound0\",\"id\":\"zpci1\"}\n-device "
      "{\"driver\":\"AC97\"",
      "-usb" },
    { "s390x s390-ccw-virtio", "<clock><timer name='pit' tickpolicy='delay'/></clock>", "", "-rtc",
      "kvm-pit" },
    { "s390x s390-ccw-virtio", "",
      "<disk type='file'><source file='/a'/><target dev='vda'/><address type='pci' slot='5'/></disk>",
      "{\"driver\":\"virtio-blk-pci\",\"bus\":\"pci.0\",\"addr\":\"0x5\"", "virtio-blk-ccw" },
    { "ppc64 pseries", "<cpu><numa><cell cpus='0' memory='65536'/></numa></cpu>",
      "<controller type='pci' index='1' model='pci-root'><target "
      "index='3'><node>0</node></target></controller>"
      "<disk type='file'><source file='/a'/><target dev='vda'/><address type='pci' bus='1' slot='1'/></disk>",
      "{\"driver\":\"spapr-pci-host-bridge\",\"index\":3,\"id\":\"pci.1\",\"numa_node\":0}", NULL },
    { "ppc64 pseries", "",
      "<controller type='pci' index='1' model='pci-root'/>"
      "<disk type='file'><source file='/a'/><target dev='vda'/><address type='pci' bus='1' slot='1'/></disk>",
      "\"bus\":\"pci.1.0\",\"addr\":\"0x1\"", NULL },
    { "ppc64 pseries", "<cpu><numa><cell cpus='0' memory='65537'/></numa></cpu>", "",
      "memory-backend-ram,id=ram-node0,size=268435456", NULL },
    { "ppc64 pseries", "", "<nvram><address type='spapr-vio' reg='0x4000'/></nvram>",
      "-global spapr-nvram.reg=0x4000", NULL },
    { "ppc64 pseries", "",
      "<tpm model='spapr-tpm-proxy'><backend type='passthrough'><device path='/dev/tpmrm0'/></backend></tpm>",
      "{\"driver\":\"spapr-tpm-proxy\",\"id\":\"tpm0\",\"host-path\":\"/dev/tpmrm0\"}", "-tpmdev" },
    { "s390x s390-ccw-virtio", "",
      "<disk type='file'><source file='/a'/><target dev='vda'/><boot order='1' loadparm='2'/></disk>",
      ",loadparm=2\n", NULL },
    { "aarch64 virt", "<cpu mode='custom'><model>z14</model></cpu>", "", "no processor 'z14'", "-cpu" },
    { "ppc64 pseries", "", "<disk type='file' device='floppy'><target dev='fda'/></disk>", "no floppy drives",
      NULL },
    { "riscv64 virt", "<cpu><topology sockets='1' cores='1' threads='1'/></cpu>", "", "riscv64", "-cpu" },
    { "armv6l versatilepb", "", "<interface type='user'><model type='e1000'/></interface>",
      "\"bus\":\"pci\",", NULL },
    { "armv7l versatilepb", "", "<interface type='user'><model type='e1000'/></interface>", "27: ", NULL },
    { "ppc g3beige", "", "<serial type='pty'/>", "-serial chardev:charserial0", "-cpu" },
    { "ppc g3beige", "", "<disk type='file'><source file='/a'/><target dev='hda'/></disk>",
      "\"bus\":\"ide.0\"", NULL },
};

static char *
line_of(const struct board *b, const char *extra, const char *devices)
{
    ERR_AUTO err = ERR_INIT;
    DOMAIN_DEF_AUTO def = NULL;
    g_autofree char *xml = define(b, extra, devices);

    if (*xml != '<' || domain_def_parse(xml, strlen(xml), 0, &def, &err) < 0)
        return g_steal_pointer(&xml);
    return command_text(def, host);
}

static void
commands(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
        for (size_t k = 0; k < G_N_ELEMENTS(boards); k++) {
            g_autofree char *name = g_strdup_printf("%s %s", boards[k].arch, boards[k].machine);
            if (strcmp(name, lines[i].machine) != 0)
                continue;
            g_autofree char *got = line_of(&boards[k], lines[i].extra, lines[i].devices);
            if (!strstr(got, lines[i].has) || (lines[i].lacks && strstr(got, lines[i].lacks)))
                g_error("%s: %s%s: wanted %s, not %s: %s", name, lines[i].extra, lines[i].devices,
                        lines[i].has, lines[i].lacks ? lines[i].lacks : "", got);
        }
}

/* Who names no machine gets the one that such definitions have always got. */
static void
unnamed(void)
{
    const struct board b = {
        "armv7l", "arm", "integratorcp", "arm926-arm-cpu", "lsi53c895a", "{\"name\": \"virt\"}, "
    };
    g_autofree char *path = make_emulator(&b);
    ERR_AUTO err = ERR_INIT;
    struct qemu_caps *caps = qemu_host_caps(host, path, &err);

    g_assert_cmpstr(err.message, ==, NULL);
    g_assert_cmpstr(qemu_caps_default_machine(caps)->name, ==, "integratorcp");
    qemu_caps_unref(caps);
}

/* Of two programs that run the same guests the one with the architecture's name is the default. */
static void
program(void)
{
    static const char *const names[] = { "qemu-system-ppc64", "qemu-system-ppc64le" };
    g_autofree char *path = g_strdup(g_getenv("PATH"));

    g_setenv("PATH", root, TRUE);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        ERR_AUTO err = ERR_INIT;
        g_autofree char *file = g_build_filename(root, names[i], NULL);

        g_assert_true(g_file_set_contents(file, "", 0, NULL));
        g_assert_cmpint(chmod(file, 0755), ==, 0);
        g_autofree char *found = qemu_host_default_emulator(host, "ppc64le", &err);
        g_assert_cmpstr(found, ==, file);
    }
    g_setenv("PATH", path, TRUE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/qemu-machines/define", machines);
    g_test_add_func("/qemu-machines/command", commands);
    g_test_add_func("/qemu-machines/unnamed", unnamed);
    g_test_add_func("/qemu-machines/program", program);
    return fixture_run();
}
