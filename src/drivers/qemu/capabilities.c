/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * capabilities: the host and the guests it can run.  See capabilities.h.
 */
#include "drivers/qemu/capabilities.h"

#include "base/uuid.h"
#include "driver/host-node.h"
#include "drivers/qemu/probe.h"
#include "drivers/qemu/qemu-conf.h"

#include <string.h>

#define ERR_FROM VIR_FROM_QEMU

static void
security(GString *xml, struct qemu_host *host)
{
    g_string_append(xml, "    <secmodel>\n      <model>none</model>\n      <doi>0</doi>\n    </secmodel>\n");
    if (!host->privileged)
        return;
    g_string_append_printf(xml,
                           "    <secmodel>\n      <model>dac</model>\n      <doi>0</doi>\n"
                           "      <baselabel type='kvm'>+%u:+%u</baselabel>\n"
                           "      <baselabel type='qemu'>+%u:+%u</baselabel>\n    </secmodel>\n",
                           host->uid, host->gid, host->uid, host->gid);
}

static void
one_machine(GString *xml, const struct qemu_machine *m, const char *name, const char *canonical)
{
    g_string_append(xml, "      <machine");
    if (canonical)
        g_string_append_printf(xml, " canonical='%s'", canonical);
    g_string_append_printf(xml, " maxCpus='%u'%s>%s</machine>\n", m->max_cpus, m->deprecated ? " deprecated='yes'" : "",
                           name);
}

static bool
is_x86(const char *arch)
{
    return !strcmp(arch, "x86_64") || !strcmp(arch, "i686");
}

static void
guest(GString *xml, struct qemu_caps *caps, const char *arch)
{
    static const char *const wide[] = { "x86_64", "aarch64", "ppc64", "ppc64le", "s390x", "riscv64", "alpha",
                                        "mips64", "mips64el", "sparc64", "loongarch64" };
    bool is_wide = false;
    for (size_t i = 0; i < G_N_ELEMENTS(wide); i++)
        is_wide = is_wide || !strcmp(wide[i], arch);
    g_string_append_printf(xml,
                           "  <guest>\n    <os_type>hvm</os_type>\n    <arch name='%s'>\n"
                           "      <wordsize>%d</wordsize>\n      <emulator>%s</emulator>\n",
                           arch, is_wide ? 64 : 32, caps->binary);
    /* The default comes first: clients take the first one. */
    const struct qemu_machine *first = qemu_caps_default_machine(caps);
    for (size_t pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < caps->nmachines; i++) {
            const struct qemu_machine *m = &caps->machines[i];
            if ((m == first) != (pass == 0))
                continue;
            one_machine(xml, m, m->name, NULL);
            if (m->alias)
                one_machine(xml, m, m->alias, m->name);
        }
    }
    g_string_append(xml, "      <domain type='qemu'/>\n");
    if (caps->kvm && (!strcmp(host_arch(), arch) || (!strcmp(host_arch(), "x86_64") && !strcmp(arch, "i686")) ||
                      (!strcmp(host_arch(), "aarch64") && !strcmp(arch, "armv7l"))))
        g_string_append(xml, "      <domain type='kvm'/>\n");
    g_string_append(xml, "    </arch>\n    <features>\n");
    if (!strcmp(arch, "i686"))
        g_string_append(xml, "      <pae/>\n      <nonpae/>\n");
    if (is_x86(arch))
        g_string_append(xml, "      <acpi default='on' toggle='yes'/>\n      <apic default='on' toggle='no'/>\n");
    else if (!strcmp(arch, "aarch64"))
        g_string_append(xml, "      <acpi default='on' toggle='yes'/>\n");
    g_string_append(xml, "      <cpuselection/>\n      <deviceboot/>\n"
                         "      <disksnapshot default='on' toggle='no'/>\n    </features>\n  </guest>\n\n");
}

char *
qemu_capabilities(struct qemu_host *host, struct err *err)
{
    struct qemu_caps **all = qemu_host_all_caps(host);
    GString *xml = g_string_new("<capabilities>\n\n  <host>\n");
    char uuid[UUID_TEXT];
    g_string_append_printf(xml, "    <uuid>%s</uuid>\n", uuid_format(host->uuid, uuid));
    host_capabilities_cpu(xml);
    host_capabilities_power(xml);
    g_string_append_printf(xml, "    <iommu support='%s'/>\n", host_has_iommu() ? "yes" : "no");
    g_string_append(xml, "    <migration_features>\n      <live/>\n      <uri_transports>\n"
                         "        <uri_transport>tcp</uri_transport>\n"
                         "        <uri_transport>rdma</uri_transport>\n"
                         "      </uri_transports>\n    </migration_features>\n");
    host_capabilities_topology(xml);
    security(xml, host);
    g_string_append(xml, "  </host>\n\n");
    /* One guest an architecture; i686 also without a program of its own. */
    bool have_i386 = false, have_x86_64 = false;
    for (size_t i = 0; all[i]; i++) {
        have_i386 = have_i386 || !strcmp(all[i]->arch, "i386");
        have_x86_64 = have_x86_64 || !strcmp(all[i]->arch, "x86_64");
    }
    for (size_t i = 0; all[i]; i++) {
        const char *arch = qemu_arch_of_program(all[i]->arch);
        if (!arch)
            continue;
        if (!strcmp(arch, "x86_64") && !have_i386)
            guest(xml, all[i], "i686");
        guest(xml, all[i], arch);
        if (!strcmp(arch, "ppc64"))
            guest(xml, all[i], "ppc64le");
    }
    g_string_append(xml, "</capabilities>\n");
    qemu_caps_list_free(all);
    return g_string_free(xml, FALSE);
}

static struct qemu_caps *
host_emulator(struct qemu_host *host, struct err *err)
{
    g_autofree char *binary = qemu_host_default_emulator(host, host_arch(), err);
    return binary ? qemu_host_caps(host, binary, err) : NULL;
}

int
qemu_version(struct qemu_host *host, unsigned long *version, struct err *err)
{
    struct qemu_caps *caps = host_emulator(host, err);
    if (!caps)
        return err_context(err, "cannot tell the hypervisor's version");
    *version = caps->version;
    qemu_caps_unref(caps);
    return 0;
}

/* What the machine can, but with KVM not more than the kernel can. */
unsigned
qemu_machine_max_vcpus(const struct qemu_machine *machine, bool kvm)
{
    return machine ? machine->max_cpus : 1;
}

int
qemu_max_vcpus(struct qemu_host *host, const char *type, struct err *err)
{
    if (type && strcasecmp(type, "qemu") && strcasecmp(type, "kvm"))
        return err_set(err, VIR_ERR_INVALID_ARG, "unknown type '%s': this driver runs guests of type kvm and qemu", type);
    struct qemu_caps *caps = host_emulator(host, err);
    if (!caps)
        return -1;
    int max = qemu_machine_max_vcpus(qemu_caps_default_machine(caps), type && !strcasecmp(type, "kvm"));
    qemu_caps_unref(caps);
    return max;
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Versions of a model ("Skylake-Client-v2") are its aliases, not names of
 * their own; "host" and company are modes. */
bool
qemu_cpu_is_model(const struct qemu_cpu *cpu)
{
    static const char *const modes[] = { "host", "max", "base" };
    for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
        if (!strcmp(cpu->name, modes[i]))
            return false;
    }
    const char *v = strrchr(cpu->name, '-');
    return !(v && v[1] == 'v' && v[2] && strspn(v + 2, "0123456789") == strlen(v + 2));
}

int
qemu_cpu_model_names(struct qemu_host *host, const char *arch, char ***models, struct err *err)
{
    if (!qemu_arch_known(arch))
        return err_set(err, VIR_ERR_INVALID_ARG, "'%s' is not an architecture", arch);
    if (models)
        *models = NULL;
    /* Elsewhere any model name goes through to the emulator: no list. */
    if (!is_x86(arch))
        return 0;
    g_autofree char *binary = qemu_host_default_emulator(host, arch, err);
    struct qemu_caps *caps = binary ? qemu_host_caps(host, binary, err) : NULL;
    if (!caps)
        return -1;
    char **names = g_new0(char *, caps->ncpus[QEMU_ACCEL_TCG] + 1);
    int n = 0;
    for (size_t i = 0; i < caps->ncpus[QEMU_ACCEL_TCG]; i++) {
        if (qemu_cpu_is_model(&caps->cpus[QEMU_ACCEL_TCG][i]))
            names[n++] = g_strdup(caps->cpus[QEMU_ACCEL_TCG][i].name);
    }
    qsort(names, n, sizeof(*names), by_name);
    qemu_caps_unref(caps);
    if (models)
        *models = names;
    else
        g_strfreev(names);
    return n;
}
