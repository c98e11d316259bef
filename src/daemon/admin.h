/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * admin: the daemon as its administrator's clients see it.
 *
 * Owns: the admin_ops table over the server: servers, clients, limits, log
 * settings, idle time, shutdown.
 * Called by: dispatch, on executor threads or on the I/O thread; what belongs
 * to the I/O thread is asked there (io_call).
 */
#pragma once

#include "daemon/server.h"
#include "driver/driver.h"

struct drv_conn *admin_conn_new(struct server *server, const struct identity *who);
