/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * event-wire: events to messages and back: every kind of event, and the messages that
 * another daemon sent, which must come out of the event they became byte for byte.
 *
 * usage: unit-event-wire FILE.hex…   (see tests/conformance/wire)
 */
#include "driver/event-wire-impl.h"

static char **corpus;

/* A message → event → message. */
static struct event *
decode(const char *bytes, size_t n, int *callback_id)
{
    ERR_AUTO err = ERR_INIT;
    struct frame_reader in;
    struct frame f;
    frame_reader_init(&in);
    frame_reader_feed(&in, bytes, n);
    g_assert_cmpint(frame_reader_next(&in, &f, &err), ==, 1);
    struct event *ev = event_from_message(&f, callback_id, &err);
    g_assert_cmpstr(err.message, ==, NULL);
    frame_reader_clear(&in);
    return ev;
}

static void
test_all(void)
{
    for (size_t i = 0; i < event_wires_n; i++)
        for (int style = 0; style < 2; style++) {
            ERR_AUTO err = ERR_INIT;
            struct xdr_writer first, again;
            int id = 0;
            xdr_writer_init(&first, SIZE_MAX);
            xdr_writer_init(&again, SIZE_MAX);
            struct event *ev = event_new(event_wires[i].family, event_wires[i].id);
            if (ev->family == EVENT_SECRET) {
                ev->about.secret.usage_id = g_strdup("use");
            } else {
                ev->about.domain.name = g_strdup("somebody"); /* first in all the others */
            }
            if (ev->family == EVENT_QEMU_MONITOR)
                ev->u.qemu_monitor.event = g_strdup("STOP");
            g_assert_cmpint(event_message(ev, style, 77, &first, &err), ==, 0);
            event_unref(ev);
            if (first.len == 0) {
                g_assert_cmpint(style, ==, EVENT_STYLE_LEGACY);
                continue;
            }
            ev = decode(first.buf, first.len, &id);
            g_assert_nonnull(ev);
            g_assert_cmpint(ev->family, ==, event_wires[i].family);
            g_assert_cmpint(ev->id, ==, event_wires[i].id);
            g_assert_cmpint(id, ==, style == EVENT_STYLE_LEGACY ? -1 : 77);
            g_assert_cmpint(event_message(ev, style, 77, &again, &err), ==, 0);
            g_assert_cmpmem(first.buf, first.len, again.buf, again.len);
            event_unref(ev);
            xdr_writer_clear(&first);
            xdr_writer_clear(&again);
        }
}

static void
test_recorded(void)
{
    int events = 0;
    for (char **file = corpus; *file; file++) {
        g_autofree char *text = NULL;
        g_assert_true(g_file_get_contents(*file, &text, NULL, NULL));
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        for (char **line = lines; *line; line++) {
            if (!g_str_has_prefix(*line, "S "))
                continue;
            size_t n = strlen(*line + 2) / 2;
            g_autofree char *bytes = g_malloc(n + 1);
            for (size_t i = 0; i < n; i++)
                bytes[i] = (char)(g_ascii_xdigit_value((*line)[2 + 2 * i]) << 4 |
                                  g_ascii_xdigit_value((*line)[3 + 2 * i]));
            if (xdr_get_u32(bytes + 16) != NET_MESSAGE)
                continue;
            int id;
            struct event *ev = decode(bytes, n, &id);
            if (!ev)
                continue; /* keepalive */
            struct xdr_writer w;
            xdr_writer_init(&w, SIZE_MAX);
            /* Twice: what was encoded once is kept, and only the id in it changes. */
            g_assert_cmpint(event_message(ev, EVENT_STYLE_CALLBACK, id + 5, &w, NULL), ==, 0);
            w.len = 0;
            g_assert_cmpint(event_message(ev, EVENT_STYLE_CALLBACK, id, &w, NULL), ==, 0);
            g_assert_cmpmem(w.buf, w.len, bytes, n);
            xdr_writer_clear(&w);
            event_unref(ev);
            events++;
        }
    }
    g_assert_cmpint(events, >=, 8);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    corpus = argv + 1;
    g_test_add_func("/event-wire/all", test_all);
    g_test_add_func("/event-wire/recorded", test_recorded);
    return g_test_run();
}
