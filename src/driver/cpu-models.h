/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * cpu-models: processors that are known by name, and what they have in common.
 *
 * Owns: the table of models and their features.
 * Called by: drivers that do not ask a hypervisor for it.  Nothing here waits.
 */
#pragma once

#include "base/err.h"
#include "model/common-def.h"

/* How many there are; *names (may be NULL): a list that ends with NULL, to be freed. */
int cpu_model_names(enum arch arch, char ***names, struct err *err);
/* The processor that all of these can stand for, as a document; `expand`: with all its features. */
int cpu_baseline(const char **xml, unsigned n, bool expand, char **result, struct err *err);
