/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * turn-wait: see turn.h.  What a holder waits for: the guest, the host, the time; and the faults that
 * tests put there.
 */
#include "core/impl.h"
#include "core/fault.h"

#include <signal.h>

static enum fault
fault_of(struct turn *turn, enum wait_kind kind, const char *what)
{
#ifndef NDEBUG
    struct wait_point wp = { kind, turn->req.api, what, ++turn->nth_wait, turn->vm, turn->run };
    return fault_at(&wp);
#else
    return FAULT_NONE;
#endif
}

static void
inject(struct turn *turn, enum fault fault, struct pending *p, const struct call *call)
{
    switch (fault) {
    case FAULT_NONE:
        break;
    case FAULT_TIMEOUT:
        if (p)
            pending_give_up(p);
        break;
    case FAULT_EXIT:
        if (turn->run && run_pid(turn->run)) {
            run_kill(turn->run, SIGKILL, NULL);
            break;
        }
        G_GNUC_FALLTHROUGH;
    case FAULT_EOF:
        if (turn->run)
            run_mark_dead(turn->run, "injected: the channel was closed");
        break;
    case FAULT_GARBAGE:
        if (call && call->garble) {
            atomic_fetch_add(&p->refs, 1);
            call->garble(p, call->arg);
            break;
        }
        G_GNUC_FALLTHROUGH;
    case FAULT_ERROR:
        if (p) {
            struct err e = ERR_INIT;
            err_set_from(&e, turn->vm->klass->err_domain, VIR_ERR_OPERATION_FAILED, "injected: '%s' failed",
                         p->what);
            atomic_fetch_add(&p->refs, 1);
            pending_fail(p, &e);
        }
        break;
    }
}

static int
aborted(struct turn *turn, struct err *err)
{
    return FAIL(turn, err, VIR_ERR_OPERATION_ABORTED, "%s on domain '%s' was aborted by request",
                turn->req.api, name_of(turn));
}

/* Waits with `p` registered, and puts the lock back.  What p says is judged by
 * the caller, unless the turn is stale or the job aborted. */
static int
wait_for(struct turn *turn, struct pending *p, int64_t deadline, struct err *err)
{
    struct pending *outer = turn->pending;
    turn->pending = p;
    turn_lose_lock(turn);
    if (!parker_wait(&p->parker, deadline))
        pending_give_up(p);
    pending_unregister(p);
    int rc = turn_regain_lock(turn, err);
    turn->pending = outer;
    return rc;
}

static int
check_channel(struct turn *turn, const struct call *call, struct err *err)
{
    if (call->channel < 0)
        return 0;
    if (!turn->run)
        return FAIL(turn, err, VIR_ERR_OPERATION_INVALID, "domain '%s' is not running", name_of(turn));
    g_autofree char *why = NULL;
    int64_t since = run_unresponsive(turn->run, call->channel, &why);
    if (!since)
        return 0;
    g_autofree char *text = turn_since_text(since);
    return FAIL(turn, err,
                call->channel == RUN_AGENT ? VIR_ERR_AGENT_UNRESPONSIVE : VIR_ERR_OPERATION_TIMEOUT,
                "cannot send '%s' to domain '%s': %s does not respond since %s: %s", call->what,
                name_of(turn), call->channel == RUN_AGENT ? "its agent" : "it", text, why);
}

static int
overdue(struct turn *turn, const struct call *call, int64_t began, struct err *err)
{
    double s = (double)(clock_now() - began) / NSEC_PER_SEC;
    struct run *run = turn->run;
    if (call->channel >= 0 && run) {
        lock_take(&run->lock, RANK_RUN);
        g_free(run->why[call->channel]);
        run->why[call->channel] = g_strdup_printf("no answer to '%s' of %s within %.1f s", call->what,
                                                  turn->req.api, s);
        lock_release(&run->lock, RANK_RUN);
        run_publish_health(turn->vm, run);
    }
    return FAIL(turn, err,
                call->channel == RUN_AGENT ? VIR_ERR_AGENT_UNRESPONSIVE : VIR_ERR_OPERATION_TIMEOUT,
                "%s on domain '%s': no answer to '%s' within %.1f s", turn->req.api, name_of(turn),
                call->what, s);
}

int
turn_call(struct turn *turn, const struct call *call, void **result, struct err *err)
{
    if (result)
        *result = NULL;
    if (turn_check(turn, err) < 0)
        return -1;
    if (turn->aborted)
        return aborted(turn, err);
    if (check_channel(turn, call, err) < 0)
        return -1;
    int64_t began = clock_now();
    struct pending *p = pending_new(turn->run, call);
    if (pending_register(p) < 0) {
        pending_unref(p);
        return turn_check(turn, err) < 0
                   ? -1
                   : FAIL(turn, err, VIR_ERR_OPERATION_FAILED,
                          "domain '%s' is dead: nothing can be asked of it", name_of(turn));
    }
    enum fault fault = fault_of(turn, WAIT_CALL, call->what);
    bool before = fault >= FAULT_TIMEOUT; /* so that the true answer cannot be faster */
    if (before)
        inject(turn, fault, p, call);
    atomic_fetch_add(&p->refs, 1);
    if (call->start(p, call->arg, err) < 0) {
        pending_unregister(p);
        pending_unref(p);
        pending_unref(p);
        return -1;
    }
    if (!before)
        inject(turn, fault, p, call);
    int64_t deadline = fault == FAULT_TIMEOUT ? began : call->deadline ? call->deadline : turn->deadline;

    int rc = wait_for(turn, p, deadline, err);
    if (rc < 0 && call->last && err->stale && p->state == PENDING_DONE) {
        err_clear(err);
        rc = 0;
    }
    /* Settled for good: nobody but us reads what is in it now. */
    if (rc == 0) {
        switch (p->state) {
        case PENDING_DONE:
            if (result) {
                *result = p->result;
                p->result = NULL;
            }
            break;
        case PENDING_ABORTED:
            rc = aborted(turn, err);
            break;
        case PENDING_GIVEN_UP:
            rc = overdue(turn, call, began, err);
            break;
        default:
            rc = -1;
            if (err_is_set(&p->err))
                err_move(err, &p->err);
            else
                FAIL(turn, err, VIR_ERR_OPERATION_FAILED, "%s on domain '%s': '%s' will not be answered: the "
                     "channel was closed", turn->req.api, name_of(turn), call->what);
        }
    }
    pending_unref(p);
    return rc;
}

int
turn_sleep(struct turn *turn, int64_t until, struct err *err)
{
    static const struct call sleep = { .what = "sleep", .channel = RUN_NO_CHANNEL };
    if (turn_check(turn, err) < 0)
        return -1;
    if (turn->aborted)
        return aborted(turn, err);
    struct pending *p = pending_new(turn->run, &sleep);
    if (turn->req.turn_class != TURN_STOP && pending_register(p) < 0) {
        pending_unref(p);
        return turn_check(turn, err);
    }
    enum fault fault = fault_of(turn, WAIT_SLEEP, "");
    inject(turn, fault, NULL, NULL);
    int rc = wait_for(turn, p, until, err);
    if (rc == 0 && p->state == PENDING_ABORTED)
        rc = aborted(turn, err);
    pending_unref(p);
    return rc;
}

int
turn_offload(struct turn *turn, int (*fn)(void *arg, struct err *err), void *arg, struct err *err)
{
    if (turn_check(turn, err) < 0)
        return -1;
    enum fault fault = fault_of(turn, WAIT_OFFLOAD, "");
    inject(turn, fault, NULL, NULL);
    turn_lose_lock(turn);
    lock_assert_none();
    ERR_AUTO failed = ERR_INIT;
    int rc = fault == FAULT_ERROR ? err_set_from(&failed, turn->vm->klass->err_domain,
                                                 VIR_ERR_OPERATION_FAILED, "injected: the work failed")
                                  : fn(arg, &failed);
    LOCK_POINT(&turn->parker, 1, false);
    if (turn_regain_lock(turn, err) < 0)
        return -1;
    if (rc < 0)
        err_move(err, &failed);
    return rc < 0 ? -1 : 0;
}

void
turn_clean_up(struct turn *turn, void (*fn)(void *arg), void *arg)
{
    turn_lose_lock(turn);
    lock_assert_none();
    fn(arg);
    LOCK_POINT(&turn->parker, 1, false);
    if (turn_regain_lock(turn, NULL) < 0)
        return; /* stale it may be: whoever cleans up knows that it is over */
}
