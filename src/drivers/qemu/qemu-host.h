/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * qemu-host: what one instance of the QEMU driver knows about its host.
 *
 * Owns: the driver's folders (system or session mode), its configuration
 * (qemu.conf), whom guests run as, the probed emulators and the small
 * allocators that guests share (VNC and SPICE ports).
 * Called by: the driver's verbs, the argv builder, capabilities.  Constant
 * after qemu_host_new() but for the emulator cache and the allocators, which
 * lock themselves.
 * Waits: qemu_host_caps() may probe an emulator (about 100 ms the first time
 * after an upgrade); everything else answers at once.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct qemu_caps;   /* probe.h: one emulator, immutable, reference counted */
struct qemu_conf;   /* qemu-conf.h: qemu.conf */
struct port_range;  /* an allocator of TCP ports */

struct qemu_dirs {
    char *config;     /* /etc/libvirt/qemu: definitions */
    char *autostart;  /* /etc/libvirt/qemu/autostart */
    char *state;      /* /run/libvirt/qemu: status files, pid files */
    char *lib;        /* /var/lib/libvirt/qemu: per-guest folders domain-ID-NAME */
    char *cache;      /* /var/cache/libvirt/qemu */
    char *log;        /* /var/log/libvirt/qemu */
    char *save;       /* managed save images */
    char *snapshot;
    char *checkpoint;
    char *dump;
    char *nvram;
    char *channel;    /* sockets of virtio channels */
    char *ram;        /* file backed guest memory */
    char *swtpm;
    char *dbus, *slirp, *passt;
};

struct qemu_host {
    bool privileged;          /* qemu:///system */
    char *root;               /* embed root or NULL */
    struct qemu_dirs dirs;
    struct qemu_conf *conf;
    unsigned char uuid[16];   /* of the host */

    /* Whom guests run as. Session mode: ourselves. */
    uid_t uid;
    gid_t gid;
    gid_t *groups;            /* supplementary, gid not included */
    size_t ngroups;
    char *user_problem;       /* why no guest can be started as anybody, or NULL */

    struct emulator_cache *emulators;
    struct port_range *vnc_ports, *vnc_websocket_ports; /* SPICE shares VNC's */
};

/* Reads the configuration, finds the folders (creates them when `create`).
 * `root`: NULL, or the root of an embedded driver (qemu:///embed). */
struct qemu_host *qemu_host_new(bool privileged, const char *root, bool create, struct err *err);
void qemu_host_free(struct qemu_host *host);

/* What `binary` can do; from memory, from the cache on disk, or by asking it.
 * The result is a reference: qemu_caps_unref(). */
struct qemu_caps *qemu_host_caps(struct qemu_host *host, const char *binary, struct err *err);
/* The same without ever asking it, for who must not wait; NULL: not known. */
struct qemu_caps *qemu_host_caps_known(struct qemu_host *host, const char *binary);
/* The emulator that runs guests of `arch` (our arch name: "x86_64", …) by
 * default: a path to free, or NULL with err (VIR_ERR_CONFIG_UNSUPPORTED). */
char *qemu_host_default_emulator(struct qemu_host *host, const char *arch, struct err *err);
/* Every emulator installed, probed in parallel; broken ones are left out.
 * NULL-terminated array of references, free with qemu_caps_list_free(). */
struct qemu_caps **qemu_host_all_caps(struct qemu_host *host);
void qemu_caps_list_free(struct qemu_caps **list);
/* May guests of type kvm be offered at all (/dev/kvm exists and opens, or the
 * guests' user could open it)? */
bool qemu_host_has_kvm(const struct qemu_host *host);
/* Our name ("i686") for what QEMU calls its target ("i386"), or NULL. */
const char *qemu_arch_of_program(const char *qemu_arch);
/* Can the emulator of target `qemu_arch` run guests of `arch`? */
bool qemu_program_runs(const char *qemu_arch, const char *arch);
bool qemu_arch_known(const char *arch);

/* ---- folders.c ---- */

/* The folder domain-ID-SHORTNAME below lib/ of a guest (the name's first 20
 * characters); needed again after a daemon restart. Free it. */
char *qemu_guest_dir(const struct qemu_host *host, int id, const char *name);
/* The folder of a guest's memory that is a file, from the one above. Free it. */
char *qemu_guest_ram_dir(const struct qemu_host *host, const char *guest_dir);
