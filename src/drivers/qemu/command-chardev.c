/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * command-chardev: character backends, serial ports, consoles, channels,
 * smartcards, TPMs.
 */
#include "drivers/qemu/command-priv.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_QEMU

static const struct chardev_endpoint *
end_with(const struct chardev_source *s, enum chardev_mode mode)
{
    for (uint32_t i = 0; i < s->n_ends; i++) {
        if (s->ends[i]->mode == mode)
            return s->ends[i];
    }
    return NULL;
}

static void
append_log(struct builder *b, GString *s, const struct chardev_source *src)
{
    if (!src->log || !src->log->file)
        return;
    g_autofree char *path = escape_commas(src->log->file);
    g_string_append_printf(s, ",logfile=%s", path);
    /* What was logged stays, unless it is said otherwise; QEMU by itself would throw it away. */
    if (src->log->append || !b->opts->native)
        g_string_append_printf(s, ",logappend=%s", src->log->append == TRI_OFF ? "off" : "on");
}

/* A file of the host's: opened by us, whatever the guest's user may open. */
static void
append_file(struct builder *b, GString *s, const char *path, enum tristate append)
{
    if (b->opts->native) {
        g_autofree char *safe = escape_commas(path);
        g_string_append_printf(s, ",path=%s%s", safe,
                               append ? append == TRI_ON ? ",append=on" : ",append=off" : "");
        return;
    }
    int set = b->next_fdset++;
    int flags = O_WRONLY | O_CREAT | (append == TRI_ON ? O_APPEND : O_TRUNC);
    int fd = add_fd(b, QEMU_FD_OPEN, path, flags, 0600, "a serial port's file");
    add_argf(b, "-add-fd", "set=%d,fd=%d", set, fd);
    /* QEMU has to open it in the mode it was opened with. */
    g_string_append_printf(s, ",path=/dev/fdset/%d,append=on", set);
}

/* What is lost is tried again, after the time that the document says or never. */
void
append_reconnect(struct builder *b, GString *s, const struct chardev_reconnect *r)
{
    if (!r || !r->enabled || (r->enabled == TRI_YES && !r->has_timeout))
        return;
    bool ms = qemu_caps_has(b->caps, QEMU_FEATURE_CHARDEV_RECONNECT_MS);
    g_string_append_printf(s, ms ? ",reconnect-ms=%u" : ",reconnect=%u",
                           r->enabled == TRI_YES ? r->timeout * (ms ? 1000 : 1) : 0);
}

static void
append_tls(struct builder *b, GString *s, const struct chardev_endpoint *end, const char *alias)
{
    const struct qemu_tls_conf *tls = &b->host->conf->chardev;
    if (!end || !(end->tls ? end->tls == TRI_YES : tls->enabled))
        return;
    g_autofree char *id = g_strdup_printf("objchar%s_tls0", alias);
    add_tls_creds(b, id, tls, end->mode == CHARDEV_MODE_BIND);
    g_string_append_printf(s, ",tls-creds=%s", id);
}

/* What of SPICE it carries. */
static const char *
spice_part(const struct domain_def *def, const struct chardev_source *src)
{
    for (uint32_t i = 0; i < def->n_redirdevs; i++)
        if (src == &def->redirdevs[i]->source)
            return "usbredir";
    for (uint32_t i = 0; i < def->n_smartcards; i++)
        if (src == &def->smartcards[i]->source)
            return "smartcard";
    return "vdagent";
}

int
build_chardev(struct builder *b, const struct chardev_source *src, const char *alias, bool channel)
{
    const struct chardev_endpoint *first = src->n_ends ? src->ends[0] : NULL;
    GString *s = g_string_new(NULL);
    int rc = 0;
    g_autofree char *path = escape_commas(first && first->path ? first->path : "");
    switch (src->type) {
    case CHARDEV_TYPE_NULL:
    case CHARDEV_TYPE_VC:
    case CHARDEV_TYPE_PTY:
    case CHARDEV_TYPE_STDIO:
        g_string_append_printf(s, "%s,id=char%s", chardev_type_str(src->type), alias);
        break;
    case CHARDEV_TYPE_DEV:
        g_string_append_printf(s, "%s,id=char%s,path=%s",
                               g_str_has_prefix(alias, "parallel") ? "parallel" : "serial", alias, path);
        break;
    case CHARDEV_TYPE_PIPE: g_string_append_printf(s, "pipe,id=char%s,path=%s", alias, path); break;
    case CHARDEV_TYPE_FILE:
        g_string_append_printf(s, "file,id=char%s", alias);
        append_file(b, s, first ? first->path : "", first ? first->append : TRI_UNSET);
        break;
    case CHARDEV_TYPE_UNIX:
        g_string_append_printf(s, "socket,id=char%s", alias);
        if (first && first->mode == CHARDEV_MODE_BIND) {
            if (b->opts->native)
                g_string_append_printf(s, ",path=%s,server=on,wait=off", path);
            else
                g_string_append_printf(s, ",fd=%d,server=on,wait=off",
                                       add_fd(b, QEMU_FD_LISTEN, first->path, 0, 0700, "a channel's socket"));
        } else {
            g_string_append_printf(s, ",path=%s", path);
            append_reconnect(b, s, first ? first->reconnect : NULL);
        }
        break;
    case CHARDEV_TYPE_TCP: {
        bool telnet = src->protocol == CHARDEV_PROTOCOL_TELNET;
        g_string_append_printf(s, "socket,id=char%s,host=%s,port=%s%s", alias,
                               first && first->host ? first->host : "",
                               first && first->service ? first->service : "", telnet ? ",telnet=on" : "");
        if (first && first->mode == CHARDEV_MODE_BIND)
            g_string_append(s, ",server=on,wait=off");
        else
            append_reconnect(b, s, first ? first->reconnect : NULL);
        append_tls(b, s, first, alias);
        break;
    }
    case CHARDEV_TYPE_UDP: {
        const struct chardev_endpoint *to = end_with(src, CHARDEV_MODE_CONNECT),
                                      *from = end_with(src, CHARDEV_MODE_BIND);
        g_string_append_printf(s, "udp,id=char%s,host=%s,port=%s", alias,
                               to && to->host ? to->host : "", to && to->service ? to->service : "");
        g_string_append_printf(s, ",localaddr=%s,localport=%s", from && from->host ? from->host : "",
                               from && from->service ? from->service : "0");
        break;
    }
    case CHARDEV_TYPE_SPICEVMC:
        g_string_append_printf(s, "spicevmc,id=char%s,name=%s", alias,
                               spice_part(b->def, src));
        break;
    case CHARDEV_TYPE_SPICEPORT:
        g_string_append_printf(s, "spiceport,id=char%s,name=%s", alias,
                               first && first->channel ? first->channel : "");
        break;
    case CHARDEV_TYPE_QEMU_VDAGENT:
        g_string_append_printf(s, "qemu-vdagent,id=char%s,name=vdagent", alias);
        if (first && first->clipboard)
            g_string_append_printf(s, ",clipboard=%s", first->clipboard == TRI_YES ? "on" : "off");
        if (first && first->mouse)
            g_string_append_printf(s, ",mouse=%s", first->mouse == MOUSE_MODE_CLIENT ? "on" : "off");
        break;
    case CHARDEV_TYPE_DBUS:
        g_string_append_printf(s, "dbus,id=char%s,name=%s", alias,
                               first && first->channel ? first->channel : "");
        break;
    default:
        rc = err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED, "character devices of type '%s' are not QEMU's",
                     chardev_type_str(src->type));
    }
    if (rc == 0) {
        append_log(b, s, src);
        add_arg(b, "-chardev", s->str);
    }
    g_string_free(s, TRUE);
    return rc;
}

static json_t *
on_chardev(const char *driver, const struct device_info *info)
{
    json_t *o = props_new(driver);
    g_autofree char *chardev = g_strdup_printf("char%s", info->alias);
    put_str(o, "chardev", chardev);
    put_str(o, "id", info->alias);
    return o;
}

static int
serial(struct builder *b, const struct domain_chardev *c)
{
    static const struct { enum chardev_target_model model; const char *driver; } names[] = {
        { CHARDEV_TARGET_MODEL_ISA_SERIAL, "isa-serial" },
        { CHARDEV_TARGET_MODEL_USB_SERIAL, "usb-serial" },
        { CHARDEV_TARGET_MODEL_PCI_SERIAL, "pci-serial" },
        { CHARDEV_TARGET_MODEL_SPAPR_VTY, "spapr-vty" },
        { CHARDEV_TARGET_MODEL_SCLPCONSOLE, "sclpconsole" },
        { CHARDEV_TARGET_MODEL_SCLPLMCONSOLE, "sclplmconsole" },
        { CHARDEV_TARGET_MODEL_ISA_DEBUGCON, "isa-debugcon" },
    };
    if (build_chardev(b, &c->source, c->info.alias, false) < 0)
        return -1;
    /* ports of the board */
    if (c->target->model == CHARDEV_TARGET_MODEL_PL011 || c->target->model == CHARDEV_TARGET_MODEL_16550A ||
        (!c->target->model && !c->info.address)) {
        add_argf(b, "-serial", "chardev:char%s", c->info.alias);
        return 0;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (names[i].model != c->target->model)
            continue;
        json_t *o = on_chardev(names[i].driver, &c->info);
        if (c->target->model == CHARDEV_TARGET_MODEL_ISA_SERIAL)
            put_int(o, "index", c->target->port);
        return add_at_address(b, o, &c->info);
    }
    return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED, "serial port %u: no device for target model '%s'",
                   c->target->port, chardev_target_model_str(c->target->model));
}

static int
virtio_port(struct builder *b, const char *driver, const struct device_info *info, const char *name)
{
    const struct device_address *a = info->address;
    const char *alias = controller_alias(b->def, CONTROLLER_TYPE_VIRTIO_SERIAL, a ? a->controller : 0);
    g_autofree char *bus = g_strdup_printf("%s.%u", alias ? alias : "virtio-serial0", a ? a->bus : 0);
    g_autofree char *chardev = g_strdup_printf("char%s", info->alias);
    json_t *o = props_new(driver);
    if (a && a->type == ADDRESS_TYPE_VIRTIO_SERIAL) {
        put_str(o, "bus", bus);
        put_int(o, "nr", a->port);
    }
    put_str(o, "chardev", chardev);
    put_str(o, "id", info->alias);
    put_str(o, "name", name);
    add_device(b, o);
    return 0;
}

static int
channel(struct builder *b, const struct domain_channel *c)
{
    if (c->target &&
        (c->target->type == CHANNEL_TARGET_TYPE_XEN || c->target->type == CHANNEL_TARGET_TYPE_NONE))
        return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED, "QEMU has no channels of type '%s'",
                       channel_target_type_str(c->target->type));
    if (build_chardev(b, &c->source, c->info.alias, true) < 0)
        return -1;
    if (c->target && c->target->type == CHANNEL_TARGET_TYPE_GUESTFWD) {
        if (!b->json_netdev) {
            add_argf(b, "-netdev", "user,guestfwd=tcp:%s:%s-chardev:char%s,id=%s", c->target->address,
                     c->target->guestfwd_port, c->info.alias, c->info.alias);
            return 0;
        }
        json_t *o = json_object();
        g_autofree char *text = g_strdup_printf("tcp:%s:%s-chardev:char%s", c->target->address,
                                                c->target->guestfwd_port, c->info.alias);
        put_str(o, "type", "user");
        json_object_set_new(o, "guestfwd", json_pack("[{s:s}]", "str", text));
        put_str(o, "id", c->info.alias);
        add_netdev(b, o);
        return 0;
    }
    if (c->source.type == CHARDEV_TYPE_SPICEVMC && c->target && c->target->name &&
        strcmp(c->target->name, "com.redhat.spice.0") != 0)
        return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "a channel of type 'spicevmc' is called 'com.redhat.spice.0', not '%s'",
                       c->target->name);
    const char *name =
        c->target && c->target->name ? c->target->name
        : c->source.type == CHARDEV_TYPE_SPICEVMC ? "com.redhat.spice.0"
                                                  : NULL;
    return virtio_port(b, "virtserialport", &c->info, name);
}

static int
console(struct builder *b, uint32_t i)
{
    const struct domain_chardev *c = b->def->consoles[i];
    switch (c->target->type) {
    case CHARDEV_TARGET_TYPE_SERIAL: return 0; /* the first serial port by another name */
    case CHARDEV_TARGET_TYPE_VIRTIO:
        if (build_chardev(b, &c->source, c->info.alias, false) < 0)
            return -1;
        if (!c->info.address || c->info.address->type != ADDRESS_TYPE_VIRTIO_SERIAL) {
            add_device(b, on_chardev("virtconsole", &c->info));
            return 0;
        }
        return virtio_port(b, "virtconsole", &c->info, NULL);
    case CHARDEV_TARGET_TYPE_SCLP:
    case CHARDEV_TARGET_TYPE_SCLPLM:
        if (build_chardev(b, &c->source, c->info.alias, false) < 0)
            return -1;
        add_device(b,
                   on_chardev(c->target->type == CHARDEV_TARGET_TYPE_SCLP ? "sclpconsole" : "sclplmconsole",
                              &c->info));
        return 0;
    default:
        return err_set(b->err, VIR_ERR_CONFIG_UNSUPPORTED, "console %u: target type '%s' is not QEMU's", i,
                       chardev_target_type_str(c->target->type));
    }
}

static int
smartcard(struct builder *b, const struct domain_smartcard *c)
{
    const char *alias =
        controller_alias(b->def, CONTROLLER_TYPE_CCID, c->info.address ? c->info.address->controller : 0);
    g_autofree char *bus = g_strdup_printf("%s.0", alias ? alias : "ccid0");
    json_t *o;
    if (c->mode == SMARTCARD_MODE_HOST) {
        o = props_new("ccid-card-emulated");
        put_str(o, "backend", "nss-emulated");
    } else if (c->mode == SMARTCARD_MODE_HOST_CERTIFICATES) {
        static const char *const names[] = { "cert1", "cert2", "cert3" };
        o = props_new("ccid-card-emulated");
        put_str(o, "backend", "certificates");
        for (uint32_t i = 0; i < c->n_certificates && i < 3; i++)
            put_str(o, names[i], c->certificates[i]);
        put_str(o, "db", c->database ? c->database : "/etc/pki/nssdb");
    } else {
        if (build_chardev(b, &c->source, c->info.alias, false) < 0)
            return -1;
        g_autofree char *chardev = g_strdup_printf("char%s", c->info.alias);
        o = props_new("ccid-card-passthru");
        put_str(o, "chardev", chardev);
    }
    put_str(o, "id", c->info.alias);
    put_str(o, "bus", bus);
    add_device(b, o);
    return 0;
}

int
build_chardevs(struct builder *b)
{
    const struct domain_def *def = b->def;
    for (uint32_t i = 0; i < def->n_smartcards; i++) {
        if (smartcard(b, def->smartcards[i]) < 0)
            return -1;
    }
    for (uint32_t i = 0; i < def->n_serials; i++) {
        if (serial(b, def->serials[i]) < 0)
            return -1;
    }
    for (uint32_t i = 0; i < def->n_parallels; i++) {
        if (build_chardev(b, &def->parallels[i]->source, def->parallels[i]->info.alias, false) < 0)
            return -1;
        add_device(b, on_chardev("isa-parallel", &def->parallels[i]->info));
    }
    for (uint32_t i = 0; i < def->n_channels; i++) {
        if (channel(b, def->channels[i]) < 0)
            return -1;
    }
    for (uint32_t i = 0; i < def->n_consoles; i++) {
        if (console(b, i) < 0)
            return -1;
    }
    return 0;
}

int
build_tpms(struct builder *b)
{
    for (uint32_t i = 0; i < b->def->n_tpms; i++) {
        const struct domain_tpm *t = b->def->tpms[i];
        const struct tpm_backend *k = t->backend;
        if (t->model == TPM_MODEL_SPAPR_TPM_PROXY) {    /* it opens the host's device itself */
            json_t *proxy = props_new("spapr-tpm-proxy");
            put_str(proxy, "id", t->info.alias);
            put_str(proxy, "host-path", k ? k->device : NULL);
            add_device(b, proxy);
            continue;
        }
        if (k && k->type == TPM_BACKEND_TYPE_PASSTHROUGH) {
            const char *device = k->device ? k->device : "/dev/tpm0";
            struct stat st;
            if (!strchr(device, '/'))
                return err_set_from(b->err, VIR_FROM_TPM, VIR_ERR_INTERNAL_ERROR,
                                    "the TPM '%s' of the host is no path", device);
            if (stat(device, &st) == 0 && S_ISDIR(st.st_mode))
                return err_set(b->err, VIR_ERR_SYSTEM_ERROR, "the TPM '%s' of the host is a folder", device);
            if (access(device, R_OK | W_OK) < 0)
                return err_set(b->err, VIR_ERR_SYSTEM_ERROR, "cannot use the TPM '%s' of the host: %s",
                               device, g_strerror(errno));
            add_argf(b, "-tpmdev", "passthrough,id=tpm-%s,path=%s", t->info.alias,
                     device);
        } else if (k && k->type == TPM_BACKEND_TYPE_EXTERNAL && k->source && k->source->path) {
            g_autofree char *path = escape_commas(k->source->path);
            add_argf(b, "-chardev", "socket,id=chrtpm,path=%s", path);
            add_argf(b, "-tpmdev", "emulator,id=tpm-%s,chardev=chrtpm", t->info.alias);
        } else {
            return err_set(
                b->err, VIR_ERR_CONFIG_UNSUPPORTED,
                "TPM backend '%s' cannot be started yet; run swtpm yourself and use type 'external'",
                k ? tpm_backend_type_str(k->type) : "");
        }
        g_autofree char *id = g_strdup_printf("tpm-%s", t->info.alias);
        json_t *o = props_new(tpm_model_str(t->model));
        put_str(o, "tpmdev", id);
        put_str(o, "id", t->info.alias);
        add_device(b, o);
    }
    return 0;
}
