/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * io: see io.h.  The loop is libuv's; posted functions wait in a ring under a mutex and
 * wake the loop through one uv_async, once however many are posted.  No
 * event allocates: the ring grows to the largest backlog and stays, watches and timers are made once.
 */
#include "base/io.h"

#include <errno.h>
#include <glib.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <uv.h>

#define ERR_FROM VIR_FROM_RPC

struct posted { void (*fn)(void *); void *arg; };

struct io {
    uv_loop_t loop;
    uv_async_t wake;
    pthread_mutex_t lock;       /* ring */
    struct posted *ring;
    size_t space, first, n;
    struct posted *batch;       /* being run, loop's thread only */
    size_t batch_space;
    atomic_bool stop;
    bool started;               /* io_start() made thread */
    pthread_t thread;
    _Atomic(uintptr_t) owner;   /* pthread_self() of the running loop, 0: not running */
};

struct io_watch {
    uv_poll_t poll;
    io_watch_fn fn;
    void *arg;
    int fd;
    unsigned events;
};

struct io_timer {
    uv_timer_t timer;
    io_timer_fn fn;
    void *arg;
};

bool
io_on_thread(const struct io *io)
{
    return atomic_load_explicit(&((struct io *)io)->owner, memory_order_relaxed) ==
           (uintptr_t)pthread_self();
}

/* Watches and timers belong to the loop's thread; before it runs, to whoever sets up. */
static void
check_thread(const struct io *io)
{
#ifndef NDEBUG
    g_assert(io_on_thread(io) || atomic_load(&((struct io *)io)->owner) == 0);
#endif
}

static void
run_posted(struct io *io)
{
    pthread_mutex_lock(&io->lock);
    size_t n = io->n;
    if (n > io->batch_space) {
        io->batch_space = io->space;
        io->batch = g_renew(struct posted, io->batch, io->batch_space);
    }
    for (size_t i = 0; i < n; i++)
        io->batch[i] = io->ring[(io->first + i) % io->space];
    io->n = 0;
    io->first = 0;
    pthread_mutex_unlock(&io->lock);
    for (size_t i = 0; i < n; i++)
        io->batch[i].fn(io->batch[i].arg);
}

static void
on_wake(uv_async_t *async)
{
    struct io *io = async->data;
    run_posted(io);
    if (atomic_load(&io->stop))
        uv_stop(&io->loop);
}

struct io *
io_new(struct err *err)
{
    struct io *io = g_new0(struct io, 1);
    int rc = uv_loop_init(&io->loop);
    if (rc < 0) {
        err_errno(err, -rc, "cannot set up the I/O loop");
        g_free(io);
        return NULL;
    }
    rc = uv_async_init(&io->loop, &io->wake, on_wake);
    if (rc < 0) {
        err_errno(err, -rc, "cannot set up the I/O loop's wake-up");
        uv_loop_close(&io->loop);
        g_free(io);
        return NULL;
    }
    io->wake.data = io;
    io->space = 64;
    io->ring = g_new(struct posted, io->space);
    pthread_mutex_init(&io->lock, NULL);
    return io;
}

void
io_run(struct io *io)
{
    atomic_store(&io->owner, (uintptr_t)pthread_self());
    while (!atomic_load(&io->stop))
        uv_run(&io->loop, UV_RUN_DEFAULT);
    run_posted(io);
    atomic_store(&io->owner, 0);
}

static void *
thread_main(void *arg)
{
    io_run(arg);
    return NULL;
}

int
io_start(struct io *io, const char *thread_name, struct err *err)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int rc = pthread_create(&io->thread, NULL, thread_main, io);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (rc)
        return err_errno(err, rc, "cannot start the I/O thread");
    io->started = true;
    if (thread_name)
        pthread_setname_np(io->thread, thread_name);
    return 0;
}

void
io_stop(struct io *io)
{
    atomic_store(&io->stop, true);
    uv_async_send(&io->wake);
}

static void
close_left(uv_handle_t *handle, void *arg)
{
    if (uv_is_closing(handle))
        return;
    struct io *io = arg;
    if (handle == (uv_handle_t *)&io->wake)
        uv_close(handle, NULL);
    else
        uv_close(handle, (uv_close_cb)(void (*)(void))g_free);
}

void
io_free(struct io *io)
{
    if (!io)
        return;
    if (io->started) {
        io_stop(io);
        pthread_join(io->thread, NULL);
    }
    run_posted(io);
    uv_walk(&io->loop, close_left, io);
    while (uv_run(&io->loop, UV_RUN_DEFAULT))
        ;
    uv_loop_close(&io->loop);
    pthread_mutex_destroy(&io->lock);
    g_free(io->ring);
    g_free(io->batch);
    g_free(io);
}

/* ---- posting -------------------------------------------------------------------------------- */

void
io_post(struct io *io, void (*fn)(void *arg), void *arg)
{
    pthread_mutex_lock(&io->lock);
    if (io->n == io->space) {
        struct posted *more = g_new(struct posted, io->space * 2);
        for (size_t i = 0; i < io->n; i++)
            more[i] = io->ring[(io->first + i) % io->space];
        g_free(io->ring);
        io->ring = more;
        io->first = 0;
        io->space *= 2;
    }
    bool wake = io->n == 0; /* who posted before has woken it already */
    io->ring[(io->first + io->n++) % io->space] = (struct posted){ fn, arg };
    pthread_mutex_unlock(&io->lock);
    if (wake)
        uv_async_send(&io->wake);
}

struct wait_call {
    void (*fn)(void *);
    void *arg;
    pthread_mutex_t lock;
    pthread_cond_t cond;
    bool done;
};

static void
run_wait_call(void *opaque)
{
    struct wait_call *c = opaque;
    c->fn(c->arg);
    pthread_mutex_lock(&c->lock);
    c->done = true;
    pthread_cond_signal(&c->cond);
    pthread_mutex_unlock(&c->lock);
}

void
io_call(struct io *io, void (*fn)(void *arg), void *arg)
{
    if (io_on_thread(io)) {
        fn(arg);
        return;
    }
    struct wait_call c = { .fn = fn, .arg = arg };
    pthread_mutex_init(&c.lock, NULL);
    pthread_cond_init(&c.cond, NULL);
    io_post(io, run_wait_call, &c);
    pthread_mutex_lock(&c.lock);
    while (!c.done)
        pthread_cond_wait(&c.cond, &c.lock);
    pthread_mutex_unlock(&c.lock);
    pthread_cond_destroy(&c.cond);
    pthread_mutex_destroy(&c.lock);
}

/* ---- watches -------------------------------------------------------------------------------- */

static void on_poll(uv_poll_t *poll, int status, int events);

static void
arm(struct io_watch *w)
{
    if (!w->events) {
        uv_poll_stop(&w->poll);
        return;
    }
    int ev = UV_DISCONNECT;
    if (w->events & IO_READ)
        ev |= UV_READABLE;
    if (w->events & IO_WRITE)
        ev |= UV_WRITABLE;
    uv_poll_start(&w->poll, ev, on_poll);
}

static void
on_poll(uv_poll_t *poll, int status, int events)
{
    struct io_watch *w = poll->data;
    unsigned got = 0;
    if (status < 0) {
        /* libuv has stopped watching because of the error; a read or write tells
         * which.  Whoever keeps the watch nevertheless is watched on. */
        got = IO_ERROR | (w->events & (IO_READ | IO_WRITE));
        arm(w);
    } else {
        if (events & UV_READABLE)
            got |= IO_READ;
        if (events & UV_WRITABLE)
            got |= IO_WRITE;
        if (events & UV_DISCONNECT)
            got |= IO_HANGUP;
    }
    w->fn(w, w->fd, got, w->arg);
}

struct io_watch *
io_watch_add(struct io *io, int fd, unsigned events, io_watch_fn fn, void *arg, struct err *err)
{
    check_thread(io);
    struct io_watch *w = g_new0(struct io_watch, 1);
    int rc = uv_poll_init(&io->loop, &w->poll, fd);
    if (rc < 0) {
        err_errno(err, -rc, "cannot watch file descriptor %d", fd);
        g_free(w);
        return NULL;
    }
    w->poll.data = w;
    w->fn = fn;
    w->arg = arg;
    w->fd = fd;
    w->events = events;
    arm(w);
    return w;
}

void
io_watch_set(struct io_watch *w, unsigned events)
{
    if (w->events == events)
        return;
    w->events = events;
    arm(w);
}

unsigned
io_watch_events(const struct io_watch *w)
{
    return w->events;
}

static void
watch_closed(uv_handle_t *handle)
{
    g_free(handle->data);
}

void
io_watch_remove(struct io_watch *w)
{
    if (!w)
        return;
    uv_poll_stop(&w->poll);
    uv_close((uv_handle_t *)&w->poll, watch_closed);
}

/* ---- timers --------------------------------------------------------------------------------- */

static void
on_timer(uv_timer_t *timer)
{
    struct io_timer *t = timer->data;
    t->fn(t, t->arg);
}

struct io_timer *
io_timer_new(struct io *io, io_timer_fn fn, void *arg)
{
    check_thread(io);
    struct io_timer *t = g_new0(struct io_timer, 1);
    uv_timer_init(&io->loop, &t->timer);
    t->timer.data = t;
    t->fn = fn;
    t->arg = arg;
    return t;
}

void
io_timer_start(struct io_timer *t, uint64_t ms, uint64_t repeat_ms)
{
    uv_update_time(t->timer.loop); /* count from now, not from the start of this turn of the loop */
    uv_timer_start(&t->timer, on_timer, ms, repeat_ms);
}

void
io_timer_stop(struct io_timer *t)
{
    uv_timer_stop(&t->timer);
}

void
io_timer_free(struct io_timer *t)
{
    if (!t)
        return;
    uv_timer_stop(&t->timer);
    uv_close((uv_handle_t *)&t->timer, watch_closed);
}
