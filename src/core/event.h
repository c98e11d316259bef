/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * event: something happened to an object.
 *
 * Owns: the event record and the hub that hands it to subscribers.  An event is
 * immutable and reference counted; per object, events are delivered in the
 * order of their sequence numbers; those of a dead generation are dropped.
 * Called by: drivers emit; the daemon's sessions and the library's
 * connections subscribe.  A subscriber's deliver() must not wait: it queues.
 */
#pragma once

#include "base/ref.h"

#include <libvirt/libvirt.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum event_family {
    EVENT_DOMAIN,       /* id: virDomainEventID */
    EVENT_NETWORK,      /* id: virNetworkEventID */
    EVENT_STORAGE_POOL, /* id: virStoragePoolEventID */
    EVENT_NODE_DEVICE,  /* id: virNodeDeviceEventID */
    EVENT_SECRET,       /* id: virSecretEventID */
    EVENT_QEMU_MONITOR, /* id: 0 */
};

struct event_graphics_address { int family; char *node; char *service; };
struct event_graphics_identity { char *type; char *name; };

/* Payload members carry the names of the public callback's arguments. */
struct event {
    atomic_uint refs;
    enum event_family family;
    int id;
    uint64_t generation; /* of the run it speaks of; 0: not about a run */
    uint64_t sequence;   /* set by the hub */
    union {              /* whom it is about */
        struct domain_ref domain;
        struct network_ref network;
        struct storage_pool_ref storage_pool;
        struct node_device_ref node_device;
        struct secret_ref secret;
    } about;
    union {
        struct { int event, detail; } lifecycle; /* of every family */
        struct { long long utcoffset; } rtc_change;
        struct { int action; } watchdog;
        struct { char *srcPath, *devAlias; int action; char *reason; } io_error; /* both ids */
        struct {
            int phase;
            struct event_graphics_address local, remote;
            char *authScheme;
            struct event_graphics_identity *subject;
            size_t nsubject;
        } graphics;
        struct { char *disk; int type, status; } block_job; /* both ids */
        struct { char *oldSrcPath, *newSrcPath, *devAlias; int reason; } disk_change;
        struct { char *devAlias; int reason; } tray_change;
        struct { int reason; } pm; /* pmwakeup, pmsuspend, pmsuspend_disk */
        struct { unsigned long long actual; } balloon_change;
        struct { char *devAlias; } device; /* added, removed, removal_failed */
        struct { virTypedParameterPtr params; int nparams; } params; /* tunable, job_completed */
        struct { int state, reason; } agent_lifecycle;
        struct { char *channelName; int state, reason; } channel_lifecycle;
        struct { int iteration; } migration_iteration;
        struct { int type; char *nsuri; } metadata_change;
        struct { char *dev, *path; unsigned long long threshold, excess; } block_threshold;
        struct { int recipient, action; unsigned int flags; } memory_failure;
        struct { char *alias; unsigned long long size; } memory_device_size_change;
        struct { char *alias, *oldMAC, *newMAC; } nic_mac_change;
        struct { unsigned int vcpuid; } vcpu_removed;
        struct { char *event; long long seconds; unsigned int micros; char *details; } qemu_monitor;
    } u;
    void *encoded; /* wire form, made once by whoever first sends it */
    void (*free_encoded)(void *);
};

struct event *event_new(enum event_family family, int id);
struct event *event_ref(struct event *ev);
void event_unref(struct event *ev);

struct event_hub;
struct event_hub *event_hub_new(void);
void event_hub_free(struct event_hub *hub);

/* What a subscriber wants; matched before deliver() is called. */
struct event_filter {
    enum event_family family;
    int id;
    bool one_object;    /* only `about` with this uuid (or this name where there is none) */
    unsigned char uuid[UUID_LEN];
    char *name;
};
typedef void (*event_deliver)(struct event *ev, int callback_id, void *opaque);

/* Returns the callback id (> 0), unique within the hub. */
int event_hub_subscribe(struct event_hub *hub, const struct event_filter *filter,
                        event_deliver deliver, void *opaque, void (*free_opaque)(void *));
/* -1: no such id.  After it returns, deliver() is not running and never runs again. */
int event_hub_unsubscribe(struct event_hub *hub, int callback_id);
/* Takes over the caller's reference.  An event with a generation is dropped unless that
 * generation has begun and not ended (run and turn see to both). */
void event_hub_emit(struct event_hub *hub, struct event *ev);
void event_hub_generation_begin(struct event_hub *hub, uint64_t generation);
void event_hub_generation_end(struct event_hub *hub, uint64_t generation);
