/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * cpu-compare: whether a processor that a document tells of is there.  See cpu-calls.h.
 */
#include "driver/cpu-calls.h"

#include "model/capabilities-def.h"

#include <glib.h>
#include <libvirt/libvirt.h>
#include <string.h>

#define ERR_FROM VIR_FROM_CPU

/* What the document asks for, what it may not have, and what is the same to it. */
struct asked { struct cpu_set want, not, either; };

static int
read_features(const struct host_cpu *cpu, struct asked *asked, struct err *err)
{
    for (uint32_t i = 0; i < cpu->n_cpu_features; i++) {
        const struct cpu_feature *f = cpu->cpu_features[i];
        int at = cpu_feature_find(f->name);

        if (at < 0)
            return err_set(err, VIR_ERR_INTERNAL_ERROR, "no feature '%s' of processors is known", f->name);
        cpu_set_put(&asked->want, (size_t)at, !f->policy || f->policy == CPU_POLICY_REQUIRE);
        if (f->policy == CPU_POLICY_FORBID)
            cpu_set_put(&asked->not, (size_t)at, true);
        if (f->policy == CPU_POLICY_FORCE || f->policy == CPU_POLICY_OPTIONAL)
            cpu_set_put(&asked->either, (size_t)at, true);
    }
    return 0;
}

/* Any feature of the first that is in the second, as `wanted`, and is not in the third; or NULL. */
static const char *
first_of(const struct cpu_set *a, const struct cpu_set *b, bool in, const struct cpu_set *but)
{
    for (size_t i = 0; i < CPU_FEATURES; i++)
        if (cpu_set_has(a, i) && cpu_set_has(b, i) == in && !(but && cpu_set_has(but, i)))
            return cpu_features[i];
    return NULL;
}

static int
result_of(const struct host_cpu *cpu, const struct cpu_set *has, const char *vendor, const char **why,
          struct err *err)
{
    enum arch arch = cpu->arch ? (enum arch)model_enum_from(&arch_enum, cpu->arch) : ARCH_X86_64;
    const struct cpu_kind *kind;
    struct asked asked = { { { 0 } }, { { 0 } }, { { 0 } } };
    const char *feature;

    *why = "its architecture";
    if (cpu_family_of(arch) != CPU_X86)
        return VIR_CPU_COMPARE_INCOMPATIBLE;
    *why = "its vendor";
    if (cpu->vendor && g_strcmp0(cpu->vendor, vendor) != 0)
        return VIR_CPU_COMPARE_INCOMPATIBLE;
    kind = cpu_kind_find(cpu->model->name);
    if (!kind)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "no processor '%s' is known", cpu->model->name);
    asked.want = kind->has;
    if (read_features(cpu, &asked, err) < 0)
        return -1;
    if ((feature = first_of(&asked.not, has, true, NULL)) ||
        (feature = first_of(&asked.want, has, false, NULL))) {
        *why = feature;
        return VIR_CPU_COMPARE_INCOMPATIBLE;
    }
    *why = first_of(has, &asked.want, false, &asked.either);
    if (!*why)
        return VIR_CPU_COMPARE_IDENTICAL;
    return cpu->match == CPU_MATCH_STRICT ? VIR_CPU_COMPARE_INCOMPATIBLE : VIR_CPU_COMPARE_SUPERSET;
}

/* A document is of a host, with its architecture, or of what a guest asks for, where features have a policy.
 */
static int
check_form(const struct host_cpu *cpu, bool strict, struct err *err)
{
    bool mixed = cpu->arch && (cpu->mode || cpu->match);

    for (uint32_t i = 0; strict && !cpu->arch && i < cpu->n_cpu_features; i++)
        mixed = mixed || !cpu->cpu_features[i]->policy;
    if (!mixed)
        return 0;
    err_set(err, strict ? VIR_ERR_XML_INVALID_SCHEMA : VIR_ERR_XML_ERROR,
            "the document of a processor is half of a host's, with <arch>, and half of a guest's");
    if (err && strict)
        err->domain = VIR_FROM_XML;
    return -1;
}

int
cpu_compare(const char *xml, const struct cpu_set *has, const char *vendor, unsigned flags, struct err *err)
{
    HOST_CPU_AUTO cpu = NULL;
    const char *why = NULL;
    int r;

    if (host_cpu_parse(xml, strlen(xml),
                       flags & VIR_CONNECT_COMPARE_CPU_VALIDATE_XML ? MODEL_PARSE_STRICT : 0, &cpu, err) < 0)
        return -1;
    if (check_form(cpu, flags & VIR_CONNECT_COMPARE_CPU_VALIDATE_XML, err) < 0)
        return -1;
    if (!cpu->model || !cpu->model->name)
        return err_set(err, VIR_ERR_XML_ERROR, "the document of a processor has no <model>");
    r = result_of(cpu, has, vendor, &why, err);
    if (r == VIR_CPU_COMPARE_INCOMPATIBLE && flags & VIR_CONNECT_COMPARE_CPU_FAIL_INCOMPATIBLE)
        return err_set(err, VIR_ERR_CPU_INCOMPATIBLE, "processor '%s' is not what is here: %s",
                       cpu->model->name, why);
    return r;
}
