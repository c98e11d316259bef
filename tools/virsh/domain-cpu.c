/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Virtual CPUs, I/O threads, placement, scheduler parameters and CPU statistics. */
#include "cmd.h"
#include "cpumap.h"
#include "lookup.h"
#include "names.h"
#include "params.h"

#include <stdlib.h>
#include <string.h>

bool
cmd_setvcpus(struct shell *sh, const struct call *call)
{
    unsigned int count = 0, flags = 0;
    if (!opt_exclusive(sh, call, "guest", "config", NULL) || !affect_flags(sh, call, &flags) ||
        !opt_needs(sh, call, "maximum", "config") || opt_uint(sh, call, "count", &count) <= 0)
        return false;
    if (opt_flag(call, "guest"))
        flags |= VIR_DOMAIN_VCPU_GUEST;
    if (opt_flag(call, "maximum"))
        flags |= VIR_DOMAIN_VCPU_MAXIMUM;
    if (opt_flag(call, "hotpluggable"))
        flags |= VIR_DOMAIN_VCPU_HOTPLUGGABLE;
#if API_12
    if (opt_flag(call, "async"))
        flags |= VIR_DOMAIN_SETVCPU_ASYNC_UNPLUG;
#endif
    if (count == 0)
        return fail(sh, "Can't set 0 processors for a VM");
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    bool plain = flags == 0 && !opt_flag(call, "current");
    return (plain ? virDomainSetVcpus(dom, count) : virDomainSetVcpusFlags(dom, count, flags)) == 0;
}

bool
cmd_setvcpu(struct shell *sh, const struct call *call)
{
    const char *list = NULL;
    unsigned int flags = 0;
    bool on = opt_flag(call, "enable");
    if (!opt_exclusive(sh, call, "enable", "disable", NULL) || !affect_flags(sh, call, &flags) ||
        opt_string(sh, call, "vcpulist", &list) <= 0)
        return false;
    if (!on && !opt_flag(call, "disable"))
        return fail(sh, "one of options --enable or --disable is required");
#if API_12
    if (opt_flag(call, "async"))
        flags |= VIR_DOMAIN_SETVCPU_ASYNC_UNPLUG;
#endif
    g_autoptr(virDomain) dom = domain_of(sh, call);
    return dom && virDomainSetVcpu(dom, list, on, flags) == 0;
}

static bool
count_print(struct shell *sh, virDomainPtr dom, const char *kind, const char *where, unsigned int flags)
{
    int n = virDomainGetVcpusFlags(dom, flags);
    if (n < 0) {
        err_forget(sh);
        return false;
    }
    g_autofree char *label = g_strdup_printf("%-12s %-12s", kind, where);
    g_autofree char *count = g_strdup_printf("%3d", n);
    if (sh->document)
        fact(sh, NULL, label, "%d", n);
    else
        fact(sh, "%s %s\n", label, "%s", count);
    return true;
}

bool
cmd_vcpucount(struct shell *sh, const struct call *call)
{
    bool maximum = opt_flag(call, "maximum"), active = opt_flag(call, "active"), guest = opt_flag(call, "guest");
    unsigned int flags = 0;
    /* --current once meant the number in use and is taken beside the others. */
    if (opt_flag(call, "config"))
        flags |= VIR_DOMAIN_AFFECT_CONFIG;
    if (opt_flag(call, "live"))
        flags |= VIR_DOMAIN_AFFECT_LIVE;
    if (!opt_exclusive(sh, call, "live", "config", NULL) || !opt_exclusive(sh, call, "maximum", "active", NULL) || !opt_exclusive(sh, call, "guest", "config", NULL))
        return false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    bool place = flags || opt_flag(call, "current");
    if (!place && !maximum && !active && !guest) {
        unsigned int max = VIR_DOMAIN_VCPU_MAXIMUM, live = VIR_DOMAIN_AFFECT_LIVE,
                     config = VIR_DOMAIN_AFFECT_CONFIG;
        int persistent = virDomainIsPersistent(dom), running = virDomainIsActive(dom);
        if (persistent < 0 || running < 0)
            return false;
        bool ok = false;
        if (persistent)
            ok |= count_print(sh, dom, "maximum", "config", max | config);
        if (running)
            ok |= count_print(sh, dom, "maximum", "live", max | live);
        if (persistent)
            ok |= count_print(sh, dom, "current", "config", config);
        if (running)
            ok |= count_print(sh, dom, "current", "live", live);
        return ok;
    }
    if (guest)
        flags |= VIR_DOMAIN_VCPU_GUEST;
    if (maximum)
        flags |= VIR_DOMAIN_VCPU_MAXIMUM;
    int n = virDomainGetVcpusFlags(dom, flags);
    if (n < 0)
        return guest ? fail(sh, "Failed to retrieve vCPU count from the guest") : false;
    out(sh, "%d\n", n);
    return true;
}

bool
cmd_vcpuinfo(struct shell *sh, const struct call *call)
{
    virDomainInfo info;
    bool pretty = opt_flag(call, "pretty");
    g_autoptr(virDomain) dom = domain_of(sh, call);
    int ncpus = dom ? cpumap_host_cpus(sh) : -1;
    if (ncpus < 0 || virDomainGetInfo(dom, &info) < 0)
        return false;
    int n = info.nrVirtCpu, len = VIR_CPU_MAPLEN(ncpus);
    g_autofree virVcpuInfo *cpus = g_new0(virVcpuInfo, n + 1);
    g_autofree unsigned char *maps = g_malloc0((size_t)(n + 1) * len);
    int got = virDomainGetVcpus(dom, cpus, n, maps, len);
    bool offline = got < 0;
    if (offline) {
        if (virDomainIsActive(dom) != 0)
            return false;
        got = virDomainGetVcpuPinInfo(dom, n, maps, len, VIR_DOMAIN_AFFECT_CONFIG);
        if (got < 0)
            return false;
        err_forget(sh);
    }
    for (int i = 0; i < got; i++) {
        static const char line[] = "%-15s %s\n";
        const unsigned char *map = VIR_GET_CPUMAP(maps, len, i);
        g_autoptr(GString) affinity = g_string_new(NULL);
        fact_section(sh, NULL);
        fact(sh, line, "VCPU:", "%d", offline ? i : (int)cpus[i].number);
        if (offline) {
            fact(sh, line, "CPU:", "%s", "N/A");
            fact(sh, line, "State:", "%s", "N/A");
            fact(sh, line, "CPU time", "%s", "N/A");
        } else {
            fact(sh, line, "CPU:", "%d", cpus[i].cpu);
            fact(sh, line, "State:", "%s", vcpu_state_name(cpus[i].state));
            if (cpus[i].cpuTime)
                fact(sh, line, "CPU time:", "%.1lfs", cpus[i].cpuTime / 1e9);
        }
        if (pretty) {
            g_autofree char *text = cpumap_format(map, len, ncpus);
            g_string_append_printf(affinity, "%s (out of %d)", text, ncpus);
        } else {
            for (int c = 0; c < ncpus; c++)
                g_string_append_c(affinity, VIR_CPU_USABLE(maps, len, i, c) ? 'y' : '-');
        }
        fact(sh, line, "CPU Affinity:", "%s", affinity->str);
        if (i + 1 < got)
            out(sh, "\n");
    }
    return true;
}

/* Unplugged ones have an affinity, too. */
static int
vcpus_at_most(struct shell *sh, virDomainPtr dom, unsigned int flags)
{
    virDomainInfo info;
    int n = virDomainGetVcpusFlags(dom, flags | VIR_DOMAIN_VCPU_MAXIMUM);
    if (n >= 0 || (err_code(sh) != VIR_ERR_NO_SUPPORT && err_code(sh) != VIR_ERR_INVALID_ARG))
        return n;
    err_forget(sh);
    return virDomainGetInfo(dom, &info) < 0 ? -1 : info.nrVirtCpu;
}

bool
cmd_vcpupin(struct shell *sh, const struct call *call)
{
    unsigned int vcpu = 0, flags = 0;
    const char *list = NULL;
    int given;
    if (!affect_flags(sh, call, &flags) || opt_string(sh, call, "cpulist", &list) < 0)
        return false;
    bool query = !list;
    if (!query || !opt_flag(call, "config") || !opt_flag(call, "live"))
        given = opt_uint(sh, call, "vcpu", &vcpu);
    else
        return fail(sh, "Options --%s and --%s are mutually exclusive", "live", "config");
    if (given < 0)
        return false;
    if (!query && !given)
        return fail(sh, "vcpupin: Missing vCPU number in pin mode.");
    g_autoptr(virDomain) dom = domain_of(sh, call);
    int ncpus = dom ? cpumap_host_cpus(sh) : -1;
    if (ncpus < 0)
        return false;
    int len = VIR_CPU_MAPLEN(ncpus);
    if (query) {
        int vcpus = vcpus_at_most(sh, dom, flags);
        if (vcpus < 0)
            return false;
        if (given && vcpu >= (unsigned int)vcpus) {
            if (flags & VIR_DOMAIN_AFFECT_CONFIG)
                return fail(sh, "vcpu %u is out of range of persistent cpu count %d", vcpu, vcpus);
            return fail(sh, "vcpu %u is out of range of live cpu count %d", vcpu, vcpus);
        }
        g_autofree unsigned char *maps = g_malloc0((size_t)(vcpus + 1) * len);
        int n = virDomainGetVcpuPinInfo(dom, vcpus, maps, len, flags);
        if (n < 0)
            return false;
        g_autoptr(table) t = table_new("VCPU", "CPU Affinity", NULL);
        for (int i = 0; i < n; i++) {
            if (given && i != (int)vcpu)
                continue;
            g_autofree char *text = cpumap_format(VIR_GET_CPUMAP(maps, len, i), len, ncpus);
            g_autofree char *number = g_strdup_printf("%d", i);
            table_row(t, number, text, NULL);
        }
        table_print(sh, t);
        return true;
    }
    g_autofree unsigned char *map = cpumap_parse(sh, list, ncpus);
    if (!map)
        return false;
    bool plain = flags == 0 && !opt_flag(call, "current");
    return (plain ? virDomainPinVcpu(dom, vcpu, map, len) : virDomainPinVcpuFlags(dom, vcpu, map, len, flags)) == 0;
}

bool
cmd_emulatorpin(struct shell *sh, const struct call *call)
{
    unsigned int flags = 0;
    const char *list = NULL;
    if (!affect_flags(sh, call, &flags) || opt_string(sh, call, "cpulist", &list) < 0)
        return false;
    if (!list && opt_flag(call, "config") && opt_flag(call, "live"))
        return fail(sh, "Options --%s and --%s are mutually exclusive", "live", "config");
    g_autoptr(virDomain) dom = domain_of(sh, call);
    int ncpus = dom ? cpumap_host_cpus(sh) : -1;
    if (ncpus < 0)
        return false;
    int len = VIR_CPU_MAPLEN(ncpus);
    if (!list) {
        g_autofree unsigned char *map = g_malloc0(len);
        int n = virDomainGetEmulatorPinInfo(dom, map, len, flags);
        if (n < 0)
            return false;
        g_autofree char *text = cpumap_format(map, len, ncpus);
        say(sh, "%s %s\n----------------------------------\n       *: ", "emulator:", "CPU Affinity");
        out(sh, "%s\n", text);
        return true;
    }
    g_autofree unsigned char *map = cpumap_parse(sh, list, ncpus);
    return map && virDomainPinEmulator(dom, map, len, flags) == 0;
}

/* ---- I/O threads ---- */

static bool
iothread_id(struct shell *sh, const struct call *call, const char *option, unsigned int *id)
{
    if (opt_uint(sh, call, option, id) <= 0)
        return false;
    if (*id == 0)
        return fail(sh, "Invalid IOThread id value: '%u'", *id);
    return true;
}

bool
cmd_iothreadinfo(struct shell *sh, const struct call *call)
{
    unsigned int flags = 0;
    virDomainIOThreadInfoPtr *list = NULL;
    if (!affect_flags(sh, call, &flags))
        return false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    int ncpus = dom ? cpumap_host_cpus(sh) : -1;
    if (ncpus < 0)
        return false;
    int n = virDomainGetIOThreadInfo(dom, &list, flags);
    if (n < 0)
        return fail(sh, "Unable to get domain IOThreads information");
    if (n == 0) {
        say(sh, "No IOThreads found for the domain");
        free(list);
        return true;
    }
    g_autoptr(table) t = table_new("IOThread ID", "CPU Affinity", NULL);
    for (int i = 0; i < n; i++) {
        g_autofree char *text = cpumap_format(list[i]->cpumap, list[i]->cpumaplen, ncpus);
        g_autofree char *id = g_strdup_printf("%u", list[i]->iothread_id);
        table_row(t, id, text, NULL);
        virDomainIOThreadInfoFree(list[i]);
    }
    free(list);
    table_print(sh, t);
    return true;
}

bool
cmd_iothreadpin(struct shell *sh, const struct call *call)
{
    unsigned int flags = 0, id;
    const char *list = NULL;
    if (!affect_flags(sh, call, &flags) || opt_string(sh, call, "cpulist", &list) <= 0 ||
        opt_uint(sh, call, "iothread", &id) <= 0)
        return false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    int ncpus = dom ? cpumap_host_cpus(sh) : -1;
    g_autofree unsigned char *map = ncpus >= 0 ? cpumap_parse(sh, list, ncpus) : NULL;
    return map && virDomainPinIOThread(dom, id, map, VIR_CPU_MAPLEN(ncpus), flags) == 0;
}

bool
cmd_iothreadadd(struct shell *sh, const struct call *call)
{
    unsigned int flags = 0, id;
    if (!affect_flags(sh, call, &flags) || !iothread_id(sh, call, "id", &id))
        return false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    return dom && virDomainAddIOThread(dom, id, flags) == 0;
}

bool
cmd_iothreaddel(struct shell *sh, const struct call *call)
{
    unsigned int flags = 0, id;
    if (!affect_flags(sh, call, &flags) || !iothread_id(sh, call, "id", &id))
        return false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    return dom && virDomainDelIOThread(dom, id, flags) == 0;
}

bool
cmd_iothreadset(struct shell *sh, const struct call *call)
{
    unsigned int flags = 0, id;
    auto_params p = {0};
    if (!affect_flags(sh, call, &flags) || !iothread_id(sh, call, "id", &id) ||
        params_add_ullong(sh, call, "poll-max-ns", VIR_DOMAIN_IOTHREAD_POLL_MAX_NS, &p) < 0 ||
        params_add_uint(sh, call, "poll-grow", VIR_DOMAIN_IOTHREAD_POLL_GROW, &p) < 0 ||
        params_add_uint(sh, call, "poll-shrink", VIR_DOMAIN_IOTHREAD_POLL_SHRINK, &p) < 0 ||
        params_add_int(sh, call, "thread-pool-min", VIR_DOMAIN_IOTHREAD_THREAD_POOL_MIN, &p) < 0 ||
        params_add_int(sh, call, "thread-pool-max", VIR_DOMAIN_IOTHREAD_THREAD_POOL_MAX, &p) < 0)
        return false;
    if (params_add_uint(sh, call, "poll-weight", "poll-weight", &p) < 0)
        return false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    if (p.n == 0)
        return fail(sh, "no parameter of the I/O thread is given");
    return virDomainSetIOThreadParams(dom, id, p.list, p.n, flags) == 0;
}

/* ---- scheduler ---- */

static bool
sched_change(struct shell *sh, const struct call *call, const virTypedParameter *now, int n, struct params *p)
{
    const struct value *pos = NULL;
    const char *word;
    static const char *const fields[] = {"weight", "cap"};
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        const char *text = opt_text(call, fields[i]);
        const virTypedParameter *known = params_get(now, n, fields[i]);
        if (text && !known)
            return fail(sh, "invalid scheduler option: %s", fields[i]);
        if (text && !params_add_text(p, fields[i], known->type, text))
            return false;
    }
    while ((word = opt_word(call, "set", &pos))) {
        const char *eq = strchr(word, '=');
        if (!eq)
            return fail(sh, "Invalid syntax for --set, expecting name=value");
        g_autofree char *field = g_strndup(word, eq - word);
        const virTypedParameter *known = params_get(now, n, field);
        if (!known)
            return fail(sh, "invalid scheduler option: %s", field);
        if (!params_add_text(p, field, known->type, eq + 1))
            return false;
    }
    return true;
}

bool
cmd_schedinfo(struct shell *sh, const struct call *call)
{
    unsigned int flags = 0;
    int n = 0;
    if (!affect_flags(sh, call, &flags))
        return false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    auto_lib char *type = virDomainGetSchedulerType(dom, &n);
    fact(sh, LINE_OF_PARAM, "Scheduler", "%s", type ? type : "Unknown");
    if (!type || n <= 0)
        return type != NULL;
    auto_params now = {.list = calloc(n, sizeof(virTypedParameter))};
    auto_params set = {0};
    bool query_now = flags || opt_flag(call, "current");
    if ((query_now ? virDomainGetSchedulerParametersFlags(dom, now.list, &n, flags)
                   : virDomainGetSchedulerParameters(dom, now.list, &n)) < 0)
        return false;
    now.n = n;
    if (!sched_change(sh, call, now.list, now.n, &set))
        return false;
    if (set.n) {
        if ((query_now ? virDomainSetSchedulerParametersFlags(dom, set.list, set.n, flags)
                       : virDomainSetSchedulerParameters(dom, set.list, set.n)) < 0)
            return false;
        for (int i = 0; i < now.n; i++)
            if (now.list[i].type == VIR_TYPED_PARAM_STRING)
                g_clear_pointer(&now.list[i].value.s, free);
        if ((query_now ? virDomainGetSchedulerParametersFlags(dom, now.list, &n, flags)
                       : virDomainGetSchedulerParameters(dom, now.list, &n)) < 0)
            return false;
        now.n = n;
    }
    params_print(sh, LINE_OF_PARAM, now.list, now.n);
    return true;
}

/* ---- statistics ---- */

static void
nanoseconds(struct shell *sh, const virTypedParameter *p)
{
    if ((strcmp(p->field, VIR_DOMAIN_CPU_STATS_CPUTIME) == 0 || strcmp(p->field, VIR_DOMAIN_CPU_STATS_VCPUTIME) == 0 ||
         strcmp(p->field, VIR_DOMAIN_CPU_STATS_USERTIME) == 0 ||
         strcmp(p->field, VIR_DOMAIN_CPU_STATS_SYSTEMTIME) == 0) &&
        p->type == VIR_TYPED_PARAM_ULLONG) {
        fact(sh, "\t%-12s %s\n", p->field, "%9lld.%09lld seconds", (long long)(p->value.ul / 1000000000),
             (long long)(p->value.ul % 1000000000));
    } else {
        param_print(sh, "\t%-12s %s\n", p);
    }
}

static bool
cpu_stats_each(struct shell *sh, virDomainPtr dom, int start, int count)
{
    enum { AT_ONCE = 128 };
    int max = virDomainGetCPUStats(dom, NULL, 0, 0, 0, 0);
    if (max < 0)
        goto failed;
    if (start >= max)
        return fail(sh, "Start CPU %d is out of range (min: 0, max: %d)", start, max - 1);
    if (count < 0 || count > max - start)
        count = max - start;
    int nparams = virDomainGetCPUStats(dom, NULL, 0, 0, 1, 0);
    if (nparams < 0)
        goto failed;
    while (count > 0) {
        int n = MIN(count, AT_ONCE);
        virTypedParameterPtr list = calloc((size_t)n * MAX(nparams, 1), sizeof(*list));
        int got = virDomainGetCPUStats(dom, list, nparams, start, n, 0);
        for (int c = 0; c < n && got >= 0; c++) {
            g_autofree char *name = g_strdup_printf("CPU%d", start + c);
            fact_section(sh, name);
            for (int j = 0; j < got; j++)
                nanoseconds(sh, &list[c * nparams + j]);
        }
        virTypedParamsFree(list, n * nparams);
        if (got < 0)
            goto failed;
        start += n;
        count -= n;
    }
    return true;
failed:
    return fail(sh, "Failed to retrieve CPU statistics for domain '%s'", virDomainGetName(dom));
}

static bool
cpu_stats_total(struct shell *sh, virDomainPtr dom)
{
    int nparams = virDomainGetCPUStats(dom, NULL, 0, -1, 1, 0);
    if (nparams > 0) {
        virTypedParameterPtr list = calloc(nparams, sizeof(*list));
        int got = virDomainGetCPUStats(dom, list, nparams, -1, 1, 0);
        if (got >= 0)
            fact_section(sh, "Total");
        for (int j = 0; j < got; j++)
            nanoseconds(sh, &list[j]);
        virTypedParamsFree(list, nparams);
        if (got >= 0)
            return true;
    } else if (nparams == 0) {
        out(sh, "No total stats available\n");
        return true;
    }
    return fail(sh, "Failed to retrieve CPU statistics for domain '%s'", virDomainGetName(dom));
}

bool
cmd_cpu_stats(struct shell *sh, const struct call *call)
{
    int start = 0, count = -1;
    bool total = opt_flag(call, "total");
    int rc = opt_int(sh, call, "start", &start);
    if (rc < 0)
        return false;
    bool each = rc > 0;
    if (start < 0)
        return fail(sh, "Invalid value for start CPU");
    rc = opt_int(sh, call, "count", &count);
    if (rc < 0)
        return false;
    if (rc > 0 && count < 0)
        return fail(sh, "Invalid value for number of CPUs to show");
    each |= rc > 0;
    if (!total && !each)
        total = each = true;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    if (each && !cpu_stats_each(sh, dom, start, count))
        return false;
    return !total || cpu_stats_total(sh, dom);
}

/* ---- CPUs as the guest sees them ---- */

bool
cmd_guestvcpus(struct shell *sh, const struct call *call)
{
    const char *list = NULL;
    bool enable = opt_flag(call, "enable"), disable = opt_flag(call, "disable");
    if (!opt_exclusive(sh, call, "enable", "disable", NULL) || opt_string(sh, call, "cpulist", &list) < 0)
        return false;
    if ((enable || disable) && !list)
        return fail(sh, "Option --%s requires option --%s", enable ? "enable" : "disable", "cpulist");
    if (list && !enable && !disable)
        return fail(sh, "One of options --enable or --disable is required by option --cpulist");
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    if (list)
        return virDomainSetGuestVcpus(dom, list, enable, 0) == 0;
    auto_params p = {0};
    unsigned int n = 0;
    if (virDomainGetGuestVcpus(dom, &p.list, &n, 0) < 0)
        return false;
    p.n = (int)n;
    params_print(sh, LINE_OF_PARAM, p.list, p.n);
    return true;
}
