/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * status: what is kept about running guests outside this process.  See status.c.
 */
#pragma once

#include "drivers/qemu/guest.h"

struct guest_status {
    bool starting;              /* QEMU may or may not have been started */
    int id, state, reason;
    pid_t pid;                  /* 0: not known yet; see pid_path of the guest */
    unsigned long long start_time;
    unsigned long long balloon_kib;
    bool fake_reboot;
    bool old;                   /* another daemon wrote it: it has to be written anew */
    char *monitor_path;
};

char *status_format(const struct guest_status *st, const struct domain_def *live);
/* Fills st (to be cleared) and *live. */
int status_parse(const char *text, size_t n, struct guest_status *st, struct domain_def **live,
                 struct err *err);
void guest_status_clear(struct guest_status *st);

/* The run has ended: removes the file; nothing writes it again. */
void guest_status_remove(struct guest *guest);
/* Writes it as the view has it now. */
int guest_status_save(struct turn *turn, struct err *err) TURN_WAITS;
/* From a note: soon, on a thread.  NULL does nothing. */
void guest_status_later(struct run *run);
