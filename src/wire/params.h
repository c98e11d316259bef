/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * params: between the API's typed parameters and their wire form.
 *
 * Owns: the copies both ways.  On the wire a parameter has a name of any length
 * and a value of one of seven types; the API has names of 79 bytes at most.
 * Called by: dispatch, the remote driver, events.  Nothing here waits.
 */
#pragma once

#include "wire/xdr.h"

#include <libvirt/libvirt.h>

/* Borrowing: `out` is in the arena, its strings are those of `params`.  Entries without
 * a type are left out, and strings when `strings` is false (old callers cannot take
 * them).  -1 with err: more than `limit` are left, or an unknown type. */
int params_to_wire(struct xdr_arena *arena, const virTypedParameter *params, int n, bool strings,
                   uint32_t limit, struct remote_typed_param **out, uint32_t *out_n, struct err *err);
/* Into `out`, which has room for n; strings are borrowed, or duplicated when `own`. */
int params_from_wire(const struct remote_typed_param *params, uint32_t n, bool own, virTypedParameterPtr out,
                     struct err *err);
/* Frees the strings; and the array too. */
void params_clear(virTypedParameterPtr params, int n);
void params_free(virTypedParameterPtr params, int n);
