/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * auth: see auth.h.
 */
#include "driver/auth.h"

#include <config.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_AUTH

/* The file that counts, or NULL.  One that was named has to be there. */
static char *
file_path(const struct open_request *req)
{
    bool secure = getauxval(AT_SECURE) != 0;
    const char *named = secure ? NULL : getenv("LIBVIRT_AUTH_FILE");
    if (named && *named)
        return g_strdup(named);
    named = req->uri ? uri_param(req->uri, "authfile") : NULL;
    if (named && *named)
        return g_strdup(named);
    const char *base = secure ? NULL : getenv("XDG_CONFIG_HOME");
    g_autofree char *own = base && *base
                               ? g_build_filename(base, "libvirt/auth.conf", NULL)
                               : g_build_filename(g_get_home_dir(), ".config/libvirt/auth.conf", NULL);
    if (access(own, R_OK) == 0)
        return g_steal_pointer(&own);
    return access(SYSCONFDIR "/libvirt/auth.conf", R_OK) == 0 ? g_strdup(SYSCONFDIR "/libvirt/auth.conf")
                                                              : NULL;
}

static char *
get(GKeyFile *file, const char *group, const char *key)
{
    return g_key_file_get_value(file, group, key, NULL);
}

static int
look_up(GKeyFile *file, const char *path, const char *service, const char *host, const char *item,
        char **value, struct err *err)
{
    g_autofree char *group = g_strdup_printf("auth-%s-%s", service, host);
    if (!g_key_file_has_group(file, group)) {
        g_free(group);
        group = g_strdup_printf("auth-%s-default", service);
        if (!g_key_file_has_group(file, group))
            return 0;
    }
    g_autofree char *name = get(file, group, "credentials");
    if (!name)
        return err_set_from(err, VIR_FROM_NONE, VIR_ERR_CONF_SYNTAX,
                            "%s: section [%s] has no line credentials=NAME", path, group);
    g_autofree char *credentials = g_strdup_printf("credentials-%s", name);
    if (!g_key_file_has_group(file, credentials))
        return err_set_from(err, VIR_FROM_NONE, VIR_ERR_CONF_SYNTAX,
                            "%s: section [%s] names credentials '%s', and there is no section [%s]", path,
                            group, name, credentials);
    *value = get(file, credentials, item);
    return *value != NULL;
}

int
auth_from_file(const struct open_request *req, const char *service, const char *host, const char *item,
               char **value, struct err *err)
{
    g_autofree char *path = file_path(req);
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) e = NULL;
    if (!path)
        return 0;
    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &e))
        return err_set_from(
            err, VIR_FROM_NONE, VIR_ERR_CONF_SYNTAX, "Cannot read the file of credentials '%s': %s", path,
            e->domain == G_KEY_FILE_ERROR /* whose text shows the line, a password perhaps */
                ? "there is a line that is no [SECTION], no KEY=VALUE in one, and no # comment"
                : e->message);
    return look_up(file, path, service, host, item, value, err);
}

bool
auth_may_ask(const struct open_request *req, int type)
{
    for (unsigned i = 0; req->auth && i < req->auth->ncredtype; i++)
        if (req->auth->credtype[i] == type)
            return true;
    return false;
}

static const char *
item_of(int type)
{
    switch (type) {
    case VIR_CRED_USERNAME: return "username";
    case VIR_CRED_AUTHNAME: return "authname";
    case VIR_CRED_PASSPHRASE: case VIR_CRED_NOECHOPROMPT: return "password";
    case VIR_CRED_REALM: return "realm";
    }
    return NULL;
}

int
auth_fill(const struct open_request *req, const char *service, const char *host,
          virConnectCredentialPtr creds, unsigned n, struct err *err)
{
    g_autofree virConnectCredential *left = g_new0(virConnectCredential, n + 1);
    g_autofree unsigned *where = g_new0(unsigned, n + 1);
    unsigned nleft = 0;
    for (unsigned i = 0; i < n; i++) {
        const char *item = item_of(creds[i].type);
        char *value = NULL;
        if (item && auth_from_file(req, service, host, item, &value, err) < 0)
            return -1;
        if (value) {
            creds[i].resultlen = (unsigned)strlen(value);
            creds[i].result = value; /* GLib's memory is malloc()'s */
            continue;
        }
        where[nleft] = i;
        left[nleft++] = creds[i];
    }
    if (nleft == 0)
        return 0;
    if (!req->auth || !req->auth->cb)
        return err_set(err, VIR_ERR_AUTH_FAILED,
                       "authentication failed: '%s' is asked for; no file of credentials tells it for "
                       "[auth-%s-%s], and the application gave no function to ask for it",
                       left[0].prompt, service, host);
    if (req->auth->cb(left, nleft, req->auth->cbdata) < 0) {
        for (unsigned i = 0; i < nleft; i++)
            free(left[i].result);
        return err_set(err, VIR_ERR_AUTH_FAILED,
                       "authentication failed: the credentials that were asked for ('%s') "
                       "were not given",
                       left[0].prompt);
    }
    for (unsigned i = 0; i < nleft; i++) {
        creds[where[i]].result = left[i].result;
        creds[where[i]].resultlen = left[i].resultlen;
    }
    return 0;
}
