/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CPU models: lists, comparison, baselines. */
#include "cmd.h"
#include "file.h"
#include "lookup.h"
#include "xml.h"

#include <stdlib.h>
#include <string.h>

bool
cmd_cpu_models(struct shell *sh, const struct call *call)
{
    const char *arch = NULL;
    char **models = NULL;
    if (opt_string(sh, call, "arch", &arch) <= 0)
        return false;
    int n = virConnectGetCPUModelNames(sh->conn, arch, &models, 0);
    if (n < 0)
        return fail(sh, "failed to get CPU model names");
    fact_list(sh);
    if (n == 0)
        out(sh, "all CPU models are accepted\n");
    for (int i = 0; i < n; i++) {
        out(sh, "%s\n", models[i]);
        free(models[i]);
    }
    free(models);
    return true;
}

bool
cmd_hypervisor_cpu_models(struct shell *sh, const struct call *call)
{
    const char *type = NULL, *emulator = NULL, *arch = NULL, *machine = NULL;
    if (opt_string(sh, call, "virttype", &type) < 0 || opt_string(sh, call, "emulator", &emulator) < 0 ||
        opt_string(sh, call, "arch", &arch) < 0 || opt_string(sh, call, "machine", &machine) < 0)
        return false;
    auto_lib char *xml = virConnectGetDomainCapabilities(sh->conn, emulator, arch, machine, type, 0);
    g_autoptr(xml_doc) doc = xml ? xml_parse(xml) : NULL;
    if (!doc)
        return fail(sh, "failed to get hypervisor CPU model names");
    g_autoptr(GPtrArray) models = xml_nodes(doc, NULL, "/domainCapabilities/cpu/mode[@name='custom']/model");
    fact_list(sh);
    for (guint i = 0; i < models->len; i++) {
        g_autofree char *usable = xml_text(doc, models->pdata[i], "string(./@usable)");
        g_autofree char *name = xml_text(doc, models->pdata[i], "string(.)");
        if (name && (opt_flag(call, "all") || g_strcmp0(usable, "yes") == 0))
            out(sh, "%s\n", name);
    }
    return true;
}

/* The CPU descriptions of a file, whatever document it holds: they stand alone, in a domain, in capabilities
 * or in domain capabilities, or in a row.  NULL-terminated; NULL and told if there is none. */
static char **
cpus_of(struct shell *sh, const struct call *call)
{
    g_autofree char *text = NULL;
    GPtrArray *list;
    if (opt_file(sh, call, "file", &text) <= 0)
        return NULL;
    /* Several documents may follow each other; put them below one root. */
    char *start = text;
    if (g_str_has_prefix(start, "<?xml") && strstr(start, "?>"))
        start = strstr(start, "?>") + 2;
    g_autofree char *wrapped = g_strconcat("<container>", start, "</container>", NULL);
    g_autoptr(xml_doc) doc = xml_parse(wrapped);
    list = g_ptr_array_new_with_free_func(g_free);
    if (doc) {
        g_autoptr(GPtrArray) nodes = xml_nodes(
            doc, NULL, "/container/cpu|/container/domain/cpu|/container/capabilities/host/cpu|"
                       "/container/domainCapabilities/cpu/mode[@name='host-model' and @supported='yes']");
        for (guint i = 0; i < nodes->len; i++) {
            xmlNode *node = nodes->pdata[i];
            if (strcmp((const char *)node->name, "mode") == 0) {
                xmlNodeSetName(node, (const xmlChar *)"cpu");
                while (node->properties)
                    xmlRemoveProp(node->properties);
            }
            g_ptr_array_add(list, xml_print_node(doc, node));
        }
    }
    if (list->len == 0) {
        fail(sh, "File '%s' does not contain any <cpu> element or valid domain XML, host capabilities XML, "
                 "or domain capabilities XML", opt_text(call, "file"));
        g_ptr_array_unref(list);
        return NULL;
    }
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_free(list, FALSE);
}

static bool
say_compared(struct shell *sh, int result, const char *file, const char *host)
{
    switch (result) {
    case VIR_CPU_COMPARE_INCOMPATIBLE:
        out(sh, "CPU described in %s is incompatible with %s\n", file, host);
        return false;
    case VIR_CPU_COMPARE_IDENTICAL:
        out(sh, "CPU described in %s is identical to %s\n", file, host);
        return true;
    case VIR_CPU_COMPARE_SUPERSET:
        out(sh,
            g_str_has_prefix(host, "host")
                ? "Host CPU is a superset of CPU described in %s\n"
                : "The CPU provided by hypervisor on the host is a superset of CPU described in %s\n",
            file);
        return true;
    default:
        return fail(sh, "Failed to compare host CPU with %s", file);
    }
}

bool
cmd_cpu_compare(struct shell *sh, const struct call *call)
{
    unsigned int flags = 0;
    if (opt_flag(call, "error"))
        flags |= VIR_CONNECT_COMPARE_CPU_FAIL_INCOMPATIBLE;
    if (opt_flag(call, "validate"))
        flags |= VIR_CONNECT_COMPARE_CPU_VALIDATE_XML;
    g_auto(GStrv) cpus = cpus_of(sh, call);
    if (!cpus)
        return false;
    return say_compared(sh, virConnectCompareCPU(sh->conn, cpus[0], flags), opt_text(call, "file"),
                        "host CPU");
}

struct where {
    const char *type, *emulator, *arch, *machine;
};

static bool
where_of(struct shell *sh, const struct call *call, struct where *w)
{
    memset(w, 0, sizeof(*w));
    return opt_string(sh, call, "virttype", &w->type) >= 0 &&
           opt_string(sh, call, "emulator", &w->emulator) >= 0 &&
           opt_string(sh, call, "arch", &w->arch) >= 0 && opt_string(sh, call, "machine", &w->machine) >= 0;
}

bool
cmd_hypervisor_cpu_compare(struct shell *sh, const struct call *call)
{
    unsigned int flags = 0;
    struct where w;
    if (opt_flag(call, "error"))
        flags |= VIR_CONNECT_COMPARE_CPU_FAIL_INCOMPATIBLE;
    if (opt_flag(call, "validate"))
        flags |= VIR_CONNECT_COMPARE_CPU_VALIDATE_XML;
    if (!where_of(sh, call, &w))
        return false;
    g_auto(GStrv) cpus = cpus_of(sh, call);
    if (!cpus)
        return false;
    return say_compared(
        sh, virConnectCompareHypervisorCPU(sh->conn, w.emulator, w.arch, w.machine, w.type, cpus[0], flags),
        opt_text(call, "file"), "the CPU provided by hypervisor on the host");
}

static unsigned int
baseline_flags(const struct call *call)
{
    unsigned int flags = 0;
    if (opt_flag(call, "features"))
        flags |= VIR_CONNECT_BASELINE_CPU_EXPAND_FEATURES;
    if (opt_flag(call, "migratable"))
        flags |= VIR_CONNECT_BASELINE_CPU_MIGRATABLE;
#if API_12
    if (option_find(call->def, "ignore-host") && opt_flag(call, "ignore-host"))
        flags |= VIR_CONNECT_BASELINE_CPU_IGNORE_HOST;
#endif
    return flags;
}

bool
cmd_cpu_baseline(struct shell *sh, const struct call *call)
{
    g_auto(GStrv) cpus = cpus_of(sh, call);
    auto_lib char *result = cpus ? virConnectBaselineCPU(sh->conn, (const char **)cpus, g_strv_length(cpus),
                                                         baseline_flags(call))
                                 : NULL;
    if (!result)
        return false;
    out(sh, "%s", result);
    return true;
}

bool
cmd_hypervisor_cpu_baseline(struct shell *sh, const struct call *call)
{
    struct where w;
    const char *model = NULL;
    g_auto(GStrv) cpus = NULL;
    if (!where_of(sh, call, &w) || !opt_exclusive(sh, call, "file", "model", NULL) ||
        opt_string(sh, call, "model", &model) < 0)
        return false;
    if (opt_flag(call, "file")) {
        cpus = cpus_of(sh, call);
    } else if (model) {
        cpus = g_new0(char *, 2);
        cpus[0] = xml_fmt("<cpu><model>%s</model></cpu>", model);
    } else {
        fail(sh, "Either --file or --model must be provided");
    }
    auto_lib char *result =
        cpus ? virConnectBaselineHypervisorCPU(sh->conn, w.emulator, w.arch, w.machine, w.type,
                                               (const char **)cpus, g_strv_length(cpus), baseline_flags(call))
             : NULL;
    if (!result)
        return false;
    out(sh, "%s", result);
    return true;
}
