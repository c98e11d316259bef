/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the displays and terminals of a domain are. */
#include "cmd.h"
#include "lookup.h"
#include "xml.h"

#include <stdlib.h>
#include <string.h>

static xml_doc *
active_doc(struct shell *sh, virDomainPtr dom, unsigned int flags)
{
    if (virDomainIsActive(dom) != 1) {
        fail(sh, "Domain is not running");
        return NULL;
    }
    auto_lib char *text = virDomainGetXMLDesc(dom, flags);
    return text ? xml_parse(text) : NULL;
}

/* A display that listens everywhere is reached at the host this connection goes to. */
static char *
host_of_connection(struct shell *sh)
{
    auto_lib char *uri = virConnectGetURI(sh->conn);
    g_autoptr(GUri) parsed = uri ? g_uri_parse(uri, G_URI_FLAGS_NONE, NULL) : NULL;
    const char *host = parsed ? g_uri_get_host(parsed) : NULL;
    return g_strdup(host && *host ? host : "localhost");
}

static bool
listens_everywhere(const char *address)
{
    return strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0;
}

static char *
display_uri(struct shell *sh, xml_doc *doc, xmlNode *g, const char *scheme, bool password)
{
    g_autofree char *port = xml_text(doc, g, "string(./@port)");
    g_autofree char *tls = xml_text(doc, g, "string(./@tlsPort)");
    g_autofree char *socket = xml_text(doc, g, "string(./listen[@type='socket']/@socket|./@socket)");
    g_autofree char *listen = xml_text(doc, g, "string(./@listen|./listen/@address)");
    g_autofree char *pass = password ? xml_text(doc, g, "string(./@passwd)") : NULL;
    bool vnc = strcmp(scheme, "vnc") == 0;
    int number = port ? atoi(port) : 0, tls_number = tls ? atoi(tls) : 0;
    if (number <= 0 && tls_number <= 0 && !socket)
        return NULL;
    GString *uri = g_string_new(NULL);
    if (socket && number <= 0 && tls_number <= 0) {
        g_string_printf(uri, "%s+unix://%s", scheme, socket);
        return g_string_free(uri, FALSE);
    }
    if (!listen || listens_everywhere(listen)) {
        g_free(listen);
        listen = host_of_connection(sh);
    }
    g_string_printf(uri, "%s://", scheme);
    if (pass && vnc)
        g_string_append_printf(uri, ":%s@", pass);
    g_string_append_printf(uri, strchr(listen, ':') ? "[%s]" : "%s", listen);
    const char *mark = "?";
    /* A VNC display counts from port 5900. */
    if (number > 0)
        g_string_append_printf(uri, ":%d", vnc ? number - 5900 : number);
    if (tls_number > 0) {
        g_string_append_printf(uri, "?tls-port=%d", tls_number);
        mark = "&";
    }
    if (pass && !vnc)
        g_string_append_printf(uri, "%spassword=%s", mark, pass);
    return g_string_free(uri, FALSE);
}

bool
cmd_domdisplay(struct shell *sh, const struct call *call)
{
    static const char *const schemes[] = {"vnc", "spice", "rdp", "dbus"};
    const char *type = NULL;
    bool all = opt_flag(call, "all"), password = opt_flag(call, "include-password"), found = false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || opt_string(sh, call, "type", &type) < 0)
        return false;
    g_autoptr(xml_doc) doc = active_doc(sh, dom, password ? VIR_DOMAIN_XML_SECURE : 0);
    if (!doc)
        return false;
    for (size_t s = 0; s < G_N_ELEMENTS(schemes); s++) {
        if (type && strcmp(type, schemes[s]) != 0)
            continue;
        g_autofree char *xpath = g_strdup_printf("/domain/devices/graphics[@type='%s']", schemes[s]);
        g_autoptr(GPtrArray) nodes = xml_nodes(doc, NULL, xpath);
        for (guint i = 0; i < nodes->len && (all || !found); i++) {
            g_autofree char *uri = display_uri(sh, doc, nodes->pdata[i], schemes[s], password);
            if (!uri)
                continue;
            out(sh, all ? "%s\n" : "%s", uri);
            found = true;
        }
    }
    if (found)
        return true;
    if (type)
        return fail(sh, "No graphical display with type '%s' found", type);
    return fail(sh, "No graphical display found");
}

bool
cmd_vncdisplay(struct shell *sh, const struct call *call)
{
    double port = 0;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    g_autoptr(xml_doc) doc = dom ? active_doc(sh, dom, 0) : NULL;
    if (!doc)
        return false;
    g_autofree char *listen = xml_text(doc, NULL, "string(/domain/devices/graphics[@type='vnc']/@listen|"
                                                  "/domain/devices/graphics[@type='vnc']/listen/@address)");
    if (!xml_number(doc, NULL, "number(/domain/devices/graphics[@type='vnc']/@port)", &port) || port < 0)
        return fail(sh, "Failed to get VNC port. Is this domain using VNC?");
    if (!listen || strcmp(listen, "0.0.0.0") == 0)
        out(sh, ":%d\n", (int)port - 5900);
    else
        out(sh, "%s:%d\n", listen, (int)port - 5900);
    return true;
}

bool
cmd_ttyconsole(struct shell *sh, const struct call *call)
{
    g_autoptr(virDomain) dom = domain_of(sh, call);
    g_autoptr(xml_doc) doc = dom ? active_doc(sh, dom, 0) : NULL;
    g_autofree char *tty = doc ? xml_text(doc, NULL, "string(/domain/devices/console/@tty)") : NULL;
    if (!tty)
        return false;
    out(sh, "%s\n", tty);
    return true;
}
