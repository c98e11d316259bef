/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * migratable: the form of a definition that another host is given: with its secrets, without what this run
 * of the guest had on this host, and without what each host adds by itself, older ones among them.
 *
 * Called by: xml.c, on the I/O thread.  Nothing here waits.
 */
#include "drivers/qemu/verbs.h"

#include "drivers/qemu/domain-host.h"
#include "drivers/qemu/qemu-driver.h"
#include "drivers/qemu/qemu-host.h"
#include "model/complete.h"
#include "model/devices.h"

#include <string.h>

/* The controller of this type, if it is the only one and has number 0. */
static struct domain_controller *
only_controller(const struct domain_def *def, enum controller_type type, uint32_t *at)
{
    unsigned n = 0;
    for (uint32_t i = 0; i < def->n_controllers; i++) {
        if (def->controllers[i]->type == type && n++ == 0)
            *at = i;
    }
    return n == 1 && def->controllers[*at]->index == 0 ? def->controllers[*at] : NULL;
}

/* What a board has is added by whoever reads it; the others come in the order in which they are read. */
static void
drop_controllers(struct domain_def *def)
{
    uint32_t at;
    struct domain_controller *c = only_controller(def, CONTROLLER_TYPE_USB, &at);
    bool named = c && c->info.alias && g_str_has_prefix(c->info.alias, "ua-");
    if (c && machine_is_i440fx(def) && str_is(c->model, "piix3-uhci") && !named)
        model_list_remove(def->controllers, def->n_controllers, at);
    c = only_controller(def, CONTROLLER_TYPE_PCI, &at);
    if (c && str_is(c->model, "pci-root") && !c->pcihole64)
        model_list_remove(def->controllers, def->n_controllers, at);
    domain_sort_controllers(def);
}

/* The one that is there because something has to be. */
static void
drop_audio(struct domain_def *def)
{
    if (def->n_audios == 1 && def->audios[0]->id == 1 && def->audios[0]->type == qemu_default_audio(def))
        def->n_audios = 0;
}

/* What other boards have: their serial ports, and how a guest tells that it has crashed. */
static void
drop_board(struct domain_def *def)
{
    for (uint32_t i = 0; i < def->n_serials; i++) {
        struct chardev_target *t = def->serials[i]->target;
        if (!t || (t->type != CHARDEV_TARGET_TYPE_SYSTEM_SERIAL &&
                   t->type != CHARDEV_TARGET_TYPE_SPAPR_VIO_SERIAL))
            continue;
        t->type = CHARDEV_TARGET_TYPE_UNSET;
        t->model = CHARDEV_TARGET_MODEL_UNSET;
    }
    for (uint32_t i = 0; i < def->n_panics;) {
        enum panic_model m = def->panics[i]->model;
        if (m == PANIC_MODEL_PSERIES || m == PANIC_MODEL_S390)
            model_list_remove(def->panics, def->n_panics, i);
        else
            i++;
    }
}

/* What was generated for this run: the definition says what its author wanted instead. */
static void
drop_generated(struct domain_def *def, const struct domain_def *config, const struct qemu_host *host)
{
    domain_strip_live(def);
    if (def->asked_cpu)
        def->cpu = def->asked_cpu;
    for (uint32_t i = 0; config && i < def->n_graphics && i < config->n_graphics; i++) {
        struct domain_graphics *g = def->graphics[i];
        const struct domain_graphics *was = config->graphics[i];
        if (g->type != was->type)
            continue;
        g->listen = was->listen;
        g->listens = was->listens;
        g->n_listens = was->n_listens;
    }
    for (uint32_t i = 0; i < def->n_channels; i++) {
        struct chardev_source *s = &def->channels[i]->source;
        if (s->type == CHARDEV_TYPE_UNIX && s->n_ends && s->ends[0]->path &&
            g_str_has_prefix(s->ends[0]->path, host->dirs.channel))
            s->n_ends = 0;
    }
    for (uint32_t i = 0; i < def->n_seclabels;) {
        const struct seclabel *s = def->seclabels[i];
        if (s->type == SECLABEL_TYPE_DYNAMIC && !s->baselabel)
            model_list_remove(def->seclabels, def->n_seclabels, i);
        else
            i++;
    }
    for (uint32_t i = 0; i < def->n_disks; i++) {
        struct disk_driver *d = def->disks[i]->driver;
        if (d && !d->type)
            d->type = STORAGE_FORMAT_RAW;
    }
}

char *
qemu_migratable(const struct qemu_driver *drv, const struct domain_def *config, const struct domain_def *def,
                bool live)
{
    DOMAIN_DEF_AUTO there = domain_def_copy(def);

    if (live)
        drop_generated(there, config, drv->host);
    def_strip_for_migration(there);
    for (uint32_t i = 0; i < there->n_graphics; i++) {
        struct domain_graphics *g = there->graphics[i];
        if (g->n_listens != 1 || g->listens[0]->type != GRAPHICS_LISTEN_TYPE_NONE)
            continue;
        g->n_listens = 0;
        if (g->type == GRAPHICS_TYPE_SPICE && !g->autoport)
            g->autoport = TRI_NO;
    }
    drop_controllers(there);
    drop_audio(there);
    drop_board(there);
    return domain_def_format(there, MODEL_FORMAT_SECURE | MODEL_FORMAT_MIGRATABLE);
}
