/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-nodedev: devices of the host, those that are there and those to be made; see complete-host.h.
 */
#include "model/complete-host.h"

#include "model/complete-nodedev.h"

#include <glib.h>

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
    if (c->channel_dev_addr && (!c->channel_dev_addr->has_cssid || !c->channel_dev_addr->has_ssid ||
                                !c->channel_dev_addr->has_devno))
        return "<channel_dev_addr> with <cssid>, <ssid> and <devno>";
    if (adapter && !c->has_ap_adapter)
        return "<ap-adapter>";
    if (c->type == NODEDEV_CAP_AP_QUEUE && (!c->has_ap_domain || c->ap_domain > UINT8_MAX))
        return "<ap-domain> from 0 to 255";
    if (c->type == NODEDEV_CAP_MDEV && (!c->n_types || !c->types[0]->id))
        return "<type id='…'/>";
    if (c->type == NODEDEV_CAP_DRM && g_strcmp0(c->kind, "primary") && g_strcmp0(c->kind, "control") &&
        g_strcmp0(c->kind, "render"))
        return "<type> that is primary, control or render";
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

/* What a capability has to say and does not; NULL: all is there. */
static const char *
lacks_what(const struct nodedev_capability *c, bool present)
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
        return present && !c->has_host ? "<host> number" : NULL;
    case NODEDEV_CAP_FC_HOST:
        return present && (!c->wwnn || !c->wwpn) ? "<wwnn> and <wwpn>" : NULL;
    case NODEDEV_CAP_SCSI_TARGET:
        return !c->target_name ? "<target>" : NULL;
    case NODEDEV_CAP_SCSI:
        return !c->has_host || !c->has_bus || !c->has_target || !c->has_lun ? "complete SCSI address" : NULL;
    case NODEDEV_CAP_STORAGE: {
        bool removable = false;
        for (uint32_t i = 0; i < c->n_capabilities; i++)
            removable |= c->capabilities[i]->type == NODEDEV_CAP_REMOVABLE;
        return !c->block ? "<block> path" : !removable && !c->has_size ? "<size>" : NULL;
    }
    case NODEDEV_CAP_FC_REMOTE_PORT:
        return !c->rport ? "<rport>" : !c->wwpn ? "<wwpn>" : NULL;
    case NODEDEV_CAP_REMOVABLE:
        return !c->has_media_size ? "<media_size>" : NULL;
    default:
        return NULL;
    }
}

static int
check_xml(const struct node_device_def *def, const struct nodedev_capability *c, struct err *err)
{
    const char *what = c->type == NODEDEV_CAP_PHYS_FUNCTION && !c->n_addresses ? "<address>"
                       : c->type == NODEDEV_CAP_VPD && !c->name                ? "<name>"
                                                                               : NULL;

    for (uint32_t i = 0; c->type == NODEDEV_CAP_MDEV_TYPES && i < c->n_types && !what; i++) {
        const struct nodedev_mdev_type *t = c->types[i];
        what = !t->id ? "id= of a <type>" : !t->device_api ? "<deviceAPI> of a <type>"
             : !t->has_available_instances ? "<availableInstances> of a <type>" : NULL;
    }
    return !what ? 0
                 : err_set(err, VIR_ERR_XML_ERROR, "<capability type='%s'> of device '%s' has no %s",
                           nodedev_cap_str(c->type), name_of(def), what);
}

/* present: the device is there; one that is to be made leaves more open. */
static int
check_capability(const struct node_device_def *def, struct nodedev_capability *c, bool present,
                 struct err *err)
{
    const char *what = lacks_what(c, present);
    if (what)
        return lacks(err, def, what);
    if (check_settings(def, c, err) < 0 || check_xml(def, c, err) < 0 || nodedev_tidy(def, c, err) < 0)
        return -1;
    for (uint32_t i = 0; i < c->n_capabilities; i++)
        if (check_capability(def, c->capabilities[i], present, err) < 0)
            return -1;
    nodedev_sort_parts(def, c);
    return 0;
}

/* Parts of capabilities are no devices themselves, and of two kinds documents tell nothing. */
static int
check_kind(const struct node_device_def *def, const struct nodedev_capability *c, struct err *err)
{
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

static int
read_check(struct node_device_def *def, bool present, struct err *err)
{
    if (def->parent && !def->parent->wwnn != !def->parent->wwpn)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "the <parent> of device '%s' has one of wwnn= and wwpn=, which go together",
                       name_of(def));
    if (!def->n_capabilities)
        return lacks(err, def, "<capability>, which says what it is");
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
