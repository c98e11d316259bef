/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * fake: see fake.h.
 */
#include "fake.h"

#include "base/clock.h"

#include <string.h>

atomic_int defs_alive, backends_alive, stops_run;

const struct domain_def *
fake_def(int number)
{
    struct domain_def *d = g_new0(struct domain_def, 1);
    atomic_init(&d->refs, 1);
    d->number = number;
    atomic_fetch_add(&defs_alive, 1);
    return d;
}

static const struct domain_def *
fake_def_ref(const struct domain_def *d)
{
    atomic_fetch_add(&((struct domain_def *)d)->refs, 1);
    return d;
}

static void
fake_def_unref(const struct domain_def *d)
{
    if (atomic_fetch_sub(&((struct domain_def *)d)->refs, 1) == 1) {
        atomic_fetch_sub(&defs_alive, 1);
        g_free((void *)d);
    }
}

struct backend *
fake_backend(void)
{
    struct backend *b = g_new0(struct backend, 1);
    b->alive = 0x600d;
    pthread_mutex_init(&b->lock, NULL);
    g_queue_init(&b->requests);
    atomic_fetch_add(&backends_alive, 1);
    return b;
}

void
fake_backend_free(void *opaque)
{
    struct backend *b = opaque;
    struct pending *p;
    while ((p = g_queue_pop_head(&b->requests)))
        pending_drop(p);
    b->alive = 0xdead;
    pthread_mutex_destroy(&b->lock);
    atomic_fetch_sub(&backends_alive, 1);
    g_free(b);
}

int
fake_start(struct pending *p, void *arg, struct err *err)
{
    struct backend *b = arg;
    pthread_mutex_lock(&b->lock);
    g_queue_push_tail(&b->requests, p);
    pthread_mutex_unlock(&b->lock);
    return 0;
}

struct pending *
fake_take_request(struct backend *b)
{
    pthread_mutex_lock(&b->lock);
    struct pending *p = g_queue_pop_head(&b->requests);
    pthread_mutex_unlock(&b->lock);
    return p;
}

const struct run_end fake_crashed = { VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_CRASHED,
                                             VIR_DOMAIN_EVENT_STOPPED_CRASHED };

struct event *
fake_event(const struct vm_view *view, int event, int detail)
{
    struct event *ev = event_new(EVENT_DOMAIN, VIR_DOMAIN_EVENT_ID_LIFECYCLE);
    ev->about.domain.name = g_strdup(view->name);
    memcpy(ev->about.domain.uuid, view->uuid, UUID_LEN);
    ev->about.domain.id = view->id;
    ev->u.lifecycle.event = event;
    ev->u.lifecycle.detail = detail;
    return ev;
}

void
fake_stop(struct turn *turn, struct run *run)
{
    struct backend *b = run_backend(run);
    g_assert_cmpint(b->alive, ==, 0x600d);
    struct pending *p;
    while ((p = fake_take_request(b)))
        pending_drop(p);
    struct run_end end = run_get_end(run, &fake_crashed);
    atomic_fetch_add(&stops_run, 1);
    turn_end_run(turn, &end, fake_event(turn_view(turn), VIR_DOMAIN_EVENT_STOPPED, end.event_detail));
}

static pthread_mutex_t fake_threads_lock = PTHREAD_MUTEX_INITIALIZER;
static GSList *fake_threads;
void (*fake_spawn)(void (*fn)(void *), void *arg);

void
fake_thread(const char *name, GThreadFunc fn, void *arg)
{
    GThread *t = g_thread_new(name, fn, arg);
    pthread_mutex_lock(&fake_threads_lock);
    fake_threads = g_slist_prepend(fake_threads, t);
    pthread_mutex_unlock(&fake_threads_lock);
}

static void
fake_spawn_any(void (*fn)(void *), void *arg)
{
    if (fake_spawn)
        fake_spawn(fn, arg);
    else
        fake_thread("fake-stop", (GThreadFunc)(void (*)(void))fn, arg);
}

void
fake_join(void)
{
    pthread_mutex_lock(&fake_threads_lock);
    GSList *threads = fake_threads;
    fake_threads = NULL;
    pthread_mutex_unlock(&fake_threads_lock);
    g_slist_free_full(threads, (GDestroyNotify)(void (*)(void))g_thread_join);
}

const struct vm_class fake_class = {
    .name = "fake",
    .err_domain = VIR_FROM_TEST,
    .def_ref = fake_def_ref,
    .def_unref = fake_def_unref,
    .stop = fake_stop,
    .spawn = fake_spawn_any,
};

void
fake_uuid(unsigned char uuid[UUID_LEN], int n)
{
    memset(uuid, 0x5a, UUID_LEN);
    memcpy(uuid + 12, &n, sizeof(n));
}

int
fake_define(struct registry *reg, const char *name, int n, int number, struct err *err)
{
    unsigned char uuid[UUID_LEN];
    fake_uuid(uuid, n);
    static const struct turn_request req = { .turn_class = TURN_MODIFY, .api = "define",
                                              .deadline = DEADLINE_NEVER };
    TURN_AUTO turn = NULL;
    if (registry_claim(reg, name, uuid, 0, &req, &turn, NULL, err) < 0)
        return -1;
    return turn_publish(turn, &(struct vm_change){ .what = CHANGE_CONFIG, .config = fake_def(number) }, err);
}

int
fake_boot(struct vm *vm, int ask, struct err *err)
{
    static const struct turn_request req = {
        .turn_class = TURN_MODIFY, .need = TURN_NOT_RUNNING, .api = "create", .deadline = DEADLINE_NEVER
    };
    TURN_AUTO turn = NULL;
    if (turn_begin(vm, &req, &turn, err) < 0)
        return -1;
    struct backend *b = fake_backend();
    struct run_start start = {
        .state = VIR_DOMAIN_PAUSED, .reason = VIR_DOMAIN_PAUSED_STARTING_UP, .live = fake_def(100),
        .backend = b, .free_backend = fake_backend_free,
    };
    if (turn_start_run(turn, &start, err) < 0)
        return -1;
    if (ask) {
        struct call call = { .what = "hello", .channel = RUN_MONITOR, .start = fake_start, .arg = b };
        if (turn_call(turn, &call, NULL, err) < 0) {
            turn_end_run(turn, &fake_crashed, NULL);
            return -1;
        }
    }
    struct vm_change running = { .what = CHANGE_STATE,
                                 .state = VIR_DOMAIN_RUNNING,
                                 .reason = VIR_DOMAIN_RUNNING_BOOTED };
    if (turn_publish(turn, &running, err) < 0) {
        turn_end_run(turn, &fake_crashed, NULL);
        return -1;
    }
    turn_emit(turn, fake_event(turn_view(turn), VIR_DOMAIN_EVENT_STARTED, 0));
    return 0;
}
