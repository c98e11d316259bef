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

/* What needs a word of the driver, which none gives. */
static int
unsupported(struct entry *e, unsigned long flags)
{
    if (flags & VIR_MIGRATE_OFFLINE)
        return entry_set(e, VIR_ERR_ARGUMENT_UNSUPPORTED, "the driver cannot migrate a definition alone");
    if (flags & VIR_MIGRATE_CHANGE_PROTECTION)
        return entry_set(e, VIR_ERR_ARGUMENT_UNSUPPORTED,
                         "the driver cannot protect a guest from changes meanwhile");
    if (!(flags & VIR_MIGRATE_PEER2PEER) && flags & VIR_MIGRATE_TUNNELLED)
        return entry_set(e, VIR_ERR_OPERATION_INVALID,
                         "VIR_MIGRATE_TUNNELLED needs VIR_MIGRATE_PEER2PEER as well");
    return entry_no_support(e);
}

virDomainPtr
virDomainMigrate(virDomainPtr domain, virConnectPtr dconn, unsigned long flags, const char *dname,
                 const char *uri, unsigned long bandwidth)
{
    ENTRY("virDomainMigrate", VIR_FROM_DOMAIN);

    if (!check(&e, domain, flags) || !check_dest(&e, dconn))
        entry_fail(&e);
    else
        unsupported(&e, flags);
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
        unsupported(&e, flags);
    return NULL;
}

virDomainPtr
virDomainMigrate3(virDomainPtr domain, virConnectPtr dconn, virTypedParameterPtr params, unsigned int nparams,
                  unsigned int flags)
{
    ENTRY("virDomainMigrate3", VIR_FROM_DOMAIN);

    if (!check(&e, domain, flags) ||
        !entry_that(
            &e, !(flags & (VIR_MIGRATE_PEER2PEER | VIR_MIGRATE_TUNNELLED)), "flags",
            "cannot have VIR_MIGRATE_PEER2PEER or VIR_MIGRATE_TUNNELLED: virDomainMigrateToURI3() does that"))
        entry_fail(&e);
    else if (nparams > 0)
        entry_set(&e, VIR_ERR_ARGUMENT_UNSUPPORTED, "the driver does not take parameters of a migration");
    else if (!check_dest(&e, dconn))
        entry_fail(&e);
    else
        unsupported(&e, flags);
    return NULL;
}

/* Migrating to a URI is the driver's work alone. */
static int
to_uri(struct entry *e, virDomainPtr domain, unsigned long flags)
{
    if (!check(e, domain, flags))
        return entry_fail(e);
    return entry_set(e, VIR_ERR_ARGUMENT_UNSUPPORTED, "the %s driver cannot migrate to a URI",
                     e->conn->drv->driver->name);
}

int
virDomainMigrateToURI(virDomainPtr domain, const char *duri, unsigned long flags, const char *dname,
                      unsigned long bandwidth)
{
    ENTRY("virDomainMigrateToURI", VIR_FROM_DOMAIN);

    if (check(&e, domain, flags) && !entry_nonnull(&e, "duri", duri))
        return entry_fail(&e);
    return to_uri(&e, domain, flags);
}

int
virDomainMigrateToURI2(virDomainPtr domain, const char *dconnuri, const char *miguri, const char *dxml,
                       unsigned long flags, const char *dname, unsigned long bandwidth)
{
    ENTRY("virDomainMigrateToURI2", VIR_FROM_DOMAIN);

    return to_uri(&e, domain, flags);
}

int
virDomainMigrateToURI3(virDomainPtr domain, const char *dconnuri, virTypedParameterPtr params,
                       unsigned int nparams, unsigned int flags)
{
    ENTRY("virDomainMigrateToURI3", VIR_FROM_DOMAIN);

    return to_uri(&e, domain, flags);
}
