/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * session-identity: on whose behalf a client speaks, when it says so: gateways that serve others.
 *
 * What a client's socket and log-in prove stays who it is, to the administrator and in the log; what it says
 * is for drivers (struct drv_conn) and noted in the log.  A client that may write may do everything, so that
 * nothing is allowed to the one it names that was not allowed before.
 * Called by: dispatch, on the I/O thread.  Nothing waits.
 */
#include "daemon/session.h"

#include "base/log.h"
#include "base/typed_params.h"

#include <glib.h>
#include <stddef.h>

#define ERR_FROM VIR_FROM_RPC
LOG_FROM("daemon.identity");

/* Calls under way may still look at the one before: they are kept as long as the session. */
#define CHANGES_MAX 64

static const struct typed_param_rule rules[] = {
    { VIR_CONNECT_IDENTITY_USER_NAME, VIR_TYPED_PARAM_STRING, false },
    { VIR_CONNECT_IDENTITY_UNIX_USER_ID, VIR_TYPED_PARAM_ULLONG, false },
    { VIR_CONNECT_IDENTITY_GROUP_NAME, VIR_TYPED_PARAM_STRING, false },
    { VIR_CONNECT_IDENTITY_UNIX_GROUP_ID, VIR_TYPED_PARAM_ULLONG, false },
    { VIR_CONNECT_IDENTITY_PROCESS_ID, VIR_TYPED_PARAM_LLONG, false },
    { VIR_CONNECT_IDENTITY_PROCESS_TIME, VIR_TYPED_PARAM_ULLONG, false },
    { VIR_CONNECT_IDENTITY_SASL_USER_NAME, VIR_TYPED_PARAM_STRING, false },
    { VIR_CONNECT_IDENTITY_X509_DISTINGUISHED_NAME, VIR_TYPED_PARAM_STRING, false },
    { VIR_CONNECT_IDENTITY_SELINUX_CONTEXT, VIR_TYPED_PARAM_STRING, false },
};

static const struct { const char *name; size_t offset; } texts[] = {
    { VIR_CONNECT_IDENTITY_USER_NAME, offsetof(struct identity, user_name) },
    { VIR_CONNECT_IDENTITY_GROUP_NAME, offsetof(struct identity, group_name) },
    { VIR_CONNECT_IDENTITY_SASL_USER_NAME, offsetof(struct identity, sasl_user_name) },
    { VIR_CONNECT_IDENTITY_X509_DISTINGUISHED_NAME, offsetof(struct identity, x509_dname) },
};

void
session_identity_clear(struct identity *who)
{
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(*(char **)((char *)who + texts[i].offset));
}

static void
identity_free(void *who)
{
    session_identity_clear(who);
    g_free(who);
}

static unsigned long long
number(virTypedParameterPtr params, int n, const char *name, bool *given)
{
    virTypedParameterPtr p = typed_params_find(params, n, name);

    if (p)
        *given = true;
    return !p ? 0 : p->type == VIR_TYPED_PARAM_LLONG ? (unsigned long long)p->value.l : p->value.ul;
}

int
session_connect_set_identity(struct dispatch_call *call, virTypedParameterPtr params, int nparams,
                             unsigned int flags, struct err *err)
{
    struct session *s = call->session;
    struct identity *who;

    if (s->readonly)
        return err_set(err, VIR_ERR_ACCESS_DENIED, "a read-only client cannot speak for others");
    if (typed_params_check(params, nparams, rules, G_N_ELEMENTS(rules), err) < 0)
        return -1;
    if (!s->spoken_for)
        s->spoken_for = g_ptr_array_new_with_free_func(identity_free);
    if (s->spoken_for->len >= CHANGES_MAX)
        return err_set(err, VIR_ERR_OPERATION_DENIED,
                       "a client may say for whom it speaks %d times; open a connection for each user",
                       CHANGES_MAX);
    who = g_new0(struct identity, 1);
    who->uid = (uid_t)number(params, nparams, VIR_CONNECT_IDENTITY_UNIX_USER_ID, &who->has_unix);
    who->gid = (gid_t)number(params, nparams, VIR_CONNECT_IDENTITY_UNIX_GROUP_ID, &who->has_unix);
    who->pid = (pid_t)number(params, nparams, VIR_CONNECT_IDENTITY_PROCESS_ID, &who->has_unix);
    who->start_time = number(params, nparams, VIR_CONNECT_IDENTITY_PROCESS_TIME, &who->has_unix);
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        virTypedParameterPtr p = typed_params_find(params, nparams, texts[i].name);

        if (p)
            *(char **)((char *)who + texts[i].offset) = g_strdup(p->value.s);
    }
    g_ptr_array_add(s->spoken_for, who);
    __atomic_store_n(&call->conn->who, who, __ATOMIC_RELEASE);
    log_info("client %llu (process %d of user %d) speaks for %s, process %d of user %d",
             (unsigned long long)s->id, (int)s->who.pid, (int)s->who.uid,
             who->user_name ? who->user_name : who->sasl_user_name ? who->sasl_user_name
             : who->x509_dname ? who->x509_dname : "somebody", (int)who->pid, (int)who->uid);
    return 0;
}
