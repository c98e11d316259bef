/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * addresses: places that are numbers: virtio-serial ports, slots of memory and of smartcards.  See
 * domain-host.h.
 */
#include "drivers/qemu/domain-host.h"

#define ERR_FROM VIR_FROM_DOMAIN

/* ---- virtio-serial -------------------------------------------------------------------------- */

struct serial_port {
    const struct device_address *at;
    bool used;
};

static int
serial_in_use(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    struct serial_port *p = data;
    const struct device_address *a = info->address;
    if (a && a != p->at && a->type == ADDRESS_TYPE_VIRTIO_SERIAL && a->controller == p->at->controller &&
        a->bus == p->at->bus && a->port == p->at->port)
        p->used = true;
    return 0;
}

static int
virtio_serial(struct domain_def *def, struct device_info *info, struct err *err)
{
    struct device_address *a = info->address;
    if (a && a->type == ADDRESS_TYPE_VIRTIO_SERIAL && a->port)
        return 0;
    if (!a || a->type != ADDRESS_TYPE_VIRTIO_SERIAL)
        a = device_address_new(def, ADDRESS_TYPE_VIRTIO_SERIAL);
    unsigned highest = 0;
    for (uint32_t i = 0; i < def->n_controllers; i++) {
        if (def->controllers[i]->type == CONTROLLER_TYPE_VIRTIO_SERIAL)
            highest = MAX(highest, def->controllers[i]->index);
    }
    for (unsigned index = info->address ? a->controller : 0; index <= highest; index++) {
        const struct domain_controller *c = domain_find_controller(def, CONTROLLER_TYPE_VIRTIO_SERIAL, index);
        if (!c || (info->address && c->index != a->controller))
            continue;
        a->controller = c->index;
        unsigned ports = c->has_ports ? c->ports : 31;
        for (a->port = 1; a->port < ports; a->port++) {
            struct serial_port p = { a, false };
            domain_each_device(def, serial_in_use, &p);
            if (!p.used) {
                info->address = a;
                return 0;
            }
        }
    }
    if (info->address)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "all ports of virtio-serial controller %u of guest '%s' are taken", a->controller,
                       def->name);
    domain_add_controller(def, CONTROLLER_TYPE_VIRTIO_SERIAL, highest + 1, NULL);
    a->controller = highest + 1;
    a->port = 1;
    info->address = a;
    return 0;
}

static char *
serial_describe(const char *kind, void *device)
{
    const struct domain_channel *c = device;
    return !strcmp(kind, "channel")
               ? g_strdup_printf("channel '%s'", c->target && c->target->name ? c->target->name : "")
               : device_describe(kind, device);
}

struct serial_owner {
    const struct device_info *self;
    char *name;
};

static int
serial_owner(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    struct serial_owner *o = data;
    const struct device_address *a = info->address, *b = o->self->address;
    if (info == o->self)
        return 1;               /* only those before it */
    if (!a || a->type != ADDRESS_TYPE_VIRTIO_SERIAL || a->controller != b->controller || a->bus != b->bus ||
        a->port != b->port)
        return 0;
    o->name = serial_describe(kind, device);
    return 1;
}

/* Ports that the user gave: are they there, and whose are they? */
static int
check_virtio_serial(struct domain_def *def, const char *kind, void *device, struct device_info *info,
                    void *data)
{
    struct err *err = data;
    const struct device_address *a = info->address;
    if (!a || a->type != ADDRESS_TYPE_VIRTIO_SERIAL || !a->port)
        return 0;
    g_autofree char *name = serial_describe(kind, device);
    const struct domain_controller *c =
        domain_find_controller(def, CONTROLLER_TYPE_VIRTIO_SERIAL, a->controller);
    if (!c)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "%s of guest '%s' is on virtio-serial controller %u, which is not "
                       "there",
                       name, def->name, a->controller);
    unsigned ports = c->has_ports ? c->ports : 31;
    if (a->port >= ports)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "%s of guest '%s' is on port %u of virtio-serial controller %u, which has %u", name,
                       def->name, a->port, a->controller, ports);
    struct serial_owner o = { info, NULL };
    domain_each_device(def, serial_owner, &o);
    g_autofree char *other = o.name;
    return !other ? 0
                  : err_set(err, VIR_ERR_XML_ERROR,
                            "%s and %s of guest '%s' are both on port %u of virtio-serial controller %u",
                            other, name, def->name, a->port, a->controller);
}

static int
assign_virtio_serial(struct domain_def *def, struct err *err)
{
    if (domain_each_device(def, check_virtio_serial, err) < 0)
        return -1;
    for (uint32_t i = 0; i < def->n_channels; i++) {
        if (def->channels[i]->target && def->channels[i]->target->type == CHANNEL_TARGET_TYPE_VIRTIO &&
            virtio_serial(def, &def->channels[i]->info, err) < 0)
            return -1;
    }
    /* Consoles find their port by themselves: the first is number 0. */
    return 0;
}

/* ---- all ------------------------------------------------------------------------------------ */

static void
assign_ccid(struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_smartcards; i++) {
        struct device_info *info = &def->smartcards[i]->info;
        if (device_has_address(info))
            continue;
        info->address = device_address_new(def, ADDRESS_TYPE_CCID);
        info->address->ccid_slot = i;
        info->address->has_ccid_slot = true;
    }
}

static int
assign_dimms(struct domain_def *def, struct err *err)
{
    for (uint32_t i = 0; i < def->n_memories; i++) {
        struct domain_memory *m = def->memories[i];
        if ((m->model != MEMORY_MODEL_DIMM && m->model != MEMORY_MODEL_NVDIMM) ||
            (m->info.address && m->info.address->type == ADDRESS_TYPE_DIMM))
            continue;
        unsigned slot = 0, slots = def->max_memory ? def->max_memory->slots : UINT_MAX;
        for (bool used = true; used;) {
            used = false;
            for (uint32_t k = 0; k < def->n_memories; k++) {
                const struct device_address *a = def->memories[k]->info.address;
                used = used || (a && a->type == ADDRESS_TYPE_DIMM && a->has_number && a->number == slot);
            }
            slot += used;
        }
        if (slot >= slots)
            return err_set_from(err, VIR_FROM_QEMU, VIR_ERR_INTERNAL_ERROR,
                                "guest '%s' has more memory devices than slots: "
                                "%u (see <maxMemory>)",
                                def->name, slots);
        m->info.address = device_address_new(def, ADDRESS_TYPE_DIMM);
        m->info.address->number = slot;
        m->info.address->has_number = true;
    }
    return 0;
}

/* Before others lose an address that is not of their kind. */
static int
check_domain(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    const struct device_address *a = info->address;
    /* The place of these is on their controller or the bus of pseries, whatever the document says. */
    bool elsewhere = !strcmp(kind, "channel")
                         ? ((const struct domain_channel *)device)->target->type == CHANNEL_TARGET_TYPE_VIRTIO
                         : qemu_spapr_only(def, kind, device);
    return !a || a->type != ADDRESS_TYPE_PCI || !a->domain || elsewhere
               ? 0
               : err_set(data, VIR_ERR_XML_ERROR, "PCI address %04x:%02x:%02x.%x: only domain 0 exists",
                         a->domain, a->bus, a->slot, a->function);
}

/* Crypto adapters of mainframes are on no bus, whatever the document says. */
static void
forget_adapters(struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_hostdevs && arch_is_s390(def); i++)
        if (def->hostdevs[i]->type == HOSTDEV_TYPE_MDEV && def->hostdevs[i]->model == HOSTDEV_MODEL_VFIO_AP)
            def->hostdevs[i]->info.address = NULL;
}

int
qemu_assign_addresses(struct domain_def *def, const struct qemu_caps *caps, struct err *err)
{
    forget_adapters(def);
    assign_ccid(def);
    if (domain_each_device(def, check_domain, err) < 0 || assign_virtio_serial(def, err) < 0 ||
        qemu_assign_others(def, err) < 0)
        return -1;
    g_autoptr(GHashTable) own = qemu_own_controllers(def);
    if (qemu_assign_pci(def, caps, err) < 0)
        return -1;
    qemu_assign_zpci(def, own);
    if (qemu_assign_usb(def, err) < 0 || assign_dimms(def, err) < 0)
        return -1;
    /* The console that is the first serial port once more is at its place. */
    if (def->n_consoles && def->n_serials && def->consoles[0]->target &&
        def->consoles[0]->target->type == CHARDEV_TARGET_TYPE_SERIAL)
        def->consoles[0]->info.address = def->serials[0]->info.address;
    return 0;
}
