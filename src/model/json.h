/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * json: documents as JSON and back.
 *
 * Owns: the mapping.  A struct is an object; its attributes are keys with '@' in front, its text is
 * "#text", a repeated element is an array, an element that is only present is true, numbers are
 * numbers (those beyond 2^63 are text), sizes are in the unit of the description, everything else
 * is text as in the XML.  The document itself is an object with the root element as its only key.
 * Called by: tools, tests, whoever keeps documents outside XML.  Nothing waits.
 */
#pragma once

#include "model/model.h"

/* flags as for model_format(); free() the result. */
char *model_to_json(const void *root, unsigned flags);
/* flags as for model_parse().  Unknown keys are ignored, as unknown elements are. */
int model_from_json(const struct model_document *d, const char *json, size_t len, unsigned flags, void **root,
                    struct err *err) __attribute__((warn_unused_result));
