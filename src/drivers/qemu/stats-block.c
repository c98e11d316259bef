/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * stats-block: sizes of disks and what was read and written.
 *
 * Called by: clients; statistics of all guests.  Waits: for QEMU, for the disk.
 */
#include "base/file.h"
#include "drivers/qemu/monitor.h"
#include "drivers/qemu/stats.h"
#include "drivers/qemu/verbs.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include <sys/stat.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_QEMU

json_t *
block_find_stats(json_t *all, const struct domain_disk *disk)
{
    size_t i;
    json_t *item;

    json_array_foreach(all, i, item) {
        if (disk_is_device(disk, json_string_value(json_object_get(item, "qdev")),
                           json_string_value(json_object_get(item, "device"))))
            return item;
    }
    return NULL;
}

static unsigned long long
number(json_t *stats, const char *key)
{
    return (unsigned long long)json_integer_value(json_object_get(stats, key));
}

/* What a format's header says of the size that the guest sees; 0: no idea. */
static unsigned long long
virtual_size(int fd, enum storage_format format)
{
    unsigned char head[32];
    uint64_t size;

    if ((format != STORAGE_FORMAT_QCOW2 && format != STORAGE_FORMAT_QCOW && format != STORAGE_FORMAT_QED) ||
        pread(fd, head, sizeof(head), 0) != sizeof(head) || memcmp(head, "QFI\xfb", 4) != 0)
        return 0;
    memcpy(&size, head + 24, sizeof(size));
    return be64toh(size);
}

int
block_get_size(const struct domain_disk *disk, json_t *stats, struct block_size *size, struct err *err)
{
    const char *path = disk_path(disk);
    enum storage_format format = disk->driver ? disk->driver->type : STORAGE_FORMAT_RAW;
    FD_AUTO fd = -1;
    struct stat st;

    memset(size, 0, sizeof(*size));
    if (disk->type == STORAGE_TYPE_NETWORK || disk->type == STORAGE_TYPE_VHOSTUSER || !path)
        return err_set(err, VIR_ERR_OPERATION_UNSUPPORTED,
                       "the size of a disk that is no file of this host is not known");
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) < 0)
        return err_errno(err, errno, "cannot open the disk image %s", path);
    if (S_ISBLK(st.st_mode)) {
        off_t end = lseek(fd, 0, SEEK_END);

        size->physical = end > 0 ? (unsigned long long)end : 0;
        size->allocation =
            stats ? number(json_object_get(json_object_get(stats, "parent"), "stats"), "wr_highest_offset")
                  : size->physical;
    } else {
        size->physical = (unsigned long long)st.st_size;
        size->allocation = (unsigned long long)st.st_blocks * 512;
    }
    size->capacity = virtual_size(fd, format);
    if (!size->capacity)
        size->capacity = size->physical;
    return 0;
}

int
qemu_domain_get_block_info(struct drv_conn *conn, const struct domain_ref *dom, const char *name,
                           virDomainBlockInfoPtr info, unsigned int flags, struct err *err)
{
    VIEW_AUTO view = NULL;
    const struct domain_disk *disk;
    struct block_size size;

    if (flags_check(flags, 0, "virDomainGetBlockInfo", err) < 0 || !(view = domain_view(conn, dom, err)))
        return -1;
    disk = def_disk_by_name(vm_view_def(view), name);
    if (!disk)
        return err_set(err, VIR_ERR_INVALID_ARG, "guest '%s' has no disk '%s'", view->name, name);
    if (!disk_path(disk))
        return err_set(err, VIR_ERR_INVALID_ARG, "there is no medium in disk '%s'", name);
    if (block_get_size(disk, NULL, &size, err) < 0)
        return -1;
    info->capacity = size.capacity;
    info->allocation = size.allocation;
    info->physical = size.physical;
    return 0;
}

/* One disk's counters, or the sum over all of them ("" or NULL). */
struct sums {
    unsigned long long wr_bytes, wr_ops, rd_bytes, rd_ops, flush_ops, wr_ns, rd_ns, flush_ns;
};

static void
add_stats(struct sums *sums, json_t *entry)
{
    json_t *stats = json_object_get(entry, "stats");

    sums->wr_bytes += number(stats, "wr_bytes");
    sums->wr_ops += number(stats, "wr_operations");
    sums->rd_bytes += number(stats, "rd_bytes");
    sums->rd_ops += number(stats, "rd_operations");
    sums->flush_ops += number(stats, "flush_operations");
    sums->wr_ns += number(stats, "wr_total_time_ns");
    sums->rd_ns += number(stats, "rd_total_time_ns");
    sums->flush_ns += number(stats, "flush_total_time_ns");
}

static int
ask(struct drv_conn *conn, const struct domain_ref *dom, const char *name, const char *api, struct sums *sums,
    struct err *err)
{
    TURN_AUTO turn = NULL;
    const struct domain_def *live;
    const struct domain_disk *one = NULL;
    JSON_AUTO all = NULL;

    memset(sums, 0, sizeof(*sums));
    if (domain_turn(conn, dom, TURN_QUERY, TURN_RUNNING, api, &turn, err) < 0)
        return -1;
    live = turn_live_def(turn);
    if (name && *name && !(one = def_disk_by_name(live, name)))
        return err_set(err, VIR_ERR_INVALID_ARG, "guest '%s' has no disk '%s'", dom->name, name);
    if (monitor_call(turn, "query-blockstats", NULL, &all, err) < 0)
        return -1;
    for (uint32_t i = 0; i < live->n_disks; i++) {
        json_t *entry;

        if (one && live->disks[i] != one)
            continue;
        entry = block_find_stats(all, live->disks[i]);
        if (entry)
            add_stats(sums, entry);
        else if (one)
            return err_set(err, VIR_ERR_INTERNAL_ERROR, "QEMU gives no statistics for disk '%s'", name);
    }
    return 0;
}

int
qemu_domain_block_stats(struct drv_conn *conn, const struct domain_ref *dom, const char *disk,
                        virDomainBlockStatsPtr stats, size_t size, struct err *err)
{
    struct sums sums;
    virDomainBlockStatsStruct out;

    if (ask(conn, dom, disk, "virDomainBlockStats", &sums, err) < 0)
        return -1;
    out = (virDomainBlockStatsStruct){ .rd_req = (long long)sums.rd_ops, .rd_bytes = (long long)sums.rd_bytes,
                                       .wr_req = (long long)sums.wr_ops, .wr_bytes = (long long)sums.wr_bytes,
                                       .errs = -1 };
    memcpy(stats, &out, MIN(size, sizeof(out)));
    return 0;
}

int
qemu_domain_block_stats_flags(struct drv_conn *conn, const struct domain_ref *dom, const char *disk,
                              virTypedParameterPtr params, int *nparams, unsigned int flags, struct err *err)
{
    struct sums sums;
    int n = 0;

    if (flags_check(flags, VIR_TYPED_PARAM_STRING_OKAY, "virDomainBlockStatsFlags", err) < 0 ||
        ask(conn, dom, disk, "virDomainBlockStatsFlags", &sums, err) < 0)
        return -1;
    const struct { const char *name; unsigned long long value; } table[] = {
        { VIR_DOMAIN_BLOCK_STATS_WRITE_BYTES, sums.wr_bytes },
        { VIR_DOMAIN_BLOCK_STATS_WRITE_REQ, sums.wr_ops },
        { VIR_DOMAIN_BLOCK_STATS_READ_BYTES, sums.rd_bytes },
        { VIR_DOMAIN_BLOCK_STATS_READ_REQ, sums.rd_ops },
        { VIR_DOMAIN_BLOCK_STATS_FLUSH_REQ, sums.flush_ops },
        { VIR_DOMAIN_BLOCK_STATS_WRITE_TOTAL_TIMES, sums.wr_ns },
        { VIR_DOMAIN_BLOCK_STATS_READ_TOTAL_TIMES, sums.rd_ns },
        { VIR_DOMAIN_BLOCK_STATS_FLUSH_TOTAL_TIMES, sums.flush_ns },
    };
    if (*nparams == 0) {
        *nparams = (int)G_N_ELEMENTS(table);
        return 0;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(table) && n < *nparams; i++, n++) {
        g_strlcpy(params[n].field, table[i].name, sizeof(params[n].field));
        params[n].type = VIR_TYPED_PARAM_LLONG;
        params[n].value.l = (long long)table[i].value;
    }
    *nparams = n;
    return 0;
}

/* ---- resize and peek ------------------------------------------------------------------------ */

int
qemu_domain_block_resize(struct drv_conn *conn, const struct domain_ref *dom, const char *name,
                         unsigned long long size, unsigned int flags, struct err *err)
{
    TURN_AUTO turn = NULL;
    const struct domain_disk *disk;
    g_autofree char *node = NULL;

    if (flags_check(flags, VIR_DOMAIN_BLOCK_RESIZE_BYTES, "virDomainBlockResize", err) < 0)
        return -1;
    if (!(flags & VIR_DOMAIN_BLOCK_RESIZE_BYTES)) {
        if (size > ULLONG_MAX / 1024)
            return err_set(err, VIR_ERR_OVERFLOW, "%llu KiB are more than a disk can have", size);
        size *= 1024;
    }
    if (domain_turn(conn, dom, TURN_MODIFY, TURN_RUNNING, "virDomainBlockResize", &turn, err) < 0)
        return -1;
    disk = def_disk_by_name(turn_live_def(turn), name);
    if (!disk)
        return err_set(err, VIR_ERR_INVALID_ARG, "guest '%s' has no disk '%s'", dom->name, name);
    if (!disk_path(disk) || !disk->source)
        return err_set(err, VIR_ERR_INVALID_ARG, "there is no medium in disk '%s'", name);
    node = g_strdup_printf("libvirt-%u-format", disk->source->src.index);
    return monitor_call(turn, "block_resize",
                        json_pack("{s:s,s:I}", "node-name", node, "size", (json_int_t)size), NULL, err);
}

int
qemu_domain_block_peek(struct drv_conn *conn, const struct domain_ref *dom, const char *name,
                       unsigned long long offset, size_t size, void *buffer, unsigned int flags,
                       struct err *err)
{
    VIEW_AUTO view = NULL;
    const struct domain_disk *disk;
    FD_AUTO fd = -1;
    ssize_t n;

    if (flags_check(flags, 0, "virDomainBlockPeek", err) < 0 || !(view = domain_view(conn, dom, err)))
        return -1;
    disk = def_disk_by_name(vm_view_def(view), name);
    if (!disk || !disk_path(disk))
        return err_set(err, VIR_ERR_INVALID_ARG, "guest '%s' has no disk '%s' with a medium", view->name,
                       name);
    if (disk->driver && disk->driver->type != STORAGE_FORMAT_RAW &&
        disk->driver->type != STORAGE_FORMAT_UNSET)
        return err_set(err, VIR_ERR_INVALID_ARG, "only raw disks can be looked into; '%s' is of format %s",
                       name, storage_format_str(disk->driver->type));
    fd = open(disk_path(disk), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, errno, "cannot open the disk image %s", disk_path(disk));
    n = pread(fd, buffer, size, (off_t)offset);
    if (n < 0)
        return err_errno(err, errno, "cannot read the disk image %s", disk_path(disk));
    if ((size_t)n < size)
        return err_set(err, VIR_ERR_INVALID_ARG, "%zu bytes at %llu reach beyond the end of %s", size, offset,
                       disk_path(disk));
    return 0;
}
