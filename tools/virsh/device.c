/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plugging devices: from XML files, and changes of devices that are there. */
#include "cmd.h"
#include "device.h"
#include "file.h"
#include "lookup.h"
#include "xml.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool
device_affect(struct shell *sh, const struct call *call, virDomainPtr dom, struct affect *a)
{
    bool persistent = opt_flag(call, "persistent"), config = opt_flag(call, "config"),
         live = opt_flag(call, "live"), current = opt_flag(call, "current");
    *a = (struct affect){0};
    if (!opt_exclusive(sh, call, "persistent", "current", NULL) ||
        !opt_exclusive(sh, call, "config", "current", NULL) ||
        !opt_exclusive(sh, call, "live", "current", NULL))
        return false;
    if (config || persistent)
        a->flags |= VIR_DOMAIN_AFFECT_CONFIG;
    if (live || (persistent && dom && virDomainIsActive(dom) == 1))
        a->flags |= VIR_DOMAIN_AFFECT_LIVE;
    a->old = a->flags == 0 && !current;
    return true;
}

int
device_attach(virDomainPtr dom, const char *xml, const struct affect *a)
{
    return a->flags || !a->old ? virDomainAttachDeviceFlags(dom, xml, a->flags)
                               : virDomainAttachDevice(dom, xml);
}

static int
detach(virDomainPtr dom, const char *xml, const struct affect *a)
{
    return a->flags || !a->old ? virDomainDetachDeviceFlags(dom, xml, a->flags)
                               : virDomainDetachDevice(dom, xml);
}

bool
cmd_attach_device(struct shell *sh, const struct call *call)
{
    struct affect a;
    g_autofree char *xml = NULL;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || !device_affect(sh, call, dom, &a) || opt_file(sh, call, "file", &xml) <= 0)
        return false;
    if (device_attach(dom, xml, &a) < 0)
        return fail(sh, "Failed to attach device from %s", opt_text(call, "file"));
    say(sh, "Device attached successfully\n");
    return true;
}

bool
cmd_detach_device(struct shell *sh, const struct call *call)
{
    struct affect a;
    g_autofree char *xml = NULL;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || !device_affect(sh, call, dom, &a) || opt_file(sh, call, "file", &xml) <= 0)
        return false;
    if (detach(dom, xml, &a) < 0)
        return fail(sh, "Failed to detach device from %s", opt_text(call, "file"));
    say(sh, "Device detached successfully\n");
    return true;
}

bool
cmd_update_device(struct shell *sh, const struct call *call)
{
    struct affect a;
    g_autofree char *xml = NULL;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || !device_affect(sh, call, dom, &a) || opt_file(sh, call, "file", &xml) <= 0)
        return false;
    if (opt_flag(call, "force"))
        a.flags |= VIR_DOMAIN_DEVICE_MODIFY_FORCE;
    if (virDomainUpdateDeviceFlags(dom, xml, a.flags) < 0)
        return fail(sh, "Failed to update device from %s", opt_text(call, "file"));
    say(sh, "Device updated successfully\n");
    return true;
}

bool
cmd_detach_device_alias(struct shell *sh, const struct call *call)
{
    const char *alias = NULL;
    unsigned int flags = 0;
    if (!affect_flags(sh, call, &flags))
        return false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || opt_string(sh, call, "alias", &alias) <= 0)
        return false;
    if (virDomainDetachDeviceAlias(dom, alias, flags) < 0)
        return fail(sh, "Failed to detach device with alias %s", alias);
    say(sh, "Device detach request sent successfully\n");
    return true;
}

/* ---- changing what is there ---- */

/* The document to look in, and when --persistent asks for both, the places to change. */
static xml_doc *
doc_to_change(struct shell *sh, virDomainPtr dom, const struct affect *a)
{
    unsigned int flags = (a->flags & VIR_DOMAIN_AFFECT_CONFIG) && !(a->flags & VIR_DOMAIN_AFFECT_LIVE)
                             ? VIR_DOMAIN_XML_INACTIVE : 0;
    auto_lib char *text = virDomainGetXMLDesc(dom, flags);
    return text ? xml_parse(text) : NULL;
}

static xmlNode *
find_interface(struct shell *sh, xml_doc *doc, const char *type, const char *mac)
{
    g_autofree char *xpath = type ? g_strdup_printf("/domain/devices/interface[@type='%s']", type)
                                  : g_strdup("/domain/devices/interface");
    g_autoptr(GPtrArray) nodes = xml_nodes(doc, NULL, xpath);
    xmlNode *found = NULL;
    if (nodes->len == 0) {
        fail(sh, "No interface found whose type is %s", type ? type : "any");
        return NULL;
    }
    if (!mac && nodes->len > 1) {
        fail(sh, "Domain has %u interfaces. Please specify which one to detach using --mac", nodes->len);
        return NULL;
    }
    if (!mac)
        return nodes->pdata[0];
    for (guint i = 0; i < nodes->len; i++) {
        g_autofree char *text = xml_text(doc, nodes->pdata[i], "string(./mac/@address)");
        if (!text || g_ascii_strcasecmp(text, mac) != 0)
            continue;
        if (found) {
            fail(sh, "Domain has multiple interfaces matching MAC address %s. You must use detach-device and "
                     "specify the device pci address to remove it.", mac);
            return NULL;
        }
        found = nodes->pdata[i];
    }
    if (!found)
        fail(sh, "No interface with MAC address %s was found", mac);
    return found;
}

/* Detaches the interface from what a->flags name: the guest that runs, its configuration, what is current. */
static bool
detach_interface(struct shell *sh, const struct call *call, virDomainPtr dom, const struct affect *a)
{
    const char *type = NULL, *mac = NULL;
    if (opt_string(sh, call, "type", &type) < 0 || opt_string(sh, call, "mac", &mac) < 0)
        return false;
    g_autoptr(xml_doc) doc = doc_to_change(sh, dom, a);
    xmlNode *node = doc ? find_interface(sh, doc, type, mac) : NULL;
    if (!node)
        return fail(sh, "Failed to detach interface");
    g_autofree char *xml = xml_print_node(doc, node);
    if (opt_flag(call, "print-xml")) {
        out(sh, "%s", xml);
        return true;
    }
    return detach(dom, xml, a) == 0 || fail(sh, "Failed to detach interface");
}

bool
cmd_detach_interface(struct shell *sh, const struct call *call)
{
    const unsigned int both = VIR_DOMAIN_AFFECT_CONFIG | VIR_DOMAIN_AFFECT_LIVE;
    struct affect a;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || !device_affect(sh, call, dom, &a))
        return false;
    /* The two may have it at different addresses. */
    struct affect config = {VIR_DOMAIN_AFFECT_CONFIG, false}, live = {VIR_DOMAIN_AFFECT_LIVE, false};
    if (a.flags == both ? !detach_interface(sh, call, dom, &config) || !detach_interface(sh, call, dom, &live)
                        : !detach_interface(sh, call, dom, &a))
        return false;
    if (!opt_flag(call, "print-xml"))
        say(sh, "Interface detached successfully\n");
    return true;
}

static xmlNode *
find_disk(struct shell *sh, xml_doc *doc, const char *path, bool removable)
{
    g_autoptr(GPtrArray) nodes = xml_nodes(doc, NULL, "/domain/devices/disk");
    for (guint i = 0; i < nodes->len; i++) {
        g_autofree char *target = xml_text(doc, nodes->pdata[i], "string(./target/@dev)");
        g_autofree char *source = xml_text(doc, nodes->pdata[i], "string(./source/@file|./source/@dev|"
                                                                 "./source/@dir|./source/@name)");
        g_autofree char *device = xml_text(doc, nodes->pdata[i], "string(./@device)");
        if (removable && g_strcmp0(device, "cdrom") != 0 && g_strcmp0(device, "floppy") != 0)
            continue;
        if (g_strcmp0(target, path) == 0 || g_strcmp0(source, path) == 0)
            return nodes->pdata[i];
    }
    fail(sh, "No disk found whose source path or target is %s", path);
    return NULL;
}

bool
cmd_detach_disk(struct shell *sh, const struct call *call)
{
    struct affect a;
    const char *target = NULL;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || opt_string(sh, call, "target", &target) <= 0 || !device_affect(sh, call, dom, &a))
        return false;
    g_autoptr(xml_doc) doc = doc_to_change(sh, dom, &a);
    xmlNode *node = doc ? find_disk(sh, doc, target, false) : NULL;
    if (!node)
        return false;
    g_autofree char *xml = xml_print_node(doc, node);
    if (opt_flag(call, "print-xml")) {
        out(sh, "%s", xml);
        return true;
    }
    if (detach(dom, xml, &a) < 0)
        return fail(sh, "Failed to detach disk");
    say(sh, "Disk detached successfully\n");
    return true;
}

bool
cmd_change_media(struct shell *sh, const struct call *call)
{
    struct affect a;
    const char *path = NULL, *source = opt_text(call, "source"), *done;
    bool eject = opt_flag(call, "eject"), insert = opt_flag(call, "insert");
    struct stat st;
    if (!opt_exclusive(sh, call, "eject", "insert", "update", NULL) ||
        !opt_exclusive(sh, call, "eject", "block", NULL))
        return false;
    if (source && !*source)
        source = NULL;
    if (source && eject)
        return fail(sh, "Options --%s and --%s are mutually exclusive", "source", "eject");
    if (!source && insert)
        return fail(sh, "No disk source specified for inserting");
    if (opt_flag(call, "current") && (opt_flag(call, "live") || opt_flag(call, "config")))
        return fail(sh, "Options --current and --%s are mutually exclusive",
                    opt_flag(call, "live") ? "live" : "config");
    a.flags = (opt_flag(call, "config") ? VIR_DOMAIN_AFFECT_CONFIG : 0) |
              (opt_flag(call, "live") ? VIR_DOMAIN_AFFECT_LIVE : 0);
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || opt_string(sh, call, "path", &path) <= 0)
        return false;
    /* With both, the configuration tells whether there is a medium. */
    struct affect seen = a;
    if (a.flags & VIR_DOMAIN_AFFECT_CONFIG)
        seen.flags = VIR_DOMAIN_AFFECT_CONFIG;
    g_autoptr(xml_doc) doc = doc_to_change(sh, dom, &seen);
    xmlNode *disk = doc ? find_disk(sh, doc, path, true) : NULL;
    if (!disk)
        return false;
    g_autofree char *device = xml_text(doc, disk, "string(./@device)");
    xmlNode *old = xml_node(doc, disk, "./source");
    /* A drive without one may have a source that says nothing about it. */
    bool full = xml_node(doc, disk, "./source[*|@*[name()!='index' and name()!='startupPolicy']]");
    if (full && insert)
        return fail(sh, "The disk device '%s' already has media", path);
    if (!old && !source) /* an update to nothing is an ejection */
        return fail(sh, "The disk device '%s' doesn't have media", path);
    xmlNode *chain = xml_node(doc, disk, "./backingStore"); /* of what was there */
    if (old) {
        xmlUnlinkNode(old);
        xmlFreeNode(old);
    }
    if (source) {
        bool block = opt_flag(call, "block") || (stat(source, &st) == 0 && S_ISBLK(st.st_mode));
        xmlNode *target = xml_node(doc, disk, "./target");
        xmlNode *new = xmlNewChild(disk, NULL, (const xmlChar *)"source", NULL);
        xmlSetProp(new, (const xmlChar *)(block ? "dev" : "file"), (const xmlChar *)source);
        xmlSetProp(disk, (const xmlChar *)"type", (const xmlChar *)(block ? "block" : "file"));
        if (target) {
            xmlAddPrevSibling(target, new);
            xmlAddPrevSibling(target, xmlNewText((const xmlChar *)"\n      "));
        }
    }
    if (chain) {
        xmlUnlinkNode(chain);
        xmlFreeNode(chain);
    }
    done = eject    ? "Successfully ejected media."
           : insert ? "Successfully inserted media."
                    : "Successfully updated media.";
    g_autofree char *xml = xml_print_node(doc, disk);
    if (opt_flag(call, "print-xml")) {
        out(sh, "%s", xml);
        return true;
    }
    if (opt_flag(call, "force"))
        a.flags |= VIR_DOMAIN_DEVICE_MODIFY_FORCE;
    if (virDomainUpdateDeviceFlags(dom, xml, a.flags) < 0)
        return fail(sh, "Failed to complete action %s on media",
                    eject    ? "eject"
                    : insert ? "insert"
                             : "update");
    say(sh, "%s", done);
    return true;
}

bool
cmd_update_memory_device(struct shell *sh, const struct call *call)
{
    const char *alias = NULL;
    unsigned int node = 0, flags = 0;
    unsigned long long requested = 0;
    g_autofree char *xpath = NULL;
    if (!affect_flags(sh, call, &flags) || !opt_exclusive(sh, call, "node", "alias", NULL) ||
        opt_string(sh, call, "alias", &alias) < 0)
        return false;
    int by_node = opt_uint(sh, call, "node", &node);
    int sized = opt_size(sh, call, "requested-size", 1024, G_MAXUINT64, &requested);
    if (by_node < 0 || sized < 0)
        return false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    struct affect a = {flags, false};
    g_autoptr(xml_doc) doc = doc_to_change(sh, dom, &a);
    if (!doc)
        return false;
    if (alias)
        xpath = g_strdup_printf("/domain/devices/memory[./alias/@name='%s']", alias);
    else if (by_node)
        xpath = g_strdup_printf("/domain/devices/memory[./target/node='%u']", node);
    else
        xpath = g_strdup("/domain/devices/memory");
    g_autoptr(GPtrArray) nodes = xml_nodes(doc, NULL, xpath);
    if (nodes->len == 0)
        return fail(sh, "no memory device found");
    if (nodes->len > 1)
        return fail(sh, "multiple memory devices found, use --alias or --node to select one");
    if (sized) {
        xmlNode *r = xml_node(doc, nodes->pdata[0], "./target/requested");
        g_autofree char *kib = g_strdup_printf("%llu", requested / 1024);
        if (!r)
            return fail(sh, "virtio-mem device is missing <requested/>");
        xmlSetProp(r, (const xmlChar *)"unit", (const xmlChar *)"KiB");
        xmlNodeSetContent(r, (const xmlChar *)kib);
    }
    g_autofree char *xml = xml_print_node(doc, nodes->pdata[0]);
    if (opt_flag(call, "print-xml")) {
        out(sh, "%s", xml);
        return true;
    }
    return virDomainUpdateDeviceFlags(dom, xml, flags) == 0;
}
