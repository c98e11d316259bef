/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * addresses-pci-bus: the buses of a guest, which slots are free, and buses to be added.
 *
 * Called by: addresses-pci.c.  Nothing waits.
 */
#include "drivers/qemu/addresses-pci.h"

#define ERR_FROM VIR_FROM_DOMAIN

void
pci_add_bus(struct pci *p, const char *model, unsigned index)
{
    struct bus *b = &p->bus[index];
    memset(b, 0, sizeof(*b));
    p->nbuses = MAX(p->nbuses, index + 1);
    b->min = 1;
    b->max = 31;
    if (!model)
        b->kind = BUS_NONE;
    else if (!strcmp(model, "pci-root")) {
        b->kind = BUS_PCI;
        b->is_root = true;
    } else if (!strcmp(model, "pcie-root")) {
        b->kind = BUS_PCIE_ROOT;
        b->is_root = true;
    } else if (!strcmp(model, "pcie-root-port") || !strcmp(model, "pcie-switch-downstream-port")) {
        b->kind = BUS_PORT;
        b->is_port = true;
        b->min = b->max = 0;
    } else if (!strcmp(model, "pcie-switch-upstream-port")) {
        b->kind = BUS_UPSTREAM;
        b->min = 0;
    } else if (!strcmp(model, "pcie-expander-bus")) {
        b->kind = BUS_PCIE_ROOT;
        b->min = 0;
    } else if (!strcmp(model, "pci-expander-bus")) {
        b->kind = BUS_PCI_EXPANDER;
        b->min = 0;
    } else {
        b->kind = BUS_PCI; /* pci-bridge, dmi-to-pci-bridge, pcie-to-pci-bridge */
        b->is_dmi = !strcmp(model, "dmi-to-pci-bridge");
        if (b->is_dmi)
            b->min = 0;
    }
}

static int
add_controller(struct pci *p, const char *model, unsigned *index, struct err *err)
{
    *index = p->nbuses;
    if (*index >= MAX_BUSES)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "guest '%s' needs more than %d PCI buses", p->def->name,
                       MAX_BUSES);
    struct domain_controller *c = domain_add_controller(p->def, CONTROLLER_TYPE_PCI, *index, model);
    g_hash_table_add(p->placed, &c->info);      /* it finds its place in the next pass */
    pci_add_bus(p, model, *index);
    return 0;
}

static bool
fits(const struct bus *b, enum wants want)
{
    switch (want) {
    case WANT_PCI: return b->kind == BUS_PCI && !b->is_dmi;
    case WANT_BRIDGE: return b->kind == BUS_PCI;
    case WANT_PCIE:
    case WANT_TO_PCI: return b->kind == BUS_PORT;
    case WANT_DOWNSTREAM: return b->kind == BUS_UPSTREAM;
    case WANT_PCI_EXPANDER: return b->kind == BUS_PCI && b->is_root;
    default: return b->kind == BUS_PCIE_ROOT && b->is_root;
    }
}

/* A free slot for a device; -1: none. */
int
pci_find_slot(const struct pci *p, enum wants want, bool port, unsigned *bus, unsigned *slot,
              unsigned *function)
{
    for (unsigned b = 0; b < p->nbuses; b++) {
        const struct bus *at = &p->bus[b];
        if (!fits(at, want))
            continue;
        if (want == WANT_DMI && machine_is_q35(p->def) && !at->used[0x1e]) {  /* where the chipset has it */
            *bus = b;
            *slot = 0x1e;
            *function = 0;
            return 0;
        }
        for (unsigned s = at->min; s <= at->max; s++) {
            if (!at->used[s]) {
                *bus = b;
                *slot = s;
                *function = 0;
                return 0;
            }
            if (port && at->ports[s] && at->used[s] != 0xff) {
                *bus = b;
                *slot = s;
                for (*function = 0; at->used[s] >> *function & 1; ++*function)
                    ;
                return 0;
            }
        }
    }
    return -1;
}

/* One more bus, for something that wants a place; two where a conventional bus needs a port to hang on. */
int
pci_grow(struct pci *p, enum wants want, struct err *err)
{
    unsigned index, bus, slot, function;
    bool conventional = false;
    for (unsigned b = 0; b < p->nbuses; b++)
        conventional = conventional || p->bus[b].kind == BUS_PCI;
    if (want == WANT_PCIE && p->express)
        return add_controller(p, "pcie-root-port", &index, err);
    if ((want != WANT_PCI && want != WANT_BRIDGE && want != WANT_PCIE) ||
        (want == WANT_PCIE && !p->express && conventional))
        return err_set(
            err, VIR_ERR_INTERNAL_ERROR,
            "the PCI buses of guest '%s' have no place for one of its controllers, and none can be "
            "added for it: give it an <address>, or add the controller that it sits on",
            p->def->name);
    if (machine_is(p->def, "pseries"))      /* it has host bridges as others have bridges */
        return add_controller(p, "pci-root", &index, err);
    if (!p->express || conventional) {
        if (p->express && pci_find_slot(p, WANT_BRIDGE, false, &bus, &slot, &function) == 0)
            p->bus[bus].used[slot] = 0xff;
        return add_controller(p, "pci-bridge", &index, err);
    }
    /* The bridge itself sits in a port. */
    if (add_controller(p, "pcie-root-port", &bus, err) < 0)
        return -1;
    p->bus[bus].used[0] = 0xff;
    return add_controller(p, "pcie-to-pci-bridge", &index, err);
}

void
pci_set_address(struct pci *p, struct device_info *info, unsigned bus, unsigned slot, unsigned function)
{
    p->bus[bus].used[slot] |= 1u << function;
    g_hash_table_add(p->placed, info);
    if (p->dry)
        return;
    info->address = device_address_new(p->def, ADDRESS_TYPE_PCI);
    info->address->bus = bus;
    info->address->slot = slot;
    info->address->function = function;
}

void
pci_choose_address(struct pci *p, struct device_info *info, unsigned bus, unsigned slot, unsigned function)
{
    struct zpci_address *zpci = info->address ? info->address->zpci : NULL;
    pci_set_address(p, info, bus, slot, function);
    if (!p->dry)
        info->address->zpci = zpci;
}

int
pci_assign(struct pci *p, const char *kind, const void *device, struct device_info *info, struct err *err)
{
    if (device_is_placed(info) || g_hash_table_contains(p->placed, info))
        return 0;
    enum wants want = pci_wants(p, kind, device);
    unsigned bus, slot, function;
    if (want == WANT_NONE)
        return 0;
    if (!p->nbuses)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "%s of guest '%s' needs a place on a PCI bus, and machine '%s' has none", kind,
                       p->def->name, p->def->os->machine);
    if (want == WANT_WRONG) {
        g_autofree char *name = device_describe(kind, device);
        return err_set(err, VIR_ERR_INTERNAL_ERROR,
                       "%s of guest '%s' is of a kind that has no place on the guest's buses", name,
                       p->def->name);
    }
    if (!p->express && (want == WANT_PCIE || want == WANT_ROOT) && strcmp(kind, "controller"))
        want = WANT_PCI;
    if (!p->express && want == WANT_PCIE &&
        ((const struct domain_controller *)device)->type != CONTROLLER_TYPE_PCI)
        want = WANT_PCI;
    bool port = !strcmp(kind, "controller") &&
                ((const struct domain_controller *)device)->type == CONTROLLER_TYPE_PCI &&
                str_is(((const struct domain_controller *)device)->model, "pcie-root-port");
    while (pci_find_slot(p, want, port, &bus, &slot, &function) < 0) {
        if (!p->dry)
            return err_set(err, VIR_ERR_INTERNAL_ERROR, "no free PCI address for %s of guest '%s'", kind,
                           p->def->name);
        if (pci_grow(p, want, err) < 0)
            return -1;
    }
    if (port)
        p->bus[bus].ports[slot] = true;
    pci_choose_address(p, info, bus, slot, function);
    return 0;
}
