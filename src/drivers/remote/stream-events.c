/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * stream-events: callbacks on streams.
 *
 * The application's event loop asks us, through a timer that is due while there is something to tell, and
 * a doorbell, for what our own thread reads.
 * Called by: stream.c, the application's event loop.
 * Waits: never.
 */
#include "drivers/remote/stream.h"

#include "driver/doorbell.h"

#include <libvirt/libvirt.h>

#define ERR_FROM VIR_FROM_STREAMS
#define WRITE_RETRY_MS 5

/* The public library's; a program without it has no callbacks on streams. */
#pragma weak virEventAddTimeout
#pragma weak virEventUpdateTimeout
#pragma weak virEventRemoveTimeout

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

void
remote_stream_ring(struct remote_stream *rs)
{
    if (rs->watch)
        doorbell_ring(rs->watch->bell);
}

void
remote_stream_forget(struct remote_stream *rs)
{
    if (rs->watch)
        rs->watch->rs = NULL;
}

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

int
remote_stream_event_add(struct stream *st, int events, void (*cb)(struct stream *, int, void *), void *opaque,
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

int
remote_stream_event_update(struct stream *st, int events, struct err *err)
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

void
remote_stream_unwatch(struct remote *r, struct remote_stream *rs)
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

int
remote_stream_event_remove(struct stream *st, struct err *err)
{
    struct remote_stream *rs = st->priv;
    remote_stream_unwatch(rs->r, rs);
    return 0;
}
