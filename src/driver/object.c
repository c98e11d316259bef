/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * object: see object.h.
 *
 * One lock guards index and publications and is held for moments; another, of the object, is held by
 * its writer for as long as the work takes and is always taken first.
 */
#include "driver/object.h"

#include "base/uuid.h"
#include "model/model.h"

#include <glib.h>
#include <pthread.h>
#include <string.h>

struct object {
    struct object_store *store;
    int refs;                       /* under the store's lock, as the rest but `held` */
    char *name;
    unsigned char uuid[UUID_LEN];
    bool has_uuid;
    bool listed;                    /* in the index; a claim counts */
    bool seen;                      /* by readers */
    struct object_view *view;       /* the last that was published; NULL: none yet */
    pthread_mutex_t held;           /* by the writer */
};

struct object_store {
    const struct object_class *klass;
    pthread_mutex_t lock;
    GHashTable *by_name, *by_uuid;
    GPtrArray *all;                 /* in the order of creation */
};

/* ---- views ---------------------------------------------------------------------------------- */

static void
facts_ref(struct object_facts *is)
{
    is->config = is->config ? model_ref(is->config) : NULL;
    is->live = is->live ? model_ref(is->live) : NULL;
    is->extra = is->extra ? g_atomic_rc_box_acquire((void *)is->extra) : NULL;
}

const struct object_view *
object_view_ref(const struct object_view *view)
{
    g_atomic_int_inc(&((struct object_view *)view)->refs);
    return view;
}

void
object_view_unref(const struct object_view *const_view)
{
    struct object_view *view = (struct object_view *)const_view;

    if (!g_atomic_int_dec_and_test(&view->refs))
        return;
    model_unref(view->is.config);
    model_unref(view->is.live);
    if (view->is.extra)
        g_atomic_rc_box_release_full((void *)view->is.extra, view->klass->extra_clear);
    g_free((char *)view->name);
    g_free(view);
}

static struct object_view *
view_new(const struct object *object, const struct object_facts *facts)
{
    struct object_view *view = g_new0(struct object_view, 1);

    view->name = g_strdup(object->name);
    memcpy(view->uuid, object->uuid, UUID_LEN);
    view->klass = object->store->klass;
    view->refs = 1;
    view->is = *facts;
    facts_ref(&view->is);
    return view;
}

/* ---- the index ------------------------------------------------------------------------------ */

struct object_store *
object_store_new(const struct object_class *klass)
{
    struct object_store *store = g_new0(struct object_store, 1);

    store->klass = klass;
    pthread_mutex_init(&store->lock, NULL);
    store->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    store->by_uuid = g_hash_table_new(uuid_hash, uuid_equal);
    store->all = g_ptr_array_new();
    return store;
}

static void
object_unref(struct object *object)
{
    if (--object->refs > 0)
        return;
    if (object->view)
        object_view_unref(object->view);
    pthread_mutex_destroy(&object->held);
    g_free(object->name);
    g_free(object);
}

static void
unlist(struct object *object)
{
    struct object_store *store = object->store;

    if (!object->listed)
        return;
    object->listed = false;
    g_hash_table_remove(store->by_name, object->name);
    if (object->has_uuid)
        g_hash_table_remove(store->by_uuid, object->uuid);
    g_ptr_array_remove(store->all, object);
    object_unref(object);
}

void
object_store_free(struct object_store *store)
{
    if (!store)
        return;
    while (store->all->len)
        unlist(store->all->pdata[store->all->len - 1]);
    g_hash_table_unref(store->by_name);
    g_hash_table_unref(store->by_uuid);
    g_ptr_array_unref(store->all);
    pthread_mutex_destroy(&store->lock);
    g_free(store);
}

static struct object *
find(struct object_store *store, const char *name, const unsigned char *uuid)
{
    return uuid ? g_hash_table_lookup(store->by_uuid, uuid) : g_hash_table_lookup(store->by_name, name);
}

static void
missing(struct object_store *store, const char *name, const unsigned char *uuid, struct err *err)
{
    char text[UUID_TEXT] = "";

    if (uuid)
        uuid_format(uuid, text);
    err_set_from(err, store->klass->missing_domain, store->klass->missing_code, "there is no %s%s%s%s%s%s",
                 store->klass->what, name ? " '" : "", name ? name : "", name ? "'" : "",
                 uuid ? " with uuid " : "", text);
}

/* ---- readers -------------------------------------------------------------------------------- */

static const struct object_view *
look_up(struct object_store *store, const char *name, const unsigned char *uuid, struct err *err)
{
    const struct object_view *view = NULL;
    struct object *object;

    pthread_mutex_lock(&store->lock);
    object = find(store, name, uuid);
    if (object && object->seen)
        view = object_view_ref(object->view);
    pthread_mutex_unlock(&store->lock);
    if (!view)
        missing(store, name, uuid, err);
    return view;
}

const struct object_view *
object_by_name(struct object_store *store, const char *name, struct err *err)
{
    return look_up(store, name, NULL, err);
}

const struct object_view *
object_by_uuid(struct object_store *store, const unsigned char *uuid, struct err *err)
{
    return look_up(store, NULL, uuid, err);
}

void
object_list(struct object_store *store, object_match match, const void *arg, struct object_list *list)
{
    list->n = 0;
    pthread_mutex_lock(&store->lock);
    list->items = g_new0(const struct object_view *, store->all->len);
    for (guint i = 0; i < store->all->len; i++) {
        struct object *object = store->all->pdata[i];

        if (object->seen && (!match || match(object->view, arg)))
            list->items[list->n++] = object_view_ref(object->view);
    }
    pthread_mutex_unlock(&store->lock);
}

void
object_list_clear(struct object_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        object_view_unref(list->items[i]);
    g_free(list->items);
    *list = (struct object_list){ 0 };
}

/* Two bits of a group: none of them asked for, or the right one. */
static bool
group(unsigned flags, unsigned yes, unsigned no, bool is)
{
    return !(flags & (yes | no)) || flags & (is ? yes : no);
}

bool
object_matches_list_flags(const struct object_view *view, unsigned flags)
{
    return group(flags, VIR_CONNECT_LIST_NETWORKS_ACTIVE, VIR_CONNECT_LIST_NETWORKS_INACTIVE,
                 object_is_active(view)) &&
           group(flags, VIR_CONNECT_LIST_NETWORKS_PERSISTENT, VIR_CONNECT_LIST_NETWORKS_TRANSIENT,
                 object_is_persistent(view)) &&
           group(flags, VIR_CONNECT_LIST_NETWORKS_AUTOSTART, VIR_CONNECT_LIST_NETWORKS_NO_AUTOSTART,
                 view->is.autostart);
}

int
object_count(struct object_store *store, bool active)
{
    return object_names(store, active, NULL, INT_MAX);
}

int
object_names(struct object_store *store, bool active, char **names, int max)
{
    int n = 0;

    pthread_mutex_lock(&store->lock);
    for (guint i = 0; i < store->all->len && n < max; i++) {
        struct object *object = store->all->pdata[i];

        if (!object->seen || object_is_active(object->view) != active)
            continue;
        if (names)
            names[n] = g_strdup(object->name);
        n++;
    }
    pthread_mutex_unlock(&store->lock);
    return n;
}

/* ---- writers -------------------------------------------------------------------------------- */

/* Takes the writer's lock of an object found under the store's lock, which is dropped meanwhile.
 * False: it has left the store. */
static bool
take(struct object *object)
{
    struct object_store *store = object->store;

    object->refs++;
    pthread_mutex_unlock(&store->lock);
    pthread_mutex_lock(&object->held);
    pthread_mutex_lock(&store->lock);
    if (object->listed)
        return true;
    pthread_mutex_unlock(&object->held);
    object_unref(object);
    return false;
}

static void
let_go(struct object *object)
{
    pthread_mutex_unlock(&object->held);
    object_unref(object);
}

struct object *
object_hold(struct object_store *store, const char *name, const unsigned char *uuid, struct err *err)
{
    struct object *object;

    pthread_mutex_lock(&store->lock);
    do
        object = find(store, name, uuid);
    while (object && !take(object));
    pthread_mutex_unlock(&store->lock);
    if (!object)
        missing(store, name, uuid, err);
    return object;
}

/* May this be the object of that name and uuid? */
static int
check_claim(const struct object *object, const char *name, const unsigned char *uuid, bool inactive,
            struct err *err)
{
    const struct object_class *klass = object->store->klass;
    char text[UUID_TEXT] = "";

    if (strcmp(object->name, name) != 0 || (uuid && memcmp(object->uuid, uuid, UUID_LEN) != 0)) {
        uuid_format(object->uuid, text);
        return err_set_from(
            err, klass->err_domain, VIR_ERR_OPERATION_FAILED,
            "there is a %s '%s' with uuid %s already: give '%s' another name and uuid, or both of these",
            klass->what, object->name, text, name);
    }
    if (inactive && object->view && object_is_active(object->view))
        return err_set_from(err, klass->err_domain, VIR_ERR_OPERATION_INVALID, "%s '%s' is active already",
                            klass->what, name);
    return 0;
}

/* A new one, held by its maker and in no index yet: the writer's lock comes before the store's. */
static struct object *
make(struct object_store *store, const char *name, const unsigned char *uuid)
{
    struct object *object = g_new0(struct object, 1);

    object->store = store;
    object->refs = 1;
    object->name = g_strdup(name);
    object->has_uuid = uuid != NULL;
    if (uuid)
        memcpy(object->uuid, uuid, UUID_LEN);
    pthread_mutex_init(&object->held, NULL);
    pthread_mutex_lock(&object->held);
    return object;
}

static void
list(struct object *object)
{
    struct object_store *store = object->store;

    object->refs++;
    object->listed = true;
    g_hash_table_insert(store->by_name, object->name, object);
    if (object->has_uuid)
        g_hash_table_insert(store->by_uuid, object->uuid, object);
    g_ptr_array_add(store->all, object);
}

struct object *
object_claim(struct object_store *store, const char *name, const unsigned char *uuid, bool inactive,
             struct err *err)
{
    struct object *fresh = make(store, name, uuid), *object;

    pthread_mutex_lock(&store->lock);
    do {
        object = uuid ? find(store, NULL, uuid) : NULL;
        if (!object)
            object = find(store, name, NULL);
    } while (object && !take(object));
    if (!object) {
        object = g_steal_pointer(&fresh);
        list(object);
    } else if (check_claim(object, name, uuid, inactive, err) < 0) {
        let_go(object);
        object = NULL;
    }
    pthread_mutex_unlock(&store->lock);
    if (fresh)
        let_go(fresh);
    return object;
}

const struct object_view *
object_now(const struct object *object)
{
    return object->view;
}

void
object_publish(struct object *object, const struct object_facts *facts)
{
    struct object_store *store = object->store;
    struct object_view *old = NULL, *fresh = NULL;

    if (facts->config || facts->live)
        fresh = view_new(object, facts);
    pthread_mutex_lock(&store->lock);
    object->seen = fresh != NULL;
    if (fresh) {
        old = object->view;
        object->view = fresh;
    }
    pthread_mutex_unlock(&store->lock);
    if (old)
        object_view_unref(old);
}

/* Only now may another of that name come: whoever undefined this one may have had to clear up. */
void
object_release(struct object *object)
{
    struct object_store *store = object->store;

    pthread_mutex_lock(&store->lock);
    if (!object->seen)
        unlist(object);
    let_go(object);
    pthread_mutex_unlock(&store->lock);
}
