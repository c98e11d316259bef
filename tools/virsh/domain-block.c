/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looking at a domain's disks: lists, sizes, counters, errors. */
#include "cmd.h"
#include "file.h"
#include "lookup.h"
#include "progress.h"
#include "xml.h"

#include <stdlib.h>
#include <string.h>

static const char disk_source[] =
    "string(./source/@file|./source/@dev|./source/@dir|./source/@name|./source/@volume)";

static char *
disk_source_text(xml_doc *doc, xmlNode *disk)
{
    g_autofree char *type = xml_text(doc, disk, "string(./@type)");
    if (g_strcmp0(type, "nvme") == 0) {
        g_autofree char *ns = xml_text(doc, disk, "string(./source/@namespace)");
        g_autofree char *domain = xml_text(doc, disk, "string(./source/address/@domain)");
        g_autofree char *bus = xml_text(doc, disk, "string(./source/address/@bus)");
        g_autofree char *slot = xml_text(doc, disk, "string(./source/address/@slot)");
        g_autofree char *fn = xml_text(doc, disk, "string(./source/address/@function)");
        const char *parts[] = {domain, bus, slot, fn};
        unsigned int v[4];
        for (int i = 0; i < 4; i++)
            v[i] = parts[i] ? (unsigned int)strtoul(parts[i], NULL, 0) : 0;
        return g_strdup_printf("nvme://%04x:%02x:%02x.%d/%s", v[0], v[1], v[2], (int)v[3], ns ? ns : "");
    }
    if (g_strcmp0(type, "vhostuser") == 0)
        return xml_text(doc, disk, "string(./source/@path)");
    return xml_text(doc, disk, disk_source);
}

static xml_doc *
domain_doc(struct shell *sh, virDomainPtr dom, unsigned int flags)
{
    auto_lib char *text = virDomainGetXMLDesc(dom, flags);
    xml_doc *doc = text ? xml_parse(text) : NULL;
    if (text && !doc)
        fail(sh, "cannot parse the XML of domain '%s'", virDomainGetName(dom));
    return doc;
}

bool
cmd_domblklist(struct shell *sh, const struct call *call)
{
    bool details = opt_flag(call, "details");
    g_autoptr(virDomain) dom = domain_of(sh, call);
    g_autoptr(xml_doc) doc =
        dom ? domain_doc(sh, dom, opt_flag(call, "inactive") ? VIR_DOMAIN_XML_INACTIVE : 0) : NULL;
    if (!doc)
        return false;
    g_autoptr(table) t = details ? table_new("Type", "Device", "Target", "Source", NULL)
                                 : table_new("Target", "Source", NULL);
    g_autoptr(GPtrArray) disks = xml_nodes(doc, NULL, "/domain/devices/disk");
    for (guint i = 0; i < disks->len; i++) {
        g_autofree char *type = xml_text(doc, disks->pdata[i], "string(./@type)");
        g_autofree char *device = xml_text(doc, disks->pdata[i], "string(./@device)");
        g_autofree char *target = xml_text(doc, disks->pdata[i], "string(./target/@dev)");
        g_autofree char *source = disk_source_text(doc, disks->pdata[i]);
        if (!target)
            return fail(sh, "a disk of domain '%s' has no target", virDomainGetName(dom));
        if (details)
            table_row(t, type ? type : "-", device ? device : "-", target, source ? source : "-", NULL);
        else
            table_row(t, target, source ? source : "-", NULL);
    }
    table_print(sh, t);
    return true;
}

static char *
block_size(unsigned long long bytes, bool human)
{
    const char *unit;
    if (!human)
        return g_strdup_printf("%llu", bytes);
    if (bytes == 0)
        return g_strdup("0");
    double v = size_pretty(bytes, &unit);
    return g_strdup_printf("%.3lf %s", v, unit);
}

static bool
block_info_all(struct shell *sh, virDomainPtr dom, bool human)
{
    g_autoptr(xml_doc) doc = domain_doc(sh, dom, 0);
    int active = virDomainIsActive(dom);
    if (!doc || active < 0)
        return false;
    g_autoptr(table) t = table_new("Target", "Capacity", "Allocation", "Physical", NULL);
    g_autoptr(GPtrArray) disks = xml_nodes(doc, NULL, "/domain/devices/disk");
    for (guint i = 0; i < disks->len; i++) {
        virDomainBlockInfo info;
        g_autofree char *target = xml_text(doc, disks->pdata[i], "string(./target/@dev)");
        g_autofree char *source = disk_source_text(doc, disks->pdata[i]);
        if (!target)
            continue;
        if (!source && active == 0) {
            table_row(t, target, "-", "-", "-", NULL);
            continue;
        }
        if (!source || virDomainGetBlockInfo(dom, target, &info, 0) < 0) {
            /* Images of offline guests may be out of reach: that is no reason to hide the others. */
            if (source && err_code(sh) != VIR_ERR_OPERATION_INVALID && err_code(sh) != VIR_ERR_INVALID_ARG &&
                err_code(sh) != VIR_ERR_INTERNAL_ERROR && err_code(sh) != VIR_ERR_SYSTEM_ERROR)
                return false;
            err_forget(sh);
            table_row(t, target, "-", "-", "-", NULL);
            continue;
        }
        g_autofree char *capacity = block_size(info.capacity, human);
        g_autofree char *allocation = block_size(info.allocation, human);
        g_autofree char *physical = block_size(info.physical, human);
        table_row(t, target, capacity, allocation, physical, NULL);
    }
    table_print(sh, t);
    return true;
}

bool
cmd_domblkinfo(struct shell *sh, const struct call *call)
{
    virDomainBlockInfo info;
    const char *device = NULL;
    bool human = opt_flag(call, "human"), all = opt_flag(call, "all");
    if (!opt_exclusive(sh, call, "all", "device", NULL) || opt_string(sh, call, "device", &device) < 0)
        return false;
    if (!all && !device)
        return fail(sh, "command '%s' requires <%s> option", "domblkinfo", "device");
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    if (all)
        return block_info_all(sh, dom, human);
    if (virDomainGetBlockInfo(dom, device, &info, 0) < 0)
        return false;
    g_autofree char *capacity = block_size(info.capacity, human);
    g_autofree char *allocation = block_size(info.allocation, human);
    g_autofree char *physical = block_size(info.physical, human);
    g_autoptr(props) p = props_new(15);
    prop(p, "Capacity", "%s", capacity);
    prop(p, "Allocation", "%s", allocation);
    prop(p, "Physical", "%s", physical);
    props_print(sh, p);
    return true;
}

/* Counters in the order in which they are shown. */
static const struct {
    const char *field, *name, *human;
} counters[] = {
    {VIR_DOMAIN_BLOCK_STATS_READ_REQ, "rd_req", "number of read operations:"},
    {VIR_DOMAIN_BLOCK_STATS_READ_BYTES, "rd_bytes", "number of bytes read:"},
    {VIR_DOMAIN_BLOCK_STATS_WRITE_REQ, "wr_req", "number of write operations:"},
    {VIR_DOMAIN_BLOCK_STATS_WRITE_BYTES, "wr_bytes", "number of bytes written:"},
    {VIR_DOMAIN_BLOCK_STATS_ERRS, "errs", "error count:"},
    {VIR_DOMAIN_BLOCK_STATS_FLUSH_REQ, "flush_operations", "number of flush operations:"},
    {VIR_DOMAIN_BLOCK_STATS_READ_TOTAL_TIMES, "rd_total_times", "total duration of reads (ns):"},
    {VIR_DOMAIN_BLOCK_STATS_WRITE_TOTAL_TIMES, "wr_total_times", "total duration of writes (ns):"},
    {VIR_DOMAIN_BLOCK_STATS_FLUSH_TOTAL_TIMES, "flush_total_times", "total duration of flushes (ns):"},
};

static void
counter_print(struct shell *sh, const char *device, const char *name, const char *label, bool human,
              long long value)
{
    if (human && label) {
        fact(sh, " %-31s %s\n", label, "%lld", value);
        return;
    }
    if (!human && !sh->document)
        out(sh, "%s ", device);
    fact(sh, "%s %s\n", name, "%lld", value);
}

bool
cmd_domblkstat(struct shell *sh, const struct call *call)
{
    const char *name = NULL, *device = "";
    bool human = opt_flag(call, "human");
    int n = 0;
    g_autoptr(virDomain) dom = domain_of_by(sh, call, &name, BY_ANY);
    if (!dom || opt_string(sh, call, "device", &device) < 0)
        return false;
    virTypedParameterPtr list = NULL;
    int rc = virDomainBlockStatsFlags(dom, device, NULL, &n, 0);
    if (rc < 0) {
        /* Older hypervisors have the short form only. */
        virDomainBlockStatsStruct s;
        if (err_code(sh) != VIR_ERR_NO_SUPPORT)
            return fail(sh, "Failed to get block stats for domain '%s' device '%s'", name, device);
        err_forget(sh);
        if (virDomainBlockStats(dom, device, &s, sizeof(s)) < 0)
            return fail(sh, "Failed to get block stats %s %s", name, device);
        long long values[] = {s.rd_req, s.rd_bytes, s.wr_req, s.wr_bytes, s.errs};
        if (human)
            fact(sh, "%s: %s\n", "Device", "%s", device);
        for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
            if (values[i] >= 0)
                counter_print(sh, device, counters[i].name, counters[i].human, human, values[i]);
        }
        return true;
    }
    list = calloc(MAX(n, 1), sizeof(*list));
    if (virDomainBlockStatsFlags(dom, device, list, &n, 0) < 0) {
        free(list);
        return fail(sh, "Failed to get block stats for domain '%s' device '%s'", name, device);
    }
    if (human)
        fact(sh, "%s: %s\n", "Device", "%s", device);
    for (size_t c = 0; c < G_N_ELEMENTS(counters); c++) {
        for (int i = 0; i < n; i++) {
            if (strcmp(list[i].field, counters[c].field) != 0)
                continue;
            counter_print(sh, device, counters[c].name, counters[c].human, human, list[i].value.l);
            list[i].field[0] = 0;
        }
    }
    for (int i = 0; i < n; i++) {
        if (list[i].field[0])
            counter_print(sh, device, list[i].field, NULL, human, list[i].value.l);
    }
    virTypedParamsFree(list, n);
    return true;
}

bool
cmd_domblkerror(struct shell *sh, const struct call *call)
{
    static const char *const words[] = {"no error", "unspecified error", "no space"};
    g_autoptr(virDomain) dom = domain_of(sh, call);
    int n = dom ? virDomainGetDiskErrors(dom, NULL, 0, 0) : -1;
    if (n < 0)
        return false;
    g_autofree virDomainDiskErrorPtr list = g_new0(virDomainDiskError, n + 1);
    int got = n ? virDomainGetDiskErrors(dom, list, n, 0) : 0;
    if (got < 0)
        return false;
    if (got == 0)
        say(sh, "No errors found\n");
    for (int i = 0; i < got; i++) {
        int e = list[i].error;
        fact(sh, "%s: %s\n", list[i].disk, "%s",
             e >= 0 && (size_t)e < G_N_ELEMENTS(words) ? words[e] : "unknown error");
        free(list[i].disk);
    }
    return true;
}

bool
cmd_domblkthreshold(struct shell *sh, const struct call *call)
{
    const char *dev = NULL;
    unsigned long long threshold;
    if (opt_string(sh, call, "dev", &dev) <= 0 ||
        opt_size(sh, call, "threshold", 1, G_MAXUINT64, &threshold) <= 0)
        return false;
    g_autoptr(virDomain) dom = domain_of(sh, call);
    return dom && virDomainSetBlockThreshold(dom, dev, threshold, 0) == 0;
}

bool
cmd_blockresize(struct shell *sh, const struct call *call)
{
    const char *path = NULL;
    unsigned long long size = 0;
    unsigned int flags = 0;
    bool capacity = opt_flag(call, "capacity");
    if (opt_string(sh, call, "path", &path) <= 0 || !opt_exclusive(sh, call, "size", "capacity", NULL))
        return false;
    int rc = opt_size(sh, call, "size", 1024, G_MAXUINT64, &size);
    if (rc < 0)
        return false;
    if (rc == 0 && !capacity)
        return fail(sh, "command '%s' requires --%s option", "blockresize", "size");
    /* Whole KiB need no flag, which old hypervisors lack. */
    if (size % 1024 == 0)
        size /= 1024;
    else
        flags |= VIR_DOMAIN_BLOCK_RESIZE_BYTES;
#if API_12
    if (capacity)
        flags |= VIR_DOMAIN_BLOCK_RESIZE_CAPACITY;
#endif
#if API_12
    if (opt_flag(call, "extend"))
        flags |= VIR_DOMAIN_BLOCK_RESIZE_EXTEND;
#endif
    g_autoptr(virDomain) dom = domain_of(sh, call);
    if (!dom)
        return false;
    if (virDomainBlockResize(dom, path, size, flags) < 0)
        return fail(sh, "Failed to resize block device '%s'", path);
    say(sh, "Block device '%s' is resized", path);
    return true;
}
