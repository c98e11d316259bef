/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * device-match: the devices of a definition by their kinds, and which one of them a document means.
 *
 * Owns: what tells a device of each kind from others.  A kind is a field of the model's table of devices.
 * Called by: device-edit.c.  Nothing here waits.
 */
#pragma once

#include "driver/device-edit.h"
#include "model/domain-def.h"

/* "disk"; NULL: there is no such kind of device. */
const struct model_field *device_kind(const char *name);
/* All of them. */
const struct model_table *device_kinds(void);

uint32_t device_count(struct domain_def *def, const struct model_field *kind);
/* 0 for one that there can be one of. */
void *device_at(struct domain_def *def, const struct model_field *kind, uint32_t at);
void device_add(struct domain_def *def, const struct model_field *kind, const void *device);
void device_take(struct domain_def *def, const struct model_field *kind, uint32_t at);
/* All of that kind. */
void device_take_all(struct domain_def *def, const struct model_field *kind);
void device_put(struct domain_def *def, const struct model_field *kind, uint32_t at, const void *device);
/* NULL: devices of that kind have none. */
struct device_info *device_info_of(struct domain_def *def, const void *device);

/* The rule for a kind, or NULL. */
const struct device_rule *device_rule_of(const struct device_edit *edit, const struct model_field *kind);
/* The number of the one that is meant; -1 with err: none.  fragment has the device as it was asked for,
 * wanted as it would be in such a guest. */
int device_find(struct domain_def *def, struct domain_def *fragment, struct domain_def *wanted,
                const struct model_field *kind, const struct device_edit *edit, unsigned what,
                struct err *err);
