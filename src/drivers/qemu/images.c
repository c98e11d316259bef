/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * images: see images.h.
 */
#include "drivers/qemu/images.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <linux/cdrom.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_STORAGE
#define MAX_CHAIN 200

static uint32_t be32(const unsigned char *p) { return (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3]; }
static uint64_t be64(const unsigned char *p) { return (uint64_t)be32(p) << 32 | be32(p + 4); }

struct header {
    char *backing;               /* as written in the image, or NULL */
    enum storage_format backing_format; /* UNSET: the image does not tell */
};

static int
read_qcow2(int fd, const char *path, struct header *h, struct err *err)
{
    unsigned char buf[65536];
    ssize_t n = pread(fd, buf, sizeof(buf), 0);
    if (n < 0)
        return err_errno(err, errno, "cannot read the header of image '%s'", path);
    if (n < 72 || memcmp(buf, "QFI\xfb", 4))
        return err_set(err, VIR_ERR_OPERATION_FAILED, "image '%s' is to be qcow2 but does not start like one",
                       path);
    uint32_t version = be32(buf + 4), size = be32(buf + 16);
    uint64_t offset = be64(buf + 8);
    if (!offset || !size)
        return 0;
    if (size > 1023 || offset > (uint64_t)n - size)
        return err_set(err, VIR_ERR_OPERATION_FAILED,
                       "the header of image '%s' is damaged: its backing file name lies "
                       "outside",
                       path);
    h->backing = g_strndup((char *)buf + offset, size);
    uint64_t at = version >= 3 && n >= 104 ? be32(buf + 100) : 72;
    while (at + 8 <= offset && at + 8 <= (uint64_t)n) {
        uint32_t type = be32(buf + at), len = be32(buf + at + 4);
        if (!type || len > (uint64_t)n - at - 8)
            break;
        if (type == 0xE2792ACA) {
            g_autofree char *name = g_strndup((char *)buf + at + 8, len);
            h->backing_format = storage_format_from(name);
        }
        at += 8 + ((len + 7) & ~UINT64_C(7));
    }
    return 0;
}

/* Only formats that can have a backing file are looked into. */
static int
read_header(const char *path, enum storage_format format, struct header *h, struct err *err)
{
    memset(h, 0, sizeof(*h));
    if (format != STORAGE_FORMAT_QCOW2)
        return access(path, F_OK) == 0 ? 0 : err_errno(err, errno, "cannot use image '%s'", path);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return err_errno(err, errno, "cannot open image '%s'", path);
    struct stat st;
    int rc =
        fstat(fd, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode)
            ? err_set(err, VIR_ERR_OPERATION_FAILED, "image '%s' is neither a file nor a block device", path)
            : read_qcow2(fd, path, h, err);
    close(fd);
    return rc;
}

static const char *
local_path(enum storage_type type, const struct storage_source *src)
{
    return type == STORAGE_TYPE_FILE || type == STORAGE_TYPE_UNSET ? src->file
           : type == STORAGE_TYPE_BLOCK                            ? src->dev
                                                                   : NULL;
}

static struct disk_backing_store *
end_of_chain(struct domain_def *def)
{
    return model_new(def, struct disk_backing_store);
}

static int
backing_of(struct domain_def *def, const char *path, enum storage_format format,
           struct disk_backing_store **out, int depth, struct err *err)
{
    struct header h;
    *out = NULL;
    if (depth > MAX_CHAIN)
        return err_set(err, VIR_ERR_OPERATION_FAILED,
                       "the chain of images at '%s' is longer than %d: it may go in circles", path,
                       MAX_CHAIN);
    if (read_header(path, format, &h, err) < 0)
        return -1;
    if (!h.backing) {
        *out = end_of_chain(def);
        return 0;
    }
    g_autofree char *name = h.backing;
    const char *file = g_str_has_prefix(name, "file:") ? name + 5 : name;
    if (strstr(name, "://") || g_str_has_prefix(name, "json:") || g_str_has_prefix(name, "nbd:") ||
        g_str_has_prefix(name, "rbd:"))
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "image '%s' is backed by '%s'; describe such a chain with <backingStore> in the disk",
                       path, name);
    if (!h.backing_format)
        return err_set(
            err, VIR_ERR_OPERATION_FAILED,
            "image '%s' does not tell the format of its backing file '%s', and guessing is unsafe: run "
            "qemu-img rebase -u -F FORMAT -b %s %s",
            path, name, name, path);
    g_autofree char *dir = g_path_get_dirname(path);
    g_autofree char *full = file[0] == '/' ? g_strdup(file) : g_build_filename(dir, file, NULL);
    struct disk_backing_store *bs = model_new(def, struct disk_backing_store);
    struct stat st;
    bool block = stat(full, &st) == 0 && S_ISBLK(st.st_mode);
    bs->type = block ? STORAGE_TYPE_BLOCK : STORAGE_TYPE_FILE;
    bs->format = model_new(def, struct disk_backing_format);
    bs->format->type = h.backing_format;
    bs->source = model_new(def, struct disk_source);
    if (block)
        bs->source->src.dev = model_str(def, full);
    else
        bs->source->src.file = model_str(def, full);
    if (backing_of(def, full, h.backing_format, &bs->backing_store, depth + 1, err) < 0)
        return err_context(err, "backing file of '%s'", path);
    *out = bs;
    return 0;
}

int
images_read_chain(struct domain_def *def, struct domain_disk *disk, struct err *err)
{
    const char *path = disk->source ? local_path(disk->type, &disk->source->src) : NULL;
    enum storage_format format = disk->driver ? disk->driver->type : STORAGE_FORMAT_RAW;
    if (disk->type == STORAGE_TYPE_DIR && !disk->backing_store)
        disk->backing_store = end_of_chain(def);
    if (!path || !*path || disk->backing_store)
        return 0;
    if (backing_of(def, path, format, &disk->backing_store, 0, err) < 0)
        return err_context(err, "disk %s", disk->target);
    return 0;
}

unsigned
images_last(const struct domain_def *def)
{
    unsigned last = 0;
    for (uint32_t i = 0; i < def->n_disks; i++) {
        const struct domain_disk *d = def->disks[i];
        last += d->bus != DISK_BUS_SD;
        for (struct disk_backing_store *bs = d->source && d->bus != DISK_BUS_SD ? d->backing_store : NULL;
             bs && bs->source; bs = bs->backing_store)
            last++;
    }
    return last;
}

bool
image_is_cdrom(const char *path)
{
    int fd = path ? open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1;
    bool is = fd >= 0 && ioctl(fd, CDROM_DRIVE_STATUS, CDSL_CURRENT) >= 0;
    if (fd >= 0)
        close(fd);
    return is;
}

bool
image_is_overlay(const struct domain_def *live, const struct domain_disk *d)
{
    g_autofree char *end = g_strdup_printf(".TRANSIENT-%s", live->name);
    return d->has_transient && d->source && d->source->src.file && d->backing_store &&
           d->backing_store->source && g_str_has_suffix(d->source->src.file, end);
}

void
images_number(struct domain_def *def)
{
    unsigned index = 0;
    for (uint32_t i = def->n_disks; i-- > 0;) {
        struct domain_disk *d = def->disks[i];
        if (d->bus == DISK_BUS_SD)
            continue; /* the board's slot takes no nodes */
        if (!d->source) {
            index++; /* an empty drive keeps its number for a medium to come */
            continue;
        }
        if (!image_is_overlay(def, d))          /* those come after all others */
            d->source->src.index = ++index;
        for (struct disk_backing_store *bs = d->backing_store; bs && bs->source; bs = bs->backing_store)
            bs->index = ++index;
    }
    for (uint32_t i = 0; i < def->n_disks; i++)
        if (image_is_overlay(def, def->disks[i]))
            def->disks[i]->source->src.index = ++index;
}
