/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Units of src/core: turns, runs, views, notes.  What depends on how threads interleave is in
 * tests/explore.
 */
#include "core-fixture.h"

#include "core/fault.h"

#include <unistd.h>

struct other { struct vm *vm; struct turn_request req; int rc; char *message; int code; };

static gpointer
begin_elsewhere(gpointer arg)
{
    struct other *o = arg;
    ERR_AUTO err = ERR_INIT;
    TURN_AUTO turn = NULL;
    o->rc = turn_begin(o->vm, &o->req, &turn, &err);
    o->code = err.code;
    o->message = g_strdup(err.message);
    return NULL;
}

static int
elsewhere(struct vm *vm, struct turn_request req, int *code, char **message)
{
    struct other o = { .vm = vm, .req = req };
    g_thread_join(g_thread_new("other", begin_elsewhere, &o));
    if (code)
        *code = o.code;
    if (message)
        *message = o.message;
    else
        g_free(o.message);
    return o.rc;
}

/* ---- who excludes whom ---------------------------------------------------------------------- */

/* A holder that waits in offload while another thread tries. */
struct held { struct vm *vm; struct turn_request req; bool granted; char *message; };

static int
try_beside(void *arg, struct err *err)
{
    struct held *h = arg;
    int code;
    h->granted = elsewhere(h->vm, h->req, &code, &h->message) == 0;
    if (!h->granted)
        g_assert_cmpint(code, ==, VIR_ERR_OPERATION_TIMEOUT);
    return 0;
}

static void
test_classes(struct fixture *f, const void *arg)
{
    static const struct { enum turn_class holds, wants; uint32_t allows, beside; bool granted; } table[] = {
        { TURN_QUERY, TURN_QUERY, 0, 0, true },
        { TURN_QUERY, TURN_MODIFY, 0, 0, false },
        { TURN_QUERY, TURN_JOB, 0, 0, true },
        { TURN_MODIFY, TURN_QUERY, 0, 0, false },
        { TURN_MODIFY, TURN_MODIFY, 0, 0, false },
        { TURN_MODIFY, TURN_JOB, 0, 0, false },
        { TURN_JOB, TURN_QUERY, 0, 0, true },
        { TURN_JOB, TURN_MODIFY, 0, 0, false },
        { TURN_JOB, TURN_MODIFY, 2, 1, false },
        { TURN_JOB, TURN_MODIFY, 3, 2, true },
        { TURN_JOB, TURN_JOB, ~0u, ~0u, false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        ERR_AUTO err = ERR_INIT;
        struct turn_request req = request(table[i].holds, TURN_ANY, "holder");
        req.allows = table[i].allows;
        TURN_AUTO turn = NULL;
        OK(turn_begin(f->vm, &req, &turn, &err));
        struct held h = { f->vm, request(table[i].wants, TURN_ANY, "wanting"), false, NULL };
        h.req.beside = table[i].beside;
        OK(turn_offload(turn, try_beside, &h, &err));
        if (h.granted != table[i].granted)
            g_error("row %zu: %s", i, h.message ? h.message : "granted");
        if (!h.granted)
            g_assert_nonnull(
                strstr(h.message, "cannot begin wanting on domain 'a': busy: held by holder since "));
        g_free(h.message);
    }
}

static void
test_busy_deadline(struct fixture *f, const void *arg)
{
    ERR_AUTO err = ERR_INIT;
    TURN_AUTO turn = take(f->vm, TURN_MODIFY);
    struct held h = { f->vm, request(TURN_MODIFY, TURN_ANY, "later"), false, NULL };
    h.req.nowait = false;
    h.req.deadline = deadline_in_ms(20);
    OK(turn_offload(turn, try_beside, &h, &err));
    g_assert_false(h.granted);
    g_assert_nonnull(strstr(h.message, "busy: held by modify"));
    g_free(h.message);
}

static void
test_need(struct fixture *f, const void *arg)
{
    ERR_AUTO err = ERR_INIT;
    struct turn *turn = NULL;
    struct turn_request running = request(TURN_QUERY, TURN_RUNNING, "q");
    REFUSED(turn_begin(f->vm, &running, &turn, &err), VIR_ERR_OPERATION_INVALID, "is not running");
    g_assert_null(turn);
    OK(fake_boot(f->vm, 0, &err));
    struct turn_request off = request(TURN_MODIFY, TURN_NOT_RUNNING, "m");
    REFUSED(turn_begin(f->vm, &off, &turn, &err), VIR_ERR_OPERATION_INVALID, "already running");
    turn = take(f->vm, TURN_MODIFY);
    g_assert_null(turn_offline(turn, &err));
    turn_end(turn);
    RUN_AUTO run = vm_run_get(f->vm);
    await_stop(f->vm, run);
    turn = take(f->vm, TURN_MODIFY);
    struct offline *offline = turn_offline(turn, &err);
    g_assert_nonnull(offline);
    OK(offline_publish(offline, &(struct vm_change){ .what = CHANGE_AUTOSTART, .autostart = true }, &err));
    g_assert_true(offline_view(offline)->autostart);
    turn_end(turn);
}

/* ---- lives ---------------------------------------------------------------------------------- */

static void
test_life(struct fixture *f, const void *arg)
{
    ERR_AUTO err = ERR_INIT;
    {
        VIEW_AUTO view = vm_view_get(f->vm);
        g_assert_cmpint(view->id, ==, -1);
        g_assert_true(view->persistent);
        g_assert_null(view->live);
        g_assert_cmpint(vm_view_def(view)->number, ==, 1);
    }
    OK(fake_boot(f->vm, 0, &err));
    VIEW_AUTO running = vm_view_get(f->vm);
    g_assert_cmpint(running->id, ==, 1);
    g_assert_cmpint(running->state, ==, VIR_DOMAIN_RUNNING);
    g_assert_cmpint(vm_view_def(running)->number, ==, 100);
    g_assert_cmpuint(running->generation, >, 0);
    VM_AUTO by_id = registry_by_id(f->reg, 1, &err);
    g_assert_true(by_id == f->vm);
    g_assert_cmpuint(registry_count(f->reg, true, false), ==, 1);

    RUN_AUTO run = vm_run_get(f->vm);
    static const struct run_end destroyed = { VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_DESTROYED,
                                              VIR_DOMAIN_EVENT_STOPPED_DESTROYED };
    run_set_end(run, &destroyed);
    run_set_end(run, &fake_crashed); /* the first word counts */
    await_stop(f->vm, run);
    g_assert_true(run_is_dead(run));
    g_assert_cmpstr(run_death(run), ==, "test");
    VIEW_AUTO off = vm_view_get(f->vm);
    g_assert_cmpint(off->id, ==, -1);
    g_assert_cmpint(off->reason, ==, VIR_DOMAIN_SHUTOFF_DESTROYED);
    g_assert_null(off->live);
    g_assert_cmpuint(off->generation, ==, 0);
    g_assert_cmpint(running->live->number, ==, 100); /* older truth stays */
    g_assert_null(registry_by_id(f->reg, 1, &err));
    g_assert_cmpint(stops_run, ==, 1);
    g_assert_cmpint(backends_alive, ==, 1); /* our reference */

    OK(fake_boot(f->vm, 0, &err)); /* a second life: another id, another generation */
    VIEW_AUTO again = vm_view_get(f->vm);
    g_assert_cmpint(again->id, ==, 2);
    g_assert_cmpuint(again->generation, >, running->generation);
    RUN_AUTO second = vm_run_get(f->vm);
    await_stop(f->vm, second);
    g_assert_cmpstr(f->events->str, ==, "a:2/0 a:5/1 a:2/0 a:5/2 ");
}

static int
kill_run(void *arg, struct err *err)
{
    run_mark_dead(arg, "the monitor was closed");
    return 0;
}

static void
test_stale(struct fixture *f, const void *arg)
{
    ERR_AUTO err = ERR_INIT;
    OK(fake_boot(f->vm, 0, &err));
    RUN_AUTO run = vm_run_get(f->vm);
    struct turn *turn = take(f->vm, TURN_MODIFY);
    const struct domain_def *live = turn_live_def(turn);
    const struct vm_view *view = turn_view(turn);
    struct backend *backend = turn_backend(turn);
    REFUSED(turn_offload(turn, kill_run, run, &err), VIR_ERR_OPERATION_FAILED, "the monitor was closed");
    g_assert_true(err.stale);
    g_assert_true(turn_is_stale(turn));
    g_assert_null(turn_run(turn));
    g_assert_null(turn_backend(turn));
    g_assert_null(turn_live_def(turn));
    REFUSED(turn_publish(turn, &(struct vm_change){ .what = CHANGE_LIVE, .live = fake_def(3) }, &err),
            VIR_ERR_OPERATION_FAILED, "has stopped during modify");
    REFUSED(turn_sleep(turn, DEADLINE_NEVER, &err), VIR_ERR_OPERATION_FAILED, "has stopped");
    struct call call = { .what = "x", .channel = RUN_MONITOR, .start = fake_start, .arg = backend };
    REFUSED(turn_call(turn, &call, NULL, &err), VIR_ERR_OPERATION_FAILED, "has stopped");
    turn_emit(turn, fake_event(view, VIR_DOMAIN_EVENT_RESUMED, 0)); /* dropped */
    g_assert_cmpint(live->number, ==, 100); /* memory stays valid until the turn ends */
    g_assert_cmpint(view->id, ==, 1);
    g_assert_cmpint(backend->alive, ==, 0x600d);
    g_assert_cmpint(stops_run, ==, 0); /* teardown waits for us */
    turn_end(turn);
    await_stop(f->vm, run);
    g_assert_cmpint(stops_run, ==, 1);
    g_assert_cmpstr(f->events->str, ==, "a:2/0 a:5/2 ");
}

/* The answer, and at once the death: a power-off. */
static int
answer_and_die(struct pending *p, void *arg, struct err *err)
{
    pending_complete(p, g_strdup("bye"), g_free);
    run_mark_dead(arg, "the monitor was closed");
    return 0;
}

static void
test_last_words(struct fixture *f, const void *arg)
{
    for (int last = 0; last < 2; last++) {
        ERR_AUTO err = ERR_INIT;
        OK(fake_boot(f->vm, 0, &err));
        RUN_AUTO run = vm_run_get(f->vm);
        struct turn *turn = take(f->vm, TURN_MODIFY);
        struct call call = { .what = "quit", .channel = RUN_MONITOR, .start = answer_and_die, .arg = run,
                             .last = last };
        void *result;
        if (last) {
            OK(turn_call(turn, &call, &result, &err));
            g_assert_cmpstr(result, ==, "bye");
            g_free(result);
        } else {
            REFUSED(turn_call(turn, &call, &result, &err), VIR_ERR_OPERATION_FAILED,
                    "the monitor was closed");
            g_assert_null(result);
        }
        g_assert_true(turn_is_stale(turn));
        g_assert_null(turn_backend(turn));
        turn_end(turn);
        await_stop(f->vm, run);
    }
}

static void note_done(void *arg) { *(bool *)arg = true; }

/* What was done is taken back also when the guest is dead, outside of the lock. */
static void
test_clean_up(struct fixture *f, const void *arg)
{
    ERR_AUTO err = ERR_INIT;
    OK(fake_boot(f->vm, 0, &err));
    RUN_AUTO run = vm_run_get(f->vm);
    struct turn *turn = take(f->vm, TURN_MODIFY);
    bool cleaned = false;
    run_mark_dead(run, "test");
    REFUSED(turn_check(turn, &err), VIR_ERR_OPERATION_FAILED, "has stopped");
    turn_clean_up(turn, note_done, &cleaned);
    g_assert_true(cleaned);
    g_assert_cmpint(stops_run, ==, 0); /* still ours */
    turn_end(turn);
    await_stop(f->vm, run);
}

static void
test_failed_start(struct fixture *f, const void *arg)
{
    ERR_AUTO err = ERR_INIT;
    {
        TURN_AUTO turn = take(f->vm, TURN_MODIFY);
        struct run_start start = { .state = VIR_DOMAIN_PAUSED, .live = fake_def(5), .backend = fake_backend(),
                                   .free_backend = fake_backend_free };
        OK(turn_start_run(turn, &start, &err));
        RUN_AUTO run = vm_run_get(f->vm);
        REFUSED(turn_offload(turn, kill_run, run, &err), VIR_ERR_OPERATION_FAILED, "has stopped");
        turn_end_run(turn, &fake_crashed, NULL);
        g_assert_false(turn_is_stale(turn));
        g_assert_null(turn_run(turn));
        /* and the same turn may try once more; the dead one's teardown must not hit it */
        start.backend = fake_backend();
        start.live = fake_def(6);
        OK(turn_start_run(turn, &start, &err));
        g_assert_nonnull(turn_run(turn));
    }
    VIEW_AUTO view = vm_view_get(f->vm);
    g_assert_cmpint(view->id, ==, 2);
    g_assert_cmpint(stops_run, ==, 0);
    RUN_AUTO run = vm_run_get(f->vm);
    g_assert_false(run_is_dead(run));
    await_stop(f->vm, run);
}

/* ---- waiting for the guest ------------------------------------------------------------------ */

struct answerer { struct backend *b; int how; };

static gpointer
answer(gpointer arg)
{
    struct answerer *a = arg;
    struct pending *p;
    while (!(p = fake_take_request(a->b)))
        g_usleep(100);
    if (a->how == 0) {
        pending_complete(p, g_strdup("pong"), g_free);
    } else if (a->how == 1) {
        struct err e = ERR_INIT;
        err_set_from(&e, VIR_FROM_TEST, VIR_ERR_OPERATION_UNSUPPORTED, "the guest says no");
        pending_fail(p, &e);
    } else {
        pending_drop(p);
    }
    return NULL;
}

static void
test_call(struct fixture *f, const void *arg)
{
    ERR_AUTO err = ERR_INIT;
    OK(fake_boot(f->vm, 0, &err));
    RUN_AUTO run = vm_run_get(f->vm);
    struct turn *turn = take(f->vm, TURN_QUERY);
    struct answerer a = { turn_backend(turn), 0 };
    struct call call = { .what = "ping", .channel = RUN_MONITOR, .start = fake_start, .arg = a.b };
    GThread *t = g_thread_new("answer", answer, &a);
    void *result;
    OK(turn_call(turn, &call, &result, &err));
    g_assert_cmpstr(result, ==, "pong");
    g_free(result);
    g_thread_join(t);
    a.how = 1;
    t = g_thread_new("answer", answer, &a);
    REFUSED(turn_call(turn, &call, &result, &err), VIR_ERR_OPERATION_UNSUPPORTED, "the guest says no");
    g_assert_null(result);
    g_thread_join(t);
    a.how = 2;
    t = g_thread_new("answer", answer, &a);
    REFUSED(turn_call(turn, &call, NULL, &err), VIR_ERR_OPERATION_FAILED, "'ping' will not be answered");
    g_assert_false(err.stale);
    g_thread_join(t);
    turn_end(turn);
    await_stop(f->vm, run);
}

static void
test_unresponsive(struct fixture *f, const void *arg)
{
    ERR_AUTO err = ERR_INIT;
    OK(fake_boot(f->vm, 0, &err));
    RUN_AUTO run = vm_run_get(f->vm);
    struct turn *turn = take(f->vm, TURN_QUERY);
    struct backend *b = turn_backend(turn);
    struct call call = { .what = "ping", .channel = RUN_MONITOR, .start = fake_start, .arg = b,
                         .deadline = deadline_in_ms(10) };
    REFUSED(turn_call(turn, &call, NULL, &err), VIR_ERR_OPERATION_TIMEOUT, "no answer to 'ping' within");
    g_assert_false(err.stale);
    /* from now on at once, saying since when and why */
    call.deadline = DEADLINE_NEVER;
    REFUSED(turn_call(turn, &call, NULL, &err), VIR_ERR_OPERATION_TIMEOUT, "does not respond since");
    g_assert_nonnull(strstr(err.message, "no answer to 'ping' of query"));
    g_assert_cmpuint(g_queue_get_length(&b->requests), ==, 1);
    turn_end(turn);
    {
        VIEW_AUTO view = vm_view_get(f->vm);
        g_assert_cmpint(view->unresponsive_since, >, 0);
        g_assert_cmpint(view->state, ==, VIR_DOMAIN_RUNNING); /* reads go on */
    }
    /* the agent is another matter */
    turn = take(f->vm, TURN_QUERY);
    struct call agent = call;
    agent.channel = RUN_AGENT;
    agent.deadline = deadline_in_ms(1);
    REFUSED(turn_call(turn, &agent, NULL, &err), VIR_ERR_AGENT_UNRESPONSIVE, "no answer to 'ping'");
    turn_end(turn);
    /* the late answer is freed, and brings it back */
    pending_complete(fake_take_request(b), g_strdup("late"), g_free);
    {
        VIEW_AUTO view = vm_view_get(f->vm);
        g_assert_cmpint(view->unresponsive_since, ==, 0);
    }
    g_assert_cmpint(run_unresponsive(run, RUN_MONITOR, NULL), ==, 0);
    g_assert_cmpint(run_unresponsive(run, RUN_AGENT, NULL), !=, 0);
    await_stop(f->vm, run);
}

static gpointer
abort_job(gpointer arg)
{
    ERR_AUTO err = ERR_INIT;
    struct vm *vm = arg;
    struct vm_holder holder;
    while (!vm_get_holder(vm, &holder))
        g_usleep(100);
    g_assert_cmpint(holder.turn_class, ==, TURN_JOB);
    OK(vm_job_abort(vm, &err));
    return NULL;
}

static void
test_job_abort(struct fixture *f, const void *arg)
{
    ERR_AUTO err = ERR_INIT;
    REFUSED(vm_job_abort(f->vm, &err), VIR_ERR_OPERATION_INVALID, "no job");
    OK(fake_boot(f->vm, 0, &err));
    RUN_AUTO run = vm_run_get(f->vm);
    struct turn *turn = take(f->vm, TURN_JOB);
    struct call call = { .what = "migrate",
                         .channel = RUN_MONITOR,
                         .start = fake_start,
                         .arg = turn_backend(turn),
                         .deadline = DEADLINE_NEVER };
    GThread *t = g_thread_new("abort", abort_job, f->vm);
    REFUSED(turn_call(turn, &call, NULL, &err), VIR_ERR_OPERATION_ABORTED, "was aborted by request");
    g_thread_join(t);
    g_assert_true(turn_job_aborted(turn));
    turn_end(turn);
    await_stop(f->vm, run);
}

/* ---- notes ---------------------------------------------------------------------------------- */

static void
note_pause(struct note *note, void *arg)
{
    struct vm_change paused = { .what = CHANGE_STATE,
                                .state = VIR_DOMAIN_PAUSED,
                                .reason = VIR_DOMAIN_PAUSED_IOERROR };
    int *result = arg;
    *result = note_publish(note, &paused);
    note_emit(note, fake_event(note_view(note), VIR_DOMAIN_EVENT_SUSPENDED, 0));
}

static void
test_notes(struct fixture *f, const void *arg)
{
    ERR_AUTO err = ERR_INIT;
    OK(fake_boot(f->vm, 0, &err));
    RUN_AUTO run = vm_run_get(f->vm);
    int result = 1;
    run_note(run, note_pause, &result, NULL); /* lock free: at once */
    g_assert_cmpint(result, ==, 0);
    {
        VIEW_AUTO view = vm_view_get(f->vm);
        g_assert_cmpint(view->state, ==, VIR_DOMAIN_PAUSED);
    }
    /* held (by us): when it is let go */
    result = 1;
    struct turn *turn = take(f->vm, TURN_MODIFY);
    run_note(run, note_pause, &result, NULL);
    g_assert_cmpint(result, ==, 1);
    turn_end(turn);
    g_assert_cmpint(result, ==, 0);
    /* dead: runs, but cannot publish; ended: does not run */
    turn = take(f->vm, TURN_MODIFY);
    run_mark_dead(run, "test");
    result = 1;
    run_note(run, note_pause, &result, NULL);
    turn_end(turn);
    g_assert_cmpint(result, ==, -1);
    await_stop(f->vm, run);
    result = 1;
    run_note(run, note_pause, &result, NULL);
    g_assert_cmpint(result, ==, 1);
    g_assert_cmpstr(f->events->str, ==, "a:2/0 a:3/0 a:3/0 a:5/2 ");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("/core/classes", test_classes);
    ADD("/core/busy", test_busy_deadline);
    ADD("/core/need", test_need);
    ADD("/core/life", test_life);
    ADD("/core/stale", test_stale);
    ADD("/core/last-words", test_last_words);
    ADD("/core/clean-up", test_clean_up);
    ADD("/core/failed-start", test_failed_start);
    ADD("/core/call", test_call);
    ADD("/core/unresponsive", test_unresponsive);
    ADD("/core/job-abort", test_job_abort);
    ADD("/core/notes", test_notes);
    return g_test_run();
}
