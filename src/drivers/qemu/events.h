/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * events: what QEMU tells of itself becomes state and events.
 *
 * Called by: monitor.c on the I/O thread.  Nothing here waits.
 */
#pragma once

#include <jansson.h>

struct run;

void guest_handle_event(struct run *run, const char *name, json_t *data, long long seconds, unsigned micros);
