/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * server: all clients of the daemon together.
 *
 * Owns: the listening sockets, the list of sessions, the limits on them, the
 * keepalive clock and the idle clock.  There are two services: "libvirtd" (the
 * API; clients with and without the right to write) and "admin".
 * Called by: main.  Runs on the I/O thread, except where said; waits never.
 */
#pragma once

#include "base/io.h"
#include "core/executor.h"
#include "daemon/settings.h"
#include "wire/tls.h"
#include "wire/xdr.h"

#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>

struct session;
struct listener;

enum transport { TRANSPORT_UNIX = 0, TRANSPORT_TCP = 1, TRANSPORT_TLS = 2 }; /* as virClientTransport */
enum service_id { SERVICE_MAIN, SERVICE_ADMIN, SERVICES };

struct service {
    const char *name;
    struct limits limits;
    unsigned clients, anonymous;
    bool full;                  /* its listeners rest until a client leaves */
};

struct server {
    struct config *config;
    struct io *io;
    struct executor *executor;
    struct service services[SERVICES];
    struct listener *listeners;
    struct session *sessions;   /* doubly linked, I/O thread only */
    uint64_t next_id;
    bool accepting;
    bool listen;                /* for other hosts too; set before server_listen() */
    bool has_tls;               /* constant once clients are served */
    struct tls_credentials *tls; /* replaced on the I/O thread when certificates were renewed */
    unsigned greeting;          /* clients whose handshake is not done */

    struct io_timer *greeting_timer, *keepalive_timer, *idle_timer, *accept_timer;
    unsigned idle_timeout;      /* seconds, 0: never */
    void (*idle)(void *opaque); /* the idle clock has run down */
    bool (*may_leave)(void);    /* asked before: false when something keeps the daemon */
    void *opaque;

    /* Shared by all sessions, I/O thread only. */
    char *in;                   /* what one read brings */
    struct xdr_writer reply;
    /* Sessions with events to send, any thread. */
    pthread_mutex_t flush_lock;
    struct session *flush;
    bool flush_posted;
};

#define SERVER_IN (64 * 1024)

struct server *server_new(struct config *config, struct io *io, struct executor *ex, struct err *err);
void server_free(struct server *server);

/* Any thread, before the server accepts.  Takes sockets from systemd when there
 * are some, makes them otherwise. */
int server_listen(struct server *server, struct err *err);
/* Any thread: from now on clients are served. */
void server_start(struct server *server, unsigned idle_timeout);
void server_set_idle_timeout(struct server *server, unsigned seconds); /* I/O thread */
/* Any thread but the I/O thread.  Closes the listeners: nobody comes any more; */
void server_stop(struct server *server);
/* closes the sessions, once their calls have been answered. */
void server_hang_up(struct server *server);

/* From sessions, I/O thread. */
void server_session_gone(struct server *server, struct session *s);
void server_session_authenticated(struct server *server, struct session *s);
void server_greeting(struct server *server, int change); /* one more, one less */
void server_keepalive_wanted(struct server *server);
void server_check_full(struct server *server, struct service *service);
/* From sessions, any thread: their queues will be written soon. */
void server_flush_later(struct server *server, struct session *s);
