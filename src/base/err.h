/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * err: why an operation failed, as a value.
 *
 * Owns: the error record that every fallible internal function fills.  A
 * fallible function returns int (0 or a count on success, -1 on failure) or a
 * pointer (NULL on failure) and takes `struct err *` last; on failure it has
 * filled it exactly once.  Callers add context with err_context() on the way
 * up.  The thread's public virError is written from it in one place only, the
 * generated entry points.
 * Called by: everything.  Nothing here waits.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <libvirt/virterror.h>

struct err {
    int code;       /* virErrorNumber; VIR_ERR_OK: nothing was reported */
    int domain;     /* virErrorDomain: which part of the system speaks */
    int level;      /* virErrorLevel */
    char *message;  /* what was attempted, which step failed, what to do */
    char *str1, *str2, *str3; /* the API's free-form details */
    int int1, int2;
    bool stale;     /* the run this turn worked on has ended meanwhile */
};

#define ERR_AUTO __attribute__((cleanup(err_clear))) struct err
#define ERR_INIT { 0 }

/* Each file that reports errors defines its domain before use:
 *   #define ERR_FROM VIR_FROM_QEMU                                        */
#define err_set(e, code, ...) err_set_from((e), ERR_FROM, (code), __VA_ARGS__)
#define err_errno(e, errnum, ...) err_errno_from((e), ERR_FROM, (errnum), __VA_ARGS__)

/* All return -1, so that `return err_set(...)` reads well.  A NULL `e` is
 * allowed: the caller does not want to know. */
int err_set_from(struct err *e, int domain, int code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5), cold));
/* VIR_ERR_SYSTEM_ERROR (or a better code for ENOMEM, EACCES…) with strerror. */
int err_errno_from(struct err *e, int domain, int errnum, const char *fmt, ...)
    __attribute__((format(printf, 4, 5), cold));
/* Puts "context: " in front of the message that is there. */
int err_context(struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3), cold));

bool err_is(const struct err *e, int code);
static inline bool err_is_set(const struct err *e) { return e && e->code != VIR_ERR_OK; }
void err_clear(struct err *e);
/* Moves src over dst (dst's old content is freed); src is empty afterwards. */
void err_move(struct err *dst, struct err *src);
void err_copy(struct err *dst, const struct err *src);
/* The message, or a fixed text that is never empty. */
const char *err_message(const struct err *e);
