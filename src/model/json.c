/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * json: documents as JSON and back; see json.h.  Walks the tables as parse.c and format.c do.
 */
#include <glib.h>
#include <jansson.h>
#include "model/engine.h"
#include "model/json.h"

/* ---- writing -------------------------------------------------------------------------------- */

static json_t *struct_to_json(const struct model_table *t, const void *base, unsigned flags, unsigned disc,
                              unsigned up);

static bool is_number(const struct model_field *f)
{
    return (f->kind >= MODEL_K_U8 && f->kind <= MODEL_K_I64) || f->kind == MODEL_K_SIZE;
}

static json_t *scalar_to_json(const struct model_field *f, const void *base)
{
    if (f->kind == MODEL_K_FLAG)
        return json_true();
    if (f->kind == MODEL_K_STR || f->kind == MODEL_K_RAW || f->kind == MODEL_K_CPUSET)
        return json_string(FIELD_STR(base, f));
    struct text t = { 0 };
    scalar_print(&t, f, base);
    text_need(&t, 1);
    t.s[t.n] = 0;
    json_t *v;
    if (is_number(f) && (t.s[0] == '-' || t.n < 19))
        v = json_integer(g_ascii_strtoll(t.s, NULL, 10));
    else
        v = json_string(t.s);
    g_free(t.s);
    return v;
}

static json_t *list_to_json(const struct model_field *f, const void *base, unsigned flags, unsigned disc)
{
    json_t *a = json_array();
    void *const *items = FIELD_SUB(base, f);
    for (uint32_t i = 0; i < FIELD_COUNT(base, f); i++)
        json_array_append_new(a, f->kind == MODEL_K_LIST ? struct_to_json(f->sub, items[i], flags, disc, disc)
                                                         : json_string(items[i]));
    return a;
}

static json_t *
field_to_json(const struct model_field *f, const void *base, unsigned flags, unsigned disc, unsigned up)
{
    json_t *v = NULL;
    const void *p;
    if (f->kind == MODEL_K_GROUP) {
        v = struct_to_json(f->sub, base, flags, disc, up);
        bool kept = f->has != MODEL_NO_OFFSET && field_has(base, f);
        if (!json_object_size(v) && !kept) {
            json_decref(v);
            v = NULL;
        }
    } else if (f->kind == MODEL_K_STRUCT) {
        if ((p = FIELD_SUB(base, f)))
            v = struct_to_json(f->sub, p, flags, disc, disc);
    } else if (f->kind == MODEL_K_LIST || f->flags & MODEL_MANY) {
        if (FIELD_COUNT(base, f))
            v = list_to_json(f, base, flags, disc);
    } else if (scalar_given(f, base)) {
        v = scalar_to_json(f, base);
    }
    return v;
}

static void key_of(const struct model_field *f, char key[128])
{
    g_snprintf(key, 128, "%s%s", f->flags & MODEL_ATTR ? "@" : "",
               f->flags & MODEL_TEXT ? "#text" : f->qname);
}

static json_t *struct_to_json(const struct model_table *t, const void *base, unsigned flags, unsigned disc,
                              unsigned up)
{
    json_t *o = json_object();
    char key[128];
    disc = table_disc(t, base, disc);
    for (unsigned i = 0; i < t->n_fields; i++) {
        const struct model_field *f = &t->fields[i];
        if (!field_exists(f, disc, up) || !field_shown(f, base, flags))
            continue;
        json_t *v = field_to_json(f, base, flags, disc, up);
        key_of(f, key);
        if (v)
            json_object_set_new(o, key, v);
    }
    return o;
}

char *model_to_json(const void *root, unsigned flags)
{
    const struct model_document *d = model_head(root)->document;
    json_t *o = json_object();
    json_object_set_new(o, d->element, struct_to_json(d->table, root, flags, 0, 0));
    char *s = json_dumps(o, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    json_decref(o);
    return s;
}

/* ---- reading -------------------------------------------------------------------------------- */

struct reader {
    struct model_head *head;
    const struct model_document *doc;
    unsigned flags, level;     /* how many elements are open */
    GString *path;
    struct err *err;
};

static int read_struct(struct reader *r, const struct model_table *t, void *base, const json_t *o,
                       unsigned disc, unsigned up);

static int malformed(struct reader *r, const struct model_field *f, const char *valid)
{
    return err_set_from(r->err, r->doc->err_from, VIR_ERR_INVALID_ARG,
                        "%s document in JSON: %s/%s has to be %s", r->doc->element, r->path->str, f->qname,
                        valid ? valid : "one of the names it can have");
}

static int read_scalar(struct reader *r, const struct model_field *f, void *base, const json_t *v)
{
    g_autofree char *number = NULL;
    const char *s = json_string_value(v), *valid = NULL;
    if (f->kind == MODEL_K_FLAG) {
        if (!json_is_boolean(v))
            return malformed(r, f, "true or false");
        *(bool *)FIELD_PTR(base, f->offset) = json_is_true(v);
        return 0;
    }
    if (json_is_integer(v))
        s = number = g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(v));
    if (!s)
        return malformed(r, f, "a string or a whole number");
    if (f->kind == MODEL_K_RAW) {
        const char *content = raw_content(r->head + 1, s, r->level);
        if (!content)
            return malformed(r, f, "well-formed XML, each element with a namespace");
        *(const char **)FIELD_PTR(base, f->offset) = content;
        return 0;
    }
    struct model_field plain = *f;
    plain.def = f->kind == MODEL_K_SIZE ? f->arg : f->def;    /* here sizes have the stored unit */
    return scalar_scan(r->head, &plain, base, s, strlen(s), NULL, 0, &valid) < 0 ? malformed(r, f, valid) : 0;
}

static int
read_list(struct reader *r, const struct model_field *f, void *base, const json_t *v, unsigned disc)
{
    const struct model_table *t = f->sub;
    size_t n = json_array_size(v);
    if (!json_is_array(v) || n > UINT32_MAX / 16)
        return malformed(r, f, "an array");
    void **items = arena_struct(r->head, n * sizeof(void *));
    *(void ***)FIELD_PTR(base, f->offset) = items;
    for (size_t i = 0; i < n; i++) {
        const json_t *item = json_array_get(v, i);
        if (f->kind == MODEL_K_LIST) {
            items[i] = arena_struct(r->head, t->size);
            if (!json_is_object(item))
                return malformed(r, f, "an array of objects");
            if (read_struct(r, t, items[i], item, disc, disc) < 0)
                return -1;
        } else {
            if (!json_is_string(item))
                return malformed(r, f, "an array of strings");
            items[i] = (void *)(uintptr_t)model_str(r->head + 1, json_string_value(item));
        }
    }
    *(uint32_t *)FIELD_PTR(base, f->has) = n;
    return 0;
}

static int
read_field(struct reader *r, const struct model_field *f, void *base, const json_t *v, unsigned disc,
           unsigned up)
{
    const struct model_table *t = f->sub;
    if (f->kind == MODEL_K_GROUP || f->kind == MODEL_K_STRUCT) {
        if (!json_is_object(v))
            return malformed(r, f, "an object");
        if (f->kind == MODEL_K_GROUP) {
            if (f->has != MODEL_NO_OFFSET)
                field_set_has(base, f);
            return read_struct(r, t, base, v, disc, up);
        }
        void *p = *(void **)FIELD_PTR(base, f->offset) = arena_struct(r->head, t->size);
        return read_struct(r, t, p, v, disc, disc);
    }
    if (f->kind == MODEL_K_LIST || f->flags & MODEL_MANY)
        return read_list(r, f, base, v, disc);
    return read_scalar(r, f, base, v);
}

static int
read_members(struct reader *r, const struct model_table *t, void *base, const json_t *o, unsigned disc,
             unsigned up)
{
    size_t keep = r->path->len;
    char key[128];
    if (t->disc >= 0) {
        const struct model_field *f = &t->fields[t->disc];
        key_of(f, key);
        const json_t *v = json_object_get(o, key);
        if (v && read_scalar(r, f, base, v) < 0)
            return -1;
        if (!v && f->flags & MODEL_DEFAULT)
            *(uint8_t *)FIELD_PTR(base, f->offset) = f->def;
        disc = table_disc(t, base, disc);
    }
    for (unsigned i = 0; i < t->n_fields; i++) {
        const struct model_field *f = &t->fields[i];
        if ((int)i == t->disc || !field_exists(f, disc, up) || !field_read(f, r->flags))
            continue;
        key_of(f, key);
        const json_t *v = json_object_get(o, key);
        if (!v)
            continue;
        g_string_append_printf(r->path, "/%s", key);
        if (read_field(r, f, base, v, disc, up) < 0)
            return -1;
        g_string_truncate(r->path, keep);
    }
    return 0;
}

static int
read_struct(struct reader *r, const struct model_table *t, void *base, const json_t *o, unsigned disc,
            unsigned up)
{
    r->level++;
    int rc = read_members(r, t, base, o, disc, up);
    r->level--;
    return rc;
}

int model_from_json(const struct model_document *d, const char *json, size_t len, unsigned flags, void **root,
                    struct err *err)
{
    json_error_t e;
    *root = NULL;
    json_t *o = json_loadb(json, len, JSON_REJECT_DUPLICATES, &e);
    if (!o)
        return err_set_from(err, d->err_from, VIR_ERR_INVALID_ARG, "%s document in JSON, line %d: %s",
                            d->element, e.line, e.text);
    const json_t *top = json_object_get(o, d->element);
    if (!json_is_object(top)) {
        json_decref(o);
        return err_set_from(err, d->err_from, VIR_ERR_INVALID_ARG,
                            "the JSON is not a %s document: no object \"%s\" in it", d->element, d->element);
    }
    g_autoptr(GString) path = g_string_new(d->element);
    void *def = model_doc_create(d, len / 2 + 512);
    struct reader r = { .head = model_head(def), .doc = d, .flags = flags, .path = path, .err = err };
    int rc = read_struct(&r, d->table, def, top, 0, 0);
    json_decref(o);
    if (rc < 0)
        model_unref(def);
    else
        *root = def;
    return rc;
}
