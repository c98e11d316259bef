/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * validate: where devices of this driver cannot sit, and what character devices lack, is refused when a
 * guest is defined, with the reason.  See domain-host.h; validate-guest.c has the guest as a whole,
 * validate-devices.c the devices.  Nothing waits.
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
same_drive(const struct domain_def *def, struct err *err)
{
    for (uint32_t i = 0; i < def->n_disks; i++) {
        for (uint32_t k = 0; k < i; k++) {
            const struct domain_disk *a = def->disks[i], *b = def->disks[k];
            const struct device_address *x = a->info.address, *y = b->info.address;
            if (a->bus == b->bus && x && y && x->type == ADDRESS_TYPE_DRIVE &&
                y->type == ADDRESS_TYPE_DRIVE && x->controller == y->controller && x->bus == y->bus &&
                x->target == y->target && x->unit == y->unit)
                return err_set(err, VIR_ERR_XML_ERROR,
                               "disks %s and %s are both on %s controller %u, bus %u, target %u, unit %u",
                               b->target, a->target, disk_bus_str(a->bus), x->controller, x->bus, x->target,
                               x->unit);
        }
    }
    return 0;
}

static int
validate_usb(const struct domain_def *def, struct err *err)
{
    bool none = false;
    for (uint32_t i = 0; i < def->n_controllers; i++)
        none = none || (def->controllers[i]->type == CONTROLLER_TYPE_USB &&
                        str_is(def->controllers[i]->model, "none"));
    const char *what = none ? qemu_usb_device(def) : NULL;
    if (what)
        return unsupported(err, "the guest has no USB (controller model 'none') but a USB %s", what);
    return 0;
}

static bool
has_spice(const struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_graphics; i++) {
        if (def->graphics[i]->type == GRAPHICS_TYPE_SPICE)
            return true;
    }
    return false;
}

static int
validate_chardev(const struct domain_def *def, const char *kind, const struct chardev_source *s,
                 struct err *err)
{
    if ((s->type == CHARDEV_TYPE_SPICEVMC || s->type == CHARDEV_TYPE_SPICEPORT) && !has_spice(def))
        return unsupported(err, "a %s of type '%s' needs <graphics type='spice'/>", kind,
                           chardev_type_str(s->type));
    return 0;
}

/* What a serial port is decides which models it has, where it sits and on which machines it is. */
static int
validate_serial(const struct domain_def *def, const struct domain_chardev *c, struct err *err)
{
    static const struct {
        enum chardev_target_type type;
        enum address_type address;
        enum chardev_target_model models[3];
    } kinds[] = {
        { CHARDEV_TARGET_TYPE_ISA_SERIAL, ADDRESS_TYPE_ISA, { CHARDEV_TARGET_MODEL_ISA_SERIAL } },
        { CHARDEV_TARGET_TYPE_USB_SERIAL, ADDRESS_TYPE_USB, { CHARDEV_TARGET_MODEL_USB_SERIAL } },
        { CHARDEV_TARGET_TYPE_PCI_SERIAL, ADDRESS_TYPE_PCI, { CHARDEV_TARGET_MODEL_PCI_SERIAL } },
        { CHARDEV_TARGET_TYPE_SPAPR_VIO_SERIAL, ADDRESS_TYPE_SPAPR_VIO, { CHARDEV_TARGET_MODEL_SPAPR_VTY } },
        { CHARDEV_TARGET_TYPE_SYSTEM_SERIAL,
          ADDRESS_TYPE_UNSET,
          { CHARDEV_TARGET_MODEL_PL011, CHARDEV_TARGET_MODEL_16550A } },
        { CHARDEV_TARGET_TYPE_SCLP_SERIAL,
          ADDRESS_TYPE_UNSET,
          { CHARDEV_TARGET_MODEL_SCLPCONSOLE, CHARDEV_TARGET_MODEL_SCLPLMCONSOLE } },
        { CHARDEV_TARGET_TYPE_ISA_DEBUG, ADDRESS_TYPE_ISA, { CHARDEV_TARGET_MODEL_ISA_DEBUGCON } },
    };
    enum address_type a = c->info.address ? c->info.address->type : ADDRESS_TYPE_UNSET;
    if (!c->target)
        return 0;
    const char *type = chardev_target_type_str(c->target->type);
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (kinds[i].type != c->target->type)
            continue;
        bool known = !c->target->model;
        for (size_t k = 0; k < 3 && kinds[i].models[k]; k++)
            known = known || kinds[i].models[k] == c->target->model;
        if (!known)
            return unsupported(err, "a serial port of type '%s' cannot have model '%s'", type,
                               chardev_target_model_str(c->target->model));
        if (a && !kinds[i].address)
            return unsupported(err, "a serial port of type '%s' is a part of the board and has no address",
                               type);
        if (a && a != kinds[i].address)
            return unsupported(err, "a serial port of type '%s' needs an address of type '%s', not '%s'",
                               type, address_type_str(kinds[i].address), address_type_str(a));
    }
    if ((c->target->type == CHARDEV_TARGET_TYPE_SPAPR_VIO_SERIAL && !machine_is(def, "pseries")) ||
        (c->target->type == CHARDEV_TARGET_TYPE_SCLP_SERIAL && !arch_is_s390(def)))
        return unsupported(err, "machine '%s' has no serial port of type '%s'", def->os->machine, type);
    return 0;
}

static int
validate_chardevs(const struct domain_def *def, const char *kind, uint32_t at, struct err *err)
{
    if (!strcmp(kind, "serial"))
        return validate_chardev(def, "serial port", &def->serials[at]->source, err) < 0
                   ? -1
                   : validate_serial(def, def->serials[at], err);
    if (!strcmp(kind, "console")) {
        const struct domain_chardev *c = def->consoles[at];
        bool port = c->target->type == CHARDEV_TARGET_TYPE_SERIAL;      /* it has been told of the port */
        return port ? 0 : validate_chardev(def, "console", &c->source, err);
    }
    if (!strcmp(kind, "parallel"))
        return validate_chardev(def, "parallel port", &def->parallels[at]->source, err);
    if (!strcmp(kind, "channel"))
        return validate_chardev(def, "channel", &def->channels[at]->source, err);
    if (!strcmp(kind, "redirdev"))
        return validate_chardev(def, "redirdev", &def->redirdevs[at]->source, err);
    if (!strcmp(kind, "rng") && def->rngs[at]->backend->model == RNG_BACKEND_MODEL_EGD)
        return validate_chardev(def, "source of random numbers", &def->rngs[at]->backend->source, err);
    if (!strcmp(kind, "smartcard") && def->smartcards[at]->mode == SMARTCARD_MODE_PASSTHROUGH)
        return validate_chardev(def, "smartcard", &def->smartcards[at]->source, err);
    return 0;
}

static int
validate_address(const struct domain_def *def, const char *kind, const void *device,
                 const struct device_info *info, struct err *err)
{
    enum address_type t = info->address ? info->address->type : ADDRESS_TYPE_UNSET;
    if (strcmp(kind, "disk") && qemu_validate_scsi_place(def, kind, info->address, err) < 0)
        return -1;
    bool isa = !strcmp(kind, "serial") && t == ADDRESS_TYPE_ISA;
    if (info->acpi && info->acpi->index && t && t != ADDRESS_TYPE_PCI && !isa) {
        g_autofree char *name = device_describe(kind, device);
        return unsupported(
            err, "%s: <acpi index='%u'> is for PCI devices, not for one with an address of type '%s'", name,
            info->acpi->index, address_type_str(t));
    }
    if (t == ADDRESS_TYPE_CCW && !arch_is_s390(def)) {
        g_autofree char *name = device_describe(kind, device);
        return unsupported(err, "%s: machine '%s' has no CCW addresses", name, def->os->machine);
    }
    if (info->rom && t && t != ADDRESS_TYPE_PCI) {
        g_autofree char *name = device_describe(kind, device);
        return unsupported(err, "%s: <rom> is for PCI devices, not for one with an address of type '%s'",
                           name, address_type_str(t));
    }
    if (t == ADDRESS_TYPE_PCI && info->address->zpci && !arch_is_s390(def) &&
        (info->address->zpci->has_uid || info->address->zpci->has_fid)) {
        g_autofree char *name = device_describe(kind, device);
        return unsupported(err, "%s: machine '%s' has no zPCI", name, def->os->machine);
    }
    return 0;
}

/* Where there is no PCI there is nothing that more buses could be behind. */
int
qemu_validate_no_pci(const struct domain_def *def, struct err *err)
{
    if (!qemu_board_without_pci(def))
        return 0;
    for (uint32_t i = 0; i < def->n_controllers; i++) {
        const struct domain_controller *c = def->controllers[i];
        if (c->type != CONTROLLER_TYPE_PCI || !c->model || str_is(c->model, "pci-root") ||
            str_is(c->model, "pcie-root") || g_str_has_suffix(c->model, "-expander-bus"))
            continue;
        return err_set_from(err, str_is(c->model, "pci-bridge") ? VIR_FROM_QEMU : VIR_FROM_DOMAIN,
                            VIR_ERR_INTERNAL_ERROR, "PCI controller %u ('%s'): machine '%s' has no PCI",
                            c->index, c->model, def->os->machine);
    }
    return 0;
}

int
qemu_validate_device(struct domain_def *def, const char *kind, uint32_t at, void *device,
                     struct device_info *info, void *data, struct err *err)
{
    const struct qemu_check *c = data;
    if ((info && validate_address(def, kind, device, info, err) < 0) ||
        validate_chardevs(def, kind, at, err) < 0 || qemu_validate_kind(def, kind, at, c->caps, err) < 0)
        return -1;
    return qemu_validate_here(def, kind, at, c, err);
}

int
qemu_validate_whole(const struct domain_def *def, struct err *err)
{
    return same_drive(def, err) < 0 ? -1 : validate_usb(def, err);
}
