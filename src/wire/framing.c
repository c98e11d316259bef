/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * framing: the receiving half and the building of messages; see framing.h.
 * Sending is in framing-send.c.
 */
#include "wire/framing.h"

#include <errno.h>
#include <glib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_RPC
#define READ_MIN 8192       /* room offered to one recvmsg */
#define READ_MAX 262144     /* … at most, beyond what the current message lacks */

void
frame_reader_init(struct frame_reader *r)
{
    *r = (struct frame_reader){ .limit = NET_MESSAGE_MAX + NET_MESSAGE_LEN_MAX };
}

void
frame_reader_clear(struct frame_reader *r)
{
    for (size_t i = 0; i < r->nfds; i++)
        close(r->fds[i]);
    g_free(r->fds);
    g_free(r->buf);
    *r = (struct frame_reader){ .limit = r->limit };
}

void
frame_reader_limit(struct frame_reader *r, size_t payload)
{
    r->limit = MIN(payload, NET_MESSAGE_PAYLOAD_MAX) + FRAME_HEADER;
}

/* Bytes that the message at the front still lacks, as far as is known. */
static size_t
missing(const struct frame_reader *r)
{
    size_t have = r->end - r->begin;
    if (have < 4)
        return 4 - have;
    size_t length = xdr_get_u32(r->buf + r->begin);
    return length > have && length <= r->limit ? length - have : 0;
}

static void
make_room(struct frame_reader *r, size_t want)
{
    if (r->begin == r->end) {
        r->begin = r->end = 0;
    } else if (r->begin > 0 && r->cap - r->end < want) {
        memmove(r->buf, r->buf + r->begin, r->end - r->begin);
        r->end -= r->begin;
        r->begin = 0;
    }
    if (r->cap - r->end < want) {
        r->cap = r->end + want;
        r->buf = g_realloc(r->buf, r->cap);
    }
}

void
frame_reader_feed(struct frame_reader *r, const char *data, size_t n)
{
    make_room(r, n);
    memcpy(r->buf + r->end, data, n);
    r->end += n;
}

static int
take_fds(struct frame_reader *r, struct msghdr *msg, struct err *err)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        if (r->nfds + n > r->fds_cap) {
            r->fds_cap = r->nfds + n + 4;
            r->fds = g_renew(int, r->fds, r->fds_cap);
        }
        memcpy(r->fds + r->nfds, CMSG_DATA(c), n * sizeof(int));
        r->nfds += n;
    }
    if ((msg->msg_flags & MSG_CTRUNC) || r->nfds > 2 * NET_MESSAGE_NUM_FDS_MAX)
        return err_set(err, VIR_ERR_RPC, "The peer sent more file descriptors than any message announced");
    return 0;
}

int
frame_reader_fill(struct frame_reader *r, int fd, bool unix_socket, struct err *err)
{
    /* What the message lacks, but never more than has come already: a length
     * word alone makes nobody allocate. */
    size_t have = r->end - r->begin;
    size_t want = MAX(MIN(MIN(missing(r), MAX(have, READ_MIN)), READ_MAX), READ_MIN);
    make_room(r, want);
    struct iovec iov = { r->buf + r->end, r->cap - r->end };
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(sizeof(int) * NET_MESSAGE_NUM_FDS_MAX)];
    } control;
    struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
    if (unix_socket) {
        msg.msg_control = control.space;
        msg.msg_controllen = sizeof(control.space);
    }
    ssize_t got;
    do
        got = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return FRAME_AGAIN;
    if (got < 0 && errno == ECONNRESET)
        got = 0;
    if (got < 0)
        return err_errno(err, errno, "Cannot read from the connection");
    if (unix_socket && take_fds(r, &msg, err) < 0)
        return -1;
    if (got == 0) {
        r->eof = true;
        return 0;
    }
    r->end += (size_t)got;
    return 1;
}

/* The bytes that the complete message at the front takes, the zero bytes of its
 * descriptors included; 0: not complete, -1 with err: no message. */
static ssize_t
whole(const struct frame_reader *r, uint32_t *length, uint32_t *nfds, struct err *err)
{
    size_t have = r->end - r->begin;
    const char *p = r->buf + r->begin;
    *nfds = 0;
    if (have < 4)
        return 0;
    *length = xdr_get_u32(p);
    if (*length < FRAME_HEADER)
        return err_set(err, VIR_ERR_RPC, "The peer sent a message of %u bytes, too short for a header",
                       *length);
    if (*length > r->limit)
        return err_set(err, VIR_ERR_RPC, "The peer sent a message of %u bytes, at most %zu are accepted",
                       *length, r->limit);
    if (have < *length)
        return 0;
    uint32_t type = xdr_get_u32(p + 16);
    if (type != NET_CALL_WITH_FDS && type != NET_REPLY_WITH_FDS)
        return *length;
    /* An error reply has no count. */
    if (type == NET_REPLY_WITH_FDS && xdr_get_u32(p + 24) == NET_ERROR)
        return *length;
    if (*length < FRAME_HEADER + 4)
        return err_set(err, VIR_ERR_RPC,
                       "The peer sent a message with file descriptors that does not say how many");
    *nfds = xdr_get_u32(p + FRAME_HEADER);
    if (*nfds > NET_MESSAGE_NUM_FDS_MAX)
        return err_set(err, VIR_ERR_RPC,
                       "The peer sent a message with %u file descriptors, at most %d are accepted", *nfds,
                       NET_MESSAGE_NUM_FDS_MAX);
    if (have < (size_t)*length + *nfds)
        return 0;
    if (r->nfds < *nfds)
        return err_set(err, VIR_ERR_RPC, "The peer announced %u file descriptors and sent %zu", *nfds,
                       r->nfds);
    return (ssize_t)*length + *nfds;
}

bool
frame_reader_has_message(const struct frame_reader *r)
{
    uint32_t length, nfds;
    return whole(r, &length, &nfds, NULL) != 0;
}

int
frame_reader_next(struct frame_reader *r, struct frame *f, struct err *err)
{
    uint32_t length, nfds;
    ssize_t n = whole(r, &length, &nfds, err);
    if (n <= 0) {
        if (n == 0 && r->begin == r->end && r->buf) { /* idle connections hold no buffer */
            g_free(r->buf);
            r->buf = NULL;
            r->begin = r->end = r->cap = 0;
        }
        return (int)n;
    }
    char *p = r->buf + r->begin;
    f->header = (struct net_header){
        .prog = xdr_get_u32(p + 4), .vers = xdr_get_u32(p + 8), .proc = (int32_t)xdr_get_u32(p + 12),
        .type = (int32_t)xdr_get_u32(p + 16), .serial = xdr_get_u32(p + 20),
        .status = (int32_t)xdr_get_u32(p + 24),
    };
    size_t skip = FRAME_HEADER;
    bool counted = f->header.type == NET_CALL_WITH_FDS ||
                   (f->header.type == NET_REPLY_WITH_FDS && f->header.status != NET_ERROR);
    if (counted)
        skip += 4;
    f->payload = p + skip;
    f->n = length - skip;
    f->nfds = nfds;
    if (nfds > 0) {
        memcpy(f->fds, r->fds, nfds * sizeof(int));
        r->nfds -= nfds;
        memmove(r->fds, r->fds + nfds, r->nfds * sizeof(int));
    }
    r->begin += (size_t)n;
    return 1;
}

void
frame_close_fds(struct frame *f)
{
    for (size_t i = 0; i < f->nfds; i++)
        if (f->fds[i] >= 0)
            close(f->fds[i]);
    f->nfds = 0;
}

struct frame *
frame_detach(struct frame *f)
{
    struct frame *copy = g_malloc(sizeof(*copy) + f->n);
    *copy = *f;
    copy->payload = memcpy((char *)(copy + 1), f->payload, f->n);
    f->nfds = 0;
    return copy;
}

/* ---- building ---- */

size_t
frame_begin(struct xdr_writer *w, const struct net_header *h)
{
    size_t begin = w->len;
    char *p = xdr_writer_room(w, FRAME_HEADER);
    if (!p)
        return begin; /* frame_end() reports it */
    xdr_put_u32(p, 0);
    xdr_put_u32(p + 4, h->prog);
    xdr_put_u32(p + 8, h->vers);
    xdr_put_u32(p + 12, (uint32_t)h->proc);
    xdr_put_u32(p + 16, (uint32_t)h->type);
    xdr_put_u32(p + 20, h->serial);
    xdr_put_u32(p + 24, (uint32_t)h->status);
    return begin;
}

size_t
frame_begin_fds(struct xdr_writer *w, const struct net_header *h, uint32_t nfds)
{
    size_t begin = frame_begin(w, h);
    char *p = xdr_writer_room(w, 4);
    if (p)
        xdr_put_u32(p, nfds);
    return begin;
}

int
frame_end(struct xdr_writer *w, size_t begin, struct err *err)
{
    size_t length = w->len - begin;
    if (w->too_long || length > NET_MESSAGE_MAX + NET_MESSAGE_LEN_MAX) {
        w->len = begin;
        w->too_long = false;
        return err_set(err, VIR_ERR_RPC, "The message would exceed the %d bytes that one message may have",
                       NET_MESSAGE_MAX);
    }
    xdr_put_u32(w->buf + begin, (uint32_t)length);
    return 0;
}

void
frame_error(struct xdr_writer *w, const struct net_header *h, const struct err *why)
{
    struct net_header header = *h;
    header.status = NET_ERROR;
    struct net_error e = {
        .code = why->code ? why->code : VIR_ERR_INTERNAL_ERROR, .domain = why->domain,
        .message = (char *)err_message(why), .level = why->level ? why->level : VIR_ERR_ERROR,
        .str1 = why->str1, .str2 = why->str2, .str3 = why->str3, .int1 = why->int1, .int2 = why->int2,
    };
    size_t begin = frame_begin(w, &header), body = w->len;
    if (xdr_encode(w, XDR_net_error, &e, NULL) < 0) {
        /* Strings beyond all limits: the code at least gets through. */
        e.message = (char *)"The message of this error is too long to be sent";
        e.str1 = e.str2 = e.str3 = NULL;
        w->len = body;
        w->too_long = false;
        (void)xdr_encode(w, XDR_net_error, &e, NULL);
    }
    (void)frame_end(w, begin, NULL);
}

int
frame_data(struct xdr_writer *w, const struct net_header *h, const void *data, size_t n, struct err *err)
{
    size_t begin = frame_begin(w, h);
    char *p = xdr_writer_room(w, n);
    if (p && n)
        memcpy(p, data, n);
    return frame_end(w, begin, err);
}

void
frame_decode_error(struct frame *f, struct err *err)
{
    XDR_ARENA_AUTO arena;
    xdr_arena_init(&arena, NULL, 0);
    struct xdr_reader r = { f->payload, f->payload + f->n, &arena };
    struct net_error e;
    if (xdr_decode(&r, XDR_net_error, &e, err) < 0) {
        err_context(err, "Reading the error that the server sent");
        return;
    }
    if (!err)
        return;
    err_clear(err);
    *err = (struct err){
        .code = e.code ? e.code : VIR_ERR_INTERNAL_ERROR,
        .domain = e.domain,
        .level = e.level ? e.level : VIR_ERR_ERROR,
        .message = g_strdup(e.message ? e.message : "The server reported an error without a message"),
        .str1 = g_strdup(e.str1),
        .str2 = g_strdup(e.str2),
        .str3 = g_strdup(e.str3),
        .int1 = e.int1,
        .int2 = e.int2,
    };
}
