/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * run: see run.h.
 *
 * Death in three steps, none of which waits: the flag is set and the pending
 * waits fail (run_die); a stop turn goes to the front of the vm's queue, by a
 * note; when the last holder has left, the teardown runs on a thread of its own, or on that
 * of run_stop().
 */
#include "core/impl.h"
#include "base/process.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_DOM

static atomic_uint_fast64_t last_generation;

struct run *
run_new(struct vm *vm, int id, void *backend, void (*free_backend)(void *))
{
    static const struct turn_request stop = { .turn_class = TURN_STOP,
                                              .api = "teardown",
                                              .deadline = DEADLINE_NEVER };
    struct run *run = g_new0(struct run, 1);
    atomic_init(&run->refs, 1);
    run->id = id;
    run->generation = atomic_fetch_add(&last_generation, 1) + 1;
    run->vm = vm_ref(vm);
    run->backend = backend;
    run->free_backend = free_backend;
    run->stop_turn = turn_new(vm, &stop);
    run->stop_turn->stop_generation = run->generation;
    atomic_init(&run->pidfd, -1);
    lock_init(&run->lock);
    return run;
}

struct run *
run_ref(struct run *run)
{
    atomic_fetch_add_explicit(&run->refs, 1, memory_order_relaxed);
    return run;
}

void
run_unref(struct run *run)
{
    if (!run || atomic_fetch_sub_explicit(&run->refs, 1, memory_order_acq_rel) != 1)
        return;
    g_assert(!run->pendings);
    if (run->free_backend)
        run->free_backend(run->backend);
    if (run->stop_turn)
        turn_free(run->stop_turn);
    if (run->pidfd >= 0)
        close(run->pidfd);
    g_free(run->death);
    for (int i = 0; i < RUN_CHANNELS; i++)
        g_free(run->why[i]);
    lock_destroy(&run->lock);
    vm_unref(run->vm);
    g_free(run);
}

uint64_t
run_generation(const struct run *run)
{
    return run->generation;
}

int
run_id(const struct run *run)
{
    return run->id;
}

struct vm *
run_vm(const struct run *run)
{
    return run->vm;
}

void *
run_backend(const struct run *run)
{
    return run->backend;
}

pid_t
run_pid(const struct run *run)
{
    return atomic_load(&((struct run *)run)->pid);
}

void
run_set_process(struct run *run, pid_t pid, int pidfd)
{
    int old = atomic_exchange(&run->pidfd, pidfd);
    atomic_store(&run->pid, pid);
    if (old >= 0)
        close(old);
}

bool
run_is_dead(const struct run *run)
{
    LOCK_POINT(&run->lock, 2, false);
    return atomic_load(&((struct run *)run)->dead);
}

void
run_set_end(struct run *run, const struct run_end *end)
{
    lock_take(&run->lock, RANK_RUN);
    if (!run->has_end) {
        run->end = *end;
        run->has_end = true;
    }
    lock_release(&run->lock, RANK_RUN);
}

struct run_end
run_get_end(const struct run *crun, const struct run_end *fallback)
{
    struct run *run = (struct run *)crun;
    lock_take(&run->lock, RANK_RUN);
    struct run_end end = run->has_end ? run->end : *fallback;
    lock_release(&run->lock, RANK_RUN);
    return end;
}

/* ---- death ---------------------------------------------------------------------------------- */

bool
run_die(struct run *run, const char *why)
{
    LOCK_POINT(&run->lock, 2, true);
    lock_take(&run->lock, RANK_RUN);
    bool first = !atomic_exchange(&run->dead, true);
    if (first) {
        run->death = g_strdup(why);
        for (struct pending *p = run->pendings; p; p = p->next)
            pending_settle(p, PENDING_DEAD);
    }
    lock_release(&run->lock, RANK_RUN);
    LOCK_POINT(&run->lock, 1, false);
    return first;
}

const char *
run_death(const struct run *crun)
{
    struct run *run = (struct run *)crun;
    lock_take(&run->lock, RANK_RUN);
    const char *why = run->death;
    lock_release(&run->lock, RANK_RUN);
    return why;
}

struct turn *
run_claim_stop(struct run *run)
{
    if (atomic_exchange(&run->stop_claimed, true))
        return NULL;
    struct turn *turn = run->stop_turn;
    run->stop_turn = NULL;
    return turn;
}

void
run_mark_dead(struct run *run, const char *why)
{
    run_die(run, why);
    struct turn *stop = run_claim_stop(run);
    if (!stop)
        return;
    struct note_entry *entry = g_new0(struct note_entry, 1);
    entry->run = run_ref(run);
    entry->arg = stop;
    vm_add_note(run->vm, entry);
}

void
run_set_ended(struct run *run)
{
    lock_take(&run->lock, RANK_RUN);
    run->ended = true;
    for (struct end_waiter *w = run->end_waiters; w;) {
        struct end_waiter *next = w->next; /* w is gone once woken */
        parker_wake(&w->parker);
        w = next;
    }
    run->end_waiters = NULL;
    lock_release(&run->lock, RANK_RUN);
}

static bool
await_end(struct run *run, int64_t deadline)
{
    struct end_waiter me = { NULL };
    parker_init(&me.parker);
    lock_take(&run->lock, RANK_RUN);
    bool ended = run->ended;
    if (!ended) {
        me.next = run->end_waiters;
        run->end_waiters = &me;
    }
    lock_release(&run->lock, RANK_RUN);
    if (!ended) {
        parker_wait(&me.parker, deadline);
        lock_take(&run->lock, RANK_RUN);
        ended = run->ended;
        if (!ended) {
            struct end_waiter **at = &run->end_waiters;
            while (*at != &me)
                at = &(*at)->next;
            *at = me.next;
        }
        lock_release(&run->lock, RANK_RUN);
    }
    parker_destroy(&me.parker);
    return ended;
}

int
run_stop(struct run *run, const char *why, const char *api, int64_t deadline, struct err *err)
{
    struct vm *vm = run->vm;
    run_die(run, why);
    struct turn *turn = run_claim_stop(run);
    bool ended;
    if (turn) {
        turn->req.api = api;
        turn->deadline = deadline;
        vm_ref(vm);
        vm_take(vm);
        queue_add(turn);
        queue_grant(vm);
        bool holding = turn->status == TURN_HOLDING;
        vm_release(vm);
        if (!holding) {
            parker_wait(&turn->parker, deadline);
            vm_take(vm);
            holding = turn->status == TURN_HOLDING;
            if (!holding)
                turn->task = true; /* somebody else will see it through */
            vm_release(vm);
        }
        ended = holding;
        if (holding)
            stop_task(turn);
        vm_unref(vm);
    } else {
        ended = await_end(run, deadline);
    }
    if (!ended) {
        struct vm_holder holder;
        bool known = vm_get_holder(vm, &holder);
        return err_set_from(
            err, vm->klass->err_domain, VIR_ERR_OPERATION_TIMEOUT,
            "the guest is dead, but its resources are not released yet: %s%s has not let go of "
            "them; they follow without further doing",
            known ? "" : "a query", known ? holder.api : "");
    }
    return 0;
}

int
run_kill(struct run *run, int sig, struct err *err)
{
    int pidfd = atomic_load(&run->pidfd);
    pid_t pid = atomic_load(&run->pid);
    if (pidfd >= 0)
        return process_signal(&(struct process){ pid, pidfd }, sig, err);
    if (pid > 0 && kill(pid, sig) < 0 && errno != ESRCH)
        return err_errno(err, errno, "cannot send signal %d to process %d", sig, (int)pid);
    return 0;
}

bool
run_await_exit(struct run *run, int64_t deadline)
{
    lock_assert_none();
    struct pollfd p = { .fd = atomic_load(&run->pidfd), .events = POLLIN };
    if (p.fd < 0)
        return true;
    for (;;) {
        int n = poll(&p, 1, deadline_poll_ms(deadline));
        if (n > 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
            return true;
        if (n == 0 && deadline_passed(deadline))
            return false;
    }
}

/* ---- notes ---------------------------------------------------------------------------------- */

void
run_note(struct run *run, note_fn fn, void *arg, void (*free_arg)(void *))
{
    struct note_entry *entry = g_new0(struct note_entry, 1);
    entry->run = run_ref(run);
    entry->fn = fn;
    entry->arg = arg;
    entry->free_arg = free_arg;
    vm_add_note(run->vm, entry);
}

struct run *
note_run(const struct note *note)
{
    return run_is_dead(note->run) ? NULL : note->run;
}

const struct vm_view *
note_view(const struct note *note)
{
    return note->vm->view;
}

int
note_publish(struct note *note, const struct vm_change *change)
{
    if (run_is_dead(note->run)) {
        change_drop(note->vm->klass, change);
        return -1;
    }
    vm_publish(note->vm, &(struct publication){ .change = change });
    return 0;
}

void
note_emit(struct note *note, struct event *ev)
{
    if (run_is_dead(note->run)) {
        event_unref(ev);
        return;
    }
    ev->generation = note->run->generation;
    event_hub_emit(note->vm->registry->hub, ev);
}

/* ---- health --------------------------------------------------------------------------------- */

void
run_publish_health(struct vm *vm, struct run *run)
{
    if (vm->run == run && !run_is_dead(run) &&
        vm->view->unresponsive_since != atomic_load(&run->since[RUN_MONITOR]))
        vm_publish(vm, &(struct publication){ .change = NULL });
}

static void
health_note(struct note *note, void *arg)
{
    run_publish_health(note->vm, note->run);
}

void
run_answered(struct run *run, enum run_channel channel)
{
    LOCK_POINT(&run->lock, 0, true);
    if (channel < 0 || atomic_load_explicit(&run->since[channel], memory_order_relaxed) == 0)
        return;
    atomic_store(&run->since[channel], 0);
    if (channel == RUN_MONITOR)
        run_note(run, health_note, NULL, NULL);
}

int64_t
run_unresponsive(const struct run *crun, enum run_channel channel, char **why)
{
    struct run *run = (struct run *)crun;
    if (channel < 0)
        return 0;
    LOCK_POINT(&run->lock, 0, true);
    int64_t since = atomic_load(&run->since[channel]);
    if (why) {
        *why = NULL;
        lock_take(&run->lock, RANK_RUN);
        if (since)
            *why = g_strdup(run->why[channel] ? run->why[channel] : "an answer is overdue");
        lock_release(&run->lock, RANK_RUN);
    }
    return since;
}
