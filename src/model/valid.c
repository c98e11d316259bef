/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * valid: see valid.h.
 */
#include "model/valid.h"

#include <glib.h>
#include <libxml/parser.h>
#include <libxml/relaxng.h>
#include <string.h>

#include "base/fork.h"
#include "model/model.h"

#define ERR_FROM VIR_FROM_XML

static void keep_first(void *user, xmlErrorPtr e)
{
    char **said = user;
    if (!*said && e && e->message)
        *said = g_strdup(g_strchomp(e->message));
}

FORK_MUTEX(making, FORK_LEAF)

/* Made when it is asked for the first time, and kept: who never validates does without. */
static xmlRelaxNGPtr schema_of(const struct model_schema *s)
{
    static xmlRelaxNGPtr made[32];
    unsigned i = s - model_schemas;
    g_assert(i < G_N_ELEMENTS(made));
    pthread_mutex_lock(&making);
    if (!made[i]) {
        xmlRelaxNGParserCtxtPtr c = xmlRelaxNGNewMemParserCtxt(s->text, strlen(s->text));
        made[i] = c ? xmlRelaxNGParse(c) : NULL;
        xmlRelaxNGFreeParserCtxt(c);
    }
    pthread_mutex_unlock(&making);
    return made[i];
}

static int hold_against(const struct model_schema *s, xmlDocPtr document, struct err *err)
{
    g_autofree char *said = NULL;
    xmlRelaxNGPtr schema = schema_of(s);
    xmlRelaxNGValidCtxtPtr c = schema ? xmlRelaxNGNewValidCtxt(schema) : NULL;
    int r = -1;
    if (c) {
        xmlRelaxNGSetValidStructuredErrors(c, keep_first, &said);
        r = xmlRelaxNGValidateDoc(c, document);
    }
    xmlRelaxNGFreeValidCtxt(c);
    if (r < 0)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "the schema of %s documents cannot be used",
                       s->document->element);
    return r == 0 ? 0
                  : err_set(err, VIR_ERR_XML_INVALID_SCHEMA, "the %s document is not valid: %s",
                            s->document->element, said ? said : "see its schema");
}

int model_valid(const struct model_document *d, const char *xml, size_t len, struct err *err)
{
    const struct model_schema *s = model_schemas;
    while (s->document && s->document != d)
        s++;
    if (!s->document)
        return 0;
    xmlDocPtr document = xmlReadMemory(xml, len, NULL, "UTF-8",
                                       XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (!document)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "the %s document cannot be held against its schema",
                       d->element);
    int r = hold_against(s, document, err);
    xmlFreeDoc(document);
    return r;
}
