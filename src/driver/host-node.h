/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * host-node: what a host has: processors, memory, NUMA cells, caches, pages.
 *
 * Owns: nothing; every call reads /proc and /sys anew.  The functions that
 * take `struct drv_conn *` have the shape of driver slots and go straight into
 * the tables of any driver that runs guests on this host.
 * Called by: driver tables, capabilities.
 * Waits: for the kernel's file systems only.
 */
#pragma once

#include "driver/driver.h"

#include <glib.h>
#include <libvirt/libvirt.h>

struct drv_conn;

int host_node_get_info(struct drv_conn *conn, virNodeInfoPtr info, struct err *err);
int host_node_get_cpu_map(struct drv_conn *conn, unsigned char **cpumap, unsigned int *online,
                          unsigned int flags, struct err *err);
int host_node_get_cpu_stats(struct drv_conn *conn, int cpu, virNodeCPUStatsPtr params, int *nparams,
                            unsigned int flags, struct err *err);
int host_node_get_memory_stats(struct drv_conn *conn, int cell, virNodeMemoryStatsPtr params, int *nparams,
                               unsigned int flags, struct err *err);
int host_node_get_free_memory(struct drv_conn *conn, unsigned long long *result, struct err *err);
int host_node_get_cells_free_memory(struct drv_conn *conn, unsigned long long *free_mems, int start, int max,
                                    struct err *err);
int host_node_get_free_pages(struct drv_conn *conn, unsigned int npages, unsigned int *pages, int start,
                             unsigned int ncells, unsigned long long *counts, unsigned int flags,
                             struct err *err);
int host_node_get_memory_parameters(struct drv_conn *conn, virTypedParameterPtr params, int *nparams,
                                    unsigned int flags, struct err *err);
int host_node_set_memory_parameters(struct drv_conn *conn, virTypedParameterPtr params, int nparams,
                                    unsigned int flags, struct err *err);
int host_connect_get_sysinfo(struct drv_conn *conn, unsigned int flags, char **result, struct err *err);
int host_connect_get_hostname(struct drv_conn *conn, char **result, struct err *err);

/* Parts of the capabilities document that is root. */
struct capabilities_host;
void host_capabilities_cpu(const void *root, struct capabilities_host *host);
/* Of a clock that runs evenly; 0: there is none. */
uint64_t host_tsc_frequency(void);
void host_capabilities_power(const void *root, struct capabilities_host *host);
void host_capabilities_topology(const void *root,
                                struct capabilities_host *host); /* <topology> and <cache> */

/* Our name of the architecture the kernel runs on ("x86_64"). */
const char *host_arch(void);
bool host_has_iommu(void);
/* Lines "0-3,8" of the kernel; -1 when the file is not there. For each number. */
int host_read_list(const char *path, void (*each)(unsigned n, void *arg), void *arg);
/* A number from a small file of the kernel, or -1. */
long long host_read_number(const char *path);
