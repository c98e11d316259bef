/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * undo: see undo.h.
 */
#include "base/undo.h"

#include <glib.h>
#include <string.h>

void
undo_push_owned(struct undo *undo, undo_step step, void *arg, void (*free_arg)(void *))
{
    if (!undo->entries) {
        undo->entries = undo->fixed;
        undo->space = G_N_ELEMENTS(undo->fixed);
    }
    if (undo->n == undo->space) {
        struct undo_entry *more = g_new(struct undo_entry, undo->space * 2);
        memcpy(more, undo->entries, undo->n * sizeof(*more));
        if (undo->entries != undo->fixed)
            g_free(undo->entries);
        undo->entries = more;
        undo->space *= 2;
    }
    undo->entries[undo->n++] = (struct undo_entry){ step, arg, free_arg };
}

void
undo_push(struct undo *undo, undo_step step, void *arg)
{
    undo_push_owned(undo, step, arg, NULL);
}

static void
unwind(struct undo *undo, int run)
{
    while (undo->n) {
        struct undo_entry e = undo->entries[--undo->n];
        if (run)
            e.step(e.arg);
        if (e.free_arg)
            e.free_arg(e.arg);
    }
    if (undo->entries != undo->fixed)
        g_free(undo->entries);
    undo->entries = NULL;
    undo->space = 0;
}

void
undo_run(struct undo *undo)
{
    unwind(undo, 1);
}

void
undo_dismiss(struct undo *undo)
{
    unwind(undo, 0);
}

void
undo_move(struct undo *dst, struct undo *src)
{
    for (size_t i = 0; i < src->n; i++)
        undo_push_owned(dst, src->entries[i].step, src->entries[i].arg, src->entries[i].free_arg);
    src->n = 0;
    undo_dismiss(src);
}
