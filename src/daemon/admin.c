/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * admin: see admin.h.
 */
#include "daemon/admin.h"

#include "base/log.h"
#include "base/typed_params.h"
#include "daemon/listener.h"
#include "daemon/session.h"
#include "driver/driver-tables.h"

#include <config.h>
#include <glib.h>
#include <grp.h>
#include <libvirt/libvirt-admin.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_ADMIN
LOG_FROM("daemon.admin");

#define WORKERS_LEAST 1

static struct server *
of(struct drv_conn *conn)
{
    return conn->admin_state;
}

static struct service *
find_service(struct drv_conn *conn, const char *name, struct err *err)
{
    struct server *server = of(conn);
    for (int i = 0; i < SERVICES; i++)
        if (name && strcmp(name, server->services[i].name) == 0)
            return &server->services[i];
    err_set_from(err, VIR_FROM_RPC, VIR_ERR_NO_SERVER,
                 "there is no server '%s'; there are 'libvirtd' and 'admin'", name ? name : "");
    return NULL;
}

static int
no_flags(unsigned flags, const char *call, struct err *err)
{
    return flags ? err_set(err, VIR_ERR_INVALID_ARG, "%s: flags 0x%x are not known", call, flags) : 0;
}

static int
connect_list_servers(struct drv_conn *conn, struct admin_server_ref_list *servers, unsigned flags,
                     struct err *err)
{
    if (no_flags(flags, "listing servers", err) < 0)
        return -1;
    if (servers) {
        servers->items = g_new0(struct admin_server_ref, SERVICES);
        servers->n = SERVICES;
        /* by name, as users are used to */
        servers->items[0].name = g_strdup(of(conn)->services[SERVICE_ADMIN].name);
        servers->items[1].name = g_strdup(of(conn)->services[SERVICE_MAIN].name);
    }
    return SERVICES;
}

static int
connect_lookup_server(struct drv_conn *conn, const char *name, unsigned flags,
                      struct admin_server_ref *result, struct err *err)
{
    struct service *service = find_service(conn, name, err);
    if (!service)
        return -1;
    result->name = g_strdup(service->name);
    return 0;
}

static int
connect_get_lib_version(struct drv_conn *conn, unsigned long long *version, struct err *err)
{
    *version = PACKAGE_VERSION_NUMBER;
    return 0;
}

/* ---- clients ---- */

struct ask {
    struct server *server;
    struct service *service;
    unsigned long long id;
    struct admin_client_ref_list *list;
    struct session *found;
    bool close;
    int n;
};

static void
client_ref(struct admin_client_ref *ref, const struct session *s)
{
    ref->srv.name = g_strdup(s->service->name);
    ref->id = s->id;
    ref->timestamp = s->since;
    ref->transport = (int)s->transport;
}

static void
list_posted(void *arg)
{
    struct ask *ask = arg;
    for (struct session *s = ask->server->sessions; s; s = s->next)
        ask->n += s->service == ask->service;
    if (!ask->list)
        return;
    ask->list->items = g_new0(struct admin_client_ref, ask->n + 1);
    ask->list->n = (size_t)ask->n;
    int i = ask->n; /* the newest is first in the server's list */
    for (struct session *s = ask->server->sessions; s; s = s->next)
        if (s->service == ask->service)
            client_ref(&ask->list->items[--i], s);
}

static void
find_posted(void *arg)
{
    struct ask *ask = arg;
    for (struct session *s = ask->server->sessions; s && !ask->found; s = s->next)
        if (s->service == ask->service && s->id == ask->id)
            ask->found = session_ref(s);
    if (ask->found && ask->close)
        session_close(ask->found, "closed by the administrator");
}

static int
server_list_clients(struct drv_conn *conn, const struct admin_server_ref *srv,
                    struct admin_client_ref_list *clients, unsigned flags, struct err *err)
{
    struct ask ask = { .server = of(conn), .list = clients, .service = find_service(conn, srv->name, err) };
    if (!ask.service || no_flags(flags, "listing clients", err) < 0)
        return -1;
    io_call(ask.server->io, list_posted, &ask);
    return ask.n;
}

/* A reference on the session, or NULL with err. */
static struct session *
find_client(struct drv_conn *conn, const char *server, unsigned long long id, bool close, struct err *err)
{
    struct ask ask = {
        .server = of(conn), .id = id, .close = close, .service = find_service(conn, server, err)
    };
    if (!ask.service)
        return NULL;
    io_call(ask.server->io, find_posted, &ask);
    if (!ask.found)
        err_set_from(err, VIR_FROM_RPC, VIR_ERR_NO_CLIENT, "the server '%s' has no client with id %llu",
                     server, id);
    return ask.found;
}

static int
server_lookup_client(struct drv_conn *conn, const struct admin_server_ref *srv, unsigned long long id,
                     unsigned flags, struct admin_client_ref *result, struct err *err)
{
    if (no_flags(flags, "looking up a client", err) < 0)
        return -1;
    struct session *s = find_client(conn, srv->name, id, false, err);
    if (!s)
        return -1;
    client_ref(result, s);
    session_unref(s);
    return 0;
}

static int
client_close(struct drv_conn *conn, const struct admin_client_ref *client, unsigned flags, struct err *err)
{
    struct session *s = find_client(conn, client->srv.name, client->id, flags == 0, err);
    if (!s)
        return -1;
    if (no_flags(flags, "closing a client", err) < 0) {
        session_unref(s);
        return -1;
    }
    session_unref(s);
    return 0;
}

static int
client_get_info(struct drv_conn *conn, const struct admin_client_ref *client, virTypedParameterPtr *params,
                int *nparams, unsigned flags, struct err *err)
{
    int n = 0, max = 0;
    if (no_flags(flags, "asking about a client", err) < 0)
        return -1;
    struct session *s = find_client(conn, client->srv.name, client->id, false, err);
    if (!s)
        return -1;
    *params = NULL;
    typed_params_add_boolean(params, &n, &max, VIR_CLIENT_INFO_READONLY, s->readonly);
    if (s->peer) {
        g_autofree char *address = g_strdelimit(g_strdup(s->peer), ";", ':');
        typed_params_add_string(params, &n, &max, VIR_CLIENT_INFO_SOCKET_ADDR, address);
    }
    pthread_mutex_lock(&s->lock);
    if (s->who.sasl_user_name)
        typed_params_add_string(params, &n, &max, VIR_CLIENT_INFO_SASL_USER_NAME, s->who.sasl_user_name);
    if (s->who.x509_dname)
        typed_params_add_string(params, &n, &max, VIR_CLIENT_INFO_X509_DISTINGUISHED_NAME, s->who.x509_dname);
    pthread_mutex_unlock(&s->lock);
    if (s->who.has_unix) {
        char space[2048];
        struct passwd pw, *user = NULL;
        struct group gr, *group = NULL;
        typed_params_add_int(params, &n, &max, VIR_CLIENT_INFO_UNIX_USER_ID, (int)s->who.uid);
        if (getpwuid_r(s->who.uid, &pw, space, sizeof(space), &user) == 0 && user)
            typed_params_add_string(params, &n, &max, VIR_CLIENT_INFO_UNIX_USER_NAME, user->pw_name);
        typed_params_add_int(params, &n, &max, VIR_CLIENT_INFO_UNIX_GROUP_ID, (int)s->who.gid);
        if (getgrgid_r(s->who.gid, &gr, space, sizeof(space), &group) == 0 && group)
            typed_params_add_string(params, &n, &max, VIR_CLIENT_INFO_UNIX_GROUP_NAME, group->gr_name);
        typed_params_add_int(params, &n, &max, VIR_CLIENT_INFO_UNIX_PROCESS_ID, (int)s->who.pid);
    }
    session_unref(s);
    *nparams = n;
    return 0;
}

/* ---- limits ---- */

static int
server_get_client_limits(struct drv_conn *conn, const struct admin_server_ref *srv,
                         virTypedParameterPtr *params, int *nparams, unsigned flags, struct err *err)
{
    int n = 0, max = 0;
    struct service *service = find_service(conn, srv->name, err);
    if (!service || no_flags(flags, "asking for client limits", err) < 0)
        return -1;
    *params = NULL;
    typed_params_add_uint(params, &n, &max, VIR_SERVER_CLIENTS_MAX, service->limits.max_clients);
    typed_params_add_uint(params, &n, &max, VIR_SERVER_CLIENTS_CURRENT, service->clients);
    typed_params_add_uint(params, &n, &max, VIR_SERVER_CLIENTS_UNAUTH_MAX,
                          service->limits.max_anonymous_clients);
    typed_params_add_uint(params, &n, &max, VIR_SERVER_CLIENTS_UNAUTH_CURRENT, service->anonymous);
    *nparams = n;
    return 0;
}

struct limit_change { struct server *server; struct service *service; unsigned max, max_anonymous; };

static void
limits_posted(void *arg)
{
    struct limit_change *change = arg;
    change->service->limits.max_clients = change->max;
    change->service->limits.max_anonymous_clients = change->max_anonymous;
    server_check_full(change->server, change->service);
}

static int
server_set_client_limits(struct drv_conn *conn, const struct admin_server_ref *srv,
                         virTypedParameterPtr params, int nparams, unsigned flags, struct err *err)
{
    static const struct typed_param_rule rules[] = {
        { VIR_SERVER_CLIENTS_MAX, VIR_TYPED_PARAM_UINT, false },
        { VIR_SERVER_CLIENTS_UNAUTH_MAX, VIR_TYPED_PARAM_UINT, false },
    };
    struct service *service = find_service(conn, srv->name, err);
    if (!service || no_flags(flags, "setting client limits", err) < 0 ||
        typed_params_check(params, nparams, rules, G_N_ELEMENTS(rules), err) < 0)
        return -1;
    struct limit_change change = { of(conn), service, service->limits.max_clients,
                                   service->limits.max_anonymous_clients };
    virTypedParameterPtr p = typed_params_find(params, nparams, VIR_SERVER_CLIENTS_MAX);
    if (p)
        change.max = p->value.ui;
    p = typed_params_find(params, nparams, VIR_SERVER_CLIENTS_UNAUTH_MAX);
    if (p)
        change.max_anonymous = p->value.ui;
    if (!change.max || change.max_anonymous > change.max)
        return err_set_from(err, VIR_FROM_RPC, VIR_ERR_INVALID_ARG,
                            "%u clients of which %u are not logged in: the first must be at least "
                            "1 and not below the second",
                            change.max, change.max_anonymous);
    io_call(change.server->io, limits_posted, &change);
    return 0;
}

static int
server_get_thread_pool_parameters(struct drv_conn *conn, const struct admin_server_ref *srv,
                                  virTypedParameterPtr *params, int *nparams, unsigned flags, struct err *err)
{
    int n = 0, max = 0;
    struct executor_stats stats;
    struct service *service = find_service(conn, srv->name, err);
    if (!service || no_flags(flags, "asking for threads", err) < 0)
        return -1;
    executor_get_stats(of(conn)->executor, &stats);
    *params = NULL;
    typed_params_add_uint(params, &n, &max, VIR_THREADPOOL_WORKERS_MIN, stats.min_threads);
    typed_params_add_uint(params, &n, &max, VIR_THREADPOOL_WORKERS_MAX, stats.max_threads);
    typed_params_add_uint(params, &n, &max, VIR_THREADPOOL_WORKERS_CURRENT, stats.threads);
    typed_params_add_uint(params, &n, &max, VIR_THREADPOOL_WORKERS_FREE, stats.idle);
    typed_params_add_uint(params, &n, &max, VIR_THREADPOOL_WORKERS_PRIORITY, stats.spare);
    typed_params_add_uint(params, &n, &max, VIR_THREADPOOL_JOB_QUEUE_DEPTH, stats.queued);
    *nparams = n;
    return 0;
}

static int
server_set_thread_pool_parameters(struct drv_conn *conn, const struct admin_server_ref *srv,
                                  virTypedParameterPtr params, int nparams, unsigned flags, struct err *err)
{
    static const struct typed_param_rule rules[] = {
        { VIR_THREADPOOL_WORKERS_MIN, VIR_TYPED_PARAM_UINT, false },
        { VIR_THREADPOOL_WORKERS_MAX, VIR_TYPED_PARAM_UINT, false },
        { VIR_THREADPOOL_WORKERS_PRIORITY, VIR_TYPED_PARAM_UINT, false },
    };
    struct service *service = find_service(conn, srv->name, err);
    if (!service || no_flags(flags, "setting threads", err) < 0 ||
        typed_params_check(params, nparams, rules, G_N_ELEMENTS(rules), err) < 0)
        return -1;
    struct executor_stats now;
    executor_get_stats(of(conn)->executor, &now);
    unsigned max = now.max_threads, min = now.min_threads, spare = now.spare;
    const struct { const char *name; unsigned *value; } wanted[] = {
        { VIR_THREADPOOL_WORKERS_MIN, &min },
        { VIR_THREADPOOL_WORKERS_MAX, &max },
        { VIR_THREADPOOL_WORKERS_PRIORITY, &spare },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
        virTypedParameterPtr p = typed_params_find(params, nparams, wanted[i].name);
        if (p)
            *wanted[i].value = p->value.ui;
    }
    if (max < WORKERS_LEAST)
        return err_set_from(err, VIR_FROM_NONE, VIR_ERR_INVALID_ARG,
                            "the daemon needs at least %d thread for calls", WORKERS_LEAST);
    if (min > max)
        return err_set_from(err, VIR_FROM_NONE, VIR_ERR_INVALID_ARG,
                            "at least %u threads cannot be more than at most %u", min, max);
    executor_set_threads(of(conn)->executor, max, min, spare);
    return 0;
}

struct tls_change { struct server *server; struct tls_credentials *tls; };

static void
tls_posted(void *arg)
{
    struct tls_change *change = arg;
    tls_credentials_unref(change->server->tls); /* connections that are made with it keep it */
    change->server->tls = change->tls;
}

static int
server_update_tls_files(struct drv_conn *conn, const struct admin_server_ref *srv, unsigned flags,
                        struct err *err)
{
    struct service *service = find_service(conn, srv->name, err);
    struct tls_change change = { of(conn), NULL };
    if (!service || no_flags(flags, "reading the TLS files again", err) < 0)
        return -1;
    if (service != &change.server->services[SERVICE_MAIN] || !change.server->has_tls)
        return err_set_from(err, VIR_FROM_RPC, VIR_ERR_INTERNAL_ERROR, "the server '%s' has no TLS socket",
                            srv->name);
    change.tls = listener_load_tls(change.server->config, err);
    if (!change.tls)
        return err_context(err, "the certificates in use stay");
    io_call(change.server->io, tls_posted, &change);
    return 0;
}

/* ---- log, life ---- */

static int
connect_get_logging_filters(struct drv_conn *conn, char **filters, unsigned flags, struct err *err)
{
    unsigned n;
    if (no_flags(flags, "asking for log filters", err) < 0)
        return -1;
    *filters = log_get_filters(&n);
    return (int)n;
}

static int
connect_get_logging_outputs(struct drv_conn *conn, char **outputs, unsigned flags, struct err *err)
{
    unsigned n;
    if (no_flags(flags, "asking for log outputs", err) < 0)
        return -1;
    *outputs = log_get_outputs(&n);
    return (int)n;
}

static int
connect_set_logging_filters(struct drv_conn *conn, const char *filters, unsigned flags, struct err *err)
{
    return no_flags(flags, "setting log filters", err) < 0 ? -1 : log_set_filters(filters, err);
}

static int
connect_set_logging_outputs(struct drv_conn *conn, const char *outputs, unsigned flags, struct err *err)
{
    return no_flags(flags, "setting log outputs", err) < 0 ? -1 : log_set_outputs(outputs, err);
}

struct timeout_change { struct server *server; unsigned seconds; };

static void
timeout_posted(void *arg)
{
    struct timeout_change *change = arg;
    server_set_idle_timeout(change->server, change->seconds);
}

static int
connect_set_daemon_timeout(struct drv_conn *conn, unsigned timeout, unsigned flags, struct err *err)
{
    struct timeout_change change = { of(conn), timeout };
    if (no_flags(flags, "setting the daemon's idle time", err) < 0)
        return -1;
    io_call(change.server->io, timeout_posted, &change);
    return 0;
}

static int
connect_daemon_shutdown(struct drv_conn *conn, unsigned flags, struct err *err)
{
    /* Guests outlive the daemon anyway, so that PRESERVE asks for what is so. */
    if (flags & ~1U)
        return no_flags(flags, "stopping the daemon", err);
    log_info("an administrator's client asks to stop");
    kill(getpid(), SIGTERM);
    return 0;
}

static const struct admin_ops ops = {
    .client_close = client_close,
    .client_get_info = client_get_info,
    .connect_daemon_shutdown = connect_daemon_shutdown,
    .connect_get_lib_version = connect_get_lib_version,
    .connect_get_logging_filters = connect_get_logging_filters,
    .connect_get_logging_outputs = connect_get_logging_outputs,
    .connect_list_servers = connect_list_servers,
    .connect_lookup_server = connect_lookup_server,
    .connect_set_daemon_timeout = connect_set_daemon_timeout,
    .connect_set_logging_filters = connect_set_logging_filters,
    .connect_set_logging_outputs = connect_set_logging_outputs,
    .server_get_client_limits = server_get_client_limits,
    .server_get_thread_pool_parameters = server_get_thread_pool_parameters,
    .server_list_clients = server_list_clients,
    .server_lookup_client = server_lookup_client,
    .server_set_client_limits = server_set_client_limits,
    .server_set_thread_pool_parameters = server_set_thread_pool_parameters,
    .server_update_tls_files = server_update_tls_files,
};

static void
admin_close(struct drv_conn *conn)
{
}

struct drv_conn *
admin_conn_new(struct server *server, const struct identity *who)
{
    static const struct driver driver = { .name = "admin", .close = admin_close };
    struct drv_conn *conn = g_new0(struct drv_conn, 1);
    conn->driver = &driver;
    conn->admin = &ops;
    conn->admin_state = server;
    conn->who = who;
    conn->uri = g_strdup(server->config->system ? "libvirtd:///system" : "libvirtd:///session");
    return conn;
}
