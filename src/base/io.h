/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * io: the I/O thread.
 *
 * Owns: one loop (libuv underneath, not visible here) on one thread: watched
 * descriptors, timers, and functions posted from other threads.  Callbacks read
 * and write the descriptor themselves; they never block and never take long.
 * Called by: daemon (listeners, sessions), QEMU monitors, the library's remote
 * connections.
 * Threads: io_post(), io_call(), io_stop() from any thread; all else on the
 * loop's thread only (or before the loop runs), which debug builds check.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct io;
struct io_watch;
struct io_timer;

enum {
    IO_READ = 1,
    IO_WRITE = 2,
    IO_HANGUP = 4, /* the other end is gone; reported whether asked for or not */
    IO_ERROR = 8,  /* likewise; read() or write() says which */
};

struct io *io_new(struct err *err);
/* Runs the loop on the calling thread until io_stop(). */
void io_run(struct io *io);
/* Or on a thread of its own, with all signals blocked. */
int io_start(struct io *io, const char *thread_name, struct err *err);
void io_stop(struct io *io);
/* Waits for a thread that io_start() made; frees; posted functions that did
 * not run yet run now. */
void io_free(struct io *io);
bool io_on_thread(const struct io *io);

/* `events` 0: watched for nothing until io_watch_set().  The descriptor stays
 * the caller's, who removes the watch before closing it; it is made
 * non-blocking.  NULL with err when it cannot be watched (a regular file). */
typedef void (*io_watch_fn)(struct io_watch *watch, int fd, unsigned events, void *arg);
struct io_watch *io_watch_add(struct io *io, int fd, unsigned events, io_watch_fn fn, void *arg,
                              struct err *err);
void io_watch_set(struct io_watch *watch, unsigned events);
unsigned io_watch_events(const struct io_watch *watch);
/* Allowed in any callback, its own included; fn does not run afterwards. */
void io_watch_remove(struct io_watch *watch);

typedef void (*io_timer_fn)(struct io_timer *timer, void *arg);
struct io_timer *io_timer_new(struct io *io, io_timer_fn fn, void *arg);
/* (Re)starts it: in `ms`, then every `repeat_ms` unless that is 0. */
void io_timer_start(struct io_timer *timer, uint64_t ms, uint64_t repeat_ms);
void io_timer_stop(struct io_timer *timer);
void io_timer_free(struct io_timer *timer);

/* Runs fn(arg) on the loop's thread, soon, in the order of posting.  Never waits. */
void io_post(struct io *io, void (*fn)(void *arg), void *arg);
/* Runs fn(arg) on the loop's thread and waits until it has returned; at once on
 * that thread itself.  The loop must be running. */
void io_call(struct io *io, void (*fn)(void *arg), void *arg);
