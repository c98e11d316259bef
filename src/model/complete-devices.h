/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-devices: the half of complete.c that is about devices.  Private to src/model.
 */
#pragma once

#include "model/domain-def.h"

int domain_complete_devices(struct domain_def *def, struct err *err);
/* complete-ports.c, complete-graphics.c */
void domain_complete_ports(struct domain_def *def);
void domain_complete_video(struct domain_def *def);
/* complete-tune.c */
void domain_complete_tune(struct domain_def *def);
/* complete-disk.c: labels that say nothing; a connection that is made once */
void domain_complete_seclabels(struct device_seclabel **labels, uint32_t *n);
void domain_complete_reconnect(struct chardev_reconnect **r);
void domain_sort_disks(struct domain_def *def);
/* Of a USB 2 set, one that works for the first. */
bool domain_is_companion(const struct domain_controller *c);
/* What a device is on that does not say so. */
/* By either of its names. */
static inline bool domain_is_virtuozzo(const struct domain_def *def)
{
    return def->type == DOMAIN_VIRT_VZ || def->type == DOMAIN_VIRT_PARALLELS;
}
enum input_bus domain_input_bus(const struct domain_def *def, const struct domain_input *in);
/* Before it: the SCSI controllers that <hostdev> name are there before those get numbers that have none. */
void domain_add_hostdev_controllers(struct domain_def *def);
void domain_number_controllers(struct domain_def *def);
