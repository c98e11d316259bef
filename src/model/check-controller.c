/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * check-controller: controllers; see check.h.
 */
#include <string.h>
#include "model/check.h"
#include "model/complete-devices.h"

#define ERR_FROM VIR_FROM_DOMAIN

/* The models of each type; types without a line have none. */
static const char *const models[CONTROLLER_TYPE_COUNT][20] = {
    [CONTROLLER_TYPE_SCSI] = { "auto", "buslogic", "lsilogic", "lsisas1068", "vmpvscsi", "ibmvscsi",
                               "virtio-scsi", "lsisas1078", "virtio-transitional", "virtio-non-transitional",
                               "ncr53c90", "dc390", "am53c974" },
    [CONTROLLER_TYPE_USB] = { "piix3-uhci", "piix4-uhci", "ehci", "ich9-ehci1", "ich9-uhci1", "ich9-uhci2",
                              "ich9-uhci3", "vt82c686b-uhci", "pci-ohci", "nec-xhci", "qusb1", "qusb2",
                              "qemu-xhci", "none" },
    [CONTROLLER_TYPE_PCI] = { "pci-root", "pcie-root", "pci-bridge", "dmi-to-pci-bridge",
                              "pcie-to-pci-bridge", "pcie-root-port", "pcie-switch-upstream-port",
                              "pcie-switch-downstream-port", "pci-expander-bus", "pcie-expander-bus" },
    [CONTROLLER_TYPE_IDE] = { "piix3", "piix4", "ich6" },
    [CONTROLLER_TYPE_VIRTIO_SERIAL] = { "virtio", "virtio-transitional", "virtio-non-transitional" },
};

static bool usb_is_off(const struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_controllers; i++)
        if (def->controllers[i]->type == CONTROLLER_TYPE_USB &&
            !g_strcmp0(def->controllers[i]->model, "none"))
            return true;
    return false;
}

int check_usb_read(const struct domain_def *def, const char *kind, struct err *err)
{
    return usb_is_off(def)
               ? UNSUPPORTED("guest '%s' has no USB (a controller with model 'none') and a USB %s", def->name,
                             kind)
               : 0;
}

/* USB that is off is the only one. */
static int check_other_usb(const struct domain_def *def, const struct domain_controller *c, struct err *err)
{
    bool off = !g_strcmp0(c->model, "none"), others = false;
    for (uint32_t i = 0; def->controllers[i] != c; i++) {
        const struct domain_controller *o = def->controllers[i];
        others |= o->type == CONTROLLER_TYPE_USB;
        off |= o->type == CONTROLLER_TYPE_USB && !g_strcmp0(o->model, "none");
    }
    return c->type != CONTROLLER_TYPE_USB || !off || !others
               ? 0
               : err_set(
                     err, VIR_ERR_XML_DETAIL,
                     "guest '%s' has no USB (a controller with model 'none') and another USB controller",
                     def->name);
}

int check_controller_read(struct domain_def *def, struct domain_controller *c, struct err *err)
{
    if (c->model && !g_strv_contains(models[c->type], c->model)) {
        g_autofree char *valid = g_strjoinv(", ", (char **)models[c->type]);
        return UNSUPPORTED("a controller of type '%s' of guest '%s' has model '%s'; %s%s",
                           controller_type_str(c->type), def->name, c->model,
                           *valid ? "it can be " : "that type has none", valid);
    }
    static const char *const names[] = { "pci-bridge",     "i82801b11-bridge",   "ioh3420",  "x3130-upstream",
                                         "xio3130-downstream", "pxb",            "pxb-pcie", "pcie-root-port",
                                         "spapr-pci-host-bridge", "pcie-pci-bridge", NULL };
    if (c->model_name && !g_strv_contains(names, c->model_name))
        return MISSING(
            "a controller of guest '%s' has the model name '%s', which is none of a PCI controller",
            def->name, c->model_name);
    if (c->target && c->target->has_node && c->target->node > INT32_MAX)
        return XML("a PCI controller of guest '%s' is on NUMA node %u, which is too high", def->name,
                   c->target->node);
    return check_other_usb(def, c, err);
}

bool domain_has_usb(const struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_controllers; i++)
        if (def->controllers[i]->type == CONTROLLER_TYPE_USB && g_strcmp0(def->controllers[i]->model, "none"))
            return true;
    return false;
}

static int check_pci(const struct domain_def *def, const struct domain_controller *c, struct err *err)
{
    const struct controller_target *t = c->target;
    bool root = c->model && (!strcmp(c->model, "pci-root") || !strcmp(c->model, "pcie-root"));
    if (root && c->info.address)
        return UNSUPPORTED(
            "PCI controller %u of guest '%s' is a '%s', the bus itself; its <address> has to go", c->index,
            def->name, c->model);
    if (c->index > 255)
        return UNSUPPORTED("PCI controller %u of guest '%s' does not exist; 255 is the highest", c->index,
                           def->name);
    if (!t)
        return 0;
    if (t->has_node && !c->index)
        return UNSUPPORTED("PCI controller 0 of guest '%s' is on the board and on no NUMA <node>", def->name);
    const struct { bool given; const char *name; unsigned value, least, most;
    } ranges[] = {
        { t->has_chassis_nr, "chassisNr", t->chassis_nr, 1, 255 },
        { t->has_chassis, "chassis", t->chassis, 0, 255 },
        { t->has_port, "port", t->port, 0, 255 },
        { t->has_bus_nr, "busNr", t->bus_nr, 1, 254 },
        { t->has_index, "index", t->index, 0, 30 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(ranges); i++)
        if (ranges[i].given && (ranges[i].value < ranges[i].least || ranges[i].value > ranges[i].most))
            return UNSUPPORTED(
                "PCI controller %u of guest '%s' has %s %u in its <target>, which has to be from %u "
                "to %u",
                c->index, def->name, ranges[i].name, ranges[i].value, ranges[i].least, ranges[i].most);
    if (t->has_index && (t->index == 0) != (c->index == 0))
        return UNSUPPORTED(
            "PCI controller %u of guest '%s' has target index %u; controller 0 has 0, and it alone", c->index,
            def->name, t->index);
    if (t->has_node && c->index == 0)
        return UNSUPPORTED("PCI controller 0 of guest '%s' is on no single NUMA node", def->name);
    return 0;
}

int check_controller_first(const struct domain_def *def, uint32_t at, struct err *err)
{
    const struct domain_controller *c = def->controllers[at];
    bool virtio = c->model && g_str_has_prefix(c->model, "virtio-");
    if (c->driver && c->driver->iothread && !(c->type == CONTROLLER_TYPE_SCSI && virtio))
        return XML("controller %u of guest '%s' has an iothread=, which is for virtio-scsi", c->index,
                   def->name);
    return 0;
}

int check_controller(const struct domain_def *def, uint32_t at, struct err *err)
{
    const struct domain_controller *c = def->controllers[at];
    return c->type == CONTROLLER_TYPE_PCI ? check_pci(def, c, err) : 0;
}

/* Before a driver adds one of its own: that would be no master of theirs. */
int check_masters_read(struct domain_def *def, struct err *err)
{
    bool companions = false, master = false;
    for (uint32_t i = 0; i < def->n_controllers; i++) {
        const struct domain_controller *c = def->controllers[i];
        bool usb = c->type == CONTROLLER_TYPE_USB && g_strcmp0(c->model, "none");
        companions |= usb && domain_is_companion(c);
        master |= usb && !domain_is_companion(c);
    }
    return !companions || master
               ? 0
               : err_set(err, VIR_ERR_XML_DETAIL,
                         "the USB controllers of guest '%s' are companions of none", def->name);
}

/* Those without a number get one that is free. */
int check_controllers_unique(const struct domain_def *def, struct err *err)
{
    for (uint32_t i = 0; i < def->n_controllers; i++) {
        const struct domain_controller *a = def->controllers[i];
        for (uint32_t k = 0; k < def->n_controllers; k++) {
            const struct domain_controller *b = def->controllers[k];
            if (k == i || a->type != b->type)
                continue;
            if (k < i && a->has_index && b->has_index && a->index == b->index &&
                a->type != CONTROLLER_TYPE_USB)
                return XML("guest '%s' has two %s controllers with index %u", def->name,
                           controller_type_str(a->type), a->index);
        }
    }
    return 0;
}
