/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * stats: bulk statistics: domains as handles outside, as references inside.
 * Waits: for the driver.
 */
#include "base/typed_params.h"
#include "lib/entry.h"

#include <stdlib.h>

static int
get_stats(struct entry *e, const struct domain_ref *doms, size_t ndoms, unsigned int stats,
          virDomainStatsRecordPtr **records, unsigned int flags)
{
    struct drv_conn *drv = e->conn->drv;
    struct domain_stats_list list = { 0 };
    int n;

    if (!drv->hypervisor || !drv->hypervisor->connect_get_all_domain_stats)
        return entry_no_support(e);
    if (drv->hypervisor->connect_get_all_domain_stats(drv, doms, ndoms, stats, &list, flags, &e->err) < 0)
        return entry_fail(e);
    n = list.n;
    *records = g_new0(virDomainStatsRecordPtr, n + 1);
    for (int i = 0; i < n; i++) {
        virDomainStatsRecordPtr record = g_new0(virDomainStatsRecord, 1);

        record->dom = handle_new_domain(e->conn, &list.items[i].dom);
        record->params = g_steal_pointer(&list.items[i].params);
        record->nparams = list.items[i].nparams;
        (*records)[i] = record;
    }
    domain_stats_list_clear(&list);
    return n;
}

int
virConnectGetAllDomainStats(virConnectPtr conn, unsigned int stats, virDomainStatsRecordPtr **retStats,
                            unsigned int flags)
{
    ENTRY("virConnectGetAllDomainStats", VIR_FROM_DOMAIN);

    if (!entry_self(&e, HANDLE_conn, conn) || !entry_nonnull(&e, "retStats", retStats))
        return entry_fail(&e);
    *retStats = NULL;
    return get_stats(&e, NULL, 0, stats, retStats, flags);
}

int
virDomainListGetStats(virDomainPtr *doms, unsigned int stats, virDomainStatsRecordPtr **retStats,
                      unsigned int flags)
{
    ENTRY("virDomainListGetStats", VIR_FROM_DOMAIN);
    g_autofree struct domain_ref *refs = NULL;
    size_t n = 0;

    if (!entry_nonnull(&e, "doms", doms) || !entry_nonnull(&e, "retStats", retStats))
        return entry_fail(&e);
    if (!*doms)
        return entry_set(&e, VIR_ERR_INVALID_ARG, "the list of domains is empty");
    *retStats = NULL;
    if (!entry_self(&e, HANDLE_domain, doms[0]))
        return entry_fail(&e);
    while (doms[n]) {
        if (!entry_other(&e, HANDLE_domain, doms[n]))
            return entry_fail(&e);
        n++;
    }
    refs = g_new0(struct domain_ref, n);
    for (size_t i = 0; i < n; i++)
        refs[i] = doms[i]->ref; /* borrowed */
    return get_stats(&e, refs, n, stats, retStats, flags);
}

void
virDomainStatsRecordListFree(virDomainStatsRecordPtr *stats)
{
    if (!stats)
        return;
    for (virDomainStatsRecordPtr *record = stats; *record; record++) {
        typed_params_free((*record)->params, (*record)->nparams);
        virDomainFree((*record)->dom);
        free(*record);
    }
    free(stats);
}
