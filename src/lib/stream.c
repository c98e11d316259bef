/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * stream: virStream…, the library's end of a byte stream.
 *
 * Owns: struct _virStream around a struct stream that a driver's call fills: with
 * operations (remote) or with a descriptor (in process), which is read, written
 * and watched here.  A blocking stream waits in send, receive and finish; a
 * non-blocking one answers -2 instead.
 */
#include "lib/stream.h"

#include "base/fork.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_STREAMS

void
stream_free(virStreamPtr st)
{
    if (st->watch >= 0)
        virEventRemoveHandle(st->watch);
    if (st->st.ops && st->st.ops->free)
        st->st.ops->free(&st->st);
    if (st->st.fd >= 0)
        close(st->st.fd);
    if (st->st.closed)
        st->st.closed(st->st.closed_opaque);
    if (st->event_free)
        st->event_free(st->event_opaque);
    fork_mutex_destroy(&st->lock);
    g_free(st);
}

virStreamPtr
virStreamNew(virConnectPtr conn, unsigned int flags)
{
    ENTRY("virStreamNew", VIR_FROM_STREAMS);
    virStreamPtr st;

    if (!entry_self(&e, HANDLE_conn, conn)) {
        entry_fail(&e);
        return NULL;
    }
    st = g_new0(struct _virStream, 1);
    st->h.magic = HANDLE_MAGIC | HANDLE_stream;
    atomic_init(&st->h.refs, 1);
    st->h.conn = conn;
    handle_ref(conn);
    st->st.nonblock = flags & VIR_STREAM_NONBLOCK;
    st->st.fd = -1;
    st->watch = -1;
    fork_mutex_init(&st->lock, FORK_LEAF);
    return st;
}

int
virStreamRef(virStreamPtr st)
{
    ENTRY("virStreamRef", VIR_FROM_STREAMS);

    if (!entry_self(&e, HANDLE_stream, st))
        return entry_fail(&e);
    handle_ref(st);
    return 0;
}

int
virStreamFree(virStreamPtr st)
{
    ENTRY("virStreamFree", VIR_FROM_STREAMS);

    if (!entry_self(&e, HANDLE_stream, st))
        return entry_fail(&e);
    e.conn = NULL;
    handle_unref(st);
    return 0;
}

/* The stream carries something: ops or a descriptor. */
static bool
opened(struct entry *e, virStreamPtr st)
{
    if (st->st.ops || st->st.fd >= 0)
        return true;
    err_set(&e->err, VIR_ERR_NO_SUPPORT, "%s: the stream is not open: no call was given it, or it has ended",
            e->name);
    return false;
}

static long long
fd_move(struct entry *e, virStreamPtr st, bool out, char *data, size_t n)
{
    struct pollfd p = { .fd = st->st.fd, .events = out ? POLLOUT : POLLIN };
    ssize_t rc;

    if (!st->st.regular_file && !st->fd_ready) {
        fcntl(st->st.fd, F_SETFL, fcntl(st->st.fd, F_GETFL) | O_NONBLOCK);
        st->fd_ready = true;
    }
    if (!out && st->st.length) {
        if (st->moved >= st->st.length)
            return 0;
        n = MIN(n, st->st.length - st->moved);
    }
    if (out && st->st.length && st->moved + n > st->st.length)
        return err_set(&e->err, VIR_ERR_OPERATION_INVALID,
                       "%s: more data than the %llu bytes that were announced", e->name,
                       (unsigned long long)st->st.length);
    for (;;) {
        rc = out ? write(st->st.fd, data, n) : read(st->st.fd, data, n);
        if (rc >= 0) {
            st->moved += rc;
            return rc;
        }
        if (errno == EINTR)
            continue;
        if (errno == EIO && !out)
            return 0; /* a terminal whose other side has closed */
        if (errno != EAGAIN && errno != EWOULDBLOCK)
            return err_errno(&e->err, errno, "%s: cannot %s the stream's descriptor", e->name,
                             out ? "write to" : "read from");
        if (st->st.nonblock)
            return STREAM_AGAIN;
        poll(&p, 1, -1);
    }
}

long long
stream_send(struct entry *e, virStreamPtr st, const char *data, size_t n)
{
    if (!opened(e, st))
        return -1;
    if (st->st.ops) {
        if (!st->st.ops->send)
            return err_set(&e->err, VIR_ERR_OPERATION_INVALID, "%s: nothing can be sent on this stream",
                           e->name);
        return st->st.ops->send(&st->st, data, n, &e->err);
    }
    return fd_move(e, st, true, (char *)data, n);
}

long long
stream_recv(struct entry *e, virStreamPtr st, char *data, size_t n, unsigned int flags)
{
    if (!opened(e, st))
        return -1;
    if (st->st.ops) {
        if (!st->st.ops->recv)
            return err_set(&e->err, VIR_ERR_OPERATION_INVALID, "%s: nothing is received on this stream",
                           e->name);
        return st->st.ops->recv(&st->st, data, n, flags, &e->err);
    }
    return fd_move(e, st, false, data, n);
}

int
virStreamSend(virStreamPtr st, const char *data, size_t nbytes)
{
    ENTRY("virStreamSend", VIR_FROM_STREAMS);
    long long rc;

    if (!entry_self(&e, HANDLE_stream, st) || !entry_nonnull(&e, "data", data))
        return entry_fail(&e);
    rc = stream_send(&e, st, data, MIN(nbytes, G_MAXINT));
    return rc == -1 ? entry_fail(&e) : (int)rc;
}

int
virStreamRecvFlags(virStreamPtr st, char *data, size_t nbytes, unsigned int flags)
{
    ENTRY("virStreamRecvFlags", VIR_FROM_STREAMS);
    long long rc;

    if (!entry_self(&e, HANDLE_stream, st) || !entry_nonnull(&e, "data", data) || !opened(&e, st) ||
        !entry_that(&e, !(flags & ~VIR_STREAM_RECV_STOP_AT_HOLE), "flags", "has bits that are not known"))
        return entry_fail(&e);
    rc = stream_recv(&e, st, data, MIN(nbytes, G_MAXINT), flags);
    return rc == -1 ? entry_fail(&e) : (int)rc;
}

int
virStreamRecv(virStreamPtr st, char *data, size_t nbytes)
{
    ENTRY("virStreamRecv", VIR_FROM_STREAMS);
    long long rc;

    if (!entry_self(&e, HANDLE_stream, st) || !entry_nonnull(&e, "data", data))
        return entry_fail(&e);
    rc = stream_recv(&e, st, data, MIN(nbytes, G_MAXINT), 0);
    return rc == -1 ? entry_fail(&e) : (int)rc;
}

int
virStreamSendHole(virStreamPtr st, long long length, unsigned int flags)
{
    ENTRY("virStreamSendHole", VIR_FROM_STREAMS);
    int rc;

    if (!entry_self(&e, HANDLE_stream, st) || !opened(&e, st) ||
        !entry_that(&e, length >= 0, "length", "must not be negative"))
        return entry_fail(&e);
    if (!st->st.ops || !st->st.ops->send_hole)
        return entry_no_support(&e);
    rc = st->st.ops->send_hole(&st->st, length, flags, &e.err);
    return rc == -1 ? entry_fail(&e) : rc;
}

int
virStreamRecvHole(virStreamPtr st, long long *length, unsigned int flags)
{
    ENTRY("virStreamRecvHole", VIR_FROM_STREAMS);
    int rc;

    if (!entry_self(&e, HANDLE_stream, st) || !entry_nonnull(&e, "length", length) || !opened(&e, st))
        return entry_fail(&e);
    if (!st->st.ops || !st->st.ops->recv_hole)
        return entry_no_support(&e);
    rc = st->st.ops->recv_hole(&st->st, length, flags, &e.err);
    return rc == -1 ? entry_fail(&e) : rc;
}

static int
end(struct entry *e, virStreamPtr st, bool abort_it)
{
    int rc = 0;

    if (!opened(e, st)) /* to abort what never began is no failure */
        return abort_it ? 0 : entry_fail(e);
    if (st->st.ops) {
        int (*op)(struct stream *, struct err *) = abort_it ? st->st.ops->abort : st->st.ops->finish;

        rc = op ? op(&st->st, &e->err) : 0;
    } else {
        if (st->watch >= 0)
            virEventRemoveHandle(st->watch);
        st->watch = -1;
        if (close(st->st.fd) < 0 && !abort_it)
            rc = err_errno(&e->err, errno, "%s: cannot complete the stream", e->name);
        st->st.fd = -1;
        if (st->st.closed)
            st->st.closed(st->st.closed_opaque);
        st->st.closed = NULL;
    }
    return rc < 0 ? entry_fail(e) : 0;
}

int
virStreamFinish(virStreamPtr st)
{
    ENTRY("virStreamFinish", VIR_FROM_STREAMS);

    return entry_self(&e, HANDLE_stream, st) ? end(&e, st, false) : entry_fail(&e);
}

int
virStreamAbort(virStreamPtr st)
{
    ENTRY("virStreamAbort", VIR_FROM_STREAMS);

    return entry_self(&e, HANDLE_stream, st) ? end(&e, st, true) : entry_fail(&e);
}

/* Both kinds of stream end here, on the event loop's thread. */
static void
stream_event(struct stream *stream, int events, void *opaque)
{
    virStreamPtr st = opaque;
    virStreamEventCallback cb;
    void *data;

    pthread_mutex_lock(&st->lock);
    cb = st->event_cb;
    data = st->event_opaque;
    pthread_mutex_unlock(&st->lock);
    handle_ref(st);
    if (cb)
        cb(st, events, data);
    handle_unref(st);
}

static void
fd_event(int watch, int fd, int events, void *opaque)
{
    virStreamPtr st = opaque;
    int told = (events & VIR_EVENT_HANDLE_READABLE ? VIR_STREAM_EVENT_READABLE : 0) |
               (events & VIR_EVENT_HANDLE_WRITABLE ? VIR_STREAM_EVENT_WRITABLE : 0) |
               (events & VIR_EVENT_HANDLE_ERROR ? VIR_STREAM_EVENT_ERROR : 0) |
               (events & VIR_EVENT_HANDLE_HANGUP ? VIR_STREAM_EVENT_HANGUP : 0);

    stream_event(&st->st, told, st);
}

static int
to_handle(int events)
{
    return (events & VIR_STREAM_EVENT_READABLE ? VIR_EVENT_HANDLE_READABLE : 0) |
           (events & VIR_STREAM_EVENT_WRITABLE ? VIR_EVENT_HANDLE_WRITABLE : 0) |
           (events & VIR_STREAM_EVENT_ERROR ? VIR_EVENT_HANDLE_ERROR : 0) |
           (events & VIR_STREAM_EVENT_HANGUP ? VIR_EVENT_HANDLE_HANGUP : 0);
}

static void
unref_stream(void *opaque)
{
    handle_unref(opaque);
}

int
virStreamEventAddCallback(virStreamPtr st, int events, virStreamEventCallback cb, void *opaque,
                          virFreeCallback ff)
{
    ENTRY("virStreamEventAddCallback", VIR_FROM_STREAMS);
    bool taken;

    if (!entry_self(&e, HANDLE_stream, st) || !opened(&e, st) || !entry_nonnull(&e, "cb", (const void *)cb))
        return entry_fail(&e);
    pthread_mutex_lock(&st->lock);
    taken = st->event_cb != NULL;
    if (!taken) {
        st->event_cb = cb;
        st->event_opaque = opaque;
    }
    pthread_mutex_unlock(&st->lock);
    if (taken)
        return entry_set(&e, VIR_ERR_OPERATION_INVALID, "the stream has a callback already");
    handle_ref(st); /* the watch's */
    if (st->st.ops) {
        if (!st->st.ops->event_add ||
            st->st.ops->event_add(&st->st, events, stream_event, st, unref_stream, &e.err) < 0)
            goto failed;
    } else {
        st->watch = virEventAddHandle(st->st.fd, to_handle(events), fd_event, st, unref_stream);
        if (st->watch < 0) {
            err_set(&e.err, VIR_ERR_INTERNAL_ERROR,
                    "%s: no event loop is registered that could watch the stream", e.name);
            goto failed;
        }
    }
    st->event_free = ff;
    return 0;

 failed:
    st->event_cb = NULL;
    handle_unref(st);
    return err_is_set(&e.err) ? entry_fail(&e) : entry_no_support(&e);
}

int
virStreamEventUpdateCallback(virStreamPtr st, int events)
{
    ENTRY("virStreamEventUpdateCallback", VIR_FROM_STREAMS);

    if (!entry_self(&e, HANDLE_stream, st) || !opened(&e, st))
        return entry_fail(&e);
    if (!st->event_cb)
        return entry_set(&e, VIR_ERR_OPERATION_INVALID, "the stream has no callback");
    if (!st->st.ops)
        virEventUpdateHandle(st->watch, to_handle(events));
    else if (st->st.ops->event_update(&st->st, events, &e.err) < 0)
        return entry_fail(&e);
    return 0;
}

int
virStreamEventRemoveCallback(virStreamPtr st)
{
    ENTRY("virStreamEventRemoveCallback", VIR_FROM_STREAMS);
    virFreeCallback ff;
    void *opaque;

    if (!entry_self(&e, HANDLE_stream, st) || (!st->event_cb && !opened(&e, st)))
        return entry_fail(&e);
    if (!st->event_cb)
        return entry_set(&e, VIR_ERR_OPERATION_INVALID, "the stream has no callback");
    if (st->st.ops) {
        if (st->st.ops->event_remove(&st->st, &e.err) < 0)
            return entry_fail(&e);
    } else if (st->watch >= 0) {
        virEventRemoveHandle(st->watch);
        st->watch = -1;
    }
    pthread_mutex_lock(&st->lock);
    st->event_cb = NULL;
    ff = st->event_free;
    opaque = st->event_opaque;
    st->event_free = NULL;
    st->event_opaque = NULL;
    pthread_mutex_unlock(&st->lock);
    if (ff)
        ff(opaque);
    return 0;
}
