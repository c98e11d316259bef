/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * memory: how much a guest has, and what it does with it.
 *
 * Called by: clients.  Waits: for QEMU (the balloon), for the disk.
 */
#include "drivers/qemu/memory.h"

#include "base/file.h"
#include "drivers/qemu/monitor.h"
#include "drivers/qemu/verbs.h"
#include "model/tune.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_QEMU

/* The running guest's maximum cannot change; the definition's can. */
static int
set_maximum(struct turn *turn, unsigned long kib, const struct affect *affect, struct err *err)
{
    struct domain_def *def;

    if (affect->live)
        return err_set(err, VIR_ERR_OPERATION_INVALID,
                       "the maximum memory of a running guest cannot change; change its definition");
    if (kib == 0)
        return err_set(err, VIR_ERR_INVALID_ARG, "a guest cannot have no memory at all");
    def = domain_def_copy(turn_config_def(turn));
    if (def->cpu && def->cpu->numa && def->cpu->numa->n_cells) {
        domain_def_unref(def);
        return err_set(err, VIR_ERR_OPERATION_INVALID,
                       "the memory of this guest is given per NUMA cell: change its definition instead");
    }
    def_set_max_memory(def, kib);
    return guest_save_config(turn, def, err);
}

static int
set_balloon(struct turn *turn, unsigned long kib, struct err *err)
{
    const struct domain_def *live = turn_live_def(turn);

    if (!live || !def_has_balloon(live))
        return err_set(err, VIR_ERR_OPERATION_INVALID,
                       "the guest has no memory balloon: its memory cannot change "
                       "while it runs");
    return monitor_call(turn, "balloon", json_pack("{s:I}", "value", (json_int_t)kib * 1024), NULL, err);
}

static int
set_memory(struct drv_conn *conn, const struct domain_ref *dom, unsigned long kib, unsigned flags,
           const char *api, struct err *err)
{
    TURN_AUTO turn = NULL;
    const struct vm_view *view;
    struct affect affect;
    struct domain_def *def;

    if (domain_turn(conn, dom, TURN_MODIFY, TURN_ANY, api, &turn, err) < 0)
        return -1;
    view = turn_view(turn);
    if (domain_affect(view, flags, &affect, err) < 0)
        return -1;
    if (flags & VIR_DOMAIN_MEM_MAXIMUM)
        return set_maximum(turn, kib, &affect, err);
    if ((affect.live && kib > def_max_memory(view->live)) ||
        (affect.config && kib > def_max_memory(view->config)))
        return err_set(err, VIR_ERR_INVALID_ARG,
                       "%lu KiB are more than the maximum memory of guest '%s', %llu KiB", kib, view->name,
                       def_max_memory(affect.live ? view->live : view->config));
    if (affect.live && set_balloon(turn, kib, err) < 0)
        return -1;
    if (!affect.config)
        return 0;
    def = domain_def_copy(turn_config_def(turn));
    def->current_memory = kib;
    return guest_save_config(turn, def, err);
}

int
qemu_domain_set_memory_flags(struct drv_conn *conn, const struct domain_ref *dom, unsigned long kib,
                             unsigned int flags, struct err *err)
{
    if (flags_check(flags, VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_AFFECT_CONFIG | VIR_DOMAIN_MEM_MAXIMUM,
                    "virDomainSetMemoryFlags", err) < 0)
        return -1;
    return set_memory(conn, dom, kib, flags, "virDomainSetMemoryFlags", err);
}

int
qemu_domain_set_memory(struct drv_conn *conn, const struct domain_ref *dom, unsigned long kib,
                       struct err *err)
{
    return set_memory(conn, dom, kib, VIR_DOMAIN_AFFECT_LIVE, "virDomainSetMemory", err);
}

int
qemu_domain_set_max_memory(struct drv_conn *conn, const struct domain_ref *dom, unsigned long kib,
                           struct err *err)
{
    return set_memory(conn, dom, kib, VIR_DOMAIN_MEM_MAXIMUM, "virDomainSetMaxMemory", err);
}

/* ---- statistics ----------------------------------------------------------------------------- */

unsigned long long
process_rss_kib(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/statm", pid);
    g_autofree char *text = NULL;
    unsigned long long size, resident;

    if (file_read_quiet(AT_FDCWD, path, 4096, &text) <= 0 || sscanf(text, "%llu %llu", &size, &resident) != 2)
        return 0;
    return resident * (unsigned long long)sysconf(_SC_PAGESIZE) / 1024;
}

const struct balloon_stat balloon_stats[] = {
    { "stat-swap-in", "balloon.swap_in", VIR_DOMAIN_MEMORY_STAT_SWAP_IN, 1024 },
    { "stat-swap-out", "balloon.swap_out", VIR_DOMAIN_MEMORY_STAT_SWAP_OUT, 1024 },
    { "stat-major-faults", "balloon.major_fault", VIR_DOMAIN_MEMORY_STAT_MAJOR_FAULT, 1 },
    { "stat-minor-faults", "balloon.minor_fault", VIR_DOMAIN_MEMORY_STAT_MINOR_FAULT, 1 },
    { "stat-free-memory", "balloon.unused", VIR_DOMAIN_MEMORY_STAT_UNUSED, 1024 },
    { "stat-total-memory", "balloon.available", VIR_DOMAIN_MEMORY_STAT_AVAILABLE, 1024 },
    { "stat-available-memory", "balloon.usable", VIR_DOMAIN_MEMORY_STAT_USABLE, 1024 },
    { "stat-disk-caches", "balloon.disk_caches", VIR_DOMAIN_MEMORY_STAT_DISK_CACHES, 1024 },
    { "stat-htlb-pgalloc", "balloon.hugetlb_pgalloc", VIR_DOMAIN_MEMORY_STAT_HUGETLB_PGALLOC, 1 },
    { "stat-htlb-pgfail", "balloon.hugetlb_pgfail", VIR_DOMAIN_MEMORY_STAT_HUGETLB_PGFAIL, 1 },
};
const size_t nballoon_stats = G_N_ELEMENTS(balloon_stats);

/* false: the guest has not said. */
bool
balloon_stat_value(json_t *guest_stats, const struct balloon_stat *stat, unsigned long long *value)
{
    json_t *item = json_object_get(json_object_get(guest_stats, "stats"), stat->qemu);

    /* What the guest does not report is 2^64-1, which is no integer here. */
    if (!json_is_integer(item) || json_integer_value(item) < 0)
        return false;
    *value = (unsigned long long)json_integer_value(item) / stat->divisor;
    return true;
}

json_t *
balloon_stats_args(const struct domain_def *live)
{
    g_autofree char *path = NULL;

    if (!def_has_balloon(live) || !live->memballoon->info.alias)
        return NULL;
    path = g_strdup_printf("/machine/peripheral/%s", live->memballoon->info.alias);
    return json_pack("{s:s,s:s}", "path", path, "property", "guest-stats");
}

int
qemu_domain_memory_stats(struct drv_conn *conn, const struct domain_ref *dom, virDomainMemoryStatPtr stats,
                         unsigned int nr_stats, unsigned int flags, struct err *err)
{
    TURN_AUTO turn = NULL;
    const struct vm_view *view;
    JSON_AUTO guest_stats = NULL;
    unsigned n = 0;
    json_t *args;

    if (flags_check(flags, 0, "virDomainMemoryStats", err) < 0 ||
        domain_turn(conn, dom, TURN_QUERY, TURN_RUNNING, "virDomainMemoryStats", &turn, err) < 0)
        return -1;
    view = turn_view(turn);
    args = balloon_stats_args(view->live);
#define ADD(what, amount) \
    do { \
        if (n < nr_stats) \
            stats[n++] = (virDomainMemoryStatStruct){ (what), (amount) }; \
    } while (0)
    if (args) {
        ADD(VIR_DOMAIN_MEMORY_STAT_ACTUAL_BALLOON, view_memory(view) - memory_devices_taken(view->live));
        if (monitor_call(turn, "qom-get", args, &guest_stats, err) < 0)
            return -1;
        for (size_t i = 0; i < nballoon_stats; i++) {
            unsigned long long value;

            /* Where programs print it: virsh keeps the order. */
            if (balloon_stats[i].tag == VIR_DOMAIN_MEMORY_STAT_DISK_CACHES)
                ADD(VIR_DOMAIN_MEMORY_STAT_LAST_UPDATE,
                    (unsigned long long)json_integer_value(json_object_get(guest_stats, "last-update")));
            if (balloon_stat_value(guest_stats, &balloon_stats[i], &value))
                ADD(balloon_stats[i].tag, value);
        }
    }
    if (run_pid(turn_run(turn)) > 0)
        ADD(VIR_DOMAIN_MEMORY_STAT_RSS, process_rss_kib(run_pid(turn_run(turn))));
#undef ADD
    return (int)n;
}

static void
set_period(struct domain_def *def, int period)
{
    if (def->memballoon)
        def->memballoon->stats_period = (uint32_t)period;
}

int
qemu_domain_set_memory_stats_period(struct drv_conn *conn, const struct domain_ref *dom, int period,
                                    unsigned int flags, struct err *err)
{
    TURN_AUTO turn = NULL;
    const struct vm_view *view;
    struct affect affect;
    struct domain_def *def;

    if (flags_check(flags, VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_AFFECT_CONFIG, "virDomainSetMemoryStatsPeriod",
                    err) < 0)
        return -1;
    if (period < 0)
        return err_set(err, VIR_ERR_INVALID_ARG, "a period of %d seconds makes no sense", period);
    if (domain_turn(conn, dom, TURN_MODIFY, TURN_ANY, "virDomainSetMemoryStatsPeriod", &turn, err) < 0)
        return -1;
    view = turn_view(turn);
    if (domain_affect(view, flags, &affect, err) < 0)
        return -1;
    if (!def_has_balloon(vm_view_def(view)))
        return err_set(err, VIR_ERR_OPERATION_INVALID, "guest '%s' has no memory balloon that could report",
                       view->name);
    if (affect.live) {
        g_autofree char *path = g_strdup_printf("/machine/peripheral/%s", view->live->memballoon->info.alias);

        if (monitor_call(turn, "qom-set",
                         json_pack("{s:s,s:s,s:i}", "path", path, "property", "guest-stats-polling-interval",
                                   "value", period),
                         NULL, err) < 0)
            return -1;
        def = domain_def_copy(turn_live_def(turn));
        set_period(def, period);
        if (guest_save_live(turn, def, err) < 0)
            return -1;
    }
    if (affect.config) {
        def = domain_def_copy(turn_config_def(turn));
        set_period(def, period);
        return guest_save_config(turn, def, err);
    }
    return 0;
}
