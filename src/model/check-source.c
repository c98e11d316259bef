/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * check-source: where the bytes of disks are, those below them and those of firmware; see check.h.
 */
#include <string.h>
#include "model/check.h"
#include "model/complete-parts.h"
#include "model/read-fault.h"

#define ERR_FROM VIR_FROM_DOMAIN

/* ---- as it is read -------------------------------------------------------------------------- */

static int check_port(const char *port, struct err *err)
{
    char *end;
    gint64 n = port ? g_ascii_strtoll(port, &end, 10) : 0;
    if (!port || (*port && !*end && n >= 0 && n <= 65535))
        return 0;
    return err_set_from(err, VIR_FROM_NONE, VIR_ERR_INVALID_ARG,
                        "the port '%s' of a <host> is no number from 0 to 65535", port);
}

int check_auth(const char *what, const struct storage_auth *a, struct err *err)
{
    const struct secret_use *s = a ? a->secret : NULL;
    if (!a)
        return 0;
    if (fault_in(a, "@username", err) < 0)
        return -1;
    if (!a->username || !*a->username)
        return err_set_from(err, VIR_FROM_STORAGE, VIR_ERR_XML_ERROR, "the <auth> of %s has no username",
                            what);
    if (!s)
        return err_set_from(err, VIR_FROM_STORAGE, VIR_ERR_XML_ERROR, "the <auth> of %s has no <secret>",
                            what);
    return secret_use_read(s, what, err);
}

int check_seclabels(const char *what, struct device_seclabel *const *labels, uint32_t n, struct err *err)
{
    for (uint32_t i = 0; i < n; i++) {
        if (labels[i]->label && labels[i]->relabel == TRI_NO)
            return XML("a <seclabel> of %s has a label and relabel='no'", what);
        for (uint32_t k = 0; k < i; k++)
            if (labels[i]->model && !g_strcmp0(labels[i]->model, labels[k]->model))
                return err_set(err, VIR_ERR_XML_DETAIL, "%s has two <seclabel> for the model %s", what,
                               labels[i]->model);
    }
    return 0;
}

int check_overrides(const struct domain_def *def, const char *what, struct device_seclabel *const *labels,
                    uint32_t n, struct err *err)
{
    for (uint32_t i = 0; i < def->n_seclabels; i++) {
        const struct seclabel *s = def->seclabels[i];
        bool relabels = s->relabel ? s->relabel == TRI_YES : !s->type || s->type == SECLABEL_TYPE_DYNAMIC;
        for (uint32_t k = 0; k < n && !relabels; k++)
            if (!g_strcmp0(labels[k]->model, s->model))
                return UNSUPPORTED(
                    "a <seclabel> of %s of guest '%s' needs relabel='yes' in that of the guest", what,
                    def->name);
    }
    return 0;
}

int check_reconnect(const char *what, const struct chardev_reconnect *r, struct err *err)
{
    return r && r->enabled == TRI_YES && !r->has_timeout
               ? MISSING("the <reconnect> of %s does not say after which timeout", what)
               : 0;
}

int check_storage_host(const char *what, struct storage_host *h, struct err *err)
{
    if (fault_in(h, NULL, err) < 0)
        return -1;
    if (h->transport == STORAGE_TRANSPORT_UNIX)     /* a socket has neither */
        h->name = h->port = NULL;
    if (h->transport == STORAGE_TRANSPORT_UNIX ? !h->socket : !h->name)
        return XML("a <host> of %s has no %s", what,
                   h->transport == STORAGE_TRANSPORT_UNIX ? "socket" : "name");
    if (h->socket && h->transport != STORAGE_TRANSPORT_UNIX)
        return XML("a <host> of %s has the socket '%s', which needs transport='unix'", what, h->socket);
    return check_port(h->port, err);
}

static int check_network(const struct domain_disk *d, const struct storage_source *s, struct err *err)
{
    const char *slash = s->name ? strchr(s->name, '/') : NULL;
    if (fault_in(s, "@protocol", err) < 0)
        return -1;
    if ((s->protocol == STORAGE_PROTOCOL_RBD || s->protocol == STORAGE_PROTOCOL_GLUSTER) && s->name &&
        (!slash || slash == s->name || !slash[1]))
        return XML("the name '%s' of network disk '%s' has to be a pool and an image, with a '/' between",
                   s->name, d->target);
    if (!s->name && s->protocol != STORAGE_PROTOCOL_NBD)
        return XML("network disk '%s' has no name in its <source>", d->target);
    if (fault_in(s, "@tls", err) < 0)
        return -1;
    for (uint32_t i = 0; i < s->n_hosts; i++) {
        g_autofree char *what = g_strdup_printf("disk '%s'", d->target);
        if (check_storage_host(what, s->hosts[i], err) < 0)
            return -1;
    }
    return 0;
}

static int check_reservations(const struct domain_disk *d, const struct reservations *r, struct err *err)
{
    const struct unix_source *u = r ? r->source : NULL;
    if (fault_in(r, "@managed", err) < 0)
        return -1;
    if (!r || (r->managed == TRI_YES && !u))
        return 0;
#define RESERVATIONS(...) err_set_from(err, VIR_FROM_STORAGE, VIR_ERR_XML_ERROR, __VA_ARGS__)
    if (!u)
        return RESERVATIONS("the <reservations> of disk '%s' have no <source>", d->target);
    if (!u->path)
        return RESERVATIONS("the <reservations> of disk '%s' have a source without a path", d->target);
    if (fault_in(u, "@type", err) < 0)
        return -1;
    if (strcmp(u->type, "unix"))
        return RESERVATIONS("the <reservations> of disk '%s' have a source of type '%s'; 'unix' is right",
                            d->target, u->type);
    if (fault_in(u, "@mode", err) < 0)
        return -1;
    if (u->mode != UNIX_SOCKET_MODE_CLIENT)
        return RESERVATIONS("the <reservations> of disk '%s' have mode '%s'; 'client' is right", d->target,
                            unix_socket_mode_str(u->mode));
    return 0;
}

#define COOKIE(...) err_set_from(err, VIR_FROM_STORAGE, VIR_ERR_XML_ERROR, __VA_ARGS__)

/* What HTTP lets a cookie be; other protocols have none. */
static int check_cookies(const struct domain_disk *d, struct storage_source *s, struct err *err)
{
    static const char separators[] = "()<>@,;:\\\"/[]?={} \t\r\n", unquoted[] = " \t\r\n\",;\\";
    if (s->protocol != STORAGE_PROTOCOL_HTTP && s->protocol != STORAGE_PROTOCOL_HTTPS)
        s->n_cookies = 0;
    if (s->n_cookies && fault_in(s, "cookies", err) < 0)
        return -1;
    for (uint32_t i = 0; i < s->n_cookies; i++) {
        const struct storage_cookie *c = s->cookies[i];
        if (!*c->name || !c->value || !*c->value)
            return XML("a <cookie> of disk '%s' has no %s", d->target, *c->name ? "value" : "name");
    }
    for (uint32_t i = 0; i < s->n_cookies; i++) {
        const struct storage_cookie *c = s->cookies[i];
        size_t n = strlen(c->value);
        bool quoted = n > 1 && c->value[0] == '"' && c->value[n - 1] == '"';
        const char *bad = strpbrk(c->name, separators)                        ? "name"
                          : strcspn(c->value + quoted, unquoted) < n - 2 * quoted ? "value"
                                                                              : NULL;
        if (bad)
            return COOKIE("the %s of the cookie '%s' of disk '%s' has characters that no cookie has", bad,
                          c->name, d->target);
        for (uint32_t k = 0; k < i; k++)
            if (!strcmp(s->cookies[k]->name, c->name))
                return COOKIE("disk '%s' has two cookies named '%s'", d->target, c->name);
    }
    return 0;
}

/* Where the bytes of a disk are, or those below it. */
static int
check_place(const struct domain_disk *d, enum storage_type type, struct storage_source *s, struct err *err)
{
    g_autofree char *what = g_strdup_printf("disk '%s'", d->target ? d->target : "");
    if (type == STORAGE_TYPE_NETWORK && (check_network(d, s, err) < 0 || check_cookies(d, s, err) < 0))
        return -1;
    if (type == STORAGE_TYPE_VOLUME && !s->pool != !s->volume)
        return XML("disk '%s' names a %s but no %s", d->target, s->pool ? "pool" : "volume",
                   s->pool ? "volume" : "pool");
    if (type == STORAGE_TYPE_NVME) {
        if (!s->transport_type || strcmp(s->transport_type, "pci"))
            return XML("NVMe disk '%s': the type of its <source> has to be 'pci', not '%s'", d->target,
                       s->transport_type ? s->transport_type : "");
        if (!s->address)
            return XML("NVMe disk '%s' has no <address> in its <source>", d->target);
    }
    if (type == STORAGE_TYPE_VHOSTUSER) {
        if (!s->transport_type || strcmp(s->transport_type, "unix"))
            return XML("vhost-user disk '%s': the type of its <source> has to be 'unix', not '%s'", d->target,
                       s->transport_type ? s->transport_type : "");
        if (!s->path)
            return XML("vhost-user disk '%s' has no path in its <source>", d->target);
    }
    return fault_in(s->reconnect, NULL, err) < 0 ? -1 : check_reconnect(what, s->reconnect, err);
}

int
check_image(const char *name, enum storage_type type, struct storage_source *s, struct err *err)
{
    const struct domain_disk as_disk = { .target = name };
    g_autofree char *what = g_strdup_printf("disk '%s'", name);
    return check_place(&as_disk, type, s, err) < 0 || check_auth(what, s->auth, err) < 0 ||
                   encryption_complete(s->encryption, what, err) < 0 ||
                   check_reservations(&as_disk, s->reservations, err) < 0 || fault_in(s, "slices", err) < 0 ||
                   fault_in(s, "seclabel", err) < 0
               ? -1
               : check_seclabels(what, s->seclabels, s->n_seclabels, err);
}

int check_nvram(const struct os_nvram *n, struct err *err)
{
    return n && n->source ? check_image("nvram", n->type, &n->source->src, err) : 0;
}

/* ---- what nobody could run ------------------------------------------------------------------ */

/* Who may log in where, and with what kind of secret. */
static int
check_login(const struct domain_def *def, const struct domain_disk *d, enum storage_type type,
            const struct storage_source *s, const struct storage_auth *a, struct err *err)
{
    if (!a || type != STORAGE_TYPE_NETWORK)
        return 0;
    const char *kind = a->secret->type, *right = NULL;
    switch (s->protocol) {
    case STORAGE_PROTOCOL_RBD: right = "ceph"; break;
    case STORAGE_PROTOCOL_ISCSI: right = "iscsi"; break;
    case STORAGE_PROTOCOL_HTTP:
    case STORAGE_PROTOCOL_HTTPS:
    case STORAGE_PROTOCOL_FTP:
    case STORAGE_PROTOCOL_FTPS:
    case STORAGE_PROTOCOL_SSH: break;
    default:
        return UNSUPPORTED("disk '%s' of guest '%s' has an <auth>, and nobody logs in by protocol '%s'",
                           d->target, def->name, storage_protocol_str(s->protocol));
    }
    if (!kind || !secret_usage_from(kind) || (right && strcmp(kind, right)))
        return UNSUPPORTED("the <secret> in an <auth> of disk '%s' of guest '%s' has type '%s'%s%s",
                           d->target, def->name, kind ? kind : "", right ? "; for this protocol it is " : "",
                           right ? right : "");
    return 0;
}

int check_logins(const struct domain_def *def, const struct domain_disk *d, struct err *err)
{
    const struct storage_source *s = d->source ? &d->source->src : NULL;
    if (s && check_login(def, d, d->type, s, d->auth ? d->auth : s->auth, err) < 0)
        return -1;
    for (const struct disk_backing_store *b = d->backing_store; b; b = b->backing_store)
        if (b->source && check_login(def, d, b->type, &b->source->src, b->source->src.auth, err) < 0)
            return -1;
    return 0;
}
