/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-controller: numbers and order of controllers, and those that devices need; see complete.h. Nothing
 * waits.
 */
#include <glib.h>
#include "model/complete.h"
#include "model/complete-devices.h"

#define ERR_FROM VIR_FROM_DOMAIN

struct domain_controller *domain_find_controller(const struct domain_def *def, enum controller_type type,
                                                 unsigned index)
{
    for (uint32_t i = 0; i < def->n_controllers; i++)
        if (def->controllers[i]->type == type && def->controllers[i]->index == index)
            return def->controllers[i];
    return NULL;
}

bool domain_find_numbered(const struct domain_def *def, enum controller_type type, unsigned index)
{
    for (uint32_t i = 0; i < def->n_controllers; i++)
        if (def->controllers[i]->type == type && def->controllers[i]->has_index &&
            def->controllers[i]->index == index)
            return true;
    return false;
}

struct domain_controller *
domain_add_controller(struct domain_def *def, enum controller_type type, unsigned index, const char *model)
{
    struct domain_controller *c = model_new(def, struct domain_controller);
    c->type = type;
    c->index = index;
    c->has_index = true;
    c->model = model_str(def, model);
    model_list_append(def, def->controllers, def->n_controllers, c);
    return c;
}

/* No machine has more; each index below the highest becomes a controller. */
enum { MAX_CONTROLLER = 255 };

static int
need_controllers(struct domain_def *def, enum controller_type type, int64_t highest, struct err *err)
{
    if (highest > MAX_CONTROLLER)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "a device of guest '%s' is on %s controller %lld; the highest is %d", def->name,
                       controller_type_str(type), (long long)highest, MAX_CONTROLLER);
    for (int i = 0; i <= highest; i++)
        if (!domain_find_controller(def, type, i))
            domain_add_controller(def, type, i, NULL);
    return 0;
}

static bool is_ich9(const struct domain_controller *c)
{
    return c->model && (g_str_has_prefix(c->model, "ich9-uhci") || !strcmp(c->model, "ich9-ehci1"));
}

/* The controllers of one USB 2 set share an index: the one before this, if it is of a set that has no such
 * controller yet. */
static struct domain_controller *set_of(const struct domain_def *def, uint32_t i)
{
    const struct domain_controller *c = def->controllers[i];
    struct domain_controller *before = NULL;
    for (uint32_t k = i; k-- > 0 && !before;)
        before = def->controllers[k]->type == c->type ? def->controllers[k] : NULL;
    if (c->type != CONTROLLER_TYPE_USB || !is_ich9(c) || !before || !before->has_index || !is_ich9(before))
        return NULL;
    for (uint32_t k = 0; k < def->n_controllers; k++) {
        const struct domain_controller *o = def->controllers[k];
        if (o->type == c->type && o->has_index && o->index == before->index && !g_strcmp0(o->model, c->model))
            return NULL;
    }
    return before;
}

bool domain_is_companion(const struct domain_controller *c)
{
    return c->type == CONTROLLER_TYPE_USB &&
        (c->has_master || c->has_master_startport || (c->model && g_str_has_prefix(c->model, "ich9-uhci")));
}

/* Those of one type stand together, and those whose index is given in its order. */
void domain_sort_controllers(struct domain_def *def)
{
    for (uint32_t i = 1; i < def->n_controllers; i++) {
        struct domain_controller *c = def->controllers[i];
        uint32_t at = i;
        bool found = false;
        for (uint32_t k = i; k-- > 0;) {
            const struct domain_controller *o = def->controllers[k];
            if (o->type != c->type)
                continue;
            at = found ? at : k + 1;
            found = true;
            if (!c->has_index || (o->has_index && o->index < c->index))
                break;
            if (!o->has_index)
                continue;
            if (o->index == c->index && !(domain_is_companion(o) && !domain_is_companion(c)))
                break;
            at = k;
        }
        memmove(&def->controllers[at + 1], &def->controllers[at], (i - at) * sizeof(void *));
        def->controllers[at] = c;
    }
}

void domain_add_hostdev_controllers(struct domain_def *def)
{
    int64_t highest = -1;
    for (uint32_t i = 0; i < def->n_hostdevs; i++) {
        const struct device_address *a = def->hostdevs[i]->info.address;
        if (def->hostdevs[i]->type == HOSTDEV_TYPE_SCSI)
            highest = MAX(highest, a && a->type == ADDRESS_TYPE_DRIVE ? (int64_t)a->controller : 0);
    }
    for (unsigned i = 0; i <= highest && highest <= MAX_CONTROLLER; i++)
        if (!domain_find_numbered(def, CONTROLLER_TYPE_SCSI, i))
            domain_add_controller(def, CONTROLLER_TYPE_SCSI, i, NULL);
}

void domain_number_controllers(struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_controllers; i++) {
        struct domain_controller *c = def->controllers[i], *first;
        unsigned free = 0;
        c->has_master_startport |= c->has_master;
        if (c->model && g_str_has_prefix(c->model, "ich9-uhci") && c->model[9] >= '1' && c->model[9] <= '3' &&
            c->type == CONTROLLER_TYPE_USB && !c->has_master_startport) {
            c->master_startport = (c->model[9] - '1') * 2;
            c->has_master_startport = true;
        }
        if (c->type == CONTROLLER_TYPE_PCI && g_strcmp0(c->model, "pci-root") &&
            g_strcmp0(c->model, "pcie-root"))
            c->pcihole64 = 0;
        if (c->has_index)
            continue;
        if ((first = set_of(def, i))) {
            free = first->index;
        } else {
            while (domain_find_numbered(def, c->type, free))
                free++;
        }
        c->index = free;
        c->has_index = true;
    }
}

static int64_t highest_drive(const struct domain_def *def, enum disk_bus bus)
{
    int64_t n = -1;
    for (uint32_t i = 0; i < def->n_disks; i++) {
        const struct domain_disk *d = def->disks[i];
        if (d->bus == bus && d->info.address && d->info.address->type == ADDRESS_TYPE_DRIVE)
            n = MAX(n, (int64_t)d->info.address->controller);
    }
    return n;
}

static void need_virtio_serial(struct domain_def *def, const struct device_address *a)
{
    unsigned index = a && a->type == ADDRESS_TYPE_VIRTIO_SERIAL ? a->controller : 0;
    if (!domain_find_controller(def, CONTROLLER_TYPE_VIRTIO_SERIAL, index))
        domain_add_controller(def, CONTROLLER_TYPE_VIRTIO_SERIAL, index, NULL);
}

/* Those that are used, and not the numbers between them. */
static void need_virtio_serials(struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_channels; i++)
        if (def->channels[i]->target && def->channels[i]->target->type == CHANNEL_TARGET_TYPE_VIRTIO)
            need_virtio_serial(def, def->channels[i]->info.address);
    for (uint32_t i = 0; i < def->n_consoles; i++)
        if (def->consoles[i]->target && def->consoles[i]->target->type == CHARDEV_TARGET_TYPE_VIRTIO)
            need_virtio_serial(def, def->consoles[i]->info.address);
}

int domain_add_implied_controllers(struct domain_def *def, struct err *err)
{
    int64_t scsi = highest_drive(def, DISK_BUS_SCSI);
    for (uint32_t i = 0; i < def->n_hostdevs; i++) {
        const struct domain_hostdev *h = def->hostdevs[i];
        if (h->type == HOSTDEV_TYPE_SCSI && h->info.address && h->info.address->type == ADDRESS_TYPE_DRIVE)
            scsi = MAX(scsi, (int64_t)h->info.address->controller);
    }
    if (need_controllers(def, CONTROLLER_TYPE_SCSI, scsi, err) < 0 ||
        need_controllers(def, CONTROLLER_TYPE_FDC, highest_drive(def, DISK_BUS_FDC), err) < 0 ||
        need_controllers(def, CONTROLLER_TYPE_IDE, highest_drive(def, DISK_BUS_IDE), err) < 0 ||
        need_controllers(def, CONTROLLER_TYPE_SATA, highest_drive(def, DISK_BUS_SATA), err) < 0)
        return -1;
    need_virtio_serials(def);
    for (uint32_t i = 0; i < def->n_smartcards; i++) {
        const struct device_address *a = def->smartcards[i]->info.address;
        unsigned ccid = a && a->type == ADDRESS_TYPE_CCID ? a->controller : 0;
        if (!domain_find_controller(def, CONTROLLER_TYPE_CCID, ccid))
            domain_add_controller(def, CONTROLLER_TYPE_CCID, ccid, NULL);
    }
    return 0;
}
