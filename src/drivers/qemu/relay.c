/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * relay: bytes between two descriptors, on the I/O loop, until somebody ends it.
 *
 * A console is handed to a client through a relay rather than as the pty
 * itself, so that it can be taken away again (by force, or when the guest ends).
 * Called by: console.c.  Waits: never.
 */
#include "drivers/qemu/relay.h"

#include "base/io.h"

#include <errno.h>
#include <glib.h>
#include <sys/socket.h>
#include <unistd.h>

struct side {
    struct relay *relay;
    int fd;
    struct io_watch *watch;
    char buf[16384]; /* read here, to be written to the other side */
    size_t from, n;
    bool closed;     /* no more to read */
};

struct relay {
    gint refs;
    struct io *io;
    struct side sides[2];
    bool over;
    void (*ended)(void *arg);
    void *arg;
};

struct relay *
relay_ref(struct relay *relay)
{
    g_atomic_int_inc(&relay->refs);
    return relay;
}

void
relay_unref(struct relay *relay)
{
    if (relay && g_atomic_int_dec_and_test(&relay->refs))
        g_free(relay);
}

static void
finish(struct relay *relay)
{
    if (relay->over)
        return;
    relay->over = true;
    for (int i = 0; i < 2; i++) {
        if (relay->sides[i].watch)
            io_watch_remove(relay->sides[i].watch);
        close(relay->sides[i].fd);
    }
    relay->ended(relay->arg);
    relay_unref(relay);
}

/* Moves what can be moved from `in` to the other side.  false: it is over. */
static bool
pump(struct side *in, struct side *out)
{
    for (int turns = 0; turns < 16; turns++) {
        if (in->n == 0) {
            ssize_t n = in->closed ? 0 : TEMP_FAILURE_RETRY(read(in->fd, in->buf, sizeof(in->buf)));

            if (n < 0 && errno == EAGAIN)
                return true;
            if (n <= 0)
                return false; /* a pty whose other end is gone gives EIO */
            in->from = 0;
            in->n = (size_t)n;
        }
        ssize_t n = TEMP_FAILURE_RETRY(write(out->fd, in->buf + in->from, in->n));

        if (n < 0)
            return errno == EAGAIN;
        in->from += (size_t)n;
        in->n -= (size_t)n;
    }
    return true;
}

static void
on_ready(struct io_watch *watch, int fd, unsigned events, void *arg)
{
    struct relay *relay = ((struct side *)arg)->relay;
    struct side *a = &relay->sides[0], *b = &relay->sides[1];

    if (!pump(a, b) || !pump(b, a)) {
        finish(relay);
        return;
    }
    io_watch_set(a->watch, (a->n ? 0 : IO_READ) | (b->n ? IO_WRITE : 0));
    io_watch_set(b->watch, (b->n ? 0 : IO_READ) | (a->n ? IO_WRITE : 0));
}

static void
begin(void *arg)
{
    struct relay *relay = arg;

    for (int i = 0; i < 2 && !relay->over; i++) {
        relay->sides[i].watch =
            io_watch_add(relay->io, relay->sides[i].fd, IO_READ, on_ready, &relay->sides[i], NULL);
        if (!relay->sides[i].watch)
            finish(relay);
    }
}

static void
end(void *arg)
{
    finish(arg);
    relay_unref(arg);
}

struct relay *
relay_start(struct io *io, int a, int b, void (*ended)(void *arg), void *arg)
{
    struct relay *relay = g_new0(struct relay, 1);

    relay->refs = 2;
    relay->io = io;
    relay->ended = ended;
    relay->arg = arg;
    relay->sides[0].fd = a;
    relay->sides[1].fd = b;
    relay->sides[0].relay = relay->sides[1].relay = relay;
    io_post(io, begin, relay);
    return relay;
}

void
relay_end(struct relay *relay)
{
    io_post(relay->io, end, relay_ref(relay));
}
