/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * info: what is known of a guest.
 *
 * Called by: clients.  Nothing waits.
 */
#include "drivers/test/verbs.h"

#include "model/devices.h"

#include <string.h>

#define ERR_FROM VIR_FROM_TEST

int
test_domain_get_info(struct drv_conn *conn, const struct domain_ref *dom, virDomainInfoPtr info,
                     struct err *err)
{
    VIEW_AUTO view = domain_view(conn, dom, err);

    if (!view)
        return -1;
    /* It has always been busy, whether it is on or not. */
    domain_info(view, def_memory(vm_view_def(view)), (unsigned long long)g_get_real_time() * 1000, info);
    return 0;
}

int
test_domain_get_control_info(struct drv_conn *conn, const struct domain_ref *dom,
                             virDomainControlInfoPtr info, unsigned int flags, struct err *err)
{
    VIEW_AUTO view = NULL;

    if (flags_check(flags, 0, "virDomainGetControlInfo", err) < 0 || !(view = domain_view(conn, dom, err)))
        return -1;
    if (!vm_view_is_active(view))
        return err_not_running(err);
    memset(info, 0, sizeof(*info));
    return 0;
}

int
test_domain_is_updated(struct drv_conn *conn, const struct domain_ref *dom, struct err *err)
{
    return 0;
}

/* The same of every guest, as programs know it of this driver. */
int
test_domain_get_os_type(struct drv_conn *conn, const struct domain_ref *dom, char **result, struct err *err)
{
    *result = g_strdup("linux");
    return 0;
}

int
test_domain_get_xml_desc(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags,
                         char **result, struct err *err)
{
    VIEW_AUTO view = NULL;
    DOMAIN_DEF_AUTO live = NULL;
    const struct domain_def *def;
    unsigned how = flags & VIR_DOMAIN_XML_SECURE ? MODEL_FORMAT_SECURE : 0;

    if (flags_check(flags, VIR_DOMAIN_XML_SECURE | VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_MIGRATABLE,
                    "virDomainGetXMLDesc", err) < 0 ||
        !(view = domain_view(conn, dom, err)))
        return -1;
    def = flags & VIR_DOMAIN_XML_INACTIVE && view->config ? view->config : vm_view_def(view);
    if (!(flags & VIR_DOMAIN_XML_INACTIVE) && vm_view_is_active(view)) {
        def = live = domain_def_copy(def);
        live->id = view->id;
        live->has_id = true;
        how |= MODEL_FORMAT_LIVE;
    }
    if (flags & VIR_DOMAIN_XML_MIGRATABLE) {
        if (!live)
            def = live = domain_def_copy(def);
        def_strip_for_migration(live);
    }
    *result = domain_def_format(def, how);
    return 0;
}
