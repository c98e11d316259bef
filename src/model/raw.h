/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * raw: elements that are kept as they come, such as <metadata>.  Private to src/model.
 *
 * Owns: the small tree that a verbatim element is while it is read.  Of its children those with a
 * namespace count, one per namespace; they are laid out anew (two spaces a level) unless text
 * stands beside elements, as users know it.
 */
#pragma once

#include <glib.h>
#include <libxml/parser.h>

struct raw;

struct raw *raw_new(void);
void raw_free(struct raw *r);
void raw_start(struct raw *r, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int n_ns,
               const xmlChar **ns, int n_attr, const xmlChar **attr);
/* False when this closes the verbatim element itself. */
bool raw_end(struct raw *r);
void raw_text(struct raw *r, const xmlChar *s, int n);
void raw_cdata(struct raw *r, const xmlChar *s, int n);
void raw_comment(struct raw *r, const xmlChar *s);
/* What is inside, ready to be printed between <x> and </x> at that level. */
void raw_print(const struct raw *r, unsigned level, GString *out);
