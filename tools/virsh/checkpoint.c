/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checkpoints of domains. */
#include "cmd.h"
#include "diskspec.h"
#include "file.h"
#include "lookup.h"
#include "object.h"

#include <stdlib.h>
#include <string.h>

static bool
create(struct shell *sh, virDomainPtr dom, const char *xml, unsigned int flags, const char *from)
{
    g_autoptr(virDomainCheckpoint) c = virDomainCheckpointCreateXML(dom, xml, flags);
    if (!c)
        return false;
    if (from)
        say(sh, "Domain checkpoint %s created from '%s'", virDomainCheckpointGetName(c), from);
    else
        say(sh, "Domain checkpoint %s created", virDomainCheckpointGetName(c));
    return true;
}

bool
cmd_checkpoint_create(struct shell *sh, const struct call *call)
{
    unsigned int flags = 0;
    g_autofree char *xml = NULL;
    if (!opt_needs(sh, call, "redefine-validate", "redefine"))
        return false;
    if (opt_flag(call, "redefine"))
        flags |= VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE;
    if (opt_flag(call, "redefine-validate"))
        flags |= VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE_VALIDATE;
    if (opt_flag(call, "quiesce"))
        flags |= VIR_DOMAIN_CHECKPOINT_CREATE_QUIESCE;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || opt_file(sh, call, "xmlfile", &xml) < 0)
        return false;
    return create(sh, dom, xml ? xml : "<domaincheckpoint/>", flags, opt_text(call, "xmlfile"));
}

bool
cmd_checkpoint_create_as(struct shell *sh, const struct call *call)
{
    const char *name = NULL, *description = NULL;
    auto_xml_out struct xml_out x = {0};
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || opt_string(sh, call, "name", &name) < 0 ||
        opt_string(sh, call, "description", &description) < 0)
        return false;
    xo_open(&x, "<domaincheckpoint>");
    if (name)
        xo_line(&x, "<name>%s</name>", name);
    if (description)
        xo_line(&x, "<description>%s</description>", description);
    if (!diskspec_xml(sh, call, true, &x))
        return false;
    xo_close(&x, "domaincheckpoint");
    if (opt_flag(call, "print-xml")) {
        out(sh, "%s\n", x.s->str);
        return true;
    }
    return create(sh, dom, x.s->str, opt_flag(call, "quiesce") ? VIR_DOMAIN_CHECKPOINT_CREATE_QUIESCE : 0,
                  NULL);
}

static char *
parent_of(struct shell *sh, virDomainCheckpointPtr c)
{
    g_autoptr(virDomainCheckpoint) parent = virDomainCheckpointGetParent(c, 0);
    err_forget(sh);
    return parent ? g_strdup(virDomainCheckpointGetName(parent)) : NULL;
}

#define CHECKPOINT                                                                                           \
    g_autoptr(virDomain) dom = domain_of(sh, call);                                                          \
    g_autoptr(virDomainCheckpoint) c = dom ? checkpoint_of(sh, call, dom, NULL) : NULL;                      \
    if (!c)                                                                                                  \
    return false

bool
cmd_checkpoint_parent(struct shell *sh, const struct call *call)
{
    CHECKPOINT;
    g_autofree char *parent = parent_of(sh, c);
    if (!parent)
        return fail(sh, "checkpoint '%s' has no parent", virDomainCheckpointGetName(c));
    out(sh, "%s", parent);
    return true;
}

bool
cmd_checkpoint_dumpxml(struct shell *sh, const struct call *call)
{
    unsigned int flags = 0;
    if (opt_flag(call, "security-info"))
        flags |= VIR_DOMAIN_CHECKPOINT_XML_SECURE;
    if (opt_flag(call, "no-domain"))
        flags |= VIR_DOMAIN_CHECKPOINT_XML_NO_DOMAIN;
    if (opt_flag(call, "size"))
        flags |= VIR_DOMAIN_CHECKPOINT_XML_SIZE;
    CHECKPOINT;
    auto_lib char *xml = virDomainCheckpointGetXMLDesc(c, flags);
    return xml && xml_show(sh, call, xml);
}

bool
cmd_checkpoint_delete(struct shell *sh, const struct call *call)
{
    unsigned int flags = 0;
    bool only = opt_flag(call, "children-only");
    if (opt_flag(call, "children"))
        flags |= VIR_DOMAIN_CHECKPOINT_DELETE_CHILDREN;
    if (only)
        flags |= VIR_DOMAIN_CHECKPOINT_DELETE_CHILDREN_ONLY;
    if (opt_flag(call, "metadata"))
        flags |= VIR_DOMAIN_CHECKPOINT_DELETE_METADATA_ONLY;
    CHECKPOINT;
    const char *name = virDomainCheckpointGetName(c);
    if (virDomainCheckpointDelete(c, flags) < 0)
        return fail(sh, "Failed to delete checkpoint %s", name);
    say(sh, only ? "Domain checkpoint %s children deleted\n" : "Domain checkpoint %s deleted\n", name);
    return true;
}

bool
cmd_checkpoint_info(struct shell *sh, const struct call *call)
{
    CHECKPOINT;
    g_autoptr(props) p = props_new(15);
    prop(p, "Name", "%s", virDomainCheckpointGetName(c));
    prop(p, "Domain", "%s", virDomainGetName(dom));
    g_autofree char *parent = parent_of(sh, c);
    prop(p, "Parent", "%s", parent ? parent : "-");
    for (int all = 0; all < 2; all++) {
        virDomainCheckpointPtr *list = NULL;
        int n =
            virDomainCheckpointListAllChildren(c, &list, all ? VIR_DOMAIN_CHECKPOINT_LIST_DESCENDANTS : 0);
        if (n < 0)
            return false;
        prop(p, all ? "Descendants" : "Children", "%d", n);
        for (int i = 0; i < n; i++)
            virDomainCheckpointFree(list[i]);
        free(list);
    }
    props_print(sh, p);
    return true;
}

/* ---- checkpoint-edit ---- */

struct checkpoint_edit {
    virDomainPtr dom;
    virDomainCheckpointPtr c;
};

static char *
edit_get(struct shell *sh, void *ctx)
{
    return virDomainCheckpointGetXMLDesc(((struct checkpoint_edit *)ctx)->c,
                                         VIR_DOMAIN_CHECKPOINT_XML_SECURE);
}

static bool
edit_set(struct shell *sh, void *ctx, const char *xml)
{
    struct checkpoint_edit *e = ctx;
    g_autoptr(xml_doc) doc = xml_parse(xml);
    g_autofree char *name = doc ? xml_text(doc, NULL, "string(/domaincheckpoint/name)") : NULL;
    if (g_strcmp0(name, virDomainCheckpointGetName(e->c)) != 0)
        return fail(sh, "Cannot rename checkpoint %s to %s", virDomainCheckpointGetName(e->c),
                    name ? name : "nothing");
    g_autoptr(virDomainCheckpoint) made =
        virDomainCheckpointCreateXML(e->dom, xml, VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE);
    return made != NULL;
}

bool
cmd_checkpoint_edit(struct shell *sh, const struct call *call)
{
    CHECKPOINT;
    struct checkpoint_edit e = {dom, c};
    struct edit edit = {edit_get, edit_set, &e};
    enum edit_result r = edit_object(sh, &edit);
    if (r == EDIT_FAILED)
        return false;
    say(sh, r == EDIT_SAME ? "Checkpoint %s XML configuration not changed.\n" : "Checkpoint %s edited.\n",
        virDomainCheckpointGetName(c));
    return true;
}

/* ---- checkpoint-list ---- */

struct checkpoints {
    virDomainCheckpointPtr *list;
    int n;
    int *index;
};

static const char *
checkpoint_name(void *ctx, size_t i)
{
    return virDomainCheckpointGetName(((struct checkpoints *)ctx)->list[i]);
}

static int
checkpoint_parent(void *ctx, size_t i)
{
    return ((struct checkpoints *)ctx)->index[i];
}

COMPARE_BY(by_name, virDomainCheckpointPtr, virDomainCheckpointGetName)

static void
draw(struct shell *sh, virDomainCheckpointPtr *list, int n)
{
    struct checkpoints s = {list, n, g_new0(int, n + 1)};
    for (int i = 0; i < n; i++) {
        g_autofree char *parent = parent_of(sh, list[i]);
        s.index[i] = -1;
        for (int j = 0; j < n && parent; j++)
            if (strcmp(virDomainCheckpointGetName(list[j]), parent) == 0)
                s.index[i] = j;
    }
    tree_print(sh, n, checkpoint_name, checkpoint_parent, &s);
    g_free(s.index);
}

static bool
list_row(struct shell *sh, virDomainCheckpointPtr c, bool parents, table *t)
{
    auto_lib char *text = virDomainCheckpointGetXMLDesc(c, 0);
    g_autoptr(xml_doc) doc = text ? xml_parse(text) : NULL;
    if (!doc)
        return false;
    g_autofree char *when = xml_text(doc, NULL, "string(/domaincheckpoint/creationTime)");
    g_autoptr(GDateTime) time =
        when ? g_date_time_new_from_unix_local(g_ascii_strtoll(when, NULL, 10)) : NULL;
    g_autofree char *stamp = time ? g_date_time_format(time, "%Y-%m-%d %H:%M:%S %z") : g_strdup("");
    g_autofree char *parent = parents ? parent_of(sh, c) : NULL;
    table_row(t, virDomainCheckpointGetName(c), stamp, parent ? parent : "", NULL);
    return true;
}

bool
cmd_checkpoint_list(struct shell *sh, const struct call *call)
{
    bool parent = opt_flag(call, "parent"), tree = opt_flag(call, "tree"), names = opt_flag(call, "name"),
         ok = true;
    unsigned int flags = 0;
    virDomainCheckpointPtr *list = NULL;
    g_autoptr(virDomainCheckpoint) from = NULL;
    int n;
    if (!opt_exclusive(sh, call, "tree", "name", NULL) || !opt_exclusive(sh, call, "parent", "roots", NULL) ||
        !opt_exclusive(sh, call, "parent", "tree", NULL) || !opt_exclusive(sh, call, "roots", "tree", NULL) ||
        !opt_exclusive(sh, call, "roots", "from", NULL))
        return false;
    if (tree && (opt_flag(call, "leaves") || opt_flag(call, "no-leaves")))
        return fail(sh, "--%s and --tree are mutually exclusive",
                    opt_flag(call, "leaves") ? "leaves" : "no-leaves");
    if (opt_flag(call, "descendants") && !opt_flag(call, "from"))
        return fail(sh, "--descendants requires --from");
    if (opt_flag(call, "leaves"))
        flags |= VIR_DOMAIN_CHECKPOINT_LIST_LEAVES;
    if (opt_flag(call, "no-leaves"))
        flags |= VIR_DOMAIN_CHECKPOINT_LIST_NO_LEAVES;
    if (opt_flag(call, "topological"))
        flags |= VIR_DOMAIN_CHECKPOINT_LIST_TOPOLOGICAL;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    if (opt_flag(call, "from")) {
        from = virDomainCheckpointLookupByName(dom, opt_text(call, "from"), 0);
        if (!from)
            return false;
        if (opt_flag(call, "descendants"))
            flags |= VIR_DOMAIN_CHECKPOINT_LIST_DESCENDANTS;
        n = virDomainCheckpointListAllChildren(from, &list, flags);
    } else {
        if (opt_flag(call, "roots"))
            flags |= VIR_DOMAIN_CHECKPOINT_LIST_ROOTS;
        n = virDomainListAllCheckpoints(dom, &list, flags);
    }
    if (n < 0)
        return false;
    if (!opt_flag(call, "topological"))
        qsort(list, n, sizeof(*list), by_name);
    if (tree && from) {
        list = realloc(list, (n + 2) * sizeof(*list));
        memmove(list + 1, list, n * sizeof(*list));
        list[0] = g_steal_pointer(&from);
        n++;
    }
    if (tree) {
        draw(sh, list, n);
    } else if (names) {
        fact_list(sh);
        for (int i = 0; i < n; i++)
            out(sh, "%s\n", virDomainCheckpointGetName(list[i]));
    } else {
        g_autoptr(table) t = parent ? table_new("Name", "Creation Time", "Parent", NULL)
                                    : table_new("Name", "Creation Time", NULL);
        for (int i = 0; i < n && ok; i++)
            ok = list_row(sh, list[i], parent, t);
        if (ok)
            table_print(sh, t);
    }
    for (int i = 0; i < n; i++)
        virDomainCheckpointFree(list[i]);
    free(list);
    return ok;
}
