/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * lookup: guests by name, uuid and id.
 *
 * Called by: the I/O thread.  Nothing here waits.
 */
#include "drivers/qemu/verbs.h"

#include <string.h>

static int
found(struct vm *vm, struct domain_ref *result)
{
    VM_AUTO owned = vm;
    VIEW_AUTO view = NULL;

    if (!owned)
        return -1;
    view = vm_view_get(owned);
    if (!view)
        return -1;
    view_to_ref(view, result);
    return 0;
}

void
view_to_ref(const struct vm_view *view, struct domain_ref *ref)
{
    ref->name = g_strdup(view->name);
    memcpy(ref->uuid, view->uuid, UUID_LEN);
    ref->id = view->id;
}

int
qemu_domain_lookup_by_id(struct drv_conn *conn, int id, struct domain_ref *result, struct err *err)
{
    return found(registry_by_id(conn_driver(conn)->registry, id, err), result);
}

int
qemu_domain_lookup_by_name(struct drv_conn *conn, const char *name, struct domain_ref *result, struct err *err)
{
    return found(registry_by_name(conn_driver(conn)->registry, name, err), result);
}

int
qemu_domain_lookup_by_uuid(struct drv_conn *conn, const unsigned char *uuid, struct domain_ref *result,
                           struct err *err)
{
    return found(registry_by_uuid(conn_driver(conn)->registry, uuid, err), result);
}
