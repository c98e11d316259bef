/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * rules: what arguments must fulfil together, where no word of the description says it ("check rule NAME").
 * Each is true when all is well and fills e->err otherwise.
 * Called by: the generated entry points.  Nothing waits.
 */
#pragma once

#include "lib/entry.h"

bool rule_set_metadata(struct entry *e, int type, const char *metadata, const char *key, const char *uri);
bool rule_get_metadata(struct entry *e, int type, const char *uri);
bool rule_cpu_stats(struct entry *e, const void *params, unsigned int nparams, int start_cpu,
                    unsigned int ncpus);
bool rule_vol_resize(struct entry *e, unsigned long long capacity, unsigned int flags);
bool rule_socket(struct entry *e, int fd);
