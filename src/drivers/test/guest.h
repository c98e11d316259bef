/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * guest: what the calls about guests share: documents come in, definitions are edited, lives begin and end.
 *
 * Called by: the driver's calls.  What takes a turn may wait.
 */
#pragma once

#include "drivers/test/test.h"
#include "model/domain-def.h"

#define TEST_HOST_CPUS 16   /* of test:///default */
#define TEST_MAX_VCPUS 32
/* Of memory: 2 and 4 GiB with eight processors each; the second has large small pages. */
struct test_cell { unsigned long long kib; unsigned page; };
extern const struct test_cell test_cells[TEST_CELLS];
#define TEST_CLOCK_START 627319920 /* of guests, in seconds; as every implementation has it */

#define TEST_NAMESPACE "http://libvirt.org/schemas/domain/test/1.0"
/* What a document says in that namespace of the life of a preset guest. */
struct test_preset { int state; bool transient, saved; };
/* preset-guest.c: it is checked in every document, and means something in those of a described host. */
int test_preset_read(const char *xml, struct test_preset *preset, struct err *err);
/* Parses and completes a document as this hypervisor does; `strict`: unknown elements are errors. */
int test_parse(const char *xml, bool strict, struct domain_def **def, struct err *err);
/* What this hypervisor adds to a document, and refuses. */
int test_defaults(struct domain_def *def, struct err *err);
/* Of one that was defined once: whether it would be possible today is not asked. */
int test_defaults_past(struct domain_def *def, struct err *err);

/* VIR_ERR_INTERNAL_ERROR, which this driver answers where others call a state invalid. */
int test_wrong_state(const struct vm_view *view, const char *must, struct err *err);

/* The definition starts; `event` is VIR_DOMAIN_EVENT_STARTED_….  A state saved by itself is used up. */
int test_start(struct turn *turn, const struct domain_def *def, int event, struct err *err);
/* The same with a reason (VIR_DOMAIN_RUNNING_…) of its own. */
int test_start_as(struct turn *turn, const struct domain_def *def, int reason, int event, struct err *err);
/* The life that the turn works on ends, and with it the turn. */
int test_end(struct turn **turn, int reason, int event, const char *api, struct err *err);

/* Of the running guest or its definition, as flags say: of both at once is an error.  Borrowed from *view. */
const struct domain_def *test_read_one(struct drv_conn *conn, const struct domain_ref *dom, unsigned flags,
                                       unsigned allowed, const char *api, const struct vm_view **view,
                                       struct err *err);
/* Changes a definition that is its own to edit; `live`: it is that of the running guest. */
typedef int (*test_edit_fn)(struct domain_def *def, bool live, void *arg, struct err *err);
/* Edits what VIR_DOMAIN_AFFECT_… in flags name; all of it is seen at once, or none. */
int test_edit_turn(struct turn *turn, unsigned flags, test_edit_fn fn, void *arg, struct err *err);
int test_edit(struct drv_conn *conn, const struct domain_ref *dom, unsigned flags, unsigned allowed,
              const char *api, test_edit_fn fn, void *arg, struct err *err);
/* For calls that change one of the two. */
int test_edit_one(struct drv_conn *conn, const struct domain_ref *dom, unsigned flags, unsigned allowed,
                  const char *api, test_edit_fn fn, void *arg, struct err *err);
int test_set_state(struct turn *turn, int state, int reason, struct err *err);
