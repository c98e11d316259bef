/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * pending: one wait for an answer.  See run.h.
 *
 * Settled once, by whoever is first: the channel (done, failed), the death of
 * the run, an abort, or the waiter itself, who gives up.  An answer that comes after
 * the waiter gave up is freed, and tells that the guest answers again: giving up
 * and marking the guest unresponsive are one step under the pending's lock, so
 * that a late answer cannot fall in between.
 */
#include "core/impl.h"

struct pending *
pending_new(struct run *run, const struct call *call)
{
    struct pending *p = g_new0(struct pending, 1);
    atomic_init(&p->refs, 1);
    p->run = run ? run_ref(run) : NULL;
    p->channel = call->channel;
    p->what = call->what;
    parker_init(&p->parker);
    lock_init(&p->lock);
    return p;
}

void
pending_unref(struct pending *p)
{
    if (atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) != 1)
        return;
    if (p->free_result && p->result)
        p->free_result(p->result);
    err_clear(&p->err);
    if (p->run)
        run_unref(p->run);
    parker_destroy(&p->parker);
    lock_destroy(&p->lock);
    g_free(p);
}

int
pending_register(struct pending *p)
{
    struct run *run = p->run;
    if (!run)
        return 0;
    lock_take(&run->lock, RANK_RUN);
    bool dead = atomic_load(&run->dead);
    if (!dead) {
        p->next = run->pendings;
        p->prev = &run->pendings;
        if (p->next)
            p->next->prev = &p->next;
        run->pendings = p;
    }
    lock_release(&run->lock, RANK_RUN);
    return dead ? -1 : 0;
}

void
pending_unregister(struct pending *p)
{
    struct run *run = p->run;
    if (!run)
        return;
    lock_take(&run->lock, RANK_RUN); /* also to look: neighbours write our prev */
    if (p->prev) {
        *p->prev = p->next;
        if (p->next)
            p->next->prev = p->prev;
        p->prev = NULL;
    }
    lock_release(&run->lock, RANK_RUN);
}

/* With p's lock. */
static bool
settle_locked(struct pending *p, enum pending_state state)
{
    if (p->state != PENDING_WAITING)
        return false;
    p->state = state;
    return true;
}

bool
pending_settle(struct pending *p, enum pending_state state)
{
    lock_take(&p->lock, RANK_PENDING);
    bool first = settle_locked(p, state);
    lock_release(&p->lock, RANK_PENDING);
    if (first)
        parker_wake(&p->parker);
    return first;
}

bool
pending_give_up(struct pending *p)
{
    LOCK_POINT(&p->lock, 0, true);
    lock_take(&p->lock, RANK_PENDING);
    bool first = settle_locked(p, PENDING_GIVEN_UP);
    if (first && p->run && p->channel >= 0) {
        int64_t none = 0;
        LOCK_HOOK(touch(&p->run->lock, 0, true));
        atomic_compare_exchange_strong(&p->run->since[p->channel], &none, clock_now());
    }
    lock_release(&p->lock, RANK_PENDING);
    return first;
}

static void
answered(struct pending *p, bool late)
{
    if (late && p->run && p->channel >= 0)
        run_answered(p->run, p->channel);
}

void
pending_complete(struct pending *p, void *result, void (*free_result)(void *))
{
    LOCK_POINT(&p->lock, 0, true);
    lock_take(&p->lock, RANK_PENDING);
    bool first = settle_locked(p, PENDING_DONE);
    bool late = p->state == PENDING_GIVEN_UP;
    if (first) {
        p->result = result;
        p->free_result = free_result;
    }
    lock_release(&p->lock, RANK_PENDING);
    if (first)
        parker_wake(&p->parker);
    else if (free_result && result)
        free_result(result);
    answered(p, late);
    pending_unref(p);
}

void
pending_fail(struct pending *p, struct err *err)
{
    LOCK_POINT(&p->lock, 0, true);
    lock_take(&p->lock, RANK_PENDING);
    bool first = settle_locked(p, PENDING_FAILED);
    bool late = p->state == PENDING_GIVEN_UP;
    if (first)
        err_move(&p->err, err);
    lock_release(&p->lock, RANK_PENDING);
    if (first)
        parker_wake(&p->parker);
    else
        err_clear(err);
    answered(p, late);
    pending_unref(p);
}

void
pending_drop(struct pending *p)
{
    pending_settle(p, PENDING_FAILED); /* p->err empty: turn-wait.c words it */
    pending_unref(p);
}

bool
pending_abandoned(const struct pending *cp)
{
    struct pending *p = (struct pending *)cp;
    lock_take(&p->lock, RANK_PENDING);
    bool abandoned = p->state != PENDING_WAITING;
    lock_release(&p->lock, RANK_PENDING);
    return abandoned;
}
