/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * ref: see ref.h.
 */
#include "base/ref.h"

#include <glib.h>
#include <string.h>

#define PLAIN(type, ...) \
    void type##_ref_clear(struct type##_ref *ref) \
    { \
        char **strings[] = { __VA_ARGS__ }; \
        for (size_t i = 0; i < G_N_ELEMENTS(strings); i++) \
            g_free(*strings[i]); \
        memset(ref, 0, sizeof(*ref)); \
    } \
    void type##_ref_copy(struct type##_ref *dst, const struct type##_ref *src) \
    { \
        struct type##_ref *ref = dst; \
        *dst = *src; \
        char **strings[] = { __VA_ARGS__ }; \
        for (size_t i = 0; i < G_N_ELEMENTS(strings); i++) \
            *strings[i] = g_strdup(*strings[i]); \
    }

PLAIN(domain, &ref->name)
PLAIN(network, &ref->name)
PLAIN(network_port, &ref->net.name)
PLAIN(interface, &ref->name, &ref->mac)
PLAIN(storage_pool, &ref->name)
PLAIN(storage_vol, &ref->pool, &ref->name, &ref->key)
PLAIN(node_device, &ref->name)
PLAIN(secret, &ref->usage_id)
PLAIN(nwfilter, &ref->name)
PLAIN(nwfilter_binding, &ref->portdev, &ref->filter)
PLAIN(domain_snapshot, &ref->name, &ref->dom.name)
PLAIN(domain_checkpoint, &ref->name, &ref->dom.name)
PLAIN(admin_server, &ref->name)
PLAIN(admin_client, &ref->srv.name)

#define LIST(type) \
    void type##_ref_list_clear(struct type##_ref_list *list) \
    { \
        for (size_t i = 0; i < list->n; i++) \
            type##_ref_clear(&list->items[i]); \
        g_free(list->items); \
        memset(list, 0, sizeof(*list)); \
    }
REF_TYPES(LIST)
