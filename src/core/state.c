/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * state: see state.h.
 *
 * The folder's descriptor stays open, so that each operation names one short
 * component.  Loading reads every file into one buffer that grows to the
 * largest; per file that is open, read, close (and a second read only when the buffer was
 * too small), and the autostart folder is read once.
 */
#include "core/state.h"
#include "base/file.h"
#include "base/str.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_DOM
#define MODE 0600
#define LARGEST (64 * 1024 * 1024)
#define LONGEST (NAME_MAX - 8)  /* a name; those of its files have .xml, .save and the like behind */

struct state_dir {
    char *path, *autostart;
    int fd, autostart_fd;
    bool durable;
};

static int
open_folder(const char *path, unsigned mode, struct err *err)
{
    if (folder_make(path, mode, err) < 0)
        return -1;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        err_errno(err, errno, "cannot open folder %s", path);
    return fd;
}

struct state_dir *
state_dir_open(const char *path, unsigned mode, const char *autostart, bool durable, struct err *err)
{
    int fd = open_folder(path, mode, err);
    if (fd < 0)
        return NULL;
    int autostart_fd = autostart ? open_folder(autostart, mode, err) : -1;
    if (autostart && autostart_fd < 0) {
        close(fd);
        return NULL;
    }
    struct state_dir *dir = g_new0(struct state_dir, 1);
    dir->path = g_strdup(path);
    dir->autostart = g_strdup(autostart);
    dir->fd = fd;
    dir->autostart_fd = autostart_fd;
    dir->durable = durable;
    return dir;
}

void
state_dir_close(struct state_dir *dir)
{
    if (!dir)
        return;
    fd_close(&dir->fd);
    fd_close(&dir->autostart_fd);
    g_free(dir->path);
    g_free(dir->autostart);
    g_free(dir);
}

/* A name is one component of a path, and a file of its own. */
static int
check_name(const struct state_dir *dir, const char *name, struct err *err)
{
    if (!*name || strchr(name, '/') || str_equal(name, ".") || str_equal(name, ".."))
        return err_set(err, VIR_ERR_INVALID_ARG, "'%s' cannot be the name of a file in %s", name, dir->path);
    if (strlen(name) > LONGEST)
        return err_errno_from(err, VIR_FROM_NONE, ENAMETOOLONG,
                              "'%s' cannot be the name of a file in %s, which has %d bytes at most", name,
                              dir->path, LONGEST);
    return 0;
}

static int
sync_folder(struct state_dir *dir, int fd, const char *path, struct err *err)
{
    if (dir->durable && fsync(fd) < 0)
        return err_errno(err, errno, "cannot sync folder %s", path);
    return 0;
}

static int
replace(struct state_dir *dir, const char *name, const char *text, size_t n, bool must_be_new,
        struct err *err)
{
    g_autofree char *file = g_strconcat(name, ".xml", NULL);
    unsigned flags = (dir->durable ? FILE_SYNC : 0) | (must_be_new ? FILE_EXCLUSIVE : 0);
    if (file_write_atomic(dir->fd, file, text, n, MODE, flags, err) == 0)
        return 0;
    return err_context(err, "cannot save %s/%s%s", dir->path, file,
                       err && (err->int1 == ENOSPC || err->int1 == EDQUOT)
                           ? " (free some space; the old contents are intact)"
                           : "; the old contents are intact");
}

int
state_save(struct state_dir *dir, const char *name, const char *text, size_t n, struct err *err)
{
    return check_name(dir, name, err) < 0 ? -1 : replace(dir, name, text, n, false, err);
}

static int
remove_file(struct state_dir *dir, const char *name, struct err *err)
{
    g_autofree char *file = g_strconcat(name, ".xml", NULL);
    if (unlinkat(dir->fd, file, 0) < 0 && errno != ENOENT)
        return err_errno(err, errno, "cannot remove %s/%s", dir->path, file);
    return 0;
}

static int
remove_link(struct state_dir *dir, const char *name, struct err *err)
{
    if (dir->autostart_fd < 0)
        return 0;
    g_autofree char *file = g_strconcat(name, ".xml", NULL);
    if (unlinkat(dir->autostart_fd, file, 0) < 0)
        return errno == ENOENT ? 0 : err_errno(err, errno, "cannot remove %s/%s", dir->autostart, file);
    return sync_folder(dir, dir->autostart_fd, dir->autostart, err);
}

int
state_remove(struct state_dir *dir, const char *name, struct err *err)
{
    if (check_name(dir, name, err) < 0 || remove_link(dir, name, err) < 0 || remove_file(dir, name, err) < 0)
        return -1;
    return sync_folder(dir, dir->fd, dir->path, err);
}

static bool
has_link(struct state_dir *dir, const char *name)
{
    g_autofree char *file = g_strconcat(name, ".xml", NULL);
    struct stat st;
    return dir->autostart_fd >= 0 && fstatat(dir->autostart_fd, file, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

int
state_set_autostart(struct state_dir *dir, const char *name, bool on, struct err *err)
{
    if (check_name(dir, name, err) < 0)
        return -1;
    if (dir->autostart_fd < 0)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "%s has no folder for autostart", dir->path);
    if (!on)
        return remove_link(dir, name, err);
    g_autofree char *file = g_strconcat(name, ".xml", NULL);
    g_autofree char *target = g_build_filename(dir->path, file, NULL);
    char have[PATH_MAX];
    ssize_t n = readlinkat(dir->autostart_fd, file, have, sizeof(have) - 1);
    if (n >= 0) {
        have[n] = '\0';
        if (str_equal(have, target))
            return 0;
        unlinkat(dir->autostart_fd, file, 0);
    }
    if (symlinkat(target, dir->autostart_fd, file) < 0)
        return err_errno(err, errno, "cannot make the link %s/%s", dir->autostart, file);
    return sync_folder(dir, dir->autostart_fd, dir->autostart, err);
}

int
state_rename(struct state_dir *dir, const char *old_name, const char *new_name, const char *text, size_t n,
             struct err *err)
{
    if (check_name(dir, old_name, err) < 0 || check_name(dir, new_name, err) < 0)
        return -1;
    if (str_equal(old_name, new_name))
        return state_save(dir, new_name, text, n, err);
    bool autostart = has_link(dir, old_name);
    if (replace(dir, new_name, text, n, true, err) < 0)
        return -1;
    if (autostart && state_set_autostart(dir, new_name, true, err) < 0) {
        remove_file(dir, new_name, NULL);
        return -1;
    }
    if (remove_file(dir, old_name, err) < 0) {
        if (autostart)
            remove_link(dir, new_name, NULL);
        remove_file(dir, new_name, NULL);
        return -1;
    }
    if (remove_link(dir, old_name, err) < 0)
        return -1;
    return sync_folder(dir, dir->fd, dir->path, err);
}

int
state_save_offload(void *opaque, struct err *err)
{
    const struct state_save_arg *arg = opaque;
    if (arg->old_name)
        return state_rename(arg->dir, arg->old_name, arg->name, arg->text, arg->n, err);
    return state_save(arg->dir, arg->name, arg->text, arg->n, err);
}

/* ---- load ----------------------------------------------------------------------------------- */

/* The name in NAME.xml; NULL: not one of ours. */
static char *
name_of(const char *file)
{
    size_t n = strlen(file);
    if (n < 5 || strcmp(file + n - 4, ".xml") != 0)
        return NULL;
    return g_strndup(file, n - 4);
}

static DIR *
read_folder(int fd, const char *path, struct err *err)
{
    int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* with a position of its own */
    DIR *d = copy < 0 ? NULL : fdopendir(copy);
    if (!d) {
        err_errno(err, errno, "cannot list folder %s", path);
        fd_close(&copy);
    }
    return d;
}

static GHashTable *
read_links(struct state_dir *dir, struct err *err)
{
    GHashTable *links = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (dir->autostart_fd < 0)
        return links;
    DIR *d = read_folder(dir->autostart_fd, dir->autostart, err);
    if (!d) {
        g_hash_table_destroy(links);
        return NULL;
    }
    struct dirent *e;
    while ((e = readdir(d))) {
        char *name = name_of(e->d_name);
        if (name)
            g_hash_table_add(links, name);
    }
    closedir(d);
    return links;
}

struct buffer { char *data; size_t space; };

static ssize_t
slurp(int dirfd, const char *file, struct buffer *buf)
{
    FD_AUTO fd = openat(dirfd, file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return -1;
    size_t n = 0;
    for (;;) {
        ssize_t got = read(fd, buf->data + n, buf->space - n - 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        n += got;
        /* A short read from a regular file is its end. */
        if (got == 0 || n < buf->space - 1)
            break;
        if (buf->space >= LARGEST) {
            errno = EFBIG;
            return -1;
        }
        buf->space *= 2;
        buf->data = g_realloc(buf->data, buf->space);
    }
    buf->data[n] = '\0';
    return n;
}

int
state_load_all(struct state_dir *dir, state_loaded fn, void *arg, struct err *err)
{
    GHashTable *links = read_links(dir, err);
    if (!links)
        return -1;
    DIR *d = read_folder(dir->fd, dir->path, err);
    if (!d) {
        g_hash_table_destroy(links);
        return -1;
    }
    struct buffer buf = { g_malloc(65536), 65536 };
    int count = 0;
    struct dirent *e;
    while ((e = readdir(d))) {
        g_autofree char *name = name_of(e->d_name);
        if (!name || e->d_type == DT_DIR)
            continue;
        bool autostart = g_hash_table_contains(links, name);
        ssize_t n = slurp(dir->fd, e->d_name, &buf);
        if (n >= 0) {
            count++;
            fn(name, buf.data, n, autostart, NULL, arg);
        } else {
            ERR_AUTO why = ERR_INIT;
            err_errno(&why, errno, "cannot read %s/%s", dir->path, e->d_name);
            fn(name, NULL, 0, autostart, &why, arg);
        }
    }
    closedir(d);
    g_free(buf.data);
    g_hash_table_destroy(links);
    return count;
}
