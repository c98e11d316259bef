/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * life: a running guest is paused, resumed, turned off.
 *
 * Called by: clients.  Waits: for a turn.
 */
#include "drivers/test/guest.h"
#include "drivers/test/verbs.h"

#define ERR_FROM VIR_FROM_TEST

int
test_domain_suspend(struct drv_conn *conn, const struct domain_ref *dom, struct err *err)
{
    TURN_AUTO turn = NULL;
    int state;

    if (domain_turn(conn, dom, TURN_MODIFY, TURN_ANY, "virDomainSuspend", &turn, err) < 0)
        return -1;
    state = turn_view(turn)->state;
    if (state == VIR_DOMAIN_SHUTOFF || state == VIR_DOMAIN_PAUSED)
        return test_wrong_state(turn_view(turn), "does not run", err);
    if (test_set_state(turn, VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_USER, err) < 0)
        return -1;
    turn_emit(turn, domain_lifecycle(turn_view(turn), VIR_DOMAIN_EVENT_SUSPENDED,
                                     VIR_DOMAIN_EVENT_SUSPENDED_PAUSED));
    return 0;
}

int
test_domain_resume(struct drv_conn *conn, const struct domain_ref *dom, struct err *err)
{
    TURN_AUTO turn = NULL;

    if (domain_turn(conn, dom, TURN_MODIFY, TURN_ANY, "virDomainResume", &turn, err) < 0)
        return -1;
    if (turn_view(turn)->state != VIR_DOMAIN_PAUSED)
        return test_wrong_state(turn_view(turn), "is not paused", err);
    if (test_set_state(turn, VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_UNPAUSED, err) < 0)
        return -1;
    turn_emit(turn,
              domain_lifecycle(turn_view(turn), VIR_DOMAIN_EVENT_RESUMED, VIR_DOMAIN_EVENT_RESUMED_UNPAUSED));
    return 0;
}

/* What the guest does at its own end is what its definition says. */
static int
end_or_start_anew(struct turn **turn, enum lifecycle_action action, const char *api, struct err *err)
{
    if (action == LIFECYCLE_ACTION_RESTART || action == LIFECYCLE_ACTION_RENAME_RESTART)
        return test_set_state(*turn, VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_BOOTED, err);
    return test_end(turn, VIR_DOMAIN_SHUTOFF_SHUTDOWN, VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN, api, err);
}

int
test_domain_shutdown_flags(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags,
                           struct err *err)
{
    TURN_AUTO turn = NULL;

    if (flags_check(flags, 0, "virDomainShutdownFlags", err) < 0 ||
        domain_turn(conn, dom, TURN_MODIFY, TURN_ANY, "virDomainShutdown", &turn, err) < 0)
        return -1;
    if (turn_view(turn)->state == VIR_DOMAIN_SHUTOFF)
        return test_wrong_state(turn_view(turn), "does not run", err);
    return end_or_start_anew(&turn, turn_live_def(turn)->on_poweroff, "virDomainShutdown", err);
}

int
test_domain_shutdown(struct drv_conn *conn, const struct domain_ref *dom, struct err *err)
{
    return test_domain_shutdown_flags(conn, dom, 0, err);
}

#define REBOOT_FLAGS \
    (VIR_DOMAIN_REBOOT_ACPI_POWER_BTN | VIR_DOMAIN_REBOOT_GUEST_AGENT | VIR_DOMAIN_REBOOT_INITCTL | \
     VIR_DOMAIN_REBOOT_SIGNAL | VIR_DOMAIN_REBOOT_PARAVIRT)

int
test_domain_reboot(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags, struct err *err)
{
    TURN_AUTO turn = NULL;

    if (flags_check(flags, REBOOT_FLAGS, "virDomainReboot", err) < 0 ||
        domain_turn(conn, dom, TURN_MODIFY, TURN_ANY, "virDomainReboot", &turn, err) < 0)
        return -1;
    if (!vm_view_is_active(turn_view(turn)))
        return err_not_running(err);
    return end_or_start_anew(&turn, turn_live_def(turn)->on_reboot, "virDomainReboot", err);
}

/* Nothing comes of it: there is no machine behind. */
static int
poke(struct drv_conn *conn, const struct domain_ref *dom, unsigned flags, const char *api, struct err *err)
{
    VIEW_AUTO view = NULL;

    if (flags_check(flags, 0, api, err) < 0 || !(view = domain_view(conn, dom, err)))
        return -1;
    return vm_view_is_active(view) ? 0 : err_not_running(err);
}

int
test_domain_reset(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags, struct err *err)
{
    return poke(conn, dom, flags, "virDomainReset", err);
}

int
test_domain_inject_nmi(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags,
                       struct err *err)
{
    return poke(conn, dom, flags, "virDomainInjectNMI", err);
}

int
test_domain_destroy_flags(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags,
                          struct err *err)
{
    TURN_AUTO turn = NULL;

    if (flags_check(flags, VIR_DOMAIN_DESTROY_GRACEFUL, "virDomainDestroyFlags", err) < 0 ||
        domain_turn(conn, dom, TURN_MODIFY, TURN_ANY, "virDomainDestroy", &turn, err) < 0)
        return -1;
    if (!vm_view_is_active(turn_view(turn)))
        return err_not_running(err);
    return test_end(&turn, VIR_DOMAIN_SHUTOFF_DESTROYED, VIR_DOMAIN_EVENT_STOPPED_DESTROYED,
                    "virDomainDestroy", err);
}

int
test_domain_destroy(struct drv_conn *conn, const struct domain_ref *dom, struct err *err)
{
    return test_domain_destroy_flags(conn, dom, 0, err);
}
