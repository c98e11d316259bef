/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Completion: of commands, options and names of objects.  Called by the tab key, by the hidden command
 * "complete" and so by the shell's completion file.  Asks the hypervisor; says nothing on failure. */
#include "lookup.h"
#include "events.h"
#include "xml.h"

#include <stdlib.h>
#include <string.h>

typedef void finder(struct shell *sh, const struct call *call, GPtrArray *names);

static void
add(GPtrArray *names, const char *name)
{
    if (name && *name)
        g_ptr_array_add(names, g_strdup(name));
}

/* Fetches a list of objects and adds the name of each. */
#define FINDER(FN, TYPE, LIST, NAME, FREE)                                                                     \
    static void FN(struct shell *sh, const struct call *call, GPtrArray *names)                                \
    {                                                                                                          \
        TYPE *list = NULL;                                                                                     \
        int n = LIST;                                                                                          \
        for (int i = 0; i < n; i++) {                                                                          \
            add(names, NAME(list[i]));                                                                         \
            FREE(list[i]);                                                                                     \
        }                                                                                                      \
        free(list);                                                                                            \
    }

FINDER(find_domains, virDomainPtr, virConnectListAllDomains(sh->conn, &list, 0), virDomainGetName, virDomainFree)
FINDER(find_networks, virNetworkPtr, virConnectListAllNetworks(sh->conn, &list, 0), virNetworkGetName,
       virNetworkFree)
FINDER(find_pools, virStoragePoolPtr, virConnectListAllStoragePools(sh->conn, &list, 0),
       virStoragePoolGetName, virStoragePoolFree)
FINDER(find_ifaces, virInterfacePtr, virConnectListAllInterfaces(sh->conn, &list, 0), virInterfaceGetName,
       virInterfaceFree)
FINDER(find_nodedevs, virNodeDevicePtr, virConnectListAllNodeDevices(sh->conn, &list, 0),
       virNodeDeviceGetName, virNodeDeviceFree)
FINDER(find_nwfilters, virNWFilterPtr, virConnectListAllNWFilters(sh->conn, &list, 0), virNWFilterGetName,
       virNWFilterFree)
FINDER(find_bindings, virNWFilterBindingPtr, virConnectListAllNWFilterBindings(sh->conn, &list, 0),
       virNWFilterBindingGetPortDev, virNWFilterBindingFree)

static virDomainPtr
domain_given(struct shell *sh, const struct call *call)
{
    const char *name = option_find(call->def, "domain") ? opt_text(call, "domain") : NULL;
    return name ? domain_find(sh, name, BY_ANY) : NULL;
}

static void
find_snapshots(struct shell *sh, const struct call *call, GPtrArray *names)
{
    g_autoptr(virDomain) dom = domain_given(sh, call);
    virDomainSnapshotPtr *list = NULL;
    int n = dom ? virDomainListAllSnapshots(dom, &list, 0) : 0;
    for (int i = 0; i < n; i++) {
        add(names, virDomainSnapshotGetName(list[i]));
        virDomainSnapshotFree(list[i]);
    }
    free(list);
}

static void
find_checkpoints(struct shell *sh, const struct call *call, GPtrArray *names)
{
    g_autoptr(virDomain) dom = domain_given(sh, call);
    virDomainCheckpointPtr *list = NULL;
    int n = dom ? virDomainListAllCheckpoints(dom, &list, 0) : 0;
    for (int i = 0; i < n; i++) {
        add(names, virDomainCheckpointGetName(list[i]));
        virDomainCheckpointFree(list[i]);
    }
    free(list);
}

static void
find_volumes(struct shell *sh, const struct call *call, GPtrArray *names)
{
    const char *pool_name = option_find(call->def, "pool") ? opt_text(call, "pool") : NULL;
    virStoragePoolPtr *pools = NULL;
    int np = virConnectListAllStoragePools(sh->conn, &pools, VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE);
    for (int i = 0; i < np; i++) {
        virStorageVolPtr *vols = NULL;
        bool wanted = !pool_name || strcmp(virStoragePoolGetName(pools[i]), pool_name) == 0;
        int n = wanted ? virStoragePoolListAllVolumes(pools[i], &vols, 0) : 0;
        for (int j = 0; j < n; j++) {
            add(names, pool_name ? virStorageVolGetName(vols[j]) : virStorageVolGetKey(vols[j]));
            virStorageVolFree(vols[j]);
        }
        free(vols);
        virStoragePoolFree(pools[i]);
    }
    free(pools);
}

static void
find_secrets(struct shell *sh, const struct call *call, GPtrArray *names)
{
    virSecretPtr *list = NULL;
    int n = virConnectListAllSecrets(sh->conn, &list, 0);
    for (int i = 0; i < n; i++) {
        char uuid[VIR_UUID_STRING_BUFLEN];
        if (virSecretGetUUIDString(list[i], uuid) == 0)
            add(names, uuid);
        virSecretFree(list[i]);
    }
    free(list);
}

static void
find_in_domain(struct shell *sh, const struct call *call, GPtrArray *names, const char *xpath)
{
    g_autoptr(virDomain) dom = domain_given(sh, call);
    auto_lib char *text = dom ? virDomainGetXMLDesc(dom, 0) : NULL;
    g_autoptr(xml_doc) doc = text ? xml_parse(text) : NULL;
    g_autoptr(GPtrArray) nodes = doc ? xml_nodes(doc, NULL, xpath) : NULL;
    for (guint i = 0; nodes && i < nodes->len; i++) {
        g_autofree char *value = xml_text(doc, nodes->pdata[i], "string(.)");
        add(names, value);
    }
}

static void
find_disks(struct shell *sh, const struct call *call, GPtrArray *names)
{
    find_in_domain(sh, call, names, "/domain/devices/disk/target/@dev");
}

static void
find_domifs(struct shell *sh, const struct call *call, GPtrArray *names)
{
    find_in_domain(sh, call, names, "/domain/devices/interface/target/@dev");
    find_in_domain(sh, call, names, "/domain/devices/interface/mac/@address");
}

static void
find_netports(struct shell *sh, const struct call *call, GPtrArray *names)
{
    const char *name = opt_text(call, "network");
    g_autoptr(virNetwork) net = name ? network_find(sh, name, BY_UUID | BY_NAME) : NULL;
    virNetworkPortPtr *list = NULL;
    int n = net ? virNetworkListAllPorts(net, &list, 0) : 0;
    for (int i = 0; i < n; i++) {
        char uuid[VIR_UUID_STRING_BUFLEN];
        if (virNetworkPortGetUUIDString(list[i], uuid) == 0)
            add(names, uuid);
        virNetworkPortFree(list[i]);
    }
    free(list);
}

static void
find_events(struct shell *sh, const struct call *call, GPtrArray *names)
{
    const char *const *all = event_names(option_find(call->def, "event")->complete);
    for (size_t i = 0; all[i]; i++)
        add(names, all[i]);
}

static void
find_commands(struct shell *sh, const struct call *call, GPtrArray *names)
{
    for (const struct group_def *g = command_groups; g->keyword; g++) {
        bool hidden = strcmp(g->keyword, "hidden") == 0;
        for (const struct command_def *c = g->commands; !hidden && c->name; c++)
            if (c->run)
                add(names, c->name);
        if (call && !hidden)
            add(names, g->keyword);
    }
}

static const struct {
    const char *kind;
    finder *find;
    bool offline;
} finders[] = {
    {"domain", find_domains, false}, {"network", find_networks, false}, {"pool", find_pools, false},
    {"iface", find_ifaces, false}, {"nodedev", find_nodedevs, false}, {"nwfilter", find_nwfilters, false},
    {"binding", find_bindings, false}, {"snapshot", find_snapshots, false},
    {"checkpoint", find_checkpoints, false}, {"volume", find_volumes, false},
    {"secret", find_secrets, false}, {"disk", find_disks, false}, {"domif", find_domifs, false},
    {"netport", find_netports, false}, {"domevent", find_events, true}, {"netevent", find_events, true},
    {"poolevent", find_events, true}, {"nodedevevent", find_events, true},
    {"secretevent", find_events, true}, {"command", find_commands, true},
};

static void
values_of(struct shell *sh, const struct call *call, const struct option_def *o, GPtrArray *names)
{
    if (!o->complete)
        return;
    if (g_str_has_prefix(o->complete, "word:")) {
        g_auto(GStrv) words = g_strsplit(o->complete + 5, ",", 0);
        for (size_t i = 0; words[i]; i++)
            add(names, words[i]);
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(finders); i++) {
        if (strcmp(finders[i].kind, o->complete) == 0) {
            if (finders[i].offline || sh->conn || shell_connect(sh))
                finders[i].find(sh, call, names);
            err_forget(sh);
        }
    }
}

/* What was given so far, without checks, and the option that waits for its value, if any. */
static struct call *
call_so_far(const struct command_def *def, char *const *words, size_t n, const struct option_def **waiting,
            bool *options)
{
    struct call *call = g_new0(struct call, 1);
    struct value **end = &call->values;
    call->def = def;
    *waiting = NULL;
    *options = true;
    for (size_t i = 0; i < n; i++) {
        const struct option_def *o = NULL;
        const char *text = NULL;
        if (*options && strcmp(words[i], "--") == 0) {
            *options = false;
            continue;
        }
        if (*options && g_str_has_prefix(words[i], "--")) {
            const char *eq = strchr(words[i], '=');
            g_autofree char *name = g_strndup(words[i] + 2, eq ? (size_t)(eq - words[i] - 2) : strlen(words[i]));
            o = option_find(def, name);
            if (!o)
                continue;
            if (eq) {
                text = eq + 1;
            } else if (o->type != OPTION_FLAG) {
                if (i + 1 >= n) {
                    *waiting = o;
                    return call;
                }
                text = words[++i];
            }
        } else {
            for (o = def->options; o && o->name; o++) {
                bool given = false;
                for (struct value *v = call->values; v; v = v->next)
                    given |= v->opt == o;
                if (o->positional && (!given || o->type == OPTION_WORDS))
                    break;
            }
            if (!o || !o->name)
                continue;
            text = words[i];
        }
        *end = g_new0(struct value, 1);
        (*end)->opt = o;
        (*end)->text = g_strdup(text);
        end = &(*end)->next;
    }
    return call;
}

static bool
was_given(const struct call *call, const struct option_def *o)
{
    for (const struct value *v = call->values; v; v = v->next)
        if (v->opt == o)
            return true;
    return false;
}

static int
by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char **
complete_words(struct shell *sh, char *const *words)
{
    size_t n = g_strv_length((char **)words);
    const char *last = n ? words[n - 1] : "";
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);
    GPtrArray *found = g_ptr_array_new();
    if (n <= 1) {
        find_commands(sh, NULL, all);
    } else {
        const struct command_def *def = command_find(words[0]);
        const struct option_def *waiting = NULL;
        bool options;
        struct call *call = def ? call_so_far(def, words + 1, n - 2, &waiting, &options) : NULL;
        if (waiting) {
            values_of(sh, call, waiting, all);
        } else if (call) {
            const struct option_def *next = NULL;
            for (const struct option_def *o = def->options; o && o->name; o++) {
                bool given = was_given(call, o) && o->type != OPTION_WORDS;
                if (options && !given && (!*last || *last == '-')) {
                    if (*last == '-')
                        g_ptr_array_add(all, g_strconcat("--", o->name, NULL));
                }
                if (!next && o->positional && !given)
                    next = o;
            }
            if (next && *last != '-') {
                values_of(sh, call, next, all);
            }
            if (options && !*last && all->len == 0)
                for (const struct option_def *o = def->options; o && o->name; o++)
                    if (!was_given(call, o))
                        g_ptr_array_add(all, g_strconcat("--", o->name, NULL));
        }
        call_free(call);
    }
    for (guint i = 0; i < all->len; i++)
        if (g_str_has_prefix(all->pdata[i], last))
            g_ptr_array_add(found, g_strdup(all->pdata[i]));
    qsort(found->pdata, found->len, sizeof(void *), by_text);
    g_ptr_array_add(found, NULL);
    return (char **)g_ptr_array_free(found, FALSE);
}
