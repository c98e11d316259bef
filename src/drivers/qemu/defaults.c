/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * defaults: what the QEMU driver reads into a definition: type, emulator,
 * machine, the devices every machine has.  See prepare.h.
 */
#include "drivers/qemu/prepare.h"

#include "driver/host-node.h"
#include "drivers/qemu/capabilities.h"
#include "drivers/qemu/domain-host.h"

#define ERR_FROM VIR_FROM_QEMU

static void
add_input(struct domain_def *def, enum input_type type, enum input_bus bus)
{
    for (uint32_t i = 0; i < def->n_inputs; i++) {
        struct domain_input *input = def->inputs[i];
        if (bus == INPUT_BUS_USB && type == INPUT_TYPE_MOUSE && input->type == INPUT_TYPE_TABLET &&
            (input->bus == bus || (!input->bus && !input->model)))
            return;             /* a pointer is there */
        if (input->type == type && (input->bus == bus || (!input->bus && !input->model)))
            return;
    }
    struct domain_input *input = model_new(def, struct domain_input);
    input->type = type;
    input->bus = bus;
    model_list_append(def, def->inputs, def->n_inputs, input);
}

/* SCSI devices of the host need a controller of the guest's. */
static void
scsi_hostdevs(struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_hostdevs; i++) {
        struct domain_hostdev *h = def->hostdevs[i];
        if (h->mode == HOSTDEV_MODE_CAPABILITIES || h->type != HOSTDEV_TYPE_SCSI)
            continue;
        if (!device_has_address(&h->info)) {
            struct device_address *a = device_address_new(def, ADDRESS_TYPE_DRIVE);
            for (bool used = true; used; a->unit += used) {
                used = false;
                for (uint32_t k = 0; k < def->n_disks && !used; k++) {
                    const struct domain_disk *d = def->disks[k];
                    const struct device_address *o = d->info.address;
                    bool scsi = d->bus == DISK_BUS_SCSI ||
                                (!d->bus && g_str_has_prefix(d->target ? d->target : "", "sd"));
                    used = scsi && (o && o->type == ADDRESS_TYPE_DRIVE
                                        ? o->controller == 0 && o->unit == a->unit
                                        : d->target && disk_target_index(d->target, NULL) == (int)a->unit);
                }
                for (uint32_t k = 0; k < def->n_hostdevs && !used; k++) {
                    const struct device_address *o = def->hostdevs[k]->info.address;
                    used = def->hostdevs[k]->type == HOSTDEV_TYPE_SCSI && o &&
                           o->type == ADDRESS_TYPE_DRIVE && o->controller == 0 && o->unit == a->unit;
                }
            }
            h->info.address = a;
        }
        if (h->info.address->type == ADDRESS_TYPE_DRIVE) {
            for (unsigned c = 0; c <= h->info.address->controller && c < 64; c++) {
                if (!domain_find_numbered(def, CONTROLLER_TYPE_SCSI, c))
                    domain_add_controller(def, CONTROLLER_TYPE_SCSI, c, NULL);
            }
        }
    }
}

bool
qemu_pci_numbered(const struct domain_def *def)
{
    return arch_is_x86(def) || arch_is_ppc(def) || arch_is_s390(def);
}

/* Where PCs have the card that they always had, boards with PCI and mainframes have that of virtio. */
static void
choose_videos(struct domain_def *def)
{
    bool board = machine_is(def, "virt") && (arch_is_arm(def) || arch_is_riscv(def));
    for (uint32_t i = 0; i < def->n_videos && (board || arch_is_s390(def)); i++) {
        struct domain_video *v = def->videos[i];
        if (!v->model)
            v->model = model_new(def, struct video_model);
        if (!v->model->type || v->model->type == VIDEO_TYPE_DEFAULT)
            v->model->type = VIDEO_TYPE_VIRTIO;
    }
}

/* A channel whose socket nobody named is one that the guest's QEMU listens at. */
static void
choose_sockets(struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_channels; i++) {
        struct domain_channel *c = def->channels[i];
        bool named =
            c->target->type == CHANNEL_TARGET_TYPE_VIRTIO || c->target->type == CHANNEL_TARGET_TYPE_XEN;
        if (named && c->source.type == CHARDEV_TYPE_UNIX && c->source.n_ends && !c->source.ends[0]->path)
            c->source.ends[0]->mode = CHARDEV_MODE_BIND;
    }
}

static void
choose_panics(struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_panics; i++) {
        struct domain_panic *p = def->panics[i];
        if (!p->model || p->model == PANIC_MODEL_DEFAULT)
            p->model = machine_is(def, "pseries") ? PANIC_MODEL_PSERIES
                       : arch_is_s390(def)        ? PANIC_MODEL_S390
                                                  : PANIC_MODEL_ISA;
    }
}

void
qemu_defaults_devices(struct domain_def *def, const struct qemu_caps *caps)
{
    scsi_hostdevs(def);
    bool q35 = machine_is_q35(def);
    const char *root = qemu_pci_root(def);
    /* Machines that nobody knows are taken for boards with USB, too; that they have no PCI is said later. */
    bool usb = !arch_is_s390(def) && !machine_is(def, "isapc") && !arch_is_arm(def) &&
               !arch_is_riscv(def) && def->os->arch != ARCH_LOONGARCH64;
    if (usb && !domain_find_controller(def, CONTROLLER_TYPE_USB, 0))
        domain_add_controller(def, CONTROLLER_TYPE_USB, 0,
                              !q35                                         ? NULL
                              : qemu_caps_has_type(caps, "qemu-xhci")      ? "qemu-xhci"
                              : qemu_caps_has_type(caps, "nec-usb-xhci") ? "nec-xhci"
                                                                           : NULL);
    if (q35 && !domain_find_controller(def, CONTROLLER_TYPE_SATA, 0))
        domain_add_controller(def, CONTROLLER_TYPE_SATA, 0, NULL);
    if (root) {
        bool numbered = false;
        for (uint32_t i = 0; i < def->n_controllers; i++) {
            struct domain_controller *c = def->controllers[i];
            if (c->type == CONTROLLER_TYPE_PCI && !c->has_index && str_is(c->model, root) &&
                !domain_find_controller(def, CONTROLLER_TYPE_PCI, 0)) {
                c->index = 0;
                c->has_index = numbered = true;
            }
        }
        if (!numbered && !domain_find_controller(def, CONTROLLER_TYPE_PCI, 0))
            domain_add_controller(def, CONTROLLER_TYPE_PCI, 0, root);
    }
    if (!def->memballoon && !arch_is_arm(def)) {
        def->memballoon = model_new(def, struct domain_memballoon);
        def->memballoon->model = MEMBALLOON_MODEL_VIRTIO;
    }
    if (arch_is_x86(def)) {
        add_input(def, INPUT_TYPE_MOUSE, INPUT_BUS_PS2);
        add_input(def, INPUT_TYPE_KEYBOARD, INPUT_BUS_PS2);
    } else if (arch_is_ppc64(def) && def->n_graphics) {
        add_input(def, INPUT_TYPE_KEYBOARD, INPUT_BUS_USB);
        add_input(def, INPUT_TYPE_MOUSE, INPUT_BUS_USB);
    }
    for (uint32_t i = 0; i < def->n_inputs && !arch_is_x86(def); i++) {
        struct domain_input *in = def->inputs[i];
        if (!in->bus && in->type < INPUT_TYPE_PASSTHROUGH)
            in->bus = arch_is_s390(def) ? INPUT_BUS_VIRTIO : INPUT_BUS_USB;
    }
    if (def->n_graphics && !def->n_videos) {
        struct domain_video *video = model_new(def, struct domain_video);
        model_list_append(def, def->videos, def->n_videos, video);
    }
    choose_videos(def);
    choose_sockets(def);
    choose_panics(def);
}

static int
choose_emulator(struct domain_def *def, struct qemu_host *host, struct qemu_caps **caps, struct err *err)
{
    if (!def->os)               /* there is a <bootloader>, which is refused next */
        def->os = model_new(def, struct domain_os);
    if (!def->os->arch)
        def->os->arch = arch_from(host_arch());
    const char *arch = arch_str(def->os->arch);
    if (!def->emulator) {
        g_autofree char *found = qemu_host_default_emulator(host, arch, err);
        if (!found)
            return -1;
        def->emulator = model_str(def, found);
    }
    *caps = qemu_host_caps(host, def->emulator, err);
    if (!*caps) {
        /* A definition may name an emulator that is not there (yet); it is kept as it is. */
        return -1;
    }
    return 0;
}

static int
choose_machine(struct domain_def *def, const struct qemu_caps *caps, struct err *err)
{
    const struct qemu_machine *m = def->os->machine ? qemu_caps_machine(caps, def->os->machine)
                                                    : qemu_caps_default_machine(caps);
    if (!m && !def->os->machine)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "emulator '%s' has no default machine: name one",
                       def->emulator);
    if (m)                      /* one that is not known is refused at the end, by qemu_validate_guest() */
        def->os->machine = model_str(def, m->name);
    return 0;
}

/* Modules of memory that pseries machines have are of whole blocks; what an NVDIMM keeps for labels is beside
 * them. */
static void
whole_modules(struct domain_def *def)
{
    const uint64_t block = 256 * 1024;
    for (uint32_t i = 0; arch_is_ppc64(def) && machine_is(def, "pseries") && i < def->n_memories; i++) {
        const struct domain_memory *m = def->memories[i];
        struct memory_target *t = m->target;
        if (m->model != MEMORY_MODEL_NVDIMM)
            t->size = (t->size + block - 1) / block * block;
        else if (t->size >= t->label_size + block)
            t->size = t->label_size + (t->size - t->label_size) / block * block;
    }
}

/* A guest that names no processor gets that of its machine, which nothing has to be checked for. */
static void
forget_cpu_check(struct domain_def *def, const struct qemu_caps *caps)
{
    struct domain_cpu *c = def->cpu;
    bool named =
        c && ((c->mode && c->mode != CPU_MODE_CUSTOM) || (c->model && c->model->name && *c->model->name));
    if (c && !named && qemu_default_cpu(def, caps))
        c->check = 0;
}

/* All that is read into a definition, but for places.  check: see domain_fill(). */
static int
fill(struct domain_def *def, struct qemu_host *host, struct qemu_caps **caps, domain_check_fn check,
     struct err *err)
{
    int rc = choose_emulator(def, host, caps, err);
    if (rc == 0 && def->bootloader)
        rc = err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                     "QEMU has no <bootloader>; guests boot from a kernel or a disk");
    if (rc == 0)
        rc = choose_machine(def, *caps, err);
    if (rc == 0) {
        forget_cpu_check(def, *caps);
        domain_sort_controllers(def);
        qemu_defaults_devices(def, *caps);
        whole_modules(def);
        domain_add_up_memory(def);
        rc = domain_fill(def, def->os->arch, check, NULL, err);
    }
    return rc == 0 ? qemu_defaults_fields(def, host, *caps, err) : -1;
}

int
qemu_domain_again(struct domain_def *def, struct qemu_host *host, struct err *err)
{
    struct qemu_caps *caps = NULL;
    int rc = fill(def, host, &caps, qemu_validate_first, err);
    if (rc == 0)
        rc = qemu_assign_addresses(def, caps, err);
    if (rc == 0)
        rc = domain_check_name(def, err);
    if (rc == 0)
        rc = qemu_validate_guest(def, caps, err);
    if (rc == 0)
        rc = qemu_validate_tpms(def, err);
    if (rc == 0)
        rc = qemu_validate_models(def, err);
    if (rc == 0)
        rc = qemu_validate_board(def, caps, err);
    if (rc == 0)
        rc = qemu_validate_no_pci(def, err);
    if (rc == 0)
        rc = domain_check(def, qemu_validate_device, &(struct qemu_check){ caps, host }, err);
    if (rc == 0)
        rc = qemu_validate_whole(def, err);
    qemu_caps_unref(caps);
    return rc;
}

int
qemu_domain_defaults(struct domain_def *def, struct qemu_host *host, unsigned flags, struct err *err)
{
    return domain_read_check(def, QEMU_PARSE, err) < 0 || qemu_namespace_read(def, err) < 0
               ? -1
               : qemu_domain_again(def, host, err);
}

static int
validate_device_first(struct domain_def *def, const char *kind, uint32_t at, void *device,
                      struct device_info *info, void *data, struct err *err)
{
    return *kind ? qemu_validate_first(def, kind, at, device, info, data, err) : 0;
}

int
qemu_device_defaults(struct domain_def *def, struct qemu_host *host, struct err *err)
{
    struct qemu_caps *caps = NULL;
    int rc = fill(def, host, &caps, validate_device_first, err);
    qemu_caps_unref(caps);
    return rc;
}

int
qemu_device_check(struct domain_def *def, struct qemu_host *host, const char *kind, uint32_t at,
                  struct err *err)
{
    struct qemu_caps *caps = qemu_host_caps(host, def->emulator, err);
    int rc = caps ? domain_check_device(def, kind, at, qemu_validate_device,
                                        &(struct qemu_check){ caps, host }, err)
                  : -1;
    if (rc == 0)
        rc = qemu_validate_models(def, err);
    qemu_caps_unref(caps);
    return rc;
}
