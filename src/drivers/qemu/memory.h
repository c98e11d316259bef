/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * memory: what statistics of a guest's memory are called where.  See memory.c.
 */
#pragma once

#include "drivers/qemu/guest.h"

struct balloon_stat {
    const char *qemu;   /* in the answer of QEMU */
    const char *param;  /* in the statistics of all guests */
    int tag;            /* VIR_DOMAIN_MEMORY_STAT_… */
    unsigned divisor;   /* QEMU counts bytes, the API KiB */
};
extern const struct balloon_stat balloon_stats[];
extern const size_t nballoon_stats;

bool balloon_stat_value(json_t *guest_stats, const struct balloon_stat *stat, unsigned long long *value);
/* Of qom-get; NULL: there is no balloon. */
json_t *balloon_stats_args(const struct domain_def *live);
unsigned long long process_rss_kib(pid_t pid);
