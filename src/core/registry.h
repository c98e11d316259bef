/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * registry: all vms of one driver.
 *
 * Owns: the indexes by name, uuid and id, the ids (never reused in a daemon's
 * life), and the rules about duplicates.
 * Called by: look-ups and lists on the I/O thread (they take the registry's
 * lock for a moment and never wait for work on a vm); define, undefine, rename,
 * create and start on their threads.
 * Lock order: registry, then one vm, then leaves.
 */
#pragma once

#include "core/event.h"
#include "core/turn.h"
#include "core/vm.h"

struct registry;

/* `hub` may be NULL (no events). */
struct registry *registry_new(const struct vm_class *klass, struct event_hub *hub);
/* Nobody may be at work any more; vms that others refer to live on without it.  Waits for
 * teardowns under way: after it the class may go. */
void registry_free(struct registry *reg);
struct event_hub *registry_hub(const struct registry *reg);
const struct vm_class *registry_class(const struct registry *reg);

/* ---- readers --------------------------------------------------------------
 * With a reference, or NULL with VIR_ERR_NO_DOMAIN (err may be NULL). */
struct vm *registry_by_uuid(struct registry *reg, const unsigned char *uuid, struct err *err);
struct vm *registry_by_name(struct registry *reg, const char *name, struct err *err);
struct vm *registry_by_id(struct registry *reg, int id, struct err *err);
/* By uuid, as a domain_ref names it; the message speaks of its name too. */
struct vm *registry_by_ref(struct registry *reg, const struct domain_ref *ref, struct err *err);
/* The views only; what most readers want. */
const struct vm_view *registry_view(struct registry *reg, const struct domain_ref *ref, struct err *err);

size_t registry_count(struct registry *reg, bool active, bool inactive);

/* All views of one moment each, in the order of definition; `match` may be NULL and
 * must not wait. */
struct view_list { const struct vm_view **items; size_t n; };
typedef bool (*view_match)(const struct vm_view *view, void *arg);
void registry_list(struct registry *reg, view_match match, void *arg, struct view_list *list);
void view_list_clear(struct view_list *list);
#define VIEW_LIST_AUTO __attribute__((cleanup(view_list_clear))) struct view_list
/* The vms themselves, for loops that take a turn on each (autostart, shutdown). */
struct vm **registry_vms(struct registry *reg, size_t *n); /* each with a reference; g_free the array */

/* ---- writers -------------------------------------------------------------------------------- */

/* For define and create: finds the vm of that name and uuid, or makes it, and begins a turn on it.
 * Readers do not see a new vm before its first turn_publish(); if the turn ends
 * without one it is gone again.
 * Refused as the reference does: the name belongs to another uuid, or the uuid to another name
 * (VIR_ERR_OPERATION_FAILED). */
enum {
    CLAIM_NEW = 1,          /* it must not exist (VIR_ERR_OPERATION_FAILED) */
    CLAIM_NOT_RUNNING = 2,  /* it may exist but must not run (VIR_ERR_OPERATION_INVALID) */
};
int registry_claim(struct registry *reg, const char *name, const unsigned char *uuid, unsigned flags,
                   const struct turn_request *req, struct turn **turn, bool *is_new, struct err *err)
    TURN_WAITS;
/* Load at start of the daemon: adds without a turn and publishes; one thread. */
int registry_load(struct registry *reg, const char *name, const unsigned char *uuid,
                  const struct vm_change *change, struct vm **vm, struct err *err);

/* Under a modify turn: new name, in index and view, together with `change` (may be
 * NULL; usually the definition with the new name). */
int registry_rename(struct turn *turn, const char *name, const struct vm_change *change,
                    struct err *err) TURN_WAITS;
/* Under a modify turn: undefine.  Not running: leaves the registry.  Running: becomes
 * transient and leaves when it stops. */
int registry_undefine(struct turn *turn, struct err *err) TURN_WAITS;
/* Ids start above this one; after a restart, the highest that was found. */
void registry_reserve_id(struct registry *reg, int id);
