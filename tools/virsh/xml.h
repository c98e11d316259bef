/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading and changing documents by XPath. */
#pragma once

#include <glib.h>
#include <libxml/tree.h>
#include <stdbool.h>

struct shell;
struct call;

typedef xmlDoc xml_doc;
static inline void
xml_free(xml_doc *doc)
{
    xmlFreeDoc(doc);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(xml_doc, xml_free)

xml_doc *xml_parse(const char *text); /* NULL if malformed */
/* Nodes that match, in document order; never NULL. `at` is the context, NULL for the root. */
GPtrArray *xml_nodes(xml_doc *doc, xmlNode *at, const char *xpath);
xmlNode *xml_node(xml_doc *doc, xmlNode *at, const char *xpath); /* the first, or NULL */
/* The string value, or NULL if it is empty or does not exist. */
char *xml_text(xml_doc *doc, xmlNode *at, const char *xpath);
bool xml_number(xml_doc *doc, xmlNode *at, const char *xpath, double *v);
char *xml_print_node(xml_doc *doc, xmlNode *node); /* as it stands in the document */
/* Prints a document, or with --xpath and --wrap what they select; the command must have both. */
bool xml_show(struct shell *sh, const struct call *call, const char *text);
/* The same, with one more line end. */
bool xml_show_line(struct shell *sh, const struct call *call, const char *text);

/* Building documents: an indented writer. */
struct xml_out {
    GString *s;
    int depth;
};
/* Every %s is escaped.  xo_open and xo_line take whole lines, such as "<disk type=.%s.>". */
void xo_open(struct xml_out *x, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
/* The same, without escaping: for parts that xml_fmt has made. */
void xo_raw(struct xml_out *x, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
void xo_raw_open(struct xml_out *x, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
void xo_clear(struct xml_out *x);
#define auto_xml_out __attribute__((cleanup(xo_clear)))
void xo_close(struct xml_out *x, const char *name);
void xo_line(struct xml_out *x, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
char *xml_escape(const char *text);
/* Formats like printf, with every %s escaped for XML. */
char *xml_fmt(const char *fmt, ...) G_GNUC_PRINTF(1, 2);
/* Adds " name='value'", escaped; nothing for NULL. */
void xml_attribute(GString *s, const char *name, const char *value);
