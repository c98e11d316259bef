/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The job of a domain: domjobinfo and domjobabort; backup, dirty rate. */
#include "cmd.h"
#include "file.h"
#include "lookup.h"
#include "names.h"
#include "params.h"
#include "progress.h"
#include "xml.h"

#include <stdlib.h>
#include <string.h>

bool
cmd_domjobabort(struct shell *sh, const struct call *call)
{
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    return (opt_flag(call, "postcopy") ? virDomainAbortJobFlags(dom, VIR_DOMAIN_ABORT_JOB_POSTCOPY)
                                       : virDomainAbortJob(dom)) == 0;
}

/* How a field of the job's statistics is shown. */
enum job_unit { UNIT_BYTES, UNIT_SPEED, UNIT_MS, UNIT_PLAIN, UNIT_PAGES };
static const struct {
    const char *field, *label;
    enum job_unit unit;
    bool if_nonzero;
} job_fields[] = {
    {VIR_DOMAIN_JOB_TIME_ELAPSED, "Time elapsed:", UNIT_MS, false},
    {VIR_DOMAIN_JOB_TIME_ELAPSED_NET, "Time elapsed w/o network:", UNIT_MS, true},
    {VIR_DOMAIN_JOB_TIME_REMAINING, "Time remaining:", UNIT_MS, true},
    {VIR_DOMAIN_JOB_DATA_PROCESSED, "Data processed:", UNIT_BYTES, true},
    {VIR_DOMAIN_JOB_DATA_REMAINING, "Data remaining:", UNIT_BYTES, true},
    {VIR_DOMAIN_JOB_DATA_TOTAL, "Data total:", UNIT_BYTES, true},
    {VIR_DOMAIN_JOB_MEMORY_PROCESSED, "Memory processed:", UNIT_BYTES, true},
    {VIR_DOMAIN_JOB_MEMORY_REMAINING, "Memory remaining:", UNIT_BYTES, true},
    {VIR_DOMAIN_JOB_MEMORY_TOTAL, "Memory total:", UNIT_BYTES, true},
    {VIR_DOMAIN_JOB_MEMORY_BPS, "Memory bandwidth:", UNIT_SPEED, true},
    {VIR_DOMAIN_JOB_MEMORY_DIRTY_RATE, "Dirty rate:", UNIT_PAGES, true},
    {VIR_DOMAIN_JOB_MEMORY_PAGE_SIZE, "Page size:", UNIT_PLAIN, true},
    {VIR_DOMAIN_JOB_MEMORY_ITERATION, "Iteration:", UNIT_PLAIN, true},
    {VIR_DOMAIN_JOB_MEMORY_POSTCOPY_REQS, "Postcopy requests:", UNIT_PLAIN, true},
    {VIR_DOMAIN_JOB_DISK_PROCESSED, "File processed:", UNIT_BYTES, true},
    {VIR_DOMAIN_JOB_DISK_REMAINING, "File remaining:", UNIT_BYTES, true},
    {VIR_DOMAIN_JOB_DISK_TOTAL, "File total:", UNIT_BYTES, true},
    {VIR_DOMAIN_JOB_DISK_BPS, "File bandwidth:", UNIT_SPEED, true},
    {VIR_DOMAIN_JOB_DISK_TEMP_USED, "Temporary disk space use:", UNIT_BYTES, false},
    {VIR_DOMAIN_JOB_DISK_TEMP_TOTAL, "Temporary disk space total:", UNIT_BYTES, false},
    {VIR_DOMAIN_JOB_MEMORY_CONSTANT, "Constant pages:", UNIT_PLAIN, true},
    {VIR_DOMAIN_JOB_MEMORY_NORMAL, "Normal pages:", UNIT_PLAIN, true},
    {VIR_DOMAIN_JOB_MEMORY_NORMAL_BYTES, "Normal data:", UNIT_BYTES, true},
    {VIR_DOMAIN_JOB_DOWNTIME, "Expected downtime:", UNIT_MS, true},
    {VIR_DOMAIN_JOB_DOWNTIME_NET, "Downtime w/o network:", UNIT_MS, true},
    {VIR_DOMAIN_JOB_SETUP_TIME, "Setup time:", UNIT_MS, true},
    {VIR_DOMAIN_JOB_COMPRESSION_CACHE, "Compression cache:", UNIT_BYTES, true},
    {VIR_DOMAIN_JOB_COMPRESSION_BYTES, "Compressed data:", UNIT_BYTES, true},
    {VIR_DOMAIN_JOB_COMPRESSION_PAGES, "Compressed pages:", UNIT_PLAIN, true},
    {VIR_DOMAIN_JOB_COMPRESSION_CACHE_MISSES, "Compression cache misses:", UNIT_PLAIN, true},
    {VIR_DOMAIN_JOB_COMPRESSION_OVERFLOW, "Compression overflows:", UNIT_PLAIN, true},
    {VIR_DOMAIN_JOB_AUTO_CONVERGE_THROTTLE, "Auto converge throttle:", UNIT_PLAIN, true},
};

#define JOB_LINE "%-17s %s\n"
static void
job_field(struct shell *sh, const virTypedParameter *p, size_t f, bool completed)
{
    unsigned long long v = p->type == VIR_TYPED_PARAM_ULLONG ? p->value.ul
                           : p->type == VIR_TYPED_PARAM_INT  ? (unsigned long long)MAX(p->value.i, 0) : 0;
    const char *unit, *label = job_fields[f].label;
    if (v == 0 && job_fields[f].if_nonzero)
        return;
    if (completed && strcmp(job_fields[f].field, VIR_DOMAIN_JOB_DOWNTIME) == 0)
        label = "Total downtime:";
    double size = size_pretty(v, &unit);
    switch (job_fields[f].unit) {
    case UNIT_BYTES: fact(sh, JOB_LINE, label, "%-.3lf %s", size, unit); break;
    case UNIT_SPEED: fact(sh, JOB_LINE, label, "%-.3lf %s/s", size, unit); break;
    case UNIT_MS: fact(sh, JOB_LINE, label, "%-12llu ms", v); break;
    case UNIT_PAGES: fact(sh, JOB_LINE, label, "%-12llu pages/s", v); break;
    default: fact(sh, "%-17s %-12s\n", label, "%llu", v); break;
    }
}

bool
cmd_domjobinfo(struct shell *sh, const struct call *call)
{
    static const char *const types[] = {"None", "Bounded", "Unbounded", "Completed", "Failed", "Cancelled"};
    static const char *const operations[] = {
        "Unknown",  "Start",           "Save", "Restore", "Incoming migration", "Outgoing migration",
        "Snapshot", "Snapshot revert", "Dump", "Backup",  "Snapshot delete"
    };
    unsigned int flags = 0;
    int type = 0, op = 0;
    bool completed = opt_flag(call, "completed");
    auto_params p = {0};
    if (!opt_needs(sh, call, "keep-completed", "completed"))
        return false;
    if (completed)
        flags |= VIR_DOMAIN_JOB_STATS_COMPLETED;
    if (opt_flag(call, "keep-completed"))
        flags |= VIR_DOMAIN_JOB_STATS_KEEP_COMPLETED;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    if (virDomainGetJobStats(dom, &type, &p.list, &p.n, flags) < 0) {
        if (err_code(sh) != VIR_ERR_NO_SUPPORT || flags)
            return false;
        err_forget(sh);
        virDomainJobInfo info;
        if (virDomainGetJobInfo(dom, &info) < 0)
            return false;
        type = info.type;
        struct {
            const char *field;
            unsigned long long v;
        } old[] = {
            { VIR_DOMAIN_JOB_TIME_ELAPSED, info.timeElapsed },
            { VIR_DOMAIN_JOB_TIME_REMAINING, info.timeRemaining },
            { VIR_DOMAIN_JOB_DATA_TOTAL, info.dataTotal },
            { VIR_DOMAIN_JOB_DATA_PROCESSED, info.dataProcessed },
            { VIR_DOMAIN_JOB_DATA_REMAINING, info.dataRemaining },
            { VIR_DOMAIN_JOB_MEMORY_TOTAL, info.memTotal },
            { VIR_DOMAIN_JOB_MEMORY_PROCESSED, info.memProcessed },
            { VIR_DOMAIN_JOB_MEMORY_REMAINING, info.memRemaining },
            { VIR_DOMAIN_JOB_DISK_TOTAL, info.fileTotal },
            { VIR_DOMAIN_JOB_DISK_PROCESSED, info.fileProcessed },
            { VIR_DOMAIN_JOB_DISK_REMAINING, info.fileRemaining },
        };
        for (size_t i = 0; i < G_N_ELEMENTS(old); i++)
            virTypedParamsAddULLong(&p.list, &p.n, &p.max, old[i].field, old[i].v);
    }
    if (opt_flag(call, "rawstats")) {
        fact(sh, "%s: %s\n\n", "Job type", "%d", type);
        params_print(sh, "%s=%s\n", p.list, p.n);
        return true;
    }
    fact(sh, "%-17s %-12s\n", "Job type:", "%s", WORD(types, type));
    if (!opt_flag(call, "anystats") && type != VIR_DOMAIN_JOB_BOUNDED && type != VIR_DOMAIN_JOB_UNBOUNDED &&
        !(completed && type == VIR_DOMAIN_JOB_COMPLETED))
        return true;
    const virTypedParameter *operation = params_get(p.list, p.n, VIR_DOMAIN_JOB_OPERATION);
    if (operation && operation->type == VIR_TYPED_PARAM_INT)
        op = operation->value.i;
    if (operation)
        fact(sh, "%-17s %-12s\n", "Operation:", "%s", WORD(operations, op));
    for (size_t f = 0; f < G_N_ELEMENTS(job_fields); f++) {
        const virTypedParameter *v = params_get(p.list, p.n, job_fields[f].field);
        if (v)
            job_field(sh, v, f, type == VIR_DOMAIN_JOB_COMPLETED);
    }
    const virTypedParameter *why = params_get(p.list, p.n, VIR_DOMAIN_JOB_ERRMSG);
    if (why && why->type == VIR_TYPED_PARAM_STRING && why->value.s)
        fact(sh, JOB_LINE, "Error message:", "%s", why->value.s);
    return true;
}

/* ---- backup and dirty rate ---- */

bool
cmd_backup_begin(struct shell *sh, const struct call *call)
{
    g_autofree char *backup = NULL;
    g_autofree char *checkpoint = NULL;
    unsigned int flags = opt_flag(call, "reuse-external") ? VIR_DOMAIN_BACKUP_BEGIN_REUSE_EXTERNAL : 0;
#if API_12
    if (opt_flag(call, "preserve-domain-on-shutdown"))
        flags |= VIR_DOMAIN_BACKUP_BEGIN_PRESERVE_SHUTDOWN_DOMAIN;
#endif
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || opt_file(sh, call, "backupxml", &backup) < 0 ||
        opt_file(sh, call, "checkpointxml", &checkpoint) < 0)
        return false;
    if (virDomainBackupBegin(dom, backup ? backup : "<domainbackup/>", checkpoint, flags) < 0)
        return false;
    out(sh, "Backup started\n");
    return true;
}

bool
cmd_backup_dumpxml(struct shell *sh, const struct call *call)
{
    g_autoptr(virDomain) dom = domain_of(sh, call);
    auto_lib char *xml = dom ? virDomainBackupGetXMLDesc(dom, 0) : NULL;
    return xml && xml_show(sh, call, xml);
}

bool
cmd_domdirtyrate_calc(struct shell *sh, const struct call *call)
{
    static const char *const modes[] = {"page-sampling", "dirty-bitmap", "dirty-ring"};
    static const unsigned int mode_flags[] = {VIR_DOMAIN_DIRTYRATE_MODE_PAGE_SAMPLING,
                                              VIR_DOMAIN_DIRTYRATE_MODE_DIRTY_BITMAP,
                                              VIR_DOMAIN_DIRTYRATE_MODE_DIRTY_RING};
    int seconds = 1;
    const char *mode = NULL;
    unsigned int flags = 0;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom || opt_int(sh, call, "seconds", &seconds) < 0 || opt_string(sh, call, "mode", &mode) < 0)
        return false;
    if (mode) {
        size_t m = 0;
        while (m < G_N_ELEMENTS(modes) && strcmp(modes[m], mode) != 0)
            m++;
        if (m == G_N_ELEMENTS(modes))
            return fail(sh, "Unknown calculation mode '%s'", mode);
        flags = mode_flags[m];
    }
    if (virDomainStartDirtyRateCalc(dom, seconds, flags) < 0)
        return false;
    say(sh, "Start to calculate domain's memory dirty rate successfully.\n");
    return true;
}
