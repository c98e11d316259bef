/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A domain's network interfaces: lists, counters, addresses, links, limits. */
#include "cmd.h"
#include "bandwidth.h"
#include "lookup.h"
#include "names.h"
#include "params.h"
#include "xml.h"

#include <stdlib.h>
#include <string.h>

bool
cmd_domiflist(struct shell *sh, const struct call *call)
{
    g_autoptr(virDomain) dom = domain_of(sh, call);
    auto_lib char *text =
        dom ? virDomainGetXMLDesc(dom, opt_flag(call, "inactive") ? VIR_DOMAIN_XML_INACTIVE : 0) : NULL;
    g_autoptr(xml_doc) doc = text ? xml_parse(text) : NULL;
    if (!doc)
        return false;
    g_autoptr(table) t = table_new("Interface", "Type", "Source", "Model", "MAC", NULL);
    g_autoptr(GPtrArray) nodes = xml_nodes(doc, NULL, "/domain/devices/interface");
    for (guint i = 0; i < nodes->len; i++) {
        xmlNode *at = nodes->pdata[i];
        g_autofree char *type = xml_text(doc, at, "string(./@type)");
        g_autofree char *target = xml_text(doc, at, "string(./target/@dev)");
        g_autofree char *source = xml_text(doc, at, "string(./source/@bridge|./source/@dev|./source/@network|"
                                                    "./source/@name|./source/@path)");
        g_autofree char *model = xml_text(doc, at, "string(./model/@type)");
        g_autofree char *mac = xml_text(doc, at, "string(./mac/@address)");
        table_row(t, target ? target : "-", type ? type : "-", source ? source : "-", model ? model : "-",
                  mac ? mac : "-", NULL);
    }
    table_print(sh, t);
    return true;
}

bool
cmd_domifstat(struct shell *sh, const struct call *call)
{
    const char *name = NULL, *device = NULL;
    virDomainInterfaceStatsStruct s;
    g_autoptr(virDomain) dom = domain_of_by(sh, call, &name, BY_ANY);
    if (!dom || opt_string(sh, call, "interface", &device) <= 0)
        return false;
    if (virDomainInterfaceStats(dom, device, &s, sizeof(s)) < 0)
        return fail(sh, "Failed to get interface stats %s %s", name, device);
    const struct {
        const char *name;
        long long value;
    } rows[] = {
        {"rx_bytes", s.rx_bytes}, {"rx_packets", s.rx_packets}, {"rx_errs", s.rx_errs},
        {"rx_drop", s.rx_drop}, {"tx_bytes", s.tx_bytes}, {"tx_packets", s.tx_packets},
        {"tx_errs", s.tx_errs}, {"tx_drop", s.tx_drop},
    };
    if (sh->document)
        fact(sh, NULL, "interface", "%s", device);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].value < 0)
            continue;
        if (!sh->document)
            out(sh, "%s ", device);
        fact(sh, "%s %s\n", rows[i].name, "%lld", rows[i].value);
    }
    return true;
}

/* Its columns have their own widths, as scripts know them. */
static void
address_row(struct shell *sh, table *t, const char *name, const char *mac, const char *protocol,
            const char *address)
{
    if (sh->document)
        table_row(t, name, mac, protocol, address, NULL);
    else
        out(sh, " %-10s %-17s    %-12s %s\n", name, mac, protocol, address);
}

bool
cmd_domifaddr(struct shell *sh, const struct call *call)
{
    static const char *const sources[] = {"lease", "agent", "arp"};
    const char *only = NULL, *source = "lease";
    bool full = opt_flag(call, "full");
    unsigned int from = 0;
    virDomainInterfacePtr *list = NULL;
    if (opt_string(sh, call, "interface", &only) < 0 || opt_string(sh, call, "source", &source) < 0)
        return false;
    while (from < G_N_ELEMENTS(sources) && strcmp(sources[from], source) != 0)
        from++;
    if (from == G_N_ELEMENTS(sources))
        return fail(sh, "Unknown data source '%s'", source);
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    int n = virDomainInterfaceAddresses(dom, &list, from, 0);
    if (n < 0)
        return fail(sh, "Failed to query for interfaces addresses");
    say(sh, " %-10s %-20s %-8s     %s\n%s%s\n", "Name", "MAC address", "Protocol", "Address",
        "-------------------------------------------------", "------------------------------");
    g_autoptr(table) t = table_new("Name", "MAC address", "Protocol", "Address", NULL);
    for (int i = 0; i < n; i++) {
        virDomainInterfacePtr f = list[i];
        if (!only || strcmp(f->name, only) == 0) {
            if (f->naddrs == 0)
                address_row(sh, t, f->name, f->hwaddr ? f->hwaddr : "N/A", "N/A", "N/A");
            for (unsigned int a = 0; a < f->naddrs; a++) {
                g_autofree char *address = g_strdup_printf("%s/%u", f->addrs[a].addr, f->addrs[a].prefix);
                bool head = full || a == 0 || sh->document;
                address_row(sh, t, head ? f->name : "-", head && f->hwaddr ? f->hwaddr : "-",
                            f->addrs[a].type == VIR_IP_ADDR_TYPE_IPV4 ? "ipv4" : "ipv6", address);
            }
        }
        virDomainInterfaceFree(f);
    }
    free(list);
    if (sh->document)
        table_print(sh, t);
    return true;
}

/* The interface element with this target or MAC address. */
static xmlNode *
interface_node(struct shell *sh, xml_doc *doc, const char *name)
{
    g_autoptr(GPtrArray) nodes = xml_nodes(doc, NULL, "/domain/devices/interface");
    xmlNode *found = NULL;
    bool mac = strlen(name) == 17 && name[2] == ':';
    for (guint i = 0; i < nodes->len; i++) {
        g_autofree char *value =
            xml_text(doc, nodes->pdata[i], mac ? "string(./mac/@address)" : "string(./target/@dev)");
        if (!value || g_ascii_strcasecmp(value, name) != 0)
            continue;
        if (found) {
            fail(sh, "several interfaces match %s, name one by its %s", name, mac ? "target" : "MAC address");
            return NULL;
        }
        found = nodes->pdata[i];
    }
    if (!found)
        fail(sh, mac ? "Interface (mac: %s) not found." : "Interface (dev: %s) not found.", name);
    return found;
}

bool
cmd_domif_getlink(struct shell *sh, const struct call *call)
{
    const char *name = NULL;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || opt_string(sh, call, "interface", &name) <= 0)
        return false;
    auto_lib char *text = virDomainGetXMLDesc(dom, opt_flag(call, "config") ? VIR_DOMAIN_XML_INACTIVE : 0);
    g_autoptr(xml_doc) doc = text ? xml_parse(text) : NULL;
    xmlNode *at = doc ? interface_node(sh, doc, name) : NULL;
    if (!at)
        return false;
    g_autofree char *state = xml_text(doc, at, "string(./link/@state)");
    fact(sh, "%s %s", name, "%s", state ? state : "up");
    return true;
}

bool
cmd_domif_setlink(struct shell *sh, const struct call *call)
{
    const char *name = NULL, *state = NULL;
    unsigned int flags, xml_flags = 0;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || opt_string(sh, call, "interface", &name) <= 0 || opt_string(sh, call, "state", &state) <= 0)
        return false;
    if (strcmp(state, "up") != 0 && strcmp(state, "down") != 0)
        return fail(sh, "invalid link state '%s'", state);
    if (opt_flag(call, "config") || virDomainIsActive(dom) == 0) {
        flags = VIR_DOMAIN_AFFECT_CONFIG;
        xml_flags = VIR_DOMAIN_XML_INACTIVE;
    } else {
        flags = VIR_DOMAIN_AFFECT_LIVE;
    }
    auto_lib char *text = virDomainGetXMLDesc(dom, xml_flags);
    g_autoptr(xml_doc) doc = text ? xml_parse(text) : NULL;
    xmlNode *at = doc ? interface_node(sh, doc, name) : NULL;
    if (!at)
        return false;
    xmlNode *link = xml_node(doc, at, "./link");
    if (!link)
        link = xmlNewChild(at, NULL, (const xmlChar *)"link", NULL);
    xmlSetProp(link, (const xmlChar *)"state", (const xmlChar *)state);
    g_autofree char *device = xml_print_node(doc, at);
    if (opt_flag(call, "print-xml")) {
        out(sh, "%s", device);
        return true;
    }
    if (virDomainUpdateDeviceFlags(dom, device, flags) < 0)
        return fail(sh, "Failed to update interface link state");
    say(sh, "Device updated successfully\n");
    return true;
}

/* ---- limits ---- */

bool
bandwidth_parse(struct shell *sh, const char *text, struct bandwidth *b)
{
    static const char *const fields[] = {"average", "peak", "burst", "floor"};
    g_auto(GStrv) parts = g_strsplit(text, ",", 0);
    memset(b, 0, sizeof(*b));
    for (size_t i = 0; parts[i]; i++) {
        char *end;
        if (i >= G_N_ELEMENTS(fields))
            return fail(sh, "too many numbers in '%s', expecting average[,peak[,burst[,floor]]]", text);
        if (!parts[i][0])
            continue;
        b->v[i] = g_ascii_strtoull(parts[i], &end, 10);
        if (*end || parts[i][0] == '-')
            return fail(sh, "field '%s' is malformed", fields[i]);
    }
    return true;
}

static bool
add_bandwidth(struct shell *sh, const char *text, const char *const *fields, bool has_floor, struct params *p)
{
    struct bandwidth b;
    if (!text)
        return true;
    if (!bandwidth_parse(sh, text, &b))
        return false;
    if (!has_floor && b.v[3])
        return fail(sh, "outbound traffic has no floor");
    /* Zero takes a limit away, so the average always travels. */
    for (int i = 0; i < 4; i++)
        if ((i == 0 || b.v[i]) &&
            virTypedParamsAddUInt(&p->list, &p->n, &p->max, fields[i], (unsigned int)b.v[i]) < 0)
            return false;
    return true;
}

bool
cmd_domiftune(struct shell *sh, const struct call *call)
{
    static const char *const in[] = {VIR_DOMAIN_BANDWIDTH_IN_AVERAGE, VIR_DOMAIN_BANDWIDTH_IN_PEAK,
                                     VIR_DOMAIN_BANDWIDTH_IN_BURST, VIR_DOMAIN_BANDWIDTH_IN_FLOOR};
    static const char *const outb[] = {VIR_DOMAIN_BANDWIDTH_OUT_AVERAGE, VIR_DOMAIN_BANDWIDTH_OUT_PEAK,
                                       VIR_DOMAIN_BANDWIDTH_OUT_BURST, NULL};
    const char *device = NULL, *inbound = NULL, *outbound = NULL;
    unsigned int flags = 0;
    auto_params p = {0};
    if (!affect_flags(sh, call, &flags) || opt_string(sh, call, "interface", &device) <= 0 ||
        opt_string(sh, call, "inbound", &inbound) < 0 || opt_string(sh, call, "outbound", &outbound) < 0)
        return false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || !add_bandwidth(sh, inbound, in, true, &p) || !add_bandwidth(sh, outbound, outb, false, &p))
        return false;
    if (inbound || outbound) {
        if (virDomainSetInterfaceParameters(dom, device, p.list, p.n, flags) < 0)
            return fail(sh, "Unable to set interface parameters");
        return true;
    }
    int n = 0;
    if (virDomainGetInterfaceParameters(dom, device, NULL, &n, flags) < 0)
        return fail(sh, "Unable to get number of interface parameters");
    p.list = calloc(MAX(n, 1), sizeof(virTypedParameter));
    if (n && virDomainGetInterfaceParameters(dom, device, p.list, &n, flags) < 0)
        return fail(sh, "Unable to get interface parameters");
    p.n = n;
    params_print(sh, LINE_OF_PARAM, p.list, p.n);
    return true;
}
