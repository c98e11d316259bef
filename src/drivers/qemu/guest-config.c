/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * guest-config: a guest's definition on the disk.
 *
 * Owns: the order of file and registry: the file is written first, then it is
 * published; what cannot be written is not so.
 * Called by: whatever changes a persistent definition.  Waits: for the disk.
 */
#include "drivers/qemu/guest.h"

#include <stdlib.h>
#include <string.h>

#define ERR_FROM VIR_FROM_QEMU

int
guest_write_config(struct turn *turn, const struct domain_def *def, const char *old_name, struct err *err)
{
    struct qemu_driver *drv = turn_driver(turn);
    char *text = domain_def_format(def, MODEL_FORMAT_SECURE);
    struct state_save_arg arg = { .dir = drv->configs, .name = def->name, .old_name = old_name,
                                  .text = text, .n = strlen(text) };
    int ret = turn_offload(turn, state_save_offload, &arg, err);

    free(text);
    return ret;
}

int
guest_save_config(struct turn *turn, struct domain_def *def, struct err *err)
{
    struct vm_change change = { .what = CHANGE_CONFIG };

    if (guest_write_config(turn, def, NULL, err) < 0) {
        domain_def_unref(def);
        return -1;
    }
    change.config = domain_def_copy(def);
    domain_def_unref(def);
    return turn_publish(turn, &change, err);
}
