/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * objects: what a test host has besides guests.
 *
 * Owns: its networks, pools with their volumes, interfaces and devices.  All of it is kept in memory; the
 * rules of a life (define, create, destroy, undefine) are those of driver/object.h.
 * The calls are listed in objects.def, with the table each belongs to; objects.c makes the tables.
 * Called by: open.c, preset.c.  Nothing waits.
 */
#pragma once

#include "drivers/test/test.h"

#include "driver/object.h"
#include "model/complete-host.h"

#include <pthread.h>

struct test_objects {
    struct event_hub *hub;          /* the host's */
    struct object_store *networks, *pools, *interfaces, *devices;
    pthread_mutex_t defining;       /* pools: taken before their own lock */
    /* The change of the interfaces under way, and what there was before. */
    pthread_mutex_t changing;       /* taken before the lock of an interface */
    bool in_change;
    struct object_list before;
};

/* An empty host; preset.c fills it. */
struct test_objects *test_objects_new(struct event_hub *hub);
void test_objects_free(struct test_objects *objects);
/* Tables and states of a connection; objects NULL: only the tables. */
void test_objects_connect(struct test_objects *objects, struct drv_conn *conn);

static inline struct test_objects *
test_objects(struct drv_conn *conn)
{
    return test_conn(conn)->objects;
}

/* For presets: as defined and started. */
int test_network_load(struct test_objects *objects, const char *xml, struct err *err);
int test_pool_load(struct test_objects *objects, const char *xml, char **name, struct err *err);
int test_interface_load(struct test_objects *objects, const char *xml, struct err *err);
int test_device_load(struct test_objects *objects, const char *xml, struct err *err);
int test_volume_load(struct test_objects *objects, const char *pool_name, const char *xml, struct err *err);

/* Declared with the very type of the slot: a wrong signature does not compile. */
#define NETWORK(name) __typeof__(*((struct network_ops *)0)->name) test_##name;
#define STORAGE(name) __typeof__(*((struct storage_ops *)0)->name) test_##name;
#define INTERFACE(name) __typeof__(*((struct interface_ops *)0)->name) test_##name;
#define NODE_DEVICE(name) __typeof__(*((struct node_device_ops *)0)->name) test_##name;
#include "drivers/test/objects.def"

extern const struct network_ops test_network_ops;
extern const struct storage_ops test_storage_ops;
extern const struct interface_ops test_interface_ops;
extern const struct node_device_ops test_node_device_ops;
