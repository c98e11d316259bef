/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * validate-guest: machine, CPUs, memory, firmware, features and life cycle that this driver cannot give a
 * guest are refused when it is defined, with the reason.  It comes before anything is said of devices.  See
 * domain-host.h.  Nothing waits.
 */
#include "drivers/qemu/domain-host.h"

#include "drivers/qemu/capabilities.h"

#define ERR_FROM VIR_FROM_QEMU
#define UNSUPPORTED(...) err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, __VA_ARGS__)

static int
validate_machine(const struct domain_def *def, const struct qemu_caps *caps, struct err *err)
{
    const char *arch = arch_str(def->os->arch);
    if (def->os->type != OS_TYPE_HVM)
        return UNSUPPORTED("this driver runs guests with os type hvm, not %s", os_type_str(def->os->type));
    if (!qemu_program_runs(caps->arch, arch))
        return UNSUPPORTED("emulator '%s' runs %s guests, not %s", def->emulator,
                           qemu_arch_of_program(caps->arch), arch);
    if (!qemu_caps_machine(caps, def->os->machine))
        return UNSUPPORTED("emulator '%s' has no machine '%s'; 'virsh capabilities' lists those it has",
                           def->emulator, def->os->machine);
    return 0;
}

static int
validate_guarantee(const struct domain_def *def, struct err *err)
{
    return def->memtune && def->memtune->min_guarantee
               ? UNSUPPORTED("QEMU cannot guarantee memory: <min_guarantee>")
               : 0;
}

static int
validate_timer(const struct domain_def *def, const struct domain_timer *t, struct err *err)
{
    const char *name = timer_name_str(t->name);
    bool of_pcs = t->name == TIMER_NAME_KVMCLOCK || t->name == TIMER_NAME_HYPERVCLOCK ||
                  t->name == TIMER_NAME_HPET || t->name == TIMER_NAME_TSC;
    if (of_pcs && t->present == TRI_YES && !arch_is_x86(def))
        return UNSUPPORTED("machine '%s' has no timer '%s'", def->os->machine, name);
    switch (t->name) {
        case TIMER_NAME_PLATFORM: return UNSUPPORTED("QEMU has no timer '%s'", name);
        case TIMER_NAME_ARMVTIMER:
            if (def->type != DOMAIN_VIRT_KVM || !arch_is_arm(def))
                return UNSUPPORTED("the timer '%s' is for ARM guests with KVM", name);
            break;
        case TIMER_NAME_PIT:
            if (t->tickpolicy == TIMER_TICKPOLICY_MERGE ||
                (t->tickpolicy == TIMER_TICKPOLICY_CATCHUP && !arch_is_x86(def)))
                return UNSUPPORTED("the timer '%s' has no tickpolicy '%s'", name,
                                   timer_tickpolicy_str(t->tickpolicy));
            break;
        case TIMER_NAME_RTC:
            if (t->tickpolicy == TIMER_TICKPOLICY_MERGE || t->tickpolicy == TIMER_TICKPOLICY_DISCARD)
                return UNSUPPORTED("the timer '%s' has no tickpolicy '%s'", name,
                                   timer_tickpolicy_str(t->tickpolicy));
            if (t->track == TIMER_TRACK_BOOT)
                return UNSUPPORTED("the timer '%s' cannot track '%s'", name, timer_track_str(t->track));
            break;
        default: break;
    }
    return 0;
}

static int
validate_timers(const struct domain_def *def, struct err *err)
{
    for (uint32_t i = 0; i < def->clock->n_timers; i++) {
        if (validate_timer(def, def->clock->timers[i], err) < 0)
            return -1;
    }
    return 0;
}

static int
validate_life(const struct domain_def *def, struct err *err)
{
    if (def->os->useserial == TRI_YES && !arch_is_x86(def))
        return UNSUPPORTED("machine '%s' has no BIOS that could use a serial port", def->os->machine);
    if (def->os->useserial == TRI_YES && !def->n_serials)
        return err_set(err, VIR_ERR_XML_ERROR, "<bios useserial='yes'> needs a serial port");
    const enum lifecycle_action actions[] = { def->on_poweroff, def->on_reboot, def->on_crash };
    static const char *const names[] = { "on_poweroff", "on_reboot", "on_crash" };
    for (size_t i = 0; i < G_N_ELEMENTS(actions); i++) {
        if (actions[i] == LIFECYCLE_ACTION_RENAME_RESTART ||
            (actions[i] == LIFECYCLE_ACTION_PRESERVE && i < 2))
            return UNSUPPORTED("QEMU cannot '%s' a guest: <%s>", lifecycle_action_str(actions[i]), names[i]);
    }
    if (def->on_reboot == LIFECYCLE_ACTION_DESTROY && def->on_poweroff == LIFECYCLE_ACTION_RESTART)
        return UNSUPPORTED("<on_poweroff> 'restart' and <on_reboot> 'destroy' do not go together");
    return 0;
}

static int
validate_vcpus(const struct domain_def *def, const struct qemu_caps *caps, struct err *err)
{
    const struct qemu_machine *m = qemu_caps_machine(caps, def->os->machine);
    if (def->vcpu->has_current && !def->vcpu->current)
        return UNSUPPORTED("guest '%s' cannot start without a virtual CPU: current= of <vcpu> is 0",
                           def->name);
    if (m && m->max_cpus && def->vcpu->max > m->max_cpus)
        return UNSUPPORTED("machine '%s' takes at most %u vcpus, %u were asked for", def->os->machine,
                           m->max_cpus, def->vcpu->max);
    const struct cpu_topology *t = def->cpu ? def->cpu->topology : NULL;
    if (t) {
        uint64_t all = (uint64_t)t->sockets * (t->dies ? t->dies : 1) * (t->clusters ? t->clusters : 1) *
                       t->cores * t->threads;
        if (all != def->vcpu->max)
            return UNSUPPORTED("CPU topology multiplies to %llu vcpus but the guest has %u",
                               (unsigned long long)all, def->vcpu->max);
    }
    const struct iommu_driver *iommu = def->iommu ? def->iommu->driver : NULL;
    if (def->vcpu->max > 255 && arch_is_x86(def) && !(iommu && iommu->eim == TRI_ON))
        return UNSUPPORTED(
            "more than 255 vcpus need an IOMMU with extended interrupt mode: <iommu><driver eim='on'/>");
    return 0;
}

static int
validate_cpu(const struct domain_def *def, const struct qemu_caps *caps, struct err *err)
{
    const struct domain_cpu *cpu = def->cpu;
    if (!cpu)
        return 0;
    if (cpu->mode == CPU_MODE_MAXIMUM && !qemu_caps_cpu(caps, QEMU_ACCEL_TCG, "max") &&
        !qemu_caps_cpu(caps, QEMU_ACCEL_KVM, "max"))
        return UNSUPPORTED("emulator '%s' has no CPU 'max', which mode 'maximum' stands for", def->emulator);
    const struct cpu_cache *cache = cpu->cache;
    if ((cache || cpu->maxphysaddr) && !arch_is_x86(def))
        return UNSUPPORTED("the %s of processors can be chosen for x86 guests only",
                           cache ? "cache" : "physical address bits");
    if (cache && cache->mode == CPU_CACHE_MODE_PASSTHROUGH && cpu->mode != CPU_MODE_HOST_PASSTHROUGH &&
        cpu->mode != CPU_MODE_MAXIMUM)
        return UNSUPPORTED(
            "the CPU's <cache mode='passthrough'> is for the modes host-passthrough and maximum");
    if (cache && cache->mode == CPU_CACHE_MODE_EMULATE && cache->level != 3)
        return UNSUPPORTED("the CPU's <cache mode='emulate'> is for level 3");
    if (cache && cache->mode != CPU_CACHE_MODE_EMULATE && cache->level)
        return UNSUPPORTED("the CPU's <cache mode='%s'> is for all levels; its level= has to go",
                           cpu_cache_mode_str(cache->mode));
    const struct cpu_physaddr *p = cpu->maxphysaddr;
    if (p && p->mode == CPU_PHYSADDR_MODE_PASSTHROUGH && p->bits)
        return UNSUPPORTED(
            "<maxphysaddr mode='passthrough'> takes the bits of the host; its bits= has to go");
    if (p && p->mode == CPU_PHYSADDR_MODE_EMULATE && !p->bits)
        return UNSUPPORTED("<maxphysaddr mode='emulate'> has to say how many bits=");
    if (cpu->mode == CPU_MODE_HOST_PASSTHROUGH && cpu->migratable == TRI_ON && !qemu_cpu_migrates(caps))
        return UNSUPPORTED("emulator '%s' has no host CPU that is migratable='on'", def->emulator);
    return 0;
}

static int
validate_os(const struct domain_def *def, struct err *err)
{
    const struct os_loader *l = def->os->loader;
    const struct os_nvram *n = def->os->nvram;
    if (n && n->source && n->type != STORAGE_TYPE_FILE && n->type != STORAGE_TYPE_BLOCK &&
        n->type != STORAGE_TYPE_NETWORK)
        return UNSUPPORTED("an <nvram> of type '%s' cannot be given to a guest; use file, block or network",
                           storage_type_str(n->type));
    if (l && l->secure == TRI_YES) {
        if (!machine_is_q35(def))
            return UNSUPPORTED("secure boot needs a q35 machine, not '%s'", def->os->machine);
        if (l->path && !(def->features && def->features->smm && def->features->smm->state == TRI_ON))
            return UNSUPPORTED(
                "secure boot needs system management mode: add <smm state='on'/> to <features>");
    }
    return 0;
}

static int
validate_memory(const struct domain_def *def, struct err *err)
{
    const struct cpu_numa *numa = def->cpu ? def->cpu->numa : NULL;
    if (def->max_memory && !(numa && numa->n_cells) && !arch_is_ppc64(def))
        return UNSUPPORTED(
            "memory can only be plugged in (maxMemory) where the guest has NUMA cells: add <numa> to "
            "<cpu>");
    return 0;
}

static int
validate_memories(const struct domain_def *def, const struct qemu_caps *caps, struct err *err)
{
    static const char *const devices[] = { [MEMORY_MODEL_DIMM] = "pc-dimm",
                                           [MEMORY_MODEL_NVDIMM] = "nvdimm",
                                           [MEMORY_MODEL_VIRTIO_PMEM] = "virtio-pmem-pci",
                                           [MEMORY_MODEL_VIRTIO_MEM] = "virtio-mem-pci" };
    const struct cpu_numa *numa = def->cpu ? def->cpu->numa : NULL;
    if (def->n_memories && !def->max_memory)
        return UNSUPPORTED("a memory device needs <maxMemory>, the room for it");
    if (def->n_memories && def->n_memories > def->max_memory->slots)
        return UNSUPPORTED("the guest has %u memory devices and %u slots for them (see <maxMemory>)",
                           def->n_memories, def->max_memory->slots);
    for (uint32_t i = 0; i < def->n_memories; i++) {
        const struct domain_memory *m = def->memories[i];
        const struct device_address *a = m->info.address;
        bool pci = m->model == MEMORY_MODEL_VIRTIO_PMEM || m->model == MEMORY_MODEL_VIRTIO_MEM;
        if (pci && (!a || a->type != ADDRESS_TYPE_PCI))
            return UNSUPPORTED(
                "a memory device of model '%s' is on the PCI bus, and its address of type '%s'",
                memory_model_str(m->model), a && a->type ? address_type_str(a->type) : "none");
        const char *device = (size_t)m->model < G_N_ELEMENTS(devices) ? devices[m->model] : NULL;
        if (device && !qemu_caps_has_type(caps, device))
            return UNSUPPORTED("%s has no '%s', the memory device that the guest is to have", def->emulator,
                               device);
        if (numa && numa->n_cells && !m->target->has_node && m->model != MEMORY_MODEL_VIRTIO_PMEM &&
            m->model != MEMORY_MODEL_SGX_EPC)
            return UNSUPPORTED("a memory device has to say in <target> on which NUMA <node> it is");
        if (!a || a->type != ADDRESS_TYPE_DIMM)
            continue;
        if (a->number >= def->max_memory->slots)
            return UNSUPPORTED("a memory device is in slot %u; there are %u (see <maxMemory>)", a->number,
                               def->max_memory->slots);
        for (uint32_t k = 0; k < i; k++) {
            const struct device_address *o = def->memories[k]->info.address;
            if (o && o->type == ADDRESS_TYPE_DIMM && o->number == a->number)
                return UNSUPPORTED("memory devices %u and %u are both in slot %u", k + 1, i + 1, a->number);
        }
    }
    return 0;
}

static int
validate_panics(const struct domain_def *def, const struct qemu_caps *caps, struct err *err)
{
    for (uint32_t i = 0; i < def->n_panics; i++) {
        const struct domain_panic *p = def->panics[i];
        enum address_type t = p->info.address ? p->info.address->type : ADDRESS_TYPE_UNSET;
        const char *model = panic_model_str(p->model);
        if (p->model == PANIC_MODEL_S390 && !arch_is_s390(def))
            return UNSUPPORTED("the panic device '%s' is for s390 guests", model);
        if (p->model == PANIC_MODEL_PSERIES && !machine_is(def, "pseries"))
            return UNSUPPORTED("the panic device '%s' is for pseries machines", model);
        if (p->model == PANIC_MODEL_HYPERV && !arch_is_x86(def))
            return UNSUPPORTED("the panic device '%s' is for x86 guests", model);
        if (p->model == PANIC_MODEL_ISA && !qemu_caps_has_type(caps, "pvpanic"))
            return UNSUPPORTED("emulator '%s' has no panic device '%s'", def->emulator, model);
        if (p->model == PANIC_MODEL_ISA && t && t != ADDRESS_TYPE_ISA)
            return UNSUPPORTED(
                "the panic device '%s' is on the ISA bus and cannot have an address of type '%s'", model,
                address_type_str(t));
        if (p->model != PANIC_MODEL_ISA && t)
            return UNSUPPORTED("the panic device '%s' has no address", model);
    }
    return 0;
}

static int
validate_features(const struct domain_def *def, const struct qemu_caps *caps, struct err *err)
{
    const struct domain_features *f = def->features;
    if (def->has_genid && !qemu_caps_has_type(caps, "vmgenid"))
        return UNSUPPORTED("emulator '%s' has no 'vmgenid', which <genid> needs", def->emulator);
    if (!f)
        return 0;
    bool pseries = machine_is(def, "pseries") && arch_is_ppc(def);
    bool virt = machine_is(def, "virt") && arch_is_arm(def);
    const struct {
        const char *name;
        bool given, known;
    } features[] = {
        { "hpt", f->hpt && (f->hpt->resizing || f->hpt->maxpagesize), pseries },
        { "htm", f->htm != TRI_UNSET, pseries },
        { "nested-hv", f->nested_hv != TRI_UNSET, pseries },
        { "ccf-assist", f->ccf_assist != TRI_UNSET, pseries },
        { "cfpc", f->cfpc != SPECTRE_FIX_UNSET, pseries },
        { "sbbc", f->sbbc != SPECTRE_FIX_UNSET, pseries },
        { "ibs", f->ibs != SPECTRE_IBS_UNSET, pseries },
        { "gic", f->gic != NULL, virt },
        { "ioapic", f->ioapic != IOAPIC_DRIVER_UNSET, arch_is_x86(def) },
        { "eoi", f->apic && f->apic->eoi, arch_is_x86(def) },
        { "pvspinlock", f->pvspinlock != NULL, arch_is_x86(def) },
        { "hyperv", f->hyperv != NULL, arch_is_x86(def) || arch_is_arm(def) },
        { "vmport", f->vmport != NULL, arch_is_x86(def) },
        { "vmcoreinfo", f->vmcoreinfo && f->vmcoreinfo->state == TRI_ON,
          qemu_caps_has_type(caps, "vmcoreinfo") },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(features); i++) {
        if (features[i].given && !features[i].known)
            return UNSUPPORTED("machine '%s' of architecture %s has no feature '%s'", def->os->machine,
                               arch_str(def->os->arch), features[i].name);
    }
    return f->tcg_tb_cache % 1024 ? UNSUPPORTED("the size of <tb-cache> has to be a number of MiB") : 0;
}

static int
validate_acpi(const struct domain_def *def, struct err *err)
{
    bool acpi = def->features && def->features->acpi;
    bool uefi = def->os->firmware == OS_FIRMWARE_EFI ||
                (def->os->loader && def->os->loader->type == LOADER_TYPE_PFLASH);
    if (acpi && !uefi && def->os->arch == ARCH_AARCH64)
        return UNSUPPORTED(
            "ACPI on this architecture needs UEFI: use firmware='efi' in <os>, or leave <acpi/> out");
    if (uefi && !acpi && arch_is_x86(def))
        return UNSUPPORTED("UEFI firmware needs ACPI: add <acpi/> to <features>");
    return 0;
}

static int
validate_shares(const struct domain_def *def, struct err *err)
{
    if (def->cputune && (def->cputune->n_cachetunes || def->cputune->n_memorytunes) &&
        def->type != DOMAIN_VIRT_KVM)
        return UNSUPPORTED("caches and memory bandwidth can be given to guests of type kvm only: <cputune>");
    return 0;
}

static int
validate_backing(const struct domain_def *def, struct err *err)
{
    const struct memory_backing *mb = def->memory_backing;
    if (mb && mb->has_hugepages && mb->allocation == MEMORY_ALLOCATION_ONDEMAND)
        return UNSUPPORTED("huge pages cannot be allocated on demand");
    if (mb && mb->has_hugepages && mb->source == MEMORY_SOURCE_TYPE_ANONYMOUS)
        return UNSUPPORTED("huge pages cannot be anonymous memory");
    return 0;
}

/* What could not be started must not be promised. */
static int
validate_absent(const struct domain_def *def, struct err *err)
{
    if (def->launch_security)
        return UNSUPPORTED("encrypted guests (launchSecurity '%s') cannot be started yet",
                           launch_security_type_str(def->launch_security->type));
    if (def->n_cryptos)
        return UNSUPPORTED("virtio crypto devices cannot be started yet");
    return 0;
}

/* Names of files in the guest's fw_cfg: a corner of it is the user's. */
static int
validate_fwcfg(const struct domain_def *def, struct err *err)
{
    for (uint32_t i = 0; i < def->n_sysinfos; i++) {
        const struct domain_sysinfo *s = def->sysinfos[i];
        for (uint32_t k = 0; k < s->n_entries; k++) {
            const char *name = s->entries[k]->name;
            if (!name || !g_str_has_prefix(name, "opt/"))
                return UNSUPPORTED("<sysinfo type='fwcfg'> has an entry '%s'; names begin with 'opt/'",
                                   name ? name : "");
            if (g_str_has_prefix(name, "opt/ovmf/") || g_str_has_prefix(name, "opt/org.qemu/"))
                return UNSUPPORTED("<sysinfo type='fwcfg'> has an entry '%s', a name that firmware keeps",
                                   name);
        }
    }
    return 0;
}

static int
validate_consoles(const struct domain_def *def, const struct qemu_caps *caps, struct err *err)
{
    for (uint32_t i = 0; i < def->n_consoles; i++) {
        enum chardev_target_type t = def->consoles[i]->target->type;
        const char *device = t == CHARDEV_TARGET_TYPE_SCLP     ? "sclpconsole"
                             : t == CHARDEV_TARGET_TYPE_SCLPLM ? "sclplmconsole"
                                                               : NULL;
        if (t == CHARDEV_TARGET_TYPE_XEN || t == CHARDEV_TARGET_TYPE_UML || t == CHARDEV_TARGET_TYPE_LXC ||
            t == CHARDEV_TARGET_TYPE_OPENVZ || (device && !qemu_caps_has_type(caps, device)))
            return UNSUPPORTED("machine '%s' has no console of type '%s'", def->os->machine,
                               chardev_target_type_str(t));
    }
    return 0;
}

static int
validate_type(const struct domain_def *def, const struct qemu_caps *caps, struct err *err)
{
    if (def->type != DOMAIN_VIRT_QEMU && def->type != DOMAIN_VIRT_KVM)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "this driver runs guests of type kvm and qemu, not %s", domain_virt_str(def->type));
    if (def->type == DOMAIN_VIRT_KVM && !caps->kvm)
        return err_set(
            err, VIR_ERR_CONFIG_UNSUPPORTED,
            "emulator '%s' cannot run guests of type kvm here: is /dev/kvm there, and may the guests' user "
            "open it? Type 'qemu' works without",
            def->emulator);
    return 0;
}

/* The order is that in which programs know errors of a guest that cannot be for several reasons. */
int
qemu_validate_guest(const struct domain_def *def, const struct qemu_caps *caps, struct err *err)
{
    return validate_type(def, caps, err) < 0 || validate_machine(def, caps, err) < 0 ||
                   validate_guarantee(def, err) < 0 || validate_acpi(def, err) < 0 ||
                   validate_life(def, err) < 0 || validate_cpu(def, caps, err) < 0 ||
                   validate_memory(def, err) < 0 || validate_memories(def, caps, err) < 0 ||
                   validate_timers(def, err) < 0 || validate_os(def, err) < 0 ||
                   validate_vcpus(def, caps, err) < 0 || validate_shares(def, err) < 0 ||
                   validate_features(def, caps, err) < 0 || validate_backing(def, err) < 0 ||
                   validate_consoles(def, caps, err) < 0 || validate_fwcfg(def, err) < 0 ||
                   validate_panics(def, caps, err) < 0
               ? -1
               : validate_absent(def, err);
}
