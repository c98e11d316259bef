/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * cpu-calls: what documents of processors are asked about.
 *
 * Called by: drivers.  Nothing here waits.
 */
#pragma once

#include "driver/cpu-models.h"

/* The processor that all of these can stand for, as a document.  `flags`: virConnectBaselineCPUFlags;
 * `without`: features that it is not to have, `maker`: who has to make it; both may be NULL. */
int cpu_baseline(const char **xml, unsigned n, unsigned flags, const struct cpu_set *without,
                 const struct cpu_maker *maker, char **result, struct err *err);
/* Whether these documents are of processors; what a guest asks for is one, too. */
int cpu_check(const char **xml, unsigned n, struct err *err);
/* Whether a processor with these features has all that the document asks for: a virCPUCompareResult, or -1.
 * `flags`: virConnectCompareCPUFlags. */
int cpu_compare(const char *xml, const struct cpu_set *has, const char *vendor, unsigned flags,
                struct err *err);
