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
    for (unsigned index = 0; index <= UINT8_MAX; index++) {
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
    return err_set(err, VIR_ERR_XML_ERROR,
                   "all ports of the virtio-serial controllers of guest '%s' are taken", def->name);
}

/* Ports that the user gave: are they there, and whose are they? */
static int
check_virtio_serial(struct domain_def *def, struct err *err)
{
    for (uint32_t i = 0; i < def->n_channels; i++) {
        const struct device_address *a = def->channels[i]->info.address;
        if (!a || a->type != ADDRESS_TYPE_VIRTIO_SERIAL || !a->port)
            continue;
        const struct domain_controller *c =
            domain_find_controller(def, CONTROLLER_TYPE_VIRTIO_SERIAL, a->controller);
        unsigned ports = c && c->has_ports ? c->ports : 31;
        if (a->port >= ports)
            return err_set(err, VIR_ERR_XML_ERROR,
                           "channel '%s' of guest '%s' is on port %u of virtio-serial controller "
                           "%u, which has %u",
                           def->channels[i]->target->name ? def->channels[i]->target->name : "", def->name,
                           a->port, a->controller, ports);
        for (uint32_t k = 0; k < i; k++) {
            const struct device_address *o = def->channels[k]->info.address;
            if (o && o->type == ADDRESS_TYPE_VIRTIO_SERIAL && o->controller == a->controller &&
                o->bus == a->bus && o->port == a->port)
                return err_set(err, VIR_ERR_XML_ERROR,
                               "channels '%s' and '%s' of guest '%s' are both on port %u of "
                               "virtio-serial controller %u",
                               def->channels[k]->target->name ? def->channels[k]->target->name : "",
                               def->channels[i]->target->name ? def->channels[i]->target->name : "",
                               def->name, a->port, a->controller);
        }
    }
    return 0;
}

static int
assign_virtio_serial(struct domain_def *def, struct err *err)
{
    if (check_virtio_serial(def, err) < 0)
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
            device_has_address(&m->info))
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

int
qemu_assign_addresses(struct domain_def *def, const struct qemu_caps *caps, struct err *err)
{
    assign_ccid(def);
    if (assign_virtio_serial(def, err) < 0 || qemu_assign_others(def, err) < 0 ||
        qemu_assign_pci(def, caps, err) < 0)
        return -1;
    qemu_assign_zpci(def);
    return qemu_assign_usb(def, err) < 0 ? -1 : assign_dimms(def, err);
}
