/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * idle: see idle.h.  A function for each struct with such parts.
 */
#include "model/idle.h"
#include "model/all-def.h"
#include "model/check.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

/* As model_idle() is asked. */
struct part {
    const void *owner;
    const char *part, *leaf;
    const struct domain_def *def;
    unsigned flags;
};

static bool is(const struct part *p, const char *name)
{
    return !strcmp(p->part, name);
}

/* Firmware is that of full machines; containers have no loader. */
static bool os_idle(const struct part *p)
{
    const struct domain_os *os = p->owner;
    if (is(p, "loader") || is(p, "nvram"))
        return os->type == OS_TYPE_EXE ||
               (os->type == OS_TYPE_LINUX && !(p->def && p->def->type == DOMAIN_VIRT_XEN));
    return os->type != OS_TYPE_HVM ||
           (is(p, "firmware") && strcmp(p->leaf, "firmware") && !os->firmware) ||
           (is(p, "bios") && p->def && p->def->bootloader);
}

/* What is off has no settings. */
static bool spinlocks_idle(const struct part *p)
{
    return ((const struct hyperv_spinlocks *)p->owner)->state == TRI_OFF;
}

static bool stimer_idle(const struct part *p)
{
    return ((const struct hyperv_stimer *)p->owner)->state == TRI_OFF;
}

static bool ring_idle(const struct part *p)
{
    return ((const struct kvm_dirty_ring *)p->owner)->state == TRI_OFF;
}

static bool smm_idle(const struct part *p)
{
    return ((const struct feature_smm *)p->owner)->state == TRI_OFF;
}

static bool passthrough_idle(const struct part *p)
{
    return ((const struct xen_passthrough *)p->owner)->state == TRI_OFF;
}

/* The host's own processor is no model. */
static bool cpu_idle(const struct part *p)
{
    const struct domain_cpu *c = p->owner;
    return c->mode == CPU_MODE_HOST_PASSTHROUGH || c->mode == CPU_MODE_MAXIMUM;
}

static bool vcpupin_idle(const struct part *p)
{
    const struct vcpupin *pin = p->owner;
    unsigned most = p->def && p->def->vcpu && p->def->vcpu->max ? p->def->vcpu->max : 1;
    return p->def && pin->has_vcpu && pin->vcpu >= most;
}

/* The rest of this says enough to be refused, whatever these are. */
static bool iothreadpin_idle(const struct part *p)
{
    const struct iothreadpin *pin = p->owner;
    return p->def && pin->has_iothread && !domain_has_iothread(p->def, pin->iothread);
}

/* A group of vcpus that are not there, or of none; the list is in order. */
static bool group_idle(const struct part *p, const char *vcpus)
{
    unsigned most = p->def && p->def->vcpu && p->def->vcpu->max ? p->def->vcpu->max : 1;
    return p->def && vcpus && (*vcpus == '^' || strtoul(vcpus, NULL, 10) >= most);
}

/* Monitors of another cache than the third are refused, whatever they watch. */
static bool cachetune_idle(const struct part *p)
{
    const struct cachetune *c = p->owner;
    bool other = false;
    for (uint32_t i = 0; i < c->n_monitors; i++)
        other |= c->monitors[i]->has_level && c->monitors[i]->level != 3;
    return group_idle(p, c->vcpus) || (is(p, "monitor") && other);
}

static bool memorytune_idle(const struct part *p)
{
    return group_idle(p, ((const struct memorytune *)p->owner)->vcpus);
}

/* No USB is nowhere. */
static bool controller_idle(const struct part *p)
{
    const struct domain_controller *c = p->owner;
    return c->type == CONTROLLER_TYPE_USB && !g_strcmp0(c->model, "none");
}

static bool disk_idle(const struct part *p)
{
    const struct domain_disk *d = p->owner;
    const struct storage_source *s = d->source ? &d->source->src : NULL;
    if (is(p, "backingStore"))
        return p->def && check_chain_read(p->def, d, 0, NULL) < 0;
    return s && ((is(p, "auth") && s->auth) || (is(p, "encryption") && s->encryption));
}

static bool numatune_idle(const struct part *p)
{
    const struct domain_numatune *n = p->owner;
    return (n->memory && n->memory->placement == VCPU_PLACEMENT_AUTO) ||
           (p->def && !(p->def->cpu && p->def->cpu->numa));
}

static bool
filesystem_idle(const struct part *p)
{
    const struct domain_filesystem *f = p->owner;
    return is(p, "binary") && (!f->driver || f->driver->type != FS_DRIVER_TYPE_VIRTIOFS);
}

static bool
fs_driver_idle(const struct part *p)
{
    return ((const struct fs_driver *)p->owner)->type != FS_DRIVER_TYPE_VIRTIOFS;
}

/* Who logs in does so at a server. */
static bool hostdev_source_idle(const struct part *p)
{
    return ((const struct hostdev_source *)p->owner)->protocol != HOSTDEV_PROTOCOL_ISCSI;
}

/* Of a card that is not virtio the options that all virtio devices have are read, to be refused; of a PCI
 * device of the host its driver. */
static bool interface_idle(const struct part *p)
{
    static const char *const always[] = { "iommu", "ats", "packed", "page_per_vq", NULL };
    const struct domain_interface *n = p->owner;
    if (!is(p, "driver") || g_strv_contains(always, p->leaf))
        return false;
    return n->type == INTERFACE_TYPE_HOSTDEV ? strcmp(p->leaf, "name") != 0 || !interface_is_pci(n)
                                             : !(n->model && g_str_has_prefix(n->model, "virtio"));
}

/* The ids are of USB devices, which need both or none: who gives that of the vendor has one. */
static bool source_idle(const struct part *p)
{
    const struct interface_source *s = p->owner;
    enum address_type type = s->host_address ? s->host_address->type : ADDRESS_TYPE_UNSET;
    return type ? type != ADDRESS_TYPE_USB : is(p, "product") && !s->has_vendor;
}

static bool sound_idle(const struct part *p)
{
    const struct domain_sound *s = p->owner;
    return is(p, "codec") && s->model != SOUND_MODEL_ICH6 && s->model != SOUND_MODEL_ICH9;
}

static bool tpm_idle(const struct part *p)
{
    return ((const struct tpm_backend *)p->owner)->type != TPM_BACKEND_TYPE_EMULATOR;
}

static bool shmem_idle(const struct part *p)
{
    const struct domain_shmem *s = p->owner;
    return is(p, "role") && (!s->model || s->model == SHMEM_MODEL_IVSHMEM);
}

static bool graphics_idle(const struct part *p)
{
    return !((const struct domain_graphics *)p->owner)->passwd;
}

/* A parallel port is of one kind: only its number is read of its target. */
static bool chardev_idle(const struct part *p)
{
    for (uint32_t i = 0; p->def && i < p->def->n_parallels; i++)
        if (p->def->parallels[i] == p->owner)
            return is(p, "target") && strcmp(p->leaf, "port");
    return false;
}

/* What a guest does when a medium is not there is asked of its disks, not of what is behind them. */
static bool disk_source_idle(const struct part *p)
{
    for (uint32_t i = 0; p->def && i < p->def->n_disks; i++)
        if (p->def->disks[i]->source == p->owner)
            return false;
    return p->def && is(p, "startupPolicy");
}

/* What is behind an image that is refused is not looked at. */
static bool backing_idle(const struct part *p)
{
    for (uint32_t i = 0; p->def && i < p->def->n_disks; i++) {
        unsigned depth = 1;
        for (const struct disk_backing_store *b = p->def->disks[i]->backing_store; b;
             b = b->backing_store, depth++)
            if (b == p->owner)
                return check_chain_read(p->def, p->def->disks[i], depth, NULL) < 0;
    }
    return false;
}

/* A new snapshot is of the guest as it is. */
static bool snapshot_idle(const struct part *p)
{
    return p->flags & MODEL_PARSE_NEW;
}

bool model_idle(const struct model_table *table, const void *owner, const char *part, const char *leaf,
                const struct domain_def *def, unsigned flags)
{
    static const struct {
        const struct model_table *table;
        bool (*idle)(const struct part *p);
    } structs[] = {
        { &domain_os_table, os_idle },
        { &hyperv_spinlocks_table, spinlocks_idle },
        { &hyperv_stimer_table, stimer_idle },
        { &kvm_dirty_ring_table, ring_idle },
        { &feature_smm_table, smm_idle },
        { &xen_passthrough_table, passthrough_idle },
        { &domain_cpu_table, cpu_idle },
        { &vcpupin_table, vcpupin_idle },
        { &iothreadpin_table, iothreadpin_idle },
        { &cachetune_table, cachetune_idle },
        { &memorytune_table, memorytune_idle },
        { &domain_disk_table, disk_idle },
        { &domain_controller_table, controller_idle },
        { &domain_numatune_table, numatune_idle },
        { &domain_filesystem_table, filesystem_idle },
        { &fs_driver_table, fs_driver_idle },
        { &domain_interface_table, interface_idle },
        { &interface_source_table, source_idle },
        { &hostdev_source_table, hostdev_source_idle },
        { &domain_sound_table, sound_idle },
        { &tpm_backend_table, tpm_idle },
        { &domain_shmem_table, shmem_idle },
        { &domain_graphics_table, graphics_idle },
        { &domain_chardev_table, chardev_idle },
        { &disk_source_table, disk_source_idle },
        { &disk_backing_store_table, backing_idle },
        { &snapshot_def_table, snapshot_idle },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(structs); i++)
        if (structs[i].table == table)
            return structs[i].idle(&(struct part){ owner, part, leaf, def, flags });
    return false;
}
