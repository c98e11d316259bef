/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-snapshot: snapshots of a guest; see complete-host.h.  Disks that a document does not name are
 * added with what they get.
 */
#include "model/complete-moment.h"
#include "model/read-order.h"

#include <glib.h>
#include <string.h>

#define ERR_FROM VIR_FROM_DOMAIN_SNAPSHOT

/* ---- snapshots: what a document says ---------------------------------------------------------- */

static bool
is_off(const struct snapshot_def *def)
{
    return def->state == SNAPSHOT_STATE_SHUTOFF || def->state == SNAPSHOT_STATE_DISK_SNAPSHOT;
}

/* A word that other documents know. */
static int
check_mode(enum disk_snapshot mode, struct err *err)
{
    return mode != DISK_SNAPSHOT_DEFAULT
               ? 0
               : err_set_from(err, VIR_FROM_XML, VIR_ERR_XML_ERROR,
                              "snapshot='default' in the document of a snapshot means nothing; leave it out");
}

static int
check_memory(const struct snapshot_memory *m, struct err *err)
{
    if (fault_in(m, "@snapshot", err) < 0 || check_mode(m->snapshot, err) < 0)
        return -1;
    if (m->file && m->snapshot && m->snapshot != DISK_SNAPSHOT_EXTERNAL)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "<memory> of the snapshot has file='%s', which needs snapshot='external'", m->file);
    if (m->snapshot == DISK_SNAPSHOT_MANUAL)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "<memory> of the snapshot cannot have snapshot='manual', only 'no', 'internal' or "
                       "'external'");
    if (m->snapshot == DISK_SNAPSHOT_EXTERNAL && !m->file)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "<memory snapshot='external'> of the snapshot has no file= to save it in");
    if (m->file && *m->file != '/')
        return err_set(err, VIR_ERR_XML_ERROR,
                       "<memory> of the snapshot: the path '%s' does not begin with /", m->file);
    return 0;
}

/* Where the new image is said to be, or NULL. */
static const char *
path_of(const struct snapshot_disk *d)
{
    if (!d->source)
        return NULL;
    return d->type <= STORAGE_TYPE_FILE      ? d->source->src.file
           : d->type == STORAGE_TYPE_BLOCK   ? d->source->src.dev
           : d->type == STORAGE_TYPE_NETWORK ? d->source->src.name
                                             : NULL;
}

static int
check_disk(const struct snapshot_def *def, struct snapshot_disk *d, struct err *err)
{
    const char *path;

    if (!d->name)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "a <disk> of the snapshot has no name=");
    if (fault_in(d, "@snapshot @type", err) < 0)
        return -1;
    if (check_mode(d->snapshot, err) < 0)
        return -1;
    if (d->type == STORAGE_TYPE_DIR || d->type == STORAGE_TYPE_VOLUME)
        return err_set(err, VIR_ERR_XML_ERROR, "disk '%s' of the snapshot cannot be of type='%s'", d->name,
                       storage_type_str(d->type));
    if (d->source && check_image(d->name, d->type, &d->source->src, err) < 0)
        return -1;
    if (fault_in(d->source, NULL, err) < 0 || fault_in(d, "driver", err) < 0)
        return -1;
    if (d->driver && !d->driver->type)
        d->driver = NULL;
    path = path_of(d);
    if (path && !*path)
        path = NULL;
    if (!path)
        d->source = NULL;
    if (!d->snapshot && (path || d->driver))
        d->snapshot = DISK_SNAPSHOT_EXTERNAL;
    if (path && d->type <= STORAGE_TYPE_BLOCK && *path != '/')
        return err_set(err, VIR_ERR_XML_ERROR,
                       "the path '%s' of disk '%s' of the snapshot does not begin with /", path, d->name);
    if (path)
        storage_complete_hosts(def, &d->source->src);
    return 0;
}

static int
check_parts(struct snapshot_def *def, bool active, bool disk_only, struct err *err)
{
    struct snapshot_memory *m = def->memory;

    if (!m)
        m = def->memory = model_new(def, struct snapshot_memory);
    if (check_memory(m, err) < 0)
        return -1;
    if (m->file && !m->snapshot)
        m->snapshot = DISK_SNAPSHOT_EXTERNAL;
    if (!m->snapshot)
        m->snapshot = active && !disk_only ? DISK_SNAPSHOT_INTERNAL : DISK_SNAPSHOT_NO;
    if (m->snapshot != DISK_SNAPSHOT_NO && disk_only)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "the snapshot is of a guest that is off or of disks only: its memory cannot be saved");
    for (uint32_t i = 0; i < def->n_disks; i++)
        if (check_disk(def, def->disks[i], err) < 0)
            return -1;
    return 0;
}

int
snapshot_read_check(struct snapshot_def *def, bool running, bool disk_only, struct err *err)
{
    return check_parts(def, running, disk_only, err);
}

int
snapshot_redefine_check(struct snapshot_def *def, struct err *err)
{
    if (!def->name || !*def->name)
        return err_set(err, VIR_ERR_XML_ERROR, "the snapshot to redefine has no <name>");
    if (!def->has_creation_time)
        return err_set(err, VIR_ERR_INTERNAL_ERROR,
                       "snapshot '%s' has no <creationTime>, without which it cannot be redefined",
                       def->name);
    if (def->state == SNAPSHOT_STATE_NOSTATE)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED, "snapshot '%s': 'nostate' is no <state> of a guest",
                       def->name);
    if (!def->state)
        return err_set(err, VIR_ERR_XML_ERROR,
                       "snapshot '%s' has no <state>, without which it cannot be redefined", def->name);
    if (fault_in_guest(def->domain, err) < 0 || fault_in_guest(def->inactive_domain, err) < 0)
        return -1;
    return check_parts(def, !is_off(def), is_off(def), err);
}

/* ---- snapshots: what the disks of the guest get -------------------------------------------- */

/* What a disk of the guest is meant to get, whatever the snapshot; unset: what is usual. */
static enum disk_snapshot
own_mode(const struct domain_disk *disk)
{
    return disk->snapshot > DISK_SNAPSHOT_DEFAULT ? disk->snapshot
           : disk_is_written(disk)                ? DISK_SNAPSHOT_UNSET
                                                  : DISK_SNAPSHOT_NO;
}

/* /a/b.qcow2 → /a/b.NAME, if that is a file: beside a device nobody wants one. */
static int
make_file(struct snapshot_def *def, const struct domain_disk *disk, struct snapshot_disk *d,
          is_file_fn is_file, struct err *err)
{
    const char *base = disk->source && disk->type <= STORAGE_TYPE_FILE ? disk->source->src.file : NULL;

    if (d->type > STORAGE_TYPE_FILE)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "snapshot '%s': disk '%s' of type '%s' needs a <source>: a name can be "
                       "made up for files only",
                       def->name, d->name, storage_type_str(d->type));
    if (!base)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "snapshot '%s': disk '%s' is not a file, so its <disk> needs a "
                       "<source>",
                       def->name, d->name);
    if (!is_file(base))
        return err_set(
            err, VIR_ERR_CONFIG_UNSUPPORTED,
            "snapshot '%s': '%s' of disk '%s' is not a regular file, so its <disk> needs a <source>",
            def->name, base, d->name);
    const char *slash = strrchr(base, '/'), *dot = strrchr(base, '.');
    int n = dot && (!slash || dot > slash) ? (int)(dot - base) : (int)strlen(base);
    d->source = model_new(def, struct disk_source);
    d->type = STORAGE_TYPE_FILE;
    d->source->src.file = model_printf(def, "%.*s.%s", n, base, def->name);
    for (uint32_t i = 0; i < def->n_disks; i++)
        if (def->disks[i] != d && !g_strcmp0(path_of(def->disks[i]), d->source->src.file))
            return err_set(
                err, VIR_ERR_CONFIG_UNSUPPORTED,
                "snapshot '%s': disk '%s' and '%s' would both be written to '%s'; give them a <source>",
                def->name, def->disks[i]->name, d->name, d->source->src.file);
    return 0;
}

/* A disk that the document names gets what it says, or what is usual; one that it does not name what the
 * guest says of it first.  strict: an internal snapshot is one of all disks. */
static int
choose_mode(const struct snapshot_def *def, const struct domain_disk *disk, struct snapshot_disk *d,
            bool given, enum disk_snapshot usual, bool strict, struct err *err)
{
    enum disk_snapshot own = own_mode(disk);

    if (!d->snapshot || d->snapshot == DISK_SNAPSHOT_DEFAULT)
        d->snapshot = own && (!given || !strict || own == DISK_SNAPSHOT_NO) ? own : usual;
    else if (strict && d->snapshot != usual && !(d->snapshot == DISK_SNAPSHOT_NO && own == DISK_SNAPSHOT_NO))
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "snapshot '%s' is internal, so disk '%s' has to be so too", def->name, d->name);
    return 0;
}

/* Found when all disks have been read. */
static int
check_places(const struct snapshot_def *def, struct err *err)
{
    for (uint32_t i = 0; i < def->n_disks; i++) {
        const struct snapshot_disk *d = def->disks[i];
        const char *path = path_of(d);
        if (path && d->snapshot != DISK_SNAPSHOT_EXTERNAL)
            return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                           "disk '%s' of the snapshot goes to '%s', which needs snapshot='external'", d->name,
                           path);
    }
    return 0;
}

static int
align_disks(struct snapshot_def *def, const struct domain_def *domain, enum disk_snapshot usual,
            is_file_fn is_file, struct err *err)
{
    bool strict = usual == DISK_SNAPSHOT_INTERNAL;
    g_autoptr(GHashTable) given = g_hash_table_new(g_direct_hash, g_direct_equal);

    for (uint32_t i = 0; i < def->n_disks; i++)
        g_hash_table_add(given, def->disks[i]);
    if (check_places(def, err) < 0 ||
        ALIGN(def, domain, def, snapshot_disk, VIR_FROM_DOMAIN_SNAPSHOT, "snapshot", err) < 0)
        return -1;
    for (uint32_t i = 0; i < def->n_disks; i++)
        if (choose_mode(def, domain->disks[i], def->disks[i], g_hash_table_contains(given, def->disks[i]),
                        usual, strict, err) < 0)
            return -1;
    for (uint32_t i = 0; i < def->n_disks; i++) {
        struct snapshot_disk *d = def->disks[i];
        if (d->snapshot == DISK_SNAPSHOT_EXTERNAL && !path_of(d) &&
            make_file(def, domain->disks[i], d, is_file, err) < 0)
            return -1;
        d->type = !d->source && !d->driver ? STORAGE_TYPE_UNSET : d->type ? d->type : STORAGE_TYPE_FILE;
    }
    return 0;
}

int
snapshot_complete(struct snapshot_def *def, const struct domain_def *domain, bool running, bool disk_only,
                  int64_t now, is_file_fn is_file, struct err *err)
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
    enum disk_snapshot usual = disk_only || def->memory->snapshot == DISK_SNAPSHOT_EXTERNAL
                                   ? DISK_SNAPSHOT_EXTERNAL
                                   : DISK_SNAPSHOT_INTERNAL;
    /* What an internal one of a running guest is without its memory nobody could go back to. */
    if (running && usual == DISK_SNAPSHOT_INTERNAL)
        def->memory->snapshot = DISK_SNAPSHOT_INTERNAL;
    if (!running)
        def->memory->snapshot = def->memory->file ? def->memory->snapshot : DISK_SNAPSHOT_NO;
    return align_disks(def, domain, usual, is_file, err);
}

int
snapshot_realign(struct snapshot_def *def, const struct domain_def *domain, is_file_fn is_file,
                 struct err *err)
{
    bool external =
        def->state == SNAPSHOT_STATE_DISK_SNAPSHOT || def->memory->snapshot == DISK_SNAPSHOT_EXTERNAL;

    for (uint32_t i = 0; i < def->n_disks; i++)
        external |= def->disks[i]->snapshot == DISK_SNAPSHOT_EXTERNAL;
    if (!def->creation_time)
        def->has_creation_time = false;         /* given, as it has to be, but not told */
    return align_disks(def, domain, external ? DISK_SNAPSHOT_EXTERNAL : DISK_SNAPSHOT_INTERNAL, is_file,
                       err);
}
