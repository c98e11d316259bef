/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * session-login: who a client is: what its socket tells, its TLS certificate, and which log-in it has to
 * do; polkit.  SASL is session-sasl.c's.
 *
 * A handshake is many milliseconds of arithmetic that strangers can ask for: its steps run on executor
 * threads, one at a time for each client, whose number max_anonymous_clients bounds.  polkit's answer is
 * waited for on an executor thread.  The rest runs on the I/O thread.
 */
#include "daemon/session-login.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/process.h"
#include "daemon/listener.h"
#include "wire/endpoint.h"

#include <glib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#define ERR_FROM VIR_FROM_RPC
LOG_FROM("daemon.login");

#define POLKIT_TIMEOUT_MS (120 * 1000)

/* ---- where it comes from ---- */

void
session_find_peer(struct session *s, int fd)
{
    if (s->transport != TRANSPORT_UNIX) {
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        s->local = endpoint_address(fd, false);
        s->peer = endpoint_address(fd, true);
        if (!s->peer) /* gone already: the first read tells */
            s->peer = g_strdup("unknown;0");
        return;
    }
    struct ucred cred;
    socklen_t n = sizeof(cred);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &n) == 0 && n == sizeof(cred)) {
        s->who.has_unix = true;
        s->who.uid = cred.uid;
        s->who.gid = cred.gid;
        s->who.pid = cred.pid;
        s->who.start_time = cred.pid > 0 ? process_start_time(cred.pid) : 0;
    }
}

/* ---- TLS ---- */

struct greeting {
    struct work work;
    struct session *s;
    int rc;
    char *name;
    struct err err;
};

int
session_greet(struct session *s, struct err *err)
{
    s->tls = tls_new(s->server->tls, s->fd, NULL, err);
    if (!s->tls)
        return -1;
    s->greeting = true;
    server_greeting(s->server, 1);
    return 0;
}

static void
greeted(struct session *s, struct greeting *g)
{
    s->greeting = false;
    server_greeting(s->server, -1);
    pthread_mutex_lock(&s->lock);
    s->who.x509_dname = g_steal_pointer(&g->name);
    s->secure = secure_new(s->fd, g_steal_pointer(&s->tls));
    /* What clients wait for: their certificate is accepted. */
    frame_writer_add_copy(&s->out, "\1", 1);
    session_flush_locked(s);
    pthread_mutex_unlock(&s->lock);
    session_update_watch(s);
}

static void
greeting_posted(void *arg)
{
    struct greeting *g = arg;
    struct session *s = g->s;
    s->stepping = false;
    if (s->closed) {
        ; /* while we were at it */
    } else if (g->rc < 0) {
        log_warn("client %llu (%s) is refused: %s", (unsigned long long)s->id, s->peer, err_message(&g->err));
        session_close(s, "did not get through its TLS handshake");
    } else if (g->rc == 0) {
        greeted(s, g);
    } else {
        s->events_watched = g->rc == TLS_WRITE ? IO_WRITE : IO_READ;
        io_watch_set(s->watch, s->events_watched);
    }
    g_free(g->name);
    err_clear(&g->err);
    g_free(g);
    session_unref(s);
}

static void
greeting_run(struct work *work)
{
    struct greeting *g = (struct greeting *)work;
    struct session *s = g->s;
    const struct config *c = s->server->config;
    pthread_mutex_lock(&s->lock); /* keeps the socket */
    g->rc = s->fd < 0 ? -1 : tls_handshake(s->tls, &g->err);
    if (g->rc == 0 && !c->tls_no_verify)
        g->rc = tls_check_peer(s->tls, (const char *const *)c->tls_names, &g->err);
    if (g->rc == 0)
        g->name = tls_peer_name(s->tls);
    pthread_mutex_unlock(&s->lock);
}

static void
greeting_done(struct work *work)
{
    struct greeting *g = (struct greeting *)work;
    io_post(g->s->server->io, greeting_posted, g);
}

void
session_greet_step(struct session *s)
{
    if (s->stepping)
        return;
    s->stepping = true;
    s->events_watched = 0;
    io_watch_set(s->watch, 0);
    struct greeting *g = g_new0(struct greeting, 1);
    g->work = (struct work){ .run = greeting_run, .done = greeting_done };
    g->s = session_ref(s);
    executor_submit(s->server->executor, &g->work);
}

/* ---- what it has to do ---- */

enum auth_kind
session_wanted_auth(struct session *s)
{
    const struct config *c = s->server->config;
    if (s->transport != TRANSPORT_UNIX)
        return s->transport == TRANSPORT_TLS ? c->auth_tls : c->auth_tcp;
    enum auth_kind kind = s->admin ? AUTH_NONE : s->readonly ? c->auth_ro : c->auth_rw;
    if (kind == AUTH_POLKIT && s->who.has_unix && s->who.uid == 0)
        return AUTH_NONE; /* root needs nobody's permission */
    return kind;
}

void
session_logged_in(struct session *s)
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
    enum auth_kind kind = s->authenticated ? AUTH_NONE : session_wanted_auth(s);
    if (kind == AUTH_NONE)
        session_logged_in(s);
    ret->types = xdr_arena_alloc(call->arena, sizeof(*ret->types));
    ret->types_n = 1;
    ret->types[0] = kind == AUTH_NONE ? REMOTE_AUTH_NONE : kind == AUTH_SASL ? REMOTE_AUTH_SASL
                                                                             : REMOTE_AUTH_POLKIT;
    return 0;
}

static void
logged_in_posted(void *arg)
{
    struct session *s = arg;
    if (!s->closed)
        session_logged_in(s);
}

int
session_auth_polkit(struct dispatch_call *call, struct remote_auth_polkit_ret *ret, struct err *err)
{
    struct session *s = call->session;
    const char *action = s->readonly ? "org.libvirt.unix.monitor" : "org.libvirt.unix.manage";
    if (session_wanted_auth(s) != AUTH_POLKIT)
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
