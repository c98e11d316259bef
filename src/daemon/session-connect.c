/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * session-connect: opening and closing a connection to a driver.
 *
 * Opening runs on an executor thread (it may read files), the rest on the I/O
 * thread.
 */
#include "daemon/admin.h"
#include "daemon/session.h"

#include "base/log.h"
#include "driver/uri.h"
#include "wire/peer-features.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_RPC
LOG_FROM("daemon.connect");

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
    pthread_mutex_unlock(&s->lock);
    drv_conn_leave(call->conn); /* who hears of the end finds that its guests have ended, too */
    pthread_mutex_lock(&s->lock);
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
    /* Not migration: no driver of this daemon has the steps. */
    static const enum wire_feature features[] = { FEATURE_DESCRIPTORS,         FEATURE_STRING_PARAMS,
                                                  FEATURE_KEEPALIVE,           FEATURE_XML_MIGRATABLE,
                                                  FEATURE_EVENT_CALLBACKS,     FEATURE_CLOSE_CALLBACK,
                                                  FEATURE_NETWORK_UPDATE_ORDER };
    *supported = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(features); i++)
        *supported |= feature == (int)features[i];
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
    /* Nobody listens in on a socket of this machine. */
    struct session *s = call->session;
    *secure = s->transport != TRANSPORT_TCP || (s->login && login_layer_bits(s->login) >= LOGIN_SECRET_BITS);
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
