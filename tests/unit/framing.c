/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * framing: messages cut anywhere, too long, with descriptors, over a socket pair.
 */
#include "wire/framing.h"

#include <glib.h>
#include <libvirt/virterror.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct net_header call = { REMOTE_PROGRAM, 1, REMOTE_PROC_CONNECT_GET_VERSION,
                                        NET_CALL,       7, NET_OK };

static void
add_text(struct xdr_writer *w, const struct net_header *h, const char *text)
{
    ERR_AUTO err = ERR_INIT;
    g_assert_cmpint(frame_data(w, h, text, strlen(text), &err), ==, 0);
}

/* Three messages, fed in every pair of pieces and byte by byte, come out the same. */
static void
test_pieces(void)
{
    struct xdr_writer w;
    xdr_writer_init(&w, SIZE_MAX);
    const char *texts[] = { "one!", "", "three, with a longer body" };
    for (int i = 0; i < 3; i++)
        add_text(&w, &call, texts[i]);
    for (size_t step = 0; step <= w.len; step++) {
        struct frame_reader r;
        frame_reader_init(&r);
        int seen = 0;
        for (size_t at = 0; at < w.len;) {
            size_t n = step ? (at == 0 ? step : w.len - at) : 1;
            frame_reader_feed(&r, w.buf + at, n);
            at += n;
            struct frame f;
            while (frame_reader_next(&r, &f, NULL) == 1) {
                g_assert_cmpint(f.header.proc, ==, call.proc);
                g_assert_cmpuint(f.header.serial, ==, 7);
                g_assert_cmpmem(f.payload, f.n, texts[seen], strlen(texts[seen]));
                seen++;
            }
        }
        g_assert_cmpint(seen, ==, 3);
        g_assert_null(r.buf); /* an idle connection costs nothing */
        frame_reader_clear(&r);
    }
    xdr_writer_clear(&w);
}

static void
refuse(const void *data, size_t n, const char *part)
{
    ERR_AUTO err = ERR_INIT;
    struct frame_reader r;
    struct frame f;
    frame_reader_init(&r);
    frame_reader_limit(&r, 1000);
    frame_reader_feed(&r, data, n);
    g_assert_cmpint(frame_reader_next(&r, &f, &err), ==, -1);
    g_assert_cmpint(err.code, ==, VIR_ERR_RPC);
    g_assert_nonnull(strstr(err.message, part));
    frame_reader_clear(&r);
}

static void
test_bad(void)
{
    refuse("\0\0\0\x1b", 4, "too short");
    refuse("\xff\xff\xff\xff", 4, "at most 1028");
    refuse("\0\0\x04\x05", 4, "at most 1028");
    char m[40] = { 0 };
    xdr_put_u32(m, 28);
    xdr_put_u32(m + 16, NET_CALL_WITH_FDS);
    refuse(m, 28, "how many");
    xdr_put_u32(m, 32);
    xdr_put_u32(m + 28, 33);
    refuse(m, 32, "33 file descriptors");
    xdr_put_u32(m + 28, 2);
    refuse(m, 34, "sent 0");
}

static void
test_limits(void)
{
    ERR_AUTO err = ERR_INIT;
    struct xdr_writer w;
    xdr_writer_init(&w, SIZE_MAX);
    char *big = g_malloc0(NET_MESSAGE_PAYLOAD_MAX + 1);
    g_assert_cmpint(frame_data(&w, &call, big, NET_MESSAGE_PAYLOAD_MAX, &err), ==, 0);
    g_assert_cmpuint(w.len, ==, NET_MESSAGE_MAX + 4);
    size_t before = w.len;
    g_assert_cmpint(frame_data(&w, &call, big, NET_MESSAGE_PAYLOAD_MAX + 1, &err), ==, -1);
    g_assert_cmpuint(w.len, ==, before);
    struct frame_reader r;
    struct frame f;
    frame_reader_init(&r);
    frame_reader_feed(&r, w.buf, w.len);
    g_assert_cmpint(frame_reader_next(&r, &f, NULL), ==, 1);
    g_assert_cmpuint(f.n, ==, NET_MESSAGE_PAYLOAD_MAX);
    frame_reader_clear(&r);
    xdr_writer_clear(&w);
    g_free(big);
}

/* An oversize claim makes nobody allocate: the buffer follows what arrived. */
static void
test_claim(void)
{
    int s[2];
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s), ==, 0);
    struct frame_reader r;
    struct frame f;
    frame_reader_init(&r);
    char head[4];
    xdr_put_u32(head, NET_MESSAGE_MAX);
    g_assert_cmpint(write(s[0], head, 4), ==, 4);
    g_assert_cmpint(frame_reader_fill(&r, s[1], true, NULL), ==, 1);
    g_assert_cmpint(frame_reader_next(&r, &f, NULL), ==, 0);
    g_assert_cmpint(frame_reader_fill(&r, s[1], true, NULL), ==, FRAME_AGAIN);
    g_assert_cmpuint(r.cap, <, 65536);
    close(s[0]);
    g_assert_cmpint(frame_reader_fill(&r, s[1], true, NULL), ==, 0);
    g_assert_true(r.eof);
    frame_reader_clear(&r);
    close(s[1]);
}

static bool
same_file(int a, int b)
{
    struct stat x, y;
    return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_ino == y.st_ino && x.st_dev == y.st_dev;
}

/* Descriptors arrive with the message that announced them, in order, between others. */
static void
test_fds(void)
{
    ERR_AUTO err = ERR_INIT;
    int s[2], a[2], b[2];
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s), ==, 0);
    g_assert_cmpint(pipe(a), ==, 0);
    g_assert_cmpint(pipe(b), ==, 0);
    struct frame_writer out;
    frame_writer_init(&out);
    struct net_header h = call;
    struct xdr_writer w;
    xdr_writer_init(&w, SIZE_MAX);
    add_text(&w, &call, "before");
    frame_writer_add(&out, &w, NULL, 0);
    for (int i = 0; i < 2; i++) {
        h.type = NET_CALL_WITH_FDS;
        h.serial = (unsigned)i;
        int fds[2] = { dup(i ? b[0] : a[0]), dup(i ? b[1] : a[1]) };
        size_t begin = frame_begin_fds(&w, &h, 2);
        g_assert_cmpint(frame_end(&w, begin, &err), ==, 0);
        frame_writer_add(&out, &w, fds, 2);
    }
    add_text(&w, &call, "after");
    frame_writer_add(&out, &w, NULL, 0);
    frame_writer_add_copy(&out, "", 0);
    g_assert_cmpint(frame_writer_flush(&out, s[0], &err), ==, 1);
    g_assert_cmpuint(out.bytes, ==, 0);

    struct frame_reader r;
    frame_reader_init(&r);
    int seen = 0;
    while (frame_reader_fill(&r, s[1], true, &err) == 1) {
        struct frame f;
        int rc;
        while ((rc = frame_reader_next(&r, &f, &err)) == 1) {
            if (seen == 1 || seen == 2) {
                g_assert_cmpuint(f.nfds, ==, 2);
                g_assert_true(same_file(f.fds[0], seen == 2 ? b[0] : a[0]));
                g_assert_true(same_file(f.fds[1], seen == 2 ? b[1] : a[1]));
            } else {
                g_assert_cmpuint(f.nfds, ==, 0);
            }
            struct frame *kept = frame_detach(&f);
            frame_close_fds(kept);
            g_free(kept);
            seen++;
        }
        g_assert_cmpint(rc, ==, 0);
    }
    g_assert_cmpint(seen, ==, 4);
    frame_reader_clear(&r);
    for (int i = 0; i < 2; i++) {
        close(s[i]);
        close(a[i]);
        close(b[i]);
    }
}

/* A reader that lags: what does not fit waits, and nothing is lost or doubled. */
static void
test_full_socket(void)
{
    int s[2];
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s), ==, 0);
    struct frame_writer out;
    struct frame_reader r;
    frame_writer_init(&out);
    frame_reader_init(&r);
    char *body = g_malloc(50000);
    memset(body, 'x', 50000);
    for (unsigned i = 0; i < 200; i++) {
        struct net_header h = call;
        struct xdr_writer w;
        h.serial = i;
        xdr_writer_init(&w, SIZE_MAX);
        g_assert_cmpint(frame_data(&w, &h, body, i % 3 ? 10 : 50000, NULL), ==, 0);
        if (i % 2)
            frame_writer_add_copy(&out, w.buf, w.len);
        else
            frame_writer_add(&out, &w, NULL, 0);
        xdr_writer_clear(&w);
    }
    unsigned seen = 0;
    int again = 0;
    while (seen < 200) {
        int rc = frame_writer_flush(&out, s[0], NULL);
        g_assert_cmpint(rc, !=, -1);
        again += rc == FRAME_AGAIN;
        int got = frame_reader_fill(&r, s[1], true, NULL);
        g_assert_cmpint(got, ==, 1);
        struct frame f;
        while (frame_reader_next(&r, &f, NULL) == 1) {
            g_assert_cmpuint(f.header.serial, ==, seen);
            g_assert_cmpuint(f.n, ==, seen % 3 ? 10 : 50000);
            seen++;
        }
    }
    g_assert_cmpint(again, >, 0);
    g_assert_cmpuint(out.bytes, ==, 0);
    g_assert_null(out.head);
    g_free(body);
    frame_reader_clear(&r);
    frame_writer_clear(&out);
    close(s[0]);
    close(s[1]);
}

static void
test_error(void)
{
    ERR_AUTO why = ERR_INIT;
    ERR_AUTO got = ERR_INIT;
    err_set_from(&why, VIR_FROM_QEMU, VIR_ERR_OPERATION_INVALID, "Cannot do %s", "it");
    why.str1 = g_strdup("a");
    why.str3 = g_strdup("c");
    why.int1 = -5;
    why.int2 = 6;
    struct xdr_writer w;
    xdr_writer_init(&w, SIZE_MAX);
    struct net_header h = call;
    h.type = NET_REPLY;
    frame_error(&w, &h, &why);
    struct frame_reader r;
    struct frame f;
    frame_reader_init(&r);
    frame_reader_feed(&r, w.buf, w.len);
    g_assert_cmpint(frame_reader_next(&r, &f, NULL), ==, 1);
    g_assert_cmpint(f.header.status, ==, NET_ERROR);
    frame_decode_error(&f, &got);
    g_assert_cmpint(got.code, ==, VIR_ERR_OPERATION_INVALID);
    g_assert_cmpint(got.domain, ==, VIR_FROM_QEMU);
    g_assert_cmpint(got.level, ==, VIR_ERR_ERROR);
    g_assert_cmpstr(got.message, ==, "Cannot do it");
    g_assert_cmpstr(got.str1, ==, "a");
    g_assert_null(got.str2);
    g_assert_cmpstr(got.str3, ==, "c");
    g_assert_cmpint(got.int1, ==, -5);
    g_assert_cmpint(got.int2, ==, 6);
    frame_reader_clear(&r);
    xdr_writer_clear(&w);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/framing/pieces", test_pieces);
    g_test_add_func("/framing/bad", test_bad);
    g_test_add_func("/framing/limits", test_limits);
    g_test_add_func("/framing/claim", test_claim);
    g_test_add_func("/framing/fds", test_fds);
    g_test_add_func("/framing/full-socket", test_full_socket);
    g_test_add_func("/framing/error", test_error);
    return g_test_run();
}
