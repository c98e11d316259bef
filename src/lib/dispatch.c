/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * dispatch: an event's payload as the arguments of the application's callback.
 *
 * Called by: events.c, on the event loop's thread.  Each callback gets a handle
 * of its own, freed when it returns; one that wants to keep it takes a reference.
 */
#include "lib/events.h"

#include <libvirt/libvirt-qemu.h>

typedef void (*callback)(void);

static void
graphics(virConnectPtr conn, virDomainPtr dom, const struct event *ev, callback cb, void *opaque)
{
    virDomainEventGraphicsAddress local = { ev->u.graphics.local.family, ev->u.graphics.local.node,
                                            ev->u.graphics.local.service };
    virDomainEventGraphicsAddress remote = { ev->u.graphics.remote.family, ev->u.graphics.remote.node,
                                             ev->u.graphics.remote.service };
    g_autofree virDomainEventGraphicsSubjectIdentity *ids =
        g_new0(virDomainEventGraphicsSubjectIdentity, ev->u.graphics.nsubject + 1);
    virDomainEventGraphicsSubject subject = { ev->u.graphics.nsubject, ids };

    for (size_t i = 0; i < ev->u.graphics.nsubject; i++) {
        ids[i].type = ev->u.graphics.subject[i].type;
        ids[i].name = ev->u.graphics.subject[i].name;
    }
    ((virConnectDomainEventGraphicsCallback)cb)(conn, dom, ev->u.graphics.phase, &local, &remote,
                                                ev->u.graphics.authScheme, &subject, opaque);
}

#define CALL(type, ...) ((virConnectDomainEvent##type##Callback)cb)(conn, dom, __VA_ARGS__, opaque)

static void
domain_event(virConnectPtr conn, virDomainPtr dom, const struct event *ev, callback cb, void *opaque)
{
    switch ((virDomainEventID)ev->id) {
    case VIR_DOMAIN_EVENT_ID_LIFECYCLE:
        ((virConnectDomainEventCallback)cb)(conn, dom, ev->u.lifecycle.event, ev->u.lifecycle.detail, opaque);
        break;
    case VIR_DOMAIN_EVENT_ID_REBOOT:
    case VIR_DOMAIN_EVENT_ID_CONTROL_ERROR:
        ((virConnectDomainEventGenericCallback)cb)(conn, dom, opaque);
        break;
    case VIR_DOMAIN_EVENT_ID_RTC_CHANGE:
        CALL(RTCChange, ev->u.rtc_change.utcoffset);
        break;
    case VIR_DOMAIN_EVENT_ID_WATCHDOG:
        CALL(Watchdog, ev->u.watchdog.action);
        break;
    case VIR_DOMAIN_EVENT_ID_IO_ERROR:
        CALL(IOError, ev->u.io_error.srcPath, ev->u.io_error.devAlias, ev->u.io_error.action);
        break;
    case VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON:
        CALL(IOErrorReason, ev->u.io_error.srcPath, ev->u.io_error.devAlias, ev->u.io_error.action,
             ev->u.io_error.reason);
        break;
    case VIR_DOMAIN_EVENT_ID_GRAPHICS:
        graphics(conn, dom, ev, cb, opaque);
        break;
    case VIR_DOMAIN_EVENT_ID_BLOCK_JOB:
    case VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2:
        CALL(BlockJob, ev->u.block_job.disk, ev->u.block_job.type, ev->u.block_job.status);
        break;
    case VIR_DOMAIN_EVENT_ID_DISK_CHANGE:
        CALL(DiskChange, ev->u.disk_change.oldSrcPath, ev->u.disk_change.newSrcPath,
             ev->u.disk_change.devAlias, ev->u.disk_change.reason);
        break;
    case VIR_DOMAIN_EVENT_ID_TRAY_CHANGE:
        CALL(TrayChange, ev->u.tray_change.devAlias, ev->u.tray_change.reason);
        break;
    case VIR_DOMAIN_EVENT_ID_PMWAKEUP:
        CALL(PMWakeup, ev->u.pm.reason);
        break;
    case VIR_DOMAIN_EVENT_ID_PMSUSPEND:
        CALL(PMSuspend, ev->u.pm.reason);
        break;
    case VIR_DOMAIN_EVENT_ID_PMSUSPEND_DISK:
        CALL(PMSuspendDisk, ev->u.pm.reason);
        break;
    case VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE:
        CALL(BalloonChange, ev->u.balloon_change.actual);
        break;
    case VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED:
        CALL(DeviceRemoved, ev->u.device.devAlias);
        break;
    case VIR_DOMAIN_EVENT_ID_DEVICE_ADDED:
        CALL(DeviceAdded, ev->u.device.devAlias);
        break;
    case VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED:
        CALL(DeviceRemovalFailed, ev->u.device.devAlias);
        break;
    case VIR_DOMAIN_EVENT_ID_TUNABLE:
        CALL(Tunable, ev->u.params.params, ev->u.params.nparams);
        break;
    case VIR_DOMAIN_EVENT_ID_JOB_COMPLETED:
        CALL(JobCompleted, ev->u.params.params, ev->u.params.nparams);
        break;
    case VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE:
        CALL(AgentLifecycle, ev->u.agent_lifecycle.state, ev->u.agent_lifecycle.reason);
        break;
    case VIR_DOMAIN_EVENT_ID_CHANNEL_LIFECYCLE:
        CALL(ChannelLifecycle, ev->u.channel_lifecycle.channelName, ev->u.channel_lifecycle.state,
             ev->u.channel_lifecycle.reason);
        break;
    case VIR_DOMAIN_EVENT_ID_MIGRATION_ITERATION:
        CALL(MigrationIteration, ev->u.migration_iteration.iteration);
        break;
    case VIR_DOMAIN_EVENT_ID_METADATA_CHANGE:
        CALL(MetadataChange, ev->u.metadata_change.type, ev->u.metadata_change.nsuri);
        break;
    case VIR_DOMAIN_EVENT_ID_BLOCK_THRESHOLD:
        CALL(BlockThreshold, ev->u.block_threshold.dev, ev->u.block_threshold.path,
             ev->u.block_threshold.threshold, ev->u.block_threshold.excess);
        break;
    case VIR_DOMAIN_EVENT_ID_MEMORY_FAILURE:
        CALL(MemoryFailure, ev->u.memory_failure.recipient, ev->u.memory_failure.action,
             ev->u.memory_failure.flags);
        break;
    case VIR_DOMAIN_EVENT_ID_MEMORY_DEVICE_SIZE_CHANGE:
        CALL(MemoryDeviceSizeChange, ev->u.memory_device_size_change.alias,
             ev->u.memory_device_size_change.size);
        break;
    case VIR_DOMAIN_EVENT_ID_NIC_MAC_CHANGE:
        CALL(NICMACChange, ev->u.nic_mac_change.alias, ev->u.nic_mac_change.oldMAC,
             ev->u.nic_mac_change.newMAC);
        break;
    case VIR_DOMAIN_EVENT_ID_VCPU_REMOVED:
        CALL(VcpuRemoved, ev->u.vcpu_removed.vcpuid);
        break;
    case VIR_DOMAIN_EVENT_ID_LAST:
        break;
    }
}

/* A handle for whom the event is about, for one call. */
#define WITH_HANDLE(kind, type, member, call) \
    { \
        struct kind##_ref ref; \
        type handle; \
        kind##_ref_copy(&ref, &ev->about.member); \
        handle = handle_new_##kind(conn, &ref); \
        call; \
        handle_unref(handle); \
        break; \
    }

void
event_dispatch(virConnectPtr conn, const struct event *ev, callback cb, void *opaque)
{
    switch (ev->family) {
    case EVENT_DOMAIN:
        WITH_HANDLE(domain, virDomainPtr, domain, domain_event(conn, handle, ev, cb, opaque));
    case EVENT_NETWORK:
        if (ev->id == VIR_NETWORK_EVENT_ID_METADATA_CHANGE)
            WITH_HANDLE(network, virNetworkPtr, network,
                        ((virConnectNetworkEventMetadataChangeCallback)cb)(
                            conn, handle, ev->u.metadata_change.type, ev->u.metadata_change.nsuri, opaque));
        WITH_HANDLE(network, virNetworkPtr, network,
                    ((virConnectNetworkEventLifecycleCallback)cb)(conn, handle, ev->u.lifecycle.event,
                                                                  ev->u.lifecycle.detail, opaque));
    case EVENT_STORAGE_POOL:
        if (ev->id != VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE)
            WITH_HANDLE(storage_pool, virStoragePoolPtr, storage_pool,
                        ((virConnectStoragePoolEventGenericCallback)cb)(conn, handle, opaque));
        WITH_HANDLE(storage_pool, virStoragePoolPtr, storage_pool,
                    ((virConnectStoragePoolEventLifecycleCallback)cb)(conn, handle, ev->u.lifecycle.event,
                                                                      ev->u.lifecycle.detail, opaque));
    case EVENT_NODE_DEVICE:
        if (ev->id != VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE)
            WITH_HANDLE(node_device, virNodeDevicePtr, node_device,
                        ((virConnectNodeDeviceEventGenericCallback)cb)(conn, handle, opaque));
        WITH_HANDLE(node_device, virNodeDevicePtr, node_device,
                    ((virConnectNodeDeviceEventLifecycleCallback)cb)(conn, handle, ev->u.lifecycle.event,
                                                                     ev->u.lifecycle.detail, opaque));
    case EVENT_SECRET:
        if (ev->id != VIR_SECRET_EVENT_ID_LIFECYCLE)
            WITH_HANDLE(secret, virSecretPtr, secret,
                        ((virConnectSecretEventGenericCallback)cb)(conn, handle, opaque));
        WITH_HANDLE(secret, virSecretPtr, secret,
                    ((virConnectSecretEventLifecycleCallback)cb)(conn, handle, ev->u.lifecycle.event,
                                                                 ev->u.lifecycle.detail, opaque));
    case EVENT_QEMU_MONITOR:
        WITH_HANDLE(domain, virDomainPtr, domain,
                    ((virConnectDomainQemuMonitorEventCallback)cb)(
                        conn, handle, ev->u.qemu_monitor.event, ev->u.qemu_monitor.seconds,
                        ev->u.qemu_monitor.micros, ev->u.qemu_monitor.details, opaque));
    }
}
