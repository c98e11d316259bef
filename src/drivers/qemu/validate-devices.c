/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * validate-devices: what this emulator cannot do for a device is refused when the guest is defined,
 * with the reason.  See domain-host.h; check.h has what no hypervisor can do.  Nothing waits.
 */
#include "drivers/qemu/domain-host.h"

#include "drivers/qemu/qemu-conf.h"
#include "drivers/qemu/qemu-host.h"

#include <string.h>

#define ERR_FROM VIR_FROM_QEMU
#define UNSUPPORTED(...) err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, __VA_ARGS__)
#define INTERNAL(...) err_set(err, VIR_ERR_INTERNAL_ERROR, __VA_ARGS__)

/* ---- interfaces ----------------------------------------------------------------------------- */

static bool
power_of_two(uint32_t n)
{
    return !(n & (n - 1));
}

static int
check_addresses(const struct domain_interface *n, struct err *err)
{
    unsigned four = 0, six = 0;
    for (uint32_t i = 0; i < n->n_ips; i++) {
        const struct network_ip *ip = n->ips[i];
        bool is_six = ip->family == IP_FAMILY_IPV6;
        if (ip->peer)
            return UNSUPPORTED("QEMU cannot tell a guest the peer of its address %s", ip->address);
        if (++*(is_six ? &six : &four) > 1)
            return UNSUPPORTED("an interface can have one %s address; '%s' is one more",
                               is_six ? "IPv6" : "IPv4", ip->address);
        if (!is_six && ip->has_prefix && ip->prefix && (ip->prefix < 4 || ip->prefix > 27))
            return err_set(err, VIR_ERR_XML_ERROR, "prefix %u of address %s has to be from 4 to 27",
                           ip->prefix, ip->address);
        if (is_six && ip->has_prefix && ip->prefix && ip->prefix != 64)
            return UNSUPPORTED("prefix %u of address %s has to be 64", ip->prefix, ip->address);
    }
    return 0;
}

static bool
net_is_virtio(const struct domain_interface *n)
{
    return n->model && g_str_has_prefix(n->model, "virtio");
}

static int
check_interface(const struct domain_def *def, uint32_t at, const struct qemu_check *c, struct err *err)
{
    const struct domain_interface *n = def->interfaces[at];
    const char *type = interface_type_str(n->type);
    bool theirs = n->type == INTERFACE_TYPE_VDPA;       /* whose device may be told */
    if (!theirs && (n->n_routes || (n->n_ips && n->type != INTERFACE_TYPE_USER)))
        return UNSUPPORTED(
            "QEMU cannot give a guest's interface %s IP addresses or routes; do it in the guest",
            n->n_routes ? "of any type" : "of this type");
    if (!theirs && check_addresses(n, err) < 0)
        return -1;
    if (n->type == INTERFACE_TYPE_HOSTDEV && n->source->host_filtering)
        return UNSUPPORTED("QEMU does not filter writes to a PCI device's configuration");
    if (n->type == INTERFACE_TYPE_VDPA && !str_is(n->model, "virtio"))
        return UNSUPPORTED("an interface of type '%s' needs <model type='virtio'/>, not '%s'", type,
                           n->model ? n->model : "");
    if (n->driver && net_is_virtio(n) &&
        (!power_of_two(n->driver->rx_queue_size) || !power_of_two(n->driver->tx_queue_size)))
        return UNSUPPORTED("%s_queue_size of an interface has to be a power of two",
                           power_of_two(n->driver->rx_queue_size) ? "tx" : "rx");
    bool tap = n->type == INTERFACE_TYPE_NETWORK || n->type == INTERFACE_TYPE_BRIDGE ||
               n->type == INTERFACE_TYPE_ETHERNET || n->type == INTERFACE_TYPE_DIRECT;
    if (n->mtu && (!tap || n->type == INTERFACE_TYPE_DIRECT) && n->type != INTERFACE_TYPE_VHOSTUSER)
        return UNSUPPORTED("the MTU of an interface of type '%s' cannot be set", type);
    if (n->coalesce_rx_frames && n->type != INTERFACE_TYPE_NETWORK && n->type != INTERFACE_TYPE_BRIDGE)
        return UNSUPPORTED("an interface of type '%s' cannot have <coalesce>", type);
    if (n->teaming && n->teaming->type == TEAMING_TYPE_PERSISTENT && !net_is_virtio(n))
        return UNSUPPORTED("a persistent <teaming> needs <model type='virtio'/>, not '%s'",
                           n->model ? n->model : "");
    if (n->teaming && n->teaming->type == TEAMING_TYPE_TRANSIENT && n->type != INTERFACE_TYPE_HOSTDEV &&
        n->type != INTERFACE_TYPE_NETWORK)
        return UNSUPPORTED("a transient <teaming> needs an interface of type 'hostdev', not '%s'", type);
    return 0;
}

/* ---- graphics, video, sound ----------------------------------------------------------------- */

static bool
has_graphics(const struct domain_def *def, enum graphics_type type)
{
    for (uint32_t i = 0; i < def->n_graphics; i++) {
        if (def->graphics[i]->type == type)
            return true;
    }
    return false;
}

static int
check_graphics(const struct domain_def *def, uint32_t at, const struct qemu_check *c, struct err *err)
{
    const struct domain_graphics *g = def->graphics[at];
    bool others = false, remote = false, gl = false;
    for (uint32_t i = 0; i < def->n_graphics; i++) {
        enum graphics_type t = def->graphics[i]->type;
        others =
            others || (t != GRAPHICS_TYPE_EGL_HEADLESS && t != GRAPHICS_TYPE_VNC && t != GRAPHICS_TYPE_SPICE);
        remote = remote || t == GRAPHICS_TYPE_EGL_HEADLESS;
        gl = gl || (t != GRAPHICS_TYPE_EGL_HEADLESS && def->graphics[i]->gl_enable == TRI_YES);
    }
    if (others && remote)
        return UNSUPPORTED("a display 'egl-headless' goes with vnc and spice only");
    if (g->type == GRAPHICS_TYPE_RDP || g->type == GRAPHICS_TYPE_DESKTOP)
        return UNSUPPORTED("QEMU has no graphics of type '%s'; use vnc or spice", graphics_type_str(g->type));
    if (g->type == GRAPHICS_TYPE_VNC && g->passwd && strlen(g->passwd) > 8)
        return UNSUPPORTED("the VNC password has %zu characters; VNC knows 8", strlen(g->passwd));
    if (g->type == GRAPHICS_TYPE_SPICE && g->has_tls_port && g->tls_port > 0 && !c->host->conf->spice.enabled)
        return UNSUPPORTED("the SPICE graphics have tlsPort %d, and TLS is off (spice_tls in qemu.conf)",
                           g->tls_port);
    /* Several of its own QEMU refuses when it starts. */
    return !gl || !remote
               ? 0
               : UNSUPPORTED("a display with OpenGL and 'egl-headless': QEMU can have one of them");
}

static int
check_kib(const char *what, uint32_t kib, struct err *err)
{
    return !kib || kib >= 1024
               ? 0
               : UNSUPPORTED("%s=%u of a video device is in KiB and has to be at least 1024", what, kib);
}

static int
check_video(const struct domain_def *def, uint32_t at, const struct qemu_check *c, struct err *err)
{
    const struct video_model *m = def->videos[at]->model;
    const char *type = video_type_str(m->type);
    if (m->type == VIDEO_TYPE_XEN || m->type == VIDEO_TYPE_VBOX || m->type == VIDEO_TYPE_PARALLELS ||
        m->type == VIDEO_TYPE_GOP)
        return UNSUPPORTED("QEMU has no video device '%s'", type);
    if (m->type == VIDEO_TYPE_NONE)
        return 0;               /* whatever it is told */
    if (at && m->primary != TRI_YES && m->type != VIDEO_TYPE_QXL && m->type != VIDEO_TYPE_VIRTIO)
        return UNSUPPORTED("a video device '%s' has to be the first one", type);
    if (m->heads != 1 && m->type != VIDEO_TYPE_QXL &&
        m->type != VIDEO_TYPE_VIRTIO)
        return UNSUPPORTED("a video device '%s' has one head, not %u", type, m->heads);
    if (m->acceleration && m->acceleration->accel2d == TRI_YES)
        return UNSUPPORTED("QEMU has no acceleration in 2D");
    if (m->acceleration && m->acceleration->accel3d == TRI_YES && m->type != VIDEO_TYPE_VIRTIO)
        return UNSUPPORTED("a video device '%s' has no acceleration in 3D; virtio has", type);
    if (m->resolution && m->type != VIDEO_TYPE_VGA && m->type != VIDEO_TYPE_QXL &&
        m->type != VIDEO_TYPE_VIRTIO && m->type != VIDEO_TYPE_BOCHS)
        return err_set(err, VIR_ERR_XML_ERROR, "the resolution of a video device '%s' cannot be chosen",
                       type);
    if (m->type == VIDEO_TYPE_VGA || m->type == VIDEO_TYPE_VMVGA)
        return check_kib("vram", m->vram, err);
    if (m->type != VIDEO_TYPE_QXL)
        return 0;
    if (check_kib("vgamem", m->vgamem, err) < 0)
        return -1;
    return power_of_two(m->vgamem)
               ? 0
               : UNSUPPORTED("vgamem=%u of a video device has to be a power of two", m->vgamem);
}

/* ---- the others ----------------------------------------------------------------------------- */

static int
check_watchdog(const struct domain_def *def, uint32_t at, const struct qemu_check *c, struct err *err)
{
    const struct domain_watchdog *w = def->watchdogs[at];
    enum address_type t = w->info.address ? w->info.address->type : ADDRESS_TYPE_UNSET;
    if (w->model == WATCHDOG_MODEL_I6300ESB && t && t != ADDRESS_TYPE_PCI)
        return UNSUPPORTED(
            "the watchdog 'i6300esb' is on the PCI bus and cannot have an address of type '%s'",
            address_type_str(t));
    if (w->model == WATCHDOG_MODEL_IB700 && t)
        return UNSUPPORTED("the watchdog 'ib700' has a fixed place; its <address> has to go");
    if (w->model == WATCHDOG_MODEL_DIAG288 && !arch_is_s390(def))
        return UNSUPPORTED("the watchdog 'diag288' is for s390 guests");
    if (w->model == WATCHDOG_MODEL_DIAG288 && t)
        return UNSUPPORTED("the watchdog 'diag288' is on no bus; its <address> has to go");
    return 0;
}

static int
check_tpm(const struct domain_def *def, uint32_t at, const struct qemu_check *c, struct err *err)
{
    const struct domain_tpm *t = def->tpms[at];
    const struct tpm_backend *b = t->backend;
    g_autofree char *swtpm = NULL;
    if (b->type == TPM_BACKEND_TYPE_EMULATOR) {
        if (!(swtpm = g_find_program_in_path("swtpm")))
            return UNSUPPORTED(
                "a TPM of version %s is emulated by the program swtpm, which is not installed",
                tpm_version_str(b->version));
        if (t->model == TPM_MODEL_TPM_CRB && b->version == TPM_VERSION_1_2)
            return UNSUPPORTED("a TPM of version 1.2 cannot have model 'tpm-crb'");
    }
    /* A type of our own; QEMU's is that of the emulator. */
    if (b->type == TPM_BACKEND_TYPE_EXTERNAL)
        return UNSUPPORTED("a TPM of type 'external' cannot be started yet; 'emulator' can");
    if (!g_hash_table_contains(c->caps->tpm_models, tpm_model_str(t->model)) &&
        !qemu_caps_has_type(c->caps, tpm_model_str(t->model)))
        return UNSUPPORTED("emulator '%s' has no TPM '%s'", def->emulator, tpm_model_str(t->model));
    return 0;
}

static int
check_shmem(const struct domain_def *def, uint32_t at, const struct qemu_check *c, struct err *err)
{
    const struct domain_shmem *s = def->shmems[at];
    enum shmem_model m = s->model ? s->model : SHMEM_MODEL_IVSHMEM;
    if (!qemu_caps_has_type(c->caps, shmem_model_str(m)))
        return UNSUPPORTED(
            "shmem '%s': emulator '%s' has no '%s'; use 'ivshmem-plain' or 'ivshmem-doorbell'", s->name,
            def->emulator, shmem_model_str(m));
    return 0;
}

static int
check_filesystem(const struct domain_def *def, uint32_t at, const struct qemu_check *c, struct err *err)
{
    const struct domain_filesystem *f = def->filesystems[at];
    bool virtiofs = f->driver && f->driver->type == FS_DRIVER_TYPE_VIRTIOFS;
    if (f->type != FS_TYPE_MOUNT)
        return UNSUPPORTED("filesystem '%s': QEMU shares folders (type 'mount'), not '%s'", f->target,
                           fs_type_str(f->type));
    if (f->driver && (f->driver->type == FS_DRIVER_TYPE_LOOP || f->driver->type == FS_DRIVER_TYPE_NBD ||
                      f->driver->type == FS_DRIVER_TYPE_PLOOP))
        return UNSUPPORTED("filesystem '%s': QEMU has no driver '%s'", f->target,
                           fs_driver_type_str(f->driver->type));
    if ((f->fmode || f->dmode) && f->accessmode != FS_ACCESSMODE_MAPPED)
        return UNSUPPORTED("filesystem '%s': fmode and dmode are for accessmode='mapped'", f->target);
    bool handle = f->driver && f->driver->type == FS_DRIVER_TYPE_HANDLE;
    if (handle && f->accessmode && f->accessmode != FS_ACCESSMODE_PASSTHROUGH)
        return UNSUPPORTED("filesystem '%s': driver 'handle' has accessmode='passthrough' only", f->target);
    if (!virtiofs)
        return 0;
    bool own = !(f->source && f->source->socket);   /* else who runs virtiofsd knows how it does it */
    if (own && f->accessmode && f->accessmode != FS_ACCESSMODE_PASSTHROUGH)
        return UNSUPPORTED("filesystem '%s': virtiofs has accessmode='passthrough' only", f->target);
    if (f->readonly)
        return UNSUPPORTED("filesystem '%s': virtiofs cannot be read-only yet", f->target);
    if (f->multidevs)
        return UNSUPPORTED("filesystem '%s': virtiofs has no multidevs=", f->target);
    if (!qemu_shared_memory(def))
        return UNSUPPORTED(
            "filesystem '%s': virtiofs needs memory that is shared: add <access mode='shared'/> to "
            "<memoryBacking>",
            f->target);
    return 0;
}

static int
check_hostdev(const struct domain_def *def, uint32_t at, const struct qemu_check *c, struct err *err)
{
    const struct domain_hostdev *h = def->hostdevs[at];
    if (h->mode == HOSTDEV_MODE_CAPABILITIES)
        return UNSUPPORTED("host devices of mode 'capabilities' are for containers");
    if (h->source->write_filtering)
        return UNSUPPORTED("QEMU does not filter writes to a PCI device's configuration");
    if (h->type == HOSTDEV_TYPE_SCSI_HOST && h->info.boot_order)
        return UNSUPPORTED("guests cannot boot from a SCSI host of the host (vhost)");
    if (h->type == HOSTDEV_TYPE_USB && h->info.rom)
        return UNSUPPORTED("<rom> is for PCI devices, not for a USB <hostdev>");
    if (h->type == HOSTDEV_TYPE_SCSI &&
        qemu_validate_scsi_place(def, "a SCSI <hostdev>", h->info.address, err) < 0)
        return -1;
    if (h->type != HOSTDEV_TYPE_MDEV)
        return 0;
    if ((h->model == HOSTDEV_MODEL_VFIO_CCW || h->model == HOSTDEV_MODEL_VFIO_AP) && !arch_is_s390(def))
        return UNSUPPORTED("a mediated device of model '%s' is for s390 guests",
                           hostdev_model_str(h->model));
    if (h->model != HOSTDEV_MODEL_VFIO_CCW && h->info.boot_order)
        return UNSUPPORTED("guests cannot boot from a mediated device of model '%s'",
                           hostdev_model_str(h->model));
    if (h->display == TRI_ON && !def->n_graphics && (!h->model || h->model == HOSTDEV_MODEL_VFIO_PCI))
        return UNSUPPORTED("a mediated device with display='on' needs <graphics>");
    return 0;
}

static int
check_memory(const struct domain_def *def, uint32_t at, const struct qemu_check *c, struct err *err)
{
    const struct domain_memory *m = def->memories[at];
    if (m->model == MEMORY_MODEL_SGX_EPC)
        return UNSUPPORTED(
            "enclave memory (a memory device of model 'sgx-epc') cannot be given to guests");
    return 0;
}

static int
check_iommu(const struct domain_def *def, uint32_t at, const struct qemu_check *c, struct err *err)
{
    if (def->iommu->model == IOMMU_MODEL_INTEL && !machine_is_q35(def))
        return UNSUPPORTED("an Intel IOMMU needs a q35 machine, not '%s'", def->os->machine);
    if (def->iommu->model == IOMMU_MODEL_SMMUV3 && !(arch_is_arm(def) && machine_is(def, "virt")))
        return UNSUPPORTED("an SMMUv3 needs an ARM guest with machine 'virt', not '%s'", def->os->machine);
    if (def->iommu->model != IOMMU_MODEL_VIRTIO)
        return 0;
    const struct device_address *a = def->iommu->info.address;
    if (a && a->type && a->type != ADDRESS_TYPE_PCI)
        return UNSUPPORTED("a virtio IOMMU needs a PCI address, not one of type '%s'",
                           address_type_str(a->type));
    if (!machine_is_q35(def) && !(arch_is_arm(def) && machine_is(def, "virt")))
        return UNSUPPORTED("a virtio IOMMU needs machine q35 or virt, not '%s'", def->os->machine);
    if (!(def->features && def->features->acpi))
        return UNSUPPORTED("a virtio IOMMU needs ACPI: add <acpi/> to <features>");
    return 0;
}

static int
check_audio(const struct domain_def *def, uint32_t at, const struct qemu_check *c, struct err *err)
{
    return def->audios[at]->type != AUDIO_TYPE_SPICE || has_graphics(def, GRAPHICS_TYPE_SPICE)
               ? 0
               : UNSUPPORTED("an <audio> of type 'spice' needs <graphics type='spice'/>");
}

static int
check_input(const struct domain_def *def, uint32_t at, const struct qemu_check *c, struct err *err)
{
    const struct domain_input *in = def->inputs[at];
    return in->model <= VIRTIO_MODEL_VIRTIO ? 0
                                            : UNSUPPORTED("an input of type '%s' has no model '%s'",
                                                          input_type_str(in->type),
                                                          virtio_model_str(in->model));
}

static int
check_smartcard(const struct domain_def *def, uint32_t at, const struct qemu_check *c, struct err *err)
{
    const struct device_address *a = def->smartcards[at]->info.address;
    return def->n_smartcards == 1 && !(a && (a->controller || a->ccid_slot))
               ? 0
               : UNSUPPORTED("QEMU has one smartcard reader, at controller 0, slot 0");
}

static int
check_nvram(const struct domain_def *def, uint32_t at, const struct qemu_check *c, struct err *err)
{
    return machine_is(def, "pseries") ? 0 : UNSUPPORTED("an <nvram> device is for pseries machines");
}

static int
check_disk(const struct domain_def *def, uint32_t at, const struct qemu_check *c, struct err *err)
{
    return qemu_validate_disk_of(def, def->disks[at], err);
}

static int
check_controller(const struct domain_def *def, uint32_t at, const struct qemu_check *c, struct err *err)
{
    return qemu_validate_controller(def, def->controllers[at], err);
}

int
qemu_validate_tpms(const struct domain_def *def, struct err *err)
{
    unsigned n = 0;
    for (uint32_t i = 0; i < def->n_tpms; i++)
        n += def->tpms[i]->model != TPM_MODEL_SPAPR_TPM_PROXY;
    return n <= 1 ? 0 : UNSUPPORTED("the guest has %u TPMs and can have one", n);
}

int
qemu_validate_models(const struct domain_def *def, struct err *err)
{
    for (uint32_t i = 0; i < def->n_sounds; i++) {
        enum sound_model m = def->sounds[i]->model;
        if (m == SOUND_MODEL_ICH7)
            return INTERNAL("QEMU has no sound device '%s'", sound_model_str(m));
    }
    return def->memballoon && def->memballoon->model == MEMBALLOON_MODEL_XEN
               ? UNSUPPORTED("QEMU has no memory balloon of model 'xen'; use 'virtio'")
               : 0;
}

static int
check_hub(const struct domain_def *def, uint32_t at, const struct qemu_check *c, struct err *err)
{
    return qemu_caps_has_type(c->caps, "usb-hub")
               ? 0
               : UNSUPPORTED("emulator '%s' has no USB hubs", def->emulator);
}

int
qemu_validate_here(const struct domain_def *def, const char *kind, uint32_t at, const struct qemu_check *c,
                   struct err *err)
{
    static const struct {
        const char *kind;
        int (*check)(const struct domain_def *def, uint32_t at, const struct qemu_check *c, struct err *err);
    } checks[] = {
        { "disk", check_disk },
        { "controller", check_controller },
        { "interface", check_interface },
        { "video", check_video },
        { "audio", check_audio },
        { "input", check_input },
        { "smartcard", check_smartcard },
        { "nvram", check_nvram },
        { "graphics", check_graphics },
        { "watchdog", check_watchdog },
        { "tpm", check_tpm },
        { "shmem", check_shmem },
        { "hostdev", check_hostdev },
        { "memory", check_memory },
        { "iommu", check_iommu },
        { "filesystem", check_filesystem },
        { "hub", check_hub },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(checks); i++)
        if (!strcmp(checks[i].kind, kind))
            return checks[i].check(def, at, c, err);
    return 0;
}
