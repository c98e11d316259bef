/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * device: devices come to a guest, go and change, while it runs and in its definition.
 *
 * Called by: clients.  Waits: for a turn.
 */
#include "drivers/test/guest.h"
#include "drivers/test/verbs.h"

#include "driver/device-edit.h"

#define ERR_FROM VIR_FROM_TEST

#define AFFECT (VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_AFFECT_CONFIG)

/* What is done to a definition, and what came of it. */
struct work {
    int (*edit)(struct domain_def *def, struct device_edit *edit, struct err *err);
    const char *alias;      /* instead of a document */
    struct device_edit device;
};

static int
complete(struct domain_def *def, void *data, struct err *err)
{
    return test_defaults(def, err);
}

static int
work_on(struct domain_def *def, bool live, void *arg, struct err *err)
{
    struct work *w = arg;

    w->device.live = live;
    return w->alias ? device_detach_alias(def, w->alias, &w->device, err) : w->edit(def, &w->device, err);
}

/* `event`: virDomainEventID of what those who listen are told, or -1. */
static int
change(struct drv_conn *conn, const struct domain_ref *dom, struct work *w, unsigned flags, unsigned allowed,
       int event, const char *api, struct err *err)
{
    TURN_AUTO turn = NULL;
    struct affect affect;
    g_autofree char *alias = NULL;
    int ret;

    if (flags_check(flags, allowed, api, err) < 0 ||
        domain_turn(conn, dom, TURN_MODIFY, TURN_ANY, api, &turn, err) < 0)
        return -1;
    w->device.from = ERR_FROM;
    w->device.complete = complete;
    ret = test_edit_turn(turn, flags & AFFECT, work_on, w, err);
    alias = w->device.alias;
    if (ret < 0)
        return -1;
    if (event >= 0 && alias && domain_affect(turn_view(turn), flags & AFFECT, &affect, err) == 0 &&
        affect.live) {
        struct event *ev = domain_event(turn_view(turn), EVENT_DOMAIN, event);

        ev->u.device.devAlias = g_steal_pointer(&alias);
        turn_emit(turn, ev);
    }
    return 0;
}

int
test_domain_attach_device_flags(struct drv_conn *conn, const struct domain_ref *dom, const char *xml,
                                unsigned int flags, struct err *err)
{
    struct work w = { .edit = device_attach, .device = { .xml = xml } };

    return change(conn, dom, &w, flags, AFFECT, VIR_DOMAIN_EVENT_ID_DEVICE_ADDED,
                  "virDomainAttachDeviceFlags", err);
}

int
test_domain_attach_device(struct drv_conn *conn, const struct domain_ref *dom, const char *xml,
                          struct err *err)
{
    return test_domain_attach_device_flags(conn, dom, xml, VIR_DOMAIN_AFFECT_LIVE, err);
}

int
test_domain_detach_device_flags(struct drv_conn *conn, const struct domain_ref *dom, const char *xml,
                                unsigned int flags, struct err *err)
{
    struct work w = { .edit = device_detach, .device = { .xml = xml } };

    return change(conn, dom, &w, flags, AFFECT, VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED,
                  "virDomainDetachDeviceFlags", err);
}

int
test_domain_detach_device(struct drv_conn *conn, const struct domain_ref *dom, const char *xml,
                          struct err *err)
{
    return test_domain_detach_device_flags(conn, dom, xml, VIR_DOMAIN_AFFECT_LIVE, err);
}

int
test_domain_detach_device_alias(struct drv_conn *conn, const struct domain_ref *dom, const char *alias,
                                unsigned int flags, struct err *err)
{
    struct work w = { .alias = alias };

    return change(conn, dom, &w, flags, AFFECT, VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED,
                  "virDomainDetachDeviceAlias", err);
}

int
test_domain_update_device_flags(struct drv_conn *conn, const struct domain_ref *dom, const char *xml,
                                unsigned int flags, struct err *err)
{
    struct work w = { .edit = device_update, .device = { .xml = xml } };

    return change(conn, dom, &w, flags, AFFECT | VIR_DOMAIN_DEVICE_MODIFY_FORCE, -1,
                  "virDomainUpdateDeviceFlags", err);
}
