/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * network-update: changes of a part of a network, as virNetworkUpdate() asks for them.
 *
 * Called by: the drivers of networks, on a copy of a definition that they publish afterwards.
 * Nothing waits.
 */
#pragma once

#include "model/network-def.h"

/* parent: the index of the <ip> that DHCP entries belong to, -1: the one that fits.  After a failure def may
 * be half changed: throw it away. */
int network_update(struct network_def *def, unsigned command, unsigned section, int parent, const char *xml,
                   struct err *err);
