/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * stats: what statistics share.
 *
 * Numbers come from three places: QEMU's monitor (asked once per guest, all in
 * one batch), the host's /proc, and image files.
 */
#pragma once

#include "drivers/qemu/guest.h"

/* ---- blocks: stats-block.c ---- */

struct block_size { unsigned long long capacity, allocation, physical; };
/* Of a disk's image, as the host sees it; for a running guest also what `stats`
 * (query-blockstats' entry or NULL) says.  Opens the file: may wait for the disk. */
int block_get_size(const struct domain_disk *disk, json_t *stats, struct block_size *size, struct err *err);
/* The disk's entry in the answer to query-blockstats, or NULL. */
json_t *block_find_stats(json_t *all, const struct domain_disk *disk);

/* ---- interfaces: stats-interface.c ---- */

struct interface_counters {
    long long rx_bytes, rx_packets, rx_errs, rx_drop, tx_bytes, tx_packets, tx_errs, tx_drop;
};
/* /proc/net/dev, read once; NULL when it cannot be. */
char *interface_read_all(void);
/* As the guest sees them: what its device receives, the host's end sent. */
bool interface_find(const char *all, const struct domain_interface *iface,
                    struct interface_counters *counters);

/* ---- processors: stats-cpu.c ---- */

struct thread_times {
    unsigned long long time;  /* ns, in steps of the scheduler's tick */
    unsigned long long user, system;
    unsigned long long delay; /* ns ready but not running */
    unsigned long long wait;
    int cpu;                  /* ran there last */
};
/* Of a thread (tid) or of the whole process (tid 0). */
bool thread_read_times(pid_t pid, pid_t tid, struct thread_times *times);
