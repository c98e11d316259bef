/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * metadata: see metadata.h.
 */
#include "driver/metadata.h"

#include <glib.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

/* An error of the kind of object. */
#define fail(in, code, err, ...) err_set_from((err), (in)->err_from, (code), __VA_ARGS__)

static void
quiet(void *ctx, const char *msg, ...)
{
}

static xmlDocPtr
parse(const char *text)
{
    xmlParserCtxtPtr ctxt = xmlNewParserCtxt();
    xmlDocPtr doc;

    ctxt->sax->error = ctxt->sax->warning = quiet;
    doc = xmlCtxtReadMemory(ctxt, text, (int)strlen(text), NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOBLANKS |
                            XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    xmlFreeParserCtxt(ctxt);
    return doc;
}

/* The definition's metadata as a document; the model keeps the text inside. */
static xmlDocPtr
metadata_doc(const struct metadata *in)
{
    g_autofree char *text = NULL;

    if (!*in->element)
        return NULL;
    text = g_strdup_printf("<metadata>%s</metadata>", *in->element);
    return parse(text);
}

/* And back. */
static void
keep(const struct metadata *in, xmlDocPtr doc)
{
    xmlBufferPtr buf = xmlBufferCreate();

    for (xmlNodePtr n = xmlDocGetRootElement(doc)->children; n; n = n->next)
        xmlNodeDump(buf, doc, n, 2, 1);
    *in->element = model_raw(in->root, (const char *)xmlBufferContent(buf));
    xmlBufferFree(buf);
}

static xmlNodePtr
find(xmlDocPtr doc, const char *uri)
{
    xmlNodePtr root = doc ? xmlDocGetRootElement(doc) : NULL;

    for (xmlNodePtr node = root ? root->children : NULL; node; node = node->next)
        if (node->type == XML_ELEMENT_NODE && node->ns && xmlStrEqual(node->ns->href, (const xmlChar *)uri))
            return node;
    return NULL;
}

/* Without the namespace that addresses it: as it was set. */
static void
strip_ns(xmlNodePtr node, const char *uri)
{
    for (xmlNodePtr n = node; n; n = n->next) {
        if (n->type == XML_ELEMENT_NODE && n->ns && xmlStrEqual(n->ns->href, (const xmlChar *)uri))
            n->ns = NULL;
        if (n->type == XML_ELEMENT_NODE)
            strip_ns(n->children, uri);
    }
}

static char *
get_element(const struct metadata *in, const char *uri)
{
    xmlDocPtr doc = metadata_doc(in);
    xmlNodePtr node = find(doc, uri);
    char *text = NULL;

    if (node) {
        xmlDocPtr single = xmlNewDoc((const xmlChar *)"1.0");
        xmlNodePtr copy = xmlDocCopyNode(node, single, 1);
        xmlBufferPtr buf = xmlBufferCreate();
        xmlNsPtr *at = &copy->nsDef;

        xmlDocSetRootElement(single, copy);
        copy->ns = copy->ns && xmlStrEqual(copy->ns->href, (const xmlChar *)uri) ? NULL : copy->ns;
        strip_ns(copy->children, uri);
        /* Only what was given to address it: the first that says so. */
        while (*at && !xmlStrEqual((*at)->href, (const xmlChar *)uri))
            at = &(*at)->next;
        if (*at) {
            xmlNsPtr gone = *at;

            *at = gone->next;
            gone->next = NULL;
            xmlFreeNs(gone);
        }
        xmlNodeDump(buf, single, copy, 0, 1);
        text = g_strdup((const char *)xmlBufferContent(buf));
        xmlBufferFree(buf);
        xmlFreeDoc(single);
    }
    if (doc)
        xmlFreeDoc(doc);
    return text;
}

static bool
has_prefix(xmlNodePtr node, const char *prefix)
{
    for (xmlNsPtr ns = node->nsDef; ns; ns = ns->next)
        if (xmlStrEqual(ns->prefix, (const xmlChar *)prefix))
            return true;
    return false;
}

/* Puts `text` (NULL: removes) under namespace key:uri. */
static int
set_element(const struct metadata *in, const char *text, const char *key, const char *uri, struct err *err)
{
    xmlDocPtr doc = metadata_doc(in);
    xmlDocPtr fresh = NULL;
    xmlNodePtr old, node, root;

    if (text) {
        fresh = parse(text);
        if (!fresh) {
            if (doc)
                xmlFreeDoc(doc);
            return fail(in, VIR_ERR_XML_DETAIL, err,
                        "the metadata is not one well-formed XML element: %.200s", text);
        }
    }
    if (fresh && fresh->intSubset && fresh->intSubset->children) {      /* its entities could not be kept */
        xmlFreeDoc(fresh);
        if (doc)
            xmlFreeDoc(doc);
        return err_set_from(err, VIR_FROM_XML, VIR_ERR_INTERNAL_ERROR,
                            "the metadata comes with declarations of a document type, which cannot be kept: "
                            "%.200s", text);
    }
    if (fresh && has_prefix(xmlDocGetRootElement(fresh), key)) {
        xmlFreeDoc(fresh);
        if (doc)
            xmlFreeDoc(doc);
        return err_set_from(
            err, VIR_FROM_XML, VIR_ERR_INTERNAL_ERROR,
            "the metadata declares the prefix '%s' itself, which is to be given to it: take another", key);
    }
    if (!doc) {
        doc = xmlNewDoc((const xmlChar *)"1.0");
        xmlDocSetRootElement(doc, xmlNewNode(NULL, (const xmlChar *)"metadata"));
    }
    root = xmlDocGetRootElement(doc);
    old = find(doc, uri);
    if (old) {
        xmlUnlinkNode(old);
        xmlFreeNode(old);
    }
    if (fresh) {
        node = xmlDocCopyNode(xmlDocGetRootElement(fresh), doc, 1);
        xmlNsPtr ns = xmlNewNs(node, (const xmlChar *)uri, (const xmlChar *)key);

        if (!node->ns)
            xmlSetNs(node, ns);
        for (xmlNodePtr n = node->children; n; ) { /* children belong to it as well */
            if (n->type == XML_ELEMENT_NODE && !n->ns)
                xmlSetNs(n, ns);
            if (n->children && n->type == XML_ELEMENT_NODE) {
                n = n->children;
                continue;
            }
            while (n && n != node && !n->next)
                n = n->parent;
            n = n && n != node ? n->next : NULL;
        }
        xmlAddChild(root, node);
        xmlFreeDoc(fresh);
    }
    keep(in, doc);
    xmlFreeDoc(doc);
    return 0;
}

/* ---- the calls ------------------------------------------------------------------------------ */

char *
metadata_get(const struct metadata *in, int type, const char *uri, struct err *err)
{
    char *text = NULL;

    switch (type) {
    case VIR_DOMAIN_METADATA_DESCRIPTION:
        text = g_strdup(*in->description);
        break;
    case VIR_DOMAIN_METADATA_TITLE:
        text = g_strdup(*in->title);
        break;
    case VIR_DOMAIN_METADATA_ELEMENT:
        text = get_element(in, uri);
        break;
    default:
        fail(in, VIR_ERR_INVALID_ARG, err, "there is no metadata of type %d", type);
        return NULL;
    }
    if (!text)
        fail(in, in->err_missing, err, "%s '%s' has no such metadata", in->what, in->name);
    return text;
}

int
metadata_set(const struct metadata *in, int type, const char *text, const char *key, const char *uri,
             struct err *err)
{
    if (text && *text == '\0' && type != VIR_DOMAIN_METADATA_ELEMENT)
        text = NULL;
    switch (type) {
    case VIR_DOMAIN_METADATA_DESCRIPTION:
        *in->description = model_str(in->root, text);
        return 0;
    case VIR_DOMAIN_METADATA_TITLE:
        *in->title = model_str(in->root, text);
        return 0;
    case VIR_DOMAIN_METADATA_ELEMENT:
        return set_element(in, text, key, uri, err);
    default:
        return fail(in, VIR_ERR_INVALID_ARG, err, "there is no metadata of type %d", type);
    }
}

/* ---- of guests ------------------------------------------------------------------------------ */

static struct metadata
of_domain(struct domain_def *def)
{
    return (struct metadata){
        .root = def,
        .title = &def->title,
        .description = &def->description,
        .element = &def->metadata,
        .what = "guest",
        .name = def->name,
        .err_from = VIR_FROM_DOMAIN,
        .err_missing = VIR_ERR_NO_DOMAIN_METADATA,
    };
}

char *
domain_metadata_get(const struct domain_def *def, int type, const char *uri, struct err *err)
{
    const struct metadata in = of_domain((struct domain_def *)def);

    return metadata_get(&in, type, uri, err);
}

int
domain_metadata_set(struct domain_def *def, int type, const char *text, const char *key, const char *uri,
                    struct err *err)
{
    const struct metadata in = of_domain(def);

    return metadata_set(&in, type, text, key, uri, err);
}

struct event *
domain_metadata_event(const struct vm_view *view, int type, const char *uri)
{
    struct event *ev = domain_event(view, EVENT_DOMAIN, VIR_DOMAIN_EVENT_ID_METADATA_CHANGE);

    ev->u.metadata_change.type = type;
    ev->u.metadata_change.nsuri = type == VIR_DOMAIN_METADATA_ELEMENT ? g_strdup(uri) : NULL;
    return ev;
}
