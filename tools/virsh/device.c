/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plugging devices: from XML files, from options, and changes of devices that are there. */
#include "cmd.h"
#include "bandwidth.h"
#include "file.h"
#include "lookup.h"
#include "xml.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Where a change applies.  `old` says that none of the options is given, so the oldest call will do. */
struct affect {
    unsigned int flags;
    bool old;
};

static bool
device_affect(struct shell *sh, const struct call *call, virDomainPtr dom, struct affect *a)
{
    bool persistent = opt_flag(call, "persistent"), config = opt_flag(call, "config"),
         live = opt_flag(call, "live"), current = opt_flag(call, "current");
    *a = (struct affect){0};
    if (!opt_exclusive(sh, call, "persistent", "current", NULL) || !opt_exclusive(sh, call, "config", "current", NULL) ||
        !opt_exclusive(sh, call, "live", "current", NULL))
        return false;
    if (config || persistent)
        a->flags |= VIR_DOMAIN_AFFECT_CONFIG;
    if (live || (persistent && dom && virDomainIsActive(dom) == 1))
        a->flags |= VIR_DOMAIN_AFFECT_LIVE;
    a->old = a->flags == 0 && !current;
    return true;
}

static int
attach(virDomainPtr dom, const char *xml, const struct affect *a)
{
    return a->flags || !a->old ? virDomainAttachDeviceFlags(dom, xml, a->flags) : virDomainAttachDevice(dom, xml);
}

static int
detach(virDomainPtr dom, const char *xml, const struct affect *a)
{
    return a->flags || !a->old ? virDomainDetachDeviceFlags(dom, xml, a->flags) : virDomainDetachDevice(dom, xml);
}

bool
cmd_attach_device(struct shell *sh, const struct call *call)
{
    struct affect a;
    g_autofree char *xml = NULL;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || !device_affect(sh, call, dom, &a) || opt_file(sh, call, "file", &xml) <= 0)
        return false;
    if (attach(dom, xml, &a) < 0)
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

/* ---- attach-disk ---- */

static const char *const disk_options[] = {
    "source", "target", "targetbus", "driver", "subdriver", "iothread", "cache", "io", "type", "mode",
    "sourcetype", "serial", "wwn", "alias", "address", "source-protocol", "source-host-name",
    "source-host-transport", "source-host-socket",
};

static const char *
get(const struct call *call, const char *name)
{
    const char *text = opt_text(call, name);
    return text && *text ? text : NULL;
}

static bool
disk_address(struct shell *sh, const char *text, const char *target, bool multifunction, struct xml_out *x)
{
    unsigned int a, b, c, d;
    char end;
    bool virtio = g_str_has_prefix(target, "vd");
    const char *multi = multifunction ? " multifunction='on'" : "";
    if (sscanf(text, "pci:%x.%x.%x.%x%c", &a, &b, &c, &d, &end) == 4) {
        if (!virtio)
            goto scsi;
        xo_line(x, multi[0] ? "<address type='pci' domain='0x%04x' bus='0x%02x' slot='0x%02x' function='0x%0x' multifunction='on'/>"
                            : "<address type='pci' domain='0x%04x' bus='0x%02x' slot='0x%02x' function='0x%0x'/>",
                a, b, c, d);
    } else if (sscanf(text, "ccw:%x.%x.%x%c", &a, &b, &c, &end) == 3) {
        if (!virtio)
            goto scsi;
        xo_line(x, "<address type='ccw' cssid='0x%02x' ssid='0x%01x' devno='0x%04x'/>", a, b, c);
    } else if (sscanf(text, "scsi:%u.%u.%u%c", &a, &b, &c, &end) == 3 ||
               sscanf(text, "ide:%u.%u.%u%c", &a, &b, &c, &end) == 3 ||
               sscanf(text, "sata:%u.%u.%u%c", &a, &b, &c, &end) == 3) {
        if (virtio)
            return fail(sh, "expecting a pci:0000.00.00.00 or ccw:00.0.0000 address.");
        if (g_str_has_prefix(target, "hd") != g_str_has_prefix(text, "ide:"))
            goto scsi;
        if (g_str_has_prefix(text, "ide:"))
            xo_line(x, "<address type='drive' controller='%u' bus='%u' unit='%u'/>", a, b, c);
        else if (g_str_has_prefix(text, "scsi:"))
            xo_line(x, "<address type='drive' controller='%u' bus='%u' unit='%u'/>", a, b, c);
        else
            xo_line(x, "<address type='drive' controller='%u' bus='%u' target='%u' unit='0'/>", a, b, c);
    } else if (sscanf(text, "usb:%u.%u%c", &a, &b, &end) == 2) {
        if (virtio)
            return fail(sh, "expecting a pci:0000.00.00.00 or ccw:00.0.0000 address.");
        xo_line(x, "<address type='usb' bus='%u' port='%u'/>", a, b);
    } else {
        return fail(sh, "Invalid address.");
    }
    return true;
scsi:
    return fail(sh, g_str_has_prefix(target, "hd") ? "expecting an ide:00.00.00 address."
                                                   : "expecting a scsi:00.00.00 or usb:00.00 or sata:00.00.00 address.");
}

static void
attribute(GString *s, const char *name, const char *value)
{
    if (!value)
        return;
    g_autofree char *text = xml_fmt(" %s='%s'", name, value);
    g_string_append(s, text);
}

static bool
disk_xml(struct shell *sh, const struct call *call, struct xml_out *x)
{
    static const char *const known_modes[] = {"readonly", "shareable", NULL};
    const char *target = get(call, "target"), *source = opt_text(call, "source"), *mode = get(call, "mode");
    const char *protocol = get(call, "source-protocol"), *sourcetype = get(call, "sourcetype"), *type = "file";
    const char *host = get(call, "source-host-name"), *transport = get(call, "source-host-transport"),
               *socket = get(call, "source-host-socket");
    struct stat st;
    for (size_t i = 0; i < G_N_ELEMENTS(disk_options); i++) {
        const char *v = NULL;
        if (strcmp(disk_options[i], "source") != 0 && opt_string(sh, call, disk_options[i], &v) < 0)
            return false;
    }
    if (mode && !g_strv_contains(known_modes, mode))
        return fail(sh, "No support for %s in command 'attach-disk'", mode);
    if (sourcetype) {
        if (strcmp(sourcetype, "file") != 0 && strcmp(sourcetype, "block") != 0 && strcmp(sourcetype, "network") != 0)
            return fail(sh, "Unknown source type: '%s'", sourcetype);
        type = sourcetype;
    } else if (protocol) {
        type = "network";
    } else if (source && stat(source, &st) == 0 && S_ISBLK(st.st_mode)) {
        type = "block";
    }
    bool network = strcmp(type, "network") == 0;
    if (network != (protocol != NULL))
        return fail(sh, "--source-protocol option requires --sourcetype network");
    if (!network && (host || transport || socket))
        return fail(sh, "the host of a source is only for --sourcetype network");

    g_autoptr(GString) head = g_string_new(NULL);
    attribute(head, "type", type);
    attribute(head, "device", get(call, "type"));
    attribute(head, "rawio", opt_flag(call, "rawio") ? "yes" : NULL);
    xo_raw_open(x, "<disk%s>", head->str);

    g_autoptr(GString) driver = g_string_new(NULL);
    attribute(driver, "name", get(call, "driver"));
    attribute(driver, "type", get(call, "subdriver"));
    attribute(driver, "iothread", get(call, "iothread"));
    attribute(driver, "cache", get(call, "cache"));
    attribute(driver, "io", get(call, "io"));
    if (driver->len)
        xo_raw(x, "<driver%s/>", driver->str);

    if (network) {
        g_autoptr(GString) h = g_string_new(NULL);
        if (host || transport || socket) {
            g_auto(GStrv) parts = host ? g_strsplit(host, ":", 2) : NULL;
            attribute(h, "transport", transport);
            attribute(h, "socket", socket);
            attribute(h, "name", parts ? parts[0] : NULL);
            attribute(h, "port", parts && parts[0] ? parts[1] : NULL);
        }
        if (h->len) {
            xo_open(x, "<source protocol='%s' name='%s'>", protocol, source);
            xo_raw(x, "<host%s/>", h->str);
            xo_close(x, "source");
        } else {
            xo_line(x, "<source protocol='%s' name='%s'/>", protocol, source);
        }
    } else {
        xo_line(x, "<source %s='%s'/>", strcmp(type, "block") == 0 ? "dev" : "file", source);
    }
    if (get(call, "targetbus"))
        xo_line(x, "<target dev='%s' bus='%s'/>", target, get(call, "targetbus"));
    else
        xo_line(x, "<target dev='%s'/>", target);
    if (mode)
        xo_line(x, "<%s/>", mode);
    if (get(call, "serial"))
        xo_line(x, "<serial>%s</serial>", get(call, "serial"));
    if (get(call, "alias"))
        xo_line(x, "<alias name='%s'/>", get(call, "alias"));
    if (get(call, "wwn"))
        xo_line(x, "<wwn>%s</wwn>", get(call, "wwn"));
    if (get(call, "throttle-groups")) {
        g_auto(GStrv) groups = g_strsplit(get(call, "throttle-groups"), ",", 0);
        xo_open(x, "<throttlefilters>");
        for (size_t i = 0; groups[i]; i++)
            xo_line(x, "<throttlefilter group='%s'/>", groups[i]);
        xo_close(x, "throttlefilters");
    }
    if (get(call, "address") &&
        !disk_address(sh, get(call, "address"), target, opt_flag(call, "multifunction"), x))
        return false;
    xo_close(x, "disk");
    return true;
}

static bool
wwn_ok(const char *wwn)
{
    return strlen(wwn) == 16 && strspn(wwn, "0123456789abcdefABCDEF") == 16;
}

bool
cmd_attach_disk(struct shell *sh, const struct call *call)
{
    struct affect a;
    auto_xml_out struct xml_out x = {0};
    bool print = opt_flag(call, "print-xml");
    g_autoptr(virDomain) dom = NULL;
    const char *wwn = get(call, "wwn");
    if (wwn && !wwn_ok(wwn))
        return fail(sh, "Malformed wwn: %s", wwn);
    if (!print && !(dom = domain_of(sh, call)))
        return false;
    if (!device_affect(sh, call, dom, &a) || !disk_xml(sh, call, &x))
        return false;
    if (print) {
        out(sh, "%s", x.s->str);
        return true;
    }
    if (attach(dom, x.s->str, &a) < 0)
        return fail(sh, "Failed to attach disk");
    say(sh, "Disk attached successfully\n");
    return true;
}

/* ---- attach-interface ---- */

static bool
bandwidth_xml(struct shell *sh, const char *element, const char *text, struct xml_out *x)
{
    struct bandwidth b;
    g_autoptr(GString) s = g_string_new(NULL);
    static const char *const names[] = {"average", "peak", "burst", "floor"};
    if (!text)
        return true;
    if (!bandwidth_parse(sh, text, &b))
        return false;
    for (int i = 0; i < 4; i++)
        if (b.v[i])
            g_string_append_printf(s, " %s='%llu'", names[i], b.v[i]);
    xo_raw(x, "<%s%s/>", element, s->str);
    return true;
}

static bool
interface_xml(struct shell *sh, const struct call *call, struct xml_out *x)
{
    static const char *const types[][2] = {
        {"network", "network"}, {"bridge", "bridge"}, {"direct", "dev"}, {"hostdev", NULL}, {"vhostuser", "path"}};
    static const char *const options[] = {"source", "target", "mac", "script", "model", "alias", "inbound",
                                          "outbound", "source-mode"};
    const char *type = get(call, "type"), *source = NULL;
    const char *mode = NULL;
    size_t t = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(options); i++)
        if (opt_string(sh, call, options[i], i == 0 ? &source : &mode) < 0)
            return false;
    while (t < G_N_ELEMENTS(types) && g_strcmp0(types[t][0], type) != 0)
        t++;
    if (t == G_N_ELEMENTS(types))
        return fail(sh, "No support for %s in command 'attach-interface'", opt_text(call, "type"));
    mode = get(call, "source-mode");
    if (mode && strcmp(mode, "server") != 0 && strcmp(mode, "client") != 0)
        return fail(sh, "Invalid source mode: %s", mode);
    if (opt_flag(call, "managed"))
        xo_open(x, "<interface type='%s' managed='yes'>", type);
    else
        xo_open(x, "<interface type='%s'>", type);
    if (!types[t][1]) {
        unsigned int a, b, c, d;
        char end;
        if (sscanf(source, "%x:%x:%x.%x%c", &a, &b, &c, &d, &end) != 4)
            return fail(sh, "cannot parse pci address '%s' for network interface", source);
        xo_open(x, "<source>");
        xo_line(x, "<address type='pci' domain='0x%04x' bus='0x%02x' slot='0x%02x' function='0x%d'/>", a, b, c, d);
        xo_close(x, "source");
    } else if (strcmp(type, "vhostuser") == 0) {
        if (mode)
            xo_line(x, "<source type='unix' path='%s' mode='%s'/>", source, mode);
        else
            xo_line(x, "<source type='unix' path='%s'/>", source);
    } else {
        xo_line(x, "<source %s='%s'/>", types[t][1], source);
    }
    if (get(call, "target"))
        xo_line(x, "<target dev='%s'/>", get(call, "target"));
    if (get(call, "mac"))
        xo_line(x, "<mac address='%s'/>", get(call, "mac"));
    if (get(call, "script"))
        xo_line(x, "<script path='%s'/>", get(call, "script"));
    if (get(call, "model"))
        xo_line(x, "<model type='%s'/>", get(call, "model"));
    if (get(call, "alias"))
        xo_line(x, "<alias name='%s'/>", get(call, "alias"));
    if (get(call, "inbound") || get(call, "outbound")) {
        xo_open(x, "<bandwidth>");
        if (!bandwidth_xml(sh, "inbound", get(call, "inbound"), x) ||
            !bandwidth_xml(sh, "outbound", get(call, "outbound"), x))
            return false;
        xo_close(x, "bandwidth");
    }
    xo_close(x, "interface");
    return true;
}

bool
cmd_attach_interface(struct shell *sh, const struct call *call)
{
    struct affect a;
    auto_xml_out struct xml_out x = {0};
    bool print = opt_flag(call, "print-xml");
    g_autoptr(virDomain) dom = NULL;
    if (!print && !(dom = domain_of(sh, call)))
        return false;
    if (!device_affect(sh, call, dom, &a) || !interface_xml(sh, call, &x))
        return false;
    if (print) {
        out(sh, "%s", x.s->str);
        return true;
    }
    if (attach(dom, x.s->str, &a) < 0)
        return fail(sh, "Failed to attach interface");
    say(sh, "Interface attached successfully\n");
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

bool
cmd_detach_interface(struct shell *sh, const struct call *call)
{
    struct affect a;
    const char *type = NULL, *mac = NULL;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || opt_string(sh, call, "type", &type) < 0 || opt_string(sh, call, "mac", &mac) < 0 ||
        !device_affect(sh, call, dom, &a))
        return false;
    g_autoptr(xml_doc) doc = doc_to_change(sh, dom, &a);
    xmlNode *node = doc ? find_interface(sh, doc, type, mac) : NULL;
    if (!node)
        return fail(sh, "Failed to detach interface");
    g_autofree char *xml = xml_print_node(doc, node);
    if (opt_flag(call, "print-xml")) {
        out(sh, "%s", xml);
        return true;
    }
    if (detach(dom, xml, &a) < 0)
        return fail(sh, "Failed to detach interface");
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
    const char *path = NULL, *source = get(call, "source"), *done;
    bool eject = opt_flag(call, "eject"), insert = opt_flag(call, "insert");
    struct stat st;
    if (!opt_exclusive(sh, call, "eject", "insert", "update", NULL) || !opt_exclusive(sh, call, "eject", "block", NULL))
        return false;
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
    g_autoptr(xml_doc) doc = doc_to_change(sh, dom, &a);
    xmlNode *disk = doc ? find_disk(sh, doc, path, true) : NULL;
    if (!disk)
        return false;
    g_autofree char *device = xml_text(doc, disk, "string(./@device)");
    xmlNode *old = xml_node(doc, disk, "./source");
    if (old && insert)
        return fail(sh, "The disk device '%s' already has media", path);
    if (!old && eject)
        return fail(sh, "The disk device '%s' doesn't have media", path);
    if (old) {
        xmlUnlinkNode(old);
        xmlFreeNode(old);
    }
    if (source) {
        bool block = opt_flag(call, "block") || (stat(source, &st) == 0 && S_ISBLK(st.st_mode));
        xmlNode *chain = xml_node(doc, disk, "./backingStore"), *target = xml_node(doc, disk, "./target");
        xmlNode *new = xmlNewChild(disk, NULL, (const xmlChar *)"source", NULL);
        if (chain) { /* it belonged to what was there */
            xmlUnlinkNode(chain);
            xmlFreeNode(chain);
        }
        if (target) {
            xmlAddPrevSibling(target, new);
            xmlAddPrevSibling(target, xmlNewText((const xmlChar *)"\n      "));
        }
        xmlSetProp(new, (const xmlChar *)(block ? "dev" : "file"), (const xmlChar *)source);
        xmlSetProp(disk, (const xmlChar *)"type", (const xmlChar *)(block ? "block" : "file"));
    }
    done = eject ? "Successfully ejected media." : insert ? "Successfully inserted media." : "Successfully updated media.";
    g_autofree char *xml = xml_print_node(doc, disk);
    if (opt_flag(call, "print-xml")) {
        out(sh, "%s", xml);
        return true;
    }
    if (opt_flag(call, "force"))
        a.flags |= VIR_DOMAIN_DEVICE_MODIFY_FORCE;
    if (virDomainUpdateDeviceFlags(dom, xml, a.flags) < 0)
        return fail(sh, "Failed to complete action %s on media", eject ? "eject" : insert ? "insert" : "update");
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
