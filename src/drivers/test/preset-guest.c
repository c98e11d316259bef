/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * preset-guest: a guest of a described host: its document, and beside it in a namespace of this driver what
 * state it is in, whether its definition stays, whether a state was saved, and its snapshots.
 *
 * Called by: preset.c.  Waits: for reading files of snapshots.
 */
#include "drivers/test/guest.h"
#include "drivers/test/verbs.h"

#include "base/file.h"
#include "base/str.h"

#include <fcntl.h>
#include <libxml/tree.h>
#include <string.h>

#define ERR_FROM VIR_FROM_TEST

#define FILE_MAX (16u << 20)

/* The next child of our namespace and that name, from `node` on. */
static xmlNodePtr
find(xmlNodePtr node, const char *name, bool ours)
{
    for (; node; node = node->next)
        if (node->type == XML_ELEMENT_NODE && xmlStrEqual(node->name, (const xmlChar *)name) &&
            (!ours || (node->ns && xmlStrEqual(node->ns->href, (const xmlChar *)TEST_NAMESPACE))))
            return node;
    return NULL;
}

/* ---- state ---------------------------------------------------------------------------------- */

static int
read_state(xmlNodePtr root, struct test_preset *preset, struct err *err)
{
    xmlNodePtr node = find(root->children, "runstate", true);
    xmlChar *text = node ? xmlNodeGetContent(node) : NULL;
    unsigned state = VIR_DOMAIN_RUNNING;
    bool bad = text && *text && str_to_uint((const char *)text, 10, &state) < 0;

    xmlFree(text);
    if (bad || state > VIR_DOMAIN_PMSUSPENDED)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "<runstate> of a preset guest is not the number of a virDomainState");
    preset->state = (int)state;
    preset->transient = find(root->children, "transient", true) != NULL;
    preset->saved = find(root->children, "hasmanagedsave", true) != NULL;
    if (preset->transient && preset->state == VIR_DOMAIN_SHUTOFF)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "a preset guest that is transient cannot be off: there would be none");
    if (preset->saved && preset->state != VIR_DOMAIN_SHUTOFF)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "a preset guest whose state was saved has to be off (<runstate>5</runstate>)");
    return 0;
}

int
test_preset_read(const char *xml, struct test_preset *preset, struct err *err)
{
    xmlDocPtr doc = test_preset_parse(xml, NULL);
    xmlNodePtr root = doc ? xmlDocGetRootElement(doc) : NULL;
    int r = root ? read_state(root, preset, err) : 0; /* what is no document is told by its parser */

    xmlFreeDoc(doc);
    return r;
}

/* ---- snapshots ------------------------------------------------------------------------------ */

struct shot { char *xml; char *parent; bool current; };

static void
shot_clear(void *arg)
{
    struct shot *shot = arg;

    g_free(shot->xml);
    g_free(shot->parent);
}

static char *
text_below(xmlNodePtr parent, const char *name)
{
    xmlNodePtr node = find(parent->children, name, false);
    xmlChar *text = node ? xmlNodeGetContent(node) : NULL;
    char *copy = g_strdup((const char *)text);

    xmlFree(text);
    return copy;
}

static char *
node_text(xmlNodePtr node)
{
    xmlBufferPtr buf = xmlBufferCreate();
    char *text;

    xmlNodeDump(buf, node->doc, node, 0, 0);
    text = g_strdup((const char *)xmlBufferContent(buf));
    xmlBufferFree(buf);
    return text;
}

/* The guest in it becomes what it means here. */
static int
complete_domain(xmlNodePtr node, struct err *err)
{
    g_autofree char *text = node_text(node), *meant = NULL;
    DOMAIN_DEF_AUTO def = NULL;
    xmlDocPtr doc;

    if (test_parse(text, false, &def, err) < 0)
        return -1;
    meant = domain_def_format(def, MODEL_FORMAT_SECURE);
    doc = test_preset_parse(meant, err);
    xmlReplaceNode(node, xmlDocCopyNode(xmlDocGetRootElement(doc), node->doc, 1));
    xmlFreeNode(node);
    xmlFreeDoc(doc);
    return 0;
}

static int
shot_from(xmlNodePtr node, struct shot *shot, struct err *err)
{
    xmlNodePtr parent = find(node->children, "parent", false), domain;
    g_autofree char *active = text_below(node, "active");
    xmlDocPtr alone;
    xmlNodePtr copy;
    int r;

    if (!find(node->children, "name", false))
        return err_set_from(err, VIR_FROM_DOMAIN_SNAPSHOT, VIR_ERR_XML_ERROR,
                            "a preset snapshot has no <name>");
    if (!active)
        return err_set_from(err, VIR_FROM_DOMAIN_SNAPSHOT, VIR_ERR_INTERNAL_ERROR,
                            "a preset snapshot does not say in <active> whether it is the current one");
    shot->current = strcmp(active, "0") != 0;
    shot->parent = parent ? text_below(parent, "name") : NULL;
    alone = xmlNewDoc((const xmlChar *)"1.0");
    copy = xmlDocCopyNode(node, alone, 1);
    xmlNodeSetName(copy, (const xmlChar *)"domainsnapshot");
    xmlSetNs(copy, NULL);
    xmlDocSetRootElement(alone, copy);
    copy = find(copy->children, "active", false);
    xmlUnlinkNode(copy);
    xmlFreeNode(copy);
    domain = find(xmlDocGetRootElement(alone)->children, "domain", false);
    r = domain ? complete_domain(domain, err) : 0;
    shot->xml = node_text(xmlDocGetRootElement(alone));
    xmlFreeDoc(alone);
    return r;
}

static int
read_shot(xmlNodePtr node, const char *folder, struct shot *shot, struct err *err)
{
    xmlChar *file = xmlGetProp(node, (const xmlChar *)"file");
    g_autofree char *path = NULL, *text = NULL;
    xmlDocPtr doc;
    int r;

    if (!file)
        return shot_from(node, shot, err);
    path = folder && !g_path_is_absolute((char *)file) ? g_build_filename(folder, file, NULL)
                                                       : g_strdup((char *)file);
    xmlFree(file);
    if (file_read(AT_FDCWD, path, FILE_MAX, &text, NULL) < 0)
        return err_set(err, VIR_ERR_XML_ERROR, "cannot read the preset snapshot '%s'", path);
    doc = test_preset_parse(text, err);
    r = doc && xmlDocGetRootElement(doc) ? shot_from(xmlDocGetRootElement(doc), shot, err) : -1;
    xmlFreeDoc(doc);
    return r;
}

/* Parents before their children, in whatever order they stand. */
static int
make_shots(struct test_driver *drv, const struct domain_ref *dom, GArray *shots, struct err *err)
{
    struct drv_conn conn = { .hypervisor_state = drv, .guests = drv->registry };
    guint left = shots->len;

    while (left) {
        bool progress = false;
        ERR_AUTO last = ERR_INIT;

        for (guint i = 0; i < shots->len; i++) {
            struct shot *shot = &g_array_index(shots, struct shot, i);
            struct domain_snapshot_ref made = { 0 };
            unsigned flags = VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE |
                             (shot->current ? VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT : 0);

            if (!shot->xml)
                continue;
            err_clear(&last);
            if (test_domain_snapshot_create_xml(&conn, dom, shot->xml, flags, &made, &last) < 0)
                continue;
            domain_snapshot_ref_clear(&made);
            g_clear_pointer(&shot->xml, g_free);
            progress = true;
            left--;
        }
        if (!progress) {
            err_move(err, &last);
            return -1;
        }
    }
    return 0;
}

static int
load_shots(struct test_driver *drv, const struct domain_ref *dom, xmlNodePtr root, const char *folder,
           struct err *err)
{
    g_autoptr(GArray) shots = g_array_new(FALSE, TRUE, sizeof(struct shot));
    unsigned current = 0;

    g_array_set_clear_func(shots, shot_clear);
    for (xmlNodePtr node = find(root->children, "domainsnapshot", true); node;
         node = find(node->next, "domainsnapshot", true)) {
        g_array_set_size(shots, shots->len + 1);
        if (read_shot(node, folder, &g_array_index(shots, struct shot, shots->len - 1), err) < 0)
            return -1;
        current += g_array_index(shots, struct shot, shots->len - 1).current;
    }
    if (current > 1)
        return err_set(err, VIR_ERR_INTERNAL_ERROR,
                       "%u preset snapshots of guest '%s' claim to be the current one", current, dom->name);
    return make_shots(drv, dom, shots, err);
}

/* ---- all ------------------------------------------------------------------------------------ */

static int
begin_life(struct test_driver *drv, const char *xml, const struct test_preset *preset, struct domain_ref *ref,
           struct err *err)
{
    const struct turn_request req = { .turn_class = TURN_MODIFY, .api = "preset" };
    struct vm_change change = { .what = CHANGE_CONFIG | CHANGE_MANAGED_SAVE, .managed_save = preset->saved };
    DOMAIN_DEF_AUTO def = NULL;
    TURN_AUTO turn = NULL;

    if (test_parse(xml, false, &def, err) < 0 ||
        registry_claim(drv->registry, def->name, def->uuid, CLAIM_NEW, &req, &turn, NULL, err) < 0)
        return -1;
    if (!preset->transient) {
        change.config = domain_def_copy(def);
        if (turn_publish(turn, &change, err) < 0)
            return -1;
    }
    if (preset->state != VIR_DOMAIN_SHUTOFF &&
        turn_start_run(turn, &(struct run_start){ .state = preset->state, .live = domain_def_copy(def) },
                       err) < 0)
        return -1;
    view_to_ref(turn_view(turn), ref);
    return 0;
}

int
test_guest_load(struct test_driver *drv, const char *xml, const char *folder, struct err *err)
{
    xmlDocPtr doc = test_preset_parse(xml, NULL);
    xmlNodePtr root = doc ? xmlDocGetRootElement(doc) : NULL;
    struct test_preset preset = { .state = VIR_DOMAIN_RUNNING };
    struct domain_ref ref = { 0 };
    int r =
        root ? read_state(root, &preset, err) : 0; /* what is wrong with the document is told by its parser */

    if (r == 0)
        r = begin_life(drv, xml, &preset, &ref, err);
    if (r == 0)
        r = load_shots(drv, &ref, root, folder, err);
    domain_ref_clear(&ref);
    xmlFreeDoc(doc);
    return r;
}
