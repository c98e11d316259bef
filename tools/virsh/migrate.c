/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Migration.  The call runs on a thread with progress; an interrupt cancels it. */
#include "cmd.h"
#include "file.h"
#include "lookup.h"
#include "params.h"
#include "progress.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *option;
    unsigned int flag;
} migrate_flags[] = {
    {"live", VIR_MIGRATE_LIVE}, {"p2p", VIR_MIGRATE_PEER2PEER}, {"tunnelled", VIR_MIGRATE_TUNNELLED},
    {"persistent", VIR_MIGRATE_PERSIST_DEST}, {"undefinesource", VIR_MIGRATE_UNDEFINE_SOURCE},
    {"suspend", VIR_MIGRATE_PAUSED}, {"copy-storage-all", VIR_MIGRATE_NON_SHARED_DISK},
    {"copy-storage-inc", VIR_MIGRATE_NON_SHARED_INC},
    {"copy-storage-synchronous-writes", VIR_MIGRATE_NON_SHARED_SYNCHRONOUS_WRITES},
    {"change-protection", VIR_MIGRATE_CHANGE_PROTECTION}, {"unsafe", VIR_MIGRATE_UNSAFE},
    {"compressed", VIR_MIGRATE_COMPRESSED}, {"auto-converge", VIR_MIGRATE_AUTO_CONVERGE},
    {"rdma-pin-all", VIR_MIGRATE_RDMA_PIN_ALL}, {"offline", VIR_MIGRATE_OFFLINE},
    {"abort-on-error", VIR_MIGRATE_ABORT_ON_ERROR}, {"postcopy", VIR_MIGRATE_POSTCOPY},
    {"postcopy-resume", VIR_MIGRATE_POSTCOPY_RESUME}, {"zerocopy", VIR_MIGRATE_ZEROCOPY},
    {"tls", VIR_MIGRATE_TLS}, {"parallel", VIR_MIGRATE_PARALLEL},
};

enum param_kind { PARAM_STRING, PARAM_INT, PARAM_ULLONG, PARAM_LIST, PARAM_FILE };
static const struct {
    const char *option, *field;
    enum param_kind kind;
} migrate_params[] = {
    {"migrateuri", VIR_MIGRATE_PARAM_URI, PARAM_STRING},
    {"graphicsuri", VIR_MIGRATE_PARAM_GRAPHICS_URI, PARAM_STRING},
    {"listen-address", VIR_MIGRATE_PARAM_LISTEN_ADDRESS, PARAM_STRING},
    {"dname", VIR_MIGRATE_PARAM_DEST_NAME, PARAM_STRING},
    {"xml", VIR_MIGRATE_PARAM_DEST_XML, PARAM_FILE},
    {"persistent-xml", VIR_MIGRATE_PARAM_PERSIST_XML, PARAM_FILE},
    {"migrate-disks", VIR_MIGRATE_PARAM_MIGRATE_DISKS, PARAM_LIST},
#if API_12
    {"migrate-disks-detect-zeroes", VIR_MIGRATE_PARAM_MIGRATE_DISKS_DETECT_ZEROES, PARAM_LIST},
    {"migrate-disks-target-zero", VIR_MIGRATE_PARAM_MIGRATE_DISKS_TARGET_ZERO, PARAM_LIST},
    {"comp-zlib-level", VIR_MIGRATE_PARAM_COMPRESSION_ZLIB_LEVEL, PARAM_INT},
    {"comp-zstd-level", VIR_MIGRATE_PARAM_COMPRESSION_ZSTD_LEVEL, PARAM_INT},
#endif
    {"disks-port", VIR_MIGRATE_PARAM_DISKS_PORT, PARAM_INT},
    {"disks-uri", VIR_MIGRATE_PARAM_DISKS_URI, PARAM_STRING},
    {"comp-methods", VIR_MIGRATE_PARAM_COMPRESSION, PARAM_LIST},
    {"comp-mt-level", VIR_MIGRATE_PARAM_COMPRESSION_MT_LEVEL, PARAM_INT},
    {"comp-mt-threads", VIR_MIGRATE_PARAM_COMPRESSION_MT_THREADS, PARAM_INT},
    {"comp-mt-dthreads", VIR_MIGRATE_PARAM_COMPRESSION_MT_DTHREADS, PARAM_INT},
    {"comp-xbzrle-cache", VIR_MIGRATE_PARAM_COMPRESSION_XBZRLE_CACHE, PARAM_ULLONG},
    {"auto-converge-initial", VIR_MIGRATE_PARAM_AUTO_CONVERGE_INITIAL, PARAM_INT},
    {"auto-converge-increment", VIR_MIGRATE_PARAM_AUTO_CONVERGE_INCREMENT, PARAM_INT},
    {"postcopy-bandwidth", VIR_MIGRATE_PARAM_BANDWIDTH_POSTCOPY, PARAM_ULLONG},
    {"parallel-connections", VIR_MIGRATE_PARAM_PARALLEL_CONNECTIONS, PARAM_INT},
    {"bandwidth", VIR_MIGRATE_PARAM_BANDWIDTH, PARAM_ULLONG},
    {"tls-destination", VIR_MIGRATE_PARAM_TLS_DESTINATION, PARAM_STRING},
};

static bool
collect(struct shell *sh, const struct call *call, unsigned int *flags, struct params *p)
{
    *flags = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(migrate_flags); i++)
        if (opt_flag(call, migrate_flags[i].option))
            *flags |= migrate_flags[i].flag;
#if API_12
    unsigned long long mib;
    int rc = opt_ullong(sh, call, "available-switchover-bandwidth", &mib);
    if (rc < 0)
        return false;
    if (rc > 0 && virTypedParamsAddULLong(&p->list, &p->n, &p->max,
                                          VIR_MIGRATE_PARAM_BANDWIDTH_AVAIL_SWITCHOVER, mib << 20) < 0)
        return false;
#endif
    for (size_t i = 0; i < G_N_ELEMENTS(migrate_params); i++) {
        const char *option = migrate_params[i].option, *field = migrate_params[i].field, *text = NULL;
        int ok = 0;
        switch (migrate_params[i].kind) {
        case PARAM_STRING: ok = params_add_string(sh, call, option, field, p); break;
        case PARAM_INT: ok = params_add_int(sh, call, option, field, p); break;
        case PARAM_ULLONG: ok = params_add_ullong(sh, call, option, field, p); break;
        case PARAM_FILE: {
            g_autofree char *xml = NULL;
            ok = opt_file(sh, call, option, &xml);
            if (ok > 0)
                ok = virTypedParamsAddString(&p->list, &p->n, &p->max, field, xml);
            break;
        }
        case PARAM_LIST:
            ok = opt_string(sh, call, option, &text);
            if (ok > 0) {
                g_auto(GStrv) words = g_strsplit(text, ",", 0);
                ok = virTypedParamsAddStringList(&p->list, &p->n, &p->max, field, (const char **)words);
            }
            break;
        }
        if (ok < 0)
            return false;
    }
    return true;
}

struct migration {
    virDomainPtr dom;
    virConnectPtr dest;
    const char *uri;
    unsigned int flags;
    struct params params;
    const char *at_timeout; /* "suspend" or "postcopy" */
};

static int
migrate_run(struct shell *sh, void *ctx)
{
    struct migration *m = ctx;
    if (!m->dest)
        return virDomainMigrateToURI3(m->dom, m->uri, m->params.list, m->params.n, m->flags);
    virDomainPtr there = virDomainMigrate3(m->dom, m->dest, m->params.list, m->params.n, m->flags);
    if (!there)
        return -1;
    virDomainFree(there);
    return 0;
}

static void
migrate_timeout(struct shell *sh, struct job *job)
{
    struct migration *m = job->ctx;
    debug(sh, 1, "the migration takes long: %s", m->at_timeout);
    if (strcmp(m->at_timeout, "postcopy") == 0)
        virDomainMigrateStartPostCopy(m->dom, 0);
    else
        virDomainSuspend(m->dom);
}

static void
on_iteration(virConnectPtr conn, virDomainPtr dom, int iteration, void *opaque)
{
    if (iteration == 2)
        virDomainMigrateStartPostCopy(dom, 0);
}

bool
cmd_migrate(struct shell *sh, const struct call *call)
{
    struct migration m = {0};
    struct job job = {.fn = migrate_run, .ctx = &m, .on_timeout = migrate_timeout};
    bool ok = false;
    int watch = -1;
    if (!opt_exclusive(sh, call, "live", "offline", NULL) ||
        !opt_exclusive(sh, call, "timeout-suspend", "timeout-postcopy", NULL) ||
        !opt_needs(sh, call, "postcopy-after-precopy", "postcopy") ||
        !opt_needs(sh, call, "timeout-postcopy", "postcopy") ||
        !opt_needs(sh, call, "persistent-xml", "persistent") ||
        !opt_needs(sh, call, "tls-destination", "tls"))
        return false;
    int timed = opt_timeout_ms(sh, call, &job.timeout_ms);
    if (timed < 0)
        return false;
    if (!timed && (opt_flag(call, "timeout-suspend") || opt_flag(call, "timeout-postcopy")))
        return fail(sh, "migrate: Unexpected --timeout-* option without --timeout");
    if (timed && !opt_flag(call, "live"))
        return fail(sh, "migrate: Unexpected timeout for offline migration");
    m.at_timeout = opt_flag(call, "timeout-postcopy") ? "postcopy" : "suspend";
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || opt_string(sh, call, "desturi", &m.uri) <= 0 || !collect(sh, call, &m.flags, &m.params))
        goto done;
    m.dom = dom;
    /* Without p2p or direct we talk to both hosts. */
    if (!opt_flag(call, "p2p") && !opt_flag(call, "direct")) {
        m.dest = virConnectOpenAuth(m.uri, virConnectAuthPtrDefault, 0);
        if (!m.dest)
            goto done;
        if (sh->keepalive_interval > 0)
            virConnectSetKeepAlive(m.dest, sh->keepalive_interval, sh->keepalive_count);
        err_forget(sh);
    } else if (opt_flag(call, "direct") && opt_flag(call, "p2p")) {
        fail(sh, "Options --%s and --%s are mutually exclusive", "direct", "p2p");
        goto done;
    }
    if (opt_flag(call, "postcopy-after-precopy"))
        watch = virConnectDomainEventRegisterAny(sh->conn, dom, VIR_DOMAIN_EVENT_ID_MIGRATION_ITERATION,
                                                 (virConnectDomainEventGenericCallback)(void *)on_iteration,
                                                 NULL, NULL);
    job.dom = dom;
    job.label = "Migration";
    job.verbose = opt_flag(call, "verbose");
    ok = job_run(sh, &job) == 0;
    if (watch >= 0)
        virConnectDomainEventDeregisterAny(sh->conn, watch);
done:
    if (m.dest)
        virConnectClose(m.dest);
    params_clear(&m.params);
    return ok;
}

bool
cmd_migrate_setmaxdowntime(struct shell *sh, const struct call *call)
{
    long long ms = 0;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || opt_llong(sh, call, "downtime", &ms) <= 0)
        return false;
    if (ms < 1)
        return fail(sh, "migrate: Invalid downtime");
    return virDomainMigrateSetMaxDowntime(dom, (unsigned long long)ms, 0) == 0;
}

bool
cmd_migrate_getmaxdowntime(struct shell *sh, const struct call *call)
{
    unsigned long long ms;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || virDomainMigrateGetMaxDowntime(dom, &ms, 0) < 0)
        return false;
    out(sh, "%llu\n", ms);
    return true;
}

bool
cmd_migrate_compcache(struct shell *sh, const struct call *call)
{
    unsigned long long size = 0;
    const char *unit;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    int rc = dom ? opt_ullong(sh, call, "size", &size) : -1;
    if (rc < 0)
        return false;
    if (rc > 0 && virDomainMigrateSetCompressionCache(dom, size, 0) < 0)
        return false;
    if (virDomainMigrateGetCompressionCache(dom, &size, 0) < 0)
        return false;
    double v = size_pretty(size, &unit);
    fact(sh, "%s: %s", "Compression cache", "%.3lf %s", v, unit);
    return true;
}

bool
cmd_migrate_setspeed(struct shell *sh, const struct call *call)
{
    unsigned long mib = 0;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    return dom && opt_ulong(sh, call, "bandwidth", &mib) > 0 &&
           virDomainMigrateSetMaxSpeed(dom, mib,
                                       opt_flag(call, "postcopy") ? VIR_DOMAIN_MIGRATE_MAX_SPEED_POSTCOPY
                                                                  : 0) == 0;
}

bool
cmd_migrate_getspeed(struct shell *sh, const struct call *call)
{
    unsigned long mib = 0;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || virDomainMigrateGetMaxSpeed(dom, &mib, opt_flag(call, "postcopy")
                                                           ? VIR_DOMAIN_MIGRATE_MAX_SPEED_POSTCOPY : 0) < 0)
        return false;
    out(sh, "%lu\n", mib);
    return true;
}

bool
cmd_migrate_postcopy(struct shell *sh, const struct call *call)
{
    g_autoptr(virDomain) dom = domain_of(sh, call);
    return dom && virDomainMigrateStartPostCopy(dom, 0) == 0;
}
