/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tune: how many vCPUs and I/O threads a definition has, and on which processors of the host they may run.
 *
 * Called by: drivers, on definitions that are theirs to edit.  Nothing here waits.
 */
#pragma once

#include "base/bitmap.h"
#include "model/domain-def.h"

/* As many are plugged; where single ones are listed they follow, the first ones first. */
void def_set_vcpus(struct domain_def *def, unsigned n);
/* What is plugged stays unless it becomes too many; pins of those that are gone go. */
void def_set_max_vcpus(struct domain_def *def, unsigned n);
void def_set_max_memory(struct domain_def *def, unsigned long long kib);

/* The text of the processors allowed; NULL: all.  vcpu -1: the emulator's own threads. */
const char *def_cpu_pin(const struct domain_def *def, int vcpu);
void def_set_cpu_pin(struct domain_def *def, int vcpu, const char *cpuset);
const char *def_iothread_pin(const struct domain_def *def, unsigned id);
void def_set_iothread_pin(struct domain_def *def, unsigned id, const char *cpuset);
/* Such a text (NULL: all of `host_cpus`) as the API's bytes. */
void cpuset_to_bytes(const char *cpuset, size_t host_cpus, unsigned char *bytes, size_t n);
/* And back: "" for none. */
char *cpuset_from_bytes(const unsigned char *bytes, size_t n);

/* Those that <iothreads> only counts are listed with their ids. */
void def_list_iothreads(struct domain_def *def);
struct iothread *def_iothread(const struct domain_def *def, unsigned id);
void def_add_iothread(struct domain_def *def, unsigned id);
void def_remove_iothread(struct domain_def *def, unsigned id);
