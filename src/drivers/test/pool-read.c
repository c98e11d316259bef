/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * pool-read: look-ups and lists of pools, and what is published of one.
 *
 * Called by: clients; nothing waits.
 */
#include "drivers/test/pool.h"

#include <string.h>

#define ERR_FROM VIR_FROM_TEST

const struct object_view *
pool_view(struct drv_conn *conn, const struct storage_pool_ref *pool, struct err *err)
{
    return object_by_uuid(test_objects(conn)->pools, pool->uuid, err);
}

void
pool_to_ref(const struct object_view *view, struct storage_pool_ref *ref)
{
    ref->name = g_strdup(view->name);
    memcpy(ref->uuid, view->uuid, UUID_LEN);
}

/* ---- look-ups and lists --------------------------------------------------------------------- */

int
test_storage_pool_lookup_by_name(struct drv_conn *conn, const char *name, struct storage_pool_ref *result,
                                 struct err *err)
{
    OBJECT_VIEW_AUTO view = object_by_name(test_objects(conn)->pools, name, err);

    return view ? (pool_to_ref(view, result), 0) : -1;
}

int
test_storage_pool_lookup_by_uuid(struct drv_conn *conn, const unsigned char *uuid,
                                 struct storage_pool_ref *result, struct err *err)
{
    OBJECT_VIEW_AUTO view = object_by_uuid(test_objects(conn)->pools, uuid, err);

    return view ? (pool_to_ref(view, result), 0) : -1;
}

int
test_storage_pool_lookup_by_volume(struct drv_conn *conn, const struct storage_vol_ref *vol,
                                   struct storage_pool_ref *result, struct err *err)
{
    return test_storage_pool_lookup_by_name(conn, vol->pool, result, err);
}

int
test_connect_num_of_storage_pools(struct drv_conn *conn, struct err *err)
{
    return object_count(test_objects(conn)->pools, true);
}

int
test_connect_num_of_defined_storage_pools(struct drv_conn *conn, struct err *err)
{
    return object_count(test_objects(conn)->pools, false);
}

int
test_connect_list_storage_pools(struct drv_conn *conn, char **const names, int maxnames, struct err *err)
{
    return object_names(test_objects(conn)->pools, true, names, maxnames);
}

int
test_connect_list_defined_storage_pools(struct drv_conn *conn, char **const names, int maxnames,
                                        struct err *err)
{
    return object_names(test_objects(conn)->pools, false, names, maxnames);
}

#define POOL_STATE_FLAGS 0x3fu /* state, persistence, autostart */
static const struct { enum pool_type type; unsigned flag; } type_flags[] = {
    { POOL_TYPE_DIR, VIR_CONNECT_LIST_STORAGE_POOLS_DIR },
    { POOL_TYPE_FS, VIR_CONNECT_LIST_STORAGE_POOLS_FS },
    { POOL_TYPE_NETFS, VIR_CONNECT_LIST_STORAGE_POOLS_NETFS },
    { POOL_TYPE_LOGICAL, VIR_CONNECT_LIST_STORAGE_POOLS_LOGICAL },
    { POOL_TYPE_DISK, VIR_CONNECT_LIST_STORAGE_POOLS_DISK },
    { POOL_TYPE_ISCSI, VIR_CONNECT_LIST_STORAGE_POOLS_ISCSI },
    { POOL_TYPE_SCSI, VIR_CONNECT_LIST_STORAGE_POOLS_SCSI },
    { POOL_TYPE_MPATH, VIR_CONNECT_LIST_STORAGE_POOLS_MPATH },
    { POOL_TYPE_RBD, VIR_CONNECT_LIST_STORAGE_POOLS_RBD },
    { POOL_TYPE_SHEEPDOG, VIR_CONNECT_LIST_STORAGE_POOLS_SHEEPDOG },
    { POOL_TYPE_GLUSTER, VIR_CONNECT_LIST_STORAGE_POOLS_GLUSTER },
    { POOL_TYPE_ZFS, VIR_CONNECT_LIST_STORAGE_POOLS_ZFS },
    { POOL_TYPE_VSTORAGE, VIR_CONNECT_LIST_STORAGE_POOLS_VSTORAGE },
    { POOL_TYPE_ISCSI_DIRECT, VIR_CONNECT_LIST_STORAGE_POOLS_ISCSI_DIRECT },
};

static bool
matches(const struct object_view *view, const void *arg)
{
    const struct storage_pool_def *def = object_def(view);
    unsigned flags = *(const unsigned *)arg;

    if (!object_matches_list_flags(view, flags))
        return false;
    if (!(flags & ~POOL_STATE_FLAGS))
        return true;
    for (size_t i = 0; i < G_N_ELEMENTS(type_flags); i++)
        if (type_flags[i].type == def->type)
            return flags & type_flags[i].flag;
    return false;
}

int
test_connect_list_all_storage_pools(struct drv_conn *conn, struct storage_pool_ref_list *pools,
                                    unsigned int flags, struct err *err)
{
    OBJECT_LIST_AUTO list = { 0 };
    unsigned all = POOL_STATE_FLAGS;

    for (size_t i = 0; i < G_N_ELEMENTS(type_flags); i++)
        all |= type_flags[i].flag;
    if (flags_check(flags, all, "virConnectListAllStoragePools", err) < 0)
        return -1;
    object_list(test_objects(conn)->pools, matches, &flags, &list);
    if (pools) {
        pools->items = g_new0(struct storage_pool_ref, list.n);
        for (; pools->n < list.n; pools->n++)
            pool_to_ref(list.items[pools->n], &pools->items[pools->n]);
    }
    return (int)list.n;
}

/* ---- what is -------------------------------------------------------------------------------- */

int
test_storage_pool_is_active(struct drv_conn *conn, const struct storage_pool_ref *pool, struct err *err)
{
    OBJECT_VIEW_AUTO view = pool_view(conn, pool, err);

    return view ? object_is_active(view) : -1;
}

int
test_storage_pool_is_persistent(struct drv_conn *conn, const struct storage_pool_ref *pool, struct err *err)
{
    OBJECT_VIEW_AUTO view = pool_view(conn, pool, err);

    return view ? object_is_persistent(view) : -1;
}

int
test_storage_pool_get_autostart(struct drv_conn *conn, const struct storage_pool_ref *pool, int *autostart,
                                struct err *err)
{
    OBJECT_VIEW_AUTO view = pool_view(conn, pool, err);

    return view ? (*autostart = view->is.autostart, 0) : -1;
}

int
test_storage_pool_get_info(struct drv_conn *conn, const struct storage_pool_ref *pool,
                           virStoragePoolInfoPtr info, struct err *err)
{
    OBJECT_VIEW_AUTO view = pool_view(conn, pool, err);
    const struct contents *c;

    if (!view)
        return -1;
    c = contents_of(view);
    *info = (virStoragePoolInfo){
        .state = object_is_active(view) ? VIR_STORAGE_POOL_RUNNING : VIR_STORAGE_POOL_INACTIVE,
        .capacity = c->capacity, .allocation = c->allocation, .available = contents_available(c),
    };
    return 0;
}

int
test_storage_pool_get_xml_desc(struct drv_conn *conn, const struct storage_pool_ref *pool, unsigned int flags,
                               char **result, struct err *err)
{
    OBJECT_VIEW_AUTO view = NULL;
    STORAGE_POOL_DEF_AUTO def = NULL;
    const struct contents *c;

    if (flags_check(flags, 0, "virStoragePoolGetXMLDesc", err) < 0 || !(view = pool_view(conn, pool, err)))
        return -1;
    c = contents_of(view);
    def = storage_pool_def_copy(object_def(view));
    def->capacity = c->capacity;
    def->allocation = c->allocation;
    def->available = contents_available(c);
    *result = storage_pool_def_format(def, 0);
    return 0;
}

/* ---- events --------------------------------------------------------------------------------- */

int
test_connect_storage_pool_event_register_any(struct drv_conn *conn, const struct event_filter *filter,
                                             event_deliver deliver, void *opaque,
                                             event_free_opaque free_opaque, struct err *err)
{
    return event_hub_subscribe(test_objects(conn)->hub, filter, deliver, opaque, free_opaque);
}

int
test_connect_storage_pool_event_deregister_any(struct drv_conn *conn, int callbackID, struct err *err)
{
    return test_connect_network_event_deregister_any(conn, callbackID, err);
}
