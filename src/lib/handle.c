/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * handle: see handle.h.
 */
#include "lib/handle.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

bool
handle_is(const void *handle, enum handle_type type)
{
    return handle && ((const struct handle *)handle)->magic == (HANDLE_MAGIC | type);
}

void
handle_ref(void *handle)
{
    atomic_fetch_add_explicit(&((struct handle *)handle)->refs, 1, memory_order_relaxed);
}

bool
handle_try_ref(void *handle)
{
    atomic_uint *refs = &((struct handle *)handle)->refs;
    unsigned int n = atomic_load(refs);

    while (n > 0)
        if (atomic_compare_exchange_weak(refs, &n, n + 1))
            return true;
    return false;
}

static void *
new_handle(enum handle_type type, size_t size, virConnectPtr conn)
{
    struct handle *h = g_malloc0(size);

    h->magic = HANDLE_MAGIC | type;
    atomic_init(&h->refs, 1);
    h->conn = conn;
    handle_ref(conn);
    return h;
}

#define NEW(type, name) \
    name##Ptr \
    handle_new_##type(virConnectPtr conn, struct type##_ref *ref) \
    { \
        name##Ptr handle = new_handle(HANDLE_##type, sizeof(*handle), conn); \
        handle->ref = *ref; \
        memset(ref, 0, sizeof(*ref)); \
        return handle; \
    } \
    int \
    handles_##type(virConnectPtr conn, struct type##_ref_list *list, name##Ptr **array) \
    { \
        size_t n = list->n; \
        *array = g_new0(name##Ptr, n + 1); \
        for (size_t i = 0; i < n; i++) \
            (*array)[i] = handle_new_##type(conn, &list->items[i]); \
        type##_ref_list_clear(list); \
        return n; \
    }
HANDLE_POINTERS(NEW)

static void
free_handle(struct handle *h)
{
    virConnectPtr conn = h->conn;

    switch (h->magic & 0xffff) {
    case HANDLE_conn:
    case HANDLE_adm_conn:
        h->magic = 0;
        conn_free((virConnectPtr)h);
        return;
    case HANDLE_stream:
        h->magic = 0;
        stream_free((virStreamPtr)h);
        handle_unref(conn);
        return;
    case HANDLE_network_port:
        if (((virNetworkPortPtr)h)->net)
            handle_unref(((virNetworkPortPtr)h)->net);
        break;
    case HANDLE_domain_snapshot:
        if (((virDomainSnapshotPtr)h)->dom)
            handle_unref(((virDomainSnapshotPtr)h)->dom);
        break;
    case HANDLE_domain_checkpoint:
        if (((virDomainCheckpointPtr)h)->dom)
            handle_unref(((virDomainCheckpointPtr)h)->dom);
        break;
    case HANDLE_admin_client:
        if (((virAdmClientPtr)h)->srv)
            handle_unref(((virAdmClientPtr)h)->srv);
        break;
    case HANDLE_node_device:
        g_free(((virNodeDevicePtr)h)->parent);
        break;
    }
    switch (h->magic & 0xffff) {
#define CLEAR(type, name) case HANDLE_##type: type##_ref_clear(&((name##Ptr)h)->ref); break;
    HANDLE_POINTERS(CLEAR)
    }
    h->magic = 0;
    g_free(h);
    handle_unref(conn);
}

unsigned int
handle_unref(void *handle)
{
    struct handle *h = handle;
    unsigned int left = atomic_fetch_sub_explicit(&h->refs, 1, memory_order_acq_rel) - 1;

    if (left == 0)
        free_handle(h);
    return left;
}

void
handle_domain_gone(virDomainPtr dom)
{
    __atomic_store_n(&dom->ref.id, -1, __ATOMIC_RELAXED);
}

void
handle_domain_refresh(virDomainPtr dom)
{
    struct drv_conn *drv = dom->h.conn->drv;
    struct domain_ref now = { 0 };

    if (!drv->hypervisor->domain_lookup_by_uuid ||
        drv->hypervisor->domain_lookup_by_uuid(drv, dom->ref.uuid, &now, NULL) < 0)
        return;
    __atomic_store_n(&dom->ref.id, now.id, __ATOMIC_RELAXED);
    domain_ref_clear(&now);
}

void
handle_domain_settle(virDomainPtr dom)
{
    struct drv_conn *drv = dom->h.conn->drv;
    struct domain_ref now = { .id = -1 };

    if (!drv->guests)
        return;
    drv->hypervisor->domain_lookup_by_uuid(drv, dom->ref.uuid, &now, NULL);
    __atomic_store_n(&dom->ref.id, now.id, __ATOMIC_RELAXED);
    domain_ref_clear(&now);
}
