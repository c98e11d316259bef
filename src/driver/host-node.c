/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * host-node: the calls about processors and memory.  See host-node.h.
 */
#include "driver/host-node.h"

#include "base/file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_NONE
#define CPU_DIR "/sys/devices/system/cpu"
#define NODE_DIR "/sys/devices/system/node"
#define KSM_DIR "/sys/kernel/mm/ksm"

static char *
slurp(const char *path)
{
    char *text = NULL;
    return file_read_quiet(AT_FDCWD, path, 4 << 20, &text) < 0 ? NULL : text;
}

long long
host_read_number(const char *path)
{
    g_autofree char *text = slurp(path);
    char *end;
    if (!text)
        return -1;
    long long n = strtoll(text, &end, 10);
    return end == text ? -1 : n;
}

int
host_read_list(const char *path, void (*each)(unsigned n, void *arg), void *arg)
{
    g_autofree char *text = slurp(path);
    if (!text)
        return -1;
    for (char *p = text; isdigit((unsigned char)*p);) {
        unsigned long first = strtoul(p, &p, 10), last = first;
        if (*p == '-')
            last = strtoul(p + 1, &p, 10);
        for (unsigned long n = first; n <= last && n < 1u << 20; n++)
            each(n, arg);
        if (*p != ',')
            break;
        p++;
    }
    return 0;
}

static void
count_one(unsigned n, void *arg)
{
    ++*(unsigned *)arg;
}

static void
note_last(unsigned n, void *arg)
{
    *(unsigned *)arg = n;
}

const char *
host_arch(void)
{
    static const struct { const char *kernel, *ours; } names[] = {
        { "i386", "i686" },     { "i486", "i686" },    { "i586", "i686" },     { "amd64", "x86_64" },
        { "arm64", "aarch64" }, { "armv7", "armv7l" }, { "armv8l", "armv7l" },
    };
    static char arch[32];
    static gsize once;
    if (g_once_init_enter(&once)) {
        struct utsname un = { 0 };
        uname(&un);
        const char *name = un.machine;
        for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
            if (!strcmp(names[i].kernel, un.machine))
                name = names[i].ours;
        }
        g_strlcpy(arch, name, sizeof(arch));
        g_once_init_leave(&once, 1);
    }
    return arch;
}

/* In KiB: node0's or (without NUMA) the whole memory's line `what`. */
static long long
meminfo(int cell, const char *what)
{
    g_autofree char *path =
        cell < 0 ? g_strdup("/proc/meminfo") : g_strdup_printf(NODE_DIR "/node%d/meminfo", cell);
    g_autofree char *text = slurp(path);
    g_autofree char *key = g_strconcat(" ", what, ":", NULL);
    if (!text)
        return -1;
    const char *at = NULL;
    if (cell < 0) {
        for (const char *p = text; p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL) {
            if (!strncmp(p, key + 1, strlen(key) - 1)) {
                at = p + strlen(key) - 1;
                break;
            }
        }
    } else if ((at = strstr(text, key))) {
        at += strlen(key);
    }
    return at ? strtoll(at, NULL, 10) : -1;
}

static bool
cell_exists(int cell)
{
    g_autofree char *path = g_strdup_printf(NODE_DIR "/node%d", cell);
    return access(path, F_OK) == 0 || (cell == 0 && access(NODE_DIR "/node0", F_OK) < 0);
}

static int
last_cell(void)
{
    unsigned last = 0;
    host_read_list(NODE_DIR "/online", note_last, &last);
    return last;
}

static long long
cell_memory(int cell, const char *what)
{
    long long kib = meminfo(cell, what);
    return kib < 0 && cell == 0 ? meminfo(-1, what) : kib;
}

struct shape {
    GHashTable *packages, *cores; /* of the online CPUs of one cell */
    unsigned cpus, threads;
};

static void
add_cpu(unsigned cpu, void *arg)
{
    struct shape *s = arg;
    g_autofree char *pkg = g_strdup_printf(CPU_DIR "/cpu%u/topology/physical_package_id", cpu);
    g_autofree char *core = g_strdup_printf(CPU_DIR "/cpu%u/topology/core_id", cpu);
    g_autofree char *die = g_strdup_printf(CPU_DIR "/cpu%u/topology/die_id", cpu);
    g_autofree char *siblings = g_strdup_printf(CPU_DIR "/cpu%u/topology/thread_siblings_list", cpu);
    long long p = host_read_number(pkg), c = host_read_number(core), d = host_read_number(die);
    unsigned threads = 0;
    if (p < 0)
        return; /* offline */
    host_read_list(siblings, count_one, &threads);
    g_hash_table_add(s->packages, g_strdup_printf("%lld", p));
    g_hash_table_add(s->cores, g_strdup_printf("%lld/%lld/%lld", p, d, c));
    s->cpus++;
    s->threads = MAX(s->threads, threads);
}

int
host_node_get_info(struct drv_conn *conn, virNodeInfoPtr info, struct err *err)
{
    memset(info, 0, sizeof(*info));
    g_strlcpy(info->model, host_arch(), sizeof(info->model));
    unsigned present = 0, online = 0;
    host_read_list(CPU_DIR "/present", count_one, &present);
    if (host_read_list(CPU_DIR "/online", count_one, &online) < 0)
        online = sysconf(_SC_NPROCESSORS_ONLN);
    info->cpus = online;

    g_autofree char *cpuinfo = slurp("/proc/cpuinfo");
    const char *mhz = cpuinfo ? strstr(cpuinfo, "cpu MHz") : NULL;
    if (mhz && (mhz = strchr(mhz, ':')))
        info->mhz = strtoul(mhz + 1, NULL, 10);

    int last = last_cell();
    unsigned long long memory = 0;
    unsigned total = 0;
    for (int cell = 0; cell <= last; cell++) {
        if (!cell_exists(cell))
            continue;
        struct shape s = { g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                           g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL), 0, 0 };
        g_autofree char *list = g_strdup_printf(NODE_DIR "/node%d/cpulist", cell);
        if (host_read_list(list, add_cpu, &s) < 0)
            host_read_list(CPU_DIR "/online", add_cpu, &s);
        unsigned sockets = g_hash_table_size(s.packages), cores = g_hash_table_size(s.cores);
        if (sockets) {
            info->sockets = MAX(info->sockets, sockets);
            info->cores = MAX(info->cores, cores / sockets);
        }
        info->threads = MAX(info->threads, s.threads);
        total += s.cpus;
        g_hash_table_unref(s.packages);
        g_hash_table_unref(s.cores);
        long long kib = cell_memory(cell, "MemTotal");
        memory += kib > 0 ? kib : 0;
        info->nodes++;
    }
    info->memory = memory;
    /* A shape that does not multiply out (cores missing, hot-plugged, uneven)
     * is told as one flat socket, so that clients compute the right number. */
    unsigned long product = (unsigned long)info->nodes * info->sockets * info->cores * info->threads;
    if (!info->sockets || product < total || product != MAX(total, present)) {
        info->nodes = 1;
        info->sockets = 1;
        info->cores = MAX(present, online);
        info->threads = 1;
    }
    return 0;
}

static void
set_bit(unsigned n, void *arg)
{
    ((unsigned char *)arg)[n / 8] |= 1u << n % 8;
}

int
host_node_get_cpu_map(struct drv_conn *conn, unsigned char **cpumap, unsigned int *online, unsigned int flags,
                      struct err *err)
{
    unsigned present = 0, n = 0;
    if (host_read_list(CPU_DIR "/present", note_last, &present) < 0 ||
        host_read_list(CPU_DIR "/online", count_one, &n) < 0)
        return err_set(err, VIR_ERR_SYSTEM_ERROR, "cannot read which CPUs are there from " CPU_DIR);
    if (online)
        *online = n;
    if (cpumap) {
        *cpumap = calloc(present / 8 + 1, 1);
        if (!*cpumap)
            return err_errno(err, ENOMEM, "cannot make a map of %u CPUs", present + 1);
        host_read_list(CPU_DIR "/online", set_bit, *cpumap);
    }
    return present + 1;
}

int
host_node_get_cpu_stats(struct drv_conn *conn, int cpu, virNodeCPUStatsPtr params, int *nparams,
                        unsigned int flags, struct err *err)
{
    if (*nparams == 0) {
        *nparams = 4;
        return 0;
    }
    if (*nparams != 4)
        return err_set(err, VIR_ERR_INVALID_ARG, "there are 4 CPU statistics, room was given for %d",
                       *nparams);
    g_autofree char *text = slurp("/proc/stat");
    g_autofree char *key =
        cpu == VIR_NODE_CPU_STATS_ALL_CPUS ? g_strdup("cpu ") : g_strdup_printf("cpu%d ", cpu);
    const char *line = text;
    while (line && strncmp(line, key, strlen(key)))
        line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL;
    unsigned long long user, nice, sys, idle, wait, irq = 0, softirq = 0;
    if (!line || sscanf(line + strlen(key), "%llu %llu %llu %llu %llu %llu %llu", &user, &nice, &sys, &idle,
                        &wait, &irq, &softirq) < 5)
        return err_set(err, VIR_ERR_INVALID_ARG,
                       "CPU %d is not there or not online: no line for it in /proc/stat", cpu);
    unsigned long long tick = 1000000000ull / sysconf(_SC_CLK_TCK);
    const struct { const char *name; unsigned long long ticks; } list[] = {
        { VIR_NODE_CPU_STATS_KERNEL, sys + irq + softirq },
        { VIR_NODE_CPU_STATS_USER, user + nice },
        { VIR_NODE_CPU_STATS_IDLE, idle },
        { VIR_NODE_CPU_STATS_IOWAIT, wait },
    };
    for (size_t i = 0; i < 4; i++) {
        g_strlcpy(params[i].field, list[i].name, sizeof(params[i].field));
        params[i].value = list[i].ticks * tick;
    }
    return 0;
}

int
host_node_get_memory_stats(struct drv_conn *conn, int cell, virNodeMemoryStatsPtr params, int *nparams,
                           unsigned int flags, struct err *err)
{
    static const struct { const char *name, *key; } list[] = {
        { VIR_NODE_MEMORY_STATS_TOTAL, "MemTotal" }, { VIR_NODE_MEMORY_STATS_FREE, "MemFree" },
        { VIR_NODE_MEMORY_STATS_BUFFERS, "Buffers" }, { VIR_NODE_MEMORY_STATS_CACHED, "Cached" },
    };
    int n = cell == VIR_NODE_MEMORY_STATS_ALL_CELLS ? 4 : 2;
    if (cell < -1 || (cell >= 0 && !cell_exists(cell)))
        return err_set(err, VIR_ERR_INVALID_ARG, "NUMA cell %d does not exist; the last one is %d", cell,
                       last_cell());
    if (*nparams == 0) {
        *nparams = n;
        return 0;
    }
    if (*nparams != n)
        return err_set(err, VIR_ERR_INVALID_ARG, "there are %d memory statistics, room was given for %d", n,
                       *nparams);
    for (int i = 0; i < n; i++) {
        long long kib = cell < 0 ? meminfo(-1, list[i].key) : cell_memory(cell, list[i].key);
        if (kib < 0)
            return err_set(err, VIR_ERR_INTERNAL_ERROR, "the kernel's meminfo has no line %s", list[i].key);
        g_strlcpy(params[i].field, list[i].name, sizeof(params[i].field));
        params[i].value = kib;
    }
    return 0;
}

int
host_node_get_free_memory(struct drv_conn *conn, unsigned long long *result, struct err *err)
{
    unsigned long long sum = 0;
    for (int cell = 0, last = last_cell(); cell <= last; cell++) {
        long long kib = cell_memory(cell, "MemFree");
        sum += kib > 0 ? kib * 1024ull : 0;
    }
    *result = sum;
    return 0;
}

int
host_node_get_cells_free_memory(struct drv_conn *conn, unsigned long long *free_mems, int start, int max,
                                struct err *err)
{
    int last = last_cell(), n = 0;
    if (start < 0 || start > last)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "NUMA cell %d does not exist; the last one is %d", start,
                       last);
    for (int cell = start; cell <= last && n < max; cell++) {
        long long kib = cell_memory(cell, "MemFree");
        free_mems[n++] = kib > 0 ? kib * 1024ull : 0;
    }
    return n;
}

int
host_node_get_free_pages(struct drv_conn *conn, unsigned int npages, unsigned int *pages, int start,
                         unsigned int ncells, unsigned long long *counts, unsigned int flags, struct err *err)
{
    int last = last_cell();
    long system_kib = sysconf(_SC_PAGESIZE) / 1024;
    int n = 0;
    if (start < -1 || start > last)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "NUMA cell %d does not exist; the last one is %d", start,
                       last);
    int end = start < 0 ? start : MIN((long long)last, (long long)start + ncells - 1);
    for (int cell = start; cell <= end; cell++) {
        for (unsigned i = 0; i < npages; i++) {
            if (pages[i] == system_kib) {
                long long kib = cell < 0 ? meminfo(-1, "MemFree") : cell_memory(cell, "MemFree");
                counts[n++] = kib > 0 ? kib / system_kib : 0;
                continue;
            }
            g_autofree char *path =
                cell < 0 ? g_strdup_printf("/sys/kernel/mm/hugepages/hugepages-%ukB/free_hugepages", pages[i])
                         : g_strdup_printf(NODE_DIR "/node%d/hugepages/hugepages-%ukB/free_hugepages", cell,
                                           pages[i]);
            long long count = host_read_number(path);
            if (count < 0)
                return err_set(err, VIR_ERR_OPERATION_FAILED,
                               "the host has no pages of %u KiB (%s cannot be read)", pages[i], path);
            counts[n++] = count;
        }
    }
    return n;
}

static const struct { const char *name, *file; bool is_64, may_set; } ksm[] = {
    { VIR_NODE_MEMORY_SHARED_PAGES_TO_SCAN, "pages_to_scan", false, true },
    { VIR_NODE_MEMORY_SHARED_SLEEP_MILLISECS, "sleep_millisecs", false, true },
    { VIR_NODE_MEMORY_SHARED_PAGES_SHARED, "pages_shared", true, false },
    { VIR_NODE_MEMORY_SHARED_PAGES_SHARING, "pages_sharing", true, false },
    { VIR_NODE_MEMORY_SHARED_PAGES_UNSHARED, "pages_unshared", true, false },
    { VIR_NODE_MEMORY_SHARED_PAGES_VOLATILE, "pages_volatile", true, false },
    { VIR_NODE_MEMORY_SHARED_FULL_SCANS, "full_scans", true, false },
    { VIR_NODE_MEMORY_SHARED_MERGE_ACROSS_NODES, "merge_across_nodes", false, true },
};

int
host_node_get_memory_parameters(struct drv_conn *conn, virTypedParameterPtr params, int *nparams,
                                unsigned int flags, struct err *err)
{
    if (*nparams == 0) {
        *nparams = G_N_ELEMENTS(ksm);
        return 0;
    }
    int n = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(ksm) && n < *nparams; i++) {
        g_autofree char *path = g_strconcat(KSM_DIR "/", ksm[i].file, NULL);
        long long value = host_read_number(path);
        if (value < 0)
            continue;
        virTypedParameterPtr p = &params[n++];
        g_strlcpy(p->field, ksm[i].name, sizeof(p->field));
        p->type = ksm[i].is_64 ? VIR_TYPED_PARAM_ULLONG : VIR_TYPED_PARAM_UINT;
        if (ksm[i].is_64)
            p->value.ul = value;
        else
            p->value.ui = value;
    }
    *nparams = n;
    return 0;
}

int
host_node_set_memory_parameters(struct drv_conn *conn, virTypedParameterPtr params, int nparams,
                                unsigned int flags, struct err *err)
{
    for (int i = 0; i < nparams; i++) {
        size_t k = 0;
        while (k < G_N_ELEMENTS(ksm) && (strcmp(ksm[k].name, params[i].field) || !ksm[k].may_set))
            k++;
        if (k == G_N_ELEMENTS(ksm))
            return err_set(err, VIR_ERR_INVALID_ARG, "'%s' is not a memory parameter that can be set",
                           params[i].field);
        if (params[i].type != VIR_TYPED_PARAM_UINT)
            return err_set(err, VIR_ERR_INVALID_ARG, "memory parameter '%s' is an unsigned integer",
                           params[i].field);
    }
    for (int i = 0; i < nparams; i++) {
        for (size_t k = 0; k < G_N_ELEMENTS(ksm); k++) {
            if (strcmp(ksm[k].name, params[i].field))
                continue;
            g_autofree char *path = g_strconcat(KSM_DIR "/", ksm[k].file, NULL);
            g_autofree char *text = g_strdup_printf("%u", params[i].value.ui);
            if (file_poke(AT_FDCWD, path, text, err) < 0)
                return err_context(err, "cannot set memory parameter '%s'", params[i].field);
        }
    }
    return 0;
}

int
host_connect_get_hostname(struct drv_conn *conn, char **result, struct err *err)
{
    char name[256] = "";
    if (gethostname(name, sizeof(name) - 1) < 0)
        return err_errno(err, errno, "cannot read the host's name");
    /* A short name is completed when the resolver knows a better one. */
    if (!strchr(name, '.') && strncmp(name, "localhost", 9)) {
        struct addrinfo hints = { .ai_flags = AI_CANONNAME, .ai_family = AF_UNSPEC }, *found = NULL;
        if (getaddrinfo(name, NULL, &hints, &found) == 0 && found) {
            if (found->ai_canonname && strncmp(found->ai_canonname, "localhost", 9)) {
                *result = g_strdup(found->ai_canonname);
                freeaddrinfo(found);
                return 0;
            }
            freeaddrinfo(found);
        }
    }
    *result = g_strdup(name);
    return 0;
}

int
host_connect_get_sysinfo(struct drv_conn *conn, unsigned int flags, char **result, struct err *err)
{
    static const struct { const char *block, *names[16]; } blocks[] = {
        { "bios",
          { "bios_vendor", "vendor", "bios_version", "version", "bios_date", "date", "bios_release",
            "release" } },
        { "system",
          { "sys_vendor", "manufacturer", "product_name", "product", "product_version", "version",
            "product_serial", "serial", "product_uuid", "uuid", "product_sku", "sku", "product_family",
            "family" } },
        { "baseBoard",
          { "board_vendor", "manufacturer", "board_name", "product", "board_version", "version",
            "board_serial", "serial", "board_asset_tag", "asset" } },
        { "chassis",
          { "chassis_vendor", "manufacturer", "chassis_version", "version", "chassis_serial", "serial",
            "chassis_asset_tag", "asset" } },
    };
    if (access("/sys/class/dmi/id", F_OK) < 0)
        return err_set_from(err, VIR_FROM_QEMU, VIR_ERR_CONFIG_UNSUPPORTED, /* as its users know it */
                            "this host tells nothing about its firmware and board (no /sys/class/dmi/id)");
    GString *xml = g_string_new("<sysinfo type='smbios'>\n");
    for (size_t b = 0; b < G_N_ELEMENTS(blocks); b++) {
        bool open = false;
        for (size_t i = 0; i < 16 && blocks[b].names[i]; i += 2) {
            g_autofree char *path = g_strconcat("/sys/class/dmi/id/", blocks[b].names[i], NULL);
            g_autofree char *text = slurp(path);
            if (!text || !*g_strstrip(text))
                continue;
            g_autofree char *safe = g_markup_escape_text(text, -1);
            if (!open)
                g_string_append_printf(xml, "  <%s>\n", blocks[b].block);
            open = true;
            g_string_append_printf(xml, "    <entry name='%s'>%s</entry>\n", blocks[b].names[i + 1], safe);
        }
        if (open)
            g_string_append_printf(xml, "  </%s>\n", blocks[b].block);
    }
    g_string_append(xml, "</sysinfo>\n");
    *result = g_string_free(xml, FALSE);
    return 0;
}
