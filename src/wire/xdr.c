/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * xdr: walks the generated tables in both directions; see xdr.h.
 */
#include "wire/xdr.h"
#include "wire/xdr-tables.h"

#include <glib.h>
#include <stdlib.h>

#define ERR_FROM VIR_FROM_RPC

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "xdr_get_u32 swaps");

/* ---- arena ---- */

struct xdr_chunk {
    struct xdr_chunk *next;
    uint64_t data[];
};

void
xdr_arena_init(struct xdr_arena *a, void *buf, size_t size)
{
    size_t skew = -(uintptr_t)buf & 7;
    *a = (struct xdr_arena){ 0 };
    if (buf && size > skew) {
        a->first = (char *)buf + skew;
        a->first_size = (size - skew) & ~(size_t)7;
    }
    a->cur = a->first;
    a->end = a->first ? a->first + a->first_size : NULL;
}

void *
xdr_arena_alloc(struct xdr_arena *a, size_t size)
{
    size = (size + 7) & ~(size_t)7;
    if ((size_t)(a->end - a->cur) < size) {
        size_t chunk = MAX(size, 8192);
        struct xdr_chunk *c = g_malloc(sizeof(*c) + chunk);
        c->next = a->chunks;
        a->chunks = c;
        a->cur = (char *)c->data;
        a->end = a->cur + chunk;
    }
    void *p = a->cur;
    a->cur += size;
    return memset(p, 0, size);
}

char *
xdr_arena_strdup(struct xdr_arena *a, const char *s)
{
    if (!s)
        return NULL;
    size_t n = strlen(s) + 1;
    return memcpy(xdr_arena_alloc(a, n), s, n);
}

void
xdr_arena_clear(struct xdr_arena *a)
{
    while (a->chunks) {
        struct xdr_chunk *next = a->chunks->next;
        g_free(a->chunks);
        a->chunks = next;
    }
    a->cur = a->first;
    a->end = a->first ? a->first + a->first_size : NULL;
}

/* ---- names and sizes ---- */

size_t
xdr_size(enum xdr_type type)
{
    return xdr_types[type].size;
}

const char *
xdr_name(enum xdr_type type)
{
    return xdr_names + xdr_types[type].name;
}

const struct wire_proc *
wire_proc_find(uint32_t program, int32_t number)
{
    unsigned int lo = 0, hi = wire_procs_n;
    /* Programs are few runs of ascending numbers: find the run, then the number. */
    while (lo < hi && wire_procs[lo].program != program)
        lo++;
    for (hi = lo; hi < wire_procs_n && wire_procs[hi].program == program; hi++)
        if (wire_procs[hi].number == number)
            return &wire_procs[hi];
    return NULL;
}

const char *
wire_proc_name(const struct wire_proc *proc)
{
    return xdr_names + proc->name;
}

static unsigned int
element_size(const struct xdr_field *f)
{
    switch (f->sub) {
    case XDR_I8: case XDR_U8: return 1;
    case XDR_U16: return 2;
    case XDR_I32: return 4;
    case XDR_I64: case XDR_STRING: case XDR_OPT_STRING: return 8;
    default: return xdr_types[f->type].size;
    }
}

static unsigned int
element_minimum(const struct xdr_field *f)
{
    switch (f->sub) {
    case XDR_STRUCT: return xdr_types[f->type].minimum;
    case XDR_I64: return 8;
    default: return 4;
    }
}

/* ---- decoding ---- */

static int decode_fields(struct xdr_reader *r, enum xdr_type type, char *out, struct err *err);

static int __attribute__((cold)) short_of(const struct xdr_reader *r, enum xdr_type type,
                                          const struct xdr_field *f, size_t need, struct err *err)
{
    return err_set(err, VIR_ERR_RPC, "Cannot decode %s: field '%s' needs %zu bytes, the message has %zu left",
                   xdr_name(type), xdr_names + f->name, need, (size_t)(r->end - r->p));
}

static int __attribute__((cold))
too_many(enum xdr_type type, const struct xdr_field *f, size_t n, const char *what, struct err *err)
{
    /* What the caller gave is the connection's matter, what came in a message that of the wire. */
    int from = strcmp(what, "encode") == 0 ? VIR_FROM_REMOTE : VIR_FROM_RPC;

    return err_set_from(err, from, VIR_ERR_RPC,
                        "Cannot %s %s: field '%s' has length %zu, at most %u is allowed", what,
                        xdr_name(type), xdr_names + f->name, n, f->limit);
}

static inline size_t
padded(size_t n)
{
    return (n + 3) & ~(size_t)3;
}

/* A length word, checked against the limit and the bytes that are there. */
static inline int
decode_count(struct xdr_reader *r, enum xdr_type type, const struct xdr_field *f, size_t each,
             uint32_t *count, struct err *err)
{
    if (r->end - r->p < 4)
        return short_of(r, type, f, 4, err);
    uint32_t n = xdr_get_u32(r->p);
    if (n > f->limit)
        return too_many(type, f, n, "decode", err);
    r->p += 4;
    size_t need = each ? n * each : padded(n);
    if ((size_t)(r->end - r->p) < need)
        return short_of(r, type, f, need, err);
    *count = n;
    return 0;
}

static inline int
decode_string(struct xdr_reader *r, enum xdr_type type, const struct xdr_field *f, char **out,
              struct err *err)
{
    uint32_t n = 0;
    if (decode_count(r, type, f, 0, &n, err) < 0)
        return -1;
    char *s = r->p;
    r->p += padded(n);
    if ((n & 3) == 0) /* no padding behind it: make room before it */
        s = memmove(s - 1, s, n);
    s[n] = 0;
    *out = s;
    return 0;
}

static inline int
decode_basic(struct xdr_reader *r, unsigned int op, char *at)
{
    uint32_t v;
    if (r->end - r->p < (op == XDR_I64 ? 8 : 4))
        return -1;
    v = xdr_get_u32(r->p);
    r->p += 4;
    switch (op) {
    case XDR_I8: case XDR_U8:
        *at = (char)v;
        break;
    case XDR_U16: {
        uint16_t s = (uint16_t)v;
        memcpy(at, &s, 2);
        break;
    }
    case XDR_I64: {
        uint64_t l = (uint64_t)v << 32 | xdr_get_u32(r->p);
        r->p += 4;
        memcpy(at, &l, 8);
        break;
    }
    default:
        memcpy(at, &v, 4);
    }
    return 0;
}

/* 1 says that it is; whatever else is not 0 counts as that: go-libvirt sends 0x01000000. */
static int
decode_present(struct xdr_reader *r, enum xdr_type type, const struct xdr_field *f, struct err *err)
{
    if (r->end - r->p < 4)
        return short_of(r, type, f, 4, err);
    uint32_t v = xdr_get_u32(r->p);
    r->p += 4;
    return v != 0;
}

static int
decode_array(struct xdr_reader *r, enum xdr_type type, const struct xdr_field *f, char *at, struct err *err)
{
    uint32_t n = 0;
    if (decode_count(r, type, f, element_minimum(f), &n, err) < 0)
        return -1;
    size_t size = element_size(f);
    char *items = n ? xdr_arena_alloc(r->arena, n * size) : NULL;
    memcpy(at, &items, sizeof(items));
    memcpy(at + sizeof(items), &n, sizeof(n));
    for (uint32_t i = 0; i < n; i++, items += size) {
        if (f->sub == XDR_STRUCT) {
            if (decode_fields(r, f->type, items, err) < 0)
                return -1;
        } else if (f->sub == XDR_STRING || f->sub == XDR_OPT_STRING) {
            /* the limit of the array bounds the items; strings have the one of all programs */
            const struct xdr_field s = { f->sub, 0, 0, 0, f->name, NET_MESSAGE_STRING_MAX };
            if (f->sub == XDR_OPT_STRING) {
                int present = decode_present(r, type, f, err);
                if (present < 0)
                    return -1;
                if (!present)
                    continue;
            }
            if (decode_string(r, type, &s, (char **)(void *)items, err) < 0)
                return -1;
        } else if (decode_basic(r, f->sub, items) < 0) {
            return short_of(r, type, f, 4, err);
        }
    }
    return 0;
}

static int
decode_union(struct xdr_reader *r, enum xdr_type type, const struct xdr_field *f, char *at, struct err *err)
{
    const struct xdr_type_info *u = &xdr_types[f->type];
    if (r->end - r->p < 4)
        return short_of(r, type, f, 4, err);
    uint32_t v = xdr_get_u32(r->p);
    for (unsigned int i = 0; i < u->n; i++) {
        const struct xdr_field *c = &xdr_fields[u->first + i];
        if (c->sub != v)
            continue;
        r->p += 4;
        memcpy(at, &v, 4);
        if (c->op == XDR_STRING)
            return decode_string(r, type, c, (char **)(void *)(at + c->offset), err);
        if (decode_basic(r, c->op, at + c->offset) < 0)
            return short_of(r, type, f, 8, err);
        return 0;
    }
    return err_set(err, VIR_ERR_RPC, "Cannot decode %s: field '%s' is of type %u, which does not exist",
                   xdr_name(type), xdr_names + f->name, v);
}

static int
decode_fields(struct xdr_reader *r, enum xdr_type type, char *out, struct err *err)
{
    const struct xdr_type_info *t = &xdr_types[type];
    const struct xdr_field *f = &xdr_fields[t->first], *last = f + t->n;
    for (; f < last; f++) {
        char *at = out + f->offset;
        int present;
        switch ((enum xdr_op)f->op) {
        case XDR_I8: case XDR_U8: case XDR_U16: case XDR_I32: case XDR_I64:
            if (decode_basic(r, f->op, at) < 0)
                return short_of(r, type, f, f->op == XDR_I64 ? 8 : 4, err);
            break;
        case XDR_OPT_STRING:
            if ((present = decode_present(r, type, f, err)) < 0)
                return -1;
            if (!present) {
                *(char **)(void *)at = NULL;
                break;
            }
            G_GNUC_FALLTHROUGH;
        case XDR_STRING:
            if (decode_string(r, type, f, (char **)(void *)at, err) < 0)
                return -1;
            break;
        case XDR_OPAQUE_FIXED:
            if ((size_t)(r->end - r->p) < padded(f->limit))
                return short_of(r, type, f, padded(f->limit), err);
            memcpy(at, r->p, f->limit);
            r->p += padded(f->limit);
            break;
        case XDR_OPAQUE_VAR: {
            uint32_t n = 0;
            if (decode_count(r, type, f, 0, &n, err) < 0)
                return -1;
            memcpy(at, &r->p, sizeof(r->p));
            memcpy(at + sizeof(r->p), &n, 4);
            r->p += padded(n);
            break;
        }
        case XDR_FIXED:
            for (uint32_t i = 0, size = element_size(f); i < f->limit; i++)
                if (decode_basic(r, f->sub, at + i * size) < 0)
                    return short_of(r, type, f, 4, err);
            break;
        case XDR_ARRAY:
            if (decode_array(r, type, f, at, err) < 0)
                return -1;
            break;
        case XDR_OPT_STRUCT: {
            if ((present = decode_present(r, type, f, err)) < 0)
                return -1;
            char *s = present ? xdr_arena_alloc(r->arena, xdr_types[f->type].size) : NULL;
            memcpy(at, &s, sizeof(s));
            if (s && decode_fields(r, f->type, s, err) < 0)
                return -1;
            break;
        }
        case XDR_UNION:
            if (decode_union(r, type, f, at, err) < 0)
                return -1;
            break;
        case XDR_STRUCT:
            break; /* flattened by the generator */
        }
    }
    return 0;
}

int
xdr_decode(struct xdr_reader *r, enum xdr_type type, void *out, struct err *err)
{
    return decode_fields(r, type, out, err);
}

/* ---- encoding ---- */

void
xdr_writer_init(struct xdr_writer *w, size_t limit)
{
    *w = (struct xdr_writer){ .limit = limit };
}

void
xdr_writer_clear(struct xdr_writer *w)
{
    g_free(w->buf);
    *w = (struct xdr_writer){ .limit = w->limit };
}

char *
xdr_writer_room(struct xdr_writer *w, size_t n)
{
    if (w->cap - w->len < n) {
        if (n > w->limit - w->len) {
            w->too_long = true;
            return NULL;
        }
        size_t cap = MAX(w->cap * 2, w->len + n);
        cap = MIN(MAX(cap, 256), w->limit);
        w->buf = g_realloc(w->buf, cap);
        w->cap = cap;
    }
    char *p = w->buf + w->len;
    w->len += n;
    return p;
}

static int encode_fields(struct xdr_writer *w, enum xdr_type type, const char *in, struct err *err);

static int __attribute__((cold))
no_room(const struct xdr_writer *w, enum xdr_type type, struct err *err)
{
    return err_set(err, VIR_ERR_RPC, "Cannot encode %s: the message would exceed %zu bytes", xdr_name(type),
                   w->limit);
}

static inline int
encode_bytes(struct xdr_writer *w, enum xdr_type type, const void *data, size_t n, bool counted,
             struct err *err)
{
    size_t pad = padded(n);
    char *p = xdr_writer_room(w, pad + (counted ? 4 : 0));
    if (!p)
        return no_room(w, type, err);
    if (counted) {
        xdr_put_u32(p, (uint32_t)n);
        p += 4;
    }
    if (pad) {
        memset(p + pad - 4, 0, 4);
        memcpy(p, data, n);
    }
    return 0;
}

static inline int
encode_u32(struct xdr_writer *w, enum xdr_type type, uint32_t v, struct err *err)
{
    char *p = xdr_writer_room(w, 4);
    if (!p)
        return no_room(w, type, err);
    xdr_put_u32(p, v);
    return 0;
}

static inline int
encode_basic(struct xdr_writer *w, enum xdr_type type, unsigned int op, const char *at, struct err *err)
{
    uint32_t v;
    switch (op) {
    case XDR_I8:
        v = (uint32_t)(int32_t)(signed char)*at;
        break;
    case XDR_U8:
        v = (unsigned char)*at;
        break;
    case XDR_U16: {
        uint16_t s;
        memcpy(&s, at, 2);
        v = s;
        break;
    }
    case XDR_I64: {
        uint64_t l;
        char *p = xdr_writer_room(w, 8);
        if (!p)
            return no_room(w, type, err);
        memcpy(&l, at, 8);
        l = __builtin_bswap64(l);
        memcpy(p, &l, 8);
        return 0;
    }
    default:
        memcpy(&v, at, 4);
    }
    return encode_u32(w, type, v, err);
}

static int
encode_string(struct xdr_writer *w, enum xdr_type type, const struct xdr_field *f, bool optional,
              uint32_t limit, const char *at, struct err *err)
{
    const char *s;
    memcpy(&s, at, sizeof(s));
    if (optional) {
        if (encode_u32(w, type, s != NULL, err) < 0)
            return -1;
        if (!s)
            return 0;
    }
    if (!s)
        return err_set(err, VIR_ERR_RPC, "Cannot encode %s: field '%s' has no value but needs one",
                       xdr_name(type), xdr_names + f->name);
    size_t n = strlen(s);
    if (n > limit)
        return err_set(err, VIR_ERR_RPC,
                       "Cannot encode %s: the string in field '%s' has %zu bytes, at most %u are allowed",
                       xdr_name(type), xdr_names + f->name, n, limit);
    return encode_bytes(w, type, s, n, true, err);
}

static int
encode_array(struct xdr_writer *w, enum xdr_type type, const struct xdr_field *f, const char *at,
             struct err *err)
{
    const char *items;
    uint32_t n = 0;
    memcpy(&items, at, sizeof(items));
    memcpy(&n, at + sizeof(items), 4);
    if (n > f->limit)
        return too_many(type, f, n, "encode", err);
    if (f->op == XDR_OPAQUE_VAR)
        return encode_bytes(w, type, items, n, true, err);
    if (encode_u32(w, type, n, err) < 0)
        return -1;
    size_t size = element_size(f);
    for (uint32_t i = 0; i < n; i++, items += size) {
        int rc;
        if (f->sub == XDR_STRUCT)
            rc = encode_fields(w, f->type, items, err);
        else if (f->sub == XDR_STRING || f->sub == XDR_OPT_STRING)
            rc = encode_string(w, type, f, f->sub == XDR_OPT_STRING, NET_MESSAGE_STRING_MAX, items, err);
        else
            rc = encode_basic(w, type, f->sub, items, err);
        if (rc < 0)
            return -1;
    }
    return 0;
}

static int
encode_union(struct xdr_writer *w, enum xdr_type type, const struct xdr_field *f, const char *at,
             struct err *err)
{
    const struct xdr_type_info *u = &xdr_types[f->type];
    uint32_t v;
    memcpy(&v, at, 4);
    for (unsigned int i = 0; i < u->n; i++) {
        const struct xdr_field *c = &xdr_fields[u->first + i];
        if (c->sub != v)
            continue;
        if (encode_u32(w, type, v, err) < 0)
            return -1;
        if (c->op == XDR_STRING)
            return encode_string(w, type, c, false, c->limit, at + c->offset, err);
        return encode_basic(w, type, c->op, at + c->offset, err);
    }
    return err_set(err, VIR_ERR_RPC, "Cannot encode %s: field '%s' is of type %u, which does not exist",
                   xdr_name(type), xdr_names + f->name, v);
}

static int
encode_fields(struct xdr_writer *w, enum xdr_type type, const char *in, struct err *err)
{
    const struct xdr_type_info *t = &xdr_types[type];
    const struct xdr_field *f = &xdr_fields[t->first], *last = f + t->n;
    for (; f < last; f++) {
        const char *at = in + f->offset;
        int rc = 0;
        switch ((enum xdr_op)f->op) {
        case XDR_I8: case XDR_U8: case XDR_U16: case XDR_I32: case XDR_I64:
            rc = encode_basic(w, type, f->op, at, err);
            break;
        case XDR_STRING: case XDR_OPT_STRING:
            rc = encode_string(w, type, f, f->op == XDR_OPT_STRING, f->limit, at, err);
            break;
        case XDR_OPAQUE_FIXED:
            rc = encode_bytes(w, type, at, f->limit, false, err);
            break;
        case XDR_OPAQUE_VAR: case XDR_ARRAY:
            rc = encode_array(w, type, f, at, err);
            break;
        case XDR_FIXED:
            for (uint32_t i = 0, size = element_size(f); i < f->limit && rc == 0; i++)
                rc = encode_basic(w, type, f->sub, at + i * size, err);
            break;
        case XDR_OPT_STRUCT: {
            const char *s;
            memcpy(&s, at, sizeof(s));
            rc = encode_u32(w, type, s != NULL, err);
            if (rc == 0 && s)
                rc = encode_fields(w, f->type, s, err);
            break;
        }
        case XDR_UNION:
            rc = encode_union(w, type, f, at, err);
            break;
        case XDR_STRUCT:
            break;
        }
        if (rc < 0)
            return -1;
    }
    return 0;
}

int
xdr_encode(struct xdr_writer *w, enum xdr_type type, const void *in, struct err *err)
{
    return encode_fields(w, type, in, err);
}

/* ---- freeing ---- */

void
xdr_clear(enum xdr_type type, void *s)
{
    const struct xdr_type_info *t = &xdr_types[type];
    for (unsigned int i = 0; i < t->n; i++) {
        const struct xdr_field *f = &xdr_fields[t->first + i];
        char *at = (char *)s + f->offset;
        char *ptr;
        memcpy(&ptr, at, sizeof(ptr));
        switch ((enum xdr_op)f->op) {
        case XDR_ARRAY: {
            uint32_t n = 0;
            memcpy(&n, at + sizeof(ptr), 4);
            for (uint32_t k = 0; k < n; k++) {
                char *item = ptr + k * (size_t)element_size(f);
                if (f->sub == XDR_STRUCT)
                    xdr_clear(f->type, item);
                else if (f->sub == XDR_STRING || f->sub == XDR_OPT_STRING)
                    free(*(char **)(void *)item);
            }
            free(ptr);
            break;
        }
        case XDR_OPT_STRUCT:
            if (ptr)
                xdr_clear(f->type, ptr);
            free(ptr);
            break;
        case XDR_STRING: case XDR_OPT_STRING: case XDR_OPAQUE_VAR:
            free(ptr);
            break;
        case XDR_UNION: {
            const struct xdr_type_info *u = &xdr_types[f->type];
            uint32_t v;
            memcpy(&v, at, 4);
            for (unsigned int k = 0; k < u->n; k++) {
                const struct xdr_field *c = &xdr_fields[u->first + k];
                if (c->sub == v && c->op == XDR_STRING)
                    free(*(char **)(void *)(at + c->offset));
            }
            break;
        }
        default:
            break;
        }
    }
    memset(s, 0, t->size);
}
