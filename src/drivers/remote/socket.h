/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * socket: how a URI leads to a connected descriptor.
 *
 * Owns: transports (unix, tcp, tls, ssh, ext), the names of sockets, starting a
 * session daemon on demand.
 * Called by: open.c.  Waits for the connection, and for a daemon to come up.
 */
#pragma once

#include "drivers/remote/remote.h"

struct remote_target {
    int fd;
    bool unix_socket, local;
    pid_t tunnel;
    struct secure *secure; /* TLS */
    int tls_bits;
};
/* 0, or -1 with err. */
int remote_connect(const struct open_request *req, struct remote_target *t, struct err *err);
/* socket-tls.c: the certificates that the URI means, and TLS over the TCP connection that `t` has. */
struct tls_credentials *remote_tls_credentials(const struct uri *uri, struct err *err);
int remote_start_tls(const struct uri *uri, struct tls_credentials *credentials, struct remote_target *t,
                     struct err *err);
