/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * events-devices: what QEMU tells of a guest's disks, memory, channels and screens.
 *
 * Owns: what each of these events changes in the live definition and in what is
 * published beside it.
 * Called by: events.c; the start, for channels that are connected.  Waits: never.
 */
#include "drivers/qemu/events-impl.h"

#include "drivers/qemu/console.h"
#include "drivers/qemu/memory.h"
#include "drivers/qemu/verbs.h"

#include <string.h>

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

void
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

void
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

void
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

/* A part of a device, without a name of its own, is not told of. */
static void
tell_of_device(struct note *note, json_t *data, int id)
{
    const char *alias = str(data, "device");
    struct event *ev;

    if (!alias)
        return;
    ev = about(note, id);
    ev->u.device.devAlias = g_strdup(alias);
    note_emit(note, ev);
}

void
on_device_deleted(struct note *note, struct guest *guest, json_t *data)
{
    tell_of_device(note, data, VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED);
}

void
on_unplug_error(struct note *note, struct guest *guest, json_t *data)
{
    tell_of_device(note, data, VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED);
}

void
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

void
on_graphics_connected(struct note *note, struct guest *guest, json_t *data)
{
    graphics(note, data, VIR_DOMAIN_EVENT_GRAPHICS_CONNECT);
}

void
on_graphics_initialized(struct note *note, struct guest *guest, json_t *data)
{
    graphics(note, data, VIR_DOMAIN_EVENT_GRAPHICS_INITIALIZE);
}

void
on_graphics_disconnected(struct note *note, struct guest *guest, json_t *data)
{
    graphics(note, data, VIR_DOMAIN_EVENT_GRAPHICS_DISCONNECT);
}

void
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

void
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

void
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
