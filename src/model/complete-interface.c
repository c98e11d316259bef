/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-interface: network interfaces of the host; see complete-host.h.
 */
#include "model/complete-host.h"

#define ERR_FROM VIR_FROM_INTERFACE

/* For each type: of which types its members may be. */
#define MAY(type) (1u << HOSTIF_TYPE_##type)
enum { ANY = ~0u, OF_BRIDGE = MAY(ETHERNET) | MAY(BOND) | MAY(VLAN), OF_BOND = MAY(ETHERNET) };

static int complete(const void *root, struct interface_def *def, unsigned may, struct err *err);

static int
complete_members(const void *root, struct interface_def **members, uint32_t n, unsigned may, struct err *err)
{
    for (uint32_t i = 0; i < n; i++)
        if (complete(root, members[i], may, err) < 0)
            return -1;
    return 0;
}

static int
complete_bond(const void *root, struct interface_def *def, struct err *err)
{
    struct hostif_bond *b = def->bond;
    if (!b)
        return err_set(err, VIR_ERR_XML_ERROR, "interface '%s' of type 'bond' has no <bond>", def->name);
    if (b->miimon)
        b->arpmon = NULL;
    return complete_members(root, b->interfaces, b->n_interfaces, OF_BOND, err);
}

static int
complete_vlan(const void *root, struct interface_def *def, struct err *err)
{
    if (!def->vlan)
        return err_set(err, VIR_ERR_XML_ERROR, "interface '%s' of type 'vlan' has no <vlan>", def->name);
    struct interface_def *on = def->vlan->interface;
    if (!on || !on->name)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "<vlan> of interface '%s' has no <interface name='…'/>, which it runs on", def->name);
    def->vlan->interface = model_new(root, struct interface_def);     /* its name alone counts */
    def->vlan->interface->name = on->name;
    return 0;
}

static void
complete_protocols(struct interface_def *def)
{
    for (uint32_t i = 0; i < def->n_protocols; i++) {
        struct hostif_protocol *p = def->protocols[i];
        if (p->family == IP_FAMILY_IPV4)
            p->autoconf = false;
        for (uint32_t k = 0; k < p->n_ips;) {
            if (p->ips[k]->address && *p->ips[k]->address)
                k++;
            else
                model_list_remove(p->ips, p->n_ips, k);
        }
    }
}

static int
complete(const void *root, struct interface_def *def, unsigned may, struct err *err)
{
    bool member = may != ANY;
    if (!def->type)
        return err_set_from(err, VIR_FROM_XML, VIR_ERR_XML_ERROR, "an interface has no type=");
    if (!(may & 1u << def->type))
        return err_set(err, VIR_ERR_XML_ERROR, "an interface of type '%s' cannot be inside this one",
                       hostif_type_str(def->type));
    if (!def->name)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "an interface of type '%s' has no name=", hostif_type_str(def->type));
    complete_protocols(def);
    if (member) {                       /* it is the outer interface that is started and has addresses */
        def->start = HOSTIF_STARTMODE_UNSET;
        def->mtu = 0;
        def->n_protocols = 0;
    }
    if (def->type != HOSTIF_TYPE_ETHERNET)
        def->mac = NULL;
    if (def->type == HOSTIF_TYPE_BRIDGE)
        def->link = NULL;
    if (def->type == HOSTIF_TYPE_BRIDGE && !def->bridge)
        return err_set(err, VIR_ERR_XML_ERROR, "interface '%s' of type 'bridge' has no <bridge>", def->name);
    if (def->type != HOSTIF_TYPE_BRIDGE)
        def->bridge = NULL;
    else if (complete_members(root, def->bridge->interfaces, def->bridge->n_interfaces, OF_BRIDGE, err) < 0)
        return -1;
    if (def->type != HOSTIF_TYPE_BOND)
        def->bond = NULL;
    else if (complete_bond(root, def, err) < 0)
        return -1;
    if (def->type != HOSTIF_TYPE_VLAN)
        def->vlan = NULL;
    else if (complete_vlan(root, def, err) < 0)
        return -1;
    return 0;
}

int
interface_complete(struct interface_def *def, struct err *err)
{
    return complete(def, def, ANY, err);
}
