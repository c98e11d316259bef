/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * object: the store of host objects: who is seen when, who clashes with whom, and writers at a time.
 */
#include "driver/object.h"

#include "model/host-def.h"

#include <glib.h>
#include <pthread.h>
#include <string.h>

static int cleared; /* contents of `extra` that were freed */

static void
clear(void *extra)
{
    g_atomic_int_inc(&cleared);
}

static const struct object_class things = {
    .what = "thing",
    .err_domain = VIR_FROM_NETWORK,
    .missing_domain = VIR_FROM_TEST,
    .missing_code = VIR_ERR_NO_NETWORK,
    .extra_clear = clear,
};

static const unsigned char uuids[3][UUID_LEN] = { { 1 }, { 2 }, { 3 } };

static struct interface_def *
def_of(const char *name)
{
    struct interface_def *def = interface_def_new();

    def->name = model_str(def, name);
    return def;
}

static void
add(struct object_store *store, const char *name, const unsigned char *uuid, bool live)
{
    INTERFACE_DEF_AUTO def = def_of(name);
    OBJECT_AUTO object = object_claim(store, name, uuid, false, NULL);

    g_assert_nonnull(object);
    object_publish(object, &(struct object_facts){ .config = def, .live = live ? def : NULL });
}

static void
test_seen(void)
{
    struct object_store *store = object_store_new(&things);
    OBJECT_LIST_AUTO list = { 0 };
    ERR_AUTO err = ERR_INIT;
    INTERFACE_DEF_AUTO def = def_of("a");
    struct object *object = object_claim(store, "a", uuids[0], false, NULL);
    const struct object_view *view;

    /* not before it is published */
    g_assert_null(object_now(object));
    g_assert_null(object_by_name(store, "a", &err));
    g_assert_cmpint(err.code, ==, VIR_ERR_NO_NETWORK);
    g_assert_cmpint(err.domain, ==, VIR_FROM_TEST);
    g_assert_cmpint(object_count(store, false), ==, 0);
    object_release(object);
    g_assert_null(object_hold(store, "a", NULL, NULL)); /* nor afterwards, if it never was */

    add(store, "a", uuids[0], false);
    add(store, "b", uuids[1], true);
    g_assert_cmpint(object_count(store, false), ==, 1);
    g_assert_cmpint(object_count(store, true), ==, 1);
    object_list(store, NULL, NULL, &list);
    g_assert_cmpint(list.n, ==, 2);
    g_assert_cmpstr(list.items[0]->name, ==, "a");
    g_assert_cmpstr(list.items[1]->name, ==, "b");

    /* a view outlives its object */
    view = object_by_uuid(store, uuids[1], NULL);
    object = object_hold(store, NULL, uuids[1], NULL);
    object_publish(object, &(struct object_facts){ 0 });
    g_assert_null(object_by_uuid(store, uuids[1], NULL));
    g_assert_cmpstr(object_now(object)->name, ==, "b");
    object_release(object);
    g_assert_cmpstr(view->name, ==, "b");
    g_assert_true(object_is_active(view));
    object_view_unref(view);
    object_store_free(store);
}

static void
test_clashes(void)
{
    struct object_store *store = object_store_new(&things);
    static const struct { const char *name; int uuid; bool inactive; int code; } cases[] = {
        { "idle", 0, false, VIR_ERR_OK },
        { "idle", 0, true, VIR_ERR_OK },
        { "idle", 1, false, VIR_ERR_OPERATION_FAILED },
        { "other", 0, false, VIR_ERR_OPERATION_FAILED },
        { "busy", 1, false, VIR_ERR_OK },
        { "busy", 1, true, VIR_ERR_OPERATION_INVALID },
        { "busy", 2, true, VIR_ERR_OPERATION_FAILED },
        { "new", 2, true, VIR_ERR_OK },
    };

    add(store, "idle", uuids[0], false);
    add(store, "busy", uuids[1], true);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        ERR_AUTO err = ERR_INIT;
        OBJECT_AUTO object =
            object_claim(store, cases[i].name, uuids[cases[i].uuid], cases[i].inactive, &err);

        g_assert_cmpint(err.code, ==, cases[i].code);
        g_assert_true((object == NULL) == (cases[i].code != VIR_ERR_OK));
        if (!object)
            g_assert_cmpint(err.domain, ==, VIR_FROM_NETWORK);
    }
    object_store_free(store);
}

static void
test_filters(void)
{
    struct interface_def *def = def_of("x");
    const struct { struct object_facts is; unsigned fits; } cases[] = {
        { { .config = def }, VIR_CONNECT_LIST_NETWORKS_INACTIVE | VIR_CONNECT_LIST_NETWORKS_PERSISTENT |
                             VIR_CONNECT_LIST_NETWORKS_NO_AUTOSTART },
        { { .live = def }, VIR_CONNECT_LIST_NETWORKS_ACTIVE | VIR_CONNECT_LIST_NETWORKS_TRANSIENT |
                           VIR_CONNECT_LIST_NETWORKS_NO_AUTOSTART },
        { { .config = def, .live = def, .autostart = true }, VIR_CONNECT_LIST_NETWORKS_ACTIVE |
          VIR_CONNECT_LIST_NETWORKS_PERSISTENT | VIR_CONNECT_LIST_NETWORKS_AUTOSTART },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const struct object_view view = { .is = cases[i].is };

        for (unsigned flags = 0; flags < 64; flags++) {
            bool fits = true;

            for (unsigned group = 3; group < 64;
                 group <<= 2) /* of each pair: none asked for, or the right one */
                fits = fits && (!(flags & group) || flags & group & cases[i].fits);
            g_assert_cmpint(object_matches_list_flags(&view, flags), ==, fits);
        }
    }
    interface_def_unref(def);
}

static void
test_extra(void)
{
    struct object_store *store = object_store_new(&things);
    INTERFACE_DEF_AUTO def = def_of("a");
    struct object *object = object_claim(store, "a", NULL, false, NULL);

    cleared = 0;
    for (int i = 0; i < 3; i++) {
        int *extra = g_atomic_rc_box_new0(int);
        struct object_facts facts = { .config = def, .extra = extra };

        *extra = i;
        object_publish(object, &facts);
        g_atomic_rc_box_release_full(extra, clear); /* ours; the view has its own */
        g_assert_cmpint(*(const int *)object_now(object)->is.extra, ==, i);
        g_assert_cmpint(cleared, ==, i);
    }
    object_release(object);
    object_store_free(store);
    g_assert_cmpint(cleared, ==, 3);
}

/* Many threads define, change, list and undefine the same few objects. */
struct crowd { struct object_store *store; int seed; int held[3]; };

static void
work_on(struct crowd *crowd, unsigned what, int which)
{
    static const char *const names[] = { "a", "b", "c" };
    OBJECT_AUTO object = what % 3 ? object_hold(crowd->store, NULL, uuids[which], NULL) :
                                    object_claim(crowd->store, names[which], uuids[which], false, NULL);
    INTERFACE_DEF_AUTO def = NULL;
    struct object_facts facts;

    if (!object)
        return;
    g_assert_cmpint(g_atomic_int_add(&crowd->held[which], 1), ==, 0); /* nobody else */
    def = def_of(names[which]);
    facts = what % 3 == 2 ? (struct object_facts){ 0 } : object_facts(object);
    if (what % 3 != 2)
        facts.config = def;
    object_publish(object, &facts);
    g_atomic_int_add(&crowd->held[which], -1);
}

static void *
run(void *arg)
{
    struct crowd *crowd = arg;
    unsigned rnd = (unsigned)g_atomic_int_add(&crowd->seed, 1) * 2654435761u + 1;

    for (int i = 0; i < 2000; i++) {
        OBJECT_LIST_AUTO list = { 0 };

        rnd = rnd * 1103515245u + 12345u;
        work_on(crowd, rnd >> 16, (int)(rnd >> 20) % 3);
        object_list(crowd->store, NULL, NULL, &list);
        g_assert_cmpint(list.n, <=, 3);
        for (size_t v = 0; v < list.n; v++)
            g_assert_cmpstr(((const struct interface_def *)object_def(list.items[v]))->name, ==,
                            list.items[v]->name);
    }
    return NULL;
}

static void
test_crowd(void)
{
    struct crowd crowd = { .store = object_store_new(&things) };
    pthread_t threads[4];

    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
        g_assert_cmpint(pthread_create(&threads[i], NULL, run, &crowd), ==, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
        pthread_join(threads[i], NULL);
    object_store_free(crowd.store);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/object/seen", test_seen);
    g_test_add_func("/object/clashes", test_clashes);
    g_test_add_func("/object/filters", test_filters);
    g_test_add_func("/object/extra", test_extra);
    g_test_add_func("/object/crowd", test_crowd);
    return g_test_run();
}
