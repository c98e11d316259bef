/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * moment: see moment.h.
 *
 * The mutex is a leaf and held for looking and linking only.
 */
#include "driver/moment.h"

#include <string.h>

struct node {
    char *name;
    struct node *parent;    /* the root node: NULL */
    GPtrArray *children;    /* the newest first, as the reference lists them */
    const void *def;
    unsigned marks;
};

struct moments {
    GMutex lock;
    const void *(*def_ref)(const void *def);
    void (*def_unref)(const void *def);
    GHashTable *by_name;    /* name → node, which owns it */
    struct node root;       /* has no document */
    struct node *current;
};

struct moments *
moments_new(const void *(*def_ref)(const void *def), void (*def_unref)(const void *def))
{
    struct moments *all = g_new0(struct moments, 1);

    g_mutex_init(&all->lock);
    all->def_ref = def_ref;
    all->def_unref = def_unref;
    all->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    all->root.children = g_ptr_array_new();
    return all;
}

static void
node_free(struct moments *all, struct node *node)
{
    g_hash_table_remove(all->by_name, node->name);
    all->def_unref(node->def);
    g_ptr_array_unref(node->children);
    g_free(node->name);
    g_free(node);
}

static void
free_below(struct moments *all, struct node *node)
{
    for (guint i = 0; i < node->children->len; i++) {
        struct node *child = node->children->pdata[i];

        free_below(all, child);
        node_free(all, child);
    }
    g_ptr_array_set_size(node->children, 0);
}

void
moments_free(struct moments *all)
{
    if (!all)
        return;
    free_below(all, &all->root);
    g_ptr_array_unref(all->root.children);
    g_hash_table_unref(all->by_name);
    g_mutex_clear(&all->lock);
    g_free(all);
}

/* ---- readers -------------------------------------------------------------------------------- */

static struct node *
find(struct moments *all, const char *name)
{
    return name ? g_hash_table_lookup(all->by_name, name) : NULL;
}

bool
moment_get(struct moments *all, const char *name, struct moment *m)
{
    struct node *node;

    memset(m, 0, sizeof(*m));
    if (!all)
        return false;
    g_mutex_lock(&all->lock);
    node = find(all, name);
    if (node) {
        m->def = all->def_ref(node->def);
        m->def_unref = all->def_unref;
        m->parent = g_strdup(node->parent->name);
        m->current = all->current == node;
    }
    g_mutex_unlock(&all->lock);
    return node;
}

char *
moments_current(struct moments *all)
{
    char *name = NULL;

    if (!all)
        return NULL;
    g_mutex_lock(&all->lock);
    if (all->current)
        name = g_strdup(all->current->name);
    g_mutex_unlock(&all->lock);
    return name;
}

static bool
matches(const struct node *node, const struct moment_filter *f)
{
    bool leaf = node->children->len == 0;

    if (f->flags & (f->leaves | f->no_leaves) && !(f->flags & (leaf ? f->leaves : f->no_leaves)))
        return false;
    for (const unsigned *group = f->groups; group && *group; group++)
        if (f->flags & *group && !(f->flags & *group & node->marks))
            return false;
    return true;
}

static void
collect(const struct node *node, const struct moment_filter *f, GPtrArray *names)
{
    for (guint i = 0; i < node->children->len; i++) {
        const struct node *child = node->children->pdata[i];

        if (matches(child, f))
            g_ptr_array_add(names, g_strdup(child->name));
        if (!f->only_next)
            collect(child, f, names);
    }
}

GPtrArray *
moments_list(struct moments *all, const struct moment_filter *filter)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    const struct node *from;

    if (!all)
        return names;
    g_mutex_lock(&all->lock);
    from = filter->from ? find(all, filter->from) : &all->root;
    if (from)
        collect(from, filter, names);
    g_mutex_unlock(&all->lock);
    return names;
}

bool
moments_empty(struct moments *all)
{
    bool empty;

    if (!all)
        return true;
    g_mutex_lock(&all->lock);
    empty = g_hash_table_size(all->by_name) == 0;
    g_mutex_unlock(&all->lock);
    return empty;
}

/* ---- writers -------------------------------------------------------------------------------- */

static bool
is_below(const struct node *node, const struct node *ancestor)
{
    while (node && node != ancestor)
        node = node->parent;
    return node;
}

bool
moment_is_below(struct moments *all, const char *name, const char *ancestor)
{
    struct node *node, *above;
    bool below;

    g_mutex_lock(&all->lock);
    node = find(all, name);
    above = find(all, ancestor);
    below = node && above && is_below(node, above);
    g_mutex_unlock(&all->lock);
    return below;
}

static void
unlink_node(struct node *node)
{
    g_ptr_array_remove(node->parent->children, node);
}

static void
link_node(struct node *node, struct node *parent)
{
    node->parent = parent;
    g_ptr_array_insert(parent->children, 0, node);
}

void
moment_set(struct moments *all, const char *name, const char *parent, const void *def, unsigned marks)
{
    struct node *node, *above;

    g_mutex_lock(&all->lock);
    above = find(all, parent);
    node = find(all, name);
    if (node) {
        unlink_node(node);
        all->def_unref(node->def);
    } else {
        node = g_new0(struct node, 1);
        node->name = g_strdup(name);
        node->children = g_ptr_array_new();
        g_hash_table_insert(all->by_name, node->name, node);
    }
    node->def = def;
    node->marks = marks;
    link_node(node, above ? above : &all->root);
    g_mutex_unlock(&all->lock);
}

void
moments_set_current(struct moments *all, const char *name)
{
    g_mutex_lock(&all->lock);
    all->current = find(all, name);
    g_mutex_unlock(&all->lock);
}

static struct node *
parent_of(struct moments *all, struct node *node)
{
    return node->parent == &all->root ? NULL : node->parent;
}

void
moment_remove(struct moments *all, const char *name)
{
    struct node *node;

    g_mutex_lock(&all->lock);
    node = find(all, name);
    if (node) {
        if (all->current == node)
            all->current = parent_of(all, node);
        for (guint i = node->children->len; i-- > 0;)
            link_node(node->children->pdata[i], node->parent);
        unlink_node(node);
        node_free(all, node);
    }
    g_mutex_unlock(&all->lock);
}

void
moment_remove_tree(struct moments *all, const char *name, bool keep)
{
    struct node *node;

    g_mutex_lock(&all->lock);
    node = find(all, name);
    if (node) {
        if (all->current && is_below(all->current, node))
            all->current = keep ? node : parent_of(all, node);
        free_below(all, node);
        if (!keep) {
            unlink_node(node);
            node_free(all, node);
        }
    }
    g_mutex_unlock(&all->lock);
}

void
moment_clear(struct moment *m)
{
    if (m->def)
        m->def_unref(m->def);
    m->def = NULL;
    g_clear_pointer(&m->parent, g_free);
}
