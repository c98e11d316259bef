/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * check-order: which of several reasons that nobody could run a guest is told.
 *
 * Owns: the order: the devices one by one, each by what holds for every hypervisor and then by what the
 * driver says, then the whole guest.  That of faults in the document itself is in read-order.c.  What is told
 * as soon as everything has its defaults comes before: between the two drivers give places to devices.
 * Called by: drivers.  Nothing waits.
 */
#include <string.h>
#include "model/check.h"

#define ERR_FROM VIR_FROM_DOMAIN

static int nothing(const struct domain_def *def, uint32_t at, struct err *err)
{
    return 0;
}

enum { NOWHERE = -1 };

typedef int (*check_fn)(const struct domain_def *def, uint32_t at, struct err *err);

static const struct kind {
    const char *name;           /* NULL: more of what is named above, which drivers know already */
    size_t items, count, info;  /* offsets; count 0: there is one or none */
    check_fn check, first;      /* what nobody could run; told of it before it has a place, or NULL */
} kinds[] = {
#define LIST(kind, array, of, ...)                                                                         \
    { #kind, offsetof(struct domain_def, array), offsetof(struct domain_def, n_##array),                     \
      offsetof(struct domain_##of, info), __VA_ARGS__ }
#define ONE(kind, of, check)                                                                                 \
    { #kind, offsetof(struct domain_def, kind), 0, offsetof(struct domain_##of, info), check }
    LIST(disk, disks, disk, check_disk, check_disk_first),
    LIST(interface, interfaces, interface, check_interface),
    LIST(sound, sounds, sound, check_sound),
    { NULL, offsetof(struct domain_def, interfaces), offsetof(struct domain_def, n_interfaces), NOWHERE,
      check_interface_host },
    LIST(hostdev, hostdevs, hostdev, check_hostdev, check_hostdev_first),
    LIST(video, videos, video, check_video),
    LIST(controller, controllers, controller, check_controller, check_controller_first),
    LIST(smartcard, smartcards, smartcard, check_smartcard),
    LIST(serial, serials, chardev, check_serial, check_serial_first),
    LIST(parallel, parallels, chardev, check_parallel),
    LIST(console, consoles, chardev, check_console),
    LIST(channel, channels, channel, check_channel),
    LIST(input, inputs, input, check_input),
    LIST(filesystem, filesystems, filesystem, check_filesystem),
    LIST(watchdog, watchdogs, watchdog, nothing),
    ONE(memballoon, memballoon, nothing),
    LIST(rng, rngs, rng, check_rng),
    ONE(nvram, nvram_device, nothing),
    LIST(hub, hubs, hub, nothing),
    LIST(shmem, shmems, shmem, check_shmem),
    LIST(tpm, tpms, tpm, check_tpm),
    LIST(panic, panics, panic, nothing),
    LIST(memory, memories, memory, check_memory),
    LIST(redirdev, redirdevs, redirdev, check_redirdev),
    ONE(iommu, iommu, check_iommu),
    ONE(vsock, vsock, check_vsock),
    LIST(crypto, cryptos, crypto, nothing),
    ONE(pstore, pstore, nothing),
    { "graphics", offsetof(struct domain_def, graphics), offsetof(struct domain_def, n_graphics), NOWHERE,
      check_graphics },
    { "audio", offsetof(struct domain_def, audios), offsetof(struct domain_def, n_audios), NOWHERE,
      check_audio },
};

bool domain_checks_kind(const char *kind)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (!g_strcmp0(kinds[i].name, kind))
            return true;
    return false;
}

static int check_one(struct domain_def *def, const struct kind *k, uint32_t at, bool first,
                     domain_check_fn theirs, void *data, struct err *err)
{
    check_fn check = first ? k->first : k->check;
    void *const *items = (void *)((char *)def + k->items);
    void *device = k->count ? (*(void *const *const *)items)[at] : *items;
    struct device_info *info = k->info != (size_t)NOWHERE ? (void *)((char *)device + k->info) : NULL;
    return (info && !first && check_assigned(def, k->name, device, info, err) < 0) ||
                   (check && check(def, at, err) < 0) ||
                   (theirs && k->name && theirs(def, k->name, at, device, info, data, err) < 0)
               ? -1
               : 0;
}

static int check_kind(struct domain_def *def, const struct kind *k, bool first, domain_check_fn theirs,
                      void *data, struct err *err)
{
    void *const *items = (void *)((char *)def + k->items);
    uint32_t n = k->count ? *(uint32_t *)((char *)def + k->count) : *items != NULL;
    for (uint32_t i = 0; i < n; i++)
        if (check_one(def, k, i, first, theirs, data, err) < 0)
            return -1;
    return 0;
}

int domain_check_device(struct domain_def *def, const char *kind, uint32_t at, domain_check_fn theirs,
                        void *data, struct err *err)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (!g_strcmp0(kinds[i].name, kind) && check_one(def, &kinds[i], at, false, theirs, data, err) < 0)
            return -1;
    return 0;
}

int check_filled(struct domain_def *def, domain_check_fn theirs, void *data, struct err *err)
{
    if ((theirs && theirs(def, "", 0, def, NULL, data, err) < 0) || check_isa_ports(def, err) < 0)
        return -1;
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (check_kind(def, &kinds[i], true, theirs, data, err) < 0)
            return -1;
    return check_init(def, err) < 0 || check_memory_sizes(def, err) < 0 ||
                   check_controllers_unique(def, err) < 0 || check_panics_unique(def, err) < 0 ||
                   check_cpu_check(def, err) < 0 || check_boot_order(def, err) < 0 ||
                   check_timers(def, err) < 0
               ? -1
               : check_consoles(def, err);
}

int domain_check_name(const struct domain_def *def, struct err *err)
{
    return strchr(def->name, '/')
               ? XML("the name '%s' contains a '/', which names of guests cannot", def->name)
               : 0;
}

int domain_check(struct domain_def *def, domain_check_fn theirs, void *data, struct err *err)
{
    if (domain_check_name(def, err) < 0)
        return -1;
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (check_kind(def, &kinds[i], false, theirs, data, err) < 0)
            return -1;
    if (check_disks_unique(def, err) < 0 || check_hostdevs_unique(def, err) < 0 ||
        check_disk_places(def, err) < 0 || check_aliases_unique(def, err) < 0 ||
        check_remapping(def, err) < 0)
        return -1;
    if (check_lifecycle(def, err) < 0 || check_hugepages(def, err) < 0 || check_loader(def, err) < 0 ||
        check_tune(def, err) < 0 || check_boot(def, err) < 0 || check_videos_unique(def, err) < 0 ||
        check_blkio_devices(def, err) < 0 || check_idmap(def, err) < 0 || check_iothreads(def, err) < 0 ||
        check_costs(def, err) < 0)
        return -1;
    return strchr(def->name, '\n') ? err_set_from(err, VIR_FROM_XML, VIR_ERR_XML_DETAIL,
                                                 "the name of the guest contains a line break")
                                  : 0;
}
