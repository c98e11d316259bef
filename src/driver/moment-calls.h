/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * moment-calls: what the calls about snapshots and about checkpoints answer alike, from the tree of moments
 * of a guest.  snapshots.c and checkpoints.c put the names of slots to it; those go into the tables of any
 * driver whose vms own a struct vm_moments.
 * Called by: snapshots.c, checkpoints.c, drivers' calls that change moments.  Nothing here waits.
 */
#pragma once

#include "driver/domains.h"
#include "driver/moment.h"

struct moment_kind {
    const char *what;           /* "snapshot" */
    size_t member;              /* of its tree in struct vm_moments */
    int missing;                /* VIR_ERR_NO_DOMAIN_SNAPSHOT */
    unsigned next;              /* flag of lists: roots only of all, descendants of one */
    unsigned leaves, no_leaves, topological;
    const unsigned *groups;     /* other flags, by group; ended by 0 */
};
extern const struct moment_kind snapshot_kind, checkpoint_kind;

/* The tree of a guest (NULL: none yet); valid as long as the vm, which gets a reference. */
int moments_of(struct drv_conn *conn, const struct domain_ref *dom, const struct moment_kind *kind,
               struct moments **all, struct vm **vm, struct err *err);
/* A moment that must be there. */
int moment_find(struct drv_conn *conn, const struct moment_kind *kind, struct moments *all, const char *name,
                struct moment *m, struct err *err);
int moment_missing(struct drv_conn *conn, const struct moment_kind *kind, const char *name, struct err *err);
/* All of a guest, or those below `from`; `self` (may be NULL) is filled with the guest's reference. */
GPtrArray *moment_names(struct drv_conn *conn, const struct domain_ref *dom, const struct moment_kind *kind,
                        const char *from, unsigned flags, const char *api, struct domain_ref *self,
                        struct err *err);
int moment_flags_check(struct drv_conn *conn, unsigned flags, unsigned allowed, const char *api,
                       struct err *err);

/* Slots of snapshots.c and checkpoints.c: SLOT(slot). */
#define SLOT(name) __typeof__(*((struct hypervisor_ops *)0)->name) domains_##name;
#include "driver/moments.def"
#undef SLOT
