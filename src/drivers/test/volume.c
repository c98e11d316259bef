/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * volume: volumes of pools without storage.
 *
 * A volume lives in the `contents` of its pool.  Handles name it by pool and name; that of a pool
 * that is gone, stopped or without it answers so.
 * Called by: clients; nothing waits.
 */
#include "drivers/test/pool.h"

#include <string.h>

#define ERR_FROM VIR_FROM_TEST

static void
to_ref(const struct object_view *pool, const struct storage_vol_def *def, struct storage_vol_ref *ref)
{
    ref->pool = g_strdup(pool->name);
    ref->name = g_strdup(def->name);
    ref->key = g_strdup(def->key);
}

/* The volume of that name in an active pool, borrowed from its view. */
static const struct storage_vol_def *
find(const struct object_view *pool, const char *name, struct err *err)
{
    int i;

    if (pool_check_active(pool, err) < 0)
        return NULL;
    i = contents_find(contents_of(pool), name);
    if (i < 0) {
        err_set(err, VIR_ERR_NO_STORAGE_VOL, "storage pool '%s' has no volume '%s'", pool->name, name);
        return NULL;
    }
    return contents_of(pool)->vols[i];
}

/* The same from a handle; *pool keeps it. */
static const struct storage_vol_def *
find_ref(struct drv_conn *conn, const struct storage_vol_ref *vol, const struct object_view **pool,
         struct err *err)
{
    *pool = object_by_name(test_objects(conn)->pools, vol->pool, err);
    return *pool ? find(*pool, vol->name, err) : NULL;
}

/* ---- look-ups and lists --------------------------------------------------------------------- */

/* An active pool, to look into. */
static const struct object_view *
active_view(struct drv_conn *conn, const struct storage_pool_ref *pool, struct err *err)
{
    OBJECT_VIEW_AUTO view = pool_view(conn, pool, err);

    return view && pool_check_active(view, err) == 0 ? g_steal_pointer(&view) : NULL;
}

int
test_storage_pool_num_of_volumes(struct drv_conn *conn, const struct storage_pool_ref *pool, struct err *err)
{
    OBJECT_VIEW_AUTO view = active_view(conn, pool, err);

    return view ? (int)contents_of(view)->n : -1;
}

int
test_storage_pool_list_volumes(struct drv_conn *conn, const struct storage_pool_ref *pool, char **const names,
                               int maxnames, struct err *err)
{
    OBJECT_VIEW_AUTO view = active_view(conn, pool, err);
    int n = 0;

    if (!view)
        return -1;
    for (; n < maxnames && n < (int)contents_of(view)->n; n++)
        names[n] = g_strdup(contents_of(view)->vols[n]->name);
    return n;
}

int
test_storage_pool_list_all_volumes(struct drv_conn *conn, const struct storage_pool_ref *pool,
                                   struct storage_vol_ref_list *vols, unsigned int flags, struct err *err)
{
    OBJECT_VIEW_AUTO view = NULL;
    const struct contents *c;

    if (flags_check(flags, 0, "virStoragePoolListAllVolumes", err) < 0 ||
        !(view = active_view(conn, pool, err)))
        return -1;
    c = contents_of(view);
    if (vols) {
        vols->items = g_new0(struct storage_vol_ref, c->n);
        for (; vols->n < c->n; vols->n++)
            to_ref(view, c->vols[vols->n], &vols->items[vols->n]);
    }
    return (int)c->n;
}

int
test_storage_vol_lookup_by_name(struct drv_conn *conn, const struct storage_pool_ref *pool, const char *name,
                                struct storage_vol_ref *result, struct err *err)
{
    OBJECT_VIEW_AUTO view = pool_view(conn, pool, err);
    const struct storage_vol_def *def = view ? find(view, name, err) : NULL;

    return def ? (to_ref(view, def, result), 0) : -1;
}

/* Key and path are one here. */
static int
look_up(struct drv_conn *conn, const char *key, const char *what, struct storage_vol_ref *result,
        struct err *err)
{
    OBJECT_LIST_AUTO list = { 0 };

    object_list(test_objects(conn)->pools, NULL, NULL, &list);
    for (size_t i = 0; i < list.n; i++) {
        const struct contents *c = contents_of(list.items[i]);

        for (size_t v = 0; object_is_active(list.items[i]) && v < c->n; v++)
            if (strcmp(c->vols[v]->key, key) == 0)
                return (to_ref(list.items[i], c->vols[v], result), 0);
    }
    return err_set(err, VIR_ERR_NO_STORAGE_VOL, "no active storage pool has a volume with %s '%s'", what,
                   key);
}

int
test_storage_vol_lookup_by_key(struct drv_conn *conn, const char *key, struct storage_vol_ref *result,
                               struct err *err)
{
    return look_up(conn, key, "key", result, err);
}

int
test_storage_vol_lookup_by_path(struct drv_conn *conn, const char *path, struct storage_vol_ref *result,
                                struct err *err)
{
    return look_up(conn, path, "path", result, err);
}

/* ---- what is -------------------------------------------------------------------------------- */

static virStorageVolType
type_in(enum pool_type pool)
{
    switch (pool) {
    case POOL_TYPE_DIR: case POOL_TYPE_FS: case POOL_TYPE_NETFS: case POOL_TYPE_VSTORAGE:
        return VIR_STORAGE_VOL_FILE;
    case POOL_TYPE_RBD: case POOL_TYPE_SHEEPDOG: case POOL_TYPE_GLUSTER: case POOL_TYPE_ISCSI_DIRECT:
        return VIR_STORAGE_VOL_NETWORK;
    default:
        return VIR_STORAGE_VOL_BLOCK;
    }
}

int
test_storage_vol_get_info(struct drv_conn *conn, const struct storage_vol_ref *vol, virStorageVolInfoPtr info,
                          struct err *err)
{
    OBJECT_VIEW_AUTO pool = NULL;
    const struct storage_vol_def *def = find_ref(conn, vol, &pool, err);

    if (!def)
        return -1;
    *info = (virStorageVolInfo){
        .type = type_in(((const struct storage_pool_def *)object_def(pool))->type), .capacity = def->capacity,
        .allocation = def->allocation,
    };
    return 0;
}

int
test_storage_vol_get_path(struct drv_conn *conn, const struct storage_vol_ref *vol, char **result,
                          struct err *err)
{
    OBJECT_VIEW_AUTO pool = NULL;
    const struct storage_vol_def *def = find_ref(conn, vol, &pool, err);

    return def ? (*result = g_strdup(def->target->path), 0) : -1;
}

int
test_storage_vol_get_xml_desc(struct drv_conn *conn, const struct storage_vol_ref *vol, unsigned int flags,
                              char **result, struct err *err)
{
    OBJECT_VIEW_AUTO pool = NULL;
    const struct storage_vol_def *def;

    if (flags_check(flags, 0, "virStorageVolGetXMLDesc", err) < 0 || !(def = find_ref(conn, vol, &pool, err)))
        return -1;
    *result = storage_vol_def_format(def, 0);
    return 0;
}

/* ---- creation and end ----------------------------------------------------------------------- */

/* given: key and path are as the document says. */
static struct storage_vol_def *
read_def(const char *xml, bool validate, bool given, const struct storage_pool_def *pool, struct err *err)
{
    STORAGE_VOL_DEF_AUTO def = NULL;
    const char *key, *path;

    if (storage_vol_def_parse(xml, strlen(xml),
                              MODEL_PARSE_FOR(pool->type) | (validate ? MODEL_PARSE_STRICT : 0), &def,
                              err) < 0)
        return NULL;
    key = given ? def->key : NULL;
    path = given && def->target ? def->target->path : NULL;
    if (storage_vol_complete(def, pool->type, err) < 0)
        return NULL;
    if (!path) /* pools without a place on this host: as their volumes are named elsewhere, pool/volume */
        path = model_printf(def, "%s/%s",
                            pool->target && pool->target->path ? pool->target->path : pool->name, def->name);
    def->target->path = path;
    def->key = key ? key : path;
    return storage_vol_def_copy(def);
}

/* Puts a volume into a held pool. */
static void
publish_with(struct object *pool, const struct storage_vol_def *def)
{
    struct object_facts facts = object_facts(pool);
    CONTENTS_AUTO next = contents_copy(facts.extra);

    next->vols[next->n++] = storage_vol_def_ref(def);
    next->allocation += def->allocation;
    facts.extra = next;
    object_publish(pool, &facts);
}

/* Puts what xml says into a held pool; origin, of the same pool, is what it is a copy of. */
static int
add(struct object *pool, const char *xml, bool validate, const char *origin, struct storage_vol_ref *result,
    struct err *err)
{
    const struct object_view *view = object_now(pool);
    const struct contents *now = contents_of(view);
    STORAGE_VOL_DEF_AUTO def = NULL;

    if (pool_check_active(view, err) < 0 || !(def = read_def(xml, validate, false, view->is.live, err)))
        return -1;
    if (contents_find(now, def->name) >= 0)
        return err_set(err, VIR_ERR_OPERATION_FAILED, "storage pool '%s' has a volume '%s' already",
                       view->name, def->name);
    if (origin && contents_find(now, origin) < 0)
        return err_set(err, VIR_ERR_NO_STORAGE_VOL, "storage pool '%s' has no volume '%s' to make '%s' of",
                       view->name, origin, def->name);
    if (def->allocation > contents_available(now))
        return err_set(err, VIR_ERR_INTERNAL_ERROR,
                       "storage pool '%s' has %" G_GUINT64_FORMAT " bytes left, not enough for the "
                       "%" G_GUINT64_FORMAT " of volume '%s'",
                       view->name, contents_available(now), def->allocation, def->name);
    publish_with(pool, def);
    to_ref(object_now(pool), def, result);
    return 0;
}

int
test_storage_vol_create_xml(struct drv_conn *conn, const struct storage_pool_ref *ref, const char *xmlDesc,
                            unsigned int flags, struct storage_vol_ref *result, struct err *err)
{
    OBJECT_AUTO pool = NULL;

    if (flags_check(flags, VIR_STORAGE_VOL_CREATE_VALIDATE, "virStorageVolCreateXML", err) < 0 ||
        !(pool = object_hold(test_objects(conn)->pools, NULL, ref->uuid, err)))
        return -1;
    return add(pool, xmlDesc, flags & VIR_STORAGE_VOL_CREATE_VALIDATE, NULL, result, err);
}

int
test_storage_vol_create_xml_from(struct drv_conn *conn, const struct storage_pool_ref *ref,
                                 const char *xmlDesc, const struct storage_vol_ref *clonevol,
                                 unsigned int flags, struct storage_vol_ref *result, struct err *err)
{
    OBJECT_AUTO pool = NULL;

    if (flags_check(flags, VIR_STORAGE_VOL_CREATE_VALIDATE, "virStorageVolCreateXMLFrom", err) < 0 ||
        !(pool = object_hold(test_objects(conn)->pools, NULL, ref->uuid, err)))
        return -1;
    return add(pool, xmlDesc, flags & VIR_STORAGE_VOL_CREATE_VALIDATE, clonevol->name, result, err);
}

int
test_storage_vol_delete(struct drv_conn *conn, const struct storage_vol_ref *vol, unsigned int flags,
                        struct err *err)
{
    OBJECT_AUTO pool = NULL;
    CONTENTS_AUTO next = NULL;
    struct object_facts facts;
    const struct storage_vol_def *def;
    int i;

    if (flags_check(flags, 0, "virStorageVolDelete", err) < 0 ||
        !(pool = object_hold(test_objects(conn)->pools, vol->pool, NULL, err)) ||
        !(def = find(object_now(pool), vol->name, err)))
        return -1;
    next = contents_copy(contents_of(object_now(pool)));
    i = contents_find(next, vol->name);
    next->allocation -= MIN(next->allocation, def->allocation); /* a pool defined anew has forgotten */
    storage_vol_def_unref(next->vols[i]);
    memmove(&next->vols[i], &next->vols[i + 1], (--next->n - i) * sizeof(*next->vols));
    facts = object_facts(pool);
    facts.extra = next;
    object_publish(pool, &facts);
    return 0;
}

/* For presets: as large as the document says, wherever it says. */
int
test_volume_load(struct test_objects *objects, const char *pool_name, const char *xml, struct err *err)
{
    OBJECT_AUTO pool = object_hold(objects->pools, pool_name, NULL, err);
    STORAGE_VOL_DEF_AUTO def = pool ? read_def(xml, false, true, object_def(object_now(pool)), err) : NULL;

    if (!def)
        return -1;
    if (contents_find(contents_of(object_now(pool)), def->name) >= 0)
        return err_set_from(err, VIR_FROM_NONE, VIR_ERR_INTERNAL_ERROR,
                            "storage pool '%s' has two volumes '%s'", pool_name, def->name);
    publish_with(pool, def);
    return 0;
}
