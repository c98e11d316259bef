/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * event-wire: between events and the messages that carry them.
 *
 * Owns: the generated mapping (api/wire/events.map), the form that is encoded
 * once for all receivers.
 * Called by: the daemon's sessions (any thread that emits), the remote driver.
 * Nothing here waits.
 */
#pragma once

#include "core/event.h"
#include "wire/framing.h"

/* How events reach a subscription. */
enum event_style {
    EVENT_STYLE_CALLBACK, /* messages carry the callback id: one for each subscription */
    EVENT_STYLE_LEGACY,   /* the old domain messages: one subscription an event id and client */
};

/* Appends the whole message for `ev`, header included.  Nothing, with 0, when the old
 * style has no such message.  -1 with err: it cannot be encoded. */
int event_message(struct event *ev, enum event_style style, int callback_id, struct xdr_writer *w,
                  struct err *err);

/* The event in a received message.  `callback_id` is -1 when the message has none (legacy).
 * NULL with err code VIR_ERR_OK: not an event message; NULL with err: broken. */
struct event *event_from_message(struct frame *f, int *callback_id, struct err *err);
