/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which of two reasons that a guest cannot be is told: programs know the code of the first.  The table is in
 * the order in which the reference finds them; each two of it are tried together.
 */
#include "qemu-fixture.h"

#include <string.h>

#define DISK(more, target) "<disk type='file'><source file='/x'/>" target more "</disk>"
#define HOSTDEV(unit)                                                                                        \
    "<hostdev mode='subsystem' type='scsi'><source><adapter name='scsi_host0'/>"                             \
    "<address bus='0' target='0' unit='" unit "'/></source><address type='drive' unit='" unit "'/></hostdev>"
#define USB_INPUT "<input type='tablet' bus='usb'><address type='usb' bus='0' port='1'/></input>"
#define PORT "<channel type='pty'><target type='virtio'/><address type='virtio-serial' port='3'/></channel>"

/* extra: top-level elements, none of which two rows share unless the outer ones are the same. */
static const struct {
    const char *extra, *devices, *want;
} table[] = {
    /* as the document is read */
    { "<memoryBacking><hugepages><page size='0'/></hugepages></memoryBacking>", "", "35/20" },
    { "<blkiotune><device><weight>500</weight></device></blkiotune>", "", "67/20" },
    { "", "<controller type='usb' model='none'/><controller type='usb' model='ehci'/>", "35/20" },
    { "", "<interface type='user'><backend type='passt'/></interface>", "27/20" },
    { "", "<serial type='pty'><log file='/a'/><log file='/b'/></serial>", "27/20" },
    { "", "<shmem name='s'><model type='ivshmem-doorbell'/><msi vectors='3'/></shmem>", "27/20" },
    /* with its defaults */
    { "<bootloader>/x</bootloader>", "", "67/10" },
    { "", "<controller type='pci' index='0' model='pcie-root'/>", "27/10" },
    { "<vcpus><vcpu id='0' enabled='no' hotpluggable='yes'/></vcpus>", "", "67/10" },
    { "", "<serial type='pty'><target type='isa-serial' port='9'/></serial>", "1/20" },
    { "", DISK("", "<target dev='foo'/>"), "27/20" },
    { "", HOSTDEV("0") DISK("", "<target dev='sda'/>"), "67/20" },
    { "", "<controller type='usb' index='1' model='qusb1'/>", "67/10" },
    { "", "<shmem name='t'><model type='ivshmem-plain'/><server path='/x'/></shmem>", "67/10" },
    { "<maxMemory>999999999</maxMemory>", "", "27/20" },
    { "", "<controller type='scsi' index='5'/><controller type='scsi' index='5'/>", "27/20" },
    { "", "<panic model='isa'/><panic model='isa'/>", "27/20" },
    { "", "<interface type='user'><boot order='7'/></interface><interface type='user'><boot order='7'/>"
          "</interface>", "67/20" },
    { "<clock offset='utc'><timer name='pit' track='boot'/></clock>", "", "67/20" },
    { "", "<console type='pty'/><console type='pty'/>", "67/20" },
    /* as places are given */
    { "", PORT PORT, "27/20" },
    { "", "<sound model='ich7'/>", "1/20" },
    { "", DISK("<address type='drive'/>", "<target dev='vdf' bus='virtio'/>"), "67/10" },
    { "", "<memballoon model='xen'/>", "1/20" },
    { "", USB_INPUT USB_INPUT, "27/20" },
    /* what nobody could run, and QEMU not */
    { "<memtune><min_guarantee>1000</min_guarantee></memtune>", "", "67/10" },
    { "<on_reboot>preserve</on_reboot>", "", "67/10" },
    { "<cputune><cachetune vcpus='0'><cache id='0' level='3' type='both' size='3' unit='MiB'/></cachetune>"
      "</cputune>", "", "67/10" },
    { "", "<console type='pty'><target type='lxc'/></console>", "67/10" },
    { "", "<panic model='s390'/>", "67/10" },
    { "", DISK("", ""), "20/20" },
    { "", "<disk type='file'><target dev='vdk'/></disk>", "19/20" },
    { "", "<interface type='network'><source network='d'/><model type='e1000'/><driver packed='on'/>"
          "</interface>", "67/20" },
    { "", "<hostdev mode='capabilities' type='misc'><source><char>/x</char></source></hostdev>", "67/10" },
    { "", "<controller type='scsi' index='6' model='buslogic'/>", "67/10" },
    { "", "<input type='evdev' bus='ps2'><source dev='/x'/></input>", "1/20" },
    { "", "<filesystem type='mount'><source dir='/x'/></filesystem>", "20/20" },
    { "", "<audio id='3' type='none'/><audio id='3' type='none'/>", "27/20" },
    { "", DISK("", "<target dev='vdj'/>") DISK("", "<target dev='vdj'/>"), "27/20" },
    { "<idmap><uid start='0' target='0' count='1'/></idmap>", "", "67/20" },
};

/* Two that say the same element of the guest cannot be put together; the balloon, ports and USB are one. */
static bool
apart(size_t a, size_t b)
{
    static const char *const once[] = { "<memballoon", "<controller type='usb'",
                                        "<serial",     "<controller type='pci'",
                                        "<panic",      "<console" };
    if (*table[a].extra && *table[b].extra)
        return strncmp(table[a].extra, table[b].extra, strcspn(table[a].extra, " >")) != 0;
    for (size_t i = 0; i < G_N_ELEMENTS(once); i++)
        if (strstr(table[a].devices, once[i]) && strstr(table[b].devices, once[i]))
            return false;
    return true;
}

static void
order(void)
{
    for (size_t a = 0; a < G_N_ELEMENTS(table); a++)
        for (size_t b = a; b < G_N_ELEMENTS(table); b++) {
            if (a != b && !apart(a, b))
                continue;
            ERR_AUTO err = ERR_INIT;
            g_autofree char *extra = g_strconcat(table[a].extra, a == b ? "" : table[b].extra, NULL);
            g_autofree char *devices = g_strconcat(table[a].devices, a == b ? "" : table[b].devices, NULL);
            DOMAIN_DEF_AUTO def = parse("pc", extra, devices, &err);
            g_autofree char *got = g_strdup_printf("%d/%d", err.code, err.domain);
            if (def || strcmp(got, table[a].want))
                g_error("%s%s: want %s, got %s %s", extra, devices, table[a].want, def ? "a guest" : got,
                        def ? "" : err_message(&err));
        }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/qemu-order", order);
    return fixture_run();
}
