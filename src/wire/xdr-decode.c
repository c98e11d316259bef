/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * xdr-decode: from a message to the C structs, never beyond its end; see xdr.h.
 */
#include "wire/xdr.h"
#include "wire/xdr-tables.h"

#include <glib.h>

#define ERR_FROM VIR_FROM_RPC

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "xdr_get_u32 swaps");

static unsigned int
element_minimum(const struct xdr_field *f)
{
    switch (f->sub) {
    case XDR_STRUCT: return xdr_types[f->type].minimum;
    case XDR_I64: return 8;
    default: return 4;
    }
}

static int decode_fields(struct xdr_reader *r, enum xdr_type type, char *out, struct err *err);

static int __attribute__((cold)) short_of(const struct xdr_reader *r, enum xdr_type type,
                                          const struct xdr_field *f, size_t need, struct err *err)
{
    return err_set(err, VIR_ERR_RPC, "Cannot decode %s: field '%s' needs %zu bytes, the message has %zu left",
                   xdr_name(type), xdr_names + f->name, need, (size_t)(r->end - r->p));
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
        return xdr_too_many(type, f, n, "decode", err);
    r->p += 4;
    size_t need = each ? n * each : xdr_padded(n);
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
    r->p += xdr_padded(n);
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
    size_t size = xdr_element_size(f);
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
            if ((size_t)(r->end - r->p) < xdr_padded(f->limit))
                return short_of(r, type, f, xdr_padded(f->limit), err);
            memcpy(at, r->p, f->limit);
            r->p += xdr_padded(f->limit);
            break;
        case XDR_OPAQUE_VAR: {
            uint32_t n = 0;
            if (decode_count(r, type, f, 0, &n, err) < 0)
                return -1;
            memcpy(at, &r->p, sizeof(r->p));
            memcpy(at + sizeof(r->p), &n, 4);
            r->p += xdr_padded(n);
            break;
        }
        case XDR_FIXED:
            for (uint32_t i = 0, size = xdr_element_size(f); i < f->limit; i++)
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
