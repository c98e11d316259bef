/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-host: networks, pools and volumes; see complete-host.h.
 */
#include <arpa/inet.h>
#include <glib.h>
#include "base/uuid.h"
#include "model/complete-host.h"

/* ---- networks ------------------------------------------------------------------------------- */

#define ERR_FROM VIR_FROM_NETWORK

static bool makes_bridge(const struct network_def *def)
{
    enum network_forward_mode m = def->forward ? def->forward->mode : NETWORK_FORWARD_MODE_NONE;
    return m <= NETWORK_FORWARD_MODE_OPEN;
}

static int complete_address(struct network_def *def, struct network_address *a, struct err *err)
{
    unsigned char buf[16];
    if (!a->address || (inet_pton(AF_INET, a->address, buf) != 1 && inet_pton(AF_INET6, a->address, buf) != 1))
        return err_set(err, VIR_ERR_XML_ERROR, "'%s' in <ip> of network '%s' is not an IP address",
                       a->address ? a->address : "", def->name);
    bool six = strchr(a->address, ':');
    if (!a->family && six)
        a->family = IP_FAMILY_IPV6;
    if ((a->family == IP_FAMILY_IPV6) != six)
        return err_set(err, VIR_ERR_XML_ERROR, "the family of address '%s' in <ip> of network '%s' does not fit",
                       a->address, def->name);
    if (six && a->netmask)
        return err_set(err, VIR_ERR_XML_ERROR, "IPv6 address '%s' of network '%s' takes prefix=, not netmask=",
                       a->address, def->name);
    return 0;
}

int network_complete(struct network_def *def, struct err *err)
{
    if (!def->name || !*def->name)
        return err_set(err, VIR_ERR_NO_NAME, "the network document has no <name>");
    if (strchr(def->name, '/'))
        return err_set(err, VIR_ERR_XML_ERROR, "the name '%s' contains a '/', which names of networks cannot", def->name);
    if (!def->has_uuid) {
        uuid_generate(def->uuid);
        def->has_uuid = true;
    }
    struct network_forward *f = def->forward;
    if (f && !f->mode)
        f->mode = NETWORK_FORWARD_MODE_NAT;
    if (f && f->dev && !f->n_interfaces) {
        struct network_forward_interface *i = model_new(def, struct network_forward_interface);
        i->dev = f->dev;
        model_list_append(def, f->interfaces, f->n_interfaces, i);
    } else if (f && !f->dev && f->n_interfaces && f->mode != NETWORK_FORWARD_MODE_HOSTDEV) {
        f->dev = f->interfaces[0]->dev;
    }
    if (makes_bridge(def)) {
        if (!def->bridge)
            def->bridge = model_new(def, struct network_bridge);
        if (!def->bridge->stp)
            def->bridge->stp = TRI_ON;
        if (!def->bridge->has_delay) {
            def->bridge->delay = 0;
            def->bridge->has_delay = true;
        }
    }
    for (uint32_t i = 0; i < def->n_portgroups; i++)
        if (def->portgroups[i]->default_ == TRI_NO)
            def->portgroups[i]->default_ = TRI_UNSET;
    for (uint32_t i = 0; i < def->n_ips; i++)
        if (complete_address(def, def->ips[i], err) < 0)
            return -1;
    return 0;
}

/* ---- storage ---------------------------------------------------------------------------------- */

#undef ERR_FROM
#define ERR_FROM VIR_FROM_STORAGE

/* One slash where there are several, none at the end. */
static const char *clean_path(const void *root, const char *path)
{
    g_autoptr(GString) s = g_string_new(NULL);
    for (const char *p = path; *p; p++)
        if (*p != '/' || (p[1] && p[1] != '/'))
            g_string_append_c(s, *p);
    return model_str(root, s->len ? s->str : "/");
}

static int complete_pool_source(struct storage_pool_def *def, struct err *err)
{
    static const unsigned hosts = 1 << POOL_TYPE_NETFS | 1 << POOL_TYPE_ISCSI | 1 << POOL_TYPE_ISCSI_DIRECT |
        1 << POOL_TYPE_RBD | 1 << POOL_TYPE_SHEEPDOG | 1 << POOL_TYPE_GLUSTER;
    static const unsigned devices = 1 << POOL_TYPE_FS | 1 << POOL_TYPE_DISK | 1 << POOL_TYPE_ISCSI |
        1 << POOL_TYPE_ISCSI_DIRECT;
    struct pool_source *s = def->source;
    if (def->type == POOL_TYPE_LOGICAL || def->type == POOL_TYPE_ZFS) {
        if (!s->name)
            s->name = def->name;
    }
    if (!s->format)
        s->format = def->type == POOL_TYPE_LOGICAL ? "lvm2" : def->type == POOL_TYPE_DISK ? "unknown" :
            def->type == POOL_TYPE_FS || def->type == POOL_TYPE_NETFS ? "auto" : NULL;
    const char *lacks = hosts >> def->type & 1 && !s->n_hosts ? "host name" :
        devices >> def->type & 1 && !s->n_devices ? "device" :
        def->type == POOL_TYPE_NETFS && !s->dir ? "dir" :
        def->type == POOL_TYPE_SCSI && !s->adapter ? "adapter" : NULL;
    return !lacks ? 0 : err_set(err, VIR_ERR_XML_ERROR, "<source> of pool '%s' of type '%s' has no %s, which it needs",
                                def->name, pool_type_str(def->type), lacks);
}

static int complete_pool_target(struct storage_pool_def *def, struct err *err)
{
    static const unsigned none = 1 << POOL_TYPE_ISCSI_DIRECT | 1 << POOL_TYPE_RBD | 1 << POOL_TYPE_SHEEPDOG |
        1 << POOL_TYPE_GLUSTER;
    if (none >> def->type & 1)
        return 0;
    if (!def->target)
        def->target = model_new(def, struct pool_target);
    if (def->type == POOL_TYPE_LOGICAL)
        def->target->path = model_printf(def, "/dev/%s", def->source->name);
    else if (def->type == POOL_TYPE_ZFS)
        def->target->path = model_printf(def, "/dev/zvol/%s", def->source->name);
    else if (def->type == POOL_TYPE_MPATH && !def->target->path)
        def->target->path = "/dev/mapper";
    if (!def->target->path)
        return err_set(err, VIR_ERR_XML_ERROR, "<target> of pool '%s' has no path, where its volumes appear", def->name);
    def->target->path = clean_path(def, def->target->path);
    return 0;
}

int storage_pool_complete(struct storage_pool_def *def, struct err *err)
{
    if (!def->type)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "the pool document does not say of which type the pool is");
    if (!def->name && def->source)
        def->name = def->source->name;
    if (!def->name || !*def->name)
        return err_set(err, VIR_ERR_XML_ERROR, "the pool document has no <name>");
    if (strchr(def->name, '/'))
        return err_set(err, VIR_ERR_XML_ERROR, "the name '%s' contains a '/', which names of pools cannot", def->name);
    if (!def->has_uuid) {
        uuid_generate(def->uuid);
        def->has_uuid = true;
    }
    if (!def->source)
        def->source = model_new(def, struct pool_source);
    return complete_pool_source(def, err) < 0 ? -1 : complete_pool_target(def, err);
}

int storage_vol_complete(struct storage_vol_def *def, struct err *err)
{
    if (!def->name || !*def->name)
        return err_set(err, VIR_ERR_XML_ERROR, "the volume document has no <name>");
    if (strchr(def->name, '/'))
        return err_set(err, VIR_ERR_XML_ERROR, "the name '%s' contains a '/', which names of volumes cannot", def->name);
    if (!def->allocation)
        def->allocation = def->capacity;
    return 0;
}
