/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-check: documents that no hypervisor could run are refused, with the reason and the code
 * that users' programs know; see complete.h.  What a single driver cannot do is its own business.
 */
#include <glib.h>
#include <arpa/inet.h>
#include "model/complete.h"
#include "model/complete-devices.h"

#define ERR_FROM VIR_FROM_DOMAIN

static int check_ends(const struct domain_def *def, const char *kind, const struct chardev_source *s, struct err *err)
{
    const struct chardev_endpoint *e = s->n_ends ? s->ends[0] : NULL;
    const char *lacks = NULL;
    int code = VIR_ERR_INTERNAL_ERROR;
    if (s->n_ends > 1 && s->type != CHARDEV_TYPE_UDP)
        return err_set(err, VIR_ERR_XML_ERROR, "a %s of guest '%s' has %u <source>; only type='udp' has two", kind,
                       def->name, s->n_ends);
    switch (s->type) {
    case CHARDEV_TYPE_DEV: case CHARDEV_TYPE_FILE: case CHARDEV_TYPE_PIPE:
        lacks = e && e->path ? NULL : "path";
        break;
    case CHARDEV_TYPE_TCP:
        lacks = !e || !e->service ? "service" : e->mode != CHARDEV_MODE_BIND && !e->host ? "host" : NULL;
        break;
    case CHARDEV_TYPE_UDP:
        for (uint32_t i = 0; i < s->n_ends; i++)
            if (s->ends[i]->mode != CHARDEV_MODE_BIND && !s->ends[i]->service)
                lacks = "service";
        break;
    case CHARDEV_TYPE_NMDM:
        lacks = !e || !e->master ? "master" : !e->slave ? "slave" : NULL;
        break;
    case CHARDEV_TYPE_SPICEPORT: case CHARDEV_TYPE_DBUS:
        lacks = e && e->channel ? NULL : "channel";
        code = VIR_ERR_CONFIG_UNSUPPORTED;
        break;
    default:
        break;
    }
    return !lacks ? 0 : err_set(err, code, "a %s of type '%s' of guest '%s' lacks <source %s='…'/>", kind,
                                chardev_type_str(s->type), def->name, lacks);
}

static int check_chardevs(const struct domain_def *def, struct err *err)
{
#define ENDS(kind, array, n) \
    for (uint32_t i = 0; i < (n); i++) \
        if (check_ends(def, kind, &(array)[i]->source, err) < 0) \
            return -1;
    ENDS("serial port", def->serials, def->n_serials)
    ENDS("parallel port", def->parallels, def->n_parallels)
    ENDS("console", def->consoles, def->n_consoles)
    ENDS("channel", def->channels, def->n_channels)
    ENDS("redirected device", def->redirdevs, def->n_redirdevs)
#undef ENDS
    for (uint32_t i = 0; i < def->n_channels; i++) {
        const struct channel_target *t = def->channels[i]->target;
        if (!t)
            return err_set(err, VIR_ERR_XML_ERROR, "a channel of guest '%s' has no <target>, whose type says how the "
                           "guest sees it", def->name);
        if (t->type == CHANNEL_TARGET_TYPE_GUESTFWD && !t->address)
            return err_set(err, VIR_ERR_XML_ERROR, "a guestfwd channel of guest '%s' has no address in its <target>",
                           def->name);
    }
    return 0;
}

static int check_order(struct domain_def *def, const char *kind, void *device, struct device_info *info, void *data)
{
    GHashTable *seen = ((void **)data)[0];
    struct err *err = ((void **)data)[1];
    if (info->boot_order && !g_hash_table_add(seen, g_strdup_printf("%u", info->boot_order)))
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "two devices of guest '%s' have boot order %u", def->name,
                       info->boot_order);
    if (info->alias && g_str_has_prefix(info->alias, "ua-") && !g_hash_table_add(seen, g_strdup(info->alias)))
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "two devices of guest '%s' have the alias '%s'", def->name,
                       info->alias);
    return 0;
}

static int check_disk(const struct domain_def *def, uint32_t at, struct err *err)
{
    const struct domain_disk *d = def->disks[at];
    for (uint32_t i = 0; i < at; i++)
        if (!g_strcmp0(def->disks[i]->target, d->target))
            return err_set(err, VIR_ERR_XML_ERROR, "guest '%s' has two disks with the target '%s'", def->name,
                           d->target);
    if (disk_target_index(d->target, NULL) < 0 && !d->info.address)
        return err_set(err, VIR_ERR_XML_ERROR, "'%s' of guest '%s' is no name for a disk (such as vda, sdb, hdc), and "
                       "no address says where it is", d->target, def->name);
    if (d->device == DISK_DEVICE_LUN && d->type == STORAGE_TYPE_FILE)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "disk '%s' of guest '%s': device='lun' passes a block device "
                       "through and cannot be a file", d->target, def->name);
    const struct storage_source *s = d->source ? &d->source->src : NULL;
    if (s && d->type == STORAGE_TYPE_NETWORK && !s->name && s->protocol != STORAGE_PROTOCOL_NBD)
        return err_set(err, VIR_ERR_XML_ERROR, "network disk '%s' of guest '%s' has no name in its <source>", d->target,
                       def->name);
    for (uint32_t i = 0; s && i < s->n_hosts; i++) {
        const struct storage_host *h = s->hosts[i];
        if (h->transport == STORAGE_TRANSPORT_UNIX ? !h->socket : !h->name)
            return err_set(err, VIR_ERR_XML_ERROR, "a <host> of disk '%s' of guest '%s' has no %s", d->target, def->name,
                           h->transport == STORAGE_TRANSPORT_UNIX ? "socket" : "name");
    }
    const struct disk_iotune *t = d->iotune;
    if (t && ((t->total_bytes_sec && (t->read_bytes_sec || t->write_bytes_sec)) ||
              (t->total_iops_sec && (t->read_iops_sec || t->write_iops_sec))))
        return err_set(err, VIR_ERR_XML_ERROR, "<iotune> of disk '%s' of guest '%s' limits a total and also reading or "
                       "writing; use one of the two", d->target, def->name);
    return 0;
}

static bool is_address(const char *s)
{
    unsigned char buf[16];
    return inet_pton(AF_INET, s, buf) == 1 || inet_pton(AF_INET6, s, buf) == 1;
}

static int check_ips(const struct domain_def *def, struct network_ip *const *ips, uint32_t n, struct err *err)
{
    for (uint32_t i = 0; i < n; i++)
        if (!ips[i]->address || !is_address(ips[i]->address))
            return err_set(err, VIR_ERR_XML_ERROR, "'%s' in <ip> of guest '%s' is not an IP address",
                           ips[i]->address ? ips[i]->address : "", def->name);
    return 0;
}

static int check_interface(const struct domain_def *def, const struct domain_interface *n, struct err *err)
{
    bool needs = false;
    const struct interface_source *s = n->source;
    switch (n->type) {
    case INTERFACE_TYPE_NETWORK: needs = !s || !s->network; break;
    case INTERFACE_TYPE_BRIDGE: needs = !s || !s->bridge; break;
    case INTERFACE_TYPE_DIRECT: case INTERFACE_TYPE_VDPA: needs = !s || !s->dev; break;
    case INTERFACE_TYPE_HOSTDEV: needs = !s || !s->host_address; break;
    case INTERFACE_TYPE_VHOSTUSER: needs = !s || !s->path; break;
    default: break;
    }
    if (needs)
        return err_set(err, VIR_ERR_XML_ERROR, "an interface of guest '%s' of type '%s' does not say in <source> what it "
                       "is connected to", def->name, interface_type_str(n->type));
    if (n->mac[0] & 1)
        return err_set(err, VIR_ERR_XML_ERROR, "MAC address %02x:%02x:%02x:%02x:%02x:%02x of guest '%s' is a multicast "
                       "address; the first byte has to be even", n->mac[0], n->mac[1], n->mac[2], n->mac[3], n->mac[4],
                       n->mac[5], def->name);
    if (n->teaming && !n->teaming->type)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "<teaming> of an interface of guest '%s' has no type", def->name);
    if (n->teaming && n->teaming->type == TEAMING_TYPE_TRANSIENT && !n->teaming->persistent)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "a transient <teaming> of guest '%s' does not name its "
                       "persistent interface", def->name);
    return check_ips(def, n->ips, n->n_ips, err);
}

static int check_counts(const struct domain_def *def, struct err *err)
{
    unsigned primary = 0;
    for (uint32_t i = 0; i < def->n_controllers; i++)
        for (uint32_t k = 0; k < i; k++) {
            const struct domain_controller *a = def->controllers[i], *b = def->controllers[k];
            bool companion = a->type == CONTROLLER_TYPE_USB && a->has_master_startport;
            if (a->type == b->type && a->index == b->index && !companion)
                return err_set(err, VIR_ERR_XML_ERROR, "guest '%s' has two %s controllers with index %u", def->name,
                               controller_type_str(a->type), a->index);
        }
    for (uint32_t i = 0; i < def->n_videos; i++)
        primary += def->videos[i]->model->primary == TRI_YES;
    if (primary > 1)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "guest '%s' has %u primary video devices", def->name, primary);
    if (def->n_watchdogs > 1)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "guest '%s' has %u watchdogs and can have one", def->name,
                       def->n_watchdogs);
    for (uint32_t i = 0; i < def->n_rngs; i++)
        if (!def->rngs[i]->backend)
            return err_set(err, VIR_ERR_XML_ERROR, "an <rng> of guest '%s' has no <backend>", def->name);
    for (uint32_t i = 0; i < def->n_shmems; i++)
        if (strchr(def->shmems[i]->name, '/'))
            return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "the name '%s' of a <shmem> of guest '%s' contains a '/'",
                           def->shmems[i]->name, def->name);
    if (def->vsock && def->vsock->cid && def->vsock->cid < 3)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "vsock address %u of guest '%s': guests start at 3",
                       def->vsock->cid, def->name);
    return 0;
}

int domain_check(struct domain_def *def, struct err *err)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    void *data[] = { seen, err };
    if (strchr(def->name, '/'))
        return err_set(err, VIR_ERR_XML_ERROR, "the name '%s' contains a '/', which names of guests cannot", def->name);
    if (def->title && strchr(def->title, '\n'))
        return err_set(err, VIR_ERR_XML_ERROR, "the title of guest '%s' contains a line break", def->name);
    for (uint32_t i = 0; i < def->n_disks; i++)
        if (check_disk(def, i, err) < 0)
            return -1;
    for (uint32_t i = 0; i < def->n_interfaces; i++)
        if (check_interface(def, def->interfaces[i], err) < 0)
            return -1;
    if (check_counts(def, err) < 0 || check_chardevs(def, err) < 0)
        return -1;
    return domain_each_device(def, check_order, data);
}

/* ---- leaving the running guest behind -------------------------------------------------------------- */

void domain_strip_live(struct domain_def *def)
{
    static const char *const generated[] = { "vnet", "macvtap", "macvlan" };
    for (uint32_t i = 0; i < def->n_interfaces; i++) {
        struct domain_interface *n = def->interfaces[i];
        for (unsigned k = 0; n->target && k < G_N_ELEMENTS(generated); k++)
            if (g_str_has_prefix(n->target, generated[k]))
                n->target = NULL;
        if (n->type == INTERFACE_TYPE_NETWORK && n->source)
            n->source->bridge = NULL;
    }
    for (uint32_t i = 0; i < def->n_graphics; i++) {
        struct domain_graphics *g = def->graphics[i];
        if (g->autoport != TRI_YES)
            continue;
        g->port = g->type == GRAPHICS_TYPE_VNC ? -1 : 0;
        g->has_port = g->type != GRAPHICS_TYPE_SPICE;
        g->has_tls_port = false;
    }
}
