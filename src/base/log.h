/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * log: what the program tells its administrator.
 *
 * Owns: the list of outputs, the list of filters and the level below which a
 * message is not made at all.  A source file names itself once:
 *     LOG_FROM("daemon.session");
 * and then calls log_debug(), log_info(), log_warn(), log_error().  A message
 * that nobody wants costs two loads and a compare.
 * Called by: everything, from any thread.
 * Waits: never longer than a write to a regular file takes.  A pipe, terminal
 * or socket that does not take the line loses it; the next line that gets
 * through says how many were lost.
 */
#pragma once

#include "base/err.h"

#include <stdatomic.h>

enum log_level { LOG_LEVEL_DEBUG = 1, LOG_LEVEL_INFO = 2, LOG_LEVEL_WARN = 3, LOG_LEVEL_ERROR = 4 };

struct log_source {
    const char *name;
    atomic_uint serial; /* of the filters that `level` was computed from */
    atomic_int level;   /* messages below are not made */
};

#define LOG_FROM(n) static struct log_source log_self = { .name = (n) }

extern atomic_uint log_serial; /* grows with each change of level or filters */

int log_source_refresh(struct log_source *source); /* returns its level */
static inline bool
log_wants(struct log_source *source, int level)
{
    int least = atomic_load_explicit(&source->level, memory_order_relaxed);
    if (atomic_load_explicit(&source->serial, memory_order_relaxed) !=
        atomic_load_explicit(&log_serial, memory_order_relaxed))
        least = log_source_refresh(source);
    return level >= least;
}

void log_write(struct log_source *source, int level, const char *func, int line, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

#define log_at(level, ...) \
    do { \
        if (log_wants(&log_self, level)) \
            log_write(&log_self, level, __func__, __LINE__, __VA_ARGS__); \
    } while (0)
#define log_debug(...) log_at(LOG_LEVEL_DEBUG, __VA_ARGS__)
#define log_info(...) log_at(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_warn(...) log_at(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_error(...) log_at(LOG_LEVEL_ERROR, __VA_ARGS__)

/* 1 (debug) to 4 (error); the default of sources that no filter names. */
void log_set_level(int level);

/* "1:qemu 3:remote 4:util.*": LEVEL:MATCH, separated by blanks; MATCH is a
 * shell pattern that may occur anywhere in the source's name.  The first that
 * matches decides.  On failure the filters in force stay. */
int log_set_filters(const char *spec, struct err *err);
/* "1:file:/var/log/x.log 3:syslog:vireod 4:journald 2:stderr".  An empty
 * string means the default: stderr.  On failure the outputs in force stay. */
int log_set_outputs(const char *spec, struct err *err);
/* In the same form; owned by the caller. */
char *log_get_filters(unsigned *count);
char *log_get_outputs(unsigned *count);

/* LIBVIRT_DEBUG, LIBVIRT_LOG_FILTERS and LIBVIRT_LOG_OUTPUTS.  What is wrong in
 * them is reported on stderr and passed over. */
void log_from_environment(void);
/* Opens the files again (after rotation). */
void log_reopen(void);
/* Before fork-without-exec tests and at exit. */
void log_shutdown(void);
