/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * defaults-fields: values of devices that QEMU's machines decide.
 * See domain-host.h.
 */
#include "drivers/qemu/domain-host.h"

#include "base/bitmap.h"
#include "base/uuid.h"
#include "drivers/qemu/qemu-conf.h"
#include "drivers/qemu/qemu-host.h"

#define ERR_FROM VIR_FROM_QEMU

bool
qemu_cpu_migrates(const struct qemu_caps *caps)
{
    return str_is(caps->arch, "x86_64");
}

/* Only on these do programs expect to be told which CPU an unnamed one is. */
const char *
qemu_default_cpu(const struct domain_def *def, const struct qemu_caps *caps)
{
    const struct qemu_machine *m = qemu_caps_machine(caps, def->os->machine);
    bool told = arch_is_x86(def) || arch_is_arm(def) || arch_is_s390(def) || arch_is_ppc64(def);
    return m && told ? m->default_cpu : NULL;
}

static void
cpu_fields(struct domain_def *def, const struct qemu_caps *caps)
{
    if (!def->cpu)
        def->cpu = model_new(def, struct domain_cpu);
    struct domain_cpu *cpu = def->cpu;
    if (cpu->model && (!cpu->model->name || !*cpu->model->name))
        cpu->model = NULL;
    if (!cpu->mode && !cpu->model) {
        if (!qemu_default_cpu(def, caps)) {
            if (!cpu->topology && !cpu->cache && !cpu->numa && !cpu->n_features && !cpu->maxphysaddr)
                def->cpu = NULL;
            return;
        }
        if (def->type == DOMAIN_VIRT_KVM && arch_is_s390(def)) {
            cpu->mode = CPU_MODE_HOST_MODEL;
        } else {
            cpu->mode = CPU_MODE_CUSTOM;
            cpu->match = CPU_MATCH_EXACT;
            cpu->check = CPU_CHECK_NONE;
            cpu->model = model_new(def, struct cpu_model);
            cpu->model->name = model_str(def, qemu_default_cpu(def, caps));
            cpu->model->fallback = CPU_FALLBACK_FORBID;
        }
    }
    if (!cpu->check) {
        switch (cpu->mode) {
        case CPU_MODE_HOST_PASSTHROUGH:
        case CPU_MODE_MAXIMUM: cpu->check = CPU_CHECK_NONE; break;
        case CPU_MODE_HOST_MODEL: cpu->check = CPU_CHECK_PARTIAL; break;
        case CPU_MODE_CUSTOM: cpu->check = CPU_CHECK_PARTIAL; break;
        default: break;
        }
        /* Without KVM every model is emulated: nothing to compare with. */
        if (cpu->mode == CPU_MODE_CUSTOM && (!arch_is_x86(def) || def->type != DOMAIN_VIRT_KVM))
            cpu->check = CPU_CHECK_NONE;
    }
    if (cpu->mode == CPU_MODE_HOST_PASSTHROUGH && !cpu->migratable && arch_is_x86(def))
        cpu->migratable = qemu_cpu_migrates(caps) ? TRI_ON : TRI_OFF;
}

static const char *
default_port(enum storage_protocol protocol)
{
    switch (protocol) {
    case STORAGE_PROTOCOL_HTTP: return "80";
    case STORAGE_PROTOCOL_HTTPS: return "443";
    case STORAGE_PROTOCOL_FTP: return "21";
    case STORAGE_PROTOCOL_FTPS: return "990";
    case STORAGE_PROTOCOL_TFTP: return "69";
    case STORAGE_PROTOCOL_SSH: return "22";
    case STORAGE_PROTOCOL_NBD: return "10809";
    case STORAGE_PROTOCOL_ISCSI: return "3260";
    case STORAGE_PROTOCOL_GLUSTER: return "24007";
    case STORAGE_PROTOCOL_SHEEPDOG: return "7000";
    default: return NULL; /* rbd knows its own */
    }
}

/* QEMU decrypts itself what nobody else is said to decrypt. */
static void
encryption_fields(struct encryption *e)
{
    if (e && e->format == ENCRYPTION_FORMAT_LUKS && !e->engine)
        e->engine = ENCRYPTION_ENGINE_QEMU;
}

static void
disk_fields(struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_disks; i++) {
        struct domain_disk *d = def->disks[i];
        if (!d->driver)
            d->driver = model_new(def, struct disk_driver);
        if (!d->driver->name)
            d->driver->name = model_str(def, "qemu");
        if (d->type == STORAGE_TYPE_VHOSTUSER) {
            if (!d->driver->type)
                d->driver->type = STORAGE_FORMAT_RAW;
            continue;
        }
        /* The pool knows what its volumes are. */
        if ((!d->driver->type && d->type != STORAGE_TYPE_VOLUME) || d->driver->type == STORAGE_FORMAT_AUTO)
            d->driver->type = STORAGE_FORMAT_RAW;
        if (d->driver->cache == DISK_CACHE_DEFAULT)
            d->driver->cache = DISK_CACHE_UNSET;
        if (d->bus == DISK_BUS_VIRTIO && d->device == DISK_DEVICE_LUN && !d->model)
            d->model = VIRTIO_MODEL_UNSET;
        struct storage_source *src = d->source ? &d->source->src : NULL;
        encryption_fields(d->encryption);
        encryption_fields(src ? src->encryption : NULL);
        for (struct disk_backing_store *b = d->backing_store; b; b = b->backing_store)
            encryption_fields(b->source ? b->source->src.encryption : NULL);
        for (uint32_t k = 0; d->type == STORAGE_TYPE_NETWORK && src && k < src->n_hosts; k++) {
            if (!src->hosts[k]->port && src->hosts[k]->transport != STORAGE_TRANSPORT_UNIX)
                src->hosts[k]->port = model_str(def, default_port(src->protocol));
        }
        if (d->mirror && d->mirror->type == STORAGE_TYPE_UNSET)
            d->mirror->type = STORAGE_TYPE_FILE;
    }
}

/* What a port of a switch is known by.  Of what type it is may only be known by the network. */
static void
port_ids(struct domain_def *def, struct virtualport *v)
{
    bool interface = !v->type || v->type == VIRTUALPORT_TYPE_OPENVSWITCH;
    bool instance = !v->type || v->type == VIRTUALPORT_TYPE_802_1QBG;
    if (!interface && !instance)
        return;
    struct virtualport_parameters *p = v->parameters;
    if (!p)
        p = v->parameters = model_new(def, struct virtualport_parameters);
    if (interface && !p->has_interfaceid) {
        uuid_generate(p->interfaceid);
        p->has_interfaceid = true;
    }
    if (instance && !p->has_instanceid) {
        uuid_generate(p->instanceid);
        p->has_instanceid = true;
    }
}

static void
net_fields(struct domain_def *def, const struct qemu_caps *caps)
{
    domain_strip_names(def);
    for (uint32_t i = 0; i < def->n_interfaces; i++) {
        struct domain_interface *net = def->interfaces[i];
        if (net->virtualport)
            port_ids(def, net->virtualport);
        if (!net->model && net->type != INTERFACE_TYPE_HOSTDEV) {
            if (net->type == INTERFACE_TYPE_VDPA || arch_is_s390(def) ||
                (machine_is(def, "virt") && (arch_is_arm(def) || arch_is_riscv(def))))
                net->model = "virtio";
            else if (arch_is_arm(def)) /* the cards on the boards; the first name is spelt as users know it */
                net->model = machine_is(def, "versatilepb") ? "scm91c111" : "lan9118";
            else
                net->model = qemu_caps_has_type(caps, "rtl8139") ? "rtl8139"
                             : qemu_caps_has_type(caps, "e1000") ? "e1000"
                                                                 : "virtio";
            net->model = model_str(def, net->model);
        }
    }
}

static const char *
default_usb_model(const struct domain_def *def, const struct qemu_caps *caps)
{
    if (arch_is_s390(def))
        return "none";
    if (def->os->arch == ARCH_AARCH64 || arch_is_ppc64(def))
        return qemu_caps_has_type(caps, "qemu-xhci")       ? "qemu-xhci"
               : qemu_caps_has_type(caps, "nec-usb-xhci") ? "nec-xhci"
                                                          : "piix3-uhci";
    return qemu_caps_has_type(caps, "piix3-usb-uhci") ? "piix3-uhci"
           : qemu_caps_has_type(caps, "pci-ohci")     ? "pci-ohci"
                                                      : NULL;
}

static void
controller_fields(struct domain_def *def, const struct qemu_caps *caps)
{
    for (uint32_t i = 0; i < def->n_controllers; i++) {
        struct domain_controller *c = def->controllers[i];
        if (c->type != CONTROLLER_TYPE_PCI && (str_is(c->model, "default") || str_is(c->model, "auto")))
            c->model = NULL;
        /* Mainframes have none, unless it is said where it is. */
        bool said = arch_is_s390(def) && c->info.address && c->info.address->type;
        if (c->type == CONTROLLER_TYPE_USB && !c->model && !said)
            c->model = model_str(def, default_usb_model(def, caps));
        if (c->type == CONTROLLER_TYPE_USB && str_is(c->model, "none"))
            c->info.address = NULL;     /* there is nothing that could sit there */
        if (c->type == CONTROLLER_TYPE_SCSI && !c->model)
            c->model =
                model_str(def, machine_is(def, "pseries")                                     ? "ibmvscsi"
                               : qemu_caps_has_type(caps, "lsi53c895a") && !arch_is_s390(def) ? "lsilogic"
                               : qemu_caps_has_type(caps, "virtio-scsi-pci")                  ? "virtio-scsi"
                                                                                              : NULL);
    }
}

/* Power of two, not below: sizes of the QXL device's memory bars. */
static uint32_t
round_up(uint32_t n)
{
    uint32_t p = 1;
    while (p < n && p < 1u << 31)
        p <<= 1;
    return p;
}

static void
video_fields(struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_videos; i++) {
        struct video_model *m = def->videos[i]->model;
        if (m->type == VIDEO_TYPE_NONE) {
            m->has_heads = false;
            m->primary = TRI_UNSET;
        }
        if (m->type == VIDEO_TYPE_QXL) {
            if (m->vgamem && !m->ram)
                m->ram = MAX(65536, m->vgamem * 4);
            if (!m->ram)
                m->ram = 65536;
            m->ram = round_up(m->ram);
            m->vram = m->vram ? m->vram : 65536;
            m->vgamem = m->vgamem ? m->vgamem : 16384;
        } else if (!m->vram && (m->type == VIDEO_TYPE_VGA || m->type == VIDEO_TYPE_CIRRUS ||
                                m->type == VIDEO_TYPE_VMVGA || m->type == VIDEO_TYPE_BOCHS)) {
            m->vram = 16384;
        }
    }
}

static void
chardev_fields(struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_serials; i++) {
        struct chardev_target *t = def->serials[i]->target;
        /* Once the name of any serial port that is on the board. */
        if (t->type == CHARDEV_TARGET_TYPE_ISA_SERIAL && !arch_is_x86(def))
            t->type = CHARDEV_TARGET_TYPE_UNSET;
        if (!t->type) {
            if (arch_is_x86(def))
                t->type = CHARDEV_TARGET_TYPE_ISA_SERIAL;
            else if (machine_is(def, "pseries"))
                t->type = CHARDEV_TARGET_TYPE_SPAPR_VIO_SERIAL;
            else if (machine_is(def, "virt") && (arch_is_arm(def) || arch_is_riscv(def)))
                t->type = CHARDEV_TARGET_TYPE_SYSTEM_SERIAL;
            else if (arch_is_s390(def))
                t->type = CHARDEV_TARGET_TYPE_SCLP_SERIAL;
        }
        if (t->model)
            continue;
        switch (t->type) {
        case CHARDEV_TARGET_TYPE_ISA_SERIAL: t->model = CHARDEV_TARGET_MODEL_ISA_SERIAL; break;
        case CHARDEV_TARGET_TYPE_PCI_SERIAL: t->model = CHARDEV_TARGET_MODEL_PCI_SERIAL; break;
        case CHARDEV_TARGET_TYPE_USB_SERIAL: t->model = CHARDEV_TARGET_MODEL_USB_SERIAL; break;
        case CHARDEV_TARGET_TYPE_SPAPR_VIO_SERIAL: t->model = CHARDEV_TARGET_MODEL_SPAPR_VTY; break;
        case CHARDEV_TARGET_TYPE_ISA_DEBUG: t->model = CHARDEV_TARGET_MODEL_ISA_DEBUGCON; break;
        case CHARDEV_TARGET_TYPE_SCLP_SERIAL: t->model = CHARDEV_TARGET_MODEL_SCLPCONSOLE; break;
        case CHARDEV_TARGET_TYPE_SYSTEM_SERIAL:
            if (arch_is_arm(def) && machine_is(def, "virt"))
                t->model = CHARDEV_TARGET_MODEL_PL011;
            else if (arch_is_riscv(def))
                t->model = CHARDEV_TARGET_MODEL_16550A;
            break;
        default: break;
        }
    }
}

/* The last display that has an idea of sound decides; SDL's is to leave it to the emulator. */
enum audio_type
qemu_default_audio(const struct domain_def *def)
{
    enum audio_type type = def->n_graphics ? AUDIO_TYPE_UNSET : AUDIO_TYPE_NONE;
    for (uint32_t i = 0; i < def->n_graphics; i++) {
        enum graphics_type g = def->graphics[i]->type;
        type = g == GRAPHICS_TYPE_SPICE ? AUDIO_TYPE_SPICE
               : g == GRAPHICS_TYPE_VNC ? AUDIO_TYPE_NONE
               : g == GRAPHICS_TYPE_SDL ? AUDIO_TYPE_UNSET
                                        : type;
    }
    return type;
}

static void
sound_fields(struct domain_def *def)
{
    if (!def->n_audios) {
        enum audio_type type = qemu_default_audio(def);
        if (!type)
            return;
        struct domain_audio *audio = model_new(def, struct domain_audio);
        audio->id = 1;
        audio->type = type;
        model_list_append(def, def->audios, def->n_audios, audio);
    }
}

static void
misc_fields(struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_watchdogs; i++) {
        if (!def->watchdogs[i]->action)
            def->watchdogs[i]->action = WATCHDOG_ACTION_RESET;
    }
    for (uint32_t i = 0; i < def->n_rngs; i++) {
        struct rng_backend *b = def->rngs[i]->backend;
        if (b && b->model == RNG_BACKEND_MODEL_RANDOM && !b->device)
            b->device = model_str(def, "/dev/urandom");
    }
    if ((machine_is(def, "pseries") || arch_is_s390(def)) && !def->n_panics) {
        struct domain_panic *p = model_new(def, struct domain_panic);
        p->model = arch_is_s390(def) ? PANIC_MODEL_S390 : PANIC_MODEL_PSERIES;
        model_list_append(def, def->panics, def->n_panics, p);
    }
    for (uint32_t i = 0; i < def->n_tpms; i++) {
        struct domain_tpm *t = def->tpms[i];
        if (!t->model)
            t->model = machine_is(def, "pseries") ? TPM_MODEL_TPM_SPAPR : TPM_MODEL_TPM_TIS;
        if (t->backend->type == TPM_BACKEND_TYPE_EMULATOR && !t->backend->version)
            t->backend->version =
                (t->model == TPM_MODEL_TPM_TIS && arch_is_x86(def)) || t->model == TPM_MODEL_SPAPR_TPM_PROXY
                    ? TPM_VERSION_1_2
                    : TPM_VERSION_2_0;
        if (t->backend->type != TPM_BACKEND_TYPE_EMULATOR)
            t->backend->version = TPM_VERSION_UNSET;
        if (t->backend->type == TPM_BACKEND_TYPE_PASSTHROUGH && !t->backend->device)
            t->backend->device = model_str(def, "/dev/tpm0");
    }
    if (def->vsock && !def->vsock->model)
        def->vsock->model = VIRTIO_MODEL_VIRTIO;
    if (def->vsock && !def->vsock->cid_auto)
        def->vsock->cid_auto = def->vsock->cid ? TRI_NO : TRI_YES;
    if (arch_is_arm(def) && machine_is(def, "virt")) {
        if (!def->features)
            def->features = model_new(def, struct domain_features);
        if (!def->features->gic)
            def->features->gic = model_new(def, struct feature_gic);
        if (!def->features->gic->version)
            def->features->gic->version = GIC_VERSION_2;
    }
    for (uint32_t i = 0; i < def->n_shmems; i++) {
        struct domain_shmem *m = def->shmems[i];
        if (!m->size && m->model != SHMEM_MODEL_IVSHMEM_DOORBELL)
            m->size = 4;        /* MiB */
        if (m->model == SHMEM_MODEL_IVSHMEM_DOORBELL && m->server) {
            if (!m->msi)
                m->msi = model_new(def, struct shmem_msi);
            if (!m->msi->ioeventfd)
                m->msi->ioeventfd = TRI_ON;
        }
    }
    for (uint32_t i = 0; i < def->n_hostdevs; i++) {
        struct domain_hostdev *h = def->hostdevs[i];
        if (h->mode == HOSTDEV_MODE_SUBSYSTEM && !h->managed)
            h->managed = TRI_NO;
        if (h->type == HOSTDEV_TYPE_MDEV && h->model == HOSTDEV_MODEL_VFIO_PCI && !h->display)
            h->display = TRI_OFF;
    }
}

/* UEFI guests: the loader is a pflash image, read-only. */
static void
loader_fields(struct domain_def *def, const struct qemu_host *host)
{
    struct os_loader *l = def->os->loader;
    if (l && l->path && !l->type)
        l->type = LOADER_TYPE_ROM;
    if (!l || l->type != LOADER_TYPE_PFLASH || l->readonly != TRI_YES || !l->path || l->stateless == TRI_YES)
        return;
    struct os_nvram *nv = def->os->nvram;
    if (!nv)
        nv = def->os->nvram = model_new(def, struct os_nvram);
    if (!nv->path && !nv->source)
        nv->path = model_printf(def, "%s/%s_VARS.%s", host->dirs.nvram, def->name,
                                nv->format == STORAGE_FORMAT_QCOW2 ? "qcow2" : "fd");
}

/* CPUs that no NUMA cell holds are in the first one. */
static int
numa_fields(struct domain_def *def, struct err *err)
{
    const struct cpu_numa *numa = def->cpu ? def->cpu->numa : NULL;
    if (!numa || !numa->n_cells)
        return 0;
    struct bitmap *left = bitmap_new(def->vcpu->max);
    bitmap_set_range(left, 0, def->vcpu->max - 1);
    for (uint32_t i = numa->n_cells; i-- > 0;) {
        struct bitmap *map = numa->cells[i]->cpus ? bitmap_parse(numa->cells[i]->cpus, 16384, err) : NULL;
        if (numa->cells[i]->cpus && !map) {
            bitmap_free(left);
            return -1;
        }
        for (ssize_t n = map ? bitmap_next(map, -1) : -1; n >= 0; n = bitmap_next(map, n)) {
            if (i)
                bitmap_clear(left, n);
            else
                bitmap_set(left, n);
        }
        bitmap_free(map);
    }
    g_autofree char *cpus = bitmap_format(left);
    if (*cpus)
        numa->cells[0]->cpus = model_str(def, cpus);
    bitmap_free(left);
    return 0;
}

/* Without a security driver there is one label for all that do not name another. */
static void
seclabel_fields(struct domain_def *def, const struct qemu_conf *conf)
{
    if (!conf->security_drivers || g_strcmp0(conf->security_drivers[0], "none") != 0)
        return;
    for (uint32_t i = 0; i < def->n_seclabels; i++) {
        struct seclabel *label = def->seclabels[i];
        if (label->model || label->type == SECLABEL_TYPE_STATIC)
            continue;
        label->type = SECLABEL_TYPE_NONE;
        label->model = model_str(def, "none");
        label->relabel = TRI_UNSET;
    }
}

int
qemu_defaults_fields(struct domain_def *def, const struct qemu_host *host, const struct qemu_caps *caps,
                     struct err *err)
{
    cpu_fields(def, caps);
    disk_fields(def);
    net_fields(def, caps);
    controller_fields(def, caps);
    video_fields(def);
    chardev_fields(def);
    sound_fields(def);
    misc_fields(def);
    loader_fields(def, host);
    seclabel_fields(def, host->conf);
    return numa_fields(def, err);
}
