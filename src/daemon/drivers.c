/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * drivers: the drivers of this daemon, in the order in which they start.
 */
#include "daemon/drivers.h"

#include "core/event.h"

const struct hosted_driver *const hosted_drivers[] = {
    NULL,
};

/* Until core's event hub is linked in. */
__attribute__((weak)) struct event *event_new(enum event_family family, int id) { return NULL; }
__attribute__((weak)) void event_unref(struct event *ev) { }
