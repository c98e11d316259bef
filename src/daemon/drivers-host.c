/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * drivers-host: starting and stopping what the table in drivers.c lists.
 */
#include "daemon/drivers.h"

#include "base/log.h"

LOG_FROM("daemon.drivers");

#define HOSTED_MAX 32
static bool running[HOSTED_MAX];

void
drivers_start(struct io *io, struct executor *ex, const struct config *config)
{
    for (size_t i = 0; hosted_drivers[i] && i < HOSTED_MAX; i++) {
        ERR_AUTO err = ERR_INIT;
        running[i] = hosted_drivers[i]->start(io, ex, config, &err) == 0;
        if (!running[i])
            log_error("the driver %s does not work: %s", hosted_drivers[i]->name, err_message(&err));
    }
}

void
drivers_reload(void)
{
    for (size_t i = 0; hosted_drivers[i] && i < HOSTED_MAX; i++)
        if (running[i] && hosted_drivers[i]->reload)
            hosted_drivers[i]->reload();
}

bool
drivers_may_leave(void)
{
    for (size_t i = 0; hosted_drivers[i] && i < HOSTED_MAX; i++)
        if (running[i] && hosted_drivers[i]->may_leave && !hosted_drivers[i]->may_leave())
            return false;
    return true;
}

void
drivers_stop(void)
{
    size_t n = 0;
    while (hosted_drivers[n] && n < HOSTED_MAX)
        n++;
    while (n-- > 0) {
        if (running[n] && hosted_drivers[n]->stop)
            hosted_drivers[n]->stop();
        running[n] = false;
    }
}
