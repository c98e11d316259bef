/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * network-change: parts of a network's definitions, changed by themselves.
 *
 * Called by: clients; nothing waits.
 */
#include "drivers/test/objects.h"

#include "driver/metadata.h"
#include "driver/network-update.h"

#include <string.h>

#define ERR_FROM VIR_FROM_TEST
#define AFFECT (VIR_NETWORK_UPDATE_AFFECT_LIVE | VIR_NETWORK_UPDATE_AFFECT_CONFIG)

/* LIVE and CONFIG, or what is CURRENT. */
static int
affect(const struct object_view *view, unsigned *flags, struct err *err)
{
    bool active = object_is_active(view);

    if (!(*flags & AFFECT))
        *flags |= active ? VIR_NETWORK_UPDATE_AFFECT_LIVE : VIR_NETWORK_UPDATE_AFFECT_CONFIG;
    if (*flags & VIR_NETWORK_UPDATE_AFFECT_LIVE && !active)
        return err_set_from(err, VIR_FROM_NETWORK, VIR_ERR_OPERATION_INVALID, "network '%s' is not active",
                            view->name);
    if (*flags & VIR_NETWORK_UPDATE_AFFECT_CONFIG && !object_is_persistent(view))
        return err_set_from(err, VIR_FROM_NETWORK, VIR_ERR_OPERATION_INVALID,
                            "network '%s' is transient and has no persistent definition to change",
                            view->name);
    return 0;
}

/* Edits copies of the definitions that flags ask for, and publishes them if all went well. */
typedef int (*edit_fn)(struct network_def *def, const void *arg, struct err *err);

static int
change(struct object *network, unsigned flags, edit_fn edit, const void *arg, struct err *err)
{
    NETWORK_DEF_AUTO live = NULL;
    NETWORK_DEF_AUTO config = NULL;
    struct object_facts facts = object_facts(network);

    if (affect(object_now(network), &flags, err) < 0)
        return -1;
    if (flags & VIR_NETWORK_UPDATE_AFFECT_LIVE) {
        facts.live = live = network_def_copy(facts.live);
        if (edit(live, arg, err) < 0)
            return -1;
    }
    if (flags & VIR_NETWORK_UPDATE_AFFECT_CONFIG) {
        facts.config = config = network_def_copy(facts.config);
        if (edit(config, arg, err) < 0)
            return -1;
    }
    object_publish(network, &facts);
    return 0;
}

/* ---- sections ------------------------------------------------------------------------------- */

struct section_change { unsigned command, section; int parent; const char *xml; };

static int
edit_section(struct network_def *def, const void *arg, struct err *err)
{
    const struct section_change *c = arg;

    return network_update(def, c->command, c->section, c->parent, c->xml, err);
}

int
test_network_update(struct drv_conn *conn, const struct network_ref *net, unsigned int command,
                    unsigned int section, int parentIndex, const char *xml, unsigned int flags,
                    struct err *err)
{
    const struct section_change what = { command, section, parentIndex, xml };
    OBJECT_AUTO network = NULL;

    if (flags_check(flags, AFFECT, "virNetworkUpdate", err) < 0 ||
        !(network = object_hold(test_objects(conn)->networks, NULL, net->uuid, err)))
        return -1;
    return change(network, flags, edit_section, &what, err);
}

/* ---- metadata ------------------------------------------------------------------------------- */

_Static_assert((int)VIR_NETWORK_METADATA_ELEMENT == (int)VIR_DOMAIN_METADATA_ELEMENT,
               "metadata.h knows those of guests");

static struct metadata
of_network(struct network_def *def)
{
    return (struct metadata){
        .root = def,
        .title = &def->title,
        .description = &def->description,
        .element = &def->metadata,
        .what = "network",
        .name = def->name,
        .err_from = VIR_FROM_NETWORK,
        .err_missing = VIR_ERR_NO_NETWORK_METADATA,
    };
}

int
test_network_get_metadata(struct drv_conn *conn, const struct network_ref *net, int type, const char *uri,
                          unsigned int flags, char **result, struct err *err)
{
    OBJECT_VIEW_AUTO view = NULL;
    struct metadata in;

    if (flags_check(flags, AFFECT, "virNetworkGetMetadata", err) < 0 ||
        !(view = object_by_uuid(test_objects(conn)->networks, net->uuid, err)) ||
        affect(view, &flags, err) < 0)
        return -1;
    in = of_network(
        (struct network_def *)(flags & VIR_NETWORK_UPDATE_AFFECT_LIVE ? view->is.live : view->is.config));
    *result = metadata_get(&in, type, uri, err);
    return *result ? 0 : -1;
}

struct metadata_change { int type; const char *text, *key, *uri; };

static int
edit_metadata(struct network_def *def, const void *arg, struct err *err)
{
    const struct metadata_change *c = arg;
    const struct metadata in = of_network(def);

    return metadata_set(&in, c->type, c->text, c->key, c->uri, err);
}

int
test_network_set_metadata(struct drv_conn *conn, const struct network_ref *net, int type,
                          const char *metadata, const char *key, const char *uri, unsigned int flags,
                          struct err *err)
{
    const struct metadata_change what = { type, metadata, key, uri };
    OBJECT_AUTO network = NULL;
    struct event *ev;

    if (flags_check(flags, AFFECT, "virNetworkSetMetadata", err) < 0 ||
        !(network = object_hold(test_objects(conn)->networks, NULL, net->uuid, err)) ||
        change(network, flags, edit_metadata, &what, err) < 0)
        return -1;
    ev = event_new(EVENT_NETWORK, VIR_NETWORK_EVENT_ID_METADATA_CHANGE);
    ev->about.network.name = g_strdup(net->name);
    memcpy(ev->about.network.uuid, net->uuid, UUID_LEN);
    ev->u.metadata_change.type = type;
    ev->u.metadata_change.nsuri = type == VIR_NETWORK_METADATA_ELEMENT ? g_strdup(uri) : NULL;
    event_hub_emit(test_objects(conn)->hub, ev);
    return 0;
}
