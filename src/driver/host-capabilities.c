/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * host-capabilities: the host's half of the capabilities document.  See
 * host-node.h.  CPU features are told under the names that QEMU gives them.
 */
#include "driver/host-node.h"

#include "base/file.h"

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

/* The kernel's flag names where they differ from QEMU's. NULL: no feature of
 * the processor. */
static const char *
feature_name(const char *flag, char *buf, size_t size)
{
    static const struct { const char *kernel, *qemu; } differ[] = {
        { "pni", "pni" }, { "sse4_1", "sse4.1" }, { "sse4_2", "sse4.2" }, { "tsc_deadline_timer", "tsc-deadline" },
        { "pclmulqdq", "pclmuldq" }, { "lahf_lm", "lahf_lm" }, { "nonstop_tsc", "invtsc" }, { "sha_ni", "sha-ni" },
        { "avx512_vnni", "avx512vnni" }, { "avx512_bitalg", "avx512bitalg" }, { "avx512_vbmi2", "avx512vbmi2" },
        { "avx512_vpopcntdq", "avx512-vpopcntdq" }, { "avx512_bf16", "avx512-bf16" }, { "avx_vnni", "avx-vnni" },
        { "avx512_fp16", "avx512-fp16" }, { "tsxldtrk", "tsx-ldtrk" }, { "amx_bf16", "amx-bf16" },
        { "amx_tile", "amx-tile" }, { "amx_int8", "amx-int8" }, { "arch_capabilities", "arch-capabilities" },
        { "spec_ctrl", "spec-ctrl" }, { "ibrs", "spec-ctrl" }, { "ssbd", "ssbd" }, { "md_clear", "md-clear" },
        { "cmp_legacy", "cmp_legacy" }, { "nrip_save", "nrip-save" }, { "tsc_scale", "tsc-scale" },
        { "vmcb_clean", "vmcb-clean" }, { "flushbyasid", "flushbyasid" }, { "decodeassists", "decodeassists" },
        { "avx512_4vnniw", "avx512-4vnniw" }, { "avx512_4fmaps", "avx512-4fmaps" },
        { "avx512_vp2intersect", "avx512-vp2intersect" }, { "v_vmsave_vmload", "v-vmsave-vmload" },
    };
    /* Kernel words for how it runs, not what the processor has. */
    static const char *const synthetic[] = {
        "constant_tsc", "rep_good", "nopl", "xtopology", "cpuid", "tsc_known_freq", "cpuid_fault", "invpcid_single",
        "pti", "ibpb", "stibp", "tpr_shadow", "vnmi", "flexpriority", "ept", "vpid", "ept_ad", "arch_perfmon", "pebs",
        "bts", "nonstop_tsc_s3", "aperfmperf", "dtherm", "ida", "pln", "pts", "hwp", "hwp_notify", "hwp_act_window",
        "hwp_epp", "epb", "cat_l3", "cdp_l3", "rdt_a", "cqm", "cqm_llc", "cqm_occup_llc", "cqm_mbm_total",
        "cqm_mbm_local", "mba", "ibrs_enhanced", "rdpru", "cpb", "hw_pstate", "ssbd_msr", "vmmcall", "extd_apicid",
        "amd_dcm", "retpoline", "fsrs", "user_shstk",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(synthetic); i++) {
        if (!strcmp(synthetic[i], flag))
            return NULL;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(differ); i++) {
        if (!strcmp(differ[i].kernel, flag))
            return differ[i].qemu;
    }
    g_strlcpy(buf, flag, size);
    return buf;
}

static void
page_sizes(GString *xml)
{
    GArray *sizes = g_array_new(FALSE, FALSE, sizeof(unsigned));
    unsigned kib = sysconf(_SC_PAGESIZE) / 1024;
    g_array_append_val(sizes, kib);
    DIR *dir = opendir("/sys/kernel/mm/hugepages");
    for (struct dirent *d; dir && (d = readdir(dir));) {
        if (sscanf(d->d_name, "hugepages-%ukB", &kib) == 1) {
            guint at = 0;
            while (at < sizes->len && g_array_index(sizes, unsigned, at) < kib)
                at++;
            g_array_insert_val(sizes, at, kib);
        }
    }
    if (dir)
        closedir(dir);
    for (guint i = 0; i < sizes->len; i++)
        g_string_append_printf(xml, "      <pages unit='KiB' size='%u'/>\n", g_array_index(sizes, unsigned, i));
    g_array_free(sizes, TRUE);
}

void
host_capabilities_cpu(GString *xml)
{
    g_autofree char *cpuinfo = slurp_line("/proc/cpuinfo");
    g_autofree char *vendor = field(cpuinfo, "vendor_id"), *family = field(cpuinfo, "cpu family");
    g_autofree char *model = field(cpuinfo, "model"), *stepping = field(cpuinfo, "stepping");
    g_autofree char *microcode = field(cpuinfo, "microcode"), *flags = field(cpuinfo, "flags");
    g_autofree char *mhz = field(cpuinfo, "cpu MHz"), *address = field(cpuinfo, "address sizes");
    virNodeInfo info;
    host_node_get_info(NULL, &info, NULL);
    g_string_append_printf(xml, "    <cpu>\n      <arch>%s</arch>\n", host_arch());
    if (vendor) {
        const char *name = !strcmp(vendor, "GenuineIntel")   ? "Intel"
                           : !strcmp(vendor, "AuthenticAMD") ? "AMD"
                           : !strcmp(vendor, "HygonGenuine") ? "Hygon"
                                                             : vendor;
        g_autofree char *safe = g_markup_escape_text(name, -1);
        g_string_append_printf(xml, "      <vendor>%s</vendor>\n", safe);
    }
    if (microcode)
        g_string_append_printf(xml, "      <microcode version='%lu'/>\n", strtoul(microcode, NULL, 0));
    if (family && model && stepping)
        g_string_append_printf(xml, "      <signature family='%lu' model='%lu' stepping='%lu'/>\n",
                               strtoul(family, NULL, 10), strtoul(model, NULL, 10), strtoul(stepping, NULL, 10));
    if (flags && strstr(flags, "constant_tsc") && mhz)
        g_string_append_printf(xml, "      <counter name='tsc' frequency='%.0f' scaling='no'/>\n",
                               g_ascii_strtod(mhz, NULL) * 1e6);
    g_string_append_printf(xml, "      <topology sockets='%u' dies='1' cores='%u' threads='%u'/>\n",
                           info.sockets * info.nodes, info.cores, info.threads);
    if (address)
        g_string_append_printf(xml, "      <maxphysaddr mode='emulate' bits='%lu'/>\n", strtoul(address, NULL, 10));
    if (flags) {
        g_auto(GStrv) words = g_strsplit(flags, " ", -1);
        g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        for (char **w = words; *w; w++) {
            char buf[64];
            const char *name = **w ? feature_name(*w, buf, sizeof(buf)) : NULL;
            if (name && g_hash_table_add(seen, g_strdup(name)))
                g_string_append_printf(xml, "      <feature name='%s'/>\n", name);
        }
    }
    page_sizes(xml);
    g_string_append(xml, "    </cpu>\n");
}

void
host_capabilities_power(GString *xml)
{
    g_autofree char *state = slurp_line("/sys/power/state"), *disk = slurp_line("/sys/power/disk");
    bool mem = state && strstr(state, "mem"), to_disk = state && strstr(state, "disk");
    bool hybrid = to_disk && disk && strstr(disk, "suspend");
    if (!mem && !to_disk && !hybrid) {
        g_string_append(xml, "    <power_management/>\n");
        return;
    }
    g_string_append(xml, "    <power_management>\n");
    if (mem)
        g_string_append(xml, "      <suspend_mem/>\n");
    if (to_disk)
        g_string_append(xml, "      <suspend_disk/>\n");
    if (hybrid)
        g_string_append(xml, "      <suspend_hybrid/>\n");
    g_string_append(xml, "    </power_management>\n");
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

static void
cell_cpu(unsigned cpu, void *arg)
{
    GString *xml = arg;
    g_autofree char *base = g_strdup_printf(CPU_DIR "/cpu%u/topology/", cpu);
    g_autofree char *pkg = g_strconcat(base, "physical_package_id", NULL), *core = g_strconcat(base, "core_id", NULL);
    g_autofree char *die = g_strconcat(base, "die_id", NULL), *sib = g_strconcat(base, "thread_siblings_list", NULL);
    long long p = host_read_number(pkg), c = host_read_number(core), d = host_read_number(die);
    g_autofree char *siblings = slurp_line(sib);
    g_string_append_printf(xml, "            <cpu id='%u'", cpu);
    if (p >= 0)
        g_string_append_printf(xml, " socket_id='%lld' die_id='%lld' core_id='%lld' siblings='%s'", p, MAX(d, 0), c,
                               siblings ? siblings : "");
    g_string_append(xml, "/>\n");
}

static void
count(unsigned n, void *arg)
{
    ++*(unsigned *)arg;
}

static void
one_cell(unsigned cell, void *arg)
{
    GString *xml = arg;
    g_autofree char *mem = g_strdup_printf(NODE_DIR "/node%u/meminfo", cell);
    g_autofree char *text = slurp_line(mem);
    const char *total = text ? strstr(text, " MemTotal:") : NULL;
    long long kib = total ? strtoll(total + 10, NULL, 10) : 0;
    g_autofree char *huge = g_strdup_printf(NODE_DIR "/node%u/hugepages", cell);
    g_string_append_printf(xml, "        <cell id='%u'>\n", cell);
    if (kib > 0)
        g_string_append_printf(xml, "          <memory unit='KiB'>%lld</memory>\n", kib);
    GString *pages = g_string_new(NULL);
    long long in_huge = 0;
    GArray *sizes = g_array_new(FALSE, FALSE, sizeof(unsigned));
    DIR *dir = opendir(huge);
    for (struct dirent *d; dir && (d = readdir(dir));) {
        unsigned size;
        if (sscanf(d->d_name, "hugepages-%ukB", &size) == 1) {
            guint at = 0;
            while (at < sizes->len && g_array_index(sizes, unsigned, at) < size)
                at++;
            g_array_insert_val(sizes, at, size);
        }
    }
    if (dir)
        closedir(dir);
    for (guint i = 0; i < sizes->len; i++) {
        unsigned size = g_array_index(sizes, unsigned, i);
        g_autofree char *path = g_strdup_printf("%s/hugepages-%ukB/nr_hugepages", huge, size);
        long long n = MAX(host_read_number(path), 0);
        in_huge += n * size;
        g_string_append_printf(pages, "          <pages unit='KiB' size='%u'>%lld</pages>\n", size, n);
    }
    g_array_free(sizes, TRUE);
    unsigned base = sysconf(_SC_PAGESIZE) / 1024;
    g_string_append_printf(xml, "          <pages unit='KiB' size='%u'>%lld</pages>\n%s", base,
                           (kib - in_huge) / base, pages->str);
    g_string_free(pages, TRUE);
    g_autofree char *dist = g_strdup_printf(NODE_DIR "/node%u/distance", cell);
    g_autofree char *distances = slurp_line(dist);
    if (distances) {
        g_string_append(xml, "          <distances>\n");
        g_auto(GStrv) words = g_strsplit(distances, " ", -1);
        for (unsigned i = 0; words[i]; i++)
            g_string_append_printf(xml, "            <sibling id='%u' value='%s'/>\n", i, words[i]);
        g_string_append(xml, "          </distances>\n");
    }
    g_autofree char *list = g_strdup_printf(NODE_DIR "/node%u/cpulist", cell);
    unsigned n = 0;
    host_read_list(list, count, &n);
    g_string_append_printf(xml, "          <cpus num='%u'>\n", n);
    host_read_list(list, cell_cpu, xml);
    g_string_append(xml, "          </cpus>\n        </cell>\n");
}

struct banks {
    GString *xml;
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
        char *unit;
        unsigned long long n = strtoull(size, &unit, 10);
        const char *name = *unit == 'M' ? "MiB" : "KiB";
        if (*unit != 'M' && n % 1024 == 0 && n) {
            n /= 1024;
            name = "MiB";
        }
        const char *kind = !strcmp(type, "Unified") ? "both" : !strcmp(type, "Data") ? "data" : "code";
        g_string_append_printf(b->xml,
                               "      <bank id='%lld' level='%lld' type='%s' size='%llu' unit='%s' cpus='%s'/>\n",
                               id, level, kind, n, name, cpus);
    }
}

void
host_capabilities_topology(GString *xml)
{
    unsigned cells = 0;
    if (host_read_list(NODE_DIR "/online", count, &cells) == 0 && cells) {
        g_string_append_printf(xml, "    <topology>\n      <cells num='%u'>\n", cells);
        host_read_list(NODE_DIR "/online", one_cell, xml);
        g_string_append(xml, "      </cells>\n    </topology>\n");
    } else {
        virNodeInfo info;
        host_node_get_info(NULL, &info, NULL);
        unsigned base = sysconf(_SC_PAGESIZE) / 1024;
        g_string_append_printf(xml,
                               "    <topology>\n      <cells num='1'>\n        <cell id='0'>\n"
                               "          <memory unit='KiB'>%lu</memory>\n"
                               "          <pages unit='KiB' size='%u'>%lu</pages>\n          <cpus num='%u'>\n",
                               info.memory, base, info.memory / base, info.cpus);
        host_read_list(CPU_DIR "/online", cell_cpu, xml);
        g_string_append(xml, "          </cpus>\n        </cell>\n      </cells>\n    </topology>\n");
    }
    struct banks b = { g_string_new(NULL), g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL) };
    host_read_list(CPU_DIR "/online", cpu_banks, &b);
    if (b.xml->len)
        g_string_append_printf(xml, "    <cache>\n%s    </cache>\n", b.xml->str);
    g_string_free(b.xml, TRUE);
    g_hash_table_unref(b.seen);
}
