/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * socket: how a URI leads to a connected descriptor.
 *
 * Owns: transports (unix, tcp, ssh, ext), the names of sockets, starting a
 * session daemon on demand.
 * Called by: open.c.  Waits for the connection, and for a daemon to come up.
 */
#pragma once

#include "drivers/remote/remote.h"

struct remote_target {
    int fd;
    bool unix_socket, local;
    pid_t tunnel;
};
/* 0, or -1 with err. */
int remote_connect(const struct open_request *req, struct remote_target *t, struct err *err);
