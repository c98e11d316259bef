/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * stream: the handle of a stream; see stream.c.
 */
#pragma once

#include "driver/stream.h"
#include "lib/entry.h"

/* Bytes, 0 at the end, -2 would wait, -3 a hole, -1 with e->err. */
long long stream_send(struct entry *e, virStreamPtr st, const char *data, size_t n);
long long stream_recv(struct entry *e, virStreamPtr st, char *data, size_t n, unsigned int flags);
