/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * conn: opening and closing connections.
 *
 * Owns: struct _virConnect, the choice of the URI (argument, LIBVIRT_DEFAULT_URI,
 * uri_default; names from uri_aliases) and the close callback.  Drivers are asked
 * in the order that initialize.c registered them.
 * Waits: open and close, for the driver.
 */
#include "base/conf.h"
#include "base/fork.h"
#include "config.h"
#include "lib/conn.h"
#include "lib/entry.h"
#include "lib/events.h"

#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

virConnectPtr
conn_new(enum handle_type type)
{
    virConnectPtr conn = g_new0(struct _virConnect, 1);

    conn->h.magic = HANDLE_MAGIC | type;
    atomic_init(&conn->h.refs, 1);
    conn->h.conn = conn;
    g_queue_init(&conn->queue);
    fork_mutex_init(&conn->lock, FORK_OUTER);
    return conn;
}

void
conn_free(virConnectPtr conn)
{
    virErrorPtr saved = error_save();

    events_close(conn);
    drv_conn_close(conn->drv);
    if (conn->close_free)
        conn->close_free(conn->close_data);
    g_free(conn->type);
    virResetError(&conn->error);
    fork_mutex_destroy(&conn->lock);
    g_free(conn);
    error_restore(&saved);
}

/* The driver says that the connection is lost: any thread, once. */
static void
lost(struct drv_conn *drv, int reason, void *opaque)
{
    virConnectPtr conn = opaque;

    pthread_mutex_lock(&conn->lock);
    conn->is_lost = true;
    conn->lost_reason = reason;
    pthread_mutex_unlock(&conn->lock);
    events_wake(conn);
}

/* On the event loop's thread: tell the application, once. */
void
conn_tell_lost(virConnectPtr conn)
{
    virConnectCloseFunc func = NULL;
    virAdmConnectCloseFunc adm_func = NULL;
    virFreeCallback free_func;
    void *data;
    int reason;

    pthread_mutex_lock(&conn->lock);
    if (!conn->is_lost || conn->close_told || (!conn->close_func && !conn->adm_close_func)) {
        pthread_mutex_unlock(&conn->lock);
        return;
    }
    conn->close_told = true;
    func = conn->close_func;
    adm_func = conn->adm_close_func;
    data = conn->close_data;
    free_func = conn->close_free;
    reason = conn->lost_reason;
    conn->close_func = NULL;
    conn->adm_close_func = NULL;
    conn->close_free = NULL;
    pthread_mutex_unlock(&conn->lock);
    if (func)
        func(conn, reason, data);
    else
        adm_func((virAdmConnectPtr)conn, reason, data);
    if (free_func)
        free_func(data);
    events_drop_bell(conn);
    handle_unref(conn);
}

int
conn_set_close(struct entry *e, virConnectPtr conn, virConnectCloseFunc cb, virAdmConnectCloseFunc adm_cb,
               void *opaque, virFreeCallback freecb)
{
    bool taken;

    if (!conn->drv->watch)
        return 0; /* in process: there is nothing to lose */
    events_need_bell(conn);
    pthread_mutex_lock(&conn->lock);
    taken = conn->close_func || conn->adm_close_func;
    if (!taken) {
        conn->close_func = cb;
        conn->adm_close_func = adm_cb;
        conn->close_data = opaque;
        conn->close_free = freecb;
        conn->close_told = false;
        handle_ref(conn);
    }
    pthread_mutex_unlock(&conn->lock);
    e->domain = adm_cb ? VIR_FROM_ADMIN : VIR_FROM_REMOTE;
    if (taken) {
        events_drop_bell(conn);
        return entry_set(e, VIR_ERR_OPERATION_INVALID, "the connection has a close callback already");
    }
    conn->drv->watch(conn->drv, NULL);
    if (conn->is_lost)
        events_wake(conn);
    return 0;
}

int
conn_unset_close(struct entry *e, virConnectPtr conn, virConnectCloseFunc cb, virAdmConnectCloseFunc adm_cb)
{
    virFreeCallback free_func = NULL;
    void *data = NULL;
    bool mine;

    if (!conn->drv->watch)
        return 0;
    e->domain = adm_cb ? VIR_FROM_NONE : VIR_FROM_REMOTE;
    pthread_mutex_lock(&conn->lock);
    mine = (conn->close_func || conn->adm_close_func) && conn->close_func == cb &&
           conn->adm_close_func == adm_cb;
    if (mine) {
        free_func = conn->close_free;
        data = conn->close_data;
        conn->close_func = NULL;
        conn->adm_close_func = NULL;
        conn->close_free = NULL;
    }
    pthread_mutex_unlock(&conn->lock);
    if (!mine)
        return entry_set(e, VIR_ERR_OPERATION_INVALID, "this close callback is not registered");
    if (free_func)
        free_func(data);
    events_drop_bell(conn);
    handle_unref(conn);
    return 0;
}

static bool
is_setuid(void)
{
    return getauxval(AT_SECURE) != 0;
}

static struct conf *
load_conf(struct err *err)
{
    g_autofree char *path = NULL;

    if (geteuid() == 0) {
        path = g_strdup(SYSCONFDIR "/libvirt/libvirt.conf");
    } else {
        const char *base = is_setuid() ? NULL : getenv("XDG_CONFIG_HOME");

        path = base && *base ? g_strdup_printf("%s/libvirt/libvirt.conf", base)
                             : g_strdup_printf("%s/.config/libvirt/libvirt.conf", g_get_home_dir());
    }
    return conf_load(path, true, err);
}

/* `name` with its alias replaced; NULL with err. */
static char *
resolve_alias(struct conf *conf, const char *name, struct err *err)
{
    g_auto(GStrv) aliases = NULL;

    if (conf_get_list(conf, "uri_aliases", &aliases, err) < 0)
        return NULL;
    for (char **alias = aliases; alias && *alias; alias++) {
        char *equals = strchr(*alias, '=');

        if (!equals || strspn(*alias, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                          "0123456789_-") != (size_t)(equals - *alias)) {
            err_set_from(
                err, VIR_FROM_URI, VIR_ERR_CONF_SYNTAX,
                "libvirt.conf: the item '%s' of uri_aliases is not of the form name=URI, the name of "
                "letters, digits, '_' and '-'",
                *alias);
            return NULL;
        }
        if (strlen(name) == (size_t)(equals - *alias) && strncmp(name, *alias, equals - *alias) == 0)
            return g_strdup(equals + 1);
    }
    return g_strdup(name);
}

char *
conn_choose_uri(struct conf *conf, const char *name, unsigned int flags, struct err *err)
{
    g_autofree char *chosen = NULL;
    const char *env = is_setuid() ? NULL : getenv("LIBVIRT_DEFAULT_URI");

    if (name && *name)
        chosen = g_strdup(name);
    else if (env && *env)
        chosen = g_strdup(env);
    else if (conf_get_string(conf, "uri_default", &chosen, err) < 0)
        return NULL;
    if (!chosen)
        return g_strdup(""); /* the drivers' turn to say who is there */
    if (!(flags & VIR_CONNECT_NO_ALIASES)) {
        char *resolved = resolve_alias(conf, chosen, err);

        g_free(chosen);
        chosen = resolved;
    }
    if (chosen && !*chosen) {
        err_set_from(err, VIR_FROM_NONE, VIR_ERR_NO_CONNECT,
                     "the configuration (uri_default, uri_aliases) leads to an empty URI");
        return NULL;
    }
    return g_steal_pointer(&chosen);
}

static int
open_conn(virConnectPtr conn, const char *name, virConnectAuthPtr auth, unsigned int flags, struct err *err)
{
    struct open_request req = { .auth = auth, .flags = flags };
    g_autofree char *text = NULL;
    CONF_AUTO *conf = load_conf(err);
    struct uri *uri = NULL;

    if (!conf)
        return -1;
    text = conn_choose_uri(conf, name, flags, err);
    if (!text)
        return -1;
    if (*text && !(uri = uri_parse(text, err)))
        return -1;
    req.uri = uri;
    req.conf = conf;
    conn->drv = drv_conn_open(&req, NULL, lost, conn, err);
    uri_free(uri);
    return conn->drv ? 0 : -1;
}

static virConnectPtr
open_entry(struct entry *e, const char *name, virConnectAuthPtr auth, unsigned int flags)
{
    virConnectPtr conn;

    conn = conn_new(HANDLE_conn);
    if (open_conn(conn, name, auth, flags, &e->err) < 0) {
        conn_free(conn);
        entry_fail(e);
        return NULL;
    }
    return conn;
}

virConnectPtr
virConnectOpen(const char *name)
{
    ENTRY("virConnectOpen", VIR_FROM_NONE);

    return open_entry(&e, name, NULL, 0);
}

virConnectPtr
virConnectOpenReadOnly(const char *name)
{
    ENTRY("virConnectOpenReadOnly", VIR_FROM_NONE);

    return open_entry(&e, name, NULL, VIR_CONNECT_RO);
}

virConnectPtr
virConnectOpenAuth(const char *name, virConnectAuthPtr auth, unsigned int flags)
{
    ENTRY("virConnectOpenAuth", VIR_FROM_NONE);

    return open_entry(&e, name, auth, flags);
}

virConnectPtr
conn_open_admin(const struct open_request *req, struct err *err)
{
    virConnectPtr conn = conn_new(HANDLE_adm_conn);

    conn->drv = drv_conn_open(req, NULL, lost, conn, err);
    if (!conn->drv) {
        conn_free(conn);
        return NULL;
    }
    return conn;
}

int
virConnectClose(virConnectPtr conn)
{
    ENTRY("virConnectClose", VIR_FROM_NONE);

    if (!entry_self(&e, HANDLE_conn, conn))
        return entry_fail(&e);
    e.conn = NULL;
    return handle_unref(conn) ? 1 : 0;
}

int
virConnectRef(virConnectPtr conn)
{
    ENTRY("virConnectRef", VIR_FROM_DOMAIN);

    if (!entry_self(&e, HANDLE_conn, conn))
        return entry_fail(&e);
    handle_ref(conn);
    return 0;
}

int
virConnectRegisterCloseCallback(virConnectPtr conn, virConnectCloseFunc cb, void *opaque,
                                virFreeCallback freecb)
{
    ENTRY("virConnectRegisterCloseCallback", VIR_FROM_DOMAIN);

    if (!entry_self(&e, HANDLE_conn, conn) || !entry_nonnull(&e, "cb", (const void *)cb))
        return entry_fail(&e);
    return conn_set_close(&e, conn, cb, NULL, opaque, freecb);
}

int
virConnectUnregisterCloseCallback(virConnectPtr conn, virConnectCloseFunc cb)
{
    ENTRY("virConnectUnregisterCloseCallback", VIR_FROM_DOMAIN);

    if (!entry_self(&e, HANDLE_conn, conn) || !entry_nonnull(&e, "cb", (const void *)cb))
        return entry_fail(&e);
    return conn_unset_close(&e, conn, cb, NULL);
}

const char *
virConnectGetType(virConnectPtr conn)
{
    ENTRY("virConnectGetType", VIR_FROM_DOMAIN);
    char *type = NULL;

    if (!entry_self(&e, HANDLE_conn, conn)) {
        entry_fail(&e);
        return NULL;
    }
    pthread_mutex_lock(&conn->lock);
    type = conn->type;
    pthread_mutex_unlock(&conn->lock);
    if (type)
        return type;
    if (conn->drv->hypervisor && conn->drv->hypervisor->connect_get_type) {
        if (conn->drv->hypervisor->connect_get_type(conn->drv, &type, &e.err) < 0) {
            entry_fail(&e);
            return NULL;
        }
    } else {
        type = g_strdup(conn->drv->driver->name);
    }
    pthread_mutex_lock(&conn->lock);
    if (conn->type)
        g_free(type);
    else
        conn->type = type;
    type = conn->type;
    pthread_mutex_unlock(&conn->lock);
    return type;
}

char *
virConnectGetURI(virConnectPtr conn)
{
    ENTRY("virConnectGetURI", VIR_FROM_DOMAIN);
    char *uri = NULL;

    if (!entry_self(&e, HANDLE_conn, conn)) {
        entry_fail(&e);
        return NULL;
    }
    if (conn->drv->uri)
        return g_strdup(conn->drv->uri);
    if (!conn->drv->hypervisor || !conn->drv->hypervisor->connect_get_uri) {
        entry_no_support(&e);
        return NULL;
    }
    if (conn->drv->hypervisor->connect_get_uri(conn->drv, &uri, &e.err) < 0)
        entry_fail(&e);
    return uri;
}

int
virConnectGetLibVersion(virConnectPtr conn, unsigned long *libVer)
{
    ENTRY("virConnectGetLibVersion", VIR_FROM_DOMAIN);

    if (!entry_self(&e, HANDLE_conn, conn) || !entry_nonnull(&e, "libVer", libVer))
        return entry_fail(&e);
    if (!conn->drv->hypervisor || !conn->drv->hypervisor->connect_get_lib_version) {
        *libVer = LIBVIR_VERSION_NUMBER;
        return 0;
    }
    if (conn->drv->hypervisor->connect_get_lib_version(conn->drv, libVer, &e.err) < 0)
        return entry_fail(&e);
    return 0;
}

int
virConnectIsAlive(virConnectPtr conn)
{
    ENTRY("virConnectIsAlive", VIR_FROM_DOMAIN);
    int rc;

    if (!entry_self(&e, HANDLE_conn, conn))
        return entry_fail(&e);
    if (!conn->drv->hypervisor || !conn->drv->hypervisor->connect_is_alive)
        return 1; /* in process: as alive as we are */
    rc = conn->drv->hypervisor->connect_is_alive(conn->drv, &e.err);
    return rc < 0 ? entry_fail(&e) : rc;
}

int
virConnectSetKeepAlive(virConnectPtr conn, int interval, unsigned int count)
{
    ENTRY("virConnectSetKeepAlive", VIR_FROM_DOMAIN);
    int rc;

    if (!entry_self(&e, HANDLE_conn, conn))
        return entry_fail(&e);
    if (!conn->drv->hypervisor || !conn->drv->hypervisor->connect_set_keep_alive)
        return entry_no_support(&e);
    rc = conn->drv->hypervisor->connect_set_keep_alive(conn->drv, interval, count, &e.err);
    return rc < 0 ? entry_fail(&e) : rc;
}
