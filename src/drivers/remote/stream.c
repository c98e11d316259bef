/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * stream: byte streams over the wire.
 *
 * A stream is opened by a call and known to both sides by that call's procedure and
 * serial.  What arrives waits here until the application takes it.  Data of length 0
 * is the end; finishing and aborting wait for the daemon's word.   Callbacks: stream-events.c.
 * Waits: blocking streams and the end of any stream, for the daemon.
 */
#include "drivers/remote/stream.h"

#define ERR_FROM VIR_FROM_STREAMS
#define WAITING_MAX (8 * 1024 * 1024) /* then our thread stops reading for a while */

struct chunk {
    struct frame *frame; /* NULL: a hole */
    size_t off;
    long long hole;
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
    remote_stream_forget(rs);
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
        if (rs->poke)
            remote_stream_ring(rs);
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
    remote_stream_unwatch(r, rs);
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
    remote_stream_unwatch(r, rs);
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

static const struct stream_ops ops = {
    .send = op_send, .recv = op_recv, .send_hole = op_send_hole, .recv_hole = op_recv_hole,
    .event_add = remote_stream_event_add, .event_update = remote_stream_event_update,
    .event_remove = remote_stream_event_remove,
    .finish = op_finish, .abort = op_abort, .free = op_free,
};
