/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * network-update: see network-update.h.
 *
 * An item to add is a whole element, read as in a definition.  An item to delete is a pattern: what it
 * says must be so, what it leaves out does not matter; so it is looked at attribute by attribute.
 */
#include "driver/network-update-priv.h"

#include "base/uuid.h"
#include "model/complete-host.h"

#include <arpa/inet.h>
#include <glib.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

#define ERR_FROM VIR_FROM_NETWORK

/* Where an added item goes in a list of n. */
uint32_t
update_place(const struct update *u, uint32_t n)
{
    return u->command == VIR_NETWORK_UPDATE_COMMAND_ADD_FIRST ? 0 : n;
}

/* ---- items ---------------------------------------------------------------------------------- */

static void
quiet(void *ctx, const char *msg, ...)
{
}

static xmlDocPtr
read_item(const char *xml, struct err *err)
{
    xmlParserCtxtPtr ctxt = xmlNewParserCtxt();
    xmlDocPtr doc;

    ctxt->sax->error = ctxt->sax->warning = quiet;
    doc = xmlCtxtReadMemory(ctxt, xml, (int)strlen(xml), NULL, NULL, XML_PARSE_NONET);
    if (!doc)
        err_set(err, VIR_ERR_XML_DETAIL, "the item to change in the network is not well-formed XML: %.200s",
                xml);
    xmlFreeParserCtxt(ctxt);
    return doc;
}

/* NULL: not there.  Borrowed, as long as the item lives. */
const char *
update_attr(const struct update *u, const char *name)
{
    xmlAttrPtr a = xmlHasProp(u->item, (const xmlChar *)name);

    return !a ? NULL : a->children && a->children->content ? (const char *)a->children->content : "";
}

int
update_check_element(const struct update *u, const char *element, struct err *err)
{
    if (xmlStrEqual(u->item->name, (const xmlChar *)element))
        return 0;
    return err_set(err, VIR_ERR_XML_ERROR, "this section of network '%s' takes <%s>, not <%s>", u->def->name,
                   element, u->item->name);
}

/* The whole element, in the arena of the definition. */
void *
update_import(const struct update *u, const char *element, const struct model_table *table, struct err *err)
{
    const struct model_document document = { element, element, table, VIR_FROM_NETWORK };
    void *root, *item;

    if (model_parse(&document, u->xml, strlen(u->xml), 0, &root, err) < 0)
        return NULL;
    item = model_import(u->def, table, root);
    model_unref(root);
    return item;
}

int
update_exists(const struct update *u, const char *what, struct err *err)
{
    return err_set(err, VIR_ERR_OPERATION_INVALID, "network '%s' has such a %s already: %s", u->def->name,
                   what, u->xml);
}

int
update_missing(const struct update *u, const char *what, struct err *err)
{
    return err_set(err, VIR_ERR_OPERATION_INVALID, "network '%s' has no such %s: %s", u->def->name, what,
                   u->xml);
}

int
update_no_modify(const struct update *u, const char *what, struct err *err)
{
    return err_set(err, VIR_ERR_OPERATION_UNSUPPORTED,
                   "a %s of network '%s' can be added and deleted, not modified", what, u->def->name);
}

bool
update_same_ip(const char *a, const char *b)
{
    unsigned char x[16] = { 0 }, y[16] = { 0 };
    int family = a && strchr(a, ':') ? AF_INET6 : AF_INET;

    return a && b && inet_pton(family, a, x) == 1 && inet_pton(family, b, y) == 1 &&
           memcmp(x, y, sizeof(x)) == 0;
}

static bool
same_mac(const char *a, const char *b)
{
    unsigned char x[MAC_BYTES], y[MAC_BYTES];

    return a && b && mac_parse(a, x) == 0 && mac_parse(b, y) == 0 && memcmp(x, y, MAC_BYTES) == 0;
}

bool
update_is_ip(const char *text)
{
    unsigned char bytes[16];

    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

static bool is_six(const struct network_address *ip) { return ip->family == IP_FAMILY_IPV6; }

/* ---- DHCP ----------------------------------------------------------------------------------- */

/* The <ip> that an entry belongs to. */
static struct network_address *
find_ip(const struct update *u, struct err *err)
{
    struct network_def *def = u->def;

    if (u->parent >= 0 && (uint32_t)u->parent < def->n_ips)
        return def->ips[u->parent];
    for (uint32_t i = 0; u->parent < 0 && i < def->n_ips; i++)
        if (def->ips[i]->dhcp)
            return def->ips[i];
    for (uint32_t i = 0; u->parent < 0 && i < def->n_ips; i++)
        if (!is_six(def->ips[i]))
            return def->ips[i];
    if (u->parent < 0 && def->n_ips)
        return def->ips[0];
    err_set(err, VIR_ERR_OPERATION_INVALID, "network '%s' has no <ip> with the index %d to change DHCP of",
            def->name, u->parent);
    return NULL;
}

/* Of each family, one address has DHCP. */
static int
check_only_dhcp(const struct update *u, const struct network_address *ip, struct err *err)
{
    for (uint32_t i = 0; i < u->def->n_ips; i++) {
        const struct network_address *other = u->def->ips[i];

        if (other != ip && is_six(other) == is_six(ip) && other->dhcp)
            return err_set(err, VIR_ERR_OPERATION_INVALID,
                           "network '%s' has DHCP on another address of the same family, %s", u->def->name,
                           other->address);
    }
    return 0;
}

static struct network_dhcp *
dhcp_of(const struct update *u, struct network_address *ip)
{
    if (!ip->dhcp)
        ip->dhcp = model_new(u->def, struct network_dhcp);
    return ip->dhcp;
}

static int
check_host_pattern(const struct update *u, const struct network_address *ip, struct err *err)
{
    const char *mac = update_attr(u, "mac"), *address = update_attr(u, "ip");
    unsigned char bytes[MAC_BYTES];

    if (mac && is_six(ip))
        return err_set(err, VIR_ERR_XML_ERROR, "a DHCP <host> of IPv6 has no mac=: %s", u->xml);
    if (mac && (mac_parse(mac, bytes) < 0 || mac_is_multicast(bytes)))
        return err_set(err, VIR_ERR_XML_ERROR, "mac='%s' of a DHCP <host> is not the MAC address of a device",
                       mac);
    if (address && !update_is_ip(address))
        return err_set(err, VIR_ERR_XML_ERROR, "ip='%s' of a DHCP <host> is not an IP address", address);
    if (!mac && !address && !update_attr(u, "name"))
        return err_set(err, VIR_ERR_XML_ERROR, "to delete a DHCP <host>, name it by name=, mac= or ip=: %s",
                       u->xml);
    return 0;
}

static bool
host_fits(const struct update *u, const struct dhcp_host *h)
{
    const char *mac = update_attr(u, "mac"), *address = update_attr(u, "ip"), *name = update_attr(u, "name"),
               *id = update_attr(u, "id");

    return (!mac || same_mac(mac, h->mac)) && (!address || update_same_ip(address, h->ip)) &&
           (!name || g_strcmp0(name, h->name) == 0) && (!id || g_strcmp0(id, h->id) == 0);
}

/* A host that one of the names of h is taken by. */
static int
find_host_like(const struct network_dhcp *d, const struct dhcp_host *h)
{
    for (uint32_t i = 0; d && i < d->n_hosts; i++)
        if (same_mac(h->mac, d->hosts[i]->mac) || update_same_ip(h->ip, d->hosts[i]->ip) ||
            (h->name && g_strcmp0(h->name, d->hosts[i]->name) == 0))
            return (int)i;
    return -1;
}

static int
update_dhcp_host(struct update *u, struct err *err)
{
    struct network_address *ip = find_ip(u, err);
    struct network_dhcp *d;
    struct dhcp_host *h;
    int i = -1;

    if (!ip || update_check_element(u, "host", err) < 0)
        return -1;
    d = ip->dhcp;
    if (!adds(u)) {
        if (check_host_pattern(u, ip, err) < 0)
            return -1;
        while (d && ++i < (int)d->n_hosts && !host_fits(u, d->hosts[i]))
            ;
        if (!d || i == (int)d->n_hosts)
            return update_missing(u, "DHCP host", err);
        model_list_remove(d->hosts, d->n_hosts, i);
        return network_complete(u->def, err);
    }
    if (!(h = update_import(u, "host", &dhcp_host_table, err)))
        return -1;
    i = find_host_like(d, h);
    /* It is checked where it would stand; only then what it may not be together with. */
    d = dhcp_of(u, ip);
    if (u->command == VIR_NETWORK_UPDATE_COMMAND_MODIFY && i >= 0)
        d->hosts[i] = h;
    else
        model_list_insert(u->def, d->hosts, d->n_hosts, update_place(u, d->n_hosts), h);
    if (network_complete(u->def, err) < 0)
        return -1;
    if (update_is_ip(h->ip) && (strchr(h->ip, ':') != NULL) != is_six(ip))
        return err_set(err, VIR_ERR_OPERATION_INVALID,
                       "ip='%s' of the DHCP host is of another family than the address %s of network "
                       "'%s'",
                       h->ip, ip->address, u->def->name);
    if (u->command == VIR_NETWORK_UPDATE_COMMAND_MODIFY)
        return i >= 0 ? 0 : update_missing(u, "DHCP host", err);
    return i >= 0 ? update_exists(u, "DHCP host", err) : check_only_dhcp(u, ip, err);
}

static int
update_dhcp_range(struct update *u, struct err *err)
{
    struct network_address *ip = find_ip(u, err);
    struct network_dhcp *d;
    struct dhcp_range *r;
    int found = -1;

    if (!ip || update_check_element(u, "range", err) < 0)
        return -1;
    if (u->command == VIR_NETWORK_UPDATE_COMMAND_MODIFY)
        return update_no_modify(u, "DHCP range", err);
    if (!(r = update_import(u, "range", &dhcp_range_table, err)))
        return -1;
    d = dhcp_of(u, ip);
    for (uint32_t i = 0; i < d->n_ranges && found < 0; i++)
        if (update_same_ip(r->start, d->ranges[i]->start) && update_same_ip(r->end, d->ranges[i]->end))
            found = (int)i;
    /* also the pattern of a deletion has to be a range of this network */
    model_list_insert(u->def, d->ranges, d->n_ranges, update_place(u, d->n_ranges), r);
    if (network_complete(u->def, err) < 0)
        return -1;
    if (adds(u))
        return found >= 0 ? update_exists(u, "DHCP range", err) : check_only_dhcp(u, ip, err);
    if (found < 0)
        return update_missing(u, "DHCP range", err);
    d->n_ranges--; /* the pattern */
    model_list_remove(d->ranges, d->n_ranges, found);
    return network_complete(u->def, err);
}

/* ---- forwarding and port groups ------------------------------------------------------------- */

static int
update_interface(struct update *u, struct err *err)
{
    struct network_forward *f = u->def->forward;
    struct network_forward_interface *item;
    uint32_t at = 0;

    if (update_check_element(u, "interface", err) < 0)
        return -1;
    if (u->command == VIR_NETWORK_UPDATE_COMMAND_MODIFY)
        return update_no_modify(u, "device to forward to", err);
    if (!(item = update_import(u, "interface", &network_forward_interface_table, err)))
        return -1;
    if (!item->dev)
        return err_set(err, VIR_ERR_XML_ERROR, "an <interface> to forward to has no dev=: %s", u->xml);
    while (f && at < f->n_interfaces && strcmp(f->interfaces[at]->dev, item->dev) != 0)
        at++;
    if (adds(u) && f && at < f->n_interfaces)
        return update_exists(u, "device to forward to", err);
    if (!adds(u) && (!f || at == f->n_interfaces))
        return update_missing(u, "device to forward to", err);
    if (!f)
        return 0; /* it forwards nothing, to no device */
    if (adds(u))
        model_list_insert(u->def, f->interfaces, f->n_interfaces, update_place(u, f->n_interfaces), item);
    else
        model_list_remove(f->interfaces, f->n_interfaces, at);
    if (f->mode != NETWORK_FORWARD_MODE_HOSTDEV)
        f->dev = f->n_interfaces ? f->interfaces[0]->dev : NULL;
    return 0;
}

static int
update_portgroup(struct update *u, struct err *err)
{
    struct network_def *def = u->def;
    struct network_portgroup *g;
    uint32_t at = 0, other = 0;

    if (update_check_element(u, "portgroup", err) < 0 ||
        !(g = update_import(u, "portgroup", &network_portgroup_table, err)))
        return -1;
    if (!g->name)
        return err_set(err, VIR_ERR_XML_ERROR, "a <portgroup> has no name=: %s", u->xml);
    while (at < def->n_portgroups && strcmp(def->portgroups[at]->name, g->name) != 0)
        at++;
    while (other < def->n_portgroups && (other == at || def->portgroups[other]->default_ != TRI_YES))
        other++;
    if (u->command >= VIR_NETWORK_UPDATE_COMMAND_ADD_LAST && at < def->n_portgroups)
        return update_exists(u, "port group", err);
    if (u->command < VIR_NETWORK_UPDATE_COMMAND_ADD_LAST && at == def->n_portgroups)
        return update_missing(u, "port group", err);
    if (!adds(u)) {
        model_list_remove(def->portgroups, def->n_portgroups, at);
        return 0;
    }
    if (g->default_ == TRI_YES && other < def->n_portgroups)
        return err_set(err, VIR_ERR_OPERATION_INVALID, "network '%s' has a default port group already, '%s'",
                       def->name, def->portgroups[other]->name);
    if (u->command == VIR_NETWORK_UPDATE_COMMAND_MODIFY)
        def->portgroups[at] = g;
    else
        model_list_insert(def, def->portgroups, def->n_portgroups, update_place(u, def->n_portgroups), g);
    return network_complete(def, err);
}

/* ---- sections ------------------------------------------------------------------------------- */

static int
update(struct update *u, unsigned section, struct err *err)
{
    switch (section) {
    case VIR_NETWORK_SECTION_IP_DHCP_HOST:
        return update_dhcp_host(u, err);
    case VIR_NETWORK_SECTION_IP_DHCP_RANGE:
        return update_dhcp_range(u, err);
    case VIR_NETWORK_SECTION_FORWARD_INTERFACE:
        return update_interface(u, err);
    case VIR_NETWORK_SECTION_PORTGROUP:
        return update_portgroup(u, err);
    case VIR_NETWORK_SECTION_DNS_HOST: case VIR_NETWORK_SECTION_DNS_TXT: case VIR_NETWORK_SECTION_DNS_SRV:
        return update_dns(u, section, err);
    default:
        return err_set(err, VIR_ERR_OPERATION_UNSUPPORTED,
                       "section %u of network '%s' cannot be changed by itself", section, u->def->name);
    }
}

int
network_update(struct network_def *def, unsigned command, unsigned section, int parent, const char *xml,
               struct err *err)
{
    struct update u = { .def = def, .command = command, .parent = parent, .xml = xml };
    xmlDocPtr doc = read_item(xml, err);
    int r;

    if (!doc)
        return -1;
    u.item = xmlDocGetRootElement(doc);
    if (command < VIR_NETWORK_UPDATE_COMMAND_MODIFY || command > VIR_NETWORK_UPDATE_COMMAND_ADD_FIRST)
        r = err_set(err, VIR_ERR_OPERATION_UNSUPPORTED, "there is no command %u to change a network by",
                    command);
    else
        r = update(&u, section, err);
    xmlFreeDoc(doc);
    return r;
}
