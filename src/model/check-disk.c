/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * check-disk: disks and their settings; see check.h.
 */
#include <limits.h>
#include <string.h>
#include "model/check.h"
#include "model/complete-parts.h"

#define ERR_FROM VIR_FROM_DOMAIN

/* ---- as it is read -------------------------------------------------------------------------- */

static int
check_backing(const struct domain_def *def, const struct domain_disk *d, const struct disk_backing_store *b,
              struct err *err)
{
    if (b->format && (b->format->type == STORAGE_FORMAT_LUKS || b->format->type >= STORAGE_FORMAT_NONE))
        return XML(
            "a <backingStore> of disk '%s' of guest '%s' has the format '%s', which is none of an image",
            d->target, def->name, storage_format_str(b->format->type));
    if (!b->format || !b->source)
        return XML("a <backingStore> of disk '%s' of guest '%s' has no <%s>", d->target, def->name,
                   b->format ? "source" : "format");
    const struct storage_source *s = &b->source->src;
    return check_image(d->target ? d->target : "", b->type, &b->source->src, err) < 0
               ? -1
               : check_overrides(def, "a disk", s->seclabels, s->n_seclabels, err);
}

int
check_chain_read(const struct domain_def *def, const struct domain_disk *d, unsigned depth, struct err *err)
{
    struct storage_source *s = d->source ? &d->source->src : NULL;
    g_autofree char *what = g_strdup_printf("disk '%s'", d->target ? d->target : "");
    if (s && (check_image(d->target ? d->target : "", d->type, s, err) < 0 ||
              check_overrides(def, "a disk", s->seclabels, s->n_seclabels, err) < 0))
        return -1;
    if (d->encryption && s && s->encryption)
        return UNSUPPORTED(
            "disk '%s' of guest '%s' has two <encryption>, one in <source>; one of them has to go", d->target,
            def->name);
    if (d->auth && s && s->auth)
        return UNSUPPORTED("disk '%s' of guest '%s' has two <auth>, one in <source>; one of them has to go",
                   d->target, def->name);
    if (check_auth(what, d->auth, err) < 0 || encryption_complete(d->encryption, what, err) < 0)
        return -1;
    for (const struct disk_backing_store *b = d->backing_store; b && b->type && depth--; b = b->backing_store)
        if (check_backing(def, d, b, err) < 0)
            return -1;
    return 0;
}

int check_disk_read(struct domain_def *def, struct domain_disk *d, struct err *err)
{
    if (check_chain_read(def, d, UINT_MAX, err) < 0)
        return -1;
    if (d->driver && (d->driver->type == STORAGE_FORMAT_NONE || d->driver->type == STORAGE_FORMAT_AUTO ||
                      d->driver->type == STORAGE_FORMAT_LUKS)) /* that is raw with an <encryption> */
        return UNSUPPORTED("disk '%s' of guest '%s': '%s' is no format of an image", d->target, def->name,
                           storage_format_str(d->driver->type));
    if (d->snapshot == DISK_SNAPSHOT_DEFAULT)
        return MISSING("disk '%s' of guest '%s': snapshot='default' is for documents of snapshots", d->target,
                       def->name);
    if (d->driver && d->driver->rerror_policy == DISK_ERROR_POLICY_ENOSPACE)
        return UNSUPPORTED("disk '%s' of guest '%s': rerror_policy 'enospace' makes no sense for reading",
                           d->target, def->name);
    return 0;
}

/* ---- as soon as all have their defaults ----------------------------------------------------- */

int check_disk_first(const struct domain_def *def, uint32_t at, struct err *err)
{
    const struct domain_disk *d = def->disks[at];
    const struct device_address *a = d->info.address;
    if (!d->target || (a && a->type))
        return 0;
    if (disk_target_index(d->target, NULL) < 0)
        return XML("'%s' of guest '%s' is no name for a disk (such as vda, sdb, hdc), and no address says "
                   "where it is",
                   d->target, def->name);
    return d->bus != DISK_BUS_SCSI
               ? 0
               : UNSUPPORTED(
                     "disk '%s' of guest '%s' has no <address>, and a SCSI <hostdev> is where its name "
                     "would put it",
                     d->target, def->name);
}

/* ---- what nobody could run ------------------------------------------------------------------ */

/* An image of LUKS says itself how it is encrypted. */
static int check_cipher(const struct domain_def *def, const struct domain_disk *d, const struct encryption *e,
                        struct err *err)
{
    return e && e->format == ENCRYPTION_FORMAT_LUKS && e->cipher
               ? UNSUPPORTED(
                     "the <encryption> of disk '%s' of guest '%s' has a <cipher>, which is for volumes",
                     d->target, def->name)
               : 0;
}

static int check_ciphers(const struct domain_def *def, const struct domain_disk *d, struct err *err)
{
    if (check_cipher(def, d, d->encryption, err) < 0 ||
        (d->source && check_cipher(def, d, d->source->src.encryption, err) < 0))
        return -1;
    for (const struct disk_backing_store *b = d->backing_store; b && b->type; b = b->backing_store)
        if (b->source && check_cipher(def, d, b->source->src.encryption, err) < 0)
            return -1;
    return 0;
}

static int check_bus(const struct domain_def *def, const struct domain_disk *d, struct err *err)
{
    if (check_ciphers(def, d, err) < 0)
        return -1;
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
    return 0;
}

static int check_driver(const struct domain_def *def, const struct domain_disk *d, struct err *err)
{
    const struct disk_driver *r = d->driver;
    if (!r || d->bus == DISK_BUS_VIRTIO)
        return 0;
    const char *only = r->queues               ? "queues"
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
    if ((!d->source || (d->type != STORAGE_TYPE_BLOCK && d->type != STORAGE_TYPE_VOLUME)) &&
        !(d->type == STORAGE_TYPE_NETWORK && s && s->protocol == STORAGE_PROTOCOL_ISCSI))
        return UNSUPPORTED(
            "disk '%s' of guest '%s': device='lun' passes a block device through and cannot be of type '%s'",
            d->target, def->name, storage_type_str(d->type));
    if (d->driver && d->driver->type && d->driver->type != STORAGE_FORMAT_RAW)
        return UNSUPPORTED("disk '%s' of guest '%s': device='lun' has format 'raw', not '%s'", d->target,
                           def->name, storage_format_str(d->driver->type));
    if (d->sgio == DISK_SGIO_UNFILTERED)
        return UNSUPPORTED("disk '%s' of guest '%s': sgio='unfiltered' is not possible any more", d->target,
                           def->name);
    const struct encryption *e = d->encryption ? d->encryption : s ? s->encryption : NULL;
    if (e && e->format != ENCRYPTION_FORMAT_DEFAULT)
        return UNSUPPORTED("disk '%s' of guest '%s': device='lun' passes commands through, nothing decrypts",
                           d->target, def->name);
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
    return 0;
}

/* All that its server decides. */
static int check_vhostuser(const struct domain_def *def, const struct domain_disk *d, struct err *err)
{
    const struct storage_source *s = d->source ? &d->source->src : NULL;
    const struct disk_driver *r = d->driver;
    const struct disk_blockio *b = d->blockio;
    static const struct disk_iotune no_limits;
    if (d->type != STORAGE_TYPE_VHOSTUSER)
        return 0;
    const char *what = d->backing_store                               ? "a <backingStore>"
                       : d->encryption || (s && s->encryption)        ? "an <encryption>"
                       : d->auth || (s && s->auth)                    ? "an <auth>"
                       : d->iotune && memcmp(d->iotune, &no_limits, sizeof(no_limits)) ? "an <iotune>"
                       : d->geometry                                  ? "a <geometry>"
                       : b && (b->logical_block_size || b->physical_block_size) ? "a <blockio>"
                       : d->serial                                    ? "a <serial>"
                       : d->wwn                                       ? "a <wwn>"
                       : d->vendor                                    ? "a <vendor>"
                       : d->product                                   ? "a <product>"
                       : d->readonly                                  ? "<readonly>"
                       : d->shareable                                 ? "<shareable>"
                       : d->has_transient                             ? "<transient>"
                       : r && r->metadata_cache && r->metadata_cache->max_size ? "a <metadata_cache>"
                       : r && r->cache                                ? "a cache="
                       : r && (r->error_policy || r->rerror_policy)   ? "an error_policy="
                       : r && r->io                                   ? "an io="
                       : r && r->ioeventfd                            ? "an ioeventfd="
                       : r && r->copy_on_read                         ? "a copy_on_read="
                       : r && r->discard                              ? "a discard="
                       : r && r->iothread                             ? "an iothread="
                       : r && r->detect_zeroes                        ? "a detect_zeroes="
                                                                      : NULL;
    return !what ? 0
                 : UNSUPPORTED("vhost-user disk '%s' of guest '%s' has %s, which its server decides",
                               d->target, def->name, what);
}

/* Floppies are on a bus of their own, and they alone. */
static int check_floppy(const struct domain_def *def, const struct domain_disk *d, struct err *err)
{
    bool bad = d->device == DISK_DEVICE_FLOPPY ? d->bus != DISK_BUS_FDC : d->bus == DISK_BUS_FDC;
    if (bad)
        return INTERNAL(
            "%s '%s' of guest '%s' cannot be on bus '%s'; bus='fdc' is for floppies and only for them",
            d->device == DISK_DEVICE_FLOPPY ? "floppy" : "disk", d->target, def->name, disk_bus_str(d->bus));
    return 0;
}

/* Floppies are called fd…, and they alone; a CD may have any name. */
static int check_name(const struct domain_def *def, const struct domain_disk *d, struct err *err)
{
    bool floppy = g_str_has_prefix(d->target, "fd");
    if (d->device == DISK_DEVICE_FLOPPY)
        return floppy ? 0
                      : INTERNAL("floppy '%s' of guest '%s': names of floppies start with fd", d->target,
                                 def->name);
    if (d->device != DISK_DEVICE_CDROM && floppy)
        return INTERNAL("disk '%s' of guest '%s': names that start with fd are of floppies", d->target,
                        def->name);
    return d->device == DISK_DEVICE_CDROM || disk_target_known(d->target)
               ? 0
               : INTERNAL("'%s' of guest '%s' is no name for a disk such as vda, sdb or hdc", d->target,
                          def->name);
}

int check_disk(const struct domain_def *def, uint32_t at, struct err *err)
{
    const struct domain_disk *d = def->disks[at];
    const struct storage_source *s = d->source ? &d->source->src : NULL;
    const struct encryption *e = d->encryption ? d->encryption : s ? s->encryption : NULL;
    if (!d->target)
        return err_set(err, VIR_ERR_NO_TARGET,
                       "a disk of guest '%s' has no <target dev='…'/>, the name that tells its disks apart",
                       def->name);
    if (e && e->format != ENCRYPTION_FORMAT_DEFAULT && d->device == DISK_DEVICE_LUN)
        return UNSUPPORTED("disk '%s' of guest '%s': device='lun' is a whole device and has no <encryption>",
                           d->target, def->name);
    if (d->type == STORAGE_TYPE_NVME && s && !s->namespace)
        return UNSUPPORTED("NVMe disk '%s' of guest '%s' has namespace 0; namespaces start at 1", d->target,
                           def->name);
    if (s && s->n_slices && d->device == DISK_DEVICE_LUN)
        return UNSUPPORTED("disk '%s' of guest '%s': device='lun' is a whole device and has no <slices>",
                           d->target, def->name);
    if (check_logins(def, d, err) < 0 || check_vhostuser(def, d, err) < 0 || check_bus(def, d, err) < 0 ||
        check_lun(def, d, err) < 0)
        return -1;
    if (check_driver(def, d, err) < 0 || check_iotune(def, d, err) < 0 ||
        check_texts(def, d, err) < 0)
        return -1;
    if (s && s->reservations && d->device != DISK_DEVICE_LUN)
        return UNSUPPORTED("disk '%s' of guest '%s': <reservations> are for device='lun'", d->target,
                           def->name);
    g_autofree char *what = g_strdup_printf("disk '%s' of guest '%s'", d->target, def->name);
    if (check_floppy(def, d, err) < 0 || wwn_check(d->wwn, what, err) < 0)
        return -1;
    if (d->removable && d->bus != DISK_BUS_USB)
        return XML("disk '%s' of guest '%s': removable= is for bus='usb'", d->target, def->name);
    if (d->type == STORAGE_TYPE_VHOSTUSER && d->snapshot != DISK_SNAPSHOT_NO)
        return UNSUPPORTED("vhost-user disk '%s' of guest '%s' can only have snapshot='no'", d->target,
                           def->name);
    if (s && s->startup_policy && (d->type == STORAGE_TYPE_NETWORK || d->type == STORAGE_TYPE_VHOSTUSER))
        return XML("disk '%s' of guest '%s' of type '%s' cannot have the startupPolicy '%s'", d->target,
                   def->name, storage_type_str(d->type), startup_policy_str(s->startup_policy));
    if (s && s->startup_policy == STARTUP_POLICY_REQUISITE && d->device != DISK_DEVICE_CDROM &&
        d->device != DISK_DEVICE_FLOPPY)
        return XML("disk '%s' of guest '%s' cannot have the startupPolicy 'requisite', which is for media",
                   d->target, def->name);
    if (check_name(def, d, err) < 0)
        return -1;
    if (!disk_has_source(d) && d->device == DISK_DEVICE_DISK)
        return err_set(
            err, VIR_ERR_NO_SOURCE,
            "disk '%s' of guest '%s' has no <source>; only drives with media that can be changed may be "
            "empty",
            d->target, def->name);
    return 0;
}

int check_disks_unique(const struct domain_def *def, struct err *err)
{
    for (uint32_t i = 0; i < def->n_disks; i++)
        for (uint32_t k = 0; k < i; k++)
            if (!g_strcmp0(def->disks[k]->target, def->disks[i]->target))
                return XML("guest '%s' has two disks with the target '%s'", def->name, def->disks[i]->target);
    return 0;
}

int check_disk_places(const struct domain_def *def, struct err *err)
{
    for (uint32_t i = 0; i < def->n_disks; i++)
        for (uint32_t k = 0; k < i; k++)
            if (def->disks[k]->bus == def->disks[i]->bus &&
                drive_is_same(def->disks[k]->info.address, def->disks[i]->info.address))
                return UNSUPPORTED("disks '%s' and '%s' of guest '%s' have the same address on bus '%s'",
                                   def->disks[k]->target, def->disks[i]->target, def->name,
                                   disk_bus_str(def->disks[i]->bus));
    return 0;
}
