/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * check: the parts of domain_read_check() and domain_check(), a file per family of devices.
 *
 * What the reader of a document refuses beyond single values comes first (…_read: an element that is not
 * there, two that exclude each other); what no hypervisor could run comes last, when everything has its
 * defaults and its place.  Programs know both by their codes.  Private to src/model.  Nothing waits.
 */
#pragma once

#include <glib.h>
#include "model/complete.h"

#define XML(...) err_set(err, VIR_ERR_XML_ERROR, __VA_ARGS__)
#define UNSUPPORTED(...) err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, __VA_ARGS__)
/* an attribute that has to be there because of another one */
#define MISSING(...) err_set_from(err, VIR_FROM_XML, VIR_ERR_XML_ERROR, __VA_ARGS__)
#define INTERNAL(...) err_set(err, VIR_ERR_INTERNAL_ERROR, __VA_ARGS__)

static inline bool domain_has_iothread(const struct domain_def *def, unsigned id)
{
    if (!def->n_iothreadids)
        return id >= 1 && id <= def->iothreads;
    for (uint32_t i = 0; i < def->n_iothreadids; i++)
        if (def->iothreadids[i]->id == id)
            return true;
    return id >= 1 && id <= def->iothreads;
}

static inline bool drive_is_same(const struct device_address *a, const struct device_address *b)
{
    return a && b && a->type == ADDRESS_TYPE_DRIVE && b->type == ADDRESS_TYPE_DRIVE &&
           a->controller == b->controller && a->bus == b->bus && a->target == b->target && a->unit == b->unit;
}

/* Of an interface of type 'hostdev': the device is a PCI device. */
static inline bool interface_is_pci(const struct domain_interface *n)
{
    return n->source && n->source->host_address && n->source->host_address->type == ADDRESS_TYPE_PCI;
}

/* forget.c */
void domain_forget(struct domain_def *def);
/* complete.c: the text of it, or NULL */
const char *domain_sysinfo_uuid(const struct domain_def *def);
/* check.c: each a part of read-order.c; of lists the first n are looked at */
int check_os_read(struct domain_def *def, struct err *err);
int check_features_read(struct domain_def *def, struct err *err);
int check_seclabels_read(struct domain_def *def, uint32_t n, struct err *err);
int check_label_models_read(struct domain_def *def, struct err *err);
int check_label_model_read(struct domain_def *def, struct err *err);
int check_idmap_read(struct domain_def *def, struct err *err);
int check_perf_events_read(struct domain_def *def, uint32_t n, struct err *err);
int check_keywrap_read(struct domain_def *def, uint32_t n, struct err *err);
int check_sysinfos_read(struct domain_def *def, uint32_t n, struct err *err);
int check_sysinfo_uuid_read(struct domain_def *def, struct err *err);
int check_resource_read(struct domain_def *def, struct err *err);
int check_launch_read(struct domain_def *def, struct err *err);
int check_clock_read(struct domain_def *def, struct err *err);
/* check-order.c: what domain_fill() says when everything has its defaults, in its order; theirs is asked of
 * the guest as a whole, too, as kind "". */
int check_filled(struct domain_def *def, domain_check_fn theirs, void *data, struct err *err);
int check_cpu_check(const struct domain_def *def, struct err *err);
int check_init(const struct domain_def *def, struct err *err);
int check_memory_sizes(const struct domain_def *def, struct err *err);
int check_boot_order(struct domain_def *def, struct err *err);
bool domain_has_boot_order(const struct domain_def *def);
int check_timers(const struct domain_def *def, struct err *err);
int check_disk_first(const struct domain_def *def, uint32_t at, struct err *err);
int check_controller_first(const struct domain_def *def, uint32_t at, struct err *err);
int check_hostdev_first(const struct domain_def *def, uint32_t at, struct err *err);
int check_serial_first(const struct domain_def *def, uint32_t at, struct err *err);
/* check-cpu.c */
int check_migratable_read(struct domain_def *def, struct err *err);
int check_vendor_id_read(struct domain_def *def, struct err *err);
int check_vendor_read(struct domain_def *def, struct err *err);
int check_cpu_cache_read(struct domain_def *def, struct err *err);
int check_cpu_read(struct domain_def *def, struct err *err);
int check_cpu_features_read(struct domain_def *def, uint32_t n, struct err *err);
/* check-cells.c */
int check_cells_read(struct domain_def *def, uint32_t n, struct err *err);
int check_cell_cpus_read(struct domain_def *def, struct err *err);
int check_costs(const struct domain_def *def, struct err *err);
/* check-source.c */
int check_auth(const char *what, const struct storage_auth *a, struct err *err);
int check_nvram(const struct os_nvram *n, struct err *err);
int check_logins(const struct domain_def *def, const struct domain_disk *d, struct err *err);
/* check-disk.c */
/* Its own image and those behind it, so many. */
int check_chain_read(const struct domain_def *def, const struct domain_disk *d, unsigned depth,
                     struct err *err);
int check_disk_read(struct domain_def *def, struct domain_disk *d, struct err *err);
int check_storage_host(const char *what, struct storage_host *h, struct err *err);
/* Where a guest is not labelled anew no device of it is: those labels have no model, or the same. */
int check_overrides(const struct domain_def *def, const char *what, struct device_seclabel *const *labels,
                    uint32_t n, struct err *err);
int check_seclabels(const char *what, struct device_seclabel *const *labels, uint32_t n, struct err *err);
int check_reconnect(const char *what, const struct chardev_reconnect *r, struct err *err);
/* check-hostdev.c */
int check_hostdev_read(struct domain_def *def, struct domain_hostdev *h, struct err *err);
/* Whether the type is right for the address of a PCI or a USB device of the host. */
int check_host_address(const struct domain_def *def, const char *what, bool usb, enum address_type t,
                       struct err *err);
int check_hostdevs_unique(const struct domain_def *def, struct err *err);
/* check-controller.c */
int check_controller_read(struct domain_def *def, struct domain_controller *c, struct err *err);
int check_masters_read(struct domain_def *def, struct err *err);
int check_controllers_unique(const struct domain_def *def, struct err *err);
bool domain_has_usb(const struct domain_def *def);
/* Where USB is off nothing can be plugged into it. */
int check_usb_read(const struct domain_def *def, const char *kind, struct err *err);
/* check-interface.c */
int check_interface_read(struct domain_def *def, struct domain_interface *n, struct err *err);
int check_interface_rest_read(struct domain_def *def, struct domain_interface *n, struct err *err);
int check_ips(const struct domain_def *def, struct network_ip *const *ips, uint32_t n, struct err *err);
int check_routes(const struct domain_def *def, struct network_route *const *routes, uint32_t n,
                 struct err *err);
/* check-chardev.c: the smartcards, too */
int check_serial_read(struct domain_def *def, struct domain_chardev *c, struct err *err);
int check_parallel_read(struct domain_def *def, struct domain_chardev *c, struct err *err);
int check_console_read(struct domain_def *def, struct domain_chardev *c, struct err *err);
int check_channel_read(struct domain_def *def, struct domain_channel *c, struct err *err);
int check_smartcard_read(struct domain_def *def, struct domain_smartcard *s, struct err *err);
int check_rng_read(struct domain_def *def, struct domain_rng *r, struct err *err);
int check_redirdev_read(struct domain_def *def, struct domain_redirdev *r, struct err *err);
int check_redirfilter_read(struct domain_def *def, struct err *err);
int check_consoles(const struct domain_def *def, struct err *err);
int check_isa_ports(const struct domain_def *def, struct err *err);
/* check-tune.c */
int check_hugepages_read(struct domain_def *def, struct err *err);
int check_blkiotune_read(struct domain_def *def, struct err *err);
int check_vcpu_read(struct domain_def *def, struct err *err);
int check_vcpus_read(struct domain_def *def, uint32_t n, struct err *err);
int check_vcpu_states_read(struct domain_def *def, struct err *err);
int check_iothreadids_read(struct domain_def *def, uint32_t n, struct err *err);
int check_vcpupins_read(struct domain_def *def, uint32_t n, struct err *err);
int check_iothreadpins_read(struct domain_def *def, uint32_t n, struct err *err);
int check_vcpuscheds_read(struct domain_def *def, uint32_t n, struct err *err);
int check_iothreadscheds_read(struct domain_def *def, uint32_t n, struct err *err);
int check_emulatorsched_read(struct domain_def *def, struct err *err);
int check_memnodes_read(struct domain_def *def, uint32_t n, struct err *err);
int check_numatune_read(struct domain_def *def, struct err *err);
int check_tune(const struct domain_def *def, struct err *err);
int check_hugepages(const struct domain_def *def, struct err *err);
/* check-devices.c */
int check_lease_read(struct domain_def *def, struct domain_lease *l, struct err *err);
int check_filesystem_read(struct domain_def *def, struct domain_filesystem *f, struct err *err);
int check_input_read(struct domain_def *def, struct domain_input *i, struct err *err);
int check_graphics_read(struct domain_def *def, struct domain_graphics *g, struct err *err);
int check_audio_read(struct domain_def *def, struct domain_audio *a, struct err *err);
int check_video_read(struct domain_def *def, struct domain_video *v, struct err *err);
int check_watchdogs_read(struct domain_def *def, struct err *err);
int check_tpms_read(struct domain_def *def, struct err *err);
int check_tpm_read(struct domain_def *def, struct domain_tpm *t, struct err *err);
int check_shmem_read(struct domain_def *def, struct domain_shmem *s, struct err *err);
int check_memory_read(struct domain_def *def, struct domain_memory *m, struct err *err);
/* check-shares.c */
int check_cachetunes_read(struct domain_def *def, uint32_t n, struct err *err);
int check_memorytunes_read(struct domain_def *def, uint32_t n, struct err *err);

/* check-order.c: whether devices of a kind are checked there */
bool domain_checks_kind(const char *kind);
/* What nobody could run, in that order: of one device, */
int check_disk(const struct domain_def *def, uint32_t at, struct err *err);
int check_interface(const struct domain_def *def, uint32_t at, struct err *err);
/* one that is a device of the host, as such */
int check_interface_host(const struct domain_def *def, uint32_t at, struct err *err);
int check_sound(const struct domain_def *def, uint32_t at, struct err *err);
int check_hostdev(const struct domain_def *def, uint32_t at, struct err *err);
int check_video(const struct domain_def *def, uint32_t at, struct err *err);
int check_controller(const struct domain_def *def, uint32_t at, struct err *err);
int check_smartcard(const struct domain_def *def, uint32_t at, struct err *err);
int check_serial(const struct domain_def *def, uint32_t at, struct err *err);
int check_parallel(const struct domain_def *def, uint32_t at, struct err *err);
int check_console(const struct domain_def *def, uint32_t at, struct err *err);
int check_channel(const struct domain_def *def, uint32_t at, struct err *err);
int check_input(const struct domain_def *def, uint32_t at, struct err *err);
int check_filesystem(const struct domain_def *def, uint32_t at, struct err *err);
int check_rng(const struct domain_def *def, uint32_t at, struct err *err);
int check_shmem(const struct domain_def *def, uint32_t at, struct err *err);
int check_memory(const struct domain_def *def, uint32_t at, struct err *err);
int check_redirdev(const struct domain_def *def, uint32_t at, struct err *err);
int check_iommu(const struct domain_def *def, uint32_t at, struct err *err);
int check_tpm(const struct domain_def *def, uint32_t at, struct err *err);
int check_vsock(const struct domain_def *def, uint32_t at, struct err *err);
int check_graphics(const struct domain_def *def, uint32_t at, struct err *err);
int check_audio(const struct domain_def *def, uint32_t at, struct err *err);
int check_assigned(const struct domain_def *def, const char *kind, const void *device,
                   const struct device_info *info, struct err *err);
/* and of the guest. */
int check_panics_unique(const struct domain_def *def, struct err *err);
int check_remapping(const struct domain_def *def, struct err *err);
int check_disks_unique(const struct domain_def *def, struct err *err);
int check_disk_places(const struct domain_def *def, struct err *err);
int check_lifecycle(const struct domain_def *def, struct err *err);
int check_loader(const struct domain_def *def, struct err *err);
int check_boot(const struct domain_def *def, struct err *err);
int check_blkio_devices(const struct domain_def *def, struct err *err);
int check_videos_unique(const struct domain_def *def, struct err *err);
int check_idmap(const struct domain_def *def, struct err *err);
int check_iothreads(const struct domain_def *def, struct err *err);
int check_aliases_unique(struct domain_def *def, struct err *err);
