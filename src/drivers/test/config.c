/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * config: how much memory a guest has, what follows on its end, what applications note about it.
 *
 * Called by: clients.  Waits: for a turn.
 */
#include "drivers/test/guest.h"
#include "drivers/test/verbs.h"

#include "driver/metadata.h"
#include "model/devices.h"
#include "model/tune.h"

#include <string.h>

#define ERR_FROM VIR_FROM_TEST

#define AFFECT (VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_AFFECT_CONFIG)

/* ---- memory --------------------------------------------------------------------------------- */

struct memory { unsigned long kib; bool maximum; };

static int
edit_memory(struct domain_def *def, bool live, void *arg, struct err *err)
{
    const struct memory *m = arg;

    if (m->maximum) {
        if (live)
            return err_set(err, VIR_ERR_OPERATION_INVALID,
                           "the maximum memory of a running guest cannot change; change its definition");
        def_set_max_memory(def, m->kib);
        return 0;
    }
    if (m->kib > def_max_memory(def))
        return err_set(err, VIR_ERR_INVALID_ARG,
                       "%lu KiB are more than the maximum memory of guest '%s', %llu KiB", m->kib, def->name,
                       def_max_memory(def));
    def->current_memory = m->kib;
    return 0;
}

int
test_domain_set_memory_flags(struct drv_conn *conn, const struct domain_ref *dom, unsigned long kib,
                             unsigned int flags, struct err *err)
{
    struct memory memory = { kib, flags & VIR_DOMAIN_MEM_MAXIMUM };

    return test_edit_one(conn, dom, flags, AFFECT | VIR_DOMAIN_MEM_MAXIMUM, "virDomainSetMemoryFlags",
                         edit_memory, &memory, err);
}

int
test_domain_set_memory(struct drv_conn *conn, const struct domain_ref *dom, unsigned long kib,
                       struct err *err)
{
    return test_domain_set_memory_flags(conn, dom, kib, VIR_DOMAIN_AFFECT_LIVE, err);
}

int
test_domain_set_max_memory(struct drv_conn *conn, const struct domain_ref *dom, unsigned long kib,
                           struct err *err)
{
    return test_domain_set_memory_flags(conn, dom, kib, VIR_DOMAIN_MEM_MAXIMUM, err);
}

static int
edit_period(struct domain_def *def, bool live, void *arg, struct err *err)
{
    if (!def_has_balloon(def))
        return err_set(err, VIR_ERR_OPERATION_INVALID, "guest '%s' has no memory balloon that could report",
                       def->name);
    def->memballoon->stats_period = *(uint32_t *)arg;
    return 0;
}

int
test_domain_set_memory_stats_period(struct drv_conn *conn, const struct domain_ref *dom, int period,
                                    unsigned int flags, struct err *err)
{
    uint32_t value = (uint32_t)period;

    return test_edit_one(conn, dom, flags, AFFECT, "virDomainSetMemoryStatsPeriod", edit_period, &value, err);
}

/* ---- life-cycle actions --------------------------------------------------------------------- */

struct action { unsigned type, action; };

static int
edit_action(struct domain_def *def, bool live, void *arg, struct err *err)
{
    const struct action *a = arg;

    def_set_lifecycle_action(def, a->type, a->action);
    return 0;
}

int
test_domain_set_lifecycle_action(struct drv_conn *conn, const struct domain_ref *dom, unsigned int type,
                                 unsigned int action, unsigned int flags, struct err *err)
{
    struct action a = { type, action };

    if (flags_check(flags, AFFECT, "virDomainSetLifecycleAction", err) < 0 ||
        lifecycle_action_check(type, action, err) < 0)
        return -1;
    return test_edit(conn, dom, flags, AFFECT, "virDomainSetLifecycleAction", edit_action, &a, err);
}

/* ---- metadata ------------------------------------------------------------------------------- */

int
test_domain_get_metadata(struct drv_conn *conn, const struct domain_ref *dom, int type, const char *uri,
                         unsigned int flags, char **result, struct err *err)
{
    VIEW_AUTO view = NULL;
    const struct domain_def *def;

    if (flags_check(flags, AFFECT, "virDomainGetMetadata", err) < 0 || !(view = domain_view(conn, dom, err)))
        return -1;
    if (type < VIR_DOMAIN_METADATA_DESCRIPTION || type > VIR_DOMAIN_METADATA_ELEMENT)
        return err_set_from(err, VIR_FROM_DOMAIN, VIR_ERR_INVALID_ARG, "there is no metadata of type %d",
                            type);
    if (!(def = domain_one_def(view, flags, err)))
        return -1;
    *result = domain_metadata_get(def, type, uri, err);
    return *result ? 0 : -1;
}

struct note { int type; const char *text, *key, *uri; };

static int
edit_metadata(struct domain_def *def, bool live, void *arg, struct err *err)
{
    const struct note *n = arg;

    return domain_metadata_set(def, n->type, n->text, n->key, n->uri, err);
}

int
test_domain_set_metadata(struct drv_conn *conn, const struct domain_ref *dom, int type, const char *metadata,
                         const char *key, const char *uri, unsigned int flags, struct err *err)
{
    struct note note = { type, metadata, key, uri };
    TURN_AUTO turn = NULL;

    if (flags_check(flags, AFFECT, "virDomainSetMetadata", err) < 0 ||
        domain_turn(conn, dom, TURN_MODIFY, TURN_ANY, "virDomainSetMetadata", &turn, err) < 0 ||
        test_edit_turn(turn, flags, edit_metadata, &note, err) < 0)
        return -1;
    turn_emit(turn, domain_metadata_event(turn_view(turn), type, uri));
    return 0;
}
