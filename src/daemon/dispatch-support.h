/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * dispatch-support: what generated and hand-written run functions share.
 *
 * Called by: dispatch-*.c only.  Nothing here waits.
 */
#pragma once

#include "daemon/dispatch.h"
#include "driver/driver.h"
#include "wire/params.h"

#include <glib.h>

/* All three return -1 (or true) with err filled. */
int dispatch_unsupported(struct dispatch_call *call, const char *function, struct err *err);
bool dispatch_read_only(struct dispatch_call *call, struct err *err);
/* How many results the client has room for, from the client: 0 … limit. */
int dispatch_count(int64_t n, uint32_t limit, struct err *err);

/* In the arena, strings borrowed from the message; never NULL for n = 0. */
virTypedParameterPtr dispatch_params_in(struct dispatch_call *call, const struct remote_typed_param *params,
                                        uint32_t n, struct err *err);
int dispatch_params_out(struct dispatch_call *call, virTypedParameterPtr params, int n, uint32_t limit,
                        unsigned int flags, struct remote_typed_param **out, uint32_t *out_n,
                        struct err *err);
void dispatch_free_strings(char **strings, int n);
