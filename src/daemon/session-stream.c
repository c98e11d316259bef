/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * session-stream: the bytes between a client's stream and a driver's
 * descriptor.
 *
 * Descriptors that can be watched (consoles, channels, pipes) are moved by the
 * I/O thread, here; regular files, which would make it wait for the disk, by one
 * executor thread a stream (session-stream-file.c).  Both stop when the client does not take what is
 * there, and the client is not read from while too much waits for a
 * descriptor.  A stream that failed or ended stays known until the client has
 * said its own last word, which is answered.
 */
#include "daemon/session-stream.h"

#include "base/log.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_STREAMS
LOG_FROM("daemon.stream");

#define CHUNK (64 * 1024)
#define STREAMS_MAX 4096        /* of one client */

static void move_ready(struct io_watch *watch, int fd, unsigned events, void *arg);

void
stream_free_unused(struct stream *st)
{
    if (st->ops && st->ops->free)
        st->ops->free(st);
    if (st->fd >= 0)
        close(st->fd);
    if (st->closed)
        st->closed(st->closed_opaque);
    g_free(st);
}

void
stream_unref(struct session_stream *ss)
{
    if (atomic_fetch_sub(&ss->refs, 1) != 1)
        return;
    for (struct packet *p = ss->head, *next; p; p = next) {
        next = p->next;
        g_free(p);
    }
    if (ss->st)
        stream_free_unused(ss->st);
    session_unref(ss->s);
    g_free(ss);
}

struct session_stream *
session_stream_new(struct session *s, struct stream *st, const struct net_header *h)
{
    struct session_stream *ss = g_new0(struct session_stream, 1);
    ss->s = session_ref(s);
    ss->st = st;
    ss->h = *h;
    ss->h.type = NET_STREAM;
    ss->h.status = NET_CONTINUE;
    atomic_init(&ss->refs, 1);
    ss->next = s->streams;
    s->streams = ss;
    return ss;
}

/* ---- what goes to the client (any thread) ---- */

void
stream_send_data(struct session_stream *ss, struct xdr_writer *w, const void *data, size_t n)
{
    struct net_header h = ss->h;
    if (frame_data(w, &h, data, n, NULL) == 0)
        session_send(ss->s, w, NULL, 0);
}

void
stream_send_hole(struct session_stream *ss, struct xdr_writer *w, long long length)
{
    struct net_header h = ss->h;
    struct net_stream_hole hole = { .length = length };
    h.type = NET_STREAM_HOLE;
    size_t begin = frame_begin(w, &h);
    if (xdr_encode(w, XDR_net_stream_hole, &hole, NULL) == 0 && frame_end(w, begin, NULL) == 0)
        session_send(ss->s, w, NULL, 0);
}

static void
send_word(struct session_stream *ss, const struct err *why)
{
    struct xdr_writer *w = &ss->s->server->reply;
    struct net_header h = ss->h;
    h.status = NET_OK;
    if (why)
        frame_error(w, &h, why);
    else
        frame_data(w, &h, NULL, 0, NULL);
    session_send(ss->s, w, NULL, 0);
}

/* ---- ends (I/O thread) ---- */

/* The descriptor is given up; the stream stays known to the session. */
static void
ss_stop(struct session_stream *ss)
{
    if (ss->watch)
        io_watch_remove(ss->watch);
    ss->watch = NULL;
    pthread_mutex_lock(&ss->s->lock);
    ss->dead = true;
    bool running = ss->running;
    ss->backlog = 0;
    pthread_mutex_unlock(&ss->s->lock);
    if (!running && ss->st) { /* otherwise when the thread lets go */
        stream_free_unused(ss->st);
        ss->st = NULL;
    }
}

static void
ss_forget(struct session_stream *ss)
{
    struct session_stream **p = &ss->s->streams;
    while (*p != ss)
        p = &(*p)->next;
    *p = ss->next;
    ss_stop(ss);
    stream_unref(ss);
}

void
stream_fail(struct session_stream *ss, const struct err *why)
{
    log_info("stream %u of client %llu: %s", ss->h.serial, (unsigned long long)ss->s->id, err_message(why));
    ss_stop(ss);
    send_word(ss, why);
}

void
stream_finish(struct session_stream *ss)
{
    send_word(ss, NULL);
    ss_forget(ss);
}

void
session_streams_close(struct session *s)
{
    while (s->streams)
        ss_forget(s->streams);
}

size_t
session_streams_backlog(struct session *s)
{
    size_t n = 0;
    if (!s->streams)
        return 0;
    pthread_mutex_lock(&s->lock);
    for (struct session_stream *ss = s->streams; ss; ss = ss->next)
        n += ss->backlog;
    pthread_mutex_unlock(&s->lock);
    return n;
}

/* ---- descriptors that can be watched (I/O thread) ---- */

static bool
out_is_full(struct session *s)
{
    pthread_mutex_lock(&s->lock);
    bool full = s->out.bytes > OUT_ENOUGH;
    pthread_mutex_unlock(&s->lock);
    return full;
}

static void
watch_again(struct session_stream *ss)
{
    if (!ss->watch)
        return;
    unsigned events = 0;
    if (ss->st->to_client && !ss->sent_eof && !out_is_full(ss->s))
        events |= IO_READ;
    if (ss->head)
        events |= IO_WRITE;
    if (events != ss->events)
        io_watch_set(ss->watch, ss->events = events);
}

/* -1 with err; ss is still there in any case. */
static int
write_some(struct session_stream *ss, struct err *err)
{
    while (ss->head) {
        struct packet *p = ss->head;
        ssize_t n = p->n > p->off ? write(ss->st->fd, p->data + p->off, p->n - p->off) : 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return 0;
        if (n < 0)
            return err_errno(err, errno, "cannot pass on what the client sent on the stream");
        p->off += (size_t)n;
        pthread_mutex_lock(&ss->s->lock);
        ss->backlog -= (size_t)n;
        if (p->off == p->n)
            ss->head = p->next;
        if (!ss->head)
            ss->tail = NULL;
        pthread_mutex_unlock(&ss->s->lock);
        if (p->off == p->n)
            g_free(p);
    }
    return 0;
}

static void
read_some(struct session_stream *ss, int fd)
{
    ERR_AUTO err = ERR_INIT;
    struct server *server = ss->s->server;
    size_t want = CHUNK;
    if (ss->st->length)
        want = MIN(want, ss->st->length - ss->sent);
    ssize_t n = want ? read(fd, server->in, want) : 0;
    if (n < 0 && (errno == EAGAIN || errno == EINTR || errno == EWOULDBLOCK))
        return;
    if (n < 0 && errno != EIO && errno != ECONNRESET) { /* so ends a terminal or socket */
        err_errno(&err, errno, "cannot read what the stream is to carry");
        stream_fail(ss, &err);
        return;
    }
    n = MAX(n, 0);
    ss->sent += (size_t)n;
    if (n == 0)
        ss->sent_eof = true;
    stream_send_data(ss, &server->reply, server->in, (size_t)n); /* empty: the end */
}

static void
move_ready(struct io_watch *watch, int fd, unsigned events, void *arg)
{
    struct session_stream *ss = arg;
    struct session *s = session_ref(ss->s);
    ERR_AUTO err = ERR_INIT;
    atomic_fetch_add(&ss->refs, 1);
    if ((events & IO_WRITE) && write_some(ss, &err) < 0)
        stream_fail(ss, &err);
    else if (ss->finishing && !ss->head)
        stream_finish(ss);
    if (ss->watch && !ss->dead && (events & (IO_READ | IO_HANGUP | IO_ERROR))) {
        if (ss->st->to_client && !ss->sent_eof && !out_is_full(s)) {
            read_some(ss, fd);
        } else if (events & (IO_HANGUP | IO_ERROR)) {
            /* Nothing more will come or go; what is unread is read when the
             * client has made room (watch removed: no busy loop). */
            if (!ss->st->to_client || ss->sent_eof) {
                io_watch_remove(ss->watch);
                ss->watch = NULL;
            }
        }
    }
    if (!ss->dead)
        watch_again(ss);
    session_resume(s);
    stream_unref(ss);
}

/* ---- from the session (I/O thread) ---- */

void
session_stream_start(struct session_stream *ss)
{
    ERR_AUTO err = ERR_INIT;
    struct stat sb;
    unsigned n = 0;
    for (struct session_stream *p = ss->s->streams; p; p = p->next)
        n++;
    if (ss->s->closed)
        return;
    if (n > STREAMS_MAX) {
        err_set(&err, VIR_ERR_OPERATION_FAILED, "the client has %u streams open already; finish some", n - 1);
        stream_fail(ss, &err);
    } else if (ss->st->fd < 0) {
        err_set(&err, VIR_ERR_INTERNAL_ERROR, "the driver opened a stream that leads nowhere");
        stream_fail(ss, &err);
    } else if (ss->st->regular_file ||
               (fstat(ss->st->fd, &sb) == 0 && (S_ISREG(sb.st_mode) || S_ISBLK(sb.st_mode)))) {
        ss->st->regular_file = true;
        if (ss->st->to_client)
            stream_file_go(ss);
    } else {
        ss->watch = io_watch_add(ss->s->server->io, ss->st->fd, 0, move_ready, ss, &err);
        if (ss->watch)
            watch_again(ss);
        else
            stream_fail(ss, &err);
    }
}

void
session_streams_pump(struct session *s)
{
    for (struct session_stream *ss = s->streams, *next; ss; ss = next) {
        next = ss->next;
        if (ss->dead)
            continue;
        if (ss->st->regular_file) {
            pthread_mutex_lock(&s->lock);
            bool rests = ss->rests;
            pthread_mutex_unlock(&s->lock);
            if (rests)
                stream_file_go(ss);
        } else {
            watch_again(ss);
        }
    }
}

static void
take_packet(struct session_stream *ss, struct frame *f, long long hole)
{
    ERR_AUTO err = ERR_INIT;
    struct packet *p = g_malloc(sizeof(*p) + f->n);
    *p = (struct packet){ .n = hole > 0 ? 0 : f->n, .hole = hole };
    memcpy(p->data, f->payload, p->n);
    pthread_mutex_lock(&ss->s->lock);
    if (ss->tail)
        ss->tail->next = p;
    else
        ss->head = p;
    ss->tail = p;
    ss->backlog += p->n;
    pthread_mutex_unlock(&ss->s->lock);
    if (ss->st->regular_file) {
        stream_file_go(ss);
    } else {
        if (write_some(ss, &err) < 0)
            stream_fail(ss, &err);
        else
            watch_again(ss);
    }
}

/* The client's last word. */
static void
take_end(struct session_stream *ss, bool aborted)
{
    if (ss->dead && !aborted) { /* it was told why; "done" would take that back */
        ss_forget(ss);
        return;
    }
    pthread_mutex_lock(&ss->s->lock);
    ss->finishing = true;
    bool wait = !aborted && !ss->dead && !ss->st->to_client && (ss->running || ss->head);
    bool wait_fd = !aborted && !ss->dead && ss->head && !ss->st->regular_file;
    pthread_mutex_unlock(&ss->s->lock);
    if (!wait && !wait_fd)
        stream_finish(ss);
}

bool
session_stream_packet(struct session *s, struct frame *f)
{
    ERR_AUTO err = ERR_INIT;
    struct session_stream *ss = s->streams;
    while (ss &&
           (ss->h.serial != f->header.serial || ss->h.proc != f->header.proc || ss->h.prog != f->header.prog))
        ss = ss->next;
    if (!ss)
        return false;
    if (f->header.status == NET_OK || f->header.status == NET_ERROR) {
        take_end(ss, f->header.status == NET_ERROR);
        return true;
    }
    if (f->header.status != NET_CONTINUE || ss->dead || ss->finishing)
        return true;
    if (!ss->st->from_client) {
        err_set(&err, VIR_ERR_OPERATION_INVALID, "the client sent data on a stream that only goes to it");
        stream_fail(ss, &err);
        return true;
    }
    long long hole = 0;
    if (f->header.type == NET_STREAM_HOLE) {
        XDR_ARENA_AUTO arena;
        xdr_arena_init(&arena, NULL, 0);
        struct xdr_reader r = { f->payload, f->payload + f->n, &arena };
        struct net_stream_hole h;
        if (xdr_decode(&r, XDR_net_stream_hole, &h, &err) < 0) {
            stream_fail(ss, &err);
            return true;
        }
        hole = h.length;
        if (hole < 0 || !ss->st->regular_file) {
            err_set(&err, VIR_ERR_OPERATION_INVALID,
                    "the client sent a hole of %lld bytes on a stream that %s", hole,
                    ss->st->regular_file ? "cannot go back" : "is no file");
            stream_fail(ss, &err);
            return true;
        }
    }
    if (f->header.type == NET_STREAM_HOLE ? hole > 0 : f->n > 0)
        take_packet(ss, f, hole);
    return true;
}
