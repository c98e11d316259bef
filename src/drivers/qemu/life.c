/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * life: a running guest is paused, resumed, asked to power off, reset.
 *
 * The state that follows is published when QEMU says so (events.c), so that it
 * is the same whoever caused it; the verbs say beforehand what it will mean.
 * Called by: clients.  Waits: for QEMU.
 */
#include "drivers/qemu/guest.h"

#include "drivers/qemu/monitor.h"
#include "drivers/qemu/verbs.h"

#include <signal.h>

#define ERR_FROM VIR_FROM_QEMU

int
qemu_domain_suspend(struct drv_conn *conn, const struct domain_ref *dom, struct err *err)
{
    TURN_AUTO turn = NULL;
    struct guest *guest;
    int state;

    if (domain_turn(conn, dom, TURN_MODIFY, TURN_RUNNING, "virDomainSuspend", &turn, err) < 0)
        return -1;
    state = turn_view(turn)->state;
    if (state == VIR_DOMAIN_PAUSED)
        return 0;
    if (state == VIR_DOMAIN_PMSUSPENDED)
        return err_set(err, VIR_ERR_OPERATION_INVALID, "guest '%s' sleeps; wake it up first", dom->name);
    guest = turn_guest(turn);
    guest->pause_reason = VIR_DOMAIN_PAUSED_USER;
    guest->pause_detail = VIR_DOMAIN_EVENT_SUSPENDED_PAUSED;
    return monitor_call(turn, "stop", NULL, NULL, err);
}

int
qemu_domain_resume(struct drv_conn *conn, const struct domain_ref *dom, struct err *err)
{
    TURN_AUTO turn = NULL;
    struct guest *guest;
    int state;

    if (domain_turn(conn, dom, TURN_MODIFY, TURN_RUNNING, "virDomainResume", &turn, err) < 0)
        return -1;
    state = turn_view(turn)->state;
    if (state == VIR_DOMAIN_RUNNING)
        return err_set(err, VIR_ERR_OPERATION_INVALID, "domain is already running");
    if (state == VIR_DOMAIN_PMSUSPENDED)
        return err_set(err, VIR_ERR_OPERATION_INVALID, "guest '%s' sleeps; wake it up instead", dom->name);
    guest = turn_guest(turn);
    guest->resume_reason = VIR_DOMAIN_RUNNING_UNPAUSED;
    guest->resume_detail = VIR_DOMAIN_EVENT_RESUMED_UNPAUSED;
    return monitor_call(turn, "cont", NULL, NULL, err);
}

/* Neither flag: ACPI. */
static int
power_button(struct drv_conn *conn, const struct domain_ref *dom, bool reboot, bool agent, bool acpi,
             const char *api, struct err *err)
{
    TURN_AUTO turn = NULL;
    struct guest *guest;
    const struct vm_view *view;

    if (domain_turn(conn, dom, TURN_MODIFY, TURN_RUNNING, api, &turn, err) < 0)
        return -1;
    guest = turn_guest(turn);
    view = turn_view(turn);
    if (agent && !acpi)
        return err_set(err, VIR_ERR_AGENT_UNRESPONSIVE,
                       "the guest agent of '%s' is not connected: is it installed and running in the guest?",
                       view->name);
    /* A power-off that the definition turns into a restart is a restart, too. */
    guest->fake_reboot = reboot || view->live->on_poweroff == LIFECYCLE_ACTION_RESTART;
    return monitor_call_last(turn, "system_powerdown", NULL, err);
}

int
qemu_domain_shutdown_flags(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags,
                           struct err *err)
{
    if (flags_check(flags, VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN | VIR_DOMAIN_SHUTDOWN_GUEST_AGENT,
                    "virDomainShutdownFlags", err) < 0)
        return -1;
    return power_button(conn, dom, false, flags & VIR_DOMAIN_SHUTDOWN_GUEST_AGENT,
                        flags & VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN, "virDomainShutdown", err);
}

int
qemu_domain_shutdown(struct drv_conn *conn, const struct domain_ref *dom, struct err *err)
{
    return qemu_domain_shutdown_flags(conn, dom, 0, err);
}

int
qemu_domain_reboot(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags, struct err *err)
{
    if (flags_check(flags, VIR_DOMAIN_REBOOT_ACPI_POWER_BTN | VIR_DOMAIN_REBOOT_GUEST_AGENT,
                    "virDomainReboot", err) < 0)
        return -1;
    return power_button(conn, dom, true, flags & VIR_DOMAIN_REBOOT_GUEST_AGENT,
                        flags & VIR_DOMAIN_REBOOT_ACPI_POWER_BTN, "virDomainReboot", err);
}

int
qemu_domain_reset(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags, struct err *err)
{
    TURN_AUTO turn = NULL;

    if (flags_check(flags, 0, "virDomainReset", err) < 0 ||
        domain_turn(conn, dom, TURN_MODIFY, TURN_RUNNING, "virDomainReset", &turn, err) < 0)
        return -1;
    return monitor_call_last(turn, "system_reset", NULL, err);
}

int
qemu_domain_inject_nmi(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags,
                       struct err *err)
{
    TURN_AUTO turn = NULL;

    if (flags_check(flags, 0, "virDomainInjectNMI", err) < 0 ||
        domain_turn(conn, dom, TURN_MODIFY, TURN_RUNNING, "virDomainInjectNMI", &turn, err) < 0)
        return -1;
    return monitor_call_last(turn, "inject-nmi", NULL, err);
}

int
qemu_domain_pm_wakeup(struct drv_conn *conn, const struct domain_ref *dom, unsigned int flags,
                      struct err *err)
{
    TURN_AUTO turn = NULL;

    if (flags_check(flags, 0, "virDomainPMWakeup", err) < 0 ||
        domain_turn(conn, dom, TURN_MODIFY, TURN_RUNNING, "virDomainPMWakeup", &turn, err) < 0)
        return -1;
    if (turn_view(turn)->state != VIR_DOMAIN_PMSUSPENDED)
        return err_set(err, VIR_ERR_OPERATION_INVALID, "guest '%s' does not sleep", dom->name);
    return monitor_call(turn, "system_wakeup", NULL, NULL, err);
}

/* ---- a power-off that becomes a reboot ------------------------------------------------------ */

static void
restart(void *arg)
{
    RUN_AUTO run = arg;
    TURN_AUTO turn = NULL;
    struct turn_request req = { .turn_class = TURN_MODIFY,
                                .need = TURN_RUNNING,
                                .api = "restart of the guest" };
    struct guest *guest;
    ERR_AUTO err = ERR_INIT;

    if (turn_begin(run_vm(run), &req, &turn, &err) < 0 || turn_run(turn) != run)
        return;
    guest = turn_guest(turn);
    guest->resume_reason = VIR_DOMAIN_RUNNING_UNPAUSED;
    guest->resume_detail = VIR_DOMAIN_EVENT_RESUMED_UNPAUSED;
    if (monitor_call(turn, "system_reset", NULL, NULL, &err) < 0 ||
        monitor_call(turn, "cont", NULL, NULL, &err) < 0) {
        /* A guest that is off and does not come back has ended. */
        if (!err.stale)
            run_kill(run, SIGTERM, NULL);
    }
}

void
guest_restart_later(struct run *run)
{
    struct guest *guest;

    if (!run)
        return;
    guest = run_backend(run);
    driver_spawn(guest->driver, restart, run_ref(run));
}
