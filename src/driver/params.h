/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * params: shares and limits in a definition as the typed parameters of the API, and back.
 *
 * The readers fill what the caller has room for; with *nparams 0 they only count.  The writers check
 * names, types and values first and then change the definition, which is theirs to edit; `from` is the
 * error domain of the driver.
 * Called by: drivers.  Nothing here waits.
 */
#pragma once

#include "base/typed_params.h"
#include "model/domain-def.h"

/* Fills an array of the caller. */
struct params_out { virTypedParameterPtr items; int room, n; };
#define PARAMS_OUT(params, nparams) { (params), *(nparams), 0 }
void params_out_uint(struct params_out *out, const char *name, unsigned value);
void params_out_int(struct params_out *out, const char *name, int value);
void params_out_ullong(struct params_out *out, const char *name, unsigned long long value);
void params_out_boolean(struct params_out *out, const char *name, bool value);
void params_out_string(struct params_out *out, const char *name, const char *value);
/* How many there are, or were filled. */
static inline int
params_out_count(const struct params_out *out)
{
    return out->room && out->room < out->n ? out->room : out->n;
}

void params_read_blkio(const struct domain_def *def, struct params_out *out);
int params_write_blkio(struct domain_def *def, virTypedParameterPtr params, int n, struct err *err);
void params_read_memory(const struct domain_def *def, struct params_out *out);
int params_write_memory(struct domain_def *def, virTypedParameterPtr params, int n, int from,
                        struct err *err);
void params_read_numa(const struct domain_def *def, struct params_out *out);
int params_write_numa(struct domain_def *def, virTypedParameterPtr params, int n, int from, struct err *err);
void params_read_perf(const struct domain_def *def, struct params_out *out);
int params_write_perf(struct domain_def *def, virTypedParameterPtr params, int n, struct err *err);
void params_read_interface(const struct domain_interface *net, struct params_out *out);
/* Only names and types, for who has to look for the device afterwards. */
int params_check_interface(virTypedParameterPtr params, int n, struct err *err);
int params_write_interface(struct domain_def *def, struct domain_interface *net, virTypedParameterPtr params,
                           int n, struct err *err);
void params_read_iotune(const struct domain_disk *disk, struct params_out *out);
int params_check_iotune(virTypedParameterPtr params, int n, struct err *err);
int params_write_iotune(struct domain_def *def, struct domain_disk *disk, virTypedParameterPtr params, int n,
                        int from, struct err *err);
