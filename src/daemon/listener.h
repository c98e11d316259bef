/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * listener: the sockets that clients look for.
 *
 * One socket per role is real (libvirt-sock, libvirt-sock-ro,
 * libvirt-admin-sock); the names under which clients look for the daemons of
 * single drivers (virtqemud-sock, virtnetworkd-sock …) are symbolic links to
 * them: connect() follows links, permissions have one place, and nothing more
 * is to be watched.
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
    char *path;     /* to remove at the end; NULL when systemd made it */
};

int listener_open_all(struct server *server, struct err *err);
/* Makes one socket; also for tests. */
int listener_bind(const char *path, mode_t perms, gid_t gid, int backlog, struct err *err);
void listener_free(struct listener *l);
void listener_make_links(struct server *server);
void listener_remove_links(struct server *server);
