/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * xml: a guest's definition as XML.
 *
 * Owns: the texts made last.  Definitions do not change once published, so a
 * text stays right for as long as its definition is the one that is asked for;
 * programs that look again and again get it for the price of a copy.
 * Called by: the I/O thread.  Nothing here waits: live values stand in the
 * published definition or in the driver's part of the view.
 */
#include "drivers/qemu/verbs.h"

#include "drivers/qemu/cpu.h"
#include "drivers/qemu/qemu-host.h"
#include "model/devices.h"

#include <string.h>

#define ERR_FROM VIR_FROM_QEMU

#define TEXTS 32            /* kept; a text has a few KiB */
#define TEXT_MAX (32 * 1024)

static struct text {
    const struct domain_def *def; /* a reference: no other definition has this address */
    unsigned format;
    char *xml;
} texts[TEXTS];
static GMutex texts_lock;

static char *
def_text(const struct domain_def *def, unsigned format)
{
    struct text *text = &texts[((uintptr_t)def / 64 + format) % TEXTS];
    const struct domain_def *old = NULL;
    g_autofree char *old_xml = NULL;
    char *xml;

    g_mutex_lock(&texts_lock);
    xml = text->def == def && text->format == format ? g_strdup(text->xml) : NULL;
    g_mutex_unlock(&texts_lock);
    if (xml)
        return xml;
    xml = domain_def_format(def, format);
    if (format & MODEL_FORMAT_SECURE || strlen(xml) > TEXT_MAX)
        return xml; /* secrets are not kept lying about */
    g_mutex_lock(&texts_lock);
    old = text->def;
    old_xml = text->xml;
    *text = (struct text){ domain_def_ref(def), format, g_strdup(xml) };
    g_mutex_unlock(&texts_lock);
    if (old)
        domain_def_unref(old);
    return xml;
}

void
qemu_xml_forget(void)
{
    for (size_t i = 0; i < TEXTS; i++) {
        if (texts[i].def)
            domain_def_unref(texts[i].def);
        g_free(texts[i].xml);
        texts[i] = (struct text){ 0 };
    }
}

/* A copy in which it is said what the processor comes to on this host. */
static struct domain_def *
cpu_resolved(const struct qemu_driver *driver, const struct domain_def *def, struct err *err)
{
    struct qemu_caps *caps = qemu_host_caps_known(driver->host, def->emulator);
    struct domain_def *copy = domain_def_copy(def);

    if (caps && qemu_cpu_resolve(copy, caps, err) < 0) {
        domain_def_unref(copy);
        copy = NULL;
    }
    qemu_caps_unref(caps);
    return copy;
}

int
qemu_domain_get_xml_desc(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags,
                         char **result, struct err *err)
{
    VIEW_AUTO view = NULL;
    const struct domain_def *def;
    const struct guest_pub *pub;
    unsigned format = 0;
    DOMAIN_DEF_AUTO resolved = NULL;

    if (flags_check(flags, VIR_DOMAIN_XML_SECURE | VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_UPDATE_CPU |
                    VIR_DOMAIN_XML_MIGRATABLE, "virDomainGetXMLDesc", err) < 0)
        return -1;
    if ((flags & (VIR_DOMAIN_XML_SECURE | VIR_DOMAIN_XML_MIGRATABLE)) && (conn->flags & VIR_CONNECT_RO))
        return err_set(err, VIR_ERR_OPERATION_DENIED, "passwords are not shown on a read-only connection");
    if (!(view = domain_view(conn, dom, err)))
        return -1;
    def = (flags & VIR_DOMAIN_XML_INACTIVE) && view->config ? view->config : vm_view_def(view);
    if (flags & VIR_DOMAIN_XML_SECURE)
        format |= MODEL_FORMAT_SECURE;
    if (!(flags & VIR_DOMAIN_XML_INACTIVE) && view->live)
        format |= MODEL_FORMAT_LIVE;
    pub = view_pub(view);
    if (flags & VIR_DOMAIN_XML_UPDATE_CPU && def != view->live) {
        if (!(resolved = cpu_resolved(conn_driver(conn), def, err)))
            return -1;
        def = resolved;
    }
    if (def == view->live && pub && view_memory(view) != def_memory(def)) {
        struct domain_def *now = domain_def_copy(def);

        now->current_memory = view_memory(view);
        *result = flags & VIR_DOMAIN_XML_MIGRATABLE
                      ? qemu_migratable(conn_driver(conn), view->config, now, true)
                      : domain_def_format(now, format);
        domain_def_unref(now);
    } else if (flags & VIR_DOMAIN_XML_MIGRATABLE) {
        *result = qemu_migratable(conn_driver(conn), view->config, def, def == view->live);
    } else {
        *result = resolved ? domain_def_format(def, format) : def_text(def, format);
    }
    return 0;
}
