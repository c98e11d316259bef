/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * streams: whole streams and their holes, over a driver that keeps what it is sent in memory; sources and
 * sinks that give up; streams that cannot what is asked of them.
 */
#include "lib/conn.h"

#include <string.h>

#define HOLE 4096

/* What the volume holds: runs of data, and holes (data is NULL). */
struct run { char *data; size_t n; };
static GArray *runs;
static guint at;       /* reading: the run, and how far in it */
static size_t into;
static int aborted, finished;

static void
clear_run(void *run)
{
    g_free(((struct run *)run)->data);
}

static long long
mem_send(struct stream *st, const char *data, size_t n, struct err *err)
{
    size_t part = MIN(n, 1000); /* never all of it: who sends goes on */
    struct run run = { g_memdup2(data, part), part };

    g_array_append_val(runs, run);
    return (long long)part;
}

static int
mem_send_hole(struct stream *st, long long length, unsigned int flags, struct err *err)
{
    struct run run = { NULL, (size_t)length };

    g_array_append_val(runs, run);
    return 0;
}

static long long
mem_recv(struct stream *st, char *data, size_t n, unsigned int flags, struct err *err)
{
    struct run *run = at < runs->len ? &g_array_index(runs, struct run, at) : NULL;
    size_t part;

    if (!run)
        return 0;
    if (!run->data && flags & VIR_STREAM_RECV_STOP_AT_HOLE)
        return -3;
    part = MIN(n, run->n - into);
    if (run->data)
        memcpy(data, run->data + into, part);
    else
        memset(data, 0, part);
    into += part;
    if (into == run->n) {
        at++;
        into = 0;
    }
    return (long long)part;
}

static int
mem_recv_hole(struct stream *st, long long *length, unsigned int flags, struct err *err)
{
    *length = (long long)g_array_index(runs, struct run, at++).n;
    return 0;
}

static int
mem_finish(struct stream *st, struct err *err)
{
    finished++;
    st->ops = NULL;
    return 0;
}

static int
mem_abort(struct stream *st, struct err *err)
{
    aborted++;
    st->ops = NULL;
    return 0;
}

static const struct stream_ops ops = {
    .send = mem_send,
    .recv = mem_recv,
    .send_hole = mem_send_hole,
    .recv_hole = mem_recv_hole,
    .finish = mem_finish,
    .abort = mem_abort,
};
static const struct stream_ops plain = { .finish = mem_finish, .abort = mem_abort };

static int
upload(struct drv_conn *c, const struct storage_vol_ref *vol, struct stream *st, unsigned long long offset,
       unsigned long long length, unsigned int flags, struct err *err)
{
    st->ops = length == 1 ? &plain : &ops; /* a length of 1: a stream that can nothing */
    at = 0;
    into = 0;
    return 0;
}

static const struct storage_ops storage = { .storage_vol_upload = upload, .storage_vol_download = upload };

static int
mem_open(struct drv_conn *c, const struct open_request *req, struct err *err)
{
    c->storage = &storage;
    return 1;
}

static void
mem_close(struct drv_conn *c)
{
}

static const char *const schemes[] = { "mem", NULL };
static const struct driver mem = { .name = "mem", .schemes = schemes, .open = mem_open, .close = mem_close };

/* ---- the application's side ---- */

static virConnectPtr conn;
static virStorageVolPtr vol;

static virStreamPtr
begin(bool down, unsigned int flags, unsigned long long length)
{
    virStreamPtr st = virStreamNew(conn, flags);

    g_assert_cmpint(down ? virStorageVolDownload(vol, st, 0, length, 0)
                         : virStorageVolUpload(vol, st, 0, length, 0),
                    ==, 0);
    aborted = finished = 0;
    return st;
}

static void
empty(void)
{
    g_array_set_size(runs, 0);
}

struct text { GString *s; size_t at; long long holes; int fail_after; };

static int
source(virStreamPtr st, char *data, size_t n, void *opaque)
{
    struct text *t = opaque;
    size_t part = MIN(n, t->s->len - t->at);

    if (t->fail_after && t->fail_after-- == 1)
        return -1;
    memcpy(data, t->s->str + t->at, part);
    t->at += part;
    return (int)part;
}

static int
sink(virStreamPtr st, const char *data, size_t n, void *opaque)
{
    struct text *t = opaque;
    size_t part = MIN(n, 777); /* not all at once */

    if (t->fail_after && t->fail_after-- == 1)
        return -1;
    g_string_append_len(t->s, data, (gssize)part);
    return (int)part;
}

static int
sink_hole(virStreamPtr st, long long length, void *opaque)
{
    struct text *t = opaque;

    t->holes += length;
    g_string_append_c(t->s, '#');
    return 0;
}

/* '#' stands for a hole. */
static int
in_data(virStreamPtr st, int *data, long long *length, void *opaque)
{
    struct text *t = opaque;
    const char *from = t->s->str + t->at;

    *data = *from != '#';
    *length = *data ? (long long)strcspn(from, "#") : HOLE;
    return 0;
}

static int
skip(virStreamPtr st, long long length, void *opaque)
{
    struct text *t = opaque;

    g_assert_cmpint(length, ==, HOLE);
    t->at++;
    return 0;
}

static void
whole(void)
{
    struct text out = { g_string_new(NULL) }, in = { g_string_new(NULL) };
    virStreamPtr st;

    for (int i = 0; i < 50000; i++)
        g_string_append_printf(out.s, "%d,", i);
    empty();
    st = begin(false, 0, 0);
    g_assert_cmpint(virStreamSendAll(st, source, &out), ==, 0);
    g_assert_cmpint(virStreamFinish(st), ==, 0);
    virStreamFree(st);
    st = begin(true, 0, 0);
    g_assert_cmpint(virStreamRecvAll(st, sink, &in), ==, 0);
    g_assert_cmpint(virStreamFinish(st), ==, 0);
    g_assert_cmpint(finished, ==, 1);
    g_assert_cmpint(virStreamAbort(st), ==, 0); /* it has ended: nothing to abort */
    g_assert_cmpint(aborted, ==, 0);
    virStreamFree(st);
    g_assert_true(g_string_equal(out.s, in.s));
    g_string_free(out.s, TRUE);
    g_string_free(in.s, TRUE);
}

static void
with_holes(void)
{
    struct text out = { g_string_new("begin#middle##end") }, in = { g_string_new(NULL) };
    virStreamPtr st;
    char data[64];
    long long length;

    empty();
    st = begin(false, 0, 0);
    g_assert_cmpint(virStreamSparseSendAll(st, source, in_data, skip, &out), ==, 0);
    g_assert_cmpint(virStreamFinish(st), ==, 0);
    virStreamFree(st);
    st = begin(true, 0, 0);
    g_assert_cmpint(virStreamSparseRecvAll(st, sink, sink_hole, &in), ==, 0);
    g_assert_cmpstr(in.s->str, ==, "begin#middle##end");
    g_assert_cmpint(in.holes, ==, 3 * HOLE);
    g_assert_cmpint(virStreamFinish(st), ==, 0);
    virStreamFree(st);
    /* By hand: the hole stops the reading, and is told when asked for. */
    st = begin(true, 0, 0);
    g_assert_cmpint(virStreamRecvFlags(st, data, sizeof(data), VIR_STREAM_RECV_STOP_AT_HOLE), ==, 5);
    g_assert_cmpint(virStreamRecvFlags(st, data, sizeof(data), VIR_STREAM_RECV_STOP_AT_HOLE), ==, -3);
    g_assert_cmpint(virStreamRecvHole(st, &length, 0), ==, 0);
    g_assert_cmpint(length, ==, HOLE);
    g_assert_cmpint(virStreamRecv(st, data, sizeof(data)), ==, 6);
    g_assert_cmpint(memcmp(data, "middle", 6), ==, 0);
    g_assert_cmpint(virStreamRecv(st, data, sizeof(data)), ==,
                    sizeof(data)); /* who does not ask gets zeros */
    g_assert_cmpint(data[0], ==, 0);
    g_assert_cmpint(virStreamAbort(st), ==, 0);
    g_assert_cmpint(aborted, ==, 1);
    virStreamFree(st);
    st = begin(false, 0, 0);
    g_assert_cmpint(virStreamSendHole(st, 5, 0), ==, 0);
    g_assert_cmpint(virStreamSendHole(st, -1, 0), ==, -1);
    g_assert_cmpint(virGetLastErrorCode(), ==, VIR_ERR_INVALID_ARG);
    g_assert_cmpint(virStreamRecvFlags(st, data, 1, 0x80), ==, -1);
    g_assert_cmpint(virGetLastErrorCode(), ==, VIR_ERR_INVALID_ARG);
    virStreamFree(st);
    g_string_free(out.s, TRUE);
    g_string_free(in.s, TRUE);
}

/* The application's side gives up: the stream is aborted, once, and the call fails. */
static void
given_up(void)
{
    struct text t = { g_string_new("some text#and more"), .fail_after = 1 };
    virStreamPtr st;

    empty();
    for (int how = 0; how < 4; how++) {
        st = begin(how > 1, 0, 0);
        if (how > 1) {
            struct run run = { g_strdup("data"), 4 };

            g_array_append_val(runs, run);
        }
        t.fail_after = 1;
        t.at = 0;
        g_assert_cmpint(how == 0 ? virStreamSendAll(st, source, &t)
                        : how == 1 ? virStreamSparseSendAll(st, source, in_data, skip, &t)
                        : how == 2 ? virStreamRecvAll(st, sink, &t)
                                   : virStreamSparseRecvAll(st, sink, sink_hole, &t), ==, -1);
        g_assert_cmpint(virGetLastErrorCode(), ==, VIR_ERR_OPERATION_FAILED);
        g_assert_cmpint(aborted, ==, 1);
        g_assert_cmpint(virStreamFinish(st), ==, -1);
        virStreamFree(st);
    }
    g_string_free(t.s, TRUE);
}

static void
refused(void)
{
    struct text t = { g_string_new(NULL) };
    virStreamPtr st = begin(false, VIR_STREAM_NONBLOCK, 0);
    char data[4];
    long long length;

    g_assert_cmpint(virStreamSendAll(st, source, &t), ==, -1);
    g_assert_cmpint(virGetLastErrorCode(), ==, VIR_ERR_OPERATION_INVALID);
    g_assert_cmpint(virStreamRecvAll(st, sink, &t), ==, -1);
    g_assert_cmpint(virStreamSparseRecvAll(st, sink, sink_hole, &t), ==, -1);
    g_assert_cmpint(virStreamSparseSendAll(st, source, in_data, skip, &t), ==, -1);
    g_assert_cmpint(virStreamEventAddCallback(st, VIR_STREAM_EVENT_READABLE, NULL, NULL, NULL), ==, -1);
    virStreamFree(st);
    st = begin(false, 0, 1); /* a driver's stream that can nothing */
    g_assert_cmpint(virStreamSend(st, "x", 1), ==, -1);
    g_assert_cmpint(virStreamRecv(st, data, sizeof(data)), ==, -1);
    g_assert_cmpint(virStreamSendHole(st, 1, 0), ==, -1);
    g_assert_cmpint(virGetLastErrorCode(), ==, VIR_ERR_NO_SUPPORT);
    g_assert_cmpint(virStreamRecvHole(st, &length, 0), ==, -1);
    g_assert_cmpint(virGetLastErrorCode(), ==, VIR_ERR_NO_SUPPORT);
    g_assert_cmpint(virStreamFinish(st), ==, 0);
    virStreamFree(st);
    g_string_free(t.s, TRUE);
}

int
main(int argc, char **argv)
{
    struct storage_vol_ref ref = { .name = g_strdup("vol") };
    int rc;

    g_test_init(&argc, &argv, NULL);
    virInitialize();
    driver_register(&mem);
    runs = g_array_new(FALSE, FALSE, sizeof(struct run));
    g_array_set_clear_func(runs, clear_run);
    conn = virConnectOpen("mem:///");
    vol = handle_new_storage_vol(conn, &ref);
    g_test_add_func("/streams/whole", whole);
    g_test_add_func("/streams/with-holes", with_holes);
    g_test_add_func("/streams/given-up", given_up);
    g_test_add_func("/streams/refused", refused);
    rc = g_test_run();
    virStorageVolFree(vol);
    g_assert_cmpint(virConnectClose(conn), ==, 0);
    g_array_free(runs, TRUE);
    return rc;
}
