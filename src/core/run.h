/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * run: one life of a guest.
 *
 * Owns: the generation, the process (pidfd), the driver's private state of this
 * life (`backend`), the waits that are under way, and whether it is dead.  A run
 * is reference counted and never used for a second life; its backend is freed
 * with the last reference, not when the guest dies.
 * Called by: the I/O thread (channels report answers and death, post notes),
 * destroy, and turns.  run_await_exit() and run_stop() wait; nothing else does.
 */
#pragma once

#include "core/event.h"
#include "core/view.h"
#include "base/err.h"

#include <sys/types.h>

struct vm;
struct run;

struct run *run_ref(struct run *run);
void run_unref(struct run *run);
static inline void run_cleanup(struct run **run) { if (*run) run_unref(*run); }
#define RUN_AUTO __attribute__((cleanup(run_cleanup))) struct run *

uint64_t run_generation(const struct run *run); /* > 0, unique in this daemon's life */
int run_id(const struct run *run);
struct vm *run_vm(const struct run *run);       /* borrowed, valid as long as the run */
/* What the driver gave at the start.  Valid as long as the run; its contents
 * are the vm's (touch them under a turn or in a note) unless the driver says otherwise. */
void *run_backend(const struct run *run);
pid_t run_pid(const struct run *run);           /* 0: none set */
/* Lets go of what needs it: the guest's process is there now. Takes over pidfd. */
void run_set_process(struct run *run, pid_t pid, int pidfd);
bool run_is_dead(const struct run *run);        /* any thread */

/* How a run ends, for the state and the event that follow.  The first word
 * counts: destroy and shutdown say it before the process goes. */
struct run_end {
    int state, reason;      /* VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_… */
    int event_detail;       /* VIR_DOMAIN_EVENT_STOPPED_… */
};
void run_set_end(struct run *run, const struct run_end *end);
/* fallback: when nobody said a word */
struct run_end run_get_end(const struct run *run, const struct run_end *fallback);

/* From the I/O thread or anyone: this life is over.  Fails its waits with
 * `why` ("the monitor was closed"), refuses what it would still publish, and
 * has the class's stop() run after the current holder.  Once; later words are
 * ignored. */
void run_mark_dead(struct run *run, const char *why);
/* Why it is dead; NULL: it is not.  Valid as long as the run. */
const char *run_death(const struct run *run);

/* Sends a signal by pidfd.  Holds nothing, waits for nobody.  A process that is
 * gone is success. */
int run_kill(struct run *run, int sig, struct err *err);
/* Waits until the process has ended (also if it is not our child): true; false: deadline.
 * Does not reap: the driver does, in stop(). */
bool run_await_exit(struct run *run, int64_t deadline);
/* Marks it dead and sees the teardown through: does it on this thread after
 * the current holder, or waits for the thread that does.  For destroy, after the kill.
 * -1, VIR_ERR_OPERATION_TIMEOUT: the holder did not leave in time (it is dead all the
 * same and teardown follows). */
int run_stop(struct run *run, const char *why, const char *api, int64_t deadline, struct err *err)
    __attribute__((warn_unused_result));

/* ---- answers ------------------------------------------------------------
 * What a guest answers through.  Each is responsive or not on its own. */
enum run_channel {
    RUN_MONITOR,
    RUN_AGENT,
    RUN_CHANNELS,
    RUN_NO_CHANNEL = -1,    /* a wait that needs nothing of the guest */
};
/* The channel has heard from the guest: it is responsive again.  Cheap; call
 * it for every answer. */
void run_answered(struct run *run, enum run_channel channel);
/* 0: it answers; else clock_now() when it stopped to, *why (if not NULL) a text of
 * its own for the caller to free. */
int64_t run_unresponsive(const struct run *run, enum run_channel channel, char **why);

/* ---- notes ----------------------------------------------------------------
 * How the I/O thread, which must not wait, changes a vm: it posts a note, a
 * function that runs with the vm's lock; at once if the lock is free, else on
 * the thread that holds it, as it lets go.  Notes of a run are run in the order posted,
 * before anyone else gets the lock.  A note of a run that has ended is not run
 * (only freed).  Notes of a dead run whose teardown has not finished do run, but cannot
 * publish. */
struct note; /* permission to publish for the length of one function; cannot wait */
typedef void (*note_fn)(struct note *note, void *arg);
void run_note(struct run *run, note_fn fn, void *arg, void (*free_arg)(void *arg));

struct run *note_run(const struct note *note);  /* NULL: it is dead */
const struct vm_view *note_view(const struct note *note); /* borrowed for the note */
/* -1: refused, the run is dead */
int note_publish(struct note *note, const struct vm_change *change);
/* Adds generation and hands it to the hub, in order; takes over ev. */
void note_emit(struct note *note, struct event *ev);

/* ---- waits ------------------------------------------------------------------
 * A request under way, made by turn_call() (turn.h) and completed by the
 * channel.  The channel's reference is the one given to it by start(); it ends with
 * exactly one of the three below.  If nobody waits any more the result is freed. */
struct pending;
void pending_complete(struct pending *p, void *result, void (*free_result)(void *result));
void pending_fail(struct pending *p, struct err *err); /* takes over *err's contents */
void pending_drop(struct pending *p);           /* no answer will come; fails the wait */
/* The caller has given up (deadline, abort, death): a hint to drop what is queued. */
bool pending_abandoned(const struct pending *p);
