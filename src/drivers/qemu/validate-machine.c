/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * validate-machine: devices that only some machines and some QEMU binaries have: serial ports and consoles by
 * architecture, video and sound cards, PS/2, ports and adapters of PCs.  See domain-host.h.
 * Called by: qemu_validate().  Nothing waits.
 */
#include "drivers/qemu/domain-host.h"

#define ERR_FROM VIR_FROM_QEMU
#define UNSUPPORTED(...) err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, __VA_ARGS__)

/* ---- serial ports and consoles -------------------------------------------------------------- */

static bool
is_virt(const struct domain_def *def, bool right_arch)
{
    return machine_is(def, "virt") && right_arch;
}

static int
check_serial(const struct domain_def *def, const struct chardev_target *t, struct err *err)
{
    static const enum chardev_target_type type_of[CHARDEV_TARGET_MODEL_COUNT] = {
        [CHARDEV_TARGET_MODEL_ISA_SERIAL] = CHARDEV_TARGET_TYPE_ISA_SERIAL,
        [CHARDEV_TARGET_MODEL_PCI_SERIAL] = CHARDEV_TARGET_TYPE_PCI_SERIAL,
        [CHARDEV_TARGET_MODEL_USB_SERIAL] = CHARDEV_TARGET_TYPE_USB_SERIAL,
        [CHARDEV_TARGET_MODEL_SPAPR_VTY] = CHARDEV_TARGET_TYPE_SPAPR_VIO_SERIAL,
        [CHARDEV_TARGET_MODEL_SCLPCONSOLE] = CHARDEV_TARGET_TYPE_SCLP_SERIAL,
        [CHARDEV_TARGET_MODEL_SCLPLMCONSOLE] = CHARDEV_TARGET_TYPE_SCLP_SERIAL,
        [CHARDEV_TARGET_MODEL_PL011] = CHARDEV_TARGET_TYPE_SYSTEM_SERIAL,
        [CHARDEV_TARGET_MODEL_16550A] = CHARDEV_TARGET_TYPE_SYSTEM_SERIAL,
    };
    enum chardev_target_type want = type_of[t->model];
    bool fits = t->type == CHARDEV_TARGET_TYPE_SPAPR_VIO_SERIAL ? machine_is(def, "pseries")
                : t->type == CHARDEV_TARGET_TYPE_SCLP_SERIAL    ? arch_is_s390(def)
                : t->model == CHARDEV_TARGET_MODEL_PL011        ? is_virt(def, arch_is_arm(def))
                : t->model == CHARDEV_TARGET_MODEL_16550A       ? is_virt(def, arch_is_riscv(def))
                                                                : true;
    if (want && t->type != want)
        return UNSUPPORTED("a serial port with the model '%s' is of type '%s', not '%s'",
                           chardev_target_model_str(t->model), chardev_target_type_str(want),
                           t->type ? chardev_target_type_str(t->type) : "");
    return fits ? 0
                : UNSUPPORTED("machine '%s' has no serial port of type '%s'", def->os->machine,
                              chardev_target_type_str(t->type));
}

/* ---- what a QEMU binary has ----------------------------------------------------------------- */

static int
check_video(const struct qemu_caps *caps, enum video_type type, struct err *err)
{
    static const char *const devices[VIDEO_TYPE_COUNT] = {
        [VIDEO_TYPE_VGA] = "VGA", [VIDEO_TYPE_CIRRUS] = "cirrus-vga",   [VIDEO_TYPE_VMVGA] = "vmware-svga",
        [VIDEO_TYPE_QXL] = "qxl", [VIDEO_TYPE_BOCHS] = "bochs-display", [VIDEO_TYPE_RAMFB] = "ramfb",
    };
    return !devices[type] || qemu_caps_has_type(caps, devices[type])
               ? 0
               : UNSUPPORTED("this QEMU has no '%s', which a video device '%s' needs", devices[type],
                             video_type_str(type));
}

static int
check_controller(const struct qemu_caps *caps, const struct domain_controller *c, struct err *err)
{
    static const struct { const char *model, *device; } adapters[] = {
        { "lsilogic", "lsi53c895a" },
        { "lsisas1068", "mptsas1068" },
        { "lsisas1078", "megasas" },
        { "vmpvscsi", "pvscsi" },
    };
    const char *device = c->type == CONTROLLER_TYPE_SATA ? "ich9-ahci" : NULL;
    for (size_t i = 0; c->type == CONTROLLER_TYPE_SCSI && i < G_N_ELEMENTS(adapters); i++)
        if (str_is(c->model, adapters[i].model))
            device = adapters[i].device;
    return !device || qemu_caps_has_type(caps, device)
               ? 0
               : UNSUPPORTED("this QEMU has no '%s', which a %s controller needs", device,
                             controller_type_str(c->type));
}

static int
check_sound(const struct qemu_caps *caps, const struct domain_sound *s, struct err *err)
{
    return s->model != SOUND_MODEL_ICH9 || qemu_caps_has_type(caps, "ich9-intel-hda")
               ? 0
               : UNSUPPORTED("this QEMU has no 'ich9-intel-hda', which a sound device 'ich9' needs");
}

static int
check_input(const struct qemu_caps *caps, const struct domain_input *i, struct err *err)
{
    bool ccw = i->info.address && i->info.address->type == ADDRESS_TYPE_CCW;
    if (i->type == INPUT_TYPE_PASSTHROUGH && ccw && !qemu_caps_has_type(caps, "virtio-input-host-ccw"))
        return UNSUPPORTED("this QEMU has no 'virtio-input-host-ccw', which an input of type '%s' needs",
                           input_type_str(i->type));
    return i->bus != INPUT_BUS_PS2 || qemu_caps_has_type(caps, "i8042")
               ? 0
               : UNSUPPORTED("this QEMU has no PS/2, where a %s is to be", input_type_str(i->type));
}

int
qemu_validate_board(const struct domain_def *def, const struct qemu_caps *caps, struct err *err)
{
    bool sleeps = def->pm && (def->pm->suspend_to_mem || def->pm->suspend_to_disk);

    if (sleeps && !qemu_caps_has_type(caps, "PIIX4_PM") && !qemu_caps_has_type(caps, "ICH9-LPC"))
        return UNSUPPORTED("machine '%s' has no states of sleep that <pm> could allow", def->os->machine);
    return 0;
}

int
qemu_validate_kind(const struct domain_def *def, const char *kind, uint32_t at, const struct qemu_caps *caps,
                   struct err *err)
{
    if (!strcmp(kind, "serial"))
        return def->serials[at]->target ? check_serial(def, def->serials[at]->target, err) : 0;
    if (!strcmp(kind, "parallel") && (arch_is_s390(def) || machine_is(def, "pseries")))
        return UNSUPPORTED("machine '%s' has no parallel ports", def->os->machine);
    if (!strcmp(kind, "video"))
        return check_video(caps, def->videos[at]->model->type, err);
    if (!strcmp(kind, "controller"))
        return check_controller(caps, def->controllers[at], err);
    if (!strcmp(kind, "input"))
        return check_input(caps, def->inputs[at], err);
    return !strcmp(kind, "sound") ? check_sound(caps, def->sounds[at], err) : 0;
}
