/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Virtual networks and their ports. */
#include "cmd.h"
#include "describe.h"
#include "object.h"
#include "xml.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NET network_of(sh, call, &name)
#define NET_ONLY network_of(sh, call, NULL)
#define VALIDATE(flag) (opt_flag(call, "validate") ? flag : 0)

OBJECT_AUTOSTART(cmd_net_autostart, virNetwork, NET, virNetworkSetAutostart, "Network", "network")
OBJECT_FROM_FILE(cmd_net_create, virNetwork,
                 VALIDATE(VIR_NETWORK_CREATE_VALIDATE)
                     ? virNetworkCreateXMLFlags(sh->conn, xml, VIR_NETWORK_CREATE_VALIDATE)
                     : virNetworkCreateXML(sh->conn, xml),
                 "Failed to create network from %s",
                 say(sh, "Network %s created from %s\n", virNetworkGetName(object), file))
OBJECT_FROM_FILE(cmd_net_define, virNetwork,
                 VALIDATE(VIR_NETWORK_DEFINE_VALIDATE)
                     ? virNetworkDefineXMLFlags(sh->conn, xml, VIR_NETWORK_DEFINE_VALIDATE)
                     : virNetworkDefineXML(sh->conn, xml),
                 "Failed to define network from %s",
                 say(sh, "Network %s defined from %s\n", virNetworkGetName(object), file))
OBJECT_ACTION(cmd_net_destroy, virNetwork, NET, virNetworkDestroy(object), "Failed to destroy network %s",
              "Network %s destroyed")
OBJECT_ACTION(cmd_net_start, virNetwork, NET, virNetworkCreate(object), "Failed to start network %s",
              "Network %s started")
OBJECT_ACTION(cmd_net_undefine, virNetwork, NET, virNetworkUndefine(object), "Failed to undefine network %s",
              "Network %s has been undefined")
OBJECT_NAME(cmd_net_name, virNetwork, NET_ONLY, virNetworkGetName)
OBJECT_UUID(cmd_net_uuid, virNetwork, NET_ONLY, virNetworkGetUUIDString, "network")
OBJECT_DUMPXML(cmd_net_dumpxml, virNetwork, NET_ONLY,
               virNetworkGetXMLDesc(object, opt_flag(call, "inactive") ? VIR_NETWORK_XML_INACTIVE : 0))

static char *
inactive_xml(struct shell *sh, virNetworkPtr net)
{
    char *xml = virNetworkGetXMLDesc(net, VIR_NETWORK_XML_INACTIVE);
    if (xml || err_code(sh) != VIR_ERR_INVALID_ARG)
        return xml;
    err_forget(sh);
    return virNetworkGetXMLDesc(net, 0);
}
OBJECT_EDIT(cmd_net_edit, virNetwork, virNetworkPtr, NET, inactive_xml(sh, object),
            virNetworkDefineXML(sh->conn, xml), "Network")

bool
cmd_net_info(struct shell *sh, const struct call *call)
{
    char uuid[VIR_UUID_STRING_BUFLEN];
    int autostart;
    g_autoptr(virNetwork) net = NET_ONLY;
    g_autoptr(props) p = props_new(15);
    if (!net)
        return false;
    prop(p, "Name", "%s", virNetworkGetName(net));
    if (virNetworkGetUUIDString(net, uuid) == 0)
        prop(p, "UUID", "%s", uuid);
    int active = virNetworkIsActive(net), persistent = virNetworkIsPersistent(net);
    if (active >= 0)
        prop(p, "Active", "%s", active ? "yes" : "no");
    prop(p, "Persistent", "%s", persistent < 0 ? "unknown" : persistent ? "yes" : "no");
    if (virNetworkGetAutostart(net, &autostart) < 0)
        prop(p, "Autostart", "no autostart");
    else
        prop(p, "Autostart", "%s", autostart ? "yes" : "no");
    auto_lib char *bridge = virNetworkGetBridgeName(net);
    if (bridge)
        prop(p, "Bridge", "%s", bridge);
    err_forget(sh);
    props_print(sh, p);
    return true;
}

COMPARE_BY(by_name, virNetworkPtr, virNetworkGetName)

bool
cmd_net_list(struct shell *sh, const struct call *call)
{
    bool name = opt_flag(call, "name"), uuid = opt_flag(call, "uuid"), title = opt_flag(call, "title");
    unsigned int flags = VIR_CONNECT_LIST_NETWORKS_ACTIVE;
    virNetworkPtr *nets = NULL;
    if (name + uuid + opt_flag(call, "table") > 1)
        return fail(sh, "Only one argument from --table, --name and --uuid may be specified.");
    if (opt_flag(call, "inactive"))
        flags = VIR_CONNECT_LIST_NETWORKS_INACTIVE;
    if (opt_flag(call, "all"))
        flags = VIR_CONNECT_LIST_NETWORKS_ACTIVE | VIR_CONNECT_LIST_NETWORKS_INACTIVE;
    if (opt_flag(call, "persistent"))
        flags |= VIR_CONNECT_LIST_NETWORKS_PERSISTENT;
    if (opt_flag(call, "transient"))
        flags |= VIR_CONNECT_LIST_NETWORKS_TRANSIENT;
    if (opt_flag(call, "autostart"))
        flags |= VIR_CONNECT_LIST_NETWORKS_AUTOSTART;
    if (opt_flag(call, "no-autostart"))
        flags |= VIR_CONNECT_LIST_NETWORKS_NO_AUTOSTART;
    int n = virConnectListAllNetworks(sh->conn, &nets, flags);
    if (n < 0)
        return fail(sh, "Failed to list networks");
    qsort(nets, n, sizeof(*nets), by_name);
    g_autoptr(table) t = title ? table_new("Name", "State", "Autostart", "Persistent", "Title", NULL)
                               : table_new("Name", "State", "Autostart", "Persistent", NULL);
    if (name || uuid)
        fact_list(sh);
    for (int i = 0; i < n; i++) {
        char text[VIR_UUID_STRING_BUFLEN] = "";
        int autostart;
        if (uuid) {
            virNetworkGetUUIDString(nets[i], text);
            out(sh, "%s\n", text);
        } else if (name) {
            out(sh, "%s\n", virNetworkGetName(nets[i]));
        } else {
            auto_lib char *shown = NULL;
#if API_12
            if (title)
                shown = virNetworkGetMetadata(nets[i], VIR_NETWORK_METADATA_TITLE, NULL, 0);
#endif
            const char *start = virNetworkGetAutostart(nets[i], &autostart) < 0 ? "no autostart"
                                : autostart ? "yes" : "no";
            table_row(t, virNetworkGetName(nets[i]), virNetworkIsActive(nets[i]) ? "active" : "inactive",
                      start, virNetworkIsPersistent(nets[i]) ? "yes" : "no", shown ? shown : "", NULL);
        }
        virNetworkFree(nets[i]);
    }
    free(nets);
    err_forget(sh);
    if (!name && !uuid)
        table_print(sh, t);
    return true;
}

static int
by_mac_and_address(const void *a, const void *b)
{
    const virNetworkDHCPLease *x = *(virNetworkDHCPLeasePtr *)a, *y = *(virNetworkDHCPLeasePtr *)b;
    int r = g_strcmp0(x->mac, y->mac);
    if (r == 0)
        r = (x->type > y->type) - (x->type < y->type);
    return r ? r : g_strcmp0(x->ipaddr, y->ipaddr);
}

bool
cmd_net_dhcp_leases(struct shell *sh, const struct call *call)
{
    const char *mac = NULL, *name = NULL;
    virNetworkDHCPLeasePtr *leases = NULL;
    g_autoptr(virNetwork) net = NET;
    if (!net || opt_string(sh, call, "mac", &mac) < 0)
        return false;
    int n = virNetworkGetDHCPLeases(net, mac, &leases, 0);
    if (n < 0)
        return fail(sh, "Failed to get leases info for %s", name);
    qsort(leases, n, sizeof(*leases), by_mac_and_address);
    g_autoptr(table) t = table_new("Expiry Time", "MAC address", "Protocol", "IP address", "Hostname",
                                   "Client ID or DUID", NULL);
    for (int i = 0; i < n; i++) {
        virNetworkDHCPLeasePtr l = leases[i];
        g_autoptr(GDateTime) when = g_date_time_new_from_unix_local(l->expirytime);
        g_autofree char *expiry = when ? g_date_time_format(when, "%Y-%m-%d %H:%M:%S") : g_strdup("-");
        g_autofree char *address = g_strdup_printf("%s/%u", l->ipaddr, l->prefix);
        table_row(t, expiry, l->mac ? l->mac : "-", l->type == VIR_IP_ADDR_TYPE_IPV6 ? "ipv6" : "ipv4",
                  address, l->hostname ? l->hostname : "-", l->clientid ? l->clientid : "-", NULL);
        virNetworkDHCPLeaseFree(l);
    }
    free(leases);
    table_print(sh, t);
    return true;
}

static int
word_index(const char *const *words, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++)
        if (words[i] && strcmp(words[i], text) == 0)
            return (int)i;
    return -1;
}

bool
cmd_net_update(struct shell *sh, const struct call *call)
{
    static const char *const commands[] = {NULL, "modify", "delete", "add-last", "add-first"};
    static const char *const sections[] = { NULL,           "bridge",        "domain",   "ip",
                                            "ip-dhcp-host", "ip-dhcp-range", "forward",  "forward-interface",
                                            "forward-pf",   "portgroup",     "dns-host", "dns-txt",
                                            "dns-srv" };
    const char *command = NULL, *section = NULL, *text = NULL;
    int index = -1, c, s;
    unsigned int flags = 0;
    g_autofree char *file = NULL;
    g_autoptr(virNetwork) net = NET_ONLY;
    if (!net || opt_string(sh, call, "command", &command) <= 0)
        return false;
    c = strcmp(command, "add") == 0 ? VIR_NETWORK_UPDATE_COMMAND_ADD_LAST
                                    : word_index(commands, G_N_ELEMENTS(commands), command);
    if (c < 0)
        return fail(sh, "unrecognized command name '%s'", command);
    if (opt_string(sh, call, "section", &section) <= 0)
        return false;
    s = word_index(sections, G_N_ELEMENTS(sections), section);
    if (s < 0)
        return fail(sh, "unrecognized section name '%s'", section);
    if (opt_int(sh, call, "parent-index", &index) < 0 || opt_string(sh, call, "xml", &text) <= 0)
        return false;
    if (text[0] != '<') {
        file = file_read(sh, text);
        if (!file)
            return false;
        text = file;
    }
    if (!affect_flags(sh, call, &flags))
        return false;
    if (virNetworkUpdate(net, c, s, index, text, flags) < 0)
        return fail(sh, "Failed to update network %s", virNetworkGetName(net));
    const char *where = (flags & VIR_NETWORK_UPDATE_AFFECT_CONFIG)
                            ? (flags & VIR_NETWORK_UPDATE_AFFECT_LIVE) ? "persistent config and live state"
                                                                       : "persistent config"
                            : (flags & VIR_NETWORK_UPDATE_AFFECT_LIVE) || virNetworkIsActive(net) == 1
                                  ? "live state" : "persistent config";
    out(sh, "Updated network %s %s", virNetworkGetName(net), where);
    return true;
}

/* ---- description and metadata ---- */

#if API_12
static char *
net_meta_get(void *object, int type, const char *uri, unsigned int flags)
{
    return virNetworkGetMetadata(object, type, uri, flags);
}

static int
net_meta_set(void *object, int type, const char *text, const char *key, const char *uri, unsigned int flags)
{
    return virNetworkSetMetadata(object, type, text, key, uri, flags);
}

#define DESCRIBED(FN, DO)                                                                                    \
    bool FN(struct shell *sh, const struct call *call)                                                       \
    {                                                                                                        \
        g_autoptr(virNetwork) net = NET_ONLY;                                                                \
        struct described d = { .object = net,                                                                \
                               .kind = "network",                                                            \
                               .Kind = "Network",                                                            \
                               .none = VIR_ERR_NO_NETWORK_METADATA,                                          \
                               .get = net_meta_get,                                                          \
                               .set = net_meta_set };                                                        \
        if (!net)                                                                                            \
            return false;                                                                                    \
        d.name = virNetworkGetName(net);                                                                     \
        return DO(sh, call, &d);                                                                             \
    }
DESCRIBED(cmd_net_desc, describe_desc)
DESCRIBED(cmd_net_metadata, describe_metadata)
#endif

/* ---- ports ---- */

bool
cmd_net_port_list(struct shell *sh, const struct call *call)
{
    virNetworkPortPtr *ports = NULL;
    bool uuid = opt_flag(call, "uuid");
    if (uuid && opt_flag(call, "table"))
        return fail(sh, "Only one argument from --table and --uuid may be specified.");
    g_autoptr(virNetwork) net = NET_ONLY;
    int n = net ? virNetworkListAllPorts(net, &ports, 0) : -1;
    if (n < 0)
        return false;
    g_autoptr(table) t = table_new("UUID", NULL);
    if (uuid)
        fact_list(sh);
    for (int i = 0; i < n; i++) {
        char text[VIR_UUID_STRING_BUFLEN] = "";
        virNetworkPortGetUUIDString(ports[i], text);
        if (uuid)
            out(sh, "%s\n", text);
        else
            table_row(t, text, NULL);
        virNetworkPortFree(ports[i]);
    }
    free(ports);
    if (!uuid)
        table_print(sh, t);
    return true;
}

bool
cmd_net_port_create(struct shell *sh, const struct call *call)
{
    g_autofree char *xml = NULL;
    char uuid[VIR_UUID_STRING_BUFLEN] = "";
    g_autoptr(virNetwork) net = NET_ONLY;
    if (!net || opt_file(sh, call, "file", &xml) <= 0)
        return false;
    g_autoptr(virNetworkPort) port =
        virNetworkPortCreateXML(net, xml, VALIDATE(VIR_NETWORK_PORT_CREATE_VALIDATE));
    if (!port)
        return fail(sh, "Failed to create network from %s", opt_text(call, "file"));
    virNetworkPortGetUUIDString(port, uuid);
    say(sh, "Network port %s created from %s\n", uuid, opt_text(call, "file"));
    return true;
}

bool
cmd_net_port_dumpxml(struct shell *sh, const struct call *call)
{
    g_autoptr(virNetwork) net = NET_ONLY;
    g_autoptr(virNetworkPort) port = net ? network_port_of(sh, call, net, NULL) : NULL;
    auto_lib char *xml = port ? virNetworkPortGetXMLDesc(port, 0) : NULL;
    return xml && xml_show(sh, call, xml);
}

bool
cmd_net_port_delete(struct shell *sh, const struct call *call)
{
    const char *name = NULL;
    g_autoptr(virNetwork) net = NET_ONLY;
    g_autoptr(virNetworkPort) port = net ? network_port_of(sh, call, net, &name) : NULL;
    if (!port)
        return false;
    if (virNetworkPortDelete(port, 0) < 0)
        return fail(sh, "Failed to delete network port %s", name);
    say(sh, "Network port %s deleted\n", name);
    return true;
}
