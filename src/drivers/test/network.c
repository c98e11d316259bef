/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * network: networks that carry nothing.
 *
 * What a network is started with becomes its definition when it stops, also if it was defined anew
 * meanwhile: the test driver of every implementation shows that.
 * Called by: clients; nothing waits.
 */
#include "drivers/test/objects.h"

#include <string.h>

#define ERR_FROM VIR_FROM_TEST

static const struct object_view *
network_view(struct drv_conn *conn, const struct network_ref *net, struct err *err)
{
    return object_by_uuid(test_objects(conn)->networks, net->uuid, err);
}

static struct object *
network_hold(struct drv_conn *conn, const struct network_ref *net, struct err *err)
{
    return object_hold(test_objects(conn)->networks, NULL, net->uuid, err);
}

static void
to_ref(const struct object_view *view, struct network_ref *ref)
{
    ref->name = g_strdup(view->name);
    memcpy(ref->uuid, view->uuid, UUID_LEN);
}

static void
emit(struct test_objects *objects, const struct object_view *view, int type)
{
    struct event *ev = event_new(EVENT_NETWORK, VIR_NETWORK_EVENT_ID_LIFECYCLE);

    to_ref(view, &ev->about.network);
    ev->u.lifecycle.event = type;
    event_hub_emit(objects->hub, ev);
}

/* ---- look-ups and lists --------------------------------------------------------------------- */

int
test_network_lookup_by_name(struct drv_conn *conn, const char *name, struct network_ref *result,
                            struct err *err)
{
    OBJECT_VIEW_AUTO view = object_by_name(test_objects(conn)->networks, name, err);

    return view ? (to_ref(view, result), 0) : -1;
}

int
test_network_lookup_by_uuid(struct drv_conn *conn, const unsigned char *uuid, struct network_ref *result,
                            struct err *err)
{
    OBJECT_VIEW_AUTO view = object_by_uuid(test_objects(conn)->networks, uuid, err);

    return view ? (to_ref(view, result), 0) : -1;
}

int
test_connect_num_of_networks(struct drv_conn *conn, struct err *err)
{
    return object_count(test_objects(conn)->networks, true);
}

int
test_connect_num_of_defined_networks(struct drv_conn *conn, struct err *err)
{
    return object_count(test_objects(conn)->networks, false);
}

int
test_connect_list_networks(struct drv_conn *conn, char **const names, int maxnames, struct err *err)
{
    return object_names(test_objects(conn)->networks, true, names, maxnames);
}

int
test_connect_list_defined_networks(struct drv_conn *conn, char **const names, int maxnames, struct err *err)
{
    return object_names(test_objects(conn)->networks, false, names, maxnames);
}

static bool
matches(const struct object_view *view, const void *flags)
{
    return object_matches_list_flags(view, *(const unsigned *)flags);
}

int
test_connect_list_all_networks(struct drv_conn *conn, struct network_ref_list *nets, unsigned int flags,
                               struct err *err)
{
    OBJECT_LIST_AUTO list = { 0 };

    if (flags_check(flags, 0x3f /* state, persistence, autostart */, "virConnectListAllNetworks", err) < 0)
        return -1;
    object_list(test_objects(conn)->networks, matches, &flags, &list);
    if (nets) {
        nets->items = g_new0(struct network_ref, list.n);
        for (; nets->n < list.n; nets->n++)
            to_ref(list.items[nets->n], &nets->items[nets->n]);
    }
    return (int)list.n;
}

/* ---- lives ---------------------------------------------------------------------------------- */

static struct network_def *
read_def(const char *xml, unsigned flags, struct err *err)
{
    NETWORK_DEF_AUTO def = NULL;
    unsigned how = flags & VIR_NETWORK_DEFINE_VALIDATE ? MODEL_PARSE_STRICT : 0;

    if (network_def_parse(xml, strlen(xml), how, &def, err) < 0 || network_complete(def, err) < 0)
        return NULL;
    def->dnsmasq_options = NULL; /* what only a real server would be told */
    return network_def_copy(def);
}

/* Defines (starts, if asked) what xml says. */
static int
take_in(struct test_objects *objects, const char *xml, unsigned flags, bool start, struct network_ref *result,
        struct err *err)
{
    NETWORK_DEF_AUTO def = read_def(xml, flags, err);
    OBJECT_AUTO network = NULL;
    struct object_facts facts;

    if (!def || !(network = object_claim(objects->networks, def->name, def->uuid, start, err)))
        return -1;
    facts = object_facts(network);
    *(start ? &facts.live : &facts.config) = def;
    object_publish(network, &facts);
    emit(objects, object_now(network), start ? VIR_NETWORK_EVENT_STARTED : VIR_NETWORK_EVENT_DEFINED);
    if (result)
        to_ref(object_now(network), result);
    return 0;
}

int
test_network_define_xml_flags(struct drv_conn *conn, const char *xml, unsigned int flags,
                              struct network_ref *result, struct err *err)
{
    if (flags_check(flags, VIR_NETWORK_DEFINE_VALIDATE, "virNetworkDefineXMLFlags", err) < 0)
        return -1;
    return take_in(test_objects(conn), xml, flags, false, result, err);
}

int
test_network_define_xml(struct drv_conn *conn, const char *xml, struct network_ref *result, struct err *err)
{
    return take_in(test_objects(conn), xml, 0, false, result, err);
}

int
test_network_create_xml_flags(struct drv_conn *conn, const char *xmlDesc, unsigned int flags,
                              struct network_ref *result, struct err *err)
{
    if (flags_check(flags, VIR_NETWORK_CREATE_VALIDATE, "virNetworkCreateXMLFlags", err) < 0)
        return -1;
    return take_in(test_objects(conn), xmlDesc, flags, true, result, err);
}

int
test_network_create_xml(struct drv_conn *conn, const char *xmlDesc, struct network_ref *result,
                        struct err *err)
{
    return take_in(test_objects(conn), xmlDesc, 0, true, result, err);
}

int
test_network_create(struct drv_conn *conn, const struct network_ref *net, struct err *err)
{
    OBJECT_AUTO network = network_hold(conn, net, err);
    struct object_facts facts;

    if (!network)
        return -1;
    facts = object_facts(network);
    if (facts.live)
        return err_set(err, VIR_ERR_OPERATION_INVALID, "network '%s' is active already", net->name);
    facts.live = facts.config;
    object_publish(network, &facts);
    emit(test_objects(conn), object_now(network), VIR_NETWORK_EVENT_STARTED);
    return 0;
}

int
test_network_destroy(struct drv_conn *conn, const struct network_ref *net, struct err *err)
{
    OBJECT_AUTO network = network_hold(conn, net, err);
    struct object_facts facts;

    if (!network)
        return -1;
    facts = object_facts(network);
    if (facts.live && facts.config)
        facts.config = facts.live;
    facts.live = NULL;
    object_publish(network, &facts);
    emit(test_objects(conn), object_now(network), VIR_NETWORK_EVENT_STOPPED);
    return 0;
}

int
test_network_undefine(struct drv_conn *conn, const struct network_ref *net, struct err *err)
{
    OBJECT_AUTO network = network_hold(conn, net, err);

    if (!network)
        return -1;
    if (object_is_active(object_now(network)))
        return err_set(err, VIR_ERR_OPERATION_INVALID, "network '%s' is active: destroy it first", net->name);
    object_publish(network, &(struct object_facts){ 0 });
    emit(test_objects(conn), object_now(network), VIR_NETWORK_EVENT_UNDEFINED);
    return 0;
}

int
test_network_set_autostart(struct drv_conn *conn, const struct network_ref *net, int autostart,
                           struct err *err)
{
    OBJECT_AUTO network = network_hold(conn, net, err);
    struct object_facts facts;

    if (!network)
        return -1;
    facts = object_facts(network);
    facts.autostart = autostart != 0;
    object_publish(network, &facts);
    return 0;
}

/* ---- what is -------------------------------------------------------------------------------- */

int
test_network_is_active(struct drv_conn *conn, const struct network_ref *net, struct err *err)
{
    OBJECT_VIEW_AUTO view = network_view(conn, net, err);

    return view ? object_is_active(view) : -1;
}

int
test_network_is_persistent(struct drv_conn *conn, const struct network_ref *net, struct err *err)
{
    OBJECT_VIEW_AUTO view = network_view(conn, net, err);

    return view ? object_is_persistent(view) : -1;
}

int
test_network_get_autostart(struct drv_conn *conn, const struct network_ref *net, int *autostart,
                           struct err *err)
{
    OBJECT_VIEW_AUTO view = network_view(conn, net, err);

    return view ? (*autostart = view->is.autostart, 0) : -1;
}

int
test_network_get_bridge_name(struct drv_conn *conn, const struct network_ref *net, char **result,
                             struct err *err)
{
    OBJECT_VIEW_AUTO view = network_view(conn, net, err);
    const struct network_def *def;

    if (!view)
        return -1;
    def = object_def(view);
    if (!def->bridge || !def->bridge->name || !*def->bridge->name)
        return err_set(err, VIR_ERR_INTERNAL_ERROR, "network '%s' has no bridge with a name", view->name);
    *result = g_strdup(def->bridge->name);
    return 0;
}

int
test_network_get_xml_desc(struct drv_conn *conn, const struct network_ref *net, unsigned int flags,
                          char **result, struct err *err)
{
    OBJECT_VIEW_AUTO view = NULL;

    if (flags_check(flags, 0, "virNetworkGetXMLDesc", err) < 0 || !(view = network_view(conn, net, err)))
        return -1;
    *result = network_def_format(object_def(view), 0);
    return 0;
}

/* ---- events --------------------------------------------------------------------------------- */

int
test_connect_network_event_register_any(struct drv_conn *conn, const struct event_filter *filter,
                                        event_deliver deliver, void *opaque, event_free_opaque free_opaque,
                                        struct err *err)
{
    return event_hub_subscribe(test_objects(conn)->hub, filter, deliver, opaque, free_opaque);
}

int
test_connect_network_event_deregister_any(struct drv_conn *conn, int callbackID, struct err *err)
{
    if (event_hub_unsubscribe(test_objects(conn)->hub, callbackID) < 0)
        return err_set(err, VIR_ERR_INVALID_ARG, "no event callback %d is registered", callbackID);
    return 0;
}

int
test_network_load(struct test_objects *objects, const char *xml, struct err *err)
{
    NETWORK_DEF_AUTO def = read_def(xml, 0, err);
    OBJECT_AUTO network = NULL;

    if (!def || !(network = object_claim(objects->networks, def->name, def->uuid, false, err)))
        return -1;
    object_publish(network, &(struct object_facts){ .config = def, .live = def });
    return 0;
}
