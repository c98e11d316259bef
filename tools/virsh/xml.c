/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xml.h"
#include "shell.h"

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <stdarg.h>
#include <string.h>

static void
be_quiet(void *ctx, const char *fmt, ...)
{
}

static xml_doc *
parse(const char *text, int options)
{
    xmlSetGenericErrorFunc(NULL, be_quiet);
    return xmlReadMemory(text, (int)strlen(text), "document", NULL,
                         XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | options);
}

xml_doc *
xml_parse(const char *text)
{
    return parse(text, 0);
}

static xmlXPathObject *
eval(xml_doc *doc, xmlNode *at, const char *xpath)
{
    xmlXPathContext *ctx = xmlXPathNewContext(doc);
    if (!ctx)
        return NULL;
    ctx->node = at ? at : xmlDocGetRootElement(doc);
    xmlXPathObject *obj = xmlXPathEval((const xmlChar *)xpath, ctx);
    xmlXPathFreeContext(ctx);
    return obj;
}

GPtrArray *
xml_nodes(xml_doc *doc, xmlNode *at, const char *xpath)
{
    GPtrArray *nodes = g_ptr_array_new();
    xmlXPathObject *obj = eval(doc, at, xpath);
    if (obj && obj->type == XPATH_NODESET && obj->nodesetval)
        for (int i = 0; i < obj->nodesetval->nodeNr; i++)
            g_ptr_array_add(nodes, obj->nodesetval->nodeTab[i]);
    if (obj)
        xmlXPathFreeObject(obj);
    return nodes;
}

xmlNode *
xml_node(xml_doc *doc, xmlNode *at, const char *xpath)
{
    g_autoptr(GPtrArray) nodes = xml_nodes(doc, at, xpath);
    return nodes->len ? nodes->pdata[0] : NULL;
}

char *
xml_text(xml_doc *doc, xmlNode *at, const char *xpath)
{
    xmlXPathObject *obj = eval(doc, at, xpath);
    xmlChar *s = obj ? xmlXPathCastToString(obj) : NULL;
    char *text = s && *s ? g_strdup((char *)s) : NULL;
    xmlFree(s);
    if (obj)
        xmlXPathFreeObject(obj);
    return text;
}

bool
xml_number(xml_doc *doc, xmlNode *at, const char *xpath, double *v)
{
    xmlXPathObject *obj = eval(doc, at, xpath);
    bool ok = obj != NULL;
    if (ok)
        *v = xmlXPathCastToNumber(obj);
    if (obj)
        xmlXPathFreeObject(obj);
    return ok && !xmlXPathIsNaN(*v);
}

char *
xml_print_node(xml_doc *doc, xmlNode *node)
{
    xmlBuffer *buf = xmlBufferCreate();
    char *text = xmlNodeDump(buf, doc, node, 0, 0) >= 0 ? g_strdup((char *)xmlBufferContent(buf)) : NULL;
    xmlBufferFree(buf);
    return text;
}

static bool
show(struct shell *sh, const struct call *call, const char *text, const char *end)
{
    const char *xpath = NULL;
    bool wrap = opt_flag(call, "wrap");
    if (opt_string(sh, call, "xpath", &xpath) < 0)
        return false;
    if (!xpath) {
        out(sh, "%s%s", text, end);
        return true;
    }
    g_autoptr(xml_doc) doc = parse(text, XML_PARSE_NOBLANKS);
    if (!doc)
        return fail(sh, "cannot parse the XML that the hypervisor returned");
    xmlXPathContext *ctx = xmlXPathNewContext(doc);
    ctx->node = xmlDocGetRootElement(doc);
    xmlXPathObject *obj = xmlXPathEval((const xmlChar *)xpath, ctx);
    xmlXPathFreeContext(ctx);
    if (!obj)
        return fail(sh, "the XPath expression '%s' is malformed", xpath);
    if (obj->type != XPATH_NODESET) {
        xmlXPathFreeObject(obj);
        return fail(sh, "XPath expression '%s' must select elements, not compute a value", xpath);
    }
    int n = obj->nodesetval ? obj->nodesetval->nodeNr : 0;
    if (wrap) {
        xmlDoc *wrapped = xmlNewDoc(NULL);
        xmlNode *root = xmlNewNode(NULL, (const xmlChar *)"nodes");
        xmlDocSetRootElement(wrapped, root);
        for (int i = 0; i < n; i++)
            xmlAddChild(root, xmlDocCopyNode(obj->nodesetval->nodeTab[i], wrapped, 1));
        xmlBuffer *buf = xmlBufferCreate();
        if (xmlNodeDump(buf, wrapped, root, 0, 1) >= 0)
            out(sh, "%s\n", (char *)xmlBufferContent(buf));
        xmlBufferFree(buf);
        xmlFreeDoc(wrapped);
    } else {
        for (int i = 0; i < n; i++) {
            xmlBuffer *buf = xmlBufferCreate();
            if (xmlNodeDump(buf, doc, obj->nodesetval->nodeTab[i], 0, 1) >= 0)
                out(sh, "%s\n", (char *)xmlBufferContent(buf));
            xmlBufferFree(buf);
        }
    }
    xmlXPathFreeObject(obj);
    return true;
}

bool
xml_show(struct shell *sh, const struct call *call, const char *text)
{
    return show(sh, call, text, "");
}

bool
xml_show_line(struct shell *sh, const struct call *call, const char *text)
{
    return show(sh, call, text, "\n");
}

/* ---- writing ---- */

char *
xml_escape(const char *text)
{
    GString *s = g_string_new(NULL);
    for (; *text; text++) {
        switch (*text) {
        case '&': g_string_append(s, "&amp;"); break;
        case '<': g_string_append(s, "&lt;"); break;
        case '>': g_string_append(s, "&gt;"); break;
        case '"': g_string_append(s, "&quot;"); break;
        case '\'': g_string_append(s, "&apos;"); break;
        default: g_string_append_c(s, *text);
        }
    }
    return g_string_free(s, FALSE);
}

/* g_markup_vprintf_escaped writes "&#39;"; the documents say &apos;. */
static char *
escaped(const char *fmt, va_list ap)
{
    char *s = g_markup_vprintf_escaped(fmt, ap);
    if (strstr(s, "&#39;")) {
        g_auto(GStrv) parts = g_strsplit(s, "&#39;", 0);
        g_free(s);
        s = g_strjoinv("&apos;", parts);
    }
    return s;
}

char *
xml_fmt(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *s = escaped(fmt, ap);
    va_end(ap);
    return s;
}

void
xml_attribute(GString *s, const char *name, const char *value)
{
    if (!value)
        return;
    g_autofree char *text = xml_fmt(" %s='%s'", name, value);
    g_string_append(s, text);
}

static void
line(struct xml_out *x, char *text)
{
    g_autofree char *s = text;
    if (!x->s)
        x->s = g_string_new(NULL);
    g_string_append_printf(x->s, "%*s%s\n", x->depth * 2, "", s);
}

void
xo_line(struct xml_out *x, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    line(x, escaped(fmt, ap));
    va_end(ap);
}

void
xo_open(struct xml_out *x, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    line(x, escaped(fmt, ap));
    va_end(ap);
    x->depth++;
}

void
xo_close(struct xml_out *x, const char *name)
{
    x->depth--;
    xo_line(x, "</%s>", name);
}

void
xo_raw(struct xml_out *x, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    line(x, g_strdup_vprintf(fmt, ap));
    va_end(ap);
}

void
xo_raw_open(struct xml_out *x, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    line(x, g_strdup_vprintf(fmt, ap));
    va_end(ap);
    x->depth++;
}

void
xo_clear(struct xml_out *x)
{
    if (x->s)
        g_string_free(x->s, TRUE);
    x->s = NULL;
}
