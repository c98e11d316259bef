/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the QEMU driver makes of a definition: defaults, addresses, refusals,
 * and the command line; images read in process.  Needs an emulator to ask; a
 * small script plays one, so that the answers are the same everywhere.
 */
#include "drivers/qemu/command.h"
#include "drivers/qemu/domain-host.h"
#include "drivers/qemu/images.h"
#include "drivers/qemu/prepare.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static char *root, *emulator;
static struct qemu_host *host;

static const char types[] =
    "piix3-usb-uhci qemu-xhci rtl8139 cirrus-vga lsi53c895a virtio-blk-pci virtio-scsi-pci "
    "iothread virtio-rng-device virtio-vga i8042 ich9-ahci PIIX4_PM VGA qxl bochs-display vmware-svga "
    "ivshmem-plain";

static void
make_emulator(void)
{
    GString *s = g_string_new(
        "#!/bin/sh\ncase \"$*\" in *accel=kvm*) exit 1;; esac\ncat << 'EOF'\n{\"QMP\": {}}\n{\"return\": "
        "{}}\n"
        "{\"return\": {\"qemu\": {\"major\": 7, \"minor\": 2, \"micro\": 0}, \"package\": \"\"}}\n"
        "{\"return\": {\"arch\": \"x86_64\"}}\n"
        "{\"return\": [{\"name\": \"pc-i440fx-7.2\", \"alias\": \"pc\", \"cpu-max\": 255, \"is-default\": "
        "true, "
        "\"default-cpu-type\": \"qemu64-x86_64-cpu\", \"default-ram-id\": \"pc.ram\"}, "
        "{\"name\": \"pc-q35-7.2\", \"alias\": \"q35\", \"cpu-max\": 288, "
        "\"default-cpu-type\": \"qemu64-x86_64-cpu\", \"default-ram-id\": \"pc.ram\"}]}\n"
        "{\"return\": [{\"name\": \"qemu64\", \"unavailable-features\": []}]}\n{\"return\": "
        "[]}\n{\"return\": [");
    g_auto(GStrv) words = g_strsplit(types, " ", -1);
    for (char **w = words; *w; w++)
        g_string_append_printf(s, "%s{\"name\": \"%s\"}", w == words ? "" : ", ", *w);
    g_string_append(
        s, "]}\n{\"return\": [{\"option\": \"sandbox\", \"parameters\": []}]}\n{\"return\": []}\n"
           "{\"return\": []}\n{\"return\": []}\n"
           "{\"return\": [{\"name\": \"device_add\", \"meta-type\": \"command\", \"arg-type\": \"0\", "
           "\"ret-type\": \"0\", \"features\": [\"json-cli\"]}]}\n{\"return\": {}}\nEOF\n");
    emulator = g_build_filename(root, "qemu", NULL);
    g_assert_true(g_file_set_contents(emulator, s->str, -1, NULL));
    g_assert_cmpint(chmod(emulator, 0755), ==, 0);
    g_string_free(s, TRUE);
}

static struct domain_def *
parse(const char *machine, const char *extra, const char *devices, struct err *err)
{
    struct domain_def *def = NULL;
    g_autofree char *xml = g_strdup_printf(
        "<domain type='qemu'><name>t</name><memory unit='MiB'>64</memory><os><type arch='x86_64' "
        "machine='%s'>hvm</type></os>%s<devices><emulator>%s</emulator>%s</devices></domain>",
        machine, extra, emulator, devices);
    if (domain_def_parse(xml, strlen(xml), 0, &def, err) < 0)
        return NULL;
    if (qemu_domain_defaults(def, host, 0, err) < 0) {
        domain_def_unref(def);
        return NULL;
    }
    return def;
}

static struct domain_def *
good(const char *machine, const char *devices)
{
    ERR_AUTO err = ERR_INIT;
    struct domain_def *def = parse(machine, "", devices, &err);
    g_assert_cmpstr(err.message, ==, NULL);
    return def;
}

static void
assert_pci(const struct device_info *info, unsigned bus, unsigned slot, unsigned function)
{
    g_assert_nonnull(info->address);
    g_assert_cmpint(info->address->type, ==, ADDRESS_TYPE_PCI);
    g_assert_cmpuint(info->address->bus, ==, bus);
    g_assert_cmpuint(info->address->slot, ==, slot);
    g_assert_cmpuint(info->address->function, ==, function);
}

static void
pc(void)
{
    DOMAIN_DEF_AUTO def = good("pc", "<disk type='file'><source file='/a'/><target dev='vda'/></disk>"
                                     "<disk type='file'><source file='/b'/><target dev='hdc'/></disk>"
                                     "<interface type='user'/><graphics type='vnc'/>");
    g_assert_cmpstr(def->os->machine, ==, "pc-i440fx-7.2");
    g_assert_true(def->has_uuid);
    g_assert_cmpstr(def->cpu->model->name, ==, "qemu64");
    g_assert_cmpstr(def->interfaces[0]->model, ==, "rtl8139");
    g_assert_cmpuint(def->interfaces[0]->mac[0], ==, 0x52);
    g_assert_cmpint(def->videos[0]->model->type, ==, VIDEO_TYPE_CIRRUS);
    assert_pci(&def->videos[0]->info, 0, 2, 0);
    assert_pci(&def->interfaces[0]->info, 0, 3, 0);
    assert_pci(&def->disks[0]->info, 0, 4, 0);
    assert_pci(&def->memballoon->info, 0, 5, 0);
    assert_pci(&domain_find_controller(def, CONTROLLER_TYPE_IDE, 0)->info, 0, 1, 1);
    assert_pci(&domain_find_controller(def, CONTROLLER_TYPE_USB, 0)->info, 0, 1, 2);
    g_assert_cmpuint(def->disks[1]->info.address->bus, ==, 1);
    g_assert_cmpint(def->audios[0]->type, ==, AUDIO_TYPE_NONE);
    /* What was written back is what comes out again. */
    g_autofree char *once = domain_def_format(def, MODEL_FORMAT_SECURE);
    DOMAIN_DEF_AUTO again = NULL;
    ERR_AUTO err = ERR_INIT;
    g_assert_cmpint(domain_def_parse(once, strlen(once), 0, &again, &err), ==, 0);
    g_assert_cmpint(qemu_domain_defaults(again, host, 0, &err), ==, 0);
    g_autofree char *twice = domain_def_format(again, MODEL_FORMAT_SECURE);
    g_assert_cmpstr(once, ==, twice);
}

static void
q35(void)
{
    DOMAIN_DEF_AUTO def =
        good("q35", "<disk type='file'><source file='/a'/><target dev='vda'/></disk>"
                    "<interface type='user'/><channel type='unix'><target type='virtio' name='x'/></channel>"
                    "<input type='tablet' bus='usb'/>");
    g_assert_cmpstr(domain_find_controller(def, CONTROLLER_TYPE_PCI, 0)->model, ==, "pcie-root");
    assert_pci(&domain_find_controller(def, CONTROLLER_TYPE_SATA, 0)->info, 0, 0x1f, 2);
    /* rtl8139 needs a conventional bus: a bridge in the first port */
    assert_pci(&def->interfaces[0]->info, 2, 1, 0);
    g_assert_cmpstr(domain_find_controller(def, CONTROLLER_TYPE_PCI, 2)->model, ==, "pcie-to-pci-bridge");
    struct domain_controller *port = domain_find_controller(def, CONTROLLER_TYPE_PCI, 1);
    assert_pci(&port->info, 0, 1, 0);
    g_assert_cmpint(port->info.address->multifunction, ==, TRI_ON);
    g_assert_cmpuint(port->target->port, ==, 8);
    g_assert_cmpuint(def->channels[0]->info.address->port, ==, 1);
    g_assert_cmpstr(def->inputs[0]->info.address->usb_port, ==, "1");
}

static void
many_devices(void)
{
    GString *s = g_string_new(NULL);
    for (int i = 0; i < 60; i++)
        g_string_append(s, "<interface type='user'><model type='virtio'/></interface>");
    static const char *const machines[] = { "pc", "q35" };
    for (size_t m = 0; m < 2; m++) {
        DOMAIN_DEF_AUTO def = good(machines[m], s->str);
        g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        for (uint32_t i = 0; i < def->n_interfaces; i++) {
            const struct device_address *a = def->interfaces[i]->info.address;
            g_assert_true(g_hash_table_add(seen, g_strdup_printf("%u/%u/%u", a->bus, a->slot, a->function)));
            g_assert_nonnull(domain_find_controller(def, CONTROLLER_TYPE_PCI, a->bus));
        }
    }
    g_string_free(s, TRUE);
}

#define ROOM                                                                                                 \
    "<maxMemory slots='2' unit='GiB'>4</maxMemory><cpu><numa><cell id='0' cpus='0' "                         \
    "memory='65536'/></numa></cpu>"
#define PMEM(attributes) \
    "<memory model='virtio-pmem' " attributes "><source><path>/a</path></source><target><size " \
    "unit='MiB'>64</size></target></memory>"
#define VMEM(block, requested, address) \
    "<memory model='virtio-mem'><target><size unit='MiB'>64</size><node>0</node><block>" block \
    "</block><requested>" requested "</requested></target>" address "</memory>"

#define ENV(name) \
    "<qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><qemu:env name='" name \
    "' value='x'/></qemu:commandline>"

static void
refused(void)
{
    static const struct { const char *machine, *extra, *devices; int code; const char *words[2];
    } table[] = {
        { "pc",
          "",
          "<interface type='user'><mac address='52:54:00:00:00:01'/><address type='pci' "
          "slot='7'/></interface>"
          "<disk type='file'><source file='/a'/><target dev='vdb'/><address type='pci' slot='7'/></disk>",
          VIR_ERR_XML_ERROR,
          { "disk vdb", "interface 52:54:00:00:00:01" } },
        { "pc",
          "",
          "<disk type='file'><source file='/a'/><target dev='hda'/></disk>"
          "<disk type='file'><source file='/b'/><target dev='hdb'/><address type='drive' unit='0'/></disk>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "hda", "hdb" } },
        { "pc",
          "",
          "<disk type='file'><source file='/a'/><target dev='vda'/></disk>"
          "<disk type='file'><source file='/b'/><target dev='vda'/></disk>",
          VIR_ERR_XML_ERROR,
          { "vda" } },
        { "nonsense", "", "", VIR_ERR_XML_ERROR, { "nonsense", "PCI" } },
        { "nonsense",
          "",
          "<memballoon model='none'/><controller type='usb' model='none'/>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "no machine 'nonsense'" } },
        { "q35",
          "",
          "<disk type='file'><source file='/a'/><target dev='hda' bus='ide'/></disk>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "sata" } },
        { "pc",
          "",
          "<controller type='pci' index='0' model='pcie-root'/>",
          VIR_ERR_XML_ERROR,
          { "pci-root" } },
        { "pc", "<vcpu>300</vcpu>", "", VIR_ERR_CONFIG_UNSUPPORTED, { "255" } },
        { "pc",
          "",
          "<channel type='spicevmc'><target type='virtio'/></channel>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "spice" } },
        { "pc",
          "",
          "<controller type='usb' model='none'/><input type='tablet' bus='usb'/>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "USB" } },
        { "pc",
          "<launchSecurity type='sev'><policy>1</policy></launchSecurity>",
          "",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "launchSecurity" } },
        { "pc",
          "",
          "<interface type='user'><address type='pci' slot='0x20'/></interface>",
          VIR_ERR_XML_ERROR,
          { NULL } },
        { "pc",
          "",
          "<controller type='usb' model='none-such'/>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "none-such", "piix3-uhci" } },
        { "pc", "", "<interface type='network'><source/></interface>", VIR_ERR_XML_ERROR, { "network" } },
        { "pc", "", "<sound model='virtio'/>", VIR_ERR_XML_ERROR, { "virtio" } },
        { "pc", "<features><none-such/></features>", "", VIR_ERR_CONFIG_UNSUPPORTED, { "none-such" } },
        { "pc", "", "<hostdev type='pci'/>", VIR_ERR_XML_ERROR, { "<source>" } },
        { "pc",
          "",
          "<input type='tablet' bus='usb'><address type='usb' bus='0' port='1'/></input>"
          "<redirdev type='pty'><address type='usb' bus='0' port='1'/></redirdev>",
          VIR_ERR_XML_ERROR,
          { "usb input tablet", "redirdev" } },
        { "pc",
          "",
          "<channel type='pty'><target type='virtio' name='a'/><address type='virtio-serial' "
          "port='1'/></channel>"
          "<channel type='pty'><target type='virtio' name='b'/><address type='virtio-serial' "
          "port='1'/></channel>",
          VIR_ERR_XML_ERROR,
          { "'a'", "'b'" } },
        { "pc", "<seclabel relabel='yes'/>", "", VIR_ERR_XML_ERROR, { "model" } },
        { "pc",
          "",
          "<memballoon model='virtio'/><memballoon model='virtio'/>",
          VIR_ERR_INTERNAL_ERROR,
          { "memballoon" } },
        /* places on PCI: what no bus takes, what no bus can be made for */
        { "q35",
          "",
          "<controller type='pci' model='pcie-switch-downstream-port'/>",
          VIR_ERR_XML_ERROR,
          { "pcie-root" } },
        { "q35",
          "",
          "<controller type='pci' index='1' model='pcie-switch-downstream-port'/>",
          VIR_ERR_INTERNAL_ERROR,
          { "no place" } },
        { "pc",
          "",
          "<controller type='pci' index='1' model='pcie-root-port'/>",
          VIR_ERR_INTERNAL_ERROR,
          { "no place" } },
        { "pc",
          "",
          "<controller type='pci' index='1' model='pcie-root-port'><address type='pci' "
          "slot='7'/></controller>",
          VIR_ERR_XML_ERROR,
          { "pcie-root-port" } },
        { "pc", "", "<controller type='pci' index='1'/>", VIR_ERR_INTERNAL_ERROR, { "no model" } },
        { "q35",
          "",
          "<controller type='pci' index='1' model='pcie-root'/>",
          VIR_ERR_XML_ERROR,
          { "index 1" } },
        { "pc",
          "",
          "<controller type='pci' index='1' model='pcie-expander-bus'/>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "q35" } },
        { "q35",
          "",
          "<controller type='pci' index='1' model='pci-expander-bus'/>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "i440fx" } },
        { "q35",
          "",
          "<controller type='pci' index='1' model='pci-bridge'/>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "index has to be larger" } },
        { "q35",
          "",
          "<interface type='user'><address type='pci' bus='1' slot='0'/></interface>",
          VIR_ERR_XML_ERROR,
          { "slots of bus 2 start at 1" } },
        { "pc",
          "",
          "<controller type='usb' model='ich9-uhci1'><master startport='0'/></controller>",
          VIR_ERR_XML_DETAIL,
          { "companion" } },
        /* memory devices */
        { "pc",
          "<memory unit='MiB'>256</memory>",
          "<memory model='virtio-pmem'><target><size unit='MiB'>64</size></target></memory>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "maxMemory" } },
        { "pc",
          ROOM,
          "<memory model='virtio-pmem'><target><size unit='MiB'>64</size></target></memory>",
          VIR_ERR_XML_DETAIL,
          { "no <path>" } },
        { "pc",
          ROOM,
          PMEM("") PMEM("") PMEM(""),
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "3 memory devices and 2 slots" } },
        { "pc", ROOM, PMEM("access='private'"), VIR_ERR_CONFIG_UNSUPPORTED, { "access='shared'" } },
        { "pc", ROOM, VMEM("2048", "70000", ""), VIR_ERR_XML_DETAIL, { "<requested>" } },
        { "pc", ROOM, VMEM("64", "2048", ""), VIR_ERR_XML_DETAIL, { "2 MiB" } },
        { "pc",
          ROOM,
          VMEM("2048", "2048", "<address type='dimm' slot='1'/>"),
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "PCI bus", "dimm" } },
        { "pc",
          ROOM,
          "<memory model='sgx-epc'><target><size unit='MiB'>4</size></target></memory>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "sgx-epc" } },
        { "pc",
          "<memtune><min_guarantee>1</min_guarantee></memtune>",
          "",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "min_guarantee" } },
        { "pc",
          "<memoryBacking><hugepages/><allocation mode='ondemand'/></memoryBacking>",
          "",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "on demand" } },
        { "pc",
          "<memoryBacking><hugepages/><source type='anonymous'/></memoryBacking>",
          "",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "anonymous" } },
        /* the guest as a whole */
        { "pc",
          "<features><hpt resizing='enabled'/></features>",
          "",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "'hpt'" } },
        { "pc", "<features><gic version='2'/></features>", "", VIR_ERR_CONFIG_UNSUPPORTED, { "'gic'" } },
        { "pc",
          "<features><smm state='on'><tseg unit='MiB'>48</tseg></smm></features>",
          "",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "tseg" } },
        { "q35", "<vcpu>256</vcpu>", "", VIR_ERR_CONFIG_UNSUPPORTED, { "eim" } },
        { "pc",
          "<vcpu current='1'>2</vcpu><vcpus><vcpu id='0' enabled='no' hotpluggable='yes'/>"
          "<vcpu id='1' enabled='yes' hotpluggable='yes'/></vcpus>",
          "",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "vcpu 0" } },
        /* devices */
        { "pc",
          "",
          "<sound model='ich7'><address type='pci' slot='9'/></sound>",
          VIR_ERR_INTERNAL_ERROR,
          { "ich7" } },
        { "pc",
          "",
          "<input type='passthrough' bus='virtio' model='virtio-transitional'><source evdev='/a'/></input>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "virtio-transitional" } },
        { "pc",
          "",
          "<video><model type='qxl' vgamem='20000'/></video>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "vgamem" } },
        { "pc",
          "",
          "<video><model type='cirrus' heads='0'/></video>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "head" } },
        { "pc",
          "",
          "<video><model type='ramfb'/><address type='pci' slot='8'/></video>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "ramfb" } },
        { "q35",
          "",
          "<filesystem type='ram'><source usage='1' units='MiB'/><target dir='/a'/></filesystem>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "mount" } },
        /* what the boards keep for themselves */
        { "pc",
          "",
          "<interface type='user'><address type='pci' slot='1'/></interface>",
          VIR_ERR_XML_ERROR,
          { "board" } },
        { "q35",
          "",
          "<interface type='user'><address type='pci' slot='0x1f' function='2'/></interface>",
          VIR_ERR_XML_ERROR,
          { "board" } },
        { "pc",
          "",
          "<controller type='ide'><address type='pci' slot='5' function='1'/></controller>",
          VIR_ERR_INTERNAL_ERROR,
          { "01.1" } },
        { "pc",
          "",
          "<channel type='pty'><target type='virtio' name='x'/><address type='pci' domain='1' "
          "slot='5'/></channel>",
          VIR_ERR_XML_ERROR,
          { "only domain 0" } },
        /* controllers, and what they can be told */
        { "q35",
          "",
          "<controller type='pci' model='pcie-root'><target chassis='3'/></controller>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "'chassis'" } },
        { "q35",
          "",
          "<controller type='pci' index='1' model='pcie-root-port'><model name='pxb'/></controller>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "'pxb'" } },
        { "pc",
          "",
          "<controller type='pci' index='1' "
          "model='pci-expander-bus'><target><node>0</node></target></controller>",
          VIR_ERR_XML_ERROR,
          { "NUMA node 0" } },
        { "pc",
          "",
          "<controller type='scsi' model='lsilogic'><driver max_sectors='5'/></controller>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "max_sectors" } },
        { "pc",
          "",
          "<controller type='scsi' model='virtio-scsi'><driver iothread='5'/></controller>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "I/O thread 5" } },
        { "pc",
          "",
          "<hub type='usb'><address type='virtio-serial' controller='6' port='3'/></hub>",
          VIR_ERR_XML_ERROR,
          { "hub", "controller 6" } },
        { "pc",
          "",
          "<interface type='user'><address type='drive' bus='3'/></interface>",
          VIR_ERR_INTERNAL_ERROR,
          { "bus 0 only" } },
        /* serial ports and consoles */
        { "pc",
          "",
          "<serial type='pty'><target type='isa-serial'><model name='pl011'/></target></serial>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "pl011" } },
        { "pc",
          "",
          "<serial type='pty'><target type='pci-serial'/><address type='isa'/></serial>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "'pci'" } },
        { "pc",
          "",
          "<serial type='pty'><target type='spapr-vio-serial'/></serial>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "spapr-vio-serial" } },
        { "pc",
          "",
          "<console type='pty'><target type='lxc'/></console>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "lxc" } },
        { "pc",
          "",
          "<disk type='file'><source file='/a'/><target dev='sda'/><acpi index='3'/></disk>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "acpi", "drive" } },
        { "pc",
          "",
          "<interface type='user'><address type='pci' slot='9'><zpci uid='1' fid='2'/></address></interface>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "zPCI" } },
        { "pc",
          "<sysinfo type='fwcfg'><entry name='etc/a'>x</entry></sysinfo>",
          "",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "etc/a" } },
        { "pc",
          "<sysinfo type='fwcfg'><entry name='opt/ovmf/a'>x</entry></sysinfo>",
          "",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "opt/ovmf/a" } },
        { "pc",
          "<cputune><memorytune vcpus='0'><node id='0' bandwidth='60'/></memorytune></cputune>",
          "",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "kvm" } },
        { "pc",
          "<launchSecurity type='sev'><policy>5ae</policy></launchSecurity>",
          "",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "launchSecurity" } },
        { "pc",
          "",
          "<interface type='user'><rom file='/a'/><address type='spapr-vio'/></interface>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "<rom>" } },
        { "pc",
          "",
          "<hostdev mode='subsystem' type='usb'><source><vendor id='0x1234'/><product id='0x5678'/></source>"
          "<rom bar='on'/></hostdev>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "<rom>" } },
        { "pc",
          "",
          "<hostdev mode='subsystem' type='scsi_host'><source protocol='vhost' "
          "wwpn='naa.5123456789abcde0'/><boot order='1'/></hostdev>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "boot" } },
        { "q35",
          "<features><acpi/></features>",
          "<iommu model='virtio'><address type='ccid'/></iommu>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "PCI address" } },
        { "pc",
          "",
          "<graphics type='egl-headless'/><graphics type='sdl'/>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "egl-headless" } },
        { "pc",
          "",
          "<input type='mouse' bus='ps2'><address type='pci' slot='1'/></input>",
          VIR_ERR_XML_ERROR,
          { "board" } },
        { "pc",
          "",
          "<serial type='pty'><target type='isa-serial' port='0'/></serial>"
          "<serial type='pty'><target type='isa-serial' port='0'/></serial>",
          VIR_ERR_INTERNAL_ERROR,
          { "isa-serial" } },
        { "pc",
          "",
          "<controller type='virtio-serial'><driver queues='4'/></controller>",
          VIR_ERR_CONFIG_UNSUPPORTED,
          { "queues" } },
        { "pc", ENV("4a"), "", VIR_ERR_INTERNAL_ERROR, { "4a" } },
        { "pc", ENV("a-b"), "", VIR_ERR_INTERNAL_ERROR, { "a-b" } },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        ERR_AUTO err = ERR_INIT;
        struct domain_def *def = parse(table[i].machine, table[i].extra, table[i].devices, &err);
        if (def)
            g_error("row %zu is accepted", i);
        if (err.code != table[i].code)
            g_error("row %zu: code %d: %s", i, err.code, err_message(&err));
        for (size_t w = 0; w < 2 && table[i].words[w]; w++) {
            if (!strstr(err_message(&err), table[i].words[w]))
                g_error("row %zu: '%s' lacks '%s'", i, err_message(&err), table[i].words[w]);
        }
    }
}

#define NO_DEVICES "<controller type='usb' model='none'/><memballoon model='none'/>"

/* Documents, and what is in them once they are complete. */
static void
completed(void)
{
    static const struct { const char *machine, *extra, *devices, *words[3];
    } table[] = {
        /* A conventional device brings a port and a bridge, whatever ports are free; the bridge takes the
           first. */
        { "q35",
          "",
          NO_DEVICES "<controller type='pci' index='1' model='pcie-root-port'/><interface type='user'/>",
          { "index='2' model='pcie-root-port'", "index='3' model='pcie-to-pci-bridge'",
            "bus='0x03' slot='0x01' function='0x0'/>\n    </interface>" } },
        /* A port stays free where one had to be added, and only there. */
        { "q35", "", NO_DEVICES, { "index='0' model='pcie-root'/>\n    <input" } },
        { "q35",
          "",
          NO_DEVICES "<rng model='virtio'><backend model='random'/></rng>",
          { "index='2' model='pcie-root-port'" } },
        /* The bus of a given address: the port in front of the bridge pushes it on. */
        { "q35",
          "",
          NO_DEVICES "<interface type='user'><address type='pci' bus='1' slot='1'/></interface>",
          { "index='2' model='pcie-to-pci-bridge'", "index='3' model='pcie-root-port'",
            "bus='0x02' slot='0x01' function='0x0'/>\n    </interface>" } },
        { "q35",
          "",
          NO_DEVICES "<interface type='user'><address type='pci' bus='3' slot='1'/></interface>",
          { "index='3' model='pci-bridge'", "bus='0x03' slot='0x01' function='0x0'/>\n    </interface>" } },
        /* Numbers left out are buses, too; switches; the place of the old bridge. */
        { "pc",
          "",
          NO_DEVICES "<controller type='pci' index='2' model='pci-bridge'/>",
          { "index='1' model='pci-bridge'" } },
        { "q35",
          "",
          NO_DEVICES "<controller type='pci' index='1' model='pcie-switch-upstream-port'/>"
                     "<controller type='pci' index='2' model='pcie-switch-downstream-port'/>"
                     "<controller type='pci' index='3' model='pcie-switch-downstream-port'/>",
          { "<target chassis='3' port='0x1'/>\n      <address type='pci' domain='0x0000' bus='0x01' "
            "slot='0x01'" } },
        { "q35",
          "",
          NO_DEVICES "<controller type='pci' index='1' model='dmi-to-pci-bridge'/>",
          { "bus='0x00' slot='0x1e'" } },
        { "pc",
          "",
          "<interface type='user'><address type='pci' slot='4' function='0'/></interface>"
          "<interface type='user'><address type='pci' slot='4' function='1'/></interface>",
          { "slot='0x04' function='0x0' multifunction='on'" } },
        /* USB: bus 0 is there, sets share a number, one type stands together */
        { "pc",
          "",
          "<controller type='usb' index='1' model='piix3-uhci'/><input type='tablet' bus='usb'/>",
          { "type='usb' index='0'", "type='usb' bus='0' port='1'" } },
        { "pc",
          "",
          "<controller type='usb' model='ich9-uhci1'/><controller type='usb' model='ich9-uhci1'/>"
          "<controller type='usb' model='ich9-ehci1'/>",
          { "index='1' model='ich9-ehci1'" } },
        { "pc",
          "",
          "<controller type='usb'/><controller type='virtio-serial'/><controller type='usb'/>",
          { "type='usb' index='1' model='piix3-uhci'>\n      <address type='pci' domain='0x0000' bus='0x00' "
            "slot='0x02'" } },
        { "pc",
          "",
          "<controller type='virtio-serial' index='2'/><channel type='pty'><target type='virtio' "
          "name='x'/></channel>",
          { "<address type='virtio-serial' controller='0' bus='0' port='1'/>" } },
        /* memory devices */
        { "pc",
          ROOM,
          PMEM("") VMEM("2048", "2048", ""),
          { "model='virtio-pmem' access='shared'", "slot='0x04' function='0x0'/>\n    </memory>" } },
        { "pc",
          "<vcpu>4</vcpu><cpu><numa><cell id='1' cpus='2' memory='32768'/><cell id='0' "
          "memory='32768'/></numa></cpu>",
          "",
          { "<cell id='0' cpus='0-1,3' memory='32768' unit='KiB'/>\n      <cell id='1' cpus='2'" } },
        { "pc", "", "<video><model type='vga' vram='3000'/></video>", { "vram='4096'" } },
        { "pc", "", "<graphics type='egl-headless'/><graphics type='egl-headless'/>", { "egl-headless" } },
        /* A USB controller of the user's is an old one where nothing is said; the one that is implied is not.
         */
        { "q35", "", "<controller type='usb'/>", { "type='usb' index='0' model='piix3-uhci'" } },
        { "q35", "", "", { "type='usb' index='0' model='qemu-xhci'" } },
        { "pc", "", "<interface type='vdpa'><source dev='/a'/></interface>", { "<model type='virtio'/>" } },
        { "q35",
          "",
          "<controller type='usb' model='ich9-ehci1'><address type='pci' slot='5' function='7'/></controller>"
          "<controller type='usb' model='ich9-uhci1'/>",
          { "slot='0x1d' function='0x0' multifunction='on'" } },
        { "pc",
          "",
          "<interface type='user'><address type='pci' slot='2'/></interface><video><model "
          "type='cirrus'/></video>",
          { "slot='0x03' function='0x0'/>\n    </video>" } },
        { "pc", "", "<graphics type='spice'/><graphics type='vnc'/>", { "<audio id='1' type='none'/>" } },
        { "pc", "", "<graphics type='sdl'/><graphics type='spice'/>", { "<audio id='1' type='spice'/>" } },
        { "pc", "", "<graphics type='egl-headless'/>", { "<graphics type='egl-headless'/>\n    <video>" } },
        { "pc",
          "",
          "<rng model='virtio'><backend model='random'/><address type='virtio-mmio'/></rng>",
          { "<address type='virtio-mmio'/>" } },
        { "pc",
          "",
          "<controller type='scsi' model='ibmvscsi'/>",
          { "<address type='spapr-vio' reg='0x00002000'/>" } },
        { "pc", ENV("_a1"), "", { "<qemu:env name='_a1' value='x'/>" } },
        /* virtio-serial controllers that are used, and none between them */
        { "pc",
          "",
          "<channel type='pty'><target type='virtio' name='a'/><address type='virtio-serial' controller='3' "
          "port='2'/></channel>",
          { "type='virtio-serial' index='3'>\n      <address type='pci' domain='0x0000' bus='0x00' "
            "slot='0x02'" } },
        { "pc",
          "",
          "<serial type='pty'><target port='7'/></serial><serial type='pty'><target port='7'/></serial>",
          { "<target type='isa-serial' port='7'>" } },
        { "pc", "", "<shmem name='a'><model type='ivshmem-plain'/></shmem>", { "<size unit='M'>4</size>" } },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        ERR_AUTO err = ERR_INIT;
        DOMAIN_DEF_AUTO def = parse(table[i].machine, table[i].extra, table[i].devices, &err);
        if (!def)
            g_error("row %zu: %s", i, err_message(&err));
        g_autofree char *text = domain_def_format(def, MODEL_FORMAT_SECURE);
        for (size_t w = 0; w < 3 && table[i].words[w]; w++) {
            if (!strstr(text, table[i].words[w]))
                g_error("row %zu lacks \"%s\":\n%s", i, table[i].words[w], text);
        }
    }
}

static bool
has_pair(char **argv, const char *option, const char *part)
{
    for (; *argv; argv++) {
        if (!strcmp(*argv, option) && argv[1] && strstr(argv[1], part))
            return true;
    }
    return false;
}

static void
command(void)
{
    DOMAIN_DEF_AUTO def =
        good("pc", "<disk type='file' device='cdrom'><target dev='hda'/></disk>"
                   "<disk type='file'><driver name='qemu' type='raw' cache='none'/>"
                   "<source file='/dev/null'/><target dev='vda'/><serial>a b</serial></disk>"
                   "<serial type='pty'/><graphics type='vnc'/>");
    ERR_AUTO err = ERR_INIT;
    struct qemu_command cmd;
    const struct qemu_command_opts opts = { .id = 7, .paused = true };
    g_assert_cmpint(qemu_domain_prepare(def, host, 7, false, &err), ==, 0);
    g_assert_cmpint(qemu_command_build(def, host, &opts, &cmd, &err), ==, 0);
    g_assert_cmpstr(err.message, ==, NULL);
    g_assert_true(has_pair(cmd.argv, "-name", "guest=t,"));
    g_assert_true(has_pair(cmd.argv, "-machine", "pc-i440fx-7.2,"));
    g_assert_true(has_pair(cmd.argv, "-uuid", ""));
    g_assert_true(has_pair(cmd.argv, "-sandbox", "on,"));
    g_assert_true(has_pair(cmd.argv, "-device", "\"serial\":\"a b\""));
    g_assert_true(has_pair(cmd.argv, "-blockdev", "\"cache\":{\"direct\":true,\"no-flush\":false}"));
    g_assert_true(has_pair(cmd.argv, "-device",
                           "\"driver\":\"ide-cd\",\"bus\":\"ide.0\",\"unit\":0,\"id\":\"ide0-0-0\""));
    g_assert_cmpint(def->graphics[0]->port, >=, 5900);
    g_assert_true(has_pair(cmd.argv, "-vnc", "127.0.0.1:"));
    g_assert_cmpstr(strrchr(cmd.guest_dir, '/'), ==, "/domain-7-t");

    /* What it needs is made, connectable before QEMU runs, and removed without a trace. */
    g_assert_cmpint(qemu_command_make(&cmd, host, &err), ==, 0);
    struct stat st;
    g_assert_cmpint(stat(cmd.master_key_path, &st), ==, 0);
    g_assert_cmpint(st.st_size, ==, 32);
    g_assert_cmpint(st.st_mode & 0777, ==, 0600);
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    g_strlcpy(addr.sun_path, cmd.monitor_path, sizeof(addr.sun_path));
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    g_assert_cmpint(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), ==, 0);
    close(fd);
    qemu_command_close_fds(&cmd);
    qemu_command_unmake(&cmd);
    g_assert_cmpint(stat(cmd.guest_dir, &st), ==, -1);

    g_autofree char *text = qemu_command_to_string(&cmd, false);
    int argc = 0;
    g_auto(GStrv) words = NULL;
    g_assert_true(g_shell_parse_argv(text, &argc, &words, NULL));
    g_assert_cmpint(argc, ==, (int)(g_strv_length(cmd.env) + g_strv_length(cmd.argv)));
    qemu_command_clear(&cmd);
    qemu_domain_release(def, host);
}

static void
memory_command(void)
{
    ERR_AUTO err = ERR_INIT;
    DOMAIN_DEF_AUTO def =
        parse("pc", ROOM "<memoryBacking><hugepages/><nosharepages/><source type='memfd'/></memoryBacking>",
              PMEM("") VMEM("2048", "4096", ""), &err);
    g_assert_cmpstr(err.message, ==, NULL);
    struct qemu_command cmd;
    const struct qemu_command_opts opts = { .id = 8 };
    g_assert_cmpint(qemu_domain_prepare(def, host, 8, false, &err), ==, 0);
    g_assert_cmpint(qemu_command_build(def, host, &opts, &cmd, &err), ==, 0);
    g_assert_true(has_pair(cmd.argv, "-machine", "mem-merge=off"));
    g_assert_true(has_pair(cmd.argv, "-object",
                           "id=memvirtiopmem0,mem-path=/a,share=on,size=67108864"));
    g_assert_true(has_pair(cmd.argv, "-object", "id=memvirtiomem0,hugetlb=on,share=on,reserve=off"));
    g_assert_true(has_pair(cmd.argv, "-device",
                           "\"driver\":\"virtio-mem-pci\",\"node\":0,\"block-size\":2097152,"
                           "\"requested-size\":4194304,\"memdev\":\"memvirtiomem0\""));
    qemu_command_clear(&cmd);
    qemu_domain_release(def, host);

    DOMAIN_DEF_AUTO modules =
        parse("pc", ROOM,
              "<memory model='nvdimm'><source><path>/a</path></source><target><size "
              "unit='MiB'>64</size><node>0</node>"
              "<label><size>128</size></label><readonly/></target></memory>"
              "<memory model='dimm' access='shared' discard='yes'><source><nodemask>0</nodemask></source>"
              "<target><size unit='MiB'>64</size><node>0</node></target></memory>",
              &err);
    g_assert_cmpstr(err.message, ==, NULL);
    g_assert_cmpint(qemu_domain_prepare(modules, host, 9, false, &err), ==, 0);
    g_assert_cmpint(qemu_command_build(modules, host, &opts, &cmd, &err), ==, 0);
    g_assert_true(has_pair(cmd.argv, "-machine", ",nvdimm=on"));
    g_assert_true(has_pair(cmd.argv, "-object", "mem-path=/a,prealloc=on"));
    g_assert_true(has_pair(cmd.argv, "-device", "\"node\":0,\"label-size\":131072,\"unarmed\":true"));
    g_assert_true(has_pair(cmd.argv, "-object", "/dimm1,share=on,discard-data=on"));
    g_assert_true(has_pair(cmd.argv, "-object", "policy=bind"));
    /* Where that file lies is made, and removed with what QEMU has left in it. */
    struct stat st;
    g_assert_cmpint(qemu_command_make(&cmd, host, &err), ==, 0);
    g_autofree char *left = g_build_filename(cmd.ram_dir, "dimm1", NULL), *dir = g_strdup(cmd.ram_dir);
    g_assert_true(g_file_set_contents(left, "x", 1, NULL));
    qemu_command_close_fds(&cmd);
    qemu_command_unmake(&cmd);
    g_assert_cmpint(stat(dir, &st), ==, -1);
    qemu_command_clear(&cmd);
    qemu_domain_release(modules, host);
}

static void
put32(unsigned char *p, uint32_t v)
{
    p[0] = v >> 24;
    p[1] = v >> 16;
    p[2] = v >> 8;
    p[3] = v;
}

/* A qcow2 header, as the format's description has it. */
static char *
qcow2(const char *name, const char *backing, const char *format)
{
    unsigned char h[1024] = { 'Q', 'F', 'I', 0xfb };
    size_t at = 104;
    put32(h + 4, 3);
    put32(h + 100, 104);
    if (format) {
        put32(h + at, 0xE2792ACA);
        put32(h + at + 4, strlen(format));
        memcpy(h + at + 8, format, strlen(format));
        at += 8 + ((strlen(format) + 7) & ~7u);
    }
    at += 8;
    if (backing) {
        put32(h + 12, at);
        put32(h + 16, strlen(backing));
        memcpy(h + at, backing, strlen(backing));
    }
    char *path = g_build_filename(root, name, NULL);
    g_assert_true(g_file_set_contents(path, (char *)h, sizeof(h), NULL));
    return path;
}

static int
chain(const char *path, struct domain_def **def, struct err *err)
{
    g_autofree char *disk =
        g_strdup_printf("<disk type='file'><driver name='qemu' type='qcow2'/><source file='%s'/>"
                        "<target dev='vda'/></disk>",
                        path);
    *def = good("pc", disk);
    int rc = images_read_chain(*def, (*def)->disks[0], err);
    images_number(*def);
    return rc;
}

static void
images(void)
{
    g_autofree char *base = qcow2("base", NULL, NULL), *mid = qcow2("mid", "base", "qcow2");
    g_autofree char *top = qcow2("top", mid, "qcow2"), *untold = qcow2("untold", "base", NULL);
    g_autofree char *loop = qcow2("loop", "loop", "qcow2"), *remote = qcow2("remote", "http://x/y", "raw");
    ERR_AUTO err = ERR_INIT;
    DOMAIN_DEF_AUTO def = NULL;
    g_assert_cmpint(chain(top, &def, &err), ==, 0);
    const struct disk_backing_store *b = def->disks[0]->backing_store;
    g_assert_cmpstr(b->source->src.file, ==, mid);
    g_assert_cmpstr(b->backing_store->source->src.file, ==, base);
    g_assert_null(b->backing_store->backing_store->source);
    g_assert_cmpuint(def->disks[0]->source->src.index, ==, 1);
    g_assert_cmpuint(b->backing_store->index, ==, 3);
    const struct { const char *path, *words; } bad[] = {
        { untold, "format" },
        { loop, "circles" },
        { remote, "backingStore" },
        { emulator, "does not start like one" },
        { "/proc/nowhere", "No such file" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        ERR_AUTO why = ERR_INIT;
        DOMAIN_DEF_AUTO d = NULL;
        g_assert_cmpint(chain(bad[i].path, &d, &why), ==, -1);
        if (!strstr(err_message(&why), bad[i].words) || !strstr(err_message(&why), "vda"))
            g_error("'%s' lacks '%s'", err_message(&why), bad[i].words);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    root = g_dir_make_tmp("define-XXXXXX", NULL);
    make_emulator();
    ERR_AUTO err = ERR_INIT;
    host = qemu_host_new(false, root, true, &err);
    g_assert_cmpstr(err.message, ==, NULL);
    g_test_add_func("/qemu-define/pc", pc);
    g_test_add_func("/qemu-define/q35", q35);
    g_test_add_func("/qemu-define/many-devices", many_devices);
    g_test_add_func("/qemu-define/refused", refused);
    g_test_add_func("/qemu-define/completed", completed);
    g_test_add_func("/qemu-define/command", command);
    g_test_add_func("/qemu-define/memory-command", memory_command);
    g_test_add_func("/qemu-define/images", images);
    int rc = g_test_run();
    qemu_host_free(host);
    g_autofree char *cleanup = g_strdup_printf("rm -rf '%s'", root);
    if (system(cleanup) != 0)
        g_printerr("%s stays\n", root);
    return rc;
}
