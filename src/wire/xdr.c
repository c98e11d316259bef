/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * xdr: see xdr.h.  Here: the arena, what the generated tables say of a type and
 * a field, freeing; xdr-decode.c and xdr-encode.c walk them.
 */
#include "wire/xdr.h"
#include "wire/xdr-tables.h"

#include <glib.h>
#include <stdlib.h>

#define ERR_FROM VIR_FROM_RPC

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

unsigned int
xdr_element_size(const struct xdr_field *f)
{
    switch (f->sub) {
    case XDR_I8: case XDR_U8: return 1;
    case XDR_U16: return 2;
    case XDR_I32: return 4;
    case XDR_I64: case XDR_STRING: case XDR_OPT_STRING: return 8;
    default: return xdr_types[f->type].size;
    }
}

int
xdr_too_many(enum xdr_type type, const struct xdr_field *f, size_t n, const char *what, struct err *err)
{
    /* What the caller gave is the connection's matter, what came in a message that of the wire. */
    int from = strcmp(what, "encode") == 0 ? VIR_FROM_REMOTE : VIR_FROM_RPC;

    return err_set_from(err, from, VIR_ERR_RPC,
                        "Cannot %s %s: field '%s' has length %zu, at most %u is allowed", what,
                        xdr_name(type), xdr_names + f->name, n, f->limit);
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
                char *item = ptr + k * (size_t)xdr_element_size(f);
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
