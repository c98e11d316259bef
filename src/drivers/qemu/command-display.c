/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * command-display: graphics, video cards, sound.
 */
#include "drivers/qemu/command-priv.h"

#define ERR_FROM VIR_FROM_QEMU

static const char *
listen_address(const struct domain_graphics *g, const char *fallback)
{
    for (uint32_t i = 0; i < g->n_listens; i++) {
        if (g->listens[i]->type == GRAPHICS_LISTEN_TYPE_ADDRESS ||
            g->listens[i]->type == GRAPHICS_LISTEN_TYPE_NETWORK)
            return g->listens[i]->address ? g->listens[i]->address : fallback;
    }
    return g->listen ? g->listen : fallback;
}

static const char *
listen_socket(const struct domain_graphics *g)
{
    for (uint32_t i = 0; i < g->n_listens; i++) {
        if (g->listens[i]->type == GRAPHICS_LISTEN_TYPE_SOCKET)
            return g->listens[i]->socket ? g->listens[i]->socket : "";
    }
    return g->socket;
}

static unsigned
audio_of(const struct domain_def *def, unsigned id)
{
    return id ? id : def->n_audios ? def->audios[0]->id : 0;
}

/* Sound without a way out of the guest is none that QEMU would start with. */
static bool
audio_is_there(struct builder *b, unsigned id)
{
    for (uint32_t i = 0; i < b->def->n_audios; i++)
        if (!id || b->def->audios[i]->id == id)
            return true;
    err_set(b->err, VIR_ERR_INTERNAL_ERROR, "guest '%s' has no <audio>%s for its sound", b->def->name,
            id ? " of that id" : "");
    return false;
}

static int
vnc(struct builder *b, const struct domain_graphics *g)
{
    const struct qemu_conf *conf = b->host->conf;
    const char *socket = listen_socket(g);
    bool none = g->n_listens && g->listens[0]->type == GRAPHICS_LISTEN_TYPE_NONE;
    if (!none && !socket && (g->port < 5900 || g->port > 65535))
        return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "the VNC display of guest '%s' has port %d, which has to be from 5900 to 65535",
                       b->def->name, g->port);
    GString *s = g_string_new(NULL);
    if (none) {
        g_string_append(s, "none");
    } else if (socket) {
        g_autofree char *path = escape_commas(socket);
        g_string_append_printf(s, "vnc=unix:%s", path);
    } else {
        const char *address = listen_address(g, conf->vnc_listen);
        bool v6 = strchr(address, ':') != NULL;
        g_string_append_printf(s, "%s%s%s:%d", v6 ? "[" : "", address, v6 ? "]" : "", g->port - 5900);
        if (g->has_websocket && g->websocket)
            g_string_append_printf(s, ",websocket=%d", g->websocket);
    }
    if (g->share_policy)
        g_string_append_printf(s, ",share=%s", graphics_share_str(g->share_policy));
    if (g->passwd || conf->vnc_password)
        g_string_append(s, ",password=on");
    if (g->power_control)
        g_string_append_printf(s, ",power-control=%s", g->power_control == TRI_YES ? "on" : "off");
    if (conf->vnc_sasl)
        g_string_append(s, ",sasl=on");
    unsigned audio = audio_of(b->def, g->audio_id);
    if (audio && b->caps->version >= 4002000)
        g_string_append_printf(s, ",audiodev=audio%u", audio);
    add_arg(b, "-vnc", s->str);
    g_string_free(s, TRUE);
    if (g->keymap)
        add_arg(b, "-k", g->keymap);
    return 0;
}

static int
spice(struct builder *b, const struct domain_graphics *g)
{
    const struct qemu_conf *conf = b->host->conf;
    GString *s = g_string_new(NULL);
    const char *socket = listen_socket(g);
    if (socket) {
        g_autofree char *path = escape_commas(socket);
        g_string_append_printf(s, "unix,addr=%s,", path);
    } else if (g->n_listens && g->listens[0]->type == GRAPHICS_LISTEN_TYPE_NONE) {
        g_string_append(s, "port=0,");
    } else {
        if (g->has_port && g->port > 0)
            g_string_append_printf(s, "port=%d,", g->port);
        if (g->has_tls_port && g->tls_port > 0)
            g_string_append_printf(s, "tls-port=%d,", g->tls_port);
        bool found =
            !g->n_listens || g->listens[0]->type != GRAPHICS_LISTEN_TYPE_NETWORK || g->listens[0]->address;
        if (found)      /* without ports nobody looks for it on a network */
            g_string_append_printf(s, "addr=%s,", listen_address(g, conf->spice_listen));
    }
    bool plain_only = !(g->has_tls_port && g->tls_port > 0),
         secure = g->default_mode == SPICE_CHANNEL_MODE_SECURE;
    for (uint32_t i = 0; i < g->n_channels; i++)
        secure = secure || g->channels[i]->mode == SPICE_CHANNEL_MODE_SECURE;
    if (secure && plain_only) {
        g_string_free(s, TRUE);
        return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "SPICE of guest '%s' has secure channels, but no tlsPort=", b->def->name);
    }
    if (g->mouse)
        g_string_append_printf(s, "agent-mouse=%s,", g->mouse == MOUSE_MODE_CLIENT ? "on" : "off");
    if (!g->passwd && !conf->spice_password)
        g_string_append(s, "disable-ticketing=on,");
    if (g->has_tls_port && g->tls_port > 0 && conf->spice.cert_dir)
        g_string_append_printf(s, "x509-dir=%s,", conf->spice.cert_dir);
    if (g->default_mode == SPICE_CHANNEL_MODE_SECURE)
        g_string_append(s, "tls-channel=default,");
    else if (g->default_mode == SPICE_CHANNEL_MODE_INSECURE)
        g_string_append(s, "plaintext-channel=default,");
    for (uint32_t i = 0; i < g->n_channels; i++) {
        if (g->channels[i]->mode == SPICE_CHANNEL_MODE_SECURE)
            g_string_append_printf(s, "tls-channel=%s,", spice_channel_name_str(g->channels[i]->name));
        else if (g->channels[i]->mode == SPICE_CHANNEL_MODE_INSECURE)
            g_string_append_printf(s, "plaintext-channel=%s,", spice_channel_name_str(g->channels[i]->name));
    }
    if (g->image) {
        static const char *const words[] = { NULL, "auto_glz", "auto_lz", "quic", "glz", "lz", "off" };
        g_string_append_printf(s, "image-compression=%s,", words[g->image]);
    }
    if (g->jpeg)
        g_string_append_printf(s, "jpeg-wan-compression=%s,", spice_auto_str(g->jpeg));
    if (g->zlib)
        g_string_append_printf(s, "zlib-glz-wan-compression=%s,", spice_auto_str(g->zlib));
    if (g->playback)
        g_string_append_printf(s, "playback-compression=%s,", g->playback == TRI_ON ? "on" : "off");
    if (g->streaming)
        g_string_append_printf(s, "streaming-video=%s,", spice_streaming_str(g->streaming));
    if (g->clipboard == TRI_NO)
        g_string_append(s, "disable-copy-paste=on,");
    if (g->filetransfer == TRI_NO)
        g_string_append(s, "disable-agent-file-xfer=on,");
    if (g->gl_enable == TRI_YES) {
        g_string_append(s, "gl=on,");
        if (g->rendernode) {
            g_autofree char *node = escape_commas(g->rendernode);
            g_string_append_printf(s, "rendernode=%s,", node);
        }
    }
    g_string_append(s, "seamless-migration=on");
    add_arg(b, "-spice", s->str);
    g_string_free(s, TRUE);
    if (g->keymap)
        add_arg(b, "-k", g->keymap);
    return 0;
}

int
build_graphics(struct builder *b)
{
    unsigned seen[GRAPHICS_TYPE_COUNT] = { 0 };
    for (uint32_t i = 0; i < b->def->n_graphics; i++) {
        const struct domain_graphics *g = b->def->graphics[i];
        int rc = 0;
        if (seen[g->type]++)
            return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED, "guest '%s' has several <graphics type='%s'>",
                           b->def->name, graphics_type_str(g->type));
        switch (g->type) {
        case GRAPHICS_TYPE_VNC: rc = vnc(b, g); break;
        case GRAPHICS_TYPE_SPICE: rc = spice(b, g); break;
        case GRAPHICS_TYPE_SDL:
            if (g->display)
                g_ptr_array_add(b->env, g_strdup_printf("DISPLAY=%s", g->display));
            if (g->xauth)
                g_ptr_array_add(b->env, g_strdup_printf("XAUTHORITY=%s", g->xauth));
            add_argf(b, "-display", "sdl%s",
                     g->gl_enable == TRI_YES  ? ",gl=on"
                     : g->gl_enable == TRI_NO ? ",gl=off"
                                              : "");
            if (g->fullscreen == TRI_YES)
                add_arg(b, "-full-screen", NULL);
            break;
        case GRAPHICS_TYPE_EGL_HEADLESS: {
            g_autofree char *node = escape_commas(g->rendernode);
            add_argf(b, "-display", "egl-headless%s%s", g->rendernode ? ",rendernode=" : "", node);
            break;
        }
        case GRAPHICS_TYPE_DBUS: {
            g_autofree char *leaf = g_strdup(strrchr(b->cmd->guest_dir, '/') + 1 + strlen("domain-"));
            g_autofree char *own = g_strdup_printf("unix:path=%s/%s-dbus.sock", b->host->dirs.dbus, leaf);
            g_autofree char *address = escape_commas(g->address ? g->address : own);
            g_autofree char *node = escape_commas(g->rendernode);
            g_autofree char *audio = g->audio_id ? g_strdup_printf(",audiodev=audio%u", g->audio_id) : NULL;
            if (g->audio_id && !audio_is_there(b, g->audio_id))
                return -1;
            bool peer = g->p2p == TRI_YES;
            add_argf(b, "-display", "dbus,%s%s%s%s%s%s", peer ? "p2p=on" : "addr=", peer ? "" : address,
                     g->gl_enable ? g->gl_enable == TRI_YES ? ",gl=on" : ",gl=off" : "",
                     g->rendernode ? ",rendernode=" : "", node, audio ? audio : "");
            break;
        }
        default:
            rc = err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED, "graphics of type '%s' are not QEMU's",
                         graphics_type_str(g->type));
        }
        if (rc < 0)
            return -1;
    }
    return 0;
}

static int
video(struct builder *b, const struct domain_video *v, bool primary)
{
    const struct video_model *m = v->model;
    const char *driver = NULL;
    bool accel = m->acceleration && m->acceleration->accel3d == TRI_YES;
    switch (m->type) {
    case VIDEO_TYPE_NONE: return 0;
    case VIDEO_TYPE_VGA: driver = primary ? "VGA" : "secondary-vga"; break;
    case VIDEO_TYPE_CIRRUS: driver = "cirrus-vga"; break;
    case VIDEO_TYPE_VMVGA: driver = "vmware-svga"; break;
    case VIDEO_TYPE_QXL: driver = primary ? "qxl-vga" : "qxl"; break;
    case VIDEO_TYPE_BOCHS: driver = "bochs-display"; break;
    case VIDEO_TYPE_RAMFB: driver = "ramfb"; break;
    case VIDEO_TYPE_VIRTIO:
        if (primary && (arch_is_x86(b->def) || arch_is_riscv(b->def)))
            driver = accel && qemu_caps_has_type(b->caps, "virtio-vga-gl") ? "virtio-vga-gl" : "virtio-vga";
        else if (v->info.address && v->info.address->type == ADDRESS_TYPE_CCW)
            driver = "virtio-gpu-ccw";
        else
            driver = accel && qemu_caps_has_type(b->caps, "virtio-gpu-gl-pci") ? "virtio-gpu-gl-pci"
                                                                               : "virtio-gpu-pci";
        break;
    default:
        return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED, "video model '%s' is not QEMU's",
                       video_type_str(m->type));
    }
    json_t *o = props_new(driver);
    put_str(o, "id", v->info.alias);
    if (m->type == VIDEO_TYPE_VIRTIO) {
        if (v->driver)
            put_virtio(o, &v->driver->virtio);
        if (accel && !qemu_caps_has_type(b->caps, "virtio-vga-gl"))
            put_bool(o, "virgl", true);
        put_int(o, "max_outputs", m->heads ? m->heads : 1);
    } else if (m->type == VIDEO_TYPE_QXL) {
        put_int(o, "max_outputs", m->heads ? m->heads : 1);
        put_int(o, "ram_size", (long long)m->ram * 1024);
        put_int(o, "vram_size", (long long)m->vram * 1024);
        put_int(o, "vram64_size_mb", m->vram64 / 1024);
        put_int(o, "vgamem_mb", m->vgamem / 1024);
    } else if (m->vram && (m->type == VIDEO_TYPE_VGA || m->type == VIDEO_TYPE_VMVGA)) {
        put_int(o, "vgamem_mb", m->vram / 1024);
    } else if (m->vram && m->type == VIDEO_TYPE_BOCHS) {
        put_int(o, "vgamem", (long long)m->vram * 1024);
    }
    if (m->resolution && m->resolution->has_x) {
        put_int(o, "xres", m->resolution->x);
        put_int(o, "yres", m->resolution->y);
    }
    if (m->blob)
        put_tri(o, "blob", m->blob);
    return add_at_address(b, o, &v->info);
}

int
build_videos(struct builder *b)
{
    for (uint32_t i = 0; i < b->def->n_videos; i++) {
        if (video(b, b->def->videos[i], i == 0) < 0)
            return -1;
    }
    return 0;
}

static json_t *
audio_io(const struct audio_io *io, enum audio_type type)
{
    json_t *o = json_object();
    if (!io)
        return o;
    put_tri(o, "mixing-engine", io->mixing_engine);
    put_tri(o, "fixed-settings", io->fixed_settings);
    if (io->voices)
        put_int(o, "voices", io->voices);
    if (io->buffer_length)
        put_int(o, "buffer-length", io->buffer_length);
    if (io->settings) {
        if (io->settings->frequency)
            put_int(o, "frequency", io->settings->frequency);
        if (io->settings->channels)
            put_int(o, "channels", io->settings->channels);
        if (io->settings->format)
            put_str(o, "format", audio_format_str(io->settings->format));
    }
    put_str(o, "dev", io->dev);
    if (io->buffer_count)
        put_int(o, "buffer-count", io->buffer_count);
    put_tri(o, "try-poll", io->try_poll);
    put_str(o, "server-name", io->server_name);
    put_str(o, "client-name", io->client_name);
    put_str(o, "connect-ports", io->connect_ports);
    put_tri(o, "exact-name", io->exact_name);
    put_str(o, "name", io->name);
    put_str(o, "stream-name", io->stream_name);
    if (io->latency)
        put_int(o, "latency", io->latency);
    return o;
}

int
build_audio(struct builder *b)
{
    for (uint32_t i = 0; i < b->def->n_audios; i++) {
        const struct domain_audio *a = b->def->audios[i];
        json_t *o = json_object();
        g_autofree char *id = g_strdup_printf("audio%u", a->id);
        put_str(o, "id", id);
        const char *type = a->type == AUDIO_TYPE_PULSEAUDIO ? "pa"
                           : a->type == AUDIO_TYPE_FILE     ? "wav"
                                                            : audio_type_str(a->type);
        put_str(o, "driver", type);
        if (a->timer_period)
            put_int(o, "timer-period", a->timer_period);
        put_str(o, "server", a->server_name);
        put_str(o, "path", a->path);
        put_tri(o, "try-mmap", a->try_mmap);
        put_tri(o, "exclusive", a->exclusive);
        if (a->has_dsp_policy)
            put_int(o, "dsp-policy", a->dsp_policy);
        json_t *in = audio_io(a->input, a->type), *out = audio_io(a->output, a->type);
        if (json_object_size(in))
            json_object_set(o, "in", in);
        if (json_object_size(out))
            json_object_set(o, "out", out);
        json_decref(in);
        json_decref(out);
        if (a->type == AUDIO_TYPE_SDL && a->driver)
            g_ptr_array_add(b->env, g_strdup_printf("SDL_AUDIODRIVER=%s", audio_sdl_driver_str(a->driver)));
        add_audiodev(b, o);
    }
    return 0;
}

int
build_sounds(struct builder *b)
{
    for (uint32_t i = 0; i < b->def->n_sounds; i++) {
        const struct domain_sound *s = b->def->sounds[i];
        static const struct { enum sound_model model; const char *driver; } names[] = {
            { SOUND_MODEL_ES1370, "ES1370" },  { SOUND_MODEL_AC97, "AC97" },
            { SOUND_MODEL_ICH6, "intel-hda" }, { SOUND_MODEL_ICH9, "ich9-intel-hda" },
            { SOUND_MODEL_USB, "usb-audio" },  { SOUND_MODEL_SB16, "sb16" },
        };
        const char *driver = NULL;
        for (size_t k = 0; k < G_N_ELEMENTS(names); k++) {
            if (names[k].model == s->model)
                driver = names[k].driver;
        }
        if (s->model != SOUND_MODEL_PCSPK && !audio_is_there(b, s->audio_id))
            return -1;
        unsigned audio = audio_of(b->def, s->audio_id);
        g_autofree char *audiodev = g_strdup_printf("audio%u", audio);
        if (s->model == SOUND_MODEL_PCSPK) {
            add_argf(b, "-machine", "pcspk-audiodev=%s", audiodev);
            continue;
        }
        if (!driver)
            return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED, "sound model '%s' is not one of this QEMU's",
                           sound_model_str(s->model));
        bool hda = s->model == SOUND_MODEL_ICH6 || s->model == SOUND_MODEL_ICH9;
        json_t *o = props_new(driver);
        put_str(o, "id", s->info.alias);
        if (!hda && audio)
            put_str(o, "audiodev", audiodev);
        if (add_at_address(b, o, &s->info) < 0)
            return -1;
        for (uint32_t k = 0; hda && k < (s->n_codecs ? s->n_codecs : 1); k++) {
            enum sound_codec_type t = s->n_codecs ? s->codecs[k]->type : SOUND_CODEC_TYPE_DUPLEX;
            g_autofree char *codec = g_strdup_printf("hda-%s", sound_codec_type_str(t));
            g_autofree char *id = g_strdup_printf("%s-codec%u", s->info.alias, k);
            g_autofree char *bus = g_strdup_printf("%s.0", s->info.alias);
            json_t *c = props_new(codec);
            put_str(c, "id", id);
            put_str(c, "bus", bus);
            put_int(c, "cad", k);
            if (audio)
                put_str(c, "audiodev", audiodev);
            add_device(b, c);
        }
    }
    return 0;
}
