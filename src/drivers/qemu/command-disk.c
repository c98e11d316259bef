/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * command-disk: the devices that disks are.  See command-priv.h.
 */
#include "drivers/qemu/command-priv.h"

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
    case STORAGE_TYPE_VOLUME:   /* no pools are kept here yet: who can do without is without */
        return !s->pool || s->startup_policy == STARTUP_POLICY_OPTIONAL;
    default: return false;
    }
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
        if (!drv->rerror_policy && !space)          /* reading takes no space */
            put_str(o, "rerror", disk_error_policy_str(drv->error_policy));
    }
    if (drv && drv->rerror_policy)
        put_str(o, "rerror", disk_error_policy_str(drv->rerror_policy));
    if (d->serial)
        put_str(o, "serial", d->serial);
}

/* What a disk on virtio can say of its queues and rings. */
static void
put_virtio_disk(json_t *o, const struct disk_driver *d)
{
    if (!d)
        return;
    if (d->iothread) {
        g_autofree char *thread = g_strdup_printf("iothread%u", d->iothread);
        put_str(o, "iothread", thread);
    }
    put_tri(o, "ioeventfd", d->ioeventfd);
    put_tri(o, "event_idx", d->event_idx);
    if (d->queues)
        put_int(o, "num-queues", d->queues);
    if (d->queue_size)
        put_int(o, "queue-size", d->queue_size);
    put_virtio(o, &d->virtio);
}

/* Another process has the image; QEMU has the device. */
static int
vhost_user_disk(struct builder *b, const struct domain_disk *d)
{
    const struct storage_source *s = &d->source->src;
    g_autofree char *id = g_strdup_printf("chr-vu-%s", d->info.alias);
    g_autofree char *path = escape_commas(s->path);
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "socket,id=%s,path=%s", id, path);
    append_reconnect(b, text, s->reconnect);
    add_arg(b, "-chardev", text->str);
    g_string_free(text, TRUE);
    g_autofree char *driver = virtio_driver(b, "vhost-user-blk", d->model, &d->info);
    json_t *o = props_new(driver);
    put_virtio_disk(o, d->driver);
    put_str(o, "chardev", id);
    put_str(o, "id", d->info.alias);
    put_boot(o, disk_boot_index(b->def, d));
    return add_at_address(b, o, &d->info);
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
        if (machine_is(b->def, "pseries"))
            return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED,
                           "disk %s: machine 'pseries' has no floppy drives", d->target);
        o = props_new("floppy");
        put_int(o, "unit", a->unit);
        break;
    case DISK_BUS_SCSI: {
        const struct domain_controller *c =
            domain_find_controller(b->def, CONTROLLER_TYPE_SCSI, a->controller);
        o = props_new(cd ? "scsi-cd" : d->device == DISK_DEVICE_LUN ? "scsi-block" : "scsi-hd");
        put_scsi_place(o, c, a);
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
        put_virtio_disk(o, drv);
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
        return err_set(b->err, VIR_ERR_INTERNAL_ERROR, "disk %s: bus '%s' is not QEMU's", d->target,
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
                           image_driver(v ? v->type : STORAGE_FORMAT_RAW),
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
        g_string_append_printf(line, ",detect-zeroes=%s", image_zeroes(v));
    if (v && v->io)
        g_string_append_printf(line, ",aio=%s", disk_io_str(v->io));
    add_arg(b, "-drive", line->str);
    return 0;
}

int
build_disks(struct builder *b)
{
    if (!machine_is_q35(b->def)) {
        json_t *boots = floppy_boot_indexes(b->def), *index;
        const char *name;
        json_object_foreach(boots, name, index)
            add_argf(b, "-global", "isa-fdc.%s=%lld", name, (long long)json_integer_value(index));
        json_decref(boots);
    }
    for (uint32_t i = 0; i < b->def->n_disks; i++) {
        const struct domain_disk *d = b->def->disks[i];
        /* Copies of an image that others use, too, are plugged in once QEMU is there; and where no pools are
         * kept yet, a disk that need not be there is not. */
        bool later = b->opts->native && d->share_backing == TRI_YES;
        bool absent = d->device == DISK_DEVICE_DISK && d->type == STORAGE_TYPE_VOLUME && d->source &&
                      d->source->src.startup_policy == STARTUP_POLICY_OPTIONAL;
        if (later || absent)
            continue;
        if (d->bus == DISK_BUS_SD) {
            if (sd_card(b, d) < 0)
                return -1;
            continue;
        }
        if (d->type == STORAGE_TYPE_VHOSTUSER) {
            if (vhost_user_disk(b, d) < 0)
                return -1;
            continue;
        }
        if (!disk_is_empty(d) && build_disk_nodes(b, d) < 0)
            return -1;
        if (disk_device(b, d) < 0)
            return -1;
    }
    return 0;
}
