/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * rules: see rules.h.
 */
#include "lib/rules.h"

#include <errno.h>
#include <sys/stat.h>

static bool
must_be_null(struct entry *e, const char *name, const void *value)
{
    return entry_that(e, value == NULL, name, "must be NULL for metadata of this type");
}

bool
rule_set_metadata(struct entry *e, int type, const char *metadata, const char *key, const char *uri)
{
    switch (type) {
    case VIR_DOMAIN_METADATA_TITLE:
        if (!entry_that(e, !metadata || !strchr(metadata, '\n'), "metadata",
                        "must be one line: a title has no more"))
            return false;
        return must_be_null(e, "uri", uri) && must_be_null(e, "key", key);
    case VIR_DOMAIN_METADATA_DESCRIPTION:
        return must_be_null(e, "uri", uri) && must_be_null(e, "key", key);
    case VIR_DOMAIN_METADATA_ELEMENT:
        return entry_nonnull(e, "uri", uri) && (!metadata || entry_nonnull(e, "key", key));
    default:
        return true; /* the driver's to refuse */
    }
}

bool
rule_get_metadata(struct entry *e, int type, const char *uri)
{
    switch (type) {
    case VIR_DOMAIN_METADATA_TITLE:
    case VIR_DOMAIN_METADATA_DESCRIPTION:
        return must_be_null(e, "uri", uri);
    case VIR_DOMAIN_METADATA_ELEMENT:
        return entry_nonnull(e, "uri", uri);
    default:
        return true;
    }
}

/* All CPUs together (-1), as many parameters as there is room for, or nothing but numbers. */
bool
rule_cpu_stats(struct entry *e, const void *params, unsigned int nparams, int start_cpu, unsigned int ncpus)
{
    if (!entry_that(e, start_cpu >= -1, "start_cpu", "must be a CPU, or -1 for all together") ||
        !entry_that(e, start_cpu != -1 || ncpus == 1, "ncpus",
                    "must be 1 when all CPUs are asked for together") ||
        !entry_that(e, (params == NULL) == (nparams == 0), "params", "and nparams must be given together"))
        return false;
    if (ncpus == 0)
        return entry_that(e, start_cpu == 0 && !params, "ncpus",
                          "may be 0 only to ask for the number of CPUs");
    return true;
}

/* 0 is a difference, or what a volume may shrink to. */
bool
rule_vol_resize(struct entry *e, unsigned long long capacity, unsigned int flags)
{
    return entry_that(e, capacity || flags & (VIR_STORAGE_VOL_RESIZE_DELTA | VIR_STORAGE_VOL_RESIZE_SHRINK),
                      "capacity", "must not be zero");
}

bool
rule_socket(struct entry *e, int fd)
{
    struct stat st;

    if (fstat(fd, &st) < 0) {
        err_set_from(&e->err, e->domain, VIR_ERR_SYSTEM_ERROR, "%s: cannot look at descriptor %d: %s",
                     e->name, fd, g_strerror(errno));
        return false;
    }
    return entry_that(e, S_ISSOCK(st.st_mode), "fd", "must be a socket");
}
