/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scheduler parameters and CPU statistics of a domain. */
#include "cmd.h"
#include "lookup.h"
#include "params.h"

#include <stdlib.h>
#include <string.h>

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
    if ((strcmp(p->field, VIR_DOMAIN_CPU_STATS_CPUTIME) == 0 ||
         strcmp(p->field, VIR_DOMAIN_CPU_STATS_VCPUTIME) == 0 ||
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
