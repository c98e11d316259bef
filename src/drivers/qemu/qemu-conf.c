/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * qemu-conf: see qemu-conf.h.
 */
#include "drivers/qemu/qemu-conf.h"

#include "base/conf.h"

#include "config.h"

#include <glib.h>
#include <stddef.h>
#include <string.h>

#define ERR_FROM VIR_FROM_CONF

#define AT(conf, offset) ((void *)((char *)(conf) + (offset)))
#define KEY(name) { #name, offsetof(struct qemu_conf, name) }
#define KEY_AS(name, field) { #name, offsetof(struct qemu_conf, field) }

struct key { const char *name; size_t offset; };

static const struct key strings[] = {
    KEY(user),
    KEY(group),
    KEY_AS(default_tls_x509_cert_dir, default_cert_dir),
    KEY_AS(vnc_tls_x509_cert_dir, vnc.cert_dir),
    KEY_AS(vnc_tls_x509_secret_uuid, vnc.secret_uuid),
    KEY_AS(spice_tls_x509_cert_dir, spice.cert_dir),
    KEY_AS(chardev_tls_x509_cert_dir, chardev.cert_dir),
    KEY_AS(chardev_tls_x509_secret_uuid, chardev.secret_uuid),
    KEY_AS(migrate_tls_x509_cert_dir, migrate.cert_dir),
    KEY_AS(migrate_tls_x509_secret_uuid, migrate.secret_uuid),
    KEY_AS(nbd_tls_x509_cert_dir, nbd.cert_dir),
    KEY_AS(nbd_tls_x509_secret_uuid, nbd.secret_uuid),
    KEY_AS(backup_tls_x509_cert_dir, backup.cert_dir),
    KEY_AS(backup_tls_x509_secret_uuid, backup.secret_uuid),
    KEY_AS(vxhs_tls_x509_cert_dir, vxhs.cert_dir),
    KEY_AS(vxhs_tls_x509_secret_uuid, vxhs.secret_uuid),
    KEY(vnc_listen),
    KEY(vnc_password),
    KEY(vnc_sasl_dir),
    KEY(spice_listen),
    KEY(spice_password),
    KEY(spice_sasl_dir),
    KEY(migration_address),
    KEY(migration_host),
    KEY(save_image_format),
    KEY(dump_image_format),
    KEY(snapshot_image_format),
    KEY(auto_dump_path),
    KEY(memory_backing_dir),
    KEY(bridge_helper),
    KEY(pr_helper),
    KEY(slirp_helper),
    KEY(dbus_daemon),
    KEY(swtpm_user),
    KEY(swtpm_group),
    KEY(lock_manager),
    KEY(stdio_handler),
    KEY(deprecation_behavior),
    KEY(sched_core),
};

static const struct key booleans[] = {
    KEY(dynamic_ownership),
    KEY(remember_owner),
    KEY(security_default_confined),
    KEY(security_require_confined),
    KEY_AS(vnc_tls, vnc.enabled),
    KEY_AS(vnc_tls_x509_verify, vnc.verify),
    KEY_AS(spice_tls, spice.enabled),
    KEY_AS(chardev_tls, chardev.enabled),
    KEY_AS(chardev_tls_x509_verify, chardev.verify),
    KEY_AS(migrate_tls_x509_verify, migrate.verify),
    KEY_AS(nbd_tls, nbd.enabled),
    KEY_AS(backup_tls_x509_verify, backup.verify),
    KEY_AS(vxhs_tls, vxhs.enabled),
    KEY(vnc_sasl),
    KEY(vnc_auto_unix_socket),
    KEY(vnc_allow_host_audio),
    KEY(spice_sasl),
    KEY(spice_auto_unix_socket),
    KEY(nographics_allow_host_audio),
    KEY(migrate_tls_force),
    KEY(auto_dump_bypass_cache),
    KEY(auto_start_bypass_cache),
    KEY(set_process_name),
    KEY(mac_filter),
    KEY(relaxed_acs_check),
    KEY(clear_emulator_capabilities),
    KEY(dump_guest_core),
    KEY(log_timestamp),
    KEY(virtiofsd_debug),
};

static const struct key lists[] = {
    KEY_AS(security_driver, security_drivers),
    KEY(namespaces),
    KEY(cgroup_controllers),
    KEY(cgroup_device_acl),
    KEY(capability_filters),
    KEY_AS(hugetlbfs_mount, hugetlbfs_mounts),
    KEY(nvram),
};

static const struct { struct key key; unsigned max; } numbers[] = {
    { KEY_AS(remote_display_port_min, vnc_port_min), 65535 },
    { KEY_AS(remote_display_port_max, vnc_port_max), 65535 },
    { KEY_AS(remote_websocket_port_min, websocket_port_min), 65535 },
    { KEY_AS(remote_websocket_port_max, websocket_port_max), 65535 },
    { KEY(migration_port_min), 65535 },
    { KEY(migration_port_max), 65535 },
    { KEY(max_processes), 1u << 30 },
    { KEY(max_files), 1u << 30 },
    { KEY_AS(max_threads_per_process, max_threads), 1u << 30 },
    { KEY(max_queued), 1u << 30 },
    { KEY(gluster_debug_level), 9 },
};

static void
set_defaults(struct qemu_conf *c, bool privileged)
{
    c->dynamic_ownership = c->remember_owner = privileged;
    c->security_default_confined = true;
    c->vnc_port_min = 5900;
    c->vnc_port_max = 65535;
    c->websocket_port_min = 5700;
    c->websocket_port_max = 65535;
    c->migration_port_min = 49152;
    c->migration_port_max = 49215;
    c->mac_filter = false;
    c->set_process_name = true;
    c->clear_emulator_capabilities = true;
    c->log_timestamp = true;
    c->seccomp_sandbox = -1;
    c->keepalive_interval = c->keepalive_count = 5;
    c->vnc_listen = g_strdup("127.0.0.1");
    c->spice_listen = g_strdup("127.0.0.1");
    c->migration_address = g_strdup("0.0.0.0");
}

/* Sizes may carry a unit; "unlimited" is known too. */
static int
read_max_core(struct conf *file, struct qemu_conf *c, const char *path, struct err *err)
{
    g_autofree char *text = NULL;
    ERR_AUTO ignored = ERR_INIT;
    int rc = conf_get_string(file, "max_core", &text, &ignored);
    if (rc == 1) {
        if (strcmp(text, "unlimited"))
            return err_set(err, VIR_ERR_CONF_SYNTAX,
                           "%s: max_core is '%s': give a number of bytes or \"unlimited\"", path, text);
        c->max_core = ~0ull;
        c->max_core_given = true;
    } else if (rc < 0) {
        long long n = 0;
        if (conf_get_ll(file, "max_core", 0, LLONG_MAX, &n, err) < 0)
            return -1;
        c->max_core = n;
        c->max_core_given = true;
    }
    return 0;
}

static int
check_range(const char *path, const char *what, unsigned min, unsigned max, unsigned least, struct err *err)
{
    if (min < least)
        return err_set(err, VIR_ERR_CONF_SYNTAX, "%s: %s_min is %u, the least that works is %u", path, what,
                       min, least);
    if (min > max)
        return err_set(err, VIR_ERR_CONF_SYNTAX, "%s: %s_min (%u) is above %s_max (%u)", path, what, min,
                       what, max);
    return 0;
}

/* Where certificates are that no folder was named for: in a folder of their own, if there is one. */
static void
set_certificates(struct qemu_conf *c)
{
    const struct { struct qemu_tls_conf *tls; const char *name; } all[] = {
        { &c->vnc, "vnc" },         { &c->spice, "spice" }, { &c->chardev, "chardev" },
        { &c->migrate, "migrate" }, { &c->nbd, "nbd" },     { &c->backup, "backup" },
        { &c->vxhs, "vxhs" },
    };
    if (!c->default_cert_dir)
        c->default_cert_dir = g_strdup(SYSCONFDIR "/pki/qemu");
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        if (all[i].tls->cert_dir)
            continue;
        g_autofree char *own = g_strdup_printf(SYSCONFDIR "/pki/libvirt-%s", all[i].name);
        all[i].tls->cert_dir = g_strdup(g_file_test(own, G_FILE_TEST_EXISTS) ? own : c->default_cert_dir);
    }
}

static int
read_all(struct conf *file, struct qemu_conf *c, const char *path, struct err *err)
{
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++) {
        if (conf_get_string(file, strings[i].name, AT(c, strings[i].offset), err) < 0)
            return -1;
    }
    /* Who connects shows a certificate, unless one of these says that they need not. */
    bool verify = true;
    if (conf_get_bool(file, "default_tls_x509_verify", &verify, err) < 0)
        return -1;
    c->vnc.verify = c->chardev.verify = c->migrate.verify = c->backup.verify = verify;
    for (size_t i = 0; i < G_N_ELEMENTS(booleans); i++) {
        if (conf_get_bool(file, booleans[i].name, AT(c, booleans[i].offset), err) < 0)
            return -1;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
        if (conf_get_list(file, lists[i].name, AT(c, lists[i].offset), err) < 0)
            return -1;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        if (conf_get_uint(file, numbers[i].key.name, numbers[i].max, AT(c, numbers[i].key.offset), err) < 0)
            return -1;
    }
    set_certificates(c);
    if (conf_get_int(file, "seccomp_sandbox", -1, 1, &c->seccomp_sandbox, err) < 0 ||
        conf_get_int(file, "keepalive_interval", -1, 1 << 30, &c->keepalive_interval, err) < 0 ||
        conf_get_int(file, "keepalive_count", 0, 1 << 30, &c->keepalive_count, err) < 0 ||
        read_max_core(file, c, path, err) < 0)
        return -1;
    if (c->stdio_handler && strcmp(c->stdio_handler, "logd") && strcmp(c->stdio_handler, "file"))
        return err_set(err, VIR_ERR_CONF_SYNTAX, "%s: stdio_handler is '%s': give \"logd\" or \"file\"", path,
                       c->stdio_handler);
    return check_range(path, "remote_display_port", c->vnc_port_min, c->vnc_port_max, 5900, err) < 0 ||
                   check_range(path, "remote_websocket_port", c->websocket_port_min, c->websocket_port_max,
                               5700, err) < 0 ||
                   check_range(path, "migration_port", c->migration_port_min, c->migration_port_max, 1, err) <
                       0
               ? -1
               : 0;
}

struct qemu_conf *
qemu_conf_load(const char *path, bool privileged, struct err *err)
{
    CONF_AUTO *file = conf_load(path, true, err);
    if (!file)
        return NULL;
    struct qemu_conf *c = g_new0(struct qemu_conf, 1);
    set_defaults(c, privileged);
    if (read_all(file, c, path, err) < 0) {
        qemu_conf_free(c);
        return NULL;
    }
    return c;
}

void
qemu_conf_free(struct qemu_conf *conf)
{
    if (!conf)
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(*(char **)AT(conf, strings[i].offset));
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
        g_strfreev(*(char ***)AT(conf, lists[i].offset));
    g_free(conf);
}
