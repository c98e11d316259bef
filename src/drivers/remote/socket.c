/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * socket: transports of the remote driver; see socket.h.
 */
#include "drivers/remote/socket.h"

#include "base/process.h"
#include "base/clock.h"
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_RPC
#define BAD_URI(err, ...) err_set_from(err, VIR_FROM_REMOTE, VIR_ERR_INVALID_ARG, __VA_ARGS__)
#define SESSION_IDLE "120" /* seconds after which a daemon that we started leaves */
#define SESSION_START_MS 30000

/* ---- names ---- */

static const char *
environment(const char *name)
{
    const char *value = getauxval(AT_SECURE) ? NULL : getenv(name);
    return value && *value ? value : NULL;
}

static bool
is_session(const struct open_request *req)
{
    if (req->uri && strcmp(req->uri->path, "/session") == 0)
        return true;
    if (req->uri && req->uri->scheme && strcmp(req->uri->scheme, "test") == 0)
        return geteuid() != 0; /* hosts in memory: each user's own daemon has them */
    return !req->uri && geteuid() != 0;
}

static char *
run_folder(bool session)
{
    if (!session)
        return g_strdup(RUNSTATEDIR "/libvirt");
    const char *runtime = environment("XDG_RUNTIME_DIR");
    if (runtime && *runtime == '/')
        return g_build_filename(runtime, "libvirt", NULL);
    return g_build_filename(g_get_user_cache_dir(), "libvirt", NULL);
}

/* The daemon that serves only what this scheme names, where there is one. */
static const char *
direct_daemon(const char *scheme)
{
    static const char *const names[][2] = {
        { "qemu", "virtqemud" },       { "lxc", "virtlxcd" },         { "xen", "virtxend" },
        { "bhyve", "virtbhyved" },     { "vbox", "virtvboxd" },       { "vz", "virtvzd" },
        { "network", "virtnetworkd" }, { "storage", "virtstoraged" }, { "interface", "virtinterfaced" },
        { "nodedev", "virtnodedevd" }, { "secret", "virtsecretd" },   { "nwfilter", "virtnwfilterd" },
    };
    for (size_t i = 0; scheme && i < G_N_ELEMENTS(names); i++)
        if (strcmp(names[i][0], scheme) == 0)
            return names[i][1];
    return NULL;
}

static char *
socket_path(const struct open_request *req, struct err *err)
{
    const char *given = req->uri ? uri_param(req->uri, "socket") : NULL;
    const char *mode = req->uri ? uri_param(req->uri, "mode") : NULL;
    const char *scheme = req->uri ? req->uri->scheme : NULL;
    bool session = is_session(req);
    if (given)
        return g_strdup(given);
    g_autofree char *folder = run_folder(session);
    if (req->admin) {
        bool common = !scheme || strcmp(scheme, "libvirtd") == 0 || strcmp(scheme, "vireod") == 0;
        g_autofree char *name = g_strdup_printf("%s-admin-sock", common ? "libvirt" : scheme);
        return g_build_filename(folder, name, NULL);
    }
    const char *suffix = (req->flags & VIR_CONNECT_RO) && !session ? "-sock-ro" : "-sock";
    const char *daemon = direct_daemon(scheme);
    if (mode && strcmp(mode, "auto") && strcmp(mode, "legacy") && strcmp(mode, "direct")) {
        BAD_URI(err, "URI parameter mode=%s is none of auto, legacy, direct", mode);
        return NULL;
    }
    bool direct = mode && strcmp(mode, "direct") == 0;
    if (direct && !daemon) {
        BAD_URI(err, "URI parameter mode=direct: there is no daemon that serves '%s' alone",
                scheme ? scheme : "");
        return NULL;
    }
    g_autofree char *common = g_strdup_printf("%s/libvirt%s", folder, suffix);
    if (!daemon || (mode && !direct))
        return g_steal_pointer(&common);
    g_autofree char *own = g_strdup_printf("%s/%s%s", folder, daemon, suffix);
    /* auto: whoever is there; both names lead to one daemon here. */
    return !direct && (access(common, F_OK) == 0 || access(own, F_OK) < 0) ? g_steal_pointer(&common)
                                                                          : g_steal_pointer(&own);
}

/* ---- unix ---- */

/* The descriptor, -1 with err, or -2 with errno: nobody listens there (yet). */
static int
connect_path(const char *path, struct err *err)
{
    struct sockaddr_un sun = { .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof(sun.sun_path))
        return err_set(err, VIR_ERR_SYSTEM_ERROR, "Socket path '%s' is longer than %zu bytes", path,
                       sizeof(sun.sun_path) - 1);
    strcpy(sun.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return err_errno(err, errno, "Cannot make a socket");
    int rc;
    do
        rc = connect(fd, (struct sockaddr *)&sun, sizeof(sun));
    while (rc < 0 && errno == EINTR);
    if (rc == 0)
        return fd;
    int errnum = errno;
    close(fd);
    errno = errnum;
    return -2;
}

static int
refused(const char *path, int errnum, bool session, struct err *err)
{
    const char *hint = errnum == EACCES
                           ? "; your user is not allowed to use this socket (read-only connections may be)"
                       : session ? ""
                                 : "; is the daemon (libvirtd.socket, vireod) running?";
    return err_set(err, VIR_ERR_SYSTEM_ERROR, "Failed to connect socket to '%s': %s%s", path,
                   g_strerror(errnum), hint);
}

static char *
daemon_program(void)
{
    const char *given = environment("VIREOD");
    if (!given)
        given = environment("LIBVIRTD_PATH");
    if (given)
        return g_strdup(given);
    if (access(SBINDIR "/vireod", X_OK) == 0)
        return g_strdup(SBINDIR "/vireod");
    return g_find_program_in_path("vireod");
}

/* Starts the user's daemon; it goes to the background once it serves. */
static int
spawn_session(struct err *err)
{
    g_autofree char *program = daemon_program();
    if (!program)
        return err_set(err, VIR_ERR_INTERNAL_ERROR,
                       "Cannot start a session daemon: vireod is neither installed as %s "
                       "nor in PATH; the environment variable VIREOD may name it",
                       SBINDIR "/vireod");
    const char *argv[] = { program, "--session", "--daemon", "--timeout", SESSION_IDLE, NULL };
    const struct process_spec spec = { .argv = argv, .setsid = true };
    struct process_output output = { 0 };
    if (process_run(&spec, NULL, 0, 65536, deadline_in_ms(SESSION_START_MS), &output, err) < 0)
        return err_context(err, "Starting the session daemon");
    int rc = 0;
    if (output.status != 0) {
        g_autofree char *how = process_status_text(output.status);
        rc = err_set(err, VIR_ERR_INTERNAL_ERROR, "Cannot start a session daemon: %s ended with %s: %s",
                     program, how, output.err && *output.err ? g_strstrip(output.err) : "it said nothing");
    }
    process_output_clear(&output);
    return rc;
}

static int
connect_unix(const struct open_request *req, struct remote_target *t, struct err *err)
{
    g_autofree char *path = socket_path(req, err);
    if (!path)
        return -1;
    bool session = is_session(req);
    bool may_start = session && !req->admin && !(req->uri && uri_param(req->uri, "socket"));
    t->unix_socket = t->local = true;
    t->fd = connect_path(path, err);
    if (t->fd != -2)
        return t->fd < 0 ? -1 : 0;
    if (!may_start || (errno != ENOENT && errno != ECONNREFUSED))
        return refused(path, errno, session, err);
    /* One client starts it, the others wait for that. */
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *lock_path = g_build_filename(folder, "vireod-start.lock", NULL);
    if (g_mkdir_with_parents(folder, 0700) < 0)
        return err_errno(err, errno, "Cannot make folder '%s' for the session daemon's socket", folder);
    int lock = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0)
        return err_errno(err, errno, "Cannot open '%s'", lock_path);
    while (flock(lock, LOCK_EX) < 0 && errno == EINTR)
        ;
    int rc = -1;
    t->fd = connect_path(path, err);
    if (t->fd == -2 && spawn_session(err) == 0) {
        t->fd = connect_path(path, err);
        if (t->fd == -2)
            refused(path, errno, true, err);
    }
    if (t->fd >= 0)
        rc = 0;
    close(lock);
    return rc;
}

/* ---- tcp ---- */

int
remote_connect_tcp(const struct open_request *req, int usual_port, struct remote_target *t, struct err *err)
{
    const char *server = req->uri->server && *req->uri->server ? req->uri->server : "localhost";
    g_autofree char *port = g_strdup_printf("%d", req->uri->port ? req->uri->port : usual_port);
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG }, *list = NULL;
    int rc = getaddrinfo(server, port, &hints, &list);
    if (rc != 0)
        return err_set(err, VIR_ERR_SYSTEM_ERROR, "Unable to resolve address '%s' service '%s': %s", server,
                       port, gai_strerror(rc));
    int errnum = 0;
    for (struct addrinfo *a = list; a && t->fd < 0; a = a->ai_next) {
        int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) == 0) {
            int on = 1;
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
            t->fd = fd;
            break;
        }
        errnum = errno;
        if (fd >= 0)
            close(fd);
    }
    freeaddrinfo(list);
    if (t->fd < 0)
        return err_set(err, VIR_ERR_SYSTEM_ERROR, "unable to connect to server at '%s:%s': %s", server, port,
                       g_strerror(errnum));
    return 0;
}

static int
connect_tls(const struct open_request *req, struct remote_target *t, struct err *err)
{
    struct tls_credentials *credentials = remote_tls_credentials(req->uri, err);
    int rc = credentials ? remote_connect_tcp(req, 16514, t, err) : -1;
    if (rc == 0)
        rc = remote_start_tls(req->uri, credentials, t, err);
    tls_credentials_unref(credentials);
    if (rc < 0 && t->fd >= 0) {
        close(t->fd);
        t->fd = -1;
    }
    return rc;
}

/* ---- whichever ---- */

int
remote_connect(const struct open_request *req, struct remote_target *t, struct err *err)
{
    const struct uri *uri = req->uri;
    const char *transport = uri ? uri->transport : NULL;
    *t = (struct remote_target){ .fd = -1, .said = -1 };
    if (!transport)
        transport = uri && uri->server ? "tls" : "unix";
    if (strcmp(transport, "unix") == 0) {
        if (uri && uri->server && *uri->server)
            return BAD_URI(err, "Transport 'unix' leads to this host; the URI names server '%s'; "
                           "did you mean '%s+ssh'?", uri->server, uri->scheme);
        return connect_unix(req, t, err);
    }
    if (strcmp(transport, "tcp") == 0)
        return remote_connect_tcp(req, 16509, t, err);
    if (strcmp(transport, "tls") == 0)
        return connect_tls(req, t, err);
    if (strcmp(transport, "ext") == 0)
        return remote_connect_ext(req, t, err);
    if (strcmp(transport, "ssh") == 0)
        return remote_connect_ssh(req, t, err);
    if (strcmp(transport, "libssh") == 0 || strcmp(transport, "libssh2") == 0)
        return remote_connect_libssh(req, t, err);
    return BAD_URI(err, "Transport '%s' is not one of unix, tcp, tls, ssh, libssh, ext that this build has",
                   transport);
}
