/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * device-rules: what can be done with the devices of a definition, kind by kind, and why one cannot come,
 * go or change.  What tells one from others is in driver/device-match.c.
 * Called by: device-config.c.  Nothing waits.
 */
#pragma once

#include "driver/device-edit.h"

struct qemu_host;

/* Fills what device-edit.h asks of a driver. */
void qemu_device_edit(struct device_edit *edit, const char *xml, struct qemu_host *host);
