/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * wire-replay: messages that other implementations exchanged, decoded and encoded
 * again: the bytes must not change, nothing may be left over.
 *
 * usage: wire-replay FILE.hex…    lines "C HEX" (client to daemon) and "S HEX"
 */
#include "wire/framing.h"
#include "wire/xdr-tables.h"

#include <glib.h>
#include <stdio.h>

static int frames, failures;
static GHashTable *procs;

static void
fail(const char *where, const char *what, const char *detail)
{
    printf("not ok - %s: %s %s\n", where, what, detail);
    failures++;
}

/* The struct that the payload of such a message is; XDR_NONE: none, raw. */
static enum xdr_type
payload_type(const struct net_header *h, size_t n, const struct wire_proc *proc, bool *raw)
{
    *raw = h->type == NET_STREAM && h->status == NET_CONTINUE;
    if (*raw)
        return XDR_NONE;
    if (h->status == NET_ERROR)
        return n ? XDR_net_error : XDR_NONE; /* a client aborts a stream without saying why */
    switch (h->type) {
    case NET_REPLY: case NET_REPLY_WITH_FDS: return proc->ret;
    case NET_STREAM: return XDR_NONE;
    case NET_STREAM_HOLE: return h->status == NET_CONTINUE ? XDR_net_stream_hole : XDR_NONE;
    default: return proc->args;
    }
}

static void
replay(const char *where, const char *bytes, size_t n)
{
    ERR_AUTO err = ERR_INIT;
    struct frame_reader in;
    struct frame f;
    frame_reader_init(&in);
    frame_reader_feed(&in, bytes, n);
    /* Descriptors do not survive a recording: put as many in as the count says. */
    uint32_t type = xdr_get_u32(bytes + 16);
    bool with_fds =
        type == NET_CALL_WITH_FDS || (type == NET_REPLY_WITH_FDS && xdr_get_u32(bytes + 24) != NET_ERROR);
    uint32_t nfds = with_fds ? xdr_get_u32(bytes + FRAME_HEADER) : 0;
    for (uint32_t i = 0; i < nfds; i++) {
        frame_reader_feed(&in, "", 1);
        in.fds = g_renew(int, in.fds, in.nfds + 1);
        in.fds[in.nfds++] = -1;
    }
    if (frame_reader_next(&in, &f, &err) != 1) {
        fail(where, "is no message:", err_message(&err));
        return;
    }
    const struct wire_proc *proc = wire_proc_find(f.header.prog, f.header.proc);
    if (!proc) {
        fail(where, "unknown procedure", "");
        return;
    }
    g_autofree char *key = g_strdup_printf("%x %d", f.header.prog, f.header.proc);
    g_hash_table_add(procs, g_steal_pointer(&key));
    bool raw;
    enum xdr_type kind = payload_type(&f.header, f.n, proc, &raw);
    struct xdr_writer w;
    xdr_writer_init(&w, NET_MESSAGE_MAX + NET_MESSAGE_LEN_MAX);
    XDR_ARENA_AUTO arena;
    xdr_arena_init(&arena, NULL, 0);
    if (raw) {
        if (frame_data(&w, &f.header, f.payload, f.n, &err) < 0)
            fail(where, "raw data:", err_message(&err));
    } else {
        struct xdr_reader r = { f.payload, f.payload + f.n, &arena };
        void *value = kind ? xdr_arena_alloc(&arena, xdr_size(kind)) : NULL;
        size_t begin = with_fds ? frame_begin_fds(&w, &f.header, nfds) : frame_begin(&w, &f.header);
        if (kind && xdr_decode(&r, kind, value, &err) < 0)
            fail(where, "does not decode:", err_message(&err));
        else if (r.p != r.end)
            fail(where, "leaves bytes over:", wire_proc_name(proc));
        else if (kind && xdr_encode(&w, kind, value, &err) < 0)
            fail(where, "does not encode:", err_message(&err));
        else if (frame_end(&w, begin, &err) < 0)
            fail(where, "does not fit:", err_message(&err));
    }
    if (w.len != n || memcmp(w.buf, bytes, n) != 0)
        fail(where, "bytes differ:", wire_proc_name(proc));
    frames++;
    xdr_writer_clear(&w);
    in.nfds = 0;
    frame_reader_clear(&in);
}

int
main(int argc, char **argv)
{
    procs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (int i = 1; i < argc; i++) {
        g_autofree char *text = NULL;
        if (!g_file_get_contents(argv[i], &text, NULL, NULL)) {
            fail(argv[i], "cannot be read", "");
            continue;
        }
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        for (guint k = 0; lines[k]; k++) {
            if ((lines[k][0] != 'C' && lines[k][0] != 'S') || lines[k][1] != ' ')
                continue;
            const char *hex = lines[k] + 2;
            size_t n = strlen(hex) / 2;
            g_autofree char *bytes = g_malloc(n + 1);
            for (size_t b = 0; b < n; b++)
                bytes[b] =
                    (char)(g_ascii_xdigit_value(hex[2 * b]) << 4 | g_ascii_xdigit_value(hex[2 * b + 1]));
            g_autofree char *where = g_strdup_printf("%s:%u", argv[i], k + 1);
            replay(where, bytes, n);
        }
    }
    if (frames < 500)
        fail("corpus", "holds too few messages", "");
    printf("%s 1 - %d messages of %u procedures keep their bytes\n1..1\n", failures ? "not ok" : "ok", frames,
           g_hash_table_size(procs));
    g_hash_table_destroy(procs);
    return failures > 0;
}
