/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * pool-source: do two pools want the same storage?
 *
 * Called by: the drivers of storage, when a pool is defined or made.  Nothing waits.
 */
#pragma once

#include "model/storage-def.h"

bool pool_sources_clash(const struct storage_pool_def *a, const struct storage_pool_def *b);
