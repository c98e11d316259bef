/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * devices: which disk QEMU speaks of.
 *
 * Called by: events, statistics.  Nothing here waits.
 */
#pragma once

#include "model/devices.h"

/* The QOM name QEMU gives to its frontend: alias, perhaps with a suffix. */
bool disk_is_device(const struct domain_disk *disk, const char *device, const char *qom);
bool disk_is_node(const struct domain_disk *disk, const char *node);
