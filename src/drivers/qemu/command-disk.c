/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * command-disk: block nodes and the devices on them.  Each image of a chain
 * gets two nodes, libvirt-N-storage and libvirt-N-format; N is the index of
 * its source in the live XML.
 */
#include "drivers/qemu/command-priv.h"

#include "base/uuid.h"

#define ERR_FROM VIR_FROM_QEMU

bool
disk_is_empty(const struct domain_disk *disk)
{
    const struct storage_source *s = disk->source ? &disk->source->src : NULL;
    if (!s)
        return true;
    switch (disk->type) {
    case STORAGE_TYPE_FILE:
    case STORAGE_TYPE_UNSET: return !s->file || !*s->file;
    case STORAGE_TYPE_BLOCK: return !s->dev || !*s->dev;
    case STORAGE_TYPE_DIR: return !s->dir;
    case STORAGE_TYPE_NETWORK: return !s->protocol;
    case STORAGE_TYPE_VOLUME: return !s->pool;
    default: return false;
    }
}

char *
disk_format_node(const struct domain_disk *disk)
{
    return g_strdup_printf("libvirt-%u-format", disk->source->src.index);
}

struct image {
    const char *label;               /* for messages: the disk's target */
    enum storage_type type;
    const struct storage_source *src;
    uint32_t index;                  /* N of its nodes */
    enum storage_format format;
    const struct disk_driver *driver; /* of the disk, top image only; else NULL */
    const struct disk_driver *options;/* cache and company of the whole chain */
    bool read_only, top, floppy;
    const struct disk_backing_store *backing;
    uint64_t metadata_cache;
};

/* The same on both nodes of an image; nothing when no mode was asked for. */
static void
put_cache(json_t *o, const struct disk_driver *d)
{
    if (!d || !d->cache || d->cache == DISK_CACHE_DEFAULT)
        return;
    json_t *c = json_object();
    put_bool(c, "direct", d->cache == DISK_CACHE_NONE || d->cache == DISK_CACHE_DIRECTSYNC);
    put_bool(c, "no-flush", d->cache == DISK_CACHE_UNSAFE);
    json_object_set_new(o, "cache", c);
}

static int
storage_node(struct builder *b, const struct image *im)
{
    const struct storage_source *s = im->src;
    const struct disk_driver *d = im->options;
    g_autofree char *node = g_strdup_printf("libvirt-%u-storage", im->index);
    json_t *o = json_object();
    int rc = 0;
    switch (im->type) {
    case STORAGE_TYPE_FILE:
    case STORAGE_TYPE_UNSET:
        put_str(o, "driver", "file");
        put_str(o, "filename", s->file);
        break;
    case STORAGE_TYPE_BLOCK:
        put_str(o, "driver",
                g_str_has_prefix(s->dev, "/dev/sr") || g_str_has_prefix(s->dev, "/dev/cdrom")
                    ? "host_cdrom"
                    : "host_device");
        put_str(o, "filename", s->dev);
        break;
    case STORAGE_TYPE_DIR:
        put_str(o, "driver", "vvfat");
        put_str(o, "dir", s->dir);
        put_bool(o, "floppy", im->floppy);
        put_bool(o, "rw", !im->read_only);
        break;
    case STORAGE_TYPE_NETWORK: rc = put_network_storage(b, o, im->label, s); break;
    case STORAGE_TYPE_NVME:
        if (s->address) {
            g_autofree char *device =
                g_strdup_printf("%04x:%02x:%02x.%x", s->address->domain, s->address->bus, s->address->slot,
                                s->address->function);
            put_str(o, "driver", "nvme");
            put_str(o, "device", device);
            put_int(o, "namespace", s->namespace);
        }
        break;
    default:
        rc = err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED, "disk %s: storage of type '%s' cannot be used yet",
                     im->label, storage_type_str(im->type));
    }
    if (rc < 0) {
        json_decref(o);
        return -1;
    }
    bool local =
        im->type == STORAGE_TYPE_FILE || im->type == STORAGE_TYPE_BLOCK || im->type == STORAGE_TYPE_UNSET;
    if (local && d && d->io)
        put_str(o, "aio", disk_io_str(d->io));
    put_str(o, "node-name", node);
    put_cache(o, d);
    put_bool(o, "auto-read-only", true);
    put_str(o, "discard", "unmap");
    add_blockdev(b, o);
    return 0;
}

static const char *
format_driver(enum storage_format f)
{
    switch (f) {
    case STORAGE_FORMAT_UNSET:
    case STORAGE_FORMAT_RAW:
    case STORAGE_FORMAT_ISO:
    case STORAGE_FORMAT_NONE:
    case STORAGE_FORMAT_AUTO:
    case STORAGE_FORMAT_FAT:
    case STORAGE_FORMAT_DIR: return "raw";
    case STORAGE_FORMAT_VHD: return "vhdx";
    case STORAGE_FORMAT_PLOOP: return "parallels";
    default: return storage_format_str(f);
    }
}

/* What may not be discarded is not unmapped for zeroes either. */
static const char *
zeroes(const struct disk_driver *d)
{
    bool unmap = d->detect_zeroes == DISK_DETECT_ZEROES_UNMAP && d->discard != DISK_DISCARD_UNMAP;
    return unmap ? "on" : disk_detect_zeroes_str(d->detect_zeroes);
}

static int
format_node(struct builder *b, const struct image *im)
{
    const struct disk_driver *d = im->driver;
    g_autofree char *node = g_strdup_printf("libvirt-%u-format", im->index);
    g_autofree char *storage = g_strdup_printf("libvirt-%u-storage", im->index);
    json_t *o = json_object();
    put_str(o, "node-name", node);
    put_bool(o, "read-only", im->read_only);
    if (d && d->discard)
        put_str(o, "discard", disk_discard_str(d->discard));
    if (d && d->detect_zeroes)
        put_str(o, "detect-zeroes", zeroes(d));
    put_cache(o, im->options);
    put_str(o, "driver", format_driver(im->format));
    if (im->metadata_cache)
        put_int(o, "cache-size", im->metadata_cache);
    for (uint32_t i = 0; i < im->src->n_slices; i++) {
        const struct storage_slice *s = im->src->slices[i];
        if (im->format == STORAGE_FORMAT_RAW && s->has_offset) {
            put_int(o, "offset", s->offset);
            put_int(o, "size", s->size);
        }
    }
    put_str(o, "file", storage);
    bool layers = im->format == STORAGE_FORMAT_QCOW2 || im->format == STORAGE_FORMAT_QCOW ||
                  im->format == STORAGE_FORMAT_QED || im->format == STORAGE_FORMAT_VMDK;
    if (im->backing && im->backing->source && im->backing->index) {
        g_autofree char *below = g_strdup_printf("libvirt-%u-format", im->backing->index);
        put_str(o, "backing", below);
    } else if (im->backing && layers) {
        json_object_set_new(o, "backing", json_null()); /* the chain ends here */
    }
    add_blockdev(b, o);
    return 0;
}

/* From the bottom of the chain up. */
static int
image_nodes(struct builder *b, const struct image *im)
{
    const struct disk_backing_store *bs = im->backing;
    if (bs && bs->source && bs->index) {
        struct image below = {
            .label = im->label,
            .type = bs->type,
            .src = &bs->source->src,
            .index = bs->index,
            .format = bs->format ? bs->format->type : STORAGE_FORMAT_RAW,
            .options = im->options,
            .read_only = true,
            .backing = bs->backing_store,
            .metadata_cache =
                bs->format && bs->format->metadata_cache ? bs->format->metadata_cache->max_size : 0,
        };
        if (image_nodes(b, &below) < 0)
            return -1;
    }
    return storage_node(b, im) < 0 ? -1 : format_node(b, im);
}

static int
nodes(struct builder *b, const struct domain_disk *d)
{
    if (d->encryption || d->source->src.encryption)
        return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED, "disk %s: encrypted images cannot be used yet",
                       d->target);
    const struct disk_driver *drv = d->driver;
    struct image im = {
        .label = d->target,
        .type = d->type,
        .src = &d->source->src,
        .index = d->source->src.index,
        .format = drv ? drv->type : STORAGE_FORMAT_RAW,
        .driver = drv,
        .options = drv,
        .read_only = d->readonly,
        .top = true,
        .floppy = d->device == DISK_DEVICE_FLOPPY,
        .backing = d->backing_store,
        .metadata_cache = drv && drv->metadata_cache ? drv->metadata_cache->max_size : 0,
    };
    if (image_nodes(b, &im) < 0)
        return -1;
    if (drv && drv->copy_on_read == TRI_ON) {
        g_autofree char *format = disk_format_node(d), *node = g_strdup_printf("libvirt-CoR-%s", d->target);
        json_t *o = json_object();
        put_str(o, "driver", "copy-on-read");
        put_str(o, "node-name", node);
        put_str(o, "file", format);
        if (drv->discard)
            put_str(o, "discard", disk_discard_str(drv->discard));
        add_blockdev(b, o);
    }
    return 0;
}

static void
put_disk_tail(json_t *o, const struct domain_disk *d)
{
    if (d->blockio && d->blockio->logical_block_size)
        put_int(o, "logical_block_size", d->blockio->logical_block_size);
    if (d->blockio && d->blockio->physical_block_size)
        put_int(o, "physical_block_size", d->blockio->physical_block_size);
    if (d->wwn) {
        g_autofree char *wwn = g_strdup_printf("0x%s", d->wwn);
        json_object_set_new(o, "wwn", json_integer((json_int_t)g_ascii_strtoull(d->wwn, NULL, 16)));
    }
    if (d->rotation_rate)
        put_int(o, "rotation_rate", d->rotation_rate);
    put_str(o, "vendor", d->vendor);
    put_str(o, "product", d->product);
    const struct disk_driver *drv = d->driver;
    if (drv && drv->cache && drv->cache != DISK_CACHE_DEFAULT && d->device != DISK_DEVICE_LUN)
        put_str(o, "write-cache",
                drv->cache == DISK_CACHE_WRITETHROUGH || drv->cache == DISK_CACHE_DIRECTSYNC ? "off" : "on");
    if (drv && drv->error_policy) {
        bool space = drv->error_policy == DISK_ERROR_POLICY_ENOSPACE;
        put_str(o, "werror", space ? "enospc" : disk_error_policy_str(drv->error_policy));
        if (!drv->rerror_policy)
            put_str(o, "rerror", space ? "report" : disk_error_policy_str(drv->error_policy));
    }
    if (drv && drv->rerror_policy)
        put_str(o, "rerror", disk_error_policy_str(drv->rerror_policy));
    if (d->serial)
        put_str(o, "serial", d->serial);
}

static int
disk_device(struct builder *b, const struct domain_disk *d)
{
    const struct device_address *a = d->info.address;
    const struct disk_driver *drv = d->driver;
    bool empty = disk_is_empty(d);
    g_autofree char *bus = NULL;
    g_autofree char *drive = empty ? NULL
                             : drv && drv->copy_on_read == TRI_ON
                                 ? g_strdup_printf("libvirt-CoR-%s", d->target)
                                 : disk_format_node(d);
    json_t *o = NULL;
    bool cd = d->device == DISK_DEVICE_CDROM;
    switch (d->bus) {
    case DISK_BUS_IDE:
    case DISK_BUS_SATA: {
        o = props_new(cd ? "ide-cd" : "ide-hd");
        const char *alias =
            controller_alias(b->def, d->bus == DISK_BUS_IDE ? CONTROLLER_TYPE_IDE : CONTROLLER_TYPE_SATA,
                             a->controller);
        bus = g_strdup_printf("%s.%u", alias ? alias : "ide", d->bus == DISK_BUS_IDE ? a->bus : a->unit);
        put_str(o, "bus", bus);
        if (d->bus == DISK_BUS_IDE)
            put_int(o, "unit", a->unit);
        break;
    }
    case DISK_BUS_FDC:
        o = props_new("floppy");
        put_int(o, "unit", a->unit);
        break;
    case DISK_BUS_SCSI: {
        const struct domain_controller *c =
            domain_find_controller(b->def, CONTROLLER_TYPE_SCSI, a->controller);
        o = props_new(cd ? "scsi-cd" : d->device == DISK_DEVICE_LUN ? "scsi-block" : "scsi-hd");
        bus = g_strdup_printf("%s.%u", c->info.alias, str_is(c->model, "lsilogic") ? a->bus : 0);
        put_str(o, "bus", bus);
        if (str_is(c->model, "lsilogic")) {
            put_int(o, "scsi-id", a->unit);
        } else {
            put_int(o, "channel", a->bus);
            put_int(o, "scsi-id", a->target);
            put_int(o, "lun", a->unit);
        }
        if (d->device != DISK_DEVICE_LUN) {
            g_autofree char *id = g_strdup_printf("drive-%s", d->info.alias);
            put_str(o, "device_id", d->serial ? d->serial : id);
        }
        put_onoff(o, "share-rw", TRI_UNSET);
        break;
    }
    case DISK_BUS_VIRTIO: {
        g_autofree char *driver = virtio_driver(b, "virtio-blk", d->model, &d->info);
        o = props_new(driver);
        if (drv) {
            if (drv->iothread) {
                g_autofree char *thread = g_strdup_printf("iothread%u", drv->iothread);
                put_str(o, "iothread", thread);
            }
            put_tri(o, "ioeventfd", drv->ioeventfd);
            put_tri(o, "event_idx", drv->event_idx);
            if (drv->queues)
                put_int(o, "num-queues", drv->queues);
            if (drv->queue_size)
                put_int(o, "queue-size", drv->queue_size);
            put_virtio(o, &drv->virtio);
        }
        if (d->device == DISK_DEVICE_LUN)
            put_bool(o, "scsi", true);
        if (put_address(b, o, &d->info) < 0) {
            json_decref(o);
            return -1;
        }
        break;
    }
    case DISK_BUS_USB:
        o = props_new("usb-storage");
        if (put_address(b, o, &d->info) < 0) {
            json_decref(o);
            return -1;
        }
        put_bool(o, "removable", d->removable == TRI_ON);
        break;
    default:
        return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED, "disk %s: bus '%s' cannot be used", d->target,
                       disk_bus_str(d->bus));
    }
    if (d->shareable)
        put_bool(o, "share-rw", true);
    put_str(o, "drive", drive);
    put_str(o, "id", d->info.alias);
    if (d->bus != DISK_BUS_FDC)
        put_boot(o, disk_boot_index(b->def, d));
    if (d->geometry && d->geometry->cyls) {
        put_int(o, "cyls", d->geometry->cyls);
        put_int(o, "heads", d->geometry->heads);
        put_int(o, "secs", d->geometry->secs);
        if (d->geometry->trans)
            put_str(o, "bios-chs-trans", disk_trans_str(d->geometry->trans));
    }
    put_disk_tail(o, d);
    add_device(b, o);
    return 0;
}

/* A card in the slot of the board: it has no device of its own that a node could be given to. */
static int
sd_card(struct builder *b, const struct domain_disk *d)
{
    if (disk_is_empty(d) || (d->type != STORAGE_TYPE_FILE && d->type != STORAGE_TYPE_BLOCK))
        return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED, "disk %s: an SD card is a file or a block device",
                       d->target);
    const struct storage_source *s = &d->source->src;
    g_autofree char *path = escape_commas(d->type == STORAGE_TYPE_FILE ? s->file : s->dev);
    const struct disk_driver *v = d->driver;
    g_autoptr(GString) line = g_string_new(NULL);
    g_string_append_printf(line, "file=%s,format=%s,if=sd,index=%u", path,
                           format_driver(v ? v->type : STORAGE_FORMAT_RAW),
                           (unsigned)disk_target_index(d->target, NULL));
    if (d->readonly)
        g_string_append(line, ",readonly=on");
    if (v && v->cache && v->cache != DISK_CACHE_DEFAULT)
        g_string_append_printf(line, ",cache=%s", disk_cache_str(v->cache));
    if (v && v->copy_on_read == TRI_ON)
        g_string_append(line, ",copy-on-read=on");
    if (v && v->discard)
        g_string_append_printf(line, ",discard=%s", disk_discard_str(v->discard));
    if (v && v->detect_zeroes)
        g_string_append_printf(line, ",detect-zeroes=%s", zeroes(v));
    if (v && v->io)
        g_string_append_printf(line, ",aio=%s", disk_io_str(v->io));
    add_arg(b, "-drive", line->str);
    return 0;
}

int
build_disks(struct builder *b)
{
    struct boot_plan plan;
    plan_boot(b->def, &plan);
    if (plan.floppy && plan.floppy_index && !machine_is_q35(b->def))
        add_argf(b, "-global", "isa-fdc.bootindexA=%u", plan.floppy_index);
    for (uint32_t i = 0; i < b->def->n_disks; i++) {
        const struct domain_disk *d = b->def->disks[i];
        if (d->bus == DISK_BUS_SD) {
            if (sd_card(b, d) < 0)
                return -1;
            continue;
        }
        if (!disk_is_empty(d) && nodes(b, d) < 0)
            return -1;
        if (disk_device(b, d) < 0)
            return -1;
    }
    return 0;
}

/* UEFI firmware: code and variables are two flash images. */
int
build_flash(struct builder *b)
{
    const struct os_loader *l = b->def->os->loader;
    const struct os_nvram *nv = b->def->os->nvram;
    const struct { const char *path; bool read_only; int n; enum storage_format format; } images[] = {
        { l->path, l->readonly == TRI_YES, 0, l->format },
        { nv ? nv->path ? nv->path : nv->source ? nv->source->src.file : NULL : NULL, false, 1,
          nv ? nv->format : STORAGE_FORMAT_UNSET },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(images); i++) {
        if (!images[i].path)
            continue;
        g_autofree char *storage = g_strdup_printf("libvirt-pflash%d-storage", images[i].n);
        g_autofree char *format = g_strdup_printf("libvirt-pflash%d-format", images[i].n);
        json_t *o = json_object();
        put_str(o, "driver", "file");
        put_str(o, "filename", images[i].path);
        put_str(o, "node-name", storage);
        put_bool(o, "auto-read-only", true);
        put_str(o, "discard", "unmap");
        add_blockdev(b, o);
        o = json_object();
        put_str(o, "node-name", format);
        put_bool(o, "read-only", images[i].read_only);
        put_str(o, "driver", images[i].format == STORAGE_FORMAT_QCOW2 ? "qcow2" : "raw");
        put_str(o, "file", storage);
        add_blockdev(b, o);
    }
    return 0;
}
