/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * open: makes a connection to a daemon a connection of the library: whether the URI
 * is for us, the name that the daemon is given, closing.
 * Waits for the daemon.
 */
#include "drivers/remote/socket.h"

#include <unistd.h>

#define ERR_FROM VIR_FROM_RPC

/* Parameters that are about the way to the daemon, not for it. */
static bool
is_transport_param(const char *name)
{
    static const char *const names[] = {
        "name",
        "command",
        "socket",
        "auth",
        "authfile",
        "sshauth",
        "netcat",
        "keyfile",
        "no_sanity",
        "no_verify",
        "no_tty",
        "pkipath",
        "known_hosts",
        "known_hosts_verify",
        "tls_priority",
        "mode",
        "proxy",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* What the daemon is to open. */
char *
remote_daemon_name(const struct uri *uri)
{
    if (!uri)
        return g_strdup(geteuid() == 0 ? "qemu:///system" : "qemu:///session");
    const char *given = uri_param(uri, "name");
    if (given)
        return g_strdup(given);
    struct uri plain = { .scheme = uri->scheme, .path = uri->path };
    g_autoptr(GString) query = g_string_new(NULL);
    for (size_t i = 0; i < uri->nparams; i++) {
        if (is_transport_param(uri->params[i].name))
            continue;
        g_autofree char *value =
            g_uri_escape_string(uri->params[i].value ? uri->params[i].value : "", NULL, FALSE);
        g_string_append_printf(query, "%s%s=%s", query->len ? "&" : "", uri->params[i].name, value);
    }
    if (query->len)
        plain.query = query->str;
    return uri_format(&plain);
}

static int
open_admin(struct drv_conn *conn, const struct open_request *req, struct err *err)
{
    struct admin_connect_open_args args = { .flags = req->flags & ~VIR_CONNECT_NO_ALIASES };
    REMOTE_REPLY_INIT(reply);
    conn->admin = &remote_admin_ops;
    return remote_call(conn, ADMIN_PROGRAM, ADMIN_PROC_CONNECT_OPEN, XDR_admin_connect_open_args, &args,
                       XDR_NONE, NULL, &reply, err);
}

void
remote_tables(struct drv_conn *conn)
{
    conn->hypervisor = &remote_hypervisor_ops;
    conn->network = &remote_network_ops;
    conn->interface = &remote_interface_ops;
    conn->storage = &remote_storage_ops;
    conn->node_device = &remote_node_device_ops;
    conn->secret = &remote_secret_ops;
    conn->nwfilter = &remote_nwfilter_ops;
    conn->migration = &remote_migration_ops;
}

static int
open_main(struct drv_conn *conn, const struct open_request *req, struct err *err)
{
    g_autofree char *name = remote_daemon_name(req->uri);
    struct remote_connect_open_args args = { .name = name, .flags = req->flags & VIR_CONNECT_RO };
    REMOTE_REPLY_INIT(reply);
    if (remote_authenticate(conn, req, err) < 0)
        return -1;
    if (remote_call(conn, REMOTE_PROGRAM, REMOTE_PROC_CONNECT_OPEN, XDR_remote_connect_open_args, &args,
                    XDR_NONE, NULL, &reply, err) < 0)
        return -1;
    struct remote *r = conn->hypervisor_state;
    remote_tables(conn);
    conn->network_state = conn->interface_state = conn->storage_state = conn->node_device_state =
        conn->secret_state = conn->nwfilter_state = r;
    if (!conn->uri)
        conn->uri = g_steal_pointer(&name);
    return 0;
}

static int
watch(struct drv_conn *conn, struct err *err)
{
    return remote_watch(remote_of(conn), err);
}

static int
remote_open(struct drv_conn *conn, const struct open_request *req, struct err *err)
{
    struct remote_target target;
    if (req->uri && !req->uri->scheme)
        return 0;
    if (remote_connect(req, &target, err) < 0)
        return -1;
    struct remote *r = remote_new(conn, target.fd, target.unix_socket);
    r->local = target.local;
    r->tunnel = target.tunnel;
    r->relay = target.relay;
    r->secure = target.secure;
    r->tls_bits = target.tls_bits;
    if (req->admin)
        conn->admin_state = r;
    else
        conn->hypervisor_state = r;
    conn->watch = watch;
    int rc = req->admin ? open_admin(conn, req, err) : open_main(conn, req, err);
    if (rc < 0) {
        remote_free(r); /* and the tunnel has ended */
        conn->hypervisor_state = conn->admin_state = NULL;
        g_autofree char *said = remote_command_said(&target);
        if (said)
            err_context(err, "%s", said);
    }
    if (target.said >= 0)
        close(target.said);
    return rc < 0 ? -1 : 1;
}

static void
remote_close(struct drv_conn *conn)
{
    struct remote *r = remote_of(conn);
    bool admin = conn->admin_state != NULL;
    {
        /* What the daemon undoes for this client is done when the close returns. */
        REMOTE_REPLY_INIT(reply);
        (void)remote_call(conn, admin ? ADMIN_PROGRAM : REMOTE_PROGRAM,
                          admin ? (int)ADMIN_PROC_CONNECT_CLOSE : (int)REMOTE_PROC_CONNECT_CLOSE, XDR_NONE,
                          NULL, XDR_NONE, NULL, &reply, NULL);
    }
    remote_free(r);
}

extern const struct driver remote_driver;
const struct driver remote_driver = { .name = "remote", .open = remote_open, .close = remote_close };
