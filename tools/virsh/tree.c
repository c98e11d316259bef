/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Drawing a forest of names. */
#include "object.h"

struct tree {
    struct shell *sh;
    size_t n;
    const char *(*name)(void *ctx, size_t i);
    int (*parent)(void *ctx, size_t i);
    void *ctx;
    GString *indent;
};

static void
draw(struct tree *t, size_t at, bool root, bool last)
{
    size_t before = t->indent->len, final = t->n;
    bool children = false;
    out(t->sh, "%s%s\n", t->indent->str, t->name(t->ctx, at));
    for (size_t i = 0; i < t->n; i++) {
        if (t->parent(t->ctx, i) == (int)at) {
            final = i;
            children = true;
        }
    }
    /* Below a child that is not the last the line to its siblings goes on. */
    if (!root) {
        g_string_truncate(t->indent, before - 3);
        g_string_append(t->indent, last ? "    " : "|   ");
        if (last)
            g_string_truncate(t->indent, t->indent->len), t->indent->str[before - 3] = ' ';
    } else {
        g_string_append(t->indent, "  ");
    }
    size_t base = t->indent->len;
    if (children)
        out(t->sh, "%s|\n", t->indent->str);
    for (size_t i = 0; i < t->n; i++) {
        if (t->parent(t->ctx, i) != (int)at)
            continue;
        g_string_append(t->indent, "+- ");
        draw(t, i, false, i == final);
        g_string_truncate(t->indent, base);
    }
    if (last && !children)
        out(t->sh, "%s\n", t->indent->str);
    g_string_truncate(t->indent, before);
}

void
tree_print(struct shell *sh, size_t n, const char *(*name)(void *ctx, size_t i),
           int (*parent)(void *ctx, size_t i), void *ctx)
{
    struct tree t = {sh, n, name, parent, ctx, g_string_new(NULL)};
    for (size_t i = 0; i < n; i++)
        if (parent(ctx, i) < 0)
            draw(&t, i, true, true);
    g_string_free(t.indent, TRUE);
}
