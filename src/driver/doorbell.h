/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * doorbell: how any thread makes the application's event loop call back.
 *
 * Owns: a descriptor that the loop watches.  The loop may be written in a language
 * whose interpreter knows only its own threads, or be no more than a single-threaded
 * program expects, so no thread of ours ever calls into it: it writes to the
 * descriptor instead.
 *
 * Called by: the library for events, the remote driver for streams.  Never waits.
 */
#pragma once

struct doorbell;

/* On a thread of the application.  `ring` is called by its event loop, `ff` once that has let go of the
 * doorbell.  NULL: there is no event loop; ff is not called. */
struct doorbell *doorbell_new(void (*ring)(void *opaque), void *opaque, void (*ff)(void *opaque));
/* From any thread until doorbell_remove(). */
void doorbell_ring(struct doorbell *bell);
/* On a thread of the application; `ring` may be running on another one. */
void doorbell_remove(struct doorbell *bell);
