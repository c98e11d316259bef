/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * migrate-steps: see migrate-steps.h.
 *
 * The order: begin (source), prepare (destination), perform (source), finish (destination), confirm (source).
 * Whatever fails, a destination that waits is told first, then the source, which goes on with the guest only
 * then: finish says whether it runs there, and confirm hands that on.  A source whose perform failed knows
 * already and is not told again.  What nobody here can know is whether a destination runs the guest whose
 * answer to finish was lost: that counts as a failure.  The first error is the one that the caller sees.
 */
#include "lib/migrate-steps.h"

#include "base/log.h"
#include "base/typed_params.h"
#include "driver/driver-tables.h"

LOG_FROM("libvirt");

/* These are the source's alone. */
#define SOURCE_FLAGS (VIR_MIGRATE_CHANGE_PROTECTION | VIR_MIGRATE_ABORT_ON_ERROR | VIR_MIGRATE_AUTO_CONVERGE)

void
migration_clear(struct migration *m)
{
    typed_params_free(m->params, m->nparams);
    m->params = NULL;
    m->nparams = m->max = 0;
}

void
migration_add_string(struct migration *m, const char *name, const char *value)
{
    if (value)
        typed_params_add_string(&m->params, &m->nparams, &m->max, name, value);
}

void
migration_add_bandwidth(struct migration *m, unsigned long mibs)
{
    if (mibs)
        typed_params_add_ullong(&m->params, &m->nparams, &m->max, VIR_MIGRATE_PARAM_BANDWIDTH, mibs);
}

/* Says what a host has decided, in place of what the caller may have said. */
static void
set_string(struct migration *m, const char *name, const char *value)
{
    virTypedParameterPtr there = typed_params_find(m->params, m->nparams, name);
    if (!there) {
        migration_add_string(m, name, value);
    } else if (there->type == VIR_TYPED_PARAM_STRING) {
        free(there->value.s);
        there->value.s = strdup(value);
    }
}

int
migration_supports(struct entry *e, virConnectPtr conn, enum wire_feature feature)
{
    const struct migration_ops *ops = conn->drv->migration;
    return ops ? ops->supports(conn->drv, feature, &e->err) : 0;
}

static struct migration_step
step(const struct migration *m, unsigned int flags, struct migration_cookie in)
{
    return (struct migration_step){ .params = m->params, .nparams = m->nparams, .flags = flags, .in = in };
}

/* Its last word from the source: a guest that is paused there shall not run at the destination. */
static int
note_state(struct migration *m)
{
    struct drv_conn *src = m->dom->h.conn->drv;
    int state = 0, reason = 0;
    if (!src->hypervisor->domain_get_state)
        return 0;
    if (src->hypervisor->domain_get_state(src, &m->dom->ref, &state, &reason, 0, &m->e->err) < 0)
        return -1;
    if (state == VIR_DOMAIN_PAUSED)
        m->flags |= VIR_MIGRATE_PAUSED;
    return 0;
}

/* Begin is over: the destination gets ready.  *waits: it does, even if we fail. */
static int
prepare(struct migration *m, struct drv_conn *dst, struct migration_cookie in, struct migration_cookie *out,
        bool *waits)
{
    g_autofree char *uri = NULL;
    struct migration_step s = step(m, m->flags & ~(unsigned)SOURCE_FLAGS, in);
    if (note_state(m) < 0)
        return -1;
    s.flags |= m->flags & VIR_MIGRATE_PAUSED;
    if (dst->migration->prepare(dst, &s, out, &uri, &m->e->err) < 0)
        return -1;
    *waits = true;
    if (uri)
        set_string(m, VIR_MIGRATE_PARAM_URI, uri);
    else if (!typed_params_find(m->params, m->nparams, VIR_MIGRATE_PARAM_URI))
        return err_set_from(&m->e->err, m->e->domain, VIR_ERR_INTERNAL_ERROR,
                            "%s: the destination does not say where it waits for the guest", m->e->name);
    return 0;
}

/* The destination's verdict: whether the guest runs there. */
static bool
finish(struct migration *m, struct drv_conn *dst, struct migration_cookie in, bool cancelled,
       struct migration_cookie *out, struct domain_ref *result)
{
    struct err later = ERR_INIT;
    const struct migration_step s = step(m, m->flags & ~(unsigned)SOURCE_FLAGS, in);
    bool there =
        dst->migration->finish(dst, &s, cancelled, out, result, cancelled ? &later : &m->e->err) == 0;
    err_clear(&later); /* of a cancelled one: it says that it was */
    if (there && cancelled)
        domain_ref_clear(result);
    return there && !cancelled;
}

static void
confirm(struct migration *m, struct drv_conn *src, struct migration_cookie in, bool cancelled)
{
    ERR_AUTO err = ERR_INIT;
    const struct migration_step s = step(m, m->flags, in);
    if (src->migration->confirm(src, &m->dom->ref, &s, cancelled, &err) < 0)
        log_warn("%s: the source did not take the end of the migration of guest '%s', which may be paused "
                 "there: %s",
                 m->e->name, m->dom->ref.name, err_message(&err));
}

virDomainPtr
migration_by_steps(struct migration *m, virConnectPtr dconn)
{
    struct drv_conn *src = m->dom->h.conn->drv, *dst = dconn->drv;
    struct migration_cookie begun = { 0 }, prepared = { 0 }, performed = { 0 }, finished = { 0 };
    const struct migration_cookie none = { 0 };
    struct domain_ref result = { 0 };
    g_autofree char *xml = NULL;
    bool there = false, waits = false, tell_source = true;

    int protection = migration_supports(m->e, m->dom->h.conn, FEATURE_MIGRATION_PROTECTION);
    if (protection < 0)
        return NULL;
    if (protection)
        m->flags |= VIR_MIGRATE_CHANGE_PROTECTION;
    const struct migration_step first = step(m, m->flags, none);
    if (src->migration->begin(src, &m->dom->ref, &first, &begun, &xml, &m->e->err) < 0) {
        migration_cookie_clear(&begun);
        return NULL;
    }
    set_string(m, VIR_MIGRATE_PARAM_DEST_XML, xml);
    bool moved = prepare(m, dst, begun, &prepared, &waits) == 0;
    if (moved && !(m->flags & VIR_MIGRATE_OFFLINE)) {
        const struct migration_step s = step(m, m->flags, prepared);
        moved = src->migration->perform(src, &m->dom->ref, NULL, &s, &performed, &m->e->err) == 0;
        tell_source = moved;
    }
    if (waits) {
        if (!typed_params_find(m->params, m->nparams, VIR_MIGRATE_PARAM_DEST_NAME))
            migration_add_string(m, VIR_MIGRATE_PARAM_DEST_NAME, m->dom->ref.name);
        there = finish(m, dst, performed, !moved, &finished, &result);
    }
    if (tell_source)
        confirm(m, src, finished, !there);
    migration_cookie_clear(&begun);
    migration_cookie_clear(&prepared);
    migration_cookie_clear(&performed);
    migration_cookie_clear(&finished);
    return there ? handle_new_domain(dconn, &result) : NULL;
}

int
migration_by_source(struct migration *m, const char *dconnuri)
{
    struct drv_conn *src = m->dom->h.conn->drv;
    struct migration_cookie out = { 0 };
    const struct migration_step s = step(m, m->flags, (struct migration_cookie){ 0 });
    int rc = src->migration->perform(src, &m->dom->ref, dconnuri, &s, &out, &m->e->err);
    migration_cookie_clear(&out);
    return rc;
}
