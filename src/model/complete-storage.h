/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-storage: what pools and volumes share.  Private to src/model.
 */
#pragma once

#include "model/storage-def.h"

/* p may be NULL. */
int storage_permissions_complete(const char *name, struct storage_permissions *p, struct err *err);
