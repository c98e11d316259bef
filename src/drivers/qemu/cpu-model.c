/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * cpu-model: the processor that a definition asks for, in words that an emulator knows.  See cpu.h.
 */
#include "drivers/qemu/cpu.h"

#include "drivers/qemu/domain-host.h"

#include <string.h>

#define ERR_FROM VIR_FROM_CPU

/* ---- names -------------------------------------------------------------------------------------- */

const char *
qemu_cpu_property(const char *feature)
{
    static const struct { const char *xml, *qemu; } names[] = {
        { "cmp_legacy", "cmp-legacy" },
        { "ds_cpl", "ds-cpl" },
        { "ffxsr", "fxsr-opt" },
        { "fxsr_opt", "fxsr-opt" },
        { "kvm_pv_eoi", "kvm-pv-eoi" },
        { "kvm_pv_unhalt", "kvm-pv-unhalt" },
        { "lahf_lm", "lahf-lm" },
        { "nodeid_msr", "nodeid-msr" },
        { "pclmuldq", "pclmulqdq" },
        { "perfctr_core", "perfctr-core" },
        { "perfctr_nb", "perfctr-nb" },
        { "tsc_adjust", "tsc-adjust" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (!strcmp(names[i].xml, feature))
            return names[i].qemu;
    }
    return feature;
}

bool
qemu_cpu_is_mode(const char *model)
{
    return !strcmp(model, "host") || !strcmp(model, "max") || !strcmp(model, "base");
}

int
qemu_cpu_feature_find(const char *property)
{
    for (int i = 0; i < CPU_FEATURES; i++) {
        if (!strcmp(qemu_cpu_property(cpu_features[i]), property))
            return i;
    }
    return -1;
}

static struct cpu_feature *
find_feature(const struct domain_cpu *cpu, const char *name)
{
    for (uint32_t i = 0; i < cpu->n_features; i++) {
        if (str_is(cpu->features[i]->name, name))
            return cpu->features[i];
    }
    return NULL;
}

static void
add_feature(const void *root, struct domain_cpu *cpu, enum cpu_policy policy, const char *name)
{
    struct cpu_feature *f = model_new(root, struct cpu_feature);
    f->policy = policy;
    f->name = model_str(root, name);
    model_list_append(root, cpu->features, cpu->n_features, f);
}

static bool
is_wanted(const struct cpu_feature *f)
{
    return !f->policy || f->policy == CPU_POLICY_REQUIRE || f->policy == CPU_POLICY_FORCE;
}

/* ---- what the emulator has ---------------------------------------------------------------------- */

bool
qemu_cpu_all(const struct qemu_caps *caps, enum qemu_accel accel, struct cpu_set *set, const char **vendor)
{
    json_t *props = json_object_get(caps->host_cpu[accel], "props");
    const char *id = json_string_value(json_object_get(props, "vendor"));
    *set = (struct cpu_set){ { 0 } };
    *vendor = cpu_vendor_name(id);
    /* What MSRs tell of is not counted on with the emulator that is made for 32 bits. */
    size_t n = g_strcmp0(caps->arch, "i386") == 0 ? cpu_first_of_msrs() : CPU_FEATURES;
    for (size_t i = 0; i < n; i++) {
        if (json_is_true(json_object_get(props, qemu_cpu_property(cpu_features[i]))))
            cpu_set_put(set, i, true);
    }
    return id != NULL;
}

static bool
makes(const struct cpu_maker *maker, const char *model)
{
    const struct qemu_maker *m = (const struct qemu_maker *)maker;
    return qemu_caps_cpu(m->caps, m->accel, model) != NULL;
}

/* What QEMU's own idea of this model has and cannot give: it may know more of the model than we do. */
static void
lacks(const struct cpu_maker *maker, const char *model, struct cpu_set *set)
{
    const struct qemu_maker *m = (const struct qemu_maker *)maker;
    const struct qemu_cpu *cpu = qemu_caps_cpu(m->caps, m->accel, model);
    for (char **b = cpu ? cpu->blockers : NULL; b && *b; b++) {
        int i = qemu_cpu_feature_find(*b);
        if (i >= 0)
            cpu_set_put(set, (size_t)i, true);
    }
}

struct qemu_maker
qemu_maker_of(const struct qemu_caps *caps, enum qemu_accel accel)
{
    return (struct qemu_maker){ { makes, lacks }, caps, accel };
}

bool
qemu_cpu_host_model(const void *root, const struct qemu_caps *caps, enum qemu_accel accel, bool moving,
                    struct domain_cpu *cpu)
{
    struct cpu_set has, no = { { 0 } };
    const char *vendor;
    if (!qemu_cpu_all(caps, accel, &has, &vendor))
        return false;
    const struct qemu_maker maker = qemu_maker_of(caps, accel);
    const struct cpu_kind *kind = cpu_kind_nearest(&has, vendor, &maker.maker);
    if (!kind)
        return false;
    lacks(&maker.maker, kind->name, &no);
    cpu->mode = CPU_MODE_CUSTOM;
    cpu->match = CPU_MATCH_EXACT;
    cpu->model = model_new(root, struct cpu_model);
    cpu->model->name = kind->name;
    cpu->vendor = vendor;
    cpu->n_features = 0;
    /* What it has beyond the model, then what it lacks. */
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < CPU_FEATURES; i++) {
            bool there = cpu_set_has(&has, i), told = cpu_set_has(&kind->has, i);
            bool missed = told || cpu_set_has(&no, i) || str_is(kind->gone, cpu_features[i]);
            if (there != (pass == 0) || (there ? told : !missed) ||
                (moving && !cpu_feature_moves(cpu_features[i])))
                continue;
            add_feature(root, cpu, there ? CPU_POLICY_REQUIRE : CPU_POLICY_DISABLE, cpu_features[i]);
        }
    }
    return true;
}

/* ---- what a definition comes to ----------------------------------------------------------------- */

static enum qemu_accel
accel_of(const struct domain_def *def)
{
    return def->type == DOMAIN_VIRT_KVM ? QEMU_ACCEL_KVM : QEMU_ACCEL_TCG;
}

bool
qemu_cpu_asked(const struct domain_cpu *cpu, struct cpu_set *set)
{
    const struct cpu_kind *kind = cpu->model && cpu->model->name ? cpu_kind_find(cpu->model->name) : NULL;
    if (!kind)
        return false;
    *set = kind->has;
    for (uint32_t i = 0; i < cpu->n_features; i++) {
        int at = cpu_feature_find(cpu->features[i]->name);
        if (at >= 0)
            cpu_set_put(set, (size_t)at, is_wanted(cpu->features[i]));
    }
    return true;
}

/* Features that neither we nor the emulator know. */
static int
check_names(const struct domain_cpu *cpu, const struct qemu_caps *caps, enum qemu_accel accel,
            struct err *err)
{
    json_t *props = json_object_get(caps->host_cpu[accel], "props");
    for (uint32_t i = 0; i < cpu->n_features; i++) {
        const char *name = cpu->features[i]->name;
        if (cpu_feature_find(name) < 0 && !json_object_get(props, qemu_cpu_property(name)))
            return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                           "processors have no feature '%s' that would be known here or to emulator '%s'",
                           name, caps->binary);
    }
    return 0;
}

int
qemu_cpu_resolve(struct domain_def *def, const struct qemu_caps *caps, struct err *err)
{
    struct domain_cpu *cpu = def->cpu;
    enum qemu_accel accel = accel_of(def);
    struct cpu_set has;
    const char *vendor;
    if (!cpu || (cpu->mode != CPU_MODE_CUSTOM && cpu->mode != CPU_MODE_HOST_MODEL))
        return 0;
    bool minimum = cpu->match == CPU_MATCH_MINIMUM, host = cpu->mode == CPU_MODE_HOST_MODEL || minimum;
    /* With KVM the host's own is what they have elsewhere. */
    if (!arch_is_x86(def) && (!host || accel == QEMU_ACCEL_KVM))
        return 0;
    if (host) {
        struct cpu_feature **own = cpu->features;
        uint32_t n_own = cpu->n_features;
        cpu->features = NULL;
        if (!arch_is_x86(def) || !qemu_cpu_host_model(def, caps, accel, true, cpu))
            return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                           "it is not known which processor emulator '%s' makes of the host's; name a model "
                           "or use mode 'maximum'",
                           caps->binary);
        cpu->model->fallback = CPU_FALLBACK_ALLOW;
        if (minimum)
            cpu->vendor = NULL;
        for (uint32_t i = 0; i < n_own; i++) {
            struct cpu_feature *same = find_feature(cpu, own[i]->name);
            if (same)
                same->policy = own[i]->policy;
            else
                add_feature(def, cpu, own[i]->policy, own[i]->name);
        }
    }
    if (!cpu->model || !cpu->model->name)
        return 0;
    /* QEMU may know models that we do not: then it is the one who knows what they have. */
    if (!cpu_kind_find(cpu->model->name) &&
        (qemu_cpu_is_mode(cpu->model->name) || !qemu_caps_cpu(caps, accel, cpu->model->name)))
        return err_set(err, VIR_ERR_INTERNAL_ERROR,
                       "no processor '%s' is known, neither to emulator '%s'; 'virsh cpu-models' lists them",
                       cpu->model->name, caps->binary);
    bool told = qemu_cpu_all(caps, accel, &has, &vendor);
    for (uint32_t i = 0; told && i < cpu->n_features; i++) {
        struct cpu_feature *f = cpu->features[i];
        if (f->policy == CPU_POLICY_OPTIONAL)
            f->policy = cpu_set_has_name(&has, f->name) ? CPU_POLICY_REQUIRE : CPU_POLICY_DISABLE;
    }
    const struct cpu_kind *kind = cpu_kind_find(cpu->model->name);
    if (kind && kind->gone && !find_feature(cpu, kind->gone))
        add_feature(def, cpu, CPU_POLICY_DISABLE, kind->gone);
    return 0;
}

/* Who asks for it is told before the start what the guest would not get. */
static int
compare(const struct domain_cpu *cpu, const struct cpu_set *has, struct err *err)
{
    struct cpu_set asked;
    g_autoptr(GString) names = g_string_new(NULL);
    if (!qemu_cpu_asked(cpu, &asked))
        return 0;
    for (uint32_t i = 0; i < cpu->n_features; i++) {
        const struct cpu_feature *f = cpu->features[i];
        if (f->policy == CPU_POLICY_FORBID && cpu_set_has_name(has, f->name))
            return err_set(err, VIR_ERR_CPU_INCOMPATIBLE,
                           "the processor may not have the feature '%s', and it is here", f->name);
        int at = f->policy == CPU_POLICY_FORCE ? cpu_feature_find(f->name) : -1;
        if (at >= 0)
            cpu_set_put(&asked, (size_t)at, false);     /* there or not */
    }
    for (size_t i = 0; i < CPU_FEATURES; i++) {
        if (cpu_set_has(&asked, i) && !cpu_set_has(has, i))
            g_string_append_printf(names, "%s%s", names->len ? ", " : "", cpu_features[i]);
    }
    if (names->len)
        return err_set(
            err, VIR_ERR_CPU_INCOMPATIBLE,
            "processor '%s' cannot be had here in full: features that are not there are %s; disable "
            "them, or ask with check='none' for what there is of it",
            cpu->model->name, names->str);
    for (size_t i = 0; i < CPU_FEATURES && cpu->match == CPU_MATCH_STRICT; i++) {
        if (cpu_set_has(has, i) && !cpu_set_has(&asked, i) && !find_feature(cpu, cpu_features[i]))
            return err_set(err, VIR_ERR_CPU_INCOMPATIBLE,
                           "the processor here has the feature '%s' more than '%s', and match is 'strict'",
                           cpu_features[i], cpu->model->name);
    }
    return 0;
}

int
qemu_cpu_start(struct domain_def *def, const struct qemu_caps *caps, struct err *err)
{
    struct cpu_set has, host;
    const char *vendor;
    bool custom = def->cpu && def->cpu->mode == CPU_MODE_CUSTOM && def->cpu->match != CPU_MATCH_MINIMUM;
    if (qemu_cpu_resolve(def, caps, err) < 0) {
        /* Where it is a mode that is not there, users are told of that as of the emulator's lack. */
        if (err && !custom && err->code == VIR_ERR_CONFIG_UNSUPPORTED)
            err->domain = VIR_FROM_QEMU;
        return -1;
    }
    const struct domain_cpu *cpu = def->cpu;
    if (!arch_is_x86(def) || !cpu || cpu->mode != CPU_MODE_CUSTOM || !cpu->model ||
        !qemu_cpu_all(caps, accel_of(def), &has, &vendor))
        return 0;
    if (check_names(cpu, caps, accel_of(def), err) < 0)
        return -1;
    const struct cpu_feature *tsc = find_feature(cpu, "invtsc");
    if (tsc && is_wanted(tsc) && !cpu_set_has_name(&has, "invtsc")) {
        err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                "this host has no invariant TSC for guest '%s': feature 'invtsc'", def->name);
        if (err)
            err->domain = VIR_FROM_QEMU;
        return -1;
    }
    /* With KVM what the host itself has counts, too: QEMU has less of it at times, and says so once the guest
     * is there.  It alone knows what only MSRs tell of. */
    if (def->type == DOMAIN_VIRT_KVM && cpu_host(&host, &vendor))
        for (size_t w = 0; w < CPU_SET_WORDS; w++)
            has.bits[w] |= host.bits[w];
    return cpu->check == CPU_CHECK_PARTIAL ? compare(cpu, &has, err) : 0;
}
