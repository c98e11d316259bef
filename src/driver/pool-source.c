/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * pool-source: see pool-source.h.
 *
 * What makes a source depends on the type of pool: a folder, a share, a block device that any of four
 * types can claim, a host adapter under one of its names.
 */
#include "driver/pool-source.h"

#include <glib.h>
#include <string.h>

/* Types that take whole devices, whatever they make of them. */
static const unsigned by_device =
    1 << POOL_TYPE_FS | 1 << POOL_TYPE_LOGICAL | 1 << POOL_TYPE_DISK | 1 << POOL_TYPE_ZFS;

static bool
same_device(const struct pool_source *a, const struct pool_source *b)
{
    for (uint32_t i = 0; i < a->n_devices; i++)
        for (uint32_t j = 0; j < b->n_devices; j++)
            if (g_strcmp0(a->devices[i]->path, b->devices[j]->path) == 0)
                return true;
    return false;
}

/* One host each: with several, which of them serves is not known. */
static bool
same_host(const struct pool_source *a, const struct pool_source *b)
{
    return a->n_hosts == 1 && b->n_hosts == 1 && a->hosts[0]->port == b->hosts[0]->port &&
           g_strcmp0(a->hosts[0]->name, b->hosts[0]->name) == 0;
}

static bool
same_initiator(const struct pool_source *a, const struct pool_source *b)
{
    return g_strcmp0(a->initiator ? a->initiator->iqn : NULL, b->initiator ? b->initiator->iqn : NULL) == 0;
}

/* "scsi_host5", "fc_host5", "host5": 5; -1: no such name. */
static int
host_number(const char *name)
{
    static const char *const prefixes[] = { "scsi_host", "fc_host", "host" };
    guint64 number;

    for (size_t i = 0; name && i < G_N_ELEMENTS(prefixes); i++)
        if (g_str_has_prefix(name, prefixes[i]))
            return g_ascii_string_to_unsigned(name + strlen(prefixes[i]), 10, 0, INT_MAX, &number, NULL)
                       ? (int)number
                       : -1;
    return -1;
}

static bool
same_parent_address(const struct pool_parent_address *a, const struct pool_parent_address *b)
{
    return a->unique_id == b->unique_id && a->address && b->address &&
           a->address->domain == b->address->domain && a->address->bus == b->address->bus &&
           a->address->slot == b->address->slot && a->address->function == b->address->function;
}

static bool
same_adapter(const struct pool_adapter *a, const struct pool_adapter *b)
{
    bool fc = a->type == POOL_ADAPTER_TYPE_FC_HOST;
    int number;

    if (fc && b->type == POOL_ADAPTER_TYPE_FC_HOST)
        return g_strcmp0(a->wwnn, b->wwnn) == 0 && g_strcmp0(a->wwpn, b->wwpn) == 0;
    if (a->parentaddr && b->parentaddr)
        return same_parent_address(a->parentaddr, b->parentaddr);
    number = host_number(fc ? a->parent : a->name);
    return number >= 0 && number == host_number(b->type == POOL_ADAPTER_TYPE_FC_HOST ? b->parent : b->name);
}

bool
pool_sources_clash(const struct storage_pool_def *a, const struct storage_pool_def *b)
{
    const struct pool_source *s = a->source, *t = b->source;

    if (by_device >> a->type & 1 && by_device >> b->type & 1)
        return same_device(s, t);
    if (a->type != b->type)
        return false;
    switch (a->type) {
    case POOL_TYPE_DIR:
        return g_strcmp0(a->target->path, b->target->path) == 0;
    case POOL_TYPE_NETFS:
        return same_host(s, t) && g_strcmp0(s->dir, t->dir) == 0;
    case POOL_TYPE_GLUSTER:
        return same_host(s, t) && g_strcmp0(s->dir, t->dir) == 0 && g_strcmp0(s->name, t->name) == 0;
    case POOL_TYPE_ISCSI: /* a target's name is unique in the world: whoever serves it */
        return same_device(s, t) && same_initiator(s, t);
    case POOL_TYPE_SCSI:
        return same_adapter(s->adapter, t->adapter);
    case POOL_TYPE_SHEEPDOG:
        return same_host(s, t);
    case POOL_TYPE_VSTORAGE:
        return g_strcmp0(s->name, t->name) == 0;
    case POOL_TYPE_MPATH:
        return true;
    default:
        return false;
    }
}
