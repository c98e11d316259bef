/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Typed parameters: showing them, and building them from options. */
#pragma once

#include "shell.h"

char *param_text(const virTypedParameter *p); /* to be freed */

/* A growing list of parameters; freed by params_clear. */
struct params {
    virTypedParameterPtr list;
    int n, max;
};
void params_clear(struct params *p);
#define auto_params __attribute__((cleanup(params_clear))) struct params

/* Adds the option's value, if given, under the field's name.  -1: malformed, told; 0: not given; 1: added. */
int params_add_string(struct shell *sh, const struct call *call, const char *option, const char *field,
                      struct params *p);
int params_add_int(struct shell *sh, const struct call *call, const char *option, const char *field,
                   struct params *p);
int params_add_uint(struct shell *sh, const struct call *call, const char *option, const char *field,
                    struct params *p);
int params_add_ullong(struct shell *sh, const struct call *call, const char *option, const char *field,
                      struct params *p);
/* A size in units of `scale` bytes if no suffix is given. */
int params_add_size(struct shell *sh, const struct call *call, const char *option, const char *field,
                    unsigned long long scale, struct params *p);
/* Adds `text` converted to `type`; false if it does not fit. */
bool params_add_text(struct params *p, const char *field, int type, const char *text);
/* Each as a property, in this layout. */
#define LINE_OF_PARAM "%-15s: %s\n"
void params_print(struct shell *sh, const char *layout, const virTypedParameter *list, int n);
void param_print(struct shell *sh, const char *layout, const virTypedParameter *p);
const virTypedParameter *params_get(const virTypedParameter *list, int n, const char *field);
bool params_ullong(const virTypedParameter *list, int n, const char *field, unsigned long long *v);
