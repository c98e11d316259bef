/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * listener-net: the sockets that other hosts reach, by TLS and by plain TCP.
 *
 * They are made when the daemon is told to (--listen), or come from systemd.  What would make every client
 * fail later, a certificate that does not fit or a log-in that this build does not have, ends the start.
 * Called by: listener.c at start; admin.c for certificates that were renewed.  Waits for the disk, and for
 * the resolver when listen_addr or a port is a name.
 */
#include "daemon/listener.h"

#include "base/log.h"
#include "wire/login.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_RPC
LOG_FROM("daemon.listener");

struct tls_credentials *
listener_load_tls(const struct config *c, struct err *err)
{
    const struct tls_files files = {
        .server = true, .ca = c->ca_file, .crl = c->crl_file, .cert = c->cert_file, .key = c->key_file,
        .priority = c->tls_priority, .no_sanity = c->tls_no_sanity,
    };
    return tls_credentials_load(&files, err);
}

int
listener_net_ready(struct server *server, enum transport transport, struct err *err)
{
    const struct config *c = server->config;
    bool tls = transport == TRANSPORT_TLS;
    if ((tls ? c->auth_tls : c->auth_tcp) == AUTH_SASL && login_server_ready(err) < 0)
        return err_context(err, "%s: %s is \"sasl\"", c->file, tls ? "auth_tls" : "auth_tcp");
    if (tls && !server->tls && !(server->tls = listener_load_tls(c, err)))
        return err_context(err, "Setting up TLS (listen_tls = 0 does without)");
    server->has_tls |= tls;
    if (tls && c->tls_no_verify && c->auth_tls == AUTH_NONE)
        log_warn("%s: with tls_no_verify_certificate and without auth_tls anybody may control this host",
                 c->file);
    if (!tls && c->auth_tcp == AUTH_NONE)
        log_warn("%s: with auth_tcp = \"none\" anybody who reaches the TCP port may control this host",
                 c->file);
    return 0;
}

/* Every address of this host, or all that listen_addr means. */
static int
open_port(struct server *server, const char *port, enum transport transport, struct err *err)
{
    const struct config *c = server->config;
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE }, *list = NULL;
    const char *address = c->listen_addr && *c->listen_addr ? c->listen_addr : NULL;
    int rc = getaddrinfo(address, port, &hints, &list);
    if (rc != 0)
        return err_set(err, VIR_ERR_SYSTEM_ERROR,
                       "%s: no address is known for listen_addr '%s', port '%s': %s", c->file,
                       address ? address : "", port, gai_strerror(rc));
    unsigned made = 0;
    int errnum = 0;
    for (struct addrinfo *a = list; a; a = a->ai_next) {
        int on = 1, fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);
        if (fd < 0) { /* a kernel without IPv6 */
            errnum = errno;
            continue;
        }
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
        if (a->ai_family == AF_INET6)
            setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
        if (bind(fd, a->ai_addr, a->ai_addrlen) < 0 ||
            listen(fd, (int)server->services[SERVICE_MAIN].limits.max_queued_clients) < 0) {
            errnum = errno;
            close(fd);
            if (errnum == EADDRNOTAVAIL || errnum == EAFNOSUPPORT)
                continue;
            made = 0;
            break;
        }
        listener_add(server, fd, SERVICE_MAIN, transport);
        made++;
    }
    freeaddrinfo(list);
    if (!made)
        return err_errno(err, errnum, "cannot listen on port %s of '%s' for %s", port,
                         address ? address : "*", transport == TRANSPORT_TLS ? "TLS" : "TCP");
    log_debug("listening on port %s for %s", port, transport == TRANSPORT_TLS ? "TLS" : "TCP");
    return 0;
}

int
listener_open_net(struct server *server, struct err *err)
{
    const struct config *c = server->config;
    if (c->listen_tcp && (listener_net_ready(server, TRANSPORT_TCP, err) < 0 ||
                          open_port(server, c->tcp_port, TRANSPORT_TCP, err) < 0))
        return -1;
    if (c->listen_tls && (listener_net_ready(server, TRANSPORT_TLS, err) < 0 ||
                          open_port(server, c->tls_port, TRANSPORT_TLS, err) < 0))
        return -1;
    return 0;
}

static bool
is_port(int fd, const char *port)
{
    union { struct sockaddr sa; struct sockaddr_storage room; } addr;
    socklen_t n = sizeof(addr);
    char text[NI_MAXSERV];
    if (getsockname(fd, &addr.sa, &n) < 0 ||
        getnameinfo(&addr.sa, n, NULL, 0, text, sizeof(text), NI_NUMERICSERV) != 0)
        return false;
    return strcmp(text, port) == 0;
}

enum transport
listener_net_role(struct server *server, int fd, const char *name)
{
    if (strstr(name, "-tls"))
        return TRANSPORT_TLS;
    if (strstr(name, "-tcp"))
        return TRANSPORT_TCP;
    if (is_port(fd, server->config->tls_port))
        return TRANSPORT_TLS;
    return is_port(fd, server->config->tcp_port) ? TRANSPORT_TCP : TRANSPORT_UNIX;
}
