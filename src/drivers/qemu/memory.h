/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * memory: what statistics of a guest's memory are called where, see memory.c; its memory devices.
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

/* memory-devices.c: takes over what query-memory-devices answered. */
void memory_devices_set(struct domain_def *def, json_t *devices);
/* The definition once the guest has so much memory of that device; NULL: there is no such device. */
struct domain_def *memory_device_resized(const struct domain_def *live, const char *alias, uint64_t kib);
/* Of the guest's memory, KiB that it cannot use as such, or has not taken yet. */
uint64_t memory_devices_idle(const struct domain_def *def);
/* KiB that it has taken of devices which give piece by piece: the balloon does not count them. */
uint64_t memory_devices_taken(const struct domain_def *def);
