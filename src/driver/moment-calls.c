/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * moment-calls: see moment-calls.h.
 */
#include "driver/moment-calls.h"

int
moment_flags_check(struct drv_conn *conn, unsigned flags, unsigned allowed, const char *api, struct err *err)
{
    return flags_check_from(registry_class(conn->guests)->err_domain, flags, allowed, api, err);
}

int
moments_of(struct drv_conn *conn, const struct domain_ref *dom, const struct moment_kind *kind,
           struct moments **all, struct vm **result, struct err *err)
{
    VM_AUTO vm = registry_by_ref(conn->guests, dom, err);
    const struct vm_moments *owned;

    if (!vm)
        return -1;
    owned = vm_owned(vm);
    *all = owned ? *(struct moments *const *)((const char *)owned + kind->member) : NULL;
    *result = g_steal_pointer(&vm);
    return 0;
}

int
moment_missing(struct drv_conn *conn, const struct moment_kind *kind, const char *name, struct err *err)
{
    return err_set_from(err, registry_class(conn->guests)->err_domain, kind->missing,
                        "the guest has no %s '%s'", kind->what, name);
}

int
moment_find(struct drv_conn *conn, const struct moment_kind *kind, struct moments *all, const char *name,
            struct moment *m, struct err *err)
{
    return moment_get(all, name, m) ? 0 : moment_missing(conn, kind, name, err);
}

GPtrArray *
moment_names(struct drv_conn *conn, const struct domain_ref *dom, const struct moment_kind *kind,
             const char *from, unsigned flags, const char *api, struct domain_ref *self, struct err *err)
{
    unsigned allowed = kind->next | kind->leaves | kind->no_leaves | kind->topological;
    struct moment_filter filter = {
        .from = from, .only_next = !!(flags & kind->next) != !!from,
        .leaves = kind->leaves, .no_leaves = kind->no_leaves, .groups = kind->groups, .flags = flags,
    };
    struct moments *all;
    VM_AUTO vm = NULL;

    for (const unsigned *group = kind->groups; *group; group++)
        allowed |= *group;
    if (moment_flags_check(conn, flags, allowed, api, err) < 0 ||
        moments_of(conn, dom, kind, &all, &vm, err) < 0)
        return NULL;
    if (from) {
        MOMENT_AUTO m;

        if (moment_find(conn, kind, all, from, &m, err) < 0)
            return NULL;
    }
    if (self) {
        VIEW_AUTO view = vm_view_get(vm);

        if (view)
            view_to_ref(view, self);
        else
            domain_ref_copy(self, dom);
    }
    return moments_list(all, &filter);
}
