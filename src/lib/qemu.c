/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * qemu: what libvirt-qemu.so.0 writes by hand: the monitor's events.  The rest of
 * that library is generated.  Nothing waits but the driver's registration.
 */
#include "lib/events.h"

#include <libvirt/libvirt-qemu.h>

int
virConnectDomainQemuMonitorEventRegister(virConnectPtr conn, virDomainPtr dom, const char *event,
                                         virConnectDomainQemuMonitorEventCallback cb, void *opaque,
                                         virFreeCallback freecb, unsigned int flags)
{
    ENTRY("virConnectDomainQemuMonitorEventRegister", VIR_FROM_NONE);
    struct event_request req = { .filter = { .family = EVENT_QEMU_MONITOR },
                                 .monitor_event = event,
                                 .flags = flags,
                                 .cb = (void (*)(void))cb,
                                 .opaque = opaque,
                                 .freecb = freecb };

    if (!entry_self(&e, HANDLE_conn, conn) || !entry_writable(&e) ||
        (dom && !entry_other(&e, HANDLE_domain, dom)) || !entry_nonnull(&e, "cb", (const void *)cb))
        return entry_fail(&e);
    if (dom) {
        req.filter.one_object = true;
        memcpy(req.filter.uuid, dom->ref.uuid, UUID_LEN);
    }
    return events_register(&e, &req, false);
}

int
virConnectDomainQemuMonitorEventDeregister(virConnectPtr conn, int callbackID)
{
    ENTRY("virConnectDomainQemuMonitorEventDeregister", VIR_FROM_NONE);

    if (!entry_self(&e, HANDLE_conn, conn) || !entry_writable(&e) ||
        !entry_that(&e, callbackID >= 0, "callbackID", "must not be negative"))
        return entry_fail(&e);
    return events_deregister(&e, EVENT_QEMU_MONITOR, callbackID);
}
