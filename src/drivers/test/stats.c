/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * stats: figures of a guest.  What would grow follows the clock, the rest is made up and stays.
 *
 * Called by: clients.  Nothing waits.
 */
#include "drivers/test/guest.h"
#include "drivers/test/verbs.h"

#include "base/typed_params.h"
#include "driver/params.h"
#include "model/devices.h"

#include <string.h>

#define ERR_FROM VIR_FROM_TEST

static int
not_running(const struct vm_view *view, struct err *err)
{
    return vm_view_is_active(view)
               ? 0
               : err_set(err, VIR_ERR_OPERATION_INVALID, "guest '%s' does not run", view->name);
}

/* ---- disks ---------------------------------------------------------------------------------- */

static int
need_disk(const struct domain_def *def, const char *name, const struct domain_disk **disk, struct err *err)
{
    *disk = def_disk_by_name(def, name);
    return *disk ? 0 : err_set(err, VIR_ERR_INVALID_ARG, "guest '%s' has no disk '%s'", def->name, name);
}

int
test_domain_block_stats(struct drv_conn *conn, const struct domain_ref *dom, const char *name,
                        virDomainBlockStatsPtr stats, size_t size, struct err *err)
{
    VIEW_AUTO view = NULL;
    const struct domain_disk *disk;
    long long now = g_get_real_time();

    if (*name == '\0')
        return err_set(err, VIR_ERR_OPERATION_UNSUPPORTED, "figures of all disks together are not known");
    if (!(view = domain_view(conn, dom, err)) || not_running(view, err) < 0 ||
        need_disk(view->live, name, &disk, err) < 0)
        return -1;
    *stats = (virDomainBlockStatsStruct){ .rd_req = now / 10, .rd_bytes = now / 20, .wr_req = now / 30,
                                          .wr_bytes = now / 40, .errs = now / G_USEC_PER_SEC / 2 };
    return 0;
}

int
test_domain_get_block_info(struct drv_conn *conn, const struct domain_ref *dom, const char *name,
                           virDomainBlockInfoPtr info, unsigned int flags, struct err *err)
{
    VIEW_AUTO view = NULL;
    const struct domain_disk *disk;

    if (flags_check(flags, 0, "virDomainGetBlockInfo", err) < 0 || !(view = domain_view(conn, dom, err)) ||
        need_disk(vm_view_def(view), name, &disk, err) < 0)
        return -1;
    if (!disk_path(disk))
        return err_set(err, VIR_ERR_INVALID_ARG, "there is nothing in drive '%s' of guest '%s'", name,
                       view->name);
    *info = (virDomainBlockInfo){ .capacity = 1099506450432,
                                  .allocation = 1099511627776,
                                  .physical = 1099511627776 };
    return 0;
}

/* ---- interfaces ----------------------------------------------------------------------------- */

int
test_domain_interface_stats(struct drv_conn *conn, const struct domain_ref *dom, const char *device,
                            virDomainInterfaceStatsPtr stats, size_t size, struct err *err)
{
    VIEW_AUTO view = domain_view(conn, dom, err);
    long long now = g_get_real_time(), seconds = now / G_USEC_PER_SEC;

    if (!view || not_running(view, err) < 0)
        return -1;
    if (!def_interface_by_name(view->live, device))
        return err_set_from(err, VIR_FROM_DOMAIN, VIR_ERR_INVALID_ARG, "guest '%s' has no interface '%s'",
                            view->name, device);
    *stats = (virDomainInterfaceStatsStruct){
        .rx_bytes = now / 10, .rx_packets = now / 100, .rx_errs = seconds, .rx_drop = seconds / 2,
        .tx_bytes = now / 20, .tx_packets = now / 110, .tx_errs = seconds / 3, .tx_drop = seconds / 4,
    };
    return 0;
}

/* ---- memory --------------------------------------------------------------------------------- */

int
test_domain_memory_stats(struct drv_conn *conn, const struct domain_ref *dom, virDomainMemoryStatPtr stats,
                         unsigned int nr_stats, unsigned int flags, struct err *err)
{
    VIEW_AUTO view = NULL;
    unsigned long long actual;
    unsigned n = 0;

    if (flags_check(flags, 0, "virDomainMemoryStats", err) < 0 || !(view = domain_view(conn, dom, err)))
        return -1;
    if (!vm_view_is_active(view))
        return err_not_running(err);
    if (!def_has_balloon(view->live))
        return 0;
    actual = def_memory(view->live);
    const virDomainMemoryStatStruct all[] = {
        { VIR_DOMAIN_MEMORY_STAT_ACTUAL_BALLOON, actual },
        { VIR_DOMAIN_MEMORY_STAT_SWAP_IN, 0 },
        { VIR_DOMAIN_MEMORY_STAT_SWAP_OUT, 0 },
        { VIR_DOMAIN_MEMORY_STAT_MAJOR_FAULT, 0 },
        { VIR_DOMAIN_MEMORY_STAT_MINOR_FAULT, 0 },
        { VIR_DOMAIN_MEMORY_STAT_UNUSED, actual / 2 },
        { VIR_DOMAIN_MEMORY_STAT_AVAILABLE, actual },
        { VIR_DOMAIN_MEMORY_STAT_USABLE, actual / 2 },
        { VIR_DOMAIN_MEMORY_STAT_LAST_UPDATE, TEST_CLOCK_START },
        { VIR_DOMAIN_MEMORY_STAT_DISK_CACHES, actual / 8 },
        { VIR_DOMAIN_MEMORY_STAT_HUGETLB_PGALLOC, 0 },
        { VIR_DOMAIN_MEMORY_STAT_HUGETLB_PGFAIL, 0 },
        { VIR_DOMAIN_MEMORY_STAT_RSS, actual / 2 },
    };
    for (; n < nr_stats && n < G_N_ELEMENTS(all); n++)
        stats[n] = all[n];
    return (int)n;
}

/* ---- processors ----------------------------------------------------------------------------- */

#define STAT_CPUS 2

int
test_domain_get_cpu_stats(struct drv_conn *conn, const struct domain_ref *dom, virTypedParameterPtr params,
                          unsigned int nparams, int start_cpu, unsigned int ncpus, unsigned int flags,
                          struct err *err)
{
    VIEW_AUTO view = NULL;
    unsigned n;

    if (flags_check(flags, VIR_TYPED_PARAM_STRING_OKAY, "virDomainGetCPUStats", err) < 0 ||
        !(view = domain_view(conn, dom, err)))
        return -1;
    if (!vm_view_is_active(view))
        return err_not_running(err);
    if (start_cpu == -1) {
        struct params_out out = { params, (int)nparams, 0 };

        params_out_ullong(&out, VIR_DOMAIN_CPU_STATS_CPUTIME, 48772617035);
        params_out_ullong(&out, VIR_DOMAIN_CPU_STATS_USERTIME, 5540000000);
        params_out_ullong(&out, VIR_DOMAIN_CPU_STATS_SYSTEMTIME, 6460000000);
        return params_out_count(&out);
    }
    if (ncpus == 0)
        return STAT_CPUS;
    if (nparams == 0)
        return 2;
    if (start_cpu >= STAT_CPUS)
        return err_set(err, VIR_ERR_INVALID_ARG,
                       "there are figures of %d processors: there is none with number %d", STAT_CPUS,
                       start_cpu);
    n = MIN(nparams, 2u);
    for (unsigned cpu = 0; cpu < ncpus && (unsigned)start_cpu + cpu < STAT_CPUS; cpu++) {
        struct params_out out = { params + cpu * nparams, (int)n, 0 };
        unsigned long long at = (unsigned)start_cpu + cpu;

        params_out_ullong(&out, VIR_DOMAIN_CPU_STATS_CPUTIME, 24386308517 + at);
        params_out_ullong(&out, VIR_DOMAIN_CPU_STATS_VCPUTIME, 23151740627 + at);
    }
    return (int)n;
}

/* ---- all at once ---------------------------------------------------------------------------- */

#define LIST_FILTERS \
    (VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE | VIR_CONNECT_GET_ALL_DOMAINS_STATS_INACTIVE | \
     VIR_CONNECT_GET_ALL_DOMAINS_STATS_PERSISTENT | VIR_CONNECT_GET_ALL_DOMAINS_STATS_TRANSIENT | \
     VIR_CONNECT_GET_ALL_DOMAINS_STATS_RUNNING | VIR_CONNECT_GET_ALL_DOMAINS_STATS_PAUSED | \
     VIR_CONNECT_GET_ALL_DOMAINS_STATS_SHUTOFF | VIR_CONNECT_GET_ALL_DOMAINS_STATS_OTHER)

static void
add_record(struct domain_stats_list *list, const struct vm_view *view, unsigned stats)
{
    struct domain_stats *record = &list->items[list->n++];
    int max = 0;

    view_to_ref(view, &record->dom);
    if (stats && !(stats & VIR_DOMAIN_STATS_STATE))
        return;
    typed_params_add_int(&record->params, &record->nparams, &max, VIR_DOMAIN_STATS_STATE_STATE, view->state);
    typed_params_add_int(&record->params, &record->nparams, &max, VIR_DOMAIN_STATS_STATE_REASON,
                         view->reason);
}

static bool
matches(const struct vm_view *view, void *arg)
{
    return view_matches_list_flags(view, *(unsigned *)arg & LIST_FILTERS);
}

int
test_connect_get_all_domain_stats(struct drv_conn *conn, const struct domain_ref *doms, size_t ndoms,
                                  unsigned int stats, struct domain_stats_list *result, unsigned int flags,
                                  struct err *err)
{
    VIEW_LIST_AUTO list = { 0 };

    if (flags_check(flags,
                    LIST_FILTERS | VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT |
                        VIR_CONNECT_GET_ALL_DOMAINS_STATS_BACKING |
                        VIR_CONNECT_GET_ALL_DOMAINS_STATS_ENFORCE_STATS,
                    "virConnectGetAllDomainStats", err) < 0)
        return -1;
    if (!doms) {
        registry_list(conn->guests, matches, &flags, &list);
        result->items = g_new0(struct domain_stats, list.n ? list.n : 1);
        for (size_t i = 0; i < list.n; i++)
            add_record(result, list.items[i], stats);
        return (int)result->n;
    }
    result->items = g_new0(struct domain_stats, ndoms ? ndoms : 1);
    for (size_t i = 0; i < ndoms; i++) {
        VIEW_AUTO view = registry_view(conn->guests, &doms[i], NULL);

        if (view && matches(view, &flags))
            add_record(result, view, stats);
    }
    return (int)result->n;
}
