/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * validate-disk: what this emulator cannot do for a disk: formats, encryption, I/O threads, limits, places.
 * Called by: validate-devices.c.  Nothing waits.
 */
#include "drivers/qemu/domain-host.h"

#include <string.h>

#define ERR_FROM VIR_FROM_QEMU
#define UNSUPPORTED(...) err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, __VA_ARGS__)
#define INTERNAL(...) err_set(err, VIR_ERR_INTERNAL_ERROR, __VA_ARGS__)

bool
qemu_shared_memory(const struct domain_def *def)
{
    const struct cpu_numa *numa = def->cpu ? def->cpu->numa : NULL;
    if (def->memory_backing && def->memory_backing->access == MEMORY_ACCESS_SHARED)
        return true;
    for (uint32_t i = 0; numa && i < numa->n_cells; i++) {
        if (numa->cells[i]->mem_access != MEMORY_ACCESS_SHARED)
            return false;
    }
    return numa && numa->n_cells;
}

static int
check_encryption(const struct domain_disk *d, enum storage_type type, enum storage_format f,
                 const struct encryption *e, struct err *err)
{
    if (e && (e->format == ENCRYPTION_FORMAT_QCOW || e->format == ENCRYPTION_FORMAT_DEFAULT))
        return UNSUPPORTED(
            "disk %s: the encryption of old qcow images is not safe and not supported; use 'luks'",
            d->target);
    if (e && e->format == ENCRYPTION_FORMAT_LUKS2 && e->engine != ENCRYPTION_ENGINE_LIBRBD)
        return UNSUPPORTED("disk %s: QEMU does not know the encryption 'luks2'; use 'luks'", d->target);
    if (e && e->engine == ENCRYPTION_ENGINE_LIBRBD && type != STORAGE_TYPE_NETWORK)
        return UNSUPPORTED("disk %s: the engine 'librbd' decrypts what comes from a network, not a %s",
                           d->target, storage_type_str(type));
    return !e || f == STORAGE_FORMAT_RAW || f == STORAGE_FORMAT_QCOW2
               ? 0
               : UNSUPPORTED("disk %s: images of format 'raw' and 'qcow2' can be encrypted, others cannot",
                             d->target);
}

/* Of the disk, or of an image below it. */
static int
check_format(const struct domain_disk *d, enum storage_type type, enum storage_format f, struct err *err)
{
    if (f == STORAGE_FORMAT_DIR || f == STORAGE_FORMAT_ISO)
        return UNSUPPORTED("disk %s: '%s' is no format of QEMU; use %s", d->target, storage_format_str(f),
                           f == STORAGE_FORMAT_ISO ? "'raw'" : "type='dir' for the disk");
    if (f == STORAGE_FORMAT_AIO || f == STORAGE_FORMAT_COW)
        return UNSUPPORTED("disk %s: '%s' is no format of QEMU; use '%s'", d->target, storage_format_str(f),
                           f == STORAGE_FORMAT_AIO ? "raw" : "qcow2");
    if (type == STORAGE_TYPE_DIR && f != STORAGE_FORMAT_FAT)
        return UNSUPPORTED("disk %s: a folder becomes a disk with format 'fat' only, not '%s'", d->target,
                           storage_format_str(f));
    if (f == STORAGE_FORMAT_FAT && type != STORAGE_TYPE_DIR && type != STORAGE_TYPE_VOLUME)
        return UNSUPPORTED("disk %s: format 'fat' makes a disk of a folder and needs type='dir'", d->target);
    return 0;
}

static int
check_iothread(const struct domain_def *def, const struct domain_disk *d, struct err *err)
{
    unsigned id = d->driver->iothread;
    if (!id)
        return 0;
    if (d->bus != DISK_BUS_VIRTIO)
        return UNSUPPORTED(
            "disk %s: I/O threads are for bus virtio, not %s; SCSI disks have that of their controller",
            d->target, disk_bus_str(d->bus));
    bool found = !def->n_iothreadids && id <= def->iothreads;
    for (uint32_t i = 0; i < def->n_iothreadids; i++)
        found = found || def->iothreadids[i]->id == id;
    return found ? 0 : UNSUPPORTED("disk %s: there is no I/O thread %u; see <iothreads>", d->target, id);
}

static int
check_iotune(const struct domain_disk *d, struct err *err)
{
    const uint64_t most = UINT64_C(1000000000000000);
    const struct disk_iotune *t = d->iotune;
    if (!t)
        return 0;
    const uint64_t rates[] = { t->total_bytes_sec,     t->read_bytes_sec,     t->write_bytes_sec,
                               t->total_iops_sec,      t->read_iops_sec,      t->write_iops_sec,
                               t->total_bytes_sec_max, t->read_bytes_sec_max, t->write_bytes_sec_max,
                               t->total_iops_sec_max,  t->read_iops_sec_max,  t->write_iops_sec_max,
                               t->size_iops_sec };
    bool any = false;
    for (size_t i = 0; i < G_N_ELEMENTS(rates); i++) {
        any = any || rates[i];
        if (rates[i] > most)
            return err_set(err, VIR_ERR_ARGUMENT_UNSUPPORTED,
                           "disk %s: a limit in <iotune> is more than %llu", d->target,
                           (unsigned long long)most);
    }
    if (t->group_name && *t->group_name && !any)
        return UNSUPPORTED("disk %s: <iotune> has a group_name and no limit", d->target);
    return 0;
}

static int
check_source(const struct domain_def *def, const struct domain_disk *d, struct err *err)
{
    enum storage_format f = d->driver->type;
    if (d->type == STORAGE_TYPE_VHOSTUSER)
        return qemu_shared_memory(def)
                   ? 0
                   : UNSUPPORTED("disk %s: vhost-user needs memory that is shared: add <access "
                                 "mode='shared'/> to <memoryBacking>",
                                 d->target);
    if (check_format(d, d->type, f, err) < 0)
        return -1;
    if (f == STORAGE_FORMAT_FAT && d->type == STORAGE_TYPE_DIR && !d->readonly)
        return UNSUPPORTED("disk %s: a folder as a disk can only be read: add <readonly/>", d->target);
    if (check_encryption(d, d->type, f, d->encryption, err) < 0 ||
        (d->source && check_encryption(d, d->type, f, d->source->src.encryption, err) < 0))
        return -1;
    for (const struct disk_backing_store *b = d->backing_store; b; b = b->backing_store)
        if ((b->format && check_format(d, b->type, b->format->type, err) < 0) ||
            (b->source && check_encryption(d, b->type, b->format ? b->format->type : STORAGE_FORMAT_UNSET,
                                           b->source->src.encryption, err) < 0))
            return -1;
    return 0;
}

/* A SCSI device's place, by the controller that it is on. */
int
qemu_validate_scsi_place(const struct domain_def *def, const char *name, const struct device_address *a,
                         struct err *err)
{
    if (!a || a->type != ADDRESS_TYPE_DRIVE)
        return 0;
    const struct domain_controller *c = domain_find_controller(def, CONTROLLER_TYPE_SCSI, a->controller);
    if (a->bus)
        return INTERNAL("%s: a SCSI controller has bus 0 only", name);
    if (c && str_is(c->model, "lsilogic") && a->target)
        return UNSUPPORTED("%s: a controller of model 'lsilogic' has target 0 only", name);
    return 0;
}

/* Where on the controller of its bus the disk is. */
static int
check_place(const struct domain_def *def, const struct domain_disk *d, struct err *err)
{
    const struct device_address *a = d->info.address;
    g_autofree char *name = g_strdup_printf("disk %s", d->target);
    if (d->bus == DISK_BUS_SD && d->serial)
        return INTERNAL("disk %s: an SD card has no <serial>", d->target);
    if (!a || a->type != ADDRESS_TYPE_DRIVE)
        return 0;
    if (d->bus == DISK_BUS_IDE && a->controller)
        return INTERNAL("disk %s: there is one IDE controller, with index 0", d->target);
    if (d->bus == DISK_BUS_FDC && (a->controller || a->bus))
        return INTERNAL("disk %s: the machine has one floppy controller, with one bus", d->target);
    if (d->bus == DISK_BUS_SATA && a->bus)
        return UNSUPPORTED("disk %s: a SATA controller has bus 0 only", d->target);
    if (a->target && d->bus != DISK_BUS_SCSI)
        return UNSUPPORTED("disk %s: bus %s has target 0 only", d->target, disk_bus_str(d->bus));
    return d->bus == DISK_BUS_SCSI ? qemu_validate_scsi_place(def, name, a, err) : 0;
}

/* Only images of qcow2 have metadata that is cached in sizes to choose. */
static int
check_metadata_cache(const struct domain_disk *d, struct err *err)
{
    bool wrong = d->driver->metadata_cache && d->driver->type != STORAGE_FORMAT_QCOW2;
    for (const struct disk_backing_store *b = d->backing_store; b; b = b->backing_store)
        wrong |= b->format && b->format->metadata_cache && b->format->type != STORAGE_FORMAT_QCOW2;
    return wrong ? UNSUPPORTED("disk %s: a <metadata_cache> is for images of format qcow2", d->target) : 0;
}

/* What the disk says of itself to the guest. */
static int
check_words(const struct domain_disk *d, struct err *err)
{
    const struct disk_geometry *g = d->geometry;
    const char *bus = disk_bus_str(d->bus);
    bool cor = d->driver->copy_on_read == TRI_ON;
    bool mute = d->device == DISK_DEVICE_LUN && d->bus == DISK_BUS_SCSI;        /* it has its own serial */
    if (g && g->cyls && g->heads && g->secs && (d->bus == DISK_BUS_USB || d->bus == DISK_BUS_SD))
        return UNSUPPORTED("disk %s: a disk on bus %s has no geometry", d->target, bus);
    if (g && g->trans && d->bus != DISK_BUS_IDE)
        return UNSUPPORTED("disk %s: the translation of the geometry is for bus ide, not %s", d->target, bus);
    if (cor && d->readonly)
        return UNSUPPORTED("disk %s: copy_on_read writes to the image, and the disk is read-only", d->target);
    if (cor && d->device == DISK_DEVICE_FLOPPY)
        return UNSUPPORTED("disk %s: copy_on_read is for media that cannot be changed", d->target);
    const char *own = d->wwn                    ? "wwn"
                      : d->vendor || d->product ? "vendor or product"
                      : cor                     ? "copy_on_read"
                      : d->serial && mute       ? "serial"
                                                : NULL;
    if (d->device == DISK_DEVICE_LUN && own)
        return UNSUPPORTED("disk %s: device='lun' is as the device says and can have no %s", d->target, own);
    if (d->wwn && d->bus != DISK_BUS_IDE && d->bus != DISK_BUS_SCSI)
        return UNSUPPORTED("disk %s: a wwn is for bus ide or scsi, not %s", d->target, bus);
    if ((d->vendor || d->product) && d->bus != DISK_BUS_SCSI)
        return UNSUPPORTED("disk %s: vendor and product are for bus scsi, not %s", d->target, bus);
    if (d->serial && !mute &&
        strspn(d->serial, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_ .+") !=
            strlen(d->serial))
        return INTERNAL(
            "disk %s: the serial '%s' has characters other than letters, digits, space, -, _, . and +",
            d->target, d->serial);
    return 0;
}

/* What kind of disk is on which bus, behind what. */
static int
check_kind(const struct domain_def *def, const struct domain_disk *d, struct err *err)
{
    const struct device_address *a = d->info.address;
    const struct storage_source *s = d->type == STORAGE_TYPE_NETWORK && d->source ? &d->source->src : NULL;
    if (d->bus == DISK_BUS_USB && a && a->type && a->type != ADDRESS_TYPE_USB)
        return INTERNAL("disk %s is a USB device and has an address of type '%s'", d->target,
                        address_type_str(a->type));
    if (d->bus == DISK_BUS_SATA && !domain_find_controller(def, CONTROLLER_TYPE_SATA, 0))
        return UNSUPPORTED("disk %s: machine '%s' has no SATA", d->target, def->os->machine);
    if (d->device == DISK_DEVICE_LUN && d->bus != DISK_BUS_SCSI && d->bus != DISK_BUS_VIRTIO)
        return UNSUPPORTED("disk %s: device='lun' needs bus scsi or virtio, not %s", d->target,
                           disk_bus_str(d->bus));
    if (d->device == DISK_DEVICE_CDROM && (d->bus == DISK_BUS_VIRTIO || d->bus == DISK_BUS_SD))
        return UNSUPPORTED("disk %s: a CD-ROM cannot sit on the bus '%s'; use sata, scsi or ide", d->target,
                           disk_bus_str(d->bus));
    if (s && s->protocol == STORAGE_PROTOCOL_TFTP)
        return UNSUPPORTED("disk %s: QEMU speaks no %s", d->target, storage_protocol_str(s->protocol));
    for (uint32_t i = 0; s && s->protocol == STORAGE_PROTOCOL_NFS && i < s->n_hosts; i++)
        if (s->hosts[i]->port)
            return UNSUPPORTED("disk %s: an NFS server's port cannot be chosen", d->target);
    if (d->driver->name && strcmp(d->driver->name, "qemu"))
        return UNSUPPORTED("disk %s: driver name '%s' is not one of this driver; use 'qemu'", d->target,
                           d->driver->name);
    bool unknown = d->driver->type == STORAGE_FORMAT_UNSET && !disk_has_source(d);
    return !d->shareable || d->readonly || d->driver->type == STORAGE_FORMAT_RAW || unknown
               ? 0
               : UNSUPPORTED(
                     "disk %s: an image that guests share has to be raw; %s keeps state that only one "
                     "can write",
                     d->target, storage_format_str(d->driver->type));
}

/* What is written is thrown away when the guest ends. */
static int
check_transient(const struct domain_disk *d, struct err *err)
{
    if (!d->has_transient)
        return 0;
    if (!disk_has_source(d))
        return UNSUPPORTED("disk %s: an empty drive has nothing that could be transient", d->target);
    if (d->readonly)
        return UNSUPPORTED("disk %s: nothing that is written to a disk that can only be read is transient",
                           d->target);
    if (d->type != STORAGE_TYPE_FILE)
        return UNSUPPORTED("disk %s: what a guest writes to a transient disk is kept beside a file, not a %s",
                           d->target, storage_type_str(d->type));
    if (d->device != DISK_DEVICE_DISK)
        return UNSUPPORTED("disk %s: a transient disk has device='disk', not '%s'", d->target,
                           disk_device_str(d->device));
    if (d->share_backing == TRI_YES && d->bus != DISK_BUS_VIRTIO && d->bus != DISK_BUS_SCSI &&
        d->bus != DISK_BUS_USB)
        return UNSUPPORTED("disk %s: a transient disk on bus %s cannot share its image", d->target,
                           disk_bus_str(d->bus));
    return 0;
}

/* In the order in which faults of a disk are told. */
int
qemu_validate_disk_of(const struct domain_def *def, const struct domain_disk *d, struct err *err)
{
    const struct disk_driver *r = d->driver;
    if (check_place(def, d, err) < 0 || check_words(d, err) < 0 || check_kind(def, d, err) < 0 ||
        check_iothread(def, d, err) < 0 || check_source(def, d, err) < 0 || check_iotune(d, err) < 0)
        return -1;
    if (r->io == DISK_IO_NATIVE && r->cache != DISK_CACHE_NONE && r->cache != DISK_CACHE_DIRECTSYNC)
        return UNSUPPORTED("disk %s: io='native' needs cache='none' or 'directsync'", d->target);
    if (d->rotation_rate && d->bus != DISK_BUS_IDE && d->bus != DISK_BUS_SCSI && d->bus != DISK_BUS_SATA)
        return INTERNAL("disk %s: a rotation rate is for bus ide, sata or scsi, not %s", d->target,
                        disk_bus_str(d->bus));
    if (d->rotation_rate && d->device != DISK_DEVICE_DISK)
        return INTERNAL("disk %s: a rotation rate is for device='disk'", d->target);
    if (d->readonly && d->device == DISK_DEVICE_DISK && (d->bus == DISK_BUS_IDE || d->bus == DISK_BUS_SATA))
        return UNSUPPORTED("disk %s: disks on bus %s cannot be read-only", d->target, disk_bus_str(d->bus));
    size_t n = strlen(d->target);
    if (disk_target_index(d->target, NULL) < 0 || g_ascii_isdigit(d->target[n - 1]))
        return UNSUPPORTED("disk '%s': names are of whole disks, such as vda, sdb or hdc, not of partitions",
                           d->target);
    return check_metadata_cache(d, err) < 0 ? -1 : check_transient(d, err);
}
