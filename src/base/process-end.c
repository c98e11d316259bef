/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * process: see process.h.  A process that runs: its signals, its end, who it is.
 */
#include "base/process.h"
#include "base/clock.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_NONE
#ifndef P_PIDFD
# define P_PIDFD 3
#endif

static int
reap(struct process *proc)
{
    siginfo_t info;
    memset(&info, 0, sizeof(info));
    int rc;
    do
        rc = waitid(P_PIDFD, proc->pidfd, &info, WEXITED);
    while (rc < 0 && errno == EINTR);
    if (rc < 0)
        return -1; /* not ours, or SIGCHLD is ignored in this program */
    switch (info.si_code) {
    case CLD_EXITED:
        return W_EXITCODE(info.si_status, 0);
    case CLD_DUMPED:
        return W_EXITCODE(0, info.si_status) | 0x80;
    default:
        return W_EXITCODE(0, info.si_status);
    }
}

int
process_wait(struct process *proc, int64_t deadline, int *status)
{
    struct pollfd p = { .fd = proc->pidfd, .events = POLLIN };
    for (;;) {
        int n = poll(&p, 1, deadline_poll_ms(deadline));
        if (n > 0)
            break;
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            break;
        if (n == 0 && deadline_passed(deadline))
            return 0;
    }
    int s = reap(proc);
    if (status)
        *status = s;
    return 1;
}

int
process_signal(const struct process *proc, int sig, struct err *err)
{
    if (syscall(SYS_pidfd_send_signal, proc->pidfd, sig, NULL, 0) < 0 && errno != ESRCH)
        return err_errno(err, errno, "cannot send signal %d (%s) to process %d", sig, strsignal(sig),
                         (int)proc->pid);
    return 0;
}

void
process_close(struct process *proc)
{
    fd_close(&proc->pidfd);
    proc->pid = -1;
}

void
process_kill(struct process *proc)
{
    if (proc->pidfd < 0)
        return;
    process_signal(proc, SIGKILL, NULL);
    process_wait(proc, DEADLINE_NEVER, NULL);
    process_close(proc);
}

char *
process_status_text(int status)
{
    if (status == -1)
        return g_strdup("unknown status: it was reaped elsewhere");
    if (WIFEXITED(status))
        return g_strdup_printf("exit status %d", WEXITSTATUS(status));
    return g_strdup_printf("killed by signal %d (%s)%s", WTERMSIG(status), strsignal(WTERMSIG(status)),
                           WCOREDUMP(status) ? ", core dumped" : "");
}

int
process_pidfd_open(pid_t pid, struct err *err)
{
    int fd = syscall(SYS_pidfd_open, pid, 0);
    if (fd < 0)
        err_errno(err, errno, "cannot get hold of process %d", (int)pid);
    return fd;
}

uint64_t
process_start_time(pid_t pid)
{
    char path[64];
    g_snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    g_autofree char *text = NULL;
    if (file_read_quiet(AT_FDCWD, path, 4096, &text) < 0)
        return 0;
    /* The name in parentheses may hold anything; field 22 counts from behind it. */
    char *p = strrchr(text, ')');
    for (int field = 2; p && field < 22; field++)
        p = strchr(p + 1, ' ');
    return p ? g_ascii_strtoull(p + 1, NULL, 10) : 0;
}
