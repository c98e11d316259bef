/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * turn-life: see turn.h.  A holder begins and ends lives of the guest, or sees it as what is off.
 */
#include "core/impl.h"

/* ---- lives ---------------------------------------------------------------------------------- */

int
turn_start_run(struct turn *turn, const struct run_start *start, struct err *err)
{
    struct vm *vm = turn->vm;
    struct registry *reg = vm->registry;
    int rc = turn_check(turn, err);
    if (rc == 0 && (turn->run || turn->req.turn_class == TURN_QUERY))
        rc = FAIL(turn, err, VIR_ERR_OPERATION_INVALID, "domain '%s' is already running", name_of(turn));
    if (rc < 0) {
        if (start->live)
            vm->klass->def_unref(start->live);
        if (start->free_backend)
            start->free_backend(start->backend);
        return -1;
    }
    turn_lose_lock(turn);
    lock_take(&reg->lock, RANK_REGISTRY);
    vm_take(vm); /* an exclusive turn without a run: nothing can have changed */
    int id = start->id > 0 ? start->id : reg->next_id;
    if (id >= reg->next_id)
        reg->next_id = id + 1;
    struct run *run = run_new(vm, id, start->backend, start->free_backend);
    g_hash_table_insert(reg->by_id, GINT_TO_POINTER(id), vm);
    reg->nactive++;
    lock_release(&reg->lock, RANK_REGISTRY);
    event_hub_generation_begin(reg->hub, run->generation);
    turn->run = run; /* the reference of run_new() */
    turn->starter = true;
    struct vm_change change = {
        .what = CHANGE_STATE | CHANGE_LIVE,
        .state = start->state,
        .reason = start->reason,
        .live = start->live,
    };
    vm_publish(vm, &(struct publication){ .change = &change, .begins = run });
    return 0;
}

void
turn_end_run(struct turn *turn, const struct run_end *end, struct event *final)
{
    struct vm *vm = turn->vm;
    struct registry *reg = vm->registry;
    struct run *run = turn->run;
    g_assert(turn->req.turn_class == TURN_STOP || turn->starter);
    if (!run || vm->run != run) {
        event_unref(final);
        return;
    }
    turn_lose_lock(turn);
    run_die(run, "it has ended");
    lock_take(&reg->lock, RANK_REGISTRY);
    vm_take(vm);
    g_hash_table_remove(reg->by_id, GINT_TO_POINTER(run->id));
    reg->nactive--;
    struct vm_change change = { .what = CHANGE_STATE, .state = end->state, .reason = end->reason };
    vm_publish(vm, &(struct publication){ .change = &change, .ends = true });
    if (!vm->view->persistent && !vm->gone)
        registry_drop(reg, vm);
    lock_release(&reg->lock, RANK_REGISTRY);
    if (final) {
        final->generation = run->generation;
        event_hub_emit(reg->hub, final);
    }
    event_hub_generation_end(reg->hub, run->generation);
    if (!turn->old_runs)
        turn->old_runs = g_ptr_array_new_with_free_func((GDestroyNotify)run_unref);
    g_ptr_array_add(turn->old_runs, run);
    turn->run = NULL;
    turn->starter = false;
    turn->stale = false;
    run_set_ended(run);
}

/* ---- offline ------------------------------------------------------------------
 * The same object seen through another type: what it lacks is the point. */

struct offline *
turn_offline(struct turn *turn, struct err *err)
{
    if (turn_check(turn, err) < 0)
        return NULL;
    if (turn->run) {
        FAIL(turn, err, VIR_ERR_OPERATION_INVALID, "domain '%s' is running", name_of(turn));
        return NULL;
    }
    g_assert(turn->req.turn_class == TURN_MODIFY || turn->req.turn_class == TURN_JOB);
    return (struct offline *)turn;
}

const struct vm_view *
offline_view(struct offline *off)
{
    return turn_view((struct turn *)off);
}

const struct domain_def *
offline_config(struct offline *off)
{
    return turn_config_def((struct turn *)off);
}

struct vm *
offline_vm(const struct offline *off)
{
    return turn_vm((const struct turn *)off);
}

int
offline_publish(struct offline *off, const struct vm_change *change, struct err *err)
{
    return turn_publish((struct turn *)off, change, err);
}

int
offline_offload(struct offline *off, int (*fn)(void *arg, struct err *err), void *arg, struct err *err)
{
    return turn_offload((struct turn *)off, fn, arg, err);
}

void
offline_emit(struct offline *off, struct event *ev)
{
    turn_emit((struct turn *)off, ev);
}
