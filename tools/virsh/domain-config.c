/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A domain's documents: dumpxml, edit, description, metadata, native formats. */
#include "cmd.h"
#include "describe.h"
#include "file.h"
#include "lookup.h"
#include "xml.h"

#include <stdlib.h>
#include <string.h>

bool
cmd_dumpxml(struct shell *sh, const struct call *call)
{
    static const struct {
        const char *option;
        unsigned int flag;
    } map[] = {
        {"inactive", VIR_DOMAIN_XML_INACTIVE}, {"security-info", VIR_DOMAIN_XML_SECURE},
        {"update-cpu", VIR_DOMAIN_XML_UPDATE_CPU}, {"migratable", VIR_DOMAIN_XML_MIGRATABLE},
    };
    unsigned int flags = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(map); i++)
        if (opt_flag(call, map[i].option))
            flags |= map[i].flag;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    auto_lib char *xml = dom ? virDomainGetXMLDesc(dom, flags) : NULL;
    return xml && xml_show(sh, call, xml);
}

struct domain_edit {
    virDomainPtr dom;
    unsigned int define_flags;
};

static char *
edit_get(struct shell *sh, void *ctx)
{
    struct domain_edit *e = ctx;
    return virDomainGetXMLDesc(e->dom, VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE);
}

static bool
edit_set(struct shell *sh, void *ctx, const char *xml)
{
    struct domain_edit *e = ctx;
    g_autoptr(virDomain) dom = NULL;
    if (e->define_flags)
        dom = virDomainDefineXMLFlags(sh->conn, xml, e->define_flags);
    /* Hypervisors that cannot validate, or that have no flags at all, still define. */
    if (!dom && (!e->define_flags || err_code(sh) == VIR_ERR_NO_SUPPORT ||
                 err_code(sh) == VIR_ERR_INVALID_ARG))
        dom = virDomainDefineXML(sh->conn, xml);
    return dom != NULL;
}

bool
cmd_edit(struct shell *sh, const struct call *call)
{
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    struct domain_edit e = {dom, opt_flag(call, "skip-validate") ? 0 : VIR_DOMAIN_DEFINE_VALIDATE};
    struct edit edit = {edit_get, edit_set, &e};
    switch (edit_object(sh, &edit)) {
    case EDIT_SAME:
        say(sh, "Domain '%s' XML configuration not changed.\n", virDomainGetName(dom));
        return true;
    case EDIT_DONE:
        say(sh, "Domain '%s' XML configuration edited.\n", virDomainGetName(dom));
        return true;
    default:
        return false;
    }
}

/* ---- description and metadata, for domains and networks alike ---- */

static char *
domain_meta_get(void *object, int type, const char *uri, unsigned int flags)
{
    return virDomainGetMetadata(object, type, uri, flags);
}

static int
domain_meta_set(void *object, int type, const char *text, const char *key, const char *uri,
                unsigned int flags)
{
    return virDomainSetMetadata(object, type, text, key, uri, flags);
}

static bool
described(struct shell *sh, const struct call *call,
          bool (*tell)(struct shell *, const struct call *, struct described *))
{
    g_autoptr(virDomain) dom = domain_of(sh, call);
    struct described d = { .object = dom,
                           .kind = "domain",
                           .Kind = "Domain",
                           .none = VIR_ERR_NO_DOMAIN_METADATA,
                           .get = domain_meta_get,
                           .set = domain_meta_set };
    if (!dom)
        return false;
    d.name = virDomainGetName(dom);
    return tell(sh, call, &d);
}

bool
cmd_desc(struct shell *sh, const struct call *call)
{
    return described(sh, call, describe_desc);
}

bool
cmd_metadata(struct shell *sh, const struct call *call)
{
    return described(sh, call, describe_metadata);
}

/* ---- native formats ---- */

bool
cmd_domxml_from_native(struct shell *sh, const struct call *call)
{
    const char *format = NULL;
    g_autofree char *text = NULL;
    if (opt_string(sh, call, "format", &format) <= 0 || opt_file(sh, call, "config", &text) <= 0)
        return false;
    auto_lib char *xml = virConnectDomainXMLFromNative(sh->conn, format, text, 0);
    if (!xml)
        return false;
    out(sh, "%s", xml);
    return true;
}

bool
cmd_domxml_to_native(struct shell *sh, const struct call *call)
{
    const char *format = NULL;
    g_autofree char *file = NULL;
    g_autoptr(virDomain) dom = NULL;
    auto_lib char *xml = NULL;
    if (!opt_exclusive(sh, call, "domain", "xml", NULL) || opt_string(sh, call, "format", &format) <= 0)
        return false;
    if (opt_flag(call, "domain")) {
        dom = domain_of(sh, call);
        if (!dom || !(xml = virDomainGetXMLDesc(dom, VIR_DOMAIN_XML_INACTIVE)))
            return false;
    } else if (opt_file(sh, call, "xml", &file) <= 0) {
        if (!opt_flag(call, "xml"))
            fail(sh, "need either domain or domain XML");
        return false;
    }
    auto_lib char *native = virConnectDomainXMLToNative(sh->conn, format, xml ? xml : file, 0);
    if (!native)
        return false;
    out(sh, "%s", native);
    return true;
}
