/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * typed-params: the public virTypedParams… functions, over base/typed_params.h.
 * They belong to no connection.  Nothing waits.
 */
#include "base/typed_params.h"

#include "lib/entry.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

virTypedParameterPtr
virTypedParamsGet(virTypedParameterPtr params, int nparams, const char *name)
{
    virResetLastError();
    return name ? typed_params_find(params, nparams, name) : NULL;
}

#define GETTER(word, ctype, TYPE, member) \
    int \
    virTypedParamsGet##word(virTypedParameterPtr params, int nparams, const char *name, ctype *value) \
    { \
        ENTRY("virTypedParamsGet" #word, VIR_FROM_NONE); \
        virTypedParameterPtr param; \
        int rc; \
        if (!name) \
            return 0; \
        rc = typed_params_get(params, nparams, name, VIR_TYPED_PARAM_##TYPE, &param, &e.err); \
        if (rc < 0) \
            return entry_fail(&e); \
        if (rc > 0 && value) \
            *value = param->value.member; \
        return rc; \
    }
GETTER(Int, int, INT, i)
GETTER(UInt, unsigned int, UINT, ui)
GETTER(LLong, long long, LLONG, l)
GETTER(ULLong, unsigned long long, ULLONG, ul)
GETTER(Double, double, DOUBLE, d)
GETTER(String, const char *, STRING, s)

int
virTypedParamsGetBoolean(virTypedParameterPtr params, int nparams, const char *name, int *value)
{
    ENTRY("virTypedParamsGetBoolean", VIR_FROM_NONE);
    virTypedParameterPtr param;
    int rc;

    if (!name)
        return 0;
    rc = typed_params_get(params, nparams, name, VIR_TYPED_PARAM_BOOLEAN, &param, &e.err);
    if (rc < 0)
        return entry_fail(&e);
    if (rc > 0 && value)
        *value = !!param->value.b;
    return rc;
}

static virTypedParameterPtr
add(struct entry *e, virTypedParameterPtr *params, int *nparams, int *maxparams, const char *name, int type)
{
    virTypedParameterPtr added;

    if (!entry_nonnull(e, "params", params) || !entry_nonnull(e, "nparams", nparams) ||
        !entry_nonnull(e, "maxparams", maxparams) || !entry_nonnull(e, "name", name) ||
        typed_params_add(params, nparams, maxparams, name, type, true, &added, &e->err) < 0) {
        entry_fail(e);
        return NULL;
    }
    return added;
}

#define ADDER(word, ctype, TYPE, member, convert) \
    int \
    virTypedParamsAdd##word(virTypedParameterPtr *params, int *nparams, int *maxparams, const char *name, \
                            ctype value) \
    { \
        ENTRY("virTypedParamsAdd" #word, VIR_FROM_NONE); \
        virTypedParameterPtr added = add(&e, params, nparams, maxparams, name, VIR_TYPED_PARAM_##TYPE); \
        if (!added) \
            return -1; \
        added->value.member = convert(value); \
        return 0; \
    }
ADDER(Int, int, INT, i, )
ADDER(UInt, unsigned int, UINT, ui, )
ADDER(LLong, long long, LLONG, l, )
ADDER(ULLong, unsigned long long, ULLONG, ul, )
ADDER(Double, double, DOUBLE, d, )
ADDER(Boolean, int, BOOLEAN, b, !!)
ADDER(String, const char *, STRING, s, g_strdup)

int
virTypedParamsAddStringList(virTypedParameterPtr *params, int *nparams, int *maxparams, const char *name,
                            const char **values)
{
    for (size_t i = 0; values && values[i]; i++)
        if (virTypedParamsAddString(params, nparams, maxparams, name, values[i]) < 0)
            return -1;
    return 0;
}

/* 0, or -1 when the text is not a value of the type. */
static int
from_string(virTypedParameterPtr param, const char *value)
{
    char *end;

    errno = 0;
    switch (param->type) {
    /* As C reads them: blanks before, a sign, and for unsigned ones a minus that wraps around. */
    case VIR_TYPED_PARAM_INT:
        param->value.l = strtoll(value, &end, 10);
        if (param->value.l != (int)param->value.l)
            return -1;
        param->value.i = (int)param->value.l;
        break;
    case VIR_TYPED_PARAM_UINT:
        param->value.ul = strtoull(value, &end, 10);
        if (param->value.ul > UINT_MAX && -param->value.ul > UINT_MAX)
            return -1;
        param->value.ui = (unsigned int)param->value.ul;
        break;
    case VIR_TYPED_PARAM_LLONG:
        param->value.l = strtoll(value, &end, 10);
        break;
    case VIR_TYPED_PARAM_ULLONG:
        param->value.ul = strtoull(value, &end, 10);
        break;
    case VIR_TYPED_PARAM_DOUBLE:
        param->value.d = g_ascii_strtod(value, &end);
        break;
    case VIR_TYPED_PARAM_BOOLEAN:
        param->value.b = strcmp(value, "1") == 0 || g_ascii_strcasecmp(value, "true") == 0;
        return param->value.b || strcmp(value, "0") == 0 || g_ascii_strcasecmp(value, "false") == 0 ? 0 : -1;
    case VIR_TYPED_PARAM_STRING:
        param->value.s = g_strdup(value);
        return 0;
    default:
        return -1;
    }
    return end == value || *end || errno ? -1 : 0;
}

int
virTypedParamsAddFromString(virTypedParameterPtr *params, int *nparams, int *maxparams, const char *name,
                            int type, const char *value)
{
    ENTRY("virTypedParamsAddFromString", VIR_FROM_NONE);
    virTypedParameterPtr added;

    if (!entry_nonnull(&e, "value", value))
        return entry_fail(&e);
    if (!typed_param_type_name(type))
        return entry_set(&e, VIR_ERR_INTERNAL_ERROR, "%d is not the type of a parameter", type);
    added = add(&e, params, nparams, maxparams, name, type);
    if (!added)
        return -1;
    if (from_string(added, value) < 0) {
        (*nparams)--;
        return entry_set(&e, VIR_ERR_INVALID_ARG,
                         "'%s' is not a value of type %s, which parameter '%s' needs", value,
                         typed_param_type_name(type), name);
    }
    return 0;
}

void
virTypedParamsClear(virTypedParameterPtr params, int nparams)
{
    typed_params_clear(params, nparams);
}

void
virTypedParamsFree(virTypedParameterPtr params, int nparams)
{
    typed_params_free(params, nparams);
}
