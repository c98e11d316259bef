/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * vm: see vm.h.
 *
 * The vm's lock is held while somebody computes, never while somebody waits.
 * Two things hang on it: notes (run.h) are run by whoever has it, on taking and on letting
 * go, so that a poster never waits and nobody else sees the vm in between; and
 * the queue of turns, which is granted in order:
 *   - stop goes to the front, and once the run is dead nobody passes before it;
 *   - the others first come, first served, except that who is only held up by a
 *     job does not hold up others whom the job allows.
 */
#include "core/impl.h"

#include <string.h>

#define ERR_FROM VIR_FROM_DOM

struct vm *
vm_new(struct registry *reg, const char *name, const unsigned char *uuid)
{
    struct vm *vm = g_new0(struct vm, 1);
    atomic_init(&vm->refs, 1);
    memcpy(vm->uuid, uuid, UUID_LEN);
    vm->klass = reg->klass;
    vm->registry = registry_ref(reg);
    vm->index_name = g_strdup(name);
    vm->view = view_new(vm->klass, name, uuid);
    vm->notes_tail = &vm->notes;
    vm->queue_tail = &vm->queue;
    lock_init(&vm->lock);
    return vm;
}

struct vm *
vm_ref(struct vm *vm)
{
    atomic_fetch_add_explicit(&vm->refs, 1, memory_order_relaxed);
    return vm;
}

void
vm_unref(struct vm *vm)
{
    if (!vm || atomic_fetch_sub_explicit(&vm->refs, 1, memory_order_acq_rel) != 1)
        return;
    g_assert(!vm->run && !vm->holders && !vm->queue && !vm->notes);
    vm_view_unref(vm->view);
    if (vm->klass->owned_free && vm->owned)
        vm->klass->owned_free(vm->owned);
    registry_unref(vm->registry);
    lock_destroy(&vm->lock);
    g_free(vm->index_name);
    g_free(vm);
}

void *
vm_owned(const struct vm *vm)
{
    return atomic_load(&vm->owned);
}

void *
vm_own(struct vm *vm, void *owned)
{
    void *none = NULL;

    if (atomic_compare_exchange_strong(&vm->owned, &none, owned))
        return owned;
    if (owned != none && vm->klass->owned_free)
        vm->klass->owned_free(owned);
    return none;
}

const struct vm_class *
vm_class_of(const struct vm *vm)
{
    return vm->klass;
}

struct run *
vm_run_get(struct vm *vm)
{
    LOCK_POINT(&vm->lock, 1, false);
    leaf_take(vm);
    struct run *run = vm->run ? run_ref(vm->run) : NULL;
    leaf_release(vm);
    return run;
}

/* ---- lock and notes ------------------------------------------------------------------------- */

static void
run_notes(struct vm *vm)
{
    for (;;) {
        leaf_take(vm);
        struct note_entry *entry = vm->notes;
        if (entry) {
            vm->notes = entry->next;
            if (!vm->notes)
                vm->notes_tail = &vm->notes;
        }
        leaf_release(vm);
        if (!entry)
            return;
        if (!entry->fn && vm->run != entry->run) {
            turn_free(entry->arg); /* its starter has ended it already */
        } else if (!entry->fn) {
            struct turn *stop = entry->arg;
            stop->task = true;
            queue_add(stop);
            queue_grant(vm);
        } else if (vm->run == entry->run) {
            struct note note = { vm, entry->run };
            entry->fn(&note, entry->arg);
        }
        if (entry->free_arg)
            entry->free_arg(entry->arg);
        run_unref(entry->run);
        g_free(entry);
    }
}

static bool
has_notes(struct vm *vm)
{
    LOCK_POINT(&vm->lock, 1, false);
    leaf_take(vm);
    bool some = vm->notes != NULL;
    leaf_release(vm);
    return some;
}

void
vm_take(struct vm *vm)
{
    lock_take(&vm->lock, RANK_VM);
    run_notes(vm);
}

bool
vm_try(struct vm *vm)
{
    if (!lock_try(&vm->lock, RANK_VM))
        return false;
    run_notes(vm);
    return true;
}

/* A poster that finds the lock taken relies on us: after letting go we look
 * once more.  The leaf lock orders the two: either we see the note, or the
 * poster's try comes after our release. */
void
vm_release(struct vm *vm)
{
    vm_ref(vm); /* a note's or queue's last reference may go meanwhile */
    do {
        run_notes(vm);
        LOCK_POINT(&vm->lock, 1, false);
        lock_release(&vm->lock, RANK_VM);
#if CORE_MUTANT == 3
        break;
#endif
    } while (has_notes(vm) && lock_try(&vm->lock, RANK_VM));
    vm_unref(vm);
}

void
vm_add_note(struct vm *vm, struct note_entry *entry)
{
    entry->next = NULL;
    leaf_take(vm);
    *vm->notes_tail = entry;
    vm->notes_tail = &entry->next;
    leaf_release(vm);
    vm_ref(vm);
    if (vm_try(vm))
        vm_release(vm);
    vm_unref(vm);
}

void
vm_set_run(struct vm *vm, struct run *run)
{
    leaf_take(vm);
    struct run *old = vm->run;
    vm->run = run ? run_ref(run) : NULL;
    leaf_release(vm);
    if (old)
        run_unref(old);
}

void
vm_set_gone(struct vm *vm)
{
    leaf_take(vm);
    vm->gone = true;
    leaf_release(vm);
}

/* ---- queue ---------------------------------------------------------------------------------- */

enum verdict { FREE, HELD_BY_JOB, HELD };

static enum verdict
compatible(const struct turn *holder, const struct turn *wants)
{
    enum turn_class h = holder->req.turn_class, w = wants->req.turn_class;
    if (h == TURN_STOP || w == TURN_STOP)
        return HELD;
    if (h == TURN_JOB) {
        if (w == TURN_QUERY || (w == TURN_MODIFY && holder->req.allows & wants->req.beside))
            return FREE;
        return HELD_BY_JOB;
    }
    if (h == TURN_QUERY)
        return w == TURN_MODIFY ? HELD : FREE;
    return HELD; /* modify */
}

static enum verdict
may_have(const struct vm *vm, const struct turn *wants)
{
    enum verdict worst = FREE;
    /* A dead guest is for its teardown first; that is queued, or about to be. */
    if (vm->run && wants->req.turn_class != TURN_STOP && run_is_dead(vm->run))
        return HELD;
    for (const struct turn *h = vm->holders; h; h = h->next) {
        enum verdict v = compatible(h, wants);
        if (v > worst)
            worst = v;
    }
    return worst;
}

void
queue_add(struct turn *turn)
{
    struct vm *vm = turn->vm;
    turn->status = TURN_QUEUED;
    if (turn->req.turn_class == TURN_STOP) {
        turn->next = vm->queue;
        vm->queue = turn;
        if (!turn->next)
            vm->queue_tail = &turn->next;
    } else {
        turn->next = NULL;
        *vm->queue_tail = turn;
        vm->queue_tail = &turn->next;
    }
}

static void
unlink_at(struct vm *vm, struct turn **at)
{
    struct turn *turn = *at;
    *at = turn->next;
    if (!turn->next)
        vm->queue_tail = at;
    turn->next = NULL;
}

void
queue_remove(struct turn *turn)
{
    struct turn **at = &turn->vm->queue;
    while (*at != turn)
        at = &(*at)->next;
    unlink_at(turn->vm, at);
    turn->status = TURN_NEW;
}

void
queue_grant(struct vm *vm)
{
    struct turn **at = &vm->queue;
    while (*at) {
        struct turn *turn = *at;
        enum verdict v = vm->gone && turn->req.turn_class != TURN_STOP ? FREE : may_have(vm, turn);
        if (v == HELD)
            return;
        if (v == HELD_BY_JOB) {
            at = &turn->next;
            continue;
        }
        unlink_at(vm, at);
        turn->status = TURN_HOLDING;
        turn->since = clock_now();
        turn->run = vm->run ? run_ref(vm->run) : NULL;
        turn->next = vm->holders;
        vm->holders = turn;
        if (!turn->task) {
            parker_wake(&turn->parker);
            continue;
        }
        atomic_fetch_add(&vm->registry->tasks, 1);
        if (vm->klass->spawn)
            vm->klass->spawn(stop_task, turn);
        else
            g_thread_unref(g_thread_new("stop", (GThreadFunc)(void (*)(void))stop_task, turn));
    }
}

bool
vm_get_holder(struct vm *vm, struct vm_holder *holder)
{
    const struct turn *best = NULL;
    vm_take(vm);
    for (const struct turn *h = vm->holders; h; h = h->next) {
        if (h->req.turn_class != TURN_QUERY && (!best || h->req.turn_class == TURN_JOB))
            best = h;
    }
    if (best)
        *holder =
            (struct vm_holder){ best->req.api, best->req.turn_class, best->since, best->req.job_operation };
    vm_release(vm);
    return best != NULL;
}

int
vm_job_abort(struct vm *vm, struct err *err)
{
    struct turn *job = NULL;
    vm_take(vm);
    for (struct turn *h = vm->holders; h && !job; h = h->next) {
        if (h->req.turn_class == TURN_JOB)
            job = h;
    }
    if (job) {
        job->aborted = true;
        if (job->pending)
            pending_settle(job->pending, PENDING_ABORTED);
    }
    vm_release(vm);
    if (!job)
        return err_set_from(err, vm->klass->err_domain, VIR_ERR_OPERATION_INVALID,
                            "no job is active on the domain");
    return 0;
}
