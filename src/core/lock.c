/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * lock: see lock.h.
 */
#include "core/lock.h"
#include "base/clock.h"

#include <errno.h>
#include <glib.h>
#include <time.h>

#ifndef NDEBUG
const struct lock_hooks *lock_hooks;

/* Ranks held by this thread, ascending. */
static __thread unsigned char held[16];
static __thread unsigned nheld;

static void
check_order(enum lock_rank rank)
{
    if (nheld && held[nheld - 1] >= rank)
        g_error("lock of rank %d taken while one of rank %d is held", rank, held[nheld - 1]);
    g_assert(nheld < sizeof(held));
}
# define NOTE_TAKEN(rank) (held[nheld++] = (rank))
#else
# define check_order(rank) ((void)(rank))
# define NOTE_TAKEN(rank) ((void)0)
#endif

void
lock_assert_none(void)
{
#ifndef NDEBUG
    if (nheld)
        g_error("waiting while a lock of rank %d is held", held[nheld - 1]);
#endif
}

void
lock_assert_held(enum lock_rank rank)
{
#ifndef NDEBUG
    for (unsigned i = 0; i < nheld; i++) {
        if (held[i] == rank)
            return;
    }
    g_error("a lock of rank %d should be held here", rank);
#endif
}

void
lock_init(struct lock *lock)
{
    pthread_mutex_init(&lock->mutex, NULL);
    LOCK_HOOK(init(lock));
}

void
lock_destroy(struct lock *lock)
{
    pthread_mutex_destroy(&lock->mutex);
}

void
lock_take(struct lock *lock, enum lock_rank rank)
{
    check_order(rank);
#ifndef NDEBUG
    if (lock_hooks && rank < RANK_RUN)
        lock_hooks->take(lock);
    else if (lock_hooks && rank < RANK_LEAF) /* view.c speaks for its own */
        lock_hooks->touch(lock, 0, true);
#endif
    pthread_mutex_lock(&lock->mutex);
    NOTE_TAKEN(rank);
}

bool
lock_try(struct lock *lock, enum lock_rank rank)
{
#ifndef NDEBUG
    /* Trying cannot deadlock: the holder may try its own lock, or another of the same rank. */
    if (nheld && held[nheld - 1] > rank)
        g_error("lock of rank %d tried while one of rank %d is held", rank, held[nheld - 1]);
    g_assert(nheld < sizeof(held));
    if (lock_hooks && rank < RANK_RUN && !lock_hooks->try(lock))
        return false;
#endif
    if (pthread_mutex_trylock(&lock->mutex) != 0)
        return false;
    NOTE_TAKEN(rank);
    return true;
}

void
lock_release(struct lock *lock, enum lock_rank rank)
{
#ifndef NDEBUG
    /* Not always the last one taken: registry and vm are passed hand over hand. */
    unsigned i = nheld;
    while (i && held[i - 1] != rank)
        i--;
    g_assert(i);
    for (nheld--; i <= nheld; i++)
        held[i - 1] = held[i];
#endif
    pthread_mutex_unlock(&lock->mutex);
#ifndef NDEBUG
    if (lock_hooks && rank < RANK_RUN)
        lock_hooks->release(lock);
#endif
}

void
parker_init(struct parker *p)
{
    pthread_condattr_t attr;
    pthread_mutex_init(&p->mutex, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&p->cond, &attr);
    pthread_condattr_destroy(&attr);
    p->woken = false;
    LOCK_HOOK(init(p));
}

void
parker_destroy(struct parker *p)
{
    pthread_cond_destroy(&p->cond);
    pthread_mutex_destroy(&p->mutex);
}

bool
parker_wait(struct parker *p, int64_t deadline)
{
    lock_assert_none();
#ifndef NDEBUG
    if (lock_hooks) {
        bool woken = lock_hooks->park(p, deadline);
        pthread_mutex_lock(&p->mutex); /* for the sanitizer: what the waker wrote is ours to see */
        p->woken = false;
        pthread_mutex_unlock(&p->mutex);
        return woken;
    }
#endif
    struct timespec ts = { deadline / NSEC_PER_SEC, deadline % NSEC_PER_SEC };
    pthread_mutex_lock(&p->mutex);
    while (!p->woken) {
        if (deadline == DEADLINE_NEVER)
            pthread_cond_wait(&p->cond, &p->mutex);
        else if (pthread_cond_timedwait(&p->cond, &p->mutex, &ts) == ETIMEDOUT)
            break;
    }
    bool woken = p->woken;
    p->woken = false;
    pthread_mutex_unlock(&p->mutex);
    return woken;
}

void
parker_wake(struct parker *p)
{
    pthread_mutex_lock(&p->mutex);
    p->woken = true;
    pthread_cond_signal(&p->cond);
    LOCK_HOOK(wake(p));
    pthread_mutex_unlock(&p->mutex);
}
