/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * xdr-encode: the growing writer, and the C structs into it; see xdr.h.
 */
#include "wire/xdr.h"
#include "wire/xdr-tables.h"

#include <glib.h>

#define ERR_FROM VIR_FROM_RPC

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
    size_t pad = xdr_padded(n);
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
        return xdr_too_many(type, f, n, "encode", err);
    if (f->op == XDR_OPAQUE_VAR)
        return encode_bytes(w, type, items, n, true, err);
    if (encode_u32(w, type, n, err) < 0)
        return -1;
    size_t size = xdr_element_size(f);
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
            for (uint32_t i = 0, size = xdr_element_size(f); i < f->limit && rc == 0; i++)
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
