/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * table: the calls of the test driver for guests and host.
 */
#include "drivers/test/verbs.h"

#include "driver/moment-calls.h"

const struct hypervisor_ops test_hypervisor_ops = {
    .connect_get_lib_version = driver_get_lib_version,
#define SLOT(name) .name = domains_##name,
#include "driver/domains.def"
#include "driver/moments.def"
#undef SLOT
#define SLOT(name) .name = test_##name,
#include "drivers/test/verbs.def"
#undef SLOT
};
