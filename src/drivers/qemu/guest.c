/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * guest: helpers that all verbs share.
 *
 * Called by: the verbs.  Only guest_turn() waits (for its turn).
 */
#include "drivers/qemu/guest.h"

#include "core/executor.h"

#include <string.h>

#define ERR_FROM VIR_FROM_QEMU

int
flags_check(unsigned flags, unsigned allowed, const char *api, struct err *err)
{
    if (flags & ~allowed)
        return err_set(err, VIR_ERR_INVALID_ARG, "unsupported flags (0x%x) in function %s", flags & ~allowed, api);
    return 0;
}

int
err_not_running(struct err *err)
{
    return err_set_from(err, VIR_FROM_DOMAIN, VIR_ERR_OPERATION_INVALID, "domain is not running");
}

int
guest_turn(struct drv_conn *conn, const struct domain_ref *dom, enum turn_class klass, enum turn_need need,
           const char *api, struct turn **turn, struct err *err)
{
    VM_AUTO vm = registry_by_ref(conn_driver(conn)->registry, dom, err);
    struct turn_request req = { .turn_class = klass, .need = need, .api = api };

    if (!vm)
        return -1;
    return turn_begin(vm, &req, turn, err);
}

const struct vm_view *
guest_view(struct drv_conn *conn, const struct domain_ref *dom, struct err *err)
{
    return registry_view(conn_driver(conn)->registry, dom, err);
}

int
guest_affect(const struct vm_view *view, unsigned flags, struct affect *affect, struct err *err)
{
    bool active = vm_view_is_active(view);

    affect->live = flags & VIR_DOMAIN_AFFECT_LIVE;
    affect->config = flags & VIR_DOMAIN_AFFECT_CONFIG;
    if (!affect->live && !affect->config) {
        affect->live = active;
        affect->config = !active;
    }
    if (affect->live && !active)
        return err_not_running(err);
    if (affect->config && !view->persistent)
        return err_set_from(err, VIR_FROM_DOMAIN, VIR_ERR_OPERATION_INVALID,
                            "guest '%s' is transient and has no persistent definition to change", view->name);
    return 0;
}

static void
guest_pub_free(struct vm_extra *extra)
{
    struct guest_pub *pub = (struct guest_pub *)extra;

    g_free(pub);
}

struct guest_pub *
guest_pub_copy(const struct guest_pub *old, size_t nvcpus)
{
    struct guest_pub *pub = g_malloc0(sizeof(*pub) + nvcpus * sizeof(pub->vcpus[0]));

    if (old) {
        memcpy((char *)pub + sizeof(pub->extra), (const char *)old + sizeof(old->extra),
               sizeof(*old) - sizeof(old->extra));
        memcpy(pub->vcpus, old->vcpus, MIN(nvcpus, old->nvcpus) * sizeof(pub->vcpus[0]));
    }
    pub->nvcpus = nvcpus;
    atomic_init(&pub->extra.refs, 1);
    pub->extra.free = guest_pub_free;
    return pub;
}

unsigned long long
guest_pub_cpu_time(const struct guest_pub *pub)
{
    struct timespec ts;

    /* One system call for the sum over all threads. */
    if (!pub || pub->pid <= 0 || clock_gettime(pub->cpu_clock, &ts) < 0)
        return 0;
    return (unsigned long long)ts.tv_sec * 1000000000ull + (unsigned long long)ts.tv_nsec;
}

struct event *
guest_event(const struct vm_view *view, enum event_family family, int id)
{
    struct event *ev = event_new(family, id);

    ev->about.domain.name = g_strdup(view->name);
    memcpy(ev->about.domain.uuid, view->uuid, UUID_LEN);
    ev->about.domain.id = view->id;
    return ev;
}

struct event *
guest_lifecycle(const struct vm_view *view, int type, int detail)
{
    struct event *ev = guest_event(view, EVENT_DOMAIN, VIR_DOMAIN_EVENT_ID_LIFECYCLE);

    ev->u.lifecycle.event = type;
    ev->u.lifecycle.detail = detail;
    return ev;
}

struct job {
    struct work work;
    void (*fn)(void *arg);
    void *arg;
};

static void
job_run(struct work *work)
{
    struct job *job = (struct job *)work;

    job->fn(job->arg);
}

static void
job_done(struct work *work)
{
    g_free(work);
}

void
driver_spawn(struct qemu_driver *drv, void (*fn)(void *arg), void *arg)
{
    struct job *job = g_new0(struct job, 1);

    job->work.run = job_run;
    job->work.done = job_done;
    job->work.urgent = true;
    job->fn = fn;
    job->arg = arg;
    executor_submit(drv->executor, &job->work);
}
