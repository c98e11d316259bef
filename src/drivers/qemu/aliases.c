/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * aliases: the names that devices of a running guest have in QEMU and in the
 * live XML.  A name chosen by the user (ua-…) stays.  See domain-host.h.
 */
#include "drivers/qemu/domain-host.h"

static void set_alias(struct domain_def *def, struct device_info *info, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static void
set_alias(struct domain_def *def, struct device_info *info, const char *fmt, ...)
{
    if (info->alias)
        return;
    va_list ap;
    va_start(ap, fmt);
    g_autofree char *text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    info->alias = model_str(def, text);
}

static void
disk_alias(struct domain_def *def, struct domain_disk *d)
{
    const struct device_address *a = d->info.address;
    if (a && a->type == ADDRESS_TYPE_DRIVE) {
        if (d->bus == DISK_BUS_SCSI) {
            const struct domain_controller *c =
                domain_find_controller(def, CONTROLLER_TYPE_SCSI, a->controller);
            if (c && str_is(c->model, "lsilogic"))
                set_alias(def, &d->info, "scsi%u-%u-%u", a->controller, a->bus, a->unit);
            else
                set_alias(def, &d->info, "scsi%u-%u-%u-%u", a->controller, a->bus, a->target, a->unit);
        } else {
            set_alias(def, &d->info, "%s%u-%u-%u", disk_bus_str(d->bus), a->controller, a->bus, a->unit);
        }
        return;
    }
    set_alias(def, &d->info, "%s-disk%d", disk_bus_str(d->bus), MAX(disk_target_index(d->target, NULL), 0));
}

static void
controller_alias_set(struct domain_def *def, struct domain_controller *c)
{
    switch (c->type) {
    case CONTROLLER_TYPE_PCI:
        if (!c->index && str_is(c->model, "pci-root") && !qemu_pci_numbered(def))
            set_alias(def, &c->info, "pci");
        else
            set_alias(def, &c->info, str_is(c->model, "pcie-root") ? "pcie.%u" : "pci.%u", c->index);
        break;
    case CONTROLLER_TYPE_USB:
        if (c->index == 0)
            set_alias(def, &c->info, "usb");
        else
            set_alias(def, &c->info, "usb%u", c->index);
        break;
    case CONTROLLER_TYPE_IDE:
        if (c->index == 0 && (machine_is_i440fx(def) || machine_is(def, "g3beige")))
            set_alias(def, &c->info, "ide");
        else
            set_alias(def, &c->info, "ide%u", c->index);
        break;
    case CONTROLLER_TYPE_SATA:
        if (c->index == 0 && machine_is_q35(def))
            set_alias(def, &c->info, "ide");
        else
            set_alias(def, &c->info, "sata%u", c->index);
        break;
    default: set_alias(def, &c->info, "%s%u", controller_type_str(c->type), c->index);
    }
}

void
qemu_assign_aliases(struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_disks; i++)
        disk_alias(def, def->disks[i]);
    for (uint32_t i = 0; i < def->n_controllers; i++)
        controller_alias_set(def, def->controllers[i]);
#define EACH(list, n, name) \
    for (uint32_t i = 0; i < def->n; i++) \
        set_alias(def, &def->list[i]->info, name "%u", i);
    EACH(filesystems, n_filesystems, "fs")
    uint32_t hostdevs = def->n_hostdevs;
    for (uint32_t i = 0; i < def->n_interfaces; i++) {
        if (def->interfaces[i]->type == INTERFACE_TYPE_HOSTDEV)
            set_alias(def, &def->interfaces[i]->info, "hostdev%u", hostdevs++);
        else
            set_alias(def, &def->interfaces[i]->info, "net%u", i);
    }
    EACH(smartcards, n_smartcards, "smartcard")
    EACH(serials, n_serials, "serial")
    EACH(parallels, n_parallels, "parallel")
    EACH(channels, n_channels, "channel")
    for (uint32_t i = 0; i < def->n_consoles; i++) {
        struct domain_chardev *c = def->consoles[i];
        /* The console that mirrors the first serial port is that port. */
        if (i == 0 && c->target && c->target->type == CHARDEV_TARGET_TYPE_SERIAL && def->n_serials)
            c->info.alias = def->serials[0]->info.alias;
        else
            set_alias(def, &c->info, "console%u", i);
    }
    EACH(inputs, n_inputs, "input")
    EACH(tpms, n_tpms, "tpm")
    EACH(sounds, n_sounds, "sound")
    EACH(videos, n_videos, "video")
    EACH(hostdevs, n_hostdevs, "hostdev")
    EACH(redirdevs, n_redirdevs, "redir")
    EACH(hubs, n_hubs, "hub")
    EACH(watchdogs, n_watchdogs, "watchdog")
    EACH(rngs, n_rngs, "rng")
    for (uint32_t i = 0; i < def->n_panics; i++) {
        if (def->panics[i]->model == PANIC_MODEL_PVPANIC) /* the others are parts of the board */
            set_alias(def, &def->panics[i]->info, "panic%u", i);
    }
    EACH(shmems, n_shmems, "shmem")
    EACH(cryptos, n_cryptos, "crypto")
    unsigned of_model[MEMORY_MODEL_COUNT] = { 0 };
    for (uint32_t i = 0; i < def->n_memories; i++) {
        const struct device_address *a = def->memories[i]->info.address;
        enum memory_model m = def->memories[i]->model;
        const char *name = m == MEMORY_MODEL_NVDIMM        ? "nvdimm"
                           : m == MEMORY_MODEL_VIRTIO_PMEM ? "virtiopmem"
                           : m == MEMORY_MODEL_VIRTIO_MEM  ? "virtiomem"
                                                           : "dimm";
        set_alias(def, &def->memories[i]->info, "%s%u", name,
                  a && a->type == ADDRESS_TYPE_DIMM ? a->number : of_model[m]++);
    }
    if (def->memballoon)
        set_alias(def, &def->memballoon->info, "balloon0");
    if (def->vsock)
        set_alias(def, &def->vsock->info, "vsock0");
    if (def->iommu)
        set_alias(def, &def->iommu->info, "iommu0");
    if (def->nvram)
        set_alias(def, &def->nvram->info, "nvram");
}
