/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * session: see session.h.  Here: coming and going, input, output.
 */
#include "daemon/session.h"

#include "base/clock.h"
#include "base/log.h"
#include "daemon/listener.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_RPC
LOG_FROM("daemon.session");

#define ANONYMOUS_PAYLOAD 65536 /* longest message before authentication */

/* ---- coming and going ---- */

struct session *
session_new(struct listener *l, int fd)
{
    struct session *s = g_new0(struct session, 1);
    struct server *server = l->server;
    struct service *service = l->service;
    s->server = server;
    s->service = service;
    s->id = ++server->next_id;
    s->since = clock_wall();
    s->since_mono = clock_now();
    s->readonly = l->readonly;
    s->transport = l->transport;
    s->admin = service == &server->services[SERVICE_ADMIN];
    s->fd = fd;
    atomic_init(&s->refs, 1);
    pthread_mutex_init(&s->lock, NULL);
    frame_reader_init(&s->in);
    frame_reader_limit(&s->in, ANONYMOUS_PAYLOAD);
    frame_writer_init(&s->out);
    s->lane.limit = service->limits.max_client_requests;

    session_find_peer(s, fd);
    return s;
}

struct session *
session_ref(struct session *s)
{
    atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
    return s;
}

static void
session_free(struct session *s)
{
    frame_reader_clear(&s->in);
    frame_writer_clear(&s->out);
    pthread_mutex_destroy(&s->lock);
    secure_free(s->secure);
    tls_free(s->tls);
    login_end(s->login); /* after the layer that uses it */
    session_identity_clear(&s->who);
    if (s->spoken_for)
        g_ptr_array_unref(s->spoken_for);
    g_free(s->peer);
    g_free(s->local);
    g_free(s);
}

struct farewell { struct work work; struct session *s; };

static void
farewell_run(struct work *work)
{
    struct farewell *f = (struct farewell *)work;
    session_conn_free(f->s);
    session_free(f->s);
}

static void
farewell_done(struct work *work)
{
    g_free(work);
}

void
session_unref(struct session *s)
{
    if (atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1)
        return;
    if (!s->conn) {
        session_free(s);
        return;
    }
    /* Closing a driver's connection may wait for what it started. */
    struct farewell *f = g_new0(struct farewell, 1);
    f->work = (struct work){ .run = farewell_run, .done = farewell_done };
    f->s = s;
    executor_submit(s->server->executor, &f->work);
}

void
session_close(struct session *s, const char *why)
{
    if (s->closed)
        return;
    session_ref(s);
    s->closed = true;
    log_debug("client %llu: %s", (unsigned long long)s->id, why);
    if (s->watch)
        io_watch_remove(s->watch);
    s->watch = NULL;
    if (s->greeting)
        server_greeting(s->server, -1);
    s->greeting = false;
    pthread_mutex_lock(&s->lock);
    if (s->fd >= 0 && !s->broken)
        secure_bye(s->secure);
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
    frame_writer_clear(&s->out);
    pthread_mutex_unlock(&s->lock);
    frame_reader_clear(&s->in);
    for (struct work *w = executor_cancel(s->server->executor, &s->lane), *next; w; w = next) {
        next = w->next;
        session_call_free(w);
    }
    session_streams_close(s);
    session_events_close(s);
    server_session_gone(s->server, s); /* gives up the list's reference */
    session_unref(s);
}

static void
close_posted(void *arg)
{
    struct session *s = arg;
    session_close(s, "given up");
    session_unref(s);
}

void
session_close_later(struct session *s)
{
    io_post(s->server->io, close_posted, session_ref(s));
}

/* ---- output ---- */

static void
arm_posted(void *arg)
{
    struct session *s = arg;
    pthread_mutex_lock(&s->lock);
    s->arm_posted = false;
    bool broken = s->broken, asked = s->close_when_sent;
    pthread_mutex_unlock(&s->lock);
    if (broken)
        session_close(s, asked ? "has closed its connection" : "cannot be written to");
    else
        session_update_watch(s);
    session_unref(s);
}

/* Under lock: the I/O thread is to look at `out` or at `broken`. */
static void
want_arm(struct session *s)
{
    if (s->arm_posted)
        return;
    s->arm_posted = true;
    io_post(s->server->io, arm_posted, session_ref(s));
}

void
session_flush_locked(struct session *s)
{
    ERR_AUTO err = ERR_INIT;
    if (s->fd < 0 || s->broken)
        return;
    if (s->out.bytes || s->out.head) {
        int rc =
            s->secure ? secure_flush(s->secure, &s->out, &err) : frame_writer_flush(&s->out, s->fd, &err);
        if (rc == -1) {
            log_debug("client %llu: %s", (unsigned long long)s->id, err_message(&err));
            s->broken = true;
        }
        if (rc != 1) {
            want_arm(s);
            return;
        }
    }
    if (s->close_when_sent) {
        s->broken = true;
        want_arm(s);
    }
}

void
session_send(struct session *s, struct xdr_writer *w, const int *fds, size_t nfds)
{
    pthread_mutex_lock(&s->lock);
    if (s->fd < 0 || s->broken) {
        for (size_t i = 0; i < nfds; i++)
            close(fds[i]);
    } else if (!s->out.head && nfds == 0 && !s->secure) {
        /* The usual case: nothing waits, the socket takes it all. */
        ssize_t n = send(s->fd, w->buf, w->len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n != (ssize_t)w->len) {
            size_t sent = n > 0 ? (size_t)n : 0;
            frame_writer_add_copy(&s->out, w->buf + sent, w->len - sent);
            session_flush_locked(s);
        } else if (s->close_when_sent) {
            session_flush_locked(s);
        }
    } else {
        struct xdr_writer copy;
        xdr_writer_init(&copy, NET_MESSAGE_MAX + NET_MESSAGE_LEN_MAX);
        char *room = xdr_writer_room(&copy, w->len);
        if (room)
            memcpy(room, w->buf, w->len);
        frame_writer_add(&s->out, &copy, fds, nfds);
        session_flush_locked(s);
    }
    w->len = 0;
    if (s->layer_next && s->fd >= 0)
        secure_sasl_output(s->secure, s->login, s->out.bytes);
    s->layer_next = false;
    if (s->out.bytes > SESSION_OUT_BYTES && !s->lane_paused) {
        s->lane_paused = true;
        executor_pause(s->server->executor, &s->lane, true);
    }
    pthread_mutex_unlock(&s->lock);
}

void
session_update_watch(struct session *s)
{
    if (s->closed || s->greeting)
        return;
    pthread_mutex_lock(&s->lock);
    bool more = s->out.head != NULL;
    bool read = !s->paused && !s->eof;
    pthread_mutex_unlock(&s->lock);
    unsigned events = (read ? IO_READ : 0) | (more ? IO_WRITE : 0);
    if (events != s->events_watched) {
        s->events_watched = events;
        io_watch_set(s->watch, events);
    }
}

struct drv_conn *
session_conn(struct session *s)
{
    pthread_mutex_lock(&s->lock);
    struct drv_conn *conn = s->conn_given_up ? NULL : s->conn;
    pthread_mutex_unlock(&s->lock);
    return conn;
}

/* ---- messages ---- */

static void
handle_keepalive(struct session *s, struct frame *f)
{
    if (f->header.vers != KEEPALIVE_PROTOCOL_VERSION || f->header.proc != KEEPALIVE_PROC_PING)
        return; /* an answer to ours: being heard is what counts */
    struct xdr_writer *w = &s->server->reply;
    struct net_header h = f->header;
    h.proc = KEEPALIVE_PROC_PONG;
    size_t begin = frame_begin(w, &h);
    frame_end(w, begin, NULL);
    session_send(s, w, NULL, 0);
}

static void
handle(struct session *s, struct frame *f)
{
    switch (f->header.type) {
    case NET_CALL:
    case NET_CALL_WITH_FDS:
        session_call(s, f);
        break;
    case NET_STREAM:
    case NET_STREAM_HOLE:
        if (s->authenticated && session_stream_packet(s, f))
            break;
        log_debug("client %llu: data for stream %u, which is not open", (unsigned long long)s->id,
                  f->header.serial);
        break;
    case NET_MESSAGE:
        if (f->header.prog == KEEPALIVE_PROGRAM)
            handle_keepalive(s, f);
        break;
    default:
        log_debug("client %llu: message of type %d is passed over", (unsigned long long)s->id,
                  f->header.type);
    }
}

/* ---- input ---- */

bool
session_queues_full(struct session *s)
{
    return s->call_bytes > SESSION_CALL_BYTES || s->out.bytes > SESSION_OUT_BYTES;
}

static void
take_messages(struct session *s)
{
    ERR_AUTO err = ERR_INIT;
    struct frame f;
    int rc = 0;
    while (!s->closed) {
        bool backlog = s->streams && session_streams_backlog(s) > SESSION_CALL_BYTES;
        pthread_mutex_lock(&s->lock);
        if (backlog || session_queues_full(s))
            s->paused = true;
        pthread_mutex_unlock(&s->lock);
        if (s->paused) /* set by this thread only */
            break;
        rc = frame_reader_next(&s->in, &f, &err);
        if (rc <= 0)
            break;
        handle(s, &f);
        if (f.nfds)
            frame_close_fds(&f);
    }
    if (s->closed)
        return;
    if (rc < 0) {
        log_warn("client %llu (%s %d) is given up: %s", (unsigned long long)s->id,
                 s->peer ? s->peer : "process", (int)s->who.pid, err_message(&err));
        session_close(s, "sent no valid message");
    } else if (s->eof && !s->paused) {
        session_close(s, "has gone");
    } else {
        session_update_watch(s);
    }
}

void
session_resume(struct session *s)
{
    pthread_mutex_lock(&s->lock);
    bool resume = s->paused && !session_queues_full(s);
    if (resume)
        s->paused = false;
    if (s->lane_paused && s->out.bytes <= SESSION_OUT_BYTES / 2) {
        s->lane_paused = false;
        executor_pause(s->server->executor, &s->lane, false);
    }
    pthread_mutex_unlock(&s->lock);
    if (!s->closed && resume)
        take_messages(s);
    session_unref(s);
}

static void
writable(struct session *s)
{
    pthread_mutex_lock(&s->lock);
    session_flush_locked(s);
    bool broken = s->broken;
    bool drained = !s->out.head;
    bool resume = (s->paused || s->lane_paused) && !session_queues_full(s);
    pthread_mutex_unlock(&s->lock);
    if (broken) {
        session_close(s, "cannot be written to");
        return;
    }
    if (drained)
        session_streams_pump(s);
    if (resume)
        session_resume(session_ref(s));
    session_update_watch(s);
}

static void
on_ready(struct io_watch *watch, int fd, unsigned events, void *arg)
{
    struct session *s = arg;
    ERR_AUTO err = ERR_INIT;
    session_ref(s);
    if (s->greeting) {
        session_greet_step(s);
        session_unref(s);
        return;
    }
    if ((events & IO_WRITE) && !s->closed)
        writable(s);
    if ((events & (IO_READ | IO_HANGUP | IO_ERROR)) && !s->closed) {
        if (s->paused && !(events & (IO_HANGUP | IO_ERROR))) {
            session_update_watch(s);
        } else {
            int rc = s->secure ? secure_fill(s->secure, &s->in, &err)
                               : frame_reader_fill(&s->in, fd, s->transport == TRANSPORT_UNIX, &err);
            if (rc == -1) {
                log_debug("client %llu: %s", (unsigned long long)s->id, err_message(&err));
                session_close(s, "cannot be read from");
            } else if (rc != FRAME_AGAIN) {
                s->heard = true;
                if (rc == 0)
                    s->eof = true;
                if (s->eof && s->paused)
                    session_close(s, "has gone");
                else
                    take_messages(s);
            }
        }
    }
    session_unref(s);
}

int
session_watch(struct session *s, struct err *err)
{
    s->watch = io_watch_add(s->server->io, s->fd, IO_READ, on_ready, s, err);
    s->events_watched = IO_READ;
    if (s->watch && (s->transport != TRANSPORT_TLS || session_greet(s, err) == 0))
        return 0;
    if (s->watch)
        io_watch_remove(s->watch);
    s->watch = NULL;
    return -1;
}

void
session_tick(struct session *s, unsigned count)
{
    if (!s->keepalive || s->closed)
        return;
    if (s->heard || s->paused) { /* whom we do not read from cannot be heard */
        s->heard = false;
        s->unanswered = 0;
    }
    if (s->unanswered >= count) {
        log_info("client %llu (process %d) has not answered %u keepalive messages: given up",
                 (unsigned long long)s->id, (int)s->who.pid, count);
        session_close(s, "does not answer");
        return;
    }
    s->unanswered++;
    struct xdr_writer *w = &s->server->reply;
    struct net_header h = { .prog = KEEPALIVE_PROGRAM, .vers = KEEPALIVE_PROTOCOL_VERSION,
                            .proc = KEEPALIVE_PROC_PING, .type = NET_MESSAGE };
    size_t begin = frame_begin(w, &h);
    frame_end(w, begin, NULL);
    session_send(s, w, NULL, 0);
}
