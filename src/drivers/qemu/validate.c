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
    if (d->bus == DISK_BUS_SATA && !domain_find_controller(def, CONTROLLER_TYPE_SATA, 0))
        return unsupported(err, "disk %s: machine '%s' has no SATA", d->target, def->os->machine);
    if (d->bus == DISK_BUS_IDE && machine_is_q35(def))
        return unsupported(err, "disk %s: machine '%s' has no IDE; use bus='sata'", d->target,
                           def->os->machine);
    if (d->device == DISK_DEVICE_LUN && d->bus != DISK_BUS_SCSI && d->bus != DISK_BUS_VIRTIO)
        return unsupported(err, "disk %s: device='lun' needs bus scsi or virtio, not %s", d->target,
                           disk_bus_str(d->bus));
    if (d->device == DISK_DEVICE_CDROM && d->bus == DISK_BUS_VIRTIO)
        return unsupported(err, "disk %s: a CD-ROM cannot sit on the virtio bus; use sata, scsi or ide",
                           d->target);
    if (d->driver && d->driver->name && strcmp(d->driver->name, "qemu"))
        return unsupported(err, "disk %s: driver name '%s' is not one of this driver; use 'qemu'", d->target,
                           d->driver->name);
    if (d->shareable && d->driver && d->driver->type != STORAGE_FORMAT_RAW &&
        d->driver->type != STORAGE_FORMAT_UNSET)
        return unsupported(
            err, "disk %s: an image that guests share has to be raw; %s keeps state that only one can write",
            d->target, storage_format_str(d->driver->type));
    return 0;
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
        return unsupported(err, "the guest has no USB (controller model 'none') but a USB %s", what);
    return 0;
}

static int
validate_cpu(const struct domain_def *def, const struct qemu_caps *caps, struct err *err)
{
    const struct qemu_machine *m = qemu_caps_machine(caps, def->os->machine);
    if (m && m->max_cpus && def->vcpu->max > m->max_cpus)
        return unsupported(err, "machine '%s' takes at most %u vcpus, %u were asked for", def->os->machine,
                           m->max_cpus, def->vcpu->max);
    const struct cpu_topology *t = def->cpu ? def->cpu->topology : NULL;
    if (t) {
        uint64_t all = (uint64_t)t->sockets * (t->dies ? t->dies : 1) * (t->clusters ? t->clusters : 1) *
                       t->cores * t->threads;
        if (all != def->vcpu->max)
            return unsupported(err, "CPU topology multiplies to %llu vcpus but the guest has %u",
                               (unsigned long long)all, def->vcpu->max);
    }
    const struct domain_cpu *cpu = def->cpu;
    if (!cpu)
        return 0;
    if (cpu->mode == CPU_MODE_MAXIMUM && !qemu_caps_cpu(caps, QEMU_ACCEL_TCG, "max") &&
        !qemu_caps_cpu(caps, QEMU_ACCEL_KVM, "max"))
        return unsupported(err, "emulator '%s' has no CPU 'max', which mode 'maximum' stands for",
                           def->emulator);
    const struct cpu_cache *cache = cpu->cache;
    if (cache && cache->mode == CPU_CACHE_MODE_PASSTHROUGH && cpu->mode != CPU_MODE_HOST_PASSTHROUGH &&
        cpu->mode != CPU_MODE_MAXIMUM)
        return unsupported(
            err, "the CPU's <cache mode='passthrough'> is for the modes host-passthrough and maximum");
    if (cache && cache->mode == CPU_CACHE_MODE_EMULATE && cache->level != 3)
        return unsupported(err, "the CPU's <cache mode='emulate'> is for level 3");
    const struct cpu_physaddr *p = cpu->maxphysaddr;
    if (p && p->mode == CPU_PHYSADDR_MODE_PASSTHROUGH && p->bits)
        return unsupported(
            err, "<maxphysaddr mode='passthrough'> takes the bits of the host; its bits= has to go");
    return 0;
}

/* ---- odds and ends, each with what the user can do ------------------------------------------ */

static int
validate_os(const struct domain_def *def, struct err *err)
{
    const struct os_loader *l = def->os->loader;
    if (l && l->secure == TRI_YES) {
        if (l->type && l->type != LOADER_TYPE_PFLASH)
            return unsupported(err, "a secure loader has to be a pflash image");
        if (!machine_is_q35(def))
            return unsupported(err, "secure boot needs a q35 machine, not '%s'", def->os->machine);
        if (l->path && !(def->features && def->features->smm && def->features->smm->state == TRI_ON))
            return unsupported(
                err, "secure boot needs system management mode: add <smm state='on'/> to <features>");
    }
    return 0;
}

static int
validate_memory(const struct domain_def *def, struct err *err)
{
    const struct cpu_numa *numa = def->cpu ? def->cpu->numa : NULL;
    if (def->max_memory && !(numa && numa->n_cells) && arch_is_x86(def))
        return unsupported(
            err, "memory can only be plugged in (maxMemory) where the guest has NUMA cells: add <numa> to "
                 "<cpu>");
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

static int
validate_chardevs(const struct domain_def *def, struct err *err)
{
    for (uint32_t i = 0; i < def->n_serials; i++) {
        if (validate_chardev(def, "serial port", &def->serials[i]->source, err) < 0)
            return -1;
    }
    for (uint32_t i = 0; i < def->n_parallels; i++) {
        if (validate_chardev(def, "parallel port", &def->parallels[i]->source, err) < 0)
            return -1;
    }
    for (uint32_t i = 0; i < def->n_channels; i++) {
        if (validate_chardev(def, "channel", &def->channels[i]->source, err) < 0)
            return -1;
    }
    for (uint32_t i = 0; i < def->n_redirdevs; i++) {
        if (validate_chardev(def, "redirdev", &def->redirdevs[i]->source, err) < 0)
            return -1;
    }
    for (uint32_t i = 0; i < def->n_smartcards; i++) {
        if (def->smartcards[i]->mode == SMARTCARD_MODE_PASSTHROUGH &&
            validate_chardev(def, "smartcard", &def->smartcards[i]->source, err) < 0)
            return -1;
    }
    return 0;
}

/* What the builder would pass over in silence must not be promised. */
static int
validate_absent(const struct domain_def *def, struct err *err)
{
    if (def->launch_security)
        return unsupported(err, "encrypted guests (launchSecurity '%s') cannot be started yet",
                           launch_security_type_str(def->launch_security->type));
    if (def->n_cryptos)
        return unsupported(err, "virtio crypto devices cannot be started yet");
    for (uint32_t i = 0; i < def->n_memories; i++) {
        if (def->memories[i]->model != MEMORY_MODEL_DIMM)
            return unsupported(err, "memory devices of model '%s' cannot be started yet; 'dimm' can",
                               memory_model_str(def->memories[i]->model));
    }
    return 0;
}

static int
validate_address(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    struct err *err = data;
    enum address_type t = info->address ? info->address->type : ADDRESS_TYPE_UNSET;
    if (t == ADDRESS_TYPE_CCW && !arch_is_s390(def)) {
        g_autofree char *name = device_describe(kind, device);
        return unsupported(err, "%s: machine '%s' has no CCW addresses", name, def->os->machine);
    }
    if (t == ADDRESS_TYPE_VIRTIO_MMIO && !arch_is_arm(def) && def->os->arch != ARCH_RISCV64) {
        g_autofree char *name = device_describe(kind, device);
        return unsupported(err, "%s: machine '%s' has no virtio-mmio addresses", name, def->os->machine);
    }
    return 0;
}

static int
validate_pci_root(const struct domain_def *def, struct err *err)
{
    const char *want = machine_is_i440fx(def) ? "pci-root" : machine_is_q35(def) ? "pcie-root" : NULL;
    const struct domain_controller *c = domain_find_controller(def, CONTROLLER_TYPE_PCI, 0);
    if (want && c && !str_is(c->model, want))
        return err_set(err, VIR_ERR_XML_ERROR, "machine '%s' has a '%s' as its PCI controller 0, not '%s'",
                       def->os->machine, want, c->model ? c->model : "");
    return 0;
}

static int
validate_acpi(const struct domain_def *def, struct err *err)
{
    bool acpi = def->features && def->features->acpi;
    bool uefi = def->os->firmware == OS_FIRMWARE_EFI ||
                (def->os->loader && def->os->loader->type == LOADER_TYPE_PFLASH);
    if (acpi && !uefi && def->os->arch == ARCH_AARCH64)
        return unsupported(
            err, "ACPI on this architecture needs UEFI: use firmware='efi' in <os>, or leave <acpi/> out");
    if (uefi && !acpi && (arch_is_x86(def) || def->os->arch == ARCH_AARCH64))
        return unsupported(err, "UEFI firmware needs ACPI: add <acpi/> to <features>");
    return 0;
}

int
qemu_validate_early(const struct domain_def *def, struct err *err)
{
    if (validate_acpi(def, err) < 0)
        return -1;
    for (uint32_t i = 0; i < def->n_controllers; i++) {
        const struct domain_controller *c = def->controllers[i];
        if (c->type == CONTROLLER_TYPE_IDE && c->index && machine_is_i440fx(def))
            return unsupported(err, "machine '%s' has one IDE controller (four disks), not %u",
                               def->os->machine, c->index + 1);
    }
    return validate_pci_root(def, err);
}

static int
validate_timer(const struct domain_def *def, const struct domain_timer *t, struct err *err)
{
    const char *name = timer_name_str(t->name);
    switch (t->name) {
    case TIMER_NAME_PLATFORM:
        return unsupported(err, "QEMU has no timer '%s'", name);
    case TIMER_NAME_ARMVTIMER:
        if (def->type != DOMAIN_VIRT_KVM || !arch_is_arm(def))
            return unsupported(err, "the timer '%s' is for ARM guests with KVM", name);
        break;
    case TIMER_NAME_PIT:
        if (t->tickpolicy == TIMER_TICKPOLICY_MERGE)
            return unsupported(err, "the timer '%s' has no tickpolicy '%s'", name,
                               timer_tickpolicy_str(t->tickpolicy));
        break;
    case TIMER_NAME_RTC:
        if (t->tickpolicy == TIMER_TICKPOLICY_MERGE || t->tickpolicy == TIMER_TICKPOLICY_DISCARD)
            return unsupported(err, "the timer '%s' has no tickpolicy '%s'", name,
                               timer_tickpolicy_str(t->tickpolicy));
        if (t->track == TIMER_TRACK_BOOT)
            return unsupported(err, "the timer '%s' cannot track '%s'", name, timer_track_str(t->track));
        break;
    default:
        break;
    }
    return 0;
}

static int
validate_life(const struct domain_def *def, struct err *err)
{
    const enum lifecycle_action actions[] = { def->on_poweroff, def->on_reboot, def->on_crash };
    static const char *const names[] = { "on_poweroff", "on_reboot", "on_crash" };
    for (size_t i = 0; i < G_N_ELEMENTS(actions); i++) {
        if (actions[i] == LIFECYCLE_ACTION_RENAME_RESTART ||
            (actions[i] == LIFECYCLE_ACTION_PRESERVE && i < 2))
            return unsupported(err, "QEMU cannot '%s' a guest: <%s>", lifecycle_action_str(actions[i]),
                               names[i]);
    }
    if (def->on_reboot == LIFECYCLE_ACTION_DESTROY && def->on_poweroff == LIFECYCLE_ACTION_RESTART)
        return unsupported(err, "<on_poweroff> 'restart' and <on_reboot> 'destroy' do not go together");
    for (uint32_t i = 0; i < def->clock->n_timers; i++) {
        if (validate_timer(def, def->clock->timers[i], err) < 0)
            return -1;
    }
    if (def->os->useserial == TRI_YES && !def->n_serials)
        return err_set(err, VIR_ERR_XML_ERROR, "<bios useserial='yes'> needs a serial port");
    return 0;
}

static int
validate_machine(const struct domain_def *def, const struct qemu_caps *caps, struct err *err)
{
    if (def->os->type != OS_TYPE_HVM)
        return unsupported(err, "this driver runs guests with os type hvm, not %s",
                           os_type_str(def->os->type));
    if (def->bootloader)
        return unsupported(err, "QEMU has no <bootloader>; guests boot from a kernel or a disk");
    if (!qemu_caps_machine(caps, def->os->machine))
        return unsupported(err, "emulator '%s' has no machine '%s'; 'virsh capabilities' lists those it has",
                           def->emulator, def->os->machine);
    return 0;
}

int
qemu_validate(const struct domain_def *def, const struct qemu_caps *caps, struct qemu_host *host,
              struct err *err)
{
    if (domain_each_device((struct domain_def *)def, validate_address, err) < 0)
        return -1;
    if (strlen(def->name) > 255 - 4)
        return err_set(err, VIR_ERR_XML_ERROR, "the guest's name has %zu bytes; files limit it to 251",
                       strlen(def->name));
    for (uint32_t i = 0; i < def->n_disks; i++) {
        if (validate_disk(def, def->disks[i], err) < 0)
            return -1;
    }
    return same_drive(def, err) < 0 || validate_usb(def, err) < 0 || validate_memory(def, err) < 0 ||
                   validate_machine(def, caps, err) < 0 || validate_life(def, err) < 0 ||
                   validate_cpu(def, caps, err) < 0 || validate_os(def, err) < 0 ||
                   validate_chardevs(def, err) < 0 || qemu_validate_devices(def, caps, host, err) < 0 ||
                   validate_absent(def, err) < 0
               ? -1
               : 0;
}
