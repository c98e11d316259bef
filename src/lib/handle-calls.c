/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * handle-calls: the public functions that a handle answers by itself: references,
 * names, UUIDs, its connection.  Nothing waits, but for freeing the last one.
 */
#include "base/uuid.h"
#include "lib/entry.h"

#include <stdlib.h>

#define SELF(type, handle, function, from, failure) \
    ENTRY(function, from); \
    if (!entry_self(&e, HANDLE_##type, handle)) { \
        entry_fail(&e); \
        return failure; \
    }

#define FREE_AND_REF(type, name, from) \
    int name##Free(name##Ptr handle) { SELF(type, handle, #name "Free", from, -1) \
        e.conn = NULL; handle_unref(handle); return 0; } \
    int name##Ref(name##Ptr handle) { SELF(type, handle, #name "Ref", from, -1) \
        handle_ref(handle); return 0; }
#define GET_CONNECT(type, name, from) \
    virConnectPtr name##GetConnect(name##Ptr handle) { SELF(type, handle, #name "GetConnect", from, NULL) \
        return handle->h.conn; }
#define GET_STRING(type, name, what, member, from) \
    const char *name##Get##what(name##Ptr handle) { SELF(type, handle, #name "Get" #what, from, NULL) \
        return handle->ref.member; }
#define GET_UUID(type, name, from) \
    int name##GetUUID(name##Ptr handle, unsigned char *uuid) { SELF(type, handle, #name "GetUUID", from, -1) \
        if (!entry_nonnull(&e, "uuid", uuid)) return entry_fail(&e); \
        memcpy(uuid, handle->ref.uuid, UUID_LEN); return 0; } \
    int name##GetUUIDString(name##Ptr handle, char *buf) { \
        SELF(type, handle, #name "GetUUIDString", from, -1) \
        if (!entry_nonnull(&e, "buf", buf)) return entry_fail(&e); \
        uuid_format(handle->ref.uuid, buf); return 0; }

FREE_AND_REF(domain, virDomain, VIR_FROM_DOMAIN)
GET_CONNECT(domain, virDomain, VIR_FROM_DOMAIN)
GET_STRING(domain, virDomain, Name, name, VIR_FROM_DOMAIN)
GET_UUID(domain, virDomain, VIR_FROM_DOMAIN)

FREE_AND_REF(network, virNetwork, VIR_FROM_NETWORK)
GET_CONNECT(network, virNetwork, VIR_FROM_NETWORK)
GET_STRING(network, virNetwork, Name, name, VIR_FROM_NETWORK)
GET_UUID(network, virNetwork, VIR_FROM_NETWORK)

FREE_AND_REF(network_port, virNetworkPort, VIR_FROM_NETWORK)
GET_UUID(network_port, virNetworkPort, VIR_FROM_NETWORK)

FREE_AND_REF(interface, virInterface, VIR_FROM_INTERFACE)
GET_CONNECT(interface, virInterface, VIR_FROM_INTERFACE)
GET_STRING(interface, virInterface, Name, name, VIR_FROM_INTERFACE)
GET_STRING(interface, virInterface, MACString, mac, VIR_FROM_INTERFACE)

FREE_AND_REF(storage_pool, virStoragePool, VIR_FROM_STORAGE)
GET_CONNECT(storage_pool, virStoragePool, VIR_FROM_STORAGE)
GET_STRING(storage_pool, virStoragePool, Name, name, VIR_FROM_STORAGE)
GET_UUID(storage_pool, virStoragePool, VIR_FROM_STORAGE)

FREE_AND_REF(storage_vol, virStorageVol, VIR_FROM_STORAGE)
GET_CONNECT(storage_vol, virStorageVol, VIR_FROM_STORAGE)
GET_STRING(storage_vol, virStorageVol, Name, name, VIR_FROM_STORAGE)
GET_STRING(storage_vol, virStorageVol, Key, key, VIR_FROM_STORAGE)

FREE_AND_REF(node_device, virNodeDevice, VIR_FROM_NODEDEV)
GET_STRING(node_device, virNodeDevice, Name, name, VIR_FROM_NODEDEV)

FREE_AND_REF(secret, virSecret, VIR_FROM_SECRET)
GET_CONNECT(secret, virSecret, VIR_FROM_SECRET)
GET_UUID(secret, virSecret, VIR_FROM_SECRET)
GET_STRING(secret, virSecret, UsageID, usage_id, VIR_FROM_SECRET)

FREE_AND_REF(nwfilter, virNWFilter, VIR_FROM_NWFILTER)
GET_STRING(nwfilter, virNWFilter, Name, name, VIR_FROM_NWFILTER)
GET_UUID(nwfilter, virNWFilter, VIR_FROM_NWFILTER)

FREE_AND_REF(nwfilter_binding, virNWFilterBinding, VIR_FROM_NWFILTER)
GET_STRING(nwfilter_binding, virNWFilterBinding, PortDev, portdev, VIR_FROM_NWFILTER)
GET_STRING(nwfilter_binding, virNWFilterBinding, FilterName, filter, VIR_FROM_NWFILTER)

FREE_AND_REF(domain_snapshot, virDomainSnapshot, VIR_FROM_DOMAIN_SNAPSHOT)
GET_CONNECT(domain_snapshot, virDomainSnapshot, VIR_FROM_DOMAIN_SNAPSHOT)
GET_STRING(domain_snapshot, virDomainSnapshot, Name, name, VIR_FROM_DOMAIN_SNAPSHOT)

FREE_AND_REF(domain_checkpoint, virDomainCheckpoint, VIR_FROM_DOMAIN_CHECKPOINT)
GET_CONNECT(domain_checkpoint, virDomainCheckpoint, VIR_FROM_DOMAIN_CHECKPOINT)
GET_STRING(domain_checkpoint, virDomainCheckpoint, Name, name, VIR_FROM_DOMAIN_CHECKPOINT)

unsigned int
virDomainGetID(virDomainPtr domain)
{
    SELF(domain, domain, "virDomainGetID", VIR_FROM_DOMAIN, (unsigned int)-1)
    return __atomic_load_n(&domain->ref.id, __ATOMIC_RELAXED);
}

int
virSecretGetUsageType(virSecretPtr secret)
{
    SELF(secret, secret, "virSecretGetUsageType", VIR_FROM_SECRET, -1)
    return secret->ref.usage_type;
}

/* The parent of a port, snapshot or checkpoint is made when first asked for and
 * lives as long as its child. */
#define GET_PARENT(type, name, what, parent, parent_type, member, refmember, from) \
    parent name##Get##what(name##Ptr handle) \
    { \
        struct parent_type##_ref ref = { 0 }; \
        parent made; \
        SELF(type, handle, #name "Get" #what, from, NULL) \
        pthread_mutex_lock(&e.conn->lock); \
        if (!handle->member) { \
            parent_type##_ref_copy(&ref, &handle->ref.refmember); \
            handle->member = handle_new_##parent_type(e.conn, &ref); \
        } \
        made = handle->member; \
        pthread_mutex_unlock(&e.conn->lock); \
        return made; \
    }
GET_PARENT(network_port, virNetworkPort, Network, virNetworkPtr, network, net, net, VIR_FROM_NETWORK)
GET_PARENT(domain_snapshot, virDomainSnapshot, Domain, virDomainPtr, domain, dom, dom,
           VIR_FROM_DOMAIN_SNAPSHOT)
GET_PARENT(domain_checkpoint, virDomainCheckpoint, Domain, virDomainPtr, domain, dom, dom,
           VIR_FROM_DOMAIN_CHECKPOINT)

#define BY_UUID_STRING(selftype, self, name, result, from) \
    result name##LookupByUUIDString(self parent, const char *text) \
    { \
        unsigned char uuid[UUID_LEN]; \
        SELF(selftype, parent, #name "LookupByUUIDString", from, NULL) \
        if (!entry_nonnull(&e, "uuid", text)) { \
            entry_fail(&e); \
            return NULL; \
        } \
        if (uuid_parse(text, uuid) < 0) { \
            entry_set(&e, VIR_ERR_INVALID_ARG, "'%s' is not a UUID", text); \
            return NULL; \
        } \
        return name##LookupByUUID(parent, uuid); \
    }
BY_UUID_STRING(conn, virConnectPtr, virDomain, virDomainPtr, VIR_FROM_DOMAIN)
BY_UUID_STRING(conn, virConnectPtr, virNetwork, virNetworkPtr, VIR_FROM_NETWORK)
BY_UUID_STRING(network, virNetworkPtr, virNetworkPort, virNetworkPortPtr, VIR_FROM_NETWORK)
BY_UUID_STRING(conn, virConnectPtr, virStoragePool, virStoragePoolPtr, VIR_FROM_STORAGE)
BY_UUID_STRING(conn, virConnectPtr, virSecret, virSecretPtr, VIR_FROM_SECRET)
BY_UUID_STRING(conn, virConnectPtr, virNWFilter, virNWFilterPtr, VIR_FROM_NWFILTER)

/* The handle keeps the answer. */
const char *
virNodeDeviceGetParent(virNodeDevicePtr dev)
{
    char *parent = NULL;
    bool asked;

    SELF(node_device, dev, "virNodeDeviceGetParent", VIR_FROM_NODEDEV, NULL)
    pthread_mutex_lock(&e.conn->lock);
    asked = dev->asked;
    pthread_mutex_unlock(&e.conn->lock);
    if (asked)
        return dev->parent;
    if (!e.conn->drv->node_device || !e.conn->drv->node_device->node_device_get_parent) {
        entry_no_support(&e);
        return NULL;
    }
    if (e.conn->drv->node_device->node_device_get_parent(e.conn->drv, &dev->ref, &parent, &e.err) < 0) {
        entry_fail(&e);
        return NULL;
    }
    pthread_mutex_lock(&e.conn->lock);
    if (dev->asked) {
        g_free(parent);
    } else {
        dev->parent = parent;
        dev->asked = true;
    }
    pthread_mutex_unlock(&e.conn->lock);
    return dev->parent;
}

virDomainPtr
virDomainCreateLinux(virConnectPtr conn, const char *xmlDesc, unsigned int flags)
{
    return virDomainCreateXML(conn, xmlDesc, flags);
}

/* What calls return as structures, the application frees here. */
void
virDomainFSInfoFree(virDomainFSInfoPtr info)
{
    if (!info)
        return;
    free(info->mountpoint);
    free(info->name);
    free(info->fstype);
    for (size_t i = 0; i < info->ndevAlias; i++)
        free(info->devAlias[i]);
    free(info->devAlias);
    free(info);
}

void
virDomainIOThreadInfoFree(virDomainIOThreadInfoPtr info)
{
    if (!info)
        return;
    free(info->cpumap);
    free(info);
}

void
virDomainInterfaceFree(virDomainInterfacePtr iface)
{
    if (!iface)
        return;
    free(iface->name);
    free(iface->hwaddr);
    for (unsigned int i = 0; i < iface->naddrs; i++)
        free(iface->addrs[i].addr);
    free(iface->addrs);
    free(iface);
}

void
virNetworkDHCPLeaseFree(virNetworkDHCPLeasePtr lease)
{
    if (!lease)
        return;
    free(lease->iface);
    free(lease->mac);
    free(lease->iaid);
    free(lease->ipaddr);
    free(lease->hostname);
    free(lease->clientid);
    free(lease);
}
