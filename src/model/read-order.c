/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * read-order: see read-order.h.
 */
#include "model/read-order.h"

#include <string.h>
#include "model/address.h"
#include "model/check.h"
#include "model/complete-devices.h"

#define ERR_FROM VIR_FROM_DOMAIN

/* ---- the root ------------------------------------------------------------------------------- */

static int read_name(struct domain_def *def, struct err *err)
{
    if (!def->name || !*def->name)
        return err_set(err, VIR_ERR_NO_NAME, "the domain document has no <name>, which every guest needs");
    return 0;
}

static int read_type(struct domain_def *def, struct err *err)
{
    return def->type ? 0
                     : INTERNAL("<domain> of guest '%s' has no attribute 'type', which names the hypervisor",
                                def->name);
}

static int read_title(struct domain_def *def, struct err *err)
{
    return def->title && strchr(def->title, '\n')
               ? XML("the title of guest '%s' contains a line break", def->name)
               : 0;
}

static int read_os_type(struct domain_def *def, struct err *err)
{
    return (def->os && def->os->type) || def->bootloader
               ? 0
               : XML("guest '%s' does not say what it boots: <os><type> is missing", def->name);
}

/* ---- devices -------------------------------------------------------------------------------- */

/* One of a kind: what its own file says, and then where it is. */
#define OF(kind, device, check)                                                                              \
    static int read_##kind(struct domain_def *def, void *item, struct err *err)                              \
    {                                                                                                        \
        return check(def, item, err);                                                                        \
    }                                                                                                        \
    static int place_##kind(struct domain_def *def, void *item, struct err *err)                             \
    {                                                                                                        \
        struct domain_##device *d = item;                                                                    \
        return check_address_read(def, #kind, d, &d->info, err);                                             \
    }
#define ANY(def, device, err) 0
OF(disk, disk, check_disk_read)
OF(controller, controller, check_controller_read)
OF(filesystem, filesystem, check_filesystem_read)
OF(smartcard, smartcard, check_smartcard_read)
OF(parallel, chardev, check_parallel_read)
OF(serial, chardev, check_serial_read)
OF(console, chardev, check_console_read)
OF(channel, channel, check_channel_read)
OF(sound, sound, ANY)
OF(video, video, check_video_read)
OF(hostdev, hostdev, check_hostdev_read)
OF(watchdog, watchdog, ANY)
OF(memballoon, memballoon, ANY)
OF(rng, rng, check_rng_read)
OF(tpm, tpm, check_tpm_read)
OF(nvram, nvram_device, ANY)
OF(redirdev, redirdev, check_redirdev_read)
OF(panic, panic, ANY)
OF(shmem, shmem, check_shmem_read)
OF(memory, memory, check_memory_read)
OF(iommu, iommu, ANY)
OF(vsock, vsock, ANY)
OF(crypto, crypto, ANY)
OF(pstore, pstore, ANY)

static int read_interface(struct domain_def *def, void *item, struct err *err)
{
    return check_interface_read(def, item, err);
}

static int place_interface(struct domain_def *def, void *item, struct err *err)
{
    struct domain_interface *n = item;
    return check_address_read(def, "interface", n, &n->info, err);
}

static int rest_interface(struct domain_def *def, void *item, struct err *err)
{
    return check_interface_rest_read(def, item, err);
}

static int read_input(struct domain_def *def, void *item, struct err *err)
{
    return check_input_read(def, item, err);
}

static int place_input(struct domain_def *def, void *item, struct err *err)
{
    struct domain_input *i = item;
    if (check_address_read(def, "input", i, &i->info, err) < 0)
        return -1;
    return domain_input_bus(def, i) == INPUT_BUS_USB ? check_usb_read(def, "input device", err) : 0;
}

static int read_hub(struct domain_def *def, void *item, struct err *err)
{
    return 0;
}

static int place_hub(struct domain_def *def, void *item, struct err *err)
{
    struct domain_hub *h = item;
    return check_address_read(def, "hub", h, &h->info, err) < 0 ? -1 : check_usb_read(def, "hub", err);
}

/* What is nowhere. */
#define place_lease NULL
#define place_graphics NULL
#define place_audio NULL

static int read_lease(struct domain_def *def, void *item, struct err *err)
{
    return check_lease_read(def, item, err);
}

static int read_graphics(struct domain_def *def, void *item, struct err *err)
{
    return check_graphics_read(def, item, err);
}

static int read_audio(struct domain_def *def, void *item, struct err *err)
{
    return check_audio_read(def, item, err);
}

/* ---- other lists ---------------------------------------------------------------------------- */

/* The items of a list, NULL if there is none. */
typedef void *const *list_fn(const struct domain_def *def, uint32_t *n);

#define LISTED(name, holder, array)                                                                          \
    static void *const *list_##name(const struct domain_def *def, uint32_t *n)                               \
    {                                                                                                        \
        *n = holder ? holder->n_##array : 0;                                                                 \
        return *n ? (void *const *)holder->array : NULL;                                                     \
    }

LISTED(seclabels, def, seclabels)
LISTED(vcpus, def, vcpus)
LISTED(iothreadids, def, iothreadids)
LISTED(vcpupins, def->cputune, vcpupins)
LISTED(iothreadpins, def->cputune, iothreadpins)
LISTED(vcpuscheds, def->cputune, vcpuscheds)
LISTED(iothreadscheds, def->cputune, iothreadscheds)
LISTED(cachetunes, def->cputune, cachetunes)
LISTED(memorytunes, def->cputune, memorytunes)
LISTED(cpu_features, def->cpu, features)
LISTED(memnodes, def->numatune, nodes)
LISTED(perf_events, def, perf_events)
LISTED(sysinfos, def, sysinfos)
LISTED(keywrap, def, keywrap)

static void *const *list_cells(const struct domain_def *def, uint32_t *n)
{
    const struct cpu_numa *numa = def->cpu ? def->cpu->numa : NULL;
    *n = numa ? numa->n_cells : 0;
    return *n ? (void *const *)numa->cells : NULL;
}

/* ---- the order ------------------------------------------------------------------------------ */

struct part {
    const char *path;           /* all below it, but what has a part of its own; "": only a check */
    int (*check)(struct domain_def *def, struct err *err);              /* NULL: there is nothing to check */
    int (*device)(struct domain_def *def, void *item, struct err *err); /* one of a list; after check */
    int (*place)(struct domain_def *def, void *item, struct err *err);  /* where it is, or NULL */
    int (*rest)(struct domain_def *def, void *item, struct err *err);   /* what comes after that, or NULL */
    size_t items, count;        /* offsets of the list; count 0: it is one, or none */
    list_fn *list;              /* another list: what is wrong in one of it comes after */
    int (*first)(struct domain_def *def, uint32_t n, struct err *err);  /* what the first n say */
    unsigned only;              /* check is for documents that are read with these flags */
};

#define LIST(name, array)                                                                                    \
    .path = "/devices/" #name, .device = read_##name, .place = place_##name,                                 \
    .items = offsetof(struct domain_def, array),                                                             \
    .count = offsetof(struct domain_def, n_##array)
#define ITEMS(way, name)                                                                                     \
    .path = "/" way, .list = list_##name, .first = check_##name##_read
#define ONE(name)                                                                                            \
    .path = "/devices/" #name, .device = read_##name, .place = place_##name,                                 \
    .items = offsetof(struct domain_def, name)

static const struct part parts[] = {
    { "/name", read_name },
    { "/uuid" },
    { "/genid" },
    { "/@type", read_type },
    { "/os/type", read_os_type },
    { "/title", read_title },
    { ITEMS("seclabel", seclabels) },
    { "", check_label_models_read },
    { "", check_label_model_read, .only = MODEL_PARSE_LABELLED },
    { "/memory" },
    { "/currentMemory" },
    { "/maxMemory" },
    { "/memory/@dumpCore" },
    { "/memoryBacking" },
    { "/memoryBacking/hugepages", check_hugepages_read },
    { "/blkiotune", check_blkiotune_read },
    { "/memtune" },
    { "/vcpu", check_vcpu_read },
    { "/vcpu/@current" },
    { "/vcpu/@placement" },
    { "/vcpu/@cpuset" },
    { ITEMS("vcpus/vcpu", vcpus) },
    { "/vcpus", check_vcpu_states_read },
    { "/iothreads" },
    { "/defaultiothread" },
    { ITEMS("iothreadids/iothread", iothreadids) },
    { "/cputune" },
    { ITEMS("cputune/vcpupin", vcpupins) },
    { "/cputune/emulatorpin" },
    { ITEMS("cputune/iothreadpin", iothreadpins) },
    { ITEMS("cputune/vcpusched", vcpuscheds) },
    { ITEMS("cputune/iothreadsched", iothreadscheds) },
    { "/cputune/emulatorsched", check_emulatorsched_read },
    { ITEMS("cputune/cachetune", cachetunes) },
    { ITEMS("cputune/memorytune", memorytunes) },
    { "/cpu/@mode" },
    { "/cpu/@migratable", check_migratable_read },
    { "/cpu/@check" },
    { "/cpu/@match" },
    { "/cpu/model", check_vendor_id_read },
    { "/cpu/vendor", check_vendor_read },
    { "/cpu/topology" },
    { "/cpu/cache", check_cpu_cache_read },
    { "/cpu", check_cpu_read },
    { ITEMS("cpu/feature", cpu_features) },
    { ITEMS("cpu/numa/cell", cells) },
    { "/cpu/numa", check_cell_cpus_read },
    { "/numatune", check_numatune_read },
    { ITEMS("numatune/memnode", memnodes) },
    { "/resource", check_resource_read },
    { "/features", check_features_read },
    { "/on_reboot" },
    { "/on_poweroff" },
    { "/on_crash" },
    { "/on_lockfailure" },
    { "/pm" },
    { ITEMS("perf/event", perf_events) },
    { "/clock", check_clock_read },
    { "/clock/timer" },
    { "/os" },
    { "/os/acpi", check_os_read },
    { "/os/boot" },
    { "/os/bootmenu" },
    { "/os/bios" },
    { LIST(disk, disks) },
    { LIST(controller, controllers) },
    { "", check_masters_read },
    { LIST(lease, leases) },
    { LIST(filesystem, filesystems) },
    { LIST(interface, interfaces), .rest = rest_interface },
    { LIST(smartcard, smartcards) },
    { LIST(parallel, parallels) },
    { LIST(serial, serials) },
    { LIST(console, consoles) },
    { LIST(channel, channels) },
    { LIST(input, inputs) },
    { LIST(graphics, graphics) },
    { LIST(sound, sounds) },
    { LIST(audio, audios) },
    { LIST(video, videos) },
    { LIST(hostdev, hostdevs) },
    { LIST(watchdog, watchdogs), .check = check_watchdogs_read },
    { ONE(memballoon) },
    { LIST(rng, rngs) },
    { LIST(tpm, tpms), .check = check_tpms_read },
    { ONE(nvram) },
    { LIST(hub, hubs) },
    { LIST(redirdev, redirdevs) },
    { "/devices/redirfilter", check_redirfilter_read },
    { LIST(panic, panics) },
    { LIST(shmem, shmems) },
    { "/launchSecurity", check_launch_read },
    { LIST(memory, memories) },
    { ONE(iommu) },
    { ONE(vsock) },
    { LIST(crypto, cryptos) },
    { ONE(pstore) },
    { "/idmap", check_idmap_read },
    { ITEMS("sysinfo", sysinfos) },
    { "", check_sysinfo_uuid_read },
    { "/os/smbios" },
    { ITEMS("keywrap/cipher", keywrap) },
    { "/" },                    /* what is not named above */
};

unsigned read_part(const char *path, unsigned *depth)
{
    unsigned best = G_N_ELEMENTS(parts) - 1;
    size_t most = 0;
    for (unsigned i = 0; i < G_N_ELEMENTS(parts); i++) {
        size_t n = strlen(parts[i].path);
        if (n > most && g_str_has_prefix(path, parts[i].path) && (path[n] == '/' || !path[n])) {
            best = i;
            most = n;
        }
    }
    *depth = 0;
    for (const char *s = parts[best].path; (parts[best].count || parts[best].list) && *s; s++)
        *depth += *s == '/';
    return best;
}

/* Of a device: what all have comes after what is its own, but for a few things.  LATE: after what its own
 * file says. */
enum stage { OWN, LATE, COMMON, LAST, ANY_STAGE };

static bool begins(const char *path, const char *const *list)
{
    while (*list && !g_str_has_prefix(path, *list))
        list++;
    return *list != NULL;
}

static enum stage stage_of(const struct read_fault *f)
{
    static const char *const late[] = {
        "audio/input/settings/", "audio/output/settings/", "disk/driver",        "disk/iotune",
        "disk/transient",        "interface/coalesce",     "interface/mac",      "interface/port",
        "interface/tune",        "lease/target/@offset",   "video/model/@heads", "video/model/@ram",
        "video/model/@vgamem",   "video/model/@vram",
        NULL,
    };
    static const char *const last[] = {
        "controller/@ports", "interface/backend",     "interface/driver", "interface/ip",
        "interface/link",    "interface/mtu",         "interface/portForward",
        "interface/route",   "interface/teaming",     "panic/@model",     NULL,
    };
    static const char *const common[] = { "acpi", "address", "alias", "boot", "rom", NULL };
    unsigned at = 1;
    while (at < f->n_way && f->way[at].owner != f->device)
        at++;
    if (at >= f->n_way)
        return OWN;
    g_autoptr(GString) path = g_string_new(f->way[at - 1].name);
    for (unsigned i = at; i < f->n_way; i++)
        g_string_append_printf(path, "/%s", f->way[i].name);
    if (begins(path->str, late) || begins(path->str, last))
        return begins(path->str, late) ? LATE : LAST;
    return g_strv_contains(common, f->way[at].name) ? COMMON : OWN;
}

/* Tells the first fault of the part; of a device, and of a stage of it, if there is one. */
static int tell(struct read_fault *faults, unsigned n, unsigned part, const void *device, enum stage stage,
                struct err *err)
{
    for (unsigned i = 0; i < n; i++)
        if (faults[i].part == part && (!device || faults[i].device == device) &&
            (stage == ANY_STAGE || stage_of(&faults[i]) == stage)) {
            err_move(err, &faults[i].err);
            return -1;
        }
    return 0;
}

/* Those before the one that is malformed are looked at first, and those behind it not at all. */
static int
read_list(struct domain_def *def, struct read_fault *faults, unsigned n, unsigned part, struct err *err)
{
    uint32_t count, before = 0;
    void *const *items = parts[part].list(def, &count);
    for (bool wrong = false; before < count && !wrong; before += !wrong)
        for (unsigned i = 0; i < n; i++)
            wrong |= faults[i].part == part && faults[i].device == items[before];
    if (parts[part].first(def, before, err) < 0)
        return -1;
    return before < count ? tell(faults, n, part, items[before], ANY_STAGE, err) : 0;
}

/* One of a list of devices. */
static int
read_device(struct domain_def *def, struct read_fault *faults, unsigned n, unsigned part, void *item,
            struct err *err)
{
    const struct part *p = &parts[part];
    if (tell(faults, n, part, item, OWN, err) < 0 || p->device(def, item, err) < 0 ||
        tell(faults, n, part, item, LATE, err) < 0 || tell(faults, n, part, item, COMMON, err) < 0)
        return -1;
    if ((p->place && p->place(def, item, err) < 0) || tell(faults, n, part, item, LAST, err) < 0)
        return -1;
    return p->rest ? p->rest(def, item, err) : 0;
}

int
domain_read(struct domain_def *def, struct read_fault *faults, unsigned n, unsigned flags, struct err *err)
{
    domain_forget(def);
    for (unsigned part = 0; part < G_N_ELEMENTS(parts); part++) {
        const struct part *p = &parts[part];
        void *const *items = (void *)((char *)def + p->items);
        uint32_t count = p->count ? *(uint32_t *)((char *)def + p->count) : p->items && *items ? 1 : 0;
        if (p->list && read_list(def, faults, n, part, err) < 0)
            return -1;
        if (!p->device && tell(faults, n, part, NULL, ANY_STAGE, err) < 0)
            return -1;
        if (p->check && !(p->only & ~flags) && p->check(def, err) < 0)
            return -1;
        if (p->count)
            items = *(void *const *const *)items;
        for (uint32_t i = 0; p->device && i < count; i++)
            if (read_device(def, faults, n, part, items[i], err) < 0)
                return -1;
        if (tell(faults, n, part, NULL, ANY_STAGE, err) < 0)
            return -1;
    }
    return 0;
}

int domain_read_device(struct domain_def *def, const char *kind, void *device, struct err *err)
{
    g_autofree char *path = g_strconcat("/devices/", kind, NULL);
    domain_forget(def);
    for (unsigned part = 0; part < G_N_ELEMENTS(parts); part++)
        if (parts[part].device && !strcmp(parts[part].path, path))
            return read_device(def, NULL, 0, part, device, err);
    return 0;
}

int domain_read_check(struct domain_def *def, unsigned flags, struct err *err)
{
    return domain_read(def, NULL, 0, flags, err);
}

int fault_in_guest(struct domain_def *guest, struct err *err)
{
    unsigned n = guest ? faults_take(guest, NULL) : 0;
    g_autofree struct read_fault *own = g_new0(struct read_fault, n + 1);
    if (!n)
        return 0;
    faults_take(guest, own);
    if (domain_read(guest, own, n, 0, err) == 0)
        err_move(err, &own[0].err);
    for (unsigned i = 0; i < n; i++)
        err_clear(&own[i].err);
    return -1;
}
