/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-checkpoint: checkpoints and backups of a guest; see complete-host.h.
 */
#include "model/complete-moment.h"

#include <glib.h>
#include <string.h>

#define ERR_FROM VIR_FROM_DOMAIN

/* ---- checkpoints ---------------------------------------------------------------------------- */

int
checkpoint_check(const struct checkpoint_def *def, struct err *err)
{
    return !def->domain || (def->domain->name && def->domain->type)
               ? 0
               : err_set_from(err, VIR_FROM_XML, VIR_ERR_XML_INVALID_SCHEMA,
                              "the <domain> of a checkpoint has no %s",
                              def->domain->name ? "type=" : "<name>");
}

int
checkpoint_redefine_check(const struct checkpoint_def *def, struct err *err)
{
    if (!def->name || !*def->name)
        return err_set_from(err, VIR_FROM_DOMAIN_CHECKPOINT, VIR_ERR_XML_ERROR,
                            "the checkpoint to redefine has no <name>");
    if (!def->has_creation_time)
        return err_set_from(err, VIR_FROM_DOMAIN_CHECKPOINT, VIR_ERR_INTERNAL_ERROR,
                            "checkpoint '%s' has no <creationTime>, without which it cannot be redefined",
                            def->name);
    return 0;
}

/* The bitmap of a disk; `named`: the document speaks of it. */
static void
choose_bitmap(const struct checkpoint_def *def, struct checkpoint_disk *d, bool named)
{
    d->has_size = false;
    if (!d->checkpoint)
        d->checkpoint = named ? CHECKPOINT_TYPE_BITMAP : CHECKPOINT_TYPE_NO;
    d->bitmap = d->checkpoint != CHECKPOINT_TYPE_BITMAP ? NULL : d->bitmap ? d->bitmap : def->name;
}

static int
align_disks(struct checkpoint_def *def, const struct domain_def *domain, struct err *err)
{
    bool all = !def->n_disks;
    g_autoptr(GHashTable) given = g_hash_table_new(g_direct_hash, g_direct_equal);

    if (!def->n_disks && !domain->n_disks)
        return err_set_from(err, VIR_FROM_DOMAIN_CHECKPOINT, VIR_ERR_CONFIG_UNSUPPORTED,
                            "checkpoint '%s': guest '%s' has no disk, of which it would be", def->name,
                            domain->name);
    for (uint32_t i = 0; i < def->n_disks; i++)
        g_hash_table_add(given, def->disks[i]);
    if (ALIGN(def, domain, def, checkpoint_disk, VIR_FROM_DOMAIN_CHECKPOINT, "checkpoint", err) < 0)
        return -1;
    for (uint32_t i = 0; i < def->n_disks; i++) {
        struct checkpoint_disk *d = def->disks[i];
        bool named = g_hash_table_contains(given, d), written = disk_is_written(domain->disks[i]);
        if (named && d->checkpoint != CHECKPOINT_TYPE_NO && !written)
            return err_set_from(err, VIR_FROM_DOMAIN_CHECKPOINT, VIR_ERR_CONFIG_UNSUPPORTED,
                                "checkpoint '%s': disk '%s' is empty or read-only, nothing in it changes",
                                def->name, d->name);
        choose_bitmap(def, d, named || (all && written));
    }
    return 0;
}

int
checkpoint_complete(struct checkpoint_def *def, const struct domain_def *domain, int64_t now, struct err *err)
{
    if (!def->name || !*def->name)
        def->name = model_printf(def, "%" G_GINT64_FORMAT, now);
    def->creation_time = now;
    def->has_creation_time = true;
    def->parent = NULL;
    def->domain = NULL;
    return align_disks(def, domain, err);
}

int
checkpoint_realign(struct checkpoint_def *def, const struct domain_def *domain, struct err *err)
{
    def->has_creation_time = def->creation_time > 0;
    if (domain)
        return align_disks(def, domain, err);
    for (uint32_t i = 0; i < def->n_disks; i++)
        choose_bitmap(def, def->disks[i], true);
    return 0;
}

/* ---- backups -------------------------------------------------------------------------------- */

static int
complete_backup_disk(struct backup_def *def, const struct domain_disk *disk, struct backup_disk *d,
                     int64_t now, struct err *err)
{
    bool pull = def->mode == BACKUP_MODE_PULL;
    struct backup_file **file = pull ? &d->scratch : &d->target;
    if (pull && !d->exportname)
        d->exportname = d->name;
    if (!d->incremental)
        d->incremental = d->backupmode == BACKUP_DISK_MODE_FULL ? NULL : def->incremental;
    if (!d->backupmode)
        d->backupmode = d->incremental ? BACKUP_DISK_MODE_INCREMENTAL : BACKUP_DISK_MODE_FULL;
    if (!d->type)
        d->type = STORAGE_TYPE_FILE;
    if (!d->format)
        d->format = STORAGE_FORMAT_QCOW2;
    if (!*file)
        *file = model_new(def, struct backup_file);
    if (d->type == STORAGE_TYPE_FILE && !(*file)->file) {
        const char *base = disk->source ? disk->source->src.file : NULL;
        if (!base)
            return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                           "the backup of disk '%s' needs to say where it goes: the disk is "
                           "not a file beside which it could be put",
                           d->name);
        (*file)->file = d->incremental ? model_printf(def, "%s.%s", base, d->incremental)
                                       : model_printf(def, "%s.%" G_GINT64_FORMAT, base, now);
    }
    return 0;
}

int
backup_complete(struct backup_def *def, const struct domain_def *domain, int64_t now, struct err *err)
{
    bool all = !def->n_disks, any = false;
    if (!def->mode)
        def->mode = BACKUP_MODE_PUSH;
    if (def->mode == BACKUP_MODE_PULL && !def->server)
        return err_set_from(err, VIR_FROM_XML, VIR_ERR_XML_INVALID_SCHEMA,
                            "a backup with mode='pull' needs a <server> from which it is pulled");
    if (def->mode == BACKUP_MODE_PUSH && def->server)
        return err_set_from(err, VIR_FROM_XML, VIR_ERR_XML_INVALID_SCHEMA,
                            "a backup with mode='push' has no <server>: it writes itself");
    if (def->server && !def->server->transport)
        def->server->transport = STORAGE_TRANSPORT_TCP;
    g_autoptr(GHashTable) given = g_hash_table_new(g_direct_hash, g_direct_equal);
    for (uint32_t i = 0; i < def->n_disks; i++)
        g_hash_table_add(given, def->disks[i]);
    if (ALIGN(def, domain, def, backup_disk, VIR_FROM_DOMAIN, "backup", err) < 0)
        return -1;
    for (uint32_t i = 0; i < def->n_disks; i++) {
        struct backup_disk *d = def->disks[i];
        if (!d->backup)
            d->backup = g_hash_table_contains(given, d) || (all && disk_is_written(domain->disks[i]))
                            ? TRI_YES
                            : TRI_NO;
        if (d->backup == TRI_NO)
            continue;
        any = true;
        if (complete_backup_disk(def, domain->disks[i], d, now, err) < 0)
            return -1;
    }
    return any ? 0
               : err_set_from(err, VIR_FROM_QEMU, VIR_ERR_CONFIG_UNSUPPORTED,
                              "the backup is of no disk of guest '%s'", domain->name);
}
