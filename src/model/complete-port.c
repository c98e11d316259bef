/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-port: ports of networks; see complete-host.h.
 */
#include "model/complete-host.h"

#include "model/complete-parts.h"

#define ERR_FROM VIR_FROM_NETWORK

int
network_port_complete(struct network_port_def *def, struct err *err)
{
    static const char where[] = "a port of a network";
    const char *lacks = !def->has_uuid ? "uuid" : !def->owner || !def->owner->name ? "owner name" :
        !def->owner->has_uuid ? "owner uuid" : !def->has_mac ? "mac" : NULL;
    if (lacks)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "the document of a network port has no %s", lacks);
    struct network_plug *p = def->plug;
    if (p && p->type == NETWORK_PLUG_TYPE_HOSTDEV_PCI && !p->address)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "<plug type='hostdev-pci'> of a network port has no <address>");
    if (p && (!p->type || p->type == NETWORK_PLUG_TYPE_NONE))
        def->plug = NULL;
    if (p && p->address && pci_address_check(p->address, where, err) < 0)
        return -1;
    struct bandwidth *rates = def->bandwidth ? &def->bandwidth->rates : NULL;
    def->virtualport = virtualport_tidy(def->virtualport);
    if (virtualport_complete(def->virtualport, false, where, err) < 0 ||
        bandwidth_complete(&rates, true, where, err) < 0)
        return -1;
    if (!rates)
        def->bandwidth = NULL;
    return vlan_complete(def->vlan, where, err);
}
