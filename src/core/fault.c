/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * fault: see fault.h.
 */
#include "core/fault.h"

#ifndef NDEBUG
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum fault (*fault_hook)(const struct wait_point *wp);

static struct { char *api; unsigned nth; enum fault fault; bool always; atomic_bool fired; } rule;
static int log_fd = -1;
static bool active;

int
fault_parse(const char *name)
{
    static const char *const names[] = { "none", "eof", "exit", "timeout", "error", "garbage" };
    for (int i = 0; i < (int)G_N_ELEMENTS(names); i++) {
        if (str_equal(name, names[i]))
            return i;
    }
    return -1;
}

static void
from_environment(void)
{
    const char *spec = getenv("VIREO_FAULT"), *log = getenv("VIREO_FAULT_LOG");
    if (log && *log) {
        log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        active = log_fd >= 0;
    }
    if (!spec || !*spec)
        return;
    g_auto(GStrv) part = g_strsplit(spec, ":", 3);
    if (g_strv_length(part) != 3)
        return;
    size_t n = strlen(part[2]);
    rule.always = n && part[2][n - 1] == '+';
    if (rule.always)
        part[2][n - 1] = '\0';
    int fault = fault_parse(part[2]);
    if (fault < 0 || str_to_uint(part[1], 10, &rule.nth) < 0)
        return;
    rule.api = g_strdup(part[0]);
    rule.fault = fault;
    active = true;
}

enum fault
fault_at(const struct wait_point *wp)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, from_environment);
    if (fault_hook)
        return fault_hook(wp);
    if (!active)
        return FAULT_NONE;
    if (log_fd >= 0) {
        static const char *const kinds[] = { "call", "sleep", "offload" };
        g_autofree char *line = g_strdup_printf("%s %u %s %s\n", wp->api, wp->nth, kinds[wp->kind], wp->what);
        if (write(log_fd, line, strlen(line)) < 0)
            errno = 0; /* only a log */
    }
    if (rule.api && (str_equal(rule.api, "*") || str_equal(rule.api, wp->api)) && rule.nth == wp->nth &&
        (rule.always || !atomic_exchange(&rule.fired, true)))
        return rule.fault;
    return FAULT_NONE;
}
#endif
