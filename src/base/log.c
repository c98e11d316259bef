/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * log: see log.h.  One mutex guards filters and outputs; it is a leaf (nothing
 * else is locked under it).
 */
#include "base/log.h"

#include "base/fork.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <glib.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_NONE
#define JOURNAL_SOCKET "/run/systemd/journal/socket"

enum output_kind { OUT_STDERR, OUT_FILE, OUT_SYSLOG, OUT_JOURNALD };
static const char *const output_names[] = { "stderr", "file", "syslog", "journald" };

struct output {
    enum output_kind kind;
    int level;
    char *arg; /* file name, or syslog's program name */
    int fd;
    bool may_block; /* a pipe, terminal or socket: asked before it is written to */
    unsigned lost;
};

struct filter {
    int level;
    char *pattern; /* *MATCH*, as it is told */
};

atomic_uint log_serial = 1;

FORK_MUTEX(lock, FORK_LEAF)
static int default_level = LOG_LEVEL_WARN;
static GArray *filters;              /* struct filter */
static GArray *outputs;              /* struct output */
static const char *const level_names[] = { "", "debug", "info", "warning", "error" };
static const int level_syslog[] = { LOG_DEBUG, LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERR };

static void
filters_free(GArray *list)
{
    for (guint i = 0; list && i < list->len; i++) {
        struct filter *f = &g_array_index(list, struct filter, i);
        g_free(f->pattern);
    }
    if (list)
        g_array_free(list, TRUE);
}

static void
outputs_free(GArray *list)
{
    for (guint i = 0; list && i < list->len; i++) {
        struct output *o = &g_array_index(list, struct output, i);
        if (o->kind != OUT_STDERR && o->fd >= 0)
            close(o->fd);
        if (o->kind == OUT_SYSLOG)
            closelog();
        g_free(o->arg);
    }
    if (list)
        g_array_free(list, TRUE);
}

int
log_source_refresh(struct log_source *source)
{
    pthread_mutex_lock(&lock);
    int level = default_level;
    for (guint i = 0; filters && i < filters->len; i++) {
        struct filter *f = &g_array_index(filters, struct filter, i);
        if (fnmatch(f->pattern, source->name, 0) == 0) {
            level = f->level;
            break;
        }
    }
    atomic_store_explicit(&source->level, level, memory_order_relaxed);
    atomic_store_explicit(&source->serial, atomic_load(&log_serial), memory_order_relaxed);
    pthread_mutex_unlock(&lock);
    return level;
}

void
log_set_level(int level)
{
    pthread_mutex_lock(&lock);
    default_level = CLAMP(level, LOG_LEVEL_DEBUG, LOG_LEVEL_ERROR);
    atomic_fetch_add(&log_serial, 1);
    pthread_mutex_unlock(&lock);
}

/* "3:rest": the level, and where the rest begins. */
static int
split_level(const char *word, const char **rest)
{
    if (word[0] < '1' || word[0] > '4' || word[1] != ':' || !word[2])
        return -1;
    *rest = word + 2;
    return word[0] - '0';
}

int
log_set_filters(const char *spec, struct err *err)
{
    g_auto(GStrv) words = g_strsplit_set(spec ? spec : "", " \t\n", -1);
    GArray *list = g_array_new(FALSE, TRUE, sizeof(struct filter));
    for (char **w = words; *w; w++) {
        const char *match;
        if (!**w)
            continue;
        int level = split_level(*w, &match);
        if (level > 0 && *match == '+') /* older files ask for stack traces so */
            match++;
        if (level < 0 || !*match) {
            filters_free(list);
            return err_set(err, VIR_ERR_INVALID_ARG, "log filter '%s' is not LEVEL:MATCH with a level from "
                           "1 (debug) to 4 (error), such as 1:qemu", *w);
        }
        /* What follows another colon has never meant anything. */
        struct filter f = { level, g_strdup_printf("*%.*s*", (int)strcspn(match, ":"), match) };
        g_array_append_val(list, f);
    }
    pthread_mutex_lock(&lock);
    GArray *old = filters;
    filters = list;
    atomic_fetch_add(&log_serial, 1);
    pthread_mutex_unlock(&lock);
    filters_free(old);
    return 0;
}

static bool
fd_may_block(int fd)
{
    struct stat st;
    return fstat(fd, &st) < 0 || !S_ISREG(st.st_mode);
}

static int
output_open(struct output *o, struct err *err)
{
    o->fd = -1;
    switch (o->kind) {
    case OUT_STDERR:
        o->fd = STDERR_FILENO;
        o->may_block = fd_may_block(o->fd);
        break;
    case OUT_FILE:
        o->fd = open(o->arg, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (o->fd < 0)
            return err_errno(err, errno, "cannot open log file '%s'", o->arg);
        o->may_block = fd_may_block(o->fd);
        break;
    case OUT_SYSLOG:
        openlog(o->arg, LOG_PID | LOG_CONS, LOG_DAEMON);
        break;
    case OUT_JOURNALD: {
        struct sockaddr_un sun = { .sun_family = AF_UNIX, .sun_path = JOURNAL_SOCKET };
        o->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (o->fd < 0)
            return err_errno(err, errno, "cannot make a socket for the journal");
        /* The journal may not run yet: what cannot be sent is lost, as messages to syslog are. */
        (void)connect(o->fd, (struct sockaddr *)&sun, sizeof(sun));
        break;
    }
    }
    return 0;
}

static int
output_parse(const char *word, struct output *o, struct err *err)
{
    const char *rest;
    *o = (struct output){ .fd = -1 };
    o->level = split_level(word, &rest);
    if (o->level < 0)
        return err_set(err, VIR_ERR_INVALID_ARG, "log output '%s' does not begin with a level from 1 (debug) "
                       "to 4 (error) and a colon", word);
    const char *colon = strchr(rest, ':');
    g_autofree char *kind = colon ? g_strndup(rest, colon - rest) : g_strdup(rest);
    for (o->kind = OUT_STDERR; o->kind <= OUT_JOURNALD; o->kind++)
        if (strcmp(kind, output_names[o->kind]) == 0)
            break;
    if (o->kind > OUT_JOURNALD)
        return err_set(err, VIR_ERR_INVALID_ARG,
                       "log output '%s' names no destination that exists: it must be "
                       "stderr, file:PATH, syslog:NAME or journald",
                       word);
    bool needs = o->kind == OUT_FILE || o->kind == OUT_SYSLOG;
    if (needs != (colon && colon[1]))
        return err_set(err, VIR_ERR_INVALID_ARG, needs ? "log output '%s' lacks the %s after '%s:'"
                       : "log output '%s' takes no %s after '%s'", word,
                       o->kind == OUT_SYSLOG ? "program name" : "file name", kind);
    o->arg =
        needs ? o->kind == OUT_FILE ? g_canonicalize_filename(colon + 1, NULL) : g_strdup(colon + 1) : NULL;
    if (output_open(o, err) < 0) {
        g_clear_pointer(&o->arg, g_free);
        return -1;
    }
    return 0;
}

int
log_set_outputs(const char *spec, struct err *err)
{
    g_auto(GStrv) words = g_strsplit_set(spec ? spec : "", " \t\n", -1);
    GArray *list = g_array_new(FALSE, TRUE, sizeof(struct output));
    for (char **w = words; *w; w++) {
        struct output o;
        if (!**w)
            continue;
        if (output_parse(*w, &o, err) < 0) {
            outputs_free(list);
            return -1;
        }
        g_array_append_val(list, o);
    }
    if (list->len == 0)
        g_clear_pointer(&list, outputs_free);
    pthread_mutex_lock(&lock);
    GArray *old = outputs;
    outputs = list;
    pthread_mutex_unlock(&lock);
    outputs_free(old);
    return 0;
}

char *
log_get_filters(unsigned *count)
{
    GString *s = g_string_new(NULL);
    pthread_mutex_lock(&lock);
    for (guint i = 0; filters && i < filters->len; i++) {
        struct filter *f = &g_array_index(filters, struct filter, i);
        g_string_append_printf(s, "%d:%s ", f->level,
                               f->pattern); /* the blank at the end is what users know */
    }
    if (count)
        *count = filters ? filters->len : 0;
    pthread_mutex_unlock(&lock);
    return g_string_free(s, FALSE);
}

char *
log_get_outputs(unsigned *count)
{
    GString *s = g_string_new(NULL);
    pthread_mutex_lock(&lock);
    for (guint i = 0; outputs && i < outputs->len; i++) {
        struct output *o = &g_array_index(outputs, struct output, i);
        g_string_append_printf(s, "%s%d:%s%s%s", i ? " " : "", o->level, output_names[o->kind],
                               o->arg ? ":" : "", o->arg ? o->arg : "");
    }
    if (!outputs)
        g_string_append_printf(s, "%d:stderr", default_level);
    if (count)
        *count = outputs ? outputs->len : 1;
    pthread_mutex_unlock(&lock);
    return g_string_free(s, FALSE);
}

void
log_reopen(void)
{
    pthread_mutex_lock(&lock);
    for (guint i = 0; outputs && i < outputs->len; i++) {
        struct output *o = &g_array_index(outputs, struct output, i);
        if (o->kind != OUT_FILE)
            continue;
        int old = o->fd;
        if (output_open(o, NULL) < 0)
            o->fd = old; /* the old file is better than none */
        else if (old >= 0)
            close(old);
    }
    pthread_mutex_unlock(&lock);
}

void
log_from_environment(void)
{
    const char *debug = getenv("LIBVIRT_DEBUG");
    static const struct { const char *env; int (*set)(const char *, struct err *); } vars[] = {
        { "LIBVIRT_LOG_FILTERS", log_set_filters }, { "LIBVIRT_LOG_OUTPUTS", log_set_outputs },
    };
    if (debug && *debug) {
        int level = *debug >= '1' && *debug <= '4' ? *debug - '0' : 0;
        for (int i = 1; i <= 4 && !level; i++)
            if (strcmp(debug, level_names[i]) == 0)
                level = i;
        if (level)
            log_set_level(level);
        else
            fprintf(stderr, "LIBVIRT_DEBUG='%s' is no level: use 1 (debug) to 4 (error)\n", debug);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(vars); i++) {
        ERR_AUTO err = ERR_INIT;
        const char *value = getenv(vars[i].env);
        if (value && *value && vars[i].set(value, &err) < 0)
            fprintf(stderr, "%s: %s\n", vars[i].env, err_message(&err));
    }
}

static void
write_line(struct output *o, const char *text, size_t n)
{
    if (o->may_block) {
        struct pollfd p = { .fd = o->fd, .events = POLLOUT };
        if (poll(&p, 1, 0) != 1 || !(p.revents & POLLOUT)) {
            o->lost++;
            return;
        }
    }
    char note[80];
    struct iovec iov[2] = { { note, 0 }, { (char *)(uintptr_t)text, n } };
    if (o->lost)
        iov[0].iov_len = (size_t)snprintf(note, sizeof(note), "(%u lines were lost here)\n", o->lost);
    ssize_t done = writev(o->fd, iov, 2);
    if (done < 0)
        o->lost++; /* a full disk: said when there is room again */
    else
        o->lost = 0;
}

static void
write_journal(struct output *o, struct log_source *source, int level, const char *func, int line,
              const char *message)
{
    g_autofree char *head = g_strdup_printf("PRIORITY=%d\nLIBVIRT_SOURCE=%s\nCODE_FUNC=%s\nCODE_LINE=%d\n"
                                            "SYSLOG_IDENTIFIER=%s\nMESSAGE\n", level_syslog[level],
                                            source->name, func, line, program_invocation_short_name);
    uint64_t n = GUINT64_TO_LE(strlen(message));
    struct iovec iov[] = { { head, strlen(head) }, { &n, sizeof(n) },
                           { (char *)(uintptr_t)message, strlen(message) }, { (char *)(uintptr_t)"\n", 1 } };
    struct msghdr msg = { .msg_iov = iov, .msg_iovlen = G_N_ELEMENTS(iov) };
    if (sendmsg(o->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        o->lost++;
}

void
log_write(struct log_source *source, int level, const char *func, int line, const char *fmt, ...)
{
    int saved_errno = errno;
    char small[512], *message = small;
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(small, sizeof(small), fmt, ap);
    va_end(ap);
    if (n >= (int)sizeof(small)) {
        va_start(ap, fmt);
        message = g_strdup_vprintf(fmt, ap);
        va_end(ap);
    }

    struct timespec now;
    struct tm tm;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);
    g_autofree char *text = g_strdup_printf(
        "%04d-%02d-%02d %02d:%02d:%02d.%03ld+0000: %ld: %s : %s:%d : %s\n", tm.tm_year + 1900, tm.tm_mon + 1,
        tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, now.tv_nsec / 1000000, (long)syscall(SYS_gettid),
        level_names[level], func, line, message);

    static struct output fallback = { .kind = OUT_STDERR, .fd = STDERR_FILENO, .may_block = true };
    pthread_mutex_lock(&lock);
    if (!outputs)
        write_line(&fallback, text, strlen(text));
    for (guint i = 0; outputs && i < outputs->len; i++) {
        struct output *o = &g_array_index(outputs, struct output, i);
        if (level < o->level)
            continue;
        if (o->kind == OUT_SYSLOG)
            syslog(level_syslog[level], "%s", message);
        else if (o->kind == OUT_JOURNALD)
            write_journal(o, source, level, func, line, message);
        else
            write_line(o, text, strlen(text));
    }
    pthread_mutex_unlock(&lock);
    if (message != small)
        g_free(message);
    errno = saved_errno;
}

void
log_shutdown(void)
{
    pthread_mutex_lock(&lock);
    g_clear_pointer(&outputs, outputs_free);
    g_clear_pointer(&filters, filters_free);
    atomic_fetch_add(&log_serial, 1);
    pthread_mutex_unlock(&lock);
}
