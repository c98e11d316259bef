/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Network interfaces of the host. */
#include "cmd.h"
#include "object.h"
#include "xml.h"

#include <stdlib.h>
#include <string.h>

#define IFACE iface_of(sh, call, &name)
#define IFACE_ONLY iface_of(sh, call, NULL)

OBJECT_FROM_FILE(cmd_iface_define, virInterface,
                 virInterfaceDefineXML(sh->conn, xml,
                                       opt_flag(call, "validate") ? VIR_INTERFACE_DEFINE_VALIDATE : 0),
                 "Failed to define interface from %s",
                 say(sh, "Interface %s defined from %s\n", virInterfaceGetName(object), file))
OBJECT_ACTION(cmd_iface_undefine, virInterface, IFACE, virInterfaceUndefine(object),
              "Failed to undefine interface %s", "Interface %s undefined")
OBJECT_ACTION(cmd_iface_start, virInterface, IFACE, virInterfaceCreate(object, 0),
              "Failed to start interface %s", "Interface %s started")
OBJECT_ACTION(cmd_iface_destroy, virInterface, IFACE, virInterfaceDestroy(object, 0),
              "Failed to destroy interface %s", "Interface %s destroyed")
OBJECT_NAME(cmd_iface_mac, virInterface, IFACE_ONLY, virInterfaceGetMACString)
OBJECT_NAME(cmd_iface_name, virInterface, IFACE_ONLY, virInterfaceGetName)
OBJECT_DUMPXML(cmd_iface_dumpxml, virInterface, IFACE_ONLY,
               virInterfaceGetXMLDesc(object, opt_flag(call, "inactive") ? VIR_INTERFACE_XML_INACTIVE : 0))
OBJECT_EDIT(cmd_iface_edit, virInterface, virInterfacePtr, IFACE,
            virInterfaceGetXMLDesc(object, VIR_INTERFACE_XML_INACTIVE),
            virInterfaceDefineXML(sh->conn, xml, 0), "Interface")

bool
cmd_iface_begin(struct shell *sh, const struct call *call)
{
    if (virInterfaceChangeBegin(sh->conn, 0) < 0)
        return fail(sh, "Failed to begin network config change transaction");
    say(sh, "Network config change transaction started\n");
    return true;
}

bool
cmd_iface_commit(struct shell *sh, const struct call *call)
{
    if (virInterfaceChangeCommit(sh->conn, 0) < 0)
        return fail(sh, "Failed to commit network config change transaction");
    say(sh, "Network config change transaction committed\n");
    return true;
}

bool
cmd_iface_rollback(struct shell *sh, const struct call *call)
{
    if (virInterfaceChangeRollback(sh->conn, 0) < 0)
        return fail(sh, "Failed to rollback network config change transaction");
    say(sh, "Network config change transaction rolled back\n");
    return true;
}

COMPARE_BY(by_name, virInterfacePtr, virInterfaceGetName)

bool
cmd_iface_list(struct shell *sh, const struct call *call)
{
    unsigned int flags = VIR_CONNECT_LIST_INTERFACES_ACTIVE;
    virInterfacePtr *list = NULL;
    if (!opt_exclusive(sh, call, "all", "inactive", NULL))
        return false;
    if (opt_flag(call, "inactive"))
        flags = VIR_CONNECT_LIST_INTERFACES_INACTIVE;
    if (opt_flag(call, "all"))
        flags = VIR_CONNECT_LIST_INTERFACES_ACTIVE | VIR_CONNECT_LIST_INTERFACES_INACTIVE;
    int n = virConnectListAllInterfaces(sh->conn, &list, flags);
    if (n < 0)
        return fail(sh, "Failed to list interfaces");
    qsort(list, n, sizeof(*list), by_name);
    g_autoptr(table) t = table_new("Name", "State", "MAC Address", NULL);
    for (int i = 0; i < n; i++) {
        table_row(t, virInterfaceGetName(list[i]), virInterfaceIsActive(list[i]) ? "active" : "inactive",
                  virInterfaceGetMACString(list[i]), NULL);
        virInterfaceFree(list[i]);
    }
    free(list);
    table_print(sh, t);
    return true;
}

/* ---- bridges ---- */

static void
set(xmlNode *node, const char *name, const char *value)
{
    xmlSetProp(node, (const xmlChar *)name, (const xmlChar *)value);
}

/* Moves the children except those that belong to the device itself. */
static void
move_children(xmlNode *from, xmlNode *to, const char *const *stay)
{
    for (xmlNode *c = from->children; c;) {
        xmlNode *next = c->next;
        if (c->type == XML_ELEMENT_NODE && !g_strv_contains(stay, (const char *)c->name)) {
            xmlUnlinkNode(c);
            if (to->children && strcmp((const char *)to->children->name, "bridge") == 0)
                xmlAddPrevSibling(to->children, c);
            else
                xmlAddChild(to, c);
        }
        c = next;
    }
}

bool
cmd_iface_bridge(struct shell *sh, const struct call *call)
{
    static const char *const stay[] = {"mac", "mtu", "link", "bond", "vlan", NULL};
    const char *name = NULL, *bridge = NULL;
    unsigned int delay = 0;
    g_autoptr(virInterface) iface = IFACE;
    if (!iface || opt_string(sh, call, "bridge", &bridge) <= 0 || opt_uint(sh, call, "delay", &delay) < 0)
        return false;
    g_autoptr(virInterface) there = virInterfaceLookupByName(sh->conn, bridge);
    if (there)
        return fail(sh, "Network device %s already exists", bridge);
    err_forget(sh);
    auto_lib char *text = virInterfaceGetXMLDesc(iface, VIR_INTERFACE_XML_INACTIVE);
    g_autoptr(xml_doc) doc = text ? xml_parse(text) : NULL;
    xmlNode *top = doc ? xmlDocGetRootElement(doc) : NULL;
    if (!top)
        return false;
    g_autofree char *type = xml_text(doc, NULL, "string(/interface/@type)");
    if (!type || strcmp(type, "bridge") == 0)
        return fail(sh, "Existing device %s is already a bridge", name);
    xmlNode *device = xmlNewNode(NULL, (const xmlChar *)"interface");
    set(device, "type", type);
    set(device, "name", virInterfaceGetName(iface));
    /* What belongs to the device goes down with it, addresses and start mode stay on top. */
    for (xmlNode *c = top->children; c;) {
        xmlNode *next = c->next;
        if (c->type == XML_ELEMENT_NODE && g_strv_contains(stay, (const char *)c->name)) {
            xmlUnlinkNode(c);
            xmlAddChild(device, c);
        }
        c = next;
    }
    set(top, "type", "bridge");
    set(top, "name", bridge);
    xmlNode *b = xmlNewChild(top, NULL, (const xmlChar *)"bridge", NULL);
    set(b, "stp", opt_flag(call, "no-stp") ? "off" : "on");
    if (!opt_flag(call, "no-stp")) {
        g_autofree char *number = g_strdup_printf("%u", delay);
        set(b, "delay", number);
    }
    xmlAddChild(b, device);
    g_autofree char *xml = xml_print_node(doc, top);
    g_autoptr(virInterface) made = virInterfaceDefineXML(sh->conn, xml, 0);
    if (!made)
        return fail(sh, "Failed to define new bridge interface %s", bridge);
    say(sh, "Created bridge %s with attached device %s\n", bridge, name);
    if (opt_flag(call, "no-start"))
        return true;
    if (virInterfaceCreate(made, 0) < 0)
        return fail(sh, "Failed to start bridge interface %s", bridge);
    say(sh, "Bridge interface %s started\n", bridge);
    return true;
}

bool
cmd_iface_unbridge(struct shell *sh, const struct call *call)
{
    static const char *const stay[] = {"bridge", "mac", NULL};
    const char *bridge = NULL;
    if (opt_string(sh, call, "bridge", &bridge) <= 0)
        return false;
    g_autoptr(virInterface) iface = virInterfaceLookupByName(sh->conn, bridge);
    if (!iface)
        return fail(sh, "failed to get interface '%s'", bridge);
    auto_lib char *text = virInterfaceGetXMLDesc(iface, VIR_INTERFACE_XML_INACTIVE);
    g_autoptr(xml_doc) doc = text ? xml_parse(text) : NULL;
    xmlNode *top = doc ? xmlDocGetRootElement(doc) : NULL;
    if (!top)
        return false;
    g_autoptr(GPtrArray) devices = xml_nodes(doc, NULL, "/interface[@type='bridge']/bridge/interface");
    if (devices->len == 0)
        return fail(sh, "Device %s is not a bridge with a device attached", bridge);
    if (devices->len > 1)
        return fail(sh, "Multiple interfaces attached to bridge %s", bridge);
    xmlNode *device = devices->pdata[0];
    move_children(top, device, stay);
    xmlUnlinkNode(device);
    g_autofree char *name = xml_text(doc, device, "string(./@name)");
    g_autofree char *xml = xml_print_node(doc, device);
    xmlFreeNode(device);
    if (virInterfaceIsActive(iface) == 1 && virInterfaceDestroy(iface, 0) < 0)
        return fail(sh, "Failed to destroy bridge interface %s", bridge);
    if (virInterfaceUndefine(iface) < 0)
        return fail(sh, "Failed to undefine bridge interface %s", bridge);
    g_autoptr(virInterface) made = virInterfaceDefineXML(sh->conn, xml, 0);
    if (!made)
        return fail(sh, "Failed to define new interface %s", name);
    say(sh, "Device %s un-attached from bridge %s\n", name, bridge);
    if (opt_flag(call, "no-start"))
        return true;
    if (virInterfaceCreate(made, 0) < 0)
        return fail(sh, "Failed to start interface %s", name);
    say(sh, "Interface %s started\n", name);
    return true;
}
