/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Progress of long operations.  The call runs on a thread of its own while the main thread looks twice a
 * second how far it is, and for interrupts. */
#include "progress.h"
#include "events.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* What is quicker needs no words. */
#define PATIENCE_US (2 * G_USEC_PER_SEC)

double
size_pretty(unsigned long long bytes, const char **unit)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double v = (double)bytes;
    size_t i = 0;
    while (v >= 1024.0 && i + 1 < G_N_ELEMENTS(units)) {
        v /= 1024.0;
        i++;
    }
    *unit = units[i];
    return v;
}

bool
progress_seen(const struct shell *sh)
{
    return !sh->quiet && !sh->json && isatty(STDERR_FILENO) && isatty(STDIN_FILENO);
}

/* On a terminal the line is cut at its edge: a longer one would wrap and could not be drawn over. */
static void
line_show(const char *text)
{
    struct winsize size = {0};
    fflush(stdout);
    if (!isatty(STDERR_FILENO)) {
        fprintf(stderr, "\r%s", text);
        return;
    }
    int width = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1 : 79;
    fprintf(stderr, "\r%.*s\033[K", width, text);
}

static char *
time_pretty(gint64 seconds)
{
    if (seconds >= 3600)
        return g_strdup_printf("%d:%02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60),
                               (int)(seconds % 60));
    return g_strdup_printf("%d:%02d", (int)(seconds / 60), (int)(seconds % 60));
}

void
progress_show(struct progress *p, unsigned long long remaining, unsigned long long total)
{
    double percent;
    unsigned long long done = total - MIN(remaining, total);
    gint64 now = g_get_monotonic_time();
    if (total == 0)
        percent = remaining == 0 ? 100 : 0;
    else
        percent = 100.0 * (double)done / (double)total;
    if (remaining && percent > 99.99)
        percent = 99.99;
    g_autoptr(GString) s = g_string_new(NULL);
    g_string_append_printf(s, "%s: [%5.2f %%]", p->label, percent);
    if (!p->start) {
        p->start = now;
        p->first = (gint64)done;
    }
    /* Whoever reads this in a file knows the plain form. */
    if (isatty(STDERR_FILENO) && now > p->start + G_USEC_PER_SEC / 2 && (gint64)done > p->first) {
        const char *unit;
        double rate = (double)((gint64)done - p->first) / ((double)(now - p->start) / G_USEC_PER_SEC);
        double shown = size_pretty((unsigned long long)rate, &unit);
        g_string_append_printf(s, "  %.1f %s/s", shown, unit);
        if (remaining && rate > 0) {
            g_autofree char *left = time_pretty((gint64)((double)remaining / rate + 0.5));
            g_string_append_printf(s, "  %s left", left);
        }
    }
    if (p->shown && strncmp(p->last, s->str, sizeof(p->last) - 1) == 0)
        return; /* a log has each line once */
    g_strlcpy(p->last, s->str, sizeof(p->last));
    line_show(s->str);
    p->shown = true;
}

void
progress_end(struct progress *p, bool ok)
{
    if (ok) {
        g_autofree char *text = g_strdup_printf("%s: [%5.2f %%]", p->label, 100.0);
        line_show(text);
        p->shown = true;
    }
    if (p->shown)
        fputc('\n', stderr);
    p->shown = false;
}

void
progress_wipe(struct progress *p)
{
    if (p->shown)
        fputs("\r\033[K", stderr);
    p->shown = false;
}

struct job_thread {
    struct shell *sh;
    struct job *job;
    struct event_wait wait;
    int result;
    virErrorPtr err; /* of that thread */
};

static void *
job_thread(void *opaque)
{
    struct job_thread *t = opaque;
    t->result = t->job->fn(t->sh, t->job->ctx);
    if (t->result < 0)
        t->err = virSaveLastError();
    event_wait_stop(&t->wait);
    return NULL;
}

static void
job_look(struct job *job, struct progress *p, gint64 start)
{
    virDomainJobInfo info;
    if (job->dom && virDomainGetJobInfo(job->dom, &info) == 0 &&
        (info.type == VIR_DOMAIN_JOB_BOUNDED || info.type == VIR_DOMAIN_JOB_UNBOUNDED)) {
        progress_show(p, info.dataRemaining, info.dataTotal);
    } else if (!job->dom) {
        g_autofree char *so_far = time_pretty((g_get_monotonic_time() - start) / G_USEC_PER_SEC);
        g_autofree char *text = g_strdup_printf("%s: %s so far", job->label, so_far);
        line_show(text);
        p->shown = true;
    }
}

int
job_run(struct shell *sh, struct job *job)
{
    struct job_thread t = {.sh = sh, .job = job, .result = -1};
    struct progress progress = {.label = job->label};
    gint64 start = g_get_monotonic_time();
    bool timed_out = false, aborted = false, seen = job->label && progress_seen(sh);
    event_wait_init(&t.wait, sh, NULL);
    t.wait.deaf = !job->dom;
    GThread *thread = g_thread_new("job", job_thread, &t);
    for (;;) {
        int rc = event_wait_quietly(&t.wait, 500);
        if (rc == 1)
            break;
        if (rc < 0 && !aborted) {
            virDomainAbortJob(job->dom);
            aborted = true;
        } else if (rc < 0) {
            g_usleep(100000); /* the connection broke: the call ends soon */
        }
        if (job->timeout_ms && !timed_out && job->on_timeout &&
            g_get_monotonic_time() - start > job->timeout_ms * G_GINT64_CONSTANT(1000)) {
            timed_out = true;
            job->on_timeout(sh, job);
        }
        if (job->verbose || (seen && g_get_monotonic_time() - start > PATIENCE_US))
            job_look(job, &progress, start);
    }
    g_thread_join(thread);
    /* Questions about progress may have failed later than the job; its own error counts. */
    err_take(sh, t.err);
    if (job->verbose)
        progress_end(&progress, t.result == 0);
    else
        progress_wipe(&progress);
    return t.result;
}
