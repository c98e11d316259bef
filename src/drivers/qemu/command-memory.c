/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * command-memory: -m and memory objects, -numa, memory devices.  See command-priv.h.
 */
#include "drivers/qemu/command-priv.h"

#include "base/bitmap.h"
#include "base/uuid.h"

#define ERR_FROM VIR_FROM_QEMU

/* Machines take memory in blocks, and so do modules: what a definition says is rounded up. In KiB. */
static uint64_t
whole_blocks(const struct domain_def *def, uint64_t kib, bool module)
{
    bool small = !module || arch_is_s390(def);
    uint64_t block = arch_is_ppc64(def) ? 256 * 1024 : small ? 1024 : 2048;
    return (kib + block - 1) / block * block;
}

static const struct numa_cell *
cell_of(const struct domain_def *def, int node)
{
    const struct cpu_numa *numa = def->cpu ? def->cpu->numa : NULL;
    for (uint32_t i = 0; node >= 0 && numa && i < numa->n_cells; i++)
        if (numa->cells[i]->id == (uint32_t)node)
            return numa->cells[i];
    return NULL;
}

/* Where huge pages of that size in KiB, 0: of any, are had as files; NULL: nowhere. */
static char *
hugepage_mount(uint64_t page)
{
    g_autofree char *text = NULL;
    g_file_get_contents("/proc/mounts", &text, NULL, NULL);
    g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);
    for (char **l = lines; *l; l++) {
        char dir[1024], type[64], opts[1024];
        if (sscanf(*l, "%*s %1023s %63s %1023s", dir, type, opts) != 3 || strcmp(type, "hugetlbfs"))
            continue;
        const char *ps = strstr(opts, "pagesize=");
        uint64_t have = ps ? strtoull(ps + 9, NULL, 10) * (strchr(ps, 'G') ? 1024 * 1024 : 1024) : 0;
        if (!page || have == page)
            return g_strdup(dir);
    }
    return NULL;
}

/* The object that holds guest memory; size in bytes; node is the guest's NUMA cell, or -1; m is the device
 * that is plugged in with it, if it is one. */
static int
memory_backend(struct builder *b, const char *id, uint64_t size, int node, const struct domain_memory *m)
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
    /* What is said of a module, else of the cell it is in, else of all memory. */
    const struct numa_cell *home = cell_of(b->def, node);
    enum memory_access access = m && m->access ? m->access
                                : home && home->mem_access ? home->mem_access
                                : mb                       ? mb->access
                                                           : MEMORY_ACCESS_UNSET;
    enum tristate discard = m && m->discard ? m->discard
                            : home && home->discard ? home->discard
                            : mb && mb->discard     ? TRI_YES
                                                    : TRI_UNSET;
    /* Only memory with a descriptor can be shared with another process; who says nothing needs none. */
    if (access && source != MEMORY_SOURCE_TYPE_MEMFD)
        source = MEMORY_SOURCE_TYPE_FILE;
    bool prealloc = mb && mb->allocation == MEMORY_ALLOCATION_IMMEDIATE;
    bool file = false;
    /* Without files QEMU takes huge pages by itself; users of such lines are told of the host's lack all the
     * same, if they do not say which pages. */
    bool mounted = huge && !(own && own->path) &&
                   (source != MEMORY_SOURCE_TYPE_MEMFD || (b->opts->native && !page));
    g_autofree char *mount = mounted ? hugepage_mount(page) : NULL;
    if (mounted && !mount) {
        json_decref(o);
        return err_set(b->err, VIR_ERR_INTERNAL_ERROR,
                       "guest '%s' wants huge pages%s but no hugetlbfs of that page size is mounted",
                       b->def->name, page ? " of a given size" : "");
    }
    if (own && own->path) {
        file = true;
        put_str(o, "qom-type", "memory-backend-file");
        put_str(o, "id", id);
        put_str(o, "mem-path", own->path);
        if (access)
            put_bool(o, "share", access == MEMORY_ACCESS_SHARED);
        prealloc = prealloc || (m->model == MEMORY_MODEL_NVDIMM && !own->pmem);
        discard = TRI_UNSET;    /* what it keeps is meant to stay */
        if (own->alignsize)
            put_int(o, "align", own->alignsize * 1024);
        if (own->pmem)
            put_bool(o, "pmem", true);
    } else if (huge && source != MEMORY_SOURCE_TYPE_MEMFD) {
        file = true;
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
            prealloc = true;
        }
        if (access)
            put_bool(o, "share", access == MEMORY_ACCESS_SHARED);
    } else {
        put_str(o, "qom-type", "memory-backend-ram");
        put_str(o, "id", id);
    }
    if (file)
        put_tri(o, "discard-data", discard);
    /* The machine's own memory keeps its old name in the stream of a migration. */
    if (board && (file || source == MEMORY_SOURCE_TYPE_MEMFD))
        put_bool(o, "x-use-canonical-path-for-ramblock-id", false);
    if (m && m->model == MEMORY_MODEL_VIRTIO_MEM)     /* it takes its memory piece by piece */
        put_bool(o, "reserve", false);
    else if (prealloc)
        put_bool(o, "prealloc", true);
    if (mb && mb->allocation_threads && !(m && m->model == MEMORY_MODEL_VIRTIO_MEM) &&
        qemu_caps_has(b->caps, QEMU_FEATURE_MEMORY_BACKEND_PREALLOC_THREADS))
        put_int(o, "prealloc-threads", mb->allocation_threads);
    put_int(o, "size", size);
    const struct domain_numatune *tune = b->def->numatune;
    const struct numatune_node *cell = NULL;        /* what is said of this cell alone */
    for (uint32_t i = 0; tune && i < tune->n_nodes; i++)
        if (node >= 0 && tune->nodes[i]->cellid == (uint32_t)node)
            cell = tune->nodes[i];
    const char *on = own && own->nodemask   ? own->nodemask
                     : cell                 ? cell->nodeset
                     : tune && tune->memory ? tune->memory->nodeset
                                            : NULL;
    enum numa_mode mode = cell                   ? cell->mode
                          : tune && tune->memory ? tune->memory->mode
                                                 : NUMA_MODE_STRICT;
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
    const struct cpu_numa *numa =
        def->cpu && def->cpu->numa && def->cpu->numa->n_cells ? def->cpu->numa : NULL;
    uint64_t kib = numa ? 0 : whole_blocks(def, boot_memory(def), false);
    for (uint32_t i = 0; numa && i < numa->n_cells; i++)
        kib += whole_blocks(def, numa->cells[i]->memory, false);
    uint64_t mib = kib / 1024;
    if (def->max_memory)
        add_argf(b, "-m", "size=%lluk,slots=%u,maxmem=%lluk", (unsigned long long)mib * 1024,
                 def->max_memory->slots,
                 (unsigned long long)whole_blocks(def, def->max_memory->size, false));
    else
        add_argf(b, "-m", "%llu", (unsigned long long)mib);
    if (!numa && m && m->default_ram_id)
        return memory_backend(b, m->default_ram_id, mib << 20, -1, NULL);
    return 0;
}

/* QEMU wants all distances or none. */
static void
build_distances(struct builder *b, const struct cpu_numa *numa)
{
    enum { TO_ITSELF = 10, TO_OTHERS = 20 };
    bool any = false;
    for (uint32_t i = 0; i < numa->n_cells; i++)
        any = any || numa->cells[i]->n_distances;
    for (uint32_t i = 0; any && i < numa->n_cells; i++) {
        const struct numa_cell *c = numa->cells[i];
        for (uint32_t k = 0; k < numa->n_cells; k++) {
            uint32_t to = numa->cells[k]->id, value = i == k ? TO_ITSELF : TO_OTHERS;
            for (uint32_t d = 0; d < c->n_distances; d++)
                if (c->distances[d]->id == to)
                    value = c->distances[d]->value;
            add_argf(b, "-numa", "dist,src=%u,dst=%u,val=%u", c->id, to, value);
        }
    }
}

/* ---- what memory costs (HMAT) --------------------------------------------------------------- */

bool
has_hmat(const struct domain_def *def)
{
    const struct cpu_numa *numa = def->cpu ? def->cpu->numa : NULL;
    bool any = numa && (numa->n_latencies || numa->n_bandwidths);
    for (uint32_t i = 0; numa && i < numa->n_cells; i++)
        any = any || numa->cells[i]->n_caches;
    return any;
}

/* Whose memory it is: cells with CPUs have their own; others belong to the cell that reaches them soonest,
 * or, where nothing is said of that, with most bandwidth. */
static uint32_t
initiator_of(const struct cpu_numa *numa, const struct numa_cell *cell)
{
    const struct numa_latency *soonest = NULL;
    const struct numa_bandwidth *widest = NULL;
    if (cell->cpus)
        return cell->id;
    for (uint32_t i = 0; i < numa->n_latencies; i++)
        if (numa->latencies[i]->target == cell->id &&
            (!soonest || numa->latencies[i]->value < soonest->value))
            soonest = numa->latencies[i];
    for (uint32_t i = 0; i < numa->n_bandwidths; i++)
        if (numa->bandwidths[i]->target == cell->id &&
            (!widest || numa->bandwidths[i]->value > widest->value))
            widest = numa->bandwidths[i];
    for (uint32_t i = 0; !soonest && !widest && i < numa->n_cells; i++)
        if (numa->cells[i]->cpus)
            return numa->cells[i]->id;
    return soonest ? soonest->initiator : widest ? widest->initiator : 0;
}

static void
cost(struct builder *b, uint32_t initiator, uint32_t target, uint32_t cache, enum numa_access_type type,
     const char *what, uint64_t value)
{
    static const char *const levels[] = { "memory", "first-level", "second-level", "third-level" };
    bool bandwidth = !strcmp(what, "bandwidth");
    add_argf(b, "-numa", "hmat-lb,initiator=%u,target=%u,hierarchy=%s,data-type=%s-%s,%s=%llu%s", initiator,
             target, levels[MIN(cache, G_N_ELEMENTS(levels) - 1)], numa_access_type_str(type), what, what,
             (unsigned long long)value, bandwidth ? "K" : "");
}

static void
build_hmat(struct builder *b, const struct cpu_numa *numa)
{
    static const char *const associativities[NUMA_ASSOCIATIVITY_COUNT] = {
        [NUMA_ASSOCIATIVITY_NONE] = "none",
        [NUMA_ASSOCIATIVITY_DIRECT] = "direct",
        [NUMA_ASSOCIATIVITY_FULL] = "complex",
    };
    static const char *const policies[NUMA_POLICY_COUNT] = {
        [NUMA_POLICY_NONE] = "none",
        [NUMA_POLICY_WRITEBACK] = "write-back",
        [NUMA_POLICY_WRITETHROUGH] = "write-through",
    };
    for (uint32_t i = 0; i < numa->n_latencies; i++) {
        const struct numa_latency *l = numa->latencies[i];
        cost(b, l->initiator, l->target, l->cache, l->type, "latency", l->value);
    }
    for (uint32_t i = 0; i < numa->n_bandwidths; i++) {
        const struct numa_bandwidth *w = numa->bandwidths[i];
        cost(b, w->initiator, w->target, w->cache, w->type, "bandwidth", w->value);
    }
    for (uint32_t i = 0; i < numa->n_cells; i++) {
        for (uint32_t k = 0; k < numa->cells[i]->n_caches; k++) {
            const struct numa_cache *c = numa->cells[i]->caches[k];
            add_argf(b, "-numa",
                     "hmat-cache,node-id=%u,size=%lluK,level=%u,associativity=%s,policy=%s,line=%llu",
                     numa->cells[i]->id, (unsigned long long)c->size->value, c->level,
                     associativities[c->associativity], policies[c->policy],
                     (unsigned long long)c->line->value);
        }
    }
}

/* Old machines gave their cells parts of one memory, and guests that are moved expect that still; what is
 * asked of memory beyond its size takes an object for each cell. */
static bool
parts_of_one(const struct builder *b, const struct cpu_numa *numa)
{
    const struct qemu_machine *m = qemu_caps_machine(b->caps, b->def->os->machine);
    const struct memory_backing *mb = b->def->memory_backing;
    bool plain = m && m->numa_mem && !(b->def->numatune && b->def->numatune->n_nodes) && !has_hmat(b->def) &&
                 !(mb && (mb->has_hugepages || mb->access || mb->discard ||
                          (mb->source && mb->source != MEMORY_SOURCE_TYPE_ANONYMOUS)));
    for (uint32_t i = 0; i < numa->n_cells; i++)
        plain = plain && !numa->cells[i]->mem_access;
    return plain;
}

int
build_numa(struct builder *b)
{
    const struct cpu_numa *numa = b->def->cpu ? b->def->cpu->numa : NULL;
    const struct memory_backing *mb = b->def->memory_backing;
    bool parts = numa && parts_of_one(b, numa);
    if (parts && mb && mb->allocation == MEMORY_ALLOCATION_IMMEDIATE)
        add_arg(b, "-mem-prealloc", NULL);
    for (uint32_t i = 0; numa && i < numa->n_cells; i++) {
        const struct numa_cell *c = numa->cells[i];
        g_autofree char *id = g_strdup_printf("ram-node%u", c->id);
        if (c->memory && !parts &&
            memory_backend(b, id, whole_blocks(b->def, c->memory, false) * 1024, (int)c->id, NULL) < 0)
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
        if (has_hmat(b->def))
            g_string_append_printf(s, ",initiator=%u", initiator_of(numa, c));
        if (parts)
            g_string_append_printf(s, ",mem=%llu",
                                   (unsigned long long)whole_blocks(b->def, c->memory, false) / 1024);
        else if (c->memory)
            g_string_append_printf(s, ",memdev=%s", id);
        add_arg(b, "-numa", s->str);
        g_string_free(s, TRUE);
    }
    if (numa)
        build_distances(b, numa);
    if (numa)
        build_hmat(b, numa);
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
        /* that of pseries is of whole blocks, and has its labels beside them */
        bool whole = m->model == MEMORY_MODEL_NVDIMM && arch_is_ppc64(b->def);
        uint64_t size = whole ? t->size : whole_blocks(b->def, t->size, true);
        if (memory_backend(b, id, size * 1024, t->has_node ? (int)t->node : -1, m) < 0)
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
            if (t->requested)
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
