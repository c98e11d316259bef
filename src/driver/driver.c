/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * driver: see driver.h.  Owns the list of registered drivers, which is filled at
 * start and constant afterwards.
 */
#include "driver/driver.h"

#include "base/typed_params.h"

#include <glib.h>
#include <string.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_NONE

static const struct driver *drivers[DRIVERS_MAX];
static size_t ndrivers;

void
driver_register(const struct driver *driver)
{
    g_assert(ndrivers < DRIVERS_MAX);
    drivers[ndrivers++] = driver;
}

static bool
serves(const struct driver *driver, const struct uri *uri)
{
    if (!uri || !driver->schemes)
        return true;
    for (const char *const *scheme = driver->schemes; *scheme; scheme++)
        if (uri->scheme && strcmp(*scheme, uri->scheme) == 0)
            return true;
    return false;
}

struct drv_conn *
drv_conn_open(const struct open_request *req, const struct identity *who,
              void (*lost)(struct drv_conn *, int, void *), void *lost_opaque, struct err *err)
{
    struct drv_conn *conn = g_new0(struct drv_conn, 1);
    int rc = 0;

    conn->uri = req->uri ? uri_format(req->uri) : NULL;
    conn->flags = req->flags;
    conn->who = who;
    conn->lost = lost;
    conn->lost_opaque = lost_opaque;
    /* First those that name their schemes, then those that take what is left. */
    for (size_t k = 0; k < 2 * ndrivers && rc == 0; k++) {
        const struct driver *driver = drivers[k % ndrivers];

        if ((driver->schemes == NULL) != (k >= ndrivers) || !serves(driver, req->uri))
            continue;
        rc = driver->open(conn, req, err);
        if (rc > 0)
            conn->driver = driver;
    }
    if (rc == 0)
        err_set(err, VIR_ERR_NO_CONNECT, "no driver of this build serves %s%s",
                conn->uri ? "the URI " : "a connection without URI", conn->uri ? conn->uri : "");
    if (rc <= 0) {
        g_free(conn->uri);
        g_free(conn);
        return NULL;
    }
    return conn;
}

void
drv_conn_leave(struct drv_conn *conn)
{
    if (conn && conn->driver->leave)
        conn->driver->leave(conn);
}

void
drv_conn_close(struct drv_conn *conn)
{
    if (!conn)
        return;
    conn->driver->close(conn);
    g_free(conn->uri);
    g_free(conn);
}

void
domain_stats_list_clear(struct domain_stats_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        domain_ref_clear(&list->items[i].dom);
        typed_params_free(list->items[i].params, list->items[i].nparams);
    }
    g_free(list->items);
    memset(list, 0, sizeof(*list));
}

int
driver_get_lib_version(struct drv_conn *conn, unsigned long *libVer, struct err *err)
{
    *libVer = LIBVIR_VERSION_NUMBER;
    return 0;
}
