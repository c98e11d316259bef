/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * framing-send: the queue of output of one connection; see framing.h.
 *
 * Parts go out in order, as many as fit in one sendmsg.  A part with descriptors
 * ends such a batch: the zero byte of each descriptor is a sendmsg of its own,
 * because the receiver may read the message before it looks for descriptors.
 */
#include "wire/framing.h"

#include <errno.h>
#include <glib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_RPC
#define BATCH 64
#define COPY_PART 1000 /* small enough for the allocator to have one at hand */

struct frame_part {
    struct frame_part *next;
    char *buf;
    size_t off, len, cap;
    size_t nfds, fds_sent;
    int fds[];
};

static const char zero = 0;

void
frame_writer_init(struct frame_writer *w)
{
    *w = (struct frame_writer){ 0 };
}

static void
part_free(struct frame_part *p)
{
    for (size_t i = p->fds_sent; i < p->nfds; i++)
        close(p->fds[i]);
    g_free(p->buf);
    g_free(p);
}

void
frame_writer_clear(struct frame_writer *w)
{
    while (w->head) {
        struct frame_part *next = w->head->next;
        part_free(w->head);
        w->head = next;
    }
    *w = (struct frame_writer){ 0 };
}

static struct frame_part *
part_append(struct frame_writer *w, size_t nfds)
{
    struct frame_part *p = g_malloc0(sizeof(*p) + nfds * sizeof(int));
    if (w->tail)
        w->tail->next = p;
    else
        w->head = p;
    return w->tail = p;
}

void
frame_writer_add(struct frame_writer *w, struct xdr_writer *x, const int *fds, size_t nfds)
{
    struct frame_part *p = part_append(w, nfds);
    p->buf = x->buf;
    p->len = x->len;
    p->cap = x->cap;
    p->nfds = nfds;
    if (nfds)
        memcpy(p->fds, fds, nfds * sizeof(int));
    w->bytes += p->len;
    *x = (struct xdr_writer){ .limit = x->limit };
}

void
frame_writer_add_copy(struct frame_writer *w, const char *data, size_t n)
{
    struct frame_part *p = w->tail;
    if (!p || p->nfds || p->cap - p->len < n) {
        p = part_append(w, 0);
        p->cap = MAX(n, COPY_PART);
        p->buf = g_malloc(p->cap);
    }
    memcpy(p->buf + p->len, data, n);
    p->len += n;
    w->bytes += n;
}

const char *
frame_writer_peek(struct frame_writer *w, size_t *n)
{
    for (struct frame_part *p = w->head; p; p = p->next)
        if (p->len > p->off) {
            *n = p->len - p->off;
            return p->buf + p->off;
        }
    *n = 0;
    return NULL;
}

void
frame_writer_consume(struct frame_writer *w, size_t n)
{
    w->bytes -= n;
    while (w->head) {
        struct frame_part *p = w->head;
        size_t take = MIN(n, p->len - p->off);
        p->off += take;
        n -= take;
        if (p->off < p->len || p->fds_sent < p->nfds)
            return;
        w->head = p->next;
        if (!w->head)
            w->tail = NULL;
        part_free(p);
    }
}

static ssize_t
send_retry(int fd, const struct msghdr *msg)
{
    ssize_t sent;
    do
        sent = sendmsg(fd, msg, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    return sent;
}

/* All descriptors of a part whose bytes are sent. */
static int
send_fds(struct frame_part *p, int fd)
{
    while (p->fds_sent < p->nfds) {
        struct iovec iov = { (char *)&zero, 1 };
        union {
            struct cmsghdr align;
            char space[CMSG_SPACE(sizeof(int))];
        } control = { 0 };
        struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.space,
                              .msg_controllen = sizeof(control.space) };
        struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(c), &p->fds[p->fds_sent], sizeof(int));
        if (send_retry(fd, &msg) < 0)
            return -1;
        close(p->fds[p->fds_sent++]);
    }
    return 0;
}

int
frame_writer_flush(struct frame_writer *w, int fd, struct err *err)
{
    while (w->head) {
        struct iovec iov[BATCH];
        int n = 0;
        size_t total = 0;
        struct frame_part *p = w->head;
        if (p->off == p->len) { /* only its descriptors are left */
            if (send_fds(p, fd) < 0)
                break;
            frame_writer_consume(w, 0);
            continue;
        }
        for (; p && n < BATCH; p = p->next) {
            iov[n++] = (struct iovec){ p->buf + p->off, p->len - p->off };
            total += p->len - p->off;
            if (p->nfds)
                break;
        }
        struct msghdr msg = { .msg_iov = iov, .msg_iovlen = (size_t)n };
        ssize_t sent = send_retry(fd, &msg);
        if (sent < 0)
            break;
        frame_writer_consume(w, (size_t)sent);
        if ((size_t)sent < total)
            return FRAME_AGAIN; /* the socket is full: asking again now would only tell so */
    }
    if (!w->head)
        return 1;
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return FRAME_AGAIN;
    return err_errno(err, errno, "Cannot write to the connection");
}
