/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * verbs: the calls of the driver for guests and host, and what they share.
 *
 * The prototype of a call is that of its slot in the table: verbs.def lists them, table.c puts them in
 * the table.
 */
#pragma once

#include "drivers/test/test.h"
#include "model/domain-def.h"

/* Declared with the very type of the slot: a wrong signature does not compile. */
#define SLOT(name) __typeof__(*((struct hypervisor_ops *)0)->name) test_##name;
#include "drivers/test/verbs.def"
#undef SLOT
