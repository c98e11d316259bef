/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Output, errors and the loop that runs calls.  Commands wait here as long as the library does; events arrive
 * on a thread of their own, started when the first connection is made. */
#include "shell.h"

#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* ---- output ---- */

static void
log_line(struct shell *sh, const char *level, const char *text)
{
    if (!sh->log)
        return;
    time_t now = time(NULL);
    struct tm tm;
    char stamp[32];
    localtime_r(&now, &tm);
    strftime(stamp, sizeof(stamp), "%Y.%m.%d %H:%M:%S", &tm);
    fprintf(sh->log, "[%s %s %d] %s %s\n", stamp, program.name, (int)getpid(), level, text);
    fflush(sh->log);
}

void
out(struct shell *sh, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    if (sh->document)
        json_text(sh, fmt, ap);
    else
        vfprintf(stdout, fmt, ap);
    va_end(ap);
}

void
say(struct shell *sh, const char *fmt, ...)
{
    va_list ap;
    if (sh->quiet || sh->json)
        return;
    va_start(ap, fmt);
    vfprintf(stdout, fmt, ap);
    va_end(ap);
}

bool
fail(struct shell *sh, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    g_autofree char *text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    fflush(stdout);
    if (sh->color && isatty(STDERR_FILENO))
        fprintf(stderr, "\033[31merror:\033[0m %s\n", text);
    else
        fprintf(stderr, "error: %s\n", text);
    log_line(sh, "ERROR", text);
    sh->told = true;
    return false;
}

void
debug(struct shell *sh, int level, const char *fmt, ...)
{
    va_list ap;
    if (level < sh->debug)
        return;
    va_start(ap, fmt);
    g_autofree char *text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    fprintf(stdout, "%s\n", text);
    log_line(sh, "DEBUG", text);
}

/* ---- errors of the library ---- */

void
err_take(struct shell *sh, virErrorPtr err)
{
    g_mutex_lock(&sh->err_lock);
    virErrorPtr old = sh->err;
    sh->err = err;
    g_mutex_unlock(&sh->err_lock);
    if (old)
        virFreeError(old);
}

/* The library calls this on the thread whose call failed; frees of handles that follow would wipe the
 * error, so it is kept at once. */
static void
err_keep(void *opaque, virErrorPtr err)
{
    err_take(opaque, virSaveLastError());
}

void
err_watch(struct shell *sh)
{
    virSetErrorFunc(sh, err_keep);
}

void
err_forget(struct shell *sh)
{
    err_take(sh, NULL);
}

int
err_code(struct shell *sh)
{
    return sh->err ? sh->err->code : VIR_ERR_OK;
}

void
err_tell(struct shell *sh)
{
    if (sh->err && sh->err->code != VIR_ERR_OK)
        fail(sh, "%s", sh->err->message ? sh->err->message : "the library gave no reason");
    err_forget(sh);
}

void
connect_tell(struct shell *sh)
{
    g_autofree char *why = sh->err ? g_strdup(sh->err->message) : NULL;
    err_tell(sh);
    connect_hint(sh, why);
}

/* ---- events ---- */

static void *
event_thread(void *opaque)
{
    while (virEventRunDefaultImpl() == 0)
        ;
    return NULL;
}

static void
timer_nothing(int timer, void *opaque)
{
}

bool
shell_events(struct shell *sh)
{
    static bool started;
    if (started)
        return true;
    /* The timer keeps the loop from sleeping for ever between additions. */
    if (virEventAddTimeout(1000, timer_nothing, NULL, NULL) < 0)
        return fail(sh, "cannot start the event loop");
    GThread *thread = g_thread_new("events", event_thread, NULL);
    g_thread_unref(thread);
    started = true;
    return true;
}

/* ---- running ---- */

/* What ran with which options, without their values: some are secret. */
static void
log_call(struct shell *sh, const struct call *call, bool ok)
{
    g_autoptr(GString) line = g_string_new("command ");
    g_string_append(line, call->def->name);
    for (const struct value *v = call->values; v; v = v->next)
        g_string_append_printf(line, " --%s", v->opt->name);
    g_string_append(line, call->help ? " --help: " : ": ");
    g_string_append(line, ok ? "done" : "failed");
    log_line(sh, "INFO", line->str);
}

static bool
run_one(struct shell *sh, const struct call *call)
{
    err_forget(sh);
    sh->told = sh->no_domain = false;
    shell_reconnect_if_closed(sh);
    if (!call->help && !call->def->offline && !shell_connected(sh) && !shell_connect(sh)) {
        connect_tell(sh);
        return false;
    }
    gint64 start = g_get_monotonic_time();
    if (sh->json && !call->help)
        json_begin(sh);
    bool ok = call->help ? shell_help_command(sh, call->def) : call->def->run(sh, call);
    gint64 took = g_get_monotonic_time() - start;
    if (sh->document)
        json_end(sh);
    log_call(sh, call, ok);
    if (!ok) {
        int code = sh->no_domain ? VIR_ERR_NO_DOMAIN : err_code(sh);
        err_tell(sh);
        error_hint(sh, call, code);
    }
    if (sh->leave)
        return ok;
    if (sh->timing)
        out(sh, "\n(Time: %.3f ms)\n\n", took / 1000.0);
    else
        say(sh, "\n");
    fflush(stdout);
    return ok;
}

bool
shell_run(struct shell *sh, const struct call *calls)
{
    bool ok = true;
    for (; calls && !sh->leave; calls = calls->next)
        ok = run_one(sh, calls);
    return ok;
}

bool
parse_fail(struct shell *sh, const char *why)
{
    g_auto(GStrv) reasons = g_strsplit(why, "\n", 0);
    for (size_t i = 0; reasons[i]; i++)
        fail(sh, "%s", reasons[i]);
    parse_hint(sh, why);
    return false;
}

bool
shell_run_text(struct shell *sh, const char *text)
{
    struct call *calls;
    g_autofree char *why = NULL;
    if (!parse_text(text, &calls, &why))
        return parse_fail(sh, why);
    bool ok = shell_run(sh, calls);
    call_free(calls);
    return ok;
}
