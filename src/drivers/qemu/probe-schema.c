/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * probe-schema: questions to QEMU's QMP schema.
 *
 * Owns: the table of schema paths behind enum qemu_feature and the walk that
 * answers them.  A path starts with a command; then "arg" goes to its
 * arguments, "NAME" to a member, "+NAME" to a variant of a union, "=NAME" asks
 * for a value of an enumeration, "$NAME" for a feature flag.  An alternate is tried branch by branch.
 * Called by: probe-run.c.  Nothing waits.
 */
#include "drivers/qemu/probe.h"

#include <string.h>

static const struct { const char *name, *path; } features[QEMU_FEATURE_LAST] = {
    [QEMU_FEATURE_BLOCKDEV_NBD] = { "blockdev-nbd", "blockdev-add/arg/+nbd" },
    [QEMU_FEATURE_BLOCKDEV_IO_URING] = { "blockdev-io-uring", "blockdev-add/arg/+file/aio/=io_uring" },
    [QEMU_FEATURE_BLOCKDEV_AUTO_READ_ONLY] = { "blockdev-auto-read-only", "blockdev-add/arg/auto-read-only" },
    [QEMU_FEATURE_BLOCKDEV_DYNAMIC_AUTO_READ_ONLY] = { "blockdev-dynamic-auto-read-only",
                                                       "blockdev-add/arg/+file/$dynamic-auto-read-only" },
    [QEMU_FEATURE_BLOCKDEV_SSH] = { "blockdev-ssh", "blockdev-add/arg/+ssh" },
    [QEMU_FEATURE_BLOCKDEV_RBD] = { "blockdev-rbd", "blockdev-add/arg/+rbd" },
    [QEMU_FEATURE_BLOCKDEV_CURL] = { "blockdev-curl", "blockdev-add/arg/+https" },
    [QEMU_FEATURE_BLOCKDEV_NFS] = { "blockdev-nfs", "blockdev-add/arg/+nfs" },
    [QEMU_FEATURE_BLOCKDEV_ISCSI] = { "blockdev-iscsi", "blockdev-add/arg/+iscsi" },
    [QEMU_FEATURE_BLOCKDEV_NVME] = { "blockdev-nvme", "blockdev-add/arg/+nvme" },
    /* JSON after -device came with the release that tells this of device_add (6.2) */
    [QEMU_FEATURE_DEVICE_JSON] = { "device-json", "device_add/$json-cli" },
    [QEMU_FEATURE_NETDEV_STREAM] = { "netdev-stream", "netdev_add/arg/+stream" },
    [QEMU_FEATURE_NETDEV_VHOST_VDPA] = { "netdev-vhost-vdpa", "netdev_add/arg/+vhost-vdpa" },
    [QEMU_FEATURE_NETDEV_JSON] = { "netdev-json", "netdev_add/arg/+stream" },
    [QEMU_FEATURE_OBJECT_JSON] = { "object-json", "object-add/arg/+secret" },
    [QEMU_FEATURE_DISPLAY_RELOAD] = { "display-reload", "display-reload" },
    [QEMU_FEATURE_CHARDEV_LOGFILE] = { "chardev-logfile", "chardev-add/arg/backend/+null/data/logfile" },
    [QEMU_FEATURE_CHARDEV_RECONNECT] = { "chardev-reconnect",
                                         "chardev-add/arg/backend/+socket/data/reconnect" },
    [QEMU_FEATURE_CHARDEV_RECONNECT_MS] = { "chardev-reconnect-ms",
                                            "chardev-add/arg/backend/+socket/data/reconnect-ms" },
    [QEMU_FEATURE_SCREENDUMP_DEVICE] = { "screendump-device", "screendump/arg/device" },
    [QEMU_FEATURE_SCREENDUMP_PNG] = { "screendump-png", "screendump/arg/format/=png" },
    [QEMU_FEATURE_MEMORY_BACKEND_RESERVE] = { "memory-backend-reserve",
                                              "object-add/arg/+memory-backend-ram/reserve" },
    [QEMU_FEATURE_MEMORY_BACKEND_PREALLOC_THREADS] = { "memory-backend-prealloc-threads",
                                                       "object-add/arg/+memory-backend-ram/"
                                                       "prealloc-threads" },
    [QEMU_FEATURE_INCREMENTAL_BACKUP] = { "incremental-backup", "block-dirty-bitmap-merge/arg" },
    [QEMU_FEATURE_SET_ACTION] = { "set-action", "set-action" },
    [QEMU_FEATURE_DISPLAY_DBUS] = { "display-dbus", "query-display-options/ret/type/=dbus" },
    [QEMU_FEATURE_DISPLAY_EGL_HEADLESS] = { "display-egl-headless",
                                            "query-display-options/ret/type/=egl-headless" },
    [QEMU_FEATURE_DISPLAY_SDL] = { "display-sdl", "query-display-options/ret/type/=sdl" },
};

const char *
qemu_feature_name(enum qemu_feature f)
{
    return features[f].name;
}

struct walk {
    GHashTable *by_name;
};

static json_t *
find(const struct walk *w, json_t *name)
{
    const char *s = json_string_value(name);
    return s ? g_hash_table_lookup(w->by_name, s) : NULL;
}

/* An array of objects: the one whose `key` says `value`. */
static json_t *
entry(json_t *array, const char *key, const char *value, size_t len)
{
    size_t i;
    json_t *e;
    json_array_foreach(array, i, e) {
        const char *s = json_string_value(json_object_get(e, key));
        if (s && strlen(s) == len && !strncmp(s, value, len))
            return e;
    }
    return NULL;
}

static bool
has_string(json_t *array, const char *value, size_t len)
{
    size_t i;
    json_t *e;
    json_array_foreach(array, i, e) {
        const char *s = json_string_value(e);
        if (s && strlen(s) == len && !strncmp(s, value, len))
            return true;
    }
    return false;
}

static bool
step(const struct walk *w, json_t *at, const char *path)
{
    if (!at)
        return false;
    if (!*path)
        return true;
    size_t len = strcspn(path, "/");
    const char *rest = path[len] ? path + len + 1 : path + len;
    const char *meta = json_string_value(json_object_get(at, "meta-type"));
    if (!meta)
        return false;

    if (*path == '$')
        return has_string(json_object_get(at, "features"), path + 1, len - 1);
    if (!strcmp(meta, "array"))
        return step(w, find(w, json_object_get(at, "element-type")), path);
    if (!strcmp(meta, "alternate")) {
        size_t i;
        json_t *m;
        json_array_foreach(json_object_get(at, "members"), i, m) {
            if (step(w, find(w, json_object_get(m, "type")), path))
                return true;
        }
        return false;
    }
    if (!strcmp(meta, "command")) {
        const char *key = !strncmp(path, "arg", len) ? "arg-type" : "ret-type";
        return step(w, find(w, json_object_get(at, key)), rest);
    }
    if (!strcmp(meta, "enum")) {
        if (*path != '=')
            return false;
        return entry(json_object_get(at, "members"), "name", path + 1, len - 1) ||
               has_string(json_object_get(at, "values"), path + 1, len - 1);
    }
    if (!strcmp(meta, "object")) {
        json_t *e = *path == '+' ? entry(json_object_get(at, "variants"), "case", path + 1, len - 1)
                                 : entry(json_object_get(at, "members"), "name", path, len);
        return e && (!*rest || step(w, find(w, json_object_get(e, "type")), rest));
    }
    return false;
}

uint64_t
qemu_schema_features(json_t *schema)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    size_t i;
    json_t *e;
    json_array_foreach(schema, i, e) {
        const char *name = json_string_value(json_object_get(e, "name"));
        if (name)
            g_hash_table_insert(names, (char *)name, e);
    }
    struct walk w = { names };
    uint64_t found = 0;
    for (size_t f = 0; f < QEMU_FEATURE_LAST; f++) {
        const char *path = features[f].path;
        size_t len = strcspn(path, "/");
        g_autofree char *command = g_strndup(path, len);
        if (step(&w, g_hash_table_lookup(names, command), path[len] ? path + len + 1 : ""))
            found |= UINT64_C(1) << f;
    }
    return found;
}
