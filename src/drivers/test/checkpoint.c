/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * checkpoint: checkpoints are made, redefined, shown, deleted.
 *
 * Called by: clients.  Waits: for a turn.
 */
#include "drivers/test/moments.h"
#include "drivers/test/verbs.h"

#include "model/complete-host.h"

#include <string.h>
#include <time.h>

#define ERR_FROM VIR_FROM_TEST

static int
prepare(struct checkpoint_def *def, const struct vm_view *view, struct moments *all, bool redefine,
        char **parent, struct err *err)
{
    MOMENT_AUTO old = { 0 };

    if (redefine) {
        if (checkpoint_redefine_check(def, err) < 0 || test_moment_guest(def, &def->domain, err) < 0)
            return -1;
        *parent = def->parent ? g_strdup(def->parent->name) : NULL;
        if (test_moment_place(all, "checkpoint", def->name, *parent, redefine, err) < 0 ||
            test_moment_redefined(VIR_FROM_DOMAIN_CHECKPOINT, def->name, def->domain, view, err) < 0)
            return -1;
        if (!def->domain && moment_get(all, def->name, &old) &&
            ((const struct checkpoint_def *)old.def)->domain)
            def->domain =
                model_import(def, &domain_def_table, ((const struct checkpoint_def *)old.def)->domain);
        return checkpoint_realign(def, def->domain, err);
    }
    *parent = moments_current(all);
    if (checkpoint_complete(def, vm_view_def(view), time(NULL), err) < 0)
        return -1;
    def->domain = test_moment_domain(def, view);
    return test_moment_place(all, "checkpoint", def->name, *parent, redefine, err);
}

int
test_domain_checkpoint_create_xml(struct drv_conn *conn, const struct domain_ref *dom, const char *xml,
                                  unsigned int flags, struct domain_checkpoint_ref *result, struct err *err)
{
    bool redefine = flags & VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE;
    CHECKPOINT_DEF_AUTO def = NULL;
    g_autofree char *parent = NULL;
    TURN_AUTO turn = NULL;
    const struct vm_view *view;
    struct moments *all;

    if (flags_check(flags, VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE | VIR_DOMAIN_CHECKPOINT_CREATE_QUIESCE,
                    "virDomainCheckpointCreateXML", err) < 0 ||
        domain_turn(conn, dom, TURN_MODIFY, TURN_ANY, "virDomainCheckpointCreateXML", &turn, err) < 0)
        return -1;
    view = turn_view(turn);
    all = test_moments(turn_vm(turn))->checkpoints;
    if (view->has_snapshots)
        return err_set(err, VIR_ERR_OPERATION_UNSUPPORTED,
                       "guest '%s' has snapshots: a checkpoint beside them is not possible", view->name);
    if (!vm_view_is_active(view))
        return err_set(err, VIR_ERR_OPERATION_UNSUPPORTED,
                       "guest '%s' is off: checkpoints are made while it runs", view->name);
    /* They are always held against the schema. */
    if (checkpoint_def_parse(xml, strlen(xml), MODEL_PARSE_STRICT, &def, err) < 0 ||
        checkpoint_check(def, err) < 0 || prepare(def, view, all, redefine, &parent, err) < 0)
        return -1;
    moment_set(all, def->name, parent, checkpoint_def_copy(def), 0);
    if (!redefine)
        moments_set_current(all, def->name);
    if (test_moments_publish(turn, err) < 0)
        return -1;
    result->name = g_strdup(def->name);
    view_to_ref(turn_view(turn), &result->dom);
    return 0;
}

int
test_domain_checkpoint_get_xml_desc(struct drv_conn *conn, const struct domain_checkpoint_ref *checkpoint,
                                    unsigned int flags, char **result, struct err *err)
{
    CHECKPOINT_DEF_AUTO def = NULL;
    MOMENT_AUTO m = { 0 };
    VM_AUTO vm = NULL;
    struct moments *all;

    if (flags_check(flags, VIR_DOMAIN_CHECKPOINT_XML_SECURE | VIR_DOMAIN_CHECKPOINT_XML_NO_DOMAIN |
                    VIR_DOMAIN_CHECKPOINT_XML_SIZE, "virDomainCheckpointGetXMLDesc", err) < 0 ||
        moments_of(conn, &checkpoint->dom, &checkpoint_kind, &all, &vm, err) < 0 ||
        moment_find(conn, &checkpoint_kind, all, checkpoint->name, &m, err) < 0)
        return -1;
    def = checkpoint_def_copy(m.def);
    def->parent = m.parent ? model_new(def, struct checkpoint_parent) : NULL;
    if (m.parent)
        def->parent->name = model_str(def, m.parent);
    if (flags & VIR_DOMAIN_CHECKPOINT_XML_NO_DOMAIN)
        def->domain = NULL;
    *result = checkpoint_def_format(def, flags & VIR_DOMAIN_CHECKPOINT_XML_SECURE ? MODEL_FORMAT_SECURE : 0);
    return 0;
}

#define DELETE_FLAGS \
    (VIR_DOMAIN_CHECKPOINT_DELETE_CHILDREN | VIR_DOMAIN_CHECKPOINT_DELETE_METADATA_ONLY | \
     VIR_DOMAIN_CHECKPOINT_DELETE_CHILDREN_ONLY)

int
test_domain_checkpoint_delete(struct drv_conn *conn, const struct domain_checkpoint_ref *checkpoint,
                              unsigned int flags, struct err *err)
{
    TURN_AUTO turn = NULL;

    if (flags_check(flags, DELETE_FLAGS, "virDomainCheckpointDelete", err) < 0 ||
        domain_turn(conn, &checkpoint->dom, TURN_MODIFY, TURN_ANY, "virDomainCheckpointDelete", &turn, err) <
            0)
        return -1;
    return test_moment_delete(turn, conn, &checkpoint_kind, test_moments(turn_vm(turn))->checkpoints,
                              checkpoint->name, flags & VIR_DOMAIN_CHECKPOINT_DELETE_CHILDREN,
                              flags & VIR_DOMAIN_CHECKPOINT_DELETE_CHILDREN_ONLY, err);
}
