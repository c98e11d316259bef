/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * idle: whether anybody reads a part of a document that the description calls `idle`.
 *
 * What is malformed in such a part is no fault of the document where the rest of it makes the part idle: the
 * reader holds it back until all has been read, and asks here.  Who completes the document drops the part.
 * Called by: parse-report.c.  Nothing waits.
 */
#pragma once

#include "model/domain-def.h"

/* table and owner: the struct that holds the part, as far as it could be read; leaf: the attribute or element
 * in the part that is malformed; def: the guest, if it is the document; flags: of parsing. */
bool model_idle(const struct model_table *table, const void *owner, const char *part, const char *leaf,
                const struct domain_def *def, unsigned flags);
