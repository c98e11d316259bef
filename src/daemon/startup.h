/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * startup: what a daemon does around its work: pid file, going to the
 * background, and its word with systemd.
 *
 * Called by: main.  Waits: pidfile_acquire() for the disk, daemon_detach() in
 * the parent for the child's word.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>

/* Locks and writes the file; the lock lasts as long as the process.  A second
 * daemon is told who holds it. */
int pidfile_acquire(const char *path, struct err *err);
void pidfile_release(const char *path);

/* The parent waits for daemon_ready() of the child and exits with its status;
 * the child comes back from the call. */
int daemon_detach(struct err *err);
/* Tells the waiting parent: 0, or 1 with a message for its stderr. */
void daemon_ready(int status, const char *message);

/* Tells systemd ("READY=1"); does nothing when it does not listen. */
void notify_systemd(const char *state);
/* Descriptors handed over by systemd: their number, from SD_FDS_START on. */
#define SD_FDS_START 3
int systemd_listen_fds(void);
