/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting for events.
 * Callbacks run on the event thread; the commands wait on the main thread. */
#include "cmd.h"
#include "events.h"
#include "lookup.h"

#include <signal.h>
#include <string.h>

static volatile sig_atomic_t caught;
static struct sigaction before;

static void
on_interrupt(int sig)
{
    caught = 1;
}

void
interrupt_catch(void)
{
    struct sigaction act = {.sa_handler = on_interrupt};
    caught = 0;
    sigaction(SIGINT, &act, &before);
}

bool
interrupted(void)
{
    return caught;
}

void
interrupt_release(void)
{
    sigaction(SIGINT, &before, NULL);
}

void
event_wait_init(struct event_wait *w, struct shell *sh, const struct call *call)
{
    memset(w, 0, sizeof(*w));
    w->sh = sh;
    g_mutex_init(&w->lock);
    g_cond_init(&w->cond);
    if (call) {
        w->loop = opt_flag(call, "loop");
        w->timestamp = opt_flag(call, "timestamp");
    }
}

void
event_print(struct event_wait *w, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    g_autofree char *text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    g_mutex_lock(&w->lock);
    if (!w->loop && w->seen) {
        g_mutex_unlock(&w->lock);
        return;
    }
    g_autofree char *stamp = NULL;
    if (w->timestamp) {
        g_autoptr(GDateTime) now = g_date_time_new_now_utc();
        g_autofree char *second = g_date_time_format(now, "%Y-%m-%d %H:%M:%S");
        stamp = g_strdup_printf("%s.%03d+0000", second, g_date_time_get_microsecond(now) / 1000);
    }
    /* At once, from this thread: one line an event. */
    if (w->sh->json) {
        g_autofree char *quoted = json_quote(text);
        if (stamp)
            printf("{\"time\": \"%s\", \"event\": %s}\n", stamp, quoted);
        else
            printf("{\"event\": %s}\n", quoted);
    } else if (stamp) {
        printf("%s: %s\n", stamp, text);
    } else {
        printf("%s\n", text);
    }
    fflush(stdout);
    w->seen++;
    if (!w->loop)
        w->done = true;
    g_cond_signal(&w->cond);
    g_mutex_unlock(&w->lock);
}

void
event_wait_stop(struct event_wait *w)
{
    g_mutex_lock(&w->lock);
    w->done = true;
    g_cond_signal(&w->cond);
    g_mutex_unlock(&w->lock);
}

int
event_wait_quietly(struct event_wait *w, int timeout_ms)
{
    gint64 end = timeout_ms > 0 ? g_get_monotonic_time() + timeout_ms * G_GINT64_CONSTANT(1000) : 0;
    int rc = 1;
    if (!w->deaf)
        interrupt_catch();
    g_mutex_lock(&w->lock);
    while (!w->done) {
        /* A signal does not wake a condition, so look around now and then. */
        gint64 now = g_get_monotonic_time(), next = now + 100000;
        if (!w->deaf && (interrupted() || g_atomic_int_get(&w->sh->closed))) {
            rc = -1;
            break;
        }
        if (end && now >= end) {
            rc = 0;
            break;
        }
        g_cond_wait_until(&w->cond, &w->lock, end && end < next ? end : next);
    }
    g_mutex_unlock(&w->lock);
    if (!w->deaf)
        interrupt_release();
    return rc;
}

bool
event_wait_run(struct event_wait *w, int timeout_ms)
{
    int rc = event_wait_quietly(w, timeout_ms);
    g_mutex_lock(&w->lock);
    w->done = true;
    int seen = w->seen;
    g_mutex_unlock(&w->lock);
    if (rc <= 0)
        fact(w->sh, "%s %s\n", "event loop", "%s", rc == 0 ? "timed out" : "interrupted");
    fact(w->sh, "%s: %s\n", "events received", "%d", seen);
    return seen > 0;
}
