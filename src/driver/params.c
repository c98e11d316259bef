/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * params: memory, NUMA, perf events; see params.h.
 */
#include "driver/params.h"

#include "base/bitmap.h"

#include <glib.h>
#include <string.h>

#define ERR_FROM VIR_FROM_DOMAIN

static virTypedParameterPtr
next(struct params_out *out, const char *name, int type)
{
    virTypedParameterPtr p;

    if (out->n++ >= out->room)
        return NULL;
    p = &out->items[out->n - 1];
    memset(p, 0, sizeof(*p));
    g_strlcpy(p->field, name, sizeof(p->field));
    p->type = type;
    return p;
}

#define OUT(word, ctype, TYPE, member, given) \
    void params_out_##word(struct params_out *out, const char *name, ctype value) \
    { \
        virTypedParameterPtr p = next(out, name, VIR_TYPED_PARAM_##TYPE); \
        if (p) \
            p->value.member = given; \
    }
OUT(uint, unsigned, UINT, ui, value)
OUT(int, int, INT, i, value)
OUT(ullong, unsigned long long, ULLONG, ul, value)
OUT(boolean, bool, BOOLEAN, b, value)
OUT(string, const char *, STRING, s, g_strdup(value ? value : ""))

/* ---- memory --------------------------------------------------------------------------------- */

static const struct typed_param_rule memory_rules[] = {
    { VIR_DOMAIN_MEMORY_HARD_LIMIT, VIR_TYPED_PARAM_ULLONG, false },
    { VIR_DOMAIN_MEMORY_SOFT_LIMIT, VIR_TYPED_PARAM_ULLONG, false },
    { VIR_DOMAIN_MEMORY_SWAP_HARD_LIMIT, VIR_TYPED_PARAM_ULLONG, false },
};

/* What is more than no limit is none in documents, but the number that was given here. */
static unsigned long long
limit(bool given, uint64_t kib)
{
    return given || kib > VIR_DOMAIN_MEMORY_PARAM_UNLIMITED ? kib : VIR_DOMAIN_MEMORY_PARAM_UNLIMITED;
}

void
params_read_memory(const struct domain_def *def, struct params_out *out)
{
    static const struct domain_memtune none;
    const struct domain_memtune *tune = def->memtune ? def->memtune : &none;

    params_out_ullong(out, VIR_DOMAIN_MEMORY_HARD_LIMIT, limit(tune->has_hard_limit, tune->hard_limit));
    params_out_ullong(out, VIR_DOMAIN_MEMORY_SOFT_LIMIT, limit(tune->has_soft_limit, tune->soft_limit));
    params_out_ullong(out, VIR_DOMAIN_MEMORY_SWAP_HARD_LIMIT,
                      limit(tune->has_swap_hard_limit, tune->swap_hard_limit));
}

int
params_write_memory(struct domain_def *def, virTypedParameterPtr params, int n, int from, struct err *err)
{
    struct domain_memtune *tune;

    if (typed_params_check(params, n, memory_rules, G_N_ELEMENTS(memory_rules), err) < 0)
        return -1;
    if (!def->memtune)
        def->memtune = model_new(def, struct domain_memtune);
    tune = def->memtune;
    for (int i = 0; i < n; i++) {
        const char *field = params[i].field;
        unsigned long long value = params[i].value.ul;
        bool given = value < VIR_DOMAIN_MEMORY_PARAM_UNLIMITED;

        if (strcmp(field, VIR_DOMAIN_MEMORY_HARD_LIMIT) == 0) {
            tune->hard_limit = value;
            tune->has_hard_limit = given;
        } else if (strcmp(field, VIR_DOMAIN_MEMORY_SOFT_LIMIT) == 0) {
            tune->soft_limit = value;
            tune->has_soft_limit = given;
        } else {
            tune->swap_hard_limit = value;
            tune->has_swap_hard_limit = given;
        }
    }
    unsigned long long hard = limit(tune->has_hard_limit, tune->hard_limit);
    unsigned long long swap = limit(tune->has_swap_hard_limit, tune->swap_hard_limit);
    if (swap < hard)
        return err_set_from(err, from, VIR_ERR_INVALID_ARG,
                       "memory with swap may not be limited to less (%llu KiB) than memory alone (%llu KiB)",
                       swap, hard);
    return 0;
}

/* ---- NUMA ----------------------------------------------------------------------------------- */

#define NODES_MAX 1024

static const struct typed_param_rule numa_rules[] = {
    { VIR_DOMAIN_NUMA_MODE, VIR_TYPED_PARAM_INT, false },
    { VIR_DOMAIN_NUMA_NODESET, VIR_TYPED_PARAM_STRING, false },
};

static const enum numa_mode numa_modes[] = {
    [VIR_DOMAIN_NUMATUNE_MEM_STRICT] = NUMA_MODE_STRICT,
    [VIR_DOMAIN_NUMATUNE_MEM_PREFERRED] = NUMA_MODE_PREFERRED,
    [VIR_DOMAIN_NUMATUNE_MEM_INTERLEAVE] = NUMA_MODE_INTERLEAVE,
    [VIR_DOMAIN_NUMATUNE_MEM_RESTRICTIVE] = NUMA_MODE_RESTRICTIVE,
};

void
params_read_numa(const struct domain_def *def, struct params_out *out)
{
    const struct numatune_memory *memory = def->numatune ? def->numatune->memory : NULL;
    int mode = 0;

    for (size_t i = 0; memory && i < G_N_ELEMENTS(numa_modes); i++)
        if (numa_modes[i] == memory->mode)
            mode = (int)i;
    params_out_int(out, VIR_DOMAIN_NUMA_MODE, mode);
    params_out_string(out, VIR_DOMAIN_NUMA_NODESET, memory ? memory->nodeset : NULL);
}

int
params_write_numa(struct domain_def *def, virTypedParameterPtr params, int n, int from, struct err *err)
{
    struct numatune_memory *memory;
    g_autofree char *nodeset = NULL;
    int mode = -1;

    if (typed_params_check(params, n, numa_rules, G_N_ELEMENTS(numa_rules), err) < 0)
        return -1;
    for (int i = 0; i < n; i++) {
        struct bitmap *map;

        if (params[i].type == VIR_TYPED_PARAM_INT) {
            mode = params[i].value.i;
            if (mode < 0 || mode >= (int)G_N_ELEMENTS(numa_modes))
                return err_set_from(err, from, VIR_ERR_INVALID_ARG, "there is no NUMA mode %d", mode);
            continue;
        }
        map = bitmap_parse(params[i].value.s, NODES_MAX, err);
        if (!map)
            return -1;
        nodeset = bitmap_format(map);
        bitmap_free(map);
        if (*nodeset == '\0')
            return err_set_from(err, VIR_FROM_NONE, VIR_ERR_INVALID_ARG, "'%s' names no NUMA node",
                                params[i].value.s);
    }
    if (!def->numatune)
        def->numatune = model_new(def, struct domain_numatune);
    if (!def->numatune->memory)
        def->numatune->memory = model_new(def, struct numatune_memory);
    memory = def->numatune->memory;
    if (mode >= 0)
        memory->mode = numa_modes[mode];
    else if (!memory->mode)
        memory->mode = NUMA_MODE_STRICT;
    if (nodeset) {
        memory->nodeset = model_str(def, nodeset);
        memory->placement = VCPU_PLACEMENT_UNSET;
    }
    if (!memory->nodeset && memory->placement != VCPU_PLACEMENT_AUTO)
        return err_set_from(err, VIR_FROM_DOMAIN, VIR_ERR_CONFIG_UNSUPPORTED,
                            "a NUMA mode needs the nodes that it is about: set " VIR_DOMAIN_NUMA_NODESET
                            " with it");
    return 0;
}

/* ---- perf events ---------------------------------------------------------------------------- */

static const char *const events[] = {
    VIR_PERF_PARAM_CMT,
    VIR_PERF_PARAM_MBMT,
    VIR_PERF_PARAM_MBML,
    VIR_PERF_PARAM_CPU_CYCLES,
    VIR_PERF_PARAM_INSTRUCTIONS,
    VIR_PERF_PARAM_CACHE_REFERENCES,
    VIR_PERF_PARAM_CACHE_MISSES,
    VIR_PERF_PARAM_BRANCH_INSTRUCTIONS,
    VIR_PERF_PARAM_BRANCH_MISSES,
    VIR_PERF_PARAM_BUS_CYCLES,
    VIR_PERF_PARAM_STALLED_CYCLES_FRONTEND,
    VIR_PERF_PARAM_STALLED_CYCLES_BACKEND,
    VIR_PERF_PARAM_REF_CPU_CYCLES,
    VIR_PERF_PARAM_CPU_CLOCK,
    VIR_PERF_PARAM_TASK_CLOCK,
    VIR_PERF_PARAM_PAGE_FAULTS,
    VIR_PERF_PARAM_CONTEXT_SWITCHES,
    VIR_PERF_PARAM_CPU_MIGRATIONS,
    VIR_PERF_PARAM_PAGE_FAULTS_MIN,
    VIR_PERF_PARAM_PAGE_FAULTS_MAJ,
    VIR_PERF_PARAM_ALIGNMENT_FAULTS,
    VIR_PERF_PARAM_EMULATION_FAULTS,
};

static struct perf_event *
find_event(const struct domain_def *def, const char *name)
{
    for (uint32_t i = 0; i < def->n_perf_events; i++)
        if (def->perf_events[i]->name == perf_event_name_from(name))
            return def->perf_events[i];
    return NULL;
}

void
params_read_perf(const struct domain_def *def, struct params_out *out)
{
    for (size_t i = 0; i < G_N_ELEMENTS(events); i++) {
        const struct perf_event *event = find_event(def, events[i]);

        params_out_boolean(out, events[i], event && event->enabled == TRI_YES);
    }
}

int
params_write_perf(struct domain_def *def, virTypedParameterPtr params, int n, struct err *err)
{
    struct typed_param_rule rules[G_N_ELEMENTS(events)];

    for (size_t i = 0; i < G_N_ELEMENTS(events); i++)
        rules[i] = (struct typed_param_rule){ events[i], VIR_TYPED_PARAM_BOOLEAN, false };
    if (typed_params_check(params, n, rules, G_N_ELEMENTS(rules), err) < 0)
        return -1;
    for (int i = 0; i < n; i++) {
        struct perf_event *event = find_event(def, params[i].field);

        if (!event) {
            event = model_new(def, struct perf_event);
            event->name = perf_event_name_from(params[i].field);
            model_list_append(def, def->perf_events, def->n_perf_events, event);
        }
        event->enabled = params[i].value.b ? TRI_YES : TRI_NO;
    }
    return 0;
}
