/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * events: from a driver's events to the application's callbacks.
 *
 * Owns: the registrations of a connection and the queue between the thread on
 * which a driver delivers and the thread that runs the application's event loop.
 * Callbacks run on the latter only, without locks held, and may register,
 * deregister and make any call.
 */
#pragma once

#include "core/event.h"
#include "lib/entry.h"

/* Makes the event loop call back for this connection; false when there is no loop (yet). */
bool events_need_bell(virConnectPtr conn);
/* Undoes one events_need_bell(), whatever it said: with the last one, the connection leaves the event loop.
 */
void events_drop_bell(virConnectPtr conn);
/* From any thread: run the queue soon. */
void events_wake(virConnectPtr conn);
/* The connection is being freed. */
void events_close(virConnectPtr conn);

/* dispatch.c: calls the application's callback `cb` with the arguments of its event. */
void event_dispatch(virConnectPtr conn, const struct event *ev, void (*cb)(void), void *opaque);

/* For libvirt-qemu: the family's Register and Deregister. */
struct event_request {
    struct event_filter filter;
    const char *monitor_event; /* of EVENT_QEMU_MONITOR, and its flags */
    unsigned int flags;
    void (*cb)(void);
    void *opaque;
    virFreeCallback freecb;
};
int events_register(struct entry *e, const struct event_request *req, bool legacy);
int events_deregister(struct entry *e, enum event_family family, int id);
