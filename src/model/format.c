/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * format: structs to XML text, by the tables.
 *
 * Owns: the layout users know: two spaces a level, single quotes, fields in the order of the
 * description.  What only a running guest has, secrets and internal state appear by flags.
 * Called by: model_format() and model_format_struct().  Nothing waits.
 */
#include <glib.h>
#include <stdlib.h>
#include "model/engine.h"

struct out {
    struct text t;
    unsigned flags;
    const char *ns[8];                 /* namespaces in use, printed at the root */
    unsigned n_ns;
};

/* What becomes of an element without content: nothing, <x/>, or <x> and </x>. */
enum { DROP_EMPTY, KEEP_EMPTY, OPEN_EMPTY };

static void format_element(struct out *o, const struct model_table *t, const char *name, const void *base,
                           unsigned indent, unsigned disc, unsigned up, unsigned empty);

bool field_shown(const struct model_field *f, const void *base, unsigned flags)
{
    if (f->flags &
        (MODEL_LIVE | MODEL_SECRET | MODEL_STATUS | MODEL_ALIAS | MODEL_MIGRATABLE)) {
        if (f->flags & MODEL_LIVE && !(flags & MODEL_FORMAT_LIVE))
            return false;
        if (f->flags & MODEL_SECRET && !(flags & MODEL_FORMAT_SECURE))
            return false;
        if (f->flags & MODEL_STATUS && !(flags & MODEL_FORMAT_STATUS))
            return false;
        if (f->flags & MODEL_MIGRATABLE && flags & MODEL_FORMAT_MIGRATABLE)
            return false;
        if (f->flags & MODEL_ALIAS && !(flags & MODEL_FORMAT_LIVE) && FIELD_STR(base, f) &&
            strncmp(FIELD_STR(base, f), "ua-", 3))
            return false;
    }
    return true;
}

static bool
shown(const struct out *o, const struct model_field *f, const void *base, unsigned disc, unsigned up)
{
    return !(f->flags & MODEL_SILENT) && field_exists(f, disc, up) && field_shown(f, base, o->flags);
}

static unsigned empty_rule(const struct model_field *f)
{
    return f->flags & MODEL_OPEN ? OPEN_EMPTY : f->flags & MODEL_NOEMPTY ? DROP_EMPTY : KEEP_EMPTY;
}

/* A size in the largest unit that is exact. */
static uint64_t pretty(const struct model_field *f, const void *base, const char **unit)
{
    static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
    uint64_t v = *(const uint64_t *)FIELD_CPTR(base, f->offset);
    unsigned k = f->arg / 10;
    while (k < 5 && v && !(v & 1023))      /* readers know larger ones; writers have always stopped here */
        v >>= 10, k++;
    *unit = units[k];
    return v;
}

static void scalar_element(struct out *o, const struct model_field *f, const char *qname, const void *base,
                           unsigned indent)
{
    text_indent(&o->t, indent);
    text_lit(&o->t, "<");
    text_add(&o->t, qname, strlen(qname));
    if (f->flags & MODEL_PRETTY) {
        char buf[80];
        const char *unit;
        uint64_t v = pretty(f, base, &unit);
        text_add(&o->t, buf, g_snprintf(buf, sizeof(buf), " unit='%s'>%" G_GUINT64_FORMAT "</", unit, v));
        text_add(&o->t, qname, strlen(qname));
        text_lit(&o->t, ">\n");
        return;
    }
    if (f->unit)
        text_add(&o->t, f->unit, strlen(f->unit));
    text_lit(&o->t, ">");
    scalar_print(&o->t, f, base);
    text_lit(&o->t, "</");
    text_add(&o->t, qname, strlen(qname));
    text_lit(&o->t, ">\n");
}

/* Metadata: as it came, on a line of its own. */
/* What is kept verbatim is laid out for where it stood; in another document it may stand deeper.  NULL: it is
 * right as it is. */
static char *laid_out_anew(const char *s, unsigned indent)
{
    if (*s != '\n' || strspn(s + 1, " ") == 2 * (indent + 1))
        return NULL;
    return raw_layout(s, indent);
}

static void raw_element(struct out *o, const struct model_field *f, const void *base, unsigned indent)
{
    g_autofree char *anew = laid_out_anew(FIELD_STR(base, f), indent);
    const char *s = anew ? anew : FIELD_STR(base, f);
    text_indent(&o->t, indent);
    text_lit(&o->t, "<");
    text_add(&o->t, f->qname, strlen(f->qname));
    if (*s) {
        text_lit(&o->t, ">");
        text_add(&o->t, s, strlen(s));
        text_lit(&o->t, "</");
        text_add(&o->t, f->qname, strlen(f->qname));
        text_lit(&o->t, ">\n");
    } else {
        text_lit(&o->t, "/>\n");
    }
}

static void
format_child(struct out *o, const struct model_field *f, const void *base, unsigned indent, unsigned disc,
             unsigned up)
{
    const void *p;
    switch ((enum model_kind)f->kind) {
    case MODEL_K_GROUP:
        format_element(o, f->sub, f->qname, base, indent, disc, up,
                       f->flags & MODEL_OPEN ? OPEN_EMPTY :
                       f->has != MODEL_NO_OFFSET && field_has(base, f) ? KEEP_EMPTY : DROP_EMPTY);
        return;
    case MODEL_K_STRUCT:
        if ((p = FIELD_SUB(base, f))) {
            format_element(o, f->sub, f->qname, p, indent, disc, disc, empty_rule(f));
            if (f->flags & MODEL_APART)
                text_lit(&o->t, "\n");
        }
        return;
    case MODEL_K_LIST:
        if (f->flags & MODEL_MIXED)
            return;
        for (uint32_t i = 0; i < FIELD_COUNT(base, f); i++) {
            format_element(o, f->sub, f->qname, ((void *const *)FIELD_SUB(base, f))[i], indent, disc, disc,
                           empty_rule(f));
            if (f->flags & MODEL_APART)
                text_lit(&o->t, "\n");
        }
        return;
    case MODEL_K_FLAG:
        if (*(const bool *)FIELD_CPTR(base, f->offset)) {
            text_indent(&o->t, indent);
            text_lit(&o->t, "<");
            text_add(&o->t, f->qname, strlen(f->qname));
            text_lit(&o->t, "/>\n");
        }
        return;
    default:
        break;
    }
    if (f->flags & MODEL_MANY) {
        struct model_field one = *f;
        one.offset = 0;
        one.has = MODEL_NO_OFFSET;
        for (uint32_t i = 0; i < FIELD_COUNT(base, f); i++)
            scalar_element(o, &one, f->qname, (const char *)FIELD_SUB(base, f) + i * sizeof(void *), indent);
    } else if (scalar_present(f, base)) {
        if (f->kind == MODEL_K_RAW)
            raw_element(o, f, base, indent);
        else
            scalar_element(o, f, f->qname, base, indent);
    }
}

/* The items of all mixed lists of a struct in the order in which they came, new ones last. */
static void
format_mixed(struct out *o, const struct model_table *t, const void *base, unsigned indent, unsigned disc)
{
    uint32_t next[32] = { 0 };
    for (;;) {
        uint32_t first = 0, first_at = 0;
        const struct model_field *which = NULL;
        for (unsigned i = t->n_attrs, k = 0; i < t->n_fields && k < G_N_ELEMENTS(next); i++) {
            const struct model_field *f = &t->fields[i];
            if (!(f->flags & MODEL_MIXED))
                continue;
            if (next[k] < FIELD_COUNT(base, f)) {
                uint32_t at = *item_position(f->sub, ((void *const *)FIELD_SUB(base, f))[next[k]]) - 1;
                if (!which || at < first_at) {
                    which = f;
                    first = k;
                    first_at = at;
                }
            }
            k++;
        }
        if (!which)
            return;
        format_element(o, which->sub, which->qname, ((void *const *)FIELD_SUB(base, which))[next[first]++],
                       indent, disc, disc, empty_rule(which));
    }
}

/* Namespaces are declared at the root of the document that has them, where users look for them. */
static void declare_namespaces(struct out *o, const struct model_table *t, const void *base)
{
    for (unsigned i = t->n_attrs; i < t->n_fields; i++) {
        const struct model_field *f = &t->fields[i];
        if (!f->ns)
            continue;
        size_t before = o->t.n;
        format_child(o, f, base, 0, 0, 0);
        bool used = o->t.n != before;
        o->t.n = before;
        for (unsigned k = 0; used && k < o->n_ns; k++)
            used = o->ns[k] != f->ns && strcmp(o->ns[k], f->ns);
        if (!used || o->n_ns == G_N_ELEMENTS(o->ns))
            continue;
        o->ns[o->n_ns++] = f->ns;
        text_lit(&o->t, " xmlns:");
        text_add(&o->t, f->qname, strchr(f->qname, ':') - f->qname);
        text_lit(&o->t, "='");
        text_add(&o->t, f->ns, strlen(f->ns));
        text_lit(&o->t, "'");
    }
}

static void format_element(struct out *o, const struct model_table *t, const char *name, const void *base,
                           unsigned indent, unsigned disc, unsigned up, unsigned empty)
{
    size_t start = o->t.n, after_name, opened;
    if (t->disc >= 0)
        disc = table_disc(t, base, disc);
    text_indent(&o->t, indent);
    text_lit(&o->t, "<");
    text_add(&o->t, name, strlen(name));
    after_name = o->t.n;
    for (unsigned i = 0; i < t->n_attrs; i++) {
        const struct model_field *f = &t->fields[i];
        if (!shown(o, f, base, disc, up) || !scalar_present(f, base))
            continue;
        text_lit(&o->t, " ");
        text_add(&o->t, f->qname, f->len + (f->ns ? strlen(f->qname) - f->len : 0));
        text_lit(&o->t, "='");
        if (f->flags & MODEL_PRETTY) {
            char buf[64];
            const char *unit;
            uint64_t v = pretty(f, base, &unit);
            text_add(&o->t, buf, g_snprintf(buf, sizeof(buf), "%" G_GUINT64_FORMAT "' unit='%s'", v, unit));
            continue;
        }
        scalar_print(&o->t, f, base);
        text_lit(&o->t, "'");
        if (f->unit)
            text_add(&o->t, f->unit, strlen(f->unit));
    }
    const struct model_field *text = t->text >= 0 ? &t->fields[t->text] : NULL;
    if (text && (!scalar_present(text, base) || !shown(o, text, base, disc, up)))
        text = NULL;
    if (text && text->unit)
        text_add(&o->t, text->unit, strlen(text->unit));
    unsigned outer = o->n_ns;
    if (t->namespaces)
        declare_namespaces(o, t, base);
    bool attrs = o->t.n != after_name;
    text_lit(&o->t, ">");
    if (text) {
        scalar_print(&o->t, text, base);
    } else {
        text_lit(&o->t, "\n");
    }
    opened = o->t.n;
    bool mixed = false;
    for (unsigned i = t->n_attrs + (t->text >= 0); i < t->n_fields; i++) {
        const struct model_field *f = &t->fields[i];
        if (f->flags & MODEL_APART && o->t.n == opened)
            text_lit(&o->t, "\n");
        if (shown(o, f, base, disc, up))
            format_child(o, f, base, indent + 1, disc, up);
        mixed |= f->flags & MODEL_MIXED;
    }
    if (mixed)
        format_mixed(o, t, base, indent + 1, disc);
    if (o->t.n == opened && !text) {
        if (!attrs && empty == DROP_EMPTY) {
            o->t.n = start;
            o->n_ns = outer;
            return;
        }
        if (empty != OPEN_EMPTY) {
            o->t.n = opened - 2;
            text_lit(&o->t, "/>\n");
            o->n_ns = outer;
            return;
        }
        opened = 0;
    }
    o->n_ns = outer;
    if (o->t.n != opened)
        text_indent(&o->t, indent);
    text_lit(&o->t, "</");
    text_add(&o->t, name, strlen(name));
    text_lit(&o->t, ">\n");
}

static char *finish(struct out *o)
{
    text_need(&o->t, 1);
    o->t.s[o->t.n] = 0;
    return o->t.s;
}

char *model_format(const void *root, unsigned flags)
{
    const struct model_document *d = model_head(root)->document;
    struct out o = { .flags = flags };
    format_element(&o, d->table, d->element, root, 0, 0, 0, d->open ? OPEN_EMPTY : KEEP_EMPTY);
    return finish(&o);
}

char *model_format_struct(const struct model_table *t, const char *element, const void *base, unsigned indent,
                          unsigned flags)
{
    struct out o = { .flags = flags };
    format_element(&o, t, element, base, indent, 0, 0, KEEP_EMPTY);
    return finish(&o);
}
