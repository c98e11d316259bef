/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * turn: see turn.h.
 *
 * The rule in one place: turn_lose_lock() and turn_regain_lock() enclose every wait, and
 * regaining compares.  Once stale, a turn stays stale: a caller who ignores the error gets
 * nothing from the accessors.  Publishing looks on its own once more.
 */
#include "core/impl.h"
#include "core/fault.h"

#include <signal.h>
#include <stdio.h>

static int
turn_err(const struct turn *turn, struct err *err, int code, char *message)
{
    err_set_from(err, turn->vm->klass->err_domain, code, "%s", message);
    g_free(message);
    return -1;
}
#define FAIL(turn, err, code, ...) turn_err(turn, err, code, g_strdup_printf(__VA_ARGS__))

static const char *
name_of(const struct turn *turn)
{
    return turn->vm->view->name; /* with the vm's lock */
}

struct turn *
turn_new(struct vm *vm, const struct turn_request *req)
{
    struct turn *turn = g_new0(struct turn, 1);
    turn->vm = vm_ref(vm);
    turn->req = *req;
    turn->deadline = req->deadline ? req->deadline : clock_now() + DEFAULT_DEADLINE;
    parker_init(&turn->parker);
    return turn;
}

static void run_free_ptr(gpointer run) { run_unref(run); }
static void view_free_ptr(gpointer view) { vm_view_unref(view); }

void
turn_free(struct turn *turn)
{
    if (turn->kept)
        g_ptr_array_free(turn->kept, TRUE);
    if (turn->old_runs)
        g_ptr_array_free(turn->old_runs, TRUE);
    if (turn->run)
        run_unref(turn->run);
    parker_destroy(&turn->parker);
    vm_unref(turn->vm);
    g_free(turn);
}

/* ---- begin and end -------------------------------------------------------------------------- */

static char *
since_text(int64_t since)
{
    double s = (double)(clock_now() - since) / NSEC_PER_SEC;
    time_t when = clock_wall() - (time_t)s;
    struct tm tm;
    char text[32];
    localtime_r(&when, &tm);
    strftime(text, sizeof(text), "%H:%M:%S", &tm);
    return g_strdup_printf("%s (%.1f s ago)", text, s);
}

static int
busy(struct turn *turn, struct err *err)
{
    const struct turn *by = NULL;
    for (const struct turn *h = turn->vm->holders; h; h = h->next) {
        if (!by || h->req.turn_class >= by->req.turn_class)
            by = h; /* the oldest of the most exclusive ones */
    }
    g_autofree char *since = since_text(by ? by->since : turn->since);
    return FAIL(turn, err, VIR_ERR_OPERATION_TIMEOUT,
                "cannot begin %s on domain '%s': busy: held by %s since %s", turn->req.api, name_of(turn),
                by ? by->req.api : "calls that wait in front, or its teardown,", since);
}

static int
check_need(struct turn *turn, struct err *err)
{
    struct vm *vm = turn->vm;
    if (vm->gone)
        return FAIL(turn, err, VIR_ERR_NO_DOMAIN, "domain '%s' has been undefined meanwhile", name_of(turn));
    bool alive = turn->run && !run_is_dead(turn->run);
    if (turn->req.need == TURN_RUNNING && !alive)
    {
        FAIL(turn, err, VIR_ERR_OPERATION_INVALID, "domain '%s' is not running", name_of(turn));
        if (err)
            err->domain = VIR_FROM_DOMAIN; /* as users know it: about the guest, whatever runs it */
        return -1;
    }
    if (turn->req.need == TURN_NOT_RUNNING && turn->run)
        return FAIL(turn, err, VIR_ERR_OPERATION_INVALID, "domain '%s' is already running", name_of(turn));
    return 0;
}

int
turn_begin(struct vm *vm, const struct turn_request *req, struct turn **result, struct err *err)
{
    *result = NULL;
    lock_assert_none();
    struct turn *turn = turn_new(vm, req);
    turn->since = clock_now();
    vm_take(vm);
    queue_add(turn);
    queue_grant(vm);
    if (turn->status != TURN_HOLDING && !req->nowait) {
        vm_release(vm);
        parker_wait(&turn->parker, turn->deadline);
        vm_take(vm);
    }
    if (turn->status != TURN_HOLDING) {
        busy(turn, err);
        queue_remove(turn);
        queue_grant(vm); /* we may have stood in the way */
        vm_release(vm);
        turn_free(turn);
        return -1;
    }
    if (check_need(turn, err) < 0) {
        turn_end(turn);
        return -1;
    }
    *result = turn;
    return 0;
}

/* Of a claim that published nothing: its vm was never seen, and goes. */
static void
drop_unborn(struct vm *vm)
{
    struct registry *reg = vm->registry;
    vm_release(vm);
    lock_take(&reg->lock, RANK_REGISTRY);
    vm_take(vm);
    if (!vm->visible && !vm->gone)
        registry_drop(reg, vm);
    lock_release(&reg->lock, RANK_REGISTRY);
}

void
turn_end(struct turn *turn)
{
    if (!turn)
        return;
    struct vm *vm = turn->vm;
    lock_assert_held(RANK_VM);
    if (!vm->visible && !vm->gone && turn->req.turn_class != TURN_QUERY)
        drop_unborn(vm);
    struct turn **at = &vm->holders;
    while (*at != turn)
        at = &(*at)->next;
    *at = turn->next;
    turn->status = TURN_ENDED;
    queue_grant(vm);
    vm_ref(vm);
    vm_release(vm);
    turn_free(turn);
    vm_unref(vm);
}

/* Runs the class's teardown with a stop turn that holds. */
void
stop_task(void *opaque)
{
    static const struct run_end crashed = { VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_UNKNOWN, 0 };
    struct turn *turn = opaque;
    struct vm *vm = turn->vm;
    struct registry *reg = turn->task ? registry_ref(vm->registry) : NULL;
    vm_take(vm);
    /* Its starter may have ended it already, and begun another. */
    if (turn->run && vm->run == turn->run && turn->run->generation == turn->stop_generation) {
        struct run *run = turn->run;
        vm->klass->stop(turn, run);
        if (vm->run == run) { /* it must not stay half dead */
            struct run_end end = run_get_end(run, &crashed);
            turn_end_run(turn, &end, NULL);
        }
    }
    turn_end(turn);
    if (reg) { /* from here on nothing of the driver's is touched: registry_free() may go on */
        if (atomic_fetch_sub(&reg->tasks, 1) == 1)
            parker_wake(&reg->idle);
        registry_unref(reg);
    }
}

/* ---- stale ---------------------------------------------------------------------------------- */

/* As of the last wait: between two waits a holder's run does not change. */
static bool
fits(struct turn *turn)
{
#if CORE_MUTANT != 1
    if (turn->vm->run != turn->run)
        turn->stale = true;
#endif
    return !turn->stale;
}

/* Looks whether it has died since. */
static bool
still_fits(struct turn *turn)
{
    if (!fits(turn))
        return false;
#if CORE_MUTANT != 1 && CORE_MUTANT != 2
    if (turn->run && turn->req.turn_class != TURN_STOP && run_is_dead(turn->run))
        turn->stale = true;
#endif
    return !turn->stale;
}

bool
turn_is_stale(struct turn *turn)
{
    return !still_fits(turn);
}

int
turn_check(struct turn *turn, struct err *err)
{
    if (still_fits(turn))
        return 0;
    const char *why = turn->run ? run_death(turn->run) : NULL;
    FAIL(turn, err, VIR_ERR_OPERATION_FAILED, "domain '%s' has stopped during %s%s%s", name_of(turn),
         turn->req.api, why ? ": " : "", why ? why : "");
    if (err)
        err->stale = true;
    return -1;
}

void
turn_lose_lock(struct turn *turn)
{
    vm_release(turn->vm);
}

int
turn_regain_lock(struct turn *turn, struct err *err)
{
    vm_take(turn->vm);
    return turn_check(turn, err);
}

/* ---- accessors ------------------------------------------------------------------------------ */

struct vm *
turn_vm(const struct turn *turn)
{
    return turn->vm;
}

struct run *
turn_run(struct turn *turn)
{
    return fits(turn) ? turn->run : NULL;
}

void *
turn_backend(struct turn *turn)
{
    struct run *run = turn_run(turn);
    return run ? run->backend : NULL;
}

const struct vm_view *
turn_view(struct turn *turn)
{
    lock_assert_held(RANK_VM);
    const struct vm_view *view = turn->vm->view;
    if (!turn->kept)
        turn->kept = g_ptr_array_new_with_free_func(view_free_ptr);
    if (!turn->kept->len || turn->kept->pdata[turn->kept->len - 1] != view)
        g_ptr_array_add(turn->kept, (gpointer)vm_view_ref(view));
    return view;
}

const struct domain_def *
turn_live_def(struct turn *turn)
{
    return turn_run(turn) ? turn_view(turn)->live : NULL;
}

const struct domain_def *
turn_config_def(struct turn *turn)
{
    return turn_view(turn)->config;
}

int64_t
turn_deadline(const struct turn *turn)
{
    return turn->deadline;
}

const char *
turn_api(const struct turn *turn)
{
    return turn->req.api;
}

bool
turn_job_aborted(const struct turn *turn)
{
    return turn->aborted;
}

/* ---- waiting -------------------------------------------------------------------------------- */

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
    g_autofree char *text = since_text(since);
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

/* ---- publishing ----------------------------------------------------------------------------- */

int
turn_publish(struct turn *turn, const struct vm_change *change, struct err *err)
{
    lock_assert_held(RANK_VM);
    int rc = turn_check(turn, err);
    if (rc == 0 && change->what & CHANGE_LIVE && !turn->run)
        rc = FAIL(turn, err, VIR_ERR_OPERATION_INVALID, "domain '%s' is not running", name_of(turn));
    if (rc < 0) {
        change_drop(turn->vm->klass, change);
        return -1;
    }
    vm_publish(turn->vm, &(struct publication){ .change = change });
    return 0;
}

void
turn_emit(struct turn *turn, struct event *ev)
{
    lock_assert_held(RANK_VM);
    if (!still_fits(turn)) {
        event_unref(ev);
        return;
    }
    ev->generation = turn->run ? turn->run->generation : 0;
    event_hub_emit(turn->vm->registry->hub, ev);
}

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
        turn->old_runs = g_ptr_array_new_with_free_func(run_free_ptr);
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
