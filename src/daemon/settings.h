/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * settings: what the administrator has set, and the folders that follow from the
 * mode (system or session).
 *
 * Owns: the table of keys of libvirtd.conf and virtqemud.conf.  Read at start;
 * again on SIGHUP, when only the log settings change.
 * Called by: main, server, listeners.  Waits for the disk.
 */
#pragma once

#include "base/conf.h"

#include <stdbool.h>
#include <sys/types.h>

enum auth_kind { AUTH_NONE = 0, AUTH_SASL = 1, AUTH_POLKIT = 2 }; /* as on the wire */

struct limits {
    unsigned max_clients, max_anonymous_clients, max_queued_clients;
    /* Threads for calls that wait: those that stay, those for urgent calls beyond max_workers (0: the
     * executor's own bound).  Those of the API serve the administrator, too. */
    unsigned min_workers, prio_workers, max_workers;
    unsigned max_client_requests; /* of one client at once; the rest queue */
    int keepalive_interval;       /* seconds, -1: never */
    unsigned keepalive_count;
};

struct config {
    bool system;                 /* qemu:///system; otherwise the user's own session */
    char *file;                  /* what was read */
    char *socket_dir, *pid_file, *state_dir, *log_dir, *config_dir, *cache_dir, *run_dir;

    char *unix_sock_group;
    gid_t sock_gid;              /* (gid_t)-1: nobody's */
    mode_t ro_perms, rw_perms, admin_perms;
    enum auth_kind auth_ro, auth_rw, auth_tcp, auth_tls;
    struct limits main, admin;

    /* Sockets that other hosts reach: made with --listen only, or by systemd. */
    bool listen_tls, listen_tcp;
    char *listen_addr, *tls_port, *tcp_port;
    char *ca_file, *crl_file, *cert_file, *key_file, *tls_priority;
    bool tls_no_sanity, tls_no_verify;
    char **tls_names, **sasl_names; /* who may: patterns, NULL: anybody whose proof is good */
    unsigned tcp_min_ssf;           /* bits that SASL must protect what follows with */

    int log_level;               /* 0: not set */
    char *log_filters, *log_outputs;
    bool newer_elements;         /* model_read_newer() */
    unsigned char host_uuid[16];
    bool has_host_uuid;          /* set, or asked for from the machine id */
};

/* `file` NULL: the mode's own, which need not exist. */
struct config *config_load(bool system, const char *file, struct err *err);
/* Where the files of a mode are, without reading any. */
struct config *config_defaults(bool system);
void config_free(struct config *config);
int config_apply_log(const struct config *config, bool verbose, bool detached, struct err *err);
