/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * overlay: what a guest writes to a transient disk is kept in an image of its own above the disk's, which
 * goes when the guest ends.  See prepare.h. Called by: qemu_domain_prepare(), qemu_domain_release().  Waits
 * for qemu-img, which makes the image.
 */
#include "drivers/qemu/prepare.h"

#include "base/clock.h"
#include "base/process.h"
#include "drivers/qemu/command-priv.h"
#include "drivers/qemu/images.h"

#include <unistd.h>

#define ERR_FROM VIR_FROM_QEMU

enum { MAKE_MS = 60000 };

static int
make_image(const char *path, const char *below, const char *format, struct err *err)
{
    const char *const argv[] = { "qemu-img", "create", "-q",  "-f", "qcow2", "-F",
                                 format,     "-b",     below, path, NULL };
    struct process_spec spec = { .argv = argv, .set_umask = true, .umask = 0077 };
    struct process_output out = { 0 };
    if (process_run(&spec, NULL, 0, 4096, deadline_in_ms(MAKE_MS), &out, err) < 0)
        return err_context(err, "cannot make '%s', which a transient disk needs", path);
    int rc = out.status == 0 ? 0
                             : err_set(err, VIR_ERR_OPERATION_FAILED,
                                       "cannot make '%s', which a transient disk needs: qemu-img said: %s",
                                       path, out.err ? g_strchomp(out.err) : "nothing");
    process_output_clear(&out);
    return rc;
}

/* The image is that of the disk from now on, and the disk's own is the one below it. */
static int
make_overlay(struct domain_def *live, struct domain_disk *d, struct err *err)
{
    const char *path = model_printf(live, "%s.TRANSIENT-%s", d->source->src.file, live->name);
    enum storage_format format = d->driver && d->driver->type ? d->driver->type : STORAGE_FORMAT_RAW;
    if (access(path, F_OK) == 0)
        return err_set(
            err, VIR_ERR_OPERATION_UNSUPPORTED,
            "disk %s: what it keeps while the guest runs would be in '%s', which is there: remove it",
            d->target, path);
    if (make_image(path, d->source->src.file, image_driver(format), err) < 0)
        return -1;
    struct disk_backing_store *below = model_new(live, struct disk_backing_store);
    below->type = d->type;
    below->format = model_new(live, struct disk_backing_format);
    below->format->type = format;
    below->source = d->source;
    below->backing_store = d->backing_store;
    d->backing_store = below;
    d->source = model_new(live, struct disk_source);
    d->source->src.file = path;
    if (!d->driver)
        d->driver = model_new(live, struct disk_driver);
    d->driver->type = STORAGE_FORMAT_QCOW2;
    return 0;
}

void
qemu_overlays_remove(const struct domain_def *live)
{
    for (uint32_t i = 0; i < live->n_disks; i++)
        if (image_is_overlay(live, live->disks[i]))
            unlink(live->disks[i]->source->src.file);
}

int
qemu_overlays_make(struct domain_def *live, struct err *err)
{
    for (uint32_t i = 0; i < live->n_disks; i++) {
        struct domain_disk *d = live->disks[i];
        if (!d->has_transient || !d->source || !d->source->src.file || make_overlay(live, d, err) == 0)
            continue;
        struct domain_def made = *live;             /* those before it */
        made.n_disks = i;
        qemu_overlays_remove(&made);
        return -1;
    }
    return 0;
}
