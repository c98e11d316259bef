/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * cpu-live: the processor that a guest has got.  QEMU leaves out what cannot be had and adds what it knows of
 * a model beyond us; the live definition says what is there, so that another host can be asked for the same.
 * See cpu.h.
 *
 * Waits: for QEMU.
 */
#include "drivers/qemu/cpu.h"

#include "base/clock.h"
#include "drivers/qemu/domain-host.h"
#include "drivers/qemu/guest.h"
#include "drivers/qemu/monitor.h"

#include <string.h>

#define ERR_FROM VIR_FROM_CPU

#define ANSWER_MS 60000

static void
read_words(json_t *words, struct cpu_set *set)
{
    static const char *const regs[] = { "EAX", "EBX", "ECX", "EDX" };
    size_t i;
    json_t *w;

    json_array_foreach(words, i, w) {
        const char *reg = json_string_value(json_object_get(w, "cpuid-register"));

        for (size_t r = 0; r < G_N_ELEMENTS(regs); r++)
            if (str_is(reg, regs[r]))
                cpu_set_add_register(set, (uint32_t)json_integer_value(json_object_get(w, "cpuid-input-eax")),
                                     (uint32_t)json_integer_value(json_object_get(w, "cpuid-input-ecx")),
                                     CPU_EAX + (enum cpu_reg)r,
                                     (uint64_t)json_integer_value(json_object_get(w, "features")));
    }
}

static json_t *
property(const char *path, const char *name)
{
    return json_pack("{s:s,s:s}", "path", path, "property", name);
}

/* What it has, and what QEMU knows that it should have.  1: known, 0: this processor does not tell. */
static int
ask(struct turn *turn, const char *path, struct cpu_set *set, struct cpu_set *lost, struct err *err)
{
    size_t first = cpu_first_of_msrs(), n = 2, k; /* those are asked one by one */
    json_t *feature;
    struct monitor_cmd cmds[2 + CPU_FEATURES] = { { .command = "qom-get" }, { .command = "qom-get" } };
    int known;

    cmds[0].args = property(path, "feature-words");
    cmds[1].args = property(path, "unavailable-features");
    for (size_t i = first; i < CPU_FEATURES; i++, n++) {
        cmds[n].command = "qom-get";
        cmds[n].args = property(path, qemu_cpu_property(cpu_features[i]));
    }
    if (monitor_batch(turn, cmds, n, deadline_in_ms(ANSWER_MS), err) < 0)
        return -1;
    known = json_is_array(cmds[0].value);
    read_words(cmds[0].value, set);
    json_array_foreach(cmds[1].value, k, feature) {
        int i = json_is_string(feature) ? qemu_cpu_feature_find(json_string_value(feature)) : -1;

        if (i >= 0)
            cpu_set_put(lost, (size_t)i, true);
    }
    for (size_t i = first; i < CPU_FEATURES; i++)
        if (json_is_true(cmds[2 + i - first].value))
            cpu_set_put(set, i, true);
    monitor_cmds_clear(cmds, n);
    return known;
}

static void
name(GString *list, const char *feature)
{
    g_string_append_printf(list, "%s%s", list->len ? ", " : "", feature);
}

/* A copy whose features can be changed. */
static struct domain_cpu *
copy_cpu(const void *root, const struct domain_cpu *cpu)
{
    struct domain_cpu *copy = model_new(root, struct domain_cpu);

    *copy = *cpu;
    copy->features = NULL;
    copy->n_features = 0;
    for (uint32_t i = 0; i < cpu->n_features; i++) {
        struct cpu_feature *f = model_new(root, struct cpu_feature);

        *f = *cpu->features[i];
        model_list_append(root, copy->features, copy->n_features, f);
    }
    return copy;
}

/* Whether anything is not as it was asked for; the definition says it then. */
static bool
correct(struct domain_def *def, const struct cpu_set *asked, const struct cpu_set *has,
        const struct cpu_set *lost, GString *more, GString *less)
{
    struct domain_cpu *cpu = def->cpu;

    for (size_t i = 0; i < CPU_FEATURES; i++) {
        bool there = cpu_set_has(has, i);
        struct cpu_feature *f = NULL;

        if (there == (cpu_set_has(asked, i) || cpu_set_has(lost, i)))
            continue;
        name(there ? more : less, cpu_features[i]);
        for (uint32_t k = 0; k < cpu->n_features && !f; k++)
            if (str_is(cpu->features[k]->name, cpu_features[i]))
                f = cpu->features[k];
        if (!f) {
            f = model_new(def, struct cpu_feature);
            f->name = cpu_features[i];
            model_list_append(def, cpu->features, cpu->n_features, f);
        }
        f->policy = there ? CPU_POLICY_REQUIRE : CPU_POLICY_DISABLE;
    }
    return more->len || less->len;
}

int
qemu_cpu_learn(struct turn *turn, const char *path, struct err *err)
{
    const struct domain_cpu *cpu = turn_live_def(turn)->cpu;
    struct cpu_set asked, has = { { 0 } }, lost = { { 0 } };
    g_autoptr(GString) more = g_string_new(NULL), less = g_string_new(NULL);
    struct vm_change change = { .what = CHANGE_LIVE };
    struct domain_def *def;
    struct domain_cpu *was;
    int known;

    if (!path || !arch_is_x86(turn_live_def(turn)) || !cpu || cpu->mode != CPU_MODE_CUSTOM ||
        !qemu_cpu_asked(cpu, &asked))
        return 0;
    known = ask(turn, path, &has, &lost, err);
    if (known <= 0)
        return known;
    def = domain_def_copy(turn_live_def(turn));
    was = def->cpu;
    def->cpu = copy_cpu(def, was);
    if (correct(def, &asked, &has, &lost, more, less)) {
        if (def->cpu->check == CPU_CHECK_FULL) {
            err_set(
                err, VIR_ERR_OPERATION_FAILED,
                "guest '%s' has asked for its processor exactly, and QEMU makes another: features too many: "
                "%s; missing: %s",
                def->name, more->len ? more->str : "none", less->len ? less->str : "none");
            domain_def_unref(def);
            return -1;
        }
        /* Who moves the guest to another host is told what was asked for: it is checked there again. */
        def->asked_cpu = was;
    }
    def->cpu->check = CPU_CHECK_FULL;
    change.live = domain_def_copy(def);
    domain_def_unref(def);
    return turn_publish(turn, &change, err);
}
