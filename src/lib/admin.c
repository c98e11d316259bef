/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * admin: what libvirt-admin.so.0 writes by hand: connections to a daemon's
 * administration socket, and what its handles answer by themselves.
 * Waits: virAdmConnectOpen(), for the daemon.
 */
#include "base/conf.h"
#include "config.h"
#include "lib/conn.h"
#include "lib/entry.h"

#include <stdlib.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_ADMIN

int
virAdmInitialize(void)
{
    return virInitialize();
}

int
virAdmGetVersion(unsigned long long *libVer)
{
    ENTRY("virAdmGetVersion", VIR_FROM_NONE);

    if (!libVer)
        return entry_set(&e, VIR_ERR_INTERNAL_ERROR, "there is no place for the version of the library");
    *libVer = LIBVIR_VERSION_NUMBER;
    return 0;
}

/* Argument, environment, configuration, and at last the daemon of this user. */
static char *
choose_uri(struct conf *conf, const char *name, struct err *err)
{
    const char *env = getenv("LIBVIRT_ADMIN_DEFAULT_URI");
    g_autofree char *chosen = NULL;

    if (name && *name)
        return conn_choose_uri(conf, name, 0, err);
    if (env && *env)
        return g_strdup(env);
    if (conf_get_string(conf, "uri_default", &chosen, err) < 0)
        return NULL;
    if (chosen && *chosen)
        return g_steal_pointer(&chosen);
    return g_strdup(geteuid() == 0 ? "libvirtd:///system" : "libvirtd:///session");
}

/* Only a daemon of this host is administered: SCHEME[+unix]:///system or /session, and the name of its
 * socket. */
static int
check_uri(const struct uri *uri, const char *text, struct err *err)
{
    static const char *const daemons[] = {
        "libvirtd",    "virtqemud",     "virtlxcd",     "virtxend",     "virtvboxd",      "virtbhyved",
        "virtvzd",     "virtchd",       "virtnetworkd", "virtstoraged", "virtinterfaced", "virtnodedevd",
        "virtsecretd", "virtnwfilterd", "virtproxyd",   "virtlogd",     "virtlockd",      "vireod",
        NULL,
    };
    const char *problem = NULL;

    if (!uri->scheme || !g_strv_contains(daemons, uri->scheme))
        problem = "the scheme is not the name of a daemon";
    else if (uri->transport && strcmp(uri->transport, "unix") != 0)
        problem = "only the transport 'unix' leads to an administration socket";
    else if (uri->server && *uri->server)
        problem = "only daemons of this host can be administered";
    else if (strcmp(uri->path, "/system") != 0 && strcmp(uri->path, "/session") != 0)
        problem = "the path must be /system or /session";
    for (size_t i = 0; !problem && i < uri->nparams; i++)
        if (strcmp(uri->params[i].name, "socket") != 0)
            problem = "it has a parameter other than socket";
    if (!problem)
        return 0;
    return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "virAdmConnectOpen: cannot use URI '%s': %s", text,
                   problem);
}

virAdmConnectPtr
virAdmConnectOpen(const char *name, unsigned int flags)
{
    ENTRY("virAdmConnectOpen", VIR_FROM_ADMIN);
    g_autofree char *path = NULL, *text = NULL;
    struct open_request req = { .flags = flags, .admin = true };
    struct conf *conf;
    struct uri *uri = NULL;
    virConnectPtr conn = NULL;

    path = geteuid() == 0 ? g_strdup(SYSCONFDIR "/libvirt/libvirt-admin.conf")
                          : g_strdup_printf("%s/libvirt/libvirt-admin.conf", g_get_user_config_dir());
    conf = conf_load(path, true, &e.err);
    if (conf && (text = choose_uri(conf, name, &e.err)) && (uri = uri_parse(text, &e.err)) &&
        check_uri(uri, text, &e.err) == 0) {
        req.uri = uri;
        req.conf = conf;
        conn = conn_open_admin(&req, &e.err);
    }
    uri_free(uri);
    conf_free(conf);
    if (!conn)
        entry_fail(&e);
    return (virAdmConnectPtr)conn;
}

/* Closing and freeing forgive NULL here, unlike in libvirt.so.0. */
#define SELF_OR_NULL(type, handle, function, failure) \
    if (!(handle)) { \
        virResetLastError(); \
        return 0; \
    } \
    SELF(type, handle, function, failure)
#define SELF(type, handle, function, failure) \
    ENTRY(function, VIR_FROM_ADMIN); \
    if (!entry_self(&e, HANDLE_##type, handle)) { \
        entry_fail(&e); \
        return failure; \
    }

int
virAdmConnectClose(virAdmConnectPtr conn)
{
    SELF_OR_NULL(adm_conn, conn, "virAdmConnectClose", -1)
    e.conn = NULL;
    return handle_unref(conn) ? 1 : 0;
}

int
virAdmConnectRef(virAdmConnectPtr conn)
{
    SELF(adm_conn, conn, "virAdmConnectRef", -1)
    handle_ref(conn);
    return 0;
}

char *
virAdmConnectGetURI(virAdmConnectPtr conn)
{
    SELF(adm_conn, conn, "virAdmConnectGetURI", NULL)
    return g_strdup(e.conn->drv->uri);
}

int
virAdmConnectIsAlive(virAdmConnectPtr conn)
{
    SELF_OR_NULL(adm_conn, conn, "virAdmConnectIsAlive", -1)
    int alive;

    pthread_mutex_lock(&e.conn->lock);
    alive = !e.conn->is_lost;
    pthread_mutex_unlock(&e.conn->lock);
    return alive;
}

int
virAdmConnectRegisterCloseCallback(virAdmConnectPtr conn, virAdmConnectCloseFunc cb, void *opaque,
                                   virFreeCallback freecb)
{
    SELF(adm_conn, conn, "virAdmConnectRegisterCloseCallback", -1)
    if (!entry_nonnull(&e, "cb", (const void *)cb))
        return entry_fail(&e);
    return conn_set_close(&e, e.conn, NULL, cb, opaque, freecb);
}

int
virAdmConnectUnregisterCloseCallback(virAdmConnectPtr conn, virAdmConnectCloseFunc cb)
{
    SELF(adm_conn, conn, "virAdmConnectUnregisterCloseCallback", -1)
    if (!entry_nonnull(&e, "cb", (const void *)cb))
        return entry_fail(&e);
    return conn_unset_close(&e, e.conn, NULL, cb);
}

const char *
virAdmServerGetName(virAdmServerPtr srv)
{
    SELF(admin_server, srv, "virAdmServerGetName", NULL)
    return srv->ref.name;
}

int
virAdmServerFree(virAdmServerPtr srv)
{
    SELF_OR_NULL(admin_server, srv, "virAdmServerFree", -1)
    e.conn = NULL;
    handle_unref(srv);
    return 0;
}

unsigned long long
virAdmClientGetID(virAdmClientPtr client)
{
    SELF(admin_client, client, "virAdmClientGetID", (unsigned long long)-1)
    return client->ref.id;
}

long long
virAdmClientGetTimestamp(virAdmClientPtr client)
{
    SELF(admin_client, client, "virAdmClientGetTimestamp", -1)
    return client->ref.timestamp;
}

int
virAdmClientGetTransport(virAdmClientPtr client)
{
    SELF(admin_client, client, "virAdmClientGetTransport", -1)
    return client->ref.transport;
}

int
virAdmClientFree(virAdmClientPtr client)
{
    SELF_OR_NULL(admin_client, client, "virAdmClientFree", -1)
    e.conn = NULL;
    handle_unref(client);
    return 0;
}
