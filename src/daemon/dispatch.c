/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * dispatch: finding a procedure, the checks before it runs, and what the
 * generated run functions share.  See dispatch.h.
 */
#include "daemon/dispatch-support.h"

#define ERR_FROM VIR_FROM_RPC

const struct dispatch_entry *
dispatch_find(const struct dispatch_program *const *programs, size_t n, uint32_t program, uint32_t version,
              int32_t proc, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        const struct dispatch_program *p = programs[i];
        if (p->program != program)
            continue;
        if (p->version != version) {
            err_set(err, VIR_ERR_RPC, "Program 0x%x is spoken here in version %u, not %u", program,
                    p->version, version);
            return NULL;
        }
        if (proc < 0 || (size_t)proc >= p->n || !p->entries[proc].run) {
            err_set(err, VIR_ERR_RPC,
                    "Program 0x%x has no procedure %d here; is the client newer than the daemon?", program,
                    proc);
            return NULL;
        }
        return &p->entries[proc];
    }
    err_set(err, VIR_ERR_RPC, "Program 0x%x is not spoken here", program);
    return NULL;
}

bool
dispatch_guest(const struct dispatch_entry *entry, const char *payload, size_t n,
               unsigned char uuid[UUID_LEN])
{
    if (!(entry->flags & (DISPATCH_GUEST | DISPATCH_GUEST_SECOND)))
        return false;
    for (int skip = entry->flags & DISPATCH_GUEST_SECOND ? 2 : 1; skip > 0; skip--) {
        if (n < 4)
            return false;
        size_t length = 4 + (((size_t)xdr_get_u32(payload) + 3) & ~(size_t)3);
        if (n < length)
            return false;
        payload += length;
        n -= length;
    }
    if (n < UUID_LEN)
        return false;
    memcpy(uuid, payload, UUID_LEN);
    return true;
}

int
dispatch_run(struct dispatch_call *call, char *payload, size_t n, struct xdr_writer *ret, struct err *err)
{
    const struct dispatch_entry *entry = call->entry;
    if (!call->conn && !(entry->flags & DISPATCH_NO_OPEN))
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "Call '%s' came before the connection was opened",
                       entry->name);
    if ((entry->flags & DISPATCH_WRITE) && dispatch_read_only(call, err))
        return -1;
    struct xdr_reader args = { payload, payload + n, call->arena };
    return entry->run(call, &args, ret, err);
}

int
dispatch_unsupported(struct dispatch_call *call, const char *function, struct err *err)
{
    err_set_from(err, call->entry->domain, VIR_ERR_NO_SUPPORT,
                 "%s is not supported by the driver of this connection", function);
    if (err) {
        g_free(err->str1);
        err->str1 = g_strdup(function);
    }
    return -1;
}

bool
dispatch_read_only(struct dispatch_call *call, struct err *err)
{
    if (!(call->conn->flags & VIR_CONNECT_RO))
        return false;
    err_set_from(
        err, call->entry->domain, VIR_ERR_OPERATION_DENIED,
        "operation forbidden: '%s' is not allowed on a read-only connection; connect without read-only",
        call->entry->name);
    return true;
}

int
dispatch_count(int64_t n, uint32_t limit, struct err *err)
{
    if (n < 0 || n > limit)
        return err_set_from(err, VIR_FROM_REMOTE, VIR_ERR_RPC,
                            "Room for %lld results was asked for, 0 to %u are possible", (long long)n, limit);
    return 0;
}

virTypedParameterPtr
dispatch_params_in(struct dispatch_call *call, const struct remote_typed_param *params, uint32_t n,
                   struct err *err)
{
    virTypedParameterPtr out = xdr_arena_alloc(call->arena, (n ? n : 1) * sizeof(*out));
    return params_from_wire(params, n, false, out, err) < 0 ? NULL : out;
}

int
dispatch_params_out(struct dispatch_call *call, virTypedParameterPtr params, int n, uint32_t limit,
                    unsigned int flags, struct remote_typed_param **out, uint32_t *out_n, struct err *err)
{
    return params_to_wire(call->arena, params, n, flags & VIR_TYPED_PARAM_STRING_OKAY, limit, out, out_n,
                          err);
}

void
dispatch_free_strings(char **strings, int n)
{
    for (int i = 0; i < n; i++)
        g_free(strings[i]);
}
