/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The contents of volumes: upload and download.  An interrupt ends the transfer. */
#include "cmd.h"
#include "events.h"
#include "lookup.h"
#include "progress.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct transfer {
    int fd;
    bool seen; /* progress is shown */
    unsigned long long done, total;
    gint64 shown; /* when */
    struct progress progress;
};

/* False if an interrupt came. */
static bool
transfer_on(struct transfer *t, unsigned long long n)
{
    gint64 now = g_get_monotonic_time();
    if (interrupted())
        return false;
    t->done += n;
    if (t->seen && now - t->shown > G_USEC_PER_SEC / 4) {
        t->shown = now;
        progress_show(&t->progress, t->total > t->done ? t->total - t->done : 0, MAX(t->total, t->done));
    }
    return true;
}

static void
transfer_end(struct shell *sh, struct transfer *t, const char *what)
{
    progress_wipe(&t->progress);
    if (interrupted())
        fail(sh, "the transfer of %s was interrupted", what);
    interrupt_release();
}

static int
from_file(virStreamPtr st, char *data, size_t n, void *opaque)
{
    struct transfer *t = opaque;
    ssize_t r;
    do
        r = read(t->fd, data, n);
    while (r < 0 && errno == EINTR && !interrupted());
    return r >= 0 && transfer_on(t, (unsigned long long)r) ? (int)r : -1;
}

static int
to_file(virStreamPtr st, const char *data, size_t n, void *opaque)
{
    struct transfer *t = opaque;
    size_t done = 0;
    while (done < n) {
        ssize_t w = write(t->fd, data + done, n - done);
        if (w < 0 && errno == EINTR && !interrupted())
            continue;
        if (w < 0)
            return -1;
        done += w;
    }
    return transfer_on(t, n) ? (int)n : -1;
}

/* A hole that came: the file is extended over it. */
static int
hole_to_file(virStreamPtr st, long long length, void *opaque)
{
    struct transfer *t = opaque;
    off_t at = lseek(t->fd, length, SEEK_CUR);
    return at < 0 || ftruncate(t->fd, at) < 0 || !transfer_on(t, (unsigned long long)length) ? -1 : 0;
}

/* Whether the file is in data or in a hole here, and for how long. */
static int
hole_in_file(virStreamPtr st, int *in_data, long long *length, void *opaque)
{
    int fd = ((struct transfer *)opaque)->fd;
    off_t at = lseek(fd, 0, SEEK_CUR), data = lseek(fd, at, SEEK_DATA), end;
    if (at < 0)
        return -1;
    if (data < 0) {
        if (errno != ENXIO)
            return -1;
        /* no more data: a hole until the end */
        end = lseek(fd, 0, SEEK_END);
        *in_data = 0;
        *length = end - at;
    } else if (data > at) {
        *in_data = 0;
        *length = data - at;
    } else {
        end = lseek(fd, at, SEEK_HOLE);
        if (end < 0)
            return -1;
        *in_data = 1;
        *length = end - at;
    }
    return lseek(fd, at, SEEK_SET) < 0 ? -1 : 0;
}

static int
skip_in_file(virStreamPtr st, long long length, void *opaque)
{
    struct transfer *t = opaque;
    return lseek(t->fd, length, SEEK_CUR) < 0 || !transfer_on(t, (unsigned long long)length) ? -1 : 0;
}

static bool
range(struct shell *sh, const struct call *call, unsigned long long *offset, unsigned long long *length)
{
    *offset = *length = 0;
    return opt_ullong(sh, call, "offset", offset) >= 0 &&
           opt_size(sh, call, "length", 1, G_MAXINT64, length) >= 0;
}

bool
cmd_vol_upload(struct shell *sh, const struct call *call)
{
    const char *name = NULL, *file = NULL;
    unsigned long long offset, length;
    bool sparse = opt_flag(call, "sparse");
    if (!range(sh, call, &offset, &length))
        return false;
    g_autoptr(virStorageVol) vol = vol_of(sh, call, &name);
    if (!vol || opt_string(sh, call, "file", &file) <= 0)
        return false;
    struct transfer t = { .fd = open(file, O_RDONLY | O_CLOEXEC),
                          .progress = { .label = "Upload" },
                          .seen = progress_seen(sh) };
    if (t.fd < 0)
        return fail(sh, "cannot read %s: %s", file, g_strerror(errno));
    struct stat size;
    if (fstat(t.fd, &size) == 0)
        t.total =
            length && length < (unsigned long long)size.st_size ? length : (unsigned long long)size.st_size;
    g_autoptr(virStream) st = virStreamNew(sh->conn, 0);
    bool ok = false;
    interrupt_catch();
    if (!st)
        fail(sh, "cannot create a new stream");
    else if (virStorageVolUpload(vol, st, offset, length, sparse ? VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM : 0) <
             0)
        fail(sh, "cannot upload to volume %s", name);
    else if ((sparse ? virStreamSparseSendAll(st, from_file, hole_in_file, skip_in_file, &t)
                     : virStreamSendAll(st, from_file, &t)) < 0)
        fail(sh, "cannot send data to volume %s", name);
    else if (virStreamFinish(st) < 0)
        fail(sh, "cannot close volume %s", name);
    else
        ok = true;
    transfer_end(sh, &t, file);
    close(t.fd);
    return ok;
}

bool
cmd_vol_download(struct shell *sh, const struct call *call)
{
    const char *name = NULL, *file = NULL;
    unsigned long long offset, length;
    bool sparse = opt_flag(call, "sparse"), created = true, ok = false;
    if (!range(sh, call, &offset, &length))
        return false;
    g_autoptr(virStorageVol) vol = vol_of(sh, call, &name);
    if (!vol || opt_string(sh, call, "file", &file) <= 0)
        return false;
    struct transfer t = {.progress = {.label = "Download"}, .seen = progress_seen(sh)};
    t.fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (t.fd < 0 && errno == EEXIST) {
        created = false;
        t.fd = open(file, O_WRONLY | O_TRUNC | O_CLOEXEC);
    }
    if (t.fd < 0)
        return fail(sh, "cannot create %s: %s", file, g_strerror(errno));
    virStorageVolInfo info;
    if (t.seen && virStorageVolGetInfo(vol, &info) == 0)
        t.total = length ? length : info.capacity - MIN(offset, info.capacity);
    err_forget(sh);
    interrupt_catch();
    g_autoptr(virStream) st = virStreamNew(sh->conn, 0);
    if (!st)
        fail(sh, "cannot create a new stream");
    else if (virStorageVolDownload(vol, st, offset, length,
                                   sparse ? VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM : 0) < 0)
        fail(sh, "cannot download from volume %s", name);
    else if ((sparse ? virStreamSparseRecvAll(st, to_file, hole_to_file, &t)
                     : virStreamRecvAll(st, to_file, &t)) < 0)
        fail(sh, "cannot receive data from volume %s", name);
    else
        ok = true;
    transfer_end(sh, &t, name);
    if (close(t.fd) < 0 && ok)
        ok = fail(sh, "cannot close file %s: %s", file, g_strerror(errno));
    if (ok && virStreamFinish(st) < 0)
        ok = fail(sh, "cannot close volume %s", name);
    if (!ok && created)
        g_unlink(file);
    return ok;
}
