/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * log: filters, outputs, and outputs that do not take what is written.
 */
#include "base/log.h"

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

LOG_FROM("qemu.monitor");

static char *dir;

static char *
log_file(const char *name, int level)
{
    ERR_AUTO err = ERR_INIT;
    char *path = g_build_filename(dir, name, NULL);
    g_autofree char *spec = g_strdup_printf("%d:file:%s", level, path);
    g_assert_cmpint(log_set_outputs(spec, &err), ==, 0);
    g_autofree char *back = log_get_outputs(NULL);
    g_assert_cmpstr(back, ==, spec);
    return path;
}

static char *
slurp(const char *path)
{
    char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

static void
test_levels(void)
{
    g_autofree char *path = log_file("levels", 1);
    log_set_level(LOG_LEVEL_WARN);
    log_info("not wanted");
    log_warn("wanted %d", 1);
    g_assert_cmpint(log_set_filters("1:remote 2:qemu.mon*", NULL), ==, 0);
    log_debug("too low for the filter");
    log_info("wanted 2");
    g_assert_cmpint(log_set_filters("4:monitor", NULL), ==, 0);
    log_warn("too low now");
    g_autofree char *back = log_get_filters(NULL);
    g_assert_cmpstr(back, ==, "4:*monitor* ");
    g_assert_cmpint(log_set_filters("", NULL), ==, 0);
    g_autofree char *text = slurp(path);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 3);
    g_assert_true(g_str_has_suffix(lines[0], ": wanted 1"));
    g_assert_true(g_str_has_suffix(lines[1], ": wanted 2"));
    g_assert_true(
        g_regex_match_simple("^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\+0000: \\d+: warning : "
                             "test_levels:\\d+ : ",
                             lines[0], 0, 0));
}

static void
test_output_level(void)
{
    g_autofree char *path = log_file("outlevel", 4);
    log_warn("not for this output");
    log_error("%s", "for this one");
    g_autofree char *text = slurp(path);
    g_assert_null(strstr(text, "not for"));
    g_assert_nonnull(strstr(text, "for this one"));
}

static void
test_long(void)
{
    g_autofree char *path = log_file("long", 1);
    g_autofree char *big = g_strnfill(100000, 'x');
    log_warn("%s", big);
    g_autofree char *text = slurp(path);
    g_assert_cmpuint(strlen(text), >, 100000);
}

static void
test_broken(void)
{
    static const char *const outs[] = { "stderr", "0:stderr", "5:stderr", "1:nowhere", "1:file", "1:file:",
                                        "1:syslog", "1:stderr:x", "1:",
                                        "1:file:/nonexistent/dir/x", "1:stderr 1:bogus" };
    static const char *const filts[] = { "qemu", "1:", "9:qemu", "1", ":x", "1:x 2" };
    g_autofree char *path = log_file("stays", 1);
    g_autofree char *before = log_get_outputs(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(outs); i++) {
        ERR_AUTO err = ERR_INIT;
        g_assert_cmpint(log_set_outputs(outs[i], &err), ==, -1);
        g_assert_nonnull(err.message);
        g_autofree char *after = log_get_outputs(NULL);
        g_assert_cmpstr(before, ==, after);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(filts); i++) {
        ERR_AUTO err = ERR_INIT;
        g_assert_cmpint(log_set_filters(filts[i], &err), ==, -1);
        g_assert_nonnull(err.message);
    }
}

static void
test_full_disk(void)
{
    g_assert_cmpint(log_set_outputs("1:file:/dev/full", NULL), ==, 0);
    for (int i = 0; i < 10; i++)
        log_warn("lost");
    g_autofree char *path = log_file("after", 1);
    log_warn("there");
    g_autofree char *text = slurp(path);
    g_assert_nonnull(strstr(text, "there"));
}

static void
test_stuck_reader(void)
{
    /* A pipe nobody reads: the log gives up the lines, it does not wait. */
    g_autofree char *path = g_build_filename(dir, "fifo", NULL);
    g_assert_cmpint(mkfifo(path, 0600), ==, 0);
    int rd = open(path, O_RDONLY | O_NONBLOCK);
    g_autofree char *spec = g_strdup_printf("1:file:%s", path);
    g_assert_cmpint(log_set_outputs(spec, NULL), ==, 0);
    g_autofree char *big = g_strnfill(1000, 'x');
    for (int i = 0; i < 200; i++)
        log_warn("%s", big);
    char buf[65536];
    while (read(rd, buf, sizeof(buf)) > 0)
        ;
    log_warn("there is room again");
    ssize_t n = read(rd, buf, sizeof(buf) - 1);
    g_assert_cmpint(n, >, 0);
    buf[n] = '\0';
    g_assert_nonnull(strstr(buf, "lines were lost"));
    g_assert_nonnull(strstr(buf, "there is room again"));
    log_set_outputs("", NULL);
    close(rd);
}

static void
test_reopen(void)
{
    g_autofree char *path = log_file("rotate", 1);
    g_autofree char *moved = g_strconcat(path, ".1", NULL);
    log_warn("old");
    g_assert_cmpint(g_rename(path, moved), ==, 0);
    log_reopen();
    log_warn("new");
    g_autofree char *text = slurp(path);
    g_assert_nonnull(strstr(text, "new"));
    g_assert_null(strstr(text, "old"));
}

static atomic_bool enough;

static void *
write_on(void *unused)
{
    while (!atomic_load(&enough)) {
        log_warn("a thread of the parent");
        sched_yield();
    }
    return unused;
}

/* A child finds the log unlocked whatever other threads were writing when it was made. */
static void
test_fork(void)
{
    g_autofree char *path = log_file("fork", 1);
    pthread_t threads[3];
    unsigned n = 0;
    for (unsigned i = 0; i < G_N_ELEMENTS(threads); i++)
        g_assert_cmpint(pthread_create(&threads[i], NULL, write_on, NULL), ==, 0);
    for (unsigned i = 0; i < 100; i++) {
        pid_t pid = fork();
        int status = -1;
        if (pid == 0) {
            alarm(60); /* ends a child that waits */
            log_warn("a child");
            _exit(0);
        }
        g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
        g_assert_cmpint(status, ==, 0);
    }
    atomic_store(&enough, true);
    for (unsigned i = 0; i < G_N_ELEMENTS(threads); i++)
        pthread_join(threads[i], NULL);
    g_autofree char *text = slurp(path);
    for (char *at = text; (at = strstr(at, "a child")); at++)
        n++;
    g_assert_cmpuint(n, ==, 100);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    dir = g_dir_make_tmp("vireo-log-XXXXXX", NULL);
    g_test_add_func("/log/levels", test_levels);
    g_test_add_func("/log/output-level", test_output_level);
    g_test_add_func("/log/long", test_long);
    g_test_add_func("/log/broken", test_broken);
    g_test_add_func("/log/full-disk", test_full_disk);
    g_test_add_func("/log/stuck-reader", test_stuck_reader);
    g_test_add_func("/log/reopen", test_reopen);
    g_test_add_func("/log/fork", test_fork);
    int rc = g_test_run();
    log_shutdown();
    g_autoptr(GDir) d = g_dir_open(dir, 0, NULL);
    for (const char *name; d && (name = g_dir_read_name(d));) {
        g_autofree char *path = g_build_filename(dir, name, NULL);
        g_unlink(path);
    }
    g_rmdir(dir);
    g_free(dir);
    return rc;
}
