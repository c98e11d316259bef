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

const char *
cpu_ppc64_named(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(ppc64); i++)
        if (g_ascii_strcasecmp(ppc64[i], name) == 0)
            return ppc64[i];
    return NULL;
}

int
cpu_feature_find(const char *name)
{
    for (int i = 0; i < CPU_FEATURES; i++)
        if (strcmp(cpu_features[i], name) == 0)
            return i;
    return -1;
}

bool
cpu_feature_moves(const char *name)
{
    static const char *const stay[] = { "invtsc", "cmt", "mbm_total", "mbm_local" };

    for (size_t i = 0; i < G_N_ELEMENTS(stay); i++)
        if (strcmp(stay[i], name) == 0)
            return false;
    return true;
}

size_t
cpu_first_of_msrs(void)
{
    size_t first = 0;

    for (const struct cpu_register *r = cpu_registers; r->n && r->reg != CPU_MSR; r++)
        first += r->n;
    return first;
}

bool
cpu_set_has(const struct cpu_set *set, size_t i)
{
    return set->bits[i / 64] >> (i % 64) & 1;
}

bool
cpu_set_has_name(const struct cpu_set *set, const char *name)
{
    int i = cpu_feature_find(name);

    return i >= 0 && cpu_set_has(set, (size_t)i);
}

void
cpu_set_put(struct cpu_set *set, size_t i, bool there)
{
    uint64_t bit = UINT64_C(1) << (i % 64);

    set->bits[i / 64] = there ? set->bits[i / 64] | bit : set->bits[i / 64] & ~bit;
}

bool
cpu_set_add(struct cpu_set *set, const char *name)
{
    int i = cpu_feature_find(name);

    if (i >= 0)
        cpu_set_put(set, (size_t)i, true);
    return i >= 0;
}

void
cpu_set_add_register(struct cpu_set *set, uint32_t leaf, uint32_t sub, enum cpu_reg reg, uint64_t value)
{
    size_t first = 0;

    for (const struct cpu_register *r = cpu_registers; r->n; first += r->n, r++) {
        if (r->leaf != leaf || r->sub != sub || r->reg != reg)
            continue;
        for (size_t i = first; i < first + r->n; i++)
            if (value >> cpu_feature_bits[i] & 1)
                cpu_set_put(set, i, true);
    }
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

/* How far a model is from what is meant: a feature that it takes away weighs as much as two that it adds.
 * `maker` cannot give it all, nor what it takes for a part of it. */
static unsigned
distance(const struct cpu_kind *kind, const struct cpu_set *has, const struct cpu_maker *maker)
{
    struct cpu_set there = *has, told = kind->has, lost = { { 0 } };

    if (maker)
        maker->lacks(maker, kind->name, &lost);
    for (size_t w = 0; w < CPU_SET_WORDS; w++) {
        there.bits[w] &= ~lost.bits[w];
        told.bits[w] |= lost.bits[w];
    }
    return lacking(&there, &told) + 2 * lacking(&told, &there);
}

/* Of equals the one listed first. */
const struct cpu_kind *
cpu_kind_nearest(const struct cpu_set *has, const char *vendor, const struct cpu_maker *maker)
{
    const struct cpu_kind *best = NULL;
    unsigned least = 0;

    for (const struct cpu_kind *k = cpu_x86; k->name; k++) {
        unsigned far;

        if (k->derived || (vendor && k->vendor && strcmp(k->vendor, vendor) != 0) ||
            (maker && !maker->makes(maker, k->name)))
            continue;
        far = distance(k, has, maker);
        if (!best || far < least) {
            best = k;
            least = far;
        }
    }
    return best;
}

const struct cpu_kind *
cpu_kind_within(const struct cpu_set *has, const char *vendor)
{
    const struct cpu_kind *best = NULL;

    for (const struct cpu_kind *k = cpu_x86; k->name; k++) {
        if (k->derived || (vendor && k->vendor && strcmp(k->vendor, vendor) != 0) || lacking(&k->has, has))
            continue;
        if (!best || lacking(has, &k->has) < lacking(has, &best->has))
            best = k;
    }
    return best;
}

const char *
cpu_vendor_name(const char *id)
{
    static const struct { const char *id, *name; } vendors[] = {
        { "GenuineIntel", "Intel" }, { "AuthenticAMD", "AMD" }, { "HygonGenuine", "Hygon" }
    };

    for (size_t i = 0; id && i < G_N_ELEMENTS(vendors); i++)
        if (strcmp(id, vendors[i].id) == 0)
            return vendors[i].name;
    return NULL;
}
