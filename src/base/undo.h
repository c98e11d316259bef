/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * undo: take back what was done when a later step fails.
 *
 * Owns: a stack of steps.  Push the reverse of each thing right after it was
 * done; leaving the scope runs them, last first; undo_dismiss() on success
 * forgets them.
 *     UNDO_AUTO undo = UNDO_INIT;
 *     if (port_reserve(&port, err) < 0) return -1;
 *     undo_push(&undo, port_release_step, &port);
 *     …
 *     undo_dismiss(&undo);
 * Called by: every verb with more than one step.  A step must not fail; what
 * cannot be undone is logged by it.
 */
#pragma once

#include <stddef.h>

typedef void (*undo_step)(void *arg);
struct undo_entry { undo_step step; void *arg; void (*free_arg)(void *); };
struct undo {
    struct undo_entry fixed[8];
    struct undo_entry *entries; /* fixed, or allocated when it grew */
    size_t n, space;
};
#define UNDO_INIT { .entries = NULL }
#define UNDO_AUTO __attribute__((cleanup(undo_run))) struct undo

void undo_push(struct undo *undo, undo_step step, void *arg);
/* free_arg(arg) is called when the step has run and also when it is dismissed. */
void undo_push_owned(struct undo *undo, undo_step step, void *arg, void (*free_arg)(void *));
void undo_run(struct undo *undo);
void undo_dismiss(struct undo *undo);
/* Moves src's steps on top of dst's: they are undone first. */
void undo_move(struct undo *dst, struct undo *src);
