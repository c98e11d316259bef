/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * events-impl: what events.c and events-devices.c share.
 */
#pragma once

#include "drivers/qemu/events.h"
#include "drivers/qemu/guest.h"
#include "drivers/qemu/status.h"

/* One of QEMU's events, in its run's order, under the vm's lock. */
typedef void event_handler(struct note *note, struct guest *guest, json_t *data);

/* events-devices.c */
event_handler on_block_io_error, on_tray, on_balloon, on_device_deleted, on_unplug_error,
    on_vserport, on_graphics_connected, on_graphics_initialized, on_graphics_disconnected, on_memory_device,
    on_memory_failure, on_write_threshold;

static inline const char *
str(json_t *data, const char *key)
{
    return json_string_value(json_object_get(data, key));
}

static inline struct event *
about(struct note *note, int id)
{
    return domain_event(note_view(note), EVENT_DOMAIN, id);
}
