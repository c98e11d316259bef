/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Storage pools. */
#include "cmd.h"
#include "names.h"
#include "object.h"
#include "progress.h"
#include "xml.h"

#include <stdlib.h>
#include <string.h>

#define POOL pool_of(sh, call, "pool", &name)
#define POOL_ONLY pool_of(sh, call, "pool", NULL)

OBJECT_AUTOSTART(cmd_pool_autostart, virStoragePool, POOL, virStoragePoolSetAutostart, "Pool", "pool")
OBJECT_FROM_FILE(cmd_pool_define, virStoragePool,
                 virStoragePoolDefineXML(sh->conn, xml,
                                         opt_flag(call, "validate") ? VIR_STORAGE_POOL_DEFINE_VALIDATE : 0),
                 "Failed to define pool from %s",
                 say(sh, "Pool %s defined from %s\n", virStoragePoolGetName(object), file))
OBJECT_ACTION(cmd_pool_destroy, virStoragePool, POOL, virStoragePoolDestroy(object),
              "Failed to destroy pool %s", "Pool %s destroyed")
OBJECT_ACTION(cmd_pool_delete, virStoragePool, POOL, virStoragePoolDelete(object, 0),
              "Failed to delete pool %s", "Pool %s deleted")
OBJECT_ACTION(cmd_pool_refresh, virStoragePool, POOL, virStoragePoolRefresh(object, 0),
              "Failed to refresh pool %s", "Pool %s refreshed")
OBJECT_ACTION(cmd_pool_undefine, virStoragePool, POOL, virStoragePoolUndefine(object),
              "Failed to undefine pool %s", "Pool %s has been undefined")
OBJECT_NAME(cmd_pool_name, virStoragePool, pool_of_by(sh, call, "pool", NULL, BY_UUID), virStoragePoolGetName)
OBJECT_UUID(cmd_pool_uuid, virStoragePool, pool_of_by(sh, call, "pool", NULL, BY_NAME),
            virStoragePoolGetUUIDString, "pool")
OBJECT_DUMPXML(cmd_pool_dumpxml, virStoragePool, POOL_ONLY,
               virStoragePoolGetXMLDesc(object, opt_flag(call, "inactive") ? VIR_STORAGE_XML_INACTIVE : 0))

static char *
inactive_xml(struct shell *sh, virStoragePoolPtr pool)
{
    char *xml = virStoragePoolGetXMLDesc(pool, VIR_STORAGE_XML_INACTIVE);
    if (xml || err_code(sh) != VIR_ERR_INVALID_ARG)
        return xml;
    err_forget(sh);
    return virStoragePoolGetXMLDesc(pool, 0);
}
OBJECT_EDIT(cmd_pool_edit, virStoragePool, virStoragePoolPtr, POOL, inactive_xml(sh, object),
            virStoragePoolDefineXML(sh->conn, xml, 0), "Pool")

/* --build, --overwrite and --no-overwrite when a pool starts. */
static bool
start_flags(struct shell *sh, const struct call *call, unsigned int *flags)
{
    bool overwrite = opt_flag(call, "overwrite"), keep = opt_flag(call, "no-overwrite");
    *flags = 0;
    if (!opt_exclusive(sh, call, "overwrite", "no-overwrite", NULL))
        return false;
    if (opt_flag(call, "build"))
        *flags |= VIR_STORAGE_POOL_CREATE_WITH_BUILD;
    if (overwrite)
        *flags |= VIR_STORAGE_POOL_CREATE_WITH_BUILD_OVERWRITE;
    if (keep)
        *flags |= VIR_STORAGE_POOL_CREATE_WITH_BUILD_NO_OVERWRITE;
    return true;
}

bool
cmd_pool_create(struct shell *sh, const struct call *call)
{
    unsigned int flags;
    g_autofree char *xml = NULL;
    if (opt_file(sh, call, "file", &xml) <= 0 || !start_flags(sh, call, &flags))
        return false;
    g_autoptr(virStoragePool) pool = virStoragePoolCreateXML(sh->conn, xml, flags);
    if (!pool)
        return fail(sh, "Failed to create pool from %s", opt_text(call, "file"));
    say(sh, "Pool %s created from %s\n", virStoragePoolGetName(pool), opt_text(call, "file"));
    return true;
}

bool
cmd_pool_start(struct shell *sh, const struct call *call)
{
    const char *name = NULL;
    unsigned int flags;
    g_autoptr(virStoragePool) pool = POOL;
    if (!pool || !start_flags(sh, call, &flags))
        return false;
    if (virStoragePoolCreate(pool, flags) < 0)
        return fail(sh, "Failed to start pool %s", name);
    say(sh, "Pool %s started\n", name);
    return true;
}

bool
cmd_pool_build(struct shell *sh, const struct call *call)
{
    const char *name = NULL;
    unsigned int flags = 0;
    if (opt_flag(call, "no-overwrite"))
        flags |= VIR_STORAGE_POOL_BUILD_NO_OVERWRITE;
    if (opt_flag(call, "overwrite"))
        flags |= VIR_STORAGE_POOL_BUILD_OVERWRITE;
    g_autoptr(virStoragePool) pool = POOL;
    if (!pool)
        return false;
    if (virStoragePoolBuild(pool, flags) < 0)
        return fail(sh, "Failed to build pool %s", name);
    say(sh, "Pool %s built\n", name);
    return true;
}

/* ---- from options ---- */

static void
adapter_xml(const struct call *call, struct xml_out *x)
{
    const char *name = opt_filled(call, "adapter-name"), *wwnn = opt_filled(call, "adapter-wwnn"),
               *wwpn = opt_filled(call, "adapter-wwpn");
    g_autoptr(GString) s = g_string_new(NULL);
    if (wwnn && wwpn) {
        xml_attribute(s, "type", "fc_host");
        xml_attribute(s, "parent", opt_filled(call, "adapter-parent"));
        if (!opt_filled(call, "adapter-parent")) {
            xml_attribute(s, "parent_wwnn", opt_filled(call, "adapter-parent-wwnn"));
            xml_attribute(s, "parent_wwpn", opt_filled(call, "adapter-parent-wwpn"));
            if (!opt_filled(call, "adapter-parent-wwnn"))
                xml_attribute(s, "parent_fabric_wwn", opt_filled(call, "adapter-parent-fabric-wwn"));
        }
        xml_attribute(s, "wwnn", wwnn);
        xml_attribute(s, "wwpn", wwpn);
        xo_raw(x, "<adapter%s/>", s->str);
    } else if (name) {
        xo_line(x, "<adapter type='scsi_host' name='%s'/>", name);
    }
}

static bool
pool_xml(struct shell *sh, const struct call *call, const char **name, struct xml_out *x)
{
    const char *type = NULL;
    for (const struct option_def *o = call->def->options; o->name; o++) {
        const char *v;
        if (o->type == OPTION_STRING && opt_string(sh, call, o->name, &v) < 0)
            return false;
    }
    if (opt_string(sh, call, "name", name) <= 0 || opt_string(sh, call, "type", &type) <= 0)
        return false;
    const char *host = opt_filled(call, "source-host"), *path = opt_filled(call, "source-path"),
               *dev = opt_filled(call, "source-dev"), *source = opt_filled(call, "source-name"),
               *format = opt_filled(call, "source-format"), *auth = opt_filled(call, "auth-type"),
               *user = opt_filled(call, "auth-username"), *usage = opt_filled(call, "secret-usage"),
               *uuid = opt_filled(call, "secret-uuid"), *protocol = opt_filled(call, "source-protocol-ver"),
               *initiator = opt_filled(call, "source-initiator");
    if (usage && uuid)
        return fail(sh, "Options --%s and --%s are mutually exclusive", "secret-usage", "secret-uuid");
    bool known = auth && user && (usage || uuid);
    bool adapter = opt_filled(call, "adapter-name") ||
                   (opt_filled(call, "adapter-wwnn") && opt_filled(call, "adapter-wwpn"));
    xo_open(x, "<pool type='%s'>", type);
    xo_line(x, "<name>%s</name>", *name);
    if (host || path || dev || source || format || adapter || initiator || known) {
        xo_open(x, "<source>");
        if (host)
            xo_line(x, "<host name='%s'/>", host);
        if (path)
            xo_line(x, "<dir path='%s'/>", path);
        if (dev)
            xo_line(x, "<device path='%s'/>", dev);
        if (initiator) {
            xo_open(x, "<initiator>");
            xo_line(x, "<iqn name='%s'/>", initiator);
            xo_close(x, "initiator");
        }
        adapter_xml(call, x);
        if (known) {
            xo_open(x, "<auth type='%s' username='%s'>", auth, user);
            if (uuid)
                xo_line(x, "<secret uuid='%s'/>", uuid);
            else
                xo_line(x, "<secret usage='%s'/>", usage);
            xo_close(x, "auth");
        }
        if (format)
            xo_line(x, "<format type='%s'/>", format);
        if (protocol)
            xo_line(x, "<protocol ver='%s'/>", protocol);
        if (source)
            xo_line(x, "<name>%s</name>", source);
        xo_close(x, "source");
    }
    if (opt_filled(call, "target")) {
        xo_open(x, "<target>");
        xo_line(x, "<path>%s</path>", opt_filled(call, "target"));
        xo_close(x, "target");
    }
    xo_close(x, "pool");
    return true;
}

bool
cmd_pool_create_as(struct shell *sh, const struct call *call)
{
    const char *name = NULL;
    unsigned int flags;
    auto_xml_out struct xml_out x = {0};
    if (!start_flags(sh, call, &flags) || !pool_xml(sh, call, &name, &x))
        return false;
    if (opt_flag(call, "print-xml")) {
        out(sh, "%s", x.s->str);
        return true;
    }
    g_autoptr(virStoragePool) pool = virStoragePoolCreateXML(sh->conn, x.s->str, flags);
    if (!pool)
        return fail(sh, "Failed to create pool %s", name);
    say(sh, "Pool %s created\n", name);
    return true;
}

bool
cmd_pool_define_as(struct shell *sh, const struct call *call)
{
    const char *name = NULL;
    auto_xml_out struct xml_out x = {0};
    if (!pool_xml(sh, call, &name, &x))
        return false;
    if (opt_flag(call, "print-xml")) {
        out(sh, "%s", x.s->str);
        return true;
    }
    g_autoptr(virStoragePool) pool = virStoragePoolDefineXML(sh->conn, x.s->str, 0);
    if (!pool)
        return fail(sh, "Failed to define pool %s", name);
    say(sh, "Pool %s defined\n", name);
    return true;
}

/* ---- looking ---- */

static const char *const states[] = {"inactive", "building", "running", "degraded", "inaccessible"};

bool
cmd_pool_info(struct shell *sh, const struct call *call)
{
    virStoragePoolInfo info;
    char uuid[VIR_UUID_STRING_BUFLEN];
    int autostart;
    bool bytes = opt_flag(call, "bytes");
    g_autoptr(virStoragePool) pool = POOL_ONLY;
    g_autoptr(props) p = props_new(15);
    if (!pool)
        return false;
    prop(p, "Name", "%s", virStoragePoolGetName(pool));
    if (virStoragePoolGetUUIDString(pool, uuid) == 0)
        prop(p, "UUID", "%s", uuid);
    if (virStoragePoolGetInfo(pool, &info) < 0)
        return false;
    prop(p, "State", "%s", WORD(states, info.state));
    int persistent = virStoragePoolIsPersistent(pool);
    prop(p, "Persistent", "%s", persistent < 0 ? "unknown" : persistent ? "yes" : "no");
    if (virStoragePoolGetAutostart(pool, &autostart) < 0)
        prop(p, "Autostart", "no autostart");
    else
        prop(p, "Autostart", "%s", autostart ? "yes" : "no");
    if (info.state == VIR_STORAGE_POOL_RUNNING || info.state == VIR_STORAGE_POOL_DEGRADED) {
        const struct {
            const char *label;
            unsigned long long v;
        } sizes[] = { { "Capacity", info.capacity },
                      { "Allocation", info.allocation },
                      { "Available", info.available } };
        for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
            const char *unit;
            double v = size_pretty(sizes[i].v, &unit);
            if (bytes)
                prop(p, sizes[i].label, "%llu", sizes[i].v);
            else
                prop(p, sizes[i].label, "%2.2lf %s", v, unit);
        }
    }
    err_forget(sh);
    props_print(sh, p);
    return true;
}

COMPARE_BY(by_name, virStoragePoolPtr, virStoragePoolGetName)

static bool
type_flags(struct shell *sh, const char *types, unsigned int *flags)
{
    static const struct {
        const char *name;
        unsigned int flag;
    } map[] = {
        {"dir", VIR_CONNECT_LIST_STORAGE_POOLS_DIR}, {"fs", VIR_CONNECT_LIST_STORAGE_POOLS_FS},
        {"netfs", VIR_CONNECT_LIST_STORAGE_POOLS_NETFS}, {"logical", VIR_CONNECT_LIST_STORAGE_POOLS_LOGICAL},
        {"disk", VIR_CONNECT_LIST_STORAGE_POOLS_DISK}, {"iscsi", VIR_CONNECT_LIST_STORAGE_POOLS_ISCSI},
        {"scsi", VIR_CONNECT_LIST_STORAGE_POOLS_SCSI}, {"mpath", VIR_CONNECT_LIST_STORAGE_POOLS_MPATH},
        {"rbd", VIR_CONNECT_LIST_STORAGE_POOLS_RBD}, {"gluster", VIR_CONNECT_LIST_STORAGE_POOLS_GLUSTER},
        {"zfs", VIR_CONNECT_LIST_STORAGE_POOLS_ZFS}, {"vstorage", VIR_CONNECT_LIST_STORAGE_POOLS_VSTORAGE},
        {"iscsi-direct", VIR_CONNECT_LIST_STORAGE_POOLS_ISCSI_DIRECT},
    };
    g_auto(GStrv) words = g_strsplit(types, ",", 0);
    for (size_t i = 0; words[i]; i++) {
        size_t m = 0;
        while (m < G_N_ELEMENTS(map) && strcmp(map[m].name, words[i]) != 0)
            m++;
        if (m == G_N_ELEMENTS(map))
            return fail(sh, "Invalid pool type '%s'", words[i]);
        *flags |= map[m].flag;
    }
    return true;
}

static void
list_row(virStoragePoolPtr pool, bool details, table *t)
{
    virStoragePoolInfo info;
    int autostart;
    bool active = virStoragePoolIsActive(pool) == 1;
    const char *start = virStoragePoolGetAutostart(pool, &autostart) < 0 ? "no autostart"
                        : autostart                                      ? "yes"
                                                                         : "no";
    if (!details) {
        table_row(t, virStoragePoolGetName(pool), active ? "active" : "inactive", start, NULL);
        return;
    }
    char sizes[3][32] = {"-", "-", "-"};
    const char *state = "unknown";
    if (virStoragePoolGetInfo(pool, &info) == 0) {
        unsigned long long v[3] = {info.capacity, info.allocation, info.available};
        state = WORD(states, info.state);
        for (int i = 0; i < 3 && info.state != VIR_STORAGE_POOL_INACTIVE; i++) {
            const char *unit;
            double size = size_pretty(v[i], &unit);
            g_snprintf(sizes[i], sizeof(sizes[i]), "%.2lf %s", size, unit);
        }
    }
    table_row(t, virStoragePoolGetName(pool), state, start,
              virStoragePoolIsPersistent(pool) == 1 ? "yes" : "no", sizes[0], sizes[1], sizes[2], NULL);
}

bool
cmd_pool_list(struct shell *sh, const struct call *call)
{
    bool name = opt_flag(call, "name"), uuid = opt_flag(call, "uuid"), details = opt_flag(call, "details");
    unsigned int flags = VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE;
    const char *types = NULL;
    virStoragePoolPtr *pools = NULL;
    if (!opt_exclusive(sh, call, "all", "inactive", NULL))
        return false;
    if (opt_flag(call, "inactive"))
        flags = VIR_CONNECT_LIST_STORAGE_POOLS_INACTIVE;
    if (opt_flag(call, "all"))
        flags = VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE | VIR_CONNECT_LIST_STORAGE_POOLS_INACTIVE;
    if (opt_flag(call, "autostart"))
        flags |= VIR_CONNECT_LIST_STORAGE_POOLS_AUTOSTART;
    if (opt_flag(call, "no-autostart"))
        flags |= VIR_CONNECT_LIST_STORAGE_POOLS_NO_AUTOSTART;
    if (opt_flag(call, "persistent"))
        flags |= VIR_CONNECT_LIST_STORAGE_POOLS_PERSISTENT;
    if (opt_flag(call, "transient"))
        flags |= VIR_CONNECT_LIST_STORAGE_POOLS_TRANSIENT;
    if (opt_string(sh, call, "type", &types) < 0 || (types && !type_flags(sh, types, &flags)))
        return false;
    if (details && (name || uuid))
        return fail(sh, "Options --%s and --%s are mutually exclusive", "details", name ? "name" : "uuid");
    int n = virConnectListAllStoragePools(sh->conn, &pools, flags);
    if (n < 0)
        return fail(sh, "Failed to list pools");
    qsort(pools, n, sizeof(*pools), by_name);
    g_autoptr(table) t = details ? table_new("Name", "State", "Autostart", "Persistent", "Capacity",
                                             "Allocation", "Available", NULL)
                                 : table_new("Name", "State", "Autostart", NULL);
    if (name || uuid)
        fact_list(sh);
    for (int i = 0; i < n; i++) {
        char text[VIR_UUID_STRING_BUFLEN] = "";
        if (uuid) {
            virStoragePoolGetUUIDString(pools[i], text);
            out(sh, "%s%s", text, name ? " " : "\n");
        }
        if (name)
            out(sh, "%-20s\n", virStoragePoolGetName(pools[i]));
        if (!name && !uuid)
            list_row(pools[i], details, t);
        virStoragePoolFree(pools[i]);
    }
    free(pools);
    err_forget(sh);
    if (!name && !uuid)
        table_print(sh, t);
    return true;
}

bool
cmd_pool_capabilities(struct shell *sh, const struct call *call)
{
    auto_lib char *xml = virConnectGetStoragePoolCapabilities(sh->conn, 0);
    if (!xml)
        return fail(sh, "failed to get storage pool capabilities");
    out(sh, "%s\n", xml);
    return true;
}

static bool
find_sources(struct shell *sh, const char *type, const char *spec)
{
    auto_lib char *xml = virConnectFindStoragePoolSources(sh->conn, type, spec, 0);
    if (!xml)
        return fail(sh, "Failed to find any %s pool sources", type);
    out(sh, "%s", xml);
    return true;
}

bool
cmd_find_storage_pool_sources_as(struct shell *sh, const struct call *call)
{
    const char *type = NULL, *host = NULL, *port = NULL, *initiator = NULL;
    auto_xml_out struct xml_out x = {0};
    if (opt_string(sh, call, "type", &type) <= 0 || opt_string(sh, call, "host", &host) < 0 ||
        opt_string(sh, call, "port", &port) < 0 || opt_string(sh, call, "initiator", &initiator) < 0)
        return false;
    if (host) { /* without one the driver tells what it misses */
        xo_open(&x, "<source>");
        if (port)
            xo_line(&x, "<host name='%s' port='%s'/>", host, port);
        else
            xo_line(&x, "<host name='%s'/>", host);
        if (initiator) {
            xo_open(&x, "<initiator>");
            xo_line(&x, "<iqn name='%s'/>", initiator);
            xo_close(&x, "initiator");
        }
        xo_close(&x, "source");
    }
    return find_sources(sh, type, x.s ? x.s->str : NULL);
}

bool
cmd_find_storage_pool_sources(struct shell *sh, const struct call *call)
{
    const char *type = NULL;
    g_autofree char *spec = NULL;
    if (opt_string(sh, call, "type", &type) <= 0 || opt_file(sh, call, "srcSpec", &spec) < 0)
        return false;
    return find_sources(sh, type, spec);
}
