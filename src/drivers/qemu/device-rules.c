/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * device-rules: see device-rules.h.
 */
#include "drivers/qemu/device-rules.h"

#include "drivers/qemu/domain-host.h"
#include "drivers/qemu/prepare.h"
#include "model/complete.h"
#include "model/devices.h"

#define ERR_FROM VIR_FROM_QEMU

/* A device on USB comes to a guest that has USB. */
static int
needs_usb(const struct domain_def *def, bool is_usb, unsigned what, struct err *err)
{
    for (uint32_t i = 0; i < def->n_controllers && is_usb; i++)
        is_usb =
            def->controllers[i]->type != CONTROLLER_TYPE_USB || str_is(def->controllers[i]->model, "none");
    return !is_usb || what == DEVICE_CAN_GO
               ? 0
               : err_set_from(err, VIR_FROM_DOMAIN, VIR_ERR_CONFIG_UNSUPPORTED,
                              "guest '%s' has no USB; add <controller type='usb'/> first", def->name);
}

static int
refuse_input(const struct domain_def *def, const void *asked, const void *device, unsigned what,
             struct err *err)
{
    return needs_usb(def, ((const struct domain_input *)device)->bus == INPUT_BUS_USB, what, err);
}

static int
refuse_hub(const struct domain_def *def, const void *asked, const void *device, unsigned what,
           struct err *err)
{
    return needs_usb(def, true, what, err);
}

/* That of the first serial port is there with it, and goes with it. */
static int
refuse_console(const struct domain_def *def, const void *asked, const void *device, unsigned what,
              struct err *err)
{
    const struct domain_chardev *c = device;
    enum chardev_target_type t = c->target ? c->target->type : CHARDEV_TARGET_TYPE_UNSET;

    if ((t && t != CHARDEV_TARGET_TYPE_SERIAL) || what == DEVICE_CAN_CHANGE)
        return 0;
    return err_set(err, what == DEVICE_CAN_GO ? VIR_ERR_OPERATION_INVALID : VIR_ERR_OPERATION_UNSUPPORTED,
                   "a console on a serial port comes and goes with that: change the <serial>");
}

/* Nothing is chosen for what others will sit on. */
static int
refuse_controller(const struct domain_def *def, const void *asked, const void *device, unsigned what,
              struct err *err)
{
    const struct domain_controller *c = asked;
    const struct controller_target *t = c->target;
    const char *lacks;

    if (what == DEVICE_CAN_GO)
        return 0;
    if (c->type == CONTROLLER_TYPE_IDE && (!c->has_index || c->index))
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "there is one IDE controller, with index 0");
    if (c->type == CONTROLLER_TYPE_PCI && !c->model)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "a PCI controller has no model=");
    if (c->type != CONTROLLER_TYPE_PCI || g_str_has_suffix(c->model, "-root"))
        return 0;
    if (c->model_name && c->has_index && !c->index)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "the PCI controller with index 0 is the root, not a '%s'", c->model);
    lacks = !c->model_name                                                         ? "<model name=…/>"
            : str_is(c->model, "pci-bridge") && !(t && t->has_chassis_nr)         ? "<target chassisNr=…/>"
            : g_str_has_suffix(c->model, "expander-bus") && !(t && t->has_bus_nr) ? "<target busNr=…/>"
            : (str_is(c->model, "pcie-root-port") || str_is(c->model, "pcie-switch-downstream-port")) &&
                    !(t && t->has_chassis && t->has_port)
                ? "<target chassis=… port=…/>"
                : NULL;
    return lacks ? err_set(err, VIR_ERR_INTERNAL_ERROR, "the PCI controller '%s' has no %s", c->model, lacks)
                 : 0;
}

/* Nor may it be there as an interface. */
static int
refuse_hostdev(const struct domain_def *def, const void *asked, const void *device, unsigned what,
              struct err *err)
{
    if (needs_usb(def, ((const struct domain_hostdev *)device)->type == HOSTDEV_TYPE_USB, what, err) < 0)
        return -1;
    for (uint32_t i = 0; what == DEVICE_CAN_COME && i < def->n_interfaces; i++)
        if (hostdev_is_interface(device, def->interfaces[i]))
            return err_set(err, VIR_ERR_OPERATION_INVALID,
                           "guest '%s' has that device of the host as an interface", def->name);
    return 0;
}

static int
refuse_smartcard(const struct domain_def *def, const void *asked, const void *device, unsigned what,
              struct err *err)
{
    const struct domain_smartcard *s = asked;

    return s->info.address || what == DEVICE_CAN_GO
               ? 0
               : err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                         "QEMU has one smartcard reader, at controller 0, slot 0");
}

/* Those that PCs have always had are the first ones. */
static int
refuse_video(const struct domain_def *def, const void *asked, const void *device, unsigned what,
              struct err *err)
{
    const struct video_model *m = ((const struct domain_video *)device)->model;
    const struct video_model *given = ((const struct domain_video *)asked)->model;
    enum video_type t = m ? m->type : VIDEO_TYPE_DEFAULT;

    if (what == DEVICE_CAN_GO || t == VIDEO_TYPE_QXL || t == VIDEO_TYPE_VIRTIO || t == VIDEO_TYPE_NONE ||
        (given && given->primary == TRI_YES))
        return 0;
    return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "a video device '%s' has to be the first one",
                   video_type_str(t));
}

static bool
same_place(const struct device_address *a, const struct device_address *b)
{
    if (!a || !b || a->type != b->type)
        return false;
    switch (a->type) {
    case ADDRESS_TYPE_PCI:
        return a->domain == b->domain && a->bus == b->bus && a->slot == b->slot && a->function == b->function;
    case ADDRESS_TYPE_DRIVE:
        return a->controller == b->controller && a->bus == b->bus && a->target == b->target &&
               a->unit == b->unit;
    case ADDRESS_TYPE_DIMM:
        return a->number == b->number;
    default:
        return false;
    }
}

static int
is_taken(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *address)
{
    return same_place(info->address, address);
}

/* Is another device where this one shall be? */
static bool
place_taken(const struct domain_def *def, const struct device_info *info)
{
    return info->address && domain_each_device((struct domain_def *)def, is_taken, info->address);
}

static int
refuse_rng(const struct domain_def *def, const void *asked, const void *device, unsigned what,
              struct err *err)
{
    return what == DEVICE_CAN_COME && place_taken(def, &((const struct domain_rng *)device)->info)
               ? err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "another device of guest '%s' has that address",
                         def->name)
               : 0;
}

static int
refuse_memory(const struct domain_def *def, const void *asked, const void *device, unsigned what,
              struct err *err)
{
    const struct domain_memory *m = device;

    if (what != DEVICE_CAN_COME)
        return 0;
    if (!def->max_memory)
        return err_set_from(err, VIR_FROM_DOMAIN, VIR_ERR_CONFIG_UNSUPPORTED,
                            "a memory device needs <maxMemory>, the room for it");
    if (def_max_memory(def) + m->target->size > def->max_memory->size)
        return err_set_from(err, VIR_FROM_DOMAIN, VIR_ERR_CONFIG_UNSUPPORTED,
                            "with %llu KiB more guest '%s' would have more than its <maxMemory>",
                            (unsigned long long)m->target->size, def->name);
    if (def->n_memories >= def->max_memory->slots)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "guest '%s' has no slot left for a memory device (see <maxMemory>)", def->name);
    return place_taken(def, &m->info)
               ? err_set_from(err, VIR_FROM_DOMAIN, VIR_ERR_OPERATION_INVALID,
                              "another device of guest '%s' has that address", def->name)
               : 0;
}

/* The guest has so much more, or less. */
static void
move_memory(struct domain_def *def, const void *device, unsigned what)
{
    uint64_t size = ((const struct domain_memory *)device)->target->size;

    def->current_memory = what == DEVICE_CAN_COME      ? def->current_memory + size
                          : def->current_memory > size ? def->current_memory - size
                                                       : 0;      /* that is: all it has */
}

/* It stands among those on the same bus. */
static void
move_disk(struct domain_def *def, const void *device, unsigned what)
{
    if (what == DEVICE_CAN_COME)
        def->disks[def->n_disks - 1]->bus = ((const struct domain_disk *)device)->bus;
}

/* The first one is a console, too. */
static void
move_serial(struct domain_def *def, const void *device, unsigned what)
{
    struct domain_chardev *console;

    if (what != DEVICE_CAN_COME || def->n_serials > 1 || def->n_consoles)
        return;
    console = model_new(def, struct domain_chardev);
    console->target = model_new(def, struct chardev_target);
    console->target->type = CHARDEV_TARGET_TYPE_SERIAL;
    model_list_append(def, def->consoles, def->n_consoles, console);
}

/* With sound of its own it needs an <audio> of the same kind. */
static int
refuse_graphics(const struct domain_def *def, const void *asked, const void *device, unsigned what,
              struct err *err)
{
    const struct domain_graphics *g = device;

    for (uint32_t i = 0; g->type == GRAPHICS_TYPE_DBUS && what != DEVICE_CAN_GO && i < def->n_audios; i++)
        if (def->audios[i]->id == g->audio_id && def->audios[i]->type != AUDIO_TYPE_DBUS)
            return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                           "<audio id='%u'> of guest '%s' is not of type 'dbus'", g->audio_id, def->name);
    return 0;
}

/* Where a disk shall be on bus 'scsi' there may be none. */
static int
refuse_disk(const struct domain_def *def, const void *asked, const void *device, unsigned what,
              struct err *err)
{
    const struct domain_disk *d = device;

    if (needs_usb(def, d->bus == DISK_BUS_USB, what, err) < 0)
        return -1;
    for (uint32_t i = 0; what == DEVICE_CAN_COME && d->bus == DISK_BUS_SCSI && i < def->n_disks; i++)
        if (def->disks[i]->bus == DISK_BUS_SCSI && same_place(d->info.address, def->disks[i]->info.address))
            return err_set(err, VIR_ERR_OPERATION_INVALID, "disk '%s' of guest '%s' has that address",
                           def->disks[i]->target, def->name);
    return 0;
}

static int
refuse_audio(const struct domain_def *def, const void *asked, const void *device, unsigned what,
              struct err *err)
{
    for (uint32_t i = 0; what != DEVICE_CAN_GO && i < def->n_audios; i++)
        if (def->audios[i]->id == ((const struct domain_audio *)device)->id)
            return err_set_from(err, VIR_FROM_DOMAIN, VIR_ERR_XML_ERROR,
                                "guest '%s' has an <audio id='%u'> already", def->name, def->audios[i]->id);
    return 0;
}

static int
refuse_filter(const struct domain_def *def, const void *asked, const void *device, unsigned what,
              struct err *err)
{
    return err_set_from(err, VIR_FROM_DOMAIN, VIR_ERR_CONFIG_UNSUPPORTED, "a <redirfilter> is no device");
}

/* As users of this driver know it: programs go by the codes. */
static const struct device_rule rules[] = {
#define COME_GO (DEVICE_CAN_COME | DEVICE_CAN_GO)
    { "disk", COME_GO | DEVICE_CAN_CHANGE, .once = true, .refuse = refuse_disk, .moved = move_disk,
      .missing_change = VIR_ERR_INVALID_ARG },
    { "interface", COME_GO | DEVICE_CAN_CHANGE, .place = true, .one = true, .missing_from = VIR_FROM_DOMAIN },
    { "graphics", DEVICE_CAN_CHANGE, .refuse = refuse_graphics, .missing_change = VIR_ERR_INVALID_ARG },
    { "controller", COME_GO, .once = true, .refuse = refuse_controller },
    { "lease", COME_GO, .once = true },
    { "filesystem", COME_GO, .once = true },
    { "input", COME_GO, .place = true, .refuse = refuse_input },
    { "sound", COME_GO, .place = true },
    { "hostdev", COME_GO, .once = true, .refuse = refuse_hostdev },
    { "console", COME_GO, .once = true, .refuse = refuse_console, .missing = VIR_ERR_INVALID_ARG },
    { "parallel", COME_GO, .once = true, .missing = VIR_ERR_INVALID_ARG },
    { "serial", COME_GO, .once = true, .moved = move_serial, .missing = VIR_ERR_INVALID_ARG },
    { "channel", COME_GO, .once = true, .missing = VIR_ERR_INVALID_ARG },
    { "redirdev", COME_GO, .place = true },
    { "rng", COME_GO, .place = true, .refuse = refuse_rng },
    { "shmem", COME_GO, .once = true },
    { "memory", COME_GO | DEVICE_CAN_CHANGE, .place = true, .stays = true, .refuse = refuse_memory,
      .moved = move_memory, .missing_change = VIR_ERR_INVALID_ARG },
    { "watchdog", COME_GO, .once = true },
    { "vsock", COME_GO, .place = true, .missing = VIR_ERR_OPERATION_FAILED },
    { "hub", 0, .refuse = refuse_hub },
    { "audio", 0, .refuse = refuse_audio },
    { "video", 0, .refuse = refuse_video },
    { "smartcard", 0, .refuse = refuse_smartcard },
    { "redirfilter", 0, .refuse = refuse_filter },
    { NULL }
};

static int
complete(struct domain_def *def, void *host, struct err *err)
{
    return qemu_domain_again(def, host, err);
}

static int
fill(struct domain_def *def, void *host, struct err *err)
{
    return qemu_device_defaults(def, host, err);
}

static int
check(struct domain_def *def, const char *kind, uint32_t at, void *host, struct err *err)
{
    return qemu_device_check(def, host, kind, at, err);
}

void
qemu_device_edit(struct device_edit *edit, const char *xml, struct qemu_host *host)
{
    *edit = (struct device_edit){ .xml = xml,
                                  .from = ERR_FROM,
                                  .rules = rules,
                                  .data = host,
                                  .complete = complete,
                                  .fill = fill,
                                  .check = check };
}
