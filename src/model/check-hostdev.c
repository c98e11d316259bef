/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * check-hostdev: devices of the host that a guest is given, and leases; see check.h.
 */
#include <string.h>
#include "model/check.h"
#include "model/complete-parts.h"
#include "model/devices.h"

#define ERR_FROM VIR_FROM_DOMAIN

/* ---- as it is read -------------------------------------------------------------------------- */

static int read_usb(const struct domain_def *def, struct hostdev_source *s, struct err *err)
{
    if (s->has_vendor != s->has_product)
        return INTERNAL("a USB <hostdev> of guest '%s' has a <%s> and no <%s>", def->name,
                        s->has_vendor ? "vendor" : "product", s->has_vendor ? "product" : "vendor");
    if (s->has_vendor && !s->vendor)
        return MISSING("a USB <hostdev> of guest '%s' has the vendor id 0", def->name);
    if (s->has_vendor && s->address && !s->address->unit_bus && !s->address->device)
        s->address = NULL;      /* the ids find it */
    return 0;
}

static int read_iscsi(const struct domain_def *def, const struct hostdev_source *s, struct err *err)
{
    if (!s->name)
        return XML("an iSCSI <hostdev> of guest '%s' has no name in its <source>", def->name);
    if (!s->n_hosts)
        return XML("an iSCSI <hostdev> of guest '%s' has no <host> in its <source>", def->name);
    if (check_storage_host("an iSCSI <hostdev>", s->hosts[0], err) < 0)
        return -1;
    if (!s->hosts[0]->name)
        return XML("the <host> of an iSCSI <hostdev> of guest '%s' has no name", def->name);
    if (s->n_hosts > 1)
        return XML("an iSCSI <hostdev> of guest '%s' has %u <host>; it can have one", def->name, s->n_hosts);
    const struct storage_auth *a = s->auth;
    if (a && (!a->username || !*a->username || !a->secret))
        return err_set_from(err, VIR_FROM_STORAGE, VIR_ERR_XML_ERROR,
                            "the <auth> of an iSCSI <hostdev> of guest '%s' "
                            "has no %s",
                            def->name, a->secret ? "username" : "<secret>");
    if (a && a->secret->type && secret_usage_from(a->secret->type) && strcmp(a->secret->type, "iscsi"))
        return INTERNAL(
            "the <secret> in the <auth> of an iSCSI <hostdev> of guest '%s' has type '%s'; 'iscsi' is "
            "right",
            def->name, a->secret->type);
    if (a && g_strcmp0(a->secret->type, "iscsi"))
        return UNSUPPORTED(
            "the <secret> in the <auth> of an iSCSI <hostdev> of guest '%s' has type '%s'; 'iscsi' is "
            "right",
            def->name, a->secret->type ? a->secret->type : "");
    return !a ? 0 : secret_use_check(a->secret->has_uuid, a->secret->usage, "an iSCSI <hostdev>", err);
}

static int read_scsi(const struct domain_def *def, const struct hostdev_source *s, struct err *err)
{
    if (s->protocol == HOSTDEV_PROTOCOL_ISCSI)
        return read_iscsi(def, s, err);
    if (s->protocol == HOSTDEV_PROTOCOL_VHOST)
        return UNSUPPORTED(
            "a SCSI <hostdev> of guest '%s' cannot have protocol 'vhost'; type 'scsi_host' can", def->name);
    if (!s->address)
        return XML("a SCSI <hostdev> of guest '%s' has no <address> in its <source>", def->name);
    if (!s->adapter || !*s->adapter)
        return XML("a SCSI <hostdev> of guest '%s' does not name the <adapter> in its <source>", def->name);
    return 0;
}

static int read_scsi_host(const struct domain_def *def, const struct hostdev_source *s, struct err *err)
{
    if (!s->protocol)
        return XML(
            "a <hostdev> of type 'scsi_host' of guest '%s' has no protocol in its <source>; 'vhost' is one",
            def->name);
    if (s->protocol != HOSTDEV_PROTOCOL_VHOST)
        return UNSUPPORTED(
            "a <hostdev> of type 'scsi_host' of guest '%s' has protocol '%s'; 'vhost' is right", def->name,
            hostdev_protocol_str(s->protocol));
    if (!s->wwpn)
        return XML("a <hostdev> of type 'scsi_host' of guest '%s' has no wwpn in its <source>", def->name);
    if (!g_str_has_prefix(s->wwpn, "naa.") || strlen(s->wwpn) != 20 ||
        strspn(s->wwpn + 4, "0123456789abcdefABCDEF") != 16)
        return XML("the wwpn '%s' of a <hostdev> of guest '%s' has to be naa. and 16 hexadecimal digits",
                   s->wwpn, def->name);
    return 0;
}

static int read_mdev(const struct domain_def *def, const struct domain_hostdev *h, struct err *err)
{
    if (!h->model)
        return err_set_from(err, VIR_FROM_XML, VIR_ERR_XML_ERROR,
                            "a <hostdev> of type 'mdev' of guest '%s' has no model; "
                            "'vfio-pci' is one",
                            def->name);
    if (!h->source->address)
        return UNSUPPORTED("a <hostdev> of type 'mdev' of guest '%s' has no <address> in its <source>",
                           def->name);
    if (!h->source->address->has_uuid)
        return UNSUPPORTED(
            "a <hostdev> of type 'mdev' of guest '%s' has no uuid in the <address> of its <source>",
            def->name);
    return 0;
}

static int read_capabilities(const struct domain_def *def, const struct domain_hostdev *h, struct err *err)
{
    struct hostdev_source *s = h->source;
    bool storage = h->type == HOSTDEV_TYPE_STORAGE, misc = h->type == HOSTDEV_TYPE_MISC;
    if (!(storage ? s->block : misc ? s->character : s->interface))
        return XML("a <hostdev> of guest '%s' of type '%s' has no <%s> in its <source>", def->name,
                   hostdev_type_str(h->type), storage ? "block" : misc ? "char" : "interface");
    return h->type != HOSTDEV_TYPE_NET || (check_ips(def, h->ips, h->n_ips, err) == 0 &&
                                           check_routes(def, h->routes, h->n_routes, err) == 0)
               ? 0
               : -1;
}

int check_hostdev_read(struct domain_def *def, struct domain_hostdev *h, struct err *err)
{
    struct hostdev_source *s = h->source;
    if (h->mode == HOSTDEV_MODE_CAPABILITIES && h->type < HOSTDEV_TYPE_STORAGE)
        return UNSUPPORTED(
            "a <hostdev> of guest '%s' of mode 'capabilities' has type '%s'; it has to be storage, misc or "
            "net",
            def->name, hostdev_type_str(h->type));
    if (h->mode != HOSTDEV_MODE_CAPABILITIES && h->type > HOSTDEV_TYPE_MDEV)
        return UNSUPPORTED("a <hostdev> of guest '%s' of type '%s' needs mode='capabilities'", def->name,
                           hostdev_type_str(h->type));
    if (!s)
        return XML("a <hostdev> of guest '%s' has no <source>", def->name);
    if (h->mode == HOSTDEV_MODE_CAPABILITIES)
        return read_capabilities(def, h, err);
    if (s->other_policy)
        return UNSUPPORTED(
            "a <hostdev> of guest '%s' of type '%s' has a startupPolicy; that is for USB devices", def->name,
            hostdev_type_str(h->type));
    if ((h->sgio || h->rawio) && h->type != HOSTDEV_TYPE_SCSI)
        return XML("a <hostdev> of guest '%s' of type '%s' has %s=, which is for SCSI devices", def->name,
                   hostdev_type_str(h->type), h->sgio ? "sgio" : "rawio");
    if (h->model && h->type != HOSTDEV_TYPE_MDEV && h->type != HOSTDEV_TYPE_SCSI_HOST)
        return XML(
            "a <hostdev> of guest '%s' of type '%s' has a model, which is for types mdev and scsi_host",
            def->name, hostdev_type_str(h->type));
    if (h->model && (h->model < HOSTDEV_MODEL_VIRTIO) != (h->type == HOSTDEV_TYPE_MDEV))
        return err_set_from(err, VIR_FROM_XML, VIR_ERR_XML_ERROR,
                            "a <hostdev> of guest '%s' of type '%s' cannot have model "
                            "'%s'",
                            def->name, hostdev_type_str(h->type), hostdev_model_str(h->model));
    switch (h->type) {
    case HOSTDEV_TYPE_USB:
        return read_usb(def, s, err) < 0 ? -1 : check_usb_read(def, "device of the host", err);
    case HOSTDEV_TYPE_SCSI: return read_scsi(def, s, err);
    case HOSTDEV_TYPE_SCSI_HOST: return read_scsi_host(def, s, err);
    case HOSTDEV_TYPE_MDEV: return read_mdev(def, h, err);
    default: return 0;
    }
}

/* ---- as soon as all have their defaults ----------------------------------------------------- */

/* SCSI devices of the host share a bus with disks. */
int check_hostdev_first(const struct domain_def *def, uint32_t at, struct err *err)
{
    const struct device_address *a = def->hostdevs[at]->info.address;
    if (def->hostdevs[at]->type != HOSTDEV_TYPE_SCSI)
        return 0;
    for (uint32_t i = 0; i < def->n_hostdevs; i++)
        if (i != at && def->hostdevs[i]->type == HOSTDEV_TYPE_SCSI &&
            drive_is_same(a, def->hostdevs[i]->info.address))
            return UNSUPPORTED("SCSI <hostdev> %u and %u of guest '%s' have the same address", at + 1, i + 1,
                               def->name);
    for (uint32_t i = 0; i < def->n_disks; i++)
        if (def->disks[i]->bus == DISK_BUS_SCSI && drive_is_same(a, def->disks[i]->info.address))
            return XML("a SCSI <hostdev> of guest '%s' has the address of disk '%s'", def->name,
                       def->disks[i]->target);
    return 0;
}

/* ---- what nobody could run ------------------------------------------------------------------ */

static bool same_device(const struct domain_hostdev *a, const struct domain_hostdev *b)
{
    const struct hostdev_source *s = a->source, *t = b->source;
    if (a->mode != b->mode || a->type != b->type || s->protocol != t->protocol)
        return false;
    switch (a->type) {
    case HOSTDEV_TYPE_STORAGE: return !g_strcmp0(s->block, t->block);
    case HOSTDEV_TYPE_MISC: return !g_strcmp0(s->character, t->character);
    case HOSTDEV_TYPE_NET: return !g_strcmp0(s->interface, t->interface);
    case HOSTDEV_TYPE_SCSI_HOST: return !g_strcmp0(s->wwpn, t->wwpn);
    case HOSTDEV_TYPE_SCSI:
        if (s->protocol == HOSTDEV_PROTOCOL_ISCSI)
            return !g_strcmp0(s->name, t->name) && !g_strcmp0(s->hosts[0]->name, t->hosts[0]->name) &&
                !g_strcmp0(s->hosts[0]->port, t->hosts[0]->port);
        if (g_strcmp0(s->adapter, t->adapter))
            return false;
        break;
    case HOSTDEV_TYPE_USB:
        if (s->vendor != t->vendor || s->product != t->product)
            return false;
        break;
    default:
        break;
    }
    const struct hostdev_host_address *x = s->address, *y = t->address;
    if (!x || !y)
        return !x && !y;
    return x->domain == y->domain && x->bus == y->bus && x->slot == y->slot && x->function == y->function &&
           x->unit_bus == y->unit_bus && x->device == y->device && x->target == y->target &&
           x->unit == y->unit && !memcmp(x->uuid, y->uuid, sizeof(x->uuid));
}

/* The address that an interface takes from the host: of a PCI or a USB device. */
static const struct hostdev_source_address *taken(const struct domain_interface *n)
{
    return n->type == INTERFACE_TYPE_HOSTDEV && n->source ? n->source->host_address : NULL;
}

static bool
takes(const struct domain_interface *n, enum hostdev_type type, unsigned domain, unsigned bus, unsigned slot,
      unsigned function, unsigned device)
{
    const struct hostdev_source_address *a = taken(n);
    bool usb = a && a->type == ADDRESS_TYPE_USB;
    if (!a || type != (usb ? HOSTDEV_TYPE_USB : HOSTDEV_TYPE_PCI))
        return false;
    return usb ? a->usb_bus == bus && a->device == device
               : a->pci.bus == bus && a->pci.domain == domain && a->pci.slot == slot &&
                     a->pci.function == function;
}

bool hostdev_is_interface(const struct domain_hostdev *h, const struct domain_interface *n)
{
    const struct hostdev_host_address *o = h->source->address;
    return o && h->mode == HOSTDEV_MODE_SUBSYSTEM &&
           takes(n, h->type, o->domain, h->type == HOSTDEV_TYPE_USB ? o->unit_bus : o->bus, o->slot,
                 o->function, o->device);
}

static int check_taken(const struct domain_def *def, struct err *err)
{
    for (uint32_t i = 0; i < def->n_interfaces; i++) {
        const struct hostdev_source_address *a = taken(def->interfaces[i]);
        bool twice = false, usb = a && a->type == ADDRESS_TYPE_USB;
        for (uint32_t k = 0; a && k < i; k++)
            twice |= takes(def->interfaces[k], usb ? HOSTDEV_TYPE_USB : HOSTDEV_TYPE_PCI, a->pci.domain,
                           usb ? a->usb_bus : a->pci.bus, a->pci.slot, a->pci.function, a->device);
        for (uint32_t k = 0; a && k < def->n_hostdevs; k++)
            twice |= hostdev_is_interface(def->hostdevs[k], def->interfaces[i]);
        if (twice)
            return XML("guest '%s' is given the same device of the host twice, once as interface %u",
                       def->name, i + 1);
    }
    return 0;
}

int check_host_address(const struct domain_def *def, const char *what, bool usb, enum address_type t,
                       struct err *err)
{
    if (!t || t == (usb ? ADDRESS_TYPE_USB : ADDRESS_TYPE_PCI) || (!usb && t == ADDRESS_TYPE_UNASSIGNED))
        return 0;
    return err_set(err, usb ? VIR_ERR_CONFIG_UNSUPPORTED : VIR_ERR_INTERNAL_ERROR,
                   "a %s %s of guest '%s' cannot have an address of type '%s'", usb ? "USB" : "PCI", what,
                   def->name, address_type_str(t));
}

static int check_teaming(const struct domain_def *def, const struct domain_hostdev *h, struct err *err)
{
    if (h->teaming && h->type != HOSTDEV_TYPE_PCI)
        return UNSUPPORTED("a <hostdev> of guest '%s' of type '%s' cannot have a <teaming>", def->name,
                           hostdev_type_str(h->type));
    if (h->teaming && h->teaming->type != TEAMING_TYPE_TRANSIENT)
        return UNSUPPORTED("the <teaming> of a <hostdev> of guest '%s' has to be of type 'transient'",
                           def->name);
    if (h->teaming && !h->teaming->persistent)
        return UNSUPPORTED(
            "the <teaming> of a <hostdev> of guest '%s' does not name its persistent interface", def->name);
    return 0;
}

int check_hostdev(const struct domain_def *def, uint32_t at, struct err *err)
{
    const struct domain_hostdev *h = def->hostdevs[at];
    enum address_type t = h->info.address ? h->info.address->type : ADDRESS_TYPE_UNSET;
    if ((h->type == HOSTDEV_TYPE_PCI || h->type == HOSTDEV_TYPE_USB) &&
        check_host_address(def, "<hostdev>", h->type == HOSTDEV_TYPE_USB, t, err) < 0)
        return -1;
    if (h->type == HOSTDEV_TYPE_SCSI && t && t != ADDRESS_TYPE_DRIVE)
        return UNSUPPORTED("a SCSI <hostdev> of guest '%s' has an address of type '%s'; 'drive' is right",
                           def->name, address_type_str(t));
    if (h->type == HOSTDEV_TYPE_SCSI_HOST && t && t != ADDRESS_TYPE_PCI && t != ADDRESS_TYPE_CCW)
        return UNSUPPORTED("a <hostdev> of type 'scsi_host' of guest '%s' has an address of type '%s'; "
                           "'pci' and 'ccw' are right",
                           def->name, address_type_str(t));
    if (h->type == HOSTDEV_TYPE_MDEV && t &&
        ((h->model == HOSTDEV_MODEL_VFIO_PCI && t != ADDRESS_TYPE_PCI) ||
         (h->model == HOSTDEV_MODEL_VFIO_CCW && t != ADDRESS_TYPE_CCW)))
        return XML("a <hostdev> of model '%s' of guest '%s' cannot have an address of type '%s'",
                   hostdev_model_str(h->model), def->name, address_type_str(t));
    if (check_teaming(def, h, err) < 0)
        return -1;
    return h->sgio == DISK_SGIO_UNFILTERED
               ? UNSUPPORTED("a <hostdev> of guest '%s': sgio='unfiltered' is not possible any more",
                             def->name)
               : 0;
}

int check_hostdevs_unique(const struct domain_def *def, struct err *err)
{
    for (uint32_t i = 0; i < def->n_hostdevs; i++)
        for (uint32_t k = 0; k < i; k++)
            if (same_device(def->hostdevs[i], def->hostdevs[k]))
                return XML(
                    "guest '%s' has the same device of the host twice: <hostdev> %u and %u of type '%s'",
                    def->name, k + 1, i + 1, hostdev_type_str(def->hostdevs[i]->type));
    return check_taken(def, err);
}
