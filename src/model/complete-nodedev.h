/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-nodedev: what of a capability of a device is kept, and of its parts.
 * Called by: complete-nodedev.c.  Nothing waits.
 */
#pragma once

#include "model/host-def.h"

/* Before anything is said of the parts of a capability: those that count; nobody reads the others. */
int nodedev_choose_parts(const struct node_device_def *def, struct nodedev_capability *c, struct err *err);
/* What is empty, comes twice or belongs elsewhere goes; an error is about what else is wrong with it. */
int nodedev_tidy(const struct node_device_def *def, struct nodedev_capability *c, struct err *err);
/* The capabilities inside one: those that its kind has, each once, in their order. */
void nodedev_sort_parts(const struct node_device_def *def, struct nodedev_capability *c);
