/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * guest: what the calls about guests share: documents come in, definitions are edited, lives begin and end.
 *
 * Called by: the driver's calls.  What takes a turn may wait.
 */
#pragma once

#include "drivers/test/test.h"
#include "model/domain-def.h"

/* Parses and completes a document as this hypervisor does; `strict`: unknown elements are errors. */
int test_parse(const char *xml, bool strict, struct domain_def **def, struct err *err);
/* What this hypervisor adds to a document, and refuses. */
int test_defaults(struct domain_def *def, struct err *err);

/* VIR_ERR_INTERNAL_ERROR, which this driver answers where others call a state invalid. */
int test_wrong_state(const struct vm_view *view, const char *must, struct err *err);

/* The definition starts; `event` is VIR_DOMAIN_EVENT_STARTED_….  Takes over def. */
int test_start(struct turn *turn, const struct domain_def *def, int event, struct err *err);
/* The life that the turn works on ends, and with it the turn. */
int test_end(struct turn **turn, int reason, int event, const char *api, struct err *err);
int test_set_state(struct turn *turn, int state, int reason, struct err *err);
