/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-network: the parts of a network document.  Private to src/model.
 */
#pragma once

#include "model/network-def.h"

int network_complete_ips(struct network_def *def, struct err *err);
int network_complete_routes(struct network_def *def, const char *where, struct err *err);
int network_complete_dns(struct network_def *def, struct err *err);
