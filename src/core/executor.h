/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * executor: plain threads for calls that wait.
 *
 * Owns: an elastic set of threads (grows on demand, shrinks when idle; the one
 * that ran last is used first) and the order in which work reaches them:
 *   - per client (struct exec_lane): at most `limit` at once, the rest queue;
 *   - per guest (by uuid): at most `per_guest` at once, the rest queue;
 *   - urgent work (destroying a guest, aborting a job) passes both limits.
 * Because work for a guest that does not answer stays behind that guest's
 * limit, any number of stuck guests leaves the threads of all others free.
 * Called by: the daemon's sessions, drivers for work of their own; any thread.
 * Waits: executor_free() for what runs; nothing else does.
 */
#pragma once

#include "base/err.h"
#include "base/ref.h"

struct executor;

struct executor_config {
    unsigned max_threads; /* 0: 2048 */
    unsigned min_threads; /* that stay when idle, once they were needed */
    unsigned spare;       /* threads beyond max_threads, for urgent work only */
    unsigned max_idle;    /* threads kept for `idle_ms` after their last work; 0: 16 */
    unsigned idle_ms;     /* 0: 5000 */
    unsigned per_guest;   /* 0: 4 */
    size_t stack;         /* bytes; 0: 512 KiB of address space */
    void (*rest)(void);   /* called by the last thread that leaves: nothing is left to do; may be NULL */
};

/* One client's share.  Belongs to the session; zero it, set limit. */
struct exec_lane {
    unsigned limit;   /* 0: none */
    /* the executor's: */
    unsigned running; /* handed to threads, or queued behind a guest */
    unsigned queued;
    bool paused;
    struct work *head, *tail;
};

/* Embedded in what the caller wants done. */
struct work {
    void (*run)(struct work *work);
    void (*done)(struct work *work); /* after run, when the executor has let go of lane and
                                        work: may free both; may be NULL */
    struct exec_lane *lane;         /* NULL: nobody's in particular */
    bool has_guest;
    bool urgent;
    unsigned char guest[UUID_LEN];
    /* the executor's: */
    struct work *next;
    struct exec_guest *behind;
};

struct executor *executor_new(const struct executor_config *config);
/* Lets queued work be run, joins the threads. */
void executor_free(struct executor *ex);
void executor_submit(struct executor *ex, struct work *work);
/* Takes back what this lane has queued and not begun: a list by `next`. */
struct work *executor_cancel(struct executor *ex, struct exec_lane *lane);

/* While paused, what is not urgent stays queued: a client that takes no
 * replies gets no new ones made. */
void executor_pause(struct executor *ex, struct exec_lane *lane, bool paused);

struct executor_stats { unsigned threads, idle, peak, queued, max_threads, min_threads, spare; };
void executor_get_stats(struct executor *ex, struct executor_stats *stats);
/* Changes the numbers of threads while running; those that are too many leave when their work is done. */
void executor_set_threads(struct executor *ex, unsigned max_threads, unsigned min_threads, unsigned spare);
