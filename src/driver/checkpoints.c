/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * checkpoints: which checkpoints a guest has, and how they descend from each other.
 *
 * Called by: driver tables.  Nothing waits.
 */
#include "driver/moment-calls.h"

static const unsigned groups[] = { 0 };
const struct moment_kind checkpoint_kind = {
    .what = "checkpoint",
    .member = offsetof(struct vm_moments, checkpoints),
    .missing = VIR_ERR_NO_DOMAIN_CHECKPOINT,
    .next = VIR_DOMAIN_CHECKPOINT_LIST_ROOTS,
    .leaves = VIR_DOMAIN_CHECKPOINT_LIST_LEAVES,
    .no_leaves = VIR_DOMAIN_CHECKPOINT_LIST_NO_LEAVES,
    .topological = VIR_DOMAIN_CHECKPOINT_LIST_TOPOLOGICAL,
    .groups = groups,
};

static int
list(struct drv_conn *conn, const struct domain_ref *dom, const char *from,
     struct domain_checkpoint_ref_list *checkpoints, unsigned flags, const char *api, struct err *err)
{
    struct domain_ref self = { 0 };
    g_autoptr(GPtrArray) names = moment_names(conn, dom, &checkpoint_kind, from, flags, api, &self, err);
    int n = names ? (int)names->len : -1;

    if (names && checkpoints) {
        checkpoints->items = g_new0(struct domain_checkpoint_ref, names->len + 1);
        checkpoints->n = names->len;
        for (guint i = 0; i < names->len; i++) {
            checkpoints->items[i].name = g_strdup(names->pdata[i]);
            domain_ref_copy(&checkpoints->items[i].dom, &self);
        }
    }
    domain_ref_clear(&self);
    return n;
}

int
domains_domain_list_all_checkpoints(struct drv_conn *conn, const struct domain_ref *dom,
                                    struct domain_checkpoint_ref_list *checkpoints, unsigned int flags,
                                    struct err *err)
{
    return list(conn, dom, NULL, checkpoints, flags, "virDomainListAllCheckpoints", err);
}

int
domains_domain_checkpoint_list_all_children(struct drv_conn *conn,
                                            const struct domain_checkpoint_ref *checkpoint,
                                            struct domain_checkpoint_ref_list *children, unsigned int flags,
                                            struct err *err)
{
    return list(conn, &checkpoint->dom, checkpoint->name, children, flags,
                "virDomainCheckpointListAllChildren", err);
}

int
domains_domain_checkpoint_lookup_by_name(struct drv_conn *conn, const struct domain_ref *dom,
                                         const char *name, unsigned int flags,
                                         struct domain_checkpoint_ref *result, struct err *err)
{
    struct moments *all;
    VM_AUTO vm = NULL;
    MOMENT_AUTO m = { 0 };

    if (moment_flags_check(conn, flags, 0, "virDomainCheckpointLookupByName", err) < 0 ||
        moments_of(conn, dom, &checkpoint_kind, &all, &vm, err) < 0 ||
        moment_find(conn, &checkpoint_kind, all, name, &m, err) < 0)
        return -1;
    result->name = g_strdup(name);
    domain_ref_copy(&result->dom, dom);
    return 0;
}

int
domains_domain_checkpoint_get_parent(struct drv_conn *conn, const struct domain_checkpoint_ref *checkpoint,
                                     unsigned int flags, struct domain_checkpoint_ref *result,
                                     struct err *err)
{
    struct moments *all;
    VM_AUTO vm = NULL;
    MOMENT_AUTO m = { 0 };

    if (moment_flags_check(conn, flags, 0, "virDomainCheckpointGetParent", err) < 0 ||
        moments_of(conn, &checkpoint->dom, &checkpoint_kind, &all, &vm, err) < 0 ||
        moment_find(conn, &checkpoint_kind, all, checkpoint->name, &m, err) < 0)
        return -1;
    if (!m.parent)
        return err_set_from(err, registry_class(conn->guests)->err_domain, VIR_ERR_NO_DOMAIN_CHECKPOINT,
                            "checkpoint '%s' has no parent", checkpoint->name);
    result->name = g_steal_pointer(&m.parent);
    domain_ref_copy(&result->dom, &checkpoint->dom);
    return 0;
}
