/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * socket: how a URI leads to a connected descriptor.
 *
 * Owns: transports (unix, tcp, tls, ssh, libssh, ext), the names of sockets, starting a
 * session daemon on demand.
 * Called by: open.c.  Waits for the connection, and for a daemon to come up.
 */
#pragma once

#include "drivers/remote/remote.h"

struct remote_target {
    int fd;
    bool unix_socket, local;
    pid_t tunnel;
    int said;              /* the tunnel's error output, -1: none; closed by whoever has `t` */
    struct relay *relay;   /* libssh's */
    struct secure *secure; /* TLS */
    int tls_bits;
};
/* 0, or -1 with err. */
int remote_connect(const struct open_request *req, struct remote_target *t, struct err *err);
/* socket-command.c: the same by transport; and why a tunnel failed, or NULL (the caller frees it). */
int remote_connect_ssh(const struct open_request *req, struct remote_target *t, struct err *err);
int remote_connect_ext(const struct open_request *req, struct remote_target *t, struct err *err);
char *remote_command_said(const struct remote_target *t);
/* open.c: what the daemon is to open. */
char *remote_daemon_name(const struct uri *uri);
/* What runs on the far host of ssh; NULL with err. */
char *remote_far_script(const struct open_request *req, struct err *err);
int remote_connect_tcp(const struct open_request *req, int usual_port, struct remote_target *t,
                       struct err *err);
int remote_connect_libssh(const struct open_request *req, struct remote_target *t, struct err *err);
/* socket-tls.c: the certificates that the URI means, and TLS over the TCP connection that `t` has. */
struct tls_credentials *remote_tls_credentials(const struct uri *uri, struct err *err);
int remote_start_tls(const struct uri *uri, struct tls_credentials *credentials, struct remote_target *t,
                     struct err *err);
