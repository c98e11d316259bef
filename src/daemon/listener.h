/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * listener: the sockets that clients look for.
 *
 * One socket per role is real (libvirt-sock, libvirt-sock-ro,
 * libvirt-admin-sock); the names under which clients look for the daemons of
 * single drivers (virtqemud-sock, virtnetworkd-sock …) are symbolic links to
 * them: connect() follows links, permissions have one place, and nothing more
 * is to be watched.  Other hosts reach the daemon by TLS or plain TCP (listener-net.c).
 * Called by: server.  Waits for the file system only.
 */
#pragma once

#include "daemon/server.h"

struct listener {
    struct listener *next;
    struct server *server;
    struct service *service;
    struct io_watch *watch;
    int fd;
    bool readonly;
    enum transport transport;
    char *path;     /* to remove at the end; NULL when systemd made it, and for other hosts' */
};

int listener_open_all(struct server *server, struct err *err);
void listener_free(struct listener *l);
struct listener *listener_add(struct server *server, int fd, enum service_id service,
                              enum transport transport);
/* listener-net.c: the sockets that other hosts reach, and what they need. */
int listener_open_net(struct server *server, struct err *err);
/* TLS or TCP: what a socket from systemd is for; and whether clients on it can be served. */
enum transport listener_net_role(struct server *server, int fd, const char *name);
int listener_net_ready(struct server *server, enum transport transport, struct err *err);
struct tls_credentials *listener_load_tls(const struct config *c, struct err *err);
void listener_make_links(struct server *server);
void listener_remove_links(struct server *server);
