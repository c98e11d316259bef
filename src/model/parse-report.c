/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * parse-report: what is wrong with a document, said with line, element, value and what would be valid; see
 * parse.h. Called by: parse.c.  Nothing waits.
 */
#include <glib.h>
#include <libxml/SAX2.h>
#include <libxml/xmlerror.h>
#include "model/all-def.h"
#include "model/idle.h"
#include "model/parse.h"
#include "model/read-fault.h"

#define ERR_FROM VIR_FROM_XML

static int line_of(struct parser *p)
{
    return xmlSAX2GetLineNumber(p->ctxt);
}

/* "domain document, line 7, /domain/devices/disk", to be freed. */
char *parse_where(struct parser *p)
{
    g_autoptr(GString) s = g_string_new(NULL);
    g_string_append_printf(s, "%s document, line %d", p->doc->element, line_of(p));
    for (unsigned i = 0; i < p->depth; i++)
        g_string_append_printf(s, i ? "/%s" : ", /%s", p->stack[i].name);
    return g_string_free(g_steal_pointer(&s), FALSE);
}

void parse_stop(struct parser *p)
{
    p->failed = true;
    xmlStopParser(p->ctxt);
}

/* Where and as what something is reported: by the word of the description, unless the caller asked for
 * validation, which has a code of its own. */
static int report_code(const struct parser *p, unsigned word)
{
    return p->flags & MODEL_PARSE_STRICT ? VIR_ERR_XML_INVALID_SCHEMA : (int)(word & 0xff);
}

/* A document inside another, as the guest of a snapshot, reports its own faults. */
static int home_of(const struct parser *p)
{
    for (unsigned i = p->depth; i-- > 1;)
        for (unsigned k = 0; k < MODEL_N_DOCUMENTS; k++)
            if (p->stack[i].table == model_documents[k]->table)
                return model_documents[k]->err_from;
    return p->doc->err_from;
}

static int report_domain(const struct parser *p, unsigned word)
{
    return p->flags & MODEL_PARSE_STRICT        ? VIR_FROM_XML
           : (word >> 8) == MODEL_FROM_DOCUMENT ? home_of(p)
                                                : (int)(word >> 8);
}

/* Faults of a whole document are told in an order of their own. */
static bool ordered(const struct parser *p)
{
    return !p->fragment && !(p->flags & MODEL_PARSE_STRICT);
}

enum wrong { MALFORMED, ABSENT, TWICE };

/* Where in the order a fault of f, or of the element that is open, has its place: by the way to it, and if
 * that leads through a guest by the part of the guest. */
static void fault_place(const struct parser *p, const struct model_field *f, enum wrong wrong, struct held *h)
{
    g_autoptr(GString) path = g_string_new(NULL);
    unsigned guest = 0, depth;
    struct read_site *way = g_new0(struct read_site, p->depth);
    while (guest < p->depth && p->stack[guest].table != &domain_def_table)
        guest++;
    for (unsigned i = 1; i < p->depth; i++) {
        g_string_append_printf(path, "/%s", p->stack[i].name);
        way[i - 1] = (struct read_site){ p->stack[i - 1].base, g_strdup(p->stack[i].name) };
    }
    if (f)
        g_string_append_printf(path, f->flags & MODEL_ATTR ? "/@%s" : "/%s", f->name);
    if (f && p->depth)
        way[p->depth - 1] = (struct read_site){
            p->stack[p->depth - 1].base, g_strconcat(f->flags & MODEL_ATTR ? "@" : "", f->name, NULL) };
    h->fault.way = way;
    h->fault.n_way = p->depth - !f;
    if (wrong == ABSENT)
        g_string_append(path, "/-");
    const char *inside = path->str;
    for (unsigned i = 0; i < guest && inside; i++)
        inside = strchr(inside + 1, '/');
    if (inside) {
        h->fault.part = read_part(inside, &depth);
        depth += guest;
        h->fault.device = depth > guest && p->depth > depth ? p->stack[depth].base : NULL;
    }
    h->path = g_string_free(g_steal_pointer(&path), FALSE);
    h->fault.twice = wrong == TWICE;
    h->fault.beyond = p->beyond;
}

/* Behind all others; that there are two of an element comes before what is wrong in the first, and what is
 * malformed before what is too much in the same element. */
static bool told_before(const struct held *h, const struct held *other)
{
    const struct read_fault *a = &h->fault, *b = &other->fault;
    return (a->twice && other->path && g_str_has_prefix(other->path, h->path)) ||
           (b->beyond && !a->beyond && a->n_way && b->n_way &&
            a->way[a->n_way - 1].owner == b->way[b->n_way - 1].owner);
}

static void fault_hold(struct parser *p, struct held *h)
{
    unsigned at = 0;
    while (at < p->n_held && !told_before(h, &p->held[at]))
        at++;
    p->held = g_renew(struct held, p->held, p->n_held + 1);
    memmove(&p->held[at + 1], &p->held[at], (p->n_held - at) * sizeof(*h));
    p->n_held++;
    err_move(&h->fault.err, &p->fault);
    p->held[at] = *h;
}

/* A fault has been reported, of a field or of the element that is open: it ends the reading, unless it is in
 * a part that perhaps nobody reads, or others may have to be told before it. */
static void fault_end(struct parser *p, const struct model_field *f, enum wrong wrong)
{
    const struct frame *fr = &p->stack[p->depth - 1];
    bool own = f && f->flags & MODEL_IDLE && !fr->scalar;
    struct held h = { own ? fr->table : fr->idle_table, own ? fr->base : fr->idle_owner,
                      own ? f->qname : fr->idle_name, f ? f->qname : fr->name };
    const struct held *last = p->n_held ? &p->held[p->n_held - 1] : NULL;
    if (!(h.table || ordered(p)) || p->flags & MODEL_PARSE_STRICT || p->n_held == MAX_HELD) {
        if (p->err)
            err_move(p->err, &p->fault);
        parse_stop(p);
    } else if (!h.table || !last || last->owner != h.owner || last->part != h.part || last->leaf != h.leaf) {
        if (ordered(p))
            fault_place(p, f, wrong, &h);
        fault_hold(p, &h);
    }
    p->beyond = false;
    err_clear(&p->fault);
}

static void way_free(struct read_fault *f)
{
    for (unsigned i = 0; i < f->n_way; i++)
        g_free(f->way[i].name);
    g_free(f->way);
}

int report_held(struct parser *p, bool failed)
{
    struct domain_def *def = p->doc == &domain_def_document ? (void *)(p->head + 1) : NULL;
    g_autofree struct read_fault *faults = g_new0(struct read_fault, p->n_held);
    unsigned n = 0;
    for (unsigned i = 0; i < p->n_held; i++) {
        struct held *h = &p->held[i];
        if (failed || (h->table && model_idle(h->table, h->owner, h->part, h->leaf, def, p->flags)))
            err_clear(&h->fault.err);
        else
            faults[n++] = h->fault;
        g_free(h->path);
    }
    int r = failed || n ? -1 : 0;
    if (n && ordered(p) && !def)
        r = document_read(p->doc, p->head + 1, p->flags, faults, n, p->err);
    else if (n && !(ordered(p) && domain_read(def, faults, n, p->flags, p->err) < 0))
        err_move(p->err, &faults[0].err);
    for (unsigned i = 0; i < n; i++)
        err_clear(&faults[i].err);
    for (unsigned i = 0; i < p->n_held; i++)
        way_free(&p->held[i].fault);
    g_free(p->held);
    return r;
}

/* "'a' or 'b' or 'c'" */
static char *valid_names(const struct model_enum *e, const char *given, size_t n)
{
    g_autoptr(GString) s = g_string_new(NULL);
    for (unsigned i = 1; i < e->count; i++)
        if (model_newer || i > 63 || !(e->later >> i & 1))
            g_string_append_printf(s, "%s'%s'", s->len ? " or " : "", e->names[i]);
    for (unsigned i = 1; i < e->count && i < 64; i++)
        if (e->later >> i & 1 && !strncmp(e->names[i], given, n) && !e->names[i][n])
            g_string_append(s, "; it is newer than the format that is read here (set newer_elements)");
    return g_string_free(g_steal_pointer(&s), FALSE);
}

void
report_bad_value(struct parser *p, const char *element, const struct model_field *f, const char *s, size_t n,
                 const char *valid)
{
    g_autofree char *names = valid ? NULL : valid_names(f->sub, s, n);
    g_autofree char *what = f->flags & MODEL_ATTR
                                ? g_strdup_printf("attribute '%s' of <%s>", f->name, element)
                                : g_strdup_printf("the content of <%s>", element);
    unsigned word = f->bad ? f->bad
                    : f->kind == MODEL_K_CPUSET
                        ? MODEL_ERROR(VIR_ERR_INVALID_ARG, VIR_FROM_NONE)
                        : MODEL_ERROR(VIR_ERR_XML_ERROR, f->kind == MODEL_K_SIZE || f->flags & MODEL_ATTR
                                                             ? VIR_FROM_XML
                                                             : MODEL_FROM_DOCUMENT);
    g_autofree char *where = parse_where(p);
    err_set_from(&p->fault, report_domain(p, word), report_code(p, word),
                 "%s: %s is '%.*s', which has to be %s", where, what,
                 (int)MIN(n, 200), s, valid ? valid : names);
    fault_end(p, f, MALFORMED);
}

void report_missing(struct parser *p, const char *element, const struct model_field *f)
{
    g_autofree char *where = parse_where(p);
    err_set_from(&p->fault, report_domain(p, f->missing), report_code(p, f->missing),
                 "%s: <%s> has no attribute '%s', which it needs", where,
                 element, f->name);
    fault_end(p, f, ABSENT);
}

void report_bad_unit(struct parser *p, const char *element, const struct model_field *f, const char *unit)
{
    unsigned word = f->only ? f->only : MODEL_ERROR(VIR_ERR_INVALID_ARG, VIR_FROM_NONE);
    g_autofree char *where = parse_where(p);
    err_set_from(&p->fault, report_domain(p, word), report_code(p, word),
                 "%s: unit='%s' of <%s> is not a unit of size; use bytes, KiB, MiB, GiB and so on",
                 where, unit, element);
    fault_end(p, NULL, MALFORMED);
}

/* Only the strict reader minds.  What belongs to somebody else's namespace is never an error, nor
 * is what only running guests have: people feed the XML of one back. */
void
report_unknown(struct parser *p, const char *what, const char *name, const char *uri, const struct frame *fr,
               bool attr)
{
    if (!(p->flags & MODEL_PARSE_STRICT) || uri || (!fr->table && !fr->scalar) ||
        (attr && g_str_has_prefix(name, "unit") && (fr->table || fr->scalar->kind == MODEL_K_SIZE)) ||
        (fr->table && parse_find(fr->table, attr, name, strlen(name), NULL, fr->disc, fr->up, ~0u)))
        return;
    g_autofree char *where = parse_where(p);
    err_set_from(p->err, VIR_FROM_XML, VIR_ERR_XML_INVALID_SCHEMA,
                 "%s: <%s> has no %s '%s' here; without the flag to validate it would be ignored",
                 where, fr->name, what, name);
    parse_stop(p);
}

/* Where users would lose something that matters, as a feature of the guest, unknown is refused. */
void report_unknown_here(struct parser *p, const struct frame *up, const char *name)
{
    g_autofree char *where = parse_where(p);
    err_set_from(&p->fault, report_domain(p, up->only), report_code(p, up->only),
                 "%s: <%s> in <%s> is not known", where, name, up->name);
    fault_end(p, NULL, MALFORMED);
}

/* A second one of an element that can be there once. */
void report_repeated(struct parser *p, const struct frame *up, const struct model_field *f)
{
    p->skip = 1;
    if (!f->twice && !(p->flags & MODEL_PARSE_STRICT))
        return;
    g_autofree char *where = parse_where(p);
    err_set_from(&p->fault, report_domain(p, f->twice), report_code(p, f->twice),
                 "%s: <%s> has more than one <%s>", where, up->name, f->qname);
    fault_end(p, f, TWICE);
}

/* What a document type declares is never used.  One that only names a type does no harm: a file that it names
 * is not opened. */
void report_dtd(void *user, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
    struct parser *p = user;
    if (p->failed || *p->ctxt->input->cur != '[')
        return;
    g_autofree char *where = parse_where(p);
    err_set_from(p->err, p->doc->err_from, VIR_ERR_XML_DETAIL,
                 "%s: declarations in a document type are not accepted; remove what is in the brackets of "
                 "<!DOCTYPE … […]> and write the content of its entities in place", where);
    parse_stop(p);
}

/* The five of XML; any other would be known from declarations alone. */
xmlEntityPtr report_entity(void *user, const xmlChar *name)
{
    struct parser *p = user;
    xmlEntityPtr known = xmlGetPredefinedEntity(name);
    if (known || p->failed)
        return known;
    g_autofree char *where = parse_where(p);
    err_set_from(p->err, p->doc->err_from, VIR_ERR_XML_DETAIL,
                 "%s: entity &%.100s; is none of XML's own, and others are not loaded; write its content in "
                 "place", where, (const char *)name);
    parse_stop(p);
    return NULL;
}

void report_syntax(void *user, xmlErrorPtr e)
{
    struct parser *p = user;
    if (p->failed || !e || e->level < XML_ERR_ERROR || e->domain == XML_FROM_NAMESPACE)
        return;             /* a prefix that nobody declared: what has it is nobody's */
    g_autofree char *what = g_strchomp(g_strdup(e->message ? e->message : "malformed"));
    err_set_from(p->err, p->doc->err_from, VIR_ERR_XML_DETAIL,
                 "%s document, line %d, column %d: not well-formed: %s", p->doc->element, e->line, e->int2,
                 what);
    p->failed = true;
}
