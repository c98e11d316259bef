/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * dispatch-lists: procedures written by hand that return structs or strings in
 * number: statistics, labels, leases, file systems, addresses.
 * Waits as the slot does.
 */
#include "daemon/dispatch-support.h"
#include "dispatch-hand.h"

#define ERR_FROM VIR_FROM_RPC
#define ARRAY(type, n) ((type *)xdr_arena_alloc(call->arena, ((size_t)(n) + 1) * sizeof(type)))

HAND(remote_domain_memory_stats)
{
    if (dispatch_count(a->maxStats, REMOTE_DOMAIN_MEMORY_STATS_MAX, err) < 0)
        return -1;
    virDomainMemoryStatPtr stats = ARRAY(virDomainMemoryStatStruct, a->maxStats);
    int n =
        call->conn->hypervisor->domain_memory_stats(call->conn, &a->dom, stats, a->maxStats, a->flags, err);
    if (n < 0)
        return -1;
    struct remote_domain_memory_stat *out = ARRAY(struct remote_domain_memory_stat, n);
    for (int i = 0; i < n; i++)
        out[i] = (struct remote_domain_memory_stat){ stats[i].tag, stats[i].val };
    struct remote_domain_memory_stats_ret ret = { out, (uint32_t)n };
    return xdr_encode(w, XDR_remote_domain_memory_stats_ret, &ret, err);
}

HAND(remote_domain_get_disk_errors)
{
    if (dispatch_count(a->maxerrors, REMOTE_DOMAIN_DISK_ERRORS_MAX, err) < 0)
        return -1;
    virDomainDiskErrorPtr errors = a->maxerrors ? ARRAY(virDomainDiskError, a->maxerrors) : NULL;
    int n = call->conn->hypervisor->domain_get_disk_errors(call->conn, &a->dom, errors, a->maxerrors,
                                                           a->flags, err);
    if (n < 0)
        return -1;
    struct remote_domain_get_disk_errors_ret ret = { .nerrors = n };
    if (errors) {
        ret.errors_n = (uint32_t)MIN(n, (int)a->maxerrors);
        ret.errors = ARRAY(struct remote_domain_disk_error, ret.errors_n);
        for (uint32_t i = 0; i < ret.errors_n; i++)
            ret.errors[i] = (struct remote_domain_disk_error){ errors[i].disk, errors[i].error };
    }
    int rc = xdr_encode(w, XDR_remote_domain_get_disk_errors_ret, &ret, err);
    for (uint32_t i = 0; i < ret.errors_n; i++)
        g_free(errors[i].disk);
    return rc;
}

/* On the wire a label is an array of char with its terminating zero. */
static struct remote_domain_get_security_label_ret
label_to_wire(virSecurityLabelPtr label)
{
    return (struct remote_domain_get_security_label_ret){
        label->label, (uint32_t)strlen(label->label) + 1, label->enforcing,
    };
}

HAND(remote_domain_get_security_label)
{
    virSecurityLabelPtr label = ARRAY(virSecurityLabel, 1);
    if (call->conn->hypervisor->domain_get_security_label(call->conn, &a->dom, label, err) < 0)
        return -1;
    struct remote_domain_get_security_label_ret ret = label_to_wire(label);
    return xdr_encode(w, XDR_remote_domain_get_security_label_ret, &ret, err);
}

HAND(remote_domain_get_security_label_list)
{
    g_autofree virSecurityLabelPtr labels = NULL;
    int n = call->conn->hypervisor->domain_get_security_label_list(call->conn, &a->dom, &labels, err);
    if (n < 0)
        return -1;
    struct remote_domain_get_security_label_list_ret ret = {
        ARRAY(struct remote_domain_get_security_label_ret, n), (uint32_t)n, n,
    };
    for (int i = 0; i < n; i++)
        ret.labels[i] = label_to_wire(&labels[i]);
    return xdr_encode(w, XDR_remote_domain_get_security_label_list_ret, &ret, err);
}

HAND_BARE(remote_node_get_security_model)
{
    virSecurityModelPtr model = ARRAY(virSecurityModel, 1);
    if (call->conn->hypervisor->node_get_security_model(call->conn, model, err) < 0)
        return -1;
    struct remote_node_get_security_model_ret ret = {
        model->model, (uint32_t)strlen(model->model) + 1, model->doi, (uint32_t)strlen(model->doi) + 1,
    };
    return xdr_encode(w, XDR_remote_node_get_security_model_ret, &ret, err);
}

HAND(remote_connect_get_cpu_model_names)
{
    g_auto(GStrv) models = NULL;
    int n =
        call->conn->hypervisor->connect_get_cpu_model_names(call->conn, a->arch,
                                                            a->need_results ? &models : NULL, a->flags, err);
    if (n < 0)
        return -1;
    struct remote_connect_get_cpu_model_names_ret ret = { models, models ? (uint32_t)n : 0, n };
    return xdr_encode(w, XDR_remote_connect_get_cpu_model_names_ret, &ret, err);
}

static void
lease_free(virNetworkDHCPLeasePtr l)
{
    g_free(l->iface);
    g_free(l->mac);
    g_free(l->iaid);
    g_free(l->ipaddr);
    g_free(l->hostname);
    g_free(l->clientid);
    g_free(l);
}

HAND(remote_network_get_dhcp_leases)
{
    virNetworkDHCPLeasePtr *leases = NULL;
    int n = call->conn->network->network_get_dhcp_leases(call->conn, &a->net, a->mac,
                                                         a->need_results ? &leases : NULL, a->flags, err);
    if (n < 0)
        return -1;
    struct remote_network_get_dhcp_leases_ret ret = { .ret = (uint32_t)n };
    if (leases) {
        ret.leases = ARRAY(struct remote_network_dhcp_lease, n);
        ret.leases_n = (uint32_t)n;
        for (int i = 0; i < n; i++)
            ret.leases[i] = (struct remote_network_dhcp_lease){
                .iface = leases[i]->iface, .expirytime = leases[i]->expirytime, .type = leases[i]->type,
                .mac = leases[i]->mac, .iaid = leases[i]->iaid, .ipaddr = leases[i]->ipaddr,
                .prefix = leases[i]->prefix, .hostname = leases[i]->hostname, .clientid = leases[i]->clientid,
            };
    }
    int rc = xdr_encode(w, XDR_remote_network_get_dhcp_leases_ret, &ret, err);
    for (int i = 0; leases && i < n; i++)
        lease_free(leases[i]);
    g_free(leases);
    return rc;
}

HAND(remote_connect_get_all_domain_stats)
{
    struct domain_stats_list list = { 0 };
    int rc = call->conn->hypervisor->connect_get_all_domain_stats(call->conn, a->doms_n ? a->doms : NULL,
                                                                  a->doms_n, a->stats, &list, a->flags, err);
    struct remote_connect_get_all_domain_stats_ret ret = { 0 };
    if (rc >= 0) {
        ret.retStats = ARRAY(struct remote_domain_stats_record, list.n);
        ret.retStats_n = (uint32_t)list.n;
        for (size_t i = 0; i < list.n && rc >= 0; i++) {
            struct remote_domain_stats_record *o = &ret.retStats[i];
            o->dom = list.items[i].dom;
            rc = dispatch_params_out(call, list.items[i].params, list.items[i].nparams,
                                     REMOTE_CONNECT_GET_ALL_DOMAIN_STATS_MAX, VIR_TYPED_PARAM_STRING_OKAY,
                                     &o->params, &o->params_n, err);
        }
    }
    if (rc >= 0)
        rc = xdr_encode(w, XDR_remote_connect_get_all_domain_stats_ret, &ret, err);
    domain_stats_list_clear(&list);
    return rc < 0 ? -1 : 0;
}

HAND(remote_domain_get_fsinfo)
{
    virDomainFSInfoPtr *info = NULL;
    int n = call->conn->hypervisor->domain_get_fs_info(call->conn, &a->dom, &info, a->flags, err);
    if (n < 0)
        return -1;
    struct remote_domain_get_fsinfo_ret ret = { ARRAY(struct remote_domain_fsinfo, n), (uint32_t)n,
                                                (uint32_t)n };
    for (int i = 0; i < n; i++)
        ret.info[i] = (struct remote_domain_fsinfo){
            info[i]->mountpoint,          info[i]->name, info[i]->fstype, info[i]->devAlias,
            (uint32_t)info[i]->ndevAlias,
        };
    int rc = xdr_encode(w, XDR_remote_domain_get_fsinfo_ret, &ret, err);
    for (int i = 0; i < n; i++) {
        dispatch_free_strings(info[i]->devAlias, (int)info[i]->ndevAlias);
        g_free(info[i]->devAlias);
        g_free(info[i]->mountpoint);
        g_free(info[i]->name);
        g_free(info[i]->fstype);
        g_free(info[i]);
    }
    g_free(info);
    return rc;
}

HAND(remote_domain_get_iothread_info)
{
    virDomainIOThreadInfoPtr *info = NULL;
    int n = call->conn->hypervisor->domain_get_iothread_info(call->conn, &a->dom, &info, a->flags, err);
    if (n < 0)
        return -1;
    struct remote_domain_get_iothread_info_ret ret = {
        ARRAY(struct remote_domain_iothread_info, n), (uint32_t)n, (uint32_t)n,
    };
    for (int i = 0; i < n; i++)
        ret.info[i] = (struct remote_domain_iothread_info){
            info[i]->iothread_id, info[i]->cpumap, (uint32_t)info[i]->cpumaplen,
        };
    int rc = xdr_encode(w, XDR_remote_domain_get_iothread_info_ret, &ret, err);
    for (int i = 0; i < n; i++) {
        g_free(info[i]->cpumap);
        g_free(info[i]);
    }
    g_free(info);
    return rc;
}

HAND(remote_domain_interface_addresses)
{
    virDomainInterfacePtr *ifaces = NULL;
    int n = call->conn->hypervisor->domain_interface_addresses(call->conn, &a->dom, &ifaces, a->source,
                                                               a->flags, err);
    if (n < 0)
        return -1;
    struct remote_domain_interface_addresses_ret ret = { ARRAY(struct remote_domain_interface, n),
                                                         (uint32_t)n };
    for (int i = 0; i < n; i++) {
        struct remote_domain_interface *o = &ret.ifaces[i];
        *o = (struct remote_domain_interface){ ifaces[i]->name, ifaces[i]->hwaddr,
                                               ARRAY(struct remote_domain_ip_addr, ifaces[i]->naddrs),
                                               ifaces[i]->naddrs };
        for (unsigned int k = 0; k < ifaces[i]->naddrs; k++) {
            virDomainIPAddressPtr ip = &ifaces[i]->addrs[k];
            o->addrs[k] = (struct remote_domain_ip_addr){ ip->type, ip->addr, ip->prefix };
        }
    }
    int rc = xdr_encode(w, XDR_remote_domain_interface_addresses_ret, &ret, err);
    for (int i = 0; i < n; i++) {
        for (unsigned int k = 0; k < ifaces[i]->naddrs; k++)
            g_free(ifaces[i]->addrs[k].addr);
        g_free(ifaces[i]->addrs);
        g_free(ifaces[i]->name);
        g_free(ifaces[i]->hwaddr);
        g_free(ifaces[i]);
    }
    g_free(ifaces);
    return rc;
}

HAND(remote_domain_authorized_ssh_keys_get)
{
    char **keys = NULL;
    int n = call->conn->hypervisor->domain_authorized_ssh_keys_get(call->conn, &a->dom, a->user, &keys,
                                                                   a->flags, err);
    if (n < 0)
        return -1;
    struct remote_domain_authorized_ssh_keys_get_ret ret = { keys, (uint32_t)n };
    int rc = xdr_encode(w, XDR_remote_domain_authorized_ssh_keys_get_ret, &ret, err);
    dispatch_free_strings(keys, n);
    g_free(keys);
    return rc;
}

HAND(remote_domain_get_messages)
{
    char **msgs = NULL;
    int n = call->conn->hypervisor->domain_get_messages(call->conn, &a->dom, &msgs, a->flags, err);
    if (n < 0)
        return -1;
    struct remote_domain_get_messages_ret ret = { msgs, (uint32_t)n };
    int rc = xdr_encode(w, XDR_remote_domain_get_messages_ret, &ret, err);
    dispatch_free_strings(msgs, n);
    g_free(msgs);
    return rc;
}
