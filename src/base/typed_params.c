/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * typed_params: see typed_params.h.
 */
#include "base/typed_params.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#define ERR_FROM VIR_FROM_NONE

void
typed_params_clear(virTypedParameterPtr params, int n)
{
    if (!params || n > TYPED_PARAMS_MOST)
        return;
    for (int i = 0; i < n; i++)
        if (params[i].type == VIR_TYPED_PARAM_STRING)
            g_clear_pointer(&params[i].value.s, free);
}

void
typed_params_free(virTypedParameterPtr params, int n)
{
    typed_params_clear(params, n);
    free(params);
}

virTypedParameterPtr
typed_params_find(virTypedParameterPtr params, int n, const char *name)
{
    if (n > TYPED_PARAMS_MOST)
        return NULL;
    for (int i = 0; params && i < n; i++)
        if (strncmp(params[i].field, name, VIR_TYPED_PARAM_FIELD_LENGTH) == 0)
            return &params[i];
    return NULL;
}

const char *
typed_param_type_name(int type)
{
    static const char *const names[] = {
        NULL, "int", "uint", "llong", "ullong", "double", "boolean", "string"
    };

    return type > 0 && type < (int)G_N_ELEMENTS(names) ? names[type] : NULL;
}

static const char *
type_text(int type)
{
    const char *name = typed_param_type_name(type);

    return name ? name : "unknown";
}

int
typed_params_get(virTypedParameterPtr params, int n, const char *name, int type,
                 virTypedParameterPtr *param, struct err *err)
{
    virTypedParameterPtr found = typed_params_find(params, n, name);

    *param = found;
    if (n > TYPED_PARAMS_MOST)
        return err_set(err, VIR_ERR_INVALID_ARG, "%d is more typed parameters than an array can hold", n);
    if (!found)
        return 0;
    if (found->type != type)
        return err_set(err, VIR_ERR_INVALID_ARG, "parameter '%s' is of type '%s', asked for as '%s'",
                       name, type_text(found->type), type_text(type));
    return 1;
}

int
typed_params_add(virTypedParameterPtr *params, int *n, int *max, const char *name, int type,
                 bool repeat, virTypedParameterPtr *added, struct err *err)
{
    virTypedParameterPtr p;
    virTypedParameterPtr old = typed_params_find(*params, *n, name);

    if (old && (!repeat || old->type != type))
        return err_set(err, VIR_ERR_INVALID_ARG, "parameter '%s' is in the list already", name);
    if (strlen(name) >= VIR_TYPED_PARAM_FIELD_LENGTH)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "parameter name '%s' is longer than %d characters", name,
                       VIR_TYPED_PARAM_FIELD_LENGTH - 1);
    if (*n >= *max) {
        int room = *max < 8 ? 8 : *max * 2;

        if (room <= *n)
            room = *n + 8;
        p = realloc(*params, room * sizeof(*p));
        if (!p)
            return err_set(err, VIR_ERR_NO_MEMORY, "no memory for %d typed parameters", room);
        *params = p;
        *max = room;
    }
    p = &(*params)[(*n)++];
    memset(p, 0, sizeof(*p));
    g_strlcpy(p->field, name, sizeof(p->field));
    p->type = type;
    *added = p;
    return 0;
}

#define ADD(word, ctype, TYPE, member)                                                                       \
    int typed_params_add_##word(virTypedParameterPtr *params, int *n, int *max, const char *name,            \
                                ctype value)                                                                 \
    {                                                                                                        \
        virTypedParameterPtr p;                                                                              \
        if (typed_params_add(params, n, max, name, VIR_TYPED_PARAM_##TYPE, false, &p, NULL) < 0)             \
            return -1;                                                                                       \
        p->value.member = value;                                                                             \
        return 0;                                                                                            \
    }
ADD(int, int, INT, i)
ADD(uint, unsigned, UINT, ui)
ADD(llong, long long, LLONG, l)
ADD(ullong, unsigned long long, ULLONG, ul)
ADD(double, double, DOUBLE, d)
ADD(boolean, bool, BOOLEAN, b)

int
typed_params_add_string(virTypedParameterPtr *params, int *n, int *max, const char *name, const char *value)
{
    virTypedParameterPtr p;

    if (typed_params_add(params, n, max, name, VIR_TYPED_PARAM_STRING, true, &p, NULL) < 0)
        return -1;
    p->value.s = g_strdup(value);
    return 0;
}

void
typed_params_copy(virTypedParameterPtr *dst, int *ndst, const virTypedParameter *src, int n)
{
    *ndst = n;
    *dst = n ? g_memdup2(src, n * sizeof(*src)) : NULL;
    for (int i = 0; i < n; i++)
        if (src[i].type == VIR_TYPED_PARAM_STRING)
            (*dst)[i].value.s = g_strdup(src[i].value.s);
}

int
typed_params_check(virTypedParameterPtr params, int n, const struct typed_param_rule *rules, size_t nrules,
                   struct err *err)
{
    for (int i = 0; i < n; i++) {
        const struct typed_param_rule *rule = NULL;

        for (size_t r = 0; r < nrules && !rule; r++)
            if (strncmp(rules[r].name, params[i].field, VIR_TYPED_PARAM_FIELD_LENGTH) == 0)
                rule = &rules[r];
        if (!rule)
            return err_set(err, VIR_ERR_ARGUMENT_UNSUPPORTED, "parameter '%.80s' is not known here",
                           params[i].field);
        if (params[i].type != rule->type)
            return err_set(err, VIR_ERR_INVALID_ARG, "parameter '%s' is of type '%s', expected '%s'",
                           rule->name, type_text(params[i].type), type_text(rule->type));
        if (!rule->repeat && typed_params_find(params, i, rule->name))
            return err_set(err, VIR_ERR_INVALID_ARG, "parameter '%s' is given twice", rule->name);
    }
    return 0;
}
