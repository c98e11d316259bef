/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * domain-capabilities: what one machine of one emulator offers a guest.
 * See capabilities.h.
 */
#include "drivers/qemu/capabilities.h"

#include "driver/host-node.h"
#include "drivers/qemu/firmware.h"
#include "drivers/qemu/probe.h"

#include <string.h>

#define ERR_FROM VIR_FROM_QEMU

struct choice {
    struct qemu_caps *caps;
    const struct qemu_machine *machine;
    const char *arch;
    bool kvm;
};

static bool
has(const struct choice *c, const char *type)
{
    return qemu_caps_has_type(c->caps, type);
}

/* NULL values are skipped; the list ends with (char *)-1. */
static void
enumeration(GString *xml, int indent, const char *name, const char *const *values, size_t n)
{
    size_t there = 0;
    for (size_t i = 0; i < n; i++)
        there += values[i] != NULL;
    if (!there) {
        g_string_append_printf(xml, "%*s<enum name='%s'/>\n", indent, "", name);
        return;
    }
    g_string_append_printf(xml, "%*s<enum name='%s'>\n", indent, "", name);
    for (size_t i = 0; i < n; i++) {
        if (values[i])
            g_string_append_printf(xml, "%*s<value>%s</value>\n", indent + 2, "", values[i]);
    }
    g_string_append_printf(xml, "%*s</enum>\n", indent, "");
}
#define ENUM(xml, indent, name, ...) \
    do { \
        const char *const values_[] = { __VA_ARGS__ }; \
        enumeration(xml, indent, name, values_, G_N_ELEMENTS(values_)); \
    } while (0)
#define IF(condition, word) ((condition) ? (word) : NULL)

static bool
is_q35(const struct choice *c)
{
    return g_str_has_prefix(c->machine->name, "pc-q35");
}

static bool
has_ide(const struct choice *c)
{
    return g_str_has_prefix(c->machine->name, "pc-i440fx") || !strcmp(c->machine->name, "isapc");
}

static void
os(GString *xml, const struct choice *c)
{
    g_auto(GStrv) files = NULL;
    bool secure = false, efi = false;
    files = firmware_list(c->arch, c->machine->name, &secure, &efi);
    g_string_append(xml, "  <os supported='yes'>\n");
    ENUM(xml, 4, "firmware", IF(efi, "efi"));
    g_string_append(xml, "    <loader supported='yes'>\n");
    for (char **f = files; f && *f; f++)
        g_string_append_printf(xml, "      <value>%s</value>\n", *f);
    ENUM(xml, 6, "type", "rom", "pflash");
    ENUM(xml, 6, "readonly", "yes", "no");
    ENUM(xml, 6, "secure", IF(secure && is_q35(c), "yes"), "no");
    g_string_append(xml, "    </loader>\n  </os>\n");
}

static const char *
vendor_of(const char *model)
{
    static const struct { const char *prefix, *vendor; } table[] = {
        { "EPYC", "AMD" }, { "Opteron", "AMD" }, { "phenom", "AMD" }, { "athlon", "AMD" }, { "Dhyana", "Hygon" },
        { "qemu", "unknown" }, { "kvm", "unknown" }, { "pentium", "unknown" }, { "486", "unknown" },
        { "YongFeng", "Zhaoxin" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        if (g_str_has_prefix(model, table[i].prefix))
            return table[i].vendor;
    }
    return "Intel";
}


static int
by_name_down(gconstpointer a, gconstpointer b)
{
    return -strcmp((*(struct qemu_cpu *const *)a)->name, (*(struct qemu_cpu *const *)b)->name);
}

static void
cpu(GString *xml, const struct choice *c)
{
    enum qemu_accel accel = c->kvm ? QEMU_ACCEL_KVM : QEMU_ACCEL_TCG;
    g_string_append(xml, "  <cpu>\n");
    if (c->kvm) {
        g_string_append(xml, "    <mode name='host-passthrough' supported='yes'>\n");
        ENUM(xml, 6, "hostPassthroughMigratable", "on", "off");
        g_string_append(xml, "    </mode>\n");
    } else {
        g_string_append(xml, "    <mode name='host-passthrough' supported='no'/>\n");
    }
    if (qemu_caps_cpu(c->caps, accel, "max")) {
        g_string_append(xml, "    <mode name='maximum' supported='yes'>\n");
        ENUM(xml, 6, "maximumMigratable", "on", "off");
        g_string_append(xml, "    </mode>\n");
    } else {
        g_string_append(xml, "    <mode name='maximum' supported='no'/>\n");
    }
    g_string_append(xml, "    <mode name='host-model' supported='no'/>\n");
    GPtrArray *models = g_ptr_array_new();
    bool x86 = !strcmp(c->arch, "x86_64") || !strcmp(c->arch, "i686");
    for (size_t i = 0; i < c->caps->ncpus[accel]; i++) {
        if (qemu_cpu_is_model(&c->caps->cpus[accel][i]))
            g_ptr_array_add(models, &c->caps->cpus[accel][i]);
    }
    g_ptr_array_sort(models, by_name_down);
    if (models->len) {
        g_string_append(xml, "    <mode name='custom' supported='yes'>\n");
        for (guint i = 0; i < models->len; i++) {
            const struct qemu_cpu *m = models->pdata[i];
            const char *usable = x86 ? m->usable ? "yes" : "no" : "unknown";
            g_string_append_printf(xml, "      <model usable='%s'%s%s%s%s>%s</model>\n", usable,
                                   x86 ? " vendor='" : "", x86 ? vendor_of(m->name) : "", x86 ? "'" : "",
                                   m->deprecated ? " deprecated='yes'" : "", m->name);
        }
        g_string_append(xml, "    </mode>\n");
    } else {
        g_string_append(xml, "    <mode name='custom' supported='no'/>\n");
    }
    g_ptr_array_free(models, TRUE);
    g_string_append(xml, "  </cpu>\n");
}

static void
supported(GString *xml, const char *what, bool yes)
{
    g_string_append_printf(xml, "    <%s supported='%s'>\n", what, yes ? "yes" : "no");
}

static void
devices(GString *xml, const struct choice *c)
{
    bool trans = has(c, "virtio-blk-pci-transitional");
    g_string_append(xml, "  <devices>\n");
    supported(xml, "disk", true);
    ENUM(xml, 6, "diskDevice", "disk", "cdrom", IF(has(c, "isa-fdc") || has(c, "sysbus-fdc"), "floppy"), "lun");
    ENUM(xml, 6, "bus", IF(has_ide(c), "ide"), IF(has(c, "isa-fdc"), "fdc"), "scsi", "virtio",
         IF(has(c, "usb-storage"), "usb"), IF(has(c, "ich9-ahci"), "sata"));
    ENUM(xml, 6, "model", "virtio", IF(trans, "virtio-transitional"), IF(trans, "virtio-non-transitional"));
    g_string_append(xml, "    </disk>\n");
    supported(xml, "graphics", true);
    ENUM(xml, 6, "type", IF(qemu_caps_has(c->caps, QEMU_FEATURE_DISPLAY_SDL), "sdl"),
         IF(qemu_caps_has_option(c->caps, "vnc"), "vnc"), IF(qemu_caps_has_option(c->caps, "spice"), "spice"),
         IF(qemu_caps_has(c->caps, QEMU_FEATURE_DISPLAY_EGL_HEADLESS), "egl-headless"),
         IF(qemu_caps_has(c->caps, QEMU_FEATURE_DISPLAY_DBUS), "dbus"));
    g_string_append(xml, "    </graphics>\n");
    supported(xml, "video", true);
    ENUM(xml, 6, "modelType", IF(has(c, "VGA"), "vga"), IF(has(c, "cirrus-vga"), "cirrus"),
         IF(has(c, "vmware-svga"), "vmvga"), IF(has(c, "qxl"), "qxl"), IF(has(c, "virtio-gpu-pci"), "virtio"), "none",
         IF(has(c, "bochs-display"), "bochs"), IF(has(c, "ramfb"), "ramfb"));
    g_string_append(xml, "    </video>\n");
    supported(xml, "hostdev", true);
    ENUM(xml, 6, "mode", "subsystem");
    ENUM(xml, 6, "startupPolicy", "default", "mandatory", "requisite", "optional");
    ENUM(xml, 6, "subsysType", "usb", "pci", "scsi");
    g_string_append(xml, "      <enum name='capsType'/>\n");
    ENUM(xml, 6, "pciBackend", IF(host_has_iommu() && has(c, "vfio-pci"), "default"),
         IF(host_has_iommu() && has(c, "vfio-pci"), "vfio"));
    g_string_append(xml, "    </hostdev>\n");
    supported(xml, "rng", has(c, "virtio-rng-device"));
    ENUM(xml, 6, "model", "virtio", IF(trans, "virtio-transitional"), IF(trans, "virtio-non-transitional"));
    ENUM(xml, 6, "backendModel", IF(has(c, "rng-random"), "random"), IF(has(c, "rng-egd"), "egd"),
         IF(has(c, "rng-builtin"), "builtin"));
    g_string_append(xml, "    </rng>\n");
    supported(xml, "filesystem", true);
    ENUM(xml, 6, "driverType", "path", "handle", IF(has(c, "vhost-user-fs-device"), "virtiofs"));
    g_string_append(xml, "    </filesystem>\n");
    bool tpm = has(c, "tpm-tis") || has(c, "tpm-crb") || has(c, "tpm-spapr");
    if (tpm) {
        bool passthrough = g_hash_table_contains(c->caps->tpm_types, "passthrough");
        bool emulator = g_hash_table_contains(c->caps->tpm_types, "emulator");
        supported(xml, "tpm", true);
        ENUM(xml, 6, "model", IF(has(c, "tpm-tis") || has(c, "tpm-tis-device"), "tpm-tis"), IF(has(c, "tpm-crb"), "tpm-crb"),
             IF(has(c, "tpm-spapr"), "tpm-spapr"));
        ENUM(xml, 6, "backendModel", IF(passthrough, "passthrough"), IF(emulator, "emulator"), IF(emulator, "external"));
        ENUM(xml, 6, "backendVersion", IF(emulator, "1.2"), IF(emulator, "2.0"));
        g_string_append(xml, "    </tpm>\n");
    } else {
        g_string_append(xml, "    <tpm supported='no'/>\n");
    }
    supported(xml, "redirdev", has(c, "usb-redir"));
    ENUM(xml, 6, "bus", IF(has(c, "usb-redir"), "usb"));
    g_string_append(xml, "    </redirdev>\n");
    supported(xml, "channel", true);
    ENUM(xml, 6, "type", "pty", "unix", IF(g_hash_table_contains(c->caps->chardevs, "spicevmc"), "spicevmc"));
    g_string_append(xml, "    </channel>\n  </devices>\n");
}

static void
features(GString *xml, const struct choice *c)
{
    bool x86 = !strcmp(c->arch, "x86_64") || !strcmp(c->arch, "i686");
    g_string_append(xml, "  <features>\n    <gic supported='no'/>\n");
    g_string_append_printf(xml, "    <vmcoreinfo supported='%s'/>\n", has(c, "vmcoreinfo") ? "yes" : "no");
    g_string_append_printf(xml, "    <genid supported='%s'/>\n", has(c, "vmgenid") ? "yes" : "no");
    g_string_append(xml, "    <backingStoreInput supported='yes'/>\n");
    g_string_append_printf(xml, "    <backup supported='%s'/>\n",
                           qemu_caps_has(c->caps, QEMU_FEATURE_INCREMENTAL_BACKUP) ? "yes" : "no");
    g_string_append(xml, "    <sev supported='no'/>\n    <sgx supported='no'/>\n");
    if (x86 && c->kvm) {
        g_string_append(xml, "    <hyperv supported='yes'>\n");
        ENUM(xml, 6, "features", "relaxed", "vapic", "spinlocks", "vpindex", "runtime", "synic", "stimer", "reset",
             "vendor_id", "frequencies", "reenlightenment", "tlbflush", "ipi", "evmcs", "avic");
        g_string_append(xml, "    </hyperv>\n");
    } else if (x86) {
        g_string_append(xml, "    <hyperv supported='yes'>\n");
        ENUM(xml, 6, "features", "spinlocks", "vendor_id");
        g_string_append(xml, "    </hyperv>\n");
    } else {
        g_string_append(xml, "    <hyperv supported='no'/>\n");
    }
    g_string_append(xml, "  </features>\n");
}

static bool
is_virt_type(const char *word)
{
    static const char *const all[] = { "qemu", "kvm", "xen", "lxc", "openvz", "test", "vmware", "hyperv", "vbox", "phyp",
                                       "parallels", "vz", "bhyve", "hvf", "kqemu", "uml" };
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        if (!strcmp(all[i], word))
            return true;
    }
    return false;
}

static int
choose(struct qemu_host *host, const char *emulator, const char *arch, const char *machine, const char *virttype,
       struct choice *c, struct err *err)
{
    if (virttype && !is_virt_type(virttype))
        return err_set(err, VIR_ERR_INVALID_ARG, "'%s' is not a type of guests; this driver runs kvm and qemu", virttype);
    if (arch && !qemu_arch_known(arch))
        return err_set(err, VIR_ERR_INVALID_ARG, "'%s' is not an architecture", arch);
    g_autofree char *found = NULL;
    if (!emulator) {
        found = qemu_host_default_emulator(host, arch ? arch : host_arch(), err);
        if (!found)
            return -1;
        emulator = found;
        /* The host's own emulator serves the 32 bit guests that KVM runs too. */
        if (arch && !strcmp(arch, "i686") && !strcmp(host_arch(), "x86_64")) {
            char *wide = qemu_host_default_emulator(host, "x86_64", NULL);
            if (wide) {
                g_free(found);
                emulator = found = wide;
            }
        }
    }
    c->caps = qemu_host_caps(host, emulator, err);
    if (!c->caps)
        return -1;
    c->arch = qemu_arch_of_program(c->caps->arch);
    if (arch) {
        if (!qemu_program_runs(c->caps->arch, arch))
            return err_set(err, VIR_ERR_INVALID_ARG, "emulator '%s' runs %s guests, not %s", emulator, c->arch, arch);
        c->arch = arch;
    }
    if (virttype && strcmp(virttype, "qemu") && strcmp(virttype, "kvm"))
        return err_set(err, VIR_ERR_INVALID_ARG, "emulator '%s' does not run guests of type '%s', only kvm and qemu",
                       emulator, virttype);
    c->kvm = virttype ? !strcmp(virttype, "kvm") : c->caps->kvm;
    if (c->kvm && !c->caps->kvm)
        return err_set(err, VIR_ERR_INVALID_ARG, "emulator '%s' cannot use KVM here: is /dev/kvm there, may uid %u open it?",
                       emulator, (unsigned)host->uid);
    c->machine = machine ? qemu_caps_machine(c->caps, machine) : qemu_caps_default_machine(c->caps);
    if (!c->machine)
        return err_set(err, VIR_ERR_INVALID_ARG, "emulator '%s' has no machine '%s'; 'virsh capabilities' lists them",
                       emulator, machine ? machine : "(default)");
    return 0;
}

char *
qemu_domain_capabilities(struct qemu_host *host, const char *emulator, const char *arch, const char *machine,
                         const char *virttype, struct err *err)
{
    struct choice c = { NULL };
    if (choose(host, emulator, arch, machine, virttype, &c, err) < 0) {
        qemu_caps_unref(c.caps);
        return NULL;
    }
    GString *xml = g_string_new("<domainCapabilities>\n");
    g_string_append_printf(xml,
                           "  <path>%s</path>\n  <domain>%s</domain>\n  <machine>%s</machine>\n  <arch>%s</arch>\n"
                           "  <vcpu max='%u'/>\n  <iothreads supported='%s'/>\n",
                           c.caps->binary, c.kvm ? "kvm" : "qemu", c.machine->name, c.arch,
                           qemu_machine_max_vcpus(c.machine, c.kvm), has(&c, "iothread") ? "yes" : "no");
    os(xml, &c);
    cpu(xml, &c);
    g_string_append(xml, "  <memoryBacking supported='yes'>\n");
    ENUM(xml, 4, "sourceType", IF(has(&c, "memory-backend-file"), "file"), "anonymous",
         IF(has(&c, "memory-backend-memfd"), "memfd"));
    g_string_append(xml, "  </memoryBacking>\n");
    devices(xml, &c);
    features(xml, &c);
    g_string_append(xml, "</domainCapabilities>\n");
    qemu_caps_unref(c.caps);
    return g_string_free(xml, FALSE);
}
