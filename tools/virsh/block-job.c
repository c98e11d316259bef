/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Block jobs of a domain.  With --wait a command watches the job until it ends, the time is over or an
 * interrupt comes. */
#include "cmd.h"
#include "events.h"
#include "file.h"
#include "lookup.h"
#include "names.h"
#include "params.h"
#include "progress.h"
#include "xml.h"

#include <stdlib.h>
#include <string.h>

/* ---- waiting for a block job ---- */

struct block_wait {
    struct event_wait wait;
    char *disk;
    int status; /* of the job, -1 while it runs */
};

static void
block_wait_clear(void *opaque)
{
    g_free(((struct block_wait *)opaque)->disk);
}

static void
block_wait_unref(void *opaque)
{
    g_atomic_rc_box_release_full(opaque, block_wait_clear);
}

static void
on_block_job(virConnectPtr conn, virDomainPtr dom, const char *disk, int type, int status, void *opaque)
{
    struct block_wait *w = opaque;
    if (strcmp(disk, w->disk) != 0)
        return;
    g_mutex_lock(&w->wait.lock);
    w->status = status;
    w->wait.done = true;
    g_cond_signal(&w->wait.cond);
    g_mutex_unlock(&w->wait.lock);
}

struct block_job {
    const char *path, *label, *started;
    bool wait, verbose, pivot, finish, async, ready,
        mirror; /* ready: the job ends in a phase that waits for us */
    int timeout_ms;
    struct progress progress;
    struct block_wait *w;
    int ids[2];
};

static bool
job_options(struct shell *sh, const struct call *call, struct block_job *j)
{
    bool has_pivot = option_find(call->def, "pivot") != NULL;
    j->verbose = opt_flag(call, "verbose");
    j->async = opt_flag(call, "async");
    j->pivot = has_pivot && opt_flag(call, "pivot");
    j->finish = (option_find(call->def, "finish") && opt_flag(call, "finish")) ||
                (option_find(call->def, "keep-overlay") && opt_flag(call, "keep-overlay"));
    j->ids[0] = j->ids[1] = -1;
    if (opt_timeout_ms(sh, call, &j->timeout_ms) < 0 || opt_string(sh, call, "path", &j->path) <= 0)
        return false;
    j->progress.label = j->label;
    j->wait = opt_flag(call, "wait") || j->verbose || j->timeout_ms || j->async || j->pivot || j->finish;
    return true;
}

/* Before the job starts, so that its end is not missed. */
static void
job_watch(struct shell *sh, virDomainPtr dom, struct block_job *j)
{
    if (!j->wait)
        return;
    j->w = g_atomic_rc_box_new0(struct block_wait);
    event_wait_init(&j->w->wait, sh, NULL);
    j->w->disk = g_strdup(j->path);
    j->w->status = -1;
    static const int events[] = {VIR_DOMAIN_EVENT_ID_BLOCK_JOB, VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2};
    for (int i = 0; i < 2; i++) {
        j->ids[i] =
            virConnectDomainEventRegisterAny(sh->conn, dom, events[i],
                                             (virConnectDomainEventGenericCallback)(void *)on_block_job,
                                             g_atomic_rc_box_acquire(j->w), block_wait_unref);
        if (j->ids[i] < 0)
            block_wait_unref(j->w);
    }
    err_forget(sh);
}

static void
job_unwatch(struct shell *sh, struct block_job *j)
{
    if (!j->w)
        return;
    for (int i = 0; i < 2; i++)
        if (j->ids[i] >= 0)
            virConnectDomainEventDeregisterAny(sh->conn, j->ids[i]);
    block_wait_unref(j->w);
    j->w = NULL;
}

/* Watches by events and, for hypervisors without them, by asking. Returns a status of the job, -1 on failure,
 * -2 if it was given up. */
static int
job_await(struct shell *sh, virDomainPtr dom, struct block_job *j)
{
    gint64 end = j->timeout_ms ? g_get_monotonic_time() + j->timeout_ms * G_GINT64_CONSTANT(1000) : 0;
    int absent = 0;
    for (;;) {
        int rc = event_wait_quietly(&j->w->wait, 500);
        if (rc == 1)
            return j->w->status;
        if (rc < 0 || (end && g_get_monotonic_time() > end)) {
            virDomainBlockJobAbort(dom, j->path, j->async ? VIR_DOMAIN_BLOCK_JOB_ABORT_ASYNC : 0);
            err_forget(sh);
            return -2;
        }
        virDomainBlockJobInfo info;
        int got = virDomainGetBlockJobInfo(dom, j->path, &info, 0);
        if (got < 0)
            return -1;
        if (got > 0 && j->verbose)
            progress_show(&j->progress, info.end - info.cur, info.end);
        if (got > 0 && j->ready && info.cur == info.end && info.end)
            return VIR_DOMAIN_BLOCK_JOB_READY;
        if (got == 0 && ++absent > 1)
            return VIR_DOMAIN_BLOCK_JOB_COMPLETED;
    }
}

static bool
job_finish(struct shell *sh, virDomainPtr dom, struct block_job *j, const char *done)
{
    bool ok = true;
    if (!j->wait) {
        say(sh, "%s started", j->started ? j->started : j->label);
        return true;
    }
    int status = job_await(sh, dom, j);
    if (j->verbose)
        progress_end(&j->progress,
                     status == VIR_DOMAIN_BLOCK_JOB_COMPLETED || status == VIR_DOMAIN_BLOCK_JOB_READY);
    if (status == VIR_DOMAIN_BLOCK_JOB_READY && j->pivot) {
        if (virDomainBlockJobAbort(dom, j->path, VIR_DOMAIN_BLOCK_JOB_ABORT_PIVOT) < 0)
            ok = fail(sh, "failed to pivot job for disk %s", j->path);
        else
            say(sh, "\nSuccessfully pivoted");
    } else if (status == VIR_DOMAIN_BLOCK_JOB_READY && j->finish) {
        if (virDomainBlockJobAbort(dom, j->path, 0) < 0)
            ok = fail(sh, "failed to finish job for disk %s", j->path);
        else
            say(sh, "\n%s", done);
    } else if (status == VIR_DOMAIN_BLOCK_JOB_READY) {
        say(sh, "\nNow in %s phase", j->mirror ? "mirroring" : "synchronized");
    } else if (status == VIR_DOMAIN_BLOCK_JOB_COMPLETED) {
        say(sh, "\n%s", done);
    } else if (status == VIR_DOMAIN_BLOCK_JOB_CANCELED || status == -2) {
        say(sh, "\n%s aborted", j->label);
        ok = false;
    } else if (status == -1) {
        ok = fail(sh, "failed to query job for disk %s", j->path);
    } else {
        ok = fail(sh, "\n%s failed", j->label);
    }
    return ok;
}

/* The speed travels in MiB/s; with --bytes or a suffix it is in bytes/s. */
static bool
speed_of(struct shell *sh, const struct call *call, unsigned int bytes_flag, unsigned int *flags,
         unsigned long *speed)
{
    const char *text = opt_text(call, "bandwidth");
    unsigned long long v = 0;
    int rc = opt_size(sh, call, "bandwidth", 1, G_MAXULONG, &v);
    if (rc > 0 && (opt_flag(call, "bytes") || !g_ascii_isdigit(text[strlen(text) - 1])))
        *flags |= bytes_flag;
    *speed = (unsigned long)v;
    return rc >= 0;
}

bool
cmd_blockpull(struct shell *sh, const struct call *call)
{
    struct block_job j = {.label = "Block Pull"};
    const char *base = NULL;
    unsigned int flags = 0, bytes = 0;
    unsigned long speed = 0;
    if (!job_options(sh, call, &j) || opt_string(sh, call, "base", &base) < 0 ||
        !speed_of(sh, call, VIR_DOMAIN_BLOCK_PULL_BANDWIDTH_BYTES, &bytes, &speed))
        return false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    if (opt_flag(call, "keep-relative"))
        flags |= VIR_DOMAIN_BLOCK_REBASE_RELATIVE;
    job_watch(sh, dom, &j);
    int rc;
    if (base || flags) {
        if (bytes)
            flags |= VIR_DOMAIN_BLOCK_REBASE_BANDWIDTH_BYTES;
        rc = virDomainBlockRebase(dom, j.path, base, speed, flags);
    } else {
        rc = virDomainBlockPull(dom, j.path, speed, bytes);
    }
    bool ok = rc == 0 && job_finish(sh, dom, &j, "Pull complete");
    job_unwatch(sh, &j);
    return ok;
}

bool
cmd_blockcommit(struct shell *sh, const struct call *call)
{
    struct block_job j = {.label = "Block commit"};
    const char *base = NULL, *top = NULL;
    unsigned int flags = 0;
    unsigned long speed = 0;
    bool active = opt_flag(call, "active") || opt_flag(call, "pivot") || opt_flag(call, "keep-overlay");
    if (!opt_exclusive(sh, call, "pivot", "keep-overlay", NULL) ||
        !opt_exclusive(sh, call, "base", "shallow", NULL) || !job_options(sh, call, &j) ||
        opt_string(sh, call, "base", &base) < 0 || opt_string(sh, call, "top", &top) < 0 ||
        !speed_of(sh, call, VIR_DOMAIN_BLOCK_COMMIT_BANDWIDTH_BYTES, &flags, &speed))
        return false;
    if (opt_flag(call, "shallow"))
        flags |= VIR_DOMAIN_BLOCK_COMMIT_SHALLOW;
    if (opt_flag(call, "delete"))
        flags |= VIR_DOMAIN_BLOCK_COMMIT_DELETE;
    if (opt_flag(call, "keep-relative"))
        flags |= VIR_DOMAIN_BLOCK_COMMIT_RELATIVE;
    if (active) {
        flags |= VIR_DOMAIN_BLOCK_COMMIT_ACTIVE;
        j.started = "Active Block Commit";
        j.ready = true;
    }
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    job_watch(sh, dom, &j);
    bool ok = virDomainBlockCommit(dom, j.path, base, top, speed, flags) == 0 &&
              job_finish(sh, dom, &j, active ? "Commit complete, overlay image kept" : "Commit complete");
    job_unwatch(sh, &j);
    return ok;
}

/* The destination as XML, when options ask for what the older call does not have. */
static char *
copy_xml(const char *dest, const char *format, bool block)
{
    struct xml_out x = {0};
    xo_open(&x, "<disk type='%s'>", block ? "block" : "file");
    xo_line(&x, "<source %s='%s'/>", block ? "dev" : "file", dest);
    if (format)
        xo_line(&x, "<driver type='%s'/>", format);
    xo_close(&x, "disk");
    return g_string_free(x.s, FALSE);
}

bool
cmd_blockcopy(struct shell *sh, const struct call *call)
{
    struct block_job j = {.label = "Block Copy", .ready = true, .mirror = true};
    const char *dest = NULL, *format = NULL;
    g_autofree char *file = NULL;
    unsigned int flags = 0, bytes = 0, granularity = 0;
    unsigned long long buf = 0;
    unsigned long speed = 0;
    auto_params p = {0};
    if (!opt_exclusive(sh, call, "dest", "xml", NULL) || !opt_exclusive(sh, call, "format", "xml", NULL) ||
        !opt_exclusive(sh, call, "blockdev", "xml", NULL) ||
        !opt_exclusive(sh, call, "pivot", "finish", NULL) || !job_options(sh, call, &j) ||
        opt_string(sh, call, "dest", &dest) < 0 || opt_file(sh, call, "xml", &file) < 0 ||
        opt_string(sh, call, "format", &format) < 0)
        return false;
    int has_gran = opt_uint(sh, call, "granularity", &granularity);
    int has_buf = opt_ullong(sh, call, "buf-size", &buf);
    if (has_gran < 0 || has_buf < 0 || !speed_of(sh, call, 1, &bytes, &speed))
        return false;
    if (!dest && !file)
        return fail(sh, "need either --dest or --xml");
    bool block = opt_flag(call, "blockdev"), print = opt_flag(call, "print-xml");
    static const struct {
        const char *option;
        unsigned int flag;
    } map[] = {
        {"shallow", VIR_DOMAIN_BLOCK_COPY_SHALLOW}, {"reuse-external", VIR_DOMAIN_BLOCK_COPY_REUSE_EXT},
        {"transient-job", VIR_DOMAIN_BLOCK_COPY_TRANSIENT_JOB},
        {"synchronous-writes", VIR_DOMAIN_BLOCK_COPY_SYNCHRONOUS_WRITES},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(map); i++)
        if (opt_flag(call, map[i].option))
            flags |= map[i].flag;
#if API_12
    if (opt_flag(call, "dest-is-zero"))
        flags |= VIR_DOMAIN_BLOCK_COPY_TARGET_ZEROED;
#endif
    bool modern = file || has_gran || has_buf || print ||
                  (flags & ~(VIR_DOMAIN_BLOCK_COPY_SHALLOW | VIR_DOMAIN_BLOCK_COPY_REUSE_EXT));
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    int rc;
    if (modern) {
        g_autofree char *xml = file ? g_strdup(file) : copy_xml(dest, format, block);
        if (print) {
            out(sh, "%s", xml);
            return true;
        }
        /* Here the speed is in bytes. */
        if (speed && virTypedParamsAddULLong(&p.list, &p.n, &p.max, VIR_DOMAIN_BLOCK_COPY_BANDWIDTH,
                                             bytes ? speed : (unsigned long long)speed << 20) < 0)
            return false;
        if (has_gran > 0 && virTypedParamsAddUInt(&p.list, &p.n, &p.max, VIR_DOMAIN_BLOCK_COPY_GRANULARITY,
                                                  granularity) < 0)
            return false;
        if (has_buf > 0 &&
            virTypedParamsAddULLong(&p.list, &p.n, &p.max, VIR_DOMAIN_BLOCK_COPY_BUF_SIZE, buf) < 0)
            return false;
        job_watch(sh, dom, &j);
        rc = virDomainBlockCopy(dom, j.path, xml, p.list, p.n, flags);
    } else {
        unsigned int old = VIR_DOMAIN_BLOCK_REBASE_COPY;
        if (flags & VIR_DOMAIN_BLOCK_COPY_SHALLOW)
            old |= VIR_DOMAIN_BLOCK_REBASE_SHALLOW;
        if (flags & VIR_DOMAIN_BLOCK_COPY_REUSE_EXT)
            old |= VIR_DOMAIN_BLOCK_REBASE_REUSE_EXT;
        if (block)
            old |= VIR_DOMAIN_BLOCK_REBASE_COPY_DEV;
        if (bytes)
            old |= VIR_DOMAIN_BLOCK_REBASE_BANDWIDTH_BYTES;
        if (g_strcmp0(format, "raw") == 0)
            old |= VIR_DOMAIN_BLOCK_REBASE_COPY_RAW;
        job_watch(sh, dom, &j);
        rc = virDomainBlockRebase(dom, j.path, dest, speed, old);
    }
    bool ok = rc == 0 && job_finish(sh, dom, &j, "Successfully copied");
    job_unwatch(sh, &j);
    return ok;
}

bool
cmd_blockjob(struct shell *sh, const struct call *call)
{
    static const char *const types[] = {"Unknown job", "Block Pull", "Block Copy", "Block Commit",
                                        "Active Block Commit", "Backup"};
    const char *path = NULL;
    bool raw = opt_flag(call, "raw");
    bool abort = opt_flag(call, "abort") || opt_flag(call, "pivot") || opt_flag(call, "async");
    if (!opt_exclusive(sh, call, "info", "abort", NULL) || !opt_exclusive(sh, call, "info", "async", NULL) ||
        !opt_exclusive(sh, call, "info", "pivot", NULL) ||
        !opt_exclusive(sh, call, "info", "bandwidth", NULL) ||
        !opt_exclusive(sh, call, "raw", "abort", NULL) ||
        !opt_exclusive(sh, call, "bandwidth", "abort", NULL) ||
        !opt_exclusive(sh, call, "raw", "bandwidth", NULL) || opt_string(sh, call, "path", &path) <= 0)
        return false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    if (abort) {
        unsigned int flags = (opt_flag(call, "async") ? VIR_DOMAIN_BLOCK_JOB_ABORT_ASYNC : 0) |
                             (opt_flag(call, "pivot") ? VIR_DOMAIN_BLOCK_JOB_ABORT_PIVOT : 0);
        return virDomainBlockJobAbort(dom, path, flags) == 0;
    }
    if (opt_flag(call, "bandwidth")) {
        unsigned long speed = 0;
        unsigned int flags = 0;
        return speed_of(sh, call, VIR_DOMAIN_BLOCK_JOB_SPEED_BANDWIDTH_BYTES, &flags, &speed) &&
               virDomainBlockJobSetSpeed(dom, path, speed, flags) == 0;
    }
    virDomainBlockJobInfo info;
    int rc = virDomainGetBlockJobInfo(dom, path, &info, VIR_DOMAIN_BLOCK_JOB_INFO_BANDWIDTH_BYTES);
    if (rc < 0)
        return false;
    if (rc == 0) {
        if (!raw)
            say(sh, "No current block job for %s", path);
        return true;
    }
    if (raw) {
        fact(sh, " %s=%s\n", "type", "%s", WORD(types, info.type));
        fact(sh, " %s=%s\n", "bandwidth", "%lu", info.bandwidth);
        fact(sh, " %s=%s\n", "cur", "%llu", info.cur);
        fact(sh, " %s=%s\n", "end", "%llu", info.end);
        return true;
    }
    double done = info.end ? 100.0 * (double)info.cur / (double)info.end : 0;
    done = MIN(done, info.cur < info.end ? 99.99 : 100.0);
    if (sh->document) {
        fact(sh, NULL, "type", "%s", WORD(types, info.type));
        fact(sh, NULL, "percent", "%.2f", done);
        if (info.bandwidth)
            fact(sh, NULL, "bandwidth", "%lu", info.bandwidth);
        return true;
    }
    fprintf(stderr, "\r%s: [%5.2f %%]", WORD(types, info.type), done);
    if (info.bandwidth) {
        const char *unit;
        double limit = size_pretty(info.bandwidth, &unit);
        out(sh, "    Bandwidth limit: %lu bytes/s (%-.3lf %s/s)", info.bandwidth, limit, unit);
    }
    out(sh, "\n");
    return true;
}
