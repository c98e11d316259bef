/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * valid: a document held against its schema, which is made of the same description as its reader.
 *
 * The strict reader refuses what is not described and says well what is wrong.  It does not know what has to
 * be there though nobody needs it, and what texts have to look like; the schema does.  Documents without a
 * schema here are only read.
 * Called by: parse.c, for MODEL_PARSE_STRICT.  Nothing waits.
 */
#pragma once

#include <stddef.h>
#include "base/err.h"

struct model_document;

struct model_schema {
    const struct model_document *document;
    const char *text;                   /* RelaxNG */
};
extern const struct model_schema model_schemas[]; /* generated; the last has no document */

/* 0, or -1 with err filled: VIR_ERR_XML_INVALID_SCHEMA. */
int model_valid(const struct model_document *d, const char *xml, size_t len, struct err *err);
