/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * file: see file.h.
 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_NONE

void
fd_close(int *fd)
{
    if (*fd < 0)
        return;
    int saved = errno;
    close(*fd);
    errno = saved;
    *fd = -1;
}

ssize_t
file_read_quiet(int dirfd, const char *path, size_t limit, char **data)
{
    *data = NULL;
    FD_AUTO fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return -1;
    struct stat st;
    size_t space = 4096;
    /* /proc and /sys say 0 or a page; ask for one more than there is to see the end */
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
        space = (size_t)st.st_size + 1;
    if (space > limit + 1)
        space = limit + 1;
    char *buf = g_malloc(space + 1);
    size_t n = 0;
    for (;;) {
        if (n == space) {
            if (n > limit)
                break;
            space = MIN(space * 2, limit + 1);
            buf = g_realloc(buf, space + 1);
        }
        ssize_t got = read(fd, buf + n, space - n);
        if (got == 0)
            break;
        if (got < 0) {
            if (errno == EINTR)
                continue;
            g_free(buf);
            return -1;
        }
        n += got;
    }
    if (n > limit) {
        g_free(buf);
        errno = EFBIG;
        return -1;
    }
    buf[n] = '\0';
    *data = buf;
    return n;
}

ssize_t
file_read(int dirfd, const char *path, size_t limit, char **data, struct err *err)
{
    ssize_t n = file_read_quiet(dirfd, path, limit, data);
    if (n < 0) {
        if (errno == EFBIG)
            err_errno(err, errno, "cannot read %s: it is larger than %zu bytes", path, limit);
        else
            err_errno(err, errno, "cannot read %s", path);
    }
    return n;
}

int
fd_write_all(int fd, const void *data, size_t n)
{
    const char *p = data;
    while (n) {
        ssize_t w = write(fd, p, n);
        if (w < 0) {
            if (errno == EINTR)
                continue;
            return -1;
        }
        p += w;
        n -= w;
    }
    return 0;
}

static int
sync_folder_of(int dirfd, const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    FD_AUTO fd = openat(dirfd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -1 : fsync(fd);
}

int
file_write_atomic(int dirfd, const char *path, const void *data, size_t n, mode_t mode, unsigned flags,
                  struct err *err)
{
    static atomic_uint counter;
    g_autofree char *folder = g_path_get_dirname(path);     /* its own name may be as long as names can be */
    g_autofree char *tmp =
        g_strdup_printf("%s/.new-%x-%x", folder, (unsigned)getpid(), atomic_fetch_add(&counter, 1));
    int how = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
    FD_AUTO fd = openat(dirfd, tmp, how, mode);
    if (fd < 0 && errno == EEXIST) { /* left behind by a process of that number that was killed */
        unlinkat(dirfd, tmp, 0);
        fd = openat(dirfd, tmp, how, mode);
    }
    if (fd < 0)
        return err_errno(err, errno, "cannot write %s: cannot make the temporary file %s", path, tmp);
    const char *step = "write to";
    if (fchmod(fd, mode) < 0 || fd_write_all(fd, data, n) < 0)
        goto failed;
    step = "sync";
    if ((flags & FILE_SYNC) && fsync(fd) < 0)
        goto failed;
    step = "close";
    int rc = close(fd);
    fd = -1;
    if (rc < 0)
        goto failed;
    step = "rename";
    rc = flags & FILE_EXCLUSIVE ? renameat2(dirfd, tmp, dirfd, path, RENAME_NOREPLACE)
                                : renameat(dirfd, tmp, dirfd, path);
    if (rc < 0)
        goto failed;
    if ((flags & FILE_SYNC) && sync_folder_of(dirfd, path) < 0)
        return err_errno(err, errno, "%s is written, but syncing its folder failed", path);
    return 0;

failed:;
    int saved = errno;
    unlinkat(dirfd, tmp, 0);
    return err_errno(err, saved, "cannot write %s: cannot %s the temporary file %s", path, step, tmp);
}

int
file_poke(int dirfd, const char *path, const char *text, struct err *err)
{
    FD_AUTO fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC | O_TRUNC | O_NOCTTY);
    if (fd < 0 || fd_write_all(fd, text, strlen(text)) < 0) {
        int saved = errno;
        if (err)
            err_errno(err, saved, "cannot write '%s' to %s", text, path);
        errno = saved;
        return -1;
    }
    return 0;
}

int
folder_make(const char *path, mode_t mode, struct err *err)
{
    g_autofree char *copy = g_strdup(path);
    char *p = copy;
    while (*p == '/')
        p++;
    for (;;) {
        p = strchr(p, '/');
        if (p)
            *p = '\0';
        if (mkdir(copy, mode) == 0) {
            if (chmod(copy, mode) < 0)
                return err_errno(err, errno, "cannot make folder %s: cannot set its mode", path);
        } else if (errno != EEXIST) {
            /* A parent that we may not write to but that exists says EACCES or EROFS first. */
            struct stat st;
            int saved = errno;
            if (stat(copy, &st) < 0 || !S_ISDIR(st.st_mode))
                return err_errno(err, saved, "cannot make folder %s%s%s", path, p ? ", failed at " : "",
                                 p ? copy : "");
        }
        if (!p)
            break;
        *p++ = '/';
        while (*p == '/')
            p++;
        if (!*p)
            break;
    }
    struct stat st;
    if (stat(path, &st) < 0)
        return err_errno(err, errno, "cannot make folder %s", path);
    if (!S_ISDIR(st.st_mode))
        return err_errno(err, ENOTDIR, "cannot make folder %s: something else has that name", path);
    return 0;
}
