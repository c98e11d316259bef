/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * cpu-document: see cpu-document.h.
 */
#include "driver/cpu-document.h"

#include <glib.h>
#include <libxml/parser.h>
#include <string.h>

#define ERR_FROM VIR_FROM_CPU

void
cpu_clear(struct cpu *cpu)
{
    g_free(cpu->model);
    g_free(cpu->vendor);
    xmlFreeDoc(cpu->doc);
}

static void
quiet(void *ctx, const char *msg, ...)
{
}

static char *
text_of(xmlNodePtr root, const char *name)
{
    for (xmlNodePtr node = root->children; node; node = node->next)
        if (node->type == XML_ELEMENT_NODE && xmlStrEqual(node->name, (const xmlChar *)name)) {
            xmlChar *text = xmlNodeGetContent(node);
            char *copy = *text ? g_strdup((const char *)text) : NULL;

            xmlFree(text);
            return copy;
        }
    return NULL;
}

/* Whether a guest asks for it to be missing. */
static bool
is_unwanted(xmlNodePtr feature)
{
    xmlChar *policy = xmlGetProp(feature, (const xmlChar *)"policy");
    bool no =
        xmlStrEqual(policy, (const xmlChar *)"disable") || xmlStrEqual(policy, (const xmlChar *)"forbid");

    xmlFree(policy);
    return no;
}

/* Names of features: each once.  Only processors of PCs have features that are known here. */
static int
read_features(struct cpu *cpu, xmlNodePtr root, bool known, struct err *err)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (xmlNodePtr node = root->children; node; node = node->next) {
        if (node->type != XML_ELEMENT_NODE || !xmlStrEqual(node->name, (const xmlChar *)"feature"))
            continue;
        xmlChar *text = xmlGetProp(node, (const xmlChar *)"name");
        g_autofree char *name = g_strdup((const char *)text);

        xmlFree(text);
        if (!name || !*name)
            return err_set(err, VIR_ERR_XML_ERROR, "a <feature> of a processor has no name");
        if (g_hash_table_contains(seen, name))
            return err_set(err, VIR_ERR_XML_ERROR, "a processor has the feature '%s' twice", name);
        if (known && !cpu_set_add(&cpu->has, name))
            return err_set(err, VIR_ERR_INTERNAL_ERROR, "no feature '%s' of processors is known", name);
        if (known && is_unwanted(node))
            cpu_set_put(&cpu->has, (size_t)cpu_feature_find(name), false);
        g_hash_table_add(seen, g_steal_pointer(&name));
    }
    return 0;
}

/* What only the <cpu> of a guest has. */
static int
check_host(xmlNodePtr root, bool guest, struct err *err)
{
    static const char *const own[] = { "mode", "migratable" };

    for (size_t i = 0; i < G_N_ELEMENTS(own); i++)
        if (xmlHasProp(root, (const xmlChar *)own[i]))
            return err_set(err, guest ? VIR_ERR_XML_ERROR : VIR_ERR_CONFIG_UNSUPPORTED,
                           "the document of a processor has %s=, as only the <cpu> of a guest can", own[i]);
    return 0;
}

int
cpu_read(const char *xml, bool guest, struct cpu *cpu, struct err *err)
{
    xmlParserCtxtPtr ctxt = xmlNewParserCtxt();
    g_autofree char *arch = NULL;
    xmlNodePtr root;

    ctxt->sax->error = ctxt->sax->warning = quiet;
    cpu->doc = xmlCtxtReadMemory(ctxt, xml, (int)strlen(xml), NULL, NULL, XML_PARSE_NONET);
    xmlFreeParserCtxt(ctxt);
    root = cpu->doc ? xmlDocGetRootElement(cpu->doc) : NULL;
    if (!root)
        return err_set(err, VIR_ERR_XML_DETAIL, "the document of a processor is not well-formed XML: %.200s",
                       xml);
    if (!xmlStrEqual(root->name, (const xmlChar *)"cpu"))
        return err_set(err, VIR_ERR_XML_ERROR,
                       "the document of a processor begins with <%s> and has to be <cpu>",
                       (const char *)root->name);
    arch = text_of(root, "arch");
    if ((arch || !guest) && check_host(root, guest, err) < 0)
        return -1;
    cpu->model = text_of(root, "model");
    cpu->vendor = text_of(root, "vendor");
    if (!arch && !guest)
        return err_set(err, VIR_ERR_XML_ERROR, "the document of a processor has no <arch>");
    cpu->arch = arch ? (enum arch)model_enum_from(&arch_enum, arch) : ARCH_UNSET;
    if (arch && !cpu->arch)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "'%s' in the document of a processor is no architecture", arch);
    if (!cpu->model)
        return err_set(err, VIR_ERR_XML_ERROR, "the document of a processor has no <model>");
    return read_features(cpu, root, false, err);
}

int
cpu_know(struct cpu *cpu, struct err *err)
{
    const struct cpu_kind *model = cpu_kind_find(cpu->model);

    if (!model)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "no processor '%s' is known", cpu->model);
    cpu->has = model->has;
    return read_features(cpu, xmlDocGetRootElement(cpu->doc), true, err);
}
