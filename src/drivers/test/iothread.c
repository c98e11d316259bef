/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * iothread: a guest's I/O threads.
 *
 * Called by: clients.  Waits: for a turn.
 */
#include "drivers/test/guest.h"
#include "drivers/test/verbs.h"

#include "base/typed_params.h"
#include "model/devices.h"
#include "model/tune.h"

#include <string.h>

#define ERR_FROM VIR_FROM_TEST

#define AFFECT (VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_AFFECT_CONFIG)

int
test_domain_get_iothread_info(struct drv_conn *conn, const struct domain_ref *dom,
                              virDomainIOThreadInfoPtr **result, unsigned int flags, struct err *err)
{
    VIEW_AUTO view = NULL;
    DOMAIN_DEF_AUTO copy = NULL;
    const struct domain_def *def =
        test_read_one(conn, dom, flags, AFFECT, "virDomainGetIOThreadInfo", &view, err);
    virDomainIOThreadInfoPtr *list;
    unsigned n;

    if (!def)
        return -1;
    copy = domain_def_copy(def);
    def_list_iothreads(copy);
    n = copy->n_iothreadids;
    if (!n)
        return 0;
    list = g_new0(virDomainIOThreadInfoPtr, n + 1);
    for (unsigned i = 0; i < n; i++) {
        unsigned id = copy->iothreadids[i]->id;
        const char *cpuset = def_iothread_pin(copy, id);
        size_t len = (VIR_NODEINFO_MAXCPUS(test_conn(conn)->node) + 7) / 8;

        list[i] = g_new0(virDomainIOThreadInfo, 1);
        list[i]->iothread_id = id;
        list[i]->cpumap = g_malloc0(len);
        list[i]->cpumaplen = (int)len;
        /* One that is pinned nowhere has as many processors as the guest has. */
        cpuset_to_bytes(cpuset, def_vcpus(copy), list[i]->cpumap, len);
    }
    *result = list;
    return (int)n;
}

/* What the edits below are given. */
struct thread {
    unsigned id;
    const char *cpuset;
    virTypedParameterPtr params;
    int nparams;
};

static int
need_thread(const struct domain_def *def, unsigned id, int from, struct err *err)
{
    if (def_iothread(def, id))
        return 0;
    return err_set_from(err, from, VIR_ERR_INVALID_ARG, "guest '%s' has no I/O thread %u", def->name, id);
}

static int
edit_pin(struct domain_def *def, bool live, void *arg, struct err *err)
{
    const struct thread *t = arg;

    def_list_iothreads(def);
    if (*t->cpuset == '\0')
        return err_set(err, VIR_ERR_INVALID_ARG, "an empty set of processors was given to pin to");
    if (need_thread(def, t->id, VIR_FROM_TEST, err) < 0)
        return -1;
    def_set_iothread_pin(def, t->id, t->cpuset);
    return 0;
}

int
test_domain_pin_iothread(struct drv_conn *conn, const struct domain_ref *dom, unsigned int id,
                         unsigned char *cpumap, int maplen, unsigned int flags, struct err *err)
{
    g_autofree char *cpuset = cpuset_from_bytes(cpumap, (size_t)maplen);
    struct thread thread = { .id = id, .cpuset = cpuset };

    return test_edit_one(conn, dom, flags, AFFECT, "virDomainPinIOThread", edit_pin, &thread, err);
}

static int
edit_add(struct domain_def *def, bool live, void *arg, struct err *err)
{
    const struct thread *t = arg;

    def_list_iothreads(def);
    if (def_iothread(def, t->id))
        return err_set_from(err, VIR_FROM_DOMAIN, VIR_ERR_INVALID_ARG,
                            "guest '%s' has an I/O thread %u already", def->name, t->id);
    def_add_iothread(def, t->id);
    return 0;
}

int
test_domain_add_iothread(struct drv_conn *conn, const struct domain_ref *dom, unsigned int id,
                         unsigned int flags, struct err *err)
{
    struct thread thread = { .id = id };

    if (flags_check(flags, AFFECT, "virDomainAddIOThread", err) < 0)
        return -1;
    if (id == 0)
        return err_set(err, VIR_ERR_INVALID_ARG, "numbers of I/O threads start at 1");
    return test_edit_one(conn, dom, flags, AFFECT, "virDomainAddIOThread", edit_add, &thread, err);
}

static int
edit_delete(struct domain_def *def, bool live, void *arg, struct err *err)
{
    const struct thread *t = arg;

    def_list_iothreads(def);
    if (need_thread(def, t->id, VIR_FROM_DOMAIN, err) < 0)
        return -1;
    for (uint32_t i = 0; i < def->n_disks; i++)
        if (def->disks[i]->driver && def->disks[i]->driver->iothread == t->id)
            return err_set_from(err, VIR_FROM_DOMAIN, VIR_ERR_INVALID_ARG,
                                "I/O thread %u is used by disk '%s'", t->id, def->disks[i]->target);
    for (uint32_t i = 0; i < def->n_controllers; i++)
        if (def->controllers[i]->driver && def->controllers[i]->driver->iothread == t->id)
            return err_set_from(err, VIR_FROM_DOMAIN, VIR_ERR_INVALID_ARG,
                                "I/O thread %u is used by controller %u", t->id, def->controllers[i]->index);
    def_remove_iothread(def, t->id);
    return 0;
}

int
test_domain_del_iothread(struct drv_conn *conn, const struct domain_ref *dom, unsigned int id,
                         unsigned int flags, struct err *err)
{
    struct thread thread = { .id = id };

    return test_edit_one(conn, dom, flags, AFFECT, "virDomainDelIOThread", edit_delete, &thread, err);
}

/* How a thread polls is nothing to note down here. */
static int
edit_params(struct domain_def *def, bool live, void *arg, struct err *err)
{
    static const struct typed_param_rule rules[] = {
        { VIR_DOMAIN_IOTHREAD_POLL_MAX_NS, VIR_TYPED_PARAM_ULLONG, false },
        { VIR_DOMAIN_IOTHREAD_POLL_GROW, VIR_TYPED_PARAM_UINT, false },
        { VIR_DOMAIN_IOTHREAD_POLL_SHRINK, VIR_TYPED_PARAM_UINT, false },
    };
    const struct thread *t = arg;

    def_list_iothreads(def);
    return need_thread(def, t->id, VIR_FROM_TEST, err) < 0
           ? -1 : typed_params_check(t->params, t->nparams, rules, G_N_ELEMENTS(rules), err);
}

int
test_domain_set_iothread_params(struct drv_conn *conn, const struct domain_ref *dom, unsigned int id,
                                virTypedParameterPtr params, int nparams, unsigned int flags, struct err *err)
{
    struct thread thread = { .id = id, .params = params, .nparams = nparams };

    return test_edit_one(conn, dom, flags, VIR_DOMAIN_AFFECT_LIVE, "virDomainSetIOThreadParams", edit_params,
                         &thread, err);
}
