/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * command-net: network back ends and cards.
 */
#include "drivers/qemu/command-priv.h"

#include "base/uuid.h"

#define ERR_FROM VIR_FROM_QEMU

static void
user_netdev(struct builder *b, json_t *o, const struct domain_interface *n)
{
    put_str(o, "type", "user");
    for (uint32_t i = 0; i < n->n_ips; i++) {
        const struct network_ip *ip = n->ips[i];
        if (!ip->address)
            continue;
        if (strchr(ip->address, ':')) {
            g_autofree char *prefix = g_strdup(ip->address);
            put_str(o, "ipv6-prefix", prefix);
            if (ip->has_prefix)
                put_int(o, "ipv6-prefixlen", ip->prefix);
        } else {
            g_autofree char *net = g_strdup_printf("%s/%u", ip->address, ip->has_prefix ? ip->prefix : 24);
            put_str(o, "net", net);
        }
    }
}

static int
netdev(struct builder *b, const struct domain_interface *n, uint32_t i)
{
    json_t *o = json_object();
    g_autofree char *id = g_strdup_printf("host%s", n->info.alias);
    const struct interface_source *s = n->source;
    if (b->opts->native) {
        put_str(o, "type", "tap");
        /* numbers as programs that parse such lines have seen them: 25, 26, 28, 29 and so on */
        g_autofree char *fd = g_strdup_printf("%u", i < 2 ? 25 + i : 26 + i);
        put_str(o, "fd", fd);
        put_str(o, "id", id);
        add_netdev(b, o);
        return 0;
    }
    switch (n->type) {
    case INTERFACE_TYPE_USER: user_netdev(b, o, n); break;
    case INTERFACE_TYPE_NULL:
        json_decref(o);
        return 0;
    case INTERFACE_TYPE_MCAST:
    case INTERFACE_TYPE_SERVER:
    case INTERFACE_TYPE_CLIENT:
    case INTERFACE_TYPE_UDP: {
        g_autofree char *where = g_strdup_printf("%s:%u", s && s->address ? s->address : "", s ? s->port : 0);
        put_str(o, "type", "socket");
        put_str(o, n->type == INTERFACE_TYPE_MCAST    ? "mcast"
                   : n->type == INTERFACE_TYPE_SERVER ? "listen"
                   : n->type == INTERFACE_TYPE_CLIENT ? "connect"
                                                      : "udp",
                where);
        if (n->type == INTERFACE_TYPE_UDP && s && s->local) {
            g_autofree char *local =
                g_strdup_printf("%s:%u", s->local->address ? s->local->address : "", s->local->port);
            put_str(o, "localaddr", local);
        }
        break;
    }
    case INTERFACE_TYPE_VHOSTUSER: {
        g_autofree char *path = escape_commas(s && s->path ? s->path : "");
        add_argf(b, "-chardev", "socket,id=char%s,path=%s%s", n->info.alias, path,
                 s && s->socket_mode == UNIX_SOCKET_MODE_SERVER ? ",server=on" : "");
        g_autofree char *chardev = g_strdup_printf("char%s", n->info.alias);
        put_str(o, "type", "vhost-user");
        put_str(o, "chardev", chardev);
        if (n->driver && n->driver->queues > 1)
            put_int(o, "queues", n->driver->queues);
        break;
    }
    case INTERFACE_TYPE_BRIDGE:
    case INTERFACE_TYPE_NETWORK:
    case INTERFACE_TYPE_ETHERNET: {
        /* The tap device was made, and put into its bridge, before us. */
        g_autofree char *what = g_strdup_printf("tap of %s", n->info.alias);
        int fd = add_fd(b, QEMU_FD_GIVEN, n->info.alias, 0, 0, what);
        g_autofree char *text = g_strdup_printf("%d", fd);
        put_str(o, "type", "tap");
        put_str(o, "fd", text);
        break;
    }
    default:
        json_decref(o);
        return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED, "interfaces of type '%s' cannot be started yet",
                       interface_type_str(n->type));
    }
    put_str(o, "id", id);
    add_netdev(b, o);
    return 0;
}

/* Cards that are parts of boards are told in the old words; one for USB can be plugged into any. */
static bool
on_board(const struct builder *b, const struct domain_interface *n)
{
    return arch_is_arm(b->def) && !n->info.address && !str_is(n->model, "usb-net");
}

static int
card(struct builder *b, const struct domain_interface *n)
{
    if (on_board(b, n)) {
        char text[MAC_TEXT];
        add_argf(b, "-net", "nic,macaddr=%s,netdev=host%s,model=%s,id=%s", mac_format(n->mac, text),
                 n->info.alias, n->model, n->info.alias);
        return 0;
    }
    enum virtio_model model;
    bool virtio = !n->model || interface_is_virtio(n);
    g_autofree char *driver = NULL;
    if (virtio) {
        model = str_is(n->model, "virtio-transitional")       ? VIRTIO_MODEL_VIRTIO_TRANSITIONAL
                : str_is(n->model, "virtio-non-transitional") ? VIRTIO_MODEL_VIRTIO_NON_TRANSITIONAL
                                                              : VIRTIO_MODEL_UNSET;
        driver = virtio_driver(b, "virtio-net", model, &n->info);
    } else {
        driver = g_strdup(n->model);
    }
    json_t *o = props_new(driver);
    /* A line that is only read names the card, not what its back end can do. */
    const struct interface_driver *d =
        b->opts->native && n->type == INTERFACE_TYPE_VHOSTUSER ? NULL : n->driver;
    if (virtio && d) {
        if (d->txmode)
            put_str(o, "tx", d->txmode == INTERFACE_TXMODE_IOTHREAD ? "bh" : "timer");
        put_onoff(o, "ioeventfd", d->ioeventfd);
        put_onoff(o, "event_idx", d->event_idx);
        if (d->host) {
            put_tri(o, "csum", d->host->csum);
            put_tri(o, "gso", d->host->gso);
            put_tri(o, "host_tso4", d->host->tso4);
            put_tri(o, "host_tso6", d->host->tso6);
            put_tri(o, "host_ecn", d->host->ecn);
            put_tri(o, "host_ufo", d->host->ufo);
            put_tri(o, "mrg_rxbuf", d->host->mrg_rxbuf);
        }
        if (d->guest) {
            put_tri(o, "guest_csum", d->guest->csum);
            put_tri(o, "guest_tso4", d->guest->tso4);
            put_tri(o, "guest_tso6", d->guest->tso6);
            put_tri(o, "guest_ecn", d->guest->ecn);
            put_tri(o, "guest_ufo", d->guest->ufo);
        }
        if (d->queues > 1) {
            put_bool(o, "mq", true);
            put_int(o, "vectors", 2 * d->queues + 2);
        }
        if (d->rx_queue_size)
            put_int(o, "rx_queue_size", d->rx_queue_size);
        if (d->tx_queue_size)
            put_int(o, "tx_queue_size", d->tx_queue_size);
    }
    if (virtio && n->mtu && !(b->opts->native && n->type == INTERFACE_TYPE_VHOSTUSER))
        put_int(o, "host_mtu", n->mtu);
    g_autofree char *id = g_strdup_printf("host%s", n->info.alias);
    if (n->type != INTERFACE_TYPE_NULL || b->opts->native)
        put_str(o, "netdev", id);
    put_str(o, "id", n->info.alias);
    char mac[MAC_TEXT];
    put_str(o, "mac", mac_format(n->mac, mac));
    if (!b->opts->native || !n->info.boot_order)
        put_boot(o, interface_boot_index(b->def, n));
    if (virtio && d)
        put_virtio(o, &d->virtio);
    if (put_address(b, o, &n->info) < 0) {
        json_decref(o);
        return -1;
    }
    put_rom(o, &n->info);
    add_device(b, o);
    return 0;
}

int
build_interfaces(struct builder *b)
{
    for (uint32_t i = 0; i < b->def->n_interfaces; i++) {
        const struct domain_interface *n = b->def->interfaces[i];
        if (n->type == INTERFACE_TYPE_HOSTDEV)
            return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED,
                           "interfaces of type 'hostdev' cannot be started yet");
        if (netdev(b, n, i) < 0 || card(b, n) < 0)
            return -1;
    }
    return 0;
}
