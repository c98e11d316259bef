/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-port: ports of networks; see complete-host.h.
 */
#include "model/complete-host.h"

#include "model/complete-parts.h"
#include "model/read-fault.h"

#define ERR_FROM VIR_FROM_NETWORK

static int
lacks(struct err *err, const char *what)
{
    return err_set(err, VIR_ERR_INTERNAL_ERROR, "the document of a network port has no %s", what);
}

int
network_port_complete(struct network_port_def *def, struct err *err)
{
    static const char where[] = "a port of a network";
    struct network_plug *p = def->plug;
    if (fault_in(def, "uuid", err) < 0)
        return -1;
    if (!def->has_uuid)
        return lacks(err, "uuid");
    if (!def->owner || !def->owner->name)
        return lacks(err, "owner name");
    if (fault_in(def->owner, "uuid", err) < 0)
        return -1;
    if (!def->owner->has_uuid)
        return lacks(err, "owner uuid");
    struct bandwidth *rates = def->bandwidth ? &def->bandwidth->rates : NULL;
    def->virtualport = virtualport_tidy(def->virtualport);
    if (virtualport_complete(def->virtualport, false, where, err) < 0 || fault_in(def, "mac", err) < 0)
        return -1;
    if (!def->has_mac)
        return lacks(err, "mac");
    if (fault_in(def->bandwidth, "@classID", err) < 0 || bandwidth_complete(&rates, true, where, err) < 0 ||
        vlan_complete(def->vlan, where, err) < 0 || fault_in(def, "port rxfilters", err) < 0 ||
        fault_in(p, "@type @bridge @macTableManager @dev @mode @managed driver", err) < 0)
        return -1;
    if (!rates)
        def->bandwidth = NULL;
    if (p && p->type == NETWORK_PLUG_TYPE_HOSTDEV_PCI && !p->address)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "<plug type='hostdev-pci'> of a network port has no <address>");
    if (p && (!p->type || p->type == NETWORK_PLUG_TYPE_NONE))
        def->plug = NULL;
    return p && p->address ? pci_address_check(p->address, where, err) : 0;
}
