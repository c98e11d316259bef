/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * native: see native.h.
 */
#include "drivers/qemu/native.h"

#include "base/bitmap.h"
#include "driver/cpu-models.h"
#include "driver/host-node.h"
#include "drivers/qemu/domain-host.h"

#include <unistd.h>

#define ERR_FROM VIR_FROM_QEMU
#define INTERNAL(...) err_set(err, VIR_ERR_INTERNAL_ERROR, __VA_ARGS__)

static int
check_processor(const struct domain_def *def, const struct qemu_caps *caps, struct err *err)
{
    const struct domain_cpu *cpu = def->cpu;
    if (!cpu)
        return 0;
    if (cpu_model_names(def->os->arch, NULL, err) < 0)
        return err_context(err, "guest '%s' has a <cpu>", def->name);
    /* Of PCs' models more is known than their names, see qemu_cpu_resolve(), and those of POWER have other
     * names here; of others the emulator's names are all there is. */
    const char *model = cpu->mode == CPU_MODE_CUSTOM && cpu->model ? cpu->model->name : NULL;
    enum qemu_accel accel = def->type == DOMAIN_VIRT_KVM ? QEMU_ACCEL_KVM : QEMU_ACCEL_TCG;
    if (model && !arch_is_x86(def) && !arch_is_ppc(def) && caps->ncpus[accel] &&
        !qemu_caps_cpu(caps, accel, model))
        return err_set_from(err, VIR_FROM_CPU, VIR_ERR_NO_SUPPORT,
                            "emulator '%s' has no processor '%s' for guest '%s'", caps->binary, model,
                            def->name);
    for (uint32_t i = 0; arch_is_x86(def) && i < cpu->n_features; i++) {
        if (cpu_feature_find(cpu->features[i]->name) < 0)
            return err_set_from(err, VIR_FROM_CPU, VIR_ERR_CONFIG_UNSUPPORTED,
                                "processors have no feature '%s' that would be known here (guest '%s')",
                                cpu->features[i]->name, def->name);
    }
    return 0;
}

static int
check_host_device(const struct domain_def *def, const struct domain_hostdev *h, struct err *err)
{
    if (h->mode != HOSTDEV_MODE_SUBSYSTEM)
        return 0;
    if (h->type == HOSTDEV_TYPE_PCI && !(h->driver && h->driver->name == HOSTDEV_DRIVER_NAME_VFIO))
        return INTERNAL("which driver passes a PCI device to guest '%s' is only known when it starts: say "
                        "<driver name='vfio'/>", def->name);
    if (h->type == HOSTDEV_TYPE_USB && !(h->source && h->source->address))
        return INTERNAL(
            "which USB device guest '%s' gets is only known when it starts: say its <address bus= "
            "device=/>",
            def->name);
    return 0;
}

static int
no_secret(const char *what, const char *name, struct err *err)
{
    return err_set_from(err, VIR_FROM_SECRET, VIR_ERR_NO_SECRET,
                        "the secret for %s %s is not there: no secrets are kept here yet", what, name);
}

static bool
asks(const struct disk_source *s)
{
    return s && (s->src.auth || s->src.encryption);
}

static int
check_disk(const struct domain_disk *d, struct err *err)
{
    const struct disk_source *s = d->source;
    if (d->type == STORAGE_TYPE_VOLUME && s && s->src.pool &&
        s->src.startup_policy != STARTUP_POLICY_OPTIONAL)
        return err_set_from(err, VIR_FROM_STORAGE, VIR_ERR_NO_STORAGE_POOL,
                            "disk %s: there is no storage pool '%s'; no pools are kept here yet", d->target,
                            s->src.pool);
    bool secret = (s && (d->auth || d->encryption)) || asks(s);
    for (const struct disk_backing_store *b = d->backing_store; b && !secret; b = b->backing_store)
        secret = asks(b->source);
    return secret ? no_secret("disk", d->target, err) : 0;
}

/* The last disk comes first: so users know it of guests that lack more than one. */
static int
check_storage(const struct domain_def *def, struct err *err)
{
    for (uint32_t i = def->n_disks; i-- > 0;) {
        if (check_disk(def->disks[i], err) < 0)
            return -1;
    }
    for (uint32_t i = 0; i < def->n_hostdevs; i++) {
        const struct hostdev_source *s = def->hostdevs[i]->source;
        if (def->hostdevs[i]->type == HOSTDEV_TYPE_SCSI && s && s->auth)
            return no_secret("iSCSI unit", s->name, err);
    }
    return 0;
}

int
qemu_native_check(const struct domain_def *def, const struct qemu_caps *caps, struct err *err)
{
    const struct numatune_memory *m = def->numatune ? def->numatune->memory : NULL;
    if (check_processor(def, caps, err) < 0 || check_storage(def, err) < 0)
        return -1;
    if (m && m->placement == VCPU_PLACEMENT_AUTO)
        return err_set_from(err, VIR_FROM_DOMAIN, VIR_ERR_INTERNAL_ERROR,
                            "the nodes of guest '%s' are chosen when it starts (placement='auto')",
                            def->name);
    for (uint32_t i = 0; i < def->n_hostdevs; i++) {
        if (check_host_device(def, def->hostdevs[i], err) < 0)
            return -1;
    }
    for (uint32_t i = 0; i < def->n_interfaces; i++) {
        if (def->interfaces[i]->type == INTERFACE_TYPE_HOSTDEV)
            return err_set_from(err, VIR_FROM_NONE, VIR_ERR_INTERNAL_ERROR,
                                "which card of the host guest '%s' gets is only known when it starts",
                                def->name);
    }
    return 0;
}

enum { MAX_NODE = 16384 };      /* that a document can name */

static int
check_nodes(const struct domain_def *def, const char *set, struct err *err)
{
    struct bitmap *nodes = set ? bitmap_parse(set, MAX_NODE, NULL) : NULL;
    ssize_t missing = -1;
    for (ssize_t n = nodes ? bitmap_next(nodes, -1) : -1; n >= 0 && missing < 0; n = bitmap_next(nodes, n)) {
        g_autofree char *path = g_strdup_printf("/sys/devices/system/node/node%zd", n);
        /* A host that tells of no nodes is one. */
        if (access(path, F_OK) < 0 && (n > 0 || access("/sys/devices/system/node", F_OK) == 0))
            missing = n;
    }
    bitmap_free(nodes);
    return missing < 0
               ? 0
               : err_set_from(err, VIR_FROM_NONE, VIR_ERR_CONFIG_UNSUPPORTED,
                              "memory of guest '%s' is to be on NUMA node %zd, which this host does not "
                              "have",
                              def->name, missing);
}

/* A guest's TSC is the host's, give or take 250 millionths. */
static int
check_tsc(const struct domain_def *def, struct err *err)
{
    uint64_t hz = 0;
    for (uint32_t i = 0; def->clock && i < def->clock->n_timers; i++) {
        const struct domain_timer *t = def->clock->timers[i];
        if (t->name != TIMER_NAME_TSC || !t->frequency || (!hz && !(hz = host_tsc_frequency())))
            continue;
        uint64_t off = t->frequency > hz ? t->frequency - hz : hz - t->frequency;
        if (off > hz / 4000)
            return err_set(
                err, VIR_ERR_CONFIG_UNSUPPORTED,
                "the TSC of guest '%s' is to run at %llu Hz; this host's runs at %llu Hz and cannot be "
                "scaled",
                def->name, (unsigned long long)t->frequency, (unsigned long long)hz);
    }
    return 0;
}

int
qemu_check_host(const struct domain_def *def, struct err *err)
{
    if (check_storage(def, err) < 0 || check_tsc(def, err) < 0)
        return -1;
    const struct domain_numatune *t = def->numatune;
    if (t && t->memory && check_nodes(def, t->memory->nodeset, err) < 0)
        return -1;
    for (uint32_t i = 0; t && i < t->n_nodes; i++) {
        if (check_nodes(def, t->nodes[i]->nodeset, err) < 0)
            return -1;
    }
    for (uint32_t i = 0; i < def->n_memories; i++) {
        if (def->memories[i]->source && check_nodes(def, def->memories[i]->source->nodemask, err) < 0)
            return -1;
    }
    return 0;
}
