/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * defaults: what a document means to this hypervisor.
 *
 * Called by: definitions, transient guests, hosts from files.  Nothing waits.
 */
#include "drivers/test/guest.h"

#include "model/complete.h"

int
test_defaults(struct domain_def *def, struct err *err)
{
    return domain_complete(def, ARCH_I686, err);
}
