/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory size and statistics, and the parameters of memory, block I/O, NUMA and performance events:
 * commands that show all parameters, or set those that are given. */
#include "cmd.h"
#include "cpumap.h"
#include "lookup.h"
#include "params.h"

#include <stdlib.h>
#include <string.h>

static bool
memory_size(struct shell *sh, const struct call *call, unsigned long *kib)
{
    unsigned long long bytes;
    if (opt_size(sh, call, "size", 1024, G_MAXULONG, &bytes) <= 0)
        return false;
    *kib = (unsigned long)((bytes + 1023) / 1024);
    return true;
}

/* The guest, how much it is to have and of what; *plain: nothing was said about of what. */
static virDomainPtr
memory_of(struct shell *sh, const struct call *call, unsigned long *kib, unsigned int *flags, bool *plain)
{
    if (!affect_flags(sh, call, flags))
        return NULL;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || !memory_size(sh, call, kib))
        return NULL;
    *plain = *flags == 0 && !opt_flag(call, "current");
    return g_steal_pointer(&dom);
}

bool
cmd_setmem(struct shell *sh, const struct call *call)
{
    unsigned long kib;
    unsigned int flags = 0;
    bool plain;
    g_autoptr(virDomain) dom = memory_of(sh, call, &kib, &flags, &plain);
    return dom && (plain ? virDomainSetMemory(dom, kib) : virDomainSetMemoryFlags(dom, kib, flags)) == 0;
}

bool
cmd_setmaxmem(struct shell *sh, const struct call *call)
{
    unsigned long kib;
    unsigned int flags = 0;
    bool plain;
    g_autoptr(virDomain) dom = memory_of(sh, call, &kib, &flags, &plain);
    if (!dom)
        return false;
    if ((plain ? virDomainSetMaxMemory(dom, kib)
               : virDomainSetMemoryFlags(dom, kib, flags | VIR_DOMAIN_MEM_MAXIMUM)) < 0)
        return fail(sh, "Unable to change MaxMemorySize");
    return true;
}

bool
cmd_dommemstat(struct shell *sh, const struct call *call)
{
    static const char *const names[] = {"swap_in", "swap_out", "major_fault", "minor_fault", "unused",
                                        "available", "actual", "rss", "usable", "last_update", "disk_caches",
                                        "hugetlb_pgalloc", "hugetlb_pgfail"};
    /* Shown in this order, whatever order they come in. */
    static const int order[] = {6, 0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 7};
    const char *name = NULL;
    int period = 0;
    unsigned int flags = 0;
    virDomainMemoryStatStruct stats[VIR_DOMAIN_MEMORY_STAT_NR];
    if (!affect_flags(sh, call, &flags))
        return false;
    g_autoptr(virDomain) dom = domain_of_by(sh, call, &name, BY_ANY);
    if (!dom)
        return false;
    int rc = opt_int(sh, call, "period", &period);
    if (rc < 0)
        return false;
    if (rc > 0) {
        if (period < 0)
            return fail(sh, "Invalid collection period value '%d'", period);
        if (virDomainSetMemoryStatsPeriod(dom, period, flags) < 0)
            return fail(sh, "Unable to change balloon collection period.");
        return true;
    }
    int n = virDomainMemoryStats(dom, stats, VIR_DOMAIN_MEMORY_STAT_NR, 0);
    if (n < 0)
        return fail(sh, "Failed to get memory statistics for domain %s", name);
    for (size_t o = 0; o < G_N_ELEMENTS(order); o++)
        for (int i = 0; i < n; i++)
            if (stats[i].tag == order[o])
                fact(sh, "%s %s\n", names[order[o]], "%llu", stats[i].val);
    return true;
}

/* ---- show or set ---- */

typedef int get_fn(virDomainPtr dom, virTypedParameterPtr list, int *n, unsigned int flags);
typedef int set_fn(virDomainPtr dom, virTypedParameterPtr list, int n, unsigned int flags);

static bool
fetch(struct shell *sh, virDomainPtr dom, get_fn *get, unsigned int flags, const char *what, struct params *p)
{
    int n = 0;
    if (get(dom, NULL, &n, flags) < 0)
        return fail(sh, "Unable to get number of %s parameters", what);
    p->list = calloc(MAX(n, 1), sizeof(virTypedParameter));
    if (n > 0 && get(dom, p->list, &n, flags) < 0)
        return fail(sh, "Unable to get %s parameters", what);
    p->n = n;
    return true;
}

static bool
tune(struct shell *sh, virDomainPtr dom, const struct params *set, set_fn *setter, get_fn *getter,
     unsigned int flags, const char *what)
{
    auto_params now = {0};
    if (set->n) {
        if (setter(dom, set->list, set->n, flags) < 0)
            return fail(sh, "Unable to change %s parameters", what);
        return true;
    }
    if (!fetch(sh, dom, getter, flags, what, &now))
        return false;
    params_print(sh, LINE_OF_PARAM, now.list, now.n);
    return true;
}

/* KiB, or -1 for no limit. */
static int
memory_limit(struct shell *sh, const struct call *call, const char *option, const char *field,
             struct params *p)
{
    const char *text = opt_text(call, option);
    unsigned long long bytes;
    if (!text)
        return 0;
    if (strcmp(text, "-1") == 0)
        bytes = VIR_DOMAIN_MEMORY_PARAM_UNLIMITED * 1024ULL;
    else if (opt_size(sh, call, option, 1024, G_MAXUINT64, &bytes) < 0)
        return -1;
    return virTypedParamsAddULLong(&p->list, &p->n, &p->max, field,
                                   MIN(bytes / 1024, VIR_DOMAIN_MEMORY_PARAM_UNLIMITED));
}

bool
cmd_memtune(struct shell *sh, const struct call *call)
{
    unsigned int flags = 0;
    auto_params p = {0};
    if (!affect_flags(sh, call, &flags))
        return false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom ||
        memory_limit(sh, call, "hard-limit", VIR_DOMAIN_MEMORY_HARD_LIMIT, &p) < 0 ||
        memory_limit(sh, call, "soft-limit", VIR_DOMAIN_MEMORY_SOFT_LIMIT, &p) < 0 ||
        memory_limit(sh, call, "swap-hard-limit", VIR_DOMAIN_MEMORY_SWAP_HARD_LIMIT, &p) < 0 ||
        memory_limit(sh, call, "min-guarantee", VIR_DOMAIN_MEMORY_MIN_GUARANTEE, &p) < 0)
        return false;
    if (p.n)
        return tune(sh, dom, &p, virDomainSetMemoryParameters, virDomainGetMemoryParameters, flags, "memory");
    if (!fetch(sh, dom, virDomainGetMemoryParameters, flags, "memory", &p))
        return false;
    for (int i = 0; i < p.n; i++) {
        if (p.list[i].type == VIR_TYPED_PARAM_ULLONG &&
            p.list[i].value.ul == VIR_DOMAIN_MEMORY_PARAM_UNLIMITED)
            fact(sh, LINE_OF_PARAM, p.list[i].field, "%s", "unlimited");
        else
            param_print(sh, LINE_OF_PARAM, &p.list[i]);
    }
    return true;
}

bool
cmd_blkiotune(struct shell *sh, const struct call *call)
{
    static const char *const devices[][2] = {
        {"device-weights", VIR_DOMAIN_BLKIO_DEVICE_WEIGHT},
        {"device-read-iops-sec", VIR_DOMAIN_BLKIO_DEVICE_READ_IOPS},
        {"device-write-iops-sec", VIR_DOMAIN_BLKIO_DEVICE_WRITE_IOPS},
        {"device-read-bytes-sec", VIR_DOMAIN_BLKIO_DEVICE_READ_BPS},
        {"device-write-bytes-sec", VIR_DOMAIN_BLKIO_DEVICE_WRITE_BPS},
    };
    unsigned int flags = 0, weight = 0;
    auto_params p = {0};
    if (!affect_flags(sh, call, &flags))
        return false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    int rc = dom ? opt_uint(sh, call, "weight", &weight) : -1;
    if (rc < 0)
        return false;
    if (rc > 0 && weight == 0)
        return fail(sh, "Invalid value of %d for I/O weight", weight);
    if (rc > 0 && virTypedParamsAddUInt(&p.list, &p.n, &p.max, VIR_DOMAIN_BLKIO_WEIGHT, weight) < 0)
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(devices); i++)
        if (params_add_string(sh, call, devices[i][0], devices[i][1], &p) < 0)
            return false;
    return tune(sh, dom, &p, virDomainSetBlkioParameters, virDomainGetBlkioParameters, flags, "blkio");
}

bool
cmd_numatune(struct shell *sh, const struct call *call)
{
    static const char *const modes[] = {"strict", "preferred", "interleave", "restrictive"};
    const char *mode = NULL;
    unsigned int flags = 0;
    auto_params p = {0};
    if (!affect_flags(sh, call, &flags))
        return false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || params_add_string(sh, call, "nodeset", VIR_DOMAIN_NUMA_NODESET, &p) < 0 ||
        opt_string(sh, call, "mode", &mode) < 0)
        return false;
    if (mode) {
        char *end;
        long m = strtol(mode, &end, 10);
        if (end == mode || *end) {
            for (m = 0; m < (long)G_N_ELEMENTS(modes); m++)
                if (strcmp(modes[m], mode) == 0)
                    break;
            if (m == (long)G_N_ELEMENTS(modes))
                return fail(sh, "Invalid mode: %s", mode);
        }
        if (virTypedParamsAddInt(&p.list, &p.n, &p.max, VIR_DOMAIN_NUMA_MODE, (int)m) < 0)
            return false;
    }
    if (p.n)
        return tune(sh, dom, &p, virDomainSetNumaParameters, virDomainGetNumaParameters, flags, "numa");
    if (!fetch(sh, dom, virDomainGetNumaParameters, flags, "numa", &p))
        return false;
    for (int i = 0; i < p.n; i++) {
        bool is_mode =
            p.list[i].type == VIR_TYPED_PARAM_INT && strcmp(p.list[i].field, VIR_DOMAIN_NUMA_MODE) == 0;
        int m = is_mode ? p.list[i].value.i : -1;
        if (m >= 0 && m < (int)G_N_ELEMENTS(modes))
            fact(sh, LINE_OF_PARAM, p.list[i].field, "%s", modes[m]);
        else
            param_print(sh, LINE_OF_PARAM, &p.list[i]);
    }
    return true;
}

bool
cmd_perf(struct shell *sh, const struct call *call)
{
    static const char *const options[] = {"enable", "disable"};
    unsigned int flags = 0;
    auto_params p = {0};
    if (!affect_flags(sh, call, &flags))
        return false;
    for (int o = 0; o < 2; o++) {
        const char *text = NULL;
        if (opt_string(sh, call, options[o], &text) < 0)
            return false;
        g_auto(GStrv) names = g_strsplit(text ? text : "", ",", 0);
        for (size_t i = 0; names[i]; i++)
            if (virTypedParamsAddBoolean(&p.list, &p.n, &p.max, names[i], o == 0) < 0)
                return false;
    }
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    if (p.n == 0) {
        if (virDomainGetPerfEvents(dom, &p.list, &p.n, flags) < 0)
            return fail(sh, "Unable to get perf events");
    } else if (virDomainSetPerfEvents(dom, p.list, p.n, flags) < 0) {
        return fail(sh, "Unable to enable/disable perf events");
    }
    for (int i = 0; i < p.n; i++)
        fact(sh, LINE_OF_PARAM, p.list[i].field, "%s", p.list[i].value.b ? "enabled" : "disabled");
    return true;
}

/* ---- limits of one disk ---- */

static const char *const iotune_options[] = {
    "total-bytes-sec", "read-bytes-sec", "write-bytes-sec", "total-iops-sec", "read-iops-sec",
    "write-iops-sec", "total-bytes-sec-max", "read-bytes-sec-max", "write-bytes-sec-max",
    "total-iops-sec-max", "read-iops-sec-max", "write-iops-sec-max", "size-iops-sec",
    "total-bytes-sec-max-length", "read-bytes-sec-max-length", "write-bytes-sec-max-length",
    "total-iops-sec-max-length", "read-iops-sec-max-length", "write-iops-sec-max-length",
};

/* The options name the fields, with dashes instead of underscores. */
static bool
iotune_params(struct shell *sh, const struct call *call, struct params *p)
{
    for (size_t i = 0; i < G_N_ELEMENTS(iotune_options); i++) {
        g_autofree char *field = g_strdup(iotune_options[i]);
        for (char *c = field; *c; c++)
            if (*c == '-')
                *c = '_';
        int rc = strstr(field, "bytes_sec") && !strstr(field, "length")
                     ? params_add_size(sh, call, iotune_options[i], field, 1, p)
                     : params_add_ullong(sh, call, iotune_options[i], field, p);
        if (rc < 0)
            return false;
    }
    return true;
}

bool
cmd_blkdeviotune(struct shell *sh, const struct call *call)
{
    const char *disk = NULL;
    unsigned int flags = 0;
    auto_params p = {0};
    if (!affect_flags(sh, call, &flags))
        return false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || opt_string(sh, call, "device", &disk) <= 0 || !iotune_params(sh, call, &p) ||
        params_add_string(sh, call, "group-name", VIR_DOMAIN_BLOCK_IOTUNE_GROUP_NAME, &p) < 0)
        return false;
    if (p.n) {
        if (virDomainSetBlockIoTune(dom, disk, p.list, p.n, flags) < 0)
            return fail(sh, "Unable to change block I/O throttle");
        return true;
    }
    int n = 0;
    if (virDomainGetBlockIoTune(dom, NULL, NULL, &n, flags) < 0)
        return fail(sh, "Unable to get number of block I/O throttle parameters");
    p.list = calloc(MAX(n, 1), sizeof(virTypedParameter));
    if (n && virDomainGetBlockIoTune(dom, disk, p.list, &n, flags) < 0)
        return fail(sh, "Unable to get block I/O throttle parameters");
    p.n = n;
    params_print(sh, LINE_OF_PARAM, p.list, p.n);
    return true;
}

#if API_12
bool
cmd_domthrottlegroupset(struct shell *sh, const struct call *call)
{
    const char *group = NULL;
    unsigned int flags = 0;
    auto_params p = {0};
    if (!affect_flags(sh, call, &flags) || opt_string(sh, call, "group-name", &group) <= 0)
        return false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || !iotune_params(sh, call, &p))
        return false;
    if (virDomainSetThrottleGroup(dom, group, p.list, p.n, flags) < 0)
        return fail(sh, "Unable to change throttle group '%s'", group);
    return true;
}

bool
cmd_domthrottlegroupdel(struct shell *sh, const struct call *call)
{
    const char *group = NULL;
    unsigned int flags = 0;
    if (!affect_flags(sh, call, &flags) || opt_string(sh, call, "group-name", &group) <= 0)
        return false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    if (virDomainDelThrottleGroup(dom, group, flags) < 0)
        return fail(sh, "Unable to delete throttle group '%s'", group);
    return true;
}
#endif
