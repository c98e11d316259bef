/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * doorbell: see doorbell.h.
 */
#include "driver/doorbell.h"

#include "base/fork.h"

#include <glib.h>
#include <libvirt/libvirt.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* The public library's; a program without it has no event loop. */
#pragma weak virEventAddHandle
#pragma weak virEventRemoveHandle

struct doorbell {
    pthread_mutex_t lock;
    int fd; /* -1: being removed */
    int watch;
    void (*ring)(void *);
    void *opaque;
    void (*ff)(void *);
};

static void
doorbell_free(struct doorbell *bell)
{
    fork_mutex_destroy(&bell->lock);
    g_free(bell);
}

static void
let_go(void *opaque)
{
    struct doorbell *bell = opaque;

    if (bell->ff)
        bell->ff(bell->opaque);
    doorbell_free(bell);
}

static void
on_ring(int watch, int fd, int events, void *opaque)
{
    struct doorbell *bell = opaque;
    uint64_t n;
    bool here;

    pthread_mutex_lock(&bell->lock);
    here = bell->fd >= 0;
    if (here && read(bell->fd, &n, sizeof(n)) < 0)
        here = false; /* rung for an earlier call */
    pthread_mutex_unlock(&bell->lock);
    if (here)
        bell->ring(bell->opaque);
}

struct doorbell *
doorbell_new(void (*ring)(void *opaque), void *opaque, void (*ff)(void *opaque))
{
    struct doorbell *bell;
    int fd = virEventAddHandle ? eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) : -1;

    if (fd < 0)
        return NULL;
    bell = g_new0(struct doorbell, 1);
    *bell = (struct doorbell){ .fd = fd, .ring = ring, .opaque = opaque, .ff = ff };
    fork_mutex_init(&bell->lock, FORK_LEAF);
    bell->watch = virEventAddHandle(fd, VIR_EVENT_HANDLE_READABLE, on_ring, bell, let_go);
    if (bell->watch < 0) {
        close(fd);
        doorbell_free(bell);
        return NULL;
    }
    return bell;
}

void
doorbell_ring(struct doorbell *bell)
{
    uint64_t one = 1;

    pthread_mutex_lock(&bell->lock);
    if (bell->fd >= 0 && write(bell->fd, &one, sizeof(one)) < 0) {
        /* it rings already */
    }
    pthread_mutex_unlock(&bell->lock);
}

void
doorbell_remove(struct doorbell *bell)
{
    int fd;

    pthread_mutex_lock(&bell->lock);
    fd = bell->fd;
    bell->fd = -1;
    pthread_mutex_unlock(&bell->lock);
    /* Without the lock: the loop may hold one of its own here and in on_ring().  It may also be done with the
     * doorbell at once, so nothing of that is touched any more. */
    virEventRemoveHandle(bell->watch);
    close(fd);
}
