/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * parse: what the reader of XML has at hand, and how it reports what is wrong.  Private to src/model.
 *
 * Owns: nothing.  Every report fills the caller's err once and stops the parser.
 */
#pragma once

#include <glib.h>
#include <libxml/parser.h>
#include "model/engine.h"
#include "model/raw.h"
#include "model/read-order.h"

enum { MAX_DEPTH = 48, MAX_DOCUMENT = 64 << 20, MAX_HELD = 64 };

struct frame {
    const struct model_table *table;   /* NULL: a scalar element */
    void *base;
    const struct model_field *scalar;  /* its value goes here */
    const char *name;
    size_t text;                       /* where its text starts in the buffer */
    char unit[12];                     /* unit= of a size; unit[0] == 0: not given */
    uint64_t groups, scalars;          /* those that were there already, by number */
    uint32_t mixed;                    /* items of mixed lists so far */
    uint8_t disc, up;
    bool collect, merge;
    bool spread;                       /* a second one, in which only what is spread counts */
    /* the part that is perhaps nobody's: of which struct it is, and its name; NULL: it is read in any case */
    const struct model_table *idle_table;
    const void *idle_owner;
    const char *idle_name;
    uint16_t only;                     /* how unknown elements inside are reported; 0: not */
};

struct held {
    const struct model_table *table;   /* NULL: it is read in any case */
    const void *owner;
    const char *part, *leaf;           /* the part of it, and what is malformed in the part */
    char *path;                        /* from the root; NULL: the document has no order */
    struct read_fault fault;
};

struct parser {
    xmlParserCtxt *ctxt;
    struct model_head *head;
    const struct model_document *doc;
    const struct model_table *root_table;  /* of the group that holds a fragment, or of the root */
    const char **fragment;                 /* not NULL: the root element is a child of root_table */
    struct err *err;
    struct err fault;                  /* being reported */
    struct held *held;                 /* faults that are not told at once */
    unsigned n_held;
    unsigned flags;
    unsigned skip;                     /* open elements inside one that is ignored */
    struct raw *raw;                   /* inside an element that is kept verbatim */
    unsigned depth;
    unsigned raw_level, fixed_level;   /* how deep it is laid out; not 0: instead of where it stands */
    const struct model_field *raw_field;
    void *raw_base;
    bool failed;
    bool beyond;                       /* of what is being reported: read_fault.beyond */
    struct text text;
    struct { const void *base; const struct model_table *table; uint64_t groups, scalars; } merged[32];
    unsigned n_merged;                 /* what was in elements that a second one may add to */
    struct frame stack[MAX_DEPTH];
};

/* "domain document, line 7, /domain/devices/disk", to be freed. */
char *parse_where(struct parser *p);
void parse_stop(struct parser *p);
/* parse-limits.c: what a document must not be, whatever is in it. */
int parse_limits(const struct model_document *d, const char *xml, size_t len, struct err *err);
/* parse-value.c: a field of a table that can be read here, or NULL. */
const struct model_field *parse_find(const struct model_table *t, bool attr, const char *name, size_t n,
                                     const char *uri, unsigned disc, unsigned up, unsigned flags);

/* A slot at the end of a list of f's kind. */
void *parse_slot(struct parser *p, const struct model_field *f, void *base);
/* 0, or -1 if the value is malformed, which is reported where that is asked for. */
int parse_value(struct parser *p, struct frame *fr, const char *element, const struct model_field *f,
                void *base, const char *s, size_t n, bool report);
void parse_unit(struct frame *fr, int n_attr, const xmlChar **attr);
/* All of an element, with what is missing and what they are when not given. */
void parse_attributes(struct parser *p, struct frame *fr, int n_attr, const xmlChar **attr);
/* Of a second element that adds to the first: what that one did not say. */
void parse_more_attributes(struct parser *p, struct frame *fr, int n_attr, const xmlChar **attr);

void report_bad_value(struct parser *p, const char *element, const struct model_field *f, const char *s,
                      size_t n, const char *valid);
void report_bad_unit(struct parser *p, const char *element, const struct model_field *f, const char *unit);
void report_missing(struct parser *p, const char *element, const struct model_field *f);
/* Does nothing unless the caller wants strictness, and that has a right to know. */
void report_unknown(struct parser *p, const char *what, const char *name, const char *uri,
                    const struct frame *fr, bool attr);
void report_unknown_here(struct parser *p, const struct frame *up, const char *name);
/* At the end: -1 if one of the faults that were held back counts.  Forgets them. */
int report_held(struct parser *p, bool failed);
/* Skips the element; reports it if that matters. */
void report_repeated(struct parser *p, const struct frame *up, const struct model_field *f);
/* Handlers of libxml2. */
void report_dtd(void *user, const xmlChar *name, const xmlChar *external, const xmlChar *system);
xmlEntityPtr report_entity(void *user, const xmlChar *name);
void report_syntax(void *user, xmlErrorPtr e);
