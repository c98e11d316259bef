/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting for events: what the event commands and others that wait for the library's callbacks share. */
#pragma once

#include "shell.h"

/* Names of events by kind of completion: domevent, netevent, poolevent, nodedevevent, secretevent. */
const char *const *event_names(const char *kind);

/* One wait.  Callbacks print under the lock by event_print; the command waits for the count. */
struct event_wait {
    struct shell *sh;
    GMutex lock;
    GCond cond;
    int seen;
    bool loop, timestamp, done;
    bool deaf; /* to interrupts and a broken connection */
};
void event_wait_init(struct event_wait *w, struct shell *sh, const struct call *call);
void event_print(struct event_wait *w, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
void event_wait_stop(struct event_wait *w); /* from any thread */
/* Waits for one event, or with loop for ever; until the time is over, a signal or stop.  Prints why it
 * ended and how many came. False if nothing came, or the time was over before. */
bool event_wait_run(struct event_wait *w, int timeout_ms);
/* Waits likewise, without a word: 1 done, 0 time over, -1 interrupted. */
int event_wait_quietly(struct event_wait *w, int timeout_ms);

/* SIGINT sets a flag between these instead of ending virsh. */
void interrupt_catch(void);
bool interrupted(void);
void interrupt_release(void);
