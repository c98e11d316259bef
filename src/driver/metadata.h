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

/* Where a definition has them; root is its document.  Types are those of virDomainMetadataType, which
 * networks share. */
struct metadata {
    const void *root;
    const char **title, **description, **element;
    const char *what, *name;        /* "guest", its name: for messages */
    int err_from, err_missing;      /* VIR_FROM_DOMAIN, VIR_ERR_NO_DOMAIN_METADATA */
};
/* A copy of what there is, for free(); NULL with err_missing. */
char *metadata_get(const struct metadata *in, int type, const char *uri, struct err *err);
int metadata_set(const struct metadata *in, int type, const char *text, const char *key, const char *uri,
                 struct err *err);

/* Those of a guest, and the event that follows. */
char *domain_metadata_get(const struct domain_def *def, int type, const char *uri, struct err *err);
int domain_metadata_set(struct domain_def *def, int type, const char *text, const char *key, const char *uri,
                        struct err *err);
struct event *domain_metadata_event(const struct vm_view *view, int type, const char *uri);
