/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * lock: the two ways in which a thread of core can stand still.
 *
 * Owns: `struct lock`, a mutex that knows its rank, and `struct parker`, a place where
 * one thread sleeps until it is woken or its deadline passes.  Debug builds check that
 * locks are taken in the order of their ranks, and let the schedule explorer
 * (tests/explore) decide who goes on at each of these points.
 * Called by: core only.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum lock_rank {
    RANK_NONE,
    RANK_REGISTRY,
    RANK_VM,
    RANK_HUB,       /* events: emitted with the vm's lock, so that they keep its order */
    RANK_RUN,       /* leaves from here on */
    RANK_PENDING,
    RANK_LEAF,
};

struct lock {
    pthread_mutex_t mutex;
};
#define LOCK_INIT { PTHREAD_MUTEX_INITIALIZER }

struct parker {
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    bool woken;
};

void lock_init(struct lock *lock);
void lock_destroy(struct lock *lock);
void lock_take(struct lock *lock, enum lock_rank rank);
bool lock_try(struct lock *lock, enum lock_rank rank);
void lock_release(struct lock *lock, enum lock_rank rank);
/* May this thread wait now?  (It holds none of our locks.)  Debug builds abort if not. */
void lock_assert_none(void);
void lock_assert_held(enum lock_rank rank);

void parker_init(struct parker *parker);
void parker_destroy(struct parker *parker);
/* true: woken (also if that was before); false: the deadline passed. */
bool parker_wait(struct parker *parker, int64_t deadline);
void parker_wake(struct parker *parker);

#ifndef NDEBUG
/* The explorer (tests/explore).  take, try, park and point may switch to another
 * thread; leaves (RANK_RUN and above) are only touched, nobody waits inside them.  An
 * object is an address that init() has told, `part` tells what belongs to it apart. */
struct lock_hooks {
    void (*init)(const void *object);
    void (*touch)(const void *object, int part, bool write);
    void (*take)(struct lock *lock);
    bool (*try)(struct lock *lock);
    void (*release)(struct lock *lock);
    bool (*park)(struct parker *parker, int64_t deadline);
    void (*wake)(struct parker *parker);
    void (*point)(const void *object, int part, bool write); /* a step that others may see without any lock */
};
extern const struct lock_hooks *lock_hooks;
# define LOCK_HOOK(call) \
    do { \
        if (__builtin_expect(lock_hooks != NULL, 0)) \
            lock_hooks->call; \
    } while (0)
#else
# define LOCK_HOOK(call) do { } while (0)
#endif
#define LOCK_POINT(lock, part, write) LOCK_HOOK(point((lock), (part), (write)))
