/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-devices: the half of complete.c that is about devices.  Private to src/model.
 */
#pragma once

#include "model/domain-def.h"

int domain_complete_devices(struct domain_def *def, struct err *err);
/* complete-tune.c */
void domain_complete_tune(struct domain_def *def);
void domain_sort_disks(struct domain_def *def);
void domain_number_controllers(struct domain_def *def);
