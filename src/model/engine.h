/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * engine: what the files of the model's engine share among themselves.
 *
 * Owns: the arena behind a document, growing text, scanning and printing of scalars.  Private to src/model.
 */
#pragma once

#include <stdatomic.h>
#include <string.h>
#include "model/model.h"

/* Structs are taken from the front, strings (which need no alignment) from the back. */
struct model_chunk {
    struct model_chunk *next;
    uint32_t front, back;      /* free room is data[front .. back) */
    uint32_t size;
    _Alignas(8) char data[];
};

/* Sits directly in front of the root struct. */
struct model_head {
    const struct model_document *document;
    struct model_chunk *chunks;   /* newest first; the oldest holds this head */
    atomic_uint refs;
    uint32_t magic;
};
#define MODEL_MAGIC 0x6d6f646cu

struct model_head *model_head(const void *root);
void *model_doc_create(const struct model_document *d, size_t room);
void *arena_struct(struct model_head *h, size_t size);
char *arena_bytes(struct model_head *h, size_t n);

/* Growing text; never fails (GLib's rule: out of memory aborts). */
struct text {
    char *s;
    size_t n, cap;
};
void text_need(struct text *t, size_t more);
static inline void text_add(struct text *t, const char *s, size_t n)
{
    if (t->n + n + 1 > t->cap)
        text_need(t, n + 1);
    memcpy(t->s + t->n, s, n);
    t->n += n;
}
#define text_lit(t, literal) text_add((t), (literal), sizeof(literal) - 1)
void text_escape(struct text *t, const char *s, size_t n);
void text_indent(struct text *t, unsigned level);
void text_u64(struct text *t, uint64_t v);
void text_hex(struct text *t, uint64_t v, unsigned width); /* with 0x, at least so many digits */

#define FIELD_PTR(base, off) ((void *)((char *)(base) + (off)))
#define FIELD_CPTR(base, off) ((const void *)((const char *)(base) + (off)))
#define FIELD_STR(base, f) (*(const char *const *)FIELD_CPTR(base, (f)->offset))
#define FIELD_SUB(base, f) (*(const void *const *)FIELD_CPTR(base, (f)->offset))
/* has_… are bit-fields, which have no address: the compiler lays them out from the lowest bit on
 * little-endian machines, from the highest on others. */
#if G_BYTE_ORDER == G_LITTLE_ENDIAN
#define HAS_MASK(f) (1u << ((f)->has & 7))
#else
#define HAS_MASK(f) (0x80u >> ((f)->has & 7))
#endif
static inline bool field_has(const void *base, const struct model_field *f)
{
    return ((const uint8_t *)base)[f->has >> 3] & HAS_MASK(f);
}
static inline void field_set_has(void *base, const struct model_field *f)
{
    ((uint8_t *)base)[f->has >> 3] |= HAS_MASK(f);
}
#define FIELD_COUNT(base, f) (*(const uint32_t *)FIELD_CPTR(base, (f)->has))

/* Is there a value to print?  Was one given?  For scalars only. */
bool scalar_given(const struct model_field *f, const void *base);
bool scalar_present(const struct model_field *f, const void *base);
/* Reads n bytes of text; 0, or less with a description of what would be valid in *valid: -1, or
 * SCALAR_BEYOND for what is well-formed and means nothing: a part of a PCI address that is too high, a size
 * of too many bytes, a list that takes out all it has. */
enum { SCALAR_BEYOND = -2 };
int scalar_scan(struct model_head *h, const struct model_field *f, void *base, const char *s, size_t n,
                const char *unit, size_t unit_len, const char **valid);
bool scalar_is_unit(const char *unit);
void scalar_print(struct text *t, const struct model_field *f, const void *base);
size_t scalar_size(const struct model_field *f);
/* The number of the value with this name, which has n bytes; 0: there is none. */
unsigned enum_find(const struct model_enum *e, const char *name, size_t n);
static inline bool field_exists(const struct model_field *f, unsigned disc, unsigned up)
{
    return !f->mask || (f->mask >> ((f->flags & MODEL_UP ? up : disc) & 63) & 1);
}
/* Of an item of a mixed list: where it stands among those of the other lists; 0: behind all others. */
static inline uint32_t *item_position(const struct model_table *t, const void *item)
{
    for (unsigned i = 0; i < t->n_attrs; i++)
        if (t->fields[i].name[0] == '.')
            return FIELD_PTR((char *)(uintptr_t)item, t->fields[i].offset);
    return NULL;
}
extern bool model_newer; /* model_read_newer() */
/* By the flags of a field: is it printed, is it read? */
bool field_shown(const struct model_field *f, const void *base, unsigned flags);
static inline bool field_read(const struct model_field *f, unsigned flags)
{
    return (!(f->flags & MODEL_LATER) || model_newer) &&
           !(f->flags & MODEL_LIVE && !(flags & MODEL_PARSE_LIVE)) &&
           !(f->flags & MODEL_STATUS && !(flags & MODEL_PARSE_STATUS));
}
static inline unsigned table_disc(const struct model_table *t, const void *base, unsigned inherited)
{
    return t->disc < 0 ? inherited : *(const uint8_t *)FIELD_CPTR(base, t->fields[t->disc].offset);
}
/* Verbatim content as it is kept inside an element that stands so deep, or NULL: not well-formed. */
const char *raw_content(const void *root, const char *inner, unsigned level);
char *raw_layout(const char *inner, unsigned level); /* the same, g_free */
/* The canonical form of a CPU list such as "0-3,^2", perhaps ""; NULL: malformed. */
char *cpuset_canonical(struct model_head *h, const char *s, size_t n);
