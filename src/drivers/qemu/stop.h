/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * stop: the end of a run.  See stop.c.
 */
#pragma once

#include "drivers/qemu/guest.h"

/* vm_class.stop */
void guest_stop(struct turn *turn, struct run *run);
/* Makes sure the process is gone, and gives back all it used on the host.  Waits
 * for the process only. */
void guest_clear_away(struct turn *turn, struct run *run);
/* The end of what QEMU wrote to its log since we started it; NULL: nothing. */
char *guest_log_tail(struct guest *guest);
