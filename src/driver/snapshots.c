/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * snapshots: which snapshots a guest has, and how they descend from each other.
 *
 * Called by: driver tables.  Nothing waits.
 */
#include "driver/moment-calls.h"

#include <stdlib.h>
#include <string.h>

static const unsigned groups[] = {
    VIR_DOMAIN_SNAPSHOT_LIST_METADATA | VIR_DOMAIN_SNAPSHOT_LIST_NO_METADATA,
    VIR_DOMAIN_SNAPSHOT_LIST_INACTIVE | VIR_DOMAIN_SNAPSHOT_LIST_ACTIVE | VIR_DOMAIN_SNAPSHOT_LIST_DISK_ONLY,
    VIR_DOMAIN_SNAPSHOT_LIST_INTERNAL | VIR_DOMAIN_SNAPSHOT_LIST_EXTERNAL,
    0
};
const struct moment_kind snapshot_kind = {
    .what = "snapshot",
    .member = offsetof(struct vm_moments, snapshots),
    .missing = VIR_ERR_NO_DOMAIN_SNAPSHOT,
    .next = VIR_DOMAIN_SNAPSHOT_LIST_ROOTS,
    .leaves = VIR_DOMAIN_SNAPSHOT_LIST_LEAVES,
    .no_leaves = VIR_DOMAIN_SNAPSHOT_LIST_NO_LEAVES,
    .topological = VIR_DOMAIN_SNAPSHOT_LIST_TOPOLOGICAL,
    .groups = groups,
};

static int
list(struct drv_conn *conn, const struct domain_ref *dom, const char *from,
     struct domain_snapshot_ref_list *snaps, unsigned flags, const char *api, struct err *err)
{
    struct domain_ref self = { 0 };
    g_autoptr(GPtrArray) names = moment_names(conn, dom, &snapshot_kind, from, flags, api, &self, err);
    int n = names ? (int)names->len : -1;

    if (names && snaps) {
        snaps->items = g_new0(struct domain_snapshot_ref, names->len + 1);
        snaps->n = names->len;
        for (guint i = 0; i < names->len; i++) {
            snaps->items[i].name = g_strdup(names->pdata[i]);
            domain_ref_copy(&snaps->items[i].dom, &self);
        }
    }
    domain_ref_clear(&self);
    return n;
}

int
domains_domain_list_all_snapshots(struct drv_conn *conn, const struct domain_ref *dom,
                                  struct domain_snapshot_ref_list *snaps, unsigned int flags, struct err *err)
{
    return list(conn, dom, NULL, snaps, flags, "virDomainListAllSnapshots", err);
}

int
domains_domain_snapshot_list_all_children(struct drv_conn *conn, const struct domain_snapshot_ref *snapshot,
                                          struct domain_snapshot_ref_list *snaps, unsigned int flags,
                                          struct err *err)
{
    return list(conn, &snapshot->dom, snapshot->name, snaps, flags, "virDomainSnapshotListAllChildren", err);
}

static int
names(struct drv_conn *conn, const struct domain_ref *dom, const char *from, char **result, int max,
      unsigned flags, const char *api, struct err *err)
{
    g_autoptr(GPtrArray) all = moment_names(conn, dom, &snapshot_kind, from, flags, api, NULL, err);
    int n = 0;

    if (!all)
        return -1;
    for (; n < max && n < (int)all->len; n++)
        result[n] = strdup(all->pdata[n]);
    return n;
}

int
domains_domain_snapshot_list_names(struct drv_conn *conn, const struct domain_ref *dom, char **result,
                                   int nameslen, unsigned int flags, struct err *err)
{
    return names(conn, dom, NULL, result, nameslen, flags, "virDomainSnapshotListNames", err);
}

int
domains_domain_snapshot_list_children_names(struct drv_conn *conn, const struct domain_snapshot_ref *snapshot,
                                            char **result, int nameslen, unsigned int flags, struct err *err)
{
    return names(conn, &snapshot->dom, snapshot->name, result, nameslen, flags,
                 "virDomainSnapshotListChildrenNames", err);
}

int
domains_domain_snapshot_num(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags,
                            struct err *err)
{
    return list(conn, dom, NULL, NULL, flags, "virDomainSnapshotNum", err);
}

int
domains_domain_snapshot_num_children(struct drv_conn *conn, const struct domain_snapshot_ref *snapshot,
                                     unsigned int flags, struct err *err)
{
    return list(conn, &snapshot->dom, snapshot->name, NULL, flags, "virDomainSnapshotNumChildren", err);
}

int
domains_domain_snapshot_lookup_by_name(struct drv_conn *conn, const struct domain_ref *dom, const char *name,
                                       unsigned int flags, struct domain_snapshot_ref *result,
                                       struct err *err)
{
    struct moments *all;
    VM_AUTO vm = NULL;
    MOMENT_AUTO m = { 0 };

    if (moment_flags_check(conn, flags, 0, "virDomainSnapshotLookupByName", err) < 0 ||
        moments_of(conn, dom, &snapshot_kind, &all, &vm, err) < 0 ||
        moment_find(conn, &snapshot_kind, all, name, &m, err) < 0)
        return -1;
    result->name = g_strdup(name);
    domain_ref_copy(&result->dom, dom);
    return 0;
}

int
domains_domain_has_current_snapshot(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags,
                                    struct err *err)
{
    struct moments *all;
    VM_AUTO vm = NULL;
    g_autofree char *current = NULL;

    if (moment_flags_check(conn, flags, 0, "virDomainHasCurrentSnapshot", err) < 0 ||
        moments_of(conn, dom, &snapshot_kind, &all, &vm, err) < 0)
        return -1;
    current = moments_current(all);
    return current != NULL;
}

int
domains_domain_snapshot_current(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags,
                                struct domain_snapshot_ref *result, struct err *err)
{
    struct moments *all;
    VM_AUTO vm = NULL;

    if (moment_flags_check(conn, flags, 0, "virDomainSnapshotCurrent", err) < 0 ||
        moments_of(conn, dom, &snapshot_kind, &all, &vm, err) < 0)
        return -1;
    result->name = moments_current(all);
    if (!result->name)
        return err_set_from(err, registry_class(conn->guests)->err_domain, VIR_ERR_NO_DOMAIN_SNAPSHOT,
                            "guest '%s' has no current snapshot", dom->name);
    domain_ref_copy(&result->dom, dom);
    return 0;
}

/* One that is there, with flags that must be 0. */
static int
find(struct drv_conn *conn, const struct domain_snapshot_ref *snapshot, unsigned flags, const char *api,
     struct moment *m, struct err *err)
{
    struct moments *all;
    VM_AUTO vm = NULL;

    if (moment_flags_check(conn, flags, 0, api, err) < 0 ||
        moments_of(conn, &snapshot->dom, &snapshot_kind, &all, &vm, err) < 0)
        return -1;
    return moment_find(conn, &snapshot_kind, all, snapshot->name, m, err);
}

int
domains_domain_snapshot_get_parent(struct drv_conn *conn, const struct domain_snapshot_ref *snapshot,
                                   unsigned int flags, struct domain_snapshot_ref *result, struct err *err)
{
    MOMENT_AUTO m = { 0 };

    if (find(conn, snapshot, flags, "virDomainSnapshotGetParent", &m, err) < 0)
        return -1;
    if (!m.parent)
        return err_set_from(err, registry_class(conn->guests)->err_domain, VIR_ERR_NO_DOMAIN_SNAPSHOT,
                            "snapshot '%s' has no parent", snapshot->name);
    result->name = g_steal_pointer(&m.parent);
    domain_ref_copy(&result->dom, &snapshot->dom);
    return 0;
}

int
domains_domain_snapshot_is_current(struct drv_conn *conn, const struct domain_snapshot_ref *snapshot,
                                   unsigned int flags, struct err *err)
{
    MOMENT_AUTO m = { 0 };

    return find(conn, snapshot, flags, "virDomainSnapshotIsCurrent", &m, err) < 0 ? -1 : m.current;
}

int
domains_domain_snapshot_has_metadata(struct drv_conn *conn, const struct domain_snapshot_ref *snapshot,
                                     unsigned int flags, struct err *err)
{
    MOMENT_AUTO m = { 0 };

    return find(conn, snapshot, flags, "virDomainSnapshotHasMetadata", &m, err) < 0 ? -1 : 1;
}
