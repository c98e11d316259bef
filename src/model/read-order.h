/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * read-order: which fault of a guest's document is told when it has several.
 *
 * Programs know faults by their codes, so it matters which one is told.  The order is that of the table
 * in read-order.c, whatever the order of the elements in the document: part after part, and of devices
 * kind after kind and one after the other; in each what is malformed or missing comes before what
 * contradicts itself, and both before the same of what all devices have, as an address.  So it is with
 * the items of other lists, as seclabels or pins.
 * Called by: parse-report.c, which holds back what is malformed until all has been read, and
 * domain_read_check().  Nothing waits.
 */
#pragma once

#include "model/domain-def.h"
#include "model/read-fault.h"

/* By the way from the root to the element or attribute, such as "/os/type/@arch"; "/-" behind one that is
 * missing.  *depth: how deep the items of its list are, 0 if the part is none. */
unsigned read_part(const char *path, unsigned *depth);
/* The faults are in the order of the document; flags are those of parsing.  0, or -1 with err filled; perhaps
 * from one of the faults. */
int domain_read(struct domain_def *def, struct read_fault *faults, unsigned n, unsigned flags,
                struct err *err);
/* Of a guest inside of the document that is being read: tells what is wrong with it.  0: nothing. */
int fault_in_guest(struct domain_def *guest, struct err *err);
