/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * validate: what this driver cannot run is refused when it is defined, with
 * the reason.  See domain-host.h.  Nothing waits.
 */
#include "drivers/qemu/domain-host.h"

#define ERR_FROM VIR_FROM_QEMU

static int
unsupported(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static int
unsupported(struct err *err, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    g_autofree char *text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "%s", text);
}

static int
validate_disk(const struct domain_def *def, const struct domain_disk *d, struct err *err)
{
    for (uint32_t i = 0; i < def->n_disks && def->disks[i] != d; i++) {
        if (str_is(def->disks[i]->target, d->target))
            return err_set(err, VIR_ERR_XML_ERROR, "two disks have the target '%s'; each needs its own", d->target);
    }
    if (d->bus == DISK_BUS_XEN || d->bus == DISK_BUS_UML)
        return unsupported(err, "disk %s: QEMU has no bus '%s'", d->target, disk_bus_str(d->bus));
    if (d->bus == DISK_BUS_SATA && !domain_find_controller(def, CONTROLLER_TYPE_SATA, 0))
        return unsupported(err, "disk %s: machine '%s' has no SATA", d->target, def->os->machine);
    if (d->bus == DISK_BUS_IDE && machine_is_q35(def))
        return unsupported(err, "disk %s: machine '%s' has no IDE; use bus='sata'", d->target, def->os->machine);
    if (d->device == DISK_DEVICE_LUN && d->bus != DISK_BUS_SCSI && d->bus != DISK_BUS_VIRTIO)
        return unsupported(err, "disk %s: device='lun' needs bus scsi or virtio, not %s", d->target, disk_bus_str(d->bus));
    if (d->device == DISK_DEVICE_CDROM && d->bus == DISK_BUS_VIRTIO)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "disk %s: a CD-ROM cannot sit on the virtio bus; use sata, scsi or ide",
                       d->target);
    if (d->driver && d->driver->name && strcmp(d->driver->name, "qemu"))
        return unsupported(err, "disk %s: driver name '%s' is not one of this driver; use 'qemu'", d->target, d->driver->name);
    const struct device_address *a = d->info.address;
    if (a && a->type == ADDRESS_TYPE_DRIVE && d->bus != DISK_BUS_SCSI && a->target)
        return unsupported(err, "disk %s: bus %s has target 0 only", d->target, disk_bus_str(d->bus));
    return 0;
}

static int
same_drive(const struct domain_def *def, struct err *err)
{
    for (uint32_t i = 0; i < def->n_disks; i++) {
        for (uint32_t k = 0; k < i; k++) {
            const struct domain_disk *a = def->disks[i], *b = def->disks[k];
            const struct device_address *x = a->info.address, *y = b->info.address;
            if (a->bus == b->bus && x && y && x->type == ADDRESS_TYPE_DRIVE && y->type == ADDRESS_TYPE_DRIVE &&
                x->controller == y->controller && x->bus == y->bus && x->target == y->target && x->unit == y->unit)
                return err_set(err, VIR_ERR_XML_ERROR,
                               "disks %s and %s are both on %s controller %u, bus %u, target %u, unit %u", b->target,
                               a->target, disk_bus_str(a->bus), x->controller, x->bus, x->target, x->unit);
        }
    }
    return 0;
}

static int
validate_controllers(const struct domain_def *def, struct err *err)
{
    for (uint32_t i = 0; i < def->n_controllers; i++) {
        const struct domain_controller *c = def->controllers[i];
        if (c->type == CONTROLLER_TYPE_IDE && c->index && machine_is_i440fx(def))
            return unsupported(err, "machine '%s' has one IDE controller (four disks), not %u", def->os->machine, c->index + 1);
        for (uint32_t k = 0; k < i; k++) {
            const struct domain_controller *o = def->controllers[k];
            if (o->type == c->type && o->index == c->index && c->type != CONTROLLER_TYPE_USB)
                return err_set(err, VIR_ERR_XML_ERROR, "two %s controllers have index %u", controller_type_str(c->type),
                               c->index);
        }
    }
    return 0;
}

static int
validate_usb(const struct domain_def *def, struct err *err)
{
    bool none = false;
    for (uint32_t i = 0; i < def->n_controllers; i++)
        none = none || (def->controllers[i]->type == CONTROLLER_TYPE_USB && str_is(def->controllers[i]->model, "none"));
    if (!none)
        return 0;
    const char *what = NULL;
    for (uint32_t i = 0; i < def->n_inputs; i++)
        what = def->inputs[i]->bus == INPUT_BUS_USB ? "input" : what;
    for (uint32_t i = 0; i < def->n_disks; i++)
        what = def->disks[i]->bus == DISK_BUS_USB ? "disk" : what;
    if (def->n_redirdevs)
        what = "redirdev";
    if (def->n_hubs)
        what = "hub";
    if (what)
        return err_set(err, VIR_ERR_XML_ERROR, "the guest has no USB (controller model 'none') but a USB %s", what);
    return 0;
}

static int
validate_inputs(const struct domain_def *def, struct err *err)
{
    for (uint32_t i = 0; i < def->n_inputs; i++) {
        const struct domain_input *in = def->inputs[i];
        if (in->bus == INPUT_BUS_XEN || in->bus == INPUT_BUS_PARALLELS)
            return unsupported(err, "input bus '%s' is not one of QEMU's", input_bus_str(in->bus));
        if (in->bus == INPUT_BUS_PS2 && in->type != INPUT_TYPE_MOUSE && in->type != INPUT_TYPE_KEYBOARD)
            return err_set(err, VIR_ERR_INTERNAL_ERROR, "a %s cannot sit on the ps2 bus; use usb or virtio",
                           input_type_str(in->type));
    }
    return 0;
}

static int
validate_cpu(const struct domain_def *def, const struct qemu_caps *caps, struct err *err)
{
    const struct qemu_machine *m = qemu_caps_machine(caps, def->os->machine);
    if (m && m->max_cpus && def->vcpu->max > m->max_cpus)
        return unsupported(err, "machine '%s' takes at most %u vcpus, %u were asked for", def->os->machine, m->max_cpus,
                           def->vcpu->max);
    const struct cpu_topology *t = def->cpu ? def->cpu->topology : NULL;
    if (t) {
        uint64_t all = (uint64_t)t->sockets * (t->dies ? t->dies : 1) * (t->clusters ? t->clusters : 1) * t->cores * t->threads;
        if (all != def->vcpu->max)
            return unsupported(err, "CPU topology multiplies to %llu vcpus but the guest has %u", (unsigned long long)all,
                               def->vcpu->max);
    }
    if (def->cpu && def->cpu->mode == CPU_MODE_HOST_PASSTHROUGH && def->type != DOMAIN_VIRT_KVM)
        return unsupported(err, "CPU mode 'host-passthrough' needs KVM; guests of type %s can use 'maximum' or a model",
                           domain_virt_str(def->type));
    return 0;
}

int
qemu_validate(const struct domain_def *def, const struct qemu_caps *caps, struct qemu_host *host, struct err *err)
{
    if (strchr(def->name, '/'))
        return err_set(err, VIR_ERR_XML_ERROR, "the guest's name '%s' contains a '/'", def->name);
    if (strlen(def->name) > 255 - 4)
        return err_set(err, VIR_ERR_XML_ERROR, "the guest's name has %zu bytes; files limit it to 251", strlen(def->name));
    for (uint32_t i = 0; i < def->n_disks; i++) {
        if (validate_disk(def, def->disks[i], err) < 0)
            return -1;
    }
    return same_drive(def, err) < 0 || validate_controllers(def, err) < 0 || validate_usb(def, err) < 0 ||
           validate_inputs(def, err) < 0 || validate_cpu(def, caps, err) < 0 ? -1 : 0;
}
