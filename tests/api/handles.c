/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * handles: what every type of handle answers by itself: references, names, UUIDs, its connection and its
 * parent; and what freed or foreign handles get.
 */
#include "base/uuid.h"
#include "lib/conn.h"

#include <string.h>

static const unsigned char uuid[UUID_LEN] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
static const char uuid_text[] = "01020304-0506-0708-090a-0b0c0d0e0f10";
static virConnectPtr conn;

/* ---- a driver that finds everything ---- */

static int
find_secret(struct drv_conn *c, const unsigned char *id, struct secret_ref *result, struct err *err)
{
    memcpy(result->uuid, id, UUID_LEN);
    result->usage_id = g_strdup("usage");
    result->usage_type = VIR_SECRET_USAGE_TYPE_VOLUME;
    return 0;
}

static int
find_filter(struct drv_conn *c, const unsigned char *id, struct nwfilter_ref *result, struct err *err)
{
    memcpy(result->uuid, id, UUID_LEN);
    result->name = g_strdup("filter");
    return 0;
}

static int
find_port(struct drv_conn *c, const struct network_ref *net, const unsigned char *id,
          struct network_port_ref *result, struct err *err)
{
    memcpy(result->uuid, id, UUID_LEN);
    network_ref_copy(&result->net, net);
    return 0;
}

static const struct secret_ops secret = { .secret_lookup_by_uuid = find_secret };
static const struct nwfilter_ops nwfilter = { .nwfilter_lookup_by_uuid = find_filter };
static const struct network_ops network = { .network_port_lookup_by_uuid = find_port };

static int
open_any(struct drv_conn *c, const struct open_request *req, struct err *err)
{
    c->secret = &secret;
    c->nwfilter = &nwfilter;
    c->network = &network;
    return 1;
}

static void
close_any(struct drv_conn *c)
{
}

static const char *const schemes[] = { "any", NULL };
static const struct driver any = { .name = "any", .schemes = schemes, .open = open_any, .close = close_any };

/* ---- the handles ---- */

static int
last_code(void)
{
    return virGetLastErrorCode();
}

static void
lives(void)
{
#define LIFE(type, name, bad, extra) { \
        struct type##_ref ref = { 0 }; \
        name##Ptr h = handle_new_##type(conn, &ref); \
        long long garbage[64] = { 0 }; \
        g_assert_cmpint(name##Ref(h), ==, 0); \
        g_assert_cmpint(name##Free(h), ==, 0); \
        extra; \
        g_assert_cmpint(name##Free(h), ==, 0); \
        g_assert_cmpint(name##Free((name##Ptr)garbage), ==, -1); \
        g_assert_cmpint(last_code(), ==, bad); \
        g_assert_cmpint(name##Ref(NULL), ==, -1); \
        g_assert_cmpint(last_code(), ==, bad); \
    }
#define CONNECT(name) g_assert_true(name##GetConnect(h) == conn); g_assert_null(name##GetConnect(NULL))
    LIFE(domain, virDomain, VIR_ERR_INVALID_DOMAIN, CONNECT(virDomain))
    LIFE(network, virNetwork, VIR_ERR_INVALID_NETWORK, CONNECT(virNetwork))
    LIFE(network_port, virNetworkPort, VIR_ERR_INVALID_NETWORK_PORT, )
    LIFE(interface, virInterface, VIR_ERR_INVALID_INTERFACE, CONNECT(virInterface))
    LIFE(storage_pool, virStoragePool, VIR_ERR_INVALID_STORAGE_POOL, CONNECT(virStoragePool))
    LIFE(storage_vol, virStorageVol, VIR_ERR_INVALID_STORAGE_VOL, CONNECT(virStorageVol))
    LIFE(node_device, virNodeDevice, VIR_ERR_INVALID_NODE_DEVICE, )
    LIFE(secret, virSecret, VIR_ERR_INVALID_SECRET, CONNECT(virSecret))
    LIFE(nwfilter, virNWFilter, VIR_ERR_INVALID_NWFILTER, )
    LIFE(nwfilter_binding, virNWFilterBinding, VIR_ERR_INVALID_NWFILTER_BINDING, )
    LIFE(domain_snapshot, virDomainSnapshot, VIR_ERR_INVALID_DOMAIN_SNAPSHOT, CONNECT(virDomainSnapshot))
    LIFE(domain_checkpoint, virDomainCheckpoint, VIR_ERR_INVALID_DOMAIN_CHECKPOINT,
         CONNECT(virDomainCheckpoint))
}

static void
names(void)
{
#define STRING(type, name, member, function) { \
        struct type##_ref ref = { .member = g_strdup("text") }; \
        name##Ptr h = handle_new_##type(conn, &ref); \
        g_assert_cmpstr(function(h), ==, "text"); \
        g_assert_null(function(NULL)); \
        name##Free(h); \
    }
    STRING(domain, virDomain, name, virDomainGetName)
    STRING(network, virNetwork, name, virNetworkGetName)
    STRING(interface, virInterface, name, virInterfaceGetName)
    STRING(interface, virInterface, mac, virInterfaceGetMACString)
    STRING(storage_pool, virStoragePool, name, virStoragePoolGetName)
    STRING(storage_vol, virStorageVol, name, virStorageVolGetName)
    STRING(storage_vol, virStorageVol, key, virStorageVolGetKey)
    STRING(node_device, virNodeDevice, name, virNodeDeviceGetName)
    STRING(secret, virSecret, usage_id, virSecretGetUsageID)
    STRING(nwfilter, virNWFilter, name, virNWFilterGetName)
    STRING(nwfilter_binding, virNWFilterBinding, portdev, virNWFilterBindingGetPortDev)
    STRING(nwfilter_binding, virNWFilterBinding, filter, virNWFilterBindingGetFilterName)
    STRING(domain_snapshot, virDomainSnapshot, name, virDomainSnapshotGetName)
    STRING(domain_checkpoint, virDomainCheckpoint, name, virDomainCheckpointGetName)
}

static void
uuids(void)
{
#define ID(type, name) { \
        struct type##_ref ref = { 0 }; \
        unsigned char raw[UUID_LEN]; \
        char text[VIR_UUID_STRING_BUFLEN]; \
        name##Ptr h; \
        memcpy(ref.uuid, uuid, UUID_LEN); \
        h = handle_new_##type(conn, &ref); \
        g_assert_cmpint(name##GetUUID(h, raw), ==, 0); \
        g_assert_cmpint(memcmp(raw, uuid, UUID_LEN), ==, 0); \
        g_assert_cmpint(name##GetUUIDString(h, text), ==, 0); \
        g_assert_cmpstr(text, ==, uuid_text); \
        g_assert_cmpint(name##GetUUID(h, NULL), ==, -1); \
        g_assert_cmpint(last_code(), ==, VIR_ERR_INVALID_ARG); \
        g_assert_cmpint(name##GetUUIDString(h, NULL), ==, -1); \
        g_assert_cmpint(name##GetUUID(NULL, raw), ==, -1); \
        g_assert_cmpint(name##GetUUIDString(NULL, text), ==, -1); \
        name##Free(h); \
    }
    ID(domain, virDomain)
    ID(network, virNetwork)
    ID(network_port, virNetworkPort)
    ID(storage_pool, virStoragePool)
    ID(secret, virSecret)
    ID(nwfilter, virNWFilter)
}

static void
parents(void)
{
    struct network_port_ref port_ref = { .net.name = g_strdup("net") };
    struct domain_snapshot_ref snap_ref = { .dom.name = g_strdup("dom") };
    struct domain_checkpoint_ref check_ref = { .dom.name = g_strdup("dom") };
    virNetworkPortPtr port = handle_new_network_port(conn, &port_ref);
    virDomainSnapshotPtr snap = handle_new_domain_snapshot(conn, &snap_ref);
    virDomainCheckpointPtr check = handle_new_domain_checkpoint(conn, &check_ref);

    g_assert_cmpstr(virNetworkGetName(virNetworkPortGetNetwork(port)), ==, "net");
    g_assert_cmpstr(virDomainGetName(virDomainSnapshotGetDomain(snap)), ==, "dom");
    g_assert_cmpstr(virDomainGetName(virDomainCheckpointGetDomain(check)), ==, "dom");
    g_assert_true(virDomainCheckpointGetDomain(check) ==
                  virDomainCheckpointGetDomain(check)); /* one, its own */
    g_assert_null(virNetworkPortGetNetwork(NULL));
    g_assert_null(virDomainSnapshotGetDomain(NULL));
    g_assert_null(virDomainCheckpointGetDomain(NULL));
    virNetworkPortFree(port);
    virDomainSnapshotFree(snap);
    virDomainCheckpointFree(check);
}

static void
by_uuid(void)
{
    struct network_ref ref = { .name = g_strdup("net") };
    virNetworkPtr net = handle_new_network(conn, &ref);
    virSecretPtr s = virSecretLookupByUUIDString(conn, uuid_text);
    virNWFilterPtr f = virNWFilterLookupByUUIDString(conn, uuid_text);
    virNetworkPortPtr p = virNetworkPortLookupByUUIDString(net, uuid_text);

    g_assert_cmpint(virSecretGetUsageType(s), ==, VIR_SECRET_USAGE_TYPE_VOLUME);
    g_assert_cmpint(virSecretGetUsageType(NULL), ==, -1);
    g_assert_cmpstr(virNWFilterGetName(f), ==, "filter");
    g_assert_cmpstr(virNetworkGetName(virNetworkPortGetNetwork(p)), ==, "net");
    virSecretFree(s);
    virNWFilterFree(f);
    virNetworkPortFree(p);
    g_assert_null(virSecretLookupByUUIDString(conn, "no uuid"));
    g_assert_cmpint(last_code(), ==, VIR_ERR_INVALID_ARG);
    g_assert_null(virNWFilterLookupByUUIDString(conn, "no uuid"));
    g_assert_null(virNetworkPortLookupByUUIDString(net, "no uuid"));
    virNetworkFree(net);
}

/* Thousands of them, and the connection stays until the last one is gone. */
static void
thousands(void)
{
    virConnectPtr own = virConnectOpen("any:///");
    g_autofree virDomainPtr *all = g_new(virDomainPtr, 20000);

    for (int i = 0; i < 20000; i++) {
        struct domain_ref ref = { .name = g_strdup_printf("guest-%d", i), .id = i };

        all[i] = handle_new_domain(own, &ref);
    }
    g_assert_cmpint(virConnectClose(own), ==, 1);
    for (int i = 0; i < 20000; i++) {
        g_assert_cmpint(virDomainGetID(all[i]), ==, i);
        virDomainFree(all[i]);
    }
}

/* What is referenced twice is closed twice. */
static void
references(void)
{
    virConnectPtr own = virConnectOpen("any:///");
    virStreamPtr st = virStreamNew(own, 0);

    g_assert_cmpint(virConnectRef(own), ==, 0);
    g_assert_cmpint(virStreamRef(st), ==, 0);
    g_assert_cmpint(virConnectClose(own), ==, 1);
    g_assert_cmpint(virStreamFree(st), ==, 0);
    g_assert_cmpint(virStreamFree(st), ==, 0);
    g_assert_cmpint(virConnectClose(own), ==, 0);
    g_assert_cmpint(virConnectRef(NULL), ==, -1);
    g_assert_cmpint(last_code(), ==, VIR_ERR_INVALID_CONN);
    g_assert_cmpint(virStreamRef(NULL), ==, -1);
    g_assert_cmpint(last_code(), ==, VIR_ERR_INVALID_STREAM);
}

static void
errors(void)
{
    virError error = { 0 };
    virErrorPtr of_conn;

    virResetLastError();
    g_assert_cmpint(virCopyLastError(&error), ==, 0);
    g_assert_cmpint(virCopyLastError(NULL), ==, -1);
    g_assert_cmpstr(virGetLastErrorMessage(), ==, "no error");
    g_assert_cmpint(virGetLastErrorDomain(), ==, VIR_FROM_NONE);
    g_assert_null(virSecretLookupByUUIDString(conn, "no uuid"));
    g_assert_cmpint(virGetLastErrorDomain(), ==, VIR_FROM_SECRET);
    g_assert_nonnull(strstr(virGetLastErrorMessage(), "virSecretLookupByUUIDString"));
    g_assert_cmpint(virCopyLastError(&error), ==, VIR_ERR_INVALID_ARG);
    g_assert_cmpstr(error.message, ==, virGetLastErrorMessage());
    g_assert_cmpint(error.level, ==, VIR_ERR_ERROR);
    virResetError(&error);
    of_conn = virConnGetLastError(conn);
    g_assert_cmpint(of_conn->code, ==, VIR_ERR_INVALID_ARG);
    g_assert_cmpint(virConnCopyLastError(conn, &error), ==, VIR_ERR_INVALID_ARG);
    virResetError(&error);
    virConnResetLastError(conn);
    g_assert_cmpint(virConnCopyLastError(conn, &error), ==, 0);
    g_assert_null(virConnGetLastError(NULL));
    g_assert_cmpint(virConnCopyLastError(conn, NULL), ==, -1);
    virDefaultErrorFunc(NULL);
}

/* What calls return as structures is freed whole: the leak checker is the judge. */
static void
structures(void)
{
    virDomainFSInfoPtr fs = g_new0(virDomainFSInfo, 1);
    virDomainIOThreadInfoPtr thread = g_new0(virDomainIOThreadInfo, 1);
    virDomainInterfacePtr iface = g_new0(virDomainInterface, 1);
    virNetworkDHCPLeasePtr lease = g_new0(virNetworkDHCPLease, 1);
    virDomainStatsRecordPtr *stats = g_new0(virDomainStatsRecordPtr, 2);
    struct domain_ref ref = { .name = g_strdup("guest") };
    int max = 0;

    fs->mountpoint = g_strdup("/");
    fs->ndevAlias = 1;
    fs->devAlias = g_new0(char *, 1);
    fs->devAlias[0] = g_strdup("vda");
    virDomainFSInfoFree(fs);
    thread->cpumap = g_malloc0(2);
    virDomainIOThreadInfoFree(thread);
    iface->name = g_strdup("eth0");
    iface->naddrs = 1;
    iface->addrs = g_new0(virDomainIPAddress, 1);
    iface->addrs[0].addr = g_strdup("192.0.2.1");
    virDomainInterfaceFree(iface);
    lease->ipaddr = g_strdup("192.0.2.1");
    virNetworkDHCPLeaseFree(lease);
    stats[0] = g_new0(virDomainStatsRecord, 1);
    stats[0]->dom = handle_new_domain(conn, &ref);
    g_assert_cmpint(virTypedParamsAddInt(&stats[0]->params, &stats[0]->nparams, &max, "x", 1), ==, 0);
    virDomainStatsRecordListFree(stats);
    virDomainFSInfoFree(NULL);
    virDomainIOThreadInfoFree(NULL);
    virDomainInterfaceFree(NULL);
    virNetworkDHCPLeaseFree(NULL);
    virDomainStatsRecordListFree(NULL);
    /* The oldest name of creating a guest is only a name. */
    g_assert_null(virDomainCreateLinux(conn, NULL, 0));
    g_assert_cmpint(virGetLastErrorCode(), ==, VIR_ERR_INVALID_ARG);
}

int
main(int argc, char **argv)
{
    int rc;

    g_test_init(&argc, &argv, NULL);
    virInitialize();
    driver_register(&any);
    conn = virConnectOpen("any:///");
    g_assert_nonnull(conn);
    g_test_add_func("/handles/lives", lives);
    g_test_add_func("/handles/names", names);
    g_test_add_func("/handles/uuids", uuids);
    g_test_add_func("/handles/parents", parents);
    g_test_add_func("/handles/by-uuid", by_uuid);
    g_test_add_func("/handles/thousands", thousands);
    g_test_add_func("/handles/references", references);
    g_test_add_func("/handles/errors", errors);
    g_test_add_func("/handles/structures", structures);
    rc = g_test_run();
    g_assert_cmpint(virConnectClose(conn), ==, 0);
    return rc;
}
