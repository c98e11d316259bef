/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * cpu-models: see cpu-models.h.
 */
#include "driver/cpu-models.h"

#include <glib.h>
#include <string.h>

#define ERR_FROM VIR_FROM_CPU

static const char *const ppc64[] = {
    "POWER6", "POWER7", "POWER8", "POWER9", "POWER10", "POWERPC_e5500", "POWERPC_e6500",
};

enum cpu_family
cpu_family_of(enum arch arch)
{
    switch (arch) {
    case ARCH_I686: case ARCH_X86_64: return CPU_X86;
    case ARCH_PPC64: case ARCH_PPC64LE: return CPU_PPC64;
    case ARCH_AARCH64: case ARCH_ARMV7L: case ARCH_ARMV6L: return CPU_NAMELESS;
    case ARCH_S390X: case ARCH_S390: return CPU_NAMELESS;
    default: return CPU_OTHER;
    }
}

int
cpu_model_names(enum arch arch, char ***names, struct err *err)
{
    enum cpu_family family = cpu_family_of(arch);
    size_t n = family == CPU_PPC64 ? G_N_ELEMENTS(ppc64) : 0;
    char **list;

    while (family == CPU_X86 && cpu_x86[n].name)
        n++;
    if (family == CPU_OTHER)
        return err_set(err, VIR_ERR_NO_SUPPORT, "no models of processors are known for '%s'", arch_str(arch));
    if (!names)
        return (int)n;
    list = g_new0(char *, n + 1);
    for (size_t i = 0; i < n; i++)
        list[i] = g_strdup(family == CPU_X86 ? cpu_x86[i].name : ppc64[i]);
    *names = list;
    return (int)n;
}

bool
cpu_ppc64_known(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(ppc64); i++)
        if (strcmp(ppc64[i], name) == 0)
            return true;
    return false;
}

bool
cpu_set_has(const struct cpu_set *set, size_t i)
{
    return set->bits[i / 64] >> (i % 64) & 1;
}

bool
cpu_set_has_name(const struct cpu_set *set, const char *name)
{
    for (size_t i = 0; i < CPU_FEATURES; i++)
        if (strcmp(cpu_features[i], name) == 0)
            return cpu_set_has(set, i);
    return false;
}

bool
cpu_set_add(struct cpu_set *set, const char *name)
{
    for (size_t i = 0; i < CPU_FEATURES; i++)
        if (strcmp(cpu_features[i], name) == 0) {
            set->bits[i / 64] |= UINT64_C(1) << (i % 64);
            return true;
        }
    return false;
}

const struct cpu_kind *
cpu_kind_find(const char *name)
{
    for (size_t i = 0; cpu_x86[i].name; i++)
        if (strcmp(cpu_x86[i].name, name) == 0)
            return &cpu_x86[i];
    return NULL;
}

/* How many that a has and b has not. */
static unsigned
lacking(const struct cpu_set *a, const struct cpu_set *b)
{
    unsigned n = 0;

    for (size_t i = 0; i < CPU_SET_WORDS; i++)
        n += (unsigned)__builtin_popcountll(a->bits[i] & ~b->bits[i]);
    return n;
}

/* How far a model is from what is meant: a feature that it takes away weighs as much as two that it adds. */
static unsigned
distance(const struct cpu_kind *model, const struct cpu_set *has)
{
    return lacking(has, &model->has) + 2 * lacking(&model->has, has);
}

/* The nearest model that is not one of another vendor; of equals the one listed first. */
const struct cpu_kind *
cpu_kind_nearest(const struct cpu_set *has, const char *vendor)
{
    const struct cpu_kind *best = NULL;

    for (size_t i = 0; cpu_x86[i].name; i++) {
        const struct cpu_kind *m = &cpu_x86[i];

        if (m->derived || (vendor && m->vendor && strcmp(m->vendor, vendor) != 0))
            continue;
        if (!best || distance(m, has) < distance(best, has))
            best = m;
    }
    return best;
}
