/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * check-disk: disks, their sources and settings; see check.h.
 */
#include <string.h>
#include "model/check.h"
#include "model/complete-parts.h"

#define ERR_FROM VIR_FROM_DOMAIN

/* ---- as it is read -------------------------------------------------------------------------- */

int check_port(const char *port, struct err *err)
{
    char *end;
    gint64 n = port ? g_ascii_strtoll(port, &end, 10) : 0;
    if (!port || (*port && !*end && n >= 0 && n <= 65535))
        return 0;
    return err_set_from(err, VIR_FROM_NONE, VIR_ERR_INVALID_ARG,
                        "the port '%s' of a <host> is no number from 0 to 65535", port);
}

static int check_auth(const char *what, const struct storage_auth *a, struct err *err)
{
    const struct secret_use *s = a ? a->secret : NULL;
    if (!a)
        return 0;
    if (!a->username || !*a->username)
        return err_set_from(err, VIR_FROM_STORAGE, VIR_ERR_XML_ERROR, "the <auth> of %s has no username",
                            what);
    if (!s)
        return err_set_from(err, VIR_FROM_STORAGE, VIR_ERR_XML_ERROR, "the <auth> of %s has no <secret>",
                            what);
    return secret_use_check(s->has_uuid, s->usage, what, err);
}

int check_seclabels(const char *what, struct device_seclabel *const *labels, uint32_t n, struct err *err)
{
    for (uint32_t i = 0; i < n; i++) {
        if (labels[i]->label && labels[i]->relabel == TRI_NO)
            return XML("a <seclabel> of %s has a label and relabel='no'", what);
        for (uint32_t k = 0; k < i; k++)
            if (labels[i]->model && !g_strcmp0(labels[i]->model, labels[k]->model))
                return err_set(err, VIR_ERR_XML_DETAIL, "%s has two <seclabel> for the model %s", what,
                               labels[i]->model);
    }
    return 0;
}

int check_reconnect(const char *what, const struct chardev_reconnect *r, struct err *err)
{
    return r && r->enabled == TRI_YES && !r->has_timeout
               ? MISSING("the <reconnect> of %s does not say after which timeout", what)
               : 0;
}

static int check_network(const struct domain_disk *d, const struct storage_source *s, struct err *err)
{
    const char *slash = s->name ? strchr(s->name, '/') : NULL;
    if ((s->protocol == STORAGE_PROTOCOL_RBD || s->protocol == STORAGE_PROTOCOL_GLUSTER) && s->name &&
        (!slash || slash == s->name || !slash[1]))
        return XML("the name '%s' of network disk '%s' has to be a pool and an image, with a '/' between",
                   s->name, d->target);
    if (!s->name && s->protocol != STORAGE_PROTOCOL_NBD)
        return XML("network disk '%s' has no name in its <source>", d->target);
    for (uint32_t i = 0; i < s->n_hosts; i++) {
        const struct storage_host *h = s->hosts[i];
        if (h->transport == STORAGE_TRANSPORT_UNIX && h->name)
            return XML(
                "a <host> of disk '%s' with transport 'unix' has a socket and no name; it has the name '%s'",
                d->target, h->name);
        if (h->transport == STORAGE_TRANSPORT_UNIX ? !h->socket : !h->name)
            return XML("a <host> of disk '%s' has no %s", d->target,
                       h->transport == STORAGE_TRANSPORT_UNIX ? "socket" : "name");
        if (h->socket && h->transport != STORAGE_TRANSPORT_UNIX)
            return XML("a <host> of disk '%s' has the socket '%s', which needs transport='unix'", d->target,
                       h->socket);
        if (check_port(h->port, err) < 0)
            return -1;
    }
    return 0;
}

static int check_reservations(const struct domain_disk *d, const struct reservations *r, struct err *err)
{
    const struct unix_source *u = r ? r->source : NULL;
    if (!r || r->managed == TRI_YES)
        return 0;
#define RESERVATIONS(...) err_set_from(err, VIR_FROM_STORAGE, VIR_ERR_XML_ERROR, __VA_ARGS__)
    if (!u)
        return RESERVATIONS("the <reservations> of disk '%s' have no <source>", d->target);
    if (strcmp(u->type, "unix"))
        return RESERVATIONS("the <reservations> of disk '%s' have a source of type '%s'; 'unix' is right",
                            d->target, u->type);
    if (!u->path)
        return RESERVATIONS("the <reservations> of disk '%s' have a source without a path", d->target);
    if (u->mode != UNIX_SOCKET_MODE_CLIENT)
        return RESERVATIONS("the <reservations> of disk '%s' have mode '%s'; 'client' is right", d->target,
                            unix_socket_mode_str(u->mode));
    return 0;
}

/* Where the bytes of a disk are, or those below it. */
static int
check_source(const struct domain_def *def, const struct domain_disk *d, enum storage_type type,
             const struct storage_source *s, struct err *err)
{
    g_autofree char *what = g_strdup_printf("disk '%s'", d->target ? d->target : "");
    if (type == STORAGE_TYPE_NETWORK && check_network(d, s, err) < 0)
        return -1;
    if (type == STORAGE_TYPE_VOLUME && !s->pool != !s->volume)
        return XML("disk '%s' of guest '%s' names a %s but no %s", d->target, def->name,
                   s->pool ? "pool" : "volume", s->pool ? "volume" : "pool");
    if (type == STORAGE_TYPE_NVME) {
        if (!s->transport_type || strcmp(s->transport_type, "pci"))
            return XML("NVMe disk '%s': the type of its <source> has to be 'pci', not '%s'", d->target,
                       s->transport_type ? s->transport_type : "");
        if (!s->address)
            return XML("NVMe disk '%s' has no <address> in its <source>", d->target);
        if (!s->namespace)
            return UNSUPPORTED("NVMe disk '%s' has namespace 0; namespaces start at 1", d->target);
    }
    if (type == STORAGE_TYPE_VHOSTUSER) {
        if (!s->transport_type || strcmp(s->transport_type, "unix"))
            return XML("vhost-user disk '%s': the type of its <source> has to be 'unix', not '%s'", d->target,
                       s->transport_type ? s->transport_type : "");
        if (!s->path)
            return XML("vhost-user disk '%s' has no path in its <source>", d->target);
    }
    return check_reconnect(what, s->reconnect, err) < 0 || check_reservations(d, s->reservations, err) < 0
               ? -1
               : check_seclabels(what, s->seclabels, s->n_seclabels, err);
}

int check_nvram(const struct domain_def *def, const struct os_nvram *n, struct err *err)
{
    static const struct domain_disk as_disk = { .target = "nvram" };
    const struct storage_source *s = n && n->source ? &n->source->src : NULL;
    if (!s)
        return 0;
    if (check_auth("the <nvram>", s->auth, err) < 0 ||
        encryption_complete(s->encryption, "the <nvram>", err) < 0)
        return -1;
    return check_source(def, &as_disk, n->type, s, err);
}

static int
check_backing(const struct domain_def *def, const struct domain_disk *d, const struct disk_backing_store *b,
              struct err *err)
{
    if (!b->format || !b->source)
        return XML("a <backingStore> of disk '%s' of guest '%s' has no <%s>", d->target, def->name,
                   b->format ? "source" : "format");
    return check_source(def, d, b->type, &b->source->src, err);
}

int check_disk_read(struct domain_def *def, struct domain_disk *d, struct err *err)
{
    const struct storage_source *s = d->source ? &d->source->src : NULL;
    g_autofree char *what = g_strdup_printf("disk '%s'", d->target ? d->target : "");
    if (d->encryption && s && s->encryption)
        return UNSUPPORTED(
            "disk '%s' of guest '%s' has two <encryption>, one in <source>; one of them has to go", d->target,
            def->name);
    if (d->auth && s && s->auth)
        return UNSUPPORTED("disk '%s' of guest '%s' has two <auth>, one in <source>; one of them has to go",
                   d->target, def->name);
    if (check_auth(what, d->auth, err) < 0 || (s && check_auth(what, s->auth, err) < 0) ||
        encryption_complete(d->encryption, what, err) < 0 ||
        (s && encryption_complete(s->encryption, what, err) < 0))
        return -1;
    if (s && check_source(def, d, d->type, s, err) < 0)
        return -1;
    for (const struct disk_backing_store *b = d->backing_store; b && b->type; b = b->backing_store)
        if (check_backing(def, d, b, err) < 0)
            return -1;
    if (d->driver && (d->driver->type == STORAGE_FORMAT_NONE || d->driver->type == STORAGE_FORMAT_AUTO))
        return UNSUPPORTED("disk '%s' of guest '%s': '%s' is no format of an image", d->target, def->name,
                           storage_format_str(d->driver->type));
    if (d->snapshot == DISK_SNAPSHOT_DEFAULT)
        return MISSING("disk '%s' of guest '%s': snapshot='default' is for documents of snapshots", d->target,
                       def->name);
    if (d->sgio == DISK_SGIO_UNFILTERED && !d->target)
        return err_set(err, VIR_ERR_NO_TARGET, "a disk of guest '%s' has no <target dev='…'/>", def->name);
    if (d->sgio == DISK_SGIO_UNFILTERED)
        return UNSUPPORTED("disk '%s' of guest '%s': sgio='unfiltered' is not possible any more", d->target,
                           def->name);
    if (d->driver && d->driver->rerror_policy == DISK_ERROR_POLICY_ENOSPACE)
        return UNSUPPORTED("disk '%s' of guest '%s': rerror_policy 'enospace' makes no sense for reading",
                           d->target, def->name);
    return 0;
}

/* ---- what nobody could run ------------------------------------------------------------------ */

static int check_bus(const struct domain_def *def, const struct domain_disk *d, struct err *err)
{
    bool bad = d->device == DISK_DEVICE_FLOPPY ? d->bus != DISK_BUS_FDC : d->bus == DISK_BUS_FDC;
    if (bad)
        return INTERNAL(
            "%s '%s' of guest '%s' cannot be on bus '%s'; bus='fdc' is for floppies and only for them",
            d->device == DISK_DEVICE_FLOPPY ? "floppy" : "disk", d->target, def->name, disk_bus_str(d->bus));
    if (d->model && d->bus != DISK_BUS_VIRTIO)
        return UNSUPPORTED(
            "disk '%s' of guest '%s' has model '%s', which bus '%s' does not know; it is for bus='virtio'",
            d->target, def->name, virtio_model_str(d->model), disk_bus_str(d->bus));
    enum address_type t = d->info.address ? d->info.address->type : ADDRESS_TYPE_UNSET;
    bool drive = d->bus == DISK_BUS_IDE || d->bus == DISK_BUS_SCSI || d->bus == DISK_BUS_SATA ||
                 d->bus == DISK_BUS_FDC;
    if (drive && t && t != ADDRESS_TYPE_DRIVE && t != ADDRESS_TYPE_UNASSIGNED)
        return UNSUPPORTED(
            "disk '%s' of guest '%s' is on bus '%s' and cannot have an address of type '%s', only 'drive'",
            d->target, def->name, disk_bus_str(d->bus), address_type_str(t));
    if (d->type == STORAGE_TYPE_VHOSTUSER && d->bus != DISK_BUS_VIRTIO)
        return UNSUPPORTED("vhost-user disk '%s' of guest '%s' can only be on bus 'virtio'", d->target,
                           def->name);
    if (d->tray == DISK_TRAY_OPEN && d->device != DISK_DEVICE_CDROM && d->device != DISK_DEVICE_FLOPPY)
        return UNSUPPORTED("disk '%s' of guest '%s' has a tray; only device='cdrom' and 'floppy' have one",
                           d->target, def->name);
    if (d->removable && d->bus != DISK_BUS_USB)
        return XML("disk '%s' of guest '%s': removable= is for bus='usb'", d->target, def->name);
    return 0;
}

static int check_driver(const struct domain_def *def, const struct domain_disk *d, struct err *err)
{
    const struct disk_driver *r = d->driver;
    if (!r || d->bus == DISK_BUS_VIRTIO)
        return 0;
    const char *only = r->queues               ? "queues"
                       : r->queue_size         ? "queue_size"
                       : r->ioeventfd          ? "ioeventfd"
                       : r->event_idx          ? "event_idx"
                       : r->virtio.iommu       ? "iommu"
                       : r->virtio.ats         ? "ats"
                       : r->virtio.packed      ? "packed"
                       : r->virtio.page_per_vq ? "page_per_vq"
                                               : NULL;
    return !only ? 0
                 : UNSUPPORTED("disk '%s' of guest '%s': %s= in <driver> is for bus='virtio', not '%s'",
                               d->target, def->name, only, disk_bus_str(d->bus));
}

static int check_lun(const struct domain_def *def, const struct domain_disk *d, struct err *err)
{
    const struct storage_source *s = d->source ? &d->source->src : NULL;
    if (d->device != DISK_DEVICE_LUN) {
        if (d->rawio || d->sgio)
            return UNSUPPORTED("disk '%s' of guest '%s': %s= is for device='lun'", d->target, def->name,
                               d->rawio ? "rawio" : "sgio");
        return 0;
    }
    if ((!disk_has_source(d) || (d->type != STORAGE_TYPE_BLOCK && d->type != STORAGE_TYPE_VOLUME)) &&
        !(d->type == STORAGE_TYPE_NETWORK && s && s->protocol == STORAGE_PROTOCOL_ISCSI))
        return UNSUPPORTED(
            "disk '%s' of guest '%s': device='lun' passes a block device through and cannot be of type '%s'",
            d->target, def->name, storage_type_str(d->type));
    if (d->driver && d->driver->type && d->driver->type != STORAGE_FORMAT_RAW)
        return UNSUPPORTED("disk '%s' of guest '%s': device='lun' has format 'raw', not '%s'", d->target,
                           def->name, storage_format_str(d->driver->type));
    return 0;
}

static int check_iotune(const struct domain_def *def, const struct domain_disk *d, struct err *err)
{
    const struct disk_iotune *t = d->iotune;
    const char *what = !t ? NULL :
        t->total_bytes_sec && (t->read_bytes_sec || t->write_bytes_sec) ? "bytes_sec" :
        t->total_iops_sec && (t->read_iops_sec || t->write_iops_sec) ? "iops_sec" :
        t->total_bytes_sec_max && (t->read_bytes_sec_max || t->write_bytes_sec_max) ? "bytes_sec_max" :
        t->total_iops_sec_max && (t->read_iops_sec_max || t->write_iops_sec_max) ? "iops_sec_max" : NULL;
    return !what ? 0
                 : XML("<iotune> of disk '%s' of guest '%s' limits total_%s and also that of reading or "
                       "writing; use "
                       "one of the two",
                       d->target, def->name, what);
}

static int check_texts(const struct domain_def *def, const struct domain_disk *d, struct err *err)
{
    const struct { const char *name, *text; size_t most; } texts[] = { { "vendor", d->vendor, 8 },
                                                                       { "product", d->product, 16 } };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        if (texts[i].text && strlen(texts[i].text) > texts[i].most)
            return UNSUPPORTED("<%s> of disk '%s' of guest '%s' has more than %zu characters", texts[i].name,
                               d->target, def->name, texts[i].most);
        for (const char *p = texts[i].text; p && *p; p++)
            if (!g_ascii_isprint(*p))
                return XML("<%s> of disk '%s' of guest '%s' has characters that are not printable ASCII",
                           texts[i].name, d->target, def->name);
    }
    g_autofree char *what = g_strdup_printf("disk '%s' of guest '%s'", d->target, def->name);
    return wwn_check(d->wwn, what, err);
}

static bool same_place(const struct domain_disk *a, const struct domain_disk *b)
{
    const struct device_address *x = a->info.address, *y = b->info.address;
    return a->bus == b->bus && x && y && x->type == ADDRESS_TYPE_DRIVE && y->type == ADDRESS_TYPE_DRIVE &&
           x->controller == y->controller && x->bus == y->bus && x->target == y->target && x->unit == y->unit;
}

/* Who has to show a secret, and which kind of it. */
static int check_protocol(const struct domain_disk *d, const struct storage_source *s,
                          const struct storage_auth *a, struct err *err)
{
    const char *type = a && a->secret ? a->secret->type : NULL, *want = NULL;
    if (!a)
        return 0;
    switch (s->protocol) {
    case STORAGE_PROTOCOL_ISCSI: want = "iscsi"; break;
    case STORAGE_PROTOCOL_RBD: want = "ceph"; break;
    case STORAGE_PROTOCOL_HTTP:
    case STORAGE_PROTOCOL_HTTPS:
    case STORAGE_PROTOCOL_FTP:
    case STORAGE_PROTOCOL_FTPS:
    case STORAGE_PROTOCOL_SSH: break;
    default:
        return UNSUPPORTED("disk '%s' has an <auth>, and the protocol '%s' knows no passwords", d->target,
                           storage_protocol_str(s->protocol));
    }
    return !want || !g_strcmp0(type, want)
               ? 0
               : UNSUPPORTED("disk '%s': the secret of protocol '%s' is one of type '%s', not '%s'",
                             d->target, storage_protocol_str(s->protocol), want, type ? type : "");
}

static int check_auths(const struct domain_disk *d, struct err *err)
{
    const struct storage_source *s = d->source ? &d->source->src : NULL;
    if (s && d->type == STORAGE_TYPE_NETWORK && check_protocol(d, s, d->auth ? d->auth : s->auth, err) < 0)
        return -1;
    for (const struct disk_backing_store *b = d->backing_store; b && b->source; b = b->backing_store)
        if (b->type == STORAGE_TYPE_NETWORK &&
            check_protocol(d, &b->source->src, b->source->src.auth, err) < 0)
            return -1;
    return 0;
}

static int check_disk(const struct domain_def *def, uint32_t at, struct err *err)
{
    const struct domain_disk *d = def->disks[at];
    const struct storage_source *s = d->source ? &d->source->src : NULL;
    if (check_auths(d, err) < 0 || check_bus(def, d, err) < 0 || check_lun(def, d, err) < 0 ||
        check_driver(def, d, err) < 0 || check_iotune(def, d, err) < 0 || check_texts(def, d, err) < 0)
        return -1;
    if (!disk_has_source(d) && (d->device == DISK_DEVICE_DISK || d->device == DISK_DEVICE_LUN))
        return err_set(
            err, VIR_ERR_NO_SOURCE,
            "disk '%s' of guest '%s' has no <source>; only drives with media that can be changed may be "
            "empty",
            d->target, def->name);
    if (s && s->reservations && d->device != DISK_DEVICE_LUN)
        return UNSUPPORTED("disk '%s' of guest '%s': <reservations> are for device='lun'", d->target,
                           def->name);
    if (d->type == STORAGE_TYPE_VHOSTUSER && d->snapshot != DISK_SNAPSHOT_NO)
        return UNSUPPORTED("vhost-user disk '%s' of guest '%s' can only have snapshot='no'", d->target,
                           def->name);
    if (s && s->startup_policy && d->type == STORAGE_TYPE_NETWORK)
        return XML("network disk '%s' of guest '%s' cannot have the startupPolicy '%s'", d->target, def->name,
                   startup_policy_str(s->startup_policy));
    for (uint32_t i = 0; i < at; i++)
        if (!g_strcmp0(def->disks[i]->target, d->target))
            return XML("guest '%s' has two disks with the target '%s'", def->name, d->target);
    for (uint32_t i = 0; i < at; i++)
        if (same_place(def->disks[i], d))
            return UNSUPPORTED("disks '%s' and '%s' of guest '%s' have the same address on bus '%s'",
                               def->disks[i]->target, d->target, def->name, disk_bus_str(d->bus));
    if (!disk_target_known(d->target) && d->device != DISK_DEVICE_CDROM)
        return INTERNAL("'%s' of guest '%s' is no name for a disk such as vda, sdb or hdc", d->target,
                        def->name);
    return 0;
}

int check_disks(const struct domain_def *def, struct err *err)
{
    for (uint32_t i = 0; i < def->n_disks; i++)
        if (check_disk(def, i, err) < 0)
            return -1;
    return 0;
}
