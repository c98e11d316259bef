/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * parse: XML text to structs, by the tables.
 *
 * Owns: the libxml2 SAX handlers and the stack of open elements.  One pass, no tree.  Elements and
 * attributes that are not described are ignored; a value that cannot be read is an error which
 * names line, element, value and what would be valid.  Of a repeated single element the first
 * counts.  Documents with a DTD are refused, so there is nothing to expand and nothing to fetch.
 * Called by: model_parse() and model_parse_fragment().  Nothing waits.
 */
#include <glib.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/SAX2.h>
#include <libxml/xmlerror.h>
#include "model/engine.h"
#include "model/raw.h"

#define ERR_FROM VIR_FROM_XML

enum { MAX_DEPTH = 48, MAX_DOCUMENT = 64 << 20 };

struct frame {
    const struct model_table *table;   /* NULL: a scalar element */
    void *base;
    const struct model_field *scalar;  /* its value goes here */
    const char *name;
    size_t text;                       /* where its text starts in the buffer */
    char unit[12];                     /* unit= of a size; unit[0] == 0: not given */
    uint64_t groups;                   /* those that were there already, by number */
    uint32_t mixed;                    /* items of mixed lists so far */
    uint8_t disc, up;
    bool collect;
    uint16_t only;                     /* how unknown elements inside are reported; 0: not */
};

struct parser {
    xmlParserCtxt *ctxt;
    struct model_head *head;
    const struct model_document *doc;
    const struct model_table *root_table;  /* of the group that holds a fragment, or of the root */
    const char **fragment;                 /* not NULL: the root element is a child of root_table */
    struct err *err;
    unsigned flags;
    unsigned skip;                     /* open elements inside one that is ignored */
    struct raw *raw;                   /* inside an element that is kept verbatim */
    unsigned depth;
    unsigned raw_level, fixed_level;   /* how deep it is laid out; not 0: instead of where it stands */
    const struct model_field *raw_field;
    void *raw_base;
    bool failed, dtd;
    struct text text;
    struct frame stack[MAX_DEPTH];
};

static int line_of(struct parser *p)
{
    return xmlSAX2GetLineNumber(p->ctxt);
}

/* "domain document, line 7, /domain/devices/disk", to be freed. */
static char *where_of(struct parser *p)
{
    g_autoptr(GString) s = g_string_new(NULL);
    g_string_append_printf(s, "%s document, line %d", p->doc->element, line_of(p));
    for (unsigned i = 0; i < p->depth; i++)
        g_string_append_printf(s, i ? "/%s" : ", /%s", p->stack[i].name);
    return g_string_free(g_steal_pointer(&s), FALSE);
}

static void stop(struct parser *p)
{
    p->failed = true;
    xmlStopParser(p->ctxt);
}

/* Where and as what something is reported: by the word of the description, unless the caller asked for
 * validation, which has a code of its own. */
static int code_of(const struct parser *p, unsigned word)
{
    return p->flags & MODEL_PARSE_STRICT ? VIR_ERR_XML_INVALID_SCHEMA : (int)(word & 0xff);
}

static int domain_of(const struct parser *p, unsigned word)
{
    return p->flags & MODEL_PARSE_STRICT ? VIR_FROM_XML : (word >> 8) == MODEL_FROM_DOCUMENT ? p->doc->err_from : (int)(word >> 8);
}

/* "'a', 'b' or 'c'" */
static char *valid_names(const struct model_enum *e)
{
    g_autoptr(GString) s = g_string_new(NULL);
    for (unsigned i = 1; i < e->count; i++)
        g_string_append_printf(s, "%s'%s'", i == 1 ? "" : i + 1 == e->count ? " or " : ", ", e->names[i]);
    return g_string_free(g_steal_pointer(&s), FALSE);
}

static void bad_value(struct parser *p, const char *element, const struct model_field *f, const char *s, size_t n,
                      const char *valid)
{
    g_autofree char *names = valid ? NULL : valid_names(f->sub);
    g_autofree char *what = f->flags & MODEL_ATTR ? g_strdup_printf("attribute '%s' of <%s>", f->name, element) :
        g_strdup_printf("the content of <%s>", element);
    unsigned word = f->bad ? f->bad : f->kind == MODEL_K_CPUSET ? MODEL_ERROR(VIR_ERR_INVALID_ARG, VIR_FROM_NONE) :
        MODEL_ERROR(VIR_ERR_XML_ERROR, f->kind == MODEL_K_SIZE || f->flags & MODEL_ATTR ? VIR_FROM_XML : MODEL_FROM_DOCUMENT);
    g_autofree char *where = where_of(p);
    err_set_from(p->err, domain_of(p, word), code_of(p, word),
                 "%s: %s is '%.*s', which has to be %s", where, what,
                 (int)MIN(n, 200), s, valid ? valid : names);
    stop(p);
}

static void missing(struct parser *p, const char *element, const struct model_field *f)
{
    g_autofree char *where = where_of(p);
    err_set_from(p->err, domain_of(p, f->missing), code_of(p, f->missing),
                 "%s: <%s> has no attribute '%s', which it needs", where,
                 element, f->name);
    stop(p);
}

static void bad_unit(struct parser *p, const char *element, const char *unit)
{
    unsigned word = MODEL_ERROR(VIR_ERR_INVALID_ARG, VIR_FROM_NONE);
    g_autofree char *where = where_of(p);
    err_set_from(p->err, domain_of(p, word), code_of(p, word),
                 "%s: unit='%s' of <%s> is not a unit of size; use bytes, KiB, MiB, GiB and so on",
                 where, unit, element);
    stop(p);
}

/* ---- finding fields ----------------------------------------------------------------------------- */

static int compare(const struct model_field *f, const char *name, size_t n)
{
    return f->len != n ? (f->len < n ? -1 : 1) : memcmp(f->name, name, n);
}

static const struct model_field *find(const struct model_table *t, bool attr, const char *name, size_t n,
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

/* ---- values ---------------------------------------------------------------------------------------- */

static bool alias_counts(const struct parser *p, const char *s, size_t n)
{
    return p->flags & (MODEL_PARSE_LIVE | MODEL_PARSE_KEEP_ALIAS) || (n > 3 && !memcmp(s, "ua-", 3));
}

static void *many_slot(struct parser *p, const struct model_field *f, void *base)
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

static void set_value(struct parser *p, struct frame *fr, const char *element, const struct model_field *f, void *base,
                      const char *s, size_t n)
{
    const char *valid = NULL;
    if ((f->flags & MODEL_ALIAS && !alias_counts(p, s, n)) || (f->flags & MODEL_FILLED && !n))
        return;
    if (f->flags & MODEL_MANY) {
        struct model_field one = *f;
        one.offset = 0;
        one.has = MODEL_NO_OFFSET;
        if (scalar_scan(p->head, &one, many_slot(p, f, base), s, n, NULL, 0, &valid) < 0)
            bad_value(p, element, f, s, n, valid);
        return;
    }
    if (f->kind == MODEL_K_SIZE && fr->unit[0] && !scalar_is_unit(fr->unit)) {
        if (f->flags & MODEL_IGNORE && !(p->flags & MODEL_PARSE_STRICT))
            return;
        bad_unit(p, element, fr->unit);
        return;
    }
    if (scalar_scan(p->head, f, base, s, n, fr->unit[0] ? fr->unit : NULL, strlen(fr->unit), &valid) < 0 &&
        (!(f->flags & MODEL_IGNORE) || p->flags & MODEL_PARSE_STRICT))
        bad_value(p, element, f, s, n, valid);
}

static void read_unit(struct frame *fr, int n_attr, const xmlChar **attr)
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

/* Only the strict reader minds.  What belongs to somebody else's namespace is never an error, nor
 * is what only running guests have: people feed the XML of one back. */
static void unknown(struct parser *p, const char *what, const char *name, const char *uri, const struct frame *fr,
                    bool attr)
{
    if (!(p->flags & MODEL_PARSE_STRICT) || uri || !fr->table || (attr && g_str_has_prefix(name, "unit")) ||
        find(fr->table, attr, name, strlen(name), NULL, fr->disc, fr->up, ~0u))
        return;
    g_autofree char *where = where_of(p);
    err_set_from(p->err, VIR_FROM_XML, VIR_ERR_XML_INVALID_SCHEMA,
                 "%s: <%s> has no %s '%s' here; without the flag to validate it would be ignored",
                 where, fr->name, what, name);
    stop(p);
}

/* Where users would lose something that matters, as a feature of the guest, unknown is refused. */
static void unknown_here(struct parser *p, const struct frame *up, const char *name)
{
    g_autofree char *where = where_of(p);
    err_set_from(p->err, domain_of(p, up->only), code_of(p, up->only),
                 "%s: <%s> in <%s> is not known", where, name, up->name);
    stop(p);
}

static bool attribute_given(const struct model_field *f, int n_attr, const xmlChar **attr)
{
    for (int i = 0; i < n_attr; i++)
        if (!attr[i * 5 + 1] && !strcmp((const char *)attr[i * 5], f->name))
            return !(f->flags & MODEL_FILLED) || attr[i * 5 + 3] != attr[i * 5 + 4];
    return false;
}

static void read_attributes(struct parser *p, struct frame *fr, int n_attr, const xmlChar **attr)
{
    const struct model_table *t = fr->table;
    if (t->sizes)
        read_unit(fr, n_attr, attr);
    if (t->disc >= 0) {                 /* it says which of the others exist */
        const struct model_field *d = &t->fields[t->disc];
        for (int i = 0; i < n_attr; i++) {
            const char *s = (const char *)attr[i * 5 + 3], *e = (const char *)attr[i * 5 + 4];
            if (!attr[i * 5 + 1] && !strcmp((const char *)attr[i * 5], d->name)) {
                set_value(p, fr, fr->name, d, fr->base, s, e - s);
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
        const struct model_field *f = find(t, true, (const char *)a[0], strlen((const char *)a[0]),
                                           (const char *)a[2], fr->disc, fr->up, p->flags);
        if (f && f - t->fields != t->disc)
            set_value(p, fr, fr->name, f, fr->base, s, e - s);
        else if (!f)
            unknown(p, "attribute", (const char *)a[0], (const char *)a[2], fr, true);
    }
    for (unsigned i = 0; t->required && i < t->n_attrs && !p->failed; i++) {
        const struct model_field *f = &t->fields[i];
        if (!f->missing || !field_exists(f, fr->disc, fr->up) || f->flags & MODEL_LIVE)
            continue;
        if (!attribute_given(f, n_attr, attr))
            missing(p, fr->name, f);
        else if (f->kind >= MODEL_K_U8 && f->kind <= MODEL_K_SIZE && !scalar_present(f, fr->base))
            bad_value(p, fr->name, f, "0", 1, "a number greater than 0");
    }
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

/* ---- what is kept verbatim ------------------------------------------------------------------------------ */

static void keep_raw(struct parser *p)
{
    g_autoptr(GString) s = g_string_new(NULL);
    raw_print(p->raw, p->raw_level, s);
    raw_free(p->raw);
    p->raw = NULL;
    char *kept = arena_bytes(p->head, s->len + 1);
    memcpy(kept, s->str, s->len + 1);
    *(const char **)FIELD_PTR(p->raw_base, p->raw_field->offset) = kept;
    p->depth--;
}

/* ---- SAX ------------------------------------------------------------------------------------------------------ */

static struct frame *push(struct parser *p, const struct model_table *t, void *base, const char *name)
{
    if (p->depth == MAX_DEPTH) {
        g_autofree char *where = where_of(p);
        err_set_from(p->err, p->doc->err_from, VIR_ERR_XML_DETAIL,
                     "%s: <%s> is nested more than %d elements deep", where,
                     name, MAX_DEPTH);
        stop(p);
        return NULL;
    }
    struct frame *fr = &p->stack[p->depth++];
    *fr = (struct frame){ .table = t, .base = base, .name = name, .text = p->text.n };
    return fr;
}

/* A second one of an element that can be there once. */
static void repeated(struct parser *p, const struct frame *up, const struct model_field *f)
{
    p->skip = 1;
    if (!f->twice && !(p->flags & MODEL_PARSE_STRICT))
        return;
    g_autofree char *where = where_of(p);
    err_set_from(p->err, domain_of(p, f->twice), code_of(p, f->twice),
                 "%s: <%s> has more than one <%s>", where, up->name, f->qname);
    stop(p);
}

static void open_field(struct parser *p, struct frame *up, const struct model_field *f, int n_attr,
                       const xmlChar **attr)
{
    struct frame *fr;
    void **slot;
    switch ((enum model_kind)f->kind) {
    case MODEL_K_GROUP:
        if (f->arg < 64 && up->groups >> f->arg & 1) {
            repeated(p, up, f);
            return;
        }
        up->groups |= f->arg < 64 ? UINT64_C(1) << f->arg : 0;
        if (!(fr = push(p, f->sub, up->base, f->qname)))
            return;
        fr->disc = up->disc;
        fr->up = up->up;
        if (f->has != MODEL_NO_OFFSET)
            field_set_has(up->base, f);
        break;
    case MODEL_K_STRUCT:
    case MODEL_K_LIST:
        slot = f->kind == MODEL_K_LIST ? many_slot(p, f, up->base) : FIELD_PTR(up->base, f->offset);
        if (*slot) {
            repeated(p, up, f);
            return;
        }
        const struct model_table *t = f->sub;
        *slot = arena_struct(p->head, t->size);
        if (f->flags & MODEL_MIXED)
            *item_position(t, *slot) = ++up->mixed;
        if (!(fr = push(p, t, *slot, f->qname)))
            return;
        fr->up = fr->disc = up->disc;
        break;
    case MODEL_K_FLAG:
        *(bool *)FIELD_PTR(up->base, f->offset) = true;
        p->skip = 1;
        return;
    case MODEL_K_RAW:
        if (FIELD_STR(up->base, f)) {
            repeated(p, up, f);
            return;
        }
        if (push(p, NULL, NULL, f->qname)) {
            p->raw = raw_new();
            p->raw_level = p->fixed_level ? p->fixed_level : p->depth - 1;
            p->raw_field = f;
            p->raw_base = up->base;
        }
        return;
    default:
        if (!(f->flags & MODEL_MANY) && scalar_given(f, up->base)) {
            repeated(p, up, f);
            return;
        }
        if (!(fr = push(p, NULL, up->base, f->qname)))
            return;
        fr->scalar = f;
        fr->collect = true;
        if (f->kind == MODEL_K_SIZE)
            read_unit(fr, n_attr, attr);
        return;
    }
    fr->only = f->only;
    read_attributes(p, fr, n_attr, attr);
    fr->collect = fr->table->text >= 0;
}

static void start_element(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int n_ns,
                          const xmlChar **ns, int n_attr, int n_default, const xmlChar **attr)
{
    struct parser *p = user;
    const char *s = (const char *)name;
    if (p->failed)
        return;
    if (p->raw) {
        raw_start(p->raw, name, prefix, uri, n_ns, ns, n_attr, attr);
        return;
    }
    if (p->skip) {
        p->skip++;
        return;
    }
    if (!p->depth) {
        void *root = p->head + 1;
        if (!p->fragment) {
            if (strcmp(s, p->doc->element)) {
                g_autofree char *where = where_of(p);
                err_set_from(p->err, VIR_FROM_XML, VIR_ERR_XML_ERROR, /* whatever was asked to be validated */
                             "%s: the outermost element is <%s> and has to be <%s>",
                             where, s, p->doc->element);
                stop(p);
                return;
            }
            struct frame *fr = push(p, p->doc->table, root, p->doc->element);
            read_attributes(p, fr, n_attr, attr);
            fr->collect = fr->table->text >= 0;
            return;
        }
        struct frame *fr = push(p, p->root_table, root, p->doc->element);
        const struct model_field *f = find(p->root_table, false, s, strlen(s), (const char *)uri, 0, 0, p->flags);
        if (!f) {
            err_set_from(p->err, p->doc->err_from, VIR_ERR_XML_ERROR,
                         "line %d: <%s> is not an element that can be used here", line_of(p), s);
            stop(p);
            return;
        }
        *p->fragment = f->name;
        open_field(p, fr, f, n_attr, attr);
        return;
    }
    struct frame *up = &p->stack[p->depth - 1];
    const struct model_field *f = up->table ?
        find(up->table, false, s, strlen(s), (const char *)uri, up->disc, up->up, p->flags) : NULL;
    if (f) {
        open_field(p, up, f, n_attr, attr);
    } else {
        p->skip = 1;
        if (up->only && !uri && !find(up->table, false, s, strlen(s), NULL, up->disc, up->up, ~0u))
            unknown_here(p, up, s);
        else
            unknown(p, "element", s, (const char *)uri, up, false);
    }
}

static void end_element(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct parser *p = user;
    if (p->failed)
        return;
    if (p->raw) {
        if (!raw_end(p->raw))
            keep_raw(p);
        return;
    }
    if (p->skip) {
        p->skip--;
        return;
    }
    struct frame *fr = &p->stack[p->depth - 1];
    if (fr->collect) {
        const struct model_field *f = fr->scalar ? fr->scalar : &fr->table->fields[fr->table->text];
        const char *s = p->text.s + fr->text;
        size_t n = p->text.n - fr->text;
        bool blank = true;
        if (!fr->scalar && fr->table->n_kids) {     /* white space around children is layout */
            while (n && g_ascii_isspace(*s))
                s++, n--;
            while (n && g_ascii_isspace(s[n - 1]))
                n--;
        }
        for (size_t i = 0; i < n && blank && !fr->scalar; i++)
            blank = g_ascii_isspace(s[i]);
        if (fr->scalar ? n > 0 : !blank)
            set_value(p, fr, fr->name, f, fr->base, s, n);
        p->text.n = fr->text;
    }
    p->depth--;
}

static void characters(void *user, const xmlChar *s, int n)
{
    struct parser *p = user;
    if (p->failed || p->skip || !p->depth)
        return;
    if (p->raw) {
        raw_text(p->raw, s, n);
    } else if (p->stack[p->depth - 1].collect) {
        text_add(&p->text, (const char *)s, n);
    }
}

static void comment(void *user, const xmlChar *s)
{
    struct parser *p = user;
    if (!p->failed && p->raw)
        raw_comment(p->raw, s);
}

static void cdata(void *user, const xmlChar *s, int n)
{
    struct parser *p = user;
    if (p->failed || !p->raw)
        characters(user, s, n);
    else
        raw_cdata(p->raw, s, n);
}

static void refuse_dtd(void *user, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
    struct parser *p = user;
    if (p->failed)
        return;
    g_autofree char *where = where_of(p);
    err_set_from(p->err, p->doc->err_from, VIR_ERR_XML_DETAIL,
                 "%s: a document type declaration is not accepted; remove <!DOCTYPE …> and write "
                 "the content of its entities in place", where);
    stop(p);
}

static void syntax_error(void *user, xmlErrorPtr e)
{
    struct parser *p = user;
    if (p->failed || !e || e->level < XML_ERR_ERROR)
        return;
    g_autofree char *what = g_strchomp(g_strdup(e->message ? e->message : "malformed"));
    err_set_from(p->err, p->doc->err_from, VIR_ERR_XML_DETAIL, "%s document, line %d, column %d: not well-formed: %s",
                 p->doc->element, e->line, e->int2, what);
    p->failed = true;
}

static xmlEntityPtr entity(void *user, const xmlChar *name)
{
    return xmlGetPredefinedEntity(name);
}

static xmlSAXHandler handlers = {
    .internalSubset = refuse_dtd,
    .getEntity = entity,
    .startElementNs = start_element,
    .endElementNs = end_element,
    .characters = characters,
    .ignorableWhitespace = characters,
    .cdataBlock = cdata,
    .comment = comment,
    .serror = syntax_error,
    .initialized = XML_SAX2_MAGIC,
};

static int parse(const struct model_document *d, const struct model_table *root_table, const char **fragment,
                 unsigned raw_level, const char *xml, size_t len, unsigned flags, void **root, struct err *err)
{
    *root = NULL;
    if (len > MAX_DOCUMENT)
        return err_set_from(err, d->err_from, VIR_ERR_XML_DETAIL,
                            "the %s document has %zu bytes, more than the %d that are accepted", d->element, len,
                            MAX_DOCUMENT);
    if (!len)
        return err_set_from(err, d->err_from, VIR_ERR_XML_DETAIL, "the %s document is empty", d->element);
    struct parser p = { .doc = d, .err = err, .flags = flags, .root_table = root_table, .fragment = fragment,
                        .fixed_level = raw_level };
    void *result = fragment ? model_doc_create(d, len) : model_doc_create(d, len + 512);
    p.head = model_head(result);
    text_need(&p.text, 1);
    p.ctxt = xmlCreateMemoryParserCtxt(xml, len);
    if (!p.ctxt) {
        model_unref(result);
        return err_set_from(err, d->err_from, VIR_ERR_NO_MEMORY, "cannot set up the XML parser for a %s document",
                            d->element);
    }
    xmlSAXHandler *theirs = p.ctxt->sax;
    p.ctxt->sax = &handlers;
    p.ctxt->userData = &p;
    p.ctxt->options |= XML_PARSE_NONET;
    p.ctxt->sax2 = 1;
    p.ctxt->replaceEntities = 1;        /* only the five of XML: there is no DTD */
    p.ctxt->linenumbers = 1;
    xmlParseDocument(p.ctxt);
    bool wrong = !p.failed && !p.ctxt->wellFormed;
    p.ctxt->sax = theirs;
    xmlFreeParserCtxt(p.ctxt);
    g_free(p.text.s);
    raw_free(p.raw);
    if (wrong)
        err_set_from(err, d->err_from, VIR_ERR_XML_DETAIL, "the %s document is not well-formed XML", d->element);
    if (p.failed || wrong) {
        model_unref(result);
        return -1;
    }
    *root = result;
    return 0;
}

const char *raw_content(const void *root, const char *inner, unsigned level)
{
    /* parsed as the only element of a document, which is all the parser needs to know */
    static const struct model_field field = { "x", 1, MODEL_K_RAW, .qname = "x", .has = MODEL_NO_OFFSET };
    static const uint8_t sorted[] = { 0 };
    static const struct model_table table = { "raw", &field, sorted, .n_kids = 1, .n_fields = 1, .text = -1,
                                              .disc = -1, .size = sizeof(char *), .align = sizeof(char *) };
    static const struct model_document doc = { "raw", "x", &table, VIR_FROM_XML };
    g_autofree char *xml = g_strdup_printf("<x><x>%s</x></x>", inner);
    void *result;
    if (parse(&doc, NULL, NULL, level, xml, strlen(xml), 0, &result, NULL) < 0)
        return NULL;
    const char *s = model_str(root, *(const char **)result);
    model_unref(result);
    return s;
}

const char *model_raw(const void *root, const char *inner)
{
    return raw_content(root, inner, 1);
}

int model_parse(const struct model_document *d, const char *xml, size_t len, unsigned flags, void **root,
                struct err *err)
{
    return parse(d, d->table, NULL, 0, xml, len, flags, root, err);
}

int model_parse_fragment(const struct model_document *d, const char *path, const char *xml, size_t len,
                         unsigned flags, void **root, const char **element, struct err *err)
{
    const struct model_table *t = d->table;
    const char *found = NULL;
    if (path) {
        const struct model_field *f = find(t, false, path, strlen(path), NULL, 0, 0, ~0u);
        g_assert(f && f->kind == MODEL_K_GROUP);
        t = f->sub;
    }
    int r = parse(d, t, &found, 0, xml, len, flags, root, err);
    if (element)
        *element = found;
    return r;
}
