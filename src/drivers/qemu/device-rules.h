/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * device-rules: what can be done with the devices of a definition, kind by kind, and why one cannot come, go or
 * change.  What tells one from others is in driver/device-match.c.
 * Called by: device-edit.c, for device-config.c.  Nothing waits.
 */
#pragma once

#include "driver/device-edit.h"

extern const struct device_rule qemu_device_rules[];
