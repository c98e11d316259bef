/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * remote: the client side of the wire, a driver like any other.
 *
 * Owns: one connection to a daemon, shared by any number of threads.
 *
 * Nobody's thread is needed while nothing is awaited: a call sends its message
 * and, if no other thread reads, reads itself until its reply is there, handing
 * out on the way what belongs to others; then the next waiting call takes over.
 * A thread of our own reads only when something may come unasked: events,
 * streams with callbacks, keepalive, a close callback.
 *
 * Called by: lib/ through the driver table.  Calls wait for the daemon.
 */
#pragma once

#include "driver/driver.h"
#include "driver/event-wire.h"
#include "wire/framing.h"
#include "wire/params.h"
#include "wire/secure.h"

#include <glib.h>
#include <pthread.h>

struct remote_stream;

/* Something a thread waits for: the reply to a call, or data on a stream. */
struct remote_waiter {
    struct remote_waiter *next;
    uint32_t serial;
    bool is_call;
    bool done;
    pthread_cond_t cond;
    struct frame *reply; /* g_free() */
};

struct remote_subscription {
    int id; /* ours */
    event_deliver deliver;
    void *opaque;
    event_free_opaque free_opaque;
};

struct remote {
    struct drv_conn *conn;
    int fd;
    bool unix_socket;
    bool local;             /* the daemon runs on this host: nobody can listen in */
    int tls_bits;           /* of the cipher, 0: no TLS */
    struct secure *secure;  /* NULL: messages go as they are; set before the connection is open */
    struct login *login;    /* SASL's, as long as its layer is used */
    pid_t tunnel;           /* process that carries the connection (ssh …), or 0 */
    struct relay *relay;    /* a thread that does (libssh), or NULL */

    pthread_mutex_t lock;   /* guards all below */
    struct frame_reader in; /* of whoever has `reading` */
    struct frame_writer out;
    uint32_t serial;
    struct remote_waiter *waiters;
    struct remote_stream *streams;
    bool reading;           /* a thread has the role of reader */
    bool closing;
    bool dead;
    struct err why;         /* it is dead */
    int reason;             /* virConnectCloseReason */
    bool told;              /* conn->lost was called */
    GQueue events;          /* struct frame *, read but not delivered */

    bool thread_runs;
    pthread_t thread;
    pthread_cond_t thread_cond;
    int interval;           /* keepalive: seconds, 0: none */
    unsigned int count, unanswered;
    gint64 heard;           /* last time something came, monotonic µs */

    /* A leaf lock: held while events are delivered, so that nothing is delivered
     * after deregistering returned. */
    pthread_mutex_t events_lock;
    GPtrArray *channels;
    GQueue unclaimed;       /* events with an id that is not known yet */
    bool registering;
    int next_subscription;
    pthread_mutex_t register_lock; /* one registration at a time; taken before all others */

    struct remote *next;    /* fork.c's list */
    pid_t owner;            /* who opened it */
    bool foreign;           /* this is a copy in a child of its */
    bool watched;           /* of a foreign one: our thread ran */
};

static inline struct remote *
remote_of(const struct drv_conn *conn)
{
    return conn->hypervisor_state ? conn->hypervisor_state : conn->admin_state;
}

static inline bool
remote_is_carried(const struct remote *r)
{
    return r->tunnel > 0 || r->relay;
}

static inline bool
remote_encrypted(const struct remote *r)
{
    return r->tls_bits > 0 || r->login; /* which is kept for its layer */
}

/* ---- client.c ---- */

struct remote *remote_new(struct drv_conn *conn, int fd, bool unix_socket);
/* Ends the connection; nothing of it is used by other threads any more. */
void remote_free(struct remote *r);

/* Under r->lock: what waits goes out, as far as the socket takes it; see frame_writer_flush(). */
int remote_flush(struct remote *r, struct err *err);

/* ---- socket-libssh.c ---- */

void remote_relay_end(struct relay *r);

/* ---- auth.c ---- */

/* Logs in, before anything else is called. */
int remote_authenticate(struct drv_conn *conn, const struct open_request *req, struct err *err);

/* ---- fork.c ---- */

void remote_fork_add(struct remote *r);
void remote_fork_remove(struct remote *r);
/* Under r->lock, before the socket is used: -1 when it is the parent's. */
int remote_fork_check(struct remote *r, struct err *err);

/* A decoded reply lives until remote_reply_clear(). */
struct remote_reply {
    struct frame *frame;
    struct xdr_arena arena;
    char space[512];
};
void remote_reply_clear(struct remote_reply *reply);
#define REMOTE_REPLY_INIT(name) \
    __attribute__((cleanup(remote_reply_clear))) struct remote_reply name; \
    name.frame = NULL; \
    xdr_arena_init(&name.arena, name.space, sizeof(name.space))

struct remote_request {
    uint32_t program;
    int proc;
    enum xdr_type args_type, ret_type; /* XDR_NONE: none */
    const void *args;
    void *ret;
    const int *fds;                    /* sent along; stay the caller's */
    size_t nfds;
    bool with_fds;                     /* the call is of the kind that may carry some */
    struct stream *stream;             /* opened by the call */
};
/* A call by its names in the wire's description: arguments `a`, and what else a request has; with results
 * `ret`.  For functions that have these and `conn`, `reply`, `err`. */
#define REMOTE_ASK(PROGRAM, PROC, name, ...) \
    (&(struct remote_request){ .program = PROGRAM##_PROGRAM, .proc = PROGRAM##_PROC_##PROC, \
                               .args_type = XDR_##name##_args, .args = &a, ##__VA_ARGS__ })
#define REMOTE_GET(PROGRAM, PROC, name, ...) \
    REMOTE_ASK(PROGRAM, PROC, name, .ret_type = XDR_##name##_ret, .ret = &ret, ##__VA_ARGS__)
#define CALL(PROGRAM, PROC, name, ...) \
    remote_request(conn, REMOTE_GET(PROGRAM, PROC, name, ##__VA_ARGS__), &reply, err)
#define CALL_VOID(PROGRAM, PROC, name, ...) \
    remote_request(conn, REMOTE_ASK(PROGRAM, PROC, name, ##__VA_ARGS__), &reply, err)
#define SENT_FDS(list, n) .fds = (list), .nfds = (n), .with_fds = true

int remote_request(struct drv_conn *conn, const struct remote_request *q, struct remote_reply *reply,
                   struct err *err);

static inline int
remote_call(struct drv_conn *conn, uint32_t program, int proc, enum xdr_type args_type, const void *args,
            enum xdr_type ret_type, void *ret, struct remote_reply *reply, struct err *err)
{
    return remote_request(conn,
                          &(struct remote_request){ .program = program,
                                                    .proc = proc,
                                                    .args_type = args_type,
                                                    .args = args,
                                                    .ret_type = ret_type,
                                                    .ret = ret },
                          reply, err);
}

/* With r->lock held: */
void remote_waiter_add(struct remote *r, struct remote_waiter *w);
void remote_waiter_remove(struct remote *r, struct remote_waiter *w);
/* Until w->done or the connection is dead; `block` false: one look at the socket. */
void remote_wait(struct remote *r, struct remote_waiter *w, bool block);
int remote_send(struct remote *r, struct xdr_writer *x, const int *fds, size_t nfds, bool block,
                struct err *err);
int remote_dead(struct remote *r, struct err *err); /* -1 with why it is dead */
/* Without: from now on a thread of ours reads. */
int remote_watch_locked(struct remote *r, struct err *err); /* under r->lock */
int remote_watch(struct remote *r, struct err *err);
int remote_set_keep_alive(struct drv_conn *conn, int interval, unsigned int count, struct err *err);
int remote_is_alive(struct drv_conn *conn, struct err *err);

/* ---- stream.c; lock held ---- */

struct remote_stream *remote_stream_new(struct remote *r, struct stream *st, uint32_t program, int proc,
                                        uint32_t serial);
void remote_stream_drop(struct remote_stream *rs); /* the call that should have opened it failed */
void remote_stream_receive(struct remote *r, struct frame *f);
void remote_streams_dead(struct remote *r);
void remote_streams_poke(
    struct remote *r); /* wakes the event loop for those with news; leaves the lock for it */
bool remote_streams_full(struct remote *r); /* more is waiting for the application than is good */

/* ---- events.c ---- */

void remote_event_deliver(struct remote *r, struct frame *f);
void remote_events_free(struct remote *r);
extern const struct hypervisor_ops remote_hypervisor_ops; /* generated */
extern const struct network_ops remote_network_ops;
extern const struct interface_ops remote_interface_ops;
extern const struct storage_ops remote_storage_ops;
extern const struct node_device_ops remote_node_device_ops;
extern const struct secret_ops remote_secret_ops;
extern const struct nwfilter_ops remote_nwfilter_ops;
extern const struct admin_ops remote_admin_ops;
extern const struct migration_ops remote_migration_ops; /* migrate.c */
void remote_tables(struct drv_conn *conn); /* open.c: all of them but that of the admin program */

/* ---- helpers of generated and hand-written calls ---- */

/* Typed parameters for a request, borrowed from `params`. */
int remote_params_out(struct remote_reply *reply, virTypedParameterPtr params, int n, uint32_t limit,
                      struct remote_typed_param **out, uint32_t *out_n, struct err *err);
/* Into the caller's room for *n; *n becomes what there is. */
int remote_params_fill(const struct remote_typed_param *params, uint32_t count, virTypedParameterPtr out,
                       int *n, struct err *err);
/* A new array. */
int remote_params_new(const struct remote_typed_param *params, uint32_t count, virTypedParameterPtr *out,
                      int *n, struct err *err);
int remote_limit(long long n, uint32_t limit, const char *what, struct err *err);
char **remote_strings(char **strings, uint32_t n); /* copies, NULL-terminated */
