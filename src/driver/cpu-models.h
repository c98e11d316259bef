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

/* Where processors tell of them: each register tells of the next `n`, by the bits that stand beside them. */
enum cpu_reg { CPU_EAX, CPU_EBX, CPU_ECX, CPU_EDX, CPU_MSR };
struct cpu_register {
    uint32_t leaf, sub;     /* of CPUID, or the number of an MSR */
    enum cpu_reg reg;
    unsigned n;             /* 0: the end */
};
extern const struct cpu_register cpu_registers[];
extern const uint8_t cpu_feature_bits[CPU_FEATURES];
/* The place of the first feature that no register of CPUID tells of, but an MSR: they are the last ones. */
size_t cpu_first_of_msrs(void);

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

/* Its place, or -1. */
int cpu_feature_find(const char *name);
/* Whether a guest that has it can still move to another host. */
bool cpu_feature_moves(const char *name);

bool cpu_set_has(const struct cpu_set *set, size_t i);
bool cpu_set_has_name(const struct cpu_set *set, const char *name);
/* false: no such feature is known. */
bool cpu_set_add(struct cpu_set *set, const char *name);
void cpu_set_put(struct cpu_set *set, size_t i, bool there);
/* Adds what a register tells. */
void cpu_set_add_register(struct cpu_set *set, uint32_t leaf, uint32_t sub, enum cpu_reg reg, uint64_t value);

const struct cpu_kind *cpu_kind_find(const char *name);
/* Who makes processors for guests: which models there are, and what one lacks here. */
struct cpu_maker {
    bool (*makes)(const struct cpu_maker *maker, const char *model);
    void (*lacks)(const struct cpu_maker *maker, const char *model, struct cpu_set *set);
};
/* The nearest model that is not one of another vendor; of those that `maker`, if there is one, makes. */
const struct cpu_kind *cpu_kind_nearest(const struct cpu_set *has, const char *vendor,
                                        const struct cpu_maker *maker);
/* The model of which only more is to be told: the largest one that is a part of it.  NULL: none. */
const struct cpu_kind *cpu_kind_within(const struct cpu_set *has, const char *vendor);
/* "Intel" for "GenuineIntel", or NULL. */
const char *cpu_vendor_name(const char *id);
/* A model of Power as it is written here, however it is written there; or NULL. */
const char *cpu_ppc64_named(const char *name);

/* How many there are; *names (may be NULL): a list that ends with NULL, to be freed. */
int cpu_model_names(enum arch arch, char ***names, struct err *err);
/* What the host's processor can do; false: it is none of these. */
bool cpu_host(struct cpu_set *set, const char **vendor);
