/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-moment: what snapshots, checkpoints and backups have in common: their <disks> name disks of the
 * guest, by target or source.  Called by: complete-snapshot.c, complete-checkpoint.c.  Nothing waits.
 */
#pragma once

#include "model/complete-host.h"
#include "model/complete.h"

/* Of a disk that is written to: there is something to keep. */
bool disk_is_written(const struct domain_disk *d);

/* Puts the items (name_at: where their name is) into the order of the guest's disks, makes new ones for the
 * others, and calls their names by their targets.  `what` is the document's kind, for messages. */
int moment_align(void *root, const struct domain_def *domain, void ***array, uint32_t *n,
                 const struct model_table *t, size_t name_at, int from, const char *what, struct err *err);
#define ALIGN(root, domain, def, type, from, what, err)                                                      \
    moment_align((root), (domain), (void ***)&(def)->disks, &(def)->n_disks, &type##_table,                  \
                 offsetof(struct type, name), (from), (what), (err))
