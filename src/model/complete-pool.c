/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-pool: storage pools; see complete-host.h.
 */
#include "model/complete-host.h"

#include "base/uuid.h"
#include "model/complete-parts.h"
#include "model/complete-storage.h"
#include "model/read-fault.h"

#include <string.h>

#define ERR_FROM VIR_FROM_STORAGE

/* What a pool of each type is made of. */
static const struct kind {
    bool host, device, dir, adapter, initiator; /* must be in <source> */
    bool named;               /* <source><name> is that of the pool if not given */
    bool need_name;
    bool no_target;
    const char *place;        /* its <target><path> is here, with the name of the source behind */
    const char *formats;      /* "|first|second|": the first is the default */
} kinds[POOL_TYPE_COUNT] = {
    [POOL_TYPE_FS] = { .device = true,
        .formats = "|auto|ext2|ext3|ext4|ufs|iso9660|udf|gfs|gfs2|vfat|hfs+|xfs|ocfs2|vmfs|" },
    [POOL_TYPE_NETFS] = { .host = true, .dir = true, .formats = "|auto|nfs|glusterfs|cifs|" },
    [POOL_TYPE_LOGICAL] = { .named = true, .place = "/dev", .formats = "|lvm2|unknown|" },
    [POOL_TYPE_DISK] = { .device = true, .formats = "|unknown|dos|dvh|gpt|mac|bsd|pc98|sun|lvm2|" },
    [POOL_TYPE_ISCSI] = { .host = true },
    [POOL_TYPE_ISCSI_DIRECT] = { .host = true, .initiator = true, .no_target = true },
    [POOL_TYPE_SCSI] = { .adapter = true },
    [POOL_TYPE_RBD] = { .host = true, .need_name = true, .no_target = true },
    [POOL_TYPE_SHEEPDOG] = { .named = true, .host = true, .no_target = true },
    [POOL_TYPE_GLUSTER] = { .named = true, .host = true, .no_target = true },
    [POOL_TYPE_ZFS] = { .named = true, .place = "/dev/zvol" },
    [POOL_TYPE_VSTORAGE] = { .named = true },
};

int
storage_permissions_complete(const char *name, struct storage_permissions *p, struct err *err)
{
    int64_t *const ids[] = { p ? &p->owner : NULL, p ? &p->group : NULL };
    if (fault_in(p, "mode owner group", err) < 0)
        return -1;
    for (unsigned i = 0; p && i < G_N_ELEMENTS(ids); i++) {
        if (*ids[i] < -1 || *ids[i] > UINT32_MAX)
            return err_set(err, VIR_ERR_XML_ERROR,
                           "<permissions> of '%s': %" G_GINT64_FORMAT " is not the number of a user "
                           "or group",
                           name, *ids[i]);
        if (*ids[i] == UINT32_MAX)
            *ids[i] = -1;
    }
    if (p && p->owner == -1)
        p->has_owner = false;
    if (p && p->group == -1)
        p->has_group = false;
    return 0;
}

/* ---- source --------------------------------------------------------------------------------- */

static int
complete_adapter(struct pool_adapter *a, const char *where, struct err *err)
{
    if (fault_in(a, "@type @managed", err) < 0)
        return -1;
    if (!a->type && (a->wwnn || a->wwpn || a->parent || a->parentaddr))
        return err_set(err, VIR_ERR_XML_ERROR,
                       "%s: an <adapter> with wwnn=, wwpn=, parent= or <parentaddr> needs a type=", where);
    return a->parentaddr && a->parentaddr->address ? pci_address_check(a->parentaddr->address, where, err)
                                                   : 0;
}

/* Does it say which adapter it is?  Of all that is wrong with a source this is found last. */
static int
check_adapter(struct pool_adapter *a, const char *where, struct err *err)
{
    if (!a->type) {
        if (!a->name)
            return err_set(err, VIR_ERR_XML_ERROR, "%s: <adapter> does not say which it is", where);
        a->type = POOL_ADAPTER_TYPE_SCSI_HOST;
    }
    if (a->type == POOL_ADAPTER_TYPE_FC_HOST) {
        if (!a->wwnn || !a->wwpn)
            return err_set(err, VIR_ERR_XML_ERROR,
                           "%s: an <adapter type='fc_host'> needs wwnn= and wwpn=", where);
        if (!a->parent_wwnn != !a->parent_wwpn)
            return err_set(err, VIR_ERR_XML_ERROR,
                           "%s: parent_wwnn= and parent_wwpn= of an <adapter> go together", where);
        return wwn_check(a->wwnn, where, err) < 0 || wwn_check(a->wwpn, where, err) < 0 ||
                       wwn_check(a->parent_wwnn, where, err) < 0 || wwn_check(a->parent_wwpn, where, err) < 0
                   ? -1
                   : wwn_check(a->parent_fabric_wwn, where, err);
    }
    if (!a->name && !a->parentaddr)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "%s: an <adapter type='scsi_host'> needs name= or a <parentaddr>", where);
    if (a->name && a->parentaddr)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "%s: an <adapter type='scsi_host'> has either name= or a <parentaddr>", where);
    if (a->parentaddr && !a->parentaddr->address)
        return err_set(err, VIR_ERR_XML_ERROR, "%s: <parentaddr> of an <adapter> has no <address>", where);
    return fault_in(a->parentaddr, NULL, err);
}

static int
complete_auth(struct storage_pool_def *def, const char *where, struct err *err)
{
    struct pool_auth *a = def->source->auth;
    if (!a)
        return 0;
    if (fault_in(a, "@username @type", err) < 0)
        return -1;
    if (!a->secret)
        return err_set(err, VIR_ERR_XML_ERROR, "%s: <auth> has no <secret>", where);
    if (secret_use_read(a->secret, where, err) < 0)
        return -1;
    if (!a->type || a->type == POOL_AUTH_TYPE_NONE)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "%s: <auth> does not say its type, chap or ceph",
                       where);
    return 0;
}

static int
complete_format(struct storage_pool_def *def, const struct kind *k, const char *where, struct err *err)
{
    struct pool_source *s = def->source;
    if (!k->formats) {
        s->format = NULL;
        return 0;
    }
    if (!s->format) {
        s->format = model_strn(def, k->formats + 1, strchr(k->formats + 1, '|') - k->formats - 1);
        return 0;
    }
    g_autofree char *word = g_strdup_printf("|%s|", s->format);
    if (!strchr(s->format, '|') && strstr(k->formats, word))
        return 0;
    return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                   "%s: <source> of type '%s' has no format '%s'; it can be one of %s", where,
                   pool_type_str(def->type), s->format, k->formats);
}

static int
check_name(const struct storage_pool_def *def, const struct kind *k, const char *where, struct err *err)
{
    return !k->need_name || def->source->name
               ? 0
               : err_set(err, VIR_ERR_XML_ERROR, "%s: <source> of type '%s' has no <name>", where,
                         pool_type_str(def->type));
}

static int
complete_source(struct storage_pool_def *def, const struct kind *k, const char *where, struct err *err)
{
    struct pool_source *s = def->source;
    if (!s->name && k->named)
        s->name = def->name;
    if (check_name(def, k, where, err) < 0 || complete_format(def, k, where, err) < 0 ||
        fault_in(s, "host device", err) < 0 ||
        complete_auth(def, where, err) < 0 || (s->adapter && complete_adapter(s->adapter, where, err) < 0))
        return -1;
    if (def->type == POOL_TYPE_GLUSTER && !s->dir)
        s->dir = "/";
    s->dir = path_clean(def, s->dir);
    if (s->protocol_version && def->type == POOL_TYPE_NETFS && strcmp(s->format, "nfs") &&
        strcmp(s->format, "auto"))
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "%s: <protocol ver='%s'> is for NFS only", where,
                       s->protocol_version);
    return 0;
}

/* Is all there that a pool of this type is made of? */
static int
check_source(struct storage_pool_def *def, const struct kind *k, const char *where, struct err *err)
{
    struct pool_source *s = def->source;
    if (k->initiator && !s->initiator && s->n_hosts)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "%s: <source> has no <initiator> with an <iqn>",
                       where);
    const char *lacks = k->host && !s->n_hosts ? "host" : k->dir && !s->dir ? "dir" :
        k->device && !s->n_devices ? "device" : k->adapter && !s->adapter ? "adapter" : NULL;
    if (lacks)
        return err_set(err, VIR_ERR_XML_ERROR, "%s: <source> of type '%s' has no <%s>, which it needs", where,
                       pool_type_str(def->type), lacks);
    return k->adapter ? check_adapter(s->adapter, where, err) : 0;
}

/* ---- target --------------------------------------------------------------------------------- */

static int
complete_target(struct storage_pool_def *def, const struct kind *k, const char *where, struct err *err)
{
    if (k->no_target) {
        def->target = NULL;
        return 0;
    }
    if (!def->target)
        def->target = model_new(def, struct pool_target);
    if (k->place)
        def->target->path = model_printf(def, "%s/%s", k->place, def->source->name);
    if (!def->target->path)
        return err_set(err, VIR_ERR_XML_ERROR, "%s: <target> has no <path>, where its volumes appear", where);
    def->target->path = path_clean(def, def->target->path);
    return storage_permissions_complete(def->name, def->target->permissions, err);
}

int
storage_pool_complete(struct storage_pool_def *def, struct err *err)
{
    const struct kind *k = &kinds[def->type];
    if (fault_in(def, "@type", err) < 0)
        return -1;
    bool given = def->source != NULL;       /* then its faults are found before those of name and features */
    if (!given)
        def->source = model_new(def, struct pool_source);
    struct pool_source *s = def->source;
    if (s->initiator && !s->initiator->iqn)
        s->initiator = NULL;
    g_autofree char *where = g_strdup_printf("pool '%s'", def->name ? def->name : "");
    if (given && complete_source(def, k, where, err) < 0)
        return -1;
    if (!def->name)
        def->name = s->name;
    if (!def->name || !*def->name)
        return err_set(err, VIR_ERR_XML_ERROR, "the pool document has no <name>");
    if (strchr(def->name, '/'))
        return err_set(err, VIR_ERR_XML_ERROR, "the name '%s' contains a '/', which names of pools cannot",
                       def->name);
    if (fault_in(def, "uuid features", err) < 0)
        return -1;
    if (def->cow && def->type != POOL_TYPE_DIR && def->type != POOL_TYPE_FS)
        return err_set(err, VIR_ERR_NO_SUPPORT, "%s: only pools of the types dir and fs have the feature cow",
                       where);
    if (!given && complete_source(def, k, where, err) < 0)
        return -1;
    if (!def->has_uuid) {
        uuid_generate(def->uuid);
        def->has_uuid = true;
    }
    def->capacity = def->allocation = def->available = 0;     /* the storage says, not the user */
    return check_source(def, k, where, err) < 0 ? -1 : complete_target(def, k, where, err);
}
