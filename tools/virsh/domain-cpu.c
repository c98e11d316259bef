/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Virtual CPUs: how many, where they run, and as the guest sees them. */
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
    bool maximum = opt_flag(call, "maximum"), active = opt_flag(call, "active"),
         guest = opt_flag(call, "guest");
    unsigned int flags = 0;
    /* --current once meant the number in use and is taken beside the others. */
    if (opt_flag(call, "config"))
        flags |= VIR_DOMAIN_AFFECT_CONFIG;
    if (opt_flag(call, "live"))
        flags |= VIR_DOMAIN_AFFECT_LIVE;
    if (!opt_exclusive(sh, call, "live", "config", NULL) ||
        !opt_exclusive(sh, call, "maximum", "active", NULL) ||
        !opt_exclusive(sh, call, "guest", "config", NULL))
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
    return (plain ? virDomainPinVcpu(dom, vcpu, map, len)
                  : virDomainPinVcpuFlags(dom, vcpu, map, len, flags)) == 0;
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
