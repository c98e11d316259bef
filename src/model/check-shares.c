/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * check-shares: which vcpus have which part of the caches and of the bandwidth of memory; see check.h.
 * Nothing waits.
 */
#include <glib.h>
#include "base/bitmap.h"
#include "model/check.h"
#include "model/devices.h"

#define ERR_FROM VIR_FROM_DOMAIN
#define SHARE(...) err_set_from(err, VIR_FROM_RESCTRL, VIR_ERR_XML_ERROR, __VA_ARGS__)

enum { MAX_CPU = 16384 };

/* Vcpus that are told of together: by a <cachetune>, and by each <memorytune> of the same vcpus. */
struct group {
    struct bitmap *vcpus;
    bool shares;                        /* they are given something, not only watched */
    GPtrArray *watched;                 /* struct watch */
    GArray *nodes;                      /* uint32_t: of those the bandwidth is given */
};

struct watch {
    struct bitmap *vcpus;
    bool memory;
};

static void free_watch(void *watch)
{
    bitmap_free(((struct watch *)watch)->vcpus);
    g_free(watch);
}

static void free_group(void *data)
{
    struct group *g = data;
    bitmap_free(g->vcpus);
    g_ptr_array_unref(g->watched);
    g_array_unref(g->nodes);
    g_free(g);
}

static bool overlap(const struct bitmap *a, const struct bitmap *b)
{
    for (ssize_t n = bitmap_next(a, -1); n >= 0; n = bitmap_next(a, n))
        if (bitmap_test(b, n))
            return true;
    return false;
}

/* Those of the vcpus that the guest has. */
static struct bitmap *vcpus_of(const struct domain_def *def, const char *vcpus)
{
    struct bitmap *map = vcpus ? bitmap_parse(vcpus, MAX_CPU, NULL) : NULL;
    for (ssize_t n = map ? bitmap_next(map, -1) : -1; n >= 0; n = bitmap_next(map, n))
        if (n >= (ssize_t)def_max_vcpus(def))
            bitmap_clear(map, n);
    return map;
}

/* The group of these vcpus, taken from the caller: one of `groups` or, behind them, a new one.  -1: some of
 * them are in another group. */
static int
join(const struct domain_def *def, GPtrArray *groups, struct bitmap *vcpus, struct group **group,
     struct err *err)
{
    *group = NULL;
    for (guint i = 0; i < groups->len && !*group; i++) {
        struct group *g = groups->pdata[i];
        if (bitmap_equal(g->vcpus, vcpus)) {
            *group = g;
        } else if (overlap(g->vcpus, vcpus)) {
            bitmap_free(vcpus);
            return XML("a <cachetune> or <memorytune> of guest '%s' has some vcpus of another, but not all",
                       def->name);
        }
    }
    if (*group) {
        bitmap_free(vcpus);
        return 0;
    }
    *group = g_new0(struct group, 1);
    (*group)->vcpus = vcpus;
    (*group)->watched = g_ptr_array_new_with_free_func(free_watch);
    (*group)->nodes = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_ptr_array_add(groups, *group);
    return 0;
}

/* No vcpu is watched twice, unless for its cache with the same others as for its memory, or in a group that
 * is given something and is watched as a whole. */
static int
watch(const struct domain_def *def, const struct group *g, const char *vcpus, bool memory, struct err *err)
{
#define WATCH(...) err_set(err, VIR_ERR_INVALID_ARG, __VA_ARGS__)
    struct watch *new = g_new0(struct watch, 1);
    new->vcpus = vcpus_of(def, vcpus);
    new->memory = memory;
    g_ptr_array_add(g->watched, new);
    if (!new->vcpus || bitmap_count(new->vcpus) == 0 || !bitmap_is_subset(new->vcpus, g->vcpus))
        return WATCH("a <monitor> of guest '%s' is for the vcpus '%s', which its group does not have",
                     def->name, vcpus);
    bool whole = g->shares && bitmap_equal(new->vcpus, g->vcpus);
    for (guint i = 0; i + 1 < g->watched->len; i++) {
        const struct watch *old = g->watched->pdata[i];
        if (bitmap_equal(old->vcpus, new->vcpus)) {
            if (old->memory == memory)
                return WATCH("guest '%s' has two <monitor> for the vcpus '%s'", def->name, vcpus);
        } else if (!whole && !(g->shares && bitmap_equal(old->vcpus, g->vcpus)) &&
                   overlap(old->vcpus, new->vcpus)) {
            return WATCH("a <monitor> of guest '%s' is for vcpus '%s', some of which another one has",
                         def->name, vcpus);
        }
    }
    return 0;
#undef WATCH
}

static int
read_cachetune(const struct domain_def *def, const struct cachetune *c, GPtrArray *groups, struct err *err)
{
    struct bitmap *map = vcpus_of(def, c->vcpus);
    struct group *g;
    guint before = groups->len;
    if (!map || bitmap_count(map) == 0) {
        bitmap_free(map);               /* of none of its vcpus: forgotten */
        return 0;
    }
    if (join(def, groups, map, &g, err) < 0)
        return -1;
    if (groups->len == before)
        return XML("guest '%s' has two <cachetune> for the vcpus '%s'", def->name, c->vcpus);
    for (uint32_t i = 0; i < c->n_caches; i++)
        for (uint32_t k = 0; k < i; k++)
            if (c->caches[i]->id == c->caches[k]->id && c->caches[i]->level == c->caches[k]->level &&
                (c->caches[i]->type == c->caches[k]->type || c->caches[i]->type == CACHE_TYPE_BOTH ||
                 c->caches[k]->type == CACHE_TYPE_BOTH))
                return SHARE("a <cachetune> of guest '%s' has level %u of cache %u twice", def->name,
                             c->caches[i]->level, c->caches[i]->id);
    g->shares = c->n_caches != 0;
    for (uint32_t i = 0; i < c->n_monitors; i++) {
        if (c->monitors[i]->level != 3)
            return XML("a <monitor> of guest '%s' is for cache level %u; only 3 can be watched", def->name,
                       c->monitors[i]->level);
        if (watch(def, g, c->monitors[i]->vcpus, false, err) < 0)
            return -1;
    }
    if (c->n_caches + c->n_monitors == 0)
        g_ptr_array_set_size(groups, before);
    return 0;
}

static int
read_memorytune(const struct domain_def *def, const struct memorytune *m, GPtrArray *groups, struct err *err)
{
    struct bitmap *map = vcpus_of(def, m->vcpus);
    struct group *g;
    guint before = groups->len;
    if (!map || bitmap_count(map) == 0) {
        bitmap_free(map);
        return 0;
    }
    if (join(def, groups, map, &g, err) < 0)
        return -1;
    for (uint32_t i = 0; i < m->n_nodes; i++) {
        if (m->nodes[i]->bandwidth > 100)
            return SHARE("the bandwidth of node %u of guest '%s' is per cent: %u is too much",
                         m->nodes[i]->id, def->name, m->nodes[i]->bandwidth);
        for (guint k = 0; k < g->nodes->len; k++)
            if (g_array_index(g->nodes, uint32_t, k) == m->nodes[i]->id)
                return SHARE("a <memorytune> of guest '%s' has node %u twice", def->name, m->nodes[i]->id);
        g_array_append_val(g->nodes, m->nodes[i]->id);
    }
    g->shares = g->shares || m->n_nodes;
    for (uint32_t i = 0; i < m->n_monitors; i++)
        if (watch(def, g, m->monitors[i]->vcpus, true, err) < 0)
            return -1;
    if (m->n_nodes + m->n_monitors == 0)
        g_ptr_array_set_size(groups, before);
    return 0;
}

static int
read_groups(const struct domain_def *def, uint32_t n_caches, uint32_t n_memories, struct err *err)
{
    const struct domain_cputune *t = def->cputune;
    g_autoptr(GPtrArray) groups = g_ptr_array_new_with_free_func(free_group);
    for (uint32_t i = 0; i < n_caches; i++)
        if (read_cachetune(def, t->cachetunes[i], groups, err) < 0)
            return -1;
    for (uint32_t i = 0; i < n_memories; i++)
        if (read_memorytune(def, t->memorytunes[i], groups, err) < 0)
            return -1;
    return 0;
}

int check_cachetunes_read(struct domain_def *def, uint32_t n, struct err *err)
{
    return read_groups(def, n, 0, err);
}

int check_memorytunes_read(struct domain_def *def, uint32_t n, struct err *err)
{
    return n ? read_groups(def, def->cputune->n_cachetunes, n, err) : 0;
}
