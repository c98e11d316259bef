/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * check-devices: graphics, sound, video, input and the small devices; see check.h.
 */
#include <string.h>
#include "model/check.h"
#include "model/complete.h"
#include "model/complete-devices.h"

#define ERR_FROM VIR_FROM_DOMAIN

/* ---- as it is read -------------------------------------------------------------------------- */

/* YYYY-MM-DDTHH:MM:SS */
static bool is_time(const char *s)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd";
    size_t i;
    for (i = 0; form[i]; i++)
        if (form[i] == 'd' ? !g_ascii_isdigit(s[i]) : s[i] != form[i])
            return false;
    return !s[i];
}

static int
read_listen(const struct domain_def *def, const struct domain_graphics *g, uint32_t at, struct err *err)
{
    const struct graphics_listen *l = g->listens[at];
    if (g->type == GRAPHICS_TYPE_RDP &&
        (l->type == GRAPHICS_LISTEN_TYPE_SOCKET || l->type == GRAPHICS_LISTEN_TYPE_NONE))
        return UNSUPPORTED("the RDP graphics of guest '%s' cannot have a <listen> of type '%s'", def->name,
                           graphics_listen_type_str(l->type));
    if (!at && g->listen && l->type == GRAPHICS_LISTEN_TYPE_ADDRESS && l->address &&
        strcmp(g->listen, l->address))
        return UNSUPPORTED(
            "listen='%s' of the graphics of guest '%s' differs from the address '%s' of its first <listen>",
            g->listen, def->name, l->address);
    if (!at && g->socket && l->type == GRAPHICS_LISTEN_TYPE_SOCKET && l->socket &&
        strcmp(g->socket, l->socket))
        return UNSUPPORTED(
            "socket='%s' of the graphics of guest '%s' differs from the socket '%s' of its first <listen>",
            g->socket, def->name, l->socket);
    if (l->type == GRAPHICS_LISTEN_TYPE_NETWORK && !l->network)
        return XML("a <listen type='network'> of guest '%s' does not name its network", def->name);
    if ((l->network && l->type != GRAPHICS_LISTEN_TYPE_NETWORK) ||
        (l->socket && l->type != GRAPHICS_LISTEN_TYPE_SOCKET))
        return XML("a <listen type='%s'> of guest '%s' has %s=", graphics_listen_type_str(l->type), def->name,
                   l->socket && l->type != GRAPHICS_LISTEN_TYPE_SOCKET ? "socket" : "network");
    return 0;
}

int check_graphics_read(struct domain_def *def, struct domain_graphics *g, struct err *err)
{
    for (uint32_t i = 0; i < g->n_listens; i++)
        if (read_listen(def, g, i, err) < 0)
            return -1;
    if (g->passwd && g->passwd_valid_to && !is_time(g->passwd_valid_to))
        return INTERNAL(
            "passwdValidTo='%s' of the graphics of guest '%s' is no time such as 2030-12-31T23:59:59",
            g->passwd_valid_to, def->name);
    if (g->passwd && g->connected == GRAPHICS_CONNECTED_DEFAULT)
        return UNSUPPORTED("the graphics of guest '%s' has connected='default', which is to have none",
                           def->name);
    if (g->type == GRAPHICS_TYPE_VNC && g->passwd && g->connected && g->connected != GRAPHICS_CONNECTED_KEEP)
        return UNSUPPORTED("the VNC graphics of guest '%s' has connected='%s'; only 'keep' is possible",
                           def->name, graphics_connected_str(g->connected));
    if (g->type == GRAPHICS_TYPE_DBUS && g->p2p == TRI_YES && g->address)
        return XML("the D-Bus graphics of guest '%s' has p2p='yes' and an address; use one of them",
                   def->name);
    return 0;
}

static int read_audio(const struct domain_def *def, const struct audio_io *io, struct err *err)
{
    const struct audio_settings *s = io ? io->settings : NULL;
    if (io && io->fixed_settings == TRI_YES && io->mixing_engine != TRI_YES)
        return UNSUPPORTED("an <audio> of guest '%s' has fixedSettings='yes', which needs mixingEngine='yes'",
                           def->name);
    if (s && io->fixed_settings != TRI_YES)
        return UNSUPPORTED("an <audio> of guest '%s' has <settings>, which need fixedSettings='yes'",
                           def->name);
    return 0;
}

int check_video_read(struct domain_def *def, struct domain_video *v, struct err *err)
{
    const struct video_model *m = v->model;
    if (m && m->acceleration && !m->acceleration->accel2d && !m->acceleration->accel3d &&
        !m->acceleration->rendernode)
        return UNSUPPORTED("the <acceleration> of a video device of guest '%s' says nothing", def->name);
    return 0;
}

int check_filesystem_read(struct domain_def *def, struct domain_filesystem *f, struct err *err)
{
    const struct fs_source *s = f->source;
    enum storage_format format = f->driver ? f->driver->format : STORAGE_FORMAT_UNSET;
    if (format == STORAGE_FORMAT_NONE || format == STORAGE_FORMAT_AUTO || format == STORAGE_FORMAT_AIO ||
        format == STORAGE_FORMAT_LUKS)
        return UNSUPPORTED("a <filesystem> of guest '%s' has the format '%s', which is none of a filesystem",
                           def->name, storage_format_str(format));
    if (f->type == FS_TYPE_VOLUME && s && !s->pool != !s->volume)
        return XML("a <filesystem type='volume'> of guest '%s' names a %s and no %s", def->name,
                   s->pool ? "pool" : "volume", s->pool ? "volume" : "pool");
    if (f->type == FS_TYPE_RAM && !(s && s->has_usage))
        return XML("a <filesystem type='ram'> of guest '%s' does not say its size: <source usage='…'/>",
                   def->name);
    if (f->type != FS_TYPE_RAM && f->type != FS_TYPE_VOLUME &&
        (!s || !(s->file || s->dev || s->dir || s->name || s->socket || (s->pool && s->volume))))
        return err_set(err, VIR_ERR_NO_SOURCE, "a <filesystem> of guest '%s' has no source", def->name);
    return 0;
}

int check_tpms_read(struct domain_def *def, struct err *err)
{
    return def->n_tpms > 2 ? XML("guest '%s' has %u TPMs and can have two, one of them a proxy", def->name,
                                 def->n_tpms)
                           : 0;
}

int check_tpm_read(struct domain_def *def, struct domain_tpm *t, struct err *err)
{
    const struct tpm_backend *b = t->backend;
    if (!b)
        return XML("a <tpm> of guest '%s' has no <backend>", def->name);
    if (b->type != TPM_BACKEND_TYPE_EXTERNAL)
        return 0;
    const struct tpm_source *s = b->source;
    if (!s || !s->type)
        return XML("an external <tpm> of guest '%s' does not say the type of its <source>", def->name);
    enum chardev_type known = chardev_type_from(s->type);
    if (!known)
        return UNSUPPORTED("an external <tpm> of guest '%s' has a <source> of type '%s'; 'unix' is right",
                           def->name, s->type);
    if (known != CHARDEV_TYPE_UNIX)
        return XML("an external <tpm> of guest '%s' has a <source> of type '%s'; 'unix' is right",
                           def->name, s->type);
    if (!s->path)
        return XML("an external <tpm> of guest '%s' has no path in its <source>", def->name);
    if (s->mode && s->mode != UNIX_SOCKET_MODE_CLIENT && s->mode != UNIX_SOCKET_MODE_CONNECT)
        return XML("an external <tpm> of guest '%s' has mode='%s'; 'connect' is right", def->name,
                   unix_socket_mode_str(s->mode));
    return 0;
}

int check_input_read(struct domain_def *def, struct domain_input *i, struct err *err)
{
    if (i->type == INPUT_TYPE_PASSTHROUGH && i->source && !i->source->evdev)
        return XML("an <input type='passthrough'> of guest '%s' has no <source evdev='…'/>", def->name);
    if (i->type == INPUT_TYPE_EVDEV && i->source && !i->source->dev)
        return XML("an <input type='evdev'> of guest '%s' has no <source dev='…'/>", def->name);
    return 0;
}

int check_memory_read(struct domain_def *def, struct domain_memory *m, struct err *err)
{
    if (!m->target)
        return XML("a <memory> device of guest '%s' has no <target>", def->name);
    if (!m->target->has_size)
        return err_set_from(err, VIR_FROM_XML, VIR_ERR_XML_ERROR,
                            "a <memory> device of guest '%s' has no <size> in its "
                            "<target>",
                            def->name);
    if (m->target->label_size && m->target->label_size < 128)
        return XML("the <label> of an NVDIMM of guest '%s' has to be 128 KiB or more", def->name);
    if (m->model == MEMORY_MODEL_NVDIMM && m->target->label_size >= m->target->size)
        return XML("the <label> of an NVDIMM of guest '%s' is not smaller than the NVDIMM", def->name);
    return 0;
}

int check_shmem_read(struct domain_def *def, struct domain_shmem *s, struct err *err)
{
    return s->msi && !s->server ? XML("<shmem name='%s'> of guest '%s' has <msi>, which needs a <server>",
                                      s->name, def->name)
                                : 0;
}

int check_lease_read(struct domain_def *def, struct domain_lease *l, struct err *err)
{
    /* The reference fails without a reason where no <lockspace> is; so there is no other code to give. */
    if (l->key && !l->lockspace)
        return err_set_from(err, VIR_FROM_NONE, VIR_ERR_INTERNAL_ERROR,
                            "a <lease> of guest '%s' has no <lockspace>", def->name);
    const char *lacks = !l->key          ? "<key>"
                        : !l->has_target ? "<target>"
                        : !l->path       ? "path in its <target>"
                                         : NULL;
    return lacks ? XML("a <lease> of guest '%s' has no %s", def->name, lacks) : 0;
}

int check_watchdogs_read(struct domain_def *def, struct err *err)
{
    return def->n_watchdogs > 1
               ? INTERNAL("guest '%s' has %u watchdogs and can have one", def->name, def->n_watchdogs)
               : 0;
}

int check_audio_read(struct domain_def *def, struct domain_audio *a, struct err *err)
{
    if (a->dsp_policy < 0)
        return XML("dspPolicy='%d' of an <audio> of guest '%s' has to be 0 or more", a->dsp_policy,
                   def->name);
    return read_audio(def, a->input, err) < 0 ? -1 : read_audio(def, a->output, err);
}

/* ---- what nobody could run ------------------------------------------------------------------ */

static bool any_virtio(const struct virtio_options *v)
{
    return v->iommu || v->ats || v->packed || v->page_per_vq;
}

int check_video(const struct domain_def *def, uint32_t at, struct err *err)
{
    const struct domain_video *v = def->videos[at];
    const struct video_model *m = v->model;
    const char *only = m->ram ? "ram" : m->vram64 ? "vram64" : m->vgamem ? "vgamem" : NULL;
    if (only && m->type != VIDEO_TYPE_QXL)
        return UNSUPPORTED("a video device of guest '%s' of type '%s': %s= is for type 'qxl'", def->name,
                           video_type_str(m->type), only);
    if (v->model->type == VIDEO_TYPE_RAMFB && v->info.address && v->info.address->type)
        return UNSUPPORTED(
            "a video device of guest '%s' of type 'ramfb' sits nowhere: it has no <address>", def->name);
    for (uint32_t i = 0; def->n_videos > 1 && i < def->n_videos; i++)
        if (def->videos[i]->model->type == VIDEO_TYPE_NONE)
            return UNSUPPORTED(
                "guest '%s' has a video device of type 'none' and others; 'none' stands alone", def->name);
    if (m->resolution && (!m->resolution->x || !m->resolution->y))
        return UNSUPPORTED("the <resolution> of a video device of guest '%s' has to be greater than 0",
                           def->name);
    if (v->driver && v->driver->name == VIDEO_DRIVER_NAME_VHOSTUSER &&
        v->model->type != VIDEO_TYPE_VIRTIO)
        return UNSUPPORTED(
            "a video device of guest '%s' of type '%s' has the driver 'vhostuser', which is for virtio",
            def->name, video_type_str(v->model->type));
    if (v->model->acceleration && v->model->acceleration->rendernode &&
        v->model->type != VIDEO_TYPE_NONE &&
        !(v->driver && v->driver->name == VIDEO_DRIVER_NAME_VHOSTUSER))
        return UNSUPPORTED(
            "a video device of guest '%s' has a rendernode, which is for the driver 'vhostuser'",
            def->name);
    if (v->driver && any_virtio(&v->driver->virtio) && v->model->type != VIDEO_TYPE_VIRTIO)
        return UNSUPPORTED(
            "a video device of guest '%s' of type '%s' has options in <driver> that are for virtio",
            def->name, video_type_str(v->model->type));
    return 0;
}

int check_videos_unique(const struct domain_def *def, struct err *err)
{
    unsigned primary = 0;
    for (uint32_t i = 0; i < def->n_videos; i++)
        primary += def->videos[i]->model->primary == TRI_YES;
    return primary <= 1 ? 0 : UNSUPPORTED("guest '%s' has %u primary video devices", def->name, primary);
}

int check_audio(const struct domain_def *def, uint32_t at, struct err *err)
{
    for (uint32_t k = 0; k < def->n_audios; k++)
        if (k != at && def->audios[at]->id == def->audios[k]->id)
            return XML("guest '%s' has two <audio> with id %u", def->name, def->audios[at]->id);
    return 0;
}

static int check_audio_of(const struct domain_def *def, const char *kind, unsigned id, struct err *err)
{
    bool found = !id;
    for (uint32_t k = 0; k < def->n_audios && !found; k++)
        found = def->audios[k]->id == id;
    return found ? 0
                 : XML("a %s device of guest '%s' uses <audio id='%u'>, which is not there", kind, def->name,
                       id);
}

int check_sound(const struct domain_def *def, uint32_t at, struct err *err)
{
    return check_audio_of(def, "sound", def->sounds[at]->audio_id, err);
}

int check_graphics(const struct domain_def *def, uint32_t at, struct err *err)
{
    const struct domain_graphics *g = def->graphics[at];
    return g->type == GRAPHICS_TYPE_VNC ? check_audio_of(def, "graphics", g->audio_id, err) : 0;
}

int check_input(const struct domain_def *def, uint32_t at, struct err *err)
{
    enum os_type os = def->os->type;
    bool xen = os == OS_TYPE_XEN || os == OS_TYPE_XENPVH ||
               (os == OS_TYPE_LINUX && def->type == DOMAIN_VIRT_XEN);  /* domain_fill() calls it so */
    const struct domain_input *in = def->inputs[at];
    if (os != OS_TYPE_HVM && !xen && !domain_is_virtuozzo(def))
        return INTERNAL("a %s of guest '%s': guests of type '%s' have no input devices",
                        input_type_str(in->type), def->name, os_type_str(os));
    if (xen && (in->bus != INPUT_BUS_XEN ||
                (in->type != INPUT_TYPE_MOUSE && in->type != INPUT_TYPE_KEYBOARD)))
        return INTERNAL(
            "a %s of guest '%s': guests of type '%s' have a mouse and a keyboard on bus 'xen'",
            input_type_str(in->type), def->name, os_type_str(os));
    if (os != OS_TYPE_HVM && !xen &&
        (in->bus != INPUT_BUS_PARALLELS || (in->type != INPUT_TYPE_MOUSE && in->type != INPUT_TYPE_KEYBOARD)))
        return INTERNAL("a %s of guest '%s': containers have a mouse and a keyboard on bus 'parallels'",
                        input_type_str(in->type), def->name);
    if (def->os->type == OS_TYPE_HVM && in->bus == INPUT_BUS_PS2 && in->type != INPUT_TYPE_MOUSE &&
        in->type != INPUT_TYPE_KEYBOARD)
        return INTERNAL("a %s of guest '%s' cannot sit on the ps2 bus; use usb or virtio",
                        input_type_str(in->type), def->name);
    if (def->os->type == OS_TYPE_HVM && in->bus == INPUT_BUS_XEN)
        return INTERNAL("a %s of guest '%s' cannot sit on bus 'xen'", input_type_str(in->type),
                        def->name);
    if (in->type == INPUT_TYPE_EVDEV && in->bus)
        return UNSUPPORTED("an <input type='evdev'> of guest '%s' is on no bus, not on '%s'; say bus='none'",
                           def->name, input_bus_str(in->bus));
    const struct device_address *a = in->info.address;
    if (in->bus == INPUT_BUS_USB && a && a->type && a->type != ADDRESS_TYPE_USB)
        return XML("a USB %s of guest '%s' has an address of type '%s'", input_type_str(in->type),
                   def->name, address_type_str(a->type));
    if (in->type == INPUT_TYPE_PASSTHROUGH && in->bus != INPUT_BUS_VIRTIO)
        return UNSUPPORTED("an <input type='passthrough'> of guest '%s' can only be on bus 'virtio'",
                           def->name);
    if (in->type == INPUT_TYPE_EVDEV && in->bus)
        return UNSUPPORTED("an <input type='evdev'> of guest '%s' is on no bus, not on '%s'", def->name,
                           input_bus_str(in->bus));
    if (in->model && in->bus != INPUT_BUS_VIRTIO)
        return UNSUPPORTED("a %s of guest '%s' has model '%s', which is for bus 'virtio'",
                           input_type_str(in->type), def->name, virtio_model_str(in->model));
    return 0;
}

int check_tpm(const struct domain_def *def, uint32_t at, struct err *err)
{
    const struct tpm_backend *b = def->tpms[at]->backend;
    if (b->type == TPM_BACKEND_TYPE_EMULATOR && b->version != TPM_VERSION_2_0 &&
        (b->sha1 || b->sha256 || b->sha384 || b->sha512))
        return XML("the <active_pcr_banks> of a <tpm> of guest '%s' need version='2.0'", def->name);
    return 0;
}

int check_memory(const struct domain_def *def, uint32_t at, struct err *err)
{
    const struct domain_memory *m = def->memories[at];
    const struct cpu_numa *numa = def->cpu ? def->cpu->numa : NULL;
    uint32_t cells = numa ? numa->n_cells : 0;
    bool ppc = def->os->arch == ARCH_PPC64 || def->os->arch == ARCH_PPC64LE;
    if (m->target->has_node && m->target->node >= cells)
        return err_set(err, VIR_ERR_XML_DETAIL,
                       "a <memory> device of guest '%s' is on NUMA node %u; the guest has %u", def->name,
                       m->target->node, cells);
    if (m->model == MEMORY_MODEL_NVDIMM && ppc && m->source && m->source->path && m->discard != TRI_YES &&
        !m->target->label_size)
        return UNSUPPORTED("an NVDIMM of guest '%s' has no <label>, which pseries machines need", def->name);
    if (m->model == MEMORY_MODEL_NVDIMM && m->has_uuid && !ppc)
        return UNSUPPORTED("an NVDIMM of guest '%s' has a <uuid>, which is for pseries machines", def->name);
    if (m->model == MEMORY_MODEL_VIRTIO_PMEM && !(m->source && m->source->path))
        return err_set(err, VIR_ERR_XML_DETAIL,
                       "a <memory> device of guest '%s' of model 'virtio-pmem' has no <path> in its <source>",
                       def->name);
    if ((m->model == MEMORY_MODEL_NVDIMM || m->model == MEMORY_MODEL_VIRTIO_PMEM) && m->discard == TRI_YES)
        return UNSUPPORTED("a <memory> device of guest '%s' of model '%s' cannot have discard='yes'",
                           def->name, memory_model_str(m->model));
    if (m->model == MEMORY_MODEL_SGX_EPC && m->info.address && m->info.address->type)
        return UNSUPPORTED("a <memory> device of guest '%s' of model 'sgx-epc' has no address", def->name);
    if (m->model == MEMORY_MODEL_NVDIMM && !(m->source && m->source->path))
        return err_set(err, VIR_ERR_XML_DETAIL,
                       "a <memory> device of guest '%s' of model 'nvdimm' has no <path> in its <source>",
                       def->name);
    if (m->model == MEMORY_MODEL_VIRTIO_MEM &&
        (m->target->block & (m->target->block - 1) || !m->target->block))
        return err_set(err, VIR_ERR_XML_DETAIL,
                       "the <block> of a virtio-mem device of guest '%s' has to be a power of two",
                       def->name);
    if (m->model == MEMORY_MODEL_VIRTIO_MEM && m->target->block < 2048)
        return err_set(err, VIR_ERR_XML_DETAIL,
                       "the <block> of a virtio-mem device of guest '%s' has to be at least 2 MiB",
                       def->name);
    if (m->model == MEMORY_MODEL_VIRTIO_MEM && m->target->requested > m->target->size)
        return err_set(err, VIR_ERR_XML_DETAIL,
                       "a virtio-mem device of guest '%s' has more <requested> than its <size>", def->name);
    if (m->model == MEMORY_MODEL_VIRTIO_MEM && m->target->requested % m->target->block)
        return err_set(
            err, VIR_ERR_XML_DETAIL,
            "the <requested> size of a virtio-mem device of guest '%s' has to be a number of blocks",
            def->name);
    if (m->model == MEMORY_MODEL_VIRTIO_PMEM && m->access == MEMORY_ACCESS_PRIVATE)
        return UNSUPPORTED("a virtio-pmem device of guest '%s' needs access='shared'", def->name);
    if (m->model == MEMORY_MODEL_VIRTIO_PMEM && m->target->has_node)
        return UNSUPPORTED("a virtio-pmem device of guest '%s' cannot be on a NUMA <node>", def->name);
    return 0;
}

static bool is_virtiofs(const struct domain_filesystem *f)
{
    return f->driver && f->driver->type == FS_DRIVER_TYPE_VIRTIOFS;
}

int check_panics_unique(const struct domain_def *def, struct err *err)
{
    for (uint32_t i = 0; i < def->n_panics; i++)
        for (uint32_t k = 0; k < i; k++)
            if (def->panics[i]->model == def->panics[k]->model)
                return XML("guest '%s' has two panic devices of model '%s'", def->name,
                           panic_model_str(def->panics[i]->model));
    return 0;
}

int check_shmem(const struct domain_def *def, uint32_t at, struct err *err)
{
    const struct domain_shmem *s = def->shmems[at];
    if (strchr(s->name, '/'))
        return UNSUPPORTED("the name '%s' of a <shmem> of guest '%s' contains a '/'", s->name, def->name);
    if (!strcmp(s->name, ".") || !strcmp(s->name, ".."))
        return UNSUPPORTED("a <shmem> of guest '%s' cannot have the name '%s'", def->name, s->name);
    return 0;
}

int check_vsock(const struct domain_def *def, uint32_t at, struct err *err)
{
    if (any_virtio(&def->vsock->virtio) && !def->vsock->model)
        return UNSUPPORTED("the <vsock> of guest '%s' has options in <driver> that are for model 'virtio'",
                           def->name);
    return def->vsock->cid && def->vsock->cid < 3
               ? UNSUPPORTED("vsock address %u of guest '%s': guests start at 3", def->vsock->cid, def->name)
               : 0;
}

int check_filesystem(const struct domain_def *def, uint32_t at, struct err *err)
{
    const struct domain_filesystem *f = def->filesystems[at];
    if (!f->target || !*f->target)
        return err_set(err, VIR_ERR_NO_TARGET, "a <filesystem> of guest '%s' has no <target dir='…'/>",
                       def->name);
    if (f->info.boot_order && !is_virtiofs(f))
        return UNSUPPORTED(
            "filesystem '%s' of guest '%s' has a boot order; only those with the driver 'virtiofs' can "
            "boot",
            f->target, def->name);
    for (uint32_t k = 0; k < at; k++)
        if (is_virtiofs(f) && is_virtiofs(def->filesystems[k]) &&
            !strcmp(f->target, def->filesystems[k]->target))
            return UNSUPPORTED("guest '%s' has two filesystems with the target '%s'", def->name, f->target);
    return 0;
}

int check_iommu(const struct domain_def *def, uint32_t at, struct err *err)
{
    const struct iommu_driver *d = def->iommu->driver;
    if (def->iommu->model != IOMMU_MODEL_VIRTIO && def->iommu->info.address &&
        def->iommu->info.address->type != ADDRESS_TYPE_UNASSIGNED)
        return XML("an IOMMU of guest '%s' of model '%s' has no address", def->name,
                   iommu_model_str(def->iommu->model));
    if (!d)
        return 0;
    if (def->iommu->model != IOMMU_MODEL_INTEL &&
        (d->intremap || d->caching_mode || d->eim || d->iotlb || d->aw_bits))
        return XML("an IOMMU of guest '%s' of model '%s' has settings in <driver>, which it does not know",
                   def->name, iommu_model_str(def->iommu->model));
    return 0;
}

/* What an IOMMU does to interrupts is told when all is well with the devices themselves. */
int check_remapping(const struct domain_def *def, struct err *err)
{
    const struct iommu_driver *d = def->iommu ? def->iommu->driver : NULL;
    bool split = def->features && def->features->ioapic == IOAPIC_DRIVER_QEMU;
    if (!d)
        return 0;
    if (d->intremap == TRI_ON && !split)
        return UNSUPPORTED(
            "interrupt remapping of the IOMMU of guest '%s' needs <ioapic driver='qemu'/> in <features>",
            def->name);
    if (d->eim == TRI_ON && d->intremap != TRI_ON)
        return UNSUPPORTED(
            "the IOMMU of guest '%s' needs interrupt remapping (intremap='on') for its extended mode (eim)",
            def->name);
    return 0;
}
