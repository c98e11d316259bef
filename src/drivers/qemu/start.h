/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * start: from a definition to a running guest.  See start.c.
 */
#pragma once

#include "drivers/qemu/guest.h"

#define HANDSHAKE_MS 60000 /* for the first answers of a QEMU that has just been started */

/* Under a modify turn of a vm that does not run.  `flags`: VIR_DOMAIN_START_*.
 * On failure nothing is left and the vm is as before (a new transient one is
 * gone). */
int guest_start(struct turn *turn, struct drv_conn *conn, const struct domain_def *def, unsigned flags,
                struct err *err) TURN_WAITS;

/* Shared with reattach; guest_learn() is learn.c's. */
struct guest *guest_new(struct qemu_driver *drv, const char *name);
int guest_begin_run(struct turn *turn, struct guest *guest, int id, int state, int reason,
                    const struct domain_def *live, struct err *err) TURN_WAITS;
/* vcpu.c: plugs in the vcpus of a guest that starts which can be taken away again. */
int guest_plug_vcpus(struct turn *turn, struct err *err) TURN_WAITS;
/* Asks QEMU for its threads and ptys and publishes them; *cpus is the caller's. */
int guest_learn(struct turn *turn, struct guest *guest, json_t **cpus, struct err *err) TURN_WAITS;
