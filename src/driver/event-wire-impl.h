/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * event-wire-impl: between event-wire.c and the generated tables; for nobody else.
 */
#pragma once

#include "driver/event-wire.h"
#include "wire/params.h"

#include <glib.h>

struct event_wire_form {
    int proc; /* 0: there is none */
    int (*encode)(const struct event *ev, struct xdr_arena *arena, struct xdr_writer *w, struct err *err);
    int (*decode)(struct xdr_reader *r, struct event *ev, int *callback_id, struct err *err);
};

struct event_wire {
    enum event_family family;
    int id;
    struct event_wire_form forms[2]; /* by enum event_style */
};
extern const struct event_wire event_wires[];
extern const size_t event_wires_n;

void event_graphics_to_wire(const struct event_graphics_address *a,
                            struct remote_domain_event_graphics_address *w);
void event_graphics_from_wire(const struct remote_domain_event_graphics_address *w,
                              struct event_graphics_address *a);
void event_subject_to_wire(const struct event *ev, struct xdr_arena *arena,
                           struct remote_domain_event_graphics_identity **w, uint32_t *n);
void event_subject_from_wire(struct event *ev, const struct remote_domain_event_graphics_identity *w,
                             uint32_t n);
int event_params_from_wire(struct event *ev, const struct remote_typed_param *params, uint32_t n,
                           struct err *err);
