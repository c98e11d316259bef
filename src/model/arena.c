/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * arena: the memory of a document.
 *
 * Owns: chunks, the reference count, the functions editors use to add structs, strings and list
 * items.  A fresh document starts with a chunk of a few KiB; a copy gets exactly what it needs.
 * Called by: the engine, and everybody who edits a document.  Nothing waits.
 */
#include <glib.h>
#include <stdarg.h>
#include <stdio.h>
#include "model/engine.h"

struct model_head *model_head(const void *root)
{
    struct model_head *h = (struct model_head *)((char *)(uintptr_t)root - sizeof(struct model_head));
    g_assert(h->magic == MODEL_MAGIC);
    return h;
}

static struct model_chunk *chunk_new(size_t size)
{
    size = (size + 7) & ~(size_t)7;
    struct model_chunk *c = g_malloc(sizeof(*c) + size);
    c->next = NULL;
    c->front = 0;
    c->back = c->size = size;
    return c;
}

static size_t align8(size_t n)
{
    return (n + 7) & ~(size_t)7;
}

void *model_doc_create(const struct model_document *d, size_t room)
{
    size_t root = align8(d->table->size);
    struct model_chunk *c = chunk_new(sizeof(struct model_head) + root + room);
    struct model_head *h = (struct model_head *)c->data;
    c->front = sizeof(*h) + root;
    h->document = d;
    h->chunks = c;
    atomic_init(&h->refs, 1);
    h->magic = MODEL_MAGIC;
    return memset(h + 1, 0, root);
}

void *model_new_doc(const struct model_document *d)
{
    void *root = model_doc_create(d, 1024);
    const struct model_table *t = d->table;
    for (unsigned i = 0; t->defaults && i < t->n_fields; i++)
        if (t->fields[i].flags & MODEL_DEFAULT && t->fields[i].kind == MODEL_K_ENUM)
            *(uint8_t *)FIELD_PTR(root, t->fields[i].offset) = t->fields[i].def;
    return root;
}

static struct model_chunk *arena_room(struct model_head *h, size_t n)
{
    struct model_chunk *c = h->chunks;
    if (c->back - c->front >= n)
        return c;
    struct model_chunk *fresh = chunk_new(MAX(n, 4096 - sizeof(*c)));
    fresh->next = c;
    return h->chunks = fresh;
}

void *arena_struct(struct model_head *h, size_t size)
{
    size = align8(size);
    struct model_chunk *c = arena_room(h, size);
    void *p = c->data + c->front;
    c->front += size;
    return memset(p, 0, size);
}

char *arena_bytes(struct model_head *h, size_t n)
{
    struct model_chunk *c = arena_room(h, n);
    c->back -= n;
    /* the front must stay aligned: a string may fill the gap to the byte, a struct checks again */
    return c->data + c->back;
}

void *model_alloc(const void *root, size_t size)
{
    return arena_struct(model_head(root), size);
}

const char *model_strn(const void *root, const char *s, size_t n)
{
    char *p = arena_bytes(model_head(root), n + 1);
    memcpy(p, s, n);
    p[n] = 0;
    return p;
}

const char *model_str(const void *root, const char *s)
{
    return s ? model_strn(root, s, strlen(s)) : NULL;
}

const char *model_printf(const void *root, const char *fmt, ...)
{
    char small[256];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(small, sizeof(small), fmt, ap);
    va_end(ap);
    g_assert(n >= 0);
    if ((size_t)n < sizeof(small))
        return model_strn(root, small, n);
    char *p = arena_bytes(model_head(root), n + 1);
    va_start(ap, fmt);
    vsnprintf(p, n + 1, fmt, ap);
    va_end(ap);
    return p;
}

void *model_list_grow(const void *root, const void *array, uint32_t n)
{
    void *p = arena_struct(model_head(root), (n + 1) * sizeof(void *));
    if (n)
        memcpy(p, array, n * sizeof(void *));
    return p;
}

void *model_ref(const void *root)
{
    if (root)
        atomic_fetch_add_explicit(&model_head(root)->refs, 1, memory_order_relaxed);
    return (void *)(uintptr_t)root;
}

void model_unref(const void *root)
{
    if (!root)
        return;
    struct model_head *h = model_head(root);
    if (atomic_fetch_sub_explicit(&h->refs, 1, memory_order_acq_rel) != 1)
        return;
    h->magic = 0;
    for (struct model_chunk *c = h->chunks, *next; c; c = next) {
        next = c->next;
        g_free(c);
    }
}

size_t model_footprint(const void *root)
{
    size_t n = 0;
    for (struct model_chunk *c = model_head(root)->chunks; c; c = c->next)
        n += sizeof(*c) + c->size;
    return n;
}
