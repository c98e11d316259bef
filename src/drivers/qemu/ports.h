/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * ports: TCP ports for guests' displays.
 *
 * Owns: which ports of a range our guests hold.  A port is given only when
 * nobody else on the host listens on it.
 * Called by: prepare, release, reclaim.  Locks itself; never waits.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>

struct port_range;

struct port_range *port_range_new(const char *what, unsigned min, unsigned max);
void port_range_free(struct port_range *range);
/* 0 with *port, or -1: all taken. */
int port_range_take(struct port_range *range, unsigned *port, struct err *err);
/* A port that the definition names: remembered when it lies in the range. */
void port_range_claim(struct port_range *range, unsigned port);
void port_range_give(struct port_range *range, unsigned port);
