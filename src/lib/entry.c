/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * entry: see entry.h.
 */
#include "base/log.h"
#include "lib/entry.h"

LOG_FROM("libvirt");

static const struct { int code, domain; const char *what; } bad[HANDLE_TYPES] = {
    [HANDLE_conn] = { VIR_ERR_INVALID_CONN, -1, "connection" },
    [HANDLE_adm_conn] = { VIR_ERR_INVALID_CONN, -1, "admin connection" },
    [HANDLE_stream] = { VIR_ERR_INVALID_STREAM, VIR_FROM_STREAMS, "stream" },
    [HANDLE_domain] = { VIR_ERR_INVALID_DOMAIN, VIR_FROM_DOM, "domain" },
    [HANDLE_network] = { VIR_ERR_INVALID_NETWORK, VIR_FROM_NETWORK, "network" },
    [HANDLE_network_port] = { VIR_ERR_INVALID_NETWORK_PORT, VIR_FROM_NETWORK, "network port" },
    [HANDLE_interface] = { VIR_ERR_INVALID_INTERFACE, VIR_FROM_INTERFACE, "interface" },
    [HANDLE_storage_pool] = { VIR_ERR_INVALID_STORAGE_POOL, VIR_FROM_STORAGE, "storage pool" },
    [HANDLE_storage_vol] = { VIR_ERR_INVALID_STORAGE_VOL, VIR_FROM_STORAGE, "storage volume" },
    [HANDLE_node_device] = { VIR_ERR_INVALID_NODE_DEVICE, VIR_FROM_NODEDEV, "node device" },
    [HANDLE_secret] = { VIR_ERR_INVALID_SECRET, VIR_FROM_SECRET, "secret" },
    [HANDLE_nwfilter] = { VIR_ERR_INVALID_NWFILTER, VIR_FROM_NWFILTER, "network filter" },
    [HANDLE_nwfilter_binding] = { VIR_ERR_INVALID_NWFILTER_BINDING, VIR_FROM_NWFILTER, "filter binding" },
    [HANDLE_domain_snapshot] = { VIR_ERR_INVALID_DOMAIN_SNAPSHOT, VIR_FROM_DOMAIN_SNAPSHOT, "snapshot" },
    [HANDLE_domain_checkpoint] = { VIR_ERR_INVALID_DOMAIN_CHECKPOINT, VIR_FROM_DOMAIN_CHECKPOINT,
                                   "checkpoint" },
    [HANDLE_admin_server] = { VIR_ERR_INVALID_CONN, -1, "server" },
    [HANDLE_admin_client] = { VIR_ERR_INVALID_CONN, -1, "client" },
};

void
entry_begin(struct entry *e)
{
    virInitialize();
    virResetLastError();
    log_debug("%s", e->name);
}

void
entry_end(struct entry *e)
{
    err_clear(&e->err);
}

bool
entry_handle(struct entry *e, enum handle_type type, const void *handle)
{
    int domain = bad[type].domain < 0 ? e->domain : bad[type].domain;

    if (handle_is(handle, type))
        return true;
    err_set_from(&e->err, domain, bad[type].code, "%s: the %s handle is %s", e->name, bad[type].what,
                 handle ? "not one, or was freed" : "NULL");
    return false;
}

bool
entry_self(struct entry *e, enum handle_type type, const void *handle)
{
    if (!entry_handle(e, type, handle))
        return false;
    e->conn = ((const struct handle *)handle)->conn;
    return true;
}

bool
entry_other(struct entry *e, enum handle_type type, const void *handle)
{
    if (!entry_handle(e, type, handle))
        return false;
    if (((const struct handle *)handle)->conn == e->conn)
        return true;
    err_set_from(&e->err, e->domain, VIR_ERR_INVALID_ARG, "%s: the %s belongs to another connection", e->name,
                 bad[type].what);
    return false;
}

bool
entry_writable(struct entry *e)
{
    return entry_writable_for(e, true);
}

bool
entry_writable_for(struct entry *e, bool needed)
{
    if (!needed || !(e->conn->drv->flags & VIR_CONNECT_RO))
        return true;
    err_set_from(&e->err, e->domain, VIR_ERR_OPERATION_DENIED,
                 "%s is not allowed like this on a read-only connection; open it read-write", e->name);
    return false;
}

bool
entry_that(struct entry *e, bool fine, const char *name, const char *must)
{
    if (!fine)
        err_set_from(&e->err, e->domain, VIR_ERR_INVALID_ARG, "%s: argument '%s' %s", e->name, name, must);
    return fine;
}

bool
entry_nonnull(struct entry *e, const char *name, const void *value)
{
    return entry_that(e, value != NULL, name, "must not be NULL");
}

bool
entry_nonempty(struct entry *e, const char *name, const char *value)
{
    return entry_that(e, *value != 0, name, "must not be an empty string");
}

bool
entry_exclusive(struct entry *e, bool fine, const char *a, const char *b)
{
    if (!fine)
        err_set_from(&e->err, e->domain, VIR_ERR_INVALID_ARG, "%s: the flags %s and %s exclude each other",
                     e->name, a, b);
    return fine;
}

bool
entry_requires(struct entry *e, bool fine, const char *a, const char *b)
{
    if (!fine)
        err_set_from(&e->err, e->domain, VIR_ERR_INVALID_ARG, "%s: the flag %s needs %s as well", e->name, a,
                     b);
    return fine;
}

int
entry_set(struct entry *e, int code, const char *fmt, ...)
{
    va_list ap;
    char *text;

    va_start(ap, fmt);
    text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    err_set_from(&e->err, e->domain, code, "%s: %s", e->name, text);
    g_free(text);
    return entry_fail(e);
}

int
entry_fail(struct entry *e)
{
    if (!err_is_set(&e->err))
        err_set_from(&e->err, e->domain, VIR_ERR_INTERNAL_ERROR,
                     "%s failed and its driver gave no reason; this is a bug of that driver", e->name);
    log_debug("%s: error %d of %d: %s", e->name, e->err.code, e->err.domain, err_message(&e->err));
    error_publish(e->conn, &e->err);
    return -1;
}

void
entry_lacks(struct entry *e)
{
    const struct driver *driver = e->conn->drv->driver;

    err_set_from(&e->err, e->domain, VIR_ERR_NO_SUPPORT,
                 "%s is not supported by the %s driver of this connection", e->name,
                 driver ? driver->name : "unknown");
}

int
entry_no_support(struct entry *e)
{
    entry_lacks(e);
    return entry_fail(e);
}
