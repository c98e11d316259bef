/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * stream: what the byte streams of a connection (stream.c) and their callbacks (stream-events.c) share.
 */
#pragma once

#include "drivers/remote/remote.h"

struct watch;

struct remote_stream {
    struct remote_stream *next;
    struct remote *r;
    struct stream *st;
    uint32_t program, serial;
    int proc;
    GQueue chunks;      /* struct chunk * */
    size_t bytes;
    bool eof, ended;    /* the last data; the daemon's last word */
    struct err err;     /* … when that was an error, or the connection died */
    struct remote_waiter *waiter;
    struct watch *watch;
    bool poke;
};

/* ---- stream-events.c ---- */

/* Under the lock: wakes the application's event loop; the stream goes away, its callback comes no more. */
void remote_stream_ring(struct remote_stream *rs);
void remote_stream_forget(struct remote_stream *rs);

/* Without the lock.  The event_* slots of `struct stream_ops`. */
void remote_stream_unwatch(struct remote *r, struct remote_stream *rs);
int remote_stream_event_add(struct stream *st, int events, void (*cb)(struct stream *, int, void *),
                            void *opaque, void (*ff)(void *), struct err *err);
int remote_stream_event_update(struct stream *st, int events, struct err *err);
int remote_stream_event_remove(struct stream *st, struct err *err);
