/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-devices: what devices imply, for every hypervisor; see complete.h.
 */
#include <glib.h>
#include "model/address.h"
#include "model/check.h"
#include "model/complete.h"
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
        const struct virtio_options *v = net->driver ? &net->driver->virtio : NULL;
        if (v && !v->iommu && !v->ats && !v->packed && !v->page_per_vq)
            net->driver = NULL;                 /* the others are refused later */
        if (net->backend)
            net->backend->vhost = NULL;
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

/* ---- serial ports and consoles -------------------------------------------------------------- */

static struct chardev_target *target_of(struct domain_def *def, struct domain_chardev *c)
{
    if (!c->target)
        c->target = model_new(def, struct chardev_target);
    return c->target;
}

static bool is_isa_port(const struct domain_def *def, int32_t port)
{
    for (uint32_t i = 0; i < def->n_serials; i++) {
        const struct chardev_target *t = def->serials[i]->target;
        if (t && t->type == CHARDEV_TARGET_TYPE_ISA_SERIAL && t->has_port && t->port == port)
            return true;
    }
    return false;
}

/* The ports of the old board come first, each at the first place that is free. */
static void number_isa_ports(struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_serials; i++) {
        struct chardev_target *t = target_of(def, def->serials[i]);
        if (t->type != CHARDEV_TARGET_TYPE_ISA_SERIAL || (t->has_port && t->port != -1))
            continue;
        t->has_port = false;
        for (t->port = 0; is_isa_port(def, t->port);)
            t->port++;
        t->has_port = true;
    }
}

static void number_serials(struct domain_def *def)
{
    struct domain_chardev **list = def->serials;
    uint32_t n = def->n_serials;
    for (uint32_t i = 0; i < n; i++) {
        struct chardev_target *t = target_of(def, list[i]);
        int32_t next = 0;
        if (t->has_port && t->port != -1)           /* -1 is as none */
            continue;
        t->has_port = false;
        for (uint32_t k = 0; k < n; k++)
            if (list[k]->target && list[k]->target->has_port && list[k]->target->port >= next)
                next = list[k]->target->port + 1;
        t->port = next;
        t->has_port = true;
    }
}

/* The first console of a full machine is its first serial port, said once more. */
static void pair_console(struct domain_def *def)
{
    if (def->os->type != OS_TYPE_HVM) {
        if (def->n_consoles && !target_of(def, def->consoles[0])->type)
            def->consoles[0]->target->type = CHARDEV_TARGET_TYPE_SERIAL;
        return;
    }
    if (def->n_serials && def->serials[0]->target)
        switch (def->serials[0]->target->type) {
        case CHARDEV_TARGET_TYPE_USB_SERIAL:
        case CHARDEV_TARGET_TYPE_PCI_SERIAL:
        case CHARDEV_TARGET_TYPE_ISA_DEBUG:
            return;                            /* too late for a machine's first words */
        default:
            break;
        }
    struct domain_chardev *c = def->n_consoles ? def->consoles[0] : NULL;
    if (c) {
        struct chardev_target *t = target_of(def, c);
        if (t->type && t->type != CHARDEV_TARGET_TYPE_SERIAL) {
            if (!def->n_serials)
                return;
            /* The port's mirror stands before consoles of other kinds. */
            c = model_new(def, struct domain_chardev);
            t = target_of(def, c);
            model_list_insert(def, def->consoles, def->n_consoles, 0, c);
        }
        t->type = CHARDEV_TARGET_TYPE_SERIAL;
        if (!def->n_serials) {
            struct domain_chardev *s = model_import(def, &domain_chardev_table, c);
            s->target = model_new(def, struct chardev_target);
            s->target->port = 0;
            s->target->has_port = true;
            model_list_append(def, def->serials, def->n_serials, s);
        }
    } else if (def->n_serials) {
        c = model_new(def, struct domain_chardev);
        target_of(def, c)->type = CHARDEV_TARGET_TYPE_SERIAL;
        model_list_append(def, def->consoles, def->n_consoles, c);
    } else {
        return;
    }
    const struct domain_chardev *s = def->serials[0];
    const struct domain_chardev *copy = model_import(def, &domain_chardev_table, s);
    c->source = copy->source;
    c->info = copy->info;
    c->target->port = s->target->port;
    c->target->has_port = true;
}

/* Consoles are numbered as they come; the mirror of a serial port gets its number afterwards. */
static void number_consoles(struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_consoles; i++) {
        struct chardev_target *t = target_of(def, def->consoles[i]);
        t->port = i;
        t->has_port = true;
    }
}

/* ---- graphics, video ------------------------------------------------------------------------ */

static bool to_address(const struct graphics_listen *l)
{
    return l->type == GRAPHICS_LISTEN_TYPE_ADDRESS;
}

/* One mode for each channel, the last that was named; in the order of their names. */
static void complete_channels(struct domain_graphics *g)
{
    uint32_t n = 0;
    for (int name = 1; name < SPICE_CHANNEL_NAME_COUNT; name++) {
        struct spice_channel *last = NULL;
        for (uint32_t i = g->n_channels; i-- > n;)
            if ((int)g->channels[i]->name == name) {
                last = last ? last : g->channels[i];
                model_list_remove(g->channels, g->n_channels, i);
            }
        if (!last || last->mode == SPICE_CHANNEL_MODE_ANY)     /* as none */
            continue;
        memmove(&g->channels[n + 1], &g->channels[n], (g->n_channels - n) * sizeof(void *));
        g->channels[n++] = last;
        g->n_channels++;
    }
}

void domain_complete_graphics(struct domain_def *def, struct domain_graphics *g)
{
    if (!g->passwd) {
        g->connected = GRAPHICS_CONNECTED_UNSET;
        g->passwd_valid_to = NULL;
    }
    if (g->fullscreen == TRI_NO)
        g->fullscreen = TRI_UNSET;
    if (g->p2p == TRI_NO)
        g->p2p = TRI_UNSET;
    if (g->type != GRAPHICS_TYPE_VNC && g->type != GRAPHICS_TYPE_SPICE && g->type != GRAPHICS_TYPE_RDP)
        return;
    if (g->multi_user == TRI_NO)
        g->multi_user = TRI_UNSET;
    if (g->replace_user == TRI_NO)
        g->replace_user = TRI_UNSET;
    bool vnc = g->type == GRAPHICS_TYPE_VNC;
    if (g->type == GRAPHICS_TYPE_SPICE) {
        g->has_port = g->has_port && g->port;
        g->has_tls_port = g->has_tls_port && g->tls_port;
    }
    bool spice = g->type == GRAPHICS_TYPE_SPICE, socket = g->socket != NULL, none = false;
    if (g->n_listens) {
        socket |= g->listens[0]->type == GRAPHICS_LISTEN_TYPE_SOCKET;
        none = g->listens[0]->type == GRAPHICS_LISTEN_TYPE_NONE;
    }
    bool rdp = g->type == GRAPHICS_TYPE_RDP;
    if (spice ? g->port == -1 && g->tls_port == -1
              : g->has_port && g->port == -1 && !(vnc && g->autoport == TRI_NO))
        g->autoport = TRI_YES;
    if (vnc && g->autoport == TRI_NO && (!g->has_port || g->port == -1))
        g->has_port = true, g->port = 0;
    if (socket || none) {
        g->autoport = TRI_UNSET;
        g->has_port = g->has_tls_port = g->has_websocket = false;
    } else if (!spice && g->autoport != TRI_YES && g->has_port && !g->port) {
        g->autoport = rdp ? TRI_UNSET : TRI_NO;
        g->has_port = false;
    } else if (g->autoport == TRI_YES || (!spice && (!g->has_port || !g->port))) {
        g->autoport = TRI_YES;
        g->has_port = !spice;
        g->port = g->type == GRAPHICS_TYPE_VNC ? -1 : 0;
        g->has_tls_port = false;
    } else if (rdp) {
        g->autoport = TRI_UNSET;                /* the port says it */
    } else if (g->has_port || g->has_tls_port || (g->n_listens && !to_address(g->listens[0]))) {
        g->autoport = TRI_NO;
    } else {
        g->autoport = TRI_UNSET;
    }
    if (!g->n_listens) {
        struct graphics_listen *l = model_new(def, struct graphics_listen);
        l->type = socket ? GRAPHICS_LISTEN_TYPE_SOCKET : GRAPHICS_LISTEN_TYPE_ADDRESS;
        model_list_append(def, g->listens, g->n_listens, l);
    }
    struct graphics_listen *one = g->listens[0];
    if (vnc && g->socket && one->type != GRAPHICS_LISTEN_TYPE_SOCKET &&
        one->type != GRAPHICS_LISTEN_TYPE_NONE)
        *one = (struct graphics_listen){ .type = GRAPHICS_LISTEN_TYPE_SOCKET };
    if (spice && !g->autoport && to_address(one)) {     /* without a port there is nobody to listen */
        one->type = GRAPHICS_LISTEN_TYPE_NONE;
        one->address = NULL;
    }
    for (uint32_t i = 0; i < g->n_listens; i++) {
        struct graphics_listen *l = g->listens[i];
        l->address = l->address && *l->address ? l->address : NULL;
        l->socket = l->socket && *l->socket ? l->socket : NULL;
    }
    if (g->listen && !*g->listen)
        g->listen = NULL;
    if (one->type == GRAPHICS_LISTEN_TYPE_ADDRESS && !one->address)
        one->address = g->listen;
    if (one->type == GRAPHICS_LISTEN_TYPE_SOCKET && !one->socket)
        one->socket = g->socket;
    if (g->default_mode == SPICE_CHANNEL_MODE_ANY)
        g->default_mode = SPICE_CHANNEL_MODE_UNSET;
    complete_channels(g);
    /* the first listener is repeated in attributes, for those who knew the format before it had listeners */
    const struct graphics_listen *first = g->listens[0];
    g->listen = first->type == GRAPHICS_LISTEN_TYPE_ADDRESS ? first->address : NULL;
    g->socket =
        first->type == GRAPHICS_LISTEN_TYPE_SOCKET && g->type == GRAPHICS_TYPE_VNC ? first->socket : NULL;
}

/* Memory of displays comes in sizes that are powers of two: the next one. */
static uint32_t power_of_two(uint32_t n)
{
    uint32_t p = 1;
    while (p < n && p < 1u << 31)
        p <<= 1;
    return n ? p : 0;
}

static void complete_video(struct domain_def *def)
{
    bool primary = false;
    if (!def->n_videos && def->n_graphics) {
        struct domain_video *v = model_new(def, struct domain_video);
        model_list_append(def, def->videos, def->n_videos, v);
    }
    for (uint32_t i = 0; i < def->n_videos; i++) {
        struct domain_video *v = def->videos[i];
        if (!v->model)
            v->model = model_new(def, struct video_model);
        struct video_model *m = v->model;
        if (v->driver && v->driver->vgaconf == VIDEO_VGACONF_IO)
            v->driver->vgaconf = VIDEO_VGACONF_UNSET;          /* as none */
        if (!m->type || m->type == VIDEO_TYPE_DEFAULT)
            m->type = def->os->type == OS_TYPE_XEN && def->type != DOMAIN_VIRT_VZ    ? VIDEO_TYPE_XEN
                      : def->os->arch == ARCH_PPC64 || def->os->arch == ARCH_PPC64LE ? VIDEO_TYPE_VGA
                                                                                     : VIDEO_TYPE_CIRRUS;
        primary |= m->primary == TRI_YES;
        m->primary = m->primary == TRI_YES ? TRI_YES : TRI_UNSET;
        if (m->type == VIDEO_TYPE_NONE) {
            m->vram = 0;
            m->has_heads = false;
            v->driver = NULL;
            v->info.address = NULL;
            continue;
        }
        if (!m->has_heads)
            m->heads = 1;
        m->has_heads = m->heads > 0;
        switch (m->type) {
        case VIDEO_TYPE_VGA: case VIDEO_TYPE_CIRRUS: case VIDEO_TYPE_VMVGA: case VIDEO_TYPE_BOCHS:
            if (!m->vram)
                m->vram = 16384;
            break;
        case VIDEO_TYPE_XEN:
            if (!m->vram)
                m->vram = 4096;
            break;
        case VIDEO_TYPE_QXL:
            if (!m->ram)
                m->ram = 65536;
            if (!m->vram)
                m->vram = 65536;
            break;
        default:
            break;
        }
        m->ram = power_of_two(m->ram);
        m->vram = power_of_two(m->vram);
    }
    for (uint32_t i = 1; i < def->n_videos; i++)
        if (def->videos[i]->model->primary == TRI_YES && def->videos[0]->model->primary != TRI_YES) {
            struct domain_video *first = def->videos[i];
            memmove(&def->videos[1], &def->videos[0], i * sizeof(void *));
            def->videos[0] = first;
        }
    if (!primary && def->n_videos && def->videos[0]->model->type != VIDEO_TYPE_NONE)
        def->videos[0]->model->primary = TRI_YES;
}

/* ---- the others ----------------------------------------------------------------------------- */

static void complete_input(struct domain_def *def, struct domain_input *in)
{
    if (in->type == INPUT_TYPE_EVDEV)
        in->bus = INPUT_BUS_UNSET;
    if (in->bus || in->type == INPUT_TYPE_EVDEV)
        return;
    if (in->type == INPUT_TYPE_PASSTHROUGH)
        in->bus = INPUT_BUS_VIRTIO;
    else if (def->os->type == OS_TYPE_XEN || def->os->type == OS_TYPE_XENPVH)
        in->bus = INPUT_BUS_XEN;
    else if (def->os->arch == ARCH_S390 || def->os->arch == ARCH_S390X)
        in->bus = INPUT_BUS_VIRTIO;
    else if (in->type == INPUT_TYPE_TABLET || (def->os->arch != ARCH_I686 && def->os->arch != ARCH_X86_64))
        in->bus = INPUT_BUS_USB;
    else
        in->bus = INPUT_BUS_PS2;
}

/* UDP has one end of each kind, the one that is bound first. */
static void complete_udp(struct chardev_source *s)
{
    struct chardev_endpoint *ends[2] = { NULL };
    for (uint32_t i = 0; i < s->n_ends; i++) {
        bool bound = s->ends[i]->mode == CHARDEV_MODE_BIND;
        if (!ends[!bound])
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
        if (s->type == CHARDEV_TYPE_UNIX && !s->ends[i]->path)
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
    if (!f->accessmode && !(f->source && f->source->socket))
        f->accessmode = FS_ACCESSMODE_PASSTHROUGH;
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

static void complete_hostdev(struct domain_def *def, struct domain_hostdev *h, uint32_t *scsi)
{
    if (h->mode == HOSTDEV_MODE_SUBSYSTEM && !h->managed)
        h->managed = TRI_NO;
    complete_ips(def, h->ips, h->n_ips);
    struct hostdev_source *s = h->source;
    if (s->initiator && !(s->initiator->iqn && *s->initiator->iqn))
        s->initiator = NULL;
    for (uint32_t i = 0; i < s->n_hosts; i++)
        if (s->hosts[i]->port && !g_ascii_strtoull(s->hosts[i]->port, NULL, 10))
            s->hosts[i]->port = NULL;
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
    if (h->type != HOSTDEV_TYPE_SCSI || h->info.address)
        return;
    struct device_address *a = h->info.address = model_new(def, struct device_address);
    a->type = ADDRESS_TYPE_DRIVE;
    a->has_controller = a->has_bus = a->has_target = a->has_unit = true;
    a->unit = (*scsi)++;
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
    uint32_t scsi = 0;
    for (uint32_t i = 0; i < def->n_disks; i++)
        if (def->disks[i]->bus == DISK_BUS_SCSI && def->disks[i]->info.address &&
            def->disks[i]->info.address->type == ADDRESS_TYPE_DRIVE)
            scsi = MAX(scsi, def->disks[i]->info.address->unit + 1);
    for (uint32_t i = 0; i < def->n_inputs; i++)
        complete_input(def, def->inputs[i]);
    for (uint32_t i = 0; i < def->n_hostdevs; i++)
        complete_hostdev(def, def->hostdevs[i], &scsi);
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
    for (uint32_t i = 0; i < def->n_memories; i++)
        if (def->memories[i]->model == MEMORY_MODEL_VIRTIO_PMEM && !def->memories[i]->access)
            def->memories[i]->access = MEMORY_ACCESS_SHARED;
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
        if (domain_complete_disk(def, def->disks[i], err) < 0)
            return -1;
    domain_number_controllers(def);
    complete_others(def);
    for (uint32_t i = 0; i < def->n_interfaces; i++)
        if (domain_complete_interface(def, def->interfaces[i], err) < 0)
            return -1;
    number_isa_ports(def);
    number_serials(def);
    if (check_isa_ports(def, err) < 0)
        return -1;
    for (uint32_t i = 0; i < def->n_parallels; i++) {
        struct chardev_target *t = target_of(def, def->parallels[i]);
        t->port = t->has_port && t->port != -1 ? t->port : (int32_t)i;
        t->has_port = true;
    }
    number_consoles(def);
    pair_console(def);
    for (uint32_t i = 0; i < def->n_graphics; i++)
        domain_complete_graphics(def, def->graphics[i]);
    complete_video(def);
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
