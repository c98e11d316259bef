/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * cpu: which processor a guest gets: what `host-model` and the like come to with an emulator (cpu-model.c),
 * and what the guest has once it runs (cpu-live.c).  Of PCs only: of other processors no more than the names
 * is known.
 *
 * Called by: prepare, start, capabilities, xml.  Nothing here waits, but for qemu_cpu_learn().
 */
#pragma once

#include "driver/cpu-models.h"
#include "drivers/qemu/probe.h"
#include "model/domain-def.h"

struct turn;

/* QEMU's name of a feature. */
const char *qemu_cpu_property(const char *feature);
/* Names among QEMU's models that are modes in a definition. */
bool qemu_cpu_is_mode(const char *model);
/* The place of a feature among ours by QEMU's name, or -1. */
int qemu_cpu_feature_find(const char *property);
/* Everything that this emulator can give; false: it does not tell. */
bool qemu_cpu_all(const struct qemu_caps *caps, enum qemu_accel accel, struct cpu_set *set,
                  const char **vendor);
/* An emulator as one who makes processors. */
struct qemu_maker {
    struct cpu_maker maker;
    const struct qemu_caps *caps;
    enum qemu_accel accel;
};
struct qemu_maker qemu_maker_of(const struct qemu_caps *caps, enum qemu_accel accel);
/* Fills in model, vendor and features of the processor that has all of that; false: unknown.  `moving`:
 * without what would keep a guest on this host. */
bool qemu_cpu_host_model(const void *root, const struct qemu_caps *caps, enum qemu_accel accel, bool moving,
                         struct domain_cpu *cpu);
/* What all of a definition's <cpu> comes to: a model and features. */
int qemu_cpu_resolve(struct domain_def *def, const struct qemu_caps *caps, struct err *err);
/* For a guest that is about to start: resolves, and refuses what the emulator does not have if the definition
 * asks for that. */
int qemu_cpu_start(struct domain_def *def, const struct qemu_caps *caps, struct err *err);
/* What `cpu`, which names a known model, asks for; false: unknown. */
bool qemu_cpu_asked(const struct domain_cpu *cpu, struct cpu_set *set);
/* After the start, before the guest runs: the live definition says what it really has.  `path`: of its first
 * processor in QEMU. */
int qemu_cpu_learn(struct turn *turn, const char *path, struct err *err);
