/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host and the hypervisor: what they are, have and use. */
#include "cmd.h"
#include "cpumap.h"
#include "lookup.h"
#include "params.h"
#include "xml.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool
cmd_capabilities(struct shell *sh, const struct call *call)
{
    auto_lib char *xml = virConnectGetCapabilities(sh->conn);
    if (!xml)
        return fail(sh, "failed to get capabilities");
    return xml_show_line(sh, call, xml);
}

bool
cmd_domcapabilities(struct shell *sh, const struct call *call)
{
    const char *type = NULL, *emulator = NULL, *arch = NULL, *machine = NULL;
    unsigned int flags = 0;
    if (opt_string(sh, call, "virttype", &type) < 0 || opt_string(sh, call, "emulatorbin", &emulator) < 0 ||
        opt_string(sh, call, "arch", &arch) < 0 || opt_string(sh, call, "machine", &machine) < 0)
        return false;
#if API_12
    if (opt_flag(call, "disable-deprecated-features"))
        flags |= VIR_CONNECT_GET_DOMAIN_CAPABILITIES_DISABLE_DEPRECATED_FEATURES;
    if (opt_flag(call, "expand-cpu-features"))
        flags |= VIR_CONNECT_GET_DOMAIN_CAPABILITIES_EXPAND_CPU_FEATURES;
    if (opt_flag(call, "supported-cpu-features"))
        flags |= VIR_CONNECT_GET_DOMAIN_CAPABILITIES_SUPPORTED_CPU_FEATURES;
#endif
    auto_lib char *xml = virConnectGetDomainCapabilities(sh->conn, emulator, arch, machine, type, flags);
    if (!xml)
        return fail(sh, "failed to get emulator capabilities");
    return xml_show_line(sh, call, xml);
}

bool
cmd_uri(struct shell *sh, const struct call *call)
{
    auto_lib char *uri = virConnectGetURI(sh->conn);
    if (!uri)
        return fail(sh, "failed to get URI");
    out(sh, "%s\n", uri);
    return true;
}

bool
cmd_hostname(struct shell *sh, const struct call *call)
{
    auto_lib char *name = virConnectGetHostname(sh->conn);
    if (!name)
        return fail(sh, "failed to get hostname");
    out(sh, "%s\n", name);
    return true;
}

bool
cmd_sysinfo(struct shell *sh, const struct call *call)
{
    auto_lib char *text = virConnectGetSysinfo(sh->conn, 0);
    if (!text)
        return fail(sh, "failed to get sysinfo");
    out(sh, "%s", text);
    return true;
}

static void
version_line(struct shell *sh, const char *label, const char *what, unsigned long v)
{
    fact(sh, "%s: %s\n", label, "%s%s%lu.%lu.%lu", what, *what ? " " : "", v / 1000000, v / 1000 % 1000,
         v % 1000);
}

bool
cmd_version(struct shell *sh, const struct call *call)
{
    unsigned long library, driver, v;
    const char *type = virConnectGetType(sh->conn);
    if (!type)
        return fail(sh, "failed to get hypervisor type");
    version_line(sh, "Compiled against library", "libvirt", LIBVIR_VERSION_NUMBER);
    if (virGetVersion(&library, type, &driver) < 0)
        return fail(sh, "failed to get the library version");
    version_line(sh, "Using library", "libvirt", library);
    version_line(sh, "Using API", type, driver);
    if (virConnectGetVersion(sh->conn, &v) < 0) {
        if (err_code(sh) != VIR_ERR_NO_SUPPORT)
            return fail(sh, "failed to get the hypervisor version");
        err_forget(sh);
        v = 0;
    }
    if (v == 0)
        out(sh, "Cannot extract running %s hypervisor version\n", type);
    else
        version_line(sh, "Running hypervisor", type, v);
    if (opt_flag(call, "daemon")) {
        if (virConnectGetLibVersion(sh->conn, &v) < 0)
            return fail(sh, "failed to get the daemon version");
        version_line(sh, "Running against daemon", "", v);
    }
    return true;
}

bool
cmd_nodeinfo(struct shell *sh, const struct call *call)
{
    virNodeInfo info;
    g_autoptr(props) p = props_new(20);
    if (virNodeGetInfo(sh->conn, &info) < 0)
        return fail(sh, "failed to get node information");
    prop(p, "CPU model", "%s", info.model);
    prop(p, "CPU(s)", "%u", info.cpus);
    if (info.mhz)
        prop(p, "CPU frequency", "%u MHz", info.mhz);
    prop(p, "CPU socket(s)", "%u", info.sockets);
    prop(p, "Core(s) per socket", "%u", info.cores);
    prop(p, "Thread(s) per core", "%u", info.threads);
    prop(p, "NUMA cell(s)", "%u", info.nodes);
    prop(p, "Memory size", "%lu KiB", info.memory);
    props_print(sh, p);
    return true;
}

bool
cmd_nodecpumap(struct shell *sh, const struct call *call)
{
    unsigned char *map = NULL;
    unsigned int online = 0;
    int n = virNodeGetCPUMap(sh->conn, &map, &online, 0);
    g_autoptr(GString) text = g_string_new(NULL);
    if (n < 0)
        return fail(sh, "Unable to get cpu map");
    g_autoptr(props) p = props_new(15);
    prop(p, "CPUs present", "%d", n);
    prop(p, "CPUs online", "%u", online);
    if (opt_flag(call, "pretty")) {
        g_autofree char *pretty = cpumap_format(map, VIR_CPU_MAPLEN(n), n);
        g_string_append(text, pretty);
    } else {
        for (int i = 0; i < n; i++)
            g_string_append_c(text, VIR_CPU_USED(map, i) ? 'y' : '-');
    }
    prop(p, "CPU map", "%s", text->str);
    props_print(sh, p);
    free(map);
    return true;
}

/* user, system, idle, iowait, total, whether it is a percentage */
enum { CPU_USER, CPU_SYSTEM, CPU_IDLE, CPU_IOWAIT, CPU_USAGE, CPU_KINDS };
static const char *const cpu_fields[] = { VIR_NODE_CPU_STATS_USER, VIR_NODE_CPU_STATS_KERNEL,
                                          VIR_NODE_CPU_STATS_IDLE, VIR_NODE_CPU_STATS_IOWAIT,
                                          VIR_NODE_CPU_STATS_UTILIZATION };

static bool
cpu_times(struct shell *sh, int cpu, unsigned long long *v, bool *present)
{
    int n = 0;
    if (virNodeGetCPUStats(sh->conn, cpu, NULL, &n, 0) < 0)
        return fail(sh, "Unable to get number of cpu stats");
    if (n == 0)
        return true;
    g_autofree virNodeCPUStats *list = g_new0(virNodeCPUStats, n);
    if (virNodeGetCPUStats(sh->conn, cpu, list, &n, 0) < 0)
        return fail(sh, "Unable to get node cpu stats");
    for (int i = 0; i < n; i++)
        for (int k = 0; k < CPU_KINDS; k++)
            if (strcmp(list[i].field, cpu_fields[k]) == 0) {
                v[k] = list[i].value;
                present[k] = true;
            }
    return true;
}

#define CPU_LINE "%-15s %s\n"
bool
cmd_nodecpustats(struct shell *sh, const struct call *call)
{
    static const char *const labels[] = {"user", "system", "idle", "iowait"};
    int cpu = VIR_NODE_CPU_STATS_ALL_CPUS;
    unsigned long long a[CPU_KINDS] = {0}, b[CPU_KINDS] = {0};
    bool present[CPU_KINDS] = {false};
    if (opt_int(sh, call, "cpu", &cpu) < 0)
        return false;
    if (cpu < -1)
        return fail(sh, "Invalid value of cpuNum");
    if (!cpu_times(sh, cpu, a, present))
        return false;
    if (!opt_flag(call, "percent")) {
        if (present[CPU_USAGE]) {
            fact(sh, CPU_LINE, "usage:", "%5.1llu%%", a[CPU_USAGE]);
            fact(sh, CPU_LINE, "idle:", "%5.1llu%%", 100 - a[CPU_USAGE]);
        }
        for (int k = 0; k < CPU_USAGE && !present[CPU_USAGE]; k++) {
            g_autofree char *label = g_strconcat(labels[k], ":", NULL);
            if (present[k])
                fact(sh, "%-15s %20s\n", label, "%llu", a[k]);
        }
        return true;
    }
    if (present[CPU_USAGE]) {
        double usage = (double)a[CPU_USAGE];
        fact(sh, CPU_LINE, "usage:", "%5.1lf%%", usage);
        fact(sh, CPU_LINE, "idle:", "%5.1lf%%", 100 - usage);
        return true;
    }
    sleep(1);
    if (!cpu_times(sh, cpu, b, present))
        return false;
    double d[CPU_KINDS], total = 0;
    for (int k = 0; k < CPU_USAGE; k++) {
        d[k] = (double)(b[k] - a[k]);
        total += d[k];
    }
    if (total <= 0)
        total = -NAN; /* the host's clock stood still: nothing can be said */
    fact(sh, CPU_LINE, "usage:", "%5.1lf%%", (d[CPU_USER] + d[CPU_SYSTEM]) / total * 100);
    for (int k = 0; k < CPU_USAGE; k++) {
        g_autofree char *label = g_strconcat(labels[k], ":", NULL);
        if (present[k])
            fact(sh, CPU_LINE, label, "%5.1lf%%", d[k] / total * 100);
    }
    return true;
}

bool
cmd_nodememstats(struct shell *sh, const struct call *call)
{
    int cell = VIR_NODE_MEMORY_STATS_ALL_CELLS, n = 0;
    if (opt_int(sh, call, "cell", &cell) < 0)
        return false;
    if (cell < -1)
        return fail(sh, "Invalid value of cellNum");
    if (virNodeGetMemoryStats(sh->conn, cell, NULL, &n, 0) < 0)
        return fail(sh, "Unable to get number of memory stats");
    g_autofree virNodeMemoryStats *list = g_new0(virNodeMemoryStats, n + 1);
    if (n && virNodeGetMemoryStats(sh->conn, cell, list, &n, 0) < 0)
        return fail(sh, "Unable to get memory stats");
    for (int i = 0; i < n; i++)
        fact(sh, "%-7s: %24s\n", list[i].field, "%llu KiB", list[i].value);
    return true;
}

bool
cmd_nodesevinfo(struct shell *sh, const struct call *call)
{
    auto_params p = {0};
    if (virNodeGetSEVInfo(sh->conn, &p.list, &p.n, 0) < 0)
        return fail(sh, "Unable to get host SEV information");
    params_print(sh, "%-18s: %s\n", p.list, p.n);
    return true;
}

bool
cmd_node_memory_tune(struct shell *sh, const struct call *call)
{
    auto_params p = {0};
    if (params_add_uint(sh, call, "shm-pages-to-scan", VIR_NODE_MEMORY_SHARED_PAGES_TO_SCAN, &p) < 0 ||
        params_add_uint(sh, call, "shm-sleep-millisecs", VIR_NODE_MEMORY_SHARED_SLEEP_MILLISECS, &p) < 0 ||
        params_add_uint(sh, call, "shm-merge-across-nodes", VIR_NODE_MEMORY_SHARED_MERGE_ACROSS_NODES, &p) <
            0)
        return false;
    if (p.n) {
        if (virNodeSetMemoryParameters(sh->conn, p.list, p.n, 0) < 0)
            return fail(sh, "Unable to change memory parameters");
        return true;
    }
    int n = 0;
    if (virNodeGetMemoryParameters(sh->conn, NULL, &n, 0) < 0)
        return fail(sh, "Unable to get number of memory parameters");
    p.list = calloc(MAX(n, 1), sizeof(virTypedParameter));
    if (n && virNodeGetMemoryParameters(sh->conn, p.list, &n, 0) < 0)
        return fail(sh, "Unable to get memory parameters");
    p.n = n;
    fact_section(sh, "Shared memory");
    params_print(sh, "\t%-15s %s\n", p.list, p.n);
    return true;
}

bool
cmd_maxvcpus(struct shell *sh, const struct call *call)
{
    const char *type = NULL;
    if (opt_string(sh, call, "type", &type) < 0)
        return false;
    auto_lib char *xml = virConnectGetDomainCapabilities(sh->conn, NULL, NULL, NULL, type, 0);
    g_autoptr(xml_doc) doc = xml ? xml_parse(xml) : NULL;
    g_autofree char *max = doc ? xml_text(doc, NULL, "string(/domainCapabilities/vcpu/@max)") : NULL;
    if (max) {
        out(sh, "%s\n", max);
        return true;
    }
    err_forget(sh);
    int n = virConnectGetMaxVcpus(sh->conn, type);
    if (n < 0)
        return false;
    out(sh, "%d\n", n);
    return true;
}

/* ---- memory of NUMA nodes ---- */

/* Ids of the host's NUMA nodes. */
static GArray *
cells(struct shell *sh)
{
    auto_lib char *xml = virConnectGetCapabilities(sh->conn);
    g_autoptr(xml_doc) doc = xml ? xml_parse(xml) : NULL;
    if (!doc) {
        fail(sh, "unable to get node capabilities");
        return NULL;
    }
    g_autoptr(GPtrArray) nodes = xml_nodes(doc, NULL, "/capabilities/host/topology/cells/cell");
    GArray *ids = g_array_new(FALSE, FALSE, sizeof(int));
    for (guint i = 0; i < nodes->len; i++) {
        g_autofree char *id = xml_text(doc, nodes->pdata[i], "string(./@id)");
        int n = id ? atoi(id) : (int)i;
        g_array_append_val(ids, n);
    }
    return ids;
}

bool
cmd_freecell(struct shell *sh, const struct call *call)
{
    int cell = -1;
    unsigned long long bytes = 0, total = 0;
    if (!opt_exclusive(sh, call, "all", "cellno", NULL))
        return false;
    int given = opt_int(sh, call, "cellno", &cell);
    if (given < 0)
        return false;
    if (opt_flag(call, "all")) {
        g_autoptr(GArray) ids = cells(sh);
        if (!ids)
            return false;
        for (guint i = 0; i < ids->len; i++) {
            int id = g_array_index(ids, int, i);
            if (virNodeGetCellsFreeMemory(sh->conn, &bytes, id, 1) != 1)
                return fail(sh, "failed to get free memory for NUMA node number: %d", id);
            g_autofree char *label = g_strdup_printf("%5d", id);
            fact(sh, "%s: %14s\n", label, "%llu KiB", bytes / 1024);
            total += bytes / 1024;
        }
        say(sh, "--------------------\n");
        if (sh->document || !sh->quiet)
            fact(sh, "%5s: %14s\n", "Total", "%llu KiB", total);
        return true;
    }
    if (given) {
        if (virNodeGetCellsFreeMemory(sh->conn, &bytes, cell, 1) != 1)
            return false;
        g_autofree char *label = g_strdup_printf("%d", cell);
        fact(sh, "%s: %s\n", label, "%llu KiB", bytes / 1024);
    } else {
        bytes = virNodeGetFreeMemory(sh->conn);
        if (bytes == 0)
            return err_code(sh) ? false : fail(sh, "the host tells of no free memory");
        fact(sh, "%s: %s\n", "Total", "%llu KiB", bytes / 1024);
    }
    return true;
}

bool
cmd_freepages(struct shell *sh, const struct call *call)
{
    int cell = -1;
    unsigned long long size = 0, count;
    if (!opt_exclusive(sh, call, "all", "cellno", NULL))
        return false;
    int has_cell = opt_int(sh, call, "cellno", &cell);
    int has_size = opt_size(sh, call, "pagesize", 1024, G_MAXUINT64, &size);
    if (has_cell < 0 || has_size < 0)
        return false;
    unsigned int kib = (unsigned int)(size / 1024);
    if (!opt_flag(call, "all")) {
        if (!has_cell)
            return fail(sh, "missing cellno argument");
        if (cell < -1)
            return fail(sh, "cell number must be non-negative integer or -1");
        if (!has_size)
            return fail(sh, "missing pagesize argument");
        if (virNodeGetFreePages(sh->conn, 1, &kib, cell, 1, &count, 0) < 0)
            return false;
        g_autofree char *label = g_strdup_printf("%uKiB", kib);
        fact(sh, "%s: %s\n", label, "%lld", (long long)count);
        return true;
    }
    auto_lib char *xml = virConnectGetCapabilities(sh->conn);
    g_autoptr(xml_doc) doc = xml ? xml_parse(xml) : NULL;
    if (!doc)
        return fail(sh, "unable to get node capabilities");
    g_autoptr(GArray) ids = cells(sh);
    g_autoptr(GArray) sizes = g_array_new(FALSE, FALSE, sizeof(unsigned int));
    if (has_size) {
        g_array_append_val(sizes, kib);
    } else {
        g_autoptr(GPtrArray) pages = xml_nodes(doc, NULL, "/capabilities/host/cpu/pages/@size");
        for (guint i = 0; i < pages->len; i++) {
            g_autofree char *text = xml_text(doc, pages->pdata[i], "string(.)");
            unsigned int n = text ? (unsigned int)strtoul(text, NULL, 10) : 0;
            g_array_append_val(sizes, n);
        }
    }
    g_autofree unsigned long long *counts = g_new0(unsigned long long, sizes->len + 1);
    for (guint i = 0; ids && i < ids->len; i++) {
        int id = g_array_index(ids, int, i);
        if (virNodeGetFreePages(sh->conn, sizes->len, (unsigned int *)(void *)sizes->data, id, 1, counts, 0) <
            0)
            return false;
        g_autofree char *name = g_strdup_printf("Node %d", id);
        fact_section(sh, name);
        for (guint s = 0; s < sizes->len; s++) {
            g_autofree char *label = g_strdup_printf("%uKiB", g_array_index(sizes, unsigned int, s));
            fact(sh, "%s: %s\n", label, "%lld", (long long)counts[s]);
        }
        out(sh, "\n");
    }
    return ids != NULL;
}

bool
cmd_allocpages(struct shell *sh, const struct call *call)
{
    int start = -1;
    unsigned int cell_count = 1, kib;
    unsigned long long size, count;
    if (!opt_exclusive(sh, call, "all", "cellno", NULL))
        return false;
    int rc = opt_int(sh, call, "cellno", &start);
    if (rc < 0)
        return false;
    if (rc > 0 && start < -1)
        return fail(sh, "cell number must be non-negative integer or -1");
    if (opt_size(sh, call, "pagesize", 1024, (unsigned long long)G_MAXUINT * 1024, &size) <= 0 ||
        opt_ullong(sh, call, "pagecount", &count) <= 0)
        return false;
    kib = (unsigned int)(size / 1024);
    if (opt_flag(call, "all")) {
        g_autoptr(GArray) ids = cells(sh);
        if (!ids)
            return false;
        start = ids->len ? g_array_index(ids, int, 0) : 0;
        cell_count = ids->len;
    }
    return virNodeAllocPages(sh->conn, 1, &kib, &count, start, cell_count,
                             opt_flag(call, "add") ? VIR_NODE_ALLOC_PAGES_ADD : VIR_NODE_ALLOC_PAGES_SET) >=
           0;
}
