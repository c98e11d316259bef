/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * interface: host interfaces that carry nothing.
 *
 * An interface has one definition, active or not; defining it again takes effect at once.
 * A change (begin … commit or rollback) is the host's, not a connection's: begin keeps what is published,
 * rollback puts it back, with everything inactive.
 * Called by: clients; nothing waits.
 */
#include "drivers/test/objects.h"

#include <string.h>

#define ERR_FROM VIR_FROM_TEST

static const struct object_view *
interface_view(struct drv_conn *conn, const struct interface_ref *iface, struct err *err)
{
    return object_by_name(test_objects(conn)->interfaces, iface->name, err);
}

static void
to_ref(const struct object_view *view, struct interface_ref *ref)
{
    const struct interface_def *def = object_def(view);

    ref->name = g_strdup(view->name);
    ref->mac = g_strdup(def->mac ? def->mac : "");
}

/* ---- look-ups and lists --------------------------------------------------------------------- */

int
test_interface_lookup_by_name(struct drv_conn *conn, const char *name, struct interface_ref *result,
                              struct err *err)
{
    OBJECT_VIEW_AUTO view = object_by_name(test_objects(conn)->interfaces, name, err);

    return view ? (to_ref(view, result), 0) : -1;
}

static bool
has_mac(const struct object_view *view, const void *mac)
{
    const struct interface_def *def = object_def(view);

    return g_ascii_strcasecmp(def->mac ? def->mac : "", mac) == 0;
}

int
test_interface_lookup_by_mac_string(struct drv_conn *conn, const char *macstr, struct interface_ref *result,
                                    struct err *err)
{
    OBJECT_LIST_AUTO list = { 0 };

    object_list(test_objects(conn)->interfaces, has_mac, macstr, &list);
    if (list.n == 0)
        return err_set(err, VIR_ERR_NO_INTERFACE, "there is no interface with MAC address '%s'", macstr);
    if (list.n > 1)
        return err_set(err, VIR_ERR_MULTIPLE_INTERFACES, "%zu interfaces have the MAC address '%s'", list.n,
                       macstr);
    to_ref(list.items[0], result);
    return 0;
}

int
test_connect_num_of_interfaces(struct drv_conn *conn, struct err *err)
{
    return object_count(test_objects(conn)->interfaces, true);
}

int
test_connect_num_of_defined_interfaces(struct drv_conn *conn, struct err *err)
{
    return object_count(test_objects(conn)->interfaces, false);
}

int
test_connect_list_interfaces(struct drv_conn *conn, char **const names, int maxnames, struct err *err)
{
    return object_names(test_objects(conn)->interfaces, true, names, maxnames);
}

int
test_connect_list_defined_interfaces(struct drv_conn *conn, char **const names, int maxnames, struct err *err)
{
    return object_names(test_objects(conn)->interfaces, false, names, maxnames);
}

static bool
matches(const struct object_view *view, const void *flags)
{
    return object_matches_list_flags(view, *(const unsigned *)flags);
}

int
test_connect_list_all_interfaces(struct drv_conn *conn, struct interface_ref_list *ifaces, unsigned int flags,
                                 struct err *err)
{
    OBJECT_LIST_AUTO list = { 0 };

    if (flags_check(flags, VIR_CONNECT_LIST_INTERFACES_ACTIVE | VIR_CONNECT_LIST_INTERFACES_INACTIVE,
                    "virConnectListAllInterfaces", err) < 0)
        return -1;
    object_list(test_objects(conn)->interfaces, matches, &flags, &list);
    if (ifaces) {
        ifaces->items = g_new0(struct interface_ref, list.n);
        for (; ifaces->n < list.n; ifaces->n++)
            to_ref(list.items[ifaces->n], &ifaces->items[ifaces->n]);
    }
    return (int)list.n;
}

int
test_interface_is_active(struct drv_conn *conn, const struct interface_ref *iface, struct err *err)
{
    OBJECT_VIEW_AUTO view = interface_view(conn, iface, err);

    return view ? object_is_active(view) : -1;
}

int
test_interface_get_xml_desc(struct drv_conn *conn, const struct interface_ref *iface, unsigned int flags,
                            char **result, struct err *err)
{
    OBJECT_VIEW_AUTO view = NULL;

    if (flags_check(flags, 0, "virInterfaceGetXMLDesc", err) < 0 ||
        !(view = interface_view(conn, iface, err)))
        return -1;
    *result = interface_def_format(object_def(view), 0);
    return 0;
}

/* ---- lives ---------------------------------------------------------------------------------- */

static struct interface_def *
read_def(const char *xml, bool validate, struct err *err)
{
    INTERFACE_DEF_AUTO def = NULL;

    if (interface_def_parse(xml, strlen(xml), validate ? MODEL_PARSE_STRICT : 0, &def, err) < 0 ||
        interface_complete(def, err) < 0)
        return NULL;
    return interface_def_copy(def);
}

int
test_interface_define_xml(struct drv_conn *conn, const char *xml, unsigned int flags,
                          struct interface_ref *result, struct err *err)
{
    INTERFACE_DEF_AUTO def = NULL;
    OBJECT_AUTO iface = NULL;
    struct object_facts facts;

    if (flags_check(flags, VIR_INTERFACE_DEFINE_VALIDATE, "virInterfaceDefineXML", err) < 0 ||
        !(def = read_def(xml, flags & VIR_INTERFACE_DEFINE_VALIDATE, err)) ||
        !(iface = object_claim(test_objects(conn)->interfaces, def->name, NULL, false, err)))
        return -1;
    facts = object_facts(iface);
    facts.config = def;
    if (facts.live)
        facts.live = def;
    object_publish(iface, &facts);
    to_ref(object_now(iface), result);
    return 0;
}

/* Up or down: it must be the other now. */
static int
set_active(struct drv_conn *conn, const struct interface_ref *ref, bool active, struct err *err)
{
    OBJECT_AUTO iface = object_hold(test_objects(conn)->interfaces, ref->name, NULL, err);
    struct object_facts facts;

    if (!iface)
        return -1;
    facts = object_facts(iface);
    if (active == (facts.live != NULL))
        return err_set(err, VIR_ERR_OPERATION_INVALID, "interface '%s' is %s already", ref->name,
                       active ? "active" : "inactive");
    facts.live = active ? facts.config : NULL;
    object_publish(iface, &facts);
    return 0;
}

int
test_interface_create(struct drv_conn *conn, const struct interface_ref *iface, unsigned int flags,
                      struct err *err)
{
    if (flags_check(flags, 0, "virInterfaceCreate", err) < 0)
        return -1;
    return set_active(conn, iface, true, err);
}

int
test_interface_destroy(struct drv_conn *conn, const struct interface_ref *iface, unsigned int flags,
                       struct err *err)
{
    if (flags_check(flags, 0, "virInterfaceDestroy", err) < 0)
        return -1;
    return set_active(conn, iface, false, err);
}

int
test_interface_undefine(struct drv_conn *conn, const struct interface_ref *ref, struct err *err)
{
    OBJECT_AUTO iface = object_hold(test_objects(conn)->interfaces, ref->name, NULL, err);

    if (!iface)
        return -1;
    object_publish(iface, &(struct object_facts){ 0 });
    return 0;
}

/* ---- changes -------------------------------------------------------------------------------- */

int
test_interface_change_begin(struct drv_conn *conn, unsigned int flags, struct err *err)
{
    struct test_objects *objects = test_objects(conn);
    int r = 0;

    if (flags_check(flags, 0, "virInterfaceChangeBegin", err) < 0)
        return -1;
    pthread_mutex_lock(&objects->changing);
    if (objects->in_change) {
        r = err_set(err, VIR_ERR_OPERATION_INVALID,
                    "a change of the interfaces is under way: commit it or roll it back first");
    } else {
        object_list(objects->interfaces, NULL, NULL, &objects->before);
        objects->in_change = true;
    }
    pthread_mutex_unlock(&objects->changing);
    return r;
}

/* With `changing` held: everything as it was. */
static void
put_back(struct test_objects *objects)
{
    OBJECT_LIST_AUTO now = { 0 };

    object_list(objects->interfaces, NULL, NULL, &now);
    for (size_t i = 0; i < now.n; i++) {
        OBJECT_AUTO iface = object_hold(objects->interfaces, now.items[i]->name, NULL, NULL);

        if (iface)
            object_publish(iface, &(struct object_facts){ 0 });
    }
    for (size_t i = 0; i < objects->before.n; i++) {
        const struct object_view *was = objects->before.items[i];
        OBJECT_AUTO iface = object_claim(objects->interfaces, was->name, NULL, false, NULL);

        object_publish(iface, &(struct object_facts){ .config = was->is.config });
    }
}

static int
end_change(struct drv_conn *conn, bool rollback, struct err *err)
{
    struct test_objects *objects = test_objects(conn);
    int r = 0;

    pthread_mutex_lock(&objects->changing);
    if (objects->in_change) {
        if (rollback)
            put_back(objects);
        object_list_clear(&objects->before);
        objects->in_change = false;
    } else {
        r = err_set(err, VIR_ERR_OPERATION_INVALID,
                    "no change of the interfaces is under way: begin one first");
    }
    pthread_mutex_unlock(&objects->changing);
    return r;
}

int
test_interface_change_commit(struct drv_conn *conn, unsigned int flags, struct err *err)
{
    if (flags_check(flags, 0, "virInterfaceChangeCommit", err) < 0)
        return -1;
    return end_change(conn, false, err);
}

int
test_interface_change_rollback(struct drv_conn *conn, unsigned int flags, struct err *err)
{
    if (flags_check(flags, 0, "virInterfaceChangeRollback", err) < 0)
        return -1;
    return end_change(conn, true, err);
}

int
test_interface_load(struct test_objects *objects, const char *xml, struct err *err)
{
    INTERFACE_DEF_AUTO def = read_def(xml, false, err);
    OBJECT_AUTO iface = NULL;

    if (!def || !(iface = object_claim(objects->interfaces, def->name, NULL, false, err)))
        return -1;
    object_publish(iface, &(struct object_facts){ .config = def, .live = def });
    return 0;
}
