/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * fork: see fork.h.
 */
#include "base/fork.h"

#include <glib.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* before those in the list */
static GPtrArray *mutexes[FORK_LEAF + 1];

static void
before(void)
{
    pthread_mutex_lock(&lock);
    for (enum fork_rank rank = FORK_OUTER; rank <= FORK_LEAF; rank++)
        for (guint i = 0; i < mutexes[rank]->len; i++)
            pthread_mutex_lock(g_ptr_array_index(mutexes[rank], i));
}

/* In both processes: the thread that forked is the one that goes on in the child. */
static void
after(void)
{
    for (enum fork_rank rank = FORK_OUTER; rank <= FORK_LEAF; rank++)
        for (guint i = 0; i < mutexes[rank]->len; i++)
            pthread_mutex_unlock(g_ptr_array_index(mutexes[rank], i));
    pthread_mutex_unlock(&lock);
}

static void
install(void)
{
    for (enum fork_rank rank = FORK_OUTER; rank <= FORK_LEAF; rank++)
        mutexes[rank] = g_ptr_array_new();
    pthread_atfork(before, after, after);
}

void
fork_mutex_init(pthread_mutex_t *mutex, enum fork_rank rank)
{
    pthread_once(&once, install);
    pthread_mutex_init(mutex, NULL);
    pthread_mutex_lock(&lock);
    g_ptr_array_add(mutexes[rank], mutex);
    pthread_mutex_unlock(&lock);
}

void
fork_mutex_destroy(pthread_mutex_t *mutex)
{
    pthread_mutex_lock(&lock);
    for (enum fork_rank rank = FORK_OUTER; rank <= FORK_LEAF; rank++)
        if (g_ptr_array_remove_fast(mutexes[rank], mutex))
            break;
    pthread_mutex_unlock(&lock);
    pthread_mutex_destroy(mutex);
}
