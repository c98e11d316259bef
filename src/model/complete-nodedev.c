/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-nodedev: devices of the host, those that are there and those to be made; see complete-host.h.
 */
#include "model/complete-host.h"

#include "model/complete-nodedev.h"
#include "model/engine.h"
#include "model/read-fault.h"

#include <glib.h>
#include <string.h>

#define ERR_FROM VIR_FROM_NODEDEV

static const char *
name_of(const struct node_device_def *def)
{
    return def->name ? def->name : "new device";
}

/* ---- what each kind of capability says ------------------------------------------------------- */

/* In the order in which it is read, and so in which faults are told. */
static const struct step {
    enum nodedev_cap of;
    const char *part;           /* "a/b": b of the element a */
    int missing;                /* how it is told that it is not there; 0: it need not be */
    enum { ALWAYS, IF_THERE } when;     /* is it needed or read of devices that are there only? */
} steps[] = {
    { NODEDEV_CAP_SYSTEM, "hardware/uuid", VIR_ERR_INTERNAL_ERROR },
    { NODEDEV_CAP_PCI, "class" },
    { NODEDEV_CAP_PCI, "domain", VIR_ERR_INTERNAL_ERROR },
    { NODEDEV_CAP_PCI, "bus", VIR_ERR_INTERNAL_ERROR },
    { NODEDEV_CAP_PCI, "slot", VIR_ERR_INTERNAL_ERROR },
    { NODEDEV_CAP_PCI, "function", VIR_ERR_INTERNAL_ERROR },
    { NODEDEV_CAP_PCI, "vendor/@id", VIR_ERR_INTERNAL_ERROR },
    { NODEDEV_CAP_PCI, "product/@id", VIR_ERR_INTERNAL_ERROR },
    { NODEDEV_CAP_PCI, "capability" },
    { NODEDEV_CAP_PCI, "iommuGroup" },
    { NODEDEV_CAP_PCI, "numa" },
    { NODEDEV_CAP_PCI, "pci-express" },
    { NODEDEV_CAP_USB_DEVICE, "bus", VIR_ERR_INTERNAL_ERROR },
    { NODEDEV_CAP_USB_DEVICE, "device", VIR_ERR_INTERNAL_ERROR },
    { NODEDEV_CAP_USB_DEVICE, "vendor/@id", VIR_ERR_INTERNAL_ERROR },
    { NODEDEV_CAP_USB_DEVICE, "product/@id", VIR_ERR_INTERNAL_ERROR },
    { NODEDEV_CAP_USB, "number", VIR_ERR_INTERNAL_ERROR },
    { NODEDEV_CAP_USB, "class", VIR_ERR_INTERNAL_ERROR },
    { NODEDEV_CAP_USB, "subclass", VIR_ERR_INTERNAL_ERROR },
    { NODEDEV_CAP_USB, "protocol", VIR_ERR_INTERNAL_ERROR },
    { NODEDEV_CAP_NET, "interface", VIR_ERR_INTERNAL_ERROR },
    { NODEDEV_CAP_NET, "feature" },
    { NODEDEV_CAP_NET, "capability" },
    { NODEDEV_CAP_NET, "link" },
    { NODEDEV_CAP_SCSI_HOST, "host", VIR_ERR_INTERNAL_ERROR, IF_THERE },
    { NODEDEV_CAP_SCSI_HOST, "unique_id", 0, IF_THERE },
    { NODEDEV_CAP_SCSI_HOST, "capability" },
    { NODEDEV_CAP_FC_HOST, "wwnn", VIR_ERR_INTERNAL_ERROR },
    { NODEDEV_CAP_FC_HOST, "wwpn", VIR_ERR_INTERNAL_ERROR },
    { NODEDEV_CAP_SCSI_TARGET, "target", VIR_ERR_INTERNAL_ERROR },
    { NODEDEV_CAP_SCSI_TARGET, "capability" },
    { NODEDEV_CAP_FC_REMOTE_PORT, "rport", VIR_ERR_INTERNAL_ERROR },
    { NODEDEV_CAP_FC_REMOTE_PORT, "wwpn", VIR_ERR_INTERNAL_ERROR },
    { NODEDEV_CAP_SCSI, "host", VIR_ERR_INTERNAL_ERROR },
    { NODEDEV_CAP_SCSI, "bus", VIR_ERR_INTERNAL_ERROR },
    { NODEDEV_CAP_SCSI, "target", VIR_ERR_INTERNAL_ERROR },
    { NODEDEV_CAP_SCSI, "lun", VIR_ERR_INTERNAL_ERROR },
    { NODEDEV_CAP_STORAGE, "block", VIR_ERR_INTERNAL_ERROR },
    { NODEDEV_CAP_STORAGE, "capability" },
    { NODEDEV_CAP_STORAGE, "size", VIR_ERR_INTERNAL_ERROR },
    { NODEDEV_CAP_REMOVABLE, "media_size", VIR_ERR_INTERNAL_ERROR },
    { NODEDEV_CAP_MDEV, "type/@id", VIR_ERR_CONFIG_UNSUPPORTED },
    { NODEDEV_CAP_MDEV, "uuid" },
    { NODEDEV_CAP_MDEV, "iommuGroup" },
    { NODEDEV_CAP_CCW, "cssid", VIR_ERR_CONFIG_UNSUPPORTED },
    { NODEDEV_CAP_CCW, "ssid", VIR_ERR_CONFIG_UNSUPPORTED },
    { NODEDEV_CAP_CCW, "devno", VIR_ERR_CONFIG_UNSUPPORTED },
    { NODEDEV_CAP_CSS, "cssid", VIR_ERR_CONFIG_UNSUPPORTED },
    { NODEDEV_CAP_CSS, "ssid", VIR_ERR_CONFIG_UNSUPPORTED },
    { NODEDEV_CAP_CSS, "devno", VIR_ERR_CONFIG_UNSUPPORTED },
    { NODEDEV_CAP_CSS, "channel_dev_addr/cssid", VIR_ERR_CONFIG_UNSUPPORTED },
    { NODEDEV_CAP_CSS, "channel_dev_addr/ssid", VIR_ERR_CONFIG_UNSUPPORTED },
    { NODEDEV_CAP_CSS, "channel_dev_addr/devno", VIR_ERR_CONFIG_UNSUPPORTED },
    { NODEDEV_CAP_CSS, "capability" },
    { NODEDEV_CAP_AP_CARD, "ap-adapter", VIR_ERR_CONFIG_UNSUPPORTED },
    { NODEDEV_CAP_AP_QUEUE, "ap-adapter", VIR_ERR_CONFIG_UNSUPPORTED },
    { NODEDEV_CAP_AP_QUEUE, "ap-domain", VIR_ERR_CONFIG_UNSUPPORTED },
    { NODEDEV_CAP_AP_MATRIX, "capability" },
    { NODEDEV_CAP_PHYS_FUNCTION, "address", VIR_ERR_XML_ERROR },
    { NODEDEV_CAP_VIRT_FUNCTIONS, "@maxCount" },
    { NODEDEV_CAP_VIRT_FUNCTIONS, "address" },
    { NODEDEV_CAP_VPD, "name", VIR_ERR_XML_ERROR },
    { NODEDEV_CAP_VPD, "fields" },
};

static const struct model_field *
field_of(const struct model_table *t, const char *part, unsigned disc)
{
    bool attr = *part == '@';
    for (unsigned i = 0; i < t->n_fields; i++) {
        const struct model_field *f = &t->fields[i];
        if (attr == !!(f->flags & MODEL_ATTR) && !strcmp(f->name, part + attr) && field_exists(f, disc, 0))
            return f;
    }
    return NULL;
}

/* Does it say something there?  Where and as what a fault in it is told: *owner and *inner. */
static bool
says(const struct nodedev_capability *c, const char *part, const void **owner, const char **inner)
{
    const char *slash = strchr(part, '/');
    g_autofree char *outer = slash ? g_strndup(part, slash - part) : g_strdup(part);
    const struct model_field *f = field_of(&nodedev_capability_table, outer, c->type);
    *owner = c;
    *inner = part;
    if (!f)
        return false;
    if (f->kind == MODEL_K_LIST ? !FIELD_COUNT(c, f) : f->kind == MODEL_K_STRUCT ? !FIELD_SUB(c, f) : false)
        return false;
    if (!slash)
        return f->kind == MODEL_K_LIST || f->kind == MODEL_K_STRUCT || f->kind == MODEL_K_GROUP ||
               scalar_given(f, c);
    *owner = f->kind == MODEL_K_LIST ? **(void *const *const *)FIELD_CPTR(c, f->offset) : FIELD_SUB(c, f);
    *inner = slash + 1;
    f = field_of(f->sub, *inner, 0);
    return f && scalar_given(f, *owner);
}

static bool
is_removable(const struct nodedev_capability *c)
{
    for (uint32_t i = 0; i < c->n_capabilities; i++)
        if (c->capabilities[i]->type == NODEDEV_CAP_REMOVABLE)
            return true;
    return false;
}

/* What may be left out although its kind needs it: channels of none, and the size of what has media. */
static bool
excused(const struct nodedev_capability *c, const char *part)
{
    return g_str_has_prefix(part, "channel_dev_addr") ? !c->channel_dev_addr
           : c->type == NODEDEV_CAP_STORAGE           ? !strcmp(part, "size") && is_removable(c)
                                                      : false;
}

static int
check_mdev_types(const struct node_device_def *def, const struct nodedev_capability *c, struct err *err)
{
    for (uint32_t i = 0; c->type == NODEDEV_CAP_MDEV_TYPES && i < c->n_types; i++) {
        const struct nodedev_mdev_type *t = c->types[i];
        const char *what = !t->id ? "id= of a <type>" : !t->device_api ? "<deviceAPI> of a <type>"
             : !t->has_available_instances ? "<availableInstances> of a <type>" : NULL;
        if (what)
            return err_set(err, VIR_ERR_XML_ERROR, "<capability type='%s'> of device '%s' has no %s",
                           nodedev_cap_str(c->type), name_of(def), what);
    }
    return 0;
}

/* Words and numbers that mean nothing. */
static int
check_settings(const struct node_device_def *def, const struct nodedev_capability *c, struct err *err)
{
    const char *what =
        c->type == NODEDEV_CAP_AP_QUEUE && c->ap_domain > UINT8_MAX ? "<ap-domain> from 0 to 255"
        : c->type == NODEDEV_CAP_DRM && g_strcmp0(c->kind, "primary") && g_strcmp0(c->kind, "control") &&
                g_strcmp0(c->kind, "render")
            ? "<type> that is primary, control or render"
            : NULL;

    return !what ? 0
                 : err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "device '%s' of type '%s' has no %s",
                           name_of(def), nodedev_cap_str(c->type), what);
}

/* present: the device is there; one that is to be made leaves more open. */
static int
check_capability(const struct node_device_def *def, struct nodedev_capability *c, bool present,
                 struct err *err)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(steps); i++) {
        const struct step *s = &steps[i];
        const void *owner;
        const char *inner;
        if (s->of != c->type)
            continue;
        if ((s->when == IF_THERE && !present) || excused(c, s->part)) {
            fault_forget(c, s->part);
            continue;
        }
        if (!strcmp(s->part, "capability")) {
            if (nodedev_choose_parts(def, c, err) < 0)
                return -1;
            for (uint32_t k = 0; k < c->n_capabilities; k++)
                if (check_capability(def, c->capabilities[k], present, err) < 0)
                    return -1;
            continue;
        }
        for (uint32_t k = 0; k < c->n_links; k++)
            if (!c->links[k]->validity)         /* nobody reads such a link any further */
                fault_forget(c->links[k], NULL);
        bool given = says(c, s->part, &owner, &inner);
        if (fault_in(owner, inner, err) < 0)
            return -1;
        if (s->missing && !given)
            return err_set(err, s->missing, "device '%s' of type '%s' has no <%s>", name_of(def),
                           nodedev_cap_str(c->type), s->part);
    }
    /* also of those that have none at all */
    if (nodedev_choose_parts(def, c, err) < 0 || check_settings(def, c, err) < 0 ||
        check_mdev_types(def, c, err) < 0 || nodedev_tidy(def, c, err) < 0)
        return -1;
    nodedev_sort_parts(def, c);
    return 0;
}

/* Parts of capabilities are no devices themselves, and of two kinds documents tell nothing. */
static int
check_kind(const struct node_device_def *def, const struct nodedev_capability *c, struct err *err)
{
    if (fault_in(c, "@type", err) < 0)
        return -1;
    if (c->type == NODEDEV_CAP_UNSET || c->type > NODEDEV_CAP_VPD)
        return err_set_from(err, VIR_FROM_XML, VIR_ERR_XML_ERROR,
                            "device '%s' has a <capability> without a type= that is one of devices",
                            name_of(def));
    switch (c->type) {
    case NODEDEV_CAP_FC_HOST:
    case NODEDEV_CAP_VPORTS:
    case NODEDEV_CAP_SCSI_GENERIC:
    case NODEDEV_CAP_MDEV_TYPES:
    case NODEDEV_CAP_VDPA:
    case NODEDEV_CAP_VPD:
        return err_set(err, VIR_ERR_INTERNAL_ERROR,
                       "the document of device '%s' cannot tell of a capability of type '%s'", name_of(def),
                       nodedev_cap_str(c->type));
    default:
        return 0;
    }
}

static bool
says_something(const char *s)
{
    return s && *s;
}

static int
read_check(struct node_device_def *def, bool present, struct err *err)
{
    if (present && (!def->name || !*def->name))
        return err_set(err, VIR_ERR_NO_NAME, "the document of a device has no <name>");
    if (fault_in(def, "devnode", err) < 0)
        return -1;
    if (def->parent && !says_something(def->parent->wwnn) != !says_something(def->parent->wwpn))
        return err_set(err, VIR_ERR_XML_ERROR,
                       "the <parent> of device '%s' has one of wwnn= and wwpn=, which go together",
                       name_of(def));
    if (!def->n_capabilities)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "device '%s' has no <capability>, which says what it is",
                       name_of(def));
    for (uint32_t i = 0; i < def->n_capabilities; i++)
        if (check_kind(def, def->capabilities[i], err) < 0 ||
            check_capability(def, def->capabilities[i], present, err) < 0)
            return -1;
    return 0;
}

int
node_device_read_check(struct node_device_def *def, struct err *err)
{
    return read_check(def, false, err);
}

/* ---- devices that are there ----------------------------------------------------------------- */

/* The node itself, of which there is one, before the links to it. */
static void
sort_devnodes(struct node_device_def *def)
{
    struct nodedev_devnode *self = NULL;
    for (uint32_t i = def->n_devnodes; i-- > 0;) {
        struct nodedev_devnode *node = def->devnodes[i];
        if (node->type != NODEDEV_DEVNODE_TYPE_DEV)
            continue;
        if (!self)
            self = node;            /* the last one counts */
        model_list_remove(def->devnodes, def->n_devnodes, i);
    }
    if (self)
        model_list_insert(def, def->devnodes, def->n_devnodes, 0, self);
}

int
node_device_check(struct node_device_def *def, struct err *err)
{
    sort_devnodes(def);
    if (read_check(def, true, err) < 0)
        return -1;
    if (def->parent) {          /* how else a parent can be named is for those who make devices */
        def->parent->wwnn = def->parent->wwpn = def->parent->fabric_wwn = NULL;
        if (!def->parent->name)
            def->parent = NULL;
    }
    return 0;
}
