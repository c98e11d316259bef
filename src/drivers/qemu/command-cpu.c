/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * command-cpu: -cpu, -m and memory objects, -numa, -rtc, -smbios.
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
    }
    if (h->vendor_id && h->vendor_id->state == TRI_ON && h->vendor_id->value) {
        g_autofree char *v = escape_commas(h->vendor_id->value);
        g_string_append_printf(s, ",hv-vendor-id=%s", v);
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
    for (uint32_t i = 0; cpu && i < cpu->n_features; i++) {
        const struct cpu_feature *feature = cpu->features[i];
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
    if (f && f->pmu && f->pmu->state)
        g_string_append_printf(s, ",pmu=%s", f->pmu->state == TRI_ON ? "on" : "off");
    if (cpu && cpu->cache) {
        if (cpu->cache->mode == CPU_CACHE_MODE_PASSTHROUGH)
            g_string_append(s, ",host-cache-info=on,l3-cache=off");
        else if (cpu->cache->mode == CPU_CACHE_MODE_EMULATE)
            g_string_append(s, ",l3-cache=on");
        else if (cpu->cache->mode == CPU_CACHE_MODE_DISABLE)
            g_string_append(s, ",host-cache-info=off,l3-cache=off");
    }
    if (cpu && cpu->maxphysaddr && cpu->maxphysaddr->mode == CPU_PHYSADDR_MODE_PASSTHROUGH)
        g_string_append(s, ",host-phys-bits=on");
    else if (cpu && cpu->maxphysaddr && cpu->maxphysaddr->bits)
        g_string_append_printf(s, ",phys-bits=%u", cpu->maxphysaddr->bits);
    add_arg(b, "-cpu", s->str);
    g_string_free(s, TRUE);
    return 0;
}

/* The object that holds guest memory; size in bytes; m is the device that is plugged in with it, if it is
 * one. */
static int
memory_backend(struct builder *b, const char *id, uint64_t size, enum memory_access access,
               const struct domain_memory *m)
{
    const struct qemu_machine *machine = qemu_caps_machine(b->caps, b->def->os->machine);
    bool board = machine && str_is(machine->default_ram_id, id);
    const struct memory_backing *mb = b->def->memory_backing;
    const struct memory_source *own = m ? m->source : NULL;
    json_t *o = json_object();
    uint64_t page = own && own->pagesize ? own->pagesize : mb && mb->n_hugepages ? mb->hugepages[0]->size : 0;
    /* Who asks for pages of the size that all have asks for none in particular. */
    bool huge = (page || (mb && mb->has_hugepages)) && page * 1024 != (uint64_t)sysconf(_SC_PAGESIZE);
    enum memory_source_type source = mb ? mb->source : MEMORY_SOURCE_TYPE_UNSET;
    if (!access && mb)
        access = mb->access;
    /* Only memory with a descriptor can be shared with another process; who says nothing needs none. */
    if (access && source != MEMORY_SOURCE_TYPE_MEMFD)
        source = MEMORY_SOURCE_TYPE_FILE;
    bool discard = m && m->discard ? m->discard == TRI_YES : mb && mb->discard;
    bool prealloc = mb && mb->allocation == MEMORY_ALLOCATION_IMMEDIATE;
    bool file = false;
    if (own && own->path) {
        file = true;
        put_str(o, "qom-type", "memory-backend-file");
        put_str(o, "id", id);
        put_str(o, "mem-path", own->path);
        if (access)
            put_bool(o, "share", access == MEMORY_ACCESS_SHARED);
        prealloc = prealloc || (m->model == MEMORY_MODEL_NVDIMM && !own->pmem);
        discard = discard && m->model != MEMORY_MODEL_NVDIMM;
        if (own->alignsize)
            put_int(o, "align", own->alignsize * 1024);
        if (own->pmem)
            put_bool(o, "pmem", true);
    } else if (huge && source != MEMORY_SOURCE_TYPE_MEMFD) {
        file = true;
        g_autofree char *mount = NULL;
        g_autofree char *text = NULL;
        g_file_get_contents("/proc/mounts", &text, NULL, NULL);
        g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);
        for (char **l = lines; *l && !mount; l++) {
            char dir[1024], type[64], opts[1024];
            if (sscanf(*l, "%*s %1023s %63s %1023s", dir, type, opts) != 3 || strcmp(type, "hugetlbfs"))
                continue;
            const char *ps = strstr(opts, "pagesize=");
            uint64_t have = ps ? strtoull(ps + 9, NULL, 10) * (strchr(ps, 'G') ? 1024 * 1024 : 1024) : 0;
            if (!page || have == page)
                mount = g_strdup(dir);
        }
        if (!mount && b->opts->native)
            mount = g_strdup("/dev/hugepages");
        if (!mount) {
            json_decref(o);
            return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED,
                           "guest '%s' wants huge pages%s but no hugetlbfs of that page size is mounted",
                           b->def->name, page ? " of a given size" : "");
        }
        g_autofree char *path =
            g_strdup_printf("%s/libvirt/qemu/%s", mount, strrchr(b->cmd->guest_dir, '/') + 8);
        put_str(o, "qom-type", "memory-backend-file");
        put_str(o, "id", id);
        put_str(o, "mem-path", b->opts->native ? path : mount);
        if (access)
            put_bool(o, "share", access == MEMORY_ACCESS_SHARED);
        prealloc = true;
    } else if (source == MEMORY_SOURCE_TYPE_FILE) {
        if (!b->cmd->ram_dir)
            b->cmd->ram_dir = qemu_guest_ram_dir(b->host, b->cmd->guest_dir);
        g_autofree char *path = g_build_filename(b->cmd->ram_dir, m ? m->info.alias : id, NULL);
        file = true;
        put_str(o, "qom-type", "memory-backend-file");
        put_str(o, "id", id);
        put_str(o, "mem-path", path);
        if (access)
            put_bool(o, "share", access == MEMORY_ACCESS_SHARED);
    } else if (source == MEMORY_SOURCE_TYPE_MEMFD) {
        put_str(o, "qom-type", "memory-backend-memfd");
        put_str(o, "id", id);
        if (huge) {
            put_bool(o, "hugetlb", true);
            if (page)
                put_int(o, "hugetlbsize", page * 1024);
        }
        if (access)
            put_bool(o, "share", access == MEMORY_ACCESS_SHARED);
    } else {
        put_str(o, "qom-type", "memory-backend-ram");
        put_str(o, "id", id);
    }
    if (discard && file)
        put_bool(o, "discard-data", true);
    /* The machine's own memory keeps its old name in the stream of a migration. */
    if (board && (file || source == MEMORY_SOURCE_TYPE_MEMFD))
        put_bool(o, "x-use-canonical-path-for-ramblock-id", false);
    if (m && m->model == MEMORY_MODEL_VIRTIO_MEM)     /* it takes its memory piece by piece */
        put_bool(o, "reserve", false);
    else if (prealloc)
        put_bool(o, "prealloc", true);
    if (mb && mb->allocation_threads && qemu_caps_has(b->caps, QEMU_FEATURE_MEMORY_BACKEND_PREALLOC_THREADS))
        put_int(o, "prealloc-threads", mb->allocation_threads);
    put_int(o, "size", size);
    const struct domain_numatune *tune = b->def->numatune;
    const char *on = own && own->nodemask   ? own->nodemask
                     : tune && tune->memory ? tune->memory->nodeset
                                            : NULL;
    enum numa_mode mode = tune && tune->memory ? tune->memory->mode : NUMA_MODE_STRICT;
    if (on && mode != NUMA_MODE_RESTRICTIVE) {
        struct bitmap *nodes = bitmap_parse(on, 1024, NULL);
        if (nodes) {
            json_t *list = json_array();
            for (ssize_t n = bitmap_next(nodes, -1); n >= 0; n = bitmap_next(nodes, n))
                json_array_append_new(list, json_integer(n));
            json_object_set_new(o, "host-nodes", list);
            if (json_object_get(o, "prealloc") && qemu_caps_has_type(b->caps, "thread-context")) {
                g_autofree char *context = g_strdup_printf("tc-%s", id);
                json_t *tc = json_object();
                put_str(tc, "qom-type", "thread-context");
                put_str(tc, "id", context);
                json_object_set(tc, "node-affinity", list);
                add_object(b, tc);
                put_str(o, "prealloc-context", context);
            }
            put_str(o, "policy", mode == NUMA_MODE_PREFERRED    ? "preferred"
                                 : mode == NUMA_MODE_INTERLEAVE ? "interleave"
                                                                : "bind");
            bitmap_free(nodes);
        }
    }
    add_object(b, o);
    return 0;
}

static uint64_t
boot_memory(const struct domain_def *def)
{
    uint64_t kib = def->memory->size;
    for (uint32_t i = 0; i < def->n_memories; i++)
        kib -= def->memories[i]->target ? MIN(kib, def->memories[i]->target->size) : 0;
    return kib;
}

int
build_memory(struct builder *b)
{
    const struct domain_def *def = b->def;
    const struct qemu_machine *m = qemu_caps_machine(b->caps, def->os->machine);
    /* QEMU counts in MiB. */
    uint64_t mib = (boot_memory(def) + 1023) / 1024;
    if (machine_is(def, "pseries"))    /* in blocks of 256 MiB, and so does the machine */
        mib = (mib + 255) / 256 * 256;
    if (def->max_memory)
        add_argf(b, "-m", "size=%lluk,slots=%u,maxmem=%lluk", (unsigned long long)mib * 1024,
                 def->max_memory->slots, (unsigned long long)def->max_memory->size);
    else
        add_argf(b, "-m", "%llu", (unsigned long long)mib);
    bool numa = def->cpu && def->cpu->numa && def->cpu->numa->n_cells;
    if (!numa && m && m->default_ram_id)
        return memory_backend(b, m->default_ram_id, mib << 20, MEMORY_ACCESS_UNSET, NULL);
    return 0;
}

int
build_numa(struct builder *b)
{
    const struct cpu_numa *numa = b->def->cpu ? b->def->cpu->numa : NULL;
    for (uint32_t i = 0; numa && i < numa->n_cells; i++) {
        const struct numa_cell *c = numa->cells[i];
        g_autofree char *id = g_strdup_printf("ram-node%u", c->id);
        if (c->memory && memory_backend(b, id, c->memory * 1024, c->mem_access, NULL) < 0)
            return -1;
        GString *s = g_string_new(NULL);
        g_string_append_printf(s, "node,nodeid=%u", c->id);
        struct bitmap *cpus = c->cpus ? bitmap_parse(c->cpus, 8192, NULL) : NULL;
        for (ssize_t n = cpus ? bitmap_next(cpus, -1) : -1; n >= 0;) {
            ssize_t last = n;
            while (bitmap_test(cpus, last + 1))
                last++;
            if (last > n)
                g_string_append_printf(s, ",cpus=%zd-%zd", n, last);
            else
                g_string_append_printf(s, ",cpus=%zd", n);
            n = bitmap_next(cpus, last);
        }
        bitmap_free(cpus);
        if (c->memory)
            g_string_append_printf(s, ",memdev=%s", id);
        add_arg(b, "-numa", s->str);
        g_string_free(s, TRUE);
    }
    for (uint32_t i = 0; numa && i < numa->n_cells; i++) {
        for (uint32_t k = 0; k < numa->cells[i]->n_distances; k++)
            add_argf(b, "-numa", "dist,src=%u,dst=%u,val=%u", numa->cells[i]->id,
                     numa->cells[i]->distances[k]->id, numa->cells[i]->distances[k]->value);
    }
    return 0;
}

/* Memory devices: modules in their slots, and those that sit on PCI. */
int
build_memory_devices(struct builder *b)
{
    static const char *const drivers[] = { [MEMORY_MODEL_DIMM] = "pc-dimm",
                                           [MEMORY_MODEL_NVDIMM] = "nvdimm",
                                           [MEMORY_MODEL_VIRTIO_PMEM] = "virtio-pmem-pci",
                                           [MEMORY_MODEL_VIRTIO_MEM] = "virtio-mem-pci" };
    for (uint32_t i = 0; i < b->def->n_memories; i++) {
        const struct domain_memory *m = b->def->memories[i];
        const struct device_address *a = m->info.address;
        const struct memory_target *t = m->target;
        g_autofree char *id = g_strdup_printf("mem%s", m->info.alias);
        if (memory_backend(b, id, t->size * 1024, m->access, m) < 0)
            return -1;
        json_t *o = props_new(drivers[m->model]);
        if (t->has_node)
            put_int(o, "node", t->node);
        if (m->model == MEMORY_MODEL_NVDIMM && t->label_size)
            put_int(o, "label-size", t->label_size * 1024);
        if (m->model == MEMORY_MODEL_NVDIMM && m->has_uuid) {
            char uuid[UUID_TEXT];
            uuid_format(m->uuid, uuid);
            put_str(o, "uuid", uuid);
        }
        if (m->model == MEMORY_MODEL_NVDIMM && t->readonly)
            put_bool(o, "unarmed", true);
        if (m->model == MEMORY_MODEL_VIRTIO_MEM) {
            const struct memory_backing *mb = b->def->memory_backing;
            put_int(o, "block-size", t->block * 1024);
            put_int(o, "requested-size", t->requested * 1024);
            if (mb && mb->allocation == MEMORY_ALLOCATION_IMMEDIATE)
                put_bool(o, "prealloc", true);
        }
        put_str(o, "memdev", id);
        put_str(o, "id", m->info.alias);
        if (a && a->type == ADDRESS_TYPE_PCI && put_address(b, o, &m->info) < 0) {
            json_decref(o);
            return -1;
        }
        if (a && a->type == ADDRESS_TYPE_DIMM && a->has_number) {
            put_int(o, "slot", a->number);
            if (a->has_base)
                put_int(o, "addr", a->base);
        }
        add_device(b, o);
    }
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
    }
    add_arg(b, "-rtc", s->str);
    g_string_free(s, TRUE);
    for (uint32_t i = 0; c && i < c->n_timers; i++) {
        const struct domain_timer *t = c->timers[i];
        if (t->name == TIMER_NAME_PIT && t->tickpolicy == TIMER_TICKPOLICY_DELAY)
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
    add_arg(b, "-smbios", s->str);
    g_string_free(s, TRUE);
}

int
build_smbios(struct builder *b)
{
    if (b->def->os->smbios == OS_SMBIOS_SYSINFO) {
        for (uint32_t i = 0; i < b->def->n_sysinfos; i++) {
            const struct domain_sysinfo *s = b->def->sysinfos[i];
            if (s->type != SYSINFO_TYPE_SMBIOS)
                continue;
            if (s->bios)
                smbios_block(b, 0, s->bios);
            if (s->system)
                smbios_block(b, 1, s->system);
            for (uint32_t k = 0; k < s->n_base_boards; k++)
                smbios_block(b, 2, s->base_boards[k]);
            if (s->chassis)
                smbios_block(b, 3, s->chassis);
            if (s->oem_strings) {
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
