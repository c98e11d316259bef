/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * guest: see guest.h.
 */
#include "drivers/test/guest.h"

#include "base/clock.h"

#include <string.h>

#define ERR_FROM VIR_FROM_TEST

int
test_parse(const char *xml, bool strict, struct domain_def **def, struct err *err)
{
    if (domain_def_parse(xml, strlen(xml), strict ? MODEL_PARSE_STRICT : 0, def, err) < 0)
        return -1;
    if (test_defaults(*def, err) < 0) {
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
test_start(struct turn *turn, const struct domain_def *def, int event, struct err *err)
{
    struct run_start start = {
        .state = VIR_DOMAIN_RUNNING, .reason = VIR_DOMAIN_RUNNING_BOOTED, .live = domain_def_copy(def),
    };

    if (turn_start_run(turn, &start, err) < 0)
        return -1;
    turn_emit(turn, domain_lifecycle(turn_view(turn), VIR_DOMAIN_EVENT_STARTED, event));
    return 0;
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
    return turn_publish(turn, &(struct vm_change){ .what = CHANGE_STATE, .state = state, .reason = reason }, err);
}
