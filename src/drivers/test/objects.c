/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * objects: see objects.h.
 *
 * Owns: the tables, and the kinds of objects.
 * Called by: open.c.  Nothing waits.
 */
#include "drivers/test/pool.h"

static const struct object_class networks = {
    .what = "network",
    .err_domain = VIR_FROM_NETWORK,
    .missing_domain = VIR_FROM_TEST,
    .missing_code = VIR_ERR_NO_NETWORK,
};
static const struct object_class pools = {
    .what = "storage pool", .err_domain = VIR_FROM_STORAGE, .missing_domain = VIR_FROM_TEST,
    .missing_code = VIR_ERR_NO_STORAGE_POOL, .extra_clear = contents_clear,
};
static const struct object_class interfaces = {
    .what = "interface", .err_domain = VIR_FROM_INTERFACE, .missing_domain = VIR_FROM_TEST,
    .missing_code = VIR_ERR_NO_INTERFACE,
};
static const struct object_class devices = {
    .what = "device", .err_domain = VIR_FROM_NODEDEV, .missing_domain = VIR_FROM_TEST,
    .missing_code = VIR_ERR_NO_NODE_DEVICE,
};

struct test_objects *
test_objects_new(struct event_hub *hub)
{
    struct test_objects *objects = g_new0(struct test_objects, 1);

    objects->hub = hub;
    objects->networks = object_store_new(&networks);
    objects->pools = object_store_new(&pools);
    objects->interfaces = object_store_new(&interfaces);
    objects->devices = object_store_new(&devices);
    pthread_mutex_init(&objects->defining, NULL);
    pthread_mutex_init(&objects->changing, NULL);
    return objects;
}

void
test_objects_free(struct test_objects *objects)
{
    if (!objects)
        return;
    object_store_free(objects->networks);
    object_store_free(objects->pools);
    object_list_clear(&objects->before);
    object_store_free(objects->interfaces);
    object_store_free(objects->devices);
    pthread_mutex_destroy(&objects->changing);
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

const struct interface_ops test_interface_ops = {
#define INTERFACE(slot) .slot = test_##slot,
#include "drivers/test/objects.def"
};

const struct node_device_ops test_node_device_ops = {
#define NODE_DEVICE(slot) .slot = test_##slot,
#include "drivers/test/objects.def"
};

void
test_objects_connect(struct test_objects *objects, struct drv_conn *conn)
{
    conn->network = &test_network_ops;
    conn->network_state = objects;
    conn->storage = &test_storage_ops;
    conn->storage_state = objects;
    conn->interface = &test_interface_ops;
    conn->interface_state = objects;
    conn->node_device = &test_node_device_ops;
    conn->node_device_state = objects;
}
