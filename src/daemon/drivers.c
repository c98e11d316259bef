/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * drivers: the drivers of this daemon, in the order in which they start.
 */
#include "daemon/drivers.h"

const struct hosted_driver *const hosted_drivers[] = {
    NULL,
};
