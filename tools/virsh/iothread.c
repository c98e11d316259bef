/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* I/O threads of a domain. */
#include "cmd.h"
#include "cpumap.h"
#include "lookup.h"
#include "params.h"

#include <stdlib.h>
#include <string.h>

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
