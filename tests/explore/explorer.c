/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * explorer: see explorer.h.
 *
 * A `node` is a point where the schedule was decided: who could go on (an option is a
 * thread, or a thread whose wait times out), who was chosen, and which options are
 * asleep because a sibling has covered them.  A step's footprint, two bit masks of the
 * objects it read and wrote, is known once it has been run; objects are named by their
 * maker (thread and count), so that they keep their name from one schedule to the next.
 */
#include "explorer.h"

#include "base/clock.h"
#include "core/lock.h"

#include <glib.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_THREADS 24
#define MAX_DEPTH 2000

struct footprint { uint64_t reads, writes; };

enum status { IDLE, READY, WANTS_LOCK, PARKED, DONE };

struct actor {
    int index;
    enum status status;
    const void *object;         /* lock wanted, parker parked at */
    int64_t deadline;
    bool timed_out;             /* how it was woken */
    void (*fn)(void *);
    void *arg;
    unsigned made;              /* objects */
    sem_t go;
    pthread_t os;
    bool os_started;
};

struct option { int thread; bool timeout; };

struct slept { struct option option; struct footprint fp; };

struct node {
    struct option options[MAX_THREADS * 2];
    struct footprint fp[MAX_THREADS * 2];   /* of those explored */
    int noptions, chosen;
    struct slept sleep[MAX_THREADS * 2];
    int nsleep;
    bool covered[MAX_THREADS * 2];          /* explored, or asleep */
};

static struct actor actors[MAX_THREADS];
static int nactors;
static struct node *nodes;          /* the path */
static int depth, replay;           /* now; of the prefix that is given */
static bool free_run;               /* this schedule repeats another: just end it */
static struct footprint step;       /* of the step that runs */
static __thread struct actor *self;
static sem_t all_done;
static GHashTable *names, *owners, *woken;
static GString *story;
static GHashTable *outcomes;
static bool no_sleep; /* EXPLORE_ALL=1: to see that sleep sets lose no outcome */
static const struct scenario *current;
static unsigned long run_number;
static unsigned made_outside;       /* objects, by set_up() */

/* ---- what is told when something is wrong --------------------------------------------------- */

void
explore_log(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    g_string_append_printf(story, "  [%d] ", self ? self->index : -1);
    g_string_append_vprintf(story, fmt, ap);
    g_string_append_c(story, '\n');
    va_end(ap);
}

void
explore_violation(const char *file, int line, const char *what)
{
    lock_hooks = NULL;
    fprintf(stderr, "VIOLATION in %s, schedule %lu: %s:%d: %s\n%s", current->name, run_number, file, line,
            what, story->str);
    fprintf(stderr, "  choices:");
    for (int i = 0; i < depth; i++)
        fprintf(stderr, " %d%s", nodes[i].options[nodes[i].chosen].thread,
                nodes[i].options[nodes[i].chosen].timeout ? "t" : "");
    fprintf(stderr, "\n");
    fflush(stderr);
    _Exit(3);
}

/* ---- footprints ----------------------------------------------------------------------------- */

static unsigned
name_of(const void *object)
{
    gpointer name;
    if (!g_hash_table_lookup_extended(names, object, NULL, &name))
        return (unsigned)(uintptr_t)object; /* static: the address stays */
    return GPOINTER_TO_UINT(name);
}

static void
touch(const void *object, int part, bool write)
{
    if (!self)
        return;
    unsigned h = (name_of(object) * 4u + part) * 2654435761u;
    uint64_t bit = UINT64_C(1) << (h >> 26);
    if (write)
        step.writes |= bit;
    else
        step.reads |= bit;
}

static bool
independent(struct footprint a, struct footprint b)
{
    return !no_sleep && !(a.writes & (b.reads | b.writes)) && !(b.writes & a.reads);
}

static void
hook_init(const void *object)
{
    unsigned maker = self ? (unsigned)self->index + 1 : 0;
    unsigned *count = self ? &self->made : &made_outside;
    g_hash_table_insert(names, (gpointer)object, GUINT_TO_POINTER((maker + 1) << 20 | ++*count));
    g_hash_table_remove(owners, object);
    g_hash_table_remove(woken, object);
}

/* ---- scheduling ----------------------------------------------------------------------------- */

static bool
same_option(struct option a, struct option b)
{
    return a.thread == b.thread && a.timeout == b.timeout;
}

static int
list_options(struct option *out)
{
    int n = 0, first = self ? self->index : 0;
    for (int k = 0; k < nactors; k++) {
        struct actor *a = &actors[(first + k) % nactors];
        bool can = false, timeout = false;
        switch (a->status) {
        case READY:
            can = true;
            break;
        case WANTS_LOCK:
            can = !g_hash_table_contains(owners, a->object);
            break;
        case PARKED:
            can = g_hash_table_contains(woken, a->object);
            timeout = !can && a->deadline != DEADLINE_NEVER;
            break;
        case IDLE:
        case DONE:
            break;
        }
        if (can)
            out[n++] = (struct option){ a->index, false };
        if (timeout)
            out[n++] = (struct option){ a->index, true };
    }
    return n;
}

/* The step that led here is complete: its footprint is known, and with it who stays asleep. */
static void
close_step(struct node *child)
{
    if (depth == 0) {
        if (child)
            child->nsleep = 0;
        return;
    }
    struct node *parent = &nodes[depth - 1];
    parent->fp[parent->chosen] = step;
    if (!child)
        return;
    child->nsleep = 0;
    for (int i = 0; i < parent->nsleep; i++) {
        if (independent(parent->sleep[i].fp, step))
            child->sleep[child->nsleep++] = parent->sleep[i];
    }
    for (int i = 0; i < parent->noptions; i++) {
        bool asleep = false;
        for (int j = 0; j < parent->nsleep; j++)
            asleep |= same_option(parent->sleep[j].option, parent->options[i]);
        if (i != parent->chosen && parent->covered[i] && !asleep && independent(parent->fp[i], step))
            child->sleep[child->nsleep++] = (struct slept){ parent->options[i], parent->fp[i] };
    }
}

static void
cover_sleepers(struct node *node)
{
    for (int i = 0; i < node->noptions; i++) {
        node->covered[i] = false;
        for (int j = 0; j < node->nsleep; j++)
            node->covered[i] |= same_option(node->sleep[j].option, node->options[i]);
    }
}

static struct option
decide(void)
{
    struct option options[MAX_THREADS * 2];
    int n = list_options(options);
    if (n == 0)
        explore_violation(__FILE__, __LINE__, "nobody can go on: a wake-up was lost, or a deadlock");
    if (free_run)
        return options[0];
    if (depth >= MAX_DEPTH)
        explore_violation(__FILE__, __LINE__, "the scenario does not end");
    struct node *node = &nodes[depth];
    if (depth < replay) {
        if (node->noptions != n || !same_option(node->options[node->chosen], options[node->chosen]))
            explore_violation(__FILE__, __LINE__,
                              "the scenario is not deterministic: a replay went another way");
        /* fp of the parent's choice was known from before; the sleepers were, too */
    } else {
        close_step(node);
        memcpy(node->options, options, sizeof(options));
        node->noptions = n;
        cover_sleepers(node);
        node->chosen = 0;
        while (node->chosen < n && node->covered[node->chosen])
            node->chosen++;
        if (node->chosen == n) {
            free_run = true;
            return options[0];
        }
    }
    depth++;
    memset(&step, 0, sizeof(step));
    return node->options[node->chosen];
}

/* Hands over to whoever is next; returns when it is our turn again. */
static void
reschedule(void)
{
    struct actor *me = self;
    bool all = true;
    for (int i = 0; i < nactors; i++)
        all &= actors[i].status == DONE;
    if (all) {
        if (!free_run)
            close_step(NULL);
        sem_post(&all_done);
        return;
    }
    struct option next = decide();
    struct actor *a = &actors[next.thread];
    a->timed_out = next.timeout;
    if (next.timeout) {
        int64_t ahead = a->deadline - clock_now();
        if (ahead > 0)
            clock_virtual_advance(ahead);
    }
    if (a->status == WANTS_LOCK)
        g_hash_table_insert(owners, (gpointer)a->object, a);
    a->status = READY;
    if (a == me)
        return;
    bool wait = me && me->status != DONE; /* once the other runs, all this may change */
    sem_post(&a->go);
    if (wait)
        while (sem_wait(&me->go) < 0)
            ;
}

static void
hook_take(struct lock *lock)
{
    if (!self)
        return;
    self->status = WANTS_LOCK;
    self->object = lock;
    reschedule();
    touch(lock, 0, true);
}

static bool
hook_try(struct lock *lock)
{
    if (!self)
        return true;
    reschedule(); /* before looking: others may take or release it first */
    touch(lock, 0, true);
    if (g_hash_table_contains(owners, lock))
        return false;
    g_hash_table_insert(owners, lock, self);
    return true;
}

static void
hook_release(struct lock *lock)
{
    if (!self)
        return;
    touch(lock, 0, true);
    g_hash_table_remove(owners, lock);
}

static bool
hook_park(struct parker *parker, int64_t deadline)
{
    if (!self)
        g_error("the explorer's own thread cannot wait");
    self->status = PARKED;
    self->object = parker;
    self->deadline = deadline;
    reschedule();
    touch(parker, 0, true);
    g_hash_table_remove(woken, parker);
    return !self->timed_out;
}

static void
hook_wake(struct parker *parker)
{
    touch(parker, 0, true);
    g_hash_table_add(woken, parker);
}

static void
hook_point(const void *object, int part, bool write)
{
    if (!self)
        return;
    if (write || !current->coarse)
        reschedule();
    touch(object, part, write);
}

void
explore_touch(const void *object)
{
    hook_point(object, 3, true);
}

static const struct lock_hooks hooks = {
    .init = hook_init,
    .touch = touch,
    .take = hook_take,
    .try = hook_try,
    .release = hook_release,
    .park = hook_park,
    .wake = hook_wake,
    .point = hook_point,
};

/* ---- threads: kept from one schedule to the next -------------------------------------------- */

static void *
actor_main(void *arg)
{
    self = arg;
    for (;;) {
        while (sem_wait(&self->go) < 0)
            ;
        self->fn(self->arg);
        self->status = DONE;
        reschedule();
    }
    return NULL;
}

void
explore_spawn(void (*fn)(void *), void *arg)
{
    if (nactors == MAX_THREADS)
        explore_violation(__FILE__, __LINE__, "too many threads");
    touch(&nactors, 0, true); /* numbers are given in order */
    struct actor *a = &actors[nactors];
    a->index = nactors;
    a->status = READY;
    a->fn = fn;
    a->arg = arg;
    a->made = 0;
    if (!a->os_started) {
        sem_init(&a->go, 0, 0);
        pthread_attr_t attr;
        pthread_attr_init(&attr);
        pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
        pthread_create(&a->os, &attr, actor_main, a);
        pthread_attr_destroy(&attr);
        a->os_started = true;
    }
    nactors++;
}

static bool
next_path(int length)
{
    for (int d = length - 1; d >= 0; d--) {
        struct node *node = &nodes[d];
        node->covered[node->chosen] = true;
        for (int i = 0; i < node->noptions; i++) {
            if (!node->covered[i]) {
                node->chosen = i;
                replay = d + 1;
                return true;
            }
        }
    }
    return false;
}

struct explored
explore(const struct scenario *scenario, unsigned long limit)
{
    struct explored result = { 0 };
    current = scenario;
    nodes = g_new0(struct node, MAX_DEPTH);
    story = g_string_new(NULL);
    names = g_hash_table_new(NULL, NULL);
    owners = g_hash_table_new(NULL, NULL);
    woken = g_hash_table_new(NULL, NULL);
    outcomes = g_hash_table_new(NULL, NULL);
    no_sleep = getenv("EXPLORE_ALL") != NULL;
    sem_init(&all_done, 0, 0);
    replay = 0;
    run_number = 0;
    do {
        run_number++;
        depth = 0;
        nactors = 0;
        free_run = false;
        memset(&step, 0, sizeof(step));
        g_string_truncate(story, 0);
        clock_virtual_begin(NSEC_PER_SEC);
        made_outside = 0;
        lock_hooks = &hooks;
        scenario->set_up();
        for (int i = 0; scenario->actors[i]; i++)
            explore_spawn(scenario->actors[i], GINT_TO_POINTER(i));
        reschedule();
        while (sem_wait(&all_done) < 0)
            ;
        lock_hooks = NULL;
        int length = depth;
        scenario->check();
        clock_virtual_end();
        g_hash_table_remove_all(names);
        g_hash_table_remove_all(owners);
        g_hash_table_remove_all(woken);
        if (free_run)
            result.cut++;
        else
            result.schedules++;
        result.complete = !next_path(length);
    } while (!result.complete && (!limit || run_number < limit));
    result.outcomes = g_hash_table_size(outcomes);
    g_hash_table_destroy(outcomes);
    g_hash_table_destroy(names);
    g_hash_table_destroy(owners);
    g_hash_table_destroy(woken);
    g_string_free(story, TRUE);
    g_free(nodes);
    sem_destroy(&all_done);
    return result;
}

void
explore_outcome(unsigned long number)
{
    g_hash_table_add(outcomes, GSIZE_TO_POINTER(number));
}
