/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * define: definitions come, are renamed, start by themselves and go; transient guests come.
 *
 * Called by: clients.  Waits: for a turn.
 */
#include "drivers/test/guest.h"
#include "drivers/test/verbs.h"

#include <string.h>

#define ERR_FROM VIR_FROM_TEST

int
test_domain_define_xml_flags(struct drv_conn *conn, const char *xml, unsigned int flags,
                             struct domain_ref *result, struct err *err)
{
    const struct turn_request req = { .turn_class = TURN_MODIFY, .api = "virDomainDefineXML" };
    struct vm_change change = { .what = CHANGE_CONFIG };
    DOMAIN_DEF_AUTO def = NULL;
    TURN_AUTO turn = NULL;
    bool added;

    if (flags_check(flags, VIR_DOMAIN_DEFINE_VALIDATE, "virDomainDefineXMLFlags", err) < 0 ||
        test_parse(xml, flags & VIR_DOMAIN_DEFINE_VALIDATE, &def, err) < 0 ||
        registry_claim(conn->guests, def->name, def->uuid, 0, &req, &turn, &added, err) < 0)
        return -1;
    /* What ran without a definition gets its first one. */
    added |= !turn_config_def(turn);
    change.config = domain_def_copy(def);
    if (turn_publish(turn, &change, err) < 0)
        return -1;
    turn_emit(turn,
              domain_lifecycle(turn_view(turn), VIR_DOMAIN_EVENT_DEFINED,
                               added ? VIR_DOMAIN_EVENT_DEFINED_ADDED : VIR_DOMAIN_EVENT_DEFINED_UPDATED));
    view_to_ref(turn_view(turn), result);
    return 0;
}

int
test_domain_define_xml(struct drv_conn *conn, const char *xml, struct domain_ref *result, struct err *err)
{
    return test_domain_define_xml_flags(conn, xml, 0, result, err);
}

/* ---- undefine ------------------------------------------------------------------------------- */

int
test_domain_undefine_flags(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags,
                           struct err *err)
{
    struct vm_change change = { .what = CHANGE_AUTOSTART };
    TURN_AUTO turn = NULL;
    const struct vm_view *view;

    if (flags_check(flags, VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA,
                    "virDomainUndefineFlags", err) < 0 ||
        domain_turn(conn, dom, TURN_MODIFY, TURN_ANY, "virDomainUndefine", &turn, err) < 0)
        return -1;
    view = turn_view(turn);
    if (view->managed_save && !(flags & VIR_DOMAIN_UNDEFINE_MANAGED_SAVE))
        return err_set(err, VIR_ERR_OPERATION_INVALID,
                       "guest '%s' has a saved state: remove it first, or undefine with the flag for it",
                       view->name);
    if (view->has_snapshots && !vm_view_is_active(view) && !(flags & VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA))
        return err_set(err, VIR_ERR_OPERATION_INVALID,
                       "guest '%s' has snapshots: remove them first, or undefine with the flag for it",
                       view->name);
    if (view->managed_save) {
        change.what |= CHANGE_MANAGED_SAVE;
        if (turn_publish(turn, &change, err) < 0)
            return -1;
    }
    turn_emit(turn, domain_lifecycle(view, VIR_DOMAIN_EVENT_UNDEFINED, VIR_DOMAIN_EVENT_UNDEFINED_REMOVED));
    change.autostart = view->autostart;
    if (registry_undefine(turn, err) < 0)
        return -1;
    /* Transient guests have that mark as well here. */
    change.what = CHANGE_AUTOSTART;
    return vm_view_is_active(view) && change.autostart ? turn_publish(turn, &change, err) : 0;
}

int
test_domain_undefine(struct drv_conn *conn, const struct domain_ref *dom, struct err *err)
{
    return test_domain_undefine_flags(conn, dom, 0, err);
}

/* ---- rename, autostart ---------------------------------------------------------------------- */

int
test_domain_rename(struct drv_conn *conn, const struct domain_ref *dom, const char *new_name,
                   unsigned int flags, struct err *err)
{
    TURN_AUTO turn = NULL;
    const struct vm_view *view;

    if (flags_check(flags, 0, "virDomainRename", err) < 0 ||
        !(turn = domain_turn_rename(conn, dom, ERR_FROM, err)))
        return -1;
    view = turn_view(turn);
    if (strchr(new_name, '/'))
        return err_set(err, VIR_ERR_XML_ERROR, "'%s' cannot be the name of a guest: it must not contain '/'",
                       new_name);
    if (strcmp(view->name, new_name) == 0)
        return err_set_from(err, VIR_FROM_DOMAIN, VIR_ERR_OPERATION_INVALID,
                            "guest '%s' has that name already", new_name);
    return domain_take_name(turn, new_name, NULL, err);
}

int
test_domain_set_autostart(struct drv_conn *conn, const struct domain_ref *dom, int autostart, struct err *err)
{
    const struct vm_change change = { .what = CHANGE_AUTOSTART, .autostart = autostart != 0 };
    TURN_AUTO turn = NULL;

    if (domain_turn(conn, dom, TURN_MODIFY, TURN_ANY, "virDomainSetAutostart", &turn, err) < 0)
        return -1;
    return turn_publish(turn, &change, err);
}

/* ---- create --------------------------------------------------------------------------------- */

int
test_domain_create_xml(struct drv_conn *conn, const char *xml, unsigned int flags, struct domain_ref *result,
                       struct err *err)
{
    const struct turn_request req = { .turn_class = TURN_MODIFY, .api = "virDomainCreateXML" };
    DOMAIN_DEF_AUTO def = NULL;
    TURN_AUTO turn = NULL;
    bool is_new;

    if (flags_check(flags, VIR_DOMAIN_START_VALIDATE, "virDomainCreateXML", err) < 0 ||
        test_parse(xml, flags & VIR_DOMAIN_START_VALIDATE, &def, err) < 0 ||
        registry_claim(conn->guests, def->name, def->uuid, CLAIM_NOT_RUNNING, &req, &turn, &is_new, err) <
            0 ||
        test_start(turn, def, VIR_DOMAIN_EVENT_STARTED_BOOTED, err) < 0)
        return -1;
    view_to_ref(turn_view(turn), result);
    return 0;
}

/* There is nobody to hand descriptors to. */
int
test_domain_create_xml_with_files(struct drv_conn *conn, const char *xml, unsigned int nfiles, int *files,
                                  unsigned int flags, struct domain_ref *result, struct err *err)
{
    return test_domain_create_xml(conn, xml, flags, result, err);
}

int
test_domain_create_with_flags(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags,
                              struct err *err)
{
    TURN_AUTO turn = NULL;
    const struct vm_view *view;

    if (flags_check(flags, 0, "virDomainCreateWithFlags", err) < 0 ||
        domain_turn(conn, dom, TURN_MODIFY, TURN_ANY, "virDomainCreate", &turn, err) < 0)
        return -1;
    view = turn_view(turn);
    if (view->state != VIR_DOMAIN_SHUTOFF)
        return test_wrong_state(view, "runs already", err);
    return test_start(turn, view->config, VIR_DOMAIN_EVENT_STARTED_BOOTED, err);
}

int
test_domain_create(struct drv_conn *conn, const struct domain_ref *dom, struct err *err)
{
    return test_domain_create_with_flags(conn, dom, 0, err);
}

int
test_domain_create_with_files(struct drv_conn *conn, const struct domain_ref *dom, unsigned int nfiles,
                              int *files, unsigned int flags, struct err *err)
{
    return test_domain_create_with_flags(conn, dom, flags, err);
}
