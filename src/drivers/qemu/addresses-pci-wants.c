/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * addresses-pci-wants: what kind of place on a PCI bus each device needs.
 *
 * Called by: addresses-pci.c.  Nothing waits.
 */
#include "drivers/qemu/addresses-pci.h"

/* What kind of slot a device wants when it may choose. */
enum wants
pci_wants(const struct pci *p, const char *kind, const void *device)
{
    enum wants virtio = WANT_PCIE;
    if (!strcmp(kind, "controller")) {
        const struct domain_controller *c = device;
        switch (c->type) {
        case CONTROLLER_TYPE_PCI:
            if (!c->model || c->index == 0 || str_is(c->model, "pci-root") || str_is(c->model, "pcie-root"))
                return WANT_NONE;
            return str_is(c->model, "pcie-root-port")                ? WANT_ROOT_PORT
                   : str_is(c->model, "dmi-to-pci-bridge")           ? WANT_DMI
                   : str_is(c->model, "pcie-to-pci-bridge")          ? WANT_TO_PCI
                   : str_is(c->model, "pcie-switch-downstream-port") ? WANT_DOWNSTREAM
                   : str_is(c->model, "pcie-switch-upstream-port")   ? WANT_PCIE
                   : str_is(c->model, "pci-expander-bus")            ? WANT_PCI_EXPANDER
                   : str_is(c->model, "pcie-expander-bus")           ? WANT_PCIE_EXPANDER
                                                                     : WANT_BRIDGE;
        case CONTROLLER_TYPE_SCSI:
            if (str_is(c->model, "virtio-transitional"))
                return WANT_PCI;
            if (str_is(c->model, "virtio-scsi") || str_is(c->model, "virtio-non-transitional"))
                return virtio;
            return str_is(c->model, "ibmvscsi") || str_is(c->model, "ncr53c90") ? WANT_NONE : WANT_PCI;
        case CONTROLLER_TYPE_VIRTIO_SERIAL:
            return str_is(c->model, "virtio-transitional") ? WANT_PCI : virtio;
        case CONTROLLER_TYPE_USB:
            if (str_is(c->model, "none"))
                return WANT_NONE;
            return str_is(c->model, "qemu-xhci") || str_is(c->model, "nec-xhci") ? WANT_PCIE : WANT_PCI;
        case CONTROLLER_TYPE_SATA: return WANT_PCI;
        case CONTROLLER_TYPE_IDE: return c->index ? WANT_PCI : WANT_NONE;
        case CONTROLLER_TYPE_ISA:
        case CONTROLLER_TYPE_XENBUS: return WANT_WRONG;
        default: return WANT_NONE;
        }
    }
    if (!strcmp(kind, "filesystem")) {
        const struct domain_filesystem *f = device;
        if (f->driver && (f->driver->type == FS_DRIVER_TYPE_LOOP || f->driver->type == FS_DRIVER_TYPE_NBD ||
                          f->driver->type == FS_DRIVER_TYPE_PLOOP))
            return WANT_WRONG;
        return f->model == VIRTIO_MODEL_VIRTIO_TRANSITIONAL ? WANT_PCI : virtio;
    }
    if (!strcmp(kind, "interface")) {
        const struct domain_interface *n = device;
        if (n->type == INTERFACE_TYPE_HOSTDEV)
            return interface_is_host_usb(n) ? WANT_NONE : WANT_PCIE;
        if (str_is(n->model, "usb-net"))
            return WANT_WRONG;
        if (str_is(n->model, "spapr-vlan"))
            return WANT_NONE;
        /* Cards of another age sit on a conventional bus; of those only the
         * usual ones are known to mind a PCIe port. */
        return str_is(n->model, "rtl8139") || str_is(n->model, "e1000") || str_is(n->model, "vmxnet3") ||
                       str_is(n->model, "netfront") || str_is(n->model, "lan9118") ||
                       str_is(n->model, "scm91c111") || str_is(n->model, "virtio-transitional")
                   ? WANT_PCI
                   : WANT_PCIE;
    }
    if (!strcmp(kind, "sound")) {
        const struct domain_sound *s = device;
        switch (s->model) {
        case SOUND_MODEL_ICH6:
        case SOUND_MODEL_ICH9:
        case SOUND_MODEL_AC97:
        case SOUND_MODEL_ES1370: return WANT_PCI;
        case SOUND_MODEL_VIRTIO: return WANT_PCIE;
        case SOUND_MODEL_ICH7: return WANT_WRONG;
        default: return WANT_NONE;
        }
    }
    if (!strcmp(kind, "disk")) {
        const struct domain_disk *d = device;
        if (d->bus != DISK_BUS_VIRTIO)
            return WANT_NONE;
        return d->model == VIRTIO_MODEL_VIRTIO_TRANSITIONAL ? WANT_PCI : virtio;
    }
    if (!strcmp(kind, "hostdev")) {
        const struct domain_hostdev *h = device;
        if (h->mode == HOSTDEV_MODE_CAPABILITIES)
            return WANT_NONE;
        if (h->type == HOSTDEV_TYPE_PCI)
            return WANT_PCIE;
        if (h->type == HOSTDEV_TYPE_SCSI_HOST)
            return h->model == HOSTDEV_MODEL_VIRTIO_TRANSITIONAL ? WANT_PCI : WANT_PCIE;
        return h->type == HOSTDEV_TYPE_MDEV && (!h->model || h->model == HOSTDEV_MODEL_VFIO_PCI) ? WANT_PCIE
                                                                                                 : WANT_NONE;
    }
    if (!strcmp(kind, "memballoon")) {
        const struct domain_memballoon *b = device;
        if (b->model == MEMBALLOON_MODEL_XEN && p && arch_is_s390(p->def))
            return WANT_NONE;   /* refused with the others */
        return b->model == MEMBALLOON_MODEL_NONE                   ? WANT_NONE
               : b->model == MEMBALLOON_MODEL_XEN                  ? WANT_WRONG
               : b->model == MEMBALLOON_MODEL_VIRTIO_TRANSITIONAL ? WANT_PCI
                                                                  : virtio;
    }
    if (!strcmp(kind, "rng"))
        return ((const struct domain_rng *)device)->model == VIRTIO_MODEL_VIRTIO_TRANSITIONAL ? WANT_PCI
                                                                                              : virtio;
    if (!strcmp(kind, "watchdog"))
        return ((const struct domain_watchdog *)device)->model == WATCHDOG_MODEL_I6300ESB ? WANT_PCI
                                                                                          : WANT_NONE;
    if (!strcmp(kind, "video")) {
        switch (((const struct domain_video *)device)->model->type) {
        case VIDEO_TYPE_VIRTIO:
        case VIDEO_TYPE_BOCHS: return WANT_PCIE;
        case VIDEO_TYPE_VGA:
        case VIDEO_TYPE_CIRRUS:
        case VIDEO_TYPE_VMVGA:
        case VIDEO_TYPE_QXL: return WANT_PCI;
        case VIDEO_TYPE_GOP:    /* the first of a PC has its place on the board */
            return p && (!arch_is_x86(p->def) || device != p->def->videos[0]) ? WANT_WRONG : WANT_NONE;
        default: return WANT_NONE;
        }
    }
    if (!strcmp(kind, "shmem"))
        return WANT_PCI;
    if (!strcmp(kind, "input")) {
        const struct domain_input *i = device;
        return i->bus != INPUT_BUS_VIRTIO                          ? WANT_NONE
               : i->model == VIRTIO_MODEL_VIRTIO_TRANSITIONAL ? WANT_PCI
                                                              : virtio;
    }
    if (!strcmp(kind, "serial")) {
        const struct domain_chardev *c = device;
        return c->target && c->target->type == CHARDEV_TARGET_TYPE_PCI_SERIAL ? WANT_PCI : WANT_NONE;
    }
    if (!strcmp(kind, "vsock"))
        return ((const struct domain_vsock *)device)->model == VIRTIO_MODEL_VIRTIO_TRANSITIONAL ? WANT_PCI
                                                                                                : virtio;
    if (!strcmp(kind, "panic"))
        return ((const struct domain_panic *)device)->model == PANIC_MODEL_PVPANIC ? WANT_ROOT : WANT_NONE;
    if (!strcmp(kind, "iommu"))
        return ((const struct domain_iommu *)device)->model == IOMMU_MODEL_VIRTIO ? WANT_ROOT : WANT_NONE;
    if (!strcmp(kind, "crypto"))
        return virtio;
    if (!strcmp(kind, "memory")) {
        enum memory_model m = ((const struct domain_memory *)device)->model;
        return (m == MEMORY_MODEL_VIRTIO_PMEM || m == MEMORY_MODEL_VIRTIO_MEM) && !(p && arch_is_s390(p->def))
                   ? virtio
                   : WANT_NONE;
    }
    return WANT_NONE;
}
