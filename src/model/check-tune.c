/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * check-tune: I/O threads, shares, pins, schedulers and NUMA nodes of a guest; see check.h.
 */
#include <string.h>
#include "base/bitmap.h"
#include "model/check.h"
#include "model/devices.h"

#define ERR_FROM VIR_FROM_DOMAIN

enum { MAX_CPU = 16384 };

/* ---- pins and schedulers -------------------------------------------------------------------- */

int check_vcpupins_read(struct domain_def *def, uint32_t n, struct err *err)
{
    const struct domain_cputune *t = def->cputune;
    for (uint32_t i = 0; i < n; i++) {
        const struct vcpupin *p = t->vcpupins[i];
        if (p->vcpu >= def_max_vcpus(def))
            continue;                   /* of a vcpu that is not there: forgotten */
        if (!p->cpuset)
            return INTERNAL("<vcpupin vcpu='%u'> of guest '%s' has no cpuset", p->vcpu, def->name);
        for (uint32_t k = 0; k < i; k++)
            if (t->vcpupins[k]->vcpu == p->vcpu)
                return INTERNAL("guest '%s' has two <vcpupin> for vcpu %u", def->name, p->vcpu);
    }
    return 0;
}

int check_iothreadpins_read(struct domain_def *def, uint32_t n, struct err *err)
{
    const struct domain_cputune *t = def->cputune;
    for (uint32_t i = 0; i < n; i++) {
        const struct iothreadpin *p = t->iothreadpins[i];
        if (!domain_has_iothread(def, p->iothread))
            return UNSUPPORTED("<iothreadpin iothread='%u'> of guest '%s': there is no such I/O thread",
                               p->iothread, def->name);
        if (!p->cpuset)
            return INTERNAL("<iothreadpin iothread='%u'> of guest '%s' has no cpuset", p->iothread,
                            def->name);
        for (uint32_t k = 0; k < i; k++)
            if (t->iothreadpins[k]->iothread == p->iothread)
                return INTERNAL("guest '%s' has two <iothreadpin> for I/O thread %u", def->name, p->iothread);
    }
    return 0;
}

static int
read_scheduler(const struct domain_def *def, const char *element, enum scheduler s, bool has_priority,
               struct err *err)
{
    return (s == SCHEDULER_FIFO || s == SCHEDULER_RR) && !has_priority
               ? MISSING("<%s> of guest '%s' with scheduler '%s' has no priority=", element, def->name,
                         scheduler_str(s))
               : 0;
}

/* Notes the members of a set; one that is not there, or is in another set, too, is refused. */
static int
read_members(const struct domain_def *def, const char *element, const char *set, bool threads,
             struct bitmap *seen, struct err *err)
{
    struct bitmap *map = bitmap_parse(set, MAX_CPU, err);
    int rc = map ? 0 : -1;
    for (ssize_t n = map ? bitmap_next(map, -1) : -1; n >= 0 && rc == 0; n = bitmap_next(map, n)) {
        if (bitmap_test(seen, n))
            rc = err_set(err, VIR_ERR_XML_DETAIL, "two <%s> of guest '%s' are for number %zd", element,
                         def->name, n);
        else if (threads ? !domain_has_iothread(def, n) : n >= (ssize_t)def_max_vcpus(def))
            rc = UNSUPPORTED("<%s> of guest '%s' is for number %zd, which is not there", element, def->name,
                             n);
        bitmap_set(seen, n);
    }
    bitmap_free(map);
    return rc;
}

int check_vcpuscheds_read(struct domain_def *def, uint32_t n, struct err *err)
{
    struct bitmap *seen = bitmap_new(64);
    int rc = 0;
    for (uint32_t i = 0; i < n && rc == 0; i++) {
        const struct vcpusched *s = def->cputune->vcpuscheds[i];
        rc = read_scheduler(def, "vcpusched", s->scheduler, s->has_priority, err);
        if (rc == 0)
            rc = read_members(def, "vcpusched", s->vcpus, false, seen, err);
    }
    bitmap_free(seen);
    return rc;
}

int check_iothreadscheds_read(struct domain_def *def, uint32_t n, struct err *err)
{
    struct bitmap *seen = bitmap_new(64);
    int rc = 0;
    for (uint32_t i = 0; i < n && rc == 0; i++) {
        const struct iothreadsched *s = def->cputune->iothreadscheds[i];
        rc = read_scheduler(def, "iothreadsched", s->scheduler, s->has_priority, err);
        if (rc == 0)
            rc = read_members(def, "iothreadsched", s->iothreads, true, seen, err);
    }
    bitmap_free(seen);
    return rc;
}

int check_emulatorsched_read(struct domain_def *def, struct err *err)
{
    const struct emulatorsched *e = def->cputune ? def->cputune->emulatorsched : NULL;
    return e ? read_scheduler(def, "emulatorsched", e->scheduler, e->has_priority, err) : 0;
}

/* ---- block devices, NUMA, vcpus one by one -------------------------------------------------- */

int check_blkiotune_read(struct domain_def *def, struct err *err)
{
    const struct domain_blkiotune *b = def->blkiotune;
    for (uint32_t i = 0; b && i < b->n_devices; i++) {
        if (!b->devices[i]->path)
            return UNSUPPORTED("a <device> in <blkiotune> of guest '%s' has no <path>", def->name);
    }
    return 0;
}

int check_numatune_read(struct domain_def *def, struct err *err)
{
    const struct domain_numatune *n = def->numatune;
    const struct cpu_numa *numa = def->cpu ? def->cpu->numa : NULL;
    const struct numatune_memory *m = n ? n->memory : NULL;
    bool automatic = (m && m->placement == VCPU_PLACEMENT_AUTO) ||
                     (!m && n && def->vcpu && def->vcpu->placement == VCPU_PLACEMENT_AUTO);
    if (automatic && n->n_nodes)
        return UNSUPPORTED("a <memnode> of guest '%s' contradicts placement='auto'", def->name);
    if (n && n->n_nodes && !numa)
        return XML("<memnode> in <numatune> of guest '%s' is for cells, and <cpu> has no <numa>", def->name);
    if (m && m->placement != VCPU_PLACEMENT_AUTO && !m->nodeset && (m->placement || m->mode) &&
        (m->placement || !def->vcpu || def->vcpu->placement != VCPU_PLACEMENT_AUTO))
        return UNSUPPORTED(
            "<memory> in <numatune> of guest '%s' has no nodeset, which placement='static' needs", def->name);
    return 0;
}

int check_memnodes_read(struct domain_def *def, uint32_t count, struct err *err)
{
    const struct domain_numatune *n = def->numatune;
    const struct numatune_memory *m = n ? n->memory : NULL;
    for (uint32_t i = 0; i < count; i++) {
        const struct numatune_node *o = n->nodes[i];
        for (uint32_t k = 0; k < i; k++)
            if (n->nodes[k]->cellid == o->cellid)
                return XML("guest '%s' has two <memnode> for cell %u", def->name, o->cellid);
        if (o->cellid >= def->cpu->numa->n_cells)
            return XML("<memnode cellid='%u'> of guest '%s' is for a cell that is not there", o->cellid,
                       def->name);
        if (m && m->mode == NUMA_MODE_RESTRICTIVE && o->mode != NUMA_MODE_RESTRICTIVE)
            return XML("<memnode cellid='%u'> of guest '%s' has to be restrictive as <memory> is", o->cellid,
                       def->name);
        if (!o->nodeset)
            return XML("<memnode cellid='%u'> of guest '%s' has no nodeset=", o->cellid, def->name);
    }
    return 0;
}

int check_vcpu_read(struct domain_def *def, struct err *err)
{
    return def->vcpu && !def->vcpu->has_max ? XML("<vcpu> of guest '%s' holds no number of CPUs", def->name)
                                            : 0;
}

int check_vcpus_read(struct domain_def *def, uint32_t n, struct err *err)
{
    for (uint32_t i = 0; i < n; i++)
        if (def->vcpus[i]->id >= (def->vcpu ? def->vcpu->max : 1))
            return XML("<vcpu id='%u'> of guest '%s' is beyond the %u that it has", def->vcpus[i]->id,
                       def->name, def_max_vcpus(def));
    return 0;
}

int check_vcpu_states_read(struct domain_def *def, struct err *err)
{
    const struct domain_vcpus *v = def->vcpu;
    for (uint32_t i = 0; i < def->n_vcpus; i++)
        if (def->vcpus[i]->enabled == TRI_NO && def->vcpus[i]->hotpluggable == TRI_NO)
            return UNSUPPORTED("<vcpu id='%u'> of guest '%s' is off and can never be plugged in",
                               def->vcpus[i]->id, def->name);
    if (v && v->current > v->max && !def->n_vcpus)
        return UNSUPPORTED("guest '%s' starts with %u virtual CPUs but can have at most %u", def->name,
                           v->current, v->max);
    return 0;
}

int check_iothreadids_read(struct domain_def *def, uint32_t n, struct err *err)
{
    enum { MAX_IOTHREADS = 65536 };
    if (def->iothreads > MAX_IOTHREADS || def->n_iothreadids > MAX_IOTHREADS)
        return XML("guest '%s' asks for more than %d I/O threads", def->name, MAX_IOTHREADS);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < i; k++)
            if (def->iothreadids[i]->id == def->iothreadids[k]->id)
                return XML("guest '%s' has two I/O threads with id %u", def->name, def->iothreadids[i]->id);
    return 0;
}

int check_hugepages_read(struct domain_def *def, struct err *err)
{
    const struct memory_backing *b = def->memory_backing;
    for (uint32_t i = 0; b && i < b->n_hugepages; i++)
        if (!b->hugepages[i]->size)
            return err_set(err, VIR_ERR_XML_DETAIL, "<hugepages> of guest '%s' have a <page> of size 0",
                           def->name);
    return 0;
}

/* ---- what nobody could run ------------------------------------------------------------------ */

static bool bad_pool(bool has_min, unsigned min, bool has_max, unsigned max)
{
    return (has_max && !max) || (has_min && (!has_max || min > max));
}

int check_iothreads(const struct domain_def *def, struct err *err)
{
    for (uint32_t i = 0; i < def->n_iothreadids; i++) {
        const struct iothread *t = def->iothreadids[i];
        if (bad_pool(t->has_thread_pool_min, t->thread_pool_min, t->has_thread_pool_max, t->thread_pool_max))
            return UNSUPPORTED(
                "I/O thread %u of guest '%s' has to have a thread_pool_max of at least 1 and its "
                "thread_pool_min, if it has one of them",
                t->id, def->name);
    }
    const struct default_iothread *o = def->defaultiothread;
    return o && bad_pool(o->has_thread_pool_min, o->thread_pool_min, o->has_thread_pool_max,
                         o->thread_pool_max)
               ? UNSUPPORTED("<defaultiothread> of guest '%s' has to have a thread_pool_max of at least 1 "
                             "and its thread_pool_min, if it has one of them",
                             def->name)
               : 0;
}

int check_tune(const struct domain_def *def, struct err *err)
{
    const struct domain_cputune *t = def->cputune;
    if (!t)
        return 0;
    enum { PERIOD_LEAST = 1000, PERIOD_MOST = 1000000, SHARES_LEAST = 2, SHARES_MOST = 262144 };
    static const int64_t quota_most = 17592186044415;
    const struct { const char *name; uint64_t value, least, most; } ranges[] = {
        { "shares", t->has_shares && t->shares ? t->shares : SHARES_LEAST, SHARES_LEAST, SHARES_MOST },
        { "period", t->period, PERIOD_LEAST, PERIOD_MOST },
        { "quota", t->quota < 0 ? 0 : t->quota, PERIOD_LEAST, quota_most },
        { "global_period", t->global_period, PERIOD_LEAST, PERIOD_MOST },
        { "global_quota", t->global_quota < 0 ? 0 : t->global_quota, PERIOD_LEAST, quota_most },
        { "emulator_period", t->emulator_period, PERIOD_LEAST, PERIOD_MOST },
        { "emulator_quota", t->emulator_quota < 0 ? 0 : t->emulator_quota, PERIOD_LEAST, quota_most },
        { "iothread_period", t->iothread_period, PERIOD_LEAST, PERIOD_MOST },
        { "iothread_quota", t->iothread_quota < 0 ? 0 : t->iothread_quota, PERIOD_LEAST, quota_most },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(ranges); i++)
        if ((ranges[i].value || i == 0) &&
            (ranges[i].value < ranges[i].least || ranges[i].value > ranges[i].most))
            return UNSUPPORTED("<%s> of guest '%s' is %llu and has to be from %llu to %llu", ranges[i].name,
                               def->name, (unsigned long long)ranges[i].value,
                               (unsigned long long)ranges[i].least, (unsigned long long)ranges[i].most);
    return 0;
}

int check_blkio_devices(const struct domain_def *def, struct err *err)
{
    const struct domain_blkiotune *b = def->blkiotune;
    for (uint32_t i = 0; b && i < b->n_devices; i++)
        for (uint32_t k = 0; k < i; k++)
            if (!strcmp(b->devices[i]->path, b->devices[k]->path))
                return UNSUPPORTED("<blkiotune> of guest '%s' has the device '%s' twice", def->name,
                                   b->devices[i]->path);
    return 0;
}

/* Pages for nodes: those without nodes are for the rest. */
int check_hugepages(const struct domain_def *def, struct err *err)
{
    const struct memory_backing *b = def->memory_backing;
    const struct cpu_numa *numa = def->cpu ? def->cpu->numa : NULL;
    const struct hugepage *master = NULL;
    for (uint32_t i = 0; b && i < b->n_hugepages; i++) {
        const struct hugepage *p = b->hugepages[i];
        struct bitmap *map = p->nodeset ? bitmap_parse(p->nodeset, MAX_CPU, NULL) : NULL;
        ssize_t last = map ? bitmap_last(map) : -1;
        bitmap_free(map);
        if (last >= (numa && numa->n_cells ? (ssize_t)numa->n_cells : 1))
            return err_set(err, VIR_ERR_XML_DETAIL,
                           "<hugepages> of guest '%s' are for node %zd, which it has not", def->name, last);
        if (p->nodeset && numa && numa->n_cells)
            continue;
        if (master)
            return err_set(err, VIR_ERR_XML_DETAIL,
                           "guest '%s' has two sizes of <hugepages> for all nodes, %llu KiB and %llu KiB",
                           def->name, (unsigned long long)master->size, (unsigned long long)p->size);
        master = p;
    }
    return 0;
}
