/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command domstats. */
#include "cmd.h"
#include "lookup.h"
#include "params.h"

#include <stdlib.h>

static const struct {
    const char *option;
    unsigned int flag;
} groups[] = {
    {"state", VIR_DOMAIN_STATS_STATE}, {"cpu-total", VIR_DOMAIN_STATS_CPU_TOTAL},
    {"balloon", VIR_DOMAIN_STATS_BALLOON}, {"vcpu", VIR_DOMAIN_STATS_VCPU},
    {"interface", VIR_DOMAIN_STATS_INTERFACE}, {"block", VIR_DOMAIN_STATS_BLOCK},
    {"perf", VIR_DOMAIN_STATS_PERF}, {"iothread", VIR_DOMAIN_STATS_IOTHREAD},
    {"memory", VIR_DOMAIN_STATS_MEMORY}, {"dirtyrate", VIR_DOMAIN_STATS_DIRTYRATE},
    {"vm", VIR_DOMAIN_STATS_VM},
};

static const struct {
    const char *option;
    unsigned int flag;
} which[] = {
    {"list-active", VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE},
    {"list-inactive", VIR_CONNECT_GET_ALL_DOMAINS_STATS_INACTIVE},
    {"list-persistent", VIR_CONNECT_GET_ALL_DOMAINS_STATS_PERSISTENT},
    {"list-transient", VIR_CONNECT_GET_ALL_DOMAINS_STATS_TRANSIENT},
    {"list-running", VIR_CONNECT_GET_ALL_DOMAINS_STATS_RUNNING},
    {"list-paused", VIR_CONNECT_GET_ALL_DOMAINS_STATS_PAUSED},
    {"list-shutoff", VIR_CONNECT_GET_ALL_DOMAINS_STATS_SHUTOFF},
    {"list-other", VIR_CONNECT_GET_ALL_DOMAINS_STATS_OTHER},
};

static void
print_json(struct shell *sh, virDomainStatsRecordPtr *records, int n)
{
    GString *s = g_string_new("[");
    for (int i = 0; i < n; i++) {
        g_autofree char *name = json_quote(virDomainGetName(records[i]->dom));
        g_string_append_printf(s, "%s\n  {\"domain\": %s", i ? "," : "", name);
        for (int j = 0; j < records[i]->nparams; j++) {
            const virTypedParameter *p = &records[i]->params[j];
            g_autofree char *text =
                p->type == VIR_TYPED_PARAM_BOOLEAN ? g_strdup(p->value.b ? "true" : "false") : param_text(p);
            g_autofree char *quoted = p->type == VIR_TYPED_PARAM_STRING ? json_quote(text) : g_strdup(text);
            g_string_append_printf(s, ", \"%s\": %s", p->field, quoted);
        }
        g_string_append_c(s, '}');
    }
    g_string_append(s, n ? "\n]" : "]");
    json_document(sh, g_string_free(s, FALSE));
}

static void
print_text(struct shell *sh, virDomainStatsRecordPtr *records, int n)
{
    for (int i = 0; i < n; i++) {
        out(sh, "%sDomain: '%s'\n", i ? "\n" : "", virDomainGetName(records[i]->dom));
        for (int j = 0; j < records[i]->nparams; j++) {
            g_autofree char *text = param_text(&records[i]->params[j]);
            out(sh, "  %s=%s\n", records[i]->params[j].field, text);
        }
    }
}

bool
cmd_domstats(struct shell *sh, const struct call *call)
{
    unsigned int stats = 0, flags = 0;
    const struct value *pos = NULL;
    const char *name;
    g_autoptr(GPtrArray) doms = g_ptr_array_new_with_free_func((GDestroyNotify)(void *)virDomainFree);
    virDomainStatsRecordPtr *records = NULL;
    int n;
    for (size_t i = 0; i < G_N_ELEMENTS(groups); i++)
        if (opt_flag(call, groups[i].option))
            stats |= groups[i].flag;
    for (size_t i = 0; i < G_N_ELEMENTS(which); i++)
        if (opt_flag(call, which[i].option))
            flags |= which[i].flag;
    if (opt_flag(call, "enforce"))
        flags |= VIR_CONNECT_GET_ALL_DOMAINS_STATS_ENFORCE_STATS;
    if (opt_flag(call, "backing"))
        flags |= VIR_CONNECT_GET_ALL_DOMAINS_STATS_BACKING;
    if (opt_flag(call, "nowait"))
        flags |= VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT;
    while ((name = opt_word(call, "domain", &pos))) {
        virDomainPtr dom = domain_find(sh, name, BY_ANY);
        if (!dom) {
            fail(sh, "failed to get domain '%s'", name);
            err_forget(sh);
            return false;
        }
        g_ptr_array_add(doms, dom);
    }
    if (doms->len) {
        g_ptr_array_add(doms, NULL);
        n = virDomainListGetStats((virDomainPtr *)doms->pdata, stats, &records, flags);
        g_ptr_array_set_size(doms, (int)doms->len - 1);
    } else {
        n = virConnectGetAllDomainStats(sh->conn, stats, &records, flags);
    }
    if (n < 0)
        return false;
    if (sh->json)
        print_json(sh, records, n);
    else
        print_text(sh, records, n);
    virDomainStatsRecordListFree(records);
    return true;
}
