/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * qmp: QEMU's monitor protocol, client side.
 *
 * Owns: one connection to one QEMU: framing of its lines, matching of replies
 * to requests by id, events.  The protocol machine (qmp.c, qmp-send.c,
 * qmp-receive.c) only eats and makes bytes; qmp-io.c ties it to a socket on the
 * I/O loop.
 * Called by: the QEMU driver (monitor.c), probing, tests.  Requests may come
 * from any thread; completions, events and the end come on the thread that
 * feeds (the I/O thread), without a lock held, and must not wait.
 */
#pragma once

#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct qmp;
struct io;

struct qmp_reply {
    json_t *value;           /* what "return" held; borrowed; NULL on failure */
    const char *error_class; /* QEMU's class of error, if QEMU refused */
    const struct err *err;   /* NULL on success */
};
typedef void (*qmp_done)(void *opaque, const struct qmp_reply *reply);

struct qmp_callbacks {
    /* `data` is borrowed and may be NULL. */
    void (*event)(void *opaque, const char *name, json_t *data, long long seconds, unsigned micros);
    /* Once: end of file, an I/O error, or something that is not QMP.  Every
     * request that is pending gets its failure right after. */
    void (*closed)(void *opaque, const struct err *why);
};

#define QMP_LINE_MAX (32u << 20)  /* the schema of QEMU 9 is under 1 MiB */
#define QMP_PENDING_MAX 1024

/* With one reference.  `who` names the guest in messages. */
struct qmp *qmp_new(const char *who, const struct qmp_callbacks *cb, void *opaque);
struct qmp *qmp_ref(struct qmp *qmp);
void qmp_unref(struct qmp *qmp);

/* Queues one command.  `args` (stolen, may be NULL) becomes "arguments"; `fd`
 * (>= 0: stolen) travels with it.  On success done() is called exactly once;
 * on -1 never.  The capabilities handshake is sent by itself before the first. */
int qmp_execute(struct qmp *qmp, const char *command, json_t *args, int fd,
                qmp_done done, void *opaque, struct err *err);
/* A whole request as somebody else wrote it; the id in it is replaced by ours.
 * done() gets the complete reply object, an "error" in it included, with the
 * id taken out. */
int qmp_execute_raw(struct qmp *qmp, const char *text, int fd, qmp_done done, void *opaque, struct err *err);

/* Reads a message; NULL with `where`. */
json_t *qmp_load(const char *text, size_t n, json_error_t *where);
/* A reply or part of it as text, to g_free: numbers come back as QEMU wrote them
 * (those beyond json_int_t are strings of a kind of their own inside). */
char *qmp_dump(json_t *value);

/* Bytes from QEMU.  -1: not QMP, the connection is closed now. */
int qmp_feed(struct qmp *qmp, const char *data, size_t n);
/* What has to be written next (NULL: nothing), with the descriptor that goes
 * with its first byte or -1; and how much of it was written. */
const char *qmp_output(struct qmp *qmp, size_t *n, int *fd);
void qmp_written(struct qmp *qmp, size_t n);
/* The connection is gone: fails what is pending, tells closed() once. */
void qmp_close(struct qmp *qmp, const struct err *why);
bool qmp_is_closed(struct qmp *qmp);
/* clock_now() when the oldest unanswered request was made; 0: all are answered. */
int64_t qmp_waiting_since(struct qmp *qmp);
/* QEMU's version of the greeting, once it came: major * 1000000 + minor * 1000 + micro; else 0. */
unsigned long qmp_version(struct qmp *qmp);

/* qmp-io.c: owns `fd` (a unix stream socket) from now on and moves bytes on
 * `io` until the end of the connection.  From any thread. */
void qmp_attach(struct qmp *qmp, struct io *io, int fd);
/* Ends the connection; from any thread.  closed() still tells, later. */
void qmp_detach(struct qmp *qmp);

/* For qmp-io.c: wake() is told, on any thread, when there is output where there
 * was none; free_opaque() when the last reference on qmp goes. */
void qmp_set_wake(struct qmp *qmp, void (*wake)(void *opaque), void *opaque, void (*free_opaque)(void *));
void *qmp_wake_opaque(struct qmp *qmp);
