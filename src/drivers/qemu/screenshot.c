/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * screenshot: what a guest shows, as a picture.
 *
 * QEMU writes a file into the guest's own folder, where it may; the file loses
 * its name as soon as it is open here.
 * Called by: clients.  Waits: for QEMU.
 */
#include "drivers/qemu/monitor.h"
#include "drivers/qemu/probe.h"
#include "drivers/qemu/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_QEMU

/* Which device shows `screen`, and as which of its heads. */
static const char *
video_of(const struct domain_def *def, unsigned screen, unsigned *head)
{
    for (uint32_t i = 0; i < def->n_videos; i++) {
        unsigned heads =
            def->videos[i]->model && def->videos[i]->model->heads ? def->videos[i]->model->heads : 1;

        if (screen < heads) {
            *head = screen;
            return def->videos[i]->info.alias;
        }
        screen -= heads;
    }
    return NULL;
}

int
qemu_domain_screenshot(struct drv_conn *conn, const struct domain_ref *dom, struct stream *stream,
                       unsigned int screen, unsigned int flags, char **result, struct err *err)
{
    TURN_AUTO turn = NULL;
    struct guest *guest;
    const struct domain_def *live;
    g_autofree char *path = NULL;
    static gint serial;
    const char *device;
    unsigned head = 0;
    json_t *args;
    bool png;
    int fd;
    struct stat st;

    if (flags_check(flags, 0, "virDomainScreenshot", err) < 0 ||
        domain_turn(conn, dom, TURN_QUERY, TURN_RUNNING, "virDomainScreenshot", &turn, err) < 0)
        return -1;
    guest = turn_guest(turn);
    live = turn_live_def(turn);
    if (live->n_videos == 0)
        return err_set(err, VIR_ERR_OPERATION_INVALID, "guest '%s' has no video device", dom->name);
    device = video_of(live, screen, &head);
    if (!device)
        return err_set(err, VIR_ERR_OPERATION_INVALID, "guest '%s' has no screen %u", dom->name, screen);
    png = qmp_version(guest->qmp) >= 7001000;
    path = g_strdup_printf("%s/screen-%d", guest->guest_dir, g_atomic_int_add(&serial, 1));
    args = json_pack("{s:s}", "filename", path);
    if (png)
        json_object_set_new(args, "format", json_string("png"));
    if (screen > 0) {
        json_object_set_new(args, "device", json_string(device));
        json_object_set_new(args, "head", json_integer(head));
    }
    if (monitor_call(turn, "screendump", args, NULL, err) < 0) {
        unlink(path);
        return -1;
    }
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        err_errno(err, errno ? errno : EINVAL, "cannot open the picture that QEMU made, %s", path);
        if (fd >= 0)
            close(fd);
        unlink(path);
        return -1;
    }
    unlink(path);
    stream_set_fd(stream, fd, true, false);
    stream->regular_file = true;
    *result = g_strdup(png ? "image/png" : "image/x-portable-pixmap");
    return 0;
}
