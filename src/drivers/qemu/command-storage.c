/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * command-storage: images that are reached over a network, in QEMU's words.  See command-priv.h.
 */
#include "drivers/qemu/command-priv.h"

#include <grp.h>
#include <pwd.h>

#define ERR_FROM VIR_FROM_QEMU

static void
put_server(json_t *o, const struct storage_host *h)
{
    json_t *s = json_object();
    if (h->transport == STORAGE_TRANSPORT_UNIX) {
        put_str(s, "type", "unix");
        put_str(s, "path", h->socket);
    } else {
        put_str(s, "type", "inet");
        put_str(s, "host", h->name);
        put_str(s, "port", h->port);
    }
    json_object_set_new(o, "server", s);
}

/* Of a user or group: names are looked up where the guest runs. */
static long long
identity_number(const char *text, bool group)
{
    struct passwd *user = *text == '+' || group ? NULL : getpwnam(text);
    struct group *g = *text == '+' || !group ? NULL : getgrnam(text);
    return user ? user->pw_uid : g ? g->gr_gid : g_ascii_strtoll(text, NULL, 10);
}

int
put_iscsi(struct builder *b, json_t *o, const char *name, const struct storage_host *h, const char *port,
          const struct initiator *initiator)
{
    g_auto(GStrv) parts = g_strsplit(name, "/", 2);
    const char *unit = parts[0] && parts[1] ? parts[1] : "0";
    guint64 lun;
    if (!g_ascii_string_to_unsigned(unit, 10, 0, UINT32_MAX, &lun, NULL))
        return err_set(b->err, VIR_ERR_INTERNAL_ERROR,
                       "the name '%s' of an iSCSI unit ends with '%s', which has to be its number", name,
                       unit);
    bool v6 = strchr(h->name, ':') != NULL;
    g_autofree char *portal =
        g_strdup_printf("%s%s%s:%s", v6 ? "[" : "", h->name, v6 ? "]" : "", h->port ? h->port : port);
    put_str(o, "driver", "iscsi");
    put_str(o, "portal", portal);
    put_str(o, "target", parts[0]);
    put_int(o, "lun", (long long)lun);
    put_str(o, "transport", "tcp");
    if (initiator)
        put_str(o, "initiator-name", initiator->iqn);
    return 0;
}

int
put_network_storage(struct builder *b, json_t *o, const char *label, const char *node,
                    const struct storage_source *s)
{
    const struct storage_host *h = s->n_hosts ? s->hosts[0] : NULL;
    switch (s->protocol) {
    case STORAGE_PROTOCOL_NBD:
        put_str(o, "driver", "nbd");
        if (!h)
            return err_set(b->err, VIR_ERR_INTERNAL_ERROR, "disk %s: nbd needs a <host>", label);
        put_server(o, h);
        put_str(o, "export", s->name);
        if (s->tls ? s->tls == TRI_YES : b->host->conf->nbd.enabled) {
            g_autofree char *id = g_strdup_printf("obj%s_tls0", node);
            add_tls_creds(b, id, &b->host->conf->nbd, false);
            put_str(o, "tls-creds", id);
            put_str(o, "tls-hostname", s->tls_hostname);
        }
        return 0;
    case STORAGE_PROTOCOL_HTTP:
    case STORAGE_PROTOCOL_HTTPS:
    case STORAGE_PROTOCOL_FTP:
    case STORAGE_PROTOCOL_FTPS: {
        if (!h)
            return err_set(b->err, VIR_ERR_INTERNAL_ERROR, "disk %s: %s needs a <host>", label,
                           storage_protocol_str(s->protocol));
        const char *proto = storage_protocol_str(s->protocol);
        g_autofree char *url =
            g_strdup_printf("%s://%s%s%s%s%s%s%s", proto, h->name, h->port ? ":" : "", h->port ? h->port : "",
                            s->name && s->name[0] == '/' ? "" : "/", s->name ? s->name : "",
                            s->query ? "?" : "", s->query ? s->query : "");
        put_str(o, "driver", proto);
        put_str(o, "url", url);
        if (s->ssl_verify)
            put_bool(o, "sslverify", s->ssl_verify == TRI_YES);
        if (s->readahead)
            put_int(o, "readahead", s->readahead);
        if (s->timeout)
            put_int(o, "timeout", s->timeout);
        return 0;
    }
    case STORAGE_PROTOCOL_ISCSI: {
        if (!h || !s->name)
            return err_set(b->err, VIR_ERR_INTERNAL_ERROR, "disk %s: iscsi needs a name and a <host>", label);
        return put_iscsi(b, o, s->name, h, "3260", s->initiator);
    }
    case STORAGE_PROTOCOL_RBD: {
        g_auto(GStrv) parts = g_strsplit(s->name ? s->name : "", "/", 2);
        put_str(o, "driver", "rbd");
        put_str(o, "pool", parts[0] ? parts[0] : "");
        put_str(o, "image", parts[0] && parts[1] ? parts[1] : "");
        put_str(o, "snapshot", s->snapshot);
        put_str(o, "conf", s->config_file);
        json_t *list = json_array();
        for (uint32_t i = 0; i < s->n_hosts; i++) {
            json_t *e = json_object();
            put_str(e, "host", s->hosts[i]->name);
            put_str(e, "port", s->hosts[i]->port ? s->hosts[i]->port : "0");   /* the usual one */
            json_array_append_new(list, e);
        }
        if (json_array_size(list))
            json_object_set_new(o, "server", list);
        else
            json_decref(list);
        return 0;
    }
    case STORAGE_PROTOCOL_SSH:
        put_str(o, "driver", "ssh");
        put_str(o, "path", s->name);
        if (!h)
            return err_set(b->err, VIR_ERR_INTERNAL_ERROR, "disk %s: ssh needs a <host>", label);
        put_server(o, h);
        json_object_del(json_object_get(o, "server"), "type");
        return 0;
    case STORAGE_PROTOCOL_GLUSTER: {
        g_auto(GStrv) parts = g_strsplit(s->name ? s->name : "", "/", 2);
        json_t *list = json_array();
        put_str(o, "driver", "gluster");
        put_str(o, "volume", parts[0]);
        put_str(o, "path", parts[0] ? parts[1] : NULL);
        for (uint32_t i = 0; i < s->n_hosts; i++) {
            json_t *e = json_object();
            put_server(e, s->hosts[i]);
            json_array_append(list, json_object_get(e, "server"));
            json_decref(e);
        }
        json_object_set_new(o, "server", list);
        put_int(o, "debug", 4);
        return 0;
    }
    case STORAGE_PROTOCOL_SHEEPDOG:
        put_str(o, "driver", "sheepdog");
        if (s->n_hosts != 1)
            return err_set(b->err, VIR_ERR_INTERNAL_ERROR, "disk %s: sheepdog is reached through one <host>",
                           label);
        put_server(o, h);
        put_str(o, "vdi", s->name);
        return 0;
    case STORAGE_PROTOCOL_NFS: {
        json_t *server = json_object();
        put_str(o, "driver", "nfs");
        put_str(server, "host", h ? h->name : "");
        put_str(server, "type", "inet");
        json_object_set_new(o, "server", server);
        put_str(o, "path", s->name);
        if (s->identity && s->identity->nfs_user)
            put_int(o, "user", identity_number(s->identity->nfs_user, false));
        if (s->identity && s->identity->nfs_group)
            put_int(o, "group", identity_number(s->identity->nfs_group, true));
        return 0;
    }
    default:
        return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED, "disk %s: protocol '%s' is not one QEMU speaks",
                       label, storage_protocol_str(s->protocol));
    }
}
