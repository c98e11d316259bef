/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * qemu-conf: qemu.conf, as administrators know it.
 *
 * Owns: the values and their defaults.  Constant after loading.
 * Called by: qemu_host_new().  Loading waits for the disk.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>

struct qemu_tls_conf {
    char *cert_dir, *secret_uuid;
    bool verify, enabled;
    bool verify_given;
};

struct qemu_conf {
    char *user, *group;          /* as written; NULL: the default of the build */
    bool dynamic_ownership, remember_owner;
    char **security_drivers;     /* NULL: the default */
    bool security_default_confined, security_require_confined;
    char **namespaces;
    char **cgroup_controllers;   /* NULL: whatever the host has */
    char **cgroup_device_acl;
    char **capability_filters;

    char *default_cert_dir;
    struct qemu_tls_conf vnc, spice, chardev, migrate, nbd, backup, vxhs;
    char *vnc_listen, *vnc_password, *vnc_sasl_dir;
    bool vnc_sasl, vnc_auto_unix_socket, vnc_allow_host_audio;
    char *spice_listen, *spice_password, *spice_sasl_dir;
    bool spice_sasl, spice_auto_unix_socket;
    bool nographics_allow_host_audio;

    unsigned vnc_port_min, vnc_port_max, websocket_port_min, websocket_port_max;
    unsigned migration_port_min, migration_port_max;
    char *migration_address, *migration_host;
    bool migrate_tls_force;

    char *save_image_format, *dump_image_format, *snapshot_image_format;
    char *auto_dump_path;
    bool auto_dump_bypass_cache, auto_start_bypass_cache;
    char **hugetlbfs_mounts;     /* NULL: found from /proc/mounts */
    char *memory_backing_dir;

    char *bridge_helper, *pr_helper, *slirp_helper, *dbus_daemon;
    char *swtpm_user, *swtpm_group;
    char *lock_manager;
    char **nvram;                /* CODE:VARS pairs; NULL: descriptors and defaults */

    bool set_process_name, mac_filter, relaxed_acs_check, clear_emulator_capabilities;
    bool dump_guest_core, log_timestamp, virtiofsd_debug;
    int seccomp_sandbox;         /* -1: as the emulator allows; 0; 1 */
    unsigned max_processes, max_files, max_threads;
    bool max_core_given;
    unsigned long long max_core; /* ~0: unlimited */
    unsigned max_queued;
    int keepalive_interval, keepalive_count;
    char *stdio_handler, *deprecation_behavior, *sched_core;
    unsigned gluster_debug_level;
};

/* A missing file is an empty one. */
struct qemu_conf *qemu_conf_load(const char *path, bool privileged, struct err *err);
void qemu_conf_free(struct qemu_conf *conf);
