/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * device-edit: devices come to a definition, go from it and change in it.
 *
 * Which device of a definition a document means is in device-match.c: a disk by its target, an interface by
 * its MAC address, others by what they are; an alias or address that is given has to fit too.
 * What a document means is the driver's to say: it completes the definition with it.
 * Called by: drivers, on definitions that are theirs to edit.  Nothing here waits.
 */
#pragma once

#include "model/domain-def.h"

/* What can be done with devices of a kind, and which one of a definition is meant. */
struct device_rule {
    const char *kind;
    unsigned can;               /* DEVICE_CAN_* */
    bool once;                  /* one that is meant by the document is in the way of a new one */
    bool one;                   /* a document that could mean several means none */
    bool place;                 /* an address that the document gives has to be that of the device */
    bool stays;                 /* what changes is found by its place alone, which the document has to give */
    /* NULL, or why the device, as it is asked for and as it would be, cannot do that (DEVICE_CAN_*): filled
     * when not 0 is returned */
    int (*refuse)(const struct domain_def *def, const void *asked, const void *device, unsigned what,
                  struct err *err);
    /* NULL, or what else is another thing in a definition that the device has come to or gone from */
    void (*moved)(struct domain_def *def, const void *device, unsigned what);
    int missing, missing_from;  /* code and domain when there is none; 0: DEVICE_MISSING, edit->from */
    int missing_change;         /* the code if it should have changed; 0: missing */
};
enum { DEVICE_CAN_COME = 1, DEVICE_CAN_GO = 2, DEVICE_CAN_CHANGE = 4 };

struct device_edit {
    const char *xml;
    bool strict;            /* what is not described is an error */
    int from;               /* the driver's error domain */
    int (*complete)(struct domain_def *def, void *data, struct err *err);
    void *data;
    /* NULL: all kinds can come, go and change, and keep place and name when they do.  Otherwise kinds without
     * a rule can do nothing, and the device has to be possible in this guest before anything else is asked:
     * fill completes a guest that has only this one, check looks at one of a guest. */
    const struct device_rule *rules;        /* the last one has no kind */
    int (*fill)(struct domain_def *def, void *data, struct err *err);
    int (*check)(struct domain_def *def, const char *kind, uint32_t at, void *data, struct err *err);
    bool live;              /* the definition is that of a running guest: not all of it can change */
    char *alias;            /* out, if not NULL: of the device, or NULL; to be freed */
};

int device_attach(struct domain_def *def, struct device_edit *edit, struct err *err);
/* VIR_ERR_DEVICE_MISSING when there is none. */
int device_detach(struct domain_def *def, struct device_edit *edit, struct err *err);
int device_update(struct domain_def *def, struct device_edit *edit, struct err *err);
int device_detach_alias(struct domain_def *def, const char *alias, struct device_edit *edit, struct err *err);
