/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * host: the test host itself.
 *
 * Called by: clients.  Nothing waits.
 */
#include "drivers/test/guest.h"
#include "drivers/test/verbs.h"

#include "model/capabilities-def.h"

#include <string.h>

#define ERR_FROM VIR_FROM_TEST

int
test_connect_get_type(struct drv_conn *conn, char **result, struct err *err)
{
    *result = g_strdup("TEST");
    return 0;
}

int
test_connect_get_version(struct drv_conn *conn, unsigned long *hvVer, struct err *err)
{
    *hvVer = 2;
    return 0;
}

int
test_connect_get_hostname(struct drv_conn *conn, char **result, struct err *err)
{
    *result = g_strdup(g_get_host_name());
    return 0;
}

int
test_connect_is_alive(struct drv_conn *conn, struct err *err)
{
    return 1;
}

int
test_connect_is_encrypted(struct drv_conn *conn, struct err *err)
{
    return 0;
}

int
test_connect_is_secure(struct drv_conn *conn, struct err *err)
{
    return 1;
}

/* ---- what the host has ---------------------------------------------------------------------- */

int
test_node_get_info(struct drv_conn *conn, virNodeInfoPtr info, struct err *err)
{
    *info = test_conn(conn)->node;
    return 0;
}

const struct test_cell test_cells[TEST_CELLS] = { { 2097152, 4 }, { 4194304, 8 } };

int
test_node_get_cells_free_memory(struct drv_conn *conn, unsigned long long *free, int start, int max,
                                struct err *err)
{
    int ncells = test_conn(conn)->ncells, n = 0;

    if (start >= ncells)
        return err_set(err, VIR_ERR_INVALID_ARG,
                       "the test host has %d NUMA cells: there is none with number %d", ncells, start);
    for (; n < max && start + n < ncells; n++)
        free[n] = test_cells[start + n].kib;
    return n;
}

/* Half of all. */
int
test_node_get_free_memory(struct drv_conn *conn, unsigned long long *result, struct err *err)
{
    *result = 0;
    for (int i = 0; i < test_conn(conn)->ncells; i++)
        *result += test_cells[i].kib / 2;
    return 0;
}

/* A made-up series, the same whatever is asked for; nobody counts the cells. */
int
test_node_get_free_pages(struct drv_conn *conn, unsigned int npages, unsigned int *pages, int start,
                         unsigned int ncells, unsigned long long *counts, unsigned int flags, struct err *err)
{
    unsigned long long x = 6;

    if (flags_check(flags, 0, "virNodeGetFreePages", err) < 0)
        return -1;
    for (size_t i = 0; i < (size_t)npages * ncells; i++)
        counts[i] = x = x * 2 + 7;
    return 0;
}

int
test_node_get_cpu_map(struct drv_conn *conn, unsigned char **cpumap, unsigned int *online, unsigned int flags,
                      struct err *err)
{
    if (flags_check(flags, 0, "virNodeGetCPUMap", err) < 0)
        return -1;
    if (cpumap) {
        *cpumap = g_malloc0(1);
        **cpumap = 0x15;
    }
    if (online)
        *online = 3;
    return 8;
}

int
test_node_get_cpu_stats(struct drv_conn *conn, int cpu, virNodeCPUStatsPtr params, int *nparams,
                        unsigned int flags, struct err *err)
{
    static const struct { const char *name; unsigned long long value; } stats[] = {
        { VIR_NODE_CPU_STATS_USER, 9797400000 }, { VIR_NODE_CPU_STATS_KERNEL, 34678723400000 },
        { VIR_NODE_CPU_STATS_IDLE, 87264900000 }, { VIR_NODE_CPU_STATS_IOWAIT, 763600000 },
    };

    if (flags_check(flags, 0, "virNodeGetCPUStats", err) < 0)
        return -1;
    if (!params) {
        *nparams = G_N_ELEMENTS(stats);
        return 0;
    }
    for (int i = 0; i < *nparams && i < (int)G_N_ELEMENTS(stats); i++) {
        g_strlcpy(params[i].field, stats[i].name, sizeof(params[i].field));
        params[i].value = stats[i].value;
    }
    return 0;
}

int
test_node_get_security_model(struct drv_conn *conn, virSecurityModelPtr model, struct err *err)
{
    memset(model, 0, sizeof(*model));
    g_strlcpy(model->model, "testSecurity", sizeof(model->model));
    return 0;
}

int
test_connect_get_sysinfo(struct drv_conn *conn, unsigned int flags, char **result, struct err *err)
{
    static const struct {
        const char *name, *value;
    } bios[] = {
        { "vendor", "LENOVO" },
        { "version", "G4ETA1WW (2.61 )" },
        { "date", "05/07/2014" },
        { "release", "2.61" },
    };

    if (flags_check(flags, 0, "virConnectGetSysinfo", err) < 0)
        return -1;
    HOST_SYSINFO_AUTO def = host_sysinfo_new();

    def->type = SYSINFO_TYPE_SMBIOS;
    def->bios = model_new(def, struct sysinfo_block);
    for (size_t i = 0; i < G_N_ELEMENTS(bios); i++) {
        struct sysinfo_entry *e = model_new(def, struct sysinfo_entry);

        e->name = bios[i].name;
        e->value = bios[i].value;
        model_list_append(def, def->bios->entries, def->bios->n_entries, e);
    }
    *result = host_sysinfo_format(def, 0);
    return 0;
}
