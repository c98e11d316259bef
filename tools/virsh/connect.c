/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* virsh as a program, and how it connects to a hypervisor: opening waits for the library. */
#include "shell.h"

static void
on_close(virConnectPtr conn, int reason, void *opaque)
{
    connection_broke(opaque, reason);
}

static void
hypervisor_close(struct shell *sh, void *conn)
{
    virConnectUnregisterCloseCallback(conn, on_close);
    int left = virConnectClose(conn);
    if (left > 0)
        debug(sh, 2, "%d references to the connection are left", left);
}

static void *
hypervisor_open(struct shell *sh)
{
    virConnectPtr conn =
        virConnectOpenAuth(sh->uri, virConnectAuthPtrDefault, sh->readonly ? VIR_CONNECT_RO : 0);
    if (!conn)
        return NULL;
    if (virConnectRegisterCloseCallback(conn, on_close, sh, NULL) < 0)
        debug(sh, 1, "the driver does not report closed connections");
    if (sh->keepalive_interval <= 0 ||
        virConnectSetKeepAlive(conn, sh->keepalive_interval, sh->keepalive_count) == 0)
        return conn;
    if (sh->keepalive_asked) {
        virErrorPtr why = virSaveLastError();
        fail(sh, "cannot probe this connection as asked for, closing it");
        hypervisor_close(sh, conn);
        err_take(sh, why);
        return NULL;
    }
    debug(sh, 1, "the driver has no keepalive for this connection");
    return conn;
}

static char *
hypervisor_uri(struct shell *sh)
{
    return virConnectGetURI(sh->conn);
}

const struct program program = {
    .name = "virsh",
    .tool = "Virsh command line tool",
    .uri_env = "VIRSH_DEFAULT_CONNECT_URI",
    .what = "hypervisor",
    .terminal = "virtualization interactive terminal",
    .console = true,
    .readonly = true,
    .env_debug = "VIRSH_DEBUG",
    .env_log = "VIRSH_LOG_FILE",
    .env_history = "VIRSH_HISTSIZE",
    .open = hypervisor_open,
    .close = hypervisor_close,
    .uri_of = hypervisor_uri,
};
