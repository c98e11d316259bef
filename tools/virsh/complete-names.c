/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of objects for completion in virsh.  Each asks the hypervisor and waits for it. */
#include "events.h"
#include "keys.h"
#include "lookup.h"
#include "xml.h"

#include <stdlib.h>
#include <string.h>

/* Fetches a list of objects and adds the name of each. */
#define FINDER(FN, TYPE, LIST, NAME, FREE)                                                                   \
    static void FN(struct shell *sh, const struct call *call, GPtrArray *names)                              \
    {                                                                                                        \
        TYPE *list = NULL;                                                                                   \
        int n = LIST;                                                                                        \
        for (int i = 0; i < n; i++) {                                                                        \
            finder_add(names, NAME(list[i]));                                                                \
            FREE(list[i]);                                                                                   \
        }                                                                                                    \
        free(list);                                                                                          \
    }

FINDER(find_domains, virDomainPtr, virConnectListAllDomains(sh->conn, &list, 0), virDomainGetName,
       virDomainFree)
FINDER(find_networks, virNetworkPtr, virConnectListAllNetworks(sh->conn, &list, 0), virNetworkGetName,
       virNetworkFree)
FINDER(find_pools, virStoragePoolPtr, virConnectListAllStoragePools(sh->conn, &list, 0),
       virStoragePoolGetName, virStoragePoolFree)
FINDER(find_ifaces, virInterfacePtr, virConnectListAllInterfaces(sh->conn, &list, 0), virInterfaceGetName,
       virInterfaceFree)
FINDER(find_iface_macs, virInterfacePtr, virConnectListAllInterfaces(sh->conn, &list, 0),
       virInterfaceGetMACString, virInterfaceFree)
FINDER(find_nodedevs, virNodeDevicePtr, virConnectListAllNodeDevices(sh->conn, &list, 0),
       virNodeDeviceGetName, virNodeDeviceFree)
FINDER(find_nwfilters, virNWFilterPtr, virConnectListAllNWFilters(sh->conn, &list, 0), virNWFilterGetName,
       virNWFilterFree)
FINDER(find_bindings, virNWFilterBindingPtr, virConnectListAllNWFilterBindings(sh->conn, &list, 0),
       virNWFilterBindingGetPortDev, virNWFilterBindingFree)

static virDomainPtr
domain_given(struct shell *sh, const struct call *call)
{
    const char *name = option_find(call->def, "domain") ? opt_text(call, "domain") : NULL;
    return name ? domain_find(sh, name, BY_ANY) : NULL;
}

static void
find_snapshots(struct shell *sh, const struct call *call, GPtrArray *names)
{
    g_autoptr(virDomain) dom = domain_given(sh, call);
    virDomainSnapshotPtr *list = NULL;
    int n = dom ? virDomainListAllSnapshots(dom, &list, 0) : 0;
    for (int i = 0; i < n; i++) {
        finder_add(names, virDomainSnapshotGetName(list[i]));
        virDomainSnapshotFree(list[i]);
    }
    free(list);
}

static void
find_checkpoints(struct shell *sh, const struct call *call, GPtrArray *names)
{
    g_autoptr(virDomain) dom = domain_given(sh, call);
    virDomainCheckpointPtr *list = NULL;
    int n = dom ? virDomainListAllCheckpoints(dom, &list, 0) : 0;
    for (int i = 0; i < n; i++) {
        finder_add(names, virDomainCheckpointGetName(list[i]));
        virDomainCheckpointFree(list[i]);
    }
    free(list);
}

static void
find_volumes(struct shell *sh, const struct call *call, GPtrArray *names)
{
    const char *pool_name = option_find(call->def, "pool") ? opt_text(call, "pool") : NULL;
    virStoragePoolPtr *pools = NULL;
    int np = virConnectListAllStoragePools(sh->conn, &pools, VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE);
    for (int i = 0; i < np; i++) {
        virStorageVolPtr *vols = NULL;
        bool wanted = !pool_name || strcmp(virStoragePoolGetName(pools[i]), pool_name) == 0;
        int n = wanted ? virStoragePoolListAllVolumes(pools[i], &vols, 0) : 0;
        for (int j = 0; j < n; j++) {
            finder_add(names, pool_name ? virStorageVolGetName(vols[j]) : virStorageVolGetKey(vols[j]));
            virStorageVolFree(vols[j]);
        }
        free(vols);
        virStoragePoolFree(pools[i]);
    }
    free(pools);
}

static void
find_secrets(struct shell *sh, const struct call *call, GPtrArray *names)
{
    virSecretPtr *list = NULL;
    int n = virConnectListAllSecrets(sh->conn, &list, 0);
    for (int i = 0; i < n; i++) {
        char uuid[VIR_UUID_STRING_BUFLEN];
        if (virSecretGetUUIDString(list[i], uuid) == 0)
            finder_add(names, uuid);
        virSecretFree(list[i]);
    }
    free(list);
}

static void
find_in(const char *text, GPtrArray *names, const char *xpath)
{
    g_autoptr(xml_doc) doc = text ? xml_parse(text) : NULL;
    g_autoptr(GPtrArray) nodes = doc ? xml_nodes(doc, NULL, xpath) : NULL;
    for (guint i = 0; nodes && i < nodes->len; i++) {
        g_autofree char *value = xml_text(doc, nodes->pdata[i], "string(.)");
        finder_add(names, value);
    }
}

static void
find_in_domain(struct shell *sh, const struct call *call, GPtrArray *names, const char *xpath)
{
    g_autoptr(virDomain) dom = domain_given(sh, call);
    auto_lib char *text = dom ? virDomainGetXMLDesc(dom, 0) : NULL;
    find_in(text, names, xpath);
}

static void
find_in_host(struct shell *sh, GPtrArray *names, const char *xpath)
{
    auto_lib char *text = virConnectGetCapabilities(sh->conn);
    find_in(text, names, xpath);
}

static void
find_aliases(struct shell *sh, const struct call *call, GPtrArray *names)
{
    find_in_domain(sh, call, names, "/domain/devices/*/alias/@name");
}

static void
find_consoles(struct shell *sh, const struct call *call, GPtrArray *names)
{
    find_in_domain(sh, call, names,
                   "/domain/devices/*[self::console or self::serial or self::parallel]/alias/@name");
}

static void
find_iothreads(struct shell *sh, const struct call *call, GPtrArray *names)
{
    find_in_domain(sh, call, names, "/domain/iothreadids/iothread/@id");
}

static void
find_architectures(struct shell *sh, const struct call *call, GPtrArray *names)
{
    find_in_host(sh, names, "/capabilities/guest/arch/@name");
}

static void
find_machines(struct shell *sh, const struct call *call, GPtrArray *names)
{
    find_in_host(sh, names, "/capabilities/guest/arch//machine");
}

static void
find_emulators(struct shell *sh, const struct call *call, GPtrArray *names)
{
    find_in_host(sh, names, "/capabilities/guest/arch//emulator");
}

static void
find_keys(struct shell *sh, const struct call *call, GPtrArray *names)
{
    const char *name, *set = opt_text(call, "codeset");
    int which = set ? keyset_find(set) : VIR_KEYCODE_SET_LINUX;
    for (size_t i = 0; (name = key_name(which, i)); i++)
        finder_add(names, name);
}

/* Of a range of numbers: those of the host's or the guest's processors. */
static void
add_numbers(GPtrArray *names, int n)
{
    for (int i = 0; i < n; i++) {
        g_autofree char *number = g_strdup_printf("%d", i);
        finder_add(names, number);
    }
}

static void
find_host_cpus(struct shell *sh, const struct call *call, GPtrArray *names)
{
    add_numbers(names, virNodeGetCPUMap(sh->conn, NULL, NULL, 0));
}

static void
find_vcpus(struct shell *sh, const struct call *call, GPtrArray *names)
{
    g_autoptr(virDomain) dom = domain_given(sh, call);
    add_numbers(names, dom ? virDomainGetMaxVcpus(dom) : 0);
}

static void
find_cells(struct shell *sh, const struct call *call, GPtrArray *names)
{
    find_in_host(sh, names, "/capabilities/host/topology/cells/cell/@id");
}

static void
find_page_sizes(struct shell *sh, const struct call *call, GPtrArray *names)
{
    g_autoptr(GPtrArray) sizes = g_ptr_array_new_with_free_func(g_free);
    find_in_host(sh, sizes, "/capabilities/host/cpu/pages/@size");
    for (guint i = 0; i < sizes->len; i++) {
        guint64 kib = g_ascii_strtoull(sizes->pdata[i], NULL, 10);
        int unit = 0;
        for (; unit < 2 && kib && kib % 1024 == 0; unit++)
            kib /= 1024;
        g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT "%ciB", kib, "KMG"[unit]);
        finder_add(names, text);
    }
}

static void
find_mountpoints(struct shell *sh, const struct call *call, GPtrArray *names)
{
    g_autoptr(virDomain) dom = domain_given(sh, call);
    virDomainFSInfoPtr *list = NULL;
    int n = dom ? virDomainGetFSInfo(dom, &list, 0) : 0;
    for (int i = 0; i < n; i++) {
        finder_add(names, list[i]->mountpoint);
        virDomainFSInfoFree(list[i]);
    }
    free(list);
}

static void
find_disks(struct shell *sh, const struct call *call, GPtrArray *names)
{
    find_in_domain(sh, call, names, "/domain/devices/disk/target/@dev");
}

static void
find_domifs(struct shell *sh, const struct call *call, GPtrArray *names)
{
    find_in_domain(sh, call, names, "/domain/devices/interface/target/@dev");
    find_in_domain(sh, call, names, "/domain/devices/interface/mac/@address");
}

static void
find_netports(struct shell *sh, const struct call *call, GPtrArray *names)
{
    const char *name = opt_text(call, "network");
    g_autoptr(virNetwork) net = name ? network_find(sh, name, BY_UUID | BY_NAME) : NULL;
    virNetworkPortPtr *list = NULL;
    int n = net ? virNetworkListAllPorts(net, &list, 0) : 0;
    for (int i = 0; i < n; i++) {
        char uuid[VIR_UUID_STRING_BUFLEN];
        if (virNetworkPortGetUUIDString(list[i], uuid) == 0)
            finder_add(names, uuid);
        virNetworkPortFree(list[i]);
    }
    free(list);
}

static void
find_events(struct shell *sh, const struct call *call, GPtrArray *names)
{
    const char *const *all = event_names(option_find(call->def, "event")->complete);
    for (size_t i = 0; all[i]; i++)
        finder_add(names, all[i]);
}

const struct finder finders[] = {
    { "domain", find_domains, false },
    { "network", find_networks, false },
    { "pool", find_pools, false },
    { "iface", find_ifaces, false },
    { "ifacemac", find_iface_macs, false },
    { "nodedev", find_nodedevs, false },
    { "nwfilter", find_nwfilters, false },
    { "binding", find_bindings, false },
    { "snapshot", find_snapshots, false },
    { "checkpoint", find_checkpoints, false },
    { "volume", find_volumes, false },
    { "secret", find_secrets, false },
    { "disk", find_disks, false },
    { "domif", find_domifs, false },
    { "alias", find_aliases, false },
    { "console", find_consoles, false },
    { "iothread", find_iothreads, false },
    { "arch", find_architectures, false },
    { "machine", find_machines, false },
    { "emulator", find_emulators, false },
    { "key", find_keys, true },
    { "hostcpu", find_host_cpus, false },
    { "vcpu", find_vcpus, false },
    { "cell", find_cells, false },
    { "pagesize", find_page_sizes, false },
    { "mountpoint", find_mountpoints, false },
    { "netport", find_netports, false },
    { "domevent", find_events, true },
    { "netevent", find_events, true },
    { "poolevent", find_events, true },
    { "nodedevevent", find_events, true },
    { "secretevent", find_events, true },
    { NULL, NULL, false },
};
