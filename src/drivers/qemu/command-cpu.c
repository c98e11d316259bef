/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * command-cpu: -cpu, -rtc, -smbios.
 */
#include "drivers/qemu/command-priv.h"

#include "base/bitmap.h"
#include "base/uuid.h"
#include "drivers/qemu/cpu.h"

#include <time.h>

#define ERR_FROM VIR_FROM_QEMU

static void
hyperv(GString *s, const struct domain_hyperv *h)
{
    const struct { enum tristate state; const char *name; } flags[] = {
        { h->relaxed, "hv-relaxed" },
        { h->vapic, "hv-vapic" },
        { h->vpindex, "hv-vpindex" },
        { h->runtime, "hv-runtime" },
        { h->synic, "hv-synic" },
        { h->stimer ? h->stimer->state : TRI_UNSET, "hv-stimer" },
        { h->stimer ? h->stimer->direct : TRI_UNSET, "hv-stimer-direct" },
        { h->reset, "hv-reset" },
        { h->frequencies, "hv-frequencies" },
        { h->reenlightenment, "hv-reenlightenment" },
        { h->tlbflush ? h->tlbflush->state : TRI_UNSET, "hv-tlbflush" },
        { h->ipi, "hv-ipi" },
        { h->evmcs, "hv-evmcs" },
        { h->avic, "hv-avic" },
        { h->emsr_bitmap, "hv-emsr-bitmap" },
        { h->xmm_input, "hv-xmm-input" },
        { h->tlbflush ? h->tlbflush->direct : TRI_UNSET, "hv-tlbflush-direct" },
        { h->tlbflush ? h->tlbflush->extended : TRI_UNSET, "hv-tlbflush-ext" },
    };
    if (h->mode == HYPERV_MODE_PASSTHROUGH)
        g_string_append(s, ",hv-passthrough=on");
    for (size_t i = 0; i < G_N_ELEMENTS(flags); i++) {
        if (flags[i].state == TRI_ON)
            g_string_append_printf(s, ",%s=on", flags[i].name);
        if (i == 1 && h->spinlocks && h->spinlocks->state == TRI_ON)
            g_string_append_printf(s, ",hv-spinlocks=0x%x", h->spinlocks->retries);
        bool vendor = h->vendor_id && h->vendor_id->state == TRI_ON && h->vendor_id->value;
        if (vendor && !strcmp(flags[i].name, "hv-reset")) {
            g_autofree char *v = escape_commas(h->vendor_id->value);
            g_string_append_printf(s, ",hv-vendor-id=%s", v);
        }
    }
}

int
build_cpu(struct builder *b)
{
    const struct domain_def *def = b->def;
    const struct domain_cpu *cpu = def->cpu;
    const struct domain_features *f = def->features;
    const struct qemu_machine *m = qemu_caps_machine(b->caps, def->os->machine);
    GString *s = g_string_new(NULL);
    bool kvm = def->type == DOMAIN_VIRT_KVM;
    if (!cpu || !cpu->mode) {
        g_string_append(s, m && m->default_cpu ? m->default_cpu : "max");
    } else if (cpu->mode == CPU_MODE_HOST_PASSTHROUGH && !kvm) {
        g_string_free(s, TRUE);
        return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "CPU mode 'host-passthrough' needs KVM; guests of type %s can "
                       "use 'maximum' or a model",
                       domain_virt_str(def->type));
    } else if (cpu->mode == CPU_MODE_HOST_PASSTHROUGH) {
        g_string_append(s, "host");
        if (cpu->migratable)
            g_string_append_printf(s, ",migratable=%s", cpu->migratable == TRI_ON ? "on" : "off");
    } else if (cpu->mode == CPU_MODE_MAXIMUM) {
        g_string_append(s, "max");
        if (cpu->migratable)
            g_string_append_printf(s, ",migratable=%s", cpu->migratable == TRI_ON ? "on" : "off");
    } else if (cpu->mode == CPU_MODE_HOST_MODEL && !cpu->model) {
        /* Everything this host can give that a guest can be told about. */
        g_string_append(s, kvm ? "host" : "max");
    } else {
        g_string_append(s, cpu->model && cpu->model->name ? cpu->model->name : "max");
        if (cpu->model && cpu->model->vendor_id) {
            g_autofree char *v = escape_commas(cpu->model->vendor_id);
            g_string_append_printf(s, ",vendor=%s", v);
        }
    }
    size_t named = s->len;
    for (uint32_t i = 0; cpu && i < cpu->n_features; i++) {
        const struct cpu_feature *feature = cpu->features[i];
        /* What the host measures, or systems switch on by themselves, QEMU has no words for. */
        static const char *const silent[] = { "cmt", "mbm_total", "mbm_local", "osxsave", "ospke", NULL };
        if (arch_is_x86(def) && g_strv_contains(silent, feature->name))
            continue;
        bool on = feature->policy == CPU_POLICY_FORCE || feature->policy == CPU_POLICY_REQUIRE ||
                  !feature->policy || feature->policy == CPU_POLICY_OPTIONAL;
        g_string_append_printf(s, ",%s=%s", qemu_cpu_property(feature->name), on ? "on" : "off");
    }
    const struct domain_clock *clock = def->clock;
    for (uint32_t i = 0; clock && i < clock->n_timers; i++) {
        const struct domain_timer *t = clock->timers[i];
        if (t->name == TIMER_NAME_KVMCLOCK && t->present)
            g_string_append_printf(s, ",kvmclock=%s", t->present == TRI_YES ? "on" : "off");
        if (t->name == TIMER_NAME_HYPERVCLOCK && t->present == TRI_YES)
            g_string_append(s, ",hv-time=on");
        if (t->name == TIMER_NAME_TSC && t->frequency)
            g_string_append_printf(s, ",tsc-frequency=%llu", (unsigned long long)t->frequency);
    }
    if (f && f->apic && f->apic->eoi)
        g_string_append_printf(s, ",kvm-pv-eoi=%s", f->apic->eoi == TRI_ON ? "on" : "off");
    if (f && f->pvspinlock && f->pvspinlock->state)
        g_string_append_printf(s, ",kvm-pv-unhalt=%s", f->pvspinlock->state == TRI_ON ? "on" : "off");
    if (f && f->hyperv)
        hyperv(s, f->hyperv);
    for (uint32_t i = 0; i < def->n_panics; i++) {
        if (def->panics[i]->model == PANIC_MODEL_HYPERV)
            g_string_append(s, ",hv-crash");
    }
    if (f && f->kvm && f->kvm->hidden == TRI_ON)
        g_string_append(s, ",kvm=off");
    if (f && f->kvm && f->kvm->hint_dedicated == TRI_ON)
        g_string_append(s, ",kvm-hint-dedicated=on");
    if (f && f->kvm && f->kvm->poll_control == TRI_ON)
        g_string_append(s, ",kvm-poll-control=on");
    if (f && f->kvm && f->kvm->pv_ipi == TRI_OFF)
        g_string_append(s, ",kvm-pv-ipi=off");
    if (f && f->pmu && f->pmu->state)
        g_string_append_printf(s, ",pmu=%s", f->pmu->state == TRI_ON ? "on" : "off");
    if (cpu && cpu->cache) {
        if (cpu->cache->mode == CPU_CACHE_MODE_PASSTHROUGH)
            g_string_append(s, ",host-cache-info=on,l3-cache=off");
        else if (cpu->cache->mode == CPU_CACHE_MODE_EMULATE)
            g_string_append(s, ",l3-cache=on");
        /* Only what is made after the host tells of the host's caches unasked. */
        if (cpu->cache->mode != CPU_CACHE_MODE_PASSTHROUGH &&
            (cpu->mode == CPU_MODE_MAXIMUM || cpu->mode == CPU_MODE_HOST_PASSTHROUGH))
            g_string_append(s, ",host-cache-info=off");
        if (cpu->cache->mode == CPU_CACHE_MODE_DISABLE)
            g_string_append(s, ",l3-cache=off");
    }
    if (cpu && cpu->maxphysaddr && cpu->maxphysaddr->mode == CPU_PHYSADDR_MODE_PASSTHROUGH)
        g_string_append(s, ",host-phys-bits=on");
    else if (cpu && cpu->maxphysaddr && cpu->maxphysaddr->bits)
        g_string_append_printf(s, ",phys-bits=%u", cpu->maxphysaddr->bits);
    if (!(cpu && cpu->mode) && s->len > named && !qemu_default_cpu(def, b->caps)) {
        g_string_free(s, TRUE);
        return err_set(
            b->err, VIR_ERR_CONFIG_UNSUPPORTED,
            "features of guest '%s' are the CPU's, and which one machine '%s' has is not known: say it "
            "in <cpu>",
            def->name, def->os->machine);
    }
    /* Where none was asked for the machine has its own. */
    if ((cpu && cpu->mode) || s->len > named)
        add_arg(b, "-cpu", s->str);
    g_string_free(s, TRUE);
    return 0;
}

int
build_clock(struct builder *b)
{
    const struct domain_clock *c = b->def->clock;
    g_autofree char *base = NULL;
    switch (c ? c->offset : CLOCK_OFFSET_UTC) {
    case CLOCK_OFFSET_LOCALTIME: base = g_strdup("localtime"); break;
    case CLOCK_OFFSET_TIMEZONE:
        /* QEMU's localtime in the environment of that zone */
        base = g_strdup("localtime");
        if (c->timezone)
            g_ptr_array_add(b->env, g_strdup_printf("TZ=%s", c->timezone));
        break;
    case CLOCK_OFFSET_ABSOLUTE:
    case CLOCK_OFFSET_VARIABLE: {
        time_t now = time(NULL);
        struct tm tm;
        if (c->offset == CLOCK_OFFSET_ABSOLUTE) {
            now = c->start;
        } else {
            now += c->adjustment ? g_ascii_strtoll(c->adjustment, NULL, 10) : 0;
            if (c->basis == CLOCK_BASIS_LOCALTIME && localtime_r(&now, &tm))
                now += tm.tm_gmtoff;
        }
        gmtime_r(&now, &tm);
        base = g_strdup_printf("%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                               tm.tm_hour, tm.tm_min, tm.tm_sec);
        break;
    }
    default: base = g_strdup("utc"); break;
    }
    GString *s = g_string_new(NULL);
    g_string_append_printf(s, "base=%s", base);
    for (uint32_t i = 0; c && i < c->n_timers; i++) {
        const struct domain_timer *t = c->timers[i];
        if (t->name != TIMER_NAME_RTC)
            continue;
        if (t->track == TIMER_TRACK_GUEST)
            g_string_append(s, ",clock=vm");
        else if (t->track == TIMER_TRACK_WALL)
            g_string_append(s, ",clock=host");
        else if (t->track == TIMER_TRACK_REALTIME)
            g_string_append(s, ",clock=rt");
        if (t->tickpolicy == TIMER_TICKPOLICY_CATCHUP)
            g_string_append(s, ",driftfix=slew");
        break;                  /* the first counts */
    }
    add_arg(b, "-rtc", s->str);
    g_string_free(s, TRUE);
    for (uint32_t i = 0; c && i < c->n_timers; i++) {
        const struct domain_timer *t = c->timers[i];
        if (t->name == TIMER_NAME_PIT && !arch_is_x86(b->def))
            continue;
        if (t->name == TIMER_NAME_PIT && (!t->tickpolicy || t->tickpolicy == TIMER_TICKPOLICY_DELAY))
            add_arg(b, "-global", "kvm-pit.lost_tick_policy=delay");
        else if (t->name == TIMER_NAME_PIT && t->tickpolicy == TIMER_TICKPOLICY_DISCARD)
            add_arg(b, "-global", "kvm-pit.lost_tick_policy=discard");
        if (t->name == TIMER_NAME_HPET && t->present == TRI_NO && b->caps->version < 8000000 &&
            arch_is_x86(b->def))
            add_arg(b, "-no-hpet", NULL);
    }
    return 0;
}

static void
smbios_block(struct builder *b, int type, const struct sysinfo_block *block)
{
    static const struct { const char *xml, *qemu; } names[] = {
        { "manufacturer", "manufacturer" },
        { "product", "product" },
        { "version", "version" },
        { "serial", "serial" },
        { "uuid", "uuid" },
        { "sku", "sku" },
        { "family", "family" },
        { "vendor", "vendor" },
        { "date", "date" },
        { "release", "release" },
        { "asset", "asset" },
        { "location", "location" },
    };
    GString *s = g_string_new(NULL);
    g_string_append_printf(s, "type=%d", type);
    for (uint32_t i = 0; i < block->n_entries; i++) {
        const struct sysinfo_entry *e = block->entries[i];
        for (size_t k = 0; k < G_N_ELEMENTS(names); k++) {
            if (!str_is(e->name, names[k].xml))
                continue;
            g_autofree char *value = escape_commas(e->value);
            g_string_append_printf(s, ",%s=%s", names[k].qemu, value);
        }
    }
    if (strchr(s->str, ','))    /* who tells nothing needs no table */
        add_arg(b, "-smbios", s->str);
    g_string_free(s, TRUE);
}

int
build_smbios(struct builder *b)
{
    if (b->def->os->smbios == OS_SMBIOS_HOST)
        return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "guest '%s' is to have the SMBIOS of the host, which is not known here; write it into "
                       "<sysinfo> and use mode 'sysinfo'", b->def->name);
    if (b->def->os->smbios == OS_SMBIOS_SYSINFO) {
        bool any = false;
        for (uint32_t i = 0; i < b->def->n_sysinfos; i++)
            any |= b->def->sysinfos[i]->type == SYSINFO_TYPE_SMBIOS;
        if (!any)
            return err_set(b->err, VIR_ERR_XML_ERROR,
                           "guest '%s' is to have the SMBIOS that its <sysinfo> tells, and has none",
                           b->def->name);
        for (uint32_t i = 0; i < b->def->n_sysinfos; i++) {
            const struct domain_sysinfo *s = b->def->sysinfos[i];
            if (s->type != SYSINFO_TYPE_SMBIOS)
                continue;
            if (s->bios)
                smbios_block(b, 0, s->bios);
            if (s->system)
                smbios_block(b, 1, s->system);
            if (s->n_base_boards > 1)
                return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED,
                               "guest '%s' is told of %u boards (SMBIOS type 2); QEMU tells of one",
                               b->def->name, s->n_base_boards);
            for (uint32_t k = 0; k < s->n_base_boards; k++)
                smbios_block(b, 2, s->base_boards[k]);
            if (s->chassis)
                smbios_block(b, 3, s->chassis);
            if (s->oem_strings && s->oem_strings->n_entries) {
                GString *text = g_string_new("type=11");
                for (uint32_t k = 0; k < s->oem_strings->n_entries; k++) {
                    g_autofree char *value = escape_commas(s->oem_strings->entries[k]->value);
                    g_string_append_printf(text, ",value=%s", value);
                }
                add_arg(b, "-smbios", text->str);
                g_string_free(text, TRUE);
            }
        }
    }
    for (uint32_t i = 0; i < b->def->n_sysinfos; i++) {
        const struct domain_sysinfo *s = b->def->sysinfos[i];
        for (uint32_t k = 0; s->type == SYSINFO_TYPE_FWCFG && k < s->n_entries; k++) {
            const struct sysinfo_entry *e = s->entries[k];
            g_autofree char *value = escape_commas(e->file ? e->file : e->value);
            add_argf(b, "-fw_cfg", "name=%s,%s=%s", e->name, e->file ? "file" : "string", value);
        }
    }
    return 0;
}
