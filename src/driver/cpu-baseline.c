/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * cpu-baseline: the processor that several can stand for.  See cpu-calls.h.
 */
#include "driver/cpu-calls.h"
#include "driver/cpu-document.h"

#include <glib.h>
#include <libvirt/libvirt.h>
#include <string.h>

#define ERR_FROM VIR_FROM_CPU

static int
by_name(const void *a, const void *b)
{
    return strcmp(cpu_features[*(const size_t *)a], cpu_features[*(const size_t *)b]);
}

/* `expand`: all features, by name; else those that the model does not tell.  `lost`: what whoever makes it
 * takes for a part of the model. */
static char *
format(const struct cpu_kind *model, bool sure, const char *vendor, const struct cpu_set *has,
       const struct cpu_set *lost, bool expand)
{
    GString *xml = g_string_new("<cpu mode='custom' match='exact'>\n");
    size_t order[CPU_FEATURES];

    g_string_append_printf(xml, "  <model fallback='%s'>%s</model>\n", sure ? "forbid" : "allow",
                           model->name);
    if (vendor)
        g_string_append_printf(xml, "  <vendor>%s</vendor>\n", vendor);
    for (size_t i = 0; i < CPU_FEATURES; i++)
        order[i] = i;
    if (expand)
        qsort(order, CPU_FEATURES, sizeof(*order), by_name);
    /* What is there comes before what is missing, but for a list by name. */
    for (int pass = 0; pass < (expand ? 1 : 2); pass++) {
        for (size_t k = 0; k < CPU_FEATURES; k++) {
            size_t i = order[k];
            bool there = cpu_set_has(has, i), gone = expand && g_strcmp0(model->gone, cpu_features[i]) == 0;
            bool told = cpu_set_has(&model->has, i) || gone || (!there && cpu_set_has(lost, i));

            if (expand ? there || told : there != told && there == (pass == 0))
                g_string_append_printf(xml, "  <feature policy='%s' name='%s'/>\n",
                                       there ? "require" : "disable", cpu_features[i]);
        }
    }
    if (model->gone && !cpu_set_has_name(has, model->gone) && !expand)
        g_string_append_printf(xml, "  <feature policy='disable' name='%s'/>\n", model->gone);
    g_string_append(xml, "</cpu>\n");
    return g_string_free(xml, FALSE);
}

/* The vendor of all: the first that a document says counts, or that of a later one's model. */
static int
common_vendor(const struct cpu *cpus, unsigned n, const char **vendor, struct err *err)
{
    *vendor = cpus[0].vendor;
    for (unsigned i = 1; i < n; i++) {
        const char *of_model = cpu_kind_find(cpus[i].model)->vendor;
        const char *own = cpus[i].vendor ? cpus[i].vendor : of_model;

        if (cpus[i].vendor && of_model && strcmp(cpus[i].vendor, of_model) != 0)
            return err_set(err, VIR_ERR_OPERATION_FAILED, "processor '%s' is made by %s, not by %s",
                           cpus[i].model, of_model, cpus[i].vendor);
        if (own && *vendor && strcmp(own, *vendor) != 0)
            return err_set(err, VIR_ERR_OPERATION_FAILED,
                           "processors of %s and of %s have no model in common", *vendor, own);
        if (!*vendor)
            *vendor = own;
    }
    return 0;
}

static bool
is_vendor(const char *name)
{
    for (size_t i = 0; cpu_x86[i].name; i++)
        if (g_strcmp0(cpu_x86[i].vendor, name) == 0)
            return true;
    return false;
}

static int
x86_baseline(struct cpu *cpus, unsigned n, unsigned flags, const struct cpu_set *without,
             const struct cpu_maker *maker, char **result, struct err *err)
{
    const char *vendor, *said = NULL; /* of all; by one of the documents */
    const struct cpu_kind *model;
    bool same = true, told = true;
    struct cpu_set has, lost = { { 0 } };

    for (unsigned i = 0; i < n; i++) {
        if (cpu_know(&cpus[i], err) < 0)
            return -1;
        if (cpus[i].vendor && !is_vendor(cpus[i].vendor))
            return err_set(err, VIR_ERR_OPERATION_FAILED, "no vendor of processors '%s' is known",
                           cpus[i].vendor);
    }
    if (common_vendor(cpus, n, &vendor, err) < 0)
        return -1;
    has = cpus[0].has;
    for (unsigned i = 0; i < n; i++) {
        for (size_t w = 0; w < CPU_SET_WORDS; w++)
            has.bits[w] &= cpus[i].has.bits[w] & ~(without ? without->bits[w] : 0);
        said = said ? said : cpus[i].vendor;
        told &= cpus[i].vendor != NULL;
        same &= strcmp(cpus[i].model, cpus[0].model) == 0;
    }
    for (size_t i = 0; i < CPU_FEATURES; i++)
        if (flags & VIR_CONNECT_BASELINE_CPU_MIGRATABLE && !cpu_feature_moves(cpu_features[i]))
            cpu_set_put(&has, i, false);
    model = cpu_kind_find(cpus[0].model);
    if (!same || model->derived || (vendor && model->vendor && strcmp(vendor, model->vendor) != 0))
        model = cpu_kind_nearest(&has, vendor, maker);
    if (!model)
        return err_set(err, VIR_ERR_OPERATION_FAILED,
                       "no model is made here that all of these processors have");
    if (maker)
        maker->lacks(maker, model->name, &lost);
    for (size_t w = 0; w < CPU_SET_WORDS; w++)
        has.bits[w] &= ~lost.bits[w];
    *result = format(model, maker || (same && strcmp(model->name, cpus[0].model) == 0), told ? said : NULL,
                     &has, &lost, flags & VIR_CONNECT_BASELINE_CPU_EXPAND_FEATURES);
    return 0;
}

/* Of these nothing is known but the name: the first one's counts, which is enough where guests are told of no
 * other. */
static int
named_baseline(const struct cpu *cpus, unsigned n, char **result, struct err *err)
{
    const struct cpu_kind only = { .name = cpus[0].model };
    const struct cpu_set nothing = { { 0 } };
    bool power = cpu_family_of(cpus[0].arch) == CPU_PPC64;

    if (cpus[0].arch == ARCH_S390X || cpus[0].arch == ARCH_S390 || cpu_family_of(cpus[0].arch) == CPU_OTHER)
        return err_set(err, VIR_ERR_NO_SUPPORT, "what processors of '%s' have in common is not known",
                       arch_str(cpus[0].arch));
    if (power && g_strcmp0(cpu_ppc64_named(cpus[0].model), cpus[0].model) != 0)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "no processor '%s' is known", cpus[0].model);
    for (unsigned i = 1; power && i < n; i++)
        if (strcmp(cpus[i].model, cpus[0].model) != 0)
            return err_set(err, VIR_ERR_OPERATION_FAILED, "processors '%s' and '%s' have no model in common",
                           cpus[0].model, cpus[i].model);
    *result = format(&only, power, power ? cpus[0].vendor : NULL, &nothing, &nothing, false);
    return 0;
}

static void
free_all(struct cpu *cpus, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        cpu_clear(&cpus[i]);
    g_free(cpus);
}

static struct cpu *
read_all(const char **xml, unsigned n, bool guest, struct err *err)
{
    struct cpu *cpus;
    int r = 0;

    if (n == 0) {
        err_set(err, VIR_ERR_INVALID_ARG, "no processor was given");
        return NULL;
    }
    for (unsigned i = 0; i < n; i++) {     /* before memory is asked for: the count may be wrong */
        if (xml[i])
            continue;
        err_set(err, VIR_ERR_XML_ERROR, "the document of processor %u of %u is NULL", i + 1, n);
        return NULL;
    }
    cpus = g_new0(struct cpu, n);
    for (unsigned i = 0; i < n && r == 0; i++)
        r = cpu_read(xml[i], guest, &cpus[i], err);
    if (r == 0)
        return cpus;
    free_all(cpus, n);
    return NULL;
}

int
cpu_check(const char **xml, unsigned n, struct err *err)
{
    struct cpu *cpus = read_all(xml, n, true, err);

    if (!cpus)
        return -1;
    free_all(cpus, n);
    return 0;
}

int
cpu_baseline(const char **xml, unsigned n, unsigned flags, const struct cpu_set *without,
             const struct cpu_maker *maker, char **result, struct err *err)
{
    struct cpu *cpus = read_all(xml, n, maker != NULL, err);
    int r;

    if (!cpus)
        return -1;
    r = maker || cpu_family_of(cpus[0].arch) == CPU_X86
            ? x86_baseline(cpus, n, flags, without, maker, result, err)
            : named_baseline(cpus, n, result, err);
    free_all(cpus, n);
    return r;
}
