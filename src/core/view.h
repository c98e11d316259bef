/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * view: what is published about a vm.
 *
 * Owns: `struct vm_view`, an immutable, reference counted snapshot.  Every change
 * makes a new one; who holds an old one keeps consistent, older truth.
 * Called by: snapshot-class calls on the I/O thread, list filters, everyone
 * who only reads.  Nothing here waits.
 */
#pragma once

#include "base/ref.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct vm;
struct domain_def; /* src/model; opaque and const here */

/* The driver's own published part: embed as first member of a struct of yours.
 * Immutable once published, as the view is. */
struct vm_extra {
    atomic_uint refs; /* starts at 1 */
    void (*free)(struct vm_extra *extra);
};

struct vm_view {
    atomic_uint refs;
    int id;                 /* -1: not running */
    int state, reason;      /* virDomainState and the reason that goes with it */
    bool persistent;        /* config survives the end of the run */
    bool autostart;
    bool managed_save;      /* a saved state waits to be restored */
    bool has_snapshots, has_checkpoints; /* with metadata, kept by the driver */
    unsigned char uuid[UUID_LEN];
    uint64_t generation;    /* of the run, 0: not running */
    uint64_t serial;        /* grows with each publication for this vm */
    int64_t changed;        /* clock_now() of this publication */
    int64_t unresponsive_since; /* clock_now() when the guest stopped answering; 0: it answers */
    /* What the next start uses, if persistent; NULL: there has never been one.  A guest undefined while
     * it runs keeps its last, for its inactive XML. */
    const struct domain_def *config;
    const struct domain_def *live;   /* of the run; NULL: not running */
    struct vm_extra *extra; /* NULL until the driver publishes one */
    const struct vm_class *klass;
    char name[];
};

/* The current view with a reference; NULL: not defined yet, or gone.  Any
 * thread, any time; never waits for whoever works on the vm. */
const struct vm_view *vm_view_get(struct vm *vm);
const struct vm_view *vm_view_ref(const struct vm_view *view);
void vm_view_unref(const struct vm_view *view);
static inline void vm_view_cleanup(const struct vm_view **view)
{
    if (*view)
        vm_view_unref(*view);
}
#define VIEW_AUTO __attribute__((cleanup(vm_view_cleanup))) const struct vm_view *

static inline bool vm_view_is_active(const struct vm_view *view) { return view->id != -1; }
/* What a reader without flags sees: live when running, config otherwise. */
static inline const struct domain_def *vm_view_def(const struct vm_view *view)
{
    return view->live ? view->live : view->config;
}

struct vm_extra *vm_extra_ref(struct vm_extra *extra);   /* NULL stays NULL */
void vm_extra_unref(struct vm_extra *extra);

/* An atomic edit of the view: only the parts named in `what` change.  Pointers
 * are taken over, also when publishing is refused. */
enum {
    CHANGE_STATE = 1,        /* state, reason */
    CHANGE_CONFIG = 2,       /* config (and persistent: true) */
    CHANGE_LIVE = 4,         /* live; refused while not running */
    CHANGE_AUTOSTART = 8,
    CHANGE_MANAGED_SAVE = 16,
    CHANGE_EXTRA = 32,       /* extra (NULL: none) */
    CHANGE_TRANSIENT = 64,   /* persistent: false; the vm goes when it does not run (see turn.h) */
    CHANGE_SNAPSHOTS = 128,
    CHANGE_CHECKPOINTS = 256,
};
struct vm_change {
    unsigned what;
    int state, reason;
    const struct domain_def *config, *live;
    bool autostart, managed_save, has_snapshots, has_checkpoints;
    struct vm_extra *extra;
};
