/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete: identity, memory, CPUs, boot, clock and life cycle; see complete.h.
 */
#include <glib.h>
#include "base/uuid.h"
#include "model/complete.h"
#include "model/complete-devices.h"
#include "model/check.h"

#define ERR_FROM VIR_FROM_DOMAIN

/* A uuid among the SMBIOS strings is the guest's uuid too. */
const char *domain_sysinfo_uuid(const struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_sysinfos; i++) {
        const struct sysinfo_block *b = def->sysinfos[i]->system;
        for (uint32_t k = 0; b && k < b->n_entries; k++)
            if (!g_strcmp0(b->entries[k]->name, "uuid"))
                return b->entries[k]->value;
    }
    return NULL;
}

/* It has been checked, and is written in one way whatever way it was given in. */
static void complete_sysinfo_uuid(struct domain_def *def, struct sysinfo_block *b)
{
    unsigned char uuid[UUID_BYTES];
    char text[UUID_TEXT];
    for (uint32_t i = 0; i < b->n_entries; i++)
        if (!g_strcmp0(b->entries[i]->name, "uuid")) {
            if (uuid_parse(b->entries[i]->value, uuid) < 0)
                return;
            b->entries[i]->value = model_str(def, uuid_format(uuid, text));
            if (!def->has_uuid)
                memcpy(def->uuid, uuid, UUID_BYTES);
            def->has_uuid = true;
            return;
        }
}

static void complete_identity(struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_sysinfos; i++)
        if (def->sysinfos[i]->system)
            complete_sysinfo_uuid(def, def->sysinfos[i]->system);
    static const unsigned char none[UUID_BYTES] = { 0 };
    if (def->has_genid && !memcmp(def->genid, none, UUID_BYTES))
        uuid_generate(def->genid);              /* an empty <genid/> asks for it */
    if (!def->has_uuid) {
        uuid_generate(def->uuid);
        def->has_uuid = true;
    }
}

void domain_add_up_memory(struct domain_def *def)
{
    uint64_t cells = 0;
    const struct cpu_numa *numa = def->cpu ? def->cpu->numa : NULL;
    for (uint32_t i = 0; numa && i < numa->n_cells; i++)
        cells += numa->cells[i]->memory;
    if (!def->memory)
        def->memory = model_new(def, struct memory_size);
    if (!cells)
        return;
    def->memory->size = cells;
    for (uint32_t i = 0; i < def->n_memories; i++)
        def->memory->size += def->memories[i]->target->size;
}

static void complete_memory(struct domain_def *def)
{
    if (!def->memory || !def->memory->size)
        domain_add_up_memory(def);
    if (!def->current_memory || def->current_memory > def->memory->size)
        def->current_memory = def->memory->size;
    if (def->max_memory && !def->max_memory->size && !def->max_memory->slots)
        def->max_memory = NULL;         /* says nothing */
}

static int complete_cpus(struct domain_def *def, struct err *err)
{
    if (!def->vcpu)
        def->vcpu = model_new(def, struct domain_vcpus);
    struct domain_vcpus *v = def->vcpu;
    if (!v->max)
        v->max = 1;
    v->has_max = true;
    if (v->current == v->max) {
        v->current = 0;
        v->has_current = false;
    }
    bool follows = def->numatune && def->numatune->memory &&
        def->numatune->memory->placement == VCPU_PLACEMENT_AUTO && !v->cpuset;
    if (follows || !v->placement)
        v->placement = follows ? VCPU_PLACEMENT_AUTO : VCPU_PLACEMENT_STATIC;
    if (v->placement == VCPU_PLACEMENT_AUTO)
        v->cpuset = NULL;
    struct domain_cpu *c = def->cpu;
    if (!c)
        return 0;
    bool named = c->model && c->model->name && *c->model->name;
    if (c->mode == CPU_MODE_HOST_PASSTHROUGH || c->mode == CPU_MODE_MAXIMUM)
        c->model = NULL;                /* it is the host's */
    else if (c->model && !named && !c->model->vendor_id)
        c->model = NULL;
    else if (c->model && !named)
        *c->model = (struct cpu_model){ .vendor_id = c->model->vendor_id };
    if (c->mode == CPU_MODE_CUSTOM && !named)
        c->mode = CPU_MODE_UNSET;       /* custom is what has a model */
    if (!c->mode && !c->model && !c->topology && !c->cache && !c->numa && !c->vendor && !c->n_features &&
        !c->maxphysaddr && !c->check) {
        def->cpu = NULL;                      /* says nothing */
        return 0;
    }
    if (!c->mode && named)
        c->mode = CPU_MODE_CUSTOM;
    if (c->mode != CPU_MODE_CUSTOM)
        c->match = CPU_MATCH_UNSET;     /* there is nothing to compare */
    else if (!c->match)
        c->match = CPU_MATCH_EXACT;
    if (c->model && named && !c->model->fallback)
        c->model->fallback = CPU_FALLBACK_ALLOW;
    for (uint32_t i = 0; i < c->n_features; i++)
        if (!c->features[i]->policy)
            c->features[i]->policy = CPU_POLICY_REQUIRE;
    if (c->topology && !c->topology->dies)
        c->topology->dies = 1;
    if (c->topology) {
        uint64_t all =
            (uint64_t)c->topology->sockets * c->topology->dies * c->topology->cores * c->topology->threads;
        if (!all)
            return err_set(err, VIR_ERR_XML_ERROR,
                           "<topology> of guest '%s' needs sockets, cores and threads, each at least 1",
                           def->name);
    }
    for (uint32_t i = 0; c->numa && i < c->numa->n_cells; i++) {
        if (!c->numa->cells[i]->has_id) {
            c->numa->cells[i]->id = i;
            c->numa->cells[i]->has_id = true;
        }
    }
    for (uint32_t i = 1; c->numa && i < c->numa->n_cells; i++) {       /* in the order of their ids */
        for (uint32_t k = i; k > 0 && c->numa->cells[k]->id < c->numa->cells[k - 1]->id; k--) {
            struct numa_cell *cell = c->numa->cells[k];
            c->numa->cells[k] = c->numa->cells[k - 1];
            c->numa->cells[k - 1] = cell;
        }
    }
    return 0;
}

/* Those without an id of their own get the smallest that are free. */
static void complete_iothreads(struct domain_def *def)
{
    if (!def->n_iothreadids)
        return;
    for (uint32_t id = 1; def->n_iothreadids < def->iothreads; id++) {
        bool taken = false;
        for (uint32_t i = 0; i < def->n_iothreadids; i++)
            taken |= def->iothreadids[i]->id == id;
        if (taken)
            continue;
        struct iothread *t = model_new(def, struct iothread);
        t->id = id;
        t->has_id = true;
        model_list_append(def, def->iothreadids, def->n_iothreadids, t);
    }
    def->iothreads = def->n_iothreadids;
}

/* Enrolled keys only make sense with secure boot. */
static void complete_firmware(struct domain_def *def)
{
    struct domain_os *os = def->os;
    bool enrolled = false, secure = false;
    for (uint32_t i = 0; i < os->n_firmware_features;) {        /* the last of each counts */
        bool again = false;
        for (uint32_t k = i + 1; k < os->n_firmware_features; k++)
            again |= !g_strcmp0(os->firmware_features[i]->name, os->firmware_features[k]->name);
        if (again)
            model_list_remove(os->firmware_features, os->n_firmware_features, i);
        else
            i++;
    }
    for (uint32_t i = 0; i < os->n_firmware_features; i++) {
        struct firmware_feature *f = os->firmware_features[i];
        enrolled |= !g_strcmp0(f->name, "enrolled-keys") && f->enabled == TRI_YES;
        secure |= !g_strcmp0(f->name, "secure-boot");
    }
    if (!enrolled || secure)
        return;
    struct firmware_feature *f = model_new(def, struct firmware_feature);
    f->enabled = TRI_YES;
    f->name = "secure-boot";
    model_list_append(def, os->firmware_features, os->n_firmware_features, f);
}

static void complete_os(struct domain_def *def, enum arch default_arch)
{
    if (!def->os || !def->os->type) {           /* there is a <bootloader> */
        if (!def->os)
            def->os = model_new(def, struct domain_os);
        def->os->type = OS_TYPE_XEN;
    }
    if (!def->os->arch)
        def->os->arch = default_arch;
}

static void complete_boot(struct domain_def *def)
{
    struct domain_os *os = def->os;
    if (os->type != OS_TYPE_HVM)
        os->n_boots = 0;
    if (os->smbios == OS_SMBIOS_NONE)
        os->smbios = OS_SMBIOS_UNSET;
    complete_firmware(def);
    os->n_boots = MIN(os->n_boots, 4);
    if (os->bootmenu != TRI_YES)
        os->has_bootmenu_timeout = false;
    if (!domain_has_boot_order(def) && !os->n_boots && os->type == OS_TYPE_HVM && !def->bootloader) {
        struct os_boot *b = model_new(def, struct os_boot);
        b->dev = OS_BOOT_DEV_HD;
        model_list_append(def, os->boots, os->n_boots, b);
    }
}

static void complete_seclabels(struct domain_def *def)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < def->n_seclabels; i++) {
        struct seclabel *s = def->seclabels[i];
        if (!g_strcmp0(s->model, "none"))
            s->type = SECLABEL_TYPE_NONE;
        if (!s->type)
            continue;                   /* does not say how, and counts as not given */
        if (s->type != SECLABEL_TYPE_STATIC)
            s->label = NULL;            /* what a running guest was labelled with */
        if (s->type == SECLABEL_TYPE_NONE)
            s->relabel = TRI_UNSET;
        else if (!s->relabel)
            s->relabel = s->type == SECLABEL_TYPE_DYNAMIC ? TRI_YES : TRI_NO;
        def->seclabels[n++] = s;
    }
    def->n_seclabels = n;
}

static void complete_features(struct domain_def *def)
{
    struct domain_features *f = def->features;
    struct domain_hyperv *h = f ? f->hyperv : NULL;
    if (h && !h->mode)
        h->mode = HYPERV_MODE_CUSTOM;
    /* what is off has no settings */
    if (h && h->spinlocks)
        h->spinlocks->has_retries = h->spinlocks->state == TRI_ON;
    if (h && h->stimer && (h->stimer->state == TRI_OFF || h->stimer->direct == TRI_OFF))
        h->stimer->direct = TRI_UNSET;
    if (h && h->vendor_id && h->vendor_id->state == TRI_OFF)
        h->vendor_id->value = NULL;
    if (f && f->kvm && f->kvm->dirty_ring)
        f->kvm->dirty_ring->has_size = f->kvm->dirty_ring->state == TRI_ON;
    if (f && f->smm && f->smm->state == TRI_OFF)
        f->smm->has_tseg = false;
    if (f && f->xen && f->xen->passthrough && f->xen->passthrough->state == TRI_OFF)
        f->xen->passthrough->mode = XEN_PASSTHROUGH_MODE_UNSET;
    if (f && f->capabilities) {
        const struct lxc_capabilities none = { .policy = CAPABILITIES_POLICY_DEFAULT };
        if (!memcmp(f->capabilities, &none, sizeof(none)))
            f->capabilities = NULL;
    }
    if (def->os->loader && def->os->loader->path && !def->os->loader->type)
        def->os->loader->type = LOADER_TYPE_ROM;
}

/* A clock that is so many seconds away from another one. */
static void complete_clock(struct domain_def *def, struct domain_clock *c)
{
    if (c->adjustment && !*c->adjustment)
        c->adjustment = NULL;
    bool away = c->adjustment && strcmp(c->adjustment, "reset");
    if (away && (c->offset == CLOCK_OFFSET_UTC || c->offset == CLOCK_OFFSET_LOCALTIME)) {
        c->basis = c->offset == CLOCK_OFFSET_UTC ? CLOCK_BASIS_UTC : CLOCK_BASIS_LOCALTIME;
        c->offset = CLOCK_OFFSET_VARIABLE;
    }
    if (c->offset != CLOCK_OFFSET_VARIABLE)
        return;
    char *end = NULL;
    errno = 0;
    gint64 seconds = c->adjustment ? g_ascii_strtoll(c->adjustment, &end, 10) : 0;
    c->adjustment = errno || !end || *end ? "0" : model_printf(def, "%" G_GINT64_FORMAT, seconds);
    if (!c->basis)
        c->basis = CLOCK_BASIS_UTC;
}

static int compare_ciphers(const void *a, const void *b)
{
    return (int)(*(struct keywrap_cipher *const *)a)->name - (int)(*(struct keywrap_cipher *const *)b)->name;
}

static int compare_events(const void *a, const void *b)
{
    return (int)(*(struct perf_event *const *)a)->name - (int)(*(struct perf_event *const *)b)->name;
}

/* Of a table of SMBIOS: the strings that it has, each once and in its order. */
static void complete_strings(struct sysinfo_block *b, const char *const *names)
{
    uint32_t n = 0;
    for (size_t k = 0; b && names[k]; k++)
        for (uint32_t i = n; i < b->n_entries; i++) {
            struct sysinfo_entry *e = b->entries[i];
            if (g_strcmp0(e->name, names[k]) || !e->value)
                continue;
            memmove(&b->entries[n + 1], &b->entries[n], (i - n) * sizeof(void *));
            b->entries[n++] = e;
            e->file = NULL;
            break;
        }
    if (b)
        b->n_entries = n;
}

static void complete_sysinfo(struct domain_sysinfo *s)
{
    static const char *const bios[] = { "vendor", "version", "date", "release", NULL };
    static const char *const system[] = { "manufacturer", "product", "version", "serial",
                                          "uuid",         "sku",     "family",  NULL };
    static const char *const board[] = { "manufacturer", "product", "version", "serial",
                                         "asset",        "location", NULL };
    static const char *const chassis[] = { "manufacturer", "version", "serial", "asset", "sku", NULL };
    complete_strings(s->bios, bios);
    complete_strings(s->system, system);
    complete_strings(s->chassis, chassis);
    for (uint32_t i = 0; i < s->n_base_boards; i++)
        complete_strings(s->base_boards[i], board);
    for (uint32_t i = 0; s->oem_strings && i < s->oem_strings->n_entries; i++)
        s->oem_strings->entries[i]->name = s->oem_strings->entries[i]->file = NULL;
}

static int complete_lifecycle(struct domain_def *def, struct err *err)
{
    if (!def->clock) {
        def->clock = model_new(def, struct domain_clock);
    }
    if (!def->clock->offset)
        def->clock->offset = CLOCK_OFFSET_UTC;
    complete_clock(def, def->clock);
    if (!def->on_poweroff)
        def->on_poweroff = LIFECYCLE_ACTION_DESTROY;
    if (!def->on_reboot)
        def->on_reboot = LIFECYCLE_ACTION_RESTART;
    if (!def->on_crash)
        def->on_crash = LIFECYCLE_ACTION_DESTROY;
    if (def->on_lockfailure == LOCKFAILURE_ACTION_DEFAULT)
        def->on_lockfailure = LOCKFAILURE_ACTION_UNSET;
    return 0;
}

int domain_fill(struct domain_def *def, enum arch default_arch, domain_check_fn theirs, void *data,
                struct err *err)
{
    complete_identity(def);
    complete_os(def, default_arch);
    complete_memory(def);
    complete_boot(def);
    if (complete_cpus(def, err) < 0 || complete_lifecycle(def, err) < 0)
        return -1;
    complete_iothreads(def);
    domain_complete_tune(def);
    complete_features(def);
    complete_seclabels(def);
    if (def->n_perf_events)
        qsort(def->perf_events, def->n_perf_events, sizeof(*def->perf_events), compare_events);
    if (def->n_keywrap)
        qsort(def->keywrap, def->n_keywrap, sizeof(*def->keywrap), compare_ciphers);
    for (uint32_t i = 0; i < def->n_sysinfos; i++)
        complete_sysinfo(def->sysinfos[i]);
    if (domain_complete_devices(def, err) < 0 || check_filled(def, theirs, data, err) < 0)
        return -1;
    if (def->bootloader)
        def->os->n_boots = 0;
    if (def->type == DOMAIN_VIRT_XEN && def->os->type == OS_TYPE_XEN)
        def->os->type = OS_TYPE_LINUX;          /* as Xen's tools have always called it */
    return 0;
}

int domain_complete(struct domain_def *def, enum arch default_arch, struct err *err)
{
    domain_forget_idle_firmware(def);
    if (domain_read_check(def, 0, err) < 0)
        return -1;
    domain_sort_controllers(def);
    return domain_fill(def, default_arch, NULL, NULL, err) < 0 ? -1 : domain_check(def, NULL, NULL, err);
}
