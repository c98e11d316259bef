/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Storage volumes.  Upload and download wait for the stream. */
#include "cmd.h"
#include "names.h"
#include "object.h"
#include "progress.h"
#include "xml.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VOL vol_of(sh, call, &name)
#define VOL_ONLY vol_of(sh, call, NULL)

OBJECT_DUMPXML(cmd_vol_dumpxml, virStorageVol, VOL_ONLY, virStorageVolGetXMLDesc(object, 0))
OBJECT_NAME(cmd_vol_key, virStorageVol, VOL_ONLY, virStorageVolGetKey)
OBJECT_NAME(cmd_vol_name, virStorageVol, vol_of_in(sh, call, "vol", NULL, NULL), virStorageVolGetName)
OBJECT_ACTION(cmd_vol_delete, virStorageVol, VOL,
              virStorageVolDelete(object, opt_flag(call, "delete-snapshots")
                                              ? VIR_STORAGE_VOL_DELETE_WITH_SNAPSHOTS
                                              : 0),
              "Failed to delete vol %s", "Vol %s deleted")

bool
cmd_vol_path(struct shell *sh, const struct call *call)
{
    g_autoptr(virStorageVol) vol = VOL_ONLY;
    auto_lib char *path = vol ? virStorageVolGetPath(vol) : NULL;
    if (!path)
        return false;
    out(sh, "%s\n", path);
    return true;
}

bool
cmd_vol_pool(struct shell *sh, const struct call *call)
{
    char uuid[VIR_UUID_STRING_BUFLEN];
    g_autoptr(virStorageVol) vol = vol_of_in(sh, call, "vol", NULL, NULL);
    if (!vol)
        return false;
    g_autoptr(virStoragePool) pool = virStoragePoolLookupByVolume(vol);
    if (!pool)
        return fail(sh, "failed to get parent pool");
    if (opt_flag(call, "uuid")) {
        if (virStoragePoolGetUUIDString(pool, uuid) < 0)
            return false;
        out(sh, "%s\n", uuid);
    } else {
        out(sh, "%s\n", virStoragePoolGetName(pool));
    }
    return true;
}

static const char *const types[] = {"file", "block", "dir", "network", "netdir", "ploop"};

static void
add_size(props *p, const char *label, unsigned long long v, bool bytes)
{
    const char *unit;
    double size = size_pretty(v, &unit);
    if (bytes)
        prop(p, label, "%llu bytes", v);
    else
        prop(p, label, "%2.2lf %s", size, unit);
}

bool
cmd_vol_info(struct shell *sh, const struct call *call)
{
    virStorageVolInfo info;
    bool bytes = opt_flag(call, "bytes"), physical = opt_flag(call, "physical");
    g_autoptr(virStorageVol) vol = VOL_ONLY;
    g_autoptr(props) p = props_new(15);
    if (!vol)
        return false;
    prop(p, "Name", "%s", virStorageVolGetName(vol));
    if ((physical ? virStorageVolGetInfoFlags(vol, &info, VIR_STORAGE_VOL_GET_PHYSICAL)
                  : virStorageVolGetInfo(vol, &info)) < 0)
        return false;
    prop(p, "Type", "%s", WORD(types, info.type));
    add_size(p, "Capacity", info.capacity, bytes);
    add_size(p, physical ? "Physical" : "Allocation", info.allocation, bytes);
    props_print(sh, p);
    return true;
}

COMPARE_BY(by_name, virStorageVolPtr, virStorageVolGetName)

bool
cmd_vol_list(struct shell *sh, const struct call *call)
{
    bool details = opt_flag(call, "details");
    virStorageVolPtr *vols = NULL;
    g_autoptr(virStoragePool) pool = pool_of(sh, call, "pool", NULL);
    if (!pool)
        return false;
    int n = virStoragePoolListAllVolumes(pool, &vols, 0);
    if (n < 0)
        return fail(sh, "Failed to list volumes");
    qsort(vols, n, sizeof(*vols), by_name);
    g_autoptr(table) t = details ? table_new("Name", "Path", "Type", "Capacity", "Allocation", NULL)
                                 : table_new("Name", "Path", NULL);
    for (int i = 0; i < n; i++) {
        virStorageVolInfo info;
        auto_lib char *path = virStorageVolGetPath(vols[i]);
        char capacity[32] = "unknown", allocation[32] = "unknown";
        const char *type = "unknown", *unit;
        if (details && virStorageVolGetInfo(vols[i], &info) == 0) {
            double v = size_pretty(info.capacity, &unit);
            g_snprintf(capacity, sizeof(capacity), "%.2lf %s", v, unit);
            v = size_pretty(info.allocation, &unit);
            g_snprintf(allocation, sizeof(allocation), "%.2lf %s", v, unit);
            type = WORD(types, info.type);
        }
        table_row(t, virStorageVolGetName(vols[i]), path ? path : "-", type, capacity, allocation, NULL);
        virStorageVolFree(vols[i]);
    }
    free(vols);
    err_forget(sh);
    table_print(sh, t);
    return true;
}

/* ---- creating ---- */

static bool
volume_size(struct shell *sh, const struct call *call, const char *option, unsigned long long *v)
{
    const char *text = NULL;
    g_autofree char *why = NULL;
    if (opt_string(sh, call, option, &text) <= 0)
        return false;
    if (size_parse(text, 1, G_MAXUINT64, v, &why))
        return true;
    fail(sh, "Malformed size %s", text);
    return why ? fail(sh, "%s", why) : false;
}

/* The volume below the new one: a name in the same pool, a key or a path. */
static virStorageVolPtr
backing_volume(struct shell *sh, virStoragePoolPtr pool, const char *name)
{
    virStorageVolPtr vol = virStorageVolLookupByName(pool, name);
    if (!vol)
        vol = virStorageVolLookupByKey(sh->conn, name);
    if (!vol)
        vol = virStorageVolLookupByPath(sh->conn, name);
    if (!vol)
        fail(sh, "failed to get vol '%s'", name);
    else
        err_forget(sh);
    return vol;
}

bool
cmd_vol_create_as(struct shell *sh, const struct call *call)
{
    const char *name = NULL, *format = NULL, *backing = NULL, *backing_format = NULL;
    unsigned long long capacity = 0, allocation = 0;
    auto_xml_out struct xml_out x = {0};
    g_autoptr(virStoragePool) pool = pool_of(sh, call, "pool", NULL);
    if (!pool || opt_string(sh, call, "name", &name) <= 0 || !volume_size(sh, call, "capacity", &capacity) ||
        (opt_flag(call, "allocation") && !volume_size(sh, call, "allocation", &allocation)) ||
        opt_string(sh, call, "format", &format) < 0 || opt_string(sh, call, "backing-vol", &backing) < 0 ||
        opt_string(sh, call, "backing-vol-format", &backing_format) < 0)
        return false;
    xo_open(&x, "<volume>");
    xo_line(&x, "<name>%s</name>", name);
    xo_line(&x, "<capacity>%llu</capacity>", capacity);
    if (opt_flag(call, "allocation"))
        xo_line(&x, "<allocation>%llu</allocation>", allocation);
    if (format) {
        xo_open(&x, "<target>");
        xo_line(&x, "<format type='%s'/>", format);
        xo_close(&x, "target");
    }
    if (backing) {
        g_autoptr(virStorageVol) below = backing_volume(sh, pool, backing);
        auto_lib char *path = below ? virStorageVolGetPath(below) : NULL;
        if (!path)
            return false;
        xo_open(&x, "<backingStore>");
        xo_line(&x, "<path>%s</path>", path);
        if (backing_format)
            xo_line(&x, "<format type='%s'/>", backing_format);
        xo_close(&x, "backingStore");
    }
    xo_close(&x, "volume");
    if (opt_flag(call, "print-xml")) {
        out(sh, "%s", x.s->str);
        return true;
    }
    g_autoptr(virStorageVol) vol = virStorageVolCreateXML(
        pool, x.s->str, opt_flag(call, "prealloc-metadata") ? VIR_STORAGE_VOL_CREATE_PREALLOC_METADATA : 0);
    if (!vol)
        return fail(sh, "Failed to create vol %s", name);
    say(sh, "Vol %s created\n", name);
    return true;
}

static unsigned int
create_flags(const struct call *call)
{
    unsigned int flags = 0;
    if (opt_flag(call, "prealloc-metadata"))
        flags |= VIR_STORAGE_VOL_CREATE_PREALLOC_METADATA;
    if (option_find(call->def, "reflink") && opt_flag(call, "reflink"))
        flags |= VIR_STORAGE_VOL_CREATE_REFLINK;
    if (option_find(call->def, "validate") && opt_flag(call, "validate"))
        flags |= VIR_STORAGE_VOL_CREATE_VALIDATE;
    return flags;
}

bool
cmd_vol_create(struct shell *sh, const struct call *call)
{
    g_autofree char *xml = NULL;
    g_autoptr(virStoragePool) pool = pool_of(sh, call, "pool", NULL);
    if (!pool || opt_file(sh, call, "file", &xml) <= 0)
        return false;
    g_autoptr(virStorageVol) vol = virStorageVolCreateXML(pool, xml, create_flags(call));
    if (!vol)
        return fail(sh, "Failed to create vol from %s", opt_text(call, "file"));
    say(sh, "Vol %s created from %s\n", virStorageVolGetName(vol), opt_text(call, "file"));
    return true;
}

struct copy {
    virStoragePoolPtr pool;
    virStorageVolPtr from, made;
    const char *xml;
    unsigned int flags;
};

static int
copy_run(struct shell *sh, void *ctx)
{
    struct copy *c = ctx;
    c->made = virStorageVolCreateXMLFrom(c->pool, c->xml, c->from, c->flags);
    return c->made ? 0 : -1;
}

static virStorageVolPtr
copy_vol(struct shell *sh, virStoragePoolPtr pool, const char *xml, virStorageVolPtr from, unsigned int flags)
{
    struct copy c = {pool, from, NULL, xml, flags};
    struct job job = {.label = "Copy", .fn = copy_run, .ctx = &c};
    job_run(sh, &job);
    return c.made;
}

bool
cmd_vol_create_from(struct shell *sh, const struct call *call)
{
    g_autofree char *xml = NULL;
    const char *from = NULL;
    g_autoptr(virStoragePool) pool = pool_of(sh, call, "pool", NULL);
    if (!pool || opt_file(sh, call, "file", &xml) <= 0)
        return false;
    g_autoptr(virStorageVol) source = vol_of_in(sh, call, "vol", "inputpool", &from);
    if (!source)
        return false;
    g_autoptr(virStorageVol) vol = copy_vol(sh, pool, xml, source, create_flags(call));
    if (!vol)
        return fail(sh, "Failed to create vol from %s", opt_text(call, "file"));
    say(sh, "Vol %s created from input vol %s\n", virStorageVolGetName(vol), virStorageVolGetName(source));
    return true;
}

bool
cmd_vol_clone(struct shell *sh, const struct call *call)
{
    const char *newname = NULL;
    g_autoptr(virStorageVol) vol = VOL_ONLY;
    if (!vol || opt_string(sh, call, "newname", &newname) <= 0)
        return false;
    g_autoptr(virStoragePool) pool = virStoragePoolLookupByVolume(vol);
    if (!pool)
        return fail(sh, "failed to get parent pool");
    auto_lib char *old = virStorageVolGetXMLDesc(vol, 0);
    g_autoptr(xml_doc) doc = old ? xml_parse(old) : NULL;
    xmlNode *name = doc ? xml_node(doc, NULL, "/volume/name") : NULL;
    if (!name)
        return false;
    xmlNodeSetContent(name, NULL);
    xmlNodeAddContent(name, (const xmlChar *)newname);
    g_autofree char *xml = xml_print_node(doc, xmlDocGetRootElement(doc));
    if (opt_flag(call, "print-xml")) {
        out(sh, "%s", xml);
        return true;
    }
    g_autoptr(virStorageVol) copy = copy_vol(sh, pool, xml, vol, create_flags(call));
    if (!copy)
        return fail(sh, "Failed to clone vol from %s", virStorageVolGetName(vol));
    say(sh, "Vol %s cloned from %s\n", virStorageVolGetName(copy), virStorageVolGetName(vol));
    return true;
}

/* ---- changing ---- */

bool
cmd_vol_resize(struct shell *sh, const struct call *call)
{
    const char *text = NULL;
    unsigned long long capacity;
    unsigned int flags = 0;
    bool delta = opt_flag(call, "delta");
    g_autofree char *why = NULL;
    if (opt_flag(call, "allocate"))
        flags |= VIR_STORAGE_VOL_RESIZE_ALLOCATE;
    if (delta)
        flags |= VIR_STORAGE_VOL_RESIZE_DELTA;
    if (opt_flag(call, "shrink"))
        flags |= VIR_STORAGE_VOL_RESIZE_SHRINK;
    g_autoptr(virStorageVol) vol = VOL_ONLY;
    if (!vol || opt_string(sh, call, "capacity", &text) <= 0)
        return false;
    /* A minus sign shrinks by a difference. */
    if (text[0] == '-') {
        if (!delta || !opt_flag(call, "shrink"))
            return fail(sh, "negative size requires --delta and --shrink");
        text++;
    }
    if (!size_parse(text, 1, G_MAXUINT64, &capacity, &why)) {
        fail(sh, "Malformed size %s", text);
        return why ? fail(sh, "%s", why) : false;
    }
    if (virStorageVolResize(vol, capacity, flags) < 0)
        return fail(sh,
                    delta ? "Failed to change size of volume '%s' by %s"
                          : "Failed to change size of volume '%s' to %s",
                    virStorageVolGetName(vol), opt_text(call, "capacity"));
    say(sh, delta ? "Size of volume '%s' successfully changed by %s\n"
                  : "Size of volume '%s' successfully changed to %s\n",
        virStorageVolGetName(vol), opt_text(call, "capacity"));
    return true;
}

struct wipe {
    virStorageVolPtr vol;
    bool chosen;
    unsigned int algorithm;
};

static int
wipe_run(struct shell *sh, void *ctx)
{
    const struct wipe *w = ctx;
    return w->chosen ? virStorageVolWipePattern(w->vol, w->algorithm, 0) : virStorageVolWipe(w->vol, 0);
}

bool
cmd_vol_wipe(struct shell *sh, const struct call *call)
{
    static const char *const algorithms[] = {"zero", "nnsa", "dod", "bsi", "gutmann", "schneier", "pfitzner7",
                                             "pfitzner33", "random", "trim"};
    const char *name = NULL, *algorithm = NULL;
    unsigned int a = 0;
    g_autoptr(virStorageVol) vol = VOL;
    if (!vol || opt_string(sh, call, "algorithm", &algorithm) < 0)
        return false;
    if (algorithm) {
        while (a < G_N_ELEMENTS(algorithms) && strcmp(algorithms[a], algorithm) != 0)
            a++;
        if (a == G_N_ELEMENTS(algorithms))
            return fail(sh, "Unsupported algorithm '%s'", algorithm);
    }
    struct wipe w = {vol, algorithm != NULL, a};
    struct job job = {.label = "Wipe", .fn = wipe_run, .ctx = &w};
    if (job_run(sh, &job) < 0)
        return fail(sh, "Failed to wipe vol %s", name);
    say(sh, "Vol %s wiped\n", name);
    return true;
}
