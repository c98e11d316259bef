/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * fork: mutexes that a child of fork() finds unlocked.
 *
 * Applications fork while other threads of theirs are in calls of ours.  A mutex that such a thread holds at
 * that moment stays locked in the child for ever, for its owner is not there.  fork() therefore waits for
 * those that are named here, so what they guard is whole in the copy, too.  Only mutexes that are held for
 * moments belong here.
 *
 * Owns: the list of them.  Called by: their owners, from any thread.  Waits: never for more than a mutex.
 */
#pragma once

#include <pthread.h>

enum fork_rank {
    FORK_OUTER, /* others of this list may be taken under it, but none of this rank */
    FORK_LEAF,  /* nothing is taken under it */
};

void fork_mutex_init(pthread_mutex_t *mutex, enum fork_rank rank);
void fork_mutex_destroy(pthread_mutex_t *mutex);

/* A static one, as the library is loaded: whoever registers handlers later has theirs run before. */
#define FORK_MUTEX(name, rank) \
    static pthread_mutex_t name; \
    static void __attribute__((constructor)) name##_init(void) \
    { \
        fork_mutex_init(&name, rank); \
    }
