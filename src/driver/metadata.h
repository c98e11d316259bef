/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * metadata: title, description and what applications note in a definition.
 *
 * Owns: the editing of <metadata>, which holds one element per XML namespace.
 * Called by: drivers.  Nothing here waits.
 */
#pragma once

#include "driver/domains.h"
#include "model/domain-def.h"

/* A copy of what def has, for free(); NULL with VIR_ERR_NO_DOMAIN_METADATA. */
char *metadata_get(const struct domain_def *def, int type, const char *uri, struct err *err);
int metadata_set(struct domain_def *def, int type, const char *text, const char *key, const char *uri,
                 struct err *err);
/* The event that follows. */
struct event *metadata_event(const struct vm_view *view, int type, const char *uri);
