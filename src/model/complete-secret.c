/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * complete-secret: secrets; see complete-host.h.
 */
#include "model/complete-host.h"

#include "base/uuid.h"
#include "model/read-fault.h"

#include <string.h>

#define ERR_FROM VIR_FROM_SECRET

/* What says which secret it is, by the type of its use. */
static const char *
used_by(const struct secret_usage_def *u)
{
    switch (u->type) {
    case SECRET_USAGE_VOLUME: return u->volume;
    case SECRET_USAGE_ISCSI: return u->target;
    case SECRET_USAGE_CEPH: case SECRET_USAGE_TLS: case SECRET_USAGE_VTPM: return u->name;
    default: return "";
    }
}

int
secret_complete(struct secret_def *def, struct err *err)
{
    if (fault_in(def, "@ephemeral @private uuid", err) < 0 || fault_in(def->usage, NULL, err) < 0)
        return -1;
    if (def->usage && (def->usage->type == SECRET_USAGE_NONE || !def->usage->type))
        def->usage = NULL;
    if (def->usage && !used_by(def->usage))
        return err_set(err, VIR_ERR_INTERNAL_ERROR,
                       "<usage type='%s'> of a secret has no <%s>, which says what it is for",
                       secret_usage_str(def->usage->type),
                       def->usage->type == SECRET_USAGE_VOLUME  ? "volume"
                       : def->usage->type == SECRET_USAGE_ISCSI ? "target"
                                                                : "name");
    if (!def->ephemeral)
        def->ephemeral = TRI_NO;
    if (!def->private_)
        def->private_ = TRI_NO;
    if (!def->has_uuid) {
        uuid_generate(def->uuid);
        def->has_uuid = true;
    }
    return 0;
}
