/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Units of src/base without a subject of their own: clock, undo, uuid, bitmap, str, file.
 */
#include "base/bitmap.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "base/undo.h"
#include "base/uuid.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
test_clock(void)
{
    int64_t a = clock_now();
    g_assert_cmpint(a, >, 0);
    g_assert_cmpint(clock_now(), >=, a);
    g_assert_cmpint(deadline_poll_ms(DEADLINE_NEVER), ==, -1);
    g_assert_true(deadline_in_ms(-1) == DEADLINE_NEVER);
    clock_virtual_begin(1000);
    int64_t d = deadline_in_ms(5);
    g_assert_cmpint(d, ==, 1000 + 5 * NSEC_PER_MSEC);
    g_assert_false(deadline_passed(d));
    g_assert_cmpint(deadline_poll_ms(d), ==, 5);
    clock_virtual_advance(5 * NSEC_PER_MSEC);
    g_assert_true(deadline_passed(d));
    g_assert_cmpint(deadline_poll_ms(d), ==, 0);
    clock_virtual_end();
    g_assert_false(deadline_passed(DEADLINE_NEVER));
}

static GString *trail;
static void step(void *arg) { g_string_append(trail, arg); }

static void
with_undo(bool succeed, int n)
{
    static char letters[] = "a\0b\0c\0d\0e\0f\0g\0h\0i\0j\0k\0l\0m";
    UNDO_AUTO undo = UNDO_INIT;
    for (int i = 0; i < n; i++)
        undo_push(&undo, step, letters + 2 * i);
    if (succeed)
        undo_dismiss(&undo);
}

static void
test_undo(void)
{
    trail = g_string_new(NULL);
    with_undo(true, 3);
    g_assert_cmpstr(trail->str, ==, "");
    with_undo(false, 3);
    g_assert_cmpstr(trail->str, ==, "cba");
    g_string_truncate(trail, 0);
    with_undo(false, 12); /* more than the fixed part */
    g_assert_cmpstr(trail->str, ==, "lkjihgfedcba");
    g_string_truncate(trail, 0);
    {
        UNDO_AUTO outer = UNDO_INIT;
        undo_push(&outer, step, (char *)"1");
        UNDO_AUTO inner = UNDO_INIT;
        undo_push_owned(&inner, step, g_strdup("2"), g_free);
        undo_push_owned(&inner, step, g_strdup("3"), g_free);
        undo_move(&outer, &inner);
    }
    g_assert_cmpstr(trail->str, ==, "321");
    {
        UNDO_AUTO undo = UNDO_INIT;
        undo_push_owned(&undo, step, g_strdup("x"), g_free);
        undo_dismiss(&undo); /* frees, does not run */
    }
    g_assert_cmpstr(trail->str, ==, "321");
    g_string_free(trail, TRUE);
}

static void
test_uuid(void)
{
    unsigned char u[16], v[16];
    char text[UUID_TEXT];
    g_assert_cmpint(uuid_parse("c7a5fdbd-edaf-9455-926a-d65c16db1809", u), ==, 0);
    g_assert_cmpstr(uuid_format(u, text), ==, "c7a5fdbd-edaf-9455-926a-d65c16db1809");
    static const char *const good[] = {
        "c7a5fdbdedaf9455926ad65c16db1809", "C7A5FDBD-EDAF-9455-926A-D65C16DB1809",
        " c7a5fdbd-edaf-9455-926a-d65c16db1809\n", "c7-a5-fd-bd edaf9455-926ad65c16db1809",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        g_assert_cmpint(uuid_parse(good[i], v), ==, 0);
        g_assert_cmpmem(u, 16, v, 16);
    }
    static const char *const bad[] = {
        "", "c7a5fdbd", "c7a5fdbd-edaf-9455-926a-d65c16db180", "c7a5fdbd-edaf-9455-926a-d65c16db18090",
        "g7a5fdbd-edaf-9455-926a-d65c16db1809", "c7a5fdbd-edaf-9455-926a-d65c16db1809x",
        "c-7a5fdbdedaf9455926ad65c16db1809",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_cmpint(uuid_parse(bad[i], v), ==, -1);
    uuid_generate(u);
    uuid_generate(v);
    g_assert_true(memcmp(u, v, 16) != 0);
    g_assert_cmpint(u[6] >> 4, ==, 4);
    g_assert_cmpint(u[8] >> 6, ==, 2);
    g_assert_true(uuid_is_valid(u));
    memset(u, 0xff, 16);
    g_assert_false(uuid_is_valid(u));

    unsigned char mac[6];
    char mtext[MAC_TEXT];
    g_assert_cmpint(mac_parse("52:54:00:AB:1:ff", mac), ==, 0);
    g_assert_cmpstr(mac_format(mac, mtext), ==, "52:54:00:ab:01:ff");
    g_assert_cmpint(mac_parse("52:54:00:ab:01", mac), ==, -1);
    g_assert_cmpint(mac_parse("52:54:00:ab:01:ff:00", mac), ==, -1);
    g_assert_cmpint(mac_parse("52:54:00:ab:01:123", mac), ==, -1);
    g_assert_cmpint(mac_parse("52-54-00-ab-01-02", mac), ==, -1);
    mac_generate((const unsigned char[]){ 0x52, 0x54, 0 }, mac);
    g_assert_cmpint(mac[1], ==, 0x54);
}

static void
test_bitmap(void)
{
    static const struct { const char *in, *out; } good[] = {
        { "0-3,^2", "0-1,3" }, { "", "" }, { "5", "5" }, { "1,0", "0-1" }, { " 1 , 3-4 ", "1,3-4" },
        { "0-127", "0-127" }, { "63-64", "63-64" }, { "0-3,^0,^3,8", "1-2,8" }, { "^7", "" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        ERR_AUTO err = ERR_INIT;
        struct bitmap *map = bitmap_parse(good[i].in, 128, &err);
        g_assert_nonnull(map);
        g_autofree char *text = bitmap_format(map);
        g_assert_cmpstr(text, ==, good[i].out);
        unsigned char bytes[16];
        bitmap_to_bytes(map, bytes, sizeof(bytes));
        struct bitmap *again = bitmap_from_bytes(bytes, sizeof(bytes));
        g_assert_true(bitmap_equal(map, again));
        bitmap_free(again);
        bitmap_free(map);
    }
    static const char *const bad[] = { "a", "1-",   "3-1", "1,,2",  "1,",  "-1",
                                       "^", "^1-2", "128", "0-128", "1 2", "0x1" };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        ERR_AUTO err = ERR_INIT;
        g_assert_null(bitmap_parse(bad[i], 128, &err));
        g_assert_cmpint(err.code, ==, VIR_ERR_INVALID_ARG);
        g_assert_nonnull(strstr(err.message, bad[i]));
    }
    struct bitmap *a = bitmap_new(0), *b = bitmap_new(200);
    bitmap_set(a, 70);
    bitmap_set_range(b, 69, 71);
    g_assert_true(bitmap_is_subset(a, b));
    g_assert_false(bitmap_is_subset(b, a));
    g_assert_cmpint(bitmap_count(b), ==, 3);
    g_assert_cmpint(bitmap_last(b), ==, 71);
    g_assert_cmpint(bitmap_next(b, 70), ==, 71);
    g_assert_cmpint(bitmap_next(b, 71), ==, -1);
    g_assert_cmpint(bitmap_next_clear(b, 68), ==, 72);
    bitmap_clear(b, 69);
    bitmap_clear(b, 71);
    bitmap_clear(b, 100000);
    g_assert_true(bitmap_equal(a, b));
    g_assert_false(bitmap_test(a, 100000));
    bitmap_free(a);
    bitmap_free(b);
}

static void
test_str(void)
{
    int i;
    unsigned u;
    int64_t l;
    uint64_t ul;
    double d;
    g_assert_cmpint(str_to_int("-5", 10, &i), ==, 0);
    g_assert_cmpint(i, ==, -5);
    g_assert_cmpint(str_to_int("2147483648", 10, &i), ==, -1);
    g_assert_cmpint(str_to_uint("-1", 10, &u), ==, -1);
    g_assert_cmpint(str_to_uint("4294967295", 10, &u), ==, 0);
    g_assert_cmpint(str_to_uint(" 1", 10, &u), ==, -1);
    g_assert_cmpint(str_to_uint("1 ", 10, &u), ==, -1);
    g_assert_cmpint(str_to_uint("", 10, &u), ==, -1);
    g_assert_cmpint(str_to_uint("+1", 10, &u), ==, -1);
    g_assert_cmpint(str_to_u64("18446744073709551615", 10, &ul), ==, 0);
    g_assert_cmpint(str_to_u64("18446744073709551616", 10, &ul), ==, -1);
    g_assert_cmpint(str_to_u64("0x1f", 0, &ul), ==, 0);
    g_assert_cmpuint(ul, ==, 31);
    g_assert_cmpint(str_to_i64("-9223372036854775808", 10, &l), ==, 0);
    g_assert_true(l == INT64_MIN);
    g_assert_cmpint(str_to_i64("--1", 10, &l), ==, -1);
    g_assert_cmpint(str_to_double("1.5", &d), ==, 0);
    g_assert_cmpint(str_to_double("1,5", &d), ==, -1);
    g_assert_cmpint(str_to_double("inf", &d), ==, -1);
    static const struct { const char *unit; uint64_t factor; } units[] = {
        { NULL, 7 }, { "", 7 }, { "b", 1 }, { "bytes", 1 }, { "KiB", 1024 }, { "k", 1024 }, { "kB", 1000 },
        { "KB", 1000 }, { "MiB", 1048576 }, { "G", 1073741824 }, { "TB", UINT64_C(1000000000000) },
    };
    for (size_t n = 0; n < G_N_ELEMENTS(units); n++) {
        g_assert_cmpint(str_unit_bytes(units[n].unit, 7, &ul), ==, 0);
        g_assert_cmpuint(ul, ==, units[n].factor);
    }
    g_assert_cmpint(str_unit_bytes("furlong", 7, &ul), ==, -1);
    g_assert_cmpint(str_unit_bytes("Mx", 7, &ul), ==, -1);
    g_autofree char *x = str_xml_escape("a<b>&\"'");
    g_assert_cmpstr(x, ==, "a&lt;b&gt;&amp;&quot;&apos;");
}

static void
test_file(void)
{
    ERR_AUTO err = ERR_INIT;
    g_autofree char *dir = g_dir_make_tmp("vireo-base-XXXXXX", NULL);
    g_autofree char *deep = g_build_filename(dir, "a", "b", "c", NULL);
    mode_t old = umask(077);
    g_assert_cmpint(folder_make(deep, 0755, &err), ==, 0);
    g_assert_cmpint(folder_make(deep, 0700, &err), ==, 0); /* stays as it is */
    umask(old);
    struct stat st;
    g_assert_cmpint(stat(deep, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 0777, ==, 0755);

    g_autofree char *path = g_build_filename(deep, "f", NULL);
    g_assert_cmpint(file_write_atomic(AT_FDCWD, path, "one", 3, 0600, FILE_SYNC | FILE_EXCLUSIVE, &err), ==,
                    0);
    g_assert_cmpint(file_write_atomic(AT_FDCWD, path, "x", 1, 0600, FILE_EXCLUSIVE, &err), ==, -1);
    g_assert_cmpint(err.int1, ==, EEXIST);
    g_assert_cmpint(file_write_atomic(AT_FDCWD, path, "three", 5, 0640, 0, &err), ==, 0);
    /* What a killed process of the same number has left behind is no hindrance. */
    for (unsigned i = 0; i < 64; i++) {
        g_autofree char *left = g_strdup_printf("%s/.new-%x-%x", deep, (unsigned)getpid(), i);
        g_assert_true(g_file_set_contents(left, "half", 4, NULL));
    }
    g_assert_cmpint(file_write_atomic(AT_FDCWD, path, "three", 5, 0640, 0, &err), ==, 0);
    for (unsigned i = 0; i < 64; i++) {
        g_autofree char *left = g_strdup_printf("%s/.new-%x-%x", deep, (unsigned)getpid(), i);
        g_unlink(left);
    }
    g_autofree char *text = NULL;
    g_assert_cmpint(file_read(AT_FDCWD, path, 5, &text, &err), ==, 5);
    g_assert_cmpstr(text, ==, "three");
    g_autofree char *none = NULL;
    g_assert_cmpint(file_read(AT_FDCWD, path, 4, &none, &err), ==, -1);
    g_assert_nonnull(strstr(err.message, "larger than 4 bytes"));
    g_autofree char *proc = NULL; /* says it has no size */
    g_assert_cmpint(file_read(AT_FDCWD, "/proc/self/status", 65536, &proc, &err), >, 100);

    /* A file where a folder should be. */
    g_autofree char *below = g_build_filename(path, "g", NULL);
    g_assert_cmpint(folder_make(below, 0755, &err), ==, -1);
    g_assert_nonnull(strstr(err.message, below));

    /* Full disk: the old contents stay, nothing else is left behind. */
    g_assert_cmpint(file_write_atomic(AT_FDCWD, "/dev/full/x", "y", 1, 0600, 0, &err), ==, -1);
    GDir *d = g_dir_open(deep, 0, NULL);
    g_assert_cmpstr(g_dir_read_name(d), ==, "f");
    g_assert_null(g_dir_read_name(d));
    g_dir_close(d);
    g_unlink(path);
    for (char *slash; strcmp(deep, dir) != 0; *slash = '\0') {
        g_rmdir(deep);
        slash = strrchr(deep, '/');
    }
    g_rmdir(dir);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/clock", test_clock);
    g_test_add_func("/base/undo", test_undo);
    g_test_add_func("/base/uuid", test_uuid);
    g_test_add_func("/base/bitmap", test_bitmap);
    g_test_add_func("/base/str", test_str);
    g_test_add_func("/base/file", test_file);
    return g_test_run();
}
