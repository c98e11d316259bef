/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * qmp-io: a monitor's socket on the I/O loop.
 *
 * Owns: the descriptor and its watch.  Requests are written by the thread that
 * makes them, so that a call costs no hand-over on its way out; what the socket
 * does not take at once is left to the loop.  The loop alone reads.
 * Called by: the driver when QEMU has been spawned or found again.
 * Waits: never.
 */
#include "base/io.h"
#include "drivers/qemu/qmp.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_QEMU

struct qmp_io {
    struct qmp *qmp; /* a reference as long as the connection stands */
    struct io *io;
    struct io_watch *watch; /* the loop's thread only */
    GMutex lock;            /* writing, and closing */
    int fd;
};

static void
qmp_io_free(void *arg)
{
    struct qmp_io *qi = arg;

    g_mutex_clear(&qi->lock);
    g_free(qi);
}

static ssize_t
send_with_fd(int sock, const char *text, size_t n, int fd)
{
    struct iovec iov = { (char *)text, n };
    union { struct cmsghdr hdr; char buf[CMSG_SPACE(sizeof(int))]; } control;
    struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

    if (fd >= 0) {
        memset(&control, 0, sizeof(control));
        msg.msg_control = control.buf;
        msg.msg_controllen = sizeof(control.buf);
        struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(c), &fd, sizeof(int));
    }
    return TEMP_FAILURE_RETRY(sendmsg(sock, &msg, MSG_NOSIGNAL | MSG_DONTWAIT));
}

/* Returns whether something is left that the socket does not take now.  A
 * broken connection is left to the reading side to notice. */
static bool
flush(struct qmp_io *qi)
{
    const char *text;
    size_t n;
    int fd;

    while (qi->fd >= 0 && (text = qmp_output(qi->qmp, &n, &fd))) {
        ssize_t sent = send_with_fd(qi->fd, text, n, fd);

        if (sent < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK;
        qmp_written(qi->qmp, (size_t)sent);
    }
    return false;
}

static void
hang_up(struct qmp_io *qi, const struct err *why)
{
    struct qmp *qmp = qi->qmp;

    if (qi->watch)
        io_watch_remove(qi->watch);
    qi->watch = NULL;
    g_mutex_lock(&qi->lock);
    if (qi->fd >= 0)
        close(qi->fd);
    qi->fd = -1;
    g_mutex_unlock(&qi->lock);
    qmp_close(qmp, why);
    qmp_unref(qmp); /* may free qi */
}

static void
on_ready(struct io_watch *watch, int fd, unsigned events, void *arg)
{
    struct qmp_io *qi = arg;
    char buf[16384];

    if (events & IO_WRITE) {
        bool more;

        g_mutex_lock(&qi->lock);
        more = flush(qi);
        g_mutex_unlock(&qi->lock);
        if (!more)
            io_watch_set(watch, IO_READ);
    }
    if (!(events & (IO_READ | IO_HANGUP | IO_ERROR)))
        return;
    /* One guest that talks without end shall not keep the loop. */
    for (int turns = 0; turns < 64; turns++) {
        ssize_t n = TEMP_FAILURE_RETRY(read(fd, buf, sizeof(buf)));
        ERR_AUTO why = ERR_INIT;

        if (n > 0) {
            qmp_feed(qi->qmp, buf, (size_t)n);
            if (!qmp_is_closed(qi->qmp)) {
                if ((size_t)n < sizeof(buf))
                    return;
                continue;
            }
            err_set(&why, VIR_ERR_INTERNAL_ERROR, "the monitor was closed"); /* closed() told why */
        } else if (n == 0) {
            err_set(&why, VIR_ERR_OPERATION_FAILED, "QEMU closed its monitor: the process ends or has ended");
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return;
        } else {
            err_errno(&why, errno, "cannot read from QEMU's monitor");
        }
        hang_up(qi, &why);
        return;
    }
}

static void
start_watching(void *arg)
{
    struct qmp_io *qi = arg;
    bool more;

    if (qi->fd >= 0 && !qi->watch) {
        ERR_AUTO err = ERR_INIT;

        qi->watch = io_watch_add(qi->io, qi->fd, IO_READ, on_ready, qi, &err);
        if (!qi->watch) {
            struct qmp *qmp = qmp_ref(qi->qmp);

            hang_up(qi, &err);
            qmp_unref(qmp);
            return;
        }
    }
    if (!qi->watch)
        return;
    g_mutex_lock(&qi->lock);
    more = flush(qi);
    g_mutex_unlock(&qi->lock);
    if (more)
        io_watch_set(qi->watch, IO_READ | IO_WRITE);
}

static void
start_watching_ref(void *arg)
{
    struct qmp *qmp = arg;

    start_watching(qmp_wake_opaque(qmp));
    qmp_unref(qmp);
}

/* On the thread that made the request, which holds a reference on qmp. */
static void
wake(void *opaque)
{
    struct qmp_io *qi = opaque;
    struct qmp *rest = NULL;

    g_mutex_lock(&qi->lock);
    if (qi->fd >= 0 && flush(qi))
        rest = qmp_ref(qi->qmp);
    g_mutex_unlock(&qi->lock);
    if (rest)
        io_post(qi->io, start_watching_ref, rest);
}

void
qmp_attach(struct qmp *qmp, struct io *io, int fd)
{
    struct qmp_io *qi = g_new0(struct qmp_io, 1);

    qi->qmp = qmp_ref(qmp);
    qi->io = io;
    qi->fd = fd;
    g_mutex_init(&qi->lock);
    qmp_set_wake(qmp, wake, qi, qmp_io_free);
    wake(qi);
    io_post(io, start_watching_ref, qmp_ref(qmp));
}

static void
detach_ref(void *arg)
{
    struct qmp *qmp = arg;
    struct qmp_io *qi = qmp_wake_opaque(qmp);
    ERR_AUTO why = ERR_INIT;

    err_set(&why, VIR_ERR_OPERATION_FAILED, "the connection to QEMU's monitor was given up");
    if (qi && qi->fd >= 0)
        hang_up(qi, &why);
    else
        qmp_close(qmp, &why);
    qmp_unref(qmp);
}

void
qmp_detach(struct qmp *qmp)
{
    struct qmp_io *qi = qmp_wake_opaque(qmp);

    qmp_ref(qmp);
    if (qi)
        io_post(qi->io, detach_ref, qmp);
    else
        detach_ref(qmp);
}
