/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * metadata: title, description and what applications note in a definition.
 *
 * Called by: clients; reading on the I/O thread.  Setting waits for the disk.
 */
#include "drivers/qemu/verbs.h"

#include "driver/metadata.h"

#define ERR_FROM VIR_FROM_QEMU

int
qemu_domain_get_metadata(struct drv_conn *conn, const struct domain_ref *dom, int type, const char *uri,
                         unsigned int flags, char **result, struct err *err)
{
    VIEW_AUTO view = NULL;
    const struct domain_def *def;

    if (flags_check(flags, VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_AFFECT_CONFIG, "virDomainGetMetadata", err) <
            0 ||
        !(view = domain_view(conn, dom, err)) || !(def = domain_one_def(view, flags, err)))
        return -1;
    *result = domain_metadata_get(def, type, uri, err);
    return *result ? 0 : -1;
}

int
qemu_domain_set_metadata(struct drv_conn *conn, const struct domain_ref *dom, int type, const char *metadata,
                         const char *key, const char *uri, unsigned int flags, struct err *err)
{
    TURN_AUTO turn = NULL;
    struct affect affect;
    struct domain_def *def;

    if (flags_check(flags, VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_AFFECT_CONFIG, "virDomainSetMetadata", err) <
        0)
        return -1;
    if (type < VIR_DOMAIN_METADATA_DESCRIPTION || type > VIR_DOMAIN_METADATA_ELEMENT)
        return err_set(err, VIR_ERR_INVALID_ARG, "there is no metadata of type %d", type);
    if (type == VIR_DOMAIN_METADATA_TITLE && metadata && strchr(metadata, '\n'))
        return err_set(err, VIR_ERR_INVALID_ARG, "a title has to be a single line");
    if (domain_turn(conn, dom, TURN_MODIFY, TURN_ANY, "virDomainSetMetadata", &turn, err) < 0 ||
        domain_affect(turn_view(turn), flags, &affect, err) < 0)
        return -1;
    if (affect.live) {
        def = domain_def_copy(turn_live_def(turn));
        if (domain_metadata_set(def, type, metadata, key, uri, err) < 0) {
            domain_def_unref(def);
            return -1;
        }
        if (guest_save_live(turn, def, err) < 0)
            return -1;
    }
    if (affect.config) {
        def = domain_def_copy(turn_config_def(turn));
        if (domain_metadata_set(def, type, metadata, key, uri, err) < 0) {
            domain_def_unref(def);
            return -1;
        }
        if (guest_save_config(turn, def, err) < 0)
            return -1;
    }
    turn_emit(turn, domain_metadata_event(turn_view(turn), type, uri));
    return 0;
}
