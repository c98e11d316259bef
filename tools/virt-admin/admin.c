/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* virt-admin: the commands that look at a daemon and change its settings, over the admin library.  They wait
 * for the daemon's answer. */
#include "cmd.h"
#include "params.h"
#include "shell.h"

#include <libvirt/libvirt-admin.h>
#include <stdlib.h>
#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(virAdmServer, virAdmServerFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(virAdmClient, virAdmClientFree)

/* ---- connection ---- */

static void
on_close(virAdmConnectPtr conn, int reason, void *opaque)
{
    connection_broke(opaque, reason);
}

static void *
daemon_open(struct shell *sh)
{
    virAdmConnectPtr conn = virAdmConnectOpen(sh->uri, 0);
    if (conn)
        virAdmConnectRegisterCloseCallback(conn, on_close, sh, NULL);
    return conn;
}

static void
daemon_close(struct shell *sh, void *conn)
{
    virAdmConnectUnregisterCloseCallback(conn, on_close);
    virAdmConnectClose(conn);
}

static char *
daemon_uri(struct shell *sh)
{
    return virAdmConnectGetURI(sh->admin);
}

const struct program program = {
    .name = "virt-admin", .tool = "Virt-admin command line tool", .uri_env = "LIBVIRT_ADMIN_DEFAULT_URI",
    .what = "admin server", .terminal = "administrating virtualization interactive terminal",
    .env_debug = "VIRT_ADMIN_DEBUG", .env_log = "VIRT_ADMIN_LOG_FILE", .env_history = "VIRT_ADMIN_HISTSIZE",
    .again = "Reconnected to the admin server",
    .open = daemon_open, .close = daemon_close, .uri_of = daemon_uri,
};

/* ---- looking ---- */

static virAdmServerPtr
server_of(struct shell *sh, const struct call *call)
{
    const char *name = NULL;
    return opt_string(sh, call, "server", &name) > 0 ? virAdmConnectLookupServer(sh->admin, name, 0) : NULL;
}

static virAdmClientPtr
client_of(struct shell *sh, const struct call *call, virAdmServerPtr server)
{
    const char *text = opt_text(call, "client");
    char *end;
    guint64 id = g_ascii_strtoull(text, &end, 10);
    if (end == text || *end || *text == '-') {
        fail(sh, "Numeric value '%s' for <%s> option is malformed or out of range", text, "client");
        return NULL;
    }
    return virAdmServerLookupClient(server, id, 0);
}

static void
find_servers(struct shell *sh, const struct call *call, GPtrArray *names)
{
    virAdmServerPtr *list = NULL;
    int n = virAdmConnectListServers(sh->admin, &list, 0);
    for (int i = 0; i < n; i++) {
        finder_add(names, virAdmServerGetName(list[i]));
        virAdmServerFree(list[i]);
    }
    free(list);
}

const struct finder finders[] = {{"server", find_servers, false}, {NULL, NULL, false}};

bool
cmd_uri(struct shell *sh, const struct call *call)
{
    char *uri = virAdmConnectGetURI(sh->admin);
    if (!uri)
        return fail(sh, "failed to get URI");
    out(sh, "%s\n", uri);
    free(uri);
    return true;
}

static void
version_line(struct shell *sh, const char *label, unsigned long long v)
{
    out(sh, "%s%llu.%llu.%llu\n", label, v / 1000000, v / 1000 % 1000, v % 1000);
}

bool
cmd_version(struct shell *sh, const struct call *call)
{
    unsigned long long v;
    version_line(sh, "Compiled against library: libvirt ", LIBVIR_VERSION_NUMBER);
    if (virAdmGetVersion(&v) < 0)
        return fail(sh, "failed to get the library version");
    version_line(sh, "Using library: libvirt ", v);
    if (virAdmConnectGetLibVersion(sh->admin, &v) < 0)
        return fail(sh, "failed to get the daemon version");
    version_line(sh, "Running against daemon: ", v);
    return true;
}

bool
cmd_server_list(struct shell *sh, const struct call *call)
{
    virAdmServerPtr *list = NULL;
    int n = virAdmConnectListServers(sh->admin, &list, 0);
    if (n < 0)
        return fail(sh, "failed to obtain list of available servers from %s",
                    sh->uri ? sh->uri : "the daemon");
    g_autoptr(table) t = table_new("Id", "Name", NULL);
    for (int i = 0; i < n; i++) {
        g_autofree char *id = g_strdup_printf("%d", i);
        table_row(t, id, virAdmServerGetName(list[i]), NULL);
        virAdmServerFree(list[i]);
    }
    free(list);
    table_print(sh, t);
    return true;
}

bool
cmd_server_threadpool_info(struct shell *sh, const struct call *call)
{
    auto_params p = {0};
    g_autoptr(virAdmServer) server = server_of(sh, call);
    if (!server)
        return false;
    if (virAdmServerGetThreadPoolParameters(server, &p.list, &p.n, 0) < 0)
        return fail(sh, "Unable to get server workerpool parameters");
    params_print(sh, LINE_OF_PARAM, p.list, p.n);
    return true;
}

bool
cmd_server_clients_info(struct shell *sh, const struct call *call)
{
    auto_params p = {0};
    g_autoptr(virAdmServer) server = server_of(sh, call);
    if (!server)
        return false;
    if (virAdmServerGetClientLimits(server, &p.list, &p.n, 0) < 0)
        return fail(sh, "Unable to retrieve client limits from server's configuration");
    params_print(sh, "%-20s: %s\n", p.list, p.n);
    return true;
}

static char *
time_text(long long seconds)
{
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_local(seconds);
    return at ? g_date_time_format(at, "%Y-%m-%d %H:%M:%S%z") : g_strdup_printf("%lld", seconds);
}

static const char *
transport_name(int transport)
{
    static const char *const names[] = {"unix", "tcp", "tls"};
    return transport >= 0 && (size_t)transport < G_N_ELEMENTS(names) ? names[transport] : "unknown";
}

bool
cmd_client_list(struct shell *sh, const struct call *call)
{
    virAdmClientPtr *list = NULL;
    g_autoptr(virAdmServer) server = server_of(sh, call);
    if (!server)
        return false;
    int n = virAdmServerListClients(server, &list, 0);
    if (n < 0)
        return fail(sh, "failed to obtain list of connected clients from server '%s'",
                    opt_text(call, "server"));
    g_autoptr(table) t = table_new("Id", "Transport", "Connected since", NULL);
    for (int i = 0; i < n; i++) {
        g_autofree char *id = g_strdup_printf("%llu", virAdmClientGetID(list[i]));
        g_autofree char *since = time_text(virAdmClientGetTimestamp(list[i]));
        table_row(t, id, transport_name(virAdmClientGetTransport(list[i])), since, NULL);
        virAdmClientFree(list[i]);
    }
    free(list);
    table_print(sh, t);
    return true;
}

bool
cmd_client_info(struct shell *sh, const struct call *call)
{
    auto_params p = {0};
    g_autoptr(virAdmServer) server = server_of(sh, call);
    g_autoptr(virAdmClient) client = server ? client_of(sh, call, server) : NULL;
    if (!client)
        return false;
    if (virAdmClientGetInfo(client, &p.list, &p.n, 0) < 0)
        return fail(sh,
                    "failed to retrieve client identity information for client '%s' connected to server '%s'",
                    opt_text(call, "client"), opt_text(call, "server"));
    g_autofree char *since = time_text(virAdmClientGetTimestamp(client));
    fact(sh, LINE_OF_PARAM, "id", "%llu", virAdmClientGetID(client));
    fact(sh, LINE_OF_PARAM, "connection_time", "%s", since);
    fact(sh, LINE_OF_PARAM, "transport", "%s", transport_name(virAdmClientGetTransport(client)));
    params_print(sh, LINE_OF_PARAM, p.list, p.n);
    return true;
}

/* ---- changing ---- */

bool
cmd_server_threadpool_set(struct shell *sh, const struct call *call)
{
    auto_params p = {0};
    if (params_add_uint(sh, call, "max-workers", VIR_THREADPOOL_WORKERS_MAX, &p) < 0 ||
        params_add_uint(sh, call, "min-workers", VIR_THREADPOOL_WORKERS_MIN, &p) < 0 ||
        params_add_uint(sh, call, "priority-workers", VIR_THREADPOOL_WORKERS_PRIORITY, &p) < 0)
        return false;
    if (p.n == 0)
        return fail(sh, "give at least one of --min-workers, --max-workers and --priority-workers");
    g_autoptr(virAdmServer) server = server_of(sh, call);
    return server && virAdmServerSetThreadPoolParameters(server, p.list, p.n, 0) == 0;
}

bool
cmd_server_clients_set(struct shell *sh, const struct call *call)
{
    auto_params p = {0};
    if (params_add_uint(sh, call, "max-clients", VIR_SERVER_CLIENTS_MAX, &p) < 0 ||
        params_add_uint(sh, call, "max-unauth-clients", VIR_SERVER_CLIENTS_UNAUTH_MAX, &p) < 0)
        return false;
    if (p.n == 0)
        return fail(sh, "give at least one of --max-clients and --max-unauth-clients");
    g_autoptr(virAdmServer) server = server_of(sh, call);
    return server && virAdmServerSetClientLimits(server, p.list, p.n, 0) == 0;
}

bool
cmd_client_disconnect(struct shell *sh, const struct call *call)
{
    g_autoptr(virAdmServer) server = server_of(sh, call);
    g_autoptr(virAdmClient) client = server ? client_of(sh, call, server) : NULL;
    if (!client)
        return false;
    if (virAdmClientClose(client, 0) < 0)
        return fail(sh, "Failed to disconnect client '%s' from server %s", opt_text(call, "client"),
                    virAdmServerGetName(server));
    say(sh, "Client '%s' disconnected", opt_text(call, "client"));
    return true;
}

bool
cmd_server_update_tls(struct shell *sh, const struct call *call)
{
    g_autoptr(virAdmServer) server = server_of(sh, call);
    if (!server)
        return false;
    if (virAdmServerUpdateTlsFiles(server, 0) < 0)
        return fail(sh, "Unable to update server's tls related files.");
    say(sh, "update tls related files succeed\n");
    return true;
}

bool
cmd_daemon_log_filters(struct shell *sh, const struct call *call)
{
    const char *text = opt_text(call, "filters");
    if (text) {
        if (virAdmConnectSetLoggingFilters(sh->admin, text, 0) < 0)
            return fail(sh, "Unable to change daemon logging settings");
        return true;
    }
    char *now = NULL;
    if (virAdmConnectGetLoggingFilters(sh->admin, &now, 0) < 0)
        return fail(sh, "Unable to get daemon logging filters information");
    fact(sh, " %-15s %s\n", "Logging filters:", "%s", now ? now : "");
    free(now);
    return true;
}

bool
cmd_daemon_log_outputs(struct shell *sh, const struct call *call)
{
    const char *text = opt_text(call, "outputs");
    if (text) {
        if (virAdmConnectSetLoggingOutputs(sh->admin, text, 0) < 0)
            return fail(sh, "Unable to change daemon logging settings");
        return true;
    }
    char *now = NULL;
    if (virAdmConnectGetLoggingOutputs(sh->admin, &now, 0) < 0)
        return fail(sh, "Unable to get daemon logging outputs information");
    fact(sh, " %-15s %s\n", "Logging outputs:", "%s", now ? now : "");
    free(now);
    return true;
}

bool
cmd_daemon_timeout(struct shell *sh, const struct call *call)
{
    unsigned int seconds;
    return opt_uint(sh, call, "timeout", &seconds) > 0 &&
           virAdmConnectSetDaemonTimeout(sh->admin, seconds, 0) == 0;
}

#if API_12
bool
cmd_daemon_shutdown(struct shell *sh, const struct call *call)
{
    return virAdmConnectDaemonShutdown(sh->admin,
                                       opt_flag(call, "preserve") ? VIR_DAEMON_SHUTDOWN_PRESERVE : 0) == 0;
}
#endif
