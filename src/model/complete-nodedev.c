/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-nodedev: devices of the host that users create; see complete-host.h.
 */
#include "model/complete-host.h"

#include "model/complete-parts.h"

#define ERR_FROM VIR_FROM_NODEDEV

static const char *
name_of(const struct node_device_def *def)
{
    return def->name ? def->name : "new device";
}

static int
lacks(struct err *err, const struct node_device_def *def, const char *what)
{
    return err_set(err, VIR_ERR_INTERNAL_ERROR, "device '%s' has no %s", name_of(def), what);
}

static int
complete_mdev(struct node_device_def *def, struct nodedev_capability *c, struct err *err)
{
    if (!c->n_types || !c->types[0]->id)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "device '%s' is a mediated device without <type id='…'/>",
                       name_of(def));
    if (!def->parent || !def->parent->name)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "mediated device '%s' has no <parent>", name_of(def));
    for (uint32_t i = 0; i < c->n_attrs;) {
        if (c->attrs[i]->name && c->attrs[i]->value)
            i++;
        else
            model_list_remove(c->attrs, c->n_attrs, i);
    }
    return 0;
}

/* A virtual fibre channel port: both of its names or none, which the host then makes up. */
static int
complete_scsi_host(struct node_device_def *def, struct nodedev_capability *c, struct err *err)
{
    for (uint32_t i = 0; i < c->n_capabilities; i++) {
        const struct nodedev_capability *k = c->capabilities[i];
        if (k->type != NODEDEV_CAP_FC_HOST)
            continue;
        if (wwn_check(k->wwnn, name_of(def), err) < 0 || wwn_check(k->wwpn, name_of(def), err) < 0)
            return -1;
        if (!k->wwnn != !k->wwpn)
            return lacks(err, def, k->wwnn ? "<wwpn>" : "<wwnn>");
    }
    return 0;
}

int
node_device_complete(struct node_device_def *def, struct err *err)
{
    if (!def->n_capabilities)
        return lacks(err, def, "<capability>, which says what it is");
    struct nodedev_capability *c = def->capabilities[0];
    switch (c->type) {
    case NODEDEV_CAP_UNSET:
        return err_set_from(err, VIR_FROM_XML, VIR_ERR_XML_ERROR, "<capability> of device '%s' has no type=", name_of(def));
    case NODEDEV_CAP_MDEV:
        return complete_mdev(def, c, err);
    case NODEDEV_CAP_SCSI_HOST:
        return complete_scsi_host(def, c, err);
    case NODEDEV_CAP_SYSTEM:
        return c->hardware && c->hardware->has_uuid ? 0 : lacks(err, def, "uuid of the system");
    case NODEDEV_CAP_PCI:
        return c->has_domain ? 0 : lacks(err, def, "<domain> of its PCI address");
    case NODEDEV_CAP_USB:
        return c->has_number ? 0 : lacks(err, def, "<number> of its USB interface");
    case NODEDEV_CAP_NET:
        return c->interface ? 0 : lacks(err, def, "<interface>");
    case NODEDEV_CAP_STORAGE:
        return c->block ? 0 : lacks(err, def, "<block> path");
    default:
        return 0;
    }
}
