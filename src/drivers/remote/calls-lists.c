/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * calls-lists: slots written by hand that give structs or strings in number.
 * Each waits for the daemon.
 */
#include "remote-hand.h"

#define ERR_FROM VIR_FROM_RPC

int
remote_connect_get_cpu_model_names(struct drv_conn *conn, const char *arch, char ***models,
                                   unsigned int flags, struct err *err)
{
    struct remote_connect_get_cpu_model_names_args a = { (char *)arch, models != NULL, flags };
    struct remote_connect_get_cpu_model_names_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (CALL(REMOTE, CONNECT_GET_CPU_MODEL_NAMES, remote_connect_get_cpu_model_names) < 0)
        return -1;
    if (models)
        *models = remote_strings(ret.models, ret.models_n);
    return ret.ret;
}

int
remote_connect_get_all_domain_stats(struct drv_conn *conn, const struct domain_ref *doms, size_t ndoms,
                                    unsigned int stats, struct domain_stats_list *result, unsigned int flags,
                                    struct err *err)
{
    struct remote_connect_get_all_domain_stats_args a = { (struct domain_ref *)doms,
                                                          doms ? (uint32_t)ndoms : 0, stats, flags };
    struct remote_connect_get_all_domain_stats_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (CALL(REMOTE, CONNECT_GET_ALL_DOMAIN_STATS, remote_connect_get_all_domain_stats) < 0)
        return -1;
    result->items = g_new0(struct domain_stats, ret.retStats_n + 1);
    for (uint32_t i = 0; i < ret.retStats_n; i++) {
        struct domain_stats *item = &result->items[result->n++];
        domain_ref_copy(&item->dom, &ret.retStats[i].dom);
        if (remote_params_new(ret.retStats[i].params, ret.retStats[i].params_n, &item->params, &item->nparams,
                              err) < 0) {
            domain_stats_list_clear(result);
            return -1;
        }
    }
    return (int)result->n;
}

int
remote_domain_authorized_ssh_keys_get(struct drv_conn *conn, const struct domain_ref *domain,
                                      const char *user, char ***keys, unsigned int flags, struct err *err)
{
    struct remote_domain_authorized_ssh_keys_get_args a = { *domain, (char *)user, flags };
    struct remote_domain_authorized_ssh_keys_get_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (CALL(REMOTE, DOMAIN_AUTHORIZED_SSH_KEYS_GET, remote_domain_authorized_ssh_keys_get) < 0)
        return -1;
    *keys = remote_strings(ret.keys, ret.keys_n);
    return (int)ret.keys_n;
}

int
remote_domain_get_messages(struct drv_conn *conn, const struct domain_ref *domain, char ***msgs,
                           unsigned int flags, struct err *err)
{
    struct remote_domain_get_messages_args a = { *domain, flags };
    struct remote_domain_get_messages_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (CALL(REMOTE, DOMAIN_GET_MESSAGES, remote_domain_get_messages) < 0)
        return -1;
    *msgs = remote_strings(ret.msgs, ret.msgs_n);
    return (int)ret.msgs_n;
}

int
remote_domain_memory_stats(struct drv_conn *conn, const struct domain_ref *dom, virDomainMemoryStatPtr stats,
                           unsigned int nr_stats, unsigned int flags, struct err *err)
{
    struct remote_domain_memory_stats_args a = { *dom, MIN(nr_stats, REMOTE_DOMAIN_MEMORY_STATS_MAX), flags };
    struct remote_domain_memory_stats_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (CALL(REMOTE, DOMAIN_MEMORY_STATS, remote_domain_memory_stats) < 0 ||
        remote_limit(ret.stats_n, nr_stats, "statistics", err) < 0)
        return -1;
    for (uint32_t i = 0; i < ret.stats_n; i++)
        stats[i] = (virDomainMemoryStatStruct){ ret.stats[i].tag, ret.stats[i].val };
    return (int)ret.stats_n;
}

int
remote_domain_get_disk_errors(struct drv_conn *conn, const struct domain_ref *dom,
                              virDomainDiskErrorPtr errors, unsigned int maxerrors, unsigned int flags,
                              struct err *err)
{
    struct remote_domain_get_disk_errors_args a = { *dom, MIN(maxerrors, REMOTE_DOMAIN_DISK_ERRORS_MAX),
                                                    flags };
    struct remote_domain_get_disk_errors_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (CALL(REMOTE, DOMAIN_GET_DISK_ERRORS, remote_domain_get_disk_errors) < 0 ||
        remote_limit(ret.errors_n, maxerrors, "disk errors", err) < 0)
        return -1;
    for (uint32_t i = 0; i < ret.errors_n; i++)
        errors[i] = (virDomainDiskError){ g_strdup(ret.errors[i].disk), ret.errors[i].error };
    return ret.nerrors;
}

int
remote_domain_get_fs_info(struct drv_conn *conn, const struct domain_ref *dom, virDomainFSInfoPtr **info,
                          unsigned int flags, struct err *err)
{
    struct remote_domain_get_fsinfo_args a = { *dom, flags };
    struct remote_domain_get_fsinfo_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (CALL(REMOTE, DOMAIN_GET_FSINFO, remote_domain_get_fsinfo) < 0)
        return -1;
    *info = g_new0(virDomainFSInfoPtr, ret.info_n + 1);
    for (uint32_t i = 0; i < ret.info_n; i++) {
        struct remote_domain_fsinfo *w = &ret.info[i];
        virDomainFSInfoPtr o = (*info)[i] = g_new0(virDomainFSInfo, 1);
        *o = (virDomainFSInfo){ g_strdup(w->mountpoint), g_strdup(w->name), g_strdup(w->fstype),
                                w->dev_aliases_n, remote_strings(w->dev_aliases, w->dev_aliases_n) };
    }
    return (int)ret.ret;
}

int
remote_domain_get_iothread_info(struct drv_conn *conn, const struct domain_ref *domain,
                                virDomainIOThreadInfoPtr **info, unsigned int flags, struct err *err)
{
    struct remote_domain_get_iothread_info_args a = { *domain, flags };
    struct remote_domain_get_iothread_info_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (CALL(REMOTE, DOMAIN_GET_IOTHREAD_INFO, remote_domain_get_iothread_info) < 0)
        return -1;
    *info = g_new0(virDomainIOThreadInfoPtr, ret.info_n + 1);
    for (uint32_t i = 0; i < ret.info_n; i++) {
        (*info)[i] = g_new0(virDomainIOThreadInfo, 1);
        *(*info)[i] = (virDomainIOThreadInfo){ ret.info[i].iothread_id,
                                               g_memdup2(ret.info[i].cpumap, ret.info[i].cpumap_n),
                                               (int)ret.info[i].cpumap_n };
    }
    return (int)ret.ret;
}

int
remote_domain_interface_addresses(struct drv_conn *conn, const struct domain_ref *dom,
                                  virDomainInterfacePtr **ifaces, unsigned int source, unsigned int flags,
                                  struct err *err)
{
    struct remote_domain_interface_addresses_args a = { *dom, source, flags };
    struct remote_domain_interface_addresses_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (CALL(REMOTE, DOMAIN_INTERFACE_ADDRESSES, remote_domain_interface_addresses) < 0)
        return -1;
    *ifaces = g_new0(virDomainInterfacePtr, ret.ifaces_n + 1);
    for (uint32_t i = 0; i < ret.ifaces_n; i++) {
        struct remote_domain_interface *w = &ret.ifaces[i];
        virDomainInterfacePtr o = (*ifaces)[i] = g_new0(virDomainInterface, 1);
        o->name = g_strdup(w->name);
        o->hwaddr = g_strdup(w->hwaddr);
        o->naddrs = w->addrs_n;
        o->addrs = g_new0(virDomainIPAddress, w->addrs_n + 1);
        for (uint32_t k = 0; k < w->addrs_n; k++)
            o->addrs[k] =
                (virDomainIPAddress){ w->addrs[k].type, g_strdup(w->addrs[k].addr), w->addrs[k].prefix };
    }
    return (int)ret.ifaces_n;
}

int
remote_network_get_dhcp_leases(struct drv_conn *conn, const struct network_ref *network, const char *mac,
                               virNetworkDHCPLeasePtr **leases, unsigned int flags, struct err *err)
{
    struct remote_network_get_dhcp_leases_args a = { *network, (char *)mac, leases != NULL, flags };
    struct remote_network_get_dhcp_leases_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (CALL(REMOTE, NETWORK_GET_DHCP_LEASES, remote_network_get_dhcp_leases) < 0)
        return -1;
    if (leases)
        *leases = g_new0(virNetworkDHCPLeasePtr, ret.leases_n + 1);
    for (uint32_t i = 0; leases && i < ret.leases_n; i++) {
        struct remote_network_dhcp_lease *w = &ret.leases[i];
        (*leases)[i] = g_new0(virNetworkDHCPLease, 1);
        *(*leases)[i] = (virNetworkDHCPLease){
            .iface = g_strdup(w->iface),
            .expirytime = w->expirytime,
            .type = w->type,
            .mac = g_strdup(w->mac),
            .iaid = g_strdup(w->iaid),
            .ipaddr = g_strdup(w->ipaddr),
            .prefix = w->prefix,
            .hostname = g_strdup(w->hostname),
            .clientid = g_strdup(w->clientid),
        };
    }
    return (int)ret.ret;
}
