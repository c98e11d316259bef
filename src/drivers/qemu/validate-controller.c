/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * validate-controller: controllers that this emulator does not have, or not with these settings, are refused
 * when the guest is defined, with the reason.  See domain-host.h.  Nothing waits.
 */
#include "drivers/qemu/domain-host.h"

#include <string.h>

#define ERR_FROM VIR_FROM_QEMU
#define UNSUPPORTED(...) err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, __VA_ARGS__)

/* Companions of USB 2 hand over to another controller. */
static bool
has_master(const struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_controllers; i++) {
        const struct domain_controller *c = def->controllers[i];
        if (c->type == CONTROLLER_TYPE_USB && !c->has_master_startport)
            return true;
    }
    return false;
}

static int
check_driver(const struct domain_def *def, const struct domain_controller *c, struct err *err)
{
    const struct controller_driver *d = c->driver;
    if (!d)
        return 0;
    const char *only = d->queues        ? "queues"
                       : d->cmd_per_lun ? "cmd_per_lun"
                       : d->max_sectors ? "max_sectors"
                       : d->ioeventfd   ? "ioeventfd"
                                        : NULL;
    if (only && !(c->type == CONTROLLER_TYPE_SCSI && c->model && g_str_has_prefix(c->model, "virtio-")))
        return UNSUPPORTED("%s= in the <driver> of a %s controller is for SCSI ones of model 'virtio-scsi'",
                           only, controller_type_str(c->type));
    bool found = !d->iothread || (!def->n_iothreadids && d->iothread <= def->iothreads);
    for (uint32_t i = 0; i < def->n_iothreadids; i++)
        found = found || def->iothreadids[i]->id == d->iothread;
    return found
               ? 0
               : UNSUPPORTED("there is no I/O thread %u for a SCSI controller; see <iothreads>", d->iothread);
}

/* What each model of PCI controller can be told. */
static int
check_pci(const struct domain_def *def, const struct domain_controller *c, struct err *err)
{
    enum { CHASSIS_NR = 1, CHASSIS = 2, PORT = 4, BUS_NR = 8, INDEX = 16, NODE = 32, HOTPLUG = 64 };
    static const struct {
        const char *model, *names[2];
        unsigned options;
    } models[] = {
        { "pci-root", { NULL }, HOTPLUG },
        { "pcie-root", { NULL }, 0 },
        { "pci-bridge", { "pci-bridge" }, CHASSIS_NR },
        { "dmi-to-pci-bridge", { "i82801b11-bridge" }, 0 },
        { "pcie-to-pci-bridge", { "pcie-pci-bridge" }, 0 },
        { "pcie-root-port", { "ioh3420", "pcie-root-port" }, CHASSIS | PORT | HOTPLUG },
        { "pcie-switch-upstream-port", { "x3130-upstream" }, 0 },
        { "pcie-switch-downstream-port", { "xio3130-downstream" }, CHASSIS | PORT | HOTPLUG },
        { "pci-expander-bus", { "pxb" }, BUS_NR | NODE },
        { "pcie-expander-bus", { "pxb-pcie" }, BUS_NR | NODE },
    };
    const struct controller_target *t = c->target;
    if (c->pcihole64 && !machine_is_i440fx(def) && !machine_is_q35(def))
        return UNSUPPORTED("machine '%s' has no hole for 64 bit PCI whose size could be chosen",
                           def->os->machine);
    if (c->index && str_is(c->model, "pcie-root"))
        return UNSUPPORTED("the PCI controller 'pcie-root' has index 0, not %u", c->index);
    for (size_t i = 0; i < G_N_ELEMENTS(models) && c->model && !machine_is(def, "pseries"); i++) {
        if (strcmp(models[i].model, c->model))
            continue;
        if (c->model_name && !str_is(models[i].names[0], c->model_name) &&
            !str_is(models[i].names[1], c->model_name))
            return UNSUPPORTED("PCI controller %u of model '%s' cannot be a '%s'", c->index, c->model,
                               c->model_name);
        const struct {
            const char *name;
            bool given;
            unsigned option;
        } options[] = {
            { "chassisNr", t && t->has_chassis_nr, CHASSIS_NR },
            { "chassis", t && t->has_chassis, CHASSIS },
            { "port", t && t->has_port, PORT },
            { "busNr", t && t->has_bus_nr, BUS_NR },
            { "index", t && t->has_index, INDEX },
            { "node", t && t->has_node, NODE },
            { "hotplug", t && t->hotplug, HOTPLUG },
        };
        for (size_t k = 0; k < G_N_ELEMENTS(options); k++) {
            if (options[k].given && !(models[i].options & options[k].option))
                return UNSUPPORTED("PCI controller %u of model '%s' has no '%s' in its <target>", c->index,
                                   c->model, options[k].name);
        }
    }
    return 0;
}

int
qemu_validate_controller(const struct domain_def *def, const struct domain_controller *c, struct err *err)
{
    if (check_driver(def, c, err) < 0)
        return -1;
    switch (c->type) {
        case CONTROLLER_TYPE_SCSI:
            if (str_is(c->model, "buslogic"))
                return UNSUPPORTED("QEMU has no SCSI controller '%s'", c->model);
            if (str_is(c->model, "ncr53c90") && !machine_is(def, "SS-5") && !machine_is(def, "LX"))
                return UNSUPPORTED("the SCSI controller 'ncr53c90' is a part of boards that '%s' is not",
                                   def->os->machine);
            break;
        case CONTROLLER_TYPE_USB:
            if ((str_is(c->model, "nec-xhci") || str_is(c->model, "qemu-xhci")) && c->has_ports &&
                c->ports > 15)
                return UNSUPPORTED("the USB controller '%s' has at most 15 ports, not %u", c->model,
                                   c->ports);
            if (c->model && g_str_has_prefix(c->model, "ich9-uhci") && c->has_master_startport &&
                !has_master(def))
                return err_set_from(
                    err, VIR_FROM_DOMAIN, VIR_ERR_XML_DETAIL,
                    "USB controller %u ('%s') is a companion, and there is no other controller "
                    "such as 'ich9-ehci1'",
                    c->index, c->model);
            break;
        case CONTROLLER_TYPE_PCI: return check_pci(def, c, err);
        case CONTROLLER_TYPE_IDE:
            if (!machine_is_i440fx(def) && !machine_is(def, "malta") && !machine_is(def, "sun4u") &&
                !machine_is(def, "g3beige"))
                return UNSUPPORTED("machine '%s' has no IDE controller; use bus sata, scsi or virtio",
                                   def->os->machine);
            if (c->index)
                return UNSUPPORTED("machine '%s' has one IDE controller, with index 0", def->os->machine);
            break;
        default: break;
    }
    return 0;
}
