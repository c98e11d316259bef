/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * xdr: between the C structs of wire-types.h and bytes (RFC 4506).
 *
 * Owns: bounded decoding and growing encoding, both walking generated tables.
 *
 * Decoding allocates nothing for strings and byte arrays: they point into the
 * message, which is changed in place (a string gets its terminating zero by
 * moving one byte down over its own length word where no padding follows it).
 * Arrays and optional structs come from an arena that the caller resets per
 * message; their size is bounded by the bytes that are there.  What was decoded
 * lives as long as message and arena.
 *
 * Called by: framing, dispatch, the remote driver.  Nothing here waits.
 */
#pragma once

#include "base/err.h"
#include "wire-types.h"

#include <stddef.h>
#include <string.h>

struct xdr_chunk;
struct xdr_arena {
    char *cur, *end;
    struct xdr_chunk *chunks; /* beyond the caller's first buffer */
    char *first;
    size_t first_size;
};
/* `buf` (may be NULL) is used before anything is allocated. */
void xdr_arena_init(struct xdr_arena *a, void *buf, size_t size);
void *xdr_arena_alloc(struct xdr_arena *a, size_t size); /* zeroed, aligned to 8; never NULL */
void xdr_arena_clear(struct xdr_arena *a); /* may be used again afterwards */
#define XDR_ARENA_AUTO __attribute__((cleanup(xdr_arena_clear))) struct xdr_arena

struct xdr_reader {
    char *p, *end;           /* payload still to read; writable */
    struct xdr_arena *arena;
};
int xdr_decode(struct xdr_reader *r, enum xdr_type type, void *out, struct err *err);

struct xdr_writer {
    char *buf;               /* free() */
    size_t len, cap;
    size_t limit;            /* len never grows beyond */
    bool too_long;           /* it would have */
};
void xdr_writer_init(struct xdr_writer *w, size_t limit);
void xdr_writer_clear(struct xdr_writer *w);
/* n more bytes at the end, or NULL (too_long). */
char *xdr_writer_room(struct xdr_writer *w, size_t n);
int xdr_encode(struct xdr_writer *w, enum xdr_type type, const void *in, struct err *err);

/* Frees what a struct holds when every string, array and optional struct in it
 * was allocated with malloc: for structs built by hand, never decoded ones. */
void xdr_clear(enum xdr_type type, void *s);

size_t xdr_size(enum xdr_type type);
const char *xdr_name(enum xdr_type type);

static inline uint32_t
xdr_get_u32(const char *p)
{
    uint32_t v;
    memcpy(&v, p, 4);
    return __builtin_bswap32(v);
}

static inline void
xdr_put_u32(char *p, uint32_t v)
{
    v = __builtin_bswap32(v);
    memcpy(p, &v, 4);
}

/* What is known of a procedure; NULL: no such. */
struct wire_proc;
const struct wire_proc *wire_proc_find(uint32_t program, int32_t number);
const char *wire_proc_name(const struct wire_proc *proc);
