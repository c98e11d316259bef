/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Units of core/state: what is on disk after success and after failure.
 */
#include "core/state.h"

#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct fixture { char *root, *path, *autostart; struct state_dir *dir; };

static void
set_up(struct fixture *f, const void *arg)
{
    ERR_AUTO err = ERR_INIT;
    f->root = g_dir_make_tmp("vireo-state-XXXXXX", NULL);
    f->path = g_build_filename(f->root, "etc", "qemu", NULL);
    f->autostart = g_build_filename(f->path, "autostart", NULL);
    f->dir = state_dir_open(f->path, 0700, f->autostart, true, &err);
    g_assert_nonnull(f->dir);
}

static void
tear_down(struct fixture *f, const void *arg)
{
    state_dir_close(f->dir);
    const char *argv[] = { "rm", "-rf", f->root, NULL };
    g_assert_true(
        g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
    g_free(f->root);
    g_free(f->path);
    g_free(f->autostart);
}

static char *
listing(const char *path)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    GDir *d = g_dir_open(path, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(d)))
        g_ptr_array_add(names, g_strdup(name));
    g_dir_close(d);
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < names->len; i++) {
        /* insertion sort into text: few names */
        guint best = i;
        for (guint j = i + 1; j < names->len; j++) {
            if (strcmp(names->pdata[j], names->pdata[best]) < 0)
                best = j;
        }
        gpointer tmp = names->pdata[i];
        names->pdata[i] = names->pdata[best];
        names->pdata[best] = tmp;
        g_string_append_printf(out, "%s ", (char *)names->pdata[i]);
    }
    g_ptr_array_free(names, TRUE);
    return g_string_free(out, FALSE);
}

#define OK(call) \
    do { \
        if ((call) < 0) \
            g_error("%s:%d: %s", __FILE__, __LINE__, err_message(&err)); \
    } while (0)

static void
collect(const char *name, const char *text, size_t n, bool autostart, const struct err *why, void *arg)
{
    GHashTable *seen = arg;
    g_hash_table_insert(seen, g_strdup(name),
                        g_strdup_printf("%s%s", text ? text : why->message, autostart ? " (auto)" : ""));
    if (text)
        g_assert_cmpuint(strlen(text), ==, n);
}

static GHashTable *
load(struct fixture *f, int expected)
{
    ERR_AUTO err = ERR_INIT;
    GHashTable *seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_assert_cmpint(state_load_all(f->dir, collect, seen, &err), ==, expected);
    return seen;
}

static void
test_round_trip(struct fixture *f, const void *arg)
{
    ERR_AUTO err = ERR_INIT;
    OK(state_save(f->dir, "a", "<a/>", 4, &err));
    OK(state_save(f->dir, "b c", "<b/>", 4, &err));
    OK(state_save(f->dir, "a", "<a2/>", 5, &err));
    OK(state_set_autostart(f->dir, "a", true, &err));
    OK(state_set_autostart(f->dir, "a", true, &err)); /* again is fine */
    g_autofree char *big = g_strnfill(200000, 'x');
    OK(state_save(f->dir, "big", big, 200000, &err));
    g_autofree char *junk = g_build_filename(f->path, ".a.xml.0", NULL);
    g_assert_true(g_file_set_contents(junk, "torn", 4, NULL));
    g_autofree char *dangling = g_build_filename(f->path, "gone.xml", NULL);
    g_assert_cmpint(symlink("/nonexistent", dangling), ==, 0);
    GHashTable *seen = load(f, 3);
    g_assert_cmpuint(g_hash_table_size(seen), ==, 4);
    g_assert_cmpstr(g_hash_table_lookup(seen, "a"), ==, "<a2/> (auto)");
    g_assert_cmpstr(g_hash_table_lookup(seen, "b c"), ==, "<b/>");
    g_assert_cmpuint(strlen(g_hash_table_lookup(seen, "big")), ==, 200000);
    g_assert_nonnull(strstr(g_hash_table_lookup(seen, "gone"), "cannot read"));
    g_hash_table_destroy(seen);
    struct stat st;
    g_autofree char *file = g_build_filename(f->path, "a.xml", NULL);
    g_assert_cmpint(stat(file, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 07777, ==, 0600);
    g_autofree char *link = g_build_filename(f->autostart, "a.xml", NULL);
    g_autofree char *target = g_file_read_link(link, NULL);
    g_assert_cmpstr(target, ==, file);
}

static void
test_rename_remove(struct fixture *f, const void *arg)
{
    ERR_AUTO err = ERR_INIT;
    OK(state_save(f->dir, "a", "<a/>", 4, &err));
    OK(state_save(f->dir, "b", "<b/>", 4, &err));
    OK(state_set_autostart(f->dir, "a", true, &err));
    /* onto another one: refused, both as they were */
    g_assert_cmpint(state_rename(f->dir, "a", "b", "<x/>", 4, &err), ==, -1);
    g_assert_cmpint(err.int1, ==, EEXIST);
    OK(state_rename(f->dir, "a", "c", "<c/>", 4, &err));
    GHashTable *seen = load(f, 2);
    g_assert_cmpstr(g_hash_table_lookup(seen, "c"), ==, "<c/> (auto)");
    g_assert_cmpstr(g_hash_table_lookup(seen, "b"), ==, "<b/>");
    g_hash_table_destroy(seen);
    OK(state_remove(f->dir, "c", &err));
    OK(state_remove(f->dir, "c", &err));
    g_autofree char *left = listing(f->path), *links = listing(f->autostart);
    g_assert_cmpstr(left, ==, "autostart b.xml ");
    g_assert_cmpstr(links, ==, "");
    static const char *const bad[] = { "", ".", "..", "a/b", "../x" };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_cmpint(state_save(f->dir, bad[i], "x", 1, &err), ==, -1);
        g_assert_cmpint(err.code, ==, VIR_ERR_INVALID_ARG);
    }
    g_autofree char *lengthy = g_strnfill(300, 'n');
    g_assert_cmpint(state_save(f->dir, lengthy, "x", 1, &err), ==, -1);
    g_assert_nonnull(strstr(err.message, "too long"));
    g_assert_cmpint(err.code, ==, VIR_ERR_SYSTEM_ERROR);
    lengthy[248] = 0;
    g_assert_cmpint(state_save(f->dir, lengthy, "x", 1, &err), ==, -1);
    lengthy[247] = 0;
    OK(state_save(f->dir, lengthy, "x", 1, &err));
    OK(state_remove(f->dir, lengthy, &err));
}

/* A tmpfs of its own that is full: the old file stays, the message says so. */
static void
full_disk(void)
{
    ERR_AUTO err = ERR_INIT;
    g_autofree char *mnt = g_dir_make_tmp("vireo-full-XXXXXX", NULL);
    if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("tmpfs", mnt, "tmpfs", 0, "size=64k,nr_inodes=100") < 0) {
        rmdir(mnt);
        _exit(77);
    }
    struct state_dir *dir = state_dir_open(mnt, 0700, NULL, true, &err);
    OK(state_save(dir, "a", "<old/>", 6, &err));
    g_autofree char *big = g_strnfill(200000, 'x');
    g_assert_cmpint(state_save(dir, "a", big, 200000, &err), ==, -1);
    g_assert_cmpint(err.int1, ==, ENOSPC);
    g_assert_nonnull(strstr(err.message, "the old contents are intact"));
    g_assert_nonnull(strstr(err.message, mnt));
    g_autofree char *file = g_build_filename(mnt, "a.xml", NULL), *text = NULL, *left = listing(mnt);
    g_assert_true(g_file_get_contents(file, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "<old/>");
    g_assert_cmpstr(left, ==, "a.xml "); /* no temporary file either */
    state_dir_close(dir);
    umount2(mnt, MNT_DETACH);
    rmdir(mnt);
    _exit(0);
}

static void
test_full(void)
{
    pid_t pid = fork();
    if (pid == 0)
        full_disk();
    int status;
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        g_test_skip("needs root: cannot mount a small file system");
    else
        g_assert_cmpint(status, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/state/round-trip", struct fixture, NULL, set_up, test_round_trip, tear_down);
    g_test_add("/state/rename-remove", struct fixture, NULL, set_up, test_rename_remove, tear_down);
    g_test_add_func("/state/full", test_full);
    return g_test_run();
}
