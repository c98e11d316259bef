/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * drivers: the drivers of this daemon, in the order in which they start.
 */
#include "daemon/drivers.h"

#include "core/event.h"
#include "driver/driver.h"
#include "driver/uri.h"
#include "drivers/qemu/qemu-driver.h"
#include "drivers/test/test.h"

#include <glib.h>
#include <string.h>

#define ERR_FROM VIR_FROM_QEMU

static struct event_hub *hub; /* of all drivers: callback ids are one sequence */

/* ---- qemu ---- */

static struct qemu_driver *qemu;
static bool privileged;

static int
qemu_open(struct drv_conn *conn, const struct open_request *req, struct err *err)
{
    const char *mine = privileged ? "/system" : "/session";
    if (!req->uri || req->admin)
        return 0;
    if (strcmp(req->uri->path, mine) != 0)
        return err_set_from(err, VIR_FROM_NONE, VIR_ERR_INTERNAL_ERROR,
                            "this daemon serves qemu://%s, not qemu://%s", mine, req->uri->path);
    qemu_driver_open(qemu, conn);
    return 1;
}

static int
qemu_start(struct io *io, struct executor *ex, const struct config *config, struct err *err)
{
    static const char *const schemes[] = { "qemu", NULL };
    static const struct driver driver = { "QEMU", schemes, qemu_open, qemu_driver_leave,
                                           qemu_driver_close };
    struct qemu_driver_config setup = {
        .privileged = config->system, .io = io, .executor = ex, .autostart = true
    };
    setup.host_uuid = config->has_host_uuid ? config->host_uuid : NULL;
    privileged = config->system;
    hub = hub ? hub : event_hub_new();
    setup.hub = hub;
    qemu = qemu_driver_start(&setup, err);
    if (!qemu)
        return -1;
    driver_register(&driver);
    return 0;
}

/* A session daemon watches its guests: it writes down how they ended. */
static bool
qemu_may_leave(void)
{
    return qemu_driver_active(qemu) == 0;
}

static void
qemu_stop(void)
{
    qemu_driver_stop(g_steal_pointer(&qemu));
}

static const struct hosted_driver hosted_qemu = {
    .name = "QEMU", .start = qemu_start, .may_leave = qemu_may_leave, .stop = qemu_stop,
};

/* ---- test ---- */

/* Hosts that exist in memory only: clients of test+unix:///default share one. */
static int
test_start(struct io *io, struct executor *ex, const struct config *config, struct err *err)
{
    driver_register(&test_driver);
    return 0;
}

static const struct hosted_driver hosted_test = { .name = "test", .start = test_start };

const struct hosted_driver *const hosted_drivers[] = {
    &hosted_qemu,
    &hosted_test,
    NULL,
};
