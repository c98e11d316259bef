/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * command-images: block nodes.  Each image of a chain gets two nodes, libvirt-N-storage and libvirt-N-format;
 * N is the index of its source in the live XML.  See command-priv.h.
 */
#include "drivers/qemu/command-priv.h"
#include "drivers/qemu/images.h"

#define ERR_FROM VIR_FROM_QEMU

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
    const char *name;                /* what they have instead of N; or NULL */
    enum storage_format format;
    const struct disk_driver *driver; /* of the disk, top image only; else NULL */
    const struct disk_driver *options;/* cache and company of the whole chain */
    bool read_only, top, floppy;
    const struct disk_backing_store *backing;
    uint64_t metadata_cache;
};

static char *
node_name(const struct image *im, const char *what)
{
    return im->name ? g_strdup_printf("libvirt-%s-%s", im->name, what)
                    : g_strdup_printf("libvirt-%u-%s", im->index, what);
}

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

/* A helper keeps reservations of the disk: one of the guest's own for all its disks, or one that the user
 * runs. */
static int
put_reservations(struct builder *b, json_t *o, const char *label, const char *node,
                 const struct reservations *r)
{
    if (!r)
        return 0;
    bool own = r->managed == TRI_YES;
    if (own && !b->opts->native)
        return err_set(
            b->err, VIR_ERR_CONFIG_UNSUPPORTED,
            "disk %s: run qemu-pr-helper yourself and say <reservations managed='no'> with its socket; "
            "starting it is not there yet",
            label);
    if (!own && !(r->source && r->source->path))
        return 0;
    g_autofree char *id = own ? g_strdup("pr-helper0") : g_strdup_printf("pr-helper-%s", node);
    g_autofree char *path = g_strdup_printf("%s/pr-helper0.sock", b->cmd->guest_dir);
    if (!own || !b->pr_helper) {
        json_t *helper = json_object();
        put_str(helper, "qom-type", "pr-manager-helper");
        put_str(helper, "id", id);
        put_str(helper, "path", own ? path : r->source->path);
        add_object(b, helper);
    }
    b->pr_helper = b->pr_helper || own;
    put_str(o, "pr-manager", id);
    return 0;
}

/* What of the storage is the image, if it is not all of it. */
static const struct storage_slice *
slice_of(const struct image *im)
{
    for (uint32_t i = 0; i < im->src->n_slices; i++)
        if (im->src->slices[i]->has_offset)
            return im->src->slices[i];
    return NULL;
}

static int
storage_node(struct builder *b, const struct image *im)
{
    const struct storage_source *s = im->src;
    const struct disk_driver *d = im->options;
    g_autofree char *node = node_name(im, "storage");
    json_t *o = json_object();
    int rc = 0;
    switch (im->type) {
    case STORAGE_TYPE_FILE:
    case STORAGE_TYPE_UNSET:
        put_str(o, "driver", "file");
        put_str(o, "filename", s->file);
        break;
    case STORAGE_TYPE_BLOCK:
        put_str(o, "driver", image_is_cdrom(s->dev) ? "host_cdrom" : "host_device");
        put_str(o, "filename", s->dev);
        rc = put_reservations(b, o, im->label, node, s->reservations);
        break;
    case STORAGE_TYPE_DIR:
        put_str(o, "driver", "vvfat");
        put_str(o, "dir", s->dir);
        put_bool(o, "floppy", im->floppy);
        put_bool(o, "rw", !im->read_only);
        break;
    case STORAGE_TYPE_NETWORK: rc = put_network_storage(b, o, im->label, node, s); break;
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
    /* raw images have a slice in themselves; for others there is a node between */
    const struct storage_slice *slice = im->format == STORAGE_FORMAT_RAW ? NULL : slice_of(im);
    if (slice) {
        g_autofree char *id = node_name(im, "slice-sto");
        json_t *part = json_object();
        put_str(part, "driver", "raw");
        put_str(part, "node-name", id);
        put_int(part, "offset", slice->offset);
        put_int(part, "size", slice->size);
        put_cache(part, d);
        put_bool(part, "auto-read-only", true);
        put_str(part, "discard", "unmap");
        put_str(part, "file", node);
        add_blockdev(b, part);
    }
    return 0;
}

const char *
image_driver(enum storage_format f)
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
const char *
image_zeroes(const struct disk_driver *d)
{
    bool unmap = d->detect_zeroes == DISK_DETECT_ZEROES_UNMAP && d->discard != DISK_DISCARD_UNMAP;
    return unmap ? "on" : disk_detect_zeroes_str(d->detect_zeroes);
}

static int
format_node(struct builder *b, const struct image *im)
{
    const struct disk_driver *d = im->driver;
    g_autofree char *node = node_name(im, "format");
    g_autofree char *storage =
        node_name(im, im->format != STORAGE_FORMAT_RAW && slice_of(im) ? "slice-sto" : "storage");
    json_t *o = json_object();
    put_str(o, "node-name", node);
    put_bool(o, "read-only", im->read_only);
    if (d && d->discard)
        put_str(o, "discard", disk_discard_str(d->discard));
    if (d && d->detect_zeroes)
        put_str(o, "detect-zeroes", image_zeroes(d));
    put_cache(o, im->options);
    put_str(o, "driver", image_driver(im->format));
    if (im->metadata_cache)
        put_int(o, "cache-size", im->metadata_cache);
    const struct storage_slice *slice = slice_of(im);
    if (slice && im->format == STORAGE_FORMAT_RAW) {
        put_int(o, "offset", slice->offset);
        put_int(o, "size", slice->size);
    }
    put_str(o, "file", storage);
    bool layers = im->format == STORAGE_FORMAT_QCOW2 || im->format == STORAGE_FORMAT_QCOW ||
                  im->format == STORAGE_FORMAT_QED || im->format == STORAGE_FORMAT_VMDK;
    if (im->backing && im->backing->source && im->backing->index && !layers) {
        json_decref(o);
        return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "disk %s: an image of format '%s' has nothing below it: <backingStore> has to go",
                       im->label, storage_format_str(im->format));
    }
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

int
build_disk_nodes(struct builder *b, const struct domain_disk *d)
{
    if (d->source->src.fdgroup)
        return err_set(b->err, VIR_ERR_INVALID_ARG,
                       "disk %s: no descriptors were given for the group '%s'", d->target,
                       d->source->src.fdgroup);
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
        put_str(o, "discard", "unmap");     /* what is to come of it, the node below knows */
        add_blockdev(b, o);
    }
    return 0;
}

/* UEFI firmware: code and variables are two flash images; these may be anywhere. */
int
build_flash(struct builder *b)
{
    const struct os_loader *l = b->def->os->loader;
    const struct os_nvram *nv = b->def->os->nvram;
    struct storage_source code = { .file = l->path }, variables = { .file = nv ? nv->path : NULL };
    bool elsewhere = nv && !nv->path && nv->source;
    struct image images[] = {
        { .name = "pflash0", .src = &code, .format = l->format, .read_only = l->readonly == TRI_YES },
        { .name = "pflash1", .src = elsewhere ? &nv->source->src : &variables,
          .type = elsewhere ? nv->type : STORAGE_TYPE_UNSET,
          .format = nv ? nv->format : STORAGE_FORMAT_UNSET },
    };
    for (size_t i = 0; i < (elsewhere || variables.file ? 2 : 1); i++) {
        images[i].label = images[i].name;
        images[i].format = images[i].format ? images[i].format : STORAGE_FORMAT_RAW;
        if (storage_node(b, &images[i]) < 0 || format_node(b, &images[i]) < 0)
            return -1;
    }
    return 0;
}
