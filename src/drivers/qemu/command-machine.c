/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * command-machine: -machine and -accel.  See command-priv.h.
 */
#include "drivers/qemu/command-priv.h"

#define ERR_FROM VIR_FROM_QEMU

static void
timer_options(struct builder *b, GString *machine)
{
    const struct domain_clock *clock = b->def->clock;
    for (uint32_t i = 0; clock && i < clock->n_timers; i++) {
        if (clock->timers[i]->name == TIMER_NAME_HPET && clock->timers[i]->present &&
            b->caps->version >= 8000000 && arch_is_x86(b->def))
            g_string_append_printf(machine, ",hpet=%s", clock->timers[i]->present == TRI_YES ? "on" : "off");
    }
}

/* What the machine of POWER guests can be told of its hypervisor's abilities. */
static void
pseries_options(const struct domain_def *def, GString *s)
{
    const struct domain_features *f = def->features;
    if (!f || !machine_is(def, "pseries"))
        return;
    if (f->hpt && f->hpt->resizing)
        g_string_append_printf(s, ",resize-hpt=%s", hpt_resizing_str(f->hpt->resizing));
    if (f->hpt && f->hpt->maxpagesize)
        g_string_append_printf(s, ",cap-hpt-max-page-size=%lluk", (unsigned long long)f->hpt->maxpagesize);
    const struct { const char *name; enum tristate state; } abilities[] = {
        { "cap-htm", f->htm },
        { "cap-nested-hv", f->nested_hv },
        { "cap-ccf-assist", f->ccf_assist },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(abilities); i++)
        if (abilities[i].state)
            g_string_append_printf(s, ",%s=%s", abilities[i].name,
                                   abilities[i].state == TRI_ON ? "on" : "off");
    if (f->cfpc)
        g_string_append_printf(s, ",cap-cfpc=%s", spectre_fix_str(f->cfpc));
    if (f->sbbc)
        g_string_append_printf(s, ",cap-sbbc=%s", spectre_fix_str(f->sbbc));
    if (f->ibs)
        g_string_append_printf(s, ",cap-ibs=%s", spectre_ibs_str(f->ibs));
}

/* What the device that is booted from first says to the loader of mainframes. */
static const char *
load_parameter(const struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_disks; i++)
        if (def->disks[i]->info.boot_order == 1 && def->disks[i]->info.loadparm)
            return def->disks[i]->info.loadparm;
    for (uint32_t i = 0; i < def->n_interfaces; i++)
        if (def->interfaces[i]->info.boot_order == 1 && def->interfaces[i]->info.loadparm)
            return def->interfaces[i]->info.loadparm;
    return NULL;
}

int
build_machine(struct builder *b)
{
    const struct domain_def *def = b->def;
    const struct domain_features *f = def->features;
    const struct qemu_machine *m = qemu_caps_machine(b->caps, def->os->machine);
    GString *s = g_string_new(def->os->machine);
    g_string_append(s, ",usb=off");
    if (f && f->gic && f->gic->version && def->os->arch == ARCH_ARMV7L && f->gic->version != GIC_VERSION_2) {
        g_string_free(s, TRUE);
        return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED, "the GIC of '%s' guests is of version 2",
                       arch_str(def->os->arch));
    }
    if (def->n_keywrap && !arch_is_s390(def)) {
        g_string_free(s, TRUE);
        return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED, "machine '%s' wraps no keys; remove <keywrap>",
                       def->os->machine);
    }
    for (uint32_t i = 0; i < def->n_keywrap; i++) {
        const struct keywrap_cipher *k = def->keywrap[i];
        g_string_append_printf(s, ",%s-key-wrap=%s", keywrap_cipher_name_str(k->name),
                               k->state == TRI_ON ? "on" : "off");
    }
    pseries_options(def, s);
    if (f && f->vmport && f->vmport->state)
        g_string_append_printf(s, ",vmport=%s", f->vmport->state == TRI_ON ? "on" : "off");
    if (f && f->smm && f->smm->state)
        g_string_append_printf(s, ",smm=%s", f->smm->state == TRI_ON ? "on" : "off");
    if (f && f->gic && f->gic->version && def->os->arch == ARCH_AARCH64)
        g_string_append_printf(s, ",gic-version=%s", gic_version_str(f->gic->version));
    if (def->iommu && def->iommu->model == IOMMU_MODEL_SMMUV3)
        g_string_append(s, ",iommu=smmuv3");
    if (f && f->ioapic)
        g_string_append_printf(s, ",kernel_irqchip=%s", f->ioapic == IOAPIC_DRIVER_QEMU ? "split" : "on");
    bool dump = def->memory->dump_core ? def->memory->dump_core == TRI_ON : b->host->conf->dump_guest_core;
    g_string_append_printf(s, ",dump-guest-core=%s", dump ? "on" : "off");
    if (def->memory_backing && def->memory_backing->nosharepages)
        g_string_append(s, ",mem-merge=off");
    bool numa = def->cpu && def->cpu->numa && def->cpu->numa->n_cells;
    if (!numa && m && m->default_ram_id)
        g_string_append_printf(s, ",memory-backend=%s", m->default_ram_id);
    if (def->os->loader && def->os->loader->type == LOADER_TYPE_PFLASH && def->os->loader->path) {
        g_string_append(s, ",pflash0=libvirt-pflash0-format");
        if (def->os->nvram && (def->os->nvram->path || def->os->nvram->source))
            g_string_append(s, ",pflash1=libvirt-pflash1-format");
    }
    if (b->caps->version >= 8000000 && arch_is_x86(def)) {
        if (!machine_is(def, "isapc"))
            g_string_append_printf(s, ",acpi=%s", f && f->acpi ? "on" : "off");
    }
    timer_options(b, s);
    if (def->os->useserial == TRI_YES)
        g_string_append(s, ",graphics=off");
    if (has_hmat(def))
        g_string_append(s, ",hmat=on");
    bool nvdimm = false;
    for (uint32_t i = 0; i < def->n_memories; i++)
        nvdimm = nvdimm || def->memories[i]->model == MEMORY_MODEL_NVDIMM;
    if (nvdimm)
        g_string_append(s, ",nvdimm=on");
    const char *parameter = arch_is_s390(def) ? load_parameter(def) : NULL;
    if (parameter)
        g_string_append_printf(s, ",loadparm=%s", parameter);
    add_arg(b, "-machine", s->str);
    g_string_free(s, TRUE);
    if (def->type == DOMAIN_VIRT_KVM && f && f->kvm && f->kvm->dirty_ring &&
        f->kvm->dirty_ring->state == TRI_ON)
        add_argf(b, "-accel", "kvm,dirty-ring-size=%u", f->kvm->dirty_ring->size);
    else if (def->type == DOMAIN_VIRT_KVM)
        add_arg(b, "-accel", "kvm");
    else if (f && f->tcg_tb_cache)
        add_argf(b, "-accel", "tcg,tb-size=%llu", (unsigned long long)f->tcg_tb_cache / 1024);
    else
        add_arg(b, "-accel", "tcg");
    if (f && f->smm && f->smm->tseg && machine_is_q35(def))
        add_argf(b, "-global", "mch.extended-tseg-mbytes=%llu", (unsigned long long)f->smm->tseg >> 20);
    return 0;
}
