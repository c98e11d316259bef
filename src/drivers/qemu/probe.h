/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * probe: what one emulator can do.
 *
 * Owns: `struct qemu_caps`, immutable and reference counted, made from a JSON
 * document that is either asked from the emulator (probe-run.c) or read from
 * the cache folder (probe-cache.c).
 * Called by: qemu_host_caps(), the argv builder, defaults, capabilities.
 * Waits: probing runs the emulator, at most PROBE_SECONDS; the rest never.
 */
#pragma once

#include "base/err.h"

#include <glib.h>
#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct qemu_host;

/* Raise it when the document or the questions change: old cache files are
 * then ignored. */
#define PROBE_FORMAT 4

enum qemu_accel { QEMU_ACCEL_KVM, QEMU_ACCEL_TCG, QEMU_ACCEL_LAST };

/* What the QMP schema offers beyond "the command is there"; the table of
 * schema paths stands in probe-schema.c, in this order. */
enum qemu_feature {
    QEMU_FEATURE_BLOCKDEV_NBD,
    QEMU_FEATURE_BLOCKDEV_IO_URING,
    QEMU_FEATURE_BLOCKDEV_AUTO_READ_ONLY,
    QEMU_FEATURE_BLOCKDEV_DYNAMIC_AUTO_READ_ONLY,
    QEMU_FEATURE_BLOCKDEV_SSH,
    QEMU_FEATURE_BLOCKDEV_RBD,
    QEMU_FEATURE_BLOCKDEV_CURL,
    QEMU_FEATURE_BLOCKDEV_NFS,
    QEMU_FEATURE_BLOCKDEV_ISCSI,
    QEMU_FEATURE_BLOCKDEV_NVME,
    QEMU_FEATURE_DEVICE_JSON,
    QEMU_FEATURE_NETDEV_STREAM,
    QEMU_FEATURE_NETDEV_VHOST_VDPA,
    QEMU_FEATURE_NETDEV_JSON,
    QEMU_FEATURE_OBJECT_JSON,
    QEMU_FEATURE_DISPLAY_RELOAD,
    QEMU_FEATURE_CHARDEV_LOGFILE,
    QEMU_FEATURE_CHARDEV_RECONNECT,
    QEMU_FEATURE_CHARDEV_RECONNECT_MS,
    QEMU_FEATURE_SCREENDUMP_DEVICE,
    QEMU_FEATURE_SCREENDUMP_PNG,
    QEMU_FEATURE_MEMORY_BACKEND_RESERVE,
    QEMU_FEATURE_MEMORY_BACKEND_PREALLOC_THREADS,
    QEMU_FEATURE_INCREMENTAL_BACKUP,
    QEMU_FEATURE_SET_ACTION,
    QEMU_FEATURE_DISPLAY_DBUS,
    QEMU_FEATURE_DISPLAY_EGL_HEADLESS,
    QEMU_FEATURE_DISPLAY_SDL,
    QEMU_FEATURE_LAST
};

struct qemu_machine {
    char *name, *alias;
    char *default_cpu;      /* model name, NULL: unknown */
    char *default_ram_id;
    unsigned int max_cpus;
    bool hotplug_cpus, numa_mem, deprecated, is_default;
};

struct qemu_cpu {
    char *name;
    char *type;             /* QOM type */
    char *alias_of;
    bool usable;            /* on this host with this accelerator */
    bool tells;             /* whether it is usable: not every QEMU does */
    bool deprecated;
    char **blockers;        /* properties that keep it from being usable */
};

struct qemu_caps {
    atomic_uint refs;
    json_t *doc;            /* everything below lives in or derives from it */

    const char *binary;
    const char *arch;       /* QEMU's word: "x86_64", "i386", … */
    unsigned int version;   /* 7002022 for 7.2.22 */
    const char *package;
    bool kvm;               /* guests of type kvm can be offered */

    struct qemu_machine *machines;
    size_t nmachines;
    struct qemu_cpu *cpus[QEMU_ACCEL_LAST];
    size_t ncpus[QEMU_ACCEL_LAST];
    /* {name, props} of "host" (kvm) or "max" (tcg), expanded; or NULL */
    json_t *host_cpu[QEMU_ACCEL_LAST];
    json_t *sev, *sgx, *gic; /* as answered, or NULL */

    GHashTable *commands, *types, *options; /* sets; options hold "opt" and "opt/param" */
    GHashTable *chardevs, *tpm_models, *tpm_types;
    uint64_t features;
};

/* NULL with err when the document lacks what a driver cannot do without. */
struct qemu_caps *qemu_caps_from_doc(json_t *doc, struct err *err);
struct qemu_caps *qemu_caps_ref(struct qemu_caps *caps);
void qemu_caps_unref(struct qemu_caps *caps);

static inline bool
qemu_caps_has(const struct qemu_caps *caps, enum qemu_feature f)
{
    return caps->features >> f & 1;
}
bool qemu_caps_has_command(const struct qemu_caps *caps, const char *command);
bool qemu_caps_has_type(const struct qemu_caps *caps, const char *type); /* device or object */
bool qemu_caps_has_option(const struct qemu_caps *caps,
                          const char *option); /* "sandbox", "boot-opts/strict" */
/* By name or alias; NULL: the emulator does not know it. */
const struct qemu_machine *qemu_caps_machine(const struct qemu_caps *caps, const char *name);
/* What a guest gets that asks for none. */
const struct qemu_machine *qemu_caps_default_machine(const struct qemu_caps *caps);
const struct qemu_cpu *qemu_caps_cpu(const struct qemu_caps *caps, enum qemu_accel accel, const char *name);

/* probe-run.c: asks the emulator; a document to own, or NULL with an error that
 * carries the emulator's own words. `with_kvm`: also ask with KVM. */
json_t *qemu_probe_run(const struct qemu_host *host, const char *binary, bool with_kvm, struct err *err);
/* probe-schema.c */
uint64_t qemu_schema_features(json_t *schema);
const char *qemu_feature_name(enum qemu_feature f);

/* probe-cache.c */
struct emulator_cache *emulator_cache_new(void);
void emulator_cache_free(struct emulator_cache *cache);
