/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lookup.h"

#include <stdlib.h>
#include <string.h>

static bool
is_uuid(const char *name)
{
    return strlen(name) == VIR_UUID_STRING_BUFLEN - 1 && strchr(name, '-');
}

virDomainPtr
domain_find(struct shell *sh, const char *name, unsigned int by)
{
    virDomainPtr dom = NULL;
    char *end = NULL;
    gint64 id = g_ascii_strtoll(name, &end, 10);
    if ((by & BY_ID) && end != name && !*end && id >= 0 && id <= G_MAXINT)
        dom = virDomainLookupByID(sh->conn, (int)id);
    if (!dom && (by & BY_UUID) && is_uuid(name))
        dom = virDomainLookupByUUIDString(sh->conn, name);
    if (!dom && (by & BY_NAME))
        dom = virDomainLookupByName(sh->conn, name);
    return dom;
}

virDomainPtr
domain_of_by(struct shell *sh, const struct call *call, const char **name, unsigned int by)
{
    const char *text = NULL;
    if (opt_string(sh, call, "domain", &text) <= 0)
        return NULL;
    if (name)
        *name = text;
    virDomainPtr dom = domain_find(sh, text, by);
    if (!dom) {
        bool none = err_code(sh) == VIR_ERR_NO_DOMAIN || err_code(sh) == VIR_ERR_INVALID_ARG;
        fail(sh, "failed to get domain '%s'", text);
        if (none) {
            sh->no_domain = true;
            err_forget(sh);
        }
    } else {
        err_forget(sh);
    }
    return dom;
}

virDomainPtr
domain_of(struct shell *sh, const struct call *call)
{
    return domain_of_by(sh, call, NULL, BY_ANY);
}

virNetworkPtr
network_find(struct shell *sh, const char *name, unsigned int by)
{
    virNetworkPtr net = NULL;
    if ((by & BY_UUID) && is_uuid(name))
        net = virNetworkLookupByUUIDString(sh->conn, name);
    if (!net && (by & BY_NAME) && !((by & BY_UUID) && is_uuid(name)))
        net = virNetworkLookupByName(sh->conn, name);
    return net;
}

virNetworkPtr
network_of(struct shell *sh, const struct call *call, const char **name)
{
    const char *text = NULL;
    if (opt_string(sh, call, "network", &text) <= 0)
        return NULL;
    if (name)
        *name = text;
    virNetworkPtr net = network_find(sh, text, BY_UUID | BY_NAME);
    if (!net)
        fail(sh, "failed to get network '%s'", text);
    return net;
}

virNetworkPortPtr
network_port_of(struct shell *sh, const struct call *call, virNetworkPtr net, const char **name)
{
    const char *text = NULL;
    if (opt_string(sh, call, "port", &text) <= 0)
        return NULL;
    if (name)
        *name = text;
    virNetworkPortPtr port = virNetworkPortLookupByUUIDString(net, text);
    if (!port)
        fail(sh, "failed to get network port '%s'", text);
    return port;
}

virStoragePoolPtr
pool_of_by(struct shell *sh, const struct call *call, const char *option, const char **name,
           unsigned int by)
{
    const char *text = NULL;
    virStoragePoolPtr pool = NULL;
    if (opt_string(sh, call, option, &text) <= 0)
        return NULL;
    if (name)
        *name = text;
    if ((by & BY_UUID) && is_uuid(text))
        pool = virStoragePoolLookupByUUIDString(sh->conn, text);
    if (!pool && (by & BY_NAME))
        pool = virStoragePoolLookupByName(sh->conn, text);
    if (!pool)
        fail(sh, "failed to get pool '%s'", text);
    else
        err_forget(sh);
    return pool;
}

virStoragePoolPtr
pool_of(struct shell *sh, const struct call *call, const char *option, const char **name)
{
    return pool_of_by(sh, call, option, name, BY_UUID | BY_NAME);
}

virStorageVolPtr
vol_of_in(struct shell *sh, const struct call *call, const char *option, const char *pool_option,
          const char **name)
{
    const char *text = NULL, *pool_name = NULL;
    g_autoptr(virStoragePool) pool = NULL;
    virStorageVolPtr vol = NULL;
    if (opt_string(sh, call, option, &text) <= 0)
        return NULL;
    if (pool_option && opt_string(sh, call, pool_option, &pool_name) < 0)
        return NULL;
    if (name)
        *name = text;
    if (pool_name) {
        pool = pool_of(sh, call, pool_option, NULL);
        if (!pool)
            return NULL;
        if (virStoragePoolIsActive(pool) == 0) {
            fail(sh, "pool '%s' is not active", pool_name);
            return NULL;
        }
        vol = virStorageVolLookupByName(pool, text);
    }
    if (!vol)
        vol = virStorageVolLookupByKey(sh->conn, text);
    if (!vol)
        vol = virStorageVolLookupByPath(sh->conn, text);
    if (!vol) {
        if (pool || !pool_option)
            fail(sh, "failed to get vol '%s'", text);
        else
            fail(sh, "failed to get vol '%s', specifying --%s might help", text, pool_option);
        return NULL;
    }
    err_forget(sh);
    if (pool) {
        g_autoptr(virStoragePool) of = virStoragePoolLookupByVolume(vol);
        if (of && strcmp(virStoragePoolGetName(of), virStoragePoolGetName(pool)) != 0) {
            fail(sh, "Requested volume '%s' is not in pool '%s'", text, pool_name);
            virStorageVolFree(vol);
            return NULL;
        }
    }
    return vol;
}

virStorageVolPtr
vol_of(struct shell *sh, const struct call *call, const char **name)
{
    return vol_of_in(sh, call, "vol", "pool", name);
}

static bool
is_mac(const char *text)
{
    if (strlen(text) != 17)
        return false;
    for (int i = 0; i < 17; i++)
        if (i % 3 == 2 ? text[i] != ':' : !g_ascii_isxdigit(text[i]))
            return false;
    return true;
}

virInterfacePtr
iface_of(struct shell *sh, const struct call *call, const char **name)
{
    const char *text = NULL;
    if (opt_string(sh, call, "interface", &text) <= 0)
        return NULL;
    if (name)
        *name = text;
    virInterfacePtr iface = is_mac(text) ? virInterfaceLookupByMACString(sh->conn, text)
                                         : virInterfaceLookupByName(sh->conn, text);
    if (!iface)
        fail(sh, "failed to get interface '%s'", text);
    return iface;
}

virNodeDevicePtr
nodedev_of(struct shell *sh, const struct call *call, const char **name)
{
    const char *text = NULL;
    virNodeDevicePtr dev;
    if (opt_string(sh, call, "device", &text) <= 0)
        return NULL;
    if (name)
        *name = text;
    const char *comma = strchr(text, ',');
    if (comma) {
        g_autofree char *wwnn = g_strndup(text, comma - text);
        dev = virNodeDeviceLookupSCSIHostByWWN(sh->conn, wwnn, comma + 1, 0);
    } else {
        dev = virNodeDeviceLookupByName(sh->conn, text);
    }
    if (!dev)
        fail(sh, "Could not find matching device '%s'", text);
    return dev;
}

virSecretPtr
secret_of(struct shell *sh, const struct call *call, const char **name)
{
    const char *text = NULL;
    if (opt_string(sh, call, "secret", &text) <= 0)
        return NULL;
    if (name)
        *name = text;
    virSecretPtr secret = virSecretLookupByUUIDString(sh->conn, text);
    if (!secret)
        fail(sh, "failed to get secret '%s'", text);
    return secret;
}

virNWFilterPtr
nwfilter_of(struct shell *sh, const struct call *call, const char **name)
{
    const char *text = NULL;
    virNWFilterPtr filter = NULL;
    if (opt_string(sh, call, "nwfilter", &text) <= 0)
        return NULL;
    if (name)
        *name = text;
    if (is_uuid(text))
        filter = virNWFilterLookupByUUIDString(sh->conn, text);
    if (!filter)
        filter = virNWFilterLookupByName(sh->conn, text);
    if (!filter)
        fail(sh, "failed to get nwfilter '%s'", text);
    else
        err_forget(sh);
    return filter;
}

virNWFilterBindingPtr
nwfilter_binding_of(struct shell *sh, const struct call *call, const char **name)
{
    const char *text = NULL;
    if (opt_string(sh, call, "binding", &text) <= 0)
        return NULL;
    if (name)
        *name = text;
    virNWFilterBindingPtr binding = virNWFilterBindingLookupByPortDev(sh->conn, text);
    if (!binding)
        fail(sh, "failed to get nwfilter binding '%s'", text);
    return binding;
}

virDomainSnapshotPtr
snapshot_find(struct shell *sh, virDomainPtr dom, const char *name)
{
    return virDomainSnapshotLookupByName(dom, name, 0);
}

virDomainCheckpointPtr
checkpoint_of(struct shell *sh, const struct call *call, virDomainPtr dom, const char **name)
{
    const char *text = NULL;
    if (opt_string(sh, call, "checkpointname", &text) <= 0)
        return NULL;
    if (name)
        *name = text;
    return virDomainCheckpointLookupByName(dom, text, 0);
}

bool
affect_flags(struct shell *sh, const struct call *call, unsigned int *flags)
{
    bool config = opt_flag(call, "config"), live = opt_flag(call, "live"), cur = opt_flag(call, "current");
    if (cur && live)
        return fail(sh, "Options --%s and --%s are mutually exclusive", "current", "live");
    if (cur && config)
        return fail(sh, "Options --%s and --%s are mutually exclusive", "current", "config");
    if (config)
        *flags |= VIR_DOMAIN_AFFECT_CONFIG;
    if (live)
        *flags |= VIR_DOMAIN_AFFECT_LIVE;
    return true;
}
