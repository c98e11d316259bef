/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * probe-cache: which emulators are known, in memory and on disk.
 *
 * Owns: a table from binary to struct qemu_caps, and one JSON file a binary
 * below cache/capabilities.  A file or entry is good while everything it
 * depends on is the same: the binary's path, size, mtime and ctime, our format
 * and version, whether KVM may be used, the host's CPU and kernel.  A KVM device
 * that cannot be opened is part of that key like one that can, so it costs one
 * probe, not one each time.  Failures are kept too, for a few seconds.
 * Different binaries are probed at the same time; whoever needs one that is
 * being probed waits for it, nobody else.
 * Called by: verbs, capabilities, on their own threads.
 */
#include "drivers/qemu/probe.h"
#include "drivers/qemu/qemu-host.h"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_QEMU
#define FAILURE_SECONDS 5

struct entry {
    char *key;               /* everything the result depends on */
    struct qemu_caps *caps;  /* NULL: failed or never probed */
    struct err failure;
    gint64 failed_at;
    bool probing;
};

struct emulator_cache {
    GMutex lock;
    GCond probed;
    GHashTable *entries;     /* binary → entry */
    char *machine_key;       /* kernel and CPU: constant while we run */
};

static void
entry_free(void *p)
{
    struct entry *e = p;
    g_free(e->key);
    qemu_caps_unref(e->caps);
    err_clear(&e->failure);
    g_free(e);
}

struct emulator_cache *
emulator_cache_new(void)
{
    struct emulator_cache *cache = g_new0(struct emulator_cache, 1);
    g_mutex_init(&cache->lock);
    g_cond_init(&cache->probed);
    cache->entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, entry_free);
    struct utsname un = { 0 };
    uname(&un);
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    FILE *f = fopen("/proc/cpuinfo", "re");
    char line[8192];
    while (f && fgets(line, sizeof(line), f) && line[0] != '\n') {
        static const char *const keys[] = { "vendor_id", "cpu family", "model",           "stepping",
                                            "microcode", "flags",      "CPU implementer", "CPU part",
                                            "Features",  "cpu",        "features" };
        for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
            if (!strncmp(line, keys[i], strlen(keys[i])))
                g_checksum_update(sum, (const guchar *)line, -1);
        }
    }
    if (f)
        fclose(f);
    g_checksum_update(sum, (const guchar *)un.release, -1);
    g_checksum_update(sum, (const guchar *)un.version, -1);
    cache->machine_key = g_strndup(g_checksum_get_string(sum), 32);
    return cache;
}

void
emulator_cache_free(struct emulator_cache *cache)
{
    if (!cache)
        return;
    g_hash_table_unref(cache->entries);
    g_free(cache->machine_key);
    g_mutex_clear(&cache->lock);
    g_cond_clear(&cache->probed);
    g_free(cache);
}

static char *
make_key(const struct qemu_host *host, const struct stat *st)
{
    return g_strdup_printf("%d %s %lld %lld.%09ld %lld.%09ld kvm=%d uid=%u %s", PROBE_FORMAT, PACKAGE_VERSION,
                           (long long)st->st_size, (long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
                           (long long)st->st_ctim.tv_sec, st->st_ctim.tv_nsec, qemu_host_has_kvm(host),
                           (unsigned)host->uid, host->emulators->machine_key);
}

static char *
cache_path(const struct qemu_host *host, const char *binary)
{
    g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, binary, -1);
    g_autofree char *base = g_path_get_basename(binary);
    return g_strdup_printf("%s/capabilities/%s-%.16s.json", host->dirs.cache, base, sum);
}

/* Anything odd about the file only means that the emulator is asked again. */
static struct qemu_caps *
load(const struct qemu_host *host, const char *binary, const char *key)
{
    g_autofree char *path = cache_path(host, binary);
    json_error_t why;
    json_t *doc = json_load_file(path, 0, &why);
    struct qemu_caps *caps = NULL;
    if (doc && !g_strcmp0(json_string_value(json_object_get(doc, "key")), key) &&
        !g_strcmp0(json_string_value(json_object_get(doc, "binary")), binary))
        caps = qemu_caps_from_doc(doc, NULL);
    json_decref(doc);
    return caps;
}

/* A cache that cannot be written costs time, not correctness: no error. */
static void
store(const struct qemu_host *host, const char *binary, json_t *doc)
{
    g_autofree char *path = cache_path(host, binary);
    g_autofree char *dir = g_path_get_dirname(path);
    g_autofree char *tmp = g_strdup_printf("%s.%d.new", path, getpid());
    if (g_mkdir_with_parents(dir, 0755) < 0)
        return;
    int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    int rc = json_dumpfd(doc, fd, JSON_COMPACT);
    if (close(fd) < 0 || rc < 0 || rename(tmp, path) < 0)
        unlink(tmp);
}

static struct qemu_caps *
find_out(const struct qemu_host *host, const char *binary, const char *key, struct err *err)
{
    struct qemu_caps *caps = load(host, binary, key);
    if (caps)
        return caps;
    json_t *doc = qemu_probe_run(host, binary, qemu_host_has_kvm(host), err);
    if (!doc)
        return NULL;
    json_object_set_new(doc, "key", json_string(key));
    caps = qemu_caps_from_doc(doc, err);
    if (caps)
        store(host, binary, doc);
    json_decref(doc);
    return caps;
}

struct qemu_caps *
qemu_host_caps(struct qemu_host *host, const char *binary, struct err *err)
{
    struct emulator_cache *cache = host->emulators;
    struct stat st;
    if (!binary || stat(binary, &st) < 0) {
        err_errno(err, binary ? errno : ENOENT, "cannot use emulator '%s'", binary ? binary : "");
        return NULL;
    }
    if (!S_ISREG(st.st_mode) || access(binary, X_OK) < 0) {
        err_errno(err, S_ISREG(st.st_mode) ? errno : EACCES, "emulator '%s' is not an executable file",
                  binary);
        return NULL;
    }
    g_autofree char *key = make_key(host, &st);
    struct qemu_caps *caps = NULL;

    g_mutex_lock(&cache->lock);
    struct entry *e = g_hash_table_lookup(cache->entries, binary);
    if (!e) {
        e = g_new0(struct entry, 1);
        g_hash_table_insert(cache->entries, g_strdup(binary), e);
    }
    while (e->probing)
        g_cond_wait(&cache->probed, &cache->lock);
    bool same = !g_strcmp0(e->key, key);
    if (same && e->caps) {
        caps = qemu_caps_ref(e->caps);
    } else if (same && err_is_set(&e->failure) &&
               g_get_monotonic_time() - e->failed_at < FAILURE_SECONDS * G_USEC_PER_SEC) {
        err_copy(err, &e->failure);
    } else {
        e->probing = true;
        g_mutex_unlock(&cache->lock);
        ERR_AUTO why = ERR_INIT;
        caps = find_out(host, binary, key, &why);
        g_mutex_lock(&cache->lock);
        e->probing = false;
        g_free(e->key);
        e->key = g_steal_pointer(&key);
        qemu_caps_unref(e->caps);
        e->caps = caps ? qemu_caps_ref(caps) : NULL;
        e->failed_at = g_get_monotonic_time();
        err_copy(&e->failure, &why);
        if (!caps && err)
            err_move(err, &why);
        g_cond_broadcast(&cache->probed);
    }
    g_mutex_unlock(&cache->lock);
    return caps;
}

struct qemu_caps *
qemu_host_caps_known(struct qemu_host *host, const char *binary)
{
    struct emulator_cache *cache = host->emulators;
    struct stat st;
    if (!binary || stat(binary, &st) < 0)
        return NULL;
    g_autofree char *key = make_key(host, &st);
    struct qemu_caps *caps = NULL;

    g_mutex_lock(&cache->lock);
    struct entry *e = g_hash_table_lookup(cache->entries, binary);
    if (e && e->caps && !g_strcmp0(e->key, key))
        caps = qemu_caps_ref(e->caps);
    g_mutex_unlock(&cache->lock);
    return caps ? caps : load(host, binary, key);
}
