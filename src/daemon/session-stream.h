/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * session-stream: what session-stream.c and session-stream-file.c share; others
 * see the functions in session.h.
 *
 * Owns: the shape of a stream and of what a client has sent on it.
 */
#pragma once

#include "daemon/session.h"

#define OUT_ENOUGH (512 * 1024) /* wait for the client beyond */

struct packet {
    struct packet *next;
    size_t off, n;      /* of data */
    long long hole;     /* > 0: this instead of data */
    char data[];
};

struct session_stream {
    struct work work;           /* of regular files */
    struct session_stream *next;
    struct session *s;
    struct stream *st;
    struct net_header h;        /* of what is sent on this stream */
    struct io_watch *watch;
    unsigned events;
    bool sent_eof;
    uint64_t sent, received;

    /* Under s->lock: the thread of a regular file uses them too. */
    struct packet *head, *tail; /* from the client, not yet written */
    size_t backlog;
    bool running;               /* the thread is at work */
    bool rests;                 /* it waits for the client to take what was sent */
    bool finishing;             /* the client has said the last word */
    bool dead;                  /* failed, aborted or closed */
    atomic_uint refs;
};

void stream_unref(struct session_stream *ss);
/* I/O thread: the client is told why, or that all went well. */
void stream_fail(struct session_stream *ss, const struct err *why);
void stream_finish(struct session_stream *ss);
/* Any thread: to the client, by way of `w`. */
void stream_send_data(struct session_stream *ss, struct xdr_writer *w, const void *data, size_t n);
void stream_send_hole(struct session_stream *ss, struct xdr_writer *w, long long length);

/* session-stream-file.c: something can be moved; a thread does it if none is at it. */
void stream_file_go(struct session_stream *ss);
