/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * parse: XML text to structs, by the tables.
 *
 * Owns: the libxml2 SAX handlers and the stack of open elements.  One pass, no tree.  Elements that
 * are not described are ignored.  Of a repeated single element the first counts.  A document
 * type that declares anything is refused, and none is loaded, so there is nothing to expand and nothing to
 * fetch.  All is UTF-8, whatever a declaration says.  What one element says is read by parse-value.c, what is
 * wrong told by parse-report.c.
 * Called by: model_parse() and model_parse_fragment().  Nothing waits.
 */
#include <glib.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/SAX2.h>
#include <libxml/xmlerror.h>
#include "model/parse.h"
#include "model/valid.h"

#define ERR_FROM VIR_FROM_XML

/* ---- what is kept verbatim ------------------------------------------------------------------ */

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

/* ---- SAX ------------------------------------------------------------------------------------ */

/* f: what the element is in the one around it; NULL: it is the outermost. */
static struct frame *push(struct parser *p, const struct model_table *t, void *base, const char *name,
                          const struct model_field *f)
{
    const struct frame *up = p->depth ? &p->stack[p->depth - 1] : NULL;
    if (p->depth == MAX_DEPTH) {
        g_autofree char *where = parse_where(p);
        err_set_from(p->err, p->doc->err_from, VIR_ERR_XML_DETAIL,
                     "%s: <%s> is nested more than %d elements deep", where,
                     name, MAX_DEPTH);
        parse_stop(p);
        return NULL;
    }
    struct frame *fr = &p->stack[p->depth++];
    *fr = (struct frame){ .table = t, .base = base, .name = name, .text = p->text.n };
    bool idle = f && f->flags & MODEL_IDLE;
    if (up) {
        fr->idle_table = idle ? up->table : up->idle_table;
        fr->idle_owner = idle ? up->base : up->idle_owner;
        fr->idle_name = idle ? name : up->idle_name;
    }
    return fr;
}

static void merge_keep(struct parser *p, const struct frame *fr)
{
    unsigned i = 0;
    while (i < p->n_merged && (p->merged[i].base != fr->base || p->merged[i].table != fr->table))
        i++;
    if (i == G_N_ELEMENTS(p->merged))
        return;
    p->n_merged = MAX(p->n_merged, i + 1);
    p->merged[i].base = fr->base;
    p->merged[i].table = fr->table;
    p->merged[i].groups = fr->groups;
    p->merged[i].scalars = fr->scalars;
}

static void merge_resume(const struct parser *p, struct frame *fr)
{
    for (unsigned i = 0; i < p->n_merged; i++)
        if (p->merged[i].base == fr->base && p->merged[i].table == fr->table) {
            fr->groups = p->merged[i].groups;
            fr->scalars = p->merged[i].scalars;
        }
}

/* Of an element that is described to have none. */
static void unknown_attributes(struct parser *p, const struct frame *fr, int n_attr, const xmlChar **attr)
{
    for (int i = 0; i < n_attr && !p->failed; i++, attr += 5)
        report_unknown(p, "attribute", (const char *)attr[0], (const char *)attr[2], fr, true);
}

static bool has_spread(const struct model_table *t)
{
    for (unsigned i = 0; i < t->n_fields; i++)
        if (t->fields[i].kind == MODEL_K_STRUCT && t->fields[i].flags & MODEL_SPREAD)
            return true;
    return false;
}

/* A further one of an element is only looked through: of what it may have, one adds to that of the first. */
static void open_spread(struct parser *p, struct frame *up, const struct model_field *f)
{
    struct frame *fr;
    bool found = up->spread && f->kind == MODEL_K_STRUCT && f->flags & MODEL_SPREAD && !up->groups;
    void **slot = FIELD_PTR(up->base, f->offset);
    if (up->spread && !found) {
        p->skip = 1;
        return;
    }
    if (found && !*slot)
        *slot = arena_struct(p->head, ((const struct model_table *)f->sub)->size);
    if (!(fr = push(p, f->sub, *slot, f->qname, f)))
        return;
    fr->up = up->disc;
    fr->disc = table_disc(fr->table, fr->base, up->disc);
    fr->spread = !found;
    up->groups |= found;                /* of each the first one */
}

static void open_field(struct parser *p, struct frame *up, const struct model_field *f, int n_attr,
                       const xmlChar **attr)
{
    struct frame *fr;
    void **slot = FIELD_PTR(up->base, f->offset);
    if (up->spread || (f->kind == MODEL_K_STRUCT && *slot && has_spread(f->sub) &&
                       !(p->flags & MODEL_PARSE_STRICT))) {
        open_spread(p, up, f);
        return;
    }
    /* Who reports what is unknown goes from one to the next, and the last counts. */
    bool again = false, replaces = up->only && !(f->flags & MODEL_MERGE) && !(p->flags & MODEL_PARSE_STRICT);
    switch ((enum model_kind)f->kind) {
    case MODEL_K_GROUP:
        again = f->arg < 64 && up->groups >> f->arg & 1 && !replaces;
        if (again && !(f->flags & MODEL_MERGE && !(p->flags & MODEL_PARSE_STRICT))) {
            report_repeated(p, up, f);
            return;
        }
        up->groups |= f->arg < 64 ? UINT64_C(1) << f->arg : 0;
        if (!(fr = push(p, f->sub, up->base, f->qname, f)))
            return;
        fr->disc = up->disc;
        fr->up = up->up;
        if (f->has != MODEL_NO_OFFSET)
            field_set_has(up->base, f);
        break;
    case MODEL_K_STRUCT:
    case MODEL_K_LIST:
        if (f->kind == MODEL_K_LIST)
            slot = parse_slot(p, f, up->base);
        again = *slot != NULL && !replaces;
        if (again && !(f->flags & MODEL_MERGE && !(p->flags & MODEL_PARSE_STRICT))) {
            report_repeated(p, up, f);
            return;
        }
        const struct model_table *t = f->sub;
        if (!again)
            *slot = arena_struct(p->head, t->size);
        if (f->flags & MODEL_MIXED)
            *item_position(t, *slot) = ++up->mixed;
        if (!(fr = push(p, t, *slot, f->qname, f)))
            return;
        fr->up = fr->disc = up->disc;
        break;
    case MODEL_K_FLAG:
        *(bool *)FIELD_PTR(up->base, f->offset) = true;
        if (p->flags & MODEL_PARSE_STRICT && (fr = push(p, NULL, up->base, f->qname, f))) {
            fr->scalar = f;     /* with no text to read: to see what should not be in it */
            unknown_attributes(p, fr, n_attr, attr);
        } else {
            p->skip = 1;
        }
        return;
    case MODEL_K_RAW:
        if (FIELD_STR(up->base, f)) {
            report_repeated(p, up, f);
            return;
        }
        if (push(p, NULL, NULL, f->qname, f)) {
            p->raw = raw_new();
            p->raw_level = p->fixed_level ? p->fixed_level : p->depth - 1;
            p->raw_field = f;
            p->raw_base = up->base;
        }
        return;
    default:
        if (!(f->flags & MODEL_MANY)) {     /* the first counts, even if nothing is in it */
            unsigned place = up->table ? f - up->table->fields : 64;
            if ((place < 64 && up->scalars >> place & 1) || scalar_given(f, up->base)) {
                report_repeated(p, up, f);
                return;
            }
            up->scalars |= place < 64 ? UINT64_C(1) << place : 0;
        }
        if (!(fr = push(p, NULL, up->base, f->qname, f)))
            return;
        fr->scalar = f;
        fr->collect = true;
        if (f->kind == MODEL_K_SIZE)
            parse_unit(fr, n_attr, attr);
        unknown_attributes(p, fr, n_attr, attr);
        return;
    }
    fr->only = f->only;
    fr->merge = f->flags & MODEL_MERGE && !f->only;
    if (again)
        merge_resume(p, fr);
    if (!again) {
        parse_attributes(p, fr, n_attr, attr);
    } else {
        if (fr->table->disc >= 0)
            fr->disc = table_disc(fr->table, fr->base, fr->disc);
        if (!(f->flags & MODEL_JOIN))
            parse_more_attributes(p, fr, n_attr, attr);
    }
    fr->collect = fr->table->text >= 0;
}

static void
start_element(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int n_ns,
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
    bool lost = prefix && !uri;     /* nobody declared its prefix: it is not what its name says */
    if (!p->depth) {
        void *root = p->head + 1;
        if (!p->fragment) {
            if (lost || strcmp(s, p->doc->element)) {
                g_autofree char *where = parse_where(p);
                err_set_from(p->err, VIR_FROM_XML, VIR_ERR_XML_ERROR, /* whatever was asked to be validated */
                             "%s: the outermost element is <%s> and has to be <%s>",
                             where, s, p->doc->element);
                parse_stop(p);
                return;
            }
            struct frame *fr = push(p, p->doc->table, root, p->doc->element, NULL);
            parse_attributes(p, fr, n_attr, attr);
            fr->collect = fr->table->text >= 0;
            return;
        }
        struct frame *fr = push(p, p->root_table, root, p->doc->element, NULL);
        const struct model_field *f =
            lost ? NULL : parse_find(p->root_table, false, s, strlen(s), (const char *)uri, 0, 0, p->flags);
        if (!f) {
            err_set_from(p->err, p->doc->err_from, VIR_ERR_CONFIG_UNSUPPORTED,
                         "line %d: <%s> is not an element that can be used here",
                         xmlSAX2GetLineNumber(p->ctxt), s);
            parse_stop(p);
            return;
        }
        *p->fragment = f->name;
        open_field(p, fr, f, n_attr, attr);
        return;
    }
    struct frame *up = &p->stack[p->depth - 1];
    const struct model_field *f = up->table && !lost ?
        parse_find(up->table, false, s, strlen(s), (const char *)uri, up->disc, up->up, p->flags) : NULL;
    if (f) {
        open_field(p, up, f, n_attr, attr);
    } else {
        p->skip = 1;
        if (up->only && !uri && !parse_find(up->table, false, s, strlen(s), NULL, up->disc, up->up, ~0u))
            report_unknown_here(p, up, s);
        else
            report_unknown(p, "element", s, (const char *)uri, up, false);
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
        bool kept = fr->scalar && !n && f->flags & MODEL_KEEP;
        if (kept && f->kind == MODEL_K_UUID)
            field_set_has(fr->base, f);
        else if (kept && f->flags & MODEL_MANY)
            parse_value(p, fr, fr->name, f, fr->base, "", 0, true);
        else if (fr->scalar || f->kind == MODEL_K_SIZE ||
                         ((f->kind == MODEL_K_ENUM || f->kind == MODEL_K_STR) && !fr->table->n_kids)
                     ? n > 0
                     : !blank)
            parse_value(p, fr, fr->name, f, fr->base, s, n, true);
        p->text.n = fr->text;
    }
    if (fr->merge)
        merge_keep(p, fr);
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

static xmlSAXHandler handlers = {
    .internalSubset = report_dtd,
    .getEntity = report_entity,
    .startElementNs = start_element,
    .endElementNs = end_element,
    .characters = characters,
    .ignorableWhitespace = characters,
    .cdataBlock = cdata,
    .comment = comment,
    .serror = report_syntax,
    .initialized = XML_SAX2_MAGIC,
};

static int
parse(const struct model_document *d, const struct model_table *root_table, const char **fragment,
      unsigned raw_level, const char *xml, size_t len, unsigned flags, void **root, struct err *err)
{
    *root = NULL;
    /* a byte order mark: libxml2 is not asked to guess by it */
    if (len > 3 && !memcmp(xml, "\xef\xbb\xbf", 3))
        xml += 3, len -= 3;
    if (parse_limits(d, xml, len, err) < 0)
        return -1;
    struct parser p = { .doc = d, .err = err, .flags = flags, .root_table = root_table, .fragment = fragment,
                        .fixed_level = raw_level };
    void *result = fragment ? model_doc_create(d, len) : model_doc_create(d, len + 512);
    p.head = model_head(result);
    text_need(&p.text, 1);
    p.ctxt = xmlCreateMemoryParserCtxt(xml, len);
    if (!p.ctxt) {
        model_unref(result);
        return err_set_from(err, d->err_from, VIR_ERR_NO_MEMORY,
                            "cannot set up the XML parser for a %s document", d->element);
    }
    xmlSAXHandler *theirs = p.ctxt->sax;
    p.ctxt->sax = &handlers;
    p.ctxt->userData = &p;
    p.ctxt->options |= XML_PARSE_NONET | XML_PARSE_IGNORE_ENC;
    p.ctxt->encoding = xmlStrdup((const xmlChar *)"UTF-8");
    p.ctxt->sax2 = 1;
    p.ctxt->replaceEntities = 1;        /* only the five of XML: no others are declared */
    p.ctxt->linenumbers = 1;
    xmlParseDocument(p.ctxt);
    bool wrong = !p.failed && !p.ctxt->wellFormed;
    p.ctxt->sax = theirs;
    xmlFreeParserCtxt(p.ctxt);
    g_free(p.text.s);
    raw_free(p.raw);
    if (wrong)
        err_set_from(err, d->err_from, VIR_ERR_XML_DETAIL, "the %s document is not well-formed XML",
                     d->element);
    if (report_held(&p, p.failed || wrong) < 0 ||
        (flags & MODEL_PARSE_STRICT && !fragment && !model_newer && model_valid(d, xml, len, err) < 0)) {
        model_unref(result);
        return -1;
    }
    *root = result;
    return 0;
}

char *raw_layout(const char *inner, unsigned level)
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
    char *s = g_strdup(*(const char **)result);
    model_unref(result);
    return s;
}

const char *raw_content(const void *root, const char *inner, unsigned level)
{
    g_autofree char *s = raw_layout(inner, level);
    return s ? model_str(root, s) : NULL;
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
        const struct model_field *f = parse_find(t, false, path, strlen(path), NULL, 0, 0, ~0u);
        g_assert(f && f->kind == MODEL_K_GROUP);
        t = f->sub;
    }
    int r = parse(d, t, &found, 0, xml, len, flags, root, err);
    if (element)
        *element = found;
    return r;
}
