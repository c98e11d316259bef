/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* virsh as a program, and its connection to a hypervisor: opening waits for the library. */
#include "cmd.h"
#include "lookup.h"

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
};

bool
shell_connected(const struct shell *sh)
{
    return sh->conn != NULL;
}

static void
connection_closed(virConnectPtr conn, int reason, void *opaque)
{
    struct shell *sh = opaque;
    g_atomic_int_set(&sh->closed, reason + 1);
}

bool
shell_connect(struct shell *sh)
{
    err_watch(sh);
    if (!shell_events(sh))
        return false;
    sh->conn = virConnectOpenAuth(sh->uri, virConnectAuthPtrDefault,
                                  sh->readonly ? VIR_CONNECT_RO : 0);
    if (!sh->conn)
        return fail(sh, "failed to connect to the hypervisor");
    g_atomic_int_set(&sh->closed, 0);
    if (virConnectRegisterCloseCallback(sh->conn, connection_closed, sh, NULL) < 0)
        debug(sh, 1, "the driver does not report closed connections");
    if (sh->keepalive_interval > 0 &&
        virConnectSetKeepAlive(sh->conn, sh->keepalive_interval, sh->keepalive_count) != 0) {
        if (sh->keepalive_asked) {
            virErrorPtr why = virSaveLastError();
            fail(sh, "cannot probe this connection as asked for, closing it");
            shell_disconnect(sh);
            err_set(sh, why);
            return fail(sh, "failed to connect to the hypervisor");
        }
        debug(sh, 1, "the driver has no keepalive for this connection");
    }
    err_forget(sh);
    return true;
}

void
shell_disconnect(struct shell *sh)
{
    if (!sh->conn)
        return;
    virConnectUnregisterCloseCallback(sh->conn, connection_closed);
    int left = virConnectClose(sh->conn);
    if (left > 0)
        debug(sh, 2, "%d references to the connection are left", left);
    sh->conn = NULL;
    err_forget(sh);
}

void
shell_reconnect_if_closed(struct shell *sh)
{
    static const char *const reasons[] = {"an input/output error", "end of file", "a keepalive timeout",
                                          "a request of this client"};
    int closed = g_atomic_int_get(&sh->closed);
    if (!closed || !sh->conn)
        return;
    g_autofree char *uri = virConnectGetURI(sh->conn);
    fail(sh, "Disconnected from %s due to %s", uri ? uri : "the hypervisor",
         closed - 1 < (int)G_N_ELEMENTS(reasons) ? reasons[closed - 1] : "an unknown reason");
    shell_disconnect(sh);
    if (shell_connect(sh))
        fail(sh, "Reconnected to the hypervisor");
    else
        err_tell(sh);
}

bool
cmd_connect(struct shell *sh, const struct call *call)
{
    const char *name = opt_text(call, "name");
    /* Without a name it is the same hypervisor again, and in the same way unless asked otherwise. */
    bool readonly = opt_flag(call, "readonly") || (!name && sh->readonly);
    char *uri = g_strdup(name ? name : sh->uri);
    /* The old connection stays until the new one stands. */
    virConnectPtr old = sh->conn;
    char *old_uri = sh->uri;
    bool old_readonly = sh->readonly;
    if (old)
        virConnectRef(old);
    shell_disconnect(sh);
    sh->uri = uri;
    sh->readonly = readonly;
    if (shell_connect(sh)) {
        if (old)
            virConnectClose(old);
        g_free(old_uri);
        return true;
    }
    g_free(sh->uri);
    sh->conn = old;
    sh->uri = old_uri;
    sh->readonly = old_readonly;
    return false;
}
