/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * snapshot: snapshots are made, redefined, shown, deleted.
 *
 * Called by: clients.  Waits: for a turn.
 */
#include "drivers/test/moments.h"
#include "drivers/test/verbs.h"

#include "model/complete-host.h"

#include <string.h>
#include <time.h>

#define ERR_FROM VIR_FROM_DOMAIN_SNAPSHOT

/* Which filters of lists it passes. */
static unsigned
marks(const struct snapshot_def *def)
{
    unsigned m = VIR_DOMAIN_SNAPSHOT_LIST_METADATA;
    bool external = def->memory && def->memory->snapshot == DISK_SNAPSHOT_EXTERNAL;

    for (uint32_t i = 0; i < def->n_disks; i++)
        external |= def->disks[i]->snapshot == DISK_SNAPSHOT_EXTERNAL;
    m |= external ? VIR_DOMAIN_SNAPSHOT_LIST_EXTERNAL : VIR_DOMAIN_SNAPSHOT_LIST_INTERNAL;
    if (def->state == SNAPSHOT_STATE_SHUTOFF)
        m |= VIR_DOMAIN_SNAPSHOT_LIST_INACTIVE;
    else if (def->state == SNAPSHOT_STATE_DISK_SNAPSHOT)
        m |= VIR_DOMAIN_SNAPSHOT_LIST_DISK_ONLY;
    else
        m |= VIR_DOMAIN_SNAPSHOT_LIST_ACTIVE;
    return m;
}

/* ---- from a document as it was -------------------------------------------------------------- */

static bool
is_off(const struct snapshot_def *def)
{
    return def->state == SNAPSHOT_STATE_SHUTOFF || def->state == SNAPSHOT_STATE_DISK_SNAPSHOT;
}

static bool
is_file(const char *path)
{
    return g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

static int
check_redefined(struct snapshot_def *def, const struct snapshot_def *old, const struct vm_view *view,
                struct err *err)
{
    enum snapshot_state state = def->state;

    if (test_moment_redefined(ERR_FROM, def->name, def->domain, view, err) < 0)
        return -1;
    if (old &&
        (is_off(def) != is_off(old) || (state != old->state && (state == SNAPSHOT_STATE_DISK_SNAPSHOT ||
                                                                old->state == SNAPSHOT_STATE_DISK_SNAPSHOT))))
        return err_set(err, VIR_ERR_INVALID_ARG,
                       "snapshot '%s' was made in state '%s' and cannot become one in state '%s'", def->name,
                       snapshot_state_str(old->state), snapshot_state_str(state));
    if (old && old->domain && def->domain && test_moment_same_guest(old->domain, def->domain, err) < 0)
        return -1;
    if (!def->domain && (!old || !old->domain))
        return err_set(err, VIR_ERR_INTERNAL_ERROR,
                       "snapshot '%s' has no <domain>: what the guest was like is not known", def->name);
    if (!def->domain)
        def->domain = model_import(def, &domain_def_table, old->domain);
    return snapshot_realign(def, def->domain, is_file, err);
}

/* ---- making --------------------------------------------------------------------------------- */

#define CREATE_FLAGS                                                                                         \
    (VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE | VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT |                              \
     VIR_DOMAIN_SNAPSHOT_CREATE_HALT | VIR_DOMAIN_SNAPSHOT_CREATE_QUIESCE |                                  \
     VIR_DOMAIN_SNAPSHOT_CREATE_ATOMIC | VIR_DOMAIN_SNAPSHOT_CREATE_LIVE |                                   \
     VIR_DOMAIN_SNAPSHOT_CREATE_VALIDATE)

/* Nobody is asked to take one of a disk here. */
static int
check_manual(const struct snapshot_def *def, struct err *err)
{
    for (uint32_t i = 0; i < def->n_disks; i++)
        if (def->disks[i]->snapshot == DISK_SNAPSHOT_MANUAL)
            return err_set_from(
                err, VIR_FROM_TEST, VIR_ERR_OPERATION_UNSUPPORTED,
                "disk '%s' of the snapshot has snapshot='manual', which this hypervisor does not "
                "support",
                def->disks[i]->name);
    return 0;
}

/* The document as it is kept, and below which one. */
static int
prepare(struct snapshot_def *def, const struct vm_view *view, struct moments *all, bool redefine,
        char **parent, struct err *err)
{
    MOMENT_AUTO old = { 0 };
    bool running = vm_view_is_active(view);

    if (redefine) {
        if (snapshot_redefine_check(def, err) < 0 || test_moment_guest(def, &def->domain, err) < 0 ||
            test_moment_guest(def, &def->inactive_domain, err) < 0)
            return -1;
        moment_get(all, def->name, &old);
        *parent = def->parent ? g_strdup(def->parent->name) : NULL;
        return test_moment_place(all, "snapshot", def->name, *parent, redefine, err) < 0
                   ? -1
                   : check_redefined(def, old.def, view, err);
    }
    *parent = moments_current(all);
    if (snapshot_read_check(def, running, false, err) < 0 || check_manual(def, err) < 0 ||
        snapshot_complete(def, vm_view_def(view), running, false, time(NULL), is_file,
                          err) < 0)
        return -1;
    def->state = SNAPSHOT_STATE_NOSTATE + view->state;
    def->domain = test_moment_domain(def, view);
    return test_moment_place(all, "snapshot", def->name, *parent, redefine, err);
}

int
test_domain_snapshot_create_xml(struct drv_conn *conn, const struct domain_ref *dom, const char *xml,
                                unsigned int flags, struct domain_snapshot_ref *result, struct err *err)
{
    bool redefine = flags & VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE;
    bool halt = flags & VIR_DOMAIN_SNAPSHOT_CREATE_HALT;
    unsigned how = flags & VIR_DOMAIN_SNAPSHOT_CREATE_VALIDATE ? MODEL_PARSE_STRICT : 0;
    SNAPSHOT_DEF_AUTO def = NULL;
    g_autofree char *parent = NULL;
    TURN_AUTO turn = NULL;
    const struct vm_view *view;
    struct moments *all;

    if (flags_check_from(VIR_FROM_TEST, flags, CREATE_FLAGS, "virDomainSnapshotCreateXML", err) < 0 ||
        domain_turn(conn, dom, TURN_MODIFY, TURN_ANY, "virDomainSnapshotCreateXML", &turn, err) < 0)
        return -1;
    view = turn_view(turn);
    all = test_moments(turn_vm(turn))->snapshots;
    if (view->has_checkpoints)
        return err_set_from(err, VIR_FROM_TEST, VIR_ERR_OPERATION_UNSUPPORTED,
                            "guest '%s' has checkpoints: a snapshot beside them is not possible", view->name);
    if (halt && !view->persistent && !redefine)
        return err_set_from(err, VIR_FROM_TEST, VIR_ERR_OPERATION_INVALID,
                            "guest '%s' is transient: halted after the snapshot, nothing would be left of it",
                            view->name);
    how |= redefine ? 0 : MODEL_PARSE_NEW | MODEL_PARSE_FOR(vm_view_is_active(view));
    if (snapshot_def_parse(xml, strlen(xml), how, &def, err) < 0 ||
        prepare(def, view, all, redefine, &parent, err) < 0)
        return -1;
    moment_set(all, def->name, parent, snapshot_def_copy(def), marks(def));
    if (!redefine || flags & VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT)
        moments_set_current(all, def->name);
    if (test_moments_publish(turn, err) < 0)
        return -1;
    result->name = g_strdup(def->name);
    view_to_ref(turn_view(turn), &result->dom);
    if (halt && !redefine && vm_view_is_active(view))
        return test_end(&turn, VIR_DOMAIN_SHUTOFF_FROM_SNAPSHOT, VIR_DOMAIN_EVENT_STOPPED_FROM_SNAPSHOT,
                        "virDomainSnapshotCreateXML", err);
    return 0;
}

/* ---- showing, deleting ---------------------------------------------------------------------- */

int
test_domain_snapshot_get_xml_desc(struct drv_conn *conn, const struct domain_snapshot_ref *snapshot,
                                  unsigned int flags, char **result, struct err *err)
{
    SNAPSHOT_DEF_AUTO def = NULL;
    MOMENT_AUTO m = { 0 };
    VM_AUTO vm = NULL;
    struct moments *all;

    if (flags_check_from(VIR_FROM_TEST, flags, VIR_DOMAIN_SNAPSHOT_XML_SECURE, "virDomainSnapshotGetXMLDesc",
                         err) < 0 ||
        moments_of(conn, &snapshot->dom, &snapshot_kind, &all, &vm, err) < 0 ||
        moment_find(conn, &snapshot_kind, all, snapshot->name, &m, err) < 0)
        return -1;
    def = snapshot_def_copy(m.def);
    def->parent = m.parent ? model_new(def, struct snapshot_parent) : NULL;
    if (m.parent)
        def->parent->name = model_str(def, m.parent);
    *result = snapshot_def_format(def, flags & VIR_DOMAIN_SNAPSHOT_XML_SECURE ? MODEL_FORMAT_SECURE : 0);
    return 0;
}

int
test_domain_snapshot_delete(struct drv_conn *conn, const struct domain_snapshot_ref *snapshot,
                            unsigned int flags, struct err *err)
{
    TURN_AUTO turn = NULL;

    if (flags_check_from(VIR_FROM_TEST, flags,
                         VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN | VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN_ONLY,
                         "virDomainSnapshotDelete", err) < 0 ||
        domain_turn(conn, &snapshot->dom, TURN_MODIFY, TURN_ANY, "virDomainSnapshotDelete", &turn, err) < 0)
        return -1;
    return test_moment_delete(turn, conn, &snapshot_kind, test_moments(turn_vm(turn))->snapshots,
                              snapshot->name, flags & VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN,
                              flags & VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN_ONLY, err);
}
