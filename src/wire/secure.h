/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * secure: what lies between messages and a socket that others could listen to: TLS, the layer that SASL
 * negotiated, or one inside the other.
 *
 * Owns: both of them, and bytes that are encoded and not sent.  Takes the place of frame_reader_fill() and
 * frame_writer_flush() on such a connection.  No descriptors travel on one.
 *
 * Called by: the daemon's sessions, the remote driver.  Never waits: the descriptor is nonblocking.  One
 * thread may read while another writes; a mutex of this object, held for no longer than a cipher needs,
 * orders them, because neither GnuTLS nor Cyrus SASL allow that on one connection.
 */
#pragma once

#include "wire/framing.h"
#include "wire/login.h"
#include "wire/tls.h"

struct secure;

/* Takes `tls` (may be NULL). */
struct secure *secure_new(int fd, struct tls *tls);
/* Frees quietly; secure_bye() before says farewell. */
void secure_free(struct secure *s);
void secure_bye(struct secure *s);

/* The layer of `sasl` (borrowed; outlives this) holds for what comes from now on … */
void secure_sasl_input(struct secure *s, struct login *sasl);
/* … and for what is sent behind the first `plain` bytes of the queue. */
void secure_sasl_output(struct secure *s, struct login *sasl, size_t plain);

/* As frame_reader_fill() and frame_writer_flush(). */
int secure_fill(struct secure *s, struct frame_reader *r, struct err *err);
int secure_flush(struct secure *s, struct frame_writer *w, struct err *err);
