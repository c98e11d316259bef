/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * delay-load: libraries that most programs never need, loaded by the call that needs one.
 *
 * A client of the test driver or of a socket on this host would otherwise pay for TLS, SASL and ssh at every
 * start: more memory than all else it uses.  gen/delay_load.py makes a `struct delay_library` of each, from
 * the calls that stand in our sources; what includes its header writes these calls as ever.
 *
 * Called by: what begins TLS, a log-in, ssh.  Waits for the disk, once.  A library is never unloaded.
 */
#pragma once

#include "base/err.h"

#include <pthread.h>
#include <stdbool.h>

struct delay_library {
    const char *soname;
    const char *const *names; /* of the symbols, NULL at the end */
    void **symbols;           /* as many, set by delay_load() */
    pthread_mutex_t lock;
    bool loaded;
};

/* Before the first call of the library on a way that leads to it; any number of times, by any thread. */
int delay_load(struct delay_library *lib, struct err *err);
