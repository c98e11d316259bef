/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * domain-capabilities: what one machine of one emulator offers a guest.
 * See capabilities.h.
 */
#include "drivers/qemu/capabilities.h"

#include "driver/host-node.h"
#include "drivers/qemu/cpu.h"
#include "drivers/qemu/firmware.h"
#include "drivers/qemu/probe.h"
#include "model/capabilities-def.h"

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

/* Adds the enumeration of that name to any struct of the document that has some; NULL values are skipped. */
static struct domcaps_enum *
enumeration(const void *root, const char *name, const char *const *values, size_t n)
{
    struct domcaps_enum *e = model_new(root, struct domcaps_enum);
    e->name = name;
    for (size_t i = 0; i < n; i++) {
        if (values[i])
            model_list_append(root, e->values, e->n_values, (char *)values[i]);
    }
    return e;
}
#define ENUM(root, item, name, ...) \
    do { \
        const char *const values_[] = { __VA_ARGS__ }; \
        struct domcaps_enum *enum_ = enumeration((root), (name), values_, G_N_ELEMENTS(values_)); \
        model_list_append((root), (item)->enums, (item)->n_enums, enum_); \
    } while (0)
#define IF(condition, word) ((condition) ? (word) : NULL)

static struct domcaps_item *
item(const void *root, bool supported)
{
    struct domcaps_item *i = model_new(root, struct domcaps_item);
    i->supported = supported ? TRI_YES : TRI_NO;
    return i;
}

static bool
is_x86(const struct choice *c)
{
    return !strcmp(c->arch, "x86_64") || !strcmp(c->arch, "i686");
}

static bool
is_q35(const struct choice *c)
{
    return g_str_has_prefix(c->machine->name, "pc-q35");
}

static bool
has_ide(const struct choice *c)
{
    return g_str_has_prefix(c->machine->name, "pc-i440fx") || !strcmp(c->machine->name, "g3beige");
}

/* Every machine but one kind may have a controller: whether this one does is seen at its start. */
static bool
has_floppy(const struct choice *c)
{
    return !g_str_has_prefix(c->machine->name, "pseries");
}

static void
os(struct domcaps_def *def, const struct choice *c)
{
    g_auto(GStrv) files = NULL;
    bool secure = false, efi = false;
    files = firmware_list(c->arch, c->machine->name, &secure, &efi);
    struct domcaps_os *o = def->os = model_new(def, struct domcaps_os);
    o->supported = TRI_YES;
    ENUM(def, o, "firmware", IF(efi, "efi"));
    struct domcaps_loader *l = o->loader = model_new(def, struct domcaps_loader);
    l->supported = TRI_YES;
    for (char **f = files; f && *f; f++) {
        char *file = (char *)model_str(def, *f);
        model_list_append(def, l->values, l->n_values, file);
    }
    ENUM(def, l, "type", "rom", "pflash");
    ENUM(def, l, "readonly", "yes", "no");
    ENUM(def, l, "secure", IF(secure && is_q35(c), "yes"), "no");
}

/* Whether guests are told of that model, and whose it is.  Of PCs and Power those are told apart whose
 * features are known: only these can be compared and moved.  A guest may name another one that its emulator
 * has. */
static const char *
offered(const struct choice *c, const struct qemu_cpu *q, const char **vendor)
{
    /* QEMU knows Power's in small letters, too: those are the ones that are told of. */
    if (g_str_has_prefix(c->arch, "ppc")) {
        const char *name = cpu_ppc64_named(q->name);
        *vendor = "IBM";
        return name && strcmp(name, q->name) != 0 ? name : NULL;
    }
    if (is_x86(c)) {
        const struct cpu_kind *kind = cpu_kind_find(q->name);
        *vendor = kind && kind->vendor ? kind->vendor : "unknown";
        return kind ? q->name : NULL;
    }
    /* Elsewhere than on PCs "max" is a model like others. */
    *vendor = "unknown";
    return qemu_cpu_is_model(q) || !strcmp(q->name, "max") ? q->name : NULL;
}

static struct domcaps_mode *
add_mode(struct domcaps_def *def, const char *name, bool supported)
{
    struct domcaps_mode *m = model_new(def, struct domcaps_mode);
    m->name = name;
    m->supported = supported ? TRI_YES : TRI_NO;
    model_list_append(def, def->cpu_modes, def->n_cpu_modes, m);
    return m;
}

static void
cpu(struct domcaps_def *def, const struct choice *c)
{
    enum qemu_accel accel = c->kvm ? QEMU_ACCEL_KVM : QEMU_ACCEL_TCG;
    bool max = qemu_caps_cpu(c->caps, accel, "max");
    struct domcaps_mode *m = add_mode(def, "host-passthrough", c->kvm);
    if (c->kvm)
        ENUM(def, m, "hostPassthroughMigratable", IF(strcmp(c->caps->arch, "i386") != 0, "on"), "off");
    m = add_mode(def, "maximum", max);
    if (max)
        ENUM(def, m, "maximumMigratable", "on", "off");
    struct domain_cpu host = { 0 };
    bool known = is_x86(c) && qemu_cpu_host_model(def, c->caps, accel, false, &host);
    m = add_mode(def, "host-model", known);
    if (known) {
        struct domcaps_model *d = model_new(def, struct domcaps_model);
        d->fallback = CPU_FALLBACK_FORBID;
        d->name = host.model->name;
        model_list_append(def, m->models, m->n_models, d);
        m->vendor = host.vendor;
        m->features = host.features;
        m->n_features = host.n_features;
    }
    m = add_mode(def, "custom", false);
    for (size_t i = 0; i < c->caps->ncpus[accel]; i++) {
        const struct qemu_cpu *q = &c->caps->cpus[accel][i];
        const char *vendor, *name = offered(c, q, &vendor);
        if (!name)
            continue;
        struct domcaps_model *d = model_new(def, struct domcaps_model);
        d->usable = !q->tells ? DOMCAPS_USABLE_UNKNOWN : q->usable ? DOMCAPS_USABLE_YES : DOMCAPS_USABLE_NO;
        d->vendor = vendor;
        d->deprecated = q->deprecated ? TRI_YES : TRI_UNSET;
        d->name = model_str(def, name);
        model_list_append(def, m->models, m->n_models, d);
    }
    m->supported = m->n_models ? TRI_YES : TRI_NO;
}

static struct domcaps_item *
tpm(struct domcaps_def *def, const struct choice *c)
{
    bool passthrough = g_hash_table_contains(c->caps->tpm_types, "passthrough");
    /* QEMU's emulator is a socket to swtpm, which we do not start: its user does. */
    g_autofree char *swtpm = g_find_program_in_path("swtpm");
    bool external = swtpm && g_hash_table_contains(c->caps->tpm_types, "emulator");
    bool tis = has(c, "tpm-tis") || has(c, "tpm-tis-device"), proxy = has(c, "spapr-tpm-proxy");
    struct domcaps_item *i = item(def, tis || proxy || has(c, "tpm-crb") || has(c, "tpm-spapr"));
    if (i->supported == TRI_NO)
        return i;
    ENUM(def, i, "model", IF(tis, "tpm-tis"), IF(has(c, "tpm-crb"), "tpm-crb"),
         IF(has(c, "tpm-spapr"), "tpm-spapr"), IF(proxy, "spapr-tpm-proxy"));
    ENUM(def, i, "backendModel", IF(passthrough, "passthrough"), IF(external, "external"));
    return i;
}

static void
devices(struct domcaps_def *def, const struct choice *c)
{
    bool trans = has(c, "virtio-blk-pci-transitional"), vfio = host_has_iommu() && has(c, "vfio-pci");
    struct domcaps_devices *d = def->devices = model_new(def, struct domcaps_devices);
    d->disk = item(def, true);
    ENUM(def, d->disk, "diskDevice", "disk", "cdrom", IF(has_floppy(c), "floppy"), "lun");
    ENUM(def, d->disk, "bus", IF(has_ide(c), "ide"), IF(has_floppy(c), "fdc"), "scsi", "virtio",
         IF(has(c, "usb-storage"), "usb"), IF(has(c, "ich9-ahci"), "sata"));
    ENUM(def, d->disk, "model", "virtio", IF(trans, "virtio-transitional"),
         IF(trans, "virtio-non-transitional"));
    d->graphics = item(def, true);
    ENUM(def, d->graphics, "type", IF(qemu_caps_has(c->caps, QEMU_FEATURE_DISPLAY_SDL), "sdl"),
         IF(qemu_caps_has_option(c->caps, "vnc"), "vnc"), IF(qemu_caps_has_option(c->caps, "spice"), "spice"),
         IF(qemu_caps_has(c->caps, QEMU_FEATURE_DISPLAY_EGL_HEADLESS), "egl-headless"),
         IF(qemu_caps_has(c->caps, QEMU_FEATURE_DISPLAY_DBUS), "dbus"));
    d->video = item(def, true);
    ENUM(def, d->video, "modelType", IF(has(c, "VGA"), "vga"), IF(has(c, "cirrus-vga"), "cirrus"),
         IF(has(c, "vmware-svga"), "vmvga"), IF(has(c, "qxl"), "qxl"),
         IF(has(c, "virtio-gpu-device"), "virtio"), "none", IF(has(c, "bochs-display"), "bochs"),
         IF(has(c, "ramfb"), "ramfb"));
    d->hostdev = item(def, true);
    ENUM(def, d->hostdev, "mode", "subsystem");
    ENUM(def, d->hostdev, "startupPolicy", "default", "mandatory", "requisite", "optional");
    ENUM(def, d->hostdev, "subsysType", IF(has(c, "usb-host"), "usb"), "pci", "scsi");
    ENUM(def, d->hostdev, "capsType", NULL);
    ENUM(def, d->hostdev, "pciBackend", IF(vfio, "default"), IF(vfio, "vfio"));
    d->rng = item(def, has(c, "virtio-rng-device"));
    if (d->rng->supported == TRI_YES) {
        ENUM(def, d->rng, "model", "virtio", IF(trans, "virtio-transitional"),
             IF(trans, "virtio-non-transitional"));
        ENUM(def, d->rng, "backendModel", IF(has(c, "rng-random"), "random"), IF(has(c, "rng-egd"), "egd"),
             IF(has(c, "rng-builtin"), "builtin"));
    }
    d->filesystem = item(def, true);
    ENUM(def, d->filesystem, "driverType", "path", "handle", IF(has(c, "vhost-user-fs-device"), "virtiofs"));
    d->tpm = tpm(def, c);
    d->redirdev = item(def, has(c, "usb-redir"));
    if (d->redirdev->supported == TRI_YES)
        ENUM(def, d->redirdev, "bus", "usb");
    d->channel = item(def, true);
    ENUM(def, d->channel, "type", "pty", "unix",
         IF(g_hash_table_contains(c->caps->chardevs, "spicevmc"), "spicevmc"));
}

/* What this kernel can tell guests that know Hyper-V; two of it QEMU does by itself. */
static void
hyperv(struct domcaps_def *def, struct domcaps_item *item, const struct choice *c)
{
    static const char *const words[] = { "relaxed",     "vapic",          "spinlocks", "vpindex", "runtime",
                                         "synic",       "stimer",         "reset",     "vendor_id",
                                         "frequencies", "reenlightenment", "tlbflush", "ipi",     "evmcs",
                                         "avic" };
    json_t *props = c->kvm ? json_object_get(c->caps->host_cpu[QEMU_ACCEL_KVM], "props") : NULL;
    const char *there[G_N_ELEMENTS(words)];
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        bool own = !strcmp(words[i], "spinlocks") || !strcmp(words[i], "vendor_id");
        g_autofree char *property = g_strconcat("hv-", words[i], NULL);
        there[i] = own || json_is_true(json_object_get(props, property)) ? words[i] : NULL;
    }
    struct domcaps_enum *e = enumeration(def, "features", there, G_N_ELEMENTS(there));
    model_list_append(def, item->enums, item->n_enums, e);
}

/* Interrupt controllers of ARM's virt machines: emulated, or those that the kernel has. */
static void
gic(struct domcaps_def *def, struct domcaps_item *item, const struct choice *c)
{
    bool version[2] = { !c->kvm, !c->kvm };
    size_t i;
    json_t *one;
    if (!g_str_has_prefix(c->machine->name, "virt-") ||
        (!g_str_has_prefix(c->arch, "arm") && strcmp(c->arch, "aarch64") != 0))
        return;
    json_array_foreach(c->caps->gic, i, one) {
        json_int_t v = json_integer_value(json_object_get(one, "version"));
        if (c->kvm && (v == 2 || v == 3))
            version[v - 2] = json_is_true(json_object_get(one, "kernel"));
    }
    item->supported = version[0] || version[1] ? TRI_YES : TRI_NO;
    if (item->supported == TRI_YES)
        ENUM(def, item, "version", IF(version[0], "2"), IF(version[1], "3"));
}

static void
features(struct domcaps_def *def, const struct choice *c)
{
    struct domcaps_features *f = def->features = model_new(def, struct domcaps_features);
    gic(def, f->gic = item(def, false), c);
    f->vmcoreinfo = item(def, has(c, "vmcoreinfo"));
    f->genid = item(def, has(c, "vmgenid"));
    f->backing_store_input = item(def, true);
    f->backup = item(def, qemu_caps_has(c->caps, QEMU_FEATURE_INCREMENTAL_BACKUP));
    f->sev = model_new(def, struct domcaps_sev);
    f->sev->supported = TRI_NO;
    f->sgx = model_new(def, struct domcaps_sgx);
    f->sgx->supported = TRI_NO;
    if (is_x86(c)) {
        f->hyperv = item(def, true);
        hyperv(def, f->hyperv, c);
    }
    if (!strcmp(c->arch, "s390x"))
        f->s390_pv = item(def, false);
}

static bool
is_virt_type(const char *word)
{
    static const char *const all[] = { "qemu",   "kvm",    "xen",   "lxc",  "openvz",    "test",
                                       "vmware", "hyperv", "vbox",  "phyp", "parallels", "vz",
                                       "bhyve",  "hvf",    "kqemu", "uml" };
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        if (!strcmp(all[i], word))
            return true;
    }
    return false;
}

static int
choose(struct qemu_host *host, const char *emulator, const char *arch, const char *machine,
       const char *virttype, struct choice *c, struct err *err)
{
    if (virttype && !is_virt_type(virttype))
        return err_set(err, VIR_ERR_INVALID_ARG,
                       "'%s' is not a type of guests; this driver runs kvm and qemu", virttype);
    if (arch && !qemu_arch_known(arch))
        return err_set(err, VIR_ERR_INVALID_ARG, "'%s' is not an architecture", arch);
    g_autofree char *found = NULL;
    if (!emulator) {
        found = qemu_host_default_emulator(host, arch ? arch : host_arch(), err);
        if (!found)
            return -1;
        emulator = found;
    }
    c->caps = qemu_host_caps(host, emulator, err);
    if (!c->caps)
        return -1;
    c->arch = qemu_arch_of_program(c->caps->arch);
    if (arch) {
        if (!qemu_program_runs(c->caps->arch, arch))
            return err_set(err, VIR_ERR_INVALID_ARG, "emulator '%s' runs %s guests, not %s", emulator,
                           c->arch, arch);
        c->arch = arch;
    }
    if (virttype && strcmp(virttype, "qemu") && strcmp(virttype, "kvm"))
        return err_set(err, VIR_ERR_INVALID_ARG,
                       "emulator '%s' does not run guests of type '%s', only kvm and qemu", emulator,
                       virttype);
    c->kvm = virttype ? !strcmp(virttype, "kvm") : c->caps->kvm;
    if (c->kvm && !c->caps->kvm)
        return err_set(err, VIR_ERR_INVALID_ARG,
                       "emulator '%s' cannot use KVM here: is /dev/kvm there, may uid %u open it?", emulator,
                       (unsigned)host->uid);
    c->machine = machine ? qemu_caps_machine(c->caps, machine) : qemu_caps_default_machine(c->caps);
    if (!c->machine)
        return err_set(err, VIR_ERR_INVALID_ARG,
                       "emulator '%s' has no machine '%s'; 'virsh capabilities' lists them", emulator,
                       machine ? machine : "(default)");
    return 0;
}

struct qemu_caps *
qemu_offer(struct qemu_host *host, const char *emulator, const char *arch, const char *machine,
           const char *virttype, const char **of_arch, bool *kvm, struct err *err)
{
    struct choice c = { NULL };
    int r = choose(host, emulator, arch, machine, virttype, &c, err);
    if (r < 0) {
        qemu_caps_unref(c.caps);
        return NULL;
    }
    *of_arch = c.arch;
    *kvm = c.kvm;
    return c.caps;
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
    DOMCAPS_DEF_AUTO def = domcaps_def_new();
    def->path = model_str(def, c.caps->binary);
    def->domain = c.kvm ? DOMAIN_VIRT_KVM : DOMAIN_VIRT_QEMU;
    def->machine = model_str(def, c.machine->name);
    def->arch = arch_from(c.arch);
    def->max_vcpus = qemu_machine_max_vcpus(c.machine, c.kvm);
    def->has_max_vcpus = true;
    def->iothreads = has(&c, "iothread") ? TRI_YES : TRI_NO;
    os(def, &c);
    cpu(def, &c);
    def->memory_backing = item(def, true);
    ENUM(def, def->memory_backing, "sourceType", IF(has(&c, "memory-backend-file"), "file"), "anonymous",
         IF(has(&c, "memory-backend-memfd"), "memfd"));
    devices(def, &c);
    features(def, &c);
    qemu_caps_unref(c.caps);
    return domcaps_def_format(def, 0);
}
