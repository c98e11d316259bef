/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * turn: see turn.h.
 *
 * The rule in one place: turn_lose_lock() and turn_regain_lock() enclose every wait, and
 * regaining compares.  Once stale, a turn stays stale: a caller who ignores the error gets
 * nothing from the accessors.  Publishing looks on its own once more.
 */
#include "core/impl.h"

int
turn_err(const struct turn *turn, struct err *err, int code, char *message)
{
    err_set_from(err, turn->vm->klass->err_domain, code, "%s", message);
    g_free(message);
    return -1;
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

char *
turn_since_text(int64_t since)
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
    g_autofree char *since = turn_since_text(by ? by->since : turn->since);
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
