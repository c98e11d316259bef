/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * listener: see listener.h.
 */
#include "daemon/listener.h"

#include "base/log.h"
#include "daemon/startup.h"

#include <errno.h>
#include <poll.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_RPC
LOG_FROM("daemon.listener");

static const struct role {
    const char *suffix;
    bool readonly;
    enum service_id service;
} roles[] = {
    { "-admin-sock", false, SERVICE_ADMIN }, /* before -sock, which it ends in */
    { "-sock-ro", true, SERVICE_MAIN },
    { "-sock", false, SERVICE_MAIN },
};

/* Daemons of the drivers that live here, by the names clients know. */
static const char *const aliases[] = { "virtqemud",    "virtnetworkd",   "virtstoraged",  "virtsecretd",
                                       "virtnodedevd", "virtinterfaced", "virtnwfilterd", "virtproxyd" };

static int
set_address(struct sockaddr_un *sun, const char *path, struct err *err)
{
    *sun = (struct sockaddr_un){ .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof(sun->sun_path))
        return err_set(err, VIR_ERR_SYSTEM_ERROR,
                       "socket path '%s' is longer than %zu bytes; set unix_sock_dir to "
                       "a shorter folder",
                       path, sizeof(sun->sun_path) - 1);
    strcpy(sun->sun_path, path);
    return 0;
}

/* Removes what a daemon that is gone left; refuses when one answers. */
static int
clear_stale(const char *path, const struct sockaddr_un *sun, struct err *err)
{
    struct stat st;
    if (lstat(path, &st) < 0)
        return errno == ENOENT ? 0 : err_errno(err, errno, "cannot look at socket '%s'", path);
    if (!S_ISSOCK(st.st_mode) && !S_ISLNK(st.st_mode))
        return err_set(err, VIR_ERR_SYSTEM_ERROR, "'%s' is in the way: it is no socket; remove it", path);
    int rc = 0, errnum = 0;
    /* A daemon killed while it started a program leaves a child that has its
     * sockets until it has become that program: give it the time. */
    for (int tries = 0; (rc == 0 || errnum == EAGAIN) && tries < 50; tries++) {
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
            return err_errno(err, errno, "cannot make a socket");
        if (tries > 0)
            poll(NULL, 0, 10);
        rc = connect(fd, (const struct sockaddr *)sun, sizeof(*sun));
        errnum = errno;
        close(fd);
    }
    if (rc == 0 || errnum == EAGAIN)
        return err_set(
            err, VIR_ERR_OPERATION_FAILED,
            "another daemon answers on '%s'; stop it first (systemctl stop "
            "libvirtd.socket virtqemud.socket and the services of these names), or set unix_sock_dir",
            path);
    if (unlink(path) < 0 && errno != ENOENT)
        return err_errno(err, errno, "cannot remove the abandoned socket '%s'", path);
    return 0;
}

/* A socket that nobody is heard on yet. */
static int
bind_socket(const char *path, mode_t perms, gid_t gid, struct err *err)
{
    struct sockaddr_un sun;
    if (set_address(&sun, path, err) < 0 || clear_stale(path, &sun, err) < 0)
        return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return err_errno(err, errno, "cannot make a socket");
    const char *step = "";
    mode_t mask = umask(0177); /* nobody gets in before owner and mode are set */
    int rc = bind(fd, (struct sockaddr *)&sun, sizeof(sun));
    int errnum = errno;
    umask(mask);
    errno = errnum;
    if (rc < 0)
        step = "bind";
    else if (gid != (gid_t)-1 && chown(path, (uid_t)-1, gid) < 0)
        step = "set the group of";
    else if (chmod(path, perms) < 0)
        step = "set the permissions of";
    if (*step) {
        err_errno(err, errno, "cannot %s socket '%s'", step, path);
        if (rc == 0)
            unlink(path);
        close(fd);
        return -1;
    }
    return fd;
}

struct listener *
listener_add(struct server *server, int fd, enum service_id service, enum transport transport)
{
    struct listener *l = g_new0(struct listener, 1);
    l->server = server;
    l->service = &server->services[service];
    l->transport = transport;
    l->fd = fd;
    l->next = server->listeners;
    server->listeners = l;
    return l;
}

static void
add(struct server *server, int fd, const struct role *role, char *path)
{
    struct listener *l = listener_add(server, fd, role->service, TRANSPORT_UNIX);
    l->readonly = role->readonly;
    l->path = path;
}

static const struct role *
role_of(const char *path)
{
    for (size_t i = 0; i < G_N_ELEMENTS(roles); i++)
        if (g_str_has_suffix(path, roles[i].suffix))
            return &roles[i];
    return NULL;
}

static int
adopt_net(struct server *server, int fd, const char *name, struct err *err)
{
    enum transport transport = listener_net_role(server, fd, name);
    if (transport == TRANSPORT_UNIX)
        return err_set(
            err, VIR_ERR_SYSTEM_ERROR,
            "systemd passed a socket for other hosts as '%s' that is neither on port %s (TLS) nor on "
            "%s (TCP); set tls_port or tcp_port, or name the unit …-tls.socket or …-tcp.socket",
            name, server->config->tls_port, server->config->tcp_port);
    if (listener_net_ready(server, transport, err) < 0)
        return -1;
    listener_add(server, fd, SERVICE_MAIN, transport);
    return 0;
}

static int
adopt(struct server *server, int nfds, const char *names, struct err *err)
{
    g_auto(GStrv) name = g_strsplit(names ? names : "", ":", -1);
    size_t nnames = g_strv_length(name);
    for (int fd = SD_FDS_START; fd < SD_FDS_START + nfds; fd++) {
        union { struct sockaddr_un sun; struct sockaddr sa; } addr = { 0 };
        socklen_t n = sizeof(addr) - 1;
        bool known = getsockname(fd, &addr.sa, &n) == 0;
        if (known && (addr.sa.sa_family == AF_INET || addr.sa.sa_family == AF_INET6)) {
            size_t i = (size_t)(fd - SD_FDS_START);
            if (adopt_net(server, fd, i < nnames ? name[i] : "", err) < 0)
                return -1;
            continue;
        }
        if (!known || addr.sa.sa_family != AF_UNIX)
            return err_set(err, VIR_ERR_SYSTEM_ERROR,
                           "systemd passed descriptor %d, which is no socket of a kind that is served here; "
                           "remove it from the socket unit",
                           fd);
        const struct role *role = role_of(addr.sun.sun_path);
        if (!role)
            return err_set(err, VIR_ERR_SYSTEM_ERROR,
                           "systemd passed socket '%s'; its name must end in -sock, "
                           "-sock-ro or -admin-sock to tell what it is for",
                           addr.sun.sun_path);
        add(server, fd, role, NULL);
    }
    return 0;
}

int
listener_open_all(struct server *server, struct err *err)
{
    const struct config *c = server->config;
    struct listener *made[G_N_ELEMENTS(roles)];
    size_t n = 0;
    g_autofree char *names = g_strdup(getenv("LISTEN_FDNAMES"));
    int nfds = systemd_listen_fds();
    if (nfds > 0)
        return adopt(server, nfds, names, err);
    if (g_mkdir_with_parents(c->socket_dir, c->system ? 0755 : 0700) < 0)
        return err_errno(err, errno, "cannot make the folder '%s' for sockets", c->socket_dir);
    for (size_t i = 0; i < G_N_ELEMENTS(roles); i++) {
        const struct role *role = &roles[i];
        bool admin = role->service == SERVICE_ADMIN;
        if (role->readonly && !c->system) /* a user's own daemon: who may connect may write */
            continue;
        mode_t perms = admin ? c->admin_perms : role->readonly ? c->ro_perms : c->rw_perms;
        if (!c->system)
            perms = 0700;
        char *path = g_strconcat(c->socket_dir, "/libvirt", role->suffix, NULL);
        int fd = bind_socket(path, perms, admin ? (gid_t)-1 : c->sock_gid, err);
        if (fd < 0) {
            g_free(path);
            return -1;
        }
        add(server, fd, role, path);
        made[n++] = server->listeners;
    }
    /* Who reaches the last of them finds all, by each of their names. */
    listener_make_links(server);
    for (size_t i = 0; i < n; i++) {
        const struct listener *l = made[i];
        if (listen(l->fd, (int)l->service->limits.max_queued_clients) < 0)
            return err_errno(err, errno, "cannot listen on socket '%s'", l->path);
        log_debug("listening on %s", l->path);
    }
    return server->listen ? listener_open_net(server, err) : 0;
}

static bool
link_is_ours(const char *path, const char *target)
{
    char text[128];
    ssize_t n = readlink(path, text, sizeof(text) - 1);
    if (n < 0)
        return false;
    text[n] = '\0';
    return strcmp(text, target) == 0;
}

static void
each_link(struct server *server, void (*fn)(const char *path, const char *target))
{
    for (struct listener *l = server->listeners; l; l = l->next) {
        if (!l->path)
            continue;
        const char *target = strrchr(l->path, '/') + 1;
        for (size_t i = 0; i < G_N_ELEMENTS(aliases); i++) {
            g_autofree char *path = g_strconcat(server->config->socket_dir, "/", aliases[i],
                                                target + strlen("libvirt"), NULL);
            fn(path, target);
        }
    }
}

static void
make_link(const char *path, const char *target)
{
    struct sockaddr_un sun;
    ERR_AUTO err = ERR_INIT;
    if (link_is_ours(path, target))
        return;
    if (set_address(&sun, path, &err) < 0 || clear_stale(path, &sun, &err) < 0)
        log_warn("the name %s is left alone: %s", path, err_message(&err));
    else if (symlink(target, path) < 0)
        log_warn("cannot link %s to %s: %s", path, target, g_strerror(errno));
}

static void
remove_link(const char *path, const char *target)
{
    if (link_is_ours(path, target))
        unlink(path);
}

void
listener_make_links(struct server *server)
{
    each_link(server, make_link);
}

void
listener_remove_links(struct server *server)
{
    each_link(server, remove_link);
}

void
listener_free(struct listener *l)
{
    if (l->watch)
        io_watch_remove(l->watch);
    close(l->fd);
    if (l->path)
        unlink(l->path);
    g_free(l->path);
    g_free(l);
}
