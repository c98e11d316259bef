/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * stats-all: the statistics of many guests in one call.
 *
 * Guests are asked in parallel, each with one batch of short requests: the
 * thread that makes the call and a few helpers take guests from a common list.
 * A guest that does not answer costs its helper a short deadline, and then
 * nobody anything until it answers again; what is known without it is given.
 * Called by: clients.  Waits: for QEMU.
 */
#include "base/clock.h"
#include "base/typed_params.h"
#include "drivers/qemu/memory.h"
#include "drivers/qemu/monitor.h"
#include "drivers/qemu/stats.h"
#include "drivers/qemu/verbs.h"

#include <stdlib.h>
#include <string.h>

#define ERR_FROM VIR_FROM_QEMU

#define DEADLINE_MS 3000
/* A guest that has not answered somebody else for so long is not asked. */
#define SILENT_MS 1000
#define SILENT_NOWAIT_MS 30
#define HELPERS_MAX 8

struct params {
    virTypedParameterPtr list;
    int n, max;
};

/* What the monitor said; each may be NULL. */
struct answers {
    json_t *blocks, *guest_stats, *dirty_rate;
};

static G_GNUC_PRINTF(2, 3) const char *
name_of(char buf[VIR_TYPED_PARAM_FIELD_LENGTH], const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    g_vsnprintf(buf, VIR_TYPED_PARAM_FIELD_LENGTH, fmt, ap);
    va_end(ap);
    return buf;
}

#define ADD(kind, value, ...) \
    do { \
        char name_buf[VIR_TYPED_PARAM_FIELD_LENGTH]; \
        typed_params_add_##kind(&p->list, &p->n, &p->max, name_of(name_buf, __VA_ARGS__), (value)); \
    } while (0)

static void
add_state(struct params *p, const struct vm_view *view)
{
    ADD(int, view->state, "state.state");
    ADD(int, view->reason, "state.reason");
}

static void
add_cpu(struct params *p, const struct vm_view *view)
{
    const struct guest_pub *pub = view_pub(view);
    struct thread_times times;

    if (!pub || !thread_read_times(pub->pid, 0, &times))
        return;
    ADD(ullong, guest_pub_cpu_time(pub), "cpu.time");
    ADD(ullong, times.user, "cpu.user");
    ADD(ullong, times.system, "cpu.system");
    ADD(uint, 0, "cpu.cache.monitor.count");
    ADD(ullong, 0, "cpu.haltpoll.success.time");
    ADD(ullong, 0, "cpu.haltpoll.fail.time");
}

static void
add_balloon(struct params *p, const struct vm_view *view, const struct answers *a)
{
    const struct guest_pub *pub = view_pub(view);

    ADD(ullong, view_memory(view), "balloon.current");
    ADD(ullong, def_max_memory(vm_view_def(view)), "balloon.maximum");
    if (!pub)
        return;
    for (size_t i = 0; i < nballoon_stats; i++) {
        unsigned long long value;

        if (balloon_stat_value(a->guest_stats, &balloon_stats[i], &value))
            ADD(ullong, value, "%s", balloon_stats[i].param);
    }
    if (pub->has_balloon)
        ADD(ullong, (unsigned long long)json_integer_value(json_object_get(a->guest_stats, "last-update")),
            "balloon.last-update");
    ADD(ullong, process_rss_kib(pub->pid), "balloon.rss");
}

static void
add_vcpu(struct params *p, const struct vm_view *view)
{
    const struct guest_pub *pub = view_pub(view);
    const struct domain_def *def = vm_view_def(view);

    ADD(uint, def_vcpus(def), "vcpu.current");
    ADD(uint, def_max_vcpus(def), "vcpu.maximum");
    for (size_t i = 0; pub && i < pub->nvcpus; i++) {
        struct thread_times times;
        int index = pub->vcpus[i].index;

        if (!thread_read_times(pub->pid, pub->vcpus[i].tid, &times))
            continue;
        ADD(int, VIR_VCPU_RUNNING, "vcpu.%d.state", index);
        ADD(ullong, times.time, "vcpu.%d.time", index);
        ADD(ullong, times.wait, "vcpu.%d.wait", index);
        ADD(ullong, times.delay, "vcpu.%d.delay", index);
    }
}

static void
add_net(struct params *p, const struct vm_view *view, const char *proc_net_dev)
{
    if (!view->live)
        return;
    ADD(uint, view->live->n_interfaces, "net.count");
    for (uint32_t i = 0; i < view->live->n_interfaces; i++) {
        const struct domain_interface *iface = view->live->interfaces[i];
        struct interface_counters c;

        if (!iface->target)
            continue;
        ADD(string, iface->target, "net.%u.name", i);
        if (!interface_find(proc_net_dev, iface, &c))
            continue;
        ADD(ullong, (unsigned long long)c.rx_bytes, "net.%u.rx.bytes", i);
        ADD(ullong, (unsigned long long)c.rx_packets, "net.%u.rx.pkts", i);
        ADD(ullong, (unsigned long long)c.rx_errs, "net.%u.rx.errs", i);
        ADD(ullong, (unsigned long long)c.rx_drop, "net.%u.rx.drop", i);
        ADD(ullong, (unsigned long long)c.tx_bytes, "net.%u.tx.bytes", i);
        ADD(ullong, (unsigned long long)c.tx_packets, "net.%u.tx.pkts", i);
        ADD(ullong, (unsigned long long)c.tx_errs, "net.%u.tx.errs", i);
        ADD(ullong, (unsigned long long)c.tx_drop, "net.%u.tx.drop", i);
    }
}

static void
add_disk(struct params *p, const struct vm_view *view, const struct domain_disk *disk, unsigned i,
         json_t *entry)
{
    static const struct { const char *param, *key; } counters[] = {
        { "rd.reqs", "rd_operations" },      { "rd.bytes", "rd_bytes" },
        { "rd.times", "rd_total_time_ns" },  { "wr.reqs", "wr_operations" },
        { "wr.bytes", "wr_bytes" },          { "wr.times", "wr_total_time_ns" },
        { "fl.reqs", "flush_operations" },   { "fl.times", "flush_total_time_ns" },
    };
    const char *path = disk_path(disk);
    json_t *stats = json_object_get(entry, "stats");
    struct block_size size;

    if (disk->target)
        ADD(string, disk->target, "block.%u.name", i);
    if (path)
        ADD(string, path, "block.%u.path", i);
    if (view->live && disk->source && disk->source->src.index)
        ADD(uint, disk->source->src.index, "block.%u.backingIndex", i);
    for (size_t k = 0; stats && k < G_N_ELEMENTS(counters); k++)
        ADD(ullong, (unsigned long long)json_integer_value(json_object_get(stats, counters[k].key)),
            "block.%u.%s", i, counters[k].param);
    if (!path || block_get_size(disk, entry, &size, NULL) < 0)
        return;
    if (view->live)
        ADD(ullong, size.allocation, "block.%u.allocation", i);
    ADD(ullong, size.capacity, "block.%u.capacity", i);
    ADD(ullong, size.physical, "block.%u.physical", i);
}

static void
add_block(struct params *p, const struct vm_view *view, const struct answers *a)
{
    const struct domain_def *def = vm_view_def(view);

    ADD(uint, def->n_disks, "block.count");
    for (uint32_t i = 0; i < def->n_disks; i++)
        add_disk(p, view, def->disks[i], i, a->blocks ? block_find_stats(a->blocks, def->disks[i]) : NULL);
}

static void
add_dirty_rate(struct params *p, const struct answers *a)
{
    static const char *const states[] = { "unstarted", "measuring", "measured" };
    const char *state = json_string_value(json_object_get(a->dirty_rate, "status"));
    const char *mode = json_string_value(json_object_get(a->dirty_rate, "mode"));
    json_t *rate = json_object_get(a->dirty_rate, "dirty-rate");

    for (int i = 0; state && i < 3; i++)
        if (strcmp(state, states[i]) == 0)
            ADD(int, i, "dirtyrate.calc_status");
    if (!state)
        return;
    ADD(llong, json_integer_value(json_object_get(a->dirty_rate, "start-time")), "dirtyrate.calc_start_time");
    ADD(int, (int)json_integer_value(json_object_get(a->dirty_rate, "calc-time")), "dirtyrate.calc_period");
    if (mode)
        ADD(string, mode, "dirtyrate.calc_mode");
    if (rate && strcmp(state, "measured") == 0)
        ADD(llong, json_integer_value(rate), "dirtyrate.megabytes_per_second");
}

/* ---- asking --------------------------------------------------------------------------------- */

#define ALL_STATS                                                                                            \
    (VIR_DOMAIN_STATS_STATE | VIR_DOMAIN_STATS_CPU_TOTAL | VIR_DOMAIN_STATS_BALLOON |                        \
     VIR_DOMAIN_STATS_VCPU | VIR_DOMAIN_STATS_INTERFACE | VIR_DOMAIN_STATS_BLOCK | VIR_DOMAIN_STATS_PERF |   \
     VIR_DOMAIN_STATS_IOTHREAD | VIR_DOMAIN_STATS_MEMORY | VIR_DOMAIN_STATS_DIRTYRATE)

struct item { struct vm *vm; virTypedParameterPtr params; int nparams; struct domain_ref ref; bool gone; };

struct survey {
    gint refs;
    unsigned stats, flags;
    char *proc_net_dev;
    struct item *items;
    size_t n;
    int64_t deadline; /* for all of them */
    gint next;
    GMutex lock;
    GCond changed;
    size_t left;    /* items not done */
};

static bool
is_silent(struct survey *s, struct item *item)
{
    RUN_AUTO run = vm_run_get(item->vm);
    struct guest *guest = run ? run_backend(run) : NULL;
    struct qmp *qmp = guest ? g_atomic_pointer_get(&guest->qmp) : NULL;
    int64_t since = qmp ? qmp_waiting_since(qmp) : 0;
    bool nowait = s->flags & VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT;

    return since && clock_now() - since > (nowait ? SILENT_NOWAIT_MS : SILENT_MS) * NSEC_PER_MSEC;
}

static void
ask(struct survey *s, struct item *item, const struct vm_view *view, struct answers *a)
{
    TURN_AUTO turn = NULL;
    struct turn_request req = { .turn_class = TURN_QUERY,
                                .need = TURN_RUNNING,
                                .api = "virConnectGetAllDomainStats",
                                .deadline = s->deadline,
                                .nowait = s->flags & VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT };
    struct monitor_cmd cmds[3];
    json_t **where[3];
    json_t *args;
    size_t n = 0;
    ERR_AUTO err = ERR_INIT;

    memset(cmds, 0, sizeof(cmds));
    if ((s->stats & VIR_DOMAIN_STATS_BLOCK) && view->live->n_disks) {
        where[n] = &a->blocks;
        cmds[n++].command = "query-blockstats";
    }
    if ((s->stats & VIR_DOMAIN_STATS_BALLOON) && view->live->memballoon &&
        view->live->memballoon->stats_period && (args = balloon_stats_args(view->live))) {
        where[n] = &a->guest_stats;
        cmds[n].args = args;
        cmds[n++].command = "qom-get";
    }
    if (s->stats & VIR_DOMAIN_STATS_DIRTYRATE) {
        where[n] = &a->dirty_rate;
        cmds[n++].command = "query-dirty-rate";
    }
    if (n == 0)
        return;
    if (turn_begin(item->vm, &req, &turn, &err) < 0 || monitor_batch(turn, cmds, n, req.deadline, &err) < 0) {
        monitor_cmds_clear(cmds, n);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        *where[i] = cmds[i].value;
        cmds[i].value = NULL;
    }
    monitor_cmds_clear(cmds, n);
}

static void
collect(struct survey *s, struct item *item)
{
    VIEW_AUTO view = vm_view_get(item->vm);
    struct answers a = { NULL, NULL, NULL };
    struct params params = { NULL, 0, 0 }, *p = &params;

    if (!view) {
        item->gone = true;
        return;
    }
    if (vm_view_is_active(view) && !is_silent(s, item))
        ask(s, item, view, &a);
    if (s->stats & VIR_DOMAIN_STATS_STATE)
        add_state(p, view);
    if (s->stats & VIR_DOMAIN_STATS_CPU_TOTAL)
        add_cpu(p, view);
    if (s->stats & VIR_DOMAIN_STATS_BALLOON)
        add_balloon(p, view, &a);
    if (s->stats & VIR_DOMAIN_STATS_VCPU)
        add_vcpu(p, view);
    if (s->stats & VIR_DOMAIN_STATS_INTERFACE)
        add_net(p, view, s->proc_net_dev);
    if (s->stats & VIR_DOMAIN_STATS_BLOCK)
        add_block(p, view, &a);
    if ((s->stats & VIR_DOMAIN_STATS_DIRTYRATE) && vm_view_is_active(view))
        add_dirty_rate(p, &a);
    json_decref(a.blocks);
    json_decref(a.guest_stats);
    json_decref(a.dirty_rate);
    item->params = params.list;
    item->nparams = params.n;
    view_to_ref(view, &item->ref);
}

static void
survey_unref(struct survey *s)
{
    if (!g_atomic_int_dec_and_test(&s->refs))
        return;
    for (size_t i = 0; i < s->n; i++) {
        vm_unref(s->items[i].vm);
        typed_params_free(s->items[i].params, s->items[i].nparams);
        domain_ref_clear(&s->items[i].ref);
    }
    g_free(s->items);
    g_free(s->proc_net_dev);
    g_mutex_clear(&s->lock);
    g_cond_clear(&s->changed);
    g_free(s);
}

static void
take_items(struct survey *s)
{
    for (;;) {
        size_t i = (size_t)g_atomic_int_add(&s->next, 1);

        if (i >= s->n)
            return;
        collect(s, &s->items[i]);
        g_mutex_lock(&s->lock);
        if (--s->left == 0)
            g_cond_signal(&s->changed);
        g_mutex_unlock(&s->lock);
    }
}

static void
helper(void *arg)
{
    take_items(arg);
    survey_unref(arg);
}

static struct survey *
survey_new(struct qemu_driver *drv, const struct domain_ref *doms, size_t ndoms, unsigned flags,
           struct err *err)
{
    struct survey *s = g_new0(struct survey, 1);

    s->refs = 1;
    g_mutex_init(&s->lock);
    g_cond_init(&s->changed);
    if (doms) {
        s->items = g_new0(struct item, ndoms ? ndoms : 1);
        for (size_t i = 0; i < ndoms; i++) {
            struct vm *vm = registry_by_ref(drv->registry, &doms[i], err);

            if (!vm) {
                survey_unref(s);
                return NULL;
            }
            s->items[s->n++].vm = vm;
        }
    } else {
        size_t n;
        struct vm **vms = registry_vms(drv->registry, &n);

        s->items = g_new0(struct item, n ? n : 1);
        for (size_t i = 0; i < n; i++) {
            VIEW_AUTO view = vm_view_get(vms[i]);

            if (view && view_matches_list_flags(view, flags))
                s->items[s->n++].vm = vms[i];
            else
                vm_unref(vms[i]);
        }
        g_free(vms);
    }
    s->left = s->n;
    return s;
}

int
qemu_connect_get_all_domain_stats(struct drv_conn *conn, const struct domain_ref *doms, size_t ndoms,
                                  unsigned int stats, struct domain_stats_list *result, unsigned int flags,
                                  struct err *err)
{
    struct qemu_driver *drv = conn_driver(conn);
    const unsigned own = VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT |
                         VIR_CONNECT_GET_ALL_DOMAINS_STATS_BACKING |
                         VIR_CONNECT_GET_ALL_DOMAINS_STATS_ENFORCE_STATS;
    struct survey *s;
    int helpers;

    if (flags_check(flags, own | 0xfffu, "virConnectGetAllDomainStats", err) < 0)
        return -1;
    if ((flags & VIR_CONNECT_GET_ALL_DOMAINS_STATS_ENFORCE_STATS) && (stats & ~(unsigned)ALL_STATS))
        return err_set(err, VIR_ERR_ARGUMENT_UNSUPPORTED, "there are no statistics for the bits 0x%x",
                       stats & ~(unsigned)ALL_STATS);
    if (!(s = survey_new(drv, doms, ndoms, flags & ~own, err)))
        return -1;
    s->stats = stats ? stats : ALL_STATS;
    s->flags = flags;
    s->deadline = deadline_in_ms(DEADLINE_MS);
    if (s->stats & VIR_DOMAIN_STATS_INTERFACE)
        s->proc_net_dev = interface_read_all();
    helpers = (int)MIN(s->n > 0 ? s->n - 1 : 0, HELPERS_MAX);
    for (int i = 0; i < helpers; i++) {
        g_atomic_int_inc(&s->refs);
        driver_spawn(drv, helper, s);
    }
    take_items(s);
    g_mutex_lock(&s->lock);
    while (s->left > 0)
        g_cond_wait(&s->changed, &s->lock);
    g_mutex_unlock(&s->lock);

    result->items = g_new0(struct domain_stats, s->n ? s->n : 1);
    result->n = 0;
    for (size_t i = 0; i < s->n; i++) {
        struct item *item = &s->items[i];

        if (item->gone)
            continue;
        result->items[result->n++] = (struct domain_stats){ item->ref, item->params, item->nparams };
        item->params = NULL;
        item->nparams = 0;
        memset(&item->ref, 0, sizeof(item->ref));
    }
    survey_unref(s);
    return (int)result->n;
}
