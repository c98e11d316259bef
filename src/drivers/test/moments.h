/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * moments: snapshots and checkpoints of a guest, as its driver keeps and changes them.
 *
 * Called by: snapshot.c, snapshot-revert.c, checkpoint.c, redefine.c.  Nothing here waits.
 */
#pragma once

#include "drivers/test/guest.h"
#include "driver/moment-calls.h"
#include "model/snapshot-def.h"

/* What a guest keeps beyond its lives. */
struct test_owned {
    struct vm_moments moments; /* both there from the first moment on */
    struct test_agent_memory { bool frozen[2]; long long seconds; unsigned nseconds; } agent; /* agent.c's */
};
void test_owned_free(void *owned);
struct test_owned *test_owned(struct vm *vm);
struct vm_moments *test_moments(struct vm *vm);
/* The view says whether there are any. */
int test_moments_publish(struct turn *turn, struct err *err);

/* The definition that a moment keeps, without what only this life has. */
struct domain_def *test_moment_domain(void *root, const struct vm_view *view);

/* *guest is part of a document that a client brings (NULL: it is not): a definition like any other. */
int test_moment_guest(void *root, struct domain_def **guest, struct err *err);

/* A moment that is told anew is one of a guest to which nothing else was plugged in. */
int test_moment_same_guest(const struct domain_def *was, const struct domain_def *now, struct err *err);

/* Is a moment of that name and parent possible?  `redefined`: the name may be taken. */
int test_moment_place(struct moments *all, const char *what, const char *name, const char *parent,
                      bool redefined, struct err *err);
/* Is a document that a client brings as it was about this guest? */
int test_moment_redefined(int domain, const char *name, const struct domain_def *kept,
                          const struct vm_view *view, struct err *err);
/* Deletes the moment, its descendants, or only those. */
int test_moment_delete(struct turn *turn, struct drv_conn *conn, const struct moment_kind *kind,
                       struct moments *all, const char *name, bool children, bool children_only,
                       struct err *err);
