/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * file: reading, writing and making files the careful way.
 *
 * Owns: whole-file read with a limit, atomic replacement, folders with mode.
 * Called by: everyone with files.  All of it waits for the file system: under a
 * turn, only inside turn_offload().
 */
#pragma once

#include "base/err.h"

#include <stddef.h>
#include <sys/types.h>

/* Reads all of it, NUL-terminated; more than limit bytes is an error.
 * dirfd may be AT_FDCWD.  Returns the length or -1. */
ssize_t file_read(int dirfd, const char *path, size_t limit, char **data, struct err *err);
/* Same without an error record: -1 and errno; for /proc and /sys. */
ssize_t file_read_quiet(int dirfd, const char *path, size_t limit, char **data);

enum {
    FILE_SYNC = 1,      /* contents on disk before the new name is, and the name on return */
    FILE_EXCLUSIVE = 2, /* must not exist yet */
};
/* Replaces path's contents: temporary file beside it, (fsync,) rename, (fsync
 * of the folder).  On failure the old file is as it was. */
int file_write_atomic(int dirfd, const char *path, const void *data, size_t n, mode_t mode,
                      unsigned flags, struct err *err);
/* Plain write into an existing file (cgroup, sysfs); NULL err keeps quiet, errno is set. */
int file_poke(int dirfd, const char *path, const char *text, struct err *err);
/* All of it, across EINTR and short writes; -1 and errno. */
int fd_write_all(int fd, const void *data, size_t n);

/* mkdir -p; folders that exist are left as they are, new ones get mode (not
 * cut by umask). */
int folder_make(const char *path, mode_t mode, struct err *err);

/* *fd = -1 after; errno is kept. */
void fd_close(int *fd);
#define FD_AUTO __attribute__((cleanup(fd_close))) int
