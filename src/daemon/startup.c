/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * startup: see startup.h.
 */
#include "daemon/startup.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_NONE

static int pid_fd = -1;
static int ready_fd = -1;

int
pidfile_acquire(const char *path, struct err *err)
{
    for (;;) {
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
        if (fd < 0)
            return err_errno(err, errno, "cannot open pid file '%s'", path);
        struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
        if (fcntl(fd, F_SETLK, &fl) < 0) {
            int errnum = errno;
            fl.l_type = F_WRLCK;
            bool known = fcntl(fd, F_GETLK, &fl) == 0 && fl.l_type != F_UNLCK;
            close(fd);
            if (errnum != EAGAIN && errnum != EACCES)
                return err_errno(err, errnum, "cannot lock pid file '%s'", path);
            return err_set(err, VIR_ERR_OPERATION_FAILED,
                           "another daemon (process %d) is running and holds the "
                           "pid file '%s'; stop it first, or give this one its own with --pid-file and "
                           "unix_sock_dir",
                           known ? (int)fl.l_pid : 0, path);
        }
        /* The file may have been removed between open and lock. */
        struct stat mine, there;
        if (fstat(fd, &mine) < 0 || stat(path, &there) < 0 || mine.st_ino != there.st_ino) {
            close(fd);
            continue;
        }
        char text[32];
        int n = snprintf(text, sizeof(text), "%d\n", (int)getpid());
        if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)n, 0) != n) {
            err_errno(err, errno, "cannot write pid file '%s'", path);
            close(fd);
            return -1;
        }
        pid_fd = fd;
        return 0;
    }
}

void
pidfile_release(const char *path)
{
    if (pid_fd < 0)
        return;
    unlink(path);
    close(pid_fd);
    pid_fd = -1;
}

int
daemon_detach(struct err *err)
{
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) < 0)
        return err_errno(err, errno, "cannot go to the background: pipe");
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0) {
        err_errno(err, errno, "cannot go to the background: fork");
        close(fds[0]);
        close(fds[1]);
        return -1;
    }
    if (pid > 0) {
        close(fds[1]);
        char text[2048];
        size_t n = 0;
        ssize_t got;
        while (n < sizeof(text) && ((got = read(fds[0], text + n, sizeof(text) - n)) > 0 ||
                                    (got < 0 && errno == EINTR)))
            n += got > 0 ? (size_t)got : 0;
        if (n > 1)
            fprintf(stderr, "%.*s", (int)(n - 1), text + 1);
        _exit(n > 0 && text[0] == 0 ? 0 : 1);
    }
    close(fds[0]);
    ready_fd = fds[1];
    setsid();
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null >= 0) {
        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        if (null > STDERR_FILENO)
            close(null);
    }
    if (chdir("/") < 0)
        return err_errno(err, errno, "cannot go to the background: change to /");
    return 0;
}

void
daemon_ready(int status, const char *message)
{
    if (ready_fd < 0)
        return;
    g_autofree char *text = g_strdup_printf("%c%s%s", status ? 1 : '0', message ? message : "",
                                            message ? "\n" : "");
    size_t n = strlen(text);
    if (!status)
        text[0] = 0;
    if (write(ready_fd, text, n) < 0)
        errno = 0; /* the parent is gone: nobody to tell */
    close(ready_fd);
    ready_fd = -1;
}

void
notify_systemd(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un sun = { .sun_family = AF_UNIX };
    if (!path || (*path != '/' && *path != '@') || strlen(path) >= sizeof(sun.sun_path))
        return;
    size_t n = strlen(path);
    memcpy(sun.sun_path, path, n);
    if (*path == '@')
        sun.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    sendto(fd, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&sun,
           (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
    close(fd);
}

int
systemd_listen_fds(void)
{
    const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
    char *end;
    if (!pid || !fds || strtol(pid, &end, 10) != getpid() || *end)
        return 0;
    long n = strtol(fds, &end, 10);
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    if (*end || n < 0 || n > 64)
        return 0;
    for (int fd = SD_FDS_START; fd < SD_FDS_START + n; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    return (int)n;
}
