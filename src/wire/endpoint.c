/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * endpoint: see endpoint.h.
 */
#include "wire/endpoint.h"

#include <glib.h>
#include <netdb.h>
#include <sys/socket.h>

char *
endpoint_address(int fd, bool peer)
{
    union { struct sockaddr sa; struct sockaddr_storage room; } addr;
    socklen_t n = sizeof(addr);
    char host[NI_MAXHOST], port[NI_MAXSERV];
    if ((peer ? getpeername(fd, &addr.sa, &n) : getsockname(fd, &addr.sa, &n)) < 0 ||
        (addr.sa.sa_family != AF_INET && addr.sa.sa_family != AF_INET6) ||
        getnameinfo(&addr.sa, n, host, sizeof(host), port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) !=
            0)
        return NULL;
    return g_strdup_printf("%s;%s", host, port);
}
