/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * model-roundtrip: reads documents and writes them again.
 *
 * usage: model-roundtrip [-c] [-v] [-l] [-n] [-s] [-q] [-t N] FILE...
 *        model-roundtrip [-c] [-v] [-l] [-n] [-s] -b
 *   prints each document as we write it, and checks copy, equality, the guest's view and JSON on the way; -q
 * only says which differ from the file, with the number that came back unchanged; -c completed as every
 * driver does; -v refusing what is not described; -l live; -n also what is newer than our level; -s without
 * secrets; -t N measures N rounds. -b reads a document a line and answers each with what it became, or "error
 * CODE/DOMAIN: message", and a NUL byte, as long as there are lines. A development tool: the tests use it on
 * our own samples, an engineer on whatever is at hand.
 */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "model/all-def.h"
#include "model/complete-host.h"
#include "model/engine.h"
#include "model/json.h"

static unsigned parse_flags, format_flags = MODEL_FORMAT_SECURE;
static bool complete;

static double now(void)
{
    return g_get_monotonic_time() * 1e-6;
}

/* The kind of a document by its root element. */
static const struct model_document *document_of(const char *xml)
{
    for (const char *p = xml; (p = strchr(p, '<')); p++) {
        if (!g_ascii_isalpha(p[1]))
            continue;
        size_t n = strcspn(p + 1, " />\t\r\n");
        for (unsigned i = 0; i < MODEL_N_DOCUMENTS; i++)
            if (strlen(model_documents[i]->element) == n && !strncmp(model_documents[i]->element, p + 1, n))
                return model_documents[i];
        break;
    }
    return &domain_def_document;
}

static void *read_document(const struct model_document *doc, const char *xml, size_t n, struct err *err)
{
    void *def = NULL;
    if (model_parse(doc, xml, n, parse_flags, &def, err) < 0)
        return NULL;
    if (complete && document_complete(def, err) < 0) {
        model_unref(def);
        return NULL;
    }
    return def;
}

static void measure(const struct model_document *doc, const char *xml, size_t n, int rounds)
{
    ERR_AUTO err = ERR_INIT;
    void *def = NULL;
    double t0 = now();
    for (int i = 0; i < rounds; i++) {
        model_unref(def);
        if (model_parse(doc, xml, n, 0, &def, &err) < 0)
            exit(1);
    }
    double t1 = now();
    for (int i = 0; i < rounds; i++)
        free(model_format(def, 0));
    double t2 = now();
    void *copy = model_copy(def);
    for (int i = 0; i < rounds; i++)
        model_unref(model_copy(def));
    double t3 = now();
    printf("parse %.2f us, format %.2f us, copy %.2f us; %zu bytes as parsed, %zu as copied\n",
           (t1 - t0) / rounds * 1e6, (t2 - t1) / rounds * 1e6, (t3 - t2) / rounds * 1e6, model_footprint(def),
           model_footprint(copy));
    model_unref(copy);
    model_unref(def);
}

/* ---- changing one value --------------------------------------------------------------------- */

struct change {
    void *root;
    unsigned at;           /* which value, counted as they are met */
    bool done, abi;        /* was it found, can a guest tell? */
};

static bool alter(struct change *c, const struct model_field *f, void *base)
{
    void *p = FIELD_PTR(base, f->offset);
    const char **text = p;
    const struct model_enum *e = f->sub;
    if (!scalar_given(f, base))
        return false;
    switch ((enum model_kind)f->kind) {
    case MODEL_K_STR: case MODEL_K_RAW: case MODEL_K_CPUSET:
        *text = model_printf(c->root, "%s+", *text);
        return true;
    case MODEL_K_ENUM:
        if (e->count < 3)
            return false;
        *(uint8_t *)p = *(uint8_t *)p % (e->count - 1) + 1;
        return true;
    case MODEL_K_FLAG:
        *(bool *)p = false;
        return true;
    case MODEL_K_DOUBLE:
        *(double *)p += 1;
        return true;
    default:
        *(unsigned char *)p ^= 64;
        if (!scalar_given(f, base))          /* 0 is not given */
            *(unsigned char *)p = 32;
        return true;
    }
}

/* The deciding attributes stay as they are: which fields there are depends on them. */
static void
change_one(struct change *c, const struct model_table *t, void *base, unsigned disc, unsigned up, bool abi)
{
    disc = table_disc(t, base, disc);
    for (unsigned i = 0; i < t->n_fields && !c->done; i++) {
        const struct model_field *f = &t->fields[i];
        bool here = abi && f->flags & MODEL_ABI;
        if ((int)i == t->disc || !field_exists(f, disc, up))
            continue;
        if (f->kind == MODEL_K_GROUP) {
            change_one(c, f->sub, base, disc, up, here);
        } else if (f->kind == MODEL_K_STRUCT) {
            void *sub = (void *)(uintptr_t)FIELD_SUB(base, f);
            if (sub)
                change_one(c, f->sub, sub, disc, disc, here);
        } else if (f->kind == MODEL_K_LIST) {
            for (uint32_t k = 0; k < FIELD_COUNT(base, f) && !c->done; k++)
                change_one(c, f->sub, ((void *const *)FIELD_SUB(base, f))[k], disc, disc, here);
        } else if (!(f->flags & MODEL_MANY) && scalar_given(f, base) && !c->at--) {
            c->done = true;
            c->abi = here;
            if (!alter(c, f, base))
                c->done = false, c->at = 0;         /* the next one then */
        }
    }
}

/* A document with one value changed is another one, and a guest sees it where the description says so. */
static int check_changes(const char *name, const struct model_document *doc, const void *def)
{
    int status = 0;
    for (unsigned n = 0;; n = n < 20 ? n + 1 : n * 5 / 4) {
        void *other = model_copy(def);
        struct change c = { .root = other, .at = n };
        char *where = NULL;
        change_one(&c, doc->table, other, 0, 0, true);
        if (c.done && model_equal(def, other)) {
            printf("%s: change %u is not noticed\n", name, n);
            status = 1;
        }
        if (c.done && model_abi_equal(def, other, &where) == c.abi) {
            printf("%s: a guest %s notice change %u%s%s\n", name, c.abi ? "has to" : "must not", n,
                   where ? ": " : "", where ? where : "");
            status = 1;
        }
        bool done = c.done && n < 400;
        g_free(where);
        model_unref(other);
        if (!done)
            return status;
    }
}

/* What must hold for every document: 0, or 1 and says what does not. */
static int check(const char *name, const struct model_document *doc, const void *def, const char *out)
{
    int status = 0;
    ERR_AUTO err = ERR_INIT;
    void *copy = model_copy(def), *third = NULL;
    char *again = model_format(copy, format_flags), *json = model_to_json(def, format_flags), *back = NULL,
         *where;
    if (strcmp(out, again) || !model_equal(def, copy)) {
        printf("%s: the copy differs\n", name);
        status = 1;
    }
    if (!model_abi_equal(def, copy, &where)) {
        printf("%s: the copy looks different to a guest: %s\n", name, where);
        g_free(where);
        status = 1;
    }
    if (model_from_json(doc, json, strlen(json), parse_flags, &third, &err) < 0 ||
        strcmp(back = model_format(third, format_flags), out)) {
        printf("%s: differs after a way through JSON: %s\n", name, err_message(&err));
        status = 1;
    }
    if (third && !model_equal(def, third)) {
        printf("%s: is not the same after a way through JSON\n", name);
        status = 1;
    }
    status |= check_changes(name, doc, def);
    free(again);
    free(json);
    free(back);
    model_unref(copy);
    model_unref(third);
    return status;
}

static int batch(void)
{
    g_autofree char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    while ((n = getline(&line, &cap, stdin)) > 0) {
        ERR_AUTO err = ERR_INIT;
        if (line[n - 1] == '\n')
            line[--n] = 0;
        const struct model_document *doc = document_of(line);
        void *def = read_document(doc, line, n, &err);
        if (def) {
            char *out = model_format(def, format_flags);
            check("error", doc, def, out);
            fputs(out, stdout);
            free(out);
            model_unref(def);
        } else {
            printf("error %d/%d: %s", err.code, err.domain, err.message);
        }
        putchar(0);
        fflush(stdout);
    }
    return 0;
}

int main(int argc, char **argv)
{
    unsigned same = 0, all = 0;
    bool quiet = false;
    int rounds = 0, status = 0;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "-l")) {
            parse_flags |= MODEL_PARSE_LIVE;
            format_flags |= MODEL_FORMAT_LIVE;
            continue;
        } else if (!strcmp(argv[i], "-n")) {
            model_read_newer(true);
            continue;
        } else if (!strcmp(argv[i], "-s")) {
            format_flags &= ~MODEL_FORMAT_SECURE;
            continue;
        } else if (!strcmp(argv[i], "-c")) {
            complete = true;
            continue;
        } else if (!strcmp(argv[i], "-v")) {
            parse_flags |= MODEL_PARSE_STRICT;
            continue;
        } else if (!strcmp(argv[i], "-q")) {
            quiet = true;
            continue;
        } else if (!strcmp(argv[i], "-b")) {
            return batch();
        } else if (!strcmp(argv[i], "-t") && i + 1 < argc) {
            rounds = atoi(argv[++i]);
            continue;
        }
        g_autofree char *xml = NULL;
        gsize n;
        ERR_AUTO err = ERR_INIT;
        if (!g_file_get_contents(argv[i], &xml, &n, NULL)) {
            fprintf(stderr, "%s: cannot be read\n", argv[i]);
            return 2;
        }
        all++;
        const struct model_document *doc = document_of(xml);
        if (rounds) {
            measure(doc, xml, n, rounds);
            continue;
        }
        void *def = read_document(doc, xml, n, &err);
        if (!def) {
            printf("%s: error %d/%d: %s\n", argv[i], err.code, err.domain, err.message);
            status = 1;
            continue;
        }
        char *out = model_format(def, format_flags);
        status |= check(argv[i], doc, def, out);
        if (strcmp(out, xml))
            quiet ? printf("%s differs\n", argv[i]) : 0;
        else
            same++;
        if (!quiet)
            fputs(out, stdout);
        free(out);
        model_unref(def);
    }
    if (quiet)
        printf("%u of %u came back unchanged\n", same, all);
    return status;
}
