/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * ref: plain names of API objects, as drivers, wire and events pass them.
 *
 * Owns: the value types that stand for a public handle (virDomainPtr …) below
 * the public library.  An argument `const struct x_ref *` is borrowed for the
 * call; a result `struct x_ref *` is filled with strings the receiver owns and
 * frees with x_ref_clear().  Lists own their items.
 * Called by: wire, core, driver tables, drivers, lib, daemon.  Nothing waits.
 */
#pragma once

#include <stddef.h>

#define UUID_LEN 16

struct domain_ref { char *name; unsigned char uuid[UUID_LEN]; int id; };
struct network_ref { char *name; unsigned char uuid[UUID_LEN]; };
struct network_port_ref { struct network_ref net; unsigned char uuid[UUID_LEN]; };
struct interface_ref { char *name; char *mac; };
struct storage_pool_ref { char *name; unsigned char uuid[UUID_LEN]; };
struct storage_vol_ref { char *pool; char *name; char *key; };
struct node_device_ref { char *name; };
struct secret_ref { unsigned char uuid[UUID_LEN]; int usage_type; char *usage_id; };
struct nwfilter_ref { char *name; unsigned char uuid[UUID_LEN]; };
struct nwfilter_binding_ref { char *portdev; char *filter; };
struct domain_snapshot_ref { char *name; struct domain_ref dom; };
struct domain_checkpoint_ref { char *name; struct domain_ref dom; };
struct admin_server_ref { char *name; };
struct admin_client_ref {
    struct admin_server_ref srv;
    unsigned long long id;
    long long timestamp;
    int transport;
};

/* X(type): one line per reference type; lists and helpers follow from it. */
#define REF_TYPES(X) \
    X(domain) X(network) X(network_port) X(interface) X(storage_pool) X(storage_vol) \
    X(node_device) X(secret) X(nwfilter) X(nwfilter_binding) X(domain_snapshot) X(domain_checkpoint) \
    X(admin_server) X(admin_client)

#define REF_DECLARE(type) \
    struct type##_ref_list { struct type##_ref *items; size_t n; }; \
    void type##_ref_clear(struct type##_ref *ref); \
    void type##_ref_copy(struct type##_ref *dst, const struct type##_ref *src); \
    void type##_ref_list_clear(struct type##_ref_list *list);
REF_TYPES(REF_DECLARE)
#undef REF_DECLARE
