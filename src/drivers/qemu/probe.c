/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * probe: from a probe document to struct qemu_caps.  See probe.h.
 */
#include "drivers/qemu/probe.h"

#include <string.h>

#define ERR_FROM VIR_FROM_QEMU

static GHashTable *
set_of(json_t *array)
{
    GHashTable *set = g_hash_table_new(g_str_hash, g_str_equal);
    size_t i;
    json_t *e;
    json_array_foreach(array, i, e) {
        if (json_is_string(e))
            g_hash_table_add(set, (char *)json_string_value(e));
    }
    return set;
}

static bool
flag(json_t *o, const char *key)
{
    return json_is_true(json_object_get(o, key));
}

/* "qemu64-x86_64-cpu" → "qemu64": the longest suffix "-ARCH-cpu" goes. */
static char *
cpu_model_of_type(const char *type, const char *arch)
{
    if (!type)
        return NULL;
    g_autofree char *suffix = g_strdup_printf("-%s-cpu", arch);
    if (g_str_has_suffix(type, suffix))
        return g_strndup(type, strlen(type) - strlen(suffix));
    if (!strcmp(arch, "aarch64") && g_str_has_suffix(type, "-arm-cpu"))
        return g_strndup(type, strlen(type) - strlen("-arm-cpu"));
    /* power9_v2.0-powerpc64-cpu is what everybody calls POWER9 */
    if (!strcmp(arch, "ppc64") && g_str_has_prefix(type, "power"))
        return g_ascii_strup(type, strcspn(type, "_-"));
    if (!strcmp(arch, "ppc64") && g_str_has_suffix(type, "-powerpc64-cpu"))
        return NULL;            /* boards of others: nobody expects to be told */
    if (g_str_has_suffix(type, "-cpu"))
        return g_strndup(type, strlen(type) - 4);
    return g_strdup(type);
}

static void
read_machines(struct qemu_caps *caps, json_t *list)
{
    caps->machines = g_new0(struct qemu_machine, json_array_size(list) + 1);
    size_t i;
    json_t *e;
    json_array_foreach(list, i, e) {
        const char *name = json_string_value(json_object_get(e, "name"));
        if (!name || !strcmp(name, "none"))
            continue;
        struct qemu_machine *m = &caps->machines[caps->nmachines++];
        m->name = g_strdup(name);
        m->alias = g_strdup(json_string_value(json_object_get(e, "alias")));
        m->default_cpu =
            cpu_model_of_type(json_string_value(json_object_get(e, "default-cpu-type")), caps->arch);
        m->default_ram_id = g_strdup(json_string_value(json_object_get(e, "default-ram-id")));
        m->max_cpus = json_integer_value(json_object_get(e, "cpu-max"));
        m->hotplug_cpus = flag(e, "hotpluggable-cpus");
        m->numa_mem = flag(e, "numa-mem-supported");
        m->deprecated = flag(e, "deprecated");
        m->is_default = flag(e, "is-default");
    }
}

static void
read_cpus(struct qemu_caps *caps, enum qemu_accel accel, json_t *list)
{
    caps->cpus[accel] = g_new0(struct qemu_cpu, json_array_size(list) + 1);
    size_t i, k;
    json_t *e, *b;
    json_array_foreach(list, i, e) {
        const char *name = json_string_value(json_object_get(e, "name"));
        if (!name)
            continue;
        struct qemu_cpu *c = &caps->cpus[accel][caps->ncpus[accel]++];
        c->name = g_strdup(name);
        c->type = g_strdup(json_string_value(json_object_get(e, "typename")));
        c->alias_of = g_strdup(json_string_value(json_object_get(e, "alias-of")));
        c->deprecated = flag(e, "deprecated");
        json_t *blockers = json_object_get(e, "unavailable-features");
        c->usable = json_array_size(blockers) == 0;
        c->tells = json_is_array(blockers);
        c->blockers = g_new0(char *, json_array_size(blockers) + 1);
        json_array_foreach(blockers, k, b)
            c->blockers[k] = g_strdup(json_is_string(b) ? json_string_value(b) : "?");
    }
}

static void
free_caps(struct qemu_caps *caps)
{
    for (size_t i = 0; i < caps->nmachines; i++) {
        g_free(caps->machines[i].name);
        g_free(caps->machines[i].alias);
        g_free(caps->machines[i].default_cpu);
        g_free(caps->machines[i].default_ram_id);
    }
    g_free(caps->machines);
    for (int a = 0; a < QEMU_ACCEL_LAST; a++) {
        for (size_t i = 0; i < caps->ncpus[a]; i++) {
            g_free(caps->cpus[a][i].name);
            g_free(caps->cpus[a][i].type);
            g_free(caps->cpus[a][i].alias_of);
            g_strfreev(caps->cpus[a][i].blockers);
        }
        g_free(caps->cpus[a]);
    }
    GHashTable *sets[] = { caps->commands, caps->types, caps->options, caps->chardevs, caps->tpm_models,
                           caps->tpm_types };
    for (size_t i = 0; i < G_N_ELEMENTS(sets); i++)
        g_hash_table_unref(sets[i]);
    json_decref(caps->doc);
    g_free(caps);
}

struct qemu_caps *
qemu_caps_ref(struct qemu_caps *caps)
{
    atomic_fetch_add(&caps->refs, 1);
    return caps;
}

void
qemu_caps_unref(struct qemu_caps *caps)
{
    if (caps && atomic_fetch_sub(&caps->refs, 1) == 1)
        free_caps(caps);
}

struct qemu_caps *
qemu_caps_from_doc(json_t *doc, struct err *err)
{
    const char *binary = json_string_value(json_object_get(doc, "binary"));
    json_t *version = json_object_get(doc, "version"), *v = json_object_get(version, "qemu");
    const char *arch = json_string_value(json_object_get(doc, "arch"));
    if (!binary || !v || !arch || !json_is_array(json_object_get(doc, "machines"))) {
        err_set(err, VIR_ERR_INTERNAL_ERROR,
                "emulator '%s' does not tell its version, architecture or machines", binary ? binary : "?");
        return NULL;
    }
    struct qemu_caps *caps = g_new0(struct qemu_caps, 1);
    caps->refs = 1;
    caps->doc = json_incref(doc);
    caps->binary = binary;
    caps->arch = arch;
    caps->version = json_integer_value(json_object_get(v, "major")) * 1000000 +
                    json_integer_value(json_object_get(v, "minor")) * 1000 +
                    json_integer_value(json_object_get(v, "micro"));
    caps->package = json_string_value(json_object_get(version, "package"));
    caps->kvm = flag(doc, "kvm");
    read_machines(caps, json_object_get(doc, "machines"));
    read_cpus(caps, QEMU_ACCEL_TCG, json_object_get(doc, "cpus-tcg"));
    read_cpus(caps, QEMU_ACCEL_KVM, json_object_get(doc, "cpus-kvm"));
    caps->host_cpu[QEMU_ACCEL_TCG] = json_object_get(doc, "max-tcg");
    caps->host_cpu[QEMU_ACCEL_KVM] = json_object_get(doc, "host-kvm");
    caps->sev = json_object_get(doc, "sev");
    caps->sgx = json_object_get(doc, "sgx");
    caps->gic = json_object_get(doc, "gic");
    caps->commands = set_of(json_object_get(doc, "commands"));
    caps->types = set_of(json_object_get(doc, "types"));
    caps->options = set_of(json_object_get(doc, "options"));
    caps->chardevs = set_of(json_object_get(doc, "chardevs"));
    caps->tpm_models = set_of(json_object_get(doc, "tpm-models"));
    caps->tpm_types = set_of(json_object_get(doc, "tpm-types"));
    g_autoptr(GHashTable) features = set_of(json_object_get(doc, "features"));
    for (size_t f = 0; f < QEMU_FEATURE_LAST; f++) {
        if (g_hash_table_contains(features, qemu_feature_name(f)))
            caps->features |= UINT64_C(1) << f;
    }
    return caps;
}

bool
qemu_caps_has_command(const struct qemu_caps *caps, const char *command)
{
    return g_hash_table_contains(caps->commands, command);
}

bool
qemu_caps_has_type(const struct qemu_caps *caps, const char *type)
{
    return g_hash_table_contains(caps->types, type);
}

bool
qemu_caps_has_option(const struct qemu_caps *caps, const char *option)
{
    return g_hash_table_contains(caps->options, option);
}

const struct qemu_machine *
qemu_caps_machine(const struct qemu_caps *caps, const char *name)
{
    for (size_t i = 0; i < caps->nmachines; i++) {
        if (!g_strcmp0(caps->machines[i].name, name) || !g_strcmp0(caps->machines[i].alias, name))
            return &caps->machines[i];
    }
    return NULL;
}

const struct qemu_machine *
qemu_caps_default_machine(const struct qemu_caps *caps)
{
    for (size_t i = 0; i < caps->nmachines; i++) {
        if (caps->machines[i].is_default)
            return &caps->machines[i];
    }
    /* Some targets have no default: the one that definitions without a machine have always got. */
    static const char *const usual[] = { "pc", "integratorcp", "virt", "pseries", "s390-ccw-virtio" };
    for (size_t i = 0; i < G_N_ELEMENTS(usual); i++) {
        const struct qemu_machine *m = qemu_caps_machine(caps, usual[i]);
        if (m)
            return m;
    }
    return caps->nmachines ? &caps->machines[0] : NULL;
}

const struct qemu_cpu *
qemu_caps_cpu(const struct qemu_caps *caps, enum qemu_accel accel, const char *name)
{
    for (size_t i = 0; i < caps->ncpus[accel]; i++) {
        if (!g_strcmp0(caps->cpus[accel][i].name, name))
            return &caps->cpus[accel][i];
    }
    return NULL;
}
