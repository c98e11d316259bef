/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * turn: permission to work on a vm.  docs/design/turns.md is the introduction.
 *
 * Owns: who may work on a vm when, and every wait while doing so.
 *  - A turn is begun with turn_begin() and ended by leaving the scope (TURN_AUTO).
 *  - Its holder runs with the vm's lock: nothing of the vm changes under it
 *    except while it waits.
 *  - It waits only in the functions marked TURN_WAITS.  They let go of the lock,
 *    wait, take it back, and see whether the run it works on is still alive and
 *    the same; if not they fail with err->stale set, and from then on turn_run(),
 *    turn_backend() are NULL and turn_publish() refuses.
 *  - What was handed out by a turn (view, definitions, run) stays valid memory
 *    until the turn ends, stale or not.
 * Called by: drivers, on threads that may wait; never on the I/O thread.
 */
#pragma once

#include "core/run.h"
#include "core/view.h"
#include "core/vm.h"

#define TURN_WAITS __attribute__((warn_unused_result))

enum turn_class {
    TURN_QUERY,  /* shared with queries and a job */
    TURN_MODIFY, /* exclusive; beside a job only if the job allows it */
    TURN_JOB,    /* long: exclusive against modify and other jobs */
    TURN_STOP,   /* teardown: core takes it, ahead of all who wait */
};

/* What the vm must be for the call to make sense; checked when the turn is
 * granted.  Answers VIR_ERR_OPERATION_INVALID "domain is not running" and the like. */
enum turn_need {
    TURN_ANY,
    TURN_RUNNING,
    TURN_NOT_RUNNING,
};

struct turn_request {
    enum turn_class turn_class;
    enum turn_need need;
    const char *api;        /* static: "virDomainAttachDevice" */
    int64_t deadline;       /* for getting the turn and for waits without their own; 0: 30 s from now */
    bool nowait;            /* busy: fail at once */
    uint32_t beside;        /* modify: goes on beside a job whose `allows` has a bit of this */
    uint32_t allows;        /* job: which changes may go on beside it; bits are the driver's */
    int job_operation;      /* job: virDomainJobOperation */
};

/* Waits until the turn is granted.  Busy past the deadline:
 * VIR_ERR_OPERATION_TIMEOUT "busy: held by <API> since <t>".  Gone:
 * VIR_ERR_NO_DOMAIN.  *turn keeps a reference on the vm. */
int turn_begin(struct vm *vm, const struct turn_request *req, struct turn **turn, struct err *err)
    TURN_WAITS;
/* Ends it: pending notes run, the next in the queue is granted.  NULL is allowed. */
void turn_end(struct turn *turn);
static inline void turn_cleanup(struct turn **turn) { turn_end(*turn); }
#define TURN_AUTO __attribute__((cleanup(turn_cleanup))) struct turn *

struct vm *turn_vm(const struct turn *turn);
/* NULL when stale or not running.  Borrowed; valid memory until the turn ends.  What it
 * answers changes only at waits: a death that nobody waited through yet is not seen here. */
struct run *turn_run(struct turn *turn);
void *turn_backend(struct turn *turn);          /* of turn_run(); NULL likewise */
bool turn_is_stale(struct turn *turn);
/* -1 with the stale error filled if it is; for loops that do not wait. */
int turn_check(struct turn *turn, struct err *err) TURN_WAITS;
/* As of now; borrowed until the turn ends.  Never NULL except in a claim (registry.h)
 * that has published nothing yet. */
const struct vm_view *turn_view(struct turn *turn);
const struct domain_def *turn_live_def(struct turn *turn); /* NULL when stale or not running */
const struct domain_def *turn_config_def(struct turn *turn);
const char *turn_api(const struct turn *turn);

/* ---- waiting -------------------------------------------------------------------------------- */

struct call {
    const char *what;       /* "query-block": for messages */
    enum run_channel channel; /* RUN_NO_CHANNEL: answers do not come from the guest (a peer, a helper) */
    /* Sends the request.  Runs with the vm's lock; must not wait.  0: a reference to
     * `p` went to the channel, which completes it later (or has already), on any
     * thread.  -1 with err: nothing was sent, no reference kept. */
    int (*start)(struct pending *p, void *arg, struct err *err);
    void *arg;
    int64_t deadline;       /* 0: the turn's; DEADLINE_NEVER allowed for jobs */
    bool last;              /* the answer is all that the caller wants: one that came before the run's
                             * death counts; the turn is stale all the same, nothing can follow */
    /* Tests ask the channel for damage: complete `p` with garbage. */
    void (*garble)(struct pending *p, void *arg);
};
/* Waits for the answer, the death of the run, the abort of the job, or the
 * deadline.  0: *result (owned by the caller; may be NULL) is the answer.  Past the
 * deadline: VIR_ERR_OPERATION_TIMEOUT, and the channel counts as unresponsive;
 * then further calls to it fail at once until run_answered(). */
int turn_call(struct turn *turn, const struct call *call, void **result, struct err *err) TURN_WAITS;
/* Waits until then; ends early by death or abort (-1). */
int turn_sleep(struct turn *turn, int64_t until, struct err *err) TURN_WAITS;
/* Runs fn(arg, err) on this thread without the vm's lock: for all that waits for
 * something else than the guest (files, programs, the host's services).  fn must not touch
 * the vm.  Returns -1 when fn failed or, its result lost, when stale: undo steps clean up. */
int turn_offload(struct turn *turn, int (*fn)(void *arg, struct err *err), void *arg, struct err *err)
    TURN_WAITS;
/* For taking back what a turn did: as turn_offload(), but fn runs in any case, stale or not. */
void turn_clean_up(struct turn *turn, void (*fn)(void *arg), void *arg);
/* Of a job: somebody asked for its end. */
bool turn_job_aborted(const struct turn *turn);

/* ---- publishing ----------------------------------------------------------------------------- */

/* All of it at once, seen by readers together.  -1 with a stale error: refused. */
int turn_publish(struct turn *turn, const struct vm_change *change, struct err *err)
    __attribute__((warn_unused_result));
/* With the run's generation, in the vm's order.  Dropped when stale.  Takes over ev. */
void turn_emit(struct turn *turn, struct event *ev);

/* ---- starting and ending lives (modify, job and stop turns) --------------------------------- */

/* Makes the new run the turn's: id given, published with `state`/`reason` and
 * `live`.  `backend` is freed by free_backend with the last reference to the run; both
 * are taken over, on failure too.  `id`: 0 for the next free one; after a daemon restart the
 * one it had.  Waits for the registry (briefly). */
struct run_start {
    int id;
    int state, reason;
    const struct domain_def *live;  /* taken over */
    void *backend;
    void (*free_backend)(void *backend);
};
int turn_start_run(struct turn *turn, const struct run_start *start, struct err *err) TURN_WAITS;
/* Ends the turn's run: by stop(), and by a start that failed half-way (also when
 * it died under it).  Publishes `end`, not running; then emits `final` (may be NULL;
 * taken over) as the run's last event; a transient vm leaves the registry. */
void turn_end_run(struct turn *turn, const struct run_end *end, struct event *final);

/* ---- offline work ---------------------------------------------------------
 * A different type: it has no run, and nothing to wait for a guest with. */
struct offline;
/* NULL with VIR_ERR_OPERATION_INVALID when it runs.  Only with a modify or job
 * turn: nobody can start it meanwhile.  Ends with the turn. */
struct offline *turn_offline(struct turn *turn, struct err *err);
const struct vm_view *offline_view(struct offline *off);
const struct domain_def *offline_config(struct offline *off);
struct vm *offline_vm(const struct offline *off);
int offline_publish(struct offline *off, const struct vm_change *change, struct err *err)
    __attribute__((warn_unused_result));
int offline_offload(struct offline *off, int (*fn)(void *arg, struct err *err), void *arg,
                    struct err *err) TURN_WAITS;
void offline_emit(struct offline *off, struct event *ev);
