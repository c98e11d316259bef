/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "params.h"

#include <errno.h>
#include <string.h>

char *
param_text(const virTypedParameter *p)
{
    switch (p->type) {
    case VIR_TYPED_PARAM_INT: return g_strdup_printf("%d", p->value.i);
    case VIR_TYPED_PARAM_UINT: return g_strdup_printf("%u", p->value.ui);
    case VIR_TYPED_PARAM_LLONG: return g_strdup_printf("%lld", p->value.l);
    case VIR_TYPED_PARAM_ULLONG: return g_strdup_printf("%llu", p->value.ul);
    case VIR_TYPED_PARAM_DOUBLE: return g_strdup_printf("%f", p->value.d);
    case VIR_TYPED_PARAM_BOOLEAN: return g_strdup(p->value.b ? "yes" : "no");
    case VIR_TYPED_PARAM_STRING: return g_strdup(p->value.s ? p->value.s : "");
    default: return g_strdup_printf("(value of unknown type %d)", p->type);
    }
}

void
params_clear(struct params *p)
{
    virTypedParamsFree(p->list, p->n);
    p->list = NULL;
    p->n = p->max = 0;
}

int
params_add_string(struct shell *sh, const struct call *call, const char *option, const char *field,
                  struct params *p)
{
    const char *v = NULL;
    int rc = opt_string(sh, call, option, &v);
    if (rc > 0 && virTypedParamsAddString(&p->list, &p->n, &p->max, field, v) < 0)
        return -1;
    return rc;
}

int
params_add_int(struct shell *sh, const struct call *call, const char *option, const char *field,
               struct params *p)
{
    int v;
    int rc = opt_int(sh, call, option, &v);
    if (rc > 0 && virTypedParamsAddInt(&p->list, &p->n, &p->max, field, v) < 0)
        return -1;
    return rc;
}

int
params_add_uint(struct shell *sh, const struct call *call, const char *option, const char *field,
                struct params *p)
{
    unsigned int v;
    int rc = opt_uint(sh, call, option, &v);
    if (rc > 0 && virTypedParamsAddUInt(&p->list, &p->n, &p->max, field, v) < 0)
        return -1;
    return rc;
}

int
params_add_ullong(struct shell *sh, const struct call *call, const char *option, const char *field,
                  struct params *p)
{
    unsigned long long v;
    int rc = opt_ullong(sh, call, option, &v);
    if (rc > 0 && virTypedParamsAddULLong(&p->list, &p->n, &p->max, field, v) < 0)
        return -1;
    return rc;
}

int
params_add_size(struct shell *sh, const struct call *call, const char *option, const char *field,
                unsigned long long scale, struct params *p)
{
    unsigned long long v;
    int rc = opt_size(sh, call, option, scale, G_MAXUINT64, &v);
    if (rc > 0 && virTypedParamsAddULLong(&p->list, &p->n, &p->max, field, v) < 0)
        return -1;
    return rc;
}

bool
params_add_text(struct params *p, const char *field, int type, const char *text)
{
    return virTypedParamsAddFromString(&p->list, &p->n, &p->max, field, type, text) == 0;
}

void
param_print(struct shell *sh, const char *layout, const virTypedParameter *p)
{
    g_autofree char *value = param_text(p);
    switch (p->type) {
    case VIR_TYPED_PARAM_INT: fact(sh, layout, p->field, "%d", p->value.i); break;
    case VIR_TYPED_PARAM_UINT: fact(sh, layout, p->field, "%u", p->value.ui); break;
    case VIR_TYPED_PARAM_LLONG: fact(sh, layout, p->field, "%lld", p->value.l); break;
    case VIR_TYPED_PARAM_ULLONG: fact(sh, layout, p->field, "%llu", p->value.ul); break;
    default: fact(sh, layout, p->field, "%s", value); break;
    }
}

void
params_print(struct shell *sh, const char *layout, const virTypedParameter *list, int n)
{
    for (int i = 0; i < n; i++)
        param_print(sh, layout, &list[i]);
}

const virTypedParameter *
params_get(const virTypedParameter *list, int n, const char *field)
{
    for (int i = 0; i < n; i++)
        if (strcmp(list[i].field, field) == 0)
            return &list[i];
    return NULL;
}

bool
params_ullong(const virTypedParameter *list, int n, const char *field, unsigned long long *v)
{
    const virTypedParameter *p = params_get(list, n, field);
    if (!p || p->type != VIR_TYPED_PARAM_ULLONG)
        return false;
    *v = p->value.ul;
    return true;
}
