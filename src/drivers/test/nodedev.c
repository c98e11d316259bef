/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * nodedev: devices of the test host.
 *
 * Two host adapters can have virtual ones (NPIV): creating one makes it appear as scsi_host12, of the
 * kind of scsi_host11, as a kernel would name the next.
 * Called by: clients; nothing waits.
 */
#include "drivers/test/objects.h"

#include <string.h>

#define ERR_FROM VIR_FROM_TEST

static const struct object_view *
device_view(struct drv_conn *conn, const struct node_device_ref *dev, struct err *err)
{
    return object_by_name(test_objects(conn)->devices, dev->name, err);
}

static void
emit(struct test_objects *objects, const struct object_view *view, int type)
{
    struct event *ev = event_new(EVENT_NODE_DEVICE, VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE);

    ev->about.node_device.name = g_strdup(view->name);
    ev->u.lifecycle.event = type;
    event_hub_emit(objects->hub, ev);
}

/* ---- capabilities --------------------------------------------------------------------------- */

/* The bit of VIR_CONNECT_LIST_NODE_DEVICES_CAP_… that asks for it, in the order of the enumeration; 0: none.
 */
static unsigned
cap_flag(enum nodedev_cap cap)
{
    if (cap == NODEDEV_CAP_VPORT_OPS) /* as documents call it */
        cap = NODEDEV_CAP_VPORTS;
    return cap && cap <= NODEDEV_CAP_VPD ? 1u << (cap - 1) : 0;
}
_Static_assert(1u << (NODEDEV_CAP_VPD - 1) == VIR_CONNECT_LIST_NODE_DEVICES_CAP_VPD, "");
#define ALL_CAPS (2u * VIR_CONNECT_LIST_NODE_DEVICES_CAP_VPD - 1)

/* Lists of devices have other bits for states than lists of networks and pools. */
static const struct { unsigned of_devices, of_others; } state_flags[] = {
    { VIR_CONNECT_LIST_NODE_DEVICES_ACTIVE, VIR_CONNECT_LIST_NETWORKS_ACTIVE },
    { VIR_CONNECT_LIST_NODE_DEVICES_INACTIVE, VIR_CONNECT_LIST_NETWORKS_INACTIVE },
    { VIR_CONNECT_LIST_NODE_DEVICES_PERSISTENT, VIR_CONNECT_LIST_NETWORKS_PERSISTENT },
    { VIR_CONNECT_LIST_NODE_DEVICES_TRANSIENT, VIR_CONNECT_LIST_NETWORKS_TRANSIENT },
};
#define ALL_STATES (VIR_CONNECT_LIST_NODE_DEVICES_ACTIVE | VIR_CONNECT_LIST_NODE_DEVICES_INACTIVE | \
                    VIR_CONNECT_LIST_NODE_DEVICES_PERSISTENT | VIR_CONNECT_LIST_NODE_DEVICES_TRANSIENT)

/* Of a device and of what its capabilities contain. */
static unsigned
cap_flags(const struct node_device_def *def)
{
    unsigned flags = 0;

    for (uint32_t i = 0; i < def->n_capabilities; i++) {
        const struct nodedev_capability *cap = def->capabilities[i];

        flags |= cap_flag(cap->type);
        for (uint32_t j = 0; j < cap->n_capabilities; j++)
            flags |= cap_flag(cap->capabilities[j]->type);
    }
    return flags;
}

/* One of the capabilities asked for, if any is, and the right state. */
static bool
matches(const struct object_view *view, const void *arg)
{
    unsigned flags = *(const unsigned *)arg, state = 0;

    if (flags & ALL_CAPS && !(cap_flags(object_def(view)) & flags))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(state_flags); i++)
        state |= flags & state_flags[i].of_devices ? state_flags[i].of_others : 0;
    return object_matches_list_flags(view, state);
}

/* ---- look-ups and lists --------------------------------------------------------------------- */

int
test_node_device_lookup_by_name(struct drv_conn *conn, const char *name, struct node_device_ref *result,
                                struct err *err)
{
    OBJECT_VIEW_AUTO view = object_by_name(test_objects(conn)->devices, name, err);

    return view ? (result->name = g_strdup(view->name), 0) : -1;
}

/* The devices with a capability of that name (NULL: all). */
static void
list_by_cap(struct drv_conn *conn, const char *cap, struct object_list *list)
{
    unsigned flag = cap ? cap_flag(nodedev_cap_from(cap)) : 0;

    if (cap && (!flag || strcmp(cap, "vport_ops") == 0)) /* that is asked for as "vports" */
        return;
    object_list(test_objects(conn)->devices, matches, &flag, list);
}

int
test_node_num_of_devices(struct drv_conn *conn, const char *cap, unsigned int flags, struct err *err)
{
    OBJECT_LIST_AUTO list = { 0 };

    if (flags_check(flags, 0, "virNodeNumOfDevices", err) < 0)
        return -1;
    list_by_cap(conn, cap, &list);
    return (int)list.n;
}

int
test_node_list_devices(struct drv_conn *conn, const char *cap, char **const names, int maxnames,
                       unsigned int flags, struct err *err)
{
    OBJECT_LIST_AUTO list = { 0 };
    int n = 0;

    if (flags_check(flags, 0, "virNodeListDevices", err) < 0)
        return -1;
    list_by_cap(conn, cap, &list);
    for (; n < (int)list.n && n < maxnames; n++)
        names[n] = g_strdup(list.items[n]->name);
    return n;
}

int
test_connect_list_all_node_devices(struct drv_conn *conn, struct node_device_ref_list *devices,
                                   unsigned int flags, struct err *err)
{
    OBJECT_LIST_AUTO list = { 0 };

    if (flags_check(flags, ALL_CAPS | ALL_STATES, "virConnectListAllNodeDevices", err) < 0)
        return -1;
    object_list(test_objects(conn)->devices, matches, &flags, &list);
    if (devices) {
        devices->items = g_new0(struct node_device_ref, list.n);
        for (; devices->n < list.n; devices->n++)
            devices->items[devices->n].name = g_strdup(list.items[devices->n]->name);
    }
    return (int)list.n;
}

/* ---- what is -------------------------------------------------------------------------------- */

int
test_node_device_get_xml_desc(struct drv_conn *conn, const struct node_device_ref *dev, unsigned int flags,
                              char **result, struct err *err)
{
    OBJECT_VIEW_AUTO view = NULL;

    if (flags_check(flags, 0, "virNodeDeviceGetXMLDesc", err) < 0 || !(view = device_view(conn, dev, err)))
        return -1;
    *result = node_device_def_format(object_def(view), 0);
    return 0;
}

int
test_node_device_get_parent(struct drv_conn *conn, const struct node_device_ref *dev, char **result,
                            struct err *err)
{
    OBJECT_VIEW_AUTO view = device_view(conn, dev, err);
    const struct node_device_def *def;

    if (!view)
        return -1;
    def = object_def(view);
    if (!def->parent)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "the device '%s' has no parent", dev->name);
    *result = g_strdup(def->parent->name);
    return 0;
}

int
test_node_device_num_of_caps(struct drv_conn *conn, const struct node_device_ref *dev, struct err *err)
{
    OBJECT_VIEW_AUTO view = device_view(conn, dev, err);

    return view ? (int)((const struct node_device_def *)object_def(view))->n_capabilities : -1;
}

int
test_node_device_list_caps(struct drv_conn *conn, const struct node_device_ref *dev, char **const names,
                           int maxnames, struct err *err)
{
    OBJECT_VIEW_AUTO view = device_view(conn, dev, err);
    const struct node_device_def *def;
    int n = 0;

    if (!view)
        return -1;
    def = object_def(view);
    for (; n < maxnames && n < (int)def->n_capabilities; n++)
        names[n] = g_strdup(nodedev_cap_str(def->capabilities[n]->type));
    return n;
}

int
test_node_device_is_active(struct drv_conn *conn, const struct node_device_ref *dev, struct err *err)
{
    OBJECT_VIEW_AUTO view = device_view(conn, dev, err);

    return view ? object_is_active(view) : -1;
}

int
test_node_device_is_persistent(struct drv_conn *conn, const struct node_device_ref *dev, struct err *err)
{
    OBJECT_VIEW_AUTO view = device_view(conn, dev, err);

    return view ? object_is_persistent(view) : -1;
}

/* ---- virtual host adapters ------------------------------------------------------------------ */

static struct nodedev_capability *
find_cap(struct nodedev_capability *const *caps, uint32_t n, enum nodedev_cap type)
{
    for (uint32_t i = 0; i < n; i++)
        if (caps[i]->type == type)
            return caps[i];
    return NULL;
}

/* The fibre channel part of a host adapter, or NULL. */
static struct nodedev_capability *
fc_host(const struct node_device_def *def)
{
    struct nodedev_capability *host = find_cap(def->capabilities, def->n_capabilities, NODEDEV_CAP_SCSI_HOST);

    return host ? find_cap(host->capabilities, host->n_capabilities, NODEDEV_CAP_FC_HOST) : NULL;
}

/* What a document wants for a parent: by name, by its names in the fabric, by the fabric, or any. */
static bool
may_be_parent(const struct object_view *view, const void *arg)
{
    const struct nodedev_parent *wanted = arg;
    const struct node_device_def *def = object_def(view);
    const struct nodedev_capability *fc = fc_host(def);

    if (!(cap_flags(def) & VIR_CONNECT_LIST_NODE_DEVICES_CAP_VPORTS))
        return false;
    if (!wanted)
        return true;
    if (wanted->name && *wanted->name)
        return strcmp(wanted->name, view->name) == 0;
    if (wanted->wwnn)
        return fc && g_strcmp0(wanted->wwnn, fc->wwnn) == 0 && g_strcmp0(wanted->wwpn, fc->wwpn) == 0;
    return !wanted->fabric_wwn || (fc && g_strcmp0(wanted->fabric_wwn, fc->fabric_wwn) == 0);
}

static struct node_device_def *
read_def(const char *xml, unsigned how, struct err *err)
{
    NODE_DEVICE_DEF_AUTO def = NULL;

    if (node_device_def_parse(xml, strlen(xml), how, &def, err) < 0)
        return NULL;
    return node_device_def_copy(def);
}

/* The new device: as scsi_host11 but for its name, its parent and its names in the fabric. */
static struct node_device_def *
make_vhba(struct test_objects *objects, const struct nodedev_capability *wanted, const char *parent,
          struct err *err)
{
    OBJECT_VIEW_AUTO like = object_by_name(objects->devices, "scsi_host11", err);
    struct node_device_def *def;
    struct nodedev_capability *fc;

    if (!like)
        return NULL;
    def = node_device_def_copy(object_def(like));
    fc = fc_host(def);
    def->name = "scsi_host12";
    def->parent = model_new(def, struct nodedev_parent);
    def->parent->name = model_str(def, parent);
    if (fc) {
        fc->wwnn = model_str(def, wanted->wwnn);
        fc->wwpn = model_str(def, wanted->wwpn);
    }
    return def;
}

int
test_node_device_create_xml(struct drv_conn *conn, const char *xmlDesc, unsigned int flags,
                            struct node_device_ref *result, struct err *err)
{
    unsigned how = MODEL_PARSE_NEW | (flags & VIR_NODE_DEVICE_CREATE_XML_VALIDATE ? MODEL_PARSE_STRICT : 0);
    struct test_objects *objects = test_objects(conn);
    NODE_DEVICE_DEF_AUTO wanted = NULL;
    NODE_DEVICE_DEF_AUTO def = NULL;
    OBJECT_LIST_AUTO parents = { 0 };
    OBJECT_AUTO device = NULL;
    const struct nodedev_capability *fc;

    if (flags_check(flags, VIR_NODE_DEVICE_CREATE_XML_VALIDATE, "virNodeDeviceCreateXML", err) < 0 ||
        !(wanted = read_def(xmlDesc, how, err)))
        return -1;
    if (node_device_read_check(wanted, err) < 0)
        return -1;
    fc = fc_host(wanted);
    if (!fc || !fc->wwnn || !fc->wwpn)
        return err_set_from(err, VIR_FROM_NODEDEV, VIR_ERR_INTERNAL_ERROR,
                            "only host adapters can be created: a <capability "
                            "type='scsi_host'> with a <capability type='fc_host'> with <wwnn> and <wwpn>");
    object_list(objects->devices, may_be_parent, wanted->parent, &parents);
    if (parents.n == 0)
        return err_set_from(err, VIR_FROM_NODEDEV, VIR_ERR_INTERNAL_ERROR,
                            "there is no such host adapter that can have virtual ones: %s",
                            wanted->parent && wanted->parent->name ? wanted->parent->name : "see <parent>");
    if (!(def = make_vhba(objects, fc, parents.items[0]->name, err)) ||
        !(device = object_claim(objects->devices, def->name, NULL, false, err)))
        return -1;
    object_publish(device, &(struct object_facts){ .live = def });
    emit(objects, object_now(device), VIR_NODE_DEVICE_EVENT_CREATED);
    result->name = g_strdup(def->name);
    return 0;
}

/* Only what hangs below another device can go; for the rest it is nothing to do, and no error. */
int
test_node_device_destroy(struct drv_conn *conn, const struct node_device_ref *dev, struct err *err)
{
    struct test_objects *objects = test_objects(conn);
    OBJECT_AUTO device = object_hold(objects->devices, dev->name, NULL, err);
    OBJECT_VIEW_AUTO parent = NULL;
    const struct node_device_def *def;

    if (!device)
        return -1;
    def = object_def(object_now(device));
    if (def->parent && def->parent->name)
        parent = object_by_name(objects->devices, def->parent->name, NULL);
    if (!parent || !fc_host(def))
        return 0;
    object_publish(device, &(struct object_facts){ 0 });
    emit(objects, object_now(device), VIR_NODE_DEVICE_EVENT_DELETED);
    return 0;
}

/* ---- events --------------------------------------------------------------------------------- */

int
test_connect_node_device_event_register_any(struct drv_conn *conn, const struct event_filter *filter,
                                            event_deliver deliver, void *opaque,
                                            event_free_opaque free_opaque, struct err *err)
{
    return event_hub_subscribe(test_objects(conn)->hub, filter, deliver, opaque, free_opaque);
}

int
test_connect_node_device_event_deregister_any(struct drv_conn *conn, int callbackID, struct err *err)
{
    return test_connect_network_event_deregister_any(conn, callbackID, err);
}

/* Some facts are asked of the hardware, not of documents: the test host has none. */
static void
settle(const struct node_device_def *def, struct nodedev_capability *cap)
{
    switch (cap->type) {
    case NODEDEV_CAP_VPORT_OPS:
        cap->max_vports = cap->vports = 0;
        cap->has_max_vports = cap->has_vports = true;
        break;
    case NODEDEV_CAP_STORAGE: case NODEDEV_CAP_REMOVABLE:
        cap->has_logical_block_size = cap->has_num_blocks = false;
        break;
    case NODEDEV_CAP_MDEV:
        cap->parent_addr = NULL;
        if (!cap->iommu_group)
            cap->iommu_group = model_new(def, struct nodedev_iommu_group);
        cap->iommu_group->has_number = true;
        break;
    default:
        break;
    }
    for (uint32_t i = 0; i < cap->n_capabilities; i++)
        settle(def, cap->capabilities[i]);
}

static struct node_device_def *
read_present(const char *xml, struct err *err)
{
    NODE_DEVICE_DEF_AUTO def = read_def(xml, 0, err);

    if (!def)
        return NULL;
    if (node_device_check(def, err) < 0)
        return NULL;
    for (uint32_t i = 0; i < def->n_capabilities; i++)
        settle(def, def->capabilities[i]);
    def->driver = NULL;
    return node_device_def_copy(def);
}

int
test_device_load(struct test_objects *objects, const char *xml, struct err *err)
{
    NODE_DEVICE_DEF_AUTO def = read_present(xml, err);
    OBJECT_AUTO device = def ? object_claim(objects->devices, def->name, NULL, false, err) : NULL;

    if (!device)
        return -1;
    object_publish(device, &(struct object_facts){ .config = def, .live = def });
    return 0;
}
