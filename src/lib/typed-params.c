/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * typed-params: the public virTypedParams… functions, over base/typed_params.h.
 * They belong to no connection.  Nothing waits.
 */
#include "base/typed_params.h"

#include "base/str.h"
#include "lib/entry.h"

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
        if (!entry_nonnull(&e, "name", name)) \
            return entry_fail(&e); \
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

    if (!entry_nonnull(&e, "name", name))
        return entry_fail(&e);
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
    int64_t l;
    uint64_t ul;
    char *end;

    switch (param->type) {
    case VIR_TYPED_PARAM_INT:
        return str_to_int(value, 10, &param->value.i);
    case VIR_TYPED_PARAM_UINT:
        return str_to_uint(value, 10, &param->value.ui);
    case VIR_TYPED_PARAM_LLONG:
        if (str_to_i64(value, 10, &l) < 0)
            return -1;
        param->value.l = l;
        return 0;
    case VIR_TYPED_PARAM_ULLONG:
        if (str_to_u64(value, 10, &ul) < 0)
            return -1;
        param->value.ul = ul;
        return 0;
    case VIR_TYPED_PARAM_DOUBLE:
        param->value.d = g_ascii_strtod(value, &end);
        return *value && !*end ? 0 : -1;
    case VIR_TYPED_PARAM_BOOLEAN:
        if (strcmp(value, "0") != 0 && strcmp(value, "1") != 0)
            return -1;
        param->value.b = *value == '1';
        return 0;
    case VIR_TYPED_PARAM_STRING:
        param->value.s = g_strdup(value);
        return 0;
    }
    return -1;
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
        return entry_set(&e, VIR_ERR_INVALID_ARG, "%d is not the type of a parameter", type);
    added = add(&e, params, nparams, maxparams, name, type);
    if (!added)
        return -1;
    if (from_string(added, value) < 0) {
        (*nparams)--;
        return entry_set(&e, VIR_ERR_INVALID_ARG, "'%s' is not a value of type %s, which parameter '%s' needs",
                         value, typed_param_type_name(type), name);
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
