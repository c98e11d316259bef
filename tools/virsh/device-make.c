/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plugging devices that are put together from options: attach-disk and attach-interface. */
#include "cmd.h"
#include "bandwidth.h"
#include "device.h"
#include "lookup.h"
#include "xml.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- attach-disk ---- */

static const char *const disk_options[] = {
    "source", "target", "targetbus", "driver", "subdriver", "iothread", "cache", "io", "type", "mode",
    "sourcetype", "serial", "wwn", "alias", "address", "source-protocol", "source-host-name",
    "source-host-transport", "source-host-socket",
};

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
        xo_line(x,
                multi[0]
                    ? "<address type='pci' domain='0x%04x' bus='0x%02x' slot='0x%02x' function='0x%0x' "
                      "multifunction='on'/>"
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
    return fail(sh, g_str_has_prefix(target, "hd")
                        ? "expecting an ide:00.00.00 address."
                        : "expecting a scsi:00.00.00 or usb:00.00 or sata:00.00.00 address.");
}

static bool
disk_xml(struct shell *sh, const struct call *call, struct xml_out *x)
{
    static const char *const known_modes[] = {"readonly", "shareable", NULL};
    const char *target = opt_filled(call, "target"), *source = opt_text(call, "source"),
               *mode = opt_filled(call, "mode");
    const char *protocol = opt_filled(call, "source-protocol"), *sourcetype = opt_filled(call, "sourcetype"),
               *type = "file";
    const char *host = opt_filled(call, "source-host-name"),
               *transport = opt_filled(call, "source-host-transport"),
               *socket = opt_filled(call, "source-host-socket");
    struct stat st;
    for (size_t i = 0; i < G_N_ELEMENTS(disk_options); i++) {
        const char *v = NULL;
        if (strcmp(disk_options[i], "source") != 0 && opt_string(sh, call, disk_options[i], &v) < 0)
            return false;
    }
    if (mode && !g_strv_contains(known_modes, mode))
        return fail(sh, "No support for %s in command 'attach-disk'", mode);
    if (sourcetype) {
        if (strcmp(sourcetype, "file") != 0 && strcmp(sourcetype, "block") != 0 &&
            strcmp(sourcetype, "network") != 0)
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
    xml_attribute(head, "type", type);
    xml_attribute(head, "device", opt_filled(call, "type"));
    xml_attribute(head, "rawio", opt_flag(call, "rawio") ? "yes" : NULL);
    xo_raw_open(x, "<disk%s>", head->str);

    g_autoptr(GString) driver = g_string_new(NULL);
    xml_attribute(driver, "name", opt_filled(call, "driver"));
    xml_attribute(driver, "type", opt_filled(call, "subdriver"));
    xml_attribute(driver, "iothread", opt_filled(call, "iothread"));
    xml_attribute(driver, "cache", opt_filled(call, "cache"));
    xml_attribute(driver, "io", opt_filled(call, "io"));
    if (driver->len)
        xo_raw(x, "<driver%s/>", driver->str);

    if (network) {
        g_autoptr(GString) h = g_string_new(NULL);
        if (host || transport || socket) {
            g_auto(GStrv) parts = host ? g_strsplit(host, ":", 2) : NULL;
            xml_attribute(h, "transport", transport);
            xml_attribute(h, "socket", socket);
            xml_attribute(h, "name", parts ? parts[0] : NULL);
            xml_attribute(h, "port", parts && parts[0] ? parts[1] : NULL);
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
    if (opt_filled(call, "targetbus"))
        xo_line(x, "<target dev='%s' bus='%s'/>", target, opt_filled(call, "targetbus"));
    else
        xo_line(x, "<target dev='%s'/>", target);
    if (mode)
        xo_line(x, "<%s/>", mode);
    if (opt_filled(call, "serial"))
        xo_line(x, "<serial>%s</serial>", opt_filled(call, "serial"));
    if (opt_filled(call, "alias"))
        xo_line(x, "<alias name='%s'/>", opt_filled(call, "alias"));
    if (opt_filled(call, "wwn"))
        xo_line(x, "<wwn>%s</wwn>", opt_filled(call, "wwn"));
    if (opt_filled(call, "throttle-groups")) {
        g_auto(GStrv) groups = g_strsplit(opt_filled(call, "throttle-groups"), ",", 0);
        xo_open(x, "<throttlefilters>");
        for (size_t i = 0; groups[i]; i++)
            xo_line(x, "<throttlefilter group='%s'/>", groups[i]);
        xo_close(x, "throttlefilters");
    }
    if (opt_filled(call, "address") &&
        !disk_address(sh, opt_filled(call, "address"), target, opt_flag(call, "multifunction"), x))
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
    const char *wwn = opt_filled(call, "wwn");
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
    if (device_attach(dom, x.s->str, &a) < 0)
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
    static const char *const types[][2] = { { "network", "network" },
                                            { "bridge", "bridge" },
                                            { "direct", "dev" },
                                            { "hostdev", NULL },
                                            { "vhostuser", "path" } };
    static const char *const options[] = {"source", "target", "mac", "script", "model", "alias", "inbound",
                                          "outbound", "source-mode"};
    const char *type = opt_filled(call, "type"), *source = NULL;
    const char *mode = NULL;
    size_t t = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(options); i++)
        if (opt_string(sh, call, options[i], i == 0 ? &source : &mode) < 0)
            return false;
    while (t < G_N_ELEMENTS(types) && g_strcmp0(types[t][0], type) != 0)
        t++;
    if (t == G_N_ELEMENTS(types))
        return fail(sh, "No support for %s in command 'attach-interface'", opt_text(call, "type"));
    mode = opt_filled(call, "source-mode");
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
        xo_line(x, "<address type='pci' domain='0x%04x' bus='0x%02x' slot='0x%02x' function='0x%d'/>", a, b,
                c, d);
        xo_close(x, "source");
    } else if (strcmp(type, "vhostuser") == 0) {
        if (mode)
            xo_line(x, "<source type='unix' path='%s' mode='%s'/>", source, mode);
        else
            xo_line(x, "<source type='unix' path='%s'/>", source);
    } else {
        xo_line(x, "<source %s='%s'/>", types[t][1], source);
    }
    if (opt_filled(call, "target"))
        xo_line(x, "<target dev='%s'/>", opt_filled(call, "target"));
    if (opt_filled(call, "mac"))
        xo_line(x, "<mac address='%s'/>", opt_filled(call, "mac"));
    if (opt_filled(call, "script"))
        xo_line(x, "<script path='%s'/>", opt_filled(call, "script"));
    if (opt_filled(call, "model"))
        xo_line(x, "<model type='%s'/>", opt_filled(call, "model"));
    if (opt_filled(call, "alias"))
        xo_line(x, "<alias name='%s'/>", opt_filled(call, "alias"));
    if (opt_filled(call, "inbound") || opt_filled(call, "outbound")) {
        xo_open(x, "<bandwidth>");
        if (!bandwidth_xml(sh, "inbound", opt_filled(call, "inbound"), x) ||
            !bandwidth_xml(sh, "outbound", opt_filled(call, "outbound"), x))
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
    if (device_attach(dom, x.s->str, &a) < 0)
        return fail(sh, "Failed to attach interface");
    say(sh, "Interface attached successfully\n");
    return true;
}
