/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-moment: see complete-moment.h.
 */
#include "model/complete-moment.h"

#include <glib.h>
#include <string.h>

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

bool
disk_is_written(const struct domain_disk *d)
{
    return disk_has_source(d) && !d->readonly;
}

int
moment_align(void *root, const struct domain_def *domain, void ***array, uint32_t *n,
             const struct model_table *t, size_t name_at, int from, const char *what, struct err *err)
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
