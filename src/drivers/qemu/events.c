/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * events: what QEMU tells of itself becomes state and events.
 *
 * Owns: the table of QEMU's events, and what those of the guest as a whole mean (those
 * of its devices: events-devices.c).  An event is a note of its run: it runs under the vm's lock, in
 * order, and publishes; it cannot wait.  What has to ask QEMU something (a reboot
 * out of a power-off) is handed to a thread.
 * Called by: monitor.c, on the I/O thread.
 */
#include "drivers/qemu/events-impl.h"

#include "base/log.h"
#include "drivers/qemu/verbs.h"

#include <signal.h>
#include <string.h>

LOG_FROM("qemu.events");

struct told {
    char *name;
    json_t *data;
    long long seconds;
    unsigned micros;
    const struct handler *handler;
};

struct handler {
    const char *name;
    event_handler *fn;
};

static void
set_state(struct note *note, int state, int reason)
{
    struct vm_change change = { .what = CHANGE_STATE, .state = state, .reason = reason };

    if (note_publish(note, &change) == 0)
        guest_status_later(note_run(note));
}

static void
lifecycle(struct note *note, int type, int detail)
{
    note_emit(note, domain_lifecycle(note_view(note), type, detail));
}

/* ---- the state of the guest ----------------------------------------------------------------- */

static void
on_stop(struct note *note, struct guest *guest, json_t *data)
{
    const struct vm_view *view = note_view(note);

    if (guest->starting || guest->ending || guest->rebooting || view->state != VIR_DOMAIN_RUNNING)
        return;
    set_state(note, VIR_DOMAIN_PAUSED, guest->pause_reason);
    lifecycle(note, VIR_DOMAIN_EVENT_SUSPENDED, guest->pause_detail);
    guest->pause_reason = VIR_DOMAIN_PAUSED_UNKNOWN;
    guest->pause_detail = VIR_DOMAIN_EVENT_SUSPENDED_PAUSED;
}

static void
on_resume(struct note *note, struct guest *guest, json_t *data)
{
    const struct vm_view *view = note_view(note);

    guest->rebooting = false;
    if (guest->starting || guest->ending || view->state == VIR_DOMAIN_RUNNING)
        return;
    if (view_pub(view) && view_pub(view)->disk_error) {
        struct guest_pub *pub = guest_pub_copy(view_pub(view), view_pub(view)->nvcpus);
        struct vm_change change = { .what = CHANGE_EXTRA, .extra = &pub->extra };

        pub->disk_error = pub->disk_nospace = 0;
        (void)!note_publish(note, &change);
    }
    set_state(note, VIR_DOMAIN_RUNNING, guest->resume_reason);
    lifecycle(note, VIR_DOMAIN_EVENT_RESUMED, guest->resume_detail);
    guest->resume_reason = VIR_DOMAIN_RUNNING_UNPAUSED;
    guest->resume_detail = VIR_DOMAIN_EVENT_RESUMED_UNPAUSED;
}

static enum lifecycle_action
action_or(enum lifecycle_action action, enum lifecycle_action otherwise)
{
    return action == LIFECYCLE_ACTION_UNSET ? otherwise : action;
}

/* The guest is gone for itself; QEMU waits (-no-shutdown) for what we make of it. */
static void
end_guest(struct note *note, struct guest *guest, int reason, int detail)
{
    const struct run_end end = { VIR_DOMAIN_SHUTOFF, reason, detail };
    struct run *run = note_run(note);

    guest->ending = true;
    if (!run)
        return;
    run_set_end(run, &end);
    /* It flushes its disks and exits; the end of its monitor is the end of the run. */
    run_kill(run, SIGTERM, NULL);
}

static void
on_shutdown(struct note *note, struct guest *guest, json_t *data)
{
    bool by_guest = json_is_true(json_object_get(data, "guest"));
    const char *reason = str(data, "reason");
    const struct domain_def *def = note_view(note)->live;
    enum lifecycle_action action;

    if (guest->ending || !def)
        return;
    action = reason && strcmp(reason, "guest-reset") == 0
                 ? action_or(def->on_reboot, LIFECYCLE_ACTION_RESTART)
                 : action_or(def->on_poweroff, LIFECYCLE_ACTION_DESTROY);
    if (guest->fake_reboot || (by_guest && action == LIFECYCLE_ACTION_RESTART &&
                               !(reason && strcmp(reason, "guest-reset") == 0))) {
        guest->fake_reboot = false;
        guest->rebooting = true; /* the stop in between is not the users' business */
        guest_restart_later(note_run(note));
        return;
    }
    set_state(note, VIR_DOMAIN_SHUTDOWN, VIR_DOMAIN_SHUTDOWN_USER);
    lifecycle(note, VIR_DOMAIN_EVENT_SHUTDOWN,
              by_guest ? VIR_DOMAIN_EVENT_SHUTDOWN_GUEST : VIR_DOMAIN_EVENT_SHUTDOWN_HOST);
    if (action == LIFECYCLE_ACTION_PRESERVE && by_guest) {
        guest->ending = false;
        return;
    }
    end_guest(note, guest, VIR_DOMAIN_SHUTOFF_SHUTDOWN, VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN);
}

static void
on_reset(struct note *note, struct guest *guest, json_t *data)
{
    if (!guest->starting)
        note_emit(note, about(note, VIR_DOMAIN_EVENT_ID_REBOOT));
}

static void
on_panic(struct note *note, struct guest *guest, json_t *data)
{
    const struct domain_def *def = note_view(note)->live;

    if (!def || guest->ending)
        return;
    set_state(note, VIR_DOMAIN_CRASHED, VIR_DOMAIN_CRASHED_PANICKED);
    lifecycle(note, VIR_DOMAIN_EVENT_CRASHED, VIR_DOMAIN_EVENT_CRASHED_PANICKED);
    switch (action_or(def->on_crash, LIFECYCLE_ACTION_DESTROY)) {
    case LIFECYCLE_ACTION_PRESERVE:
        break;
    case LIFECYCLE_ACTION_RESTART:
    case LIFECYCLE_ACTION_RENAME_RESTART:
    case LIFECYCLE_ACTION_COREDUMP_RESTART:
        guest_restart_later(note_run(note));
        break;
    default:
        end_guest(note, guest, VIR_DOMAIN_SHUTOFF_CRASHED, VIR_DOMAIN_EVENT_STOPPED_CRASHED);
    }
}

static void
on_crashloaded(struct note *note, struct guest *guest, json_t *data)
{
    lifecycle(note, VIR_DOMAIN_EVENT_CRASHED, VIR_DOMAIN_EVENT_CRASHED_CRASHLOADED);
}

static void
on_pm_suspend(struct note *note, struct guest *guest, json_t *data)
{
    set_state(note, VIR_DOMAIN_PMSUSPENDED, VIR_DOMAIN_PMSUSPENDED_UNKNOWN);
    lifecycle(note, VIR_DOMAIN_EVENT_PMSUSPENDED, VIR_DOMAIN_EVENT_PMSUSPENDED_MEMORY);
    note_emit(note, about(note, VIR_DOMAIN_EVENT_ID_PMSUSPEND));
}

static void
on_pm_suspend_disk(struct note *note, struct guest *guest, json_t *data)
{
    set_state(note, VIR_DOMAIN_PMSUSPENDED, VIR_DOMAIN_PMSUSPENDED_UNKNOWN);
    lifecycle(note, VIR_DOMAIN_EVENT_PMSUSPENDED, VIR_DOMAIN_EVENT_PMSUSPENDED_DISK);
    note_emit(note, about(note, VIR_DOMAIN_EVENT_ID_PMSUSPEND_DISK));
}

static void
on_pm_wakeup(struct note *note, struct guest *guest, json_t *data)
{
    if (note_view(note)->state == VIR_DOMAIN_PMSUSPENDED) {
        set_state(note, VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_WAKEUP);
        lifecycle(note, VIR_DOMAIN_EVENT_STARTED, VIR_DOMAIN_EVENT_STARTED_WAKEUP);
    }
    note_emit(note, about(note, VIR_DOMAIN_EVENT_ID_PMWAKEUP));
}

/* ---- devices -------------------------------------------------------------------------------- */

static void
on_rtc_change(struct note *note, struct guest *guest, json_t *data)
{
    struct event *ev = about(note, VIR_DOMAIN_EVENT_ID_RTC_CHANGE);

    ev->u.rtc_change.utcoffset = json_integer_value(json_object_get(data, "offset"));
    note_emit(note, ev);
}

static void
on_watchdog(struct note *note, struct guest *guest, json_t *data)
{
    static const struct { const char *name; int action; } actions[] = {
        { "none", VIR_DOMAIN_EVENT_WATCHDOG_NONE },
        { "pause", VIR_DOMAIN_EVENT_WATCHDOG_PAUSE },
        { "reset", VIR_DOMAIN_EVENT_WATCHDOG_RESET },
        { "poweroff", VIR_DOMAIN_EVENT_WATCHDOG_POWEROFF },
        { "shutdown", VIR_DOMAIN_EVENT_WATCHDOG_SHUTDOWN },
        { "debug", VIR_DOMAIN_EVENT_WATCHDOG_DEBUG },
        { "inject-nmi", VIR_DOMAIN_EVENT_WATCHDOG_INJECTNMI },
    };
    const char *action = str(data, "action");
    struct event *ev = about(note, VIR_DOMAIN_EVENT_ID_WATCHDOG);

    for (size_t i = 0; action && i < G_N_ELEMENTS(actions); i++)
        if (strcmp(action, actions[i].name) == 0)
            ev->u.watchdog.action = actions[i].action;
    if (ev->u.watchdog.action == VIR_DOMAIN_EVENT_WATCHDOG_PAUSE) {
        guest->pause_reason = VIR_DOMAIN_PAUSED_WATCHDOG;
        guest->pause_detail = VIR_DOMAIN_EVENT_SUSPENDED_WATCHDOG;
    }
    note_emit(note, ev);
}

static const struct handler handlers[] = {
    { "BALLOON_CHANGE", on_balloon },
    { "BLOCK_IO_ERROR", on_block_io_error },
    { "BLOCK_WRITE_THRESHOLD", on_write_threshold },
    { "DEVICE_DELETED", on_device_deleted },
    { "DEVICE_TRAY_MOVED", on_tray },
    { "DEVICE_UNPLUG_GUEST_ERROR", on_unplug_error },
    { "GUEST_CRASHLOADED", on_crashloaded },
    { "GUEST_PANICKED", on_panic },
    { "MEMORY_DEVICE_SIZE_CHANGE", on_memory_device },
    { "MEMORY_FAILURE", on_memory_failure },
    { "RESET", on_reset },
    { "RESUME", on_resume },
    { "RTC_CHANGE", on_rtc_change },
    { "SHUTDOWN", on_shutdown },
    { "SPICE_CONNECTED", on_graphics_connected },
    { "SPICE_DISCONNECTED", on_graphics_disconnected },
    { "SPICE_INITIALIZED", on_graphics_initialized },
    { "STOP", on_stop },
    { "SUSPEND", on_pm_suspend },
    { "SUSPEND_DISK", on_pm_suspend_disk },
    { "VNC_CONNECTED", on_graphics_connected },
    { "VNC_DISCONNECTED", on_graphics_disconnected },
    { "VNC_INITIALIZED", on_graphics_initialized },
    { "VSERPORT_CHANGE", on_vserport },
    { "WAKEUP", on_pm_wakeup },
    { "WATCHDOG", on_watchdog },
};

static void
handle(struct note *note, void *arg)
{
    struct told *told = arg;
    struct run *run = note_run(note);
    struct event *ev;

    if (!run)
        return;
    if (told->handler)
        told->handler->fn(note, run_backend(run), told->data);
    ev = domain_event(note_view(note), EVENT_QEMU_MONITOR, 0);
    ev->u.qemu_monitor.event = g_strdup(told->name);
    ev->u.qemu_monitor.seconds = told->seconds;
    ev->u.qemu_monitor.micros = told->micros;
    ev->u.qemu_monitor.details = told->data ? qmp_dump(told->data) : NULL;
    note_emit(note, ev);
}

static void
told_free(void *arg)
{
    struct told *told = arg;

    json_decref(told->data);
    g_free(told->name);
    g_free(told);
}

static int
compare(const void *key, const void *item)
{
    return strcmp(key, ((const struct handler *)item)->name);
}

void
guest_handle_event(struct run *run, const char *name, json_t *data, long long seconds, unsigned micros)
{
    struct told *told = g_new0(struct told, 1);

    log_debug("guest %d: %s", run_id(run), name);
    told->handler = bsearch(name, handlers, G_N_ELEMENTS(handlers), sizeof(handlers[0]), compare);
    told->name = g_strdup(name);
    told->data = json_incref(data);
    told->seconds = seconds;
    told->micros = micros;
    run_note(run, handle, told, told_free);
}
