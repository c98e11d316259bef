/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * executor: see executor.h.  One mutex guards everything; it is a leaf.  Idle
 * threads sleep each on its own condition, in a stack, so that the hand-over
 * wakes exactly one thread and a warm one.
 */
#include "core/executor.h"

#include "base/log.h"
#include "base/uuid.h"

#include <errno.h>
#include <glib.h>
#include <pthread.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

LOG_FROM("core.executor");

struct exec_guest {
    unsigned char uuid[UUID_LEN];
    unsigned running;
    struct work *head, *tail;
};

struct thread {
    pthread_cond_t wake;
    struct work *work; /* handed over */
    struct thread *next;
};

struct executor {
    struct executor_config cfg;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* a thread has ended */
    pthread_attr_t attr;
    struct thread *idle;
    unsigned nthreads, nidle, peak, nready;
    struct work *ready, *ready_tail;
    GHashTable *guests; /* uuid → exec_guest, while something runs for it */
    bool stopping;
};

static void
append(struct work **head, struct work **tail, struct work *work)
{
    work->next = NULL;
    if (*head)
        (*tail)->next = work;
    else
        *head = work;
    *tail = work;
}

static struct work *
take(struct work **head, struct work **tail)
{
    struct work *work = *head;
    *head = work->next;
    if (!*head)
        *tail = NULL;
    work->next = NULL;
    return work;
}

struct executor *
executor_new(const struct executor_config *config)
{
    struct executor *ex = g_new0(struct executor, 1);
    if (config)
        ex->cfg = *config;
    if (!ex->cfg.max_threads)
        ex->cfg.max_threads = 2048;
    if (!ex->cfg.max_idle)
        ex->cfg.max_idle = 16;
    if (!ex->cfg.idle_ms)
        ex->cfg.idle_ms = 5000;
    if (!ex->cfg.per_guest)
        ex->cfg.per_guest = 4;
    if (!ex->cfg.stack)
        ex->cfg.stack = 512 * 1024;
    pthread_mutex_init(&ex->lock, NULL);
    pthread_cond_init(&ex->changed, NULL);
    pthread_attr_init(&ex->attr);
    pthread_attr_setdetachstate(&ex->attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&ex->attr, ex->cfg.stack);
    ex->guests = g_hash_table_new_full(uuid_hash, uuid_equal, NULL, g_free);
    return ex;
}

static void *thread_main(void *opaque);

struct start { struct executor *ex; struct work *work; };

/* Under the lock.  The work goes to a thread, or to the ready queue when no
 * more threads may or can be had. */
static void
make_ready(struct executor *ex, struct work *work)
{
    if (ex->idle) {
        struct thread *t = ex->idle;
        ex->idle = t->next;
        ex->nidle--;
        t->work = work;
        pthread_cond_signal(&t->wake);
        return;
    }
    if (ex->nthreads < ex->cfg.max_threads + (work->urgent ? ex->cfg.spare : 0)) {
        pthread_t id;
        struct start *s = g_new(struct start, 1);
        *s = (struct start){ ex, work };
        int rc = pthread_create(&id, &ex->attr, thread_main, s);
        if (rc == 0) {
            ex->nthreads++;
            ex->peak = MAX(ex->peak, ex->nthreads);
            return;
        }
        g_free(s);
        log_warn("cannot start thread %u for a call: %s; the call waits for a free one", ex->nthreads + 1,
                 g_strerror(rc));
    }
    append(&ex->ready, &ex->ready_tail, work);
    ex->nready++;
}

/* Under the lock: past the client's limit, now the guest's.  Returns whether
 * the work may run now. */
static bool
admit(struct executor *ex, struct work *work)
{
    if (work->lane)
        work->lane->running++;
    work->behind = NULL;
    if (work->has_guest) {
        struct exec_guest *guest = g_hash_table_lookup(ex->guests, work->guest);
        if (!guest) {
            guest = g_new0(struct exec_guest, 1);
            memcpy(guest->uuid, work->guest, UUID_LEN);
            g_hash_table_insert(ex->guests, guest->uuid, guest);
        }
        work->behind = guest;
        if (!work->urgent && guest->running >= ex->cfg.per_guest) {
            append(&guest->head, &guest->tail, work);
            return false;
        }
        guest->running++;
    }
    return true;
}

/* Under the lock. */
static bool
lane_is_full(const struct exec_lane *lane)
{
    return lane->paused || (lane->limit && lane->running >= lane->limit);
}

void
executor_submit(struct executor *ex, struct work *work)
{
    pthread_mutex_lock(&ex->lock);
    struct exec_lane *lane = work->lane;
    if (lane && lane_is_full(lane) && !work->urgent) {
        append(&lane->head, &lane->tail, work);
        lane->queued++;
    } else if (admit(ex, work)) {
        make_ready(ex, work);
    }
    pthread_mutex_unlock(&ex->lock);
}

/* Under the lock: what a finished work makes room for.  The first of it goes
 * to the ready queue, where the calling thread looks next. */
static void
finished(struct executor *ex, struct exec_lane *lane, struct exec_guest *guest)
{
    struct work *first = NULL;
    if (guest) {
        guest->running--;
        if (guest->head && guest->running < ex->cfg.per_guest) {
            guest->running++;
            first = take(&guest->head, &guest->tail);
        } else if (!guest->running && !guest->head) {
            g_hash_table_remove(ex->guests, guest->uuid);
        }
    }
    if (lane) {
        lane->running--;
        if (lane->head && !lane_is_full(lane)) {
            lane->queued--;
            struct work *next = take(&lane->head, &lane->tail);
            if (!admit(ex, next))
                next = NULL;
            if (next && first)
                make_ready(ex, next);
            else if (next)
                first = next;
        }
    }
    if (first) {
        append(&ex->ready, &ex->ready_tail, first);
        ex->nready++;
    }
}

/* Under the lock: sleeps until there is work; NULL: the thread is not needed. */
static struct work *
next_work(struct executor *ex, struct thread *self)
{
    /* What urgent work had beyond the limit, or a limit that was lowered meanwhile. */
    bool surplus = ex->nthreads > ex->cfg.max_threads;
    if (ex->ready && (!surplus || ex->ready->urgent)) {
        ex->nready--;
        return take(&ex->ready, &ex->ready_tail);
    }
    if (ex->stopping || surplus || (ex->nidle >= ex->cfg.max_idle && ex->nthreads > ex->cfg.min_threads))
        return NULL;
    self->work = NULL;
    self->next = ex->idle;
    ex->idle = self;
    ex->nidle++;
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ex->cfg.idle_ms / 1000;
    until.tv_nsec += (long)(ex->cfg.idle_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    bool late = false;
    while (!self->work && !ex->stopping && !(late && ex->nthreads > ex->cfg.min_threads)) {
        if (late)
            pthread_cond_wait(&self->wake, &ex->lock);
        else
            late = pthread_cond_timedwait(&self->wake, &ex->lock, &until) == ETIMEDOUT;
    }
    if (!self->work) {
        struct thread **p = &ex->idle;
        while (*p != self)
            p = &(*p)->next;
        *p = self->next;
        ex->nidle--;
    }
    return self->work;
}

static void *
thread_main(void *opaque)
{
    struct start *start = opaque;
    struct executor *ex = start->ex;
    struct work *work = start->work;
    g_free(start);
    struct thread self = { 0 };
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&self.wake, &attr);
    pthread_condattr_destroy(&attr);
    prctl(PR_SET_NAME, "call");

    pthread_mutex_lock(&ex->lock);
    while (work) {
        struct exec_lane *lane = work->lane;
        struct exec_guest *guest = work->behind;
        void (*done)(struct work *) = work->done;
        pthread_mutex_unlock(&ex->lock);
        work->run(work);
        pthread_mutex_lock(&ex->lock);
        finished(ex, lane, guest);
        if (done) {
            pthread_mutex_unlock(&ex->lock);
            done(work);
            pthread_mutex_lock(&ex->lock);
        }
        work = next_work(ex, &self);
        if (!work && ex->nthreads == 1 && ex->cfg.rest && !ex->stopping) {
            pthread_mutex_unlock(&ex->lock);
            ex->cfg.rest();
            pthread_mutex_lock(&ex->lock);
            if (ex->ready) { /* came meanwhile, and could have no other thread */
                ex->nready--;
                work = take(&ex->ready, &ex->ready_tail);
            }
        }
    }
    ex->nthreads--;
    pthread_cond_destroy(&self.wake);
    pthread_cond_signal(&ex->changed);
    pthread_mutex_unlock(&ex->lock);
    return NULL;
}

void
executor_pause(struct executor *ex, struct exec_lane *lane, bool paused)
{
    pthread_mutex_lock(&ex->lock);
    lane->paused = paused;
    while (lane->head && !lane_is_full(lane)) {
        lane->queued--;
        struct work *work = take(&lane->head, &lane->tail);
        if (admit(ex, work))
            make_ready(ex, work);
    }
    pthread_mutex_unlock(&ex->lock);
}

struct work *
executor_cancel(struct executor *ex, struct exec_lane *lane)
{
    pthread_mutex_lock(&ex->lock);
    struct work *list = lane->head;
    lane->head = lane->tail = NULL;
    lane->queued = 0;
    pthread_mutex_unlock(&ex->lock);
    return list;
}

void
executor_get_stats(struct executor *ex, struct executor_stats *stats)
{
    pthread_mutex_lock(&ex->lock);
    *stats = (struct executor_stats){ ex->nthreads, ex->nidle, ex->peak, ex->nready,
                                       ex->cfg.max_threads, ex->cfg.min_threads, ex->cfg.spare };
    pthread_mutex_unlock(&ex->lock);
}

void
executor_set_threads(struct executor *ex, unsigned max_threads, unsigned min_threads, unsigned spare)
{
    pthread_mutex_lock(&ex->lock);
    ex->cfg.max_threads = MAX(max_threads, 1);
    ex->cfg.min_threads = min_threads;
    ex->cfg.spare = spare;
    for (struct thread *t = ex->idle; t; t = t->next)
        pthread_cond_signal(&t->wake); /* those that stayed for a larger minimum */
    pthread_mutex_unlock(&ex->lock);
}

void
executor_free(struct executor *ex)
{
    if (!ex)
        return;
    pthread_mutex_lock(&ex->lock);
    ex->stopping = true;
    for (struct thread *t = ex->idle; t; t = t->next)
        pthread_cond_signal(&t->wake);
    while (ex->nthreads)
        pthread_cond_wait(&ex->changed, &ex->lock);
    pthread_mutex_unlock(&ex->lock);
    g_hash_table_unref(ex->guests);
    pthread_attr_destroy(&ex->attr);
    pthread_cond_destroy(&ex->changed);
    pthread_mutex_destroy(&ex->lock);
    g_free(ex);
}
