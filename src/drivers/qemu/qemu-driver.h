/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * qemu-driver: one instance of the QEMU driver, as its owner sees it.
 *
 * Owns: host state, the registry of guests, their monitors on the owner's I/O
 * loop.
 * Called by: the daemon at start and end, and for each connection.
 * Waits: start() reads all definitions and reattaches to running guests;
 * stop() waits for work of its own that is under way.
 */
#pragma once

#include "base/err.h"
#include "driver/driver.h"

#include <stdbool.h>

struct qemu_driver;
struct io;
struct executor;
struct event_hub;

struct qemu_driver_config {
    bool privileged;            /* qemu:///system */
    const char *root;           /* NULL, or of an embedded driver */
    struct io *io;              /* runs already; outlives the driver */
    struct executor *executor;  /* outlives the driver */
    struct event_hub *hub;      /* outlives the driver */
    bool autostart;             /* start guests so marked, once per boot */
    const unsigned char *host_uuid; /* 16 bytes; NULL: the firmware's, or of the machine id */
};

extern const struct hypervisor_ops qemu_hypervisor_ops;

struct qemu_driver *qemu_driver_start(const struct qemu_driver_config *config, struct err *err);
/* Guests go on running. */
void qemu_driver_stop(struct qemu_driver *drv);
/* Guests that run now, or would be lost without this daemon: it must not leave
 * for idleness while there are any. */
size_t qemu_driver_active(struct qemu_driver *drv);

/* Fills conn->hypervisor and its state.  close() ends guests that live and die
 * with the connection. */
void qemu_driver_open(struct qemu_driver *drv, struct drv_conn *conn);
/* Destroys the guests that end with the connection; close() does so behind the client's back. */
void qemu_driver_leave(struct drv_conn *conn);
void qemu_driver_close(struct drv_conn *conn);
