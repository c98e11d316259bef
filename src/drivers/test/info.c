/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * info: what is known of a guest.
 *
 * Called by: clients.  Nothing waits.
 */
#include "drivers/test/verbs.h"

#include "base/clock.h"
#include "model/devices.h"

#include <string.h>

#define ERR_FROM VIR_FROM_TEST

int
test_domain_get_info(struct drv_conn *conn, const struct domain_ref *dom, virDomainInfoPtr info, struct err *err)
{
    VIEW_AUTO view = domain_view(conn, dom, err);
    const struct domain_def *def;

    if (!view)
        return -1;
    def = vm_view_def(view);
    memset(info, 0, sizeof(*info));
    info->state = (unsigned char)view->state;
    info->maxMem = def_max_memory(def);
    info->memory = def_memory(def);
    info->nrVirtCpu = (unsigned short)def_vcpus(def);
    if (vm_view_is_active(view))
        info->cpuTime = (unsigned long long)clock_now();
    return 0;
}

int
test_domain_get_xml_desc(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags, char **result,
                         struct err *err)
{
    VIEW_AUTO view = NULL;
    const struct domain_def *def;
    unsigned how = 0;

    if (flags_check(flags, VIR_DOMAIN_XML_SECURE | VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_UPDATE_CPU |
                    VIR_DOMAIN_XML_MIGRATABLE, "virDomainGetXMLDesc", err) < 0 ||
        !(view = domain_view(conn, dom, err)))
        return -1;
    def = flags & VIR_DOMAIN_XML_INACTIVE && view->config ? view->config : vm_view_def(view);
    if (!(flags & VIR_DOMAIN_XML_INACTIVE) && vm_view_is_active(view))
        how |= MODEL_FORMAT_LIVE;
    if (flags & VIR_DOMAIN_XML_SECURE)
        how |= MODEL_FORMAT_SECURE;
    *result = domain_def_format(def, how);
    return 0;
}
