/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices of the host. */
#include "cmd.h"
#include "object.h"
#include "xml.h"

#include <stdlib.h>
#include <string.h>

#define DEV nodedev_of(sh, call, &name)
#define DEV_ONLY nodedev_of(sh, call, NULL)

OBJECT_FROM_FILE(cmd_nodedev_create, virNodeDevice,
                 virNodeDeviceCreateXML(sh->conn, xml,
                                        opt_flag(call, "validate") ? VIR_NODE_DEVICE_CREATE_XML_VALIDATE : 0),
                 "Failed to create node device from %s",
                 say(sh, "Node device %s created from %s\n", virNodeDeviceGetName(object), file))
OBJECT_FROM_FILE(cmd_nodedev_define, virNodeDevice,
                 virNodeDeviceDefineXML(sh->conn, xml,
                                        opt_flag(call, "validate") ? VIR_NODE_DEVICE_DEFINE_XML_VALIDATE : 0),
                 "Failed to define node device from '%s'",
                 say(sh, "Node device '%s' defined from '%s'\n", virNodeDeviceGetName(object), file))
OBJECT_ACTION(cmd_nodedev_destroy, virNodeDevice, DEV, virNodeDeviceDestroy(object),
              "Failed to destroy node device '%s'", "Destroyed node device '%s'")
OBJECT_ACTION(cmd_nodedev_undefine, virNodeDevice, DEV, virNodeDeviceUndefine(object, 0),
              "Failed to undefine node device '%s'", "Undefined node device '%s'")
OBJECT_ACTION(cmd_nodedev_start, virNodeDevice, DEV, virNodeDeviceCreate(object, 0),
              "Failed to start device %s", "Device %s started")
OBJECT_ACTION(cmd_nodedev_reattach, virNodeDevice, DEV, virNodeDeviceReAttach(object),
              "Failed to re-attach device %s", "Device %s re-attached")
OBJECT_ACTION(cmd_nodedev_reset, virNodeDevice, DEV, virNodeDeviceReset(object), "Failed to reset device %s",
              "Device %s reset")
OBJECT_AUTOSTART(cmd_nodedev_autostart, virNodeDevice, DEV, virNodeDeviceSetAutostart, "Device", "device")

static unsigned int
dumpxml_flags(const struct call *call)
{
#if API_12
    if (opt_flag(call, "inactive"))
        return VIR_NODE_DEVICE_XML_INACTIVE;
#endif
    return 0;
}
OBJECT_DUMPXML(cmd_nodedev_dumpxml, virNodeDevice, DEV_ONLY,
               virNodeDeviceGetXMLDesc(object, dumpxml_flags(call)))

bool
cmd_nodedev_detach(struct shell *sh, const struct call *call)
{
    const char *name = NULL, *driver = NULL;
    g_autoptr(virNodeDevice) dev = DEV;
    if (!dev || opt_string(sh, call, "driver", &driver) < 0)
        return false;
    if ((driver ? virNodeDeviceDetachFlags(dev, driver, 0) : virNodeDeviceDettach(dev)) < 0)
        return fail(sh, "Failed to detach device %s", name);
    say(sh, "Device %s detached\n", name);
    return true;
}

bool
cmd_nodedev_info(struct shell *sh, const struct call *call)
{
    int autostart;
    g_autoptr(virNodeDevice) dev = DEV_ONLY;
    g_autoptr(props) p = props_new(15);
    if (!dev)
        return false;
    const char *parent = virNodeDeviceGetParent(dev);
    prop(p, "Name", "%s", virNodeDeviceGetName(dev));
    prop(p, "Parent", "%s", parent ? parent : "");
    int active = virNodeDeviceIsActive(dev), persistent = virNodeDeviceIsPersistent(dev);
    if (active >= 0)
        prop(p, "Active", "%s", active ? "yes" : "no");
    prop(p, "Persistent", "%s", persistent < 0 ? "unknown" : persistent ? "yes" : "no");
    if (virNodeDeviceGetAutostart(dev, &autostart) < 0)
        prop(p, "Autostart", "no autostart");
    else
        prop(p, "Autostart", "%s", autostart ? "yes" : "no");
    err_forget(sh);
    props_print(sh, p);
    return true;
}

#if API_12
bool
cmd_nodedev_update(struct shell *sh, const struct call *call)
{
    const char *name = NULL;
    unsigned int flags = 0;
    g_autofree char *xml = NULL;
    if (!affect_flags(sh, call, &flags))
        return false;
    g_autoptr(virNodeDevice) dev = DEV;
    if (!dev || opt_file(sh, call, "file", &xml) <= 0)
        return false;
    flags = (opt_flag(call, "live") ? VIR_NODE_DEVICE_UPDATE_AFFECT_LIVE : 0) |
            (opt_flag(call, "config") ? VIR_NODE_DEVICE_UPDATE_AFFECT_CONFIG : 0);
    if (virNodeDeviceUpdate(dev, xml, flags) < 0)
        return fail(sh, "Failed to update node device '%s' from '%s'", name, opt_text(call, "file"));
    say(sh, "Updated node device '%s' from '%s'\n", name, opt_text(call, "file"));
    return true;
}
#endif

/* ---- nodedev-list ---- */

static bool
capability_flags(struct shell *sh, const char *names, unsigned int *flags)
{
    static const char *const known[] = {
        "system", "pci", "usb_device", "usb", "net", "scsi_host", "scsi_target", "scsi", "storage", "fc_host",
        "vports", "scsi_generic", "drm", "mdev_types", "mdev", "ccw", "css", "vdpa", "ap_card", "ap_queue",
        "ap_matrix", "vpd"};
    static const unsigned int bits[] = {
        VIR_CONNECT_LIST_NODE_DEVICES_CAP_SYSTEM, VIR_CONNECT_LIST_NODE_DEVICES_CAP_PCI_DEV,
        VIR_CONNECT_LIST_NODE_DEVICES_CAP_USB_DEV, VIR_CONNECT_LIST_NODE_DEVICES_CAP_USB_INTERFACE,
        VIR_CONNECT_LIST_NODE_DEVICES_CAP_NET, VIR_CONNECT_LIST_NODE_DEVICES_CAP_SCSI_HOST,
        VIR_CONNECT_LIST_NODE_DEVICES_CAP_SCSI_TARGET, VIR_CONNECT_LIST_NODE_DEVICES_CAP_SCSI,
        VIR_CONNECT_LIST_NODE_DEVICES_CAP_STORAGE, VIR_CONNECT_LIST_NODE_DEVICES_CAP_FC_HOST,
        VIR_CONNECT_LIST_NODE_DEVICES_CAP_VPORTS, VIR_CONNECT_LIST_NODE_DEVICES_CAP_SCSI_GENERIC,
        VIR_CONNECT_LIST_NODE_DEVICES_CAP_DRM, VIR_CONNECT_LIST_NODE_DEVICES_CAP_MDEV_TYPES,
        VIR_CONNECT_LIST_NODE_DEVICES_CAP_MDEV, VIR_CONNECT_LIST_NODE_DEVICES_CAP_CCW_DEV,
        VIR_CONNECT_LIST_NODE_DEVICES_CAP_CSS_DEV, VIR_CONNECT_LIST_NODE_DEVICES_CAP_VDPA,
        VIR_CONNECT_LIST_NODE_DEVICES_CAP_AP_CARD, VIR_CONNECT_LIST_NODE_DEVICES_CAP_AP_QUEUE,
        VIR_CONNECT_LIST_NODE_DEVICES_CAP_AP_MATRIX, VIR_CONNECT_LIST_NODE_DEVICES_CAP_VPD};
    g_auto(GStrv) words = g_strsplit(names, ",", 0);
    for (size_t i = 0; words[i]; i++) {
        size_t k = 0;
        while (k < G_N_ELEMENTS(known) && strcmp(known[k], words[i]) != 0)
            k++;
        if (k == G_N_ELEMENTS(known))
            return fail(sh, "Invalid capability type");
        *flags |= bits[k];
    }
    return true;
}

COMPARE_BY(by_name, virNodeDevicePtr, virNodeDeviceGetName)

struct devices {
    virNodeDevicePtr *list;
    int n;
    int *parents;
};

static const char *
device_name(void *ctx, size_t i)
{
    return virNodeDeviceGetName(((struct devices *)ctx)->list[i]);
}

static int
device_parent(void *ctx, size_t i)
{
    return ((struct devices *)ctx)->parents[i];
}

static void
draw_devices(struct shell *sh, virNodeDevicePtr *list, int n)
{
    g_autoptr(GHashTable) index = g_hash_table_new(g_str_hash, g_str_equal);
    struct devices d = {list, n, g_new0(int, n + 1)};
    for (int i = 0; i < n; i++)
        g_hash_table_insert(index, (char *)virNodeDeviceGetName(list[i]), GINT_TO_POINTER(i + 1));
    for (int i = 0; i < n; i++) {
        const char *parent = virNodeDeviceGetParent(list[i]);
        d.parents[i] = parent ? GPOINTER_TO_INT(g_hash_table_lookup(index, parent)) - 1 : -1;
    }
    tree_print(sh, n, device_name, device_parent, &d);
    g_free(d.parents);
}

bool
cmd_nodedev_list(struct shell *sh, const struct call *call)
{
    const char *capabilities = NULL;
    bool tree = opt_flag(call, "tree"), inactive = opt_flag(call, "inactive"), all = opt_flag(call, "all");
    unsigned int flags = 0, kind;
    virNodeDevicePtr *list = NULL;
    if (opt_string(sh, call, "cap", &capabilities) < 0)
        return false;
    if (tree && (capabilities || inactive))
        return fail(sh, "Option --tree is incompatible with --cap and --inactive");
    if (capabilities && !capability_flags(sh, capabilities, &flags))
        return false;
    kind = inactive ? VIR_CONNECT_LIST_NODE_DEVICES_INACTIVE
           : all    ? VIR_CONNECT_LIST_NODE_DEVICES_ACTIVE | VIR_CONNECT_LIST_NODE_DEVICES_INACTIVE
                    : VIR_CONNECT_LIST_NODE_DEVICES_ACTIVE;
#if API_12
    if (opt_flag(call, "persistent"))
        flags |= VIR_CONNECT_LIST_NODE_DEVICES_PERSISTENT;
    if (opt_flag(call, "transient"))
        flags |= VIR_CONNECT_LIST_NODE_DEVICES_TRANSIENT;
#endif
    int n = virConnectListAllNodeDevices(sh->conn, &list, flags | kind);
    /* Drivers without stored devices do not know the filter, and list active ones. */
    if (n < 0 && !inactive && err_code(sh) == VIR_ERR_INVALID_ARG) {
        err_forget(sh);
        n = virConnectListAllNodeDevices(sh->conn, &list, flags);
    }
    if (n < 0)
        return fail(sh, "Failed to list node devices");
    qsort(list, n, sizeof(*list), by_name);
    if (tree)
        draw_devices(sh, list, n);
    else
        fact_list(sh);
    for (int i = 0; i < n; i++) {
        if (!tree)
            out(sh, "%s\n", virNodeDeviceGetName(list[i]));
        virNodeDeviceFree(list[i]);
    }
    free(list);
    return true;
}
