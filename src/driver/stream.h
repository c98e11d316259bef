/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * stream: a byte stream between a client and a driver.
 *
 * Owns: the hand-over of a stream from a driver's call to whoever carries its
 * bytes.  A driver call that opens a stream (console, channel, screenshot,
 * volume up- and download) gets a `struct stream` to fill and returns at once;
 * the owner (the library's virStream, the daemon's session) moves the bytes.
 * Called by: drivers fill it, lib/ and daemon/ carry it.
 * Waits: never; send and recv answer STREAM_AGAIN instead.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STREAM_AGAIN (-2)

struct stream;

/* For streams that are not a file descriptor (the remote driver's). */
struct stream_ops {
    /* bytes moved, 0 at end, STREAM_AGAIN, -1 with err */
    long long (*send)(struct stream *st, const char *data, size_t n, struct err *err);
    long long (*recv)(struct stream *st, char *data, size_t n, unsigned flags, struct err *err);
    int (*send_hole)(struct stream *st, long long length, unsigned flags, struct err *err);
    int (*recv_hole)(struct stream *st, long long *length, unsigned flags, struct err *err);
    int (*event_add)(struct stream *st, int events, void (*cb)(struct stream *, int, void *),
                     void *opaque, void (*ff)(void *), struct err *err);
    int (*event_update)(struct stream *st, int events, struct err *err);
    int (*event_remove)(struct stream *st, struct err *err);
    int (*finish)(struct stream *st, struct err *err); /* waits for the other end's word */
    int (*abort)(struct stream *st, struct err *err);
    void (*free)(struct stream *st);
};

struct stream {
    bool nonblock;             /* VIR_STREAM_NONBLOCK */
    const struct stream_ops *ops; /* NULL until a driver has opened it */
    void *priv;                /* of ops */

    /* Set by stream_set_fd(): the owner reads or writes this descriptor. */
    int fd;
    bool regular_file;         /* fd can block: moved by a thread */
    bool to_client, from_client;
    bool sparse;
    uint64_t length;           /* bytes to move; 0: until end of file */
    void (*closed)(void *opaque); /* told once when the stream has ended */
    void *closed_opaque;
};

/* Drivers: give an open descriptor to the stream, which owns it from now on. */
void stream_set_fd(struct stream *st, int fd, bool to_client, bool from_client);
