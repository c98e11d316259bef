/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * check-cells: the NUMA cells of a guest, what holds them and what memory costs in them; see check.h.
 */
#include "base/bitmap.h"
#include "model/check.h"
#include "model/devices.h"

#define ERR_FROM VIR_FROM_DOMAIN

/* What memory costs is said of cells that are there, once each; who asks has CPUs, and a cache is the
 * target's. */
static int numa_cost(const struct domain_def *def, uint32_t initiator, uint32_t target, uint32_t cache,
                     const char *what, struct err *err)
{
    const struct cpu_numa *numa = def->cpu->numa;
    const struct numa_cell *from = NULL, *to = NULL;
    bool cached = !cache;
    for (uint32_t i = 0; i < numa->n_cells; i++) {
        const struct numa_cell *c = numa->cells[i];
        uint32_t id = c->has_id ? c->id : i;
        from = id == initiator ? c : from;
        to = id == target ? c : to;
    }
    for (uint32_t i = 0; to && i < to->n_caches; i++)
        cached = cached || to->caches[i]->level == cache;
    if (!from || !to)
        return XML("a %s in <numa> of guest '%s' is from cell %u to cell %u, which are not both there", what,
                   def->name, initiator, target);
    if (!from->cpus)
        return XML("a %s in <numa> of guest '%s' is from cell %u, which has no CPUs", what, def->name,
                   initiator);
    return cached ? 0
                  : XML("a %s in <numa> of guest '%s' is to cache %u of cell %u, which is not there", what,
                        def->name, cache, target);
}

#define READ_COSTS(list, what)                                                                               \
    for (uint32_t i = 0; i < numa->n_##list; i++) {                                                          \
        if (numa_cost(def, numa->list[i]->initiator, numa->list[i]->target, numa->list[i]->cache, what,      \
                      err) < 0)                                                                              \
            return -1;                                                                                       \
        for (uint32_t k = 0; k < i; k++)                                                                     \
            if (numa->list[i]->initiator == numa->list[k]->initiator &&                                      \
                numa->list[i]->target == numa->list[k]->target &&                                            \
                numa->list[i]->cache == numa->list[k]->cache && numa->list[i]->type == numa->list[k]->type)  \
                return XML("<numa> of guest '%s' says a %s twice", def->name, what);                         \
    }

static int numa_costs(const struct domain_def *def, const struct cpu_numa *numa, struct err *err)
{
    READ_COSTS(latencies, "latency")
    READ_COSTS(bandwidths, "bandwidth")
    return 0;
}

/* A vcpu is in one cell: `taken` are those of the cells before. */
static int
read_cpus(const struct domain_def *def, const struct numa_cell *c, struct bitmap *taken, struct err *err)
{
    struct bitmap *map = c->cpus ? bitmap_parse(c->cpus, 16384, NULL) : NULL;
    ssize_t twice = -1;
    for (ssize_t n = map ? bitmap_next(map, -1) : -1; n >= 0; n = bitmap_next(map, n)) {
        twice = bitmap_test(taken, n) ? n : twice;
        bitmap_set(taken, n);
    }
    bitmap_free(map);
    return twice < 0 ? 0 : UNSUPPORTED("vcpu %zd of guest '%s' is in two <cell> of <numa>", twice, def->name);
}

static int read_caches(const struct domain_def *def, const struct numa_cell *c, struct err *err)
{
    for (uint32_t i = 0; i < c->n_caches; i++) {
        const struct numa_cache *h = c->caches[i];
        if (!h->has_level || !h->associativity || !h->policy)
            return XML("a <cache> in <numa> of guest '%s' needs level, associativity and policy", def->name);
        if (h->level < 1 || h->level > 3)
            return XML("a <cache> in <numa> of guest '%s' has level %u; levels are 1 to 3", def->name,
                       h->level);
        for (uint32_t k = 0; k < i; k++)
            if (c->caches[k]->level == h->level)
                return XML("a <cell> in <numa> of guest '%s' has two <cache> of level %u", def->name,
                           h->level);
        if (!h->size || !h->line)
            return MISSING("a <cache> in <numa> of guest '%s' has no <%s>", def->name,
                           h->size ? "line" : "size");
    }
    return 0;
}

/* The one at `at`; `taken` are the vcpus of those before. */
static int read_cell(const struct domain_def *def, uint32_t at, struct bitmap *taken, struct err *err)
{
    const struct cpu_numa *numa = def->cpu->numa;
    const struct numa_cell *c = numa->cells[at];
    if (c->has_id && c->id >= numa->n_cells)
        return XML("a <cell> in <numa> of guest '%s' has id %u; the ids of %u cells are 0 to %u", def->name,
                   c->id, numa->n_cells, numa->n_cells - 1);
    for (uint32_t k = 0; k < at; k++)
        if (c->has_id && numa->cells[k]->has_id && numa->cells[k]->id == c->id)
            return XML("two <cell> in <numa> of guest '%s' have id %u", def->name, c->id);
    if (read_cpus(def, c, taken, err) < 0)
        return -1;
    if (c->has_distances && !c->n_distances)
        return XML("the <distances> of a <cell> in <numa> of guest '%s' are empty", def->name);
    for (uint32_t k = 0; k < c->n_distances; k++) {
        const struct numa_distance *d = c->distances[k];
        if (d->id >= numa->n_cells)
            return XML("a distance in <numa> of guest '%s' is to cell %u, which is not there", def->name,
                       d->id);
        if (d->value > 255 || d->value < 10 || (d->value == 10) != (d->id == (c->has_id ? c->id : at)))
            return XML("the distance %u in <numa> of guest '%s' has to be 10 to the cell itself, and 11 to "
                       "255 to others",
                       d->value, def->name);
    }
    return read_caches(def, c, err);
}

int check_cells_read(struct domain_def *def, uint32_t n, struct err *err)
{
    const struct cpu_numa *numa = def->cpu ? def->cpu->numa : NULL;
    if (numa && !numa->n_cells)
        return XML("<numa> of guest '%s' has no <cell>", def->name);
    struct bitmap *taken = bitmap_new(64);
    int rc = 0;
    for (uint32_t i = 0; i < n && rc == 0; i++)
        rc = read_cell(def, i, taken, err);
    bitmap_free(taken);
    return rc;
}

/* Cells can only hold the CPUs that there are. */
int check_cell_cpus_read(struct domain_def *def, struct err *err)
{
    const struct cpu_numa *numa = def->cpu ? def->cpu->numa : NULL;
    size_t cpus = 0, most = def_max_vcpus(def);
    if (def->vcpu && !def->vcpu->max)
        return INTERNAL("<vcpu> of guest '%s' holds no number of CPUs", def->name);
    for (uint32_t i = 0; numa && i < numa->n_cells; i++) {
        struct bitmap *map = numa->cells[i]->cpus ? bitmap_parse(numa->cells[i]->cpus, 16384, err) : NULL;
        if (numa->cells[i]->cpus && !map)
            return -1;
        cpus += map ? bitmap_count(map) : 0;
        ssize_t last = map ? bitmap_last(map) : -1;
        bitmap_free(map);
        if (last >= (ssize_t)most)
            return INTERNAL("NUMA cell %u of guest '%s' holds vcpu %zd; the guest has %zu vcpus", i,
                            def->name, last, most);
    }
    return cpus <= most ? 0
                        : INTERNAL("the NUMA cells of guest '%s' hold %zu vcpus; the guest has %zu",
                                   def->name, cpus, most);
}

int check_costs(const struct domain_def *def, struct err *err)
{
    const struct cpu_numa *numa = def->cpu ? def->cpu->numa : NULL;
    return numa ? numa_costs(def, numa, err) : 0;
}
