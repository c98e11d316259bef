/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * actors: see actors.h.
 */
#include "actors.h"
#include "world.h"

#include "base/clock.h"

static void
complete(void *arg)
{
    pending_complete(arg, g_strdup("{}"), g_free);
}

/* The guest answers some time. */
static int
send(struct pending *p, void *arg, struct err *err)
{
    struct backend *b = arg;
    EXPLORE_CHECK(b->alive == 0x600d);
    explore_spawn(complete, p);
    return 0;
}

static void
expect(const struct err *err, int code)
{
    if (err->code != code) {
        explore_log("code %d: %s", err->code, err_message(err));
        EXPLORE_CHECK(!"an error nobody expected");
    }
}

static struct turn_request
request(enum turn_class klass, enum turn_need need, const char *api)
{
    return (struct turn_request){ .turn_class = klass, .need = need, .api = api, .deadline = DEADLINE_NEVER };
}

/* Publishes one more device, as of what is live now; true: it was accepted. */
static bool
publish_device(struct turn *turn, struct run *run, struct err *err)
{
    const struct vm_view *view = turn_view(turn);
    int before = view->live && view->live->number != 100 ? view->live->number % 1000 : 0;
    bool dead = really_dead(run) || vm->run != run;
    struct vm_change change = { .what = CHANGE_LIVE, .live = fake_def(run_id(run) * 1000 + before + 1) };
    if (turn_publish(turn, &change, err) < 0) {
        EXPLORE_CHECK(err->stale && really_dead(run));
        return false;
    }
    EXPLORE_CHECK(!dead); /* nothing is published into a dead life */
    attached[run_id(run)]++;
    return true;
}

static void
attach_with(const struct turn_request *req)
{
    ERR_AUTO err = ERR_INIT;
    TURN_AUTO turn = NULL;
    if (turn_begin(vm, req, &turn, &err) < 0) {
        expect(&err, VIR_ERR_OPERATION_INVALID);
        return;
    }
    struct run *run = turn_run(turn);
    EXPLORE_CHECK(run != NULL); /* until the first wait */
    struct backend *b = run_backend(run);
    EXPLORE_CHECK(b->alive == 0x600d);
    struct call call = { .what = "device_add", .channel = RUN_MONITOR, .start = send, .arg = b };
    g_autofree char *answer = NULL;
    if (turn_call(turn, &call, (void **)&answer, &err) < 0) {
        explore_log("attach: %s", err_message(&err));
        EXPLORE_CHECK(err.stale && really_dead(run));
        EXPLORE_CHECK(b->alive == 0x600d); /* memory stays valid until the turn ends */
        EXPLORE_CHECK(turn_run(turn) == NULL && turn_backend(turn) == NULL && turn_live_def(turn) == NULL);
        return;
    }
    EXPLORE_CHECK(answer != NULL);
    EXPLORE_CHECK(turn_run(turn) == run && turn_backend(turn) == b);
    b->devices++;
    if (publish_device(turn, run, &err))
        turn_emit(turn, fake_event(turn_view(turn), VIR_DOMAIN_EVENT_DEFINED, 0));
}

void
attach(void *arg)
{
    struct turn_request req = request(TURN_MODIFY, TURN_RUNNING, "attach");
    attach_with(&req);
}

void
attach_beside(void *arg)
{
    struct turn_request req = request(TURN_MODIFY, TURN_RUNNING, "attach");
    req.beside = 1;
    attach_with(&req);
}

/* Ours waits for the host instead of the guest: nothing wakes it early. */
static int host_work(void *arg, struct err *err) { return 0; }

void
relabel(void *arg)
{
    ERR_AUTO err = ERR_INIT;
    struct turn_request req = request(TURN_MODIFY, TURN_RUNNING, "relabel");
    TURN_AUTO turn = NULL;
    if (turn_begin(vm, &req, &turn, &err) < 0) {
        expect(&err, VIR_ERR_OPERATION_INVALID);
        return;
    }
    struct run *run = turn_run(turn);
    EXPLORE_CHECK(run != NULL); /* until the first wait */
    int rc = turn_offload(turn, host_work, NULL, &err);
    if (rc < 0)
        EXPLORE_CHECK(err.stale && really_dead(run));
    publish_device(turn, run, &err); /* tried all the same: the second barrier */
}

void
query(void *arg)
{
    ERR_AUTO err = ERR_INIT;
    struct turn_request req = request(TURN_QUERY, TURN_RUNNING, "query");
    TURN_AUTO turn = NULL;
    if (turn_begin(vm, &req, &turn, &err) < 0) {
        expect(&err, VIR_ERR_OPERATION_INVALID);
        return;
    }
    const struct domain_def *live = turn_live_def(turn);
    struct run *run = turn_run(turn);
    EXPLORE_CHECK(run != NULL); /* until the first wait */
    struct call call = { .what = "query", .channel = RUN_MONITOR, .start = send, .arg = run_backend(run) };
    g_autofree char *answer = NULL;
    if (turn_call(turn, &call, (void **)&answer, &err) < 0)
        EXPLORE_CHECK(err.stale && really_dead(run));
    if (live)
        EXPLORE_CHECK(live->number >= 100); /* still valid memory */
}

void
read_view(void *arg)
{
    for (int i = 0; i < 2; i++) {
        VIEW_AUTO view = vm_view_get(vm);
        EXPLORE_CHECK(view != NULL);
        check_view(view);
        leaf_take(vm); /* run and view change together */
        bool same = (vm->run != NULL) == (vm->view->id != -1);
        leaf_release(vm);
        EXPLORE_CHECK(same);
    }
}

void
die(void *arg)
{
    deaths++;
    run_mark_dead(first, "the monitor was closed");
}

void
boot(void *arg)
{
    ERR_AUTO err = ERR_INIT;
    if (fake_boot(vm, 0, &err) == 0) {
        boots++;
    } else {
        expect(&err, VIR_ERR_OPERATION_INVALID);
        refused_boots++;
    }
}

/* A start that asks the guest something half-way. */
void
boot_asking(void *arg)
{
    ERR_AUTO err = ERR_INIT;
    struct turn_request req = request(TURN_MODIFY, TURN_NOT_RUNNING, "create");
    TURN_AUTO turn = NULL;
    OK(turn_begin(vm, &req, &turn, &err));
    struct backend *b = fake_backend();
    struct run_start start = { .state = VIR_DOMAIN_PAUSED, .live = fake_def(100), .backend = b,
                               .free_backend = fake_backend_free };
    OK(turn_start_run(turn, &start, &err));
    struct call call = { .what = "hello", .channel = RUN_MONITOR, .start = send, .arg = b };
    g_autofree char *answer = NULL;
    struct vm_change running = { .what = CHANGE_STATE, .state = VIR_DOMAIN_RUNNING };
    if (turn_call(turn, &call, (void **)&answer, &err) < 0 || turn_publish(turn, &running, &err) < 0) {
        EXPLORE_CHECK(err.stale);
        turn_end_run(turn, &fake_crashed, NULL);
        return;
    }
    boots++;
    turn_emit(turn, fake_event(turn_view(turn), VIR_DOMAIN_EVENT_STARTED, 0));
}

/* A start that destroy may meet half-way. */
void
boot_any(void *arg)
{
    ERR_AUTO err = ERR_INIT;
    if (fake_boot(vm, 0, &err) < 0 && !err.stale)
        expect(&err, VIR_ERR_OPERATION_INVALID);
}

void
destroy(void *arg)
{
    static const struct run_end end = { VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_DESTROYED, 1 };
    ERR_AUTO err = ERR_INIT;
    struct run *run = vm_run_get(vm);
    if (!run)
        return;
    run_set_end(run, &end);
    if (run_stop(run, "destroyed", "destroy", DEADLINE_NEVER, &err) < 0)
        EXPLORE_CHECK(!"without a deadline it sees the end");
    EXPLORE_CHECK(really_dead(run));
    leaf_take(vm);
    EXPLORE_CHECK(vm->run != run); /* torn down when it returns */
    leaf_release(vm);
    run_unref(run);
}

void
job(void *arg)
{
    ERR_AUTO err = ERR_INIT;
    struct turn_request req = request(TURN_JOB, TURN_RUNNING, "job");
    req.allows = 1;
    TURN_AUTO turn = NULL;
    if (turn_begin(vm, &req, &turn, &err) < 0) {
        expect(&err, VIR_ERR_OPERATION_INVALID);
        return;
    }
    struct run *run = turn_run(turn);
    EXPLORE_CHECK(run != NULL); /* until the first wait */
    struct call call = { .what = "migrate", .channel = RUN_MONITOR, .start = send, .arg = run_backend(run) };
    g_autofree char *answer = NULL;
    if (turn_call(turn, &call, (void **)&answer, &err) < 0) {
        if (err.code == VIR_ERR_OPERATION_ABORTED)
            EXPLORE_CHECK(turn_job_aborted(turn));
        else
            EXPLORE_CHECK(err.stale && really_dead(run));
        return;
    }
    publish_device(turn, run, &err);
}

void
abort_job(void *arg)
{
    ERR_AUTO err = ERR_INIT;
    if (vm_job_abort(vm, &err) < 0)
        expect(&err, VIR_ERR_OPERATION_INVALID);
}

static void
note_device(struct note *note, void *arg)
{
    const struct vm_view *view = note_view(note);
    int before = view->live && view->live->number != 100 ? view->live->number % 1000 : 0;
    int id = view->id;
    EXPLORE_CHECK(note->vm->run == note->run);
    bool dead = really_dead(note->run);
    struct vm_change change = { .what = CHANGE_LIVE, .live = fake_def(id * 1000 + before + 1) };
    if (note_publish(note, &change) == 0) {
        EXPLORE_CHECK(!dead);
        attached[id]++;
        note_emit(note, fake_event(note_view(note), VIR_DOMAIN_EVENT_DEFINED, 0));
    }
}

static void count_note(void *arg) { late++; }

void
post_notes(void *arg)
{
    static int nothing;
    run_note(first, note_device, &nothing, count_note);
    run_note(first, note_device, &nothing, count_note);
}

void
check_notes(void)
{
    EXPLORE_CHECK(late == 2); /* run or not, each is freed */
    if (!deaths)
        EXPLORE_CHECK(attached[1] >= 2);
    check();
}

/* ---- deadline against answer ---------------------------------------------------------------- */

static bool answered;

static void
answer_some_time(void *arg)
{
    pending_complete(arg, g_strdup("{}"), g_free);
    answered = true;
}

static int
send_slow(struct pending *p, void *arg, struct err *err)
{
    explore_spawn(answer_some_time, p);
    return 0;
}

void
query_deadline(void *arg)
{
    ERR_AUTO err = ERR_INIT;
    struct turn_request req = request(TURN_QUERY, TURN_RUNNING, "query");
    TURN_AUTO turn = NULL;
    if (turn_begin(vm, &req, &turn, &err) < 0)
        return;
    struct call call = { .what = "slow", .channel = RUN_MONITOR, .start = send_slow,
                         .deadline = clock_now() + NSEC_PER_SEC };
    g_autofree char *answer = NULL;
    if (turn_call(turn, &call, (void **)&answer, &err) < 0 && !err.stale)
        expect(&err, VIR_ERR_OPERATION_TIMEOUT);
}

/* All have answered by now: so it counts as answering, whoever was first. */
void
check_answering(void)
{
    EXPLORE_CHECK(answered);
    EXPLORE_CHECK(atomic_load(&first->since[RUN_MONITOR]) == 0);
    const struct vm_view *view = vm_view_get(vm);
    EXPLORE_CHECK(view->unresponsive_since == 0);
    vm_view_unref(view);
    check();
}

void
busy_deadline(void *arg)
{
    ERR_AUTO err = ERR_INIT;
    struct turn_request req = request(TURN_MODIFY, TURN_RUNNING, "short");
    req.deadline = clock_now() + NSEC_PER_SEC;
    TURN_AUTO turn = NULL;
    if (turn_begin(vm, &req, &turn, &err) < 0) {
        if (err.code != VIR_ERR_OPERATION_INVALID)
            expect(&err, VIR_ERR_OPERATION_TIMEOUT);
        return;
    }
    struct run *run = turn_run(turn);
    if (run)
        publish_device(turn, run, &err);
}

/* The deadline of destroy against a holder: what it could not finish follows. */
void
destroy_deadline(void *arg)
{
    ERR_AUTO err = ERR_INIT;
    if (run_stop(first, "destroyed", "destroy", clock_now() + NSEC_PER_SEC, &err) < 0)
        expect(&err, VIR_ERR_OPERATION_TIMEOUT);
    deaths++;
}

void
check_stopped(void)
{
    EXPLORE_CHECK(vm->run == NULL);
    EXPLORE_CHECK(atomic_load(&stops_run) == 1);
    check();
}

void
check_dead(void)
{
    EXPLORE_CHECK(atomic_load(&stops_run) == 1); /* once, whoever asked */
    EXPLORE_CHECK(boots + refused_boots <= 1);
    EXPLORE_CHECK((vm->run != NULL) == (boots == 1));
    check();
}

/* ---- registry ------------------------------------------------------------------------------- */

void
rename_it(void *arg)
{
    ERR_AUTO err = ERR_INIT;
    struct turn_request req = request(TURN_MODIFY, TURN_NOT_RUNNING, "rename");
    TURN_AUTO turn = NULL;
    if (turn_begin(vm, &req, &turn, &err) < 0) {
        expect(&err, VIR_ERR_NO_DOMAIN);
        return;
    }
    OK(registry_rename(turn, "b", &(struct vm_change){ .what = CHANGE_CONFIG, .config = fake_def(2) }, &err));
    EXPLORE_CHECK(strcmp(turn_view(turn)->name, "b") == 0);
}

void
undefine_it(void *arg)
{
    ERR_AUTO err = ERR_INIT;
    struct turn_request req = request(TURN_MODIFY, TURN_NOT_RUNNING, "undefine");
    TURN_AUTO turn = NULL;
    if (turn_begin(vm, &req, &turn, &err) < 0) {
        expect(&err, VIR_ERR_NO_DOMAIN);
        return;
    }
    OK(registry_undefine(turn, &err));
}

/* Name and definition change together: nobody sees one without the other. */
void
look_up(void *arg)
{
    static const char *const name[] = { "a", "b" };
    for (int i = 0; i < 2; i++) {
        VM_AUTO found = registry_by_name(reg, name[i], NULL);
        if (!found)
            continue;
        VIEW_AUTO view = vm_view_get(found);
        if (view)
            EXPLORE_CHECK(view->config->number == (strcmp(view->name, "a") == 0 ? 1 : 2));
    }
    VIEW_LIST_AUTO list;
    registry_list(reg, NULL, NULL, &list);
    EXPLORE_CHECK(list.n <= 1);
}

void
check_undefined(void)
{
    EXPLORE_CHECK(vm->gone);
    EXPLORE_CHECK(registry_count(reg, true, true) == 0);
    check();
}

/* Two define the same new guest, of which one fails; one reads. */
static int defined;

void
define_new(void *arg)
{
    ERR_AUTO err = ERR_INIT;
    unsigned char uuid[UUID_LEN];
    fake_uuid(uuid, 5);
    struct turn_request req = request(TURN_MODIFY, TURN_ANY, "define");
    TURN_AUTO turn = NULL;
    OK(registry_claim(reg, "n", uuid, 0, &req, &turn, NULL, &err));
    OK(turn_publish(turn, &(struct vm_change){ .what = CHANGE_CONFIG, .config = fake_def(5) }, &err));
    defined++;
}

void
define_failing(void *arg)
{
    ERR_AUTO err = ERR_INIT;
    unsigned char uuid[UUID_LEN];
    fake_uuid(uuid, 5);
    struct turn_request req = request(TURN_MODIFY, TURN_ANY, "define");
    TURN_AUTO turn = NULL;
    OK(registry_claim(reg, "n", uuid, 0, &req, &turn, NULL, &err));
    int rc = turn_offload(turn, host_work, NULL, &err); /* as if the disk were full */
    EXPLORE_CHECK(rc == 0);
}

void
look_up_new(void *arg)
{
    VM_AUTO found = registry_by_name(reg, "n", NULL);
    if (!found)
        return;
    VIEW_AUTO view = vm_view_get(found);
    EXPLORE_CHECK(view && view->config && view->config->number == 5); /* never half-made */
}

void
check_defined(void)
{
    struct vm *n = registry_by_name(reg, "n", NULL);
    EXPLORE_CHECK(n != NULL);
    vm_unref(n);
    check();
}
