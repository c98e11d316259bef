/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Devices that come to definitions for QEMU, go and change: a row for each rule.
 */
#include "qemu-fixture.h"

#include "driver/device-edit.h"
#include "drivers/qemu/device-rules.h"

#include <stdlib.h>
#include <string.h>

#define MEMORY(size, rest) \
    "<memory model='dimm'><target><size>" size "</size><node>0</node></target>" rest "</memory>"
#define VMEMORY(requested, rest) VMEM("2048", requested, rest)
#define PCI(slot) "<address type='pci' domain='0x0000' bus='0x00' slot='" slot "' function='0x0'/>"
#define RNG(rest) "<rng model='virtio'><backend model='random'>/dev/urandom</backend>" rest "</rng>"
#define USB(source) "<hostdev mode='subsystem' type='usb'><source>" source "</source></hostdev>"
#define CARD(bus) \
    "<hostdev mode='subsystem' type='pci'><source><address bus='" bus "' slot='2'/></source></hostdev>"
#define NET(rest) "<interface type='user'><mac address='52:54:00:00:00:01'/>" rest "</interface>"
#define DISK(target, rest) "<disk type='file'><source file='/a'/><target " target "/>" rest "</disk>"
#define CCID "<controller type='ccid' index='0'/>"

enum { ATTACH, DETACH, UPDATE, ALIAS };

/* has: what the document says then, or code/domain of the error; lacks: what it must not say. */
static const struct {
    const char *machine, *extra, *devices;
    int call;
    const char *device, *has, *lacks;
} table[] = {
    /* ---- memory is counted */
    { "pc", ROOM, "", ATTACH, MEMORY("65536", ""), "<currentMemory unit='KiB'>131072<", NULL },
    { "pc", ROOM "<currentMemory>32768</currentMemory>", "", ATTACH, MEMORY("65536", ""),
      "<currentMemory unit='KiB'>98304<", NULL },
    { "pc", ROOM "<currentMemory>98304</currentMemory>", MEMORY("65536", ""), DETACH, MEMORY("65536", ""),
      "<currentMemory unit='KiB'>32768<", "<memory model" },
    { "pc", ROOM "<currentMemory>32768</currentMemory>", MEMORY("65536", ""), DETACH, MEMORY("65536", ""),
      "<currentMemory unit='KiB'>65536<", "<memory model" },
    { "pc", ROOM, "", ATTACH, MEMORY("4194304", ""), "67/20", NULL },
    { "pc", ROOM, MEMORY("1024", "") MEMORY("1024", ""), ATTACH, MEMORY("1024", ""), "67/10", NULL },
    { "pc", ROOM, MEMORY("1024", ""), ATTACH, MEMORY("1024", "<address type='dimm' slot='0'/>"), "55/20",
      NULL },
    { "pc", ROOM, MEMORY("1024", ""), DETACH, MEMORY("1024", "<address type='dimm' slot='1'/>"), "99/10",
      NULL },
    { "pc", ROOM, MEMORY("1024", "<alias name='ua-a'/>"), DETACH, MEMORY("1024", "<alias name='ua-b'/>"),
      "99/10", NULL },
    { "pc", ROOM, MEMORY("1024", ""), DETACH,
      "<memory model='dimm' access='shared'><target><size>1024</size><node>0</node></target></memory>",
      "<devices>", "<memory model" },
    /* what changes is found by its place */
    { "pc", ROOM, MEMORY("1024", ""), UPDATE, MEMORY("1024", ""), "8/10", NULL },
    { "pc", ROOM, MEMORY("1024", ""), UPDATE,
      "<memory model='dimm' discard='yes'><target><size>1024</size><node>0</node></target>"
      "<address type='dimm' slot='0'/></memory>",
      "discard='yes'", NULL },
    /* ---- which one is meant */
    { "pc", "", CARD("1") CARD("3"), DETACH, CARD("3"), "bus='0x01' slot='0x02'", "bus='0x03'" },
    { "pc", "", CARD("1"), DETACH, CARD("3"), "99/10", NULL },
    { "pc", "", USB("<vendor id='1'/><product id='1'/>"), DETACH, USB("<vendor id='2'/><product id='1'/>"),
      "99/10", NULL },
    { "pc", "", USB("<vendor id='1'/><product id='1'/><address bus='1' device='2'/>"), DETACH,
      USB("<address bus='1' device='2'/>"), "<devices>", "<hostdev" },
    { "pc", "", RNG("<rate bytes='5'/>"), DETACH,
      "<rng model='virtio'><rate bytes='5'/><backend model='random'>/dev/urandom<log "
      "file='/l'/></backend></rng>",
      "<devices>", "<rng" },
    { "pc", "", RNG("<rate bytes='5'/>"), DETACH, RNG(""), "99/10", NULL },
    { "pc", "", "<input type='evdev'><source dev='/x'/></input>", DETACH,
      "<input type='evdev'><source dev='/x' grab='all'/></input>", "<devices>", "evdev" },
    { "pc", "", "<input type='passthrough' bus='virtio'><source evdev='/x'/></input>", DETACH,
      "<input type='passthrough' bus='virtio'><source evdev='/y'/></input>", "99/10", NULL },
    { "pc", "", "<serial type='pty'><target port='0'/></serial>", DETACH,
      "<serial type='pty'><log file='/l'/><target type='isa-serial' port='0'><model "
      "name='isa-serial'/></target>"
      "</serial>",
      "<devices>", "<serial" },
    { "pc", "",
      "<serial type='pty'/><console type='pty'/><console type='pty'><target type='virtio'/></console>",
      DETACH, "<console type='pty'><target type='virtio' port='1'/></console>", "<console",
      "type='virtio' port" },
    { "pc", "", "<parallel type='pty'/>", DETACH, "<parallel type='pty'><target port='1'/></parallel>",
      "8/10", NULL },
    { "pc", "", "<vsock model='virtio'><cid address='5'/></vsock>", DETACH, "<vsock model='virtio'/>", "9/10",
      NULL },
    { "pc", "", "<vsock model='virtio'/>", DETACH, "<vsock model='virtio'>" PCI("0x1e") "</vsock>", "9/10",
      NULL },
    { "pc", "", "<redirdev type='tcp'><source host='h' service='1'/></redirdev>", DETACH,
      "<redirdev type='tcp'><source host='h' service='1' tls='no'/></redirdev>", "<devices>", "<redirdev" },
    /* ---- what nobody reads is gone */
    { "pc", "", "", ATTACH, "<rng model='virtio'><backend model='random' type='tcp'/></rng>",
      "<backend model='random'>", "tcp" },
    { "pc", "", "", ATTACH, "<input type='mouse' bus='usb'><source evdev='/x'/></input>",
      "<input type='mouse' bus='usb'", "/x" },
    /* ---- aliases go by the rules of their kinds */
    { "pc", "", "<video><alias name='ua-x'/></video>", ALIAS, "ua-x", "84/10", NULL },
    { "pc", "", "", ALIAS, "ua-x", "1/20", NULL },
    { "pc", "", "<controller type='usb' index='0'><alias name='ua-x'/></controller>", ALIAS, "ua-x",
      "<controller type='usb' index='0' model='piix3-uhci'>", "ua-x" },
    /* ---- what cannot come */
    { "pc", "", RNG(PCI("0x09")), ATTACH, RNG(PCI("0x09")), "67/10", NULL },
    { "pc", "", DISK("dev='sda' bus='scsi'", ""), ATTACH,
      DISK("dev='sdb' bus='scsi'", "<address type='drive' unit='0'/>"), "55/10", NULL },
    { "pc", "",
      "<interface type='hostdev'><source><address type='pci' bus='3' slot='2'/></source></interface>", ATTACH,
      CARD("3"), "55/10", NULL },
    { "pc", "", "", ATTACH, "<controller type='pci'/>", "1/10", NULL },
    { "pc", "", "", ATTACH, "<controller type='pci' model='pcie-root' index='1'/>", "27/10", NULL },
    { "q35", "", "", UPDATE,
      "<controller type='pci' index='0' model='pcie-root-port'><model name='pcie-root-port'/></controller>",
      "67/10", NULL },
    { "pc", "", "<controller type='usb' model='none'/>", ATTACH, DISK("dev='sda' bus='usb'", ""), "67/20",
      NULL },
    { "pc", "", "<controller type='usb' model='none'/>", ATTACH, "<hub type='usb'/>", "67/20", NULL },
    { "pc", "", "", ATTACH, "<audio id='1' type='none'/>", "27/20", NULL },
    { "pc", "", "", ATTACH, "<graphics type='dbus'><audio id='1'/></graphics>", "67/10", NULL },
    { "pc", "", "", ATTACH, "<sound model='ich7'><audio id='7'/></sound>", "27/20", NULL },
    { "pc", "", "<video/>", UPDATE, "<video><model type='none'/></video>", "84/10", NULL },
    { "pc", "", "", ATTACH, "<video><model type='vga'/></video>", "67/10", NULL },
    /* ---- how it stands then */
    { "pc", "", DISK("dev='vda'", "") "<disk device='cdrom'><target dev='hda'/></disk>", ATTACH,
      DISK("dev='vdb'", ""),
      "<target dev='vdb' bus='virtio'/>\n      " PCI(
          "0x04") "\n    </disk>\n    <disk type='file' device='cdrom'>",
      NULL },
    { "pc", "", "", ATTACH, DISK("dev='sda' bus='sata'", ""), "<controller type='sata' index='0'>", NULL },
    { "pc", "", "", ATTACH, "<serial type='pty'><target type='pci-serial'/></serial>",
      "<target type='serial' port='0'/>", NULL },
    { "pc", "", NET("<alias name='ua-x'/>" PCI("0x09")), UPDATE, NET("<link state='down'/>"),
      "<link state='down'/>", "ua-x" },
    { "pc", "", "", ATTACH,
      "<disk type='nvme'><driver name='qemu' type='raw'/><source type='pci' namespace='1'><address bus='3' "
      "slot='2'/>"
      "</source><target dev='vda'/></disk>",
      "managed='yes'", NULL },
};

static char *
outcome(const char *machine, const char *extra, const char *devices, int call, const char *device)
{
    ERR_AUTO err = ERR_INIT;
    DOMAIN_DEF_AUTO def = parse(machine, extra, devices, &err);
    struct device_edit edit;
    int ret;

    g_assert_cmpstr(err.message, ==, NULL);
    qemu_device_edit(&edit, device, host);
    ret = call == ALIAS    ? device_detach_alias(def, device, &edit, &err)
          : call == ATTACH ? device_attach(def, &edit, &err)
          : call == DETACH ? device_detach(def, &edit, &err)
                           : device_update(def, &edit, &err);
    g_free(edit.alias);
    return ret < 0 ? g_strdup_printf("%d/%d %s", err.code, err.domain, err_message(&err))
                   : model_format(def, 0);
}

static void
rows(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        char *text =
            outcome(table[i].machine, table[i].extra, table[i].devices, table[i].call, table[i].device);
        bool error = g_ascii_isdigit(*table[i].has);

        if ((error ? !g_str_has_prefix(text, table[i].has) : !strstr(text, table[i].has)) ||
            (table[i].lacks && strstr(text, table[i].lacks)))
            g_error("row %zu: %s\nto %s\nwanted %s, not %s:\n%s", i, table[i].device, table[i].devices,
                    table[i].has, table[i].lacks ? table[i].lacks : "", text);
        free(text);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/qemu-devices/rows", rows);
    return fixture_run();
}
