/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-volume: storage volumes; see complete-host.h.
 */
#include "model/complete-host.h"

#include "model/complete-parts.h"
#include "model/complete-storage.h"
#include "model/read-fault.h"

#include <string.h>

#define ERR_FROM VIR_FROM_STORAGE

static const char files[] =
    "|raw|dir|bochs|cloop|dmg|iso|vpc|vdi|fat|vhd|ploop|cow|qcow|qcow2|qed|vmdk|";
static const char partitions[] = "|none|linux|fat16|fat32|linux-swap|linux-lvm|linux-raid|extended|";

/* "|first|second|": the formats that volumes of a pool can have, the first is the default. */
static const char *
formats_of(enum pool_type pool)
{
    switch (pool) {
    case POOL_TYPE_DIR: case POOL_TYPE_FS: case POOL_TYPE_NETFS: case POOL_TYPE_RBD: case POOL_TYPE_GLUSTER:
    case POOL_TYPE_VSTORAGE:
        return files;
    case POOL_TYPE_DISK:
        return partitions;
    default:
        return NULL;
    }
}

static int
complete_format(const struct storage_vol_def *def, enum pool_type pool, const char **format, struct err *err)
{
    const char *formats = formats_of(pool);
    if (!formats) {
        *format = NULL;
        return 0;
    }
    if (!*format) {
        *format = model_strn(def, formats + 1, strchr(formats + 1, '|') - formats - 1);
        return 0;
    }
    g_autofree char *word = g_strdup_printf("|%s|", *format);
    if (!strchr(*format, '|') && strstr(formats, word))
        return 0;
    return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                   "volume '%s': '%s' is no format of volumes in this pool; it can be one of "
                   "%s",
                   def->name, *format, formats);
}

/* "1.1": digits, a dot, digits. */
static bool
is_version(const char *s)
{
    size_t a = strspn(s, "0123456789");
    size_t b = s[a] == '.' ? strspn(s + a + 1, "0123456789") : 0;
    return a && b && !s[a + 1 + b];
}

static int
complete_target(struct storage_vol_def *def, enum pool_type pool, const char *where, struct err *err)
{
    struct volume_target *t = def->target;
    t->path = NULL;
    t->timestamps = NULL;
    if (t->encryption && t->encryption->format == ENCRYPTION_FORMAT_LUKS_ANY)
        return err_set(err, VIR_ERR_CONFIG_UNSUPPORTED,
                       "%s: a new volume is encrypted with luks or luks2, not luks-any", where);
    if (complete_format(def, pool, &t->format, err) < 0 ||
        storage_permissions_complete(def->name, t->permissions, err) < 0 ||
        encryption_complete(t->encryption, where, err) < 0)
        return -1;
    if (t->compat && !is_version(t->compat))
        return err_set(err, VIR_ERR_XML_ERROR, "%s: <compat>%s</compat> is not a version such as 1.1", where,
                       t->compat);
    if (t->has_features && !t->compat)
        t->compat = "1.1";
    return 0;
}

int
storage_vol_complete(struct storage_vol_def *def, enum pool_type pool, struct err *err)
{
    struct volume_backing_store *b = def->backing_store;
    if (!def->name || !*def->name)
        return err_set(err, VIR_ERR_XML_ERROR, "the volume document has no <name>");
    g_autofree char *where = g_strdup_printf("volume '%s'", def->name);
    if (fault_in(def, "@type", err) < 0)
        return -1;
    if (!def->type)
        def->type = VOLUME_TYPE_FILE;
    /* what the storage says, not the user */
    def->key = NULL;
    def->physical = 0;
    def->source = NULL;
    if (b && !b->path)
        def->backing_store = b = NULL;
    if (b) {
        b->timestamps = NULL;
        if (complete_format(def, pool, &b->format, err) < 0 ||
            storage_permissions_complete(def->name, b->permissions, err) < 0)
            return -1;
    }
    if (fault_in(def, "capacity", err) < 0)
        return -1;
    /* also of one with a backing store, from which nothing is learnt here */
    if (!def->has_capacity)
        return err_set(err, VIR_ERR_XML_ERROR, "%s has no <capacity>", where);
    if (fault_in(def, "allocation", err) < 0)
        return -1;
    if (!def->has_allocation) {
        def->allocation = def->capacity;
        def->has_allocation = def->has_capacity;
    }
    if (!def->target)
        def->target = model_new(def, struct volume_target);
    return complete_target(def, pool, where, err);
}
