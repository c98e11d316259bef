/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-tune: shares, pins, schedulers, caches, vcpus one by one and distances of NUMA cells; see
 * complete.h.  Nothing waits.
 */
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include "base/bitmap.h"
#include "model/complete.h"
#include "model/complete-devices.h"

#define ERR_FROM VIR_FROM_DOMAIN

enum { MAX_CPU = 16384 };

/* A list without the vcpus that the guest does not have; NULL: nothing is left. */
static const char *within(struct domain_def *def, const char *vcpus)
{
    struct bitmap *map = bitmap_parse(vcpus, MAX_CPU, NULL);
    for (ssize_t n = map ? bitmap_next(map, -1) : -1; n >= 0; n = bitmap_next(map, n))
        if (n >= (ssize_t)def->vcpu->max)
            bitmap_clear(map, n);
    g_autofree char *text = map ? bitmap_format(map) : NULL;
    bitmap_free(map);
    return text && *text ? model_str(def, text) : NULL;
}

static int compare_vcpuscheds(const void *a, const void *b)
{
    return atoi((*(struct vcpusched *const *)a)->vcpus) - atoi((*(struct vcpusched *const *)b)->vcpus);
}

static int compare_iothreadscheds(const void *a, const void *b)
{
    return atoi((*(struct iothreadsched *const *)a)->iothreads) -
           atoi((*(struct iothreadsched *const *)b)->iothreads);
}

static int compare_caches(const void *a, const void *b)
{
    const struct cachetune_cache *x = *(struct cachetune_cache *const *)a,
                                 *y = *(struct cachetune_cache *const *)b;
    return x->level != y->level ? (x->level < y->level ? -1 : 1)
           : x->type != y->type ? (int)x->type - (int)y->type
                                : (x->id < y->id ? -1 : x->id > y->id);
}

static int compare_nodes(const void *a, const void *b)
{
    const struct memorytune_node *x = *(struct memorytune_node *const *)a,
                                 *y = *(struct memorytune_node *const *)b;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* What is told of memory comes in the order of the vcpus' caches, then of others. */
static void sort_memorytunes(struct domain_cputune *t)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < t->n_cachetunes; i++)
        for (uint32_t k = n; k < t->n_memorytunes; k++) {
            struct memorytune *m = t->memorytunes[k];
            if (strcmp(m->vcpus, t->cachetunes[i]->vcpus))
                continue;
            memmove(&t->memorytunes[n + 1], &t->memorytunes[n], (k - n) * sizeof(void *));
            t->memorytunes[n++] = m;
        }
}

/* What says nothing goes, and what is told of the same vcpus' memory in several places comes together; shares
 * come in the order of their numbers. */
static void complete_groups(struct domain_def *def, struct domain_cputune *t)
{
    for (uint32_t i = 0; i < t->n_cachetunes;) {
        struct cachetune *c = t->cachetunes[i];
        c->vcpus = within(def, c->vcpus);
        if (c->n_caches)
            qsort(c->caches, c->n_caches, sizeof(*c->caches), compare_caches);
        if (c->vcpus && c->n_caches + c->n_monitors)
            i++;
        else
            model_list_remove(t->cachetunes, t->n_cachetunes, i);
    }
    for (uint32_t i = 0; i < t->n_memorytunes;) {
        struct memorytune *m = t->memorytunes[i];
        m->vcpus = within(def, m->vcpus);
        struct memorytune *same = NULL;
        for (uint32_t k = 0; k < i && !same; k++)
            if (!g_strcmp0(t->memorytunes[k]->vcpus, m->vcpus))
                same = t->memorytunes[k];
        for (uint32_t k = 0; same && k < m->n_nodes; k++)
            model_list_append(def, same->nodes, same->n_nodes, m->nodes[k]);
        for (uint32_t k = 0; same && k < m->n_monitors; k++)
            model_list_append(def, same->monitors, same->n_monitors, m->monitors[k]);
        if (m->vcpus && !same && m->n_nodes + m->n_monitors)
            i++;
        else
            model_list_remove(t->memorytunes, t->n_memorytunes, i);
    }
    for (uint32_t i = 0; i < t->n_memorytunes; i++)
        if (t->memorytunes[i]->n_nodes)
            qsort(t->memorytunes[i]->nodes, t->memorytunes[i]->n_nodes, sizeof(*t->memorytunes[i]->nodes),
                  compare_nodes);
    sort_memorytunes(t);
}

static bool has_priority(enum scheduler s, bool given)
{
    return given && (s == SCHEDULER_FIFO || s == SCHEDULER_RR);
}

/* Each vcpu or thread has its own scheduler: they are listed one by one, by number. */
static void complete_scheds(struct domain_def *def, struct domain_cputune *t)
{
    struct vcpusched **cpus = t->vcpuscheds;
    struct iothreadsched **threads = t->iothreadscheds;
    uint32_t n_cpus = t->n_vcpuscheds, n_threads = t->n_iothreadscheds;
    t->vcpuscheds = NULL;
    t->iothreadscheds = NULL;
    t->n_vcpuscheds = t->n_iothreadscheds = 0;
    for (uint32_t i = 0; i < n_cpus; i++) {
        struct bitmap *map = bitmap_parse(cpus[i]->vcpus, MAX_CPU, NULL);
        for (ssize_t n = map ? bitmap_next(map, -1) : -1; n >= 0; n = bitmap_next(map, n)) {
            struct vcpusched *s = model_new(def, struct vcpusched);
            *s = *cpus[i];
            s->vcpus = model_printf(def, "%zd", n);
            model_list_append(def, t->vcpuscheds, t->n_vcpuscheds, s);
        }
        bitmap_free(map);
    }
    for (uint32_t i = 0; i < n_threads; i++) {
        struct bitmap *map = bitmap_parse(threads[i]->iothreads, MAX_CPU, NULL);
        for (ssize_t n = map ? bitmap_next(map, -1) : -1; n >= 0; n = bitmap_next(map, n)) {
            struct iothreadsched *s = model_new(def, struct iothreadsched);
            *s = *threads[i];
            s->iothreads = model_printf(def, "%zd", n);
            model_list_append(def, t->iothreadscheds, t->n_iothreadscheds, s);
        }
        bitmap_free(map);
    }
    if (n_cpus)
        qsort(t->vcpuscheds, t->n_vcpuscheds, sizeof(*t->vcpuscheds), compare_vcpuscheds);
    if (n_threads)
        qsort(t->iothreadscheds, t->n_iothreadscheds, sizeof(*t->iothreadscheds), compare_iothreadscheds);
}

static void complete_cputune(struct domain_def *def, struct domain_cputune *t)
{
    for (uint32_t i = 0; i < t->n_vcpupins;) {
        if (t->vcpupins[i]->vcpu >= def->vcpu->max)
            model_list_remove(t->vcpupins, t->n_vcpupins, i);
        else
            i++;
    }
    /* 0 is no limit */
    t->has_quota = t->quota != 0;
    t->has_global_quota = t->global_quota != 0;
    t->has_emulator_quota = t->emulator_quota != 0;
    t->has_iothread_quota = t->iothread_quota != 0;
    for (uint32_t i = 0; i < t->n_vcpuscheds; i++)
        t->vcpuscheds[i]->has_priority =
            has_priority(t->vcpuscheds[i]->scheduler, t->vcpuscheds[i]->has_priority);
    for (uint32_t i = 0; i < t->n_iothreadscheds; i++)
        t->iothreadscheds[i]->has_priority =
            has_priority(t->iothreadscheds[i]->scheduler, t->iothreadscheds[i]->has_priority);
    if (t->emulatorsched)
        t->emulatorsched->has_priority =
            has_priority(t->emulatorsched->scheduler, t->emulatorsched->has_priority);
    complete_scheds(def, t);
    complete_groups(def, t);
}

/* Where one vcpu is described all are, by number; who can be unplugged is not there from the start. */
static void complete_vcpus(struct domain_def *def)
{
    struct domain_vcpus *v = def->vcpu;
    if (!def->n_vcpus || v->max > MAX_CPU)
        return;
    struct vcpu **given = def->vcpus;
    uint32_t n_given = def->n_vcpus, enabled = 0;
    def->vcpus = NULL;
    def->n_vcpus = 0;
    for (uint32_t id = 0; id < v->max; id++) {
        struct vcpu *c = NULL;
        for (uint32_t i = 0; i < n_given; i++)
            if (given[i]->id == id)
                c = given[i];           /* the last one counts */
        if (!c) {
            c = model_new(def, struct vcpu);
            c->id = id;
            c->has_id = true;
            c->enabled = TRI_NO;
        }
        if (!c->hotpluggable)
            c->hotpluggable = c->enabled == TRI_YES ? TRI_NO : TRI_YES;
        enabled += c->enabled == TRI_YES;
        model_list_append(def, def->vcpus, def->n_vcpus, c);
    }
    v->current = enabled == v->max ? 0 : enabled;
    v->has_current = enabled != v->max;         /* it may be 0 */
}

/* So much is as no limit. */
static void complete_memtune(struct domain_memtune *m)
{
    m->has_hard_limit = m->has_hard_limit && m->hard_limit < VIR_DOMAIN_MEMORY_PARAM_UNLIMITED;
    m->has_soft_limit = m->has_soft_limit && m->soft_limit < VIR_DOMAIN_MEMORY_PARAM_UNLIMITED;
    m->has_swap_hard_limit = m->has_swap_hard_limit && m->swap_hard_limit < VIR_DOMAIN_MEMORY_PARAM_UNLIMITED;
}

/* Memory follows CPUs that are placed by themselves, if nothing else is said of it. */
static void complete_numatune(struct domain_def *def)
{
    bool automatic = def->vcpu->placement == VCPU_PLACEMENT_AUTO;
    struct domain_numatune *n = def->numatune;
    struct numatune_memory *m = n ? n->memory : NULL;
    bool silent = m && !m->mode && !m->nodeset && !m->placement;
    if (silent)
        m = n->memory = NULL;
    if (!m && automatic && !silent) {
        if (!n)
            n = def->numatune = model_new(def, struct domain_numatune);
        m = n->memory = model_new(def, struct numatune_memory);
    }
    if (n && !m && !n->n_nodes)
        n = def->numatune = NULL;
    for (uint32_t i = 0; n && i < n->n_nodes; i++)
        if (!n->nodes[i]->mode)
            n->nodes[i]->mode = NUMA_MODE_STRICT;
    if (!m)
        return;
    if (!m->mode)
        m->mode = NUMA_MODE_STRICT;
    if (!m->placement && !m->nodeset && automatic)
        m->placement = VCPU_PLACEMENT_AUTO;
    if (m->placement == VCPU_PLACEMENT_STATIC)
        m->placement = VCPU_PLACEMENT_UNSET;    /* the nodes say it */
    if (m->placement == VCPU_PLACEMENT_AUTO)
        m->nodeset = NULL;
}

static struct numa_distance *distance_to(const struct numa_cell *c, uint32_t id)
{
    for (uint32_t i = 0; i < c->n_distances; i++)
        if (c->distances[i]->id == id)
            return c->distances[i];
    return NULL;
}

static void add_distance(struct domain_def *def, struct numa_cell *c, uint32_t id, uint32_t value)
{
    uint32_t at = 0;
    struct numa_distance *d = model_new(def, struct numa_distance);
    d->has_id = d->has_value = true;
    d->id = id;
    d->value = value;
    while (at < c->n_distances && c->distances[at]->id < id)
        at++;
    model_list_insert(def, c->distances, c->n_distances, at, d);
}

/* Who gives a distance gives it for the way back, too, unless that is given; a cell that has a distance to
 * others has one to itself.  Of two to the same cell the last counts, but the first for the way back. */
static void
complete_distances(struct domain_def *def, struct cpu_numa *numa)
{
    enum { TO_ITSELF = 10 };
    for (uint32_t i = 0; i < numa->n_cells; i++) {
        struct numa_cell *c = numa->cells[i];
        for (uint32_t k = 1; k < c->n_distances; k++) {
            struct numa_distance *d = c->distances[k];
            uint32_t at = k;
            for (; at > 0 && c->distances[at - 1]->id > d->id; at--)
                c->distances[at] = c->distances[at - 1];
            c->distances[at] = d;
        }
    }
    for (uint32_t i = 0; i < numa->n_cells; i++) {
        struct numa_cell *c = numa->cells[i];
        for (uint32_t k = 0; k < c->n_distances; k++) {
            struct numa_cell *other = numa->cells[c->distances[k]->id];
            if (!distance_to(other, c->id))
                add_distance(def, other, c->id, c->distances[k]->value);
        }
    }
    for (uint32_t i = 0; i < numa->n_cells; i++) {
        struct numa_cell *c = numa->cells[i];
        for (uint32_t k = 1; k < c->n_distances;)
            if (c->distances[k - 1]->id == c->distances[k]->id)
                model_list_remove(c->distances, c->n_distances, k - 1);
            else
                k++;
    }
    for (uint32_t i = 0; i < numa->n_cells; i++)
        if (numa->cells[i]->n_distances && !distance_to(numa->cells[i], numa->cells[i]->id))
            add_distance(def, numa->cells[i], numa->cells[i]->id, TO_ITSELF);
}

void domain_complete_tune(struct domain_def *def)
{
    if (def->memtune)
        complete_memtune(def->memtune);
    struct domain_blkiotune *b = def->blkiotune;
    for (uint32_t i = 0; b && i < b->n_devices;) {
        const struct blkio_device *d = b->devices[i];
        if (d->weight || d->read_iops_sec || d->write_iops_sec || d->read_bytes_sec || d->write_bytes_sec)
            i++;
        else                            /* says nothing */
            model_list_remove(b->devices, b->n_devices, i);
    }
    if (def->cputune)
        complete_cputune(def, def->cputune);
    complete_vcpus(def);
    complete_numatune(def);
    if (def->cpu && def->cpu->numa)
        complete_distances(def, def->cpu->numa);
    for (uint32_t i = 0; def->cpu && def->cpu->numa && i < def->cpu->numa->n_latencies; i++)
        def->cpu->numa->latencies[i]->unit = NULL;      /* only hosts say it */
    for (uint32_t i = 0; def->cpu && def->cpu->numa && i < def->cpu->numa->n_cells; i++)
        for (uint32_t k = 0; k < def->cpu->numa->cells[i]->n_caches; k++) {
            struct numa_cache *c = def->cpu->numa->cells[i]->caches[k];
            if (c->size && !c->size->unit)
                c->size->unit = model_str(def, "KiB");
            if (c->line && !c->line->unit)
                c->line->unit = model_str(def, "B");
        }
    bool cells = def->cpu && def->cpu->numa && def->cpu->numa->n_cells;
    for (uint32_t i = 0; def->memory_backing && i < def->memory_backing->n_hugepages; i++)
        if (!cells && !g_strcmp0(def->memory_backing->hugepages[i]->nodeset, "0"))
            def->memory_backing->hugepages[i]->nodeset = NULL;
}
