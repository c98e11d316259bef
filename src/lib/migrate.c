/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * migrate: the public entry points of migration.
 *
 * Owns: the checks that need no host, and the choice of who leads: we do, with both hosts
 * (migrate-steps.c), or the source does, when it is asked to (peer to peer).  All of them use the one
 * protocol that has parameters (of 1.1.0); what a driver lacks of it is said before anything has begun.
 */
#include "lib/migrate-steps.h"

#include "base/typed_params.h"

/* What can be said of the arguments alone; false with e->err. */
static bool
check(struct entry *e, virDomainPtr dom, unsigned long flags)
{
    unsigned long storage = VIR_MIGRATE_NON_SHARED_DISK | VIR_MIGRATE_NON_SHARED_INC;
    unsigned long parallel = VIR_MIGRATE_TUNNELLED | VIR_MIGRATE_PARALLEL;

    return entry_self(e, HANDLE_domain, dom) && entry_writable(e) &&
           entry_exclusive(e, (flags & storage) != storage, "VIR_MIGRATE_NON_SHARED_DISK",
                           "VIR_MIGRATE_NON_SHARED_INC") &&
           entry_exclusive(e, (flags & parallel) != parallel, "VIR_MIGRATE_TUNNELLED",
                           "VIR_MIGRATE_PARALLEL") &&
           entry_requires(e, !(flags & VIR_MIGRATE_NON_SHARED_SYNCHRONOUS_WRITES) || flags & storage,
                          "VIR_MIGRATE_NON_SHARED_SYNCHRONOUS_WRITES",
                          "VIR_MIGRATE_NON_SHARED_DISK or VIR_MIGRATE_NON_SHARED_INC");
}

static bool
check_dest(struct entry *e, virConnectPtr dconn)
{
    if (handle_is(dconn, HANDLE_conn))
        return true;
    err_set_from(&e->err, e->domain, VIR_ERR_INVALID_CONN, "%s: the destination connection is not one",
                 e->name);
    return false;
}

/* Whether the source has it, and `dconn` (NULL: nobody asks). */
static bool
both_support(struct entry *e, virConnectPtr dconn, enum wire_feature feature, int code, const char *what)
{
    int rc = migration_supports(e, e->conn, feature);
    const char *whose = "source";
    if (rc > 0 && dconn) {
        rc = migration_supports(e, dconn, feature);
        whose = "destination";
    }
    if (rc == 0)
        err_set_from(&e->err, e->domain, code, "%s: the %s cannot %s", e->name, whose, what);
    return rc > 0;
}

/* What the flags ask of the hosts. */
static bool
check_wishes(struct entry *e, virConnectPtr dconn, unsigned long flags)
{
    return (!(flags & VIR_MIGRATE_OFFLINE) ||
            both_support(e, dconn, FEATURE_MIGRATION_OFFLINE, VIR_ERR_ARGUMENT_UNSUPPORTED,
                         "migrate a definition alone")) &&
           (!(flags & VIR_MIGRATE_CHANGE_PROTECTION) ||
            both_support(e, NULL, FEATURE_MIGRATION_PROTECTION, VIR_ERR_ARGUMENT_UNSUPPORTED,
                         "protect a guest from changes meanwhile"));
}

/* The protocol; without it nothing can be done. */
static bool
check_protocol(struct entry *e, virConnectPtr dconn, bool params)
{
    if (params)
        return both_support(e, dconn, FEATURE_MIGRATION_PARAMS, VIR_ERR_ARGUMENT_UNSUPPORTED,
                            "take parameters of a migration");
    int rc = migration_supports(e, e->conn, FEATURE_MIGRATION_PARAMS);
    if (rc > 0)
        return both_support(e, dconn, FEATURE_MIGRATION_PARAMS, VIR_ERR_NO_SUPPORT, "migrate guests");
    if (rc == 0)
        entry_lacks(e);
    return false;
}

static virDomainPtr
lookup(virConnectPtr dconn, struct migration *m)
{
    virTypedParameterPtr p = typed_params_find(m->params, m->nparams, VIR_MIGRATE_PARAM_DEST_NAME);
    struct domain_ref ref = { 0 };
    if (dconn->drv->hypervisor->domain_lookup_by_name(dconn->drv, p ? p->value.s : m->dom->ref.name, &ref,
                                                      &m->e->err) < 0)
        return NULL;
    return handle_new_domain(dconn, &ref);
}

/* What virDomainMigrate() and virDomainMigrate2() have in common; `dconnuri`: for the source, if it shall
 * lead. */
static virDomainPtr
migrate(struct migration *m, virConnectPtr dconn, const char *dconnuri)
{
    virDomainPtr result = NULL;
    if (m->flags & VIR_MIGRATE_PEER2PEER) {
        g_autofree char *uri = g_strdup(dconnuri);
        if (both_support(m->e, NULL, FEATURE_MIGRATION_PEER2PEER, VIR_ERR_NO_SUPPORT,
                         "ask another daemon for a migration") &&
            check_protocol(m->e, NULL, false) &&
            (uri || dconn->drv->hypervisor->connect_get_uri(dconn->drv, &uri, &m->e->err) == 0))
            result = migration_by_source(m, uri) == 0 ? lookup(dconn, m) : NULL;
    } else if (m->flags & VIR_MIGRATE_TUNNELLED) {
        err_set_from(&m->e->err, m->e->domain, VIR_ERR_OPERATION_INVALID,
                     "%s: VIR_MIGRATE_TUNNELLED needs VIR_MIGRATE_PEER2PEER as well", m->e->name);
    } else if (check_protocol(m->e, dconn, false)) {
        result = migration_by_steps(m, dconn);
    }
    if (!result)
        entry_fail(m->e);
    migration_clear(m);
    return result;
}

virDomainPtr
virDomainMigrate(virDomainPtr domain, virConnectPtr dconn, unsigned long flags, const char *dname,
                 const char *uri, unsigned long bandwidth)
{
    ENTRY("virDomainMigrate", VIR_FROM_DOMAIN);
    struct migration m = { .e = &e, .dom = domain, .flags = flags };
    bool leads = flags & VIR_MIGRATE_PEER2PEER; /* then `uri` is of the other daemon */

    if (!check(&e, domain, flags) || !check_dest(&e, dconn) || !check_wishes(&e, dconn, flags)) {
        entry_fail(&e);
        return NULL;
    }
    migration_add_string(&m, VIR_MIGRATE_PARAM_URI, leads ? NULL : uri);
    migration_add_string(&m, VIR_MIGRATE_PARAM_DEST_NAME, dname);
    migration_add_bandwidth(&m, bandwidth);
    return migrate(&m, dconn, leads ? uri : NULL);
}

virDomainPtr
virDomainMigrate2(virDomainPtr domain, virConnectPtr dconn, const char *dxml, unsigned long flags,
                  const char *dname, const char *uri, unsigned long bandwidth)
{
    ENTRY("virDomainMigrate2", VIR_FROM_DOMAIN);
    struct migration m = { .e = &e, .dom = domain, .flags = flags };

    if (!check(&e, domain, flags) || !check_dest(&e, dconn) || !check_wishes(&e, dconn, flags)) {
        entry_fail(&e);
        return NULL;
    }
    migration_add_string(&m, VIR_MIGRATE_PARAM_URI, uri);
    migration_add_string(&m, VIR_MIGRATE_PARAM_DEST_NAME, dname);
    migration_add_string(&m, VIR_MIGRATE_PARAM_DEST_XML, dxml);
    migration_add_bandwidth(&m, bandwidth);
    return migrate(&m, dconn, NULL);
}

virDomainPtr
virDomainMigrate3(virDomainPtr domain, virConnectPtr dconn, virTypedParameterPtr params, unsigned int nparams,
                  unsigned int flags)
{
    ENTRY("virDomainMigrate3", VIR_FROM_DOMAIN);
    struct migration m = { .e = &e, .dom = domain, .flags = flags };
    virDomainPtr result = NULL;

    if (check(&e, domain, flags) &&
        entry_that(&e, !(flags & (VIR_MIGRATE_PEER2PEER | VIR_MIGRATE_TUNNELLED)), "flags",
                   "cannot have VIR_MIGRATE_PEER2PEER or VIR_MIGRATE_TUNNELLED: virDomainMigrateToURI3() "
                   "does that") &&
        (!nparams || check_protocol(&e, NULL, true)) && check_dest(&e, dconn) &&
        check_wishes(&e, dconn, flags) && check_protocol(&e, dconn, nparams > 0) &&
        (!nparams || entry_nonnull(&e, "params", params))) {
        typed_params_copy(&m.params, &m.nparams, params, nparams);
        m.max = m.nparams;
        result = migration_by_steps(&m, dconn);
        migration_clear(&m);
    }
    if (!result)
        entry_fail(&e);
    return result;
}

/* The source's work alone: with the daemon at `dconnuri`, or its hypervisor's with the other. */
static int
to_uri(struct migration *m, const char *dconnuri, const virTypedParameter *params, unsigned int nparams)
{
    struct entry *e = m->e;
    bool peers = m->flags & VIR_MIGRATE_PEER2PEER;
    int rc = -1;

    if (both_support(e, NULL, peers ? FEATURE_MIGRATION_PEER2PEER : FEATURE_MIGRATION_DIRECT,
                     VIR_ERR_ARGUMENT_UNSUPPORTED,
                     peers ? "ask another daemon for a migration (VIR_MIGRATE_PEER2PEER)"
                           : "migrate to a URI without another daemon: VIR_MIGRATE_PEER2PEER asks one") &&
        (!peers || entry_nonnull(e, "dconnuri", dconnuri)) && check_protocol(e, NULL, true) &&
        (!nparams || entry_nonnull(e, "params", params))) {
        if (nparams) {
            typed_params_copy(&m->params, &m->nparams, params, (int)nparams);
            m->max = m->nparams;
        }
        rc = migration_by_source(m, peers ? dconnuri : NULL);
    }
    if (rc < 0)
        entry_fail(e);
    migration_clear(m);
    return rc < 0 ? -1 : 0;
}

int
virDomainMigrateToURI(virDomainPtr domain, const char *duri, unsigned long flags, const char *dname,
                      unsigned long bandwidth)
{
    ENTRY("virDomainMigrateToURI", VIR_FROM_DOMAIN);
    struct migration m = { .e = &e, .dom = domain, .flags = flags };

    if (!check(&e, domain, flags) || !entry_nonnull(&e, "duri", duri) || !check_wishes(&e, NULL, flags))
        return entry_fail(&e);
    migration_add_string(&m, VIR_MIGRATE_PARAM_URI, flags & VIR_MIGRATE_PEER2PEER ? NULL : duri);
    migration_add_string(&m, VIR_MIGRATE_PARAM_DEST_NAME, dname);
    migration_add_bandwidth(&m, bandwidth);
    return to_uri(&m, duri, NULL, 0);
}

int
virDomainMigrateToURI2(virDomainPtr domain, const char *dconnuri, const char *miguri, const char *dxml,
                       unsigned long flags, const char *dname, unsigned long bandwidth)
{
    ENTRY("virDomainMigrateToURI2", VIR_FROM_DOMAIN);
    struct migration m = { .e = &e, .dom = domain, .flags = flags };

    if (!check(&e, domain, flags) || !check_wishes(&e, NULL, flags))
        return entry_fail(&e);
    migration_add_string(&m, VIR_MIGRATE_PARAM_URI, miguri);
    migration_add_string(&m, VIR_MIGRATE_PARAM_DEST_NAME, dname);
    migration_add_string(&m, VIR_MIGRATE_PARAM_DEST_XML, dxml);
    migration_add_bandwidth(&m, bandwidth);
    return to_uri(&m, dconnuri, NULL, 0);
}

int
virDomainMigrateToURI3(virDomainPtr domain, const char *dconnuri, virTypedParameterPtr params,
                       unsigned int nparams, unsigned int flags)
{
    ENTRY("virDomainMigrateToURI3", VIR_FROM_DOMAIN);
    struct migration m = { .e = &e, .dom = domain, .flags = flags };

    if (!check(&e, domain, flags) || !check_wishes(&e, NULL, flags))
        return entry_fail(&e);
    return to_uri(&m, dconnuri, params, nparams);
}
