/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * newer: what documents have that came after the level of the format.
 *
 * Owns: whether this process reads it, and the search for it in a document.
 * Called by: model_read_newer(), model_newer_part().  Nothing waits.
 */
#include <glib.h>
#include "model/engine.h"

bool model_newer;

void model_read_newer(bool on)
{
    model_newer = on;
}

/* Is the value one that came later, of an enumeration that is older? */
static bool newer_value(const struct model_field *f, const void *base)
{
    const struct model_enum *e = f->sub;
    if (f->kind != MODEL_K_ENUM || !e || !e->later)
        return false;
    unsigned value = *(const uint8_t *)FIELD_CPTR(base, f->offset);
    return value < 64 && e->later >> value & 1;
}

static bool given(const struct model_field *f, const void *base)
{
    if (f->kind == MODEL_K_STRUCT)
        return FIELD_SUB(base, f) != NULL;
    if (f->kind == MODEL_K_LIST || f->flags & MODEL_MANY)
        return FIELD_COUNT(base, f) != 0;
    return f->kind != MODEL_K_GROUP && scalar_given(f, base);
}

/* inside: of a group that is newer as a whole. */
static bool search(const struct model_table *t, const void *base, bool inside, bool (*is_known)(const char *),
                   GString *path)
{
    for (unsigned i = 0; i < t->n_fields; i++) {
        const struct model_field *f = &t->fields[i];
        size_t above = path->len;
        g_string_append_printf(path, "/%s%s", f->flags & MODEL_ATTR ? "@" : "", f->name ? f->name : "text()");
        bool later = inside || f->flags & MODEL_LATER;
        if (newer_value(f, base) || (later && given(f, base))) {
            if (newer_value(f, base))
                g_string_append_printf(path, "='%s'",
                                       model_enum_str(f->sub, *(const uint8_t *)FIELD_CPTR(base, f->offset)));
            if (!is_known(path->str))
                return true;
        } else if (f->kind == MODEL_K_GROUP) {
            if (search(f->sub, base, later, is_known, path))
                return true;
        } else if (f->kind == MODEL_K_STRUCT) {
            if (FIELD_SUB(base, f) && search(f->sub, FIELD_SUB(base, f), false, is_known, path))
                return true;
        } else if (f->kind == MODEL_K_LIST) {
            void *const *items = FIELD_SUB(base, f);
            for (uint32_t k = 0; k < FIELD_COUNT(base, f); k++)
                if (search(f->sub, items[k], false, is_known, path))
                    return true;
        }
        g_string_truncate(path, above);
    }
    return false;
}

char *model_newer_part(const void *root, bool (*is_known)(const char *path))
{
    const struct model_document *d = model_head(root)->document;
    GString *path = g_string_new(NULL);
    bool found = search(d->table, root, false, is_known, path);
    return g_string_free(path, !found);
}
