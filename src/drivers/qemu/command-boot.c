/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * command-boot: which devices the firmware is to try, and when, from <boot order> or <os><boot dev>.
 * See command-priv.h.  Nothing waits.
 */
#include "drivers/qemu/command-priv.h"

void
plan_boot(const struct domain_def *def, struct boot_plan *plan)
{
    memset(plan, 0, sizeof(*plan));
    for (uint32_t i = 0; i < def->os->n_boots; i++) {
        switch (def->os->boots[i]->dev) {
        case OS_BOOT_DEV_HD: plan->hd_index = i + 1; break;
        case OS_BOOT_DEV_CDROM: plan->cdrom_index = i + 1; break;
        case OS_BOOT_DEV_FD: plan->floppy_index = i + 1; break;
        case OS_BOOT_DEV_NETWORK: plan->net_index = i + 1; break;
        default: break;
        }
    }
    for (uint32_t i = 0; i < def->n_disks; i++) {
        const struct domain_disk *d = def->disks[i];
        if (d->device == DISK_DEVICE_CDROM)
            plan->cdrom = plan->cdrom ? plan->cdrom : d;
        else if (d->device == DISK_DEVICE_FLOPPY)
            plan->floppy = plan->floppy ? plan->floppy : d;
        else
            plan->hd = plan->hd ? plan->hd : d;
    }
    plan->net = def->n_interfaces ? def->interfaces[0] : NULL;
}

unsigned
disk_boot_index(const struct domain_def *def, const struct domain_disk *disk)
{
    struct boot_plan plan;
    if (disk->info.boot_order)
        return disk->info.boot_order;
    plan_boot(def, &plan);
    return disk == plan.hd       ? plan.hd_index
           : disk == plan.cdrom  ? plan.cdrom_index
           : disk == plan.floppy ? plan.floppy_index
                                 : 0;
}

unsigned
interface_boot_index(const struct domain_def *def, const struct domain_interface *net)
{
    struct boot_plan plan;
    if (net->info.boot_order)
        return net->info.boot_order;
    plan_boot(def, &plan);
    return net == plan.net ? plan.net_index : 0;
}

json_t *
floppy_boot_indexes(const struct domain_def *def)
{
    json_t *o = json_object();
    for (uint32_t i = 0; i < def->n_disks; i++) {
        const struct domain_disk *d = def->disks[i];
        if (d->bus == DISK_BUS_FDC) {
            unsigned index = disk_boot_index(def, d);
            if (index)
                put_int(o, d->info.address && d->info.address->unit ? "bootindexB" : "bootindexA", index);
        }
    }
    return o;
}
