/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-disk: buses, addresses and order of disks; see complete.h.  Nothing waits.
 */
#include <glib.h>
#include <string.h>
#include "model/check.h"
#include "model/complete-devices.h"

#define ERR_FROM VIR_FROM_DOMAIN

static const struct { const char *prefix; enum disk_bus bus; } target_prefixes[] = {
    { "fd", DISK_BUS_FDC }, { "hd", DISK_BUS_IDE }, { "sd", DISK_BUS_SCSI }, { "vd", DISK_BUS_VIRTIO },
    { "xvd", DISK_BUS_XEN }, { "ubd", DISK_BUS_UML },
};

/* -1 also of a disk whose name was forgotten, which is told later. */
static int prefix_of(const char *target)
{
    for (unsigned i = 0; target && i < G_N_ELEMENTS(target_prefixes); i++)
        if (g_str_has_prefix(target, target_prefixes[i].prefix))
            return i;
    return -1;
}

/* A CD is not on the bus of floppies, whatever it is called. */
static enum disk_bus bus_of_target(const char *target, enum disk_device device)
{
    int i = prefix_of(target);
    bool floppies = i >= 0 && target_prefixes[i].bus == DISK_BUS_FDC;
    return i < 0 || (floppies && device == DISK_DEVICE_CDROM) ? DISK_BUS_IDE : target_prefixes[i].bus;
}

bool disk_target_known(const char *target)
{
    return prefix_of(target) >= 0;
}

int disk_target_index(const char *target, size_t *prefix_len)
{
    int p = prefix_of(target), n = 0;
    if (p < 0)
        return -1;
    const char *s = target + strlen(target_prefixes[p].prefix), *from = s;
    if (prefix_len)
        *prefix_len = s - target;
    for (; g_ascii_islower(*s) && s - from < 5; s++)
        n = (n + (s > from)) * 26 + (*s - 'a');
    if (s == from)
        return -1;
    while (g_ascii_isdigit(*s))
        s++;
    return *s ? -1 : n;
}

static bool is_hostdevs(const struct domain_def *def, const struct device_address *a)
{
    for (uint32_t i = 0; i < def->n_hostdevs; i++)
        if (def->hostdevs[i]->type == HOSTDEV_TYPE_SCSI && drive_is_same(a, def->hostdevs[i]->info.address))
            return true;
    return false;
}

/* Where its name puts it; a place on a SCSI bus that was given to a device of the host is not for it. */
static void drive_address(struct domain_def *def, struct domain_disk *d)
{
    int i = disk_target_index(d->target, NULL);
    struct device_address *a = d->info.address;
    if (i < 0 || (a && a->type))
        return;
    if (d->bus != DISK_BUS_IDE && d->bus != DISK_BUS_FDC && d->bus != DISK_BUS_SATA &&
        d->bus != DISK_BUS_SCSI)
        return;
    a = d->info.address = model_new(def, struct device_address);
    a->type = ADDRESS_TYPE_DRIVE;
    a->has_bus = a->has_controller = a->has_target = a->has_unit = true;
    if (d->bus == DISK_BUS_SCSI) {             /* seven units, of the narrow bus */
        a->controller = i / 7;
        a->unit = i % 7;
        d->info.address = is_hostdevs(def, a) ? NULL : a;
    } else if (d->bus == DISK_BUS_IDE) {
        a->controller = i / 4;
        a->bus = i % 4 / 2;
        a->unit = i % 2;
    } else if (d->bus == DISK_BUS_SATA) {
        a->controller = i / 6;
        a->unit = i % 6;
    } else {
        a->controller = i / 2;
        a->unit = i % 2;
    }
}

bool disk_has_source(const struct domain_disk *d)
{
    const struct storage_source *s = d->source ? &d->source->src : NULL;
    if (!s)
        return false;
    switch (d->type) {
    case STORAGE_TYPE_FILE: return s->file && *s->file;
    case STORAGE_TYPE_BLOCK: return s->dev && *s->dev;
    case STORAGE_TYPE_DIR: return s->dir && *s->dir;
    default: return true;
    }
}

void domain_complete_seclabels(struct device_seclabel **labels, uint32_t *n)
{
    for (uint32_t i = 0; i < *n;) {
        struct device_seclabel *l = labels[i];
        if (!l->relabel && l->label)
            l->relabel = TRI_YES;
        if (l->label || l->relabel == TRI_NO || l->labelskip)
            i++;
        else                            /* says nothing */
            model_list_remove(labels, *n, i);
    }
}

void domain_complete_reconnect(struct chardev_reconnect **r)
{
    if (*r && !(*r)->enabled)
        *r = NULL;
    else if (*r)
        (*r)->has_timeout = (*r)->enabled == TRI_YES;
}

void storage_complete_hosts(const void *root, struct storage_source *s)
{
    static const unsigned short ports[STORAGE_PROTOCOL_COUNT] = {
        [STORAGE_PROTOCOL_NBD] = 10809,     [STORAGE_PROTOCOL_SHEEPDOG] = 7000,
        [STORAGE_PROTOCOL_GLUSTER] = 24007, [STORAGE_PROTOCOL_ISCSI] = 3260,
        [STORAGE_PROTOCOL_HTTP] = 80,       [STORAGE_PROTOCOL_HTTPS] = 443,
        [STORAGE_PROTOCOL_FTP] = 21,        [STORAGE_PROTOCOL_FTPS] = 990,
        [STORAGE_PROTOCOL_TFTP] = 69,       [STORAGE_PROTOCOL_SSH] = 22,
        [STORAGE_PROTOCOL_VXHS] = 9999,
    };
    for (uint32_t i = 0; i < s->n_hosts; i++) {
        struct storage_host *h = s->hosts[i];
        unsigned given = h->port ? (unsigned)g_ascii_strtoull(h->port, NULL, 10) : 0;
        unsigned port = given ? given : h->socket ? 0 : ports[s->protocol];
        h->port = port ? model_printf(root, "%u", port) : NULL;
        if (h->transport == STORAGE_TRANSPORT_TCP)      /* as everyone who says nothing */
            h->transport = STORAGE_TRANSPORT_UNSET;
    }
}

static void complete_source(struct domain_def *def, enum storage_type type, struct storage_source *s)
{
    domain_complete_seclabels(s->seclabels, &s->n_seclabels);
    domain_complete_reconnect(&s->reconnect);
    if (s->n_slices && g_strcmp0(s->slices[0]->type, "storage"))
        s->n_slices = 0;
    if (type != STORAGE_TYPE_NETWORK) {         /* only servers are waited for, and read ahead of */
        s->readahead = s->timeout = 0;
        return;
    }
    storage_complete_hosts(def, s);
    if (s->protocol == STORAGE_PROTOCOL_ISCSI && s->name && !strchr(s->name, '/'))
        s->name = model_printf(def, "%s/0", s->name);       /* the first unit of the target */
    bool secure = s->protocol == STORAGE_PROTOCOL_HTTPS || s->protocol == STORAGE_PROTOCOL_FTPS;
    if (!secure)
        s->ssl_verify = TRI_UNSET;
    if (!secure && s->protocol != STORAGE_PROTOCOL_HTTP && s->protocol != STORAGE_PROTOCOL_FTP)
        s->readahead = s->timeout = 0;
}

static void complete_chain(struct domain_def *def, struct disk_backing_store *b)
{
    for (; b; b = b->backing_store) {
        if (!b->type) {                 /* the end of the chain */
            b->format = NULL;
            b->source = NULL;
            b->backing_store = NULL;
        } else if (b->source) {
            complete_source(def, b->type, &b->source->src);
        }
    }
}

static int place_of(const struct domain_disk *d)
{
    return d->target ? disk_target_index(d->target, NULL) : -1;
}

/* Disks of which a document says the same of their bus, also that it says nothing, are listed by their place
 * on it: each stands behind the last one before it, or else before the first. */
void domain_sort_disks(struct domain_def *def)
{
    for (uint32_t i = 1; i < def->n_disks; i++) {
        struct domain_disk *d = def->disks[i];
        uint32_t at = i;
        for (uint32_t k = i; k-- > 0;) {
            if (def->disks[k]->bus != d->bus)
                continue;
            if (place_of(def->disks[k]) <= place_of(d)) {
                at = k + 1;
                break;
            }
            at = k;
        }
        memmove(&def->disks[at + 1], &def->disks[at], (i - at) * sizeof(void *));
        def->disks[at] = d;
    }
}

void domain_complete_disk(struct domain_def *def, struct domain_disk *d)
{
    if (d->target && g_str_has_prefix(d->target, "ioemu:"))     /* how Xen once said that it is emulated */
        d->target += strlen("ioemu:");
    if (!d->bus)
        d->bus = d->device == DISK_DEVICE_FLOPPY ? DISK_BUS_FDC : bus_of_target(d->target, d->device);
    if (d->device == DISK_DEVICE_CDROM)
        d->readonly = true;
    if (d->readonly && d->snapshot == DISK_SNAPSHOT_NO) /* as what cannot be written anyway */
        d->snapshot = DISK_SNAPSHOT_UNSET;
    if (d->tray == DISK_TRAY_CLOSED) /* as trays are unless something is said */
        d->tray = DISK_TRAY_UNSET;
    if (!d->source && d->device != DISK_DEVICE_DISK && d->device != DISK_DEVICE_LUN)
        d->type = STORAGE_TYPE_FILE;            /* an empty drive */
    if (d->driver && d->driver->cache == DISK_CACHE_DEFAULT)
        d->driver->cache = DISK_CACHE_UNSET;
    if (d->driver && d->driver->type == STORAGE_FORMAT_AIO)
        d->driver->type = STORAGE_FORMAT_RAW;
    if (d->geometry && !(d->geometry->cyls && d->geometry->heads && d->geometry->secs))
        d->geometry = NULL;
    if (d->type == STORAGE_TYPE_VHOSTUSER && !d->snapshot)
        d->snapshot = DISK_SNAPSHOT_NO;
    if (d->source && d->type == STORAGE_TYPE_NVME && !d->source->src.managed)
        d->source->src.managed = TRI_YES;
    if (d->source)
        complete_source(def, d->type, &d->source->src);
    complete_chain(def, d->backing_store);
    drive_address(def, d);
}
