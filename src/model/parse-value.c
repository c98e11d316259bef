/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * parse-value: from the text of an attribute or element into its field.
 *
 * Owns: which field a name stands for; how values, units and defaults get into the struct.  A value
 * that cannot be read is an error which names line, element, value and what would be valid.
 * Called by: parse.c, for each element.  Nothing waits.
 */
#include "model/parse.h"

#include <glib.h>

static int compare(const struct model_field *f, const char *name, size_t n)
{
    return f->len != n ? (f->len < n ? -1 : 1) : memcmp(f->name, name, n);
}

const struct model_field *parse_find(const struct model_table *t, bool attr, const char *name, size_t n,
                                      const char *uri, unsigned disc, unsigned up, unsigned flags)
{
    unsigned lo = attr ? 0 : t->n_attrs, hi = attr ? t->n_attrs : t->n_attrs + t->n_kids, end = hi;
    while (lo < hi) {
        unsigned mid = (lo + hi) / 2;
        if (compare(&t->fields[t->sorted[mid]], name, n) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (; lo < end; lo++) {
        const struct model_field *f = &t->fields[t->sorted[lo]];
        if (compare(f, name, n))
            break;
        if (!field_exists(f, disc, up) || (uri ? !f->ns || strcmp(f->ns, uri) : f->ns != NULL))
            continue;
        if (field_read(f, flags))
            return f;
    }
    return NULL;
}

static bool alias_counts(const struct parser *p, const char *s, size_t n)
{
    static const char made_of[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    if (p->flags & (MODEL_PARSE_LIVE | MODEL_PARSE_KEEP_ALIAS))
        return true;
    for (size_t i = 0; i < n; i++)
        if (!strchr(made_of, s[i]) || !s[i])
            return false;
    return n >= 3 && !memcmp(s, "ua-", 3);
}

void *parse_slot(struct parser *p, const struct model_field *f, void *base)
{
    uint32_t *n = FIELD_PTR(base, f->has);
    void ***array = FIELD_PTR(base, f->offset);
    if (!(*n & (*n - 1))) {             /* room is a power of two */
        void **grown = arena_struct(p->head, (*n ? *n * 2 : 1) * sizeof(void *));
        if (*n)
            memcpy(grown, *array, *n * sizeof(void *));
        *array = grown;
    }
    return &(*array)[(*n)++];
}

int
parse_value(struct parser *p, struct frame *fr, const char *element, const struct model_field *f, void *base,
          const char *s, size_t n, bool report)
{
    const char *valid = NULL;
    if ((f->flags & MODEL_ALIAS && !alias_counts(p, s, n)) ||
        (f->flags & MODEL_FILLED && !n))
        return 0;
    if (f->flags & MODEL_MANY) {
        struct model_field one = *f;
        one.offset = 0;
        one.has = MODEL_NO_OFFSET;
        if (scalar_scan(p->head, &one, parse_slot(p, f, base), s, n, NULL, 0, &valid) < 0)
            report_bad_value(p, element, f, s, n, valid);
        return 0;
    }
    bool ignore = f->flags & MODEL_IGNORE && !(p->flags & MODEL_PARSE_STRICT);
    bool bad_unit = f->kind == MODEL_K_SIZE && fr->unit[0] && !scalar_is_unit(fr->unit);
    if (bad_unit && ignore)
        return 0;
    const char *unit = fr->unit[0] && !bad_unit ? fr->unit : NULL;
    int r = scalar_scan(p->head, f, base, s, n, unit, unit ? strlen(unit) : 0, &valid);
    if (bad_unit && r != -1) {          /* of what is no number the unit does not matter */
        if (report)
            report_bad_unit(p, element, f, fr->unit);
        return -1;
    }
    if (r == 0 || ignore)
        return 0;
    struct model_field reported = *f;
    if (r == SCALAR_BEYOND)
        reported.bad =
            f->kind == MODEL_K_CPUSET ? MODEL_ERROR(VIR_ERR_CONFIG_UNSUPPORTED, MODEL_FROM_DOCUMENT)
            : f->kind == MODEL_K_OCT  ? MODEL_ERROR(VIR_ERR_XML_ERROR, MODEL_FROM_DOCUMENT)
            : f->kind == MODEL_K_SIZE ? (f->only ? f->only : MODEL_ERROR(VIR_ERR_OVERFLOW, VIR_FROM_NONE))
                                      : MODEL_ERROR(VIR_ERR_XML_ERROR, VIR_FROM_NONE);
    p->beyond = report && r == SCALAR_BEYOND && f->kind >= MODEL_K_BUS && f->kind <= MODEL_K_FUNCTION;
    if (report)
        report_bad_value(p, element, &reported, s, n, valid);
    return -1;
}

void parse_unit(struct frame *fr, int n_attr, const xmlChar **attr)
{
    fr->unit[0] = 0;
    for (int i = 0; i < n_attr; i++, attr += 5) {
        const char *name = (const char *)attr[0];
        if (attr[1] || strncmp(name, "unit", 4) || (name[4] && strcmp(name, "units")))
            continue;
        size_t n = attr[4] - attr[3];
        if (n >= sizeof(fr->unit))
            strcpy(fr->unit, "?");      /* longer than any unit there is */
        else {
            memcpy(fr->unit, attr[3], n);
            fr->unit[n] = 0;
        }
    }
}

/* The value of an attribute, or NULL. */
static const xmlChar **attribute_of(const struct model_field *f, int n_attr, const xmlChar **attr)
{
    for (int i = 0; i < n_attr; i++)
        if (!attr[i * 5 + 1] && !strcmp((const char *)attr[i * 5], f->name))
            return &attr[i * 5];
    return NULL;
}

static void check_required(struct parser *p, const struct frame *fr, const struct model_field *f,
                           const xmlChar **given)
{
    if (!f->missing || !field_exists(f, fr->disc, fr->up) || f->flags & MODEL_LIVE)
        return;
    if (!given || (f->flags & MODEL_FILLED && given[3] == given[4]))
        report_missing(p, fr->name, f);
    else if (f->kind >= MODEL_K_U8 && f->kind <= MODEL_K_SIZE && !scalar_present(f, fr->base))
        report_bad_value(p, fr->name, f, "0", 1, "a number greater than 0");
}

/* Something is malformed: what comes first in the description is reported first, also if it is missing. */
static void report_attributes(struct parser *p, struct frame *fr, int n_attr, const xmlChar **attr)
{
    const struct model_table *t = fr->table;
    for (unsigned i = 0; i < t->n_attrs && !p->failed; i++) {
        const struct model_field *f = &t->fields[i];
        if (!field_exists(f, fr->disc, fr->up) || !field_read(f, p->flags))
            continue;
        const xmlChar **given = attribute_of(f, n_attr, attr);
        if (!given || (int)i == t->disc ||
            parse_value(p, fr, fr->name, f, fr->base, (const char *)given[3], given[4] - given[3], true) == 0)
            check_required(p, fr, f, given);
    }
}

/* The bit of a value in frame.scalars; 0: it has none. */
static uint64_t place_of(const struct frame *fr, const struct model_field *f)
{
    size_t place = f - fr->table->fields;
    return place < 64 ? UINT64_C(1) << place : 0;
}

void parse_attributes(struct parser *p, struct frame *fr, int n_attr, const xmlChar **attr)
{
    const struct model_table *t = fr->table;
    bool malformed = false;
    if (t->sizes)
        parse_unit(fr, n_attr, attr);
    if (t->disc >= 0) {                 /* it says which of the others exist */
        const struct model_field *d = &t->fields[t->disc];
        for (int i = 0; i < n_attr; i++) {
            const char *s = (const char *)attr[i * 5 + 3], *e = (const char *)attr[i * 5 + 4];
            if (!attr[i * 5 + 1] && !strcmp((const char *)attr[i * 5], d->name)) {
                parse_value(p, fr, fr->name, d, fr->base, s, e - s, true);
                if (p->failed)
                    return;
            }
        }
        uint8_t *v = FIELD_PTR(fr->base, d->offset);
        if (!*v && d->flags & MODEL_DEFAULT)
            *v = d->def;
        fr->disc = *v;
    }
    for (int i = 0; i < n_attr && !p->failed; i++) {
        const xmlChar **a = attr + i * 5;
        const char *s = (const char *)a[3], *e = (const char *)a[4];
        bool lost = a[1] && !a[2];      /* nobody declared its prefix */
        const struct model_field *f =
            lost ? NULL : parse_find(t, true, (const char *)a[0], strlen((const char *)a[0]),
                                     (const char *)a[2], fr->disc, fr->up, p->flags);
        if (f)
            fr->scalars |= place_of(fr, f);
        if (f && f - t->fields != t->disc)
            malformed |= parse_value(p, fr, fr->name, f, fr->base, s, e - s, false) < 0;
        else if (!f)
            report_unknown(p, "attribute", (const char *)a[0], (const char *)a[2], fr, true);
    }
    if (malformed)
        report_attributes(p, fr, n_attr, attr);
    for (unsigned i = 0; t->required && i < t->n_attrs && !malformed && !p->failed; i++)
        if (t->fields[i].missing)
            check_required(p, fr, &t->fields[i], attribute_of(&t->fields[i], n_attr, attr));
    if (!t->defaults || p->failed)
        return;
    bool together = false;
    for (unsigned i = 0; i < t->n_attrs && !together; i++)
        together = t->fields[i].flags & MODEL_TOGETHER && field_exists(&t->fields[i], fr->disc, fr->up) &&
            scalar_present(&t->fields[i], fr->base);
    for (unsigned i = 0; i < t->n_fields; i++) {
        const struct model_field *f = &t->fields[i];
        if (f->flags & MODEL_TOGETHER && !together)
            continue;
        if (!(f->flags & MODEL_DEFAULT) || !field_exists(f, fr->disc, fr->up) || scalar_present(f, fr->base))
            continue;
        uint64_t v = f->def;
        memcpy(FIELD_PTR(fr->base, f->offset), &v, scalar_size(f));
        if (f->has != MODEL_NO_OFFSET)
            field_set_has(fr->base, f);
    }
}

void
parse_more_attributes(struct parser *p, struct frame *fr, int n_attr, const xmlChar **attr)
{
    const struct model_table *t = fr->table;
    for (int i = 0; i < n_attr && !p->failed; i++) {
        const xmlChar **a = attr + i * 5;
        const struct model_field *f =
            a[1] && !a[2] ? NULL
                          : parse_find(t, true, (const char *)a[0], strlen((const char *)a[0]),
                                       (const char *)a[2], fr->disc, fr->up, p->flags);
        if (f && f - t->fields != t->disc && !(fr->scalars & place_of(fr, f)) && !scalar_given(f, fr->base))
            parse_value(p, fr, fr->name, f, fr->base, (const char *)a[3],
                        (const char *)a[4] - (const char *)a[3], true);
    }
}
