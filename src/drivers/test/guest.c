/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * guest: see guest.h.
 */
#include "drivers/test/guest.h"

#include "base/clock.h"
#include "model/complete.h"

#include <string.h>

#define ERR_FROM VIR_FROM_TEST

int
test_parse(const char *xml, bool strict, struct domain_def **def, struct err *err)
{
    if (domain_def_parse(xml, strlen(xml), strict ? MODEL_PARSE_STRICT : 0, def, err) < 0)
        return -1;
    struct test_preset preset;
    bool said = strstr(xml, TEST_NAMESPACE) != NULL;

    if ((said && (domain_read_check(*def, 0, err) < 0 || test_preset_read(xml, &preset, err) < 0)) ||
        test_defaults(*def, err) < 0) {
        domain_def_unref(*def);
        *def = NULL;
        return -1;
    }
    return 0;
}

int
test_wrong_state(const struct vm_view *view, const char *must, struct err *err)
{
    return err_set(err, VIR_ERR_INTERNAL_ERROR, "guest '%s' %s", view->name, must);
}

int
test_start_as(struct turn *turn, const struct domain_def *def, int reason, int event, struct err *err)
{
    const struct vm_change used = { .what = CHANGE_MANAGED_SAVE };
    struct run_start start = { .state = VIR_DOMAIN_RUNNING, .reason = reason, .live = domain_def_copy(def) };

    if (turn_start_run(turn, &start, err) < 0)
        return -1;
    if (turn_view(turn)->managed_save && turn_publish(turn, &used, err) < 0)
        return -1;
    turn_emit(turn, domain_lifecycle(turn_view(turn), VIR_DOMAIN_EVENT_STARTED, event));
    return 0;
}

int
test_start(struct turn *turn, const struct domain_def *def, int event, struct err *err)
{
    return test_start_as(turn, def, VIR_DOMAIN_RUNNING_BOOTED, event, err);
}

int
test_end(struct turn **turn, int reason, int event, const char *api, struct err *err)
{
    RUN_AUTO run = run_ref(turn_run(*turn));
    const struct run_end end = { VIR_DOMAIN_SHUTOFF, reason, event };

    run_set_end(run, &end);
    turn_end(*turn);
    *turn = NULL;
    return run_stop(run, "the guest was turned off", api, DEADLINE_NEVER, err);
}

int
test_set_state(struct turn *turn, int state, int reason, struct err *err)
{
    return turn_publish(turn, &(struct vm_change){ .what = CHANGE_STATE, .state = state, .reason = reason },
                        err);
}

/* ---- definitions ---------------------------------------------------------------------------- */

const struct domain_def *
test_read_one(struct drv_conn *conn, const struct domain_ref *dom, unsigned flags, unsigned allowed,
              const char *api, const struct vm_view **view, struct err *err)
{
    if (flags_check(flags, allowed, api, err) < 0 || !(*view = domain_view(conn, dom, err)))
        return NULL;
    return domain_one_def(*view, flags, err);
}

static struct domain_def *
edited(const struct domain_def *old, bool live, test_edit_fn fn, void *arg, struct err *err)
{
    DOMAIN_DEF_AUTO draft = domain_def_copy(old);

    return fn(draft, live, arg, err) < 0 ? NULL : domain_def_copy(draft);
}

int
test_edit_turn(struct turn *turn, unsigned flags, test_edit_fn fn, void *arg, struct err *err)
{
    const struct vm_view *view = turn_view(turn);
    struct vm_change change = { 0 };
    struct affect affect;

    if (domain_affect(view, flags, &affect, err) < 0)
        return -1;
    if (affect.live) {
        change.what |= CHANGE_LIVE;
        if (!(change.live = edited(view->live, true, fn, arg, err)))
            return -1;
    }
    if (affect.config) {
        change.what |= CHANGE_CONFIG;
        if (!(change.config = edited(view->config, false, fn, arg, err))) {
            if (change.live)
                domain_def_unref(change.live);
            return -1;
        }
    }
    return turn_publish(turn, &change, err);
}

int
test_edit(struct drv_conn *conn, const struct domain_ref *dom, unsigned flags, unsigned allowed,
          const char *api, test_edit_fn fn, void *arg, struct err *err)
{
    TURN_AUTO turn = NULL;

    if (flags_check(flags, allowed, api, err) < 0 ||
        domain_turn(conn, dom, TURN_MODIFY, TURN_ANY, api, &turn, err) < 0)
        return -1;
    return test_edit_turn(turn, flags, fn, arg, err);
}

int
test_edit_one(struct drv_conn *conn, const struct domain_ref *dom, unsigned flags, unsigned allowed,
              const char *api, test_edit_fn fn, void *arg, struct err *err)
{
    TURN_AUTO turn = NULL;

    if (flags_check(flags, allowed, api, err) < 0 ||
        domain_turn(conn, dom, TURN_MODIFY, TURN_ANY, api, &turn, err) < 0 ||
        !domain_one_def(turn_view(turn), flags, err))
        return -1;
    return test_edit_turn(turn, flags, fn, arg, err);
}
