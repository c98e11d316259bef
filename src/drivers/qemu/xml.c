/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * xml: a guest's definition as XML.
 *
 * Called by: the I/O thread.  Nothing here waits: live values stand in the
 * published definition or in the driver's part of the view.
 */
#include "drivers/qemu/verbs.h"

#define ERR_FROM VIR_FROM_QEMU

int
qemu_domain_get_xml_desc(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags, char **result,
                         struct err *err)
{
    VIEW_AUTO view = NULL;
    const struct domain_def *def;
    const struct guest_pub *pub;
    unsigned format = 0;

    if (flags_check(flags, VIR_DOMAIN_XML_SECURE | VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_UPDATE_CPU |
                    VIR_DOMAIN_XML_MIGRATABLE, "virDomainGetXMLDesc", err) < 0)
        return -1;
    if ((flags & VIR_DOMAIN_XML_SECURE) && (conn->flags & VIR_CONNECT_RO))
        return err_set(err, VIR_ERR_OPERATION_DENIED, "passwords are not shown on a read-only connection");
    if (!(view = guest_view(conn, dom, err)))
        return -1;
    def = (flags & VIR_DOMAIN_XML_INACTIVE) && view->config ? view->config : vm_view_def(view);
    if (flags & VIR_DOMAIN_XML_SECURE)
        format |= MODEL_FORMAT_SECURE;
    if (flags & VIR_DOMAIN_XML_MIGRATABLE)
        format |= MODEL_FORMAT_MIGRATABLE;
    else if (!(flags & VIR_DOMAIN_XML_INACTIVE) && view->live)
        format |= MODEL_FORMAT_LIVE;
    pub = view_pub(view);
    if (def == view->live && pub && view_memory(view) != def_memory(def)) {
        struct domain_def *now = domain_def_copy(def);

        now->current_memory = view_memory(view);
        *result = domain_def_format(now, format);
        domain_def_unref(now);
    } else {
        *result = domain_def_format(def, format);
    }
    return 0;
}
