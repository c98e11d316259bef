/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-host: what documents of host objects mean beyond their words: identity, defaults, and
 * the checks that do not depend on what the host has.
 * Called by: the network and storage code, the test driver.  Nothing waits.
 */
#pragma once

#include "model/host-def.h"
#include "model/network-def.h"
#include "model/storage-def.h"

int network_complete(struct network_def *def, struct err *err);
int storage_pool_complete(struct storage_pool_def *def, struct err *err);
int storage_vol_complete(struct storage_vol_def *def, struct err *err);
