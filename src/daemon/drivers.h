/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * drivers: what this daemon hosts.
 *
 * Owns: the table in drivers.c, one line a driver.  Start and stop run on the
 * main thread while the I/O loop runs; they may wait (probing, reattaching).
 * Called by: main.
 */
#pragma once

#include "base/err.h"
#include "base/io.h"
#include "core/executor.h"
#include "daemon/settings.h"

struct hosted_driver {
    const char *name;
    /* Reads its state, finds its running guests, registers itself with
     * driver_register().  -1: the daemon goes on without it and says so. */
    int (*start)(struct io *io, struct executor *ex, const struct config *config, struct err *err);
    void (*reload)(void);       /* SIGHUP; may be NULL */
    bool (*may_leave)(void);    /* false: something runs that the daemon must watch; may be NULL */
    void (*stop)(void);         /* guests go on; may be NULL */
};

extern const struct hosted_driver *const hosted_drivers[]; /* NULL-terminated */

void drivers_start(struct io *io, struct executor *ex, const struct config *config);
void drivers_reload(void);
bool drivers_may_leave(void);
void drivers_stop(void);
