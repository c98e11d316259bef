/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * command: QEMU's command line for a guest, and what has to exist before it
 * is started.
 *
 * Two steps, so that virConnectDomainXMLToNative can have the first alone:
 *   qemu_command_build()   pure: from a prepared live definition to argv and a
 *                          list of things to make (folders, sockets, files)
 *   qemu_command_make()    makes them, owned as the guest needs; what it made is
 *                          undone by qemu_command_unmake()
 * Before build, qemu_domain_prepare() (prepare.h) turns a definition into a
 * live one: aliases, addresses, ports, paths, backing chains, firmware.
 * Called by: the start verb, XML-to-native, incoming migration.
 * Waits: never for a guest; make() touches local files only.
 */
#pragma once

#include "base/err.h"
#include "drivers/qemu/qemu-host.h"

#include <stdbool.h>
#include <sys/types.h>

struct domain_def;

/* A descriptor QEMU inherits: number `child_fd` there, as argv names it. */
struct qemu_command_fd {
    enum {
        QEMU_FD_LISTEN,   /* make: listening unix stream socket at `path` */
        QEMU_FD_OPEN,     /* make: open `path` with `flags` */
        QEMU_FD_GIVEN,    /* `fd` was there before (tap, vhost, migration) */
    } kind;
    char *path;
    int flags;
    mode_t mode;
    int child_fd;
    int fd;               /* -1 until made; closed by clear and after spawn */
    char *what;           /* for messages: "the monitor socket" */
};

struct qemu_command_opts {
    int id;                       /* of the domain; names the per-guest folder */
    bool native;                  /* for XML-to-native: no ids that only a start knows */
    bool incoming;                /* -incoming defer */
    bool paused;                  /* always -S today; the verb sends cont */
    const char *incoming_uri;     /* instead of defer; NULL */
    int incoming_fd;              /* restore: descriptor for -incoming fd:N; 0 none */
};

struct qemu_command {
    char *binary;
    char **argv;                  /* NULL-terminated, argv[0] is the binary */
    char **env;                   /* NULL-terminated NAME=value: the whole environment */
    struct qemu_command_fd *fds;
    size_t nfds;

    char *guest_dir;              /* lib/domain-ID-NAME: 0750, owned by the guest's user */
    char *ram_dir;                /* where memory lies that is a file, or NULL */
    char *monitor_path;           /* listening; connect as soon as make() has returned */
    char *master_key_path;        /* 32 random bytes, or NULL */
    char *log_path;               /* stdout and stderr, append */
    char *pid_path;               /* where the verb records the pid */
    char *cgroup_name;            /* leaf name for qemu_cgroup_new() */
    char **made;                  /* paths make() created, newest last */

    bool set_ids;                 /* system mode: change to: */
    uid_t uid;
    gid_t gid;
    gid_t *groups;
    size_t ngroups;
    unsigned long long memlock;   /* RLIMIT_MEMLOCK, 0: leave */
    unsigned int max_files, max_processes; /* 0: leave */
    long long max_core;           /* -1: leave */
};

/* `live` must have been prepared.  Fills out; on failure out is empty. */
int qemu_command_build(const struct domain_def *live, struct qemu_host *host,
                       const struct qemu_command_opts *opts, struct qemu_command *out,
                       struct err *err);
/* Makes folders, keys, sockets and descriptors. On failure nothing is left. */
int qemu_command_make(struct qemu_command *cmd, struct qemu_host *host, struct err *err);
/* Closes our copies of the descriptors; after QEMU has been spawned. */
void qemu_command_close_fds(struct qemu_command *cmd);
/* Removes what make() made; when the guest has ended or did not start. */
void qemu_command_unmake(struct qemu_command *cmd);
void qemu_command_clear(struct qemu_command *cmd);
/* As virConnectDomainXMLToNative prints it: environment, then argv, quoted. */
char *qemu_command_to_string(const struct qemu_command *cmd, bool lines);
