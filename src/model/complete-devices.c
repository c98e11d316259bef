/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-devices: what devices imply, for every hypervisor; see complete.h.
 */
#include <glib.h>
#include "base/uuid.h"
#include "model/address.h"
#include "model/check.h"
#include "model/complete-devices.h"
#include "model/complete-parts.h"

#define ERR_FROM VIR_FROM_DOMAIN

/* ---- interfaces ----------------------------------------------------------------------------- */

static void complete_ips(const void *root, struct network_ip **ips, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        struct ip ip;
        if (!ips[i]->address || ip_parse(ips[i]->address, &ip) < 0)
            continue;
        ips[i]->address = ip_text(root, &ip);
        ips[i]->family = ip_is4(&ip) ? IP_FAMILY_IPV4 : IP_FAMILY_IPV6;
        ips[i]->has_prefix = ips[i]->prefix > 0;
        if (ips[i]->peer && ip_parse(ips[i]->peer, &ip) == 0)
            ips[i]->peer = ip_text(root, &ip);
    }
}

/* What the card says to the switch it is plugged into. */
static int complete_plug(struct domain_def *def, struct domain_interface *net, struct err *err)
{
    g_autofree char *where =
        g_strdup_printf("<interface type='%s'> of guest '%s'", interface_type_str(net->type), def->name);
    bool network = net->type == INTERFACE_TYPE_NETWORK;
    if (net->virtualport && !network && net->type != INTERFACE_TYPE_BRIDGE &&
        net->type != INTERFACE_TYPE_DIRECT && net->type != INTERFACE_TYPE_HOSTDEV)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "%s has a <virtualport>, and is not plugged into a switch", where);
    if (routes_complete(def, net->routes, net->n_routes, where, err) < 0 ||
        (net->source && routes_complete(def, net->source->routes, net->source->n_routes, where, err) < 0))
        return -1;
    return virtualport_fill(def, net->virtualport, !network, where, err) < 0
               ? -1
               : vlan_complete(net->vlan, where, err);
}

int domain_complete_interface(struct domain_def *def, struct domain_interface *net, struct err *err)
{
    if (!net->has_mac) {
        static const unsigned char qemu[3] = { 0x52, 0x54, 0x00 };
        guint32 r = g_random_int();
        memcpy(net->mac, qemu, 3);
        memcpy(net->mac + 3, &r, 3);
        net->has_mac = true;
    }
    if (net->type == INTERFACE_TYPE_DIRECT && net->source && !net->source->mode)
        net->source->mode = INTERFACE_MODE_VEPA;
    if (net->type == INTERFACE_TYPE_VHOSTUSER && net->source)
        domain_complete_reconnect(&net->source->reconnect);
    complete_ips(def, net->ips, net->n_ips);
    if (net->source)
        complete_ips(def, net->source->ips, net->source->n_ips);
    bool virtio = net->model && g_str_has_prefix(net->model, "virtio");
    if (net->type != INTERFACE_TYPE_HOSTDEV && !virtio) {       /* settings of a card that it is not */
        const struct virtio_options v = net->driver ? net->driver->virtio : (struct virtio_options){ 0 };
        if (!v.iommu && !v.ats && !v.packed && !v.page_per_vq)
            net->driver = NULL;
        else                                    /* refused later, unless it becomes a virtio card */
            *net->driver = (struct interface_driver){ .virtio = v };
    }
    if (net->backend && (!virtio || net->type == INTERFACE_TYPE_HOSTDEV))
        net->backend->vhost = NULL;
    for (uint32_t i = 0; i < net->n_port_forwards; i++) {
        struct ip ip;
        const char *address = net->port_forwards[i]->address;
        if (address && ip_parse(address, &ip) == 0)
            net->port_forwards[i]->address = ip_text(def, &ip);
    }
    if (net->driver && net->driver->queues == 1)
        net->driver->queues = 0;
    bool filtered = net->type == INTERFACE_TYPE_NETWORK || net->type == INTERFACE_TYPE_BRIDGE ||
        net->type == INTERFACE_TYPE_ETHERNET;
    if (net->filterref && (!net->filterref->filter || !filtered))
        net->filterref = NULL;
    if (net->filterref)
        nwfilter_use_complete(net->filterref);
    return complete_plug(def, net, err);
}

/* ---- the others ----------------------------------------------------------------------------- */

enum input_bus domain_input_bus(const struct domain_def *def, const struct domain_input *in)
{
    /* not said where a <bootloader> is: then it is Xen's */
    enum os_type os = def->os && def->os->type ? def->os->type : OS_TYPE_XEN;
    enum arch arch = def->os ? def->os->arch : ARCH_UNSET;
    bool s390 = arch == ARCH_S390 || arch == ARCH_S390X;
    if (in->bus)
        return in->bus;
    if (in->type == INPUT_TYPE_EVDEV)   /* is on none, which there has to be said: check_input() */
        return s390 ? INPUT_BUS_VIRTIO : INPUT_BUS_UNSET;
    if (in->type == INPUT_TYPE_PASSTHROUGH)
        return INPUT_BUS_VIRTIO;
    if (os == OS_TYPE_XEN || os == OS_TYPE_XENPVH)
        return INPUT_BUS_XEN;
    if (os != OS_TYPE_HVM)              /* containers have none, but those of Virtuozzo */
        return domain_is_virtuozzo(def) ? INPUT_BUS_PARALLELS : INPUT_BUS_UNSET;
    if (s390)
        return INPUT_BUS_VIRTIO;
    bool pc = !arch || arch == ARCH_I686 || arch == ARCH_X86_64;
    return in->type == INPUT_TYPE_TABLET || !pc ? INPUT_BUS_USB : INPUT_BUS_PS2;
}

static void complete_input(struct domain_def *def, struct domain_input *in)
{
    in->bus = in->bus == INPUT_BUS_NONE && in->type != INPUT_TYPE_PASSTHROUGH ? INPUT_BUS_UNSET
                                                                              : domain_input_bus(def, in);
}

/* UDP has one end of each kind, the one that is bound first. */
static void complete_udp(struct chardev_source *s)
{
    struct chardev_endpoint *ends[2] = { NULL };
    for (uint32_t i = 0; i < s->n_ends; i++) {
        bool bound = s->ends[i]->mode == CHARDEV_MODE_BIND;
        if (!ends[!bound] && (s->ends[i]->host || s->ends[i]->service))
            ends[!bound] = s->ends[i];
    }
    uint32_t n = 0;
    for (unsigned i = 0; i < 2; i++)
        if (ends[i])
            s->ends[n++] = ends[i];
    s->n_ends = n;
}

static void complete_chardev(struct chardev_source *s)
{
    if (!s->type)
        s->type = CHARDEV_TYPE_PTY;
    if (s->log && !s->log->file)
        s->log = NULL;
    for (uint32_t i = 0; i < s->n_ends; i++) {
        struct chardev_endpoint *e = s->ends[i];
        if (s->type != CHARDEV_TYPE_DEV && s->type != CHARDEV_TYPE_FILE && s->type != CHARDEV_TYPE_PIPE &&
            s->type != CHARDEV_TYPE_UNIX)
            e->n_seclabels = 0;         /* nothing there has a label */
        domain_complete_seclabels(e->seclabels, &e->n_seclabels);
        domain_complete_reconnect(&e->reconnect);
    }
    if (s->type == CHARDEV_TYPE_UNIX || s->type == CHARDEV_TYPE_TCP || s->type == CHARDEV_TYPE_UDP)
        for (uint32_t i = 0; i < s->n_ends; i++)
            if (!s->ends[i]->mode && (s->type != CHARDEV_TYPE_UNIX || s->ends[i]->path))
                s->ends[i]->mode = CHARDEV_MODE_CONNECT;
    for (uint32_t i = 0; i < s->n_ends;) {
        const struct chardev_endpoint *e = s->ends[i];
        bool refused = e->mode == CHARDEV_MODE_BIND && e->reconnect;  /* by check_channel() */
        if (s->type == CHARDEV_TYPE_UNIX && !e->path && !refused)
            model_list_remove(s->ends, s->n_ends, i);
        else
            i++;
    }
    if (s->type == CHARDEV_TYPE_UDP)
        complete_udp(s);
    if (s->type == CHARDEV_TYPE_TCP && !s->protocol)
        s->protocol = CHARDEV_PROTOCOL_RAW;
}

static void complete_rng(struct domain_def *def, struct domain_rng *r)
{
    struct rng_backend *b = r->backend;
    if (r->rate && !r->rate->bytes)
        r->rate = NULL;
    if (b->model == RNG_BACKEND_MODEL_EGD)
        complete_chardev(&b->source);
    if (b->model == RNG_BACKEND_MODEL_RANDOM && !b->device)
        b->device = model_str(def, "/dev/random");
}

static void complete_guestfwd(struct domain_def *def, struct channel_target *t)
{
    struct ip ip;
    if (t->type != CHANNEL_TARGET_TYPE_GUESTFWD || ip_parse(t->address, &ip) < 0)
        return;
    t->address = ip_text(def, &ip);
    t->guestfwd_port =
        model_printf(def, "%u", (unsigned)(uint16_t)g_ascii_strtoull(t->guestfwd_port, NULL, 10));
}

static void complete_filesystem(struct domain_filesystem *f)
{
    static const struct fs_source nowhere;
    if (!f->accessmode && !(f->source && f->source->socket))
        f->accessmode = FS_ACCESSMODE_PASSTHROUGH;
    if (f->source && f->source->socket && (f->type == FS_TYPE_MOUNT || f->type == FS_TYPE_BIND)) {
        f->source->dir = NULL;          /* its server knows */
    } else if (f->source) {
        f->source->socket = NULL;
        if (!memcmp(f->source, &nowhere, sizeof(nowhere)))
            f->source = NULL;
    }
    if (f->multidevs == FS_MULTIDEVS_DEFAULT)
        f->multidevs = FS_MULTIDEVS_UNSET;
    struct fs_driver *d = f->driver;
    if (d && d->type != FS_DRIVER_TYPE_VIRTIOFS)
        d->queue = 0;
    if (d && !d->type) {
        d->wrpolicy = FS_WRPOLICY_UNSET;
        d->format = STORAGE_FORMAT_UNSET;
    }
    if (f->binary && f->binary->thread_pool_size < 0)
        f->binary->has_thread_pool_size = false;
    if (!d || d->type != FS_DRIVER_TYPE_VIRTIOFS)
        f->binary = NULL;
}

/* The first place on a narrow SCSI bus that no disk and no other device of the host has. */
static struct device_address *free_scsi_place(struct domain_def *def)
{
    enum { NARROW = 7 };
    struct device_address *a = model_new(def, struct device_address);
    a->type = ADDRESS_TYPE_DRIVE;
    a->has_controller = a->has_bus = a->has_target = a->has_unit = true;
    for (unsigned n = 0, taken = 1; taken; n += taken) {
        a->controller = n / NARROW;
        a->unit = n % NARROW;
        taken = 0;
        for (uint32_t i = 0; i < def->n_disks && !taken; i++)
            taken = def->disks[i]->bus == DISK_BUS_SCSI && drive_is_same(a, def->disks[i]->info.address);
        for (uint32_t i = 0; i < def->n_hostdevs && !taken; i++)
            taken = def->hostdevs[i]->type == HOSTDEV_TYPE_SCSI &&
                    drive_is_same(a, def->hostdevs[i]->info.address);
    }
    return a;
}

static void complete_hostdev(struct domain_def *def, struct domain_hostdev *h)
{
    if (h->mode == HOSTDEV_MODE_SUBSYSTEM && !h->managed)
        h->managed = TRI_NO;
    if (h->mode == HOSTDEV_MODE_CAPABILITIES) {        /* of containers: nobody takes it from the host */
        h->managed = h->rawio = TRI_UNSET;
        h->sgio = DISK_SGIO_UNSET;
        h->model = HOSTDEV_MODEL_UNSET;
    }
    complete_ips(def, h->ips, h->n_ips);
    struct hostdev_source *s = h->source;
    bool iscsi = h->type == HOSTDEV_TYPE_SCSI && s->protocol == HOSTDEV_PROTOCOL_ISCSI;
    if (!iscsi)
        s->n_hosts = 0;
    if (h->type != HOSTDEV_TYPE_SCSI || iscsi)
        s->adapter = NULL;
    if (iscsi || h->type == HOSTDEV_TYPE_SCSI_HOST)
        s->address = NULL;
    if (s->initiator && !(s->initiator->iqn && *s->initiator->iqn))
        s->initiator = NULL;
    for (uint32_t i = 0; i < s->n_hosts; i++) {
        guint64 port = s->hosts[i]->port ? g_ascii_strtoull(s->hosts[i]->port, NULL, 10) : 0;
        s->hosts[i]->port = port ? model_printf(def, "%u", (unsigned)port) : NULL;
        s->hosts[i]->transport = STORAGE_TRANSPORT_UNSET;       /* it is TCP in any case */
    }
    if (h->type == HOSTDEV_TYPE_PCI && !s->address) {
        struct hostdev_host_address *a = s->address = model_new(def, struct hostdev_host_address);
        a->has_domain = a->has_bus = a->has_slot = a->has_function = true;
    }
    if (h->type != HOSTDEV_TYPE_MDEV)
        h->display = h->ramfb = TRI_UNSET;
    if (h->type == HOSTDEV_TYPE_SCSI && s->protocol != HOSTDEV_PROTOCOL_ISCSI) {
        s->protocol = HOSTDEV_PROTOCOL_UNSET;
        s->name = NULL;
    } else if (h->type == HOSTDEV_TYPE_SCSI && s->name && !strchr(s->name, '/')) {
        s->name = model_printf(def, "%s/0", s->name);
    }
    if (h->type == HOSTDEV_TYPE_SCSI && !h->info.address)
        h->info.address = free_scsi_place(def);
}

/* Any value is as good as none; numbers as they are known from other tools. */
static void complete_filter(struct domain_def *def, struct redirfilter_usb *u)
{
    const char **const ids[] = { &u->class, &u->vendor, &u->product };
    for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
        gint64 n = *ids[i] ? g_ascii_strtoll(*ids[i], NULL, 0) : -1;
        *ids[i] = n < 0    ? NULL
                  : i == 0 ? model_printf(def, "0x%02X", (unsigned)n)
                           : model_printf(def, "0x%04X", (unsigned)n);
    }
    if (!u->version)
        return;
    char *minor;
    unsigned major = strtoul(u->version, &minor, 10), rest = *minor ? strtoul(minor + 1, NULL, 10) : 0;
    u->version = strcmp(u->version, "-1")
                     ? model_printf(def, "%u.%02u", major, strlen(minor) == 2 ? rest * 10 : rest)
                     : NULL;
}

static int
complete_info(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    if (info->acpi && !info->acpi->index)
        info->acpi = NULL;
    return 0;
}

static void complete_tpm(struct domain_def *def, struct domain_tpm *t)
{
    struct tpm_backend *b = t->backend;
    if (b->type == TPM_BACKEND_TYPE_PASSTHROUGH && !b->device)
        b->device = model_str(def, "/dev/tpm0");
    if (b->type == TPM_BACKEND_TYPE_EXTERNAL && !b->source->mode)
        b->source->mode = UNIX_SOCKET_MODE_CONNECT;
    if (b->persistent_state == TRI_NO)
        b->persistent_state = TRI_UNSET;
    if (b->type == TPM_BACKEND_TYPE_EMULATOR)
        return;
    b->version = TPM_VERSION_UNSET;             /* it is what it is */
    b->persistent_state = TRI_UNSET;
    b->sha1 = b->sha256 = b->sha384 = b->sha512 = false;
}

/* Those without a bus of their own, or with few settings. */
static void complete_small(struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_tpms; i++)
        complete_tpm(def, def->tpms[i]);
    for (uint32_t i = 0; i < def->n_sounds; i++)
        if (def->sounds[i]->model != SOUND_MODEL_ICH6 && def->sounds[i]->model != SOUND_MODEL_ICH9)
            def->sounds[i]->n_codecs = 0;       /* the others have none to choose */
    for (uint32_t i = 0; i < def->n_panics; i++)
        if (def->panics[i]->model == PANIC_MODEL_DEFAULT)
            def->panics[i]->model = PANIC_MODEL_UNSET;
    for (uint32_t i = 0; i < def->n_shmems; i++) {
        struct domain_shmem *s = def->shmems[i];
        if (!s->model)
            s->model = SHMEM_MODEL_IVSHMEM;
        if (s->model == SHMEM_MODEL_IVSHMEM)
            s->role = SHMEM_ROLE_UNSET;
    }
    if (def->vsock && !def->vsock->cid_auto)
        def->vsock->cid_auto = def->vsock->cid ? TRI_NO : TRI_YES;
}

static void complete_audio(struct domain_def *def, struct audio_io *io)
{
    if (io && io->fixed_settings == TRI_YES && !io->settings)
        io->settings = model_new(def, struct audio_settings);
}

static void complete_others(struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_audios; i++) {
        complete_audio(def, def->audios[i]->input);
        complete_audio(def, def->audios[i]->output);
    }
    domain_complete_addresses(def);
    complete_small(def);
    domain_each_device(def, complete_info, NULL);
    for (uint32_t i = 0; def->redirfilter && i < def->redirfilter->n_devices; i++)
        complete_filter(def, def->redirfilter->devices[i]);
    for (uint32_t i = 0; i < def->n_inputs; i++)
        complete_input(def, def->inputs[i]);
    for (uint32_t i = 0; i < def->n_hostdevs; i++)
        complete_hostdev(def, def->hostdevs[i]);
    for (uint32_t i = 0; i < def->n_filesystems; i++)
        complete_filesystem(def->filesystems[i]);
    for (uint32_t i = 0; i < def->n_watchdogs; i++)
        if (!def->watchdogs[i]->action)
            def->watchdogs[i]->action = WATCHDOG_ACTION_RESET;
    for (uint32_t i = 0; i < def->n_rngs; i++)
        complete_rng(def, def->rngs[i]);
    for (uint32_t i = 0; i < def->n_channels; i++)
        complete_guestfwd(def, def->channels[i]->target);
    for (uint32_t i = 0; i < def->n_parallels; i++)
        if (def->parallels[i]->target)
        {
            def->parallels[i]->target->type = CHARDEV_TARGET_TYPE_UNSET;
            def->parallels[i]->target->model = CHARDEV_TARGET_MODEL_UNSET;
        }
    for (uint32_t i = 0; i < def->n_serials + def->n_consoles; i++) {
        const struct domain_chardev *c =
            i < def->n_serials ? def->serials[i] : def->consoles[i - def->n_serials];
        if (c->target && c->target->type == CHARDEV_TARGET_TYPE_NONE)
            c->target->type = CHARDEV_TARGET_TYPE_UNSET;
    }
    if (def->memballoon && def->memballoon->stats_period < 0)
        def->memballoon->stats_period = 0;      /* never */
    if (def->memballoon && def->memballoon->model == MEMBALLOON_MODEL_NONE) {
        def->memballoon->info.alias = NULL;
        def->memballoon->info.address = NULL;
        def->memballoon->info.acpi = NULL;
    }
    for (uint32_t i = 0; i < def->n_smartcards; i++) {
        if (def->smartcards[i]->mode == SMARTCARD_MODE_PASSTHROUGH)
            complete_chardev(&def->smartcards[i]->source);
        struct device_info *info = &def->smartcards[i]->info;
        if (info->address)
            continue;
        info->address = model_new(def, struct device_address);
        info->address->type = ADDRESS_TYPE_CCID;
        info->address->has_controller = info->address->has_ccid_slot = true;
        info->address->ccid_slot = i;
    }
    bool ppc = def->os->arch == ARCH_PPC64 || def->os->arch == ARCH_PPC64LE;
    for (uint32_t i = 0; i < def->n_memories; i++) {
        struct domain_memory *m = def->memories[i];
        if (m->model == MEMORY_MODEL_VIRTIO_PMEM && !m->access)
            m->access = MEMORY_ACCESS_SHARED;
        if (m->model == MEMORY_MODEL_NVDIMM && ppc && !m->has_uuid) {
            uuid_generate(m->uuid);
            m->has_uuid = true;
        }
    }
#define ENDS(array, n) for (uint32_t i = 0; i < (n); i++) complete_chardev(&(array)[i]->source)
    ENDS(def->serials, def->n_serials);
    ENDS(def->parallels, def->n_parallels);
    ENDS(def->consoles, def->n_consoles);
    ENDS(def->channels, def->n_channels);
    ENDS(def->redirdevs, def->n_redirdevs);
    for (uint32_t i = 0; i < def->n_redirdevs; i++) {
        struct chardev_source *s = &def->redirdevs[i]->source;
        if (s->type != CHARDEV_TYPE_DBUS || (s->n_ends && s->ends[0]->channel))
            continue;
        if (!s->n_ends)
            model_list_append(def, s->ends, s->n_ends, model_new(def, struct chardev_endpoint));
        s->ends[0]->channel = model_str(def, "org.qemu.usbredir");
    }
#undef ENDS
}

/* ---- all ------------------------------------------------------------------------------------ */

int domain_complete_devices(struct domain_def *def, struct err *err)
{
    domain_sort_disks(def);
    for (uint32_t i = 0; i < def->n_disks; i++)
        domain_complete_disk(def, def->disks[i]);
    domain_add_hostdev_controllers(def);
    domain_number_controllers(def);
    complete_others(def);
    for (uint32_t i = 0; i < def->n_interfaces; i++)
        if (domain_complete_interface(def, def->interfaces[i], err) < 0)
            return -1;
    domain_complete_ports(def);
    for (uint32_t i = 0; i < def->n_graphics; i++)
        domain_complete_graphics(def, def->graphics[i]);
    domain_complete_video(def);
    return domain_add_implied_controllers(def, err);
}

int domain_each_device(struct domain_def *def, domain_device_fn fn, void *data)
{
    int r;
#define EACH(kind, array, n) \
    for (uint32_t i = 0; i < (n); i++) \
        if ((r = fn(def, kind, (array)[i], &(array)[i]->info, data))) \
            return r;
    EACH("disk", def->disks, def->n_disks)
    EACH("controller", def->controllers, def->n_controllers)
    EACH("filesystem", def->filesystems, def->n_filesystems)
    EACH("interface", def->interfaces, def->n_interfaces)
    EACH("smartcard", def->smartcards, def->n_smartcards)
    EACH("serial", def->serials, def->n_serials)
    EACH("parallel", def->parallels, def->n_parallels)
    EACH("console", def->consoles, def->n_consoles)
    EACH("channel", def->channels, def->n_channels)
    EACH("input", def->inputs, def->n_inputs)
    EACH("tpm", def->tpms, def->n_tpms)
    EACH("sound", def->sounds, def->n_sounds)
    EACH("video", def->videos, def->n_videos)
    EACH("hostdev", def->hostdevs, def->n_hostdevs)
    EACH("redirdev", def->redirdevs, def->n_redirdevs)
    EACH("hub", def->hubs, def->n_hubs)
    EACH("watchdog", def->watchdogs, def->n_watchdogs)
    EACH("memballoon", &def->memballoon, def->memballoon != NULL)
    EACH("rng", def->rngs, def->n_rngs)
    EACH("nvram", &def->nvram, def->nvram != NULL)
    EACH("panic", def->panics, def->n_panics)
    EACH("shmem", def->shmems, def->n_shmems)
    EACH("memory", def->memories, def->n_memories)
    EACH("iommu", &def->iommu, def->iommu != NULL)
    EACH("vsock", &def->vsock, def->vsock != NULL)
    EACH("crypto", def->cryptos, def->n_cryptos)
    EACH("pstore", &def->pstore, def->pstore != NULL)
#undef EACH
    return 0;
}
