/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * addresses-pci: where each device sits on the guest's PCI buses.
 *
 * Addresses are part of what a guest sees, so they are chosen once, when a
 * guest is defined, in a fixed order, and written back.  A first, dry pass finds
 * out how many buses are needed and adds their controllers; the second one gives
 * addresses to everything, controllers first.  Addresses the user gave come
 * before all that.
 * Called by: qemu_assign_addresses(), attach.  Nothing waits.
 */
#include "drivers/qemu/addresses-pci.h"

#define ERR_FROM VIR_FROM_DOMAIN

struct given {
    struct pci *p;
    struct err *err;
};

/* What the address that the user gave to a device takes on the bus: what needs no place keeps one, but for a
   USB controller that is none, and cards of another bus; the console that is the first serial port once more
   sits where that is. */
static enum wants
given_wants(const struct pci *p, const char *kind, const void *device)
{
    enum wants own = pci_wants(p, kind, device);
    const struct domain_controller *controller = strcmp(kind, "controller") ? NULL : device;
    const struct domain_chardev *console = strcmp(kind, "console") ? NULL : device;
    if (console && console == p->def->consoles[0] && p->def->n_serials && console->target &&
        console->target->type == CHARDEV_TARGET_TYPE_SERIAL)
        return WANT_NONE;
    if (own == WANT_WRONG)
        return WANT_PCI;
    return own != WANT_NONE || !strcmp(kind, "interface") ||
                   (controller && controller->type == CONTROLLER_TYPE_USB)
               ? own
               : WANT_PCI;
}

static int
note_given(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    struct given *g = data;
    struct pci *p = g->p;
    const struct device_address *a = info->address;
    enum wants want = given_wants(p, kind, device);
    if (!a || a->type != ADDRESS_TYPE_PCI || !device_is_placed(info) || want == WANT_NONE)
        return 0;
    if (a->slot > 31 || a->function > 7)
        return err_set(g->err, VIR_ERR_XML_ERROR,
                       "PCI address %04x:%02x:%02x.%x: slots end at 0x1f, functions at 7", a->domain, a->bus,
                       a->slot, a->function);
    if (!strcmp(kind, "iommu") && a->bus)
        return err_set(g->err, VIR_ERR_XML_ERROR,
                       "PCI address %04x:%02x:%02x.%x: an IOMMU is a part of the board, on bus 0", a->domain,
                       a->bus, a->slot, a->function);
    while (a->bus >= p->nbuses) {
        if (!p->nbuses)
            return err_set(g->err, VIR_ERR_XML_ERROR, "machine '%s' has no PCI bus for the address of %s",
                           def->os->machine, kind);
        if (want == WANT_BRIDGE || (want >= WANT_ROOT_PORT && want < WANT_WRONG))
            return err_set(
                g->err, VIR_ERR_INTERNAL_ERROR,
                "PCI controller %u of guest '%s' is on bus %u, which is not there; no bus is added to "
                "put another one on",
                ((const struct domain_controller *)device)->index, def->name, a->bus);
        unsigned port = p->nbuses;
        bool pcie = p->express && want != WANT_PCI && want != WANT_BRIDGE;
        if (pci_grow(p, pcie ? WANT_PCIE : WANT_PCI, g->err) < 0)
            return -1;
        /* the port that was added for it holds the bridge that it is behind */
        if (!pcie && p->bus[port].kind == BUS_PORT && a->bus == port)
            info->address->bus++;
    }
    struct bus *b = &p->bus[a->bus];
    if ((want == WANT_ROOT_PORT && b->kind != BUS_PCIE_ROOT) ||
        (want == WANT_DOWNSTREAM && b->kind != BUS_UPSTREAM) ||
        ((want == WANT_DMI || want == WANT_PCIE_EXPANDER) && b->kind != BUS_PCIE_ROOT) ||
        (want == WANT_PCI_EXPANDER && (b->kind != BUS_PCI || !b->is_root)))
        return err_set(g->err, VIR_ERR_XML_ERROR,
                       "PCI address %04x:%02x:%02x.%x: bus %u takes no controller of model '%s'", a->domain,
                       a->bus, a->slot, a->function, a->bus,
                       ((const struct domain_controller *)device)->model);
    if (!strcmp(kind, "controller")) {
        const struct domain_controller *c = device;
        if (c->type == CONTROLLER_TYPE_PCI && str_is(c->model, "pcie-root-port") &&
            !(b->used[a->slot] && !b->ports[a->slot]))
            b->ports[a->slot] = true;
    } else {
        b->ports[a->slot] = false;
    }
    if (b->kind == BUS_PORT && a->slot != 0)
        return err_set(g->err, VIR_ERR_XML_ERROR,
                       "PCI address %04x:%02x:%02x.%x of %s: bus %u is a PCIe port, whose only slot is 0",
                       a->domain, a->bus, a->slot, a->function, kind, a->bus);
    if (b->kind != BUS_PORT && a->slot < b->min)
        return err_set(g->err, VIR_ERR_XML_ERROR,
                       "PCI address %04x:%02x:%02x.%x of %s: slots of bus %u start at %u", a->domain, a->bus,
                       a->slot, a->function, kind, a->bus, b->min);
    if (b->used[a->slot] >> a->function & 1)
        return 1; /* twice: the message needs both */
    b->used[a->slot] |= 1u << a->function;
    return 0;
}

struct twice {
    const struct device_address *a;
    GString *who;
};

static int
who_has(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    struct twice *t = data;
    const struct device_address *a = info->address;
    if (a && a->type == ADDRESS_TYPE_PCI && a->bus == t->a->bus && a->slot == t->a->slot &&
        a->function == t->a->function) {
        g_autofree char *name = device_describe(kind, device);
        g_string_append_printf(t->who, "%s%s", t->who->len ? " and " : "", name);
    }
    return 0;
}

static int
check_twice(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    struct err *err = data;
    if (!info->address || info->address->type != ADDRESS_TYPE_PCI)
        return 0;
    const struct device_address *a = info->address;
    struct twice t = { a, g_string_new(NULL) };
    domain_each_device(def, who_has, &t);
    int rc = 0;
    if (strstr(t.who->str, " and "))
        rc = err_set(err, VIR_ERR_XML_ERROR,
                     "PCI address %04x:%02x:%02x.%x is given to %s; it can be one's only", a->domain, a->bus,
                     a->slot, a->function, t.who->str);
    g_string_free(t.who, TRUE);
    return rc;
}

static int
collect(struct pci *p, struct err *err)
{
    memset(p->bus, 0, sizeof(p->bus));
    p->nbuses = 0;
    const struct domain_controller *root = domain_find_controller(p->def, CONTROLLER_TYPE_PCI, 0);
    p->express = root && str_is(root->model, "pcie-root");
    for (uint32_t i = 0; i < p->def->n_controllers; i++) {
        struct domain_controller *c = p->def->controllers[i];
        if (c->type != CONTROLLER_TYPE_PCI)
            continue;
        if (c->index >= MAX_BUSES && p->express)
            return err_set(
                err, VIR_ERR_INTERNAL_ERROR,
                "PCI controller index %u: there are no places for so many ports as would have to be "
                "before it",
                c->index);
        if (c->index >= MAX_BUSES)
            continue;           /* refused with what nobody could run */
        if (!c->model)
            return err_set(err, VIR_ERR_INTERNAL_ERROR,
                           "PCI controller %u of guest '%s' has no model=", c->index, p->def->name);
        pci_add_bus(p, c->model, c->index);
    }
    /* Numbers that were left out are buses, too. */
    for (unsigned i = 1; i < p->nbuses && p->bus[0].kind; i++) {
        if (p->bus[i].kind)
            continue;
        const char *model = p->express                      ? "pcie-root-port"
                            : machine_is(p->def, "pseries") ? "pci-root"
                                                            : "pci-bridge";
        domain_add_controller(p->def, CONTROLLER_TYPE_PCI, i, model);
        pci_add_bus(p, model, i);
    }
    struct given g = { p, err };
    int rc = domain_each_device(p->def, note_given, &g);
    if (rc == 1)
        return domain_each_device(p->def, check_twice, err);
    return rc;
}

/* Where a virtio disk cannot sit is told before the devices behind it find their place. */
static int
check_virtio_disk(const struct pci *p, const struct domain_disk *d, struct err *err)
{
    enum address_type t = d->info.address ? d->info.address->type : ADDRESS_TYPE_UNSET;
    return d->bus != DISK_BUS_VIRTIO || !t || t == ADDRESS_TYPE_PCI || t == ADDRESS_TYPE_CCW || !p->nbuses ||
                   (t == ADDRESS_TYPE_VIRTIO_MMIO && qemu_caps_has_type(p->caps, "virtio-mmio"))
               ? 0
               : err_set_from(err, VIR_FROM_QEMU, VIR_ERR_CONFIG_UNSUPPORTED,
                              "disk %s: a virtio disk cannot have an address of type '%s'", d->target,
                              address_type_str(t));
}

static int
pass(struct pci *p, struct err *err)
{
    struct domain_def *def = p->def;
    bool board = qemu_board_without_pci(def);
    if (collect(p, err) < 0)
        return -1;
    if (machine_is_i440fx(def) && pci_board_i440fx(p, err) < 0)
        return -1;
    if (machine_is_q35(def) && pci_board_q35(p, err) < 0)
        return -1;
#define EACH(list, n, kind) \
    for (uint32_t i = 0; i < def->n; i++) { \
        if (pci_assign(p, kind, def->list[i], &def->list[i]->info, err) < 0) \
            return -1; \
    }
    uint32_t n = def->n_controllers;
    for (uint32_t i = 0; i < n; i++) {
        struct domain_controller *c = def->controllers[i];
        if (c->type == CONTROLLER_TYPE_PCI && !(board && str_is(c->model, "pci-bridge")) &&
            pci_assign(p, "controller", c, &c->info, err) < 0)
            return -1;
    }
    if (board)
        return 0;               /* as users of such boards are used to, what would sit there has no place */
    EACH(filesystems, n_filesystems, "filesystem")
    for (uint32_t i = 0; i < def->n_interfaces; i++) {
        struct domain_interface *n = def->interfaces[i];
        if (n->type != INTERFACE_TYPE_HOSTDEV && pci_assign(p, "interface", n, &n->info, err) < 0)
            return -1;
    }
    EACH(sounds, n_sounds, "sound")
    for (uint32_t i = 0; i < def->n_controllers; i++) {
        struct domain_controller *c = def->controllers[i];
        if (c->type == CONTROLLER_TYPE_PCI)
            continue;
        if (c->type == CONTROLLER_TYPE_USB && pci_usb2_function(c->model) >= 0) {
            if (pci_usb2_set(p, c, err) < 0)
                return -1;
        } else if (pci_assign(p, "controller", c, &c->info, err) < 0) {
            return -1;
        }
    }
    for (uint32_t i = 0; i < def->n_disks; i++) {
        struct domain_disk *d = def->disks[i];
        if (check_virtio_disk(p, d, err) < 0 || pci_assign(p, "disk", d, &d->info, err) < 0)
            return -1;
    }
    /* Cards of the host come before what else is given of it. */
    for (uint32_t i = 0; i < def->n_interfaces; i++) {
        struct domain_interface *n = def->interfaces[i];
        if (n->type == INTERFACE_TYPE_HOSTDEV && pci_assign(p, "interface", n, &n->info, err) < 0)
            return -1;
    }
    EACH(hostdevs, n_hostdevs, "hostdev")
    if (def->memballoon && pci_assign(p, "memballoon", def->memballoon, &def->memballoon->info, err) < 0)
        return -1;
    EACH(rngs, n_rngs, "rng")
    EACH(watchdogs, n_watchdogs, "watchdog")
    EACH(videos, n_videos, "video")
    EACH(shmems, n_shmems, "shmem")
    EACH(inputs, n_inputs, "input")
    EACH(serials, n_serials, "serial")
    EACH(panics, n_panics, "panic")
    EACH(memories, n_memories, "memory")
    if (def->vsock && pci_assign(p, "vsock", def->vsock, &def->vsock->info, err) < 0)
        return -1;
    if (def->iommu && pci_assign(p, "iommu", def->iommu, &def->iommu->info, err) < 0)
        return -1;
    EACH(cryptos, n_cryptos, "crypto")
    return 0;
}

/* A slot that several functions share needs the flag on function 0. */
static int
set_multifunction(struct domain_def *def, const char *kind, void *device, struct device_info *info,
                  void *data)
{
    const struct pci *p = data;
    struct device_address *a = info->address;
    if (a && a->type == ADDRESS_TYPE_PCI && a->function == 0 && !a->multifunction && a->bus < p->nbuses &&
        p->bus[a->bus].used[a->slot] & ~1)
        a->multifunction = TRI_ON;
    return 0;
}

static void
controller_targets(struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_controllers; i++) {
        struct domain_controller *c = def->controllers[i];
        static const struct { const char *model, *name; } names[] = {
            { "pci-bridge", "pci-bridge" }, { "pcie-root-port", "pcie-root-port" },
            { "pcie-to-pci-bridge", "pcie-pci-bridge" }, { "dmi-to-pci-bridge", "i82801b11-bridge" },
            { "pcie-switch-upstream-port", "x3130-upstream" },
            { "pcie-switch-downstream-port", "xio3130-downstream" }, { "pci-expander-bus", "pxb" },
            { "pcie-expander-bus", "pxb-pcie" },
        };
        if (c->type != CONTROLLER_TYPE_PCI || !c->model)
            continue;
        if (machine_is(def, "pseries") && !strcmp(c->model, "pci-root")) {
            if (!c->model_name)
                c->model_name = "spapr-pci-host-bridge";
            if (!c->target)
                c->target = model_new(def, struct controller_target);
            /* the first that no bridge has; the board's own has 0 */
            if (!c->target->has_index)
                c->target->index = c->index != 0;
            while (!c->target->has_index) {
                bool taken = false;
                for (uint32_t k = 0; k < def->n_controllers; k++) {
                    const struct controller_target *t = def->controllers[k]->target;
                    taken = taken || (t && t->has_index && t->index == c->target->index);
                }
                if (taken && c->index)
                    c->target->index++;
                else
                    c->target->has_index = true;
            }
        }
        for (size_t k = 0; k < G_N_ELEMENTS(names) && !c->model_name; k++) {
            if (!strcmp(names[k].model, c->model))
                c->model_name = model_str(def, names[k].name);
        }
        bool bridge = !strcmp(c->model, "pci-bridge");
        bool port = !strcmp(c->model, "pcie-root-port") || !strcmp(c->model, "pcie-switch-downstream-port");
        bool expander = !strcmp(c->model, "pci-expander-bus") || !strcmp(c->model, "pcie-expander-bus");
        if ((bridge || port || expander) && !c->target)
            c->target = model_new(def, struct controller_target);
        if (bridge && !c->target->has_chassis_nr) {
            c->target->chassis_nr = c->index;
            c->target->has_chassis_nr = true;
        }
        if (port && !c->target->has_chassis) {
            c->target->chassis = c->index;
            c->target->has_chassis = true;
        }
        if (port && !c->target->has_port && c->info.address) {
            c->target->port = !strcmp(c->model, "pcie-root-port")
                                  ? c->info.address->slot << 3 | c->info.address->function
                                  : c->info.address->slot;
            c->target->has_port = true;
        }
        if (expander && !c->target->has_bus_nr) {
            unsigned low = 256;
            for (uint32_t k = 0; k < def->n_controllers; k++) {
                const struct domain_controller *o = def->controllers[k];
                if (o->type == CONTROLLER_TYPE_PCI && o->target && o->target->has_bus_nr)
                    low = MIN(low, o->target->bus_nr);
            }
            c->target->bus_nr = low - 2;
            c->target->has_bus_nr = true;
        }
    }
}

/* A bridge is numbered after the bus that it is on. */
static int
check_bridges(const struct domain_def *def, struct err *err)
{
    for (uint32_t i = 0; i < def->n_controllers; i++) {
        const struct domain_controller *c = def->controllers[i];
        const struct device_address *a = c->info.address;
        if (c->type == CONTROLLER_TYPE_PCI && str_is(c->model, "pci-bridge") && a &&
            a->type == ADDRESS_TYPE_PCI && a->bus >= c->index)
            return err_set_from(err, VIR_FROM_QEMU, VIR_ERR_CONFIG_UNSUPPORTED,
                                "PCI controller %u is on bus %u: the index has to be larger than that",
                                c->index, a->bus);
    }
    return 0;
}

bool
qemu_board_without_pci(const struct domain_def *def)
{
    bool board = arch_is_arm(def) || arch_is_riscv(def);
    /* Of these it is only said when a device wants a place there. */
    bool told = machine_is(def, "versatilepb") || machine_is(def, "virt");
    return board && !told && !qemu_pci_root(def);
}

int
qemu_assign_pci(struct domain_def *def, const struct qemu_caps *caps, struct err *err)
{
    g_autofree struct pci *p = g_new0(struct pci, 1);
    p->def = def;
    p->caps = caps;
    bool own_controllers = false;
    for (uint32_t i = 0; i < def->n_controllers; i++)
        own_controllers = own_controllers ||
                          (def->controllers[i]->type == CONTROLLER_TYPE_PCI && def->controllers[i]->index);
    g_autoptr(GHashTable) placed = g_hash_table_new(NULL, NULL);
    p->placed = placed;
    /* Controllers that one pass adds need places themselves in the next. */
    uint32_t before, given = def->n_controllers;
    p->dry = true;
    do {
        before = def->n_controllers;
        g_hash_table_remove_all(placed);
        if (pass(p, err) < 0)
            return -1;
        /* Where ports had to be added, one stays free for a device to be plugged in later, unless the
         * user has arranged the buses. */
        unsigned bus, slot, function;
        if (p->express && !own_controllers && def->n_controllers != given &&
            pci_find_slot(p, WANT_PCIE, false, &bus, &slot, &function) < 0 && pci_grow(p, WANT_PCIE, err) < 0)
            return -1;
    } while (def->n_controllers != before);
    p->dry = false;
    g_hash_table_remove_all(placed);
    if (pass(p, err) < 0)
        return -1;
    if (qemu_board_without_pci(def))
        return 0;
    domain_each_device(def, set_multifunction, p);
    controller_targets(def);
    return check_bridges(def, err);
}
