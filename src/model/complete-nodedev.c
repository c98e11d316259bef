/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-nodedev: devices of the host that users create; see complete-host.h.
 */
#include "model/complete-host.h"

#include "model/complete-parts.h"

#define ERR_FROM VIR_FROM_NODEDEV

static const char *
name_of(const struct node_device_def *def)
{
    return def->name ? def->name : "new device";
}

static int
lacks(struct err *err, const struct node_device_def *def, const char *what)
{
    return err_set(err, VIR_ERR_INTERNAL_ERROR, "device '%s' has no %s", name_of(def), what);
}

/* What says which device of its kind it is, and is not there or no such word; NULL: all is well. */
static const char *
unsettled(const struct nodedev_capability *c)
{
    bool channel = c->type == NODEDEV_CAP_CCW || c->type == NODEDEV_CAP_CSS;
    bool adapter = c->type == NODEDEV_CAP_AP_CARD || c->type == NODEDEV_CAP_AP_QUEUE;

    if (channel && (!c->has_cssid || !c->has_ssid || !c->has_devno))
        return "<cssid>, <ssid> and <devno>";
    if (adapter && !c->has_ap_adapter)
        return "<ap-adapter>";
    if (c->type == NODEDEV_CAP_AP_QUEUE && !c->has_ap_domain)
        return "<ap-domain>";
    if (c->type == NODEDEV_CAP_MDEV && (!c->n_types || !c->types[0]->id))
        return "<type id='…'/>";
    if (c->type == NODEDEV_CAP_DRM && g_strcmp0(c->kind, "primary") && g_strcmp0(c->kind, "control") &&
        g_strcmp0(c->kind, "render"))
        return "<type> that is primary, control or render";
    if (c->type == NODEDEV_CAP_NET && c->n_capabilities && c->capabilities[0]->type != NODEDEV_CAP_80203 &&
        c->capabilities[0]->type != NODEDEV_CAP_80211)
        return "<capability> of type 80203 or 80211";
    return NULL;
}

static int
check_settings(const struct node_device_def *def, const struct nodedev_capability *c, struct err *err)
{
    const char *what = unsettled(c);

    return !what ? 0
                 : err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "device '%s' of type '%s' has no %s",
                           name_of(def), nodedev_cap_str(c->type), what);
}

int
node_device_read_check(const struct node_device_def *def, struct err *err)
{
    if (def->parent && !def->parent->wwnn != !def->parent->wwpn)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "the <parent> of device '%s' has one of wwnn= and wwpn=, which go together",
                       name_of(def));
    for (uint32_t i = 0; i < def->n_capabilities; i++)
        if (check_settings(def, def->capabilities[i], err) < 0)
            return -1;
    return 0;
}

static int
complete_mdev(struct node_device_def *def, struct nodedev_capability *c, struct err *err)
{
    if (check_settings(def, c, err) < 0)
        return -1;
    if (!def->parent || !def->parent->name)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "mediated device '%s' has no <parent>", name_of(def));
    for (uint32_t i = 0; i < c->n_attrs;) {
        if (c->attrs[i]->name && c->attrs[i]->value)
            i++;
        else
            model_list_remove(c->attrs, c->n_attrs, i);
    }
    return 0;
}

/* A virtual fibre channel port: both of its names or none, which the host then makes up. */
static int
complete_scsi_host(struct node_device_def *def, struct nodedev_capability *c, struct err *err)
{
    for (uint32_t i = 0; i < c->n_capabilities; i++) {
        const struct nodedev_capability *k = c->capabilities[i];
        if (k->type != NODEDEV_CAP_FC_HOST)
            continue;
        if (wwn_check(k->wwnn, name_of(def), err) < 0 || wwn_check(k->wwpn, name_of(def), err) < 0)
            return -1;
        if (!k->wwnn != !k->wwpn)
            return lacks(err, def, k->wwnn ? "<wwpn>" : "<wwnn>");
    }
    return 0;
}

int
node_device_complete(struct node_device_def *def, struct err *err)
{
    if (!def->n_capabilities)
        return lacks(err, def, "<capability>, which says what it is");
    struct nodedev_capability *c = def->capabilities[0];
    switch (c->type) {
    case NODEDEV_CAP_UNSET:
        return err_set_from(err, VIR_FROM_XML, VIR_ERR_XML_ERROR,
                            "<capability> of device '%s' has no type=", name_of(def));
    case NODEDEV_CAP_MDEV:
        return complete_mdev(def, c, err);
    case NODEDEV_CAP_SCSI_HOST:
        return complete_scsi_host(def, c, err);
    case NODEDEV_CAP_SYSTEM:
        return c->hardware && c->hardware->has_uuid ? 0 : lacks(err, def, "uuid of the system");
    case NODEDEV_CAP_PCI:
        return c->has_domain ? 0 : lacks(err, def, "<domain> of its PCI address");
    case NODEDEV_CAP_USB:
        return c->has_number ? 0 : lacks(err, def, "<number> of its USB interface");
    case NODEDEV_CAP_NET:
        return c->interface ? 0 : lacks(err, def, "<interface>");
    case NODEDEV_CAP_STORAGE:
        return c->block ? 0 : lacks(err, def, "<block> path");
    default:
        return 0;
    }
}

/* ---- devices that are there ----------------------------------------------------------------- */

/* What a capability has to say and does not; NULL: all is there. */
static const char *
lacks_what(const struct nodedev_capability *c)
{
    switch (c->type) {
    case NODEDEV_CAP_SYSTEM:
        return !c->hardware || !c->hardware->has_uuid ? "uuid of the system" : NULL;
    case NODEDEV_CAP_PCI:
        return !c->has_domain || !c->has_bus || !c->has_slot || !c->has_function ? "complete PCI address"
               : !c->vendor || !c->vendor->has_id || !c->product || !c->product->has_id
                   ? "ids of vendor and product"
                   : NULL;
    case NODEDEV_CAP_USB_DEVICE:
        return !c->has_bus || !c->has_device ? "complete USB address"
               : !c->vendor || !c->vendor->has_id || !c->product || !c->product->has_id
                   ? "ids of vendor and product"
                   : NULL;
    case NODEDEV_CAP_USB:
        return !c->has_number || !c->has_usb_class || !c->has_subclass || !c->has_protocol ?
            "complete description of its USB interface" : NULL;
    case NODEDEV_CAP_NET:
        return !c->interface ? "<interface>" : NULL;
    case NODEDEV_CAP_SCSI_HOST:
        return !c->has_host ? "<host> number" : NULL;
    case NODEDEV_CAP_FC_HOST:
        return !c->wwnn || !c->wwpn ? "<wwnn> and <wwpn>" : NULL;
    case NODEDEV_CAP_SCSI_TARGET:
        return !c->target_name ? "<target>" : NULL;
    case NODEDEV_CAP_SCSI:
        return !c->has_host || !c->has_bus || !c->has_target || !c->has_lun ? "complete SCSI address" : NULL;
    case NODEDEV_CAP_STORAGE: {
        bool removable = c->n_capabilities && c->capabilities[0]->type == NODEDEV_CAP_REMOVABLE;
        return !c->block ? "<block> path" : !removable && !c->has_size ? "<size>" : NULL;
    }
    case NODEDEV_CAP_REMOVABLE:
        return !c->has_media_size ? "<media_size>" : NULL;
    default:
        return NULL;
    }
}

/* The order in which the capabilities of a capability are told. */
static unsigned
rank(enum nodedev_cap type)
{
    static const enum nodedev_cap order[] = { NODEDEV_CAP_PHYS_FUNCTION, NODEDEV_CAP_VIRT_FUNCTIONS,
                                              NODEDEV_CAP_PCI_BRIDGE,    NODEDEV_CAP_CARDBUS_BRIDGE,
                                              NODEDEV_CAP_MDEV_TYPES,    NODEDEV_CAP_VPD,
                                              NODEDEV_CAP_FC_HOST,       NODEDEV_CAP_VPORT_OPS };
    unsigned i = 0;

    while (i < G_N_ELEMENTS(order) && order[i] != type)
        i++;
    return i;
}

static int
check_capability(const struct node_device_def *def, struct nodedev_capability *c, struct err *err)
{
    const char *what = lacks_what(c);
    if (what)
        return lacks(err, def, what);
    if (c->type == NODEDEV_CAP_SYSTEM && !c->firmware)
        c->firmware = model_new(def, struct nodedev_firmware);
    if (check_settings(def, c, err) < 0)
        return -1;
    for (uint32_t i = 0; i < c->n_capabilities; i++) {
        struct nodedev_capability *k = c->capabilities[i];
        if (check_capability(def, k, err) < 0)
            return -1;
        uint32_t at = i;
        for (; at && rank(c->capabilities[at - 1]->type) > rank(k->type); at--)
            c->capabilities[at] = c->capabilities[at - 1];
        c->capabilities[at] = k;
    }
    return 0;
}

/* The node itself before the links to it. */
static void
sort_devnodes(struct node_device_def *def)
{
    uint32_t front = 0;
    for (uint32_t i = 0; i < def->n_devnodes; i++) {
        struct nodedev_devnode *node = def->devnodes[i];
        if (node->type != NODEDEV_DEVNODE_TYPE_DEV)
            continue;
        for (uint32_t at = i; at > front; at--)
            def->devnodes[at] = def->devnodes[at - 1];
        def->devnodes[front++] = node;
    }
}

int
node_device_check(struct node_device_def *def, struct err *err)
{
    sort_devnodes(def);
    if (!def->n_capabilities)
        return lacks(err, def, "<capability>, which says what it is");
    for (uint32_t i = 0; i < def->n_capabilities; i++)
        if (check_capability(def, def->capabilities[i], err) < 0)
            return -1;
    return 0;
}
