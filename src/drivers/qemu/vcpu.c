/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * vcpu: how many processors a guest has, and which are plugged while it runs.
 *
 * Called by: clients, start.  Waits: for QEMU, for the disk.
 */
#include "drivers/qemu/monitor.h"
#include "drivers/qemu/start.h"
#include "drivers/qemu/stats.h"
#include "drivers/qemu/status.h"
#include "drivers/qemu/verbs.h"
#include "model/tune.h"

#include <sched.h>
#include <string.h>

#define ERR_FROM VIR_FROM_QEMU

static int
set_maximum(struct turn *turn, unsigned n, const struct affect *affect, struct err *err)
{
    struct domain_def *def;
    const struct domain_def *old = turn_config_def(turn);

    if (affect->live || !affect->config)
        return err_set(err, VIR_ERR_INVALID_ARG,
                       "the maximum of vCPUs can only change in the definition (flag CONFIG, not LIVE)");
    if (old->cpu && old->cpu->topology)
        return err_set(
            err, VIR_ERR_INVALID_ARG,
            "guest '%s' has a CPU topology, which says how many vCPUs there are: change that instead",
            old->name);
    def = domain_def_copy(old);
    def_set_max_vcpus(def, n);
    return guest_save_config(turn, def, err);
}

/* ---- what QEMU has room for ----------------------------------------------------------------- */

/* Plugs in what holds the vcpus from `first` on, as it stands in QEMU's list. */
static int
plug_item(struct turn *turn, json_t *item, unsigned first, struct err *err)
{
    g_autofree char *id = g_strdup_printf("vcpu%u", first);
    json_t *args = json_copy(json_object_get(item, "props"));

    json_object_set(args, "driver", json_object_get(item, "type"));
    json_object_set_new(args, "id", json_string(id));
    if (monitor_call(turn, "device_add", args, NULL, err) < 0)
        return err_context(err, "cannot plug in vCPU %u", first);
    json_object_set_new(item, "qom-path", json_null());     /* it is there now */
    return 0;
}

static unsigned
vcpus_of_item(const json_t *item)
{
    return (unsigned)json_integer_value(json_object_get(item, "vcpus-count"));
}

/* Plugs in until there are n. */
static int
plug(struct turn *turn, unsigned have, unsigned n, struct err *err)
{
    JSON_AUTO all = NULL;
    unsigned first = 0;

    if (monitor_call(turn, "query-hotpluggable-cpus", NULL, &all, err) < 0)
        return -1;
    /* QEMU lists the last one first. */
    for (size_t i = json_array_size(all); i-- > 0 && have < n;) {
        json_t *item = json_array_get(all, i);

        if (!json_object_get(item, "qom-path")) {
            if (plug_item(turn, item, first, err) < 0)
                return -1;
            have += vcpus_of_item(item);
        }
        first += vcpus_of_item(item);
    }
    if (have < n)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "there are only %u vCPUs that can be plugged in, not %u", have, n);
    return 0;
}

/* Those that were plugged in have a name. */
static int
unplug(struct turn *turn, unsigned have, unsigned n, struct err *err)
{
    static const char named[] = "/machine/peripheral/";
    JSON_AUTO all = NULL;

    if (monitor_call(turn, "query-hotpluggable-cpus", NULL, &all, err) < 0)
        return -1;
    for (size_t i = 0; i < json_array_size(all) && have > n; i++) {
        json_t *item = json_array_get(all, i);
        const char *path = json_string_value(json_object_get(item, "qom-path"));

        if (!path || !g_str_has_prefix(path, named))
            continue;
        if (monitor_call(turn, "device_del", json_pack("{s:s}", "id", path + strlen(named)), NULL, err) < 0)
            return -1;
        have -= MIN(have, vcpus_of_item(item));
    }
    return have <= n ? 0
                     : err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                               "%u vCPUs were there from the start: only vCPUs that were plugged in can be "
                               "unplugged",
                               have);
}

static int
compare_vcpus(const void *a, const void *b)
{
    const struct vcpu *x = *(struct vcpu *const *)a, *y = *(struct vcpu *const *)b;

    return x->order != y->order ? (x->order < y->order ? -1 : 1) : x->id < y->id ? -1 : x->id > y->id;
}

int
guest_plug_vcpus(struct turn *turn, struct err *err)
{
    const struct domain_def *live = turn_live_def(turn);
    g_autoptr(GPtrArray) wanted = g_ptr_array_new();
    JSON_AUTO all = NULL;

    for (uint32_t i = 0; i < live->n_vcpus; i++)
        if (live->vcpus[i]->enabled == TRI_YES && live->vcpus[i]->hotpluggable == TRI_YES)
            g_ptr_array_add(wanted, live->vcpus[i]);
    if (!wanted->len)
        return 0;
    g_ptr_array_sort(wanted, compare_vcpus);
    if (monitor_call(turn, "query-hotpluggable-cpus", NULL, &all, err) < 0)
        return -1;
    for (guint k = 0; k < wanted->len; k++) {
        const struct vcpu *v = wanted->pdata[k];
        unsigned first = 0;
        size_t i = json_array_size(all);

        while (i-- > 0 && v->id >= first + vcpus_of_item(json_array_get(all, i)))
            first += vcpus_of_item(json_array_get(all, i));
        if (i == (size_t)-1)
            return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "QEMU has no place for vCPU %u", v->id);
        if (!json_object_get(json_array_get(all, i), "qom-path") &&
            plug_item(turn, json_array_get(all, i), first, err) < 0)
            return -1;
    }
    return 0;
}

/* Which threads there are now, for info and statistics. */
static int
learn_again(struct turn *turn, unsigned *count, struct err *err)
{
    JSON_AUTO cpus = NULL;
    const struct guest_pub *old;
    struct guest_pub *pub;
    struct vm_change change = { .what = CHANGE_EXTRA };
    size_t n;

    if (monitor_call(turn, "query-cpus-fast", NULL, &cpus, err) < 0)
        return -1;
    old = view_pub(turn_view(turn));
    n = json_array_size(cpus);
    pub = guest_pub_copy(old, n);
    for (size_t i = 0; i < n; i++) {
        json_t *cpu = json_array_get(cpus, i);

        pub->vcpus[i].index = (int)json_integer_value(json_object_get(cpu, "cpu-index"));
        pub->vcpus[i].tid = (pid_t)json_integer_value(json_object_get(cpu, "thread-id"));
    }
    change.extra = &pub->extra;
    *count = (unsigned)n;
    return turn_publish(turn, &change, err);
}

static int
set_live(struct turn *turn, unsigned n, struct err *err)
{
    unsigned have = def_vcpus(turn_live_def(turn)), now = have;
    struct domain_def *def;
    ERR_AUTO why = ERR_INIT;
    int ret;

    if (n == have)
        return 0;
    ret = n > have ? plug(turn, have, n, &why) : unplug(turn, have, n, &why);
    /* Some may have come or gone even so: what QEMU says counts. */
    if (!why.stale && learn_again(turn, &now, ret < 0 ? NULL : &why) == 0 && now != have) {
        def = domain_def_copy(turn_live_def(turn));
        def_set_vcpus(def, now);
        if (guest_save_live(turn, def, ret < 0 ? NULL : &why) < 0 && ret == 0)
            ret = -1;
    }
    if (err_is_set(&why)) {
        err_move(err, &why);
        return -1;
    }
    return ret;
}

static int
set_vcpus(struct drv_conn *conn, const struct domain_ref *dom, unsigned n, unsigned flags, const char *api,
          struct err *err)
{
    TURN_AUTO turn = NULL;
    const struct vm_view *view;
    struct affect affect;
    struct domain_def *def;

    if (n == 0)
        return err_set(err, VIR_ERR_INVALID_ARG, "a guest cannot have no vCPU at all");
    if (domain_turn(conn, dom, TURN_MODIFY, TURN_ANY, api, &turn, err) < 0)
        return -1;
    view = turn_view(turn);
    if (domain_affect(view, flags, &affect, err) < 0)
        return -1;
    if (flags & VIR_DOMAIN_VCPU_GUEST)
        return err_set(err, VIR_ERR_AGENT_UNRESPONSIVE, "the guest agent of '%s' is not connected",
                       view->name);
    if (flags & VIR_DOMAIN_VCPU_MAXIMUM)
        return set_maximum(turn, n, &affect, err);
    if (affect.live && n > def_max_vcpus(view->live))
        return err_set(err, VIR_ERR_INVALID_ARG, "%u vCPUs are more than the running guest's maximum of %u",
                       n, def_max_vcpus(view->live));
    if (affect.config && n > def_max_vcpus(view->config))
        return err_set(err, VIR_ERR_INVALID_ARG, "%u vCPUs are more than the definition's maximum of %u", n,
                       def_max_vcpus(view->config));
    if (affect.live && set_live(turn, n, err) < 0)
        return -1;
    if (!affect.config)
        return 0;
    def = domain_def_copy(turn_config_def(turn));
    def_set_vcpus(def, n);
    return guest_save_config(turn, def, err);
}

int
qemu_domain_set_vcpus_flags(struct drv_conn *conn, const struct domain_ref *dom, unsigned int n,
                            unsigned int flags, struct err *err)
{
    if (flags_check(flags, VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_AFFECT_CONFIG | VIR_DOMAIN_VCPU_MAXIMUM |
                    VIR_DOMAIN_VCPU_GUEST | VIR_DOMAIN_VCPU_HOTPLUGGABLE, "virDomainSetVcpusFlags", err) < 0)
        return -1;
    return set_vcpus(conn, dom, n, flags, "virDomainSetVcpusFlags", err);
}

int
qemu_domain_set_vcpus(struct drv_conn *conn, const struct domain_ref *dom, unsigned int n, struct err *err)
{
    return set_vcpus(conn, dom, n, VIR_DOMAIN_AFFECT_LIVE, "virDomainSetVcpus", err);
}

int
qemu_domain_get_vcpus(struct drv_conn *conn, const struct domain_ref *dom, virVcpuInfoPtr info, int maxinfo,
                      unsigned char *cpumaps, int maplen, struct err *err)
{
    VIEW_AUTO view = domain_view(conn, dom, err);
    const struct guest_pub *pub;
    int n = 0;

    if (!view)
        return -1;
    pub = view_pub(view);
    if (!pub)
        return err_set(err, VIR_ERR_OPERATION_INVALID, "guest '%s' does not run: its vCPUs have no times",
                       view->name);
    if (cpumaps)
        memset(cpumaps, 0, (size_t)maplen * (size_t)maxinfo);
    for (size_t i = 0; i < pub->nvcpus && n < maxinfo; i++, n++) {
        struct thread_times times = { 0 };
        cpu_set_t set;

        thread_read_times(pub->pid, pub->vcpus[i].tid, &times);
        if (info)
            info[n] = (virVcpuInfo){ .number = (unsigned)pub->vcpus[i].index, .state = VIR_VCPU_RUNNING,
                                     .cpuTime = times.time, .cpu = times.cpu };
        if (!cpumaps || sched_getaffinity(pub->vcpus[i].tid, sizeof(set), &set) < 0)
            continue;
        for (int c = 0; c < maplen * 8 && c < CPU_SETSIZE; c++)
            if (CPU_ISSET(c, &set))
                cpumaps[n * maplen + c / 8] |= (unsigned char)(1 << (c % 8));
    }
    return n;
}
