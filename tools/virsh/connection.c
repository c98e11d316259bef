/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The connection of the shell: made when it is needed, again when it broke, another one on demand.  How one
 * is opened and closed is the program's.  Opening waits for the library; what broke is told on its event
 * thread. */
#include "cmd.h"
#include "shell.h"

#include <stdlib.h>

bool
shell_connected(const struct shell *sh)
{
    return sh->connection != NULL;
}

void
connection_broke(struct shell *sh, int reason)
{
    g_atomic_int_set(&sh->closed, reason + 1);
}

bool
shell_connect(struct shell *sh)
{
    err_watch(sh);
    if (!shell_events(sh))
        return false;
    g_atomic_int_set(&sh->closed, 0);
    sh->connection = program.open(sh);
    if (!sh->connection)
        return fail(sh, "failed to connect to the %s", program.what);
    err_forget(sh);
    return true;
}

void
shell_disconnect(struct shell *sh)
{
    if (!sh->connection)
        return;
    program.close(sh, sh->connection);
    sh->connection = NULL;
    err_forget(sh);
}

void
shell_reconnect_if_closed(struct shell *sh)
{
    static const char *const reasons[] = {"an input/output error", "end of file", "a keepalive timeout",
                                          "a request of this client"};
    int closed = g_atomic_int_get(&sh->closed);
    if (!closed || !sh->connection)
        return;
    g_autofree char *what = g_strdup_printf("the %s", program.what);
    char *uri = program.uri_of(sh);
    fail(sh, "Disconnected from %s due to %s", uri ? uri : what,
         closed - 1 < (int)G_N_ELEMENTS(reasons) ? reasons[closed - 1] : "an unknown reason");
    free(uri);
    shell_disconnect(sh);
    if (shell_connect(sh))
        fail(sh, "Reconnected to the %s", program.what);
    else
        err_tell(sh);
}

bool
cmd_connect(struct shell *sh, const struct call *call)
{
    const char *name = opt_text(call, "name");
    /* Without a name it is the same place again, and in the same way unless asked otherwise. */
    bool readonly = program.readonly && (opt_flag(call, "readonly") || (!name && sh->readonly));
    /* The old connection stays until the new one stands. */
    void *old = sh->connection;
    char *old_uri = sh->uri;
    bool old_readonly = sh->readonly;
    sh->uri = g_strdup(name ? name : old_uri);
    sh->readonly = readonly;
    if (shell_connect(sh)) {
        if (old)
            program.close(sh, old);
        if (old && program.again)
            say(sh, "%s\n", program.again);
        g_free(old_uri);
        err_forget(sh);
        return true;
    }
    g_free(sh->uri);
    sh->connection = old;
    sh->uri = old_uri;
    sh->readonly = old_readonly;
    return false;
}
