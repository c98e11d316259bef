/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * prepare: from a stored definition to a live one.  See prepare.h.
 */
#include "drivers/qemu/prepare.h"

#include "base/file.h"
#include "drivers/qemu/command.h"
#include "drivers/qemu/cpu.h"
#include "drivers/qemu/domain-host.h"
#include "drivers/qemu/firmware.h"
#include "drivers/qemu/images.h"
#include "drivers/qemu/native.h"
#include "drivers/qemu/qemu-conf.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define ERR_FROM VIR_FROM_QEMU

/* ---- firmware ------------------------------------------------------------------------------- */

static int
firmware_feature(const struct domain_def *def, const char *name)
{
    for (uint32_t i = 0; i < def->os->n_firmware_features; i++) {
        const struct firmware_feature *f = def->os->firmware_features[i];
        if (str_is(f->name, name))
            return f->enabled == TRI_NO ? -1 : 1;
    }
    return 0;
}

static int
choose_firmware(struct domain_def *def, struct qemu_host *host, struct err *err)
{
    struct domain_os *os = def->os;
    if (!os->firmware || (os->loader && os->loader->path))
        return 0;
    bool smm = def->features && def->features->smm && def->features->smm->state == TRI_ON;
    struct firmware_wish wish = {
        .arch = arch_str(os->arch),
        .machine = os->machine,
        .bios = os->firmware == OS_FIRMWARE_BIOS,
        .smm = smm || machine_is_q35(def),
        .secure_boot = os->loader && os->loader->secure == TRI_YES ? 1 : firmware_feature(def, "secure-boot"),
        .enrolled_keys = firmware_feature(def, "enrolled-keys"),
        .stateless = os->loader && os->loader->stateless == TRI_YES ? 1 : 0,
    };
    struct firmware fw;
    if (firmware_select(&wish, &fw, err) < 0)
        return -1;
    if (!os->loader)
        os->loader = model_new(def, struct os_loader);
    os->loader->path = model_str(def, fw.code);
    os->loader->type = fw.rom ? LOADER_TYPE_ROM : LOADER_TYPE_PFLASH;
    if (!fw.rom) {
        os->loader->readonly = TRI_YES;
        os->loader->secure = fw.requires_smm ? TRI_YES : os->loader->secure;
        if (str_is(fw.code_format, "qcow2"))
            os->loader->format = STORAGE_FORMAT_QCOW2;
    }
    if (fw.requires_smm) {
        if (!def->features)
            def->features = model_new(def, struct domain_features);
        if (!def->features->smm)
            def->features->smm = model_new(def, struct feature_smm);
        def->features->smm->state = TRI_ON;
    }
    if (fw.vars && !fw.stateless) {
        if (!os->nvram)
            os->nvram = model_new(def, struct os_nvram);
        if (!os->nvram->template)
            os->nvram->template = model_str(def, fw.vars);
        bool qcow2 = str_is(fw.vars_format, "qcow2");
        if (qcow2 && !os->nvram->format)
            os->nvram->format = STORAGE_FORMAT_QCOW2;
        if (!os->nvram->path && !os->nvram->source)
            os->nvram->path =
                model_printf(def, "%s/%s_VARS.%s", host->dirs.nvram, def->name, qcow2 ? "qcow2" : "fd");
    }
    firmware_clear(&fw);
    return 0;
}

/* The template that belongs to an image: named by qemu.conf, described by a
 * descriptor, or beside it under the usual name. */
static char *
template_of(const struct domain_def *def, const struct qemu_host *host)
{
    const char *code = def->os->loader->path;
    for (char **pair = host->conf->nvram; pair && *pair; pair++) {
        g_auto(GStrv) parts = g_strsplit(*pair, ":", 2);
        if (str_is(parts[0], code) && parts[1])
            return g_strdup(parts[1]);
    }
    struct firmware_wish wish = { .arch = arch_str(def->os->arch),
                                  .machine = def->os->machine,
                                  .code = code };
    struct firmware fw;
    if (firmware_select(&wish, &fw, NULL) == 0) {
        char *vars = g_steal_pointer(&fw.vars);
        firmware_clear(&fw);
        if (vars)
            return vars;
    }
    const char *at = strstr(code, "_CODE");
    if (at) {
        g_autofree char *head = g_strndup(code, at - code);
        g_autofree char *same = g_strconcat(head, "_VARS", at + 5, NULL);
        if (access(same, R_OK) == 0)
            return g_steal_pointer(&same);
        g_autofree char *plain = g_strconcat(head, "_VARS.fd", NULL);
        if (access(plain, R_OK) == 0)
            return g_steal_pointer(&plain);
    }
    return NULL;
}

/* A guest's variable store starts as a copy of the template. */
static int
make_nvram(struct domain_def *def, struct qemu_host *host, struct err *err)
{
    const struct os_nvram *nv = def->os->nvram;
    const struct os_loader *l = def->os->loader;
    const char *path = nv ? nv->path ? nv->path : nv->source ? nv->source->src.file : NULL : NULL;
    if (!path || !l || l->type != LOADER_TYPE_PFLASH || access(path, F_OK) == 0)
        return 0;
    g_autofree char *template = nv->template ? g_strdup(nv->template) : template_of(def, host);
    if (!template)
        return err_set(
            err, VIR_ERR_OPERATION_FAILED,
            "the variable store '%s' does not exist and no template for firmware '%s' is known; give "
            "<nvram template='…'>",
            path, l->path);
    g_autofree char *data = NULL;
    ssize_t n = file_read(AT_FDCWD, template, 64 << 20, &data, err);
    if (n < 0)
        return err_context(err, "cannot make the variable store '%s'", path);
    g_autofree char *dir = g_path_get_dirname(path);
    if (folder_make(dir, 0751, err) < 0 || file_write_atomic(AT_FDCWD, path, data, n, 0600, 0, err) < 0)
        return err_context(err, "cannot make the variable store of guest '%s'", def->name);
    return 0;
}

/* ---- sockets of channels -------------------------------------------------------------------- */

static struct chardev_endpoint *
first_end(struct domain_def *def, struct chardev_source *s)
{
    if (!s->n_ends)
        model_list_append(def, s->ends, s->n_ends, model_new(def, struct chardev_endpoint));
    return s->ends[0];
}

static void
prepare_channels(struct domain_def *def, struct qemu_host *host, const char *guest_dir)
{
    const char *leaf = strrchr(guest_dir, '/') + 1;
    for (uint32_t i = 0; i < def->n_channels; i++) {
        struct domain_channel *c = def->channels[i];
        if (c->source.type != CHARDEV_TYPE_UNIX)
            continue;
        struct chardev_endpoint *e = first_end(def, &c->source);
        if (e->path)
            continue;
        const struct device_address *a = c->info.address;
        g_autofree char *place = g_strdup_printf("vioser-%02u-%02u-%02u.sock", a ? a->controller : 0,
                                                 a ? a->bus : 0, a ? a->port : 0);
        e->path = model_printf(def, "%s/%s/%s", host->dirs.channel, leaf,
                               c->target && c->target->name ? c->target->name : place);
        e->mode = CHARDEV_MODE_BIND;
    }
}

/* Who is asked for TLS, if the guest does not say it itself, is the administrator's to decide. */
static void
prepare_tls(const struct chardev_source *s, bool enabled)
{
    for (uint32_t i = 0; s->type == CHARDEV_TYPE_TCP && i < s->n_ends; i++)
        if (!s->ends[i]->tls)
            s->ends[i]->tls = enabled ? TRI_YES : TRI_NO;
}

static void
prepare_nbd_tls(struct storage_source *s, bool enabled)
{
    if (s->protocol == STORAGE_PROTOCOL_NBD && !s->tls)
        s->tls = enabled ? TRI_YES : TRI_NO;
}

static void
prepare_all_tls(struct domain_def *def, const struct qemu_conf *conf)
{
    bool enabled = conf->chardev.enabled;
#define EACH(array, n, source) \
    for (uint32_t i = 0; i < def->n; i++) \
        prepare_tls(&def->array[i]->source, enabled);
    EACH(serials, n_serials, source)
    EACH(parallels, n_parallels, source)
    EACH(consoles, n_consoles, source)
    EACH(channels, n_channels, source)
    EACH(smartcards, n_smartcards, source)
    EACH(redirdevs, n_redirdevs, source)
#undef EACH
    for (uint32_t i = 0; i < def->n_disks; i++) {
        struct domain_disk *d = def->disks[i];
        if (d->source)
            prepare_nbd_tls(&d->source->src, conf->nbd.enabled);
        for (struct disk_backing_store *b = d->backing_store; b && b->source; b = b->backing_store)
            prepare_nbd_tls(&b->source->src, conf->nbd.enabled);
    }
}

/* What several guests write is not kept in the memory of one host. */
static void
prepare_shared(struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_disks; i++) {
        struct domain_disk *d = def->disks[i];
        if (!d->shareable || d->readonly || (d->driver && d->driver->cache > DISK_CACHE_DEFAULT))
            continue;
        if (!d->driver)
            d->driver = model_new(def, struct disk_driver);
        d->driver->cache = DISK_CACHE_NONE;
    }
}

/* ---- all ------------------------------------------------------------------------------------ */

static void
prepare_label(struct domain_def *def, struct qemu_host *host)
{
    if (!host->privileged)
        return;
    for (uint32_t i = 0; i < def->n_seclabels; i++) {
        if (str_is(def->seclabels[i]->model, "dac"))
            return;
    }
    struct seclabel *label = model_new(def, struct seclabel);
    label->type = SECLABEL_TYPE_DYNAMIC;
    label->model = model_str(def, "dac");
    label->relabel = host->conf->dynamic_ownership ? TRI_YES : TRI_NO;
    label->label = model_printf(def, "+%u:+%u", (unsigned)host->uid, (unsigned)host->gid);
    label->imagelabel = label->label;
    model_list_append(def, def->seclabels, def->n_seclabels, label);
}

/* Where cgroup.c puts it. */
static void
prepare_partition(struct domain_def *def, struct qemu_host *host)
{
    if (!host->privileged)
        return;
    if (!def->resource)
        def->resource = model_new(def, struct domain_resource);
    if (!def->resource->partition)
        def->resource->partition = model_str(def, "/machine");
}

static int
prepare_cpu(struct domain_def *live, struct qemu_host *host, bool native, struct err *err)
{
    struct qemu_caps *caps = qemu_host_caps(host, live->emulator, err);
    int r;
    if (!caps)
        return -1;
    r = native ? qemu_native_check(live, caps, err) : 0;
    if (r == 0)
        r = native && !(live->cpu && live->cpu->check == CPU_CHECK_PARTIAL)
                ? qemu_cpu_resolve(live, caps, err)
                : qemu_cpu_start(live, caps, err);
    qemu_caps_unref(caps);
    return r;
}

int
qemu_domain_prepare(struct domain_def *live, struct qemu_host *host, int id, bool native, struct err *err)
{
    g_autofree char *guest_dir = qemu_guest_dir(host, id, live->name);
    if (id >= 0) {
        live->id = id;
        live->has_id = true;
    }
    qemu_assign_aliases(live);
    if (prepare_cpu(live, host, native, err) < 0)
        return -1;
    /* The CPU that it has is the one it keeps: no host may give it a lesser one. */
    if (live->cpu && live->cpu->mode == CPU_MODE_CUSTOM && live->cpu->model && !native)
        live->cpu->model->fallback = CPU_FALLBACK_FORBID;
    if (choose_firmware(live, host, err) < 0 || qemu_check_host(live, err) < 0)
        return -1;
    if (!native) {
        if (make_nvram(live, host, err) < 0)
            return -1;
        for (uint32_t i = 0; i < live->n_disks; i++) {
            /* An empty drive has no format until something is put in. */
            if (!live->disks[i]->source && live->disks[i]->driver)
                live->disks[i]->driver->type = STORAGE_FORMAT_UNSET;
            if (images_read_chain(live, live->disks[i], err) < 0)
                return -1;
        }
        if (qemu_overlays_make(live, err) < 0)
            return -1;
        prepare_all_tls(live, host->conf);
        prepare_label(live, host);
        prepare_partition(live, host);
    }
    prepare_shared(live);
    images_number(live);
    prepare_channels(live, host, guest_dir);
    if (qemu_graphics_prepare(live, host, guest_dir, native, err) < 0) {
        qemu_domain_release(live, host);
        return -1;
    }
    return 0;
}
