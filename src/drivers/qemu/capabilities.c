/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * capabilities: the host and the guests it can run.  See capabilities.h.
 */
#include "drivers/qemu/capabilities.h"

#include "base/uuid.h"
#include "driver/host-node.h"
#include "drivers/qemu/cpu.h"
#include "drivers/qemu/probe.h"
#include "drivers/qemu/qemu-conf.h"
#include "model/capabilities-def.h"

#include <string.h>

#define ERR_FROM VIR_FROM_QEMU

static void
add_baselabel(const void *root, struct host_secmodel *m, const char *type, const struct qemu_host *host)
{
    struct host_baselabel *l = model_new(root, struct host_baselabel);
    l->type = type;
    l->label = model_printf(root, "+%u:+%u", host->uid, host->gid);
    model_list_append(root, m->baselabels, m->n_baselabels, l);
}

static void
security(const void *root, struct capabilities_host *caps, const struct qemu_host *host)
{
    static const char *const names[] = { "none", "dac" };
    for (unsigned i = 0; i < (host->privileged ? 2 : 1); i++) {
        struct host_secmodel *m = model_new(root, struct host_secmodel);
        m->model = names[i];
        m->doi = "0";
        if (i) {
            add_baselabel(root, m, "kvm", host);
            add_baselabel(root, m, "qemu", host);
        }
        model_list_append(root, caps->secmodels, caps->n_secmodels, m);
    }
}

static void
one_machine(const void *root, struct guest_arch *arch, const struct qemu_machine *m, const char *name,
            const char *canonical)
{
    struct guest_machine *g = model_new(root, struct guest_machine);
    g->canonical = model_str(root, canonical);
    g->name = model_str(root, name);
    g->max_cpus = m->max_cpus;
    g->deprecated = m->deprecated ? TRI_YES : TRI_UNSET;
    model_list_append(root, arch->machines, arch->n_machines, g);
}

static bool
is_x86(const char *arch)
{
    return !strcmp(arch, "x86_64") || !strcmp(arch, "i686");
}

static struct guest_toggle *
toggle(const void *root, bool by_user)
{
    struct guest_toggle *t = model_new(root, struct guest_toggle);
    t->default_ = TRI_ON;
    t->toggle = by_user ? TRI_YES : TRI_NO;
    return t;
}

static void
add_domain(const void *root, struct guest_arch *arch, enum domain_virt type)
{
    struct guest_virt *v = model_new(root, struct guest_virt);
    v->type = type;
    model_list_append(root, arch->domains, arch->n_domains, v);
}

static void
guest(struct capabilities_def *def, struct qemu_host *host, struct qemu_caps *caps, const char *arch)
{
    g_autofree char *binary = qemu_host_default_emulator(host, arch, NULL);
    static const char *const wide[] = { "x86_64", "aarch64", "ppc64", "ppc64le", "s390x", "riscv64", "alpha",
                                        "mips64", "mips64el", "sparc64", "loongarch64" };
    bool is_wide = false;
    for (size_t i = 0; i < G_N_ELEMENTS(wide); i++)
        is_wide = is_wide || !strcmp(wide[i], arch);
    struct capabilities_guest *g = model_new(def, struct capabilities_guest);
    struct guest_arch *a = g->arch = model_new(def, struct guest_arch);
    g->os_type = "hvm";
    a->name = model_str(def, arch);
    a->wordsize = is_wide ? 64 : 32;
    a->has_wordsize = true;
    a->emulator = model_str(def, binary ? binary : caps->binary);
    /* The default comes first: clients take the first one. */
    const struct qemu_machine *first = qemu_caps_default_machine(caps);
    for (size_t pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < caps->nmachines; i++) {
            const struct qemu_machine *m = &caps->machines[i];
            if ((m == first) != (pass == 0))
                continue;
            one_machine(def, a, m, m->name, NULL);
            if (m->alias)
                one_machine(def, a, m, m->alias, m->name);
        }
    }
    add_domain(def, a, DOMAIN_VIRT_QEMU);
    if (caps->kvm &&
        (!strcmp(host_arch(), arch) || (!strcmp(host_arch(), "x86_64") && !strcmp(arch, "i686")) ||
         (!strcmp(host_arch(), "aarch64") && !strcmp(arch, "armv7l"))))
        add_domain(def, a, DOMAIN_VIRT_KVM);
    struct guest_features *f = g->features = model_new(def, struct guest_features);
    f->pae = f->nonpae = !strcmp(arch, "i686");
    f->acpi = is_x86(arch) || !strcmp(arch, "aarch64") ? toggle(def, true) : NULL;
    f->apic = is_x86(arch) ? toggle(def, false) : NULL;
    f->cpuselection = f->deviceboot = true;
    f->disksnapshot = toggle(def, false);
    model_list_append(def, def->guests, def->n_guests, g);
}

static void
migration(const void *root, struct capabilities_host *host)
{
    static const char *const transports[] = { "tcp", "rdma" };
    struct host_migration *m = host->migration_features = model_new(root, struct host_migration);
    m->live = true;
    for (unsigned i = 0; i < G_N_ELEMENTS(transports); i++)
        model_list_append(root, m->transports, m->n_transports, (char *)transports[i]);
}

/* By name, ARM's together. */
static int
by_arch(const void *a, const void *b)
{
    const char *x = (*(struct capabilities_guest *const *)a)->arch->name;
    const char *y = (*(struct capabilities_guest *const *)b)->arch->name;
    return strcmp(!strcmp(x, "aarch64") ? "armv8" : x, !strcmp(y, "aarch64") ? "armv8" : y);
}

char *
qemu_capabilities(struct qemu_host *host, struct err *err)
{
    CAPABILITIES_DEF_AUTO def = capabilities_def_new();
    struct qemu_caps **all = qemu_host_all_caps(host);
    struct capabilities_host *h = def->host = model_new(def, struct capabilities_host);
    memcpy(h->uuid, host->uuid, UUID_BYTES);
    h->has_uuid = true;
    host_capabilities_cpu(def, h);
    host_capabilities_power(def, h);
    h->iommu = host_has_iommu() ? TRI_YES : TRI_NO;
    migration(def, h);
    host_capabilities_topology(def, h);
    security(def, h, host);
    /* One guest an architecture; i686 also without a program of its own. */
    bool have_i386 = false;
    for (size_t i = 0; all[i]; i++)
        have_i386 = have_i386 || !strcmp(all[i]->arch, "i386");
    for (size_t i = 0; all[i]; i++) {
        static const struct {
            const char *arch, *also;
        } more[] = { { "ppc64", "ppc64le" }, { "armv7l", "armv6l" } };
        const char *arch = qemu_arch_of_program(all[i]->arch);
        if (!arch)
            continue;
        guest(def, host, all[i], arch);
        if (!strcmp(arch, "x86_64") && !have_i386)
            guest(def, host, all[i], "i686");
        for (size_t k = 0; k < G_N_ELEMENTS(more); k++) {
            if (!strcmp(arch, more[k].arch))
                guest(def, host, all[i], more[k].also);
        }
    }
    qsort(def->guests, def->n_guests, sizeof(*def->guests), by_arch);
    qemu_caps_list_free(all);
    return capabilities_def_format(def, 0);
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
        return err_set(err, VIR_ERR_INVALID_ARG,
                       "unknown type '%s': this driver runs guests of type kvm and qemu", type);
    struct qemu_caps *caps = host_emulator(host, err);
    if (!caps)
        return -1;
    int max = qemu_machine_max_vcpus(qemu_caps_default_machine(caps), type && !strcasecmp(type, "kvm"));
    qemu_caps_unref(caps);
    return max;
}

/* Versions of a model ("Skylake-Client-v2") are its aliases, not names of
 * their own; "host" and company are modes. */
bool
qemu_cpu_is_model(const struct qemu_cpu *cpu)
{
    if (qemu_cpu_is_mode(cpu->name))
        return false;
    const char *v = strrchr(cpu->name, '-');
    return !(v && v[1] == 'v' && v[2] && strspn(v + 2, "0123456789") == strlen(v + 2));
}

int
qemu_cpu_model_names(const char *arch, char ***models, struct err *err)
{
    enum arch known = (enum arch)model_enum_from(&arch_enum, arch);
    if (!known && !qemu_arch_known(arch))
        return err_set(err, VIR_ERR_INVALID_ARG, "'%s' is not an architecture", arch);
    if (models)
        *models = NULL;
    return cpu_model_names(known, models, err);
}
