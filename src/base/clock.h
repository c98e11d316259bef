/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * clock: what time it is, and until when to wait.
 *
 * Owns: monotonic time in nanoseconds, deadlines as absolute times on it, and
 * the virtual clock that tests put in its place.
 * Called by: everything that has a deadline.  Nothing here waits.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define NSEC_PER_SEC  INT64_C(1000000000)
#define NSEC_PER_MSEC INT64_C(1000000)
#define DEADLINE_NEVER INT64_MAX

int64_t clock_now(void);                 /* monotonic, ns; never 0 */
int64_t clock_wall(void);                /* seconds since the epoch, for messages */
int64_t deadline_in_ms(int64_t ms);      /* ms < 0: never */
static inline bool deadline_passed(int64_t deadline)
{
    return deadline != DEADLINE_NEVER && clock_now() >= deadline;
}
/* For poll(): -1 for never, 0 when it has passed, rounded up. */
int deadline_poll_ms(int64_t deadline);

/* Tests: from now on time stands still but for clock_virtual_advance(). */
void clock_virtual_begin(int64_t start);
void clock_virtual_advance(int64_t ns);
void clock_virtual_end(void);
