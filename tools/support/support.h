/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * support: the list of slots as data, generated for support.c.
 */
#pragma once

#include "driver/driver.h"

#include <stddef.h>

struct support_slot {
    const char *function, *since;
    size_t table;  /* of the family's pointer in struct drv_conn */
    size_t member; /* of the slot in that table */
};
extern const struct support_slot support_slots[];
