/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * conf: values of every kind, and errors that name file, line and key.
 */
#include "base/conf.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

static void
test_values(void)
{
    ERR_AUTO err = ERR_INIT;
    CONF_AUTO *conf = conf_parse("# comment\n"
                                 "a = 1\n"
                                 "  b=\"two\" # behind\n"
                                 "c = 'th\"ree'\n"
                                 "d = [ \"x\",\n  # inside\n 'y', ]\n"
                                 "e = \"\"\"many\nlines\"\"\"\n"
                                 "f = -7;\n"
                                 "g = []\n"
                                 "a = 2\r\n", "t.conf", &err);
    g_assert_cmpstr(err.message, ==, NULL);
    int n = 0;
    g_autofree char *s = NULL;
    g_auto(GStrv) list = NULL;
    g_assert_cmpint(conf_get_int(conf, "a", 0, 9, &n, &err), ==, 1);
    g_assert_cmpint(n, ==, 2);
    g_assert_cmpint(conf_get_string(conf, "b", &s, &err), ==, 1);
    g_assert_cmpstr(s, ==, "two");
    g_assert_cmpint(conf_get_string(conf, "c", &s, &err), ==, 1);
    g_assert_cmpstr(s, ==, "th\"ree");
    g_assert_cmpint(conf_get_list(conf, "d", &list, &err), ==, 1);
    g_assert_cmpuint(g_strv_length(list), ==, 2);
    g_assert_cmpstr(list[1], ==, "y");
    g_assert_cmpint(conf_get_string(conf, "e", &s, &err), ==, 1);
    g_assert_cmpstr(s, ==, "many\nlines");
    g_assert_cmpint(conf_get_int(conf, "f", -9, 9, &n, &err), ==, 1);
    g_assert_cmpint(n, ==, -7);
    g_assert_cmpint(conf_get_list(conf, "g", &list, &err), ==, 1);
    g_assert_cmpuint(g_strv_length(list), ==, 0);
    g_assert_cmpint(conf_get_list(conf, "b", &list, &err), ==, 1);
    g_assert_cmpstr(list[0], ==, "two");
    g_assert_cmpint(conf_get_string(conf, "absent", &s, &err), ==, 0);
    g_assert_cmpstr(s, ==, "many\nlines");
}

static void
test_broken(void)
{
    static const struct { const char *text, *where; } cases[] = {
        { "a = \"x", "t.conf:1: a:" },
        { "\n\na = 'x\n'", "t.conf:3: a:" },
        { "a = [ \"x\" \"y\" ]", "t.conf:1: a:" },
        { "a = [ \"x\"", "t.conf:1: a:" },
        { "a = [ 1 ]", "t.conf:1: a:" },
        { "a = \"\"\"x", "t.conf:1: a:" },
        { "a 1", "t.conf:1: a:" },
        { "a =\nb = 1", "t.conf:1: a:" },
        { "a = yes", "t.conf:1: a:" },
        { "a = 1x", "t.conf:1: a:" },
        { "a = 99999999999999999999", "t.conf:1: a:" },
        { "a = 1 2", "t.conf:1: a:" },
        { "a = 1\n= 2", "t.conf:2:" },
        { "\xff\xfe", "t.conf:1:" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        ERR_AUTO err = ERR_INIT;
        CONF_AUTO *conf = conf_parse(cases[i].text, "t.conf", &err);
        g_assert_null(conf);
        g_assert_cmpint(err.code, ==, VIR_ERR_CONF_SYNTAX);
        if (!g_str_has_prefix(err.message, cases[i].where))
            g_error("case %zu: %s", i, err.message);
    }
}

static void
test_kinds(void)
{
    ERR_AUTO err = ERR_INIT;
    CONF_AUTO *conf = conf_parse("n = 5\ns = \"x\"\nl = [ \"x\" ]\n", "t.conf", &err);
    int n = 42;
    bool b = false;
    g_autofree char *s = NULL;
    g_assert_cmpint(conf_get_int(conf, "n", 0, 4, &n, &err), ==, -1);
    g_assert_cmpint(n, ==, 42);
    g_assert_nonnull(strstr(err.message, "t.conf:1: n is 5"));
    g_assert_cmpint(conf_get_int(conf, "s", 0, 4, &n, &err), ==, -1);
    g_assert_nonnull(strstr(err.message, "t.conf:2: s must be a number"));
    g_assert_cmpint(conf_get_string(conf, "l", &s, &err), ==, -1);
    g_assert_cmpint(conf_get_bool(conf, "n", &b, &err), ==, -1);
    g_auto(GStrv) list = NULL;
    g_assert_cmpint(conf_get_list(conf, "n", &list, &err), ==, -1);
}

static void
count(const char *name, int line, const char *key, void *opaque)
{
    g_assert_cmpstr(key, ==, "typo");
    g_assert_cmpint(line, ==, 2);
    ++*(int *)opaque;
}

static void
test_unused(void)
{
    CONF_AUTO *conf = conf_parse("n = 5\ntypo = 1\n", "t.conf", NULL);
    int n, seen = 0;
    conf_get_int(conf, "n", 0, 9, &n, NULL);
    conf_unused(conf, count, &seen);
    g_assert_cmpint(seen, ==, 1);
}

static void
test_files(void)
{
    ERR_AUTO err = ERR_INIT;
    CONF_AUTO *none = conf_load("/nonexistent/x.conf", true, &err);
    g_assert_nonnull(none);
    g_assert_null(conf_load("/nonexistent/x.conf", false, &err));
    g_assert_nonnull(strstr(err.message, "/nonexistent/x.conf"));
    g_assert_null(conf_load("/", false, &err));
    g_assert_nonnull(err.message);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/conf/values", test_values);
    g_test_add_func("/conf/broken", test_broken);
    g_test_add_func("/conf/kinds", test_kinds);
    g_test_add_func("/conf/unused", test_unused);
    g_test_add_func("/conf/files", test_files);
    return g_test_run();
}
