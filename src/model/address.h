/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * address: the part of check.c and complete.c that is about addresses of devices.  Private to src/model.
 */
#pragma once

#include "model/complete.h"

int check_address_read(struct domain_def *def, const char *kind, const void *device,
                       const struct device_info *info, struct err *err);
void domain_complete_addresses(struct domain_def *def);
