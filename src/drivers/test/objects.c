/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * objects: see objects.h.
 *
 * Owns: the tables, and the kinds of objects.
 * Called by: open.c.  Nothing waits.
 */
#include "drivers/test/pool.h"

static const struct object_class networks = {
    .what = "network", .err_domain = VIR_FROM_NETWORK, .missing_domain = VIR_FROM_TEST, .missing_code = VIR_ERR_NO_NETWORK,
};
static const struct object_class pools = {
    .what = "storage pool", .err_domain = VIR_FROM_STORAGE, .missing_domain = VIR_FROM_TEST,
    .missing_code = VIR_ERR_NO_STORAGE_POOL, .extra_clear = contents_clear,
};

struct test_objects *
test_objects_new(struct event_hub *hub)
{
    struct test_objects *objects = g_new0(struct test_objects, 1);

    objects->hub = hub;
    objects->networks = object_store_new(&networks);
    objects->pools = object_store_new(&pools);
    pthread_mutex_init(&objects->defining, NULL);
    return objects;
}

void
test_objects_free(struct test_objects *objects)
{
    if (!objects)
        return;
    object_store_free(objects->networks);
    object_store_free(objects->pools);
    pthread_mutex_destroy(&objects->defining);
    g_free(objects);
}

const struct network_ops test_network_ops = {
#define NETWORK(slot) .slot = test_##slot,
#include "drivers/test/objects.def"
};

const struct storage_ops test_storage_ops = {
#define STORAGE(slot) .slot = test_##slot,
#include "drivers/test/objects.def"
};

void
test_objects_connect(struct test_objects *objects, struct drv_conn *conn)
{
    conn->network = &test_network_ops;
    conn->network_state = objects;
    conn->storage = &test_storage_ops;
    conn->storage_state = objects;
}
