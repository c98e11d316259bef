/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * process: start other programs with exactly the surroundings they are to have.
 *
 * Owns: spawning (what the child gets is listed; everything else is closed,
 * reset or inherited as documented here), waiting, run-and-collect.
 * Called by: drivers, daemon, host.  process_wait() and process_run() wait up
 * to their deadline; process_spawn() waits for the child's exec only.
 * The child shares our memory until exec (as with vfork), so that starting one
 * costs the same in a process of any size.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/types.h>

struct process_fd { int from; int to; }; /* our number, the child's (any, 0-2 included) */
struct process_rlimit { int resource; struct rlimit limit; };

#define PROCESS_CAPS_INHERIT (~UINT64_C(0))

struct process_spec {
    const char *path;               /* NULL: argv[0], searched in PATH unless it holds a '/' */
    const char *const *argv;        /* NULL-terminated */
    const char *const *env;         /* NULL: ours */
    const char *cwd;                /* NULL: ours */
    /* 0-2 are /dev/null unless listed; whatever is not listed is closed. */
    const struct process_fd *fds;
    size_t nfds;
    bool inherit_stdio;             /* unlisted 0-2 are ours instead */

    bool set_ids;                   /* the next four count */
    uid_t uid;
    gid_t gid;
    const gid_t *groups;
    size_t ngroups;
    /* Bit mask of capabilities to keep (also across exec, as ambient ones, when
     * uid is not 0).  PROCESS_CAPS_INHERIT or 0 with set_caps false: untouched. */
    bool set_caps;
    uint64_t caps;
    bool no_new_privs;

    bool setsid;
    bool set_umask;
    mode_t umask;
    const struct process_rlimit *rlimits;
    size_t nrlimits;
    /* Open descriptors of cgroup.procs (or tasks) files; the child enters each
     * before it gives up its privileges. */
    const int *cgroup_fds;
    size_t ncgroup_fds;
    int oom_score_adj;              /* with set_oom */
    bool set_oom;
    const cpu_set_t *affinity;      /* NULL: ours */
    int death_signal;               /* to the child when the *thread* that spawned it ends; 0: none */
    /* Runs in the child just before exec, after ids are set: raw system calls
     * only, no allocation, no locks.  Returns 0 or an errno. */
    int (*last)(void *arg);
    void *last_arg;
};

struct process {
    pid_t pid;
    int pidfd;      /* close-on-exec; the caller closes it */
};

#define PROCESS_INIT { -1, -1 }

/* -1 with err: message names the step that failed ("change to folder …", "run
 * …"), err->int1 is the errno.  Nothing is left behind then. */
int process_spawn(const struct process_spec *spec, struct process *proc, struct err *err);

/* Waits for the end and reaps.  1: ended, *status as of waitpid() (-1: someone
 * else reaped it); 0: deadline passed. */
int process_wait(struct process *proc, int64_t deadline, int *status);
/* SIGKILL, reap, close: for clean-up paths. */
void process_kill(struct process *proc);
/* By pidfd; ESRCH counts as success. */
int process_signal(const struct process *proc, int sig, struct err *err);
void process_close(struct process *proc);
/* "exit status 1" or "killed by signal 9 (Killed)"; caller frees */
char *process_status_text(int status);

struct process_output {
    char *out, *err;        /* NUL-terminated; NULL when not collected */
    size_t nout, nerr;
    int status;             /* as of waitpid() */
};
void process_output_clear(struct process_output *output);
/* Starts, feeds `input` (may be NULL), collects both outputs up to `limit`
 * bytes each, waits.  Past the deadline the child is killed and the answer is
 * -1 with VIR_ERR_OPERATION_TIMEOUT.  A status other than 0 is the caller's to
 * judge. */
int process_run(const struct process_spec *spec, const char *input, size_t ninput, size_t limit,
                int64_t deadline, struct process_output *output, struct err *err);

/* Opens a pidfd of a process that may not be our child. */
int process_pidfd_open(pid_t pid, struct err *err);
/* Start time in clock ticks since boot, 0 when there is no such process. */
uint64_t process_start_time(pid_t pid);
