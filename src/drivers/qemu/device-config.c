/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * device-config: devices come to a guest's definition, go and change in it, by the rules of device-rules.c.
 *
 * Called by: clients.  Waits: for a turn, for the disk.
 */
#include "drivers/qemu/device-rules.h"
#include "drivers/qemu/domain-host.h"
#include "drivers/qemu/guest.h"
#include "drivers/qemu/prepare.h"
#include "drivers/qemu/verbs.h"

#define ERR_FROM VIR_FROM_QEMU

#define AFFECT (VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_AFFECT_CONFIG)

typedef int (*edit_fn)(struct domain_def *def, struct device_edit *edit, struct err *err);

/* edit: NULL if the device with that alias is to go. */
static int
change(struct drv_conn *conn, const struct domain_ref *dom, edit_fn edit, const char *xml, const char *alias,
       unsigned flags, unsigned allowed, const char *api, struct err *err)
{
    TURN_AUTO turn = NULL;
    struct affect affect;
    struct device_edit device;
    struct domain_def *def;
    int ret;

    if (flags_check(flags, allowed, api, err) < 0 ||
        domain_turn(conn, dom, TURN_MODIFY, TURN_ANY, api, &turn, err) < 0 ||
        domain_affect(turn_view(turn), flags & AFFECT, &affect, err) < 0)
        return -1;
    if (affect.live)
        return err_set(err, VIR_ERR_OPERATION_UNSUPPORTED,
                       "devices of guest '%s' cannot change while it runs yet; those of its definition can "
                       "(VIR_DOMAIN_AFFECT_CONFIG)",
                       turn_view(turn)->name);
    qemu_device_edit(&device, xml, turn_driver(turn)->host);
    def = domain_def_copy(turn_config_def(turn));
    ret = edit ? edit(def, &device, err) : device_detach_alias(def, alias, &device, err);
    g_free(device.alias);
    if (ret < 0) {
        domain_def_unref(def);
        return -1;
    }
    return guest_save_config(turn, def, err);
}

int
qemu_domain_attach_device_flags(struct drv_conn *conn, const struct domain_ref *dom, const char *xml,
                                unsigned int flags, struct err *err)
{
    return change(conn, dom, device_attach, xml, NULL, flags, AFFECT, "virDomainAttachDeviceFlags", err);
}

int
qemu_domain_attach_device(struct drv_conn *conn, const struct domain_ref *dom, const char *xml,
                          struct err *err)
{
    return qemu_domain_attach_device_flags(conn, dom, xml, VIR_DOMAIN_AFFECT_LIVE, err);
}

int
qemu_domain_detach_device_flags(struct drv_conn *conn, const struct domain_ref *dom, const char *xml,
                                unsigned int flags, struct err *err)
{
    return change(conn, dom, device_detach, xml, NULL, flags, AFFECT, "virDomainDetachDeviceFlags", err);
}

int
qemu_domain_detach_device(struct drv_conn *conn, const struct domain_ref *dom, const char *xml,
                          struct err *err)
{
    return qemu_domain_detach_device_flags(conn, dom, xml, VIR_DOMAIN_AFFECT_LIVE, err);
}

int
qemu_domain_detach_device_alias(struct drv_conn *conn, const struct domain_ref *dom, const char *alias,
                                unsigned int flags, struct err *err)
{
    return change(conn, dom, NULL, NULL, alias, flags, AFFECT, "virDomainDetachDeviceAlias", err);
}

int
qemu_domain_update_device_flags(struct drv_conn *conn, const struct domain_ref *dom, const char *xml,
                                unsigned int flags, struct err *err)
{
    return change(conn, dom, device_update, xml, NULL, flags, AFFECT | VIR_DOMAIN_DEVICE_MODIFY_FORCE,
                  "virDomainUpdateDeviceFlags", err);
}
