/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * process: see process.h.  This file starts children; process-run.c waits for them.
 *
 * The child runs on a stack of its own in our address space, our thread stands
 * still until it has called exec or given up (CLONE_VM | CLONE_VFORK).  It
 * therefore makes raw system calls only: the C library's setuid() would signal
 * the parent's other threads, its close() would confuse the sanitizers.  It
 * reports a failure by writing to the parent's memory.
 */
#include "base/process.h"
#include "base/clock.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <linux/capability.h>
#include <linux/prctl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_NONE
#define STACK_SIZE (128 * 1024)
#define NSIG_BYTES 8 /* what the kernel calls sizeof(sigset_t) */

enum step {
    STEP_NONE, STEP_SIGNALS, STEP_SETSID, STEP_FDS, STEP_CGROUP, STEP_OOM, STEP_AFFINITY, STEP_RLIMIT,
    STEP_CWD, STEP_CAPS, STEP_GROUPS, STEP_GID, STEP_UID, STEP_PRIVS, STEP_LAST, STEP_EXEC,
};

struct child {
    const struct process_spec *spec;
    char *const *argv;
    char *const *env;
    char **paths;               /* to try one after the other */
    struct process_fd *fds;     /* sorted by target; 0-2 all there unless inherited */
    int *moved;
    size_t nfds;
    int devnull;
    int first_free;             /* above all targets */
    unsigned long last_cap;
    sigset_t old_mask;
    /* the answer */
    volatile int step, errnum;
};

#define RAW __attribute__((no_sanitize_address, no_sanitize_thread, no_sanitize("undefined")))
#define SYS(...) syscall(__VA_ARGS__)

/* 32-bit machines have a second set, for ids and flags of today's size. */
#ifdef SYS_setresuid32
# define RAW_SETRESUID SYS_setresuid32
# define RAW_SETRESGID SYS_setresgid32
# define RAW_SETGROUPS SYS_setgroups32
#else
# define RAW_SETRESUID SYS_setresuid
# define RAW_SETRESGID SYS_setresgid
# define RAW_SETGROUPS SYS_setgroups
#endif
#ifdef SYS_fcntl64
# define RAW_FCNTL SYS_fcntl64
#else
# define RAW_FCNTL SYS_fcntl
#endif

RAW static int
child_signals(const struct child *c)
{
    struct { void (*handler)(int); unsigned long flags; void (*restorer)(void); unsigned long mask; } def = {
        .handler = SIG_DFL,
    };
    for (int sig = 1; sig <= 64; sig++) {
        if (sig != SIGKILL && sig != SIGSTOP)
            SYS(SYS_rt_sigaction, sig, &def, NULL, NSIG_BYTES);
    }
    return 0;
}

/* First everything is duplicated out of the way, then into place, then the
 * gaps are closed: no order of numbers can go wrong. */
RAW static int
child_fds(const struct child *c)
{
    for (size_t i = 0; i < c->nfds; i++) {
        c->moved[i] = SYS(RAW_FCNTL, c->fds[i].from, F_DUPFD, c->first_free);
        if (c->moved[i] < 0)
            return -1;
    }
    for (size_t i = 0; i < c->nfds; i++) {
        if (SYS(SYS_dup3, c->moved[i], c->fds[i].to, 0) < 0)
            return -1;
    }
    int next = c->spec->inherit_stdio ? 3 : 0;
    for (size_t i = 0; i < c->nfds; i++) {
        if (c->fds[i].to > next && SYS(SYS_close_range, next, c->fds[i].to - 1, 0) < 0)
            return -1;
        if (c->fds[i].to >= next)
            next = c->fds[i].to + 1;
    }
    return SYS(SYS_close_range, next, ~0U, 0);
}

RAW static int
child_set_caps(const struct child *c, uint64_t caps)
{
    struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct data[2];
    for (int i = 0; i < 2; i++) {
        data[i].effective = data[i].permitted = data[i].inheritable = (uint32_t)(caps >> (32 * i));
    }
    return SYS(SYS_capset, &head, data);
}

RAW static int
child_ids(struct child *c)
{
    const struct process_spec *s = c->spec;
    if (s->set_caps) {
        c->step = STEP_CAPS;
        for (unsigned long cap = 0; cap <= c->last_cap; cap++) {
            if (!(s->caps & (UINT64_C(1) << cap)) && SYS(SYS_prctl, PR_CAPBSET_DROP, cap, 0, 0, 0) < 0 &&
                errno != EPERM) /* unprivileged: there is nothing to drop */
                return -1;
        }
        if (s->caps && SYS(SYS_prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
            return -1;
    }
    if (s->set_ids) {
        c->step = STEP_GROUPS;
        if (SYS(RAW_SETGROUPS, s->ngroups, s->groups) < 0)
            return -1;
        c->step = STEP_GID;
        if (SYS(RAW_SETRESGID, s->gid, s->gid, s->gid) < 0)
            return -1;
        c->step = STEP_UID;
        if (SYS(RAW_SETRESUID, s->uid, s->uid, s->uid) < 0)
            return -1;
    }
    if (s->set_caps) {
        c->step = STEP_CAPS;
        if (child_set_caps(c, s->caps) < 0 && !(s->caps == 0 && errno == EPERM))
            return -1;
        for (unsigned long cap = 0; cap <= c->last_cap; cap++) {
            if ((s->caps & (UINT64_C(1) << cap)) &&
                SYS(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0)
                return -1;
        }
    }
    return 0;
}

RAW static int
child_steps(struct child *c)
{
    const struct process_spec *s = c->spec;
    c->step = STEP_SIGNALS;
    if (child_signals(c) < 0)
        return -1;
    c->step = STEP_CGROUP;
    for (size_t i = 0; i < s->ncgroup_fds; i++) {
        if (SYS(SYS_write, s->cgroup_fds[i], "0", 1) < 0)
            return -1;
    }
    c->step = STEP_SETSID;
    if (s->setsid && SYS(SYS_setsid) < 0)
        return -1;
    if (s->set_umask)
        SYS(SYS_umask, s->umask);
    if (s->set_oom) {
        c->step = STEP_OOM;
        char text[16];
        int n = 0, v = s->oom_score_adj < 0 ? -s->oom_score_adj : s->oom_score_adj;
        char digits[12];
        int nd = 0;
        do
            digits[nd++] = '0' + v % 10;
        while ((v /= 10) != 0);
        if (s->oom_score_adj < 0)
            text[n++] = '-';
        while (nd)
            text[n++] = digits[--nd];
        int fd = SYS(SYS_openat, AT_FDCWD, "/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC, 0);
        if (fd < 0 || SYS(SYS_write, fd, text, n) < 0)
            return -1;
        SYS(SYS_close, fd);
    }
    c->step = STEP_AFFINITY;
    if (s->affinity && SYS(SYS_sched_setaffinity, 0, sizeof(*s->affinity), s->affinity) < 0)
        return -1;
    c->step = STEP_RLIMIT;
    for (size_t i = 0; i < s->nrlimits; i++) {
        if (SYS(SYS_prlimit64, 0, s->rlimits[i].resource, &s->rlimits[i].limit, NULL) < 0)
            return -1;
    }
    c->step = STEP_FDS;
    if (child_fds(c) < 0)
        return -1;
    if (child_ids(c) < 0)
        return -1;
    c->step = STEP_CWD; /* with the child's rights */
    if (s->cwd && SYS(SYS_chdir, s->cwd) < 0)
        return -1;
    c->step = STEP_PRIVS;
    if (s->no_new_privs && SYS(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -1;
    if (s->death_signal && SYS(SYS_prctl, PR_SET_PDEATHSIG, s->death_signal, 0, 0, 0) < 0)
        return -1;
    c->step = STEP_LAST;
    if (s->last) {
        int rc = s->last(s->last_arg);
        if (rc) {
            errno = rc;
            return -1;
        }
    }
    sigset_t none;
    memset(&none, 0, sizeof(none));
    SYS(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, NSIG_BYTES);
    c->step = STEP_EXEC;
    int worst = ENOENT;
    for (char **path = c->paths; *path; path++) {
        SYS(SYS_execve, *path, c->argv, c->env);
        if (errno != ENOENT && errno != ENOTDIR)
            worst = errno;
    }
    errno = worst;
    return -1;
}

RAW static int
child_main(void *arg)
{
    struct child *c = arg;
    child_steps(c);
    c->errnum = errno;
    SYS(SYS_exit_group, 127);
    __builtin_unreachable();
}

/* ThreadSanitizer takes clone() for a fork, and our process for its own child from then on;
 * the C library's other name for it passes by. */
#ifndef __has_feature
# define __has_feature(x) 0
#endif
#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
int __clone(int (*fn)(void *), void *stack, int flags, void *arg, ...);
# define clone_child __clone
#else
# define clone_child clone
#endif

static int
by_target(const void *a, const void *b)
{
    const struct process_fd *x = a, *y = b;
    return (x->to > y->to) - (x->to < y->to);
}

static void
prepare_fds(struct child *c)
{
    const struct process_spec *s = c->spec;
    c->fds = g_new(struct process_fd, s->nfds + 3);
    if (s->nfds)
        memcpy(c->fds, s->fds, s->nfds * sizeof(*c->fds));
    c->nfds = s->nfds;
    for (int std = 0; std < 3 && !s->inherit_stdio; std++) {
        bool listed = false;
        for (size_t i = 0; i < s->nfds; i++)
            listed |= s->fds[i].to == std;
        if (!listed)
            c->fds[c->nfds++] = (struct process_fd){ c->devnull, std };
    }
    qsort(c->fds, c->nfds, sizeof(*c->fds), by_target);
    c->moved = g_new(int, c->nfds);
    c->first_free = 3;
    if (c->nfds && c->fds[c->nfds - 1].to >= c->first_free)
        c->first_free = c->fds[c->nfds - 1].to + 1;
}

static char **
candidates(const struct process_spec *s)
{
    const char *name = s->path ? s->path : s->argv[0];
    GPtrArray *paths = g_ptr_array_new();
    if (s->path || strchr(name, '/')) {
        g_ptr_array_add(paths, g_strdup(name));
    } else {
        const char *path = g_getenv("PATH");
        g_auto(GStrv) folders = g_strsplit(path ? path : "/usr/bin:/bin:/usr/sbin:/sbin", ":", -1);
        for (char **f = folders; *f; f++)
            g_ptr_array_add(paths, g_strdup_printf("%s/%s", **f ? *f : ".", name));
    }
    g_ptr_array_add(paths, NULL);
    return (char **)g_ptr_array_free(paths, FALSE);
}

static unsigned long
last_cap(void)
{
    static unsigned long known;
    unsigned long cap = __atomic_load_n(&known, __ATOMIC_RELAXED);
    if (!cap) {
        cap = 20;
        while (cap < 63 && prctl(PR_CAPBSET_READ, cap + 1, 0, 0, 0) >= 0)
            cap++;
        __atomic_store_n(&known, cap, __ATOMIC_RELAXED);
    }
    return cap;
}

static int
spawn_error(const struct child *c, struct err *err)
{
    const struct process_spec *s = c->spec;
    const char *what = s->path ? s->path : s->argv[0];
    int e = c->errnum;
    switch (c->step) {
    case STEP_EXEC:
        err_errno(err, e, "cannot run %s", what);
        break;
    case STEP_CWD:
        err_errno(err, e, "cannot run %s: cannot change to folder %s%s", what, s->cwd,
                  s->set_ids ? " as the user it is to run as" : "");
        break;
    case STEP_CGROUP:
        err_errno(err, e, "cannot run %s: cannot enter its control group", what);
        break;
    case STEP_UID:
        err_errno(err, e, "cannot run %s: cannot change to user id %u", what, (unsigned)s->uid);
        break;
    case STEP_GID:
    case STEP_GROUPS:
        err_errno(err, e, "cannot run %s: cannot change to group id %u and %zu more", what, (unsigned)s->gid,
                  s->ngroups);
        break;
    case STEP_CAPS:
        err_errno(err, e, "cannot run %s: cannot set its capabilities", what);
        break;
    case STEP_RLIMIT:
        err_errno(err, e, "cannot run %s: cannot set its resource limits", what);
        break;
    case STEP_FDS:
        err_errno(err, e, "cannot run %s: cannot pass file descriptors", what);
        break;
    case STEP_OOM:
        err_errno(err, e, "cannot run %s: cannot set oom_score_adj to %d", what, s->oom_score_adj);
        break;
    case STEP_AFFINITY:
        err_errno(err, e, "cannot run %s: cannot bind it to CPUs", what);
        break;
    case STEP_LAST:
        err_errno(err, e, "cannot run %s: cannot confine it", what);
        break;
    default:
        err_errno(err, e, "cannot run %s: cannot detach it from us", what);
        break;
    }
    return -1;
}

int
process_spawn(const struct process_spec *spec, struct process *proc, struct err *err)
{
    proc->pid = -1;
    proc->pidfd = -1;
    FD_AUTO devnull = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (devnull < 0)
        return err_errno(err, errno, "cannot open /dev/null");
    struct child c = {
        .spec = spec,
        .argv = (char *const *)spec->argv,
        .env = spec->env ? (char *const *)spec->env : environ,
        .devnull = devnull,
        .last_cap = last_cap(),
    };
    prepare_fds(&c);
    g_auto(GStrv) paths = c.paths = candidates(spec);
    g_autofree struct process_fd *fds = c.fds;
    g_autofree int *moved = c.moved;
    char *stack =
        mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED)
        return err_errno(err, errno, "cannot run %s: no memory for its first steps", spec->argv[0]);

    /* No handler of ours may run in the child. */
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int pidfd = -1;
    pid_t pid = clone_child(child_main, stack + STACK_SIZE, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD,
                            &c, &pidfd);
    int clone_errno = errno;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    munmap(stack, STACK_SIZE);
    if (pid < 0)
        return err_errno(err, clone_errno, "cannot run %s: cannot make a process", spec->argv[0]);
    if (c.errnum) {
        struct process failed = { pid, pidfd };
        process_kill(&failed);
        return spawn_error(&c, err);
    }
    proc->pid = pid;
    proc->pidfd = pidfd;
    return 0;
}
