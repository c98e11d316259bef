/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * relay: bytes between two descriptors, on the I/O loop, until somebody ends it.
 *
 * Owns: both descriptors, 16 KiB each way.
 * Called by: consoles.  From any thread; ended() is told on the loop's thread.
 * Waits: never.
 */
#pragma once

#include "base/err.h"

struct io;
struct relay;

/* Takes over both descriptors.  `b` is a socket.  ended(arg) is told once, when
 * either end closed or relay_end() was called; the relay is gone then. */
struct relay *relay_start(struct io *io, int a, int b, void (*ended)(void *arg), void *arg);
/* Drains nothing: both descriptors are closed, soon.  Uses a reference of the
 * caller: relay_ref() it while ended() cannot have come. */
void relay_end(struct relay *relay);
struct relay *relay_ref(struct relay *relay);
void relay_unref(struct relay *relay);
