/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * cpu-models: processors that are known by name, and what they can do.
 *
 * Owns: the tables of models and features (cpu-table.c) and sets of features.
 * Called by: drivers, and what answers about documents of processors (cpu-calls.h).  Nothing here waits.
 */
#pragma once

#include "base/err.h"
#include "model/common-def.h"

#define CPU_FEATURES 210
#define CPU_SET_WORDS 4

/* In the order of documents; a feature's place is its bit in the sets below. */
extern const char *const cpu_features[CPU_FEATURES];

struct cpu_set { uint64_t bits[CPU_SET_WORDS]; };

/* A model of PCs. */
struct cpu_kind {
    const char *name, *vendor;
    struct cpu_set has;
    bool derived;           /* told as another one without some features */
    const char *gone;       /* a feature that it had once: said to be missing */
};
/* The last one has no name. */
extern const struct cpu_kind cpu_x86[];

enum cpu_family { CPU_OTHER, CPU_X86, CPU_PPC64, CPU_NAMELESS };
enum cpu_family cpu_family_of(enum arch arch);

bool cpu_set_has(const struct cpu_set *set, size_t i);
bool cpu_set_has_name(const struct cpu_set *set, const char *name);
/* false: no such feature is known. */
bool cpu_set_add(struct cpu_set *set, const char *name);

const struct cpu_kind *cpu_kind_find(const char *name);
/* The nearest model that is not one of another vendor. */
const struct cpu_kind *cpu_kind_nearest(const struct cpu_set *has, const char *vendor);
bool cpu_ppc64_known(const char *name);

/* How many there are; *names (may be NULL): a list that ends with NULL, to be freed. */
int cpu_model_names(enum arch arch, char ***names, struct err *err);
