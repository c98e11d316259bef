/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * endpoint: what the two ends of a socket are called.
 *
 * Called by: both ends' log-ins.  Nothing here waits: numbers are not looked up.
 */
#pragma once

#include <stdbool.h>

/* "host;port" in numbers, as SASL has it, of this end or the peer's; NULL of a socket that is not the
 * internet's, or is gone.  The caller frees it. */
char *endpoint_address(int fd, bool peer);
