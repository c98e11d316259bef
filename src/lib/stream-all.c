/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * stream-all: virStreamSendAll() and its kin: a whole stream through the
 * application's source or sink.
 * Waits: for the stream, which has to be a blocking one.
 */
#include "lib/stream.h"

#include <errno.h>

#define CHUNK 65536

static bool
usable(struct entry *e, virStreamPtr st)
{
    if (!st->st.nonblock)
        return true;
    err_set_from(&e->err, e->domain, VIR_ERR_OPERATION_INVALID,
                 "%s needs a stream without VIR_STREAM_NONBLOCK", e->name);
    return false;
}

/* The application's handler or the stream failed: leave nothing half done. */
static int
abandon(struct entry *e, virStreamPtr st, const char *who)
{
    if (!err_is_set(&e->err))
        err_set_from(&e->err, e->domain, VIR_ERR_OPERATION_FAILED, "%s: the application's %s gave up",
                     e->name, who);
    virErrorPtr saved;

    entry_fail(e);
    saved = error_save();
    virStreamAbort(st);
    error_restore(&saved);
    return -1;
}

static int
send_chunk(struct entry *e, virStreamPtr st, const char *data, size_t n)
{
    size_t done = 0;

    while (done < n) {
        long long rc = stream_send(e, st, data + done, n - done);

        if (rc < 0)
            return -1;
        done += rc;
    }
    return 0;
}

int
virStreamSendAll(virStreamPtr st, virStreamSourceFunc handler, void *opaque)
{
    ENTRY("virStreamSendAll", VIR_FROM_STREAMS);
    g_autofree char *data = g_malloc(CHUNK);

    if (!entry_self(&e, HANDLE_stream, st) || !entry_nonnull(&e, "handler", (const void *)handler) ||
        !usable(&e, st))
        return entry_fail(&e);
    for (;;) {
        int n = handler(st, data, CHUNK, opaque);

        if (n < 0)
            return abandon(&e, st, "source");
        if (n == 0)
            return 0;
        if (send_chunk(&e, st, data, n) < 0)
            return abandon(&e, st, "source");
    }
}

int
virStreamSparseSendAll(virStreamPtr st, virStreamSourceFunc handler, virStreamSourceHoleFunc holeHandler,
                       virStreamSourceSkipFunc skipHandler, void *opaque)
{
    ENTRY("virStreamSparseSendAll", VIR_FROM_STREAMS);
    g_autofree char *data = g_malloc(CHUNK);

    if (!entry_self(&e, HANDLE_stream, st) || !entry_nonnull(&e, "handler", (const void *)handler) ||
        !entry_nonnull(&e, "holeHandler", (const void *)holeHandler) ||
        !entry_nonnull(&e, "skipHandler", (const void *)skipHandler) || !usable(&e, st))
        return entry_fail(&e);
    for (;;) {
        int in_data = 0, n;
        long long section = 0;

        if (holeHandler(st, &in_data, &section, opaque) < 0)
            return abandon(&e, st, "hole handler");
        if (!in_data && section > 0) {
            if (virStreamSendHole(st, section, 0) < 0)
                return abandon(&e, st, "hole");
            if (skipHandler(st, section, opaque) < 0)
                return abandon(&e, st, "skip handler");
            continue;
        }
        n = handler(st, data, MIN((long long)CHUNK, section > 0 ? section : CHUNK), opaque);
        if (n < 0)
            return abandon(&e, st, "source");
        if (n == 0)
            return 0;
        if (send_chunk(&e, st, data, n) < 0)
            return abandon(&e, st, "source");
    }
}

static int
sink_chunk(virStreamPtr st, virStreamSinkFunc handler, void *opaque, const char *data, long long n)
{
    long long done = 0;

    while (done < n) {
        int rc = handler(st, data + done, n - done, opaque);

        if (rc < 0)
            return -1;
        done += rc;
    }
    return 0;
}

int
virStreamRecvAll(virStreamPtr st, virStreamSinkFunc handler, void *opaque)
{
    ENTRY("virStreamRecvAll", VIR_FROM_STREAMS);
    g_autofree char *data = g_malloc(CHUNK);

    if (!entry_self(&e, HANDLE_stream, st) || !entry_nonnull(&e, "handler", (const void *)handler) ||
        !usable(&e, st))
        return entry_fail(&e);
    for (;;) {
        long long n = stream_recv(&e, st, data, CHUNK, 0);

        if (n == 0)
            return 0;
        if (n < 0 || sink_chunk(st, handler, opaque, data, n) < 0)
            return abandon(&e, st, "sink");
    }
}

int
virStreamSparseRecvAll(virStreamPtr st, virStreamSinkFunc handler, virStreamSinkHoleFunc holeHandler,
                       void *opaque)
{
    ENTRY("virStreamSparseRecvAll", VIR_FROM_STREAMS);
    g_autofree char *data = g_malloc(CHUNK);

    if (!entry_self(&e, HANDLE_stream, st) || !entry_nonnull(&e, "handler", (const void *)handler) ||
        !entry_nonnull(&e, "holeHandler", (const void *)holeHandler) || !usable(&e, st))
        return entry_fail(&e);
    for (;;) {
        long long n = stream_recv(&e, st, data, CHUNK, VIR_STREAM_RECV_STOP_AT_HOLE), hole;

        if (n == 0)
            return 0;
        if (n == -3) {
            if (virStreamRecvHole(st, &hole, 0) < 0 || holeHandler(st, hole, opaque) < 0)
                return abandon(&e, st, "hole handler");
        } else if (n < 0 || sink_chunk(st, handler, opaque, data, n) < 0) {
            return abandon(&e, st, "sink");
        }
    }
}
