/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-network: networks: forwarding, the bridge, port groups; see complete-host.h.
 * complete-network-ip.c has addresses, DHCP and routes, complete-network-dns.c names.
 */
#include "model/complete-network.h"
#include "model/read-fault.h"

#include "base/uuid.h"
#include "model/complete-host.h"
#include "model/complete-parts.h"

#include <string.h>

#define ERR_FROM VIR_FROM_NETWORK

/* Has it a bridge of its own, made when it starts? */
static bool
makes_bridge(enum network_forward_mode mode)
{
    return mode <= NETWORK_FORWARD_MODE_OPEN;
}

static int
complete_nat(struct network_def *def, struct network_forward *f, struct err *err)
{
    struct network_nat *nat = f->nat;
    if (fault_twice(f, "nat", err) < 0 || fault_in(nat, "@ipv6", err) < 0)
        return -1;
    if (!nat)
        return 0;
    if (f->mode != NETWORK_FORWARD_MODE_NAT)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "network '%s' has <nat>, which only <forward mode='nat'> can have", def->name);
    if (nat->n_addresses > 1)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "<nat> of network '%s' has several <address>, and one is all it can have", def->name);
    if (nat->n_addresses) {
        struct network_nat_range *r = nat->addresses[0];
        struct ip start, end;
        if (fault_in(r, "@start @end", err) < 0)
            return -1;
        if (ip_parse(r->start, &start) < 0 || !ip_is4(&start))
            return err_set(err, VIR_ERR_XML_ERROR, "<nat> of network '%s': start='%s' is not an IPv4 address",
                           def->name, r->start);
        if (ip_parse(r->end, &end) < 0 || !ip_is4(&end))
            return err_set(err, VIR_ERR_XML_ERROR, "<nat> of network '%s': end='%s' is not an IPv4 address",
                           def->name, r->end);
        if (ip_compare(&start, &end) > 0)
            return err_set_from(err, VIR_FROM_NONE, VIR_ERR_INTERNAL_ERROR,
                                "<nat> of network '%s': the range %s to %s goes backwards", def->name,
                                r->start, r->end);
        if (!ip_range_fits(&start, &end))
            return err_set_from(err, VIR_FROM_NONE, VIR_ERR_INTERNAL_ERROR,
                                "<nat> of network '%s': the range %s to %s has more than 65535 addresses",
                                def->name, r->start, r->end);
        r->start = ip_text(def, &start);
        r->end = ip_text(def, &end);
    }
    if (fault_twice(nat, "port", err) < 0 || fault_in(nat->port, "@start @end", err) < 0)
        return -1;
    if (nat->port && nat->port->start > nat->port->end)
        return err_set(err, VIR_ERR_XML_DETAIL, "<nat> of network '%s': the ports %u to %u go backwards",
                       def->name, nat->port->start, nat->port->end);
    if (nat->port && !nat->port->end)
        nat->port = NULL;
    if (!nat->port && !nat->n_addresses && !nat->ipv6)
        f->nat = NULL;
    return 0;
}

/* The devices of the host that it uses: one kind of them counts. */
static int
complete_pool(struct network_def *def, struct network_forward *f, struct err *err)
{
    if (fault_in(f, "pf interface", err) < 0)
        return -1;
    if (f->n_pfs > 1 && !f->n_interfaces && !f->n_addresses)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "<forward> of network '%s' has several <pf>, and one is all it can have", def->name);
    if (f->dev && (f->n_pfs || f->n_addresses))
        return err_set(err, VIR_ERR_XML_ERROR,
                       "<forward dev='%s'> of network '%s' cannot have <pf> or <address> too", f->dev,
                       def->name);
    if (f->dev && f->n_interfaces && strcmp(f->dev, f->interfaces[0]->dev))
        return err_set(err, VIR_ERR_XML_ERROR,
                       "<forward dev='%s'> of network '%s' is not its first <interface>, '%s'", f->dev,
                       def->name, f->interfaces[0]->dev);
    for (uint32_t i = 0; i < f->n_interfaces; i++)
        for (uint32_t k = 0; k < i; k++)
            if (!strcmp(f->interfaces[i]->dev, f->interfaces[k]->dev))
                return err_set(err, VIR_ERR_XML_ERROR,
                               "<forward> of network '%s' has the interface '%s' twice", def->name,
                               f->interfaces[i]->dev);
    if (f->dev && !f->n_interfaces) {
        struct network_forward_interface *i = model_new(def, struct network_forward_interface);
        i->dev = f->dev;
        model_list_append(def, f->interfaces, f->n_interfaces, i);
    }
    if (f->n_interfaces) {
        f->dev = f->interfaces[0]->dev;
        f->n_pfs = f->n_addresses = 0;
    }
    if (f->n_addresses)
        f->n_pfs = 0;
    for (uint32_t i = 0; i < f->n_addresses; i++) {
        struct pci_address *a = &f->addresses[i]->pci;
        if (fault_in(f->addresses[i], "@type", err) < 0 || fault_in(f->addresses[i], NULL, err) < 0)
            return -1;
        a->zpci = NULL;
        if (pci_address_check(a, def->name, err) < 0)
            return -1;
        for (uint32_t k = 0; k < i; k++) {
            const struct pci_address *b = &f->addresses[k]->pci;
            if (a->domain == b->domain && a->bus == b->bus && a->slot == b->slot &&
                a->function == b->function)
                return err_set(err, VIR_ERR_XML_ERROR,
                               "<forward> of network '%s' has the device %04x:%02x:%02x.%x twice", def->name,
                               a->domain, a->bus, a->slot, a->function);
        }
    }
    return 0;
}

static int
complete_forward(struct network_def *def, struct err *err)
{
    struct network_forward *f = def->forward;
    if (!f)
        return 0;
    if (fault_in(f, "@mode driver", err) < 0)
        return -1;
    if (!f->mode)
        f->mode = NETWORK_FORWARD_MODE_NAT;
    if (complete_nat(def, f, err) < 0 || complete_pool(def, f, err) < 0)
        return -1;
    if (f->mode != NETWORK_FORWARD_MODE_HOSTDEV)
        f->managed = TRI_UNSET;
    else if (!f->managed)
        f->managed = TRI_NO;
    if (f->mode == NETWORK_FORWARD_MODE_NONE) {
        def->forward = NULL;
        return 0;
    }
    if (makes_bridge(f->mode)) {
        if (!def->n_ips)
            return err_set(err, VIR_ERR_XML_ERROR,
                           "network '%s' forwards with mode='%s', for which it needs an <ip>", def->name,
                           network_forward_mode_str(f->mode));
        if (f->n_interfaces > 1 || f->n_addresses > 1)
            return err_set(err, VIR_ERR_XML_ERROR,
                           "network '%s' forwards with mode='%s' and has several devices to "
                           "forward to; it can have one",
                           def->name, network_forward_mode_str(f->mode));
    }
    if (f->mode == NETWORK_FORWARD_MODE_OPEN && f->dev)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "network '%s' forwards with mode='open', which has no dev=", def->name);
    return 0;
}

static int
complete_bridge(struct network_def *def, struct err *err)
{
    enum network_forward_mode mode = def->forward ? def->forward->mode : NETWORK_FORWARD_MODE_NONE;
    const char *word = network_forward_mode_str(mode);
    struct network_bridge *b = def->bridge;
    if (makes_bridge(mode)) {
        if (!b)
            b = def->bridge = model_new(def, struct network_bridge);
        if (!b->stp)
            b->stp = TRI_ON;
        b->has_delay = true;
        return 0;
    }
    if (def->mtu)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "network '%s' with <forward mode='%s'> cannot set an MTU: it has no bridge of "
                       "its own",
                       def->name, word);
    if (!b)
        return 0;
    if (b->stp || b->delay || b->zone)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "network '%s' with <forward mode='%s'> cannot have stp=, delay= or zone= in <bridge>",
                       def->name, word);
    if (mode != NETWORK_FORWARD_MODE_BRIDGE && (b->name || b->mac_table_manager))
        return err_set(
            err, VIR_ERR_XML_ERROR,
            "network '%s' with <forward mode='%s'> has no <bridge>, whose name or macTableManager= "
            "could be given",
            def->name, word);
    if (b->name && def->forward->n_interfaces)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "network '%s' has a bridge and devices that it forwards to; it can have one of "
                       "the two",
                       def->name);
    b->has_delay = false;
    if (!b->name && !b->mac_table_manager)
        def->bridge = NULL;
    return 0;
}

static int
complete_portgroups(struct network_def *def, const char *where, struct err *err)
{
    for (uint32_t i = 0; i < def->n_portgroups; i++) {
        struct network_portgroup *g = def->portgroups[i];
        if (fault_in(g, "@name @trustGuestRxFilters", err) < 0)
            return -1;
        if (g->default_ == TRI_NO)
            g->default_ = TRI_UNSET;
        g->virtualport = virtualport_tidy(g->virtualport);
        if (virtualport_complete(g->virtualport, false, where, err) < 0 ||
            bandwidth_complete(&g->bandwidth, false, where, err) < 0 ||
            vlan_complete(g->vlan, where, err) < 0)
            return -1;
    }
    return 0;
}

int
network_complete(struct network_def *def, struct err *err)
{
    if (!def->name || !*def->name)
        return err_set(err, VIR_ERR_NO_NAME, "the network document has no <name>");
    if (strchr(def->name, '/'))
        return err_set_from(err, VIR_FROM_XML, VIR_ERR_XML_DETAIL,
                            "the name '%s' contains a '/', which names of networks cannot", def->name);
    g_autofree char *where = g_strdup_printf("network '%s'", def->name);
    if (fault_in(def, "uuid @ipv6 @trustGuestRxFilters domain", err) < 0 ||
        bandwidth_complete(&def->bandwidth, false, where, err) < 0 ||
        vlan_complete(def->vlan, where, err) < 0 || fault_in(def, "port", err) < 0 ||
        fault_in(def->bridge, "@delay @macTableManager", err) < 0 || fault_in(def, "mac", err) < 0)
        return -1;
    if (!def->has_uuid) {
        uuid_generate(def->uuid);
        def->has_uuid = true;
    }
    if (def->ipv6 == TRI_NO)
        def->ipv6 = TRI_UNSET;
    if (def->domain && !def->domain->name)
        def->domain = NULL;
    if (def->has_mac && mac_is_multicast(def->mac))
        return err_set(err, VIR_ERR_XML_ERROR,
                       "network '%s': the MAC address of a bridge cannot be a multicast address", def->name);
    if (fault_in(def, "mtu", err) < 0 || network_complete_dns(def, err) < 0 ||
        virtualport_complete(def->virtualport, true, where, err) < 0 ||
        complete_portgroups(def, where, err) < 0 || network_complete_ips(def, err) < 0 ||
        network_complete_routes(def, where, err) < 0)
        return -1;
    return complete_forward(def, err) < 0 ? -1 : complete_bridge(def, err);
}
