/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * settings: see config.h.
 */
#include "daemon/settings.h"

#include "base/file.h"
#include "base/log.h"
#include "base/uuid.h"
#include "wire/login.h"
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_CONF
LOG_FROM("daemon.settings");

/* Known and accepted, without an effect here: administrators' files stay valid. */
static const char *const accepted[] = {
    "access_drivers",
    "max_requests",
    "audit_level",
    "audit_logging",
    "keepalive_required",
    "admin_keepalive_required",
    "ovs_timeout",
    "mdns_adv",
    "mdns_name",
    "log_buffer_size",
};

static char *
user_dir(const char *variable, const char *fallback)
{
    const char *value = variable ? getenv(variable) : NULL;
    if (value && *value == '/')
        return g_strdup(value);
    const char *home = getenv("HOME");
    struct passwd *pw = home && *home == '/' ? NULL : getpwuid(geteuid());
    return g_build_filename(pw ? pw->pw_dir : home ? home : "/", fallback, NULL);
}

/* What of TLS is where: of this host, or of the user whose daemon this is. */
static void
net_defaults(struct config *c)
{
    g_autofree char *own = user_dir(NULL, ".pki/libvirt");
    const char *base = c->system ? SYSCONFDIR "/pki/libvirt" : own;
    c->ca_file = g_build_filename(c->system ? SYSCONFDIR "/pki/CA" : own, "cacert.pem", NULL);
    c->crl_file = g_build_filename(c->system ? SYSCONFDIR "/pki/CA" : own, "cacrl.pem", NULL);
    c->cert_file = g_build_filename(base, "servercert.pem", NULL);
    c->key_file = g_build_filename(base, c->system ? "private/serverkey.pem" : "serverkey.pem", NULL);
    c->tls_port = g_strdup("16514");
    c->tcp_port = g_strdup("16509");
    c->listen_tls = true;
    c->auth_tcp = AUTH_SASL;
    c->tcp_min_ssf = 112;
}

struct config *
config_defaults(bool system)
{
    struct config *c = g_new0(struct config, 1);
    c->system = system;
    if (system) {
        c->run_dir = g_strdup(RUNSTATEDIR "/libvirt");
        c->socket_dir = g_strdup(RUNSTATEDIR "/libvirt");
        c->pid_file = g_strdup(RUNSTATEDIR "/vireod.pid");
        c->state_dir = g_strdup(LOCALSTATEDIR "/lib/libvirt");
        c->log_dir = g_strdup(LOCALSTATEDIR "/log/libvirt");
        c->cache_dir = g_strdup(LOCALSTATEDIR "/cache/libvirt");
        c->config_dir = g_strdup(SYSCONFDIR "/libvirt");
    } else {
        const char *runtime = getenv("XDG_RUNTIME_DIR");
        g_autofree char *cache = user_dir("XDG_CACHE_HOME", ".cache");
        g_autofree char *conf = user_dir("XDG_CONFIG_HOME", ".config");
        g_autofree char *data = user_dir("XDG_DATA_HOME", ".local/share");
        c->run_dir = g_build_filename(runtime && *runtime == '/' ? runtime : cache, "libvirt", NULL);
        c->socket_dir = g_strdup(c->run_dir);
        c->pid_file = g_build_filename(c->run_dir, "vireod.pid", NULL);
        c->state_dir = g_build_filename(data, "libvirt", NULL);
        c->cache_dir = g_build_filename(cache, "libvirt", NULL);
        c->log_dir = g_build_filename(cache, "libvirt", NULL);
        c->config_dir = g_build_filename(conf, "libvirt", NULL);
    }
    net_defaults(c);
    c->sock_gid = (gid_t)-1;
    c->ro_perms = 0777;
    c->rw_perms = c->admin_perms = 0700;
    /* A client with several threads waiting for slow guests must not hold up
     * its own other calls, hence more than the five that others allow. */
    c->main = (struct limits){
        .max_clients = 5000, .max_anonymous_clients = 20, .max_queued_clients = 1000,
        .prio_workers = 5, .max_client_requests = 32, .keepalive_interval = 5, .keepalive_count = 5,
    };
    c->admin = (struct limits){
        .max_clients = 5000, .max_queued_clients = 20, .max_client_requests = 5,
        .keepalive_interval = 5, .keepalive_count = 5,
    };
    return c;
}

void
config_free(struct config *c)
{
    if (!c)
        return;
    char **strings[] = { &c->file,        &c->socket_dir,  &c->pid_file, &c->state_dir,       &c->log_dir,
                         &c->config_dir,  &c->cache_dir,   &c->run_dir,  &c->unix_sock_group, &c->log_filters,
                         &c->log_outputs, &c->listen_addr, &c->tls_port, &c->tcp_port,        &c->ca_file,
                         &c->crl_file,    &c->cert_file,   &c->key_file, &c->tls_priority };
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(*strings[i]);
    g_strfreev(c->tls_names);
    g_strfreev(c->sasl_names);
    g_free(c);
}

static int
get_perms(struct conf *conf, const char *file, const char *key, mode_t *mode, struct err *err)
{
    g_autofree char *text = NULL;
    int rc = conf_get_string(conf, key, &text, err);
    if (rc <= 0)
        return rc;
    char *end;
    unsigned long value = strtoul(text, &end, 8);
    if (*end || end == text || value > 0777)
        return err_set(err, VIR_ERR_CONF_SYNTAX,
                       "%s: %s is '%s', it must be octal permissions such as \"0770\"", file, key, text);
    *mode = (mode_t)value;
    return 1;
}

static int
get_auth(struct conf *conf, const char *file, const char *key, bool net, enum auth_kind *auth,
         struct err *err)
{
    g_autofree char *text = NULL;
    int rc = conf_get_string(conf, key, &text, err);
    if (rc <= 0)
        return rc;
    if (strcmp(text, "none") == 0)
        *auth = AUTH_NONE;
    else if (strcmp(text, "sasl") == 0)
        *auth = AUTH_SASL;
    else if (strcmp(text, "polkit") == 0 && !net)
        *auth = AUTH_POLKIT;
    else
        return err_set(err, VIR_ERR_CONF_SYNTAX, "%s: %s is '%s', it must be \"none\"%s or \"sasl\"", file,
                       key, text, net ? "" : ", \"polkit\"");
    return 1;
}

static int
get_limits(struct conf *conf, const char *prefix, struct limits *l, struct err *err)
{
    const struct { const char *key; unsigned max; unsigned *value; } uints[] = {
        { "max_clients", 1000000, &l->max_clients },
        { "max_anonymous_clients", 1000000, &l->max_anonymous_clients },
        { "max_queued_clients", 1000000, &l->max_queued_clients },
        { "min_workers", 100000, &l->min_workers },
        { "prio_workers", 100000, &l->prio_workers },
        { "max_workers", 100000, &l->max_workers },
        { "max_client_requests", 100000, &l->max_client_requests },
        { "keepalive_count", 1000000, &l->keepalive_count },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(uints); i++) {
        g_autofree char *key = g_strconcat(prefix, uints[i].key, NULL);
        if (conf_get_uint(conf, key, uints[i].max, uints[i].value, err) < 0)
            return -1;
    }
    g_autofree char *interval = g_strconcat(prefix, "keepalive_interval", NULL);
    if (conf_get_int(conf, interval, -1, 1000000, &l->keepalive_interval, err) < 0)
        return -1;
    if (!l->max_client_requests)
        l->max_client_requests = 1;
    if (!l->max_clients)
        l->max_clients = 1;
    return 0;
}

static int
find_group(struct config *c, struct err *err)
{
    char *end;
    struct group *gr = getgrnam(c->unix_sock_group);
    if (gr) {
        c->sock_gid = gr->gr_gid;
        return 0;
    }
    unsigned long id = strtoul(c->unix_sock_group, &end, 10);
    if (!*c->unix_sock_group || *end)
        return err_set(err, VIR_ERR_CONF_SYNTAX,
                       "%s: unix_sock_group names the group '%s', which does not exist; "
                       "create it with groupadd or name another",
                       c->file, c->unix_sock_group);
    c->sock_gid = (gid_t)id;
    return 0;
}

static int
get_host_uuid(struct config *c, struct conf *conf, struct err *err)
{
    g_autofree char *text = NULL, *source = NULL;
    if (conf_get_string(conf, "host_uuid", &text, err) < 0 ||
        conf_get_string(conf, "host_uuid_source", &source, err) < 0)
        return -1;
    if (source && strcmp(source, "smbios") != 0 && strcmp(source, "machine-id") != 0)
        return err_set(err, VIR_ERR_CONF_SYNTAX, "%s: host_uuid_source is '%s', it must be \"smbios\" or "
                       "\"machine-id\"", c->file, source);
    if (!text && source && strcmp(source, "machine-id") == 0 &&
        file_read(AT_FDCWD, "/etc/machine-id", 256, &text, err) < 0)
        return err_context(err, "%s: host_uuid_source", c->file);
    if (!text)
        return 0;
    if (uuid_parse(g_strstrip(text), c->host_uuid) < 0 || !uuid_is_valid(c->host_uuid))
        return err_set(err, VIR_ERR_CONF_SYNTAX,
                       "%s: host_uuid is '%s', it must be a UUID whose digits are not all "
                       "the same",
                       c->file, text);
    c->has_host_uuid = true;
    return 0;
}

static void
complain(const char *name, int line, const char *key, void *opaque)
{
    for (size_t i = 0; i < G_N_ELEMENTS(accepted); i++) {
        if (strcmp(key, accepted[i]) == 0) {
            log_debug("%s:%d: %s has no effect in this daemon", name, line, key);
            return;
        }
    }
    log_warn("%s:%d: there is no setting '%s'; it is ignored", name, line, key);
}

/* A port by number or by the name of a service, in quotes or not. */
static int
get_net(struct config *c, struct conf *conf, struct err *err)
{
    const struct { const char *key; char **value; } strings[] = {
        { "listen_addr", &c->listen_addr }, { "tls_port", &c->tls_port }, { "tcp_port", &c->tcp_port },
        { "ca_file", &c->ca_file }, { "crl_file", &c->crl_file }, { "cert_file", &c->cert_file },
        { "key_file", &c->key_file }, { "tls_priority", &c->tls_priority },
    };
    const struct { const char *key; bool *value;
    } flags[] = {
        { "listen_tls", &c->listen_tls },
        { "listen_tcp", &c->listen_tcp },
        { "tls_no_sanity_certificate", &c->tls_no_sanity },
        { "tls_no_verify_certificate", &c->tls_no_verify },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
        if (conf_get_string(conf, strings[i].key, strings[i].value, err) < 0)
            return -1;
    for (size_t i = 0; i < G_N_ELEMENTS(flags); i++)
        if (conf_get_bool(conf, flags[i].key, flags[i].value, err) < 0)
            return -1;
    if (get_auth(conf, c->file, "auth_tcp", true, &c->auth_tcp, err) < 0 ||
        get_auth(conf, c->file, "auth_tls", true, &c->auth_tls, err) < 0 ||
        conf_get_list(conf, "tls_allowed_dn_list", &c->tls_names, err) < 0 ||
        conf_get_list(conf, "sasl_allowed_username_list", &c->sasl_names, err) < 0 ||
        conf_get_uint(conf, "tcp_min_ssf", 100000, &c->tcp_min_ssf, err) < 0)
        return -1;
    if (c->tcp_min_ssf < LOGIN_SECRET_BITS)
        return err_set(err, VIR_ERR_CONF_SYNTAX, "%s: tcp_min_ssf is %u, it must be at least %d: fewer bits "
                       "protect nothing", c->file, c->tcp_min_ssf, LOGIN_SECRET_BITS);
    bool wants_sasl = c->auth_ro == AUTH_SASL || c->auth_rw == AUTH_SASL;
    if (wants_sasl && login_server_ready(err) < 0)
        return err_context(err, "%s: auth_unix_ro or auth_unix_rw is \"sasl\"", c->file);
    return 0;
}

static int
config_fill(struct config *c, struct conf *conf, struct err *err)
{
    const struct { const char *key; char **value; } strings[] = {
        { "unix_sock_group", &c->unix_sock_group }, { "unix_sock_dir", &c->socket_dir },
        { "log_filters", &c->log_filters }, { "log_outputs", &c->log_outputs },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
        if (conf_get_string(conf, strings[i].key, strings[i].value, err) < 0)
            return -1;
    if (get_perms(conf, c->file, "unix_sock_ro_perms", &c->ro_perms, err) < 0 ||
        get_perms(conf, c->file, "unix_sock_admin_perms", &c->admin_perms, err) < 0)
        return -1;
    int rw = get_perms(conf, c->file, "unix_sock_rw_perms", &c->rw_perms, err);
    if (rw < 0 || get_auth(conf, c->file, "auth_unix_ro", false, &c->auth_ro, err) < 0 ||
        get_auth(conf, c->file, "auth_unix_rw", false, &c->auth_rw, err) < 0 ||
        get_limits(conf, "", &c->main, err) < 0 || get_limits(conf, "admin_", &c->admin, err) < 0 ||
        conf_get_int(conf, "log_level", 1, 4, &c->log_level, err) < 0 ||
        conf_get_bool(conf, "newer_elements", &c->newer_elements, err) < 0 ||
        get_host_uuid(c, conf, err) < 0 || get_net(c, conf, err) < 0)
        return -1;
    if (c->unix_sock_group && c->system && find_group(c, err) < 0)
        return -1;
    /* Who may connect at all: with a group its members; with polkit or SASL
     * everybody, who is then asked. */
    if (rw == 0 && c->auth_rw != AUTH_NONE)
        c->rw_perms = 0777;
    else if (rw == 0 && c->unix_sock_group)
        c->rw_perms = 0770;
    if (*c->socket_dir != '/')
        return err_set(err, VIR_ERR_CONF_SYNTAX, "%s: unix_sock_dir is '%s', it must be an absolute path",
                       c->file, c->socket_dir);
    return 0;
}

struct config *
config_load(bool system, const char *file, struct err *err)
{
    struct config *c = config_defaults(system);
    static const char *const names[] = { "libvirtd.conf", "virtqemud.conf" };
    if (file) {
        c->file = g_strdup(file);
    } else {
        for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
            g_free(c->file);
            c->file = g_build_filename(c->config_dir, names[i], NULL);
            if (access(c->file, F_OK) == 0)
                break;
        }
    }
    CONF_AUTO *conf = conf_load(c->file, !file, err);
    if (!conf || config_fill(c, conf, err) < 0) {
        config_free(c);
        return NULL;
    }
    conf_unused(conf, complain, NULL);
    return c;
}

int
config_apply_log(const struct config *c, bool verbose, bool detached, struct err *err)
{
    int level = c->log_level ? c->log_level : verbose ? LOG_LEVEL_INFO : LOG_LEVEL_WARN;
    log_set_level(level);
    if (c->log_filters && log_set_filters(c->log_filters, err) < 0)
        return err_context(err, "%s: log_filters", c->file);
    g_autofree char *spec = g_strdup(c->log_outputs);
    if (!spec && (detached || !isatty(STDERR_FILENO))) {
        /* Without a terminal: the journal when it runs us, a file for a daemon
         * of a user, otherwise whoever started us reads our stderr. */
        if (getenv("JOURNAL_STREAM"))
            spec = g_strdup_printf("%d:journald", level);
        else if (detached && c->system)
            spec = g_strdup_printf("%d:syslog:vireod", level);
        else if (detached)
            spec = g_strdup_printf("%d:file:%s/vireod.log", level, c->log_dir);
    }
    if (spec && log_set_outputs(spec, err) < 0) {
        if (c->log_outputs)
            return err_context(err, "%s: log_outputs", c->file);
        err_clear(err); /* our own choice does not work here: stderr stays */
    }
    log_from_environment();
    return 0;
}
