/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * params: typed parameters on the wire; see params.h.
 */
#include "wire/params.h"

#include <glib.h>
#include <stdlib.h>

#define ERR_FROM VIR_FROM_RPC

int
params_to_wire(struct xdr_arena *arena, const virTypedParameter *params, int n, bool strings, uint32_t limit,
               struct remote_typed_param **out, uint32_t *out_n, struct err *err)
{
    *out = NULL;
    *out_n = 0;
    if (n <= 0 || !params)
        return 0;
    struct remote_typed_param *w = xdr_arena_alloc(arena, (size_t)n * sizeof(*w));
    uint32_t used = 0;
    for (int i = 0; i < n; i++) {
        const virTypedParameter *p = &params[i];
        if (p->type == 0 || (p->type == VIR_TYPED_PARAM_STRING && !strings))
            continue;
        struct remote_typed_param *o = &w[used++];
        o->field = (char *)p->field;
        o->value.type = p->type;
        switch (p->type) {
        case VIR_TYPED_PARAM_INT: o->value.u.i = p->value.i; break;
        case VIR_TYPED_PARAM_UINT: o->value.u.ui = p->value.ui; break;
        case VIR_TYPED_PARAM_LLONG: o->value.u.l = p->value.l; break;
        case VIR_TYPED_PARAM_ULLONG: o->value.u.ul = p->value.ul; break;
        case VIR_TYPED_PARAM_DOUBLE: o->value.u.d = p->value.d; break;
        case VIR_TYPED_PARAM_BOOLEAN: o->value.u.b = p->value.b; break;
        case VIR_TYPED_PARAM_STRING: o->value.u.s = p->value.s; break;
        default:
            return err_set(err, VIR_ERR_RPC, "Parameter '%s' is of type %d, which cannot be sent", p->field,
                           p->type);
        }
    }
    if (used > limit)
        return err_set(err, VIR_ERR_RPC, "%u parameters are more than the %u that one call may carry", used,
                       limit);
    *out = w;
    *out_n = used;
    return 0;
}

int
params_from_wire(const struct remote_typed_param *params, uint32_t n, bool own, virTypedParameterPtr out,
                 struct err *err)
{
    memset(out, 0, n * sizeof(*out));
    for (uint32_t i = 0; i < n; i++) {
        const struct remote_typed_param *p = &params[i];
        virTypedParameterPtr o = &out[i];
        if (strlen(p->field) >= sizeof(o->field)) {
            if (own)
                params_clear(out, (int)i);
            return err_set(err, VIR_ERR_RPC, "The name of parameter '%.40s…' is longer than %zu bytes",
                           p->field, sizeof(o->field) - 1);
        }
        strcpy(o->field, p->field);
        o->type = p->value.type;
        switch (p->value.type) {
        case VIR_TYPED_PARAM_INT: o->value.i = p->value.u.i; break;
        case VIR_TYPED_PARAM_UINT: o->value.ui = p->value.u.ui; break;
        case VIR_TYPED_PARAM_LLONG: o->value.l = p->value.u.l; break;
        case VIR_TYPED_PARAM_ULLONG: o->value.ul = p->value.u.ul; break;
        case VIR_TYPED_PARAM_DOUBLE: o->value.d = p->value.u.d; break;
        case VIR_TYPED_PARAM_BOOLEAN: o->value.b = p->value.u.b != 0; break;
        case VIR_TYPED_PARAM_STRING: o->value.s = own ? g_strdup(p->value.u.s) : p->value.u.s; break;
        }
    }
    return 0;
}

void
params_clear(virTypedParameterPtr params, int n)
{
    for (int i = 0; i < n; i++)
        if (params[i].type == VIR_TYPED_PARAM_STRING) {
            free(params[i].value.s);
            params[i].value.s = NULL;
        }
}

void
params_free(virTypedParameterPtr params, int n)
{
    if (params)
        params_clear(params, n);
    free(params);
}
