/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * client: one connection; who reads what arrives, and who waits for it.  A whole call: request.c.
 *
 * The role of reader (r->reading) belongs to one thread at a time.  It blocks in
 * the kernel without the lock, and is the only one to touch r->in.  Sending needs
 * no role: the socket is written without blocking under the lock, and who finds it
 * full waits for room outside of it.
 */
#include "drivers/remote/remote.h"
#include "wire/peer-features.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_RPC

struct remote *
remote_new(struct drv_conn *conn, int fd, bool unix_socket)
{
    struct remote *r = g_new0(struct remote, 1);
    r->conn = conn;
    r->fd = fd;
    r->unix_socket = unix_socket;
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->thread_cond, NULL);
    pthread_mutex_init(&r->events_lock, NULL);
    pthread_mutex_init(&r->register_lock, NULL);
    frame_reader_init(&r->in);
    frame_writer_init(&r->out);
    g_queue_init(&r->events);
    g_queue_init(&r->unclaimed);
    r->channels = g_ptr_array_new();
    remote_fork_add(r);
    return r;
}

void
remote_free(struct remote *r)
{
    remote_fork_remove(r);
    pthread_mutex_lock(&r->lock);
    r->closing = true;
    if (r->thread_runs) {
        pthread_t thread = r->thread;
        shutdown(r->fd, SHUT_RDWR); /* ends its read */
        pthread_cond_signal(&r->thread_cond);
        pthread_mutex_unlock(&r->lock);
        if (pthread_equal(thread, pthread_self()))
            pthread_detach(thread);
        else
            pthread_join(thread, NULL);
    } else {
        pthread_mutex_unlock(&r->lock);
    }
    if (!r->foreign && !r->dead)
        secure_bye(r->secure);
    if (r->fd >= 0)
        close(r->fd);
    if (r->tunnel > 0 && !r->foreign) {
        kill(r->tunnel, SIGTERM);
        while (waitpid(r->tunnel, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    if (r->relay && !r->foreign)
        remote_relay_end(r->relay);
    struct frame *f;
    while ((f = g_queue_pop_head(&r->events))) {
        frame_close_fds(f);
        g_free(f);
    }
    remote_events_free(r);
    frame_reader_clear(&r->in);
    frame_writer_clear(&r->out);
    secure_free(r->secure);
    login_end(r->login);
    err_clear(&r->why);
    pthread_cond_destroy(&r->thread_cond);
    pthread_mutex_destroy(&r->lock);
    pthread_mutex_destroy(&r->events_lock);
    pthread_mutex_destroy(&r->register_lock);
    g_free(r);
}

/* ---- under the lock ---- */

int
remote_flush(struct remote *r, struct err *err)
{
    return r->secure ? secure_flush(r->secure, &r->out, err) : frame_writer_flush(&r->out, r->fd, err);
}

/* The connection is over: everyone who waits gets to know. */
static void
die(struct remote *r, int reason, struct err *why)
{
    if (r->dead) {
        err_clear(why);
        return;
    }
    r->dead = true;
    r->reason = reason;
    err_move(&r->why, why);
    shutdown(r->fd, SHUT_RDWR);
    for (struct remote_waiter *w = r->waiters; w; w = w->next)
        pthread_cond_signal(&w->cond);
    remote_streams_dead(r);
    pthread_cond_signal(&r->thread_cond);
}

int
remote_dead(struct remote *r, struct err *err)
{
    if (err) {
        err_copy(err, &r->why);
        if (!err_is_set(err))
            err_set(err, VIR_ERR_INTERNAL_ERROR, "client socket is closed");
    }
    return -1;
}

static void
add_message(struct remote *r, uint32_t program, int proc)
{
    struct xdr_writer w;
    const struct net_header h = { program, KEEPALIVE_PROTOCOL_VERSION, proc, NET_MESSAGE, 0, NET_OK };
    xdr_writer_init(&w, FRAME_HEADER);
    if (frame_end(&w, frame_begin(&w, &h), NULL) == 0)
        frame_writer_add_copy(&r->out, w.buf, w.len);
    xdr_writer_clear(&w);
    (void)remote_flush(r, NULL); /* full: it goes with the next */
}

static void
reply_for(struct remote *r, struct frame *f)
{
    for (struct remote_waiter *w = r->waiters; w; w = w->next)
        if (w->is_call && w->serial == f->header.serial && !w->done) {
            w->reply = frame_detach(f);
            w->done = true;
            pthread_cond_signal(&w->cond);
            return;
        }
    frame_close_fds(f); /* nobody asked */
}

static void
handle_frame(struct remote *r, struct frame *f)
{
    switch (f->header.type) {
    case NET_REPLY: case NET_REPLY_WITH_FDS:
        reply_for(r, f);
        return;
    case NET_STREAM: case NET_STREAM_HOLE:
        remote_stream_receive(r, f);
        break;
    case NET_MESSAGE:
        if (f->header.prog == KEEPALIVE_PROGRAM) {
            if (f->header.proc == KEEPALIVE_PROC_PING)
                add_message(r, KEEPALIVE_PROGRAM, KEEPALIVE_PROC_PONG);
            break;
        }
        g_queue_push_tail(&r->events, frame_detach(f));
        return;
    }
    frame_close_fds(f);
}

/* Delivers what was read; leaves the lock for it.  The caller has the role, so order is kept. */
static void
deliver_events(struct remote *r)
{
    struct frame *f;
    while ((f = g_queue_pop_head(&r->events))) {
        bool closed = f->header.prog == REMOTE_PROGRAM &&
                      f->header.proc == REMOTE_PROC_CONNECT_EVENT_CONNECTION_CLOSED;
        bool tell = closed && !r->told && r->conn->lost;
        if (closed)
            r->told = true;
        pthread_mutex_unlock(&r->lock);
        if (tell)
            r->conn->lost(r->conn, f->n >= 4 ? (int)xdr_get_u32(f->payload) : VIR_CONNECT_CLOSE_REASON_ERROR,
                          r->conn->lost_opaque);
        else if (!closed)
            remote_event_deliver(r, f);
        g_free(f);
        pthread_mutex_lock(&r->lock);
    }
    remote_streams_poke(r);
}

/* Milliseconds until a ping is due; pings when it is.  -1: never. */
static int
keepalive_timeout(struct remote *r)
{
    if (r->interval <= 0)
        return -1;
    gint64 due = r->heard + (gint64)r->interval * G_USEC_PER_SEC * (r->unanswered + 1);
    gint64 left = due - g_get_monotonic_time();
    if (left > 0)
        return (int)(left / 1000) + 1;
    if (r->unanswered >= r->count) {
        struct err why = ERR_INIT;
        err_set(&why, VIR_ERR_INTERNAL_ERROR,
                "The daemon has not answered for %u seconds: connection given up",
                (unsigned)r->interval * (r->count + 1));
        die(r, VIR_CONNECT_CLOSE_REASON_KEEPALIVE, &why);
        return 0;
    }
    r->unanswered++;
    add_message(r, KEEPALIVE_PROGRAM, KEEPALIVE_PROC_PING);
    return r->interval * 1000;
}

/* One read, by who has the role, and what came of it.  `block` false: only what is there. */
static void
read_step(struct remote *r, bool block)
{
    ERR_AUTO err = ERR_INIT;
    int timeout = block ? keepalive_timeout(r) : 0;
    bool pending = r->out.bytes > 0;
    if (r->dead)
        return;
    pthread_mutex_unlock(&r->lock);
    int rc = 1;
    struct pollfd p = { .fd = r->fd, .events = (short)(POLLIN | (pending ? POLLOUT : 0)) };
    if (timeout >= 0 || pending || r->secure) { /* whose reading does not wait */
        rc = poll(&p, 1, timeout);
        rc = rc > 0 && (p.revents & ~POLLOUT) ? 1 : FRAME_AGAIN;
    }
    if (rc == 1)
        rc = r->secure ? secure_fill(r->secure, &r->in, &err)
                       : frame_reader_fill(&r->in, r->fd, r->unix_socket, &err);
    pthread_mutex_lock(&r->lock);
    if (pending && r->out.bytes)
        (void)remote_flush(r, NULL);
    if (rc == FRAME_AGAIN)
        return;
    if (rc == 0)
        err_set_from(&err, VIR_FROM_RPC, VIR_ERR_SYSTEM_ERROR,
                     "End of file while reading data: the daemon closed the connection");
    if (rc <= 0) {
        die(r, rc == 0 ? VIR_CONNECT_CLOSE_REASON_EOF : VIR_CONNECT_CLOSE_REASON_ERROR, &err);
        return;
    }
    if (r->interval > 0) {
        r->heard = g_get_monotonic_time();
        r->unanswered = 0;
    }
    struct frame f;
    while ((rc = frame_reader_next(&r->in, &f, &err)) == 1)
        handle_frame(r, &f);
    if (rc < 0)
        die(r, VIR_CONNECT_CLOSE_REASON_ERROR, &err);
}

/* Gives the role up: the first who still waits takes it, or our thread. */
static void
pass_on(struct remote *r)
{
    r->reading = false;
    for (struct remote_waiter *w = r->waiters; w; w = w->next)
        if (!w->done) {
            pthread_cond_signal(&w->cond);
            return;
        }
    if (r->thread_runs)
        pthread_cond_signal(&r->thread_cond);
}

static void
tell_lost(struct remote *r)
{
    if (!r->dead || r->told || r->closing || !r->conn->lost)
        return;
    r->told = true;
    int reason = r->reason;
    pthread_mutex_unlock(&r->lock);
    r->conn->lost(r->conn, reason, r->conn->lost_opaque);
    pthread_mutex_lock(&r->lock);
}

void
remote_waiter_add(struct remote *r, struct remote_waiter *w)
{
    pthread_cond_init(&w->cond, NULL);
    w->next = NULL;
    struct remote_waiter **at = &r->waiters;
    while (*at)
        at = &(*at)->next;
    *at = w;
}

void
remote_waiter_remove(struct remote *r, struct remote_waiter *w)
{
    struct remote_waiter **at = &r->waiters;
    while (*at != w)
        at = &(*at)->next;
    *at = w->next;
    pthread_cond_destroy(&w->cond);
    if (!r->reading)
        pass_on(r);
    tell_lost(r);
}

void
remote_wait(struct remote *r, struct remote_waiter *w, bool block)
{
    bool looked = false;
    while (!w->done && !r->dead && !(looked && !block) && remote_fork_check(r, NULL) == 0) {
        if (r->reading) {
            if (!block)
                break;
            pthread_cond_wait(&w->cond, &r->lock);
            continue;
        }
        r->reading = true;
        read_step(r, block);
        deliver_events(r);
        pass_on(r);
        looked = true;
    }
}

int
remote_send(struct remote *r, struct xdr_writer *x, const int *fds, size_t nfds, bool block, struct err *err)
{
    if (r->dead) {
        xdr_writer_clear(x);
        /* Who was under way when it happened got the cause itself. */
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "The connection is closed: %s", err_message(&r->why));
    }
    if (remote_fork_check(r, err) < 0) {
        xdr_writer_clear(x);
        return -1;
    }
    frame_writer_add(&r->out, x, fds, nfds);
    for (;;) {
        ERR_AUTO failure = ERR_INIT;
        int rc = remote_flush(r, &failure);
        if (rc == 1)
            return 0;
        if (rc == -1) {
            /* The reader may find a better reason in what the daemon said last. */
            die(r, VIR_CONNECT_CLOSE_REASON_ERROR, &failure);
            return remote_dead(r, err);
        }
        if (!block)
            return 0;
        if (!r->reading) { /* it may be full because we do not read */
            r->reading = true;
            read_step(r, true);
            deliver_events(r);
            pass_on(r);
        } else {
            pthread_mutex_unlock(&r->lock);
            poll(&(struct pollfd){ .fd = r->fd, .events = POLLOUT }, 1, -1);
            pthread_mutex_lock(&r->lock);
        }
        if (r->dead)
            return remote_dead(r, err);
    }
}

/* ---- our own thread ---- */

static void *
reader_thread(void *opaque)
{
    struct remote *r = opaque;
    pthread_mutex_lock(&r->lock);
    while (!r->closing && !r->dead) {
        if (r->reading || (remote_streams_full(r) && !r->waiters)) {
            pthread_cond_wait(&r->thread_cond, &r->lock);
            continue;
        }
        r->reading = true;
        read_step(r, true);
        deliver_events(r);
        r->reading = false;
    }
    if (!r->closing)
        tell_lost(r);
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

int
remote_watch_locked(struct remote *r, struct err *err)
{
    int rc = 0;
    if (!r->thread_runs && !r->dead) {
        pthread_attr_t attr;
        sigset_t all, old;
        pthread_attr_init(&attr);
        pthread_attr_setstacksize(&attr, 256 * 1024);
        sigfillset(&all); /* signals are the application's */
        pthread_sigmask(SIG_SETMASK, &all, &old);
        int errnum = pthread_create(&r->thread, &attr, reader_thread, r);
        pthread_sigmask(SIG_SETMASK, &old, NULL);
        pthread_attr_destroy(&attr);
        r->thread_runs = errnum == 0;
        if (errnum)
            rc = err_errno(err, errnum, "Cannot start a thread that watches the connection");
    }
    return rc;
}

int
remote_watch(struct remote *r, struct err *err)
{
    pthread_mutex_lock(&r->lock);
    int rc = remote_fork_check(r, err) < 0 ? -1 : remote_watch_locked(r, err);
    pthread_mutex_unlock(&r->lock);
    return rc;
}

int
remote_set_keep_alive(struct drv_conn *conn, int interval, unsigned int count, struct err *err)
{
    struct remote *r = remote_of(conn);
    /* The daemon's word that it answers, which also makes it ask us from now on. */
    struct remote_connect_supports_feature_args args = { .feature = FEATURE_KEEPALIVE };
    struct remote_connect_supports_feature_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (remote_call(conn, REMOTE_PROGRAM, REMOTE_PROC_CONNECT_SUPPORTS_FEATURE,
                    XDR_remote_connect_supports_feature_args, &args, XDR_remote_connect_supports_feature_ret,
                    &ret, &reply, err) < 0)
        return -1;
    if (!ret.supported)
        return 1;
    pthread_mutex_lock(&r->lock);
    r->interval = MAX(interval, 0);
    r->count = count;
    r->unanswered = 0;
    r->heard = g_get_monotonic_time();
    pthread_mutex_unlock(&r->lock);
    return interval > 0 ? remote_watch(r, err) : 0;
}

/* Nobody may be reading, so that nobody has seen that the other end is gone. */
static bool
hung_up(const struct remote *r)
{
    struct pollfd p = { .fd = r->fd, .events = POLLRDHUP };
    return poll(&p, 1, 0) == 1;
}

int
remote_is_alive(struct drv_conn *conn, struct err *err)
{
    struct remote *r = remote_of(conn);
    pthread_mutex_lock(&r->lock);
    int alive = !r->dead && remote_fork_check(r, NULL) == 0 && !hung_up(r);
    pthread_mutex_unlock(&r->lock);
    return alive;
}
