/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * session: one client of the daemon.
 *
 * Owns: the socket, what was read and what waits to be sent, the calls under
 * way, the connection to a driver, streams and event subscriptions.
 *
 * Threads.  The I/O thread reads, answers calls of class snapshot, moves
 * streams.  All other calls run on executor threads, which send their replies
 * themselves.  `lock` guards what the two share (marked below); it is a leaf.
 * Each call, subscription, stream and posted function holds a reference; the
 * connection to the driver is closed when the last one is gone.
 * Waits: never, but for driver calls on executor threads.
 */
#pragma once

#include "base/identity.h"
#include "daemon/dispatch.h"
#include "daemon/server.h"
#include "driver/driver.h"
#include "wire/framing.h"
#include "wire/secure.h"

struct session_stream;
struct subscription;

struct session {
    /* Constant. */
    struct server *server;
    struct service *service;
    uint64_t id;
    int64_t since;              /* wall clock, seconds */
    int64_t since_mono;
    struct identity who;        /* what the transport and the log-in prove: under lock until logged in */
    bool readonly, admin;       /* of the socket */
    enum transport transport;
    char *peer, *local;         /* addresses "host;port", NULL on a socket of this host */

    /* I/O thread only. */
    struct session *prev, *next;
    struct io_watch *watch;
    struct frame_reader in;
    struct tls *tls;            /* until the handshake is done */
    bool greeting, stepping;    /* the handshake is under way, a thread is at it */
    bool authenticated, closed, eof, paused_reading;
    bool keepalive, heard;
    unsigned unanswered;
    struct session_stream *streams;
    GPtrArray *subscriptions;
    GPtrArray *spoken_for;      /* whom the client has named (struct identity), NULL: nobody */
    unsigned events_watched;

    /* Under lock. */
    pthread_mutex_t lock;
    int fd;                     /* -1: closed */
    struct frame_writer out;
    struct secure *secure;      /* NULL: messages go as they are; changed by the I/O thread only */
    struct login *login;        /* SASL, from its beginning to the end of the session */
    enum { LOGIN_NONE, LOGIN_WAITS, LOGIN_STEPS, LOGIN_OVER } login_state;
    bool layer_next;            /* behind the next message SASL protects what is sent */
    bool arm_posted;            /* the I/O thread will look at `out` */
    bool flush_queued;          /* in server->flush */
    bool broken;                /* to be closed */
    bool close_when_sent;
    bool lane_paused;           /* calls rest too, until replies are taken */
    bool paused;                /* reading rests until the queues are shorter */
    size_t call_bytes;          /* of calls that wait or run on threads */
    bool opening;
    struct drv_conn *conn;      /* set once; NULL before opening */
    bool conn_given_up;         /* closed by the client: for new calls it is gone */

    struct session *flush_next; /* under server->flush_lock */
    atomic_uint refs;
    struct exec_lane lane;      /* the executor's */
};

/* Limits per client; beyond the first two reading rests, beyond the third the
 * client, which does not read its events, is given up. */
#define SESSION_CALL_BYTES (1024 * 1024)
#define SESSION_OUT_BYTES (1024 * 1024)
#define SESSION_EVENT_BYTES (16 * 1024 * 1024)

/* I/O thread.  Takes the socket. */
struct session *session_new(struct listener *l, int fd);
int session_watch(struct session *s, struct err *err);
void session_close(struct session *s, const char *why);
void session_tick(struct session *s, unsigned keepalive_count); /* keepalive */
void session_update_watch(struct session *s);
/* Decides whether to read on; after queues became shorter. */
void session_resume(struct session *s);

/* Any thread. */
struct session *session_ref(struct session *s);
void session_unref(struct session *s);
/* Sends, or queues what the socket does not take; `w` is empty afterwards.
 * Descriptors are closed when sent. */
void session_send(struct session *s, struct xdr_writer *w, const int *fds, size_t nfds);
void session_close_later(struct session *s);
/* Under s->lock: after `out` has grown; tells the I/O thread if need be. */
void session_flush_locked(struct session *s);
struct drv_conn *session_conn(struct session *s);

/* Under s->lock: so much waits to be run or sent that reading rests. */
bool session_queues_full(struct session *s);

/* session-call.c; the first on the I/O thread */
void session_call(struct session *s, struct frame *f);
void session_call_free(struct work *work);              /* one that never ran, too */

/* session-stream.c, I/O thread */
struct session_stream *session_stream_new(struct session *s, struct stream *st, const struct net_header *h);
void session_stream_start(struct session_stream *st);
bool session_stream_packet(struct session *s, struct frame *f);
void session_streams_close(struct session *s);
void session_streams_pump(struct session *s);
size_t session_streams_backlog(struct session *s);
void stream_free_unused(struct stream *st);

/* session-event.c, I/O thread */
void session_events_close(struct session *s);

/* session-login.c, I/O thread */
int session_greet(struct session *s, struct err *err);  /* a new client by TLS */
void session_greet_step(struct session *s);             /* the socket is ready for its handshake */
void session_find_peer(struct session *s, int fd);      /* who a new client is */

/* session-connect.c */
void session_identity_clear(struct identity *who);
void session_conn_free(struct session *s);
