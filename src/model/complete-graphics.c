/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-graphics: what graphics and video devices imply, for every hypervisor; see complete.h.
 */
#include <glib.h>
#include "model/complete.h"
#include "model/complete-devices.h"

#define ERR_FROM VIR_FROM_DOMAIN

static bool to_address(const struct graphics_listen *l)
{
    return l->type == GRAPHICS_LISTEN_TYPE_ADDRESS;
}

/* One mode for each channel, the last that was named; in the order of their names. */
static void complete_channels(struct domain_graphics *g)
{
    uint32_t n = 0;
    for (int name = 1; name < SPICE_CHANNEL_NAME_COUNT; name++) {
        struct spice_channel *last = NULL;
        for (uint32_t i = g->n_channels; i-- > n;)
            if ((int)g->channels[i]->name == name) {
                last = last ? last : g->channels[i];
                model_list_remove(g->channels, g->n_channels, i);
            }
        if (!last || last->mode == SPICE_CHANNEL_MODE_ANY)     /* as none */
            continue;
        memmove(&g->channels[n + 1], &g->channels[n], (g->n_channels - n) * sizeof(void *));
        g->channels[n++] = last;
        g->n_channels++;
    }
}

void domain_complete_graphics(struct domain_def *def, struct domain_graphics *g)
{
    if (!g->passwd) {
        g->connected = GRAPHICS_CONNECTED_UNSET;
        g->passwd_valid_to = NULL;
    }
    if (g->fullscreen == TRI_NO)
        g->fullscreen = TRI_UNSET;
    if (g->p2p == TRI_NO)
        g->p2p = TRI_UNSET;
    g->has_websocket &= g->websocket != 0;
    if (g->type != GRAPHICS_TYPE_VNC && g->type != GRAPHICS_TYPE_SPICE && g->type != GRAPHICS_TYPE_RDP)
        return;
    if (g->multi_user == TRI_NO)
        g->multi_user = TRI_UNSET;
    if (g->replace_user == TRI_NO)
        g->replace_user = TRI_UNSET;
    bool vnc = g->type == GRAPHICS_TYPE_VNC;
    if (g->type == GRAPHICS_TYPE_SPICE) {
        g->has_port = g->has_port && g->port;
        g->has_tls_port = g->has_tls_port && g->tls_port;
    }
    bool spice = g->type == GRAPHICS_TYPE_SPICE, socket = g->socket != NULL, none = false;
    if (g->n_listens) {
        socket |= g->listens[0]->type == GRAPHICS_LISTEN_TYPE_SOCKET;
        none = g->listens[0]->type == GRAPHICS_LISTEN_TYPE_NONE;
    }
    bool rdp = g->type == GRAPHICS_TYPE_RDP;
    if (spice ? g->port == -1 && g->tls_port == -1
              : g->has_port && g->port == -1 && !(vnc && g->autoport == TRI_NO))
        g->autoport = TRI_YES;
    if (vnc && g->autoport == TRI_NO && (!g->has_port || g->port == -1))
        g->has_port = true, g->port = 0;
    if (socket || none) {
        g->autoport = TRI_UNSET;
        g->has_port = g->has_tls_port = g->has_websocket = false;
    } else if (!spice && g->autoport != TRI_YES && g->has_port && !g->port) {
        g->autoport = rdp ? TRI_UNSET : TRI_NO;
        g->has_port = false;
    } else if (g->autoport == TRI_YES || (!spice && (!g->has_port || !g->port))) {
        g->autoport = TRI_YES;
        g->has_port = !spice;
        g->port = g->type == GRAPHICS_TYPE_VNC ? -1 : 0;
        g->has_tls_port = false;
    } else if (rdp) {
        g->autoport = TRI_UNSET;                /* the port says it */
    } else if (g->has_port || g->has_tls_port || (g->n_listens && !to_address(g->listens[0]))) {
        g->autoport = TRI_NO;
    } else {
        g->autoport = TRI_UNSET;
    }
    if (!g->n_listens) {
        struct graphics_listen *l = model_new(def, struct graphics_listen);
        l->type = socket ? GRAPHICS_LISTEN_TYPE_SOCKET : GRAPHICS_LISTEN_TYPE_ADDRESS;
        model_list_append(def, g->listens, g->n_listens, l);
    }
    struct graphics_listen *one = g->listens[0];
    if (vnc && g->socket && one->type != GRAPHICS_LISTEN_TYPE_SOCKET &&
        one->type != GRAPHICS_LISTEN_TYPE_NONE)
        *one = (struct graphics_listen){ .type = GRAPHICS_LISTEN_TYPE_SOCKET };
    if (spice && !g->autoport && to_address(one)) {     /* without a port there is nobody to listen */
        one->type = GRAPHICS_LISTEN_TYPE_NONE;
        one->address = NULL;
    }
    for (uint32_t i = 0; i < g->n_listens; i++) {
        struct graphics_listen *l = g->listens[i];
        l->address = l->address && *l->address ? l->address : NULL;
        l->socket = l->socket && *l->socket ? l->socket : NULL;
    }
    if (g->listen && !*g->listen)
        g->listen = NULL;
    if (one->type == GRAPHICS_LISTEN_TYPE_ADDRESS && !one->address)
        one->address = g->listen;
    if (one->type == GRAPHICS_LISTEN_TYPE_SOCKET && !one->socket)
        one->socket = g->socket;
    if (g->default_mode == SPICE_CHANNEL_MODE_ANY)
        g->default_mode = SPICE_CHANNEL_MODE_UNSET;
    complete_channels(g);
    /* the first listener is repeated in attributes, for those who knew the format before it had listeners */
    const struct graphics_listen *first = g->listens[0];
    g->listen = first->type == GRAPHICS_LISTEN_TYPE_ADDRESS ? first->address : NULL;
    g->socket =
        first->type == GRAPHICS_LISTEN_TYPE_SOCKET && g->type == GRAPHICS_TYPE_VNC ? first->socket : NULL;
}

/* Memory of displays comes in sizes that are powers of two: the next one. */
static uint32_t power_of_two(uint32_t n)
{
    uint32_t p = 1;
    while (p < n && p < 1u << 31)
        p <<= 1;
    return n ? p : 0;
}

void domain_complete_video(struct domain_def *def)
{
    bool primary = false;
    if (!def->n_videos && def->n_graphics) {
        struct domain_video *v = model_new(def, struct domain_video);
        model_list_append(def, def->videos, def->n_videos, v);
    }
    for (uint32_t i = 0; i < def->n_videos; i++) {
        struct domain_video *v = def->videos[i];
        if (!v->model)
            v->model = model_new(def, struct video_model);
        struct video_model *m = v->model;
        if (v->driver && v->driver->vgaconf == VIDEO_VGACONF_IO)
            v->driver->vgaconf = VIDEO_VGACONF_UNSET;          /* as none */
        if (!m->type || m->type == VIDEO_TYPE_DEFAULT)
            m->type = def->os->type == OS_TYPE_XEN || def->os->type == OS_TYPE_LINUX     ? VIDEO_TYPE_XEN
                      : def->os->arch == ARCH_PPC64 || def->os->arch == ARCH_PPC64LE ? VIDEO_TYPE_VGA
                                                                                     : VIDEO_TYPE_CIRRUS;
        primary |= m->primary == TRI_YES;
        m->primary = m->primary == TRI_YES ? TRI_YES : TRI_UNSET;
        if (m->type == VIDEO_TYPE_NONE) {
            *m = (struct video_model){ .type = VIDEO_TYPE_NONE };
            v->driver = NULL;
            v->info.address = NULL;
            v->info.acpi = NULL;
            continue;
        }
        if (!m->has_heads)
            m->heads = 1;
        m->has_heads = m->heads > 0;
        switch (m->type) {
        case VIDEO_TYPE_VGA: case VIDEO_TYPE_CIRRUS: case VIDEO_TYPE_VMVGA:
            if (!m->vram)
                m->vram = def->type == DOMAIN_VIRT_VBOX     ? 8192
                          : def->type == DOMAIN_VIRT_VMWARE ? 4096
                                                            : 16384;
            break;
        case VIDEO_TYPE_BOCHS:
            if (!m->vram)
                m->vram = 16384;
            break;
        case VIDEO_TYPE_XEN:
            if (!m->vram)
                m->vram = 4096;
            break;
        case VIDEO_TYPE_QXL:
            if (!m->ram)
                m->ram = 65536;
            if (!m->vram)
                m->vram = 65536;
            break;
        default:
            break;
        }
        m->ram = power_of_two(m->ram);
        m->vram = power_of_two(m->vram);
    }
    for (uint32_t i = 1; i < def->n_videos; i++)
        if (def->videos[i]->model->primary == TRI_YES && def->videos[0]->model->primary != TRI_YES) {
            struct domain_video *first = def->videos[i];
            memmove(&def->videos[1], &def->videos[0], i * sizeof(void *));
            def->videos[0] = first;
        }
    if (!primary && def->n_videos && def->videos[0]->model->type != VIDEO_TYPE_NONE)
        def->videos[0]->model->primary = TRI_YES;
}
