/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * socket-command: connections that a command carries: ssh, or the one that ext's URI names.
 *
 * The command has one end of a pair of sockets as its input and output.  What it says on its error output is
 * kept until the connection is open, because that is why opening fails ("Permission denied (publickey)").
 * Called by: socket.c.  Waits for nothing but the command's start.
 */
#include "drivers/remote/socket.h"

#include "base/process.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_RPC
#define BAD_URI(err, ...) err_set_from(err, VIR_FROM_REMOTE, VIR_ERR_INVALID_ARG, __VA_ARGS__)
#define FAR_FOLDER "/var/run/libvirt" /* of the other host, whatever this one was built for */
#define SAID_MAX 1024

/* ---- what it said ---- */

char *
remote_command_said(const struct remote_target *t)
{
    char text[SAID_MAX + 1];
    off_t end = t->said >= 0 ? lseek(t->said, 0, SEEK_END) : -1;
    if (end <= 0)
        return NULL;
    ssize_t n = pread(t->said, text, SAID_MAX, end > SAID_MAX ? end - SAID_MAX : 0);
    if (n <= 0)
        return NULL;
    text[n] = '\0';
    char *said = g_utf8_make_valid(g_strstrip(text), -1);
    g_strdelimit(said, "\r\n", ' ');
    if (!*said)
        g_clear_pointer(&said, g_free);
    return said;
}

static int
connect_command(const char *const *argv, struct remote_target *t, struct err *err)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return err_errno(err, errno, "Cannot make a pair of sockets");
    t->said = memfd_create("said", MFD_CLOEXEC);
    const struct process_fd fds[] = { { pair[1], 0 }, { pair[1], 1 }, { t->said, 2 } };
    const struct process_spec spec = { .argv = argv, .fds = fds, .nfds = t->said >= 0 ? 3 : 2,
                                       .inherit_stdio = true };
    struct process proc = PROCESS_INIT;
    ERR_AUTO why = ERR_INIT;
    int rc = process_spawn(&spec, &proc, &why);
    close(pair[1]);
    if (rc < 0) {
        close(pair[0]);
        return err_set(err, VIR_ERR_SYSTEM_ERROR, "Cannot start '%s' to carry the connection: %s", argv[0],
                       err_message(&why));
    }
    t->fd = pair[0];
    t->tunnel = proc.pid;
    close(proc.pidfd);
    return 0;
}

int
remote_connect_ext(const struct open_request *req, struct remote_target *t, struct err *err)
{
    const char *command = uri_param(req->uri, "command");
    if (!command)
        return BAD_URI(err, "Transport 'ext' needs the URI parameter command=PROGRAM");
    const char *argv[] = { command, NULL };
    return connect_command(argv, t, err);
}

/* ---- ssh ---- */

static bool
is_one(const struct uri *uri, const char *name)
{
    const char *value = uri_param(uri, name);
    return value && strcmp(value, "1") == 0;
}

/* What runs on the other host: virt-ssh-helper, which knows where sockets are there and starts a session's
 * daemon, netcat on the usual socket, or the first where it is installed. */
char *
remote_far_script(const struct open_request *req, struct err *err)
{
    const struct uri *uri = req->uri;
    const char *netcat = uri_param(uri, "netcat"), *socket = uri_param(uri, "socket");
    const char *proxy = uri_param(uri, "proxy");
    bool read_only = req->flags & VIR_CONNECT_RO;
    if (!proxy)
        proxy = netcat || socket ? "netcat" : "auto";
    bool native = strcmp(proxy, "native") == 0, automatic = strcmp(proxy, "auto") == 0;
    if (!native && !automatic && strcmp(proxy, "netcat") != 0) {
        BAD_URI(err, "URI parameter proxy=%s is none of auto, native, netcat", proxy);
        return NULL;
    }
    if (native && netcat) {
        err_set(err, VIR_ERR_INVALID_ARG, "URI parameter netcat= has no meaning with proxy=native");
        return NULL;
    }
    g_autofree char *name = remote_daemon_name(uri);
    g_autofree char *path =
        socket ? g_strdup(socket)
               : g_strdup(read_only ? FAR_FOLDER "/libvirt-sock-ro" : FAR_FOLDER "/libvirt-sock");
    g_autofree char *quoted_name = g_shell_quote(name), *quoted_path = g_shell_quote(path);
    g_autofree char *nc = g_shell_quote(netcat ? netcat : "nc");
    g_autofree char *helper =
        g_strdup_printf("exec virt-ssh-helper %s%s", read_only ? "-r " : "", quoted_name);
    /* Some keep a connection whose input has ended, unless told -q0, which others do not know. */
    g_autofree char *by_netcat =
        g_strdup_printf("case $(%s -h 2>&1) in *' -q'*|*'[-q '*|*'q secs'*) q=-q0;; *) q=;; esac; "
                        "exec %s $q -U %s",
                        nc, nc, quoted_path);
    if (native)
        return g_steal_pointer(&helper);
    if (!automatic)
        return g_steal_pointer(&by_netcat);
    return g_strdup_printf("if command -v virt-ssh-helper >/dev/null 2>&1; then %s; else %s; fi", helper,
                           by_netcat);
}

static void
option(GPtrArray *argv, const char *name, const char *value)
{
    g_ptr_array_add(argv, (char *)name);
    g_ptr_array_add(argv, (char *)value);
}

int
remote_connect_ssh(const struct open_request *req, struct remote_target *t, struct err *err)
{
    const struct uri *uri = req->uri;
    const char *command = uri_param(uri, "command"), *keyfile = uri_param(uri, "keyfile");
    const char *mode = uri_param(uri, "mode");
    const char *server = uri->server && *uri->server ? uri->server : "localhost";
    if (server[0] == '-')
        return err_set(err, VIR_ERR_SYSTEM_ERROR, "Transport 'ssh': '%s' is no name of a server", server);
    if (mode && strcmp(mode, "direct") == 0)
        return err_set_from(err, VIR_FROM_REMOTE, VIR_ERR_OPERATION_UNSUPPORTED,
                            "URI parameter mode=direct is for sockets of this host; leave it out with ssh");
    g_autofree char *script = remote_far_script(req, err);
    if (!script)
        return -1;
    g_autofree char *quoted = g_shell_quote(script);
    g_autofree char *far = g_strdup_printf("sh -c %s", quoted);
    g_autofree char *port = uri->port ? g_strdup_printf("%d", uri->port) : NULL;
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, (char *)(command ? command : "ssh"));
    if (port)
        option(argv, "-p", port);
    if (uri->user)
        option(argv, "-l", uri->user);
    if (keyfile)
        option(argv, "-i", keyfile);
    g_ptr_array_add(argv, (char *)"-T"); /* bytes pass as they are: no terminal, no escapes */
    option(argv, "-e", "none");
    if (is_one(uri, "no_tty"))
        option(argv, "-o", "BatchMode=yes");
    if (is_one(uri, "no_verify"))
        option(argv, "-o", "StrictHostKeyChecking=no");
    g_ptr_array_add(argv, (char *)"--");
    option(argv, server, far);
    g_ptr_array_add(argv, NULL);
    return connect_command((const char *const *)argv->pdata, t, err);
}
