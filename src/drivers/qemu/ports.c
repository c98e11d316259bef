/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * ports: see ports.h.
 */
#include "drivers/qemu/ports.h"

#include <errno.h>
#include <glib.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_QEMU

struct port_range {
    GMutex lock;
    char *what;
    unsigned min, max;
    GHashTable *taken;
};

struct port_range *
port_range_new(const char *what, unsigned min, unsigned max)
{
    struct port_range *r = g_new0(struct port_range, 1);
    g_mutex_init(&r->lock);
    r->what = g_strdup(what);
    r->min = min;
    r->max = max;
    r->taken = g_hash_table_new(NULL, NULL);
    return r;
}

void
port_range_free(struct port_range *r)
{
    if (!r)
        return;
    g_hash_table_unref(r->taken);
    g_mutex_clear(&r->lock);
    g_free(r->what);
    g_free(r);
}

/* A family that the host lacks cannot be in use. */
static bool
is_free(int family, unsigned port)
{
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return true;
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    struct sockaddr_in a4 = { .sin_family = AF_INET, .sin_port = htons(port) };
    struct sockaddr_in6 a6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
    int rc = family == AF_INET ? bind(fd, (struct sockaddr *)&a4, sizeof(a4))
                               : bind(fd, (struct sockaddr *)&a6, sizeof(a6));
    bool free = rc == 0 || errno != EADDRINUSE;
    close(fd);
    return free;
}

int
port_range_take(struct port_range *r, unsigned *port, struct err *err)
{
    g_mutex_lock(&r->lock);
    for (unsigned p = r->min; p <= r->max; p++) {
        if (g_hash_table_contains(r->taken, GUINT_TO_POINTER(p)) || !is_free(AF_INET, p) ||
            !is_free(AF_INET6, p))
            continue;
        g_hash_table_add(r->taken, GUINT_TO_POINTER(p));
        g_mutex_unlock(&r->lock);
        *port = p;
        return 0;
    }
    g_mutex_unlock(&r->lock);
    return err_set(err, VIR_ERR_INTERNAL_ERROR,
                   "no free port for %s between %u and %u; widen the range in qemu.conf", r->what, r->min,
                   r->max);
}

void
port_range_claim(struct port_range *r, unsigned port)
{
    if (port < r->min || port > r->max)
        return;
    g_mutex_lock(&r->lock);
    g_hash_table_add(r->taken, GUINT_TO_POINTER(port));
    g_mutex_unlock(&r->lock);
}

void
port_range_give(struct port_range *r, unsigned port)
{
    g_mutex_lock(&r->lock);
    g_hash_table_remove(r->taken, GUINT_TO_POINTER(port));
    g_mutex_unlock(&r->lock);
}
