/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-network-ip: addresses of a network, DHCP on them, routes; see complete-network.h.
 */
#include "model/complete-network.h"
#include "model/read-fault.h"

#include "base/uuid.h"
#include "model/complete-parts.h"

#include <string.h>

#define ERR_FROM VIR_FROM_NETWORK

/* The prefix of an address: given, by its netmask, by its class; -1: the netmask has holes, or the address is
 * of no network. */
static int
prefix_of(const struct network_address *a, const struct ip *address)
{
    struct ip mask;
    if (a->prefix)
        return a->prefix;
    if (a->netmask)
        return ip_parse(a->netmask, &mask) < 0 ? -1 : ip_prefix_of_mask(&mask);
    return ip_host_bits_are(address, 0, 0) ? 0 : ip_is4(address) ? ip_class_prefix(address) : 64;
}

/* ---- DHCP ----------------------------------------------------------------------------------- */

static int
complete_lease(const struct network_def *def, struct dhcp_lease_time **lease, struct err *err)
{
    struct dhcp_lease_time *l = *lease;
    if (!l)
        return 0;
    if (fault_in(l, "@expiry", err) < 0)
        return -1;
    if (!l->has_expiry) {
        fault_forget(l, NULL);
        *lease = NULL;
        return 0;
    }
    if (fault_in(l, "@unit", err) < 0)
        return -1;
    if (!l->expiry) {                      /* for ever */
        l->unit = LEASE_UNIT_UNSET;
        return 0;
    }
    if (!l->unit)
        l->unit = LEASE_UNIT_MINUTES;
    if (l->unit == LEASE_UNIT_SECONDS ? l->expiry < 120 : l->unit == LEASE_UNIT_MINUTES && l->expiry < 2)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "network '%s': a lease of less than two minutes is too short", def->name);
    return 0;
}

static int
address_needed(const struct network_def *def, const char *text, const char *what, struct ip *ip,
               struct err *err)
{
    return ip_parse(text, ip) == 0
               ? 0
               : err_set_from(err, VIR_FROM_NONE, VIR_ERR_SYSTEM_ERROR,
                              "network '%s': %s='%s' of <dhcp> is not an IP address", def->name, what, text);
}

static int
bad_range(struct err *err, const struct network_def *def, const struct dhcp_range *r, const char *what)
{
    return err_set_from(err, VIR_FROM_NONE, VIR_ERR_INTERNAL_ERROR,
                        "network '%s': the DHCP range %s to %s %s", def->name, r->start, r->end, what);
}

static int
complete_range(struct network_def *def, const struct network_address *a, const struct ip *address,
               struct dhcp_range *r, struct err *err)
{
    struct ip start, end;
    if (fault_in(r, "@start @end", err) < 0)
        return -1;
    if (address_needed(def, r->start, "start", &start, err) < 0 ||
        address_needed(def, r->end, "end", &end, err) < 0)
        return -1;
    r->start = ip_text(def, &start);
    r->end = ip_text(def, &end);
    if (start.bits != address->bits || end.bits != address->bits)
        return bad_range(err, def, r, "is of another family than the address of its <ip>");
    if (ip_compare(&start, &end) > 0)
        return bad_range(err, def, r, "goes backwards");
    int prefix = prefix_of(a, address);
    if (prefix < 0)
        return bad_range(err, def, r,
                         "is in no network: its netmask has holes, or it is no address of a host");
    if (!ip_same_net(&start, address, prefix) || !ip_same_net(&end, address, prefix))
        return bad_range(err, def, r, "is not inside the network of its <ip>");
    if (ip_is4(&start) && prefix < 31 && ip_host_bits_are(&start, prefix, 0))
        return bad_range(err, def, r, "starts with the address of the network itself");
    if (ip_is4(&start) && prefix < 31 && ip_host_bits_are(&end, prefix, 1))
        return bad_range(err, def, r, "ends with the broadcast address");
    if (!ip_range_fits(&start, &end))
        return bad_range(err, def, r, "has more than 65535 addresses");
    return complete_lease(def, &r->lease, err);
}

static int
complete_dhcp_host(struct network_def *def, bool six, struct dhcp_host *h, struct err *err)
{
    unsigned char mac[MAC_BYTES];
    struct ip ip;
    if (h->mac && six)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "network '%s': a DHCP <host> of IPv6 has id= or name=, not mac='%s'", def->name,
                       h->mac);
    if (h->mac && mac_parse(h->mac, mac) < 0)
        return err_set(err, VIR_ERR_XML_ERROR, "network '%s': mac='%s' of a DHCP <host> is not a MAC address",
                       def->name, h->mac);
    if (h->mac && mac_is_multicast(mac))
        return err_set(err, VIR_ERR_XML_ERROR,
                       "network '%s': mac='%s' of a DHCP <host> is a multicast address", def->name, h->mac);
    if (h->id && strspn(h->id, "0123456789abcdefABCDEF:") != strlen(h->id))
        return err_set(err, VIR_ERR_XML_ERROR,
                       "network '%s': id='%s' of a DHCP <host> can have hexadecimal digits and ':' "
                       "only",
                       def->name, h->id);
    if (h->name && !g_ascii_isalnum(h->name[0]))
        return err_set(err, VIR_ERR_XML_ERROR,
                       "network '%s': a DHCP <host> cannot have the name '%s': it starts with a letter "
                       "or digit",
                       def->name, h->name);
    if (!h->name && !(six ? h->id : h->mac))
        return err_set(err, VIR_ERR_XML_ERROR,
                       "network '%s': a DHCP <host> has neither %s nor name=", def->name,
                       six ? "id=" : "mac=");
    if (!h->ip)
        return err_set(err, VIR_ERR_XML_ERROR, "network '%s': a DHCP <host> has no ip=", def->name);
    if (ip_parse(h->ip, &ip) < 0)
        return err_set(err, VIR_ERR_XML_ERROR, "network '%s': ip='%s' of a DHCP <host> is not an IP address",
                       def->name, h->ip);
    h->ip = ip_text(def, &ip);
    return complete_lease(def, &h->lease, err);
}

static int
complete_dhcp(struct network_def *def, struct network_address *a, const struct ip *address, struct err *err)
{
    struct network_dhcp *d = a->dhcp;
    for (uint32_t i = 0; d && i < d->n_ranges; i++)
        if (complete_range(def, a, address, d->ranges[i], err) < 0)
            return -1;
    for (uint32_t i = 0; d && i < d->n_hosts; i++)
        if (complete_dhcp_host(def, !ip_is4(address), d->hosts[i], err) < 0)
            return -1;
    if (d && d->bootp && (!ip_is4(address) || !d->bootp->file))
        d->bootp = NULL;
    if (d && d->bootp && d->bootp->server) {
        struct ip server;
        if (address_needed(def, d->bootp->server, "server", &server, err) < 0)
            return -1;
        d->bootp->server = ip_text(def, &server);
    }
    if (d && !d->n_ranges && !d->n_hosts)
        a->dhcp = NULL;
    return 0;
}

/* ---- addresses ------------------------------------------------------------------------------ */

static int
complete_address(struct network_def *def, struct network_address *a, struct err *err)
{
    struct ip ip, mask;
    if (!a->address)
        return err_set(err, VIR_ERR_XML_ERROR, "an <ip> of network '%s' has no address=, which it needs",
                       def->name);
    if (ip_parse(a->address, &ip) < 0)
        return err_set(err, VIR_ERR_XML_ERROR, "'%s' in <ip> of network '%s' is not an IP address",
                       a->address, def->name);
    if (a->netmask && ip_parse(a->netmask, &mask) < 0)
        return err_set(err, VIR_ERR_XML_ERROR, "'%s' in <ip> of network '%s' is not a netmask", a->netmask,
                       def->name);
    if (fault_in(a, "@prefix @localPtr @family", err) < 0)
        return -1;
    if (ip_is4(&ip) == (a->family == IP_FAMILY_IPV6))
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "<ip address='%s'> of network '%s' needs family='%s'",
                       a->address, def->name, ip_is4(&ip) ? "ipv4" : "ipv6");
    a->address = ip_text(def, &ip);
    if (a->prefix > ip.bits)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "<ip address='%s'> of network '%s' has prefix='%u', and %u is the "
                       "longest",
                       a->address, def->name, a->prefix, ip.bits);
    if (a->netmask && !ip_is4(&ip))
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "<ip address='%s'> of network '%s' takes prefix=, not netmask=", a->address,
                       def->name);
    if (a->netmask && a->prefix)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "<ip address='%s'> of network '%s' has both netmask= and prefix=", a->address,
                       def->name);
    if (a->netmask && !ip_is4(&mask))
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "<ip address='%s'> of network '%s' has the netmask '%s', which is not of IPv4",
                       a->address, def->name, a->netmask);
    if (a->netmask)
        a->netmask = ip_text(def, &mask);
    if (complete_dhcp(def, a, &ip, err) < 0)
        return -1;
    if (a->has_tftp && !ip_is4(&ip))
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "<ip address='%s'> of network '%s' has <tftp>, which IPv6 has not", a->address,
                       def->name);
    a->has_tftp = a->tftp_root != NULL;
    return 0;
}

int
network_complete_ips(struct network_def *def, struct err *err)
{
    for (uint32_t i = 0; i < def->n_ips; i++)
        if (complete_address(def, def->ips[i], err) < 0)
            return -1;
    return 0;
}

/* ---- routes --------------------------------------------------------------------------------- */

static int
check_gateway(const struct network_def *def, const struct network_route *r, struct err *err)
{
    struct ip by, mine;
    if (ip_parse(r->gateway, &by) < 0)
        return 0;                    /* has been refused before */
    for (uint32_t i = 0; i < def->n_ips; i++) {
        int own = ip_parse(def->ips[i]->address, &mine) < 0 ? -1 : prefix_of(def->ips[i], &mine);
        if (own >= 0 && ip_same_net(&mine, &by, own))
            return 0;
    }
    return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                   "network '%s': the gateway '%s' of a <route> is in none of its own "
                   "networks",
                   def->name, r->gateway);
}

int
network_complete_routes(struct network_def *def, const char *where, struct err *err)
{
    if (routes_complete(def, def->routes, def->n_routes, where, err) < 0)
        return -1;
    for (uint32_t i = 0; i < def->n_routes; i++)
        if (check_gateway(def, def->routes[i], err) < 0)
            return -1;
    return 0;
}
