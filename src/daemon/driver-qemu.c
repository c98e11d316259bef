/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * driver-qemu: the QEMU driver in this daemon.
 *
 * Owns: the one instance, and what of a URI's path it serves.
 * Called by: drivers.c, and the opening of connections.
 */
#include "daemon/drivers.h"
#include "drivers/qemu/qemu-driver.h"

#include <string.h>

#define ERR_FROM VIR_FROM_QEMU

static struct qemu_driver *instance;
static struct event_hub *hub;
static bool is_system;

static int
open_conn(struct drv_conn *conn, const struct open_request *req, struct err *err)
{
    const char *path = req->uri ? req->uri->path : NULL;

    if (req->admin)
        return 0;
    if (path && strcmp(path, is_system ? "/system" : "/session") != 0)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "this daemon serves qemu:///%s, not a QEMU driver at '%s'",
                       is_system ? "system" : "session", path);
    qemu_driver_open(instance, conn);
    return 1;
}

static void
close_conn(struct drv_conn *conn)
{
    qemu_driver_close(conn);
}

static const char *const schemes[] = { "qemu", NULL };
static const struct driver driver = { "QEMU", schemes, open_conn, close_conn };

static int
start(struct io *io, struct executor *ex, const struct config *config, struct err *err)
{
    struct qemu_driver_config qc = { .privileged = config->system, .io = io, .executor = ex, .autostart = true };

    is_system = config->system;
    qc.hub = hub = event_hub_new();
    instance = qemu_driver_start(&qc, err);
    if (!instance) {
        event_hub_free(hub);
        return -1;
    }
    driver_register(&driver);
    return 0;
}

static bool
may_leave(void)
{
    return qemu_driver_active(instance) == 0;
}

static void
stop(void)
{
    qemu_driver_stop(instance);
    instance = NULL;
}

const struct hosted_driver hosted_qemu = { "QEMU", start, NULL, may_leave, stop };
