/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-interface: network interfaces of the host; see complete-host.h.
 */
#include "model/complete-host.h"
#include "model/read-fault.h"

#include <glib.h>

#define ERR_FROM VIR_FROM_INTERFACE

/* For each type: of which types its members may be. */
#define MAY(type) (1u << HOSTIF_TYPE_##type)
enum { ANY = ~0u, OF_BRIDGE = MAY(ETHERNET) | MAY(BOND) | MAY(VLAN), OF_BOND = MAY(ETHERNET) };

static int complete_members(struct hostif_member **members, uint32_t n, unsigned may, struct err *err);

static int
check_kind(enum hostif_type type, const char *name, unsigned may, struct err *err)
{
    if (!type)
        return err_set_from(err, VIR_FROM_XML, VIR_ERR_XML_ERROR, "an interface has no type=");
    if (!(may & 1u << type))
        return err_set(err, VIR_ERR_XML_ERROR, "an interface of type '%s' cannot be inside this one",
                       hostif_type_str(type));
    if (!name)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "an interface of type '%s' has no name=", hostif_type_str(type));
    return 0;
}

static int
complete_bond(struct hostif_bond *b, const char *name, struct err *err)
{
    if (!b)
        return err_set(err, VIR_ERR_XML_ERROR, "interface '%s' of type 'bond' has no <bond>", name);
    if (fault_in(b, "@mode", err) < 0 || complete_members(b->interfaces, b->n_interfaces, OF_BOND, err) < 0 ||
        fault_in(b->miimon, "@freq", err) < 0)
        return -1;
    if (b->miimon && !b->miimon->has_freq)
        return err_set(err, VIR_ERR_XML_ERROR, "<miimon> of interface '%s' has no freq=", name);
    if (fault_in(b->miimon, "@downdelay @updelay @carrier", err) < 0)
        return -1;
    if (b->miimon) { /* one of the two watches the links */
        b->arpmon = NULL;
        b->miimon->downdelay = MAX(b->miimon->downdelay, 0);
        b->miimon->updelay = MAX(b->miimon->updelay, 0);
    }
    if (fault_in(b->arpmon, "@interval", err) < 0)
        return -1;
    if (b->arpmon && (!b->arpmon->has_interval || !b->arpmon->target))
        return err_set(err, VIR_ERR_XML_ERROR, "<arpmon> of interface '%s' has no %s=", name,
                       b->arpmon->has_interval ? "target" : "interval");
    return fault_in(b->arpmon, "@validate", err);
}

static int
complete_vlan(const struct hostif_vlan *v, const char *name, struct err *err)
{
    if (!v)
        return err_set(err, VIR_ERR_XML_ERROR, "interface '%s' of type 'vlan' has no <vlan>", name);
    if (fault_in(v, "@tag", err) < 0)
        return -1;
    if (!v->interface || !v->interface->name)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "<vlan> of interface '%s' has no <interface name='…'/>, which it runs on", name);
    return 0;
}

static int
complete_members(struct hostif_member **members, uint32_t n, unsigned may, struct err *err)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct hostif_member *m = members[i];
        if (fault_in(m, "@type", err) < 0 || check_kind(m->type, m->name, may, err) < 0 ||
            fault_in(m->link, "@state @speed", err) < 0 ||
            (m->type == HOSTIF_TYPE_BOND && complete_bond(m->bond, m->name, err) < 0) ||
            (m->type == HOSTIF_TYPE_VLAN && complete_vlan(m->vlan, m->name, err) < 0))
            return -1;
    }
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
            if (p->ips[k]->address)
                k++;
            else
                model_list_remove(p->ips, p->n_ips, k);
        }
    }
}

int
interface_complete(struct interface_def *def, struct err *err)
{
    if (fault_in(def, "@type", err) < 0 || check_kind(def->type, def->name, ANY, err) < 0 ||
        fault_in(def, "start mtu protocol", err) < 0 || fault_in(def->link, "@state @speed", err) < 0)
        return -1;
    complete_protocols(def);
    switch (def->type) {
        case HOSTIF_TYPE_BRIDGE:
            if (!def->bridge)
                return err_set(err, VIR_ERR_XML_ERROR, "interface '%s' of type 'bridge' has no <bridge>",
                               def->name);
            return complete_members(def->bridge->interfaces, def->bridge->n_interfaces, OF_BRIDGE, err);
        case HOSTIF_TYPE_BOND: return complete_bond(def->bond, def->name, err);
        case HOSTIF_TYPE_VLAN: return complete_vlan(def->vlan, def->name, err);
        default: return 0;
    }
}
