/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * session-sasl: a client's log-in by SASL.
 *
 * The three calls run on executor threads, because a mechanism may ask other daemons; a client that sends
 * the next before the answer to the last is refused.  What changes how the socket is read is done on the I/O
 * thread, before the client can know; what is sent is protected behind the answer to the last step.
 */
#include "base/log.h"
#include "daemon/session-login.h"

#include <fnmatch.h>
#include <glib.h>
#include <string.h>

#define ERR_FROM VIR_FROM_RPC
LOG_FROM("daemon.login");

/* From state `from`; nobody else is at it until let_go(). */
static int
take(struct session *s, int from, struct err *err)
{
    if (session_wanted_auth(s) != AUTH_SASL)
        return err_set(err, VIR_ERR_AUTH_FAILED,
                       "authentication failed: this daemon does not offer SASL on this socket");
    pthread_mutex_lock(&s->lock);
    bool ok = (int)s->login_state == from;
    if (ok)
        s->login_state = LOGIN_STEPS;
    pthread_mutex_unlock(&s->lock);
    return ok ? 0 : err_set(err, VIR_ERR_AUTH_FAILED,
                            "authentication failed: the client's calls are not in the order of a log-in");
}

static void
let_go(struct session *s, bool failed)
{
    pthread_mutex_lock(&s->lock);
    s->login_state = failed ? LOGIN_OVER : LOGIN_WAITS;
    if (failed)
        s->close_when_sent = true; /* the next try needs a connection of its own */
    pthread_mutex_unlock(&s->lock);
}

int
session_auth_sasl_init(struct dispatch_call *call, struct remote_auth_sasl_init_ret *ret, struct err *err)
{
    struct session *s = call->session;
    struct login_security sec = { .secret = s->transport != TRANSPORT_TCP,
                                  .least = (int)s->server->config->tcp_min_ssf };
    if (take(s, LOGIN_NONE, err) < 0)
        return -1;
    struct login *login = login_server_begin(&sec, s->local, s->peer, err); /* may ask the resolver */
    pthread_mutex_lock(&s->lock);
    s->login = login;
    pthread_mutex_unlock(&s->lock);
    g_autofree char *list = login ? login_mechanisms(login, err) : NULL;
    let_go(s, list == NULL);
    if (!list)
        return -1;
    ret->mechlist = xdr_arena_alloc(call->arena, strlen(list) + 1);
    strcpy(ret->mechlist, list);
    return 0;
}

static bool
name_allowed(char **patterns, const char *name)
{
    for (char **p = patterns; p && *p; p++)
        if (fnmatch(*p, name, 0) == 0)
            return true;
    return !patterns;
}

struct over { struct session *s; bool layer, injected; };

static void
over_posted(void *arg)
{
    struct over *over = arg;
    struct session *s = over->s;
    if (s->closed)
        return;
    /* Bytes that are here already were not protected. */
    over->injected = over->layer && s->in.end > s->in.begin;
    if (over->injected)
        return;
    if (over->layer) {
        pthread_mutex_lock(&s->lock);
        if (!s->secure)
            s->secure = secure_new(s->fd, NULL);
        secure_sasl_input(s->secure, s->login);
        s->layer_next = true;
        pthread_mutex_unlock(&s->lock);
    }
    session_logged_in(s);
}

/* The last step went well. */
static int
finish(struct session *s, struct err *err)
{
    const char *name = login_user(s->login);
    if (!name)
        return err_set(err, VIR_ERR_AUTH_FAILED, "authentication failed: the mechanism names no user");
    if (!name_allowed(s->server->config->sasl_names, name)) {
        log_warn("client %llu (%s): no pattern of sasl_allowed_username_list fits user '%s'",
                 (unsigned long long)s->id, s->peer ? s->peer : "this host", name);
        return err_set(err, VIR_ERR_AUTH_FAILED, "authentication failed: user '%s' may not use this daemon",
                       name);
    }
    log_debug("client %llu: is user '%s' by SASL", (unsigned long long)s->id, name);
    pthread_mutex_lock(&s->lock);
    s->who.sasl_user_name = g_strdup(name);
    pthread_mutex_unlock(&s->lock);
    struct over over = { .s = s, .layer = s->transport == TRANSPORT_TCP && login_layer_bits(s->login) > 0 };
    io_call(s->server->io, over_posted, &over);
    return over.injected ? err_set(err, VIR_ERR_AUTH_FAILED,
                                   "authentication failed: the client sent on before its log-in was over")
                         : 0;
}

static int
answer(struct dispatch_call *call, int rc, const char *out, size_t out_n,
       struct remote_auth_sasl_step_ret *ret, struct err *err)
{
    struct session *s = call->session;
    if (rc > 0 && finish(s, err) < 0)
        rc = -1;
    if (rc >= 0) {
        ret->complete = rc;
        ret->nil = out == NULL;
        if (out) {
            ret->data_n = (uint32_t)out_n;
            ret->data = (char *)out; /* good until the next step, and this one is sent before */
        }
    } else {
        /* Why is for the log: it would help who guesses. */
        log_warn("client %llu (%s): %s", (unsigned long long)s->id, s->peer ? s->peer : "this host",
                 err_message(err));
        err_clear(err);
        err_set(err, VIR_ERR_AUTH_FAILED, "authentication failed: the daemon's log says why");
    }
    if (rc > 0) {
        pthread_mutex_lock(&s->lock);
        s->login_state = LOGIN_OVER;
        pthread_mutex_unlock(&s->lock);
    } else {
        let_go(s, rc < 0);
    }
    return rc < 0 ? -1 : 0;
}

/* `mech`: of the first step, NULL in those after it. */
static int
take_step(struct dispatch_call *call, const char *mech, const struct remote_auth_sasl_step_args *args,
          struct remote_auth_sasl_step_ret *ret, struct err *err)
{
    struct session *s = call->session;
    const char *out = NULL, *in = args->nil ? NULL : args->data ? args->data : ""; /* no data, or no bytes */
    size_t out_n = 0;
    if (take(s, LOGIN_WAITS, err) < 0)
        return -1;
    int rc = mech ? login_server_first(s->login, mech, in, args->data_n, &out, &out_n, err)
                  : login_step(s->login, in, args->data_n, &out, &out_n, err);
    return answer(call, rc, out, out_n, ret, err);
}

int
session_auth_sasl_start(struct dispatch_call *call, const struct remote_auth_sasl_start_args *args,
                        struct remote_auth_sasl_start_ret *ret, struct err *err)
{
    const struct remote_auth_sasl_step_args in = { .nil = args->nil,
                                                   .data = args->data,
                                                   .data_n = args->data_n };
    struct remote_auth_sasl_step_ret out = { 0 };
    int rc = take_step(call, args->mech, &in, &out, err);
    *ret = (struct remote_auth_sasl_start_ret){ .complete = out.complete, .nil = out.nil, .data = out.data,
                                                .data_n = out.data_n };
    return rc;
}

int
session_auth_sasl_step(struct dispatch_call *call, const struct remote_auth_sasl_step_args *args,
                       struct remote_auth_sasl_step_ret *ret, struct err *err)
{
    return take_step(call, NULL, args, ret, err);
}
