/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * typed_params: arrays of named, typed values, the API's extensible records.
 *
 * Owns: growing, looking up, copying and freeing virTypedParameter arrays, for
 * drivers, wire and the public functions of the same duty.  Memory is malloc's,
 * as applications free it.
 * Called by: everything.  Nothing waits.
 */
#pragma once

#include "base/err.h"

#include <libvirt/libvirt.h>

/* A count above this is not one: no array of that size exists, and nothing is read or freed by it. */
#define TYPED_PARAMS_MOST (1 << 20)

/* Frees the strings inside; _free() the array too.  NULL is nothing to do. */
void typed_params_clear(virTypedParameterPtr params, int n);
void typed_params_free(virTypedParameterPtr params, int n);
/* The first of that name, or NULL. */
virTypedParameterPtr typed_params_find(virTypedParameterPtr params, int n, const char *name);
/* Finds `name` and insists on its type: 1 found, 0 not there, -1 with err. */
int typed_params_get(virTypedParameterPtr params, int n, const char *name, int type,
                     virTypedParameterPtr *param, struct err *err);
const char *typed_param_type_name(int type); /* "int", … or NULL */

/* Append: 0, or -1 with err when the name is too long or given already (strings
 * may repeat: `repeat`).  *max is the room allocated. */
int typed_params_add(virTypedParameterPtr *params, int *n, int *max, const char *name, int type,
                     bool repeat, virTypedParameterPtr *added, struct err *err);
int typed_params_add_int(virTypedParameterPtr *params, int *n, int *max, const char *name, int value);
int typed_params_add_uint(virTypedParameterPtr *params, int *n, int *max, const char *name, unsigned value);
int typed_params_add_llong(virTypedParameterPtr *params, int *n, int *max, const char *name, long long value);
int typed_params_add_ullong(virTypedParameterPtr *params, int *n, int *max, const char *name,
                            unsigned long long value);
int typed_params_add_double(virTypedParameterPtr *params, int *n, int *max, const char *name, double value);
int typed_params_add_boolean(virTypedParameterPtr *params, int *n, int *max, const char *name, bool value);
int typed_params_add_string(virTypedParameterPtr *params, int *n, int *max, const char *name,
                            const char *value);

void typed_params_copy(virTypedParameterPtr *dst, int *ndst, const virTypedParameter *src, int n);

/* What a call accepts: names and types; `repeat` may come several times. */
struct typed_param_rule { const char *name; int type; bool repeat; };
/* -1 with err when a parameter is unknown, has another type or comes twice. */
int typed_params_check(virTypedParameterPtr params, int n, const struct typed_param_rule *rules,
                       size_t nrules, struct err *err);
