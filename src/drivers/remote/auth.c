/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * auth: logs a connection in: asks the daemon what it wants, picks what the URI allows (auth=polkit,
 * auth=sasl, auth=sasl.MECHANISM), and does it.
 *
 * Called by: open.c, before anything else is called on the connection, so that no other thread uses it.
 * Waits for the daemon, and for the user whom the application asks.
 */
#include "driver/auth.h"
#include "drivers/remote/remote.h"
#include "wire/endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>

#define ERR_FROM VIR_FROM_REMOTE
#define DENIED(err, ...) err_set(err, VIR_ERR_AUTH_FAILED, "authentication failed: " __VA_ARGS__)

static int
polkit(struct drv_conn *conn, struct err *err)
{
    struct remote_auth_polkit_ret ret;
    REMOTE_REPLY_INIT(reply);
    return remote_call(conn, REMOTE_PROGRAM, REMOTE_PROC_AUTH_POLKIT, XDR_NONE, NULL,
                       XDR_remote_auth_polkit_ret, &ret, &reply, err);
}

/* ---- SASL ---- */

struct asking { const struct open_request *req; const char *host; };

static int
ask(virConnectCredentialPtr creds, unsigned n, void *opaque, struct err *err)
{
    struct asking *a = opaque;
    if (auth_fill(a->req, "libvirt", a->host, creds, n, err) == 0)
        return 0;
    if (err && err->domain == VIR_FROM_AUTH)
        err->domain = VIR_FROM_REMOTE;
    return -1;
}

static struct login *
begin(struct remote *r, struct asking *a, struct err *err)
{
    static const struct { int type; const char *item; } kinds[] = {
        { VIR_CRED_USERNAME, "username" },   { VIR_CRED_AUTHNAME, "authname" },
        { VIR_CRED_PASSPHRASE, "password" }, { VIR_CRED_NOECHOPROMPT, NULL },
        { VIR_CRED_REALM, "realm" },         { VIR_CRED_ECHOPROMPT, NULL },
        { VIR_CRED_LANGUAGE, NULL },         { VIR_CRED_CNONCE, NULL },
    };
    int types[G_N_ELEMENTS(kinds)];
    struct login_asker asker = { .types = types, .ask = ask, .opaque = a };
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *value = NULL;
        int rc = kinds[i].item ? auth_from_file(a->req, "libvirt", a->host, kinds[i].item, &value, err) : 0;
        if (rc < 0)
            return NULL;
        if (rc > 0 || auth_may_ask(a->req, kinds[i].type))
            types[asker.ntypes++] = kinds[i].type;
    }
    bool net = !r->unix_socket && !remote_is_carried(r);
    g_autofree char *local = endpoint_address(r->fd, false), *peer = endpoint_address(r->fd, true);
    const struct login_security sec = { .outside = r->tls_bits, .secret = !net || r->tls_bits > 0,
                                        .least = LOGIN_SECRET_BITS };
    return login_client_begin(&sec, net ? a->host : g_get_host_name(), local, peer, &asker, err);
}

/* The mechanisms that may be used: the server's, or the one that the URI names. */
static char *
mechanisms(struct drv_conn *conn, const char *wanted, struct err *err)
{
    struct remote_auth_sasl_init_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (remote_call(conn, REMOTE_PROGRAM, REMOTE_PROC_AUTH_SASL_INIT, XDR_NONE, NULL,
                    XDR_remote_auth_sasl_init_ret, &ret, &reply, err) < 0)
        return NULL;
    if (!wanted)
        return g_strdup(ret.mechlist);
    g_auto(GStrv) list = g_strsplit_set(ret.mechlist, ", ", -1);
    for (char **m = list; *m; m++)
        if (**m && strcasecmp(*m, wanted) == 0)
            return g_strdup(*m);
    DENIED(err, "the server does not have the SASL mechanism '%s'; it has: %s", wanted, ret.mechlist);
    return NULL;
}

/* No data are not the same as no bytes. */
static const char *
data_in(int nil, const char *data)
{
    return nil ? NULL : data ? data : "";
}

/* Until both sides say that it is over. */
static int
exchange(struct drv_conn *conn, struct login *l, const char *mechs, struct err *err)
{
    const char *mechanism = NULL, *out = NULL;
    size_t n = 0;
    int done = login_client_first(l, mechs, &mechanism, &out, &n, err);
    if (done < 0)
        return -1;
    struct remote_auth_sasl_start_args start = { .mech = (char *)mechanism, .nil = !out, .data = (char *)out,
                                                 .data_n = out ? (uint32_t)n : 0 };
    struct remote_auth_sasl_start_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (remote_call(conn, REMOTE_PROGRAM, REMOTE_PROC_AUTH_SASL_START, XDR_remote_auth_sasl_start_args,
                    &start, XDR_remote_auth_sasl_start_ret, &ret, &reply, err) < 0)
        return -1;
    const char *in = data_in(ret.nil, ret.data);
    size_t in_n = ret.data_n;
    int complete = ret.complete;
    for (;;) {
        out = NULL;
        if (!done || (in && !complete)) {
            done = login_step(l, in, in_n, &out, &n, err);
            if (done < 0)
                return -1;
        }
        if (complete)
            return done ? 0 : DENIED(err, "the server ended the exchange before its proof was given");
        struct remote_auth_sasl_step_args step = { .nil = !out,
                                                   .data = (char *)out,
                                                   .data_n = out ? (uint32_t)n : 0 };
        struct remote_auth_sasl_step_ret next;
        remote_reply_clear(&reply);
        reply.frame = NULL;
        xdr_arena_init(&reply.arena, reply.space, sizeof(reply.space));
        if (remote_call(conn, REMOTE_PROGRAM, REMOTE_PROC_AUTH_SASL_STEP, XDR_remote_auth_sasl_step_args,
                        &step, XDR_remote_auth_sasl_step_ret, &next, &reply, err) < 0)
            return -1;
        in = data_in(next.nil, next.data);
        in_n = next.data_n;
        complete = next.complete;
    }
}

static int
start_layer(struct remote *r, struct err *err)
{
    int flags = fcntl(r->fd, F_GETFL);
    if (flags < 0 || fcntl(r->fd, F_SETFL, flags | O_NONBLOCK) < 0)
        return err_errno(err, errno, "Cannot make a socket nonblocking");
    pthread_mutex_lock(&r->lock);
    if (!r->secure)
        r->secure = secure_new(r->fd, NULL);
    secure_sasl_input(r->secure, r->login);
    secure_sasl_output(r->secure, r->login, 0);
    pthread_mutex_unlock(&r->lock);
    return 0;
}

static int
sasl(struct drv_conn *conn, const struct open_request *req, const char *mechanism, struct err *err)
{
    struct remote *r = remote_of(conn);
    const char *server = req->uri ? req->uri->server : NULL;
    struct asking asking = { req, server && *server ? server : "localhost" };
    g_autofree char *mechs = mechanisms(conn, mechanism, err);
    if (!mechs)
        return -1;
    r->login = begin(r, &asking, err);
    if (!r->login || exchange(conn, r->login, mechs, err) < 0)
        return -1;
    if (r->tls_bits || r->unix_socket || remote_is_carried(r) || login_layer_bits(r->login) == 0) {
        login_end(g_steal_pointer(&r->login));
        return 0;
    }
    return start_layer(r, err);
}

/* ---- what is wanted ---- */

int
remote_authenticate(struct drv_conn *conn, const struct open_request *req, struct err *err)
{
    const char *want = req->uri ? uri_param(req->uri, "auth") : NULL;
    const char *mechanism = want && g_str_has_prefix(want, "sasl.") ? want + strlen("sasl.") : NULL;
    struct remote_auth_list_ret list;
    REMOTE_REPLY_INIT(reply);
    if (want && !mechanism && strcmp(want, "sasl") != 0 && strcmp(want, "polkit") != 0)
        return DENIED(err, "auth=%s in the URI is none of sasl, sasl.MECHANISM, polkit", want);
    if (remote_call(conn, REMOTE_PROGRAM, REMOTE_PROC_AUTH_LIST, XDR_NONE, NULL, XDR_remote_auth_list_ret,
                    &list, &reply, err) < 0)
        return -1;
    if (list.types_n == 0)
        return 0;
    int type =
        want ? (strcmp(want, "polkit") == 0 ? REMOTE_AUTH_POLKIT : REMOTE_AUTH_SASL) : (int)list.types[0];
    bool offered = false;
    for (uint32_t i = 0; i < list.types_n; i++)
        offered |= (int)list.types[i] == type;
    if (!offered)
        return DENIED(err, "the daemon does not want what auth=%s in the URI asks for%s", want,
                      list.types[0] == REMOTE_AUTH_NONE ? ": it wants nothing; leave it out" : "");
    if (type == REMOTE_AUTH_NONE)
        return 0;
    if (type == REMOTE_AUTH_POLKIT)
        return polkit(conn, err);
    return type == REMOTE_AUTH_SASL
               ? sasl(conn, req, mechanism, err)
               : DENIED(err, "the daemon wants a log-in of kind %d, which is not known here", type);
}
