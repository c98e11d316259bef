/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * check-cpu: what <cpu> says of the processor, but its NUMA cells; see check.h.  Nothing waits.
 */
#include <string.h>
#include "model/check.h"

#define ERR_FROM VIR_FROM_DOMAIN

#define CPU(...) err_set_from(err, VIR_FROM_CPU, VIR_ERR_XML_ERROR, __VA_ARGS__)

/* ---- as it is read -------------------------------------------------------------------------- */

int check_migratable_read(struct domain_def *def, struct err *err)
{
    const struct domain_cpu *c = def->cpu;
    return c && c->migratable && c->mode != CPU_MODE_HOST_PASSTHROUGH && c->mode != CPU_MODE_MAXIMUM
               ? err_set_from(err, VIR_FROM_CPU, VIR_ERR_CONFIG_UNSUPPORTED,
                              "the <cpu> of guest '%s' has migratable=, which "
                              "is for the modes host-passthrough and maximum",
                              def->name)
               : 0;
}

static bool names_model(const struct domain_cpu *c)
{
    return c->model && c->model->name && *c->model->name;
}

int check_vendor_id_read(struct domain_def *def, struct err *err)
{
    const struct domain_cpu *c = def->cpu;
    bool own = c && (c->mode == CPU_MODE_HOST_PASSTHROUGH || c->mode == CPU_MODE_MAXIMUM);
    const char *vendor = c && c->model && !own ? c->model->vendor_id : NULL;
    return vendor && (strlen(vendor) != 12 || strchr(vendor, ','))
               ? CPU("the vendor_id '%s' in the <cpu> of guest '%s' has to be 12 characters without a comma",
                     vendor, def->name)
               : 0;
}

int check_vendor_read(struct domain_def *def, struct err *err)
{
    return def->cpu && def->cpu->vendor && !names_model(def->cpu)
               ? CPU("the <cpu> of guest '%s' has a <vendor> and no <model>", def->name)
               : 0;
}

int check_cpu_cache_read(struct domain_def *def, struct err *err)
{
    const struct cpu_cache *c = def->cpu ? def->cpu->cache : NULL;
    return c && c->level > 3 ? CPU("the <cache> in the <cpu> of guest '%s' has level %u; levels are 1 to 3",
                                   def->name, c->level)
                             : 0;
}

int check_cpu_read(struct domain_def *def, struct err *err)
{
    const struct domain_cpu *c = def->cpu;
    if (c && c->n_features && !names_model(c) && (!c->mode || c->mode == CPU_MODE_CUSTOM))
        return CPU("the <cpu> of guest '%s' has features and no <model>", def->name);
    return 0;
}

int check_cpu_features_read(struct domain_def *def, uint32_t n, struct err *err)
{
    const struct domain_cpu *c = def->cpu;
    for (uint32_t i = 0; i < n; i++) {
        if (!c->features[i]->name || !*c->features[i]->name)
            return CPU("a <feature> in the <cpu> of guest '%s' has no name", def->name);
        for (uint32_t k = 0; k < i; k++)
            if (!strcmp(c->features[i]->name, c->features[k]->name))
                return CPU("the <cpu> of guest '%s' has the feature '%s' twice", def->name,
                           c->features[i]->name);
    }
    return 0;
}

/* ---- as soon as all have their defaults ----------------------------------------------------- */

int check_cpu_check(const struct domain_def *def, struct err *err)
{
    const struct domain_cpu *c = def->cpu;
    return c && c->check && !names_model(c) && (!c->mode || c->mode == CPU_MODE_CUSTOM)
               ? UNSUPPORTED("the <cpu> of guest '%s' has check= and no <model>", def->name)
               : 0;
}
