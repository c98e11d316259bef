/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-snapshot: snapshots, checkpoints and backups of a guest; see complete-host.h.  Their <disks>
 * name disks of the guest, by target or source; those not named are added with what they get.
 */
#include "model/complete-host.h"

#include "model/complete.h"

#include <glib.h>
#include <string.h>

#define ERR_FROM VIR_FROM_DOMAIN_SNAPSHOT

/* The index of the disk that is meant, or -1. */
static int
find_disk(const struct domain_def *domain, const char *name)
{
    for (uint32_t i = 0; i < domain->n_disks; i++)
        if (!g_strcmp0(domain->disks[i]->target, name))
            return i;
    for (uint32_t i = 0; i < domain->n_disks; i++) {
        const struct domain_disk *d = domain->disks[i];
        if (*name == '/' && d->source &&
            (!g_strcmp0(d->source->src.file, name) || !g_strcmp0(d->source->src.dev, name)))
            return i;
    }
    return -1;
}

/* Of a disk that is written to: there is something to keep. */
static bool
is_written(const struct domain_disk *d)
{
    return disk_has_source(d) && !d->readonly;
}

/* Puts the items (which begin with their name) into the order of the guest's disks, makes new ones for the
 * others, and calls their names by their targets.  items has room for all disks. */
static int
align(void *root, const struct domain_def *domain, void ***array, uint32_t *n, const struct model_table *t,
      size_t name_at, int from, const char *what, struct err *err)
{
    g_autofree void **sorted = g_new0(void *, domain->n_disks + 1);
    for (uint32_t i = 0; i < *n; i++) {
        const char **name = (const char **)((char *)(*array)[i] + name_at);
        if (!*name)
            return err_set_from(err, from, VIR_ERR_INTERNAL_ERROR, "a <disk> of the %s has no name=", what);
        int at = find_disk(domain, *name);
        if (at < 0)
            return err_set_from(err, from, VIR_ERR_CONFIG_UNSUPPORTED,
                                "the %s names the disk '%s', and guest '%s' has none "
                                "of that name",
                                what, *name, domain->name);
        if (sorted[at])
            return err_set_from(err, from, VIR_ERR_CONFIG_UNSUPPORTED, "the %s names disk '%s' twice", what,
                                domain->disks[at]->target);
        *name = model_str(root, domain->disks[at]->target);
        sorted[at] = (*array)[i];
    }
    void **all = model_alloc(root, (domain->n_disks + 1) * sizeof(void *));
    for (uint32_t i = 0; i < domain->n_disks; i++) {
        all[i] = sorted[i];
        if (!all[i]) {
            all[i] = model_alloc(root, t->size);
            *(const char **)((char *)all[i] + name_at) = model_str(root, domain->disks[i]->target);
        }
    }
    *array = all;
    *n = domain->n_disks;
    return 0;
}
#define ALIGN(root, domain, def, type, from, what, err)                                                      \
    align((root), (domain), (void ***)&(def)->disks, &(def)->n_disks, &type##_table,                         \
          offsetof(struct type, name), (from), (what), (err))

/* ---- snapshots ------------------------------------------------------------------------------ */

static int
complete_memory(struct snapshot_def *def, bool running, bool disk_only, struct err *err)
{
    struct snapshot_memory *m = def->memory;
    if (!m)
        m = def->memory = model_new(def, struct snapshot_memory);
    if (m->file && m->snapshot && m->snapshot != DISK_SNAPSHOT_EXTERNAL)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "<memory> of snapshot '%s' has file='%s', which needs snapshot='external'", def->name,
                       m->file);
    if (m->snapshot == DISK_SNAPSHOT_EXTERNAL && !m->file)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "<memory snapshot='external'> of snapshot '%s' has no file=", def->name);
    if (m->file && *m->file != '/')
        return err_set(err, VIR_ERR_XML_ERROR,
                       "<memory> of snapshot '%s': the path '%s' does not begin with /", def->name, m->file);
    if (m->file && disk_only)
        return err_set(err, VIR_ERR_XML_ERROR, "snapshot '%s' is of disks only and cannot save memory",
                       def->name);
    if (m->file)
        m->snapshot = DISK_SNAPSHOT_EXTERNAL;
    else if (!m->snapshot)
        m->snapshot = running && !disk_only ? DISK_SNAPSHOT_INTERNAL : DISK_SNAPSHOT_NO;
    return 0;
}

/* /a/b.qcow2 → /a/b.NAME */
static int
make_file(struct snapshot_def *def, const struct domain_disk *disk, struct snapshot_disk *d, struct err *err)
{
    const char *base = disk->source && disk->type <= STORAGE_TYPE_FILE ? disk->source->src.file : NULL;
    if (d->type != STORAGE_TYPE_UNSET && d->type != STORAGE_TYPE_FILE)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "snapshot '%s': disk '%s' of type '%s' needs a <source>: a name can be "
                       "made up for files only",
                       def->name, d->name, storage_type_str(d->type));
    if (!base)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "snapshot '%s': disk '%s' is not a file, so its <disk> needs a "
                       "<source>",
                       def->name, d->name);
    const char *slash = strrchr(base, '/'), *dot = strrchr(base, '.');
    int n = dot && (!slash || dot > slash) ? (int)(dot - base) : (int)strlen(base);
    if (!d->source)
        d->source = model_new(def, struct disk_source);
    d->type = STORAGE_TYPE_FILE;
    d->source->src.file = model_printf(def, "%.*s.%s", n, base, def->name);
    return 0;
}

static int
complete_snapshot_disk(struct snapshot_def *def, const struct domain_disk *disk, struct snapshot_disk *d,
                       bool given, enum disk_snapshot usual, bool disk_only, struct err *err)
{
    const char *file = d->source ? d->source->src.file : NULL;
    if (file && *file != '/')
        return err_set(err, VIR_ERR_XML_ERROR,
                       "snapshot '%s': the path '%s' of disk '%s' does not begin with /", def->name, file,
                       d->name);
    if (file && d->snapshot && d->snapshot != DISK_SNAPSHOT_EXTERNAL)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "snapshot '%s': disk '%s' has the file '%s', which needs "
                       "snapshot='external'",
                       def->name, d->name, file);
    if (!d->snapshot)
        d->snapshot = file                                      ? DISK_SNAPSHOT_EXTERNAL
                      : disk->snapshot && (!given || disk_only) ? disk->snapshot
                      : !given && !is_written(disk)             ? DISK_SNAPSHOT_NO
                                                                : usual;
    if (given && usual == DISK_SNAPSHOT_INTERNAL && d->snapshot != usual &&
        d->snapshot != DISK_SNAPSHOT_MANUAL)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "snapshot '%s' is internal, so disk '%s' has to be so too", def->name, d->name);
    if (d->snapshot != DISK_SNAPSHOT_EXTERNAL) {
        d->type = STORAGE_TYPE_UNSET;
        d->source = NULL;
        return 0;
    }
    bool named = d->source && (d->source->src.file || d->source->src.dev || d->source->src.name);
    return named ? 0 : make_file(def, disk, d, err);
}

int
snapshot_complete(struct snapshot_def *def, const struct domain_def *domain, bool running, bool disk_only,
                  int64_t now, struct err *err)
{
    if (!def->name || !*def->name)
        def->name = model_printf(def, "%" G_GINT64_FORMAT, now);
    def->creation_time = now;
    def->has_creation_time = true;
    def->state = disk_only ? SNAPSHOT_STATE_DISK_SNAPSHOT
                 : running ? SNAPSHOT_STATE_RUNNING
                           : SNAPSHOT_STATE_SHUTOFF;
    def->parent = NULL;
    def->domain = def->inactive_domain = NULL;
    def->has_active = false;
    if (complete_memory(def, running, disk_only, err) < 0)
        return -1;
    enum disk_snapshot usual = disk_only || def->memory->snapshot == DISK_SNAPSHOT_EXTERNAL
                                   ? DISK_SNAPSHOT_EXTERNAL
                                   : DISK_SNAPSHOT_INTERNAL;
    /* What an internal one of a running guest is without its memory nobody could go back to. */
    if (running && usual == DISK_SNAPSHOT_INTERNAL)
        def->memory->snapshot = DISK_SNAPSHOT_INTERNAL;
    if (!running)
        def->memory->snapshot = def->memory->file ? def->memory->snapshot : DISK_SNAPSHOT_NO;
    g_autoptr(GHashTable) given = g_hash_table_new(g_direct_hash, g_direct_equal);
    for (uint32_t i = 0; i < def->n_disks; i++)
        g_hash_table_add(given, def->disks[i]);
    if (ALIGN(def, domain, def, snapshot_disk, VIR_FROM_DOMAIN_SNAPSHOT, "snapshot", err) < 0)
        return -1;
    for (uint32_t i = 0; i < def->n_disks; i++)
        if (complete_snapshot_disk(def, domain->disks[i], def->disks[i],
                                   g_hash_table_contains(given, def->disks[i]), usual, disk_only, err) < 0)
            return -1;
    return 0;
}

int
snapshot_realign(struct snapshot_def *def, const struct domain_def *domain, struct err *err)
{
    if (ALIGN(def, domain, def, snapshot_disk, VIR_FROM_DOMAIN_SNAPSHOT, "snapshot", err) < 0)
        return -1;
    for (uint32_t i = 0; i < def->n_disks; i++) {
        struct snapshot_disk *d = def->disks[i];
        const struct domain_disk *disk = domain->disks[i];
        if (!d->snapshot)
            d->snapshot = d->source ? DISK_SNAPSHOT_EXTERNAL : disk->snapshot ? disk->snapshot :
                is_written(disk) ? DISK_SNAPSHOT_INTERNAL : DISK_SNAPSHOT_NO;
    }
    return 0;
}

/* ---- checkpoints ---------------------------------------------------------------------------- */

/* "vda", or a path. */
static bool
names_disk(const char *name)
{
    return name && (*name == '/' || disk_target_index(name, NULL) >= 0);
}

int
checkpoint_check(const struct checkpoint_def *def, struct err *err)
{
    if (def->name && strpbrk(def->name, "/\n"))
        return err_set_from(err, VIR_FROM_XML, VIR_ERR_XML_INVALID_SCHEMA,
                            "<name> of a checkpoint is '%s': it must not contain '/' or a line break",
                            def->name);
    for (uint32_t i = 0; i < def->n_disks; i++) {
        const struct checkpoint_disk *d = def->disks[i];
        if (!names_disk(d->name))
            return err_set_from(err, VIR_FROM_XML, VIR_ERR_XML_INVALID_SCHEMA,
                                "name='%s' of a <disk> of the checkpoint is "
                                "neither the target of a disk, such as vda, nor a path",
                                d->name ? d->name : "");
        if (d->bitmap && d->checkpoint == CHECKPOINT_TYPE_NO)
            return err_set_from(
                err, VIR_FROM_XML, VIR_ERR_XML_INVALID_SCHEMA,
                "disk '%s' of the checkpoint has bitmap='%s', which checkpoint='no' rules out", d->name,
                d->bitmap);
    }
    return 0;
}

int
checkpoint_complete(struct checkpoint_def *def, const struct domain_def *domain, int64_t now, struct err *err)
{
    bool all = !def->n_disks;
    if (!def->name || !*def->name)
        def->name = model_printf(def, "%" G_GINT64_FORMAT, now);
    def->creation_time = now;
    def->has_creation_time = true;
    def->parent = NULL;
    def->domain = NULL;
    g_autoptr(GHashTable) given = g_hash_table_new(g_direct_hash, g_direct_equal);
    for (uint32_t i = 0; i < def->n_disks; i++)
        g_hash_table_add(given, def->disks[i]);
    if (ALIGN(def, domain, def, checkpoint_disk, VIR_FROM_DOMAIN_CHECKPOINT, "checkpoint", err) < 0)
        return -1;
    for (uint32_t i = 0; i < def->n_disks; i++) {
        struct checkpoint_disk *d = def->disks[i];
        bool named = g_hash_table_contains(given, d);
        d->has_size = false;
        if (named && d->checkpoint != CHECKPOINT_TYPE_NO && !is_written(domain->disks[i]))
            return err_set_from(err, VIR_FROM_DOMAIN_CHECKPOINT, VIR_ERR_CONFIG_UNSUPPORTED,
                                "checkpoint '%s': disk '%s' is empty or read-only, nothing in it changes",
                                def->name, d->name);
        if (!d->checkpoint || d->checkpoint == CHECKPOINT_TYPE_DEFAULT)
            d->checkpoint =
                named || (all && is_written(domain->disks[i])) ? CHECKPOINT_TYPE_BITMAP : CHECKPOINT_TYPE_NO;
        d->bitmap = d->checkpoint != CHECKPOINT_TYPE_BITMAP ? NULL : d->bitmap ? d->bitmap : def->name;
    }
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
        (*file)->file = d->incremental ? model_printf(def, "%s.%s", base, d->incremental) :
            model_printf(def, "%s.%" G_GINT64_FORMAT, base, now);
    }
    return 0;
}

#undef ERR_FROM
#define ERR_FROM VIR_FROM_DOMAIN
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
            d->backup =
                g_hash_table_contains(given, d) || (all && is_written(domain->disks[i])) ? TRI_YES : TRI_NO;
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
