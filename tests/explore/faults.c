/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Kill at wait, on verbs of a fake driver: each wait of each verb meets each fault.
 *
 * The sweep itself (count the waits, then damage one after the other) is what the drivers' own
 * sweeps do from outside with VIREO_FAULT and VIREO_FAULT_LOG.
 */
#include "fake.h"

#include "base/clock.h"
#include "base/process.h"
#include "base/undo.h"
#include "core/fault.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static struct event_hub *hub;
static struct registry *reg;
static struct vm *vm;
static int host_resources;      /* taken and given back by the verbs */

#define OK(call) \
    do { \
        if ((call) < 0) \
            g_error("%s:%d: %s", __FILE__, __LINE__, err_message(&err)); \
    } while (0)

/* ---- the guest: answers from another thread, with a process of its own ---------------------- */

static gpointer
answer_thread(gpointer p)
{
    pending_complete(p, g_strdup("{}"), g_free);
    return NULL;
}

static int
send(struct pending *p, void *arg, struct err *err)
{
    fake_thread("answer", answer_thread, p);
    return 0;
}

static int silent(struct pending *p, void *arg, struct err *err) { return fake_start(p, arg, err); }

static void
garble(struct pending *p, void *arg)
{
    pending_complete(p, g_strdup("\xff\xfe not what was asked"), g_free);
}

/* What a monitor's owner does when the process goes. */
static gpointer
watch_process(gpointer opaque)
{
    struct run *run = opaque;
    run_await_exit(run, DEADLINE_NEVER);
    run_mark_dead(run, "the process has ended");
    run_unref(run);
    return NULL;
}

static void
reap(void *opaque)
{
    struct run *run = opaque;
    int pidfd;
    run_kill(run, 9, NULL);
    run_await_exit(run, DEADLINE_NEVER);
    pid_t pid = run_pid(run);
    if (pid && (pidfd = process_pidfd_open(pid, NULL)) >= 0) {
        struct process proc = { pid, pidfd };
        process_kill(&proc); /* reaps */
    }
}

static void
stop(struct turn *turn, struct run *run)
{
    turn_clean_up(turn, reap, run);
    fake_stop(turn, run);
}

static struct vm_class klass;

/* ---- verbs ---------------------------------------------------------------------------------- */

static int take_resource(void *arg, struct err *err) { host_resources++; return 0; }
static void give_resource(void *arg) { host_resources--; }

static int
ask(struct turn *turn, const char *what, int64_t deadline, struct err *err)
{
    g_autofree char *answer = NULL;
    struct call call = { .what = what, .channel = RUN_MONITOR, .start = send, .arg = turn_backend(turn),
                         .garble = garble, .deadline = deadline };
    if (turn_call(turn, &call, (void **)&answer, err) < 0)
        return -1;
    if (strcmp(answer, "{}") != 0)
        return err_set_from(err, VIR_FROM_TEST, VIR_ERR_INTERNAL_ERROR, "the answer to '%s' makes no sense",
                            what);
    return 0;
}

static int
verb_attach(struct err *err)
{
    struct turn_request req = { .turn_class = TURN_MODIFY, .need = TURN_RUNNING, .api = "attach" };
    TURN_AUTO turn = NULL;
    if (turn_begin(vm, &req, &turn, err) < 0)
        return -1;
    UNDO_AUTO undo = UNDO_INIT;
    if (turn_offload(turn, take_resource, NULL, err) < 0) {
        if (host_resources) /* taken, and the guest died: offload lost only the result */
            give_resource(NULL);
        return -1;
    }
    undo_push(&undo, give_resource, NULL);
    if (ask(turn, "blockdev-add", 0, err) < 0 || ask(turn, "device_add", 0, err) < 0)
        return -1;
    if (turn_publish(turn, &(struct vm_change){ .what = CHANGE_LIVE, .live = fake_def(1001) }, err) < 0)
        return -1;
    undo_dismiss(&undo);
    host_resources--; /* the fake guest needs none */
    return 0;
}

static int
verb_detach(struct err *err)
{
    struct turn_request req = { .turn_class = TURN_MODIFY, .need = TURN_RUNNING, .api = "detach" };
    TURN_AUTO turn = NULL;
    if (turn_begin(vm, &req, &turn, err) < 0 || ask(turn, "device_del", 0, err) < 0 ||
        turn_sleep(turn, clock_now() + NSEC_PER_MSEC, err) < 0 || ask(turn, "query-pci", 0, err) < 0)
        return -1;
    return turn_publish(turn, &(struct vm_change){ .what = CHANGE_LIVE, .live = fake_def(1002) }, err);
}

static int
verb_query(struct err *err)
{
    struct turn_request req = { .turn_class = TURN_QUERY, .need = TURN_RUNNING, .api = "query" };
    TURN_AUTO turn = NULL;
    return turn_begin(vm, &req, &turn, err) < 0 ? -1 : ask(turn, "query-block", 0, err);
}

static int
verb_job(struct err *err)
{
    struct turn_request req = { .turn_class = TURN_JOB, .need = TURN_RUNNING, .api = "job" };
    TURN_AUTO turn = NULL;
    if (turn_begin(vm, &req, &turn, err) < 0 || ask(turn, "migrate", DEADLINE_NEVER, err) < 0)
        return -1;
    for (int i = 0; i < 3; i++) {
        if (turn_sleep(turn, clock_now() + NSEC_PER_MSEC, err) < 0 || ask(turn, "query-migrate", 0, err) < 0)
            return -1;
    }
    return 0;
}

/* Start: a real process stands for the emulator. */
static int
spawn_guest(void *arg, struct err *err)
{
    struct process_spec spec = { .argv = (const char *const[]){ "/bin/sleep", "1000", NULL } };
    return process_spawn(&spec, arg, err);
}

static void
end_run(void *arg)
{
    struct turn *turn = arg;
    turn_end_run(turn, &fake_crashed, NULL);
}

struct started { struct turn *turn; struct process proc; };
static void kill_process(void *arg) { process_kill(arg); }

static void
undo_process(void *arg)
{
    struct started *started = arg;
    turn_clean_up(started->turn, kill_process, &started->proc);
}

static int
verb_start(struct err *err)
{
    struct turn_request req = { .turn_class = TURN_MODIFY, .need = TURN_NOT_RUNNING, .api = "start" };
    TURN_AUTO turn = NULL;
    if (turn_begin(vm, &req, &turn, err) < 0)
        return -1;
    UNDO_AUTO undo = UNDO_INIT;
    struct run_start start = { .state = VIR_DOMAIN_PAUSED, .live = fake_def(100), .backend = fake_backend(),
                               .free_backend = fake_backend_free };
    if (turn_start_run(turn, &start, err) < 0)
        return -1;
    undo_push(&undo, end_run, turn);
    struct run *run = turn_run(turn);
    struct started started = { turn, PROCESS_INIT };
    struct process *proc = &started.proc;
    int rc = turn_offload(turn, spawn_guest, proc, err);
    if (proc->pid > 0)
        undo_push(&undo, undo_process, &started);
    if (rc < 0)
        return -1;
    run_set_process(run, proc->pid, fcntl(proc->pidfd, F_DUPFD_CLOEXEC, 3));
    fake_thread("watch", watch_process, run_ref(run));
    if (ask(turn, "qmp_capabilities", 0, err) < 0 || ask(turn, "cont", 0, err) < 0)
        return -1;
    struct vm_change running = { .what = CHANGE_STATE, .state = VIR_DOMAIN_RUNNING };
    if (turn_publish(turn, &running, err) < 0)
        return -1;
    undo_dismiss(&undo);
    process_close(proc);
    return 0;
}

struct verb { const char *api; int (*run)(struct err *err); bool runs; };
static const struct verb verbs[] = {
    { "start", verb_start, false }, { "attach", verb_attach, true }, { "detach", verb_detach, true },
    { "query", verb_query, true }, { "job", verb_job, true },
};

/* ---- the sweep ------------------------------------------------------------------------------ */

static const char *target_api;
static unsigned target_nth, waits;
static enum fault target_fault;
static enum wait_kind hit_kind;
static bool hit, with_restart;
static GThread *restarter;

/* Somebody starts the guest again while the verb still waits: it queues behind the teardown. */
static gpointer
restart(gpointer arg)
{
    ERR_AUTO err = ERR_INIT;
    if (verb_start(&err) < 0)
        g_assert_cmpint(err.code, ==, VIR_ERR_OPERATION_INVALID);
    return NULL;
}

static enum fault
hook(const struct wait_point *wp)
{
    if (strcmp(wp->api, target_api) != 0 || hit)
        return FAULT_NONE;
    waits = MAX(waits, wp->nth);
    if (wp->nth != target_nth)
        return FAULT_NONE;
    hit = true;
    hit_kind = wp->kind;
    if (with_restart)
        restarter = g_thread_new("restart", restart, NULL);
    return target_fault;
}

static void
set_up(bool running)
{
    ERR_AUTO err = ERR_INIT;
    klass = fake_class;
    klass.stop = stop;
    hub = event_hub_new();
    reg = registry_new(&klass, hub);
    OK(fake_define(reg, "a", 1, 1, &err));
    vm = registry_by_name(reg, "a", &err);
    fault_hook = NULL;
    if (running)
        OK(verb_start(&err));
    fault_hook = hook;
}

/* Whatever happened: no resource is left, and the guest can be stopped and started. */
static void
tear_down(void)
{
    ERR_AUTO err = ERR_INIT;
    fault_hook = NULL;
    g_assert_cmpint(host_resources, ==, 0);
    for (int life = 0; life < 2; life++) {
        RUN_AUTO run = vm_run_get(vm);
        if (run) {
            OK(run_kill(run, 9, &err));
            OK(run_stop(run, "destroyed", "destroy", DEADLINE_NEVER, &err));
        }
        VIEW_AUTO view = vm_view_get(vm);
        g_assert_cmpint(view->id, ==, -1);
        if (life == 0)
            OK(verb_start(&err));
    }
    fake_join();
    vm_unref(vm);
    registry_free(reg);
    event_hub_free(hub);
    g_assert_cmpint(defs_alive, ==, 0);
    g_assert_cmpint(backends_alive, ==, 0);
}

static void
judge(const struct verb *verb, int rc, const struct err *err)
{
    if (rc == 0) {
        /* An offload has no answer to damage, a sleep none to wait for. */
        g_assert_true(hit_kind != WAIT_CALL || target_fault == FAULT_EXIT); /* seen after the answer */
        g_assert_true(target_fault != FAULT_EOF);
        return;
    }
    g_assert_cmpint(err->code, !=, VIR_ERR_OK);
    g_assert_nonnull(err->message);
    switch (target_fault) {
    case FAULT_EOF:
    case FAULT_EXIT:
        g_assert_true(err->stale);
        g_assert_nonnull(strstr(err->message, verb->api));
        break;
    case FAULT_TIMEOUT:
        g_assert_cmpint(err->code, ==, VIR_ERR_OPERATION_TIMEOUT);
        break;
    case FAULT_ERROR:
        g_assert_nonnull(strstr(err->message, "injected"));
        break;
    case FAULT_GARBAGE:
        g_assert_nonnull(strstr(err->message, "makes no sense"));
        break;
    case FAULT_NONE:
        g_error("%s: %s", verb->api, err->message);
    }
}

static void
sweep(gconstpointer arg)
{
    const struct verb *verb = arg;
    target_api = verb->api;
    target_nth = 0;
    target_fault = FAULT_NONE;
    waits = 0;
    hit = false;
    {
        ERR_AUTO err = ERR_INIT;
        set_up(verb->runs);
        OK(verb->run(&err));
        tear_down();
    }
    unsigned n = waits, cases = 0;
    g_assert_cmpuint(n, >, 0);
    for (target_nth = 1; target_nth <= n; target_nth++) {
        for (int f = FAULT_EOF; f <= FAULT_GARBAGE; f++) {
            for (int again = 0; again < 2; again++) {
                ERR_AUTO err = ERR_INIT;
                target_fault = f;
                set_up(verb->runs);
                hit = false;
                with_restart = again;
                int rc = verb->run(&err);
                g_assert_true(hit);
                judge(verb, rc, &err);
                if (with_restart)
                    g_thread_join(restarter);
                with_restart = false;
                tear_down();
                cases++;
            }
        }
    }
    g_test_message("%s: %u waits, %u cases", verb->api, n, cases);
}

/* ---- a guest that never answers ------------------------------------------------------------- */

static void
test_silent(void)
{
    ERR_AUTO err = ERR_INIT;
    target_api = "none";
    set_up(true);
    {
        struct turn_request req = { .turn_class = TURN_QUERY, .need = TURN_RUNNING, .api = "query" };
        TURN_AUTO turn = NULL;
        OK(turn_begin(vm, &req, &turn, &err));
        struct call call = { .what = "query-block", .channel = RUN_MONITOR, .start = silent,
                             .arg = turn_backend(turn), .deadline = deadline_in_ms(5) };
        g_assert_cmpint(turn_call(turn, &call, NULL, &err), ==, -1);
        g_assert_cmpint(err.code, ==, VIR_ERR_OPERATION_TIMEOUT);
    }
    tear_down(); /* destroy does not need its answer */
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++) {
        g_autofree char *path = g_strdup_printf("/faults/%s", verbs[i].api);
        g_test_add_data_func(path, &verbs[i], sweep);
    }
    g_test_add_func("/faults/silent", test_silent);
    return g_test_run();
}
