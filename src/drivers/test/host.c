/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * host: the test host itself.
 *
 * Called by: clients.  Nothing waits.
 */
#include "drivers/test/guest.h"
#include "drivers/test/verbs.h"

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

/* ---- what the host has ------------------------------------------------------------------ */

int
test_node_get_info(struct drv_conn *conn, virNodeInfoPtr info, struct err *err)
{
    *info = test_conn(conn)->node;
    return 0;
}

/* Cells of 2 and 4 GiB with eight processors each; the second has large small pages. */
static const struct { unsigned long long kib; unsigned page; } cells[TEST_CELLS] = { { 2097152, 4 }, { 4194304, 8 } };

int
test_node_get_cells_free_memory(struct drv_conn *conn, unsigned long long *free, int start, int max, struct err *err)
{
    int ncells = test_conn(conn)->ncells, n = 0;

    if (start >= ncells)
        return err_set(err, VIR_ERR_INVALID_ARG, "the test host has %d NUMA cells: there is none with number %d", ncells,
                       start);
    for (; n < max && start + n < ncells; n++)
        free[n] = cells[start + n].kib;
    return n;
}

/* Half of all. */
int
test_node_get_free_memory(struct drv_conn *conn, unsigned long long *result, struct err *err)
{
    *result = 0;
    for (int i = 0; i < test_conn(conn)->ncells; i++)
        *result += cells[i].kib / 2;
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
test_node_get_cpu_stats(struct drv_conn *conn, int cpu, virNodeCPUStatsPtr params, int *nparams, unsigned int flags,
                        struct err *err)
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
    if (flags_check(flags, 0, "virConnectGetSysinfo", err) < 0)
        return -1;
    *result = g_strdup("<sysinfo type='smbios'>\n  <bios>\n    <entry name='vendor'>LENOVO</entry>\n"
                       "    <entry name='version'>G4ETA1WW (2.61 )</entry>\n    <entry name='date'>05/07/2014</entry>\n"
                       "    <entry name='release'>2.61</entry>\n  </bios>\n</sysinfo>\n");
    return 0;
}

/* ---- what it can run ------------------------------------------------------------------------ */

int
test_connect_get_max_vcpus(struct drv_conn *conn, const char *type, struct err *err)
{
    return TEST_MAX_VCPUS;
}

static void
add_cells(GString *xml, int ncells)
{
    static const unsigned large[] = { 2048, 1048576 };

    g_string_append_printf(xml, "    <topology>\n      <cells num='%d'>\n", ncells);
    for (int cell = 0; cell < ncells; cell++) {
        g_string_append_printf(xml, "        <cell id='%d'>\n          <memory unit='KiB'>%llu</memory>\n", cell,
                               cells[cell].kib);
        g_string_append_printf(xml, "          <pages unit='KiB' size='%u'>%llu</pages>\n", cells[cell].page,
                               cells[cell].kib / cells[cell].page);
        for (size_t i = 0; i < G_N_ELEMENTS(large); i++)
            g_string_append_printf(xml, "          <pages unit='KiB' size='%u'>0</pages>\n", large[i]);
        g_string_append_printf(xml, "          <cpus num='%d'>\n", TEST_HOST_CPUS / TEST_CELLS);
        for (int core = 0; core < TEST_HOST_CPUS / TEST_CELLS; core++) {
            int id = cell * (TEST_HOST_CPUS / TEST_CELLS) + core;

            g_string_append_printf(xml, "            <cpu id='%d' socket_id='%d' die_id='0' core_id='%d' siblings='%d'/>\n",
                                   id, cell, core, id);
        }
        g_string_append(xml, "          </cpus>\n        </cell>\n");
    }
    g_string_append(xml, "      </cells>\n    </topology>\n");
}

int
test_connect_get_capabilities(struct drv_conn *conn, char **result, struct err *err)
{
    static const char *const types[] = { "hvm", "xen" };
    static const unsigned pages[] = { 4, 8, 2048, 1048576 };
    int ncells = test_conn(conn)->ncells;
    GString *xml = g_string_new("<capabilities>\n\n  <host>\n    <cpu>\n      <arch>i686</arch>\n"
                                "      <features>\n        <pae/>\n        <nonpae/>\n      </features>\n");

    for (size_t i = 0; i < G_N_ELEMENTS(pages); i++)
        g_string_append_printf(xml, "      <pages unit='KiB' size='%u'/>\n", pages[i]);
    g_string_append(xml, "    </cpu>\n    <power_management/>\n    <iommu support='no'/>\n");
    add_cells(xml, ncells);
    g_string_append(xml, "    <secmodel>\n      <model>testSecurity</model>\n      <doi></doi>\n    </secmodel>\n  </host>\n\n");
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
        g_string_append_printf(xml, "  <guest>\n    <os_type>%s</os_type>\n    <arch name='i686'>\n"
                               "      <wordsize>32</wordsize>\n      <emulator>/usr/bin/test-hv</emulator>\n"
                               "      <domain type='test'/>\n    </arch>\n"
                               "    <features>\n      <pae/>\n      <nonpae/>\n    </features>\n  </guest>\n\n", types[i]);
    g_string_append(xml, "</capabilities>\n");
    *result = g_string_free(xml, FALSE);
    return 0;
}

/* ---- named models of processors ----------------------------------------------------------------- */

static const char *const x86[] = {
    "486", "pentium", "pentium2", "pentium3", "pentiumpro", "coreduo", "n270", "core2duo", "qemu32", "kvm32",
    "cpu64-rhel5", "cpu64-rhel6", "qemu64", "kvm64", "Conroe", "Penryn", "Nehalem", "Nehalem-IBRS", "Westmere",
    "Westmere-IBRS", "SandyBridge", "SandyBridge-IBRS", "IvyBridge", "IvyBridge-IBRS", "Haswell-noTSX",
    "Haswell-noTSX-IBRS", "Haswell", "Haswell-IBRS", "Broadwell-noTSX", "Broadwell-noTSX-IBRS", "Broadwell",
    "Broadwell-IBRS", "Skylake-Client", "Skylake-Client-IBRS", "Skylake-Client-noTSX-IBRS", "Skylake-Server",
    "Skylake-Server-IBRS", "Skylake-Server-noTSX-IBRS", "Cascadelake-Server", "Cascadelake-Server-noTSX",
    "Icelake-Client", "Icelake-Client-noTSX", "Icelake-Server", "Icelake-Server-noTSX", "Cooperlake", "Snowridge",
    "athlon", "phenom", "Opteron_G1", "Opteron_G2", "Opteron_G3", "Opteron_G4", "Opteron_G5", "EPYC", "EPYC-IBPB",
    "EPYC-Rome", "EPYC-Milan", "Dhyana", NULL,
};
static const char *const ppc64[] = {
    "POWER6", "POWER7", "POWER8", "POWER9", "POWER10", "POWERPC_e5500", "POWERPC_e6500", NULL,
};
static const char *const none[] = { NULL };

static const struct { enum arch arch; const char *const *names; } model_lists[] = {
    { ARCH_I686, x86 }, { ARCH_X86_64, x86 }, { ARCH_PPC64, ppc64 }, { ARCH_PPC64LE, ppc64 },
    { ARCH_AARCH64, none }, { ARCH_S390X, none }, { ARCH_S390, none }, { ARCH_ARMV7L, none }, { ARCH_ARMV6L, none },
};

int
test_connect_get_cpu_model_names(struct drv_conn *conn, const char *name, char ***models, unsigned int flags,
                                 struct err *err)
{
    enum arch arch;

    if (flags_check(flags, 0, "virConnectGetCPUModelNames", err) < 0)
        return -1;
    arch = (enum arch)model_enum_from(&arch_enum, name);
    if (!arch)
        return err_set(err, VIR_ERR_INVALID_ARG, "there is no architecture '%s'", name);
    for (size_t i = 0; i < G_N_ELEMENTS(model_lists); i++) {
        if (model_lists[i].arch != arch)
            continue;
        if (models)
            *models = g_strdupv((char **)model_lists[i].names);
        return (int)g_strv_length((char **)model_lists[i].names);
    }
    return err_set_from(err, VIR_FROM_CPU, VIR_ERR_NO_SUPPORT, "no models of processors are known for '%s'", name);
}
