/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * framing: messages on a byte stream, for client and daemon alike.
 *
 * Owns: the length word, the 24 byte header, the descriptors that follow a
 * message, and the queues between them and a nonblocking socket.  A message is
 * read with as few recvmsg as its bytes allow and may share a read with its
 * neighbours; output is a list of buffers sent by one sendmsg.  Both know
 * nothing of event loops: the owner calls them when the socket is ready.
 *
 * Called by: the daemon's sessions, the remote driver.  Never waits on a
 * nonblocking descriptor.
 */
#pragma once

#include "base/err.h"
#include "wire/xdr.h"

#include <stdbool.h>

#define FRAME_HEADER 28 /* length word and header */

/* A received message.  `payload` is writable (see xdr.h) and lives until the
 * next frame_reader_next(), or as long as `owned` when the caller takes that. */
struct frame {
    struct net_header header;
    char *payload;      /* behind the header, and behind the count of descriptors */
    size_t n;
    int fds[NET_MESSAGE_NUM_FDS_MAX]; /* the receiver closes them, or sets them to -1 */
    size_t nfds;
};
void frame_close_fds(struct frame *f);
/* A copy that lives on its own (one allocation, g_free()); takes the descriptors over. */
struct frame *frame_detach(struct frame *f);

struct frame_reader {
    char *buf;
    size_t begin, end, cap; /* bytes not yet handed out: [begin, end) */
    size_t limit;           /* longest message, length word included */
    int *fds;               /* received, not yet handed out */
    size_t nfds, fds_cap;
    bool eof;
};
void frame_reader_init(struct frame_reader *r);
void frame_reader_clear(struct frame_reader *r);
/* Longest message accepted until changed: before authentication the daemon allows little. */
void frame_reader_limit(struct frame_reader *r, size_t payload);
/* Reads what is there.  >0: something came; 0: end of file; FRAME_AGAIN: nothing now;
 * -1 with err.  `unix_socket`: descriptors may come along. */
#define FRAME_AGAIN (-2)
int frame_reader_fill(struct frame_reader *r, int fd, bool unix_socket, struct err *err);
/* Puts bytes in that came another way (TLS, tests). */
void frame_reader_feed(struct frame_reader *r, const char *data, size_t n);
/* 1: a message; 0: not complete yet; -1 with err: what came is no message, give up the connection. */
int frame_reader_next(struct frame_reader *r, struct frame *f, struct err *err);
/* Bytes beyond which reading on makes no progress until messages were taken out. */
bool frame_reader_has_message(const struct frame_reader *r);

/* ---- building a message ---- */

/* Begins a message in `w` (which may hold others before): returns where, for frame_end(). */
size_t frame_begin(struct xdr_writer *w, const struct net_header *h);
/* …_WITH_FDS: the count goes first in the payload. */
size_t frame_begin_fds(struct xdr_writer *w, const struct net_header *h, uint32_t nfds);
/* Sets the length; -1 with err: longer than a message may be (it is taken out of `w`). */
int frame_end(struct xdr_writer *w, size_t begin, struct err *err);
/* A whole message around an error, or around raw bytes (a stream's). */
void frame_error(struct xdr_writer *w, const struct net_header *h, const struct err *why);
int frame_data(struct xdr_writer *w, const struct net_header *h, const void *data, size_t n, struct err *err);
/* The error that a message of status NET_ERROR carries. */
void frame_decode_error(struct frame *f, struct err *err);

/* ---- sending ---- */

struct frame_part;
struct frame_writer {
    struct frame_part *head, *tail;
    size_t bytes;           /* waiting, descriptors aside */
};
void frame_writer_init(struct frame_writer *w);
void frame_writer_clear(struct frame_writer *w);
/* Takes the bytes of `x` over (x is empty afterwards); then the descriptors, each with its
 * zero byte; they are closed when sent. */
void frame_writer_add(struct frame_writer *w, struct xdr_writer *x, const int *fds, size_t nfds);
/* Copies: for small messages that several receivers share. */
void frame_writer_add_copy(struct frame_writer *w, const char *data, size_t n);
/* 1: all sent; FRAME_AGAIN: the socket is full; -1 with err. */
int frame_writer_flush(struct frame_writer *w, int fd, struct err *err);
/* Others' transports (TLS): what to send next, and that n bytes were. */
const char *frame_writer_peek(struct frame_writer *w, size_t *n);
void frame_writer_consume(struct frame_writer *w, size_t n);
