/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * session-call: a client's call, from its message to the reply; see session.h.
 *
 * Owns: a call that waits or runs (its message, the reply, the stream that it
 * opens).  Called by: session.c with what it has read; the executor.
 * Waits: what is answered from published state never, the others in driver calls
 * on executor threads.
 */
#include "base/log.h"
#include "daemon/session.h"

#include <glib.h>
#include <string.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_RPC
LOG_FROM("daemon.session");

#define REPLY_KEEP (64 * 1024) /* the shared reply buffer shrinks when it is larger */

struct call {
    struct work work;
    struct dispatch_call d;
    struct session *s;
    struct frame *frame;
    struct stream *stream;
    struct xdr_writer reply;
};

static const struct dispatch_program *const main_programs[] = { &dispatch_remote, &dispatch_qemu,
                                                                &dispatch_lxc };
static const struct dispatch_program *const admin_programs[] = { &dispatch_admin };

static void
reply_header(const struct net_header *h, struct net_header *reply)
{
    *reply = *h;
    reply->type = NET_REPLY;
    reply->status = NET_OK;
}

/* Runs the call and leaves the whole reply in `w`.  Whether it succeeded. */
static bool
call_answer(struct dispatch_call *d, struct frame *f, struct xdr_writer *w)
{
    ERR_AUTO err = ERR_INIT;
    char space[4096];
    XDR_ARENA_AUTO arena;
    xdr_arena_init(&arena, space, sizeof(space));
    struct net_header h;
    reply_header(&f->header, &h);
    d->arena = &arena;
    d->nfds_out = 0;
    d->fds_in = f->fds;
    d->nfds_in = f->nfds;
    size_t begin = frame_begin(w, &h);
    int rc = dispatch_run(d, f->payload, f->n, w, &err);
    if (rc == 0 && d->nfds_out > 0) { /* the count goes before the result */
        struct xdr_writer plain = *w;
        xdr_writer_init(w, plain.limit);
        h.type = NET_REPLY_WITH_FDS;
        size_t n = plain.len - begin - FRAME_HEADER;
        begin = frame_begin_fds(w, &h, (uint32_t)d->nfds_out);
        char *room = xdr_writer_room(w, n);
        if (room)
            memcpy(room, plain.buf + FRAME_HEADER, n);
        xdr_writer_clear(&plain);
    }
    if (rc == 0)
        rc = frame_end(w, begin, &err);
    if (rc == 0)
        return true;
    for (size_t i = 0; i < d->nfds_out; i++)
        close(d->fds_out[i]);
    d->nfds_out = 0;
    w->len = begin;
    w->too_long = false;
    h.type = NET_REPLY;
    log_info("%s for client %llu: %s", d->entry->name, (unsigned long long)d->session->id, err_message(&err));
    frame_error(w, &h, &err);
    return false;
}

static void
send_error(struct session *s, const struct net_header *h, const struct err *err)
{
    struct xdr_writer *w = &s->server->reply;
    struct net_header reply;
    reply_header(h, &reply);
    frame_error(w, &reply, err);
    session_send(s, w, NULL, 0);
}

void
session_call_free(struct work *work)
{
    struct call *call = (struct call *)work;
    struct session *s = call->s;
    pthread_mutex_lock(&s->lock);
    s->call_bytes -= sizeof(*call) + call->frame->n;
    bool resume = s->paused && !session_queues_full(s) && s->fd >= 0;
    pthread_mutex_unlock(&s->lock);
    if (resume)
        io_post(s->server->io, (void (*)(void *))session_resume, session_ref(s));
    if (call->stream)
        stream_free_unused(call->stream);
    frame_close_fds(call->frame);
    g_free(call->frame);
    xdr_writer_clear(&call->reply);
    g_free(call);
    session_unref(s);
}

/* I/O thread: a call that opens a stream is done. */
static void
begin_stream(struct session *s, struct net_header *h, struct stream *stream, bool opened,
             struct xdr_writer *w)
{
    struct session_stream *st = NULL;
    if (opened && !s->closed)
        st = session_stream_new(s, stream, h);
    else
        stream_free_unused(stream);
    session_send(s, w, NULL, 0);
    if (st)
        session_stream_start(st);
}

struct stream_begin {
    struct session *s;
    struct net_header h;
    struct stream *stream;
    bool opened;
    struct xdr_writer w;
};

static void
begin_stream_posted(void *arg)
{
    struct stream_begin *b = arg;
    begin_stream(b->s, &b->h, b->stream, b->opened, &b->w);
    xdr_writer_clear(&b->w);
    session_unref(b->s);
    g_free(b);
}

static void
call_run(struct work *work)
{
    struct call *call = (struct call *)work;
    struct session *s = call->s;
    xdr_writer_init(&call->reply, NET_MESSAGE_MAX + NET_MESSAGE_LEN_MAX);
    bool ok = call_answer(&call->d, call->frame, &call->reply);
    if (call->stream) {
        struct stream_begin *b = g_new(struct stream_begin, 1);
        *b = (struct stream_begin){ session_ref(s), call->frame->header, call->stream, ok, call->reply };
        call->stream = NULL;
        xdr_writer_init(&call->reply, 0);
        io_post(s->server->io, begin_stream_posted, b);
    } else {
        session_send(s, &call->reply, call->d.fds_out, call->d.nfds_out);
    }
}

static struct stream *
stream_new(void)
{
    struct stream *st = g_new0(struct stream, 1);
    st->fd = -1;
    st->nonblock = true;
    return st;
}

/* On the I/O thread, from published state: the call never waits. */
static void
call_inline(struct session *s, struct dispatch_call *d, struct frame *f)
{
    struct xdr_writer *w = &s->server->reply;
    if (d->entry->flags & DISPATCH_STREAM)
        d->stream = stream_new();
    bool ok = call_answer(d, f, w);
    if (d->stream)
        begin_stream(s, &f->header, d->stream, ok, w);
    else
        session_send(s, w, d->fds_out, d->nfds_out);
    if (w->cap > REPLY_KEEP) {
        xdr_writer_clear(w);
        xdr_writer_init(w, NET_MESSAGE_MAX + NET_MESSAGE_LEN_MAX);
    }
}

static void
call_later(struct session *s, struct dispatch_call *d, struct frame *f)
{
    struct call *call = g_new0(struct call, 1);
    call->work = (struct work){ .run = call_run, .done = session_call_free, .lane = &s->lane };
    call->work.urgent = d->entry->flags & DISPATCH_URGENT;
    call->work.has_guest = dispatch_guest(d->entry, f->payload, f->n, call->work.guest);
    call->d = *d;
    call->s = session_ref(s);
    call->frame = frame_detach(f);
    if (d->entry->flags & DISPATCH_STREAM)
        call->d.stream = call->stream = stream_new();
    pthread_mutex_lock(&s->lock);
    s->call_bytes += sizeof(*call) + f->n;
    pthread_mutex_unlock(&s->lock);
    executor_submit(s->server->executor, &call->work);
}

void
session_call(struct session *s, struct frame *f)
{
    ERR_AUTO err = ERR_INIT;
    const struct dispatch_entry *entry = NULL;
    if (s->admin)
        entry = dispatch_find(admin_programs, G_N_ELEMENTS(admin_programs), f->header.prog, f->header.vers,
                              f->header.proc, &err);
    else
        entry = dispatch_find(main_programs, G_N_ELEMENTS(main_programs), f->header.prog, f->header.vers,
                              f->header.proc, &err);
    struct dispatch_call d;
    d.session = s;
    d.entry = entry;
    d.serial = f->header.serial;
    d.conn = session_conn(s);
    d.stream = NULL;
    d.access = NULL;
    if (!entry)
        ;
    else if (f->header.status != NET_OK)
        err_set(&err, VIR_ERR_RPC, "the call '%s' came with status %d, which only replies have", entry->name,
                f->header.status);
    else if (!s->authenticated && !(entry->flags & DISPATCH_NO_AUTH))
        err_set(&err, VIR_ERR_RPC, "authentication required: the client called '%s' before it had logged in",
                entry->name);
    else if (!d.conn && !(entry->flags & (DISPATCH_NO_OPEN | DISPATCH_NO_AUTH)))
        err_set(&err, VIR_ERR_INTERNAL_ERROR, "the client called '%s' before it had opened a connection",
                entry->name);
    if (err_is_set(&err))
        send_error(s, &f->header, &err);
    else if (entry->cls == CALL_LOCAL || entry->cls == CALL_SNAPSHOT)
        call_inline(s, &d, f);
    else
        call_later(s, &d, f);
}
