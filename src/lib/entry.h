/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * entry: what every public entry point does around its own duty.
 *
 * Owns: the checks of handles, arguments and of a read-only connection, and the
 * one place where the thread's virError is written.  An entry point begins with
 * ENTRY(), which forgets the thread's last error; a check that fails fills e.err;
 * entry_fail() publishes it and returns -1.
 * Called by: the generated entry points and the hand-written ones beside them,
 * those of the companion libraries included (libvirt.so exports this file's
 * functions to them under a private version).
 */
#pragma once

#include "lib/handle.h"

#include <glib.h>
#include <string.h>

struct entry {
    const char *name;   /* of the public function */
    int domain;         /* error domain */
    virConnectPtr conn; /* known after entry_self() */
    struct err err;
};

#define ENTRY(function, from) \
    __attribute__((cleanup(entry_end))) struct entry e = { .name = (function), .domain = (from) }; \
    entry_begin(&e)

void entry_begin(struct entry *e);
void entry_end(struct entry *e);

/* Each true when all is well. */
bool entry_self(struct entry *e, enum handle_type type, const void *handle);
/* The first takes that of any connection: it names an object. */
bool entry_handle(struct entry *e, enum handle_type type, const void *handle);
bool entry_other(struct entry *e, enum handle_type type, const void *handle); /* of the same connection */
bool entry_writable(struct entry *e);
bool entry_writable_for(struct entry *e, bool needed);
bool entry_nonnull(struct entry *e, const char *name, const void *value);
bool entry_nonempty(struct entry *e, const char *name, const char *value);
bool entry_that(struct entry *e, bool fine, const char *name, const char *must);
bool entry_exclusive(struct entry *e, bool fine, const char *a, const char *b);
bool entry_requires(struct entry *e, bool fine, const char *a, const char *b);

/* Publish e->err (or "not supported") as the thread's error; -1. */
int entry_fail(struct entry *e);
int entry_no_support(struct entry *e);
void entry_lacks(struct entry *e); /* "not supported" in e->err, unpublished */
int entry_set(struct entry *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* error.c: the thread's error is `err` from now on; tells the handlers. */
void error_publish(virConnectPtr conn, const struct err *err);
/* Keeps the thread's error over clean-up that may touch it. */
virErrorPtr error_save(void);
void error_restore(virErrorPtr *saved);
