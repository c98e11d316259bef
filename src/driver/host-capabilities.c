/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * host-capabilities: the host's half of the capabilities document.  See
 * host-node.h.
 */
#include "driver/host-node.h"

#include "base/file.h"
#include "driver/cpu-models.h"
#include "model/capabilities-def.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CPU_DIR "/sys/devices/system/cpu"
#define NODE_DIR "/sys/devices/system/node"

static char *
slurp_line(const char *path)
{
    char *text = NULL;
    if (file_read_quiet(AT_FDCWD, path, 4 << 20, &text) < 0)
        return NULL;
    return g_strchomp(text);
}

static char *
field(const char *cpuinfo, const char *key)
{
    size_t len = strlen(key);
    for (const char *p = cpuinfo; p && *p && *p != '\n'; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL) {
        if (strncmp(p, key, len) || !strchr(" \t:", p[len]))
            continue;
        const char *value = strchr(p, ':'), *end = strchr(p, '\n');
        if (value && (!end || value < end))
            return g_strstrip(g_strndup(value + 1, (end ? end : value + strlen(value)) - value - 1));
    }
    return NULL;
}

/* The sizes that "hugepages-<N>kB" folders have, in KiB, smallest first. */
static GArray *
huge_sizes(const char *folder)
{
    GArray *sizes = g_array_new(FALSE, FALSE, sizeof(unsigned));
    DIR *dir = opendir(folder);
    for (struct dirent *d; dir && (d = readdir(dir));) {
        unsigned kib;
        if (sscanf(d->d_name, "hugepages-%ukB", &kib) == 1) {
            guint at = 0;
            while (at < sizes->len && g_array_index(sizes, unsigned, at) < kib)
                at++;
            g_array_insert_val(sizes, at, kib);
        }
    }
    if (dir)
        closedir(dir);
    return sizes;
}

static void
page_sizes(const void *root, struct host_cpu *cpu)
{
    g_autoptr(GArray) sizes = huge_sizes("/sys/kernel/mm/hugepages");
    unsigned kib = sysconf(_SC_PAGESIZE) / 1024;
    g_array_prepend_val(sizes, kib);
    for (guint i = 0; i < sizes->len; i++) {
        struct host_pages_size *p = model_new(root, struct host_pages_size);
        p->unit = "KiB";
        p->size = g_array_index(sizes, unsigned, i);
        p->has_size = true;
        model_list_append(root, cpu->pages, cpu->n_pages, p);
    }
}

/* A model that is all there, and what there is beyond it. */
static void
cpu_model(const void *root, struct host_cpu *cpu)
{
    struct cpu_set has;
    const char *vendor;
    const struct cpu_kind *kind = cpu_host(&has, &vendor) ? cpu_kind_within(&has, vendor) : NULL;
    if (!kind)
        return;
    cpu->model = model_new(root, struct cpu_model);
    cpu->model->name = kind->name;
    for (size_t i = 0; i < CPU_FEATURES; i++) {
        if (!cpu_set_has(&has, i) || cpu_set_has(&kind->has, i))
            continue;
        struct cpu_feature *f = model_new(root, struct cpu_feature);
        f->name = cpu_features[i];
        model_list_append(root, cpu->cpu_features, cpu->n_cpu_features, f);
    }
}

uint64_t
host_tsc_frequency(void)
{
    g_autofree char *cpuinfo = slurp_line("/proc/cpuinfo");
    g_autofree char *flags = field(cpuinfo, "flags"), *mhz = field(cpuinfo, "cpu MHz");
    return flags && strstr(flags, "constant_tsc") && mhz ? g_ascii_strtod(mhz, NULL) * 1e6 + 0.5 : 0;
}

void
host_capabilities_cpu(const void *root, struct capabilities_host *host)
{
    g_autofree char *cpuinfo = slurp_line("/proc/cpuinfo");
    g_autofree char *vendor = field(cpuinfo, "vendor_id"), *family = field(cpuinfo, "cpu family");
    g_autofree char *model = field(cpuinfo, "model"), *stepping = field(cpuinfo, "stepping");
    g_autofree char *microcode = field(cpuinfo, "microcode");
    g_autofree char *address = field(cpuinfo, "address sizes");
    uint64_t hz = host_tsc_frequency();
    struct host_cpu *cpu = host->cpu = model_new(root, struct host_cpu);
    virNodeInfo info;
    host_node_get_info(NULL, &info, NULL);
    cpu->arch = host_arch();
    if (vendor)
        cpu->vendor = cpu_vendor_name(vendor) ? cpu_vendor_name(vendor) : model_str(root, vendor);
    if (microcode) {
        cpu->microcode = strtoul(microcode, NULL, 0);
        cpu->has_microcode = true;
    }
    if (family && model && stepping) {
        struct host_cpu_signature *g = cpu->signature = model_new(root, struct host_cpu_signature);
        g->family = strtoul(family, NULL, 10);
        g->model = strtoul(model, NULL, 10);
        g->stepping = strtoul(stepping, NULL, 10);
        g->has_family = g->has_model = g->has_stepping = true;
    }
    if (hz) {
        struct host_cpu_counter *c = model_new(root, struct host_cpu_counter);
        c->name = "tsc";
        c->frequency = hz;
        c->has_frequency = true;
        c->scaling = TRI_NO;
        model_list_append(root, cpu->counters, cpu->n_counters, c);
    }
    struct cpu_topology *t = cpu->topology = model_new(root, struct cpu_topology);
    t->sockets = info.sockets * info.nodes;
    t->dies = 1;
    t->cores = info.cores;
    t->threads = info.threads;
    if (address) {
        cpu->maxphysaddr = model_new(root, struct cpu_physaddr);
        cpu->maxphysaddr->mode = CPU_PHYSADDR_MODE_EMULATE;
        cpu->maxphysaddr->bits = strtoul(address, NULL, 10);
    }
    cpu_model(root, cpu);
    page_sizes(root, cpu);
}

void
host_capabilities_power(const void *root, struct capabilities_host *host)
{
    g_autofree char *state = slurp_line("/sys/power/state"), *disk = slurp_line("/sys/power/disk");
    struct host_power *p = host->power_management = model_new(root, struct host_power);
    p->suspend_mem = state && strstr(state, "mem");
    p->suspend_disk = state && strstr(state, "disk");
    p->suspend_hybrid = p->suspend_disk && disk && strstr(disk, "suspend");
}

bool
host_has_iommu(void)
{
    DIR *dir = opendir("/sys/kernel/iommu_groups");
    bool any = false;
    for (struct dirent *d; dir && (d = readdir(dir));)
        any = any || d->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return any;
}

struct threads {
    const void *root;
    struct host_threads *of;
};

static void
cell_cpu(unsigned cpu, void *arg)
{
    struct threads *t = arg;
    g_autofree char *base = g_strdup_printf(CPU_DIR "/cpu%u/topology/", cpu);
    g_autofree char *pkg = g_strconcat(base, "physical_package_id", NULL),
                    *core = g_strconcat(base, "core_id", NULL);
    g_autofree char *die = g_strconcat(base, "die_id", NULL),
                    *sib = g_strconcat(base, "thread_siblings_list", NULL);
    long long p = host_read_number(pkg), c = host_read_number(core), d = host_read_number(die);
    g_autofree char *siblings = slurp_line(sib);
    struct host_thread *h = model_new(t->root, struct host_thread);
    h->id = cpu;
    h->has_id = true;
    if (p >= 0) {
        h->socket_id = p;
        h->die_id = MAX(d, 0);
        h->core_id = c;
        h->has_socket_id = h->has_die_id = h->has_core_id = true;
        h->siblings = model_str(t->root, siblings ? siblings : "");
    }
    model_list_append(t->root, t->of->threads, t->of->n_threads, h);
}

static struct host_threads *
threads_of(const void *root, const char *list)
{
    struct threads t = { root, model_new(root, struct host_threads) };
    host_read_list(list, cell_cpu, &t);
    t.of->num = t.of->n_threads;
    t.of->has_num = true;
    return t.of;
}

static void
add_pages(const void *root, struct host_cell *c, unsigned kib, uint64_t count)
{
    struct host_pages *p = model_new(root, struct host_pages);
    p->unit = "KiB";
    p->size = kib;
    p->count = count;
    p->has_size = p->has_count = true;
    model_list_append(root, c->pages, c->n_pages, p);
}

static struct host_cell *
cell_new(const void *root, struct host_cells *cells, unsigned id, uint64_t kib)
{
    struct host_cell *c = model_new(root, struct host_cell);
    c->id = id;
    c->has_id = true;
    if (kib) {
        c->memory = model_new(root, struct host_memory);
        c->memory->unit = "KiB";
        c->memory->size = kib;
        c->memory->has_size = true;
    }
    model_list_append(root, cells->cells, cells->n_cells, c);
    cells->num = cells->n_cells;
    cells->has_num = true;
    return c;
}

struct cells {
    const void *root;
    struct host_cells *of;
};

static void
one_cell(unsigned cell, void *arg)
{
    const void *root = ((struct cells *)arg)->root;
    g_autofree char *mem = g_strdup_printf(NODE_DIR "/node%u/meminfo", cell);
    g_autofree char *text = slurp_line(mem);
    const char *total = text ? strstr(text, " MemTotal:") : NULL;
    long long kib = total ? strtoll(total + 10, NULL, 10) : 0;
    g_autofree char *huge = g_strdup_printf(NODE_DIR "/node%u/hugepages", cell);
    struct host_cell *c = cell_new(root, ((struct cells *)arg)->of, cell, MAX(kib, 0));
    g_autoptr(GArray) sizes = huge_sizes(huge);
    unsigned base = sysconf(_SC_PAGESIZE) / 1024;
    long long in_huge = 0;
    add_pages(root, c, base, 0);
    for (guint i = 0; i < sizes->len; i++) {
        unsigned size = g_array_index(sizes, unsigned, i);
        g_autofree char *path = g_strdup_printf("%s/hugepages-%ukB/nr_hugepages", huge, size);
        long long n = MAX(host_read_number(path), 0);
        in_huge += n * size;
        add_pages(root, c, size, n);
    }
    c->pages[0]->count = MAX(kib - in_huge, 0) / base;
    g_autofree char *dist = g_strdup_printf(NODE_DIR "/node%u/distance", cell);
    g_autofree char *distances = slurp_line(dist);
    g_auto(GStrv) words = distances ? g_strsplit(distances, " ", -1) : NULL;
    if (words)
        c->distances = model_new(root, struct host_distances);
    for (unsigned i = 0; words && words[i]; i++) {
        struct numa_distance *d = model_new(root, struct numa_distance);
        d->id = i;
        d->value = strtoul(words[i], NULL, 10);
        d->has_id = d->has_value = true;
        model_list_append(root, c->distances->siblings, c->distances->n_siblings, d);
    }
    g_autofree char *list = g_strdup_printf(NODE_DIR "/node%u/cpulist", cell);
    c->cpus = threads_of(root, list);
}

struct banks {
    const void *root;
    struct host_cache *of;
    GHashTable *seen;
};

/* The biggest shared caches: level 3, or the last there is, as clients that
 * tune cache allocation look for them. */
static void
cpu_banks(unsigned cpu, void *arg)
{
    struct banks *b = arg;
    for (unsigned i = 0; i < 8; i++) {
        g_autofree char *base = g_strdup_printf(CPU_DIR "/cpu%u/cache/index%u/", cpu, i);
        g_autofree char *f_level = g_strconcat(base, "level", NULL), *f_id = g_strconcat(base, "id", NULL);
        g_autofree char *f_size = g_strconcat(base, "size", NULL), *f_type = g_strconcat(base, "type", NULL);
        g_autofree char *f_cpus = g_strconcat(base, "shared_cpu_list", NULL);
        long long level = host_read_number(f_level), id = host_read_number(f_id);
        if (level < 0)
            break;
        if (level < 3)
            continue;
        g_autofree char *cpus = slurp_line(f_cpus), *size = slurp_line(f_size), *type = slurp_line(f_type);
        g_autofree char *key = g_strdup_printf("%lld/%lld", level, id);
        if (!cpus || !size || !type || !g_hash_table_add(b->seen, g_steal_pointer(&key)))
            continue;
        struct host_cache_bank *bank = model_new(b->root, struct host_cache_bank);
        char *unit;
        unsigned long long n = strtoull(size, &unit, 10);
        bool mib = *unit == 'M' || (n && n % 1024 == 0);
        bank->size = mib && *unit != 'M' ? n / 1024 : n;
        bank->unit = mib ? "MiB" : "KiB";
        bank->type = !strcmp(type, "Unified") ? CACHE_TYPE_BOTH
                     : !strcmp(type, "Data")  ? CACHE_TYPE_DATA
                                              : CACHE_TYPE_CODE;
        bank->id = id;
        bank->level = level;
        bank->has_id = bank->has_level = bank->has_size = true;
        bank->cpus = model_str(b->root, cpus);
        model_list_append(b->root, b->of->banks, b->of->n_banks, bank);
    }
}

void
host_capabilities_topology(const void *root, struct capabilities_host *host)
{
    host->topology = model_new(root, struct host_topology);
    struct cells cells = { root, host->topology->cells = model_new(root, struct host_cells) };
    if (host_read_list(NODE_DIR "/online", one_cell, &cells) < 0 || !cells.of->n_cells) {
        virNodeInfo info;
        host_node_get_info(NULL, &info, NULL);
        unsigned base = sysconf(_SC_PAGESIZE) / 1024;
        struct host_cell *c = cell_new(root, cells.of, 0, info.memory);
        add_pages(root, c, base, info.memory / base);
        c->cpus = threads_of(root, CPU_DIR "/online");
    }
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    struct banks b = { root, model_new(root, struct host_cache), seen };
    host_read_list(CPU_DIR "/online", cpu_banks, &b);
    if (b.of->n_banks)
        host->cache = b.of;
}
