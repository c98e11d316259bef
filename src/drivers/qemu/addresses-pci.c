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
#include "drivers/qemu/domain-host.h"

#define ERR_FROM VIR_FROM_DOMAIN
#define MAX_BUSES 256

/* What a device needs to sit on: a conventional slot, a PCIe port, the root bus itself; controllers have
 * needs of their own, and no bus is ever made for some of them.  WANT_WRONG: there is no place of its kind.
 */
enum wants {
    WANT_NONE,
    WANT_PCI,
    WANT_PCIE,
    WANT_ROOT,
    WANT_ROOT_PORT,
    WANT_DMI,               /* dmi-to-pci-bridge */
    WANT_TO_PCI,            /* pcie-to-pci-bridge */
    WANT_DOWNSTREAM,
    WANT_PCI_EXPANDER,
    WANT_PCIE_EXPANDER,
    WANT_WRONG,
};

enum bus_kind { BUS_NONE, BUS_PCI, BUS_PCI_EXPANDER, BUS_PCIE_ROOT, BUS_PORT, BUS_UPSTREAM };

struct bus {
    enum bus_kind kind;
    bool is_root, is_port;  /* is_port: behind a root port or downstream port */
    uint8_t min, max;       /* slots */
    uint8_t used[32];       /* functions, a bit each */
    bool ports[32];         /* only root ports there: functions may be filled up */
};

struct pci {
    struct domain_def *def;
    const struct qemu_caps *caps;
    struct bus bus[MAX_BUSES];
    unsigned nbuses;
    bool dry, express;
    GHashTable *placed;     /* in a dry pass: struct device_info that have their place */
};

static void
add_bus(struct pci *p, const char *model, unsigned index)
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
        if (!strcmp(model, "dmi-to-pci-bridge"))
            b->min = 0;
    }
}

/* What kind of slot a device wants when it may choose. */
static enum wants
wants_of(const struct pci *p, const char *kind, const void *device)
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
                                                                     : WANT_PCI;
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
        if (str_is(n->model, "usb-net"))
            return WANT_WRONG;
        if (n->type == INTERFACE_TYPE_HOSTDEV)
            return WANT_PCIE;
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
        return m == MEMORY_MODEL_VIRTIO_PMEM || m == MEMORY_MODEL_VIRTIO_MEM ? virtio : WANT_NONE;
    }
    return WANT_NONE;
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
    add_bus(p, model, *index);
    return 0;
}

static bool
fits(const struct bus *b, enum wants want)
{
    switch (want) {
    case WANT_PCI: return b->kind == BUS_PCI;
    case WANT_PCIE:
    case WANT_TO_PCI: return b->kind == BUS_PORT;
    case WANT_DOWNSTREAM: return b->kind == BUS_UPSTREAM;
    case WANT_PCI_EXPANDER: return b->kind == BUS_PCI && b->is_root;
    default: return b->kind == BUS_PCIE_ROOT && b->is_root;
    }
}

/* A free slot for a device; -1: none. */
static int
find_slot(const struct pci *p, enum wants want, bool port, unsigned *bus, unsigned *slot, unsigned *function)
{
    for (unsigned b = 0; b < p->nbuses; b++) {
        const struct bus *at = &p->bus[b];
        if (!fits(at, want))
            continue;
        if (want == WANT_DMI && !at->used[0x1e]) {  /* where the chipset has it */
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
static int
grow(struct pci *p, enum wants want, struct err *err)
{
    unsigned index, bus, slot, function;
    bool conventional = false;
    for (unsigned b = 0; b < p->nbuses; b++)
        conventional = conventional || p->bus[b].kind == BUS_PCI;
    if (want == WANT_PCIE && p->express)
        return add_controller(p, "pcie-root-port", &index, err);
    if ((want != WANT_PCI && want != WANT_PCIE) || (want == WANT_PCIE && !p->express && conventional))
        return err_set(
            err, VIR_ERR_INTERNAL_ERROR,
            "the PCI buses of guest '%s' have no place for one of its controllers, and none can be "
            "added for it: give it an <address>, or add the controller that it sits on",
            p->def->name);
    if (!p->express || conventional) {
        if (p->express && find_slot(p, WANT_PCI, false, &bus, &slot, &function) == 0)
            p->bus[bus].used[slot] = 0xff;
        return add_controller(p, "pci-bridge", &index, err);
    }
    /* The bridge itself sits in a port. */
    if (add_controller(p, "pcie-root-port", &bus, err) < 0)
        return -1;
    p->bus[bus].used[0] = 0xff;
    return add_controller(p, "pcie-to-pci-bridge", &index, err);
}

static void
set_address(struct pci *p, struct device_info *info, unsigned bus, unsigned slot, unsigned function)
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

static int
assign(struct pci *p, const char *kind, const void *device, struct device_info *info, struct err *err)
{
    if (device_is_placed(info) || g_hash_table_contains(p->placed, info))
        return 0;
    enum wants want = wants_of(p, kind, device);
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
    while (find_slot(p, want, port, &bus, &slot, &function) < 0) {
        if (!p->dry)
            return err_set(err, VIR_ERR_INTERNAL_ERROR, "no free PCI address for %s of guest '%s'", kind,
                           p->def->name);
        if (grow(p, want, err) < 0)
            return -1;
    }
    if (port)
        p->bus[bus].ports[slot] = true;
    set_address(p, info, bus, slot, function);
    return 0;
}

/* ---- places that machines dictate ----------------------------------------------------------- */

static bool
is_free(const struct pci *p, unsigned slot)
{
    return !p->bus[0].used[slot];
}

static const char *const ich9[] = { "ich9-uhci1", "ich9-uhci2", "ich9-uhci3", NULL,
                                    NULL,         NULL,         NULL,         "ich9-ehci1" };

static int
ich9_function(const char *model)
{
    for (int f = 0; f < 8; f++) {
        if (ich9[f] && str_is(model, ich9[f]))
            return f;
    }
    return str_is(model, "ich9-ehci2") ? 7 : str_is(model, "ich9-uhci4") ? 0 : str_is(model, "ich9-uhci5") ? 1
           : str_is(model, "ich9-uhci6")                                 ? 2
                                                                         : -1;
}

/* The controllers of one USB 2 set share a slot. */
static int
ich9_set(struct pci *p, struct domain_controller *c, struct err *err)
{
    int function = ich9_function(c->model);
    const struct device_address *sibling = NULL;
    if (device_is_placed(&c->info) || g_hash_table_contains(p->placed, &c->info))
        return 0;
    for (uint32_t i = 0; i < p->def->n_controllers; i++) {
        const struct domain_controller *o = p->def->controllers[i];
        if (o == c || o->type != CONTROLLER_TYPE_USB || o->index != c->index || ich9_function(o->model) < 0)
            continue;
        /* In a dry pass siblings have no address to be found by: the first one of a set counts for all. */
        if (p->dry && g_hash_table_contains(p->placed, &o->info)) {
            g_hash_table_add(p->placed, &c->info);
            return 0;
        }
        if (o->info.address && o->info.address->type == ADDRESS_TYPE_PCI)
            sibling = o->info.address;
    }
    unsigned bus = 0, slot = 0, f;
    if (sibling && !(p->bus[sibling->bus].used[sibling->slot] >> function & 1)) {
        bus = sibling->bus;
        slot = sibling->slot;
    } else {
        while (find_slot(p, WANT_PCI, false, &bus, &slot, &f) < 0) {
            if (!p->dry || grow(p, WANT_PCI, err) < 0)
                return err_set(err, VIR_ERR_INTERNAL_ERROR, "no free PCI slot for USB controller %u",
                               c->index);
        }
    }
    set_address(p, &c->info, bus, slot, function);
    if (!p->dry && function == 0)
        c->info.address->multifunction = TRI_ON;
    return 0;
}

/* Something of the board is there; nobody else can be. */
static int
reserve(struct pci *p, unsigned slot, unsigned function, struct err *err)
{
    if (p->bus[0].used[slot] >> function & 1)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "PCI address 0000:00:%02x.%x: on machine '%s' a device of the board is there", slot,
                       function, p->def->os->machine);
    p->bus[0].used[slot] |= 1u << function;
    return 0;
}

/* A controller of the board has its place by the chipset. */
static int
place_fixed(struct pci *p, struct domain_controller *c, unsigned slot, unsigned function, struct err *err)
{
    const struct device_address *a = c->info.address;
    if (!device_is_placed(&c->info)) {
        if (reserve(p, slot, function, err) < 0)
            return -1;
        set_address(p, &c->info, 0, slot, function);
        return 0;
    }
    return a->type != ADDRESS_TYPE_PCI || (!a->bus && a->slot == slot && a->function == function)
               ? 0
               : err_set_from(
                     err, VIR_FROM_QEMU, VIR_ERR_INTERNAL_ERROR,
                     "%s controller 0 of machine '%s' is at PCI address 0000:00:%02x.%x and cannot be "
                     "elsewhere",
                     controller_type_str(c->type), p->def->os->machine, slot, function);
}

static struct domain_video *
primary_video(const struct domain_def *def)
{
    return def->n_videos && wants_of(NULL, "video", def->videos[0]) != WANT_NONE ? def->videos[0] : NULL;
}

/* It comes before all others, in the slot where firmware has always looked, if that is free. */
static int
place_primary_video(struct pci *p, unsigned slot, struct err *err)
{
    struct domain_video *video = primary_video(p->def);
    if (!video || device_is_placed(&video->info))
        return 0;
    if (!is_free(p, slot))
        return assign(p, "video", video, &video->info, err);
    set_address(p, &video->info, 0, slot, 0);
    return 0;
}

static int
machine_i440fx(struct pci *p, struct err *err)
{
    for (uint32_t i = 0; i < p->def->n_controllers; i++) {
        struct domain_controller *c = p->def->controllers[i];
        if (c->index == 0 && c->type == CONTROLLER_TYPE_IDE && place_fixed(p, c, 1, 1, err) < 0)
            return -1;
        if (c->index == 0 && c->type == CONTROLLER_TYPE_USB && str_is(c->model, "piix3-uhci") &&
            place_fixed(p, c, 1, 2, err) < 0)
            return -1;
    }
    if (reserve(p, 1, 0, err) < 0 || reserve(p, 1, 3, err) < 0) /* bridge and power management of the PIIX3 */
        return -1;
    p->bus[0].used[1] = 0xff;
    return place_primary_video(p, 2, err);
}

static int
machine_q35(struct pci *p, struct err *err)
{
    bool sata = false;
    for (uint32_t i = 0; i < p->def->n_controllers; i++) {
        struct domain_controller *c = p->def->controllers[i];
        if (c->type == CONTROLLER_TYPE_SATA && c->index == 0) {
            sata = true;
            if (place_fixed(p, c, 0x1f, 2, err) < 0)
                return -1;
        }
    }
    if (reserve(p, 0x1f, 0, err) < 0 || reserve(p, 0x1f, 3, err) < 0) /* LPC and SMBus are on the board */
        return -1;
    if (!sata && reserve(p, 0x1f, 2, err) < 0)
        return -1;
    if (place_primary_video(p, 1, err) < 0)
        return -1;
    for (uint32_t i = 0; i < p->def->n_controllers; i++) {
        struct domain_controller *c = p->def->controllers[i];
        /* The first companion, and so the set that follows it, sits where the chipset has it. */
        static const unsigned places[] = { 0x1d, 0x1a };
        for (size_t k = 0; k < G_N_ELEMENTS(places); k++) {
            if (c->type == CONTROLLER_TYPE_USB && str_is(c->model, "ich9-uhci1") &&
                !device_is_placed(&c->info) && !g_hash_table_contains(p->placed, &c->info) &&
                is_free(p, places[k])) {
                set_address(p, &c->info, 0, places[k], 0);
                if (!p->dry)
                    c->info.address->multifunction = TRI_ON;
            }
        }
    }
    for (uint32_t i = 0; i < p->def->n_sounds; i++) {
        struct domain_sound *s = p->def->sounds[i];
        if (s->model == SOUND_MODEL_ICH9 && !device_is_placed(&s->info) && is_free(p, 0x1b)) {
            set_address(p, &s->info, 0, 0x1b, 0);
            break;
        }
    }
    return 0;
}

/* ---- passes --------------------------------------------------------------------------------- */

struct given {
    struct pci *p;
    struct err *err;
};

static int
note_given(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    struct given *g = data;
    struct pci *p = g->p;
    const struct device_address *a = info->address;
    /* These need no place, but keep one. */
    bool told = !strcmp(kind, "hub") || !strcmp(kind, "console") || !strcmp(kind, "input") ||
                (!strcmp(kind, "hostdev") && wants_of(p, kind, device) == WANT_NONE);
    enum wants want = told ? WANT_PCI : wants_of(p, kind, device);
    bool ide = !strcmp(kind, "controller") &&
               ((const struct domain_controller *)device)->type == CONTROLLER_TYPE_IDE;
    if (!a || a->type != ADDRESS_TYPE_PCI || !device_is_placed(info) || (want == WANT_NONE && !ide))
        return 0;
    if (a->slot > 31 || a->function > 7)
        return err_set(g->err, VIR_ERR_XML_ERROR,
                       "PCI address %04x:%02x:%02x.%x: slots end at 0x1f, functions at 7", a->domain, a->bus,
                       a->slot, a->function);
    while (a->bus >= p->nbuses) {
        if (!p->nbuses)
            return err_set(g->err, VIR_ERR_XML_ERROR, "machine '%s' has no PCI bus for the address of %s",
                           def->os->machine, kind);
        unsigned port = p->nbuses;
        bool pcie = p->express && want != WANT_PCI;
        if (grow(p, pcie ? WANT_PCIE : WANT_PCI, g->err) < 0)
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
    p->express = false;
    for (uint32_t i = 0; i < p->def->n_controllers; i++) {
        struct domain_controller *c = p->def->controllers[i];
        if (c->type != CONTROLLER_TYPE_PCI)
            continue;
        if (c->index >= MAX_BUSES)
            return err_set(err, VIR_ERR_XML_ERROR, "PCI controller index %u: there are %d buses at most",
                           c->index, MAX_BUSES);
        if (!c->model)
            return err_set(err, VIR_ERR_INTERNAL_ERROR,
                           "PCI controller %u of guest '%s' has no model=", c->index, p->def->name);
        add_bus(p, c->model, c->index);
        if (c->index == 0 && str_is(c->model, "pcie-root"))
            p->express = true;
    }
    /* Numbers that were left out are buses, too. */
    for (unsigned i = 1; i < p->nbuses && p->bus[0].kind; i++) {
        if (p->bus[i].kind)
            continue;
        const char *model = p->express ? "pcie-root-port" : "pci-bridge";
        domain_add_controller(p->def, CONTROLLER_TYPE_PCI, i, model);
        add_bus(p, model, i);
    }
    struct given g = { p, err };
    int rc = domain_each_device(p->def, note_given, &g);
    if (rc == 1)
        return domain_each_device(p->def, check_twice, err);
    return rc;
}

static int
pass(struct pci *p, struct err *err)
{
    struct domain_def *def = p->def;
    if (collect(p, err) < 0)
        return -1;
    if (machine_is_i440fx(def) && machine_i440fx(p, err) < 0)
        return -1;
    if (machine_is_q35(def) && machine_q35(p, err) < 0)
        return -1;
#define EACH(list, n, kind) \
    for (uint32_t i = 0; i < def->n; i++) { \
        if (assign(p, kind, def->list[i], &def->list[i]->info, err) < 0) \
            return -1; \
    }
    uint32_t n = def->n_controllers;
    for (uint32_t i = 0; i < n; i++) {
        struct domain_controller *c = def->controllers[i];
        if (c->type == CONTROLLER_TYPE_PCI && assign(p, "controller", c, &c->info, err) < 0)
            return -1;
    }
    EACH(filesystems, n_filesystems, "filesystem")
    for (uint32_t i = 0; i < def->n_interfaces; i++) {
        struct domain_interface *n = def->interfaces[i];
        if (n->type != INTERFACE_TYPE_HOSTDEV && assign(p, "interface", n, &n->info, err) < 0)
            return -1;
    }
    EACH(sounds, n_sounds, "sound")
    for (uint32_t i = 0; i < def->n_controllers; i++) {
        struct domain_controller *c = def->controllers[i];
        if (c->type == CONTROLLER_TYPE_PCI)
            continue;
        if (c->type == CONTROLLER_TYPE_USB && ich9_function(c->model) >= 0) {
            if (ich9_set(p, c, err) < 0)
                return -1;
        } else if (assign(p, "controller", c, &c->info, err) < 0) {
            return -1;
        }
    }
    EACH(disks, n_disks, "disk")
    EACH(hostdevs, n_hostdevs, "hostdev")
    for (uint32_t i = 0; i < def->n_interfaces; i++) {
        struct domain_interface *n = def->interfaces[i];
        if (n->type == INTERFACE_TYPE_HOSTDEV && assign(p, "interface", n, &n->info, err) < 0)
            return -1;
    }
    if (def->memballoon && assign(p, "memballoon", def->memballoon, &def->memballoon->info, err) < 0)
        return -1;
    EACH(rngs, n_rngs, "rng")
    EACH(watchdogs, n_watchdogs, "watchdog")
    EACH(videos, n_videos, "video")
    EACH(shmems, n_shmems, "shmem")
    EACH(inputs, n_inputs, "input")
    EACH(serials, n_serials, "serial")
    EACH(panics, n_panics, "panic")
    EACH(memories, n_memories, "memory")
    if (def->vsock && assign(p, "vsock", def->vsock, &def->vsock->info, err) < 0)
        return -1;
    if (def->iommu && assign(p, "iommu", def->iommu, &def->iommu->info, err) < 0)
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
            if (!c->target->has_index) {
                c->target->index = c->index;
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

int
qemu_assign_pci(struct domain_def *def, const struct qemu_caps *caps, struct err *err)
{
    /* Boards without PCI: what would sit there is left without a place, as their users are used to. */
    if ((arch_is_arm(def) && !machine_is(def, "virt") && !machine_is(def, "versatilepb")) ||
        (arch_is_riscv(def) && !machine_is(def, "virt")))
        return 0;
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
            find_slot(p, WANT_PCIE, false, &bus, &slot, &function) < 0 && grow(p, WANT_PCIE, err) < 0)
            return -1;
    } while (def->n_controllers != before);
    p->dry = false;
    g_hash_table_remove_all(placed);
    if (pass(p, err) < 0)
        return -1;
    domain_each_device(def, set_multifunction, p);
    controller_targets(def);
    return 0;
}
