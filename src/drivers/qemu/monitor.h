/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * monitor: QMP under a turn.
 *
 * Called by: the verbs.  All of it waits for the guest, through turn_call().
 */
#pragma once

#include "core/turn.h"

#include <jansson.h>

struct guest;

/* One command.  `args` is stolen.  *value (may be NULL as an argument) is the caller's. */
int monitor_call(struct turn *turn, const char *command, json_t *args, json_t **value, struct err *err)
    TURN_WAITS;

/* For a command that may end the guest (power-off, quit): its answer counts although the guest has
 * died since.  Nothing that needs the guest may follow it under this turn. */
int monitor_call_last(struct turn *turn, const char *command, json_t *args, struct err *err) TURN_WAITS;

/* Several at once: sent together, answered in order, one wait. */
struct monitor_cmd {
    const char *command;
    json_t *args;       /* stolen */
    int fd;             /* 0: none; else stolen */
    bool raw;           /* `command` is a whole request; value the whole reply */
    json_t *value;      /* out: owned */
    struct err err;     /* out: why this one failed */
};
/* -1: the wait as a whole failed, nothing is filled.  0: each has value or err. */
int monitor_batch(struct turn *turn, struct monitor_cmd *cmds, size_t n, int64_t deadline, struct err *err)
    TURN_WAITS;
/* One, as monitor_call_last(). */
int monitor_cmd_last(struct turn *turn, struct monitor_cmd *cmd, struct err *err) TURN_WAITS;
void monitor_cmds_clear(struct monitor_cmd *cmds, size_t n);

/* Connects to the listening monitor and puts it on the I/O loop; the guest's
 * qmp is set.  Does not wait for QEMU. */
int monitor_connect(struct guest *guest, struct run *run, struct err *err);

static inline void json_cleanup(json_t **json) { json_decref(*json); }
#define JSON_AUTO __attribute__((cleanup(json_cleanup))) json_t *
