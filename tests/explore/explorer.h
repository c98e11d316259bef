/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * explorer: runs a small scenario through every schedule.
 *
 * Real threads, of which one runs at a time; they change over only where core takes a
 * lock, parks, or passes a marked point (core/lock.h).  The choices made at these
 * points form a tree that is walked depth first, each time from the start.  Two steps that
 * touch nothing in common are tried in one order only (sleep sets): what is left out
 * differs in nothing that any thread can see.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct scenario {
    const char *name;
    bool coarse;                /* change over at locks, waits and writes only, not where something is read */
    void (*set_up)(void);       /* outside of the explorer, before each schedule */
    void (*const *actors)(void *); /* NULL-terminated: the threads */
    void (*check)(void);        /* after each: what must hold in the end; cleans up */
};

struct explored {
    unsigned long schedules;    /* run to their end */
    unsigned long cut;          /* found to repeat another one half-way */
    bool complete;              /* all of them */
    unsigned outcomes;          /* different ones, as told by explore_outcome() */
};

/* Up to `limit` schedules (0: all).  A violation prints the schedule that led to it and aborts. */
struct explored explore(const struct scenario *scenario, unsigned long limit);

/* From inside: another thread, from now on able to run. */
void explore_spawn(void (*fn)(void *arg), void *arg);
/* A scenario's own shared data; marks a step that touches it. */
void explore_touch(const void *object);
/* When false: prints what, the schedule, and aborts. */
#define EXPLORE_CHECK(condition) \
    do { \
        if (!(condition)) \
            explore_violation(__FILE__, __LINE__, #condition); \
    } while (0)
void explore_violation(const char *file, int line, const char *what) __attribute__((noreturn));
/* Appends to the story of this schedule, printed with a violation. */
void explore_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* From check(): how this schedule ended, in a number. */
void explore_outcome(unsigned long number);
