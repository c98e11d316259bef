/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * parse-limits: what a document must not be, whatever is in it: too long, empty, in an encoding that does
 * not exist, or of elements with so many attributes that reading it takes a user's patience; see parse.h.
 * Called by: parse.c.  Nothing waits.
 */
#include <glib.h>
#include <string.h>
#include "model/parse.h"

/* libxml2 compares every attribute of an element with every other one before it hands them over: a document
 * is not to decide how long that takes.  Counts what could be attributes, in one pass over the text. */
static bool too_many_attributes(const char *xml, size_t len)
{
    enum { MAX_ATTRIBUTES = 20000 };
    const char *end = xml + len;
    for (const char *p = xml; (p = memchr(p, '<', end - p)); ) {
        static const struct {
            const char *from, *to;
        } texts[] = { { "!--", "-->" }, { "![CDATA[", "]]>" }, { "?", "?>" } };
        unsigned n = 0;
        char quote = 0;
        const char *skip = NULL;
        for (size_t i = 0; i < G_N_ELEMENTS(texts) && !skip; i++)
            if ((size_t)(end - p - 1) >= strlen(texts[i].from) &&
                !memcmp(p + 1, texts[i].from, strlen(texts[i].from)))
                skip = g_strstr_len(p + 1, end - p - 1, texts[i].to);
        if (skip) {
            p = skip;
            continue;
        }
        for (p++; p < end && (quote || *p != '>') && n <= MAX_ATTRIBUTES; p++) {
            if (quote)
                quote = *p == quote ? 0 : quote;
            else if (*p == '"' || *p == '\'')
                quote = *p;
            else if (*p == '<')
                break;          /* no tag: text inside a comment or the like */
            else
                n += *p == '=';
        }
        if (n > MAX_ATTRIBUTES)
            return true;
    }
    return false;
}

/* Documents are UTF-8: clients pass strings, and what these declare was never looked at, but that the
 * encoding be one that exists.  Converting would double what has to be held, and hide attributes from the
 * count above. */
static bool encoding_exists(const char *xml, size_t len)
{
    g_autoptr(GRegex) encoding = NULL;
    g_autoptr(GMatchInfo) found = NULL;
    const char *end = len > 5 && !memcmp(xml, "<?xml", 5) ? g_strstr_len(xml, MIN(len, 1024), "?>") : NULL;
    if (!end)
        return true;
    encoding = g_regex_new("\\sencoding\\s*=\\s*[\"']([A-Za-z][A-Za-z0-9._-]*)[\"']", G_REGEX_RAW, 0, NULL);
    if (!g_regex_match_full(encoding, xml, end - xml, 0, 0, &found, NULL))
        return true;            /* none, or one that the parser refuses */
    g_autofree char *name = g_match_info_fetch(found, 1);
    xmlCharEncodingHandlerPtr handler = xmlFindCharEncodingHandler(name);
    if (handler)
        xmlCharEncCloseFunc(handler);
    return handler;
}

int parse_limits(const struct model_document *d, const char *xml, size_t len, struct err *err)
{
    if (len > MAX_DOCUMENT)
        return err_set_from(err, d->err_from, VIR_ERR_XML_DETAIL,
                            "the %s document has %zu bytes, more than the %d that are accepted", d->element,
                            len, MAX_DOCUMENT);
    if (!len)
        return err_set_from(err, d->err_from, VIR_ERR_XML_DETAIL, "the %s document is empty", d->element);
    if (!encoding_exists(xml, len))
        return err_set_from(err, d->err_from, VIR_ERR_XML_DETAIL,
                            "the encoding that the %s document declares is not known; it has to be UTF-8",
                            d->element);
    if (too_many_attributes(xml, len))
        return err_set_from(err, d->err_from, VIR_ERR_XML_DETAIL,
                            "an element of the %s document has more attributes than "
                            "any has",
                            d->element);
    return 0;
}
