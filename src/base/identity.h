/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * identity: who makes a call.
 *
 * Owns: the caller's identity as the transport proved it (peer credentials,
 * SASL, x509), or as a gateway names the one it speaks for.  Constant once it is set.
 * Called by: daemon, access checks, drivers that act on behalf of a user.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct identity {
    bool has_unix;          /* the four below are known */
    uid_t uid;
    gid_t gid;
    pid_t pid;
    uint64_t start_time;    /* of pid, in clock ticks since boot: pid reuse guard */
    char *user_name;
    char *group_name;
    char *sasl_user_name;
    char *x509_dname;
};
