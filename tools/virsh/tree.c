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

/* Draws a node whose line begins with the indentation so far; `last` of its siblings or not. */
static void
draw(struct tree *t, size_t at, bool root, bool last)
{
    size_t before = t->indent->len, final = t->n;
    out(t->sh, "%s%s%s\n", t->indent->str, root ? "" : "+- ", t->name(t->ctx, at));
    for (size_t i = 0; i < t->n; i++)
        if (t->parent(t->ctx, i) == (int)at)
            final = i;
    if (final == t->n) {
        if (last)
            out(t->sh, "%s%s\n", t->indent->str, root ? "" : "  ");
        return;
    }
    /* Below a child that is not the last the line to its siblings goes on. */
    g_string_append(t->indent, root ? "  " : last ? "    " : "|   ");
    out(t->sh, "%s|\n", t->indent->str);
    for (size_t i = 0; i < t->n; i++)
        if (t->parent(t->ctx, i) == (int)at)
            draw(t, i, false, i == final);
    g_string_truncate(t->indent, before);
}

void
tree_print(struct shell *sh, size_t n, const char *(*name)(void *ctx, size_t i),
           int (*parent)(void *ctx, size_t i), void *ctx)
{
    if (sh->document) { /* what a tree says, without drawing it */
        g_autoptr(table) rows = table_new("Name", "Parent", NULL);
        for (size_t i = 0; i < n; i++)
            table_row(rows, name(ctx, i), parent(ctx, i) < 0 ? "" : name(ctx, (size_t)parent(ctx, i)), NULL);
        table_print(sh, rows);
        return;
    }
    struct tree t = {sh, n, name, parent, ctx, g_string_new(NULL)};
    for (size_t i = 0; i < n; i++)
        if (parent(ctx, i) < 0)
            draw(&t, i, true, true);
    g_string_free(t.indent, TRUE);
}
