/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * moment: moments of a guest that can be gone back to: its snapshots, or its checkpoints.
 *
 * Owns: the tree of the moments of one guest and which of them is the current one.  What a moment
 * is stands in its document, which is const here; a change is copy, edit, replace.
 * Called by: drivers.  Writers hold the guest's modify or job turn; readers need none and never wait.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

struct moments;

/* Of one guest.  First member of what a driver with snapshots gives to its vms (vm_own()). */
struct vm_moments { struct moments *snapshots, *checkpoints; };

/* How the documents (of src/model) are counted. */
struct moments *moments_new(const void *(*def_ref)(const void *def), void (*def_unref)(const void *def));
void moments_free(struct moments *all); /* NULL is allowed */

/* ---- readers -------------------------------------------------------------------------------- */

/* One moment as it was when it was asked for. */
struct moment {
    const void *def;    /* a reference */
    void (*def_unref)(const void *def);
    char *parent;       /* NULL: a root */
    bool current;
};
void moment_clear(struct moment *m);
#define MOMENT_AUTO __attribute__((cleanup(moment_clear))) struct moment

bool moment_get(struct moments *all, const char *name, struct moment *m);
char *moments_current(struct moments *all); /* its name, or NULL */

/* What a list is to have.  `flags` are those of the public call; the bits of a group stand for
 * alternatives: none asked for, or the moment's marks have one that was. */
struct moment_filter {
    const char *from;       /* below this one; NULL: all */
    bool only_next;         /* direct children (of from, or the roots) */
    unsigned leaves, no_leaves; /* which bits of flags ask for these */
    const unsigned *groups; /* masks, ended by 0 */
    unsigned flags;
};
/* Names, parents before their children; free with g_ptr_array_unref(). */
GPtrArray *moments_list(struct moments *all, const struct moment_filter *filter);

/* ---- writers -------------------------------------------------------------------------------- */

/* Adds it below `parent` (NULL: a root), or gives the one of that name a new document and parent.  Takes over
 * def.  The caller has seen to it that the parent exists and is not below `name`. */
void moment_set(struct moments *all, const char *name, const char *parent, const void *def, unsigned marks);
bool moment_is_below(struct moments *all, const char *name, const char *ancestor); /* or is the same */
void moments_set_current(struct moments *all, const char *name); /* NULL: none */
/* It goes, its children become its parent's.  Was it the current one, its parent is that now. */
void moment_remove(struct moments *all, const char *name);
/* All below it go, and itself unless `keep`.  Was the current one among them, `name` (or its parent) is. */
void moment_remove_tree(struct moments *all, const char *name, bool keep);
bool moments_empty(struct moments *all);
