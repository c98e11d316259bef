/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * migrate: the steps of a migration (driver/migration.h), each a call to the daemon.
 *
 * Called by: lib/ through the table.  Each waits for the daemon.
 */
#include "driver/migration.h"

#include "drivers/remote/remote.h"

#define ERR_FROM VIR_FROM_REMOTE

/* The part that all steps have in common. */
#define STEP_PARAMS \
    remote_params_out(&reply, step->params, step->nparams, REMOTE_DOMAIN_MIGRATE_PARAM_LIST_MAX, &a.params, \
                      &a.params_n, err)
#define COOKIE_IN .cookie_in = step->in.data, .cookie_in_n = step->in.n

static void
cookie_out(struct migration_cookie *out, const unsigned char *data, uint32_t n)
{
    out->data = g_memdup2(data, n);
    out->n = n;
}

static int
supports(struct drv_conn *conn, enum wire_feature feature, struct err *err)
{
    struct remote_connect_supports_feature_args a = { .feature = (int)feature };
    struct remote_connect_supports_feature_ret ret;
    REMOTE_REPLY_INIT(reply);
    return CALL(REMOTE, CONNECT_SUPPORTS_FEATURE, remote_connect_supports_feature) < 0 ? -1
                                                                                       : ret.supported != 0;
}

static int
begin(struct drv_conn *conn, const struct domain_ref *dom, const struct migration_step *step,
      struct migration_cookie *out, char **xml, struct err *err)
{
    struct remote_domain_migrate_begin3_params_args a = { .dom = *dom, .flags = step->flags };
    struct remote_domain_migrate_begin3_params_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (STEP_PARAMS < 0 ||
        CALL(REMOTE, DOMAIN_MIGRATE_BEGIN3_PARAMS, remote_domain_migrate_begin3_params) < 0)
        return -1;
    cookie_out(out, ret.cookie_out, ret.cookie_out_n);
    *xml = g_strdup(ret.xml);
    return 0;
}

static int
prepare(struct drv_conn *conn, const struct migration_step *step, struct migration_cookie *out, char **uri,
        struct err *err)
{
    struct remote_domain_migrate_prepare3_params_args a = { COOKIE_IN, .flags = step->flags };
    struct remote_domain_migrate_prepare3_params_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (STEP_PARAMS < 0 ||
        CALL(REMOTE, DOMAIN_MIGRATE_PREPARE3_PARAMS, remote_domain_migrate_prepare3_params) < 0)
        return -1;
    cookie_out(out, ret.cookie_out, ret.cookie_out_n);
    *uri = g_strdup(ret.uri_out);
    return 0;
}

static int
perform(struct drv_conn *conn, const struct domain_ref *dom, const char *dconnuri,
        const struct migration_step *step, struct migration_cookie *out, struct err *err)
{
    struct remote_domain_migrate_perform3_params_args a = {
        .dom = *dom, .dconnuri = (char *)dconnuri, COOKIE_IN, .flags = step->flags
    };
    struct remote_domain_migrate_perform3_params_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (STEP_PARAMS < 0 ||
        CALL(REMOTE, DOMAIN_MIGRATE_PERFORM3_PARAMS, remote_domain_migrate_perform3_params) < 0)
        return -1;
    cookie_out(out, ret.cookie_out, ret.cookie_out_n);
    return 0;
}

static int
finish(struct drv_conn *conn, const struct migration_step *step, bool cancelled, struct migration_cookie *out,
       struct domain_ref *result, struct err *err)
{
    struct remote_domain_migrate_finish3_params_args a = { COOKIE_IN, .flags = step->flags,
                                                           .cancelled = cancelled };
    struct remote_domain_migrate_finish3_params_ret ret;
    REMOTE_REPLY_INIT(reply);
    if (STEP_PARAMS < 0 ||
        CALL(REMOTE, DOMAIN_MIGRATE_FINISH3_PARAMS, remote_domain_migrate_finish3_params) < 0)
        return -1;
    cookie_out(out, ret.cookie_out, ret.cookie_out_n);
    domain_ref_copy(result, &ret.dom);
    return 0;
}

static int
confirm(struct drv_conn *conn, const struct domain_ref *dom, const struct migration_step *step,
        bool cancelled, struct err *err)
{
    struct remote_domain_migrate_confirm3_params_args a = { .dom = *dom, COOKIE_IN, .flags = step->flags,
                                                            .cancelled = cancelled };
    REMOTE_REPLY_INIT(reply);
    return STEP_PARAMS < 0
               ? -1
               : CALL_VOID(REMOTE, DOMAIN_MIGRATE_CONFIRM3_PARAMS, remote_domain_migrate_confirm3_params);
}

const struct migration_ops remote_migration_ops = {
    .supports = supports,
    .begin = begin,
    .prepare = prepare,
    .perform = perform,
    .finish = finish,
    .confirm = confirm,
};
