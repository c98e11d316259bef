/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * xdr-tables: the shape of the generated tables that xdr*.c walk, and what these share.
 *
 * Owns nothing.  A struct of api/wire is a run of fields with embedded structs
 * flattened; all names sit in one string, so the tables hold no pointers and
 * stay shared, clean pages.  Called by: xdr*.c and the generated wire-tables.c.
 */
#pragma once

#include "base/err.h"
#include "wire-types.h"

#include <stddef.h>

enum xdr_op {
    XDR_I8 = 1, XDR_U8, XDR_U16, XDR_I32, XDR_I64, /* U32, U64, double move the same bits */
    XDR_STRING,       /* limit: bytes */
    XDR_OPT_STRING,
    XDR_OPAQUE_FIXED, /* limit: bytes */
    XDR_OPAQUE_VAR,   /* pointer and count; limit: bytes */
    XDR_FIXED,        /* limit elements of basic op sub */
    XDR_ARRAY,        /* pointer and count; sub: element op; limit: elements */
    XDR_STRUCT,       /* only as element */
    XDR_OPT_STRUCT,
    XDR_UNION,        /* type: its fields are the cases, sub the value that selects one */
};

struct xdr_field {
    uint8_t op, sub;
    uint16_t offset;
    uint16_t type;
    uint16_t name; /* in xdr_names */
    uint32_t limit;
};

struct xdr_type_info {
    uint16_t first, n; /* in xdr_fields */
    uint16_t minimum;  /* bytes on the wire, at least */
    uint16_t size;     /* of the C struct */
    uint16_t name;
};

enum {
    WIRE_CALL = 1, WIRE_EVENT = 2, WIRE_MESSAGE = 4, WIRE_HIGH = 8, WIRE_STREAM_READ = 16,
    WIRE_STREAM_WRITE = 32, WIRE_FDS_CALL = 64, WIRE_FDS_REPLY = 128,
};

struct wire_proc {
    uint32_t program;
    uint16_t number;
    uint16_t args, ret; /* enum xdr_type; an event's message is in args */
    uint16_t name;
    uint16_t flags;
};

extern const struct xdr_field xdr_fields[];
extern const struct xdr_type_info xdr_types[XDR_TYPES];
extern const char xdr_names[];
extern const struct wire_proc wire_procs[]; /* by program, then ascending number */
extern const unsigned int wire_procs_n;

/* xdr.c */
unsigned int xdr_element_size(const struct xdr_field *f); /* of an array's element, in the C struct */
/* Fails: a string or array of n is longer than the description allows; `what`: "decode", "encode". */
int __attribute__((cold))
xdr_too_many(enum xdr_type type, const struct xdr_field *f, size_t n, const char *what, struct err *err);

static inline size_t
xdr_padded(size_t n)
{
    return (n + 3) & ~(size_t)3;
}
