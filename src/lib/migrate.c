/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * migrate: the public entry points of migration.
 *
 * Owns: the checks that need no driver.  No driver of this version offers the
 * steps of a migration, so that every call ends as "not supported".
 */
#include "lib/entry.h"

/* What can be said of the arguments alone; false with e->err. */
static bool
check(struct entry *e, virDomainPtr dom, unsigned long flags)
{
    unsigned long storage = VIR_MIGRATE_NON_SHARED_DISK | VIR_MIGRATE_NON_SHARED_INC;
    unsigned long parallel = VIR_MIGRATE_TUNNELLED | VIR_MIGRATE_PARALLEL;

    return entry_self(e, HANDLE_domain, dom) && entry_writable(e) &&
           entry_exclusive(e, (flags & storage) != storage, "VIR_MIGRATE_NON_SHARED_DISK",
                           "VIR_MIGRATE_NON_SHARED_INC") &&
           entry_exclusive(e, (flags & parallel) != parallel, "VIR_MIGRATE_TUNNELLED", "VIR_MIGRATE_PARALLEL") &&
           entry_requires(e, !(flags & VIR_MIGRATE_NON_SHARED_SYNCHRONOUS_WRITES) || flags & storage,
                          "VIR_MIGRATE_NON_SHARED_SYNCHRONOUS_WRITES",
                          "VIR_MIGRATE_NON_SHARED_DISK or VIR_MIGRATE_NON_SHARED_INC");
}

static bool
check_dest(struct entry *e, virConnectPtr dconn)
{
    if (handle_is(dconn, HANDLE_conn))
        return true;
    err_set_from(&e->err, e->domain, VIR_ERR_INVALID_CONN, "%s: the destination connection is not one", e->name);
    return false;
}

virDomainPtr
virDomainMigrate(virDomainPtr domain, virConnectPtr dconn, unsigned long flags, const char *dname,
                 const char *uri, unsigned long bandwidth)
{
    ENTRY("virDomainMigrate", VIR_FROM_DOMAIN);

    if (!check(&e, domain, flags) || !check_dest(&e, dconn))
        entry_fail(&e);
    else
        entry_no_support(&e);
    return NULL;
}

virDomainPtr
virDomainMigrate2(virDomainPtr domain, virConnectPtr dconn, const char *dxml, unsigned long flags,
                  const char *dname, const char *uri, unsigned long bandwidth)
{
    ENTRY("virDomainMigrate2", VIR_FROM_DOMAIN);

    if (!check(&e, domain, flags) || !check_dest(&e, dconn))
        entry_fail(&e);
    else
        entry_no_support(&e);
    return NULL;
}

virDomainPtr
virDomainMigrate3(virDomainPtr domain, virConnectPtr dconn, virTypedParameterPtr params, unsigned int nparams,
                  unsigned int flags)
{
    ENTRY("virDomainMigrate3", VIR_FROM_DOMAIN);

    if (!check(&e, domain, flags) || !check_dest(&e, dconn) ||
        (nparams > 0 && !entry_nonnull(&e, "params", params)))
        entry_fail(&e);
    else
        entry_no_support(&e);
    return NULL;
}

int
virDomainMigrateToURI(virDomainPtr domain, const char *duri, unsigned long flags, const char *dname,
                      unsigned long bandwidth)
{
    ENTRY("virDomainMigrateToURI", VIR_FROM_DOMAIN);

    if (!check(&e, domain, flags) || !entry_nonnull(&e, "duri", duri))
        return entry_fail(&e);
    return entry_no_support(&e);
}

int
virDomainMigrateToURI2(virDomainPtr domain, const char *dconnuri, const char *miguri, const char *dxml,
                       unsigned long flags, const char *dname, unsigned long bandwidth)
{
    ENTRY("virDomainMigrateToURI2", VIR_FROM_DOMAIN);

    if (!check(&e, domain, flags))
        return entry_fail(&e);
    return entry_no_support(&e);
}

int
virDomainMigrateToURI3(virDomainPtr domain, const char *dconnuri, virTypedParameterPtr params,
                       unsigned int nparams, unsigned int flags)
{
    ENTRY("virDomainMigrateToURI3", VIR_FROM_DOMAIN);

    if (!check(&e, domain, flags) || (nparams > 0 && !entry_nonnull(&e, "params", params)))
        return entry_fail(&e);
    return entry_no_support(&e);
}
