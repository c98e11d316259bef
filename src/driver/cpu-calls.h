/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * cpu-calls: what documents of processors are asked about.
 *
 * Called by: drivers that do not ask a hypervisor for it.  Nothing here waits.
 */
#pragma once

#include "base/err.h"

/* The processor that all of these can stand for, as a document; `expand`: with all its features. */
int cpu_baseline(const char **xml, unsigned n, bool expand, char **result, struct err *err);
