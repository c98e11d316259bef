/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-nodedev-parts: what of a capability of a device is kept, and of its parts; see complete-nodedev.h.
 */
#include "model/complete-nodedev.h"
#include "model/read-fault.h"

#include <glib.h>
#include <string.h>

#define ERR_FROM VIR_FROM_NODEDEV

/* ---- capabilities inside a capability ------------------------------------------------------- */

enum fate { KEEP, DROP, REFUSE };

static enum fate
fate_of(enum nodedev_cap whole, enum nodedev_cap part)
{
    switch (whole) {
    case NODEDEV_CAP_PCI:
        return part == NODEDEV_CAP_PHYS_FUNCTION || part == NODEDEV_CAP_VIRT_FUNCTIONS ||
                       part == NODEDEV_CAP_PCI_BRIDGE || part == NODEDEV_CAP_CARDBUS_BRIDGE ||
                       part == NODEDEV_CAP_MDEV_TYPES || part == NODEDEV_CAP_VPD
                   ? KEEP : DROP;
    case NODEDEV_CAP_CSS:
    case NODEDEV_CAP_AP_MATRIX:
        return part == NODEDEV_CAP_MDEV_TYPES ? KEEP : DROP;
    case NODEDEV_CAP_NET:
        return part == NODEDEV_CAP_80203 || part == NODEDEV_CAP_80211 ? KEEP : REFUSE;
    case NODEDEV_CAP_SCSI_HOST:
        return part == NODEDEV_CAP_FC_HOST || part == NODEDEV_CAP_VPORT_OPS ? KEEP : REFUSE;
    case NODEDEV_CAP_SCSI_TARGET:
        return part == NODEDEV_CAP_FC_REMOTE_PORT ? KEEP : REFUSE;
    case NODEDEV_CAP_STORAGE:
        return part == NODEDEV_CAP_REMOVABLE || part == NODEDEV_CAP_HOTPLUGGABLE ? KEEP : REFUSE;
    default:
        return DROP;
    }
}

/* Before anything is said of the parts: those that count. */
int
nodedev_choose_parts(const struct node_device_def *def, struct nodedev_capability *c, struct err *err)
{
    for (uint32_t i = 0; i < c->n_capabilities;) {
        struct nodedev_capability *part = c->capabilities[i];
        switch (part->type || fault_there(part, "@type") ? NODEDEV_CAP_UNSET : c->type) {
        case NODEDEV_CAP_PCI:
        case NODEDEV_CAP_CSS:
        case NODEDEV_CAP_AP_MATRIX:
            return err_set(err, VIR_ERR_XML_ERROR,
                           "device '%s': a part of a capability of type '%s' has no type",
                           def->name ? def->name : "new device", nodedev_cap_str(c->type));
        case NODEDEV_CAP_NET:
            fault_forget(part, NULL);
            model_list_remove(c->capabilities, c->n_capabilities, i);
            break;
        default:
            i++;
        }
    }
    for (; c->type == NODEDEV_CAP_NET && c->n_capabilities > 1; c->n_capabilities--)
        fault_forget(c->capabilities[c->n_capabilities - 1], NULL);
    for (uint32_t i = 0; i < c->n_capabilities;) {
        const struct nodedev_capability *part = c->capabilities[i];
        enum fate fate = fate_of(c->type, part->type);
        if (fate == REFUSE)
            return err_set(err,
                           c->type == NODEDEV_CAP_NET ? VIR_ERR_CONFIG_UNSUPPORTED : VIR_ERR_INTERNAL_ERROR,
                           "device '%s': a capability of type '%s' has no part of type '%s'",
                           def->name ? def->name : "new device", nodedev_cap_str(c->type),
                           part->type ? nodedev_cap_str(part->type) : "");
        if (fate == DROP || (part->type == NODEDEV_CAP_MDEV_TYPES && !part->n_types)) {
            fault_forget(part, NULL);
            model_list_remove(c->capabilities, c->n_capabilities, i);
        } else
            i++;
    }
    return 0;
}

/* The order in which the capabilities of a capability are told; the two bridges are one kind. */
static unsigned
rank(enum nodedev_cap type)
{
    static const enum nodedev_cap order[] = { NODEDEV_CAP_PHYS_FUNCTION, NODEDEV_CAP_VIRT_FUNCTIONS,
                                              NODEDEV_CAP_PCI_BRIDGE,    NODEDEV_CAP_MDEV_TYPES,
                                              NODEDEV_CAP_VPD,           NODEDEV_CAP_FC_HOST,
                                              NODEDEV_CAP_VPORT_OPS,     NODEDEV_CAP_REMOVABLE,
                                              NODEDEV_CAP_HOTPLUGGABLE };
    unsigned i = 0;

    if (type == NODEDEV_CAP_CARDBUS_BRIDGE)
        type = NODEDEV_CAP_PCI_BRIDGE;
    while (i < G_N_ELEMENTS(order) && order[i] != type)
        i++;
    return i;
}

/* Of two parts of one kind: what is said by the second counts, or adds to the first. */
static struct nodedev_capability *
merged(const struct node_device_def *def, struct nodedev_capability *first, struct nodedev_capability *second)
{
    switch (second->type) {
    case NODEDEV_CAP_FC_HOST:
        first->wwnn = second->wwnn ? second->wwnn : first->wwnn;
        first->wwpn = second->wwpn ? second->wwpn : first->wwpn;
        first->fabric_wwn = second->fabric_wwn ? second->fabric_wwn : first->fabric_wwn;
        return first;
    case NODEDEV_CAP_MDEV_TYPES:
        for (uint32_t i = 0; i < second->n_types; i++)
            model_list_append(def, first->types, first->n_types, second->types[i]);
        return first;
    case NODEDEV_CAP_PCI_BRIDGE:
    case NODEDEV_CAP_CARDBUS_BRIDGE:
        return first;
    default:
        return second;
    }
}

void
nodedev_sort_parts(const struct node_device_def *def, struct nodedev_capability *c)
{
    struct nodedev_capability **parts = c->capabilities;
    uint32_t n = 0;

    for (uint32_t i = 0; i < c->n_capabilities; i++) {
        struct nodedev_capability *part = parts[i];
        uint32_t at = n;
        while (at && rank(parts[at - 1]->type) > rank(part->type))
            at--;
        if (at && rank(parts[at - 1]->type) == rank(part->type)) {
            parts[at - 1] = merged(def, parts[at - 1], part);
            continue;
        }
        memmove(parts + at + 1, parts + at, (n - at) * sizeof(*parts));
        parts[at] = part;
        n++;
    }
    c->n_capabilities = n;
}

/* ---- the rest of it ------------------------------------------------------------------------- */

static void
tidy_net(struct nodedev_capability *c)
{
    if (c->link && !c->link->state && !c->link->speed)
        c->link = NULL;
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->n_features; i++) {
        struct nodedev_feature *feature = c->features[i];
        uint32_t at = n;
        while (at && c->features[at - 1]->name > feature->name)
            at--;
        if (at && c->features[at - 1]->name == feature->name)
            continue;
        memmove(c->features + at + 1, c->features + at, (n - at) * sizeof(*c->features));
        c->features[at] = feature;
        n++;
    }
    c->n_features = n;
}

/* The first of each kind of link, and what it can do before what it does. */
static int
tidy_links(const struct node_device_def *def, struct nodedev_capability *c, struct err *err)
{
    struct nodedev_pcie_link *first[NODEDEV_LINK_VALIDITY_COUNT] = { NULL };

    for (uint32_t i = 0; i < c->n_links; i++) {
        struct nodedev_pcie_link *link = c->links[i];
        if (link->validity && !link->has_width)
            return err_set_from(err, VIR_FROM_XML, VIR_ERR_XML_ERROR, "a <link> of device '%s' has no width=",
                                def->name ? def->name : "new device");
        if (!first[link->validity])
            first[link->validity] = link;
    }
    c->n_links = 0;
    for (unsigned i = NODEDEV_LINK_VALIDITY_UNSET + 1; i < G_N_ELEMENTS(first); i++)
        if (first[i])
            c->links[c->n_links++] = first[i];
    return 0;
}

static int
tidy_pci(const struct node_device_def *def, struct nodedev_capability *c, struct err *err)
{
    if (c->iommu_group && !c->iommu_group->n_addresses)
        c->iommu_group = NULL;
    if (c->numa_node < 0)
        c->has_numa_node = false;
    return tidy_links(def, c, err);
}

static void
tidy_mdev(struct nodedev_capability *c)
{
    c->n_types = MIN(c->n_types, 1);
    if (c->n_types) {           /* its parent tells what such devices are */
        c->types[0]->name = c->types[0]->device_api = NULL;
        c->types[0]->has_available_instances = false;
    }
    if (c->iommu_group)
        c->iommu_group->has_number = true;      /* 0 if it is not said */
    for (uint32_t i = 0; i < c->n_attrs;) {
        if (c->attrs[i]->name && c->attrs[i]->value)
            i++;
        else
            model_list_remove(c->attrs, c->n_attrs, i);
    }
}

/* Fields with a name of one character and a value; the last of a name counts, where its first stood. */
static void
tidy_vpd_fields(struct nodedev_vpd_field **fields, uint32_t *n_fields)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < *n_fields; i++) {
        struct nodedev_vpd_field *field = fields[i];
        uint32_t at = 0;
        if (!field->value || !field->index || strlen(field->index) != 1)
            continue;
        while (at < n && strcmp(fields[at]->index, field->index))
            at++;
        fields[at] = field;
        n = MAX(n, at + 1);
    }
    *n_fields = n;
}

/* What can be read only, then what can be written; the last of each counts. */
static void
tidy_vpd(struct nodedev_capability *c)
{
    struct nodedev_vpd_fields *last[NODEDEV_VPD_ACCESS_COUNT] = { NULL };

    for (uint32_t i = 0; i < c->n_fields; i++)
        last[c->fields[i]->access] = c->fields[i];
    c->n_fields = 0;
    for (unsigned i = NODEDEV_VPD_ACCESS_UNSET + 1; i < G_N_ELEMENTS(last); i++) {
        struct nodedev_vpd_fields *f = last[i];
        if (!f)
            continue;
        tidy_vpd_fields(f->vendor_fields, &f->n_vendor_fields);
        if (f->access == NODEDEV_VPD_ACCESS_READWRITE) {
            f->change_level = f->manufacture_id = f->part_number = f->serial_number = NULL;
            tidy_vpd_fields(f->system_fields, &f->n_system_fields);
        } else {
            f->asset_tag = NULL;
            f->n_system_fields = 0;
        }
        c->fields[c->n_fields++] = f;
    }
}

int
nodedev_tidy(const struct node_device_def *def, struct nodedev_capability *c, struct err *err)
{
    switch (c->type) {
    case NODEDEV_CAP_SYSTEM:
        if (!c->firmware)
            c->firmware = model_new(def, struct nodedev_firmware);
        break;
    case NODEDEV_CAP_PCI:
        if (tidy_pci(def, c, err) < 0)
            return -1;
        break;
    case NODEDEV_CAP_NET:
        tidy_net(c);
        break;
    case NODEDEV_CAP_SCSI_HOST:
        if (c->unique_id < 0)
            c->has_unique_id = false;
        break;
    case NODEDEV_CAP_STORAGE:
        for (uint32_t i = 0; i < c->n_capabilities; i++)
            if (c->capabilities[i]->type == NODEDEV_CAP_REMOVABLE)
                c->has_size = false;            /* the medium has one */
        break;
    case NODEDEV_CAP_REMOVABLE:
        c->media_available = c->media_available == 1;
        c->has_media_available = true;
        break;
    case NODEDEV_CAP_PHYS_FUNCTION:
        c->n_addresses = MIN(c->n_addresses, 1);
        break;
    case NODEDEV_CAP_VIRT_FUNCTIONS:
        if (!c->max_count)
            c->has_max_count = false;
        break;
    case NODEDEV_CAP_VPD:
        tidy_vpd(c);
        break;
    case NODEDEV_CAP_MDEV:
        tidy_mdev(c);
        break;
    default:
        break;
    }
    return 0;
}
