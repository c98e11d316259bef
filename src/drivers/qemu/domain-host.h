/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * domain-host: small questions about a definition that several files of the
 * driver ask, and the parts of qemu_domain_defaults().
 * Nothing here waits.
 */
#pragma once

#include "base/err.h"
#include "drivers/qemu/probe.h"
#include "model/complete.h"
#include "model/devices.h"

#include <glib.h>
#include <string.h>

/* Cards that are called otherwise, if after a device of QEMU, are that device and nothing more. */
static inline bool
interface_is_virtio(const struct domain_interface *n)
{
    return n->model && (!strcmp(n->model, "virtio") || !strcmp(n->model, "virtio-transitional") ||
                        !strcmp(n->model, "virtio-non-transitional"));
}

/* A USB card of the host, which the guest gets as such. */
static inline bool
interface_is_host_usb(const struct domain_interface *n)
{
    return n->type == INTERFACE_TYPE_HOSTDEV && n->source && interface_source_is_usb(n->source);
}

static inline bool
machine_is_q35(const struct domain_def *def)
{
    const char *m = def->os->machine;
    return m && (g_str_has_prefix(m, "pc-q35") || !strcmp(m, "q35"));
}

static inline bool
machine_is_i440fx(const struct domain_def *def)
{
    const char *m = def->os->machine;
    return m && (!strcmp(m, "pc") || g_str_has_prefix(m, "pc-0.") || g_str_has_prefix(m, "pc-1.") ||
                 g_str_has_prefix(m, "pc-i440") || g_str_has_prefix(m, "rhel"));
}

static inline bool
machine_is(const struct domain_def *def, const char *name)
{
    size_t n = strlen(name);
    const char *m = def->os->machine;
    return m && !strncmp(m, name, n) && (!m[n] || m[n] == '-');
}

static inline bool
arch_is_x86(const struct domain_def *def)
{
    return def->os->arch == ARCH_X86_64 || def->os->arch == ARCH_I686;
}

static inline bool
arch_is_arm(const struct domain_def *def)
{
    return def->os->arch == ARCH_AARCH64 || def->os->arch == ARCH_ARMV7L || def->os->arch == ARCH_ARMV6L;
}

static inline bool
arch_is_riscv(const struct domain_def *def)
{
    return def->os->arch == ARCH_RISCV64 || def->os->arch == ARCH_RISCV32;
}

static inline bool
arch_is_ppc64(const struct domain_def *def)
{
    return def->os->arch == ARCH_PPC64 || def->os->arch == ARCH_PPC64LE;
}

static inline bool
arch_is_ppc(const struct domain_def *def)
{
    return arch_is_ppc64(def) || def->os->arch == ARCH_PPC;
}

static inline bool
arch_is_s390(const struct domain_def *def)
{
    return def->os->arch == ARCH_S390X || def->os->arch == ARCH_S390;
}

static inline bool
device_has_address(const struct device_info *info)
{
    return info->address && info->address->type;
}

/* A PCI address that is all zeros asks for one to be chosen. */
static inline bool
device_is_placed(const struct device_info *info)
{
    const struct device_address *a = info->address;
    return device_has_address(info) &&
           !(a->type == ADDRESS_TYPE_PCI && !a->domain && !a->bus && !a->slot && !a->function);
}

static inline bool
str_is(const char *a, const char *b)
{
    return a && !strcmp(a, b);
}

struct qemu_host;

struct device_address *device_address_new(struct domain_def *def, enum address_type type);
/* "disk vda", "interface 52:54:…" for messages; free it. */
char *device_describe(const char *kind, const void *device);

/* The model of the PCI controller 0 that the machine has; NULL: it has no PCI. */
const char *qemu_pci_root(const struct domain_def *def);
/* Its PCI bus has a number; boards that have one do not number it. */
bool qemu_pci_numbered(const struct domain_def *def);
/* A device that sits on USB, or NULL. */
const char *qemu_usb_device(const struct domain_def *def);

/* defaults-*.c, in this order */
void qemu_defaults_devices(struct domain_def *def,
                           const struct qemu_caps *caps); /* before domain_complete() */
/* The processor of a guest that names none, where its users are told of it; or NULL. */
const char *qemu_default_cpu(const struct domain_def *def, const struct qemu_caps *caps);
/* after it */
/* The type of <audio> that is added where there is none; AUDIO_TYPE_UNSET: none is. */
enum audio_type qemu_default_audio(const struct domain_def *def);
int qemu_defaults_fields(struct domain_def *def, const struct qemu_host *host, const struct qemu_caps *caps,
                         struct err *err);
/* Whether this emulator can keep from the host's CPU what does not migrate. */
bool qemu_cpu_migrates(const struct qemu_caps *caps);
/* namespace.c: what stands in the namespace qemu:, and nothing of other hypervisors. */
int qemu_namespace_read(struct domain_def *def, struct err *err);
/* addresses-*.c */
int qemu_assign_addresses(struct domain_def *def, const struct qemu_caps *caps, struct err *err);
bool qemu_board_without_pci(const struct domain_def *def);
/* On such a board: what QEMU cannot have without a place. */
int qemu_check_places(const struct domain_def *def, struct err *err);
int qemu_assign_pci(struct domain_def *def, const struct qemu_caps *caps, struct err *err);
int qemu_assign_usb(struct domain_def *def, struct err *err);
/* Does the device sit on the virtual bus of pseries and nowhere else? */
bool qemu_spapr_only(const struct domain_def *def, const char *kind, const void *device);
/* CCW, virtio-mmio, spapr-vio: before PCI, which takes what is left */
int qemu_assign_others(struct domain_def *def, struct err *err);
/* `own`: the controllers that the definition had before bridges were added, from qemu_own_controllers(). */
void qemu_assign_zpci(struct domain_def *def, GHashTable *own);
GHashTable *qemu_own_controllers(const struct domain_def *def);
/* validate-guest.c: the guest as a whole */
int qemu_validate_guest(const struct domain_def *def, const struct qemu_caps *caps, struct err *err);
/* validate-first.c: before addresses are chosen; for domain_fill() */
int qemu_validate_first(struct domain_def *def, const char *kind, uint32_t at, void *device,
                        struct device_info *info, void *data, struct err *err);
/* validate.c: after it */
int qemu_validate_no_pci(const struct domain_def *def, struct err *err);
/* What the checks of single devices go by. */
struct qemu_check {
    const struct qemu_caps *caps;
    const struct qemu_host *host;
};
/* For domain_check(), whose data is a struct qemu_check. */
int qemu_validate_device(struct domain_def *def, const char *kind, uint32_t at, void *device,
                         struct device_info *info, void *data, struct err *err);
/* Of all devices together, at last. */
int qemu_validate_whole(const struct domain_def *def, struct err *err);
/* validate-controller.c */
int qemu_validate_controller(const struct domain_def *def, const struct domain_controller *c,
                             struct err *err);
/* validate-disk.c */
int qemu_validate_disk_of(const struct domain_def *def, const struct domain_disk *d, struct err *err);
/* A SCSI device's place, by the controller that it is on. */
int qemu_validate_scsi_place(const struct domain_def *def, const char *name, const struct device_address *a,
                             struct err *err);
bool qemu_shared_memory(const struct domain_def *def); /* can another process see it? */
/* validate-machine.c: have the machine and this QEMU such devices? */
int qemu_validate_kind(const struct domain_def *def, const char *kind, uint32_t at,
                       const struct qemu_caps *caps, struct err *err);
int qemu_validate_board(const struct domain_def *def, const struct qemu_caps *caps, struct err *err);
/* validate-devices.c: what QEMU has none of, or one; what it cannot do for a device */
int qemu_validate_tpms(const struct domain_def *def, struct err *err);
int qemu_validate_models(const struct domain_def *def, struct err *err);
int qemu_validate_here(const struct domain_def *def, const char *kind, uint32_t at,
                       const struct qemu_check *c, struct err *err);
/* aliases.c */
void qemu_assign_aliases(struct domain_def *def);
