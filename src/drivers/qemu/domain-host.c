/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * domain-host: see domain-host.h: the questions about a definition that are more than a line.
 */
#include "drivers/qemu/domain-host.h"

struct device_address *
device_address_new(struct domain_def *def, enum address_type type)
{
    struct device_address *a = model_new(def, struct device_address);
    a->type = type;
    switch (type) {
    case ADDRESS_TYPE_PCI: a->has_domain = a->has_bus = a->has_slot = a->has_function = true; break;
    case ADDRESS_TYPE_DRIVE: a->has_controller = a->has_bus = a->has_target = a->has_unit = true; break;
    case ADDRESS_TYPE_VIRTIO_SERIAL: a->has_controller = a->has_bus = true; break;
    case ADDRESS_TYPE_USB: a->has_bus = true; break;
    case ADDRESS_TYPE_CCID: a->has_controller = a->has_slot = true; break;
    case ADDRESS_TYPE_ISA: a->has_number = true; break;
    default: break;
    }
    return a;
}

char *
device_describe(const char *kind, const void *device)
{
    if (!strcmp(kind, "disk"))
        return g_strdup_printf("disk %s", ((const struct domain_disk *)device)->target);
    if (!strcmp(kind, "interface")) {
        const unsigned char *m = ((const struct domain_interface *)device)->mac;
        return g_strdup_printf("interface %02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
    }
    if (!strcmp(kind, "controller")) {
        const struct domain_controller *c = device;
        return g_strdup_printf("%s controller %u", controller_type_str(c->type), c->index);
    }
    if (!strcmp(kind, "input")) {
        const struct domain_input *i = device;
        return g_strdup_printf("%s input %s", input_bus_str(i->bus), input_type_str(i->type));
    }
    return g_strdup(kind);
}

const char *
qemu_pci_root(const struct domain_def *def)
{
    enum arch arch = def->os->arch;
    if (machine_is_i440fx(def) || arch_is_ppc(def) || arch == ARCH_ALPHA || arch == ARCH_SH4 ||
        arch == ARCH_SH4EB || arch_is_s390(def) ||
        machine_is(def, "sun4u") || machine_is(def, "malta") ||
        (arch == ARCH_ARMV6L && machine_is(def, "versatilepb")))
        return "pci-root";
    bool arm = arch == ARCH_ARMV7L || arch == ARCH_AARCH64;
    return machine_is_q35(def) || (machine_is(def, "virt") && (arm || arch_is_riscv(def)))
               ? "pcie-root"
               : NULL;
}

/* A device that sits on USB, or NULL. */
const char *
qemu_usb_device(const struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_inputs; i++)
        if (def->inputs[i]->bus == INPUT_BUS_USB)
            return "input";
    for (uint32_t i = 0; i < def->n_disks; i++)
        if (def->disks[i]->bus == DISK_BUS_USB)
            return "disk";
    return def->n_redirdevs ? "redirdev" : def->n_hubs ? "hub" : NULL;
}
