/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * event-loop: virEvent…: the application's loop, or the one built in.
 *
 * Owns: the table of functions that was registered, and the default loop: watched
 * descriptors and timers around poll().  Any thread may add, change and remove;
 * one thread runs it and is woken by a pipe.  Callbacks run without the lock.  What
 * a callback removes is only marked, and freed by the loop, so that its callback
 * data outlives the call.
 * Waits: virEventRunDefaultImpl() only.
 */
#include "base/fork.h"
#include "lib/entry.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_EVENT

struct watch {
    int id, fd, events;
    virEventHandleCallback cb;
    void *opaque;
    virFreeCallback ff;
    bool gone;
};

struct timer {
    int id, interval; /* -1: off */
    gint64 due;
    virEventTimeoutCallback cb;
    void *opaque;
    virFreeCallback ff;
    bool gone;
};

FORK_MUTEX(loop_lock, FORK_LEAF)
static struct {
    GPtrArray *watches, *timers;
    int next_watch, next_timer;
    int wake[2];
    bool running, woken;
    pthread_t runner;
} loop = { .wake = { -1, -1 } };

static struct {
    virEventAddHandleFunc add_handle;
    virEventUpdateHandleFunc update_handle;
    virEventRemoveHandleFunc remove_handle;
    virEventAddTimeoutFunc add_timeout;
    virEventUpdateTimeoutFunc update_timeout;
    virEventRemoveTimeoutFunc remove_timeout;
} impl;

/* Called with the lock held. */
static void
wake(void)
{
    char c = 0;

    if (!loop.running || loop.woken || pthread_equal(loop.runner, pthread_self()))
        return;
    loop.woken = true;
    while (write(loop.wake[1], &c, 1) < 0 && errno == EINTR)
        ;
}

static gint64
now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (gint64)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int
loop_add_handle(int fd, int events, virEventHandleCallback cb, void *opaque, virFreeCallback ff)
{
    struct watch *w = g_new0(struct watch, 1);
    int id;

    *w = (struct watch){ .fd = fd, .events = events, .cb = cb, .opaque = opaque, .ff = ff };
    pthread_mutex_lock(&loop_lock);
    id = w->id = ++loop.next_watch;
    g_ptr_array_add(loop.watches, w);
    wake();
    pthread_mutex_unlock(&loop_lock);
    return id;
}

#define FIND(array, type, number) ({ \
    struct type *found_ = NULL; \
    for (guint i_ = 0; i_ < (array)->len && !found_; i_++) { \
        struct type *one_ = g_ptr_array_index(array, i_); \
        if (one_->id == (number) && !one_->gone) \
            found_ = one_; \
    } \
    found_; })

static void
loop_update_handle(int id, int events)
{
    struct watch *w;

    pthread_mutex_lock(&loop_lock);
    w = FIND(loop.watches, watch, id);
    if (w) {
        w->events = events;
        wake();
    }
    pthread_mutex_unlock(&loop_lock);
}

static int
loop_remove_handle(int id)
{
    struct watch *w;

    pthread_mutex_lock(&loop_lock);
    w = FIND(loop.watches, watch, id);
    if (w) {
        w->gone = true;
        wake();
    }
    pthread_mutex_unlock(&loop_lock);
    return w ? 0 : -1;
}

static int
loop_add_timeout(int interval, virEventTimeoutCallback cb, void *opaque, virFreeCallback ff)
{
    struct timer *t = g_new0(struct timer, 1);
    int id;

    *t = (struct timer){ .interval = interval, .due = interval >= 0 ? now_ms() + interval : 0,
                         .cb = cb, .opaque = opaque, .ff = ff };
    pthread_mutex_lock(&loop_lock);
    id = t->id = ++loop.next_timer;
    g_ptr_array_add(loop.timers, t);
    wake();
    pthread_mutex_unlock(&loop_lock);
    return id;
}

static void
loop_update_timeout(int id, int interval)
{
    struct timer *t;

    pthread_mutex_lock(&loop_lock);
    t = FIND(loop.timers, timer, id);
    if (t) {
        t->interval = interval;
        t->due = interval >= 0 ? now_ms() + interval : 0;
        wake();
    }
    pthread_mutex_unlock(&loop_lock);
}

static int
loop_remove_timeout(int id)
{
    struct timer *t;

    pthread_mutex_lock(&loop_lock);
    t = FIND(loop.timers, timer, id);
    if (t) {
        t->gone = true;
        wake();
    }
    pthread_mutex_unlock(&loop_lock);
    return t ? 0 : -1;
}

/* Frees what is marked; their free callbacks run without the lock. */
static void
sweep(void)
{
    g_autoptr(GPtrArray) watches = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) timers = g_ptr_array_new_with_free_func(g_free);

    pthread_mutex_lock(&loop_lock);
    for (guint i = 0; i < loop.watches->len;) {
        struct watch *w = g_ptr_array_index(loop.watches, i);

        if (w->gone) {
            g_ptr_array_remove_index(loop.watches, i);
            g_ptr_array_add(watches, w);
        } else {
            i++;
        }
    }
    for (guint i = 0; i < loop.timers->len;) {
        struct timer *t = g_ptr_array_index(loop.timers, i);

        if (t->gone) {
            g_ptr_array_remove_index(loop.timers, i);
            g_ptr_array_add(timers, t);
        } else {
            i++;
        }
    }
    pthread_mutex_unlock(&loop_lock);
    for (guint i = 0; i < watches->len; i++) {
        struct watch *w = g_ptr_array_index(watches, i);

        if (w->ff)
            w->ff(w->opaque);
    }
    for (guint i = 0; i < timers->len; i++) {
        struct timer *t = g_ptr_array_index(timers, i);

        if (t->ff)
            t->ff(t->opaque);
    }
}

static short
to_poll(int events)
{
    return (events & VIR_EVENT_HANDLE_READABLE ? POLLIN : 0) |
           (events & VIR_EVENT_HANDLE_WRITABLE ? POLLOUT : 0) |
           (events & VIR_EVENT_HANDLE_ERROR ? POLLERR : 0) | (events & VIR_EVENT_HANDLE_HANGUP ? POLLHUP : 0);
}

static int
from_poll(short events)
{
    return (events & POLLIN ? VIR_EVENT_HANDLE_READABLE : 0) |
           (events & POLLOUT ? VIR_EVENT_HANDLE_WRITABLE : 0) |
           (events & (POLLERR | POLLNVAL) ? VIR_EVENT_HANDLE_ERROR : 0) |
           (events & POLLHUP ? VIR_EVENT_HANDLE_HANGUP : 0);
}

static void
run_timers(void)
{
    gint64 now = now_ms();
    guint n;

    pthread_mutex_lock(&loop_lock);
    n = loop.timers->len; /* those added meanwhile wait for the next round */
    for (guint i = 0; i < n; i++) {
        struct timer *t = g_ptr_array_index(loop.timers, i);

        if (t->gone || t->interval < 0 || t->due > now)
            continue;
        t->due = now + t->interval;
        pthread_mutex_unlock(&loop_lock);
        t->cb(t->id, t->opaque);
        pthread_mutex_lock(&loop_lock);
    }
    pthread_mutex_unlock(&loop_lock);
}

static void
run_watches(const struct pollfd *fds, const int *ids, guint n)
{
    pthread_mutex_lock(&loop_lock);
    for (guint i = 0; i < n; i++) {
        struct watch *w = fds[i].revents ? FIND(loop.watches, watch, ids[i]) : NULL;

        if (!w || !w->events)
            continue;
        pthread_mutex_unlock(&loop_lock);
        w->cb(w->id, w->fd, from_poll(fds[i].revents), w->opaque);
        pthread_mutex_lock(&loop_lock);
    }
    pthread_mutex_unlock(&loop_lock);
}

int
virEventRunDefaultImpl(void)
{
    ENTRY("virEventRunDefaultImpl", VIR_FROM_EVENT);
    g_autofree struct pollfd *fds = NULL;
    g_autofree int *ids = NULL;
    gint64 wait = -1, now;
    guint n = 0;
    int rc, saved_errno;

    if (!loop.watches)
        return entry_set(&e, VIR_ERR_INTERNAL_ERROR, "virEventRegisterDefaultImpl() was not called");
    pthread_mutex_lock(&loop_lock);
    if (loop.running) {
        pthread_mutex_unlock(&loop_lock);
        return entry_set(&e, VIR_ERR_OPERATION_INVALID,
                         "the event loop runs already, on another thread or below");
    }
    loop.running = true;
    loop.runner = pthread_self();
    pthread_mutex_unlock(&loop_lock);
    sweep();
    pthread_mutex_lock(&loop_lock);
    fds = g_new0(struct pollfd, loop.watches->len + 1);
    ids = g_new0(int, loop.watches->len + 1);
    for (guint i = 0; i < loop.watches->len; i++) {
        struct watch *w = g_ptr_array_index(loop.watches, i);

        if (w->gone || !w->events)
            continue;
        fds[n].fd = w->fd;
        fds[n].events = to_poll(w->events);
        ids[n++] = w->id;
    }
    fds[n].fd = loop.wake[0];
    fds[n].events = POLLIN;
    now = now_ms();
    for (guint i = 0; i < loop.timers->len; i++) {
        struct timer *t = g_ptr_array_index(loop.timers, i);

        if (!t->gone && t->interval >= 0 && (wait < 0 || t->due - now < wait))
            wait = MAX(t->due - now, 0);
    }
    pthread_mutex_unlock(&loop_lock);

    /* A signal ends the round: applications run the loop as `while (!quit)`. */
    rc = poll(fds, n + 1, wait > G_MAXINT ? G_MAXINT : (int)wait);
    saved_errno = errno;
    pthread_mutex_lock(&loop_lock);
    if (loop.woken) {
        char c[8];

        while (read(loop.wake[0], c, sizeof(c)) < 0 && errno == EINTR)
            ;
        loop.woken = false;
    }
    pthread_mutex_unlock(&loop_lock);
    if (rc < 0 && saved_errno != EINTR && saved_errno != EAGAIN) {
        pthread_mutex_lock(&loop_lock);
        loop.running = false;
        pthread_mutex_unlock(&loop_lock);
        err_errno(&e.err, saved_errno, "virEventRunDefaultImpl: cannot poll %u descriptors", n);
        return entry_fail(&e);
    }
    run_timers();
    if (rc > 0)
        run_watches(fds, ids, n);
    sweep();
    pthread_mutex_lock(&loop_lock);
    loop.running = false;
    pthread_mutex_unlock(&loop_lock);
    return 0;
}

/* What comes through the pipe is the parent's; so is the thread that ran the loop, unless it is this one. */
static void
in_child(void)
{
    if (!pthread_equal(loop.runner, pthread_self()))
        loop.running = false;
    loop.woken = false;
    close(loop.wake[0]);
    close(loop.wake[1]);
    if (pipe2(loop.wake, O_CLOEXEC | O_NONBLOCK) < 0)
        loop.wake[0] = loop.wake[1] = -1; /* changes are seen with the next round only */
}

int
virEventRegisterDefaultImpl(void)
{
    ENTRY("virEventRegisterDefaultImpl", VIR_FROM_EVENT);

    pthread_mutex_lock(&loop_lock);
    if (!loop.watches) {
        if (pipe2(loop.wake, O_CLOEXEC | O_NONBLOCK) < 0) {
            int errnum = errno;

            pthread_mutex_unlock(&loop_lock);
            err_errno(&e.err, errnum, "virEventRegisterDefaultImpl: cannot make a pipe");
            return entry_fail(&e);
        }
        pthread_atfork(NULL, NULL, in_child);
        loop.watches = g_ptr_array_new();
        loop.timers = g_ptr_array_new();
    }
    pthread_mutex_unlock(&loop_lock);
    virEventRegisterImpl(loop_add_handle, loop_update_handle, loop_remove_handle, loop_add_timeout,
                         loop_update_timeout, loop_remove_timeout);
    return 0;
}

void
virEventRegisterImpl(virEventAddHandleFunc addHandle, virEventUpdateHandleFunc updateHandle,
                     virEventRemoveHandleFunc removeHandle, virEventAddTimeoutFunc addTimeout,
                     virEventUpdateTimeoutFunc updateTimeout, virEventRemoveTimeoutFunc removeTimeout)
{
    virInitialize();
    /* The first one stays: connections may use it already. */
    pthread_mutex_lock(&loop_lock);
    if (!impl.add_handle) {
        impl.add_handle = addHandle;
        impl.update_handle = updateHandle;
        impl.remove_handle = removeHandle;
        impl.add_timeout = addTimeout;
        impl.update_timeout = updateTimeout;
        impl.remove_timeout = removeTimeout;
    }
    pthread_mutex_unlock(&loop_lock);
}

int
virEventAddHandle(int fd, int events, virEventHandleCallback cb, void *opaque, virFreeCallback ff)
{
    return impl.add_handle ? impl.add_handle(fd, events, cb, opaque, ff) : -1;
}

void
virEventUpdateHandle(int watch, int events)
{
    if (impl.update_handle)
        impl.update_handle(watch, events);
}

int
virEventRemoveHandle(int watch)
{
    return impl.remove_handle ? impl.remove_handle(watch) : -1;
}

int
virEventAddTimeout(int frequency, virEventTimeoutCallback cb, void *opaque, virFreeCallback ff)
{
    return impl.add_timeout ? impl.add_timeout(frequency, cb, opaque, ff) : -1;
}

void
virEventUpdateTimeout(int timer, int frequency)
{
    if (impl.update_timeout)
        impl.update_timeout(timer, frequency);
}

int
virEventRemoveTimeout(int timer)
{
    return impl.remove_timeout ? impl.remove_timeout(timer) : -1;
}
