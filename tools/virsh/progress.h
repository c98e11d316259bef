/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far something is, and long calls that show it. */
#pragma once

#include "shell.h"

/* On one line of standard error: "Label: [52.31 %]", and on a terminal the rate and the time left, too. */
struct progress {
    const char *label;
    gint64 start, first; /* when, and how much was done when it was shown first */
    bool shown;
    char last[96]; /* what was shown */
};
void progress_show(struct progress *p, unsigned long long remaining, unsigned long long total);
/* It is done: 100 %, or if it failed, what was shown stays. */
void progress_end(struct progress *p, bool ok);
/* Removes the line again. */
void progress_wipe(struct progress *p);
/* Whether a person looks at it. */
bool progress_seen(const struct shell *sh);

/* Runs fn on a thread and returns what it returns.  With a domain, an interrupt aborts the domain's job;
 * without one, it ends virsh.  Shows progress if asked for, else on a terminal after a while. */
struct job {
    virDomainPtr dom; /* or NULL */
    const char *label;
    bool verbose;
    int (*fn)(struct shell *sh, void *ctx);
    void *ctx;
    int timeout_ms;
    void (*on_timeout)(struct shell *sh, struct job *job);
};
int job_run(struct shell *sh, struct job *job);

/* Sizes for people: 10.00 GiB. */
double size_pretty(unsigned long long bytes, const char **unit);
