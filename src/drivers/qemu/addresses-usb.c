/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * addresses-usb: ports of USB controllers and hubs: those that the user gave are checked, the others
 * chosen; hubs are added where ports do not suffice.  See domain-host.h.  Nothing waits.
 */
#include "model/devices.h"
#include "drivers/qemu/domain-host.h"

#include <stdlib.h>

#define ERR_FROM VIR_FROM_DOMAIN
#define LAST_TURN 5
#define HUB_PORTS 8

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
    if (!strcmp(kind, "interface")) {
        const struct domain_interface *n = device;
        return n->type == INTERFACE_TYPE_HOSTDEV ? interface_is_host_usb(n) : str_is(n->model, "usb-net");
    }
    return false;
}

static char *
port_key(unsigned bus, const char *port)
{
    return g_strdup_printf("%u %s", bus, port);
}

static int
note_used(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    const struct device_address *a = info->address;
    if (a && a->type == ADDRESS_TYPE_USB && a->usb_port && strcmp(kind, "smartcard"))
        g_hash_table_add(data, port_key(a->bus, a->usb_port));
    return 0;
}

static bool
is_uhci_companion(const struct domain_controller *c)
{
    return c->model && g_str_has_prefix(c->model, "ich9-uhci");
}

static bool
is_xhci(const struct domain_controller *c)
{
    return str_is(c->model, "nec-xhci") || str_is(c->model, "qemu-xhci");
}

static unsigned
usb_ports(const struct domain_controller *c)
{
    const char *m = c->model;
    if (c->has_ports && is_xhci(c))
        return c->ports;        /* the others have what they have */
    if (!m || str_is(m, "piix3-uhci") || str_is(m, "piix4-uhci") || str_is(m, "vt82c686b-uhci"))
        return 2;
    if (str_is(m, "pci-ohci"))
        return 3;
    if (str_is(m, "ehci") || g_str_has_prefix(m, "ich9-ehci"))
        return 6;
    return is_xhci(c) ? 4 : 0; /* companions and "none" */
}

/* The controller of a bus that has the most ports: those of a USB 2 set share the bus. */
static unsigned
bus_ports(const struct domain_def *def, unsigned bus)
{
    unsigned most = 0;
    for (uint32_t i = 0; i < def->n_controllers; i++) {
        const struct domain_controller *c = def->controllers[i];
        if (c->type == CONTROLLER_TYPE_USB && c->index == bus && !str_is(c->model, "none"))
            most = MAX(most, usb_ports(c));
    }
    return most;
}

/* Takes a port if nobody has it. */
static const char *
take_port(struct domain_def *def, GHashTable *used, unsigned bus, const char *port)
{
    return g_hash_table_add(used, port_key(bus, port)) ? model_str(def, port) : NULL;
}

/* A hub is there for what comes behind it, and for all that is no hub. */
static bool
is_hub(const struct domain_def *def, const struct device_info *self, unsigned bus, const char *port, size_t n)
{
    for (uint32_t i = 0; i < def->n_hubs && &def->hubs[i]->info != self; i++) {
        const struct device_address *a = def->hubs[i]->info.address;
        if (a && a->type == ADDRESS_TYPE_USB && a->bus == bus && a->usb_port && strlen(a->usb_port) == n &&
            !strncmp(a->usb_port, port, n))
            return true;
    }
    return false;
}

/* The first free one of n ports behind `hub` ("" is the controller), or behind the hubs that are in them. */
static const char *
free_port_behind(struct domain_def *def, const struct device_info *self, GHashTable *used, unsigned bus,
                 const char *hub, unsigned n)
{
    const char *taken = NULL;
    for (unsigned p = 1; p <= n && !taken; p++) {
        g_autofree char *port = g_strdup_printf("%s%s%u", hub, *hub ? "." : "", p);
        taken = take_port(def, used, bus, port);
    }
    for (unsigned p = 1; p <= n && !taken; p++) {
        g_autofree char *port = g_strdup_printf("%s%s%u", hub, *hub ? "." : "", p);
        if (is_hub(def, self, bus, port, strlen(port)))
            taken = free_port_behind(def, self, used, bus, port, HUB_PORTS);
    }
    return taken;
}

/* First free port, hubs included; NULL: none.  A bus that the user chose is the one. */
static const char *
free_usb_port(struct domain_def *def, const struct device_info *self, GHashTable *used, unsigned *bus)
{
    const char *taken = NULL;
    const struct device_address *own = self->address;
    bool chosen = own && own->type == ADDRESS_TYPE_USB;
    unsigned buses = 0;
    for (uint32_t i = 0; i < def->n_controllers; i++) {
        if (def->controllers[i]->type == CONTROLLER_TYPE_USB)
            buses = MAX(buses, def->controllers[i]->index + 1);
    }
    if (chosen)
        buses = MIN(buses, own->bus + 1);
    for (unsigned b = chosen ? own->bus : 0; b < buses && !taken; b++) {
        *bus = b;
        taken = free_port_behind(def, self, used, b, "", bus_ports(def, b));
    }
    return taken;
}

/* Who chooses first; of those with the same turn, it is the order of all devices.  Cards are of the host. */
static unsigned
turn_of(const char *kind)
{
    if (!strcmp(kind, "interface"))
        kind = "hostdev";
    static const char *const before[] = { "hub", "hostdev", "disk", "controller", "input" };
    for (unsigned i = 0; i < G_N_ELEMENTS(before); i++)
        if (!strcmp(kind, before[i]))
            return i;
    return LAST_TURN;
}

struct usb_pass {
    struct err *err;
    GHashTable *used;
    unsigned turn;
    unsigned missing;
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
    if (!wants_usb(kind, device) || turn_of(kind) != u->turn ||
        (a && a->type == ADDRESS_TYPE_USB && a->usb_port) || (a && a->type && a->type != ADDRESS_TYPE_USB))
        return 0;
    unsigned bus;
    const char *port = free_usb_port(def, info, u->used, &bus);
    if (!port) {
        g_autofree char *name = device_describe(kind, device);
        return err_set(u->err, VIR_ERR_INTERNAL_ERROR,
                       "no free USB port for %s: the guest's USB controllers are full or off", name);
    }
    info->address = device_address_new(def, ADDRESS_TYPE_USB);
    info->address->bus = bus;
    info->address->usb_port = port;
    return 0;
}

/* ---- places that the user gave -------------------------------------------------------------- */

struct usb_owner {
    unsigned bus;
    const char *port;
    const struct device_info *self;
    char *name;
};

static int
find_owner(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    struct usb_owner *o = data;
    const struct device_address *a = info->address;
    if (info == o->self)
        return 1;               /* only those before it */
    if (!a || a->type != ADDRESS_TYPE_USB || a->bus != o->bus || !str_is(a->usb_port, o->port))
        return 0;
    o->name = device_describe(kind, device);
    return 1;
}

static int
check_usb(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    struct err *err = data;
    const struct device_address *a = info->address;
    if (!wants_usb(kind, device) || !a || !a->type)
        return 0;
    g_autofree char *name = device_describe(kind, device);
    if (a->type != ADDRESS_TYPE_USB && !strcmp(kind, "hub")) {
        info->address = NULL;   /* a hub finds its place */
        return 0;
    }
    /* Some need not sit on USB after all, and host devices are refused with the others of their kind. */
    if (a->type != ADDRESS_TYPE_USB &&
        (!strcmp(kind, "sound") || !strcmp(kind, "controller") || !strcmp(kind, "hostdev") ||
         !strcmp(kind, "interface") || !strcmp(kind, "disk")))
        return 0;
    if (a->type != ADDRESS_TYPE_USB)
        return err_set(err, strcmp(kind, "serial") ? VIR_ERR_XML_ERROR : VIR_ERR_CONFIG_UNSUPPORTED,
                       "%s of guest '%s' is a USB device and has an address of type '%s'", name, def->name,
                       address_type_str(a->type));
    unsigned ports = bus_ports(def, a->bus);
    if (!ports)
        return err_set(err, VIR_ERR_XML_ERROR, "%s of guest '%s' is on USB bus %u, which is not there", name,
                       def->name, a->bus);
    if (!a->usb_port)
        return 0;
    size_t n = 0;
    for (const char *p = a->usb_port;; p++, ports = HUB_PORTS) {
        unsigned port = strtoul(p, NULL, 10);
        if (!port || port > ports)
            return err_set(err, VIR_ERR_XML_ERROR,
                           "%s of guest '%s' is on port %s of USB bus %u, which is not there", name,
                           def->name, a->usb_port, a->bus);
        n = strcspn(p, ".") + (p - a->usb_port);
        p = a->usb_port + n;
        if (!*p)
            break;
        if (!is_hub(def, info, a->bus, a->usb_port, n))
            return err_set(err, VIR_ERR_XML_ERROR,
                           "%s of guest '%s' is on port %s of USB bus %u, and there is no hub at "
                           "%.*s",
                           name, def->name, a->usb_port, a->bus, (int)n, a->usb_port);
    }
    struct usb_owner o = { a->bus, a->usb_port, info, NULL };
    domain_each_device(def, find_owner, &o);
    g_autofree char *other = o.name;
    return !other
               ? 0
               : err_set(err, VIR_ERR_XML_ERROR, "%s and %s of guest '%s' are both on port %s of USB bus %u",
                         other, name, def->name, a->usb_port, a->bus);
}

/* Companions share the index of their master, and nobody else shares one. */
static bool
is_second(const struct domain_def *def, uint32_t at)
{
    const struct domain_controller *c = def->controllers[at];
    bool twice = false;
    for (uint32_t i = 0; i < at; i++) {
        const struct domain_controller *o = def->controllers[i];
        twice = twice || (o->type == CONTROLLER_TYPE_USB && o->index == c->index && !is_uhci_companion(o));
    }
    return twice && !is_uhci_companion(c);
}

/* Where no USB comes with the machine its controller has to be asked for. */
static int
check_usb_is_there(const struct domain_def *def, struct err *err)
{
    const char *what = qemu_usb_device(def);
    for (uint32_t i = 0; i < def->n_controllers; i++) {
        if (def->controllers[i]->type == CONTROLLER_TYPE_USB)
            return 0;
        if (def->controllers[i]->type == CONTROLLER_TYPE_CCID)
            what = "smartcard controller";
    }
    for (uint32_t i = 0; i < def->n_hostdevs; i++)
        what = def->hostdevs[i]->type == HOSTDEV_TYPE_USB ? "hostdev" : what;
    for (uint32_t i = 0; i < def->n_interfaces; i++)
        if (def->interfaces[i]->type == INTERFACE_TYPE_HOSTDEV &&
            interface_source_is_usb(def->interfaces[i]->source))
            what = "interface";
    for (uint32_t i = 0; i < def->n_sounds; i++)
        what = def->sounds[i]->model == SOUND_MODEL_USB ? "sound" : what;
    for (uint32_t i = 0; i < def->n_serials; i++)
        what = def->serials[i]->target->type == CHARDEV_TARGET_TYPE_USB_SERIAL ? "serial" : what;
    if (!what || arch_is_x86(def))
        return 0;
    return err_set_from(err, VIR_FROM_QEMU, VIR_ERR_CONFIG_UNSUPPORTED,
                        "machine '%s' has no USB for the %s; add <controller type='usb'/>", def->os->machine,
                        what);
}

int
qemu_assign_usb(struct domain_def *def, struct err *err)
{
    g_autoptr(GHashTable) used = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    struct usb_pass u = { err, used, 0, 0 };
    int total = 0;
    bool none = false, any = false;
    if (check_usb_is_there(def, err) < 0)
        return -1;
    for (uint32_t i = 0; i < def->n_controllers; i++) {
        const struct domain_controller *c = def->controllers[i];
        if (c->type != CONTROLLER_TYPE_USB)
            continue;
        if (is_second(def, i))
            return err_set(err, VIR_ERR_XML_ERROR, "guest '%s' has two USB controllers with index %u",
                           def->name, c->index);
        total += usb_ports(c);
        any = any || usb_ports(c) || is_xhci(c);        /* which may have been given none */
        none = none || str_is(c->model, "none");
    }
    none = none && !any;
    if (!any && !none)
        return 0;               /* no controller of a kind that has ports: what is there is refused later */
    if (domain_each_device(def, check_usb, err) < 0)
        return -1;
    domain_each_device(def, note_used, used);
    domain_each_device(def, count_usb, &u);
    if (!u.missing)
        return 0;
    if (none)
        return err_set_from(
            err, VIR_FROM_QEMU, VIR_ERR_CONFIG_UNSUPPORTED,
            "guest '%s' has no USB (a controller with model 'none') and a device that needs it", def->name);
    /* Where the ports do not suffice, hubs are added. */
    total += HUB_PORTS * def->n_hubs;
    int busy = 0;
    for (uint32_t i = 0; i < def->n_inputs; i++)
        busy += def->inputs[i]->info.address && def->inputs[i]->info.address->type == ADDRESS_TYPE_USB;
    for (uint32_t i = 0; i < def->n_redirdevs; i++)
        busy += def->redirdevs[i]->info.address && def->redirdevs[i]->info.address->type == ADDRESS_TYPE_USB;
    int lacking = (int)u.missing + busy - total;
    for (; lacking > 0; lacking -= 7) {
        struct domain_hub *hub = model_new(def, struct domain_hub);
        hub->type = HUB_TYPE_USB;
        model_list_append(def, def->hubs, def->n_hubs, hub);
    }
    for (u.turn = 0; u.turn <= LAST_TURN; u.turn++)
        if (domain_each_device(def, give_usb, &u) < 0)
            return -1;
    return 0;
}
