/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * machine: what a document of a test host says of its processors and memory.
 *
 * Called by: preset.c.  Nothing waits.
 */
#include "drivers/test/test.h"

#include "base/str.h"

#include <libxml/tree.h>

#define ERR_FROM VIR_FROM_TEST

/* The number in an element's text: 1 if it is there, 0 if not, -1 with err. */
static int
number_in(xmlNodePtr parent, const char *name, unsigned *value, struct err *err)
{
    for (xmlNodePtr node = parent->children; node; node = node->next) {
        xmlChar *text;
        int r;

        if (node->type != XML_ELEMENT_NODE || !xmlStrEqual(node->name, (const xmlChar *)name))
            continue;
        text = xmlNodeGetContent(node);
        if (text && *text == '\0') { /* says nothing */
            xmlFree(text);
            return 0;
        }
        r = str_to_uint((const char *)text, 10, value);
        if (r < 0)
            err_set(err, VIR_ERR_XML_ERROR, "'%s' in <%s> of the test host is not a number",
                    (const char *)text, name);
        xmlFree(text);
        return r < 0 ? -1 : 1;
    }
    return 0;
}

static int
load_cpu(virNodeInfoPtr info, xmlNodePtr cpu, struct err *err)
{
    int active = 0;

    if (number_in(cpu, "nodes", &info->nodes, err) < 0 ||
        number_in(cpu, "sockets", &info->sockets, err) < 0 ||
        number_in(cpu, "cores", &info->cores, err) < 0 ||
        number_in(cpu, "threads", &info->threads, err) < 0 ||
        (active = number_in(cpu, "active", &info->cpus, err)) < 0 ||
        number_in(cpu, "mhz", &info->mhz, err) < 0)
        return -1;
    if (!active)
        info->cpus = info->nodes * info->sockets * info->cores * info->threads;
    for (xmlNodePtr node = cpu->children; node; node = node->next) {
        xmlChar *text;
        size_t n;

        if (node->type != XML_ELEMENT_NODE || !xmlStrEqual(node->name, (const xmlChar *)"model"))
            continue;
        text = xmlNodeGetContent(node);
        n = *text ? g_strlcpy(info->model, (const char *)text, sizeof(info->model)) : 0;
        xmlFree(text);
        if (n >= sizeof(info->model))
            return err_set(err, VIR_ERR_INTERNAL_ERROR,
                           "the model of the test host's processor has more than %zu characters",
                           sizeof(info->model) - 1);
    }
    return 0;
}

static int
load(virNodeInfoPtr info, xmlNodePtr root, struct err *err)
{
    unsigned memory = 0;
    int given;

    *info = (virNodeInfo){ .model = "i686",
                           .memory = 3072 * 1024,
                           .cpus = 16,
                           .mhz = 1400,
                           .nodes = 2,
                           .sockets = 2,
                           .cores = 2,
                           .threads = 2 };
    for (xmlNodePtr node = root->children; node; node = node->next)
        if (node->type == XML_ELEMENT_NODE && xmlStrEqual(node->name, (const xmlChar *)"cpu") &&
            load_cpu(info, node, err) < 0)
            return -1;
    given = number_in(root, "memory", &memory, err);
    if (given > 0)
        info->memory = memory;
    return given < 0 ? -1 : 0;
}

int
test_machine_load(virNodeInfoPtr info, const char *xml, struct err *err)
{
    xmlDocPtr doc = test_preset_parse(xml, err);
    xmlNodePtr root = doc ? xmlDocGetRootElement(doc) : NULL;
    int r = root ? load(info, root, err) : -1;

    xmlFreeDoc(doc);
    return r;
}
