/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * clock: see clock.h.  The virtual clock is one atomic: 0 means real time.
 */
#include "base/clock.h"

#include <stdatomic.h>
#include <time.h>

static _Atomic int64_t virtual_now;

int64_t
clock_now(void)
{
    int64_t v = atomic_load_explicit(&virtual_now, memory_order_relaxed);
    if (__builtin_expect(v != 0, 0))
        return v;
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec + 1;
}

int64_t
clock_wall(void)
{
    return time(NULL);
}

int64_t
deadline_in_ms(int64_t ms)
{
    return ms < 0 ? DEADLINE_NEVER : clock_now() + ms * NSEC_PER_MSEC;
}

int
deadline_poll_ms(int64_t deadline)
{
    if (deadline == DEADLINE_NEVER)
        return -1;
    int64_t left = deadline - clock_now();
    if (left <= 0)
        return 0;
    int64_t ms = (left + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC;
    return ms > INT32_MAX ? INT32_MAX : (int)ms;
}

void
clock_virtual_begin(int64_t start)
{
    atomic_store(&virtual_now, start > 0 ? start : 1);
}

void
clock_virtual_advance(int64_t ns)
{
    atomic_fetch_add(&virtual_now, ns);
}

void
clock_virtual_end(void)
{
    atomic_store(&virtual_now, 0);
}
