/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The protocol machine of QEMU's monitor against a counterpart made of strings.
 */
#include "drivers/qemu/qmp.h"

#include <glib.h>
#include <string.h>

#define GREETING \
    "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 17, \"minor\": 2, \"major\": 7}, \"package\": \"\"}, " \
    "\"capabilities\": [\"oob\"]}}\r\n"

struct seen {
    GString *log; /* one line for all that was told */
};

static void
on_event(void *opaque, const char *name, json_t *data, long long seconds, unsigned micros)
{
    struct seen *seen = opaque;

    g_string_append_printf(seen->log, "event %s %lld.%06u %s;", name, seconds, micros,
                           json_string_value(json_object_get(data, "x")) ?: "-");
}

static void
on_closed(void *opaque, const struct err *why)
{
    struct seen *seen = opaque;

    g_string_append_printf(seen->log, "closed: %s;", err_message(why));
}

static void
on_done(void *opaque, const struct qmp_reply *reply)
{
    struct seen *seen = opaque;

    if (reply->err) {
        g_string_append_printf(seen->log, "error %s: %s;", reply->error_class ? reply->error_class : "-",
                               err_message(reply->err));
    } else {
        char *text = json_dumps(reply->value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);

        g_string_append_printf(seen->log, "done %s;", text);
        free(text);
    }
}

static const struct qmp_callbacks callbacks = { on_event, on_closed };

static char *
drain(struct qmp *qmp)
{
    GString *all = g_string_new(NULL);
    const char *text;
    size_t n;
    int fd;

    while ((text = qmp_output(qmp, &n, &fd))) {
        g_assert_cmpint(fd, ==, -1);
        g_string_append_c(all, text[0]); /* a byte at a time, as a slow socket */
        qmp_written(qmp, 1);
    }
    return g_string_free(all, FALSE);
}

#define SETUP \
    struct seen seen = { g_string_new(NULL) }; \
    struct qmp *qmp = qmp_new("g", &callbacks, &seen)
#define TEARDOWN \
    qmp_unref(qmp); \
    g_string_free(seen.log, TRUE)

static void
test_handshake_and_requests(void)
{
    SETUP;
    g_autofree char *out = NULL;
    static const char reply[] =
        GREETING "{\"return\": {}, \"id\": 1}\r\n"
                 "{\"timestamp\": {\"seconds\": 5, \"microseconds\": 6}, \"event\": \"RESUME\", \"data\": "
                 "{\"x\": \"y\"}}\r\n"
                 "{\"return\": {\"running\": true}, \"id\": 2}\r\n"
                 "{\"id\": 3, \"error\": {\"class\": \"DeviceNotFound\", \"desc\": \"no such thing\"}}\r\n";

    g_assert_cmpint(qmp_execute(qmp, "query-status", NULL, -1, on_done, &seen, NULL), ==, 0);
    g_assert_cmpint(qmp_execute(qmp, "stop", json_pack("{s:i}", "a", 1), -1, on_done, &seen, NULL), ==, 0);
    out = drain(qmp);
    g_assert_cmpstr(out, ==,
                    "{\"execute\":\"qmp_capabilities\",\"id\":1}\n{\"execute\":\"query-status\",\"id\":2}\n"
                    "{\"execute\":\"stop\",\"arguments\":{\"a\":1},\"id\":3}\n");
    for (size_t i = 0; i < sizeof(reply) - 1; i++) /* every possible cut of the stream */
        g_assert_cmpint(qmp_feed(qmp, reply + i, 1), ==, 0);
    g_assert_cmpuint(qmp_version(qmp), ==, 7002017);
    g_assert_cmpstr(seen.log->str, ==, "event RESUME 5.000006 y;done {\"running\":true};"
                    "error DeviceNotFound: QEMU of guest 'g' refused 'stop': no such thing;");
    TEARDOWN;
}

static void
test_raw(void)
{
    SETUP;
    ERR_AUTO err = ERR_INIT;
    g_autofree char *out = NULL;

    g_assert_cmpint(qmp_execute_raw(qmp, "{\"id\":\"theirs\",\"execute\":\"x\"}", -1, on_done, &seen, NULL),
                    ==, 0);
    out = drain(qmp);
    g_assert_nonnull(strstr(out, "\n{\"execute\":\"x\",\"id\":2}\n"));
    qmp_feed(qmp, GREETING, strlen(GREETING));
    static const char refusal[] = "{\"id\":2,\"error\":{\"class\":\"CommandNotFound\",\"desc\":\"?\"}}\n";
    g_assert_cmpint(qmp_feed(qmp, refusal, sizeof(refusal) - 1), ==, 0);
    g_assert_cmpstr(seen.log->str, ==, "done {\"error\":{\"class\":\"CommandNotFound\",\"desc\":\"?\"}};");
    g_assert_cmpint(qmp_execute_raw(qmp, "[1]", -1, on_done, &seen, &err), ==, -1);
    g_assert_true(err_is(&err, VIR_ERR_INTERNAL_ERROR));
    err_clear(&err);
    g_assert_cmpint(qmp_execute_raw(qmp, "{\"execute\":", -1, on_done, &seen, &err), ==, -1);
    g_assert_true(err_is(&err, VIR_ERR_INTERNAL_ERROR));
    TEARDOWN;
}

/* Beyond what a signed 64 bit integer holds. */
static void
test_big_numbers(void)
{
    SETUP;
    static const char reply[] = GREETING "{\"return\": {}, \"id\": 1}\n"
                                         "{\"return\": {\"a\": 18446744073709551615, \"b\": "
                                         "-99999999999999999999, \"c\": \"18446744073709551615\\\"\", "
                                         "\"d\": 7}, \"id\": 2}\n";
    g_autofree char *text = NULL;

    qmp_execute(qmp, "x", NULL, -1, on_done, &seen, NULL);
    g_assert_cmpint(qmp_feed(qmp, reply, sizeof(reply) - 1), ==, 0);
    g_assert_nonnull(strstr(seen.log->str, "\"d\":7"));
    {
        json_t *v = json_loads(strstr(seen.log->str, "{"), JSON_DISABLE_EOF_CHECK, NULL);

        text = qmp_dump(v);
        json_decref(v);
    }
    g_assert_cmpstr(text, ==, "{\"a\":18446744073709551615,\"b\":-99999999999999999999,"
                              "\"c\":\"18446744073709551615\\\"\",\"d\":7}");
    TEARDOWN;
}

static void
test_hostile(void)
{
    g_autofree char *deep = g_strnfill(100000, '[');
    g_autofree char *deep_line = g_strconcat(GREETING, deep, "\n", NULL);
    const struct { const char *text, *says; } table[] = {
        { "hello\n", "'[' or '{' expected" },
        { "{\"a\":1}\n", "first message is no greeting" },
        { "[1]\n", "not an object" },
        { "\xff\xfe\n", "unable to decode" },
        { "{\"QMP\":{}}\n", "names no version" },
        { GREETING GREETING, "greeted twice" },
        { GREETING "{\"return\":{},\"id\":9}\n", "not sent" },
        { GREETING "{\"return\":{},\"id\":\"1\"}\n", "not sent" },
        { GREETING "{\"return\":{}}\n", "without id" },
        { GREETING "{\"id\":1}\n", "neither event nor reply" },
        { deep_line, "depth" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        SETUP;
        ERR_AUTO err = ERR_INIT;

        qmp_execute(qmp, "cont", NULL, -1, on_done, &seen, NULL);
        g_assert_cmpint(qmp_feed(qmp, table[i].text, strlen(table[i].text)), ==, -1);
        g_test_message("%s", seen.log->str);
        g_assert_nonnull(strstr(seen.log->str, table[i].says));
        g_assert_nonnull(strstr(seen.log->str, "no answer to 'cont'"));
        g_assert_nonnull(strstr(seen.log->str, "closed: "));
        g_assert_true(g_utf8_validate(seen.log->str, -1, NULL));
        g_assert_cmpint(qmp_feed(qmp, "{}\n", 3), ==, -1);
        g_assert_cmpint(qmp_execute(qmp, "cont", NULL, -1, on_done, &seen, &err), ==, -1);
        g_assert_nonnull(strstr(err_message(&err), table[i].says));
        TEARDOWN;
    }
}

static void
test_endless_line(void)
{
    SETUP;
    g_autofree char *block = g_strnfill(1 << 20, ' ');
    int ret = 0;

    for (unsigned i = 0; ret == 0 && i <= QMP_LINE_MAX >> 20; i++)
        ret = qmp_feed(qmp, block, 1 << 20);
    g_assert_cmpint(ret, ==, -1);
    g_assert_nonnull(strstr(seen.log->str, "longer than"));
    TEARDOWN;
}

static void
test_too_many(void)
{
    SETUP;
    ERR_AUTO err = ERR_INIT;
    int ret = 0;
    unsigned i;

    for (i = 0; ret == 0 && i <= QMP_PENDING_MAX; i++)
        ret = qmp_execute(qmp, "x", NULL, -1, on_done, &seen, &err);
    g_assert_cmpint(ret, ==, -1);
    g_assert_cmpuint(i, ==, QMP_PENDING_MAX); /* the handshake is one of them */
    TEARDOWN;
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/qmp/handshake-and-requests", test_handshake_and_requests);
    g_test_add_func("/qmp/raw", test_raw);
    g_test_add_func("/qmp/big-numbers", test_big_numbers);
    g_test_add_func("/qmp/hostile", test_hostile);
    g_test_add_func("/qmp/endless-line", test_endless_line);
    g_test_add_func("/qmp/too-many", test_too_many);
    return g_test_run();
}
