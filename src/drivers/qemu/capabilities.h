/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * capabilities: the two documents that tell clients what can run here.
 *
 * Called by: the driver tables' connect slots.
 * Waits: for probing, the first time.
 */
#pragma once

#include "base/err.h"
#include "drivers/qemu/qemu-host.h"

#include <glib.h>

struct qemu_machine;
struct qemu_cpu;

/* virConnectGetCapabilities: result to free. */
char *qemu_capabilities(struct qemu_host *host, struct err *err);
/* virConnectGetDomainCapabilities: any argument may be NULL. */
char *qemu_domain_capabilities(struct qemu_host *host, const char *emulator, const char *arch,
                               const char *machine, const char *virttype, struct err *err);
/* virConnectGetMaxVcpus; type may be NULL */
int qemu_max_vcpus(struct qemu_host *host, const char *type, struct err *err);
/* virConnectGetVersion: of the default emulator of the host's architecture. */
int qemu_version(struct qemu_host *host, unsigned long *version, struct err *err);
/* virConnectGetCPUModelNames: those that processors can be compared by; which of them an emulator makes, and
 * what else, is in the domain capabilities.  Number of names, -1; *models NULL-terminated (may be NULL). */
int qemu_cpu_model_names(const char *arch, char ***models, struct err *err);
/* How many vcpus a machine takes with KVM or without. */
unsigned qemu_machine_max_vcpus(const struct qemu_machine *machine, bool kvm);
/* A model with a name of its own, not a mode ("host") or a version of one. */
bool qemu_cpu_is_model(const struct qemu_cpu *cpu);
/* The emulator that these words, which may be NULL, choose: a reference.  *of_arch: static or `arch`. */
struct qemu_caps *qemu_offer(struct qemu_host *host, const char *emulator, const char *arch,
                             const char *machine, const char *virttype, const char **of_arch, bool *kvm,
                             struct err *err);
