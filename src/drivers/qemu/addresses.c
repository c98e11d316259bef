/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * addresses: places on buses other than PCI: virtio-serial ports, USB ports,
 * the ISA bus.  See domain-host.h.
 */
#include "drivers/qemu/domain-host.h"

#define ERR_FROM VIR_FROM_QEMU

/* ---- virtio-serial -------------------------------------------------------------------------------- */

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
    for (uint32_t i = 0; i < def->n_controllers; i++) {
        const struct domain_controller *c = def->controllers[i];
        if (c->type != CONTROLLER_TYPE_VIRTIO_SERIAL || (info->address && c->index != a->controller))
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
    return err_set(err, VIR_ERR_XML_ERROR, "all ports of the virtio-serial controllers of guest '%s' are taken", def->name);
}

static int
assign_virtio_serial(struct domain_def *def, struct err *err)
{
    for (uint32_t i = 0; i < def->n_channels; i++) {
        if (def->channels[i]->target && def->channels[i]->target->type == CHANNEL_TARGET_TYPE_VIRTIO &&
            virtio_serial(def, &def->channels[i]->info, err) < 0)
            return -1;
    }
    /* Consoles find their port by themselves: the first is number 0. */
    return 0;
}

/* ---- USB ---------------------------------------------------------------------------------------------- */

static bool
wants_usb(const char *kind, const void *device)
{
    if (!strcmp(kind, "disk"))
        return ((const struct domain_disk *)device)->bus == DISK_BUS_USB;
    if (!strcmp(kind, "input"))
        return ((const struct domain_input *)device)->bus == INPUT_BUS_USB;
    if (!strcmp(kind, "hub"))
        return true;
    if (!strcmp(kind, "redirdev"))
        return true;
    if (!strcmp(kind, "sound"))
        return ((const struct domain_sound *)device)->model == SOUND_MODEL_USB;
    if (!strcmp(kind, "hostdev")) {
        const struct domain_hostdev *h = device;
        return h->mode != HOSTDEV_MODE_CAPABILITIES && h->type == HOSTDEV_TYPE_USB;
    }
    if (!strcmp(kind, "serial")) {
        const struct domain_chardev *c = device;
        return c->target && c->target->type == CHARDEV_TARGET_TYPE_USB_SERIAL;
    }
    if (!strcmp(kind, "controller"))
        return ((const struct domain_controller *)device)->type == CONTROLLER_TYPE_CCID;
    if (!strcmp(kind, "interface"))
        return str_is(((const struct domain_interface *)device)->model, "usb-net");
    return false;
}

struct usb_port {
    unsigned bus;
    const char *port;
    const struct device_info *self;
    bool used;
};

static int
usb_in_use(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    struct usb_port *u = data;
    const struct device_address *a = info->address;
    if (info != u->self && a && a->type == ADDRESS_TYPE_USB && a->bus == u->bus && str_is(a->usb_port, u->port))
        u->used = true;
    return 0;
}

static unsigned
usb_ports(const struct domain_controller *c)
{
    const char *m = c->model;
    if (c->has_ports)
        return c->ports;
    if (!m || str_is(m, "piix3-uhci") || str_is(m, "piix4-uhci") || str_is(m, "vt82c686b-uhci"))
        return 2;
    if (str_is(m, "pci-ohci"))
        return 3;
    if (str_is(m, "ehci") || g_str_has_prefix(m, "ich9-ehci"))
        return 6;
    if (str_is(m, "nec-xhci") || str_is(m, "qemu-xhci"))
        return 4;
    return 0; /* companions and "none" */
}

/* First free port, hubs included; NULL: none. */
static const char *
free_usb_port(struct domain_def *def, const struct device_info *self, unsigned *bus)
{
    for (uint32_t i = 0; i < def->n_controllers; i++) {
        const struct domain_controller *c = def->controllers[i];
        if (c->type != CONTROLLER_TYPE_USB || str_is(c->model, "none"))
            continue;
        for (unsigned p = 1; p <= usb_ports(c); p++) {
            g_autofree char *port = g_strdup_printf("%u", p);
            struct usb_port u = { c->index, port, self, false };
            domain_each_device(def, usb_in_use, &u);
            if (!u.used) {
                *bus = c->index;
                return model_str(def, port);
            }
        }
    }
    for (uint32_t i = 0; i < def->n_hubs; i++) {
        const struct device_address *a = def->hubs[i]->info.address;
        if (!a || a->type != ADDRESS_TYPE_USB || !a->usb_port || &def->hubs[i]->info == self)
            continue;
        for (unsigned p = 1; p <= 8; p++) {
            g_autofree char *port = g_strdup_printf("%s.%u", a->usb_port, p);
            struct usb_port u = { a->bus, port, self, false };
            domain_each_device(def, usb_in_use, &u);
            if (!u.used) {
                *bus = a->bus;
                return model_str(def, port);
            }
        }
    }
    return NULL;
}

struct usb_pass {
    struct err *err;
    bool hubs;
    unsigned missing, free;
};

static int
count_usb(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    struct usb_pass *u = data;
    const struct device_address *a = info->address;
    if (wants_usb(kind, device) && !(a && a->type == ADDRESS_TYPE_USB && a->usb_port))
        u->missing++;
    return 0;
}

static int
give_usb(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    struct usb_pass *u = data;
    struct device_address *a = info->address;
    if (!wants_usb(kind, device) || (!strcmp(kind, "hub")) != u->hubs ||
        (a && a->type == ADDRESS_TYPE_USB && a->usb_port) || (a && a->type && a->type != ADDRESS_TYPE_USB))
        return 0;
    unsigned bus;
    const char *port = free_usb_port(def, info, &bus);
    if (!port) {
        g_autofree char *name = device_describe(kind, device);
        return err_set(u->err, VIR_ERR_XML_ERROR, "no free USB port for %s: the guest's USB controllers are full or off",
                       name);
    }
    info->address = device_address_new(def, ADDRESS_TYPE_USB);
    info->address->bus = bus;
    info->address->usb_port = port;
    return 0;
}

int
qemu_assign_usb(struct domain_def *def, struct err *err)
{
    struct usb_pass u = { err, false, 0, 0 };
    domain_each_device(def, count_usb, &u);
    if (!u.missing)
        return 0;
    bool any = false;
    for (uint32_t i = 0; i < def->n_controllers; i++)
        any = any || (def->controllers[i]->type == CONTROLLER_TYPE_USB && !str_is(def->controllers[i]->model, "none"));
    if (!any)
        return 0; /* validation has the better words */
    /* Count ports; where they do not suffice, hubs are added. */
    int total = 0;
    for (uint32_t i = 0; i < def->n_controllers; i++) {
        if (def->controllers[i]->type == CONTROLLER_TYPE_USB)
            total += usb_ports(def->controllers[i]);
    }
    total += 8 * def->n_hubs;
    int used = 0;
    for (uint32_t i = 0; i < def->n_inputs; i++)
        used += def->inputs[i]->info.address && def->inputs[i]->info.address->type == ADDRESS_TYPE_USB;
    for (uint32_t i = 0; i < def->n_redirdevs; i++)
        used += def->redirdevs[i]->info.address && def->redirdevs[i]->info.address->type == ADDRESS_TYPE_USB;
    int lacking = (int)u.missing + used - total;
    for (; lacking > 0; lacking -= 7) {
        struct domain_hub *hub = model_new(def, struct domain_hub);
        hub->type = HUB_TYPE_USB;
        model_list_append(def, def->hubs, def->n_hubs, hub);
    }
    u.hubs = true;
    if (domain_each_device(def, give_usb, &u) < 0)
        return -1;
    u.hubs = false;
    return domain_each_device(def, give_usb, &u);
}

/* ---- all ----------------------------------------------------------------------------------------------- */

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

static void
assign_dimms(struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_memories; i++) {
        struct domain_memory *m = def->memories[i];
        if ((m->model != MEMORY_MODEL_DIMM && m->model != MEMORY_MODEL_NVDIMM) || device_has_address(&m->info))
            continue;
        unsigned slot = 0;
        for (bool used = true; used;) {
            used = false;
            for (uint32_t k = 0; k < def->n_memories; k++) {
                const struct device_address *a = def->memories[k]->info.address;
                used = used || (a && a->type == ADDRESS_TYPE_DIMM && a->has_number && a->number == slot);
            }
            slot += used;
        }
        m->info.address = device_address_new(def, ADDRESS_TYPE_DIMM);
        m->info.address->number = slot;
        m->info.address->has_number = true;
    }
}

int
qemu_assign_addresses(struct domain_def *def, const struct qemu_caps *caps, struct err *err)
{
    assign_ccid(def);
    assign_dimms(def);
    if (assign_virtio_serial(def, err) < 0 || qemu_assign_pci(def, caps, err) < 0)
        return -1;
    return qemu_assign_usb(def, err);
}
