/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * events: what QEMU tells of itself becomes state and events.
 *
 * Owns: the table of QEMU's events and what each means.  An event is a note of
 * its run: it runs under the vm's lock, in order, and publishes; it cannot
 * wait.  What has to ask QEMU something (a reboot out of a power-off) is handed
 * to a thread.
 * Called by: monitor.c, on the I/O thread.
 */
#include "drivers/qemu/events.h"

#include "base/log.h"
#include "drivers/qemu/console.h"
#include "drivers/qemu/guest.h"
#include "drivers/qemu/memory.h"
#include "drivers/qemu/status.h"
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
    void (*fn)(struct note *note, struct guest *guest, json_t *data);
};

static const char *
str(json_t *data, const char *key)
{
    return json_string_value(json_object_get(data, key));
}

static struct event *
about(struct note *note, int id)
{
    return domain_event(note_view(note), EVENT_DOMAIN, id);
}

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

static const struct domain_disk *
disk_by_device(const struct domain_def *def, const char *device, const char *qom)
{
    for (uint32_t i = 0; def && i < def->n_disks; i++)
        if (disk_is_device(def->disks[i], device, qom))
            return def->disks[i];
    return NULL;
}

/* Kept until the guest goes on. */
static void
mark_disk(struct note *note, const struct domain_disk *disk, bool nospace)
{
    const struct vm_view *view = note_view(note);
    const struct guest_pub *old = view_pub(view);
    struct guest_pub *pub = guest_pub_copy(old, old ? old->nvcpus : 0);
    struct vm_change change = { .what = CHANGE_EXTRA, .extra = &pub->extra };

    for (uint32_t i = 0; i < view->live->n_disks && i < 64; i++) {
        if (view->live->disks[i] == disk) {
            pub->disk_error |= UINT64_C(1) << i;
            pub->disk_nospace |= (uint64_t)nospace << i;
        }
    }
    (void)!note_publish(note, &change);
}

static void
on_block_io_error(struct note *note, struct guest *guest, json_t *data)
{
    const struct domain_disk *disk =
        disk_by_device(note_view(note)->live, str(data, "device"), str(data, "qom-path"));
    const char *action = str(data, "action");
    int what = VIR_DOMAIN_EVENT_IO_ERROR_NONE;
    bool nospace = json_is_true(json_object_get(data, "nospace"));

    if (g_strcmp0(action, "stop") == 0) {
        if (disk)
            mark_disk(note, disk, nospace);
        what = VIR_DOMAIN_EVENT_IO_ERROR_PAUSE;
        guest->pause_reason = VIR_DOMAIN_PAUSED_IOERROR;
        guest->pause_detail = VIR_DOMAIN_EVENT_SUSPENDED_IOERROR;
    } else if (g_strcmp0(action, "report") == 0) {
        what = VIR_DOMAIN_EVENT_IO_ERROR_REPORT;
    }
    for (int i = 0; i < 2; i++) {
        struct event *ev =
            about(note, i ? VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON : VIR_DOMAIN_EVENT_ID_IO_ERROR);

        ev->u.io_error.srcPath = g_strdup(disk ? disk_path(disk) ?: "" : "");
        ev->u.io_error.devAlias = g_strdup(disk && disk->info.alias ? disk->info.alias : "");
        ev->u.io_error.action = what;
        ev->u.io_error.reason = g_strdup(i && nospace ? "enospc" : "");
        note_emit(note, ev);
    }
}

static void
on_tray(struct note *note, struct guest *guest, json_t *data)
{
    const struct vm_view *view = note_view(note);
    const struct domain_disk *disk = disk_by_device(view->live, str(data, "device"), str(data, "id"));
    bool open = json_is_true(json_object_get(data, "tray-open"));
    struct event *ev;
    struct domain_def *def;

    if (!disk)
        return;
    def = domain_def_copy(view->live);
    for (uint32_t i = 0; i < def->n_disks; i++)
        if (g_strcmp0(def->disks[i]->info.alias, disk->info.alias) == 0)
            def->disks[i]->tray = open ? DISK_TRAY_OPEN : DISK_TRAY_CLOSED;
    ev = about(note, VIR_DOMAIN_EVENT_ID_TRAY_CHANGE);
    ev->u.tray_change.devAlias = g_strdup(disk->info.alias);
    ev->u.tray_change.reason = open ? VIR_DOMAIN_EVENT_TRAY_CHANGE_OPEN : VIR_DOMAIN_EVENT_TRAY_CHANGE_CLOSE;
    publish_live(note, def);
    note_emit(note, ev);
}

void
publish_live(struct note *note, struct domain_def *def)
{
    struct vm_change change = { .what = CHANGE_LIVE, .live = domain_def_copy(def) };

    domain_def_unref(def);
    if (note_publish(note, &change) == 0)
        guest_status_later(note_run(note));
}

static void
on_balloon(struct note *note, struct guest *guest, json_t *data)
{
    const struct guest_pub *old = view_pub(note_view(note));
    unsigned long long kib = (unsigned long long)json_integer_value(json_object_get(data, "actual")) / 1024;
    struct event *ev = about(note, VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE);
    struct guest_pub *pub = guest_pub_copy(old, old ? old->nvcpus : 0);
    struct vm_change change = { .what = CHANGE_EXTRA, .extra = &pub->extra };

    pub->balloon_kib = kib + (note_view(note)->live ? memory_devices_taken(note_view(note)->live) : 0);
    (void)!note_publish(note, &change);
    ev->u.balloon_change.actual = kib;
    note_emit(note, ev);
}

static void
on_device_deleted(struct note *note, struct guest *guest, json_t *data)
{
    const char *alias = str(data, "device");
    struct event *ev;

    if (!alias) /* a part of a device, without a name of its own */
        return;
    ev = about(note, VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED);
    ev->u.device.devAlias = g_strdup(alias);
    note_emit(note, ev);
}

static void
on_unplug_error(struct note *note, struct guest *guest, json_t *data)
{
    const char *alias = str(data, "device");
    struct event *ev;

    if (!alias)
        return;
    ev = about(note, VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED);
    ev->u.device.devAlias = g_strdup(alias);
    note_emit(note, ev);
}

static void
on_vserport(struct note *note, struct guest *guest, json_t *data)
{
    const char *id = str(data, "id");

    if (id)
        channel_set_connected(note, guest, id, json_is_true(json_object_get(data, "open")), false);
}

void
channel_set_connected(struct note *note, struct guest *guest, const char *alias, bool open, bool at_start)
{
    const struct vm_view *view = note_view(note);
    struct domain_def *def;
    struct domain_channel *channel = NULL;
    const char *target;

    if (!view->live)
        return;
    def = domain_def_copy(view->live);
    for (uint32_t i = 0; i < def->n_channels; i++)
        if (g_strcmp0(def->channels[i]->info.alias, alias) == 0)
            channel = def->channels[i];
    target = channel ? channel_name(channel) : NULL;
    if (!target || !channel_set_state(channel, open)) {
        domain_def_unref(def);
        return;
    }
    if (strcmp(target, "org.qemu.guest_agent.0") == 0) {
        struct event *ev = about(note, VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE);

        guest->agent_up = open;
        ev->u.agent_lifecycle.state = open ? VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_STATE_CONNECTED
                                           : VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_STATE_DISCONNECTED;
        ev->u.agent_lifecycle.reason = at_start
                                           ? VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_REASON_DOMAIN_STARTED
                                           : VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_REASON_CHANNEL;
        note_emit(note, ev);
    }
    publish_live(note, def);
}

static void
graphics(struct note *note, json_t *data, int phase)
{
    json_t *client = json_object_get(data, "client"), *server = json_object_get(data, "server");
    struct event *ev = about(note, VIR_DOMAIN_EVENT_ID_GRAPHICS);
    json_t *ends[2] = { server, client };
    const char *auth = str(server, "auth");
    const char *name;

    ev->u.graphics.phase = phase;
    for (int i = 0; i < 2; i++) {
        struct event_graphics_address *address = i ? &ev->u.graphics.remote : &ev->u.graphics.local;
        const char *family = str(ends[i], "family");
        const char *service = str(ends[i], "service") ?: str(ends[i], "port");

        address->family = g_strcmp0(family, "ipv6") == 0   ? VIR_DOMAIN_EVENT_GRAPHICS_ADDRESS_IPV6
                          : g_strcmp0(family, "unix") == 0 ? VIR_DOMAIN_EVENT_GRAPHICS_ADDRESS_UNIX
                                                           : VIR_DOMAIN_EVENT_GRAPHICS_ADDRESS_IPV4;
        address->node = g_strdup(str(ends[i], "host") ?: "");
        address->service = g_strdup(service ?: "");
    }
    ev->u.graphics.authScheme = g_strdup(auth ?: "");
    ev->u.graphics.subject = g_new0(struct event_graphics_identity, 2);
    for (int i = 0; i < 2; i++) {
        name = str(client, i ? "sasl_username" : "x509_dname");
        if (name) {
            struct event_graphics_identity *id = &ev->u.graphics.subject[ev->u.graphics.nsubject++];

            id->type = g_strdup(i ? "saslUsername" : "x509dname");
            id->name = g_strdup(name);
        }
    }
    note_emit(note, ev);
}

static void
on_graphics_connected(struct note *note, struct guest *guest, json_t *data)
{
    graphics(note, data, VIR_DOMAIN_EVENT_GRAPHICS_CONNECT);
}

static void
on_graphics_initialized(struct note *note, struct guest *guest, json_t *data)
{
    graphics(note, data, VIR_DOMAIN_EVENT_GRAPHICS_INITIALIZE);
}

static void
on_graphics_disconnected(struct note *note, struct guest *guest, json_t *data)
{
    graphics(note, data, VIR_DOMAIN_EVENT_GRAPHICS_DISCONNECT);
}

static void
on_memory_device(struct note *note, struct guest *guest, json_t *data)
{
    const char *alias = str(data, "id");
    unsigned long long kib = (unsigned long long)json_integer_value(json_object_get(data, "size")) / 1024;
    const struct domain_def *live = note_view(note)->live;
    struct domain_def *def = alias && live ? memory_device_resized(live, alias, kib) : NULL;
    struct event *ev;

    if (def) {
        const struct guest_pub *old = view_pub(note_view(note));
        struct guest_pub *pub = guest_pub_copy(old, old ? old->nvcpus : 0);
        struct vm_change change = { .what = CHANGE_EXTRA, .extra = &pub->extra };

        pub->balloon_kib += memory_devices_idle(live) - memory_devices_idle(def);
        (void)!note_publish(note, &change);
        publish_live(note, def);
    }
    if (!alias)
        return;
    ev = about(note, VIR_DOMAIN_EVENT_ID_MEMORY_DEVICE_SIZE_CHANGE);
    ev->u.memory_device_size_change.alias = g_strdup(alias);
    ev->u.memory_device_size_change.size = kib;
    note_emit(note, ev);
}

static void
on_memory_failure(struct note *note, struct guest *guest, json_t *data)
{
    static const char *const actions[] = { "ignore", "inject", "fatal", "reset" };
    json_t *flags = json_object_get(data, "flags");
    const char *action = str(data, "action");
    struct event *ev = about(note, VIR_DOMAIN_EVENT_ID_MEMORY_FAILURE);

    ev->u.memory_failure.recipient = g_strcmp0(str(data, "recipient"), "guest") == 0
                                         ? VIR_DOMAIN_EVENT_MEMORY_FAILURE_RECIPIENT_GUEST
                                         : VIR_DOMAIN_EVENT_MEMORY_FAILURE_RECIPIENT_HYPERVISOR;
    for (int i = 0; action && i < 4; i++)
        if (strcmp(action, actions[i]) == 0)
            ev->u.memory_failure.action = i;
    if (json_is_true(json_object_get(flags, "action-required")))
        ev->u.memory_failure.flags |= VIR_DOMAIN_MEMORY_FAILURE_ACTION_REQUIRED;
    if (json_is_true(json_object_get(flags, "recursive")))
        ev->u.memory_failure.flags |= VIR_DOMAIN_MEMORY_FAILURE_RECURSIVE;
    note_emit(note, ev);
}

static void
on_write_threshold(struct note *note, struct guest *guest, json_t *data)
{
    const char *node = str(data, "node-name");
    struct event *ev = about(note, VIR_DOMAIN_EVENT_ID_BLOCK_THRESHOLD);
    const struct domain_def *def = note_view(note)->live;
    const struct domain_disk *disk = NULL;

    for (uint32_t i = 0; def && node && i < def->n_disks; i++)
        if (disk_is_node(def->disks[i], node))
            disk = def->disks[i];
    ev->u.block_threshold.dev = g_strdup(disk && disk->target ? disk->target : node ?: "");
    ev->u.block_threshold.path = g_strdup(disk ? disk_path(disk) : NULL);
    ev->u.block_threshold.threshold =
        (unsigned long long)json_integer_value(json_object_get(data, "write-threshold"));
    ev->u.block_threshold.excess =
        (unsigned long long)json_integer_value(json_object_get(data, "amount-exceeded"));
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
