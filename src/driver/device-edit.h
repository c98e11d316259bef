/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * device-edit: devices come to a definition, go from it and change in it.
 *
 * Owns: which device of a definition a document means: a disk by its target, an interface by its MAC
 * address, others by what they are; an alias or address that is given has to fit too.
 * What a document means is the driver's to say: it completes the definition with it.
 * Called by: drivers, on definitions that are theirs to edit.  Nothing here waits.
 */
#pragma once

#include "model/domain-def.h"

struct device_edit {
    const char *xml;
    bool strict;            /* what is not described is an error */
    int from;               /* the driver's error domain */
    int (*complete)(struct domain_def *def, struct err *err);
    bool live;              /* the definition is that of a running guest: not all of it can change */
    char *alias;            /* out, if not NULL: of the device, or NULL; to be freed */
};

int device_attach(struct domain_def *def, struct device_edit *edit, struct err *err);
/* VIR_ERR_DEVICE_MISSING when there is none. */
int device_detach(struct domain_def *def, struct device_edit *edit, struct err *err);
int device_update(struct domain_def *def, struct device_edit *edit, struct err *err);
int device_detach_alias(struct domain_def *def, const char *alias, struct device_edit *edit, struct err *err);
