/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * check-interface: network interfaces; see check.h.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include "model/check.h"
#include "model/complete-parts.h"
#include "model/devices.h"
#include "model/engine.h"

#define ERR_FROM VIR_FROM_DOMAIN

/* The family of an address: AF_INET, AF_INET6, or 0. */
static int family_of(const char *s)
{
    struct ip ip;
    return !s || ip_parse(s, &ip) < 0 ? 0 : ip_is4(&ip) ? AF_INET : AF_INET6;
}

static int wanted(enum ip_family f, int otherwise)
{
    return f == IP_FAMILY_IPV6 ? AF_INET6 : f == IP_FAMILY_IPV4 ? AF_INET : otherwise;
}

int check_ips(const struct domain_def *def, struct network_ip *const *ips, uint32_t n, struct err *err)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct network_ip *ip = ips[i];
        int family = family_of(ip->address);
        if (!family || family != wanted(ip->family, family))
            return XML("'%s' in <ip> of guest '%s' is not an IP address%s%s", ip->address ? ip->address : "",
                       def->name, ip->family ? " of family " : "",
                       ip->family ? ip_family_str(ip->family) : "");
        if (ip->has_prefix && ip->prefix > (family == AF_INET ? 32u : 128u))
            return XML("prefix %u in <ip address='%s'> of guest '%s' is more than the address has bits",
                       ip->prefix, ip->address, def->name);
        if (ip->peer && family_of(ip->peer) != family)
            return err_set(err, VIR_ERR_INVALID_ARG,
                           "the peer '%s' in <ip address='%s'> of guest '%s' is not an IP "
                           "address of the same family",
                           ip->peer, ip->address, def->name);
    }
    return 0;
}

/* Does the address have bits below the prefix? */
static bool has_host_bits(const char *address, int family, unsigned prefix)
{
    unsigned char b[16] = { 0 };
    unsigned bits = family == AF_INET ? 32 : 128;
    inet_pton(family, address, b);
    for (unsigned i = prefix; i < bits; i++)
        if (b[i / 8] >> (7 - i % 8) & 1)
            return true;
    return false;
}

#define ROUTE(...) err_set_from(err, VIR_FROM_NETWORK, VIR_ERR_XML_ERROR, __VA_ARGS__)

int
check_routes(const struct domain_def *def, struct network_route *const *routes, uint32_t n, struct err *err)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct network_route *r = routes[i];
        if (!r->address)
            return ROUTE("a <route> of guest '%s' has no address", def->name);
        int family = wanted(r->family, AF_INET);
        if (family_of(r->address) != family)
            return ROUTE("'%s' in <route> of guest '%s' is not an IP address of family %s", r->address,
                         def->name, family == AF_INET ? "ipv4" : "ipv6");
        if (family_of(r->gateway) != family)
            return ROUTE(
                "the gateway '%s' in <route address='%s'> of guest '%s' is not an IP address of family %s",
                r->gateway ? r->gateway : "", r->address, def->name, family == AF_INET ? "ipv4" : "ipv6");
        if (r->netmask && (family != AF_INET || r->has_prefix || family_of(r->netmask) != AF_INET))
            return ROUTE("the netmask in <route address='%s'> of guest '%s' has to be that of an IPv4 "
                         "address and stands in "
                         "for prefix=",
                         r->address, def->name);
        if (r->has_prefix && r->prefix > (family == AF_INET ? 32u : 128u))
            return ROUTE("prefix %u in <route address='%s'> of guest '%s' is more than the address has bits",
                         r->prefix, r->address, def->name);
        unsigned prefix = r->prefix;
        bool any = !strcmp(r->address, "0.0.0.0") || !strcmp(r->address, "::");
        if (r->netmask) {
            struct in_addr mask;
            inet_pton(AF_INET, r->netmask, &mask);
            prefix = __builtin_popcount(mask.s_addr);
        } else if (!r->has_prefix) {
            prefix = any ? 0 : family == AF_INET ? 8 : 64;
        }
        if (has_host_bits(r->address, family, prefix))
            return ROUTE("'%s' in <route> of guest '%s' is no address of a network of prefix %u", r->address,
                         def->name, prefix);
    }
    return 0;
}

/* What a port of that type needs; an interface of a network gets the rest from there. */
static int
read_virtualport(const struct domain_def *def, struct domain_interface *n, const char *where, struct err *err)
{
    static const unsigned can = 1u << INTERFACE_TYPE_NETWORK | 1u << INTERFACE_TYPE_BRIDGE |
                                1u << INTERFACE_TYPE_DIRECT | 1u << INTERFACE_TYPE_HOSTDEV;
    struct virtualport *v = n->virtualport;
    if (!v)
        return 0;
    if (!(can >> n->type & 1))
        return UNSUPPORTED("%s: an interface of type '%s' cannot have a <virtualport>", where,
                           interface_type_str(n->type));
    if (virtualport_complete(v, n->type != INTERFACE_TYPE_NETWORK, where, err) < 0)
        return -1;
    const struct virtualport_parameters *p = v->parameters;
    const char *lacks =
        n->type == INTERFACE_TYPE_NETWORK      ? NULL
        : v->type == VIRTUALPORT_TYPE_802_1QBG ? (!p || !p->has_managerid ? "managerid"
                                                  : !p->has_typeid        ? "typeid"
                                                  : !p->has_typeidversion ? "typeidversion"
                                                                          : NULL)
        : v->type == VIRTUALPORT_TYPE_802_1QBH ? (!p || !p->profileid || !*p->profileid ? "profileid" : NULL)
        : v->type == VIRTUALPORT_TYPE_MIDONET  ? (!p || !p->has_interfaceid ? "interfaceid" : NULL)
                                               : NULL;
    return !lacks ? 0
                  : err_set_from(err, VIR_FROM_NET, VIR_ERR_XML_ERROR,
                                 "%s: a <virtualport> of type '%s' needs %s=", where,
                                 virtualport_type_str(v->type), lacks);
}

#define NEEDS(attr)                                                                                          \
    err_set_from(err, VIR_FROM_XML, VIR_ERR_XML_ERROR,                                                       \
                 "<source> of an interface of type '%s' of guest "                                           \
                 "'%s' has no attribute '%s'",                                                               \
                 interface_type_str(n->type), def->name, attr)

/* The device of the host that an interface is: the words that one on USB or on PCI has; those that this one
 * does not have count as not given. */
static int read_host_words(const struct domain_def *def, struct interface_source *s, struct err *err)
{
    bool usb = interface_source_is_usb(s);
    if (!usb && s->host_policy)
        return UNSUPPORTED(
            "the <source> of an interface of guest '%s' has a startupPolicy; that is for USB devices",
            def->name);
    const char **words[] = { &s->host_policy, &s->host_reset, &s->host_filtering };
    static const char *const names[] = { "startupPolicy", "guestReset", "writeFiltering" };
    for (int i = 0; i < 3; i++) {
        const char *w = *words[i];
        if (w && usb == (i == 2))
            *words[i] = NULL;
        else if (w && !(i == 0   ? startup_policy_from(w)
                        : i == 1 ? hostdev_guest_reset_from(w)
                                 : !strcmp(w, "yes") || !strcmp(w, "no")))
            return MISSING("%s='%s' in the <source> of an interface of guest '%s' is no word of it", names[i],
                           w, def->name);
    }
    return 0;
}

/* Who gives the ids of a USB device need not say that its address is on USB, too. */
static int
read_usb_place(const struct domain_def *def, struct hostdev_source_address *a, struct err *err)
{
    const struct { const char *name, *said; uint32_t *to; } words[] = {
        { "bus", a->said_bus, &a->usb_bus },
        { "device", a->said_device, &a->device },
    };
    for (int i = 0; i < 2; i++) {
        if (!words[i].said)
            return MISSING("the <address> in the <source> of an interface of guest '%s' has no %s",
                           def->name, words[i].name);
        char *end;
        errno = 0;
        guint64 v = g_ascii_strtoull(words[i].said, &end, 0);
        if (errno || end == words[i].said || *end || strchr(words[i].said, '-') || v > UINT32_MAX)
            return MISSING("the <address> in the <source> of an interface of guest '%s' has %s='%s', which "
                           "has to be a number from 0 to 4294967295",
                           def->name, words[i].name, words[i].said);
        *words[i].to = v;
    }
    a->type = ADDRESS_TYPE_USB;
    a->said_bus = a->said_device = NULL;
    return 0;
}

static int read_source(const struct domain_def *def, const struct domain_interface *n, struct err *err)
{
    static const unsigned without =
        1u << INTERFACE_TYPE_USER | 1u << INTERFACE_TYPE_ETHERNET | 1u << INTERFACE_TYPE_NULL;
    const struct interface_source *s = n->source;
    if (!s)
        return without >> n->type & 1
                   ? 0
                   : XML("an interface of type '%s' of guest '%s' has no <source>, which says what "
                         "it is connected to",
                         interface_type_str(n->type), def->name);
    switch (n->type) {
    case INTERFACE_TYPE_NETWORK: return s->network ? 0 : NEEDS("network");
    case INTERFACE_TYPE_BRIDGE: return s->bridge ? 0 : NEEDS("bridge");
    case INTERFACE_TYPE_DIRECT: case INTERFACE_TYPE_VDPA: return s->dev ? 0 : NEEDS("dev");
    case INTERFACE_TYPE_INTERNAL: return s->name ? 0 : NEEDS("name");
    case INTERFACE_TYPE_VDS:
        return !s->has_switchid       ? NEEDS("switchid")
               : !s->has_vds_portid   ? NEEDS("portid")
               : !s->portgroupid      ? NEEDS("portgroupid")
               : !s->has_connectionid ? NEEDS("connectionid")
                                      : 0;
    case INTERFACE_TYPE_CLIENT:
    case INTERFACE_TYPE_MCAST:
    case INTERFACE_TYPE_SERVER:
    case INTERFACE_TYPE_UDP:
        if (!s->has_port)
            return NEEDS("port");
        if (!s->address && n->type != INTERFACE_TYPE_SERVER)
            return NEEDS("address");
        return n->type != INTERFACE_TYPE_UDP || s->local ? 0 :
            XML("an interface of type 'udp' of guest '%s' has no <local> in its <source>", def->name);
    case INTERFACE_TYPE_VHOSTUSER:
        if (!s->type)
            return NEEDS("type");
        if (strcmp(s->type, "unix"))
            return UNSUPPORTED(
                "an interface of type 'vhostuser' of guest '%s' has a <source> of type '%s'; 'unix' is right",
                def->name, s->type);
        if (!s->path || !s->socket_mode)
            return NEEDS(s->path ? "mode" : "path");
        if (s->socket_mode != UNIX_SOCKET_MODE_CLIENT && s->socket_mode != UNIX_SOCKET_MODE_SERVER)
            return MISSING("an interface of type 'vhostuser' of guest '%s' has mode='%s'; it is 'client' or "
                           "'server'",
                           def->name, unix_socket_mode_str(s->socket_mode));
        return check_reconnect("an interface of type 'vhostuser'", s->reconnect, err);
    case INTERFACE_TYPE_HOSTDEV:
        if (n->driver && (n->driver->name == INTERFACE_DRIVER_NAME_QEMU ||
                          n->driver->name == INTERFACE_DRIVER_NAME_VHOST))
            return MISSING(
                "the <driver> of an interface of type 'hostdev' of guest '%s' has name='%s'; it has "
                "to be kvm, vfio or xen",
                def->name, interface_driver_name_str(n->driver->name));
        if (interface_source_is_usb(s)) {
            if (read_host_words(def, n->source, err) < 0)
                return -1;
            if (s->has_vendor != s->has_product)
                return INTERNAL(
                    "the <source> of an interface of guest '%s' has no <%s>, which belongs to the <%s>",
                    def->name, s->has_vendor ? "product" : "vendor", s->has_vendor ? "vendor" : "product");
            if (s->has_vendor && !s->vendor)
                return MISSING("the <source> of an interface of guest '%s' has the vendor id 0", def->name);
        }
        if (s->host_address && !s->host_address->type && s->has_vendor && s->has_product &&
            read_usb_place(def, s->host_address, err) < 0)
            return -1;
        if (s->host_address && s->has_vendor && !s->host_address->usb_bus && !s->host_address->device)
            n->source->host_address = NULL;     /* the ids find it */
        if (!s->host_address && s->has_vendor && s->has_product)
            return 0;
        if (!s->host_address || !s->host_address->type)
            return XML("an interface of type 'hostdev' of guest '%s' has no <address> in its <source>",
                       def->name);
        if (s->host_address->type != ADDRESS_TYPE_PCI && s->host_address->type != ADDRESS_TYPE_USB)
            return UNSUPPORTED(
                "the <address> in the <source> of an interface of guest '%s' has type '%s'; it has to be pci "
                "or usb",
                def->name, address_type_str(s->host_address->type));
        return s->host_address->type == ADDRESS_TYPE_PCI ? read_host_words(def, n->source, err) : 0;
    default:
        return 0;
    }
}

static int check_host_ips(const struct domain_def *def, const struct domain_interface *n, struct err *err)
{
    return !(n->source->n_ips + n->source->n_routes) || n->type == INTERFACE_TYPE_ETHERNET
               ? 0
               : UNSUPPORTED(
                     "the <source> of an interface of guest '%s' has addresses or routes of the host, which "
                     "are for type='ethernet', not '%s'",
                     def->name, interface_type_str(n->type));
}

/* The order is that in which users know the faults of one interface. */
int check_interface_read(struct domain_def *def, struct domain_interface *n, struct err *err)
{
    g_autofree char *where = g_strdup_printf("guest '%s'", def->name);
    if (n->model && strspn(n->model, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") !=
        strlen(n->model))
        return err_set(err, VIR_ERR_INVALID_ARG,
                       "the model '%s' of an interface of guest '%s' has characters other than "
                       "letters, digits, - and _",
                       n->model, def->name);
    if (read_source(def, n, err) < 0 || read_virtualport(def, n, where, err) < 0 ||
        vlan_complete(n->vlan, where, err) < 0)
        return -1;
    if (n->source && (check_ips(def, n->source->ips, n->source->n_ips, err) < 0 ||
                      check_routes(def, n->source->routes, n->source->n_routes, err) < 0 ||
                      check_host_ips(def, n, err) < 0))
        return -1;
    if (bandwidth_complete(&n->bandwidth, n->type == INTERFACE_TYPE_NETWORK, where, err) < 0)
        return -1;
    if (n->mac[0] & 1)
        return XML("MAC address %02x:%02x:%02x:%02x:%02x:%02x of guest '%s' is a multicast address; the "
                   "first byte has "
                   "to be even",
                   n->mac[0], n->mac[1], n->mac[2], n->mac[3], n->mac[4], n->mac[5], def->name);
    return 0;
}

/* What is told after where the interface is. */
int check_interface_rest_read(struct domain_def *def, struct domain_interface *n, struct err *err)
{
    if (check_ips(def, n->ips, n->n_ips, err) < 0 || check_routes(def, n->routes, n->n_routes, err) < 0)
        return -1;
    for (uint32_t i = 0; i < n->n_port_forwards; i++)
        if (n->port_forwards[i]->address && !family_of(n->port_forwards[i]->address))
            return XML("'%s' in <portForward> of guest '%s' is not an IP address",
                       n->port_forwards[i]->address, def->name);
    if (n->backend && n->backend->type == INTERFACE_BACKEND_TYPE_PASST && !model_newer)
        return XML(
            "the <backend> of an interface of guest '%s' has type 'passt', which is newer than the format "
            "that is read here (set newer_elements)",
            def->name);
    if (n->backend && n->backend->type == INTERFACE_BACKEND_TYPE_DEFAULT)
        return MISSING(
            "the <backend> of an interface of guest '%s' has type='default', which is to have none",
            def->name);
    if (n->driver && n->driver->name > INTERFACE_DRIVER_NAME_VHOST && n->type != INTERFACE_TYPE_HOSTDEV &&
        n->model && g_str_has_prefix(n->model, "virtio"))
        return MISSING("the <driver> of a virtio interface of guest '%s' has name='%s'; it has to be qemu or "
                       "vhost",
                       def->name, interface_driver_name_str(n->driver->name));
    if (n->teaming && !n->teaming->type && n->teaming->persistent)
        return UNSUPPORTED("a <teaming> of guest '%s' does not say its type", def->name);
    if (n->teaming && n->teaming->type == TEAMING_TYPE_PERSISTENT && n->teaming->persistent)
        return UNSUPPORTED("a persistent <teaming> of guest '%s' names another interface as persistent",
                           def->name);
    return 0;
}

/* ---- what nobody could run ------------------------------------------------------------------ */

static bool is_virtio(const char *model)
{
    return model && (!strcmp(model, "virtio") || !strcmp(model, "virtio-transitional") ||
                     !strcmp(model, "virtio-non-transitional"));
}

int check_interface(const struct domain_def *def, uint32_t at, struct err *err)
{
    const struct domain_interface *n = def->interfaces[at];
    const struct virtio_options *v = n->driver ? &n->driver->virtio : NULL;
    if (v && (v->iommu || v->ats || v->packed || v->page_per_vq) && !is_virtio(n->model))
        return UNSUPPORTED("an interface of guest '%s' with model '%s': %s= in <driver> is for virtio",
                           def->name, n->model ? n->model : "",
                           v->iommu    ? "iommu"
                           : v->ats    ? "ats"
                           : v->packed ? "packed"
                                       : "page_per_vq");
    if (n->isolated == TRI_YES && n->type != INTERFACE_TYPE_NETWORK && n->type != INTERFACE_TYPE_BRIDGE)
        return UNSUPPORTED("an interface of type '%s' of guest '%s' cannot have <port isolated='yes'/>",
                           interface_type_str(n->type), def->name);
    if (n->isolated == TRI_YES && n->virtualport && n->virtualport->type == VIRTUALPORT_TYPE_OPENVSWITCH)
        return UNSUPPORTED("an interface of guest '%s' on Open vSwitch cannot have <port isolated='yes'/>",
                           def->name);
    if (n->type == INTERFACE_TYPE_VHOSTUSER && !is_virtio(n->model))
        return INTERNAL(
            "an interface of type 'vhostuser' of guest '%s' needs <model type='virtio'/>, not '%s'",
            def->name, n->model ? n->model : "");
    const struct interface_source *s = n->source;
    if (n->type == INTERFACE_TYPE_VHOSTUSER && s->reconnect && s->reconnect->enabled == TRI_YES &&
        s->socket_mode == UNIX_SOCKET_MODE_SERVER)
        return UNSUPPORTED(
            "an interface of type 'vhostuser' of guest '%s' cannot <reconnect> in mode 'server'", def->name);
    if (n->target_managed == TRI_NO && n->type != INTERFACE_TYPE_ETHERNET)
        return UNSUPPORTED(
            "an interface of type '%s' of guest '%s' cannot have a target with managed='no'; type 'ethernet' "
            "can",
            interface_type_str(n->type), def->name);
    return n->teaming && n->teaming->type == TEAMING_TYPE_TRANSIENT && !n->teaming->persistent
               ? UNSUPPORTED("a transient <teaming> of guest '%s' does not name its persistent interface",
                             def->name)
               : 0;
}

int check_interface_host(const struct domain_def *def, uint32_t at, struct err *err)
{
    const struct domain_interface *n = def->interfaces[at];
    enum address_type t = n->info.address ? n->info.address->type : ADDRESS_TYPE_UNSET;
    return n->type == INTERFACE_TYPE_HOSTDEV
               ? check_host_address(def, "interface of type 'hostdev'", !interface_is_pci(n), t, err)
               : 0;
}
