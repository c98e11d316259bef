/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * prepare-graphics: where displays of a live definition are seen: addresses, ports, sockets, cards that
 * render.  Part of prepare.h.  Waits for the disk only.
 */
#include "drivers/qemu/prepare.h"

#include "base/file.h"
#include "drivers/qemu/ports.h"
#include "drivers/qemu/qemu-conf.h"
#include "model/network-def.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>

#define ERR_FROM VIR_FROM_QEMU

static bool
listens_on_port(const struct domain_graphics *g)
{
    if (g->socket)
        return false;
    for (uint32_t i = 0; i < g->n_listens; i++) {
        if (g->listens[i]->type == GRAPHICS_LISTEN_TYPE_SOCKET ||
            g->listens[i]->type == GRAPHICS_LISTEN_TYPE_NONE)
            return false;
    }
    return true;
}

/* The address that the host has on a network of its own, from the network's definition. */
static int
network_address(struct domain_def *def, struct qemu_host *host, const char *name, const char **address,
                struct err *err)
{
    g_autofree char *path = g_strdup_printf("%s/networks/%s.xml", host->dirs.config, name ? name : "");
    g_autofree char *xml = NULL;
    void *root = NULL;
    bool file = name && !strchr(name, '/');
    ssize_t n = file ? file_read(AT_FDCWD, path, 1 << 20, &xml, NULL) : -1;
    if (n < 0)
        return err_set_from(err, VIR_FROM_NETWORK, VIR_ERR_NO_NETWORK,
                            "guest '%s' is to be seen on network '%s', which there is none of (no '%s')",
                            def->name, name ? name : "", path);
    if (model_parse(&network_def_document, xml, n, 0, &root, err) < 0)
        return err_context(err, "cannot read network '%s'", name);
    const struct network_def *net = root;
    *address = net->n_ips ? model_str(def, net->ips[0]->address) : NULL;
    model_unref(root);
    return *address
               ? 0
               : err_set_from(err, VIR_FROM_NETWORK, VIR_ERR_XML_ERROR,
                              "network '%s' has no <ip> that guest '%s' could be seen on", name, def->name);
}

static int
fill_address(struct domain_def *def, struct domain_graphics *g, struct qemu_host *host, const char *address,
             struct err *err)
{
    bool ports = g->type == GRAPHICS_TYPE_VNC || g->autoport == TRI_YES || g->has_port || g->has_tls_port;
    for (uint32_t i = 0; i < g->n_listens; i++) {
        struct graphics_listen *l = g->listens[i];
        if (l->type == GRAPHICS_LISTEN_TYPE_ADDRESS && !l->address)
            l->address = model_str(def, address);
        else if (l->type == GRAPHICS_LISTEN_TYPE_NETWORK && ports &&
                 network_address(def, host, l->network, &l->address, err) < 0)
            return -1;
    }
    if (g->n_listens && g->listens[0]->type == GRAPHICS_LISTEN_TYPE_ADDRESS)
        g->listen = g->listens[0]->address;
    return 0;
}

/* The host's first card that can render. */
static const char *
first_card(struct domain_def *def, struct err *err)
{
    const char *node = NULL;
    struct dirent *e;
    DIR *cards = opendir("/dev/dri");
    if (!cards) {
        err_set_from(err, VIR_FROM_NONE, VIR_ERR_SYSTEM_ERROR,
                     "guest '%s' renders on the host's graphics, and no card is found in '/dev/dri': %s",
                     def->name, g_strerror(errno));
        return NULL;
    }
    while ((e = readdir(cards)) && !node)
        if (g_str_has_prefix(e->d_name, "renderD"))
            node = model_printf(def, "/dev/dri/%s", e->d_name);
    closedir(cards);
    if (!node)
        err_set_from(err, VIR_FROM_NONE, VIR_ERR_INTERNAL_ERROR,
                     "no card in '/dev/dri' can render for guest '%s'", def->name);
    return node;
}

/* Who renders there and names no card gets that one. */
static int
fill_render_node(struct domain_def *def, struct domain_graphics *g, struct err *err)
{
    bool renders = g->type == GRAPHICS_TYPE_EGL_HEADLESS ||
                   ((g->type == GRAPHICS_TYPE_SPICE || g->type == GRAPHICS_TYPE_DBUS) &&
                    g->gl_enable == TRI_YES);
    if (renders && !g->rendernode)
        g->rendernode = first_card(def, err);
    return renders && !g->rendernode ? -1 : 0;
}

/* Some of its channels are of that mode, or all of them by default; those of any mode are plain. */
static bool
spice_needs(const struct domain_graphics *g, enum spice_channel_mode mode)
{
    bool any = mode == SPICE_CHANNEL_MODE_SECURE ? g->default_mode == mode
                                                 : g->default_mode != SPICE_CHANNEL_MODE_SECURE;
    for (uint32_t i = 0; i < g->n_channels; i++)
        any = any || g->channels[i]->mode == mode;
    return any;
}

static int
take_port(struct port_range *range, bool native, unsigned fallback, int32_t *port, struct err *err)
{
    unsigned p = fallback;
    if (!native && port_range_take(range, &p, err) < 0)
        return -1;
    *port = p;
    return 0;
}

static int
prepare_one(struct domain_def *def, struct domain_graphics *g, struct qemu_host *host, const char *guest_dir,
            bool native, struct err *err)
{
    if (fill_render_node(def, g, err) < 0)
        return -1;
    if ((g->type == GRAPHICS_TYPE_VNC || g->type == GRAPHICS_TYPE_SPICE) && g->n_listens > 1)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "%s of guest '%s' listens in %u places; QEMU has it in one",
                       graphics_type_str(g->type), def->name, g->n_listens);
    for (uint32_t i = 0; i < g->n_listens; i++) {
        struct graphics_listen *l = g->listens[i];
        if (l->type == GRAPHICS_LISTEN_TYPE_SOCKET && !l->socket) {
            l->socket = model_printf(def, "%s/%s.sock", guest_dir, graphics_type_str(g->type));
            g->socket = l->socket;
        }
    }
    if (g->type == GRAPHICS_TYPE_VNC) {
        if (fill_address(def, g, host, host->conf->vnc_listen, err) < 0)
            return -1;
        if (!listens_on_port(g))
            return 0;
        if (g->autoport == TRI_YES || (!g->autoport && (!g->has_port || g->port <= 0))) {
            if (take_port(host->vnc_ports, native, 5900, &g->port, err) < 0)
                return -1;
            g->has_port = true;
        } else if (!native && g->has_port) {
            port_range_claim(host->vnc_ports, g->port);
        }
        if (!native && g->has_websocket && g->websocket == -1) {
            if (take_port(host->vnc_websocket_ports, native, 5700, &g->websocket, err) < 0)
                return -1;
            g->websocket_generated = TRI_YES;
        }
    } else if (g->type == GRAPHICS_TYPE_SPICE) {
        if (fill_address(def, g, host, host->conf->spice_listen, err) < 0)
            return -1;
        if (!listens_on_port(g))
            return 0;
        bool plain = spice_needs(g, SPICE_CHANNEL_MODE_INSECURE);
        bool tls = spice_needs(g, SPICE_CHANNEL_MODE_SECURE) ||
                   (host->conf->spice.enabled && g->default_mode != SPICE_CHANNEL_MODE_INSECURE);
        if ((plain && g->autoport == TRI_YES) || (g->has_port && g->port == -1)) {
            if (take_port(host->vnc_ports, native, 5901, &g->port, err) < 0)
                return -1;
            g->has_port = true;
        } else if (!native && g->has_port && g->port > 0) {
            port_range_claim(host->vnc_ports, g->port);
        }
        if ((tls && g->autoport == TRI_YES) || (g->has_tls_port && g->tls_port == -1)) {
            if (take_port(host->vnc_ports, native, 5902, &g->tls_port, err) < 0)
                return -1;
            g->has_tls_port = true;
        } else if (!native && g->has_tls_port && g->tls_port > 0) {
            port_range_claim(host->vnc_ports, g->tls_port);
        }
    }
    return 0;
}

int
qemu_graphics_prepare(struct domain_def *live, struct qemu_host *host, const char *guest_dir, bool native,
                      struct err *err)
{
    for (uint32_t i = 0; i < live->n_videos; i++) {
        struct domain_video *v = live->videos[i];
        bool renders = v->driver && v->driver->name == VIDEO_DRIVER_NAME_VHOSTUSER;
        if (renders && !(v->model && v->model->acceleration && v->model->acceleration->rendernode) &&
            !first_card(live, err))
            return -1;
    }
    for (uint32_t i = 0; i < live->n_graphics; i++) {
        if (prepare_one(live, live->graphics[i], host, guest_dir, native, err) < 0)
            return -1;
    }
    return 0;
}

/* Each port that the displays of a running guest hold. */
static void
each_port(const struct domain_def *live, struct qemu_host *host,
          void (*fn)(struct port_range *range, unsigned port))
{
    for (uint32_t i = 0; i < live->n_graphics; i++) {
        const struct domain_graphics *g = live->graphics[i];
        if (g->type != GRAPHICS_TYPE_VNC && g->type != GRAPHICS_TYPE_SPICE)
            continue;
        if (g->has_port && g->port > 0)
            fn(host->vnc_ports, g->port);
        if (g->has_tls_port && g->tls_port > 0)
            fn(host->vnc_ports, g->tls_port);
        if (g->has_websocket && g->websocket > 0)
            fn(host->vnc_websocket_ports, g->websocket);
    }
}

void
qemu_domain_release(struct domain_def *live, struct qemu_host *host)
{
    qemu_overlays_remove(live);
    each_port(live, host, port_range_give);
}

void
qemu_domain_reclaim(const struct domain_def *live, struct qemu_host *host)
{
    each_port(live, host, port_range_claim);
}
