/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Snapshots of domains. */
#include "cmd.h"
#include "diskspec.h"
#include "file.h"
#include "lookup.h"
#include "object.h"
#include "xml.h"

#include <stdlib.h>
#include <string.h>

static bool
create(struct shell *sh, virDomainPtr dom, const char *xml, unsigned int flags, const char *from)
{
    g_autoptr(virDomainSnapshot) snap = NULL;
    /* Halting is a flag for hypervisors too, validation and atomicity are for newer ones. */
    snap = virDomainSnapshotCreateXML(dom, xml, flags);
    if (!snap)
        return false;
    const char *name = virDomainSnapshotGetName(snap);
    if (from)
        say(sh, "Domain snapshot %s created from '%s'", name, from);
    else
        say(sh, "Domain snapshot %s created", name);
    return true;
}

static unsigned int
create_flags(const struct call *call)
{
    static const struct {
        const char *option;
        unsigned int flag;
    } map[] = {
        { "redefine", VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE },
        { "current", VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT },
        { "no-metadata", VIR_DOMAIN_SNAPSHOT_CREATE_NO_METADATA },
        { "halt", VIR_DOMAIN_SNAPSHOT_CREATE_HALT },
        { "disk-only", VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY },
        { "reuse-external", VIR_DOMAIN_SNAPSHOT_CREATE_REUSE_EXT },
        { "quiesce", VIR_DOMAIN_SNAPSHOT_CREATE_QUIESCE },
        { "atomic", VIR_DOMAIN_SNAPSHOT_CREATE_ATOMIC },
        { "live", VIR_DOMAIN_SNAPSHOT_CREATE_LIVE },
        { "validate", VIR_DOMAIN_SNAPSHOT_CREATE_VALIDATE },
    };
    unsigned int flags = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(map); i++)
        if (option_find(call->def, map[i].option) && opt_flag(call, map[i].option))
            flags |= map[i].flag;
    return flags;
}

bool
cmd_snapshot_create(struct shell *sh, const struct call *call)
{
    g_autofree char *xml = NULL;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || opt_file(sh, call, "xmlfile", &xml) < 0)
        return false;
    return create(sh, dom, xml ? xml : "<domainsnapshot/>", create_flags(call), opt_text(call, "xmlfile"));
}

/* [file=]name[,snapshot=type] */
static bool
memory_xml(struct shell *sh, const char *text, struct xml_out *x)
{
    const char *file = NULL, *kind = NULL;
    g_auto(GStrv) parts = comma_list(text);
    for (size_t i = 0; parts[i]; i++) {
        if (!kind && g_str_has_prefix(parts[i], "snapshot="))
            kind = parts[i] + strlen("snapshot=");
        else if (!file && g_str_has_prefix(parts[i], "file="))
            file = parts[i] + strlen("file=");
        else if (!file && parts[i][0] == '/')
            file = parts[i];
        else
            return fail(sh, "unable to parse memspec: %s", text);
    }
    g_autofree char *a = kind ? xml_fmt(" snapshot='%s'", kind) : g_strdup("");
    g_autofree char *b = file ? xml_fmt(" file='%s'", file) : g_strdup("");
    xo_raw(x, "<memory%s%s/>", a, b);
    return true;
}

bool
cmd_snapshot_create_as(struct shell *sh, const struct call *call)
{
    const char *name = NULL, *description = NULL, *memory = NULL;
    auto_xml_out struct xml_out x = {0};
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || opt_string(sh, call, "name", &name) < 0 ||
        opt_string(sh, call, "description", &description) < 0 || opt_string(sh, call, "memspec", &memory) < 0)
        return false;
    xo_open(&x, "<domainsnapshot>");
    if (name)
        xo_line(&x, "<name>%s</name>", name);
    if (description)
        xo_line(&x, "<description>%s</description>", description);
    if (memory && !memory_xml(sh, memory, &x))
        return false;
    if (!diskspec_xml(sh, call, false, &x))
        return false;
    xo_close(&x, "domainsnapshot");
    if (opt_flag(call, "print-xml")) {
        out(sh, "%s\n", x.s->str);
        return true;
    }
    return create(sh, dom, x.s->str, create_flags(call), NULL);
}

/* The snapshot named, or with --current the current one. */
static virDomainSnapshotPtr
snapshot_of(struct shell *sh, const struct call *call, virDomainPtr dom, bool exclusive)
{
    const char *name = NULL;
    bool current = option_find(call->def, "current") && opt_flag(call, "current");
    if (opt_string(sh, call, "snapshotname", &name) < 0)
        return NULL;
    if (exclusive && current && name) {
        fail(sh, "Options --%s and --%s are mutually exclusive", "current", "snapshotname");
        return NULL;
    }
    if (name)
        return virDomainSnapshotLookupByName(dom, name, 0);
    if (current)
        return virDomainSnapshotCurrent(dom, 0);
    fail(sh, "--snapshotname or --current is required");
    return NULL;
}

bool
cmd_snapshot_dumpxml(struct shell *sh, const struct call *call)
{
    const char *name = NULL;
    if (opt_string(sh, call, "snapshotname", &name) <= 0)
        return false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    g_autoptr(virDomainSnapshot) snap = dom ? virDomainSnapshotLookupByName(dom, name, 0) : NULL;
    auto_lib char *xml = snap ? virDomainSnapshotGetXMLDesc(snap, opt_flag(call, "security-info")
                                                                      ? VIR_DOMAIN_SNAPSHOT_XML_SECURE : 0)
                              : NULL;
    return xml && xml_show(sh, call, xml);
}

/* The parent's name, or NULL; asks no error of hypervisors that have none. */
static char *
parent_of(struct shell *sh, virDomainSnapshotPtr snap)
{
    g_autoptr(virDomainSnapshot) parent = virDomainSnapshotGetParent(snap, 0);
    err_forget(sh);
    return parent ? g_strdup(virDomainSnapshotGetName(parent)) : NULL;
}

bool
cmd_snapshot_parent(struct shell *sh, const struct call *call)
{
    g_autoptr(virDomain) dom = domain_of(sh, call);
    g_autoptr(virDomainSnapshot) snap = dom ? snapshot_of(sh, call, dom, true) : NULL;
    if (!snap)
        return false;
    g_autofree char *parent = parent_of(sh, snap);
    if (!parent)
        return fail(sh, "snapshot '%s' has no parent", virDomainSnapshotGetName(snap));
    out(sh, "%s", parent);
    return true;
}

bool
cmd_snapshot_current(struct shell *sh, const struct call *call)
{
    const char *name = NULL;
    unsigned int flags = opt_flag(call, "security-info") ? VIR_DOMAIN_SNAPSHOT_XML_SECURE : 0;
    if (!opt_exclusive(sh, call, "name", "snapshotname", NULL))
        return false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || opt_string(sh, call, "snapshotname", &name) < 0)
        return false;
    if (name) {
        g_autoptr(virDomainSnapshot) snap = virDomainSnapshotLookupByName(dom, name, 0);
        auto_lib char *xml = snap ? virDomainSnapshotGetXMLDesc(snap, VIR_DOMAIN_SNAPSHOT_XML_SECURE) : NULL;
        if (!xml)
            return false;
        g_autoptr(virDomainSnapshot) set = virDomainSnapshotCreateXML(
            dom, xml, VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE | VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT);
        if (!set)
            return false;
        say(sh, "Snapshot %s set as current", name);
        return true;
    }
    int has = virDomainHasCurrentSnapshot(dom, 0);
    if (has < 0)
        return false;
    if (!has)
        return fail(sh, "domain '%s' has no current snapshot", virDomainGetName(dom));
    g_autoptr(virDomainSnapshot) snap = virDomainSnapshotCurrent(dom, 0);
    if (!snap)
        return false;
    if (opt_flag(call, "name")) {
        out(sh, "%s", virDomainSnapshotGetName(snap));
        return true;
    }
    auto_lib char *xml = virDomainSnapshotGetXMLDesc(snap, flags);
    if (!xml)
        return false;
    out(sh, "%s", xml);
    return true;
}

bool
cmd_snapshot_delete(struct shell *sh, const struct call *call)
{
    unsigned int flags = 0;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    g_autoptr(virDomainSnapshot) snap = dom ? snapshot_of(sh, call, dom, true) : NULL;
    if (!snap)
        return false;
    const char *name = virDomainSnapshotGetName(snap);
    bool only = opt_flag(call, "children-only");
    if (opt_flag(call, "children"))
        flags |= VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN;
    if (only)
        flags |= VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN_ONLY;
    if (opt_flag(call, "metadata"))
        flags |= VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY;
    if (virDomainSnapshotDelete(snap, flags) < 0)
        return fail(sh, "Failed to delete snapshot %s", name);
    say(sh, only ? "Domain snapshot %s children deleted\n" : "Domain snapshot %s deleted\n", name);
    return true;
}

bool
cmd_snapshot_revert(struct shell *sh, const struct call *call)
{
    unsigned int flags = 0;
    if (opt_flag(call, "running"))
        flags |= VIR_DOMAIN_SNAPSHOT_REVERT_RUNNING;
    if (opt_flag(call, "paused"))
        flags |= VIR_DOMAIN_SNAPSHOT_REVERT_PAUSED;
    if (opt_flag(call, "reset-nvram"))
        flags |= VIR_DOMAIN_SNAPSHOT_REVERT_RESET_NVRAM;
    if (opt_flag(call, "force"))
        flags |= VIR_DOMAIN_SNAPSHOT_REVERT_FORCE;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    g_autoptr(virDomainSnapshot) snap = dom ? snapshot_of(sh, call, dom, true) : NULL;
    if (!snap)
        return false;
    if (virDomainRevertToSnapshot(snap, flags) < 0)
        return fail(sh, "Failed to revert snapshot %s", virDomainSnapshotGetName(snap));
    say(sh, "Domain snapshot %s reverted\n", virDomainSnapshotGetName(snap));
    return true;
}

bool
cmd_snapshot_info(struct shell *sh, const struct call *call)
{
    g_autoptr(virDomain) dom = domain_of(sh, call);
    g_autoptr(virDomainSnapshot) snap = dom ? snapshot_of(sh, call, dom, true) : NULL;
    auto_lib char *text = snap ? virDomainSnapshotGetXMLDesc(snap, 0) : NULL;
    g_autoptr(xml_doc) doc = text ? xml_parse(text) : NULL;
    g_autoptr(props) p = props_new(15);
    if (!doc)
        return false;
    prop(p, "Name", "%s", virDomainSnapshotGetName(snap));
    prop(p, "Domain", "%s", virDomainGetName(dom));
    int current = virDomainSnapshotIsCurrent(snap, 0);
    if (current >= 0)
        prop(p, "Current", "%s", current ? "yes" : "no");
    g_autofree char *state = xml_text(doc, NULL, "string(/domainsnapshot/state)");
    if (!state)
        return fail(sh, "unexpected problem reading snapshot xml");
    prop(p, "State", "%s", state);
    g_autofree char *memory = xml_text(doc, NULL, "string(/domainsnapshot/memory/@snapshot)");
    g_autoptr(GPtrArray) outside = xml_nodes(doc, NULL, "/domainsnapshot/disks/disk[@snapshot='external']");
    bool external = strcmp(state, "disk-snapshot") == 0 || g_strcmp0(memory, "external") == 0 ||
                    (outside->len && g_strcmp0(memory, "internal") != 0);
    prop(p, "Location", "%s", external ? "external" : "internal");
    g_autofree char *parent = parent_of(sh, snap);
    prop(p, "Parent", "%s", parent ? parent : "-");
    int n = virDomainSnapshotNumChildren(snap, 0);
    if (n >= 0)
        prop(p, "Children", "%d", n);
    n = virDomainSnapshotNumChildren(snap, VIR_DOMAIN_SNAPSHOT_LIST_DESCENDANTS);
    if (n >= 0)
        prop(p, "Descendants", "%d", n);
    n = virDomainSnapshotHasMetadata(snap, 0);
    if (n >= 0)
        prop(p, "Metadata", "%s", n ? "yes" : "no");
    err_forget(sh);
    props_print(sh, p);
    return true;
}

/* ---- snapshot-edit ---- */

struct snapshot_edit {
    virDomainPtr dom;
    virDomainSnapshotPtr snap;
    bool rename, clone, current;
    char *old, *name;
};

static char *
edit_get(struct shell *sh, void *ctx)
{
    return virDomainSnapshotGetXMLDesc(((struct snapshot_edit *)ctx)->snap, VIR_DOMAIN_SNAPSHOT_XML_SECURE);
}

static bool
edit_set(struct shell *sh, void *ctx, const char *xml)
{
    struct snapshot_edit *e = ctx;
    g_autoptr(xml_doc) doc = xml_parse(xml);
    g_autofree char *name = doc ? xml_text(doc, NULL, "string(/domainsnapshot/name)") : NULL;
    bool same = g_strcmp0(name, e->old) == 0;
    if (!name)
        return fail(sh, "the edited document has no name");
    if (!same && !e->rename && !e->clone)
        return fail(sh, "Must use --rename or --clone to change %s to %s", e->old, name);
    if (same && e->clone)
        return fail(sh, "Cannot clone %s under its own name", e->old);
    unsigned int flags =
        VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE | (e->current ? VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT : 0);
    g_autoptr(virDomainSnapshot) made = virDomainSnapshotCreateXML(e->dom, xml, flags);
    if (!made)
        return false;
    if (e->rename && !same && virDomainSnapshotDelete(e->snap, VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY) < 0)
        return fail(sh, "Failed to clean up %s", e->old);
    e->name = g_strdup(name);
    return true;
}

bool
cmd_snapshot_edit(struct shell *sh, const struct call *call)
{
    if (!opt_exclusive(sh, call, "rename", "clone", NULL))
        return false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    g_autoptr(virDomainSnapshot) snap = dom ? snapshot_of(sh, call, dom, false) : NULL;
    if (!snap)
        return false;
    struct snapshot_edit e = {dom, snap, opt_flag(call, "rename"), opt_flag(call, "clone"),
                              opt_flag(call, "current"), g_strdup(virDomainSnapshotGetName(snap)), NULL};
    struct edit edit = {edit_get, edit_set, &e};
    enum edit_result r = edit_object(sh, &edit);
    if (r == EDIT_SAME)
        say(sh, "Snapshot %s XML configuration not changed.\n", e.old);
    else if (r == EDIT_DONE && e.clone)
        say(sh, "Snapshot %s cloned to %s.\n", e.old, e.name);
    else if (r == EDIT_DONE && e.rename && strcmp(e.old, e.name) != 0)
        say(sh, "Snapshot %s renamed to %s.\n", e.old, e.name);
    else if (r == EDIT_DONE)
        say(sh, "Snapshot %s edited.\n", e.old);
    g_free(e.old);
    g_free(e.name);
    return r != EDIT_FAILED;
}

/* ---- snapshot-list ---- */

struct snapshots {
    virDomainSnapshotPtr *list;
    int n;
    char **parents; /* names */
    int *index;
};

static const char *
snapshot_name(void *ctx, size_t i)
{
    return virDomainSnapshotGetName(((struct snapshots *)ctx)->list[i]);
}

static int
snapshot_parent(void *ctx, size_t i)
{
    return ((struct snapshots *)ctx)->index[i];
}

COMPARE_BY(by_name, virDomainSnapshotPtr, virDomainSnapshotGetName)

static bool
list_row(struct shell *sh, virDomainSnapshotPtr snap, bool parents, const char *parent, table *t)
{
    auto_lib char *text = virDomainSnapshotGetXMLDesc(snap, 0);
    g_autoptr(xml_doc) doc = text ? xml_parse(text) : NULL;
    if (!doc)
        return false;
    g_autofree char *state = xml_text(doc, NULL, "string(/domainsnapshot/state)");
    g_autofree char *when = xml_text(doc, NULL, "string(/domainsnapshot/creationTime)");
    g_autoptr(GDateTime) time =
        when ? g_date_time_new_from_unix_local(g_ascii_strtoll(when, NULL, 10)) : NULL;
    g_autofree char *stamp = time ? g_date_time_format(time, "%Y-%m-%d %H:%M:%S %z") : g_strdup("");
    if (parents)
        table_row(t, virDomainSnapshotGetName(snap), stamp, state ? state : "", parent ? parent : "", NULL);
    else
        table_row(t, virDomainSnapshotGetName(snap), stamp, state ? state : "", NULL);
    return true;
}

bool
cmd_snapshot_list(struct shell *sh, const struct call *call)
{
    static const struct {
        const char *option;
        unsigned int flag;
    } map[] = {
        { "leaves", VIR_DOMAIN_SNAPSHOT_LIST_LEAVES },
        { "no-leaves", VIR_DOMAIN_SNAPSHOT_LIST_NO_LEAVES },
        { "metadata", VIR_DOMAIN_SNAPSHOT_LIST_METADATA },
        { "no-metadata", VIR_DOMAIN_SNAPSHOT_LIST_NO_METADATA },
        { "inactive", VIR_DOMAIN_SNAPSHOT_LIST_INACTIVE },
        { "active", VIR_DOMAIN_SNAPSHOT_LIST_ACTIVE },
        { "disk-only", VIR_DOMAIN_SNAPSHOT_LIST_DISK_ONLY },
        { "internal", VIR_DOMAIN_SNAPSHOT_LIST_INTERNAL },
        { "external", VIR_DOMAIN_SNAPSHOT_LIST_EXTERNAL },
        { "topological", VIR_DOMAIN_SNAPSHOT_LIST_TOPOLOGICAL },
    };
    bool parent = opt_flag(call, "parent"), tree = opt_flag(call, "tree"), names = opt_flag(call, "name"),
         current = opt_flag(call, "current"), roots = opt_flag(call, "roots");
    unsigned int flags = 0;
    struct snapshots s = {0};
    bool ok = true;
    if (!opt_exclusive(sh, call, "tree", "name", NULL) || !opt_exclusive(sh, call, "parent", "roots", NULL) ||
        !opt_exclusive(sh, call, "parent", "tree", NULL) || !opt_exclusive(sh, call, "roots", "tree", NULL) ||
        !opt_exclusive(sh, call, "roots", "from", NULL) || !opt_exclusive(sh, call, "roots", "current", NULL))
        return false;
    if (opt_flag(call, "descendants") && !opt_flag(call, "from") && !current)
        return fail(sh, "--descendants requires either --from or --current");
    for (size_t i = 0; i < G_N_ELEMENTS(map); i++) {
        if (!opt_flag(call, map[i].option))
            continue;
        if (tree && map[i].flag != VIR_DOMAIN_SNAPSHOT_LIST_TOPOLOGICAL &&
            !(map[i].flag & (VIR_DOMAIN_SNAPSHOT_LIST_METADATA | VIR_DOMAIN_SNAPSHOT_LIST_NO_METADATA)))
            return fail(sh, "--%s and --tree are mutually exclusive", map[i].option);
        flags |= map[i].flag;
    }
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    g_autoptr(virDomainSnapshot) from = NULL;
    if (opt_flag(call, "from") || current) {
        const char *name = opt_text(call, "from");
        from = name ? virDomainSnapshotLookupByName(dom, name, 0) : virDomainSnapshotCurrent(dom, 0);
        if (!from)
            return false;
        if (opt_flag(call, "descendants"))
            flags |= VIR_DOMAIN_SNAPSHOT_LIST_DESCENDANTS;
        s.n = virDomainSnapshotListAllChildren(from, &s.list, flags);
    } else {
        if (roots)
            flags |= VIR_DOMAIN_SNAPSHOT_LIST_ROOTS;
        s.n = virDomainListAllSnapshots(dom, &s.list, flags);
    }
    if (s.n < 0)
        return false;
    if (!opt_flag(call, "topological"))
        qsort(s.list, s.n, sizeof(*s.list), by_name);
    if (tree && from) {
        /* The tree begins with the one that was named. */
        s.list = realloc(s.list, (s.n + 2) * sizeof(*s.list));
        memmove(s.list + 1, s.list, s.n * sizeof(*s.list));
        s.list[0] = g_steal_pointer(&from);
        s.n++;
    }
    s.parents = g_new0(char *, s.n + 1);
    s.index = g_new0(int, s.n + 1);
    for (int i = 0; i < s.n && (parent || tree); i++)
        s.parents[i] = parent_of(sh, s.list[i]);
    if (tree) {
        for (int i = 0; i < s.n; i++) {
            s.index[i] = -1;
            for (int j = 0; j < s.n && s.parents[i]; j++)
                if (strcmp(virDomainSnapshotGetName(s.list[j]), s.parents[i]) == 0)
                    s.index[i] = j;
        }
        tree_print(sh, s.n, snapshot_name, snapshot_parent, &s);
    } else if (names) {
        fact_list(sh);
        for (int i = 0; i < s.n; i++)
            out(sh, "%s\n", virDomainSnapshotGetName(s.list[i]));
    } else {
        g_autoptr(table) t = parent ? table_new("Name", "Creation Time", "State", "Parent", NULL)
                                    : table_new("Name", "Creation Time", "State", NULL);
        for (int i = 0; i < s.n && ok; i++)
            ok = list_row(sh, s.list[i], parent, s.parents[i], t);
        if (ok)
            table_print(sh, t);
    }
    for (int i = 0; i < s.n; i++) {
        g_free(s.parents[i]);
        virDomainSnapshotFree(s.list[i]);
    }
    g_free(s.parents);
    g_free(s.index);
    free(s.list);
    return ok;
}
