/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * session-connect: logging in, and opening and closing a connection to a
 * driver.
 *
 * Opening runs on an executor thread (it may read files), the rest on the I/O
 * thread; polkit's answer is waited for on an executor thread.
 */
#include "daemon/admin.h"
#include "daemon/session.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/process.h"
#include "driver/uri.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_RPC
LOG_FROM("daemon.connect");

#define FEATURE_KEEPALIVE 10 /* asking for it says: I answer keepalive messages */
#define POLKIT_TIMEOUT_MS (120 * 1000)

static enum auth_kind
wanted_auth(struct session *s)
{
    const struct config *c = s->server->config;
    if (s->admin || (s->who.has_unix && s->who.uid == 0))
        return AUTH_NONE; /* root needs nobody's permission */
    return s->readonly ? c->auth_ro : c->auth_rw;
}

static void
logged_in(struct session *s)
{
    if (s->authenticated)
        return;
    s->authenticated = true;
    frame_reader_limit(&s->in, NET_MESSAGE_PAYLOAD_MAX);
    server_session_authenticated(s->server, s);
}

int
session_auth_list(struct dispatch_call *call, struct remote_auth_list_ret *ret, struct err *err)
{
    struct session *s = call->session;
    enum auth_kind kind = s->authenticated ? AUTH_NONE : wanted_auth(s);
    if (kind == AUTH_NONE)
        logged_in(s);
    ret->types = xdr_arena_alloc(call->arena, sizeof(*ret->types));
    ret->types_n = 1;
    ret->types[0] = kind == AUTH_NONE ? REMOTE_AUTH_NONE : REMOTE_AUTH_POLKIT;
    return 0;
}

static int
no_sasl(struct err *err)
{
    return err_set(err, VIR_ERR_AUTH_FAILED,
                   "authentication failed: this daemon does not offer SASL on this socket");
}

int
session_auth_sasl_init(struct dispatch_call *call, struct remote_auth_sasl_init_ret *ret, struct err *err)
{
    return no_sasl(err);
}

int
session_auth_sasl_start(struct dispatch_call *call, const struct remote_auth_sasl_start_args *args,
                        struct remote_auth_sasl_start_ret *ret, struct err *err)
{
    return no_sasl(err);
}

int
session_auth_sasl_step(struct dispatch_call *call, const struct remote_auth_sasl_step_args *args,
                       struct remote_auth_sasl_step_ret *ret, struct err *err)
{
    return no_sasl(err);
}

static void
logged_in_posted(void *arg)
{
    struct session *s = arg;
    if (!s->closed)
        logged_in(s);
}

int
session_auth_polkit(struct dispatch_call *call, struct remote_auth_polkit_ret *ret, struct err *err)
{
    struct session *s = call->session;
    const char *action = s->readonly ? "org.libvirt.unix.monitor" : "org.libvirt.unix.manage";
    if (wanted_auth(s) != AUTH_POLKIT)
        return err_set(err, VIR_ERR_AUTH_FAILED, "authentication failed: polkit is not asked on this socket");
    if (!s->who.has_unix || s->who.pid <= 0 || !s->who.start_time)
        return err_set(err, VIR_ERR_AUTH_FAILED, "authentication failed: it is not known which process asks");
    /* pid, start time and uid together name one process, whoever has its number later. */
    g_autofree char *process = g_strdup_printf("%d,%llu,%d", (int)s->who.pid,
                                               (unsigned long long)s->who.start_time, (int)s->who.uid);
    const char *argv[] = { "pkcheck", "--action-id", action, "--process", process, "--allow-user-interaction",
                           NULL };
    struct process_spec spec = { .argv = argv };
    struct process_output out = { 0 };
    if (process_run(&spec, NULL, 0, 4096, deadline_in_ms(POLKIT_TIMEOUT_MS), &out, err) < 0) {
        err_context(err, "authentication failed: asking polkit for %s", action);
        if (err)
            err->code = VIR_ERR_AUTH_FAILED;
        return -1;
    }
    int rc = 0;
    if (out.status != 0) {
        g_strchomp(out.err ? out.err : (out.err = g_strdup("")));
        rc = err_set(err, WIFEXITED(out.status) && WEXITSTATUS(out.status) == 3 ? VIR_ERR_AUTH_CANCELLED
                     : VIR_ERR_AUTH_FAILED, "authentication failed: polkit denies %s to user %d%s%s", action,
                     (int)s->who.uid, *out.err ? ": " : "", out.err);
    }
    process_output_clear(&out);
    if (rc < 0)
        return -1;
    ret->complete = 1;
    io_call(s->server->io, logged_in_posted, s);
    return 0;
}

/* ---- opening ---- */

static void
conn_lost(struct drv_conn *conn, int reason, void *opaque)
{
    log_info("client %llu: its connection to the driver is lost (reason %d)",
             (unsigned long long)((struct session *)opaque)->id, reason);
    session_close_later(opaque);
}

static const char *
default_uri(struct session *s)
{
    return s->server->config->system ? "qemu:///system" : "qemu:///session";
}

int
session_connect_open(struct dispatch_call *call, const struct remote_connect_open_args *args, struct err *err)
{
    struct session *s = call->session;
    pthread_mutex_lock(&s->lock);
    bool busy = s->opening || s->conn;
    s->opening = true;
    pthread_mutex_unlock(&s->lock);
    if (busy)
        return err_set(err, VIR_ERR_INTERNAL_ERROR,
                       "the client has opened a connection already; another one needs "
                       "its own socket");
    const char *name = args->name && *args->name ? args->name : default_uri(s);
    struct drv_conn *conn = NULL;
    struct uri *uri = uri_parse(name, err);
    if (uri && (uri->transport || uri->server)) {
        err_set_from(err, VIR_FROM_NONE, VIR_ERR_NO_CONNECT,
                     "the daemon does not connect to others on behalf of its "
                     "clients; give the URI %s to the library instead",
                     name);
    } else if (uri) {
        struct open_request req = { .uri = uri, .flags = args->flags & VIR_CONNECT_RO };
        if (s->readonly)
            req.flags |= VIR_CONNECT_RO;
        conn = drv_conn_open(&req, &s->who, conn_lost, s, err);
    }
    uri_free(uri);
    pthread_mutex_lock(&s->lock);
    s->opening = false;
    s->conn = conn;
    pthread_mutex_unlock(&s->lock);
    call->conn = conn;
    return conn ? 0 : -1;
}

int
session_connect_close(struct dispatch_call *call, struct err *err)
{
    struct session *s = call->session;
    pthread_mutex_lock(&s->lock);
    s->conn_given_up = true;
    s->close_when_sent = true; /* after the reply */
    pthread_mutex_unlock(&s->lock);
    return 0;
}

/* The last reference is gone: no call is under way. */
void
session_conn_free(struct session *s)
{
    drv_conn_close(s->conn);
    s->conn = NULL;
}

int
session_connect_supports_feature(struct dispatch_call *call, int feature, int *supported, struct err *err)
{
    struct session *s = call->session;
    if (feature == FEATURE_KEEPALIVE && s->service->limits.keepalive_interval > 0 && !s->keepalive) {
        s->keepalive = s->heard = true;
        server_keepalive_wanted(s->server);
    }
    *supported = feature == 3 || feature == 4 || (feature >= 6 && feature <= 16);
    return 0;
}

int
session_connect_get_uri(struct dispatch_call *call, char **uri, struct err *err)
{
    *uri = call->conn->uri;
    return 0;
}

int
session_connect_is_secure(struct dispatch_call *call, int *secure, struct err *err)
{
    *secure = 1; /* a socket of this machine */
    return 0;
}

int
session_connect_set_identity(struct dispatch_call *call, virTypedParameterPtr params, int nparams,
                             unsigned int flags, struct err *err)
{
    /* For daemons that pass on the calls of others.  Who may write here may do everything anyway: there is
     * nothing that another identity would allow, and what the socket tells stays what is logged. */
    if (call->session->readonly)
        return err_set(err, VIR_ERR_ACCESS_DENIED, "a read-only client cannot speak for others");
    return 0;
}

int
session_close_callback(struct dispatch_call *call, bool want, struct err *err)
{
    return 0; /* the driver lives in this process: with it goes the socket itself */
}

/* ---- admin ---- */

int
session_admin_open(struct dispatch_call *call, unsigned int flags, struct err *err)
{
    struct session *s = call->session;
    if (flags)
        return err_set_from(err, VIR_FROM_ADMIN, VIR_ERR_INVALID_ARG, "opening: flags 0x%x are not known",
                            flags);
    pthread_mutex_lock(&s->lock);
    bool busy = s->conn;
    pthread_mutex_unlock(&s->lock);
    if (busy)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "the client has opened a connection already");
    struct drv_conn *conn = admin_conn_new(s->server, &s->who);
    pthread_mutex_lock(&s->lock);
    s->conn = conn;
    pthread_mutex_unlock(&s->lock);
    call->conn = conn;
    return 0;
}

int
session_admin_close(struct dispatch_call *call, struct err *err)
{
    return session_connect_close(call, err);
}
