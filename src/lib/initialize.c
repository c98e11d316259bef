/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * initialize: the process-wide start and the versions.
 *
 * Owns: which drivers this library has, in the order in which they are asked.
 * Nothing waits.
 */
#include "config.h"
#include "lib/entry.h"

#include <signal.h>

#ifdef WITH_DRIVER_TEST
extern const struct driver test_driver;
#endif
#ifdef WITH_DRIVER_REMOTE
extern const struct driver remote_driver;
#endif

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
initialize(void)
{
    struct sigaction sa;

    /* A daemon that goes away must not take the application with it. */
    if (sigaction(SIGPIPE, NULL, &sa) == 0 && sa.sa_handler == SIG_DFL)
        signal(SIGPIPE, SIG_IGN);
#ifdef WITH_DRIVER_TEST
    driver_register(&test_driver);
#endif
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

    if (!entry_nonnull(&e, "libVer", libVer))
        return entry_fail(&e);
    *libVer = LIBVIR_VERSION_NUMBER;
    if (typeVer)
        *typeVer = LIBVIR_VERSION_NUMBER;
    return 0;
}
