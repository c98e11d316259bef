/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * pool: storage pools without storage.
 *
 * As with networks, what a pool is started with becomes its definition when it stops; making an inactive
 * one anew from a document leaves it transient; its volumes survive all of that.
 * Called by: clients; nothing waits.
 */
#include "drivers/test/pool.h"

#include "driver/pool-source.h"

#include <string.h>

#define ERR_FROM VIR_FROM_TEST

#define POOL_CAPACITY (100ull << 30)

/* ---- contents ------------------------------------------------------------------------------- */

struct contents *
contents_copy(const struct contents *from)
{
    struct contents *c = g_atomic_rc_box_new0(struct contents);

    if (from) {
        c->capacity = from->capacity;
        c->allocation = from->allocation;
        c->n = from->n;
    }
    c->vols = g_new0(const struct storage_vol_def *, c->n + 1);
    for (size_t i = 0; i < c->n; i++)
        c->vols[i] = storage_vol_def_ref(from->vols[i]);
    return c;
}

void
contents_clear(void *contents)
{
    struct contents *c = contents;

    for (size_t i = 0; i < c->n; i++)
        storage_vol_def_unref(c->vols[i]);
    g_free(c->vols);
}

void
contents_unref(struct contents *contents)
{
    g_atomic_rc_box_release_full(contents, contents_clear);
}

int
contents_find(const struct contents *contents, const char *name)
{
    for (size_t i = 0; i < contents->n; i++)
        if (strcmp(contents->vols[i]->name, name) == 0)
            return (int)i;
    return -1;
}

/* What a pool holds when it is defined: room, and the volumes that were there. */
static struct contents *
contents_fresh(const struct contents *from)
{
    struct contents *c = contents_copy(from);

    c->capacity = POOL_CAPACITY;
    c->allocation = 0;
    return c;
}

/* ---- the object ----------------------------------------------------------------------------- */

static struct object *
pool_hold(struct drv_conn *conn, const struct storage_pool_ref *pool, struct err *err)
{
    return object_hold(test_objects(conn)->pools, NULL, pool->uuid, err);
}

int
pool_check_active(const struct object_view *view, struct err *err)
{
    return object_is_active(view) ? 0
                                  : err_set(err, VIR_ERR_OPERATION_INVALID,
                                            "storage pool '%s' is not active: start it first", view->name);
}

static int
check_inactive(const struct object_view *view, struct err *err)
{
    return !object_is_active(view) ? 0 :
        err_set(err, VIR_ERR_OPERATION_INVALID, "storage pool '%s' is active: destroy it first", view->name);
}

static void
emit(struct test_objects *objects, const struct object_view *view, int id, int type)
{
    struct event *ev = event_new(EVENT_STORAGE_POOL, id);

    pool_to_ref(view, &ev->about.storage_pool);
    ev->u.lifecycle.event = type;
    event_hub_emit(objects->hub, ev);
}

static void
emit_lifecycle(struct drv_conn *conn, const struct object *pool, int type)
{
    emit(test_objects(conn), object_now(pool), VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE, type);
}

/* ---- lives ---------------------------------------------------------------------------------- */

static struct storage_pool_def *
read_def(const char *xml, bool validate, struct err *err)
{
    STORAGE_POOL_DEF_AUTO def = NULL;

    if (storage_pool_def_parse(xml, strlen(xml), validate ? MODEL_PARSE_STRICT : 0, &def, err) < 0 ||
        storage_pool_complete(def, err) < 0)
        return NULL;
    def->mount_opts = NULL; /* what only a real mount or cluster would be told */
    def->config_opts = NULL;
    return storage_pool_def_copy(def);
}

/* No other pool may be of the same storage. */
static int
check_source(struct test_objects *objects, const struct storage_pool_def *def, struct err *err)
{
    OBJECT_LIST_AUTO list = { 0 };

    object_list(objects->pools, NULL, NULL, &list);
    for (size_t i = 0; i < list.n; i++)
        if (memcmp(list.items[i]->uuid, def->uuid, UUID_LEN) != 0 &&
            pool_sources_clash(def, object_def(list.items[i])))
            return err_set_from(err, VIR_FROM_STORAGE, VIR_ERR_OPERATION_FAILED,
                                "storage pool '%s' would be of the same storage as pool '%s'", def->name,
                                list.items[i]->name);
    return 0;
}

/* The new pool (or the old one, changed) of def; with `start` it is transient and active.  To be called
 * with `defining` held: two pools of one storage must not slip in at a time. */
static struct object *
take_in(struct test_objects *objects, const struct storage_pool_def *def, bool start, struct err *err)
{
    OBJECT_AUTO pool = object_claim(objects->pools, def->name, def->uuid, start, err);
    CONTENTS_AUTO fresh = NULL;
    struct object_facts facts;

    if (!pool || check_source(objects, def, err) < 0)
        return NULL;
    facts = object_facts(pool);
    if (!facts.live)
        facts.extra = fresh = contents_fresh(facts.extra);
    facts.config = start ? NULL : def;
    if (start)
        facts.live = def;
    object_publish(pool, &facts);
    return g_steal_pointer(&pool);
}

static int
define(struct drv_conn *conn, const char *xml, bool validate, bool start, struct storage_pool_ref *result,
       struct err *err)
{
    struct test_objects *objects = test_objects(conn);
    STORAGE_POOL_DEF_AUTO def = read_def(xml, validate, err);
    OBJECT_AUTO pool = NULL;

    if (!def)
        return -1;
    pthread_mutex_lock(&objects->defining);
    pool = take_in(objects, def, start, err);
    pthread_mutex_unlock(&objects->defining);
    if (!pool)
        return -1;
    emit_lifecycle(conn, pool, start ? VIR_STORAGE_POOL_EVENT_STARTED : VIR_STORAGE_POOL_EVENT_DEFINED);
    pool_to_ref(object_now(pool), result);
    return 0;
}

int
test_storage_pool_define_xml(struct drv_conn *conn, const char *xml, unsigned int flags,
                             struct storage_pool_ref *result, struct err *err)
{
    if (flags_check(flags, VIR_STORAGE_POOL_DEFINE_VALIDATE, "virStoragePoolDefineXML", err) < 0)
        return -1;
    return define(conn, xml, flags & VIR_STORAGE_POOL_DEFINE_VALIDATE, false, result, err);
}

int
test_storage_pool_create_xml(struct drv_conn *conn, const char *xmlDesc, unsigned int flags,
                             struct storage_pool_ref *result, struct err *err)
{
    if (flags_check(flags, 0, "virStoragePoolCreateXML", err) < 0)
        return -1;
    return define(conn, xmlDesc, false, true, result, err);
}

int
test_storage_pool_create(struct drv_conn *conn, const struct storage_pool_ref *ref, unsigned int flags,
                         struct err *err)
{
    OBJECT_AUTO pool = NULL;
    struct object_facts facts;

    if (flags_check(flags, 0, "virStoragePoolCreate", err) < 0 || !(pool = pool_hold(conn, ref, err)) ||
        check_inactive(object_now(pool), err) < 0)
        return -1;
    facts = object_facts(pool);
    facts.live = facts.config;
    object_publish(pool, &facts);
    emit_lifecycle(conn, pool, VIR_STORAGE_POOL_EVENT_STARTED);
    return 0;
}

int
test_storage_pool_destroy(struct drv_conn *conn, const struct storage_pool_ref *ref, struct err *err)
{
    OBJECT_AUTO pool = pool_hold(conn, ref, err);
    struct object_facts facts;

    if (!pool || pool_check_active(object_now(pool), err) < 0)
        return -1;
    facts = object_facts(pool);
    if (facts.config)
        facts.config = facts.live;
    facts.live = NULL;
    object_publish(pool, &facts);
    emit_lifecycle(conn, pool, VIR_STORAGE_POOL_EVENT_STOPPED);
    return 0;
}

int
test_storage_pool_undefine(struct drv_conn *conn, const struct storage_pool_ref *ref, struct err *err)
{
    OBJECT_AUTO pool = pool_hold(conn, ref, err);

    if (!pool || check_inactive(object_now(pool), err) < 0)
        return -1;
    object_publish(pool, &(struct object_facts){ 0 });
    emit_lifecycle(conn, pool, VIR_STORAGE_POOL_EVENT_UNDEFINED);
    return 0;
}

int
test_storage_pool_build(struct drv_conn *conn, const struct storage_pool_ref *ref, unsigned int flags,
                        struct err *err)
{
    OBJECT_AUTO pool = NULL;

    if (flags_check(flags, 0, "virStoragePoolBuild", err) < 0 || !(pool = pool_hold(conn, ref, err)) ||
        check_inactive(object_now(pool), err) < 0)
        return -1;
    emit_lifecycle(conn, pool, VIR_STORAGE_POOL_EVENT_CREATED);
    return 0;
}

int
test_storage_pool_delete(struct drv_conn *conn, const struct storage_pool_ref *ref, unsigned int flags,
                         struct err *err)
{
    OBJECT_AUTO pool = NULL;

    if (flags_check(flags, 0, "virStoragePoolDelete", err) < 0 || !(pool = pool_hold(conn, ref, err)) ||
        check_inactive(object_now(pool), err) < 0)
        return -1;
    emit_lifecycle(conn, pool, VIR_STORAGE_POOL_EVENT_DELETED);
    return 0;
}

int
test_storage_pool_refresh(struct drv_conn *conn, const struct storage_pool_ref *ref, unsigned int flags,
                          struct err *err)
{
    OBJECT_AUTO pool = NULL;

    if (flags_check(flags, 0, "virStoragePoolRefresh", err) < 0 || !(pool = pool_hold(conn, ref, err)) ||
        pool_check_active(object_now(pool), err) < 0)
        return -1;
    emit(test_objects(conn), object_now(pool), VIR_STORAGE_POOL_EVENT_ID_REFRESH, 0);
    return 0;
}

int
test_storage_pool_set_autostart(struct drv_conn *conn, const struct storage_pool_ref *ref, int autostart,
                                struct err *err)
{
    OBJECT_AUTO pool = pool_hold(conn, ref, err);
    struct object_facts facts;

    if (!pool)
        return -1;
    facts = object_facts(pool);
    if (!facts.config)
        return err_set(err, VIR_ERR_INVALID_ARG, "storage pool '%s' is transient and cannot start by itself",
                       ref->name);
    facts.autostart = autostart != 0;
    object_publish(pool, &facts);
    return 0;
}

int
test_pool_load(struct test_objects *objects, const char *xml, char **name, struct err *err)
{
    STORAGE_POOL_DEF_AUTO def = read_def(xml, false, err);
    OBJECT_AUTO pool = def ? take_in(objects, def, false, err) : NULL;
    struct object_facts facts;

    if (!pool)
        return -1;
    facts = object_facts(pool);
    facts.live = facts.config;
    object_publish(pool, &facts);
    *name = g_strdup(def->name);
    return 0;
}
