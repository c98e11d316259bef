/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * fork: what becomes of connections in a child of fork().
 *
 * Owns: the list of open connections, and the handlers that fork() runs.  The socket is shared with the
 * parent, so a child that used it, or only closed the connection, would take the parent's replies or end it
 * for both.  A child's copy is therefore foreign: it refuses to be used as long as the process that opened it
 * lives, and is freed without a word to the daemon.  When that process is gone (a program that became a
 * daemon after connecting), the child takes the connection over. Called by: client.c.  Nothing waits.
 */
#include "drivers/remote/remote.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_RPC

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* before every r->lock */
static struct remote *all;

/* Nobody is in the middle of anything when the copy is made: r->lock is never held over a wait. */
static void
before(void)
{
    pthread_mutex_lock(&lock);
    for (struct remote *r = all; r; r = r->next)
        pthread_mutex_lock(&r->lock);
}

static void
in_parent(void)
{
    for (struct remote *r = all; r; r = r->next)
        pthread_mutex_unlock(&r->lock);
    pthread_mutex_unlock(&lock);
}

static void
in_child(void)
{
    for (struct remote *r = all; r; r = r->next) {
        /* Threads that waited or read are not here any more; what one was reading may be torn. */
        if (r->reading || r->waiters)
            r->dead = true;
        r->foreign = true;
        r->watched = r->thread_runs;
        r->thread_runs = r->reading = false;
        r->waiters = NULL;
        pthread_mutex_init(&r->events_lock, NULL);
        pthread_mutex_init(&r->register_lock, NULL);
        pthread_cond_init(&r->thread_cond, NULL);
        pthread_mutex_unlock(&r->lock);
    }
    pthread_mutex_unlock(&lock);
}

static void
install(void)
{
    pthread_atfork(before, in_parent, in_child);
}

void
remote_fork_add(struct remote *r)
{
    pthread_once(&once, install);
    r->owner = getpid();
    pthread_mutex_lock(&lock);
    r->next = all;
    all = r;
    pthread_mutex_unlock(&lock);
}

void
remote_fork_remove(struct remote *r)
{
    pthread_mutex_lock(&lock);
    for (struct remote **at = &all; *at; at = &(*at)->next)
        if (*at == r) {
            *at = r->next;
            break;
        }
    pthread_mutex_unlock(&lock);
}

/* One that has ended and waits to be reaped holds nothing any more. */
static bool
lives(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)pid);
    g_autofree char *text = NULL;
    const char *state;

    if (getppid() == pid)
        return true;
    if (kill(pid, 0) < 0 && errno == ESRCH)
        return false;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return true;
    state = strrchr(text, ')');
    return !state || (state[1] == ' ' && state[2] != 'Z' && state[2] != 'X');
}

int
remote_fork_check(struct remote *r, struct err *err)
{
    if (!r->foreign)
        return 0;
    if (lives(r->owner))
        return err_set(err, VIR_ERR_INTERNAL_ERROR,
                       "This connection belongs to process %d, which was forked; open "
                       "another one here",
                       (int)r->owner);
    r->foreign = false;
    r->owner = getpid();
    return r->watched ? remote_watch_locked(r, err) : 0;
}
