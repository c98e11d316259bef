/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * initialize: the process-wide start and the versions.
 *
 * Owns: which drivers this library has, in the order in which they are asked, and
 * what the environment says about the log: LIBVIRT_DEBUG (a level), LIBVIRT_LOG_FILTERS
 * and LIBVIRT_LOG_OUTPUTS.  Without them an application hears nothing but errors.
 * VIREO_NEWER_ELEMENTS=1: drivers in this process read what documents have since the first format.
 * Nothing waits.
 */
#include "base/log.h"
#include "config.h"
#include "lib/entry.h"
#include "model/model.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/auxv.h>

extern const struct driver test_driver;
#ifdef WITH_DRIVER_REMOTE
extern const struct driver remote_driver;
#endif

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
set_up_log(void)
{
    static const char *const levels[] = { "debug", "info", "warning", "error" };
    const char *level = getenv("LIBVIRT_DEBUG"), *filters = getenv("LIBVIRT_LOG_FILTERS"),
               *outputs = getenv("LIBVIRT_LOG_OUTPUTS");

    log_set_level(LOG_LEVEL_ERROR);
    if (getauxval(AT_SECURE))
        return;
    for (int i = 0; level && i < (int)G_N_ELEMENTS(levels); i++)
        if ((level[0] == '1' + i && !level[1]) || strcmp(level, levels[i]) == 0)
            log_set_level(i + 1);
    if (filters && *filters)
        log_set_filters(filters, NULL);
    if (outputs && *outputs)
        log_set_outputs(outputs, NULL);
}

static void
initialize(void)
{
    struct sigaction sa;

    set_up_log();
    if (!getauxval(AT_SECURE) && g_strcmp0(getenv("VIREO_NEWER_ELEMENTS"), "1") == 0)
        model_read_newer(true);

    /* A daemon that goes away must not take the application with it. */
    if (sigaction(SIGPIPE, NULL, &sa) == 0 && sa.sa_handler == SIG_DFL)
        signal(SIGPIPE, SIG_IGN);
    driver_register(&test_driver);
#ifdef WITH_DRIVER_REMOTE
    driver_register(&remote_driver);
#endif
}

int
virInitialize(void)
{
    pthread_once(&once, initialize);
    return 0;
}

int
virGetVersion(unsigned long *libVer, const char *type, unsigned long *typeVer)
{
    ENTRY("virGetVersion", VIR_FROM_NONE);

    if (!libVer)
        return entry_set(&e, VIR_ERR_INTERNAL_ERROR, "there is no place for the version of the library");
    *libVer = LIBVIR_VERSION_NUMBER;
    if (typeVer)
        *typeVer = LIBVIR_VERSION_NUMBER;
    return 0;
}
