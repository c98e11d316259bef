/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * stream: byte streams over the wire.
 *
 * A stream is opened by a call and known to both sides by that call's procedure and
 * serial.  What arrives waits here until the application takes it.  Data of length 0
 * is the end; finishing and aborting wait for the daemon's word.  With a callback
 * the application's event loop asks us, through a timer that is due while there is
 * something to tell, and a doorbell, for what our own thread reads.
 * Waits: blocking streams and the end of any stream, for the daemon.
 */
#include "drivers/remote/remote.h"

#include "driver/doorbell.h"

#include <libvirt/libvirt.h>

#define ERR_FROM VIR_FROM_STREAMS
#define WAITING_MAX (8 * 1024 * 1024) /* then our thread stops reading for a while */
#define WRITE_RETRY_MS 5

/* The public library's; a program without it has no callbacks on streams. */
#pragma weak virEventAddTimeout
#pragma weak virEventUpdateTimeout
#pragma weak virEventRemoveTimeout

struct watch;

struct remote_stream {
    struct remote_stream *next;
    struct remote *r;
    struct stream *st;
    uint32_t program, serial;
    int proc;
    GQueue chunks;      /* struct chunk * */
    size_t bytes;
    bool eof, ended;    /* the last data; the daemon's last word */
    struct err err;     /* … when that was an error, or the connection died */
    struct remote_waiter *waiter;
    struct watch *watch;
    bool poke;
};

struct chunk {
    struct frame *frame; /* NULL: a hole */
    size_t off;
    long long hole;
};

/* A callback; lives until the event loop has let go of its timer and its doorbell. */
struct watch {
    atomic_int holders;
    struct remote *r;
    struct remote_stream *rs; /* NULL: removed */
    struct stream *st;
    int timer, events;
    struct doorbell *bell;
    void (*cb)(struct stream *, int, void *);
    void *opaque;
    void (*ff)(void *);
};

static const struct stream_ops ops;

/* ---- under the lock ---- */

struct remote_stream *
remote_stream_new(struct remote *r, struct stream *st, uint32_t program, int proc, uint32_t serial)
{
    struct remote_stream *rs = g_new0(struct remote_stream, 1);
    *rs = (struct remote_stream){ .next = r->streams, .r = r, .st = st, .program = program, .proc = proc,
                                  .serial = serial };
    g_queue_init(&rs->chunks);
    r->streams = rs;
    st->ops = &ops;
    st->priv = rs;
    return rs;
}

static void
chunk_free(void *data)
{
    struct chunk *c = data;
    g_free(c->frame);
    g_free(c);
}

void
remote_stream_drop(struct remote_stream *rs)
{
    struct remote_stream **at = &rs->r->streams;
    while (*at && *at != rs)
        at = &(*at)->next;
    if (*at)
        *at = rs->next;
    g_queue_clear_full(&rs->chunks, chunk_free);
    rs->st->ops = NULL;
    rs->st->priv = NULL;
    if (rs->watch)
        rs->watch->rs = NULL;
    err_clear(&rs->err);
    g_free(rs);
}

static void
news(struct remote_stream *rs)
{
    rs->poke = rs->watch != NULL;
    if (rs->waiter) {
        rs->waiter->done = true;
        pthread_cond_signal(&rs->waiter->cond);
    }
}

void
remote_stream_receive(struct remote *r, struct frame *f)
{
    struct remote_stream *rs = r->streams;
    while (rs &&
           (rs->serial != f->header.serial || rs->proc != f->header.proc || rs->program != f->header.prog))
        rs = rs->next;
    if (!rs || rs->ended)
        return;
    if (f->header.status == NET_ERROR) {
        frame_decode_error(f, &rs->err);
        rs->ended = true;
    } else if (f->header.status == NET_OK) {
        rs->ended = true;
        rs->eof = true;
    } else if (f->header.type == NET_STREAM_HOLE) {
        struct xdr_reader reader = { f->payload, f->payload + f->n, NULL };
        struct net_stream_hole hole;
        if (xdr_decode(&reader, XDR_net_stream_hole, &hole, &rs->err) < 0) {
            rs->ended = true;
        } else {
            struct chunk *c = g_new0(struct chunk, 1);
            c->hole = hole.length;
            g_queue_push_tail(&rs->chunks, c);
        }
    } else if (f->n == 0) {
        rs->eof = true;
    } else {
        struct chunk *c = g_new0(struct chunk, 1);
        c->frame = frame_detach(f);
        rs->bytes += f->n;
        g_queue_push_tail(&rs->chunks, c);
    }
    news(rs);
}

void
remote_streams_dead(struct remote *r)
{
    for (struct remote_stream *rs = r->streams; rs; rs = rs->next) {
        if (!rs->ended) {
            rs->ended = true;
            err_copy(&rs->err, &r->why);
        }
        news(rs);
    }
}

bool
remote_streams_full(struct remote *r)
{
    for (struct remote_stream *rs = r->streams; rs; rs = rs->next)
        if (rs->bytes > WAITING_MAX)
            return true;
    return false;
}

void
remote_streams_poke(struct remote *r)
{
    for (struct remote_stream *rs = r->streams; rs; rs = rs->next) {
        if (rs->poke && rs->watch)
            doorbell_ring(rs->watch->bell);
        rs->poke = false;
    }
}

static int
failed(struct remote_stream *rs, struct err *err)
{
    if (!err_is_set(&rs->err))
        return 0;
    if (err)
        err_copy(err, &rs->err);
    return -1;
}

/* Until something is there; false: nothing, and the stream does not wait. */
static bool
wait_news(struct remote_stream *rs, bool block)
{
    struct remote_waiter w = { 0 };
    rs->waiter = &w;
    remote_waiter_add(rs->r, &w);
    remote_wait(rs->r, &w, block);
    remote_waiter_remove(rs->r, &w);
    rs->waiter = NULL;
    return w.done || rs->r->dead;
}

/* ---- operations ---- */

static long long
op_recv(struct stream *st, char *data, size_t n, unsigned flags, struct err *err)
{
    struct remote_stream *rs = st->priv;
    struct remote *r = rs->r;
    long long rc;
    pthread_mutex_lock(&r->lock);
    for (;;) {
        struct chunk *c = g_queue_peek_head(&rs->chunks);
        if (c && !c->frame) {
            if (flags & VIR_STREAM_RECV_STOP_AT_HOLE) {
                rc = -3;
                break;
            }
            rc = (long long)MIN((unsigned long long)c->hole, n);
            memset(data, 0, (size_t)rc);
            c->hole -= rc;
            if (c->hole == 0)
                chunk_free(g_queue_pop_head(&rs->chunks));
            if (rc > 0)
                break;
            continue;
        }
        if (c) {
            size_t take = MIN(n, c->frame->n - c->off);
            memcpy(data, c->frame->payload + c->off, take);
            c->off += take;
            rs->bytes -= take;
            if (c->off == c->frame->n)
                chunk_free(g_queue_pop_head(&rs->chunks));
            if (r->thread_runs && !r->reading)
                pthread_cond_signal(&r->thread_cond);
            rc = (long long)take;
            break;
        }
        if ((rc = failed(rs, err)) < 0)
            break;
        if (rs->eof || rs->ended) {
            rc = 0;
            break;
        }
        if (!wait_news(rs, !st->nonblock) && st->nonblock) {
            rc = STREAM_AGAIN;
            break;
        }
    }
    pthread_mutex_unlock(&r->lock);
    return rc;
}

static int
op_recv_hole(struct stream *st, long long *length, unsigned flags, struct err *err)
{
    struct remote_stream *rs = st->priv;
    struct remote *r = rs->r;
    int rc = 0;
    *length = 0;
    pthread_mutex_lock(&r->lock);
    while (g_queue_is_empty(&rs->chunks) && !rs->eof && !rs->ended)
        if (!wait_news(rs, !st->nonblock) && st->nonblock) {
            rc = STREAM_AGAIN;
            break;
        }
    struct chunk *c = g_queue_peek_head(&rs->chunks);
    if (c && !c->frame) {
        *length = c->hole;
        chunk_free(g_queue_pop_head(&rs->chunks));
    } else if (!c && rc == 0) {
        rc = failed(rs, err);
    }
    pthread_mutex_unlock(&r->lock);
    return rc;
}

static struct net_header
header_of(const struct remote_stream *rs, int type, int status)
{
    return (struct net_header){ rs->program, 1, rs->proc, type, rs->serial, status };
}

/* One message of ours, with the lock held; takes `x` over. */
static long long
put(struct remote_stream *rs, struct xdr_writer *x, struct err *err)
{
    struct remote *r = rs->r;
    if (failed(rs, err) < 0) {
        xdr_writer_clear(x);
        return -1;
    }
    if (rs->st->nonblock && r->out.bytes) {
        ERR_AUTO ignored = ERR_INIT; /* a broken socket shows when reading */
        if (remote_flush(r, &ignored) == FRAME_AGAIN) {
            xdr_writer_clear(x);
            return STREAM_AGAIN;
        }
    }
    return remote_send(r, x, NULL, 0, !rs->st->nonblock, err);
}

static long long
op_send(struct stream *st, const char *data, size_t n, struct err *err)
{
    struct remote_stream *rs = st->priv;
    struct xdr_writer x;
    const struct net_header h = header_of(rs, NET_STREAM, NET_CONTINUE);
    n = MIN(n, NET_MESSAGE_LEGACY_PAYLOAD_MAX);
    xdr_writer_init(&x, NET_MESSAGE_MAX);
    if (frame_data(&x, &h, data, n, err) < 0)
        return -1;
    pthread_mutex_lock(&rs->r->lock);
    long long rc = put(rs, &x, err);
    pthread_mutex_unlock(&rs->r->lock);
    return rc < 0 ? rc : (long long)n;
}

static int
op_send_hole(struct stream *st, long long length, unsigned flags, struct err *err)
{
    struct remote_stream *rs = st->priv;
    struct xdr_writer x;
    const struct net_header h = header_of(rs, NET_STREAM_HOLE, NET_CONTINUE);
    const struct net_stream_hole hole = { length, flags };
    xdr_writer_init(&x, NET_MESSAGE_MAX);
    size_t begin = frame_begin(&x, &h);
    if (xdr_encode(&x, XDR_net_stream_hole, &hole, err) < 0 || frame_end(&x, begin, err) < 0) {
        xdr_writer_clear(&x);
        return -1;
    }
    pthread_mutex_lock(&rs->r->lock);
    long long rc = put(rs, &x, err);
    pthread_mutex_unlock(&rs->r->lock);
    return (int)rc;
}

static void watch_remove(struct remote *r, struct remote_stream *rs);

/* Our last word, then the daemon's; the stream is over whatever that is. */
static int
end(struct stream *st, int status, struct err *err)
{
    struct remote_stream *rs = st->priv;
    struct remote *r = rs->r;
    struct xdr_writer x;
    const struct net_header h = header_of(rs, NET_STREAM, status);
    int rc = 0;
    xdr_writer_init(&x, NET_MESSAGE_MAX);
    (void)frame_end(&x, frame_begin(&x, &h), NULL);
    watch_remove(r, rs);
    pthread_mutex_lock(&r->lock);
    bool over = rs->ended;
    if (over)
        xdr_writer_clear(&x);
    else
        rc = remote_send(r, &x, NULL, 0, true, err);
    while (rc == 0 && !rs->ended) {
        g_queue_clear_full(&rs->chunks, chunk_free);
        g_queue_init(&rs->chunks);
        rs->bytes = 0;
        wait_news(rs, true);
    }
    if (rc == 0 && status == NET_OK)
        rc = failed(rs, err);
    remote_stream_drop(rs);
    pthread_mutex_unlock(&r->lock);
    return rc;
}

static int
op_finish(struct stream *st, struct err *err)
{
    return end(st, NET_OK, err);
}

static int
op_abort(struct stream *st, struct err *err)
{
    return end(st, NET_ERROR, err);
}

static void
op_free(struct stream *st)
{
    struct remote_stream *rs = st->priv;
    if (!rs)
        return;
    struct remote *r = rs->r;
    watch_remove(r, rs);
    pthread_mutex_lock(&r->lock);
    if (!rs->ended) { /* dropped without an end: the daemon should know, nobody waits for it */
        struct xdr_writer x;
        const struct net_header h = header_of(rs, NET_STREAM, NET_ERROR);
        xdr_writer_init(&x, NET_MESSAGE_MAX);
        if (frame_end(&x, frame_begin(&x, &h), NULL) == 0)
            (void)remote_send(r, &x, NULL, 0, false, NULL);
    }
    remote_stream_drop(rs);
    pthread_mutex_unlock(&r->lock);
}

/* ---- callbacks ---- */

/* `wanted` of the watch, not through rs->watch: the timer may be due before op_event_add() has set that. */
static int
ready(const struct remote_stream *rs, int wanted)
{
    int is = 0;
    if (!g_queue_is_empty((GQueue *)&rs->chunks) || rs->eof)
        is |= VIR_STREAM_EVENT_READABLE;
    if (err_is_set(&rs->err))
        is |= VIR_STREAM_EVENT_READABLE | VIR_STREAM_EVENT_WRITABLE; /* the next operation tells why */
    else if (rs->r->out.bytes == 0)
        is |= VIR_STREAM_EVENT_WRITABLE;
    is &= wanted;
    return err_is_set(&rs->err) ? is | VIR_STREAM_EVENT_ERROR : is;
}

/* The event loop's thread. */
static void
on_timer(int timer, void *opaque)
{
    struct watch *watch = opaque;
    struct remote *r = watch->r;
    int events = 0, next = 0;
    pthread_mutex_lock(&r->lock);
    struct remote_stream *rs = watch->rs;
    if (rs) {
        if (r->out.bytes && (watch->events & VIR_STREAM_EVENT_WRITABLE)) {
            ERR_AUTO ignored = ERR_INIT;
            (void)remote_flush(r, &ignored);
        }
        events = ready(rs, watch->events);
        if (!events)
            next = watch->events & VIR_STREAM_EVENT_WRITABLE ? WRITE_RETRY_MS : -1;
    } else {
        next = -1;
    }
    pthread_mutex_unlock(&r->lock);
    if (next != 0) {
        virEventUpdateTimeout(timer, next);
        pthread_mutex_lock(&r->lock); /* what came in between would be lost */
        bool again = watch->rs && ready(watch->rs, watch->events);
        pthread_mutex_unlock(&r->lock);
        if (again)
            virEventUpdateTimeout(timer, 0);
        return;
    }
    watch->cb(watch->st, events, watch->opaque);
}

/* The event loop's thread; our own has read something. */
static void
on_bell(void *opaque)
{
    struct watch *watch = opaque;
    pthread_mutex_lock(&watch->r->lock);
    int timer = watch->rs ? watch->timer : -1;
    pthread_mutex_unlock(&watch->r->lock);
    if (timer >= 0)
        virEventUpdateTimeout(timer, 0);
}

static void
watch_free(void *opaque)
{
    struct watch *watch = opaque;
    if (atomic_fetch_sub(&watch->holders, 1) != 1)
        return;
    if (watch->ff)
        watch->ff(watch->opaque);
    g_free(watch);
}

static int
op_event_add(struct stream *st, int events, void (*cb)(struct stream *, int, void *), void *opaque,
             void (*ff)(void *), struct err *err)
{
    struct remote_stream *rs = st->priv;
    struct remote *r = rs->r;
    if (rs->watch)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "The stream has a callback already");
    if (!virEventAddTimeout)
        return err_set(err, VIR_ERR_NO_SUPPORT, "This program has no event loop that could watch the stream");
    if (remote_watch(r, err) < 0)
        return -1;
    struct watch *watch = g_new0(struct watch, 1);
    *watch = (struct watch){
        .holders = 2, .r = r, .rs = rs, .st = st, .timer = -1, .events = events, .cb = cb, .opaque = opaque
    };
    struct doorbell *bell = doorbell_new(on_bell, watch, watch_free);
    int timer = bell ? virEventAddTimeout(0, on_timer, watch, watch_free) : -1;
    if (timer < 0) {
        watch_free(watch);
        if (bell)
            doorbell_remove(bell);
        else
            watch_free(watch);
        return err_set(err, VIR_ERR_INTERNAL_ERROR,
                       "No event loop is registered that could watch the stream; call "
                       "virEventRegisterDefaultImpl() before the connection is opened");
    }
    pthread_mutex_lock(&r->lock);
    watch->ff = ff;
    watch->timer = timer;
    watch->bell = bell;
    rs->watch = watch;
    pthread_mutex_unlock(&r->lock);
    virEventUpdateTimeout(timer, 0); /* it may have been due before we knew it */
    return 0;
}

static int
op_event_update(struct stream *st, int events, struct err *err)
{
    struct remote_stream *rs = st->priv;
    pthread_mutex_lock(&rs->r->lock);
    int timer = rs->watch ? rs->watch->timer : -1;
    if (rs->watch)
        rs->watch->events = events;
    pthread_mutex_unlock(&rs->r->lock);
    if (timer < 0)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "The stream has no callback");
    virEventUpdateTimeout(timer, 0);
    return 0;
}

static void
watch_remove(struct remote *r, struct remote_stream *rs)
{
    pthread_mutex_lock(&r->lock);
    struct watch *watch = rs->watch;
    int timer = watch ? watch->timer : -1;
    struct doorbell *bell = watch ? watch->bell : NULL;
    if (watch)
        watch->rs = NULL;
    rs->watch = NULL;
    pthread_mutex_unlock(&r->lock);
    if (watch) {
        virEventRemoveTimeout(timer);
        doorbell_remove(bell);
    }
}

static int
op_event_remove(struct stream *st, struct err *err)
{
    struct remote_stream *rs = st->priv;
    watch_remove(rs->r, rs);
    return 0;
}

static const struct stream_ops ops = {
    .send = op_send, .recv = op_recv, .send_hole = op_send_hole, .recv_hole = op_recv_hole,
    .event_add = op_event_add, .event_update = op_event_update, .event_remove = op_event_remove,
    .finish = op_finish, .abort = op_abort, .free = op_free,
};
