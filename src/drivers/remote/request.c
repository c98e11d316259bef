/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * request: one call of one procedure, from its arguments to its decoded reply.
 *
 * Called by: the generated calls and those written by hand (calls.c, calls-fds.c).
 * Waits: for the daemon's reply, as client.c reads it.
 */
#include "drivers/remote/remote.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_RPC

void
remote_reply_clear(struct remote_reply *reply)
{
    if (reply->frame)
        frame_close_fds(reply->frame);
    g_free(reply->frame);
    xdr_arena_clear(&reply->arena);
}

static int
decode_reply(const struct remote_request *q, struct remote_reply *reply, struct err *err)
{
    struct frame *f = reply->frame;
    if (f->header.status == NET_ERROR) {
        frame_decode_error(f, err);
        return -1;
    }
    if (f->header.prog != q->program || f->header.proc != q->proc)
        return err_set(err, VIR_ERR_RPC, "The daemon answered call %d of program 0x%x with %d of 0x%x",
                       q->proc, q->program, f->header.proc, f->header.prog);
    if (q->ret_type == XDR_NONE)
        return 0;
    struct xdr_reader r = { f->payload, f->payload + f->n, &reply->arena };
    return xdr_decode(&r, q->ret_type, q->ret, err);
}

static int
own_fds(const struct remote_request *q, int *fds, struct err *err)
{
    if (q->nfds > NET_MESSAGE_NUM_FDS_MAX)
        return err_set(err, VIR_ERR_INVALID_ARG,
                       "%zu file descriptors are more than the %d that one call may carry", q->nfds,
                       NET_MESSAGE_NUM_FDS_MAX);
    for (size_t i = 0; i < q->nfds; i++) {
        fds[i] = fcntl(q->fds[i], F_DUPFD_CLOEXEC, 0);
        if (fds[i] < 0) {
            int errnum = errno;
            while (i-- > 0)
                close(fds[i]);
            return err_errno(err, errnum, "Cannot duplicate file descriptor for the daemon");
        }
    }
    return 0;
}

int
remote_request(struct drv_conn *conn, const struct remote_request *q, struct remote_reply *reply,
               struct err *err)
{
    struct remote *r = remote_of(conn);
    if (q->with_fds && !r->unix_socket)
        return err_set(err, VIR_ERR_NO_SUPPORT,
                       "File descriptors can be passed to a daemon on a unix socket only");
    struct net_header h = {
        .prog = q->program, .vers = 1, .proc = q->proc, .type = q->with_fds ? NET_CALL_WITH_FDS : NET_CALL,
    };
    struct xdr_writer x;
    xdr_writer_init(&x, NET_MESSAGE_MAX + NET_MESSAGE_LEN_MAX);
    size_t begin = q->with_fds ? frame_begin_fds(&x, &h, (uint32_t)q->nfds) : frame_begin(&x, &h);
    if ((q->args_type != XDR_NONE && xdr_encode(&x, q->args_type, q->args, err) < 0) ||
        frame_end(&x, begin, err) < 0) {
        xdr_writer_clear(&x);
        return -1;
    }
    int fds[NET_MESSAGE_NUM_FDS_MAX];
    if (own_fds(q, fds, err) < 0) {
        xdr_writer_clear(&x);
        return -1;
    }
    pthread_mutex_lock(&r->lock);
    struct remote_waiter w = { .is_call = true, .serial = r->serial++ };
    xdr_put_u32(x.buf + 20, w.serial);
    struct remote_stream *rs =
        q->stream ? remote_stream_new(r, q->stream, q->program, q->proc, w.serial) : NULL;
    /* Others may read our reply as soon as it is sent: be known before. */
    remote_waiter_add(r, &w);
    int rc = remote_send(r, &x, fds, q->nfds, true, err);
    if (rc == 0)
        remote_wait(r, &w, true);
    remote_waiter_remove(r, &w);
    if (rc == 0 && !w.done)
        rc = remote_dead(r, err);
    reply->frame = w.reply;
    if (rc == 0)
        rc = decode_reply(q, reply, err);
    if (rc < 0 && rs)
        remote_stream_drop(rs);
    pthread_mutex_unlock(&r->lock);
    return rc;
}
