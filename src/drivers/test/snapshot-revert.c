/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * snapshot-revert: a guest goes back to what it was.
 *
 * A life that goes back is over: the guest has another id afterwards.  A transient guest is
 * persistent while it has no life in between.
 * Called by: clients.  Waits: for turns.
 */
#include "drivers/test/moments.h"
#include "drivers/test/verbs.h"

#define ERR_FROM VIR_FROM_TEST

static const char api[] = "virDomainRevertToSnapshot";

static int
publish_config(struct turn *turn, const struct domain_def *def, struct err *err)
{
    struct vm_change change = { .what = CHANGE_CONFIG, .config = domain_def_copy(def) };

    return turn_publish(turn, &change, err);
}

static int
begin_life(struct turn *turn, const struct domain_def *def, bool paused, struct err *err)
{
    struct run_start start = {
        .state = VIR_DOMAIN_RUNNING, .reason = VIR_DOMAIN_RUNNING_FROM_SNAPSHOT, .live = domain_def_copy(def),
    };

    if (turn_start_run(turn, &start, err) < 0)
        return -1;
    turn_emit(turn, domain_lifecycle(turn_view(turn), VIR_DOMAIN_EVENT_STARTED,
                                     VIR_DOMAIN_EVENT_STARTED_FROM_SNAPSHOT));
    if (!paused)
        return 0;
    if (test_set_state(turn, VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_FROM_SNAPSHOT, err) < 0)
        return -1;
    turn_emit(turn, domain_lifecycle(turn_view(turn), VIR_DOMAIN_EVENT_SUSPENDED,
                                     VIR_DOMAIN_EVENT_SUSPENDED_FROM_SNAPSHOT));
    return 0;
}

int
test_domain_revert_to_snapshot(struct drv_conn *conn, const struct domain_snapshot_ref *snapshot,
                               unsigned int flags, struct err *err)
{
    const unsigned want = flags & (VIR_DOMAIN_SNAPSHOT_REVERT_RUNNING | VIR_DOMAIN_SNAPSHOT_REVERT_PAUSED);
    TURN_AUTO turn = NULL;
    MOMENT_AUTO m = { 0 };
    DOMAIN_DEF_AUTO def = NULL;
    const struct snapshot_def *to;
    struct moments *all;
    bool transient, alive, paused;

    if (flags_check(flags, VIR_DOMAIN_SNAPSHOT_REVERT_RUNNING | VIR_DOMAIN_SNAPSHOT_REVERT_PAUSED |
                    VIR_DOMAIN_SNAPSHOT_REVERT_FORCE, api, err) < 0 ||
        domain_turn(conn, &snapshot->dom, TURN_MODIFY, TURN_ANY, api, &turn, err) < 0)
        return -1;
    all = test_moments(turn_vm(turn))->snapshots;
    if (moment_find(conn, &snapshot_kind, all, snapshot->name, &m, err) < 0)
        return -1;
    to = m.def;
    alive = to->state == SNAPSHOT_STATE_RUNNING || to->state == SNAPSHOT_STATE_PAUSED || want;
    paused = want ? want & VIR_DOMAIN_SNAPSHOT_REVERT_PAUSED : to->state == SNAPSHOT_STATE_PAUSED;
    transient = !turn_view(turn)->persistent;
    if (transient && !alive)
        return err_set(err, VIR_ERR_OPERATION_INVALID,
                       "guest '%s' is transient: it cannot go back to a snapshot of "
                       "when it was off",
                       snapshot->dom.name);
    def = model_extract(&domain_def_document, to->domain);

    if (publish_config(turn, def, err) < 0)
        return -1;
    if (turn_run(turn)) {
        if (test_end(&turn, VIR_DOMAIN_SHUTOFF_FROM_SNAPSHOT, VIR_DOMAIN_EVENT_STOPPED_FROM_SNAPSHOT, api,
                     err) < 0 ||
            domain_turn(conn, &snapshot->dom, TURN_MODIFY, TURN_NOT_RUNNING, api, &turn, err) < 0)
            return -1;
    }
    if (alive && begin_life(turn, def, paused, err) < 0)
        return -1;
    moments_set_current(all, snapshot->name);
    return transient ? turn_publish(turn, &(struct vm_change){ .what = CHANGE_TRANSIENT }, err) : 0;
}
