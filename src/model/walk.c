/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * walk: whole documents at once: deep copy, equality, guest ABI.
 *
 * Owns: the walks over structs by the tables.  A copy measures first and then takes one block of
 * exactly the size it needs, so published documents are compact.
 * Called by: model_copy(), model_import(), model_equal(), model_same_at(), model_abi_equal().  Nothing waits.
 */
#include <glib.h>
#include "model/engine.h"

#define ALIGN8(n) (((n) + 7) & ~(size_t)7)

static bool is_text(const struct model_field *f)
{
    return f->kind == MODEL_K_STR || f->kind == MODEL_K_RAW || f->kind == MODEL_K_CPUSET;
}

/* The same few words (models, formats, drivers) come again and again in a document: a copy shares
 * those it has met lately.  Measuring and copying walk alike, so they agree on what is shared. */
#define SEEN 64
struct seen {
    const char *text[SEEN];
};

static size_t text_size(const char *s)
{
    return s ? strlen(s) + 1 : 0;
}

/* Where an equal text is remembered, or should be. */
static const char **seen_slot(struct seen *seen, const char *s, size_t n)
{
    return &seen->text[(n * 7 + (unsigned char)s[0] * 3 + (unsigned char)s[(n - 1) / 2]) % SEEN];
}

static size_t measure_text(struct seen *seen, const char *s)
{
    size_t n = text_size(s);
    if (!n)
        return 0;
    const char **slot = seen_slot(seen, s, n);
    if (*slot && !strcmp(*slot, s))
        return 0;
    *slot = s;
    return n;
}

/* What the members of base point to. */
static size_t measure(struct seen *seen, const struct model_table *t, const void *base)
{
    size_t n = 0;
    for (unsigned i = 0; i < t->n_fields; i++) {
        const struct model_field *f = &t->fields[i];
        const struct model_table *sub = f->sub;
        if (f->kind == MODEL_K_GROUP) {
            n += measure(seen, sub, base);
        } else if (f->kind == MODEL_K_STRUCT) {
            const void *p = FIELD_SUB(base, f);
            if (p)
                n += ALIGN8(sub->size) + measure(seen, sub, p);
        } else if (f->kind == MODEL_K_LIST || f->flags & MODEL_MANY) {
            uint32_t count = FIELD_COUNT(base, f);
            void *const *items = FIELD_SUB(base, f);
            n += count * sizeof(void *);
            for (uint32_t k = 0; k < count; k++)
                n += f->kind == MODEL_K_LIST ? ALIGN8(sub->size) + measure(seen, sub, items[k])
                                               : measure_text(seen, items[k]);
        } else if (is_text(f)) {
            n += measure_text(seen, FIELD_STR(base, f));
        }
    }
    return n;
}

static const char *copy_text(struct model_head *h, struct seen *seen, const char *s)
{
    size_t n = text_size(s);
    if (!n)
        return NULL;
    const char **slot = seen_slot(seen, s, n);
    if (!*slot || strcmp(*slot, s))
        *slot = memcpy(arena_bytes(h, n), s, n);
    return *slot;
}

/* dst is already a shallow copy of base: replaces its pointers by copies of what they point to. */
static void deepen(struct model_head *h, struct seen *seen, const struct model_table *t, void *dst,
                   const void *base)
{
    for (unsigned i = 0; i < t->n_fields; i++) {
        const struct model_field *f = &t->fields[i];
        const struct model_table *sub = f->sub;
        void **slot = FIELD_PTR(dst, f->offset);
        if (f->kind == MODEL_K_GROUP) {
            deepen(h, seen, sub, dst, base);
        } else if (f->kind == MODEL_K_STRUCT) {
            const void *p = FIELD_SUB(base, f);
            if (!p)
                continue;
            *slot = memcpy(arena_struct(h, sub->size), p, sub->size);
            deepen(h, seen, sub, *slot, p);
        } else if (f->kind == MODEL_K_LIST || f->flags & MODEL_MANY) {
            uint32_t count = FIELD_COUNT(base, f);
            void *const *items = FIELD_SUB(base, f);
            void **copies = *slot = count ? arena_struct(h, count * sizeof(void *)) : NULL;
            for (uint32_t k = 0; k < count; k++) {
                if (f->kind == MODEL_K_LIST) {
                    copies[k] = memcpy(arena_struct(h, sub->size), items[k], sub->size);
                    deepen(h, seen, sub, copies[k], items[k]);
                } else {
                    copies[k] = (char *)(uintptr_t)copy_text(h, seen, items[k]);
                }
            }
        } else if (is_text(f)) {
            *slot = (char *)(uintptr_t)copy_text(h, seen, FIELD_STR(base, f));
        }
    }
}

void *model_extract(const struct model_document *d, const void *base)
{
    struct seen measured = { { NULL } }, copied = { { NULL } };
    void *copy = model_doc_create(d, measure(&measured, d->table, base));
    memcpy(copy, base, d->table->size);
    deepen(model_head(copy), &copied, d->table, copy, base);
    return copy;
}

void *model_copy(const void *root)
{
    return model_extract(model_head(root)->document, root);
}

void *model_import(const void *root, const struct model_table *t, const void *base)
{
    struct model_head *h = model_head(root);
    struct seen seen = { { NULL } };
    void *copy = memcpy(arena_struct(h, t->size), base, t->size);
    deepen(h, &seen, t, copy, base);
    return copy;
}

/* ---- comparing ------------------------------------------------------------------------------ */

struct compare {
    bool abi;              /* only what the guest can see */
    GString *path;         /* NULL: nobody wants to know */
};

static bool differ(struct compare *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool differ(struct compare *c, const char *fmt, ...)
{
    if (c->path) {
        va_list ap;
        va_start(ap, fmt);
        g_string_append_vprintf(c->path, fmt, ap);
        va_end(ap);
    }
    return false;
}

static char *shown(const struct model_field *f, const void *base)
{
    struct text t = { 0 };
    if (!scalar_present(f, base))
        return g_strdup("not given");
    text_lit(&t, "'");
    scalar_print(&t, f, base);
    if (f->kind == MODEL_K_FLAG)
        text_lit(&t, "present");
    text_lit(&t, "'");
    text_need(&t, 1);
    t.s[t.n] = 0;
    return t.s;
}

static bool same(struct compare *c, const struct model_table *t, const void *a, const void *b, unsigned da,
                 unsigned db, unsigned ua, unsigned ub);

static bool
same_pair(struct compare *c, const struct model_field *f, const void *a, const void *b, unsigned da,
          unsigned db)
{
    if (c->abi && f->flags & MODEL_NOEMPTY && !a != !b) {       /* an empty one is not told: it is as none */
        const struct model_table *sub = f->sub;
        g_autofree void *none = g_malloc0(sub->size);
        return same(c, sub, a ? a : none, b ? b : none, da, db, da, db);
    }
    if (!a || !b)
        return a == b || differ(c, " is %s in one and %s in the other", a ? "there" : "missing",
                                b ? "there" : "missing");
    return same(c, f->sub, a, b, da, db, da, db);
}

static bool same_scalar(const struct model_field *f, const void *a, const void *b)
{
    if (is_text(f))
        return !g_strcmp0(FIELD_STR(a, f), FIELD_STR(b, f));
    return scalar_present(f, a) == scalar_present(f, b) &&
           (!scalar_present(f, a) ||
            !memcmp(FIELD_CPTR(a, f->offset), FIELD_CPTR(b, f->offset), scalar_size(f)));
}

static bool same(struct compare *c, const struct model_table *t, const void *a, const void *b, unsigned da,
                 unsigned db, unsigned ua, unsigned ub)
{
    da = table_disc(t, a, da);
    db = table_disc(t, b, db);
    for (unsigned i = 0; i < t->n_fields; i++) {
        const struct model_field *f = &t->fields[i];
        const struct model_table *sub = f->sub;
        bool ina = field_exists(f, da, ua), inb = field_exists(f, db, ub);
        if ((!ina && !inb) || (c->abi && !(f->flags & MODEL_ABI)))
            continue;
        size_t keep = c->path ? c->path->len : 0;
        if (c->path)
            g_string_append_printf(c->path, "/%s%s", f->flags & MODEL_ATTR ? "@" : "",
                                   f->flags & MODEL_TEXT ? "text()" : f->qname);
        if (f->kind == MODEL_K_GROUP) {
            if (!same(c, sub, a, b, da, db, ua, ub))
                return false;
        } else if (f->kind == MODEL_K_STRUCT) {
            if (!same_pair(c, f, FIELD_SUB(a, f), FIELD_SUB(b, f), da, db))
                return false;
        } else if (f->kind == MODEL_K_LIST || f->flags & MODEL_MANY) {
            uint32_t na = FIELD_COUNT(a, f), nb = FIELD_COUNT(b, f);
            void *const *pa = FIELD_SUB(a, f), *const *pb = FIELD_SUB(b, f);
            if (na != nb)
                return differ(c, " is there %u times in one and %u times in the other", na, nb);
            for (uint32_t k = 0; k < na; k++) {
                size_t here = c->path ? c->path->len : 0;
                if (c->path)
                    g_string_append_printf(c->path, "[%u]", k + 1);
                if (f->kind == MODEL_K_LIST ? !same_pair(c, f, pa[k], pb[k], da, db)
                                            : g_strcmp0(pa[k], pb[k]) != 0)
                    return false;
                if (c->path)
                    g_string_truncate(c->path, here);
            }
        } else if (ina != inb || !same_scalar(f, a, b)) {
            if (!c->path)
                return false;
            g_autofree char *va = ina ? shown(f, a) : g_strdup("not given");
            g_autofree char *vb = inb ? shown(f, b) : g_strdup("not given");
            return differ(c, ": %s and %s", va, vb);
        }
        if (c->path)
            g_string_truncate(c->path, keep);
    }
    return true;
}

bool model_equal(const void *a, const void *b)
{
    const struct model_document *d = model_head(a)->document;
    struct compare c = { 0 };
    return a == b || (d == model_head(b)->document && same(&c, d->table, a, b, 0, 0, 0, 0));
}

/* The field that a step of a path is about: "name", "@name", or "." for the text. */
static bool is_step(const struct model_field *f, const char *step, size_t n)
{
    bool attr = *step == '@';
    if (n == 1 && *step == '.')
        return f->flags & MODEL_TEXT;
    return !(f->flags & MODEL_ATTR) == !attr && f->len == n - attr && !memcmp(f->name, step + attr, f->len);
}

static bool same_at(const struct model_table *t, const char *path, const void *a, const void *b, unsigned da,
                    unsigned db, unsigned ua, unsigned ub);

/* What is not there is as something that is empty. */
static bool
same_sub(const struct model_table *t, const char *rest, const void *a, const void *b, unsigned da,
         unsigned db)
{
    struct compare c = { 0 };
    g_autofree void *none = g_malloc0(t->size);
    if (!a)
        a = none;
    if (!b)
        b = none;
    return *rest ? same_at(t, rest + 1, a, b, da, db, da, db) : same(&c, t, a, b, da, db, da, db);
}

static bool same_at(const struct model_table *t, const char *path, const void *a, const void *b, unsigned da,
                    unsigned db, unsigned ua, unsigned ub)
{
    size_t n = strcspn(path, "/");
    const char *rest = path + n;
    bool known = false;
    struct compare c = { 0 };
    da = table_disc(t, a, da);
    db = table_disc(t, b, db);
    for (unsigned i = 0; i < t->n_fields; i++) {
        const struct model_field *f = &t->fields[i];
        if (!is_step(f, path, n))
            continue;
        known = true;
        bool ina = field_exists(f, da, ua), inb = field_exists(f, db, ub);
        if (!ina && !inb)
            continue;
        if (f->kind == MODEL_K_GROUP) {
            if (!(*rest ? same_at(f->sub, rest + 1, a, b, da, db, ua, ub)
                        : same(&c, f->sub, a, b, da, db, ua, ub)))
                return false;
        } else if (f->kind == MODEL_K_STRUCT) {
            if (!same_sub(f->sub, rest, ina ? FIELD_SUB(a, f) : NULL, inb ? FIELD_SUB(b, f) : NULL, da, db))
                return false;
        } else if (f->kind == MODEL_K_LIST) {
            uint32_t na = ina ? FIELD_COUNT(a, f) : 0, nb = inb ? FIELD_COUNT(b, f) : 0;
            void *const *pa = FIELD_SUB(a, f), *const *pb = FIELD_SUB(b, f);
            for (uint32_t k = 0; k < MAX(na, nb); k++)
                if (!same_sub(f->sub, rest, k < na ? pa[k] : NULL, k < nb ? pb[k] : NULL, da, db))
                    return false;
        } else if (ina != inb || !same_scalar(f, a, b)) {
            return false;
        }
    }
    g_assert(known);
    return true;
}

/* path NULL: whatever is in it. */
static bool has_at(const struct model_table *t, const char *path, const void *a, unsigned da, unsigned ua)
{
    size_t n = path ? strcspn(path, "/") : 0;
    const char *rest = path && path[n] ? path + n + 1 : NULL;
    da = table_disc(t, a, da);
    for (unsigned i = 0; i < t->n_fields; i++) {
        const struct model_field *f = &t->fields[i];
        if ((path && !is_step(f, path, n)) || !field_exists(f, da, ua))
            continue;
        bool list = f->kind == MODEL_K_LIST || f->flags & MODEL_MANY;
        if (f->kind == MODEL_K_GROUP ? has_at(f->sub, rest, a, da, ua)
            : f->kind == MODEL_K_STRUCT
                ? FIELD_SUB(a, f) && (!rest || has_at(f->sub, rest, FIELD_SUB(a, f), da, da))
            : list ? FIELD_COUNT(a, f) > 0
                   : scalar_given(f, a))
            return true;
    }
    return false;
}

bool model_has_at(const struct model_table *t, const char *path, const void *a)
{
    return has_at(t, path, a, 0, 0);
}

bool model_same_at(const struct model_table *t, const char *path, const void *a, const void *b)
{
    return same_at(t, path, a, b, 0, 0, 0, 0);
}

bool model_abi_equal(const void *a, const void *b, char **where)
{
    const struct model_document *d = model_head(a)->document;
    g_autoptr(GString) path = g_string_new(d->element);
    struct compare c = { .abi = true, .path = path };
    *where = NULL;
    if (a == b || same(&c, d->table, a, b, 0, 0, 0, 0))
        return true;
    *where = g_string_free(g_steal_pointer(&path), FALSE);
    return false;
}
